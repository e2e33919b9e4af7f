"""What is shown is decided by kinds, counts and severities, never by what a text says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix, Location, Record, Snippet
from smtpdoctor.report import formats
from smtpdoctor.report.formats import Options
from smtpdoctor.report.model import NotChecked, Report, TargetReport, build, join, judge
from smtpdoctor.report.selection import EVERYTHING, FIRST_SCREEN, Room, select

from ..rules.scene import Scene
from ..runs import as_json, shown

STARTED = "2026-11-22T07:00:00Z"


def report_on(scene: Scene) -> Report:
    return build(scene.observations(), started=STARTED, seconds=1.0)


def with_diagnoses(*diagnoses: Diagnosis, **settings: Any) -> TargetReport:
    """A target with these diagnoses in place of its own."""
    target = judge(Scene(**settings).refuse("auth", "535 no").observations(), seconds=1.0)
    return msgspec.structs.replace(target, diagnoses=diagnoses)


def diagnosis(**changes: Any) -> Diagnosis:
    made = Diagnosis(
        code="some-code",
        severity="error",
        confidence="certain",
        title="a title",
        explanation="An explanation.",
        area="auth",
        evidence=(
            Evidence(check="auth", text="first"),
            Evidence(check="settings", kind="own-line", text="own"),
            Evidence(check="auth", kind="prints", text="printed"),
            Evidence(check="auth", kind="known", text="known"),
        ),
        fixes=(
            Fix(
                title="a fix",
                settings={"SMTP_PORT": "465"},
                steps=("one", "two", "three"),
                snippets=(
                    Snippet(for_="nodemailer", language="js", text="port: 465"),
                    Snippet(for_="smtplib", language="python", text="465"),
                ),
            ),
            Fix(title="another", steps=("four", "five")),
            Fix(title="a third", steps=("six",)),
        ),
    )
    return msgspec.structs.replace(made, **changes)


def texts(target: TargetReport, room: Room) -> list[str]:
    return [item.text for item in select(target, room)[0].evidence]


def test_how_much_evidence_a_screen_has_room_for() -> None:
    target = with_diagnoses(diagnosis())
    assert [texts(target, Room(evidence=number)) for number in range(4)] == [
        [],
        ["first"],
        ["first", "own"],
        ["first", "own", "printed"],
    ]
    assert texts(target, EVERYTHING) == ["first", "own", "printed", "known"]
    assert [room.evidence for room in FIRST_SCREEN] == [2, 2, 1, 0, 0, 0, 2, 1, 1, 0]


def test_the_own_line_is_told_once() -> None:
    place = Location(file=".env", line=4, columns=(1, 5), text="SMTP_PORT=587")
    target = with_diagnoses(diagnosis(locations=(place,)))
    assert texts(target, Room(evidence=2)) == ["first", "printed"]
    assert "own" in texts(target, EVERYTHING)


def test_what_the_users_own_library_printed_is_kept_longest() -> None:
    target = with_diagnoses(diagnosis(), client="nodemailer")
    assert texts(target, Room(evidence=2)) == ["first", "printed"]
    assert texts(target, Room(evidence=1)) == ["printed"]
    assert texts(target, Room(evidence=0)) == []


def test_steps_are_cut_only_beside_a_change() -> None:
    """The decisive step is never behind --verbose."""
    change = Fix(title="t", steps=("one", "two"), records=(Record(name="a", type="TXT", new="x"),))
    steps_alone = Fix(title="t", steps=("one", "two"))
    for fix, kept in ((change, ("one",)), (steps_alone, ("one", "two"))):
        target = with_diagnoses(diagnosis(fixes=(fix,)))
        (item,) = select(target, Room(steps=1))
        assert item.fix is not None
        assert (item.fix.steps, item.fix.left_out) == (kept, 2 - len(kept))


def test_code_for_a_client_goes_first() -> None:
    target = with_diagnoses(diagnosis(), client="nodemailer")
    rooms = [select(target, room)[0].fix for room in FIRST_SCREEN]
    kept = [[each.for_ for each in fix.snippets] for fix in rooms if fix is not None]
    assert kept == [["nodemailer"], *[[] for _ in FIRST_SCREEN[1:]]]
    (item,) = select(target, EVERYTHING)
    assert item.fix is not None
    assert [each.for_ for each in item.fix.snippets] == ["nodemailer", "smtplib"]


def test_the_first_error_is_whole_the_others_brief_and_notes_always() -> None:
    error, warning = diagnosis(), diagnosis(severity="warning")
    note = diagnosis(severity="note")
    cases = [
        ((error, error, warning, note), [False, True, True, True]),
        ((warning, warning, note), [False, True, True]),
        ((note,), [True]),
    ]
    for diagnoses, brief in cases:
        target = with_diagnoses(*diagnoses)
        assert [item.brief for item in select(target, FIRST_SCREEN[0])] == brief
        assert not any(item.brief for item in select(target, EVERYTHING))
    # nothing stands before the first note: what it proposes belongs on the screen
    fixes = [item.fix is not None for item in select(with_diagnoses(note, note), FIRST_SCREEN[0])]
    assert fixes == [True, False]
    briefly = select(with_diagnoses(error, error, warning), FIRST_SCREEN[0])[1:]
    assert [item.fix is not None for item in briefly] == [True, False]


def test_a_record_is_a_diff() -> None:
    records = (
        Record(name="example.com", type="TXT", old="v=spf1 -all", new="v=spf1 mx -all"),
        Record(name="s1._domainkey.example.com", type="CNAME", new="s1.dkim.example"),
        Record(name="old.example.com", type="TXT", old="gone"),
    )
    target = with_diagnoses(diagnosis(fixes=(Fix(title="t", records=records),)))
    lines = shown(join([target], started=STARTED, seconds=1.0)).splitlines()
    assert [line for line in lines if line.startswith(("    -", "    +"))] == [
        '    - example.com TXT "v=spf1 -all"',
        '    + example.com TXT "v=spf1 mx -all"',
        "    + s1._domainkey.example.com CNAME s1.dkim.example",
        '    - old.example.com TXT "gone"',
    ]


# --- no text decides anything -----------------------------------------------------------------

#: What would lead a reader of texts astray.
NONSENSE = ("+ x; y", "- z prints for this: w", "fix: error[a-b]: q; tried: r", "known of a: b")


def nonsense(text: str) -> str:
    """Words of the same lengths that say nothing, with the same quotation marks."""
    lead = NONSENSE[len(text) % len(NONSENSE)]
    filled = re.sub(r'[^\s"“”]', "x", text)
    return lead[: len(text)] + filled[len(lead) :] if '"' not in text else filled


def scrambled(report: Report) -> Report:
    """The report with every text of its diagnoses replaced."""

    def fix(item: Fix) -> Fix:
        return msgspec.structs.replace(
            item,
            title=nonsense(item.title),
            tried=nonsense(item.tried),
            steps=tuple(map(nonsense, item.steps)),
        )

    def diagnosis(item: Diagnosis) -> Diagnosis:
        return msgspec.structs.replace(
            item,
            title=nonsense(item.title),
            explanation=nonsense(item.explanation),
            evidence=tuple(
                msgspec.structs.replace(each, text=nonsense(each.text)) for each in item.evidence
            ),
            fixes=tuple(map(fix, item.fixes)),
        )

    targets = [
        msgspec.structs.replace(target, diagnoses=tuple(map(diagnosis, target.diagnoses)))
        for target in report.targets
    ]
    return join(targets, started=report.started, seconds=report.seconds)


def shape(text: str) -> list[str]:
    """Each line's form: its length, indent and what of it is the report's own."""
    return [
        f"{len(line)} {len(line) - len(line.lstrip())} {'│' in line}" for line in text.splitlines()
    ]


def blocked(scene: Scene) -> Scene:
    from .test_network_table import blocked

    return blocked()


CASES: list[Callable[[Scene], Scene]] = [
    blocked,
    lambda scene: scene.refuse("auth", "535 5.7.8 no, and a long text " + "that goes on " * 9),
    lambda scene: scene.refuse("mail", "550 Sender address is not allowed."),
    lambda scene: scene.connect("silent", took=3.3) and scene,
]


@pytest.mark.parametrize("client", [None, "nodemailer"])
@pytest.mark.parametrize("case", CASES, ids=["blocked", "login", "sender", "silent"])
@pytest.mark.parametrize("verbose", [False, True])
def test_texts_of_nonsense_change_nothing_that_is_decided(
    case: Callable[[Scene], Scene], client: str | None, verbose: bool
) -> None:
    report = report_on(case(Scene(client=client)))
    other = scrambled(report)
    assert report.diagnoses
    assert other.exit_status() == report.exit_status()
    room = EVERYTHING if verbose else FIRST_SCREEN[2]
    for target, changed in zip(report.targets, other.targets, strict=True):
        before, after = select(target, room), select(changed, room)
        for one, two in zip(before, after, strict=True):
            assert one.brief == two.brief
            assert one.table == two.table
            kinds = [(item.check, item.kind) for item in one.evidence]
            assert kinds == [(item.check, item.kind) for item in two.evidence]
            assert len(one.other_fixes) == len(two.other_fixes)
            if one.fix is not None and two.fix is not None:
                assert one.fix.left_out == two.fix.left_out
    # texts of the same length and word ends: the page has the same form, line by line
    pages = [
        shape(formats.render("terminal", each, Options(verbose=verbose)))[:-1]
        for each in (report, other)
    ]
    assert pages[0] == pages[1]


# --- several targets --------------------------------------------------------------------------


def test_the_whole_verdict_is_the_worst() -> None:
    healthy = judge(Scene.healthy().observations(), seconds=1.0)
    broken = judge(Scene().refuse("auth", "535 no").observations(), seconds=1.0)
    unknown = msgspec.structs.replace(healthy, verdict="inconclusive")
    warned = msgspec.structs.replace(healthy, verdict="warnings")

    def whole(*targets: TargetReport, not_checked: tuple[NotChecked, ...] = ()) -> str:
        made = join(targets, started=STARTED, seconds=1.0, not_checked=not_checked)
        return f"{made.verdict} {made.exit_status()}"

    left_out = (NotChecked(setup="rails", why="a value is computed"),)
    assert whole(healthy, healthy) == "healthy 0"
    assert whole(healthy, warned) == "warnings 0"
    assert whole(warned, unknown) == "inconclusive 3"
    assert whole(unknown, broken, healthy) == "broken 1"
    assert whole(healthy, not_checked=left_out) == "inconclusive 3"
    assert whole(broken, not_checked=left_out) == "broken 1"
    assert whole() == "inconclusive 3"


def test_several_targets_are_joined_and_shown_one_after_the_other() -> None:
    targets = [
        judge(Scene.healthy().observations(), seconds=1.0),
        judge(Scene().refuse("auth", "535 no").observations(), seconds=2.0),
    ]
    left_out = (NotChecked(setup="rails", why="a value is computed"),)
    report = join(targets, started=STARTED, seconds=2.0, not_checked=left_out)
    assert report.diagnoses == (*targets[0].diagnoses, *targets[1].diagnoses)
    assert len(report.checks) == 12
    with pytest.raises(ValueError, match="2 targets"):
        _ = report.observations
    lines = shown(report).splitlines()
    assert sum(line.startswith("smtp.ionos.com:587 with STARTTLS") for line in lines) == 2
    assert "  not checked: rails: a value is computed" in lines
    assert re.fullmatch(r"Not ready: 1 of 2 set-ups\. +2\.0 s, exit 1", lines[-1])
    for target in targets:
        assert build(target.observations, started=STARTED, seconds=1.0).target.checks


# --- formats ----------------------------------------------------------------------------------


def test_formats_are_found_and_the_default_is_first() -> None:
    first, *others = formats.names()
    assert first == "terminal"
    assert others == sorted(others)
    assert {"json", "ticket", "sarif"} <= set(others)
    report = report_on(Scene.healthy())
    for name in formats.names():
        assert formats.render(name, report).endswith("\n")
    assert not formats.is_for_programs("terminal")
    assert not formats.is_for_programs("ticket")
    assert formats.is_for_programs("json")
    with pytest.raises(ValueError, match="none of terminal"):
        formats.render("../secret", report)


def test_json_tells_of_rules_that_crashed() -> None:
    report = report_on(Scene.healthy())
    assert "faults" not in as_json(report)
    crashed = msgspec.structs.replace(report.target, faults=("rule a-b: KeyError at a.py:1",))
    text = as_json(join([crashed], started=STARTED, seconds=1.0))
    assert '"faults": [\n        "rule a-b: KeyError at a.py:1"' in text


def test_a_table_takes_the_place_of_one_piece_of_evidence() -> None:
    scene = blocked(Scene())
    target = judge(scene.observations(), seconds=1.0)
    cause = msgspec.structs.replace(
        target.diagnoses[0],
        evidence=tuple(Evidence(check="tls", kind="known", text=text) for text in "abc"),
    )
    target = msgspec.structs.replace(target, diagnoses=(cause,))
    assert select(target, EVERYTHING)[0].table is not None
    assert [len(texts(target, Room(evidence=number))) for number in range(4)] == [0, 0, 1, 2]


def test_what_only_explains_goes_before_what_is_to_be_done() -> None:
    rooms = [(room.explanation, room.steps) for room in FIRST_SCREEN]

    assert (True, 1) not in rooms
    assert rooms.index((False, None)) < rooms.index((False, 1))
