"""The record to publish: it covers the provider, stays under the limits, changes little."""

from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpdoctor.spf import (
    AddressSet,
    Lookup,
    RecordFix,
    check_host,
    coverage,
    expand,
    fix_record,
    parse,
    run,
)
from tests.examples import examples
from tests.spf.policies import POLICIES, any_terms, hosts_zone, literals, records, zones
from tests.spf.zone import resolver

PROVIDER = "spf.provider.example"
WANTED = f"include:{PROVIDER}"
BASE: dict[str, Any] = {
    PROVIDER: {"TXT": ["v=spf1 ip4:203.0.113.0/24 ip6:2001:db8:f::/48 ?all"]},
    "example.com": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"], "MX": [(10, "example.com")]},
    "one.example.net": {"TXT": ["v=spf1 ip4:198.51.100.1 ~all"]},
    "many.example.net": {
        "TXT": ["v=spf1 " + " ".join(f"ip4:198.51.100.{n}" for n in range(1, 100, 2))]
    },
    "open.example.net": {"TXT": ["v=spf1 exists:%{i}.x.example.net -all"]},
    "broken.example.net": {"TXT": ["v=spf1 foo"]},
}
for size in (2, 3, 4, 5, 8):
    # includes that spend `size` look-ups with themselves and stand for 2 * size networks
    BASE[f"{size}.example.net"] = {
        "TXT": ["v=spf1 " + " ".join(f"a:h{size}{n}.example.net" for n in range(size - 1))]
    }
    for number in range(size - 1):
        BASE[f"h{size}{number}.example.net"] = {
            "A": [f"198.51.{size}.{number * 4}", f"198.51.{size}.{number * 4 + 2}"],
            "AAAA": ["2001:db8::1"],
        }


def fix(*texts: str, zone: dict[str, Any] | None = None, **arguments: Any) -> RecordFix:
    evaluation = fix_record("example.com", texts, [WANTED], **arguments)
    return run(evaluation, resolver(zone or BASE))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # before the first "all", after what is there
        ("v=spf1 -all", f"v=spf1 {WANTED} -all"),
        ("v=spf1 a mx ~all", f"v=spf1 a mx {WANTED} ~all"),
        ("v=spf1 a ?all mx -all", f"v=spf1 a {WANTED} ?all mx -all"),
        (
            "v=spf1 exp=why.%{d} a -ALL ra=postmaster",
            f"v=spf1 exp=why.%{{d}} a {WANTED} -ALL ra=postmaster",
        ),
        # before a redirect, which counts after all mechanisms
        ("v=spf1 redirect=one.example.net", f"v=spf1 {WANTED} redirect=one.example.net"),
        ("v=spf1 mx redirect=one.example.net", f"v=spf1 mx {WANTED} redirect=one.example.net"),
        ("v=spf1 redirect=one.example.net mx", f"v=spf1 redirect=one.example.net mx {WANTED}"),
        # no end at all
        ("v=spf1", f"v=spf1 {WANTED}"),
        ("V=SPF1   mx  ", f"v=spf1 mx {WANTED}"),
        # it was there, but not to effect
        (f"v=spf1 -all {WANTED}", f"v=spf1 {WANTED} -all"),
        (f"v=spf1 mx ?{WANTED} -all", f"v=spf1 mx {WANTED} -all"),
        (f"v=spf1 -{WANTED.upper()} mx -all", f"v=spf1 mx {WANTED} -all"),
        # it is there
        (f"v=spf1 {WANTED} mx -all", f"v=spf1 {WANTED} mx -all"),
        # what would keep the provider out comes after it
        ("v=spf1 -ip4:203.0.113.0/25 mx ~all", f"v=spf1 {WANTED} -ip4:203.0.113.0/25 mx ~all"),
        (
            "v=spf1 -exists:%{i}.list.example.net mx ~all",
            f"v=spf1 {WANTED} -exists:%{{i}}.list.example.net mx ~all",
        ),
        # syntax errors are left out: they made the whole record void
        ("v=spf1 ip4:1.2.3 mx -all", f"v=spf1 mx {WANTED} -all"),
        (
            "v=spf1 mx redirect=a.example redirect=b.example ~all",
            f"v=spf1 mx {WANTED} ~all",
        ),
        # so are includes that make every evaluation an error
        (
            "v=spf1 include:gone.example.net include:broken.example.net mx -all",
            f"v=spf1 mx {WANTED} -all",
        ),
    ],
)
def test_place_of_the_include(old: str, new: str) -> None:
    fixed = fix(old)
    assert fixed.new == new
    assert fixed.old == (old,)
    assert fixed.coverage is not None
    assert fixed.coverage.status == "whole"


