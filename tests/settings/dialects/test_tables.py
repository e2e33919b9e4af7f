"""Programs that are tables: what a folder's settings come to, and that changes lead there."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.dialects.base import dialects
from smtpdoctor.settings.dialects.table import UnreadTable
from smtpdoctor.settings.setups import find_setups
from smtpdoctor.settings.variables import layer_of
from tests.settings.dialects import (
    deployed,
    mail_programs,
    php_hosted,
    popular,
    self_hosted,
    templates,
)
from tests.settings.dialects.case import Case, outcome, said
from tests.settings.dialects.support import apply, one, prepared, workspace, write
from tests.settings.dialects.ways import came_to

HOST = "smtp.ionos.com"
VAULTWARDEN = """SMTP_HOST: smtp.ionos.com
    SMTP_FROM: u@example.com
    SMTP_USERNAME: u@example.com
    SMTP_PASSWORD: word
"""
GITEA = "[mailer]\nENABLED = true\nUSER = u@example.com\nPASSWD = `word`\n"
GRAFANA = "[smtp]\nenabled = true\nuser = u@example.com\npassword = word\n"
AUTHENTIK = """AUTHENTIK_EMAIL__HOST: smtp.ionos.com
    AUTHENTIK_EMAIL__USERNAME: u@example.com
    AUTHENTIK_EMAIL__PASSWORD: word
"""
NEXTCLOUD = """SMTP_HOST: smtp.ionos.com
    SMTP_NAME: u@example.com
    SMTP_PASSWORD: word
    MAIL_FROM_ADDRESS: u
    MAIL_DOMAIN: example.com
