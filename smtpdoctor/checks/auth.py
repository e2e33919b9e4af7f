"""The login: at most one, only inside verified TLS, with the mechanism the client would take."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal

from smtpdoctor import knowledge
from smtpdoctor.checks.session import SMTPSession
from smtpdoctor.observations import Exchange, LoginNotTried, Recorder, Trail
from smtpdoctor.settings.model import NO_LOGIN, Credentials, Settings
from smtpdoctor.smtp import authentication
from smtpdoctor.smtp.capabilities import Capabilities
from smtpdoctor.smtp.replies import Reply

#: Only these say that the mechanism, not the login, was refused (RFC 4954 §4, RFC 5321 §4.2.2).
MECHANISM_REFUSED = range(500, 505)
#: AUTH commands with the password in one run, whatever the server says to them.
MOST_LOGINS = 2


async def log_in(  # branches: each reason for not logging in, in its order
    session: SMTPSession,
    settings: Settings,
    credentials: Credentials,
    trail: Trail,
    *,
    turn: Callable[[], Awaitable[None]] | None = None,
) -> bool | None:
    """Try the login. True or False as it went, None where it was not tried (recorded why).

    `turn` is waited for when it is to begin: others may log in at this server, too.
    """
    session.trail = trail
    client = knowledge.client(settings.client, settings.client_version)
    own = settings.mechanisms or (client.auth_order if client is not None else ())
    offered = _open_to(session, client, own)
    reason = _reason_against(session, settings, client)
    if reason is None and not offered:
        reason = "not-offered"
    if reason == "not-offered" and goes_on_without(session, settings):
        reason = "done-without"
    token = credentials.token
    if reason is None and token is None and client is not None:
        reason = await _begin_others(session, client, credentials, offered, own)
    if reason == "refused":
        return False
    if reason is not None:
        refused = reason == "no-tls" and await _is_refused_in_clear(session, client, own)
        _not_tried(session, reason)
        return False if refused else None
    secret = token or credentials.password
    assert credentials.username is not None
    assert secret is not None
    logins = 0
    while True:
        name = authentication.choose(offered, _order(client, own), has_token=token is not None)
        if name is None:
            _not_tried(session, "no-shared-mechanism")
            return None
        try:
            mechanism = authentication.mechanism(
                name,
                credentials.username,
                secret.reveal(),
                settings.host or "",
                settings.port or 0,
            )
        except authentication.MechanismError:
            offered.remove(name)
            continue
        if settings.login_made_before:
            _not_tried(session, "not-due")
            return None
        if turn is not None and not logins:
            await turn()
        exchange = await session.authenticate(mechanism, _at_once(client))
        logins += 1
        if not _mechanism_refused(exchange) or len(offered) == 1 or logins == MOST_LOGINS:
            return bool(exchange.ok)
        offered.remove(name)


#: Replies to AUTH without a response that tell of the command's form alone (RFC 5321 §4.2.2, RFC
#: 4954 §4): with one they may be others. 535 judges credentials, and there were none.
OF_THE_FORM = (500, 501, 502, 504, 535)
#: RFC 4954 §4: the mechanism isn't served; RFC 5321 §4.2.2: a parameter isn't.
NOT_SERVED = 504
_OF_A_RESPONSE = re.compile(r"initial|response|argument|syntax", re.IGNORECASE)


async def _is_refused_in_clear(
    session: SMTPSession, client: knowledge.Client | None, own: tuple[str, ...]
) -> bool:
    """Whether a login that is announced without TLS is refused there: AUTH is begun with the name
    of a mechanism alone, and cancelled. No password is sent.

    Where one isn't served although it is announced, a client that tries all goes on to the next."""
    fitting = authentication.PASSWORD_MECHANISMS
    names = [name for name in session.capabilities.auth if name in fitting]
    wanted = [name for name in _order(client, own) if name in names]
    wanted += [name for name in names if name not in wanted]
    if client is not None and not client.auth_tries_all:
        del wanted[1:]
    for number, name in enumerate(wanted[:MOST_BEGUN], 1):
        is_last = number == len(wanted)
        exchange = await session.begin(name, tells=partial(_refuses_a_login, is_last=is_last))
        if exchange.ok is False:
            return True
        if exchange.reply is None or not _is_not_served(exchange.reply):
            return False
    return False


def _refuses_a_login(reply: Reply, *, is_last: bool) -> bool:
    if _is_not_served(reply):
        return is_last
    return reply.category == 5 and reply.code not in OF_THE_FORM


def _is_not_served(reply: Reply) -> bool:
    return reply.code == NOT_SERVED and _OF_A_RESPONSE.search(reply.text) is None


def goes_on_without(session: SMTPSession, settings: Settings) -> bool:
    """Whether the client, which finds no login here although it has one, sends without."""
    client = knowledge.client(settings.client, settings.client_version)
    return (
        settings.has_credentials
        and client is not None
        and client.logs_in_unoffered == "sends"
        and _read_by(client, session.capabilities) is None
    )