def test_a_first_record() -> None:
    fixed = fix()
    assert (fixed.old, fixed.new, fixed.lookups) == ((), f"v=spf1 {WANTED} ~all", 1)
    assert [(change.kind, change.term) for change in fixed.changes] == [
        ("added", "~all"),
        ("added", WANTED),
    ]


def test_several_records_become_one() -> None:
    fixed = fix(
        "v=spf1 a mx -all",
        "v=spf1 MX include:one.example.net ~all a:late.example.net",
        "v=spf1 exp=why.example.com redirect=2.example.net",
        "v=spf1 exp=other.example.com foo",
    )
    assert fixed.new == (
        "v=spf1 a mx include:one.example.net include:2.example.net "
        f"{WANTED} -all exp=why.example.com"
    )
    assert [(change.kind, change.term) for change in fixed.changes] == [
        ("dropped", "foo"),
        ("flattened", "redirect=2.example.net"),
        ("added", WANTED),
    ]
    assert fixed.lookups_before == 0


def test_no_record_that_we_propose_lets_everybody_pass() -> None:
    assert fix("v=spf1 a +all", "v=spf1 mx all").new == f"v=spf1 a mx {WANTED} ~all"
    assert fix("v=spf1 a +all", "v=spf1 mx -all").new == f"v=spf1 a mx {WANTED} -all"
    assert fix("v=spf1 foo ALL").new == f"v=spf1 {WANTED} ~all"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("v=spf1 mx - all", f"v=spf1 mx {WANTED} -all"),
        ("v=spf1 mx –all", f"v=spf1 mx {WANTED} -all"),
        ("v=spf1 mx -all;", f"v=spf1 mx {WANTED} -all"),
        ("v=spf1 ipv4:192.0.2.1 -all", f"v=spf1 ip4:192.0.2.1 {WANTED} -all"),
        ("v=spf1 ip:2001:db8::1 ~all", f"v=spf1 ip6:2001:db8::1 {WANTED} ~all"),
        ("v=spf1 a:192.0.2.1 -all", f"v=spf1 ip4:192.0.2.1 {WANTED} -all"),
        ("v=spf1 ip4: 192.0.2.1 -all", f"v=spf1 ip4:192.0.2.1 {WANTED} -all"),
        ("v=spf1 include: one.example.net ~all", f"v=spf1 include:one.example.net {WANTED} ~all"),
        (
            "v=spf1 include:one.example.netinclude:2.example.net ~all",
            f"v=spf1 include:one.example.net include:2.example.net {WANTED} ~all",
        ),
        ("v=spf1; mx -all", f"v=spf1 mx {WANTED} -all"),
        (" v=spf1 mx -all", f"v=spf1 mx {WANTED} -all"),
        ('"v=spf1 mx -all"', f"v=spf1 mx {WANTED} -all"),
        # what nobody can tell goes
        ("v=spf1 foo:bar mx -all", f"v=spf1 mx {WANTED} -all"),
    ],
)
def test_a_broken_term_is_repaired_to_what_was_meant(old: str, new: str) -> None:
    assert fix(old).new == new


def test_a_redirect_beside_all_counts_for_nothing() -> None:
    fixed = fix("v=spf1 mx redirect=one.example.net ~all")
    assert fixed.new == f"v=spf1 mx {WANTED} ~all"
    assert [change.kind for change in fixed.changes] == ["dropped", "added"]


def test_several_terms_together() -> None:
    terms = ["mx", WANTED, "include:one.example.net"]
    fixed = run(fix_record("example.com", ["v=spf1 mx -all"], terms), resolver(BASE))
    assert fixed.new == f"v=spf1 mx {WANTED} include:one.example.net -all"
    assert [change.term for change in fixed.changes] == [WANTED, "include:one.example.net"]


def test_the_record_alone_is_mended() -> None:
    fixed = run(fix_record("example.com", ["v=spf1 mx ipv4:192.0.2.9 - all"], []), resolver(BASE))
    assert fixed.new == "v=spf1 mx ip4:192.0.2.9 -all"


def test_counts() -> None:
    fixed = fix("v=spf1 a mx include:3.example.net -all")
    assert (fixed.lookups_before, fixed.lookups) == (5, 6)
    assert [(change.kind, change.term) for change in fixed.changes] == [("added", WANTED)]


