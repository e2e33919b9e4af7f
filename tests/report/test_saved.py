"""Saved runs of every schema are judged again, wherever they come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from smtpdoctor.observations import CertificateSeen, Observations, Place, SettingsRead
from smtpdoctor.report.model import NotChecked, build, join, judge
from smtpdoctor.report.saved import SavedRunError, read
from smtpdoctor.settings.model import SetupIdentity
from smtpdoctor.words import MODE_WORDS

from ..rules.scene import Scene, certificate
from ..runs import as_json, shown
from .contract import assert_keeps_the_contract

#: Runs that version 0.1.0 wrote, when a report was one run and schema 1.
FIRST_SCHEMA = sorted((Path(__file__).parent / "saved").glob("schema-1-*.json"))


def one() -> dict[str, Any]:
    """A saved run of today, as JSON."""
    scene = Scene()
    scene.session().up_to("certificate").certificate(certificate(), verify_code=10)
    data: dict[str, Any] = json.loads(
        as_json(build(scene.observations(), started="2026-11-22T07:00:00Z", seconds=1.5))
    )
    return data


@pytest.mark.parametrize("path", FIRST_SCHEMA, ids=lambda path: path.stem)
def test_a_run_of_schema_1_is_judged_as_it_was(path: Path) -> None:
    old = json.loads(path.read_text(encoding="utf-8"))
    report = read(path.read_bytes())
    assert old["schema"] == 1
    assert report.started == old["started"]
    assert report.verdict == old["verdict"] == "broken"
    codes = [item["code"] for item in old["diagnoses"]]
    assert [item.code for item in report.diagnoses] == codes
    first = report.diagnoses[0].fixes[0]
    assert first.settings == old["diagnoses"][0]["fixes"][0]["settings"]
    assert [check.status for check in report.checks] == [check["status"] for check in old["checks"]]
    assert MODE_WORDS[report.targets[0].tls] in shown(report)
    assert_keeps_the_contract(json.loads(as_json(report)))


def test_there_are_runs_of_schema_1() -> None:
    assert len(FIRST_SCHEMA) == 2


def test_several_targets_are_read_again_with_what_was_not_checked() -> None:
    setup = SetupIdentity(name="nodemailer a.js:4", dialect="nodemailer", files=("a.js",))
    scene = Scene.healthy()
    scene.settings = msgspec.structs.replace(scene.settings, setup=setup)
    report = join(
        [
            judge(scene.observations(), seconds=1.0),
            judge(Scene().refuse("auth", "535 no").observations(), seconds=2.0),
        ],
        started="2026-11-22T07:00:00Z",
        seconds=2.0,
        not_checked=[NotChecked(setup="django settings.py:3", why="EMAIL_HOST is computed")],
    )
    text = as_json(report)
    assert_keeps_the_contract(json.loads(text))
    assert as_json(read(text.encode())) == text


@pytest.mark.parametrize("clock", ["2026-11-22T07:00:00", "2026-11-22", "soon", ""])
def test_a_clock_without_a_zone_is_taken_for_utc(clock: str) -> None:
    data = one()
    items = data["targets"][0]["observations"]["items"]
    for item in items:
        if item["kind"] == "place":
            item["clock"] = clock
        if item["kind"] == "certificate":
            for each in item["chain"]:
                each["not_after"] = each["not_after"].removesuffix("Z")
    data["started"] = clock
    report = read(json.dumps(data).encode())
    assert report.faults == ()
    assert shown(report, verbose=True)
    place = report.observations.first(Place)
    assert place is not None
    if clock.startswith("2026"):
        assert place.clock == "2026-11-22T0" + ("7" if "T" in clock else "0") + ":00:00Z"
    seen = report.observations.first(CertificateSeen)
    assert seen is not None
    assert seen.chain[0].not_after.endswith(("Z", "+00:00"))


def test_a_folder_whose_name_is_no_utf_8() -> None:
    seen = Observations(
        msgspec.structs.replace(
            item, settings=msgspec.structs.replace(item.settings, folder="/srv/b\udcfccher")
        )
        if isinstance(item, SettingsRead)
        else item
        for item in Scene.healthy().observations()
    )
    report = build(seen, started="2026-11-22T07:00:00Z", seconds=1.0)
    text = as_json(report)
    text.encode("utf-8")
    again = read(text.encode())
    assert as_json(again) == text
    assert again.run.settings.folder == "/srv/b\\udcfccher"
    # as it was written before
    old = json.dumps(json.loads(text)).replace("b\\\\udcfccher", "b\\udcfccher").encode()
    assert b"\\udcfc" in old
    assert shown(read(old)).encode("utf-8")


@pytest.mark.parametrize("schema", [0, 3, "2", None])
def test_another_schema_is_said_in_one_line(schema: object) -> None:
    with pytest.raises(SavedRunError, match="schema 1 or 2"):
        read(json.dumps({**one(), "schema": schema}).encode())


@pytest.mark.parametrize(
    "damage",
    [
        {"targets": 1},
        {"targets": [1]},
        {"targets": [{}]},
        {"started": 1, "seconds": "soon"},
        {"not_checked": [1]},
    ],
    ids=str,
)
def test_a_damaged_run_is_said_in_one_line(damage: dict[str, Any]) -> None:
    with pytest.raises(SavedRunError, match="not a saved run"):
        read(json.dumps({**one(), **damage}).encode())


@pytest.mark.parametrize("many", ["observations", "targets", "letters"])
def test_what_no_run_can_see_is_not_judged(many: str) -> None:
    """Some rules compare each with each: a file from anywhere would be judged for hours."""
    data = one()
    items = data["targets"][0]["observations"]["items"]
    if many == "observations":
        items += [{**items[-1], "id": str(1000 + number)} for number in range(1500)]
    elif many == "targets":
        data["targets"] *= 15_000 // len(items) + 1
    else:
        items[-1]["connection"] = "a" * (1 << 20)
    with pytest.raises(SavedRunError, match="more stands in it"):
        read(json.dumps(data).encode())


def test_a_number_that_is_too_large_is_said_in_one_line() -> None:
    with pytest.raises(SavedRunError, match="not a saved run"):
        read(json.dumps({**one(), "seconds": 10**400}).encode())
