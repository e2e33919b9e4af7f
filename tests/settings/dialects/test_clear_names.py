"""Containers of a program that nobody knows, by variables whose names say what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.plans import make_plans
from smtpdoctor.settings.setups import setups_in
from smtpdoctor.settings.show_setups import show_setups
from tests.settings.dialects.support import one, setups, write
from tests.settings.dialects.ways import password

HOST = "smtp.ionos.com"


def compose(*variables: str, image: str = "ghcr.io/acme/shop:1.2") -> str:
    lines = "".join(f"      {line}\n" for line in variables)
    return f"services:\n  shop:\n    image: {image}\n    environment:\n{lines}"


def server(stem: str, port: int = 587, user: str = "USER", word: str = "PASSWORD") -> list[str]:
    return [
        f"{stem}_HOST: {HOST}",
        f"{stem}_PORT: {port}",
        f"{stem}_{user}: u@example.com",
        f"{stem}_{word}: word",
    ]


@pytest.mark.parametrize(
    "variables",
    [
        server("SHOP_SMTP"),
        server("MAIL", user="USERNAME"),
        server("EMAIL", user="HOST_USER", word="HOST_PASSWORD"),
        server("SHOP_MAIL", user="AUTH_USER", word="AUTH_PASS"),
        server("MAILER", user="LOGIN", word="PASSWD"),
        [f"Mail__SmtpServer: {HOST}", "Mail__SmtpPort: 587", "Mail__SmtpUserName: u@example.com",
         "Mail__SmtpPassword: word"],
        [f"SMTP_ADDRESS: {HOST}:587", "SMTP_LOGIN: u@example.com", "SMTP_PWD: word"],
        ["SHOP_EMAIL_SMTP_URL: smtp://u%40example.com:word@smtp.ionos.com:587"],
        [*server("APP_MAIL"), "APP_MAIL_IMAP_HOST: imap.example", "APP_MAIL_IMAP_PORT: 993"],
        ["MAIL_LOGIN: 'true'", *server("MAIL", user="USERNAME"), "MAIL_SSL_TRUST: '*'"],
        [*server("MAIL"), "MAIL_MAILER: smtp", "DB_HOST: db", "DB_PASSWORD: other"],
    ],
)  # fmt: skip
def test_what_clear_names_say(variables: list[str], tmp_path: Path) -> None:
    setup = one(write(tmp_path, {"compose.yml": compose(*variables)}), "unknown")
    settings = setup.settings
    assert setup.name == "unknown compose.yml:2"
    assert (settings.host, settings.port, settings.tls) == (HOST, 587, "starttls")
    assert (settings.username, password(setup)) == ("u@example.com", "word")
    assert settings.remarks == ()
    assert {each.field for each in settings.untellable} == {"tls"}


@pytest.mark.parametrize(
    ("line", "sender"),
    [
        ("SHOP_SMTP_FROM: Shop <shop@example.com>", "shop@example.com"),
        ("SHOP_SMTP_FROM_NAME: Shop", None),
        ("SHOP_SMTP_MAIL_FROM: shop@example.com", "shop@example.com"),
        ("DEFAULT_FROM_EMAIL: shop@example.com", "shop@example.com"),
        ("MAIL_DEFAULT_SENDER: shop@example.com", "shop@example.com"),
        ("NEXT_PUBLIC_MAIL_FROM: shop@example.com", "shop@example.com"),
        ("ADMIN_EMAIL: admin@example.com", None),
        ("EMAIL_REPLY_TO: admin@example.com", None),
    ],
)
def test_the_sender(line: str, sender: str | None, tmp_path: Path) -> None:
    write(tmp_path, {"compose.yml": compose(*server("SHOP_SMTP"), line)})
    found = one(tmp_path, "unknown").settings.sender
    assert (found or "").rpartition("<")[2].rstrip(">") == (sender or "u@example.com")


@pytest.mark.parametrize(
    ("port", "lines", "tls"),
    [
        # what name, text and port say alike
        (587, ["SMTP_STARTTLS: 'true'"], "starttls"),
        (587, ["USE_TLS: 'True'"], "starttls"),
        (587, ["USE_TLS: 'True'", "USE_SSL: 'False'"], "starttls"),
        (587, ["ENCRYPTION: STARTTLS"], "starttls"),
        (465, ["USE_SSL: 'true'"], "implicit"),
        (465, ["SECURE: 'true'"], "implicit"),
        (465, ["ENCRYPTION: ssl", "TLS_VERIFY: 'false'"], "implicit"),
        # what programs take for one thing or another
        (587, [], None),
        (465, [], None),
        (587, ["TLS: 'true'"], None),
        (465, ["TLS: 'true'"], None),
        (587, ["SECURE: 'true'"], None),
        (465, ["SECURE: 'false'"], None),
        (587, ["ENCRYPTION: tls"], None),
        (465, ["STARTTLS: 'true'"], None),
        (587, ["USE_TLS: 'true'", "USE_SSL: 'true'"], None),
        (587, ["DISABLE_STARTTLS: 'true'"], None),
        (587, ["NO_STARTTLS: 'true'"], None),
        (465, ["DISABLE_SSL: 'true'"], None),
        (465, ["IGNORE_SSL: 'true'"], None),
    ],
)
def test_how_tls_begins(port: int, lines: list[str], tls: str | None, tmp_path: Path) -> None:
    more = [f"SHOP_MAIL_{line}" for line in lines]
    write(tmp_path, {"compose.yml": compose(*server("SHOP_MAIL", port), *more)})
    setup = one(tmp_path, "unknown")
    untold = {each.field for each in setup.settings.untellable}
    if tls is None:
        assert untold == {"tls"}
        assert setup.settings.tls == ("implicit" if port == 465 else "starttls")
    else:
        assert (untold, setup.settings.tls) == (set(), tls)


def test_half_a_login_can_not_be_told(tmp_path: Path) -> None:
    lines = [line for line in server("SHOP_SMTP") if "PASSWORD" not in line]
    setup = one(write(tmp_path, {"compose.yml": compose(*lines)}), "unknown")
    assert {each.field for each in setup.settings.untellable} == {"password", "tls"}
    lines = [line for line in server("SHOP_SMTP") if "PORT" not in line]
    setup = one(write(tmp_path, {"compose.yml": compose(*lines)}), "unknown")
    assert {each.field for each in setup.settings.untellable} == {"port", "tls"}


def test_a_password_in_a_secret_of_compose(tmp_path: Path) -> None:
    lines = [line for line in server("SHOP_SMTP") if "PASSWORD" not in line]
    text = compose(*lines, "SHOP_SMTP_PASSWORD_FILE: /run/secrets/mail")
    text += "    secrets: [mail]\nsecrets: {mail: {file: ./mail.txt}}\n"
    setup = one(write(tmp_path, {"compose.yml": text, "mail.txt": "word\n"}), "unknown")
    assert password(setup) == "word"


def test_names_that_the_folders_dotenv_has(tmp_path: Path) -> None:
    """As templates have it: all of it is filled in from `.env`, some by Coolify's own names."""
    names = ("MAIL_HOST", "MAIL_PORT", "MAIL_USERNAME", "MAIL_PASSWORD")
    lines = [f"- {name}=${{{name}:?}}" for name in names]
    text = compose("- SERVICE_FQDN_SHOP_3000", "- 'SECRET=$SERVICE_PASSWORD_64_SHOP'", *lines)
    dotenv = f"MAIL_HOST={HOST}\nMAIL_PORT=587\nMAIL_USERNAME=u@example.com\nMAIL_PASSWORD=word\n"
    dotenv += "SERVICE_PASSWORD_64_SHOP=abc\n"
    setup = one(write(tmp_path, {"compose.yml": text, ".env": dotenv}), "unknown")
    assert (setup.settings.host, password(setup)) == (HOST, "word")


