"""What a shell offers for an argument, and what was probably meant by one that is none.

Each function takes what was typed so far. What it asks is loaded only then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

#: What profiles are usually called.
PROFILES = ("development", "production", "staging", "test")
#: What a shell takes for nothing but a word.
PLAIN = re.compile(r"[A-Za-z0-9_./@+-]+(?::[0-9]+)?")
#: For so many seconds a folder is read while somebody waits for the offer.
PATIENCE = 3.0

#: A word, or a word and what it means: zsh and fish show both.
Offer = list[str] | list[tuple[str, str]]


def checks(incomplete: str) -> list[str]:
    """The names of --only and --skip, also behind a comma."""
    from smtpdoctor.observations import CHECKS

    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in CHECKS if name.startswith(last)]


def modes(incomplete: str) -> list[str]:
    return _beginning(incomplete, ("implicit", "starttls", "none"))


def clients(incomplete: str) -> list[str]:
    """The mail libraries that --client takes."""
    from smtpdoctor import knowledge

    return _beginning(incomplete, knowledge.clients())


def relays(incomplete: str) -> list[str]:
    """The providers that --through takes."""
    from smtpdoctor import knowledge

    return _beginning(incomplete, knowledge.providers())


def codes(incomplete: str) -> Offer:
    """The diagnosis codes that have a page."""
    from smtpdoctor import pages

    return _explained(incomplete, pages.titles())


def scenarios(incomplete: str) -> Offer:
    """The scenarios of `demo`."""
    from smtpdoctor.demo.scenarios import SCENARIOS

    return _explained(incomplete, {name: each.title for name, each in SCENARIOS.items()})


def schemas(incomplete: str) -> list[str]:
    from smtpdoctor.report.schema import SCHEMAS

    return _beginning(incomplete, SCHEMAS)


def readers(incomplete: str) -> list[str]:
    """The readers of `.env` that `settings --reader` takes."""
    from smtpdoctor.settings.readers.dotenv import readers as known

    return _beginning(incomplete, known())


def outputs(incomplete: str) -> list[str]:
    """FORMAT= of --output; the file behind it is the shell's matter."""
    return [f"{name}=" for name in formats(incomplete)] if "=" not in incomplete else []


def terminal_or_json(incomplete: str) -> list[str]:
    return _beginning(incomplete, ("terminal", "json"))


def secure(incomplete: str) -> list[str]:
    return _beginning(incomplete, ("true", "false", "starttls", "none"))


def setups(incomplete: str) -> list[str]:
    """A part of each set-up's name that fits it alone, where one is that no shell takes for more
    than a word: a file may be called anything."""
    names = _setup_names()
    offered: dict[str, None] = {}
    for name in names:
        dialect, _, place = name.partition(" ")
        file, colon, _ = place.rpartition(":")
        for part in (file if colon else place, place, dialect):
            fits = sum(part.lower() in other.lower() for other in names)
            if fits == 1 and PLAIN.fullmatch(part) and part.startswith(incomplete):
                offered.setdefault(part)
                break
    return list(offered)


def _setup_names() -> list[str]:
    import os
    from pathlib import Path

    from smtpdoctor.settings.setups import setups_in

    try:
        found = setups_in(Path.cwd(), os.environ, seconds=PATIENCE)
    except OSError:  # the folder has gone
        return []
    return [setup.name for setup in found.setups]


def profiles(incomplete: str) -> list[str]:
    """What profiles are usually called; a folder may have others."""
    return _beginning(incomplete, PROFILES)


def formats(incomplete: str) -> list[str]:
    from smtpdoctor.report import formats as known

    return _beginning(incomplete, known.names())


def meant(text: str, names: Iterable[str]) -> str:
    """ "; did you mean X?" where one of the names is near, else ""."""
    import difflib

    near = difflib.get_close_matches(text.strip().lower(), list(names), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _explained(incomplete: str, meanings: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, meanings[name]) for name in _beginning(incomplete, meanings)]


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if name.startswith(incomplete))
