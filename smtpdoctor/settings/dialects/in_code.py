"""What dialects of libraries share that a program calls in its own code, in any language.

Knows how a value of a file is asked for again under other variables, and how a further line is put
in beside one that is there. It must not know what a library makes of its options.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Option, Outcome
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import inserted
from smtpdoctor.settings.readers.evaluation import either
from smtpdoctor.settings.readers.model import ABSENT, Known, Span, Special, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

#: Finds a value of a file again, under other variables.
Ask = Callable[[Module], Value]

#: The end of a statement, with a comment behind it.
REST = re.compile(r"\s*\)?\s*;?\s*(?://.*|#.*)?")


def reached(
    workspace: Workspace,
    paths: Iterable[str],
    variables_of: Callable[[Workspace, str], Variables],
    calls: Callable[[Module], Sequence[FoundCall]],
) -> Iterator[tuple[Module, Variables, int]]:
    """Of these files: module, variables, and the place among `calls` of each call that some way
    through the program reaches."""
    for path in paths:
        variables = variables_of(workspace, path)
        module = workspace.module(path, variables)
        if module is None:
            continue
        for place, call in enumerate(calls(module)):
            if call.reached is not False:
                yield module, variables, place


def option(workspace: Workspace, module: Module, name: str, ask: Ask, **more: Any) -> Option | None:
    """What is asked of a file as an option, None where it is not there."""
    value = ask(module)
    if isinstance(value, Known) and value.value is ABSENT:
        return None
    if module.language == "powershell":
        ask = _told(ask)
        value = ask(module)

    def again(under: Variables) -> Value:
        other = workspace.module(module.file, under)
        return ask(other) if other is not None else Known(ABSENT)

    return Option(name, value, again, **more)


def _told(ask: Ask) -> Ask:
    """What is asked, where it is a value: a file that a script reads is none."""

    def asked(module: Module) -> Value:
        value = ask(module)
        if isinstance(value, Known) and isinstance(value.value, Special):
            return Unknown("unreadable", "what a file has is not read here", value.span)
        return value

    return asked


def text(value: Any) -> str | None:
    """A value as text, None where there is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or value is ABSENT or isinstance(value, Unknown) else str(value)


def is_on(value: Any) -> bool:
    """Whether a switch is on: PowerShell takes 1 for true."""
    return value is True or (isinstance(value, int) and value != 0)


def number(value: Any) -> int | None:
    """A port, None where it is none."""
    digits = str(value).strip() if value is not None and not isinstance(value, bool) else ""
    return int(digits) if digits.isdecimal() and len(digits) < 6 and int(digits) else None


def outcome_of(
    options: Mapping[str, Any],
    by: Mapping[Field, tuple[str, ...]],
    tls: TLSMode,
    *,
    port: int | None = None,
    **more: Any,
) -> Outcome:
    """What options come to whose names `by` says, the one that counts first. `port` is the
    program's own."""

    def said(field: Field) -> Any:
        return next((options[name] for name in by.get(field, ()) if name in options), None)

    fields: dict[str, Any] = {
        "host": text(said("host")) or None,
        "port": number(said("port")) or port,
        "username": text(said("username")),
        "password": text(said("password")),
        "sender": text(said("sender")),
        "ehlo": text(said("ehlo")),
        # one that can't be told is among them, behind those that are there
        "by": {
            field: tuple(sorted(names, key=lambda name: name not in options))
            for field, names in by.items()
        },
    }
    return Outcome(tls=tls, **{**fields, **more})


def as_word(workspace: Workspace, option_: Option, *types: str) -> Option:
    """A constant of a class by its last name alone: `SMTPS` of `TransportStrategy.SMTPS`."""
    value = option_.value
    assert isinstance(value, Known)
    written = value.written
    spelt = re.fullmatch(rf"(\[?(?:[\w.:]+[.:])?(?:{'|'.join(types)})\]?(?:\.|::))(\w+)",
                         workspace.text_of(written) or "")  # fmt: skip
    if spelt is not None and written is not None:
        written = replace(written, columns=(written.columns[1] - len(spelt[2]), written.columns[1]))
    return replace(option_, value=Known(str(value.value), written), bare=True)


def last_of(uses: Iterable[tuple[bool | None, Callable[[], Value]]]) -> Value:
    """What was set last on the way that the program takes; where it can't be told whether one of
    the ways is taken, one of several."""
    values: list[Value] = []
    for reached, value in reversed(list(uses)):
        if reached is False:
            continue
        values.append(value())
        if reached:
            break
    else:
        values.append(Known(ABSENT))
    if len(values) == 1:
        return values[0]
    span = next((each.span for each in values if each.span is not None), None)
    return either(values, span, "whether it is set depends on what can't be told")


def like_line(workspace: Workspace, call: FoundCall, pieces: Mapping[Span, str]) -> Edit | None:
    """A further line before the one that a call stands on: the same with other texts in the
    places of these spans. None where the line holds more than that."""
    spans = sorted(pieces, key=lambda span: span.columns)
    line = workspace.line(call.span.file, call.span.line)
    one = all(span.line == span.end_line == call.span.line for span in (*spans, call.span))
    if line is None or not one or not spans:
        return None
    made, at = "", 0
    for span in spans:
        made += line[at : span.columns[0] - 1] + pieces[span]
        at = span.columns[1] - 1
    rest = REST.fullmatch(line[at:])
    if rest is None or line[: call.span.columns[0] - 1].strip():
        return None
    end = re.sub(r"\s*(//|#).*$", "", line[at:]).rstrip()
    return inserted(call.span, 1, f"{made}{end}\n")
