"""`parse_url` and `explode`: the parts of a URL and of another text, with their places.

Run with PHP 8.2: `user` and `pass` are as they are written, and all before the last @ is theirs;
`host:port` is taken apart without a scheme; false is given for a port that is none.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from smtpdoctor.settings.readers import parts
from smtpdoctor.settings.readers.model import Known, Unknown, Value
from smtpdoctor.settings.readers.parts import Taken

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.evaluation import Evaluation
    from smtpdoctor.settings.readers.project import Project

URL = re.compile(
    r"(?P<scheme>[A-Za-z0-9+.-]+)://(?P<server>[^/?#]*)"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?"
)
SERVER = re.compile(
    r"(?:(?P<user>[^:]*)(?::(?P<pass>.*))?@)?(?P<host>\[[^@]*\]|[^@]*?)(?::(?P<port>[^:@]*))?"
)
HOST_AND_PORT = re.compile(r"(?P<host>[^/?#@:\[\]]+):(?P<port>\d{1,5})(?P<path>/[^?#]*)?")
#: What counts of a port, as strtol() takes it.
NUMBER = re.compile(r" *([+-]?\d+)")
#: Control characters, which become _ in the parts, and a host without a scheme.
NOT_TOLD = re.compile(r"[\x00-\x1f\x7f]|^//")
LONGEST = 2000
#: The numbers of parse_url's second argument.
COMPONENTS = ("scheme", "host", "port", "user", "pass", "path", "query", "fragment")
CONSTANTS = {f"PHP_URL_{name.upper()}": number for number, name in enumerate(COMPONENTS)}
#: What the parts are called in other languages too.
WORDS = {"pass": "password", "path": "", "fragment": ""}


def parse_url(text: Value, component: Value, project: Project, ask: Evaluation) -> Value:
    """An array of the parts, or one of them: null where it is not there, false for no URL."""
    if isinstance(text, Unknown):
        return text
    if isinstance(component, Unknown):
        return component
    value = text.value
    if value is None or value is False or (value == "" and text.unset):
        return parts.unset(text, ask, goes_on=True)
    if not isinstance(value, str) or len(value) > LONGEST or NOT_TOLD.search(value):
        return ask.unknown("computed", "what parse_url() makes of this can't be told")
    members = _members(value)
    if members is None:
        return parts.without_scheme(text, ask) or parts.no_url(text, ask, goes_on=True)
    if component.value == -1:
        return Known(parts.taken(text, members, project, ask), ask.span, text.trail)
    if component.value not in range(len(COMPONENTS)):
        return ask.unknown("computed", "which part of a URL this is can't be told")
    one = members.get(COMPONENTS[component.value], Taken(None))
    return parts.part_of(text, one, project, ask)


def _members(text: str) -> dict[Any, Taken] | None:
    """The parts that are there; None for what is no URL with a host."""
    whole = URL.fullmatch(text)
    server = SERVER.fullmatch(whole["server"]) if whole else HOST_AND_PORT.fullmatch(text)
    if server is None or not server["host"]:
        return None
    members = _taken(server, whole.start("server") if whole else 0)
    members |= _taken(whole, 0) if whole else {}
    port = server["port"] or None
    if port is None:
        members.pop("port", None)
        return members
    number = NUMBER.match(port)
    if number is None or len(port) > 5 or not 0 <= int(number[1]) < 65536:
        return None
    members["port"] = replace(members["port"], value=int(number[1]))
    return members


def _taken(found: re.Match[str], offset: int) -> dict[Any, Taken]:
    """The parts among the groups, whose text begins there in the whole one."""
    members: dict[Any, Taken] = {}
    for name, value in found.groupdict().items():
        if name in COMPONENTS and value is not None:
            start, end = found.span(name)
            place = (start + offset, end + offset)
            members[name] = Taken(value, WORDS.get(name, name), place)
    return members


def parse_str(text: Value, project: Project, ask: Evaluation) -> Value:
    """The options of a query; one that is named with brackets is not evaluated."""
    if isinstance(text, Unknown):
        return text
    pairs = parse_qsl(text.value, keep_blank_values=True)
    if any("[" in name for name, _ in pairs):
        return ask.unknown("computed", "what parse_str() makes of this can't be told")
    members = parts.in_query(text.value, 0, dict(pairs))
    return Known(parts.taken(text, members, project, ask), ask.span, text.trail)


def explode(
    text: Value, separator: Value, limit: Value, project: Project, ask: Evaluation
) -> Value:
    """The pieces of a text; `limit` says how many at most."""
    for value in (text, separator, limit):
        if isinstance(value, Unknown):
            return value
    assert isinstance(text, Known)
    assert isinstance(separator, Known)
    assert isinstance(limit, Known)
    most = limit.value
    if not isinstance(separator.value, str) or not separator.value:
        return ask.unknown("computed", "explode() by nothing")
    if not isinstance(most, int) or most < 0:
        return ask.unknown("computed", "how many pieces explode() gives can't be told")
    if not isinstance(text.value, str):
        return ask.unknown("computed", "explode() of what is no text")
    return parts.split(text, separator.value, max(most, 1) - 1, project, ask)