"""

CASES = [
    Case(
        "vaultwarden:healthy 587",
        (HOST, 587, "starttls"),
        compose="vaultwarden/server:latest",
        env=VAULTWARDEN + "SMTP_PORT: 587\nSMTP_SECURITY: starttls",
        required=True,
    ),
    Case(
        "vaultwarden:healthy 465",
        (HOST, 465, "implicit"),
        compose="docker.io/vaultwarden/server:1.30.1@sha256:0",
        env=VAULTWARDEN + "SMTP_PORT: '465'\nSMTP_SECURITY: force_tls",
    ),
    Case(
        "vaultwarden:port by mode",
        (HOST, 465, "implicit"),
        files={
            ".env": "SMTP_HOST=smtp.ionos.com\nSMTP_FROM=u@example.com\nSMTP_SECURITY=force_tls\n"
            "SMTP_USERNAME=u@example.com\nSMTP_PASSWORD=word\n"
        },
    ),
    Case(
        "vaultwarden:implicit on 587",
        (HOST, 587, "implicit"),
        compose="vaultwarden/server",
        env=VAULTWARDEN + "SMTP_PORT: 587\nSMTP_SECURITY: force_tls",
    ),
    Case(
        "vaultwarden:start on 465",
        (HOST, 465, "starttls"),
        compose="vaultwarden/server",
        env=VAULTWARDEN + "SMTP_PORT: 465",
        required=True,
    ),
    Case(
        "vaultwarden:explicit is implicit",
        (HOST, 587, "implicit"),
        compose="vaultwarden/server",
        env=VAULTWARDEN + "SMTP_PORT: 587\nSMTP_SSL: 'true'\nSMTP_EXPLICIT_TLS: 'true'",
        remarks=said("misread SMTP_EXPLICIT_TLS"),
    ),
    Case(
        "vaultwarden:another word",
        (HOST, 587, "starttls"),
        compose="vaultwarden/server",
        env=VAULTWARDEN + "SMTP_PORT: 587\nSMTP_SECURITY: tls",
        required=True,
        remarks=said("fault SMTP_SECURITY"),
    ),
    Case(
        "vaultwarden:saved by the admin page",
        (HOST, 465, "implicit"),
        compose="vaultwarden/server",
        env="SMTP_HOST: elsewhere.example\nSMTP_ACCEPT_INVALID_CERTS: 'true'",
        files={
            "data/config.json": '{\n  "smtp_host": "smtp.ionos.com",\n  "smtp_port": 465,\n'
            '  "smtp_security": "force_tls",\n  "smtp_username": "u@example.com",\n'
            '  "smtp_password": "word",\n  "smtp_from": "u@example.com"\n}\n'
        },
        verify=False,
    ),
    Case(
        "vaultwarden:a password in a file",
        (HOST, 587, "starttls"),
        files={
            "compose.yml": "services:\n  v:\n    image: vaultwarden/server\n    secrets: [p]\n"
            "    environment:\n      SMTP_HOST: smtp.ionos.com\n      SMTP_FROM: u@example.com\n"
            "      SMTP_USERNAME: u@example.com\n      SMTP_PASSWORD_FILE: /run/secrets/p\n"
            "secrets: {p: {file: p.txt}}\n",
            "p.txt": "word\n",
        },
        required=True,
    ),
    Case(
        "gitea:healthy 587",
        (HOST, 587, "starttls"),
        files={
            "custom/conf/app.ini": GITEA
            + "PROTOCOL = smtp+starttls\nSMTP_ADDR = smtp.ionos.com\nSMTP_PORT = 587\n"
        },
    ),
    Case(
        "gitea:healthy 465 by port",
        (HOST, 465, "implicit"),
        files={"app.ini": GITEA + "SMTP_ADDR = smtp.ionos.com\nSMTP_PORT = 465 ; TLS\n"},
    ),
    Case(
        "gitea:healthy before 1.18",
        (HOST, 465, "implicit"),
        files={"app.ini": GITEA + "HOST = smtp.ionos.com:465\nIS_TLS_ENABLED = true\n"},
    ),
    Case(
        "gitea:variables over app.ini",
        (HOST, 587, "implicit"),
        compose="codeberg.org/forgejo/forgejo:7",
        env="- FORGEJO__mailer__PROTOCOL=smtps\n- FORGEJO__mailer__SMTP_PORT=587",
        files={
            "app.ini": GITEA
            + "PROTOCOL = smtp+starttls\nSMTP_ADDR = smtp.ionos.com\nSMTP_PORT = 465\n"
        },
    ),
    Case(
        "gitea:sections in capitals",
        (HOST, 465, "implicit"),
        compose="gitea/gitea:1.22",
        env="GITEA__MAILER__ENABLED: 'true'\nGITEA__MAILER__PROTOCOL: smtps\n"
        "GITEA__MAILER__SMTP_ADDR: smtp.ionos.com\nGITEA__MAILER__SMTP_PORT: 465\n"
        "GITEA__MAILER__USER: u@example.com\nGITEA__MAILER__PASSWD: word\n"
        "GITEA__MAILER__FROM: other@example.com\nGITEA__MAILER__ENVELOPE_FROM: u@example.com",
    ),
    Case(
        "gitea:plain on 465",
        (HOST, 465, "none"),
        files={"app.ini": GITEA + "PROTOCOL = smtp\nSMTP_ADDR = smtp.ionos.com\nSMTP_PORT = 465\n"},
    ),
    Case(
        "gitea:2525 without a protocol",
        (HOST, 2525, "implicit"),
        files={"app.ini": GITEA + "SMTP_ADDR = smtp.ionos.com\nSMTP_PORT = 2525\n"},
        remarks=said("misread SMTP_PORT"),
    ),
    Case(
        "gitea:not enabled",
        (HOST, 587, "starttls"),
        compose="gitea/gitea:1.21",
        env="GITEA__mailer__SMTP_ADDR: smtp.ionos.com\nGITEA__mailer__SMTP_PORT: 587\n"
        "GITEA__mailer__USER: u@example.com\nGITEA__mailer__PASSWD: word",
        remarks=said("not-sent ENABLED"),
    ),
    Case(
        "grafana:healthy 587",
        (HOST, 587, "starttls"),
        files={
            "grafana.ini": GRAFANA
            + "host = smtp.ionos.com:587\nstartTLS_policy = MandatoryStartTLS\n"
            "from_address = u@example.com\n"
        },
        required=True,
    ),
    Case(
        "grafana:healthy 465",
        (HOST, 465, "implicit"),
        compose="grafana/grafana-oss:11.1.0",
        env="- GF_SMTP_ENABLED=true\n- GF_SMTP_HOST=smtp.ionos.com:465\n"
        "- GF_SMTP_USER=u@example.com\n- GF_SMTP_PASSWORD=word",
    ),
    Case(
        "grafana:policy in other letters",
        (HOST, 587, "starttls"),
        files={
            "grafana.ini": GRAFANA + 'host = "smtp.ionos.com:587"\nstartTLS_policy = mandatory\n'
        },
        remarks=said("misread startTLS_policy"),
    ),
    Case(
        "grafana:no port",
        (HOST, 587, "starttls"),
        files={"grafana.ini": GRAFANA + "host = smtp.ionos.com\n"},
        remarks=said("fault host"),
    ),
    Case(
        "grafana:not enabled",
        (HOST, 587, "starttls"),
        files={
            "grafana.ini": GRAFANA.replace("enabled", ";enabled") + "host = smtp.ionos.com:587\n"
        },
        remarks=said("not-sent enabled"),
    ),
    Case(
        "grafana:a number sign cuts the password",
        (HOST, 587, "starttls"),
        files={
            "grafana.ini": GRAFANA.replace("= word", "= word#more")
            + "host = smtp.ionos.com:587\nskip_verify = true\n"
        },
        verify=False,
    ),
    Case(
        "authentik:healthy 587",
        (HOST, 587, "starttls"),
        compose="ghcr.io/goauthentik/server:2024.2",
        env=AUTHENTIK + "AUTHENTIK_EMAIL__PORT: 587\nAUTHENTIK_EMAIL__USE_TLS: 'true'",
        required=True,
    ),
    Case(
        "authentik:healthy 465",
        (HOST, 465, "implicit"),
        files={
            ".env": "AUTHENTIK_EMAIL__HOST=smtp.ionos.com\nAUTHENTIK_EMAIL__PORT=465\n"
            "AUTHENTIK_EMAIL__USE_TLS=false\nAUTHENTIK_EMAIL__USE_SSL=true\n"
            "AUTHENTIK_EMAIL__USERNAME=u@example.com\nAUTHENTIK_EMAIL__PASSWORD=word\n"
        },
    ),
    Case(
        "authentik:implicit on 587",
        (HOST, 587, "implicit"),
        compose="ghcr.io/goauthentik/server",
        env=AUTHENTIK + "AUTHENTIK_EMAIL__PORT: 587\nAUTHENTIK_EMAIL__USE_SSL: 'true'",
    ),
    Case(
        "authentik:plain, port 25",
        (HOST, 25, "none"),
        compose="ghcr.io/goauthentik/server",
        env=AUTHENTIK,
    ),
    Case(
        "authentik:one underscore",
        ("localhost", 25, "none"),
        compose="ghcr.io/goauthentik/server",
        env="AUTHENTIK_EMAIL_HOST: smtp.ionos.com",
        user=None,
        sender=None,
        password=None,
        remarks=said("ignored AUTHENTIK_EMAIL_HOST"),
        changes=False,
    ),
    Case(
        "authentik:another true",
        (HOST, 587, "none"),
        compose="ghcr.io/goauthentik/server",
        env=AUTHENTIK + "AUTHENTIK_EMAIL__PORT: 587\nAUTHENTIK_EMAIL__USE_TLS: 1",
        remarks=said("misread AUTHENTIK_EMAIL__USE_TLS"),
    ),
    Case(
        "authentik:both",
        (HOST, 465, "implicit"),
        compose="ghcr.io/goauthentik/server",
        env=AUTHENTIK
        + "AUTHENTIK_EMAIL__PORT: 465\nAUTHENTIK_EMAIL__USE_SSL: 'true'\n"
        + "AUTHENTIK_EMAIL__USE_TLS: 'true'",
        remarks=said("fault AUTHENTIK_EMAIL__USE_TLS"),
    ),
    Case(
        "nextcloud-docker:healthy 465",
        (HOST, 465, "implicit"),
        compose="nextcloud:28-apache",
        env=NEXTCLOUD + "SMTP_SECURE: ssl\nSMTP_PORT: 465",
    ),
    Case(
        "nextcloud-docker:healthy 587",
        (HOST, 587, "starttls"),
        compose="nextcloud",
        env=NEXTCLOUD + "SMTP_PORT: 587",
    ),
    Case(
        "nextcloud-docker:implicit on 587",
        (HOST, 587, "implicit"),
        compose="nextcloud",
        env=NEXTCLOUD + "SMTP_SECURE: ssl\nSMTP_PORT: 587",
    ),
    Case(
        "nextcloud-docker:tls without a port",
        (HOST, 465, "implicit"),
        compose="nextcloud",
        env=NEXTCLOUD + "SMTP_SECURE: tls",
        remarks=said("misread SMTP_SECURE"),
    ),
    Case(
        "nextcloud-docker:no domain",
        (HOST, 25, "starttls"),
        compose="nextcloud",
        env=NEXTCLOUD.replace("MAIL_DOMAIN", "MAIL_DOMIAN"),
        remarks=said("ignored SMTP_HOST"),
    ),
]


CASES += [
    *self_hosted.CASES, *deployed.CASES, *mail_programs.CASES, *php_hosted.CASES, *popular.CASES,
    *templates.CASES,
]  # fmt: skip


PAGE = Path(__file__).parents[3] / "docs/dialects/self-hosted.md"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_settings_come_to(case: Case, tmp_path: Path) -> None:
    assert outcome(one(case.write(tmp_path), case.dialect)) == case.outcome


@pytest.mark.parametrize(
    ("said", "mechanisms"),
    [
        ("", ()),
        ("SMTP_AUTHENTICATION: login", ("LOGIN",)),
        ("SMTP_AUTHENTICATION: '${X} y'", ()),
        ("SMTP_AUTHENTICATION: none", ()),  # no name of a mechanism
    ],
)
def test_a_table_names_the_way_of_logging_in(
    tmp_path: Path, said: str, mechanisms: tuple[str, ...]
) -> None:
    text = (
        "services:\n  app:\n    image: chatwoot/chatwoot:v3\n    environment:\n"
        f"      SMTP_ADDRESS: smtp.example.com\n      {said}\n"
    )
    files = {"docker-compose.yml": text, ".env": "X=login\n"}
    found = one(write(tmp_path, files), "chatwoot").settings
    assert (found.client, found.mechanisms) == ("ruby-mail", mechanisms)


@pytest.mark.parametrize("case", [case for case in CASES if case.changes], ids=lambda case: case.id)
@pytest.mark.parametrize(("port", "tls"), [(587, "starttls"), (465, "implicit")])
def test_changes_lead_to_their_goal(case: Case, port: int, tls: str, tmp_path: Path) -> None:
    setup = one(case.write(tmp_path), case.dialect)
    if came_to(setup)[1:] == (port, tls):
        return
    found = [each for each in setup.settings.prepared if (each.port, each.tls) == (port, tls)]
    assert found, "no change was prepared"
    apply(tmp_path, found[0])
    changed = one(tmp_path, case.dialect)
    assert came_to(changed) == (case.expected[0], port, tls)
    assert (changed.settings.username, changed.settings.sender) == (case.user, case.sender)


TABLES = [each for each in dialects() if isinstance(each, UnreadTable)]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.id)
def test_every_table_is_whole(table: UnreadTable) -> None:
    """Both usual ways are tried, its page names it, and its conditions name options it has."""
    tried = {(case.expected[1], case.expected[2]) for case in CASES if case.dialect == table.id}
    assert len(tried) > 1
    assert table.name.split(",")[0] in PAGE.read_text()
    entry = table.table.entry
    known = {*table.fields, "port"}
    conditions = [item.when for item in entry.mode] + [item.unless for item in entry.mode]
    conditions += [item.when for item in entry.remark] + [item.unless for item in entry.remark]
    assert {name for each in conditions for name in each} <= known
    assert {each.option for each in entry.remark} <= known
    assert {each.because for each in entry.remark} == set(entry.because)
    for words in entry.write.values():
        assert {name for each in words for name in each} <= known


def test_a_given_environment_is_enough_for_a_program(tmp_path: Path) -> None:
    """`docker exec app env | smtpdoctor check --env-file -` in a folder without its files."""
    variables = {"GF_SMTP_ENABLED": "true", "GF_SMTP_HOST": f"{HOST}:465", "PATH": "/bin"}
    given = layer_of("standard input", variables, "stdin")
    [setup] = find_setups(workspace(tmp_path, given=given)).setups
    assert setup.name == "grafana standard input"
    assert came_to(setup) == (HOST, 465, "implicit")


def test_a_program_without_settings_of_mail_is_no_set_up(tmp_path: Path) -> None:
    text = "services: {a: {image: grafana/grafana}, b: {image: vaultwarden/server}}\n"
    write(tmp_path, {"compose.yml": text, "data/config.json": '{"domain": "x"}'})
    assert find_setups(workspace(tmp_path)).setups == ()


def test_an_unreadable_file_of_another_program_is_no_set_up(tmp_path: Path) -> None:
    """`config.yaml` is many programs' file: where it breaks off, the keys tell whose."""
    text = "config:\n\tbase_url: http://example.com\n\temail: email@example.com\n"
    write(tmp_path, {"config.yaml": text, "config.yml": text})
    assert find_setups(workspace(tmp_path)).setups == ()
    write(tmp_path / "b", {"config.yaml": "smtp-host: smtp.ionos.com\nx:\n\ty: 1\n"})
    assert [each.identity.dialect for each in find_setups(workspace(tmp_path / "b")).setups] == [
        "gotosocial"
    ]


