"""A port on which something else than a mail server answers, named by the bytes it sent."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import first_line, library_words, own_line
from smtpdoctor.diagnosis.fixes import change_settings, working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.other_protocol import words_of
from smtpdoctor.observations import Exchange, Handshake
from smtpdoctor.settings.model import TLSMode
from smtpdoctor.smtp.replies import Protocol
from smtpdoctor.words import MODE_WORDS

CODE = "not-smtp"
BEFORE = ("ehlo-rejected", "greeting-missing", "connection-closed", "tls-handshake-failed")

#: Who speaks so, and what that means for mail.
SPEAKERS: dict[Protocol, tuple[str, str]] = {
    "http": (
        "a web server",
        "Web servers, web proxies and the login pages of hotel and guest networks speak so; none "
        "of them takes mail.",
    ),
    "html": (
        "a web page",
        "Web servers, web proxies and the login pages of hotel and guest networks speak so; none "
        "of them takes mail.",
    ),
    "ssh": ("an SSH server", "SSH is for logging in on a machine, not for mail."),
    "imap": ("an IMAP server", "IMAP is for reading mail; sending goes to another port."),
    "pop3": ("a POP3 server", "POP3 is for reading mail; sending goes to another port."),
    "ftp": (
        "an FTP server",
        "FTP is for files. Its greeting looks like a mail server's, so some programs fail only at "
        "the next step.",
    ),
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    step = _failed_step(run)
    if step is None:
        return
    where = run.where
    foreign = run.other_protocol
    if foreign is not None:
        who, why = SPEAKERS.get(
            foreign.protocol, ("something", "What it says belongs to no mail server.")
        )
        title = f"{who} answers on {where}, not a mail server"
        said = first_line(foreign.said)
        seen = f'to {foreign.after} {where} sent "{said}"'
        confidence: Confidence = "certain" if foreign.protocol in SPEAKERS else "likely"
    else:
        odd = _odd_words(run, step)
        if odd is None:
            return
        title = f"what answers on {where} does not greet like a mail server"
        why = "A mail server's first words are 220 and its name, or a refusal."
        seen, confidence = f"{where} {odd}", "possible"
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=confidence,
        title=title,
        explanation=(
            f"The connection opens, but the other side is no mail server. {why} So the host or "
            "the port is another than the one for sending mail, or something on the way answers "
            "in the mail server's place."
        ),
        evidence=(
            Evidence(check="tls", text=seen),
            *library_words(run, CODE),
            *own_line(run, "port"),
        ),
        fixes=_fixes(run, foreign.protocol if foreign else "unknown"),
        explains=(step.id,),
    )


def _failed_step(run: Run) -> Exchange | Handshake | None:
    """Where the configured way ended: the greeting, the handshake, or EHLO to an FTP server."""
    main = run.main
    if main is None:
        return None
    greeting, handshake = main.greeting, main.handshake
    if greeting is None:
        return handshake if handshake is not None and handshake.ok is False else None
    if greeting.ok is False:
        return greeting
    ehlo = main.step("ehlo")
    if greeting.protocol == "ftp" and ehlo is not None and ehlo.ok is False:
        return ehlo
    return None


def _odd_words(run: Run, step: Exchange | Handshake) -> str | None:
    """What else shows that no mail server greets, in words that follow its name."""
    if not isinstance(step, Exchange) or step.step != "greeting":
        return None
    if step.outcome == "flood":
        return "sent more than any greeting may be, without an end"
    if step.outcome == "reply" and step.reply is not None and step.reply.category not in (4, 5):
        return f'greeted with "{first_line(words_of(step))}" in place of 220'
    if step.outcome in ("closed", "reset") and step.arrived:
        return f'sent "{first_line(step.arrived)}" and hung up'
    probe = run.mode.probe("implicit")
    if probe is not None and probe.speaks_tls_mode and _mute(probe.greeting):
        return "speaks TLS from the first byte, and gives no greeting inside it"
    return None


def _mute(greeting: Exchange | None) -> bool:
    return greeting is not None and greeting.outcome != "reply"


def _fixes(run: Run, protocol: Protocol) -> tuple[Fix, ...]:
    ways = working_ways(run)
    if protocol in ("http", "html"):
        return (
            *ways,
            Fix(
                title="check that this is a mail server, or find out who answers in its place",
                steps=(
                    f"curl -v http://{run.where}/ shows who answers.",
                    f"Check that {run.settings.host} is the name for sending mail and not for the "
                    "web site, and that the port is 465 or 587.",
                    "In a hotel or guest network open a web page first: it may want a login before "
                    "it lets anything through.",
                    "Look for a web proxy or reverse proxy that listens on this port.",
                ),
            ),
        )
    if ways:
        return tuple(ways)
    port, tls = _usual(run)
    if run.settings.port == port:
        return (
            Fix(
                title="ask for the host and port for sending mail",
                steps=(
                    f"{run.where} has the usual number for sending mail, but no mail server "
                    "behind it. Ask who runs it for the host and port of submission.",
                ),
            ),
        )
    return (
        change_settings(
            run,
            f"use port {port} with {MODE_WORDS[tls]}, if {run.settings.host} is the right host",
            port=port,
            tls=None if tls == run.settings.tls else tls,
        ),
    )


def _usual(run: Run) -> tuple[int, TLSMode]:
    """The usual submission port of the configured TLS mode (RFC 8314 §3.3)."""
    return (465, "implicit") if run.settings.tls == "implicit" else (587, "starttls")
