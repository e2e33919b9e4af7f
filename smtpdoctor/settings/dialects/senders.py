"""Who a message is from where the function that sends it is handed its sender.

Knows how a message is followed to those who call its function, here and in other files, from call
to call. It must not know any library's messages: whoever asks says how a sender is read of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from smtpdoctor.settings.dialects.base import Option
from smtpdoctor.settings.prepare import FREE
from smtpdoctor.settings.readers.callers import called, is_of_the_folder, means
from smtpdoctor.settings.readers.model import ABSENT, Known, List, Map, Span, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall
from smtpdoctor.settings.readers.syntax import Function
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

#: How often a sender is handed on: from a route to a service to the one that sends.
MOST_STEPS = 3
#: An address, or what stands for one where a change is tried.
ADDRESS = re.compile(r"[^\s@<>]@[^\s@<>]|" + re.escape(FREE % "sender"))
ADDRESS_ALONE = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
#: Files that are looked at for calls of one function, and calls for one message.
MOST_FILES = 20
MOST_CALLS = 60

Read = Callable[[FoundCall], Value]


def through_callers(
    workspace: Workspace,
    variables: Variables,
    message: FoundCall,
    read: Read,
    suffixes: tuple[str, ...],
    is_told: Callable[[Value], bool],
) -> Value | None:
    """What the first call gives that tells it, None where none of so many does.

    Of an object that can't be told a method of the same name counts: a message's way leads over
    interfaces, and which class is behind one seldom stands in the code.
    """
    left = [MOST_CALLS]

    def told(message: FoundCall, read: Read, steps: int) -> Value | None:
        value = read(message)
        if is_told(value):
            return value
        if steps == 0 or not _is_handed_over(value):
            return None
        for function in message.enclosing_functions:
            for outer in _calls_of(workspace, variables, message, function, suffixes):
                if left[0] == 0:
                    return None
                left[0] -= 1

                def inner(call: FoundCall, of: Function = function) -> Value:
                    return read(message.within(call, of))

                found = told(outer, inner, steps - 1)
                if found is not None and (means(outer.callee, function) or _has_address(found)):
                    return found
        return None

    return told(message, read, MOST_STEPS)


def usual(sender: Value) -> Value:
    """What counts where whoever calls gives no sender: `from || "a@b.example"`, or
    `if (message.from) from = message.from` behind the program's own."""
    while isinstance(sender, Unknown):
        ways = [usual(each) for each in sender.alternatives if sender.reason == "condition"]
        handed = any(isinstance(each, Unknown) and each.reason == "parameter" for each in ways)
        told = [each for each in ways if isinstance(each, Known) and _has_address(each)]
        if sender.otherwise is not None:
            sender = sender.otherwise
        elif handed and len(told) == 1:
            return told[0]
        else:
            break
    return sender


def narrowed(option: Option, workspace: Workspace) -> Option:
    """The option of a sender that is put together, as that part of it which has the address: what
    stands around it is its name."""
    part = _part(option.value)
    again = option.again
    if part is None:
        return option

    def anew(under: Variables) -> Value:
        value = again(under) if again is not None else option.value
        return _part(value) or value

    literal = not part.trail
    if literal:
        workspace.is_value("sender", part.span)
    return replace(option, value=part, again=None if literal else anew, bare=literal)


def _part(value: Value) -> Known | None:
    """The piece with the address: of a literal the address alone, where it is in one line."""
    text = value.value if isinstance(value, Known) else None
    found = list(ADDRESS_ALONE.finditer(text)) if isinstance(text, str) else []
    if not isinstance(value, Known) or len(found) != 1:
        return None
    first, last = found[0].span()
    for at, piece in value.pieces:
        inner = str(piece.value)
        if not at <= first or last > at + len(inner):
            continue
        span = piece.span
        if piece.trail or span is None:
            return piece if piece.trail else None
        columns = (span.columns[0] + first - at, span.columns[0] + last - at)
        if span.end_line != span.line or span.columns[1] - span.columns[0] != len(inner):
            return None
        return Known(found[0][0], Span(span.file, span.line, columns, span.line))
    return None


def without_variables(sender: Value) -> Value:
    """One that variables make which nobody sets here, `<${process.env.MAIL_FROM}>`, is none."""
    if not isinstance(sender, Known) or sender.absent:
        return sender
    address = sender.get("address") if isinstance(sender.value, Map) else sender
    if not address.unset or _has_address(address):
        return sender
    return Known(ABSENT, sender.span, address.trail)


def _is_handed_over(value: Value) -> bool:
    """Whether a caller may decide it."""
    ways = (value, *value.alternatives) if isinstance(value, Unknown) else ()
    return any(isinstance(each, Unknown) and each.reason == "parameter" for each in ways)


def _calls_of(
    workspace: Workspace,
    variables: Variables,
    message: FoundCall,
    function: Function,
    suffixes: tuple[str, ...],
) -> Iterator[FoundCall]:
    """The calls of a function in the folder that give it something."""
    name = called(function)
    if not name or not function.parameters:
        return
    needle = rb"\b" + re.escape(name.encode()) + rb"\s*[(<]"
    paths = workspace.folder.containing(needle, *suffixes)
    own = message.span.file
    for path in sorted(paths[:MOST_FILES], key=lambda each: each != own):
        module = workspace.module(path, variables)
        for call in module.calls(name) if module is not None else ():
            at = call.call
            itself = path == own and function.start <= at.start < function.end
            its = means(call.callee, function)
            if itself or (is_of_the_folder(call.callee) and not its) or call.reached is False:
                continue
            if (its and call.count) or call.count >= len(function.parameters):
                yield call


def _has_address(value: Value) -> bool:
    """Whether a request gives it, or an address is in it: of a call that may be another's
    function nothing else is a sender."""
    if isinstance(value, Unknown):
        return True
    parts = value.value if isinstance(value.value, List) else (value, value.get("address"))
    texts = [part.value for part in parts if isinstance(part, Known)]
    return any(ADDRESS.search(text) for text in texts if isinstance(text, str))
