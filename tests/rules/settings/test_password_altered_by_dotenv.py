"""password-altered-by-dotenv: the file's reader gets another password than was meant."""

from __future__ import annotations

import pytest

from ..scene import Scene
from .env import env
from .folders import nodemailer

CODE = "password-altered-by-dotenv"
REFUSED = "535 Authentication credentials invalid"


def test_positive_npm_dotenv_cuts_at_a_hash() -> None:
    scene = Scene.of_folder(nodemailer(SMTP_PASS="geheim#2")).refuse("auth", REFUSED)
    found = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.title == (
        "the password in SMTP_PASS (.env:2) is altered: "
        "npm dotenv takes what follows # for a comment"
    )
    assert found.consequences == ("credentials-rejected",)
    assert "geheim" not in str(found)


def test_positive_the_fix_is_the_quoting_alone() -> None:
    scene = Scene.of_folder(nodemailer(SMTP_PASS="geheim#2")).refuse("auth", REFUSED)
    (edit,) = scene.diagnosis(CODE).fixes[0].edits
    assert (edit.file, edit.line) == (".env", 2)
    assert (edit.replace, edit.with_) == ("••••••", "'••••••'")


def test_positive_readers_disagree_and_none_is_known() -> None:
    scene = Scene.of(env(SMTP_PASS="abc$C#1x")).run_through()
    found = scene.diagnosis(CODE)
    assert found.severity == "note"
    assert found.title.startswith("readers of .env files disagree on SMTP_PASS (.env:5): ")
    assert any("#" in item.text for item in found.evidence)
    assert "docker --env-file" in " ".join(found.fixes[0].steps)
    assert "abc" not in str(found)


def test_positive_readers_that_most_programs_have_are_named_first() -> None:
    title = Scene.of(env(SMTP_PASS="abc#1x")).run_through().diagnosis(CODE).title
    does, _, others = title.partition(": ")[2].partition(", and ")
    assert does == "npm dotenv takes what follows # for a comment"
    assert others == "so do phpdotenv, Ruby's dotenv and 6 more"


def test_lookalike_readers_that_do_something_else_are_not_counted() -> None:
    """In double quotes npm's dotenv and phpdotenv leave a $ with a letter behind it alone."""
    title = Scene.of(env(SMTP_PASS='"abc$C"')).run_through().diagnosis(CODE).title
    assert "npm dotenv" not in title
    assert "phpdotenv" not in title


def test_positive_while_the_login_was_not_tried() -> None:
    scene = Scene.of_folder(nodemailer(SMTP_PASS="geheim#2"))
    assert scene.diagnosis(CODE).severity == "warning"


def test_positive_the_program_ends_at_the_line() -> None:
    env = "MAIL_MAILER=smtp\nMAIL_HOST=smtp.ionos.com\nMAIL_USERNAME=u@example.com\n"
    scene = Scene.of_folder({"artisan": "", ".env": f"{env}MAIL_PASSWORD=geheim und 2\n"})
    found = scene.diagnosis(CODE)
    assert scene.codes("error") == [CODE]
    assert (found.severity, found.confidence) == ("error", "certain")
    assert [(edit.line, edit.with_) for edit in found.fixes[0].edits] == [(4, "'••••••'")]
    assert "geheim" not in str(found)


def test_lookalike_it_ends_at_another_line() -> None:
    env = "MAIL_MAILER=smtp\nMAIL_HOST=smtp.ionos.com\nMAIL_USERNAME=u@example.com\n"
    text = f"{env}MAIL_PASSWORD='geheim und 2'\nAPP_NAME=My Shop\n"
    scene = Scene.of_folder({"artisan": "", ".env": text})
    assert scene.codes("error") == ["setting-invalid"]


def test_negative_a_value_that_nobody_reads_differently() -> None:
    assert Scene.of(env(SMTP_PASS="geheim-12")).run_through().codes() == []
    """In double quotes some replace the $; single ones are as good as it gets."""
    assert Scene.of(env(SMTP_PASS="'geheim#$12 x'")).run_through().codes() == []


