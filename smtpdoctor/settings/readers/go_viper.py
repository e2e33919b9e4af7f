"""What spf13/viper has under a key: what is set in code, variables, its file, defaults.

This module knows viper's order and names (viper 1.x, viper.go: `find`, `getConfigFile`,
`mergeWithEnvPrefix`). It must not know what a key means. All instances of a Go module are taken for
one, as they are nearly everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from smtpdoctor.settings.readers.document import under
from smtpdoctor.settings.readers.evaluation import Evaluation
from smtpdoctor.settings.readers.go_documents import (
    MAPSTRUCTURE,
    cast_bool,
    filled,
    placed,
    root_of,
    starts,
)
from smtpdoctor.settings.readers.go_packages import Packages
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Entry,
    Known,
    List,
    Map,
    Origin,
    Span,
    Special,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.module import FoundCall
from smtpdoctor.settings.readers.project import format_of

PATH = "github.com/spf13/viper"
#: An instance, with the key that a part of it begins at.
VIPER = "viper"
#: Endings of the file that is looked for, in their order (viper.SupportedExts).
ENDINGS = ("json", "toml", "yaml", "yml", "properties", "props", "prop", "hcl", "tfvars", "dotenv",
           "env", "ini")  # fmt: skip
VARIABLES = ("env", "dotenv")
SETTERS = ("SetConfigFile", "SetConfigName", "SetConfigType", "AddConfigPath", "AutomaticEnv",
           "SetEnvPrefix", "SetEnvKeyReplacer", "AllowEmptyEnv", "BindEnv", "MustBindEnv",
           "SetDefault", "Set", "BindPFlag", "BindPFlags", "ReadConfig", "MergeConfig",
           "AddRemoteProvider",
           "AddSecureRemoteProvider")  # fmt: skip
A_FLAG = "a flag of the command line may give it"
#: What a getter makes of a value, by the type of its result.
GETTERS = {"Get": "", "GetString": "string", "GetInt": "int", "GetInt32": "int", "GetInt64": "int",
           "GetUint": "int", "GetUint16": "int", "GetUint32": "int", "GetBool": "bool"}  # fmt: skip
FILLS = ("Unmarshal", "UnmarshalExact", "UnmarshalKey")
#: A line of a `.env` as gotenv has it, which viper reads it with (subosito/gotenv 1.6).
LINE = re.compile(
    r"""(?xa)\s*(?:export\s+)?(?P<name>[\w.]+)(?:\s*=\s*|:\s)
    (?P<value>'.*'|".*"|[^\#\n]+)?\s*(?P<comment>\#.*)?"""
)


@dataclass(slots=True)
class Viper:
    """How a module has set viper up. `file` is the path of its document `root`, "" where there is
    none; `missing` says why that can't be told."""

    automatic: bool = False
    prefix: str = ""
    replaced: tuple[str, ...] = ()
    allows_empty: bool = False
    bound: dict[str, tuple[str, ...]] = field(default_factory=dict)
    defaults: dict[str, Value] = field(default_factory=dict)
    overrides: dict[str, Value] = field(default_factory=dict)
    root: Value | None = None
    missing: Unknown | None = None
    is_dotenv: bool = False
    file: str = ""

    def variables(self, key: str) -> tuple[str, ...]:
        """The variables that may set a key."""
        names = self.bound.get(key.lower(), ())
        if self.automatic:
            names = (f"{self.prefix}_{key}".upper() if self.prefix else key.upper(), *names)
        return tuple(self._replace(name) for name in names)

    def _replace(self, name: str) -> str:
        for old, new in zip(self.replaced[::2], self.replaced[1::2], strict=False):
            name = name.replace(old, new) if old else name
        return name

    def value(self, key: str, ask: Evaluation) -> Value | None:
        """What stands under a key, None where nothing does."""
        low = key.lower()
        found = _in(self.overrides, low)
        if found is not None:
            return found
        for name in self.variables(key):
            told = ask.evaluator.environment.lookup(name)
            empty = isinstance(told, Known) and told.value == "" and not self.allows_empty
            # viper reads its own file otherwise than a shell would
            own = told is not None and told.span is not None and told.span.file == self.file
            if told is not None and not empty and not own:
                return ask.variable(Known(name))
        default = _in(self.defaults, low)
        if self.root is not None:
            found = _under(self.root, low)
            if found is not None:
                return ask.read(found, key)
        return self._told_elsewhere(key, default, ask)

    def knows(self, key: str) -> bool:
        """Whether Unmarshal asks for a key: AutomaticEnv alone names none (viper's AllKeys)."""
        low = key.lower()
        if self.root is None or isinstance(self.root, Unknown) or self.missing is not None:
            return True
        return (
            low in self.bound
            or _in(self.defaults, low) is not None
            or _in(self.overrides, low) is not None
            or _under(self.root, low, empty=True) is not None
        )

    def _told_elsewhere(self, key: str, default: Value | None, ask: Evaluation) -> Value | None:
        """A default; what is not in the folder, where that may have the key."""
        names = self.variables(key)
        if self.missing is not None and self.is_dotenv and not names:
            names = (key.upper(),)
        if names and (default is not None or self.root is None or self.is_dotenv):
            return ask.variable(Known(names[0]), default or Known("", ask.span))
        return default if default is not None else self.missing


def viper_of(packages: Packages, file: str) -> Viper:
    """How the Go module of a file has set viper up."""
    root = root_of(packages, file)
    kept = packages.project.kept
    name = f"viper {root}"
    if name not in kept:
        kept[name] = Viper()  # for one that is asked while it is made
        kept[name] = _gathered(packages, root)
    made: Viper = kept[name]
    return made


def _gathered(packages: Packages, root: str) -> Viper:
    viper = Viper()
    names: list[tuple[FoundCall, str]] = []
    kind, folders = "", list[str]()
    for path in packages.mentioning(re.escape(PATH)):
        module = packages.module(path) if root_of(packages, path) == root else None
        for call in module.calls(*SETTERS) if module is not None else ():
            if not _is_vipers(packages, call, path) or call.reached is False:
                continue
            function = call.name.rpartition(".")[2]
            _set(viper, function, call)
            first = call.argument(0)
            text = str(first.value) if isinstance(first, Known) and first.value is not None else ""
            if function == "SetConfigType":
                kind = text.lower()
            elif function == "AddConfigPath":
                folders.append(text)
            elif function in ("SetConfigFile", "SetConfigName"):
                names.append((call, function))
    _find(packages, viper, names, kind, folders)
    return viper


def _is_vipers(packages: Packages, call: FoundCall, file: str) -> bool:
    """Whether it is called on the package, or on something that is handed around."""
    names = call.name.split(".")
    function = names[-1]
    if len(names) == 2 and packages.imported(file, names[0]) == PATH:
        return True
    receiver = call.receiver
    thing = receiver.value if isinstance(receiver, Known) else None
    if isinstance(thing, Special) and thing.name == VIPER:
        return True
    return isinstance(receiver, Unknown) and function not in ("Set", "ReadConfig", "MergeConfig")


def _set(  # branches: one function of viper a case
    viper: Viper, function: str, call: FoundCall
) -> None:
    """What one call sets, but for the file."""
    first, second = call.argument(0), call.argument(1)
    key = str(first.value).lower() if isinstance(first, Known) else ""
    if function == "AutomaticEnv":
        viper.automatic = True
    elif function == "SetEnvPrefix":
        viper.prefix = str(first.value) if isinstance(first, Known) else ""
    elif function == "SetEnvKeyReplacer" and isinstance(first, Known):
        made = first.value
        if isinstance(made, Special) and made.name == "replacer":
            viper.replaced = made.value
    elif function == "AllowEmptyEnv":
        viper.allows_empty = isinstance(first, Known) and first.value is True
    elif function in ("BindEnv", "MustBindEnv") and key:
        given = [call.argument(place) for place in range(1, call.count)]
        names = tuple(str(each.value) for each in given if isinstance(each, Known))
        own = f"{viper.prefix}_{key}" if viper.prefix else key
        viper.bound[key] = names or (own.upper(),)
    elif function == "SetDefault" and key:
        viper.defaults[key] = second
    elif function == "Set" and key:
        viper.overrides[key] = second
    elif function == "BindPFlag" and key:
        viper.defaults.setdefault(key, Unknown("parameter", A_FLAG, call.span))
    elif function == "BindPFlags":
        viper.missing = Unknown("parameter", A_FLAG, call.span)
    elif function in ("ReadConfig", "MergeConfig", "AddRemoteProvider", "AddSecureRemoteProvider"):
        viper.missing = Unknown("called", f"what {function}() reads can't be told", call.span)


def _find(
    packages: Packages,
    viper: Viper,
    names: list[tuple[FoundCall, str]],
    kind: str,
    folders: list[str],
) -> None:
    """The document that viper reads."""
    paths: set[str] = set()
    wanted: list[tuple[str, Span | None]] = []
    for call, function in names:
        first = call.argument(0)
        if not isinstance(first, Known) or not isinstance(first.value, str) or not first.value:
            text = "which file viper reads can't be told"
            viper.missing = Unknown("computed", text, call.span)
            continue
        wanted.append((first.value, call.span))
        paths.add(
            (placed(packages, call.span.file, first.value) or "")
            if function == "SetConfigFile"
            else _searched(packages, call.span.file, first.value, kind, folders)
        )
    if not names and folders:  # viper's own name for it
        file = next(iter(packages.mentioning(re.escape(PATH))), "")
        wanted.append(("config", None))
        paths.add(_searched(packages, file, "config", kind, folders))
    paths.discard("")
    viper.is_dotenv = kind in VARIABLES or any(
        name.rpartition("/")[2].startswith(".env") or name.endswith(".env") for name, _ in wanted
    )
    if len(paths) > 1:
        text = "viper is told to read several files, and which counts can't be told"
        viper.missing = Unknown("condition", text, wanted[-1][1])
    elif paths:
        viper.file = paths.pop()
        ending = kind or viper.file.rpartition(".")[2].lower()
        viper.missing = None
        viper.is_dotenv = ending in VARIABLES
        viper.root = _root(packages, viper.file, ending)
    elif wanted and viper.missing is None:
        name, span = wanted[-1]
        text = f"viper's file {name.rpartition('/')[2][:60]} is not in this folder"
        viper.missing = Unknown("unreadable", text, span)


def _searched(packages: Packages, file: str, name: str, kind: str, folders: list[str]) -> str:
    """A file by its name in the folders that are looked into, else the one of that name; "" where
    there is none."""
    endings = [f"{name}.{ending}" for ending in ENDINGS] + ([name] if kind else [])
    for folder in folders:
        for each in endings:
            found = placed(packages, file, f"{folder or '.'}/{each}")
            if found is not None:
                return found
    # where it stands in the image, or beside the program, isn't where it stands here
    root = starts(packages, file)[0]
    if any(folder.startswith(("/", "$")) or not folder for folder in folders):
        there = [
            path
            for path in packages.project.containing(rb"\S", *(f".{each}" for each in ENDINGS))
            if path.rpartition("/")[2] in endings and path.startswith(root)
        ]
        return there[0] if len(there) == 1 else ""
    return ""


def _root(packages: Packages, path: str, format_: str) -> Value:
    """The document of viper's file."""
    if format_ in VARIABLES:
        return Known(_lines(packages, path))
    formats = {"yml": "yaml", "props": "properties", "prop": "properties"}
    read = packages.project.document(path, formats.get(format_, format_) or format_of(path))
    return read if isinstance(read, Unknown) else read.root


def _lines(packages: Packages, path: str) -> Map:
    """The lines of a `.env`; what the line's reader makes of an odd one is said and not told."""
    made = Map()
    text = (packages.project.files.read(path) or b"").decode("utf-8-sig", "replace")
    for number, line in enumerate(re.split("\r\n|\n|\r", text), 1):
        found = LINE.fullmatch(line)
        if found is None or line.lstrip().startswith("#"):
            continue
        made.entries.append(_entry(found, line, path, number))
    return made


def _entry(found: re.Match[str], line: str, path: str, number: int) -> Entry:
    """One line, by its name."""
    name, written = found["name"], (found["value"] or "").strip()
    start = found.start("value") + 1 if written else len(line) + 1
    quoted = len(written) > 1 and written[0] == written[-1] and written[0] in "'\""
    inner = written[1:-1] if quoted else written
    at = Span(path, number, (start + quoted, start + quoted + len(inner)), number)
    why = ""
    if not quoted and found["comment"] and not line[: found.start("comment")][-1:].isspace():
        why = f"viper ends the value of {name} at its #: it has to stand in quotes"
    elif "$" in inner and written[:1] != "'":
        why = f"viper fills in what stands behind the $ of {name}"
    elif written[:1] in ("'", '"') and (not quoted or written[0] in inner or "\\" in inner):
        why = f"what viper takes the line of {name} for can't be told"
    known = Known(inner, at, (Origin("environment", name, at),))
    return Entry(name, Unknown("environment", why, at) if why else known, at)


def _in(values: dict[str, Value], key: str) -> Value | None:
    """What was set under a key, or under the map that it is in."""
    if key in values:
        found = values[key]
        return None if isinstance(found, Known) and found.value is ABSENT else found
    for name, value in values.items():
        if key.startswith(f"{name}.") and isinstance(value, Known):
            return under(value, tuple(key[len(name) + 1 :].split(".")), folds=True)
    return None


def _under(value: Value, key: str, *, empty: bool = False) -> Value | None:
    """What a document has under a key with dots, however it is nested; `empty`: a null too."""
    if isinstance(value, Unknown):
        return value
    if not isinstance(value.value, Map):
        return None
    for entry in reversed(value.value.entries):
        if entry.key is None:
            return entry.value
        own = str(entry.key).lower()
        if own == key:
            inner = entry.value
            return None if isinstance(inner, Known) and inner.absent and not empty else inner
        if key.startswith(f"{own}."):
            found = _under(entry.value, key[len(own) + 1 :], empty=empty)
            if found is not None:
                return found
    return None


# --- what the code asks --------------------------------------------------------------------------


def got(
    packages: Packages, prefix: str, function: str, values: list[Value], ask: Evaluation
) -> Value | None:
    """What a function of viper gives, or a method of an instance."""
    if function in ("New", "NewWithOptions", "GetViper"):
        return Known(Special(VIPER, ""), ask.span)
    if function not in GETTERS and function not in ("Sub", "IsSet"):
        return None
    key = values[0] if values else None
    if not isinstance(key, Known) or not isinstance(key.value, str):
        return ask.unknown("computed", f"which key {function}() asks for can't be told")
    name = f"{prefix}.{key.value}" if prefix else key.value
    if function == "Sub":
        return Known(Special(VIPER, name), ask.span)
    found = viper_of(packages, ask.evaluator.source.file).value(name, ask)
    if function == "IsSet":
        unset = found is None or (
            isinstance(found, Known) and bool(found.unset) and not found.value
        )
        return found if isinstance(found, Unknown) else Known(not unset, ask.span)
    type_ = GETTERS[function]
    zero: Any = {"int": 0, "bool": False, "string": ""}.get(type_)
    if found is None:
        return Known(zero, ask.span)
    if isinstance(found, Known) and isinstance(found.value, Map | List):
        return found if not type_ else Known(zero, ask.span)
    return ask.apply(lambda value: cast(value, type_), found)


def cast(value: Any, type_: str) -> Any:
    """spf13/cast: what doesn't fit is the zero value."""
    if type_ == "string":
        return ("true" if value else "false") if isinstance(value, bool) else str(value)
    if type_ == "int":
        text = str(int(value)) if isinstance(value, bool | float) else str(value)
        return int(text) if re.fullmatch(r"[+-]?\d{1,18}", text) else 0
    if type_ == "bool":
        return cast_bool(value) if isinstance(value, str) else bool(value)
    return value


def filled_from(
    packages: Packages,
    left: Value,
    prefix: str,
    function: str,
    first: Value | None,
    ask: Evaluation,
) -> Value | None:
    """An object after viper has filled it; None for any other function."""
    if function not in FILLS:
        return None
    if function == "UnmarshalKey":
        if not isinstance(first, Known) or not isinstance(first.value, str):
            return ask.unknown("computed", "which key is read can't be told")
        prefix = f"{prefix}.{first.value}" if prefix else first.value
    made = left.value if isinstance(left, Known) else None
    type_ = packages.type(made.kind) if isinstance(made, Map) else None
    if type_ is None or not isinstance(made, Map):
        return ask.unknown("called", f"what {function}() fills in can't be told")
    viper = viper_of(packages, ask.evaluator.source.file)
    above = tuple(prefix.split(".")) if prefix else ()

    def look_up(path: tuple[str, ...]) -> Value | None:
        key = ".".join((*above, *path))
        return viper.value(key, ask) if viper.knows(key) else None

    return Known(filled(packages, made, type_, MAPSTRUCTURE, look_up, ask), ask.span)
