"""Bring the README's list of codes up to date; --check only says whether it is.

Its screens are those of `make screens`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from smtpdoctor import pages
from smtpdoctor.diagnosis.engine import rules
from smtpdoctor.diagnosis.model import AREAS

README = Path(__file__).parent.parent / "README.md"


def codes() -> str:
    """Every code with a link to its page, by area in path order."""
    titles = pages.titles()
    parts = []
    for area in AREAS:
        lines = [
            f"- [`{rule.code}`](docs/diagnoses/{rule.code}.md): {titles[rule.code]}"
            for rule in rules()
            if rule.area == area
        ]
        parts.append("\n".join([f"**{pages.AREAS[area]}**", "", *lines]))
    return "\n\n".join(parts)


def updated(text: str) -> str:
    start, end = "<!-- codes -->\n", "\n<!-- /codes -->"
    before, _, rest = text.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}\n{codes()}\n{end}{after}"


def main(arguments: list[str]) -> int:
    old = README.read_text(encoding="utf-8")
    new = updated(old)
    if "--check" in arguments:
        return int(new != old)
    README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
