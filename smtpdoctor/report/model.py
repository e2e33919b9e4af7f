"""The report of one run: everything that any format shows, as data.

Built from observations and their judgement; reads no clock and no network, so that a saved run
gives the same report again, or a better one from newer rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from smtpdoctor import __version__
from smtpdoctor.diagnosis.engine import diagnose
from smtpdoctor.diagnosis.model import Diagnosis, Judgement, Verdict
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import (
    CHECK_SPECS,
    CHECKS,
    AnyObservation,
    CheckName,
    CheckRun,
    Observations,
    Place,
    PolicyAnswer,
    SenderQuestion,
)
from smtpdoctor.report.summary import summarise
from smtpdoctor.settings.model import TLSMode

SCHEMA = 1

CheckStatus = Literal["passed", "warned", "failed", "skipped"]


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    name: str = "smtpdoctor"
    version: str = __version__


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked; None where it is not known."""

    host: str | None
    port: int | None
    tls: TLSMode
    provider: str | None
    username: str | None
    sender: str | None


class CheckResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one check went, in one line."""

    name: str
    status: CheckStatus
    summary: str
    seconds: float
    skipped_because: str = ""


class SPFEvaluation(msgspec.Struct, frozen=True, kw_only=True):
    """SPF for one client address (RFC 7208 §2.6): the result, and the term that decided.

    `explanation` is the publisher's own text for "fail".
    """

    result: Literal["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"]
    term: str | None
    explanation: str
    lookups: int
    void_lookups: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One run as reports show it. `started` is RFC 3339 in UTC, `seconds` the run's length."""

    schema: int = SCHEMA
    tool: Tool = Tool()
    started: str
    seconds: float
    where: str
    verdict: Verdict
    targets: tuple[Target, ...]
    diagnoses: tuple[Diagnosis, ...]
    checks: tuple[CheckResult, ...]
    observations: Observations
    unexplained: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    #: With `sender --ip` only.
    spf: SPFEvaluation | None = None

    def exit_status(self, *, strict: bool = False) -> int:
        """0 nothing wrong or warnings only, 1 an error (with strict also a warning), 3 unknown."""
        if self.verdict == "broken" or (strict and self.verdict == "warnings"):
            return 1
        return 3 if self.verdict == "inconclusive" else 0

    @property
    def run(self) -> Run:
        """The observations as rules and reports look at them."""
        return Run(self.observations)


def build(observations: Observations, *, started: str, seconds: float) -> Report:
    """Judge the observations and put the report together."""
    run = Run(observations)
    judgement = diagnose(observations, guarded=True)
    place = run.place
    settings = run.settings
    system = place.system if place else "unknown system"
    return Report(
        started=started,
        seconds=round(seconds, 2),
        where=f"{place.container} on {system}" if place and place.container else system,
        verdict=judgement.verdict,
        targets=(
            Target(
                host=settings.host,
                port=settings.port,
                tls=settings.tls,
                provider=_provider(run),
                username=settings.username,
                sender=settings.sender,
            ),
        ),
        diagnoses=judgement.diagnoses,
        checks=tuple(_check_result(name, run, judgement) for name in CHECKS),
        observations=observations,
        unexplained=judgement.unexplained,
        faults=judgement.faults,
        spf=_spf(run),
    )


def _provider(run: Run) -> str | None:
    """The server's; of a sender alone the one that it was judged for."""
    if run.is_about_sender_alone and run.policy is not None:
        relay = run.policy.relay
        return relay.provider.id if relay.provider is not None else None
    return run.provider.id if run.provider else None


def _spf(run: Run) -> SPFEvaluation | None:
    result = run.policy.client if run.policy is not None else None
    if result is None:
        return None
    return SPFEvaluation(
        result=result.result,
        term=result.term,
        explanation=result.explanation,
        lookups=result.lookups,
        void_lookups=result.void_lookups,
    )


