"""What is known of the configured port on this platform, and what lets it out, in words.

Fixes stand in the order to try them: the user's own rules, then the platform, then ways to send
that need no such port.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.model import Evidence, Fix
from smtpdoctor.diagnosis.views.ways_out import WaysOut
from smtpdoctor.knowledge.platforms import Egress, Kind, Lift, Platform, https_apis, relays_on
from smtpdoctor.observations import PlatformSeen

#: A port that no provider's own service needs and few platforms block; not served by IONOS.
RELAY_PORT = 2525
#: Kinds of platforms on which the machine's own firewall is the user's to set.
OWN_NETWORK: tuple[Kind, ...] = ("server", "orchestrator")
#: So many services are named.
MOST_NAMED = 5


def summary(ways: WaysOut, *, near: bool) -> str:
    """What is known of the port on the platform in one sentence, "" where nothing is.

    near: as for `fixes`.
    """
    for item, known in ways.seen:
        extent = known.blocks(ways.port)
        sure = "runs" if item.verified else "probably runs"
        where = f"This {sure} on {item.name.partition(' (')[0]}, which is known to"
        if extent in ("all", "some"):
            entry = next(each for each in known.about(ways.port) if each.policy == "blocked")
            who = f" for {entry.who}" if entry.who else ""
            return f"{where} block it by default{who}."
        if extent == "none":
            return f"{where} leave it open{': look at your own rules' if near else ''}."
    return ""


def evidence(ways: WaysOut) -> tuple[Evidence, ...]:
    """Where this machine is, by which marks; then what is known of the port there."""
    return tuple(each for item, known in ways.seen for each in (_marks(item), *_known(ways, known)))


def _known(ways: WaysOut, known: Platform) -> Iterator[Evidence]:
    about = known.about(ways.port)
    # without a verified word about the port, what is said without one is better than nothing
    for entry in [entry for entry in about if entry.verified] or about:
        text = f"{_policy(ways, known.name, entry)} {cite(*entry.sources[:1])}".rstrip()
        yield Evidence(check="reach", kind="known" if entry.verified else "guessed", text=text)


def _policy(ways: WaysOut, name: str, entry: Egress) -> str:
    who = f" for {entry.who}" if entry.who else ""
    sure = "known" if entry.verified else "said"
    checked = "" if entry.verified else " (not verified)"
    if entry.policy == "open":
        return f"{name}: port {ways.port} is {sure} to be open{who}{checked}"
    which = f"ports {listed(entry.ports)} are" if len(entry.ports) > 1 else f"port {ways.port} is"
    return f"{name}: {which} {sure} to be blocked by default{who}{checked}"


def fixes(ways: WaysOut, *, near: bool, passing: Collection[int] = ()) -> tuple[Fix, ...]:
    """What lets the port out, then what needs no such port.

    near: the user's own rules may be what blocks, by where the packets are lost.
    passing: ports of any host that answer from here.
    """
    own = own_rules(ways) if near and not ways.blocked_for_all else None
    found = (own, lift(ways), other_service(ways, passing))
    return tuple(fix for fix in found if fix is not None)


def own_rules(ways: WaysOut) -> Fix | None:
    """The user's own rules for outgoing traffic; None where the platform has none to set."""
    steps = [step for _, known in ways.seen for step in known.own_rules]
    managed = ways.seen and not any(known.kind in OWN_NETWORK for _, known in ways.seen)
    if managed and not steps:
        return None
    if not ways.seen:
        steps = [
            "in a cloud: security group, network ACL or firewall; in Kubernetes: "
            "NetworkPolicy; in a service mesh: its outbound policy"
        ]
    if not managed:
        container = ways.run.place.container if ways.run.place else None
        where = "on the host of this container" if container else "on this machine"
        steps.append(f"{where}: the firewall (nft list ruleset, ufw status)")
    return Fix(
        title=f"allow outgoing TCP {ways.port} in your own firewall or security group",
        steps=tuple(steps),
    )


