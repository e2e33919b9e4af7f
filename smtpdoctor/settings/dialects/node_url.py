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
from urllib.parse import parse_qsl, quote, unquote

#: `createTransport` takes a text for a URL by this alone (lib/nodemailer.js).
IS_URL = re.compile(r"(?i)(smtps?|direct):")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_LEGACY_SCHEME = re.compile(r"([a-zA-Z0-9.+-]+):")
#: Where the old parser lets a host end at the latest.
_LEGACY_END = frozenset("\t\n\r \"%';<>\\^`{|}")
_LEGACY_HOST = re.compile(r"[a-zA-Z0-9.+_\-\u0080-\U0010ffff]*")
#: The WHATWG forbidden host code points.
_FORBIDDEN = re.compile(r"[\0\t\n\r #/:<>?@\[\\\]^|]")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
#: The userinfo percent-encode set.
_USERINFO = re.compile(r"[^!$&'()*+,\-.0-9A-Z_a-z~%]")


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
    text = text.strip("".join(map(chr, range(33)))) if major > 9 else text
    scheme = _SCHEME.match(text)
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


def _whatwg(  # branches: new URL's own steps in their order
    text: str, major: int
) -> NodeURL | None:
    """None where `new URL` refuses the text."""
    text = re.sub(r"[\t\n\r]", "", text.strip("".join(map(chr, range(33)))))
    scheme = _SCHEME.match(text)
    if scheme is None:
        return None
    rest = text[scheme.end() :]
    if not rest.startswith("//"):
        return NodeURL(scheme[1].lower())
    end = re.compile(r"[/?#]").search(rest, 2)
    authority = rest[2 : end.start()] if end else rest[2:]
    behind = rest[end.start() :] if end else ""
    userinfo, at, place = authority.rpartition("@")
    user, _, password = userinfo.partition(":")
    bracketed = re.fullmatch(r"(\[[^\]]*\])(?::(.*))?", place, re.DOTALL)
    host, _, port = (bracketed[1], "", bracketed[2] or "") if bracketed else place.partition(":")
    if (at or port) and not host:
        return None
    if port and not (port.isascii() and port.isdigit() and int(port[:9]) < 65536):
        return None
    if not bracketed and _FORBIDDEN.search(host):
        return None
    host = host[1:-1] if bracketed else _decoded(host)
    if not bracketed and major > 9:
        if _FORBIDDEN.search(host):
            raise URLError("Invalid URL")
        host = host.lower()
    user, password = _user_decoded(user), _user_decoded(password)
    if major < 10:  # the two are joined and parted again at the first colon
        user, _, password = f"{user}:{password}".partition(":")
    query = behind.partition("#")[0].partition("?")[2]
    has_login = bool(user or password)
    return NodeURL(
        scheme[1].lower(),
        _ascii(host),
        int(port) if port else None,
        user if has_login else None,
        password if has_login else None,
        _query(query),
    )


def _legacy(text: str) -> NodeURL:  # branches: url.parse's own steps in their order
    """Node's `url.parse`."""
    text = text.strip()
    head, mark, tail = re.match(r"([^?#]*)([?#]?)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    text = head.replace("\\", "/") + mark + tail
    scheme = _LEGACY_SCHEME.match(text)
    name = scheme[1].lower() if scheme else ""
    rest = text[scheme.end() :] if scheme else text
    slashes = rest.startswith("//")
    if slashes:
        rest = rest[2:]
    elif not scheme:
        return NodeURL("", query=_query(rest.partition("#")[0].partition("?")[2]))
    at, stop, ended = -1, -1, False
    for place, character in enumerate(rest):
        if character in "#/?":
            stop = place if stop < 0 else stop
            ended = True
        elif character in _LEGACY_END:
            stop = place if stop < 0 else stop
        elif character == "@":
            at, stop = place, -1
        if ended:
            break
    login = rest[:at] if at >= 0 else ""
    host = rest[at + 1 :] if stop < 0 else rest[at + 1 : stop]
    behind = "" if stop < 0 else rest[stop:]
    port = re.search(r":([0-9]*)$", host)
    if port:
        host = host[: port.start()]
    bracketed = host.startswith("[") and host.endswith("]")
    if bracketed:
        host = host[1:-1]
    else:
        valid = _LEGACY_HOST.match(host)
        cut = valid.end() if valid else 0
        if cut < len(host):
            behind = f"/{host[cut:]}{behind}"
        host = host[:cut]
    user, _, password = _strictly_decoded(login).partition(":")
    query = behind.partition("#")[0].partition("?")[2]
    return NodeURL(
        name,
        _ascii(host.lower()),
        int(port[1][:9]) or None if port and port[1] else None,
        user if login else None,
        password if login else None,
        _query(query),
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


def _user_decoded(text: str) -> str:
    """What the WHATWG parser encodes is decoded again, or nothing of it."""
    return _decoded(_USERINFO.sub(lambda match: quote(match[0], safe=""), text))


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
