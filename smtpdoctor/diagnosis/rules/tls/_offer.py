"""STARTTLS that was wanted and not to be had: what the rules for it share. Names no cause."""

from __future__ import annotations

import re

from smtpdoctor.diagnosis.fixes import change_settings, working_ways
from smtpdoctor.diagnosis.model import Fix, Severity
from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.observations import Exchange, Step
from smtpdoctor.smtp.capabilities import is_masked_greeting
from smtpdoctor.smtp.replies import Reply
from smtpdoctor.text import foreign

#: The steps by which a server may say that it wants TLS first.
STEPS: tuple[Step, ...] = ("ehlo", "mail", "rcpt")

_TLS = re.compile(r"\b(STARTTLS|TLS|SSL|encrypt\w*)\b", re.IGNORECASE)
_DEMAND = re.compile(r"\b(must|requir\w+|need\w*|first|mandatory|only)\b", re.IGNORECASE)


def demands_tls(reply: Reply) -> bool:
    """Whether the reply refuses a command for want of TLS."""
    if reply.code == 538:  # RFC 4954 §6
        return True
    if reply.category != 5 or not _TLS.search(reply.text):
        return False
    return reply.code == 530 or bool(_DEMAND.search(reply.text))  # RFC 3207 §4


def not_offered(run: Run) -> Exchange | None:
    """The step that stands for "STARTTLS wanted, but EHLO does not announce it"."""
    main = run.main
    if main is None or main.session.tls != "starttls":
        return None
    capabilities = main.capabilities(in_tls=False)
    step = main.step("starttls")
    if capabilities is None or capabilities.starttls or step is None or step.sent:
        return None
    return step


def severity(run: Run) -> Severity:
    """An opportunistic session without a login goes on in clear; any other ends here."""
    if run.settings.tls_required or run.settings.has_credentials:
        return "error"
    return "note" if run.is_local_target else "warning"


def announced(view: SessionView) -> str:
    """What EHLO announced before TLS, for evidence."""
    capabilities = view.capabilities(in_tls=False)
    keywords = ", ".join(capabilities.keywords) if capabilities else ""
    return keywords or "nothing"


def demand(view: SessionView) -> Exchange | None:
    """The refusal by which the server demands TLS."""
    for step in STEPS:
        exchange = view.step(step)
        if exchange is not None and exchange.reply is not None and demands_tls(exchange.reply):
            return exchange
    return None


def marks_of_removal(run: Run) -> tuple[str, ...]:
    """What shows that the server has STARTTLS although it did not arrive, in words."""
    main = run.main
    capabilities = main.capabilities(in_tls=False) if main else None
    if main is None or capabilities is None:
        return ()
    found = []
    greeting = main.greeting
    if greeting is not None and greeting.reply is not None and is_masked_greeting(greeting.reply):
        found.append(f'the greeting came overwritten: "220 {greeting.reply.last}"')
    if capabilities.starttls_masked:
        masked = next(word for word in capabilities.masked if len(word) == len("STARTTLS"))
        found.append(f"in EHLO's list {masked} stands where STARTTLS, as long as it, may have been")
    for view in run.sessions:
        session = view.session
        offer = view.capabilities(in_tls=False)
        if view is not main and session.host == main.session.host and offer and offer.starttls:
            found.append(f"{session.host}:{session.port} at {session.address} offers STARTTLS")
    demanded = demand(main)
    if demanded is not None and demanded.reply is not None:
        said = foreign(f"{demanded.reply.code} {demanded.reply.last}")
        found.append(f'it offers no STARTTLS, and yet answered {demanded.sent} with "{said}"')
    return tuple(found)


def fixes(run: Run, *, ask: Fix) -> tuple[Fix, ...]:
    """Ways with TLS that worked; beside them no TLS on this machine or network, else `ask`."""
    if not run.is_local_target:
        return (*working_ways(run), ask)
    plain = change_settings(
        run,
        f"use no TLS on port {run.settings.port}: this server has none",
        tls="none",
        tried="plain SMTP works; login not tried",
    )
    return (*working_ways(run), plain)
