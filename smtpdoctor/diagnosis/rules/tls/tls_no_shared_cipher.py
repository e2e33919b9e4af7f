"""A handshake that ends because client and server accept no cipher, group or key of each other."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, version_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run

CODE = "tls-no-shared-cipher"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    handshake = run.handshake.failed_as(CODE)
    if handshake is None:
        return
    where = run.where
    legacy = run.handshake.legacy
    weak_key = "KEY_TOO_SMALL" in handshake.reason
    words = ", ".join(text for text in (handshake.alert, handshake.reason) if text)
    seen = [
        Evidence(
            check="tls",
            text=f"the handshake with {where} failed" + (f": {words}" if words else ""),
        )
    ]
    if legacy is not None:
        seen.append(
            Evidence(
                check="tls",
                kind="comparison",
                text=f"with old ciphers allowed it gave {version_words(legacy)} with "
                f"{legacy.cipher}",
            )
        )
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if legacy is not None or weak_key else "likely",
        title=f"{where} offers only keys too short to be accepted"
        if weak_key
        else f"{where} and current TLS libraries have no cipher in common",
        explanation=(
            "Both sides speak a current TLS version, but the server's ciphers or keys are ones "
            "that today's libraries no longer accept. The handshake ends there, and no mail goes "
            "out."
        ),
        evidence=(*seen[:1], *library_words(run, CODE), *seen[1:]),
        fixes=(
            *working_ways(run),
            Fix(
                title="have current ciphers and keys switched on at the server",
                steps=(
                    f"Tell who runs {run.settings.host}: it needs an ECDHE cipher with AES-GCM, a "
                    "certificate key of 2048 bits or more, and DH parameters of 2048 bits or more.",
                    "A stopgap, only for a server on your own network: let the client accept it "
                    "(Node: tls: { ciphers: 'DEFAULT@SECLEVEL=0' }). What is sent that way is "
                    "weakly protected.",
                ),
            ),
        ),
        explains=(handshake.id,),
    )
