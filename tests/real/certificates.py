"""Makes the certificates that the test servers show: a private CA, and each fault of certificates.

The CA signs through an intermediate, as public CAs do, so that a server which forgets the
intermediate is a case of its own.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    """PEM files of one server certificate."""

    chain: Path
    """The leaf, then the intermediates that the server sends."""
    key: Path


class CertificateAuthority:
    """A root whose certificate is `root`, with one intermediate that signs for servers."""

    def __init__(self, folder: Path, host: str) -> None:
        self.folder = folder
        self.host = host
        self._root = trustme.CA(
            organization_name="Example Trust", organization_unit_name="Example Root"
        )
        self._intermediate = trustme.CA(
            self._root,
            path_length=0,
            organization_name="Example Trust",
            organization_unit_name="Example Issuing CA",
        )
        self.root = folder / "root.pem"
        self._root.cert_pem.write_to_path(self.root)

    def good(self) -> Certificate:
        """What a healthy server shows."""
        return self._issue("good", self.host)

    def without_intermediate(self) -> Certificate:
        good = self.good()
        leaf, *intermediates = x509.load_pem_x509_certificates(good.chain.read_bytes())
        assert intermediates
        chain = self.folder / "without-intermediate.pem"
        chain.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
        return Certificate(chain, good.key)

    def expired(self) -> Certificate:
        now = datetime.datetime.now(datetime.UTC)
        return self._issue("expired", self.host, not_before=now - 95 * DAY, not_after=now - 5 * DAY)

    def not_yet_valid(self) -> Certificate:
        now = datetime.datetime.now(datetime.UTC)
        return self._issue(
            "not-yet-valid", self.host, not_before=now + 5 * DAY, not_after=now + 95 * DAY
        )

    def expires_soon(self) -> Certificate:
        now = datetime.datetime.now(datetime.UTC)
        return self._issue(
            "expires-soon", self.host, not_before=now - 87 * DAY, not_after=now + 3 * DAY
        )

    def for_another_host(self) -> Certificate:
        return self._issue("another-host", "www.elsewhere.test", "elsewhere.test")

    def from_unknown_authority(self) -> Certificate:
        """The full chain up to a root that nobody trusts."""
        stranger = trustme.CA(
            organization_name="Private Works", organization_unit_name="Private Root"
        )
        leaf = stranger.issue_cert(self.host)
        chain, key = self.folder / "unknown-authority.pem", self.folder / "unknown-authority.key"
        leaf.private_key_pem.write_to_path(key)
        chain.write_bytes(leaf.cert_chain_pems[0].bytes() + stranger.cert_pem.bytes())
        return Certificate(chain, key)

    def self_signed(self) -> Certificate:
        """A leaf that is its own issuer, as `openssl req -x509` makes it."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.host)])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 30 * DAY)
            .not_valid_after(now + 335 * DAY)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(self.host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        chain, key_file = self.folder / "self-signed.pem", self.folder / "self-signed.key"
        chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return Certificate(chain, key_file)

    def _issue(
        self,
        name: str,
        *hosts: str,
        not_before: datetime.datetime | None = None,
        not_after: datetime.datetime | None = None,
    ) -> Certificate:
        chain, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        if not chain.exists():
            leaf = self._intermediate.issue_cert(*hosts, not_before=not_before, not_after=not_after)
            leaf.private_key_pem.write_to_path(key)
            chain.write_bytes(b"".join(pem.bytes() for pem in leaf.cert_chain_pems))
        return Certificate(chain, key)