def test_a_php_file_as_it_is_installed_is_no_set_up(tmp_path: Path) -> None:
    """FreshRSS and EspoCRM write all their keys, and other programs have files of that name."""
    installed = php_hosted.freshrss("25", "", "mail")["data/config.php"]
    write(tmp_path / "a", {"data/config.php": installed.replace(HOST, "localhost")})
    text = php_hosted.espocrm("587", "'TLS'")["data/config.php"]
    write(tmp_path / "b", {"data/config.php": text.replace(f"'{HOST}'", "null")})
    write(tmp_path / "c", {"config.php": "<?php\ndefine('MAIL_FROM', 'u@example.com');\n"})
    write(tmp_path / "d", {"config.php": "<?php\ndefine('MAIL_SMTP_HOSTNAME', '');\n"})
    for name in "abcd":
        assert find_setups(workspace(tmp_path / name)).setups == ()


def test_templates_and_tests_are_no_set_ups(tmp_path: Path) -> None:
    text = "services: {a: {image: n8nio/n8n, environment: {N8N_SMTP_HOST: smtp.ionos.com}}}\n"
    names = ("docker-compose.example.yml", "tests/compose.yml", "docker-compose.sample.yaml")
    write(tmp_path, dict.fromkeys(names, text))
    write(
        tmp_path, {".env.example": "N8N_SMTP_HOST=smtp.ionos.com\n", ".env": "#N8N_SMTP_HOST=x\n"}
    )
    assert find_setups(workspace(tmp_path)).setups == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("w#ord", "w"),
        ("w;ord", "w"),
        ('"w#ord"', '"w'),
        ("'w;ord' ; a comment", "'w"),
        ('"word" ; a comment', "word"),
        ("`w#o;rd`", "w#o;rd"),
        ("`w#o`rd` # a comment", "w#o`rd"),
        ('"""w#ord"""', "w#ord"),
    ],
)
def test_app_ini_is_cut_at_comments(written: str, read: str, tmp_path: Path) -> None:
    """As gopkg.in/ini.v1 1.67 does: double and single quotes hold no comment sign."""
    text = GITEA.replace("`word`", written)
    write(tmp_path, {"app.ini": text + "SMTP_ADDR = smtp.ionos.com\nPROTOCOL = smtps\n"})
    password = one(tmp_path, "gitea").credentials.password
    assert password is not None
    assert password.reveal() == read


