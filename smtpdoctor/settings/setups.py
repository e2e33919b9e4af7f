"""Every way in which a program of the folder would send: found by marks, never by running.

Knows dialects by their protocol alone, `env` for what none of them claims, and how set-ups get
their names. It must not know any program, nor what a run does with set-ups.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from smtpdoctor.configuration import OWN, SHARED
from smtpdoctor.settings.dialects.base import Draft, Outcome, dialects
from smtpdoctor.settings.drafts.outcomes import outcome_of, secrets_of
from smtpdoctor.settings.exported import secrets_beside, secrets_by_name, tells_a_secret
from smtpdoctor.settings.folder import Folder, Skipped
from smtpdoctor.settings.harmless import has_generated_label, is_swapped
from smtpdoctor.settings.model import Origin
from smtpdoctor.settings.names import BY_NAME
from smtpdoctor.settings.readers.model import Known, Map, OutOfTimeError
from smtpdoctor.settings.setup import Setup, renamed
from smtpdoctor.settings.usage import UsageError
from smtpdoctor.settings.variables import Layer, layer_of
from smtpdoctor.settings.workspace import Workspace

#: A file that holds the project's own names where it holds no others for mail.
OWN_FILE = re.compile(r"\.env(\.\w+)*$")
NAME = re.compile(rb"(?m)^[^\S\n]*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=")
MAIL = re.compile(rb"(?i)mail|smtp")
#: Where a shell says that the user's own mail is kept.
MAILBOX = "MAIL"

#: What programs call the profile that is read where none is asked for.
PRODUCTIONS = ("production", "prod")
#: What profiles are called: one, several with commas between, a module, a file's path.
PROFILE = re.compile(r"\w[\w.,/+ -]{0,79}")

#: What is looked at of a folder that has more set-ups than any program: of one dialect, and in
#: seconds of the processor and, on a machine that is busy, of any clock.
MOST_OF_ONE = 32
MOST_SECONDS = 2.0
MOST_WAIT = 10.0
#: Files that were left out for one reason are named one by one up to here.
MOST_LINES = 3


class Found(msgspec.Struct, frozen=True):
    """The set-ups of a folder, and what was passed over and why. `unnamed_profile`: that which
    was asked for, where nothing in the folder is called so."""

    setups: tuple[Setup, ...]
    skipped: tuple[Skipped, ...]
    unnamed_profile: str | None = None


def setups_in(
    folder: Path,
    environ: Mapping[str, str],
    *,
    profile: str | None = None,
    given: str | None = None,
    env_file: str | None = None,
    seconds: float = MOST_WAIT,
) -> Found:
    """The set-ups of a folder, read in so many seconds at most.

    `given` is a container's environment as `env` prints it, in place of this one's and of `.env`;
    `env_file` stands in place of `.env`. Raises UsageError for a profile that is no name: reports
    say it.
    """
    if profile and (not PROFILE.fullmatch(profile) or has_generated_label(profile)):
        raise UsageError("--profile: write the name of a profile, such as production")
    files = Folder(folder, seconds=min(seconds, MOST_SECONDS))
    if given is None and env_file is None and not _may_hold_setups(files, environ):
        return Found((), tuple(files.skipped), _unnamed(profile, files))
    workspace = Workspace(
        files,
        environ,
        profile=profile,
        given=None if given is None else _layer(given),
        env_file=env_file,
    )
    found = find_setups(workspace, seconds=seconds)
    return msgspec.structs.replace(found, unnamed_profile=_unnamed(profile, files))


def _unnamed(profile: str | None, folder: Folder) -> str | None:
    """The profile, unless production is meant or a file of the folder has the word in its name or
    in its text: a misspelt one would go without a word, and production's settings be read."""
    if profile is None or profile.lower() in PRODUCTIONS:
        return None
    word = re.compile(rf"(?i)(?<![a-z0-9]){re.escape(profile)}(?![a-z0-9])")
    files = [path for path in folder.files if path not in (OWN, SHARED)]  # they may ask for it
    if any(word.search(path) for path in files):
        return None
    in_text = re.compile(word.pattern.encode())
    return None if any(in_text.search(folder.data(path) or b"") for path in files) else profile


def _may_hold_setups(folder: Folder, environ: Mapping[str, str]) -> bool:
    """Whether anything but the project's own names can be there: the start must not pay for what
    is not."""
    if any(MAIL.search(name.encode()) and name not in (*BY_NAME, MAILBOX) for name in environ):
        return True
    for path in folder.files:
        if not OWN_FILE.match(path):
            return True
        names = NAME.findall(folder.data(path) or b"")
        if any(MAIL.search(name) and name.decode() not in BY_NAME for name in names):
            return True
    return False


def _layer(text: str) -> Layer:
    """The variables that `env` printed."""
    from smtpdoctor.settings.readers.source import Source
    from smtpdoctor.settings.readers.variables import read

    root = read(Source("standard input", text.encode())).root
    values = {}
    if isinstance(root, Known) and isinstance(root.value, Map):
        for entry in root.value.entries:
            if isinstance(entry.value, Known):
                values[str(entry.key)] = str(entry.value.value)
    return layer_of("standard input", values, "stdin")


TELLS = "its host, sender or EHLO name is made from what is or looks like a secret: left alone"