@pytest.mark.parametrize(
    "lines",
    [
        [f"MAIL_HOST: {HOST}"],  # and nothing about it
        ["MAIL_HOST: ''", "MAIL_PORT: 587"],
        ["MAIL_HOST: imap.example", "MAIL_PORT: 993", "MAIL_USER: u", "MAIL_PASSWORD: word"],
        ["MAIL_ADDRESS: u@example.com", "MAIL_PORT: 587"],
        ["GMAIL_HOST: x.example", "GMAIL_PORT: 587"],
        ["MAIL_HOST: imap.ionos.com", "MAIL_USER: u", "MAIL_PASSWORD: word"],
        ["MAIL_HOST: pop3.example", "MAIL_USER: u", "MAIL_PASSWORD: word"],
        ["SMTP_SERVER_HOST: 0.0.0.0", "SMTP_SERVER_PORT: 2525"],
        [*server("MAIL"), "MAIL_MAILER: log"],
        [*server("EMAIL"), "EMAIL_PROVIDER: resend"],
        ["DB_HOST: db", "DB_PORT: 5432", "MAIL_FROM: u@example.com"],
        ["MAIL_URL: https://mail.example.com", "MAIL_USER: u", "MAIL_PASSWORD: word"],
    ],
)
def test_what_is_no_server_for_mail(lines: list[str], tmp_path: Path) -> None:
    assert setups(write(tmp_path, {"compose.yml": compose(*lines)})) == []


