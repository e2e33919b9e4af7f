"""A hostile name server: an end in time and memory, one line of ours, and no secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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
