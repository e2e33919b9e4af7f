"""Prints the lowest versions that pyproject.toml allows, as constraints for pip.

Run by `.ci/run`, which tests the program and its extras once with them:
`python tools/lowest_versions.py`; with `--extras` it prints the extras, as pip takes them. Of the
tools for development the newest are good enough: only who works on the program needs them.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"

#: The extra that no user installs.
DEVELOPMENT = "dev"

_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)>=([0-9][0-9A-Za-z.]*)(,<[0-9][0-9A-Za-z.]*)?")


def extras(pyproject: str) -> dict[str, list[str]]:
    """The requirements of each extra that a user may install."""
    found = tomllib.loads(pyproject)["project"].get("optional-dependencies", {})
    return {extra: found[extra] for extra in sorted(found.keys() - {DEVELOPMENT})}


def constraints(pyproject: str) -> list[str]:
    """`name==version` for every dependency and every extra's. Raises ValueError for one without a
    lower bound."""
    requirements = list(tomllib.loads(pyproject)["project"]["dependencies"])
    for further in extras(pyproject).values():
        requirements += further
    found = []
    for requirement in requirements:
        match = _REQUIREMENT.fullmatch(requirement)
        if match is None:
            raise ValueError(f"{requirement}: must be NAME>=VERSION, with ,<VERSION at most")
        found.append(f"{match[1]}=={match[2]}")
    return found


if __name__ == "__main__":
    text = PYPROJECT.read_text("utf-8")
    print(",".join(extras(text)) if sys.argv[1:] == ["--extras"] else "\n".join(constraints(text)))
