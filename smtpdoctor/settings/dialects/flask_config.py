"""Where a Flask program's configuration comes from: `app.config` and all that is loaded into it.

Knows `app.config[…]`, `update`, `from_mapping`, `from_object` with its classes and modules,
`from_pyfile`, `from_envvar`, `from_file` and `from_prefixed_env`. It must not know what a name
means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from smtpdoctor.settings.dialects.base import Option
from smtpdoctor.settings.dialects.python_code import Again, program_folder, switch
from smtpdoctor.settings.readers.evaluation import ClassValue
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Span, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

#: Which of several classes counts in production.
PRODUCTION = re.compile(r"(?i)^prod|production|^live")
DEVELOPMENT = re.compile(r"(?i)dev|test|debug|local|staging")
LOADED = re.compile(r"\bfrom_(object|pyfile)\(\s*([^,()]*(?:\([^()]*\))?[^,()]*)")


@dataclass(frozen=True, slots=True)
class Source:
    """One place that gives names: assignments in a file, a class of it, the file itself, the
    environment with a prefix, or a file that can't be told."""

    kind: str
    file: str = ""
    name: str = ""


def config_files(workspace: Workspace, near: str, names: bytes) -> list[str]:
    """The program's files of code that speak of the names or load a configuration."""
    root = program_folder(workspace, near)
    needle = names + rb"|from_object|from_pyfile|from_prefixed_env|from_file|from_json"
    return [
        path
        for path in workspace.folder.containing(needle, ".py", ".cfg")
        if not root or path.startswith(f"{root}/")
    ]


def read_config(
    workspace: Workspace, files: Sequence[str], variables: Variables, names: Sequence[str]
) -> dict[str, Option]:
    """The names that the program's configuration has, each from the source that counts."""
    sources = list(_sources(workspace, files, variables, names))
    found: dict[str, Option] = {}
    for name in names:
        for source in sources:
            read = _reader(workspace, source, name)
            value = read(variables)
            if isinstance(value, Unknown) or value.value is not ABSENT or value.variables:
                called = f"{source.name}_{name}" if source.kind == "prefix" else ""
                option = Option(name, value, read, value.span, called=called)
                found[name] = switch(option, variables)
                break
    return found


def _sources(
    workspace: Workspace, files: Sequence[str], variables: Variables, names: Sequence[str]
) -> Iterator[Source]:
    """The sources that are loaded, that which counts first."""
    modules = {path: module for path in files if (module := workspace.module(path, variables))}
    yield from _prefixes(modules)
    yield from (Source("config", path) for path in modules)
    wanted = [
        (kind, text.strip())
        for path in modules
        for kind, text in LOADED.findall(workspace.folder.text(path) or "")
    ]
    loaded = [Source("module", path) for path in _files(modules, wanted)]
    # what is loaded last counts: a file beside the classes of defaults
    last = _loaded_last(modules, variables)
    yield from (source for source in loaded if source.file in last)
    if None in last:
        yield Source("untold")
    yield from _classes(workspace, modules, wanted, names)
    yield from loaded
    for path, module in modules.items():
        for call in module.calls("from_file", "from_json"):
            named = call.argument(0, "filename")
            if call.reached is not False and isinstance(named, Known):
                yield from _document(workspace, path, str(named.value))


def _prefixes(modules: Mapping[str, Module]) -> Iterator[Source]:
    """What `from_prefixed_env` takes from the environment."""
    for path, module in modules.items():
        for call in module.calls("from_prefixed_env"):
            prefix = call.argument(0, "prefix")
            name = str(prefix.value) if isinstance(prefix, Known) and prefix.value else "FLASK"
            if call.reached is not False:
                yield Source("prefix", path, name)


def _document(workspace: Workspace, near: str, name: str) -> Iterator[Source]:
    """A document by its name: of the program's folder, beside the code, or in `instance`."""
    own, root = near.rpartition("/")[0], program_folder(workspace, near)
    bare = name.removeprefix("./")
    for folder in dict.fromkeys((root, own, f"{root}/instance".lstrip("/"))):
        path = f"{folder}/{bare}".lstrip("/")
        if ".." not in bare and workspace.folder.has(path):
            yield Source("document", path)


