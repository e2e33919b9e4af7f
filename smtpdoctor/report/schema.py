"""JSON Schema (2020-12) of what the program prints as JSON, made from the types themselves.

Knows which fields of a type a report shows (`formats.json`). Must not know what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from smtpdoctor.observations import AnyObservation, Observations
from smtpdoctor.report.formats.json import ACCEPTED, DIAGNOSIS, EDIT, EVIDENCE, TARGET
from smtpdoctor.report.history import SCHEMA as HISTORY_SCHEMA
from smtpdoctor.report.history import HistoryShown
from smtpdoctor.report.model import SCHEMA, Report, SPFEvaluation

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEMPLATE = "#/$defs/{name}"
#: Numbers that say which shape an object has.
EXPLAIN_SCHEMA = 1

JSONSchema = dict[str, Any]


def report_schema() -> JSONSchema:
    """Of `check --format json`, `sender --format json`, `--save`."""
    (_, observation, spf), parts = msgspec.json.schema_components(
        [Report, AnyObservation, SPFEvaluation], schema_hook=_own_types, ref_template=TEMPLATE
    )
    whole = parts.pop("Report")
    target = _only(parts["TargetReport"], TARGET)
    target["properties"]["observations"] = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": observation}},
        "required": ["items"],
    }
    target["properties"]["faults"] = {"type": "array", "items": {"type": "string"}}
    parts["TargetReport"] = target
    accepted = {"accepted": {"$ref": TEMPLATE.format(name="Acceptance")}}
    parts["Diagnosis"] = _only(parts["Diagnosis"], DIAGNOSIS)
    parts["Diagnosis"]["properties"] |= accepted
    parts["Acceptance"] = _only(parts["Acceptance"], ACCEPTED)
    parts["Acceptance"]["properties"]["until"].pop("default")  # it is always there
    parts["Evidence"] = _only(parts["Evidence"], EVIDENCE)
    parts["Edit"] = _only(parts["Edit"], EDIT)
    version = parts["SetupIdentity"]["properties"]["version"]
    parts["SetupIdentity"]["properties"]["version"] = {"anyOf": [version, {"type": "null"}]}
    for field in whole["properties"].values():
        field.pop("default", None)  # all of them are always there
    whole["properties"]["schema"] = {"const": SCHEMA}
    whole["properties"]["spf"] = spf
    optional = ("notices", "spf")
    whole["required"] = [name for name in whole["properties"] if name not in optional]
    return {"$schema": DIALECT, **whole, "$defs": parts}


def explain_schema() -> JSONSchema:
    """Of `explain --format json`."""
    from smtpdoctor.diagnosis.model import Confidence

    ((confidence,), _) = msgspec.json.schema_components([Confidence])
    words = ("code", "title", "why", "tell_apart")
    candidate = {
        "type": "object",
        "properties": {
            **{name: {"type": "string"} for name in words},
            "confidence": confidence,
        },
        "required": [*words, "confidence"],
    }
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {
            "schema": {"const": EXPLAIN_SCHEMA},
            "candidates": {"type": "array", "maxItems": 5, "items": candidate},
        },
        "required": ["schema", "candidates"],
    }


def history_schema() -> JSONSchema:
    """Of `history --format json`."""
    (_,), parts = msgspec.json.schema_components([HistoryShown], ref_template=TEMPLATE)
    whole = parts.pop("HistoryShown")
    whole["properties"]["schema"] = {"const": HISTORY_SCHEMA}
    whole["required"] = list(whole["properties"])
    return {"$schema": DIALECT, **whole, "$defs": parts}


#: Every schema by its name.
SCHEMAS: dict[str, Callable[[], JSONSchema]] = {
    "json": report_schema,
    "explain": explain_schema,
    "history": history_schema,
}


def _own_types(kind: type) -> JSONSchema:
    if kind is Observations:
        return {"type": "object"}
    raise NotImplementedError(kind.__name__)


def _only(part: JSONSchema, names: Iterable[str]) -> JSONSchema:
    """The object with these of its properties, which are all there."""
    return {
        **part,
        "properties": {name: part["properties"][name] for name in names},
        "required": list(names),
    }
