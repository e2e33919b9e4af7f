"""credentials-missing: half a login, none where it is wanted, or a note where it is not."""

from __future__ import annotations

import pytest

from ..scene import Options, Scene
from .env import env
from .folders import PACKAGE, TRANSPORT

CODE = "credentials-missing"


def test_positive_a_user_name_without_a_password() -> None:
    scene = Scene.of(env(SMTP_PASS=None)).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert scene.judge().verdict == "broken"
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert diagnosis.title == "SMTP_USER (.env:4) is set without a password"
    assert diagnosis.fixes[0].title == "set SMTP_PASS"


def test_positive_a_program_gets_no_name_that_it_does_not_read() -> None:
    settings = (
        'EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"\n'
        'EMAIL_HOST = "smtp.ionos.com"\nEMAIL_PORT = 587\nEMAIL_USE_TLS = True\n'
        'EMAIL_HOST_USER = "info@example.com"\n'
    )
    scene = Scene.of_folder({"settings.py": settings, "manage.py": ""}).run_through()
    (fix,) = scene.diagnosis(CODE).fixes
    assert fix.title == "set the password beside EMAIL_HOST_USER (settings.py:5)"
    assert "SMTP_PASS" not in str(fix)


def test_positive_an_option_wants_the_other_option() -> None:
    options = Options(host="smtp.ionos.com", user="info@example.com")
    (fix,) = Scene.of("", options=options).run_through().diagnosis(CODE).fixes
    assert fix.title == "add --password-stdin"


def test_positive_a_url_with_a_user_name_alone() -> None:
    options = Options(target="smtp://info%40example.com@smtp.ionos.com")
    found = Scene.of("", options=options).run_through().diagnosis(CODE)
    assert found.title == "the URL has a user name without a password"
    assert found.fixes[0].title == "add --password-stdin"


def test_positive_an_empty_password() -> None:
    diagnosis = Scene.of(env(SMTP_PASS="")).run_through().diagnosis(CODE)
    assert diagnosis.title == "SMTP_USER (.env:4) is set, and SMTP_PASS (.env:5) is empty"


def test_positive_a_password_without_a_user_name() -> None:
    scene = Scene.of(env(SMTP_USER=None)).run_through()
    assert scene.diagnosis(CODE).points_at == ("password",)


def test_positive_it_is_said_beside_a_fault_of_the_network() -> None:
    scene = Scene.of(env(SMTP_PASS=None))
    scene.connect("silent")
    assert CODE in scene.codes("error")


def test_positive_a_password_under_a_name_that_is_not_read_is_never_called_missing() -> None:
    scene = Scene.of(env(SMTP_PASS=None, SMTP_PASWORD="geheim-12")).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert diagnosis.title == "the password is under a name that is not read: SMTP_PASWORD"
    assert "Rename SMTP_PASWORD (.env:6)" in diagnosis.fixes[0].steps[0]


@pytest.mark.parametrize(
    ("step", "text", "confidence"),
    [
        ("mail", "530 Authentication required", "certain"),
        ("rcpt", "554 5.7.1 <info@example.com>: Relay access denied", "likely"),
        ("rcpt", "550 must be authenticated", "likely"),
    ],
)
def test_positive_the_server_demands_a_login(step: str, text: str, confidence: str) -> None:
    scene = Scene.of("SMTP_HOST=smtp.ionos.com\nSMTP_FROM=info@example.com\n")
    scene.refuse(step, text)  # type: ignore[arg-type]
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", confidence)
    assert "SMTP_USER" in diagnosis.fixes[0].steps[0]


def test_positive_a_target_without_credentials_is_a_note() -> None:
    scene = Scene.of("", options=Options(target="smtp.ionos.com:587")).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.severity == "note"
    assert diagnosis.fixes == ()
    assert scene.judge().verdict == "healthy"


def test_positive_credentials_that_stayed_home_are_a_note() -> None:
    scene = Scene.of(env(), options=Options(target="smtp.example.net"))
    scene.session().up_to("auth").no_login("withheld").quit()
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.severity == "note"
    assert "not released" in diagnosis.title
    assert "written for smtp.ionos.com, not for smtp.example.net" in diagnosis.explanation
    assert "--password-stdin" in diagnosis.explanation
    assert scene.judge().verdict == "healthy"


