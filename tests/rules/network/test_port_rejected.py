from __future__ import annotations

from ..scene import Scene
from .around import controls, landmarks, own_ports

CODE = "port-rejected"


def test_positive_independent_hosts_refuse_alike() -> None:
    scene = Scene()
    refused = scene.connect("refused")
    own_ports(scene, {465: "open"})
    controls(scene, "refused", "refused")
    landmarks(scene, "open")
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert found.explains == (refused.id,)
    assert scene.codes("error") == [CODE]


def test_positive_one_independent_host_leaves_it_likely() -> None:
    scene = Scene()
    scene.connect("refused")
    controls(scene, "refused")
    landmarks(scene, "open")

    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_one_port_of_a_living_host_is_unreachable() -> None:
    scene = Scene()
    scene.connect("unreachable")
    own_ports(scene, {465: "open"})

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert found.title == "port 587 of smtp.ionos.com is rejected by a firewall"


def test_positive_everybody_is_unreachable_on_this_port() -> None:
    scene = Scene()
    scene.connect("unreachable")
    own_ports(scene, {465: "unreachable"})
    controls(scene, "unreachable", "unreachable")
    landmarks(scene, "open")

    assert scene.diagnosis(CODE).confidence == "certain"


WAY = ("10.0.0.1", "198.51.100.1", "198.51.100.6")


def test_positive_an_icmp_error_of_a_router() -> None:
    scene = Scene()
    scene.connect("unreachable")
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0], end="icmp", sender=WAY[0], icmp="admin-prohibited")
    own_ports(scene, {465: "open"})
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert found.title == "smtp.ionos.com:587 is rejected by 10.0.0.1 on the way"
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    texts = [item.text for item in found.evidence]
    assert 'an ICMP error "admin prohibited" for port 587 came from 10.0.0.1 (hop 2)' in texts
    assert scene.codes("error") == [CODE]


def test_positive_over_ipv6_a_router_looks_like_this_machine() -> None:
    scene = Scene()
    scene.addresses("2001:db8::10")
    scene.connect("denied", "2001:db8::10", error="EACCES")
    scene.trace(587, "2001:db8:1::1", end="icmp", sender="2001:db8:1::1", icmp="admin-prohibited")

    assert scene.codes("error") == [CODE]


def test_positive_a_refusal_from_nearer_than_the_server() -> None:
    scene = Scene()
    scene.connect("refused")
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0], end="refused")
    controls(scene, "open", "open")
    landmarks(scene, "open")

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert found.title.endswith("is refused at hop 2, before the server is reached")
    assert any("right after hop 1 (10.0.0.1)" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


def test_positive_refused_before_any_router() -> None:
    scene = Scene()
    scene.connect("refused")
    scene.trace(443, WAY[0], end="open")
    scene.trace(587, end="refused")

    assert "on this machine or in its cloud's own rules" in scene.diagnosis(CODE).explanation


def test_positive_the_servers_own_firewall() -> None:
    scene = Scene()
    scene.connect("unreachable")
    scene.trace(587, *WAY, end="icmp", sender="212.227.15.183", icmp="host-prohibited")

    found = scene.diagnosis(CODE)

    assert "a firewall, on the server," in found.explanation
    assert found.fixes[0].title == "open port 587 in the firewall of smtp.ionos.com"


def test_negative_the_port_answers() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_only_this_server_refuses() -> None:
    scene = Scene()
    scene.connect("refused")
    controls(scene, "open", "open")
    landmarks(scene, "open")

    assert scene.codes("error") == ["port-refused"]


def test_lookalike_the_server_itself_refuses() -> None:
    scene = Scene()
    scene.connect("refused")
    scene.trace(443, *WAY, end="open")
    scene.trace(587, *WAY, end="refused")

    assert scene.codes("error") == ["port-refused"]


def test_lookalike_ways_of_slightly_different_length() -> None:
    scene = Scene()
    scene.connect("refused")
    scene.trace(443, *WAY, "203.0.113.1", end="open")
    scene.trace(587, *WAY, end="refused")

    assert scene.codes("error") == ["port-refused"]


def test_lookalike_a_router_says_that_the_host_is_gone() -> None:
    scene = Scene()
    scene.connect("unreachable")
    scene.trace(443, *WAY, end="icmp", sender=WAY[-1], icmp="host-unreachable")
    scene.trace(587, *WAY, end="icmp", sender=WAY[-1], icmp="host-unreachable")
    controls(scene, "open")

    assert scene.codes("error") == ["host-unreachable"]


def test_lookalike_another_server_refuses_and_a_third_does_not() -> None:
    scene = Scene()
    scene.connect("refused")
    controls(scene, "refused", "open")
    landmarks(scene, "open")

    assert scene.codes("error") == ["port-refused"]


def test_lookalike_no_port_of_the_host_is_reached() -> None:
    scene = Scene()
    scene.connect("unreachable")
    own_ports(scene, {465: "unreachable"})
    controls(scene, "open")
    landmarks(scene, "open")

    assert scene.codes("error") == ["host-unreachable"]
