"""check_host() against RFC 7208, section by section."""

import asyncio
import itertools
import subprocess
import sys
from ipaddress import ip_address
from typing import Any

import pytest

from smtpdoctor.spf import Answer, Lookup, Result, check_host, run, run_async, to_ascii
from tests.spf.zone import check, check_record, resolver

LONG_LABEL = "a" * 63
TOO_LONG_LABEL = "a" * 64


# --- 2.4, 2.6, 4.3 Initial processing ------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "kind"),
    [
        (f"{TOO_LONG_LABEL}.example.com", "domain-malformed"),
        ("example..com", "domain-malformed"),
        (".example.com", "domain-malformed"),
        ("example.com..", "domain-malformed"),
        ("localhost", "domain-malformed"),
        ("", "domain-malformed"),
        (".", "domain-malformed"),
        ("[192.0.2.1]", "domain-malformed"),
        ("[IPv6:2001:db8::1]", "domain-malformed"),
        ("OEMCOMPUTER", "domain-malformed"),
        ("a\x00b.example.com", "domain-malformed"),
        (f"{LONG_LABEL}." * 4 + "com", "domain-malformed"),
        (f"{'ü' * 64}.example.com", "domain-malformed"),
        ("nowhere.example.net", "domain-not-found"),
        (f"{LONG_LABEL}.example.net", "domain-not-found"),
    ],
)
def test_no_domain_no_result(domain: str, kind: str) -> None:
    result = check({"example.com": {"TXT": ["v=spf1 -all"]}}, domain=domain)
    assert result.result == "none"
    assert result.problem is not None
    assert result.problem.kind == kind
    assert result.term is None
    assert result.tree.result == "none"


@pytest.mark.parametrize("domain", ["example.com", "EXAMPLE.com", "example.com."])
def test_domain_has_no_case_and_may_end_in_a_dot(domain: str) -> None:
    assert check({"example.com": {"TXT": ["v=spf1 -all"]}}, domain=domain).result == "fail"


def test_longest_label_and_name_are_asked_for() -> None:
    for domain in (f"{LONG_LABEL}.example.com", f"{LONG_LABEL}." * 3 + "a" * 61):
        assert check({domain: {"TXT": ["v=spf1 -all"]}}, domain=domain).result == "fail"


@pytest.mark.parametrize(
    ("written", "a_labels"),
    [
        ("straße.example", "xn--strae-oqa.example"),
        ("STRAẞE.example", "xn--strae-oqa.example"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("mu\u0308nchen.example", "xn--mnchen-3ya.example"),
        ("日本語\u3002example", "xn--wgv71a119e.example"),
        ("ｅｘａｍｐｌｅ．com", "example.com"),
        ("Example.COM", "Example.COM"),
    ],
)
def test_idn_is_asked_for_as_a_labels(written: str, a_labels: str) -> None:
    assert to_ascii(written) == a_labels
    zone = {a_labels: {"TXT": ["v=spf1 exists:%{d}.%{o} -all"]}}
    asked: list[Lookup] = []
    assert check(zone, sender=f"user@{written}", asked=asked).result == "fail"
    lower = a_labels.lower()
    assert [lookup.name.lower() for lookup in asked] == [lower, f"{lower}.{lower}"]


@pytest.mark.parametrize(
    ("sender", "expanded"),
    [
        ("user@example.com", "user.user@example.com"),
        ("example.com", "postmaster.postmaster@example.com"),
        ("@example.com", "postmaster.postmaster@example.com"),
        ("", "postmaster.postmaster@example.com"),
        ('"a b"@example.com', '"a b"."a b"@example.com'),
        ("a@b@example.com", "a@b.a@b@example.com"),
    ],
)
def test_postmaster_stands_for_a_missing_local_part(sender: str, expanded: str) -> None:
    asked: list[Lookup] = []
    zone = {"example.com": {"TXT": ["v=spf1 exists:%{l}.%{s} -all"]}}
    assert check(zone, sender=sender, domain="example.com", asked=asked).result == "fail"
    assert asked[1].name == expanded


def test_ip_must_be_one() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        check_host("192.0.2", "example.com", "")


# --- 3.3, 4.4, 4.5 Record look-up and selection --------------------------------------------------


def test_strings_are_joined_without_blanks() -> None:
    assert check_record(("v=spf1 ip4:192.", "0.2.1", " -all")).term == "ip4:192.0.2.1"
    assert check_record(("v=spf1", "-all")).result == "none"
    assert check_record(("v=sp", "f1 -all")).result == "fail"


@pytest.mark.parametrize(
    ("records", "result"),
    [
        ([], "none"),
        ([""], "none"),
        (
            ["something else", "v=spf10 -all", "v=spf1-all", "spf2.0/pra -all", " v=spf1 -all"],
            "none",
        ),
        (["v=spf1\t-all"], "none"),
        (["v=spf1 -all"], "fail"),
        (["V=SPF1 -ALL"], "fail"),
        (["v=spf1"], "neutral"),
        (["v=spf1 "], "neutral"),
        (["v=spf1   -all   "], "fail"),
        (["other", "v=spf1 -all", "v=spf10"], "fail"),
        (["v=spf1 -all", "v=spf1 -all"], "permerror"),
        (["v=spf1 -all", "V=spf1"], "permerror"),
        (["v=spf1 +all", b"v=spf1 \xff"], "permerror"),
        ([b"\xff\xfe", "v=spf1 -all"], "fail"),
    ],
)
def test_record_selection(records: list[Any], result: Result) -> None:
    assert check({"example.com": {"TXT": records}}).result == result


def test_missing_record_and_missing_domain_are_told_apart() -> None:
    missing = check({"example.com": {"A": ["192.0.2.1"]}})
    assert (missing.result, missing.problem and missing.problem.kind) == ("none", "record-missing")
    below = check({"www.example.com": {"A": ["192.0.2.1"]}})
    assert (below.result, below.problem and below.problem.kind) == ("none", "record-missing")


@pytest.mark.parametrize("failure", ["TIMEOUT", "SERVFAIL"])
def test_failing_look_up_is_a_temperror(failure: str) -> None:
    result = check({"example.com": {"TXT": failure}})
    assert result.result == "temperror"
    assert result.problem is not None
    assert result.problem.kind == "dns"
    assert failure in result.problem.message


def test_only_txt_is_asked_for() -> None:
    asked: list[Lookup] = []
    check({"example.com": {"SPF": ["v=spf1 -all"]}}, asked=asked)
    assert asked == [Lookup("example.com", "TXT")]


# --- 4.6 Record evaluation -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 ip4:192.0.2.1 -all ip4:256.1.1.1",
        "v=spf1 +all foo",
        "v=spf1 +all redirect=",
        "v=spf1 +all unknown=%",
        "v=spf1 +all exp=a.b exp=a.b",
        "v=spf1 +all redirect=a.b redirect=a.b",
        "v=spf1 +all\t",
        "v=spf1 +all\n",
        b"v=spf1 +all x=\xe9",
    ],
)
def test_syntax_is_checked_everywhere_before_anything_is_asked(record: Any) -> None:
    asked: list[Lookup] = []
    result = check_record(record, asked=asked)
    assert result.result == "permerror"
    assert len(asked) == 1
    assert result.problem is not None
    assert result.problem.kind == "syntax"
    assert result.problem.faults
    assert result.term == result.problem.faults[0].term


