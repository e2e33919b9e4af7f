"""What somebody meant by a record that breaks the grammar, as a record that doesn't.

Knows the slips that people make. Only text: must not know the DNS, nor whether a repair is wanted.
A repair never lets more servers send than the text meant; what can't be told apart stays.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import chain

from smtpdoctor.spf.parse import VERSION, SyntaxFault, is_spf, parse

#: A text that was meant as a policy, with what stands before and after its version.
_MEANT = re.compile(
    r"[\s\"'“”„‘’`\\(\ufeff]*"
    r"(?:v\s*[=:]\s*s(?:pf|fp)\s*[1l]?|spf1)"
    r"(?=[\s;,:.\"”'\\]|\Z|[-+~?–—−]?(?:all|include|ip[46v]|mx|a[: ]|redirect))"
    r"[\s;,:.\"”'\\]*",
    re.IGNORECASE,
)
_SIGNS = {"–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "˜": "~", "∼": "~"}
_ANY_SIGN = "[-+~?–—−‐‑˜∼]"
_WITH_VALUE = frozenset(("include", "a", "mx", "ip4", "ip6", "exists", "redirect", "exp"))
_WITHOUT_VALUE = frozenset(("all", "a", "mx"))
_ALL = ("all", "al", "alll", "aall", "a11", "alls")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
#: How people write the names; what they mean by "ip" is told by the address.
_SLIPS = {
    "ip": "ip4", "ipv4": "ip4", "ip-4": "ip4", "ip_4": "ip4", "ipaddr": "ip4", "ip4v": "ip4",
    "ipv6": "ip6", "ip-6": "ip6", "ip_6": "ip6",
    "includes": "include", "inlcude": "include", "incude": "include", "inclue": "include",
    "inclde": "include", "includ": "include", "inculde": "include", "icnlude": "include",
    "incldue": "include", "included": "include", "nclude": "include", "iclude": "include",
    "redirects": "redirect", "redirct": "redirect", "exist": "exists",
}  # fmt: skip
# A term that begins where another one has not ended: two strings that were joined without a blank.
_GLUED = re.compile(
    r"(?<=[\w.)\]/])(?=[-+~?]?(?:include:|ip4:|ip6:|exists:|redirect=))"
    r"|(?<=[\w.)\]/])(?=[+~?]all\Z)"
    r"|(?<=\.[a-z]{2})(?=-all\Z)|(?<=\.[a-z]{3})(?=-all\Z)|(?<=\.[a-z]{4})(?=-all\Z)"
    r"|(?<=[\d.]{7})(?=-all\Z)|(?<=/\d\d)(?=-all\Z)",
    re.IGNORECASE,
)
_NEED_VALUE = ("include", "ip4", "ip6", "ip", "ipv4", "ipv6", "exists", "redirect")
_NAMED = re.compile(f"{_ANY_SIGN}?(?:include|a|mx|ip4|ip6|ipv4|ipv6|ip|exists|redirect|exp)[:=]")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+\.?", re.ASCII)
_STARRED = re.compile(r"((?:\d{1,3}\.){1,3})(?:\*\.?){1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Repair:
    """One change: the piece as written, the terms that were meant, and what was wrong."""

    written: str
    terms: tuple[str, ...]
    why: str


def is_meant_as_spf(text: str) -> bool:
    """Whether a TXT record that receivers don't take for a policy was meant as one."""
    return not is_spf(text[:7].encode("ascii", "replace")) and _MEANT.match(text) is not None


def version_fault(text: str) -> str:
    """Why receivers don't take this text for a policy (RFC 7208 §4.5)."""
    start = text[:1]
    if start in "\"'“”„‘’`\\":
        return "it begins with a quote that is a part of the record"
    if start.isspace() or start == "\ufeff":
        return "a blank stands before “v=spf1”"
    if re.match(r"v=spf1\S", text, re.IGNORECASE):
        return f"after “v=spf1” stands “{text[6]}” where a blank must"
    return "it must begin with “v=spf1 ”"


def repair(text: str) -> tuple[str, tuple[Repair, ...]]:
    """The record that `text` was meant as, and what was changed. Never raises.

    Terms that can't be told stay as they are.
    """
    text = _INVISIBLE.sub("", text)
    begin = len(VERSION)
    repairs: list[Repair] = []
    if is_meant_as_spf(text):
        match = _MEANT.match(text)
        assert match is not None  # what is_meant_as_spf() is made of
        begin = match.end()
        repairs.append(_version_repair(text, begin))
    terms: list[str] = []
    for written in _joined(text[begin:].split()):
        meant = tuple(_terms(written))
        if meant != (written,):
            repairs.append(Repair(written, meant, _why(written)))
        terms += meant
    return " ".join((VERSION, *terms)), tuple(repairs)


def _version_repair(text: str, end: int) -> Repair:
    """The version with what stands wrongly around it; where nothing does, with the term that it
    was written together with."""
    written = text[:end].rstrip(" ")
    if written != VERSION:
        return Repair(written, (VERSION,), version_fault(text))
    word = text[end:].split(" ", 1)[0]
    return Repair(VERSION + word, (VERSION, word), version_fault(text))


