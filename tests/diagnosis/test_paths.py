"""What two traces to one address say beside each other."""

from __future__ import annotations

import pytest

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.paths import Paths, extent, routers
from smtpdoctor.observations import PathTrace

from ..rules.scene import Scene

WAY = ("10.0.0.1", "198.51.100.1", "198.51.100.6", "203.0.113.1")


def paths(scene: Scene) -> Paths:
    return Run(scene.observations()).paths["IPv4"]


# --- how far a way was followed ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("heard", "end", "far"),
    [
        ((), "silent", 0),
        (WAY[:1], "silent", 1),
        (WAY[:3], "silent", 3),
        ((WAY[0], "", WAY[2], ""), "silent", 3),  # the last that was heard
        (WAY[:3], "open", 4),
        (WAY[:3], "refused", 4),
        (WAY[:3], "icmp", 3),
    ],
)
def test_extent(heard: tuple[str, ...], end: str, far: int) -> None:
    scene = Scene()
    trace: PathTrace = scene.trace(443, *heard, end=end, sender=WAY[0], icmp="x")  # type: ignore[arg-type]

    assert extent(trace) == far
    assert [hop.sender for hop in routers(trace)] == [sender for sender in heard if sender]


def test_the_way_that_arrived_goes_further_than_a_longer_one_that_did_not() -> None:
    scene = Scene()
    scene.trace(587, WAY[0])
    scene.trace(465, *WAY)
    scene.trace(443, *WAY[:2], end="open")

    found = paths(scene).further
    assert found is not None
    assert found.port == 443


# --- lost -------------------------------------------------------------------------------------


def test_lost_where_the_other_way_goes_on() -> None:
    scene = Scene()
    scene.trace(587, *WAY[:2])
    scene.trace(443, *WAY[:3])

    lost = paths(scene).lost
    assert lost is not None
    assert lost.after is not None
    assert lost.before is not None
    assert (lost.after.ttl, lost.before.ttl) == (2, 3)
    assert not lost.at_the_server


@pytest.mark.parametrize("other", [WAY[:1], WAY[:2]])
def test_not_lost_where_the_other_way_ends_there_too(other: tuple[str, ...]) -> None:
    scene = Scene()
    scene.trace(587, *WAY[:2])
    scene.trace(443, *other)

    assert paths(scene).lost is None


def test_lost_at_the_last_step_before_the_server() -> None:
    scene = Scene()
    scene.trace(587, *WAY[:3])
    scene.trace(443, *WAY[:3], end="open")

    lost = paths(scene).lost
    assert lost is not None
    assert lost.at_the_server
    assert lost.before is None


def test_lost_before_any_router() -> None:
    scene = Scene()
    scene.trace(587)
    scene.trace(443, *WAY[:3], end="open")

    lost = paths(scene).lost
    assert lost is not None
    assert lost.before_any_router
    assert lost.is_near


def test_lost_before_the_server_with_no_router_between() -> None:
    scene = Scene()
    scene.trace(587)
    scene.trace(443, end="open")

    lost = paths(scene).lost
    assert lost is not None
    assert not lost.before_any_router
    assert "in the network next to it" in lost.place


def test_a_silent_first_router_leaves_open_which_machine_it_is() -> None:
    scene = Scene()
    scene.trace(587)
    scene.trace(443, "", WAY[1], end="open")

    lost = paths(scene).lost
    assert lost is not None
    assert not lost.before_any_router


def test_without_another_way_nothing_is_known_of_where_it_is_lost() -> None:
    scene = Scene()
    scene.trace(587, *WAY[:2])

    assert paths(scene).lost is None
    assert paths(scene).seen == ""


def test_a_port_that_answers_is_not_lost() -> None:
    scene = Scene()
    scene.trace(587, *WAY[:2], end="open")
    scene.trace(443, *WAY, end="open")

    assert paths(scene).lost is None


# --- nearer -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "further", "end", "at"),
    [
        (WAY[:1], WAY[:3], "open", 2),  # hop 2 beside hop 4
        (WAY[:2], WAY[:3], "open", None),  # ways of one length may differ by one
        ((), WAY[:1], "open", 1),  # but not before any router
        ((), (), "open", None),
        # a way that did not arrive goes on behind its last router
        (WAY[:1], WAY[:3], "silent", 2),
        (WAY[:1], WAY[:2], "silent", None),
        ((), WAY[:1], "silent", 1),
    ],
)
def test_nearer(own: tuple[str, ...], further: tuple[str, ...], end: str, at: int | None) -> None:
    scene = Scene()
    scene.trace(587, *own, end="open")
    scene.trace(443, *further, end=end)  # type: ignore[arg-type]

    nearer = paths(scene).nearer
    assert (nearer.at if nearer else None) == at
    if nearer is not None:
        assert (nearer.behind.ttl if nearer.behind else 0) == nearer.at - 1


