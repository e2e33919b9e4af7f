"""What a shell offers for an argument, and what was probably meant by one that is none.

Each function takes what was typed so far. What it asks is loaded only then.
"""

from __future__ import annotations

from collections.abc import Iterable

PROFILES = ("development", "production", "staging", "test")


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


def codes(incomplete: str) -> list[str]:
    """The diagnosis codes that have a page."""
    from smtpdoctor import pages

    return _beginning(incomplete, pages.codes())


def scenarios(incomplete: str) -> list[str]:
    """The scenarios of `demo`."""
    from smtpdoctor.demo.scenarios import SCENARIOS

    return _beginning(incomplete, SCENARIOS)


def setups(incomplete: str) -> list[str]:
    """The set-ups of the working folder."""
    return [name for name in _setup_names() if incomplete.lower() in name.lower()]


def _setup_names() -> list[str]:
    import os
    from pathlib import Path

    from smtpdoctor.settings.setups import setups_in

    try:
        return [setup.name for setup in setups_in(Path.cwd(), os.environ).setups]
    except OSError:  # the folder has gone
        return []


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


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if name.startswith(incomplete))
