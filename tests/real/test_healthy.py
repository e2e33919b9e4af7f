"""A healthy server of any kind gives `healthy`, exit 0, no warning, and gets no message."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from .accounts import HOST, OTHER_PASSWORD, OTHER_USER, USER, Server
from .certificates import CertificateAuthority
from .doctor import Run, assert_no_secret, check, connection, run, settings, write_env
from .postfix import PostfixServer
from .smtp_server import TOKEN

pytestmark = pytest.mark.real

PORTS = pytest.mark.parametrize(("port", "secure"), [("587", "false"), ("465", "true")])
SERVERS = pytest.mark.parametrize(
    "server", ["postfix", "exim", "opensmtpd", "smtp_server", "ionos_like"], indirect=True
)


def assert_healthy(result: Run) -> None:
    assert result.codes("error", "warning") == []
    assert result.verdict == "healthy"
    assert result.status == 0


@SERVERS
@PORTS
def test_healthy_server(
    server: Server, authority: CertificateAuthority, tmp_path: Path, port: str, secure: str
) -> None:
    write_env(tmp_path, settings(SMTP_PORT=port, SMTP_SECURE=secure))
    before = server.log_size()
    assert_healthy(check(tmp_path, server, authority))
    assert not server.took_a_message(since=before)


@PORTS
def test_what_postfix_heard(
    postfix: dict[str, PostfixServer],
    authority: CertificateAuthority,
    tmp_path: Path,
    port: str,
    secure: str,
) -> None:
    server = postfix["healthy"]
    write_env(tmp_path, settings(SMTP_PORT=port, SMTP_SECURE=secure))
    since = server.log_size()
    check(tmp_path, server, authority)
    heard = [session for session in server.sessions(since) if session]
    # the envelope comes once more after EHLO localhost, which some clients say: none is named here
    assert [session for session in heard if "auth" in session] == [
        {"auth": 1, "mail": 2, "rcpt": 2, "rset": 1, "quit": 1}
        | ({"ehlo": 3, "starttls": 1} if port == "587" else {"ehlo": 2})
    ]
    # on a busy machine it looks beside, too: without a login, and without an envelope
    probes = [session for session in heard if "auth" not in session]
    assert all(set(session) <= {"ehlo", "starttls", "quit"} for session in probes)


@pytest.mark.parametrize("mechanism", ["login", "cram-md5", "scram-sha-256"])
def test_each_mechanism_logs_in(
    postfix: dict[str, PostfixServer],
    authority: CertificateAuthority,
    tmp_path: Path,
    mechanism: str,
) -> None:
    write_env(tmp_path, settings())
    assert_healthy(check(tmp_path, postfix[f"only-{mechanism}"], authority))


def test_password_beyond_ascii(
    postfix: dict[str, PostfixServer], authority: CertificateAuthority, tmp_path: Path
) -> None:
    write_env(
        tmp_path,
        settings(SMTP_USER=OTHER_USER, SMTP_PASS=f"'{OTHER_PASSWORD}'", SMTP_FROM=OTHER_USER),
    )
    assert_healthy(check(tmp_path, postfix["healthy"], authority))


def test_url(
    postfix: dict[str, PostfixServer], authority: CertificateAuthority, tmp_path: Path
) -> None:
    user, password = (quote(text, safe="") for text in (OTHER_USER, OTHER_PASSWORD))
    write_env(tmp_path, {"SMTP_URL": f"smtps://{user}:{password}@{HOST}:465"})
    assert_healthy(check(tmp_path, postfix["healthy"], authority))


def test_one_connection_is_enough(
    postfix: dict[str, PostfixServer], authority: CertificateAuthority, tmp_path: Path
) -> None:
    write_env(tmp_path, settings())
    assert_healthy(check(tmp_path, postfix["one-connection"], authority))


def test_token(
    smtp_server_with_tokens: Server, authority: CertificateAuthority, tmp_path: Path
) -> None:
    write_env(tmp_path, settings(SMTP_PASS=None, SMTP_OAUTH_TOKEN=TOKEN))
    assert_healthy(check(tmp_path, smtp_server_with_tokens, authority))


def test_target_without_credentials(
    postfix: dict[str, PostfixServer], authority: CertificateAuthority, tmp_path: Path
) -> None:
    server = postfix["healthy"]
    since = server.log_size()
    result = check(tmp_path, server, authority, f"{HOST}:587")
    assert_healthy(result)
    assert all("auth" not in session for session in server.sessions(since))


def test_credentials_stay_with_the_configured_host(
    postfix: dict[str, PostfixServer], authority: CertificateAuthority, tmp_path: Path
) -> None:
    server = postfix["healthy"]
    write_env(tmp_path, settings(SMTP_HOST="smtp.elsewhere.test"))
    since = server.log_size()
    check(tmp_path, server, authority, f"{HOST}:587")
    assert all("auth" not in session for session in server.sessions(since))


def test_live_terminal_report(
    postfix: dict[str, PostfixServer], authority: CertificateAuthority, tmp_path: Path
) -> None:
    write_env(tmp_path, settings())
    finished = run(tmp_path, *connection(postfix["healthy"], authority), "--verbose")
    assert finished.returncode == 0, finished.stderr.decode()
    assert USER.encode() in finished.stdout
    assert_no_secret(finished.stdout)
    assert_no_secret(finished.stderr)
