"""The situations whose words the pages quote: what a program meets, and the codes that it may be.

A reply is one that servers give: those of `tests/knowledge/replies.jsonl` and of the providers'
own pages. Must not know how a client is run (`printed`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from smtpdoctor.demo.behaviour import HANDSHAKE_FAILURE, OTHER_PROTOCOLS, Act, Behaviour, alert

HOST = "smtp.example.com"


class Way(Enum):
    """What becomes of a connect where no server stands."""

    SILENT = "nothing answers"
    REFUSED = "nothing listens"
    DENIED = "this machine's own rules forbid it"
    UNREACHABLE = "a router says that the host isn't reached"
    UNROUTED = "there is no way to it"


class Name(Enum):
    """What becomes of looking the host up, by the first label of its name."""

    MISSING = "nxdomain"
    WITHOUT_ADDRESS = "noaddress"
    FAILING = "servfail"
    UNANSWERED = "silent"


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One thing that a program meets.

    `codes` are the causes that look like this to a program, `meets` is a line for the page. `at`
    is what stands there: a server, or what becomes of the connect or of the name. `certificate`
    is one of the kinds of `matrix.Certificates`. `host` stands in for the name that is configured.
    """

    name: str
    codes: tuple[str, ...]
    meets: str
    at: Behaviour | Way | Name = field(default_factory=Behaviour)
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    port: int = 587
    login: bool = True
    password: str = "seven-herons-at-dawn"
    user: str = "info@example.com"
    sender: str = "info@example.com"
    certificate: str = "good"
    host: str = ""


def _server(**changes: Any) -> Behaviour:
    return Behaviour(**{"hostname": HOST, "size_limit": None, **changes})


def _reply(step: str, code: str, reply: str, *others: str) -> Situation:
    """A server that refuses at a step with that reply."""
    at = {
        "auth": lambda: _server(auth_answer=reply),
        "mail": lambda: _server(mail_from=lambda *_: reply),
        "rcpt": lambda: _server(rcpt_to=lambda *_: reply),
        "greeting": lambda: _server(greeting=(reply, Act.CLOSE)),
        "ehlo": lambda: _server(replies={"EHLO": reply, "HELO": reply}),
    }[step]()
    words = {
        "auth": "to the login",
        "mail": "to MAIL FROM",
        "rcpt": "to RCPT TO",
        "greeting": "in its greeting",
        "ehlo": "to EHLO",
    }[step]
    shown = reply.partition("\n")[0].replace("-", " ", 1)
    return Situation(
        name=f"{code}-{step}",
        codes=(code, *others),
        meets=f"the server says {words}: {shown}",
        at=at,
    )


def _refused_message(code: str, reply: str) -> Situation:
    """A server that takes the text of the message and then refuses it; nothing of it is read as a
    command."""
    return Situation(
        name=f"{code}-data",
        codes=(code,),
        meets=f"the server says to the message: {reply}",
        at=_server(
            implicit_tls=True,
            replies={
                "EHLO": f"250-{HOST}\n250 8BITMIME",
                "MAIL": "250 OK",
                "RCPT": "250 OK",
                "DATA": "354 go on",
                ".": reply,
                "RSET": "250 OK",
                "QUIT": ("221 bye", Act.CLOSE),
                "*": (),
            },
        ),
        tls="implicit",
        port=465,
        login=False,
    )


def _network() -> Iterator[Situation]:
    silent = (
        *("port-blocked", "host-unreachable", "proxy-only-network", "ipv6-broken", "wrong-port"),
        *("wrong-host", "dns-hosts-override"),
    )
    yield Situation(
        name="connect-silent", codes=silent, meets="the connect gets no answer", at=Way.SILENT
    )
    yield Situation(
        name="connect-refused",
        codes=("port-refused", "port-rejected", "wrong-port", "dns-answer-bogus", "wrong-host"),
        meets="the connect is refused",
        at=Way.REFUSED,
    )
    yield Situation(
        name="connect-denied",
        codes=("local-firewall",),
        meets="this machine's own firewall forbids the connect",
        at=Way.DENIED,
    )
    yield Situation(
        name="host-unreachable",
        codes=("host-unreachable", "port-rejected"),
        meets="a router says that the host is not reached",
        at=Way.UNREACHABLE,
    )
    yield Situation(
        name="network-unreachable",
        codes=("no-network", "ipv6-broken"),
        meets="there is no route",
        at=Way.UNROUTED,
    )
    yield Situation(
        name="closed",
        codes=("connection-closed",),
        meets="the server takes the connection and hangs up",
        at=_server(on_accept=Act.CLOSE),
    )
    yield Situation(
        name="reset",
        codes=("connection-closed", "smtp-intercepted"),
        meets="the connection is torn down",
        at=_server(greeting_delay=0.2, greeting=Act.RESET),
    )
    yield Situation(
        name="greeting-silent",
        codes=("greeting-missing", "server-slow"),
        meets="no greeting comes",
        at=_server(on_accept=Act.SILENCE),
    )
    for name in ("http", "ssh", "imap", "pop3"):
        yield Situation(
            name=name,
            codes=("not-smtp",) if name != "imap" else ("not-smtp", "wrong-host"),
            meets=f"a server for {name.upper()} answers",
            at=OTHER_PROTOCOLS[name],
        )
    yield Situation(
        name="unreadable",
        codes=("reply-unreadable",),
        meets="the server greets with a code and nothing else, which others can read",
        at=_server(greeting=b"220\r\n"),
    )
    yield Situation(
        name="greeting-long",
        codes=("reply-unreadable",),
        meets="the greeting has a line of more than 1024 octets, which others can read",
        at=_server(greeting="220 " + "welcome here " * 95),
    )


