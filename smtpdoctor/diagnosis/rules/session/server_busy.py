"""A server that puts the client off: a temporary refusal (4xx), whatever the settings, or no end of
an answer to the sender or the recipient."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.refusal import Refusal
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.observations import Exchange

CODE = "server-busy"

LATER = Fix(
    title="try again in some minutes, with fewer connections at a time",
    steps=(
        "Run smtpdoctor again in five minutes.",
        "If it comes back, have your program send over one connection, one message after the "
        "other (in Nodemailer `pool: true, maxConnections: 1`), and keep a queue that repeats "
        "after a 4xx reply.",
        "Look for other programs that use the same address or account.",
        "If it lasts for hours, ask who runs the server, with the words above.",
    ),
)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refusal = run.refused_as(CODE)
    if refusal is None:
        yield from _unanswered(run)
        return
    where = run.where
    if refusal.rule is not None and refusal.rule.tells == "own-fault":
        yield _own_fault(run, refusal)
        return
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{where} is busy: it {refusals.answered(refusal)} with {refusal.reply.code}",
        explanation=(
            "Codes that begin with 4 mean: not now, try again. The server has too many sessions, "
            "is being restarted, or allows one client only so many connections at a time. The "
            "settings may well be right, but mail sent at this moment fails."
        ),
        evidence=refusals.evidence(run, refusal),
        fixes=(
            *working_ways(run),
            LATER,
        ),
        explains=refusal.failed,
    )


def _own_fault(run: Run, refusal: Refusal) -> Diagnosis:
    """A server that blames a part of itself: no waiting mends that, nor fewer connections."""
    where = run.where
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{where} has a fault of its own: it {refusals.answered(refusal)} with "
        f"{refusal.reply.code}",
        explanation=(
            "The server's words blame a part of the server: a table, a database or a service that "
            "it asks, or its disk. Nothing in the settings mends that. 4xx means that it may pass; "
            "until then no mail goes out."
        ),
        evidence=refusals.evidence(run, refusal),
        fixes=(
            *working_ways(run),
            Fix(
                title=f"ask who runs {run.settings.host} to look into its log",
                steps=(
                    "Give them the server's words above and the time: the log of that moment "
                    "names the part that fails.",
                    "If it is your own: Postfix logs which table or service it could not ask "
                    "(look for “warning:” and “fatal:”); `postconf -n` and `postmap -q` try it "
                    "by hand.",
                    "Run smtpdoctor again in some minutes: it may have been a restart.",
                ),
            ),
        ),
        explains=refusal.failed,
    )


def _unanswered(run: Run) -> Iterator[Diagnosis]:
    """A server that takes the login and then says nothing, or no end, to MAIL or RCPT."""
    view = run.main
    steps = (view.step("mail"), view.step("rcpt")) if view is not None else ()
    stuck = next(
        (item for item in steps if item is not None and item.outcome in ("silence", "flood")), None
    )
    if stuck is None:
        return
    where = run.where
    if stuck.step == "rcpt" and stuck.outcome == "silence" and _pipelines(run):
        yield _lost(run, stuck)
        return
    command = stuck.step.upper()
    what = (
        f"did not answer {command} within {stuck.seconds:.0f} s"
        if stuck.outcome == "silence"
        else f"came to no end in its answer to {command}"
    )
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{where} {what}",
        explanation=(
            "The session came as far as the envelope, and there the server's answer stays out. "
            "Something behind it that it asks about senders or recipients, such as a policy "
            "service or its database, probably hangs. The settings got this far and may well be "
            "right."
        ),
        evidence=(Evidence(check=stuck.check, text=f"{where} {what}: {stuck.sent}"),),
        fixes=(LATER,),
        explains=(stuck.id,),
    )


def _pipelines(run: Run) -> bool:
    """Whether the session sent its envelope in one go, as the client does."""
    offer = run.main.capabilities() if run.main is not None else None
    offered = offer is not None and offer.pipelining
    return offered and run.client is not None and run.client.pipelines


def _lost(run: Run, stuck: Exchange) -> Diagnosis:
    """A server that announces PIPELINING and loses what stands behind MAIL in one packet."""
    assert run.client is not None
    name, where = run.client.name, run.where
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="likely",
        title=f"{where} announces PIPELINING and loses the commands behind the first",
        explanation=(
            f"{name} sends MAIL and RCPT in one go where the server announces PIPELINING. This one "
            f"answered MAIL and then nothing within {stuck.seconds:.0f} s: it, or a box before it, "
            "reads one command and drops the rest. Programs that send one command after the other "
            "get through."
        ),
        evidence=(
            Evidence(
                check=stuck.check,
                text=f"MAIL and RCPT went out together: MAIL was answered, {stuck.sent} was not",
            ),
        ),
        fixes=(
            Fix(
                title="ask who runs the server to switch PIPELINING off",
                steps=(
                    f"Tell who runs {run.settings.host} the words above. Often a firewall that "
                    "reads SMTP is to blame (Cisco: `no inspect esmtp`); Postfix stops announcing "
                    "it with smtpd_discard_ehlo_keywords = pipelining.",
                    "Meanwhile send with a release or a program that doesn't pipeline: "
                    "Nodemailer before 10.",
                ),
            ),
        ),
        explains=(stuck.id,),
    )
