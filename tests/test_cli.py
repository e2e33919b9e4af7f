"""The command line: options, exit statuses, and what is printed where.

Most of it runs in this process on the network in memory; what is about a process of its own (pipes,
terminals, Ctrl-C) runs as one, against loopback only.
"""

from __future__ import annotations

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest

import smtpdoctor
from smtpdoctor import cli, pages
from smtpdoctor.cli import _output
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME, Act, Behaviour
from smtpdoctor.demo.scenarios import SCENARIOS
from smtpdoctor.report.formats import Options

from . import fake_network
from .fake_network import FakeNetwork
from .report.contract import assert_keeps_the_contract
from .runs import ADDRESS, HOST
from .servers.fixtures import StartServer

PROGRAM = (sys.executable, "-m", "smtpdoctor")
DOTENV = f"SMTP_HOST={HOST}\nSMTP_PORT=587\nSMTP_USER={USERNAME}\nSMTP_PASS={PASSWORD}\n"


@dataclass(frozen=True)
class Done:
    """What one command did."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        """Its JSON report."""
        data = json.loads(self.out)
        assert_keeps_the_contract(data)
        return data

    @property
    def codes(self) -> list[str]:
        return [item["code"] for item in self.diagnoses if item["severity"] == "error"]

    @property
    def diagnoses(self) -> list[dict[str, Any]]:
        """Those of its one target."""
        (target,) = self.report["targets"]
        found: list[dict[str, Any]] = target["diagnoses"]
        return found

    def one_line(self) -> str:
        """A wrong usage: exit 2, nothing on standard output, one line on standard error."""
        assert (self.status, self.out) == (2, "")
        (line,) = self.err.splitlines()
        assert line.startswith("smtpdoctor: ")
        return line


Command = Callable[..., Done]


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], in_memory: None
) -> Command:
    """Runs the program here: `command("check", "--strict", stdin=…)`, in an empty folder."""

    def run(*arguments: str, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        status = cli.run(list(arguments))
        captured = capsys.readouterr()
        return Done(status, captured.out, captured.err)

    return run


@pytest.fixture
def configured(command: Command, tmp_path: Path) -> Command:
    """The same in a folder with a sound .env."""
    (tmp_path / ".env").write_text(DOTENV, "utf-8")
    return command


def process(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own, on loopback."""
    environ = {name: value for name, value in os.environ.items() if "SMTP" not in name}
    more.setdefault("env", environ)
    return subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=more.pop("capture_output", True),
        text=True,
        timeout=60,
        check=False,
        **more,
    )


# --- exit statuses --------------------------------------------------------------------------


def test_healthy_is_0(configured: Command) -> None:
    done = configured("check")
    assert done.status == 0
    assert "exit 0" in done.out
    assert done.err == ""


def test_an_error_is_1(configured: Command, network: FakeNetwork) -> None:
    network.server(ADDRESS, 587).behaviour = Behaviour(greeting=("554 no", Act.CLOSE))
    assert configured("check").status == 1
    assert configured("check", "--format", "json").status == 1


def test_a_warning_is_0_and_under_strict_1(
    configured: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    # two settings that exclude each other; the one that counts works
    monkeypatch.setenv("SMTP_SECURE", "true")
    monkeypatch.setenv("SMTP_TLS", "starttls")
    done = configured("check", "--format", "json")
    assert (done.report["verdict"], done.status) == ("warnings", 0)
    strict = configured("check", "--strict")
    assert strict.status == 1
    assert "exit 1" in strict.out


def test_strict_asks_nothing_more_of_a_healthy_run(configured: Command) -> None:
    assert configured("check", "--strict").status == 0


def test_nothing_configured_is_3_and_says_so_first(
    command: Command, network: FakeNetwork, authority: Authority, tmp_path: Path
) -> None:
    names = {"smtp.ionos.com": ("192.0.2.30",), "smtp.ionos.de": ("192.0.2.31",)}
    network.names = names
    for host, (address,) in names.items():
        certificate = authority.issue([host])
        for port, implicit in ((465, True), (587, False)):
            network.servers[address, port] = fake_network.SMTPServer(
                Behaviour(certificate=certificate, implicit_tls=implicit)
            )
    done = command("check")
    assert done.status == 3
    assert done.out.splitlines()[0].startswith("no settings were found in")
    assert network.touched == {"192.0.2.30", "192.0.2.31"}
    shown = command("check", "--format", "json")
    assert (shown.status, shown.report["verdict"]) == (3, "inconclusive")
    assert command("check", "--strict").status == 3


def test_nothing_configured_is_3_whatever_that_host_does(
    command: Command, network: FakeNetwork
) -> None:
    """Nobody named it."""
    network.names = {}
    done = command("check", "--format", "json")
    assert (done.status, done.report["verdict"]) == (3, "inconclusive")
    assert {item["severity"] for item in done.diagnoses} == {"warning"}


def test_something_that_nothing_explains_is_3(configured: Command) -> None:
    done = configured("check", "--timeout", "1", "--skip", "dns")
    assert done.status == 3


def test_ctrl_c_is_130(smtp_server: StartServer, authority: Authority, tmp_path: Path) -> None:
    """Pressed while the greeting is waited for; the live line says when that is."""
    server = smtp_server(on_accept=Act.SILENCE)
    leader, follower = pty.openpty()
    environ = {"PATH": os.environ["PATH"], "TERM": "xterm", "SMTP_HOST": HOST}
    running = subprocess.Popen(
        [*PROGRAM, "check", "--connect-to", f"{HOST}:587:{server.host}:{server.port}"],
        env=environ,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=follower,
    )
    os.close(follower)
    seen = b""
    while "✓ reach".encode() not in seen or b"waiting for the server's greeting" not in seen:
        seen += os.read(leader, 1000)
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=30)
    os.close(leader)
    assert running.returncode == 130
    assert b"Traceback" not in out + seen
    # what was known by then: whether reach is over, too, is a race
    assert "✓ dns      mail.example.com goes to 127.0.0.1" in out.decode()
    assert "Stopped. tls: waiting for the server's greeting" in out.decode()


def test_the_help_begins_with_what_is_needed_first(command: Command) -> None:
    listed = command().out.partition("Commands:\n")[2].split("\n")
    names = [line.split()[0] for line in listed if line]
    assert names[:3] == ["check", "explain", "lint"]
    assert sorted(names) == sorted(cli._commands())