def _dns() -> Iterator[Situation]:
    yield Situation(
        name="nxdomain",
        codes=("dns-name-not-found", "host-name-typo"),
        meets="the name does not exist",
        at=Name.MISSING,
    )
    yield Situation(
        name="noaddress",
        codes=("dns-no-address",),
        meets="the name has no address",
        at=Name.WITHOUT_ADDRESS,
    )
    yield Situation(
        name="servfail",
        codes=("dns-resolver-failing",),
        meets="the name server answers SERVFAIL",
        at=Name.FAILING,
    )
    yield Situation(
        name="name-unanswered",
        codes=(
            *("dns-resolver-unreachable", "dns-blocked", "dns-resolver-missing", "no-network"),
            "dns-nameserver-dead",
        ),
        meets="no name server answers",
        at=Name.UNANSWERED,
    )
    yield Situation(
        name="scheme-in-host",
        codes=("host-malformed",),
        meets=f"the host is set to ssl://{HOST}",
        at=Name.MISSING,
        host=f"ssl://{HOST}",
    )
    yield Situation(
        name="piece-of-password",
        codes=("url-not-encoded",),
        meets=f"the host is a piece of the password: dawn@{HOST}",
        at=Name.MISSING,
        host=f"dawn@{HOST}",
    )
    yield Situation(
        name="port-of-five-digits",
        codes=("setting-invalid",),
        meets="the port is set to 99999",
        at=Way.REFUSED,
        port=99999,
    )


def _tls() -> Iterator[Situation]:
    yield Situation(
        name="implicit-on-587",
        codes=("implicit-tls-on-starttls-port", "setting-misread", "conflicting-settings"),
        meets="TLS from the first byte, and the server answers in plain text",
        tls="implicit",
    )
    yield Situation(
        name="plain-on-465",
        codes=("plaintext-on-implicit-tls-port", "setting-misread", "conflicting-settings"),
        meets="plain text first, and the server waits for TLS",
        at=_server(implicit_tls=True),
        port=465,
    )
    yield Situation(
        name="starttls-absent",
        codes=("starttls-not-offered", "starttls-stripped", "smtp-intercepted"),
        meets="the server offers no STARTTLS",
        at=_server(starttls=False, mechanisms_in_clear=("PLAIN", "LOGIN"), require_tls=False),
    )
    yield Situation(
        name="starttls-refused",
        codes=("starttls-refused",),
        meets="the server says to STARTTLS: 454 4.7.0 TLS not available due to local problem",
        at=_server(replies={"STARTTLS": "454 4.7.0 TLS not available due to local problem"}),
    )
    yield Situation(
        name="starttls-injected",
        codes=("starttls-injection",),
        meets="plain text stands between the 220 to STARTTLS and TLS",
        at=_server(injected=b"250 OK\r\n"),
    )
    yield Situation(
        name="tls-in-clear",
        codes=("tls-required",),
        meets="no TLS, and the server says to MAIL FROM: 530 Must issue a STARTTLS command first",
        at=_server(require_auth=False),
        tls="none",
        login=False,
    )
    yield Situation(
        name="login-in-clear",
        codes=("auth-impossible-in-clear", "tls-required"),
        meets="no TLS, and without TLS the server offers no login",
        tls="none",
    )
    version = alert(70)
    yield Situation(
        name="tls-version",
        codes=("tls-version-unsupported",),
        meets="the server has no TLS version that the program takes",
        at=_server(handshake=version),
    )
    yield Situation(
        name="tls-cipher",
        codes=("tls-no-shared-cipher", "tls-handshake-failed"),
        meets="the server ends the handshake with handshake_failure",
        at=_server(handshake=alert(HANDSHAKE_FAILURE)),
    )
    yield Situation(
        name="tls-closed",
        codes=("tls-handshake-failed",),
        meets="the server hangs up in the handshake",
        at=_server(handshake=b""),
    )
    yield Situation(
        name="tls-silent",
        codes=("tls-handshake-stalled", "path-mtu-blackhole"),
        meets="the server says nothing to the ClientHello",
        at=_server(handshake=Act.SILENCE),
    )
    for kind, codes, meets in (
        ("self-signed", ("certificate-self-signed",), "the certificate is signed by its own key"),
        (
            "missing-intermediate",
            ("certificate-chain-incomplete",),
            "the server leaves the intermediate certificate out",
        ),
        (
            "untrusted",
            ("certificate-untrusted", "tls-intercepted", "trust-store-empty"),
            "no authority that is trusted here has signed the certificate",
        ),
        ("expired", ("certificate-expired", "clock-wrong"), "the certificate has ended"),
        (
            "not-yet-valid",
            ("certificate-not-yet-valid", "clock-wrong"),
            "the certificate is not valid yet",
        ),
        (
            "other-name",
            ("certificate-name-mismatch",),
            "the certificate is for www.elsewhere.example",
        ),
    ):
        yield Situation(name=kind, codes=codes, meets=meets, certificate=kind)


