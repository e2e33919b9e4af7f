"""What Go, Java, Kotlin, C# and Rust share: operators, conditions, and the classes of a folder.

This module knows how such languages compare, add and look a class up by its name. It must not know
one language's library, nor node types.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.readers.curly import FIELD
from smtpdoctor.settings.readers.evaluation import (
    ClassValue,
    Closure,
    Evaluation,
    Frame,
    Operator,
    UntellableError,
)
from smtpdoctor.settings.readers.model import ABSENT, Known, List, Map, Special, Unknown, Value
from smtpdoctor.settings.readers.module import Module
from smtpdoctor.settings.readers.syntax import Call, Class, Function, Parameter

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project


def integer(value: Any) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d{1,18}", text):
        raise UntellableError("a number that doesn't parse")
    return int(text)


def boolean(value: Any) -> bool:
    """Boolean.parseBoolean: the word true in any letter case, and nothing else."""
    return str(value).lower() == "true"


def text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    if value is None or value is ABSENT:
        return "null"
    raise UntellableError("an object as text")


def first_set(*values: Any) -> Any:
    return next((each for each in values if each is not None and each is not ABSENT), None)


def compared(rule: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def apply(left: Any, right: Any) -> Any:
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            raise UntellableError("operands that are not evaluated")
        return rule(left, right)

    return apply


def plus(left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        return text(left) + text(right)
    return compared(lambda a, b: a + b)(left, right)


def zero(value: Any) -> Any:
    return None if value is ABSENT else value


OPERATORS: Mapping[str, Operator] = {
    "+": plus,
    "-": compared(lambda a, b: a - b),
    "*": compared(lambda a, b: a * b),
    "==": lambda a, b: zero(a) == zero(b),
    "!=": lambda a, b: zero(a) != zero(b),
    "===": lambda a, b: zero(a) == zero(b),
    "<": compared(lambda a, b: a < b),
    ">": compared(lambda a, b: a > b),
    "<=": compared(lambda a, b: a <= b),
    ">=": compared(lambda a, b: a >= b),
}


class Typed:
    """Operators, conditions and members by a key; each language says where it differs."""

    operators: Mapping[str, Operator]
    #: The operator that takes what stands right of it where there is nothing on its left.
    otherwise = ""

    def index(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        if isinstance(object_, Unknown) or isinstance(key, Unknown):
            return ask.unknown("computed", "a part of what can't be told")
        if isinstance(object_.value, Map | List):
            return object_.get(key.value)
        return ask.unknown("computed", "a part of a value that is not evaluated")

    def unary(self, operator: str, value: Any) -> Any:
        if operator == "!" and isinstance(value, bool):
            return not value
        if operator == "-" and isinstance(value, int):
            return -value
        raise UntellableError(f"the operator {operator} is not evaluated")

    def short_cut(self, operator: str, left: Known) -> bool | None:
        if operator == "||":
            return left.value is True
        if operator == "&&":
            return left.value is not True
        return not left.absent if operator == self.otherwise else None

    def operator(self, operator: str, left: Value, right: Value, ask: Evaluation) -> Value | None:
        return None

    def imported(self, path: str, name: str | None, ask: Evaluation) -> Value:
        return ask.unknown("imported", "it is imported")

    def star(self, path: str, name: str, ask: Evaluation) -> Value | None:
        return None

    def instance(self, made: ClassValue, call: Call, ask: Evaluation) -> Value | None:
        return None


class Classes(Typed):
    """The classes of a folder by their names, and what their fields and functions come to."""

    #: How a class of that name is declared, and the endings of its files.
    declared = r"\b(?:class|object|interface|record|enum)\s+%s\b"
    endings: tuple[str, ...] = (".java", ".kt")

    def __init__(self, project: Project, file: str) -> None:
        self.project = project
        self.file = file

    def class_of(self, name: str) -> ClassValue | None:
        """The one class of that name, in this file or another; None where none is."""
        if not re.fullmatch(r"[A-Z]\w{1,60}", name):
            return None
        needle = (self.declared % re.escape(name)).encode()
        found = [self.file, *self.project.containing(needle, *self.endings)]
        for path in dict.fromkeys(found):
            module = self.project.module(path)
            if isinstance(module, Module):
                value = class_in(module, name)
                if value is not None:
                    return value
        return None

    @staticmethod
    def field(made: ClassValue, name: str) -> Value | None:
        """A field of a class as it is in the end; None where it has none of that name."""
        frame = Frame(made.definition.scope, made.frame)
        for each in (FIELD + name, name):
            if each in made.definition.scope.owned:
                return made.evaluator.lookup(each, frame, 1 << 62)
        return None

    def parameter(self, parameter: Parameter, function: Function, ask: Evaluation) -> Value | None:
        return self._handed(parameter.type)

    def _handed(self, type_: str) -> Value | None:
        """What a framework hands over: an object of a class of the folder."""
        made = self.class_of(re.sub(r"[?\s]", "", type_)) if type_ else None
        return Known(Special("object", made)) if made is not None else None

    @staticmethod
    def function_of(
        made: ClassValue, name: str, values: list[Value], ask: Evaluation
    ) -> Value | None:
        """What a function of a class of the folder gives; None where it has none of that name."""
        scope = made.definition.scope
        for bind in scope.binds.get(name, ()):
            if bind.value is None:
                continue
            closure = made.evaluator.value(bind.value, Frame(scope, made.frame))
            if isinstance(closure, Known) and isinstance(closure.value, Closure):
                given: list[tuple[str | None, Value]] = [(None, value) for value in values]
                return made.evaluator.apply(closure.value, given, ask.at)
        return None


def class_in(module: Module, name: str) -> ClassValue | None:
    """A class of a file, however deep it stands in others."""
    waiting = [module.evaluator.module.scope]
    while waiting:
        scope = waiting.pop()
        for bind in scope.binds.get(name, ()):
            if isinstance(bind.value, Class):
                frame = module.evaluator.frame_of(scope)
                return ClassValue(bind.value, frame, module.evaluator)
        waiting += scope.children
    return None