def test_a_text_that_says_nothing_is_answered_within_the_terminal(command: Command) -> None:
    done = command("explain", "bla bla")
    assert done.status == 3
    assert max(map(len, done.out.splitlines())) <= 80
    assert done.out.endswith("swaks).\n")


# --- wrong usage: one line, exit 2 ----------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chek"], "no command “chek”; did you mean check, schema?"),
        (["completion"], "no such command: there are batch, check, demo, explain,"),
        (["check", "--usr", "x"], "no option --usr; did you mean --user?"),
        (["check", "--qqq"], "no option --qqq: smtpdoctor check --help"),
        (["batch"], "FILE is missing: smtpdoctor batch --help"),
        (["sender"], "ADDRESS is missing: smtpdoctor sender --help"),
        (["sender", "foo"], "smtpdoctor: “foo” is not a mail address"),
        (["schema", "xml"], "FORMAT: “xml” is none of json"),
        (["explain", "foo-bar"], "no such diagnosis code; smtpdoctor explain lists"),
        (["explain", "cert-selfsigned"], "; did you mean certificate-self-signed?"),
        (["check", "--port"], "--port needs a value: smtpdoctor check --help"),
        (["check", "--host", HOST, "--port", "99999"], "99999"),
        (["check", "--host", HOST, "--port", "0"], "0"),
        (["check", "--host", HOST, "--port", "5８7"], "--port"),
        (["check", "--host", "", "--port", "587"], "--host"),
        (["check", "--host", "a b"], "--host"),
        (["check", "--host", HOST, HOST], "TARGET"),
        (["check", "smtp://"], "TARGET"),
        (["check", "ftp://host"], "TARGET"),
        (["check", f"{HOST}:99999"], "99999"),
        (["check", f"smtp://{HOST}:99999"], "99999"),
        (["check", "info@example.com"], "mail address"),
        (["check", "one", "two"], "too many arguments (two): smtpdoctor check --help"),
        (["check", "--tls", "maybe"], "--tls"),
        (["check", "--from", "nobody"], "--from"),
        (["check", "--to", "a@b, c@d"], "--to"),
        (["check", "--ehlo", "two words"], "--ehlo"),
        (["check", "--size", "big"], "--size"),
        (["check", "--only", "smtp"], "--only"),
        (["check", "--skip", "everything"], "--skip"),
        (["check", "--only", "dns,tsl"], "did you mean tls?"),
        (["check", "--only", "dns,tls", "--skip", "tls"], "--only and --skip both name tls"),
        (["check", "--tls", "ssl"], "did you mean implicit?"),
        (["check", "--tls", "STARTTLS"], "did you mean starttls?"),
        (["check", "--client", "nodmailer"], "did you mean nodemailer?"),
        (["check", "smtp.ionos.com:587", "--port", "465"], "TARGET says port 587"),
        (["check", "smtp.ionos.com", "--replay", "run.json"], "not with TARGET"),
        (["check", "--only", "tls", "--replay", "run.json"], "not with --only"),
        (["demo", "wrong-pasword"], "did you mean wrong-password?"),
        (["check", "--format", "xml"], "--format"),
        (["check", "--timeout", "0"], "--timeout"),
        (["check", "--timeout", "nan"], "--timeout"),
        (["check", "--timeout", "inf"], "--timeout"),
        (["check", "--timeout", "soon"], "“soon” is no number from 1 to 600"),
        (["batch", "--rate", "much", "-"], "--rate: “much” is no number"),
        (["check", "--env-file", "nowhere"], "No such file"),
        (["check", "--env-file", ""], "--env-file"),
        (["check", "--env-file", "-", "--password-stdin"], "--password-stdin"),
        (["check", "--password-stdin"], "--password-stdin"),
        (["check", "--connect-to", "x"], "--connect-to"),
        (["check", "--connect-to", "h:1:name:2"], "name"),
        (["check", "--connect-to", "h:1:127.0.0.1:70000"], "70000"),
        (["check", "--connect-to", "h:99999:127.0.0.1:25"], "99999"),
        (["check", "--nameserver", "dns.example"], "--nameserver"),
        (["check", "--nameserver", "192.0.2.1:99999"], "--nameserver"),
        (["check", "--cafile", "nowhere.pem"], "nowhere.pem"),
        (["check", "--cafile", "."], "--cafile"),
        (["check", "--save", "nowhere/run.json"], "nowhere"),
        (["check", "--save", "."], "directory"),
        (["check", "--replay", "nowhere.json"], "nowhere.json"),
        (["check", "--replay", "."], "directory"),
        (["check", "\x1b[31mhost"], "TARGET"),
        (["check", "--host", "h\udcff"], "--host"),
        (["settings", "--env-file", "nowhere"], "No such file"),
        (["settings", "--qqq"], "no option --qqq: smtpdoctor settings --help"),
        (["explain", "port-blockd"], "port-blocked"),
        (["demo", "nothing-wrong"], "--list"),
    ],
    ids=" ".join,
)
def test_a_wrong_usage_gets_one_line(
    command: Command, network: FakeNetwork, arguments: list[str], words: str
) -> None:
    line = command(*arguments).one_line()
    assert words in line
    assert "\x1b" not in line
    assert network.knocks == []
    assert network.asked == []


@pytest.mark.parametrize(
    "content",
    [b"SMTP_HOST=a\0b\n", b"SMTP_HOST=\xff\xfe\n", b"\x7fELF\x02\x01\x01\0", b"\x80" * 2_000_000],
    ids=["nul", "not UTF-8", "a program", "large"],
)
def test_a_settings_file_that_is_none(command: Command, tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".env").write_bytes(content)
    assert ".env" in command("check").one_line()
    assert ".env" in command("settings").one_line()


