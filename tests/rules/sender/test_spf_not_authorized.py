"""spf-not-authorized: the policy lets none of the provider's servers pass."""

from __future__ import annotations

import pytest

from ..scene import Scene
from .zones import IONOS, Zone, domain, published, removed

CODE = "spf-not-authorized"


@pytest.mark.parametrize(
    ("record", "dmarc", "dkim", "severity"),
    [
        ("v=spf1 mx ~all", "v=DMARC1; p=none", False, "warning"),
        ("v=spf1 mx ~all", "v=DMARC1; p=quarantine", False, "warning"),
        ("v=spf1 mx ~all", "v=DMARC1; p=reject", False, "error"),
        ("v=spf1 mx ~all", "v=DMARC1; p=reject", True, "warning"),
        ("v=spf1 mx -all", "v=DMARC1; p=none", False, "error"),
        ("v=spf1 mx -all", "v=DMARC1; p=none", True, "warning"),
        ("v=spf1 mx ?all", None, False, "warning"),
        ("v=spf1 -all include:_spf-eu.ionos.com", None, False, "error"),
    ],
)
def test_positive_severity_by_effect(
    record: str, dmarc: str | None, dkim: bool, severity: str
) -> None:
    scene = Scene.healthy().policies(domain(record, dmarc=dmarc, dkim=dkim))
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == (severity, "certain")
    (new,) = published(diagnosis.fixes[0])
    assert "include:_spf-eu" in new


def test_positive_rejection_follows_from_it() -> None:
    zone = domain("v=spf1 mx ~all", dmarc="v=DMARC1; p=reject", dkim=False)
    scene = Scene.healthy().policies(zone)
    assert scene.codes("error") == [CODE]
    assert scene.diagnosis(CODE).consequences == ("dmarc-would-reject",)


def test_positive_spam_follows_from_it() -> None:
    zone = domain("v=spf1 mx ~all", dmarc="v=DMARC1; p=quarantine", dkim=False)
    diagnosis = Scene.healthy().policies(zone).diagnosis(CODE)
    assert diagnosis.consequences == ("dmarc-would-reject",)
    assert "spam" in diagnosis.explanation


def test_positive_from_of_another_domain_than_the_login() -> None:
    zone = {**domain(), **domain("v=spf1 -all", name="shop.example", dkim=False)}
    scene = Scene.healthy(sender="info@shop.example").policies(zone)
    fixes = scene.diagnosis(CODE).fixes
    assert fixes[0].settings == {"SMTP_FROM": "info@example.com"}
    assert "Reply-To" in fixes[0].steps[0]
    assert published(fixes[1])[0].startswith("shop.example TXT")


def test_positive_a_provider_s_own_domain_has_no_record_to_edit() -> None:
    record = "v=spf1 ip4:192.0.2.0/24 ~all"
    zone = {**IONOS, "hostinger.com TXT": [record], "hostinger.com MX": ["5 m.x"]}
    fixes = Scene.healthy(sender="me@hostinger.com").policies(zone).diagnosis(CODE).fixes
    assert fixes[0].settings == {"SMTP_FROM": "info@example.com"}
    assert not any(fix.records for fix in fixes)


def test_positive_one_client_address() -> None:
    scene = Scene(host=None).policies(domain("v=spf1 mx -all"), client="192.0.2.9", alone=True)
    assert scene.diagnosis(CODE).confidence == "certain"
    assert "192.0.2.9 gets fail by -all" in scene.diagnosis(CODE).evidence[1].text


def test_positive_a_host_of_the_domain_s_own_by_its_addresses() -> None:
    zone = domain("v=spf1 ip4:198.51.100.7 -all", dkim=False)
    zone["mail.example.com A"] = ["192.0.2.9"]
    scene = Scene.healthy(host="mail.example.com").policies(zone, provider=None)
    diagnosis = scene.diagnosis(CODE)
    # who takes mail at that address may hand it to another server
    assert (diagnosis.severity, diagnosis.confidence) == ("warning", "likely")
    assert "192.0.2.9" in diagnosis.evidence[1].text


def test_lookalike_one_of_the_host_s_addresses() -> None:
    zone = domain("v=spf1 ip4:192.0.2.9 -all", dkim=False)
    zone |= {"mail.example.com A": ["192.0.2.9"], "mail.example.com AAAA": ["2001:db8::9"]}
    scene = Scene.healthy(host="mail.example.com").policies(zone, provider=None)
    assert scene.codes() == []


