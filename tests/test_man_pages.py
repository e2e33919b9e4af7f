"""The manual pages have every command and option, and nothing in them is a command of roff's."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from smtpdoctor import cli

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("man_pages", ROOT / "tools" / "man_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(generator: ModuleType) -> dict[str, str]:
    made: dict[str, str] = generator.pages()
    return made


def test_every_command_has_a_page_with_every_option(pages: dict[str, str]) -> None:
    commands = cli.program().commands
    assert set(pages) == {"smtpdoctor.1", *(f"smtpdoctor-{name}.1" for name in commands)}
    for name, command in commands.items():
        text = pages[f"smtpdoctor-{name}.1"].replace("\\-", "-")
        assert f"smtpdoctor-{name} (1)" in pages["smtpdoctor.1"].replace("\\-", "-")
        for parameter in command.params:
            if parameter.param_type_name == "option" and not getattr(parameter, "hidden", False):
                assert parameter.opts[0] in text, (name, parameter.opts)


def test_no_line_but_a_macros_begins_as_one(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        assert text.isascii()
        for line in text.splitlines():
            assert not line.startswith("'"), (name, line)
            macro = re.match(r"\.(TH|SH|TP|PP|BR?|nf|fi)\b", line)
            assert bool(macro) == line.startswith("."), (name, line)
            assert len(line) < 80 or macro


def test_a_full_stop_at_the_beginning_is_none(generator: ModuleType) -> None:
    assert generator._text(".env") == r"\&.env"
    assert generator._text("'x'") == r"\&'x'"
    assert generator._text(r"a\b-c…") == r"a\eb\-c..."
    assert generator._text("ä") == r"\[u00E4]"


@pytest.mark.real
def test_mandoc_finds_nothing(pages: dict[str, str], tmp_path: Path) -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("needs mandoc: run tests/real/install")
    for name, text in pages.items():
        (tmp_path / name).write_text(text)
        done = subprocess.run(
            ["mandoc", "-Tlint", "-W", "style", tmp_path / name],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, ""), done.stdout
