"""setting-invalid: a value that can't be one."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from smtpdoctor.settings.model import BrokenLine

from ..scene import Scene
from .env import env
from .folders import laravel

CODE = "setting-invalid"


@pytest.mark.parametrize("text", ["99999", "0", "smtp", "${PORT}", "tcp://10.0.0.7:25"])
def test_positive_a_port_that_is_none(text: str) -> None:
    scene = Scene.of(env(SMTP_PORT=text)).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert diagnosis.points_at == ("port",)
    assert diagnosis.fixes[0].settings == {"SMTP_PORT": "587"}
    assert "the login works" in diagnosis.fixes[0].tried


def test_positive_the_fix_is_the_way_that_works() -> None:
    scene = Scene.of(env(SMTP_PORT="99999"))
    scene.connect("silent")
    scene.session("other-port").rest()
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.fixes[0].settings["SMTP_PORT"] == "465"
    assert diagnosis.fixes[0].tried.startswith("implicit TLS")


def test_positive_a_mode_that_nobody_knows() -> None:
    scene = Scene.of(env(SMTP_SECURE="maybe")).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.points_at == ("tls",)
    assert diagnosis.fixes[0].settings == {"SMTP_SECURE": "false"}


def test_positive_no_host_beside_other_settings() -> None:
    scene = Scene.of(env(SMTP_HOST=None))
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.title == "SMTP_HOST is not set: there is no host to send to"
    assert scene.judge().verdict == "broken"


def test_positive_a_host_under_a_name_that_is_not_read_is_never_called_missing() -> None:
    diagnosis = Scene.of(env(SMTP_HOST=None, SMTP_HSOT="smtp.ionos.com")).diagnosis(CODE)
    assert diagnosis.title == "the host is under a name that is not read: SMTP_HSOT"
    assert diagnosis.fixes[0].steps == ("Rename SMTP_HSOT (.env:6) to SMTP_HOST.",)
    (place,) = diagnosis.locations
    assert (place.line, place.columns, place.text) == (6, (1, 10), "SMTP_HSOT=••••••")


def test_positive_quotes_around_a_user_name() -> None:
    scene = Scene.of(env(SMTP_USER="'\"info@example.com\"'")).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.points_at == ("username",)
    assert diagnosis.fixes[0].settings == {"SMTP_USER": "info@example.com"}


def test_positive_a_value_of_the_environment_is_to_be_changed_there() -> None:
    scene = Scene.of(env(), environ={"SMTP_PORT": "70000"}).run_through()
    first = scene.diagnosis(CODE).fixes[0]
    assert first.settings == {"SMTP_PORT": "587"}
    assert any("environment" in step for step in first.steps)


def test_positive_certificate_verification_neither_on_nor_off_is_a_warning() -> None:
    scene = Scene.of(env(SMTP_TLS_REJECT_UNAUTHORIZED="perhaps")).run_through()
    assert scene.diagnosis(CODE).severity == "warning"
    assert scene.judge().verdict == "warnings"


def test_positive_a_url_of_something_else() -> None:
    scene = Scene.of("SMTP_URL=https://smtp.ionos.com\n").run_through()
    assert scene.diagnosis(CODE).points_at == ("url",)


def test_positive_a_near_miss_that_costs_nothing_is_a_note() -> None:
    scene = Scene.of(env(SMTP_FROM=None, SMTP_FORM="info@example.com")).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.severity == "note"
    assert scene.judge().verdict == "healthy"


def test_positive_two_faults_are_two_diagnoses() -> None:
    scene = Scene.of(env(SMTP_PORT="99999", SMTP_SECURE="maybe")).run_through()
    assert [item.points_at for item in scene.judge().diagnoses] == [("port",), ("tls",)]


def test_negative_an_empty_value_counts_as_unset() -> None:
    assert Scene.of(env(SMTP_PORT="", SMTP_SECURE="")).run_through().codes() == []


def test_negative_no_settings_at_all() -> None:
    assert CODE not in Scene.of("").run_through().codes()


def test_lookalike_a_valid_port_that_is_a_slip() -> None:
    scene = Scene.of(env(SMTP_PORT="578"))
    scene.connect("refused")
    assert CODE not in scene.codes()


def test_lookalike_a_template_in_the_credentials() -> None:
    scene = Scene.of(env(SMTP_PASS="${MAIL_PASSWORD}"))
    scene.session().up_to("auth").no_login("placeholder").quit()
    assert scene.codes() == ["credentials-placeholder"]


def test_lookalike_a_sender_that_is_none() -> None:
    assert Scene.of(env(SMTP_FROM="noreply")).run_through().codes() == ["sender-malformed"]


@pytest.mark.parametrize("name", ["SMTP_HOST", "SMTP_PORT", "SMTP_SECURE", "SMTP_USER", "SMTP_URL"])
def test_positive_a_value_that_nobody_wrote(name: str) -> None:
    scene = Scene.of(env(**{name: "{" * 5000})).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.title == f"{name} is longer than 4096 characters"
    assert len(diagnosis.evidence[0].text) < 100


@pytest.mark.parametrize(("port", "right"), [("587", "smtp"), ("465", "smtps")])
def test_positive_a_scheme_that_the_program_does_not_have(port: str, right: str) -> None:
    """Laravel 12's Symfony Mailer knows “smtp” and “smtps”, and “tls” stops it."""
    scene = Scene.of_folder(laravel(f"MAIL_SCHEME=tls\nMAIL_PORT={port}\n"))
    found = scene.diagnosis(CODE)
    assert scene.codes("error") == [CODE]
    assert found.title == "MAIL_SCHEME=tls stops the program"
    assert [at.file for at in found.locations] == [".env", "config/mail.php"]
    assert found.fixes[0].settings == {"MAIL_SCHEME": right}
    assert "not supported" in " ".join(item.text for item in found.evidence)


