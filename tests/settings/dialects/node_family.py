"""What holds for every program that hands its options to Nodemailer: the four pairs of port and
mode are read, and each change leads where it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from .support import apply, one, prepared, write

#: Files of a folder, in which options stand as they are given.
Files = Callable[[str], Mapping[str, str]]

PAIRS = {
    "{ host: 'smtp.ionos.com', port: 587, secure: false }": (587, "starttls"),
    "{ host: 'smtp.ionos.com', port: 465, secure: true }": (465, "implicit"),
    "{ host: 'smtp.ionos.com', port: 587, secure: true }": (587, "implicit"),
    "{ host: 'smtp.ionos.com', port: 465, secure: false }": (465, "starttls"),
    "{ host: 'smtp.ionos.com', port: '465' }": (465, "implicit"),
    "'smtps://info%40example.com:geheim-1@smtp.ionos.com:587'": (587, "implicit"),
}
GOALS = ((587, "starttls"), (465, "implicit"))


def reads_and_mends(root: Path, dialect: str, files: Files) -> None:
    """Every pair, in a folder of its own, and both ways to go from there."""
    for number, (options, pair) in enumerate(PAIRS.items()):
        for goal in GOALS:
            folder = write(root / f"{number}-{goal[0]}", files(options))
            settings = one(folder, dialect).settings
            assert (settings.port, settings.tls) == pair, options
            assert settings.host == "smtp.ionos.com"
            assert (settings.remarks, settings.untellable) == ((), ())
            if pair == goal:
                continue
            apply(folder, prepared(settings, *goal))
            mended = one(folder, dialect).settings
            assert (mended.port, mended.tls) == goal, options
