"""The engine by itself, with rules made for the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.diagnosis import engine
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, EvidenceKind, Fix, Location, Severity
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import (
    Addresses,
    CheckRun,
    ConnectAttempt,
    Exchange,
    Observations,
    Recorder,
    Redactor,
    Session,
    SettingsRead,
    SystemLookup,
    Trail,
)
from smtpdoctor.settings.model import Edit, Field, Origin, Setting, Settings
from smtpdoctor.smtp.replies import Reply

from ..rules.scene import Scene

Speaks = Callable[[Run], Iterator[Diagnosis]]


def says(
    code: str,
    *explains: str,
    severity: Severity = "error",
    area: str = "network",
    before: str = "",
    kind: EvidenceKind = "seen",
    why: str = "as the test wants it",
    points_at: tuple[Field, ...] = (),
    fixes: tuple[Fix, ...] = (),
) -> engine.Rule:
    def diagnose(_: Run) -> Iterator[Diagnosis]:
        yield Diagnosis(
            code=code,
            severity=severity,
            confidence="certain",
            title=code,
            explanation=why,
            evidence=(Evidence(check="reach", kind=kind, text="seen"),),
            explains=explains,
            points_at=points_at,
            fixes=fixes,
        )

    module: ModuleType = SimpleNamespace(diagnose=diagnose)  # type: ignore[assignment]
    return engine.Rule(code, area, frozenset(before.split()), module)  # type: ignore[arg-type]


def judged(
    monkeypatch: pytest.MonkeyPatch, observations: Observations, *rules: engine.Rule
) -> tuple[list[str], dict[str, tuple[str, ...]], str, tuple[str, ...]]:
    monkeypatch.setattr(engine, "rules", lambda: rules)
    result = engine.diagnose(observations)
    codes = [item.code for item in result.diagnoses]
    consequences = {item.code: item.consequences for item in result.diagnoses if item.consequences}
    return codes, consequences, result.verdict, result.unexplained


class Line:
    """A run: a lookup, an address, a connect, a session with a greeting and an EHLO."""

    def __init__(self, *, lookup: bool = True, connect: bool = True, ehlo: bool = True) -> None:
        self.recorder = Recorder(Redactor("x"), lambda: 0.0)
        settings = Settings(host="smtp.example.com", port=587)
        self.recorder.trail("settings").record(SettingsRead(settings=settings))
        trail = self.recorder.trail("dns")
        self.lookup = trail.record(SystemLookup(host="smtp.example.com", ok=lookup)).id
        addresses = Addresses(
            host="smtp.example.com", addresses=("192.0.2.1",), source="system", ok=lookup
        )
        trail.record(addresses)
        self.connect = self.attempt(trail.branch("reach"), "192.0.2.1", ok=connect)
        if connect:
            session = trail.branch("tls")
            session.record(
                Session(
                    connection="1",
                    host="smtp.example.com",
                    address="192.0.2.1",
                    port=587,
                    tls="none",
                    purpose="configured",
                )
            )
            reply = Reply(code=250 if ehlo else 550, lines=("x",), raw=b"")
            self.ehlo = session.record(
                Exchange(connection="1", step="ehlo", reply=reply, ok=ehlo)
            ).id

    def attempt(self, trail: Trail, address: str, *, ok: bool) -> str:
        return trail.record(
            ConnectAttempt(
                host="smtp.example.com",
                address=address,
                port=587,
                family="IPv4",
                outcome="open" if ok else "silent",
                ok=ok,
            )
        ).id

    def observations(self) -> Observations:
        return self.recorder.observations()


def test_a_cause_that_explains_a_root_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(connect=False)
    codes, _, verdict, unexplained = judged(
        monkeypatch, line.observations(), says("port-blocked", line.connect)
    )
    assert (codes, verdict, unexplained) == (["port-blocked"], "broken", ())


def test_what_comes_after_a_failure_is_no_root(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(lookup=False, connect=False)
    codes, consequences, _, _ = judged(
        monkeypatch,
        line.observations(),
        says("dns-name-not-found", line.lookup, area="dns"),
        says("port-blocked", line.connect),
    )
    assert codes == ["dns-name-not-found"]
    assert consequences == {"dns-name-not-found": ("port-blocked",)}


def test_independent_roots_stand_in_path_order(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(ehlo=False)
    own = line.recorder.trail("settings").record(SystemLookup(host="other", ok=False)).id
    codes, _, _, _ = judged(
        monkeypatch,
        line.observations(),
        says("dns-resolver-failing", own, area="dns"),
        says("ehlo-rejected", line.ehlo, area="session"),
    )
    assert codes == ["dns-resolver-failing", "ehlo-rejected"]


def test_before_decides_between_two_names_for_one_root(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(connect=False)
    codes, consequences, _, _ = judged(
        monkeypatch,
        line.observations(),
        says("port-blocked", line.connect),
        says("wrong-port", line.connect, before="port-blocked"),
    )
    assert codes == ["wrong-port"]
    assert consequences == {"wrong-port": ("port-blocked",)}


def test_a_warning_accounts_for_a_root(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    trail = line.recorder.trail("reach")
    dead = line.attempt(trail, "2001:db8::1", ok=False)
    codes, _, verdict, unexplained = judged(
        monkeypatch, line.observations(), says("ipv6-broken", dead, severity="warning")
    )
    assert (codes, verdict, unexplained) == (["ipv6-broken"], "warnings", ())


def test_a_root_that_nothing_explains_is_never_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(ehlo=False)
    codes, _, verdict, unexplained = judged(monkeypatch, line.observations())
    assert (codes, verdict, unexplained) == ([], "inconclusive", (line.ehlo,))


def test_a_root_stays_unexplained_beside_a_named_one(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(ehlo=False)
    other = line.recorder.trail("reach").record(SystemLookup(host="other", ok=False)).id
    codes, _, verdict, unexplained = judged(
        monkeypatch, line.observations(), says("ehlo-rejected", line.ehlo)
    )
    assert (codes, verdict, unexplained) == (["ehlo-rejected"], "broken", (other,))


def test_a_failed_probe_is_no_root(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    line.recorder.trail("tls", role="probe").record(SystemLookup(host="other", ok=False))
    assert judged(monkeypatch, line.observations())[2:] == ("healthy", ())


def test_an_error_must_explain_something(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="explains nothing"):
        judged(monkeypatch, Line().observations(), says("port-blocked"))


def test_notes_change_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    note = says("credentials-missing", severity="note")
    assert judged(monkeypatch, Line().observations(), note)[2] == "healthy"


def test_a_crash_of_our_own_is_never_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    line.recorder.trail("dns").record(CheckRun(name="dns", crash="TypeError at dns.py:1"))
    assert judged(monkeypatch, line.observations())[2] == "inconclusive"


def test_too_little_seen_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(Redactor("x"), lambda: 0.0)
    recorder.trail("settings").record(SettingsRead(settings=Settings(host="smtp.example.com")))
    assert judged(monkeypatch, recorder.observations())[2] == "inconclusive"


# --- what one more diagnosis may do to the verdict -----------------------------------------------

VERDICTS = ("broken", "inconclusive", "warnings", "healthy")  # from bad to good


@st.composite
def runs_and_rules(draw: st.DrawFn) -> tuple[Observations, list[engine.Rule]]:
    """A run of random failures, and rules that speak of any of them, whatever they explain."""
    ehlo = draw(st.booleans())
    line = Line(lookup=draw(st.booleans()), connect=True, ehlo=ehlo)
    trail = line.recorder.trail("reach")
    beside = [
        line.attempt(trail if draw(st.booleans()) else trail.branch("reach"), address, ok=ok)
        for address, ok in draw(
            st.lists(st.tuples(st.sampled_from(["2001:db8::1", "192.0.2.2"]), st.booleans()))
        )
    ]
    items = st.sampled_from([line.lookup, line.connect, line.ehlo, *beside])
    rules = []
    for number in range(draw(st.integers(0, 5))):
        severity: Severity = draw(st.sampled_from(["error", "warning", "note"]))
        explains = draw(st.lists(items, unique=True, min_size=severity == "error", max_size=3))
        before = " ".join(f"code-{other}" for other in draw(st.sets(st.integers(0, 5), max_size=2)))
        rules.append(says(f"code-{number}", *explains, severity=severity, before=before))
    return line.observations(), rules


def verdict_of(observations: Observations, rules: Sequence[engine.Rule]) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "rules", lambda: tuple(rules))
        return engine.diagnose(observations).verdict


@given(runs_and_rules(), st.data())
def test_one_more_diagnosis_never_hides_that_a_run_is_broken(
    made: tuple[Observations, list[engine.Rule]], data: st.DataObject
) -> None:
    observations, rules = made
    if not rules:
        return
    left_out = data.draw(st.sampled_from(rules))
    fewer = verdict_of(observations, [rule for rule in rules if rule is not left_out])
    verdict = verdict_of(observations, rules)
    if fewer == "broken":
        assert verdict == "broken"
    said = next(iter(left_out.module.diagnose(None)))
    if said.severity == "note":
        assert VERDICTS.index(verdict) <= VERDICTS.index(fewer)


def test_an_error_takes_the_root_that_a_note_and_a_warning_speak_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line(ehlo=False)
    for severity in ("note", "warning"):
        softer = says("aside", line.ehlo, severity=severity, area="dns")  # type: ignore[arg-type]
        codes, consequences, verdict, _ = judged(
            monkeypatch, line.observations(), softer, says("ehlo-rejected", line.ehlo)
        )
        assert (codes, consequences, verdict) == (["ehlo-rejected", "aside"], {}, "broken")


def test_a_warning_hides_no_error_that_came_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(lookup=False, connect=False)
    codes, _, verdict, _ = judged(
        monkeypatch,
        line.observations(),
        says("dns-nameserver-dead", line.lookup, severity="warning", area="dns"),
        says("port-blocked", line.connect),
    )
    assert (codes, verdict) == (["port-blocked", "dns-nameserver-dead"], "broken")


def test_an_error_stands_for_one_root_of_its_own_among_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line(ehlo=False)
    other = line.recorder.trail("reach").record(SystemLookup(host="other", ok=False)).id
    codes, _, _, unexplained = judged(
        monkeypatch,
        line.observations(),
        says("dns-resolver-failing", other, area="dns"),
        says("ehlo-rejected", line.ehlo, other),
        says("greeting-missing", line.connect, line.ehlo),
    )
    assert (codes, unexplained) == (["dns-resolver-failing", "ehlo-rejected"], ())


def test_a_cause_points_at_the_users_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(Redactor("x"), lambda: 0.0)
    entries = (
        entry("port", Origin(kind="file", name="SMTP_PORT", file=".env", line=2, columns=(11, 14))),
        entry("host", Origin(kind="stdin", name="SMTP_HOST", line=1), source=None),
        entry("tls", Origin(kind="environment", name="SMTP_SECURE")),
    )
    settings = SettingsRead(settings=Settings(entries=entries))
    recorder.trail("settings").record(settings)
    failed = recorder.trail("dns").record(SystemLookup(host="x", ok=False)).id
    rule = says("wrong-port", failed, points_at=("port", "host", "tls", "sender"))
    monkeypatch.setattr(engine, "rules", lambda: (rule,))

    (found,) = engine.diagnose(recorder.observations()).diagnoses

    assert found.locations == (
        Location(file=".env", line=2, columns=(11, 14), text="port=text"),
        Location(file="standard input", line=1),
    )


def test_the_line_that_the_fix_changes_stands_first(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(Redactor("x"), lambda: 0.0)
    entries = (
        entry("host", Origin(kind="file", name="SMTP_HOST", file=".env", line=1)),
        entry("port", Origin(kind="file", name="SMTP_PORT", file=".env", line=2)),
    )
    read = SettingsRead(settings=Settings(entries=entries))
    recorder.trail("settings").record(read)
    failed = recorder.trail("dns").record(SystemLookup(host="x", ok=False)).id
    edit = Edit(file=".env", line=2, columns=(11, 14), replace="465", with_="587")
    for fix in (Fix(title="x", settings={"SMTP_PORT": "587"}), Fix(title="x", edits=(edit,))):
        rule = says("wrong-port", failed, points_at=("host", "port"), fixes=(fix,))
        monkeypatch.setattr(engine, "rules", lambda rule=rule: (rule,))
        (found,) = engine.diagnose(recorder.observations()).diagnoses
        assert [each.line for each in found.locations] == [2, 1]


def test_a_cause_has_its_rules_area_and_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(ehlo=False)
    rule = says("ehlo-rejected", line.ehlo, area="tls")
    monkeypatch.setattr(engine, "rules", lambda: (rule,))
    (found,) = engine.diagnose(line.observations()).diagnoses
    assert found.area == "tls"
    assert found.docs.endswith("/docs/diagnoses/ehlo-rejected.md")


def entry(field: Field, origin: Origin, *, source: str | None = "") -> Setting:
    line = f"{field}=text" if source == "" else source
    return Setting(field=field, text="text", origin=origin, source_line=line)


def test_a_note_accounts_for_nothing_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(ehlo=False)
    note = says("aside", line.ehlo, severity="note")
    assert judged(monkeypatch, line.observations(), note)[2:] == ("inconclusive", (line.ehlo,))


@pytest.mark.parametrize(
    ("kind", "area", "sound"),
    [
        ("seen", "tls", True),
        ("own-line", "settings", True),
        ("own-line", "tls", False),
        ("known", "tls", False),
        ("prints", "settings", False),
        ("guessed", "tls", False),
    ],
)
def test_an_error_rests_on_what_was_seen(
    monkeypatch: pytest.MonkeyPatch, kind: EvidenceKind, area: str, sound: bool
) -> None:
    line = Line(ehlo=False)
    rule = says("ehlo-rejected", line.ehlo, area=area, kind=kind)
    if sound:
        assert judged(monkeypatch, line.observations(), rule)[2] == "broken"
        return
    with pytest.raises(ValueError, match="without evidence"):
        judged(monkeypatch, line.observations(), rule)


def test_an_error_says_what_to_do_or_why_there_is_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line(ehlo=False)
    with pytest.raises(ValueError, match="without a fix"):
        judged(monkeypatch, line.observations(), says("ehlo-rejected", line.ehlo, why=""))


def test_a_cause_is_found_behind_an_observation_that_two_came_after() -> None:
    """Two ways lead to the same observation, and the cause stands further back on one of them."""
    recorder = Recorder(Redactor("•"), lambda: 0.0)
    trail = recorder.trail("dns")
    shared = trail.record(Addresses(host="a", addresses=(), source="wire", ok=False))
    cause = recorder.trail("dns").record(Addresses(host="b", addresses=(), source="wire", ok=False))
    left = recorder.trail("reach", shared.id).record(
        Addresses(host="c", addresses=(), source="wire", ok=False)
    )
    right = recorder.trail("reach", shared.id, cause.id).record(
        Addresses(host="d", addresses=(), source="wire", ok=False)
    )
    error = Diagnosis(
        code="late",
        severity="error",
        confidence="certain",
        title="late",
        explanation="",
        explains=(left.id, right.id),
    )
    taken = {cause.id: "early"}
    assert engine._cause_above(error, taken, recorder.observations()) == "early"


def test_observations_of_a_file_that_come_after_each_other_end_all_the_same() -> None:
    """A saved run is read from anywhere: its provenance may go in a circle."""
    first = Addresses(id="1", host="a", addresses=(), source="wire", ok=False, after=("2",))
    second = Addresses(id="2", host="b", addresses=(), source="wire", ok=False, after=("1",))
    error = Diagnosis(
        code="late",
        severity="error",
        confidence="certain",
        title="late",
        explanation="",
        explains=("1",),
    )
    assert engine._cause_above(error, {}, Observations([first, second])) is None


def test_of_a_host_that_nobody_named_there_are_only_warnings() -> None:
    scene = Scene(found=False, username=None)
    scene.connect("no-route")

    judged = scene.judge()

    assert [item.severity for item in judged.diagnoses] == ["warning"]
    assert judged.verdict == "inconclusive"


def test_what_is_no_error_stays_what_it_is_where_nobody_named_the_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = Scene(found=False, username=None)
    rules = (says("a-note", severity="note"), says("a-warning", severity="warning"))
    monkeypatch.setattr(engine, "rules", lambda: rules)

    judged = engine.diagnose(scene.observations())

    assert {item.code: item.severity for item in judged.diagnoses} == {
        "a-note": "note",
        "a-warning": "warning",
    }


def test_a_rule_that_crashes_is_told_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def crashes(_: Run) -> Iterator[Diagnosis]:
        raise ZeroDivisionError
        yield

    module: ModuleType = SimpleNamespace(diagnose=crashes)  # type: ignore[assignment]
    broken = engine.Rule("a-broken-one", "network", frozenset(), module)
    monkeypatch.setattr(engine, "rules", lambda: (broken, says("a-note", severity="note")))
    observations = Scene().observations()

    judged = engine.diagnose(observations, guarded=True)

    (fault,) = judged.faults
    assert fault.startswith("rule a-broken-one: ZeroDivisionError")
    assert [item.code for item in judged.diagnoses] == ["a-note"]
    assert judged.verdict != "healthy"
    with pytest.raises(ZeroDivisionError):
        engine.diagnose(observations)
