"""What can go wrong with an internet, one call each. Ports are TCP ports of the servers.

Knows packet filters and routes. Must not know what a doctor should say of them.
"""

from __future__ import annotations

from collections.abc import Callable

from smtpdoctor.demo.authority import Authority

from .internet import (
    ADDRESS,
    HOST,
    HTTPS,
    IMPLICIT_TLS,
    NAME_SERVER,
    NAMES,
    ROUTERS,
    STARTTLS,
    Internet,
)
from .lossy_link import LossyLink

Fault = Callable[[Internet], None]


def drop_at_gateway(internet: Internet, *ports: int) -> None:
    """The nearest router swallows these ports."""
    internet["gateway"].filter("forward", f"tcp dport {_set(ports)} drop")


def pass_one_connection_a_minute(internet: Internet) -> None:
    """The nearest router lets one connection a minute through to the ports of submission."""
    begins = "tcp dport { 465, 587 } tcp flags & (syn|ack) == syn"
    internet["gateway"].filter(
        "forward", f"{begins} limit rate 1/minute burst 1 packets accept", f"{begins} drop"
    )


def take_one_connection_at_a_time(internet: Internet) -> None:
    """The mail server refuses a second connection to its ports while there is one."""
    internet["mail"].filter(
        "input",
        "tcp dport { 465, 587 } tcp flags & (syn|ack) == syn ct count over 1 reject with tcp reset",
    )


def drop_at_provider(internet: Internet, *ports: int) -> None:
    """The second router swallows these ports."""
    internet["provider"].filter("forward", f"tcp dport {_set(ports)} drop")


def prohibit_at_gateway(internet: Internet, *ports: int) -> None:
    """The nearest router sends ICMP "administratively prohibited"."""
    internet["gateway"].filter(
        "forward", f"tcp dport {_set(ports)} reject with icmpx admin-prohibited"
    )


def no_network_at_gateway(internet: Internet, *ports: int) -> None:
    """The nearest router sends ICMP "net unreachable", which looks like a route that is missing."""
    internet["gateway"].filter(
        "forward",
        f"meta nfproto ipv4 tcp dport {_set(ports)} reject with icmp net-unreachable",
        f"meta nfproto ipv6 tcp dport {_set(ports)} reject with icmpv6 no-route",
    )


def reset_at_gateway(internet: Internet, *ports: int) -> None:
    """The nearest router sends a RST in the server's name."""
    internet["gateway"].filter("forward", f"tcp dport {_set(ports)} reject with tcp reset")


def reset_at_gateway_for_the_mail_server(internet: Internet, *ports: int) -> None:
    """The same, for the mail server alone: other hosts take connections on these ports."""
    internet["gateway"].filter(
        "forward",
        f"ip daddr {ADDRESS['IPv4']} tcp dport {_set(ports)} reject with tcp reset",
        f"ip6 daddr {ADDRESS['IPv6']} tcp dport {_set(ports)} reject with tcp reset",
    )


def nothing_listens(internet: Internet, *ports: int) -> None:
    """The server's own kernel refuses."""
    for port in ports:
        internet.stop_serving("mail", port)


def host_down(internet: Internet) -> None:
    """The mail server is gone: the last router finds nobody at its addresses, and says so."""
    internet["mail"].ip("addr flush dev wan")


def host_filtered(internet: Internet) -> None:
    """The mail server takes no packet from this client any more, and says nothing."""
    internet["mail"].filter("input", "ip saddr 10.0.0.2 drop", "ip6 saddr 2001:db8:1::2 drop")


def everything_down(internet: Internet) -> None:
    """The nearest router passes nothing on."""
    internet["gateway"].filter("forward", "drop")


def only_names(internet: Internet) -> None:
    """The nearest router passes nothing on but DNS: what is behind a proxy that alone gets out."""
    internet["gateway"].filter("forward", "udp dport 53 accept", "udp sport 53 accept", "drop")


def no_route(internet: Internet) -> None:
    """The client knows no way out of its own network."""
    internet.client.ip("route del default via 10.0.0.1", "route del default via 2001:db8:1::1")


def black_hole_for_the_mail_server(internet: Internet) -> None:
    """The client's own routes swallow what is for the mail server."""
    internet.client.ip("route add blackhole 203.0.113.0/24", "route add blackhole 2001:db8:25::/64")


def ipv6_black_hole(internet: Internet) -> None:
    """IPv6 is configured, and nothing comes back."""
    internet["gateway"].filter("forward", "meta nfproto ipv6 drop")


