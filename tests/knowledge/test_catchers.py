"""Which servers take mail without delivering it."""

from __future__ import annotations

import pytest

from smtpdoctor.knowledge.catchers import catcher_at, catcher_of_image


@pytest.mark.parametrize(
    ("host", "port", "name"),
    [
        ("mailpit", 1025, "Mailpit"),
        ("MailHog", 25, "MailHog"),
        ("localhost", 1025, "Mailpit"),
        ("mail", 1025, "Mailpit"),
        ("sandbox.smtp.mailtrap.io", 2525, "Mailtrap's sandbox"),
        ("smtp.mailtrap.io", 2525, "Mailtrap's sandbox"),
        ("smtp.ethereal.email", 587, "Ethereal"),
    ],
)
def test_a_catcher_is_known(host: str, port: int, name: str) -> None:
    found = catcher_at(host, port)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("localhost", 25),
        ("smtp.ionos.com", 1025),
        ("live.smtp.mailtrap.io", 587),
        ("mailpit.example.com", 25),
        ("postfix", 587),
    ],
)
def test_others_are_none(host: str, port: int) -> None:
    assert catcher_at(host, port) is None


def test_an_image_is_known_with_registry_and_tag() -> None:
    found = catcher_of_image("docker.io/axllent/mailpit:v1.20")
    assert found is not None
    assert found.name == "Mailpit"
    assert catcher_of_image("axllent/mailpit-other") is None
