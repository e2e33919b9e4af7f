"""What fills a Go object by its place: caarlos0/env, envconfig, cleanenv, and the module's own.

This module knows tags and the rules of the libraries that read them. It must not know what a field
means. What another function may fill can't be told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from smtpdoctor.settings.readers import go_flags, go_koanf, go_viper
from smtpdoctor.settings.readers.evaluation import (
    Bound,
    Closure,
    Evaluation,
    Frame,
    UntellableError,
)
from smtpdoctor.settings.readers.go import FILLED, FILLS
from smtpdoctor.settings.readers.go_documents import cast_bool, decoded_by, from_file
from smtpdoctor.settings.readers.go_packages import END, Packages, Type
from smtpdoctor.settings.readers.model import (
    Entry,
    Known,
    Map,
    Span,
    Special,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.module import callee_path, names_of
from smtpdoctor.settings.readers.syntax import Binary, Call, Constant, Field, Member, Name

FLAG = re.compile(r"(String|Bool|U?[Ii]nt(?:16|32|64)?)Var(P)?")
FLAG_VALUE = re.compile(r"(String|Bool|U?[Ii]nt(?:16|32|64)?)(P)?")
#: Files that may start a program with its flags.
STARTS = (".yml", ".yaml", ".service", ".sh", ".bash", ".json", "Procfile", "Dockerfile", ".env")
NUMBERS = re.compile(r"u?int(8|16|32|64)?")


@dataclass(frozen=True, slots=True)
class Named:
    """The names of the variables of a field, the first before the others, with its default."""

    names: tuple[str, ...]
    default: str | None
    #: Whether a variable that is set to nothing counts as not set.
    empty_is_unset: bool = False
    #: Whether the default gives way to what the field held before.
    gives_way: bool = False
    #: Whether the variable holds something else than the value: a file's name.
    elsewhere: bool = False


#: The variables of a field; None where the library passes it over.
Rule = Callable[[Field, Mapping[str, str], str], Named | None]
#: The prefix of the fields of a field that is an object.
Inner = Callable[[Field, Mapping[str, str], str], str]


def tags_of(field: Field) -> dict[str, str]:
    """`env:"HOST" envDefault:"x"` by its keys."""
    written = str(field.tag.value) if field.tag is not None else ""
    return dict(re.findall(r"([\w-]+):\"([^\"\\]*)\"", written))


def caarlos(field: Field, tags: Mapping[str, str], prefix: str) -> Named | None:
    name, *options = tags.get("env", "").split(",")
    default = tags.get("envDefault")
    if not name and default is None:
        return None
    names = (prefix + name,) if name else ()
    elsewhere = bool({"file", "expand"} & set(options))
    return Named(names, default, empty_is_unset=True, elsewhere=elsewhere)


def caarlos_inner(field: Field, tags: Mapping[str, str], prefix: str) -> str:
    return prefix + tags.get("envPrefix", "")


def envconfig(field: Field, tags: Mapping[str, str], prefix: str) -> Named | None:
    if tags.get("ignored", "").lower() in ("true", "1", "t"):
        return None
    alternative = tags.get("envconfig", "").upper()
    key = envconfig_inner(field, tags, prefix)
    names = (key, alternative) if alternative and alternative != key else (key,)
    return Named(names, tags.get("default") or None)


def envconfig_inner(field: Field, tags: Mapping[str, str], prefix: str) -> str:
    if field.embedded and not tags.get("envconfig"):
        return prefix
    key = field.name
    if tags.get("split_words", "").lower() in ("true", "1", "t"):
        key = "_".join(re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+", key))
    key = tags.get("envconfig") or key
    return (f"{prefix}_{key}" if prefix else key).upper()


def cleanenv(field: Field, tags: Mapping[str, str], prefix: str) -> Named | None:
    names = [each.strip() for each in tags.get("env", "").split(",") if each.strip()]
    default = tags.get("env-default")
    if not names and default is None:
        return None
    return Named(tuple(prefix + each for each in names), default, gives_way=True)


def cleanenv_inner(field: Field, tags: Mapping[str, str], prefix: str) -> str:
    return prefix + tags.get("env-prefix", "")


#: By the path of a package.
RULES: tuple[tuple[re.Pattern[str], Rule, Inner], ...] = (
    (re.compile(r"github\.com/caarlos0/env(/v\d+)?"), caarlos, caarlos_inner),
    (re.compile(r"github\.com/kelseyhightower/envconfig"), envconfig, envconfig_inner),
    (re.compile(r"github\.com/ilyakaznacheev/cleanenv"), cleanenv, cleanenv_inner),
)


def package_of(call: Call, ask: Evaluation) -> str:
    """The path of the package whose function is called; "" for another call."""
    if not isinstance(call.callee, Member):
        return ""
    found = ask.value(call.callee.object)
    special = found.value if isinstance(found, Known) else None
    is_package = isinstance(special, Special) and special.name == "package"
    return str(special.value) if is_package and isinstance(special, Special) else ""


def returned(packages: Packages, call: Call, package: str, ask: Evaluation) -> Value | None:
    """What a function of a library gives that makes the object itself: `env.ParseAs[Config]()`."""
    function = callee_path(call)[-1]
    flag = FLAG_VALUE.fullmatch(function)
    if flag is not None and (package == "flag" or package.endswith("/pflag")):
        return flagged(packages, call, 0, is_short=bool(flag[2]), ask=ask)
    if not RULES[0][0].fullmatch(package):
        return None
    if function == "Must":
        return ask.argument(call, 0)
    written = next((each.value for each in call.arguments if each.name == "<>"), None)
    if not function.startswith("ParseAs") or not isinstance(written, Constant):
        return None
    type_ = packages.type(str(written.value))
    if type_ is None:
        return None
    empty = Known(Map(kind=type_.reference), ask.span)
    return _by_library(packages, empty, call, package, ask, options=0)


def filled_by(packages: Packages, left: Value, call: Call, ask: Evaluation) -> Value:
    """What a variable holds after a call that was handed its place."""
    function = callee_path(call)[-1]
    package = package_of(call, ask)
    if isinstance(left, Known) and isinstance(left.value, Special):
        return left  # viper, a file: what is read of it is asked later
    own = _own(packages, call, package, ask)
    if own is not None:
        return _by_own(packages, left, own, call, ask)
    found = _by_library(packages, left, call, package, ask, options=1)
    if found is None:
        found = _by_viper(packages, left, call, package, ask)
    if found is None:
        found = decoded_by(packages, left, call, package, function, ask)
    if found is not None:
        return found
    flag = FLAG.fullmatch(function)
    if flag is not None and len(call.arguments) > 2:
        return flagged(packages, call, 1, is_short=bool(flag[2]), ask=ask, held=left)
    if FILLS.fullmatch(function):
        return _untold(
            left, Unknown("called", f"what {function}() fills in can't be told", ask.span)
        )
    return left


def _by_viper(
    packages: Packages, left: Value, call: Call, package: str, ask: Evaluation
) -> Value | None:
    """An object that viper or koanf fills, a variable that a flag of kingpin sets."""
    prefix = "" if package == go_viper.PATH else None
    if prefix is None and isinstance(call.callee, Member):
        held = ask.value(call.callee.object)
        thing = held.value if isinstance(held, Known) else None
        if isinstance(thing, Special) and thing.name == go_viper.VIPER:
            prefix = str(thing.value)
        if isinstance(thing, Special) and thing.name == go_koanf.KOANF:
            name, first = callee_path(call)[-1], ask.argument(call, 0)
            return go_koanf.filled_from(packages, left, name, first, ask)
        if isinstance(thing, Special) and thing.name == go_flags.FLAG:  # …StringVar(&host)
            return go_flags.of_kingpin(packages, thing, callee_path(call)[-1], [], ask)
    if prefix is None:
        return None
    function, first = callee_path(call)[-1], ask.argument(call, 0)
    return go_viper.filled_from(packages, left, prefix, function, first, ask)


def _before(call: Call, held: Value, ask: Evaluation) -> Value:
    """What a variable has before a flag is made of it: of the package's own what it is declared
    with."""
    if not isinstance(held, Unknown) or held.reason != "cycle":
        return held
    home = ask.evaluator.module
    name = names_of(call.arguments[0].value)[0]
    first = next(iter(home.scope.binds.get(name, ())), None)
    declared = first.value if first is not None and not first.keys else None
    is_flag = isinstance(declared, Binary) and declared.operator == FILLED
    return held if declared is None or is_flag else ask.evaluator.value(declared, home)


def flagged(
    packages: Packages,
    call: Call,
    place: int,
    *,
    is_short: bool,
    ask: Evaluation,
    held: Value | None = None,
) -> Value:
    """What a flag gives: its default, where nothing in the folder starts a program with it.

    `place` is that of its name among the arguments. `held` is what the variable that it sets has
    before, which may be its default.
    """
    name = ask.argument(call, place)
    at = place + (2 if is_short else 1)
    if held is not None and at < len(call.arguments):
        is_itself = names_of(call.arguments[at].value) == names_of(call.arguments[0].value) != ()
        default: Value | None = _before(call, held, ask) if is_itself else ask.argument(call, at)
    else:
        default = ask.argument(call, at)
    if not isinstance(name, Known) or not isinstance(name.value, str) or default is None:
        return ask.unknown("parameter", "a flag of the command line may give it")
    written = rb"(?<![\w-])--?" + re.escape(name.value.encode()) + rb"(?![\w-])"
    # a flag of one letter is one of any program's
    used = packages.project.containing(written, *STARTS) if len(name.value) > 2 else []
    if used:
        return ask.unknown("parameter", f"the flag -{name.value} gives it in {used[0]}")
    if isinstance(default, Known) and default.value in ("", 0) and not default.unset:
        return ask.unknown("parameter", f"the flag -{name.value} of the command line gives it")
    return default


def _untold(left: Value, why: Unknown) -> Value:
    """An object of which every field may have been filled; what fills it later counts."""
    made = left.value if isinstance(left, Known) else None
    if not isinstance(made, Map) or not made.kind:
        return why
    return Known(Map([*made.entries, Entry(None, why, why.span)], made.kind), why.span)


def _own(packages: Packages, call: Call, package: str, ask: Evaluation) -> Closure | None:
    """The function of the module that is called."""
    folder = packages.folder_of_import(package) if package else None
    if folder is not None:
        found = packages.value(folder, callee_path(call)[-1])
    else:
        found = ask.evaluator.callee(call.callee, ask.frame)
        bound = found.value if isinstance(found, Known) else None
        if isinstance(bound, Bound):
            object_ = bound.object.value if isinstance(bound.object, Known) else None
            return packages.method(object_.kind if isinstance(object_, Map) else "", bound.name)
    made = found.value if isinstance(found, Known) else None
    return made if isinstance(made, Closure) else None


def _by_own(
    packages: Packages, left: Value, closure: Closure, call: Call, ask: Evaluation
) -> Value:
    """What a function of the module does to the fields of what it was handed."""
    at = getattr(ask.at, "left", None)
    function = closure.function
    names: list[str] = []
    for argument, parameter in zip(call.arguments, function.parameters, strict=False):
        if argument.value is at and not parameter.rest:
            names.append(parameter.name)
    if isinstance(call.callee, Member) and call.callee.object is at:
        names += [each.name for each in function.parameters if each.receiver]
    for name in names:
        if _hands_on(packages, closure, name, set()):
            text = f"what {function.name}() does to it can't be told"
            return _untold(left, Unknown("called", text, ask.span))
        if function.scope.binds_of(name):
            given: dict[str, Value] = {
                parameter.name: ask.value(argument.value)
                for argument, parameter in zip(call.arguments, function.parameters, strict=False)
            }
            frame = Frame(function.scope, closure.frame, {**given, name: left})
            return closure.evaluator.lookup(name, frame, END) or left
    return left


def _sets(closure: Closure, name: str) -> bool:
    """Whether a function sets fields of what it was handed under a name."""
    return any(
        bind.keys or (isinstance(bind.value, Binary) and bind.value.operator == FILLED)
        for bind in closure.function.scope.binds_of(name)
    )


def _is_handed(call: Call, name: str) -> bool:
    """Whether a call that may fill it gets what was handed over as any value: `v any`."""
    return FILLS.fullmatch(callee_path(call)[-1]) is not None and any(
        isinstance(each.value, Name) and each.value.id == name for each in call.arguments
    )


def _hands_on(packages: Packages, closure: Closure, name: str, seen: set[str]) -> bool:
    """Whether a function calls methods of what it was handed that change it."""
    function, evaluator = closure.function, closure.evaluator
    for call in evaluator.calls:
        callee = call.callee
        inside = function.start <= call.start < function.end
        if inside and name not in function.scope.types and _is_handed(call, name):
            return True
        if not inside or not isinstance(callee, Member) or not isinstance(callee.object, Name):
            continue
        if callee.object.id != name:
            continue
        kind = next((each.type for each in function.parameters if each.name == name), "")
        own = packages.method(kind, callee.name)
        receiver = next((e.name for e in own.function.parameters if e.receiver), "") if own else ""
        if own is None or not receiver:
            continue
        if own.function.name in seen:
            continue
        seen.add(own.function.name)
        if _sets(own, receiver) or _hands_on(packages, own, receiver, seen):
            return True
    return False


def _by_library(
    packages: Packages, left: Value, call: Call, package: str, ask: Evaluation, *, options: int
) -> Value | None:
    """An object that a library fills from variables by its tags; None for any other call."""
    function = callee_path(call)[-1]
    rule = next((each for each in RULES if each[0].fullmatch(package)), None)
    if rule is None:
        return None
    prefix = ""
    if rule[1] is caarlos:
        if not function.startswith("Parse"):
            return None
        said = _options(ask.argument(call, options))
        if said is None:
            return ask.unknown("computed", f"with which options {function}() reads can't be told")
        prefix = said
    elif rule[1] is envconfig:
        if not function.endswith("Process"):
            return None
        first = ask.argument(call, 0)
        if not isinstance(first, Known) or not isinstance(first.value, str):
            return ask.unknown("computed", f"with which prefix {function}() reads can't be told")
        prefix = first.value
    elif function == "ReadConfig":
        read = from_file(packages, left, ask.argument(call, 0), ask)
        if isinstance(read, Unknown):
            return _untold(left, read)
        left = read
    elif function != "ReadEnv":
        return None
    made = left.value if isinstance(left, Known) else None
    type_ = packages.type(made.kind) if isinstance(made, Map) else None
    if type_ is None or not isinstance(made, Map):
        return ask.unknown("called", f"what {function}() fills in can't be told")
    return Known(_tagged(packages, made, type_, rule, prefix), ask.span)


def _options(given: Value | None) -> str | None:
    """The prefix that caarlos0/env's options say; None for others that change what is read."""
    if given is None or (isinstance(given, Known) and given.absent):
        return ""
    made = given.value if isinstance(given, Known) else None
    if not isinstance(made, Map) or not set(made.keys()) <= {"Prefix", "RequiredIfNoDef"}:
        return None
    prefix = made.get("Prefix")
    if not isinstance(prefix, Known):
        return None
    return prefix.value if isinstance(prefix.value, str) else ""


