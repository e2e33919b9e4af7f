"""Reading files of the machine and of the user without waiting and without end.

Knows kinds of files. Must not know what stands in one, nor what its absence means.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path


def read_bounded(path: Path | str, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes.

    A FIFO, a socket, a device or a folder is not waited for. Raises OSError for what is no regular
    file, is larger, or can't be read.
    """
    # without O_NONBLOCK the open of a FIFO waits for somebody to write
    descriptor = os.open(
        path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("no regular file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(f"larger than {limit} bytes")
    return data
