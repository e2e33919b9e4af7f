"""A port on which the server itself refuses connections: nothing listens there."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.addresses import is_loopback
from smtpdoctor.diagnosis.evidence import cite, own_line
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, Fix
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
        explanation=_why(run) + _effect(run, reach, loopback=loopback),
        evidence=(
            *reach_words.evidence(reach, CODE),
            *_served(run),
            *own_line(run, "host"),
            *own_line(run, "port"),
        ),
        fixes=(*working_ways(run), *_fixes(run, reach, loopback=loopback)),
        explains=ids(attempts),
    )


def _serves(run: Run) -> bool:
    """Whether it is known that the provider takes mail on this port, and nothing seen here says
    that the way to it is free."""
    provider, port, reach = run.provider, run.settings.port, run.reach
    if reach.reached or "open" in reach.controls.values():
        return False
    return provider is not None and any(
        each.port == port and each.verified for each in provider.ports
    )


def _served(run: Run) -> tuple[Evidence, ...]:
    provider = run.provider
    if provider is None or not _serves(run):
        return ()
    source = next(item.source for item in provider.ports if item.port == run.settings.port)
    text = f"{provider.name} takes mail on port {run.settings.port} {cite(source)}".rstrip()
    return (Evidence(check="reach", kind="known", text=text),)


def _why(run: Run) -> str:
    if _serves(run):
        return (
            "A refusal came back at once, though this provider takes mail on this port. Probably "
            "something on the way gives it in the server's place: a web hoster's firewall, or the "
            "network's. "
        )
    return (
        "The host answers, but with a refusal: no program takes connections on this port, or "
        "the host's firewall says so in its place. "
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


def _fixes(run: Run, reach: Reach, *, loopback: bool) -> tuple[Fix, ...]:
    if reach.reached:
        refusing = ", ".join(item.address for item in reach.by_code[CODE])
        return (
            Fix(
                title=f"let the mail server listen on {refusing} too"
                if loopback
                else "tell who runs the server which address refuses",
                steps=(
                    f"On {refusing} nothing listens on port {run.settings.port}: the service "
                    "there is down or not bound to that address, or the address is an old one "
                    "that still stands in DNS.",
                ),
            ),
        )
    if loopback or not _serves(run):
        return (_fix(run, loopback=loopback),)
    host, port = run.settings.host, run.settings.port
    ask = Fix(
        title=f"ask your web hoster or network to let port {port} out to {host}",
        steps=(
            "Many web hosters refuse outgoing mail ports to all but their own server: ask for an "
            "exception, or send through the hoster's server with a mailbox that it hosts.",
            *reach_words.HOSTING_PANEL.steps,
        ),
    )
    return (ask, *reach_words.let_through(reach))


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
