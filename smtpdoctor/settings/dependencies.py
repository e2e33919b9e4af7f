"""Which libraries the programs of a folder name as theirs, with the version as far as it is told.

Knows the manifests of the package managers. A manifest speaks for its own folder and those below
it that have none. Nothing is resolved or installed: a range stays a range.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal

import msgspec

from smtpdoctor.settings import toml_text
from smtpdoctor.settings.folder import Folder
from smtpdoctor.settings.harmless import version as version_in

Ecosystem = Literal["npm", "pypi", "composer", "rubygems", "go", "maven", "nuget", "cargo", "hex"]


class Dependency(msgspec.Struct, frozen=True, kw_only=True):
    """One library that a manifest names. `version` is as written, as far as it is one, or the
    installed one."""

    ecosystem: Ecosystem
    name: str
    version: str
    manifest: str

    @property
    def folder(self) -> str:
        """The folder that the manifest speaks for, "" for the root."""
        return self.manifest.rpartition("/")[0]

    @property
    def major(self) -> int | None:
        """The major version, None where the text has none."""
        found = re.search(r"\d+", self.version)
        return int(found[0]) if found else None


class Dependencies:
    """What all manifests of a folder name."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._locks: dict[str, dict[str, str]] = {}

    @cached_property
    def all(self) -> tuple[Dependency, ...]:
        found: list[Dependency] = []
        for path in self._folder.files:
            reader = _reader_of(path.rpartition("/")[2])
            text = self._folder.text(path) if reader else None
            if reader is None or text is None:
                continue
            ecosystem, read = reader
            try:
                named = list(read(text))
            except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
                continue  # a manifest that can't be read names nothing
            found.extend(
                Dependency(
                    ecosystem=ecosystem,
                    name=name,
                    version=version_in(self._installed(ecosystem, name, path) or version),
                    manifest=path,
                )
                for name, version in named
            )
        return tuple(found)

    @cached_property
    def _places(self) -> dict[tuple[Ecosystem, str], list[int]]:
        """Where each library stands in `all`: a monorepo's programs ask thousands of times."""
        found: dict[tuple[Ecosystem, str], list[int]] = {}
        for place, item in enumerate(self.all):
            found.setdefault((item.ecosystem, _bare(item.name)), []).append(place)
        return found

    def find(self, ecosystem: Ecosystem, *names: str, near: str = "") -> Dependency | None:
        """The library by the first of the names that some manifest has.

        `near` is a file: the manifest closest above it counts first, then any other.
        """
        wanted = dict.fromkeys(map(_bare, names))
        places = sorted(
            place for name in wanted for place in self._places.get((ecosystem, name), ())
        )
        matching = [self.all[place] for place in places]
        above = [item for item in matching if _is_above(item.folder, near)]
        return max(above, key=lambda item: len(item.folder), default=None) or (
            matching[0] if matching else None
        )

    def _installed(self, ecosystem: Ecosystem, name: str, manifest: str) -> str:
        """The version that stands beside the manifest, "" where none does."""
        base = manifest.rpartition("/")[0]
        if ecosystem == "composer":
            return self._locked(f"{base}/composer.lock".lstrip("/")).get(name, "")
        if ecosystem != "npm":
            return ""
        path = f"{base}/node_modules/{name}/package.json".lstrip("/")
        if not re.fullmatch(r"(@[\w.-]+/)?[\w.-]+", name) or not self._folder.has(path):
            return ""
        try:
            version = json.loads(self._folder.data(path) or b"").get("version", "")
        except (ValueError, AttributeError, RecursionError):
            return ""
        return version if isinstance(version, str) and len(version) < 40 else ""

    def _locked(self, path: str) -> dict[str, str]:
        """The versions that Composer's lock file beside a manifest has, by name."""
        if path not in self._locks:
            try:
                found = dict(_composer_lock(self._folder.text(path) or "{}"))
            except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
                found = {}
            self._locks[path] = found
        return self._locks[path]


