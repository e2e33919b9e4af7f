"""Placeholders in documents: compose's `${X:-d}` and Spring's `${X:587}`.

This module knows both rules. It must not know where variables and properties come from: a look-up
is given in. What they come to keeps the document's place, with the variables on its trail.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from smtpdoctor.settings.readers.model import Known, Origin, Unknown, Value

LookUp = Callable[[str], Value | None]

MAXIMUM_DEPTH = 20
MAXIMUM_TEXT = 65_536
#: Placeholders that one value may need, those of defaults and of other properties included.
MAXIMUM_STEPS = 500

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OPERATOR = re.compile(r":?[-?+]")


class Interpolation:
    """One value's work: how much is left, and the origins met on the way."""

    def __init__(self, value: Known, look_up: LookUp) -> None:
        self.value = value
        self.look_up = look_up
        self.trail: list[Origin] = []
        self.problem: Unknown | None = None
        self.steps = 0

    def fail(self, reason: Unknown) -> str:
        self.problem = self.problem or reason
        return ""

    def unknown(self, text: str) -> str:
        return self.fail(Unknown("syntax", text, self.value.span))

    def found(self, name: str) -> str | None:
        """The variable's text, None where nobody sets it."""
        self.steps += 1
        if self.steps > MAXIMUM_STEPS:
            return self.fail(Unknown("too-long", "it has too many placeholders", self.value.span))
        value = self.look_up(name)
        span = self.value.span
        if isinstance(value, Unknown):
            self.trail.append(Origin("environment", name, value.span, span))
            return self.fail(replace(value, span=span))
        if value is None or value.absent:
            self.trail.append(Origin("unset", name, None, span))
            return None
        self.trail.append(Origin("environment", name, value.span, span))
        self.trail.extend(value.trail)
        return spoken(value)

    def result(self, text: str, whole: bool) -> Value:
        """The value with its trail. `whole`: it is one placeholder and nothing beside it."""
        trail = tuple(dict.fromkeys([*self.value.trail, *self.trail]))
        read = [origin for origin in trail if origin.kind == "environment"]
        if read and not whole:
            trail += (Origin("joined", "", self.value.span),)
        if self.problem is not None:
            return replace(self.problem, trail=trail, span=self.value.span)
        if len(text) > MAXIMUM_TEXT:
            return Unknown("too-long", "the text is too long", self.value.span, trail)
        return replace(self.value, value=text, trail=trail)


def spoken(value: Known) -> str:
    """A property's value as text: YAML's true is "true"."""
    if isinstance(value.value, bool):
        return "true" if value.value else "false"
    return str(value.value)


def end_of(text: str, start: int) -> int:
    """Where the brace that was opened before `start` closes; -1 where it doesn't."""
    depth, place = 1, start
    while place < len(text):
        if text.startswith("${", place):
            depth += 1
            place += 2
            continue
        if text[place] == "}":
            depth -= 1
            if not depth:
                return place
        place += 1
    return -1


def compose(value: Value, look_up: LookUp) -> Value:
    """A scalar of a compose file as compose has it (compose-go, template.go).

    `$X`, `${X}`, `${X:-d}`, `${X-d}`, `${X:?e}`, `${X?e}`, `${X:+r}`, `${X+r}`, and `$$` for `$`;
    a variable that nobody sets is empty. The result is text; whoever wants a number resolves it.
    """
    if not isinstance(value, Known) or not isinstance(value.value, str) or "$" not in value.value:
        return value
    work = Interpolation(value, look_up)
    text = compose_text(value.value, work, 0)
    return work.result(text, is_whole(value.value))


def is_whole(text: str) -> bool:
    """Whether the text is one placeholder and nothing beside it."""
    if text.startswith("${"):
        return end_of(text, 2) == len(text) - 1
    return bool(re.fullmatch(r"\$[A-Za-z_][A-Za-z0-9_]*", text))


