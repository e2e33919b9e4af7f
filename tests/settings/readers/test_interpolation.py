"""Placeholders in compose files and in Spring's properties."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.readers.interpolation import compose, spring
from smtpdoctor.settings.readers.model import Known, Span, Unknown, Value

from .support import Variables, known, unknown

PLACE = Span("compose.yml", 4, (10, 20), 4)
SET = Variables({"HOST": "h.example", "EMPTY": "", "PORT": "465", "NESTED": "${HOST}"})


def text(value: str) -> Known:
    return Known(value, PLACE, raw=value, style="plain")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("${HOST}", "h.example"),
        ("$HOST", "h.example"),
        ("$HOST:${PORT}", "h.example:465"),
        ("${NONE}", ""),
        ("${NONE:-587}", "587"),
        ("${EMPTY:-587}", "587"),
        ("${EMPTY-587}", ""),
        ("${NONE-587}", "587"),
        ("${NONE:-${PORT:-25}}", "465"),
        ("${NONE-}", ""),
        ("${HOST:?must be set}", "h.example"),
        ("${EMPTY?must be set}", ""),
        ("${HOST:+x}", "x"),
        ("${EMPTY:+x}", ""),
        ("${EMPTY+x}", "x"),
        ("pa$$word", "pa$word"),
        ("$${HOST}", "${HOST}"),
        ("$$$HOST", "$h.example"),
        ("plain", "plain"),
        ("${NESTED}", "${HOST}"),
    ],
)
def test_compose(written: str, expected: str) -> None:
    assert known(compose(text(written), SET.lookup)) == expected


@pytest.mark.parametrize(
    "written",
    ["${NONE:?no host}", "${EMPTY:?no host}", "pa$1word", "end$", "${HOST", "${}", "${A.B}"],
)
def test_what_compose_refuses(written: str) -> None:
    value = unknown(compose(text(written), SET.lookup))
    assert value.span == PLACE


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("${HOST}", "h.example"),
        ("${NONE:587}", "587"),
        ("${EMPTY:587}", ""),
        ("${NONE:}", ""),
        ("${NONE:${PORT:25}}", "465"),
        ("${NONE:smtp://a:b@c}", "smtp://a:b@c"),
        ("${HOST}:${PORT}", "h.example:465"),
        ("${NESTED}", "h.example"),
        ("${HOST", "${HOST"),
        ("$HOST", "$HOST"),
        ("#{x}", "#{x}"),
    ],
)
def test_spring(written: str, expected: str) -> None:
    assert known(spring(text(written), SET.lookup)) == expected


def test_spring_without_a_default_is_not_empty() -> None:
    value = unknown(spring(text("${NONE}"), SET.lookup))
    assert value.reason == "environment"
    assert value.variables == ("NONE",)


def test_a_whole_placeholder_is_written_where_the_variable_is() -> None:
    value = compose(text("${PORT:-587}"), SET.lookup)
    assert value.span == PLACE
    assert value.written == Span(".env", 3, (6, 99), 3)
    assert compose(text("${NONE:-587}"), SET.lookup).written == PLACE
    assert compose(text("x${PORT}"), SET.lookup).written == PLACE


@pytest.mark.parametrize("rule", [compose, spring])
@pytest.mark.parametrize(
    "written", ["${A:-" * 5000 + "}" * 5000, "${A:" * 5000 + "}" * 5000, "${LOOP}", "${TWO}"]
)
def test_hostile_placeholders_end(rule: object, written: str) -> None:
    variables = Variables({"LOOP": "${LOOP}", "TWO": "${TWO}${TWO}"})
    value: Value = rule(text(written), variables.lookup)  # type: ignore[operator]
    assert isinstance(value, Known | Unknown)


def test_what_can_not_be_told_stays_so() -> None:
    unclear = Unknown("encrypted", "it is in a vault")
    assert compose(unclear, SET.lookup) is unclear
    value = compose(text("a${X}"), lambda name: unclear)
    assert unknown(value).reason == "encrypted"
