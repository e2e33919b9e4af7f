"""A variable under another name than the code asks for: credentials-missing, or setting-ignored for
the host and the port."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from smtpdoctor.diagnosis.model import Diagnosis
from smtpdoctor.observations import SettingsRead
from smtpdoctor.settings.setups import setups_in

from ..scene import Scene

SCRIPT = """import os, smtplib, ssl
from dotenv import load_dotenv
load_dotenv()
with smtplib.SMTP(HOST, PORT) as server:
    server.starttls(context=ssl.create_default_context())
    server.login(os.environ.get("SMTP_USER"), os.environ.get("SMTP_PASSWORD"))
    server.sendmail(os.environ.get("SMTP_USER"), "to@example.com", "")
"""
HOST, PORT = 'os.environ.get("SMTP_HOST")', 'int(os.environ.get("SMTP_PORT", "587"))'
ENV = (
    "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=587\nSMTP_USER=info@example.com\nSMTP_PASSWORD=geheim-12\n"
)
DJANGO = """from decouple import config
INSTALLED_APPS = []
EMAIL_HOST = config("EMAIL_HOST")
EMAIL_PORT = config("EMAIL_PORT", cast=int)
EMAIL_USE_TLS = config("EMAIL_USE_TLS", cast=bool)
EMAIL_HOST_USER = config("EMAIL_USER", default="")
EMAIL_HOST_PASSWORD = config("EMAIL_PASSWORD", default="")
"""
DJANGO_ENV = (
    "EMAIL_HOST=smtp.ionos.com\nEMAIL_PORT=587\nEMAIL_USE_TLS=True\n"
    "EMAIL_HOST_USER=info@example.com\nEMAIL_HOST_PASSWORD=geheim-12\n"
)


def scene(env: str, **more: str) -> Scene:
    code = SCRIPT.replace("HOST, PORT)", f"{HOST}, {PORT})")
    return Scene.of_folder({"mail.py": code, ".env": env, **more})


def renamed(found: Diagnosis) -> list[tuple[Any, ...]]:
    edits = [edit for fix in found.fixes for edit in fix.edits]
    return [(edit.file, edit.line, edit.replace, edit.with_) for edit in edits]


@pytest.mark.parametrize("name", ["SMTP_PASS", "SMTP_PWD", "EMAIL_PASSWORD", "EMAIL_HOST_PASSWORD"])
def test_positive_a_password_under_a_name_that_the_code_does_not_read(name: str) -> None:
    told = scene(ENV.replace("SMTP_PASSWORD", name))
    told.session()
    found = told.diagnosis("credentials-missing")
    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.title == f"the password is under a name that is not read: {name}"
    assert renamed(found) == [(".env", 4, name, "SMTP_PASSWORD")]
    assert [(at.file, at.line) for at in found.locations] == [(".env", 4), ("mail.py", 6)]
    assert "geheim" not in str(found)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("SMTP_PASSWRD", "SMTP_PASSWORD"),
        ("SMTP_PASWORD", "SMTP_PASSWORD"),
        ("SMPT_PASSWORD", "SMTP_PASSWORD"),
        ("SMTPPASSWORD", "SMTP_PASSWORD"),
        ("SMTP_USERS", "SMTP_USER"),
    ],
)
def test_positive_a_slip_in_a_name(name: str, right: str) -> None:
    """A look-alike of no known word is the name that is read, typed wrong; `lint` says so too."""
    told = scene(ENV.replace(right, name))
    told.session()
    found = told.diagnosis("credentials-missing")
    assert found.severity == "error"
    assert renamed(found)[0][2:] == (name, right)


def test_positive_a_slip_in_a_setting_of_django() -> None:
    told = Scene.of_folder(
        {
            "shop/settings.py": DJANGO.replace('"EMAIL_PASSWORD"', '"EMAIL_HOST_PASSWORD"').replace(
                '"EMAIL_USER"', '"EMAIL_HOST_USER"'
            ),
            ".env": DJANGO_ENV.replace("PASSWORD", "PASWORD"),
        }
    )
    told.session()
    found = told.diagnosis("credentials-missing")
    assert renamed(found) == [(".env", 5, "EMAIL_HOST_PASWORD", "EMAIL_HOST_PASSWORD")]


@pytest.mark.parametrize(
    "line",
    [
        "SMTP_PASSWORD2=geheim-12",  # of another account
        "SMTP_PASSPHRASE=geheim-12",
        "IMAP_PASSWORD=geheim-12",
    ],
)
def test_lookalike_another_name_is_no_slip(line: str) -> None:
    told = scene(ENV.replace("SMTP_PASSWORD=geheim-12", line))
    told.session()
    assert "under a name" not in told.diagnosis("credentials-missing").title


def test_positive_the_names_of_settings_are_not_those_that_the_code_asks_for() -> None:
    told = Scene.of_folder({"shop/settings.py": DJANGO, "manage.py": "", ".env": DJANGO_ENV})
    told.session()
    found = told.diagnosis("credentials-missing")
    assert found.title == (
        "the login is under names that are not read: EMAIL_HOST_USER and EMAIL_HOST_PASSWORD"
    )
    assert renamed(found) == [
        (".env", 4, "EMAIL_HOST_USER", "EMAIL_USER"),
        (".env", 5, "EMAIL_HOST_PASSWORD", "EMAIL_PASSWORD"),
    ]


@pytest.mark.parametrize("name", ["SMTP_SERVER", "MAIL_HOST", "EMAIL_HOST"])
def test_positive_a_host_under_a_name_that_the_code_does_not_read(name: str) -> None:
    told = scene(ENV.replace("SMTP_HOST", name))
    told.session()
    found = told.diagnosis("setting-ignored")
    assert found.severity == "error"
    assert found.title == f"{name} is not read: the program asks for SMTP_HOST"
    assert renamed(found) == [(".env", 1, name, "SMTP_HOST")]
    assert [(at.file, at.line) for at in found.locations] == [(".env", 1), ("mail.py", 4)]
    assert found.locations[0].columns == (1, 1 + len(name))  # the name is what is wrong


def test_positive_a_port_is_a_note_since_the_program_goes_by_a_default() -> None:
    found = scene(ENV.replace("SMTP_PORT=587", "MAIL_PORT=465")).run_through()
    told = found.diagnosis("setting-ignored")
    assert (told.severity, renamed(told)) == ("note", [(".env", 2, "MAIL_PORT", "SMTP_PORT")])


def test_negative_the_default_says_the_same() -> None:
    told = scene(ENV.replace("SMTP_PORT", "MAIL_PORT")).run_through()
    assert told.codes() == []


@pytest.mark.parametrize(
    "more",
    [
        {"other.py": 'import os\nKEY = os.environ["SMTP_PASS"]\n'},
        {"worker.js": "const key = process.env.SMTP_PASS\n"},
        {"compose.yaml": "services:\n  a:\n    environment:\n      KEY: ${SMTP_PASS}\n"},
    ],
)
def test_lookalike_another_program_reads_the_variable(more: dict[str, str]) -> None:
    told = scene(ENV.replace("SMTP_PASSWORD", "SMTP_PASS"), **more)
    assert told.settings.near_misses == ()


@pytest.mark.parametrize(
    "line",
    [
        "DB_PASSWORD=geheim-12",  # nothing of mail
        "MAIL_PASS=a\nEMAIL_PASS=b",  # two could be meant
        "SMTP_USER_NAME=x",
    ],
)
def test_lookalike_what_is_no_password_for_mail(line: str) -> None:
    told = scene(ENV.replace("SMTP_PASSWORD=geheim-12", line))
    assert [item.looks_like for item in told.settings.near_misses] == []


def test_lookalike_a_variable_of_the_machine() -> None:
    code = SCRIPT.replace("HOST, PORT)", f"{HOST}, {PORT})")
    env = ENV.replace("SMTP_PASSWORD=geheim-12\n", "")
    told = Scene.of_folder({"mail.py": code, ".env": env}, {"MAIL_PASSWORD": "x"})
    assert told.settings.near_misses == ()


@pytest.mark.parametrize(("nearer", "said"), [("NEWS_SMTP_HOST", False), ("NEWS_NAME", True)])
def test_lookalike_the_slip_of_a_nearer_name_is_not_this_one(nearer: str, said: bool) -> None:
    """What else of the folder asks for is written with a slip."""
    host = 'os.environ.get("SMTP_HOST", "smtp.gmail.com"), 587)'
    told = Scene.of_folder(
        {
            "mail.py": SCRIPT.replace("HOST, PORT)", host),
            "news.py": f"import os\nNEWS = os.environ['{nearer}']\n",
            ".env": ENV.replace("SMTP_HOST", "NEWS_SMTP_HOSTNAME"),
        }
    )
    told.session()
    assert ("setting-ignored" in told.codes()) is said


# --- settings in code ----------------------------------------------------------------------------

SETTINGS = """INSTALLED_APPS = []
EMAIL_HOST = "smtp.ionos.com"
EMAIL_PORT = 587
EMAIL_USE_TLS = True
EMAIL_HOST_USER = "info@example.com"
EMAIL_HOST_PASSWORD = "geheim-12"
"""
FLASK = """from flask import Flask
from flask_mail import Mail
app = Flask(__name__)
app.config.update(
    MAIL_SERVER="smtp.ionos.com",
    MAIL_PORT=587,
    MAIL_USE_TLS=True,
    MAIL_USERNAME="info@example.com",
    MAIL_PASSWORD="geheim-12",
)
mail = Mail(app)
"""


@pytest.mark.parametrize(
    ("code", "file", "right", "wrong", "line"),
    [
        (SETTINGS, "shop/settings.py", "EMAIL_HOST_USER", "EMAIL_HOST_USERNAME", 5),
        (SETTINGS, "shop/settings.py", "EMAIL_HOST_PASSWORD", "EMAIL_PASSWORD", 6),
        (FLASK, "app.py", "MAIL_USERNAME", "MAIL_USER", 8),
        (FLASK, "app.py", "MAIL_PASSWORD", "MAIL_PASSWRD", 9),
    ],
)
def test_positive_a_setting_that_the_library_does_not_read(
    code: str, file: str, right: str, wrong: str, line: int
) -> None:
    told = Scene.of_folder({file: code.replace(right, wrong), "manage.py": ""})
    told.session()
    found = told.diagnosis("credentials-missing")
    assert found.severity == "error"
    assert found.title.endswith(f"is under a name that is not read: {wrong}")
    assert renamed(found) == [(file, line, wrong, right)]
    assert "geheim" not in str(found)


@pytest.mark.parametrize(
    ("code", "right", "wrong", "severity"),
    [
        (SETTINGS, "EMAIL_HOST", "EMAIL_SERVER", "error"),
        (FLASK, "MAIL_PORT", "MAIL_PROT", "warning"),
    ],
)
def test_positive_a_host_and_a_port_that_are_not_read(
    code: str, right: str, wrong: str, severity: str
) -> None:
    file = "shop/settings.py" if code == SETTINGS else "app.py"
    told = Scene.of_folder(
        {file: code.replace(f"{right} ", f"{wrong} ").replace(f"{right}=", f"{wrong}=")}
    )
    told.session()
    found = told.diagnosis("setting-ignored")
    assert (found.severity, found.title) == (
        severity,
        f"{wrong} is not read: the program asks for {right}",
    )


def test_positive_a_switch_for_tls_is_renamed_where_that_is_the_fix() -> None:
    """What stands there says it already, under a name that is not read: no second line is put
    in."""
    code = SETTINGS.replace("EMAIL_USE_TLS", "EMAIL_USE_TSL")
    told = Scene.of_folder({"shop/settings.py": code})
    told.session()
    settings = told.observations().of(SettingsRead)[0].settings
    assert settings.tls == "none"
    change = next(each for each in settings.prepared if (each.port, each.tls) == (None, "starttls"))
    assert [(edit.replace, edit.with_) for edit in change.edits] == [
        ("EMAIL_USE_TSL", "EMAIL_USE_TLS")
    ]
    assert told.diagnosis("setting-ignored").severity == "warning"


@pytest.mark.parametrize(
    "more",
    [
        {"shop/settings.py": SETTINGS + "EMAIL_USER = 'x'\n"},  # the right one stands there, too
        {
            "shop/settings.py": SETTINGS.replace("EMAIL_HOST_USER", "EMAIL_USER"),
            "shop/mail.py": "from django.conf import settings\nlogin = settings.EMAIL_USER\n",
        },
        {"shop/settings.py": SETTINGS.replace("EMAIL_HOST_USER", "EMAIL_ADMIN")},
        {"app.py": FLASK.replace("MAIL_USERNAME", "MAIL_ADMIN")},
        {
            "app.py": FLASK.replace("MAIL_USERNAME", "MAIL_USER")
            + "print(app.config['MAIL_USER'])\n"
        },
    ],
)
def test_lookalike_a_name_that_is_read_or_means_something_else(more: dict[str, str]) -> None:
    told = Scene.of_folder({"manage.py": "", **more})
    assert told.settings.near_misses == ()


SERVICE = (
    "services:\n  docs:\n    image: docmost/docmost\n    environment:\n      MAIL_DRIVER: smtp\n"
    "      SMTP_HOST: smtp.ionos.com\n      SMTP_PORT: 587\n"
)


@pytest.mark.parametrize(
    ("user", "title", "steps"),
    [
        (
            "      SMTP_USERNAME: info@example.com\n",
            "the password is in .env, and does not reach the container: SMTP_PASSWORD",
            1,
        ),
        (
            "",
            "the login is in .env, and does not reach the container: "
            "SMTP_USERNAME and SMTP_PASSWORD",
            2,
        ),
    ],
)
def test_positive_a_login_that_compose_does_not_pass_to_the_container(
    user: str, title: str, steps: int
) -> None:
    env = "SMTP_USERNAME=info@example.com\nSMTP_PASSWORD=geheim-12\n"
    told = Scene.of_folder({"compose.yml": SERVICE + user, ".env": env})
    told.session()
    found = told.diagnosis("credentials-missing")
    assert found.title == title
    assert len(found.fixes[0].steps) == steps
    assert found.fixes[0].steps[-1] == (
        "Add “SMTP_PASSWORD: ${SMTP_PASSWORD}” to the service's environment in compose.yml."
    )
    assert {at.file for at in found.locations} == {".env"}
    assert "geheim" not in str(found)


def test_lookalike_a_login_that_compose_passes_on() -> None:
    user = "      SMTP_USERNAME: ${SMTP_USERNAME}\n      SMTP_PASSWORD: ${SMTP_PASSWORD}\n"
    env = "SMTP_USERNAME=info@example.com\nSMTP_PASSWORD=geheim-12\n"
    told = Scene.of_folder({"compose.yml": SERVICE + user, ".env": env})
    told.session()
    assert told.codes() == []


RAILS = """Rails.application.configure do
  config.action_mailer.smtp_settings = {
    address: 'smtp.ionos.com', port: 587, user_name: 'info@example.com',
    password: 'geheim-12', enable_starttls_auto: true, open_timeout: 5, domain: 'example.com'
  }