def test_lookalike_a_hash_that_the_programs_reader_keeps() -> None:
    """python-dotenv and others cut only behind a blank; npm dotenv is not the folder's."""
    scene = Scene.of_folder(nodemailer(SMTP_PASS="'geheim#2'")).refuse("auth", REFUSED)
    assert scene.codes() == ["credentials-rejected"]


def test_lookalike_a_reference_that_is_meant_to_be_replaced() -> None:
    scene = Scene.of_folder(nodemailer(SMTP_PASS="${MAIL_SECRET}")).refuse("auth", REFUSED)
    assert CODE not in scene.codes()


def test_positive_a_comment_that_some_readers_take_for_a_part_of_it() -> None:
    scene = Scene.of(env(SMTP_PASS="geheim # mine")).run_through()
    assert "takes the comment behind it for a part of it" in scene.diagnosis(CODE).title


DECOUPLE = {
    "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    "requirements.txt": "Django==5.0.6\npython-decouple==3.8\n",
    "shop/settings.py": (
        "from decouple import config\nINSTALLED_APPS = []\n"
        'EMAIL_HOST = "smtp.ionos.com"\nEMAIL_PORT = 587\nEMAIL_USE_TLS = True\n'
        'EMAIL_HOST_USER = "info@example.com"\n'
        'EMAIL_HOST_PASSWORD = config("EMAIL_HOST_PASSWORD")\n'
    ),
}


@pytest.mark.parametrize(
    ("line", "quote"), [("geheim # mine", ""), ("'ge#heim x' # mine", "'"), ('"a b"  # c', '"')]
)
def test_positive_quotes_alone_leave_the_comment_to_decouple(line: str, quote: str) -> None:
    """python-decouple takes everything behind the = and strips quotes at both of its ends."""
    scene = Scene.of_folder(DECOUPLE | {".env": f"EMAIL_HOST_PASSWORD={line}\n"})
    found = scene.refuse("auth", REFUSED).diagnosis(CODE)
    (edit,) = found.fixes[0].edits
    assert edit.with_ == f"# ••••••\nEMAIL_HOST_PASSWORD={quote}••••••{quote}"
    assert "above it" in found.fixes[0].title
    assert "mine" not in str(found)
    assert "heim" not in str(found)


def test_lookalike_a_reader_that_quotes_keep_from_the_comment() -> None:
    scene = Scene.of_folder(nodemailer(SMTP_PASS="geheim#2 # mine")).refuse("auth", REFUSED)
    (edit,) = scene.diagnosis(CODE).fixes[0].edits
    assert edit.with_ == "'••••••'"


COMPOSE = (
    "services:\n  web:\n    image: healthchecks/healthchecks\n    environment:\n"
    "      - EMAIL_HOST=smtp.example.com\n      - EMAIL_HOST_USER=info@example.com\n"
    "      - EMAIL_HOST_PASSWORD={}\n      - DEFAULT_FROM_EMAIL=info@example.com\n"
)


def test_positive_compose_takes_a_dollar_and_what_follows_out_of_its_own_file() -> None:
    scene = Scene.of_folder({"docker-compose.yml": COMPOSE.format("Wk$herons:p")})
    found = scene.refuse("auth", REFUSED).diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert found.title == (
        "the password in EMAIL_HOST_PASSWORD (docker-compose.yml:7) is altered: "
        "docker compose replaces $ and the name behind it"
    )
    assert found.fixes[0].title == "write each $ of the password twice in docker-compose.yml:7"
    assert "herons" not in str(found)


def test_negative_compose_with_the_dollar_written_twice() -> None:
    scene = Scene.of_folder({"docker-compose.yml": COMPOSE.format("Wk$$herons:p")})
    assert scene.refuse("auth", REFUSED).codes() == ["credentials-rejected"]


def test_lookalike_a_variable_that_compose_has() -> None:
    files = {"docker-compose.yml": COMPOSE.format("Wk$herons:p"), ".env": "herons=x\n"}
    assert CODE not in Scene.of_folder(files).refuse("auth", REFUSED).codes()


