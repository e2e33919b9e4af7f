"""A fix's edits for other programs: those that can be applied to the file as it is, and the others
in words.

Columns count in the line as it may be shown. Behind a mask they are others than the file's, which
would tell how long the masked text is. One edit of several would be half a fix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smtpdoctor.settings.model import MASK, Edit


def are_exact(edits: Iterable[Edit]) -> bool:
    """Whether all of them say the file's own columns."""
    return all(edit.exact for edit in edits)


def edits_in_words(edits: Iterable[Edit]) -> Iterator[str]:
    """What to change in which line; a secret's quotes have a step of their own."""
    for edit in edits:
        if MASK in edit.replace or MASK in edit.with_:
            continue
        new = edit.with_.strip()
        if edit.replace:
            change = (
                f"change “{edit.replace.strip()}” to “{new}”"
                if new
                else f"take out “{edit.replace.strip()}”"
            )
        else:
            change = f"put in “{new}”"
        yield f"{edit.file}:{edit.line}: {change}."
