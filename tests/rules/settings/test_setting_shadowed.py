"""setting-shadowed: another source hides the value that the user looks at."""

from __future__ import annotations

from smtpdoctor.settings.reading import Options

from ..scene import Scene
from .env import env
from .folders import nodemailer

CODE = "setting-shadowed"
REFUSED = "535 Authentication credentials invalid"


def test_positive_a_password_of_the_environment_after_a_refusal() -> None:
    scene = Scene.of(env(), environ={"SMTP_PASS": "the-old-one"}).refuse("auth", REFUSED)
    found = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.consequences == ("credentials-rejected",)
    assert found.title.startswith("SMTP_PASS in the environment hides the one in .env:5")
    assert "the-old-one" not in str(found)
    assert "geheim" not in str(found)


def test_positive_of_a_set_up() -> None:
    scene = Scene.of_folder(nodemailer(), {"SMTP_PASS": "the-old-one"}).refuse("auth", REFUSED)
    found = scene.diagnosis(CODE)
    assert (found.severity, [at.line for at in found.locations]) == ("error", [2])


def test_positive_a_note_while_the_login_works() -> None:
    scene = Scene.of(env(), environ={"SMTP_PASS": "the-new-one"}).run_through()
    assert scene.diagnosis(CODE).severity == "note"
    assert scene.judge().verdict == "healthy"


def test_positive_the_same_name_twice_in_a_file() -> None:
    scene = Scene.of(env() + "SMTP_PASS=another\n").run_through()
    assert scene.diagnosis(CODE).title == "SMTP_PASS in .env:7 hides the one in .env:5"


def test_negative_both_say_the_same() -> None:
    scene = Scene.of(env(), environ={"SMTP_PASS": "geheim-12"}).refuse("auth", REFUSED)
    assert scene.codes() == ["credentials-rejected"]
    assert Scene.of_folder(nodemailer(), {"SMTP_PASS": "geheim-12"}).run_through().codes() == []


def test_lookalike_the_command_line_says_another_for_this_run() -> None:
    scene = Scene.of(env(), options=Options(port="465")).run_through()
    assert CODE not in scene.codes()


def test_lookalike_a_port_is_hidden_and_the_login_refused() -> None:
    scene = Scene.of(env(SMTP_PORT="465"), environ={"SMTP_PORT": "587"}).refuse("auth", REFUSED)
    assert scene.codes("error") == ["credentials-rejected"]
    assert scene.diagnosis(CODE).severity == "note"


def test_lookalike_two_names_for_one_thing() -> None:
    scene = Scene.of(env(SMTP_PASSWORD="other")).refuse("auth", REFUSED)
    assert CODE not in scene.codes()
