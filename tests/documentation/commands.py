"""The commands of the documents: where they stand, and what the document says of running them.

A comment above a block says what isn't plain: `<!-- not run: why -->`; `<!-- exit 1 -->`, where the
status is another than 0; `<!-- in: mailer -->` for another folder of the sandbox than the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))

#: Languages of blocks that are typed into a shell; in `console` what it prints stands there, too.
SHELLS = ("sh", "console")
_BLOCK = re.compile(
    r"(?P<marks>(?:^<!-- [^\n]* -->\n)*)"
    r"^(?P<fence>```+)(?P<language>\S*)[^\n]*\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
_INDENTED = re.compile(
    r"(?P<marks>(?:^<!-- [^\n]* -->\n)*)(?P<text>(?:^ {4}(?! )[^\n]+\n)+)", re.MULTILINE
)
#: Where a line is a command of ours, in a block that doesn't say what it is.
TYPED = re.compile(r"^(?:\$ )?(?:[^|\n]*\| *)?smtpdoctor (?!\w+\.)", re.MULTILINE)
#: Where it is one of another program's.
OTHERS = re.compile(
    r"^(?:\$ |sudo )?(?:docker|kubectl|make|scp|ssh|pipx?|git|npm|npx|python3?|pytest|curl|openssl"
    r"|dig|kill|systemctl|apt-get|pre-commit) [^=:\n]*$"
    # what no setting begins with, whatever stands behind it
    r"|^(?:openssl|journalctl|doveadm|postconf|certbot|timedatectl|hostnamectl|unset|date|python3"
    r"|dig) ",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """One block of code. `marks` are the comments above it."""

    document: str
    line: int
    language: str
    text: str
    marks: str

    @property
    def why_not(self) -> str:
        """Why it is not run; empty where it is."""
        found = re.search(r"<!-- not run: (.+?) -->", self.marks)
        return found[1] if found else ""

    @property
    def status(self) -> int:
        found = re.search(r"<!-- exit (\d+) -->", self.marks)
        return int(found[1]) if found else 0

    @property
    def folder(self) -> str:
        found = re.search(r"<!-- in: (\w+) -->", self.marks)
        return found[1] if found else "shop"

    @property
    def script(self) -> str:
        """What is typed."""
        if self.language != "console":
            return self.text
        return "".join(f"{line[2:]}\n" for line in self.text.splitlines() if line.startswith("$ "))

    @property
    def printed(self) -> str:
        """What is printed, in a `console` block."""
        lines = (line for line in self.text.splitlines() if not line.startswith("$ "))
        return "\n".join(lines).strip()


def blocks() -> Iterator[Block]:
    """Every block of every document, fenced and indented. `explain CODE` leaves the comments of a
    page out."""
    for path in DOCUMENTS:
        text = path.read_text("utf-8")
        name = path.relative_to(ROOT).as_posix()
        for match in _BLOCK.finditer(text):
            line = text.count("\n", 0, match.start("fence")) + 1
            yield Block(name, line, match["language"], match["text"], match["marks"])
        outside = _BLOCK.sub(lambda match: "\n" * match[0].count("\n"), text)
        for match in _INDENTED.finditer(outside):
            line = outside.count("\n", 0, match.start("text")) + 1
            lines = "".join(f"{each[4:]}\n" for each in match["text"].splitlines())
            yield Block(name, line, "indented", lines, match["marks"])


def screen(document: str, typed: str) -> list[str]:
    """The lines that a document shows below a command that is not run with the others, since it
    needs a project, a time or a builder of its own: the tests of what it starts compare them."""
    (found,) = (
        block.printed.splitlines()
        for block in blocks()
        if block.document == document
        and block.language == "console"
        and block.script.strip() == typed
    )
    return found


def is_typed(block: Block) -> bool:
    """Whether it has a command in it, of ours or of another program."""
    return bool(TYPED.search(block.text) or OTHERS.search(block.text))