@pytest.mark.parametrize(
    "files",
    [
        # a known program's own variables, the project's own names, and code that reads them
        {"compose.yml": compose(*server("GF_MAIL"), image="grafana/grafana")},
        {"compose.yml": compose(*server("SMTP"))},
        {
            "compose.yml": compose(*server("MAIL")).replace("image: ghcr.io/acme/shop:1.2",
                                                            "build: ."),
            "package.json": '{"dependencies": {"nodemailer": "^6.9.0"}}',
            "mailer.js": "require('nodemailer').createTransport({host: process.env.MAIL_HOST,"
            " port: process.env.MAIL_PORT})\n",
        },
    ],
)  # fmt: skip
def test_what_others_read(files: dict[str, str], tmp_path: Path) -> None:
    found = setups(write(tmp_path, files))
    assert [each.name for each in found if each.identity.dialect == "unknown"] == []


@pytest.mark.parametrize("stem", ["SHOP_SMTP", "SMTP"])
def test_the_tag_of_an_unknown_image_is_no_version_shown(stem: str, tmp_path: Path) -> None:
    (setup,) = setups(write(tmp_path, {"compose.yml": compose(*server(stem), image="acme/a:3")}))
    assert setup.identity.version == ""


def test_services_with_the_same_lines_are_one(tmp_path: Path) -> None:
    text = (
        f"x-mail: &mail {{MAIL_HOST: {HOST}, MAIL_PORT: 587}}\nservices:\n"
        "  web: {image: acme/shop, environment: *mail}\n"
        "  worker: {image: acme/shop, environment: *mail}\n"
    )
    assert one(write(tmp_path, {"compose.yml": text}), "unknown").settings.host == HOST


@pytest.mark.parametrize(("port", "looked_at"), [(587, 1), (465, 1), (2525, 0)])
def test_all_else_is_looked_at_where_the_port_is_for_one_way(
    port: int, looked_at: int, tmp_path: Path
) -> None:
    write(tmp_path, {"compose.yml": compose(*server("SHOP_SMTP", port))})
    found = make_plans(CheckOptions(folder=str(tmp_path), environ={}))
    assert len(found.plans) == looked_at
    assert len(found.left_out) == 1 - looked_at


# --- where no program is known at all ---------------------------------------------------------


def dotenv(*lines: str) -> str:
    return "".join(f"{line.replace(': ', '=', 1)}\n" for line in lines)


