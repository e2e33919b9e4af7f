"""What the readers of a `.env` make of its password: typed facts without a value or a length.

Knows which readers a folder's marks suggest. It must not know words for a report, nor which value
a login is tried with in the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from smtpdoctor.files import SETTINGS_LIMIT, FileFault, read_bounded
from smtpdoctor.settings.dependencies import Dependencies, Ecosystem
from smtpdoctor.settings.folder import Folder
from smtpdoctor.settings.login_release import (
    HOMES,
    Destination,
    WrittenSecret,
    is_provider,
    why_not,
    without_login,
)
from smtpdoctor.settings.model import (
    Credentials,
    PasswordReading,
    PasswordReadings,
    Secret,
    Settings,
    Withheld,
)

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.dotenv.understanding import Understanding

#: A text that every reader takes for itself: no need to ask them.
PLAIN = re.compile(r"[A-Za-z0-9_.,:+=@%/-]*")
#: Two dozen readers look at the whole file, several times: no `.env` that somebody wrote is longer.
LONGEST_FILE = 64 * 1024
#: Where none is known, those that most programs have are named first.
WIDESPREAD = ("npm-dotenv", "phpdotenv", "ruby-dotenv", "python-dotenv", "node", "compose")
QUOTES = ("'", '"', "`", "")

ECOSYSTEMS: dict[str, Ecosystem] = {
    "package.json": "npm",
    "python requirements": "pypi",
    "composer.json": "composer",
    "Gemfile": "rubygems",
    "go.mod": "go",
}
COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")


class _Mark(msgspec.Struct, rename={"in_": "in"}):
    in_: str
    dependency: str = ""
    versions: str = ""
    file: str = ""


class _Reader(msgspec.Struct):
    reader: str
    files: tuple[str, ...] = ()
    marks: tuple[_Mark, ...] = ()


class _Table(msgspec.Struct):
    readers: tuple[_Reader, ...]


def understood(  # branches: each way in which nobody can tell ends it
    text: str,
    name: str,
    readers: Sequence[str],
    *,
    place: tuple[str, int],
    environ: Mapping[str, str],
    known: bool,
) -> PasswordReadings | None:
    """What these readers make of the variable; None where all get what was meant, or nobody can
    tell what that is. `known`: one of them is the program's own, else any may be."""
    from smtpdoctor.settings.readers.dotenv import quoting, understand
    from smtpdoctor.settings.readers.dotenv import readers as all_readers

    if len(text) > LONGEST_FILE:
        return None
    found = understand(text, name, readers, environ)
    if found is None or found.meant is None or found.meant.reference:
        return None
    value = found.meant.value.reveal()
    right = quoting(value, readers)
    # a line that is as good as any: no other serves those readers
    beyond = () if known else right.cannot
    odd = [each for each in found.altered if each.reader not in beyond]
    if not odd:
        return None
    served = [each for each in readers if each not in right.cannot]
    wraps = {f"{quote}{value}{quote}": quote for quote in QUOTES}
    quote = None if known and right.cannot else wraps.get(right.text.reveal())
    moves_comment = False
    if quote is not None:
        line = _Line(text, name, found, environ)
        ways = [(quote, False), (quote, True)]
        if found.meant.comment:
            ways[1:1] = [(found.meant.quote, True), ("", True)]
        right_ways = (way for way in ways if line.serves(*way, served))
        quote, moves_comment = next(right_ways, (None, False))
    titles = all_readers()
    return PasswordReadings(
        name=name,
        file=place[0],
        line=place[1],
        known=known,
        readers=tuple(titles[each].title for each in readers),
        altered=tuple(
            PasswordReading(
                reader=titles[each.reader].title,
                state=each.state,
                alterations=tuple(each.alterations),
                faults=tuple(each.faults),
            )
            for each in odd
        ),
        quote=quote,
        cannot=tuple(titles[each].title for each in beyond),
        moves_comment=moves_comment,
    )


class _Line(NamedTuple):
    """The line of the password in its file, to be read again as it would be after a change."""

    text: str
    name: str
    found: Understanding
    environ: Mapping[str, str]

    def serves(self, quote: str, moves_comment: bool, readers: Sequence[str]) -> bool:
        """Whether all these readers get what was meant from the line in these quotes, with the
        comment behind it or with it on a line of its own."""
        from smtpdoctor.settings.readers.dotenv import read

        meant = self.found.meant
        if meant is None:
            return False
        lines = re.split("(\r\n|\n|\r)", self.text)
        at, (first, last) = 2 * (self.found.line - 1), self.found.columns
        rest = "" if moves_comment else lines[at][last - 1 :]
        lines[at] = f"{lines[at][: first - 1]}{quote}{meant.value.reveal()}{quote}{rest}"
        changed = "".join(lines)
        return all(
            (entry := read(each, changed, self.environ).entry(self.name)) is not None
            and meant.is_met_by(entry.value)
            for each in readers
        )


