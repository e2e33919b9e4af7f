"""When a run and a login are due."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.watch.model import Login, LoginResult
from smtpdoctor.watch.schedule import (
    LEAST_INTERVAL,
    duration_words,
    login_decision,
    next_run,
    read_duration,
)

HOUR = 3600.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("5m", 300),
        ("1h", 3600),
        ("1h30m", 5400),
        ("2d", 172800),
        ("0s", None),
        ("", None),
        ("5", None),
        ("5 m", None),
        ("-5m", None),
        ("1m1h", None),
        ("1.5h", None),
        ("٣m", None),
        ("9999999s", None),
    ],
)
def test_durations_name_their_unit(text: str, seconds: float | None) -> None:
    assert read_duration(text) == seconds


@given(st.integers(1, 7 * 86400))
def test_a_duration_reads_as_it_is_written(seconds: int) -> None:
    read = read_duration(duration_words(seconds))
    assert read is not None
    assert seconds * 0.95 <= read <= seconds


@given(
    began=st.floats(0, 1e9),
    took=st.floats(0, 1e5),
    every=st.floats(LEAST_INTERVAL, 86400),
)
def test_the_next_run_is_on_the_beat_and_ahead(began: float, took: float, every: float) -> None:
    now = began + took
    due = next_run(began, now, every)
    assert now - 1e-6 <= due <= now + every + 1e-3
    beats = (due - began) / every
    assert beats == pytest.approx(round(beats))


def test_a_run_that_ends_in_time_is_followed_after_the_interval() -> None:
    assert next_run(100.0, 102.5, 300.0) == 400.0


def test_a_run_that_overran_leaves_out_what_it_missed() -> None:
    assert next_run(100.0, 145.0, 10.0) == 150.0


def decided(
    result: LoginResult | None,
    *,
    age: float = 60.0,
    way: str = "same",
    before: str = "same",
    forced: bool = False,
) -> str:
    last = None if result is None else Login(at=0.0, result=result, way=before)
    return login_decision(last, age=age, every=HOUR, way=way, forced=forced)


@pytest.mark.parametrize("result", ["accepted", "failed", "begun"])
def test_a_login_is_due_when_its_time_is_over(result: LoginResult) -> None:
    assert decided(result) == decided(result, age=HOUR - 2) == "not-due"
    assert decided(result, age=HOUR) == decided(result, age=HOUR - 0.01) == "log-in"


def test_the_first_login_is_due_at_once() -> None:
    assert decided(None) == "log-in"


@pytest.mark.parametrize("age", [0.0, HOUR, 1e9, -1e9])
def test_no_time_ends_a_refusal(age: float) -> None:
    assert decided("refused", age=age) == "refused"


def test_after_a_refusal_other_settings_are_tried_once_each_and_few_of_them() -> None:
    assert decided("refused", way="other") == "log-in"
    assert decided("refused", way="other", before="same other") == "refused"
    assert decided("refused", way="fourth", before="same other third") == "refused"
    assert decided("refused", way="other", before="") == "refused"  # with which is not known


@pytest.mark.parametrize("result", ["failed", "begun"])
def test_a_login_without_an_outcome_forgets_no_refusal(result: LoginResult) -> None:
    """And counts as none itself."""
    refused = Login(at=0.0, result="refused", way="second first")
    last = Login(at=1.0, result=result, way="third").after(refused)

    def then(way: str, age: float = HOUR) -> str:
        return login_decision(last, age=age, every=HOUR, way=way, forced=False)

    assert then("first") == then("second") == "refused"
    assert then("third") == then("fourth") == "log-in"
    assert then("third", age=60.0) == "not-due"
    third = Login(at=2.0, result="refused", way="third").after(last)
    assert third.refused_ways == ("third", "second", "first")
    assert login_decision(third, age=60.0, every=HOUR, way="fourth", forced=False) == "refused"


def test_a_login_that_worked_ends_what_was_refused_before() -> None:
    refused = Login(at=0.0, result="refused", way="second first")
    worked = Login(at=1.0, result="accepted", way="third").after(refused)
    assert worked == Login(at=1.0, result="accepted", way="third")


@pytest.mark.parametrize("result", ["refused", "accepted", "failed", "begun"])
def test_who_asks_for_a_login_gets_it(result: LoginResult) -> None:
    assert decided(result, forced=True) == "log-in"


def test_other_settings_are_tried_where_the_account_is_in_order() -> None:
    assert decided("accepted", way="other") == "log-in"
    assert decided("failed", way="other") == decided("begun", way="other") == "not-due"


def test_a_clock_that_was_set_back_tells_no_age() -> None:
    assert decided("accepted", age=-1.0) == "log-in"
