"""Which code a failed handshake of the configured way belongs to: one observation, one code.

The order between the codes is the contract's; it stands here and nowhere else.
"""

from __future__ import annotations

from smtpdoctor.diagnosis.rules.tls import _ways
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import Handshake

#: Versions that current libraries no longer begin a session with (RFC 8996).
OLD_VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1")

#: Failures in which a port that speaks plain SMTP may end a handshake.
NO_TLS_CAME = ("stalled", "closed", "reset")


def failed(run: Run, code: str) -> Handshake | None:
    """The failed handshake of the configured way, where its code is this one."""
    handshake = run.main.handshake if run.main else None
    if handshake is None or handshake.ok is not False or handshake.failure == "cut-off":
        return None
    return handshake if _code(run, handshake) == code else None


def legacy(run: Run) -> Handshake | None:
    """The handshake that worked once old versions and ciphers were allowed."""
    handshakes = [view.handshake for view in run.probes("legacy-tls") if view.handshake]
    return next((handshake for handshake in handshakes if handshake.ok), None)


def _code(run: Run, handshake: Handshake) -> str:
    if handshake.mode == "implicit":
        if handshake.failure == "not-tls" and handshake.protocol == "smtp":
            return "implicit-tls-on-starttls-port"
        if handshake.failure in NO_TLS_CAME and _ways.plain_greeting(run) is not None:
            return "implicit-tls-on-starttls-port"
    old = legacy(run)
    if handshake.failure == "version" or (old is not None and old.version in OLD_VERSIONS):
        return "tls-version-unsupported"
    if handshake.failure == "cipher" or old is not None:
        return "tls-no-shared-cipher"
    if handshake.failure == "stalled":
        return "tls-handshake-stalled"
    return "tls-handshake-failed"
