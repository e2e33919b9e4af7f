"""Which ports answer: TCP connects, each with its own outcome. Nothing is sent."""

from __future__ import annotations

from smtpdoctor import knowledge
from smtpdoctor.addresses import family_of
from smtpdoctor.deadline import Deadline
from smtpdoctor.network import ConnectResult, Network
from smtpdoctor.observations import ConnectAttempt, ConnectPurpose, Trail
from smtpdoctor.settings.model import TLSMode

#: Linux sends a SYN at 0, 1 and 3 s: three attempts before silence is called silence.
CONNECT = 3.3
#: Beside the configured port, and where the path is known to be short of time: two attempts.
BESIDE = 2.2

#: RFC 8314 §3.3 and RFC 6409 §3.1: the two submission ports and their TLS modes.
SUBMISSION_PORTS: dict[int, TLSMode] = {465: "implicit", 587: "starttls"}

#: Addresses that answer on 443 wherever the internet is reached: large public resolvers.
CONTROL_ADDRESSES = ("1.1.1.1", "8.8.8.8", "2606:4700:4700::1111")
CONTROL_PORT = 443
#: Providers whose submission hosts stand for "somebody else's mail server".
CONTROL_PROVIDERS = ("gmail", "microsoft365", "sendgrid", "mailgun")
CONTROLS = 2


async def attempt(
    network: Network,
    trail: Trail,
    deadline: Deadline,
    *,
    host: str,
    address: str,
    port: int,
    target: tuple[str, int] | None = None,
    purpose: ConnectPurpose = "configured",
    wait: float = CONNECT,
    provider: str | None = None,
) -> ConnectResult:
    """One connect, recorded. `target` is where it really goes under --connect-to.

    An open result's stream belongs to the caller.
    """
    since = trail.now
    to_address, to_port = target or (address, port)
    result = await network.connect(to_address, to_port, deadline.cap(wait))
    trail.record(
        ConnectAttempt(
            host=host,
            address=address,
            port=port,
            family=family_of(address),
            outcome=result.outcome,
            purpose=purpose,
            error=result.error,
            provider=provider,
            ok=result.outcome == "open",
        ),
        since=since,
    )
    return result


def other_ports(host: str, configured: int) -> dict[int, TLSMode]:
    """The other ports on which this host may take mail, with their usual TLS mode."""
    provider = knowledge.provider_of(host)
    ports = dict(SUBMISSION_PORTS)
    if provider is not None:
        for known in provider.ports:
            # 25 is for servers among themselves; clouds watch who knocks there
            if known.verified and known.port != 25 and known.tls != "none":
                ports[known.port] = known.tls
        for port in provider.not_served:
            ports.pop(port, None)
    ports.pop(configured, None)
    return ports


def control_hosts(host: str, port: int) -> list[tuple[str, str]]:
    """Submission hosts of independent providers that serve this port, as (host, provider id)."""
    own = knowledge.provider_of(host)
    found = []
    for name in CONTROL_PROVIDERS:
        provider = knowledge.providers()[name]
        serves = any(known.port == port and known.verified for known in provider.ports)
        if serves and (own is None or own.id != name):
            found.append((provider.hosts[0].host, name))
    return found[:CONTROLS]
