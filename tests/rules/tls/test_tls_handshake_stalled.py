from __future__ import annotations

from ..scene import Scene

CODE = "tls-handshake-stalled"


def test_positive_nothing_comes_after_starttls() -> None:
    scene = Scene()
    main = scene.session().up_to("handshake").handshake(failure="stalled", took=8.0)

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.confidence == "likely"
    assert found.explains == (main.last.id,)
    assert any("8.0 s no byte came back" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


def test_positive_a_part_of_the_flight_came() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="stalled", bytes_received=1380)

    assert any("1380 bytes" in item.text for item in scene.diagnosis(CODE).evidence)


def test_positive_the_port_that_worked_comes_first() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="stalled")
    scene.session("other-port").rest()

    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}


def test_positive_only_a_small_clienthello_is_answered() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="stalled", took=8.0)
    scene.session("one-group").rest()
    scene.session("small-segments", segment_size=1200).up_to("handshake").handshake(
        failure="stalled"
    )

    found = scene.diagnosis(CODE)

    assert "answers only a small ClientHello" in found.title
    assert "X25519 alone" in found.fixes[0].tried
    assert "ecdhCurve" in found.fixes[0].steps[0]
    assert any("segments of at most 1200 bytes did not" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


def test_positive_a_large_clienthello_on_the_implicit_port() -> None:
    scene = Scene(port=465, tls="implicit")
    scene.session().handshake(failure="stalled", bytes_received=0)
    scene.session("other-mode").greeting(outcome="silence")
    scene.session("one-group").rest()

    assert scene.codes("error") == [CODE]


def test_negative_a_slow_handshake_that_ends() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(took=6.0).rest()

    assert scene.codes() == []


def test_lookalike_a_plain_port_that_greets_late() -> None:
    scene = Scene(tls="implicit")
    scene.session().handshake(failure="stalled", took=8.0)
    scene.session("other-mode").rest()

    assert scene.codes("error") == ["implicit-tls-on-starttls-port"]


def test_lookalike_small_packets_pass() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="stalled")
    scene.session("small-segments", segment_size=1200).rest()

    assert scene.codes("error") == ["path-mtu-blackhole"]


def test_lookalike_the_connection_was_closed() -> None:
    scene = Scene()
    scene.session().up_to("handshake").handshake(failure="closed")

    assert scene.codes("error") == ["tls-handshake-failed"]
