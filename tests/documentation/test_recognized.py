"""The patterns of `explain` in the script of the site's search."""

from __future__ import annotations

import pytest

from tools.documentation import recognized


def test_every_pattern_is_one_of_javascript_too() -> None:
    assert recognized.script().startswith("const RECOGNIZED = {")


@pytest.mark.parametrize("pattern", ["(?i)a", "(?s:a)", "a++", "(?>a)"])
def test_what_javascript_lacks_is_told(pattern: str) -> None:
    with pytest.raises(ValueError, match="JavaScript has no"):
        recognized.javascript(pattern)


@pytest.mark.parametrize(
    ("pattern", "theirs"),
    [
        ("(?P<a>b)", "(?<a>b)"),
        (r"\Aa", r"(?<![\s\S])a"),
        ("[a+]+", "[a+]+"),
        (r"\(?\d+", r"\(?\d+"),
    ],
)
def test_what_is_written_otherwise(pattern: str, theirs: str) -> None:
    assert recognized.javascript(pattern) == theirs