#: Gitea's own file, which Go's library for .ini files reads.
GITEA = """[mailer]
ENABLED = true
PROTOCOL = smtp+starttls
SMTP_ADDR = smtp.ionos.com
SMTP_PORT = 587
FROM = info@example.com
USER = info@example.com
PASSWD = {}
"""


@pytest.mark.parametrize(("password", "mark"), [("seven#herons", "#"), ("seven;herons", ";")])
def test_positive_go_cuts_the_password_of_an_ini_file(password: str, mark: str) -> None:
    scene = Scene.of_folder({"app.ini": GITEA.format(password)}).refuse("auth", REFUSED)
    found = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert f"takes what follows {mark} for a comment" in found.title
    assert found.fixes[0].title == "put backquotes around the password in app.ini:8"
    # what is left of the value is not the whole of it: no edit may wrap that alone
    assert found.fixes[0].edits == ()
    assert "herons" not in str(found)


def test_positive_go_leaves_nothing_of_the_password_of_an_ini_file() -> None:
    scene = Scene.of_folder({"app.ini": GITEA.format("#seven-herons")})
    scene.session()
    found = scene.diagnosis(CODE)
    assert scene.codes("error") == [CODE]
    assert (found.severity, found.confidence) == ("error", "certain")


@pytest.mark.parametrize("password", ["`seven#herons`", "seven # a comment", "seven\t; another"])
def test_negative_an_ini_file_as_go_wants_it(password: str) -> None:
    scene = Scene.of_folder({"app.ini": GITEA.format(password)}).refuse("auth", REFUSED)
    assert scene.codes() == ["credentials-rejected"]


def test_lookalike_an_ini_file_with_a_comment_in_place_of_the_password() -> None:
    scene = Scene.of_folder({"app.ini": GITEA.format("# none yet")})
    scene.session()
    assert scene.codes("error") == ["credentials-missing"]


def test_positive_yaml_cuts_the_password_at_a_blank_and_a_hash() -> None:
    scene = Scene.of_folder({"docker-compose.yml": COMPOSE.format("seven #herons")})
    found = scene.refuse("auth", REFUSED).diagnosis(CODE)
    assert "YAML takes what follows # for a comment" in found.title
    fix = found.fixes[0]
    assert fix.title == "put single quotes around the whole text in docker-compose.yml:7"
    assert "- 'EMAIL_HOST_PASSWORD=…' in a list" in fix.steps[0]
    assert "herons" not in str(found)


@pytest.mark.parametrize("password", ["seven # a comment", "seven#herons"])
def test_lookalike_yaml_keeps_the_password_whole(password: str) -> None:
    scene = Scene.of_folder({"docker-compose.yml": COMPOSE.format(password)})
    assert scene.refuse("auth", REFUSED).codes() == ["credentials-rejected"]


SYNAPSE = (
    "email:\n  smtp_host: smtp.ionos.com\n  smtp_port: 587\n  smtp_user: u@example.com\n"
    "  smtp_pass: {}\n  notif_from: u@example.com\n"
)


def test_positive_yaml_cuts_the_password_in_a_programs_own_document() -> None:
    scene = Scene.of_folder({"homeserver.yaml": SYNAPSE.format("seven #herons")})
    found = scene.refuse("auth", REFUSED).diagnosis(CODE)
    assert found.title.startswith("the password in smtp_pass (homeserver.yaml:5) is altered: YAML")
    assert "single quotes around the whole value" in found.fixes[0].steps[0]
    assert "herons" not in str(found)


@pytest.mark.parametrize("password", ["'seven #herons'", "seven # of the shop", "seven#herons"])
def test_lookalike_a_document_keeps_the_password(password: str) -> None:
    scene = Scene.of_folder({"homeserver.yaml": SYNAPSE.format(password)})
    assert CODE not in scene.refuse("auth", REFUSED).codes()


#: A service of systemd with its variables in the unit.
UNIT = """[Service]
ExecStart=/usr/bin/shop
Environment=SMTP_HOST=smtp.ionos.com SMTP_USER=u@example.com
Environment=SMTP_PASS={}
"""


