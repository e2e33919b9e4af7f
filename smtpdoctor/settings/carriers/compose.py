"""docker compose: services with what `environment`, `env_file`, secrets and `.env` give them.

Knows which files make a project, how they merge and what compose fills in. It must not know what
a variable means. Sources: compose-spec (05-services, 12-interpolation, 13-merge), compose-go
cli/options.go and template/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from smtpdoctor.settings.carriers.dockerfile import image_layer
from smtpdoctor.settings.carriers.places import (
    MOST_PARTS,
    NOTHING,
    as_variable,
    assignment,
    carried_layer,
    entries,
    folder_of,
    inside,
    items,
    listed,
    part,
    text,
)
from smtpdoctor.settings.exported import names_in
from smtpdoctor.settings.readers.dotenv import compose as dotenv_of_compose
from smtpdoctor.settings.readers.harmless import is_setting_name
from smtpdoctor.settings.readers.model import ABSENT, Known, List, Map, Origin, Span, Unknown, Value
from smtpdoctor.settings.variables import Layer, Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

NAME = re.compile(
    r"^(?P<stem>docker-compose|compose|(?:docker-)?(?:stack|swarm))(?P<middle>[._-][\w.-]+?)?"
    r"(?P<end>\.ya?ml)$",
    re.IGNORECASE,
)
#: In the order in which compose looks for them (compose-go, cli.DefaultFileNames).
BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
PRODUCTION = re.compile(r"(?i)^[._-](prod|production|live|deploy)$")
#: Files beside the others that are for work on the program.
ELSEWHERE = re.compile(r"(?i)(^|[._-])(dev|development|test|testing|ci|local|debug|e2e|override)\b")
ONE = re.compile(
    r"\$(?:(?P<named>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?:(?P<operator>:?[-?+])(?P<rest>.*))?\})",
    re.DOTALL,
)
#: A reference without a default, also one in the default of another.
BARE = re.compile(r"\$(?:(?P<named>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)\})")
USED = re.compile(r"\$(?:\$|\{?(?P<name>[A-Za-z_]\w*))")
#: A name that nobody gives a variable, without braces: a dollar sign that was meant as one.
SLIP = re.compile(r"\$(?:\$|(?P<name>(?![A-Z][A-Z0-9_]*\b)[A-Za-z_]\w*))")
#: What of a file speaks of mail.
MAIL = re.compile(r"(?i)smtp|mail")
SECRETS = "/run/secrets/"
#: What a folder with a program has, and one with an image's recipe has not.
PROGRAMS = (
    "composer.json", "artisan", "package.json", "Gemfile", "manage.py", "pyproject.toml",
    "requirements.txt", "go.mod", "pom.xml", "build.gradle", "mix.exs", "Cargo.toml",
)  # fmt: skip
DEEPEST = 5


def find(workspace: Workspace) -> Iterator[Surrounding]:
    """Every service that is started with what the folder's files say."""
    folders: dict[str, dict[str, str]] = {}
    for path in workspace.folder.files:
        name = path.rpartition("/")[2]
        if NAME.match(name):
            folders.setdefault(folder_of(path), {})[name] = path
    for at, names in folders.items():
        for paths in projects(workspace, at, names):
            yield from _Project(workspace, at, paths).services()


def projects(  # branches: the order in which compose takes files
    workspace: Workspace, at: str, names: Mapping[str, str]
) -> Iterator[list[str]]:
    """The files of one folder that are used together, the weakest first.

    In production a file for it (`docker-compose.prod.yml`) stands over the base in place of the
    override, which compose takes where no file is named.
    """
    chosen = workspace.environ.get("COMPOSE_FILE") or _told(workspace, at, "COMPOSE_FILE")
    named = [path for name in re.split("[:;]", chosen or "") if (path := inside(at, name.strip()))]
    if named:
        yield [path for path in named if workspace.folder.has(path)]
        return
    base = next((names[name] for name in BASES if name in names), None)
    profile = workspace.profile or "production"
    wanted: list[str] = []
    others: list[str] = []
    for name, path in names.items():
        found = NAME.match(name)
        middle = (found["middle"] or "") if found else ""
        if name in BASES or name in OVERRIDES:
            continue
        mine = middle[1:].lower() == profile.lower() or (
            profile == "production" and PRODUCTION.match(middle)
        )
        (wanted if mine else others).append(path)
    if base is not None:
        overrides = [names[name] for name in OVERRIDES if name in names][:1]
        yield [base, *(wanted or overrides)]
    else:
        yield from ([path] for path in wanted)
    alone = base is None and not wanted
    for path in others:
        if alone or not ELSEWHERE.search(path.rpartition("/")[2]):
            yield [path]