@pytest.mark.parametrize(
    ("qualifier", "result"),
    [("", "pass"), ("+", "pass"), ("-", "fail"), ("~", "softfail"), ("?", "neutral")],
)
def test_qualifiers(qualifier: str, result: Result) -> None:
    found = check_record(f"v=spf1 {qualifier}all")
    assert (found.result, found.term) == (result, f"{qualifier}all")


def test_first_match_from_the_left_decides() -> None:
    record = "v=spf1 ?ip4:192.0.2.9 ~ip4:192.0.2.0/24 ip4:192.0.2.1 -all"
    assert check_record(record).term == "~ip4:192.0.2.0/24"


def test_default_result_is_neutral() -> None:
    result = check_record("v=spf1 ip4:198.51.100.1 unknown=x default=pass")
    assert (result.result, result.term, result.problem) == ("neutral", None, None)


# --- 5 Mechanisms: addresses ---------------------------------------------------------------------

HOSTS = {
    "example.com": {
        "A": ["192.0.2.10", "192.0.2.11"],
        "AAAA": ["2001:db8::10"],
        "MX": [(20, "mx2.example.com"), (10, "mx1.example.com")],
    },
    "mx1.example.com": {"A": ["192.0.2.21"], "AAAA": ["2001:db8::21"]},
    "mx2.example.com": {"A": ["192.0.2.22"]},
    "www.example.com": {"CNAME": "example.com"},
    "ipv6.example.com": {"AAAA": ["2001:db8::60"]},
    "hosts.example.net": {"A": [f"198.51.100.{n}" for n in range(1, 100)]},
    "foo:bar/baz.example.com": {"A": ["192.0.2.77"]},
    "null.example.com": {"MX": [(0, "")]},
    "dot.example.com": {"MX": [(0, ".")]},
    "nomx.example.com": {"A": ["192.0.2.30"]},
    "text.example.com": {"TXT": ["text"]},
    "down.example.com": "TIMEOUT",
    "mxdown.example.com": {"MX": [(10, "down.example.com")]},
    "mxvoid.example.com": {"MX": [(10, "gone.example.com"), (20, "mx2.example.com")]},
    "odd.example.com": {"MX": [(5, "a..b"), (10, "mx1.example.com")]},
    "is.exists.example.net": {"A": ["127.0.0.2"]},
    "only6.exists.example.net": {"AAAA": ["2001:db8::1"]},
}


@pytest.mark.parametrize(
    ("term", "ip", "result"),
    [
        # §5.3
        ("a", "192.0.2.10", "pass"),
        ("a", "192.0.2.11", "pass"),
        ("a", "192.0.2.12", "fail"),
        ("a", "2001:db8::10", "pass"),
        ("a", "2001:db8::11", "fail"),
        ("a", "::ffff:192.0.2.10", "pass"),
        ("a:WWW.example.com", "192.0.2.10", "pass"),
        ("a:www.example.com.", "192.0.2.10", "pass"),
        ("a:hosts.example.net", "198.51.100.99", "pass"),
        ("a:gone.example.com", "192.0.2.10", "fail"),
        ("a:text.example.com", "192.0.2.10", "fail"),
        ("a:down.example.com", "192.0.2.10", "temperror"),
        ("a:ipv6.example.com", "192.0.2.10", "fail"),
        ("a:foo:bar/baz.example.com", "192.0.2.77", "pass"),
        ("a:foo:bar/baz.example.com", "::ffff:192.0.2.77", "pass"),
        ("a/24", "192.0.2.200", "pass"),
        ("a/24", "192.0.3.1", "fail"),
        ("a/24", "2001:db8::11", "fail"),
        ("a/0", "203.0.113.1", "pass"),
        ("a/0", "2001:db8::11", "fail"),
        ("a//0", "192.0.2.12", "fail"),
        ("a//0", "::ffff:192.0.2.12", "fail"),
        ("a//0", "2001:db9::", "pass"),
        ("a//64", "2001:db8::ffff", "pass"),
        ("a//64", "2001:db8:0:1::", "fail"),
        ("a/31//127", "192.0.2.11", "pass"),
        ("a/31//127", "2001:db8::11", "pass"),
        ("a:nomx.example.com//0", "2001:db8::1", "fail"),
        ("a:.com", "192.0.2.10", "fail"),
        ("a:foo..example.com", "192.0.2.10", "fail"),
        (f"a:{TOO_LONG_LABEL}.example.com", "192.0.2.10", "fail"),
        # §5.4
        ("mx", "192.0.2.21", "pass"),
        ("mx", "192.0.2.22", "pass"),
        ("mx", "192.0.2.10", "fail"),
        ("mx", "2001:db8::21", "pass"),
        ("mx/24//112", "192.0.2.99", "pass"),
        ("mx/24//112", "2001:db8::99", "pass"),
        ("mx:www.example.com", "192.0.2.21", "pass"),
        ("mx:nomx.example.com", "192.0.2.30", "fail"),
        ("mx:gone.example.com", "192.0.2.30", "fail"),
        ("mx:null.example.com", "192.0.2.30", "fail"),
        ("mx:dot.example.com", "192.0.2.30", "fail"),
        ("mx:down.example.com", "192.0.2.30", "temperror"),
        ("mx:mxdown.example.com", "192.0.2.30", "temperror"),
        ("mx:mxvoid.example.com", "192.0.2.22", "pass"),
        ("mx:odd.example.com", "192.0.2.21", "pass"),
        ("mx/0", "203.0.113.1", "pass"),
        ("mx//0", "203.0.113.1", "fail"),
        # §5.6
        ("ip4:192.0.2.1", "192.0.2.1", "pass"),
        ("ip4:192.0.2.1", "192.0.2.2", "fail"),
        ("ip4:192.0.2.1", "::FFFF:192.0.2.1", "pass"),
        ("ip4:192.0.2.1/24", "192.0.2.255", "pass"),
        ("ip4:192.0.2.1/0", "203.0.113.1", "pass"),
        ("ip4:0.0.0.0/0", "2001:db8::1", "fail"),
        ("ip6:2001:db8::1", "2001:DB8:0::1", "pass"),
        ("ip6:2001:db8::/32", "2001:db8:ffff::", "pass"),
        ("ip6:2001:db8::/32", "2001:db9::", "fail"),
        ("ip6:::/0", "2001:db8::1", "pass"),
        ("ip6:::/0", "192.0.2.1", "fail"),
        ("ip6:::/0", "::ffff:192.0.2.1", "fail"),
        ("ip6:::ffff:192.0.2.1", "192.0.2.1", "fail"),
        ("ip6:::ffff:0:0/96", "::ffff:192.0.2.1", "fail"),
        # §5.7
        ("exists:is.exists.example.net", "192.0.2.1", "pass"),
        ("exists:is.exists.example.net", "2001:db8::1", "pass"),
        ("exists:only6.exists.example.net", "2001:db8::1", "fail"),
        ("exists:gone.exists.example.net", "192.0.2.1", "fail"),
        ("exists:down.example.com", "192.0.2.1", "temperror"),
        ("exists:www.example.com", "192.0.2.1", "pass"),
        ("exists:%{l}.exists.example.net", "192.0.2.1", "fail"),
    ],
)
def test_address_mechanisms(term: str, ip: str, result: Result) -> None:
    assert check_record(f"v=spf1 {term} -all", ip, HOSTS).result == result


