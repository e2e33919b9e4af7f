"""A reply that the user's client can't read: a bare code, or a line longer than it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix, Severity
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import Exchange
from smtpdoctor.words import listed

CODE = "reply-unreadable"

#: Steps whose replies every client reads.
STEPS = ("greeting", "ehlo", "helo", "starttls", "mail", "rcpt")

_BARE = re.compile(rb"(^|\n)\d{3}\r?\n?$")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    for item in main.exchanges if main is not None else ():
        if item.step in STEPS and item.reply is not None and item.ok and _is_odd(item):
            yield from _judged(run, item)
            return


def _is_odd(item: Exchange) -> bool:
    return _is_bare(item) or _longest(item) > 0


def _is_bare(item: Exchange) -> bool:
    """RFC 5321 §4.2 has a blank behind the code, and wants text in most replies."""
    return item.reply is not None and _BARE.search(item.reply.raw) is not None


def _longest(item: Exchange) -> int:
    """The octets of a greeting's longest line, where that is longer than RFC 5321 §4.5.3.1.5."""
    if item.step != "greeting" or item.reply is None:
        return 0
    longest = max(len(line) + 1 for line in item.reply.raw.split(b"\n"))
    return longest if longest > 512 else 0


def _cannot(client: knowledge.Client, item: Exchange) -> bool:
    too_long = client.longest_greeting and _longest(item) > client.longest_greeting
    return bool(too_long) or (_is_bare(item) and not client.takes_bare_reply)


def _severity(run: Run, item: Exchange) -> Severity:
    """PHPMailer takes the rest of a long greeting for the answer to EHLO and goes on with HELO: it
    gets through where it needs none of the extensions that it has not read, and one rest came."""
    needs = run.settings.tls == "starttls" and not run.settings.tls_required
    rests = run.client is None or _longest(item) > 2 * run.client.longest_greeting
    goes_on = run.client is not None and run.client.logs_in_after_helo
    return "error" if _is_bare(item) or needs or rests or not goes_on else "warning"


def _judged(run: Run, item: Exchange) -> Iterator[Diagnosis]:
    unable = [each.name for each in knowledge.clients().values() if _cannot(each, item)]
    mine = run.client if run.client is not None and _cannot(run.client, item) else None
    if not unable or (run.client is not None and mine is None):
        return
    name = "greeting" if item.step == "greeting" else f"answer to {item.step.upper()}"
    what = "a code without text" if _is_bare(item) else f"a line of {_longest(item)} octets"
    yield Diagnosis(
        code=CODE,
        severity=_severity(run, item) if mine is not None else "note",
        confidence="certain",
        title=f"the {name} of {run.where} is {what}, which {listed(unable)} can't read",
        explanation=(
            f"{mine.name} waits for the rest of such a reply or takes it for another one, and its "
            "session goes wrong there. Other programs read it."
            if mine is not None
            else "smtpdoctor reads it, and so do most programs. Where yours is one of those named, "
            "its session ends there."
        ),
        evidence=(
            Evidence(check="tls", text=f"the {name} was {what}"),
            Evidence(
                check="tls",
                kind="known",
                text="RFC 5321 §4.2: a code, a blank, then text; §4.5.3.1.5: lines of 512 octets "
                f"at most {cite('clients_run')}",
            ),
        ),
        fixes=(
            Fix(
                title="ask the server's owner to answer in the usual form",
                steps=(
                    f"Tell who runs {run.settings.host}: its {name} is {what}. Mostly a "
                    "configured greeting is empty or too long (Postfix: smtpd_banner).",
                ),
            ),
        ),
        explains=(item.id,) if mine is not None else (),
    )
