"""The packages of a Go module: their names and types, and the objects that are handed around.

This module knows folders, imports and who calls whom. It must not know what functions of libraries
come to (`go_library`), nor which libraries fill objects (`go_loaders`). An object of a type is told
where all that the module makes of the type agree; whatever else could fill it leaves it untold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from smtpdoctor.settings.readers.evaluation import Closure, Evaluation, either
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall, Module, names_of
from smtpdoctor.settings.readers.syntax import (
    Bind,
    Expression,
    Field,
    Function,
    Import,
    Parameter,
    Scope,
    Struct,
)

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project

END = 1 << 62
#: What one type is made of and handed to is looked for in no more files and places than these.
MOST_FILES = 60
MOST_PLACES = 8
#: An embedded type's embedded types, and theirs.
DEEPEST = 3

NAME = re.compile(r"[A-Za-z_]\w{0,80}")
#: Where a line begins that may declare a name at the top of a file.
DECLARED = r"(?m)^[ \t]*(?:type[ \t]+|var[ \t]+|const[ \t]+|func[ \t]+(?:\([^)\n]*\)[ \t]*)?)?%s\b"
BUILT_IN = frozenset(
    {
        "any", "append", "bool", "byte", "cap", "close", "complex64", "complex128", "copy",
        "delete", "error", "false", "float32", "float64", "int", "int8", "int16", "int32", "int64",
        "iota", "len", "make", "max", "min", "new", "nil", "panic", "print", "println", "recover",
        "rune", "string", "true", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr",
    }
)  # fmt: skip


class Type:
    """A type of objects, with the file that it is declared in."""

    __slots__ = ("module", "struct")

    def __init__(self, module: Module, struct: Struct) -> None:
        self.module = module
        self.struct = struct

    @property
    def folder(self) -> str:
        return folder_of(self.module.file)

    @property
    def reference(self) -> str:
        """The type as it is written in its own file."""
        return f"{self.module.file}:{self.struct.name}"

    def is_(self, other: Type | None) -> bool:
        return other is not None and other.struct is self.struct

    def field(self, name: str) -> Field | None:
        return next((each for each in self.struct.fields if each.name == name), None)


def packages_of(project: Project) -> Packages:
    """The packages of a folder, in the environment of the project."""
    found = project.kept.get("go")
    if not isinstance(found, Packages):
        found = project.kept["go"] = Packages(project)
    return found


def folder_of(path: str) -> str:
    return path.rpartition("/")[0]


class Packages:
    """All packages of a folder's Go modules."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._mentioning: dict[tuple[str, str | None], list[str]] = {}
        self._types: dict[str, Type | None] = {}
        self._objects: dict[int, Value | None] = {}
        self._active: set[object] = set()

    @contextmanager
    def once(self, key: object) -> Iterator[bool]:
        """Whether nobody is at this already; it is one that is made from itself else."""
        if key in self._active:
            yield False
            return
        self._active.add(key)
        try:
            yield True
        finally:
            self._active.discard(key)

    # -- files and folders

    def mentioning(self, pattern: str, folder: str | None = None) -> list[str]:
        """The files in which that is found, of one folder or all."""
        key = (pattern, folder)
        if key not in self._mentioning:
            needle = re.compile(pattern.encode())
            self._mentioning[key] = [
                path
                for path in self._all_files
                if folder is None or folder_of(path) == folder
                if needle.search(self.project.files.read(path) or b"")
            ]
        return self._mentioning[key]

    @cached_property
    def _all_files(self) -> list[str]:
        return self.project.containing(rb"(?m)^package[ \t]", ".go")

    def module(self, path: str) -> Module | None:
        found = self.project.module(path)
        return found if isinstance(found, Module) else None

    def folder_of_import(self, path: str) -> str | None:
        """The folder of a package of these modules; None for one of another module."""
        for module, root in self.roots:
            if path == module:
                return root
            if path.startswith(f"{module}/"):
                return f"{root}/{path[len(module) + 1 :]}".lstrip("/")
        return None

    @cached_property
    def roots(self) -> list[tuple[str, str]]:
        """The modules of the folder by their names, the longest first, and where each stands."""
        found = []
        for file in self.project.containing(rb"(?m)^module\s", "go.mod"):
            text = (self.project.files.read(file) or b"").decode("utf-8", "replace")
            named = re.search(r"(?m)^module\s+\"?([^\s\"]+)", text)
            if named:
                found.append((named[1], folder_of(file)))
        return sorted(found, key=lambda each: -len(each[0]))

    # -- names

    def top(self, folder: str, name: str, but: str = "") -> tuple[Module, Bind] | None:
        """A name that a file of a package has at its top, in another file than `but`."""
        last = name.rpartition(".")[2]
        if not NAME.fullmatch(last) or last in BUILT_IN:
            return None
        for path in self.mentioning(DECLARED % last, folder)[:MOST_FILES]:
            module = self.module(path) if path != but else None
            scope = module.evaluator.module.scope if module is not None else None
            if module is not None and scope is not None and name in scope.owned:
                binds = [each for each in scope.binds.get(name, ()) if not each.keys]
                if binds and not isinstance(binds[0].value, Import):
                    return module, binds[0]
        return None

    def value(self, folder: str, name: str, but: str = "") -> Value | None:
        """What a name of a package comes to; None where it has none of that name."""
        found = self.top(folder, name, but)
        if found is None:
            return None
        evaluator = found[0].evaluator
        return evaluator.lookup(name, evaluator.module, END)

    def set_elsewhere(self, file: str, name: str, zero: Value) -> Value:
        """What the other files of a package set a variable to that its own gives no value."""
        found: list[Value] = []
        certain = False
        for path in self.mentioning(rf"\b{name}\s*=[^=]", folder_of(file))[:MOST_FILES]:
            module = self.module(path) if path != file else None
            for each in module.assignments(name) if module is not None else ():
                if each.path == (name,) and each.home is module.evaluator.module.scope:  # type: ignore[union-attr]
                    if each.reached is not False:
                        found.append(each.value)
                    certain = certain or each.reached is True
        if not certain and found:
            found.append(zero)
        if len(found) < 2:
            return found[0] if found else zero
        return either(found, found[0].span, f"{name} is set in several ways")

    def imported(self, file: str, name: str) -> str | None:
        """The path of what a file imports under a name."""
        module = self.module(file)
        binds = module.evaluator.module.scope.binds.get(name, ()) if module is not None else ()
        return next((each.value.path for each in binds if isinstance(each.value, Import)), None)

    def type(self, reference: str) -> Type | None:
        """The type of objects that is meant by a name in a file; None for any other type."""
        if reference not in self._types:
            self._types[reference] = None  # for one that is made from itself
            self._types[reference] = self._type(reference)
        return self._types[reference]

    def _type(self, reference: str) -> Type | None:
        file, _, name = reference.rpartition(":")
        package, _, last = name.rpartition(".")
        if not file or not (NAME.fullmatch(last) or last.startswith("struct@")):
            return None
        folder: str | None = folder_of(file)
        if package:
            path = self.imported(file, package)
            folder = self.folder_of_import(path) if path is not None else None
        if folder is None:
            return None
        if last.startswith("struct@"):
            module = self.module(file)
            binds = module.evaluator.module.scope.binds.get(last, ()) if module is not None else ()
            found = (module, binds[0]) if module is not None and binds else None
        else:
            found = self.top(folder, last)
        if found is None:
            return None
        module, bind = found
        if isinstance(bind.value, Struct):
            return Type(module, bind.value)
        # type Settings = config.Settings
        text = ".".join(names_of(bind.value)) if bind.value is not None else ""
        return self.type(f"{module.file}:{text}") if text else None

    # -- what objects have

    def field(self, made: Map, name: str, ask: Evaluation, depth: int = 0) -> Value:
        """A field of an object; where it was not given, an object of its type that has none."""
        found = made.get(name, ask.span)
        if not isinstance(found, Known) or found.value is not ABSENT or not made.kind:
            return found
        type_ = self.type(made.kind)
        if type_ is None or depth > DEEPEST:
            return found
        own = type_.field(name)
        if own is not None and made.entry(0) is not None:
            return made.get(type_.struct.fields.index(own), ask.span)
        if own is not None:
            inner = self.type(own.type)
            return Known(Map(kind=inner.reference), ask.span) if inner is not None else found
        for each in type_.struct.fields:
            if each.embedded:
                inner_value = self.field(made, each.name, ask, depth + 1)
                if isinstance(inner_value, Unknown):
                    return inner_value
                if isinstance(inner_value.value, Map) and self.has(inner_value.value, name):
                    return self.field(inner_value.value, name, ask, depth + 1)
        return found

    def has(self, made: Map, name: str, depth: int = 0) -> bool:
        """Whether the object's type has a field of that name, its own or an embedded one's."""
        type_ = self.type(made.kind)
        return type_ is not None and self.knows(type_, name, depth)

    def knows(self, type_: Type, name: str, depth: int = 0) -> bool:
        if type_.field(name) is not None:
            return True
        inner = [self.type(each.type) for each in type_.struct.fields if each.embedded]
        return depth < DEEPEST and any(
            each is not None and self.knows(each, name, depth + 1) for each in inner
        )

    def method(self, kind: str, name: str) -> Closure | None:
        """A method of a type."""
        type_ = self.type(kind) if kind else None
        if type_ is None:
            return None
        value = self.value(type_.folder, f"{type_.struct.name}.{name}")
        made = value.value if isinstance(value, Known) else None
        return made if isinstance(made, Closure) else None

    # -- objects that are handed around

    def handed(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        """What a function gets: an object of the module's type, or what all its callers give."""
        with self.once((id(function), parameter.name)) as first:
            if not first:
                return None
            if parameter.type:
                file = ask.evaluator.source.file
                reference = parameter.type if ":" in parameter.type else f"{file}:{parameter.type}"
                type_ = self.type(reference)
                found = self.object(type_, ask) if type_ is not None else None
                if found is not None:
                    return found
            if parameter.receiver or parameter.rest:
                return None
            return self.given(parameter, function, ask)

    def object(self, type_: Type, ask: Evaluation) -> Value | None:
        """An object of a type, as far as all that are made of it agree; None where none is."""
        key = id(type_.struct)
        if key in self._objects:
            return self._objects[key]
        alone = not any(isinstance(each, int) for each in self._active)
        with self.once(key) as first:
            if not first:
                return ask.unknown("cycle", "an object that is made elsewhere is handed on")
            values = [
                each
                for value in self._made(type_)
                for each in ways(value)
                if not is_handed_on(each)
            ]
        found: Value | None = None
        if values:
            text = f"{type_.struct.name} is made in several places, and they differ"
            found = values[0] if len(values) == 1 else either(values, values[0].span, text)
        if alone:  # within another question some of it may be left out
            self._objects[key] = found
        return found

    def _made(self, type_: Type) -> Iterator[Value]:
        """What the module makes of a type: by its name, and as a part of other objects."""
        name = type_.struct.name
        needle = r"\bstruct\b" if name.startswith("struct@") else rf"\b{name}\b"
        files = [type_.module.file] if "@" in name else self.mentioning(needle)
        if len(files) > MOST_FILES:
            yield Unknown("too-long", f"{name} is used in too many files")
            return
        for path in files:
            module = self.module(path)
            if module is not None:
                yield from self._made_in(module, type_)
                yield from self._parts_in(module, type_)

    def _made_in(self, module: Module, type_: Type) -> Iterator[Value]:
        for scope in scopes(module):
            variables: set[str] = set()
            for bind in scope.made:
                if not type_.is_(self.type(bind.root)) or self._is_a_part(bind, scope, type_):
                    continue
                frame = module.evaluator.frame_of(scope)
                if module.evaluator.reached(bind.guards, frame) is False:
                    continue
                name = variable_of(bind, scope)
                if name in variables:
                    continue
                if name:
                    variables.add(name)
                value = module.evaluator.lookup(name, frame, END) if name else None
                yield value or module.evaluator.value(bind_value(bind), frame)
        for call in module.calls("ParseAs", "ParseAsWithOptions"):
            if type_.is_(self.type(call.types)):
                yield call.result

    def _is_a_part(self, bind: Bind, scope: Scope, type_: Type) -> bool:
        """Whether it stands in a field of another object, by way of which it is found."""
        for other in scope.made:
            if other is not bind and other.start <= bind.start and bind.end <= other.end:
                outer = self.type(other.root)
                if outer is not None and self._fields(outer, type_):
                    return True
        return False

    def _fields(self, outer: Type, type_: Type) -> list[Field]:
        return [each for each in outer.struct.fields if type_.is_(self.type(each.type))]

    def _parts_in(self, module: Module, type_: Type) -> Iterator[Value]:
        """The fields of that type that objects of the file's types have."""
        for binds in module.evaluator.module.scope.binds.values():
            for bind in binds:
                if not isinstance(bind.value, Struct) or bind.value is type_.struct:
                    continue
                outer = Type(module, bind.value)
                for each in self._fields(outer, type_):
                    ask = Evaluation(module.evaluator, module.evaluator.module, bind.value)
                    whole = self.object(outer, ask)
                    if whole is None:
                        continue
                    found = member_of(self, whole, each.name, ask)
                    empty = isinstance(found, Known) and (
                        found.absent or (isinstance(found.value, Map) and not found.value.entries)
                    )
                    if not empty:
                        yield found

    # -- callers

    def given(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        """What all callers of a function give for a parameter; None where there is none."""
        place = next((n for n, each in enumerate(function.parameters) if each is parameter), None)
        evaluator = ask.evaluator
        if place is None or not function.name:
            return None
        values: list[Value] = []
        for call in self.callers(function, evaluator.source.file):
            if len(values) >= MOST_PLACES:
                return None
            if call.reached is not False:
                value = call.argument(place)
                values.append(value)
        if not values:
            return None
        text = f"{function.name} is called in several ways"
        return values[0] if len(values) == 1 else either(values, values[0].span, text)

    def callers(self, function: Function, file: str) -> Iterator[FoundCall]:
        """The calls of a function in the module; of a method only where no other is called so."""
        last = function.name.rpartition(".")[2]
        is_method = "." in function.name
        if is_method and len(self.mentioning(rf"(?m)^func\s*\([^)]*\)\s*{last}\(")) != 1:
            return
        folder = folder_of(file)
        for path in self.mentioning(rf"\b{last}\s*\(")[:MOST_FILES]:
            module = self.module(path)
            for call in module.calls(last) if module is not None else ():
                names = call.name.split(".")
                if is_method:
                    package = self.imported(path, names[0]) if len(names) == 2 else None
                    fits = len(names) > 1 and package is None
                elif len(names) == 1:
                    fits = folder_of(path) == folder
                else:
                    package = self.imported(path, names[0]) if len(names) == 2 else None
                    fits = package is not None and self.folder_of_import(package) == folder
                if fits:
                    yield call


def member_of(packages: Packages, value: Value, name: str, ask: Evaluation) -> Value:
    """A field of an object, or of each that it may be."""
    if isinstance(value, Unknown):
        if not value.alternatives or len(value.alternatives) > MOST_PLACES:
            return value
        found = [member_of(packages, each, name, ask) for each in value.alternatives]
        return either(found, ask.span, value.text)
    if isinstance(value.value, Map):
        return packages.field(value.value, name, ask)
    return ask.unknown("computed", f"what {name} is can't be told")


def ways(value: Value) -> tuple[Value, ...]:
    """A value, or all that it may be."""
    several = isinstance(value, Unknown) and value.reason == "condition" and value.alternatives
    return value.alternatives if several and isinstance(value, Unknown) else (value,)


def is_handed_on(value: Value) -> bool:
    """Whether it is the same object again, which is made elsewhere."""
    return isinstance(value, Unknown) and value.reason == "cycle"


def scopes(module: Module) -> Iterator[Scope]:
    waiting = [module.evaluator.module.scope]
    while waiting:
        scope = waiting.pop()
        yield scope
        waiting += scope.children


def variable_of(bind: Bind, scope: Scope) -> str:
    """The name that an object is given at once: what is done to it later is done by that."""
    for name, binds in scope.binds.items():
        for each in binds:
            if each.value is bind.value and not each.keys:
                return name
    return ""


def bind_value(bind: Bind) -> Expression:
    assert bind.value is not None
    return bind.value
