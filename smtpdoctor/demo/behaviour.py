"""How an embedded server behaves, as data.

The module knows what can be asked of a server, good or bad. It must not know sockets: `server.py`
does what stands here.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from smtpdoctor.demo.authority import Certificate

USERNAME = "info@example.com"
PASSWORD = "seven-herons-at-dawn"


class Act(Enum):
    """What a server can do in place of answering."""

    SILENCE = "keeps the connection open, reads on, and never says anything again"
    CLOSE = "ends the connection in good order (FIN, inside TLS after close_notify)"
    RESET = "tears the connection down (RST)"


@dataclass(frozen=True, slots=True)
class Endless:
    """A reply that never ends: `line`, with CRLF added, as long as the client takes it."""

    line: str


_OneAnswer = str | bytes | Act | Endless
#: What a server sends at one moment. A text is sent as lines, each with CRLF added; bytes are sent
#: just as they stand; several answers are given one after the other.
Answer = _OneAnswer | tuple[_OneAnswer, ...]

#: Judges an address: gets the logged-in user's name (or None) and the address, and gives the reply
#: that refuses it, or None where it is fine.
Policy = Callable[[str | None, str], Answer | None]

HANDSHAKE_FAILURE = 40
PROTOCOL_VERSION = 70


def alert(description: int) -> bytes:
    """A fatal TLS alert as it stands on the wire before any key is agreed (RFC 8446 §6)."""
    return bytes((21, 3, 3, 0, 2, 2, description))


def same_domain_only(username: str | None, sender: str) -> Answer | None:
    """IONOS's rule: the sender's domain is the mailbox's; what stands before the @ is free.

    The empty sender (a bounce) is refused too.
    """
    mailbox_domain = (username or "").rpartition("@")[2].lower()
    if sender.rpartition("@")[2].lower() == mailbox_domain:
        return None
    return "550-Requested action not taken: mailbox unavailable\n550 Sender address is not allowed."


def anyone(username: str | None, address: str) -> Answer | None:
    """The policy without a rule."""
    return None


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """All that an embedded server does, the defaults being a healthy submission server.

    Connection: `on_accept` is done in place of everything else, before TLS. `implicit_tls` starts
    TLS with the first byte. `drip` sends every byte by itself, that many seconds apart (0: only
    apart). `greeting_delay` waits that many seconds for bytes before it greets (the early ones
    are recorded). `greets_after_client` says nothing before the client has: a mesh sidecar.

    Session: `greeting` None is the usual one. `extensions` are the EHLO lines beside AUTH, SIZE and
    STARTTLS, which follow from the rest. `replies` replaces the answer to a command, given as a
    verb in capitals; `"*"` stands for every command that isn't named.

    TLS: without a `certificate` there is none. `starttls` is whether STARTTLS is offered.
    `injected` are bytes sent in the clear right behind the 220 to STARTTLS. `handshake` answers
    the ClientHello in place of a handshake, and then closes. `tls_versions` is the lowest and the
    highest version, `ciphers` an OpenSSL list for TLS up to 1.2.

    AUTH: `mechanisms` are offered inside TLS, `mechanisms_in_clear` outside; `unserved` are refused
    with 504 though offered. `users` maps names to passwords, `tokens` to OAuth tokens.
    `auth_answer` replaces the verdict on credentials, right or wrong; `auth_failure` answers the
    wrong ones. `echo` makes the server say back all it was sent for the login, as it came and
    decoded.

    Sender: `require_tls` and `require_auth` guard MAIL with 530. `mail_from` and `rcpt_to` judge
    the addresses. `size_limit` is in bytes; None offers no SIZE.
    """

    on_accept: Answer | None = None
    implicit_tls: bool = False
    drip: float | None = None
    greeting_delay: float = 0.0
    greets_after_client: bool = False

    hostname: str = "mail.example.com"
    greeting: Answer | None = None
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8")
    replies: Mapping[str, Answer] = field(default_factory=dict)

    certificate: Certificate | None = None
    starttls: bool = True
    injected: bytes = b""
    handshake: Answer | None = None
    tls_versions: tuple[ssl.TLSVersion, ssl.TLSVersion] | None = None
    ciphers: str | None = None

    mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN")
    mechanisms_in_clear: tuple[str, ...] = ()
    unserved: tuple[str, ...] = ()
    users: Mapping[str, str] = field(default_factory=lambda: {USERNAME: PASSWORD})
    tokens: Mapping[str, str] = field(default_factory=dict)
    auth_answer: Answer | None = None
    auth_failure: Answer = "535 Authentication credentials invalid"
    echo: bool = False

    require_tls: bool = True
    require_auth: bool = True
    mail_from: Policy = anyone
    rcpt_to: Policy = anyone
    size_limit: int | None = 141_557_760


#: Servers of other protocols, by name: what stands on a port that was thought to be SMTP's.
OTHER_PROTOCOLS: Mapping[str, Behaviour] = {
    "http": Behaviour(
        greets_after_client=True,
        greeting=(
            b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            Act.CLOSE,
        ),
    ),
    "ssh": Behaviour(
        greeting=b"SSH-2.0-OpenSSH_9.2p1\r\n",
        replies={"*": (b"Invalid SSH identification string.\r\n", Act.CLOSE)},
    ),
    "imap": Behaviour(
        greeting=b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] IMAP ready.\r\n",
        replies={"*": b"* BAD Error in IMAP command received by server.\r\n"},
    ),
    "pop3": Behaviour(greeting=b"+OK POP3 ready.\r\n", replies={"*": b"-ERR Unknown command.\r\n"}),
    "ftp": Behaviour(
        greeting="220 (vsFTPd 3.0.3)", replies={"*": "530 Please login with USER and PASS."}
    ),
}
