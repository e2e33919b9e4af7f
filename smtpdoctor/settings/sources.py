"""Where settings are read from: the environment, a `.env` file, standard input.

This module knows how each source is read and what its faults are called. It must not know what
values mean, nor which source wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

import msgspec

from smtpdoctor.files import SETTINGS_LIMIT, FileFault, read_bounded
from smtpdoctor.settings.dotenv import read_dotenv
from smtpdoctor.settings.exported import generated_in
from smtpdoctor.settings.model import FALSE, Note, Origin, OriginKind, Secret
from smtpdoctor.settings.names import BY_NAME, SWITCHES, looks_like, names_mail_host
from smtpdoctor.settings.usage import UsageError
from smtpdoctor.text import visible

DOTENV = ".env"
STDIN = "-"

#: What has more lines is a log or a dump. python-dotenv needs 50 µs a line, and with quotes that
#: are never closed every line is read several times.
MOST_LINES = 20_000
#: A file of names that look like settings is none of ours; these are told, the others are not.
MOST_NEAR = 50

ENV_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)=(.*)", re.DOTALL)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The line of a file in which a value begins; `columns` as in `Origin`."""

    text: Secret
    columns: tuple[int, int]
    quote: str = ""


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """One variable as one source has it. The value may be a secret and prints as a mask."""

    name: str
    value: Secret
    origin: Origin
    line: Line | None = None
    note: Note | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What one source gave: one of an ordered list, the first of which wins.

    `near` are names that look like settings and are none, `hosts` those of other names that say
    whom mail is handed to: neither is read, but who wrote credentials beside them meant them.
    `secrets` are generated texts of other names, which no setting may show.
    """

    label: str
    kind: OriginKind
    occurrences: tuple[Occurrence, ...] = ()
    near: tuple[Occurrence, ...] = ()
    hosts: tuple[Occurrence, ...] = ()
    secrets: tuple[Secret, ...] = ()


def environment(environ: Mapping[str, str]) -> Source:
    """The known variables of the environment."""
    return _sort(
        "environment",
        "environment",
        (
            Occurrence(
                name=encodable(name),
                # a secret is sent byte for byte, and never shown
                value=Secret(value if _is_secret(name) else encodable(value)),
                origin=Origin(kind="environment", name=encodable(name)),
            )
            for name, value in environ.items()
        ),
    )


def encodable(text: str) -> str:
    """The text with bytes that are no UTF-8 (lone surrogates) written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def dotenv_file(path: Path, label: str, *, required: bool) -> Source | None:
    """The known variables of a `.env` file; None where it is missing and need not be there.

    Raises UsageError where it cannot be read or is no text.
    """
    try:
        content = read_bounded(path, SETTINGS_LIMIT, label=label)
    except FileFault as fault:
        if fault.cause == "missing" and not required:
            return None
        if fault.cause == "missing":
            raise UsageError(str(fault)) from None
        raise UsageError(f"{visible(label)}: cannot be read: {fault.reason}") from None
    text = _text(content, visible(label))
    return _sort(label, "file", _of_dotenv(text, label))


#: What is given as --env-file by mistake: programs and documents, which have readers of their own.
OTHER_FILES = (
    *(".py", ".js", ".cjs", ".mjs", ".ts", ".jsx", ".tsx", ".php", ".rb", ".go", ".java", ".kt"),
    *(".cs", ".json", ".yaml", ".yml", ".toml", ".xml", ".html", ".md", ".pem", ".crt", ".key"),
    *(".sql", ".lock", ".pl", ".pm"),
)


def refuse_other_files(path: Path, label: str) -> None:
    """Raises UsageError where the file is one of another type, by its name or its first sign."""
    suffix = path.suffix.lower()
    if suffix in OTHER_FILES:
        raise UsageError(
            f"--env-file {visible(label)}: a {suffix} file is no list of NAME=value lines; "
            "smtpdoctor check in its folder reads programs by themselves"
        )
    try:
        content = read_bounded(path, SETTINGS_LIMIT, label=label)
    except FileFault:
        return  # said where it is read
    if content.lstrip()[:1] in (b"{", b"<") and not content.lstrip().startswith(b"<<<<<<<"):
        raise UsageError(f"--env-file {visible(label)}: no list of NAME=value lines")


