"""A URL as Node's two parsers take it apart: `new URL` and the old `url.parse`.

Knows url.spec.whatwg.org and lib/url.js of Node 20 (both run there), for schemes that are not
special, as smtp: is none. It must not know what the parts mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_LEGACY_SCHEME = re.compile(r"([a-zA-Z0-9.+-]+):")
#: Where the old parser lets a host end at the latest.
_LEGACY_END = frozenset("\t\n\r \"%';<>\\^`{|}")
_LEGACY_HOST = re.compile(r"[a-zA-Z0-9.+_\-\u0080-\U0010ffff]*")
#: The WHATWG forbidden host code points.
FORBIDDEN = re.compile(r"[\0\t\n\r #/:<>?@\[\\\]^|]")
#: The userinfo percent-encode set.
_USERINFO = re.compile(r"[^!$&'()*+,\-.0-9A-Z_a-z~%]")
BLANKS = "".join(map(chr, range(33)))


@dataclass(frozen=True, slots=True, repr=False)
class Parts:
    """The parts as they are written. `login` is user name and password together, None without an
    `@`. `places` says where a part stands, where the text was taken as it is."""

    scheme: str = ""
    host: str = ""
    port: str = ""
    login: str | None = None
    path: str = ""
    query: str = ""
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def user(self) -> str:
        return (self.login or "").partition(":")[0]

    @property
    def password(self) -> str:
        return (self.login or "").partition(":")[2]


def whatwg(given: str) -> Parts | None:
    """None where `new URL` refuses the text. Brackets around a host stay."""
    text = re.sub(r"[\t\n\r]", "", given.strip(BLANKS))
    scheme = SCHEME.match(text)
    if scheme is None:
        return None
    start = scheme.end() + 2
    path_end = _first(text, "?#", scheme.end())
    query = text[path_end:].partition("#")[0][1:]
    if not text.startswith("//", scheme.end()):
        return Parts(scheme[1].lower(), path=text[scheme.end() : path_end], query=query)
    end = _first(text, "/?#", start)
    at = text.rfind("@", start, end)
    host_start = start if at < 0 else at + 1
    place = text[host_start:end]
    bracketed = re.fullmatch(r"(\[[^\]]*\])(?::(.*))?", place, re.DOTALL)
    host, colon, port = (
        (bracketed[1], ":" if bracketed[2] is not None else "", bracketed[2] or "")
        if bracketed
        else place.partition(":")
    )
    if (at >= 0 or port) and not host:
        return None
    if port and not (port.isascii() and port.isdigit() and int(port[:9]) < 65536):
        return None
    if not bracketed and FORBIDDEN.search(host):
        return None
    login = text[start:at] if at >= 0 else None
    host_end = host_start + len(host)
    places = {
        "scheme": scheme.span(1),
        "host": (host_start, host_end),
        "port": (host_end + len(colon), end),
        "query": (path_end + 1, path_end + 1 + len(query)),
        **_login_places(login, start),
    }
    return Parts(
        scheme[1].lower(),
        host,
        str(int(port)) if port else "",
        login,
        text[end:path_end],
        query,
        places if text == given else {},
    )


def encoded(login: str) -> str:
    """A user name or password as `new URL` has it: what is percent-encoded stays so."""
    return _USERINFO.sub(lambda match: quote(match[0], safe=""), login)


def legacy(given: str) -> Parts:  # branches: url.parse's own steps in their order
    """What `url.parse` makes of any text. Brackets around a host are gone."""
    text = given.strip()
    head, mark, tail = re.match(r"([^?#]*)([?#]?)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    text = head.replace("\\", "/") + mark + tail
    scheme = _LEGACY_SCHEME.match(text)
    name = scheme[1].lower() if scheme else ""
    start = scheme.end() if scheme else 0
    rest = text[start:]
    if rest.startswith("//"):
        start, rest = start + 2, rest[2:]
    elif not scheme:
        return Parts(query=rest.partition("#")[0].partition("?")[2])
    at, stop = -1, -1
    for place, character in enumerate(rest):
        if character in "#/?":
            stop = place if stop < 0 else stop
            break
        if character in _LEGACY_END:
            stop = place if stop < 0 else stop
        elif character == "@":
            at, stop = place, -1
    login = rest[:at] if at >= 0 else None
    host = rest[at + 1 :] if stop < 0 else rest[at + 1 : stop]
    behind = "" if stop < 0 else rest[stop:]
    port = re.search(r":([0-9]*)$", host)
    if port:
        host = host[: port.start()]
    host_start = start + at + 1
    host_end = host_start + len(host)
    port_start = host_end + (1 if port else 0)
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
        host_start, host_end = host_start + 1, host_end - 1
    else:
        valid = _LEGACY_HOST.match(host)
        cut = valid.end() if valid else 0
        if cut < len(host):
            behind = f"/{host[cut:]}{behind}"
        host = host[:cut]
    before = behind.partition("#")[0]
    digits = port[1] if port else ""
    places = {
        "host": (host_start, host_end),
        "port": (port_start, port_start + len(digits)),
        **_login_places(login, start),
    }
    if scheme is not None:
        places["scheme"] = scheme.span(1)
    return Parts(
        name,
        host.lower(),
        digits,
        login,
        before.partition("?")[0],
        before.partition("?")[2],
        places if text == given and len(host) == host_end - host_start else {},
    )


def _first(text: str, characters: str, start: int) -> int:
    found = re.compile(f"[{re.escape(characters)}]").search(text, start)
    return found.start() if found else len(text)


def _login_places(login: str | None, start: int) -> dict[str, tuple[int, int]]:
    if login is None:
        return {}
    end = start + len(login)
    user_end = start + len(login.partition(":")[0])
    return {
        "login": (start, end),
        "user": (start, user_end),
        "password": (min(user_end + 1, end), end),
    }
