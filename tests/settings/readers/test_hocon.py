"""HOCON and Hjson: what is set at which path."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.readers import hocon
from smtpdoctor.settings.readers.source import Source


def settings(text: str) -> dict[str, str | None]:
    return {".".join(item.path): item.text for item in hocon.read(Source("x", text.encode()))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b = c", {"a.b": "c"}),
        ("a { b = c, d: 'e' }", {"a.b": "c", "a.d": "e"}),
        ("a { b { c = d } }\ne = f", {"a.b.c": "d", "e": "f"}),
        ('{ "a": { "b": 465, "c": true } }', {"a.b": "465", "a.c": "true"}),
        ("{\n  a: {\n    b: smtp.ionos.com:465\n    c: x\n  }\n}",
         {"a.b": "smtp.ionos.com:465", "a.c": "x"}),
        ('a.b = "x#y//z" # a comment', {"a.b": "x#y//z"}),
        ("a = b // a comment\n# c = d\n/* e = f */ g = h", {"a": "b", "g": "h"}),
        ('a = """x"y\\z"""', {"a": 'x"y\\z'}),
        ('a = "x\\"y"', {"a": 'x"y'}),
        ("a = [ { b = c }, [d] ]\ne = f", {"e": "f"}),
        ("a += b", {"a": "b"}),
        ('include "other"\na = two words', {"a": "two words"}),
        ("a = b${c}", {"a": None}),
        ("a = ${?B}", {"a": None}),
        ("}}} a = b", {"a": "b"}),
        # of a quote that isn't closed the line is the value, and what follows is read
        ("a = \"not closed\nb = c", {"a": "not closed", "b": "c"}),
    ],
)  # fmt: skip
def test_what_is_set(text: str, expected: dict[str, str | None]) -> None:
    assert settings(text) == expected


def test_a_substitution_has_its_name_and_a_value_its_place() -> None:
    text = 'm.host = "smtp.ionos.com"\nm.host = ${?SMTP_HOST}\nm.pass = ab#cd\n'
    first, second, third = hocon.read(Source("x", text.encode()))
    assert (first.span.line, first.span.columns) == (1, (11, 25))
    assert (second.name, second.optional) == ("SMTP_HOST", True)
    assert (third.text, third.raw) == ("ab", "ab#cd")


@pytest.mark.parametrize(
    "text",
    ["/*", '"""', "'''", '"\\', "${", "a{", "a ", "a.", "{", "}", "[", "a=", "'\\"],
)
def test_a_hostile_file_is_read_once(text: str) -> None:
    """What is never closed, a hundred thousand times: to look it through anew each time would
    take hours."""
    list(hocon.read(Source("x", (text * 100_000).encode())))