def test_negative_a_scheme_that_it_has() -> None:
    scene = Scene.of_folder(laravel("MAIL_SCHEME=smtps\nMAIL_PORT=465\n")).run_through()
    assert scene.codes("error") == []


def test_positive_a_line_that_no_reader_takes() -> None:
    settings = Scene.of(env()).settings
    line = BrokenLine(file=".env", line=2, kind="no-equals", name="SMTP_PORT")
    scene = Scene(read=replace(settings, broken_lines=(line,)))
    found = scene.diagnosis(CODE)
    assert found.severity == "warning"
    assert found.title == ".env:2 has no =: SMTP_PORT is not read"
    assert found.fixes[0].title == "write the line as NAME=value"


@pytest.mark.parametrize("name", ["SMTP_SSL", "SMTP_USE_SSL"])
def test_positive_another_programs_switch_for_tls_that_this_run_did_not_follow(name: str) -> None:
    scene = Scene.of(env(SMTP_SECURE=None, **{name: "true"})).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("warning", "possible")
    assert diagnosis.title == f"{name} is on, and this run went on with STARTTLS"
    assert diagnosis.fixes[0].settings == {name: "false"}
    assert scene.judge().verdict == "warnings"


def test_positive_nothing_is_switched_off_where_this_way_fails_too() -> None:
    scene = Scene.of(env(SMTP_SECURE=None, SMTP_SSL="1"))
    scene.connect("refused")
    assert "check --tls implicit" in scene.diagnosis(CODE).fixes[0].steps[0]


def test_negative_the_switch_is_off() -> None:
    assert Scene.of(env(SMTP_SECURE=None, SMTP_SSL="false")).run_through().codes() == []


@pytest.mark.parametrize(
    "more", [{"SMTP_SECURE": "false"}, {"SMTP_SECURE": None, "SMTP_PORT": "465"}]
)
def test_lookalike_the_mode_is_said_or_is_that_one(more: dict[str, str | None]) -> None:
    scene = Scene.of(env(SMTP_SSL="true", **more))
    assert CODE not in scene.codes()
