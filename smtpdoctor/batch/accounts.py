"""One account is logged in once, however many targets name it.

Knows which accounts were tried, where in the input, and what came of it. Must not know how a login
is made. Of names and passwords it keeps digests only; no password's digest leaves the process.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from hashlib import blake2b

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.examination.plan import Plan
from smtpdoctor.observations import Exchange
from smtpdoctor.report.model import WORST_FIRST, NotChecked, Report
from smtpdoctor.settings.model import Credentials, Withheld

WORKED = "worked"
#: A login went out whose end nobody has seen.
UNKNOWN = "unknown"


class Login(msgspec.Struct):
    """The one login of an account: its target's place, and what came of it: WORKED, UNKNOWN or the
    code of the cause; "" while it is not over. `secret` is None where an earlier run made it."""

    position: int
    outcome: str = ""
    secret: bytes | None = None


class Accounts:
    """The accounts of all targets.

    `key` is of the digests of accounts, `before` are logins that an earlier run of the same batch
    made. `told` is called when a login is about to go out and when it is over.
    """

    def __init__(
        self,
        *,
        key: bytes = b"",
        before: Mapping[bytes, Login] | None = None,
        told: Callable[[bytes, Login], None] = lambda account, login: None,
    ) -> None:
        self._key = key
        self._key_of_secrets = secrets.token_bytes(16)
        self._logins: dict[bytes, Login] = dict(before or {})
        self._told = told

    def key_of(self, plan: Plan) -> bytes | None:
        """The account that a run would log in as, None where it logs in nowhere."""
        if not plan.settings.has_credentials or "auth" not in plan.selected:
            return None
        host = plan.host.lower().rstrip(".")
        provider = knowledge.provider_of(host)
        home = host if provider is None else provider.id
        return _digest(f"{home}\0{plan.credentials.username}", self._key)

    def login_of(self, account: bytes) -> Login | None:
        """The login that is under way or was made with this account."""
        return self._logins.get(account)

    def claim(self, account: bytes, plan: Plan, position: int) -> None:
        """A run begins that logs in with this account; nobody else does from then on."""
        self._logins[account] = Login(position, secret=self._secret_of(plan))

    def goes_out(self, account: bytes) -> None:
        """The login is sent now."""
        self._told(account, self._logins[account])

    def lost(self, account: bytes) -> Login:
        """The run has gone, and nobody saw what came of its login, if it sent one."""
        login = self._logins[account]
        login.outcome = UNKNOWN
        return login

    def settle(self, account: bytes, report: Report | None) -> None:
        """The run is over; one whose login never went out leaves the account to the next."""
        login = self._logins[account]
        if login.outcome != UNKNOWN:
            login.outcome = UNKNOWN if report is None else outcome_of(report)
        if login.outcome:
            self._told(account, login)
        else:
            del self._logins[account]

    def seen_again(self, plan: Plan, position: int) -> None:
        """The target whose login an earlier run made: with which password is known now."""
        account = self.key_of(plan)
        login = self._logins.get(account) if account is not None else None
        if login is not None and login.position == position:
            login.secret = self._secret_of(plan)

    def has_same_secret(self, login: Login, plan: Plan) -> bool:
        """Whether this run would log in with the same password or token, as far as is known."""
        return login.secret is not None and login.secret == self._secret_of(plan)

    def _secret_of(self, plan: Plan) -> bytes:
        secret = plan.credentials.token or plan.credentials.password
        return _digest(secret.reveal() if secret is not None else "", self._key_of_secrets)


def _digest(text: str, key: bytes) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=16).digest()


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
    """The report, with what the account's one login came to at `name`: where it didn't work, this
    target's won't either, and with another password it stays open."""
    if login.outcome == UNKNOWN:
        why = f"{name} tried this account, and was ended before its login was over"
    elif not same:
        why = f"{name} tried this account with another password: an account is logged in once"
    elif login.outcome == WORKED:
        return report
    else:
        why = f"{name} tried this account: {login.outcome}"
    left = (*report.not_checked, NotChecked(setup="login", why=why))
    verdict = min(report.verdict, "inconclusive", key=WORST_FIRST.index)
    return msgspec.structs.replace(report, verdict=verdict, not_checked=left)
