"""A page of Markdown as text for a terminal or a pipe: headings, paragraphs, lists, code.

Knows the little Markdown that the pages under docs/diagnoses use. Code is left as it is, to be
copied.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from smtpdoctor.report.formats import Options

BOLD, UNDERLINED, PLAIN = "\x1b[1m", "\x1b[4m", "\x1b[0m"
ITEM = re.compile(r"( *)(-|\d+\.) +(.*)", re.DOTALL)
#: Where a page is wide enough.
WIDEST = 100


def rendered(page: str, options: Options) -> str:
    """The page in lines as wide as the output."""
    width = min(options.width, WIDEST)
    styled = options.style != "plain"
    return "\n".join(_lines(page, width, styled=styled)).strip("\n") + "\n"


def _lines(page: str, width: int, *, styled: bool) -> Iterator[str]:
    for block in _blocks(page):
        first = block[0]
        if first.startswith("#"):
            level, _, words = first.partition(" ")
            yield f"{_heading(level)}{words}{PLAIN}" if styled else words
            if not styled:
                yield ("=" if level == "#" else "-") * len(words)
        elif first.startswith("    ") or first.startswith("```"):
            code = block[1:-1] if first.startswith("```") else [line[4:] for line in block]
            yield from (f"    {line}".rstrip() for line in code)
        else:
            yield from _text(block, width)
        yield ""


def _heading(level: str) -> str:
    return BOLD + UNDERLINED if level == "#" else BOLD


def _blocks(page: str) -> Iterator[list[str]]:
    """What stands between empty lines; a block of code holds its own empty lines."""
    block: list[str] = []
    for line in page.splitlines():
        fenced = bool(block) and block[0].startswith("```")
        if fenced:
            block.append(line)
            if line.startswith("```"):
                yield block
                block = []
        elif not line.strip() or line.startswith("#"):
            if block:
                yield block
            block = []
            if line.startswith("#"):
                yield [line]
        else:
            block.append(line)
    if block:
        yield block


def _text(block: list[str], width: int) -> Iterator[str]:
    """A paragraph, or the items of a list."""
    parts: list[str] = []
    for line in block:
        if ITEM.match(line) or not parts:
            parts.append(line)
        else:
            parts[-1] += f" {line.strip()}"
    for part in parts:
        item = ITEM.fullmatch(part)
        if item is None:
            indent = " " * (len(part) - len(part.lstrip()))
            yield from _wrapped(_inline(part.strip()), width, f"  {indent}" if indent else "")
            continue
        indent, mark, words = item.groups()
        start = f"{indent}  {mark} "
        yield from _wrapped(_inline(words), width, start)


def _wrapped(words: str, width: int, start: str) -> list[str]:
    """Lines of at most `width`; a word that is longer stays whole, to be copied."""
    return textwrap.wrap(
        words,
        width,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _inline(words: str) -> str:
    """Without marks: a link by its text and address, what is marked as it reads."""
    words = re.sub(r"\[([^\]]+)\]\((https?://[^)\s]+)\)", r"\1 (\2)", words)
    words = re.sub(r"\[([^\]]+)\]\([^)\s]+\)", r"\1", words)
    pieces = re.split(r"(`[^`]+`)", words)
    for place in range(0, len(pieces), 2):
        pieces[place] = re.sub(r"\*\*(.+?)\*\*", r"\1", pieces[place])
        pieces[place] = re.sub(r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])", r"\1", pieces[place])
    return "".join(pieces)