@pytest.mark.parametrize("stem", ["MAIL", "SHOP_SMTP"])
@pytest.mark.parametrize("file", [".env", "apps/shop/.env"])
def test_a_dotenv_alone(stem: str, file: str, tmp_path: Path) -> None:
    folder = write(tmp_path, {file: dotenv(*server(stem)), "main.cr": 'require "email"\n'})
    setup = one(folder, "unknown")
    assert setup.name == f"unknown {file}"
    assert (setup.settings.host, setup.settings.port) == (HOST, 587)
    assert (setup.settings.username, password(setup)) == ("u@example.com", "word")
    assert {each.field for each in setup.settings.untellable} == {"tls"}


def test_nobody_is_seen_to_read_it(tmp_path: Path) -> None:
    lines = [*server("MAIL", port=465), "MAIL_ENCRYPTION: ssl"]
    setup = one(write(tmp_path, {".env": dotenv(*lines)}), "unknown")
    assert setup.settings.tls == "implicit"
    assert {each.field for each in setup.settings.untellable} == {"tls"}


@pytest.mark.parametrize(
    ("port", "words"),
    [
        (587, "`smtpdoctor check` tries STARTTLS, by the port; --tls says another way"),
        (465, "`smtpdoctor check` tries implicit TLS, by the port; --tls says another way"),
        (2525, "`smtpdoctor check` leaves it out without --tls"),
    ],
)
def test_what_check_makes_of_it_is_said(port: int, words: str, tmp_path: Path) -> None:
    found = setups(write(tmp_path, {".env": dotenv(*server("MAIL", port=port))}))
    assert words in show_setups(found, ())


def test_a_container_s_environment_alone(tmp_path: Path) -> None:
    given = dotenv("PATH: /usr/bin", *server("MAIL"))
    (setup,) = setups_in(tmp_path, {}, given=given).setups
    assert setup.name == "unknown standard input"
    assert password(setup) == "word"


def test_the_environment_of_the_process_alone(tmp_path: Path) -> None:
    environ = dict(line.split(": ", 1) for line in server("MAIL"))
    (setup,) = setups_in(tmp_path, environ).setups
    assert (setup.name, setup.settings.host) == ("unknown environment", HOST)
    assert setups_in(tmp_path, {"MAIL": "/var/mail/u"}).setups == ()


def test_a_file_in_place_of_the_dotenv(tmp_path: Path) -> None:
    write(tmp_path, {"deploy.env": dotenv(*server("MAIL")), ".env": dotenv(*server("EMAIL"))})
    (setup,) = setups_in(tmp_path, {}, env_file=str(tmp_path / "deploy.env")).setups
    assert password(setup) == "word"


@pytest.mark.parametrize(
    "files",
    [
        # the project's own names: what is missing beside them is named there
        {".env": dotenv(*server("MAIL"), "SMTP_USER: u@example.com")},
        {".env": dotenv("MAIL_HOST: imap.ionos.de", "MAIL_PORT: 993", "MAIL_USER: u@example.com")},
        {".env": dotenv("MAIL_FROM: u@example.com", "MAIL_PORT: 587")},
        {".env.example": dotenv(*server("MAIL"))},
        # the name of a URL is one program's
        {".env": dotenv("MAIL_URL: smtp://u%40example.com:word@smtp.ionos.com:587")},
    ],
)
def test_a_dotenv_that_names_no_server(files: dict[str, str], tmp_path: Path) -> None:
    assert setups(write(tmp_path, files)) == []


def test_beside_a_program_a_dotenv_is_no_other(tmp_path: Path) -> None:
    code = "require('nodemailer').createTransport({ host: 'smtp.ionos.com', port: 587 });\n"
    folder = write(tmp_path, {".env": dotenv(*server("SHOP_MAIL")), "mailer.js": code})
    assert [each.name for each in setups(folder)] == ["nodemailer mailer.js:1"]
