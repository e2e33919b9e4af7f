"""Every command in the documents is run, or says why it isn't; other blocks are what they say."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

import smtpdoctor
from smtpdoctor.cli import program
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME
from smtpdoctor.demo.scenarios import SCENARIOS
from tests.dns.server import DNSServer
from tests.documentation.commands import DOCUMENTS, ROOT, SHELLS, Block, blocks, is_typed
from tests.servers.fixtures import LoopThread

ALL = tuple(blocks())
RUN = [
    block
    for block in ALL
    if not block.why_not
    and (block.language in SHELLS or (block.language == "indented" and is_typed(block)))
]


def name_of(block: Block) -> str:
    return f"{block.document}:{block.line}"


def test_a_block_with_a_command_says_that_it_is_one() -> None:
    silent = [
        name_of(block)
        for block in ALL
        if block.language in ("", "text", "bash", "shell") and is_typed(block)
    ]
    assert not silent, (
        f"{silent}: a block with commands begins with ```sh, or ```console where each command has "
        "“$ ” before it and what it prints below. It is run by test_a_command_does_what_is_said; "
        "what can't be has <!-- not run: why --> in the line above."
    )


def test_there_are_commands_that_are_run() -> None:
    assert len(RUN) > 15
    assert {"README.md", "docs/start.md"} <= {block.document for block in RUN}


@pytest.mark.parametrize("block", ALL, ids=name_of)
def test_a_block_is_what_it_says(block: Block) -> None:
    if block.language == "python" and "…" not in block.text:
        ast.parse(block.text)
        named = re.findall(r"\bsmtpdoctor\.(\w+)\(", block.text)
        assert set(named) <= set(smtpdoctor.__all__)
    elif block.language == "toml":
        tomllib.loads(block.text)
    elif block.language == "yaml":
        list(yaml.safe_load_all(block.text))


def used(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The commands that a document names, each with its options."""
    found = re.findall(r"`smtpdoctor ([a-z]+)\b([^`\n]*)`", path.read_text("utf-8"))
    for block in ALL:
        if ROOT / block.document == path and (block.language in SHELLS or block in RUN):
            lines = block.script.replace("\\\n", " ")
            found += re.findall(r"(?<![\w/.:+-])smtpdoctor ([a-z]+)\b([^\n|]*)", lines)
    for name, rest in found:
        yield name, re.findall(r"(?<!\S)--[a-z-]+", rest.partition(" # ")[0])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_and_option_that_is_named_exists(path: Path) -> None:
    commands = program().commands
    for name, options in used(path):
        assert name in commands, name
        known = {"--help", *(word for each in commands[name].params for word in each.opts)}
        known |= {word for each in commands[name].params for word in each.secondary_opts}
        assert set(options) <= known, f"{name}: {set(options) - known}"


@dataclass(frozen=True)
class Sandbox:
    """Folders in which commands run as they stand. `ways` are the options that lead
    smtp.ionos.com and the name server to loopback; whatever goes elsewhere is refused and noted."""

    folder: Path
    ways: dict[str, str]

    def run(self, script: str, folder: str) -> subprocess.CompletedProcess[str]:
        """Type a script in a folder, as somebody whose browser opens nothing."""
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=self.folder / folder,
            env={
                "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin",
                "PYTHONPATH": str(ROOT),
                "HOME": str(self.folder),
                "BROWSER": "true",
                "LANG": "C.UTF-8",
            },
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def went_out(self) -> str:
        """Where somebody tried to go since it was asked last."""
        noted = self.folder / "went-out"
        text = noted.read_text("utf-8") if noted.exists() else ""
        noted.unlink(missing_ok=True)
        return text


