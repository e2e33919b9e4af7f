"""A TLS mode that does not go with its port, told from the settings alone.

Knows what the view says a port is for. Must not know which code stands for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import mode_line
from smtpdoctor.diagnosis.fixes import fixes_by_mode
from smtpdoctor.diagnosis.model import Diagnosis, Evidence
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.settings.model import TLSMode


def foretold(
    run: Run, code: str, mode: TLSMode, *, title: str, explanation: str
) -> Iterator[Diagnosis]:
    """The error, where the server was not to be asked and its port is known to speak `mode`."""
    known, entry = run.mode.known_otherwise, run.setting("tls")
    if known is None or known.mode != mode or entry is None:
        return
    fixes = fixes_by_mode(run, mode)
    yield Diagnosis(
        code=code,
        severity="error",
        confidence="certain" if known.by_provider else "likely",
        title=title,
        explanation=f"{explanation} The server itself was not asked.",
        evidence=(*mode_line(run), Evidence(check="settings", kind="known", text=known.words)),
        fixes=fixes,
        explains=(entry.id,),
        points_at=run.mode.lines(fixes),
    )
