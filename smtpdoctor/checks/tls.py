"""Greeting, EHLO and TLS as configured: the part of a session that comes before any login."""

from __future__ import annotations

import re
import ssl

from smtpdoctor import knowledge
from smtpdoctor.addresses import family_of, is_loopback
from smtpdoctor.checks.session import SMTPSession
from smtpdoctor.observations import Exchange
from smtpdoctor.settings.model import Settings, TLSMode
from smtpdoctor.smtp.capabilities import OfferReading
from smtpdoctor.surroundings.place import OwnNames

#: RFC 1123 §2.1.
_HOST_NAME = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?)+")


async def converse(  # branches: one step after the other, and each may end it
    session: SMTPSession,
    *,
    tls: TLSMode,
    tls_demanded: bool,
    ehlo_name: str,
    context: ssl.SSLContext,
    client: knowledge.Client | None = None,
    asks_unoffered: bool = False,
) -> bool:
    """Go as far as EHLO in the wanted mode. True where AUTH or MAIL could follow.

    `tls_demanded`: whether a server without STARTTLS is a failure (TLS required, or credentials
    that must not go out in clear). `client` is the user's own, where it is known; with
    `asks_unoffered` it asks for STARTTLS whatever is offered.
    """
    if tls == "implicit":
        await session.handshake("implicit", context)
        if not _protected(session, context):
            return False
    if not (await session.greeting()).ok:
        return False
    hello = await session.ehlo(ehlo_name)
    if not hello.ok:
        # RFC 5321 §3.2: a client that gets no 250 to EHLO may go on with HELO, and all do
        refused = _is_followed_by_helo(hello, client)
        blind = client is not None and client.starttls_after_helo
        if not refused or (tls_demanded and not blind):
            return False
        if not (await session.helo(ehlo_name)).ok:
            return False
        return not tls_demanded or await _blind(session, ehlo_name, context)
    if tls != "starttls":
        return True
    reading = client.offers if client is not None else OfferReading()
    offered = session.capabilities.starttls_as_read(reading)
    answer = await session.starttls(unoffered=not offered) if offered or asks_unoffered else None
    if answer is None or (answer.ok is None and not offered):
        session.starttls_not_offered(failed=tls_demanded)
        return not tls_demanded
    if not answer.ok:
        goes_on = client is not None and client.after_refused_starttls == "as-set"
        return goes_on and not tls_demanded and answer.outcome == "reply"
    await session.handshake("starttls", context)
    if not _protected(session, context):
        return False
    # RFC 3207 §4.2: what was learnt before TLS is forgotten
    hello = await session.ehlo(ehlo_name)
    goes_on = (
        client is not None
        and client.logs_in_after_helo
        and (client.starttls_after_helo or not asks_unoffered)
    )
    if not hello.ok and goes_on and _is_followed_by_helo(hello, client):
        return bool((await session.helo(ehlo_name)).ok)
    return bool(hello.ok)


def _is_followed_by_helo(hello: Exchange, client: knowledge.Client | None) -> bool:
    """Whether the client says HELO after this answer to EHLO."""
    return (
        hello.outcome == "reply"
        and hello.reply is not None
        and hello.reply.code not in (0, 421)
        and (client is None or bool(re.fullmatch(client.helo_after, str(hello.reply.code))))
    )


async def _blind(session: SMTPSession, name: str, context: ssl.SSLContext) -> bool:
    """STARTTLS at a server that knows HELO alone, as a client does that asks nothing before."""
    if not (await session.starttls()).ok:
        return False
    await session.handshake("starttls", context)
    if not _protected(session, context):
        return False
    return bool((await session.ehlo(name)).ok or (await session.helo(name)).ok)


def _protected(session: SMTPSession, context: ssl.SSLContext) -> bool:
    verifies = context.verify_mode != ssl.CERT_NONE
    return session.in_tls and (session.verified or not verifies)


def _sendable(name: str) -> str:
    """A host name with A-labels for what is not ASCII (RFC 6531 §3.7.1), "" where it has none."""
    if name.isascii():
        return name
    try:
        found = name.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    # IDNA makes "xn-- -ccb" of a lone diaeresis: a blank ends the name
    return found if found.isprintable() and " " not in found else ""


def ehlo_name(settings: Settings, own: OwnNames, local_address: str) -> str:
    """The name that the named client would send, else this host's, else the address literal."""
    if settings.ehlo and (name := _sendable(settings.ehlo)):
        return name
    client = knowledge.client(settings.client, settings.client_version)
    if client is not None and (name := _sendable(name_said_by(client.ehlo, own, local_address))):
        return name
    return _sendable(own.dotted) or _literal(local_address)


def name_said_by(form: knowledge.EHLOName, own: OwnNames, local_address: str) -> str:
    """What a client that makes up its name in this way says on this machine; "" for nothing."""
    match form:
        case "localhost":
            return "localhost"
        case "localhost-localdomain":
            return "localhost.localdomain"
        case "bracket-127":
            return "[127.0.0.1]"
        case "dotted-or-bracket-127":
            return own.dotted or "[127.0.0.1]"
        case "full-name":
            return own.full
        case "full-name-or-literal":
            return own.full if "." in own.full else f"[{own.address or '127.0.0.1'}]"
        case "canonical-name":
            return own.canonical or ("localhost" if is_loopback(local_address) else "")
        case "host-name":
            return own.host
        case "valid-host-name":
            return own.host if _HOST_NAME.fullmatch(own.host) else "localhost.localdomain"
        case "short-name":
            return own.host.partition(".")[0]


def _literal(address: str) -> str:
    address = address.partition("%")[0]  # a zone means something on this machine only
    return f"[{'IPv6:' if family_of(address) == 'IPv6' else ''}{address}]"