def _told(workspace: Workspace, at: str, name: str) -> str | None:
    layer = workspace.dotenv(f"{at}/.env".lstrip("/"), "compose")
    return text(layer.values[name]) if layer is not None and name in layer.values else None


@dataclass(frozen=True, slots=True)
class _Part:
    """What one file says of a service. Paths in it count from `base`."""

    base: str
    value: Value


@dataclass
class _Project:
    """Files that compose reads as one."""

    workspace: Workspace
    at: str
    paths: list[str]
    roots: list[tuple[str, Value]] = field(default_factory=list)

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for path in self.paths:
            self.roots.extend(self._roots(path, seen))

    def _roots(self, path: str, seen: set[str]) -> Iterator[tuple[str, Value]]:
        """A file's document, those that it includes before it."""
        if path in seen or len(seen) > MOST_PARTS:
            return
        seen.add(path)
        root = self.workspace.document(path, NOTHING)
        for each in listed(root.get("include")):
            named = each.get("path") if isinstance(each, Known) and _is_map(each) else each
            for one in listed(named):
                found = inside(folder_of(path), text(one) or "")
                if found is not None and self.workspace.folder.has(found):
                    yield from self._roots(found, seen)
        yield path, root

    @cached_property
    def dotenv(self) -> Layer | None:
        """The project's `.env`; None where there is none, or compose stops at it."""
        if self._is_refused(self.env_path, "compose"):
            return None
        return self.workspace.dotenv(self.env_path, "compose")

    @property
    def env_path(self) -> str:
        return f"{self.at}/.env".lstrip("/")

    def _is_refused(self, path: str, reader: str) -> bool:
        """Whether compose stops at a file of variables, which is said where mail is about."""
        texts = (self.workspace.folder.text(each) or "" for each in self.paths)
        is_about_mail = any(MAIL.search(each) for each in texts)
        return is_about_mail and self.workspace.tell_refused(path, reader, "docker compose")

    @cached_property
    def environ(self) -> dict[str, str]:
        """What compose fills in from: the environment over the project's `.env`."""
        layers = [self.dotenv.values if self.dotenv else {}, self.workspace.process.values]
        return {
            name: str(value.value)
            for layer in layers
            for name, value in layer.items()
            if isinstance(value, Known)
        }

    def lookup(self, name: str) -> Value | None:
        found = self.workspace.process.values.get(name)
        return found or (self.dotenv.values.get(name) if self.dotenv is not None else None)

    # --- services -----------------------------------------------------------------------------

    def services(self) -> Iterator[Surrounding]:
        names = dict.fromkeys(
            str(entry.key) for _, root in self.roots for entry in entries(root.get("services"))
        )
        told = {name: self._parts(name) for name in names}
        parts = {name: found for name, found in told.items() if found}
        started = [name for name in parts if self._is_started(parts[name])]
        for name in list(started or parts)[:MOST_PARTS]:
            yield self._service(name, parts[name])

    def _parts(self, name: str) -> list[_Part]:
        found = []
        for path, root in self.roots:
            value = root.at("services", name)
            if _is_map(value):
                base = self.at if path in self.paths else folder_of(path)
                found += [*self._extended(value, path, 0), _Part(base, value)]
        return found

    def _extended(self, service: Value, path: str, depth: int) -> list[_Part]:
        """The service that this one extends, with what that one extends before it."""
        extends = service.get("extends")
        if not isinstance(extends, Known) or extends.absent or depth >= DEEPEST:
            return []
        other = path
        name = text(extends)
        if _is_map(extends):
            name = text(extends.get("service"))
            other = inside(folder_of(path), text(extends.get("file")) or "") or path
        root = self.workspace.document(other, NOTHING)
        value = root.at("services", name)
        if not _is_map(value):
            return []
        return [*self._extended(value, other, depth + 1), _Part(folder_of(other), value)]

    def _is_started(self, parts: list[_Part]) -> bool:
        """Whether `up` starts it: it has no profile, or one of its profiles is on."""
        wanted = self._texts(parts, "profiles")
        given = (self.environ.get("COMPOSE_PROFILES") or "").split(",")
        on = {*map(str.strip, given), self.workspace.profile, "prod", "production"}
        return not wanted or "*" in on or any(name in on for name in wanted)

    def _texts(self, parts: list[_Part], key: str) -> list[str]:
        return [said for item in self._all(parts, key) if (said := text(item)) is not None]

    def _all(self, parts: list[_Part], key: str) -> list[Value]:
        return [item for each in parts for item in listed(each.value.get(key))]

    def _service(self, name: str, parts: list[_Part]) -> Surrounding:
        image = self._last(parts, "image")
        span = next(
            (
                entry.span
                for _, root in self.roots
                for entry in entries(root.get("services"))
                if entry.key == name
            ),
            None,
        )
        context, dockerfile = self._build(parts)
        build = self._mounted_code(parts, context)
        layers = [
            carried_layer(self.paths[0], self._environment(parts)),
            *reversed(list(self._env_files(parts))),
            *([image_layer(self.workspace, dockerfile)] if dockerfile else []),
        ]
        return Surrounding(
            carrier="compose",
            place=f"{span.file}:{span.line}" if span else self.paths[0],
            image=image or "",
            name=name,
            build=build,
            variables=Variables(tuple(layer for layer in layers if layer.values or layer.open)),
            files=self._mounted(parts),
            starts=tuple(self._starts(parts)),
            mounts=tuple(self._mounts(parts)),
        )

    def _mounts(self, parts: list[_Part]) -> Iterator[str]:
        """Where files and folders of the machine are in the container, by their paths there."""
        for item in self._all(parts, "volumes"):
            target = text(item.get("target")) if _is_map(item) else None
            said = [target] if target else (text(item) or "").split(":")
            yield next((part for part in reversed(said) if part.startswith("/")), "")

    def _starts(self, parts: list[_Part]) -> Iterator[str]:
        """The words of the command, as far as they can be told."""
        for key in ("entrypoint", "command"):
            given = next(
                (found for each in reversed(parts) if not (found := each.value.get(key)).absent),
                None,
            )
            if isinstance(given, Known) and isinstance(given.value, List):
                yield from (word for item in given.value if (word := text(item)))
            elif given is not None:
                yield from (text(given) or "").split()

    def _last(self, parts: list[_Part], key: str) -> str | None:
        for each in reversed(parts):
            value = each.value.get(key)
            if not value.absent:
                filled = self.filled(key, value)
                return text(filled) if filled is not None else None
        return None

    def _build(self, parts: list[_Part]) -> tuple[str | None, str | None]:
        """The folder that the image is built from, and its Dockerfile."""
        for each in reversed(parts):
            value = each.value.get("build")
            if value.absent:
                continue
            is_map = _is_map(value)
            context = self.filled("build", value.get("context") if is_map else value)
            said = text(context) if context is not None else None
            at = inside(each.base, said or ".")
            if at is None:
                return None, None
            name = text(value.get("dockerfile")) if is_map else None
            return at, inside(at, name or "Dockerfile")
        return None, None

    def _mounted_code(self, parts: list[_Part], context: str | None) -> str | None:
        """The folder whose code the container runs: the one that it is built from, or, where that
        has only what the image is made of (`build: docker/php`), one that is mounted."""
        if context is None or self._has_program(context):
            return context
        for each in parts:
            for item in listed(each.value.get("volumes")):
                source = text(item.get("source")) if _is_map(item) else text(item)
                path = inside(each.base, (source or "").partition(":")[0])
                if (source or "").startswith(".") and path is not None and self._has_program(path):
                    return path
        return context

    def _has_program(self, at: str) -> bool:
        return any(self.workspace.folder.has(f"{at}/{name}".lstrip("/")) for name in PROGRAMS)

    # --- variables ----------------------------------------------------------------------------

    def _environment(self, parts: list[_Part]) -> dict[str, Value]:
        made: dict[str, Value] = {}
        for each in parts:
            for name, value in self._pairs(each.value.get("environment")):
                found = self._passed_on(name) if _is_null(value) else self.filled(name, value)
                if found is not None:
                    made[name] = found
                elif _is_null(value):
                    made.pop(name, None)
        return made

    def _passed_on(self, name: str) -> Value | None:
        """A name alone: what it is where compose runs, unset where nobody sets it."""
        found = self.lookup(name)
        return found.through(Origin("environment", name)) if found is not None else None

    def _pairs(self, value: Value) -> Iterator[tuple[str, Value]]:
        for item in items(value):
            pair = assignment(item, self.workspace)
            if pair is not None:
                yield pair[0], pair[1] or Known(None)
        for entry in entries(value):
            yield str(entry.key), entry.value

    def _env_files(self, parts: list[_Part]) -> Iterator[Layer]:
        for each in parts:
            for item in listed(each.value.get("env_file")):
                is_map = _is_map(item)
                path = self.filled("env_file", item.get("path") if is_map else item)
                raw = is_map and text(item.get("format")) == "raw"
                found = inside(each.base, (text(path) if path is not None else None) or "")
                reader = "docker" if raw else "compose-env-file"
                layer = self.workspace.dotenv(found, reader, self.environ) if found else None
                if found and not raw and self._is_refused(found, reader):
                    unknown = Unknown("unreadable", "compose stops at its env_file", item.span)
                    yield replace(carried_layer(self.paths[0], {}), open=unknown)
                elif layer is not None:
                    yield layer
                elif text(item.get("required") if is_map else Known(None)) != "false":
                    unknown = Unknown("unreadable", "its env_file is not in this folder", item.span)
                    yield replace(carried_layer(self.paths[0], {}), open=unknown)

    def filled(self, name: str, value: Value) -> Value | None:
        """A scalar with its references filled in, as the variable `name`."""
        made = as_variable(name, value)
        said = text(made) if made is not None else None
        if not isinstance(made, Known) or said is None or "$" not in said:
            return made
        assert isinstance(value, Known)
        used = [found["name"] for found in USED.finditer(said) if found["name"]]
        for each in used:
            if isinstance(self.lookup(each), Unknown):
                return Unknown("environment", f"{each} can't be told", value.span)
        result = dotenv_of_compose.substitute(said, self.environ)
        if result is None:
            text_ = f"compose stops here: what {name} is filled from is not set"
            return Unknown("undeclared", text_, value.span)
        one = ONE.fullmatch(said)
        if one is None:
            filled = self._mixed(name, value, made, (said, result))
        else:
            filled = self._referred(name, value, one, result)
        if not isinstance(filled, Known):
            return filled
        return replace(filled, trail=(*filled.trail, *self._exported(said, result)))

    def _exported(self, said: str, result: str) -> Iterator[Origin]:
        """The variables of this process that it is filled in from, directly or by the `.env`."""
        own = self.workspace.exported
        used = [found["name"] for found in USED.finditer(said) if found["name"]]
        held = [each for each in map(self.lookup, used) if each is not None]
        names = [name for each in held for name in names_in(each, own)]
        without = {name: text for name, text in self.environ.items() if name not in own}
        if not names and dotenv_of_compose.substitute(said, without) != result:
            names = [name for name in own if name in said] or [""]
        return (Origin("exported", name) for name in dict.fromkeys(names))

    def _mixed(self, name: str, value: Known, made: Known, texts: tuple[str, str]) -> Value:
        """References within other text, as it is written and filled in."""
        said, result = texts
        used = [found["name"] for found in USED.finditer(said) if found["name"]]
        slips = {found["name"] for found in SLIP.finditer(said) if found["name"]}
        slips = {each for each in slips if self.lookup(each) is None}
        unset = self._untold([each for each in used if each not in slips], said, value.span)
        if unset is not None:
            return unset
        if not used:
            return Known(result, value.span, made.trail)
        lost = (Origin("emptied", each) for each in used if each in slips)
        trail = (Origin("joined", name, value.span), *lost, *made.trail)
        return Known(result, value.span, trail)

    def _referred(self, name: str, value: Known, one: re.Match[str], result: str) -> Value:
        """What a reference that is the whole text leads to, with where it is written."""
        here = Origin("environment", name, value.span)
        source = one["named"] or one["braced"]
        found = self.lookup(source)
        known = text(found) if found is not None else None
        if known is not None and result == known:
            span = found.span if found is not None else None
            return Known(result, span, (Origin("environment", source, span), here))
        if one["operator"] in ("-", ":-") and result == one["rest"]:
            span = part(value, one.start("rest"), one.end("rest"), self.workspace)
            return Known(result, span, (Origin("environment", name, span),))
        unset = None
        if not one["operator"]:
            unset = self._untold([source], one[0], value.span)
        elif found is None:  # the default is filled in, too
            inner = [each["name"] for each in USED.finditer(one["rest"] or "") if each["name"]]
            unset = self._untold(inner, one["rest"] or "", value.span)
        return unset or Known(result, value.span, (here,))

    def _untold(self, used: list[str], said: str, span: Span | None) -> Unknown | None:
        """Without a `.env` beside the file, what is not set here stands where it runs."""
        if self.dotenv is not None:
            return None
        # of a reference with a default that has none in it, the default stands where it runs, too
        plain = re.sub(r"\$\{\w+:?[-+][^}$]*\}", "", said)
        bare = {found["named"] or found["braced"] for found in BARE.finditer(plain)}
        missing = [name for name in used if self.lookup(name) is None and name in bare]
        if not missing:
            return None
        # behind a dollar sign within other text may stand a part of a password
        alone = ONE.fullmatch(said) is not None or is_setting_name(missing[0])
        what = f"{missing[0]} is" if alone else "a variable in it is"
        has_one = self.workspace.folder.text(self.env_path) is not None
        there = "compose stops at the .env" if has_one else "there is no .env"
        why = f"{what} not set here, and {there} beside the file"
        return Unknown("environment", why, span)

    # --- files --------------------------------------------------------------------------------

    def _mounted(self, parts: list[_Part]) -> dict[str, Value]:
        """Secrets and configs by their paths in the container."""
        made: dict[str, Value] = {}
        for kind, default in (("secrets", SECRETS), ("configs", "/")):
            for item in self._all(parts, kind):
                is_map = _is_map(item)
                name = text(item.get("source")) if is_map else text(item)
                if name is None:
                    continue
                target = (text(item.get("target")) if is_map else None) or name
                path = target if target.startswith("/") else default + target
                made[path] = self._content(kind, name)
        return made

    def _content(self, kind: str, name: str) -> Value:
        for path, root in self.roots:
            declared = root.at(kind, name)
            if not _is_map(declared):
                continue
            variable = text(declared.get("environment"))
            if variable is not None:
                return self.lookup(variable) or Known(ABSENT)
            content = declared.get("content")
            if not content.absent:
                return self.filled(name, content) or Known(ABSENT)
            named = inside(folder_of(path), text(declared.get("file")) or "")
            said = self.workspace.folder.text(named) if named else None
            if named and said is not None:
                first = said.split("\n", 1)[0].rstrip("\r")
                span = Span(named, 1, (1, len(first) + 1), 1)
                return Known(said.rstrip("\r\n"), span)
        return Unknown("encrypted", f"the {kind[:-1]} {name} is not in this folder")


def _is_null(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None


def _is_map(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, Map)
