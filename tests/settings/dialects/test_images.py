"""Images of programs that are made with a library, or write the settings of another program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.dialects.support import apply, one, prepared, setups, write
from tests.settings.dialects.ways import came_to, password, remarks

HOST = "smtp.ionos.com"
MAIL = f"MAIL_HOST: {HOST}\nMAIL_USERNAME: u@example.com\nMAIL_PASSWORD: word\nMAIL_MAILER: smtp\n"
RELAY = "RELAYHOST_USERNAME: u@example.com\nRELAYHOST_PASSWORD: word\n"
SERVER = "RELAY_USER: u@example.com\nRELAY_PASSWORD: word\n"


def compose(image: str, variables: str) -> dict[str, str]:
    lines = "".join(f"      {line}\n" for line in variables.strip().split("\n"))
    return {"compose.yml": f"services:\n  a:\n    image: {image}\n    environment:\n{lines}"}


@pytest.mark.parametrize(
    ("dialect", "image", "variables", "expected"),
    [
        ("laravel", "jhumanj/opnform-api:2", MAIL + "MAIL_PORT: 587", (587, "starttls")),
        ("laravel", "jhumanj/opnform-api:2", MAIL + "MAIL_PORT: 465", (465, "implicit")),
        ("laravel", "daveearley/hi.events-all-in-one", MAIL, (587, "starttls")),
        ("symfony", "mautic/mautic:5-apache",
         f"MAUTIC_MAILER_DSN: smtp://u%40example.com:word@{HOST}:587", (587, "starttls")),
        ("symfony", "mautic/mautic:5-apache",
         f"MAUTIC_MAILER_DSN: smtps://u%40example.com:word@{HOST}:587", (587, "implicit")),
        ("postfix", "boky/postfix", RELAY + f"RELAYHOST: '[{HOST}]:587'", (587, "starttls")),
        ("postfix", "boky/postfix:v4", RELAY + f"RELAYHOST: '[{HOST}]:465'", (465, "starttls")),
        ("postfix", "boky/postfix:v4", RELAY + f"RELAYHOST: '[{HOST}]:465'\n"
         "POSTFIX_smtp_tls_security_level: encrypt\nPOSTFIX_smtp_tls_wrappermode: 'yes'",
         (465, "implicit")),
        ("postfix", "ghcr.io/docker-mailserver/docker-mailserver:15",
         SERVER + f"RELAY_HOST: {HOST}\nRELAY_PORT: 587", (587, "starttls")),
        ("postfix", "mailserver/docker-mailserver", SERVER + f"RELAY_HOST: {HOST}",
         (25, "starttls")),
        ("postfix", "mailserver/docker-mailserver",
         SERVER + f"DEFAULT_RELAY_HOST: '[{HOST}]:submission'", (587, "starttls")),
    ],
)  # fmt: skip
def test_what_an_image_makes_of_its_variables(
    dialect: str, image: str, variables: str, expected: tuple[int, str], tmp_path: Path
) -> None:
    setup = one(write(tmp_path, compose(image, variables)), dialect)
    assert came_to(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("u@example.com", "word")
    assert remarks(setup) == frozenset()


def test_a_relay_without_brackets_is_a_domain(tmp_path: Path) -> None:
    files = compose("boky/postfix", RELAY + f"RELAYHOST: {HOST}:587")
    assert remarks(one(write(tmp_path, files), "postfix")) == {("misread", "relayhost")}


def test_a_mail_server_that_delivers_by_itself_is_no_set_up(tmp_path: Path) -> None:
    files = compose(
        "mailserver/docker-mailserver", "OVERRIDE_HOSTNAME: mail.example.com\n" + SERVER
    )
    assert setups(write(tmp_path, files)) == []


@pytest.mark.parametrize(
    ("tag", "name"), [("v2.7.4", "kutt-2"), ("v3.2.2", "kutt"), ("latest", "kutt")]
)
def test_of_an_image_the_releases_that_a_table_is_about(
    tag: str, name: str, tmp_path: Path
) -> None:
    files = compose(f"kutt/kutt:{tag}", MAIL.replace("USERNAME", "USER"))
    assert [each.identity.dialect for each in setups(write(tmp_path, files))] == [name]


def test_passbolts_line_is_changed(tmp_path: Path) -> None:
    variables = "".join(
        f"EMAIL_TRANSPORT_DEFAULT_{name}: {text}\n"
        for name, text in (
            ("HOST", HOST), ("PORT", 465), ("USERNAME", "u@example.com"), ("PASSWORD", "word"),
            ("TLS", "'true'"),
        )
    )  # fmt: skip
    write(tmp_path, compose("passbolt/passbolt", variables))
    apply(tmp_path, prepared(one(tmp_path, "passbolt").settings, 587, None))
    assert came_to(one(tmp_path, "passbolt")) == (HOST, 587, "starttls")


DOCMOST = f"SMTP_HOST: {HOST}\nSMTP_PORT: 587\nSMTP_USERNAME: u@example.com\nMAIL_DRIVER: smtp\n"


def test_a_password_that_compose_does_not_pass_on(tmp_path: Path) -> None:
    write(tmp_path, {**compose("docmost/docmost", DOCMOST), ".env": "SMTP_PASSWORD=word\n"})
    [near] = one(tmp_path, "docmost").settings.near_misses
    assert (near.name, near.looks_like, near.field) == ("SMTP_PASSWORD",) * 2 + ("password",)
    assert (near.origin.label, near.kept_from) == (".env:1", "compose.yml")
    assert near.lines[0].source_line is not None
    assert "word" not in near.lines[0].source_line


@pytest.mark.parametrize(
    ("variables", "more", "dotenv"),
    [
        (DOCMOST + "SMTP_PASSWORD: ${SMTP_PASSWORD}", "", "SMTP_PASSWORD=word\n"),
        (DOCMOST, "    env_file: .env\n", "SMTP_PASSWORD=word\n"),
        (DOCMOST, "", "POSTGRES_PASSWORD=word\n"),
        (DOCMOST, "", "SMTP_PASSWORD=\n"),
        (DOCMOST, "", "A=1\n"),
        (DOCMOST, "  relay:\n    image: x\n    environment: ['WORD=${SMTP_PASSWORD:-}']\n",
         "SMTP_PASSWORD=word\n"),
    ],
)  # fmt: skip
def test_what_is_passed_on_or_another_password(
    variables: str, more: str, dotenv: str, tmp_path: Path
) -> None:
    files = compose("docmost/docmost", variables)
    write(tmp_path, {"compose.yml": files["compose.yml"] + more, ".env": dotenv})
    assert one(tmp_path, "docmost").settings.near_misses == ()


def test_one_underscore_in_place_of_two(tmp_path: Path) -> None:
    variables = (
        f"AUTHENTIK_EMAIL__HOST: {HOST}\nAUTHENTIK_EMAIL__USERNAME: u@example.com\n"
        "AUTHENTIK_EMAIL_PASSWORD: word\n"
    )
    setup = one(write(tmp_path, compose("goauthentik/server", variables)), "authentik")
    [near] = setup.settings.near_misses
    assert (near.looks_like, near.kept_from) == ("AUTHENTIK_EMAIL__PASSWORD", "")
    assert near.edit is not None
    assert near.edit.with_ == "AUTHENTIK_EMAIL__PASSWORD"


RENDER = """services:
  - type: web
    name: docs
    runtime: image
    image: {{url: docker.io/docuseal/docuseal:1.9}}
    envVars:
      - {{key: SMTP_ADDRESS, value: smtp.ionos.com}}
      - {{key: SMTP_USERNAME, value: u@example.com}}
      - {{key: SMTP_PASSWORD, sync: false}}
{more}"""
FLY = (
    '[build]\n  image = "docmost/docmost:0.20"\n'
    '[env]\n  MAIL_DRIVER = "smtp"\n  SMTP_HOST = "x.example"\n'
)
TWO = "  - {type: worker, image: {url: acme/b}}\n"
PLATFORM = """spec:
  services:
    - name: a
      image: {registry_type: DOCKER_HUB, registry: docmost, repository: docmost, tag: latest}
      envs:
        - {key: SMTP_HOST, value: x.example}
