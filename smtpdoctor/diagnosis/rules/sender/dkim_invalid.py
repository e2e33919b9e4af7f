"""A DKIM key of the domain for this provider is there, and receivers can't verify with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.diagnosis.wording import policy as records
from smtpdoctor.diagnosis.wording.refusal import told_by

if TYPE_CHECKING:
    from smtpdoctor.mail_policy import SelectorKey
    from smtpdoctor.sender.assessment import Assessment

CODE = "dkim-invalid"


def diagnose(  # branches: one diagnosis, worded for its two weights
    run: Run,
) -> Iterator[Diagnosis]:
    policy = policies.found(run)
    if policy is None or policy.is_providers_own or policy.relay.provider is None:
        return
    # an old selector that was revoked beside one that works is how keys are changed
    bad = [key for key in policy.keys if key.status == "invalid"]
    if policy.signing == "invalid":
        bad = [key for key in policy.keys if key.status in ("invalid", "revoked")]
    doubled = [key for key in policy.keys if len(key.records) > 1 and key not in bad]
    if not bad and doubled:
        yield _doubled(policy, doubled[0])
    if not bad:
        return
    provider = policy.relay.provider
    yield Diagnosis(
        code=CODE,
        severity="warning" if policy.signing == "invalid" else "note",
        confidence="certain" if policy.relay.known == "named" else "likely",
        title=f"the DKIM key at {bad[0].name} {_reason(bad[0])}",
        explanation=(
            "Receivers look up the key of the selector that a signature names. With a key that "
            "can't be read or was revoked the signature counts as none, so DMARC rests on SPF "
            "alone."
            if policy.signing == "invalid"
            else "Another of the provider's selectors has a key that works; mail signed with this "
            "one is taken for unsigned."
        ),
        evidence=(
            *(
                Evidence(check="sender", text=f"{key.name} has {records.quoted(text)}")
                for key in bad
                for text in key.records
            ),
            *(
                Evidence(check="sender", text=f"{key.name}: {fault.reason}")
                for key in bad
                for fault in key.faults
            ),
            Evidence(
                check="sender",
                kind="known",
                text=f"{told_by(provider.name, (provider.dkim_source,))} it signs with "
                f"this selector {cite(provider.dkim_source)}".strip(),
            ),
        ),
        fixes=_fixes(policy, bad),
        explains=(),
    )


def _doubled(policy: Assessment, key: SelectorKey) -> Diagnosis:
    """Several keys at one name, of which one would work alone (RFC 6376 §3.6.2.2)."""
    return Diagnosis(
        code=CODE,
        severity="warning",
        confidence="certain",
        title=f"{len(key.records)} DKIM keys stand at {key.name}, one is the most",
        explanation=(
            "Receivers take any of them. Where they take the wrong one, the signature fails, so "
            "that one mail passes and the next one doesn't."
        ),
        evidence=tuple(
            Evidence(check="sender", text=f"{key.name} has {records.quoted(text)}")
            for text in key.records
        ),
        fixes=(
            Fix(
                title=f"keep one of the keys at {key.name}, the one that "
                f"{policies.relay(policy)} shows",
                steps=(records.where(policy), *_behind(key), "Delete the others."),
            ),
        ),
        explains=(),
    )


def _behind(key: SelectorKey) -> tuple[str, ...]:
    """The place of a key that an alias leads to."""
    if not key.alias:
        return ()
    return (
        f"{key.name} is a CNAME to {key.alias}: change the record there, or replace the whole "
        "CNAME. Beside it no other record may stand.",
    )


def _reason(key: SelectorKey) -> str:
    if key.status == "revoked":
        return "is revoked: it has an empty p="
    fault = next((fault for fault in key.faults if fault.effect == "invalid"), None)
    return f"is invalid: {fault.reason}" if fault is not None else "is invalid"


def _fixes(policy: Assessment, bad: list[SelectorKey]) -> tuple[Fix, ...]:
    from smtpdoctor.mail_policy import dkim_changes

    changes = dkim_changes(bad)
    if changes:
        title = f"replace the key by the provider's CNAME at {policy.domain}"
        return (records.publish_all(policy, changes, title),)
    return (
        Fix(
            title=f"publish the key again that {policies.relay(policy)} shows",
            steps=(
                records.where(policy),
                *(step for key in bad for step in _behind(key)),
                "Copy the whole record from the provider's panel; a key over 255 characters is "
                "split into several strings of one record.",
            ),
        ),
    )
