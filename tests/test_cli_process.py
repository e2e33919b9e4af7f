"""How the program ends as a process: full disks, readers that leave, signals, hostile folders."""

from __future__ import annotations

import os
import pty
import resource
import select
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from smtpdoctor.report import formats

PROGRAM = (sys.executable, "-m", "smtpdoctor")
ENVIRON = {"PATH": os.environ["PATH"]}
#: Nothing listens on port 1 of loopback.
REFUSED = ("check", "--host", "127.0.0.1", "--port", "1")
COMMANDS = {
    "check": (REFUSED, 1),
    "json": ((*REFUSED, "--format", "json"), 1),
    "settings": (("settings",), 0),
    "settings json": (("settings", "--format", "json"), 0),
    "explain": (("explain",), 0),
    "demo": (("demo", "--list"), 0),
    "help": (("--help",), 0),
    "version": (("--version",), 0),
}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("name", COMMANDS)
def test_what_cannot_be_written_is_said_in_one_line(name: str, tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, *COMMANDS[name][0]],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=ENVIRON,
            cwd=tmp_path,
        )
    assert (done.returncode, done.stderr) == (2, "smtpdoctor: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("errors", ["2>/dev/full", "2>&-"])
@pytest.mark.parametrize(
    ("arguments", "status"),
    [(("batch", "-"), 1), (("check", "--host", "a b", "--format", "x"), 2), (("--wrong",), 2)],
)
def test_what_cannot_be_said_on_standard_error_changes_no_status(
    errors: str, arguments: tuple[str, ...], status: int, tmp_path: Path
) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {errors}', "sh", *PROGRAM, *arguments],
        input="127.0.0.1:1\n",
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env=ENVIRON,
        cwd=tmp_path,
    )
    assert done.returncode == status
    assert ("diagnoses" in done.stdout) == (status == 1)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_reader_that_has_gone_changes_nothing(name: str, tmp_path: Path) -> None:
    arguments, status = COMMANDS[name]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PROGRAM, *arguments],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=ENVIRON,
        cwd=tmp_path,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (status, "")


PRESSED_WHILE_LOADING = """
import os, sys

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), {number})

sys.meta_path.insert(0, Pressed())
from smtpdoctor.__main__ import main
main()
"""


@pytest.mark.parametrize(
    "module", ["signal", "smtpdoctor.cli", "typer", "smtpdoctor.cli.explain", "smtpdoctor.text"]
)
def test_ctrl_c_while_the_program_is_loaded(module: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRESSED_WHILE_LOADING.format(module=module, number=2), "explain"],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRON,
        cwd=tmp_path,
    )
    # Python's own end by the signal is 130 for a shell
    assert done.returncode in (130, -signal.SIGINT)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("command", "module", "status"),
    [
        ("watch", "smtpdoctor.cli", 0),
        ("watch", "typer", 0),
        ("watch", "smtpdoctor.cli.watch", 0),
        ("explain", "smtpdoctor.cli", -signal.SIGTERM),
    ],
)
def test_a_watch_that_is_ended_while_it_is_loaded_has_ended_well(
    command: str, module: str, status: int, tmp_path: Path
) -> None:
    """A service is told so that it may end; 143 would count as its failure."""
    program = PRESSED_WHILE_LOADING.format(module=module, number=signal.SIGTERM.value)
    done = subprocess.run(
        [sys.executable, "-c", program, command],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRON,
        cwd=tmp_path,
    )
    assert done.returncode == status
    assert done.stderr == ""


def at_the_prompt(
    folder: Path, leader: int, follower: int, *starter: str
) -> subprocess.Popen[bytes]:
    """The program, once it has asked for a password on that terminal."""
    running = subprocess.Popen(
        [*starter, *PROGRAM, *REFUSED, "--user", "info@example.com", "--password-stdin"],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**ENVIRON, "TERM": "xterm"},
        cwd=folder,
        start_new_session=True,
    )
    seen = b""
    while b"Password: " not in seen:
        ready, _, _ = select.select([leader], [], [], 30)
        assert ready, seen
        seen += os.read(leader, 1000)
    return running


