"""What fills the fields of a Rust struct by their names: clap, envy, config, figment.

This module knows the attributes of fields, and where these libraries look for a name (clap 4, envy
0.4, config 0.13 to 0.15, figment 0.10). It must not know what a field means. Structs are read as
text: attributes are nothing that is evaluated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smtpdoctor.settings.readers.document import under
from smtpdoctor.settings.readers.evaluation import Evaluation
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Unknown, Value
from smtpdoctor.settings.readers.project import FORMATS

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project

STRUCT = r"\bstruct\s+(?P<name>%s)\b[^{;]{0,300}\{(?P<body>[^{}]{0,6000})\}"
#: What stands before a struct: its attributes.
DERIVED = re.compile(r"(?:#\[[^\]]*\]\s*)+(?:pub(?:\([^)]*\))?\s+)?$")
FIELD = re.compile(
    r"(?P<attributes>(?:#\[[^\]]*\]\s*)*)(?:pub(?:\([^)]*\))?\s+)?(?P<name>\w+)\s*:(?!:)"
    r"\s*(?P<type>[^,\n]+)"
)
#: A comment; two slashes in a text, as in "redis://…", begin none.
COMMENT = re.compile(r"(?P<text>\"(?:[^\"\\]|\\.)*\")|//[^\n]*")
TEXT = r"\"((?:[^\"\\]|\\.)*)\""
ENVY = re.compile(rf"envy::(?:from_env\b|prefixed\(\s*{TEXT}\s*\))")
CONFIG = re.compile(r"\bEnvironment::|\bFile::(?:with_name|from|new)\b")
FIGMENT = re.compile(r"\bFigment::")
PRODUCTIONS = ("production", "prod", "release")
DEEPEST = 4
MOST_FILES = 30
#: Bytes of a file, and characters of attributes before a struct, that are looked at.
LARGEST = 200_000
MOST_ATTRIBUTES = 600


@dataclass(frozen=True, slots=True)
class FieldText:
    """One field as it is written."""

    name: str
    type: str
    attributes: str

    def said(self, name: str) -> str | None:
        """What an attribute says by a name, without its quotes; None where it doesn't."""
        found = re.search(rf"\b{name}\s*=\s*(?:{TEXT}|(?P<plain>[\w.-]+))", self.attributes)
        return None if found is None else found[1] if found[1] is not None else found["plain"]


def field_of(project: Project, type_: str, name: str, ask: Evaluation) -> Value | None:
    """A field of a struct that one of these libraries fills; None for any other."""
    found = _struct(project, type_)
    field = next((each for each in found[1] if each.name == name), None) if found else None
    if found is None or field is None or nested_in(project, type_, name):
        return None
    if re.search(r"\b(Parser|Args|StructOpt)\b", found[0]):
        return _of_clap(field, ask)
    if not re.search(r"\bDeserialize\b", found[0]):
        return None
    for path in project.containing(rb"envy::|\bEnvironment::|\bFigment::|\bFile::with_name", ".rs"):
        text = _text(project, path)
        envy = ENVY.search(text)
        if envy is not None:
            names = ((envy[1] or "") + (field.said("rename") or name),)
            return _variable(field, names, ask)
        if CONFIG.search(text) or FIGMENT.search(text):
            return _of_layers(project, path, text, (*_above(project, type_), name), field, ask)
    return None


def nested_in(project: Project, type_: str, name: str) -> str:
    """The struct of the folder that a field holds, "" where it is of another type."""
    found = _struct(project, type_)
    field = next((each for each in found[1] if each.name == name), None) if found else None
    inner = re.findall(r"\w+", field.type)[-1:] if field is not None else []
    return inner[0] if inner and _struct(project, inner[0]) is not None else ""


def _text(project: Project, path: str) -> str:
    """A file without its comments, as far as a program's settings go."""
    text = (project.files.read(path) or b"")[:LARGEST].decode("utf-8", "replace")
    return COMMENT.sub(lambda found: found["text"] or "", text)


def _derived(text: str, start: int) -> str:
    """The attributes before a struct."""
    found = DERIVED.search(text[max(start - MOST_ATTRIBUTES, 0) : start])
    return found[0] if found is not None else ""


def _struct(project: Project, type_: str) -> tuple[str, list[FieldText]] | None:
    """What a struct is derived from, and its fields."""
    pattern = re.compile(STRUCT % re.escape(type_))
    needle = rf"\bstruct\s+{re.escape(type_)}\b".encode()
    for path in project.containing(needle, ".rs")[:MOST_FILES]:
        text = _text(project, path)
        found = pattern.search(text)
        if found is not None:
            fields = [
                FieldText(each["name"], each["type"].strip(), each["attributes"])
                for each in FIELD.finditer(found["body"])
            ]
            return _derived(text, found.start()), fields
    return None


def _above(project: Project, type_: str, depth: int = 0) -> tuple[str, ...]:
    """The fields on the way from the whole of the settings to a struct."""
    needle = rf"\w\s*:\s*(?:\w+<)*{re.escape(type_)}\b".encode()
    for path in project.containing(needle, ".rs")[:MOST_FILES] if depth < DEEPEST else ():
        text = _text(project, path)
        for outer in re.finditer(STRUCT % r"\w+", text):
            derived = _derived(text, outer.start())
            if outer["name"] == type_ or "Deserialize" not in derived:
                continue
            for each in FIELD.finditer(outer["body"]):
                if re.search(rf"\b{re.escape(type_)}\b", each["type"]):
                    field = FieldText(each["name"], each["type"], each["attributes"])
                    own = field.said("rename") or field.name
                    return (*_above(project, outer["name"], depth + 1), own)
    return ()


