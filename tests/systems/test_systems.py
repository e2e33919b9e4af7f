"""What runs on macOS and Windows, tried by taking away what only Linux or only POSIX has."""

from __future__ import annotations

import errno
import io
import os
import socket
import subprocess
import sys
from asyncio.selector_events import BaseSelectorEventLoop
from pathlib import Path

import pytest

from smtpdoctor.cli import _live, _output
from smtpdoctor.configuration import read
from smtpdoctor.network import system_files
from smtpdoctor.network.errors import error_name, error_number
from smtpdoctor.network.resolver import ask
from smtpdoctor.network.sockets import SystemNetwork
from smtpdoctor.report import formats
from smtpdoctor.report.earlier import is_report

from ..fake_network import run as run_in_loop

ROOT = Path(__file__).parent.parent.parent
SYSTEMS = ("win32", "darwin")
MAILER = (
    "const nodemailer = require('nodemailer');\n"
    "nodemailer.createTransport({ host: 'smtp.ionos.com', port: 587, secure: true });\n"
)


def simulated(
    system: str, *arguments: str, folder: Path, **environ: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-m", "tests.systems.simulated", system,
         *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        check=False,
        timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_module_is_imported(system: str, tmp_path: Path) -> None:
    """And none reads a file of the package in the encoding of the console, on Windows cp1252."""
    done = simulated(system, "modules", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize(
    ("system", "encoding", "mark"), [("win32", "cp1252", "FAIL"), ("darwin", "utf-8", "✗")]
)
def test_a_whole_run_names_the_cause(tmp_path: Path, system: str, encoding: str, mark: str) -> None:
    """On Windows at a console with the code page of western countries."""
    done = simulated(system, "demo", folder=tmp_path, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding)
    assert f"{mark} tls" in text
    assert "error[implicit-tls-on-starttls-port]" in text
    assert "\\u" not in text.partition("  ok ")[2]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("lint",), 1, b"mailer.js:2:73: error[implicit-tls-on-starttls-port]"),
        (("settings",), 0, b"nodemailer mailer.js:2"),
        (("explain", "--file", "log.txt", "--port", "587"), 0, b"implicit-tls-on-starttls-port"),
        (("--version", "--verbose"), 0, b"Windows"),
    ],
)
def test_each_command_runs(
    tmp_path: Path, arguments: tuple[str, ...], status: int, said: bytes
) -> None:
    (tmp_path / "mailer.js").write_text(MAILER)
    (tmp_path / "log.txt").write_bytes("Fehler – wrong version number\r\n".encode("utf-16"))
    done = simulated("win32", *arguments, folder=tmp_path)
    assert done.returncode == status, done.stderr
    assert said in done.stdout
    assert done.stderr == b""


