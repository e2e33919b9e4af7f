"""What every diagnosis owes: a name that fits its file, a page, three kinds of tests, no cycles."""

from __future__ import annotations

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.engine import Rule, rules

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "diagnoses"
TESTS = ROOT / "tests" / "rules"
SECTIONS = (
    "What it means",
    "What smtpdoctor saw",
    "Why it happens",
    "Fix",
    "Look-alikes",
    "Sources",
)
#: Codes that only `smtpdoctor explain` names: a run can't see them, since it sends no message.
EXPLAIN_ONLY = {"message-rejected"}


def file_name(rule: Rule) -> str:
    return rule.module.__name__.rpartition(".")[2]


@pytest.fixture(params=rules(), ids=lambda rule: rule.code)
def rule(request: pytest.FixtureRequest) -> Rule:
    found: Rule = request.param
    return found


def test_code_is_the_file_name(rule: Rule) -> None:
    assert rule.code == file_name(rule).replace("_", "-")


def test_rule_has_a_page_with_all_sections(rule: Rule) -> None:
    text = (PAGES / f"{rule.code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {rule.code}\n")
    assert tuple(re.findall(r"^## (.+)$", text, re.MULTILINE)) == SECTIONS
    for section in re.split(r"^## .+$", text, flags=re.MULTILINE):
        assert section.strip(), "a section is empty"


def test_rule_has_a_positive_a_negative_and_a_lookalike_case(rule: Rule) -> None:
    source = (TESTS / rule.area / f"test_{file_name(rule)}.py").read_text(encoding="utf-8")
    names = [node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for kind in ("positive", "negative", "lookalike"):
        assert any(name.startswith(f"test_{kind}_") for name in names), f"no test_{kind}_* case"


def test_before_names_codes_that_exist(rule: Rule) -> None:
    known = {item.code for item in rules()}
    assert rule.before <= known, sorted(rule.before - known)


def test_codes_are_unique() -> None:
    codes = [rule.code for rule in rules()]
    assert sorted(codes) == sorted(set(codes))


def test_precedences_have_no_cycle() -> None:
    graph = {rule.code: rule.before for rule in rules()}
    TopologicalSorter(graph).prepare()  # raises CycleError


def test_every_page_has_a_rule() -> None:
    pages = {page.stem for page in PAGES.glob("*.md")}
    assert pages <= {rule.code for rule in rules()} | EXPLAIN_ONLY


def test_every_source_that_a_text_cites_is_known() -> None:
    """`cite` leaves out what it doesn't know, and a fact would stand there without its source."""
    cited = {
        argument.value
        for path in (ROOT / "smtpdoctor" / "diagnosis").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "cite"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
    assert cited
    assert cited - set(knowledge.sources()) == set()
