"""One bound for the whole run."""

from __future__ import annotations

from smtpdoctor.deadline import Deadline


def test_a_step_waits_for_its_own_cap_or_what_is_left() -> None:
    now = 100.0
    deadline = Deadline(lambda: now, 30)
    assert deadline.left() == 30
    assert deadline.cap(10) == 10
    assert deadline.cap(60) == 30
    now = 125.0
    assert deadline.cap(10) == 5


def test_nothing_is_left_after_the_end() -> None:
    now = 0.0
    deadline = Deadline(lambda: now, 1)
    now = 7.0
    assert deadline.left() == 0
    assert deadline.cap(10) == 0


def test_a_wait_is_never_negative() -> None:
    assert Deadline(lambda: 0.0, 5).cap(-1) == 0