def of_own_names(
    settings: Settings, credentials: Credentials, folder: Path, environ: Mapping[str, str]
) -> tuple[Settings, Credentials]:
    """The same with what the folder's readers make of the password in its file; where they are
    one, the password is what that one gets."""
    entry = settings.entry("password")
    password = credentials.password
    if entry is None or entry.origin.kind != "file" or entry.part_of is not None or not password:
        return settings, credentials
    file, line = entry.origin.file, entry.origin.line
    if file is None or line is None:
        return settings, credentials
    text = _text(folder / file)
    if text is None or is_plain(text, line):
        return settings, credentials
    from smtpdoctor.settings.readers.dotenv import read
    from smtpdoctor.settings.readers.dotenv import readers as all_readers

    name = entry.origin.name
    marked = list(dict.fromkeys(_marked(folder, file, name)))
    found = understood(
        text,
        name,
        marked or list(dict.fromkeys((*WIDESPREAD, *all_readers()))),
        place=(file, line),
        environ=environ,
        known=bool(marked),
    )
    settings = msgspec.structs.replace(settings, password_readings=found)
    if len(marked) != 1:
        return settings, credentials
    own = read(marked[0], text, environ).entry(name)
    if own is None or own.value is None or own.value.reveal() == password.reveal():
        return settings, credentials
    bare = read(marked[0], text, {}).entry(name)
    if bare is None or bare.value is None or bare.value.reveal() != own.value.reveal():
        withheld = _exported(settings, credentials, environ)
        if withheld is not None:
            return without_login(settings, withheld), Credentials()
    return _with_password(settings, credentials, own.value)


def _exported(
    settings: Settings, credentials: Credentials, environ: Mapping[str, str]
) -> Withheld | None:
    """Why a password that the file fills in from this process's variables stays home."""
    from smtpdoctor.settings.candidates import hosts_of_environment

    host = settings.entry("host")
    if settings.host is None or host is None:
        return None
    return why_not(
        WrittenSecret(
            home="environment",
            place="environment",
            hosts=hosts_of_environment(environ),
            user=credentials.username,
        ),
        Destination(host=settings.host, home=HOMES[host.origin.kind]),
        is_provider=is_provider,
    )


def _with_password(
    settings: Settings, credentials: Credentials, password: Secret
) -> tuple[Settings, Credentials]:
    from smtpdoctor.settings.values import password_shape

    changed = msgspec.structs.replace(
        settings,
        has_password=bool(password),
        password_shape=password_shape(password.reveal()) if password else (),
    )
    return changed, msgspec.structs.replace(credentials, password=password if password else None)


def _text(path: Path) -> str | None:
    try:
        return read_bounded(path, SETTINGS_LIMIT).decode("utf-8-sig")
    except (FileFault, UnicodeDecodeError):
        return None


def is_plain(text: str, line: int) -> bool:
    """Whether every reader takes what stands behind the = of that line for itself."""
    lines = re.split("\r\n|\n|\r", text)
    value = lines[line - 1].partition("=")[2] if line <= len(lines) else ""
    return PLAIN.fullmatch(value) is not None


# --- marks -----------------------------------------------------------------------------------


def _marked(root: Path, file: str, name: str) -> Iterator[str]:
    """The readers that the folder's own files say it reads this `.env` with."""
    folder = Folder(root)
    dependencies = Dependencies(folder)
    yield from _compose(folder, file, name)
    taken: set[str] = set()
    for reader in _table():
        for mark in reader.marks:
            ecosystem = ECOSYSTEMS.get(mark.in_)
            if mark.in_ == "folder" and reader.reader != "compose" and folder.has(mark.file):
                yield reader.reader
            if ecosystem is None or not mark.dependency or mark.dependency in taken:
                continue
            found = dependencies.find(ecosystem, mark.dependency)
            if found is not None and _fits(found.major, mark.versions):
                taken.add(mark.dependency)
                yield reader.reader


def _compose(folder: Folder, file: str, name: str) -> Iterator[str]:
    """Compose hands a file to a container (env_file), or fills its own ${NAME} from `.env`."""
    for path in COMPOSE_FILES:
        text = folder.text(path) or ""
        quoted = re.escape(file.rpartition("/")[2])
        if re.search(rf"env_file:[^:]*(?<![\w.]){quoted}(?![\w.])", text):
            yield "compose-env-file"
        if file == ".env" and re.search(rf"\$\{{?{re.escape(name)}\b", text):
            yield "compose"


def _fits(major: int | None, versions: str) -> bool:
    """Whether a major version is one that the mark speaks of; an unknown one is the newest."""
    number = re.search(r"\d+", versions)
    if number is None or major is None:
        return not versions.startswith(("^8", "2."))
    if versions.startswith(">="):
        return major >= int(number[0])
    return major == int(number[0])


def _table() -> tuple[_Reader, ...]:
    import importlib.resources

    content = importlib.resources.files("smtpdoctor.knowledge").joinpath("dotenv_readers.toml")
    found: Any = msgspec.toml.decode(content.read_bytes(), type=_Table)
    readers: tuple[_Reader, ...] = found.readers
    return readers
