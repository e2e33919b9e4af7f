"""What Nodemailer gets out of a URL, by its major version, with Node's two parsers.

Until 8 it is Node's old `url.parse` (lib/url.js of Node 20); from 9 the WHATWG parser
(url.spec.whatwg.org, a scheme that is not special), and where that refuses the text the old one,
whose answer 10 accepts only if it took the host as it is written. Knows URLs of this kind only.
It must not know what the parts mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from smtpdoctor.settings.readers.node_url import (
    BLANKS,
    FORBIDDEN,
    SCHEME,
    encoded,
    legacy,
    whatwg,
)

#: `createTransport` takes a text for a URL by this alone (lib/nodemailer.js).
IS_URL = re.compile(r"(?i)(smtps?|direct):")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class URLError(Exception):
    """What Nodemailer throws."""


@dataclass(frozen=True, slots=True, repr=False)
class NodeURL:
    """The options of a URL. `query` are those of its query, with Nodemailer's own conversions."""

    scheme: str
    host: str = ""
    port: int | None = None
    user: str | None = None
    password: str | None = None
    query: Mapping[str, Any] = field(default_factory=dict)


def parse(text: str, major: int) -> NodeURL:
    """The parts as `parseConnectionUrl` has them. Raises URLError."""
    if major < 9:
        return _legacy(text)
    # 9: the old parser's reading of a scheme without “//” is kept
    text = text.strip(BLANKS) if major > 9 else text
    scheme = SCHEME.match(text)
    if scheme and not text.startswith("//", scheme.end()) and text[scheme.end() :]:
        text = f"{scheme[0]}//{text[scheme.end() :]}"
    found = _whatwg(text, major)
    if found is not None:
        return found
    found = _legacy(text)
    if major > 9:
        authority = re.match(r"(?:[a-zA-Z0-9+.-]+:)?[\\/]{2}([^\\/?#]*)", text)
        written = authority[1].rpartition("@")[2] if authority else ""
        host = f"[{found.host}]" if ":" in found.host else found.host
        read = host if found.port is None else f"{host}:{found.port}"
        if authority and (not written or written.lower() != read):
            raise URLError("Invalid URL")
    return found


def _whatwg(text: str, major: int) -> NodeURL | None:
    """What `new URL` gives, decoded; None where it refuses the text."""
    parts = whatwg(text)
    if parts is None:
        return None
    bracketed = parts.host.startswith("[")
    host = parts.host[1:-1] if bracketed else _decoded(parts.host)
    if not bracketed and major > 9:
        if FORBIDDEN.search(host):
            raise URLError("Invalid URL")
        host = host.lower()
    user, password = _decoded(encoded(parts.user)), _decoded(encoded(parts.password))
    if major < 10:  # the two are joined and parted again at the first colon
        user, _, password = f"{user}:{password}".partition(":")
    has_login = bool(user or password)
    return NodeURL(
        parts.scheme,
        _ascii(host),
        int(parts.port) if parts.port else None,
        user if has_login else None,
        password if has_login else None,
        _query(parts.query),
    )


def _legacy(text: str) -> NodeURL:
    """What `url.parse` gives, decoded."""
    parts = legacy(text)
    user, _, password = _strictly_decoded(parts.login or "").partition(":")
    return NodeURL(
        parts.scheme,
        _ascii(parts.host),
        int(parts.port[:9]) or None if parts.port else None,
        user if parts.login else None,
        password if parts.login else None,
        _query(parts.query),
    )


def _strictly_decoded(text: str) -> str:
    """`decodeURIComponent`, which throws."""
    try:
        if _BAD_PERCENT.search(text):
            raise ValueError
        return unquote(text, errors="strict")
    except ValueError:  # UnicodeDecodeError is one
        raise URLError("URI malformed") from None


def _decoded(text: str) -> str:
    try:
        return _strictly_decoded(text)
    except URLError:
        return text


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _query(text: str) -> dict[str, Any]:
    """The keys of a query as `parseConnectionUrl` takes them: numbers, true and false; of nested
    ones only `tls.`; the first of several."""
    found: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        if "." in key and not key.startswith("tls."):
            continue
        if key in found:
            continue
        found[key] = _converted(value)
    return found


def _converted(value: str) -> Any:
    text = value.strip()
    if not text:
        return 0  # Number("") is 0
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        number = float(text)
        return int(number) if number.is_integer() else number
    return {"true": True, "false": False}.get(value, value)
