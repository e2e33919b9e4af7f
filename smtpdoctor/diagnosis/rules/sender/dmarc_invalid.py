"""A DMARC record stands there, and receivers don't apply it, or not as it was meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix, Record
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.diagnosis.wording import policy as records

if TYPE_CHECKING:
    from smtpdoctor.mail_policy import DMARCPolicy
    from smtpdoctor.sender.assessment import Assessment

CODE = "dmarc-invalid"

_EFFECTS = {
    "unused": "receivers don't apply the record at all",
    "none": "receivers act as if it asked for nothing (p=none)",
    "default": "receivers act as if this wasn't there",
    "unclear": "receivers read it in different ways",
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    policy = policies.found(run)
    if policy is None or policy.is_providers_own:
        return
    faults = tuple(_faults(policy.dmarc))
    if not faults:
        if policy.refused_reports:
            yield _unheard(policy)
        return
    record = policy.dmarc.record
    lost = record is None or any(fault.effect in ("unused", "none") for fault in record.faults)
    place = policy.dmarc.found_at or policy.domain
    yield Diagnosis(
        code=CODE,
        severity="warning" if lost else "note",
        confidence="certain",
        title=f"the DMARC record of {place} is invalid: {faults[0]}",
        explanation=(
            "The policy that the record was meant to set doesn't hold, so that nobody is kept from "
            "sending in the domain's name; a receiver that demands DMARC takes it for missing."
            if lost
            else "The policy itself holds; a part of the record doesn't do what it was meant for."
        ),
        evidence=tuple(_evidence(policy.dmarc)),
        fixes=_fixes(policy),
        explains=(),
    )


def _faults(dmarc: DMARCPolicy) -> Iterator[str]:
    if dmarc.status == "several":
        yield f"{len(dmarc.records)} records stand there, and of several none counts"
    if dmarc.record is not None:
        for fault in dmarc.record.faults:
            yield f"“{fault.text}” {fault.reason}" if fault.text else fault.reason
    if dmarc.status == "missing":
        for misspelt in dmarc.misspelt:
            yield misspelt.reason


def _unheard(policy: Assessment) -> Diagnosis:
    """The record is sound, and another organisation doesn't take its reports (RFC 7489 §7.1)."""
    address, name = policy.refused_reports[0]
    service = address.rpartition("@")[2]
    return Diagnosis(
        code=CODE,
        severity="note",
        confidence="certain",
        title=f"nobody sends DMARC reports to {address}: {service} does not say that it wants them",
        explanation=(
            "Reports about one organisation's mail go to another only where that one agrees, by "
            f"a record at {name}. The policy itself holds."
        ),
        evidence=(Evidence(check="sender", text=f"{name} has no record v=DMARC1"),),
        fixes=(
            Fix(
                title=f"ask {service} to publish the record, or take an address of your own domain",
                records=(Record(name=name, type="TXT", new="v=DMARC1"),),
                steps=(f"Only whoever keeps the zone {service} can publish it.",),
            ),
        ),
        explains=(),
    )


def _evidence(dmarc: DMARCPolicy) -> Iterator[Evidence]:
    for text in dmarc.records:
        yield Evidence(check="sender", text=f"_dmarc.{dmarc.found_at} has {records.quoted(text)}")
    for fault in dmarc.record.faults if dmarc.record is not None else ():
        said = f"“{fault.text}” " if fault.text else ""
        text = f"{said}{fault.reason}: {_EFFECTS[fault.effect]}"
        yield Evidence(check="sender", text=text)
    for misspelt in dmarc.misspelt:
        text = f"{misspelt.name} has {records.quoted(misspelt.text)}: {misspelt.reason}"
        yield Evidence(check="sender", text=text)


def _fixes(policy: Assessment) -> tuple[Fix, ...]:
    from smtpdoctor.mail_policy import dmarc_change, parse_dmarc

    passes = policy.verdict.kind.startswith("passes") and policy.verdict.servers == "all"
    change = dmarc_change(policy.dmarc, passes=passes)
    if change is None:
        return (Fix(title="correct the record", steps=(records.where(policy),)),)
    meant = dmarc_change(policy.dmarc)
    notes = []
    if meant is not None and meant.new != change.new:
        asked = f"p={parse_dmarc(meant.new).policy}"
        notes.append(
            f"{asked} waits: this mail does not pass yet, and receivers would act on it. Once SPF "
            f"or DKIM passes, publish {records.quoted(meant.new)}."
        )
    title = f"replace the DMARC record at {change.name}"
    return (records.publish(policy, change, title, first=notes),)
