"""Containers of a program that nobody knows, by the project's own names in their variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.setup import Setup
from tests.settings.dialects.support import apply, one, prepared, setups, write

HOST = "smtp.ionos.com"
USER = "SMTP_USER: u@example.com\nSMTP_PASS: w#ord\n"


def compose(variables: str, image: str = "ghcr.io/acme/shop:1.2") -> str:
    lines = "".join(f"      {line}\n" for line in variables.strip().split("\n"))
    return f"services:\n  shop:\n    image: {image}\n    environment:\n{lines}"


def outcome(setup: Setup) -> tuple[str | None, int | None, str, bool]:
    now = setup.settings
    return now.host, now.port, now.tls, now.tls_required


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (f"SMTP_HOST: {HOST}", (HOST, 587, "starttls", False)),
        (f"SMTP_HOST: {HOST}\nSMTP_PORT: 465", (HOST, 465, "implicit", False)),
        (f"SMTP_SERVER: {HOST}\nSMTP_SECURE: 'true'", (HOST, 465, "implicit", False)),
        (f"SMTP_HOST: {HOST}:465", (HOST, 465, "implicit", False)),
        (f"SMTP_HOST: {HOST}\nSMTP_PORT: 587\nSMTP_SECURE: 'yes'", (HOST, 587, "implicit", False)),
        (f"SMTP_HOST: {HOST}\nSMTP_PORT: 465\nSMTP_SECURE: 'off'", (HOST, 465, "starttls", False)),
        (f"SMTP_HOST: {HOST}\nSMTP_PORT: 465\nSMTP_SECURE: ''", (HOST, 465, "starttls", False)),
        (f"SMTP_HOST: {HOST}\nSMTP_SECURE: tls", (HOST, 587, "starttls", True)),
        (f"SMTP_HOST: {HOST}\nSMTP_TLS: starttls", (HOST, 587, "starttls", True)),
        (f"SMTP_HOST: {HOST}\nSMTP_TLS: none", (HOST, 587, "none", False)),
        (
            f"SMTP_HOST: {HOST}\nSMTP_TLS: implicit\nSMTP_SECURE: 'false'",
            (HOST, 465, "implicit", False),
        ),
        (f"SMTP_URL: smtps://u%40example.com:w%23ord@{HOST}", (HOST, 465, "implicit", False)),
        (
            f"SMTP_URL: smtp://u%40example.com:w%23ord@{HOST}:587?requireTLS=true",
            (HOST, 587, "starttls", True),
        ),
        (f"SMTP_HOST: elsewhere\nSMTP_URL: smtp://{HOST}:2525", (HOST, 2525, "starttls", False)),
    ],
)
def test_names_mean_what_they_mean_in_a_dotenv(
    variables: str, expected: tuple[object, ...], tmp_path: Path
) -> None:
    login = "" if "@" in variables else USER
    write(tmp_path, {"docker-compose.yml": compose(f"{variables}\n{login}")})
    setup = one(tmp_path, "env")
    assert setup.name == "env docker-compose.yml:2"
    assert outcome(setup) == expected
    assert setup.settings.remarks == ()
    if login or "%40" in variables:
        assert setup.settings.username == "u@example.com"
        assert setup.credentials.password is not None
        assert setup.credentials.password.reveal() == "w#ord"


def test_values_have_their_places(tmp_path: Path) -> None:
    text = compose(f"SMTP_HOST: {HOST}\nSMTP_PORT: 587\nSMTP_SECURE: 'true'\n{USER}")
    settings = one(write(tmp_path, {"docker-compose.yml": text}), "env").settings
    places = {each.field: (each.origin.name, each.origin.line) for each in settings.entries}
    assert places == {
        "host": ("SMTP_HOST", 5),
        "port": ("SMTP_PORT", 6),
        "tls": ("SMTP_SECURE", 7),
        "username": ("SMTP_USER", 8),
        "password": ("SMTP_PASS", 9),
    }


@pytest.mark.parametrize(
    "variables",
    [
        f"SMTP_HOST: {HOST}\nSMTP_PORT: 587\nSMTP_SECURE: 'true'",
        f"SMTP_HOST: {HOST}\nSMTP_PORT: 465\nSMTP_SECURE: 'false'",
        f"SMTP_HOST: {HOST}\nSMTP_PORT: 465\nSMTP_TLS: none",
        f"- SMTP_HOST={HOST}\n- SMTP_PORT=587\n- SMTP_SECURE=true",
        f"SMTP_URL: smtps://u%40example.com:word@{HOST}:587",
        f"SMTP_HOST: {HOST}\nSMTP_PORT: 2525",
    ],
)
@pytest.mark.parametrize(("port", "tls"), [(587, "starttls"), (465, "implicit")])
def test_changes_lead_to_their_goal(variables: str, port: int, tls: str, tmp_path: Path) -> None:
    write(tmp_path, {"docker-compose.yml": compose(variables)})
    apply(tmp_path, prepared(one(tmp_path, "env").settings, port, tls))
    assert outcome(one(tmp_path, "env"))[:3] == (HOST, port, tls)


def test_a_word_that_says_nothing_is_told(tmp_path: Path) -> None:
    text = compose(f"SMTP_HOST: {HOST}\nSMTP_PORT: 465\nSMTP_SECURE: enabled")
    setup = one(write(tmp_path, {"docker-compose.yml": text}), "env")
    assert outcome(setup)[1:3] == (465, "implicit")
    [remark] = setup.settings.remarks
    assert (remark.kind, remark.option) == ("misread", "SMTP_SECURE")
    assert remark.because == "“enabled” says nothing: it knows true, false and starttls"


WORKLOAD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
        - name: shop
          image: ghcr.io/acme/shop:1.2
          env:
            - {name: SMTP_HOST, value: smtp.ionos.com}
            - {name: SMTP_PORT, value: "465"}
          envFrom:
            - secretRef: {name: mail}
"""
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: mail}\nstringData:\n  SMTP_USER: %s\n"


