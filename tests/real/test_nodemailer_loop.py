"""Nodemailer fails, the doctor names the cause, and with its first fix the mail arrives."""

from __future__ import annotations

from pathlib import Path

import pytest

from .accounts import Server, arrived, messages
from .certificates import CertificateAuthority
from .doctor import check, settings, write_env
from .smtp_server import nodemailer

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("node")]


@pytest.mark.parametrize("server", ["postfix", "smtp_server"], indirect=True)
@pytest.mark.parametrize(
    ("port", "secure", "printed", "code", "fix"),
    [
        pytest.param(
            "587",
            "true",
            "wrong version number",
            "implicit-tls-on-starttls-port",
            {"SMTP_SECURE": "false"},
            id="secure=true on 587",
        ),
        pytest.param(
            "465",
            "false",
            "Greeting never received",
            "plaintext-on-implicit-tls-port",
            {"SMTP_SECURE": "true"},
            id="secure=false on 465",
        ),
    ],
)
def test_the_first_fix_makes_the_mail_arrive(
    server: Server,
    authority: CertificateAuthority,
    tmp_path: Path,
    port: str,
    secure: str,
    printed: str,
    code: str,
    fix: dict[str, str],
) -> None:
    values = settings(SMTP_PORT=port, SMTP_SECURE=secure)
    write_env(tmp_path, values)
    (tmp_path / "package.json").write_text('{"dependencies": {"nodemailer": "*"}}')

    failure = nodemailer("verify", tmp_path, server, authority)
    assert not failure["ok"]
    assert printed in failure["message"]

    result = check(tmp_path, server, authority)
    assert result.codes()[:1] == [code]
    first = result.report["diagnoses"][0]["fixes"][0]
    assert first["settings"] == fix
    assert first["tried"]
    # Nodemailer is plain from package.json: the report has its words, so that the user finds them.
    assert printed in result.terminal

    for name, value in first["settings"].items():
        if value is None:
            del values[name]
        else:
            values[name] = value
    write_env(tmp_path, values)
    assert nodemailer("verify", tmp_path, server, authority)["ok"]

    before = messages(server)
    sent = nodemailer("send", tmp_path, server, authority)
    assert sent["ok"], sent
    (message,) = arrived(server, before)
    assert b"Subject: a message of the tests" in message.read_bytes()

    healthy = check(tmp_path, server, authority)
    assert (healthy.verdict, healthy.status) == ("healthy", 0)