def test_family_decides_which_records_are_asked_for() -> None:
    for ip, rdtype in (("192.0.2.1", "A"), ("2001:db8::1", "AAAA"), ("::ffff:192.0.2.1", "A")):
        asked: list[Lookup] = []
        check_record("v=spf1 a mx -all", ip, HOSTS, asked=asked)
        assert {lookup.rdtype for lookup in asked} == {"TXT", "MX", rdtype}


def test_terms_after_all_are_ignored() -> None:
    asked: list[Lookup] = []
    result = check_record("v=spf1 ?all a +all redirect=example.net", zone=HOSTS, asked=asked)
    assert (result.result, result.term, len(asked)) == ("neutral", "?all", 1)


# --- 5.2 include ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("included", "result", "term"),
    [
        ({"TXT": ["v=spf1 +all"]}, "softfail", "~include:other.example.net"),
        ({"TXT": ["v=spf1 -all"]}, "pass", "+all"),
        ({"TXT": ["v=spf1 ~all"]}, "pass", "+all"),
        ({"TXT": ["v=spf1 ?all"]}, "pass", "+all"),
        ({"TXT": ["v=spf1"]}, "pass", "+all"),
        ({"TXT": ["v=spf1 redirect=yes.example.net"]}, "softfail", "~include:other.example.net"),
        ({"TXT": "TIMEOUT"}, "temperror", None),
        ({"TXT": ["v=spf1 a:down.example.com -all"]}, "temperror", "a:down.example.com"),
        ({"TXT": ["v=spf1 foo"]}, "permerror", "foo"),
        ({"TXT": ["v=spf1", "v=spf1"]}, "permerror", None),
        ({"TXT": ["v=spf1 redirect=gone.example.net"]}, "permerror", "redirect=gone.example.net"),
        ({"TXT": ["other"]}, "permerror", "~include:other.example.net"),
        ({}, "permerror", "~include:other.example.net"),
    ],
)
def test_include(included: Any, result: Result, term: str | None) -> None:
    zone = {
        **HOSTS,
        "other.example.net": included,
        "yes.example.net": {"TXT": ["v=spf1 +all"]},
    }
    found = check_record("v=spf1 ~include:other.example.net +all", zone=zone)
    assert (found.result, found.term) == (result, term)


@pytest.mark.parametrize(
    "spec", ["gone.example.net", "%{d1}", "a..example.net", f"{TOO_LONG_LABEL}.example.net"]
)
def test_include_of_what_has_no_record_is_a_permerror(spec: str) -> None:
    result = check_record(f"v=spf1 include:{spec} +all")
    assert result.result == "permerror"
    assert result.problem is not None
    assert result.problem.kind == "include-without-record"
    assert result.problem.path[0] == "example.com"
    assert result.term == f"include:{spec}"


def test_include_goes_on_with_its_own_domain_and_the_same_sender() -> None:
    zone = {
        "in.example.net": {"TXT": ["v=spf1 exists:%{d}.%{o}.1.example.org -all"]},
        "in.example.net.example.com.1.example.org": {"A": ["127.0.0.1"]},
    }
    assert check_record("v=spf1 include:in.example.net. -all", zone=zone).result == "pass"
    record = "v=spf1 include:in.example.net exists:%{d}.2.example.org -all"
    zone = {
        "in.example.net": {"TXT": ["v=spf1 -all"]},
        "example.com.2.example.org": {"A": ["127.0.0.1"]},
    }
    assert check_record(record, zone=zone).term == "exists:%{d}.2.example.org"


# --- 5.5 ptr -------------------------------------------------------------------------------------

REVERSE4 = "1.2.0.192.in-addr.arpa"
REVERSE6 = "1." + "0." * 23 + "8.b.d.0.1.0.0.2.ip6.arpa"
POINTERS = {
    REVERSE4: {"PTR": ["rogue.example.com", "mail.EXAMPLE.com.", "host.bad-example.com"]},
    REVERSE6: {"PTR": ["mail.example.com"]},
    "mail.example.com": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]},
    "host.bad-example.com": {"A": ["192.0.2.1"]},
    "rogue.example.com": {"A": ["198.51.100.1"]},
}


@pytest.mark.parametrize(
    ("term", "ip", "result"),
    [
        ("ptr", "192.0.2.1", "pass"),
        ("ptr", "2001:db8::1", "pass"),
        ("ptr", "192.0.2.2", "fail"),
        ("ptr:example.com", "192.0.2.1", "pass"),
        ("ptr:EXAMPLE.COM.", "192.0.2.1", "pass"),
        ("ptr:mail.example.com", "192.0.2.1", "pass"),
        ("ptr:bad-example.com", "192.0.2.1", "pass"),
        ("ptr:rogue.example.com", "192.0.2.1", "fail"),
        # the name stands above the target, as the text of 5.5 has it by mistake
        ("ptr:deep.mail.example.com", "192.0.2.1", "fail"),
        ("ptr:example.net", "192.0.2.1", "fail"),
        ("ptr:%{d1}", "192.0.2.1", "pass"),
    ],
)
def test_ptr(term: str, ip: str, result: Result) -> None:
    assert check_record(f"v=spf1 {term} -all", ip, POINTERS).result == result


