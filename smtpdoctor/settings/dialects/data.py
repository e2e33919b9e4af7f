"""A dialect's facts: the TOML file beside its module, with the sources they are from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """`because`: sentences that say what the program makes of an option. `sources`: where from."""

    name: str
    client: str | None
    sources: Mapping[str, str]
    because: Mapping[str, str]
    rest: Mapping[str, Any]

    def table(self, name: str) -> Mapping[str, Any]:
        """A further table of the file, by its name."""
        found: Mapping[str, Any] = self.rest[name]
        return found


def load(module: str) -> Data:
    """The data of a dialect by its module's own `__file__`."""
    with Path(module).with_suffix(".toml").open("rb") as file:
        data = tomllib.load(file)
    return Data(
        name=data.pop("name"),
        client=data.pop("client", None),
        sources=data.pop("sources", {}),
        because=data.pop("because", {}),
        rest=data,
    )
