"""conflicting-settings: two settings for one thing that exclude each other."""

from __future__ import annotations

from smtpdoctor.settings.model import (
    Edit,
    OptionLine,
    Origin,
    Prepared,
    Settings,
    SetupIdentity,
    SetupRemark,
)

from ..scene import Scene
from .env import env
from .folders import laravel

CODE = "conflicting-settings"


def test_positive_two_modes_and_the_one_that_counts_fails() -> None:
    scene = Scene.of(env(SMTP_TLS="implicit"))
    session = scene.session()
    session.handshake(failure="not-tls", protocol="smtp", arrived="220 smtp.ionos.com ESMTP")
    scene.session("other-mode").rest()
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert diagnosis.points_at == ("tls",)
    assert scene.codes("error")[0] == CODE
    first = diagnosis.fixes[0]
    assert first.settings["SMTP_SECURE"] == "false"
    assert first.settings.get("SMTP_TLS") != "implicit"
    assert "STARTTLS" in first.tried


def test_positive_both_errors_name_the_same_settings() -> None:
    scene = Scene.of(env(SMTP_TLS="implicit"))
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 smtp.ionos.com")
    scene.session("other-mode").rest()
    changes = [item.fixes[0].settings for item in scene.judge().diagnoses]
    assert len(changes) == 2
    assert changes[0] == changes[1]


def test_positive_what_works_is_a_warning() -> None:
    scene = Scene.of(env(SMTP_TLS="starttls", SMTP_SECURE="true")).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.severity == "warning"
    assert scene.judge().verdict == "warnings"
    assert diagnosis.fixes[0].settings == {"SMTP_TLS": "starttls", "SMTP_SECURE": "false"}


def test_positive_two_names_for_the_host() -> None:
    scene = Scene.of(env(SMTP_SERVER="smtp.example.net")).run_through()
    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_SERVER": "smtp.ionos.com"}


def test_positive_two_passwords_of_which_one_is_refused() -> None:
    scene = Scene.of(env(SMTP_PASSWORD="another-12"))
    scene.refuse("auth", "535 Authentication credentials invalid")
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert diagnosis.severity == "error"
    assert diagnosis.consequences == ("credentials-rejected",)
    assert diagnosis.fixes[0].settings == {}
    assert "another-12" not in str(scene.judge())


def test_negative_two_names_that_say_the_same() -> None:
    text = env(SMTP_SERVER="smtp.ionos.com", SMTP_TLS="starttls")
    assert Scene.of(text).run_through().codes() == []


def test_lookalike_the_environment_wins_over_the_file() -> None:
    scene = Scene.of(env(SMTP_PORT="465"), environ={"SMTP_PORT": "587"}).run_through()
    assert scene.codes() == ["setting-shadowed"]


def test_lookalike_one_mode_that_does_not_fit_the_port() -> None:
    scene = Scene.of(env(SMTP_SECURE="true"))
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 smtp.ionos.com")
    scene.session("other-mode").rest()
    assert scene.codes() == ["implicit-tls-on-starttls-port"]


def test_positive_two_flags_with_which_the_program_stops() -> None:
    """Django raises before it connects; built here, so that no dialect is needed."""
    places = {
        name: Origin(kind="file", name=name, file="settings.py", line=line, columns=(17, 21))
        for name, line in (("EMAIL_USE_TLS", 3), ("EMAIL_USE_SSL", 4))
    }
    remark = SetupRemark(
        kind="fault",
        option="EMAIL_USE_SSL",
        text="True",
        because="both can't be true: Django raises ValueError before it connects",
        field="tls",
        origin=places["EMAIL_USE_SSL"],
        source_line="EMAIL_USE_SSL = True",
        conflict=True,
        beside=(
            OptionLine(
                option="EMAIL_USE_TLS",
                origin=places["EMAIL_USE_TLS"],
                source_line="EMAIL_USE_TLS = True",
            ),
        ),
    )
    edit = Edit(file="settings.py", line=4, columns=(17, 21), replace="True", with_="False")
    settings = Settings(
        host="smtp.ionos.com",
        port=587,
        tls="starttls",
        setup=SetupIdentity(name="django settings.py:1", dialect="django"),
        remarks=(remark,),
        prepared=(Prepared(tls="starttls", edits=(edit,)),),
    )
    scene = Scene(read=settings)
    found = scene.diagnosis(CODE)
    assert found.severity == "error"
    assert found.title == "EMAIL_USE_SSL and EMAIL_USE_TLS exclude each other"
    assert [at.line for at in found.locations] == [4, 3]
    assert found.fixes[0].edits == (edit,)
    assert scene.judge().verdict == "broken"


def test_positive_two_flags_that_the_program_takes_and_fails_with() -> None:
    """Flask-Mail connects with TLS, and then asks for STARTTLS inside it."""
    app = (
        "from flask import Flask\nfrom flask_mail import Mail\n\napp = Flask(__name__)\n"
        'app.config["MAIL_SERVER"] = "smtp.ionos.com"\napp.config["MAIL_PORT"] = 465\n'
        'app.config["MAIL_USE_TLS"] = True\napp.config["MAIL_USE_SSL"] = True\nmail = Mail(app)\n'
    )
    scene = Scene.of_folder({"app.py": app, "requirements.txt": "Flask-Mail==0.10.0\n"})
    found = scene.diagnosis(CODE)
    assert scene.codes("error") == [CODE]
    assert found.title == "MAIL_USE_SSL and MAIL_USE_TLS exclude each other"
    assert "connects to anything" not in found.explanation
    assert [at.line for at in found.locations] == [7, 8]  # the one to change first
    assert [(edit.line, edit.with_) for edit in found.fixes[0].edits] == [(7, "False")]


def test_positive_the_flag_that_stands_nowhere_is_a_conflict_too() -> None:
    """Airflow's smtp_starttls is on unless it is switched off."""
    text = "[smtp]\nsmtp_host = smtp.ionos.com\nsmtp_port = 465\nsmtp_ssl = True\n"
    scene = Scene.of_folder({"airflow.cfg": text, "requirements.txt": "apache-airflow==2.9.0\n"})
    assert scene.codes("error") == [CODE]


def test_lookalike_one_value_with_which_the_program_stops() -> None:
    scene = Scene.of_folder(laravel("MAIL_SCHEME=tls\nMAIL_PORT=587\n"))
    assert scene.codes("error") == ["setting-invalid"]
