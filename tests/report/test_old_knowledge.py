"""A run says where what is known was read more than a year before it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from smtpdoctor import knowledge
from smtpdoctor.report import formats
from smtpdoctor.report.model import GETS_OLD, Report, build

from ..rules.scene import Scene


def report_of(started: str) -> Report:
    return build(Scene.healthy().observations(), started=started, seconds=1.0)


def after(days: int) -> str:
    day = date.fromisoformat(knowledge.newest()) + timedelta(days=days)
    return f"{day}T10:00:00Z"


def test_after_a_year_it_is_said_in_one_note() -> None:
    report = report_of(after(GETS_OLD + 1))
    (notice,) = report.notices
    assert (notice.kind, notice.severity) == ("knowledge-old", "note")
    assert knowledge.newest() in notice.text
    # worth knowing, and nobody's fault
    assert (report.verdict, report.exit_status(strict=True)) == ("healthy", 0)
    assert f"last read on {knowledge.newest()}" in formats.render("terminal", report)


@pytest.mark.parametrize("started", [after(0), after(GETS_OLD), after(-4000), "", "soon"])
def test_before_that_nothing_is(started: str) -> None:
    assert report_of(started).notices == ()
