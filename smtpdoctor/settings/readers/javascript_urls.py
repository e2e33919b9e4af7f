"""A URL's parts with their places, as `new URL`, `url.parse` and `URLSearchParams` give them.

Knows what Node's parsers call the parts. It must not know what a part means.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from smtpdoctor.settings.readers import parts
from smtpdoctor.settings.readers.evaluation import Evaluation, StopsError
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Unknown, Value, truth
from smtpdoctor.settings.readers.node_url import Parts, encoded, legacy, whatwg
from smtpdoctor.settings.readers.parts import Taken
from smtpdoctor.settings.readers.syntax import Call

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.javascript_library import JavaScript

URL = "URL"
SEARCH = "URLSearchParams"
#: What takes a URL apart, and what does so with a query.
URLS = frozenset({"URL", "url.URL", "URL.parse"})
QUERIES = frozenset({"URLSearchParams", "url.URLSearchParams", "querystring.parse"})
#: The schemes that have a port by themselves.
OWN_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21"}
BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def decoded(text: str) -> str:
    """`decodeURIComponent`, which throws."""
    try:
        if BAD_PERCENT.search(text):
            raise ValueError
        return unquote(text, errors="strict")
    except ValueError:  # UnicodeDecodeError is one
        raise StopsError("decodeURIComponent takes this for malformed") from None


def called(semantics: JavaScript, name: str, call: Call, ask: Evaluation) -> Value | None:
    """What takes a URL or a query apart; None for what is none of these."""
    first = ask.argument(call, 0) or Known(ABSENT, ask.span)
    if name in URLS and len(call.arguments) < 2:
        return new_url(semantics, first, ask)
    if name in QUERIES:
        return search_params(semantics, first, ask)
    if name == "url.parse":
        asked = ask.argument(call, 1)
        with_query = isinstance(asked, Known) and truth(asked.value, "javascript")
        return parsed(semantics, first, with_query=with_query, ask=ask)
    return None


def new_url(semantics: JavaScript, text: Value, ask: Evaluation) -> Value:
    """`new URL(text)`."""
    if isinstance(text, Unknown):
        return text
    if not isinstance(text.value, str):
        return parts.unset(text, ask)
    nowhere = parts.without_scheme(text, ask)
    if nowhere is not None:
        return nowhere
    found = whatwg(text.value)
    if found is None:
        return parts.no_url(text, ask)
    special = found.scheme in OWN_PORTS
    host = found.host.lower() if special else found.host
    port = "" if found.port == OWN_PORTS.get(found.scheme) else found.port
    user, password = encoded(found.user), encoded(found.password)
    place = found.places
    behind = f"?{found.query}" if found.query else ""
    login = f"{user}{f':{password}' if password else ''}@" if user or password else ""
    href = f"{found.scheme}://{login}{host}{f':{port}' if port else ''}{found.path}{behind}"
    query = _query(text, found, semantics, ask)
    query.kind = SEARCH
    members = {
        "href": Taken(href),
        "protocol": Taken(f"{found.scheme}:", "scheme", place.get("scheme")),
        "username": Taken(user, "user", place.get("user")),
        "password": Taken(password, "password", place.get("password")),
        "host": Taken(f"{host}:{port}" if port else host),
        "hostname": Taken(host, "host", place.get("host")),
        "port": Taken(port, "port", place.get("port")),
        "pathname": Taken(found.path or ("/" if special else "")),
        "search": Taken(behind),
        "searchParams": Taken(query),
        "hash": Taken(""),
    }
    made = parts.taken(text, members, semantics.project, ask)
    made.kind = URL
    return Known(made, ask.span, text.trail)


def parsed(semantics: JavaScript, text: Value, *, with_query: bool, ask: Evaluation) -> Value:
    """`url.parse(text)`; `with_query`: its second argument is true."""
    if isinstance(text, Unknown):
        return text
    if not isinstance(text.value, str):
        return parts.unset(text, ask)
    nowhere = parts.without_scheme(text, ask)
    if nowhere is not None:
        return nowhere
    found = legacy(text.value)
    place = found.places
    try:
        login = None if found.login is None else decoded(found.login)
    except StopsError:
        return parts.no_url(text, ask)
    host = f"[{found.host}]" if ":" in found.host else found.host
    query: Map | str | None = found.query or None
    if with_query:
        query = _query(text, found, semantics, ask)
    members = {
        "protocol": Taken(
            f"{found.scheme}:" if found.scheme else None, "scheme", place.get("scheme")
        ),
        "auth": Taken(login, "login", place.get("login")),
        "host": Taken((f"{host}:{found.port}" if found.port else host) or None),
        "hostname": Taken(found.host or None, "host", place.get("host")),
        "port": Taken(found.port or None, "port", place.get("port")),
        "pathname": Taken(found.path or None),
        "query": Taken(query),
        "search": Taken(f"?{found.query}" if found.query else None),
        "href": Taken(text.value),
    }
    made = parts.taken(text, members, semantics.project, ask)
    return Known(made, ask.span, text.trail)


def search_params(semantics: JavaScript, text: Value, ask: Evaluation) -> Value:
    """`new URLSearchParams(text)` and `querystring.parse(text)`."""
    if isinstance(text, Unknown):
        return text
    if not isinstance(text.value, str):
        return ask.unknown("computed", "what these parameters are can't be told")
    query = text.value.removeprefix("?")
    at = len(text.value) - len(query)
    made = _query(text, Parts(query=query, places={"query": (at, len(text.value))}), semantics, ask)
    made.kind = SEARCH
    return Known(made, ask.span, text.trail)


def _query(text: Known, found: Parts, semantics: JavaScript, ask: Evaluation) -> Map:
    """The first value of each key."""
    values = dict(reversed(parse_qsl(found.query, keep_blank_values=True)))
    first = found.places["query"][0] if "query" in found.places else None
    members = parts.in_query(found.query, first, values)
    return parts.taken(text, members, semantics.project, ask)


def method(whole: Known, name: str, key: Value, ask: Evaluation) -> Value | None:
    """`url.toString()`, `url.searchParams.get("from")`."""
    kind = whole.value.kind
    if kind == URL and name in ("toString", "toJSON"):
        return whole.get("href")
    if kind != SEARCH or name not in ("get", "has"):
        return None
    if not isinstance(key, Known):
        return ask.unknown("computed", "which parameter this is can't be told")
    found = whole.get(key.value)
    there = not (isinstance(found, Known) and found.value is ABSENT)
    if name == "has":
        return Known(there, ask.span, whole.trail)
    return found if there else Known(None, ask.span, whole.trail)