def test_errors_behind_ptr_never_end_the_evaluation() -> None:
    assert check_record("v=spf1 ptr -all", zone={REVERSE4: "TIMEOUT"}).result == "fail"
    zone = {
        REVERSE4: {"PTR": ["down.example.com", "a..b.example.com", "mail.example.com"]},
        "down.example.com": "SERVFAIL",
        "mail.example.com": {"A": ["192.0.2.1"]},
    }
    assert check_record("v=spf1 ptr -all", zone=zone).result == "pass"


def test_only_ten_ptr_names_count() -> None:
    names = [f"h{n}.example.com" for n in range(11)]
    zone: dict[str, Any] = {name: {"A": ["198.51.100.1"]} for name in names}
    zone[REVERSE4] = {"PTR": names}
    zone["h10.example.com"] = {"A": ["192.0.2.1"]}
    assert check_record("v=spf1 ptr -all", zone=zone).result == "fail"
    zone[REVERSE4] = {"PTR": names[1:]}
    assert check_record("v=spf1 ptr -all", zone=zone).result == "pass"


def test_names_of_the_client_count_neither_as_look_ups_nor_as_void() -> None:
    zone = {REVERSE4: {"PTR": [f"h{n}.example.com" for n in range(10)]}}
    result = check_record("v=spf1 ptr -all", zone=zone)
    assert (result.result, result.lookups, result.void_lookups) == ("fail", 1, 0)


# --- 6.1 redirect --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "result"),
    [
        ({"TXT": ["v=spf1 -all"]}, "fail"),
        ({"TXT": ["v=spf1 +all"]}, "pass"),
        ({"TXT": ["v=spf1"]}, "neutral"),
        ({"TXT": ["other"]}, "permerror"),
        ({"TXT": "TIMEOUT"}, "temperror"),
        ({"TXT": ["v=spf1 foo"]}, "permerror"),
        ({}, "permerror"),
    ],
)
def test_redirect_takes_the_result_of_the_other_record(target: Any, result: Result) -> None:
    zone = {"other.example.net": target}
    record = "v=spf1 redirect=other.example.net ip4:198.51.100.1"
    assert check_record(record, zone=zone).result == result
    assert check_record(record, "198.51.100.1", zone).term == "ip4:198.51.100.1"


@pytest.mark.parametrize("target", ["gone.example.net", "%{d1}", "a..b.example.net"])
def test_redirect_to_nothing_is_a_permerror(target: str) -> None:
    result = check_record(f"v=spf1 redirect={target}")
    assert result.result == "permerror"
    assert result.problem is not None
    assert result.problem.kind == "redirect-without-record"


def test_redirects_in_a_row_and_the_domain_of_each() -> None:
    zone = {
        "a.example.net": {"TXT": ["v=spf1 redirect=%{l}.%{d2}"]},
        "user.example.net": {"TXT": ["v=spf1 exists:%{d} -all"]},
        "user.example.net.": {},
    }
    result = check_record("v=spf1 redirect=a.example.net.", zone=zone)
    assert (result.result, result.term, result.lookups) == ("fail", "-all", 3)
    node = result.tree
    domains = []
    while node is not None:
        domains.append(node.domain)
        node = next((step.policy for step in node.steps if step.policy), None)  # type: ignore[assignment]
    assert domains == ["example.com", "a.example.net", "user.example.net"]


def test_redirect_is_ignored_beside_all_wherever_it_stands() -> None:
    asked: list[Lookup] = []
    result = check_record("v=spf1 redirect=gone.example.net ~all", asked=asked)
    assert (result.result, len(asked)) == ("softfail", 1)


# --- 6.2 exp -------------------------------------------------------------------------------------


def explained(text: Any, **arguments: Any) -> str:
    records = text if isinstance(text, list) or text == "TIMEOUT" else [text]
    zone = {"why.example.com": {"TXT": records}}
    return check_record("v=spf1 -all exp=why.example.com", zone=zone, **arguments).explanation


@pytest.mark.parametrize(
    ("text", "explanation"),
    [
        (
            "Mail from %{d} should not come from %{i}.",
            "Mail from example.com should not come from 192.0.2.1.",
        ),
        ("two  blanks, %%, %_ and %-", "two  blanks, %,   and %20"),
        (("no ", "bl", "ank"), "no blank"),
        (
            "See http://%{d}/why.html?s=%{S}&i=%{I}",
            "See http://example.com/why.html?s=user%40example.com&i=192.0.2.1",
        ),
        ("%{c} %{r} %{t} %{h}", "192.0.2.1 mx.example.net 1700000000 mail.example.org"),
        ("%{R} trailing dot.", "mx.example.net trailing dot."),
        ("", ""),
        # what is no explanation
        ("%{x}", ""),
        ("100%", ""),
        ("tab\there", ""),
        ("caf\u00e9", ""),
        (b"caf\xe9", ""),
        (["one", "two"], ""),
        ([], ""),
        ("TIMEOUT", ""),
    ],
)
def test_explanation(text: Any, explanation: str) -> None:
    found = explained(text, receiver="mx.example.net", timestamp=1_700_000_000)
    assert found == explanation


def test_readable_address_in_explanations() -> None:
    assert explained("%{c}", ip="2001:DB8:0::0CB:1") == "2001:db8::cb:1"
    assert explained("%{i}", ip="2001:db8::cb01") == (
        "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1"
    )


@pytest.mark.parametrize("qualifier", ["", "?", "~"])
def test_only_fail_is_explained(qualifier: str) -> None:
    asked: list[Lookup] = []
    record = f"v=spf1 {qualifier}all exp=why.example.com"
    zone = {"why.example.com": {"TXT": ["no"]}}
    assert check_record(record, zone=zone, asked=asked).explanation == ""
    assert len(asked) == 1


@pytest.mark.parametrize(
    "record",
    ["v=spf1 -all", "v=spf1 -all exp=gone.example.com", "v=spf1 -all exp=a..b", "v=spf1 exp=a.b"],
)
def test_no_explanation_is_an_empty_one(record: str) -> None:
    result = check_record(record)
    assert result.explanation == ""
    assert result.result in ("fail", "neutral")


def test_explanation_that_a_sender_makes_non_ascii_is_none() -> None:
    assert explained("%{l}", sender="jürgen@example.com") == ""
    assert explained("%{L}", sender="jürgen@example.com") == "j%C3%BCrgen"


