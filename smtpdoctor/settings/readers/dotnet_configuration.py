"""What .NET's configuration has under a key: variables over appsettings.json of the environment
over appsettings.json.

This module knows the files, their order and how keys are compared, and where code binds a class to
a section. It must not know what a key means.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers.model import (
    ABSENT,
    Known,
    Map,
    Origin,
    Span,
    Special,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project

SETTINGS = re.compile(r"(?:(?P<folder>.*)/)?appsettings(?:\.(?P<environment>\w+))?\.json", re.I)
ENVIRONMENT = ("ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT")
PRODUCTION = "production"
#: What is given a function that fills options.
FILLING = ("Configure", "PostConfigure")
MOST_FILES = 12


def look_up(project: Project, file: str, key: str) -> Value | None:
    """The value of a key (`Smtp:Host`), a Map for a section; None where nobody has it."""
    for name in (key.replace(":", "__"), key):
        found = variable(project, name)
        if found is not None:
            return found
    for path in files(project, file):
        document = project.document(path)
        if isinstance(document, Unknown):
            continue
        found = under(document.root, key.split(":"))
        if found is not None:
            return found
    return None


def variable(project: Project, name: str) -> Value | None:
    """A variable that sets a key, in the letter case that people write it in, or in capitals."""
    for each in dict.fromkeys((name, name.upper())):
        found = project.environment.lookup(each)
        if isinstance(found, Known):
            origin = Origin("environment", each, found.span)
            return Known(found.value, found.span, (origin, *found.trail))
        if found is not None:
            return found
    return None


def files(project: Project, file: str) -> list[str]:
    """The files that count for the code of that file, the strongest first."""
    asked = (project.environment.lookup(name) for name in ENVIRONMENT)
    told = next((each for each in asked if each is not None), None)
    wanted = str(told.value).lower() if isinstance(told, Known) else PRODUCTION
    found: list[tuple[int, bool, int, str]] = []
    for path in project.containing(rb"\S", ".json"):
        match = SETTINGS.fullmatch(path)
        if match is None:
            continue
        environment = (match["environment"] or "").lower()
        if environment in ("", wanted):
            distance = -shared(match["folder"] or "", file)
            found.append((distance, environment == "", len(path), path))
    return [path for _, _, _, path in sorted(found)[:MOST_FILES]]


def shared(folder: str, file: str) -> int:
    """How many folders both are in."""
    both = zip(folder.split("/") if folder else [], file.split("/")[:-1], strict=False)
    return sum(1 for a, b in both if a == b)


def under(value: Value, path: list[str]) -> Value | None:
    """What stands at the end of the path, whatever letter case it is written in."""
    for place, step in enumerate(path):
        if not isinstance(value, Known) or not isinstance(value.value, Map):
            return None
        rest = ":".join(path[place:]).lower()
        found = None
        for entry in reversed(value.value.entries):
            own = str(entry.key).lower()
            if own == rest:
                return _found(entry.value, path)
            if own == step.lower():
                found = entry.value
                break
        if found is None:
            return None
        value = found
    return _found(value, path)


def _found(value: Value, path: list[str]) -> Value | None:
    if isinstance(value, Known) and value.value is ABSENT:
        return None
    if isinstance(value, Known) and isinstance(value.value, Map):
        return Known(Map(value.value.entries, ":".join(path)), value.span)
    if isinstance(value, Known) and isinstance(value.value, bool):
        return Known("true" if value.value else "false", value.span, value.trail)
    if isinstance(value, Known) and isinstance(value.value, int):
        return Known(str(value.value), value.span, value.trail)
    return value


def path_of(section: Known) -> str:
    """The path of a section that was looked up."""
    return section.value.kind if isinstance(section.value, Map) else ""


def section_of(project: Project, type_: str) -> str | None:
    """The section that some code of the folder fills a class from; None where none does.

    `Configure<SmtpSettings>(configuration.GetSection("Smtp"))`, `AddOptions<…>().Bind(…)`,
    `.BindConfiguration("Smtp")`, `GetSection("Smtp").Get<SmtpSettings>()`, `.Bind(settings)`,
    `Configure<SmtpSettings>(o => configuration.GetSection("Smtp").Bind(o))`.
    """
    needle = rf"(?:Configure|AddOptions|Get|AddOptionsWithValidateOnStart)<\s*[\w.]*\b{type_}\s*>"
    for path in project.containing(needle.encode(), ".cs"):
        module: Any = project.module(path)
        if isinstance(module, Unknown):
            continue
        for call in module.calls("Configure", "Bind", "BindConfiguration", "Get"):
            prefix = _prefix(call, type_) or _bound_inside(module, call, type_)
            if prefix:
                return prefix
    return None


def bound_by_hand(project: Project, type_: str) -> str | None:
    """The section that an object is filled from which the code makes itself:
    `var s = new SmtpSettings(); configuration.GetSection("Smtp").Bind(s);`."""
    for path in project.containing(rb"new\s+" + re.escape(type_.encode()) + rb"\b", ".cs"):
        module: Any = project.module(path)
        if isinstance(module, Unknown):
            continue
        names = {call.target for call in module.calls(type_) if call.new and call.target}
        for call in module.calls("Bind"):
            if call.count == 1 and (call.handed_over(0),) in names:
                return _section(call.receiver) or None
    return None


def set_by_hand(project: Project, type_: str, name: str, own: Value | None) -> list[Value]:
    """What the code sets a property of a class to where it makes its objects: behind
    `new SmtpSettings`, in its braces or on its variable; in a function that fills options,
    `Configure<SmtpSettings>(o => { o.Host = …; })`. `own` counts where one is made without."""
    found: list[Value] = []
    class_ = re.escape(type_.encode())
    needle = rb"new\s+" + class_ + rb"\b|Configure<\s*[\w.]*\b" + class_ + rb"\s*>"
    for path in project.containing(needle, ".cs"):
        module: Any = project.module(path)
        if isinstance(module, Unknown):
            continue
        for call in module.calls(*FILLING):
            options = _filled(call, type_)
            found += [
                each.value
                for each in (module.assignments(options, name) if options else ())
                if each.path == (options, name)
                and _within(each.span, call.span)
                and each.reached is not False
            ][-1:]
        for call in module.calls(type_):
            if not call.new or call.reached is False:
                continue
            uses = [use for use in call.uses() if getattr(use, "path", None) == (name,)]
            those = [use.value for use in uses if use.reached is not False] or [own]
            found += [each for each in those[-1:] if each is not None]
    return found


def _filled(call: Any, type_: str) -> str:
    """The name of the options that a call's function fills; "" where it fills no such class."""
    function = call.argument(call.count - 1) if call.count else None
    if call.types.rpartition(".")[2] != type_ or not isinstance(function, Known):
        return ""
    parameters: Any = getattr(getattr(function.value, "function", None), "parameters", ())
    return str(parameters[0].name) if len(parameters) == 1 else ""


