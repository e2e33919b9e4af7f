"""A port number that is none for submission here, on which nothing answers.

Where a server was asked the number alone is no fault: only a port that is closed or silent is
judged, and first of all by what the provider is known to serve. Where the settings alone are looked
at, that and the numbers of other services are all there is.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import cite, own_line
from smtpdoctor.diagnosis.fixes import change_settings, use_way
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.ports import OTHER_SERVICES, WrongPort
from smtpdoctor.diagnosis.views.reach import Reach, ids
from smtpdoctor.diagnosis.wording import reach as reach_words
from smtpdoctor.words import MODE_WORDS

CODE = "wrong-port"
BEFORE = ("port-blocked", "port-refused")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    reach = run.reach
    attempts = reach.by_code.get(CODE)
    wrong = reach.wrong_port
    if wrong is None:
        return
    if run.settings.elsewhere:
        yield from _foretold(run, reach, wrong)
    if not attempts:
        return
    host, port = run.settings.host, run.settings.port
    title, why = _words(run, wrong)
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=_confidence(reach, wrong),
        title=title,
        explanation=(
            f"{why} Nothing takes the connection to port {port} of {host}, so the program waits or "
            "is refused before any mail dialogue begins."
        ),
        evidence=(
            *own_line(run, "port"),
            *reach_words.evidence(reach, CODE),
            *_known(run, wrong),
        ),
        fixes=_fixes(run, reach, wrong),
        explains=ids(attempts),
        points_at=("port",) if run.entry("port") else (),
    )


def _foretold(run: Run, reach: Reach, wrong: WrongPort) -> Iterator[Diagnosis]:
    """By the number alone: an error at a provider whose ports are known, else what is worth a look,
    since a server of one's own may listen anywhere."""
    read = run.setting("port")
    if read is None:
        return
    known = run.provider is not None and wrong.reason != "slip"
    title, why = _words(run, wrong)
    yield Diagnosis(
        code=CODE,
        severity="error" if known else "warning",
        confidence="likely" if wrong.reason != "slip" else "possible",
        title=title,
        explanation=f"{why} The server itself was not asked.",
        evidence=(*own_line(run, "port"), *_known(run, wrong)),
        fixes=_fixes(run, reach, wrong),
        explains=(read.id,) if known else (),
        points_at=("port",),
    )


def _words(run: Run, wrong: WrongPort) -> tuple[str, str]:
    """Title, and why the number is wrong."""
    host, port = run.settings.host, run.settings.port
    usual = "Programs hand in mail on port 465 or 587."
    if wrong.reason == "not-served":
        name = run.provider.name if run.provider else host
        return (
            f"{host} does not serve port {port}",
            f"{name} takes no mail on port {port}; it does on port {wrong.meant}, with "
            f"{MODE_WORDS[wrong.tls]}.",
        )
    if wrong.reason == "other-service":
        return (
            f"port {port} is for {OTHER_SERVICES[port or 0]}, not for sending mail",
            usual,
        )
    if wrong.reason == "slip":
        return (
            f"port {port} is probably a slip for {wrong.meant}",
            f"{usual} The number {port} is one slip away from {wrong.meant}.",
        )
    return (f"port {port} is no port for sending mail, and {host} does not answer there", usual)


def _known(run: Run, wrong: WrongPort) -> tuple[Evidence, ...]:
    """What the knowledge base has on the provider's ports, with its source."""
    if wrong.reason != "not-served" or run.provider is None:
        return ()
    ports = " and ".join(
        f"{known.port} ({MODE_WORDS[known.tls]})" for known in run.provider.ports if known.verified
    )
    text = f"{run.provider.name} is known to serve {ports} {cite(run.provider.not_served_source)}"
    return (Evidence(check="reach", kind="known", text=text.strip()),)


def _confidence(reach: Reach, wrong: WrongPort) -> Confidence:
    if not reach.host_is_alive and wrong.reason != "not-served":
        return "possible"  # a host that is down would look the same
    return "certain" if wrong.reason == "not-served" and reach.host_is_alive else "likely"


def _fixes(run: Run, reach: Reach, wrong: WrongPort) -> tuple[Fix, ...]:
    """The port that was meant stands first where it was tried and worked, or nothing was."""
    host = run.settings.host
    ways = run.working_ways
    meant = [way for way in ways if (way.host, way.port) == (host, wrong.meant)]
    others = [use_way(run, way) for way in ways if way not in meant]
    if meant:
        return (*(use_way(run, way) for way in meant), *others)
    outcome = reach.own_ports.get(wrong.meant)
    tried = f"{host} {reach_words.on_port(outcome, wrong.meant)}; no login tried" if outcome else ""
    untried = change_settings(
        run,
        f"use port {wrong.meant} with {MODE_WORDS[wrong.tls]}",
        port=wrong.meant,
        tls=None if wrong.tls == run.settings.tls else wrong.tls,
        tried=tried,
    )
    return (*others, untried)
