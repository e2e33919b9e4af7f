"""The schemas hold for what is printed, and no field changes unseen."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from smtpdoctor.demo.authority import Authority
from smtpdoctor.explain import explain
from smtpdoctor.report import formats
from smtpdoctor.report.model import Report, join
from smtpdoctor.report.schema import SCHEMAS, explain_schema, report_schema

from .test_formats import REPORTS

RECORDED = Path(__file__).parent / "snapshots"
UPDATE = os.environ.get("UPDATE_SNAPSHOTS") == "1"


def outline(schema: Any) -> Any:
    """The fields and what each may be, without the descriptions."""
    if isinstance(schema, dict):
        left_out = ("description", "title") if "type" in schema or "anyOf" in schema else ()
        return {key: outline(value) for key, value in schema.items() if key not in left_out}
    return [outline(item) for item in schema] if isinstance(schema, list) else schema


def reached(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without what the observations hold: that may grow."""
    parts = schema.get("$defs", {})
    if "TargetReport" in parts:
        parts["TargetReport"]["properties"]["observations"]["properties"]["items"] = {}
    found: dict[str, Any] = {}
    text = json.dumps({key: value for key, value in schema.items() if key != "$defs"})
    while names := set(re.findall(r"#/\$defs/(\w+)", text)) - set(found):
        found |= {name: parts[name] for name in names}
        text = json.dumps(found)
    return {**schema, "$defs": found}


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_field_changes_unseen(name: str) -> None:
    """`UPDATE_SNAPSHOTS=1` writes it anew; docs/json.md and the change log say what is new."""
    text = json.dumps(outline(reached(SCHEMAS[name]())), indent=1, sort_keys=True) + "\n"
    path = RECORDED / f"schema-{name}.json"
    if UPDATE:
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_holds_to_it(name: str, tmp_path: Path, authority: Authority) -> None:
    report = REPORTS[name](tmp_path, authority)
    errors = list(_validator(report_schema()).iter_errors(_data(report)))
    assert errors == []


def test_a_report_on_nothing_holds_to_it() -> None:
    report = join([], started="2026-11-27T10:00:00Z", seconds=0.0)
    assert list(_validator(report_schema()).iter_errors(_data(report))) == []


@pytest.mark.parametrize("key", ["verdict", "targets", "tool", "schema"])
def test_what_is_no_report_does_not(key: str, tmp_path: Path, authority: Authority) -> None:
    data = _data(REPORTS["broken"](tmp_path, authority))
    del data[key]
    assert list(_validator(report_schema()).iter_errors(data))


def test_what_explain_prints_holds_to_its_own() -> None:
    import msgspec

    candidates = [msgspec.to_builtins(item) for item in explain("ETIMEDOUT")]
    data = {"schema": 1, "candidates": candidates}
    assert candidates
    assert list(_validator(explain_schema()).iter_errors(data)) == []


def _data(report: Report) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(formats.render("json", report))
    return data


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return _checked(json.dumps(schema))


@cache
def _checked(schema: str) -> Draft202012Validator:
    Draft202012Validator.check_schema(json.loads(schema))
    return Draft202012Validator(json.loads(schema))
