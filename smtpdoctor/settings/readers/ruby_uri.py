"""Ruby's URI: what its parser makes of a URL, and what takes the encoding off again.

Run with Ruby 3.1 (uri 0.11): `user` and `password` are as they are written, `port` is nil where
the URL has none and its scheme has no port of its own, as `smtp` has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, unquote_plus

from smtpdoctor.settings.readers.evaluation import StopsError, UntellableError
from smtpdoctor.settings.readers.model import Entry, Known, List, Map, Unknown, Value
from smtpdoctor.settings.readers.parts import no_url

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.evaluation import Evaluation

#: A URL with a host: any other character than these is refused (RFC 3986).
URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?:(?P<userinfo>(?:[\w!$&'()*+,;=:.~-]|%[0-9A-Fa-f]{2})*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|(?:[\w!$&'()*+,;=.~-]|%[0-9A-Fa-f]{2})+)(?::(?P<port>\d*))?"
    r"(?P<path>(?:/[\w!$&'()*+,;=:@.~%/-]*)?)"
    r"(?:\?(?P<query>[\w!$&'()*+,;=:@.~%/?\[\]-]*))?(?:#[\w!$&'()*+,;=:@.~%/?-]*)?",
    re.ASCII,
)
LONGEST = 2000


def parse(value: Any) -> Map:
    if not isinstance(value, str):
        raise StopsError("URI.parse of what is no text")
    found = URL.fullmatch(value) if len(value) <= LONGEST else None
    if found is None:
        if "://" not in value:
            raise UntellableError("URI.parse of this text")
        raise StopsError("URI.parse takes this for no URL")
    userinfo, host = found["userinfo"], found["host"]
    user, colon, password = (userinfo or "").partition(":")
    parts = {
        "scheme": found["scheme"].lower(),
        "userinfo": userinfo,
        "user": user if userinfo is not None else None,
        "password": password if colon else None,
        "host": host,
        "hostname": host.removeprefix("[").removesuffix("]"),
        "port": int(found["port"]) if found["port"] else None,
        "path": found["path"],
        "query": found["query"],
        "to_s": value,
    }
    return Map([Entry(name, Known(part), None) for name, part in parts.items()], "URI")


def decoded(value: Any) -> str:
    """CGI.unescape: + is a blank."""
    return unquote_plus(_text(value))


def kept_plus(value: Any) -> str:
    """URI.decode_uri_component, and URI.decode and URI.unescape of Ruby 2."""
    return unquote(_text(value))


def query(value: Any) -> Map:
    """Rack::Utils.parse_query, and what URI.decode_www_form(…).to_h makes."""
    pairs = parse_qsl(_text(value), keep_blank_values=True)
    return Map([Entry(name, Known(part), None) for name, part in pairs])


def lists(value: Any) -> Map:
    """CGI.parse: a list for each name."""
    found: dict[str, list[Entry]] = {}
    for name, part in parse_qsl(_text(value), keep_blank_values=True):
        found.setdefault(name, []).append(Entry(None, Known(part), None))
    return Map([Entry(name, Known(List(parts)), None) for name, parts in found.items()])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise StopsError("the encoding of what is no text")
    return value


#: Methods of modules by their names.
METHODS: Mapping[tuple[str, str], Callable[[Any], Any]] = {
    ("URI", "parse"): parse,
    ("URI", "decode_www_form_component"): decoded,
    ("URI", "decode_uri_component"): kept_plus,
    ("URI", "decode"): kept_plus,
    ("URI", "unescape"): kept_plus,
    ("URI", "decode_www_form"): query,
    ("Addressable::URI", "parse"): parse,
    ("Addressable::URI", "unencode"): kept_plus,
    ("Addressable::URI", "unencode_component"): kept_plus,
    ("URI::DEFAULT_PARSER", "unescape"): kept_plus,
    ("URI::DEFAULT_PARSER", "parse"): parse,
    ("CGI", "unescape"): decoded,
    ("CGI", "parse"): lists,
    ("Rack::Utils", "unescape"): decoded,
    ("Rack::Utils", "parse_query"): query,
    ("Rack::Utils", "parse_nested_query"): query,
}
MODULES = frozenset(module for module, _ in METHODS)


def applied(rule: Callable[[Any], Any], value: Value, ask: Evaluation) -> Value:
    """What a rule makes of a text; its parts come from where that is written."""
    found = ask.apply(rule, value)
    if rule is parse and isinstance(found, Unknown) and found.reason == "stops":
        return no_url(value, ask) if isinstance(value, Known) and value.value else found
    if not isinstance(found, Known) or not isinstance(found.value, Map):
        return found
    parts = [
        Entry(each.key, replace(each.value, span=ask.span, trail=found.trail), None)
        for each in found.value.entries
    ]
    return replace(found, value=Map(parts, found.value.kind))
