"""The step at which the configured server refused, and what its words mean: one reply, one code.

What words mean is the knowledge base's; what a step and a bare reply code mean without them stands
in `CODES`. The provider is known from host and certificate, never from a text: the same words come
from several.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.observations import Exchange, Step
from smtpdoctor.settings.model import SUBMISSION
from smtpdoctor.smtp.replies import Reply

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.run import Run
    from smtpdoctor.diagnosis.views.session import SessionView

#: The first two are read by their words alone: without known words a rule of their own has them.
OPENING: tuple[Step, ...] = ("greeting", "ehlo")
STEPS: tuple[Step, ...] = ("auth", "mail", "rcpt", "data")

#: What a refused AUTH, MAIL or RCPT means by itself. The first that fits counts, in this order.
Meaning = Literal[
    "no-mechanism",  # the doctor itself ended an AUTH that it can't do
    "login-not-kept",  # MAIL or RCPT wants a login, or TLS, as if there had been none
    "not-for-this-sender",  # MAIL wants a login after the login
    "not-to-this-recipient",  # RCPT does: "relay access denied"
    "not-known",  # AUTH without words that are known
    "too-large",
    "not-now",
]

CODES: dict[Meaning, str] = {
    "no-mechanism": "auth-mechanism-unsupported",
    "login-not-kept": "login-not-kept",
    "not-for-this-sender": "sender-not-allowed",
    "not-to-this-recipient": "recipient-rejected",
    "not-known": "credentials-rejected",
    "too-large": "message-too-large",
    "not-now": "server-busy",
}


NAME = "ehlo-rejected"
REJECTED = CODES["not-known"]
TOO_LARGE = CODES["too-large"]
#: What words mean that demand TLS before a login, or a login before the mail.
TLS_FIRST = "tls-required"
LOGIN_FIRST = "credentials-missing"

#: A denial of a client for no reason of its own: one that speaks of a list or a name goes on.
_BARE_DENIAL = re.compile(
    r"(client host rejected|access denied|sender address rejected|recipient address rejected)"
    r": (access denied|not logged in)\W*$",
    re.IGNORECASE | re.MULTILINE,
)


_OF_A_RECIPIENT = re.compile(r"\brecipients?\b|\bdestination\b", re.IGNORECASE)


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """The step of the configured way that the server refused.

    `rule` is what is known of the words, None where only the code speaks. `failed` are the ids of
    every failed attempt at this step: AUTH may be tried with a second mechanism.
    """

    code: str
    exchange: Exchange
    reply: Reply
    rule: knowledge.ReplyRule | None
    failed: tuple[str, ...]


def refusal(  # branches: what else a refused step may mean, in its order
    run: Run,
) -> Refusal | None:
    """The refusal of the configured way; None where nothing was refused, or nothing names it."""
    main = run.main
    if main is None:
        return None
    opening = _refused_opening(main)
    exchange = opening or _refused_step(main)
    if exchange is None or exchange.reply is None:
        return None
    login = _login_that_was_none(main, exchange)
    if login is not None and login.reply is not None:
        rule = knowledge.interpret(run.provider, "auth", as_sent(login.reply))
        return Refusal(
            code=rule.code if rule is not None else CODES["no-mechanism"],
            exchange=login,
            reply=login.reply,
            rule=rule,
            failed=(exchange.id,),
        )
    if taken_under_full_name(run, exchange) is not None:
        rule = knowledge.interpret(run.provider, exchange.step, as_sent(exchange.reply))
        return Refusal(
            code=NAME,
            exchange=exchange,
            reply=exchange.reply,
            rule=rule if rule is not None and rule.code == NAME else None,
            failed=tuple(
                item.id for item in main.exchanges if item.step == exchange.step and not item.ok
            ),
        )
    if taken_without_parameters(run, exchange) is not None:
        return None  # mail-parameters-refused reads it
    if run.offer.refused_auth is exchange and only_begun(exchange):
        return None  # tls-required and auth-impossible-in-clear read it
    rule = knowledge.interpret(run.provider, exchange.step, as_sent(exchange.reply))
    if opening is not None:
        code = rule.code if rule is not None else None
    else:
        code = _code(main, exchange, exchange.reply, rule)
    if code is None:
        return None
    return Refusal(
        code=code,
        exchange=exchange,
        reply=exchange.reply,
        rule=rule if rule is not None and rule.code == code else None,
        failed=(exchange.id,)
        if opening is not None
        else tuple(
            item.id for item in main.exchanges if item.step == exchange.step and item.ok is False
        ),
    )


def _login_that_was_none(main: SessionView, exchange: Exchange) -> Exchange | None:
    """AUTH that was refused with a code that the client takes for "logged in already" (503), where
    the server then demands the login at MAIL or RCPT."""
    login = main.step("auth")
    if login is None or not login.ok or login.reply is None or login.reply.category == 2:
        return None
    demanded = exchange.reply is not None and exchange.reply.code == 530
    return login if demanded and exchange.step in ("mail", "rcpt") else None


def taken_under_full_name(run: Run, exchange: Exchange) -> Exchange | None:
    """The same envelope, taken after an EHLO with a full name: the name was refused before."""
    if exchange.step not in ("mail", "rcpt"):
        return None
    others = (
        item
        for item in run.observations.of(Exchange, step="rcpt", ok=True)
        if item.under_name and item.connection == f"{exchange.connection} as {item.under_name}"
    )
    return next(others, None)


def taken_without_parameters(run: Run, exchange: Exchange) -> Exchange | None:
    """The same MAIL without its parameters, where the server took that after refusing this one. A
    size that is too large is refused for its value (RFC 1870 §6.1), not as a parameter."""
    reply = exchange.reply
    rule = knowledge.interpret(None, "mail", as_sent(reply)) if reply is not None else None
    if reply is None or reply.code == 552 or (rule is not None and rule.code == TOO_LARGE):
        return None
    found = run.observations.first(
        Exchange, connection=f"{exchange.connection} without parameters", step=exchange.step
    )
    return found if found is not None and found.ok else None


def _refused_opening(main: SessionView) -> Exchange | None:
    """The greeting or EHLO where that was answered, and not with what was wanted."""
    for exchange in main.exchanges:
        if exchange.step in OPENING and exchange.ok is False:
            return exchange if exchange.outcome == "reply" else None
    return None


def _refused_step(main: SessionView) -> Exchange | None:
    for name in STEPS:
        step = main.step(name)
        if step is not None and step.ok is False:
            refused = step.reply is not None and step.reply.category in (4, 5)
            return step if refused or (step.cancelled and not unproved(step)) else None
    return None


def _code(
    main: SessionView, exchange: Exchange, reply: Reply, rule: knowledge.ReplyRule | None
) -> str | None:
    """The code of a refused AUTH, MAIL or RCPT: known words say it, else what the step means by
    itself. None where nothing names it, or server-proof-failed reads it."""
    if unproved(exchange):
        return None
    wants_login = rule is not None and rule.code == LOGIN_FIRST
    again = wants_login and main.logged_in
    if main.logged_in and exchange.step != "auth" and rule is not None and rule.code == TLS_FIRST:
        # one who takes mail over TLS alone may be asked for further on, where this server can't
        onwards = exchange.step == "rcpt" and _OF_A_RECIPIENT.search(reply.text) is not None
        return CODES["not-to-this-recipient" if onwards else "login-not-kept"]
    unjudged = only_begun(exchange) and rule is not None and rule.code == REJECTED
    if (
        rule is not None
        and not (exchange.cancelled or again or unjudged)
        and not _asks_in_vain(exchange, wants_login=wants_login)
    ):
        if login_counts_instead(main, exchange, reply):
            return "credentials-missing"
        return rule.code
    meaning = _meaning(exchange, reply, wants_login=wants_login, wants_login_again=again)
    return CODES[meaning] if meaning is not None else None


def only_begun(exchange: Exchange) -> bool:
    """Whether AUTH was begun with the mechanism's name alone: a refusal judges no credentials."""
    return exchange.step == "auth" and exchange.sent == f"AUTH {exchange.mechanism}"


