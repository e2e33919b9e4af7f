"""Which DMARC record applies: RFC 7489 §6.6.3 and §3.2, and RFC 9989 §4.10 beside it."""

from __future__ import annotations

import pytest

from smtpdoctor.mail_policy import DMARCPolicy, align, discover, organizational_domain
from smtpdoctor.mail_policy.dmarc import walked_domains
from smtpdoctor.spf import Lookup
from tests.mail_policy.zone import evaluate, names
from tests.spf.zone import Zone


def record(text: str) -> dict[str, list[str]]:
    return {"TXT": [text]}


def policy_of(domain: str, zone: Zone) -> DMARCPolicy:
    return evaluate(discover(domain), zone)


# --- the organisational domain ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "organization"),
    [
        ("example.com", "example.com"),
        ("a.mail.example.com", "example.com"),
        ("a.b.c.d.example.com", "example.com"),  # RFC 7489 §3.2
        ("example.co.uk", "example.co.uk"),
        ("mail.example.co.uk", "example.co.uk"),
        ("co.uk", "co.uk"),  # a suffix is its own
        ("com", "com"),
        ("www.city.kobe.jp", "city.kobe.jp"),  # an exception of the list
        ("a.b.kobe.jp", "a.b.kobe.jp"),  # a wildcard of it
        ("me.github.io", "me.github.io"),
        ("x.me.github.io", "me.github.io"),
        ("mail.xn--mller-kva.de", "xn--mller-kva.de"),
        ("shop.xn--85x722f.com.cn", "xn--85x722f.com.cn"),
        ("host.example.nosuchtld", "example.nosuchtld"),
        ("MAIL.Example.COM", "example.com"),
    ],
)
def test_organizational_domains(domain: str, organization: str) -> None:
    assert organizational_domain(domain) == organization


# --- RFC 7489 ---------------------------------------------------------------------------------


def test_the_record_of_the_from_domain_applies() -> None:
    asked: list[Lookup] = []
    zone = {"_dmarc.example.com": record("v=DMARC1; p=reject; sp=none; pct=20")}
    found = evaluate(discover("example.com"), zone, asked)
    assert (found.status, found.found_at) == ("found", "example.com")
    assert (found.policy, found.percent) == ("reject", 20)
    assert names(asked) == ["_dmarc.example.com"]


def test_a_healthy_domain_takes_one_look_up_and_no_suffix_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def forbidden(domain: str) -> str:
        raise AssertionError(domain)

    monkeypatch.setattr("smtpdoctor.mail_policy.dmarc.organizational_domain", forbidden)
    zone = {"_dmarc.mail.example.com": record("v=DMARC1; p=none")}
    found = policy_of("mail.example.com", zone)
    assert found.policy == "none"
    assert evaluate(align("mail.example.com", "mail.example.com", "relaxed"), {}).aligned


def test_a_subdomain_takes_the_policy_for_subdomains_of_its_organization() -> None:
    zone = {"_dmarc.example.com": record("v=DMARC1; p=reject; sp=quarantine")}
    found = policy_of("news.example.com", zone)
    assert found.found_at == "example.com"
    assert found.policy == "quarantine"


def test_without_sp_the_policy_holds_for_subdomains() -> None:
    zone = {"_dmarc.example.com": record("v=DMARC1; p=reject")}
    assert policy_of("a.news.example.com", zone).policy == "reject"


def test_the_sp_of_a_subdomains_own_record_is_ignored() -> None:
    # RFC 7489 §6.3: sp is ignored on subdomains of organisational domains
    zone = {"_dmarc.news.example.com": record("v=DMARC1; p=none; sp=reject")}
    assert policy_of("news.example.com", zone).policy == "none"


def test_the_public_suffix_decides_where_the_organization_is() -> None:
    zone = {
        "_dmarc.co.uk": record("v=DMARC1; p=reject"),
        "_dmarc.example.co.uk": record("v=DMARC1; p=none"),
    }
    found = policy_of("mail.example.co.uk", zone)
    assert found.found_at == "example.co.uk"
    assert found.policy == "none"


def test_no_record() -> None:
    found = policy_of("example.com", {"example.com": record("v=spf1 -all")})
    assert (found.status, found.found_at, found.policy) == ("missing", "", None)
    assert found.successor is None
    assert found.misspelt == ()


def test_a_wildcards_record_is_none() -> None:
    zone = {"_dmarc.example.com": record("v=spf1 include:_spf-us.ionos.com ~all")}
    found = policy_of("example.com", zone)
    assert found.status == "missing"
    assert found.misspelt == ()


