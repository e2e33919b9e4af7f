"""A port that swallows connects: by silence here, beside what answers and what does not.

Certain where an independent host is silent on the same port while other traffic passes; else what
answers on the same host only makes it likely.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Fix
from smtpdoctor.diagnosis.rules.network import _reach
from smtpdoctor.diagnosis.run import Run

CODE = "port-blocked"

SILENCE = (
    "Nothing came back to the attempts to connect, not even a refusal: the packets are thrown "
    "away. Neither the password nor the TLS settings play a part yet. Programs wait for a long "
    "time here, up to two minutes, and then report a timeout. "
)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    reach = _reach.Reach(run)
    attempts = reach.by_code.get(CODE)
    if not attempts:
        return
    host, port = run.settings.host, run.settings.port
    title, where, confidence = _words(run, reach)
    if reach.reached:
        addresses = ", ".join(item.address for item in attempts)
        title = f"{addresses} gives no answer on port {port}; another address of {host} does"
    yield Diagnosis(
        code=CODE,
        severity="warning" if reach.reached else "error",
        confidence=confidence,
        title=title,
        explanation=SILENCE + where,
        evidence=reach.evidence(CODE),
        fixes=(*working_ways(run), *_fixes(run, reach)),
        explains=_reach.ids(attempts),
    )


def _words(run: Run, reach: _reach.Reach) -> tuple[str, str, Confidence]:
    """Title, where the block stands, and how sure that is."""
    host, port = run.settings.host, run.settings.port
    if reach.blocked_elsewhere:
        return (
            f"outgoing port {port} is blocked: {host} is silent there, and so are others",
            "Independent servers are silent on this port too, and other traffic passes, so it is "
            "not this server: the block stands on this machine, in its cloud's rules, or in the "
            "network of its provider.",
            "certain",
        )
    if reach.host_is_alive:
        alive = [known for known, outcome in reach.own_ports.items() if outcome in _reach.ANSWERS]
        return (
            f"port {port} of {host} is blocked: it is silent, while port {alive[0]} answers",
            "The host is there, since another of its ports answers; only this port is thrown away, "
            + (
                "probably by the server's own firewall or one in front of it: an independent "
                "server does answer on this port."
                if "open" in reach.controls.values()
                else "by a firewall on the way or on the server."
            ),
            "likely",
        )
    return (
        f"{host} gives no answer on port {port}",
        "No other port could be compared, so this may as well be a host that is down.",
        "possible",
    )


def _fixes(run: Run, reach: _reach.Reach) -> tuple[Fix, ...]:
    port = run.settings.port
    if reach.is_near or "open" in reach.controls.values():
        return (
            Fix(
                title=f"open port {port} in the firewall of {run.settings.host}",
                steps=(
                    f"On the server, check that the mail server listens on port {port} and that "
                    "its firewall (nftables, ufw, firewalld, security group) lets it in.",
                    "In a cluster or with containers, check that the network policy between the "
                    f"two allows TCP to port {port}.",
                ),
            ),
        )
    return (
        Fix(
            title=f"let outgoing port {port} through in this machine's own rules",
            steps=(
                "Look at what you set yourself first: the host's firewall, the cloud's security "
                "group, network ACL or VPC firewall, a Kubernetes NetworkPolicy, the outbound "
                f"policy of a service mesh. They have to let TCP to port {port} out.",
                "If they do, the hosting platform or the internet provider drops it: many block "
                "mail ports until they are asked. Have its support lift the block on outgoing "
                f"port {port} for this machine.",
            ),
        ),
        Fix(
            title="send over port 443 in place of SMTP",
            steps=(
                "Where the network can't be changed: many mail services take messages over an "
                "HTTPS API, and port 443 is hardly ever blocked.",
            ),
        ),
    )
