"""`urlparse`, `parse_qs`, yarl's, furl's and SQLAlchemy's URLs: their parts with their places.

Knows what the libraries call the parts, and which of them they decode (urllib.parse of Python
3.13; yarl 1.22, furl 2.1 and SQLAlchemy 2.1, run). It must not know what a part means.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlparse, urlsplit

from smtpdoctor.settings.readers import parts
from smtpdoctor.settings.readers.evaluation import Evaluation
from smtpdoctor.settings.readers.model import (
    Entry,
    Known,
    List,
    Map,
    Special,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.parts import Taken

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.python_library import Python

PARSED = "urllib.parse.ParseResult"
YARL = "yarl.URL"
FURL = "furl.furl"
SQLALCHEMY = "sqlalchemy.URL"
KINDS = frozenset({PARSED, YARL, FURL, SQLALCHEMY})
NAMES = ("urlparse", "urlsplit", "parse_qs", "parse_qsl", "unquote", "unquote_plus", "quote",
         "quote_plus")  # fmt: skip
#: The module's functions by their names.
FUNCTIONS: dict[str | None, Any] = {name: Special(f"urllib.parse.{name}") for name in NAMES}
MODULES: dict[str, dict[str | None, Any]] = {
    "urllib": {None: Special("urllib"), "parse": Special("urllib.parse")},
    "urllib.parse": {None: Special("urllib.parse"), **FUNCTIONS},
    "yarl": {None: Special("yarl"), "URL": Special("yarl.URL")},
    "furl": {None: Special("furl"), "furl": Special("furl.furl")},
    **{
        module: {None: Special("sqlalchemy.engine"), "make_url": Special("sqlalchemy.make_url")}
        for module in ("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.engine.url")
    },
}
MEMBERS: dict[str, Any] = {
    "urllib.parse": Special("urllib.parse"),
    **{f"urllib.parse.{name}": made for name, made in FUNCTIONS.items()},
    "yarl.URL": Special("yarl.URL"),
    "furl.furl": Special("furl.furl"),
    "sqlalchemy.engine.make_url": Special("sqlalchemy.make_url"),
    "sqlalchemy.engine.engine": Special("sqlalchemy.engine"),
    "sqlalchemy.engine.url": Special("sqlalchemy.engine"),
}


def called(semantics: Python, name: str, text: Value, ask: Evaluation) -> Value | None:
    """`urlparse(text)` and its like; None for what is none of them."""
    rule = {
        "urllib.parse.urlparse": parsed,
        "urllib.parse.urlsplit": parsed,
        "urllib.parse.parse_qs": query_lists,
        "urllib.parse.parse_qsl": query_pairs,
        "yarl.URL": yarl,
        "furl.furl": furl,
        "sqlalchemy.make_url": sqlalchemy,
    }.get(name)
    if rule is None or isinstance(text, Unknown):
        return text if rule is not None else None
    if not isinstance(text.value, str):
        return parts.unset(text, ask)
    nowhere = parts.without_scheme(text, ask) if "parse_qs" not in name else None
    try:
        return nowhere or rule(semantics, text, ask)
    except ValueError:
        return parts.no_url(text, ask)


def parsed(semantics: Python, text: Known, ask: Evaluation) -> Value:
    """`urlparse(text)`: the login as it is written, the host in lower case, the port a number."""
    found = urlparse(text.value)
    place = _places(text.value)
    members: dict[Any, Taken] = {
        "scheme": Taken(found.scheme, "scheme", place.get("scheme")),
        "netloc": Taken(found.netloc, "netloc", place.get("netloc")),
        "path": Taken(found.path),
        "params": Taken(found.params),
        "query": Taken(found.query, "query", place.get("query")),
        "fragment": Taken(found.fragment),
        "username": Taken(found.username, "user", place.get("user")),
        "password": Taken(found.password, "password", place.get("password")),
        "hostname": Taken(found.hostname, "host", place.get("host")),
    }
    members |= dict(enumerate(list(members.values())[:6]))
    members["port"] = Taken(found.port, "port", place.get("port"))
    return _made(semantics, text, members, PARSED, ask)


def yarl(semantics: Python, text: Known, ask: Evaluation) -> Value:
    """`yarl.URL(text)`, whose `user` and `password` are decoded."""
    found = urlsplit(text.value)
    place = _places(text.value)
    user, password = found.username, found.password
    members: dict[Any, Taken] = {
        "scheme": Taken(found.scheme, "scheme", place.get("scheme")),
        "user": Taken(_decoded(user), "user", place.get("user")),
        "raw_user": Taken(user, "user", place.get("user")),
        "password": Taken(_decoded(password), "password", place.get("password")),
        "raw_password": Taken(password, "password", place.get("password")),
        "host": Taken(found.hostname, "host", place.get("host")),
        "raw_host": Taken(found.hostname, "host", place.get("host")),
        "port": Taken(found.port, "port", place.get("port")),
        "explicit_port": Taken(found.port, "port", place.get("port")),
        "query": Taken(_query(semantics, text, ask)),
    }
    return _made(semantics, text, members, YARL, ask)


def furl(semantics: Python, text: Known, ask: Evaluation) -> Value:
    """`furl(text)`, whose `username` and `password` are decoded; an `@` more is none of its."""
    found = urlsplit(text.value)
    if found.netloc.count("@") > 1:
        raise ValueError
    place = _places(text.value)
    members: dict[Any, Taken] = {
        "scheme": Taken(found.scheme, "scheme", place.get("scheme")),
        "username": Taken(_decoded(found.username), "user", place.get("user")),
        "password": Taken(_decoded(found.password), "password", place.get("password")),
        "host": Taken(found.hostname, "host", place.get("host")),
        "port": Taken(found.port, "port", place.get("port")),
        "netloc": Taken(found.netloc),
        "args": Taken(_query(semantics, text, ask)),
    }
    return _made(semantics, text, members, FURL, ask)


def sqlalchemy(semantics: Python, text: Known, ask: Evaluation) -> Value:
    """SQLAlchemy's `make_url(text)`: user and password decoded, the host as it is written, and an
    `@` more is the host's."""
    found = urlsplit(text.value)
    if not found.scheme or found.netloc.count("@") > 1:
        raise ValueError
    place = _places(text.value)
    host = place.get("host")
    members: dict[Any, Taken] = {
        "drivername": Taken(found.scheme, "scheme", place.get("scheme")),
        "username": Taken(_decoded(found.username), "user", place.get("user")),
        "password": Taken(_decoded(found.password), "password", place.get("password")),
        "host": Taken(text.value[slice(*host)] if host else found.hostname, "host", host),
        "port": Taken(found.port, "port", place.get("port")),
        "database": Taken(found.path.removeprefix("/")),
        "query": Taken(_query(semantics, text, ask)),
    }
    return _made(semantics, text, members, SQLALCHEMY, ask)


