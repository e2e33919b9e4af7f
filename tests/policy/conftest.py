"""Fixtures: a name server, and the program asking it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from smtpdoctor.cli import run

from ..dns.server import DNSServer


class Outcome(NamedTuple):
    """What `smtpdoctor sender` gave: its exit status and its JSON."""

    status: int
    report: dict[str, Any]

    @property
    def target(self) -> dict[str, Any]:
        """Its one target."""
        (found,) = self.report["targets"]
        target: dict[str, Any] = found
        return target

    @property
    def codes(self) -> list[str]:
        return [item["code"] for item in self.target["diagnoses"]]

    def severity(self, code: str) -> str:
        (found,) = (item for item in self.target["diagnoses"] if item["code"] == code)
        severity: str = found["severity"]
        return severity

    @property
    def line(self) -> str:
        """The line of the check."""
        (found,) = (item for item in self.target["checks"] if item["name"] == "sender")
        summary: str = found["summary"]
        return summary


Ask = Callable[..., Outcome]


@pytest.fixture
def server() -> Iterator[DNSServer]:
    with DNSServer() as running:
        yield running


@pytest.fixture
def ask(server: DNSServer, capsys: pytest.CaptureFixture[str]) -> Ask:
    """`smtpdoctor sender ADDRESS …` with this name server."""

    def asked(address: str, *arguments: str) -> Outcome:
        status = run(
            ["sender", address, *arguments, "--nameserver", server.endpoint, "--format", "json"]
        )
        return Outcome(status, json.loads(capsys.readouterr().out))

    return asked
