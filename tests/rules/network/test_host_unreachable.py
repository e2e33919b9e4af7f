from __future__ import annotations

import pytest

from ..scene import Scene
from .around import controls, landmarks, own_ports

CODE = "host-unreachable"


def test_positive_no_port_answers_while_other_hosts_do() -> None:
    scene = Scene()
    silent = scene.connect("silent", took=3.3)
    own_ports(scene, {465: "silent"})
    controls(scene, "open", "open")
    landmarks(scene, "open")

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert "while other hosts do" in found.title
    # which of the two it is can't be seen, and is not claimed
    assert "be down" in found.explanation
    assert "banned" in found.explanation
    assert found.explains == (silent.id,)
    assert scene.codes("error") == [CODE]


def test_positive_another_host_of_the_provider_works() -> None:
    scene = Scene()
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "silent"})
    controls(scene, "open")
    landmarks(scene, "open")
    scene.session("other-host", host="smtp.ionos.de", address="192.0.2.9", port=587).rest()

    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_HOST": "smtp.ionos.de"}


def test_positive_no_independent_host_serves_the_port() -> None:
    scene = Scene(host="mail.example.net", port=10025)
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "silent", 587: "silent"})
    landmarks(scene, "open")

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert "drops all mail ports" in found.explanation


def test_positive_a_private_host_whose_neighbours_give_no_address() -> None:
    scene = Scene(host="10.0.0.5")
    scene.connect("unreachable", took=3.0)
    own_ports(scene, {465: "unreachable"})

    found = scene.diagnosis(CODE)

    assert found.confidence == "possible"
    assert found.fixes[0].title == "check that 10.0.0.5 is up and that its address is right"


def test_positive_no_route_to_this_host_alone() -> None:
    scene = Scene(host="mail.example.net")
    scene.connect("no-route")
    controls(scene, "open")
    landmarks(scene, "open")

    found = scene.diagnosis(CODE)
    assert scene.codes("error") == [CODE]
    # nothing was sent: neither a dead host nor a ban shows so
    assert found.title == "this machine has no route to mail.example.net"
    assert "banned" not in found.explanation
    assert found.fixes[0].title == "give this machine a route to mail.example.net"


@pytest.mark.parametrize(
    ("outcome", "severity", "verdict"),
    [("silent", "warning", "warnings"), ("no-route", "note", "healthy")],
)
def test_positive_one_address_that_another_makes_up_for(
    outcome: str, severity: str, verdict: str
) -> None:
    scene = Scene()
    scene.addresses("192.0.2.10", "2001:db8::10")
    dead = scene.connect(outcome, "192.0.2.10")  # type: ignore[arg-type]
    scene.connect("open", "2001:db8::10")
    scene.session(address="2001:db8::10").rest()

    found = scene.diagnosis(CODE)

    assert found.severity == severity
    assert found.explains == (dead.id,)
    assert scene.judge().verdict == verdict
    # the server's owner can do nothing about this machine's routes
    assert bool(found.fixes) == (outcome == "silent")


def test_negative_the_host_answers() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_another_port_of_the_host_answers() -> None:
    scene = Scene()
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "open"})
    controls(scene, "open")
    landmarks(scene, "open")

    assert scene.codes("error") == ["port-blocked"]


def test_lookalike_other_hosts_do_not_answer_either() -> None:
    scene = Scene()
    scene.connect("unreachable")
    own_ports(scene, {465: "unreachable"})
    controls(scene, "unreachable")
    landmarks(scene, "unreachable")

    assert scene.codes("error") == ["no-network"]


def test_lookalike_the_port_is_silent_at_other_hosts_too() -> None:
    scene = Scene()
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "silent"})
    controls(scene, "silent")
    landmarks(scene, "open")

    assert scene.codes("error") == ["port-blocked"]
