from __future__ import annotations

from typing import Any

import pytest

from smtpdoctor.observations import OwnNameLookup

from ..scene import ADDRESS, Scene, authority, certificate

CODE = "certificate-name-mismatch"


def test_positive_an_own_name_that_leads_to_the_provider() -> None:
    scene = Scene(host="mail.example.com")
    scene.lookup("212.227.15.183")
    scene.name_server("answer", "212.227.15.183", aliases=("smtp.ionos.de",))
    main = (
        scene.session()
        .up_to("certificate")
        .certificate(
            certificate("smtp.ionos.com", "smtp.ionos.de", "smtp.1und1.de"),
            verify_code=62,
            verify_message="Hostname mismatch",
        )
    )

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.confidence == "certain"
    assert found.explains == (main.last.id,)
    assert found.points_at == ("host",)
    assert found.fixes[0].settings == {"SMTP_HOST": "smtp.ionos.de"}
    assert scene.codes("error") == [CODE]


def test_positive_a_known_host_of_the_provider_without_an_alias() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate("other.example.net", "smtp.ionos.com"), verify_code=62
    )

    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_HOST": "smtp.ionos.com"}


def test_positive_an_address_in_place_of_a_name() -> None:
    scene = Scene(host="203.0.113.7")
    scene.session().up_to("certificate").certificate(
        certificate("example.com", "mail.example.com"), verify_code=64
    )

    found = scene.diagnosis(CODE)

    assert found.fixes[0].settings == {}
    assert "write mail.example.com into SMTP_HOST (.env:1)" in found.fixes[0].steps[1]
    assert "hardly ever for addresses" in found.explanation


def test_positive_an_unknown_name_comes_with_a_caution() -> None:
    scene = Scene(host="mail.example.com")
    main = scene.session().greeting("220 srv7.webhost.example ESMTP Exim")
    main.up_to("certificate").certificate(
        certificate("*.webhost.example", "webhost.example"), verify_code=62
    )

    fixes = scene.diagnosis(CODE).fixes

    assert [(fix.settings, fix.edits, fix.snippets) for fix in fixes] == [({}, (), ())] * 2
    assert fixes[0].title == "use the name that the certificate has: srv7.webhost.example"
    assert "whoever has it gets your login" in fixes[0].steps[0]


def shared_hosting(**leads: tuple[str, ...]) -> Scene:
    """A hoster's server behind an own name, and where its names were seen to lead."""
    scene = Scene(host="mail.example.com")
    main = scene.session().greeting("220 srv7.webhost.example ESMTP Exim")
    main.up_to("certificate").certificate(
        certificate("*.webhost.example", "mx.webhost.example"), verify_code=62
    )
    for name, addresses in leads.items():
        scene.trail("dns").note(
            OwnNameLookup(
                name=f"{name}.webhost.example", address=ADDRESS, addresses=addresses, ok=None
            )
        )
    return scene


USE, RENEW = "use the name that the certificate has: ", "ask the server's owner to add"


@pytest.mark.parametrize(
    ("leads", "first"),
    [
        ({}, f"{USE}srv7.webhost.example"),
        ({"srv7": (ADDRESS,), "mx": ("203.0.113.1",)}, f"{USE}srv7.webhost.example"),
        ({"srv7": (), "mx": (ADDRESS,)}, f"{USE}mx.webhost.example"),
        ({"srv7": ("203.0.113.1",), "mx": ("203.0.113.2",)}, RENEW),
        ({"srv7": (), "mx": ()}, RENEW),
    ],
)
def test_positive_a_name_is_offered_first_where_it_leads_to_this_server(
    leads: dict[str, tuple[str, ...]], first: str
) -> None:
    found = shared_hosting(**leads).diagnosis(CODE)
    assert found.fixes[0].title.startswith(first)
    seen = [item.text for item in found.evidence if item.check == "dns"]
    assert bool(seen) is bool(leads)


