"""`pytest --smtp-check` with the real pytest, as a user's project runs it."""

from __future__ import annotations

import importlib.metadata

import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME

from .documentation.commands import screen
from .servers.fixtures import RunningServer, StartServer

#: Each run is another process, as the user's is.
SUITE = "def test_own():\n    pass\n"


class Project:
    """A project of a user, with a server that its settings name."""

    def __init__(
        self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, authority: Authority
    ) -> None:
        self.pytester = pytester
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.cafile))
        monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
        # of the plugins that are installed here, which cost each run a second, ours alone
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        pytester.makepyfile(test_own=SUITE)

    def write_env(self, server: RunningServer, *, password: str = PASSWORD, more: str = "") -> None:
        (self.pytester.path / ".env").write_text(
            f"SMTP_HOST=localhost\nSMTP_PORT={server.port}\nSMTP_SECURE=false\n"
            f"SMTP_USER={USERNAME}\nSMTP_PASS={password}\n{more}"
        )

    def run(self, *arguments: str) -> pytest.RunResult:
        own = ("-p", "smtpdoctor.pytest_plugin")
        return self.pytester.runpytest_subprocess(*own, *arguments)


@pytest.fixture
def project(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> Project:
    return Project(pytester, monkeypatch, authority)


def test_it_is_found_by_pytest() -> None:
    found = importlib.metadata.entry_points(group="pytest11", name="smtpdoctor")
    assert [each.value for each in found] == ["smtpdoctor.pytest_plugin"]


def test_a_sound_set_up_passes_beside_the_projects_tests(
    project: Project, smtp_server: StartServer
) -> None:
    server = smtp_server()
    project.write_env(server)
    result = project.run("--smtp-check", "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*collected 2 items", "*smtp-check::*PASSED*"])
    assert server.session.auth_attempts == 1


def test_a_broken_one_fails_with_the_report(project: Project, smtp_server: StartServer) -> None:
    project.write_env(smtp_server(), password="Tulpe-77-x")
    result = project.run("--smtp-check")
    result.assert_outcomes(passed=1, failed=1)
    # pytest gives a reason that is a text beside the name from 9.0 on
    reason = " - Not ready: *" if pytest.version_tuple >= (9,) else "*"
    result.stdout.fnmatch_lines(
        ["*error?credentials-rejected?:*", "*fix:*", f"FAILED smtp-check::*{reason}"]
    )
    assert "Tulpe-77-x" not in result.stdout.str()
    assert "Traceback" not in result.stdout.str()


def test_the_screen_of_the_documentation(project: Project, smtp_server: StartServer) -> None:
    project.write_env(smtp_server(), password="Tulpe-77-x")
    (project.pytester.path / "test_own.py").rename(project.pytester.path / "test_shop.py")
    lines = project.run("--smtp-check", "-p", "no:randomly").outlines
    shown = screen("docs/ci.md", "pytest --smtp-check")
    at = lines.index(shown[0])
    assert lines[at : at + len(shown)] == shown


@pytest.mark.parametrize("place", ["api.run_all", "plans.make_plans"])
def test_a_fault_of_its_own_shows_no_value(
    project: Project, smtp_server: StartServer, place: str
) -> None:
    server = smtp_server()
    project.write_env(server)
    module, name = place.split(".")
    project.pytester.makeconftest(
        f"import smtpdoctor.{module} as broken\n"
        f"def fault(*given, **more): raise KeyError(repr(given), open('.env').read())\n"
        f"broken.{name} = fault\n"
    )
    result = project.run("--smtp-check", "--showlocals", "--full-trace")
    output = result.stdout.str() + result.stderr.str()
    assert "a fault of smtpdoctor's own, please report it: KeyError at conftest.py:2" in output
    assert PASSWORD not in output


def test_a_warning_is_one_of_pytests(project: Project, smtp_server: StartServer) -> None:
    server = smtp_server()
    project.write_env(server, more="SMTP_TLS_REJECT_UNAUTHORIZED=0\n")
    result = project.run("--smtp-check")
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(["*.env>:6: SMTPWarning:*certificate-verification-disabled*"])
    project.run("--smtp-check", "-W", "error").assert_outcomes(passed=1, failed=1)


def test_a_warning_shows_no_line_of_the_users_as_it_stands(
    project: Project, smtp_server: StartServer
) -> None:
    """pytest prints the line of a file that a warning names, and the password may be in it."""
    (project.pytester.path / "mailer.js").write_text(
        "require('nodemailer').createTransport({host: 'localhost', tls: {rejectUnauthorized: false}"
        f", port: {smtp_server().port}, auth: {{user: '{USERNAME}', pass: '{PASSWORD}'}}}})\n"
    )
    result = project.run("--smtp-check", "-v", "-rA")
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(["*<mailer.js>:1: SMTPWarning: nodemailer mailer.js:1: *"])
    assert PASSWORD not in result.stdout.str() + result.stderr.str()


