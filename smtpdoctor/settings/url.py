"""A URL or DSN of a mail server taken apart, with the place of every part.

This module knows the text of a URL. It must not know where the URL stands. Nothing raises;
what cannot be read gives a problem, and no message holds a secret.
"""

from __future__ import annotations

import re

import msgspec

from smtpdoctor.settings.model import MASK, Problem, Secret
from smtpdoctor.settings.values import FALSE, TRUE, read_host, read_port

Span = tuple[int, int]

SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*)://")
#: A host with or without a port, nothing else: what stands before it can't hold credentials.
AUTHORITY = re.compile(r"(?:\[[^\[\]@]*\]|[^:@/?#\[\]\s]*)(?::[0-9]+)?")
QUERY = re.compile(r"/?\?[A-Za-z][\w.-]*=")
SECRET_OPTION = re.compile(r"[?&][^=&#]*(?:pass|pwd|secret|token|api_?key)[^=&#]*=([^&#]+)", re.I)
BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

#: What RFC 3986 §3.2.1 does not allow in user or password, and breaks real parsers.
RESERVED = re.compile(r"[/?#\[\]\s]|%(?![0-9A-Fa-f]{2})")

ENCODED = "most programs read it as it was meant all the same"


class Part(msgspec.Struct, frozen=True):
    """A part of the URL as it was meant (decoded), and where it stands, from 0, half-open."""

    value: Secret
    span: Span


class URL(msgspec.Struct, frozen=True, kw_only=True):
    """The parts that were found. `mode` is a word of `values.read_scheme`.

    `problem` "not-encoded" with a `note` is one that most programs put up with.
    """

    masked: str
    secrets: tuple[Span, ...] = ()
    mode: Part | None = None
    host: Part | None = None
    port: Part | None = None
    username: Part | None = None
    password: Part | None = None
    verify: Part | None = None
    problem: Problem | None = None
    detail: str = ""
    note: str = ""

    def shift(self, span: Span) -> Span:
        """The place of a part in `masked`."""
        return (self._shifted(span[0]), self._shifted(span[1]))

    def _shifted(self, offset: int) -> int:
        return offset + sum(
            len(MASK) - (end - start) for start, end in self.secrets if end <= offset
        )


def read_url(text: str) -> URL:
    """Take `smtp://user:password@host:port?option=value` apart.

    The scheme may be missing (`user:password@host:587`), as in a TARGET.
    """
    scheme = SCHEME.match(text)
    start = scheme.end() if scheme else 0
    userinfo_end = _userinfo_end(text, start)
    host_start = start if userinfo_end is None else userinfo_end + 1
    rest = re.compile(r"[/?#]").search(text, host_start)
    host_end = rest.start() if rest else len(text.rstrip())
    secrets = _secrets(text, start, userinfo_end, host_start, host_end)
    masked = _mask(text, secrets)
    host, port, problem, detail = _authority(text, host_start, host_end)
    note = ""
    username = password = None
    if userinfo_end is not None:
        colon = text.find(":", start, userinfo_end)
        user_end = userinfo_end if colon < 0 else colon
        username = _part(text, start, user_end)
        if colon >= 0:
            password = _part(text, colon + 1, userinfo_end)
        odd = _reserved(text, start, user_end, userinfo_end)
        if odd:
            problem, (detail, note) = "not-encoded", odd
    if scheme and scheme[1].lower() not in {"smtp", "smtps"}:
        problem, detail = "not-a-url", f"{scheme[1]}:// is not smtp:// or smtps://"
    mode = _mode(text, scheme, host_end)
    return URL(
        masked=masked,
        secrets=secrets,
        mode=mode,
        host=host,
        port=port,
        username=username if username and username.value else None,
        password=password if password and password.value else None,
        verify=_verify(text, host_end),
        problem=problem,
        detail=detail,
        note=note,
    )


def _userinfo_end(text: str, start: int) -> int | None:
    """Where the `@` stands that ends user and password; None without one.

    Reserved characters in a password (`pa/ss`, `pa#ss`) move the end of the authority before
    the `@`; a mail server's URL has no path and no fragment, so the last `@` was meant.
    """
    boundary = re.compile(r"[/?#]").search(text, start)
    end = boundary.start() if boundary else len(text)
    inside = text.rfind("@", start, end)
    behind = text.rfind("@", end)
    if behind < 0:
        return inside if inside >= 0 else None
    after_inside = start if inside < 0 else inside + 1
    host = end > after_inside and AUTHORITY.fullmatch(text, after_inside, end)
    if host and QUERY.match(text, end):
        return inside if inside >= 0 else None  # smtp://host:587?from=a@b
    return behind


def _secrets(
    text: str, start: int, userinfo_end: int | None, host_start: int, host_end: int
) -> tuple[Span, ...]:
    found: list[Span] = []
    if userinfo_end is not None:
        colon = text.find(":", start, userinfo_end)
        if 0 <= colon < userinfo_end - 1:
            found.append((colon + 1, userinfo_end))
    elif not AUTHORITY.fullmatch(text, host_start, host_end):
        # no @ anywhere: what stands behind a colon and is no port may be a cut-off password
        colon = text.find(":", host_start)
        if 0 <= colon < len(text) - 1:
            return ((colon + 1, len(text)),)
    found += [match.span(1) for match in SECRET_OPTION.finditer(text, host_end)]
    return tuple(found)


def _mask(text: str, secrets: tuple[Span, ...]) -> str:
    for start, end in reversed(secrets):
        text = text[:start] + MASK + text[end:]
    return text