def test_kubernetes_with_its_secret(tmp_path: Path) -> None:
    secret = SECRET % "u@example.com" + "  SMTP_PASS: word\n"
    setup = one(write(tmp_path, {"k8s/shop.yaml": WORKLOAD, "k8s/secret.yaml": secret}), "env")
    assert outcome(setup) == (HOST, 465, "implicit", False)
    assert setup.settings.username == "u@example.com"
    assert setup.complete


def test_a_login_of_a_secret_elsewhere_cannot_be_told(tmp_path: Path) -> None:
    [setup] = setups(write(tmp_path, {"k8s/shop.yaml": WORKLOAD}))
    assert setup.name == "env k8s/shop.yaml:8"
    assert outcome(setup) == (HOST, 465, "implicit", False)
    assert [each.option for each in setup.settings.untellable] == ["SMTP_USER", "SMTP_PASS"]


def test_a_password_in_a_secret_of_compose(tmp_path: Path) -> None:
    text = compose(f"SMTP_HOST: {HOST}\nSMTP_PASSWORD_FILE: /run/secrets/mail")
    text += "    secrets: [mail]\nsecrets: {mail: {file: ./mail.txt}}\n"
    setup = one(write(tmp_path, {"docker-compose.yml": text, "mail.txt": "word"}), "env")
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "word"


def test_services_with_the_same_lines_are_one(tmp_path: Path) -> None:
    text = (
        f"x-mail: &mail {{SMTP_HOST: {HOST}, SMTP_PORT: 587}}\nservices:\n"
        "  web: {image: acme/shop, environment: *mail}\n"
        "  worker: {image: acme/shop, environment: *mail}\n"
    )
    assert one(write(tmp_path, {"compose.yml": text}), "env").settings.host == HOST


def test_a_catcher_beside_it(tmp_path: Path) -> None:
    text = compose("SMTP_HOST: mail\nSMTP_PORT: 1025") + "  mail: {image: axllent/mailpit}\n"
    setup = one(write(tmp_path, {"docker-compose.yml": text}), "env")
    assert [each.kind for each in setup.settings.remarks] == ["not-sent"]


@pytest.mark.parametrize(
    "files",
    [
        # the folder's own settings say it
        {
            "compose.yml": "services: {a: {image: acme/a, env_file: .env}}\n",
            ".env": f"SMTP_HOST={HOST}\nSMTP_PORT=587\n",
        },
        # no host, a comment, another program's variables, a template
        {"compose.yml": "services: {a: {image: acme/a, environment: {SMTP_PORT: 587}}}\n"},
        {"compose.yml": "services:\n  a:\n    image: acme/a\n    # SMTP_HOST: x.example\n"},
        {"compose.yml": "services: {a: {image: acme/a, environment: {MAIL_HOST: x.example}}}\n"},
        {"compose.example.yml": compose(f"SMTP_HOST: {HOST}")},
        {"tests/compose.yml": compose(f"SMTP_HOST: {HOST}")},
        # programs that are known, whose own meaning of the names counts
        {"compose.yml": compose(f"SMTP_HOST: {HOST}\nSMTP_SECURITY: off", "vaultwarden/server")},
        {"compose.yml": compose(f"SMTP_HOST: {HOST}", "grafana/grafana")},
        # the code beside it
        {
            "compose.yml": f"services: {{a: {{build: ., environment: {{SMTP_HOST: {HOST}}}}}}}\n",
            "package.json": '{"dependencies": {"nodemailer": "^6.9.0"}}',
            "mailer.js": "require('nodemailer').createTransport({host: process.env.SMTP_HOST})\n",
        },
    ],
)
def test_what_is_no_set_up_of_it(files: dict[str, str], tmp_path: Path) -> None:
    found = setups(write(tmp_path, files))
    assert [each.name for each in found if each.identity.dialect == "env"] == []