def test_a_dollar_in_a_password_can_be_a_variable_for_gatus(tmp_path: Path) -> None:
    """Go's ExpandEnv takes `$word` for a variable, which nothing here sets."""
    text = deployed.GATUS.format(word="pass$word", port=587)
    settings = one(write(tmp_path, {"gatus.yaml": text}), "gatus").settings
    assert [each.field for each in settings.untellable] == ["password"]


def test_gatus_logs_in_as_its_sender(tmp_path: Path) -> None:
    text = deployed.GATUS.format(word="word", port=587)
    settings = one(write(tmp_path / "a", {"gatus.yaml": text}), "gatus").settings
    assert settings.username == "u@example.com"
    text = text.replace("    port:", "    username: v@example.com\n    port:")
    settings = one(write(tmp_path / "b", {"gatus.yaml": text}), "gatus").settings
    assert settings.username == "v@example.com"
    text = deployed.GATUS.format(word="", port=587)
    settings = one(write(tmp_path / "c", {"gatus.yaml": text}), "gatus").settings
    assert settings.username is None


def test_workers_with_the_lines_of_their_program_are_one_setup(tmp_path: Path) -> None:
    """Taiga's compose file gives two containers the same mapping, Appwrite's fifteen the same
    variables of its `.env`."""
    taiga = (
        "x-mail: &mail\n  EMAIL_HOST: smtp.ionos.com\n  EMAIL_USE_TLS: 'True'\nservices:\n"
        "  back: {image: taigaio/taiga-back, environment: *mail}\n"
        "  async: {image: taigaio/taiga-back, environment: *mail}\n"
        "  other: {image: taigaio/taiga-back, environment: {EMAIL_HOST: other.example.com}}\n"
    )
    found = find_setups(workspace(write(tmp_path / "a", {"compose.yml": taiga}))).setups
    assert [each.settings.host for each in found] == [HOST, "other.example.com"]
    appwrite = "services:\n" + "".join(
        f"  {name}:\n    image: appwrite/appwrite:1.6\n    environment:\n      - _APP_SMTP_HOST\n"
        for name in ("appwrite", "worker-mails", "worker-messaging")
    )
    files = {"compose.yml": appwrite, ".env": "_APP_SMTP_HOST=smtp.ionos.com\n"}
    found = find_setups(workspace(write(tmp_path / "b", files))).setups
    assert [each.settings.host for each in found] == [HOST]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"config.yaml": "alerting:\n  slack:\n    host: smtp.ionos.com\n"}, "another alert"),
        ({"config.yaml": "smtp:\n  hostname: smtp.ionos.com\n"}, "no program's"),
        ({"server.yml": "# smtp-sender-addr: smtp.ionos.com:587\nlisten-http: :80\n"}, "a comment"),
        ({"examples/homeserver.yaml": deployed.SYNAPSE.format(port=587)}, "an example"),
        ({"production.yaml": "smtp:\n  port: 465\n"}, "no host"),
    ],
)
def test_lookalikes_of_programs_that_are_deployed(
    tmp_path: Path, files: dict[str, str], reason: str
) -> None:
    assert find_setups(workspace(write(tmp_path, files))).setups == (), reason