@pytest.mark.parametrize("greeting", ["220 ESMTP ready", "220 srv7.another.example ESMTP"])
def test_lookalike_below_a_wildcard_stands_a_web_site(greeting: str) -> None:
    scene = Scene(host="mail.example.com")
    scene.session().greeting(greeting).up_to("certificate").certificate(
        certificate("*.webhost.example", "webhost.example"), verify_code=62
    )

    titles = [fix.title for fix in scene.diagnosis(CODE).fixes]

    assert titles == ["ask the server's owner to add mail.example.com to the certificate"]


def test_positive_on_this_machine_no_tls_is_needed() -> None:
    scene = Scene(host="127.0.0.1", port=25, username=None)
    scene.session().up_to("certificate").certificate(certificate("web01.internal"), verify_code=62)

    fixes = scene.diagnosis(CODE).fixes

    assert "on this machine" in " ".join(fix.title for fix in fixes)


def test_positive_a_provider_never_gets_anothers_name() -> None:
    """A hoster that redirects the mail port shows its own certificate: no login there."""
    scene = Scene(host="smtp.ionos.com")
    scene.session().up_to("certificate").certificate(
        certificate("server7.webhost.example"), verify_code=62
    )

    found = scene.diagnosis(CODE)

    assert [fix.settings for fix in found.fixes] == [{}]
    assert "Don't log in" in found.fixes[0].steps[0]
    assert found.points_at == ()


def test_positive_a_certificate_that_could_not_be_read() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").unreadable_certificate(verify_code=62)

    assert scene.codes("error") == [CODE]


def test_positive_without_names_no_setting_helps() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate(subject={"O": "Example"}), verify_code=62
    )

    assert scene.diagnosis(CODE).fixes[0].settings == {}


def test_positive_a_warning_where_the_application_does_not_verify() -> None:
    scene = Scene(host="mail.example.com", verify=False)
    scene.session().up_to("certificate").certificate(certificate("smtp.ionos.com"), verify_code=62)

    assert scene.diagnosis(CODE).severity == "warning"


def test_negative_a_wildcard_that_fits() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(certificate("*.example.com")).rest()

    assert scene.codes() == []


def test_lookalike_self_signed_for_another_name() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate("localhost", self_issued=True), verify_code=18
    )

    assert scene.codes("error") == ["certificate-self-signed"]


def test_lookalike_expired_for_the_right_name() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com", not_after="2026-11-01T00:00:00Z"), verify_code=10
    )

    assert scene.codes("error") == ["certificate-expired"]


def by_common_name(**settings: Any) -> Scene:
    scene = Scene(host="mail.example.com", **settings)
    own = certificate(subject={"CN": "mail.example.com"})
    scene.session().up_to("certificate").certificate(own, authority()).rest()
    return scene


@pytest.mark.parametrize(
    ("client", "fails"), [("curl", True), ("go-net-smtp", True), ("smtplib", False)]
)
def test_positive_addresses_alone_beside_the_common_name(client: str, fails: bool) -> None:
    scene = Scene(client=client)
    leaf = certificate("192.0.2.7", subject={"CN": scene.settings.host or ""})
    scene.session().up_to("certificate").certificate(leaf).rest()
    assert scene.codes("error") == ([CODE] if fails else [])
    if fails:
        assert any("lists only 192.0.2.7" in item.text for item in scene.diagnosis(CODE).evidence)


def test_lookalike_a_host_that_is_an_address() -> None:
    scene = Scene(client="curl", host="192.0.2.7")
    leaf = certificate("192.0.2.7", subject={"CN": "mail.example.com"})
    scene.session().up_to("certificate").certificate(leaf).rest()
    assert CODE not in scene.codes()


def test_positive_a_client_that_takes_no_common_name() -> None:
    scene = by_common_name(client="go-net-smtp")

    assert scene.codes("error") == [CODE]
    assert scene.judge().verdict == "broken"
    assert "Go net/smtp does not" in scene.diagnosis(CODE).explanation


@pytest.mark.parametrize("client", [None, "nodemailer"])
def test_lookalike_a_note_where_the_client_may_take_it(client: str | None) -> None:
    scene = by_common_name(client=client)

    assert scene.diagnosis(CODE).severity == "note"
    assert scene.judge().verdict == "healthy"
    assert "Go net/smtp" in scene.diagnosis(CODE).explanation