def _of_clap(field: FieldText, ask: Evaluation) -> Value:
    """An argument: its variable where it has one, else its default."""
    default = field.said("default_value") or field.said("default_value_t")
    told = re.search(r"\b(?:arg|clap|structopt)\s*\([^)]*\benv\b", field.attributes)
    if told is not None:
        return _variable(field, (field.said("env") or field.name,), ask, default)
    if default is not None:
        return Known(_number(field, default), ask.span)
    flag = field.name.replace("_", "-")
    return ask.unknown("parameter", f"the flag --{flag} of the command line gives it")


def _variable(
    field: FieldText, names: tuple[str, ...], ask: Evaluation, default: str | None = None
) -> Value:
    """A variable as the field's type has it."""
    environment = ask.evaluator.environment
    wanted = [form for each in names for form in (each.upper(), each)]
    name = next((each for each in wanted if environment.lookup(each) is not None), wanted[0])
    if default is None and "default" in field.attributes and environment.lookup(name) is None:
        return ask.unknown("computed", f"{name} is not set here, and its default is computed")
    other = Known(_number(field, default), ask.span) if default is not None else Known(ABSENT)
    found = ask.variable(Known(name), other)
    return ask.apply(lambda text: _number(field, text), found) if name else found


def _number(field: FieldText, text: object) -> object:
    is_number = re.search(r"\b[iu](8|16|32|64|size)\b", field.type)
    return (
        int(text)
        if is_number and isinstance(text, str) and re.fullmatch(r"\d{1,20}", text)
        else text
    )


# --- config and figment --------------------------------------------------------------------------


def _of_layers(
    project: Project,
    file: str,
    text: str,
    path: tuple[str, ...],
    field: FieldText,
    ask: Evaluation,
) -> Value:
    """A key of settings that are put together from files and variables; variables count first."""
    path = (*path[:-1], field.said("rename") or path[-1])
    name = _variable_name(text, path)
    if name and ask.evaluator.environment.lookup(name) is not None:
        return _variable(field, (name,), ask)
    missing: Unknown | None = None
    for document in reversed(_documents(project, file, text)):
        root = project.document(document)
        found = root if isinstance(root, Unknown) else under(root.root, path, folds=True)
        if isinstance(found, Known) and isinstance(found.value, Map):
            continue
        if isinstance(found, Known):
            return ask.read(found, path[-1])
        missing = missing or found
    if missing is not None:
        return missing
    if name or "default" in field.attributes:
        return _variable(field, (name or field.name,), ask)
    return ask.unknown("unreadable", f"no file here sets {'.'.join(path)}")


def _variable_name(text: str, path: tuple[str, ...]) -> str:
    """The variable that sets a key; "" where variables are not read, or can't reach it."""
    prefix = re.search(rf"(?:with_prefix|prefixed)\(\s*{TEXT}", text)
    between = re.search(rf"\.(?:separator|split)\(\s*{TEXT}", text)
    before = re.search(rf"\.prefix_separator\(\s*{TEXT}", text)
    if prefix is None and not re.search(r"Environment::default|Env::raw", text):
        return ""
    if between is None and len(path) > 1:
        return ""
    separator = between[1] if between is not None else "_"
    whole = separator.join(path).upper()
    if prefix is None:
        return whole
    if "prefixed(" in prefix[0]:  # figment's prefix has its own end
        return prefix[1].upper() + whole
    return prefix[1].upper() + (before[1] if before is not None else separator) + whole


def _documents(project: Project, file: str, text: str) -> list[str]:
    """The files that are named there and stand in the folder, the weakest first; one of an
    environment is production's."""
    found: dict[str, None] = {}
    for literal in re.findall(TEXT, text):
        names = [literal]
        if "{" in literal:
            names = [re.sub(r"\{\w*\}", each, literal) for each in PRODUCTIONS]
        for name in names:
            for ending in ("", *(f".{each}" for each in ("toml", "yaml", "yml", "json", "ini"))):
                path = _placed(project, file, f"{name}{ending}")
                if path is not None:
                    found[path] = None
    beside = {each.rpartition("/")[0] for each in found}
    for folder in sorted(beside):
        for path in project.containing(rb"\S", ".toml", ".yaml", ".yml", ".json"):
            stem = path.rpartition("/")[2].partition(".")[0].lower()
            if path.rpartition("/")[0] == folder and stem in PRODUCTIONS:
                found[path] = None
    return list(found)


def _placed(project: Project, file: str, name: str) -> str | None:
    """A file by the path under which the program knows it, from the crate's folder up; or the one
    of that name in a folder for settings."""
    name = name.removeprefix("./")
    if name.rpartition(".")[2] not in FORMATS or name.startswith("/"):
        return None
    if name.rpartition("/")[2] in ("Cargo.toml", "package.json"):
        return None
    at = file.rpartition("/")[0]
    while True:
        for folder in ("", "config/", "configuration/", "settings/"):
            path = f"{at}/{folder}{name}".lstrip("/")
            if project.files.read(path) is not None:
                return path
        if not at:
            return None
        at = at.rpartition("/")[0]
