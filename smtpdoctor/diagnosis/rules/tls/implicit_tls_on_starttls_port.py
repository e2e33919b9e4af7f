"""TLS begun with the first byte on a port where the server speaks plain SMTP first.

Seen in the bytes: a greeting where the TLS handshake was due, or silence to the ClientHello and
a greeting to a client that waits. The number of the port plays no part.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import first_line, library_words, mode_line
from smtpdoctor.diagnosis.fixes import fixes_by_mode, ways_without_starttls
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.diagnosis.wording.mode import foretold
from smtpdoctor.text import foreign

CODE = "implicit-tls-on-starttls-port"
BEFORE = ("not-smtp",)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    handshake = run.handshake.failed_as(CODE)
    if handshake is None:
        yield from _foretold(run)
        return
    where = run.where
    greeting = run.mode.plain_greeting
    if handshake.failure == "not-tls":
        said = first_line(handshake.arrived)
        seen = f'{where} answered the TLS handshake with "{said}", which is plain SMTP'
    else:
        said = foreign(f"{greeting.code} {greeting.last}") if greeting else ""
        seen = (
            f"{where} gave no TLS to a handshake; to a client that waited it said "
            f'"{said}" in plain text'
        )
    fixes = _fixes(run, run.mode.probe("starttls"))
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if said.startswith("220") else "likely",
        title=f"TLS was started too early on port {run.settings.port}",
        explanation=(
            "The settings ask for TLS from the first byte. This port greets in plain text, and TLS "
            "begins only after STARTTLS. So the handshake fails before any login, and no mail goes "
            "out; no TLS version is at fault."
        ),
        evidence=(
            *mode_line(run),
            Evidence(check="tls", text=seen),
            *library_words(run, CODE),
        ),
        fixes=fixes,
        explains=(handshake.id,),
        points_at=run.mode.lines(fixes),
    )


def _fixes(run: Run, probe: SessionView | None) -> tuple[Fix, ...]:
    capabilities = probe.capabilities(in_tls=False) if probe else None
    if capabilities is None or capabilities.starttls:
        return fixes_by_mode(run, "starttls")
    ask = Fix(
        title="use a port of this server that has TLS",
        steps=(
            f"{run.where} speaks plain SMTP and does not offer STARTTLS, so there is no TLS "
            "on this port in either mode.",
            "Ask who runs the server for its submission port with TLS: usually 465 (implicit TLS) "
            "or 587 (STARTTLS).",
        ),
    )
    return ways_without_starttls(run, ask=ask)


def _foretold(run: Run) -> Iterator[Diagnosis]:
    return foretold(
        run,
        CODE,
        "starttls",
        title=f"TLS is to start too early on port {run.settings.port}",
        explanation=(
            "The settings ask for TLS from the first byte. A port for STARTTLS greets in plain "
            "text, and TLS begins only after STARTTLS, so the handshake would fail before any "
            "login."
        ),
    )
