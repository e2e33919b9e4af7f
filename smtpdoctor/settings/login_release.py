"""Whose login goes where: whether configured credentials may go to the host of this run.

This module knows the one rule that credentials belong to the source and the host with which they
were written, and its cases. It must not know how sources are read, nor what a server is told.
Pure. (docs/decisions/0014)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from smtpdoctor.settings.model import OriginKind, Settings, Withheld, WithheldReason

#: Files that one program joins inside the folder are one place; a container's environment on
#: standard input is one, and so is the environment of this process.
Home = Literal["command-line", "environment", "folder", "stdin", "default"]

HOMES: dict[OriginKind, Home] = {
    "option": "command-line",
    "target": "command-line",
    "environment": "environment",
    "file": "folder",
    "stdin": "stdin",
    "default": "default",
}


class WrittenSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret as it was written: where, with which user and hosts beside it.

    `hosts` are those that its own place names, as names are looked up, None for one that can't be
    read; where it has none under a name that is read, those of other names for a mail host.
    """

    home: Home
    place: str
    hosts: tuple[str | None, ...] = ()
    user: str | None = None


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Where the run goes, and what was said of it on the command line.

    `configured` is the host that the set-up comes to without the command line, `with_user` that
    the host's text has an `@` in it, `user` the name given by --user or in TARGET. `named` says
    that the set-up itself was named (--setup).
    """

    host: str
    home: Home
    configured: tuple[str | None, ...] = ()
    with_user: bool = False
    user: str | None = None
    named: bool = False


def why_not(  # branches: the contract's reasons in their order
    secret: WrittenSecret, destination: Destination, *, is_provider: Callable[[str], bool]
) -> Withheld | None:
    """Why this secret stays home; None where it may go to the host of the run."""
    hosts = secret.hosts
    reason: WithheldReason
    same_user = destination.user is not None and _same_user(destination.user, secret.user)
    if destination.with_user:
        reason = "host-with-user"
    elif secret.home == "command-line":
        return None  # given for this run
    elif destination.home == "command-line":
        hosts = hosts or destination.configured
        if hosts and destination.host not in hosts:
            # who names both the host and the user has said where this password goes
            if same_user:
                return None
            reason = "another-host-asked"
        elif _other_user(destination.user, secret.user):
            reason = "another-user"
        else:
            return None
    elif hosts and destination.host not in hosts:
        reason = "written-for-another-host"
    elif (
        secret.home == "environment"
        and destination.home == "folder"
        and not hosts
        and not destination.named
        and not is_provider(destination.host)
    ):
        # a folder that somebody else wrote must not fetch what this shell has exported
        reason = "host-from-folder"
    elif _other_user(destination.user, secret.user):
        reason = "another-user"
    else:
        return None
    return Withheld(
        reason=reason,
        host=destination.host,
        place=secret.place,
        written_for=tuple(dict.fromkeys(host for host in hosts if host is not None)),
    )


def without_login(settings: Settings, withheld: Withheld) -> Settings:
    """The settings of a run whose credentials are left where they are."""
    return msgspec.structs.replace(
        settings, username=None, has_password=False, has_token=False, withheld=withheld
    )


def is_provider(host: str) -> bool:
    """Whether the host is a known provider's."""
    from smtpdoctor.knowledge import provider_of  # only where the environment has the secret

    return provider_of(host) is not None


def _same_user(given: str, own: str | None) -> bool:
    return own is not None and given.strip().casefold() == own.strip().casefold()


def _other_user(given: str | None, own: str | None) -> bool:
    """A set-up without a user name takes the given one."""
    return given is not None and own is not None and not _same_user(given, own)
