"""The report as JSON, schema 2: the shape that contract and scripts rely on (docs/json.md)."""

from __future__ import annotations

from typing import Any

import msgspec

from smtpdoctor.observations import Observations
from smtpdoctor.report.edits import are_exact, edits_in_words
from smtpdoctor.report.formats import Options
from smtpdoctor.report.model import Report
from smtpdoctor.settings.model import Edit
from smtpdoctor.text import as_json

FOR_PROGRAMS = True

TARGET = (
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
)
#: Without what the engine works with, which no reader of a report does.
DIAGNOSIS = (
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
)
EVIDENCE = ("check", "kind", "text")
ACCEPTED = ("reason", "until", "file", "line")
EDIT = ("file", "line", "columns", "replace", "with")


def to_builtins(report: Report) -> dict[str, Any]:
    """The report as JSON types. `faults` of a target, `same` of a set-up, `accepted` of a
    diagnosis, `notices` and `spf` are there where there are any."""
    data: dict[str, Any] = msgspec.to_builtins(report, enc_hook=_encode)
    spf = [target["spf"] for target in data["targets"] if target["spf"] is not None]
    data["targets"] = [_target(target, anonymous=report.anonymous) for target in data["targets"]]
    if not report.notices:
        del data["notices"]
    return {**data, "spf": spf[0]} if len(spf) == 1 else data


def render(report: Report, options: Options) -> str:
    """The report as `smtpdoctor check --format json` prints it and --save writes it."""
    return as_json(to_builtins(report))


def _target(target: dict[str, Any], *, anonymous: bool) -> dict[str, Any]:
    """Without its observations where it is anonymous: judged again, stand-ins would come to another
    cause, and records of the DNS and certificates are found again by what is left of them."""
    shown = {name: target[name] for name in TARGET}
    if shown["setup"] is not None:
        shown["setup"] = {**shown["setup"], "version": shown["setup"]["version"] or None}
        if not shown["setup"]["same"]:
            del shown["setup"]["same"]
    shown["diagnoses"] = [
        {
            **{name: item[name] for name in DIAGNOSIS},
            "evidence": [{name: each[name] for name in EVIDENCE} for each in item["evidence"]],
            "fixes": [_fix(fix) for fix in item["fixes"]],
            **_accepted(item["accepted"]),
        }
        for item in target["diagnoses"]
    ]
    if anonymous:
        shown["observations"] = {"items": []}
    return {**shown, "faults": target["faults"]} if target["faults"] else shown


def _accepted(accepted: dict[str, Any] | None) -> dict[str, Any]:
    return {"accepted": {name: accepted[name] for name in ACCEPTED}} if accepted else {}


def _fix(fix: dict[str, Any]) -> dict[str, Any]:
    """A fix whose edits anybody can apply to the files; else what they are, as steps."""
    edits = msgspec.convert(fix["edits"], tuple[Edit, ...])
    if not are_exact(edits):
        return {**fix, "edits": [], "steps": [*edits_in_words(edits), *fix["steps"]]}
    return {**fix, "edits": [{name: edit[name] for name in EDIT} for edit in fix["edits"]]}


def _encode(value: object) -> object:
    if isinstance(value, Observations):
        return {"items": value.to_builtins()}
    raise NotImplementedError(type(value).__name__)
