"""What the files of a host's mail programs have in common: lines that a pattern takes apart.

Knows where the groups of a match stand. It must not know any program, nor what a value means.
"""

from __future__ import annotations

import re

from smtpdoctor.settings.readers.model import Known, Span


def matched(path: str, number: int, found: re.Match[str], group: str | int) -> Known:
    """What a group holds of a match in the line of that number, with its place."""
    columns = (found.start(group) + 1, found.end(group) + 1)
    return Known(found[group], Span(path, number, columns, number))


def within(span: Span, found: re.Match[str], group: str | int) -> Span:
    """The place of a group of a match in the text that stands at the span."""
    first = span.columns[0]
    columns = (first + found.start(group), first + found.end(group))
    return Span(span.file, span.line, columns, span.line)
