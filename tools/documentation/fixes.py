"""The settings that fix a cause, as each program writes them. Pure but for reading `fixes.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec

_FILE = Path(__file__).parent / "fixes.toml"


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A setting as one program has it. `…` in a comment stands for what was there before."""

    program: str
    language: str
    text: str


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One setting in all programs that have it.

    codes: the causes that it mends. beside: what holds for programs without such a setting, as
    Markdown.
    """

    name: str
    heading: str
    codes: tuple[str, ...]
    beside: str = ""
    programs: tuple[Text, ...]


class Fixes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All topics; `ways` are the codes that are mended by the way to the server."""

    ways: frozenset[str]
    topics: tuple[Topic, ...]


@cache
def known() -> Fixes:
    """What stands in the file."""
    return msgspec.convert(tomllib.loads(_FILE.read_text("utf-8")), Fixes)


def of_code(code: str) -> list[Topic]:
    """The settings that mend this cause."""
    return [topic for topic in known().topics if code in topic.codes]
