"""The report as JSON: the shape that contract and scripts rely on (docs/json.md)."""

from __future__ import annotations

from typing import Any

import msgspec

from smtpdoctor.observations import Observations
from smtpdoctor.report.model import SCHEMA, Report


class SavedRunError(Exception):
    """A file that is no saved run, or of another schema; the text is one line."""


def to_builtins(report: Report) -> dict[str, Any]:
    """The report as JSON types."""
    data: dict[str, Any] = msgspec.to_builtins(report, enc_hook=_encode)
    # what the engine works with, and no reader of a report
    data.pop("unexplained")
    for diagnosis in data["diagnoses"]:
        del diagnosis["explains"], diagnosis["points_at"]
    return data


def render(report: Report) -> str:
    """The report as indented JSON with a final newline.

    Control and format characters stand as escapes: no terminal obeys them.
    """
    import json
    import re

    def shown(match: re.Match[str]) -> str:
        return match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1]

    text = json.dumps(to_builtins(report), ensure_ascii=False, indent=2)
    return re.sub(r"[^\x20-\x7e\n]", shown, text) + "\n"


def read(text: bytes) -> tuple[Observations, str, float]:
    """A saved run's observations, `started` and `seconds`. Raises SavedRunError."""
    try:
        data = msgspec.json.decode(text)
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise SavedRunError(f"not a saved run of schema {SCHEMA}")
        observations = Observations.from_builtins(data["observations"]["items"])
        return observations, str(data["started"]), float(data["seconds"])
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
        raise SavedRunError(f"not a saved run: {type(error).__name__}") from None


def _encode(value: object) -> object:
    if isinstance(value, Observations):
        return {"items": value.to_builtins()}
    raise NotImplementedError(type(value).__name__)