def _bare(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_above(folder: str, path: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _npm(text: str) -> Iterator[tuple[str, str]]:
    package = json.loads(text)
    for group in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        for name, version in (package.get(group) or {}).items():
            yield name, str(version)


def _composer(text: str) -> Iterator[tuple[str, str]]:
    package = json.loads(text)
    for group in ("require", "require-dev"):
        found = package.get(group) or {}
        for name, version in found.items() if isinstance(found, dict) else ():
            yield name, str(version)


def _composer_lock(text: str) -> Iterator[tuple[str, str]]:
    for package in json.loads(text).get("packages") or ():
        yield package["name"], str(package.get("version", ""))


_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*([^;#\s][^;#]*)?")


def _requirements(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        found = _REQUIREMENT.match(line)
        if found:
            yield found[1], (found[2] or "").strip()


def _pyproject(text: str) -> Iterator[tuple[str, str]]:
    data = toml_text.parsed(text)
    project = data.get("project", {})
    groups = [project.get("dependencies", ()), *project.get("optional-dependencies", {}).values()]
    groups += data.get("dependency-groups", {}).values()
    for group in groups:
        yield from _requirements("\n".join(item for item in group if isinstance(item, str)))
    poetry = data.get("tool", {}).get("poetry", {})
    tables = [poetry.get("dependencies", {})]
    tables += [group.get("dependencies", {}) for group in poetry.get("group", {}).values()]
    for table in tables:
        yield from _table(table)


def _pipfile(text: str) -> Iterator[tuple[str, str]]:
    data = toml_text.parsed(text)
    for group in ("packages", "dev-packages"):
        yield from _table(data.get(group, {}))


def _cargo(text: str) -> Iterator[tuple[str, str]]:
    yield from _table(toml_text.parsed(text).get("dependencies", {}))


def _table(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, wanted in table.items():
        version = wanted.get("version", "") if isinstance(wanted, dict) else wanted
        yield name, str(version)


def _poetry_lock(text: str) -> Iterator[tuple[str, str]]:
    for package in toml_text.parsed(text).get("package", ()):
        yield package["name"], str(package.get("version", ""))


def _gemfile(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(
        r"""(?m)^[^\S\n]*gem\s*\(?\s*['"]([\w.-]+)['"](?:\s*,\s*['"]([^'"]*)['"])?""", text
    )


def _gemfile_lock(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"(?m)^    ([\w.-]+) \(([^)\s]+)\)$", text)


def _mix(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"""\{\s*:(\w+)\s*,\s*(?:"([^"]*)")?""", text)


def _mix_lock(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r'(?m)^[^\S\n]*"(\w+)": \{:hex, :\w+, "([^"]+)"', text)


def _go_mod(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"(?m)^[^\S\n]*(?:require\s+)?([\w.-]+\.[a-z]+/[^\s]+)\s+(v[^\s]+)", text)


def _pom(text: str) -> Iterator[tuple[str, str]]:
    for block in re.findall(
        r"<(?:dependency|parent)>(.{0,2000}?)</(?:dependency|parent)>", text, re.DOTALL
    ):
        artifact = re.search(r"<artifactId>\s*([^<\s]+)\s*<", block)
        version = re.search(r"<version>\s*([^<\s]+)\s*<", block)
        if artifact:
            yield artifact[1], version[1] if version else ""


def _gradle(text: str) -> Iterator[tuple[str, str]]:
    for _, name, version in re.findall(r"""['"]([\w.-]+):([\w.-]+)(?::([^'"]*))?['"]""", text):
        yield name, version


def _csproj(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r'<PackageReference\s+Include="([^"]+)"(?:\s+Version="([^"]*)")?', text)


def _reader_of(name: str) -> tuple[Ecosystem, Any] | None:
    """The ecosystem and the reader of a manifest by its name, None for any other file."""
    exact: dict[str, tuple[Ecosystem, Any]] = {
        "composer.lock": ("composer", _composer_lock),
        "package.json": ("npm", _npm),
        "composer.json": ("composer", _composer),
        "pyproject.toml": ("pypi", _pyproject),
        "poetry.lock": ("pypi", _poetry_lock),
        "uv.lock": ("pypi", _poetry_lock),
        "Pipfile": ("pypi", _pipfile),
        "Gemfile.lock": ("rubygems", _gemfile_lock),
        "Gemfile": ("rubygems", _gemfile),
        "mix.lock": ("hex", _mix_lock),
        "mix.exs": ("hex", _mix),
        "go.mod": ("go", _go_mod),
        "pom.xml": ("maven", _pom),
        "build.gradle": ("maven", _gradle),
        "build.gradle.kts": ("maven", _gradle),
        "Cargo.toml": ("cargo", _cargo),
    }
    if re.fullmatch(r"requirements[\w.-]*\.txt", name):
        return "pypi", _requirements
    if name.endswith(".csproj"):
        return "nuget", _csproj
    return exact.get(name)