def _tagged(
    packages: Packages,
    made: Map,
    type_: Type,
    rule: tuple[re.Pattern[str], Rule, Inner],
    prefix: str,
) -> Map:
    """The object with what its tags say, over what it held before."""
    filled = Map(list(made.entries), made.kind)
    evaluator = type_.module.evaluator
    for field in type_.struct.fields:
        tags = tags_of(field)
        inner = packages.type(field.type)
        if inner is not None:
            before = made.get(field.name)
            held = before.value if isinstance(before, Known) else None
            whole = held if isinstance(held, Map) else Map(kind=inner.reference)
            inside = rule[2](field, tags, prefix)
            filled.entries.append(
                Entry(field.name, _part(packages, whole, inner, rule, inside), None)
            )
            continue
        named = rule[1](field, tags, prefix) if field.name[:1].isupper() else None
        if named is None:
            continue
        at = field.tag or type_.struct
        ask = Evaluation(evaluator, evaluator.module, at)
        filled.entries.append(
            Entry(field.name, _later(field, named, made.get(field.name), ask), ask.span)
        )
    return filled


def _part(
    packages: Packages,
    made: Map,
    type_: Type,
    rule: tuple[re.Pattern[str], Rule, Inner],
    prefix: str,
) -> Callable[[], Value]:
    return lambda: Known(_tagged(packages, made, type_, rule, prefix))