end
"""
PRODUCTION = "config/environments/production.rb"


def rails(right: str, wrong: str) -> Scene:
    told = Scene.of_folder({PRODUCTION: RAILS.replace(f"{right}:", f"{wrong}:")})
    told.session()
    assert "geheim" not in str(told.judge())
    return told


@pytest.mark.parametrize(
    ("right", "wrong", "code", "severity", "line"),
    [
        ("address", "adress", "setting-ignored", "error", 3),
        ("password", "pasword", "credentials-missing", "error", 4),
        ("enable_starttls_auto", "enable_startls_auto", "setting-ignored", "warning", 4),
    ],
)
def test_positive_a_slip_in_a_key_that_the_mail_gem_reads(
    right: str, wrong: str, code: str, severity: str, line: int
) -> None:
    found = rails(right, wrong).diagnosis(code)
    assert found.severity == severity
    assert renamed(found) == [(PRODUCTION, line, wrong, right)]


@pytest.mark.parametrize("key", ["read_timeout", "ca_file", "enable_starttls"])
def test_look_alike_another_key_of_the_gem(key: str) -> None:
    assert rails("open_timeout", key).settings.near_misses == ()


EMAIL_PHP = """<?php
namespace Config;
class Email extends BaseConfig
{
    public string $fromEmail = 'info@example.com';
    public string $protocol = 'smtp';
    public string $SMTPHost = '';
    public string $SMTPUser = '';
    public string $SMTPPass = '';
    public int $SMTPPort = 25;
    public string $SMTPCrypto = 'tls';
}
"""


def codeigniter(host: str, login: str = "email.SMTPUser = info@example.com\n") -> Scene:
    env = f"{host}email.SMTPPort = 587\n{login}email.SMTPPass = geheim-12\n"
    return Scene.of_folder({"app/Config/Email.php": EMAIL_PHP, ".env": env})


def test_positive_a_slip_in_the_name_of_codeigniters_server() -> None:
    found = codeigniter("email.SMTPHots = smtp.ionos.com\n").diagnosis("setting-ignored")
    assert found.severity == "error"
    assert renamed(found) == [(".env", 1, "email.SMTPHots", "email.SMTPHost")]


def test_positive_a_login_of_codeigniters_without_a_server() -> None:
    found = codeigniter("").diagnosis("setting-invalid")
    assert "there is no host to send to" in found.title


def test_look_alike_codeigniter_as_it_is_installed() -> None:
    with TemporaryDirectory() as folder:
        Path(folder, "app/Config").mkdir(parents=True)
        Path(folder, "app/Config/Email.php").write_text(EMAIL_PHP)
        assert not setups_in(Path(folder), {}).setups


def test_look_alike_codeigniter_that_sends_by_php_and_has_a_login_left() -> None:
    login = EMAIL_PHP.replace("User = ''", "User = 'info'").replace("Pass = ''", "Pass = 'abc-12'")
    with TemporaryDirectory() as folder:
        Path(folder, "app/Config").mkdir(parents=True)
        place = Path(folder, "app/Config/Email.php")
        place.write_text(login.replace("'smtp'", "'mail'"))
        assert not setups_in(Path(folder), {}).setups
        place.write_text(login)
        assert len(setups_in(Path(folder), {}).setups) == 1


HOSTED = {
    "N8N_SMTP_HOST": "${SMTP_HOST}",
    "N8N_SMTP_PORT": "587",
    "N8N_SMTP_SSL": "'false'",
    "N8N_SMTP_USER": "${SMTP_USER}",
    "N8N_SMTP_PASS": "${SMTP_PASSWORD}",
    "N8N_SMTP_SENDER": "info@example.com",
}
HOSTED_ENV = "SMTP_HOST=smtp.ionos.com\nSMTP_USER=info@example.com\nSMTP_PASSWORD=geheim-12\n"


def hosted(env: str = HOSTED_ENV, more: str = "", **environment: str | None) -> Scene:
    """A container whose lines are filled in from this `.env`; None takes a line out."""
    lines = {name: text for name, text in {**HOSTED, **environment}.items() if text is not None}
    text = "".join(f"      {name}: {said}\n" for name, said in lines.items())
    compose = f"services:\n  n8n:\n    image: n8nio/n8n\n    environment:\n{text}{more}"
    told = Scene.of_folder({"compose.yml": compose, ".env": env})
    told.session()
    assert "geheim" not in str(told.judge())
    return told


def test_negative_a_container_that_gets_all_it_reads() -> None:
    told = hosted()
    assert told.settings.near_misses == ()
    assert told.codes() == []


def test_positive_a_reference_to_a_password_that_the_dotenv_calls_otherwise() -> None:
    told = hosted(HOSTED_ENV.replace("SMTP_PASSWORD", "SMTP_PASS"))
    found = told.diagnosis("credentials-missing")
    assert found.title == "the password is under a name that is not read: SMTP_PASS"
    assert renamed(found) == [("compose.yml", 9, "SMTP_PASSWORD", "SMTP_PASS")]


def test_positive_a_reference_to_a_host_that_the_dotenv_calls_otherwise() -> None:
    told = hosted(HOSTED_ENV.replace("SMTP_HOST", "SMTP_SERVER"))
    found = told.diagnosis("setting-ignored")
    assert found.severity == "error"
    assert renamed(found) == [("compose.yml", 5, "SMTP_HOST", "SMTP_SERVER")]


@pytest.mark.parametrize(
    ("env", "more"),
    [
        ("SMTP_PASS=\n", ""),  # with nothing in it
        ("SMTP_PASS=geheim-12\nMAIL_PASSWORD=geheim-13\n", ""),  # either could be meant
        ("DB_PASSWORD=geheim-12\n", ""),
        ("SMTP_PASS=geheim-12\n", "  cron:\n    image: acme/cron\n    command: ${SMTP_PASS}\n"),
    ],
)
def test_look_alike_another_variable_of_the_dotenv(env: str, more: str) -> None:
    told = hosted(HOSTED_ENV.replace("SMTP_PASSWORD=geheim-12\n", env), more)
    assert told.settings.near_misses == ()
    assert told.diagnosis("credentials-missing").fixes[0].edits == ()


@pytest.mark.parametrize("name", ["N8N_SMPT_HOST", "N8N_SMTP_HOST=", "N8N_SMTP_HOTS"])
def test_positive_a_slip_in_the_name_of_the_server(name: str) -> None:
    """Without a server no program sends, and nothing was said of the container."""
    told = hosted(N8N_SMTP_HOST=None, **{name: "${SMTP_HOST}"})
    found = told.diagnosis("setting-ignored")
    assert (found.severity, found.title) == (
        "error",
        f"{name} is not read: the program asks for N8N_SMTP_HOST",
    )
    assert renamed(found) == [("compose.yml", 10, name, "N8N_SMTP_HOST")]


def test_positive_a_login_without_a_server() -> None:
    told = hosted(HOSTED_ENV.partition("\n")[2], N8N_SMTP_HOST=None)
    found = told.diagnosis("setting-invalid")
    assert found.title == "N8N_SMTP_HOST is not set: there is no host to send to"


def test_positive_a_login_beside_a_server_that_is_set_to_nothing() -> None:
    told = hosted(HOSTED_ENV.partition("\n")[2])
    found = told.diagnosis("setting-invalid")
    assert found.title == "N8N_SMTP_HOST is empty: there is no host to send to"
    assert [(at.file, at.line) for at in found.locations] == [("compose.yml", 5)]


def test_positive_a_server_that_compose_does_not_pass_to_the_container() -> None:
    env = HOSTED_ENV.replace("SMTP_HOST", "N8N_SMTP_HOST")
    told = hosted(env, N8N_SMTP_HOST=None)
    found = told.diagnosis("setting-ignored")
    assert found.title == "the host is in .env, and does not reach the container: N8N_SMTP_HOST"
    assert found.fixes[0].steps == (
        "Add “N8N_SMTP_HOST: ${N8N_SMTP_HOST}” to the service's environment in compose.yml.",
    )


@pytest.mark.parametrize(
    ("image", "lines"),
    [
        ("n8nio/n8n", "      N8N_SMTP_USER: info@example.com\n"),  # half a login
        (
            "n8nio/n8n",
            "      N8N_SMTP_HOST: ''\n      N8N_SMTP_USER: ''\n      N8N_SMTP_PASS: ''\n",
        ),
        # it has a server by itself
        ("nocodb/nocodb", "      NC_SMTP_FROM: info@example.com\n"),
    ],
)
def test_look_alike_a_container_that_nobody_has_given_a_login(image: str, lines: str) -> None:
    compose = f"services:\n  a:\n    image: {image}\n    environment:\n{lines}"
    with TemporaryDirectory() as folder:
        Path(folder, "compose.yml").write_text(compose)
        assert not setups_in(Path(folder), {}).setups


@pytest.mark.parametrize(
    ("image", "instead", "login"),
    [
        (
            "ghost",
            "mail__options__service: Mailgun",
            ("mail__options__auth__user", "mail__options__auth__pass"),
        ),
        (
            "ghcr.io/danny-avila/librechat:v0.7.5",
            "EMAIL_SERVICE: gmail",
            ("EMAIL_USERNAME", "EMAIL_PASSWORD"),
        ),
        ("outlinewiki/outline", "SMTP_SERVICE: gmail", ("SMTP_USERNAME", "SMTP_PASSWORD")),
        # these go by no host, whatever it is
        ("ghcr.io/gitroomhq/postiz-app", "EMAIL_PROVIDER: resend", ("EMAIL_USER", "EMAIL_PASS")),
        ("grafana/grafana", "GF_SMTP_ENABLED: 'false'", ("GF_SMTP_USER", "GF_SMTP_PASSWORD")),
    ],
)
def test_look_alike_what_takes_the_place_of_a_host(
    image: str, instead: str, login: tuple[str, str]
) -> None:
    user, word = login
    lines = [f"{user}: info@example.com", f"{word}: geheim-12"]
    by_host = {
        "ghost": "mail__transport: SMTP",
        "ghcr.io/gitroomhq/postiz-app": "EMAIL_PROVIDER: nodemailer",
        "grafana/grafana": "GF_SMTP_ENABLED: 'true'",
    }
    other = by_host.get(image, "OTHER: x")
    for given, problems in (([instead, *lines], []), ([other, *lines], ["missing"])):
        environment = "".join(f"      {line}\n" for line in given)
        compose = f"services:\n  a:\n    image: {image}\n    environment:\n{environment}"
        with TemporaryDirectory() as folder:
            Path(folder, "compose.yml").write_text(compose)
            found = setups_in(Path(folder), {}).setups
            entries = [entry for each in found for entry in each.settings.entries]
            assert [entry.problem for entry in entries if entry.problem] == problems


@pytest.mark.parametrize(
    ("mount", "problems"),
    [
        ("/srv/grafana.ini:/etc/grafana/grafana.ini:ro", []),
        ("settings:/etc/grafana:rw,z", []),
        ("{type: bind, source: /srv/grafana, target: /etc/grafana}", []),
        ("data:/var/lib/grafana", ["missing"]),
    ],
)
def test_look_alike_a_server_in_a_file_that_is_mounted(mount: str, problems: list[str]) -> None:
    compose = "services:\n  a:\n    image: grafana/grafana\n    environment:\n"
    compose += "      GF_SMTP_ENABLED: 'true'\n      GF_SMTP_USER: info@example.com\n"
    compose += f"      GF_SMTP_PASSWORD: geheim-12\n    volumes:\n      - {mount}\n"
    with TemporaryDirectory() as folder:
        Path(folder, "compose.yml").write_text(compose)
        found = setups_in(Path(folder), {}).setups
        entries = [entry for each in found for entry in each.settings.entries]
        assert [entry.problem for entry in entries if entry.problem] == problems


def test_look_alike_a_server_in_a_file_that_is_not_here() -> None:
    env_file = "    env_file: mail.env\n"
    compose = f"services:\n  n8n:\n    image: n8nio/n8n\n{env_file}    environment:\n"
    compose += "      N8N_SMTP_USER: info@example.com\n      N8N_SMTP_PASS: geheim-12\n"
    with TemporaryDirectory() as folder:
        Path(folder, "compose.yml").write_text(compose)
        assert not setups_in(Path(folder), {}).setups


def test_positive_the_dotenv_of_compose_is_no_set_up_of_its_containers_program() -> None:
    """It fills in what the compose file refers to, and no container gets it as it is."""
    env = "UTILS_SECRET=x\nSMTP_HOST=smtp.ionos.com\nSMTP_USERNAME=u\nSMTP_PASSWORD=geheim-12\n"
    told = Scene.of_folder({"compose.yml": WIKI, ".env": env})
    found = told.diagnosis("setting-ignored")
    assert found.title == "the host is in .env, and does not reach the container: SMTP_HOST"
    assert [step.partition(":")[0] for step in found.fixes[0].steps] == [
        "Add “SMTP_HOST", "Add “SMTP_USERNAME", "Add “SMTP_PASSWORD"
    ]  # fmt: skip
    passed = Scene.of_folder({"compose.yml": WIKI + "    env_file: .env\n", ".env": env})
    assert "setting-ignored" not in passed.codes()
    # another program's, whose code is not here
    other = "  app:\n    image: ghcr.io/example/shop:1\n    env_file: .env\n"
    both = Scene.of_folder({"compose.yml": WIKI + other, ".env": env})
    assert "setting-ignored" not in both.codes()


WIKI = """services:
  wiki:
    image: outlinewiki/outline
    environment:
      UTILS_SECRET: ${UTILS_SECRET}
