"""A hostile name server: an end in time and memory, one line of ours, and no secret."""

from __future__ import annotations

import gc
import json
import os
import time
from pathlib import Path

import pytest

import smtpdoctor

from .canary import CANARY, leaks
from .name_servers import WAYS, NameServer
from .process import MOST_MEMORY, Ended, run

#: Nothing listens on port 1 of loopback, which is where all of its addresses lead.
SETTINGS = (
    f"SMTP_HOST=mail.example.com\nSMTP_PORT=1\nSMTP_USER=info@example.com\nSMTP_PASS={CANARY}\n"
)
TIMEOUT = 5
#: What a slow machine may take beside, in seconds; what has no bound takes more.
SLACK = 30
MOST_ADDRESSES = 8

COMMANDS = {
    "check": ("check", "--timeout", str(TIMEOUT), "--no-third-party"),
    "sender": ("sender", "info@example.com", "--through", "ionos"),
}


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    folder, notes = tmp_path_factory.mktemp("usual"), tmp_path_factory.mktemp("notes")
    (folder / ".env").write_text(SETTINGS)
    return run(["check", "--nameserver", "127.0.0.1:1", "--timeout", "5"], folder, notes)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if WAYS[name].quick else pytest.mark.hostile) for name in WAYS],
)
def test_a_hostile_name_server(name: str, command: str, tmp_path: Path, usual: Ended) -> None:
    folder, notes = tmp_path / "folder", tmp_path / "notes"
    folder.mkdir()
    notes.mkdir()
    (folder / ".env").write_text(SETTINGS)
    with NameServer(WAYS[name]) as server:
        arguments = [*COMMANDS[command], "--nameserver", server.endpoint]
        ended = run([*arguments, "--format", "json"], folder, notes)
        assert ended.status in (0, 1, 3), ended.errors
        assert ended.errors == ""
        assert leaks(ended.output) == set()
        assert ended.memory < usual.memory + MOST_MEMORY
        report = json.loads(ended.output)
        assert report["seconds"] < TIMEOUT + SLACK
        for target in report["targets"]:
            assert "own fault" not in json.dumps(target["checks"])
            items = target["observations"]["items"]
            connects = [item for item in items if item["kind"] == "connect"]
            assert len({item["address"] for item in connects}) <= MOST_ADDRESSES


MAILER = (
    "const nodemailer = require('nodemailer');\n"
    "nodemailer.createTransport({{host: 'mail{number}.example.com', port: 1,"
    " auth: {{user: 'info@example.com', pass: '{password}'}}}});\n"
)


def eight_set_ups(folder: Path) -> None:
    for number in range(8):
        code = MAILER.format(number=number, password=CANARY)
        (folder / f"mailer{number}.js").write_text(code)


@pytest.mark.hostile
@pytest.mark.parametrize("name", ["4000 addresses", "silence"])
def test_few_descriptors_are_enough(name: str, tmp_path: Path) -> None:
    """Eight set-ups, each with all addresses: what a process has not got is no fault of the net."""
    folder, notes = tmp_path / "folder", tmp_path / "notes"
    folder.mkdir()
    notes.mkdir()
    eight_set_ups(folder)
    with NameServer(WAYS[name]) as server:
        arguments = ["check", "--timeout", "8", "--no-third-party", "--format", "json"]
        arguments += ["--nameserver", server.endpoint]
        ended = run(arguments, folder, notes, descriptors=64)
    assert ended.status == 1
    assert "EMFILE" not in ended.output
    targets = json.loads(ended.output)["targets"]
    assert len(targets) == 8
    for target in targets:
        assert "own fault" not in json.dumps(target["checks"])
        assert target["diagnoses"]


def test_too_few_descriptors_are_said(tmp_path: Path) -> None:
    folder, notes = tmp_path / "folder", tmp_path / "notes"
    folder.mkdir()
    notes.mkdir()
    (folder / ".env").write_text(SETTINGS)
    ended = run(["check"], folder, notes, descriptors=24)
    assert (ended.status, ended.output) == (2, "")
    assert "may have 24 files and sockets open: ulimit -n 64" in ended.errors
    assert ended.errors.count("\n") == 1


@pytest.mark.hostile
def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    eight_set_ups(tmp_path)

    def opened() -> int:
        gc.collect()
        return len(os.listdir("/proc/self/fd"))

    def settled(expected: int | None = None) -> int:
        """As expected, or twice the same: the server is in this process, and closes its ends when
        its threads get to it."""
        before = -1
        for _ in range(60):
            now = opened()
            if now == (before if expected is None else expected):
                break
            before = now
            time.sleep(0.05)
        return now

    with NameServer(WAYS["4000 addresses"]) as server:

        def check() -> None:
            smtpdoctor.check(
                folder=tmp_path,
                environ={},
                nameservers=[server.endpoint],
                third_party=False,
                timeout=8,
            )

        check()  # loads what stays
        first = settled()
        for _ in range(2):
            check()
            assert settled(first) == first


@pytest.mark.parametrize("name", [name for name in WAYS if "controls" in name])
def test_what_a_name_server_says_is_shown_and_never_obeyed(name: str, tmp_path: Path) -> None:
    folder, notes = tmp_path / "folder", tmp_path / "notes"
    folder.mkdir()
    notes.mkdir()
    (folder / ".env").write_text(SETTINGS)
    with NameServer(WAYS[name]) as server:
        for command in COMMANDS.values():
            ended = run([*command, "--verbose", "--nameserver", server.endpoint], folder, notes)
            for line in ended.output.split("\n"):
                assert line.isprintable()
                assert not line.lstrip(" │|").startswith("+SMTP_HOST")
