"""Edits in the JSON and SARIF reports: an editor that applies them gets what --fix writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtpdoctor.mending import mending_of
from smtpdoctor.report.formats import render
from smtpdoctor.report.model import Report, build
from smtpdoctor.settings.model import MASK
from smtpdoctor.settings.setups import setups_in

from ..rules.scene import Scene
from . import sarif

CALL = "nodemailer.createTransport({ "
START = "const nodemailer = require('nodemailer');\n"
LOGIN = "auth: { user: 'info@example.com', pass: 'Xq7-geheim-Zw' }"


def report_of(folder: Path, text: str) -> Report:
    """TLS from the first byte to a server that greets in plain text."""
    (folder / "mailer.js").write_text(START + CALL + text)
    [setup] = setups_in(folder, {}).setups
    scene = Scene(read=setup.settings)
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 ready")
    scene.session("other-mode").rest()
    return build(scene.observations(), started="", seconds=0.0)


def fix_in_json(report: Report) -> dict[str, object]:
    target = json.loads(render("json", report))["targets"][0]
    fix: dict[str, object] = target["diagnoses"][0]["fixes"][0]
    return fix


@pytest.mark.parametrize(
    "text",
    [
        f"host: 'smtp.ionos.com', port: 587, secure: true, {LOGIN} }});\n",
        # blanks in a row, and tabs
        f"host:   'smtp.ionos.com',\tport: 587,   secure:\ttrue, {LOGIN} }});\n",
        f"host: 'smtp.ionos.com', port: 587,\n  secure: true,\n  {LOGIN} }});\n",
    ],
)
def test_applying_them_gives_what_fix_writes(tmp_path: Path, text: str) -> None:
    report = report_of(tmp_path, text)
    edits = fix_in_json(report)["edits"]
    assert isinstance(edits, list)
    [edit] = edits
    assert set(edit) == {"file", "line", "columns", "replace", "with"}
    lines = (tmp_path / edit["file"]).read_text().split("\n")
    line, (first, last) = lines[edit["line"] - 1], edit["columns"]
    assert line[first - 1 : last - 1] == edit["replace"]
    lines[edit["line"] - 1] = line[: first - 1] + edit["with"] + line[last - 1 :]
    [change] = mending_of(report, tmp_path, {}, profile=None).changes
    assert "\n".join(lines).encode() == change.new
    assert "replacements" in render("sarif", report)


@pytest.mark.parametrize("password", ["Xq7-geheim-Zw", "Zw7!kq"[: len(MASK)], "a"])
def test_behind_a_secret_a_step_says_it(tmp_path: Path, password: str) -> None:
    login = LOGIN.replace("Xq7-geheim-Zw", password)
    report = report_of(
        tmp_path,
        f"{login}, host: 'smtp.ionos.com', port: 587, secure: true }});\n",
    )
    fix = fix_in_json(report)
    assert fix["edits"] == []
    assert fix["steps"] == ["mailer.js:2: change “true” to “false”."]
    [change] = mending_of(report, tmp_path, {}, profile=None).changes
    assert b"secure: false" in change.new
    assert password.encode() in change.new
    whole = sarif.read(render("sarif", report))
    [result] = [each for each in whole["runs"][0]["results"] if each["level"] == "error"]
    assert "fixes" not in result
    assert "change “true” to “false”" in result["message"]["text"]
