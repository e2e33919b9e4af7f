"""Mailozaurr's Send-EmailMessage."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, setups, write
from .ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
DIALECT = "mailozaurr"
LOGIN = """\
$secret = ConvertTo-SecureString 'word' -AsPlainText -Force
$login = New-Object System.Management.Automation.PSCredential ("info@example.com", $secret)
"""
TO = "-To 'a@example.org' -Subject 'x'"


def script(tmp_path: Path, options: str) -> Path:
    return write(tmp_path / "app", {"mail.ps1": f"{LOGIN}Send-EmailMessage {TO} {options}\n"})


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", (587, "starttls", False)),
        ("-Port 465", (465, "implicit", False)),
        ("-Port 465 -SecureSocketOptions Auto", (465, "implicit", False)),
        ("-SecureSocketOptions SslOnConnect", (587, "implicit", False)),
        ("-SecureSocketOptions StartTls", (587, "starttls", True)),
        (
            "-SecureSocketOptions ([MailKit.Security.SecureSocketOptions]::None)",
            (587, "none", False),
        ),
        ("-port 465 -usessl", (465, "starttls", True)),
        ("-UseSsl -SecureSocketOptions SslOnConnect", (587, "starttls", True)),
    ],
)
def test_modes(tmp_path: Path, options: str, expected: tuple[int, str, bool]) -> None:
    more = "-From @{ Name = 'Shop'; Email = 'info@example.com' } -Credential $login"
    setup = one(script(tmp_path, f"-Server {HOST} {options} {more}"), DIALECT)
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert setup.settings.sender == "info@example.com"
    assert remarks(setup) == set()


def test_a_login_in_texts_and_the_old_commands_name_of_the_server(tmp_path: Path) -> None:
    options = (
        f"-From info@example.com -SmtpServer '{HOST}' -Username 'u@example.com' -Password 'word'"
    )
    setup = one(script(tmp_path, options), DIALECT)
    assert way(setup) == (HOST, 587, "starttls", False)
    assert (setup.settings.username, password(setup)) == ("u@example.com", "word")


@pytest.mark.parametrize("api", ["-Graph", "-SendGrid", "-EmailProvider Mailgun"])
def test_what_goes_by_an_api_is_no_set_up(tmp_path: Path, api: str) -> None:
    assert setups(script(tmp_path, f"-From 'info@example.com' {api} -Credential $login")) == []


@pytest.mark.parametrize("port", [465, 587])
def test_changes(tmp_path: Path, port: int) -> None:
    options = f"-Server {HOST} -Port {port} -SecureSocketOptions SslOnConnect -Credential $login"
    changes_lead_there(script(tmp_path, options), DIALECT)
