"""Which `.env` files a Node program loads, in which order, and how they are read.

Knows the loaders: npm dotenv with its path, dotenv-flow, Node's --env-file, Nest's ConfigModule,
and frameworks with an order of their own. It must not know what a variable means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from smtpdoctor.settings.readers.model import ABSENT, Known, List, Origin, Span, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
#: Frameworks that load `.env` files themselves: the mode's own ones before the others
#: (@next/env, Vite's loadEnv, react-scripts' config/env.js, @adonisjs/env).
ORDERED = ("next", "vite", "react-scripts", "nuxt", "@sveltejs/kit", "astro", "@adonisjs/core")
_ENV_FILE = re.compile(r"--env-file(?:-if-exists)?[= ]['\"]?([\w./@-]+)")


def all_variables(workspace: Workspace, near: str) -> Iterator[Variables]:
    """The same for each app of a monorepo that uses the package of that file."""
    apps = _apps(workspace, near)
    for app in apps or [near]:
        files, reader = loaded(workspace, app)
        yield workspace.variables(
            files, reader, near=app, NODE_ENV=workspace.profile_of("NODE_ENV")
        )


def exported_by(workspace: Workspace, path: str, variables: Variables) -> Value:
    """What a file of configuration exports, called where it is a function."""
    module = workspace.module(path, variables)
    if module is None:
        return Known(None)
    defined = module.calls("defineConfig")  # it gives back what it is given, with defaults
    if defined:
        return defined[0].argument(0)
    return module.exported


def variable_read(variables: Variables, name: str, at: Span | None) -> Value:
    """A variable as a program has it that reads it in the place of a value, or by itself."""
    value = variables.lookup(name)
    if isinstance(value, Unknown):
        return replace(value, span=at)
    if value is None:
        return Known(ABSENT, at, (Origin("unset", name, None, at),))
    return value.read_from(name, at)


def loaded(workspace: Workspace, near: str) -> tuple[list[str], str]:
    """The files that a program there loads, the strongest first, and their reader."""
    find = workspace.dependencies.find
    profile = workspace.profile_of("NODE_ENV")
    own = find("npm", "next", near=near) or next(
        (found for name in ORDERED if (found := find("npm", name, near=near))), None
    )
    named = list(_configured(workspace, near))
    if (named and own is None) or (named and not _loads_itself(workspace, near)):
        return named, _dotenv_reader(workspace, near)
    ordered = [f".env.{profile}.local", ".env.local", f".env.{profile}", ".env"]
    if own is not None:
        return workspace.dotenv_files(near, *ordered), "npm-dotenv-expand"
    if find("npm", "dotenv-flow", near=near) is not None:
        flow = [f".env.{profile}.local", f".env.{profile}", ".env.local", ".env", ".env.defaults"]
        return workspace.dotenv_files(near, *flow), "npm-dotenv"
    if find("npm", "@medusajs/framework", near=near) is not None:  # 2.21, utils/load-env
        return workspace.dotenv_files(near, f".env.{profile}", ".env"), "npm-dotenv-expand"
    started = list(_started_with(workspace, near))
    if started:
        return started, "node"
    files = workspace.dotenv_files(near, ".env") or workspace.dotenv_files(
        near, f".env.{profile}", ".env.local"
    )
    return files, _dotenv_reader(workspace, near)


def _loads_itself(workspace: Workspace, near: str) -> bool:
    """Whether the framework's server is the program: a front end beside a server loads nothing
    for it."""
    names = ("next", "nuxt", "@sveltejs/kit", "astro", "@adonisjs/core")
    return workspace.dependencies.find("npm", *names, near=near) is not None


def _dotenv_reader(workspace: Workspace, near: str) -> str:
    find = workspace.dependencies.find
    expands = workspace.folder.containing(rb"expandVariables\s*:\s*[t{]", *SUFFIXES)
    if find("npm", "dotenv-expand", near=near) is not None or expands:
        return "npm-dotenv-expand"
    dotenv = find("npm", "dotenv", near=near)
    if dotenv is not None and (dotenv.major or 16) < 15:
        return "npm-dotenv-8"
    return "npm-dotenv"


# --- files that the code names -------------------------------------------------------------------


def _configured(workspace: Workspace, near: str) -> Iterator[str]:
    """The files that `dotenv.config({ path })` or Nest's `envFilePath` name, the first that there
    is before the others."""
    package = package_of(workspace, near)
    needle = rb"dotenv[^;\n]{0,60}\bconfig\s*\(|\bconfig\s*\(\s*\{[^}]{0,200}\bpath|envFilePath"
    for path in workspace.folder.containing(needle, *SUFFIXES):
        if package_of(workspace, path) != package:
            continue
        variables = workspace.variables([], "npm-dotenv", NODE_ENV=workspace.profile_of("NODE_ENV"))
        module = workspace.module(path, variables)
        if module is None:
            continue
        for call in module.calls("config", "ConfigModule.forRoot"):
            key = "envFilePath" if call.name.endswith("forRoot") else "path"
            if call.reached is False:
                continue
            yield from _files(workspace, call.argument(0).get(key), package)


def _files(workspace: Workspace, value: Value, package: str) -> Iterator[str]:
    if isinstance(value, Unknown):
        return
    values = list(value.value) if isinstance(value.value, List) else [value]
    for each in values:
        if not isinstance(each, Known) or not isinstance(each.value, str):
            continue
        path = located(each.value, package)
        if path is not None and workspace.folder.has(path):
            yield path


def located(path: str, package: str) -> str | None:
    """A path as a program of the package means it, which is started in its folder."""
    from smtpdoctor.settings.readers.javascript_library import ROOT, join

    if path.startswith(ROOT):
        return join("", path[len(ROOT) :])
    return None if path.startswith(("/", "~")) else join(package, path)


def _started_with(workspace: Workspace, near: str) -> Iterator[str]:
    """The files of `node --env-file` in the scripts of the package, the last before the others."""
    package = package_of(workspace, near)
    manifest = f"{package}/package.json".lstrip("/")
    try:
        scripts = json.loads(workspace.read(manifest) or b"{}").get("scripts") or {}
        texts = [str(scripts[name]) for name in ("start", "serve", "dev") if name in scripts]
        texts += [str(text) for text in scripts.values()]
    except (ValueError, AttributeError, RecursionError):
        return
    for text in texts:
        found = [located(name, package) for name in _ENV_FILE.findall(text)]
        files = [path for path in reversed(found) if path and workspace.folder.has(path)]
        if files:
            yield from files
            return


# --- packages ------------------------------------------------------------------------------------


def package_of(workspace: Workspace, near: str) -> str:
    """The folder of the nearest package.json above a file, "" for the root."""
    at = near.rpartition("/")[0]
    while at and not workspace.folder.has(f"{at}/package.json"):
        at = at.rpartition("/")[0]
    return at


def _apps(workspace: Workspace, near: str) -> list[str]:
    """The manifests of the packages that use the package of a file which has no `.env` above it
    but they do."""
    package = package_of(workspace, near)
    if not package or workspace.dotenv_files(near, ".env", ".env.production", ".env.local"):
        return []
    try:
        name = json.loads(workspace.read(f"{package}/package.json") or b"{}").get("name")
    except (ValueError, AttributeError, RecursionError):
        return []
    manifests = sorted(
        {
            item.manifest
            for item in workspace.dependencies.all
            if item.ecosystem == "npm" and item.name == name and item.folder != package
        }
    )
    return [path for path in manifests if loaded(workspace, path)[0]]
