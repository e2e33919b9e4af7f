"""What a project lives with: its accepted findings, marked in a report after it was judged.

Pure: reads no file and no clock, the report's `started` is now. Must not know where acceptances
were written (`configuration`). Only a warning or a note can be accepted; nothing here makes a
broken or an inconclusive verdict better (docs/decisions/0021-what-a-projects-file-may-say.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Literal

import msgspec

from smtpdoctor.diagnosis.model import Acceptance, Area, Diagnosis
from smtpdoctor.observations import CheckName, ResolverConfiguration, SystemLookup
from smtpdoctor.report.model import Notice, Report, TargetReport, revised
from smtpdoctor.text import quoted

ORDER = {"error": 0, "warning": 1, "note": 2}
#: The check that must have been made before it can be said that a finding of an area is gone.
LOOKED_AT: dict[Area, CheckName] = {
    "settings": "settings",
    "dns": "dns",
    "session": "reach",
    "tls": "tls",
    "auth": "auth",
    "sender": "sender",
}
#: What comes and goes with the hour, the place or an option: not to be found once says nothing.
PASSING = frozenset(
    {
        "auth-rate-limited",
        "auth-temporary-failure",
        "clock-wrong",
        "dns-nameserver-dead",
        "message-too-large",
        "server-busy",
        "server-slow",
        "tls-intercepted",
    }
)
#: What shows in the settings only beside an environment or a server's answer.
NOT_BY_FILES = frozenset(
    {
        "credentials-missing",
        "password-altered-by-dotenv",
        "password-suspicious",
        "setting-shadowed",
    }
)


def accept(
    report: Report,
    entries: Sequence[Acceptance],
    areas: Mapping[str, Area],
    *,
    setups: Collection[str] | None = None,
) -> Report:
    """The report with its accepted findings marked, and what is to be said of the entries.

    `areas` has the area of each code. `setups` are the names of all set-ups of the folder, where
    the run looked at all of it: then an entry can be told to be of no use any more.
    """
    today = _day(report.started)
    targets = [_marked(target, entries, today) for target in report.targets]
    notices = [
        notice
        for entry in entries
        if (notice := _notice(report, entry, areas.get(entry.code), today, setups)) is not None
    ]
    return revised(report, targets, notices) if entries else report


def _day(started: str) -> date | None:
    try:
        return datetime.fromisoformat(started).date()
    except ValueError:  # a saved run may hold anything
        return None


def _holds(entry: Acceptance, today: date | None) -> bool:
    """On its last day, too; not where it can't be told which day it is."""
    return entry.until is None or (today is not None and today <= entry.until)


def _is_about(entry: Acceptance, target: TargetReport) -> bool:
    if not entry.setup:
        return True
    return target.setup is not None and _is_in(entry.setup, target.setup.name)


def _is_in(part: str, name: str) -> bool:
    return part.lower() in name.lower()


def _marked(
    target: TargetReport, entries: Sequence[Acceptance], today: date | None
) -> TargetReport:
    own = [entry for entry in entries if _is_about(entry, target) and _holds(entry, today)]
    diagnoses = [_with_acceptance(item, own) for item in target.diagnoses]
    if diagnoses == list(target.diagnoses):
        return target
    diagnoses.sort(key=lambda item: (ORDER[item.severity], item.accepted is not None))
    left = [item for item in diagnoses if item.severity == "warning" and item.accepted is None]
    only_accepted = target.verdict == "warnings" and not left
    return msgspec.structs.replace(
        target,
        diagnoses=tuple(diagnoses),
        verdict="healthy" if only_accepted else target.verdict,
    )


def _with_acceptance(item: Diagnosis, entries: Sequence[Acceptance]) -> Diagnosis:
    if item.severity == "error":
        return item
    entry = next((entry for entry in entries if entry.code == item.code), None)
    return item if entry is None else msgspec.structs.replace(item, accepted=entry)


# --- what is said of an entry ---------------------------------------------------------------------


def _notice(
    report: Report,
    entry: Acceptance,
    area: Area | None,
    today: date | None,
    setups: Collection[str] | None,
) -> Notice | None:
    severities = [
        item.severity
        for target in report.targets
        if _is_about(entry, target)
        for item in target.diagnoses
        if item.code == entry.code
    ]
    if "error" in severities:
        words = f"{entry.code} is an error here, and only warnings can be accepted"
        return _of(entry, "acceptance-of-error", words)
    if "warning" in severities and not _holds(entry, today):
        words = f"{entry.code} was accepted until {entry.until}, and is no longer"
        return _of(entry, "acceptance-ended", words)
    if severities or setups is None or report.not_checked or report.faults:
        return None
    if entry.setup and not any(_is_in(entry.setup, name) for name in setups):
        words = f"accepts {entry.code} for a set-up, and none has {quoted(entry.setup)} in its name"
        return _of(entry, "acceptance-unused", words)
    if _is_gone(report, entry, area):
        words = f"accepts {entry.code}, which is not found any more: remove the entry"
        if report.settings_alone:  # the programs run elsewhere
            words = (
                f"accepts {entry.code}, which no file here shows: remove the entry, unless it is "
                "for the environment of a deployment"
            )
        return _of(entry, "acceptance-unused", words)
    return None


def _of(
    entry: Acceptance,
    kind: Literal["acceptance-of-error", "acceptance-ended", "acceptance-unused"],
    words: str,
) -> Notice:
    return Notice(kind=kind, severity="warning", text=words, file=entry.file, line=entry.line)


def _is_gone(report: Report, entry: Acceptance, area: Area | None) -> bool:
    """Whether the finding would have shown if it were there still."""
    about = [target for target in report.targets if _is_about(entry, target)]
    # none: of equal ways one was checked
    return bool(about) and all(_would_show(target, entry.code, area) for target in about)


def _would_show(target: TargetReport, code: str, area: Area | None) -> bool:
    explained = {each for item in target.diagnoses for each in item.consequences}
    if code in explained or code in PASSING or area not in LOOKED_AT:
        return False
    if target.run.settings.elsewhere:
        return area == "settings" and code not in NOT_BY_FILES
    if target.verdict not in ("healthy", "warnings"):
        return False
    made = {check.name for check in target.checks if check.status != "skipped"}
    if area == "sender" and (target.run.policy is None or not target.run.policy.known):
        return False
    if area == "dns" and not _asked_as_programs_do(target):
        return False
    return LOOKED_AT[area] in made


def _asked_as_programs_do(target: TargetReport) -> bool:
    """Not with --connect-to, which needs no name, nor with --nameserver, beside this machine's."""
    resolvers = target.observations.first(ResolverConfiguration)
    of_machine = resolvers is None or resolvers.source != "--nameserver"
    return of_machine and target.observations.first(SystemLookup) is not None


def shown_notices(report: Report, *, verbose: bool = False) -> Iterator[Notice]:
    """Those that somebody wants to read; which file was read only who asks for everything."""
    return (item for item in report.notices if verbose or item.kind != "configuration")


def notice_words(notice: Notice) -> str:
    """The sentence with its place before it."""
    return f"{notice.file}:{notice.line}: {notice.text}" if notice.file else notice.text


def title_words(item: Diagnosis) -> str:
    """The title, and why it is accepted where it is."""
    if item.accepted is None:
        return item.title
    return f"{item.title} ({acceptance_words(item.accepted)})"


def acceptance_words(accepted: Acceptance) -> str:
    """Why something is accepted, and until when, to stand in brackets."""
    until = f", until {accepted.until}" if accepted.until is not None else ""
    return f"accepted: {quoted(accepted.reason)}{until}"
