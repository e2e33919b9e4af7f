"""Watches of a real server on loopback, in this process and in one of their own."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import IO

import pytest
from prometheus_client.parser import text_string_to_metric_families

from smtpdoctor.cli import run
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME, Act
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.plans import Plans, make_plans
from smtpdoctor.watch.history import open_history
from smtpdoctor.watch.model import Round
from smtpdoctor.watch.rounds import Watch

from ..servers.fixtures import RunningServer, StartServer

HOST = "mail.example.com"
WRONG = "another-heron"


def write_settings(folder: Path, password: str = PASSWORD) -> None:
    (folder / ".env").write_text(f"SMTP_HOST={HOST}\nSMTP_USER={USERNAME}\nSMTP_PASS={password}\n")


def leading_to(server: RunningServer) -> str:
    return f"{HOST}:587:127.0.0.1:{server.port}"


def auths(server: RunningServer) -> int:
    return sum(session.auth_attempts for session in server.sessions)


def watch_on_loopback(
    server: RunningServer,
    authority: Authority,
    folder: Path,
    before: list[Callable[[], object]],
) -> list[str]:
    """One round after each of these; what each came to."""
    options = CheckOptions(
        environ={},
        folder=folder,
        connect_to=[leading_to(server)],
        cafile=str(authority.cafile),
        third_party=False,
    )
    told: list[Round] = []

    async def go_on() -> None:
        stop = asyncio.Event()

        def read() -> Plans:
            before[len(told)]()
            return make_plans(options)

        def tell(round_: Round) -> None:
            told.append(round_)
            if len(told) == len(before):
                stop.set()

        history = open_history(folder / "history.sqlite3")
        watch = Watch(
            read,
            tell,
            history,
            folder=str(folder),
            every=0.001,
            login_every=3600,
            environ={},
        )
        await watch.go_on_until(stop)
        history.close()

    asyncio.run(go_on())
    return [f"{state.verdict} {state.code}".strip() for each in told for state in each.states]


def test_a_server_whose_fault_changes(
    smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    server = smtp_server()
    healthy = server.server.behaviour

    def behave(**changes: object) -> Callable[[], None]:
        def change() -> None:
            server.server.behaviour = replace(healthy, **changes)  # type: ignore[arg-type]

        return change

    write_settings(tmp_path)
    verdicts = watch_on_loopback(
        server,
        authority,
        tmp_path,
        [
            behave(greeting=f"421 {HOST} Too busy"),
            behave(),
            behave(greeting=f"421 {HOST} Too busy"),
            behave(users={USERNAME: "changed by its owner"}),
            behave(starttls=False),
            behave(),
        ],
    )
    assert verdicts[:3] == ["broken server-busy", "healthy", "broken server-busy"]
    assert verdicts[3] == "healthy"  # the login of before stands: it is not due
    assert verdicts[4].startswith("broken starttls-")
    assert verdicts[5] == "healthy"
    assert auths(server) == 1


def test_a_refused_password_is_sent_once_over_many_starts(
    smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    server = smtp_server()
    write_settings(tmp_path, WRONG)
    nothing: list[Callable[[], object]] = [lambda: None]
    for _ in range(4):
        verdicts = watch_on_loopback(server, authority, tmp_path, nothing * 3)
        assert set(verdicts) == {"broken credentials-rejected"}
    assert auths(server) == 1
    mend = [lambda: write_settings(tmp_path, PASSWORD), *nothing]
    assert watch_on_loopback(server, authority, tmp_path, mend) == ["healthy"] * 2
    assert auths(server) == 2
    kept = (tmp_path / "history.sqlite3").read_bytes()
    assert WRONG.encode() not in kept
    assert PASSWORD.encode() not in kept


# --- as a process ---------------------------------------------------------------------------------


#: How long a process may be silent on the slowest machine, in seconds.
LONGEST = 120


class Process:
    """`smtpdoctor watch -v` on a server, with a line for each run."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        """The next run's line: waits for it."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def errors(self) -> IO[str]:
        assert self.process.stderr is not None
        return self.process.stderr

    def end(self, number: int) -> tuple[int, str]:
        """Its exit status after this signal, and what was left on standard error."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors


@contextmanager
def started(
    server: RunningServer, authority: Authority, folder: Path, *options: str, **more: object
) -> Iterator[Process]:
    arguments = [
        *(sys.executable, "-m", "smtpdoctor", "watch", "-v", "--every", "1h", "--no-third-party"),
        *("--connect-to", leading_to(server), "--cafile", str(authority.cafile), *options),
    ]
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup would be inherited
    try:
        process = subprocess.Popen(
            arguments,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "XDG_STATE_HOME": str(folder / "state")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **more,  # type: ignore[call-overload]
        )
    finally:
        signal.signal(signal.SIGHUP, before)
    bound = threading.Timer(LONGEST, process.kill)  # what never says its line ends all the same
    bound.start()
    try:
        yield Process(process)
    finally:
        bound.cancel()
        process.kill()
        process.communicate()


def test_signals(smtp_server: StartServer, authority: Authority, tmp_path: Path) -> None:
    server = smtp_server()
    write_settings(tmp_path, WRONG)
    (tmp_path / "package.json").write_text('{"dependencies": {"nodemailer": "^7"}}')
    (tmp_path / "mailer.js").write_text(
        'const nodemailer = require("nodemailer");\n'
        "nodemailer.createTransport({ host: process.env.SMTP_HOST, port: 587, auth: "
        "{ user: process.env.SMTP_USER, pass: process.env.SMTP_PASS } });\n"
    )
    with started(server, authority, tmp_path) as watch:
        first = watch.line()
        assert "  nodemailer mailer.js:2  broken  credentials-rejected  " in first
        assert "none until the settings change or SIGHUP" in first
        assert auths(server) == 1
        watch.process.send_signal(signal.SIGHUP)
        assert "credentials-rejected" in watch.line()
        assert auths(server) == 2
        assert watch.end(signal.SIGTERM)[0] == 0
    with started(server, authority, tmp_path) as watch:
        again = watch.line()
        assert "since " in again
        status, errors = watch.end(signal.SIGINT)
    assert status == 130
    assert "Traceback" not in errors
    assert auths(server) == 2
    state = tmp_path / "state" / "smtpdoctor" / "history.sqlite3"
    assert state.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_in_the_midst_of_a_run_ends_it(
    number: int, status: int, smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    server = smtp_server(on_accept=Act.SILENCE)
    write_settings(tmp_path)
    with started(server, authority, tmp_path) as watch:
        begins = watch.errors().readline()
        assert begins == "smtpdoctor: a run every 1h; a login every 1h\n"
        while not server.server.sessions:  # until it waits for the greeting
            sleep(0.01)  # and leave the processor to it
        ended = watch.end(number)
    assert ended == (status, "")


def test_metrics_and_probes_of_a_process(
    smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    server = smtp_server()
    write_settings(tmp_path)
    listen = ("--listen", "127.0.0.1:0", "--allow", f"{HOST}:587")
    with started(server, authority, tmp_path, *listen) as watch:
        begins = watch.errors().readline()
        url = next(part for part in begins.split("; ") if part.startswith("http"))
        assert "healthy" in watch.line()
        assert auths(server) == 1
        with urllib.request.urlopen(url, timeout=20) as answer:
            metrics = answer.read().decode()
        probe = url.replace("/metrics", f"/probe?target={HOST}:587")
        with urllib.request.urlopen(probe, timeout=20) as answer:
            probed = answer.read().decode()
        status, errors = watch.end(signal.SIGTERM)
    assert (status, errors) == (0, "")
    found = {
        (sample.name, sample.labels.get("verdict")): sample.value
        for text in (metrics, probed)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["smtpdoctor_verdict", "healthy"] == 1
    assert found["smtpdoctor_logins_total", None] == 1
    assert found["probe_success", None] == 1
    assert auths(server) == 1  # the probe had no credentials


def test_a_reader_that_has_gone_ends_the_watch(
    smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    server = smtp_server()
    write_settings(tmp_path)
    with started(server, authority, tmp_path) as watch:
        watch.line()
        assert watch.process.stdout is not None
        watch.process.stdout.close()
        watch.process.send_signal(signal.SIGHUP)
        assert watch.process.wait(timeout=20) == 0
        assert "Traceback" not in watch.errors().read()


def test_a_window_that_is_closed_ends_the_watch(
    smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    """Its SIGHUP asks for no login: nobody is there any more."""
    server = smtp_server()
    write_settings(tmp_path)
    main, terminal = pty.openpty()

    def own_terminal() -> None:
        import fcntl
        import termios

        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

    with started(
        server, authority, tmp_path, preexec_fn=own_terminal, pass_fds=(terminal,)
    ) as watch:
        watch.line()
        os.close(terminal)
        os.close(main)
        assert watch.process.wait(timeout=20) == 129
    assert auths(server) == 1


def test_a_port_that_is_taken_is_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_settings(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["watch", "--listen", str(port)]) == 2
    assert "another program listens there" in capsys.readouterr().err
