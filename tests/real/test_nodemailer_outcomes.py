"""Releases of Nodemailer still make of options and URLs what was recorded."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.settings.dialects.nodemailer_table import GIVEN, MAJORS, RECORDED, recorded

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("node")]

FOLDER = Path(__file__).parent / "node"


@pytest.mark.parametrize("major", MAJORS)
def test_the_recorded_outcomes_are_those_of_the_release(major: int) -> None:
    package = "nodemailer" if major == max(MAJORS) else f"nodemailer-{major}"
    run = subprocess.run(
        ["node", str(FOLDER / "outcomes.cjs"), package],
        input=json.dumps(GIVEN),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(run.stdout) == [recorded(row, major) for row in RECORDED]