def test_sigterm_at_the_password_prompt_leaves_the_echo_on(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    before = termios.tcgetattr(follower)
    running = at_the_prompt(tmp_path, leader, follower)
    assert not termios.tcgetattr(follower)[3] & termios.ECHO
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=30) == 143
    assert termios.tcgetattr(follower) == before
    seen = b""
    while select.select([leader], [], [], 0)[0]:
        seen += os.read(leader, 1000)
    assert b"Traceback" not in seen
    os.close(follower)
    os.close(leader)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the limit")
def test_no_image_of_the_memory_is_left_where_it_is_ended(tmp_path: Path) -> None:
    """Ctrl-\\ at the prompt, or a crash, would write the password into the folder."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    if most == 0:
        pytest.skip("no image is left here anyway")
    leader, follower = pty.openpty()
    allowed = 'ulimit -S -c "$(ulimit -H -c)"; exec "$@"'
    running = at_the_prompt(tmp_path, leader, follower, "sh", "-c", allowed, "sh")
    limits = Path(f"/proc/{running.pid}/limits").read_text()
    running.kill()
    running.wait(timeout=30)
    assert limits.partition("Max core file size")[2].split()[0] == "0"
    os.close(follower)
    os.close(leader)


def test_modules_of_the_folder_are_never_imported(tmp_path: Path) -> None:
    """`python -m` puts the working folder first; what it loads itself before us is Python's."""
    for name in ("signal", "typer", "rich", "msgspec", "asyncio", "json", "ssl", "smtplib"):
        (tmp_path / f"{name}.py").write_text(
            f"print('imported {name}')\nraise SystemExit(9)\n", "utf-8"
        )
    done = subprocess.run(
        [*PROGRAM, *REFUSED],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRON,
        cwd=tmp_path,
    )
    assert "imported" not in done.stdout + done.stderr
    assert done.returncode == 1


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
def test_a_run_from_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/b\xfccher"
    os.mkdir(folder)

    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*PROGRAM, *arguments], capture_output=True, check=False, env=ENVIRON, cwd=folder
        )

    fresh = run(*REFUSED, "--save", "run.json", "--verbose")
    again = run("check", "--replay", "run.json", "--verbose")
    assert (again.returncode, again.stderr) == (fresh.returncode, b"") == (1, b"")
    assert again.stdout == fresh.stdout


def test_formats_and_commands_are_found(tmp_path: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "check", "--format", "xml"],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRON,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert all(name in done.stderr for name in formats.names())


PRESSED_IN_A_CALLBACK = """
import weakref
from smtpdoctor import __main__, cli

class Thing: pass

def pressed(reference):
    raise KeyboardInterrupt

def run():
    thing = Thing()
    reference = weakref.ref(thing, pressed)
    del thing
    print("went on")

cli.main = run
__main__.main()
"""


def test_ctrl_c_where_nothing_can_be_raised_ends_it_all_the_same(tmp_path: Path) -> None:
    """The machinery of imports has such callbacks, and the program imports late."""
    done = subprocess.run(
        [sys.executable, "-c", PRESSED_IN_A_CALLBACK],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRON,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


#: A run in which something fails that nobody waits for.
FORGOTTEN = """
import asyncio, sys
from smtpdoctor import api, cli
run_all = api.run_all
async def forgetful(*given, **more):
    asyncio.get_running_loop().create_future().set_exception(KeyError("a secret"))
    return await run_all(*given, **more)
api.run_all = forgetful
sys.argv = ["smtpdoctor", "check", "--only", "settings"]
cli.main()
"""


def test_what_fails_and_nobody_waits_for_prints_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-c", FORGOTTEN]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=ENVIRON, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (3, "")
    assert "Inconclusive" in done.stdout
