from __future__ import annotations

import pytest

from ..scene import Scene, certificate

CODE = "clock-wrong"
LATE = "220 mail.example.com Microsoft ESMTP MAIL Service ready at Sun, 22 Nov 2026 07:00:00 +0000"


def test_positive_the_clock_stands_before_the_release() -> None:
    scene = Scene(clock="2020-01-01T00:00:10Z", released="2026-10-01")
    main = scene.session().up_to("certificate").certificate(verify_code=9)

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.confidence == "certain"
    assert found.explains == (main.last.id,)
    assert "behind" in found.title
    assert found.fixes[0].settings == {}
    assert (
        "this machine's clock says 2020-01-01 00:00 UTC, before this smtpdoctor was released "
        "(2026-10-01)"
    ) in [item.text for item in found.evidence]
    assert scene.codes("error") == [CODE]


def test_positive_two_hosts_not_valid_yet() -> None:
    scene = Scene(host="mail.example.com", clock="2026-10-05T00:00:00Z")
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com", not_before="2026-11-01T00:00:00Z"), verify_code=9
    )
    other = certificate("smtp.example.net", not_before="2026-10-20T00:00:00Z", sha256="aa" * 32)
    scene.session("other-host", host="smtp.example.net").up_to("certificate").certificate(
        other, verify_code=9
    )

    assert scene.codes("error") == [CODE]
    found = scene.diagnosis(CODE)
    assert found.confidence == "certain"
    assert (
        "the certificates of mail.example.com and of smtp.example.net are both not valid yet by "
        "this clock"
    ) in [item.text for item in found.evidence]


def test_positive_two_hosts_expired() -> None:
    scene = Scene(host="mail.example.com", clock="2027-10-05T00:00:00Z")
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com", not_after="2027-01-01T00:00:00Z"), verify_code=10
    )
    other = certificate("smtp.example.net", not_after="2027-02-01T00:00:00Z", sha256="aa" * 32)
    scene.session("other-host", host="smtp.example.net").up_to("certificate").certificate(
        other, verify_code=10
    )

    found = scene.diagnosis(CODE)
    assert "ahead" in found.title
    hosts = "mail.example.com and of smtp.example.net"
    seen = [item.text for item in found.evidence]
    assert f"the certificates of {hosts} are both expired by this clock" in seen


@pytest.mark.parametrize(
    "greeting",
    [
        LATE,
        "220 mail.example.com ESMTP Sendmail 8.17; Sun, 22 Nov 2026 07:00:00 GMT",
        "220 mail.example.com ESMTP Exim 4.96 Sun, 22 Nov 2026 08:00:00 +0100",
        "220 mail.example.com ESMTP Sun, 22 Nov 2026 07:00:00 -0000",
    ],
)
def test_positive_a_greeting_ten_days_away(greeting: str) -> None:
    scene = Scene(host="mail.example.com", clock="2026-12-02T07:00:00Z")
    main = scene.session().greeting(greeting).up_to("certificate")
    main.certificate(
        certificate("mail.example.com", not_after="2026-12-01T00:00:00Z"), verify_code=10
    )

    found = scene.diagnosis(CODE)

    assert found.explains == (main.last.id,)
    assert any("10 days ahead" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


def test_positive_a_warning_while_certificates_still_fit() -> None:
    scene = Scene(clock="2026-11-25T07:00:00Z")
    scene.session().greeting(LATE).rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "warning"
    assert found.confidence == "likely"
    assert scene.judge().verdict == "warnings"


def test_negative_a_greeting_of_today() -> None:
    scene = Scene()
    scene.session().greeting(LATE).rest()

    assert scene.codes() == []


def test_negative_a_date_that_is_none() -> None:
    scene = Scene()
    scene.session().greeting("220 mail ESMTP; Sun, 39 Nov 2026 77:00:00 +0000").rest()

    assert scene.codes() == []


def test_lookalike_one_expired_certificate() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().up_to("certificate").certificate(
        certificate("mail.example.com", not_after="2026-11-01T00:00:00Z"), verify_code=10
    )

    assert scene.codes("error") == ["certificate-expired"]


def test_lookalike_one_certificate_that_two_hosts_share() -> None:
    scene = Scene(host="mail.example.com")
    shared = certificate("mail.example.com", "smtp.example.com", not_after="2026-11-01T00:00:00Z")
    scene.session().up_to("certificate").certificate(shared, verify_code=10)
    scene.session("other-host", host="smtp.example.com").up_to("certificate").certificate(
        shared, verify_code=10
    )

    assert scene.codes("error") == ["certificate-expired"]


def test_lookalike_a_version_date_in_the_greeting() -> None:
    scene = Scene()
    scene.session().greeting("220 mail ESMTP server 5.2 (built 3 Apr 2021)").rest()

    assert scene.codes() == []


def test_lookalike_the_clock_errs_to_the_other_side_of_the_fault() -> None:
    """A clock that is behind does not make a certificate look expired."""
    scene = Scene(host="mail.example.com", clock="2026-11-12T07:00:00Z")
    main = scene.session().greeting(LATE).up_to("certificate")
    main.certificate(
        certificate("mail.example.com", not_after="2026-11-01T00:00:00Z"), verify_code=10
    )

    assert scene.codes("error") == ["certificate-expired"]
    assert scene.codes("warning") == [CODE]
