"""TLS begun with the first byte on a port where the server speaks plain SMTP first.

Seen in the bytes: a greeting where the TLS handshake was due, or silence to the ClientHello and
a greeting to a client that waits. The number of the port plays no part.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.fixes import change_settings, working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.rules.tls import _handshake, _ways
from smtpdoctor.diagnosis.run import Run, SessionView
from smtpdoctor.text import foreign

CODE = "implicit-tls-on-starttls-port"
BEFORE = ("not-smtp",)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    handshake = _handshake.failed(run, CODE)
    if handshake is None:
        return
    where = _ways.where(run)
    greeting = _ways.plain_greeting(run)
    if handshake.failure == "not-tls":
        said = _ways.first_line(handshake.arrived)
        seen = f'{where} answered the TLS handshake with "{said}", which is plain SMTP'
    else:
        said = foreign(f"{greeting.code} {greeting.last}") if greeting else ""
        seen = (
            f"{where} gave no TLS to a handshake; to a client that waited it said "
            f'"{said}" in plain text'
        )
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
            *_ways.mode_line(run),
            Evidence(check="tls", text=seen),
            *library_words(run, CODE),
        ),
        fixes=_fixes(run, _ways.same_port_probe(run, "starttls")),
        explains=(handshake.id,),
        points_at=_ways.mode_fields(run),
    )


def _fixes(run: Run, probe: SessionView | None) -> tuple[Fix, ...]:
    capabilities = probe.capabilities(in_tls=False) if probe else None
    if capabilities is None or capabilities.starttls:
        return _ways.fixes_by_mode(run, "starttls")
    ways = working_ways(run)
    if run.is_local_target:
        plain = change_settings(
            run,
            f"use no TLS on port {run.settings.port}: this server has none",
            tls="none",
            tried="plain SMTP works; login not tried",
        )
        return (*ways, plain)
    ask = Fix(
        title="use a port of this server that has TLS",
        steps=(
            f"{_ways.where(run)} speaks plain SMTP and does not offer STARTTLS, so there is no TLS "
            "on this port in either mode.",
            "Ask who runs the server for its submission port with TLS: usually 465 (implicit TLS) "
            "or 587 (STARTTLS).",
        ),
    )
    return (*ways, ask)
