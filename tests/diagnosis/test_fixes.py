"""Whose host a fix may name: the user's own, or the knowledge base's, never the network's alone."""

from __future__ import annotations

import pytest

from smtpdoctor.diagnosis.fixes import change_settings, is_vouched_for
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


def test_a_host_of_the_same_provider_is_set() -> None:
    fix = change_settings(run(host="smtp.ionos.de"), "use it", host="smtp.ionos.com")

    assert fix.settings == {"SMTP_HOST": "smtp.ionos.com"}
