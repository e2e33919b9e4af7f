"""What a terminal shows while a run goes on: each check as it finishes, and what is waited for.

Nothing of it stays: the report says it again. What it has seen is there for somebody who does not
wait for the end.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import sys
import threading
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from smtpdoctor.observations import AnyObservation, CheckName

#: A line that says how long is written again so often, in seconds.
TICK = 0.5


class LiveLine:
    """The lines; nothing where there is no terminal, and wiped in the end.

    `several`: more than one run goes on beside each other, and no line belongs to one alone.
    """

    def __init__(self, stream: TextIO | None, *, several: bool = False) -> None:
        self._stream = stream if stream is not None and _takes_escapes(stream) else None
        encoding = (getattr(stream, "encoding", None) or "").lower()
        self._marks = ("✗", "✓") if encoding.startswith("utf") else ("FAIL", "ok")
        self._several = several
        self._seen: list[AnyObservation] = []
        self._last: AnyObservation | None = None
        self._since = time.monotonic()
        self._shown = 0  # lines of finished checks
        self._lock = threading.Lock()
        self._over = threading.Event()

    def __enter__(self) -> LiveLine:
        if self._stream is not None:
            from smtpdoctor.beside import begin

            begin(self._tick)  # without a thread the line moves with what is seen alone
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with self._lock:
            up = f"\x1b[{self._shown}A" if self._shown else ""
            self._write(f"{up}\r\x1b[J")

    def seen(self, observation: AnyObservation) -> None:
        """Take note of one more observation, and say what is waited for now."""
        from smtpdoctor.observations import CHECKS, PolicyAnswer, SenderQuestion

        self._seen.append(observation)
        policies = isinstance(observation, PolicyAnswer | SenderQuestion)
        # what comes beside the way, or is told at its end, is not what was waited for
        further = self._last is None or CHECKS.index(observation.check) >= CHECKS.index(
            self._last.check
        )
        if observation.role == "main" and further and (not policies or self._last is None):
            self._last, self._since = observation, time.monotonic()
        self._draw()

    def stopped(self) -> str:
        """What is known where somebody ended the run: the checks so far, and the wait."""
        lines = [] if self._several else self._finished()
        waited = self._waiting()
        return "".join(f"{line}\n" for line in [*lines, f"Stopped. {waited}" if waited else ""])

    def _tick(self) -> None:
        while not self._over.wait(TICK):
            self._draw()

    def _draw(self) -> None:
        if self._stream is None or self._over.is_set():
            return
        with self._lock:
            lines = [] if self._several else self._finished()
            for line in lines[self._shown :]:
                self._write(f"\r\x1b[K{self._cut(line)}\n")
            self._shown = max(self._shown, len(lines))
            self._write(f"\r\x1b[K{self._cut(self._waiting())}")

    def _waiting(self) -> str:
        """The check that is waited for, with what, and how long already."""
        from smtpdoctor.observations import (
            CHECK_SPECS,
            CHECKS,
            PolicyAnswer,
            SenderQuestion,
            Session,
        )

        last = self._last
        if last is None:
            return ""
        if isinstance(last, PolicyAnswer | SenderQuestion):
            return "sender: asking the DNS …"
        after: CheckName = "reach" if isinstance(last, Session) else last.check
        name = CHECKS[min(CHECKS.index(after) + 1, len(CHECKS) - 1)]
        seconds = int(time.monotonic() - self._since)
        if seconds < 1:
            return f"{name}: {CHECK_SPECS[after].next_wait} …"
        bound = _bound(after)
        waited = f"{seconds} of {bound} s" if bound and seconds <= bound else f"{seconds} s"
        what = self._port() if name == "reach" else CHECK_SPECS[after].next_wait + ","
        return f"{name}: {what} no answer yet, {waited}"

    def _port(self) -> str:
        from smtpdoctor.observations import SettingsRead

        read = next((item for item in self._seen if isinstance(item, SettingsRead)), None)
        return str(read.settings.port) if read is not None and read.settings.port else "port"

    def _finished(self) -> list[str]:
        """The checks behind which another has begun, each in its line."""
        from smtpdoctor.observations import CHECKS, ConnectAttempt, Observations

        last = self._last
        if last is None:
            return []
        seen = list(self._seen)
        lines = []
        # a connection is there before the session on it has said anything
        connected = isinstance(last, ConnectAttempt) and last.ok is True
        finished = CHECKS[1 : CHECKS.index(last.check) + connected]
        if not finished:  # nothing to say yet, so nothing to be loaded for it
            return []
        from smtpdoctor.diagnosis.run import Run
        from smtpdoctor.report.summary import summarise

        for name in finished:
            own = [item for item in seen if item.check == name and item.role == "main"]
            try:
                words = summarise(name, Run(Observations(seen))) if own else None
            except Exception:  # a run that is not over yet: no line is worth its end
                words = None
            if words is not None:
                failed, passed = self._marks
                mark = failed if any(item.ok is False for item in own) else passed
                lines.append(f"  {mark} {name:<8} {words}")
        return lines

    def _cut(self, words: str) -> str:
        from smtpdoctor.text import cut, visible

        return cut(visible(words), shutil.get_terminal_size().columns - 1)

    def _write(self, words: str) -> None:
        if self._stream is not None:
            with contextlib.suppress(OSError, UnicodeError):  # a terminal that has gone, or can't
                self._stream.write(words)
                self._stream.flush()


def _takes_escapes(stream: TextIO) -> bool:
    """Whether it is a terminal on which a line can be wiped."""
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        return False
    if sys.platform != "win32":
        return True
    from rich.console import Console  # which asks the console of Windows

    return not Console(file=stream).legacy_windows


def _bound(after: CheckName) -> int | None:
    """For how many seconds what comes after this check is waited for, where that is one number."""
    from smtpdoctor.checks import reach, session

    return {"dns": math.ceil(reach.CONNECT), "reach": math.ceil(session.GREETING)}.get(after)