def _auth() -> Iterator[Situation]:
    refused = (
        *("username-not-address", "password-suspicious", "password-altered-by-dotenv"),
        *("credentials-placeholder", "url-not-encoded"),
    )
    wrong = "535 Authentication credentials invalid"
    yield _reply("auth", "credentials-rejected", wrong, *refused)
    yield _reply(
        "auth",
        "app-password-required",
        "534-5.7.9 Application-specific password required. For more information, go to\n"
        "534 5.7.9 https://support.google.com/mail/?p=InvalidSecondFactor",
    )
    yield _reply(
        "auth",
        "basic-auth-disabled",
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
        "Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
    )
    yield _reply("auth", "account-suspended", "535 5.7.0 Your account has been suspended")
    yield _reply(
        "auth", "auth-rate-limited", "454 4.7.0 Too many login attempts, please try again later."
    )
    yield _reply("auth", "auth-temporary-failure", "454 4.7.0 Temporary authentication failure")
    yield Situation(
        name="auth-silent",
        codes=("auth-no-answer",),
        meets="the server says nothing to the login",
        at=_server(auth_answer=Act.SILENCE),
    )
    yield Situation(
        name="auth-closed",
        codes=("auth-no-answer",),
        meets="the server hangs up in the login",
        at=_server(auth_answer=Act.CLOSE),
    )
    yield Situation(
        name="auth-absent",
        codes=("auth-not-offered",),
        meets="the server offers no login, and takes no mail for others without one",
        at=_server(
            mechanisms=(),
            require_auth=False,
            rcpt_to=lambda *_: "554 5.7.1 <user@example.org>: Relay access denied",
        ),
    )
    yield Situation(
        name="auth-tokens",
        codes=("auth-mechanism-unsupported",),
        meets="the server offers XOAUTH2 alone, and the program has a password",
        at=_server(mechanisms=("XOAUTH2",)),
    )
    yield Situation(
        name="auth-missing",
        codes=("credentials-missing",),
        meets="no login is set, and the server says to MAIL FROM: 530 Authentication required",
        login=False,
    )


def _replies() -> Iterator[Situation]:
    yield _reply(
        "greeting",
        "client-address-refused",
        f"554-{HOST}\n554 5.7.1 Client host [203.0.113.7] blocked using zen.spamhaus.org",
    )
    yield _reply(
        "greeting",
        "reverse-dns-missing",
        f"554-{HOST}\n554 5.7.1 Bad DNS PTR resource record",
    )
    yield _reply("greeting", "greeting-rejected", "554 5.7.1 No SMTP service here")
    yield _reply(
        "greeting", "server-busy", f"421 {HOST} Service not available, too many connections"
    )
    yield _reply(
        "ehlo",
        "ehlo-rejected",
        "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
    )
    yield _reply(
        "mail",
        "sender-not-allowed",
        "550-Requested action not taken: mailbox unavailable\n550 Sender address is not allowed.",
    )
    yield _reply(
        "mail",
        "sender-not-verified",
        "550 The from address does not match a verified Sender Identity.",
    )
    yield _reply(
        "mail",
        "sender-domain-not-found",
        "450 4.1.8 <www-data@web1>: Sender address rejected: Domain not found",
    )
    yield _reply("mail", "login-not-kept", "530 5.7.0 Authentication required")
    yield _reply("mail", "sender-malformed", "501 5.1.7 Bad sender address syntax")
    yield _reply("mail", "mail-parameters-refused", "555 5.5.4 Unsupported option: SIZE=421")
    yield _reply(
        "rcpt",
        "sending-limit-reached",
        "450-Requested mail action not taken: mailbox unavailable\n450 Mail send limit exceeded.",
    )
    yield _reply("rcpt", "recipient-rejected", "550 5.1.1 <user@example.org>: User unknown")
    yield _refused_message(
        "message-rejected", "554 5.7.1 Message rejected due to policy restrictions"
    )
    yield _refused_message(
        "message-too-large", "552 5.3.4 Message size exceeds fixed maximum message size"
    )
    yield _refused_message(
        "dmarc-would-reject",
        "550 5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC "
        "policy",
    )


SITUATIONS = tuple(each for group in (_network, _dns, _tls, _auth, _replies) for each in group())