def test_explanation_is_that_of_the_record_that_failed() -> None:
    zone = {
        "in.example.net": {"TXT": ["v=spf1 +all exp=in.why.example.com"]},
        "to.example.net": {"TXT": ["v=spf1 -all exp=to.why.example.com"]},
        "bare.example.net": {"TXT": ["v=spf1 -all"]},
        "in.why.example.com": {"TXT": ["included"]},
        "to.why.example.com": {"TXT": ["redirected, %{d}"]},
        "own.why.example.com": {"TXT": ["own, %{d}"]},
    }
    own = "exp=own.why.example.com"
    assert check_record(f"v=spf1 -include:in.example.net {own}", zone=zone).explanation == (
        "own, example.com"
    )
    assert check_record(f"v=spf1 redirect=to.example.net {own}", zone=zone).explanation == (
        "redirected, to.example.net"
    )
    assert check_record(f"v=spf1 redirect=bare.example.net {own}", zone=zone).explanation == ""


def test_explanation_counts_against_no_limit() -> None:
    record = "v=spf1" + " a:mx1.example.com" * 10 + " -all exp=%{p}.gone.example.com"
    result = check_record(record, zone=HOSTS)
    assert (result.result, result.lookups, result.void_lookups) == ("fail", 10, 0)


def test_explanation_has_an_end() -> None:
    zone = {"why.example.com": {"TXT": ["%{s}" * 10_000]}}
    record = "v=spf1 -all exp=why.example.com"
    assert len(check_record(record, zone=zone).explanation) == 2000


# --- 7 Macros ------------------------------------------------------------------------------------

SENDER = "strong-bad@email.example.com"
REVERSE_OF_EXAMPLE = "3.2.0.192.in-addr.arpa"


def expanded(spec: str, ip: str = "192.0.2.3", sender: str = SENDER, **arguments: Any) -> str:
    """The name that `exists:` asks for."""
    asked: list[Lookup] = []
    zone = {
        "email.example.com": {"TXT": [f"v=spf1 exists:{spec} -all"]},
        REVERSE_OF_EXAMPLE: {"PTR": ["mx.example.org"]},
        "mx.example.org": {"A": ["192.0.2.3"]},
        **arguments.pop("zone", {}),
    }
    check(zone, ip, sender, domain="email.example.com", asked=asked, **arguments)
    return asked[-1].name


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        # the examples of §7.4
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        # the example of §5.7
        ("%{ir}.%{l1r+-}._spf.%{d}", "3.2.0.192.strong._spf.email.example.com"),
        # case of letters and transformers
        ("%{D2R}", "example.email"),
        ("%{S}.x", "strong-bad%40email.example.com.x"),
        # numbers of parts
        ("%{d127}", "email.example.com"),
        ("%{d00002}", "example.com"),
        ("%{d99999999999999999999}", "email.example.com"),
        ("%{i2}.x", "2.3.x"),
        ("%{i2r}.x", "0.192.x"),
        # delimiters
        ("%{s-@}.x", None),
        ("%{s1-}.x", "bad@email.example.com.x"),
        ("%{s-.}.x", "strong.bad@email.example.com.x"),
        ("%{sr-.}.x", "com.example.bad@email.strong.x"),
        ("%{d.-+,/_=}.x", "email.example.com.x"),
        # what is literal
        ("%%{d}.%_.%-.x", "%{d}. .%20.x"),
        ("a%%b.x", "a%b.x"),
        ("$&'*+;<=>?@[]^`{|}~!\"#().x", "$&'*+;<=>?@[]^`{|}~!\"#().x"),
        ("%{h}.x", "mail.example.org.x"),
        ("%{p}.x", "mx.example.org.x"),
        ("%{v}.x.", "in-addr.x"),
        # a dot at the end means nothing
        ("%{d}.example.net.", "email.example.com.example.net"),
    ],
)
def test_macro_expansion(spec: str, name: str | None) -> None:
    if name is None:
        assert check_record(f"v=spf1 exists:{spec} -all").result == "permerror"
    else:
        assert expanded(spec) == name


def test_macros_of_ipv6_clients() -> None:
    reversed_nibbles = "1.0.b.c." + "0." * 20 + "8.b.d.0.1.0.0.2"
    assert expanded("%{ir}.%{v}._spf.%{d2}", "2001:db8::cb01") == (
        f"{reversed_nibbles}.ip6._spf.example.com"
    )
    assert expanded("%{i2}.x", "2001:db8::cb01") == "0.1.x"
    assert expanded("%{ir}.%{v}.x", "::ffff:192.0.2.3") == "3.2.0.192.in-addr.x"


@pytest.mark.parametrize(
    ("sender", "spec", "name"),
    [
        ("a.b.c@email.example.com", "%{lr}.x", "c.b.a.x"),
        ("a-b+c@email.example.com", "%{lr+-}.x", "c.b.a.x"),
        ("a--b@email.example.com", "%{l1-}.x", "b.x"),
        ("-a@email.example.com", "%{l1r-}.x", None),
        ("a--b@email.example.com", "%{l-}.x", None),
        ("A.B@Email.Example.COM", "%{l}.%{o}.x", "a.b.email.example.com.x"),
        ("j\u00fcrgen@email.example.com", "%{l}.x", None),
    ],
)
def test_local_parts(sender: str, spec: str, name: str | None) -> None:
    """Empty parts are parts (§7.3): the name then has an empty label and is not asked for."""
    found = expanded(spec, sender=sender).lower()
    assert found == (name or "email.example.com")


def test_names_that_cannot_be_asked_for_match_nothing_and_are_not_void() -> None:
    for helo in ("a..b", "a\x01b", "a" * 64 + ".b", ""):
        result = check_record("v=spf1 exists:%{h} a:%{h} mx:%{h} ptr:%{h} ?all", helo=helo)
        assert (result.result, result.void_lookups > 2) == ("neutral", False)


def test_names_with_blanks_and_backslashes_are_asked_for_as_they_are() -> None:
    asked: list[Lookup] = []
    result = check_record(
        "v=spf1 exists:%{h}.x%_y\\046z.example.com -all", helo="JUMPIN' JUPITER", asked=asked
    )
    assert result.result == "fail"
    assert asked[1].labels == (b"JUMPIN' JUPITER", b"x y\\046z", b"example", b"com")