def _check_result(name: CheckName, run: Run, judgement: Judgement) -> CheckResult:
    seen = [
        item
        for item in run.observations
        if item.check == name and not isinstance(item, CheckRun | Place)
    ]
    own_run = run.observations.first(CheckRun, name=name)
    seconds = round(_seconds(seen), 3)
    if own_run is not None and own_run.crash:
        return CheckResult(
            name=name,
            status="failed",
            summary=f"smtpdoctor's own fault: {own_run.crash}",
            seconds=seconds,
        )
    if own_run is not None:
        because = own_run.skipped_because
        return CheckResult(
            name=name,
            status="skipped",
            summary="not asked for",
            seconds=0.0,
            skipped_because=because,
        )
    summary = summarise(name, run)
    if summary is None:
        because, words = _missing(name, run, judgement)
        return CheckResult(
            name=name, status="skipped", summary=words, seconds=0.0, skipped_because=because
        )
    status = _status(name, seen, judgement)
    if name == "sender" and run.is_about_sender_alone and not run.enough_seen:
        status = "warned"  # the DNS left the question open
    return CheckResult(name=name, status=status, summary=summary, seconds=seconds)


def _status(name: CheckName, seen: Sequence[AnyObservation], judgement: Judgement) -> CheckStatus:
    failed = {item.id for item in seen if item.ok is False and item.role == "main"}
    softened = {
        item
        for diagnosis in judgement.diagnoses
        if diagnosis.severity != "error"
        for item in diagnosis.explains
    }
    hard = {
        item
        for diagnosis in judgement.diagnoses
        if diagnosis.severity == "error"
        for item in diagnosis.explains
    }
    # what a policy record makes of the mail is an error, though the record was there to be read
    policies = {item.id for item in seen if isinstance(item, PolicyAnswer)}
    if failed - softened or hard & (failed | policies):
        return "failed"
    warned = any(
        diagnosis.severity == "warning"
        and diagnosis.evidence
        # the first piece is what was seen; the user's own line may stand beside it
        and _seen_by(diagnosis) == name
        for diagnosis in judgement.diagnoses
    )
    return "warned" if warned else "passed"


def _seen_by(diagnosis: Diagnosis) -> str:
    """The check that saw what a diagnosis rests on, before the settings that led there."""
    checks = [item.check for item in diagnosis.evidence]
    return next((check for check in checks if check != "settings"), checks[0])


def _missing(name: CheckName, run: Run, judgement: Judgement) -> tuple[str, str]:
    """Why a check has nothing to say: the code that stands in its way, or the check before it."""
    errors = [item.code for item in judgement.diagnoses if item.severity == "error"]
    spec = CHECK_SPECS[name]
    not_tried = next((item for item in run.login_reasons if name in ("auth", "sender")), None)
    if not_tried is not None:
        words = {
            "no-credentials": "no credentials given",
            "withheld": "the configured credentials belong to another host",
            "placeholder": "the credentials are a template's",
            "no-tls": "a password goes out only inside TLS",
            "unverified": "a password goes out only inside verified TLS",
            "verification-disabled": "certificate verification is switched off",
            "host-suspicious": "the host looks like a typing mistake",
            "injected-bytes": "bytes were injected at STARTTLS",
            "not-offered": "the server offers no login here",
            "no-shared-mechanism": "no login mechanism that both know",
        }.get(not_tried, "not tried")
        return (errors[0] if errors else spec.before), f"not tried: {words}"
    return (errors[0] if errors else spec.before), spec.missing


def _seconds(seen: Sequence[AnyObservation]) -> float:
    own = [item for item in seen if item.role == "main"]
    # the DNS is asked for policies beside everything else
    own = [item for item in own if not isinstance(item, SenderQuestion | PolicyAnswer)] or own
    if not own:
        return 0.0
    return max(item.at + item.seconds for item in own) - min(item.at for item in own)
