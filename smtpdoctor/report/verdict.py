"""The verdict in words: the last line of every format.

Knows what a target's report holds. Must not know layout, nor look into a rule's sentence but to
repeat a title.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtpdoctor.diagnosis.model import Verdict
from smtpdoctor.observations import CHECK_SPECS
from smtpdoctor.report.model import WORST_FIRST, Report, TargetReport
from smtpdoctor.words import MODE_WORDS, count

if TYPE_CHECKING:
    from smtpdoctor.sender.assessment import Assessment

#: Behind a verdict on a server that took the sender.
NOTHING_SENT = " No message was sent."


#: What every report says of itself that `report.anonymous` made.
ANONYMOUS = "anonymous: names and addresses are stand-ins"


def verdict_words(target: TargetReport) -> str:
    """What it comes to, with the cause where mail does not go out."""
    return {
        "broken": _broken,
        "inconclusive": _inconclusive,
        "warnings": _warnings,
        "healthy": _healthy,
    }[target.verdict](target)


#: Of a folder in which nothing sends mail.
NO_SETTINGS = "No mail settings were found."


def shown_verdict(target: TargetReport) -> Verdict:
    """The verdict; of settings alone what was found counts: that no server was asked makes nothing
    unknown."""
    if not target.run.settings.elsewhere or target.faults:
        return target.verdict
    severities = {item.severity for item in target.diagnoses if item.accepted is None}
    if "error" in severities:
        return "broken"
    return "warnings" if "warning" in severities else "healthy"


def whole_shown_verdict(report: Report) -> Verdict:
    """The worst of the targets', of what was not looked at and of what is said of the check."""
    if not report.settings_alone:
        return report.verdict
    verdicts = [shown_verdict(target) for target in report.targets]
    verdicts += ["inconclusive"] if report.not_checked else []
    verdicts += ["warnings"] if "warning" in report.severities else []
    return min(verdicts, key=WORST_FIRST.index)


def whole_verdict_words(report: Report) -> str:
    """The same of several targets together."""
    if report.has_no_settings:
        return NO_SETTINGS
    failing = sum(target.verdict == "broken" for target in report.targets)
    of = count(len(report.targets), "set-up")
    if failing:
        return f"Not ready: {failing} of {of}."
    if report.settings_alone and not report.not_checked:
        warned = "warning" in report.severities
        return f"{of} looked at: {'warnings' if warned else 'nothing wrong'} in the settings."
    if report.verdict == "inconclusive":
        if report.not_checked:
            return f"Inconclusive: {count(len(report.not_checked), 'set-up')} not checked."
        unclear = sum(target.verdict == "inconclusive" for target in report.targets)
        return f"Inconclusive: {unclear} of {of} could not be judged."
    accepted = sum(map(_accepted, report.targets))
    if report.verdict == "warnings":
        return f"{of} checked, with warnings."
    return f"{of} checked, all sound{f' but what is accepted ({accepted})' if accepted else ''}."


def _broken(target: TargetReport) -> str:
    causes = [item for item in target.diagnoses if item.severity == "error"]
    more = f" (and {len(causes) - 1} more)" if len(causes) > 1 else ""
    return f"Not ready{more}: {causes[0].title}" if causes else "Not ready."


def _inconclusive(target: TargetReport) -> str:
    if not target.run.settings.found:
        return "Inconclusive: no settings found, so nothing of yours was checked."
    if target.run.settings.elsewhere:
        warned = any(item.severity == "warning" and not item.accepted for item in target.diagnoses)
        return f"{'Warnings' if warned else 'Nothing wrong'} in the settings; no server was asked."
    if target.unexplained:
        return "Inconclusive: no cause can be named."
    untold = [item for item in target.run.settings.untellable if item.field == "tls"]
    if untold:
        way = f"port {target.port} with {MODE_WORDS[target.run.settings.tls]}"
        return f"Inconclusive: {way} was tried, but {untold[0].why} (give --tls)."
    found = target.run.policy if target.run.is_about_sender_alone else None
    if found is not None and found.verdict.kind == "unknown":
        return _untold(found)
    return "Inconclusive: too little was checked to say."


def _warnings(target: TargetReport) -> str:
    if _sender_accepted(target):
        # the provider's rule for senders counts only once the message is there
        open_end = any(item.code == "sender-not-allowed" for item in target.diagnoses)
        words = "Accepted so far, with warnings." if open_end else "Mail goes out, with warnings."
        return f"{words}{NOTHING_SENT}"
    return _of_sender_alone(target) or f"Warnings{_but(target)}"


def _healthy(target: TargetReport) -> str:
    number = _accepted(target)
    accepted = f" ({count(number, 'warning')} accepted)" if number else ""
    if not _sender_accepted(target):
        return _of_sender_alone(target) or f"No problem found{accepted}{_but(target)}"
    provider = target.run.provider
    judged = provider.sender_judged if provider else "unknown"
    words = "Ready to send" if judged in ("mail", "rcpt") else "Accepted so far"
    return f"{words}{accepted}.{NOTHING_SENT}"


def _accepted(target: TargetReport) -> int:
    """How many warnings the project lives with."""
    return sum(
        item.severity == "warning" and item.accepted is not None for item in target.diagnoses
    )


def _but(target: TargetReport) -> str:
    """What was not looked at, to stand behind what was found."""
    left_out = {check.name for check in target.checks if check.status == "skipped"}
    skipped = [
        spec.untested for name, spec in CHECK_SPECS.items() if spec.untested and name in left_out
    ]
    if not skipped:
        return "."
    return f", but {' and '.join(skipped)} {'was' if len(skipped) == 1 else 'were'} not tested."


def _sender_accepted(target: TargetReport) -> bool:
    view = target.run.main
    mail = view.step("mail") if view is not None else None
    return mail is not None and mail.ok is True


def _of_sender_alone(target: TargetReport) -> str:
    """Of a sender alone: what receivers will make of the mail."""
    found = target.run.policy if target.run.is_about_sender_alone else None
    if found is None:
        return ""
    if found.client is not None:
        return f"SPF {found.client.result}."
    if found.is_strange_to_relay:
        return "Receivers will not believe it."
    if found.names_other_region:
        return "May be refused: which region's servers deliver is only guessed."
    if found.verdict.kind == "unknown":
        return _untold(found)
    return f"{found.verdict.words[:1].upper()}{found.verdict.words[1:]}."


def _untold(found: Assessment) -> str:
    """Why it can't be told what receivers will make of the mail."""
    if found.domain_exists is None and not found.known:
        return "Can't tell: the DNS gave no answer."
    if found.is_at_home:
        return (
            f"{found.domain} is the provider's own domain; its records are the provider's to keep."
        )
    if found.relay.known == "no":
        return "Can't tell: name who delivers with --through."
    if found.relay.known == "host" and not any(
        item.policy.passes for item in found.relay.published
    ):
        return f"Can't tell: {found.question.host} has no address in the DNS."
    reason = found.verdict.reasons[0]
    if not reason.startswith("whether "):
        return f"Can't tell: {reason}."
    asked = reason.removesuffix(" can't be told").removesuffix(" isn't known")
    return f"Can't tell {asked}."
