"""Which platform this machine is part of, from local marks only: environment, DMI and files.

What the marks are stands in the knowledge base. This module looks for them with a few small
reads and asks nobody; `instance_metadata` asks, and only when the user wants it. It must not
know observations, rules or the network.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from smtpdoctor.knowledge.platforms import KINDS, Kind, Mark, Platform, Sign, platforms
from smtpdoctor.text import visible

_DMI = "/sys/class/dmi/id/"

#: Bytes that are read of a file; DMI fields and /proc/cmdline are far shorter.
_MOST_READ = 4096


class PlatformMark(msgspec.Struct, frozen=True, kw_only=True):
    """A platform that was recognised.

    words: what was seen, as reports say it: "DMI sys_vendor is DigitalOcean".
    verified: whether a source confirms that these marks are this platform's own; without, it is
        only probable.
    """

    id: str
    name: str
    kind: Kind
    words: tuple[str, ...]
    verified: bool


def detect(environ: Mapping[str, str], root: Path = Path("/")) -> tuple[PlatformMark, ...]:
    """All platforms whose marks are here, the most specific first.

    A GitHub-hosted runner gives two: GitHub's own, and Azure, whose network it is. `root` is
    where the machine's files are looked for. Nothing here raises: what can't be read is not there,
    and absence says nothing, since containers and sandboxes hide most of it.
    """
    machine = _Machine(environ, root)
    found: list[tuple[tuple[int, int, bool], PlatformMark]] = []
    for platform in platforms().values():
        seen = [(mark, words) for mark in platform.marks if (words := machine.words(mark))]
        if seen:
            signs = max(len(mark.signs) for mark, _ in seen)
            recognised = _recognised(platform, seen)
            rank = (KINDS.index(platform.kind), -signs, not recognised.verified)
            found.append((rank, recognised))
    found.sort(key=lambda ranked: ranked[0])  # stable: ids decide the rest
    return tuple(recognised for _, recognised in found)


def _recognised(platform: Platform, seen: list[tuple[Mark, tuple[str, ...]]]) -> PlatformMark:
    return PlatformMark(
        id=platform.id,
        name=platform.name,
        kind=platform.kind,
        words=tuple(dict.fromkeys(word for _, words in seen for word in words)),
        verified=any(mark.verified for mark, _ in seen),
    )


class _Machine:
    """The environment and the files of one machine, each file read once."""

    def __init__(self, environ: Mapping[str, str], root: Path) -> None:
        self._environ = environ
        self._root = root
        self._read: dict[str, str] = {}

    def words(self, mark: Mark) -> tuple[str, ...]:
        """What was seen of this mark in words, empty where one of its signs is not there."""
        words: list[str] = []
        for sign in mark.signs:
            text, shown = self._look(sign)
            if sign.unset:
                if text:
                    return ()
                continue
            matched = re.search(sign.pattern, text, re.IGNORECASE) if text else None
            if matched is None:
                return ()
            words.append(f"{shown} {_verdict(sign, matched)}")
        return tuple(words)

    def _look(self, sign: Sign) -> tuple[str, str]:
        """What stands there, empty where nothing does, and how a report calls the place."""
        if sign.env:
            return self._environ.get(sign.env, ""), f"variable {sign.env}"
        if sign.dmi:
            return self._text(_DMI + sign.dmi), f"DMI {sign.dmi}"
        if sign.pattern:
            return self._text(sign.file), sign.file
        return ("there" if os.path.exists(self._inside(sign.file)) else ""), sign.file

    def _text(self, path: str) -> str:
        if path not in self._read:
            try:
                with self._inside(path).open("rb") as file:
                    data = file.read(_MOST_READ)
            except OSError:
                data = b""
            self._read[path] = data.decode("utf-8", "replace").strip(" \t\r\n\0")
        return self._read[path]

    def _inside(self, path: str) -> Path:
        return self._root / path.removeprefix("/")


def _verdict(sign: Sign, matched: re.Match[str]) -> str:
    """Only what fits the pattern is told: the rest of a file or variable is the user's own."""
    if not sign.pattern:
        return "is set" if sign.env else "exists"
    return f"{'is' if matched.group() == matched.string else 'has'} {visible(matched.group())}"
