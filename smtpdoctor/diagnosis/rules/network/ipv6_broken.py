"""IPv6 addresses that don't answer from here: a warning while IPv4 works, else an error.

A machine without any IPv6 is normal: that is a note, for those who find "network is unreachable"
in a log. Where the look-up gives the IPv6 address first nevertheless, a program that takes the
first alone fails: a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.addresses import is_local
from smtpdoctor.diagnosis.evidence import cite
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, Fix, Severity
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.reach import Reach, ids
from smtpdoctor.diagnosis.wording import reach as reach_words
from smtpdoctor.observations import ConnectAttempt

CODE = "ipv6-broken"

ONE_ADDRESS = Evidence(
    check="reach",
    kind="known",
    text=f"Node 18 takes one address, Node 20 tries both families {cite('node_net')}",
)


def diagnose(  # branches: three ways to lack IPv6, each with its words
    run: Run,
) -> Iterator[Diagnosis]:
    reach = run.reach
    attempts = reach.by_code.get(CODE)
    if not attempts:
        return
    if not reach.reached and run.names.without_ipv4:
        return  # dns-resolver-failing has it: the host's IPv4 address is not known
    if not reach.reached:
        yield _only_ipv6(run, reach, attempts)
        return
    host, port = run.settings.host, run.settings.port
    addresses = ", ".join(item.address for item in attempts)
    absent = all(item.outcome == "no-route" for item in attempts)
    refused = all(item.outcome in ("refused", "reset") for item in attempts)
    harmless = absent or (refused and all(is_local(item.address) for item in attempts))
    gives_up = _gives_up(run, attempts)
    # the system's own look-up mostly puts what has no route last
    first = absent and run.client is None and run.addresses[:1] == (attempts[0].address,)
    severity: Severity = "note" if harmless and not first else "warning"
    if gives_up or (run.takes_failed_address and not absent):
        severity = "error"
    if absent:
        title = f"this machine has no IPv6; {host} is reached over IPv4"
    elif refused:
        title = f"{host} refuses port {port} over IPv6 ({addresses}); IPv4 works"
    else:
        title = f"{host} does not answer over IPv6 ({addresses}); IPv4 works"
    yield Diagnosis(
        code=CODE,
        severity=severity,
        confidence="certain",
        title=title,
        explanation=gives_up or _explanation(absent=absent, refused=refused, first=first),
        evidence=(
            *reach_words.evidence(reach, CODE),
            *((ONE_ADDRESS,) if absent and run.client is None else ()),
        ),
        fixes=()
        if absent and run.client is not None
        else _fixes(run, refused=refused, absent=absent),
        explains=ids(attempts),
    )


def _gives_up(run: Run, attempts: list[ConnectAttempt]) -> str:
    """What becomes of a client that has one time for all addresses, "" for any other."""
    client = run.client
    silent = any(item.outcome == "silent" for item in attempts)
    if client is None or not client.connects_within or not silent:
        return ""
    return (
        f"IPv6 seems to work on this machine, but its packets don't arrive. {client.name} tries "
        f"IPv6 first, and has {client.connects_within} s for all addresses together: they are over "
        "before it comes to IPv4."
    )


def _explanation(*, absent: bool, refused: bool, first: bool) -> str:
    if first:
        return (
            "The host has IPv6 addresses too, and there is no route to them from here; the look-up "
            "gives one of them first. Programs that try every address go on to IPv4. Those that "
            "take the first alone fail: Node before 20 does, and so Nodemailer on it."
        )
    if absent:
        return (
            "The host has IPv6 addresses too, and there is no route to them from here. Programs "
            "that try every address don't notice. One that takes a single address (Node before 20 "
            'does) fails with "network is unreachable" where its look-up gives an IPv6 one first.'
        )
    if refused:
        return (
            "Nothing listens on the host's IPv6 address. Programs that try every address go on to "
            "IPv4 at once; one that takes only the first address fails with a refusal."
        )
    return (
        "IPv6 seems to work on this machine, but its packets don't arrive. Programs that try one "
        "address after the other wait for IPv6 first, up to two minutes; one that takes only the "
        "first address fails."
    )


def _fixes(run: Run, *, refused: bool, absent: bool) -> tuple[Fix, ...]:
    if absent:
        return (
            Fix(
                title="make the program take IPv4",
                steps=(
                    "Nodemailer: the IPv4 address as `host`, and the name as "
                    f'`tls: {{ servername: "{run.settings.host}" }}`.',
                    "Other programs on Node.js: start them with "
                    "`NODE_OPTIONS=--dns-result-order=ipv4first`, or on Node 20 or later.",
                    "Java: `-Djava.net.preferIPv4Stack=true`. Others: in /etc/gai.conf the line "
                    "`precedence ::ffff:0:0/96 100`.",
                    "Or give this machine an IPv6 route: `ip -6 route` shows none to "
                    f"{run.settings.host}.",
                ),
            ),
        )
    if refused:
        steps = (
            f"Have the mail server listen on IPv6 too, or take the IPv6 address of "
            f"{run.settings.host} out of DNS (or the hosts file).",
            "A program that fails meanwhile can be given the IPv4 address.",
        )
        return (Fix(title="serve the port over IPv6, or drop the IPv6 address", steps=steps),)
    return (
        Fix(
            title="repair IPv6 on this machine, or switch it off",
            steps=(
                "Check `ip -6 route` and the firewall's rules for IPv6; in a cloud, whether the "
                "subnet has an IPv6 gateway and rules that let it out.",
                "Where IPv6 is not wanted, switch it off, or prefer IPv4: in /etc/gai.conf the "
                "line `precedence ::ffff:0:0/96 100`.",
            ),
        ),
    )


def _only_ipv6(run: Run, reach: Reach, attempts: list[ConnectAttempt]) -> Diagnosis:
    host = run.settings.host
    confidence: Confidence = "certain" if reach.ipv4_works else "likely"
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence=confidence,
        title=f"{host} has only IPv6 addresses, and IPv6 does not work here",
        explanation=(
            f"All addresses of {host} are IPv6, and over IPv6 nothing is reached from this machine"
            + (", while IPv4 works. " if reach.ipv4_works else ". ")
            + "No mail dialogue begins, so nothing is sent."
        ),
        evidence=reach_words.evidence(reach, CODE),
        fixes=(
            Fix(
                title="give this machine IPv6, or the host an IPv4 address",
                steps=(
                    "Check `ip -6 route`: there has to be a default route, in a cloud an IPv6 "
                    "gateway, in Docker a network with IPv6 switched on.",
                    f"If {host} should have an IPv4 address, look at its A record; the name that "
                    "the provider gives for sending has one in nearly every case.",
                ),
            ),
        ),
        explains=ids(attempts),
    )
