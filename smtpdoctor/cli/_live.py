"""One line on a terminal that says what is being waited for."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from smtpdoctor.observations import AnyObservation


class LiveLine:
    """The line; nothing where there is no terminal, and wiped in the end."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = (
            stream
            if stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
            else None
        )

    def __enter__(self) -> LiveLine:
        return self

    def __exit__(self, *_: object) -> None:
        self._write("")

    def seen(self, observation: AnyObservation) -> None:
        from smtpdoctor.observations import CHECK_SPECS, Session

        begun = isinstance(observation, Session)
        self._write(f"{CHECK_SPECS['reach' if begun else observation.check].next_wait} …")

    def _write(self, words: str) -> None:
        if self._stream is not None:
            with contextlib.suppress(OSError):  # a terminal that has gone costs no run
                self._stream.write(f"\r\x1b[K{words}")
                self._stream.flush()