def test_negative_both_are_there() -> None:
    assert Scene.of(env()).run_through().codes() == []


def test_negative_a_token_does_for_a_password() -> None:
    text = env(SMTP_HOST="smtp.gmail.com", SMTP_PASS=None, SMTP_OAUTH_TOKEN="ya29.geheim")
    assert Scene.of(text).run_through().codes() == []


def test_negative_without_any_settings_nothing_was_expected() -> None:
    assert CODE not in Scene.of("").run_through().codes()


def test_lookalike_a_template() -> None:
    scene = Scene.of(env(SMTP_PASS="your-password"))
    scene.session().up_to("auth").no_login("placeholder").quit()
    assert scene.codes() == ["credentials-placeholder"]


def test_lookalike_relay_denied_after_a_login() -> None:
    scene = Scene.of(env(SMTP_HOST="mail.example.net"))
    scene.refuse("rcpt", "554 5.7.1 <info@example.com>: Relay access denied")
    assert scene.codes() == ["recipient-rejected"]


def test_lookalike_the_server_has_no_login() -> None:
    scene = Scene.of(env(SMTP_HOST="mail.example.net"))
    scene.session().up_to("ehlo-in-tls").ehlo("SIZE").no_login("not-offered").quit()
    assert scene.codes() == ["auth-not-offered"]


def test_positive_both_are_set_and_empty() -> None:
    scene = Scene.of(env(SMTP_USER="", SMTP_PASS="", SMTP_FROM="info@example.com")).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert scene.judge().verdict == "broken"
    assert diagnosis.title == "SMTP_USER (.env:4) and SMTP_PASS (.env:5) are set, but empty"
    assert diagnosis.points_at == ("username", "password")


def test_lookalike_empty_for_a_server_on_this_machine() -> None:
    scene = Scene.of("SMTP_HOST=127.0.0.1\nSMTP_PORT=1025\nSMTP_USER=\nSMTP_PASS=\n")
    assert scene.run_through().codes("error") == []


def test_lookalike_credentials_that_nobody_set() -> None:
    scene = Scene.of("SMTP_HOST=smtp.ionos.com\n").run_through()
    assert scene.codes("error") == []


def test_where_nobody_named_a_host_an_empty_login_warns() -> None:
    judged = Scene.of("SMTP_USER=\nSMTP_PASS=\n").run_through().judge()
    assert judged.verdict == "inconclusive"
    assert CODE in [item.code for item in judged.diagnoses if item.severity == "warning"]


def test_positive_nothing_sets_the_variables_that_are_read() -> None:
    code = TRANSPORT % {"port": "465", "secure": "true", "more": ""}
    code = code.replace("SMTP_USER", "SMTP_USER || ''").replace("SMTP_PASS", "SMTP_PASS || ''")
    scene = Scene.of_folder({"package.json": PACKAGE, "mailer.js": code})
    found = scene.diagnosis(CODE)
    assert found.severity == "error"
    assert found.title == "SMTP_USER and SMTP_PASS are not set"
    assert found.fixes[0].title == "give SMTP_USER and SMTP_PASS a value"


def test_positive_nothing_sets_a_variable_whose_name_may_be_a_secret() -> None:
    """People write the password itself where its variable's name is due."""
    code = TRANSPORT % {"port": "465", "secure": "true", "more": ""}
    code = code.replace("SMTP_PASS", "Geheim1 || ''").replace("SMTP_USER", "SMTP_USER || ''")
    scene = Scene.of_folder({"package.json": PACKAGE, "mailer.js": code})
    found = scene.diagnosis(CODE)
    assert found.title == "SMTP_USER and the variable of auth.pass (mailer.js:7) are not set"
    assert not any("Geheim1" in item.text for item in found.evidence)


def test_lookalike_the_variables_are_set_to_nothing() -> None:
    code = TRANSPORT % {"port": "465", "secure": "true", "more": ""}
    empty = "SMTP_USER=\nSMTP_PASS=\n"
    scene = Scene.of_folder({"package.json": PACKAGE, "mailer.js": code, ".env": empty})
    title = scene.diagnosis(CODE).title
    assert title.endswith("are set, but empty")


CODE_OF_USER = (
    "const nodemailer = require('nodemailer');\n"
    "nodemailer.createTransport({ host: '%s', port: 587, auth: { user: 'shop' } });\n"
)