"""


@pytest.mark.parametrize(
    "more",
    [
        {".env": "UTILS_SECRET=x\nSMTP_HOST=\nSMTP_USERNAME=u\nSMTP_PASSWORD=geheim-12\n"},
        {".env": "UTILS_SECRET=x\nSMTP_HOST=a.example\n", "send.sh": "swaks -s $SMTP_HOST\n"},
    ],
)
def test_look_alike_a_dotenv_that_says_no_server_or_says_it_to_another(
    more: dict[str, str],
) -> None:
    with TemporaryDirectory() as folder:
        for name, text in {"compose.yml": WIKI, **more}.items():
            Path(folder, name).write_text(text)
        assert "outline" not in [
            each.identity.dialect for each in setups_in(Path(folder), {}).setups
        ]


SYMFONY = {
    "composer.json": '{"require": {"symfony/mailer": "7.1.*"}}',
    "bin/console": "",
    "config/packages/mailer.yaml": "framework:\n    mailer:\n        dsn: '%env(MAILER_DSN)%'\n",
}


def symfony(line: str) -> Scene:
    told = Scene.of_folder({**SYMFONY, ".env": f"APP_ENV=prod\n{line}\n"})
    told.session()
    return told


def test_positive_a_dsn_under_another_name_than_the_configurations() -> None:
    """Nothing else says a server, so the set-up is read no further."""
    told = symfony("MAIL_DSN=smtp://info%40example.com:geheim-12@smtp.ionos.com:587")
    found = told.diagnosis("setting-ignored")
    assert (found.severity, found.confidence) == ("warning", "certain")
    assert renamed(found) == [(".env", 2, "MAIL_DSN", "MAILER_DSN")]
    assert "geheim" not in str(found)


@pytest.mark.parametrize("line", ["DATABASE_DSN=mysql://u:p@db/shop", "SENTRY_DSN=x"])
def test_look_alike_a_dsn_for_something_else(line: str) -> None:
    assert "setting-ignored" not in symfony(line).codes()
