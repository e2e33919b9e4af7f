"""Fixtures: the CA and the servers of the tests marked `real`, one of each for the whole run."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import exim as exim_module
from . import opensmtpd as opensmtpd_module
from . import postfix as postfix_module
from . import smtp_server as smtp_server_module
from .accounts import HOST, Server
from .certificates import CertificateAuthority

# who ends the tests ends their servers, which lead sessions of their own: as Ctrl-C does
signal.signal(signal.SIGTERM, signal.default_int_handler)


def require(*programs: Path | str) -> None:
    """Skip where a program or file is missing or ports below 1024 can't be had; in CI fail."""
    missing = [
        str(program)
        for program in programs
        if shutil.which(program) is None and not (isinstance(program, Path) and program.exists())
    ]
    if os.geteuid() != 0:
        missing.append("root, to serve ports 465 and 587")
    if not missing:
        return
    reason = f"needs {', '.join(missing)}: run tests/real/install"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def authority() -> Iterator[CertificateAuthority]:
    folder = Path(tempfile.mkdtemp(prefix="smtpdoctor-certificates-"))
    folder.chmod(0o755)  # Exim reads its certificate as its own user
    yield CertificateAuthority(folder, HOST)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postfix(authority: CertificateAuthority) -> Iterator[dict[str, postfix_module.PostfixServer]]:
    require(postfix_module.MASTER, postfix_module.DOVECOT)
    with postfix_module.postfix(authority) as servers:
        yield servers


@pytest.fixture(scope="session")
def exim(authority: CertificateAuthority) -> Iterator[Server]:
    require(exim_module.EXIM)
    with exim_module.exim(authority) as server:
        yield server


@pytest.fixture(scope="session")
def opensmtpd(authority: CertificateAuthority) -> Iterator[Server]:
    require(opensmtpd_module.OPENSMTPD, "openssl")
    with opensmtpd_module.opensmtpd(authority) as server:
        yield server


@pytest.fixture(scope="session")
def node() -> None:
    """Node.js with the two npm packages."""
    require("node")
    if not (smtp_server_module.NODE_FOLDER / "node_modules").is_dir():
        require("tests/real/node/node_modules")


@pytest.fixture(scope="session")
def smtp_server(node: None, authority: CertificateAuthority) -> Iterator[Server]:
    with smtp_server_module.smtp_server(authority) as server:
        yield server


@pytest.fixture(scope="session")
def smtp_server_with_tokens(node: None, authority: CertificateAuthority) -> Iterator[Server]:
    with smtp_server_module.smtp_server(authority, methods=("XOAUTH2",)) as server:
        yield server


@pytest.fixture(scope="session")
def ionos_like(node: None, authority: CertificateAuthority) -> Iterator[Server]:
    """smtp-server with the replies of IONOS, which carry no enhanced status codes."""
    with smtp_server_module.smtp_server(
        authority, methods=("LOGIN", "PLAIN"), own_domain_only=True
    ) as server:
        yield server


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Server:
    """The server that the test's parameter names, by the name of its fixture."""
    name: str = request.param
    if name == "postfix":
        servers: dict[str, postfix_module.PostfixServer] = request.getfixturevalue("postfix")
        return servers["healthy"]
    server: Server = request.getfixturevalue(name)
    return server
