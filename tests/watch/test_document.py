"""What docs/watching.md hands over is what the programs for it read."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from smtpdoctor.report.measures import FAMILIES, FAMILIES_OF_PROBE, FAMILIES_OF_WATCH

DOCUMENT = (Path(__file__).parents[2] / "docs/watching.md").read_text("utf-8")


def block(beginning: str) -> str:
    """The code block that begins so."""
    return next(
        text
        for text in re.findall(r"```\w+\n(.*?)```", DOCUMENT, re.DOTALL)
        if text.startswith(beginning)
    )


def test_every_metric_that_is_named_is_there_and_every_one_is_named() -> None:
    known = {**FAMILIES, **FAMILIES_OF_WATCH, **FAMILIES_OF_PROBE}
    named = set(re.findall(r"\b(?:smtpdoctor|probe)_[a-z_]+\b", DOCUMENT))
    assert named <= known.keys()
    assert FAMILIES_OF_WATCH.keys() <= named


@pytest.mark.parametrize(
    ("what", "beginning"), [("rules", "groups:"), ("config", "scrape_configs:")]
)
def test_prometheus_takes_it(what: str, beginning: str, tmp_path: Path) -> None:
    assert yaml.safe_load(block(beginning))
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed: only read as YAML")
    path = tmp_path / f"{what}.yml"
    path.write_text(block(beginning))
    done = subprocess.run(
        [promtool, "check", what, path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_unit_keeps_its_state_where_the_watch_looks() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(block("[Unit]"))
    assert unit["Service"]["Environment"] == "XDG_STATE_HOME=/var/lib"
    assert unit["Service"]["StateDirectory"] == "smtpdoctor"
    assert unit["Service"]["ExecReload"].endswith("-HUP $MAINPID")
