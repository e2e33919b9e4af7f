"""The grammar of an SPF record, RFC 7208 §4.5, §4.6 and §12.

Knows text only: it turns a record into terms with their places, and names every term that breaks
the grammar. Must not know the DNS, and gives no meaning to terms.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Address, IPv6Network
from typing import Literal, NamedTuple, TypeAlias, cast

from smtpdoctor.spf.macros import (
    EXPLANATION_LETTERS,
    MacroString,
    MacroSyntaxError,
    parse_macro_string,
)

VERSION = "v=spf1"

Qualified: TypeAlias = Literal["pass", "fail", "softfail", "neutral"]
"""What a qualifier makes of a match (RFC 7208 §4.6.2)."""
MechanismName: TypeAlias = Literal["all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"]

QUALIFIERS: dict[str, Qualified] = {
    "+": "pass",
    "-": "fail",
    "~": "softfail",
    "?": "neutral",
}
COUNTED = frozenset(("include", "a", "mx", "ptr", "exists"))
"""The mechanisms that count against the limit of ten; `redirect` does, too (RFC 7208 §4.6.4)."""

_MECHANISMS = frozenset(("all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"))
_NEEDS_DOMAIN = frozenset(("include", "exists"))
_TAKES_DOMAIN = frozenset(("include", "a", "mx", "ptr", "exists"))

_TERM = re.compile("[^ ]+")
_NAME = re.compile("[A-Za-z][A-Za-z0-9_.-]*")
_DUAL_CIDR = re.compile(r"(?:/(?P<ip4>[0-9]+))?(?://(?P<ip6>[0-9]+))?\Z")
_TOPLABEL = re.compile("[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_QNUM = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])"
_IP4 = re.compile(rf"{_QNUM}\.{_QNUM}\.{_QNUM}\.{_QNUM}")
_LONGEST_IP6 = 45


class Mechanism(NamedTuple):
    """One mechanism with its qualifier; a tuple, since a record may have thousands.

    `text` as written, `start` its index in the record. `domain` is the domain-spec, None where
    there is none. `network` belongs to ip4 and ip6; `prefix4` and `prefix6` to a and mx.
    """

    text: str
    start: int
    name: MechanismName
    qualifier: Qualified = "pass"
    domain: MacroString | None = None
    network: IPv4Network | IPv6Network | None = None
    prefix4: int = 32
    prefix6: int = 128


@dataclass(frozen=True, slots=True)
class Modifier:
    """One modifier: `name` in lower case, `value` its macro string (a domain-spec where known)."""

    text: str
    start: int
    name: str
    value: MacroString


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """A term that breaks the grammar.

    `term` as written, `start` the index of the term in the record, `offset` the index of the
    character in the record where it goes wrong, `reason` in words.
    """

    term: str
    start: int
    offset: int
    reason: str


Term: TypeAlias = Mechanism | Modifier | SyntaxFault


@dataclass(frozen=True)
class SPFRecord:
    """A record's terms in order, those that break the grammar among them."""

    text: str
    terms: tuple[Term, ...]

    @cached_property
    def faults(self) -> tuple[SyntaxFault, ...]:
        """Every term that breaks the grammar; one makes the whole record a permerror (§4.6)."""
        return tuple(term for term in self.terms if isinstance(term, SyntaxFault))

    @cached_property
    def mechanisms(self) -> tuple[Mechanism, ...]:
        """The mechanisms in order."""
        return tuple(term for term in self.terms if isinstance(term, Mechanism))

    @property
    def redirect(self) -> Modifier | None:
        """The redirect modifier."""
        return self._modifier("redirect")

    @property
    def explanation(self) -> Modifier | None:
        """The exp modifier."""
        return self._modifier("exp")

    def _modifier(self, name: str) -> Modifier | None:
        for term in self.terms:
            if isinstance(term, Modifier) and term.name == name:
                return term
        return None


