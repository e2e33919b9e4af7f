"""A reply that the user's client can't read, or whose code it takes for no success."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix, Severity
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording.refusal import said
from smtpdoctor.observations import Exchange
from smtpdoctor.smtp.reading import ChallengeOddity, trouble
from smtpdoctor.words import listed

CODE = "reply-unreadable"

#: Steps whose replies every client reads.
STEPS = ("greeting", "ehlo", "helo", "starttls", "auth", "mail", "rcpt")
#: Those in which another code of 2xx than RFC 5321 has it for the step is looked at here.
BY_CODE = ("auth", "mail", "rcpt")

#: The code of a greeting.
GREETING = 220

_BARE = re.compile(rb"(^|\n)\d{3}\r?\n?$")


class _Odd(NamedTuple):
    """A reply in an unusual form, in words, and what is usual."""

    item: Exchange
    what: str
    cannot: tuple[str, ...]
    usual: str


def diagnose(run: Run) -> Iterator[Diagnosis]:
    main = run.main
    yield from _one_too_many(run)
    for item in main.exchanges if main is not None else ():
        if item.step not in STEPS or item.reply is None or item.outcome != "reply":
            continue
        odd = (
            (_odd_form(run, item) if item.ok else None)
            or _second_greeting(run, item)
            or _odd_code(run, item)
        )
        if odd is not None:
            yield _judged(run, odd)
            return
        asked = _odd_challenge(run, item) if item.ok else None
        if asked is not None:
            yield _judged_login(run, asked)
            return


def _one_too_many(run: Run) -> Iterator[Diagnosis]:
    """A reply that nobody had asked for. Programs take it for the answer to their next command, and
    each answer after it for that of the command before, up to DATA: hardly any gets through."""
    main, mine = run.main, run.client
    own = run.observations.of(Exchange, connection=main.session.connection) if main else ()
    before = ""
    for item in own:
        if item.unasked is not None:
            break
        before = item.step
    else:
        return
    behind = "greeting" if before == "greeting" else f"answer to {before.upper()}"
    again = before == "starttls" and item.unasked.code == GREETING
    swallows = mine is not None and (
        mine.passes_over_unasked or (again and mine.name not in _stopped_by_a_second_greeting())
    )
    who = mine.name if mine is not None else "nearly every program"
    yield Diagnosis(
        code=CODE,
        severity="warning" if swallows else "error",
        confidence="likely",
        title=f"{run.where} sends a reply too many behind its {behind}",
        explanation=(
            f"{mine.name} goes on all the same. Nearly every other program takes the reply for the "
            "answer to its next command, and fails at the latest at the message."
            if swallows and mine is not None
            else f"Nobody had asked for it, so {who} takes it for the answer to the next command, "
            "and every answer after it for the one before. The dialogue fails where the codes "
            "differ: at STARTTLS, at the login, or at the latest at the message. smtpdoctor passes "
            "over such replies, and got further."
        ),
        evidence=(
            Evidence(
                check="tls",
                text=f'behind the {behind} stood "{said(item.unasked)}", before {item.step.upper()}'
                " was said",
            ),
            Evidence(
                check="tls",
                kind="known",
                text=f"RFC 5321 §4.2: one reply to each command {cite('clients_run')}",
            ),
        ),
        fixes=(
            *working_ways(run),
            Fix(
                title="ask the server's owner to send one reply to each command",
                steps=(
                    f"Tell who runs {run.settings.host}: behind its {behind} stands a reply that "
                    "no command asked for. Often a proxy, a filter (milter) or a script of its own "
                    "writes a line into the dialogue, or a greeting of several lines lacks the "
                    "dash behind its codes (220-).",
                    "A machine with a mail shield or a proxy on the way: compare from another "
                    "network.",
                ),
            ),
        ),
        explains=() if swallows else (item.id,),
    )


def _odd_form(run: Run, item: Exchange) -> _Odd | None:
    """A reply that went on for the doctor, and doesn't for the client; else for others."""
    assert item.reply is not None
    mine, raw = run.client, item.reply.raw
    if mine is not None and not trouble(raw, mine.replies):
        return None
    cannot = _cannot_read(raw)
    usual = (
        "RFC 5321 §4.2: the same code in every line, a dash or a blank behind it, then text; "
        "§4.5.3.1.5: lines of 512 octets at most"
    )
    return _Odd(item, _form(raw), cannot, usual) if cannot else None


@lru_cache(maxsize=16)  # the steps of a session are looked at one after the other
def _cannot_read(raw: bytes) -> tuple[str, ...]:
    """The clients that are in trouble with the reply."""
    every = knowledge.clients().values()
    return tuple(each.name for each in every if trouble(raw, each.replies))


