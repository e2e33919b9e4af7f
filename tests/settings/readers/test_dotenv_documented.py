"""The page on `.env` readers and the marks that tell them apart say what the models do.

`UPDATE_SNAPSHOTS=1 pytest tests/settings/readers` writes the page's table anew.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from smtpdoctor.settings.readers.dotenv import Entry, read, readers

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "dotenv-readers.md"
MARKS = ROOT / "smtpdoctor" / "knowledge" / "dotenv_readers.toml"
START, END = "<!-- table: generated -->\n", "<!-- end of table -->"

#: Column titles with the right-hand side that each asks about; `$X` and `${X}` are set to "set".
COLUMNS = {
    "`a#b`": "a#b",
    "`a #b`": "a #b",
    "`'a #b'`": "'a #b'",
    "`a b`": "a b",
    "`$X`": "$X",
    "`${X}`": "${X}",
    '`"${X}"`': '"${X}"',
    "`'${X}'`": "'${X}'",
    "`'$X'`": "'$X'",
    "`a\\b`": "a\\b",
    '`"a\\nb"`': '"a\\nb"',
    '`"a\\"b"`': '"a\\"b"',
    "`'a\\b'`": "'a\\b'",
    "`it's`": "it's",
    '`"a"`': '"a"',
}


def cell(reader: str, text: str) -> str:
    file = read(reader, f"K={text}\n", {"X": "set"})
    if file.refused:
        return "refuses"
    entry: Entry | None = file.entry("K")
    if entry is None:
        return "no value"
    if entry.value is None:
        return "error" if entry.untold == "error" else "untold"
    value = entry.value.reveal().replace("\n", "⏎")
    return f"`{value}`" if value else "empty"


def table() -> str:
    lines = [
        "| reader | versions | " + " | ".join(COLUMNS) + " |",
        "|---" * (len(COLUMNS) + 2) + "|",
    ]
    for name, reader in readers().items():
        cells = [cell(name, text) for text in COLUMNS.values()]
        title = f"{reader.title} (`{name}`)"
        lines.append(
            "| " + " | ".join([title, ", ".join(reader.versions) or "read, not run", *cells]) + " |"
        )
    return "\n".join(lines) + "\n"


def test_the_page_has_what_the_models_do() -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(START)
    written, _, after = rest.partition(END)
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        PAGE.write_text(before + START + table() + END + after, encoding="utf-8")
        return
    assert written == table()


def test_every_reader_has_its_marks() -> None:
    facts = tomllib.loads(MARKS.read_text(encoding="utf-8"))
    assert sorted(entry["reader"] for entry in facts["readers"]) == sorted(readers())
    for entry in facts["readers"]:
        assert entry["marks"], entry["reader"]
        assert entry["sources"]
