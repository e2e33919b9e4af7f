"""The header From, RFC 5322 §3.6.2: who is named as the author of a mail.

Reads with the standard library's parser of today (`email.policy`), which knows encoded words,
groups, comments and UTF-8, and turns what it finds into addresses and faults. Must not know the
DNS, nor what follows for the mail.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from smtpdoctor.spf import to_ascii
from smtpdoctor.spf.names import domain_fault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.headerregistry import Address

#: Characters; RFC 5322 §2.1.1 allows 998 a line, and the parser's time grows with the square.
LONGEST = 2000

_FOLDING = re.compile(r"\r?\n(?=[ \t])")  # RFC 5322 §2.2.3
_LABEL = re.compile("[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?", re.ASCII)

FaultKind = Literal[
    "too-long",
    "line-break",
    "empty",
    "syntax",
    "no-address",
    "no-domain",
    "unquoted-comma",
    "invisible-character",
    "domain-literal",
    "domain-malformed",
]


@dataclass(frozen=True, slots=True)
class HeaderFault:
    """What is wrong with the header; `text` is the place as written, "" for the whole."""

    kind: FaultKind
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """One address of the header.

    display_name: decoded, "" without one. domain: in A-labels and lower case, "" where it is
    none that DMARC could look up; domain_as_written: as it stands in the header.
    """

    display_name: str
    local_part: str
    domain: str
    domain_as_written: str


@dataclass(frozen=True, slots=True)
class HeaderFrom:
    """A header From as read. With faults, the authors are what could be made of it."""

    text: str
    authors: tuple[Author, ...]
    faults: tuple[HeaderFault, ...]

    @property
    def domains(self) -> tuple[str, ...]:
        """The authors' domains, each once. DMARC needs exactly one (RFC 7489 §6.6.1)."""
        return tuple(dict.fromkeys(author.domain for author in self.authors if author.domain))


def parse_header_from(text: str) -> HeaderFrom:
    """Reads the header's value, folded or not. Never raises."""
    text = _encodable(text)
    if len(text) > LONGEST:
        fault = HeaderFault("too-long", f"has {len(text)} characters, more than {LONGEST}")
        return HeaderFrom(text[:LONGEST], (), (fault,))
    value = _FOLDING.sub("", text).strip(" \t\r\n")
    if "\n" in value or "\r" in value:
        # what follows would be another header (RFC 5322 §2.2)
        return HeaderFrom(text, (), (HeaderFault("line-break", "has a line break inside"),))
    if not value:
        return HeaderFrom(text, (), (HeaderFault("empty", "is empty"),))
    parsed = _parsed(value)
    if parsed is None:
        return HeaderFrom(text, (), (HeaderFault("syntax", "can't be read as addresses"),))
    addresses, defects = parsed
    authors: list[Author] = []
    faults: list[HeaderFault] = []
    for address in addresses:
        author, wrong = _author(_encodable(address.display_name), address.username, address.domain)
        if wrong is not None:
            faults.append(wrong)
        if author is not None:
            authors.append(author)
    if not addresses:
        faults.append(HeaderFault("no-address", "names no address"))
    elif not faults:
        faults += _syntax_faults(defects)
    elif faults[0].kind == "no-domain" and len(addresses) > 1:
        reason = "a name with a comma must stand in double quotes"
        faults[0] = HeaderFault("unquoted-comma", reason, faults[0].text)
    return HeaderFrom(text, tuple(authors), tuple(faults))


def _encodable(text: str) -> str:
    """`text` without lone surrogates, which stand for bytes that are no UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _parsed(value: str) -> "tuple[Sequence[Address], Sequence[Exception]] | None":
    """The addresses and what the parser found fault with; None where it can't read the text."""
    from email.policy import EmailPolicy

    try:
        header = EmailPolicy(utf8=True).header_factory("From", value)
        return tuple(header.addresses), tuple(header.defects)
    except Exception:
        # On broken text the parser raises IndexError, AttributeError, RecursionError and others,
        # which say no more than that it is broken.
        return None


def _author(
    display_name: str, local_part: str, domain: str
) -> tuple[Author | None, HeaderFault | None]:
    written = f"{local_part}@{domain}" if domain else local_part
    if not domain:
        if not local_part:
            return None, HeaderFault("syntax", "has a part that is no address")
        return None, HeaderFault(
            "no-domain", "is not a mail address: it has no @ and no domain", written
        )
    author = Author(display_name, local_part, "", domain)
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in written):
        return author, HeaderFault("invisible-character", "has a character nobody sees", written)
    if domain.startswith("["):
        reason = "has an address literal in the place of a domain"
        return author, HeaderFault("domain-literal", reason, written)
    ascii_domain = to_ascii(domain).lower()
    reason = domain_fault(ascii_domain) or ""
    if not reason and not all(_LABEL.fullmatch(label) for label in ascii_domain.split(".")):
        reason = "a label has characters that no host name has, or “-” at an end"
    if reason:
        return author, HeaderFault("domain-malformed", reason, written)
    return Author(display_name, local_part, ascii_domain, domain), None


def _syntax_faults(defects: "Sequence[Exception]") -> list[HeaderFault]:
    """What the parser found fault with. Not all of it: the obsolete syntax of RFC 5322 §4 must be
    read, and RFC 6532 allows UTF-8 in a local part."""
    from email.errors import InvalidHeaderDefect, NonPrintableDefect, UndecodableBytesDefect

    for defect in defects:
        if isinstance(defect, NonPrintableDefect):
            return [HeaderFault("invisible-character", "has a character nobody sees")]
        if isinstance(defect, UndecodableBytesDefect):
            return [HeaderFault("syntax", "has an encoded word that can't be decoded")]
        if isinstance(defect, InvalidHeaderDefect):
            return [HeaderFault("syntax", str(defect))]
    return []
