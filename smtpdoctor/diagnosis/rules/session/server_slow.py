"""A server that answers after seconds: mail goes out, and impatient programs give up."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import Exchange
from smtpdoctor.words import listed

CODE = "server-slow"

#: Seconds from which on an answer is slow.
SLOW = 5.0
#: Seconds of all answers together from which on programs with one time for a message give up.
SLOW_TOGETHER = 15.0
STEPS = ("greeting", "ehlo", "helo", "starttls", "auth", "mail", "rcpt")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    answered = [
        item
        for item in (main.exchanges if main is not None else ())
        if item.step in STEPS and item.ok
    ]
    slow = [item for item in answered if item.seconds > SLOW]
    together = sum(item.seconds for item in answered)
    if not slow and together > SLOW_TOGETHER:
        yield _bit_by_bit(run, answered, together)
    if not slow:
        return
    worst = max(slow, key=lambda item: item.seconds)
    name = _name(worst)
    mine = run.client is not None and 0 < run.client.gives_up_after < worst.seconds
    yield Diagnosis(
        code=CODE,
        severity="error" if mine else "warning",
        confidence="certain",
        title=f"{name} of {run.where} takes {worst.seconds:.0f} s",
        explanation=(
            (
                f"The server answers, but {run.client.name} gives up after "
                f"{run.client.gives_up_after} s by itself, so no mail goes out. "
                if run.client is not None and mine
                else "The server answers, so mail goes out. But each message takes this long, and "
                "a program with a shorter time-out gives up. "
            )
            + "Mostly the server looks up the name of this machine's address first, and no name "
            "server answers."
        ),
        evidence=(
            *(
                Evidence(check=item.check, text=f"{_name(item)} came after {item.seconds:.1f} s")
                for item in slow
            ),
            *_impatient(worst),
        ),
        fixes=(
            Fix(
                title="ask the server's owner to look no client's name up, or let it "
                "find this machine's",
                steps=(
                    "Give this machine's address a reverse DNS entry, or have the server's own "
                    "name servers put right: `dig -x ADDRESS` on the server shows how long it "
                    "takes.",
                    "Until then let the program wait for 60 s (Django EMAIL_TIMEOUT, smtplib "
                    "timeout=, Nodemailer greetingTimeout, PHPMailer Timeout, the mail gem "
                    "read_timeout).",
                ),
            ),
        ),
        explains=(worst.id,) if mine else (),
    )


def _bit_by_bit(run: Run, answered: list[Exchange], together: float) -> Diagnosis:
    """No answer is slow by itself, and all of them are: a delay on purpose, or a long way."""
    waits = ", ".join(f"{item.step.upper()} {item.seconds:.1f} s" for item in answered)
    return Diagnosis(
        code=CODE,
        severity="warning",
        confidence="certain",
        title=f"the answers of {run.where} take {together:.0f} s together",
        explanation=(
            "The server answers, so mail goes out. But each message takes this long, and what has "
            "one time for all of it gives up: a web request (mostly 30 s), a function in a cloud, "
            "curl's --max-time. Mostly the server delays clients on purpose, or the way is bad."
        ),
        evidence=(Evidence(check="tls", text=f"waited for: {waits}"),),
        fixes=(
            Fix(
                title="send from a queue or a job of its own, and over one connection",
                steps=(
                    "Take sending out of the web request, and give it 120 s.",
                    "Let the program keep its connection for several messages (Nodemailer pool: "
                    "true, PHPMailer SMTPKeepAlive): the wait comes once then.",
                    f"Ask who runs {run.settings.host} whether it delays this machine's address "
                    "(a tarpit), and why; a reverse DNS entry often ends it.",
                ),
            ),
        ),
    )


def _impatient(worst: Exchange) -> tuple[Evidence, ...]:
    """The clients whose own time-out is shorter, in a release of theirs."""
    found = [
        (f"{each.name} {since}" if since else each.name, released)
        for each in knowledge.clients().values()
        for since in ("", *each.releases)
        if 0 < (released := each.of_release(since)).gives_up_after < worst.seconds
    ]
    if not found:
        return ()
    who = listed([f"{name} (after {released.gives_up_after} s)" for name, released in found])
    return (
        Evidence(
            check="tls",
            kind="known",
            text=f"gives up by itself: {who} {cite(*found[0][1].sources[-2:])}",
        ),
    )


def _name(item: Exchange) -> str:
    return "the greeting" if item.step == "greeting" else f"the answer to {item.step.upper()}"
