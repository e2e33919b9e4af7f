"""Which of the user's lines make a wrong pair of port and TLS mode, and which stands first."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from smtpdoctor.diagnosis.model import Edit, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.settings.model import Field

from ..rules.scene import Scene


def run_of(**settings: Any) -> Run:
    return Run(Scene(**settings).observations())


PORT = Fix(title="", settings={"SMTP_PORT": "465"})
MODE = Fix(title="", settings={"SMTP_SECURE": "true"})
BOTH = Fix(title="", settings={"SMTP_SECURE": "true", "SMTP_PORT": "465"})
OTHER = Fix(title="", settings={"SMTP_HOST": "smtp.example.org"})


@pytest.mark.parametrize(
    ("fixes", "expected"),
    [
        ((), ("tls", "port")),
        ((OTHER,), ("tls", "port")),
        ((PORT,), ("port", "tls")),
        ((MODE,), ("tls", "port")),
        ((BOTH,), ("tls", "port")),
        ((OTHER, PORT), ("tls", "port")),  # what the first one changes counts
    ],
)
def test_of_two_lines_the_one_that_the_fix_changes_stands_first(
    fixes: tuple[Fix, ...], expected: tuple[Field, ...]
) -> None:
    assert run_of().mode.lines(fixes) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"env": {"SMTP_SECURE": None}}, ("port",)),
        ({"env": {"SMTP_PORT": None}, "port": None}, ("tls",)),
        ({"env": {"SMTP_SECURE": None, "SMTP_PORT": None}}, ()),
        ({"origin": "environment"}, ("tls",)),  # no file has them
        ({"origin": "option"}, ("tls",)),
    ],
)
def test_one_line_stands_alone(settings: dict[str, Any], expected: tuple[Field, ...]) -> None:
    assert run_of(**settings).mode.lines((PORT,)) == expected


def test_a_line_beside_a_variable_of_the_environment() -> None:
    text = "SMTP_HOST=mail.example.org\nSMTP_PORT=587\n"
    run = Run(Scene.of(text, {"SMTP_SECURE": "true"}).observations())
    assert run.mode.lines((PORT,)) == ("tls",)


def test_an_edit_of_a_line_is_a_change_of_it() -> None:
    run = run_of()
    entry = run.entry("port")
    assert entry is not None
    assert entry.origin.line is not None
    line = Edit(file=".env", line=entry.origin.line, columns=(11, 14), replace="587", with_="465")
    assert run.mode.lines((Fix(title="", edits=(line,)),)) == ("port", "tls")
    other = msgspec.structs.replace(line, file="other.env")
    assert run.mode.lines((Fix(title="", edits=(other,)),)) == ("tls", "port")


def alone(scene: Scene, **changed: Any) -> Run:
    """The settings looked at without any server, as `lint` does."""
    settings = Run(scene.observations()).settings
    read = msgspec.structs.replace(settings, elsewhere=True, **changed)
    return Run(Scene(read=read).observations())


TEXT = "SMTP_HOST=mail.example.org\nSMTP_PORT={port}\nSMTP_SECURE=false\n"
SMTPLIB = "import smtplib\nserver = smtplib.SMTP('mail.example.org', 465)\nserver.starttls()\n"
YAGMAIL = "import yagmail\nyagmail.SMTP('a@mail.example.org', host='mail.example.org', port=465)\n"


@pytest.mark.parametrize(
    ("port", "tls", "mode"),
    [
        (465, "starttls", "implicit"),
        (465, "none", "implicit"),
        (587, "implicit", "starttls"),
        (465, "implicit", None),
        (587, "starttls", None),
        (587, "none", None),  # a port for STARTTLS is spoken to in plain text first
        (2526, "implicit", None),
    ],
)
def test_a_port_whose_mode_is_known_to_be_another(port: int, tls: str, mode: str | None) -> None:
    known = alone(Scene.of(TEXT.format(port=port)), tls=tls).mode.known_otherwise
    assert (known.mode if known is not None else None) == mode


def test_where_a_server_was_asked_what_it_said_counts() -> None:
    run = Run(Scene.of(TEXT.format(port=465)).observations())
    assert run.mode.known_otherwise is None


def test_what_is_known_of_a_port_accuses_no_mode_that_nobody_chose() -> None:
    run = alone(Scene.of("SMTP_HOST=mail.example.org\nSMTP_PORT=465\n"), tls="starttls")
    assert run.mode.decided_by is None
    assert run.mode.known_otherwise is None


def test_of_a_programs_own_code_the_port_decides_where_it_says_no_mode() -> None:
    said = alone(Scene.of(TEXT.format(port=465))).mode.decided_by
    assert said is not None
    assert said.setting.field == "tls"
    own_names = alone(Scene.of("SMTP_HOST=mail.example.org\nSMTP_PORT=465\n"))
    assert own_names.mode.decided_by is None
    both = alone(Scene.of_folder({"send.py": SMTPLIB}))
    assert both.mode.decided_by is not None
    assert both.mode.decided_by.setting.field == "tls"
    program = alone(Scene.of_folder({"send.py": YAGMAIL}))
    assert program.mode.decided_by is not None
    assert program.mode.decided_by.setting.field == "port"
