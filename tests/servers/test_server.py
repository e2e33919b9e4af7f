"""The embedded server, seen by the standard library's clients: healthy, and each fault."""

from __future__ import annotations

import base64
import contextlib
import gc
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import (
    HANDSHAKE_FAILURE,
    OTHER_PROTOCOLS,
    PASSWORD,
    PROTOCOL_VERSION,
    USERNAME,
    Act,
    Behaviour,
    Endless,
    alert,
    same_domain_only,
)
from smtpdoctor.demo.server import LONGEST_LINE, Session, SMTPServer
from tests.servers.fixtures import LoopThread, RunningServer, StartServer

from .sessions import most_simultaneous, verbs

TIMEOUT = 10.0  # only a test that is about to fail waits so long


@pytest.fixture
def trust(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority.cafile)


def plain(server: RunningServer) -> smtplib.SMTP:
    return smtplib.SMTP(server.host, server.port, local_hostname="client", timeout=TIMEOUT)


@contextlib.contextmanager
def logged_in(server: RunningServer, trust: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    with plain(server) as client:
        client.starttls(context=trust)
        client.login(USERNAME, PASSWORD)
        yield client


class Raw:
    """A socket that reads what is there, for all that smtplib would hide."""

    def __init__(self, server: RunningServer) -> None:
        self.socket = socket.create_connection(server.address, TIMEOUT)

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *exception: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self, count: int) -> bytes:
        data = b""
        while len(data) < count and (more := self.socket.recv(count - len(data))):
            data += more
        return data

    def line(self) -> bytes:
        data = b""
        while not data.endswith(b"\n") and (more := self.socket.recv(1)):
            data += more
        return data

    def rest(self) -> bytes:
        data = b""
        while more := self.socket.recv(65536):
            data += more
        return data

    def says_nothing(self) -> bool:
        """Whether nothing comes after the server has surely read what was sent."""
        self.socket.settimeout(0.05)
        try:
            return not self.socket.recv(1) and False
        except TimeoutError:
            return True


# Healthy


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_healthy_with_starttls(smtp_server: StartServer, trust: ssl.SSLContext, host: str) -> None:
    server = smtp_server(host=host)
    with logged_in(server, trust) as client:
        assert client.sendmail(USERNAME, ["friend@example.net"], "Subject: x\r\n\r\nx\r\n") == {}
    session = server.session
    assert verbs(session) == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]
    assert [line.in_tls for line in session.lines[:3]] == [False, False, True]
    assert session.tls == "TLSv1.3"
    assert session.login == USERNAME
    assert session.auth_attempts == 1
    assert session.data_seen
    assert session.quit_seen
    assert not session.early
    assert PASSWORD.encode() not in session.clear


def test_healthy_with_implicit_tls(smtp_server: StartServer, trust: ssl.SSLContext) -> None:
    server = smtp_server(implicit_tls=True)
    with smtplib.SMTP_SSL(server.host, server.port, context=trust, timeout=TIMEOUT) as client:
        client.login(USERNAME, PASSWORD)
        assert client.mail(USERNAME)[0] == 250
        assert client.rcpt(USERNAME)[0] == 250
        assert client.rset()[0] == 250
        assert client.noop()[0] == 250
    session = server.session
    assert not session.clear
    assert session.login == USERNAME
    assert not session.data_seen
    assert not server.server.data_seen


def test_bdat_counts_as_data(smtp_server: StartServer) -> None:
    server = smtp_server()
    with plain(server) as client:
        assert client.docmd("bdat", "3 LAST")[0] == 500
    assert server.server.data_seen


def test_a_password_called_data_is_no_data(smtp_server: StartServer, trust: ssl.SSLContext) -> None:
    server = smtp_server()
    with plain(server) as client:
        client.starttls(context=trust)
        client.docmd("AUTH", "LOGIN")
        client.docmd("DATA")
        client.docmd("DATA")
    assert not server.session.data_seen


def test_pipelined_commands_are_answered_in_order(smtp_server: StartServer) -> None:
    server = smtp_server(require_tls=False, require_auth=False)
    with Raw(server) as client:
        client.line()
        client.send(b"NOOP\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nQUIT\r\n")
        assert [reply[:3] for reply in client.rest().splitlines()] == [
            b"250",
            b"250",
            b"250",
            b"221",
        ]


