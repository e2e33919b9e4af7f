"""Settings files for the tests of this folder."""

from __future__ import annotations

HEALTHY = {
    "SMTP_HOST": "smtp.ionos.com",
    "SMTP_PORT": "587",
    "SMTP_SECURE": "false",
    "SMTP_USER": "info@example.com",
    "SMTP_PASS": "geheim-12",
    "SMTP_FROM": "info@example.com",
}


def env(**changes: str | None) -> str:
    """The .env of an application that works, with these changes; None leaves a line out."""
    lines = {name: text for name, text in (HEALTHY | changes).items() if text is not None}
    return "".join(f"{name}={text}\n" for name, text in lines.items())