def test_a_port_that_only_the_container_has(tmp_path: Path) -> None:
    """The host is from `.env`, which has the rest of it elsewhere."""
    text = compose("SMTP_HOST: ${SMTP_HOST}\nSMTP_PORT: 465")
    write(tmp_path, {"docker-compose.yml": text, ".env": f"SMTP_HOST={HOST}\n"})
    assert outcome(one(tmp_path, "env")) == (HOST, 465, "implicit", False)


def test_a_platform_keeps_its_secrets_elsewhere(tmp_path: Path) -> None:
    text = f'[env]\nSMTP_HOST = "{HOST}"\nSMTP_PORT = "587"\nSMTP_USER = "u@example.com"\n'
    setup = one(write(tmp_path, {"fly.toml": text}), "env")
    assert [each.option for each in setup.settings.untellable] == ["SMTP_PASS"]
    write(tmp_path, {"fly.toml": f'[env]\nSMTP_HOST = "{HOST}"\n'})
    assert one(tmp_path, "env").complete


@pytest.mark.parametrize("file", ["/etc/alerts.env", "-/etc/default/alerts"])
def test_a_unit_with_a_file_of_the_server(file: str, tmp_path: Path) -> None:
    unit = f"[Service]\nEnvironment=SMTP_HOST={HOST}\nEnvironment=SMTP_USER=u@example.com\n"
    write(tmp_path, {"alerts.service": f"{unit}EnvironmentFile={file}\n"})
    setup = one(tmp_path, "env")
    [missing] = setup.settings.untellable
    assert (missing.option, missing.origin and missing.origin.line) == ("SMTP_PASS", 4)
    write(tmp_path, {"alerts.service": unit})
    assert one(tmp_path, "env").complete


def test_a_dotenv_of_each_application(tmp_path: Path) -> None:
    """Whoever loads them; the folder's own is one beside them."""
    text = f"SMTP_HOST={HOST}\nSMTP_PORT=%s\nSMTP_USER=u@example.com\nSMTP_PASS=word\n"
    files = {"apps/a/.env": text % 587, "apps/b/.env.production": text % 465, "apps/c/.env": "A=1"}
    templates = {"apps/d/.env.example": text % 587, "tests/.env": text % 587}
    found = {each.name: outcome(each)[:3] for each in setups(write(tmp_path, files | templates))}
    assert found == {
        "env apps/a/.env": (HOST, 587, "starttls"),
        "env apps/b/.env.production": (HOST, 465, "implicit"),
    }
    names = [each.name for each in setups(write(tmp_path, {".env": text % 2525}))]
    assert names == ["env .env", "env apps/a/.env", "env apps/b/.env.production"]
    assert setups(tmp_path, SMTP_HOST="elsewhere") == []


def test_a_dotenv_that_code_loads_is_its_own(tmp_path: Path) -> None:
    files = {
        "apps/a/package.json": '{"dependencies": {"nodemailer": "^6.9.0", "dotenv": "^16.4.0"}}',
        "apps/a/mailer.js": "require('dotenv').config()\n"
        "require('nodemailer').createTransport({host: process.env.SMTP_HOST})\n",
        "apps/a/.env": f"SMTP_HOST={HOST}\n",
    }
    names = [each.name for each in setups(write(tmp_path, files))]
    assert names == ["nodemailer apps/a/mailer.js:2"]


def test_a_container_beside_the_folders_own_dotenv(tmp_path: Path) -> None:
    text = compose("SMTP_HOST: relay.example.com\nSMTP_PORT: 2525")
    write(tmp_path, {"docker-compose.yml": text, ".env": f"SMTP_HOST={HOST}\n"})
    names = [each.name for each in setups(tmp_path)]
    assert names == ["env docker-compose.yml:2", "env .env"]


def test_another_service_beside_code_that_compose_builds(tmp_path: Path) -> None:
    text = (
        f"services:\n  notifier: {{image: acme/n, environment: {{SMTP_HOST: {HOST}}}}}\n"
        "  web:\n    build: .\n    environment: {PORT: 80}\n"
    )
    files = {
        "compose.yml": text,
        "package.json": '{"dependencies": {"nodemailer": "^6.9.0"}}',
        "mailer.js": "require('nodemailer').createTransport({host: process.env.SMTP_HOST})\n",
    }
    found = {each.name: each.settings.host for each in setups(write(tmp_path, files))}
    assert found["env compose.yml:2"] == HOST
    assert found["nodemailer mailer.js:1"] != HOST
