"""Conditions and signs of languages in which every value counts as true or as false.

Each language says how it writes them. Where only a boolean is a condition, see `typed_language`.
"""

from __future__ import annotations

from typing import Any

from smtpdoctor.settings.readers.evaluation import UntellableError
from smtpdoctor.settings.readers.model import Known, LanguageName, truth


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
