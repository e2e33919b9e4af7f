"""A password that must be nowhere, and every form in which it could be somewhere."""

from __future__ import annotations

import base64
import html
import json
import quopri
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

#: No word of any language and no piece of any text of ours.
CANARY = "Kx9vT-zqW4m:Jh7&bY"
#: As many characters of it in a row tell something.
WINDOW = 6


def _pieces(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(len(text) - size + 1))


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "surrogateescape")
    yield from _pieces(secret, WINDOW)
    yield from _pieces(secret[::-1], WINDOW)
    for ahead in range(3):
        # the characters that depend on nothing but the secret, whatever stands before it
        encoded = base64.b64encode(b"\0" * ahead + raw).decode().rstrip("=")
        yield from _pieces(encoded[ahead + 1 : -1], 8)
    yield from _pieces(raw.hex(), 2 * WINDOW)
    yield from _pieces(raw.hex().upper(), 2 * WINDOW)
    yield " ".join(f"{byte:02x}" for byte in raw[:WINDOW])
    yield "".join(f"%{byte:02X}" for byte in raw[:WINDOW])
    yield quote(secret, safe="", errors="replace")
    yield html.escape(secret)
    yield json.dumps(secret)[1:-1]
    yield quopri.encodestring(raw).decode()
    yield unicodedata.normalize("NFD", secret)
    yield raw.decode("latin-1")
    yield raw.decode("utf-16-le", "replace")


FORMS = frozenset(_forms(CANARY))


def leaks(*outputs: str) -> set[str]:
    """The forms of the canary that are in any of the outputs."""
    return {form for form in FORMS for output in outputs if form in output}
