"""What a domain name may look like in an SPF evaluation, and how an IDN is written in the DNS.

Knows the DNS's limits on names and the A-label form. Must not know records, macros or resolvers.
"""

import re
import unicodedata

MAX_NAME = 253
"""Octets of a whole name in text form, without the dot at its end (RFC 7208 §7.3)."""
MAX_LABEL = 63

_FULL_STOPS = re.compile("[.\u3002\uff0e\uff61]")


def to_ascii(domain: str) -> str:
    """`domain` with every internationalised label as A-label, as RFC 7208 §4.3 demands.

    ASCII labels stay as they are. Never raises: what can't be an A-label stays non-ASCII, and
    `fault` names it.
    """
    if domain.isascii():
        return domain
    return ".".join(_to_a_label(label) for label in _FULL_STOPS.split(domain))


def _to_a_label(label: str) -> str:
    if label.isascii() or len(label) > MAX_LABEL:
        return label
    # Python's own codec is IDNA 2003 and turns "ß" into "ss", which is another domain today
    # (RFC 5890 family), so the label is only folded and then written as punycode.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", label).lower())
    if folded.isascii():
        return folded
    return "xn--" + folded.encode("punycode").decode("ascii")


def without_final_dot(name: str) -> str:
    """`name` without the dot that marks the root (RFC 7208 §7.3: accepted, means nothing)."""
    return name.removesuffix(".")


def fit(name: str) -> str:
    """`name` without labels at its left side until it has 253 characters at most (§7.3)."""
    name = without_final_dot(name)
    if len(name) <= MAX_NAME:
        return name
    kept = name[-MAX_NAME:]
    if name[-MAX_NAME - 1] == ".":
        return kept
    return kept.partition(".")[2]


def fault(name: str) -> str | None:
    """Why `name` can't be asked for in the DNS, or None where it can.

    Any printable ASCII character is taken, since macros may put blanks and quotes into a label;
    control characters and non-ASCII ones are not.
    """
    if not name:
        return "the name is empty"
    if not name.isascii() or not name.isprintable():
        return "the name has characters that no domain name has"
    if len(name) > MAX_NAME:
        return f"the name has {len(name)} characters, {MAX_NAME} are the most"
    for label in name.split("."):
        if not label:
            return "the name has an empty label"
        if len(label) > MAX_LABEL:
            return f"a label has {len(label)} characters, {MAX_LABEL} are the most"
    return None


def domain_fault(domain: str) -> str | None:
    """Why `domain` can't be the <domain> of check_host() (RFC 7208 §4.3), or None where it can."""
    if domain.startswith("["):
        return "it is an address literal, not a domain"
    if "." not in domain:
        return "it has only one label" if domain else "the name is empty"
    return fault(domain)


def is_within(name: str, domain: str) -> bool:
    """Whether `name` is `domain` or stands below it, letters' case aside."""
    name, domain = name.lower(), domain.lower()
    return name == domain or name.endswith("." + domain)
