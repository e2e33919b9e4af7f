"""`make new-diagnosis` writes a skeleton that breaks nothing but its own tests."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the tool writes into, with a new code in it."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("smtpdoctor", "tools", "docs/diagnoses", "tests/rules"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    for name in ("README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    done = new_diagnosis(folder, "tls", "my-new-code")
    assert done.returncode == 0, done.stderr
    return folder


def new_diagnosis(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "tools/new_diagnosis.py", *arguments)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in that checkout, which stands before the installed one on the path."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_skeleton_names_nothing(checkout: Path) -> None:
    judged = run(
        checkout,
        "-c",
        "from smtpdoctor.diagnosis.engine import diagnose, rules\n"
        "from smtpdoctor.observations import Observations\n"
        "assert 'my-new-code' in {rule.code for rule in rules()}\n"
        "assert 'my-new-code' not in {item.code for item in diagnose(Observations(())).diagnoses}",
    )
    assert judged.returncode == 0, judged.stderr


def test_a_skeleton_passes_lint(checkout: Path) -> None:
    written = (
        "smtpdoctor/diagnosis/rules/tls/my_new_code.py",
        "tests/rules/tls/test_my_new_code.py",
    )
    for command in (("check",), ("format", "--check")):
        linted = run(checkout, "-m", "ruff", *command, "--no-cache", *written)
        assert linted.returncode == 0, linted.stdout


def test_the_readme_lists_it(checkout: Path) -> None:
    assert "docs/diagnoses/my-new-code.md" in (checkout / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", ["Foo_Bar", "foo_bar", "foo", "-foo-bar", "foo--bar", "föö-bar"])
def test_a_name_that_is_no_code_writes_nothing(checkout: Path, code: str) -> None:
    done = new_diagnosis(checkout, "tls", code)
    assert done.returncode == 2
    assert "lower-case words joined by dashes" in done.stderr
    assert not (checkout / f"docs/diagnoses/{code}.md").exists()


def test_what_is_there_is_kept(checkout: Path) -> None:
    assert new_diagnosis(checkout, "tls", "my-new-code").returncode == 1
