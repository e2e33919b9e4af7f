"""The test suite of RFC 7208 (openspf.org) through `smtpdoctor sender --ip`, on a name server.

tests/real/install fetches it out of pyspf's source; it is not part of this repository.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..dns.server import DNSServer
from .conftest import Ask

SUITE = Path(__file__).parents[2] / "build/real/spf/rfc7208-tests.yml"

pytestmark = pytest.mark.real


def _quoted(strings: str | list[str]) -> str:
    """A TXT record as a zone file has it (RFC 1035 §5.1)."""
    texts = [strings] if isinstance(strings, str) else strings
    return " ".join(
        '"' + "".join(f"\\{octet:03d}" for octet in text.encode()) + '"' for text in texts
    )


def _name(name: str) -> str:
    plain = "-_."
    return (
        "".join(c if c.isalnum() or c in plain else f"\\{ord(c):03d}" for c in name).rstrip(".")
        + "."
    )


def _records(entries: list[Any]) -> dict[str, list[Any]]:
    """A name's records by type. As the suite wants it, SPF stands for TXT where none is given."""
    found: dict[str, list[Any]] = {}
    for entry in entries:
        for record, value in entry.items() if isinstance(entry, dict) else ():
            found.setdefault(record, []).append(value)
    old = found.pop("SPF", None)
    if old is not None and "TXT" not in found and "TIMEOUT" not in entries:
        found["TXT"] = old
    return {record: values for record, values in found.items() if values != ["NONE"]}


def _serve(zone: dict[str, list[Any]], server: DNSServer) -> None:
    for written, entries in zone.items():
        name, records = written.replace(" ", "\\032").rstrip("."), _records(entries)
        if "TIMEOUT" in entries:
            for record in {"A", "AAAA", "TXT", "MX", "PTR"} - set(records):
                server.fault(name, record, "servfail")
        for record, values in records.items():
            if "TIMEOUT" in values:
                server.fault(name, record, "servfail")
            else:
                server.add(name, record, *(_presented(record, value) for value in values if value))


def _presented(record: str, value: Any) -> str:
    if record == "TXT":
        return _quoted(value)
    if record == "MX":
        return f"{value[0]} {_name(value[1])}"
    return _name(value) if record in ("PTR", "CNAME") else str(value)


def _scenarios() -> list[dict[str, Any]]:
    if not SUITE.exists():
        return []
    return [scenario for scenario in yaml.safe_load_all(SUITE.read_text()) if scenario]


SCENARIOS = _scenarios()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["description"])
def test_a_scenario(scenario: dict[str, Any], server: DNSServer, ask: Ask) -> None:
    _serve(scenario["zonedata"], server)
    wrong = {}
    for name, test in scenario["tests"].items():
        # RFC 7208 §2.4: without a sender the HELO identity is checked as postmaster
        sender = test["mailfrom"] or f"postmaster@{test['helo']}"
        spf = ask(sender, "--ip", test["host"], "--helo", test["helo"]).report["spf"]
        expected = test["result"] if isinstance(test["result"], list) else [test["result"]]
        explained = test.get("explanation", "DEFAULT")
        if spf["result"] not in expected or (
            explained != "DEFAULT" and spf["explanation"].lower() != explained.lower()
        ):
            wrong[name] = (test, spf)
    assert not wrong


def test_it_is_whole() -> None:
    if not SCENARIOS and not os.environ.get("CI"):
        pytest.skip("tests/real/install fetches the suite")
    assert sum(len(scenario["tests"]) for scenario in SCENARIOS) == 203
