"""Lets a library do with an older glibc than the one it was linked with.

glibc keeps the older form of a function beside a newer one, each under a version of its own, and a
library asks for the newest that the building machine has. Where one function alone asks for a
version, `bind_to_oldest` has it take the oldest form: hypot of 2.35 reports errors in another way
than that of 2.2.5, and gives the same. Knows ELF (gABI, and the LSB's symbol versions), and nothing
of what is bundled.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

_DYNSYM, _VERSYM, _VERNEED = 11, 0x6FFFFFFF, 0x6FFFFFFE
#: What every function has that has been there from the start, on x86-64 and on arm64.
FIRST = ("GLIBC_2.2.5", "GLIBC_2.17")


class Section(NamedTuple):
    """Where a section lies in the file. `link` is the number of the section with its names."""

    kind: int
    offset: int
    size: int
    link: int


class Needed(NamedTuple):
    """One version that is needed of one library: the place of its entry, its number for symbols,
    the place of its name, and the entry behind it, as a distance."""

    at: int
    number: int
    name: int
    behind: int


def bind_to_oldest(library: bytes, symbol: str) -> bytes:
    """The library with that function in its oldest form; as it was where it doesn't use it, uses
    more of that version, or nothing else that is so old.

    Raises ValueError where this is no 64-bit little-endian ELF file.
    """
    if library[:6] != b"\x7fELF\x02\x01":
        raise ValueError("no 64-bit little-endian ELF file")
    content = bytearray(library)
    sections = _sections(content)
    found = {each.kind: each for each in sections if each.kind in (_DYNSYM, _VERSYM, _VERNEED)}
    if len(found) < 3:
        return library
    names = sections[found[_DYNSYM].link].offset
    versions = found[_VERSYM].offset
    users = [
        number
        for number in range(found[_DYNSYM].size // 24)
        if _text(content, names + _u32(content, found[_DYNSYM].offset + 24 * number)) == symbol
    ]
    if len(users) != 1:
        return library
    (user,) = users
    numbers = [_u16(content, versions + 2 * each) for each in range(found[_VERSYM].size // 2)]
    if numbers.count(numbers[user]) != 1:
        return library
    for head, needed in _needed(content, found[_VERNEED], names):
        newer = next((each for each in needed if each.number == numbers[user]), None)
        oldest = next((each for each in needed if _text(content, each.name) in FIRST), None)
        if newer is None or oldest is None:
            continue
        struct.pack_into("<H", content, versions + 2 * user, oldest.number)
        _leave_out(content, head, needed, newer)
        _blank(content, newer.name)
        return bytes(content)
    return library


def _sections(content: bytearray) -> list[Section]:
    (start,) = struct.unpack_from("<Q", content, 0x28)
    size, count = struct.unpack_from("<HH", content, 0x3A)
    found = []
    for number in range(count):
        at = start + number * size
        offset, length, link = struct.unpack_from("<QQI", content, at + 24)
        found.append(Section(_u32(content, at + 4), offset, length, link))
    return found


def _needed(content: bytearray, section: Section, names: int) -> list[tuple[int, list[Needed]]]:
    """Each library's entry by its place, with the versions that are needed of it."""
    found = []
    head = section.offset
    while True:
        _, count, _, first, behind = struct.unpack_from("<HHIII", content, head)
        at, needed = head + first, []
        for _ in range(count):
            _, _, number, name, after = struct.unpack_from("<IHHII", content, at)
            needed.append(Needed(at, number, names + name, after))
            at += after
        found.append((head, needed))
        if not behind:
            return found
        head += behind


def _leave_out(content: bytearray, head: int, needed: list[Needed], newer: Needed) -> None:
    """Take the entry of a version out of its library's chain."""
    place = needed.index(newer)
    struct.pack_into("<H", content, head + 2, len(needed) - 1)
    if place == 0:
        struct.pack_into("<I", content, head + 8, newer.at + newer.behind - head)
        return
    before = needed[place - 1]
    after = newer.at + newer.behind - before.at if newer.behind else 0
    struct.pack_into("<I", content, before.at + 12, after)


def _blank(content: bytearray, name: int) -> None:
    """Nothing refers to the name any more; who looks for versions in the file shall not see it."""
    length = len(_text(content, name))
    content[name : name + length] = b"-" * length


def _text(content: bytearray, at: int) -> str:
    return content[at : content.index(0, at)].decode("latin-1")


def _u16(content: bytearray, at: int) -> int:
    return int.from_bytes(content[at : at + 2], "little") & 0x7FFF


def _u32(content: bytearray, at: int) -> int:
    return int.from_bytes(content[at : at + 4], "little")
