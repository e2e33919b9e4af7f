"""Kubernetes: the containers of workloads with what ConfigMaps, Secrets and kustomize give them.

Knows the objects (kubernetes.io/docs/reference, core/v1 Container; kustomize's generators) and
how variables are put together. It must not know what a variable means.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from smtpdoctor.settings.carriers.places import (
    LONGEST,
    MOST_PARTS,
    TEMPLATE,
    as_variable,
    assignment,
    carried_layer,
    documents,
    entries,
    folder_of,
    inside,
    items,
    text,
)
from smtpdoctor.settings.readers.model import Known, Map, Origin, Span, Unknown, Value
from smtpdoctor.settings.variables import Layer, Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

KIND = rb"(?m)^[^\S\n]*[\"']?(kind|configMapGenerator|secretGenerator)[\"']?\s*:"
#: Without a workload, only files of a program that stand in an object matter.
WORKLOAD = re.compile(
    rb"(?m)^[^\S\n]*[\"']?kind[\"']?\s*:\s*[\"']?(Pod|Job|CronJob|Deployment|StatefulSet|DaemonSet|"
    rb"ReplicaSet|Rollout|DeploymentConfig|List)\b"
)
EMBEDDED = re.compile(rb"(?m)^[^\S\n]+[\w.-]+\.(ya?ml|ini|json|toml|conf)[\"']?\s*:\s*[|>]")
#: Where a workload's pods are told.
PODS: Mapping[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "DeploymentConfig"),
        ("spec", "template", "spec"),
    ),
}
#: Overlays and clusters that are for work on the program.
ELSEWHERE = re.compile(
    r"(?i)(^|[/._-])(dev|develop|development|staging|stage|test|testing|qa|ci|local|preview)([/._-]|$)"
)
PRODUCTION = re.compile(r"(?i)(^|[/._-])(prod|production|live)([/._-]|$)")
#: `$(NAME)`; `$$(NAME)` stays as `$(NAME)`.
REFERENCE = re.compile(r"\$(?P<dollar>\$)|\$\((?P<name>[\w.-]+)\)")
SOPS = "ENC["
#: No system starts a program with so many.
MOST_VARIABLES = 20_000


def find(workspace: Workspace) -> Iterator[Surrounding]:
    """Every container of every workload."""
    cluster = _Cluster(workspace)
    for parts in cluster.workloads.values():
        yield from cluster.containers(parts)
    yield from cluster.documents


@dataclass(frozen=True, slots=True)
class _Object:
    """One object of a file."""

    path: str
    root: Value

    @property
    def kind(self) -> str:
        return text(self.root.get("kind")) or ""

    @property
    def name(self) -> str:
        return text(self.root.at("metadata", "name")) or text(self.root.get("name")) or ""


@dataclass
class _Cluster:
    """All objects of the folder, those for production before and over the others."""

    workspace: Workspace
    workloads: dict[tuple[str, str], list[_Object]] = field(default_factory=dict)
    data: dict[tuple[str, str], dict[str, Value]] = field(default_factory=dict)
    #: Objects that hold whole files of a program.
    documents: list[Surrounding] = field(default_factory=list)

    def __post_init__(self) -> None:  # branches: which files count, one rule a line
        folder = self.workspace.folder
        kinds = folder.containing(KIND, ".yml", ".yaml")
        if not any(WORKLOAD.search(folder.data(path) or b"") for path in kinds):
            kinds = [path for path in kinds if EMBEDDED.search(folder.data(path) or b"")]
        found = [
            _Object(path, root)
            for path, roots in documents(self.workspace, kinds)
            for root in roots
            if isinstance(root, Known) and isinstance(root.value, Map)
        ]
        found = [each for one in found for each in _unlisted(one)]
        profile = self.workspace.profile
        wanted = PRODUCTION if not profile else re.compile(rf"(?i)(^|[/._-]){re.escape(profile)}\b")
        mine = [each for each in found if wanted.search(each.path)]
        others = [each for each in found if each not in mine]
        neutral = [each for each in others if not ELSEWHERE.search(each.path)]
        for each in [*(neutral or ([] if mine else others)), *mine]:
            self._take(each)

    def _take(self, each: _Object) -> None:
        kind = each.kind
        if kind in PODS:
            self.workloads.setdefault((kind, each.name), []).append(each)
        elif kind == "ConfigMap":
            self._add("ConfigMap", each.name, dict(_plain(each.root.get("data"))))
            self._embed(each, "data")
        elif kind == "Secret":
            decoded = {entry.key: _decoded(entry.value) for entry in entries(each.root.get("data"))}
            plain = dict(_plain(each.root.get("stringData")))  # it wins over data
            self._add("Secret", each.name, {**decoded, **plain})
            self._embed(each, "stringData")
        elif kind == "SealedSecret":
            sealed = [str(entry.key) for entry in entries(each.root.at("spec", "encryptedData"))]
            self._hidden(each, each.name, sealed)
        elif kind == "ExternalSecret":
            keys = [text(item.get("secretKey")) for item in items(each.root.at("spec", "data"))]
            name = text(each.root.at("spec", "target", "name")) or each.name
            self._hidden(each, name, [key for key in keys if key])
        else:
            self._generate(each)

    def _add(self, kind: str, name: str, values: dict[str, Value]) -> None:
        self.data.setdefault((kind, name), {}).update(values)

    def _embed(self, each: _Object, key: str) -> None:
        files = {
            str(entry.key): entry.value
            for entry in entries(each.root.get(key))
            if isinstance(entry.value, Known) and entry.value.style == "block"
        }
        if files:
            place = str(each.root.span) if each.root.span else each.path
            self.documents.append(
                Surrounding("kubernetes", place, "", None, Variables(()), files=files)
            )

    def _hidden(self, each: _Object, name: str, keys: list[str]) -> None:
        why = f"it is encrypted in the {each.kind} {name}"
        hidden = Unknown("encrypted", why, each.root.span)
        self._add("Secret", name, dict.fromkeys(keys, hidden))

    def _generate(self, each: _Object) -> None:
        """kustomize's generators: literals, `.env` files and whole files."""
        for kind, key in (("ConfigMap", "configMapGenerator"), ("Secret", "secretGenerator")):
            for item in items(each.root.get(key)):
                made: dict[str, Value] = {}
                named = [*items(item.get("envs")), item.get("env")]
                for path in named:
                    found = inside(folder_of(each.path), text(path) or "")
                    layer = self.workspace.dotenv(found, "docker") if found else None
                    made.update(layer.values if layer is not None else {})
                for literal in items(item.get("literals")):
                    pair = assignment(literal, self.workspace)
                    if pair is not None and pair[1] is not None:
                        made[pair[0]] = _unquoted(pair[1])
                for one in items(item.get("files")):
                    said = text(one) or ""
                    name, equals, path_ = said.partition("=")
                    path_ = path_ if equals else said
                    made[name if equals else path_.rpartition("/")[2]] = self._file(each, path_)
                self._add(kind, text(item.get("name")) or "", made)

    def _file(self, each: _Object, path: str) -> Value:
        found = inside(folder_of(each.path), path)
        said = self.workspace.folder.text(found) if found else None
        if found is None or said is None:
            return Unknown("unreadable", f"{path} is not in this folder")
        first = said.split("\n", 1)[0].rstrip("\r")
        return Known(said, Span(found, 1, (1, len(first) + 1), 1))

    # --- containers ---------------------------------------------------------------------------

    def containers(self, parts: list[_Object]) -> Iterator[Surrounding]:
        """The containers of a workload; those without an image patch the one of their name."""
        found: dict[str, list[tuple[_Object, Value]]] = {}
        for each in parts:
            pod = each.root.at(*PODS[each.kind])
            for container in items(pod.get("containers"))[:MOST_PARTS]:
                found.setdefault(text(container.get("name")) or "", []).append((each, container))
        for name, containers in found.items():
            images = [said for _, one in containers if (said := text(one.get("image")))]
            span = containers[0][1].span
            yield Surrounding(
                carrier="kubernetes",
                place=f"{span.file}:{span.line}" if span else parts[0].path,
                image=self._image(name, images),
                build=None,
                variables=self._variables([one for _, one in containers]),
            )

    @staticmethod
    def _image(name: str, images: list[str]) -> str:
        return images[-1] if images and not TEMPLATE.search(images[-1]) else name

    def _variables(self, containers: list[Value]) -> Variables:
        named: dict[str, Value] = {}
        layers: list[Layer] = []
        sources = [source for each in containers for source in items(each.get("envFrom"))]
        held = 0
        for source in reversed(sources):  # a later one wins
            layers.append(self._whole(source))
            held += len(layers[-1].values)
            if held > MOST_VARIABLES:
                break
        below = Variables(tuple(layers))
        for container in containers:
            for item in items(container.get("env")):
                name = text(item.get("name"))
                value = self._one(name, item, named, below) if name else None
                if name and value is not None:
                    named[name] = value
        own = carried_layer("kubernetes", named)
        return Variables(tuple(each for each in (own, *layers) if each.values or each.open))

    def _one(
        self, name: str, item: Value, named: Mapping[str, Value], below: Variables
    ) -> Value | None:
        source = item.get("valueFrom")
        if source.absent:
            value = as_variable(name, item.get("value"))
            return None if value is None else _expanded(name, value, named, below)
        for kind, key in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
            reference = source.get(key)
            if not reference.absent:
                return self._key(name, kind, reference)
        return Unknown("computed", f"{name} is told when the pod starts", item.span)

    def _key(self, name: str, kind: str, reference: Value) -> Value | None:
        of, key = text(reference.get("name")) or "", text(reference.get("key")) or ""
        data = self.data.get((kind, of))
        if data is None:
            why = f"the {kind} {of} is not in this folder"
            return Unknown("encrypted" if kind == "Secret" else "unreadable", why, reference.span)
        if key not in data:
            if text(reference.get("optional")) == "true":
                return None
            return Unknown("undeclared", f"the {kind} {of} has no key {key}", reference.span)
        return _called(name, data[key])

    def _whole(self, source: Value) -> Layer:
        prefix = text(source.get("prefix")) or ""
        for kind, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
            reference = source.get(key)
            if reference.absent:
                continue
            of = text(reference.get("name")) or ""
            data = self.data.get((kind, of))
            if data is not None:
                values = {f"{prefix}{key}": _called(prefix + key, data[key]) for key in data}
                return carried_layer(f"{kind} {of}", values)
            why = f"the {kind} {of} is not in this folder"
            reason = "encrypted" if kind == "Secret" else "unreadable"
            unknown = Unknown(reason, why, reference.span)  # type: ignore[arg-type]
            return replace(carried_layer(f"{kind} {of}", {}), open=unknown)
        return carried_layer("kubernetes", {})


