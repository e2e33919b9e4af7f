"""`smtpdoctor lint`: what is wrong in the settings alone, and nothing that only a run can tell."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from smtpdoctor.cli import run

Folder = Callable[[dict[str, str]], Path]
PACKAGE = '{"dependencies": {"nodemailer": "^6.9.0", "dotenv": "16.4.0"}}'


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


@pytest.fixture
def lint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    def looked_at(root: Path, *arguments: str) -> tuple[int, str]:
        monkeypatch.chdir(root)
        status = run(["lint", *arguments])
        return status, capsys.readouterr().out

    return looked_at


@pytest.mark.parametrize(("env", "found"), [("SMTP_PASS=your-app-password\n", True), ("", False)])
def test_a_placeholder_is_one_whatever_else_the_code_asks_for(
    folder: Folder, lint: Callable[..., tuple[int, str]], env: str, found: bool
) -> None:
    """A template's text in a .env was written for this program; as a default of the code it counts
    only where nothing sets the variable, and here that is not known."""
    files = mailer(587, "false")
    files["mailer.js"] = files["mailer.js"].replace(
        "process.env.SMTP_PASS",
        "process.env.SMTP_PASSWORD || process.env.SMTP_PASS || 'your-app-password'",
    )
    files["mailer.js"] = f"require('dotenv').config();\n{files['mailer.js']}"
    files[".env"] = f"SMTP_USER=info@example.com\n{env}"
    _, text = lint(folder(files))
    assert ("credentials-placeholder" in text) is found


def mailer(port: int, secure: str) -> dict[str, str]:
    return {
        "package.json": PACKAGE,
        "mailer.js": "const nodemailer = require('nodemailer');\n"
        "nodemailer.createTransport({\n"
        f"  host: 'smtp.ionos.com',\n  port: {port},\n  secure: {secure},\n"
        "  auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS },\n});\n",
    }


@pytest.mark.parametrize(
    ("port", "secure", "code"),
    [
        (587, "true", "implicit-tls-on-starttls-port"),
        (465, "false", "plaintext-on-implicit-tls-port"),
        (587, "false", None),
        (465, "true", None),
    ],
)
def test_mode_against_port(
    folder: Folder, lint: Callable[..., tuple[int, str]], port: int, secure: str, code: str | None
) -> None:
    status, out = lint(folder(mailer(port, secure)))
    if code is None:
        assert (status, out) == (0, "1 set-up: nothing wrong in the settings\n")
    else:
        assert status == 1
        assert out.startswith(f"mailer.js:5:11: error[{code}] ")
        assert "\n  fix: use " in out
        # and what to type for it
        assert f"\n    mailer.js:5: change “{secure}” to “" in out


@pytest.mark.parametrize(
    ("options", "severity"),
    [
        (
            "service: 'smtp.gmail.com', auth: { user: 'a@example.com', pass: process.env.P }",
            "error",
        ),
        ("service: 'smtp.gmail.com'", "warning"),  # a relay on this machine wants no login
        ("service: process.env.S, auth: { user: 'a@example.com', pass: 'q9d8f7w6' }", ""),
        ("service: 'gmail', auth: { user: 'a@example.com', pass: process.env.P }", ""),
    ],
)
def test_a_service_that_nodemailer_does_not_know(
    folder: Folder, lint: Callable[..., tuple[int, str]], options: str, severity: str
) -> None:
    code = f"require('nodemailer').createTransport({{ {options} }});\n"
    files = {"package.json": PACKAGE, "mailer.js": code, ".env": "P=q9d8f7w6e5\n"}
    status, out = lint(folder(files))
    found = [word for word in ("error", "warning") if f" {word}[setting-misread] service" in out]
    assert (status, found) == (severity == "error", [severity] if severity else []), out


def test_the_port_between_servers_does_not_begin_with_tls(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    status, out = lint(folder(mailer(25, "true")))
    assert status == 1
    assert "error[implicit-tls-on-starttls-port] " in out
    assert "\n  fix: use port 465 with implicit TLS\n    mailer.js:4: change “25” to “465”" in out
    assert lint(folder(mailer(25, "false")))[0] == 0


def test_a_port_of_ones_own_is_nobodys_fault(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    files = mailer(2465, "true")
    files["mailer.js"] = files["mailer.js"].replace("smtp.ionos.com", "mail.example.com")
    assert lint(folder(files))[0] == 0


def test_without_tls_a_port_for_starttls_is_no_fault_of_the_mode(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    env = "SMTP_HOST=localhost\nSMTP_PORT=587\nSMTP_TLS=none\n"
    assert "starttls-port" not in lint(folder({".env": env}))[1]


@pytest.mark.parametrize(
    ("host", "port", "login", "said"),
    [
        ("smtp.office365.com", 587, True, "error[auth-impossible-in-clear]"),
        ("smtp.ionos.de", 587, True, "warning[password-in-clear]"),
        ("smtp.ionos.de", 465, True, "error[plaintext-on-implicit-tls-port]"),
        ("smtp.ionos.de", 587, False, ""),
        ("mail.example.com", 587, True, ""),  # may be a relay beside it
        ("localhost", 587, True, ""),
    ],
)
def test_a_login_without_tls_at_a_provider(
    folder: Folder,
    lint: Callable[..., tuple[int, str]],
    host: str,
    port: int,
    login: bool,
    said: str,
) -> None:
    parent = "<parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-"
    lines = [f"spring.mail.host={host}", f"spring.mail.port={port}"]
    if login:
        lines += ["spring.mail.username=info@example.com", "spring.mail.password=Wald-12"]
    files = {
        "pom.xml": f"<project>{parent}parent</artifactId><version>3.3.0</version></parent>",
        "src/main/resources/application.properties": "\n".join(lines) + "\n",
    }
    out = lint(folder(files))[1]
    if not said:
        assert out == "1 set-up: nothing wrong in the settings\n"
    else:
        assert f": {said} " in out
        assert " in 1 set-up\n" in out
        assert ": put in “spring.mail.properties.mail.smtp." in out


def test_a_text_that_is_taken_for_true_is_the_one_cause(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    files = mailer(587, "process.env.SMTP_SECURE") | {".env": "SMTP_SECURE=false\n"}
    files["mailer.js"] = "require('dotenv').config();\n" + files["mailer.js"]
    out = lint(folder(files))[1]
    assert "error[setting-misread] secure=false is taken for implicit TLS\n" in out
    assert "implicit-tls-on-starttls-port" not in out
    assert out.endswith("\n1 error in 1 set-up\n")


@pytest.mark.parametrize("family", ["smtps", "smtp"])
def test_a_name_that_the_protocol_does_not_read_is_the_one_cause(
    folder: Folder, lint: Callable[..., tuple[int, str]], family: str
) -> None:
    parent = "<parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-"
    files = {
        "pom.xml": f"<project>{parent}parent</artifactId><version>3.3.0</version></parent>",
        "src/main/resources/application.properties": (
            "spring.mail.host=smtp.ionos.de\nspring.mail.port=465\n"
            "spring.mail.username=info@example.com\nspring.mail.password=Wald-12\n"
            f"spring.mail.properties.mail.{family}.ssl.enable=true\n"
        ),
    }
    out = lint(folder(files))[1]
    if family == "smtp":
        assert out == "1 set-up: nothing wrong in the settings\n"
        return
    assert "properties:5: error[setting-ignored]" in out
    assert ": put in “spring.mail.properties.mail.smtp.ssl.enable=true”" in out
    assert out.endswith("\n1 error in 1 set-up\n")


def test_a_switch_that_is_on_is_not_misread(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    code = (
        "using MailKit.Net.Smtp;\nvar client = new SmtpClient();\n"
        'client.Connect("smtp.ionos.com", 587, true);\n'
        'client.Authenticate("info@example.com", "word");\n'
    )
    out = lint(folder({"Mail.cs": code}))[1]
    assert "error[implicit-tls-on-starttls-port]" in out
    assert out.endswith("\n1 error in 1 set-up\n")


def test_what_only_the_deployment_sets_is_not_missed(
    folder: Folder, lint: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"package.json": PACKAGE, ".env": "SMTP_HOST=smtp.ionos.com\nSMTP_USER=i@example.com\n"}
    assert lint(folder(files)) == (0, "1 set-up: nothing wrong in the settings\n")
    monkeypatch.setenv("SMTP_PORT", "99999")  # nor does the environment of this machine count
    assert lint(folder(files))[0] == 0


def test_an_empty_password_is_an_error(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    env = "SMTP_HOST=smtp.ionos.com\nSMTP_USER=i@example.com\nSMTP_PASS=\n"
    status, out = lint(folder({".env": env}))
    assert status == 1
    assert "credentials-missing" in out


def test_a_host_that_cannot_be_told_does_not_hide_the_rest(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    settings = (
        "import os\nEMAIL_HOST = os.environ['EMAIL_HOST']\nEMAIL_PORT = 587\n"
        "EMAIL_USE_TLS = True\nEMAIL_USE_SSL = True\n"
    )
    files = {"requirements.txt": "django==5.2\n", "manage.py": "", "shop/settings.py": settings}
    status, out = lint(folder(files))
    assert status == 1
    assert "conflicting-settings" in out
    assert "implicit-tls" not in out  # the program does not come so far


def test_a_setting_is_said_as_it_is_to_be_typed(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    env = "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=465\nSMTP_SECURE=false\n"
    assert "\n    SMTP_SECURE=true\n" in lint(folder({".env": env}))[1]


@pytest.mark.parametrize(
    ("port", "found"),
    [
        ("os.environ['EMAIL_PORT']", True),
        ("'abc'", True),
        ("'submission'", False),  # a name that sockets know
        ("'587'", False),
        ("'\u0033587'.removeprefix('3')", False),
    ],
)
def test_a_port_of_letters_is_no_port(
    folder: Folder, lint: Callable[..., tuple[int, str]], port: str, found: bool
) -> None:
    settings = (
        f"import os\nEMAIL_HOST = 'smtp.ionos.com'\nEMAIL_USE_TLS = True\nEMAIL_PORT = {port}\n"
    )
    files = {"requirements.txt": "django==5.2\n", "manage.py": "", "shop/settings.py": settings}
    status, out = lint(folder({**files, ".env": "EMAIL_PORT=abc\n"}))
    assert (status, "error[setting-invalid] EMAIL_PORT=abc is not a port" in out) == (found, found)
    assert ("set the port to 587" in out) is found


def test_no_settings_are_no_fault(folder: Folder, lint: Callable[..., tuple[int, str]]) -> None:
    assert lint(folder({"main.py": "print()"})) == (0, "no mail settings were found\n")


def test_another_folder(folder: Folder, lint: Callable[..., tuple[int, str]]) -> None:
    root = folder({f"shop/{name}": text for name, text in mailer(587, "true").items()})
    assert lint(root, "shop")[1].startswith("mailer.js:5")
    assert lint(root, "nowhere")[0] == 2


@pytest.mark.parametrize("config", [True, False])
@pytest.mark.parametrize(("quote", "refused"), [("", True), ('"', False)])
def test_a_file_at_which_laravel_stops_is_never_nothing_wrong(
    folder: Folder,
    lint: Callable[..., tuple[int, str]],
    config: bool,
    quote: str,
    refused: bool,
) -> None:
    files = {
        "artisan": "",
        ".env": "MAIL_MAILER=smtp\nMAIL_HOST=smtp.ionos.com\nMAIL_PORT=587\n"
        f"MAIL_USERNAME=info@example.com\nMAIL_PASSWORD={quote}abcd efgh ijkl mnop{quote}\n",
    }
    if config:
        files["config/mail.php"] = (
            "<?php return ['default' => env('MAIL_MAILER', 'smtp'), 'mailers' => ['smtp' => ["
            "'transport' => 'smtp', 'host' => env('MAIL_HOST', '127.0.0.1')]]];"
        )
    status, out = lint(folder(files))
    # this config/mail.php reads no password, and Laravel stops all the same
    words = ".env:5: error[setting-invalid] MAIL_PASSWORD stops the program"
    if not config:
        words = ".env:5: error[password-altered-by-dotenv] the password in MAIL_PASSWORD (.env:5) "
    assert (words in out) is refused
    assert (status == 1) is refused
    assert "abcd" not in out


CODEIGNITER = """<?php namespace Config;
class Email extends \\CodeIgniter\\Config\\BaseConfig {
    public string $protocol = 'smtp';
    public string $SMTPHost = 'smtp.ionos.com';
    public int $SMTPPort = 587;
    public string $SMTPCrypto = 'tls';
}
"""


GO = {
    "go.mod": "module example.com/shop\n\ngo 1.22\n",
    "main.go": 'package main\nimport (\n"net/smtp"\n"os"\n)\nfunc main() {\n'
    'a := smtp.PlainAuth("", os.Getenv("SMTP_USER"), os.Getenv("SMTP_PASS"), "smtp.ionos.com")\n'
    'smtp.SendMail("smtp.ionos.com:587", a, "a@example.com", nil, nil)\n}\n',
}


@pytest.mark.parametrize(
    ("program", "line", "fault"),
    [
        pytest.param(
            "CodeIgniter",
            "email.SMTPPass = abcd efgh",
            "blank in value of email.SMTPPass; put the value in double quotes",
            id="CodeIgniter: a blank",
        ),
        pytest.param("CodeIgniter", "email.SMTPPass = 'abcd efgh'", None, id="CodeIgniter: quoted"),
        pytest.param(
            "CodeIgniter", "email.SMTPPass = abcd # efgh", None, id="CodeIgniter: comment"
        ),
        pytest.param("CodeIgniter", "this line assigns nothing", None, id="CodeIgniter: no ="),
        pytest.param(
            "Symfony",
            "MAILER_PASS = abcd",
            "blank after name of MAILER_PASS; take the blanks before the = out",
            id="Symfony: a blank before =",
        ),
        pytest.param("Symfony", "MAILER_PASS='abcd efgh'", None, id="Symfony: quoted"),
        pytest.param(
            "docker compose",
            "SMTP_PASSWORD='abcd",
            "quote not closed of SMTP_PASSWORD; close the quote",
            id="compose: a quote",
        ),
        pytest.param("docker compose", "SMTP_PASSWORD=abcd", None, id="compose: plain"),
        pytest.param(
            "godotenv",
            "SMTP_PASS='abcd",
            "quote not closed of SMTP_PASS; close the quote",
            id="godotenv: a quote",
        ),
        pytest.param("godotenv", "SMTP_PASS='ab cd'", None, id="godotenv: quoted"),
        # a program that loads no `.env` stops at none
        pytest.param("Go alone", "SMTP_PASS='abcd", None, id="Go without godotenv"),
    ],
)
def test_a_program_that_stops_at_its_env_file_is_never_nothing_wrong(
    folder: Folder,
    lint: Callable[..., tuple[int, str]],
    program: str,
    line: str,
    fault: str | None,
) -> None:
    root = folder(
        {
            "CodeIgniter": {
                "app/Config/Email.php": CODEIGNITER,
                ".env": f"CI_ENVIRONMENT = production\n{line}\n",
            },
            "Symfony": {
                "composer.json": '{"require": {"symfony/mailer": "^7.1"}}',
                "config/packages/mailer.yaml": "framework:\n  mailer:\n"
                "    dsn: '%env(MAILER_DSN)%'\n",
                ".env": f"MAILER_DSN=smtp://smtp.ionos.com:587\n{line}\n",
            },
            "docker compose": {
                "compose.yaml": "services:\n  vault:\n    image: vaultwarden/server\n"
                "    environment:\n      SMTP_HOST: smtp.ionos.com\n      SMTP_FROM: a@b.example\n"
                "      SMTP_PASSWORD: ${SMTP_PASSWORD}\n",
                ".env": f"OTHER=1\n{line}\n",
            },
            "godotenv": {
                **GO,
                "go.mod": f"{GO['go.mod']}\nrequire github.com/joho/godotenv v1\n",
                ".env": f"SMTP_USER=a@example.com\n{line}\n",
            },
            "Go alone": {**GO, ".env": f"SMTP_USER=a@example.com\n{line}\n"},
        }[program]
    )
    status, out = lint(root)
    if program in ("CodeIgniter", "Symfony"):  # they end there, whatever else they have
        assert (status, ".env:2: error[setting-invalid]" in out) == (bool(fault), fault is not None)
    else:
        said = f"not checked: .env: {program} stops at line 2: {fault}"
        assert (f"{program} stops" in out) is (fault is not None)
        assert fault is None or (said in out and status == 3)
    assert "abcd" not in out


def test_what_is_not_known_is_not_called_sound(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    text = (
        "import Config\nconfig :shop, Shop.Mailer, adapter: Swoosh.Adapters.SMTP,\n"
        '  relay: System.fetch_env!("SMTP_HOST"), port: 587\n'
    )
    status, out = lint(folder({"mix.exs": "", "config/runtime.exs": text}))
    assert (status, out) == (0, "1 set-up: nothing wrong in what is known of the settings\n")


@pytest.mark.parametrize(("host", "said"), [("localhost", False), ("smtp.ionos.com", True)])
def test_an_empty_login_is_none_on_this_machine(
    folder: Folder, lint: Callable[..., tuple[int, str]], host: str, said: bool
) -> None:
    text = (
        "import Config\nconfig :shop, Shop.Mailer, adapter: Swoosh.Adapters.SMTP,\n"
        f'  relay: "{host}", username: "", password: "", tls: :never\n'
    )
    _, out = lint(folder({"mix.exs": "", "config/runtime.exs": text}))
    assert ("credentials-missing" in out) is said


def test_no_check_was_left_out_by_an_option(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    root = folder({".env": "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=587\n"})
    _, report = lint(root, "--format", "terminal")
    assert "dns, reach, tls, auth, sender  skipped: only the settings are judged" in report
    assert "skipped, as asked" not in report


def test_the_server_of_a_program_that_sends_nothing_is_not_tried(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    compose = (
        "services:\n  app:\n    environment:\n      SMTP_HOST: localhost\n      SMTP_PORT: 1025\n"
    )
    root = folder({"compose.yaml": f"{compose}  mail:\n    image: axllent/mailpit\n"})
    _, report = lint(root, "--format", "terminal")
    assert "dns, reach, tls, auth, sender  not tried: the program sends no mail" in report


def test_strict_and_formats(folder: Folder, lint: Callable[..., tuple[int, str]]) -> None:
    files = mailer(587, "false")
    files["mailer.js"] = files["mailer.js"].replace(
        "});", "  tls: { rejectUnauthorized: false },\n});"
    )
    root = folder(files)
    assert lint(root)[0] == 0
    assert lint(root, "--strict")[0] == 1
    status, out = lint(root, "--format", "sarif")
    assert status == 0
    results = json.loads(out)["runs"][0]["results"]
    assert [item["ruleId"] for item in results] == ["certificate-verification-disabled"]


def test_fix_writes_and_looks_again(folder: Folder, lint: Callable[..., tuple[int, str]]) -> None:
    root = folder(mailer(587, "true"))
    status, _ = lint(root, "--fix", "--yes")
    assert status == 0
    assert "secure: false" in (root / "mailer.js").read_text()


def test_the_file_as_it_was_is_kept_where_the_user_keeps_such_things(
    folder: Folder, lint: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project is read without the variables of this process; its copy went to another home."""
    root = folder(mailer(587, "true"))
    monkeypatch.setenv("XDG_STATE_HOME", str(root / "state"))
    assert lint(root, "--fix", "--yes")[0] == 0
    copy = root / "state" / "smtpdoctor" / "mailer.js.smtpdoctor-backup"
    assert "secure: true" in copy.read_text()


