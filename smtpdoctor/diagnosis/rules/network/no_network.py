"""A machine from which nothing is reached: no host, no literal address, or no route at all."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.addresses import is_nat64
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.isolation import Isolation
from smtpdoctor.diagnosis.wording import isolation as isolation_words

CODE = "no-network"
#: Without a network no name server answers, either.
BEFORE = ("dns-resolver-unreachable", "dns-resolver-failing")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    isolation = run.isolation
    if isolation.code != CODE or not isolation.explains:
        return
    host = run.settings.host
    over = f" over {run.reach.family}" if isolation.other_family_works else ""
    if isolation.no_route:
        title = f"this machine has no route to {host}{over}"
    else:
        title = f"this machine reaches nothing{over}: neither {host} nor anybody else"
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=_confidence(isolation),
        title=title,
        explanation=(
            "The mail server is not at fault, but this machine's way to it"
            + (f": no network{over} leads there from here. " if isolation.no_route else ". ")
            + (
                "Mail servers with addresses of the other family are reached."
                if over
                else "No program on this machine, or in this container, can send mail until that "
                "works."
            )
            + (
                " A firewall that drops everything but a few known services would look the same."
                if isolation.names_answer and not over
                else ""
            )
        ),
        evidence=isolation_words.evidence(isolation),
        fixes=(*working_ways(run), _ipv4(run)) if over else (_fix(run),),
        explains=isolation.explains,
    )


def _confidence(isolation: Isolation) -> Confidence:
    if isolation.no_route:
        everywhere = all(item.outcome == "no-route" for item in isolation.landmarks)
        return "certain" if everywhere and isolation.landmarks else "likely"
    # names that are answered come from somewhere: then something does get through
    return "certain" if isolation.names_answer is False else "likely"


def _ipv4(run: Run) -> Fix:
    """What gives IPv4 to a machine that has IPv6 alone; the other way round is `ipv6-broken`."""
    return Fix(
        title="give this machine IPv4, or send through a host that has IPv6 addresses",
        steps=(
            "Ask whoever runs the network for an IPv4 address with a default route (`ip route`), "
            "or for NAT64 and DNS64, which let a machine with IPv6 alone reach IPv4.",
            *_nat64(run),
            "Or take a submission host of the provider that has an AAAA record.",
        ),
    )


def _nat64(run: Run) -> Iterator[str]:
    """An address that DNS64 made, and no way to the translator that it means."""
    made = [item.address for item in run.connects("configured") if is_nat64(item.address)]
    if made:
        yield (
            f"{made[0]} is an address that DNS64 made; the network has no route to the NAT64 that "
            "belongs to it (64:ff9b::/96)."
        )


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
