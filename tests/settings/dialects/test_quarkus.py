"""Quarkus: which keys count, and what quarkus.mailer comes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, prepared, setups, write
from .ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
FILE = "src/main/resources/application.properties"
HEAD = """\
quarkus.mailer.host=smtp.ionos.com
quarkus.mailer.username=info@example.com
quarkus.mailer.password=word
quarkus.mailer.from=info@example.com
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quarkus.mailer.port=587\nquarkus.mailer.start-tls=REQUIRED\n", (587, "starttls", True)),
        ("quarkus.mailer.port=587\n", (587, "starttls", False)),
        ("quarkus.mailer.port=465\nquarkus.mailer.tls=true\n", (465, "implicit", False)),
        ("quarkus.mailer.port=465\nquarkus.mailer.ssl=true\n", (465, "implicit", False)),
        ("quarkus.mailer.port=587\nquarkus.mailer.tls=true\n", (587, "implicit", False)),
        ("quarkus.mailer.port=465\nquarkus.mailer.start-tls=DISABLED\n", (465, "none", False)),
        ("quarkus.mailer.port=465\n", (465, "starttls", False)),
        ("", (25, "starttls", False)),
        ("quarkus.mailer.port=465\nquarkus.mailer.tls-configuration-name=x\n",
         (465, "implicit", False)),
        ("%dev.quarkus.mailer.port=1025\n%prod.quarkus.mailer.port=465\n"
         "quarkus.mailer.port=587\nquarkus.mailer.tls=true\n", (465, "implicit", False)),
    ],
)  # fmt: skip
def test_settings_however_they_are_said(
    tmp_path: Path, text: str, expected: tuple[int, str, bool]
) -> None:
    root = write(tmp_path / "app", {FILE: HEAD + text})
    setup = one(root, "quarkus")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.sender, password(setup)) == ("info@example.com", "word")
    assert not remarks(setup)
    changes_lead_there(root, "quarkus")


def test_yaml_with_a_profile(tmp_path: Path) -> None:
    text = (
        "quarkus:\n  mailer:\n    host: smtp.ionos.com\n    port: 587\n    tls: true\n"
        '"%prod":\n  quarkus:\n    mailer:\n      port: ${PORT:465}\n'
    )
    root = write(tmp_path / "app", {"src/main/resources/application.yaml": text})
    assert way(one(root, "quarkus")) == (HOST, 465, "implicit", False)
    changes_lead_there(root, "quarkus")


def test_variables_stand_before_files(tmp_path: Path) -> None:
    root = write(tmp_path, {FILE: HEAD, ".env": "QUARKUS_MAILER_START_TLS=DISABLED\n"})
    setup = one(root, "quarkus", QUARKUS_MAILER_PORT="587")
    assert way(setup) == (HOST, 587, "none", False)
    change = prepared(setup.settings, None, "starttls")
    assert (change.edits, change.settings) == ((), {"QUARKUS_MAILER_START_TLS": "REQUIRED"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("quarkus.mailer.mock=true\n", ("not-sent", "quarkus.mailer.mock")),
        ("quarkus.mailer.trust-all=true\n", ("misread", "quarkus.mailer.trust-all")),
        ("quarkus.mailer.tls=yes\n", ("misread", "quarkus.mailer.tls")),
        ("quarkus.mailer.tls=true\nquarkus.mailer.start-tls=REQUIRED\n",
         ("ignored", "quarkus.mailer.start-tls")),
    ],
)  # fmt: skip
def test_traps(tmp_path: Path, text: str, said: tuple[str, str]) -> None:
    assert remarks(one(write(tmp_path, {FILE: HEAD + text}), "quarkus")) == {said}


def test_mock_of_another_profile_is_none(tmp_path: Path) -> None:
    text = HEAD + "%dev.quarkus.mailer.mock=true\n"
    assert not remarks(one(write(tmp_path, {FILE: text}), "quarkus"))


def test_look_alikes(tmp_path: Path) -> None:
    files = {FILE: "# quarkus.mailer.host=x.example\nquarkus.http.port=80\n"}
    assert not setups(write(tmp_path, files))
