"""What `make bundle` says of the file that it built (the file: tests/network/test_bundle.py)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).parent.parent / "tools" / "bundle" / "build.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bundle_build", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_newest_symbol_of_any_library_counts(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "program").write_bytes(b"\x7fELF\0libc.so.6\0GLIBC_2.2.5\0GLIBC_2.9\0")
    (tmp_path / "lib" / "libm.so").write_bytes(b"\x7fELF\0GLIBC_2.34\0GLIBC_PRIVATE\0GLIBCXX_3.4\0")
    (tmp_path / "notes.txt").write_bytes(b"\0GLIBC_2.99\0")
    assert tool.glibc_needed(tmp_path) == (2, 34)


def test_systems_by_their_first_release_that_is_new_enough(tool: ModuleType) -> None:
    enough, too_old = tool.systems((2, 35))
    assert enough[:2] == ["Ubuntu 22.04", "Debian 12"]
    assert "RHEL 10" in enough
    assert {"Debian 11", "RHEL 9", "Ubuntu 20.04"} <= set(too_old)
    assert not set(enough) & set(too_old)


def test_what_it_needs_is_said_as_the_documentation_shows_it(tool: ModuleType) -> None:
    text = (Path(__file__).parent.parent / "docs/bundle.md").read_text("utf-8")
    assert tool.where_it_runs("x86_64", (2, 35)) in text


def test_every_grammar_that_is_installed_is_bundled(tool: ModuleType) -> None:
    assert {"tree_sitter_go", "tree_sitter_typescript"} <= set(tool.grammars())
    assert all(importlib.util.find_spec(module) for module in tool.grammars())
