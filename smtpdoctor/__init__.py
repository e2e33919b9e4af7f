"""smtpdoctor names the true cause when an application can't send mail by SMTP submission.

From Python, `smtpdoctor.check("smtp.ionos.com:587")` gives a `Report`, with its `verdict` and its
`diagnoses`; `smtpdoctor.sender("info@example.com")` judges a sender by the DNS alone. `acheck` and
`asender` are the same for an event loop, `diagnose` judges observations made before, and
`smtpdoctor.explain("connect ETIMEDOUT")` names the causes that an error message fits;
`async for checked in smtpdoctor.check_many(targets)` checks thousands. RFC 7208 by itself is in
`smtpdoctor.spf`.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # nothing is loaded here: `python -m` has the working folder on its path

if TYPE_CHECKING:
    from smtpdoctor.api import acheck, asender, check, diagnose, sender
    from smtpdoctor.batch.checking import check_many
    from smtpdoctor.batch.model import Checked
    from smtpdoctor.explain import Candidate, explain
    from smtpdoctor.report.model import Report
    from smtpdoctor.settings.usage import UsageError

__all__ = [
    "Candidate",
    "Checked",
    "Report",
    "UsageError",
    "acheck",
    "asender",
    "check",
    "check_many",
    "diagnose",
    "explain",
    "sender",
]
__version__ = "0.1.0"
#: The day of this release: no true clock shows an earlier one.
__released__ = "2026-11-22"

_PLACES = {
    "acheck": "smtpdoctor.api",
    "asender": "smtpdoctor.api",
    "check": "smtpdoctor.api",
    "check_many": "smtpdoctor.batch.checking",
    "diagnose": "smtpdoctor.api",
    "sender": "smtpdoctor.api",
    "explain": "smtpdoctor.explain",
    "Candidate": "smtpdoctor.explain",
    "Checked": "smtpdoctor.batch.model",
    "Report": "smtpdoctor.report.model",
    "UsageError": "smtpdoctor.settings.usage",
}


def __getattr__(name: str) -> object:
    """Load the interface when it is used: `--version` and `--help` start without it."""
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """With the names that are loaded only when they are used."""
    return sorted({*globals(), *_PLACES})


class _Package(type(sys)):  # type: ignore[misc]
    """The package itself: `smtpdoctor.sender` and `smtpdoctor.explain` are functions, also after
    the packages of these names were loaded, which would else take their place."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _PLACES and isinstance(value, type(sys))):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
