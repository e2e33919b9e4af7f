"""spf-invalid: the record is in error, by its grammar or by a limit."""

from __future__ import annotations

from ..scene import Scene
from .zones import Zone, domain, published, removed

CODE = "spf-invalid"


def test_positive_a_broken_term() -> None:
    record = "v=spf1 ipv4:192.0.2.1 include:_spf-eu.ionos.com -all"
    scene = Scene.healthy().policies(domain(record, dmarc="v=DMARC1; p=reject", dkim=False))
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "ipv4:192.0.2.1" in diagnosis.title
    assert "example.com TXT v=spf1 ip4:192.0.2.1 include:_spf-eu.ionos.com -all" in published(
        diagnosis.fixes[0]
    )
    assert scene.codes("error") == [CODE]


def test_positive_two_records() -> None:
    zone = domain()
    zone["example.com TXT"] = ["v=spf1 mx -all", "v=spf1 include:_spf-eu.ionos.com ~all"]
    diagnosis = Scene.healthy().policies(zone).diagnosis(CODE)
    assert "2 SPF records" in diagnosis.title
    assert removed(diagnosis.fixes[0]) == [
        "example.com TXT v=spf1 mx -all",
        "example.com TXT v=spf1 include:_spf-eu.ionos.com ~all",
    ]
    assert published(diagnosis.fixes[0]) == [
        "example.com TXT v=spf1 mx include:_spf-eu.ionos.com -all"
    ]


def many(record: str) -> Zone:
    zone = domain(record, dmarc="v=DMARC1; p=reject", dkim=False)
    for number in range(11):
        zone[f"s{number}.example.com TXT"] = [f"v=spf1 ip4:192.0.2.{number} -all"]
    return zone


def test_positive_too_many_lookups() -> None:
    services = " ".join(f"include:s{number}.example.com" for number in range(11))
    zone = many(f"v=spf1 {services} include:_spf-eu.ionos.com -all")
    diagnosis = Scene.healthy().policies(zone).diagnosis(CODE)
    assert diagnosis.severity == "error"
    assert "12 look-ups" in diagnosis.title
    assert any("s3.example.com 1" in item.text for item in diagnosis.evidence)
    assert "10 of 10" in diagnosis.fixes[0].title


def test_positive_a_warning_where_the_provider_stands_before_the_limit() -> None:
    services = " ".join(f"include:s{number}.example.com" for number in range(11))
    zone = many(f"v=spf1 include:_spf-eu.ionos.com {services} -all")
    scene = Scene.healthy().policies(zone)
    assert scene.diagnosis(CODE).severity == "warning"
    assert scene.codes("error") == []


def test_negative_ten_lookups() -> None:
    services = " ".join(f"include:s{number}.example.com" for number in range(9))
    zone = many(f"v=spf1 {services} include:_spf-eu.ionos.com -all")
    assert CODE not in Scene.healthy().policies(zone).codes()


def test_lookalike_an_include_that_can_t_be_asked_for() -> None:
    zone = domain("v=spf1 include:slow.example.org include:_spf-eu.ionos.com ~all")
    zone["slow.example.org TXT"] = None
    assert Scene.healthy().policies(zone).codes() == []


def test_lookalike_a_sound_record_without_the_provider() -> None:
    scene = Scene.healthy().policies(domain("v=spf1 mx ~all"))
    assert scene.codes("warning") == ["spf-not-authorized"]


def test_lookalike_a_limit_that_no_server_of_the_provider_can_meet() -> None:
    """Three hosts without IPv6 are void look-ups for IPv6 clients, and IONOS delivers over IPv4."""
    hosts = "a a:www.example.com a:mail.example.com"
    zone = domain(f"v=spf1 {hosts} include:_spf-eu.ionos.com ~all")
    for name in ("example.com", "www.example.com", "mail.example.com"):
        zone[f"{name} A"] = ["192.0.2.7"]
    assert CODE not in Scene.healthy().policies(zone).codes()


def test_positive_a_limit_that_the_providers_servers_meet() -> None:
    hosts = "a:one.example.com a:two.example.com a:three.example.com"
    zone = domain(f"v=spf1 {hosts} include:_spf-eu.ionos.com ~all")
    for name in ("one", "two", "three"):
        zone[f"{name}.example.com AAAA"] = ["2001:db8::7"]
    assert CODE in Scene.healthy().policies(zone).codes()


def test_positive_the_end_is_never_softened() -> None:
    scene = Scene.healthy().policies(domain("v=spf1 include:_spf-eu.ionos.com - all"))
    diagnosis = scene.diagnosis(CODE)
    assert "“- all” must be “-all”" in diagnosis.title
    assert published(diagnosis.fixes[0]) == [
        "example.com TXT v=spf1 include:_spf-eu.ionos.com -all"
    ]


def test_positive_networks_that_are_written_out_are_said_to_grow_old() -> None:
    services = " ".join(f"include:s{number}.example.com" for number in range(11))
    zone = many(f"v=spf1 {services} include:_spf-eu.ionos.com -all")
    steps = Scene.healthy().policies(zone).diagnosis(CODE).fixes[0].steps
    assert any("grow old" in step for step in steps)


def test_positive_a_stranger_s_record_is_mended_without_an_include() -> None:
    zone = domain("v=spf1 ipv4:192.0.2.1 -all", dkim=False)
    scene = Scene.healthy(host="smtp.example.net").policies(zone, provider=None)
    assert published(scene.diagnosis(CODE).fixes[0]) == [
        "example.com TXT v=spf1 ip4:192.0.2.1 -all"
    ]


def test_positive_an_include_that_is_gone_and_all_that_names_the_senders() -> None:
    """A record without it would name nobody: the include's new name is the provider's to say."""
    zone = domain("v=spf1 include:zoho.example.net ~all", dkim=False)
    scene = Scene.healthy(host="smtp.zoho.eu").policies(zone, provider="zoho")
    diagnosis = scene.diagnosis(CODE)
    assert "includes zoho.example.net, which does not exist" in diagnosis.title
    assert published(diagnosis.fixes[0]) == []
    assert "Ask Zoho Mail" in diagnosis.fixes[0].steps[1]


def test_positive_a_redirect_to_what_is_gone() -> None:
    zone = domain("v=spf1 redirect=zoho.example.net", dkim=False)
    scene = Scene.healthy(host="smtp.zoho.eu").policies(zone, provider="zoho")
    diagnosis = scene.diagnosis(CODE)
    assert "leads to zoho.example.net, which does not exist" in diagnosis.title
    assert "zoho.example.net" in diagnosis.fixes[0].steps[-1]


def test_lookalike_an_include_that_is_gone_beside_others() -> None:
    zone = domain("v=spf1 include:gone.example.net ip4:192.0.2.1 ~all", dkim=False)
    scene = Scene.healthy(host="smtp.zoho.eu").policies(zone, provider="zoho")
    fix = scene.diagnosis(CODE).fixes[0]
    assert published(fix) == ["example.com TXT v=spf1 ip4:192.0.2.1 ~all"]
