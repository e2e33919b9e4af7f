"""A value that the user looks at, and that another source hides with another value.

Seen while the settings were read: the same name in two places that don't say the same. A note,
since most such pairs are meant; a likely cause after a refused login.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix, Location
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.settings.model import Field, Origin, Setting, Shadowed

CODE = "setting-shadowed"
BEFORE = ("credentials-rejected",)

FIELDS: tuple[Field, ...] = (
    "url",
    "host",
    "port",
    "tls",
    "username",
    "password",
    "token",
    "sender",
)
LOGIN: tuple[Field, ...] = ("url", "username", "password", "token")


def diagnose(run: Run) -> Iterator[Diagnosis]:
    for field in FIELDS:
        entry = run.entry(field)
        hidden = _hidden(entry) if entry is not None else None
        if entry is None or hidden is None:
            continue
        where, instead = _place(entry.origin), _place(hidden.origin)
        seen = Evidence(
            check="settings",
            kind="own-line",
            text=f"{entry.origin.name} is in {where} and, with another value, in {instead}; "
            f"{where} counts",
        )
        refused = run.refused_as("credentials-rejected") if field in LOGIN else None
        locations = _locations(entry, hidden)
        title = f"{entry.origin.name} in {where} hides the one in {instead}"
        if refused is None:
            yield Diagnosis(
                code=CODE,
                severity="note",
                confidence="certain",
                title=title,
                explanation=f"What is changed in {instead} has no effect while {where} has it.",
                evidence=(seen,),
                locations=locations,
            )
            continue
        yield Diagnosis(
            code=CODE,
            severity="error",
            confidence="likely",
            title=f"{title}, and the login was refused",
            explanation=(
                f"The login was made with what {where} says, not with what is in {instead}. "
                "Which of the two is right can't be seen without another login."
            ),
            evidence=(seen, refusals.seen(run, refused)),
            fixes=(
                Fix(
                    title=f"keep {entry.origin.name} in one place, with the right value",
                    steps=(
                        f"If {instead} has the right one, take {entry.origin.name} out of {where}.",
                        f"If {where} has, write the right value there: it counts.",
                    ),
                ),
            ),
            explains=refused.failed,
            locations=locations,
        )


def _hidden(entry: Setting) -> Shadowed | None:
    """The nearest value of another source that says something else; none where the command line
    says it for this one run, or where it is a matter of two names for one thing."""
    if entry.origin.kind not in ("environment", "file") or entry.problem == "conflict":
        return None
    return next(
        (
            item
            for item in entry.shadows
            if not item.same
            and item.origin.name == entry.origin.name
            and item.origin.kind in ("environment", "file")
            and item.origin.label != entry.origin.label
        ),
        None,
    )


def _place(origin: Origin) -> str:
    return "the environment" if origin.kind == "environment" else origin.label


def _locations(entry: Setting, hidden: Shadowed) -> tuple[Location, ...]:
    """The line that counts, and the one that doesn't."""
    lines = [(entry.origin, entry.source_line or ""), (hidden.origin, "")]
    return tuple(
        # of the hidden line no text is kept, and columns are for a text
        Location(
            file=origin.file,
            line=origin.line,
            columns=origin.columns if text else None,
            text=text,
        )
        for origin, text in lines
        if origin.file is not None and origin.line is not None
    )