def test_positive_the_code_has_a_user_alone() -> None:
    code = CODE_OF_USER % "smtp.ionos.com"
    assert CODE in Scene.of_folder({"package.json": PACKAGE, "mailer.js": code}).codes()


def test_lookalike_what_takes_every_message_needs_no_login() -> None:
    code = CODE_OF_USER % "sandbox.smtp.mailtrap.io"
    scene = Scene.of_folder({"package.json": PACKAGE, "mailer.js": code})
    assert scene.codes() == ["mail-not-sent"]


def test_lookalike_the_other_half_stands_somewhere_and_cannot_be_told() -> None:
    code = (CODE_OF_USER % "smtp.ionos.com").replace("'shop'", "'shop', pass: vault.read('mail')")
    assert CODE not in Scene.of_folder({"package.json": PACKAGE, "mailer.js": code}).codes()


#: n8n in a container, which reads N8N_SMTP_PASS.
N8N = """services:
  n8n:
    image: n8nio/n8n
    environment:
      N8N_SMTP_HOST: smtp.ionos.com
      N8N_SMTP_PORT: 587
      N8N_SMTP_SSL: "false"
      N8N_SMTP_USER: info@example.com
      N8N_SMTP_SENDER: info@example.com
      {}: geheim-12
"""


@pytest.mark.parametrize("name", ["N8N_SMTP_PASSWORD", "N8N_SMTP_PASSWD", "N8N_SMTP_PWD"])
def test_positive_a_programs_password_by_another_word_than_the_programs(name: str) -> None:
    scene = Scene.of_folder({"docker-compose.yml": N8N.format(name)})
    scene.session()
    found = scene.diagnosis(CODE)
    assert found.title == f"the password is under a name that is not read: {name}"
    (edit,) = found.fixes[0].edits
    assert (edit.file, edit.line, edit.replace, edit.with_) == (
        "docker-compose.yml", 10, name, "N8N_SMTP_PASS",
    )  # fmt: skip
    assert "geheim" not in str(scene.judge())


def test_negative_a_programs_password_by_its_own_name() -> None:
    scene = Scene.of_folder({"docker-compose.yml": N8N.format("N8N_SMTP_PASS")})
    scene.session().rest()
    assert CODE not in scene.codes()


@pytest.mark.parametrize("name", ["N8N_BASIC_AUTH_PASSWORD", "SMTP_PASSWORD", "DB_PASSWORD"])
def test_lookalike_another_password_beside_a_programs_user_name(name: str) -> None:
    scene = Scene.of_folder({"docker-compose.yml": N8N.format(name)})
    scene.session()
    assert name not in scene.diagnosis(CODE).title


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.7.1 you must check for new mail via POP before sending mail",
        "553 please check your mail first",
        "550 5.7.1 POP before SMTP: retrieve your e-mail",
    ],
)
def test_positive_fetching_mail_counts_as_a_login(reply: str) -> None:
    scene = Scene(host="mail.example.net", username=None)
    main = scene.session().up_to("ehlo-in-tls").ehlo("SIZE 1000")
    main.no_login("no-credentials").mail().rcpt(reply)

    found = scene.diagnosis(CODE)

    assert "POP before SMTP" in found.explanation
    assert found.fixes[0].title.startswith("use the server's port for logins, or fetch mail")
    assert found.explains == (main.last.id,)


def test_positive_fetching_mail_and_a_login_is_offered() -> None:
    scene = Scene(host="mail.example.net", username=None)
    main = scene.session().up_to("mail")
    main.mail().rcpt("553 please check your mail first")

    assert scene.diagnosis(CODE).fixes[0].title == "set user name and password"


@pytest.mark.parametrize("reply", ["503 5.5.4 Error: send AUTH command first", "503 AUTH first"])
def test_positive_auth_is_to_come_first(reply: str) -> None:
    scene = Scene(host="mail.example.net", username=None)
    scene.session().up_to("mail").mail(reply)

    assert scene.codes("error") == [CODE]


def test_lookalike_a_mailbox_to_check() -> None:
    scene = Scene(host="mail.example.net", username=None)
    scene.session().up_to("rcpt").rcpt("550 5.1.1 No such user. Check the mailbox you send to.")

    assert scene.codes("error") == ["recipient-rejected"]