# Authentication


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("right", [True, False])
def test_passwords_with_smtplib(
    smtp_server: StartServer, trust: ssl.SSLContext, mechanism: str, right: bool
) -> None:
    server = smtp_server(mechanisms=(mechanism,))
    with plain(server) as client:
        client.starttls(context=trust)
        if right:
            client.login(USERNAME, PASSWORD)
        else:
            with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
                client.login(USERNAME, PASSWORD + "s")
            assert refused.value.smtp_error == b"Authentication credentials invalid"
    assert server.session.login == (USERNAME if right else None)


def exchange(client: smtplib.SMTP, mechanism: str, first: str) -> tuple[int, bytes]:
    return client.docmd("AUTH", f"{mechanism} {base64.b64encode(first.encode()).decode()}")


def respond(client: smtplib.SMTP, text: str) -> tuple[int, bytes]:
    return client.docmd(base64.b64encode(text.encode()).decode())


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_scram_with_scramp_as_client(
    smtp_server: StartServer, trust: ssl.SSLContext, password: str
) -> None:
    from scramp import ScramClient

    server = smtp_server(mechanisms=("SCRAM-SHA-256",))
    scram = ScramClient(["SCRAM-SHA-256"], USERNAME, password)
    with plain(server) as client:
        client.starttls(context=trust)
        client.ehlo()
        _, challenge = exchange(client, "SCRAM-SHA-256", scram.get_client_first())
        scram.set_server_first(base64.b64decode(challenge).decode())
        code, challenge = respond(client, scram.get_client_final())
        if password == PASSWORD:
            assert code == 334
            scram.set_server_final(base64.b64decode(challenge).decode())
            assert client.docmd("")[0] == 235
        else:
            assert code == 535


@pytest.mark.parametrize(
    ("mechanism", "first", "dummy"),
    [
        ("XOAUTH2", "user={user}\x01auth=Bearer {token}\x01\x01", ""),
        ("OAUTHBEARER", "n,a={user},\x01host=x\x01auth=Bearer {token}\x01\x01", "\x01"),
    ],
)
def test_bearer_tokens(
    smtp_server: StartServer, trust: ssl.SSLContext, mechanism: str, first: str, dummy: str
) -> None:
    server = smtp_server(mechanisms=(mechanism,), tokens={USERNAME: "a-good-token"})
    with plain(server) as client:
        client.starttls(context=trust)
        client.ehlo()
        code, challenge = exchange(client, mechanism, first.format(user=USERNAME, token="stale"))
        assert code == 334
        assert b'"status": "401"' in base64.b64decode(challenge)
        assert respond(client, dummy)[0] == 535
        good = first.format(user=USERNAME, token="a-good-token")
        assert exchange(client, mechanism, good)[0] == 235


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("AUTH PLAIN not/base64!", 501),
        ("AUTH PLAIN Zm9v", 501),
        ("AUTH PLAIN =", 501),
        ("AUTH PLAIN /w==", 501),
        ("AUTH CRAM-MD5", 504),
        ("AUTH NTLM", 504),
        ("AUTH LOGIN", 334),
    ],
)
def test_auth_refusals(
    smtp_server: StartServer, trust: ssl.SSLContext, said: str, code: int
) -> None:
    server = smtp_server(mechanisms=("PLAIN", "LOGIN", "CRAM-MD5"), unserved=("CRAM-MD5",))
    with plain(server) as client:
        client.starttls(context=trust)
        assert client.docmd(said)[0] == code
        if code == 334:
            assert client.docmd("*")[0] == 501
    assert server.server.auth_attempts == 1


def test_no_login_in_the_clear_unless_offered(smtp_server: StartServer) -> None:
    with plain(smtp_server()) as client:
        assert "auth" not in client.ehlo()[1].decode().lower()
        assert client.docmd("AUTH", "PLAIN")[0] == 530
    with plain(smtp_server(certificate=None)) as client:
        assert client.docmd("AUTH", "PLAIN")[0] == 503
    with plain(smtp_server(mechanisms_in_clear=("LOGIN",))) as client:
        client.login(USERNAME, PASSWORD)


def test_silence_and_hanging_up_after_the_credentials(
    smtp_server: StartServer, trust: ssl.SSLContext
) -> None:
    server = smtp_server(auth_answer=Act.SILENCE)
    with plain(server) as client:
        client.starttls(context=trust)
        client.ehlo()
        assert client.sock is not None
        client.sock.settimeout(0.05)
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            client.login(USERNAME, PASSWORD)
    assert server.session.auth_attempts == 1
    server = smtp_server(auth_answer=Act.CLOSE)
    with plain(server) as client:
        client.starttls(context=trust)
        with pytest.raises(smtplib.SMTPServerDisconnected, match="unexpectedly closed"):
            client.login(USERNAME, PASSWORD)
    assert server.session.login is None