def reject_locally(internet: Internet, *ports: int) -> None:
    """The client's own packet filter refuses these ports, as a host firewall does it."""
    internet.client.filter("output", f"tcp dport {_set(ports)} reject with icmpx admin-prohibited")


def drop_locally(internet: Internet, *ports: int) -> None:
    """The client's own packet filter swallows these ports."""
    internet.client.filter("output", f"tcp dport {_set(ports)} drop")


def transparent_proxy(internet: Internet, proxy_authority: Authority, *ports: int) -> None:
    """The nearest router leads these ports, whatever their address, to a proxy one hop further."""
    internet.serve_mail(
        "provider",
        ["relay.hotel.example"],
        ports=[port for port in ports if port != HTTPS],
        certificate=proxy_authority.issue(["relay.hotel.example"]),
    )
    if HTTPS in ports:
        internet.accept_https("provider")
    internet["gateway"].translate(
        f"tcp dport {_set(ports)} dnat ip to 198.51.100.1",
        f"tcp dport {_set(ports)} dnat ip6 to [2001:db8:2::1]",
    )


def everything_near(internet: Internet, proxy_authority: Authority) -> None:
    """Something one hop past the nearest router answers all ports, as user-mode NAT does."""
    transparent_proxy(internet, proxy_authority, STARTTLS, IMPLICIT_TLS, HTTPS)


def mtu_hole(internet: Internet) -> None:
    """A narrow link between the two last routers, neither of which tells anybody."""
    internet["provider"].ip("link set dev wan mtu 1280")  # the least that IPv6 allows
    internet["transit"].ip("link set dev lan mtu 1280")
    for role in ROUTERS:
        internet[role].filter(
            "output",
            "icmp type destination-unreachable icmp code frag-needed drop",
            "icmpv6 type packet-too-big drop",
        )


def dead_first_name_server(internet: Internet) -> None:
    """The first of two name servers never answers."""
    internet.name_servers("192.0.2.99", NAME_SERVER)
    internet["transit"].filter("forward", "ip daddr 192.0.2.99 drop")


def dead_only_name_server(internet: Internet) -> None:
    """The only name server never answers; others on the internet do."""
    internet.name_servers("192.0.2.99")
    internet["transit"].filter("forward", "ip daddr 192.0.2.99 drop")


def block_names_over_udp(internet: Internet) -> None:
    """Nothing gets to port 53 over UDP; over TCP it does."""
    internet["gateway"].filter("forward", "udp dport 53 drop")


def lead_to_the_gateway(internet: Internet) -> None:
    """The only name server gives the nearest router's address, as a sign-in page's does."""
    server = internet.dns_servers[NAME_SERVER]
    server.add(HOST, "A", "10.0.0.1").add(HOST, "AAAA")


def no_ipv4_address_from_dns(internet: Internet) -> None:
    """The name server answers SERVFAIL to A alone, and the client has no IPv6."""
    internet.dns_servers[NAME_SERVER].fault(HOST, "A", "servfail")
    internet.client.ip("addr del 2001:db8:1::2/64 dev wan")


def complete_names(internet: Internet) -> None:
    """As in a Kubernetes pod, a search list comes first; one of its domains answers any name."""
    internet.name_servers(
        NAME_SERVER, more="search svc.cluster.local example.net\noptions ndots:5\n"
    )
    internet.dns_servers[NAME_SERVER].add(f"{HOST}.example.net", "A", NAMES["smtp.gmail.com"][0])


def block_name_servers(internet: Internet) -> None:
    """Nothing gets to port 53, over UDP or TCP."""
    internet["gateway"].filter("forward", "udp dport 53 drop", "tcp dport 53 drop")


def lose_packets(internet: Internet, *, loss: float, delay: float, seed: int) -> LossyLink:
    """Between the first two routers every packet takes `delay` seconds, and some get lost.

    `loss` is the share of the packets that come from the client. The link runs as long as the
    internet.
    """
    link = LossyLink(internet["gateway"], internet["provider"], loss=loss, delay=delay, seed=seed)
    internet.run_until_closed(link)
    internet["gateway"].ip("route replace default dev lossy", "route replace ::/0 dev lossy")
    internet["provider"].ip(
        "route replace 10.0.0.0/24 dev lossy", "route replace 2001:db8:1::/64 dev lossy"
    )
    return link


def _set(ports: tuple[int, ...]) -> str:
    return f"{{ {', '.join(map(str, ports))} }}"
