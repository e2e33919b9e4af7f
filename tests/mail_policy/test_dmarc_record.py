"""DMARC records: RFC 7489 §6.3, §6.4 and appendix B, and RFC 9989 §4.7 beside them."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.mail_policy import (
    DMARCRecord,
    is_dmarc,
    is_meant_as_dmarc,
    parse_dmarc,
    repair_dmarc,
)


def effects(record: DMARCRecord) -> list[tuple[str, str]]:
    return [(fault.tag, fault.effect) for fault in record.faults]


# --- what a record says -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "policy", "reports_to"),
    [
        # RFC 7489 appendices B.2.1, B.2.2 and B.2.3
        (
            "v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com",
            "none",
            ("mailto:dmarc-feedback@example.com",),
        ),
        (
            "v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; "
            "ruf=mailto:auth-reports@example.com",
            "none",
            ("mailto:dmarc-feedback@example.com",),
        ),
        (
            "v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; "
            "ruf=mailto:auth-reports@thirdparty.example.net",
            "none",
            ("mailto:dmarc-feedback@example.com",),
        ),
        # what IONOS publishes for the domains of its customers
        ("v=DMARC1; p=none;", "none", ()),
        ("v=DMARC1;p=reject", "reject", ()),
        ("v = DMARC1 ; p = quarantine ;", "quarantine", ()),
        ("v=DMARC1;\tp=reject\t;", "reject", ()),
        ("V=DMARC1; P=Reject", "reject", ()),
        # the order of what follows v has been free since RFC 9989, and receivers never minded
        ("v=DMARC1; rua=mailto:a@example.com; p=reject", "reject", ("mailto:a@example.com",)),
        ("v=DMARC1; p=none; rua=https://example.com/dmarc", "none", ("https://example.com/dmarc",)),
        ("v=DMARC1;; p=reject;;", "reject", ()),
    ],
)
def test_valid_records(text: str, policy: str, reports_to: tuple[str, ...]) -> None:
    record = parse_dmarc(text)
    assert (record.policy, record.subdomain_policy) == (policy, policy)
    assert record.reports_to == reports_to
    assert record.faults == ()


def test_the_record_for_a_subdomain_of_the_appendix() -> None:
    # RFC 7489 appendix B.2.4, test.example.com
    record = parse_dmarc(
        "v=DMARC1; p=quarantine; rua=mailto:dmarc-feedback@example.com,"
        "mailto:tld-test@thirdparty.example.net!10m; pct=25"
    )
    assert record.policy == "quarantine"
    assert record.percent == 25
    assert record.reports_to == (
        "mailto:dmarc-feedback@example.com",
        "mailto:tld-test@thirdparty.example.net!10m",
    )
    assert record.faults == ()


def test_defaults() -> None:
    record = parse_dmarc("v=DMARC1; p=reject")
    assert record.percent == 100
    assert (record.dkim_mode, record.spf_mode) == ("relaxed", "relaxed")
    assert (record.psd, record.testing) == ("u", False)


def test_every_tag_that_decides_something() -> None:
    record = parse_dmarc("v=DMARC1; p=reject; sp=none; adkim=s; aspf=s; pct=5; psd=n; t=y; np=none")
    assert (record.policy, record.subdomain_policy) == ("reject", "none")
    assert (record.dkim_mode, record.spf_mode) == ("strict", "strict")
    assert record.percent == 5
    assert (record.psd, record.testing) == ("n", True)
    assert record.faults == ()


@pytest.mark.parametrize(
    "tag", ["x=y", "fo=1:d:s", "rf=afrf", "ri=86400", "future=a b c", "bimi=none"]
)
def test_unknown_tags_and_those_for_reports_decide_nothing(tag: str) -> None:
    # RFC 7489 §6.3: unknown tags MUST be ignored
    record = parse_dmarc(f"v=DMARC1; p=reject; {tag}")
    assert record.policy == "reject"
    assert record.faults == ()


# --- faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("v=dmarc1; p=reject", "capitals"),
        ("v=DMARC1 p=reject", "“;” is missing after"),
        ("v=DMARC1, p=reject", "“;” is missing after"),
        ("p=reject; v=DMARC1", "first tag"),
        ('"v=DMARC1; p=reject"', "quote"),
        ("“v=DMARC1; p=reject”", "quote"),
        ("v=DMARC2; p=reject", "begin with “v=DMARC1;”"),
        ("p=reject", "begin with “v=DMARC1;”"),
        ("dmarc=v1; p=reject", "begin with “v=DMARC1;”"),
    ],
)
def test_records_that_receivers_pass_over(text: str, reason: str) -> None:
    # RFC 7489 §6.3: v MUST match precisely and MUST be the first tag
    assert not is_dmarc(text)
    assert is_meant_as_dmarc(text)
    record = parse_dmarc(text)
    assert record.policy is None
    assert effects(record) == [("v", "unused")]
    assert reason in record.faults[0].reason


@pytest.mark.parametrize(
    "text",
    [
        "v=spf1 include:_spf-us.ionos.com ~all",
        "google-site-verification=abc",
        "v=DKIM1; k=rsa; p=MIGf",
        "MS=ms12345678",
        "",
        "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB",
    ],
)
def test_records_of_others_are_not_taken_for_dmarc(text: str) -> None:
    assert not is_dmarc(text)
    assert not is_meant_as_dmarc(text)


def test_only_this_version_counts_with_or_without_a_blank_in_front() -> None:
    assert is_dmarc(" v=DMARC1; p=none")
    assert not is_dmarc("v=DMARC10; p=none")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("v=DMARC1; rua=mailto:a@example.com", "p"),
        ("v=DMARC1; p=rejct; rua=mailto:a@example.com", "p"),
        ("v=DMARC1; p=; rua=mailto:a@example.com", "p"),
        ("v=DMARC1; p=reject; sp=nothing; rua=mailto:a@example.com", "sp"),
    ],
)
def test_without_a_valid_policy_reports_alone_are_wanted(text: str, tag: str) -> None:
    # RFC 7489 §6.6.3, step 6.1
    record = parse_dmarc(text)
    assert (record.policy, record.subdomain_policy) == ("none", "none")
    assert effects(record) == [(tag, "none")]


@pytest.mark.parametrize(
    "text",
    [
        "v=DMARC1",
        "v=DMARC1;",
        "v=DMARC1; p=block",
        "v=DMARC1; p=reject; sp=all",
        "v=DMARC1; p=reject none",
        "v=DMARC1; p:reject",
        "v=DMARC1; p=block; rua=",
    ],
)
def test_without_a_policy_and_reports_the_record_is_unused(text: str) -> None:
    # RFC 7489 §6.6.3, step 6.2
    record = parse_dmarc(text)
    assert record.policy is None
    assert record.subdomain_policy is None
    assert "unused" in {fault.effect for fault in record.faults}


@pytest.mark.parametrize("address", ["a@example.com", "mailto:nobody", "dmarc", "mailto:"])
def test_a_reporting_address_that_is_no_uri_counts_for_nothing(address: str) -> None:
    record = parse_dmarc(f"v=DMARC1; p=block; rua={address}")
    assert record.policy is None
    assert ("rua", "default") in effects(record)


def test_a_reporting_address_without_its_scheme_is_named() -> None:
    record = parse_dmarc("v=DMARC1; p=reject; rua=info@example.com,mailto:b@example.com")
    assert record.policy == "reject"
    assert record.reports_to == ("mailto:b@example.com",)
    (fault,) = record.faults
    assert (fault.text, fault.reason) == ("info@example.com", "has no “mailto:” in front")


@pytest.mark.parametrize("pct", ["-1", "101", "50%", "", "1e2", "0x10", "９", "1000000"])
def test_an_invalid_percentage_counts_as_a_hundred(pct: str) -> None:
    record = parse_dmarc(f"v=DMARC1; p=reject; pct={pct}")
    assert record.percent == 100
    assert effects(record) == [("pct", "default")]


@pytest.mark.parametrize(("pct", "percent"), [("0", 0), ("1", 1), ("100", 100), ("050", 50)])
def test_percentages(pct: str, percent: int) -> None:
    record = parse_dmarc(f"v=DMARC1; p=reject; pct={pct}")
    assert record.percent == percent
    assert record.faults == ()


@pytest.mark.parametrize("tag", ["adkim", "aspf", "t", "psd"])
def test_an_invalid_mode_counts_as_the_default(tag: str) -> None:
    record = parse_dmarc(f"v=DMARC1; p=reject; {tag}=x")
    assert record.policy == "reject"
    assert (record.dkim_mode, record.spf_mode, record.psd) == ("relaxed", "relaxed", "u")
    assert not record.testing
    assert effects(record) == [(tag, "default")]


def test_a_tag_that_stands_twice_is_read_in_different_ways() -> None:
    record = parse_dmarc("v=DMARC1; p=none; p=reject")
    assert record.policy == "none"
    assert effects(record) == [("p", "unclear")]


def test_what_is_no_tag_is_named_and_left_out() -> None:
    record = parse_dmarc("v=DMARC1; p=reject; and some words")
    assert record.policy == "reject"
    assert record.faults[0].text == "and some words"


# --- the successor's policies -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "policy", "below"),
    [
        ("p=reject", "reject", "reject"),
        ("p=reject; sp=none", "reject", "none"),
        ("p=reject; t=y", "quarantine", "quarantine"),
        ("p=quarantine; sp=reject; t=y", "none", "quarantine"),
        ("p=none; t=y", "none", "none"),
        ("p=reject; np=nothing", None, None),
        ("p=reject; np=nothing; rua=mailto:a@example.com", "none", "none"),
        ("p=reject; np=none", "reject", "reject"),
    ],
)
def test_policies_by_rfc_9989(tags: str, policy: str | None, below: str | None) -> None:
    record = parse_dmarc(f"v=DMARC1; {tags}")
    assert (record.successor_policy, record.successor_subdomain_policy) == (policy, below)
    if "np=nothing" in tags:
        assert record.policy == "reject"  # RFC 7489 doesn't know np
        assert ("np", "unclear") in effects(record)


# --- repairs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("p=none; rua=rua=a@e.example", "v=DMARC1; p=none; rua=mailto:a@e.example"),
        ("v=dmarc1; p=reject", "v=DMARC1; p=reject"),
        ("v=DMARC1 p=reject; sp=none", "v=DMARC1; p=reject; sp=none"),
        ("v=DMARC1, p=reject", "v=DMARC1; p=reject"),
        ('"v=DMARC1; p=reject"', "v=DMARC1; p=reject"),
        ("p=quarantine; v=DMARC1", "v=DMARC1; p=quarantine"),
        (
            "v=DMARC1; p=none; rua=info@example.com",
            "v=DMARC1; p=none; rua=mailto:info@example.com",
        ),
        ("v=DMARC1; p=rejct; pct=50", "v=DMARC1; p=none; pct=50"),
        ("v=DMARC1; p=reject; pct=50%; adkim=strict; aspf=S", "v=DMARC1; p=reject; aspf=s"),
        ("v=DMARC1; p=none; p=reject", "v=DMARC1; p=none"),
        ("v=DMARC1; p=reject; rua=nobody; fo=1; x=y", "v=DMARC1; p=reject; fo=1"),
        ("", "v=DMARC1; p=none"),
    ],
)
def test_repaired_records(text: str, repaired: str) -> None:
    assert repair_dmarc(text) == repaired


@given(st.text(alphabet='v=DMARC1;p noerejctquaisubx:@mlo,%!\t"“', max_size=80))
def test_a_repaired_record_has_no_faults(text: str) -> None:
    repaired = repair_dmarc(text)
    assert parse_dmarc(repaired).faults == ()
    assert repair_dmarc(repaired) == repaired


def test_a_sound_record_is_not_weakened_by_a_repair() -> None:
    text = "v=DMARC1; p=reject; sp=quarantine; adkim=s; rua=mailto:a@example.com"
    assert repair_dmarc(text) == text


# --- hostile records --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "v=DMARC1; " + ";" * 65_000,
        "v=DMARC1; " + "p;" * 32_000,
        "v=DMARC1; " + "p=none;" * 9_000,
        "v=DMARC1; p=reject; rua=" + "x," * 32_000,
        "v=DMARC1; p=reject; rua=" + "mailto:" * 9_000,
        "v=DMARC1; p=reject; rua=a@" + "." * 65_000 + "!",
        "v=DMARC1; p=reject; rua=a@" + "b." * 32_000 + "!",
        "v=DMARC1; p=" + "x" * 65_000,
        "v=DMARC1; pct=" + "9" * 65_000,
        "v" + " " * 65_000 + "=DMARC1",
        "=" * 65_000,
        "v=DMARC1; p=reject; " + "\x00\x1b\u202e" * 20_000,
    ],
)
def test_hostile_records_end_with_few_and_short_faults(text: str) -> None:
    record = parse_dmarc(text)
    assert len(record.faults) <= 20
    assert all(len(fault.text) < 200 and len(fault.reason) < 200 for fault in record.faults)
    repair_dmarc(text)
    is_meant_as_dmarc(text)


@given(st.text(max_size=200).map(lambda text: f"v=DMARC1;{text}"))
def test_any_text_is_read_and_can_be_saved(text: str) -> None:
    record = parse_dmarc(text)
    assert record.policy in ("none", "quarantine", "reject", None)
    if "\ud800" <= max(text, default="") <= "\udfff":
        return
    assert msgspec.json.decode(msgspec.json.encode(record), type=DMARCRecord) == record
