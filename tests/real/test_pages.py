"""The HTML report in headless Chromium: nothing said, nothing fetched, no grave fault by axe-core.

On a phone in light colours and on a desk in dark ones. `SMTPDOCTOR_PICTURES=FOLDER` keeps the
pictures.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.report import formats
from smtpdoctor.report.model import NotChecked, Report, build, join

from ..report.test_formats import REPORTS
from ..report.test_html import MARKUP, ZONE, everywhere
from ..report.test_network_table import LONG_WAY, WAY, blocked
from ..rules.scene import Scene
from .smtp_server import NODE_FOLDER

pytestmark = pytest.mark.real
STARTED = "2026-11-22T07:00:00Z"
#: axe-core's own scale: minor, moderate, serious, critical.
GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def chromium() -> str:
    missing = [
        what
        for what, there in (
            ("chromium", shutil.which("chromium")),
            ("node", shutil.which("node")),
            ("axe-core", (NODE_FOLDER / "node_modules" / "axe-core").is_dir()),
            ("puppeteer-core", (NODE_FOLDER / "node_modules" / "puppeteer-core").is_dir()),
        )
        if not there
    ]
    if missing:
        reason = f"needs {', '.join(missing)}: run tests/real/install"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return str(shutil.which("chromium"))


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    """The network in memory has the demo's own, not that of the real servers."""
    with Authority() as made:
        yield made


def looked_at(chromium: str, *pages: Path) -> list[dict[str, Any]]:
    """What came of each page in each view."""
    pictures = os.environ.get("SMTPDOCTOR_PICTURES")
    keep = ["--pictures", str(Path(pictures).resolve())] if pictures else []
    done = subprocess.run(
        ["node", "pages.mjs", chromium, *keep, *map(str, pages)],
        cwd=NODE_FOLDER,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(found) == 2 * len(pages)
    return found


def worlds(folder: Path, authority: Authority) -> dict[str, Report]:
    targets = {}
    for name in ("broken", "warnings", "healthy", "hostile"):
        (folder / name).mkdir()
        targets[name] = REPORTS[name](folder / name, authority)
    scene = blocked("212.227.15.183", "2001:db8:1234:5678:9abc:def0:1234:5678")
    scene.trace(443, *LONG_WAY, end="open")
    scene.trace(587, *WAY[:2])
    hostile = everywhere(Scene.healthy().observations(), MARKUP)
    targets["blocked"] = build(scene.observations(), started=STARTED, seconds=5.5)
    sender = Scene(sender="info@example.com").policies(ZONE, alone=True)
    targets["sender"] = build(sender.observations(), started=STARTED, seconds=1)
    targets["markup"] = build(hostile, started=STARTED, seconds=1)
    targets["several"] = join(
        [each.target for each in targets.values()],
        started=STARTED,
        seconds=5.5,
        not_checked=[NotChecked(setup="django settings.py:3", why="EMAIL_HOST is computed")],
    )
    return targets


def test_pages_are_quiet_whole_and_readable(
    chromium: str, tmp_path: Path, authority: Authority
) -> None:
    pages = []
    for name, report in worlds(tmp_path, authority).items():
        page = tmp_path / f"{name}.html"
        page.write_text(formats.render("html", report), encoding="utf-8")
        pages.append(page)
    for each in looked_at(chromium, *pages):
        where = (Path(each["file"]).name, each["view"])
        assert each["messages"] == [], where
        assert each["requests"] == [], where
        assert each["overflow"] <= 0, where  # nobody scrolls to the side
        assert [item for item in each["violations"] if item["impact"] in GRAVE] == [], where


def test_what_looks_at_the_pages_sees_faults(chromium: str, tmp_path: Path) -> None:
    """Or the test above would pass for any page."""
    page = tmp_path / "bad.html"
    page.write_text(
        "<!doctype html><title>bad</title><img src=gone.png><p style='color:#eee;background:#fff'>"
        "pale</p><div style='width:3000px'>wide</div><script>console.log('said')</script>"
    )
    for each in looked_at(chromium, page):
        assert "said" in each["messages"]
        assert any(request.endswith("gone.png") for request in each["requests"])
        assert each["overflow"] > 0
        found = {item["id"] for item in each["violations"] if item["impact"] in GRAVE}
        assert {"image-alt", "color-contrast", "html-has-lang"} <= found
