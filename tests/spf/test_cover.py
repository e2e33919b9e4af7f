"""Policies as sets of addresses: they say for everybody what check_host() says for one."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smtpdoctor.spf import (
    EVERYTHING,
    NOTHING,
    AddressSet,
    Lookup,
    coverage,
    expand,
    permissiveness,
    run,
)
from smtpdoctor.spf.address_set import IPV4, IPV6, first_match
from tests.examples import examples
from tests.spf.policies import CLIENTS, POLICIES, any_terms, static_terms, zones
from tests.spf.zone import check, expand_record, resolver


def networks(*texts: str) -> AddressSet:
    return AddressSet.of([ip_network(text) for text in texts])


def texts(addresses: AddressSet) -> list[str]:
    return [str(network) for network in addresses.networks()]


# --- AddressSet ----------------------------------------------------------------------------------

some_networks = st.one_of(
    st.builds(
        lambda number, prefix: IPv4Network((number, prefix), strict=False),
        st.integers(0, 2**32 - 1),
        st.integers(0, 32),
    ),
    st.builds(
        lambda number, prefix: IPv6Network((number, prefix), strict=False),
        st.one_of(st.integers(0, 2**128 - 1), st.integers(0, 2**49)),
        st.integers(0, 128),
    ),
)
some_addresses = st.one_of(st.ip_addresses(), st.sampled_from([ip_address(ip) for ip in CLIENTS]))


def holds(network: IPv4Network | IPv6Network, ip: Any) -> bool:
    if ip.version == 6 and ip.ipv4_mapped is not None:
        return False  # no IPv6 client has it
    return ip in network


@given(st.lists(some_networks), st.lists(some_networks), some_addresses)
def test_sets_agree_with_networks(left: list[Any], right: list[Any], ip: Any) -> None:
    candidates = [ip, *(n.network_address for n in left + right), *(n[-1] for n in left + right)]
    one, two = AddressSet.of(left), AddressSet.of(right)
    for address in candidates:
        if address.version == 6 and address.ipv4_mapped is not None:
            continue
        in_one = any(holds(network, address) for network in left)
        in_two = any(holds(network, address) for network in right)
        assert (address in one) is in_one
        assert (address in one | two) is (in_one or in_two)
        assert (address in one & two) is (in_one and in_two)
        assert (address in one - two) is (in_one and not in_two)
    assert (one <= two) is (not one - two)
    assert one - two | one & two == one


@example([IPv6Network("::/80")])
@given(st.lists(some_networks, max_size=8))
def test_networks_make_up_the_set_and_do_not_overlap(given_networks: list[Any]) -> None:
    addresses = AddressSet.of(given_networks)
    written = list(addresses.networks())
    assert AddressSet.of(written) == addresses
    assert sum(AddressSet.of([network]).count() for network in written) == addresses.count()


@example([(IPv6Network("::/80"), "a"), (IPv6Network("::/79"), "b")])
@given(st.lists(st.tuples(some_networks, st.sampled_from("abc")), max_size=12))
def test_first_match_is_the_first(labelled: list[Any]) -> None:
    expected: dict[str, AddressSet] = {}
    seen = NOTHING
    for network, label in labelled:
        alone = AddressSet.of([network])
        expected[label] = expected.get(label, NOTHING) | alone - seen
        seen |= alone
    found = first_match(labelled)
    for label in "abc":
        assert found.get(label, NOTHING) == expected.get(label, NOTHING)


def test_whole_families_are_written_short() -> None:
    assert texts(EVERYTHING) == ["0.0.0.0/0", "::/0"]
    assert texts(IPV4) == ["0.0.0.0/0"]
    assert texts(IPV6) == ["::/0"]
    assert texts(NOTHING) == []
    assert texts(networks("192.0.2.0/25", "192.0.2.128/25", "192.0.2.7/32")) == ["192.0.2.0/24"]
    assert repr(networks("192.0.2.1/32", "2001:db8::/32")) == (
        "AddressSet(192.0.2.1/32, 2001:db8::/32)"
    )


# --- expand --------------------------------------------------------------------------------------


@settings(max_examples=examples(100), deadline=None)
@given(zones(static_terms))
def test_expansion_agrees_with_check_host(zone: dict[str, Any]) -> None:
    sender = f"user@{POLICIES[0]}"
    policy = run(expand(POLICIES[0], sender=sender), resolver(zone))
    assert policy.unknown == NOTHING
    for client in CLIENTS:
        result = check(zone, client, sender).result
        ip = ip_address(client)
        address = ip.ipv4_mapped or ip if ip.version == 6 else ip
        assert [r for r, addresses in policy.possible.items() if address in addresses] == [result]


@settings(max_examples=examples(100), deadline=None)
@given(zones(any_terms), st.sampled_from(["user", "other"]))
def test_what_depends_on_the_client_is_never_claimed(zone: dict[str, Any], local: str) -> None:
    """Every result of check_host() is possible in the expansion that doesn't know the sender.

    Errors behind a term that can't be expanded are not: the expansion leaves them out.
    """
    sender = f"{local}@{POLICIES[0]}"
    known = run(expand(POLICIES[0], sender=sender), resolver(zone))
    unknown = run(expand(POLICIES[0]), resolver(zone))
    for client in CLIENTS:
        found = check(zone, client, sender)
        ip = ip_address(client)
        address = ip.ipv4_mapped or ip if ip.version == 6 else ip
        if found.result != "temperror":
            assert address in known.possible.get(found.result, NOTHING)
            assert address in unknown.possible.get(found.result, NOTHING)
    assert known.passes >= NOTHING
    assert unknown.passes <= known.possible.get("pass", NOTHING)


def test_order_and_qualifiers() -> None:
    policy = expand_record(
        "v=spf1 -ip4:192.0.2.1 ip4:192.0.2.0/30 ~ip4:192.0.2.0/24 ?ip6:2001:db8::/32 -all"
    )
    assert texts(policy.passes) == ["192.0.2.0/32", "192.0.2.2/31"]
    assert texts(policy.certain("neutral")) == ["2001:db8::/32"]
    assert policy.certain("softfail") == networks("192.0.2.0/24") - networks("192.0.2.0/30")
    assert policy.certain("fail") == EVERYTHING - networks(
        "192.0.2.0/24", "2001:db8::/32"
    ) | networks("192.0.2.1")
    assert policy.unknown == NOTHING


def test_include_and_redirect() -> None:
    zone = {
        "in.example.net": {"TXT": ["v=spf1 -ip4:192.0.2.1 ip4:192.0.2.0/24 ~ip4:198.51.100.0/24"]},
        "to.example.net": {"TXT": ["v=spf1 a:host.example.net ~all"]},
        "host.example.net": {"A": ["203.0.113.5"], "AAAA": ["2001:db8::5"]},
    }
    policy = expand_record("v=spf1 ?include:in.example.net redirect=to.example.net", zone)
    assert policy.certain("neutral") == networks("192.0.2.0/24") - networks("192.0.2.1")
    assert texts(policy.passes) == ["203.0.113.5/32", "2001:db8::5/128"]
    assert policy.certain("softfail") == EVERYTHING - policy.passes - policy.certain("neutral")
    assert (policy.lookups, policy.void_lookups, policy.problems) == (3, 0, ())


@pytest.mark.parametrize(
    ("zone", "result", "kind"),
    [
        ({}, "none", "domain-not-found"),
        ({"example.com": {}}, "none", "record-missing"),
        ({"example.com": {"TXT": "TIMEOUT"}}, "temperror", "dns"),
        ({"example.com": {"TXT": ["v=spf1 a:"]}}, "permerror", "syntax"),
        ({"example.com": {"TXT": ["v=spf1", "v=spf1"]}}, "permerror", "several-records"),
        (
            {"example.com": {"TXT": ["v=spf1 include:x.example.net"]}},
            "permerror",
            "include-without-record",
        ),
        (
            {"example.com": {"TXT": ["v=spf1 redirect=a..b"]}},
            "permerror",
            "redirect-without-record",
        ),
    ],
)
def test_policies_that_are_none(zone: dict[str, Any], result: Any, kind: str) -> None:
    policy = run(expand("example.com"), resolver(zone))
    assert policy.possible == {result: EVERYTHING}
    assert [problem.kind for problem in policy.problems] == [kind]
    assert check(zone).result == result


def test_malformed_domain_is_no_policy() -> None:
    policy = run(expand("localhost"), resolver({}))
    assert policy.possible == {"none": EVERYTHING}
    assert policy.problems[0].kind == "domain-malformed"


def test_records_given_as_text_are_not_asked_for() -> None:
    asked: list[Lookup] = []
    run(expand("example.com", record="v=spf1 a -all"), resolver({}, asked))
    assert [lookup.rdtype for lookup in asked] == ["A", "AAAA"]


def test_answers_are_kept_across_expansions() -> None:
    asked: list[Lookup] = []
    answers: dict[Any, Any] = {}
    zone = {"example.com": {"TXT": ["v=spf1 a:EXAMPLE.com a mx -all"], "A": ["192.0.2.1"]}}
    for _ in range(2):
        run(expand("example.com", answers=answers), resolver(zone, asked))
    assert len(asked) == len(set(asked)) == len(answers) == 4


def test_look_ups_are_counted_beyond_the_limit_with_a_count_per_include() -> None:
    zone: dict[str, Any] = {"h.example.net": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]}}
    for name, count in (("five.example.net", 5), ("four.example.net", 4)):
        zone[name] = {"TXT": ["v=spf1" + " a:h.example.net" * count + " -all"]}
    policy = expand_record(
        "v=spf1 include:five.example.net include:four.example.net ip4:198.51.100.1 "
        "mx:h.example.net -all",
        zone,
    )
    assert policy.lookups == policy.tree.lookups == 12
    assert [(step.term, step.lookups) for step in policy.tree.steps] == [
        ("include:five.example.net", 6),
        ("include:four.example.net", 5),
        ("mx:h.example.net", 1),
        ("-all", 0),
    ]
    (problem,) = policy.problems
    assert (problem.kind, problem.term, problem.path) == (
        "lookup-limit",
        "a:h.example.net",
        ("example.com", "four.example.net"),
    )
    # who matched before the eleventh term is served
    assert texts(policy.passes) == ["192.0.2.1/32", "2001:db8::1/128"]
    assert policy.certain("permerror") == EVERYTHING - policy.passes
    meant = expand_record(policy.tree.record, zone, limits=False)
    assert meant.passes == policy.passes | networks("198.51.100.1")


def test_void_look_ups_count_for_the_family_that_has_them() -> None:
    zone = {f"h{n}.example.net": {"A": ["192.0.2.1"]} for n in range(3)}
    policy = expand_record(
        "v=spf1 a:h0.example.net a:h1.example.net a:h2.example.net ip6:2001:db8::1 -all", zone
    )
    assert policy.certain("permerror") == IPV6
    assert texts(policy.passes) == ["192.0.2.1/32"]
    assert (policy.void_lookups, policy.problems[0].kind) == (3, "void-limit")
    assert "IPv6" in policy.problems[0].message


@pytest.mark.parametrize(
    "term",
    [
        "exists:%{i}.example.net",
        "exists:%{ir}.%{v}.%{d}",
        "ptr",
        "ptr:example.net",
        "a:%{h}",
        "mx:%{p}",
        "include:%{ir}.spf.example.net",
        "exists:%{l}.example.net",
        "a:%{S}.example.net",
    ],
)
def test_terms_that_depend_on_the_client_or_the_sender_leave_it_open(term: str) -> None:
    policy = expand_record(f"v=spf1 ip4:192.0.2.1 {term} ~all")
    assert texts(policy.passes) == ["192.0.2.1/32"]
    assert policy.unknown == EVERYTHING - networks("192.0.2.1")
    assert set(policy.possible) == {"pass", "softfail"}
    assert policy.problems == ()
    assert [step.outcome for step in policy.tree.steps] == ["unknown", "match"]
    # it does not matter where all ways lead to the same end
    assert expand_record(f"v=spf1 ~{term} ~all").unknown == NOTHING
    assert expand_record(f"v=spf1 {term} ip4:192.0.2.1 -all").passes == networks("192.0.2.1")


def test_redirect_that_depends_on_the_client_leaves_everything_open() -> None:
    policy = expand_record("v=spf1 ip4:192.0.2.1 redirect=%{ir}.example.net")
    assert texts(policy.passes) == ["192.0.2.1/32"]
    assert policy.unknown == EVERYTHING - policy.passes


def test_terms_that_depend_on_a_known_sender_are_expanded() -> None:
    zone = {"user.example.com.example.net": {"A": ["192.0.2.5"]}}
    record = "v=spf1 a:%{l}.%{o}.example.net -all"
    assert expand_record(record, zone).unknown == EVERYTHING
    policy = expand_record(record, zone, sender="user@example.com")
    assert texts(policy.passes) == ["192.0.2.5/32"]


def test_open_terms_may_spend_the_void_look_ups() -> None:
    """An `exists` that doesn't match was void: after three of them nothing passes."""
    record = "v=spf1 exists:%{i}.a.b exists:%{i}.b.c exists:%{i}.c.d ip4:192.0.2.1 -all"
    policy = expand_record(record)
    assert policy.passes == NOTHING
    assert policy.unknown == EVERYTHING
    assert policy.problems == ()