def test_a_settings_file_that_cannot_be_read(command: Command, tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert ".env" in command("check").one_line()


def test_settings_says_what_was_passed_over_where_nothing_was_found(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "mailer.js").write_bytes(b"nodemailer.createTransport()\n" * 400_000)
    (tmp_path / "package.json").write_text('{"dependencies": {"nodemailer": "6"}}', "utf-8")
    assert "passed over:\n  mailer.js:" in command("settings").out


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"schema": 2}',
        b'{"schema": 3}',
        b'{"schema": 2, "targets": [1], "started": "", "seconds": 1}',
        b'{"schema": 1}',
        b'{"schema": 1, "observations": {"items": [{"kind": "x"}]}, "started": "", "seconds": 1}',
        b'{"schema": 1, "observations": {"items": [1]}, "started": "", "seconds": 1}',
        b'{"schema": 1, "observations": {"items": []}, "started": "", "seconds": "soon"}',
    ],
    ids=range(14),
)
def test_a_saved_run_that_is_none(command: Command, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.json").write_bytes(content)
    assert "run.json" in command("check", "--replay", "run.json").one_line()


def test_a_saved_run_of_nothing_is_inconclusive(command: Command, tmp_path: Path) -> None:
    empty = {"schema": 1, "observations": {"items": []}, "started": "", "seconds": 0}
    (tmp_path / "run.json").write_text(json.dumps(empty), "utf-8")
    assert command("check", "--replay", "run.json").status == 3


@pytest.mark.parametrize(
    ("source", "name", "value", "code"),
    [
        ("file", "SMTP_PORT", "99999", "setting-invalid"),
        ("environment", "SMTP_PORT", "99999", "setting-invalid"),
        ("file", "SMTP_PORT", "five", "setting-invalid"),
        ("file", "SMTP_SECURE", "maybe", "setting-invalid"),
        ("file", "SMTP_HOST", "https://mail.example.com", "host-malformed"),
        ("environment", "SMTP_FROM", "nobody", "sender-malformed"),
    ],
)
def test_the_same_bad_value_in_settings_is_a_diagnosis_that_points_at_it(
    configured: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    name: str,
    value: str,
    code: str,
) -> None:
    if source == "environment":
        monkeypatch.setenv(name, value)
    else:
        kept = [line for line in DOTENV.splitlines() if not line.startswith(name)]
        (tmp_path / ".env").write_text("\n".join([*kept, f"{name}={value}"]) + "\n", "utf-8")
    assert configured("check", "--format", "json").codes == [code]
    done = configured("check")
    assert done.status == 1
    if source == "file":
        number = len((tmp_path / ".env").read_text("utf-8").splitlines())
        assert re.search(rf"(?m)^  {number} │ {name}={re.escape(value)}$", done.out)
        assert "^^" in done.out
    else:
        assert "environment" in done.out


OPTIONS = {
    "check": "host port tls user from to ehlo size env-file setup profile client only skip format "
    "timeout save replay connect-to cafile nameserver output",
    "sender": "through ip helo nameserver format timeout",
    "settings": "reader format env-file setup profile",
    "explain": "file host port secure client format",
}


@pytest.mark.parametrize("form", ["{}", "smtp://u:{}@h.example", "u:{}@h:587", "/tmp/{}", "[{}]",
                                  "127.0.0.1:{}", "{}:1:2:3", "a b {}"])  # fmt: skip
@pytest.mark.parametrize("secret", ["q7Geheim!x#99Z", "Correcthorse", "hunter2hunter2"])
@pytest.mark.parametrize("name", OPTIONS)
def test_what_is_typed_in_the_wrong_place_is_not_said_back(
    command: Command, network: FakeNetwork, name: str, secret: str, form: str
) -> None:
    given = form.format(secret)
    before = {"sender": ["info@example.com"], "explain": ["535 5.7.8 no"]}.get(name, [])
    ways = [[name, *before, f"--{option}", given] for option in OPTIONS[name].split()]
    ways += [[name, *before, f"--{option}={given}"] for option in OPTIONS[name].split()]
    ways += [[name, given, "--bogus"], [name, *before, given], [name, "--bogus", given], [given]]
    for arguments in (*ways, [name, *before, f"--{given}"]):
        done = command(*arguments)
        if done.status == 2:
            assert secret not in done.out + done.err, arguments


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("--env-file settings/production", "settings/production: No such file"),
        ("--env-file ../deploy/my-app", "../deploy/my-app: No such file"),
        ("--replay /tmp/there/is/none", "/tmp/there/is/none: No such file"),
        ("--replay /var/lib/smtpdoctor/run.jsonl", "/var/lib/smtpdoctor/run.jsonl: No such file"),
        ("--env-file=geheim/Kx9vTzqW4mJh", "--env-file ••••••: No such file"),
        ("--replay qwzkvjxplmrt/gh", "--replay ••••••: No such file"),
        ("--replay tmp/correct-horse-battery-staple", "--replay ••••••: No such file"),
    ],
)
def test_a_path_that_is_plainly_one_is_said_else_its_option(
    command: Command, given: str, said: str
) -> None:
    assert said in command("check", *given.split()).one_line()


def test_a_history_that_is_not_there_is_named(command: Command) -> None:
    line = command("history", "--history", "no/smtpdoctor/history.sqlite3").one_line()
    assert "no history yet in no/smtpdoctor/history.sqlite3: `smtpdoctor watch` writes it" in line


def test_a_word_of_the_error_is_not_masked_for_a_part_of_a_path(command: Command) -> None:
    assert command("lint", "no/such/folder").one_line().endswith("no/such/folder is no folder")
    line = command("lint", "--output", "json=/nonexist/report.openmetrics").one_line()
    assert line.endswith("/nonexist/report.openmetrics: No such file or directory")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["lint", "--output", "nagios=there", "--output", "bogus=here"], "markdown, nagios, open"),
        (["settings", "--reader", "dotenv-16"], "“dotenv-16” is none of bash"),
        (["settings", "--reader", "geheimnis-16"], "“••••••” is none of bash"),
        (["lint", "--format", "a is none of geheimnis"], "“••••••” is none of terminal"),
        (["check", "--env-file", "x is none of geheimnis"], "••••••: No such file"),
    ],
)
def test_our_own_names_are_said_whatever_was_typed(
    command: Command, given: list[str], said: str
) -> None:
    line = command(*given).one_line()
    assert said in line
    assert "geheimnis" not in line


def test_the_set_ups_to_pick_from_are_named(command: Command) -> None:
    for name, port in (("one.js", 587), ("two.js", 465)):
        Path(name).write_text(
            "const nodemailer = require('nodemailer');\n"
            f"nodemailer.createTransport({{ host: 'smtp.ionos.com', port: {port} }});\n",
            "utf-8",
        )
    line = command("check", "--port", "25").one_line()
    assert "“nodemailer one.js:2”, “nodemailer two.js:2”" in line


