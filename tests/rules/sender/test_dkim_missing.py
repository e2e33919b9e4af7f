"""dkim-missing: the provider signs, and the domain has none of its keys."""

from __future__ import annotations

from smtpdoctor.diagnosis.run import Run

from ..scene import Scene
from .zones import SIGNED_KEY, domain, published

CODE = "dkim-missing"


def test_positive_a_note_while_spf_passes() -> None:
    scene = Scene.healthy().policies(domain(dmarc="v=DMARC1; p=reject", dkim=False))
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("note", "certain")
    assert "s1-ionos._domainkey.example.com CNAME s1.dkim.ionos.com" in published(
        diagnosis.fixes[0]
    )
    assert scene.judge().verdict == "healthy"


def test_positive_a_warning_where_dmarc_needs_it() -> None:
    zone = domain("v=spf1 mx ~all", dmarc="v=DMARC1; p=quarantine", dkim=False)
    scene = Scene.healthy().policies(zone)
    assert scene.codes("warning") == ["spf-not-authorized", CODE]


def test_positive_the_name_has_the_domain_twice() -> None:
    zone = domain(dkim=False)
    zone["s1-ionos._domainkey.example.com.example.com TXT"] = [SIGNED_KEY]
    diagnosis = Scene.healthy().policies(zone).diagnosis(CODE)
    assert diagnosis.severity == "warning"
    assert any("example.com.example.com" in item.text for item in diagnosis.evidence)


def test_negative_one_selector_is_enough() -> None:
    assert Scene.healthy().policies(domain()).codes() == []


def test_lookalike_selectors_that_aren_t_known() -> None:
    zone = domain("v=spf1 include:_spf.google.com ~all", dkim=False)
    zone["_spf.google.com TXT"] = ["v=spf1 ip4:192.0.2.0/24 ~all"]
    scene = Scene.healthy(host="smtp.gmail.com").policies(zone, provider="gmail")
    assert CODE not in scene.codes()


def test_lookalike_a_selector_that_can_t_be_asked_for() -> None:
    zone = domain(dkim=False)
    zone["s2-ionos._domainkey.example.com TXT"] = None
    assert CODE not in Scene.healthy().policies(zone).codes()


def test_lookalike_a_key_that_is_broken() -> None:
    zone = domain(dkim=False)
    zone["s1-ionos._domainkey.example.com TXT"] = ["v=DKIM1; p="]
    assert Scene.healthy().policies(zone).codes() == ["dkim-invalid"]


def test_lookalike_selectors_that_are_only_typical() -> None:
    """A key at one counts; none says nothing."""
    zone = domain("v=spf1 include:spf.protection.outlook.com ~all", dkim=False)
    zone["spf.protection.outlook.com TXT"] = ["v=spf1 ip4:192.0.2.0/24 -all"]
    scene = Scene.healthy(host="smtp.office365.com").policies(zone, provider="microsoft365")
    assert CODE not in scene.codes()
    zone["selector1._domainkey.example.com TXT"] = [SIGNED_KEY]
    scene = Scene.healthy(host="smtp.office365.com").policies(zone, provider="microsoft365")
    policy = Run(scene.observations()).policy
    assert policy is not None
    assert policy.signing == "usable"


def test_positive_targets_that_are_made_of_the_domain() -> None:
    zone = domain("v=spf1 -all", dmarc="v=DMARC1; p=reject", dkim=False)
    scene = Scene.healthy(host="smtp-relay.brevo.com").policies(zone, provider="brevo")
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("warning", "likely")
    assert "brevo1._domainkey.example.com CNAME b1.example-com.dkim.brevo.com" in published(
        diagnosis.fixes[0]
    )


def test_positive_a_cname_that_leads_nowhere() -> None:
    zone = domain(dkim=False)
    zone["s1-ionos._domainkey.example.com CNAME"] = ["s1.dkim.ionos.com"]
    diagnosis = Scene.healthy().policies(zone).diagnosis(CODE)
    assert diagnosis.severity == "note"  # the provider has yet to publish it
    assert any("is a CNAME to s1.dkim.ionos.com" in item.text for item in diagnosis.evidence)


def test_positive_a_cname_that_was_typed_without_the_last_dot() -> None:
    zone = domain(dkim=False)
    zone["s1-ionos._domainkey.example.com CNAME"] = ["s1.dkim.ionos.com.example.com"]
    diagnosis = Scene.healthy().policies(zone).diagnosis(CODE)
    assert diagnosis.severity == "warning"
    assert any("without a dot at its end" in item.text for item in diagnosis.evidence)
    assert "s1-ionos._domainkey.example.com CNAME s1.dkim.ionos.com" in published(
        diagnosis.fixes[0]
    )


def test_lookalike_another_provider_s_cname() -> None:
    zone = domain(dkim=False)
    zone["s1-ionos._domainkey.example.com CNAME"] = ["s1.dkim.other.example"]
    assert Scene.healthy().policies(zone).diagnosis(CODE).severity == "note"


HOSTINGER = "v=spf1 include:_spf.mail.hostinger.com ~all"


def test_positive_an_empty_key_alone_that_the_provider_keeps_so() -> None:
    zone = domain(HOSTINGER, dkim=False)
    zone["_spf.mail.hostinger.com TXT"] = ["v=spf1 ip4:192.0.2.0/24 -all"]
    zone["hostingermail-b._domainkey.example.com TXT"] = ["v=DKIM1; k=rsa; p="]
    scene = Scene.healthy(host="smtp.hostinger.com").policies(zone, provider="hostinger")
    assert scene.codes() == [CODE]


def test_negative_an_empty_key_beside_one_that_works() -> None:
    zone = domain(HOSTINGER, dkim=False)
    zone["_spf.mail.hostinger.com TXT"] = ["v=spf1 ip4:192.0.2.0/24 -all"]
    zone["hostingermail-a._domainkey.example.com TXT"] = [SIGNED_KEY]
    zone["hostingermail-b._domainkey.example.com TXT"] = ["v=DKIM1; k=rsa; p="]
    scene = Scene.healthy(host="smtp.hostinger.com").policies(zone, provider="hostinger")
    assert scene.codes() == []


def test_positive_a_sending_service_asks_for_fixed_names() -> None:
    zone = domain("v=spf1 -all", dmarc="v=DMARC1; p=none", dkim=False)
    scene = Scene.healthy(host="smtp.mandrillapp.com").policies(zone, provider="mandrill")
    assert "mte1._domainkey.example.com CNAME dkim1.mandrillapp.com" in published(
        scene.diagnosis(CODE).fixes[0]
    )