def test_another_address_is_another_way() -> None:
    scene = Scene()
    scene.trace(587, WAY[0], end="open")
    scene.trace(443, *WAY, end="open", address="212.227.15.199")

    assert paths(scene).nearer is None
    assert paths(scene).further is None


def test_an_address_of_the_other_family_is_another_way() -> None:
    scene = Scene()
    scene.addresses("212.227.15.183", "2001:db8::10")
    scene.trace(587, WAY[0], end="open")
    scene.trace(443, *WAY, end="open", address="2001:db8::10")

    assert paths(scene).further is None


# --- whose network it is ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passed", "near", "place"),
    [
        (("10.0.0.1",), True, "close by, probably in your own network"),
        (("10.0.0.1", "100.64.0.1"), True, "inside your internet provider's or cloud's network"),
        (("10.0.0.1", "100.64.0.1", "10.1.0.1"), True, "close by"),
        (("10.0.0.1", "198.51.100.1"), False, "probably inside your provider's network"),
        (("198.51.100.1", "198.51.100.6"), False, "in a network on the way"),
        (("198.51.100.1", "10.0.0.1"), False, "close by"),
    ],
)
def test_place_of_what_is_lost(passed: tuple[str, ...], near: bool, place: str) -> None:
    scene = Scene()
    scene.trace(587, *passed)
    scene.trace(443, *passed, *WAY[2:], end="open")

    lost = paths(scene).lost
    assert lost is not None
    assert lost.is_near == near
    assert place in lost.place


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "whose", "near"),
    [
        ("192.168.1.20", "own", True),
        ("212.227.15.183", "server", False),
        ("10.0.0.1", "router", True),
        ("198.51.100.6", "router", False),
    ],
)
def test_whose_refusal_it_is(sender: str, whose: str, near: bool) -> None:
    scene = Scene()
    scene.trace(587, end="icmp", sender=sender, icmp="admin-prohibited")

    refusal = paths(scene).refusal
    assert refusal is not None
    assert (refusal.whose, refusal.is_near, refusal.prohibits) == (whose, near, True)


def test_what_this_machine_refuses_is_near_whatever_its_address_is() -> None:
    scene = Scene()
    scene.addresses("2001:db8::10")
    scene.trace(587, end="icmp", sender="2001:db8:ffff::20", icmp="policy-failed")

    refusal = Run(scene.observations()).paths["IPv6"].refusal
    assert refusal is not None
    assert (refusal.whose, refusal.is_near) == ("own", True)


def test_an_error_about_a_route_prohibits_nothing() -> None:
    scene = Scene()
    scene.trace(587, end="icmp", sender="10.0.0.1", icmp="net-unreachable")

    refusal = paths(scene).refusal
    assert refusal is not None
    assert not refusal.prohibits


def test_silence_and_answers_are_no_refusal() -> None:
    scene = Scene()
    scene.trace(587, *WAY[:2], end="refused")
    assert paths(scene).refusal is None

    scene = Scene()
    scene.trace(587, *WAY[:2])
    assert paths(scene).refusal is None


# --- in words ---------------------------------------------------------------------------------


def test_only_the_ways_in_that_family_count() -> None:
    scene = Scene()
    scene.trace(587, WAY[0], address="2001:db8::10")
    assert paths(scene).configured is None
    assert not paths(scene).unsupported


@pytest.mark.parametrize(
    ("way", "place"),
    [
        (
            ("10.0.0.1", "10.0.0.2"),
            "close by, probably in your own network, your cloud's or your provider's",
        ),
        (("10.0.0.1", "100.64.0.1"), "probably inside your internet provider's or cloud's network"),
        (("10.0.0.1", WAY[1]), "probably inside your provider's network"),
        ((WAY[1], WAY[2]), "in a network on the way, probably neither yours nor the server's"),
    ],
)
def test_where_an_answer_comes_from_that_is_too_near(way: tuple[str, ...], place: str) -> None:
    scene = Scene()
    scene.trace(587, *way, end="open")
    scene.trace(443, *way, WAY[3], "203.0.113.2", "203.0.113.3")

    nearer = paths(scene).nearer
    assert nearer is not None
    assert nearer.place == place
    assert nearer.seen.startswith("port 443 is followed to hop 5 (203.0.113.3); port 587")