def test_positive_systemd_takes_a_percent_sign_and_a_letter_for_a_specifier() -> None:
    scene = Scene.of_folder({"shop.service": UNIT.format("seven%herons")}).refuse("auth", REFUSED)
    found = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert found.fixes[0].title == "write each % of the password twice in shop.service:4"
    assert "daemon-reload" in found.fixes[0].steps[1]
    assert "herons" not in str(found)


@pytest.mark.parametrize("password", ["seven%%herons", "seven%2herons", "seven-herons"])
def test_negative_a_unit_with_its_percent_signs_as_systemd_wants_them(password: str) -> None:
    scene = Scene.of_folder({"shop.service": UNIT.format(password)}).refuse("auth", REFUSED)
    assert scene.codes() == ["credentials-rejected"]


#: A page that sends with PHPMailer, its password as PHP's code has it.
PAGE = """<?php
$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Host = 'smtp.ionos.com';
$mail->Port = 587;
$mail->SMTPSecure = 'tls';
$mail->SMTPAuth = true;
$mail->Username = 'u@example.com';
$mail->Password = {};
"""


def test_positive_php_takes_a_dollar_sign_in_double_quotes_for_a_variable() -> None:
    scene = Scene.of_folder({"send.php": PAGE.format('"seven$herons"')}).refuse("auth", REFUSED)
    found = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert found.fixes[0].title == "put the password in send.php:9 in single quotes"
    assert "herons" not in str(found)


@pytest.mark.parametrize("password", ["'seven$herons'", '"seven$7herons"', "'seven' . '$herons'"])
def test_lookalike_php_keeps_a_dollar_sign(password: str) -> None:
    scene = Scene.of_folder({"send.php": PAGE.format(password)}).refuse("auth", REFUSED)
    assert scene.codes() == ["credentials-rejected"]


SSMTP = "mailhub=smtp.ionos.com:587\nUseSTARTTLS=YES\nAuthUser=info@example.com\nAuthPass={}\n"


@pytest.mark.parametrize(
    ("password", "what"),
    [
        ("seven#herons", "takes what follows # for a comment"),
        ("seven=herons", "ends it at ="),
        ("seven herons", "ends it at the first blank"),
        ('"seven herons"', "ends it at the first blank"),
    ],
)
def test_positive_ssmtp_ends_a_password(password: str, what: str) -> None:
    scene = Scene.of_folder({"ssmtp.conf": SSMTP.format(password)}).refuse("auth", REFUSED)
    found = scene.diagnosis(CODE)
    assert f"sSMTP {what}" in found.title
    assert found.fixes[0].title == "choose a password without #, = and blanks"
    assert "herons" not in str(found)


@pytest.mark.parametrize(
    "password", ["seven-herons", "seven-herons # of the shop", 'se"ven:herons']
)
def test_lookalike_ssmtp_keeps_a_password(password: str) -> None:
    scene = Scene.of_folder({"ssmtp.conf": SSMTP.format(password)}).refuse("auth", REFUSED)
    assert CODE not in scene.codes()


PLAY = (
    "play.mailer {{\n  host = smtp.ionos.com\n  port = 587\n  tls = true\n"
    "  user = a@example.com\n  password = {}\n}}\n"
)


def test_positive_hocon_takes_a_hash_for_a_comment() -> None:
    files = {"conf/application.conf": PLAY.format("seven#herons")}
    found = Scene.of_folder(files).refuse("auth", REFUSED).diagnosis(CODE)
    assert "HOCON takes what follows # for a comment" in found.title
    assert (
        found.fixes[0].title == "put double quotes around the password in conf/application.conf:6"
    )


@pytest.mark.parametrize("password", ['"seven#herons"', "sevenherons # of the shop"])
def test_lookalike_hocon_keeps_a_password(password: str) -> None:
    files = {"conf/application.conf": PLAY.format(password)}
    assert CODE not in Scene.of_folder(files).refuse("auth", REFUSED).codes()
