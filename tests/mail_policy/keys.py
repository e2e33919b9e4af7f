"""DKIM keys of every length, as the texts of p= tags."""

import base64
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

#: RFC 6376 appendix C: RSA with 1024 bits.
BRISBANE = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxO"
    "CKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcw"
    "GjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
)

#: RFC 8463 appendix A.2.
ED25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


@cache
def rsa(bits: int, mark: int = 1, *, bare: bool = False) -> str:
    """A key of so many bits; nobody holds the other half. `bare`: without SubjectPublicKeyInfo."""
    modulus = (1 << bits - 1) + 2 * mark + 1
    key = RSAPublicNumbers(65537, modulus).public_key()
    form = PublicFormat.PKCS1 if bare else PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_bytes(Encoding.DER, form)).decode()
