"""Diagnosis and Fix: what rules produce and reports show. Pure data."""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning", "note"]
Confidence = Literal["certain", "likely", "possible"]
Area = Literal["settings", "dns", "network", "session", "tls", "auth", "sender"]

#: Path order: independent causes are reported in it.
AREAS: tuple[Area, ...] = ("settings", "dns", "network", "session", "tls", "auth", "sender")


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One observed fact in words, with the observed value in it."""

    check: str
    text: str


class Edit(msgspec.Struct, frozen=True, kw_only=True, rename={"with_": "with"}):
    """A change of some characters of one line. Never touches a secret's characters.

    `columns` is half-open and counts from 1.
    """

    file: str
    line: int
    columns: tuple[int, int]
    replace: str
    with_: str


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
    tried: str = ""
    steps: tuple[str, ...] = ()
    snippets: tuple[Snippet, ...] = ()


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """A named cause. A rule fills it; the engine adds `consequences` and `docs`.

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
    #: The setting whose line the report points at, where that line is the cause.
    points_at: str | None = None


Verdict = Literal["healthy", "warnings", "broken", "inconclusive"]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine made of a run: diagnoses in the order to report them."""

    diagnoses: tuple[Diagnosis, ...]
    unexplained: tuple[str, ...]  # ids of failed roots that nothing explains
    verdict: Verdict
    faults: tuple[str, ...] = ()  # rules that crashed, and where
