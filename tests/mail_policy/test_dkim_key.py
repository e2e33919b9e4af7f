"""DKIM key records: RFC 6376 §3.6.1, RFC 8301 and RFC 8463."""

from __future__ import annotations

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.mail_policy import DKIMKey, is_key_record, parse_key
from tests.mail_policy.keys import BRISBANE, ED25519, rsa


def kinds(key: DKIMKey) -> list[str]:
    return [fault.kind for fault in key.faults]


# --- keys that work ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"v=DKIM1; k=rsa; p={rsa(2048)}",
        f"v=DKIM1;k=rsa;p={rsa(2048)};",
        f"p={rsa(2048)}",  # §3.6.1: v and k have defaults
        f"k=rsa; p={rsa(2048)}; v2=x; future=1",
        f"v=DKIM1; h=sha256; s=email; t=s; n=a note; p={rsa(2048)}",
        f"v=DKIM1; h=sha1:sha256; s=*; p={rsa(2048)}",
        f"v=DKIM1; s=email:future; t=s:x; p={rsa(4096)}",
        f"v=DKIM1; p={rsa(2048)[:60]} {rsa(2048)[60:]}",  # §3.2: blanks may stand in base64
        f"v=DKIM1; p={rsa(2048)[:60]}\r\n\t {rsa(2048)[60:]}",
        f"v=DKIM1; k=ed25519; p={ED25519}",  # RFC 8463 appendix A.2
    ],
)
def test_usable_keys(text: str) -> None:
    key = parse_key(text)
    assert key.status == "usable"
    assert key.faults == ()


def test_the_key_of_the_rfcs_example_is_short_by_now() -> None:
    # RFC 6376 appendix C
    key = parse_key(f"v=DKIM1; p={BRISBANE}")
    assert (key.status, key.bits, key.key_type) == ("weak", 1024, "rsa")
    assert kinds(key) == ["key-short"]


@pytest.mark.parametrize(
    ("bits", "status", "fault"),
    [
        (512, "invalid", ["key-short"]),
        (768, "invalid", ["key-short"]),
        (1023, "invalid", ["key-short"]),
        (1024, "weak", ["key-short"]),
        (1536, "weak", ["key-short"]),
        (2047, "weak", ["key-short"]),
        (2048, "usable", []),
        (4096, "usable", []),
        (4097, "weak", ["key-long"]),
        (8192, "weak", ["key-long"]),
    ],
)
def test_lengths_of_rsa_keys(bits: int, status: str, fault: list[str]) -> None:
    # RFC 8301 §3.2
    key = parse_key(f"v=DKIM1; k=rsa; p={rsa(bits)}")
    assert (key.status, key.bits, kinds(key)) == (status, bits, fault)


def test_a_bare_rsa_key_is_read_like_one_in_its_wrapping() -> None:
    key = parse_key(f"v=DKIM1; p={rsa(2048, bare=True)}")
    assert (key.status, key.bits) == ("usable", 2048)


def test_flags() -> None:
    strict = parse_key(f"v=DKIM1; t=s; p={rsa(2048)}")
    assert (strict.strict, strict.testing) == (True, False)
    testing = parse_key(f"v=DKIM1; t=y:s; p={rsa(2048)}")
    assert (testing.strict, testing.testing) == (True, True)
    assert (testing.status, kinds(testing)) == ("weak", ["testing"])


# --- keys that don't --------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["v=DKIM1; p=", "v=DKIM1; k=rsa; p=;", "p=", "v=DKIM1; p= \t "])
def test_revoked_keys(text: str) -> None:
    # §3.6.1: an empty value means that this public key has been revoked
    key = parse_key(text)
    assert key.status == "revoked"
    assert key.faults == ()


KEY = rsa(2048)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("v=DKIM1; k=rsa", "key-missing", "“p=”"),
        (f"v=DKIM2; p={KEY}", "version", "“DKIM2”"),
        (f"v=dkim1; p={KEY}", "version", "“dkim1”"),
        (f"v=DKIM1\\; k=rsa\\; p={KEY}", "version", "backslash"),
        (f"v=DKIM1; k=dsa; p={KEY}", "key-type", "dsa"),
        (f"v=DKIM1; h=sha1; p={KEY}", "hash", "sha1"),
        (f"v=DKIM1; h=; p={KEY}", "hash", "nothing"),
        (f"v=DKIM1; s=tlsrpt; p={KEY}", "service", "tlsrpt"),
        (f"v=DKIM1; p={KEY}; p={KEY}", "syntax", "twice"),
        (f"v=DKIM1; rsa; p={KEY}", "syntax", "“rsa” is no tag"),
        (f"v=DKIM1;; p={KEY}", "syntax", "is no tag"),
        (f'v=DKIM1; p={KEY[:200]}" "{KEY[200:]}', "base64", '“"”'),
        (f"v=DKIM1; p={KEY[:100]}-{KEY[101:]}", "base64", "“-”"),
        (f"v=DKIM1; p={KEY[:100]}…{KEY[101:]}", "base64", "“…”"),
        (f"v=DKIM1; p={KEY[:100]}={KEY[100:]}", "base64", "inside the key"),
        (f"v=DKIM1; p={KEY[:201]}", "cut-off", "middle of a base64 group"),
        (f"v=DKIM1; p={KEY[:200]}", "cut-off", "150 of its 294 octets"),
        (f"v=DKIM1; p={KEY}AAAA", "key-format", "no RSA public key"),
        ("v=DKIM1; p=aGVsbG8gd29ybGQ=", "key-format", "no RSA public key"),
        (f"v=DKIM1; p={ED25519}", "key-format", "no RSA public key"),
        (f"v=DKIM1; k=ed25519; p={KEY}", "key-format", "32 octets"),
        (f"v=DKIM1; k=ed25519; p={ED25519[:20]}", "cut-off", "32 octets, not 15"),
        ("v=DKIM1; p=" + "A" * 60_000, "base64", "longer than any key"),
    ],
)
def test_invalid_keys(text: str, kind: str, words: str) -> None:
    key = parse_key(text)
    assert key.status == "invalid"
    (fault,) = (fault for fault in key.faults if fault.kind == kind)
    assert fault.effect == "invalid"
    assert words in fault.reason