# --- coverage ------------------------------------------------------------------------------------

PROVIDER = networks("192.0.2.0/24", "2001:db8::/48")


@pytest.mark.parametrize(
    ("record", "status", "missing", "results"),
    [
        ("v=spf1 include:spf.provider.example -all", "whole", [], set()),
        ("v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128/25 ip6:2001:db8::/32 -all", "whole", [], set()),
        ("v=spf1 +all", "whole", [], set()),
        ("v=spf1 ip4:192.0.2.0/24 ~all", "part", ["2001:db8::/48"], {"softfail"}),
        (
            "v=spf1 ip4:192.0.2.0/25 ~ip4:192.0.2.0/24 -all",
            "part",
            ["192.0.2.128/25", "2001:db8::/48"],
            {"softfail", "fail"},
        ),
        ("v=spf1 -all", "none", ["192.0.2.0/24", "2001:db8::/48"], {"fail"}),
        (
            "v=spf1 -all include:spf.provider.example",
            "none",
            ["192.0.2.0/24", "2001:db8::/48"],
            {"fail"},
        ),
        (
            "v=spf1 ?include:spf.provider.example -all",
            "none",
            ["192.0.2.0/24", "2001:db8::/48"],
            {"neutral"},
        ),
        ("v=spf1 foo", "none", ["192.0.2.0/24", "2001:db8::/48"], {"permerror"}),
        ("v=spf1 exists:%{i}.example.net -all", "unknown", [], set()),
        ("v=spf1 exists:%{i}.example.net include:spf.provider.example -all", "whole", [], set()),
        ("v=spf1 -exists:%{i}.example.net include:spf.provider.example -all", "unknown", [], set()),
        ("v=spf1 ip4:192.0.2.0/24 exists:%{i}.example.net -all", "unknown", [], set()),
        (
            "v=spf1 -ip4:192.0.2.0/24 exists:%{i}.example.net -all",
            "unknown",
            ["192.0.2.0/24"],
            {"fail"},
        ),
        (
            "v=spf1 ip4:192.0.2.0/25 -ip4:192.0.2.0/24 ptr -all",
            "part",
            ["192.0.2.128/25"],
            {"fail"},
        ),
    ],
)
def test_coverage(record: str, status: str, missing: list[str], results: set[str]) -> None:
    zone = {"spf.provider.example": {"TXT": ["v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/48 ?all"]}}
    found = coverage(expand_record(record, zone), PROVIDER)
    assert found.status == status
    assert texts(found.missing) == missing
    assert set(found.results) == results
    assert found.covered | found.missing | found.unknown == PROVIDER


