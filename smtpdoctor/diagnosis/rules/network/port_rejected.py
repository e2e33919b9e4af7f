"""A port that something on the way refuses, told from a refusal by the server itself.

Seen from the same refusal at independent hosts, or from "unreachable" for one port of a host whose
other ports answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.rules.network import _reach
from smtpdoctor.diagnosis.run import Run

CODE = "port-rejected"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    reach = _reach.Reach(run)
    attempts = reach.by_code.get(CODE)
    if not attempts:
        return
    host, port = run.settings.host, run.settings.port
    if reach.refused_elsewhere:
        title = f"outgoing port {port} is rejected: {host} and independent servers alike"
        why = (
            "Servers that have nothing to do with each other would not all refuse the same port. "
            "A firewall answers in their place: on this machine (hosting panels such as cPanel "
            "have one for mail), in its cloud's rules, or in the network on the way."
        )
    else:
        title = f"port {port} of {host} is rejected by a firewall"
        why = (
            "Other ports of the same host answer, so the host is there. A firewall, on the way or "
            "on the server, reports this port alone as unreachable."
        )
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if reach.refused_elsewhere and len(reach.controls) > 1 else "likely",
        title=title,
        explanation="The attempt to connect is turned away at once, before any mail dialogue. "
        + why,
        evidence=reach.evidence(CODE),
        fixes=(
            *working_ways(run),
            Fix(
                title=f"let port {port} through in the firewall",
                steps=(
                    "Look at the rules of this machine and of its cloud or cluster for outgoing "
                    f"TCP to port {port}: on hosting panels ConfigServer Firewall (SMTP_BLOCK) or "
                    '"SMTP Restrictions", else nftables, ufw, firewalld, a security group.',
                    "If they allow it, ask the hosting platform or network administrator to allow "
                    f"outgoing port {port}"
                    + ("." if reach.refused_elsewhere else ", or who runs the server."),
                ),
            ),
        ),
        explains=_reach.ids(attempts),
    )