def test_several_records_mean_that_none_applies() -> None:
    # RFC 7489 §6.6.3, step 5
    texts = ["v=DMARC1; p=none", "v=DMARC1; p=reject"]
    zone = {"_dmarc.example.com": {"TXT": texts}}
    found = policy_of("example.com", zone)
    assert (found.status, found.found_at, found.policy) == ("several", "example.com", None)
    assert found.records == tuple(texts)


def test_several_records_at_the_from_domain_hide_those_above() -> None:
    zone = {
        "_dmarc.news.example.com": {"TXT": ["v=DMARC1; p=none", "v=DMARC1; p=none; pct=1"]},
        "_dmarc.example.com": record("v=DMARC1; p=reject"),
    }
    found = policy_of("news.example.com", zone)
    assert (found.status, found.policy) == ("several", None)
    # RFC 9989 §4.10, step 2, discards them and walks on
    assert found.successor is not None
    assert (found.successor.policy, found.successor.found_at) == ("reject", "example.com")


def test_one_record_beside_texts_of_others_counts() -> None:
    texts = ["v=spf1 -all", "v=DMARC1; p=reject", "verification=1"]
    found = policy_of("example.com", {"_dmarc.example.com": {"TXT": texts}})
    assert (found.status, found.policy) == ("found", "reject")


def test_strings_of_one_record_are_joined_without_blanks() -> None:
    zone = {"_dmarc.example.com": {"TXT": [("v=DMARC1; p=rej", "ect; pct=1", "0")]}}
    found = policy_of("example.com", zone)
    assert (found.policy, found.percent) == ("reject", 10)


def test_a_record_behind_a_cname() -> None:
    # IONOS's own way
    zone = {
        "_dmarc.example.com": {"CNAME": "dmarc.ionos.com"},
        "dmarc.ionos.com": record("v=DMARC1; p=none;"),
    }
    found = policy_of("example.com", zone)
    assert (found.status, found.policy) == ("found", "none")


def test_a_misspelt_record_is_named_and_the_one_above_applies() -> None:
    zone = {
        "_dmarc.news.example.com": record("v=dmarc1; p=none"),
        "_dmarc.example.com": record("v=DMARC1; p=reject"),
    }
    found = policy_of("news.example.com", zone)
    assert (found.status, found.found_at, found.policy) == ("found", "example.com", "reject")
    (misspelt,) = found.misspelt
    assert (misspelt.name, misspelt.text) == ("_dmarc.news.example.com", "v=dmarc1; p=none")


@pytest.mark.parametrize("name", ["example.com", "_dmarc.example.com.example.com"])
def test_a_record_in_the_wrong_place_is_found_where_there_is_no_other(name: str) -> None:
    found = policy_of("example.com", {name: record("v=DMARC1; p=reject")})
    assert (found.status, found.policy) == ("missing", None)
    assert [misspelt.name for misspelt in found.misspelt] == [name]


def test_an_unused_record_stands_but_asks_for_nothing() -> None:
    found = policy_of("example.com", {"_dmarc.example.com": record("v=DMARC1; p=block")})
    assert (found.status, found.policy) == ("found", None)
    assert found.record is not None
    assert found.record.faults[0].effect == "unused"


@pytest.mark.parametrize("name", ["_dmarc.news.example.com", "_dmarc.example.com"])
def test_a_failing_dns_is_no_missing_record(name: str) -> None:
    found = policy_of("news.example.com", {name: "SERVFAIL"})
    assert (found.status, found.policy, found.reason) == ("temperror", None, "SERVFAIL")


def test_a_failing_dns_above_the_organization_changes_nothing() -> None:
    zone = {"_dmarc.example.com": record("v=DMARC1; p=reject"), "_dmarc.com": "TIMEOUT"}
    found = policy_of("news.example.com", zone)
    assert (found.status, found.policy, found.successor) == ("found", "reject", None)


def test_names_are_compared_and_asked_for_as_a_labels() -> None:
    asked: list[Lookup] = []
    zone = {"_dmarc.xn--mller-kva.de": record("v=DMARC1; p=reject")}
    found = evaluate(discover("Müller.DE."), zone, asked)
    assert (found.domain, found.policy) == ("xn--mller-kva.de", "reject")
    assert names(asked) == ["_dmarc.xn--mller-kva.de"]


@pytest.mark.parametrize(
    "domain",
    [
        "",
        ".",
        "..",
        "example..com",
        "a" * 64 + ".com",
        ".".join(["a"] * 127),
        ".".join(["a" * 60] * 5),
        "x" * 100_000,
        "." * 1000,
        "exa mple.com",
        "ex\x00ample.com",
        "ü" * 300 + ".de",
    ],
)
def test_names_that_nobody_can_ask_for_end_without_a_record(domain: str) -> None:
    asked: list[Lookup] = []
    found = evaluate(discover(domain), {}, asked)
    assert found.status == "missing"
    assert len(asked) <= 12


