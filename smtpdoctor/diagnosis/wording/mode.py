"""A TLS mode that does not go with its port, told from the settings alone.

Knows what the view says a port is for. Must not know which code stands for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import mode_line
from smtpdoctor.diagnosis.fixes import change_settings, fixes_by_mode
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.mode import RELAY
from smtpdoctor.settings.change import is_prepared
from smtpdoctor.settings.model import TLSMode
from smtpdoctor.words import MODE_WORDS


def foretold(
    run: Run, code: str, mode: TLSMode, *, title: str, explanation: str
) -> Iterator[Diagnosis]:
    """What the settings alone show, where the server was not asked and its port is known to speak
    `mode`: the error where nothing else was to be looked at, else what will stop mail next."""
    known, entry = run.mode.known_otherwise, run.mode.decided_by
    if known is None or known.mode != mode or entry is None or _is_said_elsewhere(run):
        return
    fixes = foretold_fixes(run, mode)
    yield Diagnosis(
        code=code,
        severity="error" if run.settings.elsewhere else "warning",
        confidence="certain" if known.by_provider else "likely",
        title=title,
        explanation=f"{explanation} The server itself was not asked.",
        evidence=(*mode_line(run), Evidence(check="settings", kind="known", text=known.words)),
        fixes=fixes,
        explains=(entry.id,),
        points_at=run.mode.lines(fixes),
    )


def _is_said_elsewhere(run: Run) -> bool:
    """Whether host and port are defaults alone, for want of variables that the program's own
    environment may well have: the mode that would not go with that port goes with its own."""
    if not run.settings.elsewhere:
        return False
    host, port = run.entry("host"), run.entry("port")
    return bool(host is not None and host.unset and port is not None and port.unset)


def foretold_fixes(run: Run, mode: TLSMode) -> tuple[Fix, ...]:
    """The other mode; before it the other port, where the program can't be told another mode, or
    where its own is none for programs."""
    fixes, port, tls = fixes_by_mode(run, mode), run.mode.port_as_set, run.settings.tls
    may_stay = run.settings.port != RELAY
    told = fixes[0].edits or fixes[0].settings or is_prepared(run.settings, mode)
    if port is None or (may_stay and told):
        return fixes
    title = f"use port {port} with {MODE_WORDS[tls]}"
    other = change_settings(run, title, port=port, tls=tls)
    return (other, *fixes) if other.edits or other.settings else fixes
