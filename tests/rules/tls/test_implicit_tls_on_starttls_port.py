from __future__ import annotations

from typing import Any

from ..dns.lookups import SERVER, looked_up
from ..network.around import landmarks, own_ports
from ..scene import Scene

CODE = "implicit-tls-on-starttls-port"
GREETING = "220 smtp.ionos.com (mreue106) Nemesis ESMTP Service ready"


def too_early(port: int = 587, arrived: str = GREETING + "\r\n", **settings: Any) -> Scene:
    scene = Scene(port=port, tls="implicit", env={"SMTP_SECURE": ("true", 7)}, **settings)
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived=arrived)
    return scene


def test_positive_on_587_with_both_ways_tried() -> None:
    scene = Scene(tls="implicit", env={"SMTP_SECURE": ("true", 7)})
    main = scene.session().handshake(failure="not-tls", protocol="smtp", arrived=GREETING)
    scene.session("other-mode").rest()
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.confidence == "certain"
    assert found.explains == (main.last.id,)
    assert found.points_at == ("tls", "port")
    assert found.fixes[0].settings == {"SMTP_SECURE": "false"}
    assert "STARTTLS and TLS 1.3 work" in found.fixes[0].tried
    assert found.fixes[1].settings == {"SMTP_PORT": "465"}
    assert any(".env:7 has SMTP_SECURE=true" in item.text for item in found.evidence)
    assert any(GREETING in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


def test_positive_on_a_port_of_no_table() -> None:
    scene = too_early(port=10587, host="mail.example.com")
    scene.session("other-mode").rest()

    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_SECURE": "false"}


def test_positive_where_the_server_only_waits_for_plain_text() -> None:
    """A server that pauses before its greeting gives the ClientHello nothing."""
    scene = Scene(tls="implicit")
    scene.session().handshake(failure="stalled", took=8.0)
    scene.session("other-mode").rest()

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert scene.codes("error") == [CODE]


def test_positive_without_a_probe_the_fix_says_nothing_was_tried() -> None:
    fix = too_early().diagnosis(CODE).fixes[0]

    assert fix.settings == {"SMTP_SECURE": "false"}
    assert fix.tried == ""


def test_positive_a_bad_certificate_puts_the_verified_port_first() -> None:
    scene = too_early()
    scene.session("other-mode").up_to("certificate").certificate(verify_code=62)
    scene.session("other-port").rest()

    fixes = scene.diagnosis(CODE).fixes

    assert fixes[0].settings == {"SMTP_PORT": "465"}
    assert "certificate was not accepted" in fixes[1].tried


def test_positive_without_any_tls_on_the_internet_no_setting_helps() -> None:
    scene = too_early(port=2525, host="mail.example.com")
    scene.session("other-mode").greeting().ehlo("AUTH LOGIN PLAIN").starttls_not_offered()

    assert scene.diagnosis(CODE).fixes[0].settings == {}


def test_positive_a_local_server_without_tls_needs_none() -> None:
    scene = too_early(port=1025, host="127.0.0.1", arrived="220 mailpit ESMTP Service ready")
    scene.session("other-mode").greeting().ehlo("SIZE 0").starttls_not_offered()

    assert scene.diagnosis(CODE).fixes[0].settings == {
        "SMTP_SECURE": "false",
        "SMTP_TLS": "none",
    }


def test_positive_a_refusal_in_plain_text_is_only_likely() -> None:
    found = too_early(arrived="554 5.7.1 no service for you").diagnosis(CODE)

    assert found.confidence == "likely"


def test_positive_the_known_mode_of_a_port_that_no_network_led_to() -> None:
    """Whoever mends the network meets this one next."""
    scene = Scene(tls="implicit", env={"SMTP_SECURE": ("true", 7)})
    scene.connect("no-route")
    landmarks(scene, "no-route")

    found = scene.diagnosis(CODE)

    assert scene.codes() == ["no-network", CODE]
    assert (found.severity, found.confidence) == ("warning", "certain")
    assert found.fixes[0].settings == {"SMTP_SECURE": "false"}


def test_positive_the_known_mode_of_a_port_to_which_no_name_server_led() -> None:
    scene = looked_up(
        "EAI_AGAIN", servers={SERVER: "silent"}, tls="implicit", env={"SMTP_SECURE": ("true", 7)}
    )

    assert scene.codes() == ["dns-resolver-unreachable", CODE]


def test_lookalike_a_host_that_has_to_be_another() -> None:
    """Its fix sets the mode along."""
    scene = looked_up(
        "EAI_NONAME",
        servers={SERVER: "nxdomain"},
        host="smtp.ionoss.com",
        tls="implicit",
        env={"SMTP_SECURE": ("true", 7)},
    )

    assert scene.codes() == ["host-name-typo"]


def test_negative_the_right_mode_without_a_network() -> None:
    scene = Scene(tls="starttls", env={"SMTP_SECURE": ("false", 7)})
    scene.connect("no-route")
    landmarks(scene, "no-route")

    assert scene.codes() == ["no-network"]


def test_lookalike_a_blocked_port_of_a_server_that_answers_on_another() -> None:
    """The other port may be the fix, and its mode goes with it."""
    scene = Scene(tls="implicit", env={"SMTP_SECURE": ("true", 7)})
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "open"})
    landmarks(scene, "open")

    assert CODE not in scene.codes()


def test_negative_implicit_tls_that_works() -> None:
    assert Scene.healthy(port=465, tls="implicit").codes() == []


def test_lookalike_another_protocol_answers() -> None:
    scene = Scene(port=22, tls="implicit")
    scene.session().handshake(failure="not-tls", protocol="ssh", arrived="SSH-2.0-OpenSSH_9.2")

    assert CODE not in scene.codes()


def test_lookalike_silence_without_a_plain_greeting() -> None:
    scene = Scene(port=465, tls="implicit")
    scene.session().handshake(failure="stalled", took=8.0)
    scene.session("other-mode").greeting(outcome="silence", took=8.0)

    assert scene.codes("error") == ["tls-handshake-stalled"]


def test_lookalike_clear_text_after_starttls() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(
        failure="not-tls", protocol="smtp", arrived="454 4.3.0 TLS not available"
    )

    assert scene.codes("error") == ["tls-handshake-failed"]
