"""What the DNS of the tests says: IONOS as it publishes itself, and domains in its care."""

from __future__ import annotations

from collections.abc import Sequence

from smtpdoctor.diagnosis.model import Fix

Zone = dict[str, Sequence[str | tuple[bytes, ...]] | None]


IONOS: Zone = {
    "_spf-us.ionos.com TXT": ["v=spf1 ip4:74.208.4.192/26 ip4:74.208.122.0/26 ~all"],
    "_spf-eu.ionos.com TXT": ["v=spf1 ip4:212.227.126.128/25 ip4:212.227.15.0/24 ~all"],
    "_spf.perfora.net TXT": ["v=spf1 include:_spf-us.ionos.com ~all"],
    "_spf.kundenserver.de TXT": ["v=spf1 include:_spf-eu.ionos.com ~all"],
}


def published(fix: Fix) -> list[str]:
    """The records that a fix has published, as name, type and data."""
    return [f"{item.name} {item.type} {item.new}" for item in fix.records if item.new is not None]


def removed(fix: Fix) -> list[str]:
    """The records that go, those in whose place another one comes among them."""
    return [f"{item.name} {item.type} {item.old}" for item in fix.records if item.old is not None]


def key(bits: int = 2048) -> str:
    """A key record with a new RSA key."""
    import base64

    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    made = rsa.generate_private_key(65537, bits).public_key()
    data = made.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(data).decode()}"


SIGNED_KEY = key()


def domain(
    spf: str | None = "v=spf1 include:_spf-eu.ionos.com ~all",
    *,
    dmarc: str | None = "v=DMARC1; p=none",
    dkim: bool = True,
    name: str = "example.com",
) -> Zone:
    """A domain with a mailbox at IONOS, healthy unless told."""
    zone: Zone = {
        **IONOS,
        f"{name} MX": ["10 mx00.ionos.de", "10 mx01.ionos.de"],
        f"{name} NS": ["ns1045.ui-dns.com", "ns1092.ui-dns.org"],
        f"{name} TXT": ["some-verification=1"] if spf is None else ["some-verification=1", spf],
    }
    if dmarc is not None:
        zone[f"_dmarc.{name} TXT"] = [dmarc]
    if dkim:
        # as a resolver gives it, which has followed the CNAME
        zone[f"s1-ionos._domainkey.{name} TXT"] = [SIGNED_KEY]
        zone["s1.dkim.ionos.com TXT"] = [SIGNED_KEY]
    return zone
