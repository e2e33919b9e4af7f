"""What an account is known by in a file that holds no credentials.

Knows user names and passwords, and gives nothing of them away: of host, port, user name and secret
together the file gets twelve bits, of a hash that takes a fifth of a second. Who has the file can
rule a guess out, slowly, and confirm none (docs/decisions/0026). Must not know what is kept.
"""

from __future__ import annotations

import hashlib
import json

from smtpdoctor.examination.plan import Plan

SALT_BYTES = 16
#: One in 4096 other passwords has the same: a login that is not made until SIGHUP, at worst.
TAG_BITS = 12
#: OWASP's password storage cheat sheet: 16 MiB of memory, which a small container has.
COST = {"n": 2**14, "r": 8, "p": 5}


#: So many are remembered; a watch has eight at a time.
MOST_KNOWN = 64


class Accounts:
    """The accounts of one watch. `salt` is the file's own."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._keys: dict[str, str] = {}

    def key_of(self, plan: Plan) -> str:
        """What the account of this plan is called in the file: its server, the twelve bits, and
        behind an account that has the same ones a number. So each has its own last login: two that
        took turns with one would be logged in at each turn.
        """
        credentials = plan.credentials
        secret = credentials.password or credentials.token
        whole = json.dumps(
            [plan.host, plan.port, credentials.username, secret.reveal() if secret else None]
        )
        if whole not in self._keys:
            if len(self._keys) >= MOST_KNOWN:
                self._keys.clear()
            key = f"{plan.host}:{plan.port} {self._tag(whole)}"
            taken = sum(each.startswith(key) for each in self._keys.values())
            self._keys[whole] = f"{key}.{taken + 1}" if taken else key
        return self._keys[whole]

    def _tag(self, whole: str) -> str:
        digest = hashlib.scrypt(whole.encode(), salt=self._salt, dklen=4, **COST)
        return f"{int.from_bytes(digest) >> (32 - TAG_BITS):03x}"