class _Time:
    """What a folder may take. It counts in the processor's time, so that a busy machine finds no
    less, as long as that ends."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        most = min(seconds, MOST_SECONDS)
        self.end = clock() + most
        self._until = self.end - most / 4  # what is found is still to be shown
        self._latest = time.monotonic() + seconds

    def look(self) -> None:
        """Raises OutOfTimeError where no more is to be read."""
        if self._clock() > self._until or time.monotonic() > self._latest:
            raise OutOfTimeError

    def extend(self) -> None:
        """From here on what is found is shown."""
        self._until = self.end


def find_setups(
    workspace: Workspace,
    clock: Callable[[], float] = time.process_time,
    seconds: float = MOST_WAIT,
) -> Found:
    """All set-ups, in the order of the dialects and of the files; of one dialect so many as a
    person writes, and none after the time that a folder may take."""
    left = _Time(clock, seconds)
    workspace.limit = left.look
    skipped: list[Skipped] = []
    drafts = list(_drafts(workspace, left, skipped))
    left.extend()
    setups = _finished(drafts, workspace, left, skipped) if drafts else []
    workspace.limit = None
    from smtpdoctor.settings.kept_elsewhere import kept_elsewhere  # with all that tables need

    skipped += _summed_up(workspace.unread())
    faulty = {origin.file for each in setups for origin in _refusals(each, workspace)}
    passed_over = [each for each in workspace.folder.skipped if each.path not in faulty]
    passed_over += kept_elsewhere(workspace)
    return Found(tuple(_named_apart(setups)), (*passed_over, *skipped))


def _finished(
    drafts: list[Draft], workspace: Workspace, left: _Time, skipped: list[Skipped]
) -> list[Setup]:
    """The set-ups of drafts, so many as there is time for."""
    from smtpdoctor.settings.drafts.finish import finish  # a folder of one .env has no drafts
    from smtpdoctor.settings.drafts.harmless_literals import find_harmless

    at, setups = "", list[Setup]()
    try:
        read: list[tuple[Draft, Outcome]] = []
        for draft in drafts:
            at = draft.place
            outcome = outcome_of(draft, workspace)
            if tells_a_secret(draft, outcome, workspace.exported, workspace.folder.text):
                skipped.append(Skipped(path=at, why=TELLS, cut=True))
            else:
                read.append((draft, outcome))
        secrets = _secrets_of_all(read, workspace)
        for draft, outcome in read:
            at = draft.place
            find_harmless(draft, outcome, workspace, secrets)
        for draft, outcome in read:
            at = draft.place
            left.look()
            setups.append(finish(draft, outcome, workspace, secrets))
    except OutOfTimeError:
        why = "too slow: this set-up and those after it were not read"
        skipped.append(Skipped(path=at, why=why, cut=True))
    return setups


def _summed_up(unread: Mapping[str, str]) -> Iterator[Skipped]:
    """What was not read, each file by itself where they are few: of a large folder one line a
    reason, with the first file."""
    files: dict[str, list[str]] = {}
    for path, why in unread.items():
        files.setdefault(why, []).append(path)
    for why, paths in files.items():
        if len(paths) > MOST_LINES:
            more = f"{why}: this file and {len(paths) - 1} others"
            yield Skipped(path=paths[0], why=more, cut=True)
        else:
            yield from (Skipped(path=path, why=why, cut=True) for path in paths)


def _secrets_of_all(read: list[tuple[Draft, Outcome]], workspace: Workspace) -> list[str]:
    """What any of them has for a secret, which is one in the others' lines, too."""
    secrets = [secret for _, outcome in read for secret in secrets_of(outcome)]
    secrets += {
        outcome.username
        for _, outcome in read
        if outcome.username and is_swapped(outcome.username, outcome.password or "")
    }
    secrets += {each for draft, _ in read for each in secrets_beside(draft.variables)}
    text = workspace.folder.text
    secrets += {each for draft, _ in read for each in secrets_by_name(draft, text)}
    return secrets


def _refusals(setup: Setup, workspace: Workspace) -> Iterator[Origin]:
    """The lines of `.env` files at which the set-up's program ends: its own fault says so."""
    for remark in setup.settings.remarks:
        if remark.kind == "fault" and remark.origin and remark.origin.file in workspace.refused:
            yield remark.origin


def _drafts(workspace: Workspace, left: _Time, skipped: list[Skipped]) -> Iterator[Draft]:
    """What the dialects find, and what none of them claims."""
    from smtpdoctor.settings.dialects import clear_names  # with all that tables need
    from smtpdoctor.settings.dialects.env import ENV

    found: list[Draft] = []
    at = ""
    try:
        for dialect in dialects():
            at = dialect.id
            try:
                for number, draft in enumerate(dialect.find(workspace)):
                    if number == MOST_OF_ONE:
                        why = f"more than {MOST_OF_ONE} set-ups: the rest was not looked at"
                        skipped.append(Skipped(path=at, why=why, cut=True))
                        break
                    left.look()
                    found.append(draft)
                    yield draft
            except OutOfTimeError:
                raise
            except Exception as error:  # its fault costs no other dialect the folder
                skipped.append(_own_fault(at, error))
        for unclaimed in (ENV.unclaimed, clear_names.unclaimed):
            for draft in unclaimed(workspace, tuple(found)):
                found.append(draft)
                yield draft
    except OutOfTimeError:
        why = "too slow: the rest, and what other programs may have, was not looked at"
        skipped.append(Skipped(path=at, why=why, cut=True))


def _own_fault(path: str, error: Exception) -> Skipped:
    from smtpdoctor.own_fault import describe  # only where there is one

    why = f"a fault of smtpdoctor's own, please report it: {describe(error)}"
    return Skipped(path=path, why=why, cut=True)


def _named_apart(setups: Iterable[Setup]) -> list[Setup]:
    """The same, so that no two have one name."""
    seen: dict[str, int] = {}
    named = []
    for setup in setups:
        count = seen[setup.name] = seen.get(setup.name, 0) + 1
        named.append(setup if count == 1 else renamed(setup, f"{setup.name} ({count})"))
    return named