def _files(modules: Mapping[str, Module], wanted: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The files that are loaded as a whole, and those that may be where a variable says which."""
    for kind, text in wanted:
        bare = text.strip("\"'rf ")
        dotted = bare.replace(".", "/")
        ends = (bare,) if kind == "pyfile" else (f"{dotted}.py", f"{dotted}/__init__.py")
        yield from (path for path in modules if path.endswith(ends))
    usual = ("config.py", "settings.py", "configuration.py")
    yield from (path for path in modules if path.rpartition("/")[2] in usual)
    if wanted:
        yield from sorted(modules, key=_file_rank)


def _loaded_last(modules: Mapping[str, Module], variables: Variables) -> set[str | None]:
    """The files that no object is loaded after; None for one that can't be told."""
    found: set[str | None] = set()
    for module in modules.values():
        calls = module.calls("from_object")
        objects = [call.span.line for call in calls if call.reached is True]
        for call in module.calls("from_pyfile", "from_envvar"):
            if call.reached is False or any(line > call.span.line for line in objects):
                continue
            named = _named_by(call, variables)
            if named is None:
                continue
            if isinstance(named, Known) and isinstance(named.value, str):
                found |= {each for each in modules if each.endswith(named.value.lstrip("./"))}
                continue
            plain = {each for each in modules if each.endswith(".cfg")}
            if objects and (plain or call.reached is True):
                found |= plain or {None}
    return found


def _named_by(call: FoundCall, variables: Variables) -> Value | None:
    """The file's name; None where a variable has it that nothing sets."""
    if call.name.endswith("from_pyfile"):
        return call.argument(0, "filename")
    variable = call.argument(0, "variable_name")
    return variables.lookup(str(variable.value)) if isinstance(variable, Known) else None


def _file_rank(path: str) -> tuple[bool, ...]:
    name = path.rpartition("/")[2]
    return PRODUCTION.search(name) is None, DEVELOPMENT.search(name) is not None


def _classes(
    workspace: Workspace,
    modules: Mapping[str, Module],
    wanted: Sequence[tuple[str, str]],
    names: Sequence[str],
) -> Iterator[Source]:
    """The one class that counts, then those it is made from."""
    classes = {
        (path, name): base
        for path, module in modules.items()
        for name, (base, _) in module.classes().items()
        if "settings" not in base.lower()
    }

    def has(key: tuple[str, str], depth: int = 0) -> bool:
        if depth > 8:
            return False
        _, fields = modules[key[0]].classes()[key[1]]
        mine = isinstance(fields, Known) and any(
            isinstance(fields.value, Map) and fields.value.entry(name) for name in names
        )
        above = base_of(key)
        return mine or (above is not None and has(above, depth + 1))

    def base_of(key: tuple[str, str]) -> tuple[str, str] | None:
        base = classes[key].rpartition(".")[2]
        found = [each for each in classes if each[1] == base and each != key]
        return min(found, key=lambda each: each[0] != key[0], default=None)

    candidates = [key for key in classes if has(key)]
    if not candidates:
        return
    texts = [text.strip("\"' ").rpartition(".")[2].removesuffix("()") for _, text in wanted]
    loaded = set(_loaded(modules))
    profile = workspace.profile or next(
        (workspace.environ[n] for n in ("FLASK_ENV", "FLASK_CONFIG") if workspace.environ.get(n)),
        None,
    )

    def rank(key: tuple[str, str]) -> tuple[bool, ...]:
        name = key[1]
        return (
            not (profile and name.lower().startswith(profile.lower()[:4])),
            name not in texts,
            PRODUCTION.search(name) is None,
            DEVELOPMENT.search(name) is not None,
            name not in loaded,
            name != "Config",
        )

    chosen: tuple[str, str] | None = min(candidates, key=rank)
    for _ in range(8):
        if chosen is None:
            return
        yield Source("class", *chosen)
        chosen = base_of(chosen)


def _loaded(modules: Mapping[str, Module]) -> Iterator[str]:
    """The classes that `from_object(…)` is given, by what the expression comes to."""
    for module in modules.values():
        for call in module.calls("from_object"):
            value = call.argument(0)
            if isinstance(value, Known) and isinstance(value.value, ClassValue):
                yield value.value.definition.name


def _reader(workspace: Workspace, source: Source, name: str) -> Again:
    def read(under: Variables) -> Value:
        if source.kind == "untold":
            return Unknown("computed", "which file is loaded into the configuration can't be told")
        if source.kind == "prefix":
            return _prefixed(under, f"{source.name}_{name}")
        if source.kind == "document":
            return workspace.document(source.file, under).get(name)
        module = workspace.module(source.file, under)
        if module is None:
            return Known(ABSENT)
        if source.kind == "module":
            return module.value(name)
        if source.kind == "class":
            found = module.classes().get(source.name)
            return found[1].get(name) if found is not None else Known(ABSENT)
        return _assigned(module, name)

    return read


def _assigned(module: Module, name: str) -> Value:
    """What `app.config` gets under a name, the last of what is reached."""
    found: list[tuple[int, Value]] = []
    for assignment in module.assignments():
        path = assignment.path
        if path[-1] == name and "config" in path and assignment.reached is not False:
            found.append((assignment.span.line, assignment.value))
    for call in module.calls("config.update", "config.from_mapping"):
        if call.reached is False:
            continue
        given = call.named().get(name, Known(ABSENT))
        if isinstance(given, Known) and given.value is ABSENT:
            given = call.argument(0).get(name)
        if isinstance(given, Unknown) or given.value is not ABSENT:
            found.append((call.span.line, given))
    return max(found, key=lambda each: each[0])[1] if found else Known(ABSENT)


def _prefixed(variables: Variables, name: str) -> Value:
    """`from_prefixed_env`: the text as JSON, and as it is where it is none."""
    found = variables.lookup(name)
    if not isinstance(found, Known) or not isinstance(found.value, str):
        return found or Known(ABSENT)
    try:
        made = json.loads(found.value)
    except (ValueError, RecursionError):
        return found
    return replace(found, value=made) if isinstance(made, bool | int | str) else found


def first_place(options: Mapping[str, Option], near: str) -> str:
    """Where the set-up stands: the line of its host, else of its first value."""
    spans: list[Span] = [
        option.value.span
        for name in ("MAIL_SERVER", *options)
        if (option := options.get(name)) is not None and option.value.span is not None
    ]
    return f"{spans[0].file}:{spans[0].line}" if spans else near
