"""Which of the user's lines make a wrong pair of port and TLS mode, and which stands first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from smtpdoctor.diagnosis.model import Edit, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.settings.model import Field
from smtpdoctor.smtp.replies import Protocol

from ..rules.scene import Scene, SessionScene


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


@pytest.mark.parametrize(
    ("host", "tls", "port"),
    [
        ("mail.example.org", "implicit", 465),
        ("mail.example.org", "starttls", 587),
        ("mail.example.org", "none", None),
        ("mail.smtp2go.com", "starttls", 2525),  # the provider's own words come first
        ("smtpout.secureserver.net", "none", 25),
        ("smtp-relay.brevo.com", "implicit", 465),  # what nobody verified of a provider doesn't
    ],
)
def test_the_port_of_a_mode(host: str, tls: str, port: int | None) -> None:
    assert Run(Scene(host=host, tls=tls).observations()).mode.port_as_set == port


def test_what_nobody_verified_of_a_providers_port_is_no_mode_of_it() -> None:
    run = Run(Scene(host="smtpout.secureserver.net", port=80).observations())
    assert run.mode.of_port is None


def test_a_greeting_that_never_came_is_the_modes_fault() -> None:
    scene = Scene(port=465, env={"SMTP_SECURE": ("false", 3)})
    greeting = scene.session().greeting(outcome="silence", took=0.6).last
    scene.session("other-mode").rest()
    assert Run(scene.observations()).mode.fault == (greeting.id,)


@pytest.mark.parametrize(
    ("tls", "port", "outcome"),
    [
        ("implicit", 465, "silence"),  # TLS was begun: plain text is not why
        ("starttls", 465, "timeout"),  # the end of the run's time tells nothing
    ],
)
def test_another_silence_is_not(tls: str, port: int, outcome: str) -> None:
    scene = Scene(port=port, tls=tls)
    met = scene.session()
    if tls == "implicit":
        met = met.up_to("greeting")
    met.greeting(outcome=outcome, took=0.6)
    scene.session("other-mode").rest()
    assert Run(scene.observations()).mode.fault == ()


@pytest.mark.parametrize(
    ("met", "is_fault"),
    [
        # refused before its greeting: what is behind it isn't known
        (lambda probe: probe.up_to("certificate").certificate(verify_code=18), True),
        (lambda probe: probe.handshake(failure="not-tls"), False),
        (lambda probe: probe.up_to("greeting").greeting("* OK ready", protocol="imap"), False),
        (lambda probe: probe.up_to("greeting").greeting(outcome="silence"), False),
    ],
)
def test_it_is_where_a_mail_server_may_be_inside_tls(
    met: Callable[[SessionScene], SessionScene], is_fault: bool
) -> None:
    scene = Scene(port=465, env={"SMTP_SECURE": ("false", 3)})
    greeting = scene.session().greeting(outcome="silence", took=0.6).last
    met(scene.session("other-mode"))
    assert Run(scene.observations()).mode.fault == ((greeting.id,) if is_fault else ())


def test_tls_in_the_greetings_place_is_enough_whatever_a_probe_met() -> None:
    scene = Scene(port=465, env={"SMTP_SECURE": ("false", 3)})
    scene.session().greeting(outcome="tls", protocol="tls", arrived="\\x15\\x03\\x01")
    greeting = Run(scene.observations()).mode.silent_greeting
    scene.session("other-mode").handshake(failure="not-tls")
    assert greeting is not None
    assert Run(scene.observations()).mode.fault == (greeting.id,)


@pytest.mark.parametrize(("protocol", "told"), [("smtp", True), ("imap", False)])
def test_the_greeting_of_a_plain_port_is_one_of_smtp(protocol: Protocol, told: bool) -> None:
    scene = Scene(port=587, tls="implicit", env={"SMTP_SECURE": ("true", 7)})
    scene.session().handshake(failure="not-tls")
    scene.session("other-mode").greeting("220 ready", protocol=protocol)
    assert (Run(scene.observations()).mode.plain_greeting is not None) is told


def test_plain_text_where_tls_was_awaited_is_the_modes_fault() -> None:
    scene = Scene(port=587, tls="implicit", env={"SMTP_SECURE": ("true", 7)})
    words = "220 smtp.ionos.com (mreue106) Nemesis ESMTP Service ready"
    main = scene.session().handshake(failure="not-tls", protocol="smtp", arrived=words)
    run = Run(scene.observations())
    assert run.mode.fault == (main.last.id,)


@pytest.mark.parametrize(("tls", "is_fault"), [("none", True), ("starttls", False)])
@pytest.mark.parametrize(
    "words",
    ["530 5.7.0 Must issue a STARTTLS command first", "538 5.7.11 Encryption required"],
)
def test_a_demand_for_tls_is_the_fault_of_a_mode_without_any(
    tls: str, is_fault: bool, words: str
) -> None:
    scene = Scene(port=587, tls=tls).refuse("mail", words)
    run = Run(scene.observations())
    assert run.refusal is not None
    assert run.mode.fault == (run.refusal.failed if is_fault else ())


def test_of_two_probes_the_one_of_the_mode_counts() -> None:
    scene = Scene(port=465, env={"SMTP_SECURE": ("false", 3)})
    scene.session().greeting(outcome="silence", took=0.6)
    scene.session("other-mode").rest()
    run = Run(scene.observations())
    assert run.mode.probe("starttls") is None
    probe = run.mode.probe("implicit")
    assert probe is not None
    assert probe.session.tls == "implicit"
    assert run.mode.plain_greeting is None
