"""Diagnosis and Fix: what rules produce and reports show. Pure data."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from smtpdoctor.settings.model import Edit, Field

Severity = Literal["error", "warning", "note"]
Confidence = Literal["certain", "likely", "possible"]
Area = Literal["settings", "dns", "network", "session", "tls", "auth", "sender"]

#: Path order: independent causes are reported in it.
AREAS: tuple[Area, ...] = ("settings", "dns", "network", "session", "tls", "auth", "sender")


#: What a piece of evidence rests on. seen: observed in this run, with its value. own-line: the
#: user's own setting. prints: what a mail library prints for this. known: a fact of the knowledge
#: base, with source and date. guessed: neither seen nor known, and said so. comparison: the same
#: thing tried elsewhere, beside it.
EvidenceKind = Literal["seen", "own-line", "prints", "known", "guessed", "comparison"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One fact in words, with the observed value in it. `check` is the check that it belongs to."""

    check: str
    text: str
    kind: EvidenceKind = "seen"


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the user's own that has to do with a cause, masked.

    `columns` is half-open, counts from 1 and fits `text`.
    """

    file: str
    line: int
    columns: tuple[int, int] | None = None
    text: str = ""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A DNS record to publish. `old` is None for a new one, `new` None for one to remove."""

    name: str
    type: str
    old: str | None = None
    new: str | None = None


class Snippet(msgspec.Struct, frozen=True, kw_only=True, rename={"for_": "for"}):
    """The same fix in one client's own code."""

    for_: str
    language: str
    text: str


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """What the user does about it. `settings` maps the user's names to new values, None removes.

    `tried` says exactly what the doctor tried, and is empty where nothing was.
    """

    title: str
    settings: dict[str, str | None] = {}
    edits: tuple[Edit, ...] = ()
    records: tuple[Record, ...] = ()
    tried: str = ""
    steps: tuple[str, ...] = ()
    snippets: tuple[Snippet, ...] = ()


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """What a project's own file says it lives with, and where it says so.

    `setup` is a part of the names of the set-ups that it is about, "" for every one; `until` the
    last day on which it holds. `file` is relative to the folder that is looked at.
    """

    code: str
    setup: str = ""
    reason: str
    until: date | None = None
    file: str
    line: int

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """A named cause. A rule fills it; the engine adds `area`, `consequences`, `docs`, and the
    `locations` of `points_at` where the rule gave none. `accepted` comes after all of them: the
    project lives with this warning or note.

    `explains` holds the ids of the observations whose failure this cause accounts for. An error
    must explain something; a warning or note may stand alone.
    """

    code: str
    severity: Severity
    confidence: Confidence
    title: str
    explanation: str
    evidence: tuple[Evidence, ...] = ()
    fixes: tuple[Fix, ...] = ()
    explains: tuple[str, ...] = ()
    consequences: tuple[str, ...] = ()
    docs: str = ""
    #: The settings whose lines are the cause together, the one to change first.
    points_at: tuple[Field, ...] = ()
    area: Area = "settings"
    locations: tuple[Location, ...] = ()
    accepted: Acceptance | None = None


Verdict = Literal["healthy", "warnings", "broken", "inconclusive"]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine made of a run: diagnoses in the order to report them."""

    diagnoses: tuple[Diagnosis, ...]
    unexplained: tuple[str, ...]  # ids of failed roots that nothing explains
    verdict: Verdict
    faults: tuple[str, ...] = ()  # rules that crashed, and where
