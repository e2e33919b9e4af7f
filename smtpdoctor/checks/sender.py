"""The envelope dry run: MAIL, RCPT, QUIT. Never DATA."""

from __future__ import annotations

import re

from smtpdoctor import knowledge
from smtpdoctor.checks.session import SMTPSession
from smtpdoctor.observations import Exchange, Trail
from smtpdoctor.settings.model import MASK, Credentials, Settings
from smtpdoctor.smtp import commands

#: What clients say that have no name of their own: where the client isn't known, it may be one.
POOR_NAME = "localhost"

#: Octets of a short message, for a client that says its size.
SMALL = 512


def wanted(settings: Settings, logged_in: bool | None) -> bool:
    """Whether a dry run says anything: after a login, or where the settings know of no login.

    A login that failed or could not be tried has nothing after it, and without a login only a
    sender that somebody configured is worth asking about.
    """
    if settings.sender is None:
        return False
    if MASK in f"{settings.sender}{settings.recipient}" and not logged_in:
        return False  # a secret stands in it, which this server was not told
    if logged_in is not None:
        return logged_in
    entry = settings.entry("sender")
    configured = entry is not None and entry.origin.kind != "default"
    return (
        configured
        and settings.username is None
        and not settings.has_password
        and not settings.has_token
        and settings.withheld is None
    )


async def dry_run(  # branches: what of RFC 6531 client and server each have
    session: SMTPSession, settings: Settings, credentials: Credentials, trail: Trail
) -> None:
    """Offer the sender and a recipient, and take it all back."""
    said = credentials.sender or settings.sender
    assert said is not None
    client = knowledge.client(settings.client, settings.client_version)
    domains = client.unicode_domain if client is not None else "encoded"
    offered = session.capabilities
    sender, recipient = (
        address if domains != "encoded" else _wire(address)
        for address in (said, credentials.recipient or settings.recipient or said)
    )
    utf8 = not (sender.isascii() and recipient.isascii())
    local = said.rpartition("@")[0]
    utf8_spoken = client is None or client.sends_utf8_sender
    able = utf8_spoken or local.isascii()
    raw = domains == "as-written" and local.isascii() and not (offered.smtputf8 and utf8_spoken)
    if utf8 and not raw and not (offered.smtputf8 and able):
        # RFC 6531 §3.2: such an address may only go to a server that offers SMTPUTF8
        trail.record(
            Exchange(
                connection=session.connection,
                step="mail",
                outcome="other",
                error="SMTPUTF8 not spoken" if offered.smtputf8 else "SMTPUTF8 not offered",
                ok=False,
                in_tls=session.in_tls,
            )
        )
        await session.quit()
        return
    given = client.mail_parameters if client is not None else ()
    # a limit in which no message fits may be a slip: the server itself says whether it means it
    doubtful = offered.size is not None and offered.size < SMALL
    size = settings.size or (SMALL if "SIZE" in given or doubtful else None)
    command = commands.mail_from(
        sender,
        size=size if "SIZE" in offered.keywords else None,
        smtputf8=offered.smtputf8 and not raw and (utf8 or "SMTPUTF8" in given),
        body="8BITMIME" if "8BITMIME" in given and "8BITMIME" in offered.keywords else None,
        as_written=raw,
    )
    plain = command if utf8 else commands.mail_from(sender)
    await session.envelope(
        command,
        commands.rcpt_to(recipient),
        trail,
        pipelines=client.pipelines if client is not None else None,
        full_name=_domain_of(settings.sender or "") if not settings.ehlo else "",
        plain_sender=plain if plain != command else b"",
        other_name=POOR_NAME if client is None and not settings.ehlo else "",
    )


def _domain_of(address: str) -> str:
    """The address's domain where that is a full host name, as a program may be told to say it."""
    domain = address.rpartition("@")[2]
    return domain if domain.isascii() and re.fullmatch(r"[\w-]+(\.[\w-]+)+", domain) else ""


def _wire(address: str) -> str:
    """The address with its domain as A-labels, so that only a non-ASCII local part needs UTF-8."""
    local, at, domain = address.rpartition("@")
    if not at or domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address
