"""The user's settings in words: a faulty line, a name that is not read, another value for one."""

from __future__ import annotations

from smtpdoctor.diagnosis.model import Evidence, Fix
from smtpdoctor.settings.model import NearMiss, Setting

#: For a loader that fills in what smtpdoctor leaves as it stands.
EXPANDED = (
    "If something fills ${…} in when the application starts, let smtpdoctor see the result: "
    "docker exec CONTAINER env | smtpdoctor check --env-file -"
)


def line(entry: Setting) -> Evidence:
    """The user's own line and what is wrong with it."""
    if entry.origin.kind == "default":
        return Evidence(check="settings", kind="own-line", text=entry.detail)
    detail = f": {entry.detail}" if entry.detail else ""
    text = f"{entry.origin.label} has {entry.origin.name}={entry.text}{detail}"
    return Evidence(check="settings", kind="own-line", text=text)


def write(entry: Setting, title: str, value: str | None, *, tried: str = "") -> Fix:
    """Another value for this very variable; None removes it."""
    steps: tuple[str, ...] = ()
    if entry.origin.kind == "environment":
        steps = (f"change {entry.origin.name} in the environment, which wins over any file",)
    return Fix(title=title, settings={entry.origin.name: value}, tried=tried, steps=steps)


def near_words(found: list[NearMiss]) -> tuple[Evidence, ...]:
    """The same as evidence."""
    return tuple(
        Evidence(
            check="settings",
            kind="own-line",
            text=f"{item.origin.label} has {item.name}, which looks like {item.looks_like} and "
            "is not read",
        )
        for item in found
    )


def rename(item: NearMiss) -> str:
    """How to turn a near miss into what it looks like."""
    return f"Rename {item.name} ({item.origin.label}) to {item.looks_like}."
