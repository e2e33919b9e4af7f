"""The envelope dry run: MAIL, RCPT, RSET, QUIT. Never DATA."""

from __future__ import annotations

from smtpdoctor.checks.session import SMTPSession
from smtpdoctor.observations import Exchange, Trail
from smtpdoctor.settings.model import Settings
from smtpdoctor.smtp import commands


def wanted(settings: Settings, logged_in: bool | None) -> bool:
    """Whether a dry run says anything: after a login, or where the settings know of no login.

    A login that failed or could not be tried has nothing after it, and without a login only a
    sender that somebody configured is worth asking about.
    """
    if settings.sender is None:
        return False
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


async def dry_run(session: SMTPSession, settings: Settings, trail: Trail) -> None:
    """Offer the sender and a recipient, and take it all back."""
    assert settings.sender is not None
    sender, recipient = _wire(settings.sender), _wire(settings.recipient or settings.sender)
    utf8 = not (sender.isascii() and recipient.isascii())
    if utf8 and not session.capabilities.smtputf8:
        # RFC 6531 §3.2: such an address may only go to a server that offers SMTPUTF8
        trail.record(
            Exchange(
                connection=session.connection,
                step="mail",
                outcome="other",
                error="SMTPUTF8 not offered",
                ok=False,
                in_tls=session.in_tls,
            )
        )
        await session.quit()
        return
    size = settings.size if "SIZE" in session.capabilities.keywords else None
    await session.envelope(
        commands.mail_from(sender, size=size, smtputf8=utf8),
        commands.rcpt_to(recipient),
        trail,
    )


def _wire(address: str) -> str:
    """The address with its domain as A-labels, so that only a non-ASCII local part needs UTF-8."""
    local, at, domain = address.rpartition("@")
    if not at or domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address
