"""What a text tells besides the error: host, port, mode, client and version, address, people.

Must not know what an error means. What it can't tell it leaves open.
"""

from __future__ import annotations

import ipaddress
import re
from functools import cache

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.explain.model import Known
from smtpdoctor.knowledge import error_texts
from smtpdoctor.knowledge.needles import may_stand_in
from smtpdoctor.settings.model import TLSMode

_HOST = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}\.)*[A-Za-z0-9_-]{1,63}"
_NAME = r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})\.){1,6}[A-Za-z]{2,24}"

#: Where a host stands in a text, most telling first; `port` beside it where there is one.
_HOSTS = (
    rf"smtps?://(?:[^\s/@]*@)?(?P<host>{_HOST})(?::(?P<port>\d{{2,5}}))?",
    rf"(?:ssl|tls|tcp)://(?P<host>{_HOST})(?::(?P<port>\d{{2,5}}))?",
    rf"getaddrinfo (?:ENOTFOUND|EAI_AGAIN|EAI_NODATA|ESERVFAIL|E\w+) (?P<host>{_HOST})"
    rf"(?:[ :]+\S*?:(?P<port>\d{{2,5}}))?",
    rf"(?:SMTP )?host(?:name)?, port: (?P<host>{_HOST}), (?P<port>\d{{2,5}})",
    rf"SMTP host:? [\"']?(?P<host>{_HOST})[\"']?,? (?:and )?port:? (?P<port>\d{{2,5}})",
    rf"connect(?:ing)? to (?P<host>{_HOST})(?:\[[0-9a-f.:]+\])?[, :]+"
    rf"(?:on |at )?(?:port )?(?P<port>\d{{2,5}})",
    rf"(?:connecting|connect|connection) to (?:host )?[\"']?(?P<host>{_HOST})[\"']? "
    rf"(?:on|at) (?:port )?(?P<port>\d{{2,5}})",
    rf"failed to connect to (?P<host>{_HOST}) port (?P<port>\d{{2,5}})",
    rf"(?:trying|connected to|established (?:to|with)) (?P<host>{_NAME})"
    rf"(?:\[[0-9a-f.:]+\])?[:, ]+(?:port )?(?P<port>\d{{2,5}})?",
    rf"cannot (?:connect to|locate host) (?P<host>{_HOST})(?:, port (?P<port>\d{{2,5}}))?",
    rf"lookup (?P<host>{_HOST})(?: on \S+)?: ",
    rf"(?:could not resolve host|unknownhostexception|getaddrinfo for):? (?P<host>{_HOST})",
    rf"hostname[\"']?[:=] ?[\"'](?P<host>{_HOST})[\"']",
    rf"\b(?:smtp_?)?(?:host|server|relayhost|EMAIL_HOST)[\"']?\s?(?:=>|[:=])\s?"
    rf"[\"']?(?P<host>{_NAME}|localhost)\b",
    rf"mailserver at [\"']?(?P<host>{_HOST})[\"']? port (?P<port>\d{{2,5}})",
    rf"host (?P<host>{_NAME}) ?\[",
    rf"(?:on|at|with|to) (?P<host>(?:smtp|mail|mx|relay|send|out|email-smtp)[\w-]*\.{_NAME})"
    rf"(?::(?P<port>\d{{2,5}}))?",
    rf"\b(?P<host>{_NAME}):(?P<port>25|465|587|2525)\b",
    rf"(?<![\w.-])(?P<host>(?:smtp|mail)[\w-]*\.{_NAME})\b",
)
_PORTS = re.compile(
    r"""\bport["']?\]?(?:\s?(?:=>|[:=])\s?|\s)["']?(\d{2,5})\b"""
    r"""|\]:(\d{2,5})\b|\d{1,3}(?:\.\d{1,3}){3}:(\d{2,5})\b"""
    # the minutes and seconds of a log's time are no ports
    r"""|(?<![ T\[(]\d\d)(?<!\d:\d\d):(25|465|587|2525)\b(?!:\d)"""
    r"""|(?:established|connected|connecting|connect) (?:to|with) [\w.-]{1,100}:(\d{2,5})\b""",
    re.IGNORECASE,
)
#: Go names the name server that it asked.
NAME_SERVER = 53
#: RFC 5321 §4.5.4.2: where servers hand mail on. Postfix names the port of a relay host beside it.
SERVERS_PORT = 25
_AMONG_SERVERS = re.compile(r"\bhost [\w.-]+\[[\da-fA-F.:]+\] (?:said|refused to talk to me):")
#: A line of a greeting or of EHLO's answer begins with its code (RFC 5321 §4.2).
_OF_A_REPLY = re.compile(r"^[2-5]\d\d-(?=[a-z])")
#: The lowest number that some systems give to a client's end of a connection.
FIRST_OF_CLIENTS = 10_000
#: The name that Docker gives to a container.
_CONTAINER = re.compile(r"[0-9a-f]{12}")
#: What programs connect to in sentences.
_WORDS = ("address", "any", "host", "my", "port", "remote", "saslauthd", "server", "the", "your")
_NO_HOST = re.compile(r"(?i)^(?:[\w-]+\.)+(?:py|js|ts|mjs|cjs|go|rb|php|java|c|cs|h|rs|so|kt)$")
_IMPLICIT = re.compile(
    r"""smtps://|ssl://|\bsecure["']?\s?[:=]\s?["']?(?:true|1)\b|SMTPSecure["']?\s?=>?\s?["']ssl|"""
    r"""SMTP_SSL\(|SMTP_SSL\b|mail\.smtp\.ssl\.enable\s?=\s?true|tls_starttls\s+off|--ssl\b|"""
    r"""EMAIL_USE_SSL\s?=\s?True|\bssl["']?\s?[:=]\s?["']?(?:true|1)\b|use_?ssl["']?\s?[:=]\s?true|tls\.Dial|SslOnConnect|\bon-?connect\b|"""
    r"""encryption["']?\s?(?:=>|[:=])\s?["']?ssl|SmtpTransport::relay|SMTPS\b|tls-on-connect|"""
    r"""SendWithTLS""",
    re.IGNORECASE,
)
_STARTTLS = re.compile(
    r"""\bsecure["']?\s?[:=]\s?["']?(?:false|0)\b|SMTPSecure["']?\s?=>?\s?["']tls|starttls|"""
    r"""EMAIL_USE_TLS\s?=\s?True|mail\.smtp\.starttls""",
    re.IGNORECASE,
)
_ADDRESSES = re.compile(
    r"""(?:connect (?:ETIMEDOUT|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EACCES|EPERM) |\[|"""
    r"""dial tcp \[?|address["']?: ?["']|\('|Trying |peeraddr=|connect\(2\) for )"""
    r"""((?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]{2,40})"""
)
_MAILBOX = r"<?([\w.+=~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)>?"
_SENDER = re.compile(rf"(?:MAIL FROM:\s?|(?<!\w)from=|sender:? ?){_MAILBOX}", re.IGNORECASE)
#: What a server names as a sender that it refused: one of a machine has no dot in its domain.
_REFUSED_SENDER = re.compile(
    r"<([\w.+=~-]{1,64}@[\w.-]{1,253})>: sender address rejected|"
    r"domain of sender address ([\w.+=~-]{1,64}@[\w.-]{1,253})",
    re.IGNORECASE,
)
_RECIPIENT = re.compile(
    rf"(?:RCPT TO:\s?|(?<!\w)to=|Final-Recipient: rfc822;\s?|recipient:? ){_MAILBOX}", re.IGNORECASE
)
#: A login that worked, also as a later reply speaks of it: Postfix, Exchange, Zoho, Netease.
_LOGGED_IN = re.compile(
    r"\b235[ -]|authentication succeeded|authenticated as|not owned by user \S|"
    r"permissions? to send as this sender|relaying disallowed as|same as authorization user",
    re.IGNORECASE,
)
_VERSION = r"[@/ ]v?(\d+\.\d+(?:\.\d+)?)"


