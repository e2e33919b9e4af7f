"""The JSON report's shape as docs/json.md has it: every key, and every closed set of values."""

from __future__ import annotations

import re
from typing import Any, get_args

from smtpdoctor.diagnosis.model import Confidence, EvidenceKind, Severity, Verdict
from smtpdoctor.observations import CHECKS
from smtpdoctor.report.model import CheckStatus

VERDICTS = {"healthy", "warnings", "broken", "inconclusive"}
SEVERITIES = ["error", "warning", "note"]
CONFIDENCES = {"certain", "likely", "possible"}
STATUSES = {"passed", "warned", "failed", "skipped"}
KINDS = {"seen", "own-line", "prints", "known", "guessed", "comparison"}
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


def assert_keeps_the_contract(data: Any) -> None:
    """Raises AssertionError where the report is not what scripts rely on."""
    assert set(get_args(Verdict)) == VERDICTS
    assert list(get_args(Severity)) == SEVERITIES
    assert set(get_args(Confidence)) == CONFIDENCES
    assert set(get_args(CheckStatus)) == STATUSES

    assert set(get_args(EvidenceKind)) == KINDS

    keys = [
        "schema",
        "tool",
        "started",
        "seconds",
        "where",
        "verdict",
        "targets",
        "not_checked",
        "anonymous",
    ]
    assert list(data) in (keys, [*keys, "spf"])
    assert data["schema"] == 2
    assert list(data["tool"]) == ["name", "version"]
    assert data["tool"]["name"] == "smtpdoctor"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", data["started"])
    assert type(data["seconds"]) is float
    assert type(data["where"]) is str
    assert data["verdict"] in VERDICTS
    assert data["targets"]
    for target in data["targets"]:
        _assert_target(target)
    for left_out in data["not_checked"]:
        assert list(left_out) == ["setup", "why"]
        assert "\n" not in left_out["why"]


def _assert_target(target: Any) -> None:
    keys = [
        "setup",
        "host",
        "port",
        "tls",
        "provider",
        "username",
        "sender",
        "verdict",
        "seconds",
        "diagnoses",
        "checks",
        "observations",
    ]
    assert list(target) in (keys, [*keys, "faults"])
    assert all(type(fault) is str for fault in target.get("faults", ["of ours"]))
    assert target.get("faults", True)
    if target["setup"] is not None:
        assert list(target["setup"])[:4] == ["name", "dialect", "version", "files"]
        assert list(target["setup"])[4:] in ([], ["profile"], ["profile", "same"])
    assert target["tls"] in {"implicit", "starttls", "none"}
    assert target["port"] is None or type(target["port"]) is int
    for name in ("host", "provider", "username", "sender"):
        assert target[name] is None or type(target[name]) is str
    assert target["verdict"] in VERDICTS
    assert type(target["seconds"]) is float
    for diagnosis in target["diagnoses"]:
        _assert_diagnosis(diagnosis)
    ranks = [SEVERITIES.index(item["severity"]) for item in target["diagnoses"]]
    assert ranks == sorted(ranks)
    assert [check["name"] for check in target["checks"]] == list(CHECKS)
    codes = {item["code"] for item in target["diagnoses"]}
    for check in target["checks"]:
        _assert_check(check, codes)
    assert list(target["observations"]) == ["items"]
    assert all(type(item["kind"]) is str for item in target["observations"]["items"])


def _assert_diagnosis(diagnosis: Any) -> None:
    assert list(diagnosis) == [
        "code",
        "severity",
        "confidence",
        "title",
        "explanation",
        "locations",
        "evidence",
        "fixes",
        "consequences",
        "docs",
    ]
    assert CODE.fullmatch(diagnosis["code"])
    assert diagnosis["severity"] in SEVERITIES
    assert diagnosis["confidence"] in CONFIDENCES
    assert diagnosis["title"]
    assert "\n" not in diagnosis["title"]
    assert diagnosis["docs"].endswith(f"docs/diagnoses/{diagnosis['code']}.md")
    assert all(CODE.fullmatch(code) for code in diagnosis["consequences"])
    for location in diagnosis["locations"]:
        assert list(location) == ["file", "line", "columns", "text"]
        assert type(location["line"]) is int
        if location["columns"] is not None:
            start, end = location["columns"]
            assert 1 <= start <= end <= len(location["text"]) + 1
    for evidence in diagnosis["evidence"]:
        assert list(evidence) == ["check", "kind", "text"]
        assert evidence["check"] in CHECKS
        assert evidence["kind"] in KINDS
        assert evidence["text"]
    for fix in diagnosis["fixes"]:
        _assert_fix(fix)


def _assert_fix(fix: Any) -> None:
    assert list(fix) == ["title", "settings", "edits", "records", "tried", "steps", "snippets"]
    assert fix["title"]
    for name, value in fix["settings"].items():
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
        assert value is None or type(value) is str
    for edit in fix["edits"]:
        assert list(edit) == ["file", "line", "columns", "replace", "with"]
        assert type(edit["line"]) is int
        start, end = edit["columns"]
        assert 1 <= start <= end
    for record in fix["records"]:
        assert list(record) == ["name", "type", "old", "new"]
        assert (record["old"], record["new"]) != (None, None)
    assert type(fix["tried"]) is str
    assert all(type(step) is str for step in fix["steps"])
    for snippet in fix["snippets"]:
        assert list(snippet) == ["for", "language", "text"]


def _assert_check(check: Any, codes: set[str]) -> None:
    assert check["status"] in STATUSES
    assert type(check["seconds"]) is float
    assert check["summary"]
    assert "\n" not in check["summary"]
    names = ["name", "status", "summary", "seconds"]
    if check["status"] == "skipped":
        assert list(check) == [*names, "skipped_because"]
        because = check["skipped_because"]
        assert because in codes or because in CHECKS or because == "left out"
    else:
        assert list(check) == names
