"""What a set-up's program makes of its options, and which failures of the run come from that.

Names no cause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtpdoctor.observations import OptionRead
from smtpdoctor.settings.model import CREDENTIALS, RemarkKind, Setting, SetupRemark

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.run import Run

#: Refusals that a right user name or password would have spared.
LOGIN = ("credentials-rejected", "username-not-address", "credentials-missing")


def remarks(run: Run, kind: RemarkKind) -> list[SetupRemark]:
    """What of this kind the program makes of its options."""
    return [remark for remark in run.settings.remarks if remark.kind == kind]


def is_silent(run: Run) -> bool:
    """Whether the program hands no mail to a server at all, or stops before it does."""
    return any(remark.kind in ("not-sent", "fault") for remark in run.settings.remarks)


def stops(run: Run) -> list[OptionRead]:
    """The options for which the program stops before it sends."""
    return run.observations.of(OptionRead, ok=False)


def refused_password(run: Run) -> list[OptionRead]:
    """Where the program ends at its `.env`, if it is the password's line at which it does."""
    found = run.settings.password_readings
    if found is None or not found.known or found.altered[0].state != "refused":
        return []
    place = (found.file, found.line)
    return [
        each
        for each in stops(run)
        if (origin := each.remark.origin) is not None and (origin.file, origin.line) == place
    ]


def half_logins(run: Run) -> list[OptionRead]:
    """Where the program ends at one half of a login whose other half is there under a name that it
    does not read."""
    near = [item for item in run.settings.near_misses if item.field in CREDENTIALS]
    alone = (run.settings.username is None) is not (run.settings.has_secret is False)
    if not near or not alone:
        return []
    return [each for each in stops(run) if each.remark.field in CREDENTIALS]


def stops_at(run: Run, entry: Setting) -> tuple[str, ...]:
    """The observations of a program that stops at this very text: what is wrong with the text says
    more than that the program stops."""
    return tuple(read.id for read in stops(run) if read.remark.text == entry.text)


def failures(run: Run, remark: SetupRemark) -> tuple[str, ...]:
    """The observations that failed because the program reads this option so; none where the way
    that it leads to works, or fails for another reason.

    mode: the port was seen to speak another one, or is known to. port: another port of the host
    worked where the configured one failed. host: nothing answers where the program goes instead.
    user name, password, sender: the server refused it.
    """
    if remark.field == "tls":
        return run.mode.fault or run.mode.foretold
    if remark.field == "port":
        others = [way for way in run.working_ways if way.host == run.settings.host]
        return () if run.way_worked or not others else (*run.mode.fault, *_not_reached(run))
    if remark.field == "host":
        return () if run.way_worked else _not_reached(run)
    wanted: dict[str, tuple[str, ...]] = {
        "username": LOGIN,
        "password": LOGIN,
        "token": LOGIN,
        "sender": ("sender-not-allowed", "sender-not-verified"),
    }
    refused = run.refused_as(*wanted.get(remark.field or "", ()))
    return refused.failed if refused is not None else ()


def _not_reached(run: Run) -> tuple[str, ...]:
    return tuple(attempt.id for attempt in run.connects() if attempt.ok is False)
