"""A reply that the user's client can't read, or whose code it takes for no success."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix, Severity
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import Exchange
from smtpdoctor.smtp.reading import trouble
from smtpdoctor.words import listed

CODE = "reply-unreadable"

#: Steps whose replies every client reads.
STEPS = ("greeting", "ehlo", "helo", "starttls", "auth", "mail", "rcpt")
#: Those in which another code of 2xx than RFC 5321 has it for the step is looked at here.
BY_CODE = ("mail", "rcpt")

_BARE = re.compile(rb"(^|\n)\d{3}\r?\n?$")


class _Odd(NamedTuple):
    """A reply in an unusual form, in words, and what is usual."""

    item: Exchange
    what: str
    cannot: tuple[str, ...]
    usual: str


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    for item in main.exchanges if main is not None else ():
        if item.step not in STEPS or item.reply is None or item.outcome != "reply":
            continue
        odd = _odd_form(run, item) if item.ok else _odd_code(run, item)
        if odd is not None:
            yield _judged(run, odd)
            return


def _odd_form(run: Run, item: Exchange) -> _Odd | None:
    """A reply that went on for the doctor, and doesn't for the client; else for others."""
    assert item.reply is not None
    mine, raw = run.client, item.reply.raw
    if mine is not None and not trouble(raw, mine.replies):
        return None
    cannot = [each.name for each in knowledge.clients().values() if trouble(raw, each.replies)]
    usual = (
        "RFC 5321 §4.2: the same code in every line, a dash or a blank behind it, then text; "
        "§4.5.3.1.5: lines of 512 octets at most"
    )
    return _Odd(item, _form(raw), tuple(cannot), usual) if cannot else None


def _odd_code(run: Run, item: Exchange) -> _Odd | None:
    """A success by its first digit, with a code that isn't this step's."""
    reply, mine = item.reply, run.client
    odd = reply is not None and reply.category == 2 and item.step in BY_CODE
    if reply is None or not odd:
        return None
    refuses = tuple(
        each.name for each in knowledge.clients().values() if not each.takes(item.step, reply.code)
    )
    if mine is not None and mine.name not in refuses:
        return None
    usual = f"RFC 5321 §4.3.2: the answer is {'250' if item.step == 'mail' else '250 or 251'}"
    return _Odd(item, f"{reply.code}, a code for another answer", refuses, usual)


def _form(raw: bytes) -> str:
    """What is odd about a reply's form."""
    lines = [line.rstrip(b"\r") for line in raw.removesuffix(b"\n").split(b"\n")]
    longest = max(len(line) + 2 for line in lines)
    codes = {line[:3] for line in lines if line[:3].isdigit()}
    if _BARE.search(raw) is not None:
        return "a code without text"
    if longest > 512:
        return f"a line of {longest} octets"
    if any(line and not line[:3].isdigit() for line in lines):
        return "broken by a line without a code"
    if len(codes) > 1:
        return f"of several codes, {' and '.join(sorted(map(bytes.decode, codes)))}"
    if any(line[3:4] not in (b" ", b"-") for line in lines):
        return "a code that runs into its text"
    return f"{len(lines)} lines long"


def _severity(run: Run, odd: _Odd) -> Severity:
    """PHPMailer takes the rest of a long greeting for the answer to EHLO and goes on with HELO: it
    gets through where it needs none of the extensions that it has not read, and one rest came."""
    client = run.client
    if client is None:
        return "note" if odd.item.ok else "warning"
    longest, reply = client.replies.longest_line, odd.item.reply
    if odd.item.step != "greeting" or not longest or not client.logs_in_after_helo or reply is None:
        return "error"
    needs = run.settings.tls == "starttls" and not run.settings.tls_required
    length = max(len(line) + 1 for line in reply.raw.split(b"\n"))
    return "warning" if longest < length <= 2 * longest and not needs else "error"


def _judged(run: Run, odd: _Odd) -> Diagnosis:
    mine, item = run.client, odd.item
    name = "greeting" if item.step == "greeting" else f"answer to {item.step.upper()}"
    verb = "can't read" if item.ok else "take for a refusal"
    return Diagnosis(
        code=CODE,
        severity=_severity(run, odd),
        confidence="certain",
        title=f"the {name} of {run.where} is {odd.what}, which {listed(odd.cannot)} {verb}",
        explanation=(
            f"{mine.name} waits for the rest of such a reply or takes it for another one, and its "
            "session goes wrong there. Other programs read it."
            if mine is not None
            else "smtpdoctor reads it, and so do most programs. Where yours is one of those named, "
            "its session ends there."
        ),
        evidence=(
            Evidence(check="tls", text=f"the {name} was {odd.what}"),
            Evidence(check="tls", kind="known", text=f"{odd.usual} {cite('clients_run')}"),
        ),
        fixes=(
            Fix(
                title="ask the server's owner to answer in the usual form",
                steps=(
                    f"Tell who runs {run.settings.host}: its {name} is {odd.what}. Mostly a "
                    "configured greeting is empty or too long (Postfix: smtpd_banner).",
                ),
            ),
        ),
        explains=(item.id,) if mine is not None or not item.ok else (),
    )
