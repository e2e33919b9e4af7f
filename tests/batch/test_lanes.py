"""Whose turn it is, among many servers."""

from __future__ import annotations

from smtpdoctor.batch.lanes import Lanes


def lanes_of(targets: str) -> Lanes[str]:
    """Such as "a1 a2 b1": two targets of a, one of b."""
    lanes: Lanes[str] = Lanes()
    for target in targets.split():
        lanes.add(target[0], target)
    return lanes


def taken(lanes: Lanes[str]) -> list[str]:
    """All that may begin now."""
    found = []
    while (one := lanes.next()) is not None:
        found.append(one[1])
    return found


def test_servers_take_turns() -> None:
    assert taken(lanes_of("a1 a2 a3 b1 c1")) == ["a1", "b1", "c1"]


def test_a_server_that_is_busy_holds_up_nobody_else() -> None:
    lanes = lanes_of("a1 a2 b1 b2")
    assert taken(lanes) == ["a1", "b1"]
    lanes.done("b", calm=False)
    assert taken(lanes) == ["b2"]
    lanes.done("b", calm=True)
    assert taken(lanes) == []
    lanes.done("a", calm=False)
    assert taken(lanes) == ["a2"]


def test_two_at_a_time_once_one_went_through_and_one_again_after_trouble() -> None:
    lanes = lanes_of("a1 a2 a3 a4 a5 a6 a7")
    assert taken(lanes) == ["a1"]
    lanes.done("a", calm=True)
    assert taken(lanes) == ["a2", "a3"]
    lanes.done("a", calm=False)
    assert taken(lanes) == []  # the other one is still there
    lanes.done("a", calm=False)
    assert taken(lanes) == ["a4"]
    lanes.done("a", calm=True)
    assert taken(lanes) == ["a5", "a6"]


def test_one_that_did_not_begin_changes_nothing() -> None:
    lanes = lanes_of("a1 a2 a3 a4")
    taken(lanes)
    lanes.done("a", calm=True)
    assert taken(lanes) == ["a2", "a3"]
    lanes.done("a", calm=None)
    assert taken(lanes) == ["a4"]


def test_nothing_is_kept_of_a_server_without_targets() -> None:
    lanes = lanes_of("a1")
    taken(lanes)
    lanes.done("a", calm=True)
    assert lanes._lanes == {}
    lanes.add("a", "a2")
    lanes.add("a", "a3")
    assert taken(lanes) == ["a2"]  # who comes again later begins alone again