def test_no_name_of_a_file_begins_a_line_or_moves_the_terminal(project: Project) -> None:
    (project.pytester.path / "a\n::error::b\x1b[2J.js").write_text(
        "require('nodemailer').createTransport({host: '127.0.0.1', port: 1})\n"
    )
    result = project.run("--smtp-check", "--collect-only", "-q")
    assert "smtp-check::nodemailer a\\n::error::b\\x1b[2J.js:1" in result.stdout.lines
    assert "\x1b" not in result.stdout.str()


def test_workers_log_in_once_together(project: Project, smtp_server: StartServer) -> None:
    server = smtp_server()
    project.write_env(server)
    project.pytester.makepyfile(
        test_more="import pytest\n"
        "@pytest.mark.parametrize('number', range(8))\n"
        "def test_report(smtp_report, number):\n"
        "    assert smtp_report.verdict == 'healthy'\n"
    )
    result = project.run("--smtp-check", "-p", "xdist", "-n", "3")
    result.assert_outcomes(passed=10)
    assert sum(session.auth_attempts for session in server.sessions) == 1


def test_a_tests_own_look_at_the_report(project: Project, smtp_server: StartServer) -> None:
    server = smtp_server()
    project.write_env(server)
    project.pytester.makepyfile(
        test_own="def test_first(smtp_report):\n"
        "    assert smtp_report.target.host == 'localhost'\n"
        "def test_second(smtp_report):\n"
        "    assert smtp_report.exit_status() == 0\n"
    )
    project.run("--smtp-check").assert_outcomes(passed=3)
    assert sum(session.auth_attempts for session in server.sessions) == 1


def test_without_the_option_nothing_is_asked_and_nothing_loaded(
    project: Project, smtp_server: StartServer
) -> None:
    server = smtp_server()
    project.write_env(server)
    project.pytester.makepyfile(
        test_own="import sys\n"
        "def test_loaded():\n"
        "    own = {name for name in sys.modules if name.startswith('smtpdoctor')}\n"
        "    assert own == {'smtpdoctor', 'smtpdoctor.pytest_plugin'}\n"
        "    assert not {'msgspec', 'dns', 'typer'} & set(sys.modules)\n"
        "def test_report(smtp_report):\n"
        "    raise AssertionError\n"
    )
    project.run().assert_outcomes(passed=1, skipped=1)
    assert server.sessions == []


def test_a_list_of_the_tests_logs_nowhere_in(project: Project, smtp_server: StartServer) -> None:
    server = smtp_server()
    project.write_env(server)
    result = project.run("--smtp-check", "--collect-only", "-q")
    result.stdout.fnmatch_lines(["smtp-check::*"])
    assert server.sessions == []


def test_tests_are_chosen_by_mark(project: Project, smtp_server: StartServer) -> None:
    server = smtp_server()
    project.write_env(server)
    project.run("--smtp-check", "--strict-markers", "-m", "smtp_check").assert_outcomes(
        passed=1, deselected=1
    )
    project.run("--smtp-check", "-m", "not smtp_check").assert_outcomes(passed=1, deselected=1)
    assert sum(session.auth_attempts for session in server.sessions) == 1


def test_what_is_not_checked_is_not_passed(project: Project) -> None:
    (project.pytester.path / "settings.py").write_text(
        "import os\nfrom vault import secret\nEMAIL_HOST = secret('host')\n"
        "INSTALLED_APPS = ['django.contrib.admin']\n"
    )
    (project.pytester.path / "manage.py").write_text(
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n"
    )
    (project.pytester.path / ".env").write_text("SMTP_HOST=127.0.0.1\nSMTP_PORT=1\n")
    result = project.run("--smtp-check")
    result.stdout.fnmatch_lines(["*django settings.py*was not checked*"])
    assert result.ret == 1


def test_switched_off_it_knows_no_option(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is installed: found by pytest itself."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    run = project.pytester.runpytest_subprocess
    assert run("--smtp-check", "--collect-only").ret == pytest.ExitCode.OK
    off = run("-p", "no:smtpdoctor", "--smtp-check", "--collect-only")
    assert off.ret == pytest.ExitCode.USAGE_ERROR


def test_what_the_project_accepts_is_no_warning(project: Project, smtp_server: StartServer) -> None:
    project.write_env(smtp_server(), more="SMTP_TLS_REJECT_UNAUTHORIZED=0\n")
    (project.pytester.path / ".smtpdoctor.toml").write_text(
        'accept = [{code = "certificate-verification-disabled", reason = "a laboratory"}]\n'
    )
    result = project.run("--smtp-check", "-W", "error")
    result.assert_outcomes(passed=2)


def test_a_fault_in_its_own_file_is_wrong_usage(project: Project) -> None:
    (project.pytester.path / ".smtpdoctor.toml").write_text("accept = 3\n")
    result = project.run("--smtp-check")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "accept must be a list" in result.stderr.str()
