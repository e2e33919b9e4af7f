"""The sender's address against the login's. Names no cause."""

from __future__ import annotations

from smtpdoctor.settings.model import Settings


def domain_of(address: str | None) -> str:
    """What stands behind the @, as names are compared; empty where there is none."""
    return (address or "").rpartition("@")[2].lower() if "@" in (address or "") else ""


def login_address(settings: Settings) -> str | None:
    """The user name where it is a mail address."""
    return settings.username if domain_of(settings.username) else None
