"""A link between two namespaces that loses and delays packets: two tun devices and a dice.

The kernel's own netem is missing on many machines; this needs /dev/net/tun only.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import struct
from functools import partial
from typing import Self

from .namespaces import Namespace

# linux/if_tun.h
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
MAX_PACKET = 65536


class LossyLink:
    """For `with`: a device `lossy` in each of both namespaces, up and joined.

    `passed` and `lost` count packets of both directions. The dice are thrown from `seed`.
    """

    def __init__(
        self, near: Namespace, far: Namespace, *, loss: float, delay: float, seed: int
    ) -> None:
        self._ends = near, far
        self._loss = loss
        self._delay = delay
        self._dice = random.Random(seed)
        self._files: list[int] = []
        self.passed = 0
        self.lost = 0

    def __enter__(self) -> Self:
        for end in self._ends:
            self._files.append(end.call(_device))
            end.ip("link set dev lossy up")
        near, far = self._files
        self._ends[0].call(partial(self._join, near, far))
        return self

    def __exit__(self, *_: object) -> None:
        self._ends[0].call(self._part)

    def _join(self, near: int, far: int) -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(near, self._pass, near, far)
        loop.add_reader(far, self._pass, far, near)

    def _part(self) -> None:
        for file in self._files:
            asyncio.get_running_loop().remove_reader(file)
        self._files, files = [], self._files
        for file in files:
            os.close(file)

    def _pass(self, source: int, target: int) -> None:
        packet = os.read(source, MAX_PACKET)
        if self._dice.random() < self._loss:
            self.lost += 1
            return
        self.passed += 1
        asyncio.get_running_loop().call_later(self._delay, self._deliver, target, packet)

    def _deliver(self, target: int, packet: bytes) -> None:
        if self._files:  # the link is still there
            os.write(target, packet)


def _device() -> int:
    """A new tun device in this thread's namespace, by its file."""
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH22x", b"lossy", IFF_TUN | IFF_NO_PI))
    return file
