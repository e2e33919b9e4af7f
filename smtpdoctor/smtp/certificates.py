"""What a report needs of a certificate chain. Judges nothing.

`cryptography` is imported only where a chain was not accepted. Of one that was, `ssl` has read the
leaf already, and nothing may stand between the handshake and the next command.
"""

from __future__ import annotations

import contextlib
import hashlib
import ssl
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from smtpdoctor.smtp.certificate_info import CertificateInfo

if TYPE_CHECKING:
    from cryptography import x509

MAX_CERTIFICATES = 10


def from_peer_certificate(fields: dict[str, Any], der: bytes) -> CertificateInfo:
    """An accepted certificate from what `ssl.SSLSocket.getpeercert` gives of it."""
    subject, issuer = (
        {
            _SHORT.get(name, name): value
            for relative in fields.get(of, ())
            for name, value in relative
        }
        for of in ("subject", "issuer")
    )
    return CertificateInfo(
        subject=subject,
        issuer=issuer,
        names=tuple(
            value for kind, value in fields.get("subjectAltName", ()) if kind in _NAME_KINDS
        ),
        not_before=_from_openssl(fields["notBefore"]),
        not_after=_from_openssl(fields["notAfter"]),
        self_issued=fields.get("subject") == fields.get("issuer"),
        is_ca=False,
        sha256=hashlib.sha256(der).hexdigest(),
    )


def read_chain(chain: Sequence[bytes]) -> tuple[CertificateInfo, ...]:
    """The certificates of a chain (DER, leaf first). One that can't be read is left out."""
    found = []
    for der in chain[:MAX_CERTIFICATES]:
        with contextlib.suppress(Exception):  # any fault of a foreign certificate
            found.append(read_certificate(der))
    return tuple(found)


def read_certificate(der: bytes) -> CertificateInfo:
    """One certificate. ValueError, or what else cryptography raises, where it is malformed."""
    from cryptography import x509

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old certificates with odd serial numbers
        certificate = x509.load_der_x509_certificate(der)
        subject, issuer = _name(certificate.subject), _name(certificate.issuer)
        names: tuple[str, ...] = ()
        is_ca, signs = False, True
        with contextlib.suppress(x509.ExtensionNotFound, ValueError):
            alternative = certificate.extensions.get_extension_for_class(
                x509.SubjectAlternativeName
            ).value
            names = (
                *alternative.get_values_for_type(x509.DNSName),
                *map(str, alternative.get_values_for_type(x509.IPAddress)),
            )
        with contextlib.suppress(x509.ExtensionNotFound, ValueError):
            is_ca = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        with contextlib.suppress(x509.ExtensionNotFound, ValueError):
            signs = certificate.extensions.get_extension_for_class(
                x509.KeyUsage
            ).value.digital_signature
        return CertificateInfo(
            subject=subject,
            issuer=issuer,
            names=names,
            not_before=_rfc3339(certificate.not_valid_before_utc),
            not_after=_rfc3339(certificate.not_valid_after_utc),
            self_issued=certificate.subject == certificate.issuer,
            is_ca=is_ca,
            sha256=hashlib.sha256(der).hexdigest(),
            signs=signs,
        )


def issuer_organisation_trusted(chain: Sequence[CertificateInfo], context: ssl.SSLContext) -> bool:
    """Whether the last certificate's issuer names an organisation that has a CA in the store.

    So a chain that lacks an intermediate of a known authority is told from a private authority.
    """
    if not chain:
        return False
    organisation = chain[-1].issuer.get("O")
    if not organisation:
        return False
    wanted = {organisation, _ROOTS.get(organisation, organisation)}
    return any(
        pair[0] == "organizationName" and pair[1] in wanted
        for certificate in context.get_ca_certs()
        for relative in certificate.get("subject", ())
        for pair in relative
    )


#: Authorities whose intermediates carry another organisation than their roots (CCADB, 2026).
_ROOTS = {
    "Let's Encrypt": "Internet Security Research Group",
    "Sectigo Limited": "The USERTRUST Network",
    "ZeroSSL": "The USERTRUST Network",
    "Amazon": "Starfield Technologies, Inc.",
}

_NAME_KINDS = ("DNS", "IP Address")

_SHORT = {
    "commonName": "CN",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "emailAddress": "emailAddress",
    "countryName": "C",
}


def _name(name: x509.Name) -> dict[str, str]:
    return {
        _SHORT.get(attribute.oid._name, attribute.oid._name): str(attribute.value)
        for attribute in name
    }


def _from_openssl(text: str) -> str:
    """RFC 3339 for "Nov 22 07:00:00 2026 GMT", in any locale."""
    return _rfc3339(datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC))


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
