"""What the settings rules ask about single settings, and how their fixes are worded.

Names no cause.
"""

from __future__ import annotations

from smtpdoctor.diagnosis.model import Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import SettingRead
from smtpdoctor.settings.model import Field, NearMiss, Problem, Setting
from smtpdoctor.settings.names import BY_NAME
from smtpdoctor.words import MODE_WORDS

CREDENTIALS: tuple[Field, ...] = ("username", "password", "token")

#: For a loader that fills in what smtpdoctor leaves as it stands.
EXPANDED = (
    "If something fills ${…} in when the application starts, let smtpdoctor see the result: "
    "docker exec CONTAINER env | smtpdoctor check --env-file -"
)


def faults(run: Run, *fields: Field, problems: tuple[Problem, ...] = ()) -> list[SettingRead]:
    """The settings of these fields whose text is faulty, with one of these problems or any."""
    return [
        item
        for item in run.observations.of(SettingRead, ok=False)
        if item.setting.field in fields and (not problems or item.setting.problem in problems)
    ]


def line(entry: Setting) -> Evidence:
    """The user's own line and what is wrong with it."""
    if entry.origin.kind == "default":
        return Evidence(check="settings", text=entry.detail)
    detail = f": {entry.detail}" if entry.detail else ""
    text = f"{entry.origin.label} has {entry.origin.name}={entry.text}{detail}"
    return Evidence(check="settings", text=text)


def write(entry: Setting, title: str, value: str | None, *, tried: str = "") -> Fix:
    """Another value for this very variable; None removes it."""
    steps: tuple[str, ...] = ()
    if entry.origin.kind == "environment":
        steps = (f"change {entry.origin.name} in the environment, which wins over any file",)
    return Fix(title=title, settings={entry.origin.name: value}, tried=tried, steps=steps)


def way_worked(run: Run) -> bool:
    """The configured way, with the settings as they were understood, did all that was tried."""
    main = run.main
    return (
        main is not None
        and main.works
        and not any(exchange.ok is False for exchange in main.exchanges)
    )


def way_tried(run: Run) -> str:
    """What exactly of the configured way was tried and works, for `Fix.tried`."""
    main = run.main
    if main is None or not main.works:
        return ""
    session = main.session
    version = main.handshake.version.replace("v", " ") if main.handshake else ""
    login = main.step("auth")
    words = f"{MODE_WORDS[session.tls]}{f' and {version}' if version else ''} work"
    if login is None:
        return f"{words}; login not tried"
    return f"{words}; the login {'works' if login.ok else 'was refused'}"


def near_misses(run: Run, *fields: str) -> list[NearMiss]:
    """Variables that look like one for these fields and are not read."""
    return [item for item in run.settings.near_misses if BY_NAME[item.looks_like].field in fields]


def near_words(found: list[NearMiss]) -> tuple[Evidence, ...]:
    """The same as evidence."""
    return tuple(
        Evidence(
            check="settings",
            text=f"{item.origin.label} has {item.name}, which looks like {item.looks_like} and "
            "is not read",
        )
        for item in found
    )


def rename(item: NearMiss) -> str:
    """How to turn a near miss into what it looks like."""
    return f"Rename {item.name} ({item.origin.label}) to {item.looks_like}."
