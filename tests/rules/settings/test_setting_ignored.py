"""setting-ignored: the program does not read that name or option."""

from __future__ import annotations

from ..scene import Scene
from .folders import nodemailer

CODE = "setting-ignored"

WRONG_NAMES = {
    "package.json": '{"dependencies": {"nodemailer": "^6.9.13"}}',
    "mailer.js": """const nodemailer = require('nodemailer');
nodemailer.createTransport({
  host: 'smtp.ionos.com',
  port: 587,
  auth: { username: 'info@example.com', password: 'geheim-12' },
});
""",
}


def test_positive_a_login_under_names_that_are_not_read() -> None:
    scene = Scene.of_folder(WRONG_NAMES)
    session = scene.session().up_to("auth").no_login("no-credentials")
    session.mail("530 Authentication required")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.title == "auth.username=info@example.com is not read by nodemailer"
    assert [(at.file, at.line) for at in found.locations] == [("mailer.js", 5)]
    assert "geheim" not in str(found)


def test_positive_a_note_where_nothing_came_of_it() -> None:
    files = {
        **nodemailer(),
        "mailer.js": """const nodemailer = require('nodemailer');
nodemailer.createTransport({ service: 'Zoho', port: 587 });
""",
    }
    scene = Scene.of_folder(files).run_through()
    found = scene.diagnosis(CODE)
    assert found.severity == "note"
    assert found.title == "port=587 is not read by nodemailer"


def test_positive_a_warning_where_none_of_the_settings_is_read() -> None:
    code = """<?php
$mail = new PHPMailer();
$mail->Host = 'smtp.ionos.com';
$mail->Port = 587;
$mail->SMTPSecure = 'tls';
"""
    scene = Scene.of_folder({"mail.php": code}).run_through()
    found = scene.diagnosis(CODE)
    assert (found.severity, scene.judge().verdict) == ("warning", "warnings")
    assert found.title == "phpmailer goes by none of these settings"
    assert [edit.with_ for edit in found.fixes[0].edits] == ["$mail->isSMTP();\n"]
    written = code.replace("$mail->Host", "$mail->isSMTP();\n$mail->Host")
    assert CODE not in Scene.of_folder({"mail.php": written}).run_through().codes()


POSTFIX = {
    "postfix/main.cf": "relayhost = [smtp.ionos.com]:587\nsmtp_sasl_auth_enable = yes\n"
    "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd\n"
    "smtp_sasl_security_options = noanonymous\nsmtp_tls_security_level = encrypt\n",
    "postfix/sasl_passwd": "smtp.ionos.com:587 info@example.com:geheim-12\n",
}


def test_positive_a_warning_where_a_login_is_written_and_not_used() -> None:
    found = Scene.of_folder(POSTFIX).diagnosis(CODE)
    assert (found.severity, found.title) == ("warning", "postfix does not log in")
    assert [(at.file, at.line) for at in found.locations] == [("postfix/sasl_passwd", 1)]
    assert "spelled as relayhost is" in found.fixes[0].title
    assert "geheim" not in str(found)
    named = Scene.of_folder(WRONG_NAMES)
    severities = [each.severity for each in named.judge().diagnoses if each.code == CODE]
    assert severities == ["warning", "note"]  # the user's name and its password, once


def test_negative_the_login_is_used() -> None:
    entry = POSTFIX["postfix/sasl_passwd"].replace(":587", "")
    assert CODE not in Scene.of_folder({**POSTFIX, "postfix/sasl_passwd": entry}).codes()


def test_lookalike_a_server_that_takes_mail_without_a_login() -> None:
    scene = Scene.of_folder(POSTFIX)
    session = scene.session().up_to("auth").no_login("no-credentials")
    session.mail("250 OK").rcpt("250 OK").quit()
    assert scene.diagnosis(CODE).severity == "note"


def test_negative_every_option_is_read() -> None:
    assert CODE not in Scene.of_folder(nodemailer()).run_through().codes()


def test_lookalike_no_login_is_written_at_all() -> None:
    files = dict(nodemailer())
    files["mailer.js"] = """const nodemailer = require('nodemailer');
nodemailer.createTransport({ host: 'smtp.ionos.com', port: 587 });
"""
    scene = Scene.of_folder(files)
    session = scene.session().up_to("auth").no_login("no-credentials")
    session.mail("530 Authentication required")
    assert scene.codes("error") == ["credentials-missing"]


def test_positive_a_part_of_a_url_is_named_as_one() -> None:
    scene = Scene.of_folder(
        {
            "composer.json": '{"require": {"symfony/mailer": "^7.0"}}',
            "config/packages/mailer.yaml": (
                "framework:\n    mailer:\n        dsn: '%env(MAILER_DSN)%'\n"
            ),
            ".env": "MAILER_DSN=smtp://a%40b.de:word@smtp.ionos.com:587?encryption=ssl\n",
        }
    )
    found = scene.run_through().diagnosis("setting-ignored")
    assert found.title == "what stands behind ? in the URL is not read by symfony"


LETTERS = """<?php
$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Host = 'smtp.ionos.com';
$mail->SMTPSecure = 'tls';
{}
$mail->SMTPAuth = true;
$mail->Username = 'u@example.com';
$mail->Password = 'word';
"""


def test_positive_a_warning_where_the_port_that_was_meant_is_not_read() -> None:
    found = Scene.of_folder({"mail.php": LETTERS.format("$mail->port = 587;")}).diagnosis(CODE)
    assert (found.severity, found.locations[0].line) == ("warning", 6)
    assert found.title == "port=587 is not read by phpmailer, which goes to port 25"


def test_negative_a_note_where_the_program_goes_to_the_port_all_the_same() -> None:
    both = LETTERS.format("$mail->port = 587; $mail->Port = 587;")
    assert Scene.of_folder({"mail.php": both}).diagnosis(CODE).severity == "note"


def test_lookalike_another_port_than_those_for_sending() -> None:
    other = LETTERS.format("$mail->port = 2525;")
    assert Scene.of_folder({"mail.php": other}).diagnosis(CODE).severity == "note"


def test_positive_the_line_that_makes_a_program_log_in() -> None:
    text = "<?php\nuse PHPMailer\\PHPMailer\\PHPMailer;\n$mail = new PHPMailer(true);\n"
    text += "$mail->isSMTP();\n$mail->Host = 'smtp.ionos.com';\n$mail->Port = 587;\n"
    text += "$mail->Username = 'info@example.com';\n$mail->Password = 'word';\n"
    found = Scene.of_folder({"mail.php": text}).diagnosis(CODE)
    assert (found.severity, found.title) == ("warning", "phpmailer does not log in")
    [fix] = found.fixes
    assert [(each.line, each.with_) for each in fix.edits] == [(5, "$mail->SMTPAuth = true;\n")]
