"""Fixtures of the watches' tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from smtpdoctor.watch import account


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is slow on purpose need not be slow here."""
    monkeypatch.setattr(account, "COST", {"n": 2, "r": 1, "p": 1})


@pytest.fixture(autouse=True)
def _closed_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Python 3.13 warns of a database that nobody closes."""
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def kept(*arguments: Any, **options: Any) -> sqlite3.Connection:
        opened.append(connect(*arguments, **options))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", kept)
    yield
    for each in opened:
        each.close()
