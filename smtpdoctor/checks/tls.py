"""Greeting, EHLO and TLS as configured: the part of a session that comes before any login."""

from __future__ import annotations

import ssl

from smtpdoctor import knowledge
from smtpdoctor.addresses import family_of
from smtpdoctor.checks.session import SMTPSession
from smtpdoctor.settings.model import Settings, TLSMode


async def converse(
    session: SMTPSession,
    *,
    tls: TLSMode,
    tls_demanded: bool,
    ehlo_name: str,
    context: ssl.SSLContext,
) -> bool:
    """Go as far as EHLO in the wanted mode. True where AUTH or MAIL could follow.

    `tls_demanded`: whether a server without STARTTLS is a failure (TLS required, or credentials
    that must not go out in clear).
    """
    if tls == "implicit":
        await session.handshake("implicit", context)
        if not _protected(session, context):
            return False
    if not (await session.greeting()).ok:
        return False
    if not (await session.ehlo(ehlo_name)).ok:
        return False
    if tls != "starttls":
        return True
    if not session.capabilities.starttls:
        session.starttls_not_offered(failed=tls_demanded)
        return not tls_demanded
    if not (await session.starttls()).ok:
        return False
    await session.handshake("starttls", context)
    if not _protected(session, context):
        return False
    # RFC 3207 §4.2: what was learnt before TLS is forgotten
    return bool((await session.ehlo(ehlo_name)).ok)


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


def ehlo_name(settings: Settings, full_host_name: str, local_address: str) -> str:
    """The name that the named client would send, else this host's, else the address literal."""
    if settings.ehlo and (name := _sendable(settings.ehlo)):
        return name
    full_host_name = _sendable(full_host_name)
    address = local_address.partition("%")[0]  # a zone means something on this machine only
    literal = f"[{'IPv6:' if family_of(address) == 'IPv6' else ''}{address}]"
    client = knowledge.clients().get(settings.client) if settings.client else None
    if client is not None:
        form = client.ehlo
        if form == "localhost":
            return "localhost"
        if form == "bracket-127":
            return full_host_name or "[127.0.0.1]"
        if form == "address-literal":
            return literal
    return full_host_name or literal
