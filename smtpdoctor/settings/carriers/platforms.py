"""Platforms that run a folder's program: app.json, fly.toml, serverless.yml, render.yaml and more.

Knows where each file says variables. Secrets that are set on the platform are in no file. It must
not know what a variable means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from smtpdoctor.settings.carriers.places import (
    NOTHING,
    as_variable,
    carried_layer,
    entries,
    folder_of,
    items,
    mapped,
    text,
)
from smtpdoctor.settings.readers.model import Known, Map, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

#: serverless' `${env:X}`, `${ssm:/path}`; App Platform's `${db.URL}`.
#: CloudFormation's `{{resolve:ssm:/path}}`.
REFERENCE = re.compile(r"\$\{[^}]*\}|EV\[|\{\{resolve:")


def find(workspace: Workspace) -> Iterator[Surrounding]:
    """One for each file that sets a variable."""
    for carrier, (patterns, read) in FILES.items():
        for path in workspace.folder.matching(*patterns):
            root = workspace.document(path, NOTHING)
            layers = tuple(carried_layer(path, values) for values in read(root) if values)
            if layers:
                yield Surrounding(
                    carrier=carrier,
                    place=path,
                    image=_image(root),
                    build=None,
                    variables=Variables(layers),
                    scope=folder_of(path),
                )


def _image(root: Value) -> str:
    """The image that the file runs, where it is one alone: Fly's `[build] image`, Render's
    `image.url`, App Platform's `image.repository`."""
    spec = root.get("spec")
    whole = root if spec.absent else spec
    found = {text(whole.at("build", "image"))}
    for key in ("services", "workers", "jobs"):
        for each in items(whole.get(key)):
            image = each.get("image")
            parts = [text(image.get(name)) for name in ("registry", "repository")]
            found |= {text(image.get("url")), "/".join(part for part in parts if part) or None}
    found.discard(None)
    return (found.pop() or "") if len(found) == 1 else ""


def _value(name: str, value: Value) -> Value | None:
    """A text, or an object with a `value`; what is made up on the platform can't be told."""
    if isinstance(value, Known) and isinstance(value.value, Map):
        value = value.get("value")
    said = text(value)
    if said is not None and REFERENCE.search(said):
        return Unknown("encrypted", f"{name} is filled in by the platform", value.span)
    return as_variable(name, value)


def _pairs(value: Value) -> dict[str, Value]:
    """`- key: NAME` with `value`; one that is kept as a secret can't be told."""
    made: dict[str, Value] = {}
    for item in items(value):
        name = text(item.get("key")) or text(item.get("name"))
        if name is None:
            continue
        found = _value(name, item.get("value"))
        made[name] = found or Unknown("encrypted", f"{name} is set on the platform", item.span)
    return made


def _app_json(root: Value) -> Iterator[dict[str, Value]]:
    yield mapped(root.at("environments", "production", "env"), _value)
    yield mapped(root.get("env"), _value)


def _env(root: Value) -> Iterator[dict[str, Value]]:
    yield mapped(root.get("env"), _value)


def _serverless(root: Value) -> Iterator[dict[str, Value]]:
    for each in entries(root.get("functions")):
        yield mapped(each.value.get("environment"), _value)
    yield mapped(root.at("provider", "environment"), _value)


def _cloud_formation(root: Value) -> Iterator[dict[str, Value]]:
    """The functions of a template for AWS SAM or CloudFormation, and what all of them get."""
    for each in entries(root.get("Resources")):
        kind = text(each.value.get("Type"))
        if kind in ("AWS::Serverless::Function", "AWS::Lambda::Function"):
            yield mapped(each.value.at("Properties", "Environment", "Variables"), _value)
    yield mapped(root.at("Globals", "Function", "Environment", "Variables"), _value)


def _render(root: Value) -> Iterator[dict[str, Value]]:
    for key in ("services", "envVarGroups"):
        for each in items(root.get(key)):
            yield _pairs(each.get("envVars"))


def _app_engine(root: Value) -> Iterator[dict[str, Value]]:
    yield mapped(root.get("env_variables"), _value)


def _app_platform(root: Value) -> Iterator[dict[str, Value]]:
    spec = root.get("spec")
    root = root if spec.absent else spec
    for key in ("services", "workers", "jobs"):
        for each in items(root.get(key)):
            yield _pairs(each.get("envs"))
    yield _pairs(root.get("envs"))


def _wrangler(root: Value) -> Iterator[dict[str, Value]]:
    """A Worker's `vars`. An environment has none but its own, and where there is one for
    production, that is the one which is deployed (developers.cloudflare.com/workers/wrangler)."""
    named = [root.at("env", name) for name in ("production", "prod")]
    own = next((each for each in named if not each.absent), root)
    yield mapped(own.get("vars"), _value)


FILES: dict[str, tuple[tuple[str, ...], Callable[[Value], Iterator[dict[str, Value]]]]] = {
    "heroku": (("app.json",), _app_json),
    "fly": (("fly.toml", "fly.production.toml"), _env),
    "serverless": (("serverless.yml", "serverless.yaml"), _serverless),
    "cloudformation": (("template.yaml", "template.yml"), _cloud_formation),
    "render": (("render.yaml",), _render),
    "wrangler": (("wrangler.toml", "wrangler.json", "wrangler.jsonc"), _wrangler),
    "app-engine": (("app.yaml", "app.yml"), _app_engine),
    "app-platform": ((".do/app.yaml", "*/.do/app.yaml"), _app_platform),
    "vercel": (("vercel.json",), _env),
}
