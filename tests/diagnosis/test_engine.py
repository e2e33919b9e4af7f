"""The engine by itself, with rules made for the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace

import pytest

from smtpdoctor.diagnosis import engine
from smtpdoctor.diagnosis.model import Diagnosis, Severity
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
from smtpdoctor.settings.model import Settings
from smtpdoctor.smtp.replies import Reply

Speaks = Callable[[Run], Iterator[Diagnosis]]


def says(
    code: str, *explains: str, severity: Severity = "error", area: str = "network", before: str = ""
) -> engine.Rule:
    def diagnose(_: Run) -> Iterator[Diagnosis]:
        yield Diagnosis(
            code=code,
            severity=severity,
            confidence="certain",
            title=code,
            explanation="",
            explains=explains,
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
