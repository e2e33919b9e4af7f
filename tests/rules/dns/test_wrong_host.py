from __future__ import annotations

import pytest

from smtpdoctor.observations import Addresses

from ..scene import Scene
from .lookups import looked_up

CODE = "wrong-host"


def test_positive_an_imap_name_at_its_own_port() -> None:
    scene = Scene(host="imap.ionos.de", port=993, tls="implicit")
    session = scene.session().up_to("greeting")
    session.greeting(outcome="other", protocol="imap", arrived="* OK IMAP server ready")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.fixes[0].settings == {"SMTP_HOST": "smtp.ionos.de", "SMTP_PORT": "465"}
    assert any("* OK IMAP server ready" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


@pytest.mark.parametrize("outcome", ["refused", "silent"])
def test_positive_an_mx_name_that_takes_no_connection(outcome: str) -> None:
    scene = Scene(host="mx00.ionos.de")
    connect = scene.connect(outcome)  # type: ignore[arg-type]
    scene.connect("open", port=587, purpose="control", host="smtp.gmail.com")
    found = scene.diagnosis(CODE)
    assert found.explains == (connect.id,)
    assert found.fixes[0].settings == {"SMTP_HOST": "smtp.ionos.de"}
    assert scene.codes("error") == [CODE]


def test_positive_an_mx_name_that_no_look_up_led_to() -> None:
    """--connect-to: the attempt is all that was seen."""
    scene = Scene(host="smtp.google.com")
    scene.addresses("127.0.0.9", source="connect-to", after=scene.setting("host"))
    scene.connect("refused")
    found = scene.diagnosis(CODE)
    assert found.fixes[0].settings == {"SMTP_HOST": "smtp.gmail.com"}
    assert any("refused" in item.text for item in found.evidence)


def test_positive_an_mx_name_that_offers_no_login() -> None:
    scene = Scene(host="mx00.ionos.de", port=25)
    session = scene.session().up_to("ehlo-in-tls").ehlo("SIZE 1000").no_login("not-offered")
    found = scene.diagnosis(CODE)
    assert found.explains == (session.last.id,)
    assert found.fixes[0].settings == {"SMTP_HOST": "smtp.ionos.de", "SMTP_PORT": "587"}


def test_positive_the_provider_s_web_name() -> None:
    scene = Scene(host="www.ionos.com")
    scene.connect("silent")
    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_HOST": "smtp.ionos.com"}


def test_positive_a_provider_s_name_that_does_not_exist() -> None:
    scene = looked_up("EAI_NONAME", servers={"192.168.1.1": "nxdomain"}, host="imap4.ionos.de")
    assert scene.codes("error") == [CODE]


def mail_domain(*exchangers: str) -> Scene:
    scene = looked_up("EAI_NODATA", servers={"192.168.1.1": "nodata"}, host="example.com")
    scene.name_server("answer", *exchangers, record="MX", asked_for="related")
    return scene


def test_positive_a_mail_domain_at_a_known_provider() -> None:
    scene = mail_domain("10 mx00.ionos.de", "20 mx01.ionos.de")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.fixes[0].settings == {"SMTP_HOST": "smtp.ionos.de"}
    assert scene.codes("error") == [CODE]
    assert "dns-no-address" in found.consequences


def test_positive_a_mail_domain_at_an_unknown_provider() -> None:
    found = mail_domain("10 mail.example.net").diagnosis(CODE)
    assert found.fixes[0].settings == {}
    assert any("guess" in step for step in found.fixes[0].steps)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "mail.localhost"])
def test_positive_the_container_itself(host: str) -> None:
    scene = Scene(host=host, container="container 3f2a00112233")
    scene.addresses("::1" if host == "::1" else "127.0.0.1")
    connect = scene.connect("refused")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.explains) == ("error", (connect.id,))
    assert "the container itself" in found.title
    assert scene.codes("error") == [CODE]


def test_positive_the_pod_itself() -> None:
    scene = Scene(host="localhost", container="Kubernetes pod")
    scene.addresses("127.0.0.1")
    scene.connect("refused")
    assert "the pod itself" in scene.diagnosis(CODE).title


def test_negative_a_submission_host() -> None:
    assert CODE not in Scene.healthy().codes()


def test_negative_a_name_for_reading_mail_that_takes_mail_too() -> None:
    assert CODE not in Scene.healthy(host="mail.ionos.de").codes()


def test_negative_a_mail_server_in_the_container() -> None:
    scene = Scene(host="localhost", container="container 3f2a00112233", tls="none")
    scene.addresses("127.0.0.1")
    scene.session().rest()
    assert CODE not in scene.codes()


def test_lookalike_the_other_mode_works_on_that_host() -> None:
    scene = Scene(host="mail.ionos.de", tls="implicit")
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 mail ready")
    scene.session("other-mode").rest()
    assert scene.codes("error") == ["implicit-tls-on-starttls-port"]


def test_lookalike_no_address_and_no_mail_exchanger() -> None:
    scene = looked_up("EAI_NODATA", servers={"192.168.1.1": "nodata"}, host="example.com")
    scene.name_server("nodata", record="MX", asked_for="related")
    assert scene.codes("error") == ["dns-no-address"]


def test_lookalike_a_domain_that_says_it_takes_no_mail() -> None:
    assert mail_domain("0 .").codes("error") == ["dns-no-address"]


def test_lookalike_a_mail_domain_that_has_an_address() -> None:
    scene = Scene(host="example.com")
    scene.connect("refused")
    assert CODE not in scene.codes()


def test_lookalike_nothing_listens_on_this_machine_outside_a_container() -> None:
    scene = Scene(host="localhost")
    scene.addresses("127.0.0.1")
    scene.connect("refused")
    assert CODE not in scene.codes()


def test_lookalike_the_network_is_cut_off_for_all() -> None:
    scene = Scene(host="imap.ionos.de")
    scene.connect("silent")
    scene.connect("silent", port=587, purpose="control", host="smtp.gmail.com")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.explains) == ("warning", ())


def test_lookalike_no_name_server_answers() -> None:
    scene = looked_up("EAI_AGAIN", servers={"192.168.1.1": "silent"}, host="imap.ionos.de")
    assert scene.codes("error") == ["dns-resolver-unreachable"]
    assert not scene.observations().of(Addresses)


# --- without a server ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "meant"),
    [("imap.ionos.de", "smtp.ionos.de"), ("pop.gmail.com", "smtp.gmail.com")],
)
def test_positive_foretold_by_the_name(host: str, meant: str) -> None:
    scene = Scene.by_settings_alone(host=host)

    found = scene.diagnosis(CODE)

    assert scene.codes() == [CODE]
    assert (found.severity, found.confidence) == ("warning", "likely")
    assert found.fixes[0].settings == {"SMTP_HOST": meant}
    assert "not asked" in found.explanation


@pytest.mark.parametrize("host", ["smtp.ionos.de", "imap.example.com", "localhost"])
def test_lookalike_nothing_is_foretold(host: str) -> None:
    assert Scene.by_settings_alone(host=host).codes() == []
