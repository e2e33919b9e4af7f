"""The one way in which this program reads and writes files.

This module knows what a file may be: a regular one, of bounded size, opened without waiting; and
how what the doctor writes comes to be: private, whole, never through a link, never over what is
not its own. It must not know what stands in a file. Its errors are one line of its own words.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from smtpdoctor.text import visible

#: A settings file or a package.json is some kilobytes.
SETTINGS_LIMIT = 1 << 20
#: All CA certificates of a system are 200 to 400 KiB of PEM.
CERTIFICATES_LIMIT = 8 << 20
#: A saved run is some hundred kilobytes; an endless file must not fill the memory.
REPORT_LIMIT = 64 << 20

Cause = Literal["missing", "not-a-file", "too-large", "not-ours", "system"]

WORDS = {
    errno.ENOENT: "No such file or directory",
    errno.ENOTDIR: "No such file or directory",
    errno.EACCES: "Permission denied",
    errno.EPERM: "Operation not permitted",
    errno.EISDIR: "Is a directory",
    errno.ELOOP: "Too many links, or a link where none may be",
    errno.ENAMETOOLONG: "File name too long",
    errno.ENOSPC: "No space left on device",
    errno.EROFS: "Read-only file system",
    errno.ENXIO: "No device or program at the other end",
    errno.EIO: "Input/output error",
}

#: Not every system has all of these.
FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    FLAGS |= getattr(os, _name, 0)

KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISLNK, "a link"),
)


class FileFault(Exception):  # noqa: N818 - a fault of the user's file, not of the program
    """A file that can't be read or written. The text is one line, path and reason."""

    def __init__(self, path: str | Path, reason: str, cause: Cause) -> None:
        super().__init__(f"{visible(str(path))}: {reason}")
        self.reason = reason
        self.cause = cause


def reason_of(error: OSError) -> str:
    """What an error of the system means, in words of our own; else its name."""
    if error.errno is None:
        return "can't be read or written"
    return WORDS.get(error.errno) or errno.errorcode.get(error.errno, "unknown error")


def read_bounded(path: str | Path, limit: int, *, label: str | None = None) -> bytes:
    """The content of a regular file of at most `limit` bytes; `label` names it in the error.

    Never waits: a pipe, a socket or a device is refused before anything is read. Raises FileFault.
    """
    name = str(path) if label is None else label
    try:
        descriptor = os.open(path, FLAGS)
    except OSError as error:
        # of a name that is too long there is no file anywhere
        missing = error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}
        raise FileFault(name, reason_of(error), "missing" if missing else "system") from None
    except ValueError:  # a NUL in the name
        raise FileFault(name, "not a file name", "missing") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise FileFault(name, f"is {_kind(found.st_mode)}, not a regular file", "not-a-file")
        content = _read(descriptor, limit) if found.st_size <= limit else None
    except OSError as error:
        raise FileFault(name, reason_of(error), "system") from None
    finally:
        os.close(descriptor)
    if content is None:
        raise FileFault(name, f"larger than {_size(limit)}", "too-large")
    return content


def _read(descriptor: int, limit: int) -> bytes | None:
    """All of the file; None where it has more than `limit` bytes, whatever it said before."""
    parts: list[bytes] = []
    left = limit + 1
    while left and (part := os.read(descriptor, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts) if left else None


def _kind(mode: int) -> str:
    return next((words for test, words in KINDS if test(mode)), "no file")


def _size(limit: int) -> str:
    return f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit} bytes"


def check_writable(path: str | Path, *, ours: Callable[[bytes], bool], force: bool = False) -> None:
    """Whether `write_private` would write there, so far as it shows without writing.

    Changes nothing. Raises FileFault.
    """
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        make_sure_of_folder(path)
        return
    except OSError as error:
        raise FileFault(path, reason_of(error), "system") from None
    except ValueError:
        raise FileFault(path, "not a file name", "missing") from None
    if not stat.S_ISREG(found.st_mode):
        raise FileFault(path, f"is {_kind(found.st_mode)}, not a regular file", "not-a-file")
    if force:
        return
    try:
        content = read_bounded(path, REPORT_LIMIT)
    except FileFault as fault:
        if fault.cause != "too-large":
            raise
        content = b""
    # an empty file is no report either: somebody else's lock, or a disk that was full
    if not ours(content):
        raise FileFault(
            path, "is not known as an earlier report of smtpdoctor; --force replaces it", "not-ours"
        )


def write_private(
    path: str | Path,
    text: str,
    *,
    ours: Callable[[bytes], bool],
    force: bool = False,
    mode: int = 0o600,
) -> None:
    """Write a file that only its owner can read (0600): beside its place first, then renamed.

    `mode` lets others read what another program is to collect. What stands there is replaced only
    where `ours` says of its content that it is an earlier report, or with `force`; a link or
    anything that is no regular file never is. Where it fails, nothing has changed. Raises
    FileFault.
    """
    import tempfile

    check_writable(path, ours=ours, force=force)
    place = Path(path)
    beside = None
    try:
        # mkstemp makes it anew (O_EXCL) and with mode 0600
        descriptor, beside = tempfile.mkstemp(prefix=f".{place.name[:100]}.", dir=place.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
            file.flush()
            if mode != 0o600 and hasattr(os, "fchmod"):  # Windows has no such modes
                os.fchmod(descriptor, mode)
            os.fsync(file.fileno())
        os.replace(beside, place)
    except OSError as error:
        if beside is not None:
            with contextlib.suppress(OSError):
                os.unlink(beside)
        raise FileFault(path, reason_of(error), "system") from None


def make_sure_of_folder(path: str | Path) -> None:
    """Whether a file can be made there. Raises FileFault."""
    folder = Path(path).parent
    if not folder.is_dir():
        raise FileFault(path, WORDS[errno.ENOENT], "missing")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FileFault(path, WORDS[errno.EACCES], "system")


def open_private(path: str | Path, *, anew: bool) -> int:
    """A descriptor to read from and append to, of a file that only its owner can read (0600).

    Never through a link, never of anything that is no regular file, nor of another user's, which
    somebody may have laid there in a folder that many write to. `anew` empties it: whether
    that may be is the caller's to ask first. Raises FileFault.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        raise FileFault(path, reason_of(error), "system") from None
    except ValueError:
        raise FileFault(path, "not a file name", "missing") from None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise FileFault(path, f"is {_kind(found.st_mode)}, not a regular file", "not-a-file")
    if hasattr(os, "geteuid") and found.st_uid != os.geteuid():  # who could read and change it
        os.close(descriptor)
        raise FileFault(path, "belongs to another user", "not-ours")
    if anew:
        os.ftruncate(descriptor, 0)
        make_private(descriptor)
    return descriptor


def make_private(descriptor: int) -> None:
    """From now on only its owner can read and write this file."""
    if hasattr(os, "fchmod"):  # Windows has no such modes
        os.fchmod(descriptor, 0o600)


def append(path: str | Path, text: str) -> None:
    """Append to a regular file that another program made for it. Raises FileFault.

    Never through a link, and never waits for a pipe.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise FileFault(path, f"is {_kind(mode)}, not a regular file", "not-a-file")
            file.write(text.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "not a file name"
        raise FileFault(path, reason, "system") from None