def _why(written: str) -> str:
    if _GLUED.search(written.strip("\"'“”")):
        return "two terms without a blank between them"
    faults = chain.from_iterable(parse(f"{VERSION} {one}").faults for one in written.split())
    fault = next(faults, None)
    return fault.reason if fault is not None else "receivers take it for something else"


def _joined(words: list[str]) -> Iterator[str]:
    """The words, with those in one that a blank keeps apart: “- all”, “ip4: 192.0.2.1”."""
    at = 0
    while at < len(words):
        word, at = words[at], at + 1
        while at < len(words) and _belongs(word, words[at]):
            word, at = f"{word} {words[at]}", at + 1
        yield word


def _belongs(word: str, after: str) -> bool:
    """Whether `after` is the rest of `word`."""
    bare = re.sub(rf"\A{_ANY_SIGN}", "", word)
    if not bare:  # a sign alone
        return re.match("[A-Za-z]", after) is not None
    if bare.endswith((":", "=")) and " " not in bare[:-1].strip():
        return not _is_term(after) and not _NAMED.match(after)
    name = bare.lower()
    if name in _NEED_VALUE:
        return after[:1] in ":=" or (not _is_term(after) and _is_value(after))
    return name in ("a", "mx") and after[:1] == ":"


def _is_value(word: str) -> bool:
    return bool(_network(word)) or _HOST.fullmatch(word) is not None


def _is_term(word: str) -> bool:
    terms = parse(f"{VERSION} {word}").terms
    return len(terms) == 1 and not isinstance(terms[0], SyntaxFault)


def _terms(written: str) -> Iterator[str]:
    """The terms that a piece of a record was meant as; itself, where it is one or can't be told."""
    words = written.split()
    if len(words) == 2 and re.sub(f"\\A{_ANY_SIGN}", "", words[0]).lower() in _NEED_VALUE:
        words.insert(1, "" if words[1][0] in ":=" else ":")
    compact = "".join(words)
    if "%" in compact:  # macros: “,” and “;” may separate within them
        yield written if _is_term(written) else compact if _is_term(compact) else written
        return
    pieces = [
        piece for part in re.split(r"[,;\"'“”„]+", compact) for piece in _GLUED.split(part) if piece
    ]
    meant = [_term(piece) for piece in pieces]
    if not meant or not any(meant):
        yield written
        return
    for piece, term in zip(pieces, meant, strict=True):
        yield term or piece


def _term(piece: str) -> str:  # branches: one slip a line
    """One term as it was meant, "" where that can't be told."""
    sign, rest = "", piece
    if re.match(_ANY_SIGN, piece):
        sign, rest = _SIGNS.get(piece[0], piece[0]), piece[1:]
    if rest.lower().rstrip(".:=") in _ALL:
        return f"{sign}all" if rest.lower() != "all" or piece[:1] in _SIGNS else piece
    name, separator, value = _parted(rest)
    if not separator:
        network = _network(rest)
        if network:
            return sign + network
        if rest.lower().startswith(("_spf", "spf.")) and _HOST.fullmatch(rest):
            return f"{sign}include:{rest}"
        fixed = f"{sign}{_SLIPS.get(rest.lower(), rest)}"
        return fixed if _is_term(fixed) else ""
    name = _SLIPS.get(name.lower(), name)
    known = name.lower() in _WITH_VALUE
    value = re.sub(r"\Ahttps?://", "", value)
    if separator == "=" and name.lower() not in ("redirect", "exp") and not known:
        return piece  # a modifier that nobody knows is none of ours
    if known and _is_term(f"{sign}{name}{separator}{value}") and separator == _mark(name):
        return f"{sign}{name}{separator}{value}"
    value = re.sub(r"\A[@\[]+|[\])/.:]+\Z", "", value) if known else value
    if name.lower() in ("include", "a", "mx", "ip4", "ip6") and (network := _network(value)):
        return sign + network
    if name.lower() in ("ip4", "ip6") and _HOST.fullmatch(value) and not value[-1].isdigit():
        name = "a"
    fixed = f"{sign}{name}{_mark(name)}{value}"
    if not value and name.lower() in _WITHOUT_VALUE:
        fixed = f"{sign}{name}"
    return fixed if known and _is_term(fixed) else ""


def _mark(name: str) -> str:
    return "=" if name.lower() in ("redirect", "exp") else ":"


def _parted(text: str) -> tuple[str, str, str]:
    """Name, “:” or “=”, value; an IPv6 address by itself has no name."""
    match = re.match(r"([A-Za-z][A-Za-z0-9_-]*)([:=])(.*)\Z", text)
    if match is None or _network(text):
        return text, "", ""
    return match[1], match[2], match[3]


def _network(text: str) -> str:
    """The mechanism for an address or a network, with a mask or a “*” too; "" where it is none."""
    text = text.strip("[]")
    starred = _STARRED.fullmatch(text)
    if starred is not None:
        octets = starred[1].rstrip(".").split(".")
        text = ".".join([*octets, *["0"] * (4 - len(octets))]) + f"/{8 * len(octets)}"
    if not re.fullmatch(r"[0-9A-Fa-f:.]+(?:/[0-9.]+)?", text) or text.isdigit():
        return ""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return ""
    if network.version == 6 and ":" not in text:
        return ""
    whole = network.prefixlen == network.max_prefixlen
    return f"ip{network.version}:{network.network_address if whole else network}"