@pytest.mark.parametrize(
    ("env", "faults"),
    [
        # a password that stands where it runs is not one that is missing
        (None, []),
        ("OTHER=1\n", ["fault"]),
        ("SMTP_PASSWORD=word\n", []),
    ],
)
def test_what_can_not_be_told_is_no_fault(
    env: str | None, faults: list[str], tmp_path: Path
) -> None:
    text = (
        "services: {a: {image: vaultwarden/server, environment: {SMTP_HOST: smtp.ionos.com, "
        "SMTP_FROM: a@example.com, SMTP_USERNAME: a@example.com, "
        "SMTP_PASSWORD: '${SMTP_PASSWORD}'}}}\n"
    )
    write(tmp_path, {"compose.yml": text, **({".env": env} if env is not None else {})})
    assert [each.kind for each in one(tmp_path, "vaultwarden").settings.remarks] == faults


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("submissions://smtp.ionos.com:587", True),
        ("submissions://info:wordword@smtp.ionos.com:587", False),
    ],
)
def test_an_address_without_a_login_is_shown_as_it_stands(
    tmp_path: Path, address: str, shown: bool
) -> None:
    files = {
        "compose.yml": "services:\n  a:\n    image: authelia/authelia:4.38\n",
        "configuration.yml": f"notifier:\n  smtp:\n    address: '{address}'\n",
    }
    setup = one(write(tmp_path / "app", files), "authelia")
    lines = {entry.source_line for entry in setup.settings.entries}
    assert not any("wordword" in line for line in lines)
    assert (f"    address: '{address}'" in lines) is shown
    if shown:
        (edit,) = prepared(setup.settings, 587, "starttls").edits
        assert (edit.replace, edit.with_, edit.exact) == ("submissions", "submission", True)


