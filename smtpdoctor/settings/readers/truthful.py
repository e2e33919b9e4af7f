"""What languages have alike in which every value counts as true or as false: conditions, signs, and
the parts of lists and maps.

Each says how it writes them. Where only a boolean is a condition, see `typed_language`.
"""

from __future__ import annotations

from typing import Any

from smtpdoctor.settings.readers.evaluation import Evaluation, UntellableError
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Known,
    LanguageName,
    List,
    Map,
    Unknown,
    Value,
    truth,
)


class Truthful:
    """Part of a language's `Semantics`."""

    language: LanguageName
    #: "not", "or" and "and".
    denied, either, both = "!", "||", "&&"
    #: The operator that takes what stands right of it where there is nothing on its left.
    otherwise = ""

    def unary(self, operator: str, value: Any) -> Any:
        if operator == self.denied:
            return not truth(value, self.language)
        if operator in ("-", "+") and isinstance(value, int | float):
            return -value if operator == "-" else +value
        raise UntellableError(f"the operator {operator} is not evaluated")

    def short_cut(self, operator: str, left: Known) -> bool | None:
        if operator == self.either:
            return truth(left.value, self.language)
        if operator == self.both:
            return not truth(left.value, self.language)
        return not left.absent if operator == self.otherwise else None

    def part(self, object_: Value, key: Value, ask: Evaluation) -> Value:
        """`object[key]` of a list or map, where what is not there is nothing, as is a part of
        nothing."""
        if isinstance(object_, Unknown):
            return object_.get(key.value) if isinstance(key, Known) else object_
        if isinstance(key, Unknown):
            return Unknown("computed", "which key this is can't be told", ask.span, key.trail)
        if isinstance(object_.value, Map | List):
            found = object_.get(key.value)
            missing = isinstance(found, Known) and found.value is ABSENT
            return Known(None, ask.span) if missing else found
        if object_.absent:
            return Known(None, ask.span, object_.trail)
        return ask.unknown("computed", "a part of a value that is not evaluated")