@pytest.mark.parametrize("record", ["v=spf1 a:mail.example.com -all", "v=spf1 ip4:192.0.2.9 -all"])
def test_negative_a_host_of_the_domain_s_own(record: str) -> None:
    zone = domain(record, dkim=False) | {"mail.example.com A": ["192.0.2.9"]}
    scene = Scene.healthy(host="mail.example.com").policies(zone, provider=None)
    assert CODE not in scene.codes()


def test_negative_a_host_of_the_domain_s_own_that_is_a_provider_s() -> None:
    zone = domain("v=spf1 include:_spf-eu.ionos.com -all")
    zone["mail.example.com CNAME"] = ["smtp.ionos.de"]
    zone["mail.example.com A"] = ["198.51.100.9"]
    scene = Scene.healthy(host="mail.example.com").policies(zone, provider=None)
    assert scene.codes() == []


def test_lookalike_a_stranger_s_host_is_not_judged_by_its_office_s_record() -> None:
    zone = domain("v=spf1 ip4:198.51.100.7 -all", dmarc="v=DMARC1; p=reject", dkim=False)
    zone |= {
        "example.net TXT": ["v=spf1 ip4:192.0.2.0/24 -all"],
        "smtp.example.net A": ["203.0.113.1"],
    }
    scene = Scene.healthy(host="smtp.example.net").policies(zone, provider=None)
    assert scene.codes() == []


def test_lookalike_a_record_that_lets_nobody_send_at_a_stranger_s_host() -> None:
    """Who delivers may have an envelope sender of its own: nothing is certain."""
    scene = Scene.healthy(host="smtp.example.net").policies(domain("v=spf1 -all"), provider=None)
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("note", "possible")
    assert not any(fix.records for fix in diagnosis.fixes)


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 include:_spf-eu.ionos.com -all",
        "v=spf1 include:_spf.kundenserver.de -all",
        "v=spf1 redirect=_spf-eu.ionos.com",
        "v=spf1 ip4:212.227.126.128/25 ip4:212.227.15.0/24 -all",
        "v=spf1 ip4:212.227.0.0/16 -all",
    ],
)
def test_negative_covered(record: str) -> None:
    assert CODE not in Scene.healthy().policies(domain(record)).codes()


@pytest.mark.parametrize(
    ("host", "mx", "terms"),
    [
        ("smtp.ionos.com", "mx00.ionos.de", ["_spf-eu"]),
        ("smtp.ionos.com", "mx00.ionos.com", ["_spf-us"]),
        ("smtp.ionos.de", "mx.example.net", ["_spf-eu"]),
        ("smtp.ionos.com", "mx.example.net", ["_spf-us", "_spf-eu"]),
        ("smtp.ionos.de", "mx00.ionos.com", ["_spf-us", "_spf-eu"]),
    ],
)
def test_positive_the_include_of_the_region(host: str, mx: str, terms: list[str]) -> None:
    """The regions' networks have nothing in common."""
    zone = domain("v=spf1 ip4:192.0.2.1 -all") | {"example.com MX": [f"10 {mx}"]}
    diagnosis = Scene.healthy(host=host).policies(zone).diagnosis(CODE)
    includes = " ".join(f"include:{term}.ionos.com" for term in terms)
    assert published(diagnosis.fixes[0]) == [
        f"example.com TXT v=spf1 ip4:192.0.2.1 {includes} -all"
    ]


def test_positive_another_region_s_include() -> None:
    zone = domain("v=spf1 include:_spf-us.ionos.com -all", dkim=False)
    scene = Scene.healthy(host="smtp.ionos.de").policies(zone)
    assert scene.diagnosis(CODE).severity == "error"
    # the MX records alone may be of an older contract
    diagnosis = Scene.healthy(host="smtp.ionos.com").policies(zone).diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("warning", "likely")


@pytest.mark.parametrize("region", ["us", "eu"])
def test_lookalike_a_region_that_nothing_tells(region: str) -> None:
    zone = domain(f"v=spf1 include:_spf-{region}.ionos.com -all")
    zone["example.com MX"] = ["10 mx.example.net"]
    assert Scene.healthy(host="smtp.ionos.com").policies(zone).codes() == []


def test_lookalike_macros_can_t_be_told() -> None:
    zone = domain("v=spf1 exists:%{i}.allowed.example.com -all", dkim=False)
    assert CODE not in Scene.healthy().policies(zone).codes()


def test_lookalike_a_service_with_its_own_envelope_sender() -> None:
    scene = Scene.healthy(host="smtp.sendgrid.net", username="apikey")
    assert scene.policies(domain("v=spf1 mx -all"), provider="sendgrid").codes() == []


