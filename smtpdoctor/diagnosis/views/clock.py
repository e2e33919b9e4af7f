"""What a run shows of this machine's clock. Names no cause; times are UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import msgspec

from smtpdoctor.observations import CertificateSeen

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.run import Run

Side = Literal["behind", "ahead"]

#: A greeting's date further away than this is no matter of minutes or time zones.
DAY = timedelta(days=1)

#: RFC 5322 §3.3, as it stands in greetings: "Sun, 22 Nov 2026 07:00:00 +0000".
_DATE = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), *)?\d{1,2} "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}(?::\d{2})? "
    r"*(?:[+-]\d{4}|[A-Z]{1,4})"
)


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """One reason to think that the clock is wrong, and to which side."""

    side: Side
    seen: str
    certain: bool


def moment(text: str) -> datetime | None:
    """A time from its RFC 3339 text, or a date's midnight; None where it is neither."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def span(length: timedelta) -> str:
    """A length of time in words, rounded down: "3 days", "5 hours"."""
    seconds = abs(int(length.total_seconds()))
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


class ClockView:
    """The machine's own idea of the time of the run, and what speaks for and against it."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def now(self) -> datetime | None:
        """The time that the machine believes it is; None where it is not known."""
        return moment(self._run.place.clock) if self._run.place else None

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """Everything that speaks against the clock, the strongest first."""
        run, clock = self._run, self.now
        if clock is None:
            return ()
        return (*_before_release(run, clock), *_validity(run, clock), *_greetings(run, clock))

    @property
    def confirmed(self) -> bool:
        """Whether a greeting's date agrees with the clock."""
        clock = self.now
        return clock is not None and any(
            abs(date - clock) < DAY for date, _ in _greeting_dates(self._run)
        )

    def side_of(self, verify_code: int | None) -> Side | None:
        """The side on which the clock would have to be wrong for this verdict on a certificate."""
        sides: dict[int | None, Side] = {9: "behind", 10: "ahead"}
        side = sides.get(verify_code)
        return side if any(doubt.side == side for doubt in self.doubts) else None


def _before_release(run: Run, clock: datetime) -> list[Doubt]:
    released = moment(run.place.released) if run.place else None
    if released is None or clock >= released:
        return []
    seen = (
        f"this machine's clock says {clock:%Y-%m-%d %H:%M} UTC, before this smtpdoctor was "
        f"released ({released:%Y-%m-%d})"
    )
    return [Doubt(side="behind", seen=seen, certain=True)]


def _validity(run: Run, clock: datetime) -> list[Doubt]:
    """Two independent hosts, each with its own certificate, outside validity on the same side."""
    found = []
    sides: tuple[Side, ...] = ("behind", "ahead")
    for side in sides:
        seen: dict[str, str] = {}  # host by certificate
        for certificate in run.observations.of(CertificateSeen):
            if certificate.chain and _outside(certificate, clock) == side:
                seen.setdefault(certificate.chain[0].sha256, certificate.hostname)
        hosts = sorted(set(seen.values()))
        if len(hosts) > 1:
            word = "not valid yet" if side == "behind" else "expired"
            text = f"the certificates of {' and of '.join(hosts)} are both {word} by this clock"
            found.append(Doubt(side=side, seen=text, certain=True))
    return found


def _outside(seen: CertificateSeen, clock: datetime) -> Side | None:
    leaf = seen.chain[0]
    starts, ends = moment(leaf.not_before), moment(leaf.not_after)
    if starts is not None and clock < starts:
        return "behind"
    if ends is not None and clock > ends:
        return "ahead"
    return None


def _greetings(run: Run, clock: datetime) -> list[Doubt]:
    found = []
    for date, host in _greeting_dates(run):
        if abs(date - clock) < DAY:
            continue
        side: Side = "behind" if clock < date else "ahead"
        seen = (
            f"the greeting of {host} is dated {date:%Y-%m-%d %H:%M} UTC; this machine's clock "
            f"says {clock:%Y-%m-%d %H:%M} UTC, {span(date - clock)} {side}"
        )
        found.append(Doubt(side=side, seen=seen, certain=False))
    return found


def _greeting_dates(run: Run) -> list[tuple[datetime, str]]:
    found = []
    for view in run.sessions:
        reply = view.greeting.reply if view.greeting else None
        match = _DATE.search(reply.text) if reply else None
        if match is None:
            continue
        from email.utils import parsedate_to_datetime  # 20 ms: few greetings have a date

        try:
            date = parsedate_to_datetime(match[0])
        except ValueError:
            continue
        found.append((date if date.tzinfo else date.replace(tzinfo=UTC), view.session.host))
    return found
