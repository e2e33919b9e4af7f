"""A program fails in its client, the doctor names the line and mends it, the message arrives."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .accounts import HOST, Server, arrived, messages
from .certificates import CertificateAuthority
from .conftest import require
from .doctor import COMMAND, assert_no_secret, connection
from .programs import PROGRAMS, Program, changed

pytestmark = pytest.mark.real

#: A client that waits for a greeting does so for minutes; none that sends needs as long.
WAITS_SECONDS = 3.0
#: Go compiles its library the first time.
SENDS_SECONDS = 120.0

CASES = (
    "implicit on 587",
    "plain on 465",
    "# in the password",
    "From of another domain",
    "unusual",
)

#: In a mount namespace of its own the client finds HOST on the server's address, and the
#: certificates that it trusts are the tests'.
IN_NAMESPACE = """\
set -eu
mount --bind "$1" /etc/hosts
mount --bind "$2" /etc/ssl/certs/ca-certificates.crt
shift 2
exec "$@"
"""


@pytest.fixture(scope="session")
def trust_store(authority: CertificateAuthority) -> Path:
    """The tests' authority as Java wants it."""
    require("keytool")
    path = authority.folder / "truststore.p12"
    subprocess.run(
        [
            *("keytool", "-importcert", "-noprompt", "-alias", "root", "-file", authority.root),
            *("-keystore", path, "-storetype", "PKCS12", "-storepass", "changeit"),
        ],
        check=True,
        capture_output=True,
    )
    return path


@pytest.fixture
def client(
    tmp_path: Path, ionos_like: Server, authority: CertificateAuthority, trust_store: Path
) -> Client:
    hosts = tmp_path / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{ionos_like.address} {HOST}\n")
    return Client(tmp_path / "shop", hosts, ionos_like, authority, trust_store)


class Client:
    """A program in its folder, and the doctor beside it."""

    def __init__(
        self,
        folder: Path,
        hosts: Path,
        server: Server,
        authority: CertificateAuthority,
        trust_store: Path,
    ) -> None:
        self.folder = folder
        self.hosts = hosts
        self.server = server
        self.authority = authority
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder.parent),
            "LANG": "C.UTF-8",
            "SSL_CERT_FILE": str(authority.root),
            "NODE_EXTRA_CA_CERTS": str(authority.root),
            "JDK_JAVA_OPTIONS": f"-Djavax.net.ssl.trustStore={trust_store}"
            " -Djavax.net.ssl.trustStorePassword=changeit",
        }

    @contextlib.contextmanager
    def running(self, program: Program) -> Iterator[subprocess.Popen[bytes]]:
        """The program; what is left of it is ended with the block."""
        command = ("unshare", "--mount", "sh", "-c", IN_NAMESPACE, "sh")
        with (self.folder.parent / "output").open("wb") as output:
            process = subprocess.Popen(
                [*command, str(self.hosts), str(self.authority.root), *program.command],
                cwd=self.folder,
                env={**self.environment, **program.environment, **program.secrets},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def output(self) -> str:
        return (self.folder.parent / "output").read_text(errors="replace")

    def doctor(self, program: Program, *options: str) -> Report:
        done = subprocess.run(
            [
                *(COMMAND, "check", *connection(self.server, self.authority)),
                *(*options, *program.options, "--format", "json"),
            ],
            cwd=self.folder,
            env={
                **{name: self.environment[name] for name in ("PATH", "HOME", "LANG")},
                **program.secrets,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert_no_secret(done.stdout)
        assert_no_secret(done.stderr)
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        assert done.stdout, done.stderr.decode()
        return Report(done.returncode, json.loads(done.stdout), done.stderr.decode())


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("what", CASES)
def test_what_the_doctor_mends_is_what_the_client_needed(
    client: Client, name: str, what: str
) -> None:
    program = PROGRAMS[name]
    require(*program.needs)
    case = program.cases[what]
    program.write(client.folder, case)
    before = messages(client.server)

    if case.code:
        with client.running(program) as process:
            report = client.doctor(program)
            assert not ends_well(process, WAITS_SECONDS), client.output()
        assert not messages(client.server) - before
        assert report.errors() == [case.code], report.notice()
        file, words = case.line
        location = report.first()["locations"][0]
        line = (client.folder / file).read_text().splitlines()[location["line"] - 1]
        assert (location["file"], words in line) == (file, True), location

        if case.by_hand:
            texts = {each: (client.folder / each).read_text() for each in case.by_hand}
            for each, text in changed(texts, case.by_hand).items():
                (client.folder / each).write_text(text)
        fixed = client.doctor(program, *(() if case.by_hand else ("--fix", "--yes")))
        assert (fixed.errors(), fixed.status) == ([], 0), fixed.notice()
    else:
        report = client.doctor(program)
        assert report.told() == [], report.notice()

    with client.running(program) as process:
        assert ends_well(process, SENDS_SECONDS), client.output()
    (message,) = arrived(client.server, before)
    assert b"Subject: " in message.read_bytes()


def ends_well(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether the program ends by itself with status 0, and not later than that."""
    try:
        return process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        return False


class Report:
    """What one run of `check` said."""

    def __init__(self, status: int, whole: dict[str, Any], stderr: str) -> None:
        self.status = status
        self.whole = whole
        self.stderr = stderr

    def diagnoses(self) -> list[dict[str, Any]]:
        return [item for target in self.whole["targets"] for item in target["diagnoses"]]

    def errors(self) -> list[str]:
        return [item["code"] for item in self.diagnoses() if item["severity"] == "error"]

    def told(self) -> list[str]:
        """Everything that asks for something; and what was not checked."""
        return [item["code"] for item in self.diagnoses() if item["severity"] != "note"] + [
            item["why"] for item in self.whole["not_checked"]
        ]

    def first(self) -> dict[str, Any]:
        return self.diagnoses()[0]

    def notice(self) -> str:
        """The whole of it, for a test that fails."""
        told = [
            f"{item['severity']} {item['code']}: {item['title']} {item['locations'][:1]}"
            for item in self.diagnoses()
        ]
        left = [f"{item['setup']}: {item['why']}" for item in self.whole["not_checked"]]
        return "\n".join([*told, *left, self.stderr])
