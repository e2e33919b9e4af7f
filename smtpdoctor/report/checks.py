"""How each check went: its status, one line, and why it was skipped.

Knows what a run saw and what was judged. Must not know formats.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from smtpdoctor.diagnosis.model import Diagnosis, Judgement
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import (
    CHECK_SPECS,
    CHECKS,
    AnyObservation,
    CheckName,
    CheckRun,
    Place,
    PolicyAnswer,
    SenderQuestion,
)
from smtpdoctor.report.summary import summarise
from smtpdoctor.settings.words import why_withheld
from smtpdoctor.words import LOGIN_WORDS

CheckStatus = Literal["passed", "warned", "failed", "skipped"]


class CheckResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one check went, in one line."""

    name: str
    status: CheckStatus
    summary: str
    seconds: float
    skipped_because: str = ""


def check_result(name: CheckName, run: Run, judgement: Judgement) -> CheckResult:
    """How this check went in this run."""
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
            summary=_left_out(run),
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


def _left_out(run: Run) -> str:
    """Why no check was made that nothing seen stood in the way of."""
    kinds = {remark.kind for remark in run.settings.remarks}
    if "fault" in kinds:
        return "not tried: the program stops before it sends"
    if "not-sent" in kinds:
        return "not tried: the program sends no mail"
    left_out = {item.name for item in run.observations.of(CheckRun) if item.skipped_because}
    alone = left_out >= set(CHECKS) - {"settings"}
    return "skipped: only the settings are judged" if alone else "skipped, as asked"


def _status(name: CheckName, seen: Sequence[AnyObservation], judgement: Judgement) -> CheckStatus:
    failed = {item.id for item in seen if item.ok is False and item.role == "main"}
    softened = set(_explained(judgement, "warning", "note"))
    hard = set(_explained(judgement, "error"))
    # what a policy record makes of the mail is an error, though the record was there to be read
    policies = {item.id for item in seen if isinstance(item, PolicyAnswer)}
    own = {item.severity for item in judgement.diagnoses if _seen_by(item) == name}
    # an error that the settings alone show stands in no observation that failed
    foretold = name == "settings" and "error" in own
    if foretold or failed - softened or hard & (failed | policies):
        return "failed"
    return "warned" if "warning" in own else "passed"


def _explained(judgement: Judgement, *severities: str) -> Iterator[str]:
    """The observations that diagnoses of these severities explain."""
    for diagnosis in judgement.diagnoses:
        if diagnosis.severity in severities:
            yield from diagnosis.explains


def _seen_by(diagnosis: Diagnosis) -> str:
    """The check that saw what a diagnosis rests on, before the settings that led there; "" without
    evidence."""
    checks = [item.check for item in diagnosis.evidence]
    # the first piece is what was seen; the user's own line may stand beside it
    return next((check for check in checks if check != "settings"), next(iter(checks), ""))


def _missing(name: CheckName, run: Run, judgement: Judgement) -> tuple[str, str]:
    """Why a check has nothing to say: the code that stands in its way, or the check before it."""
    errors = [item.code for item in judgement.diagnoses if item.severity == "error"]
    because = errors[0] if errors else CHECK_SPECS[name].before
    reason = next(iter(run.login_reasons), None) if name in ("auth", "sender") else None
    if reason is None:
        return because, CHECK_SPECS[name].missing
    withheld = run.settings.withheld if reason in ("withheld", "not-due") else None
    words = why_withheld(withheld) if withheld is not None else LOGIN_WORDS.get(reason)
    return because, f"not tried: {words}" if words else "not tried"


def _seconds(seen: Sequence[AnyObservation]) -> float:
    own = [item for item in seen if item.role == "main"]
    # the DNS is asked for policies beside everything else
    own = [item for item in own if not isinstance(item, SenderQuestion | PolicyAnswer)] or own
    if not own:
        return 0.0
    return max(item.at + item.seconds for item in own) - min(item.at for item in own)
