"""mail-not-sent: the program writes its mail to something else than a server."""

from __future__ import annotations

from ..scene import Scene
from .folders import nodemailer

CODE = "mail-not-sent"


def test_positive_a_transport_that_writes_json() -> None:
    scene = Scene.of_folder(nodemailer(more="  jsonTransport: true,\n"))
    found = scene.diagnosis(CODE)
    assert found.severity == "warning"
    assert scene.judge().verdict == "warnings"
    assert [(at.file, at.line) for at in found.locations] == [("mailer.js", 7)]


def test_positive_the_line_of_the_variable_stands_first() -> None:
    env = "MAIL_MAILER=log\nMAIL_HOST=smtp.ionos.com\nMAIL_PORT=587\n"
    scene = Scene.of_folder({"artisan": "", ".env": env})
    found = scene.diagnosis(CODE)
    assert found.title == "with MAIL_MAILER=log no mail leaves this program"
    assert [(at.file, at.line, at.text) for at in found.locations][:1] == [
        (".env", 1, "MAIL_MAILER=log")
    ]
    assert found.fixes[0].settings == {"MAIL_MAILER": "smtp"}


def test_negative_a_transport_that_sends() -> None:
    assert CODE not in Scene.of_folder(nodemailer()).run_through().codes()


def test_lookalike_the_switch_is_there_and_off() -> None:
    scene = Scene.of_folder(nodemailer(more="  jsonTransport: false,\n")).run_through()
    assert scene.codes() == []
