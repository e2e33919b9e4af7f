"""The text of a request to whoever runs the network: what is blocked, from where, the proof.

A pure function of the report, in a mail's width. It names no address of mail; secrets were cut
out before anything was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from smtpdoctor.diagnosis.model import Diagnosis
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.ways_out import WaysOut
from smtpdoctor.diagnosis.wording import ways_out
from smtpdoctor.observations import ConnectAttempt, PathTrace
from smtpdoctor.report import network_table
from smtpdoctor.report.formats import Options
from smtpdoctor.report.model import Report, TargetReport
from smtpdoctor.report.verdict import ANONYMOUS, NO_SETTINGS
from smtpdoctor.text import ASCII_BAR, visible, wrapped
from smtpdoctor.words import OUTCOME_WORDS

WIDTH = 76

PASS = "let TCP connections from this machine to {where} pass"

#: What stands in the way by its code, and what whoever runs the network can do about it.
BLOCKS: dict[str, tuple[str, str]] = {
    "port-blocked": ("packets to it are thrown away without an answer", PASS),
    "port-rejected": ("connections to it are turned away before they reach the server", PASS),
    "local-firewall": ("rules of this machine itself turn connections to it away", PASS),
    "proxy-only-network": (
        "nothing leaves this network but by the web proxy, which carries no SMTP",
        f"{PASS}, or name the mail relay that programs here are to use",
    ),
    "smtp-intercepted": (
        "something on the way answers connections to it in the server's place",
        "pass connections from this machine to {where} on to the server untouched",
    ),
    "path-mtu-blackhole": (
        "large packets are lost on the way, and the ICMP messages that say so as well",
        'let ICMP "fragmentation needed" (IPv6: "packet too big") pass, or tell which MTU to use '
        "on the way to {where}",
    ),
    "dns-blocked": (
        "no name server can be asked for its address",
        "let UDP and TCP to port 53 of the name servers pass, so that {where} can be reached",
    ),
}

#: What stands in the place of a mailbox.
MASK = "(a mailbox)"
MAIL_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")


def render(report: Report, options: Options) -> str:
    """The requests, ready to send; two lines for a target of which no block was found."""
    if report.has_no_settings:
        return f"{NO_SETTINGS}\n"
    return "\n".join(_of_target(report, target) for target in report.targets)


def _of_target(report: Report, target: TargetReport) -> str:
    found = next((item for item in target.diagnoses if _stops_mail(item)), None)
    said = _request(report, target, found) if found is not None else _nothing_to_ask(target)
    lines = [*said, f"({ANONYMOUS})"] if report.anonymous else said
    text = "\n".join(visible(line).rstrip() for line in lines)
    return _without_mailbox(target, MAIL_ADDRESS.sub(MASK, text)) + "\n"


def _stops_mail(item: Diagnosis) -> bool:
    """Not where another address makes up for it; an interceptor always does."""
    return item.code in BLOCKS and (item.severity == "error" or item.code == "smtp-intercepted")


def _without_mailbox(target: TargetReport, text: str) -> str:
    """Without the user name and the addresses of the settings, whatever form they have."""
    settings = target.run.settings
    for name in (settings.username, settings.sender, settings.recipient):
        if name:
            text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", MASK, text)
    return text


def _nothing_to_ask(target: TargetReport) -> Iterator[str]:
    """That there is no request to write, and what to do in its place."""
    first = next(iter(target.diagnoses), None)
    reached = any(item.ok for item in target.run.connects())
    if reached and (first is None or first.severity != "error"):
        yield f"Nothing is blocked: {target.host}, port {target.port}, is reached from here."
        yield (
            "If your program can't send from here, run smtpdoctor check without --ticket, in the "
            "program's folder."
        )
        return
    more = f" It found {first.code}: {first.title}." if first else ""
    fix = next((item.title for item in first.fixes), "") if first else ""
    step = f"What helps: {fix}. " if fix else ""
    yield f"smtpdoctor found no block that somebody could be asked to lift.{more}"
    yield f"{step}smtpdoctor check without --ticket shows it all."


def _request(report: Report, target: TargetReport, found: Diagnosis) -> Iterator[str]:
    run = target.run
    outlet = run.ways_out
    host, port = run.settings.host, run.settings.port
    manner, wish = BLOCKS[found.code]
    sure = "" if found.confidence == "certain" else f" This is {found.confidence}, not certain."
    yield f"To: {_addressee(outlet, found)}"
    yield f"Subject: {found.title}"
    yield ""
    yield from _wrapped(
        f"From the machine below, TCP port {port} of {host} can't be used: {manner}.{sure}"
        + _purpose(run)
    )
    yield ""
    yield from _where_and_when(report, run, outlet)
    yield ""
    yield "What was seen:"
    for text in _seen(report, run, found):
        yield from _wrapped(f"- {text}", "  ")
    yield from _table(run, found)
    yield from _works(run)
    yield ""
    yield from _wrapped(f"Please {wish.format(where=f'{host}, port {port}')}.")
    yield from _way_to_do_it(outlet, found)
    yield ""
    yield f"(Observed by smtpdoctor {report.tool.version}, which sent no mail.)"


def _addressee(outlet: WaysOut, found: Diagnosis) -> str:
    known = outlet.blocking
    if known is None or found.code == "local-firewall":
        return "whoever runs this machine's network: administrator, hosting platform or provider"
    if known.support is not None and known.support.verified:
        return f"{known.support.text} {known.support.url}".strip()
    return f"the support of {known.name}"


def _purpose(run: Run) -> str:
    if not run.settings.has_credentials or run.settings.port == 25:
        return ""
    return (
        " The port is for handing mail in with a login at that provider (submission, RFC 6409), "
        "not for delivering mail to other servers."
    )


def _where_and_when(report: Report, run: Run, outlet: WaysOut) -> Iterator[str]:
    machine = [report.where]
    if run.place is not None and run.place.fqdn:
        machine.append(run.place.fqdn)
    machine += dict.fromkeys(
        trace.source for trace in run.observations.of(PathTrace) if trace.source
    )
    for seen, _ in outlet.seen:
        machine.append(seen.name if seen.verified else f"probably {seen.name}")
    to = f"{run.settings.host}, TCP port {run.settings.port}"
    if run.addresses:
        to += f" ({', '.join(run.addresses)})"
    yield from _wrapped(f"From: {', '.join(machine)}", "      ")
    yield from _wrapped(f"To:   {to}", "      ")
    yield f"When: {_utc(report, 0.0)} to {_clock(report, report.seconds)} UTC"


def _seen(report: Report, run: Run, found: Diagnosis) -> Iterator[str]:
    """The failed connects with their times; where it was no connect that failed, the evidence."""
    failed = [item for item in run.connects() if item.role == "main" and item.ok is False]
    for item in failed:
        yield f"{_clock(report, item.at)} {_attempt(item)}"
    if failed:
        path = run.reach.paths.seen
        if path:
            yield path
        return
    for evidence in found.evidence:
        if evidence.kind not in ("own-line", "prints"):
            yield evidence.text


def _attempt(item: ConnectAttempt) -> str:
    error = f" ({item.error})" if item.error else ""
    words = OUTCOME_WORDS[item.outcome]
    how = "for" if item.outcome == "silent" else "after"
    return f"TCP connect to {item.address}, port {item.port}: {words}{error} {how} " + (
        f"{item.seconds:.1f} s" if item.seconds >= 1 else f"{item.seconds * 1000:.0f} ms"
    )


def _table(run: Run, found: Diagnosis) -> Iterator[str]:
    table = network_table.network_table(run, found)
    if table is not None:
        yield ""
        yield from network_table.lines(table, WIDTH)


def _works(run: Run) -> Iterator[str]:
    """Other ports of the same server: they prove that it is up."""
    for way in run.working_ways:
        if way.host == run.settings.host and way.port != run.settings.port:
            yield ""
            yield from _wrapped(f"Port {way.port} of the same server works: {way.tried}.")


def _way_to_do_it(outlet: WaysOut, found: Diagnosis) -> Iterator[str]:
    """What the platform is known to want, and what it is known to do by default."""
    if BLOCKS[found.code][1] is not PASS or found.code == "local-firewall":
        return
    lift = ways_out.lift(outlet)
    if outlet.blocking is not None and lift is not None:
        yield ""
        yield "As far as is known, it is done so:"
        for step in lift.steps:
            yield from _wrapped(f"- {step}", "  ")
    for evidence in ways_out.evidence(outlet):
        yield ""
        yield from _wrapped(f"({evidence.text})")


def _utc(report: Report, seconds: float) -> str:
    """A moment of the run, as seconds from its start; "" in a saved run without a start."""
    try:
        started = datetime.fromisoformat(report.started)
    except ValueError:
        return ""
    return (started + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")


def _clock(report: Report, seconds: float) -> str:
    return _utc(report, seconds)[11:]


def _wrapped(text: str, indent: str = "") -> Iterator[str]:
    return wrapped(text, WIDTH, indent=indent, bar=ASCII_BAR)
