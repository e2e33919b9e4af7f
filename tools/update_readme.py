"""Bring the README's report and list of codes up to date; --check only says whether they are."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import msgspec

from smtpdoctor import pages
from smtpdoctor.demo import command
from smtpdoctor.demo.scenarios import DEFAULT
from smtpdoctor.diagnosis.engine import rules
from smtpdoctor.diagnosis.model import AREAS
from smtpdoctor.observations import Observations, Place
from smtpdoctor.report import formats
from smtpdoctor.report.model import build

README = Path(__file__).parent.parent / "README.md"


def report() -> str:
    """The report of the default scenario, the same on every machine and in every run."""
    played, _ = command.play(DEFAULT)
    observations = Observations(
        msgspec.structs.replace(item, system="Linux", container=None)
        if isinstance(item, Place)
        else item
        for item in played.observations
    )
    made = build(observations, started=played.started, seconds=played.seconds)
    text = formats.render("terminal", made)
    # the column of times is cut, and the length of the run is a usual one
    text = re.sub(r" +\d+ ms$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\d+\.\d s, exit", "0.1 s, exit", text)
    return f"```\n{text.rstrip()}\n```"


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
    for name, content in (("report", report()), ("codes", codes())):
        start, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
        before, _, rest = text.partition(start)
        _, _, after = rest.partition(end)
        text = f"{before}{start}\n{content}\n{end}{after}"
    return text


def main(arguments: list[str]) -> int:
    old = README.read_text(encoding="utf-8")
    new = updated(old)
    if "--check" in arguments:
        return int(new != old)
    README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
