"""The package is typed for those who use it; `make types` reads tests/typing/api.py."""

from __future__ import annotations

from pathlib import Path

import smtpdoctor


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(smtpdoctor.__file__).parent / "py.typed").exists()
