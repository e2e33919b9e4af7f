"""Who runs a zone, by the names of its name servers."""

from __future__ import annotations

import pytest

from smtpdoctor import knowledge
from smtpdoctor.knowledge import dns_host_of, dns_hosts


@pytest.mark.parametrize(
    ("name_servers", "host"),
    [
        (
            ["ns1098.ui-dns.biz", "ns1106.ui-dns.com", "ns1109.ui-dns.org", "ns1110.ui-dns.de"],
            "ionos",
        ),
        (["ns-de.1and1-dns.com", "ns-de.1and1-dns.org"], "ionos_1und1"),
        (["ns-uk.1and1-dns.co.uk", "ns-uk.1and1-dns.biz"], "ionos_1und1"),
        (["Bob.NS.Cloudflare.com.", "gloria.ns.cloudflare.com."], "cloudflare"),
        (["ns-1536.awsdns-00.co.uk", "ns-512.awsdns-00.net", "ns-0.awsdns-00.com"], "route53"),
        (["ns01.domaincontrol.com", "ns02.domaincontrol.com"], "godaddy"),
        (["pdns01.domaincontrol.com"], "godaddy"),
        (["dns1.registrar-servers.com", "dns2.registrar-servers.com"], "namecheap"),
        (["pdns1.registrar-servers.com"], "namecheap"),
        (["ns-cloud-a1.googledomains.com", "ns-cloud-a2.googledomains.com"], "google"),
        (["nsd1.squarespacedns.com", "nsd4.squarespacedns.com"], "squarespace"),
        (["ns1-01.azure-dns.com", "ns2-01.azure-dns.net", "ns4-01.azure-dns.info"], "azure"),
        (["ns1.digitalocean.com", "ns3.digitalocean.com"], "digitalocean"),
        (
            ["hydrogen.ns.hetzner.com", "oxygen.ns.hetzner.com", "helium.ns.hetzner.de"],
            "hetzner",
        ),
        (["ns1.your-server.de", "ns.second-ns.com", "ns3.second-ns.de"], "hetzner_konsoleh"),
        (["dns19.ovh.net", "ns19.ovh.net"], "ovh"),
        (["dns200.anycast.me", "ns200.anycast.me"], "ovh"),
        (["docks11.rzone.de", "shades03.rzone.de"], "strato"),
        (["dns1.p01.nsone.net", "dns4.p01.nsone.net"], "ns1"),
        (["ns1.vercel-dns.com", "ns2.vercel-dns.com"], "vercel"),
        (["ns-161-a.gandi.net", "ns-142-c.gandi.net"], "gandi"),
        (["curitiba.ns.porkbun.com", "maceio.ns.porkbun.com"], "porkbun"),
        (["ns1.hover.com", "ns2.hover.com"], "hover"),
        (["ns1.dyna-ns.net", "ns2.dyna-ns.net"], "dynadot"),
        (["ns1.dns-parking.com", "ns2.dns-parking.com"], "hostinger"),
        (["ns1.bluehost.com", "ns2.bluehost.com"], "bluehost"),
        (["ns1.dreamhost.com", "ns3.dreamhost.com"], "dreamhost"),
        (["ns1.linode.com", "ns5.linode.com"], "linode"),
        (["ns0.wixdns.net", "ns1.wixdns.net"], "wix"),
    ],
)
def test_hosts_by_their_name_servers(name_servers: list[str], host: str) -> None:
    found = dns_host_of(name_servers)
    assert found is not None
    assert found.id == host
    for name_server in name_servers:
        assert [other.id for other in dns_hosts() if other.runs(name_server)] == [host]


@pytest.mark.parametrize(
    "name_servers",
    [
        [],
        [""],
        ["ns1.example.net", "ns2.example.net"],
        # the secondary belongs to somebody else: where the zone is edited can't be told
        ["ns1098.ui-dns.biz", "bob.ns.cloudflare.com"],
        ["ns1098.ui-dns.biz", "ns1.example.net"],
        # customers' own servers at OVHcloud, and its service for them
        ["ns3000952.ovh.net", "sdns2.ovh.net"],
        # a web host on that server, not the DNS host
        ["box5331.bluehost.com"],
        # names that only contain a host's
        ["ns1.ui-dns.com.example.net"],
        ["ns1.not-ui-dns.com"],
        ["ns1.cloudflare.com.evil.example"],
        ["ns-0.awsdns-00.evil.example"],
        ["rzone.de"],
    ],
)
def test_look_alikes_belong_to_nobody_known(name_servers: list[str]) -> None:
    assert dns_host_of(name_servers) is None


def test_hosts_are_listed_once_and_say_nothing_without_a_source() -> None:
    ids = [host.id for host in dns_hosts()]
    assert len(ids) == len(set(ids))
    assert len(ids) >= 21
    for host in dns_hosts():
        assert host.names_source in knowledge.sources()
        assert bool(host.edit) == bool(host.edit_source), host.id


def test_ionos_zones_are_edited_in_the_ionos_account() -> None:
    host = dns_host_of(["ns1098.ui-dns.biz"])
    assert host is not None
    assert "IONOS account" in host.edit


@pytest.mark.parametrize("name", ["a" * 100_000, "a." * 50_000, "1" * 65_535 + ".ovh.net"])
def test_hostile_names_cost_nothing(name: str) -> None:
    assert dns_host_of([name]) is None
