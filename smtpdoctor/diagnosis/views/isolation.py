"""A machine from which nothing is reached: what failed for it, and whether packets leave at all.

Seen from connects that all fail, literal addresses included, or from a look-up that no name server
beyond this network answered while those addresses don't answer either: `run.isolation`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from smtpdoctor.addresses import is_loopback
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.names import NO_ANSWER, server_address
from smtpdoctor.diagnosis.views.reach import ANSWERS, ids
from smtpdoctor.observations import ConnectAttempt, NameServerAnswer

#: Whether the environment names a proxy that would have led out.
Kind = Literal["no-way-out", "proxy-alone"]

CODES: dict[Kind, str] = {
    "no-way-out": "no-network",
    "proxy-alone": "proxy-only-network",
}


class Isolation:
    """What failed for it: `explains` is empty where something is reached."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.kind: Kind = "proxy-alone" if run.reach.proxies else "no-way-out"
        self.code = CODES[self.kind]
        self.attempts = run.reach.by_code.get(self.code, [])

    @property
    def explains(self) -> tuple[str, ...]:
        if self.attempts:
            return ids(self.attempts)
        failed = self.run.names.failed
        if failed is None or not self.run.names.only_near_servers_fail:
            return ()
        looked = bool(self.landmarks) and not any(
            item.outcome in ANSWERS for item in self.landmarks
        )
        return (failed.id,) if looked else ()

    @property
    def landmarks(self) -> list[ConnectAttempt]:
        """Literal addresses on 443; of one family where connects of that family have failed."""
        if self.attempts:
            return self.run.reach.landmarks
        return self.run.connects("control-address")

    @property
    def no_route(self) -> bool:
        """The system itself knows no way, so no packet leaves."""
        return all(item.outcome == "no-route" for item in self.attempts or self.landmarks)

    @property
    def other_family_works(self) -> bool:
        """Something is reached over the other family of addresses."""
        return any(
            item.ok and item.family != self.run.reach.family
            for purpose in ("control", "control-address", "other-host")
            for item in self.run.connects(purpose)
        )

    @cached_property
    def names_answer(self) -> bool | None:
        """Whether name servers beyond this machine answer; None where none was asked."""
        beyond = [
            answer
            for answer in self.run.observations.of(NameServerAnswer)
            if not is_loopback(server_address(answer.server))
        ]
        if not beyond:
            return None
        return any(answer.outcome not in NO_ANSWER for answer in beyond)
