"""The same verdicts as pyspf, on cases of our own.

It is no dependency: without it these tests are skipped. Where verdicts differ, the reason stands
here and in docs/decisions/0010-where-rfc-7208-leaves-it-open.md.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.examples import examples
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
from tests.spf.zone import FAILURES, Zone, check

pyspf: Any = pytest.importorskip("spf", reason="pyspf is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")


def pyspf_result(zone: Zone, ip: str, sender: str, helo: str) -> str:
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


@pytest.mark.parametrize("ip", ["192.0.2.10", "2001:db8::99"])
def test_terms_as_pyspf(ip: str) -> None:
    for term in (*VALID, *INVALID):
        zone = {**HOSTS, "example.com": {**HOSTS["example.com"], "TXT": [f"v=spf1 {term} -all"]}}
        ours = check(zone, ip, "user@example.com").result
        theirs = pyspf_result(zone, ip, "user@example.com", "mail.example.org")
        if term in PYSPF_DIFFERS:
            assert theirs == PYSPF_DIFFERS[term] != ours, term
        else:
            assert theirs == ours, term


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


@settings(max_examples=examples(300), deadline=None)
@given(st.tuples(*(policy(number) for number in range(len(POLICIES)))), st.sampled_from(CLIENTS))
def test_policies_as_pyspf(texts: tuple[str, ...], ip: str) -> None:
    zone = {**hosts_zone, "h4.example.net": {"A": ["203.0.113.1"], "AAAA": ["2001:db8:1::"]}}
    zone.update({name: {"TXT": [text]} for name, text in zip(POLICIES, texts, strict=True)})
    sender = f"user@{POLICIES[0]}"
    found = check(zone, ip, sender)
    assume(found.lookups <= 6)  # pyspf counts redirects that are never reached
    assert pyspf_result(zone, ip, sender, "mail.example.org") == found.result
