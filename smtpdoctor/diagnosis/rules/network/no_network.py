"""A machine from which nothing is reached: no host, no literal address, or no route at all."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.rules.network import _reach
from smtpdoctor.diagnosis.run import Run

CODE = "no-network"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    reach = _reach.Reach(run)
    attempts = reach.by_code.get(CODE)
    if not attempts:
        return
    host = run.settings.host
    no_route = reach.outcome == "no-route"
    over = f" over {reach.family}" if _other_family_works(run, reach) else ""
    if no_route:
        title = f"this machine has no route to {host}{over}"
    else:
        title = f"this machine reaches nothing{over}: neither {host} nor anybody else"
    everywhere = no_route and all(item.outcome == "no-route" for item in reach.landmarks)
    proxies = run.place.proxies if run.place else ()
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if everywhere and reach.landmarks else "likely",
        title=title,
        explanation=(
            "The mail server is not at fault, but this machine's way to it"
            + (f": no network{over} leads there from here. " if no_route else ". ")
            + "No program on this machine, or in this container, can send mail until that works."
            + _aside(no_route=no_route, proxies=proxies)
        ),
        evidence=reach.evidence(CODE),
        fixes=(_fix(run),),
        explains=_reach.ids(attempts),
    )


def _other_family_works(run: Run, reach: _reach.Reach) -> bool:
    return any(
        item.ok and item.family != reach.family
        for purpose in ("control", "control-address", "other-host")
        for item in run.connects(purpose)
    )


def _aside(*, no_route: bool, proxies: tuple[str, ...]) -> str:
    if proxies:
        return (
            f" {' and '.join(proxies)} is set here: perhaps only a web proxy leaves this network, "
            "and SMTP does not go through one."
        )
    if no_route:
        return ""
    return " A firewall that drops everything but a few known services would look the same."


def _fix(run: Run) -> Fix:
    steps = [
        "Check the network of this machine: cable or Wi-Fi, the VPN, the default route "
        "(`ip route`, `ip -6 route`), the firewall's rules for outgoing traffic.",
    ]
    if run.place is not None and run.place.container:
        steps.insert(
            0,
            "Check that this container is attached to a network that reaches the internet "
            "(not `--network none`, no `internal: true` in Compose, no network policy "
            "that denies egress).",
        )
    steps.append("Then run smtpdoctor again.")
    return Fix(title="connect this machine to the network", steps=tuple(steps))
