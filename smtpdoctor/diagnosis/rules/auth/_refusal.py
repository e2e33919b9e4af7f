"""What a refusal of AUTH, MAIL or RCPT says: one reply, one code, read in the stage it came in.

The words are the knowledge base's; what a bare reply code means stands in `_code`. The provider
is known from host and certificate, never from a text: the same words come from several.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.model import Evidence
from smtpdoctor.diagnosis.rules.tls import _ways
from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.observations import Exchange, Step
from smtpdoctor.smtp.replies import Reply
from smtpdoctor.text import foreign

STEPS: tuple[Step, ...] = ("auth", "mail", "rcpt")

#: The configured server as titles name it.
where = _ways.where

#: What of a reply is quoted: all of it, as far as a person would read.
QUOTED = 300


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


def refusal(run: Run, *codes: str) -> Refusal | None:
    """The refusal of the configured way, where its code is one of these (or any, without)."""
    main = run.main
    exchange = _refused_step(main) if main else None
    if main is None or exchange is None or exchange.reply is None:
        return None
    rule = knowledge.interpret(run.provider, exchange.step, as_sent(exchange.reply))
    code = _code(main, exchange, exchange.reply, rule)
    if code is None or (codes and code not in codes):
        return None
    return Refusal(
        code=code,
        exchange=exchange,
        reply=exchange.reply,
        rule=rule if rule is not None and rule.code == code else None,
        failed=tuple(
            item.id for item in main.exchanges if item.step == exchange.step and item.ok is False
        ),
    )


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
    if unproved(exchange):
        return None
    if exchange.cancelled:
        return "auth-mechanism-unsupported"
    if rule is not None:
        if rule.code == "credentials-missing" and logged_in(main):
            if reply.code == 530:
                return None  # it wants the login that it has just accepted: nothing to name
            # who has logged in is told by "relay access denied" that he may not send this
            return "sender-not-allowed" if exchange.step == "mail" else "recipient-rejected"
        return rule.code
    if exchange.step == "auth":
        return "credentials-rejected"
    if reply.code in (452, 552) and " SIZE=" in exchange.sent:  # RFC 1870 §6.1
        return "message-too-large"
    if exchange.step == "mail" and reply.code == 501:  # RFC 5321 §4.2.2: a syntax error
        return "sender-malformed"
    return "server-busy" if reply.category == 4 else None


def unproved(exchange: Exchange) -> bool:
    """Whether the server accepted the login, or asked us to go on, without the proof it owes."""
    accepted = exchange.reply is not None and exchange.reply.category == 2
    return exchange.server_proof in ("wrong", "missing") and (
        accepted or exchange.server_proof == "wrong"
    )


def logged_in(main: SessionView) -> bool:
    """Whether a login worked on this session."""
    login = main.step("auth")
    return login is not None and login.ok is True


def as_sent(reply: Reply) -> str:
    """The reply with its code before every line, as the knowledge base's patterns want it."""
    *before, last = reply.lines or ("",)
    return "\n".join([*(f"{reply.code}-{line}" for line in before), f"{reply.code} {last}"])


def said(reply: Reply) -> str:
    """The reply as evidence quotes it, its lines parted by slashes."""
    text = f"{reply.code} {' / '.join(reply.lines)}".strip()
    return foreign(text, QUOTED)


def evidence(run: Run, refused: Refusal) -> tuple[Evidence, ...]:
    """What the server said, and what is known of these words at this provider."""
    return (seen(run, refused), *known(run, refused))


def seen(run: Run, refused: Refusal) -> Evidence:
    """The command and the server's reply."""
    exchange = refused.exchange
    command = f"AUTH {exchange.mechanism}" if exchange.step == "auth" else exchange.sent
    text = f'{where(run)} answered {command} with "{said(refused.reply)}"'
    return Evidence(check=exchange.check, text=text)


def known(run: Run, refused: Refusal) -> tuple[Evidence, ...]:
    """What the provider's own entry says of the words; nothing for words that anyone may use."""
    provider, rule = run.provider, refused.rule
    if provider is None or rule is None or rule not in provider.replies:
        return ()
    if not rule.verified:
        text = f"said of {provider.name}, not confirmed: {rule.cause}"
    else:
        text = f"known of {provider.name}: {rule.cause} {source(rule.sources)}"
    return (Evidence(check=refused.exchange.check, text=text.strip()),)


def source(sources: Sequence[str]) -> str:
    """The best of several sources: the vendor's own words before what others saw."""
    kinds = knowledge.sources()
    return cite(*sorted(sources, key=lambda item: kinds[item].kind != "vendor")[:1])


def advice(refused: Refusal, otherwise: str) -> str:
    """The knowledge base's fix for these words as a sentence, else this one."""
    return sentence(refused.rule.fix) if refused.rule else otherwise


def sentence(text: str) -> str:
    """Words of the knowledge base as a sentence."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