def test_fix_is_refused_where_a_link_can_not_be_told(tmp_path: Path) -> None:
    (tmp_path / "mailer.js").write_text(MAILER)
    done = simulated("win32", "lint", "--fix", "--yes", folder=tmp_path)
    assert done.returncode == 2
    assert b"--fix: this system can't open a file so that no link is followed" in done.stderr
    assert (tmp_path / "mailer.js").read_text() == MAILER


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_refused_port_is_told_as_everywhere(system: str, tmp_path: Path) -> None:
    """Nothing listens on port 1 of loopback. The metrics have another mode where there is one."""
    arguments = ("check", "127.0.0.1:1", "--output", "openmetrics=m.prom", "--verbose")
    done = simulated(system, *arguments, folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"own fault" not in done.stdout
    assert b"ECONNREFUSED" in done.stdout
    assert is_report((tmp_path / "m.prom").read_bytes())


class WindowsError_(OSError):  # noqa: N801, N818 - as Windows has it
    def __init__(self, number: int, code: int) -> None:
        super().__init__(code, "")
        self.winerror = number


@pytest.mark.parametrize(
    ("number", "code", "name"),
    [
        (1225, 22, "ECONNREFUSED"),
        (1231, 22, "ENETUNREACH"),
        (1232, 22, "EHOSTUNREACH"),
        (121, 22, "ETIMEDOUT"),
        (64, 22, "ECONNRESET"),
        (5, errno.EACCES, "EACCES"),
    ],
)
def test_what_completion_ports_answer_has_the_name_of_the_socket_error(
    number: int, code: int, name: str
) -> None:
    error = WindowsError_(number, code)
    assert error_name(error) == name
    assert error_number(error) == getattr(errno, name)


def test_a_name_of_windows_own_is_the_common_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(errno.errorcode, errno.ECONNREFUSED, "WSAECONNREFUSED")
    assert error_name(OSError(errno.ECONNREFUSED, "")) == "ECONNREFUSED"


def test_a_datagram_that_nobody_takes_is_refused_also_where_that_is_called_a_reset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def reset(*_: object) -> object:
        raise ConnectionResetError(errno.ECONNRESET, "")

    monkeypatch.setattr("smtpdoctor.network.resolver._ask_over_udp", reset)
    answer = run_in_loop(ask("192.0.2.1", "example.com", "A", 1.0))
    assert (answer.outcome, answer.error) == ("unreachable", "ECONNREFUSED")


def test_small_segments_that_can_not_be_asked_for_are_no_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor a silence, which would speak against the way."""
    monkeypatch.delattr(socket, "TCP_MAXSEG")
    network = SystemNetwork()
    result = run_in_loop(network.connect("127.0.0.1", 1, 5.0, segment_size=500))
    assert (result.outcome, result.error, result.stream) == ("other", "ENOPROTOOPT", None)


@pytest.mark.parametrize("number", [errno.ENOPROTOOPT, errno.EHOSTDOWN, errno.EPROTO])
def test_an_icmp_error_to_a_connect_is_something_on_the_way(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """So Linux hands on that a protocol is unreachable, as a firewall's reject may say."""

    async def rejected(*_: object) -> None:
        raise OSError(number, "")

    monkeypatch.setattr(BaseSelectorEventLoop, "sock_connect", rejected)
    result = run_in_loop(SystemNetwork().connect("127.0.0.1", 1, 5.0))
    assert (result.outcome, result.error) == ("unreachable", errno.errorcode[number])


def test_without_resolv_conf_no_server_is_configured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(system_files, "RESOLV_CONF", tmp_path / "none")
    monkeypatch.setattr(system_files, "HOSTS_FILE", tmp_path / "none")
    assert system_files.system_settings().nameservers == ()
    assert system_files.hosts_file("localhost") == ()


class Screen(io.StringIO):
    encoding = "cp1252"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("legacy", [True, False])
def test_a_console_without_escapes_gets_text_alone(
    monkeypatch: pytest.MonkeyPatch, legacy: bool
) -> None:
    for name in ("NO_COLOR", "TERM", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("rich.console.detect_legacy_windows", lambda: legacy)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "stdout", Screen())
    options = _output.terminal_options()
    assert (options.style == "plain") == legacy
    assert not options.unicode
    screen = Screen()
    with _live.LiveLine(screen):
        pass
    assert ("\x1b" in screen.getvalue()) != legacy


def test_a_place_of_the_projects_file_has_slashes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".smtpdoctor.toml").write_text("timeout = 9\n")
    monkeypatch.setattr("smtpdoctor.configuration.os.sep", "\\")
    monkeypatch.setattr(
        "smtpdoctor.configuration.os.path.relpath", lambda path, start: r"..\.smtpdoctor.toml"
    )
    assert read(tmp_path).file == "../.smtpdoctor.toml"


def test_every_format_is_ready_for_a_pipe_of_another_encoding() -> None:
    """What programs read is UTF-8 whatever the console has; the others stay what it can show."""
    for_people = {name for name in formats.names() if not formats.is_for_programs(name)}
    assert for_people == {"terminal", "concise", "ticket"}