def _bound_inside(module: Any, call: Any, type_: str) -> str:
    """The section that a call's function binds the options to which it is handed."""
    options = _filled(call, type_)
    for bind in module.calls("Bind") if options else ():
        if _within(bind.span, call.span) and bind.handed_over(bind.count - 1) == options:
            return _section(bind.receiver)
    return ""


def _within(inner: Span, outer: Span) -> bool:
    first, last = (outer.line, outer.columns[0]), (outer.end_line, outer.columns[1])
    return first <= (inner.line, inner.columns[0]) and (inner.end_line, inner.columns[1]) <= last


def _prefix(call: Any, type_: str) -> str:
    last = call.name.rpartition(".")[2]
    made_by = call.made_by
    asked = call.types.rpartition(".")[2]
    options = made_by.types.rpartition(".")[2] if made_by is not None else ""
    if last == "BindConfiguration" and options == type_:
        name = call.argument(0)
        return str(name.value) if isinstance(name, Known) else ""
    if (last == "Configure" and asked == type_) or (last == "Bind" and options == type_):
        return _section(call.argument(call.count - 1)) or _section(call.argument(0))
    if last == "Get" and asked == type_:
        return _section(call.receiver)
    return ""


def _section(value: Value) -> str:
    if isinstance(value, Known) and isinstance(value.value, Special):
        return str(value.value.value) if value.value.name == "configuration" else ""
    return ""
