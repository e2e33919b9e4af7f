"""The certificate of the configured way, and which code its refusal belongs to.

One observation, one code: `fault` comes to what is wrong with it, first that fits, and `CODES` says
which code stands for it.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.addresses import is_address
from smtpdoctor.diagnosis.model import Severity
from smtpdoctor.diagnosis.views.clock import moment
from smtpdoctor.observations import CertificateInfo, CertificateSeen

if TYPE_CHECKING:
    from smtpdoctor.diagnosis.run import Run

# OpenSSL's X509_V_ERR numbers
NOT_YET_VALID = 9
EXPIRED = 10
SELF_SIGNED_LEAF = 18
NO_ISSUER = (20, 21)
#: No way from the leaf to a trusted authority: no issuer, self-signed leaf, self-signed root.
UNTRUSTED = (2, SELF_SIGNED_LEAF, 19, *NO_ISSUER)
WEAK_SIGNATURE = 68  # by SHA-1 or MD5
OTHER_NAME = (62, 64)  # host name, IP address
OTHER_PURPOSE = 26  # made for something else than servers

#: What is wrong with a certificate. The first that fits counts, in this order.
CertificateFault = Literal[
    "clock-doubted",  # out of its time, and something else speaks against the clock as well
    "expired",
    "not-yet-valid",
    "other-name",  # or address
    # no way to a trusted authority:
    "nothing-trusted",  # by this machine, whatever the server shows
    "known-interceptor",  # is an issuer
    "leaf-self-signed",
    "link-missing",  # the leaf came alone, and the store has authorities of its issuer
    "authority-unknown",
    "other",
]

CODES: dict[CertificateFault, str] = {
    "clock-doubted": "clock-wrong",
    "expired": "certificate-expired",
    "not-yet-valid": "certificate-not-yet-valid",
    "other-name": "certificate-name-mismatch",
    "nothing-trusted": "trust-store-empty",
    "known-interceptor": "tls-intercepted",
    "leaf-self-signed": "certificate-self-signed",
    "link-missing": "certificate-chain-incomplete",
    "authority-unknown": "certificate-untrusted",
    "other": "certificate-untrusted",
}


class RefusedCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """The certificate of the configured way, refused. `severity` is a warning where the settings
    switch verification off, or it is the name and the client compares none: the application sends
    all the same."""

    seen: CertificateSeen
    code: str
    severity: Severity

    @property
    def leaf(self) -> CertificateInfo | None:
        return self.seen.chain[0] if self.seen.chain else None


class CertificateView:
    """What the configured server showed, and what became of it."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @cached_property
    def seen(self) -> CertificateSeen | None:
        return self._run.main.certificate if self._run.main else None

    @property
    def common_name_alone(self) -> str:
        """The Common Name of a verified certificate that lists no other name, but for addresses; ""
        where it does.

        OpenSSL still goes by it; RFC 9525 §2 does not, and strict clients refuse it.
        """
        seen = self.seen
        if seen is None or not seen.verified or not seen.chain or is_address(seen.hostname):
            return ""
        if not all(map(is_address, seen.chain[0].names)):
            return ""
        return seen.chain[0].subject.get("CN", "")

    @property
    def may_not_sign(self) -> bool:
        """Whether the leaf of a verified certificate is no key for signatures, and the handshake
        wanted one: any but RSA key exchange does (RFC 5246 §7.4.2, RFC 8446 §4.4.2.2)."""
        seen, main = self.seen, self._run.main
        if seen is None or not seen.verified or not seen.chain or main is None:
            return False
        cipher = main.handshake.cipher if main.handshake is not None else ""
        return not seen.chain[0].signs and cipher.startswith(("TLS_", "ECDHE-", "DHE-"))

    @cached_property
    def refused(self) -> RefusedCertificate | None:
        """The certificate, where verification refused it."""
        code = self.code
        if self.seen is None or code is None:
            return None
        goes_on = self._client_takes(self.seen) or not self._run.settings.verify
        severity: Severity = "warning" if goes_on else "error"
        return RefusedCertificate(seen=self.seen, code=code, severity=severity)

    def _client_takes(self, seen: CertificateSeen) -> bool:
        """Whether the user's client goes on with a certificate that was refused here."""
        client, leaf = self._run.client, seen.chain[0] if seen.chain else None
        if client is None:
            return False
        if self.fault == "other-name":
            names, common = (leaf.names, leaf.subject.get("CN", "")) if leaf else ((), "")
            return client.takes_name(seen.hostname, names, common)
        if seen.verify_code == WEAK_SIGNATURE:
            return client.takes_sha1
        return seen.verify_code == OTHER_PURPOSE and not client.checks_purpose

    def refused_as(self, code: str) -> RefusedCertificate | None:
        """The refused certificate, where its code is this one."""
        return self.refused if self.code == code else None

    @property
    def code(self) -> str | None:
        """The code of a refused certificate, None for a good one."""
        return CODES[self.fault] if self.fault is not None else None

    @cached_property
    def fault(self) -> CertificateFault | None:
        """What verification found wrong, None for a good certificate."""
        seen = self.seen
        if seen is None or seen.verified or not seen.verify_code:
            return None
        verdict = seen.verify_code
        if verdict in (NOT_YET_VALID, EXPIRED):
            if self._run.clock.side_of(verdict) is not None:
                return "clock-doubted"
            return "expired" if verdict == EXPIRED else "not-yet-valid"
        if verdict in OTHER_NAME:
            return "other-name"
        return self._distrust(seen) if verdict in UNTRUSTED else "other"

    def _distrust(self, seen: CertificateSeen) -> CertificateFault:
        """Why there is no way to a trusted authority."""
        place = self._run.place
        if place is not None and place.trust_store == 0:
            return "nothing-trusted"
        if interceptor(seen) is not None:
            return "known-interceptor"
        if seen.verify_code == SELF_SIGNED_LEAF:
            return "leaf-self-signed"
        if leaf_alone(seen) and seen.issuer_organisation_trusted:
            return "link-missing"
        return "authority-unknown"


def leaf_alone(seen: CertificateSeen) -> bool:
    """The server sent its own certificate and none of those above it."""
    return seen.verify_code in NO_ISSUER and len(seen.chain) == 1 and not seen.chain[0].self_issued


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A known interceptor and the words of the issuer that name it, and no more of them: the
    rest of such a name often tells who its customer is."""

    interceptor: knowledge.Interceptor
    words: str


def interceptor(seen: CertificateSeen, *, certain: bool = True) -> Match | None:
    """The interceptor that an issuer in the chain names; not `certain`: as a hint only."""
    for certificate in seen.chain:
        found = knowledge.interceptor_of(certificate.issuer)
        if found is None or found.certain is not certain:
            continue
        for issuer in found.issuers:
            for field, text in certificate.issuer.items():
                match = re.search(issuer.pattern, text, re.IGNORECASE)
                if issuer.field in (field, "any") and match and issuer.verified is certain:
                    return Match(interceptor=found, words=match[0])
    return None


def is_past(time: str, clock: datetime) -> bool:
    """Whether a certificate's time is over by this clock."""
    parsed = moment(time)
    return parsed is not None and parsed < clock


def covers(names: tuple[str, ...], host: str) -> bool:
    """Whether the names hold for the host (RFC 9525 §6.3: a wildcard is one whole label)."""
    wanted = host.lower().rstrip(".")
    return any(
        known == wanted or (known.startswith("*.") and known[2:] == wanted.partition(".")[2] != "")
        for known in (text.lower() for text in names)
    )
