from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "ehlo-rejected"


@pytest.mark.parametrize(
    "reply",
    [
        "550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)",
        "501 Syntactically invalid EHLO argument(s)",
        "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
        "450 4.7.1 <localhost>: Helo command rejected: Host not found",
    ],
)
def test_positive_the_name_is_refused(reply: str) -> None:
    scene = Scene(host="mail.example.net", ehlo="localhost")
    refused = scene.session().up_to("ehlo").ehlo(text=reply).last

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.title == 'mail.example.net:587 does not accept the EHLO name "localhost"'
    assert found.fixes[0].steps[0] == (
        "Try the name first: `smtpdoctor check --ehlo web-1.example.com`."
    )
    assert 'name: "web-1.example.com"' in found.fixes[0].snippets[0].text
    assert found.explains == (refused.id,)
    assert scene.codes("error") == [CODE]


def test_positive_this_machines_own_name_is_refused() -> None:
    scene = Scene(host="mail.example.net")
    scene.session().up_to("ehlo").ehlo(text="550 Invalid EHLO name")

    assert "--ehlo example.com" in scene.diagnosis(CODE).fixes[0].steps[0]


def test_positive_said_only_at_rcpt() -> None:
    scene = Scene(host="mail.example.net", ehlo="localhost")
    refused = (
        scene.session()
        .up_to("rcpt")
        .rcpt("504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname")
        .last
    )

    found = scene.diagnosis(CODE)

    assert "says so only now" in found.explanation
    assert found.explains == (refused.id,)
    assert scene.codes("error") == [CODE]


def test_positive_a_server_without_ehlo() -> None:
    scene = Scene(host="mail.example.net")
    scene.session().up_to("ehlo").ehlo(text="502 unimplemented")
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert found.title == "mail.example.net:587 does not know the command EHLO"
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}


def test_positive_an_answer_without_an_end() -> None:
    scene = Scene(host="mail.example.net")
    endless = scene.session().up_to("ehlo").ehlo(outcome="flood").last

    found = scene.diagnosis(CODE)

    assert found.title == "the answer of mail.example.net:587 to EHLO does not end"
    assert found.explains == (endless.id,)
    assert scene.codes("error") == [CODE]


def test_positive_no_answer_at_all() -> None:
    scene = Scene()
    scene.session().up_to("ehlo").ehlo(outcome="silence", took=10.0)

    found = scene.diagnosis(CODE)

    assert found.confidence == "possible"
    assert scene.codes("error") == [CODE]


def test_negative_the_name_is_taken() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_the_address_and_not_the_name() -> None:
    scene = Scene()
    scene.session().up_to("ehlo").ehlo(text="554 Client host [203.0.113.7] is on a block list")

    assert scene.codes("error") == ["client-address-refused"]


def test_lookalike_the_server_has_no_room() -> None:
    scene = Scene()
    scene.session().up_to("ehlo").ehlo(text="421 Too many sessions")

    assert scene.codes("error") == ["server-busy"]


def test_lookalike_a_file_server() -> None:
    scene = Scene(host="ftp.example.net", port=21)
    session = scene.session().greeting("220 (vsFTPd 3.0.3)", protocol="ftp")
    session.ehlo(text="530 Please login with USER and PASS.")

    assert scene.codes("error") == ["not-smtp"]


def test_lookalike_the_server_wants_tls_first() -> None:
    scene = Scene(host="mail.example.net", tls="none", env={"SMTP_TLS": ("none", 3)})
    scene.session().up_to("ehlo").ehlo(text="530 5.7.0 Must issue a STARTTLS command first")

    assert scene.codes("error") == ["tls-required"]


def test_lookalike_the_server_hangs_up() -> None:
    scene = Scene()
    scene.session().up_to("ehlo").ehlo(outcome="closed")

    assert scene.codes("error") == ["connection-closed"]


def test_positive_helo_is_taken_in_its_place() -> None:
    scene = Scene(tls="none", username=None)
    session = scene.session().greeting().ehlo(text="502 5.5.2 command not recognized")
    session._exchange("helo", "HELO x", "250 mail.example.com", "reply", ok=True)
    found = scene.diagnosis(CODE)
    assert found.severity == "warning"
    assert "takes HELO" in found.title


def test_positive_refused_after_starttls_and_taken_before() -> None:
    scene = Scene(host="mail.example.net")
    main = scene.session().up_to("ehlo-in-tls").ehlo(text="503 5.5.1 Duplicate HELO/EHLO")

    found = scene.diagnosis(CODE)

    assert found.title == (
        "mail.example.net:587 refuses EHLO after STARTTLS, and had taken the same before"
    )
    assert found.fixes[0].title.startswith("use the server's port with implicit TLS")
    assert found.explains == (main.last.id,)
    assert scene.codes("error") == [CODE]


def test_lookalike_the_first_ehlo_inside_implicit_tls() -> None:
    scene = Scene(host="mail.example.net", port=465, tls="implicit")
    scene.session().up_to("ehlo-in-tls").ehlo(text="503 5.5.1 Invalid HELO name")

    assert "does not accept the EHLO name" in scene.diagnosis(CODE).title


def test_positive_an_answer_that_begins_and_never_ends() -> None:
    scene = Scene(host="mail.example.net", ehlo="localhost")
    scene.session().up_to("ehlo").ehlo(outcome="silence", arrived="250-mail\r\n250-SIZE", took=20)

    found = scene.diagnosis(CODE)

    assert found.title == "mail.example.net:587 begins its answer to EHLO and never ends it"
    assert found.fixes[0].title == "try from another network, then ask who runs the server"


@pytest.mark.parametrize(
    ("name", "first"),
    [("localhost", "introduce"), ("web1", "introduce"), ("web.example.org", "try from another")],
)
def test_positive_no_answer_and_the_name(name: str, first: str) -> None:
    """A full name is the last thing that a server would keep silent about."""
    scene = Scene(host="mail.example.net", ehlo=name)
    scene.session().up_to("ehlo").ehlo(outcome="silence", took=20)

    fixes = scene.diagnosis(CODE).fixes
    assert fixes[0].title.startswith(first)
    assert fixes[-1].title.startswith("introduce")