def test_what_others_cover_is_dropped_first() -> None:
    old = "v=spf1 include:8.example.net a:h80.example.net mx -all"
    fixed = fix(old)
    assert (fixed.lookups_before, fixed.lookups) == (10, 10)
    assert fixed.new == f"v=spf1 include:8.example.net mx {WANTED} -all"
    assert [(change.kind, change.term) for change in fixed.changes] == [
        ("added", WANTED),
        ("dropped", "a:h80.example.net"),
    ]
    assert "same without it" in fixed.changes[1].why


def test_an_include_that_the_user_lists_already_is_dropped() -> None:
    own = "ip4:198.51.5.0/24 ip6:2001:db8::/32"
    fixed = fix(f"v=spf1 {own} include:5.example.net include:4.example.net mx -all")
    assert fixed.new == f"v=spf1 {own} include:4.example.net mx {WANTED} -all"
    assert fixed.lookups == 6


def test_an_include_that_decides_something_is_not_dropped() -> None:
    """Its addresses are in another term, but behind it and with another qualifier."""
    fixed = fix("v=spf1 -include:5.example.net ip4:198.51.5.0/24 include:4.example.net mx -all")
    assert fixed.new == (
        "v=spf1 -include:5.example.net ip4:198.51.5.0/24 include:4.example.net "
        f"ip4:192.0.2.1 ip6:2001:db8::1 {WANTED} -all"
    )


def test_a_term_between_open_ones_is_not_dropped() -> None:
    """With `include:5` its addresses pass where the first `exists` fails; without it they may."""
    terms = "~exists:%{i}.a.example.net include:5.example.net exists:%{i}.b.example.net"
    fixed = fix(f"v=spf1 {terms} include:4.example.net ~all")
    assert fixed.new is not None
    assert "include:5.example.net" in fixed.new or "ip4:198.51.5.0 " in fixed.new


def test_the_smallest_expansion_is_flattened() -> None:
    old = "v=spf1 include:3.example.net ~include:5.example.net include:one.example.net mx -all"
    fixed = fix(old)
    assert (fixed.lookups_before, fixed.lookups) == (10, 10)
    assert fixed.new == (
        f"v=spf1 include:3.example.net ~include:5.example.net ip4:198.51.100.1 mx {WANTED} -all"
    )
    (change,) = [change for change in fixed.changes if change.kind == "flattened"]
    assert (change.term, change.into) == ("include:one.example.net", ("ip4:198.51.100.1",))


def test_one_that_saves_enough_is_flattened_rather_than_many() -> None:
    old = "v=spf1 include:3.example.net include:5.example.net include:2.example.net mx -all"
    fixed = fix(old)
    assert (fixed.lookups_before, fixed.lookups) == (11, 10)
    assert [change.term for change in fixed.changes if change.kind == "flattened"] == [
        "include:2.example.net"
    ]


def test_flattening_keeps_qualifiers_and_families() -> None:
    zone = {**BASE, "ten.example.net": {"TXT": ["v=spf1" + " a:h20.example.net" * 9]}}
    fixed = fix("v=spf1 ~include:ten.example.net mx/24//64 -all", zone=zone)
    assert fixed.new == (
        f"v=spf1 ~ip4:198.51.2.0 ~ip4:198.51.2.2 ~ip6:2001:db8::1 mx/24//64 {WANTED} -all"
    )
    fixed = fix("v=spf1 -mx/24//64 ~include:8.example.net ptr -all")
    assert fixed.new == (
        f"v=spf1 -ip4:192.0.2.0/24 -ip6:2001:db8::/64 ~include:8.example.net ptr {WANTED} -all"
    )


def test_what_depends_on_the_client_is_neither_flattened_nor_dropped() -> None:
    open_terms = "include:open.example.net ptr"
    fixed = fix(f"v=spf1 {open_terms} include:5.example.net include:one.example.net mx -all")
    assert fixed.new is not None
    assert fixed.new.startswith(f"v=spf1 {open_terms} include:5.example.net ip4:198.51.100.1 ")


def test_what_stands_twice_is_dropped_where_it_stands_again() -> None:
    old = "v=spf1 include:open.example.net -ip4:192.0.2.7 ~INCLUDE:open.example.net" + " a" * 8
    assert fix(f"{old} -all").new == (
        f"v=spf1 include:open.example.net -ip4:192.0.2.7 a a a a a a a {WANTED} -all"
    )


