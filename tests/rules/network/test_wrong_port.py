from __future__ import annotations

import pytest

from smtpdoctor.settings.model import TLSMode

from ..scene import Scene
from .around import controls, landmarks, own_ports

CODE = "wrong-port"


def test_positive_a_slip_of_which_the_right_port_works() -> None:
    scene = Scene(port=578)
    refused = scene.connect("refused")
    own_ports(scene, {465: "open", 587: "open"})
    scene.session("other-port", port=465).rest()
    scene.session("other-port", port=587).rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.title == "port 578 is probably a slip for 587"
    assert found.fixes[0].settings == {"SMTP_PORT": "587"}
    assert found.fixes[1].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert found.points_at == ("port",)
    assert found.explains == (refused.id,)
    assert scene.codes("error") == [CODE]


@pytest.mark.parametrize(
    ("port", "tls", "meant"),
    [
        (578, "starttls", 587),
        (857, "starttls", 587),
        (586, "starttls", 587),
        (58, "starttls", 587),
        (5877, "starttls", 587),
        (456, "implicit", 465),
        (645, "implicit", 465),
        (46, "implicit", 465),
        (466, "implicit", 465),
    ],
)
def test_positive_slips(port: int, tls: TLSMode, meant: int) -> None:
    scene = Scene(host="mail.example.net", port=port, tls=tls)
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "open", 587: "open"})

    found = scene.diagnosis(CODE)

    assert found.title == f"port {port} is probably a slip for {meant}"
    assert found.fixes[0].settings == {"SMTP_PORT": str(meant)}
    assert found.fixes[0].tried == f"mail.example.net answers on port {meant}; no login tried"


def test_positive_the_provider_does_not_serve_it() -> None:
    scene = Scene(host="smtp.office365.com", port=465, tls="implicit")
    scene.connect("silent", took=3.3)
    own_ports(scene, {587: "open"})
    landmarks(scene, "open")
    scene.session("other-port", port=587).rest()

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert found.title == "smtp.office365.com does not serve port 465"
    assert found.fixes[0].settings == {"SMTP_PORT": "587", "SMTP_SECURE": "false"}
    (known,) = (item for item in found.evidence if item.kind == "known")
    assert "2021-07-14" in known.text


@pytest.mark.parametrize(
    ("host", "port", "confidence"),
    [("smtp.office365.com", 465, "likely"), ("mail.example.net", 578, "possible")],
)
def test_positive_where_nothing_answers_at_all(host: str, port: int, confidence: str) -> None:
    """The host may be down; that a provider does not serve the port is known all the same."""
    scene = Scene(host=host, port=port, tls="implicit" if port == 465 else "starttls")
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "silent", 587: "silent"})
    landmarks(scene, "open")

    assert scene.diagnosis(CODE).confidence == confidence


def test_positive_2525_at_ionos() -> None:
    scene = Scene(port=2525)
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "open", 587: "open"})
    scene.session("other-port", port=465).rest()
    scene.session("other-port", port=587).rest()

    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_PORT": "587"}


@pytest.mark.parametrize("port", [993, 995, 143, 110, 443])
def test_positive_the_port_of_another_service(port: int) -> None:
    scene = Scene(host="mail.example.net", port=port)
    scene.connect("refused")
    own_ports(scene, {587: "open"})

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert found.title.startswith(f"port {port} is for ")
    assert found.fixes[0].settings == {"SMTP_PORT": "587"}


def test_positive_a_low_number_that_nobody_uses_for_mail() -> None:
    scene = Scene(host="mail.example.net", port=991)
    scene.connect("refused")
    own_ports(scene, {465: "open", 587: "refused"})

    assert scene.diagnosis(CODE).title.startswith("port 991 is no port for sending mail")


def test_positive_the_right_port_is_dead_too() -> None:
    scene = Scene(host="mail.example.net", port=578)
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "silent", 587: "silent"})
    landmarks(scene, "open")

    found = scene.diagnosis(CODE)

    assert found.confidence == "possible"
    assert found.fixes[0].tried == "mail.example.net gives no answer on port 587; no login tried"


def test_negative_a_number_alone_is_no_fault() -> None:
    assert Scene.healthy(host="mail.example.net", port=578).codes() == []


@pytest.mark.parametrize("port", [25, 26, 465, 587, 2525, 2587, 1025, 10025])
def test_negative_ports_that_servers_really_use(port: int) -> None:
    scene = Scene(host="mail.example.net", port=port)
    scene.connect("refused")
    own_ports(scene, {443: "open"})

    assert scene.codes("error") == ["port-refused"]


def test_negative_the_provider_serves_it() -> None:
    scene = Scene(host="mail.smtp2go.com", port=443, tls="implicit")
    scene.connect("refused")
    own_ports(scene, {587: "open"})

    assert scene.codes("error") == ["port-refused"]


def test_lookalike_nothing_answers_anywhere() -> None:
    scene = Scene(port=578)
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "silent", 587: "silent"})
    landmarks(scene, "silent")

    assert scene.codes("error") == ["no-network"]


def test_lookalike_a_right_number_that_is_blocked() -> None:
    scene = Scene()
    scene.connect("silent", took=3.3)
    own_ports(scene, {465: "open"})
    controls(scene, "silent", "silent")
    landmarks(scene, "open")

    assert scene.codes("error") == ["port-blocked"]


def test_lookalike_the_other_service_answers() -> None:
    scene = Scene(host="mail.example.net", port=143)
    scene.session().greeting("* OK IMAP4rev1 ready", protocol="imap")

    assert scene.codes("error") == ["not-smtp"]


# --- without a server ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "port", "tls", "meant"),
    [
        ("smtp.ionos.com", 993, "implicit", {"SMTP_PORT": "465"}),
        ("smtp.ionos.com", 110, "starttls", {"SMTP_PORT": "587"}),
        ("smtp.office365.com", 465, "implicit", {"SMTP_PORT": "587", "SMTP_SECURE": "false"}),
    ],
)
def test_positive_foretold_at_a_provider(
    host: str, port: int, tls: TLSMode, meant: dict[str, str]
) -> None:
    scene = Scene.by_settings_alone(host=host, port=port, tls=tls)

    found = scene.diagnosis(CODE)

    assert scene.codes() == [CODE]
    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.fixes[0].settings == meant
    assert found.points_at == ("port",)
    assert "not asked" in found.explanation


@pytest.mark.parametrize(
    ("host", "port", "confidence"),
    [
        ("mail.example.net", 993, "likely"),
        ("mail.example.net", 578, "possible"),
        ("smtp.ionos.com", 578, "possible"),
    ],
)
def test_positive_foretold_as_worth_a_look(host: str, port: int, confidence: str) -> None:
    found = Scene.by_settings_alone(host=host, port=port).diagnosis(CODE)

    assert (found.severity, found.confidence) == ("warning", confidence)


@pytest.mark.parametrize(
    ("host", "port", "tls"),
    [
        ("mail.example.net", 2587, "starttls"),
        ("mail.example.net", 10025, "starttls"),
        ("mail.example.net", 991, "starttls"),  # nothing was heard of its other ports
        ("mail.smtp2go.com", 443, "implicit"),  # it serves it
        ("smtp.ionos.com", 587, "starttls"),
    ],
)
def test_lookalike_nothing_is_foretold(host: str, port: int, tls: TLSMode) -> None:
    assert Scene.by_settings_alone(host=host, port=port, tls=tls).codes() == []
