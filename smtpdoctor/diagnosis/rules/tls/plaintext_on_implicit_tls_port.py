"""A client that waits for a plain greeting on a port where the server waits for TLS.

Seen in the bytes: no greeting came (or TLS records in its place), and a ClientHello on the same
port was answered with TLS. The number of the port plays no part.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, mode_line, version_words
from smtpdoctor.diagnosis.fixes import fixes_by_mode
from smtpdoctor.diagnosis.model import Diagnosis, Evidence
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording.mode import foretold

CODE = "plaintext-on-implicit-tls-port"
BEFORE = ("greeting-missing", "connection-closed", "not-smtp")

HEARD = {
    "silence": "said nothing",
    "closed": "said nothing and closed the connection",
    "reset": "said nothing and reset the connection",
    "tls": "sent TLS records where a greeting was due",
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    greeting = run.mode.silent_greeting
    if greeting is None:
        yield from _foretold(run)
        return
    probe = run.mode.probe("implicit")
    sent_tls = greeting.outcome == "tls"
    where = run.where
    evidence = [
        Evidence(
            check="tls",
            text=f"to a client that waited {greeting.seconds:.1f} s for a greeting, "
            f"{where} {HEARD[greeting.outcome]}",
        )
    ]
    if probe is not None and probe.speaks_tls_mode:
        version = version_words(probe.handshake)
        evidence.append(
            Evidence(
                check="tls",
                kind="comparison",
                text=f"a TLS handshake on {where} succeeded at once: {version}",
            )
        )
    greeted = probe is not None and probe.works
    fixes = fixes_by_mode(run, "implicit")
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if greeted or sent_tls else "likely",
        title=f"port {run.settings.port} expects TLS from the first byte",
        explanation=(
            "The settings start in plain text and wait for the server's greeting. The server waits "
            "for TLS to begin. Both wait until one gives up, so no mail goes out; libraries call "
            "it a timeout or a missing greeting."
        ),
        evidence=(
            *mode_line(run),
            *evidence[:1],
            *library_words(run, CODE),
            *evidence[1:],
        ),
        fixes=fixes,
        explains=(greeting.id,),
        points_at=run.mode.lines(fixes),
    )


def _foretold(run: Run) -> Iterator[Diagnosis]:
    return foretold(
        run,
        CODE,
        "implicit",
        title=f"port {run.settings.port} expects TLS from the first byte",
        explanation=(
            "The settings start in plain text and wait for the server's greeting. A port for "
            "implicit TLS waits for TLS to begin, so both would wait until one gives up."
        ),
    )
