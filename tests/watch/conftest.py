"""Fixtures of the watches' tests."""

from __future__ import annotations

import pytest

from smtpdoctor.watch import account


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is slow on purpose need not be slow here."""
    monkeypatch.setattr(account, "COST", {"n": 2, "r": 1, "p": 1})
