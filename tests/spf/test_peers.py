"""The same verdicts as pyspf and checkdmarc, on cases of our own.

Neither is a dependency: without them these tests are skipped. `pip install pyspf checkdmarc`
beside the tests' own dependencies runs them. Where verdicts differ, the reason stands here and in
docs/decisions/0010-where-rfc-7208-leaves-it-open.md.
"""

from collections.abc import Iterator
from typing import Any

import dns.message
import dns.resolver
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from smtpdoctor.spf import parse
from tests.spf.policies import (
    CLIENTS,
    POLICIES,
    ends,
    hosts_zone,
    literals,
    names,
    other_terms,
    prefixes,
    qualifiers,
)
from tests.spf.test_check_host import HOSTS
from tests.spf.test_parse import INVALID, VALID
from tests.spf.zone import FAILURES, Zone, check, expand_record

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="session")
def pyspf() -> Any:
    return pytest.importorskip("spf", reason="pyspf is not installed")


def pyspf_result(pyspf: Any, zone: Zone, ip: str, sender: str, helo: str) -> str:
    """The result of pyspf for the same zone, its strict mode."""
    names = {name.lower(): records for name, records in zone.items()}

    def look_up(name: str, rdtype: str, *_: Any) -> Iterator[Any]:
        here = names.get(name.lower(), {})
        if here in FAILURES or here.get(rdtype) in FAILURES:
            raise pyspf.TempError("DNS " + name)
        for kind in (rdtype, "CNAME"):
            records = here.get(kind, [])
            for record in [records] if isinstance(records, str) else records:
                value = record
                if kind == "TXT":
                    strings = record if isinstance(record, tuple) else (record,)
                    value = tuple(s.encode() if isinstance(s, str) else s for s in strings)
                yield (name, kind), value

    pyspf.DNSLookup = look_up
    query = pyspf.query(i=ip, s=sender, h=helo, receiver="unknown", strict=True)
    result: str = query.check()[0]
    return result


# What the RFC's grammar refuses, or says otherwise, and pyspf takes: the same for both families.
PYSPF_DIFFERS = {
    # §7.1: these letters are grammatical in an unknown modifier, which §6 wants ignored
    "foo=%{s}:%{c}%{t}%{r}": "permerror",
    # RFC 5234 §2.3: "r" may be written "R"
    "exists:%{d127R}": "pass",
    # §7.3: the number of parts MUST be nonzero
    "unknown=%{d0}": "fail",
    "exists:%{d0}": "fail",
    "exists:%{d00r}": "fail",
    # §7.1: letter, transformers and delimiters, then the end of the macro
    "exists:%{d.b.c": "fail",
    "exists:%{dr1}": "fail",
    "exists:%{d:}": "pass",
    "exists:%{ir-1}": "fail",
    # §7.1: a macro-literal is visible
    "exists:a\x7f.b.c": "fail",
    "exists:a\x00.b.c": "fail",
    "unknown=\t": "fail",
}


@pytest.mark.parametrize("term", [*VALID, *INVALID])
@pytest.mark.parametrize("ip", ["192.0.2.10", "2001:db8::99"])
def test_terms_as_pyspf(pyspf: Any, term: str, ip: str) -> None:
    zone = {**HOSTS, "example.com": {**HOSTS["example.com"], "TXT": [f"v=spf1 {term} -all"]}}
    ours = check(zone, ip, "user@example.com").result
    theirs = pyspf_result(pyspf, zone, ip, "user@example.com", "mail.example.org")
    if term in PYSPF_DIFFERS:
        assert theirs == PYSPF_DIFFERS[term] != ours
    else:
        assert theirs == ours


def policy(number: int) -> st.SearchStrategy[str]:
    """A record that refers to later policies only: pyspf takes an include of a record's own
    domain for a syntax error, and counts redirects before it comes to them."""
    later = st.sampled_from(POLICIES[number + 1 :] or ["gone.example.net"])
    terms = st.one_of(
        literals,
        st.builds("{}a:{}{}".format, qualifiers, names, prefixes),
        # pyspf asks for all hosts of an MX before it compares, so void ones come earlier
        st.builds("{}mx:h2.example.net{}".format, qualifiers, prefixes),
        other_terms,
        st.builds("{}include:{}".format, qualifiers, later),
        st.sampled_from(["exists:%{ir}.x.example.net", "~ptr:example.net", "-exists:%{h}"]),
    )
    redirect = st.builds("redirect={}".format, later)
    return st.builds(
        lambda listed, end: " ".join(("v=spf1", *listed, end)),
        st.lists(terms, max_size=6),
        st.one_of(ends, redirect),
    )


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.tuples(*(policy(number) for number in range(len(POLICIES)))), st.sampled_from(CLIENTS))
def test_policies_as_pyspf(pyspf: Any, texts: tuple[str, ...], ip: str) -> None:
    zone = {**hosts_zone, "h4.example.net": {"A": ["203.0.113.1"], "AAAA": ["2001:db8:1::"]}}
    zone.update({name: {"TXT": [text]} for name, text in zip(POLICIES, texts, strict=True)})
    sender = f"user@{POLICIES[0]}"
    found = check(zone, ip, sender)
    assume(found.lookups <= 6)  # pyspf counts redirects that are never reached
    assert pyspf_result(pyspf, zone, ip, sender, "mail.example.org") == found.result


