"""A fault of this program in words: its type and place only, since its text may hold anything.

Knows what of an error may be seen outside. Must not know what was being done.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType

OURS = __name__.partition(".")[0]


class OwnFaultError(RuntimeError):
    """A fault of smtpdoctor's own, as the caller of its Python interface sees it."""


def describe(error: BaseException) -> str:
    """Such as "KeyError at dns.py:41"."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def outward(error: BaseException, *passing: type[BaseException]) -> BaseException:
    """An error as it leaves this program: test runners and services print what stands in the
    frames of a traceback, and passwords stand in ours.

    One of the kinds that are `passing`, or that is no `Exception`, is itself, without our frames;
    any other is a fault of our own. To be raised behind the `except`, which would keep the frames.
    """
    if isinstance(error, Exception) and not isinstance(error, (MemoryError, *passing)):
        words = f"a fault of smtpdoctor's own, please report it: {describe(error)}"
        return OwnFaultError(words)
    error.__cause__ = error.__context__ = None
    return error.with_traceback(_of_others(error.__traceback__))


def _of_others(trace: TracebackType | None) -> TracebackType | None:
    """The part of a traceback that is in other programs' modules."""
    kept = []
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] != OURS:
            kept.append(trace)
        trace = trace.tb_next
    found = None
    for each in reversed(kept):
        found = TracebackType(found, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return found
