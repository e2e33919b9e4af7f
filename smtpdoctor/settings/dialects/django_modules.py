"""Which settings module a Django program of the folder is started with in production.

Knows DJANGO_SETTINGS_MODULE, the files that set its default, and how settings packages are
laid out. It must not know what a setting means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from smtpdoctor.settings.dialects.base import Option
from smtpdoctor.settings.dialects.python_code import of_module, python_variables
from smtpdoctor.settings.readers.email_url import STEP
from smtpdoctor.settings.readers.evaluation import ClassValue
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Value
from smtpdoctor.settings.readers.python_library import ancestors, default_of
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

VARIABLE = "DJANGO_SETTINGS_MODULE"
CONFIGURATION = "DJANGO_CONFIGURATION"
#: Files that one `include(…)` takes.
MOST_PARTS = 30
#: Which file's default counts in production, the first before the others.
ENTRIES = ("wsgi.py", "asgi.py", "celery.py", "manage.py")
PRODUCTION = ("production", "prod", "prd", "live", "deploy", "deployment", "server", "heroku")
DEVELOPMENT = re.compile(
    r"(?i)^(settings[_-]?)?(dev\w*|local\w*|debug|tests?\w*|testing|ci)([_-]?settings)?$"
)
SAYS_MAIL = rb"\b(EMAIL_\w+|MAILERS|email_url|dj_email_url|env\.email|EmailURLValue)\b"
DJANGO = rb"\bdjango\b|INSTALLED_APPS"
#: Programs with settings of the same names, that are dialects of their own.
OTHERS = re.compile(rb"ZULIP_ADMINISTRATOR|sentry\.conf\.server")


@dataclass(frozen=True, slots=True)
class SettingsModule:
    """A file with settings, the name that DJANGO_SETTINGS_MODULE has for it, its variables."""

    path: str
    name: str
    variables: Variables


def settings_modules(workspace: Workspace) -> Iterator[SettingsModule]:
    """One for each Django program of the folder."""
    projects: dict[str, list[tuple[int, str, str]]] = {}
    for entry in workspace.folder.containing(VARIABLE.encode(), ".py"):
        variables = python_variables(workspace, entry)
        for name in _defaults(workspace, entry, variables):
            found = resolve(workspace, name, entry)
            if found is not None:
                base, path = found
                projects.setdefault(base, []).append((_rank(entry), path, name))
    for base, candidates in sorted(projects.items()):
        _, path, name = min(candidates, key=lambda each: each[0])
        yield _chosen(workspace, base, path, name)
    if not projects:
        yield from _by_layout(workspace)


def _defaults(workspace: Workspace, entry: str, variables: Variables) -> Iterator[str]:
    module = workspace.module(entry, variables)
    if module is None:
        return
    for call in module.calls("setdefault"):
        name = call.argument(0)
        value = call.argument(1)
        if isinstance(name, Known) and name.value == VARIABLE and isinstance(value, Known):
            yield str(value.value)
    for assignment in module.assignments("os", "environ", VARIABLE):
        value = assignment.value
        if assignment.reached is not False and isinstance(value, Known):
            yield str(value.value)


def _rank(entry: str) -> int:
    name = entry.rpartition("/")[2]
    return ENTRIES.index(name) if name in ENTRIES else len(ENTRIES) - 1


def resolve(workspace: Workspace, name: str, near: str) -> tuple[str, str] | None:
    """The folder that a module's name counts from, and its file."""
    if not re.fullmatch(r"\w+(\.\w+)*", name):
        return None
    stem = name.replace(".", "/")
    at = near.rpartition("/")[0]
    bases = [at]
    while at:
        at = at.rpartition("/")[0]
        bases.append(at)
    for base in (*bases, "src"):
        for end in (".py", "/__init__.py"):
            path = f"{base}/{stem}{end}".lstrip("/")
            if workspace.folder.has(path):
                return base, path
    return None


def _chosen(workspace: Workspace, base: str, path: str, name: str) -> SettingsModule:
    """The module that counts: the one asked for, else the environment's, else the production's."""
    variables = python_variables(workspace, path)
    asked = _by_profile(workspace, path)
    told = variables.lookup(VARIABLE)
    if asked is not None:
        path, name = asked, _dotted(asked, base)
    elif isinstance(told, Known) and (
        found := resolve(workspace, str(told.value), f"{base}/manage.py".lstrip("/"))
    ):
        path, name = found[1], str(told.value)
    else:
        other = _in_production(workspace, path)
        if other is not None:
            path, name = other, _dotted(other, base)
    return SettingsModule(path, name, python_variables(workspace, path))


def _dotted(path: str, base: str) -> str:
    inner = path.removeprefix(f"{base}/") if base else path
    return inner.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _siblings(workspace: Workspace, path: str) -> dict[str, str]:
    """The modules beside a settings file, or in a package of its own, by their bare names."""
    folder = path.rpartition("/")[0]
    found = {}
    for each in workspace.folder.files:
        if each.endswith(".py") and each.rpartition("/")[0] == folder:
            stem = each.rpartition("/")[2].removesuffix(".py")
            found[re.sub(r"^settings[_-]|[_-]settings$", "", stem)] = each
    return found


def _by_profile(workspace: Workspace, path: str) -> str | None:
    if workspace.profile is None:
        return None
    siblings = _siblings(workspace, path)
    wanted = workspace.profile.rpartition(".")[2]
    if wanted in siblings:
        return siblings[wanted]
    begins = [each for name, each in sorted(siblings.items()) if name.startswith(wanted[:3])]
    return begins[0] if begins else None


