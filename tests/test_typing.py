"""The package is typed for those who use it."""

from __future__ import annotations

from pathlib import Path

import pytest

import smtpdoctor

ROOT = Path(__file__).parent.parent


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(smtpdoctor.__file__).parent / "py.typed").exists()


def test_the_interface_is_used_as_its_types_say(monkeypatch: pytest.MonkeyPatch) -> None:
    from mypy import api

    monkeypatch.chdir(ROOT)
    out, err, status = api.run(["--strict", "--no-error-summary", "tests/typing/api.py"])
    assert (out, err, status) == ("", "", 0)
