"""What a start loads: nothing that the command has no use for, and no more than tests/imports.txt.

`UPDATE_IMPORTS=1 pytest tests/test_imports.py` writes the budget anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME

from .runs import HOST
from .servers.fixtures import StartServer

BUDGET = Path(__file__).parent / "imports.txt"
UPDATE = os.environ.get("UPDATE_IMPORTS") == "1"

LIST_MODULES = """
import json, sys
before = set(sys.modules)
from smtpdoctor.cli import run
status = run(sys.argv[1:])
print(json.dumps([status, sorted(set(sys.modules) - before)]), file=sys.stderr)
"""

#: What nobody waits for who only asks for a page or a version.
NETWORK = {"asyncio", "ssl", "socket", "dns", "cryptography"}

OTHER_COMMANDS = {f"smtpdoctor.cli.{name}" for name in ("check", "demo", "lint", "sender")}


def loaded(*arguments: str, **environ: str) -> set[str]:
    """The modules that a run of the program loads."""
    done = subprocess.run(
        [sys.executable, "-c", LIST_MODULES, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], **environ},
        cwd=tempfile.mkdtemp(),
    )
    status, modules = json.loads(done.stderr.splitlines()[-1])
    assert status == 0, done.stdout
    return set(modules)


def foreign(modules: set[str]) -> list[str]:
    """The top-level modules among them that are neither Python's nor this program's."""
    names = {module.partition(".")[0] for module in modules}
    return sorted(
        name
        for name in names - set(sys.stdlib_module_names) - {"smtpdoctor"}
        if not name.startswith(("_", "sitecustomize"))
    )


def budget() -> dict[str, list[str]]:
    lines = [line for line in BUDGET.read_text().splitlines() if not line.startswith("#")]
    return {what: names.split() for what, _, names in (line.partition(":") for line in lines)}


def keep_to(what: str, modules: set[str]) -> None:
    """These are the foreign modules that the budget has for this."""
    found = foreign(modules)
    if UPDATE:
        lines = BUDGET.read_text().splitlines()
        written = [
            f"{what}: {' '.join(found)}".rstrip() if line.partition(":")[0] == what else line
            for line in lines
        ]
        BUDGET.write_text("\n".join(written) + "\n")
    assert found == budget()[what]


def test_settings_of_the_environment_alone_load_nothing_that_makes_set_ups() -> None:
    modules = loaded("settings", SMTP_HOST=HOST)
    assert "smtpdoctor.settings.setups" in modules
    assert "smtpdoctor.settings.drafts.finish" not in modules


@pytest.mark.parametrize("command", ["--version", "--help", "check --help", "explain port-blocked"])
def test_a_start_without_a_run_loads_no_network(command: str) -> None:
    modules = loaded(*command.split())
    assert not modules & NETWORK
    assert not any(module.startswith("smtpdoctor.diagnosis.rules") for module in modules)
    assert not any(module.startswith("rich") for module in modules)
    keep_to(command, modules)


def test_the_version_needs_no_command_line() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "smtpdoctor", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("smtpdoctor ")
    loaded_modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "smtpdoctor" in loaded_modules
    assert not loaded_modules & {"typer", "smtpdoctor.cli", "re", "enum"}


def test_a_command_loads_no_other() -> None:
    commands = {name for name in loaded("explain", "port-blocked") if name in OTHER_COMMANDS}
    assert commands == set()


def test_a_healthy_check_loads_what_it_needs(
    smtp_server: StartServer, authority: Authority
) -> None:
    server = smtp_server()
    modules = loaded(
        "check",
        "--connect-to",
        f"{HOST}:587:{server.host}:{server.port}",
        "--cafile",
        str(authority.cafile),
        SMTP_HOST=HOST,
        SMTP_USER=USERNAME,
        SMTP_PASS=PASSWORD,
    )
    # a good certificate is read by ssl itself, an address needs no look-up, PLAIN no library
    assert not modules & {"cryptography", "dns", "scramp"}
    assert "smtpdoctor.demo" not in modules
    # nor does a run that asks for no policies evaluate any
    assert not any(
        name.startswith(("smtpdoctor.spf", "smtpdoctor.mail_policy")) for name in modules
    )
    keep_to("check, healthy", modules)


FIRST_CONNECT = """
import asyncio, json, sys
connect = asyncio.selector_events.BaseSelectorEventLoop.sock_connect
def connecting(self, *arguments):
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
    return connect(self, *arguments)
asyncio.selector_events.BaseSelectorEventLoop.sock_connect = connecting
from smtpdoctor.cli import run
status = run(sys.argv[1:])
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def test_the_first_packet_waits_for_nothing_that_judges_or_prints(
    smtp_server: StartServer, authority: Authority
) -> None:
    server = smtp_server()
    done = subprocess.run(
        [
            *(sys.executable, "-c", FIRST_CONNECT, "check", "--cafile", str(authority.cafile)),
            *("--connect-to", f"{HOST}:587:{server.host}:{server.port}"),
        ],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PATH": os.environ["PATH"],
            "SMTP_HOST": HOST,
            "SMTP_USER": USERNAME,
            "SMTP_PASS": PASSWORD,
        },
        cwd=tempfile.mkdtemp(),
    )
    first, *_, last = (set(json.loads(line)) for line in done.stderr.splitlines())
    late = {"smtpdoctor.diagnosis.engine", "smtpdoctor.report.model", "rich.console", "rich.text"}
    assert not late & first
    assert late <= last
    assert not any(name.startswith(("smtpdoctor.diagnosis.rules", "dns.")) for name in first)


def test_the_interface_loads_nothing_until_it_is_used() -> None:
    code = "import sys, smtpdoctor; assert not {'asyncio', 'ssl', 'msgspec'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_folder_loads_no_program_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MAIL_HOST=smtp.example.com\nMAIL_PORT=587\n")
    code = f"""
import sys
from pathlib import Path
from smtpdoctor.settings.setups import setups_in
setups_in(Path({str(tmp_path)!r}), {{}})
for name in ("dialects.nodemailer", "dialects.laravel", "dialects.spring_boot", "carriers.compose",
             "readers.evaluation"):
    assert f"smtpdoctor.settings.{{name}}" not in sys.modules, name
"""
    subprocess.run([sys.executable, "-c", code], check=True)
