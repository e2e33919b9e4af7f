"""A login's outcome, read off the run that made it, and told beside the runs that made none.

Knows reports. Must not know when a login is due (`schedule`), nor where it is kept (`history`).
Pure.
"""

from __future__ import annotations

import hashlib

import msgspec

from smtpdoctor.diagnosis.model import Severity, Verdict
from smtpdoctor.examination.plan import Plan
from smtpdoctor.observations import Exchange, Observations
from smtpdoctor.report.model import WORST_FIRST, TargetReport
from smtpdoctor.settings.model import Withheld, WithheldReason
from smtpdoctor.watch.model import Login, LoginResult

#: The checks whose steps in the session there are only after AUTH has begun.
FROM_LOGIN_ON = ("auth", "sender")

WHY_NOT: dict[LoginResult, WithheldReason] = {
    "accepted": "not-due",
    "begun": "failed-before",
    "failed": "failed-before",
    "refused": "refused-before",
}

#: The worst first.
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


def wants_login(plan: Plan) -> bool:
    """Whether this run would log in where the server lets it come so far."""
    return plan.settings.has_credentials and "auth" in plan.selected


def way_of(plan: Plan) -> str:
    """Stands for the settings that an accepted login depends on, beside the credentials."""
    now = plan.settings
    said = (now.tls, now.sender, now.recipient, now.size, now.ehlo, now.client, now.verify)
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()


def held_back(plan: Plan, last: Login, when: str) -> Plan:
    """The plan that goes as far as the login and not further; `when` is the last one's time."""
    withheld = Withheld(reason=WHY_NOT[last.result], host=plan.host, place=when)
    return msgspec.structs.replace(
        plan, settings=msgspec.structs.replace(plan.settings, withheld=withheld)
    )


def made_login(target: TargetReport) -> bool:
    """Whether this run sent an AUTH."""
    return bool(target.observations.of(Exchange, step="auth"))


def login_of(target: TargetReport, *, at: float, way: str) -> Login | None:
    """The login that this run made, None where it sent no AUTH."""
    tried = target.observations.of(Exchange, step="auth")
    if not tried:
        return None
    failed = [
        item.id
        for item in target.observations.of(Exchange)
        if item.check in FROM_LOGIN_ON and item.ok is False
    ]
    behind = _with_what_led_there(target.observations, failed)
    return Login(
        at=at,
        result=_result(tried[-1]),
        way=way,
        diagnoses=tuple(
            item
            for item in target.diagnoses
            if item.severity != "note" and behind.intersection(item.explains)
        ),
        unexplained=bool(behind.intersection(target.unexplained)),
    )


def _with_what_led_there(observations: Observations, failed: list[str]) -> set[str]:
    """These and all that they came after: a value in the settings may be a refusal's cause."""
    found: set[str] = set()
    queue = list(failed)
    while queue:
        item = observations.by_id(queue.pop())
        if item is not None and item.id not in found:
            found.add(item.id)
            queue += item.after
    return found


def _result(exchange: Exchange) -> LoginResult:
    if exchange.ok:
        return "accepted"
    code = exchange.reply.code if exchange.reply is not None else None
    # RFC 5321 §4.2.1: 4yz may be tried again as it is, 5yz not
    return "failed" if code is None or 400 <= code < 500 else "refused"


def with_login(target: TargetReport, login: Login | None) -> TargetReport:
    """The target's report with what stands of a login that an earlier run made."""
    if login is None or made_login(target):
        return target
    worse = {item.code: SEVERITIES.index(item.severity) for item in login.diagnoses}
    own = [
        item
        for item in target.diagnoses
        if SEVERITIES.index(item.severity) <= worse.get(item.code, len(SEVERITIES))
    ]
    known = {item.code for item in own}
    standing = [item for item in login.diagnoses if item.code not in known]
    return msgspec.structs.replace(
        target,
        # errors first, those of the way to the server before those of the login
        diagnoses=tuple(
            sorted([*own, *standing], key=lambda item: SEVERITIES.index(item.severity))
        ),
        verdict=_worst(target.verdict, _verdict(login)),
    )


def _verdict(login: Login) -> Verdict:
    """What stands of a login alone."""
    severities = {item.severity for item in login.diagnoses}
    if "error" in severities:
        return "broken"
    # accepted, what came after it may still have failed without a cause; not accepted, and why is
    # not known: it was cut short, or an older version wrote it down
    if login.unexplained or login.result != "accepted":
        return "inconclusive"
    return "warnings" if severities else "healthy"


def _worst(*verdicts: Verdict) -> Verdict:
    return min(verdicts, key=WORST_FIRST.index)
