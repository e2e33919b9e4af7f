from __future__ import annotations

from ..scene import Scene

CODE = "greeting-missing"
SMTP = "220 smtp.ionos.com (mreue106) Nemesis ESMTP Service ready"


def silent(**settings: object) -> Scene:
    scene = Scene(**settings)  # type: ignore[arg-type]
    scene.session().greeting(outcome="silence", took=10.0)
    return scene


def test_positive_no_byte_to_waiting_clienthello_or_noop() -> None:
    scene = silent()
    scene.session("other-mode").handshake(failure="stalled", took=4.0)
    scene.session("noop").noop()
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert found.explains == tuple(item.id for item in scene.observations().roots())
    assert scene.codes("error") == [CODE]


def test_positive_without_the_probes_it_is_likely() -> None:
    assert silent().diagnosis(CODE).confidence == "likely"


def test_positive_a_noop_wakes_it() -> None:
    scene = silent()
    scene.session("other-mode").handshake(failure="stalled", took=4.0)
    scene.session("noop").noop(SMTP)

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert "holds the greeting back" in found.title
    assert 'excludeOutboundPorts: "587"' in found.fixes[0].steps[0]
    assert scene.codes("error") == [CODE]


def test_positive_a_clienthello_wakes_it() -> None:
    scene = silent()
    scene.session("other-mode").handshake(failure="not-tls", protocol="smtp", arrived=SMTP)
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert "holds the greeting back" in found.title
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}


def test_positive_implicit_tls_and_silence_in_both_modes() -> None:
    scene = Scene(port=587, tls="implicit")
    failed = scene.session().handshake(failure="stalled", bytes_received=0, took=8.0).last
    scene.session("other-mode").greeting(outcome="silence", took=10.0)

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert found.explains == (failed.id,)
    assert scene.codes("error") == [CODE]


def test_positive_inside_tls() -> None:
    scene = Scene(host="mail.example.net", port=443, tls="implicit")
    scene.session().up_to("greeting").greeting(outcome="silence", took=10.0)

    found = scene.diagnosis(CODE)

    assert found.title.endswith("says nothing after the TLS handshake")
    assert "web server" in found.explanation


def test_positive_a_greeting_that_never_ends() -> None:
    scene = Scene()
    scene.session().greeting(outcome="silence", protocol="smtp", arrived="220-smtp", took=10.0)

    assert "begins a greeting" in scene.diagnosis(CODE).title


def test_negative_a_greeting_came() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_tls_from_the_first_byte_works() -> None:
    scene = silent(port=465)
    scene.session("other-mode").rest()

    assert scene.codes("error") == ["plaintext-on-implicit-tls-port"]


def test_lookalike_a_web_server_answers_the_clienthello() -> None:
    scene = silent()
    scene.session("other-mode").handshake(
        failure="not-tls", protocol="http", arrived="HTTP/1.1 400 Bad Request"
    )

    assert scene.codes("error") == ["not-smtp"]


def test_lookalike_it_hangs_up() -> None:
    scene = Scene()
    scene.session().greeting(outcome="closed")
    scene.session("other-mode").handshake(failure="closed")

    assert scene.codes("error") == ["connection-closed"]


def test_lookalike_the_handshake_began() -> None:
    scene = Scene(port=465, tls="implicit")
    scene.session().handshake(failure="stalled", bytes_received=1400, took=8.0)
    scene.session("other-mode").greeting(outcome="silence", took=10.0)

    assert scene.codes("error") == ["tls-handshake-stalled"]


def test_lookalike_a_port_for_implicit_tls_never_greets_a_client_that_waits() -> None:
    scene = Scene(port=465, tls="implicit")
    scene.session().handshake(failure="stalled", bytes_received=0, took=8.0)
    scene.session("other-mode").greeting(outcome="silence", took=10.0)

    assert scene.codes("error") == ["tls-handshake-stalled"]
    assert "MTU" in scene.diagnosis("tls-handshake-stalled").explanation


def test_lookalike_plain_smtp_works() -> None:
    scene = Scene(tls="implicit")
    scene.session().handshake(failure="stalled", bytes_received=0, took=8.0)
    scene.session("other-mode").rest()

    assert scene.codes("error") == ["implicit-tls-on-starttls-port"]