def test_lookalike_an_envelope_sender_that_isn_t_known_is_a_note() -> None:
    scene = Scene.healthy(host="live.smtp.mailtrap.io")
    scene.policies(domain("v=spf1 -all"), provider="mailtrap")
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("note", "possible")
    assert not any(fix.records for fix in diagnosis.fixes)


def test_lookalike_the_server_refuses_the_sender_for_the_same_reason() -> None:
    zone = {**domain(), **domain("v=spf1 -all", name="shop.example", dkim=False)}
    scene = Scene(sender="info@shop.example")
    scene.refuse("mail", "550 Sender address is not allowed.").policies(zone)
    assert scene.codes("error") == ["sender-not-allowed"]
    assert CODE in scene.diagnosis("sender-not-allowed").consequences


def test_lookalike_part_of_the_provider_s_networks() -> None:
    scene = Scene.healthy().policies(domain("v=spf1 ip4:212.227.15.0/24 ~all"))
    assert scene.codes("warning") == ["spf-partly-authorized"]


def test_positive_a_provider_whose_customers_publish_several_terms() -> None:
    zone = domain("v=spf1 mx -all", dkim=False)
    zone |= {
        "netblocks.dreamhost.com TXT": ["v=spf1 ip4:198.51.100.0/24 ~all"],
        "relay.mailchannels.net TXT": ["v=spf1 ip4:203.0.113.0/24 ~all"],
    }
    scene = Scene.healthy(host="smtp.dreamhost.com").policies(zone, provider="dreamhost")
    assert published(scene.diagnosis(CODE).fixes[0]) == [
        "example.com TXT v=spf1 mx include:netblocks.dreamhost.com "
        "include:relay.mailchannels.net -all"
    ]


def test_positive_a_mailbox_provider_of_whose_envelope_nothing_is_told() -> None:
    """It keeps it, as mailboxes do; that is likely, not certain."""
    zone = domain("v=spf1 mx -all", dkim=False)
    zone["spf.infomaniak.ch TXT"] = ["v=spf1 ip4:198.51.100.0/24 -all"]
    scene = Scene.healthy(host="mail.infomaniak.com").policies(zone, provider="infomaniak")
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "likely")


def subdomain(spf: str) -> Zone:
    """A sender below the domain, with the zone above it."""
    zone = domain(spf, name="news.example.com")
    del zone["news.example.com NS"]
    return zone | {"example.com NS": ["ns1.example.net"]}


def test_positive_a_cname_at_the_name_is_replaced_whole() -> None:
    zone = subdomain("v=spf1 ip4:192.0.2.1 -all")
    zone["news.example.com CNAME"] = ["customer.example.net"]
    scene = Scene.healthy(sender="info@news.example.com", username="info@news.example.com")
    fix = scene.policies(zone).diagnosis(CODE).fixes[0]
    assert removed(fix) == ["news.example.com CNAME customer.example.net"]
    assert any("customer.example.net if you can" in step for step in fix.steps)


def test_positive_a_cname_within_the_zone_is_followed() -> None:
    zone = subdomain("v=spf1 ip4:192.0.2.1 -all")
    zone["news.example.com CNAME"] = ["mail.example.com"]
    scene = Scene.healthy(sender="info@news.example.com", username="info@news.example.com")
    fix = scene.policies(zone).diagnosis(CODE).fixes[0]
    assert fix.records[0].name == "mail.example.com"


def test_positive_a_wildcard_s_record_is_not_replaced() -> None:
    zone = subdomain("v=spf1 ip4:192.0.2.1 -all")
    zone["*.example.com TXT"] = zone["news.example.com TXT"]
    scene = Scene.healthy(sender="info@news.example.com", username="info@news.example.com")
    fix = scene.policies(zone).diagnosis(CODE).fixes[0]
    assert removed(fix) == []
    assert any("*.example.com answers for it" in step for step in fix.steps)


REFUSED = "550 5.7.23 Message rejected due to: SPF fail - not authorized"


def test_positive_the_server_says_so_itself() -> None:
    scene = Scene().refuse("rcpt", REFUSED)
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "name the server" in diagnosis.title
    assert scene.codes("error") == [CODE]


def test_positive_said_by_server_and_record_it_is_one_error() -> None:
    scene = Scene().refuse("rcpt", REFUSED).policies(domain("v=spf1 mx -all"))
    (error,) = (item for item in scene.judge().diagnoses if item.severity == "error")
    assert error.code == CODE
    assert error.fixes[0].records


def test_lookalike_a_refusal_that_names_dmarc_as_well() -> None:
    words = (
        "550 5.7.26 example.com has a DMARC policy, and neither SPF nor DKIM passed: no SPF record"
    )
    assert Scene().refuse("rcpt", words).codes("error") == ["dmarc-would-reject"]
