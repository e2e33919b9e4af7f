"""The image's build without a container engine: it gets every file that a wheel is made of."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WHEEL = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
README = PROJECT["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["fragments"]
NEEDED = [
    *WHEEL["packages"],
    *WHEEL["force-include"],
    *(each["path"] for each in README),
    "pyproject.toml",
    "hatch_build.py",
    "tools/man_pages.py",
    "LICENSE",
]


def copied() -> dict[str, str]:
    """What the first stage copies, and where to."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stage = text.split("\nFROM ")[1]
    found = {}
    for line in re.findall(r"^COPY (.+)$", stage, re.MULTILINE):
        *sources, to = line.split()
        for source in sources:
            into = to.endswith("/")
            found[source] = (Path(to) / Path(source).name if into else Path(to)).as_posix()
    return found


@pytest.mark.parametrize("path", NEEDED)
def test_the_image_is_built_from_all_that_a_wheel_needs(path: str) -> None:
    assert copied().get(path) == path
    # all else is left out
    assert f"!{path}" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
