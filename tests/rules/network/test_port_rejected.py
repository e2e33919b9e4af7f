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


def test_negative_the_port_answers() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_only_this_server_refuses() -> None:
    scene = Scene()
    scene.connect("refused")
    controls(scene, "open", "open")
    landmarks(scene, "open")

    assert scene.codes("error") == ["port-refused"]


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
