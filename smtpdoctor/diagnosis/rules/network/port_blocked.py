"""A port that swallows connects: by silence here, beside what answers and what does not.

Certain where an independent host is silent on the same port while other traffic passes; else what
answers on the same host only makes it likely.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.reach import Reach, ids
from smtpdoctor.diagnosis.wording import reach as reach_words
from smtpdoctor.diagnosis.wording import ways_out as ways_out_words

CODE = "port-blocked"

ANYWHERE = "on this machine, in its cloud's rules or in its provider's network"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    reach = run.reach
    attempts = reach.by_code.get(CODE)
    if not attempts:
        return
    host, port = run.settings.host, run.settings.port
    title, why, confidence = _words(run, reach)
    if reach.reached:
        addresses = ", ".join(item.address for item in attempts)
        title = f"{addresses} gives no answer on port {port}; another address of {host} does"
    yield Diagnosis(
        code=CODE,
        severity="warning" if reach.reached else "error",
        confidence=confidence,
        title=title,
        explanation=why,
        evidence=reach_words.evidence(reach, CODE, platform=True),
        fixes=(*working_ways(run), *_fixes(run, reach)),
        explains=ids(attempts),
    )


def _words(run: Run, reach: Reach) -> tuple[str, str, Confidence]:
    """Title, explanation with where the block stands, and how sure that is."""
    host, port = run.settings.host, run.settings.port
    known = ways_out_words.summary(run.ways_out, near=reach.may_be_ones_own)
    aside = known or "Neither the password nor TLS plays a part yet."
    end = "silent-beside-a-port" if reach.reached else reach.end
    if end == "silent-elsewhere-too":
        return (
            f"outgoing port {port} is blocked, to {host} and others",
            f"Nothing comes back from port {port}, here or at independent servers, while other "
            f"traffic passes. The block is {reach.place or ANYWHERE}. {aside}",
            "certain",
        )
    if end == "silent-beside-a-port":
        alive = reach.answering_port
        where = reach.place
        if not where and reach.is_servers_own:
            where = "probably in the server's own firewall or one in front of it"
        elsewhere = (
            " An independent server does answer on this port."
            if "open" in reach.controls.values()
            else ""
        )
        return (
            f"port {port} of {host} is blocked: it is silent, while port {alive} answers",
            f"The host is there, since port {alive} answers; packets to port {port} are thrown "
            f"away, {where or 'by a firewall on the way or on the server'}.{elsewhere} {aside}",
            "likely",
        )
    blocking = run.ways_out.blocking
    if end == "silent-where-blocked" and blocking is not None:
        return (
            f"port {port} of {host} is silent, as {blocking.name} blocks it",
            f"Nothing comes back from port {port}. A host that is down would look the same, but "
            f"this platform is known to throw such packets away. {aside}",
            "likely",
        )
    return (
        f"{host} gives no answer on port {port}",
        f"Nothing comes back from port {port}, not even a refusal. No other port could be "
        "compared, so this may as well be a host that is down.",
        "possible",
    )


def _fixes(run: Run, reach: Reach) -> tuple[Fix, ...]:
    port = run.settings.port
    if reach.is_servers_own:
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
    return reach_words.let_through(reach)
