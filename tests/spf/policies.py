"""Random policies for property tests: whole zones of records that refer to each other."""

from typing import Any

from hypothesis import strategies as st

# Few addresses and names, so that terms meet.
NETWORKS4 = [
    "192.0.2.0/24",
    "192.0.2.1",
    "192.0.2.2",
    "192.0.2.0/30",
    "198.51.100.0/24",
    "0.0.0.0/1",
]
NETWORKS6 = ["2001:db8::/32", "2001:db8::1", "2001:db8::/126", "::/0", "::ffff:192.0.2.0/120"]
CLIENTS = [
    "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.200", "198.51.100.7", "203.0.113.1",
    "2001:db8::1", "2001:db8::2", "2001:db8:1::", "2001:4860::1", "::ffff:192.0.2.1",
]  # fmt: skip
HOSTS = ["h1.example.net", "h2.example.net", "h4.example.net", "h6.example.net", "down.example.net"]
POLICIES = ["p0.example.com", "p1.example.com", "p2.example.com", "p3.example.com"]
MISSING = ["gone.example.net", "gone2.example.net", "a..example.net"]

hosts_zone: dict[str, Any] = {
    "h1.example.net": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]},
    "h2.example.net": {"A": ["192.0.2.2", "198.51.100.7"], "MX": [(1, "h4.example.net")]},
    "h4.example.net": {
        "A": ["203.0.113.1"],
        "MX": [(1, "h6.example.net"), (2, "gone.example.net"), (3, "h1.example.net")],
    },
    "h6.example.net": {"AAAA": ["2001:db8:1::"]},
    "down.example.net": "TIMEOUT",
    "1.2.0.192.x.example.net": {"A": ["127.0.0.2"]},
    "1.2.0.192.in-addr.arpa": {"PTR": ["h1.example.net"]},
    "user.x.example.net": {"A": ["127.0.0.2"]},
}

qualifiers = st.sampled_from(["", "", "", "+", "-", "~", "?"])
names = st.sampled_from(HOSTS + MISSING)
prefixes = st.sampled_from(["", "", "", "/24", "/30", "/0", "//64", "/24//32", "//0"])

literals = st.builds(
    "{}{}".format,
    qualifiers,
    st.sampled_from([f"ip4:{n}" for n in NETWORKS4] + [f"ip6:{n}" for n in NETWORKS6]),
)
host_terms = st.builds(
    "{}{}:{}{}".format, qualifiers, st.sampled_from(["a", "mx"]), names, prefixes
)
other_terms = st.builds(
    "{}{}".format,
    qualifiers,
    st.sampled_from(
        [
            "exists:h1.example.net", "exists:gone.example.net", "exists:down.example.net",
            "exists:%{l}.x.example.net", "exists:%{o}", "a:%{l}.x.example.net/24",
        ]
    ),
)  # fmt: skip
client_terms = st.builds(
    "{}{}".format,
    qualifiers,
    st.sampled_from(["exists:%{ir}.x.example.net", "ptr:example.net", "a:%{p}", "exists:%{h}"]),
)
includes = st.builds("{}include:{}".format, qualifiers, st.sampled_from(POLICIES))
ends = st.sampled_from(["", "", "-all", "~all", "?all", "+all"])
redirects = st.sampled_from(["", "", "", *(f"redirect={name}" for name in POLICIES)])


def records(terms: st.SearchStrategy[str], most: int = 6) -> st.SearchStrategy[str]:
    """Records made of `terms`, with an end and perhaps a redirect."""
    return st.builds(
        lambda terms, end, redirect: " ".join(
            part for part in ("v=spf1", *terms, end, redirect) if part
        ),
        st.lists(terms, max_size=most),
        ends,
        redirects,
    )


def zones(terms: st.SearchStrategy[str], most: int = 6) -> st.SearchStrategy[dict[str, Any]]:
    """Zones with a record at each of POLICIES."""
    return st.lists(records(terms, most), min_size=len(POLICIES), max_size=len(POLICIES)).map(
        lambda texts: {
            **hosts_zone,
            **{name: {"TXT": [text]} for name, text in zip(POLICIES, texts, strict=True)},
        }
    )


static_terms = st.one_of(literals, literals, host_terms, other_terms, includes)
any_terms = st.one_of(static_terms, client_terms)
