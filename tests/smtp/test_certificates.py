"""What is read of a certificate whose chain is looked at whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from smtpdoctor.smtp.certificates import read_certificate

USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def made(*usages: str) -> bytes:
    """A certificate with this key usage, without the extension where none is named."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example.com")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
    )
    if usages:
        usage = x509.KeyUsage(**{each: each in usages for each in USAGES})
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(
    ("usages", "signs"),
    [
        ((), True),
        (("digital_signature", "key_encipherment"), True),
        (("key_encipherment",), False),
        (("key_agreement",), False),
    ],
)
def test_whether_the_key_may_sign(usages: tuple[str, ...], signs: bool) -> None:
    assert read_certificate(made(*usages)).signs is signs
