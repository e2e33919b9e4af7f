"""The grammar of RFC 7208 §4.5, §4.6.1, §5, §6, §7.1 and §12: every rule both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor.spf import Mechanism, Modifier, SyntaxFault, decode, is_spf, parse
from smtpdoctor.spf.macros import Macro, MacroSyntaxError, parse_macro_string

VALID = """
all +all -all ~all ?all ALL -aLL include:example.com INCLUDE:example.com
include:_spf.example.com include:example.com. include:%{d} include:%{d}.example.com
include:%{i}._spf.%{d2} include:a%{d} include:.com include:xn--mnchen-3ya.de
include:example.xn--zckzah include:a.1-1 include:a.b--c include:a_b.example.com
include:foo:bar.example.com include:foo/bar.example.com include:1.2.3.4.com
include:example.com%% include:example.com%_ include:example.com%- include:%%%%.com
include:a=b.example.com include:$!.example.com include:example.c0m a mx A Mx a/0 a/24 a/32 a//0
a//64 a//128 a/24//64 mx/8//8 a:example.com a:example.com. a:example.com/24 a:example.com//64
a:example.com/24//64 a:%{d}/24 a:%{d}//64 a:%{d}/24//64 a:example.com./24
a:foo:bar/baz.example.com a:foo/8.example.com/8 mx:%{d2r} mx:example.com/0//0
a:foo//8.example.com ptr ptr:example.com PTR:%{d} exists:%{ir}.%{l1r+-}._spf.%{d} exists:a.b
ip4:0.0.0.0 ip4:255.255.255.255 ip4:192.0.2.1/0 ip4:192.0.2.1/32 IP4:192.0.2.0/24
ip4:10.20.30.40/9 ip6::: ip6:::1 ip6:2001:db8::/32 ip6:2001:db8::cd30/128
ip6:::ffff:192.0.2.1/96 ip6:::/0 ip6:1:2:3:4:5:6:7:8 ip6:2001:DB8:0:0:8:800:200C:417A
ip6:::13.1.68.3 redirect=example.com REDIRECT=%{d} redirect=_spf.%{d} exp=explain._spf.%{d}
exp=example.com. v=spf1 v=spf1: unknown=value op=pra unknown= a=b all=x include=example.com
foo=%{s}:%{c}%{t}%{r} x=a/b:c=d f-o_o.b1=%{L1r-+,/_=} moo.cow-far_out=man:dog/cat ip4=1.2.3.4
unknown=%%%_%- exists:%{S}%{L}%{O}%{D}%{I}%{P}%{H}%{V} exists:%{d1} exists:%{d001}
exists:%{d127R} exists:%{d1r-} exists:%{l-.+,/_=} exists:%{d999999999999999999999999}
""".split()  # noqa: SIM905, as a list it takes a hundred lines

INVALID = {
    # §5.1
    "all:foobar": 3, "-all.": 1, "all/8": 3, "all:": 3, "-all/8": 4, "--all": 1, "!all": 0,
    "*all": 0, "+-all": 1, "all,": 3, "-": 1, "+": 1, "=all": 0, "?=foo": 1, "+redirect=a.b": 1,
    "-exp=a.b": 1, "~": 1, "all;": 3,
    # no such mechanism, or no name
    "foo": 0, "foo:bar": 0, "ipv4:192.0.2.1": 0, "ip:192.0.2.1": 0, "mx1": 0,
    "redirect:example.com": 0, "exp:example.com": 0, "redirect": 0, "1a=b": 0, "_a=b": 0,
    "192.0.2.1": 0, "example.com": 0, "a-b": 0, "\"mx\"": 0, "include.": 0,
    # §5.2
    "include": 7, "include:": 8, "include/24": 7, "include:example.com/24": 16,
    "include:example": 8, "include:example.": 8, "include:.": None,
    # §4.8, §7.1: how a domain-spec ends
    "a:": 2, "mx:": 3, "ptr:": 4, "exists:": 7, "a:museum": 2, "a:museum.": 2,
    "a:111.222.33.44": 13,
    "a:abc.123": 6, "a:example.-com": 10, "a:example.com-": 10, "a:example..": None,
    "a:foo-bar": 2, "a:example.c_m": 10, "a:%{d}foo": 6, "a:%{d}.": None, "a:example.com:8080": 10,
    "a:example.com,": 10, "a:foo.%%bar": 8, "a:foo.%%-": 8,
    # §5.3, §5.6: prefix lengths
    "a/": 1, "a//": 1, "a/33": 2, "a//129": 3, "a/032": 2, "a/00": 2, "a//00": 3, "a/24/64": None,
    "a///64": None, "a/-1": 1, "a/2x": 1, "a:example.com/": 10, "a:example.com/33": 14,
    "a:example.com//129": 15, "a:example.com/24/64": None, "mx/99999999999999999999": 3,
    "a/24:b.c": 1,
    "ab/24": 0, "a/٣": 1,
    # §5.5, §5.7
    "ptr/0": 3, "ptr:example.com/24": 12, "exists": 6, "exists/24": 6, "exists:example.com/24": 15,
    # §5.6
    "ip4": 3, "ip4:": 4, "ip4/24": 3, "ip4:192.0.2": 4, "ip4:192.0.2.1.1": 4, "ip4:192.0.2.256": 4,
    "ip4:192.0.2.01": 4, "ip4:192.0.2.1/33": 14, "ip4:192.0.2.1/032": 14, "ip4:192.0.2.1/": 14,
    "ip4:192.0.2.1//24": 14, "ip4:192.0.2.1:8080": 4, "ip4:example.com": 4, "ip4:2001:db8::1": 4,
    "ip4:192.0.2.1/24//64": None, "ip4:192.0.2.1-192.0.2.9": 4, "ip4:١٩٢.0.2.1": 4, "ip4:%{i}": 4,
    "ip6": 3, "ip6:": 4, "ip6::CAFE::BABE": 4, "ip6:2001:db8::/129": 15, "ip6:2001:db8:://64": 15,
    "ip6:192.0.2.1": 4, "ip6:fe80::1%eth0": 4, "ip6:1:2:3:4:5:6:7": 4, "ip6:[::1]": 4,
    "ip6:2001:db8::g": 4, "ip6:::/00": 7, "ip6:12345::": 4,
    # §6
    "redirect=": 9, "exp=": 4, "redirect=example": 9, "exp=example": 4, "redirect=a.b/24": None,
    "redirect=%": 9, "unknown=%": 8, "unknown=%x": 8, "unknown=%{a}": 10, "unknown=%{d0}": 11,
    # §7
    "exists:%(ir).example.org": 7, "exists:%{}.b.c": 7, "exists:%{x}.b.c": 9, "exists:a.%": 9,
    "exists:%{d": 7, "exists:%{d.b.c": 7, "exists:%{d0}": 10, "exists:%{d00r}": 10,
    "exists:%{dr1}": 7, "exists:%{d r}": None, "exists:%{d:}": 7, "exists:%{ir-1}": 7,
    "exists:%{c}.b.c": 7, "exists:%{r}": 7, "exists:%{t}.b.c": 7, "exists:%{C}.b.c": 7,
    "exp=%{r}.example.com": 4, "redirect=%{c}.example.com": 9, "exists:%{é}": 7,
    "exists:a\x7f.b.c": 8, "exists:a\x00.b.c": 8, "a:é.example.com": 2, "a:example.com\x00": 13,
    "a:ctrl.example.com\rptr": 18, "unknown=\t": 8, "unknown=é": 8,
}  # fmt: skip


@pytest.mark.parametrize("term", VALID)
def test_valid_term(term: str) -> None:
    record = parse(f"v=spf1 {term} -all")
    assert record.faults == ()
    assert [parsed.text for parsed in record.terms if not isinstance(parsed, SyntaxFault)] == [
        term,
        "-all",
    ]


@pytest.mark.parametrize("term", INVALID)
def test_invalid_term_is_named_with_its_place(term: str) -> None:
    text = f"v=spf1 mx {term} -all"
    faults = parse(text).faults
    written = term.split(" ", maxsplit=1)[0]
    assert faults[0].term == written
    assert faults[0].start == 10
    assert text[faults[0].start :].startswith(written)
    assert faults[0].reason
    if INVALID[term] is not None:
        assert faults[0].offset - faults[0].start == INVALID[term], faults[0].reason


def test_every_fault_is_named() -> None:
    record = parse("v=spf1 ip4:1.2.3 a foo -all mx:")
    assert [(fault.term, fault.start) for fault in record.faults] == [
        ("ip4:1.2.3", 7),
        ("foo", 19),
        ("mx:", 28),
    ]
    assert [mechanism.text for mechanism in record.mechanisms] == ["a", "-all"]


@pytest.mark.parametrize("name", ["redirect", "exp"])
def test_known_modifiers_stand_once(name: str) -> None:
    record = parse(f"v=spf1 {name}=a.example.com {name.upper()}=b.example.com")
    assert [fault.term for fault in record.faults] == [f"{name.upper()}=b.example.com"]


def test_unknown_modifiers_stand_as_often_as_they_like() -> None:
    assert parse("v=spf1 x=1 x=1 X=2 -all").faults == ()


def test_qualifiers_and_parts() -> None:
    record = parse("V=SPF1  ~a:Example.com/24//64   ?IP6:2001:db8::1/32 Exp=e.%{d}  ")
    host, network, modifier = record.terms
    assert isinstance(host, Mechanism)
    assert isinstance(network, Mechanism)
    assert isinstance(modifier, Modifier)
    assert (host.name, host.qualifier, host.prefix4, host.prefix6) == ("a", "softfail", 24, 64)
    assert host.domain is not None
    assert host.domain.text == "Example.com"
    assert (host.start, network.start, modifier.start) == (8, 32, 52)
    assert (network.name, network.qualifier, str(network.network)) == (
        "ip6",
        "neutral",
        "2001:db8::/32",
    )
    assert (modifier.name, modifier.value.text) == ("exp", "e.%{d}")
    assert record.redirect is None
    assert record.explanation is modifier


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        (b"v=spf1", True),
        (b"v=spf1 -all", True),
        (b"V=sPf1 -all", True),
        (b"v=spf1 ", True),
        (b"v=spf10", False),
        (b"v=spf1-all", False),
        (b"v=spf1\t-all", False),
        (b"v=spf1\xa0-all", False),
        (b" v=spf1 -all", False),
        (b'"v=spf1 -all"', False),
        (b"v=spf", False),
        (b"v=spf2.0/pra -all", False),
        (b"", False),
        (b"\xff\xfe", False),
    ],
)
def test_version_section(text: bytes, selected: bool) -> None:
    assert is_spf(text) is selected
    assert bool(parse(decode(text)).faults) is not selected


def test_record_that_is_none_is_a_fault() -> None:
    (fault,) = parse("spf1 -all").faults
    assert (fault.term, fault.start, fault.offset) == ("spf1", 0, 0)


def test_octets_beyond_ascii_stay_a_fault() -> None:
    for octets in (b"v=spf1 a:m\xc3\xbcnchen.de -all", b"v=spf1 a:m\xfcnchen.de -all"):
        (fault,) = parse(decode(octets)).faults
        assert fault.term == "a:münchen.de"
        assert fault.offset == 10


def test_macro_parts() -> None:
    parsed = parse_macro_string("%{L12R-+}x%%%_%-%{d}")
    assert parsed.pieces == (
        Macro("l", 12, reverse=True, delimiters="-+", escape=True),
        "x",
        "%",
        " ",
        "%20",
        Macro("d"),
    )
    assert parsed.letters == {"l", "d"}


def test_blanks_are_for_explanations() -> None:
    assert parse_macro_string("a  b", explanation=True).expand({}) == "a  b"
    with pytest.raises(MacroSyntaxError) as caught:
        parse_macro_string("ab c")
    assert caught.value.offset == 2


@given(st.text())
def test_parse_never_raises_and_keeps_every_term(text: str) -> None:
    record = parse("v=spf1 " + text)
    written = [t.term if isinstance(t, SyntaxFault) else t.text for t in record.terms]
    assert written == [word for word in text.split(" ") if word]


@given(st.text(alphabet="%{}slodiphcrtv0123456789-.+,/_=abcDEF:19", max_size=40))
def test_macro_strings_parse_or_name_the_place(text: str) -> None:
    offset = 0
    try:
        parse_macro_string(text).expand(dict.fromkeys("slodiphcrtv", "a.b-c"))
    except MacroSyntaxError as error:
        offset = error.offset
    assert 0 <= offset <= len(text)


@given(st.binary(max_size=60))
def test_binary_records_never_raise(octets: bytes) -> None:
    parse(decode(b"v=spf1 " + octets))


@pytest.mark.parametrize(
    "text",
    [
        "ip4:192.0.2.1 " * 5000, "foo " * 10_000, "a" + "/1" * 30_000, "a" + "/" * 60_000,
        "a/" + "1" * 60_000 + "x", "a//" + "1" * 60_000 + "x", "exists:" + "%{d" * 20_000,
        "exists:" + "%{d} " * 10_000, "a:" + "1" * 60_000, "a:" + "a." * 30_000,
        "a:x." + "-" * 60_000, "ip6:" + ":" * 60_000, "ip4:" + "1." * 30_000, "x=" + "=" * 60_000,
        "exists:%{" + "d" * 60_000, "exists:%{d" + "1" * 60_000 + "}", "=" * 60_000, "%" * 60_000,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_a_record_of_64_kilobytes_takes_linear_time(text: str) -> None:
    """None of them ends within minutes where a pattern looks at the rest from every place."""
    assert parse("v=spf1 " + text).terms
