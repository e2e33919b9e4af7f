"""The documents say what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from smtpdoctor import pages
from smtpdoctor.cli import run
from smtpdoctor.diagnosis.engine import rules

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_is_up_to_date() -> None:
    result = subprocess.run(
        [sys.executable, "tools/update_readme.py", "--check"], cwd=ROOT, check=False
    )
    assert result.returncode == 0, "run: make readme"


def test_the_readme_links_every_code() -> None:
    assert {rule.code for rule in rules()} == set(
        re.findall(r"docs/diagnoses/([a-z0-9-]+)\.md", README)
    )


def test_every_code_has_a_page_and_every_page_a_rule() -> None:
    assert sorted(rule.code for rule in rules()) == pages.codes()


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")))
def test_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for link, anchor in re.findall(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)", text):
        target = path.parent / link if link else path
        assert target.exists(), f"{path.name}: {link}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{path.name}: {link}#{anchor}"


def anchors(path: Path) -> list[str]:
    """What leads to the headings of a page, as GitHub has it."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings]


def test_who_may_do_what_is_a_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    known = {each["name"] for each in contracts["contracts"]}
    text = (ROOT / "docs/how-it-works.md").read_text("utf-8")
    _, _, table = text.partition("## Who may do what")
    rows = re.findall(r"^\| .*\| (.+) \|$", table, re.MULTILINE)
    assert rows[0] == "contract"
    assert len(rows) > 10
    assert set(rows[1:]) <= known


@pytest.mark.parametrize("command", ["check", "sender", "settings", "explain", "demo"])
def test_every_command_has_help_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "--help"]) == 0
    assert "Example" in capsys.readouterr().out


def test_no_command_can_send_a_message() -> None:
    """RFC 5321 DATA and RFC 3030 BDAT: no module that writes to a server knows them."""
    for path in (ROOT / "smtpdoctor/smtp").glob("*.py"):
        code = path.read_text(encoding="utf-8")
        assert not re.search(r"""b["'](DATA|BDAT)""", code), path.name


@pytest.mark.parametrize("recipe", sorted((ROOT / "containers").rglob("*.yaml")))
def test_the_recipes_stand_in_the_pages_as_they_are(recipe: Path) -> None:
    page = "kubernetes.md" if recipe.parent.name == "kubernetes" else "docker.md"
    assert recipe.read_text() in (ROOT / "docs" / page).read_text()