def test_echo_says_the_secret_back_in_both_forms(
    smtp_server: StartServer, trust: ssl.SSLContext
) -> None:
    with plain(smtp_server(echo=True)) as client:
        client.starttls(context=trust)
        client.ehlo()
        response = base64.b64encode(b"\0" + USERNAME.encode() + b"\0s3cret").decode()
        code, text = client.docmd("AUTH", f"PLAIN {response}")
        assert code == 535
        assert response.encode() in text
        assert b"s3cret" in text
        assert text.endswith(b"Authentication credentials invalid")
        client.docmd("AUTH", "LOGIN")
        client.docmd(base64.b64encode(USERNAME.encode()).decode())
        code, text = client.docmd(base64.b64encode(b"an0ther").decode())
        assert b"an0ther" in text
        assert base64.b64encode(b"an0ther") in text


# Sender


def test_mail_needs_tls_and_then_login(smtp_server: StartServer, trust: ssl.SSLContext) -> None:
    with plain(smtp_server()) as client:
        client.ehlo()
        assert client.mail(USERNAME) == (530, b"Must issue a STARTTLS command first")
        client.starttls(context=trust)
        client.ehlo()
        assert client.mail(USERNAME) == (530, b"Authentication required")


def test_the_login_does_not_outlive_starttls(
    smtp_server: StartServer, trust: ssl.SSLContext
) -> None:
    with plain(smtp_server(mechanisms_in_clear=("PLAIN",))) as client:
        client.login(USERNAME, PASSWORD)
        client.starttls(context=trust)
        assert client.mail(USERNAME)[0] == 530


@pytest.mark.parametrize(
    ("sender", "accepted"),
    [
        (USERNAME, True),
        ("orders@EXAMPLE.com", True),
        ("info@example.org", False),
        ("info@sub.example.com", False),
        ("", False),
    ],
)
def test_same_domain_only(
    smtp_server: StartServer, trust: ssl.SSLContext, sender: str, accepted: bool
) -> None:
    with logged_in(smtp_server(mail_from=same_domain_only), trust) as client:
        code, text = client.mail(sender)
    assert code == (250 if accepted else 550)
    if not accepted:
        assert text.splitlines() == [
            b"Requested action not taken: mailbox unavailable",
            b"Sender address is not allowed.",
        ]


def test_recipient_policy_and_order(smtp_server: StartServer, trust: ssl.SSLContext) -> None:
    server = smtp_server(
        rcpt_to=lambda username, recipient: (
            "550 no such mailbox" if recipient.startswith("nobody@") else None
        )
    )
    with logged_in(server, trust) as client:
        assert client.rcpt(USERNAME)[0] == 503
        assert client.docmd("DATA")[0] == 503
        client.mail(USERNAME)
        assert client.mail(USERNAME)[0] == 503
        assert client.rcpt("nobody@example.com") == (550, b"no such mailbox")
        assert client.docmd("DATA")[0] == 503
        assert client.rcpt(USERNAME)[0] == 250
        assert client.docmd("MAIL", "nonsense")[0] == 503
        client.rset()
        assert client.docmd("MAIL", "nonsense")[0] == 501


def test_size_limit(smtp_server: StartServer, trust: ssl.SSLContext) -> None:
    with logged_in(smtp_server(size_limit=1000), trust) as client:
        assert client.esmtp_features["size"] == "1000"
        assert client.mail(USERNAME, ["SIZE=1001"])[0] == 552
        assert client.mail(USERNAME, ["SIZE=1000"])[0] == 250
    with plain(smtp_server(size_limit=None)) as client:
        client.ehlo()
        assert not client.has_extn("size")


# Connection and greeting


def test_fin_before_any_byte(smtp_server: StartServer) -> None:
    for changes in ({"on_accept": Act.CLOSE}, {"greeting": Act.CLOSE}):
        with Raw(smtp_server(**changes)) as client:
            assert client.rest() == b""


def test_fin_inside_tls_follows_a_close_notify(
    smtp_server: StartServer, trust: ssl.SSLContext
) -> None:
    server = smtp_server(implicit_tls=True, greeting=Act.CLOSE)
    with (
        Raw(server) as client,
        trust.wrap_socket(
            client.socket, server_hostname="localhost", suppress_ragged_eofs=False
        ) as inside,
    ):
        assert inside.recv(1) == b""


