"""The same verdicts and counts as checkdmarc, on cases of our own.

It is no dependency: without it these tests are skipped. Where verdicts differ, the reason stands
here and in docs/decisions/0010-where-rfc-7208-leaves-it-open.md.
"""

from typing import Any

import dns.message
import dns.resolver
import pytest

from smtpdoctor.spf import parse
from tests.spf.test_check_host import HOSTS
from tests.spf.test_parse import INVALID, VALID
from tests.spf.zone import FAILURES, Zone, expand_record

peer: Any = pytest.importorskip("checkdmarc.spf", reason="checkdmarc is not installed")
utilities: Any = pytest.importorskip("checkdmarc.utils")

pytestmark = pytest.mark.filterwarnings("ignore")


def checkdmarc_verdict(record: str, zone: Zone) -> tuple[str, int, int]:
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

    utilities._resolve_mx_rdatas = lambda domain, **_: query(domain, "MX")
    utilities.query_dns = peer.query_dns = query
    try:
        found = peer.parse_spf_record(record, "example.com")
    except peer.SPFSyntaxError:
        return "syntax", 0, 0
    except peer.SPFTooManyDNSLookups:
        return "lookup-limit", 0, 0
    except peer.SPFTooManyVoidDNSLookups:
        return "void-limit", 0, 0
    except peer.SPFRecordNotFound:
        return "include-without-record", 0, 0
    except peer.SPFIncludeLoop:
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


def test_syntax_as_checkdmarc() -> None:
    for term in (*VALID, *INVALID):
        # it refuses what stands behind "all", which §5.1 ignores
        record = f"v=spf1 {term}" if "all" in term.lower() else f"v=spf1 {term} -all"
        ours = bool(parse(record).faults)
        theirs = checkdmarc_verdict(record, HOSTS)[0] == "syntax"
        differs = term in CHECKDMARC_TAKES or term in CHECKDMARC_REFUSES
        assert (theirs != ours) is differs, term
        if differs:
            assert theirs is (term in CHECKDMARC_REFUSES), term


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
def test_counts_as_checkdmarc(record: str) -> None:
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
    theirs = checkdmarc_verdict(record, zone)
    if ours.problems:
        assert theirs[0] == ours.problems[0].kind
    else:
        assert theirs == ("valid", ours.lookups, ours.void_lookups)
