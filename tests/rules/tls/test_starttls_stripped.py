from __future__ import annotations

from ..scene import Scene

CODE = "starttls-stripped"
STARS = "220 " + "*" * 40


def test_positive_a_masked_capability_of_the_same_length() -> None:
    scene = Scene(host="mail.example.com")
    main = scene.session().greeting(STARS).ehlo("XXXXXXXA", "AUTH LOGIN").starttls_not_offered()
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert found.confidence == "certain"
    assert found.explains == (main.last.id,)
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert any("Cisco" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]


def test_positive_a_masked_greeting_alone_is_likely() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().greeting(STARS).ehlo("AUTH LOGIN").starttls_not_offered()

    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_the_same_host_offers_it_on_another_port() -> None:
    scene = Scene(host="mail.example.com", port=2525)
    scene.session().greeting().ehlo("AUTH LOGIN").starttls_not_offered()
    scene.session("other-port", port=587).rest()

    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_PORT": "587"}
    assert scene.codes("error") == [CODE]


def test_positive_the_server_demands_what_it_seems_not_to_offer() -> None:
    scene = Scene(host="mail.example.com", username=None)
    main = scene.session().greeting().ehlo("SIZE 1000").starttls_not_offered()
    main.no_login("no-credentials").mail("530 5.7.0 Must issue a STARTTLS command first")

    found = scene.diagnosis(CODE)

    assert found.severity == "error"
    assert main.last.id in found.explains
    assert scene.codes("error") == [CODE]


def test_positive_a_refusal_behind_a_masked_greeting() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().greeting(STARS).ehlo().starttls("502 5.5.2 Error: command not recognized")

    assert scene.codes("error") == [CODE]


def test_negative_stars_in_a_greeting_while_starttls_works() -> None:
    scene = Scene()
    scene.session().greeting(STARS).rest()

    assert scene.codes() == []


def test_lookalike_plainly_not_offered() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().greeting().ehlo("AUTH LOGIN").starttls_not_offered()

    assert scene.codes("error") == ["starttls-not-offered"]


def test_lookalike_a_masked_word_of_another_length() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().greeting().ehlo("XXXB", "AUTH LOGIN").starttls_not_offered()

    assert scene.codes("error") == ["starttls-not-offered"]


def test_positive_ehlo_is_no_command_behind_a_masked_greeting() -> None:
    scene = Scene(host="mail.example.com")
    main = scene.session().greeting(STARS).ehlo(text="500 #5.5.1 command not recognized")

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.explains == (main.last.id,)
    assert found.fixes[0].title == "let the firewall pass SMTP as it is"
    assert scene.codes("error") == [CODE]


def test_lookalike_ehlo_is_no_command_and_the_greeting_is_whole() -> None:
    scene = Scene(host="mail.example.com")
    scene.session().greeting().ehlo(text="500 #5.5.1 command not recognized")

    assert scene.codes("error") == ["ehlo-rejected"]
