"""The TLS handshake of the configured way, and which code its failure belongs to.

One observation, one code: `failed_by` comes to what the failure is, first that fits, and `CODES`
says which code stands for it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from smtpdoctor.observations import Handshake, SessionPurpose

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.run import Run

#: Versions that current libraries no longer begin a session with (RFC 8996).
OLD_VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1")

#: Failures in which a port that speaks plain SMTP may end a handshake.
NO_TLS_CAME = ("stalled", "closed", "reset")

#: What made a handshake fail. The first that fits counts, in this order.
HandshakeFault = Literal[
    "plain-smtp",  # came where TLS was due, or comes to a client that waits
    "old-version",  # is what the server has
    "old-ciphers",  # the server's own, or what TLS works with once they are allowed
    "silence",
    "other",
]

CODES: dict[HandshakeFault, str] = {
    "plain-smtp": "implicit-tls-on-starttls-port",
    "old-version": "tls-version-unsupported",
    "old-ciphers": "tls-no-shared-cipher",
    "silence": "tls-handshake-stalled",
    "other": "tls-handshake-failed",
}


class HandshakeView:
    """The handshake that failed, beside those that were tried with other offers."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def failed(self) -> Handshake | None:
        """The configured way's handshake, where the other side made it fail."""
        handshake = self._run.main.handshake if self._run.main else None
        if handshake is None or handshake.ok is not False or handshake.failure == "cut-off":
            return None
        return handshake

    def failed_as(self, code: str) -> Handshake | None:
        """The failed handshake, where its code is this one."""
        return self.failed if self.code == code else None

    @cached_property
    def legacy(self) -> Handshake | None:
        """The handshake that worked once old versions and ciphers were allowed."""
        return self._worked("legacy-tls")

    @cached_property
    def with_one_group(self) -> Handshake | None:
        """The handshake that worked once the ClientHello offered one classic group and so was
        small."""
        return self._worked("one-group")

    @property
    def works_small(self) -> bool:
        """Whether the port speaks TLS where packets or the ClientHello are small: no silence."""
        small = any(view.speaks_tls_mode for view in self._run.probes("small-segments"))
        return small or self.with_one_group is not None

    def _worked(self, purpose: SessionPurpose) -> Handshake | None:
        handshakes = [view.handshake for view in self._run.probes(purpose) if view.handshake]
        return next((handshake for handshake in handshakes if handshake.ok), None)

    @property
    def code(self) -> str | None:
        """The code of the failure, None where the handshake worked or was cut off."""
        return CODES[self.failed_by] if self.failed_by is not None else None

    @cached_property
    def failed_by(self) -> HandshakeFault | None:
        """What made it fail, None where it worked or was cut off."""
        handshake = self.failed
        if handshake is None:
            return None
        if handshake.mode == "implicit":
            if handshake.failure == "not-tls" and handshake.protocol == "smtp":
                return "plain-smtp"
            if handshake.failure in NO_TLS_CAME and self._run.mode.plain_greeting is not None:
                return "plain-smtp"
        old = self.legacy
        if handshake.failure == "version" or (old is not None and old.version in OLD_VERSIONS):
            return "old-version"
        if handshake.failure == "cipher" or old is not None:
            return "old-ciphers"
        return "silence" if handshake.failure == "stalled" else "other"