def test_a_fault_of_its_own_gets_one_line_without_values(
    configured: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*arguments: object, **more: object) -> None:
        raise RuntimeError(f"at {PASSWORD}")

    monkeypatch.setattr("smtpdoctor.report.checks.summarise", crash)
    done = configured("check")
    assert (done.status, done.out) == (3, "")
    words = "smtpdoctor: a fault of its own, please report it: RuntimeError at test_cli.py:"
    assert done.err.startswith(words)
    assert PASSWORD not in done.err
    assert len(done.err.splitlines()) == 1


# --- JSON, --save, --replay -----------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"greeting": "554 no"},
        {"users": {}},
        {"starttls": False},
        {"on_accept": Act.SILENCE},
        {"auth_answer": "535 \x1b[31m\u202e [red]"},
    ],
    ids=str,
)
def test_json_keeps_the_contract(
    configured: Command, network: FakeNetwork, changes: Mapping[str, Any]
) -> None:
    from dataclasses import replace

    server = network.server(ADDRESS, 587)
    server.behaviour = replace(server.behaviour, **changes)
    done = configured("check", "--format", "json")
    assert done.err == ""
    (target,) = done.report["targets"]
    assert {name: target[name] for name in list(target)[:7]} == {
        "setup": None,
        "host": HOST,
        "port": 587,
        "tls": "starttls",
        "provider": None,
        "username": USERNAME,
        "sender": USERNAME,
    }
    assert done.report["not_checked"] == []


@pytest.mark.parametrize("healthy", [True, False])
def test_a_saved_run_is_replayed_to_the_same_report(
    configured: Command, network: FakeNetwork, healthy: bool
) -> None:
    if not healthy:
        network.servers[ADDRESS, 587] = "refused"
    fresh = configured("check", "--save", "run.json")
    printed = configured("check", "--replay", "run.json")
    assert (printed.status, printed.out) == (fresh.status, fresh.out)
    saved = Path("run.json").read_text("utf-8")
    assert configured("check", "--replay", "run.json", "--format", "json").out == saved
    assert_keeps_the_contract(json.loads(saved))
    assert PASSWORD not in saved
    network.knocks.clear()
    configured("check", "--replay", "run.json", "--verbose", "--strict")
    assert network.knocks == []


def test_a_saved_run_keeps_what_is_odd(configured: Command, network: FakeNetwork) -> None:
    """Bytes that are no text, and characters that no terminal should see."""
    from dataclasses import replace

    server = network.server(ADDRESS, 587)
    server.behaviour = replace(server.behaviour, auth_answer=b"535 \xff\x00\x1b[2J\xe2\x80\xae\r\n")
    fresh = configured("check", "--save", "run.json", "--format", "json")
    again = configured("check", "--replay", "run.json", "--format", "json")
    assert again.out == fresh.out


def test_a_saved_run_is_private_and_replaces_only_its_like(
    configured: Command, network: FakeNetwork
) -> None:
    run = Path("run.json")
    configured("check", "--save", "run.json")
    assert run.stat().st_mode & 0o777 == 0o600
    configured("check", "--save", "run.json")
    first = Path(".env").read_text("utf-8")
    network.knocks.clear()
    done = configured("check", "--save", ".env")
    assert done.status == 2
    assert "not known as an earlier report of smtpdoctor; --force" in done.err
    assert Path(".env").read_text("utf-8") == first
    assert network.knocks == []
    Path("link.json").symlink_to("run.json")
    assert configured("check", "--save", "link.json", "--force").status == 2


