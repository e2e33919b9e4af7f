"""OpenSMTPD, from the package that tests/real/install unpacked: login inside TLS only."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .accounts import HOST, PASSWORD, SUBMISSION, SUBMISSIONS, UNPACKED, USER, Server, next_address
from .certificates import CertificateAuthority
from .processes import running

OPENSMTPD = UNPACKED / "opensmtpd/usr/sbin/smtpd"


@contextlib.contextmanager
def opensmtpd(authority: CertificateAuthority) -> Iterator[Server]:
    """Run OpenSMTPD on 587 and 465 of an address of its own.

    Its spool, /var/spool/smtpd, is compiled in: one instance at a time.
    """
    folder = Path(tempfile.mkdtemp(prefix="smtpdoctor-opensmtpd-"))
    try:
        server = Server(next_address(), log=folder / "log", message_logged="smtp message msgid=")
        certificate = authority.good()
        key = folder / "key.pem"
        key.touch(mode=0o600)  # OpenSMTPD refuses a key that others can read
        key.write_bytes(certificate.key.read_bytes())
        hashed = subprocess.run(
            ["openssl", "passwd", "-6", "-stdin"],
            input=PASSWORD,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        configuration = folder / "smtpd.conf"
        configuration.write_text(
            f"""\
pki {HOST} cert "{certificate.chain}"
pki {HOST} key "{key}"
table users {{ "{USER}" = "{hashed}" }}
table recipients {{ "@" = "nobody" }}
listen on {server.address} port {SUBMISSION} hostname {HOST} pki {HOST} tls-require auth <users>
listen on {server.address} port {SUBMISSIONS} hostname {HOST} pki {HOST} smtps auth <users>
action "discard" mda "/bin/true" virtual <recipients>
match auth from any for any action "discard"
""",
            encoding="utf-8",
        )
        configuration.chmod(0o600)
        with running(
            [OPENSMTPD, "-d", "-f", configuration],
            ready=[(server.address, port) for port in (SUBMISSION, SUBMISSIONS)],
            log=server.log,
        ):
            yield server
    finally:
        shutil.rmtree(folder)
