"""Which variable name means which setting: one table.

This module knows names. It must not know values, files or precedence between sources. Names of
other programs join the table; nothing else has to change for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import msgspec

from smtpdoctor.knowledge.spelling import damerau_distance
from smtpdoctor.settings.model import Field

#: What kind of text a variable holds: how it is to be understood (`values`) and what of it may be
#: shown (`harmless`).
ValueKind = Literal[
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
    kind: ValueKind


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
        "SMTP_TEST",
        "SMTP_TO",
    }
)

#: Names under which other programs switch TLS on from the first byte. They are no names of ours: a
#: program that has both reads one of them as STARTTLS.
SWITCHES = {
    "SMTP_ENABLE_SSL": "SMTP_SECURE",
    "SMTP_SSL": "SMTP_SECURE",
    "SMTP_SSL_ENABLED": "SMTP_SECURE",
    "SMTP_USE_SSL": "SMTP_SECURE",
}

#: Further names for the same things in people's own files, further away than a slip.
ALIKE = {
    "SMTP_PWD": "SMTP_PASS",
    "SMTP_AUTH_PASS": "SMTP_PASS",
    "SMTP_AUTH_PASSWORD": "SMTP_PASSWORD",
    "SMTP_AUTH_USER": "SMTP_USER",
    "SMTP_AUTH_USERNAME": "SMTP_USERNAME",
    "SMTP_HOSTNAME": "SMTP_HOST",
}

#: Names of hosts for mail in any program's settings, near to ours or not: MAIL_HOST,
#: SMTP_HOSTNAME, EMAIL_SERVER, MAILER_DSN. Who wrote credentials beside one wrote them for it.
MAIL_HOST = re.compile(
    r"(?:.*[_.-])?(?:SMTPS?|E?MAIL|MAILER|MAILGUN|MTA|RELAY)(?:[_.-].*)?[_.-]?"
    r"(?:HOST|HOSTNAME|SERVER|SERVERNAME|RELAYHOST|SMARTHOST|URL|URI|DSN)"
)
LONGEST_NAME = 100


def names_mail_host(name: str) -> bool:
    """Whether a variable of that name, which is none of ours, says whom mail is handed to."""
    return (
        name not in BY_NAME
        and len(name) <= LONGEST_NAME
        and MAIL_HOST.fullmatch(name.upper()) is not None
    )


#: A name of a variable in the environment of a program.
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{2,99}")
#: Words for one and the same thing at the end of a variable's name.
_SAME = (
    (re.compile(r"_?(?:PASSWORD|PASSWD|PASS|PWD|PW)$"), "_PASSWORD"),
    (re.compile(r"_?(?:USER_?NAME|USER|LOGIN)$"), "_USER"),
)


DIGITS = re.compile(r"\d")


def same_words(name: str) -> str:
    """The name with one word in the place of others for the same: _PASS and _PASSWD; one
    underscore is as good as two."""
    name = re.sub("__+", "_", name)
    for words, word in _SAME:
        name = words.sub(word, name)
    return name


@lru_cache(maxsize=1024)
def looks_like(name: str) -> str | None:
    """The known name that `name` was probably meant to be, None for a known or a distant name.

    One of `ALIKE` or `SWITCHES`, or case and separators aside the same, or two typing slips away
    at most (one where what distinguishes the name has four letters or less: there, two slips make
    any word of any other).
    """
    if name in BY_NAME or name.upper() in OTHERS or len(name) > LONGEST_NAME:
        return None
    for others in (ALIKE, SWITCHES):
        if name.upper() in others:
            return others[name.upper()]
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


def is_slip(name: str, like: str) -> bool:
    """Whether a variable's name is another one typed wrong: one of its words is a letter or two
    away, and none of them is another word for something else.

    >>> is_slip("SMTP_PASSWRD", "SMTP_PASSWORD"), is_slip("SMTP_HOST", "SMTP_PORT")
    (True, False)
    """
    if len(name) > LONGEST_NAME or DIGITS.sub("", name) == DIGITS.sub("", like):
        return False
    if _bare(name) == _bare(like):
        return True
    mine, others = name.split("_"), like.split("_")
    apart = [(left, right) for left, right in zip(mine, others, strict=False) if left != right]
    if len(mine) != len(others) or len(apart) != 1:
        return False
    left, right = apart[0]
    most = 1 if min(len(left), len(right)) <= 5 else 2
    return min(len(left), len(right)) > 2 and _distance(left, right, most) is not None


def _bare(name: str) -> str:
    return name.upper().replace("_", "").replace("-", "").replace(".", "")


def _slips(name: str) -> int:
    return 1 if len(name.removeprefix("SMTP_")) <= 4 else 2


def _distance(left: str, right: str, most: int) -> int | None:
    """The Damerau-Levenshtein distance (adjacent letters swapped count once), None above `most`."""
    if abs(len(left) - len(right)) > most or len(set(left) ^ set(right)) > 2 * most:
        return None
    distance = damerau_distance(left, right)
    return distance if distance <= most else None


def is_kind(name: str, kind: ValueKind) -> bool:
    """Whether a known variable of that name holds such a text."""
    return name in BY_NAME and BY_NAME[name].kind == kind


def name_of(kind: ValueKind) -> str:
    """The first known name of a variable that holds such a text."""
    return next(variable.name for variable in VARIABLES if variable.kind == kind)


def preferred(field: Field) -> str:
    """The project's own name for a field, for a file that has none yet."""
    names: Iterable[str] = (v.name for v in VARIABLES if v.field == field and v.kind != "tls")
    return next(iter(names))
