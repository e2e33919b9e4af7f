"""What a watch keeps and tells: logins, the states of what is watched, rounds.

Pure data, without a secret: what stands here is written to a file.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from smtpdoctor.diagnosis.model import Diagnosis, Verdict
from smtpdoctor.report.model import Report, TargetReport

#: begun: its outcome has not got here, and never will where the watch ended in its midst. failed:
#: the server put it off (4xx), or gave no answer. refused: it said no (5xx), and asking again may
#: lock the account.
LoginResult = Literal["begun", "accepted", "failed", "refused"]

#: So many refusals of one password, with other settings beside it, and there is no further one.
MOST_REFUSED = 3

#: A verdict, or a set-up that is no longer found.
StateVerdict = Literal["healthy", "warnings", "broken", "inconclusive", "gone"]


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """The last login of an account: when it was made (seconds since 1970), what came of it, and
    what that run said of the steps from AUTH on. `way` stands for the settings beside the
    credentials that it was made with; behind it, with blanks between, stand those with which the
    same password was refused before. `unexplained`: it failed, and nothing says why.
    """

    at: float
    result: LoginResult
    way: str = ""
    diagnoses: tuple[Diagnosis, ...] = ()
    unexplained: bool = False

    @property
    def refused_ways(self) -> tuple[str, ...]:
        """Each way in which the server has refused this password since it took it last."""
        ways = tuple(self.way.split(" "))
        return ways if self.result == "refused" else ways[1:]

    def after(self, last: Login | None) -> Login:
        """This one with the refusals that `last` remembers; where it is accepted they are over."""
        before = last.refused_ways if last is not None and self.result != "accepted" else ()
        others = [way for way in before if way and way != self.way]
        return msgspec.structs.replace(self, way=" ".join([self.way, *others]))


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What one set-up or host came to in a round.

    `series` tells it from the others of its folder, whatever line it moves to; `name` is what
    people call it, `server` its host and port. `code` is the first error's, else the first
    warning's; "" where there is neither. `title` is one line. `since` and `changed` come with the
    history: when it became so (seconds since 1970), and whether that is now.
    """

    series: str
    name: str
    server: str
    verdict: StateVerdict
    code: str
    title: str
    login: Login | None = None
    target: TargetReport | None = None
    since: float = 0.0
    changed: bool = False


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One run over everything that is watched, at `at` (seconds since 1970).

    `whole` is the report with what stands of earlier logins, None where nothing could be checked.
    `fault` says in one line why that was, or why the history could not be used.
    """

    at: float
    states: tuple[State, ...] = ()
    whole: Report | None = None
    fault: str = ""
    logins: int = 0


__all__ = ["Login", "LoginResult", "Round", "State", "StateVerdict", "Verdict"]
