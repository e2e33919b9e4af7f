from __future__ import annotations

import pytest

from smtpdoctor.observations import NameServerOutcome

from ..scene import Scene, certificate
from .lookups import by_nameserver_option, looked_up

CODE = "host-name-typo"
NXDOMAIN: dict[str, NameServerOutcome] = {"192.168.1.1": "nxdomain"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("smpt.ionos.com", "smtp.ionos.com"),
        ("smtp.ionoss.de", "smtp.ionos.de"),
        ("smtp.gamil.com", "smtp.gmail.com"),
        ("smtp.ionos.con", "smtp.ionos.com"),
    ],
)
def test_positive_a_name_that_does_not_exist(typed: str, meant: str) -> None:
    scene = looked_up("EAI_NONAME", servers=NXDOMAIN, host=typed)
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.fixes[0].settings == {"SMTP_HOST": meant}
    assert found.points_at == ("host",)
    assert scene.codes("error") == [CODE]
    assert scene.judge().unexplained == ()
    assert "dns-name-not-found" in found.consequences


@pytest.mark.parametrize(
    ("typed", "letter"),
    [
        ("smtp.іonos.com", "і (CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I, U+0456)"),
        ("smtp.gmaıl.com", "ı (LATIN SMALL LETTER DOTLESS I, U+0131)"),
    ],
)
def test_positive_letters_that_only_look_alike(typed: str, letter: str) -> None:
    """Somebody has that name, with a certificate of its own."""
    scene = Scene(host=typed)
    session = scene.session().up_to("certificate")
    session.certificate(certificate(typed)).ehlo().no_login("host-suspicious")

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.title.endswith("it has letters that only look alike")
    assert f"{typed} has {letter}" in [item.text for item in found.evidence]
    assert scene.codes("error") == [CODE]


def test_positive_another_end_under_which_anybody_registers() -> None:
    scene = Scene(host="smtp.ionos.com.de")
    session = scene.session().up_to("certificate")
    session.certificate(certificate("smtp.ionos.com.de")).ehlo().no_login("host-suspicious")

    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_HOST": "smtp.ionos.com"}


def test_positive_the_port_and_mode_of_the_provider_come_along() -> None:
    scene = looked_up(
        "EAI_NONAME", servers=NXDOMAIN, host="smtp.ionoss.com", port=2525, tls="implicit"
    )
    fix = scene.diagnosis(CODE).fixes[0]
    assert fix.settings == {"SMTP_HOST": "smtp.ionos.com", "SMTP_PORT": "465"}


def test_positive_a_mode_that_the_provider_lacks_on_that_port_is_set_too() -> None:
    scene = looked_up("EAI_NONAME", servers=NXDOMAIN, host="smtp.ionoss.com", tls="implicit")
    fix = scene.diagnosis(CODE).fixes[0]
    assert fix.settings == {"SMTP_HOST": "smtp.ionos.com", "SMTP_SECURE": "false"}


def test_positive_under_nameserver() -> None:
    scene = by_nameserver_option("nxdomain", host="smtp.ionoss.com")
    assert scene.codes("error") == [CODE]
    assert scene.diagnosis(CODE).confidence == "certain"


def test_positive_a_parked_domain_that_takes_no_connection() -> None:
    scene = Scene(host="smtp.gamil.com")
    connect = scene.connect("silent")
    scene.connect("open", port=587, purpose="control", host="smtp.office365.com")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.explains == (connect.id,)
    assert scene.codes("error") == [CODE]


def test_positive_somebody_else_s_server_with_a_valid_certificate() -> None:
    scene = Scene(host="smtp.gamil.com")
    session = scene.session().up_to("certificate")
    session.certificate(certificate("smtp.gamil.com")).ehlo().no_login("host-suspicious")
    found = scene.diagnosis(CODE)
    assert found.severity == "error"
    assert found.fixes[0].settings == {"SMTP_HOST": "smtp.gmail.com"}
    assert any("certificate for smtp.gamil.com" in item.text for item in found.evidence)


def test_positive_a_certificate_for_other_names_is_its_consequence() -> None:
    scene = Scene(host="smtp.gamil.com")
    session = scene.session().up_to("certificate")
    session.certificate(certificate("parking.example"), verify_code=62)
    found = scene.diagnosis(CODE)
    assert scene.codes("error") == [CODE]
    assert "certificate-name-mismatch" in found.consequences


def test_negative_the_right_name() -> None:
    assert CODE not in Scene.healthy().codes()


@pytest.mark.parametrize("host", ["smtp.mail.com", "mail.example.com", "smtp.sonos.com"])
def test_negative_another_name_that_only_looks_like_one(host: str) -> None:
    assert CODE not in looked_up("EAI_NONAME", servers=NXDOMAIN, host=host).codes()


def test_negative_a_name_that_proves_to_be_the_provider_s() -> None:
    scene = Scene(host="smtp.ionoss.com")
    session = scene.session().up_to("certificate")
    session.certificate(certificate("smtp.ionos.com", "smtp.ionoss.com")).rest()
    assert CODE not in scene.codes()


def test_negative_a_name_that_the_hosts_file_has() -> None:
    scene = looked_up("", "10.0.0.5", host="smtp.ionoss.com", servers=NXDOMAIN,
                      from_hosts_file=("10.0.0.5",))  # fmt: skip
    scene.session().rest()
    assert CODE not in scene.codes()


def test_lookalike_a_known_other_name_of_the_provider() -> None:
    scene = Scene(host="imap.ionos.de", port=993, tls="implicit")
    scene.session().up_to("greeting").greeting(
        outcome="other", protocol="imap", arrived="* OK IMAP server ready"
    )
    assert scene.codes("error") == ["wrong-host"]


def test_positive_the_domain_of_the_address_is_the_providers() -> None:
    """smpt.gmail.com with an address at gmail.com: the domain is right, the rest is not."""
    user = {"username": "shop@gmail.com", "sender": "shop@gmail.com"}
    scene = Scene(host="smpt.gmail.com", **user)
    scene.session().up_to("certificate")
    assert scene.diagnosis(CODE).severity == "error"


def test_lookalike_their_own_domain_is_only_noted() -> None:
    own = {"host": "smtp.ionis.com", "username": "info@ionis.com", "sender": "info@ionis.com"}
    scene = Scene.healthy(**own)
    assert scene.diagnosis(CODE).severity == "note"
    assert scene.codes("error") == []


def test_lookalike_no_name_server_answers_so_the_name_is_only_suspected() -> None:
    scene = looked_up("EAI_AGAIN", servers={"192.168.1.1": "silent"}, host="smtp.ionoss.com")
    assert scene.codes("error") == ["dns-resolver-unreachable"]
    assert scene.diagnosis(CODE).severity == "warning"


def test_lookalike_no_network_at_all() -> None:
    scene = Scene(host="smtp.gamil.com")
    scene.connect("silent")
    scene.connect("silent", "1.1.1.1", 443, "control-address", host="1.1.1.1")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.explains) == ("warning", ())