"""


@pytest.mark.parametrize(
    ("name", "text", "dialect"),
    [
        ("render.yaml", RENDER.format(more=""), "docuseal"),
        ("fly.toml", FLY, "docmost"),
        (".do/app.yaml", PLATFORM, "docmost"),
        # of two images it isn't told whose variables they are
        ("render.yaml", RENDER.format(more=TWO), "unknown"),
        ("fly.toml", FLY.replace("docmost/docmost:0.20", "acme/x"), "env"),
    ],
)
def test_the_image_of_a_platforms_file(name: str, text: str, dialect: str, tmp_path: Path) -> None:
    assert [each.identity.dialect for each in setups(write(tmp_path, {name: text}))] == [dialect]


@pytest.mark.parametrize(
    ("host", "user", "found"),
    [
        ("${SMTP_HOST:-}", "${SMTP_USERNAME:-}", 0),  # a template that nobody has filled in
        ("''", "''", 0),
        ("''", "u@example.com", 1),
        (HOST, "''", 1),
    ],
)
def test_a_template_that_is_not_filled_in_is_no_set_up(
    host: str, user: str, found: int, tmp_path: Path
) -> None:
    variables = f"SMTP_HOST: {host}\nSMTP_USERNAME: {user}\nSMTP_PASSWORD: {user}\nSMTP_PORT: 587\n"
    files = compose("docmost/docmost", "MAIL_DRIVER: smtp\n" + variables)
    assert len(setups(write(tmp_path, {**files, ".env": "A=1\n"}))) == found
