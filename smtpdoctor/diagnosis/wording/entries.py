"""The user's settings in words: a faulty line, a name that is not read, another value for one."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Evidence, Fix, Location
from smtpdoctor.diagnosis.wording.options import location
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
        Evidence(check="settings", kind="own-line", text=text)
        for item in found
        for text in _near_texts(item)
    )


def _near_texts(item: NearMiss) -> Iterator[str]:
    has = f"{item.origin.label} has {item.name}, which"
    if item.kept_from:
        yield f"{has} {item.kept_from} doesn't pass to the container: compose fills in from .env"
        return
    if item.field is None:
        yield f"{has} looks like {item.looks_like} and is not read"
        return
    yield f"{has} nothing here reads"
    for reads in item.lines[1:]:
        yield f"{reads.origin.label} reads {item.looks_like}, which nothing here sets"


def near_locations(found: list[NearMiss]) -> tuple[Location, ...]:
    """The lines of the variables, then those that read the names which they were to have."""
    lines = [item.lines[:1] for item in found] + [item.lines[1:] for item in found]
    places = [location(each.origin, each.source_line) for group in lines for each in group]
    return tuple(dict.fromkeys(at for at in places if at is not None))


def rename_all(found: list[NearMiss]) -> Fix:
    """Each under the name that is read, or passed on."""
    if all(item.kept_from for item in found):
        names = " and ".join(item.name for item in found)
        return Fix(title=f"pass {names} to the container", steps=tuple(map(rename, found)))
    return Fix(
        title="rename it to the name that is read"
        if len(found) == 1
        else "rename them to the names that are read",
        edits=tuple(item.edit for item in found if item.edit is not None),
        steps=tuple(rename(item) for item in found if item.edit is None),
    )


def rename(item: NearMiss) -> str:
    """How to turn a near miss into what it looks like."""
    if item.kept_from:
        line = f"{item.looks_like}: ${{{item.name}}}"
        return f"Add “{line}” to the service's environment in {item.kept_from}."
    return f"Rename {item.name} ({item.origin.label}) to {item.looks_like}."
