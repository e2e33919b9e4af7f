"""The program's words for its own closed sets: modes, outcomes, problems, reasons.

One form for one thing, in rules and reports. Knows words; must not know rules, runs or layout.
"""

from __future__ import annotations

from collections.abc import Sequence

from smtpdoctor.observations import ConnectOutcome
from smtpdoctor.settings.model import Problem, TLSMode

MODE_WORDS: dict[TLSMode, str] = {
    "implicit": "implicit TLS",
    "starttls": "STARTTLS",
    "none": "no TLS",
}

OUTCOME_WORDS: dict[ConnectOutcome, str] = {
    "open": "open",
    "silent": "silent",
    "refused": "refused",
    "reset": "reset",
    "unreachable": "unreachable",
    "denied": "denied",
    "no-route": "no route",
    "other": "failed",
}

#: What is wrong with the text of a setting, to stand behind its name.
PROBLEM_WORDS: dict[Problem, str] = {
    "scheme": "has a scheme in front of the host",
    "port": "has a port behind the host",
    "blanks": "has blanks in it",
    "quotes": "has quotes that are part of the value",
    "characters": "has characters that no host has",
    "not-a-number": "is not a number",
    "out-of-range": "is out of range",
    "not-a-mode": "is not a TLS mode",
    "not-an-address": "is not a mail address",
    "not-a-url": "is not a URL",
    "not-encoded": "has a character that must be encoded",
    "placeholder": "looks like a placeholder",
    "host-again": "has the host's text",
    "still-encoded": "stays percent-encoded",
    "conflict": "contradicts another setting",
    "missing": "is not set",
    "unknown": "names a mail library that smtpdoctor doesn't know",
    "too-long": "is too long",
}

#: Why no login was made, to stand behind "not tried: ".
LOGIN_WORDS: dict[str, str] = {
    "no-credentials": "no credentials given",
    "withheld": "the configured credentials belong to another host",
    "placeholder": "the credentials look like a placeholder",
    "host-again": "the credentials have the host's text",
    "no-tls": "a password goes out only inside TLS",
    "unverified": "a password goes out only inside verified TLS",
    "verification-disabled": "the certificate is invalid, and verification is switched off",
    "host-suspicious": "the host looks like a typing mistake",
    "injected-bytes": "bytes were injected at STARTTLS",
    "not-offered": "the server offers no login here",
    "done-without": "the server offers no login here, and this client sends without",
    "not-spoken": "smtpdoctor doesn't speak this client's login mechanism",
    "no-shared-mechanism": "no login mechanism in common",
}

#: The end of the whole run came before an answer.
OUT_OF_TIME = "not finished: the run's time was over"


def count(number: int, what: str) -> str:
    """`1 problem`, `2 problems`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def listed(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
