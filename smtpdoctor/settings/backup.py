"""A copy of a file before it is changed, where git doesn't have it.

Knows git by what it says of one file. Nothing of the user's is run: no hook, filter or file
monitor of the folder, and nothing is fetched.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from smtpdoctor.files import reason_of
from smtpdoctor.settings.write import Refused

#: What all of git's answers may take together: in a folder's own `.git` may stand what never ends.
SECONDS = 3.0
MOST_COPIES = 1000
#: What of a folder's own configuration could run a program or go out to the network.
OFF = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never")


class Git:
    """What git says of the files below `root`; nothing any more once its time is up."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        self.environ = environ
        self._left = SECONDS

    def has(self, file: str, content: bytes) -> bool:
        """Whether the last commit has just these bytes: told from their name there, a hash."""
        found = self._say("rev-parse", "--verify", "--quiet", f"HEAD:./{file}")
        if found is None or found.returncode != 0:
            return False
        name = found.stdout.decode("ascii", "replace").strip()
        blob = b"blob %d\0" % len(content) + content
        # git's names for what it keeps, no protection of anything
        known = (
            hashlib.sha256(blob) if len(name) == 64 else hashlib.sha1(blob, usedforsecurity=False)
        )
        return known.hexdigest() == name

    def ignores(self, file: str) -> bool:
        found = self._say("check-ignore", "-q", "--", file)
        return found is not None and found.returncode == 0

    def _say(self, *arguments: str) -> subprocess.CompletedProcess[bytes] | None:
        """What git says; None where it isn't there or gives no answer in time."""
        if self._left <= 0:
            return None
        quiet = {
            "PATH": self.environ.get("PATH", os.defpath),
            "HOME": self.environ.get("HOME", "/"),
            "LC_ALL": "C",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_PAGER": "cat",
        }
        began = time.monotonic()
        try:
            return subprocess.run(
                ["git", "-C", str(self.root), *OFF, *arguments],
                env=quiet,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._left,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        finally:
            self._left -= time.monotonic() - began


def keep_copy(git: Git, file: str, content: bytes) -> Path:
    """Write a copy that only its owner can read, and give its path. Raises Refused."""
    root, environ = git.root, git.environ
    beside = _free(root / file)
    place = beside.relative_to(root).as_posix()  # just this name: git may ignore the first alone
    if git.ignores(place) and not beside.parent.is_symlink():
        return _write(beside, content)
    home = environ.get("XDG_STATE_HOME") or ""
    try:
        state = Path(home) if os.path.isabs(home) else Path.home() / ".local" / "state"
    except RuntimeError:  # a user by number alone, as containers have it
        raise Refused("no backup can be kept: this user has no home folder") from None
    folder = state / "smtpdoctor"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise Refused(f"no backup can be kept in {folder}: {reason_of(error)}") from None
    return _write(_free(folder / file.replace("/", "%")), content)


def _free(path: Path) -> Path:
    """Where a copy of the file of that path goes: the first name of which there is no file."""
    for number in range(1, MOST_COPIES):
        counted = "" if number == 1 else f".{number}"
        place = path.with_name(f"{path.name}{counted}.smtpdoctor-backup")
        if not os.path.lexists(place):
            return place
    raise Refused(f"{path} and {MOST_COPIES} more backups are there already")


def _write(place: Path, content: bytes) -> Path:
    """The whole copy, or none: a part of it has secrets, too."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    made = False
    try:
        with os.fdopen(os.open(place, flags, 0o600), "wb") as file:
            made = True
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if made:
            remove_copy(place)
        raise Refused(f"no backup can be kept at {place}: {reason_of(error)}") from None
    return place


def remove_copy(place: Path) -> None:
    """A copy of what was not changed after all."""
    with contextlib.suppress(OSError):
        os.unlink(place)
