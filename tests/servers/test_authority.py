"""The throw-away CA: what it signs is what a client finds."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from smtpdoctor.demo.authority import Authority, Certificate

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


def verify(certificate: Certificate, authority: Authority, name: str = "mail.example.com") -> None:
    """A second opinion: cryptography's own verifier, stricter than OpenSSL's."""
    root = x509.load_pem_x509_certificate(authority.cafile.read_bytes())
    leaf, *between = x509.load_pem_x509_certificates(certificate.chain.read_bytes())
    PolicyBuilder().store(Store([root])).time(NOW).build_server_verifier(x509.DNSName(name)).verify(
        leaf, between
    )


def test_signs_for_the_names_it_is_given(authority: Authority) -> None:
    certificate = authority.issue(["mail.example.com", "smtp.example.com", "127.0.0.1"])
    verify(certificate, authority)
    verify(certificate, authority, "smtp.example.com")
    with pytest.raises(VerificationError):
        verify(certificate, authority, "mail.example.net")


def test_another_authority_is_not_trusted(authority: Authority) -> None:
    with Authority("avast Web/Mail Shield Root", organizational_unit="a unit") as other:
        certificate = other.issue(["mail.example.com"])
        leaf = x509.load_pem_x509_certificate(certificate.chain.read_bytes())
        with pytest.raises(VerificationError):
            verify(certificate, authority)
    assert leaf.issuer.rfc4514_string() == "CN=avast Web/Mail Shield Root,OU=a unit"


def test_self_signed(authority: Authority) -> None:
    certificate = authority.issue(["mail.example.com"], self_signed=True)
    (leaf,) = x509.load_pem_x509_certificates(certificate.chain.read_bytes())
    assert leaf.issuer == leaf.subject
    leaf.verify_directly_issued_by(leaf)


def test_validity(authority: Authority) -> None:
    expired = authority.issue(["mail.example.com"], not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    early = authority.issue(["mail.example.com"], not_before=NOW + DAY, not_after=NOW + 9 * DAY)
    for certificate in (expired, early):
        with pytest.raises(VerificationError):
            verify(certificate, authority)


def test_intermediate_sent_and_kept_back(authority: Authority) -> None:
    whole = authority.issue(["mail.example.com"], intermediate=True)
    verify(whole, authority)
    alone = authority.issue(["mail.example.com"], intermediate=True, send_intermediate=False)
    assert alone.chain.read_bytes().count(b"BEGIN CERTIFICATE") == 1
    with pytest.raises(VerificationError):
        verify(alone, authority)


def test_leaves_nothing_behind() -> None:
    with Authority() as made:
        certificate = made.issue(["mail.example.com"])
        assert certificate.key.exists()
    assert not certificate.key.parent.exists()
