"""Looking for set-ups ends in its time, in the middle of a program as well."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from smtpdoctor.settings.folder import Folder
from smtpdoctor.settings.readers.model import Span
from smtpdoctor.settings.setups import Found, find_setups
from smtpdoctor.settings.workspace import Workspace

from .dialects.support import write

MAILER = """\
const transport = require('nodemailer').createTransport({
  host: 'smtp.example.com', port: %s, secure: false });
"""
PUT = 'p.put("mail.smtp.host", host)'
#: It takes more steps than any port.
LONG = " + ".join(["1"] * 1500)


def clock(step: float) -> Callable[[], float]:
    """A clock that goes on by so many seconds whenever it is looked at."""
    ticks = count()
    return lambda: next(ticks) * step


def found(root: Path, step: float) -> Found:
    return find_setups(Workspace(Folder(root), {}), clock(step))


def test_it_ends_while_one_value_is_worked_out(tmp_path: Path) -> None:
    write(tmp_path, {"a.js": MAILER % "587", "b.js": MAILER % LONG, "c.js": MAILER % "587"})
    assert [each.name for each in found(tmp_path, 0).setups] == [
        "nodemailer a.js:1", "nodemailer b.js:1", "nodemailer c.js:1",
    ]  # fmt: skip
    cut = found(tmp_path, 0.3)
    assert {each.name for each in cut.setups} < {"nodemailer a.js:1", "nodemailer b.js:1"}
    [skipped] = [each for each in cut.skipped if each.cut][:1]
    assert skipped.why.startswith("too slow")


@pytest.mark.parametrize(
    ("file", "program", "line", "step"),
    [
        ("A.java", "class A {{ void f(Properties p) {{ {} }} }}", f"{PUT};", 0.025),
        ("A.kt", "fun f(p: Properties) {{\n{}}}\n", 'p["mail.smtp.host"] = host\n', 0.01),
    ],
)
def test_it_ends_among_lines_without_number(
    tmp_path: Path, file: str, program: str, line: str, step: float
) -> None:
    """Each of them is looked at for each: of a mebibyte it would take hours."""
    write(tmp_path, {file: program.format(line * 300)})
    cut = found(tmp_path, step)
    assert next(each.why for each in cut.skipped if each.cut).startswith("too slow")


def test_what_was_found_is_still_shown(tmp_path: Path) -> None:
    write(tmp_path, {f"mailer{number}.js": MAILER % "587" for number in range(9)})
    steps = (0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.09, 0.12)
    numbers = [len(found(tmp_path, step).setups) for step in steps]
    assert any(0 < number < 9 for number in numbers), numbers


def test_a_fault_in_one_dialect_costs_no_other_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smtpdoctor.settings.dialects import nodemailer

    def faulty(self: object, workspace: Workspace) -> None:
        raise KeyError("geheim")

    monkeypatch.setattr(type(nodemailer.DIALECT), "find", faulty)
    write(tmp_path, {"a.js": MAILER % "587", "b.py": "import smtplib\nsmtplib.SMTP('h', 25)\n"})
    left = found(tmp_path, 0)
    assert [each.name for each in left.setups] == ["smtplib b.py:2"]
    [skipped] = [each for each in left.skipped if each.cut]  # so that no run is healthy
    assert (skipped.path, "KeyError at " in skipped.why) == ("nodemailer", True)
    assert "geheim" not in skipped.why


def test_a_line_that_hides_the_same_again_and_again_is_read_once(tmp_path: Path) -> None:
    """Each value that can't be told may be a secret, and all of them stand in one line."""
    line = "export class Maker implements Transport<SentMessageInfo> {}"
    write(tmp_path, {"mailer.ts": line})
    workspace = Workspace(Folder(tmp_path), {})
    span = Span("mailer.ts", 1, (20, 57), 1)
    once = workspace.may_be_secret(span)
    ranges = workspace.harmless_ranges("mailer.ts", 1)
    for _ in range(6):
        assert workspace.may_be_secret(span) == once == {"implements", "SentMessageInfo"}
    assert workspace.harmless_ranges("mailer.ts", 1) == ranges
    assert len(ranges) < len(line)
