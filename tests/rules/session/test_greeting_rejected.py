from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "greeting-rejected"


@pytest.mark.parametrize("code", [554, 521, 550, 571])
def test_positive_a_refusal_without_a_reason(code: int) -> None:
    scene = Scene()
    greeting = scene.session().greeting(f"{code} No SMTP service here").last
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert f'"{code} No SMTP service here"' in found.evidence[0].text
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert found.explains == (greeting.id,)
    assert scene.codes("error") == [CODE]


def test_positive_inside_tls() -> None:
    scene = Scene(port=465, tls="implicit")
    scene.session().up_to("greeting").greeting("554 Transaction failed")

    assert scene.codes("error") == [CODE]


def test_negative_the_stock_greeting_of_hosting_panels_is_none() -> None:
    scene = Scene(host="mail.example.net")
    scene.session().greeting(
        "220-mail.example.net ESMTP Exim 4.98\n"
        "220-We do not authorize the use of this system to transport unsolicited,\n"
        "220 and/or bulk e-mail."
    ).rest()

    assert scene.codes() == []


def test_lookalike_it_speaks_of_the_address() -> None:
    scene = Scene()
    scene.session().greeting("554 5.7.1 Your IP address is on a blocklist")

    assert scene.codes("error") == ["client-address-refused"]


def test_lookalike_later_is_not_never() -> None:
    scene = Scene()
    scene.session().greeting("421 Too many connections")

    assert scene.codes("error") == ["server-busy"]
