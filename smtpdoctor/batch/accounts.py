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

#: What an account is known by: a digest of the server's name with the user's, and one of its
#: address with it. Of two targets with one in common the account is the same.
Account = tuple[bytes, ...]

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
        told: Callable[[Account, Login], None] = lambda account, login: None,
    ) -> None:
        self._key = key
        self._key_of_secrets = secrets.token_bytes(16)
        self._logins: dict[bytes, Login] = dict(before or {})
        # of those alone that an earlier run made
        self._before = {login.position: login for login in self._logins.values()}
        self._told = told

    def key_of(self, plan: Plan, server: str) -> Account | None:
        """The account that a run would log in as, None where it logs in nowhere. `server` is its
        server's address, as far as it is known: a server may have any number of names."""
        if not plan.settings.may_log_in or "auth" not in plan.selected:
            return None
        host = plan.host.lower().rstrip(".")
        provider = knowledge.provider_of(host)
        home = host if provider is None else provider.id
        user = plan.credentials.username
        names = dict.fromkeys((home, server))
        return tuple(_digest(f"{name}\0{user}", self._key) for name in names)

    def login_of(self, account: Account) -> Login | None:
        """The login that is under way or was made with this account."""
        found = next((self._logins[key] for key in account if key in self._logins), None)
        if found is not None and found.outcome:
            for key in account:  # where a name moves to another address, that one's is the same
                self._logins.setdefault(key, found)
        return found

    def claim(self, account: Account, plan: Plan, position: int) -> None:
        """A run begins that logs in with this account; nobody else does from then on."""
        login = Login(position, secret=self._secret_of(plan))
        self._logins.update(dict.fromkeys(account, login))

    def goes_out(self, account: Account) -> None:
        """The login is sent now."""
        self._told(account, self._logins[account[0]])

    def lost(self, account: Account) -> Login:
        """The run has gone, and nobody saw what came of its login, if it sent one."""
        login = self._logins[account[0]]
        login.outcome = UNKNOWN
        return login

    def settle(self, account: Account, report: Report | None) -> None:
        """The run is over; one whose login never went out leaves the account to the next."""
        login = self._logins[account[0]]
        if login.outcome != UNKNOWN:
            login.outcome = UNKNOWN if report is None else outcome_of(report)
        if login.outcome:
            self._told(account, login)
        else:
            for key in account:
                del self._logins[key]

    def seen_again(self, plan: Plan, position: int) -> None:
        """The target whose login an earlier run made: with which password is known now."""
        login = self._before.get(position)
        if login is not None and plan.settings.has_credentials:
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
