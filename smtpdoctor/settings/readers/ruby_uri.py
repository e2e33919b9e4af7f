"""Ruby's URI: the parts of a URL with their places, and what takes the encoding off again.

Run with Ruby 3.1 (uri 0.11): `user` and `password` are as they are written, `port` is nil where
the URL has none and its scheme has no port of its own, as `smtp` has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, unquote_plus

from smtpdoctor.settings.readers import parts
from smtpdoctor.settings.readers.evaluation import StopsError
from smtpdoctor.settings.readers.model import Entry, Known, List, Map, Unknown, Value
from smtpdoctor.settings.readers.parts import Taken

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.evaluation import Evaluation
    from smtpdoctor.settings.readers.project import Project

KIND = "URI"
#: A URL with a host: any other character than these is refused (RFC 3986).
URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?:(?P<login>(?:[\w!$&'()*+,;=:.~-]|%[0-9A-Fa-f]{2})*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|(?:[\w!$&'()*+,;=.~-]|%[0-9A-Fa-f]{2})+)(?::(?P<port>\d*))?"
    r"(?P<path>(?:/[\w!$&'()*+,;=:@.~%/-]*)?)"
    r"(?:\?(?P<query>[\w!$&'()*+,;=:@.~%/?\[\]-]*))?(?:#[\w!$&'()*+,;=:@.~%/?-]*)?",
    re.ASCII,
)
LONGEST = 2000
#: The methods of modules that take a URL apart, by their names.
PARSERS = frozenset(
    {("URI", "parse"), ("URI::DEFAULT_PARSER", "parse"), ("Addressable::URI", "parse")}
)


def _decoded(rule: Callable[[str], str]) -> Callable[[Any], str]:
    def apply(value: Any) -> str:
        if not isinstance(value, str):
            raise StopsError("the encoding of what is no text")
        return rule(value)

    return apply


#: Those that decode: some take + for a blank, some leave it.
DECODERS: Mapping[tuple[str, str], Callable[[Any], str]] = {
    **dict.fromkeys(
        (("URI", "decode_www_form_component"), ("CGI", "unescape"), ("Rack::Utils", "unescape")),
        _decoded(unquote_plus),
    ),
    **dict.fromkeys(
        (
            ("URI", "decode_uri_component"),
            ("URI", "decode"),
            ("URI", "unescape"),
            ("URI::DEFAULT_PARSER", "unescape"),
            ("Addressable::URI", "unencode"),
            ("Addressable::URI", "unencode_component"),
        ),
        _decoded(unquote),
    ),
}
#: Those that take a query apart; and whether each name has a list.
QUERIES: Mapping[tuple[str, str], bool] = {
    ("URI", "decode_www_form"): False,  # and .to_h
    ("Rack::Utils", "parse_query"): False,
    ("Rack::Utils", "parse_nested_query"): False,
    ("CGI", "parse"): True,
}
MODULES = frozenset(module for module, _ in (*PARSERS, *DECODERS, *QUERIES))


def called(name: tuple[str, str], text: Value, project: Project, ask: Evaluation) -> Value | None:
    """What a module's method makes of a text; None for what is none of these."""
    if name in DECODERS:
        return ask.apply(DECODERS[name], text, conversion=".".join(name))
    if isinstance(text, Unknown):
        return text if name in PARSERS or name in QUERIES else None
    if name in PARSERS:
        return _parsed(text, project, ask, lenient=name[0] == "Addressable::URI")
    return _query(text, project, ask, lists=QUERIES[name]) if name in QUERIES else None


def _parsed(text: Known, project: Project, ask: Evaluation, *, lenient: bool) -> Value:
    """`URI.parse(text)`; `lenient`: the parser takes more for a URL than is known here."""
    value = text.value
    if not isinstance(value, str):
        return parts.unset(text, ask)
    nowhere = parts.without_scheme(text, ask)
    if nowhere is not None:
        return nowhere
    found = URL.fullmatch(value) if len(value) <= LONGEST else None
    if found is None:
        refused = parts.no_url(text, ask)
        return ask.unknown("computed", "what this URL is can't be told") if lenient else refused
    made = parts.taken(text, _members(found), project, ask)
    made.kind = KIND
    return Known(made, ask.span, text.trail)


def _members(found: re.Match[str]) -> dict[Any, Taken]:
    login, host, port = found["login"], found["host"], found["port"]
    start, end = found.span("host")
    place: tuple[int, int] | None = found.span("login") if login is not None else None
    user, colon, password = (login or "").partition(":")
    first = found.start("login")
    middle = first + len(user)
    bracket = host.startswith("[")
    return {
        "scheme": Taken(found["scheme"].lower(), "scheme", found.span("scheme")),
        "userinfo": Taken(login, "login", place),
        "user": Taken(None) if place is None else Taken(user, "user", (first, middle)),
        "password": Taken(password, "password", (middle + 1, found.end("login")))
        if colon
        else Taken(None),
        "host": Taken(host, "host", (start, end)),
        "hostname": Taken(
            host[1:-1] if bracket else host, "host", (start + bracket, end - bracket)
        ),
        "port": Taken(
            int(port) if port else None, "port", (end, end) if port is None else found.span("port")
        ),
        "path": Taken(found["path"]),
        "query": Taken(found["query"], "query", found.span("query"))
        if found["query"] is not None
        else Taken(None),
    }


def _query(text: Known, project: Project, ask: Evaluation, *, lists: bool) -> Value:
    """The values by their names; of two the first in a list, the last without."""
    if not isinstance(text.value, str):
        raise StopsError("a query that is no text")
    pairs = parse_qsl(text.value, keep_blank_values=True)
    first = dict(reversed(pairs)) if lists else dict(pairs)
    made = parts.taken(text, parts.in_query(text.value, 0, first), project, ask)
    if not lists:
        return Known(made, ask.span, text.trail)
    listed = Map()
    for entry in made.entries:
        others = [value for name, value in pairs if name == entry.key][1:]
        more = [Entry(None, Known(value, ask.span, text.trail), None) for value in others]
        values = List([Entry(None, entry.value, None), *more])
        listed.entries.append(Entry(entry.key, Known(values, ask.span, text.trail), None))
    return Known(listed, ask.span, text.trail)
