"""A URL or DSN of a mail server taken apart, with the place of every part.

This module knows the text of a URL. It must not know where the URL stands. Nothing raises;
what cannot be read gives a problem, and no message holds a secret.
"""

from __future__ import annotations

import re

import msgspec

from smtpdoctor.settings.harmless import ADDRESS, SCHEMES, shown
from smtpdoctor.settings.model import FALSE, MASK, TRUE, Problem, Secret
from smtpdoctor.settings.values import LONGEST, read_host, read_port

Span = tuple[int, int]

SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*)://")
#: A host with or without a port, nothing else: what stands before it can't hold credentials.
AUTHORITY = re.compile(r"(?:\[[^\[\]@]*\]|[^:@/?#\[\]\s]*)(?::[0-9]+)?")
QUERY = re.compile(r"/?\?([A-Za-z][\w.-]*)=")
BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

#: What RFC 3986 §3.2.1 does not allow in user or password, and breaks real parsers.
RESERVED = re.compile(r"[/?#\[\]\s]|%(?![0-9A-Fa-f]{2})")

#: Ports that mail servers are given, also by providers and in tests.
PORTS = frozenset({"25", "26", "465", "587", "588", "1025", "1587", "2465", "2525", "2587", "8025"})

#: Options of Nodemailer's and Symfony's URLs: their names are harmless, some values are.
_OPTION_NAMES = """
secure requiretls require_tls ignoretls auto_tls opportunistictls tls tls.rejectunauthorized
tls.servername tls.ciphers tls.minversion verify_peer verify_peer_name peer_fingerprint encryption
auth_mode authmethod auth.user auth.pass auth.type user username pass password token secret api_key
apikey from to sender reply_to name local_domain pool maxconnections maxmessages max_per_second
restart_threshold restart_threshold_sleep ping_threshold connectiontimeout greetingtimeout
sockettimeout timeout debug logger source_ip
"""
OPTION_NAMES = frozenset(_OPTION_NAMES.split())


class Part(msgspec.Struct, frozen=True):
    """A part of the URL as it was meant (decoded), and where it stands, from 0, half-open."""

    value: Secret
    span: Span


class URL(msgspec.Struct, frozen=True, kw_only=True):
    """The parts that were found. `mode` is a word of `values.read_scheme`.

    `masked` shows what is known to be harmless; `hidden` are the places of the rest, from left to
    right. `tolerated`: most programs put up with what is "not-encoded" here.
    """

    masked: str
    hidden: tuple[Span, ...] = ()
    mode: Part | None = None
    host: Part | None = None
    port: Part | None = None
    username: Part | None = None
    password: Part | None = None
    verify: Part | None = None
    problem: Problem | None = None
    detail: str = ""
    tolerated: bool = False

    def shows(self, part: Part) -> bool:
        """Whether nothing of the part is hidden in `masked`."""
        return not any(start < part.span[1] and part.span[0] < end for start, end in self.hidden)

    def shift(self, span: Span) -> Span:
        """The place of a part in `masked`; a hidden part's is its mask's."""
        return (self._shifted(span[0], last=False), self._shifted(span[1], last=True))

    def _shifted(self, offset: int, *, last: bool) -> int:
        moved = 0
        for start, end in self.hidden:
            if end <= offset:
                moved += len(MASK) - (end - start)
            elif start < offset:  # inside of what is hidden
                offset = start + (len(MASK) if last else 0)
                break
        return offset + moved


