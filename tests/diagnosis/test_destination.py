"""What was met at the address that the name led to, and whether the name can be to blame."""

from __future__ import annotations

import pytest

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.destination import Destination
from smtpdoctor.observations import ConnectOutcome
from smtpdoctor.smtp.replies import Protocol

from ..rules.network.around import controls, landmarks
from ..rules.scene import Scene, certificate


def destination(scene: Scene) -> Destination:
    return Run(scene.observations()).destination


def test_an_address_that_fails_beside_one_that_answers_is_no_failure() -> None:
    scene = Scene()
    scene.addresses("212.227.15.183", "212.227.15.199")
    scene.connect("open", "212.227.15.183")
    scene.connect("silent", "212.227.15.199")

    assert destination(scene).failures == ()


def test_what_is_refused_from_the_login_on_says_nothing_of_the_name() -> None:
    assert destination(Scene().refuse("auth", "535 no")).failures == ()
    assert destination(Scene().refuse("rcpt", "550 no")).failures == ()


def test_a_failed_handshake_may() -> None:
    scene = Scene()
    session = scene.session().up_to("handshake").handshake(failure="not-tls", protocol="http")

    assert destination(scene).failures == (session.last.id,)
    assert destination(scene).other_server() == (session.last.id,)


@pytest.mark.parametrize(("protocol", "speaks"), [("http", True), ("imap", True), ("smtp", False)])
def test_which_greetings_speak_of_another_server(protocol: Protocol, speaks: bool) -> None:
    scene = Scene()
    session = scene.session().greeting("554 5.7.1 no service", protocol=protocol)

    assert destination(scene).failures == (session.last.id,)
    assert destination(scene).other_server() == ((session.last.id,) if speaks else ())


def test_an_address_that_takes_no_connection_speaks_of_no_server_there() -> None:
    scene = Scene()
    refused = scene.connect("refused")

    assert destination(scene).other_server() == (refused.id,)


def test_unless_told_any_certificate_that_fails_speaks_of_another_server() -> None:
    scene = Scene()
    session = scene.session().up_to("certificate").certificate(verify_code=20)

    assert destination(scene).other_server() == (session.last.id,)


def test_a_dialogue_that_fails_after_its_greeting_speaks_of_no_other_server() -> None:
    scene = Scene()
    session = scene.session().greeting().ehlo(text="550 no")

    assert destination(scene).failures == (session.last.id,)
    assert destination(scene).other_server() == ()


@pytest.mark.parametrize(
    ("verify_code", "any_certificate", "speaks"),
    [(62, True, True), (62, False, True), (20, True, True), (20, False, False)],
)
def test_which_certificates_speak_of_another_server(
    verify_code: int, any_certificate: bool, speaks: bool
) -> None:
    scene = Scene()
    scene.session().up_to("certificate").certificate(
        certificate("other.example"), verify_code=verify_code
    )

    found = destination(scene).other_server(any_certificate=any_certificate)
    assert bool(found) == speaks


@pytest.mark.parametrize(("reason", "none"), [("not-offered", True), ("no-tls", False)])
def test_a_server_that_takes_no_login(reason: str, none: bool) -> None:
    scene = Scene()
    scene.session().up_to("auth").no_login(reason)  # type: ignore[arg-type]

    assert destination(scene).offers_no_login == none


@pytest.mark.parametrize(
    ("control", "landmark", "network"),
    [
        ("silent", "silent", True),
        ("open", "silent", True),  # one kind alone suffices: no name would have been reached
        ("silent", "open", True),
        ("open", "open", False),
    ],
)
def test_the_network_is_to_blame_where_others_do_not_answer_either(
    control: ConnectOutcome, landmark: ConnectOutcome, network: bool
) -> None:
    scene = Scene()
    scene.connect("silent")
    controls(scene, control, "silent")
    landmarks(scene, landmark)

    assert destination(scene).network_is_to_blame == network


def test_without_a_comparison_the_network_is_not_to_blame() -> None:
    scene = Scene()
    scene.connect("silent")

    assert not destination(scene).network_is_to_blame
