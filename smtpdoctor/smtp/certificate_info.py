"""What is kept of one certificate. Knows no library that reads one."""

import msgspec


class CertificateInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a report may need of one certificate. Times are RFC 3339, UTC.

    signs: its key may sign (RFC 5280 §4.2.1.3), as all but RSA key exchange wants it; True where
    nobody looked.
    """

    subject: dict[str, str]
    issuer: dict[str, str]
    names: tuple[str, ...]  # DNS names and addresses of subjectAltName
    not_before: str
    not_after: str
    self_issued: bool
    is_ca: bool
    sha256: str
    signs: bool = True
