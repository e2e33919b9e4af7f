"""One account is logged in once, however many targets name it.

Knows which accounts were tried, where in the input, and what came of it. Must not know how a login
is made. Of names and passwords it keeps digests only, whose key ends with the process.
"""

from __future__ import annotations

import secrets
from hashlib import blake2b

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.examination.plan import Plan
from smtpdoctor.observations import Exchange
from smtpdoctor.report.model import WORST_FIRST, NotChecked, Report
from smtpdoctor.settings.model import Credentials, Withheld

#: What came of a login whose run was ended before it could say so.
UNKNOWN = "unknown"
WORKED = "worked"


class Login(msgspec.Struct):
    """The one login of an account: its target's place, and what came of it: WORKED, UNKNOWN or the
    code of the cause; "" while it is not over."""

    position: int
    secret: bytes
    outcome: str = ""


class Accounts:
    """The accounts of all targets."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._logins: dict[bytes, Login] = {}

    def key_of(self, plan: Plan) -> bytes | None:
        """The account that a run would log in as, None where it logs in nowhere."""
        if not plan.settings.has_credentials or "auth" not in plan.selected:
            return None
        host = plan.host.lower().rstrip(".")
        provider = knowledge.provider_of(host)
        home = host if provider is None else provider.id
        return self._digest(f"{home}\0{plan.credentials.username}")

    def login_of(self, account: bytes) -> Login | None:
        """The login that was begun or made with this account."""
        return self._logins.get(account)

    def begin(self, account: bytes, plan: Plan, position: int, outcome: str = "") -> None:
        """A run with this account begins, or, with an outcome, was there before."""
        secret = plan.credentials.token or plan.credentials.password
        digest = self._digest(secret.reveal() if secret is not None else "")
        self._logins[account] = Login(position=position, secret=digest, outcome=outcome)

    def settle(self, account: bytes, report: Report | None) -> str:
        """What came of the run's login; "" where it never came so far, and another may try."""
        outcome = UNKNOWN if report is None else outcome_of(report)
        if outcome:
            self._logins[account].outcome = outcome
        else:
            del self._logins[account]
        return outcome

    def has_same_secret(self, login: Login, plan: Plan) -> bool:
        """Whether this run would log in with the same password or token."""
        secret = plan.credentials.token or plan.credentials.password
        return secret is not None and self._digest(secret.reveal()) == login.secret

    def _digest(self, text: str) -> bytes:
        return blake2b(
            text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16
        ).digest()


def outcome_of(report: Report) -> str:
    """What came of a run's login: WORKED, or the code of the cause; "" where none was made."""
    logins = report.observations.of(Exchange, step="auth")
    if not logins:
        return ""
    last = logins[-1]
    if last.ok:
        return WORKED
    codes = (item.code for item in report.diagnoses if last.id in item.explains)
    return next(codes, UNKNOWN)


def without_login(plan: Plan, name: str) -> Plan:
    """The same run, which leaves the login to another target: `name` is that one's place."""
    withheld = Withheld(reason="another-target", host=plan.host, place=name)
    settings = msgspec.structs.replace(
        plan.settings, username=None, has_password=False, has_token=False, withheld=withheld
    )
    return msgspec.structs.replace(plan, settings=settings, credentials=Credentials())


def told_of_login(report: Report, login: Login, name: str, *, same: bool) -> Report:
    """The report, with what the account's one login came to at `name`: where it didn't work, the
    account of this target is no sound one either, and with another password it stays open."""
    if not same:
        why = f"{name} tried this account with another password: an account is logged in once"
    elif login.outcome == WORKED:
        return report
    elif login.outcome == UNKNOWN:
        why = f"{name} tried this account: whether the login works, was not seen"
    else:
        why = f"{name} tried this account: {login.outcome}"
    left = (*report.not_checked, NotChecked(setup="login", why=why))
    verdict = min(report.verdict, "inconclusive", key=WORST_FIRST.index)
    return msgspec.structs.replace(report, verdict=verdict, not_checked=left)
