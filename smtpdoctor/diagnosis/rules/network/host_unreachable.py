"""A host none of whose ports answers, while other hosts do.

Whether it is down, or has banned this address, can't be seen from here, and is not claimed.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import own_line
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.reach import Reach, ids
from smtpdoctor.diagnosis.wording import reach as reach_words
from smtpdoctor.diagnosis.wording.ways_out import listed
from smtpdoctor.observations import ConnectAttempt

CODE = "host-unreachable"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    reach = run.reach
    attempts = reach.by_code.get(CODE)
    if not attempts:
        return
    if reach.reached:
        yield _one_address(run, reach, attempts)
        return
    host = run.settings.host
    if reach.outcome == "no-route":
        title = f"this machine has no route to {host}"
    elif reach.others_answer:
        title = f"no port of {host} answers, while other hosts do"
    else:
        ports = sorted({run.settings.port or 0, *reach.own_ports})
        title = f"no port of {host} answers ({listed(ports)} tried)"
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=_confidence(reach),
        title=title,
        explanation=_explanation(run, reach),
        evidence=(
            *reach_words.evidence(reach, CODE),
            *own_line(run, "host"),
        ),
        fixes=(*working_ways(run), _fix(run, reach)),
        explains=ids(attempts),
    )


def _confidence(reach: Reach) -> Confidence:
    if not reach.others_answer:
        return "possible"
    # an open port elsewhere clears the port itself of being blocked
    return "certain" if "open" in reach.controls.values() and reach.own_ports else "likely"


def _explanation(run: Run, reach: Reach) -> str:
    if reach.outcome == "no-route":
        return (
            "Its own routes say that there is no way to that address: nothing was sent. A VPN that "
            "is not connected, or a route that shuts the network out, looks like this."
        )
    text = (
        "The host may be down, its name may lead to the wrong address, or it may have banned this "
        "machine's address, for example after many wrong passwords; from here these look the same."
    )
    if not reach.others_answer:
        return text + (
            " Nothing else was there to compare with, so this machine's own network may be the "
            "reason as well."
        )
    if "open" not in reach.controls.values():
        return text + " A network that drops all mail ports would look the same, too."
    return text


def _fix(run: Run, reach: Reach) -> Fix:
    host = run.settings.host
    if reach.outcome == "no-route":
        return Fix(
            title=f"give this machine a route to {host}",
            steps=(
                f"See what it says of the address: ip route get {run.addresses[0]} (Linux), "
                f"route -n get {run.addresses[0]} (macOS).",
                "Connect the VPN that the address belongs to, or take out the route that says "
                "blackhole, unreachable or prohibit.",
            ),
        )
    if reach.is_near:
        return Fix(
            title=f"check that {host} is up and that its address is right",
            steps=(
                "See whether the machine or container behind it runs, and has the address "
                f"{', '.join(run.addresses)}.",
                "If it does, look for a firewall or network policy between the two, and for a VPN "
                "or network that this machine has to join first.",
            ),
        )
    return Fix(
        title="try from another network, then ask who runs the server",
        steps=(
            "Run smtpdoctor from another network, such as a phone's. If the host answers there, it "
            "or a firewall shuts out this machine's address: stop every program that logs in with "
            "old passwords, and ask for the ban to be lifted.",
            f"If it does not answer there either, check the host name, and see whether {host} is "
            "known to be down (the provider's status page).",
        ),
    )


def _one_address(run: Run, reach: Reach, attempts: list[ConnectAttempt]) -> Diagnosis:
    """One of several addresses, for which another makes up."""
    host, port = run.settings.host, run.settings.port
    addresses = ", ".join(item.address for item in attempts)
    if all(item.outcome == "no-route" for item in attempts):
        return _no_route(run, reach, attempts)
    return Diagnosis(
        code=CODE,
        severity="warning",
        confidence="likely",
        title=f"{addresses} does not answer on port {port}; another address of {host} does",
        explanation=(
            f"{host} has several addresses, and not all of them answer from here. Programs that "
            "try one after the other lose time, up to two minutes; those that take one at random "
            "fail now and then."
        ),
        evidence=reach_words.evidence(reach, CODE),
        fixes=(
            Fix(
                title="tell who runs the server which address is dead",
                steps=(
                    f"Run smtpdoctor from another network. If {addresses} is silent there too, "
                    "tell who runs the server.",
                    f"If it answers there, this network keeps {addresses} away: ask its "
                    "administrator.",
                ),
            ),
        ),
        explains=ids(attempts),
    )


def _no_route(run: Run, reach: Reach, attempts: list[ConnectAttempt]) -> Diagnosis:
    """What this machine can't send to: every program is told at once, and most go on."""
    host = run.settings.host
    addresses = ", ".join(item.address for item in attempts)
    return Diagnosis(
        code=CODE,
        severity="note",
        confidence="certain",
        title=f"this machine has no route to {addresses}; to another address of {host} it has",
        explanation=(
            "A program that tries the next address goes on at once; one that takes only "
            f"{'IPv4' if attempts[0].family == 'IPv4' else 'IPv6'} addresses, or one at random, "
            "fails."
        ),
        evidence=reach_words.evidence(reach, CODE),
        fixes=(),
        explains=ids(attempts),
    )
