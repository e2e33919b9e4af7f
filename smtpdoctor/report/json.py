"""The report as JSON: the shape that contract and scripts rely on (docs/json.md)."""

from __future__ import annotations

from typing import Any

import msgspec

from smtpdoctor.observations import Observations
from smtpdoctor.report.model import SCHEMA, Report
from smtpdoctor.text import as_json


class SavedRunError(Exception):
    """A file that is no saved run, or of another schema; the text is one line."""


def to_builtins(report: Report) -> dict[str, Any]:
    """The report as JSON types."""
    data: dict[str, Any] = msgspec.to_builtins(report, enc_hook=_encode)
    # what the engine works with, and no reader of a report
    del data["unexplained"], data["faults"]
    if report.spf is None:
        del data["spf"]
    for diagnosis in data["diagnoses"]:
        del diagnosis["explains"], diagnosis["points_at"], diagnosis["area"]
    return data


def render(report: Report) -> str:
    """The report as `smtpdoctor check --format json` prints it."""
    return as_json(to_builtins(report))


def read(text: bytes) -> tuple[Observations, str, float]:
    """A saved run's observations, `started` and `seconds`. Raises SavedRunError."""
    try:
        data = msgspec.json.decode(text)
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise SavedRunError(f"not a saved run of schema {SCHEMA}")
        observations = Observations.from_builtins(data["observations"]["items"])
        return observations, str(data["started"]), float(data["seconds"])
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise SavedRunError(f"not a saved run: {type(error).__name__}") from None


def _encode(value: object) -> object:
    if isinstance(value, Observations):
        return {"items": value.to_builtins()}
    raise NotImplementedError(type(value).__name__)