GRAFANA_VALUES = """\
grafana.ini:
  smtp:
    enabled: true
    host: smtp.ionos.com:%s
    user: info@example.com
    password: wordword
    startTLS_policy: %s
"""
GITEA_VALUES = """\
gitea:
  config:
    mailer:
      ENABLED: true
      PROTOCOL: %s
      SMTP_ADDR: smtp.ionos.com
      SMTP_PORT: %s
      USER: info@example.com
      PASSWD: wordword
"""
AUTHENTIK_VALUES = """\
authentik:
  email:
    host: smtp.ionos.com
    username: info@example.com
    password: wordword
    %s
"""


def _indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


#: Where a chart's values stand.
VALUES = {
    "values.yaml": "{}",
    "apps/values-production.yaml": "chart:\n{2}",
    "release.yaml": "kind: HelmRelease\nspec:\n  values:\n{4}",
    "app.yml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n"
    "      values: |\n{8}",
    "apps.yml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  sources:\n"
    "    - chart: x\n      helm:\n        valuesObject:\n{10}",
    "k3s.yaml": "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nspec:\n  valuesContent: |-\n{4}",
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize(
    ("dialect", "text", "expected", "changed"),
    [
        ("grafana", GRAFANA_VALUES % (587, "MandatoryStartTLS"), (587, "starttls"), None),
        ("grafana", GRAFANA_VALUES % (465, "NoStartTLS"), (465, "implicit"), None),
        ("gitea", GITEA_VALUES % ("smtps", 465), (465, "implicit"), None),
        ("gitea", GITEA_VALUES % ("smtps", 587), (587, "implicit"), ("smtps", "smtp+starttls")),
        ("gitea", GITEA_VALUES % ("smtp+starttls", 465), (465, "starttls"), None),
        (
            "authentik",
            AUTHENTIK_VALUES % "use_ssl: true\n    use_tls: false",
            (587, "implicit"),
            None,
        ),
        ("authentik", AUTHENTIK_VALUES % "port: 465\n    use_tls: true", (465, "starttls"), None),
    ],
)
def test_the_values_of_a_chart(
    tmp_path: Path,
    name: str,
    dialect: str,
    text: str,
    expected: tuple[int, str],
    changed: tuple[str, str] | None,
) -> None:
    outer, _, by = VALUES[name].removesuffix("}").rpartition("{")
    root = write(tmp_path, {name: outer + _indented(text, int(by or 0))})
    setup = one(root, dialect)
    settings = setup.settings
    assert (settings.host, settings.port, settings.tls) == ("smtp.ionos.com", *expected)
    assert settings.username == "info@example.com"
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "wordword"
    if changed is not None:
        before = (root / name).read_text()
        apply(root, prepared(settings, 587, "starttls"))
        assert (root / name).read_text() == before.replace(*changed)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("values.yaml", AUTHENTIK_VALUES.replace("smtp.ionos.com", '""') % "port: 587"),
        ("values-dev.yaml", GITEA_VALUES % ("smtps", 465)),
        ("other.yaml", GITEA_VALUES % ("smtps", 465)),
        ("values.yaml", "gitea:\n  config:\n    mailer: {}\n"),
    ],
)
def test_lookalikes_of_values(tmp_path: Path, name: str, text: str) -> None:
    assert list(find_setups(workspace(write(tmp_path, {name: text}))).setups) == []