#: What is shown of a piece of a record, in characters. A host's name may have 253.
LONGEST_QUOTATION = 300


def is_spf(text: bytes) -> bool:
    """Whether a TXT record begins with the version section (RFC 7208 §4.5)."""
    return text[:6].lower() == b"v=spf1" and text[6:7] in (b"", b" ")


def decode(text: bytes) -> str:
    """A record's octets as text for `parse`: never raises, what isn't ASCII stays a fault."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def parse(text: str) -> SPFRecord:
    """Parses a whole record, its version section included. Never raises; takes linear time."""
    if not is_spf(text[:7].encode("ascii", "replace")):
        words = text.split(" ", 1)[0]
        return SPFRecord(text, (SyntaxFault(words, 0, 0, "the record must begin with “v=spf1 ”"),))
    return SPFRecord(text, tuple(_terms(text)))


def quoted(text: str) -> str:
    """A piece of a record as a fault's text has it: a hostile one has any length."""
    return f"“{text}”" if len(text) <= LONGEST_QUOTATION else f"“{text[:LONGEST_QUOTATION]}…”"


class _TermError(Exception):
    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset  # in the term
        self.reason = reason


def _terms(text: str) -> Iterator[Term]:
    seen: set[str] = set()
    for match in _TERM.finditer(text, len(VERSION)):
        written, start = match[0], match.start()
        try:
            term = _term(written, start)
            if isinstance(term, Modifier) and term.name in ("redirect", "exp"):
                if term.name in seen:
                    # RFC 7208 §6: MUST NOT appear in a record more than once each
                    raise _TermError(
                        0, f"{quoted(term.name + '=')} stands in the record a second time"
                    )
                seen.add(term.name)
        except _TermError as fault:
            yield SyntaxFault(written, start, start + fault.offset, fault.reason)
        else:
            yield term


def _term(text: str, start: int) -> Mechanism | Modifier:
    name = _NAME.match(text)
    if name is not None and text.startswith("=", name.end()):
        return _modifier(text, start, name[0].lower(), name.end() + 1)
    qualifier = QUALIFIERS.get(text[0])
    begin = 0
    if qualifier is not None:
        begin = 1
        name = _NAME.match(text, begin)
    if name is None:
        raise _TermError(begin, "a term begins with a name, or one of “+-~?” and a name")
    if name[0].lower() not in _MECHANISMS:
        raise _TermError(begin, f"{quoted(name[0])} is no mechanism")
    mechanism = cast(MechanismName, name[0].lower())
    qualifier = qualifier or "pass"
    rest = name.end()
    if mechanism == "all":
        if rest < len(text):
            raise _TermError(rest, "nothing may follow “all”")
        return Mechanism(text, start, mechanism, qualifier)
    if mechanism in ("ip4", "ip6"):
        network = _network(text, rest, mechanism)
        return Mechanism(text, start, mechanism, qualifier, network=network)
    end, prefix4, prefix6 = len(text), 32, 128
    if mechanism in ("a", "mx"):
        end, prefix4, prefix6 = _dual_cidr(text, rest)
    if rest < end:
        _check_separator(text, rest, mechanism, name[0])
        domain = _domain_spec(text, rest + 1, end)
    elif mechanism in _NEEDS_DOMAIN:
        raise _TermError(rest, f"“{mechanism}” needs “:” and a domain")
    else:
        domain = None
    return Mechanism(
        text, start, mechanism, qualifier, domain=domain, prefix4=prefix4, prefix6=prefix6
    )


def _dual_cidr(text: str, begin: int) -> tuple[int, int, int]:
    """Where the prefix lengths at the end begin, and what they are for IPv4 and IPv6."""
    cidr = _DUAL_CIDR.search(text, begin)
    assert cidr is not None  # it matches nothing at the end of any text
    prefix4 = 32 if cidr["ip4"] is None else _prefix(cidr["ip4"], 32, cidr.start("ip4"))
    prefix6 = 128 if cidr["ip6"] is None else _prefix(cidr["ip6"], 128, cidr.start("ip6"))
    return cidr.start(), prefix4, prefix6