def test_reset_before_any_byte(smtp_server: StartServer) -> None:
    # The reset may be here before `connect` has returned.
    server = smtp_server(on_accept=Act.RESET)
    with pytest.raises(ConnectionResetError), Raw(server) as client:
        client.rest()


def test_silence_records_what_comes_early(smtp_server: StartServer) -> None:
    server = smtp_server(greeting=Act.SILENCE)
    with Raw(server) as client:
        client.send(b"NOOP\r\nunfinished")
        assert client.says_nothing()
    session = server.session
    assert session.early == b"NOOP\r\nunfinished"
    assert verbs(session) == ["NOOP"]


def test_silence_takes_any_amount_in_bounded_memory(smtp_server: StartServer) -> None:
    server = smtp_server(on_accept=Act.SILENCE)
    with Raw(server) as client:
        client.send(b"x" * 3_000_000 + b"\r\n" * 5_000)
    session = server.session
    assert session.received == 3_010_000
    assert len(session.clear) == len(session.early) == 16_384
    assert len(session.lines) == 200


def test_early_bytes_during_a_delayed_greeting(smtp_server: StartServer) -> None:
    server = smtp_server(greeting_delay=TIMEOUT)
    with Raw(server) as client:
        client.send(b"EHLO hasty\r\n")
        assert client.line() == b"220 mail.example.com ESMTP ready\r\n"
        assert client.line().startswith(b"250-")
    assert server.session.early == b"EHLO hasty\r\n"


def test_a_delayed_greeting_comes(smtp_server: StartServer) -> None:
    server = smtp_server(greeting_delay=0.01)
    with plain(server) as client:
        client.ehlo()
    assert not server.session.early


def test_greets_only_after_the_client(smtp_server: StartServer) -> None:
    with Raw(smtp_server(greets_after_client=True)) as client:
        assert client.says_nothing()
        client.socket.settimeout(TIMEOUT)
        client.send(b"NOOP\r\n")
        assert client.line().startswith(b"220 ")
        assert client.line() == b"250 OK\r\n"


@pytest.mark.parametrize(
    ("greeting", "sent"),
    [
        ("220-one\n220-two\n220 three", b"220-one\r\n220-two\r\n220 three\r\n"),
        (b"220 half a line", b"220 half a line"),
        ("220 \x1b[31mred\x07\x1b[0m \u202e", b"220 \x1b[31mred\x07\x1b[0m \xe2\x80\xae\r\n"),
        (("421 busy", Act.CLOSE), b"421 busy\r\n"),
        ("220 one\n220 two", b"220 one\r\n220 two\r\n"),
    ],
)
def test_greetings_go_out_as_given(smtp_server: StartServer, greeting: Any, sent: bytes) -> None:
    with Raw(smtp_server(greeting=greeting)) as client:
        assert client.read(len(sent)) == sent


def test_drip_says_the_same_byte_by_byte(smtp_server: StartServer, trust: ssl.SSLContext) -> None:
    server = smtp_server(drip=0.0, implicit_tls=True)
    with Raw(server) as client:
        inside = trust.wrap_socket(client.socket, server_hostname="localhost")
        # Inside TLS every byte is a record of its own, so the pieces stay apart on the way.
        assert [inside.recv(100) for _ in range(4)] == [b"2", b"2", b"0", b" "]
        inside.close()


@pytest.mark.parametrize("verb", ["greeting", "EHLO"])
def test_endless_replies_end_with_the_client(smtp_server: StartServer, verb: str) -> None:
    more = Endless("250-and more")
    changes: dict[str, Any] = (
        {"greeting": more} if verb == "greeting" else {"replies": {verb: more}}
    )
    server = smtp_server(**changes)
    with Raw(server) as client:
        if verb != "greeting":
            client.line()
            client.send(b"EHLO x\r\n")
        assert client.read(1_000_000).count(b"250-and more\r\n") > 70_000
    assert server.session.closed


@pytest.mark.parametrize("name", ["ssh", "imap", "pop3", "ftp"])
def test_other_protocols_greet_and_know_no_ehlo(smtp_server: StartServer, name: str) -> None:
    with Raw(smtp_server(OTHER_PROTOCOLS[name])) as client:
        expected = {"ssh": b"SSH-2.0-", "imap": b"* OK ", "pop3": b"+OK ", "ftp": b"220 "}
        assert client.line().startswith(expected[name])
        client.send(b"EHLO x\r\n")
        assert not client.line().startswith(b"250")


