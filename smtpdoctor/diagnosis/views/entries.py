"""Which of the user's own settings are faulty, and which variables only look like settings.

Names no cause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtpdoctor.observations import SettingRead
from smtpdoctor.settings.model import Field, NearMiss, Problem
from smtpdoctor.settings.names import BY_NAME

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.run import Run


def faults(run: Run, *fields: Field, problems: tuple[Problem, ...] = ()) -> list[SettingRead]:
    """The settings of these fields whose text is faulty, with one of these problems or any."""
    return [
        item
        for item in run.observations.of(SettingRead, ok=False)
        if item.setting.field in fields and (not problems or item.setting.problem in problems)
    ]


def near_misses(run: Run, *fields: str) -> list[NearMiss]:
    """Variables that look like one for these fields and are not read."""
    return [
        item
        for item in run.settings.near_misses
        if (item.field or BY_NAME[item.looks_like].field) in fields
    ]
