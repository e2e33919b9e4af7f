from __future__ import annotations

import pytest

from ..scene import SOURCE, Scene
from .around import controls, landmarks, own_ports

CODE = "local-firewall"


@pytest.mark.parametrize("error", ["EPERM", "EACCES"])
def test_positive_the_system_refuses_by_itself(error: str) -> None:
    scene = Scene()
    denied = scene.connect("denied", error=error)
    own_ports(scene, {465: "open"})
    controls(scene, "denied")
    landmarks(scene, "open")
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert error in found.title
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert found.explains == (denied.id,)
    assert scene.codes("error") == [CODE]


def test_positive_over_ipv6_a_router_may_say_so_as_well() -> None:
    scene = Scene()
    scene.addresses("2001:db8::10")
    scene.connect("denied", "2001:db8::10", error="EACCES")

    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_even_where_nothing_is_let_out() -> None:
    scene = Scene()
    scene.connect("denied")
    landmarks(scene, "denied")

    assert scene.codes("error") == [CODE]


@pytest.mark.parametrize(("error", "prints"), [("EACCES", True), ("EPERM", False)])
def test_positive_only_words_that_libraries_print_for_this_error(error: str, prints: bool) -> None:
    scene = Scene(client="nodemailer")
    scene.connect("denied", error=error)

    texts = [item.text for item in scene.diagnosis(CODE).evidence]

    assert ("Nodemailer prints for this: connect EACCES" in texts) is prints


@pytest.mark.parametrize("outcome", ["unreachable", "refused"])
def test_positive_an_icmp_error_from_an_own_address(outcome: str) -> None:
    scene = Scene()
    failed = scene.connect(outcome)  # type: ignore[arg-type]
    scene.trace(443, "192.168.1.1", end="open")
    scene.trace(587, end="icmp", sender=SOURCE["IPv4"], icmp="port-unreachable")
    controls(scene, outcome, outcome)  # type: ignore[arg-type]
    landmarks(scene, "open")

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert found.title.endswith("out (ICMP from 192.168.1.20)")
    assert found.explains == (failed.id,)
    assert scene.codes("error") == [CODE]


def test_negative_the_connection_goes_out() -> None:
    assert Scene.healthy().codes() == []


@pytest.mark.parametrize(
    ("outcome", "code"), [("refused", "port-refused"), ("unreachable", "port-rejected")]
)
def test_lookalike_an_answer_from_outside(outcome: str, code: str) -> None:
    scene = Scene()
    scene.connect(outcome)  # type: ignore[arg-type]
    own_ports(scene, {465: "open"})

    assert scene.codes("error") == [code]


def test_lookalike_the_same_error_from_the_next_router() -> None:
    scene = Scene()
    scene.connect("unreachable")
    scene.trace(443, "192.168.1.1", end="open")
    scene.trace(587, end="icmp", sender="192.168.1.1", icmp="admin-prohibited")

    assert scene.codes("error") == ["port-rejected"]


def test_lookalike_a_rule_that_drops_is_plain_silence() -> None:
    scene = Scene()
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "open"})

    assert scene.codes("error") == ["port-blocked"]