def test_http_waits_for_the_client(smtp_server: StartServer) -> None:
    with Raw(smtp_server(OTHER_PROTOCOLS["http"])) as client:
        assert client.says_nothing()
        client.socket.settimeout(TIMEOUT)
        client.send(b"EHLO x\r\n")
        assert client.rest().startswith(b"HTTP/1.1 400 ")


def test_replies_can_be_replaced(smtp_server: StartServer) -> None:
    server = smtp_server(
        replies={"EHLO": "502 never heard of it", "STARTTLS": "454 TLS not available"}
    )
    with plain(server) as client:
        assert client.ehlo() == (502, b"never heard of it")
        assert client.helo()[0] == 250
        assert client.docmd("STARTTLS") == (454, b"TLS not available")


def test_a_line_without_end(smtp_server: StartServer) -> None:
    with Raw(smtp_server()) as client:
        client.line()
        client.send(b"x" * (LONGEST_LINE + 1))
        assert client.rest() == b"500 Line too long\r\n"


# TLS


def test_starttls_not_offered(smtp_server: StartServer) -> None:
    for changes in ({"starttls": False}, {"certificate": None}):
        with plain(smtp_server(**changes)) as client:
            client.ehlo()
            assert not client.has_extn("starttls")
            assert client.docmd("STARTTLS")[0] == 502


def test_injection_stands_before_tls(smtp_server: StartServer, trust: ssl.SSLContext) -> None:
    with Raw(smtp_server(injected=b"250 injected\r\n")) as client:
        client.line()
        client.send(b"STARTTLS\r\n")
        assert client.read(22) == b"220 OK\r\n250 injected\r\n"
        with trust.wrap_socket(client.socket, server_hostname="localhost") as inside:
            inside.sendall(b"NOOP\r\n")
            assert inside.recv(100) == b"250 OK\r\n"


def test_what_was_sent_before_tls_is_forgotten_in_it(
    smtp_server: StartServer, trust: ssl.SSLContext
) -> None:
    server = smtp_server()
    with Raw(server) as client:
        client.line()
        client.send(b"STARTTLS\r\nRSET\r\n")
        client.line()
        with trust.wrap_socket(client.socket, server_hostname="localhost") as inside:
            inside.sendall(b"QUIT\r\n")
            assert inside.recv(100).startswith(b"221 ")
    session = server.session
    assert verbs(session) == ["STARTTLS", "QUIT"]
    assert session.clear == b"STARTTLS\r\nRSET\r\n"
    assert session.inside == b"QUIT\r\n"


@pytest.mark.parametrize("implicit", [True, False])
@pytest.mark.parametrize(
    ("description", "reason"),
    [
        (HANDSHAKE_FAILURE, "SSLV3_ALERT_HANDSHAKE_FAILURE"),
        (PROTOCOL_VERSION, "TLSV1_ALERT_PROTOCOL_VERSION"),
    ],
)
def test_alert_in_answer_to_the_client_hello(
    smtp_server: StartServer, trust: ssl.SSLContext, implicit: bool, description: int, reason: str
) -> None:
    server = smtp_server(implicit_tls=implicit, handshake=alert(description), certificate=None)
    with Raw(server) as client:
        if not implicit:
            client.line()
            client.send(b"STARTTLS\r\n")
            client.line()
        with pytest.raises(ssl.SSLError) as failed:
            trust.wrap_socket(client.socket, server_hostname="localhost")
    assert failed.value.reason == reason
    assert server.session.tls is None


def test_stalled_handshake(smtp_server: StartServer, trust: ssl.SSLContext) -> None:
    server = smtp_server(implicit_tls=True, handshake=Act.SILENCE)
    with Raw(server) as client:
        client.socket.settimeout(0.05)
        with pytest.raises(TimeoutError):
            trust.wrap_socket(client.socket, server_hostname="localhost")
    assert server.session.clear.startswith(b"\x16\x03")


@pytest.mark.skipif(not ssl.HAS_TLSv1_1, reason="this OpenSSL has no TLS 1.1")
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
def test_a_server_that_is_too_old(smtp_server: StartServer, trust: ssl.SSLContext) -> None:
    server = smtp_server(
        implicit_tls=True, tls_versions=(ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)
    )
    with Raw(server) as client, pytest.raises(ssl.SSLError) as failed:
        trust.wrap_socket(client.socket, server_hostname="localhost")
    assert failed.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"
    assert server.session.tls_failure == "UNSUPPORTED_PROTOCOL"