def _asks_in_vain(exchange: Exchange, *, wants_login: bool) -> bool:
    """Whether AUTH itself was answered with "log in first": nothing was judged."""
    return exchange.step == "auth" and wants_login


def _meaning(
    exchange: Exchange, reply: Reply, *, wants_login: bool, wants_login_again: bool
) -> Meaning | None:
    if (
        exchange.cancelled
        or only_begun(exchange)
        or _asks_in_vain(exchange, wants_login=wants_login)
    ):
        return "no-mechanism"
    if wants_login_again:
        if reply.code == 530:
            return "login-not-kept"
        # who has logged in is told by "relay access denied" that he may not send this
        return "not-for-this-sender" if exchange.step == "mail" else "not-to-this-recipient"
    if exchange.step == "auth":
        return "not-known"
    if reply.code in (452, 552) and " SIZE=" in exchange.sent:  # RFC 1870 §6.1
        return "too-large"
    return "not-now" if reply.category == 4 else None


def login_counts_instead(main: SessionView, exchange: Exchange, reply: Reply) -> bool:
    """Whether the server turns every client away that has not logged in, as Postfix's submission
    service does (`permit_sasl_authenticated, reject`). That names no fault of the address."""
    if main.logged_in or exchange.step not in ("mail", "rcpt", "data"):
        return False
    capabilities = main.capabilities()
    takes_logins = main.session.port in SUBMISSION or bool(capabilities and capabilities.auth)
    return takes_logins and _BARE_DENIAL.search(reply.text) is not None


def unproved(exchange: Exchange) -> bool:
    """Whether the server accepted the login, or went on with it, without the proof that it owes."""
    accepted = exchange.reply is not None and exchange.reply.category == 2
    wrong = exchange.server_proof == "wrong"
    return wrong or (accepted and exchange.server_proof == "missing")


def as_sent(reply: Reply) -> str:
    """The reply with its code before every line, as the knowledge base's patterns want it."""
    *before, last = reply.lines or ("",)
    return "\n".join([*(f"{reply.code}-{line}" for line in before), f"{reply.code} {last}"])