def _odd_code(run: Run, item: Exchange) -> _Odd | None:
    """A success by its first digit, with a code that isn't this step's."""
    reply, mine = item.reply, run.client
    if item.ok or reply is None or reply.category != 2 or item.step not in BY_CODE:
        return None
    if item.cancelled or str(reply.code) == knowledge.ACCEPTED[item.step]:
        return None  # the code is right: what is wrong others tell
    refuses = tuple(
        each.name for each in knowledge.clients().values() if not each.takes(item.step, reply.code)
    )
    if mine is not None and mine.name not in refuses:
        return None
    usual = {
        "auth": "RFC 4954 §6: the answer is 235",
        "mail": "RFC 5321 §4.3.2: the answer is 250",
        "rcpt": "RFC 5321 §4.3.2: the answer is 250 or 251",
    }[item.step]
    return _Odd(item, f"{reply.code}, a code for another answer", refuses, usual)


def _second_greeting(run: Run, item: Exchange) -> _Odd | None:
    """A greeting after STARTTLS, that stands where the answer to EHLO is awaited."""
    reply, mine = item.reply, run.client
    if item.step != "ehlo" or not item.in_tls or reply is None or reply.code != GREETING:
        return None
    fails = _stopped_by_a_second_greeting()
    if mine is not None and mine.name not in fails:
        return None
    usual = "RFC 3207 §4.2: after the handshake the client speaks first, with EHLO"
    return _Odd(item, "a second greeting inside TLS", fails, usual)


def _stopped_by_a_second_greeting() -> tuple[str, ...]:
    return tuple(
        each.name
        for each in knowledge.clients().values()
        if each.out_of_step or not each.takes("ehlo", GREETING)
    )


#: A challenge of AUTH in a form that some clients don't read, in words.
_CHALLENGES: Mapping[ChallengeOddity, str] = {
    "bare": "a 334 without anything behind it",
    "empty": "an empty challenge",
    "several-lines": "a challenge of several lines",
    "not-base64": "a challenge that is not plain base64",
    "undecodable": "a challenge that is not base64",
    "asked-again": "a second 334, after the whole answer",
    "ended-early": "a success before the password",
}


def _odd_challenge(run: Run, item: Exchange) -> _Odd | None:
    """A login that the server led in an odd way, which the client doesn't get past; else others.

    A client that tries all mechanisms comes to its first, which the doctor may not have tried."""
    mine = run.client
    if mine is not None and mine.auth_tries_all and not _is_first(run, mine, item):
        return None
    for oddity in item.oddities:
        cannot = tuple(
            each.name
            for each in knowledge.clients().values()
            if oddity in each.stops_at.get(item.mechanism, ())
        )
        if cannot and (mine is None or mine.name in cannot):
            usual = "RFC 4954 §4: 334, a blank and the challenge in base64, and 235 at the end"
            return _Odd(item, _CHALLENGES[oddity], cannot, usual)
    return None


def _judged_login(run: Run, odd: _Odd) -> Diagnosis:
    mine, mechanism = run.client, odd.item.mechanism
    words = mine.auth_words if mine is not None else ""
    other = words.format(mechanism="NAME", lower="name") if words else ""
    return Diagnosis(
        code=CODE,
        severity="error" if mine is not None else "note",
        confidence="certain",
        title=f"{run.where} sends {odd.what} in AUTH {mechanism}, "
        f"which {listed(odd.cannot)} can't read",
        explanation=(
            f"{mine.name} stops or waits in the middle of the login, so no mail goes out. Other "
            "programs log in here with the same credentials."
            if mine is not None
            else "smtpdoctor logged in, and so do most programs. Where yours is one of those "
            "named, its login ends there."
        ),
        evidence=(
            Evidence(check="auth", text=f"the dialogue of AUTH {mechanism} had {odd.what}"),
            Evidence(check="auth", kind="known", text=f"{odd.usual} {cite('clients_run')}"),
        ),
        fixes=(
            Fix(
                title="ask the server's owner to ask in the usual form",
                steps=(
                    f"Tell who runs {run.settings.host}: AUTH {mechanism} has {odd.what}.",
                    *(
                        (f"Or log in by another mechanism that the server offers: {other}.",)
                        if other
                        else ()
                    ),
                ),
            ),
        ),
        explains=(odd.item.id,) if mine is not None else (),
    )


def _is_first(run: Run, client: knowledge.Client, item: Exchange) -> bool:
    offer = run.main.capabilities() if run.main is not None else None
    found = (offer.auth_as_read(client.offers) if offer is not None else None) or ()
    return next((name for name in client.auth_order if name in found), "") == item.mechanism


def _form(raw: bytes) -> str:
    """What is odd about a reply's form."""
    lines = [line.rstrip(b"\r") for line in raw.removesuffix(b"\n").split(b"\n")]
    longest = max(len(line) + 2 for line in lines)
    codes = {line[:3] for line in lines if line[:3].isdigit()}
    if _BARE.search(raw) is not None:
        return "a code without text"
    if not raw.endswith(b"\r\n"):
        return "ended by a line feed alone"
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
        if odd.item.step in ("ehlo", "auth") and not odd.item.ok:
            return "error"  # the session ends there, and so do most programs'
        return "note" if odd.item.ok else "warning"
    longest, reply = client.replies.piece, odd.item.reply
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
