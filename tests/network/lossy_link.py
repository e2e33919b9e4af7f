"""A link between two namespaces that delays packets and loses some: two tun devices and a dice.

The kernel's own netem is missing on many machines; this needs /dev/net/tun only.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import struct
from collections import Counter
from functools import partial
from typing import Self

from .namespaces import Namespace

# linux/if_tun.h
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
MAX_PACKET = 65536

#: Of one flow no more packets in a row get lost: a test must not hang on a run of bad luck.
MOST_IN_A_ROW = 2


class LossyLink:
    """For `with`: a device `lossy` in each of both namespaces, up and joined.

    `loss` is the share of the packets from `near` to `far` that get lost, as the dice decide that
    are thrown from `seed`; the other direction loses none, so that ping would tell the same share.
    `delay` is in seconds, for either direction. `passed` and `lost` count `near`'s packets.
    """

    def __init__(
        self, near: Namespace, far: Namespace, *, loss: float, delay: float, seed: int
    ) -> None:
        self._ends = near, far
        self._loss = loss
        self._delay = delay
        self._dice = random.Random(seed)
        self._lost_in_a_row: Counter[bytes] = Counter()
        self._files: list[int] = []
        self.passed = 0
        self.lost = 0

    def __enter__(self) -> Self:
        for end in self._ends:
            self._files.append(end.call(_device))
            end.ip("link set dev lossy up")
        self._ends[0].call(self._join)
        return self

    def __exit__(self, *_: object) -> None:
        self._ends[0].call(self._part)

    def _join(self) -> None:
        near, far = self._files
        loop = asyncio.get_running_loop()
        loop.add_reader(near, self._from_near, near, far)
        loop.add_reader(far, lambda: self._pass_on(os.read(far, MAX_PACKET), near))

    def _part(self) -> None:
        self._files, files = [], self._files
        for file in files:
            asyncio.get_running_loop().remove_reader(file)
            os.close(file)

    def _from_near(self, near: int, far: int) -> None:
        packet = os.read(near, MAX_PACKET)
        flow = _flow(packet)
        if self._lost_in_a_row[flow] < MOST_IN_A_ROW and self._dice.random() < self._loss:
            self._lost_in_a_row[flow] += 1
            self.lost += 1
            return
        self._lost_in_a_row[flow] = 0
        self.passed += 1
        self._pass_on(packet, far)

    def _pass_on(self, packet: bytes, target: int) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(self._delay, partial(self._deliver, packet, target))

    def _deliver(self, packet: bytes, target: int) -> None:
        if self._files:  # the link is still there
            os.write(target, packet)


def _flow(packet: bytes) -> bytes:
    """What the packets of one connection, or of one question, have in common."""
    if packet[0] >> 4 == 6:
        addresses, ports = packet[8:40], packet[40:44]
    else:
        header = (packet[0] & 15) * 4
        addresses, ports = packet[12:20], packet[header : header + 4]
    return addresses + ports


def _device() -> int:
    """A new tun device in this thread's namespace, by its file."""
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH22x", b"lossy", IFF_TUN | IFF_NO_PI))
    return file