@pytest.mark.parametrize(
    ("port", "secure", "status", "state"),
    [(587, "true", 2, "CRITICAL"), (587, "false", 0, "OK")],
)
def test_as_a_plugin_it_exits_as_plugins_do(
    folder: Folder,
    lint: Callable[..., tuple[int, str]],
    port: int,
    secure: str,
    status: int,
    state: str,
) -> None:
    found, out = lint(folder(mailer(port, secure)), "--format", "nagios")
    assert (found, out.split()[1]) == (status, state)
    if state == "OK":
        assert "Nothing wrong in the settings" in out


def test_as_a_plugin_a_warning_is_one(folder: Folder, lint: Callable[..., tuple[int, str]]) -> None:
    files = mailer(587, "false, tls: { rejectUnauthorized: false }")
    found, out = lint(folder(files), "--format", "nagios")
    assert (found, out.split()[1]) == (1, "WARNING")


def test_the_check_that_shows_an_error_has_failed(
    lint: Callable[..., tuple[int, str]], folder: Folder
) -> None:
    """It had passed: the error stands in the settings, and in nothing that was tried."""
    _, text = lint(folder(mailer(587, "true")), "--format", "json")
    checks = json.loads(text)["targets"][0]["checks"]
    assert (checks[0]["name"], checks[0]["status"]) == ("settings", "failed")
    _, text = lint(folder(mailer(465, "true")), "--format", "json")
    assert json.loads(text)["targets"][0]["checks"][0]["status"] == "passed"


