"""What all dialects of Python programs have in common: variables, switches, lines that are put in.

Knows how Python's programs load `.env` files, and how a line of Python is added. It must not know
any mail library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from posixpath import normpath
from typing import Any
from weakref import WeakKeyDictionary

from smtpdoctor.knowledge.spelling import damerau_distance
from smtpdoctor.settings.dialects.base import Option
from smtpdoctor.settings.misnamed import what_is_named
from smtpdoctor.settings.model import Edit, Field
from smtpdoctor.settings.prepare import literal
from smtpdoctor.settings.readers.model import ABSENT, NO, Known, Map, Span, Unknown, Value, truth
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Layer, Variables, in_file
from smtpdoctor.settings.workspace import Workspace

LOADERS = rb"load_dotenv|dotenv_values|read_env|\bdecouple\b|env_file|BaseSettings|make_settings"
READS = ("load_dotenv", "dotenv_values", "read_env")
CALL = re.compile(r"\b(?:load_dotenv|dotenv_values|read_env)\(")
PLAIN_CALL = re.compile(r"(?m)^(?:dotenv\.)?load_dotenv\(\s*\)")
#: Files of variables that somebody else loads where the code loads none: docker, honcho, direnv.
USUAL = (".env",)
FURTHER = (".env.production", ".env.prod", ".env.local")
DOTENV_IN_TEXT = re.compile(r"""["']([\w./-]*\.?env(?:\.[\w.-]+)?)["']""")
ENV_FILE = re.compile(r"""\benv_file\s*=\s*(\([^)]*\)|\[[^\]]*\]|f?["'][^"']*["'])""")
#: Letters that are another in a slip of the hand: MAIL_PROT, EMAIL_HOST_PASSWRD.
MOST_SLIPS = 1
#: Texts that say no, and are true as every text that isn't empty.
SAYS_NO = NO | {"f", "n", "none", "null"}

Again = Callable[[Variables], Value]


@dataclass(frozen=True, slots=True)
class Load:
    """One `.env` that some file of the program loads, with the reader and whether it overrides.

    `path` is the file that `name` is in the folder.
    """

    near: str
    name: str
    reader: str
    overrides: bool = False
    path: str = ""


#: What was worked out for a folder, as long as somebody looks at it.
_LOADED: WeakKeyDictionary[Workspace, dict[str, list[Load]]] = WeakKeyDictionary()
_KNOWN: WeakKeyDictionary[Workspace, dict[tuple[object, ...], Variables]] = WeakKeyDictionary()


# --- variables -----------------------------------------------------------------------------------


def python_variables(workspace: Workspace, near: str, *also: str) -> Variables:
    """What `os.environ` is for the program of a file, with what its code loads.

    Where nothing loads a `.env`, the nearest counts after all else, as python-dotenv reads it:
    somebody loads it before the program starts. `also` are further names of such files.
    """
    nothing = workspace.variables([], "python-dotenv", near=near)
    if workspace.given is not None:
        return nothing
    read: list[tuple[str, str, bool]] = []
    for load in _loads(workspace, near):
        if (load.path, load.reader) not in [each[:2] for each in read]:
            read.append((load.path, load.reader, load.overrides))
    if not read:
        names = workspace.dotenv_files(near, *USUAL, *also)
        names = names or workspace.dotenv_files(near, *FURTHER)
        read = [(path, "python-dotenv", False) for path in names]
    around = nothing.layers[:-1]
    key = (tuple(read), *map(id, around))
    known = _KNOWN.setdefault(workspace, {})
    if key not in known:  # files of one program see the same: they are parsed once
        layers = [(_layer(workspace, path, reader), over) for path, reader, over in read]
        above = [layer for layer, over in layers if layer is not None and over]
        below = [layer for layer, over in layers if layer is not None and not over]
        known[key] = Variables((*above, *around, *below, nothing.layers[-1]))
    return known[key]


def program_folder(workspace: Workspace, near: str) -> str:
    """The folder of the program that a file belongs to: that of its nearest manifest."""
    folders = [
        item.folder
        for item in workspace.dependencies.all
        if item.ecosystem == "pypi" and (not item.folder or near.startswith(f"{item.folder}/"))
    ]
    return max(folders, key=len, default="")


def _loads(workspace: Workspace, near: str) -> list[Load]:
    """What the program's files load, the file's own first."""
    root = program_folder(workspace, near)
    known = _LOADED.setdefault(workspace, {})
    if root not in known:
        variables = workspace.variables([], "python-dotenv")
        known[root] = [
            replace(load, path=found)
            for path in workspace.folder.containing(LOADERS, ".py")
            if not root or path.startswith(f"{root}/")
            for load in _loads_of(workspace, path, variables)
            for found in _files_of(workspace, load)
        ]
    return sorted(known[root], key=lambda load: (load.near != near, load.near.count("/")))


def _loads_of(workspace: Workspace, path: str, variables: Variables) -> Iterator[Load]:
    text = workspace.folder.text(path) or ""
    is_environs = re.search(r"\benvirons\b", text) is not None
    calls = len(CALL.findall(text))
    plain = calls == len(PLAIN_CALL.findall(text))  # no need to parse it
    if calls and plain:
        yield Load(path, ".env", "python-dotenv")
    module = None if plain else workspace.module(path, variables)
    for call in module.calls(*READS) if module is not None else ():
        if call.reached is False:
            continue
        own = call.name.rpartition(".")[2] == "read_env" and not is_environs
        overrides = any(
            isinstance(value, Known) and truth(value.value, "python")
            for name, value in call.named().items()
            if name in ("override", "overwrite")
        )
        name = _named_file(workspace, call)
        yield Load(path, name, "django-environ" if own else "python-dotenv", overrides)
    if re.search(r"(?m)^[^\S\n]*(from|import)\s+decouple\b", text):
        yield Load(path, "settings.ini", "decouple")
        yield Load(path, ".env", "decouple")
    for found in ENV_FILE.finditer(text):
        if "BaseSettings" in text or "SettingsConfigDict" in text:
            for name in reversed(re.findall(r"""["']([^"']+)["']""", found[1])):
                yield Load(path, name, "pydantic-settings")


def _named_file(workspace: Workspace, call: FoundCall) -> str:
    """The file that a call names, as far as it can be told; `.env` where it names none."""
    for place, name in ((0, "dotenv_path"), (0, "env_file"), (0, "path")):
        value = call.argument(place, name)
        if isinstance(value, Known) and isinstance(value.value, str) and value.value:
            return value.value
    lines = [
        workspace.line(call.span.file, number) or ""
        for number in range(call.span.line, min(call.span.end_line, call.span.line + 5) + 1)
    ]
    found = DOTENV_IN_TEXT.search("\n".join(lines))
    return found[1] if found else ".env"


def _files_of(workspace: Workspace, load: Load) -> list[str]:
    """The file by its name near the one that loads it, or from the program's folder."""
    bare = load.name.rpartition("/")[2]
    root = program_folder(workspace, load.near)
    whole = normpath(f"{root}/{load.name}".lstrip("/"))
    if "/" in load.name and workspace.folder.has(whole):
        return [whole]
    return workspace.dotenv_files(load.near, bare) if bare else []


def _layer(workspace: Workspace, path: str, reader: str) -> Layer | None:
    if path.endswith(".ini"):
        document = workspace.document(path, Variables(()))
        section = document.at("settings")
        if not isinstance(section, Known) or not isinstance(section.value, Map):
            return None
        values = {
            str(entry.key): in_file(str(entry.key), str(entry.value.value), entry.value.span)
            for entry in section.value.entries
            if isinstance(entry.value, Known) and entry.value.span is not None
        }
        return Layer(path, values)
    return workspace.dotenv(path, reader)


# --- options -------------------------------------------------------------------------------------


def of_module(
    workspace: Workspace, path: str, variables: Variables, name: str, *keys: Any
) -> Option | None:
    """A name of a file, with what stands below it, as an option; None where nothing sets it."""

    def read(under: Variables) -> Value:
        module = workspace.module(path, under)
        value = module.value(name, *keys) if module is not None else Known(ABSENT)
        if isinstance(value, Unknown) and value.reason == "undeclared" and not value.name:
            return Known(ABSENT)  # no condition lets one of its lines through
        return value

    option = ".".join((name, *map(str, keys)))
    value = read(variables)
    if isinstance(value, Known) and value.value is ABSENT and not value.variables:
        return None
    return Option(option, value, read, place_of(value))


def of_call(
    workspace: Workspace,
    path: str,
    variables: Variables,
    find: Callable[[Module], FoundCall | None],
    arguments: Mapping[str, int],
) -> dict[str, Option]:
    """The arguments of a call by their names, with their places (99: by name alone)."""

    def reader(name: str, place: int) -> Again:
        def read(under: Variables) -> Value:
            module = workspace.module(path, under)
            call = find(module) if module is not None else None
            return call.argument(place, name) if call is not None else Known(ABSENT)

        return read

    found = {}
    for name, place in arguments.items():
        read = reader(name, place)
        value = read(variables)
        if isinstance(value, Unknown) or value.value is not ABSENT or value.variables:
            found[name] = switch(Option(name, value, read, value.span), variables)
    return found


def sender_header(module: Module) -> Value | None:
    """What the code assigns to a message's From, where that can be told."""
    for assignment in module.assignments():
        if assignment.path[-1].lower() == "from" and len(assignment.path) > 1:
            value = assignment.value
            if isinstance(value, Known) and isinstance(value.value, str):
                return value
    return None


def edit(workspace: Workspace, span: Span, new: str) -> Edit | None:
    """Other characters in the place of a span's."""
    old = workspace.text_of(span)
    shown = workspace.shown(span, keep=True)
    if old is None:
        return None
    columns = shown.columns if shown and shown.columns else span.columns
    return Edit(file=span.file, line=span.line, columns=columns, replace=old, with_=new)


def found_in(workspace: Workspace, first: Span, pattern: str) -> Span | None:
    """The first place in the lines of a span that a pattern fits (its first group)."""
    for number in range(first.line, first.end_line + 1):
        line = workspace.line(first.file, number) or ""
        found = re.search(pattern, line)
        if found is not None:
            start, end = found.span(1)
            return Span(first.file, number, (start + 1, end + 1), number)
    return None


def place_of(value: Value) -> Span | None:
    """Where the value is given in the code."""
    return value.span


def meant_by(
    written: Iterable[str], known: Mapping[str, Field], lacking: Container[str]
) -> dict[str, str]:
    """The options that names were to be which the program doesn't read, by their names: by what
    their words say (`EMAIL_HOST_USERNAME`), or a slip of the hand. Of two for one, none is."""
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(written):
        field = what_is_named(name)
        by_words = [each for each in known if known[each] == field and field != "tls"]
        slips = [each for each in known if damerau_distance(name, each) <= MOST_SLIPS]
        for right in dict.fromkeys([*slips, *by_words][:1]):
            if right in lacking:
                found.setdefault(name, []).append(right)
    rights = [rights[0] for rights in found.values()]
    return {right[0]: name for name, right in found.items() if rights.count(right[0]) == 1}


def host_told(option: Option) -> Option:
    """A host that comes from a variable which nobody sets is one that can't be told."""
    value = option.value
    if isinstance(value, Known) and value.absent and value.variables:
        names = " and ".join(value.variables[:2])
        unknown = Unknown(
            "environment",
            f"{names} is set in no file here and not in the environment",
            value.span,
            value.trail,
        )
        return replace(option, value=unknown)
    return option


def switch(option: Option, variables: Variables) -> Option:
    """A switch that `bool()` made of a text: that text, which says what was meant by it."""
    value = option.value
    made = any(step.kind == "conversion" and step.name == "bool" for step in value.trail)
    if not isinstance(value, Known) or value.value is not True or not made:
        return option
    held = variables.lookup(next(iter(value.variables), ""))
    if isinstance(held, Known) and says_no(held.value):
        return replace(option, value=replace(value, value=held.value))
    return option


def says_no(value: Any) -> bool:
    """A text that is meant for no in a way of Python programs, and that Python takes for true."""
    return isinstance(value, str) and value.strip().lower() in SAYS_NO


def is_true(value: Any) -> bool:
    return truth(value, "python")


def host_and_port(host: str | None, port: int | None) -> tuple[str | None, int | None]:
    """What smtplib takes apart where no port is given: `int()` lets blanks stand around the number,
    as in "smtp.gmail.com: 587" (SMTP.connect)."""
    if host is None or port or host.count(":") != 1:
        return host, port
    name, _, behind = host.partition(":")
    return (name, int(behind)) if re.fullmatch(r"\s*\d{1,5}\s*", behind) else (host, port)


def number(value: Any) -> int | None:
    """A port as sockets take it, a text too; None for none."""
    if isinstance(value, bool) or value in (None, ABSENT):
        return None
    text = str(value).strip()
    return int(text) if text.isdecimal() and len(text) < 6 else None


def text(value: Any) -> str | None:
    return None if value is None or value is ABSENT else str(value)


# --- lines that are put in -----------------------------------------------------------------------


def put_in_lines(
    workspace: Workspace, beside: Sequence[Option], named: Mapping[str, str]
) -> tuple[Edit, ...]:
    """Lines before that of an assignment. `named`: the texts by names of options.

    The line before which they are put has to be that of the assignment itself.
    """
    for option in beside:
        span = option.value.span
        line = workspace.line(span.file, span.line) if span is not None else None
        if span is None or line is None:
            continue
        found = re.match(
            rf"([ \t]*)([\w.\[\]\"']*)\b{re.escape(option.name)}\b([\]\"' ]*)(:[^=]*)?=", line
        )
        if found is None:
            continue
        # `names["EMAIL_PORT"] = 587` has its like beside it
        texts = [
            f"{found[2]}{name}{found[3].rstrip()}{text.removeprefix(name)}"
            if text.startswith(f"{name} =")
            else text
            for name, text in named.items()
        ]
        before = "".join(f"{found[1]}{text}\n" for text in texts)
        return (Edit(file=span.file, line=span.line, columns=(1, 1), replace="", with_=before),)
    return ()


def put_in_arguments(
    workspace: Workspace,
    beside: Sequence[Option],
    new: Mapping[str, Any],
    form: str = "{name}={value}",
) -> tuple[Edit, ...]:
    """Arguments or keys before one that is there by its name in its line."""
    for option in beside:
        span = option.value.span
        line = workspace.line(span.file, span.line) if span is not None else None
        if span is None or line is None:
            continue
        key = option.name.rpartition(".")[2]
        found = re.search(
            rf"[\"']?\b{re.escape(key)}[\"']?\s*[=:]\s*$", line[: span.columns[0] - 1]
        )
        if found is None:
            continue
        texts = [
            form.format(name=name, value=literal(value, "python")) + ", "
            for name, value in new.items()
        ]
        old = found[0].rstrip(" \t=:")
        first = found.start() + 1
        place = Span(span.file, span.line, (first, first + len(old)), span.line)
        shown = workspace.shown(place, keep=True)
        return (
            Edit(
                file=span.file,
                line=span.line,
                columns=shown.columns if shown and shown.columns else place.columns,
                replace=old,
                with_="".join(texts) + old,
            ),
        )
    return ()


# --- versions ------------------------------------------------------------------------------------

SPECIFIER = re.compile(r"(===?|~=|<=?|>=?|!=|\^|~)?\s*v?(\d+(?:\.\d+)*)(\.\*)?")


def is_below(version: str, limit: tuple[int, ...]) -> bool:
    """Whether every release that the text allows is below the limit: `~=3.2`, `>=3,<4`, `4.1.7`."""
    for operator, digits, star in SPECIFIER.findall(version):
        parts = tuple(int(part) for part in digits.split(".")[:4])
        if operator == "<" and parts <= limit:
            return True
        if operator == "<=" and parts < limit:
            return True
        if operator in ("", "==", "===") and _last(parts, bool(star)) < limit:
            return True
        if operator == "~=" and (*parts[:-1], 9999) < limit:
            return True
        if operator == "~" and (*parts[:2], 9999) < limit:
            return True
        if operator == "^" and (*parts[:1], 9999) < limit:
            return True
    return False


def _last(parts: tuple[int, ...], star: bool) -> tuple[int, ...]:
    return (*parts, 9999) if star else parts


def reaches(call: FoundCall) -> bool:
    """Whether some way through the program comes to the call."""
    return call.reached is not False


def reached_calls(
    workspace: Workspace, needle: bytes, *names: str
) -> Iterator[tuple[str, Variables, int, FoundCall]]:
    """The calls of these functions that some way through a file with the needle comes to: the
    file, what it sees, and the call with its number among them."""
    for path in workspace.folder.containing(needle, ".py"):
        variables = python_variables(workspace, path)
        module = workspace.module(path, variables)
        for place, call in enumerate(module.calls(*names) if module is not None else ()):
            if reaches(call):
                yield path, variables, place, call