def _mechanism_refused(exchange: Exchange) -> bool:
    return (
        exchange.reply is not None
        and exchange.reply.code in MECHANISM_REFUSED
        # the server answers our own "*" with 501 (RFC 4954 §4); the login was under way by then
        and not exchange.cancelled
    )


def _at_once(client: knowledge.Client | None) -> tuple[str, ...]:
    """The mechanisms whose first answer goes with AUTH: the client's, and those for tokens."""
    if client is None:
        return authentication.AT_ONCE
    return (*client.answers_at_once, *authentication.TOKEN_MECHANISMS)


#: Of a client that tries them all the doctor tries one: that which most servers serve.
MOST_SERVED = ("LOGIN", "PLAIN")


def _order(client: knowledge.Client | None, own: tuple[str, ...]) -> tuple[str, ...]:
    if client is not None and client.auth_tries_all:
        first = [name for name in MOST_SERVED if name in own]
        return tuple(dict.fromkeys((*first, *own)))
    return own


#: No run says AUTH more often, a password in it or not.
MOST_BEGUN = 2
SPOKEN = (*authentication.PASSWORD_MECHANISMS, *authentication.TOKEN_MECHANISMS)


async def _begin_others(
    session: SMTPSession,
    client: knowledge.Client,
    credentials: Credentials,
    offered: list[str],
    own: tuple[str, ...],
) -> Literal["refused", "not-spoken"] | None:
    """Begin, without a secret, the mechanisms that the client takes before any that the doctor
    speaks. Where the server refuses one there, so it does the client; one that it goes on with
    can't be tried. Takes out of `offered` what the client goes on without."""
    taken = [name for name in own if name in offered]
    if client.auth_tries_all and any(name in SPOKEN for name in taken):
        return None
    refused, begun = False, 0
    for name in taken:
        if name in SPOKEN:
            return None
        domain = any(sign in (credentials.username or "") for sign in "@\\/")
        if name in client.auth_with_domain and not domain:
            offered.remove(name)
            continue
        if begun == MOST_BEGUN:
            return "not-spoken"
        begun += 1
        exchange = await session.begin(name)
        refused = exchange.ok is False
        if refused and not client.auth_tries_all:
            return "refused"
        if not refused:
            return "not-spoken"
        offered.remove(name)
    return "refused" if refused else None


def _open_to(
    session: SMTPSession, client: knowledge.Client | None, own: tuple[str, ...]
) -> list[str]:
    """The mechanisms that the client may use: those that it finds, or its own whatever it finds."""
    found = _read_by(client, session.capabilities)
    if client is None:
        return list(found or ())
    if client.insists == "always" or (client.insists == "with-auth" and found is not None):
        return list(own)
    if client.insists == "without-choice" and found == ():
        return list(own[:1])
    if not found and _unasked(session, client):
        return [client.after_helo] if client.after_helo else list(own)
    return list(found or ())


def _read_by(client: knowledge.Client | None, offer: Capabilities) -> tuple[str, ...] | None:
    """The mechanisms that the client finds in what the server announces; None without AUTH."""
    if client is None:
        return offer.auth
    return offer.auth_as_read(client.offers)


def _unasked(session: SMTPSession, client: knowledge.Client | None) -> bool:
    """Whether the client logs in here although HELO told nothing of what is offered."""
    return session.by_helo and client is not None and client.logs_in_after_helo


def _reason_against(
    session: SMTPSession, settings: Settings, client: knowledge.Client | None = None
) -> str | None:
    """Why no password goes out here, None where it may."""
    if settings.withheld is not None and not settings.has_credentials:
        return "withheld"
    if not settings.has_credentials:
        return "no-credentials"
    if settings.login_fault is not None:
        return settings.login_fault
    if settings.host and knowledge.nearest_host(settings.host) is not None:
        return "host-suspicious"
    if not session.in_tls:
        # nothing offered in clear may well be offered inside TLS: the rules tell
        return "no-tls" if session.capabilities.auth or _unasked(session, client) else "not-offered"
    if not session.verified:
        return "unverified" if settings.verify else "verification-disabled"
    return None


def _not_tried(session: SMTPSession, reason: str) -> None:
    session.trail.record(
        LoginNotTried(
            connection=session.connection,
            reason=reason,  # type: ignore[arg-type]
            offered=session.capabilities.auth,
            ok=False if reason in ("not-offered", "no-shared-mechanism", *NO_LOGIN) else None,
        )
    )


def prepare(credentials: Credentials, settings: Settings, recorder: Recorder) -> None:
    """Tell the redactor what is secret and what is not, before anything is read or sent."""
    secrets = [item.reveal() for item in (credentials.password, credentials.token) if item]
    if settings.host and knowledge.provider_of(settings.host) is not None:
        # a provider's public name is nobody's password, and a report without it says nothing
        secrets = [text for text in secrets if text != settings.host]
    if not secrets:
        return
    redactor = recorder.redactor
    named = (settings.host, settings.sender, settings.recipient, settings.ehlo, settings.username)
    # a user name that is the token is as secret (Postmark); an address is told as an address
    redactor.know(
        *(text for text in named if text and (text not in secrets or "@" in text)),
        dictionary=knowledge.is_public_word,
    )
    redactor.add(*secrets)