def test_answers_are_shared() -> None:
    answers: dict[Lookup, object] = {}
    zone = {"_dmarc.example.com": record("v=DMARC1; p=none")}
    evaluate(discover("news.example.com", answers=answers), zone)
    asked: list[Lookup] = []
    evaluate(discover("news.example.com", answers=answers), zone, asked)
    assert asked == []


def test_a_hundred_records_at_one_name() -> None:
    texts = [f"v=DMARC1; p=none; x={number}" for number in range(512)]
    found = policy_of("example.com", {"_dmarc.example.com": {"TXT": texts}})
    assert found.status == "several"
    assert len(found.records) <= 20


def test_binary_records() -> None:
    zone = {"_dmarc.example.com": {"TXT": [b"v=DMARC1; p=reject; x=\xff\xfe\x00", b"\x80" * 255]}}
    found = policy_of("example.com", zone)
    assert (found.status, found.policy) == ("found", "reject")


# --- RFC 9989 ---------------------------------------------------------------------------------


def test_the_walk_of_the_rfcs_example() -> None:
    # RFC 9989 §4.10
    assert walked_domains("a.b.c.d.e.f.g.h.i.j.mail.example.com") == (
        "a.b.c.d.e.f.g.h.i.j.mail.example.com",
        "g.h.i.j.mail.example.com",
        "h.i.j.mail.example.com",
        "i.j.mail.example.com",
        "j.mail.example.com",
        "mail.example.com",
        "example.com",
        "com",
    )


@pytest.mark.parametrize(
    ("domain", "walked"),
    [
        ("com", ["com"]),
        ("example.com", ["example.com", "com"]),
        ("a.mail.example.com", ["a.mail.example.com", "mail.example.com", "example.com", "com"]),
        ("1.2.3.4.5.6.7.8", ["1.2.3.4.5.6.7.8", *(".".join("2345678"[at:]) for at in range(7))]),
        ("1.2.3.4.5.6.7", [".".join("1234567"[at:]) for at in range(7)]),
    ],
)
def test_walks(domain: str, walked: list[str]) -> None:
    assert list(walked_domains(domain)) == walked
    assert len(walked) <= 8


def test_the_walk_finds_a_record_between() -> None:
    zone = {
        "_dmarc.mail.example.com": record("v=DMARC1; p=reject; psd=n"),
        "_dmarc.example.com": record("v=DMARC1; p=none"),
    }
    found = policy_of("a.mail.example.com", zone)
    assert (found.policy, found.found_at) == ("none", "example.com")
    assert found.successor is not None
    assert (found.successor.policy, found.successor.found_at) == ("reject", "mail.example.com")


def test_the_walk_prefers_the_shortest_name_without_psd() -> None:
    # RFC 9989 §4.10.2's first example: the organisational domain is example.com
    zone = {
        "_dmarc.mail.example.com": record("v=DMARC1; p=reject"),
        "_dmarc.example.com": record("v=DMARC1; p=none"),
    }
    assert policy_of("a.mail.example.com", zone).successor is None


def test_the_walk_passes_over_a_name_with_several_records() -> None:
    # RFC 9989 §4.10, step 6
    texts = ["v=DMARC1; p=reject", "v=DMARC1; p=none"]
    found = policy_of("a.mail.example.com", {"_dmarc.mail.example.com": {"TXT": texts}})
    assert (found.status, found.successor) == ("missing", None)


def test_the_walk_ends_at_an_organization_that_says_it_is_one() -> None:
    asked: list[Lookup] = []
    zone = {"_dmarc.mail.example.com": record("v=DMARC1; p=reject; psd=n")}
    evaluate(discover("a.b.mail.example.com"), zone, asked)
    assert "_dmarc.com" not in names(asked)


def test_the_walk_finds_a_public_suffixs_record() -> None:
    zone = {"_dmarc.bank": record("v=DMARC1; p=reject; psd=y")}
    found = policy_of("example.bank", zone)
    assert (found.status, found.policy) == ("missing", None)
    assert found.successor is not None
    assert (found.successor.policy, found.successor.found_at) == ("reject", "bank")


def test_the_organizations_record_counts_before_a_public_suffixs() -> None:
    zone = {
        "_dmarc.bank": record("v=DMARC1; p=reject; psd=y"),
        "_dmarc.example.bank": record("v=DMARC1; p=none"),
    }
    assert policy_of("mail.example.bank", zone).successor is None