def query_lists(semantics: Python, text: Known, ask: Evaluation) -> Value:
    """`parse_qs(text)`."""
    first = _query(semantics, text, ask, 0)
    made = Map()
    for key, values in parse_qs(text.value).items():
        entry = first.entry(key)
        others = [Entry(None, Known(each, ask.span, text.trail), None) for each in values[1:]]
        if entry is not None:
            listed = Known(List([Entry(None, entry.value, None), *others]), ask.span, text.trail)
            made.entries.append(Entry(key, listed, None))
    return Known(made, ask.span, text.trail)


def query_pairs(semantics: Python, text: Known, ask: Evaluation) -> Value:
    """`parse_qsl(text)`, as what a dict is made of."""
    return Known(_query(semantics, text, ask, 0), ask.span, text.trail)


def _made(
    semantics: Python, text: Known, members: Mapping[Any, Taken], kind: str, ask: Evaluation
) -> Known:
    made = parts.taken(text, members, semantics.project, ask)
    made.kind = kind
    return Known(made, ask.span, text.trail)


def _decoded(text: str | None) -> str | None:
    return text if text is None else unquote(text)


def _query(semantics: Python, text: Known, ask: Evaluation, start: int | None = None) -> Map:
    """The first value of each key, of a URL or of a query that begins there."""
    whole = text.value
    first = start if start is not None else _places(whole).get("query", (len(whole),))[0]
    query = whole[first:]
    members = parts.in_query(query, first, dict(reversed(parse_qsl(query))))
    return parts.taken(text, members, semantics.project, ask)


def _places(text: str) -> dict[str, tuple[int, int]]:
    """Where the parts stand; none where urllib takes characters away before it looks."""
    found = urlsplit(text)
    netloc = f"//{found.netloc}"
    start = text.find(netloc) + 2
    if text.strip() != text or any(each in text for each in "\t\r\n") or not found.netloc:
        return {}
    if text.find(netloc) != len(found.scheme) + 1:
        return {}
    userinfo, at, place = found.netloc.rpartition("@")
    user, colon, _ = userinfo.partition(":")
    host_start = start + len(userinfo) + len(at)
    host = (
        place.partition("]")[0].removeprefix("[") if place[:1] == "[" else place.partition(":")[0]
    )
    bracket = place[:1] == "["
    first = host_start + bracket
    end = start + len(found.netloc)
    host_end = first + len(host)
    behind = host_end + bracket
    port_start = behind + (1 if text[behind:end].startswith(":") else 0)
    places = {
        "scheme": (0, len(found.scheme)),
        "netloc": (start, end),
        "host": (first, host_end),
        "port": (port_start, end),
    }
    if at:
        places["user"] = (start, start + len(user))
        places["login"] = (start, start + len(userinfo))
        if colon:
            places["password"] = (start + len(user) + 1, start + len(userinfo))
    if found.query:
        query = text.find(f"?{found.query}", end) + 1
        places["query"] = (query, query + len(found.query))
    return places