def _text(content: bytes, label: str) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise UsageError(f"{label}: UTF-16 text; save it as UTF-8")
    if content.count(b"\n") + content.count(b"\r") > 2 * MOST_LINES or (
        len(content.splitlines()) > MOST_LINES
    ):
        raise UsageError(f"{label}: more than {MOST_LINES} lines, not a settings file")
    if b"\0" in content:
        raise UsageError(f"{label}: binary (a NUL byte), not a settings file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{label}: not UTF-8 text (line {line})") from None


def _of_dotenv(text: str, label: str) -> Iterator[Occurrence]:
    for item in read_dotenv(text):
        yield Occurrence(
            name=item.name,
            value=item.value,
            origin=Origin(
                kind="file", name=item.name, file=label, line=item.line, columns=item.columns
            ),
            line=Line(text=item.text, columns=item.columns, quote=item.quote),
            note=item.note,
        )


def text_of_standard_input(stdin: TextIO | None) -> str:
    """All of it. Raises UsageError where there is no standard input or it is no text."""
    if stdin is None:
        raise UsageError("--env-file -: there is no standard input")
    try:
        text = stdin.read(SETTINGS_LIMIT + 1)
    except UnicodeDecodeError:
        raise UsageError("--env-file -: standard input is not UTF-8 text") from None
    if len(text) > SETTINGS_LIMIT:
        raise UsageError("--env-file -: more than 1 MiB on standard input, no settings")
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise UsageError("--env-file -: standard input is binary, not NAME=value lines")
    return text.removeprefix("\ufeff")


def standard_input(stdin: TextIO | None) -> Source:
    """The output of `env`, as `docker exec app env` prints it: every value raw.

    Raises UsageError where there is no standard input or it is no text.
    """
    return _sort("standard input", "stdin", _of_env(text_of_standard_input(stdin)))


def _of_env(text: str) -> Iterator[Occurrence]:
    """`NAME=value` lines. In a whole environment (which has a PATH), an empty line is a line end
    in the value before it, and any other continues a secret; elsewhere they are a file's own."""
    lines = text.removesuffix("\n").split("\n")
    if all(line.endswith("\r") for line in lines[:-1]):  # a terminal of docker exec -t
        lines = [line.removesuffix("\r") for line in lines]
    whole = any(line.startswith("PATH=") for line in lines)
    open_: tuple[int, str, str, str] | None = None
    for number, line in enumerate(lines, 1):
        match = ENV_LINE.fullmatch(line)
        if match:
            if open_:
                yield _of_env_line(*open_)
            open_ = (number, match[1], match[2], line)
        elif open_ and whole and (not line or _is_secret(open_[1])):
            open_ = (open_[0], open_[1], f"{open_[2]}\n{line}", open_[3])
    if open_:
        yield _of_env_line(*open_)


def _is_secret(name: str) -> bool:
    return name in BY_NAME and BY_NAME[name].kind == "secret"


def _of_env_line(number: int, name: str, value: str, line: str) -> Occurrence:
    columns = (len(name) + 2, len(line) + 1)
    return Occurrence(
        name=name,
        value=Secret(value),
        origin=Origin(kind="stdin", name=name, line=number, columns=columns),
        line=Line(text=Secret(line), columns=columns),
    )


def _is_off(occurrence: Occurrence) -> bool:
    """Whether it is another program's switch for TLS, and says no."""
    value = occurrence.value.reveal().strip().lower()
    return occurrence.name.upper() in SWITCHES and value in FALSE


def _sort(label: str, kind: OriginKind, occurrences: Iterable[Occurrence]) -> Source:
    known: list[Occurrence] = []
    near: list[Occurrence] = []
    hosts: list[Occurrence] = []
    secrets: list[Secret] = []
    for occurrence in occurrences:
        if occurrence.name in BY_NAME:
            known.append(occurrence)
            continue
        secrets += map(Secret, generated_in(occurrence.name, occurrence.value.reveal()))
        if len(near) < MOST_NEAR and looks_like(occurrence.name) and not _is_off(occurrence):
            # the value may be a secret: its columns would tell its length
            origin = msgspec.structs.replace(occurrence.origin, columns=None)
            near.append(msgspec.structs.replace(occurrence, origin=origin))
        if len(hosts) < MOST_NEAR and names_mail_host(occurrence.name):
            hosts.append(occurrence)
    return Source(
        label=label,
        kind=kind,
        occurrences=tuple(known),
        near=tuple(near),
        hosts=tuple(hosts),
        secrets=tuple(secrets),
    )