def compose_text(text: str, work: Interpolation, depth: int) -> str:
    if depth > MAXIMUM_DEPTH:
        return work.fail(Unknown("too-deep", "it is nested too deep", work.value.span))
    made: list[str] = []
    place = 0
    while (dollar := text.find("$", place)) >= 0 and work.problem is None:
        made.append(text[place:dollar])
        after = text[dollar + 1 : dollar + 2]
        if after == "$":
            made.append("$")
            place = dollar + 2
        elif after == "{":
            end = end_of(text, dollar + 2)
            if end < 0:
                return work.unknown("a ${ that is not closed: compose refuses the file")
            made.append(compose_braces(text[dollar + 2 : end], work, depth))
            place = end + 1
        else:
            name = NAME.match(text, dollar + 1)
            if name is None:
                return work.unknown("a $ without a name: compose refuses the file")
            made.append(work.found(name[0]) or "")
            place = name.end()
    return "".join([*made, text[place:]])


def compose_braces(inside: str, work: Interpolation, depth: int) -> str:
    name = NAME.match(inside)
    if name is None:
        return work.unknown("a ${…} without a name: compose refuses the file")
    rest = inside[name.end() :]
    operator = OPERATOR.match(rest)
    if rest and operator is None:
        return work.unknown("a ${…} that compose refuses")
    found = work.found(name[0])
    if operator is None:
        return found or ""
    other = rest[operator.end() :]
    filled = bool(found) if operator[0].startswith(":") else found is not None
    match operator[0][-1]:
        case "+":
            return compose_text(other, work, depth + 1) if filled else ""
        case "?":
            if not filled:
                text = f"{name[0]} has to be set: compose stops here"
                return work.fail(Unknown("environment", text, work.value.span))
            return found or ""
    return (found or "") if filled else compose_text(other, work, depth + 1)


def spring(value: Value, look_up: LookUp) -> Value:
    """A value of Spring's properties or YAML as its PropertyPlaceholderHelper has it.

    `${X}`, `${X:default}` with placeholders inside, and placeholders in what they come to. The
    look-up gets the name as it is written (`mail.host`, `MAIL_HOST`). One that nobody sets and
    that has no default stops the program: Unknown.
    """
    if not isinstance(value, Known) or not isinstance(value.value, str) or "${" not in value.value:
        return value
    work = Interpolation(value, look_up)
    text = spring_text(value.value, work, 0)
    return work.result(text, is_whole(value.value))


def spring_text(text: str, work: Interpolation, depth: int) -> str:
    if depth > MAXIMUM_DEPTH:
        return work.fail(Unknown("cycle", "its placeholders lead in a circle", work.value.span))
    made: list[str] = []
    place = 0
    while (start := text.find("${", place)) >= 0 and work.problem is None:
        made.append(text[place:start])
        end = end_of(text, start + 2)
        if end < 0:  # stays as it is
            made.append(text[start:])
            return "".join(made)
        made.append(spring_braces(text[start + 2 : end], work, depth))
        place = end + 1
    return "".join([*made, text[place:]])


def spring_braces(inside: str, work: Interpolation, depth: int) -> str:
    inside_name = spring_text(inside, work, depth + 1) if "${" in inside else inside
    name, colon, _ = inside.partition(":")
    if "${" in name:  # the name itself is made from placeholders
        name, colon, _ = inside_name.partition(":")
        default = inside_name.partition(":")[2]
    else:
        default = inside.partition(":")[2]
    before = len(work.trail)
    found = work.found(name)
    if found is not None:
        return spring_text(found, work, depth + 1) if "${" in found else found
    if not colon:
        del work.trail[before:]
        work.trail.append(Origin("unset", name, None, work.value.span))
        text = f"nobody sets {name[:60]} here, and it has no default"
        return work.fail(Unknown("environment", text, work.value.span))
    return spring_text(default, work, depth + 1)