# --- checkdmarc ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def checkdmarc() -> Any:
    pytest.importorskip("checkdmarc", reason="checkdmarc is not installed")
    import checkdmarc.spf
    import checkdmarc.utils

    return checkdmarc


def checkdmarc_verdict(checkdmarc: Any, record: str, zone: Zone) -> tuple[str, int, int]:
    """ "valid" or the kind of error of checkdmarc, and its counts of look-ups and void ones."""
    published = {name.lower(): records for name, records in zone.items()}

    def query(domain: str, rdtype: str, **_: Any) -> list[Any]:
        here = published.get(domain.lower().rstrip("."))
        if here is None:
            raise dns.resolver.NXDOMAIN
        if here in FAILURES:
            raise dns.exception.Timeout(timeout=1.0)
        if "CNAME" in here:
            return query(here["CNAME"], rdtype)
        if not here.get(rdtype):
            question = dns.message.make_query("example.com", "A")
            raise dns.resolver.NoAnswer(response=dns.message.make_response(question))
        if rdtype == "TXT":
            return [f'"{text}"' for text in here["TXT"]]
        return list(here[rdtype])

    checkdmarc.utils._resolve_mx_rdatas = lambda domain, **_: query(domain, "MX")
    checkdmarc.utils.query_dns = checkdmarc.spf.query_dns = query
    errors = checkdmarc.spf
    try:
        found = errors.parse_spf_record(record, "example.com")
    except errors.SPFSyntaxError:
        return "syntax", 0, 0
    except errors.SPFTooManyDNSLookups:
        return "lookup-limit", 0, 0
    except errors.SPFTooManyVoidDNSLookups:
        return "void-limit", 0, 0
    except errors.SPFRecordNotFound:
        return "include-without-record", 0, 0
    except errors.SPFIncludeLoop:
        return "lookup-limit", 0, 0
    return "valid", found["dns_lookups"], found["void_dns_lookups"]


# §7.1: checkdmarc looks neither at the last label of a domain-spec, nor at the value of unknown
# modifiers, nor at carriage returns; and it takes any "/" for the beginning of a prefix length.
CHECKDMARC_TAKES = (
    "include:example.com/24", "include:example", "include:example.", "include:.", "a:museum",
    "a:museum.", "a:111.222.33.44", "a:abc.123", "a:example.-com", "a:example.com-", "a:example..",
    "a:foo-bar", "a:example.c_m", "a:%{d}foo", "a:%{d}.", "a:example.com:8080", "a:example.com,",
    "a:foo.%%bar", "a:foo.%%-", "ptr:example.com/24", "exists:example.com/24", "redirect=example",
    "exp=example", "redirect=a.b/24", "unknown=%", "unknown=%x", "unknown=%{a}", "unknown=%{d0}",
    "exp=%{r}.example.com", "a:ctrl.example.com\rptr", "unknown=\t",
)  # fmt: skip
CHECKDMARC_REFUSES = ("a:foo:bar/baz.example.com", "a:foo/8.example.com/8", "a:foo//8.example.com")


@pytest.mark.parametrize("term", [*VALID, *INVALID])
def test_syntax_as_checkdmarc(checkdmarc: Any, term: str) -> None:
    # it refuses what stands behind "all", which §5.1 ignores
    record = f"v=spf1 {term}" if "all" in term.lower() else f"v=spf1 {term} -all"
    ours = bool(parse(record).faults)
    theirs = checkdmarc_verdict(checkdmarc, record, HOSTS)[0] == "syntax"
    differs = term in CHECKDMARC_TAKES or term in CHECKDMARC_REFUSES
    assert (theirs != ours) is differs
    if differs:
        assert theirs is (term in CHECKDMARC_REFUSES)


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 -all",
        "v=spf1 a mx -all",
        "v=spf1 include:in.example.net -all",
        "v=spf1 redirect=to.example.net",
        "v=spf1 a exists:%{i}.x.example.net ptr -all",
        "v=spf1 a:gone.example.com a:text.example.com -all",
        "v=spf1 a:gone.example.com a:text.example.com mx:nomx.example.com -all",
        "v=spf1 include:gone.example.com -all",
        "v=spf1 include:text.example.com -all",
        "v=spf1" + " a" * 10 + " -all",
        "v=spf1" + " a" * 11 + " -all",
        "v=spf1 include:deep.example.net a mx -all",
    ],
)
def test_counts_as_checkdmarc(checkdmarc: Any, record: str) -> None:
    zone = {
        **HOSTS,
        "example.com": {
            "A": ["192.0.2.10"],
            "AAAA": ["2001:db8::10"],
            "MX": [(10, "mx1.example.com")],
        },
        "in.example.net": {"TXT": ["v=spf1 a:mx1.example.com mx:www.example.com ~all"]},
        "to.example.net": {"TXT": ["v=spf1 a:mx1.example.com -all"]},
        "deep.example.net": {"TXT": ["v=spf1 include:in.example.net include:to.example.net"]},
    }
    zone["www.example.com"] = zone["example.com"]
    ours = expand_record(record, zone)
    theirs = checkdmarc_verdict(checkdmarc, record, zone)
    if ours.problems:
        assert theirs[0] == ours.problems[0].kind
    else:
        assert theirs == ("valid", ours.lookups, ours.void_lookups)
