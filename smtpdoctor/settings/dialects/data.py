"""A dialect's facts: the TOML file beside its module, with the sources they are from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any


class Data:
    """A dialect's file, read when something of it is asked for: the start must not pay for
    programs that are not there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _read(self) -> Mapping[str, Any]:
        with self._path.open("rb") as file:
            return tomllib.load(file)

    @property
    def name(self) -> str:
        """The program's name."""
        found: str = self._read["name"]
        return found

    @property
    def client(self) -> str | None:
        """The mail library that it sends with."""
        return self._read.get("client")

    @property
    def sources(self) -> Mapping[str, str]:
        """Where the facts are from."""
        found: Mapping[str, str] = self._read.get("sources", {})
        return found

    @property
    def because(self) -> Mapping[str, str]:
        """Sentences that say what the program makes of an option."""
        found: Mapping[str, str] = self._read.get("because", {})
        return found

    def table(self, name: str) -> Mapping[str, Any]:
        """A further table of the file, by its name."""
        found: Mapping[str, Any] = self._read[name]
        return found


def load(module: str) -> Data:
    """The data of a dialect by its module's own `__file__`."""
    return Data(Path(module).with_suffix(".toml"))
