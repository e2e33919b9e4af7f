"""What one run is to do: settings, credentials and the options that are not settings."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from smtpdoctor.addresses import is_address
from smtpdoctor.deadline import DEFAULT_TIMEOUT
from smtpdoctor.observations import CHECK_SPECS, CHECKS, CheckName, SenderQuestion
from smtpdoctor.settings.model import Credentials, Settings
from smtpdoctor.settings.usage import UsageError


class ConnectTo(msgspec.Struct, frozen=True, kw_only=True):
    """One --connect-to: connections to host:port go to address:target_port instead.

    As in curl, an empty host or a port of 0 stands for any.
    """

    host: str
    port: int
    address: str
    target_port: int

    def speaks_of(self, host: str) -> bool:
        """Whether it is about this host; a dot at the end of either makes no other name of it."""
        return self.host.rstrip(".").lower() in ("", host.rstrip(".").lower())


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a run goes by. Holds credentials: never serialised."""

    settings: Settings
    credentials: Credentials
    selected: frozenset[CheckName] = frozenset(CHECKS)
    timeout: float = DEFAULT_TIMEOUT
    connect_to: tuple[ConnectTo, ...] = ()
    cafile: str | None = None
    nameservers: tuple[str, ...] = ()
    third_party: bool = True
    ticket: bool = False  # a request about blocked ports is wanted: 25 is looked at too
    ask_metadata: bool = False  # ask metadata services which platform this is
    #: The one thing to find out, where no server is to be asked.
    question: SenderQuestion | None = None

    @property
    def host(self) -> str:
        """The host to examine, "" where there is none."""
        return self.settings.host or ""

    @property
    def port(self) -> int:
        return self.settings.port or 0

    def mapping(self, host: str, port: int) -> ConnectTo | None:
        """The --connect-to that applies to host:port, None where it goes its own way."""
        return next(
            (item for item in self.connect_to if item.speaks_of(host) and item.port in (0, port)),
            None,
        )

    def is_mapped(self, host: str) -> bool:
        """Whether any port of the host is mapped: its other ports are then not touched."""
        return any(item.speaks_of(host) for item in self.connect_to)


def select(only: Iterable[CheckName] = (), skip: Iterable[CheckName] = ()) -> frozenset[CheckName]:
    """The checks to run: those of `only` with what they need, without those of `skip`.

    A skipped check takes along those that can't do without it. DNS can be done without: an
    address literal or --connect-to needs none.
    """
    only, skip = tuple(only), tuple(skip)
    for option, names in (("--only", only), ("--skip", skip)):
        for name in names:
            if name not in CHECK_SPECS:
                raise UsageError(f"{option}: {name!r} is none of {', '.join(CHECK_SPECS)}")
    both = [name for name in CHECKS if name in only and name in skip]
    if both:
        raise UsageError(f"--only and --skip both name {both[0]}: give one of them")
    wanted = (
        {need for name in only for need in (*CHECK_SPECS[name].needs, name)}
        if only
        else set(CHECKS)
    )
    if only and wanted & {"reach", "tls", "auth", "sender"}:
        wanted.add("dns")
    dropped = set(skip)
    return frozenset(
        name
        for name in wanted
        if name not in dropped and not dropped.intersection(CHECK_SPECS[name].needs)
    )


def read_connect_to(text: str) -> ConnectTo:
    """HOST:PORT:ADDRESS:PORT, IPv6 addresses in brackets; an empty HOST or PORT stands for any.

    Raises UsageError.
    """
    part = r"(\[[^\]]*\]|[^:\[\]]*)"
    # more digits than that are no port, and more than 4300 are nothing that Python counts
    match = re.fullmatch(rf"{part}:([0-9]{{0,9}}):{part}:([0-9]{{1,9}})", text)
    if match is None:
        raise UsageError(f"--connect-to {text}: must be HOST:PORT:ADDRESS:PORT")
    host, port, address, target = (item.strip("[]") for item in match.groups())
    if not is_address(address):
        raise UsageError(f"--connect-to {text}: {address or 'nothing'} is not an address")
    for number in (port or "1", target):
        if not 0 < int(number) < 65536:
            raise UsageError(f"--connect-to {text}: {number} is not a port")
    return ConnectTo(host=host, port=int(port or 0), address=address, target_port=int(target))


def read_nameserver(text: str) -> str:
    """ADDRESS or ADDRESS:PORT, IPv6 with a port in brackets. Raises UsageError."""
    if is_address(text):
        return text
    address, _, port = text.rpartition(":")
    is_port = re.fullmatch("[0-9]{1,5}", port) and 0 < int(port) < 65536
    if is_port and is_address(address.strip("[]")):
        return text
    raise UsageError(f"--nameserver {text}: must be ADDRESS or ADDRESS:PORT")
