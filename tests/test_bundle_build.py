"""What `make bundle` says of the file that it built (the file: tests/network/test_bundle.py)."""

from __future__ import annotations

import ctypes
import importlib.util
import math
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from tools.bundle.older_glibc import bind_to_oldest

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


def test_what_is_only_for_a_system_without_its_own_does_not_count(
    tool: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "fallback").mkdir()
    (tmp_path / "program").write_bytes(b"\x7fELF\0GLIBC_2.34\0")
    (tmp_path / "fallback" / "libgcc_s.so.1").write_bytes(b"\x7fELF\0GLIBC_2.35\0")
    assert tool.glibc_needed(tmp_path) == (2, 34)


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_one_function_alone_asks_for_no_newer_glibc(tool: ModuleType, tmp_path: Path) -> None:
    source, library = tmp_path / "length.c", tmp_path / "liblength.so"
    source.write_text(
        "#include <math.h>\n"
        "double length(double a, double b) { return hypot(a, b) + floor(sin(a)) + cos(b); }\n"
    )
    subprocess.run(["cc", "-shared", "-fPIC", source, "-o", library, "-lm"], check=True)
    if tool.glibc_needed(tmp_path) < (2, 35):
        pytest.skip("hypot has one form here")
    older = bind_to_oldest(library.read_bytes(), "hypot")
    library.write_bytes(older)
    assert tool.glibc_needed(tmp_path) < (2, 35)
    length = ctypes.CDLL(str(library)).length
    length.restype, length.argtypes = ctypes.c_double, [ctypes.c_double] * 2
    assert length(3.0, 4.0) == 5.0 + math.floor(math.sin(3.0)) + math.cos(4.0)
    subprocess.run(["strip", library], check=True)  # as it is packed
    assert tool.glibc_needed(tmp_path) < (2, 35)
    assert bind_to_oldest(older, "no_such_function") == older


def test_no_library_is_left_as_it_is() -> None:
    with pytest.raises(ValueError, match="ELF"):
        bind_to_oldest(b"#!/bin/sh\n", "hypot")


def test_systems_by_their_first_release_that_is_new_enough(tool: ModuleType) -> None:
    enough, too_old = tool.systems((2, 35))
    assert enough[:2] == ["Ubuntu 22.04", "Debian 12"]
    assert "RHEL 10" in enough
    assert {"Debian 11", "RHEL 9", "Ubuntu 20.04"} <= set(too_old)
    assert not set(enough) & set(too_old)


def test_what_it_needs_is_said_as_the_documentation_shows_it(tool: ModuleType) -> None:
    text = (Path(__file__).parent.parent / "docs/bundle.md").read_text("utf-8")
    assert tool.where_it_runs("x86_64", (2, 34)) in text


def test_every_grammar_that_is_installed_is_bundled(tool: ModuleType) -> None:
    assert {"tree_sitter_go", "tree_sitter_typescript"} <= set(tool.grammars())
    assert all(importlib.util.find_spec(module) for module in tool.grammars())
