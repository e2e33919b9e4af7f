"""Whose host a fix may name: the user's own, or the knowledge base's, never the network's alone."""

from __future__ import annotations

import pytest

from smtpdoctor.diagnosis.fixes import change_settings, changes_first, is_vouched_for
from smtpdoctor.diagnosis.model import Fix
from smtpdoctor.diagnosis.run import Run

from ..rules.scene import Scene


def run(**settings: object) -> Run:
    return Run(Scene(**settings).observations())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "username", "proposed"),
    [
        ("smtp.ionos.de", "info@example.com", "smtp.ionos.com"),  # the same provider
        ("imap.ionos.de", "info@example.com", "smtp.ionos.de"),  # another service of it
        ("smtp.ionoss.de", "info@example.com", "smtp.ionos.de"),  # misspelt
        ("smtp.ionoss.de", "me@gmail.com", "smtp.ionos.de"),  # the host says more than the mailbox
        ("mail.example.com", "me@gmail.com", "smtp.gmail.com"),  # the mailbox's
        ("mail.example.com", "info@example.com", "smtp.ionos.com"),  # nothing speaks against it
        ("mail.example.com", "info@example.com", "MAIL.example.com."),  # the user's own
    ],
)
def test_vouched_for(host: str, username: str, proposed: str) -> None:
    assert is_vouched_for(run(host=host, username=username), proposed)


@pytest.mark.parametrize(
    ("host", "username", "proposed"),
    [
        ("mail.example.com", "info@example.com", "mail.evil.example"),
        ("mail.example.com", "info@example.com", "example.com"),
        ("mail.example.com", "info@example.com", "evil-mail.example.com"),
        ("mail.example.com", "info@example.com", "mail.example.com.evil.example"),
        ("smtp.ionos.de", "info@example.com", "smtp.gmail.com"),  # another provider
        ("smtp.ionoss.de", "info@example.com", "smtp.gmail.com"),
        ("mail.example.com", "me@gmail.com", "smtp.ionos.com"),
        # a form of names, under which anybody can have a server
        ("mail.example.com", "info@example.com", "box1234.bluehost.com"),
    ],
)
def test_not_vouched_for(host: str, username: str, proposed: str) -> None:
    assert not is_vouched_for(run(host=host, username=username), proposed)


def test_a_host_within_the_users_own_text_is_the_users() -> None:
    env = {"SMTP_HOST": ("smtps://mail.example.org:465", 1)}

    assert is_vouched_for(run(host="mail.example.com", env=env), "mail.example.org")


def test_a_host_that_only_the_network_named_is_a_step_with_a_warning() -> None:
    fix = change_settings(
        run(host="mail.example.com"), "use it", host="mail.evil.example", port=465, tls="implicit"
    )

    assert (fix.settings, fix.edits, fix.snippets) == ({}, (), ())
    assert "The network gave that name" in fix.steps[0]
    assert fix.steps[1] == (
        "If it is, write mail.evil.example into SMTP_HOST (.env:1) and 465 into SMTP_PORT (.env:2)"
        ", with implicit TLS."
    )


@pytest.mark.parametrize(
    ("host", "address", "login", "allowed"),
    [
        ("smtp.ionos.com", "10.0.0.5", True, False),  # the network says that it is near
        ("smtp.ionos.com", "10.0.0.5", False, False),
        ("mail.example.com", "10.0.0.5", True, False),
        ("mail.example.com", "10.0.0.5", False, True),
        ("mail.example.com", "192.0.2.5", False, False),
        ("10.0.0.5", "10.0.0.5", True, True),  # the user says so
        ("localhost", "127.0.0.1", True, True),
    ],
)
def test_tls_is_never_taken_from_a_login_by_what_the_network_says(
    host: str, address: str, login: bool, allowed: bool
) -> None:
    scene = Scene(host=host, password=login, username="me" if login else None)
    scene.addresses(address)
    made = Run(scene.observations())

    if allowed:
        assert "none" in change_settings(made, "no TLS", tls="none").settings.values()
    else:
        with pytest.raises(ValueError, match="takes TLS away"):
            change_settings(made, "no TLS", tls="none")


def test_a_mode_that_is_set_already_is_no_change() -> None:
    assert change_settings(run(tls="none"), "as it is", tls="none").settings == {}


def test_a_host_of_the_same_provider_is_set() -> None:
    fix = change_settings(run(host="smtp.ionos.de"), "use it", host="smtp.ionos.com")

    assert fix.settings == {"SMTP_HOST": "smtp.ionos.com"}


def test_a_word_for_no_comes_with_how_programs_may_take_it() -> None:
    scene = Scene(tls="implicit", env={"SMTP_SECURE": ("true", 3)})
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 smtp ESMTP")
    scene.session("other-mode").rest()
    fix = scene.diagnosis("implicit-tls-on-starttls-port").fixes[0]
    assert fix.settings == {"SMTP_SECURE": "false"}
    assert fix.steps == ('Where a program only tests for a text, "false" is true: leave it empty.',)


def test_lookalike_the_program_is_known() -> None:
    scene = Scene(tls="implicit", env={"SMTP_SECURE": ("true", 3)}, client="nodemailer")
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 smtp ESMTP")
    scene.session("other-mode").rest()
    fix = scene.diagnosis("implicit-tls-on-starttls-port").fixes[0]
    assert fix.steps == ()


def test_what_can_be_written_stands_before_what_is_done_by_hand() -> None:
    """Go's smtp.SendMail can't start TLS at the first byte: 465 is no change of its line."""
    by_hand = Fix(title="use port 465", steps=("in main.go:10: port 465 with implicit TLS",))
    first, second = (Fix(title=name, settings={"SMTP_PORT": name}) for name in ("587", "2525"))
    assert changes_first([by_hand, first, second]) == [first, second, by_hand]
