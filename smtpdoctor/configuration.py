"""What a project says of its own checks: `.smtpdoctor.toml`, or `[tool.smtpdoctor]` of
`pyproject.toml`.

Knows where such a file is looked for, its keys and their types. Must not know what an acceptance
does to a report (`report.acceptance`), nor what a command makes of a default (`cli`). The file is
the folder's word, and the folder may be anybody's: no key of it writes, logs in, or leads anywhere
else (docs/decisions/0021-what-a-projects-file-may-say.md).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from smtpdoctor import pages
from smtpdoctor.deadline import LONGEST_TIMEOUT, SHORTEST_TIMEOUT
from smtpdoctor.diagnosis.model import Acceptance
from smtpdoctor.examination.options import DefaultSetup
from smtpdoctor.files import SETTINGS_LIMIT, FileFault, read_bounded
from smtpdoctor.report import formats

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.document import Document

OWN, SHARED = ".smtpdoctor.toml", "pyproject.toml"
#: In bytes, as of any settings file.
LARGEST = SETTINGS_LIMIT
#: What ends the way up: above it is no part of the project.
REPOSITORY = (".git", ".hg")

KEYS = ("accept", "profile", "setup", "timeout", "format")
ENTRY = ("code", "setup", "reason", "until")
#: How `accept` is written in either file.
EXAMPLE = '[{ code = "dmarc-missing", reason = "…" }]'
#: What a file never says, though it is an option: it writes, logs in or goes elsewhere.
COMMAND_LINE_ONLY = frozenset(
    {
        "anonymous", "ask-metadata", "cafile", "client", "connect-to", "ehlo", "env-file", "fix",
        "force", "from", "host", "nameserver", "no-third-party", "only", "open", "output",
        "password", "password-stdin", "port", "replay", "save", "size", "skip", "strict",
        "target", "ticket", "tls", "to", "user", "verbose", "yes",
    }
)  # fmt: skip
#: With these a run touches more, so the command line alone asks for them.
NOT_BY_FILE = frozenset({"ticket"})
LONGEST_REASON = 300
#: The head by which a `pyproject.toml` that is not valid is about smtpdoctor all the same.
SPEAKS = re.compile(rb"""(?m)^[ \t]*\[+[ \t]*["']?tool["']?[ \t]*\.[ \t]*["']?smtpdoctor\b""")


class ConfigurationError(Exception):
    """A file that can't be gone by: one line, with its place."""


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """What was read. `file` is relative to the folder that is looked at, "" where there is none;
    `lines` has the line of each key that it sets."""

    file: str = ""
    accept: tuple[Acceptance, ...] = ()
    profile: str | None = None
    setup: tuple[str, ...] = ()
    timeout: float | None = None
    format: str | None = None
    lines: Mapping[str, int] = {}

    @property
    def default_setup(self) -> DefaultSetup | None:
        """What it picks, as the options of a check have it."""
        if not self.setup:
            return None
        return DefaultSetup(parts=self.setup, place=f"{self.file}:{self.lines['setup']}")


def read(folder: Path) -> Configuration:
    """The nearest file that speaks of smtpdoctor, from the folder up to the repository's root.

    In one folder `.smtpdoctor.toml` comes before `pyproject.toml`; files are not joined. Outside
    of a repository the folder's own alone. Raises ConfigurationError.
    """
    found = _nearest(folder)
    return Configuration() if found is None else found[0].configuration(found[1])


def told_format(folder: Path) -> str | None:
    """The format that the nearest file asks for, whatever else is wrong with that file."""
    try:
        found = _nearest(folder)
    except (ConfigurationError, OSError):
        return None
    given = None if found is None else found[1].get("format")
    return given if isinstance(given, str) else None


def _nearest(folder: Path) -> tuple[_Reader, dict[str, Any]] | None:
    """Raises ConfigurationError."""
    for place in _places(folder):
        for name, path in ((OWN, ()), (SHARED, ("tool", "smtpdoctor"))):
            shown = os.path.relpath(place / name, folder).replace(os.sep, "/")
            content = _content(place / name, shown)
            data = None if content is None else _table(content, shown, path)
            if content is not None and data is not None:
                return _Reader(shown, content, path), data
    return None


def _places(folder: Path) -> Iterable[Path]:
    folder = Path(os.path.abspath(folder))
    above = [folder, *folder.parents]
    root = next((number for number, each in enumerate(above) if _is_repository(each)), 0)
    return above[: root + 1]


def _is_repository(folder: Path) -> bool:
    return any(os.path.lexists(folder / mark) for mark in REPOSITORY)


def _content(path: Path, shown: str) -> bytes | None:
    """None where there is no such file, or it says nothing of smtpdoctor."""
    try:
        content = read_bounded(path, LARGEST, label=shown)
    except FileFault as fault:
        # another program's file may be anything
        if fault.cause == "missing" or path.name == SHARED:
            return None
        raise ConfigurationError(str(fault)) from None
    return content if path.name == OWN or b"smtpdoctor" in content else None


def _table(content: bytes, shown: str, path: tuple[str, ...]) -> dict[str, Any] | None:
    """The part that is about smtpdoctor; None where the file has none."""
    try:
        data: Any = _parsed(content, shown)
    except ConfigurationError:
        if path and not SPEAKS.search(content):  # it names smtpdoctor somewhere, as a dependency
            return None
        raise
    for key in path:
        if not isinstance(data, dict) or key not in data:
            return None
        data = data[key]
    if not isinstance(data, dict):
        raise ConfigurationError(f"{shown}: {'.'.join(path)} must be a table")
    return data


def _parsed(content: bytes, shown: str) -> dict[str, Any]:
    from smtpdoctor.settings import toml_text

    try:
        return toml_text.parsed(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigurationError(f"{shown}: is not in UTF-8") from None
    except toml_text.TooDeepError as error:
        raise ConfigurationError(f"{shown}:{error.line}: {error}") from None
    except (ValueError, RecursionError) as error:
        # its own words may repeat what stands there
        told = re.search(r"at line (\d+)", str(error))
        line = int(told[1]) if told else content.rstrip().count(b"\n") + 1
        raise ConfigurationError(f"{shown}:{line}: is not valid TOML") from None


class _Reader:
    """One file, whose keys have places."""

    def __init__(self, file: str, content: bytes, path: tuple[str, ...]) -> None:
        self.file = file
        self.path = path
        self._content = content
        self._document: Document | None = None
        self._codes = frozenset(pages.codes())

    def configuration(self, data: dict[str, Any]) -> Configuration:
        """Raises ConfigurationError."""
        self._known(data, KEYS, ())
        return Configuration(
            file=self.file,
            accept=tuple(self._entries(data.get("accept", []))),
            profile=self._text(data, "profile"),
            setup=self._setup(data),
            timeout=self._timeout(data),
            format=self._format(data),
            lines={key: self._line(key) for key in data},
        )

    def _known(self, data: dict[str, Any], keys: tuple[str, ...], path: tuple[Any, ...]) -> None:
        for key in data:
            if key in keys:
                continue
            name = key.replace("_", "-").lower()
            if not path and name in COMMAND_LINE_ONLY:
                words = f"--{name} can be given on the command line only"
            elif not path and name == "tool" and not self.path:
                words = "the keys of this file stand at its top, without [tool.smtpdoctor]"
            else:
                hint = _meant(name, keys)
                words = f"unknown key “{key}”: known are {', '.join(keys)}{hint}"
            raise self._error(words, *path, key)

    def _entries(self, entries: Any) -> Iterator[Acceptance]:
        if not isinstance(entries, list):
            raise self._error(f"accept must be a list of tables, such as {EXAMPLE}", "accept")
        for number, entry in enumerate(entries):
            at = ("accept", number)
            if not isinstance(entry, dict):
                words = f"accept: each entry is a table with code and reason: {EXAMPLE}"
                raise self._error(words, *at)
            self._known(entry, ENTRY, at)
            yield Acceptance(
                code=self._code(entry, at),
                setup=self._text(entry, "setup", at) or "",
                reason=self._reason(entry, at),
                until=self._until(entry, at),
                file=self.file,
                line=self._line(*at, "code"),
            )

    def _code(self, entry: dict[str, Any], at: tuple[Any, ...]) -> str:
        code = self._text(entry, "code", at)
        if code is None:
            raise self._error("accept: code is missing", *at)
        if code not in self._codes:
            near = pages.nearest(code)
            hint = f"did you mean {near}?" if near else "smtpdoctor explain lists the codes"
            raise self._error(f"accept: no diagnosis code “{code}”; {hint}", *at, "code")
        return code

    def _reason(self, entry: dict[str, Any], at: tuple[Any, ...]) -> str:
        if not str(entry.get("reason", "")).strip():
            words = "is empty" if "reason" in entry else "is missing"
            raise self._error(f"accept: reason {words}: say why this is lived with", *at, "reason")
        reason = (self._text(entry, "reason", at) or "").strip()
        if len(reason) > LONGEST_REASON:
            most = f"accept: reason is longer than {LONGEST_REASON} characters"
            raise self._error(most, *at, "reason")
        return reason

    def _until(self, entry: dict[str, Any], at: tuple[Any, ...]) -> date | None:
        until = entry.get("until")
        if until is None or (isinstance(until, date) and not isinstance(until, datetime)):
            return until
        quoted = isinstance(until, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", until)
        hint = ", without quotes" if quoted else ""
        words = f"accept: until must be a day such as 2027-03-01{hint}"
        raise self._error(words, *at, "until")

    def _setup(self, data: dict[str, Any]) -> tuple[str, ...]:
        given = data.get("setup", [])
        parts = [given] if isinstance(given, str) else given
        if not isinstance(parts, list) or not all(isinstance(p, str) and p.strip() for p in parts):
            raise self._error("setup must be a part of a set-up's name, or a list of such", "setup")
        return tuple(parts)

    def _timeout(self, data: dict[str, Any]) -> float | None:
        given = data.get("timeout")
        if given is None:
            return None
        is_number = isinstance(given, int | float) and not isinstance(given, bool)
        if not is_number or not SHORTEST_TIMEOUT <= given <= LONGEST_TIMEOUT:
            words = f"timeout must be seconds from {SHORTEST_TIMEOUT} to {LONGEST_TIMEOUT}"
            raise self._error(words, "timeout")
        return float(given)

    def _format(self, data: dict[str, Any]) -> str | None:
        given = self._text(data, "format")
        known = [name for name in formats.names() if name not in NOT_BY_FILE]
        if given in NOT_BY_FILE:
            raise self._error(f"format {given} can be given on the command line only", "format")
        if given is not None and given not in known:
            words = f"format is none of {', '.join(known)}{_meant(given, known)}"
            raise self._error(words, "format")
        return given

    def _text(self, data: dict[str, Any], key: str, at: tuple[Any, ...] = ()) -> str | None:
        given = data.get(key)
        if given is None or (isinstance(given, str) and given.strip()):
            return given
        where = "accept: " if at else ""
        words = "is empty" if isinstance(given, str) else "must be a text in quotes"
        raise self._error(f"{where}{key} {words}", *at, key)

    def _error(self, words: str, *path: Any) -> ConfigurationError:
        return ConfigurationError(f"{self.file}:{self._line(*path)}: {words}")

    def _line(self, *path: Any) -> int:
        """Of what stands there, else of what it would stand in."""
        if self._document is None:
            from smtpdoctor.settings.readers.source import Source
            from smtpdoctor.settings.readers.toml import read as read_toml

            self._document = read_toml(Source(self.file, self._content))
        whole = (*self.path, *path)
        for end in range(len(whole), 0, -1):
            found = self._document.at(*whole[:end])
            if not found.absent and found.span is not None:
                return found.span.line
        return 1


def _meant(text: str, known: Iterable[str]) -> str:
    import difflib

    near = difflib.get_close_matches(text, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