def read_url(  # branches: one part after the other
    text: str, secrets: frozenset[str] = frozenset(), *, cut: bool = False
) -> URL:
    """Take `smtp://user:password@host:port?option=value` apart.

    The scheme may be missing (`user:password@host:587`), as in a TARGET. A user name that is one
    of `secrets` is hidden too. `cut`: a comment's mark follows, so that the text may end within a
    password: a single word behind an `@` is then no host for sure.
    """
    if len(text) > LONGEST:
        detail = f"longer than {LONGEST} characters"
        return URL(masked=MASK, hidden=((0, len(text)),), problem="too-long", detail=detail)
    scheme = SCHEME.match(text)
    start = scheme.end() if scheme else 0
    if _two_readings(text, start):
        return _neither(text, scheme)
    userinfo_end = _userinfo_end(text, start)
    host_start = start if userinfo_end is None else userinfo_end + 1
    rest = re.compile(r"[/?#]").search(text, host_start)
    host_end = rest.start() if rest else len(text.rstrip())
    host, port, problem, detail = _authority(text, host_start, host_end)
    tolerated = False
    username = password = None
    if userinfo_end is not None:
        colon = text.find(":", start, userinfo_end)
        user_end = userinfo_end if colon < 0 else colon
        username = _part(text, start, user_end)
        if colon >= 0:
            password = _part(text, colon + 1, userinfo_end)
        odd = _reserved(text, start, user_end, userinfo_end)
        if odd:
            problem, (detail, tolerated) = "not-encoded", odd
    if scheme and scheme[1].lower() not in {"smtp", "smtps"}:
        known = scheme[1].lower() in SCHEMES
        words = f"{scheme[1]}:// is" if known else "its scheme is"
        problem, detail = "not-a-url", f"{words} not smtp:// or smtps://"
    mode = _mode(text, scheme, host_end)
    harmless = _harmless(text, scheme, userinfo_end, host_start, host_end, secrets)
    if cut and userinfo_end is not None and not {".", ":"} & set(text[host_start:host_end]):
        harmless = [span for span in harmless if span[1] <= host_start]
    hidden = _hidden(text, harmless)
    return URL(
        masked=_mask(text, hidden),
        hidden=hidden,
        mode=mode,
        host=host,
        port=port,
        username=username if username and username.value else None,
        password=password if password and password.value else None,
        verify=_verify(text, host_end),
        problem=problem,
        detail=detail,
        tolerated=tolerated,
    )


def _two_readings(text: str, start: int) -> bool:
    """Whether an `@` behind an option that nobody knows leaves open which host was meant."""
    boundary = re.compile(r"[/?#]").search(text, start)
    if boundary is None or "@" not in text[boundary.start() :]:
        return False
    end = boundary.start()
    inside = text.rfind("@", start, end) + 1 or start
    option = QUERY.match(text, end)
    return (
        option is not None
        and option[1].lower() not in OPTION_NAMES
        and end > inside
        and AUTHORITY.fullmatch(text, inside, end) is not None
    )


