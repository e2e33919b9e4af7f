"""The Django app with the real Django: `manage.py check` in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME
from smtpdoctor.settings.dialects.django_live import live_setup

from .documentation.commands import screen
from .servers.fixtures import StartServer

django = pytest.importorskip("django")

MANAGE = """import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
SETTINGS = """import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "x" * 60
INSTALLED_APPS = ["smtpdoctor.django"]
DATABASES = {}
"""
#: Where these lines begin in the file.
FIRST = SETTINGS.count("\n") + 1

Manage = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def manage(tmp_path: Path, authority: Authority) -> Manage:
    """`manage(lines, *arguments)` runs manage.py with these lines of settings."""

    def run(
        lines: str, *arguments: str, password: str = PASSWORD
    ) -> subprocess.CompletedProcess[str]:
        (tmp_path / "shop").mkdir(exist_ok=True)
        (tmp_path / "shop/__init__.py").touch()
        (tmp_path / "shop/settings.py").write_text(SETTINGS + lines)
        (tmp_path / "manage.py").write_text(MANAGE)
        return subprocess.run(
            [sys.executable, "manage.py", *(arguments or ("check",))],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "SSL_CERT_FILE": str(authority.cafile),
                "MAIL_PASSWORD": password,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def mail(port: int, more: str = "EMAIL_USE_TLS = True\n") -> str:
    return (
        f'EMAIL_HOST = "localhost"\nEMAIL_PORT = {port}\n{more}'
        f'EMAIL_HOST_USER = "{USERNAME}"\nEMAIL_HOST_PASSWORD = os.environ["MAIL_PASSWORD"]\n'
        f'DEFAULT_FROM_EMAIL = "{USERNAME}"\n'
    )


DEPLOY = ("check", "--deploy", "--tag", "smtp")


def test_a_sound_deployment_has_nothing_to_say(manage: Manage, smtp_server: StartServer) -> None:
    server = smtp_server()
    done = manage(mail(server.port), *DEPLOY)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
    assert server.session.auth_attempts == 1


def test_a_wrong_password_is_an_error_with_the_fix(
    manage: Manage, smtp_server: StartServer
) -> None:
    done = manage(mail(smtp_server().port), *DEPLOY, password="Tulpe-77-x")
    assert done.returncode == 1
    assert "(smtpdoctor.credentials-rejected)" in done.stderr
    assert "HINT: " in done.stderr
    assert "Tulpe" not in done.stdout + done.stderr


def test_the_wrong_mode_is_shown_on_its_line(manage: Manage, smtp_server: StartServer) -> None:
    server = smtp_server()
    done = manage(mail(server.port, "EMAIL_USE_SSL = True\n"), *DEPLOY)
    assert done.returncode == 1
    place = f"shop/settings.py:{FIRST + 2}"
    assert f"{place}: (smtpdoctor.implicit-tls-on-starttls-port)" in done.stderr
    assert f"{place}: change “EMAIL_USE_SSL” to “EMAIL_USE_TLS”." in done.stderr
    # once, by the check that asked the server
    assert done.stderr.count("(smtpdoctor.implicit-tls-on-starttls-port)") == 1
    assert "not asked" not in done.stderr


def test_the_screen_of_the_documentation(manage: Manage, smtp_server: StartServer) -> None:
    server = smtp_server()
    said = manage(mail(server.port, "EMAIL_USE_SSL = True\n"), *DEPLOY).stderr
    printed = said.replace(str(server.port), "587").replace(f":{FIRST + 2}:", ":33:").splitlines()
    shown = screen("docs/ci.md", f"python manage.py {' '.join(DEPLOY)}")
    for line, whole in zip(shown, printed, strict=True):
        begin, cut, _ = line.partition(" …")
        assert whole.startswith(begin) if cut else whole == line


def test_without_deploy_no_server_is_asked_and_no_command_stopped(
    manage: Manage, smtp_server: StartServer
) -> None:
    server = smtp_server()
    lines = mail(server.port, "EMAIL_USE_TLS = True\nEMAIL_USE_SSL = True\n")
    done = manage(lines)
    assert done.returncode == 0
    assert "WARNINGS:" in done.stderr
    assert f"shop/settings.py:{FIRST + 3}: (smtpdoctor.conflicting-settings)" in done.stderr
    assert server.sessions == []
    # the same is an error where it is to go out
    assert manage(lines, *DEPLOY).returncode == 1
    assert server.sessions == []


def test_the_values_that_count_are_those_of_the_running_django(
    manage: Manage, smtp_server: StartServer
) -> None:
    """No reader of files finds out what code does at the start."""
    server = smtp_server()
    hidden = "".join(reversed(str(server.port)))
    lines = mail(1).replace(
        "EMAIL_PORT = 1\n", f'EMAIL_PORT = int("".join(reversed("{hidden}")))\n'
    )
    done = manage(lines, *DEPLOY)
    assert done.returncode == 0, done.stderr
    assert server.session.auth_attempts == 1


@pytest.mark.parametrize("name", ["console", "dummy", "locmem"])
def test_a_back_end_that_sends_nothing(name: str, manage: Manage) -> None:
    backend = f'EMAIL_BACKEND = "django.core.mail.backends.{name}.EmailBackend"\n'
    done = manage(backend, *DEPLOY)
    assert "(smtpdoctor.mail-not-sent)" in done.stderr
    assert done.stderr.count("mail-not-sent") == 1
    assert done.returncode == 0
    # a development server is meant to
    assert "no issues" in manage(f"DEBUG = True\n{backend}").stdout


def test_a_back_end_of_the_project_that_sends_by_smtp(
    manage: Manage, smtp_server: StartServer, tmp_path: Path
) -> None:
    server = smtp_server()
    (tmp_path / "own.py").write_text(
        "from django.core.mail.backends import smtp\nclass Own(smtp.EmailBackend):\n    pass\n"
    )
    done = manage(mail(server.port) + 'EMAIL_BACKEND = "own.Own"\n', *DEPLOY)
    assert done.returncode == 0, done.stderr
    assert server.session.auth_attempts == 1


def test_a_back_end_that_sends_by_http_is_left_alone(manage: Manage, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "from django.core.mail.backends.base import BaseEmailBackend\n"
        "class Own(BaseEmailBackend):\n    pass\n"
    )
    lines = mail(1) + 'EMAIL_BACKEND = "own.Own"\n'
    assert "no issues" in manage(lines).stdout
    assert "(smtpdoctor.not-by-smtp)" in manage(lines, *DEPLOY, "--fail-level", "ERROR").stderr


def test_a_back_end_that_is_not_there(manage: Manage) -> None:
    done = manage('EMAIL_BACKEND = "anymail.backends.x.EmailBackend"\n', *DEPLOY)
    assert done.returncode == 1
    assert "(smtpdoctor.backend-not-importable)" in done.stderr


def test_nothing_configured_is_said_before_a_deploy_alone(manage: Manage) -> None:
    assert "no issues" in manage("").stdout
    assert "(smtpdoctor.nothing-configured)" in manage("", *DEPLOY).stderr


def test_a_fault_of_its_own_stops_nothing(manage: Manage) -> None:
    # which no release of Django looks at
    done = manage(mail(465) + "BASE_DIR = 3\n")
    assert done.returncode == 0, done.stderr
    assert "(smtpdoctor.own-fault)" in done.stderr
    assert PASSWORD not in done.stderr


def test_what_is_silenced_stays_silent(manage: Manage) -> None:
    lines = mail(465) + 'SILENCED_SYSTEM_CHECKS = ["smtpdoctor.plaintext-on-implicit-tls-port"]\n'
    assert "(1 silenced)" in manage(lines).stdout


def test_another_app_alone_is_asked_for(manage: Manage) -> None:
    lines = mail(465).replace('["smtpdoctor.django"]', "[]")
    done = manage(
        lines + 'INSTALLED_APPS = ["smtpdoctor.django", "django.contrib.messages"]\n',
        "check",
        "messages",
    )
    assert "no issues" in done.stdout


def test_the_mailers_of_newer_releases(tmp_path: Path) -> None:
    setup = live_setup(
        {
            "MAILERS": True,
            "MAILERS.read": True,
            "MAILERS.default.OPTIONS.host": "mail.example.com",
            "MAILERS.default.OPTIONS.use_ssl": True,
            "MAILERS.default.OPTIONS.username": USERNAME,
            "MAILERS.default.OPTIONS.password": PASSWORD,
        },
        root=tmp_path,
        path="settings.py",
        module="settings",
        version="6.1",
        environ={},
    )
    settings = setup.settings
    assert (settings.host, settings.port, settings.tls) == ("mail.example.com", 465, "implicit")
    assert settings.username == USERNAME
    assert setup.credentials.password is not None
    assert PASSWORD not in repr(settings)


@pytest.mark.skipif(django.VERSION < (6, 1), reason="this Django doesn't read MAILERS")
def test_the_mailers_that_the_running_django_reads(
    manage: Manage, smtp_server: StartServer
) -> None:
    server = smtp_server()
    login = f'"username": "{USERNAME}", "password": os.environ["MAIL_PASSWORD"]'
    lines = (
        'MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", '
        f'"OPTIONS": {{"host": "localhost", "port": {server.port}, "use_tls": True, {login}}}}}}}\n'
        f'DEFAULT_FROM_EMAIL = "{USERNAME}"\n'
    )
    done = manage(lines, *DEPLOY)
    assert done.returncode == 0, done.stderr
    assert server.session.auth_attempts == 1
    done = manage(lines.replace("use_tls", "use_ssl"), *DEPLOY)
    assert "(smtpdoctor.implicit-tls-on-starttls-port)" in done.stderr
    assert "change “use_ssl” to “use_tls”." in done.stderr


def test_a_value_without_a_line_of_its_own_stands_in_its_file(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text("from vault import secret\nEMAIL_HOST = secret('h')\n")
    setup = live_setup(
        {"EMAIL_HOST": "mail.example.com", "EMAIL_PORT": 587},
        root=tmp_path,
        path="settings.py",
        module="settings",
        version="5.2",
        environ={},
    )
    entry = setup.settings.entry("host")
    assert entry is not None
    assert (entry.text, entry.origin.label) == ("mail.example.com", "settings.py")


def test_what_the_settings_show_by_themselves_is_said_beside_what_the_server_does(
    manage: Manage, smtp_server: StartServer
) -> None:
    lines = mail(smtp_server().port, 'EMAIL_USE_SSL = "False"\n')
    for command in ((), DEPLOY):
        assert manage(lines, *command).stderr.count("(smtpdoctor.setting-misread)") == 1


def test_a_back_end_that_is_missing_is_said_once(manage: Manage) -> None:
    done = manage('EMAIL_BACKEND = "nope.Backend"\n', *DEPLOY)
    assert done.stderr.count("(smtpdoctor.backend-not-importable)") == 1
    assert done.returncode == 1
