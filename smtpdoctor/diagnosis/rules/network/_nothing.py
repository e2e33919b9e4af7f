"""A machine from which nothing is reached: what failed for it, and whether packets leave at all.

Seen from connects that all fail, literal addresses included, or from a look-up that no name server
beyond this network answered while those addresses don't answer either.
"""

from __future__ import annotations

from functools import cached_property

from smtpdoctor.addresses import is_loopback
from smtpdoctor.diagnosis.model import Evidence
from smtpdoctor.diagnosis.rules.dns._names import NO_ANSWER, Asked, server_address
from smtpdoctor.diagnosis.rules.network import _reach
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import ConnectAttempt, NameServerAnswer


class Nothing:
    """What the two codes for such a machine ask: `explains` is empty where something is reached."""

    def __init__(self, run: Run, code: str) -> None:
        self.run = run
        self.reach = _reach.Reach(run)
        self.attempts = self.reach.by_code.get(code, [])
        self.asked = Asked(run)
        self._code = code

    @property
    def explains(self) -> tuple[str, ...]:
        if self.attempts:
            return _reach.ids(self.attempts)
        wanted = "proxy-only-network" if self.reach.proxies else "no-network"
        failed = self.asked.failed
        if failed is None or self._code != wanted or not self.asked.only_near_servers_fail:
            return ()
        looked = bool(self.landmarks) and not any(
            item.outcome in _reach.ANSWERS for item in self.landmarks
        )
        return (failed.id,) if looked else ()

    @property
    def landmarks(self) -> list[ConnectAttempt]:
        """Literal addresses on 443; of one family where connects of that family have failed."""
        if self.attempts:
            return self.reach.landmarks
        return self.run.connects("control-address")

    @property
    def no_route(self) -> bool:
        """The system itself knows no way, so no packet leaves."""
        return all(item.outcome == "no-route" for item in self.attempts or self.landmarks)

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

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        if self.attempts:
            return self.reach.evidence(self._code)
        names = ", ".join(item.address for item in self.landmarks)
        how = "there is no route to" if self.no_route else "no answer came on port 443 from"
        return (Evidence(check="reach", text=f"{how} {names}"), *self.asked.evidence())