def _unlisted(each: _Object) -> list[_Object]:
    """The items of a List, or the object itself."""
    if each.kind == "List":
        return [_Object(each.path, item) for item in items(each.root.get("items"))]
    return [each]


def _plain(value: Value) -> Iterator[tuple[str, Value]]:
    for entry in entries(value):
        made = as_variable(str(entry.key), entry.value)
        said = text(made) if made is not None else None
        if said is not None and said.startswith(SOPS):
            yield str(entry.key), Unknown("encrypted", "it is encrypted by sops", entry.value.span)
        elif made is not None:
            yield str(entry.key), made


def _decoded(value: Value) -> Value:
    """A Secret's `data`: base64 of the exact bytes, a line end included."""
    said = text(value)
    if said is None:
        return value
    if said.startswith(SOPS):
        return Unknown("encrypted", "it is encrypted by sops", value.span)
    if TEMPLATE.search(said) or said.startswith(("<", "${")):
        return Unknown("computed", "it is filled in from a template", value.span)
    try:
        return Known(base64.b64decode("".join(said.split()), validate=True).decode(), value.span)
    except (binascii.Error, ValueError):
        return Unknown("syntax", "this is no base64", value.span)


def _called(name: str, value: Value) -> Value:
    """A ConfigMap's or Secret's value as the variable of a container."""
    if isinstance(value, Unknown):
        return value
    return Known(value.value, value.span, (Origin("environment", name, value.span),))


