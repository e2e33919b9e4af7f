"""What a set-up comes to in a few words, and prepared changes that are written and read again."""

from __future__ import annotations

import shutil
from pathlib import Path

from smtpdoctor.settings.setup import Setup

from .support import apply, one, prepared

GOALS = [(587, "starttls"), (465, "implicit")]


def came_to(setup: Setup) -> tuple[str | None, int | None, str]:
    """Host, port and mode."""
    settings = setup.settings
    return settings.host, settings.port, settings.tls


def came_to_with_user(setup: Setup) -> tuple[str | None, int | None, str, str | None]:
    return (*came_to(setup), setup.settings.username)


def way(setup: Setup) -> tuple[str | None, int | None, str, bool]:
    """Host, port and mode, and whether the mode is required."""
    settings = setup.settings
    return settings.host, settings.port, settings.tls, settings.tls_required


def password(setup: Setup) -> str | None:
    secret = setup.credentials.password
    return secret.reveal() if secret is not None else None


def remarks(setup: Setup) -> set[tuple[str, str]]:
    return {(each.kind, each.option) for each in setup.settings.remarks}


def remarks_in_order(setup: Setup) -> list[tuple[str, str]]:
    return [(each.kind, each.option) for each in setup.settings.remarks]


FAULTS = frozenset({"misread", "fault"})


def changes_lead_there(
    root: Path, dialect: str, *, faults: frozenset[str] = FAULTS, **environ: str
) -> None:
    """What is prepared for 587 and 465 is written, read again, and comes to that without such a
    remark."""
    before = one(root, dialect, **environ)
    for place, goal in enumerate(GOALS):
        now = (before.settings.port, before.settings.tls)
        if now == goal and not {kind for kind, _ in remarks(before)} & FAULTS:
            continue
        copy = root.parent / f"{root.name}-{place}"
        shutil.copytree(root, copy)
        apply(copy, prepared(before.settings, *goal))
        after = one(copy, dialect, **environ)
        assert (after.settings.port, after.settings.tls) == goal
        assert not {kind for kind, _ in remarks(after)} & faults
        assert password(after) == password(before)
