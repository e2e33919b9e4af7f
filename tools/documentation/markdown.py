"""The pieces of Markdown that generated pages are made of. Every text in them is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence


def code(text: str) -> str:
    """A text as code, whatever backticks and bars it has."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if "`" in text else ""
    return f"{fence}{blank}{text}{blank}{fence}".replace("|", "\\|")


def plain(text: str) -> str:
    """A text in which nothing is markup."""
    return re.sub(r"([\\`*_\[\]<>|{}$#])", r"\\\1", text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; empty without rows."""
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def folded(summary: str, text: str) -> str:
    """A part that is opened by its summary."""
    return f"<details>\n<summary>{summary}</summary>\n\n{text.strip()}\n\n</details>\n"


def index_entries(texts: Sequence[str]) -> str:
    """Entries of the site's index, which its search knows. `;` and `!` are the index's own."""
    lines = [f"   single: {re.sub('[;!]', ',', text)}" for text in texts]
    return "\n".join(["```{eval-rst}", ".. index::", *lines, "```\n"]) if lines else ""
