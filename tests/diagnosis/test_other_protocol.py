"""What else than SMTP came from the port, and what brought it about."""

from __future__ import annotations

import pytest

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.other_protocol import OtherProtocol
from smtpdoctor.smtp.replies import Protocol

from ..rules.scene import Scene

WEB = "HTTP/1.1 400 Bad Request"


def met(scene: Scene) -> OtherProtocol | None:
    return Run(scene.observations()).other_protocol


def test_it_answered_a_handshake() -> None:
    scene = Scene(port=465, tls="implicit")
    scene.session().handshake(failure="not-tls", protocol="http", arrived=WEB)
    assert met(scene) == OtherProtocol("http", WEB, "a TLS ClientHello")


def test_it_greeted() -> None:
    scene = Scene()
    scene.session().greeting("SSH-2.0-OpenSSH_9.2p1", protocol="ssh")
    found = met(scene)
    assert found is not None
    assert (found.protocol, found.after) == ("ssh", "a client that waited")
    assert found.said == "SSH-2.0-OpenSSH_9.2p1"


def test_it_greeted_with_a_code() -> None:
    scene = Scene()
    scene.session().greeting("220 ftp.example.net FTP ready", protocol="ftp")
    found = met(scene)
    assert found is not None
    assert found.said == "220 ftp.example.net FTP ready"


def test_it_greeted_inside_tls() -> None:
    scene = Scene(port=993, tls="implicit")
    scene.session().up_to("greeting").greeting("* OK IMAP4rev1 ready", protocol="imap")
    found = met(scene)
    assert found is not None
    assert (found.protocol, found.after) == ("imap", "a client that waited after the handshake")


def test_it_was_silent_until_it_was_sent_a_line() -> None:
    scene = Scene()
    scene.session().greeting(outcome="silence", took=10.0)
    scene.session("noop").noop("HTTP/1.1 400 Bad Request", protocol="http")
    found = met(scene)
    assert found is not None
    assert (found.protocol, found.after) == ("http", "a NOOP")


def test_it_was_silent_until_it_was_sent_a_handshake() -> None:
    scene = Scene()
    scene.session().greeting(outcome="silence", took=10.0)
    scene.session("other-mode").handshake(failure="not-tls", protocol="http", arrived=WEB)
    assert met(scene) == OtherProtocol("http", WEB, "a TLS ClientHello")


@pytest.mark.parametrize("protocol", ["smtp", "tls", "empty"])
def test_mail_and_tls_and_nothing_are_no_other(protocol: Protocol) -> None:
    scene = Scene(port=465, tls="implicit")
    scene.session().handshake(failure="not-tls", protocol=protocol)
    assert met(scene) is None


def test_another_port_of_the_host_does_not_speak_for_this_one() -> None:
    scene = Scene()
    scene.session().greeting(outcome="silence", took=10.0)
    scene.session("other-port").handshake(failure="not-tls", protocol="http", arrived=WEB)
    assert met(scene) is None
