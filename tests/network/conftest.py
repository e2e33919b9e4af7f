"""Fixtures: an internet of each test's own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from smtpdoctor.demo.authority import Authority

from .internet import Internet
from .namespaces import missing


@pytest.fixture(scope="session")
def namespaces() -> None:
    """Skip where the machine can't make namespaces; in CI that is a failure."""
    reason = missing()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@pytest.fixture
def internet(namespaces: None, authority: Authority) -> Iterator[Internet]:
    """A healthy internet, to which the test adds its fault."""
    with Internet(authority) as made:
        yield made
