"""The names, accounts and addresses that all test servers share.

Every server, and every faulty variant of one, has a loopback address of its own and serves the
real ports 465 and 587 there, so that settings files look as they do in the field.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HOST = "mail.example.test"
USER = "info@example.test"
OTHER_SENDER = "info@elsewhere.test"
PASSWORD = "canary.Pq7Zt4Lm9Xw2"
OTHER_USER = "zoe@example.test"
OTHER_PASSWORD = "canary Zwölf Böxkämpfer #7 $x"
WRONG_PASSWORD = "canary.Hn3Vb8Rk5Ys6"

SUBMISSION = 587  # STARTTLS, RFC 6409
SUBMISSIONS = 465  # implicit TLS, RFC 8314

# Where tests/real/install puts the servers that can't be installed beside Postfix.
UNPACKED = Path(__file__).parents[2] / "build" / "real"

_numbers = itertools.count(1)


def next_address() -> str:
    """A loopback address that no other server of this run has."""
    number = next(_numbers)
    return f"127.25.{number // 250}.{number % 250 + 1}"


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