def test_names_that_are_too_long_lose_labels_at_the_left() -> None:
    long = ".".join(["a" * 60] * 4)  # 243 characters
    assert expanded(f"a.bcdefgh.{long}") == f"a.bcdefgh.{long}"
    assert expanded(f"a.bcdefgh.{long}.") == f"a.bcdefgh.{long}"
    assert expanded(f"aa.bcdefgh.{long}") == f"bcdefgh.{long}"
    assert expanded(f"a.b.cdefghijk.{long}.") == f"cdefghijk.{long}"
    assert expanded(f"a.b.cdefghijkl.{long}") == long
    assert expanded(f"{'%{d}.' * 40}x").endswith(".example.com.x")


def test_a_label_that_is_too_long_is_not_cut() -> None:
    assert expanded("a" * 260 + ".com") == "com"


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["mx.example.org"], "mx.example.org"),
        (["mx.example.org", "a.email.example.com", "email.example.com"], "email.example.com"),
        (["mx.example.org", "a.email.example.com"], "a.email.example.com"),
        (["mx.example.org", "EMAIL.example.com"], "EMAIL.example.com"),
        (["gone.example.org", "mx.example.org"], "mx.example.org"),
        (["notemail.example.com", "other.example.org"], "notemail.example.com"),
        (["gone.example.org"], "unknown"),
        ([], "unknown"),
        ("TIMEOUT", "unknown"),
    ],
)
def test_validated_name(names: Any, chosen: str) -> None:
    zone = {name: {"A": ["192.0.2.3"]} for name in names if name in EXISTING}
    zone[REVERSE_OF_EXAMPLE] = {"PTR": names}
    zone["email.example.com"] = {
        "TXT": ["v=spf1 exists:%{p}.x -all"],
        "A": ["192.0.2.3"],
    }
    assert expanded("", zone=zone) == f"{chosen}.x"


EXISTING = {
    "mx.example.org",
    "a.email.example.com",
    "notemail.example.com",
    "other.example.org",
}


# --- 4.6.4 Limits --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1" + " a" * 10 + " -all", "fail"),
        ("v=spf1" + " a" * 11 + " -all", "permerror"),
        ("v=spf1" + " mx" * 10 + " -all", "fail"),
        ("v=spf1" + " mx" * 10 + " ptr -all", "permerror"),
        ("v=spf1" + " a" * 10 + " redirect=allow.example.net", "permerror"),
        ("v=spf1" + " a" * 9 + " redirect=allow.example.net", "pass"),
        ("v=spf1" + " a" * 10 + " include:allow.example.net", "permerror"),
        ("v=spf1" + " a" * 9 + " include:allow.example.net", "pass"),
        # "all", "ip4", "ip6" and modifiers cost nothing
        ("v=spf1" + " a" * 10 + " ip4:198.51.100.1" * 50 + " ip6:::1 x=%{d} -all", "fail"),
        # only what is evaluated counts
        ("v=spf1" + " a" * 10 + " ip4:192.0.2.1" + " a" * 10, "pass"),
        ("v=spf1" + " a" * 8 + " include:two.example.net ip4:192.0.2.1 a -all", "permerror"),
        ("v=spf1" + " a" * 7 + " include:two.example.net ip4:192.0.2.1 a -all", "pass"),
        ("v=spf1" + " a" * 7 + " include:two.example.net a -all", "permerror"),
        # the query behind %{p} counts with its term
        ("v=spf1" + " a" * 8 + " exists:%{p}.exists.example.net ?all", "neutral"),
        ("v=spf1" + " a" * 9 + " exists:%{p}.exists.example.net ?all", "permerror"),
    ],
)
def test_ten_look_up_terms(record: str, result: Result) -> None:
    zone = {
        **HOSTS,
        "allow.example.net": {"TXT": ["v=spf1 +all"]},
        "two.example.net": {"TXT": ["v=spf1 a:www.example.com mx:www.example.com -all"]},
    }
    found = check_record(record, zone=zone)
    assert found.result == result
    assert (found.lookups == 11) is (result == "permerror")


def test_limit_names_the_term_and_the_way_to_it() -> None:
    zone = {
        **HOSTS,
        "five.example.net": {"TXT": ["v=spf1 a:www.example.com" + " a:www.example.com" * 4]},
        "deep.example.net": {"TXT": ["v=spf1 include:five.example.net a:mx1.example.com -all"]},
    }
    record = "v=spf1 a include:five.example.net include:deep.example.net -all"
    result = check_record(record, zone=zone)
    assert result.problem is not None
    assert result.problem.kind == "lookup-limit"
    assert result.problem.path == ("example.com", "deep.example.net", "five.example.net")
    assert result.term == "a:www.example.com"
    assert [(step.term, step.lookups) for step in result.tree.steps] == [
        ("a", 1),
        ("include:five.example.net", 6),
        ("include:deep.example.net", 4),
    ]
    assert result.tree.lookups == 11


@pytest.mark.parametrize(
    "records",
    [
        {"example.com": "v=spf1 include:example.com -all"},
        {"example.com": "v=spf1 redirect=example.com"},
        {
            "example.com": "v=spf1 include:b.example.com",
            "b.example.com": "v=spf1 a include:example.com",
        },
        {
            "example.com": "v=spf1 redirect=b.example.com",
            "b.example.com": "v=spf1 redirect=example.com",
        },
        {"example.com": "v=spf1 include:%{d} include:%{d}"},
    ],
)
def test_loops_end_at_the_limit(records: dict[str, str]) -> None:
    zone = {name: {"TXT": [record], "A": ["198.51.100.1"]} for name, record in records.items()}
    asked: list[Lookup] = []
    result = check(zone, asked=asked)
    assert result.result == "permerror"
    assert result.problem is not None
    assert "circle" in result.problem.message
    assert len(asked) <= 3


def test_many_addresses_are_no_limit() -> None:
    addresses = [f"198.51.{n // 250}.{n % 250}" for n in range(2000)]
    zone = {"many.example.net": {"A": [*addresses, "192.0.2.1"]}}
    assert check_record("v=spf1 a:many.example.net -all", zone=zone).result == "pass"


@pytest.mark.parametrize(("count", "result"), [(10, "pass"), (11, "permerror")])
def test_ten_mx_names(count: int, result: Result) -> None:
    zone: dict[str, Any] = {f"m{n}.example.com": {"A": ["192.0.2.1"]} for n in range(count)}
    zone["example.com"] = {"MX": [(n, f"m{n}.example.com") for n in range(count)]}
    found = check_record("v=spf1 mx -all", zone=zone)
    assert (found.result, found.lookups) == (result, 1)
    assert (found.problem and found.problem.kind) == (None if count == 10 else "mx-limit")


