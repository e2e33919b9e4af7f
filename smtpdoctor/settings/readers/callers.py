"""Who calls a function of the folder, in its own file and in the others.

Knows how calls of a name are found and whether they mean that function. It must not know what a
parameter is for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers.evaluation import (
    Bound,
    Callers,
    ClassValue,
    Closure,
    Evaluator,
    is_constructor,
)
from smtpdoctor.settings.readers.model import Known, Special, Value
from smtpdoctor.settings.readers.syntax import Call, Function

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project

#: Files that are looked at for calls of one function. A name that more have says too little.
MOST_FILES = 20


#: A class that is made from another, in Python and in JavaScript.
MADE_FROM = rb"(?m)\bclass\b[^\n{]*(?:\bextends\s+|\([^\n)]*\b)%s\b"


def callers_in(
    project: Project, file: str, endings: tuple[str, ...]
) -> Callable[[Function], Callers]:
    """What `Evaluator` asks for the callers of a function of this file."""
    known: dict[int, Callers] = {}

    def callers(function: Function) -> Callers:
        if id(function) not in known:
            known[id(function)] = _callers(project, file, endings, function)
        return known[id(function)]

    return callers


def _callers(project: Project, file: str, endings: tuple[str, ...], function: Function) -> Callers:
    name = called(function)
    if not name:
        return Callers(others=True)
    needle = rb"\b" + re.escape(name.encode()) + rb"\s*(?:<[^()<>]*>)?\s*\("
    if ".ps1" in endings:  # called without brackets, in any letters
        needle = rb"(?i)(?<![\w-])" + re.escape(name.encode()) + rb"(?![\w-])"
    paths = project.containing(needle, *endings)
    if len(paths) > MOST_FILES:
        return Callers(others=True)
    calls: list[tuple[Evaluator, Call]] = []
    # a class that is made from this one hands it what nothing here follows
    others = is_constructor(function.scope) and bool(
        project.containing(MADE_FROM % re.escape(name.encode()), *endings)
    )
    # its own file where the folder can't be searched
    for path in dict.fromkeys((file, *paths)):
        for home, call, callee in _calls(project, path, name, function):
            if means(callee, function):
                calls.append((home, call))
            elif not is_of_the_folder(callee):
                others = others or bool(call.arguments)
    return Callers(tuple(calls), others)


def is_of_the_folder(callee: Value) -> bool:
    """Whether it is told what is called: a function or class of the folder."""
    return isinstance(callee, Known) and (
        isinstance(callee.value, Closure | ClassValue) or bool(_methods(callee.value))
    )


def called(function: Function) -> str:
    """The name by which a function is called; a constructor's is that of its class."""
    scope = function.scope
    if is_constructor(scope):
        return scope.parent.name if scope.parent is not None else ""
    return function.name


def _calls(
    project: Project, path: str, name: str, function: Function
) -> Iterator[tuple[Evaluator, Call, Value]]:
    """The calls of that name in a file, but those that the function makes itself."""
    from smtpdoctor.settings.readers.module import Module

    module = project.module(path)
    if not isinstance(module, Module):
        return
    for found in module.calls(name):
        call, home = found.call, module.evaluator
        if not _within(call, function) and found.reached is not False:
            yield home, call, found.callee


def _within(call: Call, function: Function) -> bool:
    scope = call.scope
    while scope is not None:
        if scope is function.scope:
            return True
        scope = scope.parent
    return False


def means(callee: Value, function: Function | None) -> bool:
    """Whether what is called is this function, or the class whose objects it makes."""
    if not isinstance(callee, Known) or function is None:
        return False
    if isinstance(callee.value, ClassValue):
        return callee.value.definition.scope is function.scope.parent
    if any(each is function for each in _methods(callee.value)):
        return True
    return isinstance(callee.value, Closure) and callee.value.function is function


def _methods(callee: Any) -> list[Any]:
    """What a class of the folder has by the name of a method that is called on it or on one of
    its objects: `Mail.send(…)`, `mailer.send(…)`."""
    if not isinstance(callee, Bound) or not isinstance(callee.object, Known):
        return []
    thing = callee.object.value
    made = thing.value if isinstance(thing, Special) else thing
    if not isinstance(made, ClassValue):
        return []
    return [bind.value for bind in made.definition.scope.binds.get(callee.name, ())]
