"""What a symptom leaves open, enumerated: each reading is one run that would have printed it.

A text names a symptom ("no greeting came"); more than one run gives that. Each reading builds the
observations of one such run, with a weight, and with the observation that would decide for it.
What a reading is called is for the rules to say: nothing in here names a cause.

The weights say how often each was the truth among real cases (docs/explain.md), and what the text
tells besides moves them: a port, a mode, an address. One module for each step of a run;
`runs` has what several of them build.
"""

from __future__ import annotations

from collections.abc import Mapping

from smtpdoctor.explain.model import Known, Symptom
from smtpdoctor.explain.readings import answers, connects, logins, names, opening, settings, tls
from smtpdoctor.explain.readings.runs import Kind, Reading

__all__ = ["KINDS", "Reading", "readings_of"]

#: What a text can name, and the readings of each.
KINDS: Mapping[str, Kind] = {
    **names.KINDS,
    **settings.KINDS,
    **connects.KINDS,
    **opening.KINDS,
    **tls.KINDS,
    **logins.KINDS,
    **answers.KINDS,
}


def readings_of(symptom: Symptom, known: Known) -> tuple[Reading, ...]:
    """Every run that would have printed this, as far as is known."""
    return tuple(KINDS[symptom.kind](symptom, known))