@pytest.mark.parametrize("prefix", ["v=DKIM1; k=rsa; p=", "v=DKIM1; p=", "p="])
def test_a_record_that_ends_where_one_string_is_full(prefix: str) -> None:
    key = parse_key((prefix + rsa(2048))[:255])
    assert key.status == "invalid"
    assert "255 characters" in key.faults[0].reason


def test_a_key_in_a_wrapping_for_another_algorithm() -> None:
    # an ed25519 key in a SubjectPublicKeyInfo, as OpenSSL writes it
    wrapped = base64.b64encode(
        bytes.fromhex("302a300506032b6570032100") + base64.b64decode(ED25519)
    ).decode()
    assert kinds(parse_key(f"v=DKIM1; p={wrapped}")) == ["key-format"]
    assert kinds(parse_key(f"v=DKIM1; k=ed25519; p={wrapped}")) == ["key-format"]


@pytest.mark.parametrize("padding", ["", "=", "==", "==="])
def test_wrong_padding_alone_is_weak(padding: str) -> None:
    bare = ED25519.rstrip("=")
    key = parse_key(f"v=DKIM1; k=ed25519; p={bare}{padding}")
    assert kinds(key) == ([] if padding == "=" else ["base64"])
    assert key.status == ("usable" if padding == "=" else "weak")


def test_a_version_that_is_not_in_front_is_weak() -> None:
    # §3.6.1 wants it first; verifiers discard only what begins with another version
    key = parse_key(f"k=rsa; v=DKIM1; p={KEY}")
    assert (key.status, kinds(key)) == ("weak", ["version"])


# --- whose record it is -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "v=DKIM1; p=",
        "v=DKIM1; k=rsa",
        "v=dkim1; p=x",
        '"v=DKIM1; p=x"',
        f"p={BRISBANE}",
        f"k=rsa; p={BRISBANE}",
        "p=",
        f"v=DKM1; p={BRISBANE}",
    ],
)
def test_key_records(text: str) -> None:
    assert is_key_record(text)


@pytest.mark.parametrize(
    "text",
    [
        "v=spf1 include:_spf-us.ionos.com ~all",
        "v=DMARC1; p=reject",
        "v=DMARC1; p=",
        "v=STSv1; id=1",
        "google-site-verification=abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
        "",
        "p=none",
        "MS=ms1",
    ],
)
def test_records_of_others(text: str) -> None:
    assert not is_key_record(text)


# --- hostile records --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        ";" * 65_000,
        "v=DKIM1; " + "p=;" * 20_000,
        "v=DKIM1; " + "a" * 65_000,
        "v=DKIM1; h=" + "a:" * 32_000,
        "v=DKIM1; k=" + "x" * 65_000,
        "v=DKIM1; p=" + "=" * 65_000,
        "v=DKIM1; p=" + " " * 65_000,
        "v=DKIM1; p=" + "MII" * 5_000,
        "v=" + "DKIM1" * 13_000,
        "\x00" * 65_000,
        "v=DKIM1; p=\u202e\x1b[2J",
    ],
)
def test_hostile_records_end_with_few_and_short_faults(text: str) -> None:
    is_key_record(text)
    key = parse_key(text)
    assert key.status in ("invalid", "revoked")
    assert len(key.faults) <= 20
    assert all(len(fault.reason) < 250 for fault in key.faults)


@given(st.text(alphabet='vpkhstDKIM1rsa=;: \\"\tMIG+/é', max_size=120))
def test_any_text_is_read_and_can_be_saved(text: str) -> None:
    key = parse_key(text)
    assert msgspec.json.decode(msgspec.json.encode(key), type=DKIMKey) == key


@given(st.binary(max_size=400))
def test_any_octets_are_no_usable_key(octets: bytes) -> None:
    key = parse_key(f"v=DKIM1; p={base64.b64encode(octets).decode()}")
    assert key.status in ("invalid", "revoked")
