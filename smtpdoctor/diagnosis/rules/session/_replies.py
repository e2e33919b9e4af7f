"""Which code a refusal of the configured session belongs to: one reply, one code.

Knows the greeting and EHLO by the words of the knowledge base; what comes after them is read
where the rules for AUTH and MAIL read it.
"""

from __future__ import annotations

import re

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Evidence
from smtpdoctor.diagnosis.rules.auth import _refusal
from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.observations import Exchange
from smtpdoctor.smtp.replies import Reply


def refused(run: Run, code: str) -> _refusal.Refusal | None:
    """The refusal of the configured session whose words mean this code."""
    exchange = _refused_opening(run.main) if run.main else None
    if exchange is None or exchange.reply is None:
        return _refusal.refusal(run, code)
    said = _refusal.as_sent(exchange.reply)
    rule = knowledge.interpret(run.provider, exchange.step, said)
    if rule is None or rule.code != code:
        return None
    return _refusal.Refusal(
        code=code, exchange=exchange, reply=exchange.reply, rule=rule, failed=(exchange.id,)
    )


def _refused_opening(main: SessionView) -> Exchange | None:
    """The greeting or EHLO where that was answered, and not with what was wanted."""
    for exchange in main.exchanges:
        if exchange.step in ("greeting", "ehlo") and exchange.ok is False:
            return exchange if exchange.outcome == "reply" else None
    return None


def stage(refusal: _refusal.Refusal) -> str:
    """What was answered, in a title."""
    step = refusal.exchange.step
    return "the connection" if step == "greeting" else step.upper()


def evidence(run: Run, refusal: _refusal.Refusal) -> tuple[Evidence, ...]:
    """The server's own words, what libraries print for them, and what is known of them."""
    if refusal.exchange.step != "greeting":
        return _refusal.evidence(run, refusal)
    seen = f'{_refusal.where(run)} greeted with "{_refusal.said(refusal.reply)}"'
    return (
        Evidence(check="tls", text=seen),
        *library_words(run, refusal.code),
        *_refusal.known(run, refusal),
    )


def address_in(reply: Reply) -> str:
    """The client's address as the server names it, "" where it doesn't."""
    found = re.search(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)", reply.text)
    return found[0] if found else ""