def _check_separator(text: str, place: int, mechanism: MechanismName, written: str) -> None:
    """Raises _TermError where something else than “:” stands between a mechanism and its domain."""
    if text[place] == "/":
        if mechanism in ("a", "mx"):
            raise _TermError(place, "after “/” stands a prefix length, after “//” one for IPv6")
        raise _TermError(place, f"“{mechanism}” takes no prefix length")
    if text[place] != ":":
        raise _TermError(place, f"after {quoted(written)} stands “:” or nothing")


def _modifier(text: str, start: int, name: str, begin: int) -> Modifier:
    if name in ("redirect", "exp"):
        return Modifier(text, start, name, _domain_spec(text, begin, len(text)))
    return Modifier(text, start, name, _macro_string(text, begin, len(text)))


def _macro_string(text: str, begin: int, end: int) -> MacroString:
    try:
        return parse_macro_string(text[begin:end])
    except MacroSyntaxError as error:
        raise _TermError(begin + error.offset, error.reason) from None


def _domain_spec(text: str, begin: int, end: int) -> MacroString:
    if begin == end:
        raise _TermError(begin, "the domain is missing")
    parsed = _macro_string(text, begin, end)
    if parsed.letters & EXPLANATION_LETTERS:
        letter = min(parsed.letters & EXPLANATION_LETTERS)
        raise _TermError(begin, f"the macro letter “{letter}” is for the text of explanations only")
    literal = parsed.pieces[-1]
    # domain-end: a macro-expand ends the domain-spec, else "." toplabel [ "." ] must (§7.1)
    if parsed.ends_in_expansion or not isinstance(literal, str):
        return parsed
    before, dot, toplabel = literal.removesuffix(".").rpartition(".")
    if not dot:
        raise _TermError(end - len(literal), f"{quoted(literal)} has no dot before its last label")
    if _TOPLABEL.fullmatch(toplabel) is None or toplabel.isdigit():
        offset = end - len(literal) + len(before) + 1
        raise _TermError(offset, f"{quoted(toplabel)} can't be the last label of a domain")
    return parsed


def _network(text: str, rest: int, mechanism: Literal["ip4", "ip6"]) -> IPv4Network | IPv6Network:
    if not text.startswith(":", rest):
        raise _TermError(rest, f"“{mechanism}” needs “:” and an address")
    begin = rest + 1
    written, slash, length = text[begin:].partition("/")
    at_length = begin + len(written) + 1
    if mechanism == "ip4":
        quad = _IP4.fullmatch(written)
        if quad is None:
            raise _TermError(begin, f"{quoted(written)} is no IPv4 address")
        prefix = _prefix(length, 32, at_length) if slash else 32
        one, two, three, four = map(int, quad.groups())
        number = one << 24 | two << 16 | three << 8 | four
        return IPv4Network((number, prefix), strict=False)
    try:
        # "%" would begin a zone, which is no part of RFC 4291 §2.2
        if len(written) > _LONGEST_IP6 or "%" in written:
            raise ValueError
        address = IPv6Address(written)
    except ValueError:
        raise _TermError(begin, f"{quoted(written)} is no IPv6 address") from None
    prefix = _prefix(length, 128, at_length) if slash else 128
    return IPv6Network((int(address), prefix), strict=False)


def _prefix(text: str, most: int, offset: int) -> int:
    if not text or not (text.isascii() and text.isdigit()):
        raise _TermError(offset, f"{quoted(text)} is no prefix length")
    if text[0] == "0" and len(text) > 1:
        raise _TermError(offset, f"the prefix length {quoted(text)} has a zero in front")
    if len(text) > 3 or int(text) > most:
        raise _TermError(offset, f"the prefix length is more than {most}")
    return int(text)