def _unquoted(value: Value) -> Value:
    """kustomize takes the quotes off a literal's value."""
    said = text(value)
    if said and isinstance(value, Known) and len(said) > 1 and said[0] == said[-1] in ("'", '"'):
        return Known(said[1:-1], value.span)
    return value


def _expanded(name: str, value: Value, named: Mapping[str, Value], below: Variables) -> Value:
    """`$(NAME)` of a variable that was told before; of any other it stays as it is."""
    said = text(value)
    if said is None or "$" not in said:
        return value
    unknown: list[Value] = []
    joined = False
    length = 0

    def one(found: re.Match[str]) -> str:
        nonlocal joined, length
        if found["dollar"]:
            return "$"
        held = named.get(found["name"]) or below.lookup(found["name"])
        if held is None:
            return found[0]
        if isinstance(held, Unknown):
            unknown.append(held)
            return ""
        joined = True
        length += len(str(held.value))
        return str(held.value) if length < LONGEST else ""

    result = REFERENCE.sub(one, said)
    if unknown:
        return Unknown("environment", f"what {name} is made from can't be told", value.span)
    if length >= LONGEST:
        return Unknown("too-long", f"what {name} is made from is too long", value.span)
    trail = (Origin("joined", name, value.span),) if joined else ()
    return Known(result, value.span, (*trail, Origin("environment", name, value.span)))