def _part(text: str, start: int, end: int) -> Part:
    from urllib.parse import unquote  # only where a URL has credentials

    raw = text[start:end]
    return Part(Secret(raw if BAD_PERCENT.search(raw) else unquote(raw)), (start, end))


def _authority(
    text: str, start: int, end: int
) -> tuple[Part | None, Part | None, Problem | None, str]:
    authority = text[start:end]
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]*))?", authority)
    if match is None and read_host(authority).problem is None:
        name, port_text = authority, None  # an IPv6 address without brackets
    elif match is None:
        return None, None, "not-a-url", "what stands behind the host is no port"
    else:
        name, port_text = match[1], match[2]
    host = Part(Secret(name), (start, start + len(name)))
    port = Part(Secret(port_text), (end - len(port_text), end)) if port_text else None
    read = read_host(name)
    if not name:
        return None, port, "not-a-url", "no host in it"
    if read.problem:
        return host, port, "not-a-url", f"the host has {read.detail}"
    if port and (number := read_port(port.value.reveal())).problem:
        return host, port, number.problem, number.detail
    return host, port, None, ""


def _reserved(text: str, start: int, user_end: int, end: int) -> tuple[str, str] | None:
    """What has to be percent-encoded in user and password: (detail, note)."""
    for name, begin, stop in (("user name", start, user_end), ("password", user_end + 1, end)):
        if match := RESERVED.search(text, begin, stop):
            character = match.group()
            code = "%25" if character == "%" else "".join(f"%{b:02X}" for b in character.encode())
            shown = "blank" if character.isspace() else f"“{character}”"
            return f"the {name} has a {shown} in it: write {code}", ""
    for name, begin, stop in (("user name", start, user_end), ("password", user_end + 1, end)):
        if "@" in text[begin:stop]:
            return f"the {name} has an “@” in it: write %40", ENCODED
    return None


def _options(text: str, start: int) -> list[tuple[str, str, Span]]:
    pattern = re.compile(r"[?&]([^=&#]+)=([^&#]*)")
    return [
        (match[1].lower(), match[2].lower(), match.span(2))
        for match in pattern.finditer(text, start)
    ]


def _mode(text: str, scheme: re.Match[str] | None, end: int) -> Part | None:
    """The scheme, refined by the options of Nodemailer (secure, requireTLS, ignoreTLS) and of
    Symfony (require_tls, auto_tls)."""
    if scheme is None:
        return None
    word = "smtps" if scheme[1].lower() == "smtps" else "smtp"
    span = scheme.span(1)
    for name, value, place in _options(text, end):
        true, false = value in TRUE, value in FALSE - {""}
        if name == "secure" and (true or false):
            word, span = ("smtps" if true else "smtp"), place
        elif word == "smtp" and name in {"requiretls", "require_tls"} and true:
            word, span = "smtp, STARTTLS required", place
        elif word == "smtp" and (name, true, false) in {
            ("ignoretls", True, False),
            ("auto_tls", False, True),
        }:
            word, span = "smtp, no TLS", place
    return Part(Secret(word), span)


def _verify(text: str, end: int) -> Part | None:
    """Whether an option of the URL switches certificate checks off."""
    for name, value, place in _options(text, end):
        if name in {"tls.rejectunauthorized", "verify_peer"} and value in FALSE - {""}:
            return Part(Secret("false"), place)
    return None


def replacements(
    text: str,
    *,
    host: str | None = None,
    port: int | None = None,
    mode: str | None = None,
    username: str | None = None,
) -> list[tuple[Span, str]]:
    """What to write where, so that the URL says these values; from left to right.

    `mode` is a word of `values.read_scheme`. `text` may be the URL's masked form.
    """
    url = read_url(text)
    scheme = SCHEME.match(text)
    found: list[tuple[Span, str]] = []
    if mode is not None:
        word = "smtps" if mode == "smtps" else "smtp"
        if scheme is None:
            found.append(((0, 0), f"{word}://"))
        elif scheme[1].lower() != word:
            found.append((scheme.span(1), word))
    if username is not None and url.username is not None:
        from urllib.parse import quote

        found.append((url.username.span, quote(username, safe="")))
    if host is not None and url.host is not None:
        found.append((url.host.span, f"[{host}]" if ":" in host else host))
    if port is not None and url.port is not None:
        found.append((url.port.span, str(port)))
    elif port is not None and url.host is not None:
        end = url.host.span[1]
        found.append(((end, end), f":{port}"))
    if mode is not None:
        found += _mode_options(text, url, mode)
    return sorted(found, key=lambda item: item[0])


def _mode_options(text: str, url: URL, mode: str) -> list[tuple[Span, str]]:
    """The options of the query that speak of TLS, set to what `mode` says."""
    wanted = {
        "secure": mode == "smtps",
        "requiretls": mode == "smtp, STARTTLS required",
        "require_tls": mode == "smtp, STARTTLS required",
        "ignoretls": mode == "smtp, no TLS",
        "auto_tls": mode != "smtp, no TLS",
    }
    end = url.host.span[1] if url.host else 0
    there = [item for item in _options(text, end) if item[0] in wanted]
    found = [
        (place, "true" if wanted[name] else "false")
        for name, value, place in there
        if (value in TRUE) != wanted[name]
    ]
    extra = {"smtp, STARTTLS required": "requireTLS", "smtp, no TLS": "ignoreTLS"}.get(mode)
    if extra and not {"require_tls", "auto_tls", extra.lower()} & {name for name, _, _ in there}:
        stop = len(text.rstrip())
        found.append(((stop, stop), f"{'&' if '?' in text[end:] else '?'}{extra}=true"))
    return found
