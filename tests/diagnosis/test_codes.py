"""The views' tables of codes: complete, of codes that exist, and named in CONTRIBUTING."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import get_args

import pytest

from smtpdoctor.diagnosis import views
from smtpdoctor.diagnosis.engine import rules

CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"
MODULES = [import_module(f"{views.__name__}.{each.name}") for each in iter_modules(views.__path__)]
TABLES = {
    module.__name__.rpartition(".")[2]: module for module in MODULES if hasattr(module, "CODES")
}


def test_there_are_tables() -> None:
    assert set(TABLES) >= {"names", "reach", "isolation", "handshake", "certificate", "refusal"}


@pytest.mark.parametrize("name", TABLES)
def test_every_outcome_has_a_code_that_exists(name: str) -> None:
    module = TABLES[name]
    found = re.fullmatch(r"dict\[(\w+), str\]", module.__annotations__["CODES"])
    assert found is not None, "CODES: dict[OUTCOME, str], with a Literal for OUTCOME"
    assert list(module.CODES) == list(get_args(getattr(module, found[1])))
    assert set(module.CODES.values()) <= {rule.code for rule in rules()}


@pytest.mark.parametrize("name", TABLES)
def test_where_a_new_code_goes_is_named(name: str) -> None:
    assert f"| `CODES` in `diagnosis/views/{name}.py` |" in CONTRIBUTING.read_text("utf-8")
