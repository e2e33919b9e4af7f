"""The npm package smtp-server, and Nodemailer as the client, both from tests/real/node."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from .accounts import (
    HASH_PASSWORD,
    HASH_USER,
    PASSWORD,
    SHOP_PASSWORD,
    SHOP_USER,
    SUBMISSION,
    SUBMISSIONS,
    USER,
    Server,
    next_address,
)
from .certificates import CertificateAuthority
from .processes import running

NODE_FOLDER = Path(__file__).parent / "node"
TOKEN = "canary.token.Kd6Gc1Jf8Wz3"


@contextlib.contextmanager
def smtp_server(
    authority: CertificateAuthority,
    *,
    methods: tuple[str, ...] = ("PLAIN", "LOGIN", "CRAM-MD5"),
    own_domain_only: bool = False,
) -> Iterator[Server]:
    """Run smtp-server on 587 and 465 of an address of its own.

    With `own_domain_only` it refuses a sender of another domain in the words of IONOS.
    """
    folder = Path(tempfile.mkdtemp(prefix="smtpdoctor-smtp-server-"))
    try:
        mailbox = folder / "mail"
        mailbox.mkdir()
        server = Server(
            next_address(), log=folder / "log", message_logged="DATA\\n", mailbox=mailbox
        )
        certificate = authority.good()
        options = {
            "address": server.address,
            "ports": server.tls,
            "chain": str(certificate.chain),
            "key": str(certificate.key),
            "users": {USER: PASSWORD, SHOP_USER: SHOP_PASSWORD, HASH_USER: HASH_PASSWORD},
            "tokens": {USER: TOKEN},
            "methods": methods,
            "ownDomainOnly": own_domain_only,
            "mailbox": str(mailbox),
            "log": str(server.log),
        }
        with running(
            ["node", NODE_FOLDER / "server.mjs", json.dumps(options)],
            ready=[(server.address, port) for port in (SUBMISSION, SUBMISSIONS)],
            log=server.log,
        ):
            yield server
    finally:
        shutil.rmtree(folder)


def nodemailer(
    action: Literal["verify", "send"], folder: Path, server: Server, authority: CertificateAuthority
) -> dict[str, Any]:
    """What Nodemailer says with the settings of `folder`/.env: the JSON of node/client.mjs."""
    finished = subprocess.run(
        [
            "node",
            f"--env-file={folder / '.env'}",
            NODE_FOLDER / "client.mjs",
            action,
            server.address,
        ],
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": str(authority.root)},
        timeout=60,
    )
    result: dict[str, Any] = json.loads(finished.stdout)
    return result
