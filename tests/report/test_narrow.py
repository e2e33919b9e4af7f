"""The report on a narrow terminal: a phone, a split window."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from smtpdoctor.diagnosis.model import Location
from smtpdoctor.report.formats import Options, terminal
from smtpdoctor.report.model import Report
from smtpdoctor.text import columns

from ..runs import playing, shown
from .test_snapshots import SCENES, examined

#: A line of a program, which is to be copied as it stands.
COPIED = re.compile(r"    [-+ ]\S|      \S")


def played(name: str, folder: Path) -> Report:
    with playing(name, folder) as (network, connect_to, cafile):
        return examined(network, folder, connect_to=connect_to, cafile=cafile)


@pytest.mark.parametrize("name", SCENES)
def test_no_line_is_left_to_the_terminal_to_cut(name: str, tmp_path: Path) -> None:
    """But a word that has no room, or what is to be copied."""
    report = played(name, tmp_path)
    for width in (30, 40, 59):
        lines = shown(report, width=width).splitlines()
        for line in lines:
            room = columns(line) <= width or COPIED.match(line)
            assert room or len(line.split()) <= 2, line


@pytest.mark.parametrize("name", SCENES)
def test_a_check_s_line_is_whole(name: str, tmp_path: Path) -> None:
    """Neither cut and wrapped at once, nor cut at all."""
    report = played(name, tmp_path)
    text = shown(report, width=40)
    squeezed = "".join(re.sub(r"[\s│]+", "", text))
    for check in report.target.checks:
        if check.status == "failed":
            assert re.sub(r"\s+", "", check.summary) in squeezed


@pytest.mark.parametrize("width", [30, 40, 80])
@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("  secure: true,", "true"),
        ("const mailer = nodemailer.createTransport({ host: 'smtp.ionos.com', secure: true });",
         "true"),
        (f"{'x' * 200}; secure: true, // {'y' * 200}", "true"),
        (f"secure: {'true' * 60}", "true" * 60),
        (f"{'x' * 200}: {'true' * 60}", "true" * 60),
        (f"{'日本' * 40}: true", "true"),
        ("\t\t\t\t\t\t\t\tsecure: true", "true"),
    ],
)  # fmt: skip
def test_the_carets_stand_under_what_is_meant(
    text: str, marked: str, width: int, tmp_path: Path
) -> None:
    report = played("secure-true-on-587", tmp_path)
    (target,) = report.targets
    first = target.diagnoses[0]
    at = text.rindex(marked) + 1 if len(marked) < 10 else text.index(marked) + 1
    place = Location(file="mailer.js", line=7, columns=(at, at + len(marked)), text=text)
    diagnosis = msgspec.structs.replace(first, locations=(place,))
    changed = msgspec.structs.replace(target, diagnoses=(diagnosis, *target.diagnoses[1:]))
    whole = msgspec.structs.replace(report, targets=(changed,))
    lines = terminal.render(whole, Options(width=width, unicode=True)).splitlines()
    (number,) = [at for at, line in enumerate(lines) if line.startswith("  7 │ ")]
    code, carets = lines[number], lines[number + 1]
    assert columns(code) <= width
    before, marks = carets.index("^"), carets.count("^")
    taken, under = 0, ""
    for letter in code:
        if before <= taken < before + marks:
            under += letter
        taken += columns(letter)
    assert marked.startswith(under)
    assert len(under) == marks >= min(len(marked), 8)