def test_where_nothing_can_be_saved_there_is_no_record() -> None:
    old = "v=spf1 " + " ".join(f"exists:%{{i}}.{n}.example.net" for n in range(10)) + " -all"
    fixed = fix(old)
    assert (fixed.new, fixed.lookups_before, fixed.coverage) == (None, 10, None)
    assert fixed.changes == ()
    assert fixed.strings == ()


def test_large_expansions_are_not_flattened() -> None:
    zone = dict(BASE)
    for n in range(10):
        zone[f"big{n}.example.net"] = {
            "TXT": ["v=spf1 " + " ".join(f"ip4:198.{n}.{i}.1" for i in range(50))]
        }
    old = "v=spf1 " + " ".join(f"include:big{n}.example.net" for n in range(10)) + " -all"
    assert fix(old, zone=zone).new is None


@pytest.mark.parametrize(
    "provider",
    [
        {},
        {"TXT": ["v=spf1 foo"]},
        {"TXT": ["v=spf1 -all"]},
        {"TXT": "TIMEOUT"},
        {"TXT": ["v=spf1 ptr"]},
        {"TXT": ["v=spf1" + " a:h20.example.net" * 10]},
    ],
)
def test_a_provider_that_cannot_be_covered_gives_no_record(provider: Any) -> None:
    assert fix("v=spf1 mx -all", zone={**BASE, PROVIDER: provider}).new is None


def test_a_failing_dns_claims_nothing() -> None:
    zone = {**BASE, "example.com": "TIMEOUT"}
    fixed = fix("v=spf1 a -all", zone=zone)
    # everybody who comes after `a` gets a temperror for now: the include goes first
    assert fixed.new == f"v=spf1 {WANTED} a -all"


def test_strings_of_a_long_record() -> None:
    old = "v=spf1 " + " ".join(f"ip4:198.51.100.{n}" for n in range(60)) + " -all"
    fixed = fix(old)
    assert fixed.new is not None
    assert "".join(fixed.strings) == fixed.new
    assert max(map(len, fixed.strings)) == 255


def test_each_name_is_asked_for_once() -> None:
    asked: list[Lookup] = []
    old = "v=spf1 include:3.example.net include:5.example.net include:2.example.net mx -all"
    run(fix_record("example.com", [old], [WANTED]), resolver(BASE, asked))
    assert len(asked) == len(set(asked))


def test_include_must_be_a_domain() -> None:
    with pytest.raises(ValueError, match="include:nowhere"):
        run(fix_record("example.com", [], ["include:nowhere"]), resolver({}))


@settings(max_examples=examples(60), deadline=None)
@given(
    zones(any_terms, most=4),
    st.lists(records(any_terms, most=10), max_size=3),
    st.sampled_from(
        [
            "v=spf1 ip4:203.0.113.0/30 -ip4:203.0.112.0/20 ip4:192.0.2.1 ip6:2001:db8::/64",
            "v=spf1 a:h1.example.net mx:h2.example.net -all",
        ]
    ),
)
def test_the_fixed_record_covers_the_provider(
    zone: dict[str, Any], old: list[str], provider: str
) -> None:
    domain = POLICIES[0]
    sender = f"user@{domain}"
    zone = {**zone, **hosts_zone, PROVIDER: {"TXT": [provider]}}
    fixed = run(fix_record(domain, old, [WANTED], sender=sender), resolver(zone))
    if fixed.new is None:
        return
    assert not parse(fixed.new).faults
    assert len(fixed.strings) <= 10
    zone[domain] = {"TXT": [fixed.strings]}
    policy = run(expand(domain, sender=sender), resolver(zone))
    wanted: AddressSet = run(expand(PROVIDER, sender=sender), resolver(zone)).passes
    assert coverage(policy, wanted).status == "whole"
    assert policy.lookups == fixed.lookups <= 10
    assert "permerror" not in {problem.kind for problem in policy.problems if problem.kind != "dns"}
    for client in ("203.0.113.1", "192.0.2.1", "2001:db8::1", "2001:db8:1::"):
        if ip_address(client) in wanted:
            evaluation = check_host(client, domain, sender)
            assert run(evaluation, resolver(zone)).result == "pass"


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(records(literals, most=10), max_size=3))
def test_a_policy_of_networks_can_always_take_an_include(old: list[str]) -> None:
    fixed = fix(*old)
    assert fixed.new is not None
    assert fixed.lookups <= 10
