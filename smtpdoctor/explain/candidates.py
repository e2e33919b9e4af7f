"""Lets the rules judge each reading of what a text says, and ranks the causes that they name."""

from __future__ import annotations

import msgspec

from smtpdoctor.diagnosis.engine import diagnose
from smtpdoctor.diagnosis.model import Confidence, Diagnosis
from smtpdoctor.explain.course import in_words
from smtpdoctor.explain.model import Candidate, Known, Symptom
from smtpdoctor.explain.readings import Reading, readings_of
from smtpdoctor.observations import Observations, Redactor
from smtpdoctor.settings.model import MASK
from smtpdoctor.text import foreign

#: So many are shown.
MOST = 5
#: A reading of so little weight beside the best one is left out.
LEAST = 0.12


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """A cause with the run that shows it, for reports."""

    candidate: Candidate
    diagnosis: Diagnosis
    observations: Observations
    reading: Reading
    symptom: Symptom
    known: Known
    score: float


def rank(symptoms: list[Symptom], known: Known, secrets: frozenset[str]) -> list[Ranked]:
    """The causes that one incident fits, most likely first."""
    best: dict[str, Ranked] = {}
    for place, symptom in enumerate(symptoms):
        nearer = 1.0 if symptom.specific == symptoms[0].specific else 0.55
        for reading in readings_of(symptom, known):
            weight = reading.weight * nearer * (1.0 - 0.05 * place)
            for found in _judged(reading, symptom, known, secrets, weight):
                code = found.diagnosis.code
                if code not in best or best[code].score < found.score:
                    best[code] = found
    ordered = sorted(best.values(), key=lambda item: -item.score)
    kept = [item for item in ordered if item.score >= LEAST * ordered[0].score][:MOST]
    return _worded(kept)


def _judged(
    reading: Reading, symptom: Symptom, known: Known, secrets: frozenset[str], weight: float
) -> list[Ranked]:
    redactor = Redactor(MASK)
    redactor.add(*secrets)
    observations = reading.build(known, redactor)
    errors = [item for item in diagnose(observations).diagnoses if item.severity == "error"]
    return [
        Ranked(
            candidate=Candidate(code=error.code, confidence="possible", title="", why="", tell_apart=""),
            diagnosis=error,
            observations=observations,
            reading=reading,
            symptom=symptom,
            known=known,
            score=weight * (1.0 if place == 0 else 0.5),
        )
        for place, error in enumerate(errors)
    ]


def _worded(ranked: list[Ranked]) -> list[Ranked]:
    """The candidates in words: how sure, why, and what tells each from the next."""
    total = sum(item.score for item in ranked)
    found = []
    for place, item in enumerate(ranked):
        following = ranked[place + 1] if place + 1 < len(ranked) else None
        other = following or (ranked[place - 1] if place else None)
        found.append(
            msgspec.structs.replace(
                item,
                candidate=Candidate(
                    code=item.diagnosis.code,
                    confidence=_confidence(item, total),
                    title=title(item),
                    why=why(item),
                    tell_apart=_tell_apart(item, other),
                ),
            )
        )
    return found


def _confidence(item: Ranked, total: float) -> Confidence:
    share = item.score / total
    telling = item.symptom.specific >= 5
    if telling and share > 0.85:
        return "certain"
    return "likely" if share >= 0.45 or (telling and share >= 0.35) else "possible"


def title(item: Ranked) -> str:
    """The rule's title; of an interceptor only that there is one, since none was named."""
    if item.diagnosis.code == "tls-intercepted":
        return "something on the way answers TLS with a certificate of its own"
    return in_words(item.diagnosis.title)


def explanation(item: Ranked) -> str:
    if item.diagnosis.code == "tls-intercepted":
        return (
            "An antivirus on the machine, or a proxy of its network, ends TLS itself and shows a "
            "certificate that it has made. The program's own store does not have its authority, "
            "so it refuses the session."
        )
    return in_words(item.diagnosis.explanation)


def why(item: Ranked) -> str:
    says = f"the text says “{foreign(item.symptom.says, 160)}”"
    taken = [item.reading.assumes] if item.reading.assumes else []
    return f"{says}; taken for granted: {', '.join(taken)}" if taken else says


def _tell_apart(item: Ranked, other: Ranked | None) -> str:
    if other is None:
        return item.reading.decides
    return f"{item.reading.decides}; if not: {other.diagnosis.code}"