def _in_production(workspace: Workspace, path: str) -> str | None:
    """The module beside that production uses, where the default is one for development, or a
    package that sets nothing itself."""
    stem = path.rpartition("/")[2].removesuffix(".py")
    is_empty = stem == "__init__" and not re.search(
        rb"(?m)^[^\S\n]*(from|import|[A-Z_]+\s*=)", workspace.folder.data(path) or b""
    )
    if not DEVELOPMENT.match(stem) and not is_empty:
        return None
    siblings = _siblings(workspace, path)
    for name in (*PRODUCTION, *(("base", "common", "settings") if is_empty else ())):
        if name in siblings:
            return siblings[name]
    return None


def _by_layout(workspace: Workspace) -> Iterator[SettingsModule]:
    """Where no file says which module it is: files that look like Django's settings."""
    patterns = (
        "settings.py", "*settings*.py", "settings/*.py", "*/settings/*.py", "*/conf/*.py",
    )  # fmt: skip
    is_django = workspace.dependencies.find("pypi", "django") is not None
    files = [
        path
        for path in workspace.folder.matching(*patterns)
        if re.search(SAYS_MAIL, data := workspace.folder.data(path) or b"")
        and not OTHERS.search(data)
        and (is_django or re.search(DJANGO, data) or b"EMAIL_HOST_PASSWORD" in data)
    ]
    folders: dict[str, list[str]] = {}
    for path in files:
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    for folder, paths in folders.items():
        siblings = _siblings(workspace, paths[0])
        asked = _by_profile(workspace, paths[0])
        names = [*PRODUCTION, "settings", "__init__", "base", "common"]
        ranked = [siblings[name] for name in names if name in siblings]
        found = asked or next(
            (path for path in ranked if path in paths or "prod" in path), paths[0]
        )
        base = folder.rpartition("/")[0]
        name = _dotted(found, base)
        yield SettingsModule(found, name, python_variables(workspace, found))


# --- where a setting stands ----------------------------------------------------------------------


def setting_of(
    workspace: Workspace, path: str, variables: Variables, name: str, *keys: Any
) -> Option | None:
    """A setting of a module: its own, one of the files that django-split-settings takes into it,
    or one of the class of django-configurations that counts."""
    own = of_module(workspace, path, variables, name, *keys)
    if own is not None:
        return own
    for part in reversed(included(workspace, path, variables)):
        found = of_module(workspace, part, variables, name, *keys)
        if found is not None:
            return found
    return _of_class(workspace, path, variables, name, keys)


def included(workspace: Workspace, path: str, variables: Variables) -> list[str]:
    """The files that `include(…)` of django-split-settings runs, in their order."""
    if b"split_settings" not in (workspace.read(path) or b""):
        return []
    module = workspace.module(path, variables)
    folder = path.rpartition("/")[0]
    found: list[str] = []
    for call in module.calls("include") if module is not None else ():
        for place in range(MOST_PARTS):
            given = call.argument(place)
            if not isinstance(given, Known) or not isinstance(given.value, str):
                break
            pattern = f"{folder}/{given.value}".lstrip("/")
            named = [each for each in sorted(workspace.folder.files) if fnmatch(each, pattern)]
            found += named or ([pattern] if workspace.folder.has(pattern) else [])
    return found


def _of_class(
    workspace: Workspace, path: str, variables: Variables, name: str, keys: tuple[Any, ...]
) -> Option | None:
    chosen = configuration(workspace, path, variables)
    if chosen is None:
        return None

    def read(under: Variables) -> Value:
        module = workspace.module(path, under)
        made = module.value(chosen) if module is not None else Known(ABSENT)
        if not isinstance(made, Known) or not isinstance(made.value, ClassValue):
            return Known(ABSENT)
        value = _of_url(made.value, name) or default_of(made.value, name) or Known(ABSENT)
        for key in keys:
            value = value.get(key)
        return value

    value = read(variables)
    if isinstance(value, Known) and value.value is ABSENT and not value.variables:
        return None
    return Option(".".join((name, *map(str, keys))), value, read, value.span)


def _of_url(made: ClassValue, name: str) -> Value | None:
    """What `EMAIL = values.EmailURLValue()` sets beside its own name, over what stands there."""
    for one in ancestors(made):
        for each in one.definition.scope.owned:
            value = default_of(one, each) if each.isupper() else None
            if isinstance(value, Known) and isinstance(value.value, Map):
                found = value.value.get(name)
                if any(step.name.startswith(STEP) for step in found.trail):
                    return found
    return None


def configuration(workspace: Workspace, path: str, variables: Variables) -> str | None:
    """The class of django-configurations that DJANGO_CONFIGURATION names, production's where that
    default is one for development; None in a module of another kind."""
    if b"configurations" not in (workspace.read(path) or b""):
        return None
    module = workspace.module(path, variables)
    names = list(module.classes()) if module is not None else []
    told = variables.lookup(CONFIGURATION)
    said = [str(told.value)] if isinstance(told, Known) else []
    if not said:
        for entry in workspace.folder.containing(CONFIGURATION.encode(), ".py"):
            said += [
                each
                for each in re.findall(
                    rf"{CONFIGURATION}[\"'],\s*[\"'](\w+)[\"']", workspace.folder.text(entry) or ""
                )
                if not DEVELOPMENT.match(each)
            ]
    if workspace.profile is not None:
        said = [each for each in names if each.lower().startswith(workspace.profile[:4].lower())]
    production = [each for each in names if each.lower().startswith(PRODUCTION[:4])]
    return next((each for each in (*said, *production) if each in names), None)