def test_an_empty_provider_is_not_covered_but_unknown() -> None:
    assert coverage(expand_record("v=spf1 +all"), NOTHING).status == "unknown"


# --- too permissive ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "everything", "terms"),
    [
        ("v=spf1 +all", True, ["+all"]),
        ("v=spf1 ip4:0.0.0.0/0 -all", True, ["ip4:0.0.0.0/0"]),
        ("v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all", True, ["ip4:0.0.0.0/1", "ip4:128.0.0.0/1"]),
        ("v=spf1 a/0 -all", True, ["a/0"]),
        ("v=spf1 ip6:::/0 -all", True, ["ip6:::/0"]),
        ("v=spf1 ip4:10.0.0.0/8 -all", False, ["ip4:10.0.0.0/8"]),
        ("v=spf1 ip4:10.0.0.0/11 -all", False, ["ip4:10.0.0.0/11"]),
        ("v=spf1 ip6:2000::/3 -all", False, ["ip6:2000::/3"]),
        ("v=spf1 include:lax.example.net -all", True, ["+all"]),
        ("v=spf1 exists:example.com -all", True, ["exists:example.com"]),
    ],
)
def test_too_permissive(record: str, everything: bool, terms: list[str]) -> None:
    zone = {
        "example.com": {"A": ["192.0.2.1"]},
        "lax.example.net": {"TXT": ["v=spf1 +all"]},
    }
    found = permissiveness(expand_record(record, zone))
    assert found is not None
    assert found.everything is everything
    assert [wide.term for wide in found.terms] == terms
    assert found.networks


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 -all",
        "v=spf1 ?all",
        "v=spf1 ip4:10.0.0.0/12 ip6:2001:db8::/32 ~all",
        "v=spf1 -ip4:0.0.0.0/0 +ip4:0.0.0.0/0 -all",
        "v=spf1 -ip4:0.0.0.0/0 -ip6:::/0 +all",
        "v=spf1 -include:lax.example.net +all",
        "v=spf1 exists:%{i}.example.net -all",
        "v=spf1 -include:rest.example.net +all",
    ],
)
def test_not_too_permissive(record: str) -> None:
    zone = {
        "lax.example.net": {"TXT": ["v=spf1 +all"]},
        "rest.example.net": {"TXT": ["v=spf1 -ip4:192.0.2.0/24 +all"]},
    }
    assert permissiveness(expand_record(record, zone)) is None


