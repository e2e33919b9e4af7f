"""Sets of IPv4 and IPv6 addresses, fast for thousands of networks.

Knows arithmetic on addresses only. Both families lie on one line of 128 bits, IPv4 where its
IPv4-mapped addresses are: SPF takes a mapped client as IPv4 (RFC 7208 §5), so no IPv6 network
holds that part of the line.
"""

import heapq
import itertools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import TypeAlias, TypeVar

from smtpdoctor.spf.lookup import Address

Network: TypeAlias = IPv4Network | IPv6Network

_IPV4_FIRST = 0xFFFF << 32
_IPV4_END = _IPV4_FIRST + (1 << 32)
_END = 1 << 128

Q = TypeVar("Q")


class AddressSet:
    """An immutable set of addresses of both families: `|`, `&`, `-`, `<=`, `in`, `bool`.

    `bounds` are the ends of its ranges, ascending: first and after-last of each in turn.
    """

    __slots__ = ("bounds",)

    def __init__(self, bounds: Sequence[int] = ()) -> None:
        self.bounds = tuple(bounds)

    @classmethod
    def of(cls, networks: Iterable[Network]) -> "AddressSet":
        """The union of `networks`."""
        spans = sorted(span for network in networks for span in _spans(network))
        bounds: list[int] = []
        for first, end in spans:
            if bounds and first <= bounds[-1]:
                bounds[-1] = max(bounds[-1], end)
            else:
                bounds += (first, end)
        return cls(bounds)

    def __or__(self, other: "AddressSet") -> "AddressSet":
        if not self.bounds or not other.bounds:
            return self if self.bounds else other
        return self._combined(other, (False, True, True, True))

    def __and__(self, other: "AddressSet") -> "AddressSet":
        if not self.bounds or not other.bounds:
            return NOTHING
        return self._combined(other, (False, False, False, True))

    def __sub__(self, other: "AddressSet") -> "AddressSet":
        if not self.bounds or not other.bounds:
            return self
        return self._combined(other, (False, True, False, False))

    def _combined(self, other: "AddressSet", keep: tuple[bool, bool, bool, bool]) -> "AddressSet":
        # `keep` for: in neither, in self alone, in other alone, in both
        ours, theirs = self.bounds, other.bounds
        bounds: list[int] = []
        i = j = 0
        inside = False
        while i < len(ours) or j < len(theirs):
            if j == len(theirs) or (i < len(ours) and ours[i] <= theirs[j]):
                at = ours[i]
            else:
                at = theirs[j]
            while i < len(ours) and ours[i] == at:
                i += 1
            while j < len(theirs) and theirs[j] == at:
                j += 1
            if keep[(i & 1) | (j & 1) << 1] != inside:
                inside = not inside
                bounds.append(at)
        return AddressSet(bounds)

    def __le__(self, other: "AddressSet") -> bool:
        return not self - other

    def __bool__(self) -> bool:
        return bool(self.bounds)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AddressSet) and self.bounds == other.bounds

    def __hash__(self) -> int:
        return hash(self.bounds)

    def __contains__(self, ip: Address) -> bool:
        return bool(bisect_right(self.bounds, _place(ip)) & 1)

    def __repr__(self) -> str:
        return f"AddressSet({', '.join(str(network) for network in self.networks())})"

    def networks(self, *, prefix4: int = 32, prefix6: int = 128) -> Iterator[Network]:
        """The fewest networks that make up the set, IPv4 first, ascending.

        Only those whose prefix is at most `prefix4` or `prefix6`. Lazily, since an odd set can
        take a hundred for each of its ranges.
        """
        ipv4 = self & IPV4
        for first, end in _ranges(ipv4):
            for start, prefix in _blocks(first - _IPV4_FIRST, end - _IPV4_FIRST, 32, prefix4):
                yield IPv4Network((start, prefix))
        ipv6 = self - ipv4
        if {_IPV4_FIRST, _IPV4_END} <= set(ipv6.bounds):
            ipv6 |= IPV4  # a network around the mapped addresses is written as one
        for first, end in _ranges(ipv6):
            for start, prefix in _blocks(first, end, 128, prefix6):
                yield IPv6Network((start, prefix))

    def count(self) -> int:
        """How many addresses it has."""
        return sum(end - first for first, end in _ranges(self))


def first_match(networks: Iterable[tuple[Network, Q]]) -> dict[Q, AddressSet]:
    """For each label the addresses of which the first network that holds them has that label.

    Takes n log n time for n networks.
    """
    entries = sorted(
        (first, end, priority, label)
        for priority, (network, label) in enumerate(networks)
        for first, end in _spans(network)
    )
    edges = sorted({bound for entry in entries for bound in entry[:2]})
    bounds: dict[Q, list[int]] = {}
    open_entries: list[tuple[int, int, Q]] = []
    following = 0
    for at, until in itertools.pairwise(edges):
        while following < len(entries) and entries[following][0] == at:
            _, end, priority, label = entries[following]
            heapq.heappush(open_entries, (priority, end, label))
            following += 1
        while open_entries and open_entries[0][1] <= at:
            heapq.heappop(open_entries)
        if open_entries:
            winner = bounds.setdefault(open_entries[0][2], [])
            if winner and winner[-1] == at:
                winner[-1] = until
            else:
                winner += (at, until)
    return {label: AddressSet(ends) for label, ends in bounds.items()}


def _place(ip: Address) -> int:
    return int(ip) + _IPV4_FIRST if isinstance(ip, IPv4Address) else int(ip)


def _spans(network: Network) -> Iterator[tuple[int, int]]:
    first = int(network.network_address)
    end = first + (1 << network.max_prefixlen - network.prefixlen)
    if isinstance(network, IPv4Network):
        yield first + _IPV4_FIRST, end + _IPV4_FIRST
    elif end <= _IPV4_FIRST or first >= _IPV4_END:
        yield first, end
    elif first < _IPV4_FIRST:
        # it holds all mapped addresses, which no IPv6 client has
        yield first, _IPV4_FIRST
        if end > _IPV4_END:
            yield _IPV4_END, end


def _ranges(addresses: AddressSet) -> Iterator[tuple[int, int]]:
    return zip(addresses.bounds[::2], addresses.bounds[1::2], strict=True)


def _blocks(first: int, end: int, width: int, longest: int) -> Iterator[tuple[int, int]]:
    if (end - first) >> (width - longest) == 0:
        return
    while first < end:
        size = min(first & -first or 1 << width, 1 << (end - first).bit_length() - 1)
        prefix = width - size.bit_length() + 1
        if prefix <= longest:
            yield first, prefix
        first += size


NOTHING = AddressSet()
IPV4 = AddressSet((_IPV4_FIRST, _IPV4_END))
IPV6 = AddressSet((0, _IPV4_FIRST, _IPV4_END, _END))
EVERYTHING = IPV4 | IPV6