def test_a_term_may_ask_more_than_ten_names() -> None:
    zone: dict[str, Any] = {f"m{n}.example.com": {"A": [f"192.0.2.{n}"]} for n in range(1, 11)}
    zone["example.com"] = {"MX": [(n, f"m{n}.example.com") for n in range(1, 11)]}
    assert check_record("v=spf1" + " mx" * 10 + " ?all", "198.51.100.1", zone).result == "neutral"


@pytest.mark.parametrize(
    ("record", "ip", "result", "voids"),
    [
        ("v=spf1 a:g1.example.net a:g2.example.net ?all", "192.0.2.1", "neutral", 2),
        (
            "v=spf1 a:g1.example.net a:g2.example.net a:g3.example.net +all",
            "192.0.2.1",
            "permerror",
            3,
        ),
        ("v=spf1 exists:g1.example.net mx:g2.example.net ptr ?all", "192.0.2.1", "permerror", 3),
        # a term counts once, however many of its look-ups are void
        ("v=spf1 mx:holes.example.net ?all", "192.0.2.1", "neutral", 1),
        ("v=spf1 mx:holes.example.net exists:%{p}.example.net ?all", "192.0.2.1", "neutral", 2),
        ("v=spf1 a:nomx.example.com a:nomx.example.com ?all", "2001:db8::1", "neutral", 2),
        ("v=spf1" + " a:nomx.example.com" * 3 + " ?all", "2001:db8::1", "permerror", 3),
        ("v=spf1" + " a:text.example.com" * 3 + " ?all", "192.0.2.1", "permerror", 3),
        ("v=spf1 a:g1.example.net include:in.example.net +all", "192.0.2.1", "permerror", 3),
        ("v=spf1 a:a..b a:b..c a:c..d a:d..e ?all", "192.0.2.1", "neutral", 0),
    ],
)
def test_two_void_look_ups(record: str, ip: str, result: Result, voids: int) -> None:
    zone = {
        **HOSTS,
        "holes.example.net": {"MX": [(n, f"h{n}.example.net") for n in range(5)]},
        "in.example.net": {"TXT": ["v=spf1 a:g2.example.net a:g3.example.net"]},
    }
    found = check_record(record, ip, zone)
    assert (found.result, found.void_lookups) == (result, voids)
    if result == "permerror":
        assert found.problem is not None
        assert found.problem.kind == "void-limit"


def test_missing_record_of_the_domain_itself_is_not_void() -> None:
    assert check({}).void_lookups == 0


# --- hostile records -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1" + " a" * 100_000 + " +all", "permerror"),
        pytest.param(
            "v=spf1" + " ip4:198.51.100.1" * 100_000 + " ~all",
            "softfail",
            marks=pytest.mark.hostile,
        ),
        ("v=spf1" + " foo" * 100_000, "permerror"),
        ("v=spf1 exists:" + "%{s}" * 20_000 + " ?all", "neutral"),
        ("v=spf1 exists:" + "%{d}." * 20_000 + "com ?all", "neutral"),
        ("v=spf1 exists:" + "%{l999r-+.}" * 10_000 + " ?all", "neutral"),
        (f"v=spf1 a:{TOO_LONG_LABEL}.com mx:{TOO_LONG_LABEL * 900}.com ?all", "neutral"),
        (b"v=spf1 " + bytes(range(256)) * 200, "permerror"),
        (bytes(range(256)) * 200, "none"),
    ],
    ids=lambda value: str(value)[:16],
)
def test_hostile_records_end(record: Any, result: Result) -> None:
    sender = "-".join("a" * 60) + "@example.com"
    found = check_record(record, sender=sender, zone={"example.com": {"A": ["198.51.100.1"]}})
    assert found.result == result
    assert len(found.tree.steps) <= 11


# --- the tree ------------------------------------------------------------------------------------


def test_tree_tells_what_each_include_spent() -> None:
    zone = {
        **HOSTS,
        "in.example.net": {"TXT": ["v=spf1 a:gone.example.com mx:www.example.com ~all"]},
    }
    tree = check_record("v=spf1 a include:in.example.net ip4:192.0.2.1 -all", zone=zone).tree
    assert (tree.domain, tree.result, tree.lookups, tree.void_lookups) == (
        "example.com",
        "pass",
        4,
        1,
    )
    first, second, third = tree.steps
    assert (first.term, first.outcome, first.lookups, first.policy) == ("a", "no match", 1, None)
    assert [(q.name, q.rdtype, q.status, q.records) for q in first.questions] == [
        ("example.com", "A", "found", 2)
    ]
    assert (second.term, second.outcome, second.lookups, second.void_lookups) == (
        "include:in.example.net",
        "no match",
        3,
        1,
    )
    assert second.policy is not None
    assert (second.policy.record, second.policy.result) == (
        "v=spf1 a:gone.example.com mx:www.example.com ~all",
        "softfail",
    )
    assert [step.term for step in second.policy.steps] == [
        "a:gone.example.com",
        "mx:www.example.com",
        "~all",
    ]
    assert (third.term, third.outcome, third.lookups) == ("ip4:192.0.2.1", "match", 0)


# --- Appendix A ----------------------------------------------------------------------------------

APPENDIX: dict[str, Any] = {
    "example.com": {
        "MX": [(10, "mail-a.example.com"), (20, "mail-b.example.com")],
        "A": ["192.0.2.10", "192.0.2.11"],
    },
    "amy.example.com": {"A": ["192.0.2.65"]},
    "bob.example.com": {"A": ["192.0.2.66"]},
    "mail-a.example.com": {"A": ["192.0.2.129"]},
    "mail-b.example.com": {"A": ["192.0.2.130"]},
    "www.example.com": {"CNAME": "example.com"},
    "example.org": {"MX": [(10, "mail-c.example.org")]},
    "mail-c.example.org": {"A": ["192.0.2.140"]},
    "10.2.0.192.in-addr.arpa": {"PTR": ["example.com"]},
    "11.2.0.192.in-addr.arpa": {"PTR": ["example.com"]},
    "65.2.0.192.in-addr.arpa": {"PTR": ["amy.example.com"]},
    "66.2.0.192.in-addr.arpa": {"PTR": ["bob.example.com"]},
    "129.2.0.192.in-addr.arpa": {"PTR": ["mail-a.example.com"]},
    "130.2.0.192.in-addr.arpa": {"PTR": ["mail-b.example.com"]},
    "140.2.0.192.in-addr.arpa": {"PTR": ["mail-c.example.org"]},
    "4.0.0.10.in-addr.arpa": {"PTR": ["bob.example.com"]},
}


def octets(*numbers: int) -> set[str]:
    return {f"192.0.2.{number}" for number in numbers}


