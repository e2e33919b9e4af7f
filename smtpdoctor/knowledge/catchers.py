"""Servers that take mail and deliver none: for work on a program, never for its mail.

The facts stand in `catchers.toml`. It must not know this run, nor what follows from a catcher.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec

#: Names of the machine itself.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "host.docker.internal", "0.0.0.0"})


class Catcher(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One such server. `source` is an id of `sources.toml`."""

    name: str
    hosts: tuple[str, ...]
    images: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    source: str


@cache
def catchers() -> tuple[Catcher, ...]:
    """All of them."""
    text = (Path(__file__).parent / "catchers.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["catchers"], tuple[Catcher, ...])


def catcher_at(host: str, port: int | None) -> Catcher | None:
    """The catcher that a host and a port are; None where nothing says so.

    On the machine itself, and at a name of one label, a port that only catchers have is enough.
    """
    host = host.lower().rstrip(".")
    for each in catchers():
        if host in each.hosts:
            return each
    near = host in LOOPBACK or "." not in host
    return next((each for each in catchers() if near and port in each.ports), None)


def catcher_of_image(image: str) -> Catcher | None:
    """The catcher whose image, without registry and tag, this is."""
    name = image.partition("@")[0]
    name = name.rpartition(":")[0] if ":" in name.rpartition("/")[2] else name
    for each in catchers():
        if any(name == mark or name.endswith(f"/{mark}") for mark in each.images):
            return each
    return None