# --- hostile policies ----------------------------------------------------------------------------


@pytest.mark.hostile
def test_a_hundred_thousand_terms() -> None:
    signs = ("-", "", "~", "?")
    terms = [f"{signs[n % 4]}ip4:{n >> 8}.{n & 255}.0.0/17" for n in range(2**16)]
    terms += ["ip6:2001:db8::1"] * 34_464
    policy = expand_record(f"v=spf1 {' '.join(terms)} ?ip4:0.0.0.0/0 -all")
    assert policy.unknown == NOTHING
    assert policy.passes.count() == 2**14 * 2**15 + 1
    assert policy.certain("softfail").count() == 2**14 * 2**15
    assert ip_address("9.1.127.255") in policy.passes
    assert ip_address("9.1.128.0") in policy.certain("neutral")


@pytest.mark.parametrize(
    "records",
    [
        {"example.com": "v=spf1 include:example.com -all"},
        {"example.com": "v=spf1 redirect=example.com"},
        {
            "example.com": "v=spf1" + " include:b.example.com" * 1000,
            "b.example.com": "v=spf1" + " include:example.com" * 1000,
        },
        {"example.com": "v=spf1" + " a mx" * 1000 + " -all"},
        {
            "example.com": "v=spf1" + " include:b.example.com" * 1000,
            "b.example.com": "v=spf1" + " -ip4:192.0.2.1 ip4:192.0.2.2" * 400,
        },
        {"example.com": "v=spf1" + " exists:%{i}%{p}" * 1000},
        {"example.com": "v=spf1" + " ~include:%{i}.%{d}" * 1000},
        {"example.com": "v=spf1" + " ip4:192.0.2.1 a" * 1000},
        {"example.com": "v=spf1 redirect=" + "%{d}" * 2000},
    ],
)
@pytest.mark.parametrize("limits", [True, False])
def test_hostile_policies_end(records: dict[str, str], limits: bool) -> None:
    zone = {name: {"TXT": [text], "A": ["198.51.100.1"]} for name, text in records.items()}
    asked: list[Lookup] = []
    policy = run(expand("example.com", limits=limits), resolver(zone, asked))
    assert policy.lookups <= 51
    assert len(asked) < 20
    assert "permerror" in policy.possible
    assert check(zone, "203.0.113.1").result == "permerror"