def _neither(text: str, scheme: re.Match[str] | None) -> URL:
    hidden = _hidden(text, _harmless_scheme(scheme))
    return URL(
        masked=_mask(text, hidden),
        hidden=hidden,
        mode=_mode(text, scheme, len(text)),
        problem="not-a-url",
        detail="an “@” behind the “?” leaves open which host is meant: write %40",
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
    if host and QUERY.match(text, end):  # one of a known name, see _two_readings
        return inside if inside >= 0 else None  # smtp://host:587?from=a@b
    return behind


def _harmless_scheme(scheme: re.Match[str] | None) -> list[Span]:
    if scheme is None:
        return []
    known = scheme[1].lower() in SCHEMES
    return [(0 if known else scheme.end(1), scheme.end())]


def _harmless(  # branches: what may be shown of each part, and why
    text: str,
    scheme: re.Match[str] | None,
    userinfo_end: int | None,
    host_start: int,
    host_end: int,
    secrets: frozenset[str],
) -> list[Span]:
    """The places that may be shown, from left to right; the rest may hold a secret."""
    start = scheme.end() if scheme else 0
    found = _harmless_scheme(scheme)
    alone = True  # no user, or one without a password
    if userinfo_end is not None:
        colon = text.find(":", start, userinfo_end)
        alone = colon in {-1, userinfo_end - 1}
        user = (start, userinfo_end if colon < 0 else colon)
        if _is_user(text, user, "" if alone else text[colon + 1 : userinfo_end], secrets):
            found.append(user)
        if colon >= 0:
            found.append((colon, colon + 1))
        found.append((userinfo_end, userinfo_end + 1))
    authority = text[host_start:host_end]
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(:[0-9]{0,5})?", authority)
    if match is None and read_host(authority).problem is not None:
        # what stands behind the colon is no port: a password that a comment cut off, or, without
        # an @, what stands before it may be a piece of one too
        name = authority.partition(":")[0]
        if _is_host(name) and (userinfo_end is not None or len(name) < 6):
            found.append((host_start, host_start + len(name) + 1))
        return found
    name, port = (authority, None) if match is None else (match[1], match[2])
    if name and _is_host(name):
        found.append((host_start, host_start + len(name)))
    if port is not None:
        sure = "." in name or ":" in name or name.lower() == "localhost"
        if port[1:] in PORTS or not port[1:] or (sure and not (alone and userinfo_end)):
            found.append((host_end - len(port), host_end))
    return [*found, *_harmless_rest(text, host_end)]


def _is_user(text: str, span: Span, password: str, secrets: frozenset[str]) -> bool:
    """Whether a user name is one by its form. A token may stand in its place, alone or twice."""
    raw = text[span[0] : span[1]]
    name = _part(text, *span).value.reveal()
    if raw == password or name in secrets:
        return False
    if password or len(raw) < 6:
        return shown("username", name) == name and name == name.strip()
    return "%40" in raw and ADDRESS.fullmatch(name) is not None


def _is_host(name: str) -> bool:
    return shown("host", name) == name and not any(c.isspace() for c in name)


def _harmless_rest(text: str, start: int) -> list[Span]:
    """What may be shown behind the authority: a slash, options that say how TLS is, blanks."""
    found: list[Span] = []
    end = len(text.rstrip())
    if text[start : start + 1] == "/" and text[start + 1 : start + 2] in {"", "?"}:
        found.append((start, start + 1))
        start += 1
    for option in re.compile(r"([?&])([^=&#?]*)=?([^&#?]*)").finditer(text, start, end):
        if option.start() != start or option[2].lower() not in OPTION_NAMES:
            break  # what stands behind it may be a part of its value
        sign = option.end(2) + (text[option.end(2) : option.end(2) + 1] == "=")
        found.append((option.start(), sign))
        word = option[3].lower()
        if word in TRUE | FALSE | {"none", "tls", "starttls", "login", "plain"}:
            found.append(option.span(3))
        start = option.end()
    if end < len(text):
        found.append((end, len(text)))
    return found


def _hidden(text: str, harmless: list[Span]) -> tuple[Span, ...]:
    found: list[Span] = []
    start = 0
    for begin, end in [*harmless, (len(text), len(text))]:
        if begin > start:
            found.append((start, begin))
        start = max(start, end)
    return tuple(found)


def _mask(text: str, hidden: tuple[Span, ...]) -> str:
    for start, end in reversed(hidden):
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


def _reserved(text: str, start: int, user_end: int, end: int) -> tuple[str, bool] | None:
    """What has to be percent-encoded in user and password: (detail, tolerated)."""
    for name, begin, stop in (("user name", start, user_end), ("password", user_end + 1, end)):
        if match := RESERVED.search(text, begin, stop):
            character = match.group()
            code = "%25" if character == "%" else "".join(f"%{b:02X}" for b in character.encode())
            shown = "blank" if character.isspace() else f"“{character}”"
            return f"the {name} has a {shown} in it: write {code}", False
    for name, begin, stop in (("user name", start, user_end), ("password", user_end + 1, end)):
        if "@" in text[begin:stop]:
            return f"the {name} has an “@” in it: write %40", True
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
    if url.host is None:  # what looks like options may be a part of the credentials
        return []
    end = url.host.span[1]
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
