"""What programs and libraries print, by what it says of the run: tables of patterns with sources.

The loader of the tables in this folder. What the mail clients themselves print is not in them but
in `knowledge/clients`, by diagnosis code; `of_clients` reads those words as patterns too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.knowledge.needles import may_stand_in

_FOLDER = Path(__file__).parent
#: The tables of patterns, in the order in which they are looked at.
TABLES = ("sockets", "languages", "tls", "mail")


#: `<sender>` in a pattern stands for a step's words; no group of a pattern is called so.
_NAMED = re.compile(r"<(sender|recipient|login|connection|size|data)>")


class ErrorText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One family of texts that say the same.

    pattern: a regular expression, searched without regard to case.
    kind, error: what it says, by the names of `explain.readings`.
    specific: of several in one text the highest counts.
    mail: other programs print it too, for what has nothing to do with mail.
    """

    pattern: str
    kind: str
    error: str = ""
    specific: int = 2
    mail: bool = False
    sources: tuple[str, ...]

    def search(self, text: str, lowered: str) -> re.Match[str] | None:
        """Where the pattern is in the text. `lowered` is the text in lower case: a pattern none of
        whose words is in it is not even compiled, which is most of the time of a single line."""
        if not may_stand_in(self.pattern, lowered):
            return None
        return _regex(self.pattern).search(text)


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


class ClientWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a client prints for a fault, as a pattern: `reply` where it passes a reply on."""

    client: str
    code: str
    regex: re.Pattern[str]
    reply: bool = False


@cache
def tables() -> tuple[ErrorText, ...]:
    """Every table's entries."""
    return tuple(
        msgspec.convert({**entry, "pattern": _spelled_out(entry["pattern"])}, ErrorText)
        for name in TABLES
        for entry in _toml(name)["texts"]
    )


def step_words(name: str) -> str:
    """The pattern of a step's word in the languages of the programs' users: sender, recipient, …"""
    words: Mapping[str, str] = _toml("languages")["words"]
    return words[name]


def _spelled_out(pattern: str) -> str:
    """With the words of other languages in place of their name."""
    return _NAMED.sub(lambda match: step_words(match[1]), pattern)


@cache
def of_clients() -> tuple[ClientWords, ...]:
    """The words of `knowledge/clients` as patterns, the longest first."""
    found = [
        ClientWords(client=client.id, code=code, regex=_compiled(words), reply="{reply}" in words)
        for client in knowledge.clients().values()
        for code, words in client.words.items()
    ]
    return tuple(sorted(found, key=lambda item: -len(item.regex.pattern)))


def client_marks() -> Mapping[str, str]:
    """By the id of a client, the pattern of what shows that it printed a text."""
    marks: Mapping[str, str] = _toml("clients")["marks"]
    return marks


def framework_marks() -> Mapping[str, str]:
    """By the name of a framework in `knowledge/snippets`, the pattern of what shows that its user
    set the client up there."""
    marks: Mapping[str, str] = _toml("clients")["frameworks"]
    return marks


@cache
def mail_clients() -> re.Pattern[str]:
    """What shows that a text was printed by a client that sends nothing but mail."""
    table = _toml("clients")
    marks = [mark for name, mark in table["marks"].items() if name not in table["general"]]
    return re.compile("|".join(marks), re.IGNORECASE | re.MULTILINE)


@cache
def evidence(name: str) -> re.Pattern[str]:
    """strong, weak, elsewhere, submission or foreign: whether a text speaks of handing mail in.
    Compiled when it is asked for: for most texts the first ones settle it."""
    return re.compile(_toml("evidence")[name], re.IGNORECASE | re.MULTILINE)


@cache
def providers() -> Mapping[str, re.Pattern[str]]:
    """By the id of a provider, what its replies to a login say of themselves."""
    marks = _toml("evidence")["providers"]
    return {name: re.compile(mark, re.IGNORECASE) for name, mark in marks.items()}


def _compiled(words: str) -> re.Pattern[str]:
    pattern = re.escape(words)
    for name, value in (
        ("host", r"(?P<host>[\w.-]{1,253})"),
        ("port", r"(?P<port>\d{1,5})"),
        ("reply", r"(?P<reply>[245]\d\d)"),
    ):
        field = re.escape(f"{{{name}}}")
        pattern = pattern.replace(field, value, 1).replace(field, r"\S{1,253}")
    return re.compile(rf"(?<![\w-]){pattern}", re.IGNORECASE)


@cache
def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
