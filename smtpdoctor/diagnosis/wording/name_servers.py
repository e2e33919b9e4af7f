"""What lets this machine look names up again, in the words of the place that it is.

Knows where a machine's name servers are set. Which fix a cause needs is its rule's to say.
"""

from __future__ import annotations

from typing import Literal

from smtpdoctor.addresses import is_loopback
from smtpdoctor.diagnosis.model import Fix
from smtpdoctor.diagnosis.views.names import Names, server_address

#: Who decides which name servers this machine asks.
Place = Literal["option", "kubernetes", "docker", "resolved", "own", "desktop", "file"]


def resolver_fix(names: Names) -> Fix:
    """Ask a name server that answers; one that did so from here is named."""
    fix = {
        "option": _option,
        "kubernetes": _kubernetes,
        "docker": _docker,
        "resolved": _resolved,
        "own": _own,
        "desktop": _desktop,
        "file": _file,
    }[_place(names)](names)
    answering = list(dict.fromkeys(item.server for item in names.public_answers("udp")))
    if not answering:
        return fix
    listed = " and ".join(answering)
    which = "a public resolver" if len(answering) == 1 else "public resolvers"
    more = f"{listed}, {which}, answered from here: until the other is back, it can stand there."
    return Fix(title=fix.title, steps=(*fix.steps, more))


def open_port_fix(names: Names) -> Fix:
    """Let questions out over port 53."""
    steps = [
        "In the firewall or cloud rules for this machine's outgoing traffic (security group, "
        "network ACL, VPC firewall), allow port 53, UDP and TCP, to the name servers.",
        "Networks that forbid name servers outside have one of their own, which DHCP or the "
        "provider's documentation names: set that one here.",
    ]
    if _place(names) == "kubernetes":
        steps.insert(
            0,
            "A NetworkPolicy that limits what pods may send must let port 53, UDP and TCP, "
            "through to the cluster's DNS (namespace kube-system, label k8s-app=kube-dns).",
        )
    elif _place(names) == "docker":
        steps.insert(
            0,
            "See whether names resolve on the host itself. If they do, the rules for the "
            "containers' traffic are at fault: restart Docker, which writes them again, or look "
            "into the chain DOCKER-USER.",
        )
    elif _place(names) == "resolved":
        steps.insert(
            0,
            "resolvectl status names the servers that systemd-resolved asks: port 53 has to be "
            "open to these. DNSOverTLS=yes in /etc/systemd/resolved.conf asks over port 853 "
            "instead, where the servers take that.",
        )
    return Fix(title="open port 53, UDP and TCP, on the way out", steps=tuple(steps))


def over_tcp_fix(names: Names) -> Fix:
    """Ask over TCP, which passes; programs on musl can't."""
    where = {
        "kubernetes": "In the pod's spec, dnsConfig: options: - name: use-vc",
        "docker": "In compose.yaml, dns_opt: [use-vc] under the service, or --dns-opt use-vc of "
        "docker run",
    }.get(_place(names), 'In /etc/resolv.conf, a line "options use-vc"')
    answering = ", ".join(names.saying("answer"))
    return Fix(
        title="look names up over TCP",
        tried=f"asked over TCP, {answering} gave the address",
        steps=(
            f"{where}: glibc then asks over TCP only. Programs on musl (Alpine images) don't know "
            "the option.",
        ),
    )


def search_fix(names: Names, domain: str) -> Fix:
    """Look the name up as it is, before or without the search list."""
    title = f"keep the search domain {domain} away from full host names"
    wildcard = f"Where {domain} is your own: its wildcard record (*.{domain}) answers for any name."
    place = _place(names)
    if place == "kubernetes":
        first = (
            'In the pod\'s spec, dnsConfig: options: - name: ndots, value: "1". Names with a dot '
            "are then looked up as they are first."
        )
    elif place == "docker":
        first = (
            f"The container has the search list from Docker: set dns_search: . under the service "
            "in compose.yaml (or --dns-search . of docker run), or take "
            f"{domain} out of the host's /etc/resolv.conf."
        )
    elif place == "resolved":
        first = f"resolvectl domain shows which link brings {domain}: take it out of its Domains=."
    elif place == "desktop":
        first = f"Take {domain} out of the search domains in the system's network settings."
    else:
        first = (
            f'In /etc/resolv.conf, take {domain} out of the line "search", and an ndots above 1 '
            'out of "options". Where DHCP or NetworkManager writes that file, change it there.'
        )
    return Fix(title=title, steps=(first, wildcard))


def _place(names: Names) -> Place:
    servers = names.configuration.nameservers if names.configuration else ()
    if names.configuration is not None and names.configuration.source == "--nameserver":
        return "option"
    place = names.run.place
    container = (place.container if place else None) or ""
    if "Kubernetes" in container:
        return "kubernetes"
    if container or "127.0.0.11" in servers:
        return "docker"
    if "127.0.0.53" in servers:
        return "resolved"
    if any(is_loopback(server_address(server)) for server in servers):
        return "own"
    if place is not None and place.system in ("Windows", "Darwin"):
        return "desktop"
    return "file"


def _servers(names: Names) -> str:
    return ", ".join(names.configuration.nameservers if names.configuration else ())


def _option(names: Names) -> Fix:
    return Fix(
        title="look names up by a name server that answers",
        steps=(
            f"--nameserver names {_servers(names)}: give it a server that answers from here, or "
            "leave the option out to use the system's resolver.",
        ),
    )


def _kubernetes(_: Names) -> Fix:
    return Fix(
        title="repair DNS in the cluster",
        steps=(
            "See whether the cluster's DNS runs: kubectl -n kube-system get pods -l "
            "k8s-app=kube-dns, and its logs.",
            "A NetworkPolicy that limits what pods may send must let port 53, UDP and TCP, "
            "through to it.",
            "A pod that needs no name of the cluster can do without it: dnsPolicy: Default gives "
            "it the name servers of its node.",
        ),
    )


def _docker(_: Names) -> Fix:
    return Fix(
        title="give the container name servers that answer",
        steps=(
            "Docker's resolver in the container passes questions on to the host's name servers: "
            "on the host, see whether names resolve, and look at /etc/resolv.conf.",
            "To name other servers: dns: under the service in compose.yaml, --dns of docker run, "
            'or "dns" in /etc/docker/daemon.json for all containers. Then restart the '
            "container.",
        ),
    )


def _resolved(_: Names) -> Fix:
    return Fix(
        title="repair systemd-resolved, which this machine asks",
        steps=(
            "resolvectl status shows whether it runs and which servers it asks in turn.",
            "Set servers that answer as DNS= in /etc/systemd/resolved.conf, then "
            "systemctl restart systemd-resolved.",
        ),
    )


def _own(names: Names) -> Fix:
    return Fix(
        title="give this machine a name server that answers",
        steps=(
            f"{_servers(names)} is a resolver on this machine itself (dnsmasq, unbound or "
            "another): start it, or see in its log why it finds nothing.",
            "Or name another server in /etc/resolv.conf.",
        ),
    )


def _desktop(_: Names) -> Fix:
    return Fix(
        title="give this machine a name server that answers",
        steps=("Set the DNS servers of the network adapter in the system's settings.",),
    )


def _file(_: Names) -> Fix:
    return Fix(
        title="give this machine a name server that answers",
        steps=(
            "Put a server that answers from here into /etc/resolv.conf, as a line "
            '"nameserver ADDRESS": the router, or the one that the host or data centre names.',
            "Where DHCP, NetworkManager or systemd-resolved writes that file, set it there.",
        ),
    )