def test_highest_version(smtp_server: StartServer, trust: ssl.SSLContext) -> None:
    both = ssl.TLSVersion.TLSv1_2
    server = smtp_server(tls_versions=(both, both))
    with logged_in(server, trust):
        pass
    assert server.session.tls == "TLSv1.2"


def test_no_shared_cipher(smtp_server: StartServer, trust: ssl.SSLContext) -> None:
    both = ssl.TLSVersion.TLSv1_2
    # Ciphers for an RSA key, where the certificate has another: nothing is left to agree on.
    server = smtp_server(
        implicit_tls=True, tls_versions=(both, both), ciphers="ECDHE-RSA-AES128-GCM-SHA256"
    )
    with Raw(server) as client, pytest.raises(ssl.SSLError) as failed:
        trust.wrap_socket(client.socket, server_hostname="localhost")
    assert failed.value.reason == "SSLV3_ALERT_HANDSHAKE_FAILURE"
    assert server.session.tls_failure == "NO_SHARED_CIPHER"


def test_a_refused_certificate_is_noted(smtp_server: StartServer, trust: ssl.SSLContext) -> None:
    server = smtp_server(implicit_tls=True)
    with Raw(server) as client, pytest.raises(ssl.SSLCertVerificationError):
        trust.wrap_socket(client.socket, server_hostname="mail.example.net")
    session = server.session
    assert session.tls_failure is not None
    assert not session.inside


def test_tls_on_a_plain_port_and_plain_text_on_a_tls_port(
    smtp_server: StartServer, trust: ssl.SSLContext
) -> None:
    with Raw(smtp_server()) as client, pytest.raises(ssl.SSLError) as failed:
        trust.wrap_socket(client.socket, server_hostname="localhost")
    assert failed.value.reason == "WRONG_VERSION_NUMBER"
    server = smtp_server(implicit_tls=True)
    with Raw(server) as client:
        assert client.says_nothing()
        client.socket.settimeout(TIMEOUT)
        client.send(b"EHLO plain\r\n")
        assert b"220" not in client.rest()
    assert server.session.tls_failure == "WRONG_VERSION_NUMBER"


def test_implicit_tls_without_a_certificate_is_an_error() -> None:
    with pytest.raises(ValueError, match="certificate"):
        SMTPServer(Behaviour(implicit_tls=True))


# The record, and the end


def test_most_simultaneous(smtp_server: StartServer) -> None:
    server = smtp_server()
    with Raw(server), plain(server) as one:
        one.ehlo()
        with plain(server) as two:
            two.ehlo()
        with plain(server) as three:
            three.ehlo()
    assert most_simultaneous(server.sessions) == 2
    assert len(server.sessions) == 4


def test_closed_before_the_next_is_not_simultaneous(smtp_server: StartServer) -> None:
    server = smtp_server()
    for _ in range(30):
        with Raw(server) as client:
            client.send(b"NOOP\r\n")
            client.line()
    assert most_simultaneous(server.sessions) == 1


def test_most_simultaneous_counts_across_servers(smtp_server: StartServer) -> None:
    one, two = smtp_server(), smtp_server()
    with plain(one) as first, plain(two) as second:
        first.ehlo()
        second.ehlo()
    assert most_simultaneous([one.session, two.session]) == 2
    assert most_simultaneous([]) == 0
    assert most_simultaneous([Session(opened=1, closed=None, received=3)]) == 1


STUCK: list[Callable[[], Behaviour]] = [
    lambda: Behaviour(greeting=Act.SILENCE),
    lambda: Behaviour(greeting=Endless("220-and more")),
    lambda: Behaviour(greeting_delay=3600),
    lambda: Behaviour(implicit_tls=True, handshake=Act.SILENCE),
    lambda: Behaviour(drip=3600),
]


@pytest.mark.parametrize("make", STUCK)
def test_close_ends_a_session_that_would_never_end(
    loop_thread: LoopThread, make: Callable[[], Behaviour]
) -> None:
    server = SMTPServer(make())
    loop_thread.run(server.start())
    with socket.create_connection((server.host, server.port), TIMEOUT) as client:
        client.sendall(b"\x16")
        while not server.sessions:
            loop_thread.run(_turn())
        loop_thread.run(server.close())
        loop_thread.run(server.close())
        with contextlib.suppress(ConnectionResetError):
            while client.recv(65536):
                pass
    assert server.sessions[0].closed
    assert server.errors == []
    gc.collect()


async def _turn() -> None:
    """Gives the loop's thread one turn."""
