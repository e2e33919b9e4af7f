"""The lowest versions that pyproject.toml allows, as `.ci/run` installs them."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
TOOL = runpy.run_path(str(PROJECT / "tools" / "lowest_versions.py"))
constraints, extras = TOOL["constraints"], TOOL["extras"]


def test_every_dependency_has_one() -> None:
    found = constraints((PROJECT / "pyproject.toml").read_text())
    assert "dnspython==2.6.1" in found
    assert all("==" in line and "<" not in line for line in found)


def test_every_extra_has_one_but_that_for_development() -> None:
    found = constraints(
        '[project]\ndependencies = ["rich>=13.8"]\n[project.optional-dependencies]\n'
        'watch = ["prometheus-client>=0.20"]\ndev = ["ruff"]\n'
    )
    assert found == ["rich==13.8", "prometheus-client==0.20"]


def test_every_extra_is_tested_but_that_for_development() -> None:
    found = extras((PROJECT / "pyproject.toml").read_text("utf-8"))
    assert "watch" in found
    assert "dev" not in found
    assert "lowest_versions.py --extras" in (PROJECT / ".ci" / "run").read_text("utf-8")


def test_an_extra_without_a_lower_bound_is_an_error() -> None:
    with pytest.raises(ValueError, match="NAME>=VERSION"):
        constraints(
            '[project]\ndependencies = []\n[project.optional-dependencies]\nwatch = ["x"]\n'
        )


@pytest.mark.parametrize("requirement", ["rich", "rich==13", "rich~=13.8", "rich<14", "rich>13"])
def test_one_without_a_lower_bound_is_an_error(requirement: str) -> None:
    with pytest.raises(ValueError, match="NAME>=VERSION"):
        constraints(f'[project]\ndependencies = ["{requirement}"]\n')
