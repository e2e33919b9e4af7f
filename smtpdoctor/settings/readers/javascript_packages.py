"""Packages of the same folder that JavaScript imports by their names: those of a monorepo.

Knows where a package.json says that its code is, and where its workspaces are. It must not know
what the code means.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

Read = Callable[[str], bytes | None]

#: Where packages stand whose workspaces another file lists (pnpm-workspace.yaml, nx.json).
USUAL = ("packages", "libs", "apps")


def package_folder(file: str, read: Read) -> str:
    """The innermost folder around a file that has a package.json; "" where none has."""
    for folder in _folders(file):
        if read(f"{folder}/package.json".lstrip("/")) is not None:
            return folder
    return ""


def package_bases(path: str, file: str, read: Read) -> Iterator[str]:
    """The paths, with or without ending, that `@acme/config` or `@acme/config/mail` may mean.

    The package stands in a folder with the last part of its name, and says the name itself.
    """
    steps = path.split("/")
    count = 2 if path.startswith("@") else 1
    name, inner = "/".join(steps[:count]), "/".join(steps[count:])
    for folder in _folders(file):
        above = _manifest(folder, read)
        for place in dict.fromkeys((*_workspaces(above), *USUAL)):
            at = "/".join(part for part in (folder, place, steps[count - 1]) if part)
            manifest = _manifest(at, read)
            if manifest.get("name") != name:
                continue
            if inner:
                yield from (f"{at}/{inner}", f"{at}/src/{inner}")
                return
            for key in ("source", "module", "main"):
                if isinstance(said := manifest.get(key), str):
                    yield f"{at}/{said.removeprefix('./')}"
            # what is built (dist/index.js) is made of it
            yield from (f"{at}/src/index", f"{at}/index")
            return


def _folders(file: str) -> Iterator[str]:
    """The folders around a file, the innermost first; the last is ""."""
    folder = file
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


def _manifest(folder: str, read: Read) -> dict[str, Any]:
    content = read(f"{folder}/package.json".lstrip("/"))
    if content is None:
        return {}
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _workspaces(manifest: dict[str, Any]) -> Iterator[str]:
    """The folders whose every folder is a package: `packages/*`."""
    listed = manifest.get("workspaces")
    if isinstance(listed, dict):
        listed = listed.get("packages")
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, str) and each.endswith("/*") and "*" not in each[:-1]:
            yield each[:-2].removeprefix("./")
