"""What is knocked on beside the configured port, in the order of the real run."""

from __future__ import annotations

from smtpdoctor.observations import ConnectOutcome

from ..scene import Scene

LANDMARKS = ("1.1.1.1", "8.8.8.8")
LANDMARK_IPV6 = "2606:4700:4700::1111"


def own_ports(
    scene: Scene, outcomes: dict[int, ConnectOutcome], address: str | None = None
) -> None:
    """Other ports of the same host."""
    for port, outcome in outcomes.items():
        scene.connect(outcome, address, port, "other-port", took=0.02)


def controls(scene: Scene, *outcomes: ConnectOutcome) -> None:
    """Independent providers' hosts on the configured port, one for each outcome."""
    hosts = {"smtp.gmail.com": "192.0.2.25", "smtp.sendgrid.net": "192.0.2.77"}
    for (host, address), outcome in zip(hosts.items(), outcomes, strict=False):
        scene.connect(outcome, address, purpose="control", host=host)


def landmarks(scene: Scene, outcome: ConnectOutcome, ipv6: ConnectOutcome = "no-route") -> None:
    """Literal addresses on 443."""
    for address in LANDMARKS:
        scene.connect(outcome, address, 443, "control-address", host=address)
    scene.connect(ipv6, LANDMARK_IPV6, 443, "control-address", host=LANDMARK_IPV6)


def roots(scene: Scene) -> tuple[str, ...]:
    """The ids of what failed on the configured way and has a cause of its own."""
    return tuple(item.id for item in scene.observations().roots())
