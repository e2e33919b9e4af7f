"""Exim, from the package that tests/real/install unpacked: login inside TLS only."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .accounts import HOST, PASSWORD, SUBMISSION, SUBMISSIONS, UNPACKED, USER, Server, next_address
from .certificates import CertificateAuthority
from .processes import running

EXIM = UNPACKED / "exim/usr/sbin/exim4"


@contextlib.contextmanager
def exim(authority: CertificateAuthority) -> Iterator[Server]:
    """Run Exim on 587 and 465 of an address of its own; messages stay in its queue."""
    folder = Path(tempfile.mkdtemp(prefix="smtpdoctor-exim-"))
    try:
        # Exim handles connections as its own user, and writes everything below this folder.
        shutil.chown(folder, "Debian-exim", "Debian-exim")
        server = Server(next_address(), log=folder / "mainlog", message_logged=r" <= ")
        certificate = authority.good()
        configuration = folder / "exim.conf"
        configuration.write_text(
            f"""\
primary_hostname = {HOST}
local_interfaces = {server.address}
daemon_smtp_ports = {SUBMISSION} : {SUBMISSIONS}
tls_on_connect_ports = {SUBMISSIONS}
tls_advertise_hosts = *
tls_certificate = {certificate.chain}
tls_privatekey = {certificate.key}
auth_advertise_hosts = ${{if def:tls_in_cipher {{*}}}}
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
pid_file_path = {folder}/exim.pid
host_lookup =
keep_environment =
queue_only = true
acl_smtp_rcpt = acl_recipient

begin acl
acl_recipient:
  accept authenticated = *
  deny

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and {{{{eq {{$auth2}}{{{USER}}}}}{{eq {{$auth3}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and {{{{eq {{$auth1}}{{{USER}}}}}{{eq {{$auth2}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth1
""",
            encoding="utf-8",
        )
        # Exim refuses a configuration that others than root could have written.
        configuration.chmod(0o644)
        with running(
            [EXIM, "-C", configuration, "-bdf"],
            ready=[(server.address, port) for port in (SUBMISSION, SUBMISSIONS)],
            log=folder / "output",
        ):
            yield server
    finally:
        shutil.rmtree(folder)
