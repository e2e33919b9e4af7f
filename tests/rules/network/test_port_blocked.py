from __future__ import annotations

import pytest

from ..scene import Scene
from .around import controls, landmarks, own_ports, roots

CODE = "port-blocked"


def silent(**settings: object) -> Scene:
    scene = Scene(**settings)  # type: ignore[arg-type]
    scene.connect("silent", took=3.3)
    return scene


def test_positive_silent_here_and_at_independent_hosts() -> None:
    scene = silent()
    own_ports(scene, {465: "open"})
    controls(scene, "silent", "silent")
    landmarks(scene, "open")
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert "login not tried" in found.fixes[0].tried
    assert found.explains == roots(scene)
    assert scene.codes("error") == [CODE]
    assert scene.judge().verdict == "broken"


def test_positive_all_mail_ports_are_silent_everywhere() -> None:
    scene = silent()
    own_ports(scene, {465: "silent"})
    controls(scene, "silent", "silent")
    landmarks(scene, "open")

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert [fix.settings for fix in found.fixes] == [{}, {}]
    assert "443" in found.fixes[-1].title


def test_positive_only_another_port_of_the_host_answers() -> None:
    scene = silent()
    own_ports(scene, {465: "open"})

    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_the_port_is_open_elsewhere() -> None:
    scene = silent()
    own_ports(scene, {465: "open"})
    controls(scene, "open", "open")
    landmarks(scene, "open")

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert "the server's own firewall" in found.explanation


def test_positive_a_private_host_with_another_port_open() -> None:
    scene = silent(host="10.0.0.5")
    own_ports(scene, {465: "refused"})

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert found.fixes[0].title == "open port 587 in the firewall of 10.0.0.5"


def test_positive_nothing_to_compare_with() -> None:
    scene = silent()

    assert scene.diagnosis(CODE).confidence == "possible"


def test_positive_ipv6_without_a_route_is_noise() -> None:
    scene = Scene()
    scene.addresses("192.0.2.10", "2001:db8::10")
    first = scene.connect("silent", "192.0.2.10", took=3.3)
    second = scene.connect("no-route", "2001:db8::10")
    controls(scene, "silent")
    landmarks(scene, "open")

    found = scene.diagnosis(CODE)

    assert found.explains == (first.id, second.id)
    assert scene.codes() == [CODE]


def test_positive_one_address_of_two_is_a_warning() -> None:
    scene = Scene()
    scene.addresses("192.0.2.10", "192.0.2.11")
    scene.connect("open", "192.0.2.10")
    silent = scene.connect("silent", "192.0.2.11", took=3.3)
    own_ports(scene, {465: "open"}, "192.0.2.11")
    scene.session().rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "warning"
    assert found.explains == (silent.id,)
    assert scene.judge().verdict == "warnings"


def test_negative_the_port_answers() -> None:
    assert Scene.healthy().codes() == []


@pytest.mark.parametrize(
    ("outcome", "code"), [("refused", "port-refused"), ("denied", "local-firewall")]
)
def test_lookalike_an_answer_is_no_silence(outcome: str, code: str) -> None:
    scene = Scene()
    scene.connect(outcome)  # type: ignore[arg-type]
    own_ports(scene, {465: "open"})

    assert scene.codes("error") == [code]


def test_lookalike_no_port_of_the_host_answers() -> None:
    scene = silent()
    own_ports(scene, {465: "silent"})
    controls(scene, "open", "open")
    landmarks(scene, "open")

    assert scene.codes("error") == ["host-unreachable"]


def test_lookalike_nothing_answers_at_all() -> None:
    scene = silent()
    own_ports(scene, {465: "silent"})
    controls(scene, "silent", "silent")
    landmarks(scene, "silent")

    assert scene.codes("error") == ["no-network"]


def test_lookalike_the_provider_does_not_serve_the_port() -> None:
    scene = silent(host="smtp.office365.com", port=465, tls="implicit")
    own_ports(scene, {587: "open"})
    controls(scene, "silent", "silent")
    landmarks(scene, "open")

    assert scene.codes("error") == ["wrong-port"]