LONGEST_SHOWN = 2000
#: In the place of Python: connects and look-ups that would leave this machine are refused.
GUARD = """
import socket, sys
NOTED = {noted!r}
def away(what):
    with open(NOTED, "a") as file:
        print(what, file=file)
    raise OSError(101, "the sandbox has no network")
def guarded(method):
    def on_loopback(self, *arguments):
        where = arguments[-1]
        if isinstance(where, tuple) and not str(where[0]).startswith(("127.", "::1")):
            away(where[0])
        return method(self, *arguments)
    return on_loopback
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
plain = socket.getaddrinfo
def getaddrinfo(host, *arguments, **more):
    if host not in (None, "localhost", socket.gethostname()) and not str(host).startswith("127."):
        away(host)
    return plain(host, *arguments, **more)
socket.getaddrinfo = getaddrinfo
from smtpdoctor.cli import main
main()
"""
WRAPPER = """#!/bin/sh
case "$1" in
  check|batch) set -- "$@" {check} ;;
  sender) set -- "$@" {sender} ;;
esac
exec {python} {guard} "$@"
"""
#: What stands for Docker: the container `app` with the shop's variables and its log.
DOCKER = """#!/bin/sh
case "$*" in
  "exec app env") cat {folder}/shop/.env ;;
  "logs app") cat {folder}/shop/error.log ;;
  *) echo "docker $*: not in the sandbox" >&2; exit 125 ;;
esac
"""
SHOP_MAILER = """require('dotenv').config();
const nodemailer = require('nodemailer');
module.exports = nodemailer.createTransport({
  host: process.env.SMTP_HOST,
  port: 465,
  secure: true,
  auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS },
});
"""
FAULTY_MAILER = """const nodemailer = require('nodemailer');
module.exports = nodemailer.createTransport({
  host: 'smtp.ionos.com',
  port: 587,
  secure: true,
  auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS },
});
"""
ERROR_LOG = "Error: Greeting never received\n    at SMTPConnection._onTimeout (smtp-connection)\n"
CUSTOMERS = (
    "host,port,tls,user,password\n"
    f"smtp.ionos.com,465,implicit,{USERNAME},{PASSWORD}\n"
    f"smtp.ionos.com,587,starttls,{USERNAME},{PASSWORD}\n"
)
PACKAGE = '{"dependencies": {"nodemailer": "^6.9.0", "dotenv": "^16.0.0"}}\n'


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("sandbox")
    loop = LoopThread()
    running = SCENARIOS["healthy-465"].running()
    setup = loop.run(running.__aenter__())
    with DNSServer() as names:
        names.add("example.com", "MX", "10 mx00.ionos.com.")
        names.add("example.com", "TXT", '"v=spf1 include:_spf-us.ionos.com -all"')
        names.add("_spf-us.ionos.com", "TXT", '"v=spf1 ip4:192.0.2.0/24 -all"')
        names.add("_dmarc.example.com", "TXT", '"v=DMARC1; p=none"')
        mapped = [":".join(map(str, each)) for each in setup.connect_to]
        ways = [f"--connect-to {each}" for each in mapped]
        made = Sandbox(
            folder,
            {
                "check": " ".join([*ways, f"--cafile {setup.cafile}"]),
                "sender": f"--nameserver {names.endpoint}",
            },
        )
        _furnish(made, setup.env_text)
        made.run("smtpdoctor check --save run.json", "shop")
        yield made
    loop.run(running.__aexit__(None, None, None))
    loop.close()


def _furnish(sandbox: Sandbox, env_text: str) -> None:
    folder = sandbox.folder
    files = {
        "shop/.env": env_text,
        "shop/mailer.js": SHOP_MAILER,
        "shop/package.json": PACKAGE,
        "shop/password.txt": f"{PASSWORD}\n",
        "shop/error.log": ERROR_LOG,
        "shop/customers.csv": CUSTOMERS,
        "mailer/mailer.js": FAULTY_MAILER,
        "mailer/package.json": PACKAGE,
        "guard.py": GUARD.format(noted=str(folder / "went-out")),
        "bin/smtpdoctor": WRAPPER.format(
            **sandbox.ways, python=shlex.quote(sys.executable), guard=folder / "guard.py"
        ),
        "bin/docker": DOCKER.format(folder=folder),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(0o700 if path.parent.name == "bin" else 0o600)


@pytest.mark.real
@pytest.mark.parametrize("target", ["mail.example.com:587", "192.0.2.1:587"])
def test_the_sandbox_notes_who_goes_out(target: str, sandbox: Sandbox) -> None:
    """Or the test below would pass for whatever asks a stranger."""
    sandbox.run(f"smtpdoctor check {target} --timeout 5", "mailer")
    assert target.partition(":")[0] in sandbox.went_out()


@pytest.mark.real
@pytest.mark.parametrize("block", RUN, ids=name_of)
def test_a_command_does_what_is_said(block: Block, sandbox: Sandbox) -> None:
    result = sandbox.run(block.script, block.folder)
    said = f"{result.stdout}\n{result.stderr}"[-LONGEST_SHOWN:]
    assert result.returncode == block.status, said
    assert sandbox.went_out() == "", said
    if block.language == "console":
        assert result.stdout.strip() == block.printed
