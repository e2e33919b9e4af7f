"""Files that describe where a program runs, and with which variables: compose, Kubernetes, units.

One carrier a file with a `find(workspace)`. What belongs here: which variables a container, unit
or job gets, and the image or folder that tells the program. What does not: what a variable means
(`dialects`).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smtpdoctor.settings.workspace import Surrounding, Workspace

#: What any of them reads: without such a file none is imported.
READ = (
    "*.yml",
    "*.yaml",
    "*.json",
    "*.jsonc",
    "*.toml",
    "*.service",
    "*.container",
    "*.tf",
    "*.hcl",
    "*.nomad",
    "Dockerfile*",
    "*.Dockerfile",
    "*.[jt]s",
    "*.[cm][jt]s",
)


def carried(workspace: Workspace) -> Iterator[Surrounding]:
    """What every carrier finds in the folder."""
    if not workspace.folder.matching(*READ):
        return
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        find = getattr(module, "find", None)
        if find is not None:
            yield from find(workspace)
