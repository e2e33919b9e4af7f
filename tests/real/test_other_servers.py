"""Refusals in the words of Exim, OpenSMTPD, smtp-server and IONOS."""

from __future__ import annotations

from pathlib import Path

import pytest

from .accounts import OTHER_SENDER, WRONG_PASSWORD, Server
from .certificates import CertificateAuthority
from .doctor import check, settings, write_env

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    "server", ["exim", "opensmtpd", "smtp_server", "ionos_like"], indirect=True
)
def test_wrong_password(server: Server, authority: CertificateAuthority, tmp_path: Path) -> None:
    write_env(tmp_path, settings(SMTP_PASS=WRONG_PASSWORD))
    result = check(tmp_path, server, authority)
    assert result.codes()[:1] == ["credentials-rejected"]
    assert (result.verdict, result.status) == ("broken", 1)


@pytest.mark.parametrize("server", ["exim", "opensmtpd", "smtp_server"], indirect=True)
@pytest.mark.parametrize(
    ("port", "secure", "code"),
    [
        ("587", "true", "implicit-tls-on-starttls-port"),
        ("465", "false", "plaintext-on-implicit-tls-port"),
    ],
)
def test_wrong_tls_mode(
    server: Server,
    authority: CertificateAuthority,
    tmp_path: Path,
    port: str,
    secure: str,
    code: str,
) -> None:
    write_env(tmp_path, settings(SMTP_PORT=port, SMTP_SECURE=secure))
    before = server.log_size()
    result = check(tmp_path, server, authority)
    assert result.codes()[:1] == [code]
    assert not server.took_a_message(since=before)


def test_sender_of_another_domain(
    ionos_like: Server, authority: CertificateAuthority, tmp_path: Path
) -> None:
    """`550-Requested action not taken: mailbox unavailable` misleads; the last line has it."""
    write_env(tmp_path, settings(SMTP_FROM=OTHER_SENDER))
    result = check(tmp_path, ionos_like, authority)
    assert result.codes()[:1] == ["sender-not-allowed"]
    assert "Sender address is not allowed." in str(result.report["diagnoses"][0]["evidence"])
    assert result.report["diagnoses"][0]["fixes"][0]["settings"].keys() == {"SMTP_FROM"}


def test_token_refused(
    smtp_server_with_tokens: Server, authority: CertificateAuthority, tmp_path: Path
) -> None:
    """The server's reason comes as a challenge that the client has to answer before the 535."""
    write_env(tmp_path, settings(SMTP_PASS=None, SMTP_OAUTH_TOKEN=WRONG_PASSWORD))
    result = check(tmp_path, smtp_server_with_tokens, authority)
    assert result.codes()[:1] == ["credentials-rejected"]
