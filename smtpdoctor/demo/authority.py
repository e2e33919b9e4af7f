"""A throw-away certificate authority, so that loopback servers have certificates of every kind.

The module knows X.509. It must not know which server uses a certificate, nor what a client
should think of it. `cryptography` is imported late: it costs more than the rest of a demo's start.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as a server loads it: two PEM files.

    `chain` has the server's own certificate first and then what the server sends along with it;
    `key` has the private key, readable by its owner only.
    """

    chain: Path
    key: Path


class Authority:
    """A root CA with a key of its own that lives as long as the object.

    The files stand in a temporary folder, which `close()` (or leaving the `with` block) removes.
    `cafile` is the root as a PEM file, what `--cafile` takes. An interceptor is simply a second
    authority whose `cafile` nobody was given.
    """

    def __init__(
        self,
        common_name: str = "smtpdoctor demo root",
        *,
        organization: str | None = None,
        organizational_unit: str | None = None,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="smtpdoctor-demo-")
        self._issued = 0
        name = _name(common_name, organization, organizational_unit)
        self._key = _new_key()
        now = datetime.datetime.now(datetime.UTC)
        self._root = _signed(
            subject=name,
            public=self._key,
            issuer=name,
            signer=self._key,
            period=(now - 3650 * DAY, now + 3650 * DAY),
            authority=True,
        )
        self.cafile = self._write("root.pem", _pem(self._root))

    def issue(
        self,
        names: Sequence[str],
        *,
        not_before: datetime.datetime | None = None,
        not_after: datetime.datetime | None = None,
        intermediate: bool = False,
        send_intermediate: bool = True,
        self_signed: bool = False,
    ) -> Certificate:
        """Makes a server certificate.

        `names` are host names or IP addresses; the first is also the common name. `not_before` and
        `not_after` are aware times (a day ago and 90 days from now, unless told). With
        `intermediate` an intermediate CA stands between the root and the certificate, and it is
        part of the chain unless `send_intermediate` is false. With `self_signed` the certificate
        is signed by its own key, and this authority has no part in it.
        """
        now = datetime.datetime.now(datetime.UTC)
        period = (not_before or now - DAY, not_after or now + 90 * DAY)
        key = _new_key()
        subject = _name(names[0])
        issuer, signer = self._root.subject, self._key
        sent_along: list[x509.Certificate] = []
        if self_signed:
            issuer, signer = subject, key
        elif intermediate:
            signer = _new_key()
            between = _signed(
                subject=_name("smtpdoctor demo intermediate"),
                public=signer,
                issuer=issuer,
                signer=self._key,
                period=(now - 1825 * DAY, now + 1825 * DAY),
                authority=True,
            )
            issuer = between.subject
            if send_intermediate:
                sent_along.append(between)
        leaf = _signed(
            subject=subject,
            public=key,
            issuer=issuer,
            signer=signer,
            period=period,
            names=names,
        )
        self._issued += 1
        return Certificate(
            chain=self._write(f"{self._issued}.pem", b"".join(map(_pem, [leaf, *sent_along]))),
            key=self._write(f"{self._issued}.key", _key_pem(key)),
        )

    def close(self) -> None:
        """Removes every file that this authority wrote. Closing twice is no error."""
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, name: str, content: bytes) -> Path:
        # The folder was made with mode 0700, so the keys in it are nobody else's to read.
        path = Path(self._folder.name, name)
        path.write_bytes(content)
        return path


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    # An RSA key of a decent length takes a good part of a second; this one takes none.
    return ec.generate_private_key(ec.SECP256R1())


def _name(common: str, organization: str | None = None, unit: str | None = None) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    parts = [
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.ORGANIZATION_NAME, organization),
        (NameOID.COMMON_NAME, common),
    ]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value])


def _signed(
    *,
    subject: x509.Name,
    public: EllipticCurvePrivateKey,
    issuer: x509.Name,
    signer: EllipticCurvePrivateKey,
    period: tuple[datetime.datetime, datetime.datetime],
    authority: bool = False,
    names: Sequence[str] = (),
) -> x509.Certificate:
    """A certificate that also the strictest verifier accepts: RFC 5280 §4.2.1 in full."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID

    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(period[0])
        .not_valid_after(period[1])
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                key_cert_sign=authority,
                crl_sign=authority,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(public.public_key()), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if not authority:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        ).add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        )
    return builder.sign(signer, hashes.SHA256())


def _general_name(name: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
