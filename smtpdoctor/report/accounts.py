"""Set-ups of one account: what the one login came to, told of those that leave it to another.

Knows the targets of one run. Must not know which of them logs in (`plans`). Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from smtpdoctor.observations import AnyObservation, Exchange, Observations, SettingsRead
from smtpdoctor.report.model import TargetReport, judge
from smtpdoctor.settings.model import MADE_BEFORE, Withheld, WithheldReason


def told_of_logins(targets: Iterable[TargetReport]) -> list[TargetReport]:
    """The targets; one whose login another made is as open as that one's, so that none is called
    healthy with a password that was refused, or that nobody tried."""
    targets = list(targets)
    by_name = {target.setup.name: target for target in targets if target.setup is not None}
    return [_told(target, by_name) for target in targets]


def _told(target: TargetReport, others: dict[str, TargetReport]) -> TargetReport:
    withheld = target.run.settings.withheld
    if withheld is None or withheld.reason != "tried-already" or withheld.place not in others:
        return target
    reason = _outcome(others[withheld.place])
    if reason == withheld.reason:
        return target
    withheld = msgspec.structs.replace(withheld, reason=reason)
    told = Observations(_with(item, withheld) for item in target.observations)
    return judge(told, seconds=target.seconds)


def _outcome(first: TargetReport) -> WithheldReason:
    logins = first.observations.of(Exchange, step="auth")
    before = first.run.settings.withheld
    if logins:
        return "tried-already" if logins[-1].ok else "tried-in-vain"
    if before is None or before.reason not in MADE_BEFORE:
        return "not-come-to"
    return "tried-already" if before.reason == "not-due" else "tried-in-vain"


def _with(item: AnyObservation, withheld: Withheld) -> AnyObservation:
    if not isinstance(item, SettingsRead):
        return item
    settings = msgspec.structs.replace(item.settings, withheld=withheld)
    return msgspec.structs.replace(item, settings=settings)
