"""STARTTLS taken out of the dialogue on the way, known by what the one who took it left behind.

A masked greeting or keyword, the same server offering STARTTLS by another way, or a server that
demands what it seems not to offer.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite, library_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.observations import Exchange, Step
from smtpdoctor.smtp.capabilities import is_masked_greeting

CODE = "starttls-stripped"
BEFORE = ("starttls-not-offered", "starttls-refused", "ehlo-rejected")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    if main is None:
        return
    step = (
        run.offer.not_offered
        or _refused_behind_a_mask(main, "starttls")
        or _refused_behind_a_mask(main, "ehlo")
    )
    marks = run.offer.marks_of_removal
    if step is None or not marks:
        return
    demanded = run.offer.demand
    failed = step.ok is False or demanded is not None
    capabilities = main.capabilities(in_tls=False)
    certain = capabilities is not None and capabilities.starttls_masked
    where = run.where
    yield Diagnosis(
        code=CODE,
        # somebody takes it out: no leniency for a server that is near
        severity="error" if failed or run.offer.severity == "error" else "warning",
        confidence="certain" if certain else "likely",
        title=f"something on the way to {where} takes STARTTLS out of the dialogue",
        explanation=(
            "The server's own answers do not arrive as it sent them: a firewall or proxy between "
            "here and there rewrites the dialogue so that TLS can't begin. A client that needs TLS "
            "gives up; one that doesn't would send everything in clear, for that box to read. "
            "smtpdoctor sent no password."
        ),
        evidence=(
            *(Evidence(check="tls", text=text) for text in marks),
            Evidence(check="tls", text=f"EHLO announced: {run.offer.announced}")
            if step.step != "ehlo"
            else Evidence(check="tls", text=f'EHLO was answered with "{_said(step)}"'),
            *_known(main),
            *library_words(run, "starttls-not-offered"),
        ),
        fixes=_fixes(run),
        explains=(step.id, *_helo(main, step), *((demanded.id,) if demanded is not None else ())),
    )


def _said(step: Exchange) -> str:
    return refusals.said(step.reply) if step.reply is not None else step.outcome


def _helo(main: SessionView, step: Exchange) -> tuple[str, ...]:
    """HELO after an EHLO that the box took for no command."""
    helo = main.step("helo")
    return (helo.id,) if helo is not None and step.step == "ehlo" else ()


def _refused_behind_a_mask(main: SessionView, name: Step) -> Exchange | None:
    """A command refused as if unknown, behind a greeting that shows that a box rewrites mail."""
    step = main.step(name)
    helo = main.step("helo")
    if name == "ehlo" and helo is not None and helo.ok:
        return None  # the session went on without, and ehlo-rejected says what that means
    greeting = main.greeting
    if step is None or step.reply is None or step.reply.category != 5:
        return None
    if greeting is None or greeting.reply is None or not is_masked_greeting(greeting.reply):
        return None
    return step


def _known(main: SessionView) -> list[Evidence]:
    """What is known of a box that leaves such marks."""
    lines = []
    for exchange in main.exchanges:
        if exchange.reply is not None and not exchange.in_tls:
            lines += [(exchange.step, f"{exchange.reply.code} {x}") for x in exchange.reply.lines]
    signs = {
        sign.product: sign
        for sign in knowledge.middlebox_signs()
        for step, line in lines
        if sign.stage == step and sign.certain and sign.matches(line)
    }
    return [
        Evidence(
            check="tls",
            kind="known",
            text=f"{sign.product} is known for it: {sign.meaning} {cite(*sign.sources)}",
        )
        for sign in signs.values()
    ]


def _fixes(run: Run) -> tuple[Fix, ...]:
    admin = Fix(
        title="let the firewall pass SMTP as it is",
        steps=(
            "Ask who runs the firewall to switch its SMTP inspection off for this port, or to "
            "allow STARTTLS in it. On Cisco ASA: `no inspect esmtp`, or `allow-tls` in the "
            "inspection's parameters.",
            "Until then use implicit TLS (usually port 465): it leaves nothing to rewrite.",
        ),
    )
    return (*working_ways(run), admin)