def read(  # branches: one fact after the other, what was given first
    text: str, given: Known
) -> Known:
    """What is known with this text: what was given comes first."""
    host, port = given.host, given.port
    notes: list[str] = []
    if host is None:
        host, beside = _host(text)
        if host is not None:
            port = port or beside
            notes.append(f"host {host}")
    if port is None or (given.port is None and port is None):
        port = _port(text)
    if given.port is None and port is not None:
        notes.append(f"port {port}")
    tls = given.tls or _mode(text, port)
    if given.tls is None and tls is not None:
        notes.append({"implicit": "TLS from the first byte", "starttls": "STARTTLS"}.get(tls, tls))
    client, version = (given.client, given.version) if given.client else _client(text)
    if given.client is None and client is not None:
        name = knowledge.clients()[client].name
        notes.append(f"client {name}{f' {version}' if version else ''}")
    framework = _framework(text) if given.client is None else None
    if framework is not None:
        notes.append(f"framework {knowledge.snippets()[framework].name}")
    provider = knowledge.provider_of(host) if host else None
    if provider is not None and given.host is None:
        notes.append(f"provider {provider.name}")
    address = _address(text)
    sender, recipient = _SENDER.search(text), _RECIPIENT.search(text)
    refused = _REFUSED_SENDER.search(text)
    if sender is None and refused is not None:
        sender_address = refused[1] or refused[2]
    else:
        sender_address = sender[1] if sender is not None else None
    return msgspec.structs.replace(
        given,
        host=host,
        port=port,
        tls=tls,
        client=client,
        version=version,
        framework=framework,
        provider=provider.id if provider is not None else None,
        address=given.address or address,
        sender=sender_address,
        recipient=recipient[1] if recipient else None,
        logged_in=_LOGGED_IN.search(text) is not None,
        read=tuple(notes),
    )


