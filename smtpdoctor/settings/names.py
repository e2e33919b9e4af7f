"""Which variable name means which setting: one table.

This module knows names. It must not know values, files or precedence between sources. Names of
other programs join the table; nothing else has to change for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from smtpdoctor.settings.model import Field
from smtpdoctor.slips import damerau_distance

#: How the text of a variable is to be understood, see `values`.
Reading = Literal[
    "host",
    "port",
    "tls",  # implicit, starttls, none
    "secure",  # true: implicit TLS; false: opportunistic STARTTLS
    "scheme",  # smtp, smtps: only as a part of a URL
    "username",
    "secret",
    "sender",
    "url",
    "verify",  # false switches off
    "node-verify",  # only 0 switches off
    "plain",
]


class Variable(msgspec.Struct, frozen=True):
    """One known name. Of two for one field, the one earlier in the table wins."""

    name: str
    field: Field
    reading: Reading


VARIABLES: tuple[Variable, ...] = (
    Variable("SMTP_URL", "url", "url"),
    Variable("SMTP_HOST", "host", "host"),
    Variable("SMTP_SERVER", "host", "host"),
    Variable("SMTP_PORT", "port", "port"),
    Variable("SMTP_TLS", "tls", "tls"),
    Variable("SMTP_SECURE", "tls", "secure"),
    Variable("SMTP_USER", "username", "username"),
    Variable("SMTP_USERNAME", "username", "username"),
    Variable("SMTP_PASS", "password", "secret"),
    Variable("SMTP_PASSWORD", "password", "secret"),
    Variable("SMTP_OAUTH_TOKEN", "token", "secret"),
    Variable("SMTP_FROM", "sender", "sender"),
    Variable("SMTP_MAIL_FROM", "sender", "sender"),
    Variable("SMTP_TLS_REJECT_UNAUTHORIZED", "verify", "verify"),
    Variable("NODE_TLS_REJECT_UNAUTHORIZED", "verify", "node-verify"),
)

BY_NAME: dict[str, Variable] = {variable.name: variable for variable in VARIABLES}

#: Names of other programs that stand close to ours and mean something else.
OTHERS = frozenset(
    {
        "SMTP_AUTH",
        "SMTP_CERT",
        "SMTP_PORTS",
        "SMTP_SECRET",
        "SMTP_SENDER",
        "SMTP_SSL",
        "SMTP_TEST",
        "SMTP_TO",
    }
)

#: Further names for the same things in people's own files, further away than a slip.
ALIKE = {
    "SMTP_PWD": "SMTP_PASS",
    "SMTP_AUTH_PASS": "SMTP_PASS",
    "SMTP_AUTH_PASSWORD": "SMTP_PASSWORD",
    "SMTP_AUTH_USER": "SMTP_USER",
    "SMTP_AUTH_USERNAME": "SMTP_USERNAME",
    "SMTP_HOSTNAME": "SMTP_HOST",
}


def looks_like(name: str) -> str | None:
    """The known name that `name` was probably meant to be, None for a known or a distant name.

    One of `ALIKE`, or case and separators aside the same, or two typing slips away at most (one
    where what distinguishes the name has four letters or less: there, two slips make any word of
    any other).
    """
    if name in BY_NAME or name.upper() in OTHERS:
        return None
    if name.upper() in ALIKE:
        return ALIKE[name.upper()]
    bare = _bare(name)
    for variable in VARIABLES:
        if bare == _bare(variable.name):
            return variable.name
    near = [
        (distance, variable.name)
        for variable in VARIABLES
        if (distance := _distance(bare, _bare(variable.name), _slips(variable.name))) is not None
    ]
    return min(near)[1] if near else None


def _bare(name: str) -> str:
    return name.upper().replace("_", "").replace("-", "").replace(".", "")


def _slips(name: str) -> int:
    return 1 if len(name.removeprefix("SMTP_")) <= 4 else 2


def _distance(left: str, right: str, most: int) -> int | None:
    """The slips between two names, None above `most`."""
    if abs(len(left) - len(right)) > most or len(set(left) ^ set(right)) > 2 * most:
        return None
    distance = damerau_distance(left, right)
    return distance if distance <= most else None


def preferred(field: Field) -> str:
    """The project's own name for a field, for a file that has none yet."""
    names: Iterable[str] = (v.name for v in VARIABLES if v.field == field and v.reading != "tls")
    return next(iter(names))
