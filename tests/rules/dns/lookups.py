"""Look-ups as the tests of the DNS rules need them, over the builder of all rule tests."""

from __future__ import annotations

from typing import Any

from smtpdoctor.observations import ConnectOutcome, NameServerOutcome, ResolverConfiguration

from ..scene import Scene

SERVER = "192.168.1.1"
OTHER_SERVER = "192.168.1.2"
PUBLIC = ("1.1.1.1", "8.8.8.8")


def looked_up(
    error: str = "",
    *addresses: str,
    servers: dict[str, NameServerOutcome] | None = None,
    wire: tuple[str, ...] = (),
    from_hosts_file: tuple[str, ...] = (),
    took: float = 0.01,
    **settings: Any,
) -> Scene:
    """A run as far as its look-ups: getaddrinfo's error or addresses, and what each server says.

    A server whose outcome is "answer" gives the addresses of `wire` to A and none to AAAA.
    """
    scene = Scene(**settings)
    outcomes = {SERVER: "answer"} if servers is None else servers
    scene.resolvers(*outcomes or (SERVER,))
    scene.lookup(*addresses, error=error, from_hosts_file=from_hosts_file, took=took)
    for server, outcome in outcomes.items():
        if outcome == "answer":
            scene.name_server("answer", *wire, server=server)
            scene.name_server("nodata", server=server, record="AAAA")
        else:
            scene.name_server(outcome, server=server)  # type: ignore[arg-type]
            scene.name_server(outcome, server=server, record="AAAA")  # type: ignore[arg-type]
    return scene


def ipv4_only(outcome: NameServerOutcome, error: str = "", **settings: Any) -> Scene:
    """A run as far as its look-ups, where the only server answers A, and AAAA by this outcome."""
    scene = Scene(**settings).resolvers(SERVER)
    scene.lookup(error=error)
    answer = scene.name_server()
    scene.name_server(outcome, record="AAAA")
    if error:
        scene.addresses(*answer.answers, source="wire", after=answer)
    return scene


def by_nameserver_option(outcome: NameServerOutcome, **settings: Any) -> Scene:
    """A run under --nameserver that found no address."""
    scene = Scene(**settings).resolvers(SERVER, source="--nameserver")
    scene.name_server(outcome)
    scene.name_server(outcome, record="AAAA")
    scene.addresses(source="wire", after=scene.observations().first(ResolverConfiguration))
    return scene


def compare(
    scene: Scene,
    *,
    udp: NameServerOutcome = "silent",
    tcp: NameServerOutcome = "silent",
    landmarks: ConnectOutcome | None = "open",
    error: str = "",
) -> Scene:
    """What public resolvers say, over UDP and TCP, and whether they are reached on 443."""
    for address in PUBLIC:
        for transport, outcome in (("udp", udp), ("tcp", tcp)):
            scene.name_server(
                outcome,
                server=address,
                transport=transport,  # type: ignore[arg-type]
                asked_for="control",
                error=error if outcome == "unreachable" else "",
            )
        if landmarks:
            scene.connect(landmarks, address, 443, "control-address", host=address)
    return scene