def test_as_a_plugin_it_knows_nothing_of_a_folder_without_settings(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    assert lint(folder({}))[0] == 0
    assert lint(folder({}), "--format", "nagios")[0] == 3


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (mailer(587, "false"), "1 set-up: nothing wrong in the settings in what was read"),
        ({"package.json": PACKAGE}, "no mail settings were found in what was read"),
    ],
)
def test_where_reading_ended_before_the_end_it_is_unclear(
    folder: Folder,
    lint: Callable[..., tuple[int, str]],
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, str],
    words: str,
) -> None:
    root = folder({**files, "services/shop/config.js": "module.exports = {};\n"})
    assert lint(root)[0] == 0
    monkeypatch.setattr("smtpdoctor.settings.folder.MOST_FILES", len(files))
    status, out = lint(root)
    assert status == 3
    assert "not checked: services/shop: more than" in out
    assert words in out
    # who names the set-up didn't ask for the others
    if "mailer.js" in files:
        assert lint(root, "--setup", "mailer.js")[0] == 0


def test_an_error_is_one_though_reading_ended_before_the_end(
    folder: Folder, lint: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smtpdoctor.settings.folder.MOST_FILES", 2)
    root = folder({**mailer(587, "true"), "services/shop/config.js": ""})
    assert lint(root)[0] == 1


def test_the_terminal_ends_with_the_commands_own_status(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    status, out = lint(folder(mailer(587, "false")), "--format", "terminal")
    assert status == 0
    assert out.splitlines()[-1].endswith("exit 0")


FROM_VARIABLES = (
    "const nodemailer = require('nodemailer');\n"
    "const user = process.env.MAIL_USER ?? '';\n"
    "const t = nodemailer.createTransport({ host: 'smtp.ionos.com', port: 465, secure: true,\n"
    "  auth: { user, pass: process.env.MAIL_PASS || '' } });\n"
    "t.sendMail({ from: `Shop <${process.env.MAIL_FROM}>` });\n"
)


def test_what_only_the_deployment_sets_is_no_fault(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    status, out = lint(folder({"package.json": PACKAGE, "mailer.js": FROM_VARIABLES}))
    assert (status, "error" in out) == (0, False), out


FROM_PAIR = (
    "import os, smtplib\nfrom email.message import EmailMessage\n"
    "from email.utils import formataddr\nm = EmailMessage()\n"
    "m['From'] = formataddr((os.getenv('SENDER_NAME', 'Shop'), os.getenv('SENDER', '')))\n"
    "s = smtplib.SMTP(os.environ['MAIL_HOST'], 587)\ns.starttls()\ns.send_message(m)\n"
)


def test_an_address_that_only_the_deployment_has_is_no_malformed_one(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    status, out = lint(folder({"mail.py": FROM_PAIR}))
    assert (status, "error" in out) == (0, False), out
    loads = "from dotenv import load_dotenv\nload_dotenv()\n"
    files = {"mail.py": loads + FROM_PAIR, "requirements.txt": "python-dotenv\n"}
    status, out = lint(folder({**files, ".env": "SENDER=shop\nMAIL_HOST=smtp.ionos.com\n"}))
    assert status == 1
    assert "error[sender-malformed]" in out


PORT_AND_MODE_OF_VARIABLES = (
    "const t = require('nodemailer').createTransport({ host: process.env.MAIL_HOST,\n"
    "  port: Number(process.env.MAIL_PORT) || 465,\n"
    "  secure: Number(process.env.MAIL_PORT) === 465 });\n"
)


def test_a_default_port_is_no_fault_where_the_deployment_says_host_and_port(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    files = {"package.json": PACKAGE, "mailer.js": PORT_AND_MODE_OF_VARIABLES}
    status, out = lint(folder(files))
    assert (status, "error" in out) == (0, False), out
    # a folder that says the host says the port too, by leaving it out
    status, out = lint(folder({**files, ".env": "MAIL_HOST=smtp.ionos.com\n"}))
    assert status == 1
    assert "error[plaintext-on-implicit-tls-port]" in out


@pytest.mark.parametrize("name", ["SMTP_PASSWORD", "PW", "KENNWORT2"])
def test_nor_is_it_by_a_name_that_is_not_shown(
    folder: Folder, lint: Callable[..., tuple[int, str]], name: str
) -> None:
    code = go(587)["main.go"].replace('"q9d8f7w6e5"', f'os.Getenv("{name}")')
    status, out = lint(folder({**go(587), "main.go": code}))
    assert (status, "error" in out) == (0, False), out


def test_what_the_file_sets_to_nothing_is_one(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    env = "MAIL_USER=\nMAIL_PASS=\nMAIL_FROM=shop\n"
    files = {"package.json": PACKAGE, "mailer.js": FROM_VARIABLES, ".env": env}
    status, out = lint(folder(files))
    assert status == 1
    assert "error[credentials-missing]" in out
    assert "error[sender-malformed]" in out


def go(port: int) -> dict[str, str]:
    return {
        "go.mod": "module shop\n",
        "main.go": 'package main\n\nimport "net/smtp"\n\nfunc main() {\n'
        '\tauth := smtp.PlainAuth("", "a@example.com", "q9d8f7w6e5", "smtp.ionos.com")\n'
        f'\tsmtp.SendMail("smtp.ionos.com:{port}", auth, "a@example.com", nil, nil)\n}}\n',
    }


def test_a_program_that_has_one_mode_alone(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    status, out = lint(folder(go(465)), "--format", "json")
    (found,) = json.loads(out)["targets"][0]["diagnoses"]
    assert (status, found["code"]) == (1, "plaintext-on-implicit-tls-port")
    assert found["fixes"][0]["title"] == "use port 587 with STARTTLS"
    assert [edit["with"] for edit in found["fixes"][0]["edits"]] == ["587"]


def test_and_its_port(folder: Folder, lint: Callable[..., tuple[int, str]]) -> None:
    assert lint(folder(go(587)))[0] == 0


@pytest.mark.parametrize(
    ("port", "tls", "secure", "mended"),
    [(465, "starttls", "true", "implicit"), (587, "implicit", "false", "starttls")],
)
def test_of_two_modes_the_one_that_the_port_has_is_written(
    folder: Folder,
    lint: Callable[..., tuple[int, str]],
    port: int,
    tls: str,
    secure: str,
    mended: str,
) -> None:
    lines = "SMTP_HOST=smtp.ionos.de\nSMTP_PORT={}\nSMTP_TLS={}\nSMTP_SECURE={}\n"
    root = folder({".env": lines.format(port, tls, secure)})
    assert "error[conflicting-settings]" in lint(root)[1]
    lint(root, "--fix", "--yes")
    assert (root / ".env").read_text() == lines.format(port, mended, secure)


def test_the_hook_of_pre_commit_runs_it(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hooks = Path(__file__).parents[1] / ".pre-commit-hooks.yaml"
    (hook,) = yaml.safe_load(hooks.read_text())
    program, *arguments = hook["entry"].split()
    assert (program, hook["pass_filenames"]) == ("smtpdoctor", False)
    monkeypatch.chdir(folder(mailer(587, "true")))
    assert run(arguments) == 1
    assert "implicit-tls-on-starttls-port" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sender", "finding"),
    [
        ("shop@example.org", ".env:5: error[sender-not-allowed]"),
        ("shop@example.com", ""),
    ],
)
def test_a_sender_that_the_provider_is_known_to_refuse(
    folder: Folder, lint: Callable[..., tuple[int, str]], sender: str, finding: str
) -> None:
    root = folder(
        {
            ".env": "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=587\nSMTP_USER=info@example.com\n"
            f"SMTP_PASS=geheim-12\nSMTP_FROM={sender}\n"
        }
    )

    status, out = lint(root)

    assert status == (1 if finding else 0)
    assert out.startswith(finding)


def found_by(lint: Callable[..., tuple[int, str]], root: Path) -> list[tuple[str, str, list[str]]]:
    """What is found in the only set-up of a folder: code, severity, and the edits of the first
    fix."""
    _, text = lint(root, "--format", "json")
    return [
        (
            each["code"],
            each["severity"],
            [edit["with"] for fix in each["fixes"][:1] for edit in fix["edits"]],
        )
        for each in json.loads(text)["targets"][0]["diagnoses"]
        if each["severity"] != "note"
    ]


def test_a_switch_that_is_misread_is_the_cause_and_its_line_is_mended(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    files = mailer(587, "process.env.SMTP_SECURE")
    root = folder({**files, ".env": "SMTP_SECURE=false\n"})
    code = "process.env.SMTP_SECURE === 'true'"
    assert found_by(lint, root) == [("setting-misread", "error", [code])]


def test_a_switch_that_is_misread_where_the_port_has_that_mode_stops_nothing(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    files = mailer(465, "process.env.SMTP_SECURE")
    root = folder({**files, ".env": "SMTP_SECURE=false\n"})
    assert found_by(lint, root) == [("setting-misread", "warning", [])]


def test_a_way_of_running_is_never_changed_for_a_mode(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    root = folder(mailer(587, "process.env.NODE_ENV === 'production'"))
    assert found_by(lint, root) == [("implicit-tls-on-starttls-port", "error", ["false"])]


def test_a_flag_of_a_url_that_the_settings_leave_there(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    settings = (
        "import dj_email_url\nemail = dj_email_url.config()\nEMAIL_HOST = email['EMAIL_HOST']\n"
        "EMAIL_PORT = email['EMAIL_PORT']\nEMAIL_USE_TLS = email['EMAIL_USE_TLS']\n"
    )
    root = folder(
        {
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n",
            "settings.py": settings,
            ".env": "EMAIL_URL=smtp://u%40example.com:word@smtp.ionos.com:465/?ssl=True\n",
        }
    )
    assert [each[:2] for each in found_by(lint, root)] == [("setting-misread", "error")]
    settings += "EMAIL_USE_SSL = email['EMAIL_USE_SSL']\n"
    folder({"settings.py": settings})
    assert found_by(lint, root) == []


FORMS = {
    "php": (
        "mail.php",
        "<?php\nuse PHPMailer\\PHPMailer\\PHPMailer;\n$mail = new PHPMailer(true);\n"
        "$mail->isSMTP();\n$mail->Host = '{host}';\n$mail->Port = 587;\n"
        "$mail->SMTPSecure = 'tls';\n$mail->SMTPAuth = true;\n"
        "$mail->Username = 'info@example.com';\n$mail->Password = getenv('SMTP_PASS');\n"
        "$mail->setFrom({sender}, $_POST['name']);\n",
    ),
    "js": (
        "mailer.js",
        "const nodemailer = require('nodemailer');\n"
        "const t = nodemailer.createTransport({{ host: '{host}', port: 587,\n"
        "  auth: {{ user: 'info@example.com', pass: process.env.SMTP_PASS }} }});\n"
        "app.post('/contact', async (req, res) => {{\n  const {{ name, email }} = req.body;\n"
        "  await t.sendMail({{ from: {sender} }});\n}});\n",
    ),
    "python": (
        "app.py",
        "import os, smtplib\nfrom flask import request\ndef contact(message):\n"
        "    with smtplib.SMTP('{host}', 587) as server:\n        server.starttls()\n"
        "        server.login('info@example.com', os.environ['SMTP_PASS'])\n"
        "        server.sendmail({sender}, ['info@example.com'], message)\n",
    ),
}


@pytest.mark.parametrize(
    ("language", "sender", "warns"),
    [
        ("php", "$_POST['email']", True),
        ("php", "trim($_POST['email'])", True),
        ("php", "'info@example.com'", False),
        ("js", "email", True),
        ("js", "`${{name}} <${{email}}>`", True),
        ("js", "`${{name}} <info@example.com>`", False),
        ("js", "`${{name}} <${{process.env.MAIL_FROM}}>`", False),
        ("python", "request.form['email']", True),
        ("python", "request.form.get('email')", True),
        ("python", "message['From']", False),
    ],
)
def test_a_form_that_sends_as_whoever_fills_it_in(
    folder: Folder,
    lint: Callable[..., tuple[int, str]],
    language: str,
    sender: str,
    warns: bool,
) -> None:
    name, code = FORMS[language]
    code = code.format(host="smtp.ionos.com", sender=sender.replace("{{", "{").replace("}}", "}"))

    status, out = lint(folder({"package.json": PACKAGE, name: code}))

    assert status == 0
    assert ("warning[sender-not-allowed] mail is sent as whoever" in out) is warns, out


def test_a_form_at_a_server_whose_rule_is_not_known(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    name, code = FORMS["js"]
    code = code.format(host="mail.example.com", sender="email")

    status, out = lint(folder({"package.json": PACKAGE, name: code}))

    assert (status, "sender-not-allowed" in out) == (0, False)


def test_a_mode_that_has_no_place_of_its_own_is_said_at_the_set_up_s_line(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    code = (
        "<?php\nuse Symfony\\Component\\Mailer\\Transport;\n"
        "$scheme = getenv('SECURE') === 'true' ? 'smtps' : 'smtp';\n"
        "$transport = Transport::fromDsn(sprintf('%s://u%%40example.com:w@smtp.ionos.com:%s', "
        "$scheme, getenv('PORT')));\n"
    )
    out = lint(folder({"mail.php": code, ".env": "SECURE=true\nPORT=587\n"}))[1]
    assert out.startswith("mail.php:4: error[implicit-tls-on-starttls-port]")


def test_a_host_that_cannot_be_told_is_not_called_by_the_programs_default(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    settings = "from vault import secret\nEMAIL_HOST = secret('h')\nEMAIL_PORT = 587\n"
    files = {
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'app.settings')\n",
        "app/settings.py": settings,
        "requirements.txt": "django==5.1\n",
    }
    _, out = lint(folder(files), "--format", "json")
    (target,) = json.loads(out)["targets"]
    assert (target["setup"]["name"], target["host"]) == ("django app/settings.py:2", None)


def fixes_of(report: str) -> list[Any]:
    (run_,) = json.loads(report)["runs"]
    return [result.get("fixes") for result in run_["results"]]


@pytest.mark.parametrize("quote", ["", '"'])
def test_sarif_has_the_change_of_a_env_file_as_fix_writes_it(
    folder: Folder, lint: Callable[..., tuple[int, str]], quote: str
) -> None:
    line = f"SMTP_SECURE={quote}true{quote}"
    root = folder({".env": f"SMTP_HOST=smtp.ionos.com\nSMTP_PORT=587\n{line}\n"})
    _, out = lint(root, "--format", "sarif")
    ((fix,),) = fixes_of(out)
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    region = replacement["deletedRegion"]
    lines = (root / ".env").read_text().splitlines()
    old = lines[region["startLine"] - 1]
    lines[region["startLine"] - 1] = (
        old[: region["startColumn"] - 1]
        + replacement["insertedContent"]["text"]
        + old[region["endColumn"] - 1 :]
    )
    assert change["artifactLocation"]["uri"] == ".env"
    assert lint(root, "--fix", "--yes")[0] == 0
    assert (root / ".env").read_text().splitlines() == lines


def test_sarif_has_no_change_of_names_that_stand_for_others(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    root = folder({".env": "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=465\nSMTP_SECURE=false\n"})
    _, out = lint(root, "--format", "sarif", "--anonymous")
    assert fixes_of(out) == [None]


def test_markdown_shows_what_a_setting_says_now(
    folder: Folder, lint: Callable[..., tuple[int, str]]
) -> None:
    root = folder({".env": "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=587\nSMTP_SECURE=true\n"})
    _, out = lint(root, "--format", "markdown")
    assert "```diff\n-SMTP_SECURE=true\n+SMTP_SECURE=false\n```" in out
