"""Prints the lowest versions that pyproject.toml allows, as constraints for pip.

Run by `.ci/run`, which tests the program and its extras once with them:
`python tools/lowest_versions.py`. Of the tools for development the newest are good enough: only who
works on the program needs them.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"

#: The extra that no user installs.
DEVELOPMENT = "dev"

_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)>=([0-9][0-9A-Za-z.]*)(,<[0-9][0-9A-Za-z.]*)?")


def constraints(pyproject: str) -> list[str]:
    """`name==version` for every dependency and every extra's. Raises ValueError for one without a
    lower bound."""
    project = tomllib.loads(pyproject)["project"]
    extras = project.get("optional-dependencies", {})
    requirements = list(project["dependencies"])
    for extra in sorted(extras.keys() - {DEVELOPMENT}):
        requirements += extras[extra]
    found = []
    for requirement in requirements:
        match = _REQUIREMENT.fullmatch(requirement)
        if match is None:
            raise ValueError(f"{requirement}: must be NAME>=VERSION, with ,<VERSION at most")
        found.append(f"{match[1]}=={match[2]}")
    return found


if __name__ == "__main__":
    print("\n".join(constraints(PYPROJECT.read_text())))
