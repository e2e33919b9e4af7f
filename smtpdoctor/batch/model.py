"""A target of many, and what came of it."""

from __future__ import annotations

import msgspec

from smtpdoctor.examination.plan import Plan
from smtpdoctor.report.model import Report


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One target: its place in the input, how it is named, and the run to make, or in one line why
    there is none. Holds credentials in its plan: never serialised."""

    position: int
    name: str = ""
    plan: Plan | None = None
    error: str = ""


class RunLostError(Exception):
    """The worker that made a run has gone; what the run had sent by then is not known."""


class RunFaultError(Exception):
    """A fault of smtpdoctor's own on a worker, in words."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one target: its report, or in one line why there is none (`error`).

    `position` is its place in the input. `target` names it, without what may be secret.
    `login_at` is the place of another target of the same account, which was logged in once, there.
    """

    position: int
    target: str = ""
    report: Report | None = None
    error: str = ""
    login_at: int | None = None

    def __repr__(self) -> str:
        """Which one, and what came of it."""
        what = self.error if self.report is None else repr(self.report)
        return f"<Checked {self.position} {self.target}: {what}>"
