from __future__ import annotations

import pytest

from ..scene import Scene
from .around import controls, landmarks, own_ports

CODE = "port-refused"


def test_positive_the_server_refuses_and_others_do_not() -> None:
    scene = Scene()
    refused = scene.connect("refused")
    own_ports(scene, {465: "open"})
    controls(scene, "open", "open")
    landmarks(scene, "open")
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert found.explains == (refused.id,)
    assert scene.codes("error") == [CODE]


def test_positive_nothing_to_compare_with_leaves_it_likely() -> None:
    scene = Scene()
    scene.connect("refused")
    own_ports(scene, {465: "refused"})

    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_a_port_that_the_provider_is_known_to_serve() -> None:
    """PHP at a web hoster: nobody asks Google on which port it takes mail."""
    scene = Scene(host="smtp.gmail.com")
    scene.connect("refused")

    found = scene.diagnosis(CODE)

    assert found.fixes[0].title == (
        "ask your web hoster or network to let port 587 out to smtp.gmail.com"
    )
    assert any(item.text.startswith("Gmail and Google Workspace takes") for item in found.evidence)


def test_lookalike_others_answer_on_that_port() -> None:
    scene = Scene(host="smtp.gmail.com")
    scene.connect("refused")
    controls(scene, "open", "open")

    assert scene.diagnosis(CODE).fixes[0].title == "ask for the submission port of this server"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_positive_nothing_listens_on_this_machine(host: str) -> None:
    scene = Scene(host=host, port=1025, tls="none")
    scene.connect("refused")
    own_ports(scene, {465: "refused", 587: "refused"})

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert found.title == f"nothing listens on {host}:1025 on this machine"
    assert "host name of your mail provider" in found.fixes[0].steps[1]


def test_positive_mapped_to_loopback_is_another_machine() -> None:
    scene = Scene()
    scene.addresses("127.0.0.1", source="connect-to")
    scene.connect("refused")

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert found.title == "smtp.ionos.com refuses connections on port 587"


def test_positive_one_address_of_two_is_a_warning() -> None:
    scene = Scene()
    scene.addresses("192.0.2.10", "192.0.2.11")
    scene.connect("open", "192.0.2.10")
    refused = scene.connect("refused", "192.0.2.11")
    scene.session().rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "warning"
    assert found.explains == (refused.id,)
    assert scene.judge().verdict == "warnings"
    # the port is right: the other address takes connections on it
    assert found.fixes[0].title == "tell who runs the server which address refuses"
    assert "192.0.2.11" in found.fixes[0].steps[0]


def test_positive_one_of_this_machine_s_own_addresses() -> None:
    scene = Scene(host="localhost")
    scene.addresses("::1", "127.0.0.1")
    scene.connect("open", "::1")
    scene.connect("refused", "127.0.0.1")
    scene.session(address="::1").rest()
    found = scene.diagnosis(CODE)
    assert found.fixes[0].title == "let the mail server listen on 127.0.0.1 too"


def test_negative_the_port_answers() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_independent_hosts_refuse_too() -> None:
    scene = Scene()
    scene.connect("refused")
    controls(scene, "refused", "refused")
    landmarks(scene, "open")

    assert scene.codes("error") == ["port-rejected"]


def test_lookalike_a_slip_in_the_number() -> None:
    scene = Scene(port=578)
    scene.connect("refused")
    own_ports(scene, {465: "open", 587: "open"})

    assert scene.codes("error") == ["wrong-port"]


def test_lookalike_ipv6_alone_is_refused() -> None:
    scene = Scene()
    scene.addresses("2001:db8::10", "192.0.2.10")
    scene.connect("refused", "2001:db8::10")
    scene.connect("open", "192.0.2.10")
    scene.session(address="192.0.2.10").rest()

    assert scene.codes() == ["ipv6-broken"]


def test_lookalike_loopback_inside_a_container() -> None:
    scene = Scene(host="127.0.0.1", port=25, tls="none", container="container 3f2a")
    scene.connect("refused")

    assert scene.codes("error") == ["wrong-host"]