def of_replies(text: str, known: Known) -> Known:
    """What is known, with the provider whose server answered a login, where no host was told."""
    if known.host is not None:
        return known
    for name, mark in error_texts.providers().items():
        if mark.search(text):
            provider = knowledge.providers()[name]
            return msgspec.structs.replace(
                known,
                host=provider.hosts[0].host,
                provider=name,
                read=(*known.read, f"provider {provider.name}"),
            )
    return known


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Only what may stand in the text: compiling is most of the time of a short one."""
    return re.compile(pattern, re.IGNORECASE)


def _host(text: str) -> tuple[str | None, int | None]:
    lowered = text.lower()
    for pattern in _HOSTS:
        if not may_stand_in(pattern, lowered):
            continue
        for match in _compiled(pattern).finditer(text):
            name = _OF_A_REPLY.sub("", match["host"].rstrip("."))
            if _is_no_host(name) or text[match.end("host") :].startswith("@"):
                continue
            groups = match.groupdict()
            port = groups.get("port")
            return name, _valid(port) if port else None
    return None, None


def _is_no_host(name: str) -> bool:
    """Names of modules and classes, a container's own and a word of a sentence stand there too."""
    own = _NO_HOST.match(name) or _CONTAINER.fullmatch(name) or name in _WORDS
    return bool(own) or name != name.lower() or len(name) < 2 or name.isdigit()


def _port(text: str) -> int | None:
    for match in _PORTS.finditer(text):
        port = _valid(next(filter(None, match.groups())))
        if port is not None and port != NAME_SERVER and not _is_of_the_peer(port):
            return port
    return SERVERS_PORT if _AMONG_SERVERS.search(text) else None


def _is_of_the_peer(port: int) -> bool:
    """Whether it is a number that a system gives to a client's end: Go and Exim print both ends.
    Mail's own numbers, moved, end as they do (10025, 30587)."""
    return port >= FIRST_OF_CLIENTS and not str(port).endswith(("025", "465", "587"))


def _valid(text: str) -> int | None:
    return int(text) if 0 < int(text) < 65536 else None


def _mode(text: str, port: int | None) -> TLSMode | None:
    if _IMPLICIT.search(text):
        return "implicit"
    return "starttls" if _STARTTLS.search(text) else None


def _address(text: str) -> str | None:
    for match in _ADDRESSES.finditer(text):
        try:
            return str(ipaddress.ip_address(match[1].rstrip(".:")))
        except ValueError:
            continue
    return None


def _client(text: str) -> tuple[str | None, str]:
    for name, mark in _marks():
        found = mark.search(text)
        if found is not None:
            version = re.search(re.escape(name) + _VERSION, text, re.IGNORECASE)
            return name, version[1] if version else ""
    return None, ""


def _framework(text: str) -> str | None:
    lowered = text.lower()
    for name, mark in error_texts.framework_marks().items():
        if may_stand_in(mark, lowered) and _compiled(mark).search(text):
            return name
    return None


@cache
def _marks() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What shows that a client printed the text, the more special ones first."""
    return tuple(
        (name, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
        for name, pattern in error_texts.client_marks().items()
    )