def test_what_a_chart_takes_from_elsewhere_cannot_be_told(tmp_path: Path) -> None:
    text = GRAFANA_VALUES.replace("    user: info@example.com\n    password: wordword\n", "")
    text = "smtp:\n  existingSecret: grafana-smtp\n" + text % (587, "MandatoryStartTLS")
    settings = one(write(tmp_path, {"values.yaml": text}), "grafana").settings
    assert {each.field for each in settings.untellable} == {"username", "password"}
    filled = GITEA_VALUES.replace("smtp.ionos.com", "'{{ .Values.host }}'") % ("smtps", 465)
    settings = one(write(tmp_path / "b", {"values.yaml": filled}), "gitea").settings
    assert settings.host is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{- if .Values.smtp }}\nnotifier:\n  smtp: {{ toYaml .Values.smtp }}\n{{- end }}\n", []),
        ("notifier: {\n", [None]),  # broken, and nobody's template
        ("notifier:\n  smtp:\n    address: smtp://smtp.ionos.com:587\n    sender: '{{ x }}'\n",
         ["smtp.ionos.com"]),
    ],
)  # fmt: skip
def test_a_template_that_tells_nothing_is_no_setup(
    tmp_path: Path, text: str, found: list[str | None]
) -> None:
    root = write(tmp_path, {"chart/templates/configuration.yaml": text})
    hosts = [each.settings.host for each in find_setups(workspace(root)).setups]
    assert hosts == found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dma.conf", "SMARTHOST a" + " " * 50_000 + "b\n"),
        ("main.cf", "relayhost = a" + " " * 50_000 + "b\n"),
        ("smtpd.conf", "relay " * 50_000 + "\n"),
        ("smtpd.conf", "\\\n" * 200_000 + "relay host smtps://smtp.ionos.com\n"),
        ("ssmtp.conf", "mailhub" + " " * 200_000 + "x\n"),
        ("etc/nullmailer/remotes", "a smtp " + '"\\' * 100_000 + "\n"),
    ],
)
def test_a_hostile_line_is_read_once(tmp_path: Path, name: str, text: str) -> None:
    """What would be looked through anew at each of its characters would take minutes."""
    find_setups(workspace(write(tmp_path, {name: text})))


