"""The sender against the login, and fixes that change the sender. Names no cause."""

from __future__ import annotations

from smtpdoctor.diagnosis.fixes import change_settings
from smtpdoctor.diagnosis.model import Fix
from smtpdoctor.diagnosis.run import Run


def domain(address: str | None) -> str:
    """What stands behind the @, as names are compared; empty where there is none."""
    return (address or "").rpartition("@")[2].lower() if "@" in (address or "") else ""


def login_address(run: Run) -> str | None:
    """The user name where it is a mail address."""
    username = run.settings.username
    return username if domain(username) else None


def send_from_login(run: Run) -> tuple[Fix, ...]:
    """Send from the login's own address; nothing where it is none, or is the sender already."""
    sender, login = run.settings.sender, login_address(run)
    if login is None or (sender is not None and sender.lower() == login.lower()):
        return ()
    steps = (f"Put {sender} into Reply-To: answers then go there.",) if sender else ()
    return (
        change_settings(
            run, f"send from {login}, the address that logs in", sender=login, steps=steps
        ),
    )
