"""Every model agrees with what its program made of a corpus of lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from smtpdoctor.settings.readers.dotenv import read, readers

from .comparison import difference

FOLDER = Path(__file__).parent
OUTCOMES = json.loads((FOLDER / "dotenv_outcomes.json").read_text(encoding="utf-8"))
GENERATED = json.loads((FOLDER / "dotenv_generated.json").read_text(encoding="utf-8"))
PROGRAMS: list[str] = OUTCOMES["meta"]["programs"]
#: What no model can tell without running a command, or knowing the process.
UNTOLD = {
    "bash": {
        *("bt", "bt-hash", "bt-has-both", "bt-bs-n", "bt-var-brace", "bt-cmd", "ml-bt"),
        *("cmd-sub", "dq-cmd-sub", "dollar-dollar", "dq-dollar-dollar", "dollar-dash"),
    },
    "ruby-dotenv": {"cmd-sub", "dq-cmd-sub"},
    "ruby-dotenv-2": {"cmd-sub", "dq-cmd-sub"},
    # it stops only where symfony/process is not installed
    "symfony": {"cmd-sub", "dq-cmd-sub"},
}


def modelled(reader: str, case: dict[str, Any], environ: dict[str, str]) -> object:
    """What the outcomes would have for the model: a value, None, "error" or "untold"."""
    file = read(reader, case["text"], environ)
    name = case["key"]
    if file.refused:
        return {"error": True}
    entry = file.entry(name)
    if entry is None or not file.wins(name, environ):
        return environ.get(name)
    if entry.untold == "error":
        return {"error": True}
    if entry.untold == "null":
        return environ.get(name)
    return "untold" if entry.value is None else entry.value.reveal()


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_model_agrees_with_the_corpus(program: str) -> None:
    reader = OUTCOMES["meta"]["readers"][program]
    environ = OUTCOMES["meta"]["environ"]
    if program in OUTCOMES["meta"]["parse_only"]:
        # what the program's own function gives, which looks at no environment
        environ = {}
    number = PROGRAMS.index(program)
    untold = set()
    for case in OUTCOMES["cases"]:
        value = next(o["value"] for o in case["outcomes"] if number in o["programs"])
        model = modelled(reader, case, environ)
        if model == "untold":
            untold.add(case["id"])
        else:
            assert model == value, (case["id"], case["text"])
    assert untold == UNTOLD.get(reader, set())


@pytest.mark.parametrize("program", GENERATED["meta"]["programs"])
def test_a_model_agrees_with_generated_texts(program: str) -> None:
    meta = GENERATED["meta"]
    reader, whole = meta["programs"][program]["reader"], meta["programs"][program]["whole"]
    compared = 0
    for case in GENERATED["cases"]:
        for outcome in case["outcomes"]:
            if program in outcome["programs"]:
                values = outcome["values"]
                known = {**meta["environ"], **values} if whole and values is not None else values
                given = {"error": True} if values is None else {"values": known}
                found = difference(reader, case["text"], meta["environ"], given, whole=whole)
                assert found is None, (case["text"], found)
                compared += 1
    assert compared > 100


def test_every_reader_is_proven_by_recorded_outcomes() -> None:
    proven = {*OUTCOMES["meta"]["readers"].values()}
    proven |= {program["reader"] for program in GENERATED["meta"]["programs"].values()}
    # Laravel's env() is phpdotenv's value and its own casts; systemd's before 254 is what runs
    assert set(readers()) - proven == {"laravel", "systemd"}
