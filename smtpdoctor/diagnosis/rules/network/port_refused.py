"""A port on which the server itself refuses connections: nothing listens there."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.addresses import is_loopback
from smtpdoctor.diagnosis.evidence import own_line
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.reach import Reach, ids
from smtpdoctor.diagnosis.wording import reach as reach_words

CODE = "port-refused"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    reach = run.reach
    attempts = reach.by_code.get(CODE)
    if not attempts:
        return
    host, port = run.settings.host, run.settings.port
    loopback = reach.is_near and all(is_loopback(item.address) for item in attempts)
    title = f"{host} refuses connections on port {port}"
    if reach.reached:
        addresses = ", ".join(item.address for item in attempts)
        title = f"{addresses} refuses port {port}; another address of {host} answers"
    elif loopback:
        title = f"nothing listens on {host}:{port} on this machine"
    yield Diagnosis(
        code=CODE,
        severity="warning" if reach.reached and not run.takes_failed_address else "error",
        confidence=_confidence(reach, loopback=loopback),
        title=title,
        explanation=(
            "The host answers, but with a refusal: no program takes connections on this port, or "
            "the host's firewall says so in its place. " + _effect(run, reach, loopback=loopback)
        ),
        evidence=(
            *reach_words.evidence(reach, CODE),
            *own_line(run, "host"),
            *own_line(run, "port"),
        ),
        fixes=(*working_ways(run), _fix(run, loopback=loopback)),
        explains=ids(attempts),
    )


def _confidence(reach: Reach, *, loopback: bool) -> Confidence:
    # nothing on the way can refuse in loopback's place, nor where others answer on this port
    return "certain" if loopback or "open" in reach.controls.values() else "likely"


def _effect(run: Run, reach: Reach, *, loopback: bool) -> str:
    if reach.reached and run.takes_failed_address and run.client is not None:
        return f"{run.client.name} tries the first address alone, and fails there."
    if reach.reached:
        return "Programs that try every address go on to the next one; others fail now and then."
    nothing = "No mail dialogue begins, so nothing is sent."
    if not loopback:
        return nothing
    return (
        f"{nothing} A mail server on another machine is not meant by this name: perhaps the "
        "setting never reached the program, and this is its default."
    )


def _fix(run: Run, *, loopback: bool) -> Fix:
    host, port = run.settings.host, run.settings.port
    if loopback:
        return Fix(
            title=f"start the mail server on port {port}, or set the host that is meant",
            steps=(
                f"If a mail server is meant to run here, start it; `ss -ltn` lists port {port} "
                "once it listens, and a container has to publish the port.",
                "If not, set the host name of your mail provider, and its port (465 or 587).",
            ),
        )
    return Fix(
        title="ask for the submission port of this server",
        steps=(
            f"Check with who runs {host} on which port it takes mail from programs: usually 465 "
            "(TLS from the first byte) or 587 (STARTTLS).",
            f"If it is your own server, start the service on port {port} or open it in the host's "
            "firewall.",
        ),
    )
