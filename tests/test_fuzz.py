"""The kept corpus of the fuzz targets, findings among it, without the fuzzer."""

from __future__ import annotations

import contextlib
import runpy
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

FUZZ = Path(__file__).parent.parent / "fuzz"
TARGETS = sorted(path.stem for path in FUZZ.glob("*.py"))
KEPT = sorted(FUZZ.glob("corpus/*/*"))


@cache
def target(name: str) -> Any:
    """The target's function; the fuzzer itself is only needed to make new inputs."""
    stand_in = SimpleNamespace(instrument_imports=contextlib.nullcontext)
    before = sys.modules.get("atheris")
    sys.modules["atheris"] = stand_in  # type: ignore[assignment]
    try:
        return runpy.run_path(str(FUZZ / f"{name}.py"))["fuzz"]
    finally:
        del sys.modules["atheris"]
        if before is not None:
            sys.modules["atheris"] = before


def test_every_target_has_a_corpus_of_small_files() -> None:
    assert {path.parent.name for path in KEPT} == set(TARGETS)
    assert all(path.stat().st_size < 8192 for path in KEPT)


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_kept_input(kept: Path) -> None:
    target(kept.parent.name)(kept.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_at_all(name: str) -> None:
    target(name)(b"")