def lift(ways: WaysOut) -> Fix | None:
    """What the platform, or else whoever runs the network, has to do; None where it won't."""
    known = ways.blocking
    if known is None:
        return Fix(
            title=f"ask whoever runs the network to allow outgoing TCP {ways.port}",
            steps=(
                "Ask the hosting platform, internet provider or network administrator; "
                "smtpdoctor check --ticket writes the request, with the proof.",
            ),
        )
    steps = [step for lift in _lifts(ways) if lift.possible for step in _steps(lift)]
    if not steps:
        return None
    return Fix(
        title=f"ask {known.name} to lift the block on port {ways.port}",
        steps=(*steps, *_never(ways)),
    )


def _lifts(ways: WaysOut) -> list[Lift]:
    lifts = list(ways.blocking.lifts) if ways.blocking else []
    return [lift for lift in lifts if lift.verified] or lifts


def _never(ways: WaysOut) -> Iterator[str]:
    """For whom no way is known to have the block lifted."""
    for lift in _lifts(ways):
        if not lift.possible and ways.blocking is not None:
            who = f", {lift.who}" if lift.who else ""
            known = f"{ways.blocking.name}{who}: nobody is known to lift the block"
            yield f"{known} {cite(*lift.sources[:1])}".rstrip()


def other_service(ways: WaysOut, passing: Collection[int] = ()) -> Fix:
    """Services that take mail over a port that passes, or over HTTPS."""
    mail = [port for port in sorted(passing) if port not in (ways.port, 25, 443)]
    tried = "answers from here" if mail else "not tried from here"
    steps = [
        f"By SMTP on port {port} ({tried}): {_named(relay.provider.name for relay in relays)}."
        for port in mail or _untried(ways)
        if (relays := relays_on([port]))
    ]
    web = "port 443, which answers from here" if 443 in passing else "port 443"
    steps.append(f"Over HTTPS ({web}): the APIs of {api_names()}.")
    if lift(ways) is None:
        steps.extend(_never(ways))
    return Fix(
        title="send through a service that needs no blocked port",
        steps=(*_alternatives(ways), *steps),
    )


def _untried(ways: WaysOut) -> list[int]:
    """A port for relays, unless even that is said to be blocked here."""
    said = (entry.policy for _, known in ways.seen for entry in known.about(RELAY_PORT))
    return [] if "blocked" in said else [RELAY_PORT]


def _alternatives(ways: WaysOut) -> Iterator[str]:
    """What the blocking platform itself names, but for the port that fails."""
    for note in ways.blocking.alternatives if ways.blocking else ():
        if note.verified and not re.search(rf"\b{ways.port}\b", note.text):
            yield f"{note.text} {cite(*note.sources[:1])}".rstrip()


def _marks(item: PlatformSeen) -> Evidence:
    sure = "" if item.verified else "probably "
    text = f"this {sure}runs on {item.name}: {', '.join(item.marks)}"
    # marks of this machine, not of the network: no table of hosts and ports says them
    return Evidence(check="settings", kind="seen", text=text)


def _steps(lift: Lift) -> list[str]:
    """The steps, the first with whom they are for, the last with where and who says so."""
    steps = list(lift.steps)
    if not steps:
        return []
    if lift.who:
        steps[0] = f"{lift.who}: {steps[0]}"
    sure = "" if lift.verified else "(said, not verified)"
    ends = (steps[-1], lift.url, cite(*lift.sources[:1]), sure)
    steps[-1] = " ".join(part for part in ends if part)
    return steps


def api_names() -> str:
    """Services that take mail over HTTPS."""
    services = (knowledge.providers().get(api.provider) for api in https_apis())
    return _named(service.name for service in services if service is not None)


def _named(names: Iterable[str]) -> str:
    found = list(dict.fromkeys(names))
    more = " and others" if len(found) > MOST_NAMED else ""
    return ", ".join(found[:MOST_NAMED]) + more


def listed(ports: Iterable[int]) -> str:
    """Ports as a sentence names them: 443, 465 and 587."""
    *before, last = map(str, ports)
    return f"{', '.join(before)} and {last}" if before else last
