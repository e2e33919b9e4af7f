"""The names, accounts and addresses that all test servers share.

Every server, and every faulty variant of one, has a loopback address of its own and serves the
real ports 465 and 587 there, so that settings files look as they do in the field.
"""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HOST = "mail.example.test"
USER = "info@example.test"
OTHER_SENDER = "info@elsewhere.test"
PASSWORD = "canary.Pq7Zt4Lm9Xw2"
OTHER_USER = "zoe@example.test"
OTHER_PASSWORD = "canary Zwölf Böxkämpfer #7 $x"
# Programs refuse addresses under .test, which is for special use.
SHOP_USER = "info@shop.example"
SHOP_PASSWORD = "canary.Gs5Wk8Jt3Bz6"
HASH_USER = "ada@shop.example"
HASH_PASSWORD = "canary.Bd2Rm6#Vn8 #Qs6"  # both forms of what readers of .env take for a comment
WRONG_PASSWORD = "canary.Hn3Vb8Rk5Ys6"

SUBMISSION = 587  # STARTTLS, RFC 6409
SUBMISSIONS = 465  # implicit TLS, RFC 8314

# Where tests/real/install puts the servers that can't be installed beside Postfix.
UNPACKED = Path(__file__).parents[2] / "build" / "real"

DELIVERY_SECONDS = 10.0

_numbers = itertools.count(1)


def next_address() -> str:
    """A loopback address that no other server of this run has, not in another worker either."""
    number = next(_numbers)
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return f"127.{25 + worker}.{number // 250}.{number % 250 + 1}"


@dataclass(frozen=True)
class Server:
    """A running server: its ports 465 and 587 at `address`, known to clients as HOST."""

    address: str
    log: Path
    message_logged: str
    """A pattern: the log has it once the server took a message."""
    mailbox: Path | None = None
    """A folder with one file for each message, where the server delivers."""
    tls: Mapping[int, str] = field(
        default_factory=lambda: {SUBMISSION: "starttls", SUBMISSIONS: "implicit"}
    )
    """How each port speaks TLS, in the words of SMTP_TLS."""

    def took_a_message(self, since: int = 0) -> bool:
        """Whether a message arrived after the log had `since` bytes."""
        log = self.log.read_bytes()[since:].decode(errors="replace")
        return re.search(self.message_logged, log) is not None

    def log_size(self) -> int:
        """In bytes: where the log of what happens from now on begins."""
        return self.log.stat().st_size


def messages(server: Server) -> set[Path]:
    """The files of the server's mailbox."""
    assert server.mailbox is not None
    return set(server.mailbox.iterdir()) if server.mailbox.is_dir() else set()


def arrived(server: Server, before: set[Path]) -> set[Path]:
    """The messages that came after `before`; waits for one, since delivery follows the reply."""
    deadline = time.monotonic() + DELIVERY_SECONDS
    while not (new := messages(server) - before) and time.monotonic() < deadline:
        time.sleep(0.02)
    return new