def test_a_private_suffix_hides_a_record_from_rfc_7489_alone() -> None:
    zone = {"_dmarc.github.io": record("v=DMARC1; p=reject")}
    found = policy_of("me.github.io", zone)
    assert (found.status, found.policy) == ("missing", None)
    assert found.successor is not None
    assert found.successor.found_at == "github.io"


@pytest.mark.parametrize(
    ("text", "policy", "why"),
    [
        ("v=DMARC1; p=reject; pct=10", "reject", "pct"),
        ("v=DMARC1; p=reject; t=y", "quarantine", "t=y"),
        ("v=DMARC1; p=reject; np=x", None, "np"),
    ],
)
def test_tags_that_only_one_of_the_two_knows(text: str, policy: str | None, why: str) -> None:
    found = policy_of("example.com", {"_dmarc.example.com": record(text)})
    assert found.policy == "reject"
    assert found.successor is not None
    assert found.successor.policy == policy
    assert any(why in reason for reason in found.successor.why)


@pytest.mark.parametrize(
    "text",
    ["v=DMARC1; p=none; pct=10", "v=DMARC1; p=none; t=y", "v=DMARC1; p=reject; pct=100; t=n"],
)
def test_differences_without_consequences_are_not_told(text: str) -> None:
    assert policy_of("example.com", {"_dmarc.example.com": record(text)}).successor is None


def test_the_walk_asks_for_eight_names_at_most() -> None:
    asked: list[Lookup] = []
    domain = ".".join(["a"] * 60) + ".example.com"
    evaluate(discover(domain), {}, asked)
    walked = [name for name in names(asked) if name.startswith("_dmarc.") and name.endswith("com")]
    assert len(set(walked)) <= 9  # and the name with the domain twice


# --- alignment --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "identifier", "mode", "aligned"),
    [
        # RFC 7489 appendix B.1.1 and B.1.2: equal, of one organisation, of another
        ("example.com", "example.com", "relaxed", True),
        ("example.com", "example.com", "strict", True),
        ("example.com", "child.example.com", "relaxed", True),
        ("example.com", "child.example.com", "strict", False),
        ("child.example.com", "example.com", "relaxed", True),
        ("a.example.com", "b.example.com", "relaxed", True),
        ("example.com", "example.net", "relaxed", False),
        ("example.com", "sample.net", "strict", False),
        # look-alikes
        ("example.com", "notexample.com", "relaxed", False),
        ("example.com", "example.com.evil.example", "relaxed", False),
        ("one.co.uk", "two.co.uk", "relaxed", False),
        ("one.github.io", "two.github.io", "relaxed", False),
        ("Example.COM.", "example.com", "strict", True),
        ("müller.de", "mail.xn--mller-kva.de", "relaxed", True),
    ],
)
def test_alignment(domain: str, identifier: str, mode: str, aligned: bool) -> None:
    zone = {"_dmarc.example.com": record("v=DMARC1; p=none")}
    found = evaluate(align(domain, identifier, mode), zone)
    assert found.aligned is aligned


def test_equal_names_and_strict_modes_take_no_look_up() -> None:
    asked: list[Lookup] = []
    evaluate(align("example.com", "EXAMPLE.com", "relaxed"), {}, asked)
    evaluate(align("example.com", "mail.example.com", "strict"), {}, asked)
    evaluate(align("example.com", "example.net", "relaxed"), {}, asked)
    assert asked == []


def test_the_walk_aligns_by_the_records_that_are_published() -> None:
    zone = {"_dmarc.example.com": record("v=DMARC1; p=none")}
    found = evaluate(align("a.example.com", "b.example.com", "relaxed"), zone)
    assert (found.aligned, found.by_tree_walk) == (True, True)


def test_an_organization_of_its_own_below_another_isnt_aligned_by_the_walk() -> None:
    zone = {
        "_dmarc.example.com": record("v=DMARC1; p=none"),
        "_dmarc.uni.example.com": record("v=DMARC1; p=reject; psd=n"),
    }
    found = evaluate(align("example.com", "mail.uni.example.com", "relaxed"), zone)
    assert (found.aligned, found.by_tree_walk) == (True, False)


def test_without_records_each_name_is_its_own_organization_by_the_walk() -> None:
    found = evaluate(align("a.example.com", "b.example.com", "relaxed"), {})
    assert (found.aligned, found.by_tree_walk) == (True, False)


def test_alignment_by_the_walk_is_unknown_where_the_dns_fails() -> None:
    found = evaluate(align("example.com", "a.example.com", "relaxed"), {"_dmarc.com": "TIMEOUT"})
    assert (found.aligned, found.by_tree_walk) == (True, None)
