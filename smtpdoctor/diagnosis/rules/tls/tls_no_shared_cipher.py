"""A handshake that ends because client and server accept no cipher, group or key of each other."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.evidence import cite, library_words, version_words
from smtpdoctor.diagnosis.fixes import working_ways
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording.old_server import stopgap
from smtpdoctor.words import listed

CODE = "tls-no-shared-cipher"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    handshake = run.handshake.failed_as(CODE)
    if handshake is None:
        yield from _refused_by_others(run)
        return
    where = run.where
    client = run.client.name if run.client is not None else "current TLS libraries"
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
        else f"{where} and {client} have no cipher in common",
        explanation=(
            "Both sides speak a current TLS version, but the server's ciphers or keys are ones "
            "that today's libraries no longer accept. The handshake ends there, and no mail goes "
            "out."
        ),
        evidence=(*seen[:1], *library_words(run, CODE), *seen[1:]),
        fixes=(
            *working_ways(run),
            Fix(
                title="ask the server's owner to switch current ciphers and keys on",
                steps=(
                    f"Tell who runs {run.settings.host}: it needs an ECDHE cipher with AES-GCM, a "
                    "certificate key of 2048 bits or more, and DH parameters of 2048 bits or more.",
                    *stopgap(run.client, version=False),
                ),
            ),
        ),
        explains=(handshake.id,),
    )


def _refused_by_others(run: Run) -> Iterator[Diagnosis]:
    """A cipher that this client takes, or OpenSSL's own programs do, and others don't."""
    handshake = run.main.handshake if run.main else None
    if handshake is None or not handshake.ok or not handshake.cipher:
        return
    refuse = [
        each.name
        for each in knowledge.clients().values()
        if not each.takes_cipher(handshake.cipher)
    ]
    if not refuse:
        return
    known = run.client is not None
    yield Diagnosis(
        code=CODE,
        severity="note" if known else "warning",
        confidence="certain",
        title=f"{run.where} offers {handshake.cipher} alone, which {listed(refuse)} refuse",
        explanation=(
            "The handshake worked with a cipher that these no longer offer by themselves: it has "
            "no ephemeral keys, or an old kind of check sum. Most other programs still take it."
        ),
        evidence=(
            Evidence(check="tls", text=f"the handshake came to {handshake.cipher}"),
            Evidence(check="tls", kind="known", text=f"their default lists {cite('clients_run')}"),
        ),
        fixes=(
            Fix(
                title="ask the server's owner to switch current ciphers on",
                steps=(
                    f"Tell who runs {run.settings.host}: it needs an ECDHE cipher with AES-GCM.",
                ),
            ),
        ),
    )