def _later(field: Field, named: Named, before: Value, ask: Evaluation) -> Callable[[], Value]:
    return lambda: _variable(field, named, before, ask)


def _variable(field: Field, named: Named, before: Value, ask: Evaluation) -> Value:
    """What a field is filled with."""
    plain = field.type.rpartition(":")[2].lstrip("*")
    zero: Any = 0 if NUMBERS.fullmatch(plain) else False if plain == "bool" else ""
    if named.elsewhere:
        return ask.unknown("computed", f"what is made of {named.names[0]} can't be told")
    found = default = _default(field, named, before, zero, ask)
    if named.names:
        environment = ask.evaluator.environment
        name = next((each for each in named.names if environment.lookup(each) is not None), None)
        found = ask.variable(Known(name or named.names[-1]), default)
        if name and named.empty_is_unset and isinstance(found, Known) and found.value == "":
            found = default
    if isinstance(found, Known) and isinstance(found.value, str) and zero != "":
        return ask.apply(converted(zero), found, conversion=plain)
    return found


def _default(field: Field, named: Named, before: Value, zero: Any, ask: Evaluation) -> Value:
    """What a field holds where no variable is set."""
    held = isinstance(before, Unknown) or bool(not before.absent and before.value)
    if named.default is not None and not (named.gives_way and held):
        return Known(named.default, _place(field, named.default, ask))
    if isinstance(before, Known) and before.absent:
        return Known(zero, ask.span)
    return before


def converted(zero: Any) -> Callable[[Any], Any]:
    """A variable's text as a number or a truth."""

    def convert(text: Any) -> Any:
        if text == "":
            return zero
        if zero is False:
            if cast_bool(text):
                return True
            if text in ("0", "f", "F", "FALSE", "false", "False"):
                return False
        elif re.fullmatch(r"[+-]?\d{1,18}", text):
            return int(text)
        raise UntellableError("a text that doesn't parse: the program stops there")

    return convert


def _place(field: Field, default: str, ask: Evaluation) -> Span | None:
    """Where a tag has its default, with the quotes around it."""
    if field.tag is None:
        return ask.span
    written = str(field.tag.value)
    found = re.search(rf"(?:envDefault|env-default|default):(\"{re.escape(default)}\")", written)
    if found is None:
        return ask.span
    start = field.tag.start + 1 + len(written[: found.start(1)].encode())
    return ask.evaluator.source.span(start, start + len(found[1].encode()))
