"""A port that something on the way refuses, told from a refusal by the server itself.

Seen from an ICMP error and its sender, from a refusal that comes from nearer than the server, from
the same refusal at independent hosts, or from "unreachable" for one port of a host whose other
ports answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.reach import Reach, ids
from smtpdoctor.diagnosis.wording import reach as reach_words

CODE = "port-rejected"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    reach = run.reach
    attempts = reach.by_code.get(CODE)
    if not attempts:
        return
    title, why, confidence = _words(run, reach)
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=confidence,
        title=title,
        explanation=why,
        evidence=reach_words.evidence(reach, CODE, platform=True),
        fixes=(*working_ways(run), *_fixes(run, reach)),
        explains=ids(attempts),
    )


def _words(run: Run, reach: Reach) -> tuple[str, str, Confidence]:
    """Title, who turns it away, and how sure that is."""
    host, port = run.settings.host, run.settings.port
    refusal, nearer = reach.paths.refusal, reach.paths.nearer
    if reach.end == "rejected-by-a-router" and refusal is not None:
        return (
            f"{host}:{port} is rejected by {refusal.hop.sender} on the way",
            f"An ICMP error turns the connection away. Its sender is not the server but "
            f"{refusal.place}: a firewall there does not let this port pass.",
            "certain",
        )
    if reach.end == "refused-elsewhere-too":
        place = reach.place or "on this machine, in its cloud's rules or in the network on the way"
        return (
            f"outgoing port {port} is refused, to {host} and others",
            "Servers that have nothing to do with each other would not all refuse the same port: "
            f"a firewall answers in their place, {place}.",
            "certain" if len(reach.controls) > 1 else "likely",
        )
    if reach.end == "refused-before-the-server" and nearer is not None:
        return (
            f"port {port} of {host} is refused at hop {nearer.at}, before the server is reached",
            "The refusal comes from nearer than the server: a firewall answers in its place, "
            f"{nearer.place}.",
            "likely",
        )
    where = "on the server" if reach.is_servers_own else "on the way or on the server"
    return (
        f"port {port} of {host} is rejected by a firewall",
        f"The host is there, but a firewall, {where}, reports this port alone as unreachable.",
        "likely",
    )


def _fixes(run: Run, reach: Reach) -> tuple[Fix, ...]:
    port = run.settings.port
    if reach.is_servers_own:
        return (
            Fix(
                title=f"open port {port} in the firewall of {run.settings.host}",
                steps=(
                    f"On the server, let TCP to port {port} in from this machine's address, or ask "
                    "who runs the server to do so.",
                ),
            ),
        )
    own, *others = reach_words.let_through(reach)
    return (own, reach_words.HOSTING_PANEL, *others)