def test_several_outputs_at_once(configured: Command, network: FakeNetwork) -> None:
    printed = configured(
        "check",
        "--output",
        "sarif=run.sarif",
        "--output",
        "openmetrics=run.prom",
        "--save",
        "r.json",
    )
    assert "smtp" in printed.out
    assert json.loads(Path("run.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert Path("run.sarif").stat().st_mode & 0o777 == 0o600
    assert Path("run.prom").stat().st_mode & 0o777 == 0o644
    assert "targets" in json.loads(Path("r.json").read_text("utf-8"))
    assert configured("check", "--output", "sarif=run.sarif").status == printed.status


@pytest.mark.parametrize(
    "output", ["sarif", "sarif=", "pdf=run.pdf", "json=.env", "json=no/such/folder", "junit=x.xml"]
)
def test_an_output_that_cannot_be_written_costs_no_run(
    configured: Command, network: FakeNetwork, output: str
) -> None:
    network.knocks.clear()
    done = configured("check", "--output", output, "--save", "x.xml")
    assert done.status == 2
    assert len(done.err.splitlines()) == 1
    assert network.knocks == []


class Browser:
    """What `webbrowser` would open with."""

    def __init__(self, opens: bool = True) -> None:
        self.opens = opens
        self.opened: list[str] = []

    def open(self, url: str) -> bool:
        self.opened.append(url)
        return self.opens


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A screen, and a folder for temporary files of its own."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("BROWSER", raising=False)
    return tmp_path / "temporary"


def the_page(folder: Path) -> Path:
    (page,) = folder.glob("smtpdoctor-*/report.html")
    assert page.stat().st_mode & 0o777 == 0o600
    assert page.parent.stat().st_mode & 0o777 == 0o700
    assert page.read_text("utf-8").startswith("<!doctype html>\n<!-- a report of smtpdoctor -->\n")
    return page


def test_open_writes_a_private_page_and_shows_it(
    configured: Command, screen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser()
    monkeypatch.setattr(webbrowser, "get", lambda _: browser)
    plain = configured("check", "--format", "json")
    done = configured("check", "--format", "json", "--open")
    page = the_page(screen)
    assert browser.opened == [page.as_uri()]
    assert done.status == plain.status
    assert done.err == f"opening {page}\n"
    assert done.report["verdict"] == plain.report["verdict"]


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it runs on
@pytest.mark.parametrize("form", ["{}", "{} --new-window %s", "/no/such/program:{}"])
def test_open_starts_the_program_that_browser_names_also_without_a_screen(
    configured: Command, screen: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: str
) -> None:
    os.mkfifo(tmp_path / "started")
    program = tmp_path / "my-browser"
    program.write_text(f'#!/bin/sh\nprintf %s "$*" >{tmp_path}/started\n', "utf-8")
    program.chmod(0o700)
    monkeypatch.delenv("DISPLAY")
    monkeypatch.setenv("BROWSER", form.format(program))
    monkeypatch.setattr(webbrowser, "_tryorder", None)  # it reads $BROWSER once
    monkeypatch.setattr(webbrowser, "_browsers", {})
    done = configured("check", "--format", "json", "--open")
    page = the_page(screen)
    assert done.err == f"opening {page}\n"
    assert (tmp_path / "started").read_text("utf-8").endswith(page.as_uri())


def no_browser(_: str | None) -> Browser:
    raise webbrowser.Error("could not locate runnable browser")


@pytest.mark.parametrize(
    "get",
    [no_browser, lambda _: Browser(opens=False), lambda _: webbrowser.GenericBrowser("false")],
)
def test_open_without_a_browser_says_where_the_page_is(
    configured: Command, screen: Path, monkeypatch: pytest.MonkeyPatch, get: Callable[[], Browser]
) -> None:
    monkeypatch.setattr(webbrowser, "get", get)
    done = configured("check", "--format", "json", "--open")
    assert done.err == f"open {the_page(screen)}\n"


def test_open_without_a_screen_starts_nothing(
    configured: Command, screen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    browser = Browser()
    monkeypatch.setattr(webbrowser, "get", lambda _: browser)
    done = configured("check", "--format", "json", "--open")
    assert browser.opened == []
    assert done.err == f"open {the_page(screen)}\n"


def test_open_without_a_folder_for_temporary_files_is_one_line(
    configured: Command, screen: Path
) -> None:
    screen.rmdir()
    done = configured("check", "--format", "json", "--open")
    assert done.status == 2
    assert len(done.err.splitlines()) == 1


def test_a_plugins_exit_status(configured: Command, network: FakeNetwork) -> None:
    network.servers[ADDRESS, 587] = "refused"
    assert configured("check", "--format", "nagios").status == 2


def test_the_summary_of_a_job_is_appended_to(
    configured: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n", "utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    configured("check")
    assert summary.read_text("utf-8") == "# Before\n"
    configured("check", "--format", "github")
    assert summary.read_text("utf-8").startswith("# Before\n")
    assert "No message was sent" in summary.read_text("utf-8")
    link = tmp_path / "link.md"
    link.symlink_to(summary)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(link))
    assert configured("check", "--format", "github").status == 2


def test_wrong_usage_leaves_no_file_behind(configured: Command) -> None:
    assert configured("check", "--save", "run.json", "--port", "99999").status == 2
    assert not Path("run.json").exists()


@pytest.mark.parametrize("option", ["--env-file", "--cafile", "--replay", "--save"])
def test_a_pipe_ends_at_once(configured: Command, option: str) -> None:
    os.mkfifo("pipe")
    done = configured("check", option, "pipe")
    assert done.status == 2
    assert "is a pipe, not a regular file" in done.err
    assert done.err.count("\n") == 1


# --- where settings come from ---------------------------------------------------------------


def test_a_whole_environment_on_standard_input(command: Command, network: FakeNetwork) -> None:
    """`docker exec app env | smtpdoctor check --env-file -`."""
    environment = f"PATH=/usr/bin\nHOSTNAME=3f2a9c\n{DOTENV}HOME=/root\n"
    done = command("check", "--env-file", "-", "--format", "json", stdin=environment)
    assert done.report["verdict"] == "healthy"
    assert PASSWORD not in done.out
    assert len(network.sessions) == 2


def test_a_password_on_standard_input(command: Command) -> None:
    arguments = ["check", "--host", HOST, "--user", USERNAME, "--password-stdin"]
    assert command(*arguments, stdin=f"{PASSWORD}\n").status == 0
    assert command(*arguments, stdin=f"{PASSWORD}\r\n").status == 0
    assert command(*arguments, stdin="wrong-one\n").status == 1


def test_options_win_over_the_environment_and_that_over_the_file(
    configured: Command, monkeypatch: pytest.MonkeyPatch, network: FakeNetwork
) -> None:
    monkeypatch.setenv("SMTP_PORT", "2525")
    assert configured("check", "--format", "json").report["targets"][0]["port"] == 2525
    chosen = configured("check", "--format", "json", "--port", "465")
    assert chosen.report["targets"][0]["port"] == 465
    assert chosen.report["verdict"] == "healthy"


def test_a_target_is_judged_as_far_as_it_goes(command: Command) -> None:
    for target in (HOST, f"{HOST}:587", f"smtp://{HOST}", f"smtps://{HOST}"):
        done = command("check", target, "--format", "json")
        assert done.report["verdict"] == "healthy", target
        assert done.status == 0
        assert [item["severity"] for item in done.diagnoses] == ["note"]


def test_a_target_with_credentials_logs_in(command: Command, network: FakeNetwork) -> None:
    url = f"smtp://info%40example.com:{PASSWORD}@{HOST}:587"
    done = command("check", url, "--verbose")
    assert done.status == 0
    assert PASSWORD not in done.out
    assert sum(session.auth_attempts for session in network.sessions) == 1


def test_connect_to_goes_where_it_is_told(command: Command, network: FakeNetwork) -> None:
    network.names = {}
    done = command("check", HOST, "--connect-to", f"{HOST}:587:{ADDRESS}:587", "--format", "json")
    assert done.report["verdict"] == "healthy"
    assert network.asked == []
    assert {knock.port for knock in network.knocks} == {587}


def test_settings_shows_where_each_value_stands(configured: Command) -> None:
    done = configured("settings")
    assert done.status == 0
    assert ".env:1" in done.out
    assert HOST in done.out
    assert PASSWORD not in done.out
    data = json.loads(configured("settings", "--format", "json").out)
    assert PASSWORD not in json.dumps(data)


def test_a_broken_settings_file_still_lets_the_others_run(
    configured: Command, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(DOTENV.replace("587", "99999"), "utf-8")
    report = configured("check", "--format", "json").report
    assert {check["name"]: check["status"] for check in report["targets"][0]["checks"]} == {
        "settings": "failed",
        "dns": "passed",
        "reach": "passed",
        "tls": "passed",
        "auth": "passed",
        "sender": "passed",
    }


# --- what is printed ------------------------------------------------------------------------


def test_verbose_shows_the_transcript_with_times_and_without_secrets(configured: Command) -> None:
    out = configured("check", "--verbose").out
    for words in (
        "> EHLO ",
        "< 250-PIPELINING",
        "> STARTTLS",
        "TLS TLSv1.3",
        "* > AUTH PLAIN ••••••",
        "* < 235 ",
        f"* > MAIL FROM:<{USERNAME}>",
        f"* > RCPT TO:<{USERNAME}>",
        "* > RSET",
        "* > QUIT",
    ):
        assert words in out, words
    assert re.search(r"(?m)^  0\.\d{3}  \* > AUTH", out)
    assert PASSWORD not in out
    assert "> EHLO" not in configured("check").out


def test_no_line_is_longer_than_80(configured: Command, network: FakeNetwork) -> None:
    for port in ("refused", "silent"):
        network.servers[ADDRESS, 587] = port  # type: ignore[assignment]
        assert max(map(len, configured("check").out.splitlines())) <= 80


def test_version_and_help(command: Command) -> None:
    assert command("--version") == Done(0, f"smtpdoctor {smtpdoctor.__version__}\n", "")
    for arguments in ([], ["--help"], ["-h"]):
        done = command(*arguments)
        assert done.status == 0
        for name in ("check", "settings", "explain", "demo"):
            assert name in done.out
    for name in ("check", "settings", "explain", "demo"):
        done = command(name, "--help")
        assert done.status == 0
        assert "Example" in done.out
        assert "smtpdoctor " + name in done.out


@pytest.mark.parametrize(
    "arguments", [("--version", "--verbose"), ("-v", "--version"), ("--version", "-v", "check")]
)
def test_version_says_how_old_what_it_knows_is(command: Command, arguments: list[str]) -> None:
    done = command(*arguments)
    version, *_, knowledge, python = done.out.splitlines()
    assert done.status == 0
    assert version == f"smtpdoctor {smtpdoctor.__version__}"
    assert re.fullmatch(r"knowledge: \d{3,} sources, the last read on 20\d\d-\d\d-\d\d", knowledge)
    assert python.startswith("Python 3.")


def test_verbose_before_a_command_is_not_swallowed(command: Command) -> None:
    assert "stands behind the command" in command("--verbose", "check").one_line()


def test_explain_has_a_page_for_every_name_that_stands_in_a_codes_place(command: Command) -> None:
    from smtpdoctor.report.model import NoticeKind

    names = {*get_args(NoticeKind), "unexplained"}
    assert set(pages.notices()) == names
    for name in names:
        printed = command("explain", name)
        assert printed.status == 0
        assert printed.out.startswith(f"{name}\n====")
    assert "did you mean acceptance-unused?" in command("explain", "acceptance-unsed").err


def test_explain_prints_a_page_or_the_list(command: Command) -> None:
    page = command("explain", "port-blocked")
    assert page.status == 0
    assert page.out.startswith("port-blocked\n====")
    listed = command("explain").out.splitlines()
    assert len(listed) > 60
    assert max(map(len, listed)) <= 80
    whole = re.sub(r"\n {20,}", " ", "\n".join(listed)).splitlines()
    form = re.compile(r"  [a-z0-9-]+ +[A-Z].*\.|Settings|DNS|Network|Session|TLS|Login|Sender|")
    assert all(form.fullmatch(line) for line in whole)
    assert {line.split()[0] for line in whole if line.startswith("  ")} == set(pages.codes())
    # no file is read by what stands in the place of a code
    assert command("explain", "../../README").status == 3


def test_each_set_up_is_headed_by_its_user_and_by_where_the_same_stands_once_more(
    command: Command, tmp_path: Path
) -> None:
    mailer = "require('nodemailer').createTransport({{ host: '{}', port: {}, secure: {},\n"
    login = "  auth: { user: 'info@example.com', pass: 'word' } });\n"
    for name, port, secure in (("a", 587, "false"), ("b", 587, "false"), ("c", 465, "true")):
        (tmp_path / f"{name}.js").write_text(mailer.format(HOST, port, secure) + login, "utf-8")
    lines = command("check").out.splitlines()
    headers = [line for line in lines if line.startswith(HOST)]
    assert [line.rpartition(" as ")[2] for line in headers] == ["info@example.com"] * 2
    assert "  set-up nodemailer a.js:1; the same in nodemailer b.js:1" in lines
    anonymous = command("check", "--anonymous").out
    assert "info@example.com" not in anonymous
    assert "b.js" not in anonymous
    for wrong in (("--setup", "nobody"), ("--setup", "nodemailer"), ("--port", "25")):
        assert "c.js" in command("check", *wrong).err
        said = command("check", "--anonymous", *wrong)
        assert said.status == 2
        assert "--setup" in said.err
        assert ".js" not in said.err
    assert ".js" not in command("lint", "--anonymous", "--setup", "nobody").err


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (80, ["settings from .env", "  host       a.example.com  .env:1 SMTP_HOST"]),
        (
            37,
            ["settings from .env", "  host       a.example.com  .env:1", "             SMTP_HOST"],
        ),
        (
            17,
            [
                "settings from",
                "  .env",
                "  host",
                "    a.example.com",
                "    .env:1",
                "    SMTP_HOST",
            ],
        ),
    ],
)
def test_a_line_of_a_list_goes_on_below_its_column(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    width: int,
    lines: list[str],
) -> None:
    monkeypatch.setattr(_output, "terminal_options", lambda: Options(width=width))
    text = "settings from .env\n  host       a.example.com  .env:1 SMTP_HOST\n"
    _output.write_list(text, column=13)
    assert capsys.readouterr().out.splitlines() == lines


def test_demo_lists_and_plays(command: Command) -> None:
    listed = command("demo", "--list").out.splitlines()
    assert [line.split()[0] for line in listed] == list(SCENARIOS)
    assert len(listed) >= 10


def test_demo_plays_secure_true_on_587_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["demo"]) == 0
    out = capsys.readouterr().out
    assert "error[implicit-tls-on-starttls-port]" in out
    assert "SMTP_PASS=••••••" in out
    assert PASSWORD not in out


# --- a process of its own -------------------------------------------------------------------

#: A report that needs no server: nothing listens on port 1 of loopback.
REFUSED = ("check", "--host", "127.0.0.1", "--port", "1", "--user", "bücher@example.com")


def test_json_alone_stands_on_standard_output(tmp_path: Path) -> None:
    done = process(*REFUSED, "--format", "json", cwd=tmp_path)
    assert_keeps_the_contract(json.loads(done.stdout))
    assert (done.returncode, done.stderr) == (1, "")


def test_a_terminal_with_ascii_only(tmp_path: Path) -> None:
    ascii_only = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = process(*REFUSED, cwd=tmp_path, env=ascii_only)
    assert done.stdout.isascii()
    assert "FAIL reach" in done.stdout
    assert done.stderr == ""
    shown = subprocess.run(
        [*PROGRAM, *REFUSED, "--format", "json"],
        capture_output=True,
        check=False,
        env=ascii_only,
        cwd=tmp_path,
    )
    assert "bücher@example.com" in json.loads(shown.stdout)["targets"][0]["username"]


def piped_into_head(*arguments: str, cwd: Path) -> tuple[int, bytes]:
    """The program's exit status and errors, where its reader leaves at once."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PROGRAM, *arguments], stdout=writing, stderr=subprocess.PIPE, check=False, cwd=cwd
    )
    os.close(writing)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (REFUSED, 1),
        (("explain",), 0),
    ],
    ids=["check", "explain"],
)
def test_a_reader_that_has_gone_changes_nothing(
    tmp_path: Path, arguments: tuple[str, ...], status: int
) -> None:
    assert piped_into_head(*arguments, cwd=tmp_path) == (status, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_report_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = process(
            *REFUSED,
            cwd=tmp_path,
            capture_output=False,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["smtpdoctor: No space left on device"]


def test_closed_standard_streams(tmp_path: Path) -> None:
    def shell(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", line, *PROGRAM, *REFUSED],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )

    closed = shell('"$0" "$@" <&- >&-')
    assert (closed.returncode, closed.stderr) == (1, "")


class Terminal:
    """The program on a terminal of `columns` columns; everything that it printed there."""

    def __init__(self, *arguments: str, columns: int = 80, cwd: Path, **environ: str) -> None:
        import fcntl
        import struct
        import termios

        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        running = subprocess.Popen(
            [*PROGRAM, *arguments],
            stdout=follower,
            stderr=follower,
            stdin=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "TERM": "xterm", **environ},
            cwd=cwd,
        )
        os.close(follower)
        parts = []
        while True:
            try:
                part = os.read(leader, 10_000)
            except OSError:  # Linux: the other end is closed
                break
            if not part:
                break
            parts.append(part)
        os.close(leader)
        self.status = running.wait(timeout=30)
        self.raw = b"".join(parts).decode()
        #: What is left once the live line has been wiped.
        self.left = self.raw.replace("\r\n", "\n").rpartition("\x1b[J")[2]

    @property
    def coloured(self) -> bool:
        return re.search(r"\x1b\[[0-9;]*m", self.left) is not None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("terminal")


def test_a_terminal_has_colour_and_a_live_line(folder: Path) -> None:
    shown = Terminal(*REFUSED, cwd=folder)
    assert shown.coloured
    assert "\r\x1b[Kreach: connecting …" in shown.raw
    assert "\r\x1b[K  ✓ dns      127.0.0.1 is an address" in shown.raw
    # it is wiped before the report, which stands alone
    report = re.sub(r"\x1b\[[0-9;]*m", "", shown.left)
    assert report.startswith("127.0.0.1:1 with STARTTLS")
    assert shown.status == 1


def test_a_dumb_terminal_gets_text_alone(folder: Path) -> None:
    dumb = Terminal(*REFUSED, cwd=folder, TERM="dumb")
    assert "\x1b" not in dumb.raw
    assert "\r" not in dumb.raw.replace("\r\n", "\n")


def test_force_color_where_there_is_no_terminal(folder: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "FORCE_COLOR": "1"}
    assert "\x1b[3" in process(*REFUSED, cwd=folder, env=environ).stdout


@pytest.mark.parametrize("columns", [40, 200])
def test_the_report_fits_the_terminal_within_reason(folder: Path, columns: int) -> None:
    shown = Terminal(*REFUSED, cwd=folder, columns=columns, NO_COLOR="1")
    assert "\x1b[3" not in shown.left
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.left).splitlines()
    assert max(map(len, lines)) <= max(60, min(columns, 100))


def test_a_real_run_from_a_folder_with_an_env_file(
    smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    server = smtp_server()
    (tmp_path / ".env").write_text(DOTENV, "utf-8")
    arguments = [
        "check",
        "--cafile",
        str(authority.cafile),
        "--connect-to",
        f"{HOST}:587:{server.host}:{server.port}",
        "--save",
        "run.json",
        "--verbose",
    ]
    done = process(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert PASSWORD not in done.stdout + (tmp_path / "run.json").read_text("utf-8")
    assert server.session.login == USERNAME


@pytest.fixture(autouse=True)
def _clean_contexts() -> Iterator[None]:
    """A TLS context is kept for the whole process; each test has a trust store of its own."""
    from smtpdoctor.network import trust

    trust._client_context.cache_clear()
    yield
    trust._client_context.cache_clear()


# --- set-ups and --fix ---------------------------------------------------------------------------

MAILER = """require('dotenv').config();
const nodemailer = require('nodemailer');
nodemailer.createTransport({
  host: '%s',
  port: 587,
  secure: true,
  auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS },
});
"""


@pytest.fixture
def broken(command: Command, tmp_path: Path) -> Command:
    """A program that starts TLS with the first byte on 587, in its own file."""
    (tmp_path / "package.json").write_text(
        '{"dependencies": {"nodemailer": "6", "dotenv": "16"}}', "utf-8"
    )
    (tmp_path / "mailer.js").write_text(MAILER % HOST, "utf-8")
    (tmp_path / ".env").write_text(DOTENV, "utf-8")
    return command


def test_fix_writes_the_line_and_checks_again(
    broken: Command, network: FakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert broken("check", "--format", "json").codes == ["implicit-tls-on-starttls-port"]
    done = broken("check", "--fix", "--yes", "--format", "json")
    assert done.status == 0
    assert done.report["verdict"] == "healthy"
    assert (tmp_path / "mailer.js").read_text("utf-8") == (MAILER % HOST).replace("true", "false")
    assert "+  secure: false," in done.err
    assert "implicit-tls-on-starttls-port gone" in done.err
    copy = tmp_path / "state" / "smtpdoctor" / "mailer.js.smtpdoctor-backup"
    assert copy.read_text("utf-8") == MAILER % HOST
    assert str(copy) in done.err
    assert PASSWORD not in done.err


def test_fix_without_a_terminal_needs_yes_and_touches_nothing(
    broken: Command, network: FakeNetwork, tmp_path: Path
) -> None:
    assert "--yes" in broken("check", "--fix").one_line()
    assert "--fix" in broken("check", "--yes").one_line()
    assert (tmp_path / "mailer.js").read_text("utf-8") == MAILER % HOST


def test_fix_leaves_what_stands_on_the_command_line(configured: Command, tmp_path: Path) -> None:
    before = (tmp_path / ".env").read_text("utf-8")
    done = configured("check", "--tls", "implicit", "--fix", "--yes")
    assert done.status == 1
    assert (tmp_path / ".env").read_text("utf-8") == before


def test_settings_lists_the_set_ups(broken: Command) -> None:
    done = broken("settings")
    assert done.out.startswith("nodemailer mailer.js:3")
    assert "mailer.js:6" in done.out
    assert PASSWORD not in done.out
    data = json.loads(broken("settings", "--format", "json").out)
    assert [each["name"] for each in data["setups"]] == ["nodemailer mailer.js:3"]
    assert data["setups"][0]["tls"] == "implicit"
    assert data["passed_over"] == []
    assert "none of the set-ups" in broken("settings", "--setup", "laravel").one_line()


def test_settings_shows_a_file_as_one_reader_reads_it(command: Command, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SMTP_USER=a@b.de\nSMTP_PASS=geheim#2\n", "utf-8")
    done = command("settings", "--reader", "npm-dotenv")
    assert "takes what follows # for a comment" in " ".join(done.out.split())
    assert max(map(len, done.out.splitlines())) <= 80
    assert "geheim" not in done.out
    data = json.loads(command("settings", "--reader", "npm-dotenv", "--format", "json").out)
    assert data["entries"][1]["alterations"] == ["cut-at-hash"]
    assert "npm-dotenv" in command("settings", "--reader", "dotenv").one_line()


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "smtp.example.com", "Canary7XqZebra9"],
        ["check", "--tls", "Canary7XqZebra9"],
        ["check", "--timeout", "Canary7XqZebra9"],
        ["check", "--format", "Canary7XqZebra9"],
        ["Canary7XqZebra9"],
    ],
)
def test_a_password_typed_in_the_wrong_place_is_not_said_back(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == 2
    said = capsys.readouterr()
    assert "Canary7X" not in said.out + said.err


def test_explain_waits_for_no_pipe_that_nobody_writes_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "log")
    assert cli.run(["explain", "--file", str(tmp_path / "log")]) == 2
    assert "is no regular file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("explain port-", "port-blocked port-refused port-rejected"),
        ("demo healthy-", "healthy-465 healthy-587"),
        ("check --client node", "nodemailer"),
        ("check --only dns,t", "dns,tls"),
        ("check --tls s", "starttls"),
        ("sender a@example.com --through ion", "ionos"),
    ],
)
def test_a_shell_is_offered_values(
    monkeypatch: pytest.MonkeyPatch, words: str, offered: str
) -> None:
    line = f"smtpdoctor {words}"
    done = subprocess.run(
        PROGRAM,
        env={
            **os.environ,
            "_SMTPDOCTOR_COMPLETE": "complete_bash",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split()) - 1),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == offered.split()


@pytest.mark.parametrize("name", ["", "check", "history"])
def test_help_fits_a_narrow_terminal(
    name: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    text, _, _ = command(*([name] if name else []), "--help").out.partition("Examples:")
    # an option and its value stay together, and so does a heading
    long = [line for line in text.splitlines() if len(line) > 40 and line.startswith("    ")]
    assert long == []
    assert name != "check" or "\n  --port PORT\n" in text


def test_help_groups_its_options_and_breaks_no_example(command: Command) -> None:
    text = command("check", "--help").out
    headings = [line for line in text.splitlines() if line.endswith(":") and line[0] != " "]
    assert headings == [
        "Arguments:",
        "Settings (else from .env and the environment):",
        "What is checked:",
        "Network:",
        "Report:",
        "Change the settings:",
        "Options:",
        "Examples:",
    ]
    assert "\n  docker exec app env | smtpdoctor check --env-file -\n" in text
    assert "...\n" not in command("--help").out.partition("Commands:")[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--format", "nagios", "--port", "abc"],
        ["check", "--format=nagios", "--setup", "gone"],
        ["lint", "--format", "nagios", "--env-file", "gone"],
    ],
)
def test_a_monitor_is_told_that_its_own_command_is_wrong(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """2 would be CRITICAL, with nothing to show."""
    monkeypatch.chdir(tmp_path)
    assert cli.run(arguments) == 3
    out = capsys.readouterr().out
    assert out.startswith("SMTP UNKNOWN - ")
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ('format = "nagios"\n', "no option --bogus"),
        ('[tool.smtpdoctor]\nformat = "nagios"\n', "no option --bogus"),
        ('format = "nagios"\ntimeout = 0\n', "no option --bogus"),
    ],
)
@pytest.mark.parametrize("command", ["check", "lint"])
def test_a_monitor_whose_format_is_the_projects_is_told_so_too(
    command: str, file: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    name = "pyproject.toml" if file.startswith("[") else ".smtpdoctor.toml"
    (tmp_path / name).write_text(file)
    monkeypatch.chdir(tmp_path)
    assert cli.run([command, "--bogus"]) == 3
    assert capsys.readouterr().out.startswith(f"SMTP UNKNOWN - {said}")
    assert cli.run([command, "--bogus", "--format", "json"]) == 2
    assert capsys.readouterr().out == ""


def test_a_file_that_can_not_be_gone_by_is_unknown_to_a_monitor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".smtpdoctor.toml").write_text('format = "nagios"\ntimeout = 0\n')
    assert cli.run(["lint", str(tmp_path)]) == 3
    assert capsys.readouterr().out.startswith("SMTP UNKNOWN - .smtpdoctor.toml:2: timeout must be")
    monkeypatch.chdir(tmp_path)
    assert cli.run(["sender", "--bogus"]) == 2  # which reads no such file


def test_a_monitors_line_of_a_fault_has_no_mention(capsys: pytest.CaptureFixture[str]) -> None:
    """As none of the lines of a report has."""
    assert cli._said("no <!channel> | here", 2, ["check", "--format=nagios"]) == 3
    assert capsys.readouterr().out == "SMTP UNKNOWN - no < !channel> / here\n"


def test_another_format_leaves_wrong_usage_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", "--format", "json", "--port", "abc"]) == 2
    assert capsys.readouterr().out == ""
