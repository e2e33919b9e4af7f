"""Faults made in Postfix's own configuration, or in the settings: the cause stands first."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .accounts import HOST, OTHER_SENDER, PASSWORD, SUBMISSION, USER, WRONG_PASSWORD, Server
from .certificates import CertificateAuthority
from .doctor import check, settings, write_env
from .postfix import PostfixServer

pytestmark = pytest.mark.real

ON_465 = {"SMTP_PORT": "465", "SMTP_SECURE": "true"}


@dataclass(frozen=True)
class Fault:
    code: str
    """The diagnosis that must stand first."""
    variant: str = "healthy"
    changes: Mapping[str, str | None] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    logs_in: bool = False
    """Whether the credentials may reach the server at all."""


FAULTS = {
    # The settings against a healthy server
    "secure on 587": Fault("implicit-tls-on-starttls-port", changes={"SMTP_SECURE": "true"}),
    "plain on 465": Fault("plaintext-on-implicit-tls-port", changes={"SMTP_PORT": "465"}),
    "no TLS wanted": Fault("tls-required", changes={"SMTP_SECURE": None, "SMTP_TLS": "none"}),
    "wrong password": Fault(
        "credentials-rejected", changes={"SMTP_PASS": WRONG_PASSWORD}, logs_in=True
    ),
    "user without domain": Fault(
        "username-not-address", changes={"SMTP_USER": "info"}, logs_in=True
    ),
    # The ports
    "STARTTLS on 465": Fault("implicit-tls-on-starttls-port", "ports-swapped", changes=ON_465),
    "implicit TLS on 587": Fault("plaintext-on-implicit-tls-port", "ports-swapped"),
    # TLS
    "no TLS": Fault("starttls-not-offered", "no-tls"),
    "STARTTLS refused": Fault("starttls-refused", "tls-misconfigured"),
    "no TLS on 465": Fault("connection-closed", "tls-misconfigured", changes=ON_465),
    "TLS 1.0": Fault("tls-version-unsupported", "tls-1.0"),
    "TLS 1.0 on 465": Fault("tls-version-unsupported", "tls-1.0", changes=ON_465),
    "rare ciphers": Fault("tls-no-shared-cipher", "rare-ciphers"),
    "expired": Fault("certificate-expired", "expired"),
    "expired on 465": Fault("certificate-expired", "expired", changes=ON_465),
    "not yet valid": Fault("certificate-not-yet-valid", "not-yet-valid"),
    "self-signed": Fault("certificate-self-signed", "self-signed"),
    "self-signed on 465": Fault("certificate-self-signed", "self-signed", changes=ON_465),
    "another host": Fault("certificate-name-mismatch", "another-host"),
    "without intermediate": Fault("certificate-chain-incomplete", "without-intermediate"),
    "unknown authority": Fault("certificate-untrusted", "unknown-authority"),
    # The session
    "client rejected": Fault("client-address-refused", "client-rejected"),
    "client rejected at RCPT": Fault(
        "client-address-refused", "client-rejected-late", logs_in=True
    ),
    "helo rejected": Fault("ehlo-rejected", "helo-rejected"),
    # AUTH
    "no SASL": Fault("auth-not-offered", "no-sasl"),
    "only DIGEST-MD5": Fault("auth-mechanism-unsupported", "only-digest-md5"),
    "SASL server gone": Fault("connection-closed", "sasl-server-gone"),
    # The sender
    "another sender": Fault(
        "sender-not-allowed",
        "sender-login-mismatch",
        changes={"SMTP_FROM": OTHER_SENDER},
        logs_in=True,
    ),
    "unknown recipient": Fault(
        "recipient-rejected",
        "unknown-recipient",
        options=("--to", "nobody@example.test"),
        logs_in=True,
    ),
    "too large": Fault(
        "message-too-large", "small-size-limit", options=("--size", "30000"), logs_in=True
    ),
}


@pytest.mark.parametrize("fault", [pytest.param(fault, id=name) for name, fault in FAULTS.items()])
def test_fault(
    fault: Fault,
    postfix: dict[str, PostfixServer],
    authority: CertificateAuthority,
    tmp_path: Path,
) -> None:
    server = postfix[fault.variant]
    write_env(tmp_path, settings(**fault.changes))
    since = server.log_size()
    result = check(tmp_path, server, authority, *fault.options)

    assert result.codes()[:1] == [fault.code]
    assert result.report["diagnoses"][0]["severity"] == "error"
    assert result.verdict == "broken"
    assert result.status == 1
    title = result.report["diagnoses"][0]["title"]
    assert "".join(title.split()) in "".join(result.terminal.split())

    sessions = server.sessions(since)
    assert sum(session.get("auth", 0) for session in sessions) <= int(fault.logs_in)
    assert not any({"data", "bdat"} & session.keys() for session in sessions)


def test_certificate_that_expires_soon_is_a_warning(
    postfix: dict[str, PostfixServer], authority: CertificateAuthority, tmp_path: Path
) -> None:
    write_env(tmp_path, settings())
    result = check(tmp_path, postfix["expires-soon"], authority)
    assert result.codes("error", "warning") == ["certificate-expires-soon"]
    assert (result.verdict, result.status) == ("warnings", 0)
    assert check(tmp_path, postfix["expires-soon"], authority, "--strict").status == 1


def test_too_many_connections(
    postfix: dict[str, PostfixServer], authority: CertificateAuthority, tmp_path: Path
) -> None:
    server = postfix["one-connection"]
    write_env(tmp_path, settings())
    with smtplib.SMTP(server.address, SUBMISSION, HOST, timeout=10):
        result = check(tmp_path, server, authority)
    assert result.codes()[:1] == ["server-busy"]


def test_too_many_messages(
    postfix: dict[str, PostfixServer], authority: CertificateAuthority, tmp_path: Path
) -> None:
    server = postfix["one-message"]
    write_env(tmp_path, settings())
    with _session(server, authority) as client:
        client.login(USER, PASSWORD)
        assert client.mail(USER)[0] == 250
    result = check(tmp_path, server, authority)
    assert result.codes()[:1] == ["sending-limit-reached"]


def test_refusal_that_takes_longer_each_time(
    postfix: dict[str, PostfixServer], authority: CertificateAuthority, tmp_path: Path
) -> None:
    """Dovecot delays an address that it refused before; waiting for AUTH must outlast that."""
    server = postfix["sasl-server-slow"]
    write_env(tmp_path, settings(SMTP_PASS=WRONG_PASSWORD))
    with _session(server, authority) as client:
        client.user, client.password = USER, WRONG_PASSWORD
        for _ in range(2):
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.auth("PLAIN", client.auth_plain)
    result = check(tmp_path, server, authority)
    assert result.codes()[:1] == ["credentials-rejected"]


def _session(server: Server, authority: CertificateAuthority) -> smtplib.SMTP:
    client = smtplib.SMTP(server.address, SUBMISSION, "client.example.test", timeout=30)
    client._host = HOST  # type: ignore[attr-defined]  # the name that starttls() verifies
    client.starttls(context=ssl.create_default_context(cafile=str(authority.root)))
    client.ehlo()
    return client