@pytest.mark.parametrize(
    ("record", "passing"),
    [
        ("v=spf1 +all", octets(*range(256)) | {"10.0.0.4"}),
        ("v=spf1 a -all", octets(10, 11)),
        ("v=spf1 a:example.org -all", set()),
        ("v=spf1 mx -all", octets(129, 130)),
        ("v=spf1 mx:example.org -all", octets(140)),
        ("v=spf1 mx mx:example.org -all", octets(129, 130, 140)),
        ("v=spf1 mx/30 mx:example.org/30 -all", octets(*range(128, 132), *range(140, 144))),
        ("v=spf1 ptr -all", octets(10, 11, 65, 66, 129, 130)),
        ("v=spf1 ip4:192.0.2.128/28 -all", octets(*range(128, 144))),
    ],
)
def test_appendix_a1(record: str, passing: set[str]) -> None:
    clients = octets(*range(256)) | {"10.0.0.4"}
    results = {ip: check_record(record, ip, APPENDIX).result for ip in clients}
    assert {ip for ip, result in results.items() if result == "pass"} == passing
    assert set(results.values()) <= {"pass", "fail"}


def test_appendix_a2() -> None:
    zone = {
        **APPENDIX,
        "example.com": {**APPENDIX["example.com"], "TXT": ["v=spf1 mx -all"]},
        "example.net": {"TXT": ["v=spf1 ip4:203.0.113.7 -all"]},
        "example.org": {"TXT": ["v=spf1 include:example.com include:example.net -all"]},
    }
    for city in ("la", "ny", "sf"):
        zone[f"{city}.example.org"] = {"TXT": ["v=spf1 redirect=example.org"]}
    for city, ip in itertools.product(
        ("la", "ny", "sf"), ("192.0.2.129", "203.0.113.7", "10.0.0.4")
    ):
        result = check(zone, ip, f"user@{city}.example.org")
        assert result.result == ("fail" if ip == "10.0.0.4" else "pass")


@pytest.mark.parametrize(
    ("sender", "ip", "result"),
    [
        ("mary", "203.0.113.9", "pass"),
        ("fred+folder", "203.0.113.9", "pass"),
        ("joel", "192.168.15.15", "pass"),
        ("joel", "192.168.15.16", "pass"),
        ("joel", "192.168.15.17", "fail"),
        ("anne", "203.0.113.9", "fail"),
        ("anne", "192.0.2.129", "pass"),
    ],
)
def test_appendix_a3(sender: str, ip: str, result: Result) -> None:
    below = "_spf.example.com"
    zone = {
        **APPENDIX,
        f"mary.mobile-users.{below}": {"A": ["127.0.0.2"]},
        f"fred.mobile-users.{below}": {"A": ["127.0.0.2"]},
        f"15.15.168.192.joel.remote-users.{below}": {"A": ["127.0.0.2"]},
        f"16.15.168.192.joel.remote-users.{below}": {"A": ["127.0.0.2"]},
        f"mobile-users.{below}": {"TXT": ["v=spf1 exists:%{l1r+}.%{d}"]},
        f"remote-users.{below}": {"TXT": ["v=spf1 exists:%{ir}.%{l1r+}.%{d}"]},
    }
    record = "v=spf1 mx include:mobile-users._spf.%{d} include:remote-users._spf.%{d} -all"
    assert check_record(record, ip, zone, sender=f"{sender}@example.com").result == result


@pytest.mark.parametrize(
    ("ip", "result"),
    [
        ("192.0.2.65", "pass"),  # in the network, and its name leads back
        ("192.0.2.140", "fail"),  # in the network, under another name
        ("192.0.2.200", "fail"),  # in the network, without a name
        ("10.0.0.4", "fail"),  # a name that does not lead back, outside of the network
    ],
)
def test_appendix_a4(ip: str, result: Result) -> None:
    zone = {
        **APPENDIX,
        "ip4._spf.example.com": {"TXT": ["v=spf1 -ip4:192.0.2.0/24 +all"]},
        "ptr._spf.example.com": {"TXT": ["v=spf1 -ptr:example.com +all"]},
    }
    record = "v=spf1 -include:ip4._spf.%{d} -include:ptr._spf.%{d} +all"
    assert check_record(record, ip, zone).result == result


# --- Appendix B, what changed since RFC 4408, is above: TXT alone is asked for, void look-ups are
# limited, ptr still counts, names that are malformed after expansion match nothing.


def test_appendix_c_and_d_examples() -> None:
    asked: list[Lookup] = []
    record = "v=spf1 exists:_h.%{h}._l.%{l}._o.%{o}._i.%{i}._spf.%{d} ?all"
    assert check_record(record, asked=asked).result == "neutral"
    assert asked[1].name == (
        "_h.mail.example.org._l.user._o.example.com._i.192.0.2.1._spf.example.com"
    )
    zone = {"user._at_.example.com._spf.example.com": {"TXT": ["v=spf1 +all"]}}
    record = "v=spf1 mx redirect=%{l1r+}._at_.%{o}._spf.%{d}"
    assert check_record(record, zone=zone, sender="user+tag@example.com").result == "pass"


# --- the drivers ---------------------------------------------------------------------------------


def test_both_drivers_agree() -> None:
    zone = {**HOSTS, "example.com": {**HOSTS["example.com"], "TXT": ["v=spf1 a mx -all"]}}
    resolve = resolver(zone)

    async def resolve_later(lookup: Lookup) -> Answer:
        await asyncio.sleep(0)
        return resolve(lookup)

    arguments = ("192.0.2.22", "example.com", "user@example.com")
    assert asyncio.run(run_async(check_host(*arguments), resolve_later)) == run(
        check_host(ip_address(arguments[0]), *arguments[1:]), resolve
    )


def test_an_evaluation_out_of_time_is_a_temperror() -> None:
    async def never(lookup: Lookup) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError

    evaluation = check_host("192.0.2.1", "example.com", "user@example.com")
    result = asyncio.run(run_async(evaluation, never, timeout=0))
    assert result.result == "temperror"
    assert result.problem is not None
    assert "out of time" in result.problem.message


def test_what_a_resolver_raises_is_not_taken_for_the_end_of_time() -> None:
    async def raises(lookup: Lookup) -> Answer:
        raise TimeoutError("of its own")

    evaluation = check_host("192.0.2.1", "example.com", "user@example.com")
    with pytest.raises(TimeoutError, match="of its own"):
        asyncio.run(run_async(evaluation, raises))


def test_the_package_loads_no_io() -> None:
    program = (
        "import sys, smtpdoctor.spf;"
        "sys.exit(bool(sys.modules.keys() & {'asyncio', 'socket', 'ssl', 'dns'}))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
