"""TOML that anybody may have written, in bounds."""

from __future__ import annotations

import re
import tomllib
from typing import Any

#: A key of so many parts is none, and Python's parser takes the square of them. Of parts that are
#: longer a file of bounded size has few.
PART = r"""(?:"(?:[^"\\\n]|\\.){0,200}+"|'[^'\n]{0,200}+'|[\w-]{1,200}+)"""
DEEP = re.compile(rf"(?<![\w-])(?:{PART}[ \t]*+\.[ \t]*+){{100}}")


class TooDeepError(ValueError):
    """A key of more parts than any has; `line` is where."""

    def __init__(self, line: int) -> None:
        super().__init__("a key has too many parts")
        self.line = line


def parsed(text: str) -> dict[str, Any]:
    """The document. Raises ValueError (a number of 5000 digits is no TOMLDecodeError) and
    RecursionError."""
    if (deep := DEEP.search(text)) is not None:
        raise TooDeepError(text.count("\n", 0, deep.start()) + 1)
    return tomllib.loads(text)
