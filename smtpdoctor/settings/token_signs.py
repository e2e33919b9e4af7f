"""What the form of an OAuth2 token tells before anybody is asked: that it is no token for mail.

Knows JSON web tokens (RFC 7519) and the forms that Google and Microsoft give theirs. Tells signs
alone, never a part of a token. Must not know settings, nor who will be asked.
"""

from __future__ import annotations

import re
import time
from typing import Any

from smtpdoctor.settings.model import TokenSign

_FORMS: tuple[tuple[TokenSign, re.Pattern[str]], ...] = (
    # Google's, and Microsoft's for work and for personal accounts
    ("refresh-token", re.compile(r"1//[\w-]{20,}|[01]\.A[\w-]{10,}\..*|M\.[CR]\d+_.*", re.DOTALL)),
    ("authorization-code", re.compile(r"4/0?[\w-]{20,}")),
    ("api-key", re.compile(r"AIza[\w-]{35}|GOCSPX-[\w-]{20,}")),
)
#: Audiences of tokens that Exchange Online takes for mail.
_OUTLOOK = re.compile(
    r"https://(outlook|ps)\.(office|office365)\.(com|us)/?|https://outlook-s\.office\.com/?"
    r"|https://(outlook|partner\.outlook)\.[\w.]+/?|00000002-0000-0ff1-ce00-000000000000"
)
_MOST_LOOKED_AT = 16 * 1024


def signs(token: str, now: float | None = None) -> tuple[TokenSign, ...]:
    """The signs that this token is not the right one; `now` is in seconds since 1970."""
    text = token.strip()
    found: list[TokenSign] = [name for name, form in _FORMS if form.fullmatch(text)]
    claims = _claims(text[:_MOST_LOOKED_AT])
    expires = claims.get("exp")
    if isinstance(expires, int) and expires < (time.time() if now is None else now):
        found.append("expired")
    audience = claims.get("aud")
    if isinstance(audience, str) and not _OUTLOOK.fullmatch(audience):
        found.append("not-for-outlook")
    allowed = claims.get("scp") or claims.get("scope") or claims.get("roles")
    words = allowed.split() if isinstance(allowed, str) else allowed
    if isinstance(words, list) and not any("smtp" in str(word).lower() for word in words):
        found.append("without-smtp")
    return tuple(found)


def _claims(token: str) -> dict[str, Any]:
    """The claims of a JSON web token, unverified; none of anything else."""
    import json
    from base64 import urlsafe_b64decode

    parts = token.split(".")
    if len(parts) != 3 or not parts[0].startswith("ey"):
        return {}
    try:
        told = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
