"""Real programs still print what the pages quote of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.documentation import printed

from .conftest import require
from .matrix import UNPACKED
from .printed import QUOTED
from .situations import SITUATIONS

#: Of a hundred texts so many may differ: a hang-up is noticed in one of two ways.
DIFFER = 1


def shape(text: str) -> str:
    """A text without its numbers: dates, lines of a source, seconds."""
    return re.sub(r"\d+", "0", text)


def test_the_record_has_every_situation() -> None:
    assert [(each.codes, each.meets) for each in SITUATIONS] == [
        (each.codes, each.meets) for each in printed.situations()
    ], "run: make printed"


@pytest.mark.real
def test_programs_print_what_the_pages_quote(node: None) -> None:
    require("node", "php", "ruby", "go", "java", "keytool", "msmtp", "curl", "swaks", "openssl")
    if not UNPACKED.joinpath("python-clients").is_dir():
        require("build/real/python-clients")
    done = subprocess.run(
        ["unshare", "-n", "-u", "-m", sys.executable, "-m", "tests.real.printed"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    fresh = json.loads(done.stdout)
    recorded = json.loads(printed.RECORDED.read_text("utf-8"))
    pairs = {
        (name, program): (
            shape(each["printed"].get(program, "")),
            shape(fresh[name]["printed"].get(program, "")),
        )
        for name, each in recorded.items()
        for program in QUOTED.values()
    }
    other = {place: pair for place, pair in pairs.items() if pair[0] != pair[1]}
    assert len(other) <= DIFFER * len(pairs) / 100, f"run: make printed\n{other}"