def test_what_only_root_can_read_of_proxmox_is_not_known(tmp_path: Path) -> None:
    files = mail_programs.proxmox("\tmode starttls\n\tport 587\n")
    del files["pve/priv/notifications.cfg"]
    setup = one(write(tmp_path, files), "proxmox")
    assert came_to(setup) == (HOST, 587, "starttls")
    assert [each.field for each in setup.settings.untellable] == ["password"]


def test_the_port_of_sendmails_relay_is_mended(tmp_path: Path) -> None:
    """TLS from the first byte is none of its ways: 587 is."""
    text = mail_programs.SENDMAIL.format(host=HOST, port=465, more="").replace(
        "define(`ESMTP_MAILER_ARGS', `TCP $h 465')dnl\n", ""
    )
    root = write(tmp_path, {"sendmail.mc": text})
    settings = one(root, "sendmail").settings
    assert not [each for each in settings.prepared if each.tls == "implicit"]
    apply(root, prepared(settings, 587, None))
    assert (root / "sendmail.mc").read_text() == text.replace("465", "587")


@pytest.mark.parametrize(
    "text",
    [
        "dnl define(`SMART_HOST', `smtp.ionos.com')dnl\n",
        "define(`SMART_HOST', `')dnl\n",
        "define(`LOCAL_RELAY', `smtp.ionos.com')dnl\n",
    ],
)
def test_lookalikes_of_sendmails_smart_host(tmp_path: Path, text: str) -> None:
    assert list(find_setups(workspace(write(tmp_path, {"sendmail.mc": text}))).setups) == []


def test_what_sendmail_takes_for_base64_and_is_none(tmp_path: Path) -> None:
    text = mail_programs.SENDMAIL.format(host=HOST, port=587, more=mail_programs.TABLE)
    login = 'AuthInfo:smtp.ionos.com "I:u@example.com" "P=wo#rd"\n'
    root = write(tmp_path, {"mail/sendmail.mc": text, "mail/authinfo": login})
    setup = one(root, "sendmail")
    assert setup.credentials.password is None
    assert [each.field for each in setup.settings.untellable] == ["password"]


def test_half_of_a_sender_is_no_wrong_address(tmp_path: Path) -> None:
    """The other half is in a variable that is not here."""
    compose = "services:\n  cloud:\n    image: nextcloud:29\n    environment:\n"
    compose += "      - SMTP_HOST=smtp.example.com\n      - MAIL_FROM_ADDRESS=$LOCAL_PART\n"
    root = write(tmp_path, {"compose.yml": compose + "      - MAIL_DOMAIN=example.com\n"})
    setup = one(root, "nextcloud-docker")
    assert not [each for each in setup.settings.entries if each.problem]
    write(tmp_path, {".env": "LOCAL_PART=\n"})
    [entry] = [each for each in one(root, "nextcloud-docker").settings.entries if each.problem]
    assert entry.field == "sender"
