"""Jakarta Mail's own properties in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, setups, write
from .ways import changes_lead_there, remarks, way

HEAD = """\
mail.smtp.host=smtp.ionos.com
mail.smtp.user=info@example.com
mail.smtp.password=word
mail.smtp.auth=true
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "mail.smtp.port=587\nmail.smtp.starttls.enable=true\nmail.smtp.starttls.required=true\n",
            (587, "starttls", True),
        ),
        ("mail.smtp.port=465\nmail.smtp.ssl.enable=true\n", (465, "implicit", False)),
        ("mail.smtp.port=587\nmail.smtp.ssl.enable=true\n", (587, "implicit", False)),
        ("mail.smtp.port=465\n", (465, "none", False)),
        (
            "mail.smtp.port=465\nmail.smtp.socketFactory.class=javax.net.ssl.SSLSocketFactory\n",
            (465, "implicit", False),
        ),
        # the factory fails on 587 and is fallen back from
        (
            "mail.smtp.port=587\nmail.smtp.socketFactory.class=javax.net.ssl.SSLSocketFactory\n"
            "mail.smtp.starttls.enable=true\n",
            (587, "starttls", False),
        ),
    ],
)
def test_a_file_of_properties(tmp_path: Path, text: str, expected: tuple[int, str, bool]) -> None:
    root = write(tmp_path / "app", {"conf/mail.properties": HEAD + text})
    setup = one(root, "jakarta-mail")
    assert way(setup) == ("smtp.ionos.com", *expected)
    assert not remarks(setup)
    changes_lead_there(root, "jakarta-mail")


def test_the_other_family_of_names(tmp_path: Path) -> None:
    text = "mail.transport.protocol=smtps\nmail.smtps.host=smtp.ionos.com\nmail.smtp.port=587\n"
    setup = one(write(tmp_path, {"mail.properties": text}), "jakarta-mail")
    assert way(setup) == ("smtp.ionos.com", 465, "implicit", False)
    assert remarks(setup) == {("ignored", "mail.smtp.port")}


def test_a_comment_and_another_framework_are_none(tmp_path: Path) -> None:
    files = {
        "a.properties": "# mail.smtp.host=x.example\n",
        "application.properties": "spring.mail.host=x.example\n",
    }
    assert not [
        each for each in setups(write(tmp_path, files)) if each.identity.dialect == "jakarta-mail"
    ]


def test_the_sender_of_both_families_has_its_line(tmp_path: Path) -> None:
    text = HEAD + "mail.smtp.port=465\nmail.smtp.ssl.enable=true\nmail.from=a@example.org\n"
    setup = one(write(tmp_path, {"mail.properties": text}), "jakarta-mail")
    (sender,) = [entry for entry in setup.settings.entries if entry.field == "sender"]
    assert (sender.text, sender.origin.name) == ("a@example.org", "mail.from")
