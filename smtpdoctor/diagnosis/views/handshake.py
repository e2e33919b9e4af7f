"""The TLS handshake of the configured way, and which code its failure belongs to.

One observation, one code: the order between the codes is the contract's and stands in `code`.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from smtpdoctor.observations import Handshake, SessionPurpose

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.run import Run

#: Versions that current libraries no longer begin a session with (RFC 8996).
OLD_VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1")

#: Failures in which a port that speaks plain SMTP may end a handshake.
NO_TLS_CAME = ("stalled", "closed", "reset")


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

    @cached_property
    def code(self) -> str | None:
        """The code of the failure, None where the handshake worked or was cut off.

        First that fits:
            implicit TLS, and plain SMTP came, or      implicit-tls-on-starttls-port
              comes to a client that waits
            an old version is what the server has      tls-version-unsupported
            TLS works once old ciphers are allowed     tls-no-shared-cipher
            no answer                                  tls-handshake-stalled
            anything else                              tls-handshake-failed
        """
        handshake = self.failed
        if handshake is None:
            return None
        if handshake.mode == "implicit":
            if handshake.failure == "not-tls" and handshake.protocol == "smtp":
                return "implicit-tls-on-starttls-port"
            if handshake.failure in NO_TLS_CAME and self._run.mode.plain_greeting is not None:
                return "implicit-tls-on-starttls-port"
        old = self.legacy
        if handshake.failure == "version" or (old is not None and old.version in OLD_VERSIONS):
            return "tls-version-unsupported"
        if handshake.failure == "cipher" or old is not None:
            return "tls-no-shared-cipher"
        if handshake.failure == "stalled":
            return "tls-handshake-stalled"
        return "tls-handshake-failed"
