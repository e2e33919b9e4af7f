"""Reads what a text says went wrong: the tables of error texts, the clients' own words, replies.

Must not know what it comes to (`readings`), nor where the text was found (`excerpts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor.explain import dialogue, replies
from smtpdoctor.explain.model import Known, Symptom
from smtpdoctor.knowledge import error_texts

#: A text without any word of mail may still be one: a line out of its context.
SHORT, FEW_LINES = 420, 7
#: A symptom so specific leaves nothing to ask the words of servers for.
TOLD = 3
#: So short a text may be vague as well, without the frames of a trace.
VERY_SHORT = 160
#: A client's words, as a pattern, that are shorter stand in texts of others too.
SHORTEST_WORDS = 24
_FRAMES = re.compile(r"(?m)^\s*(?:at |File \"|#\d+ |from ).*$\n?")

#: What another program's connect ends in as well, by its look-up of a name or by itself.
_CONNECTS = ("connect-refused", "connect-silent", "some-wait", "reset", "no-route", "no-such-name")
#: A port beside an address that mail has no business with.
_OTHER_PORT = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,3}){3}|localhost|\]|[\w-]\.(?!(?:go|[cm]?[jt]s|py|rb|php|java|cs|rs|exs?|kt)\b)"
    r"[a-z]{2,12})[:)', ]+(?:port )?"
    r"(?!(?:25|26|53|2525|\d?(?:025|465|587)|10(?:025|465|587))\b)\d{2,5}\b"
)

#: What the clients' words for a code say of the run. Codes that only a reply tells are left out.
OF_CODES: dict[str, tuple[str, str]] = {
    "implicit-tls-on-starttls-port": ("not-tls", ""),
    "plaintext-on-implicit-tls-port": ("greeting-silent", ""),
    "greeting-missing": ("greeting-silent", ""),
    "connection-closed": ("greeting-closed", ""),
    "port-blocked": ("connect-silent", ""),
    "host-unreachable": ("connect-silent", ""),
    "port-refused": ("connect-refused", ""),
    "local-firewall": ("connect-denied", ""),
    "dns-name-not-found": ("no-such-name", ""),
    "dns-no-address": ("no-address", ""),
    "dns-resolver-unreachable": ("no-name-server", ""),
    "dns-resolver-failing": ("no-name-server", "servfail"),
    "starttls-not-offered": ("starttls-absent", ""),
    "tls-version-unsupported": ("tls-version", ""),
    "certificate-self-signed": ("certificate", "self-signed"),
    "certificate-chain-incomplete": ("certificate", "first-not-verified"),
    "certificate-untrusted": ("certificate", "no-issuer"),
    "certificate-expired": ("certificate", "expired"),
    "certificate-not-yet-valid": ("certificate", "not-yet-valid"),
    "certificate-name-mismatch": ("certificate", "other-name"),
    "credentials-missing": ("no-credentials", ""),
    "credentials-rejected": ("login-refused", ""),
    "auth-not-offered": ("login-not-offered", ""),
    "auth-mechanism-unsupported": ("no-mechanism", ""),
}


def find(text: str, known: Known) -> list[Symptom]:
    """What the text says went wrong, most telling first; empty where it is not about mail."""
    about = _about_mail(text, known)
    if about == "other":
        return []
    found = list(_by_tables(text, about))
    if about == "mail" and (unanswered := dialogue.unanswered(text)) is not None:
        found.append(unanswered)
    told = any(item.specific >= TOLD for item in found)
    found += replies.find(text, about_mail=about == "mail", by_words=not told)
    if not found and about == "mail":
        found += _by_clients(text)  # all else says more than words that stand for several codes
    found.sort(key=lambda item: -item.specific)
    if not found:
        return []
    best = found[0].specific
    kept: dict[tuple[str, str, str], Symptom] = {}
    for item in found:
        key = (item.kind, item.error, item.reply)
        if item.specific >= best - 1 and key not in kept:
            kept[key] = item
    return _together(list(kept.values()))[:4]


#: Of several symptoms of one step the one that says more, by its kind, and those beside it that are
#: left out; a dead IPv6 beside it is noise.
ABSORBED: dict[str, frozenset[str]] = {
    "connect-silent": frozenset({"no-route", "some-wait"}),
    "connect-refused": frozenset({"no-route", "some-wait"}),
    "greeting-silent": frozenset({"some-wait", "greeting-closed", "hung-up"}),
    "no-such-name": frozenset({"some-wait", "connect-silent"}),
    "no-name-server": frozenset({"some-wait", "connect-silent", "no-such-name"}),
    "no-address": frozenset({"some-wait", "connect-silent"}),
    "starttls-absent": frozenset({"tls-demanded"}),
}


def _together(found: list[Symptom]) -> list[Symptom]:
    """Without the symptoms that others of the same step make up for."""
    drop = {other for item in found for other in ABSORBED.get(item.kind, ())}
    return [item for item in found if item.kind not in drop] or found


#: A reply with its enhanced status code (RFC 3463), or in several lines (RFC 5321 §4.2.1), or to a
#: login (RFC 4954 §6): no protocol of the web has any of them.
REPLY = re.compile(
    r"(?mi)(?:^|[\s:\"'“(])(?:[45]\d\d, b[\"']|[245]\d\d[ -][245]\.\d{1,3}\.\d{1,3}\b|"
    r"(?P<code>[45]\d\d)-[A-Za-z][^\n]{0,200}\s(?P=code)[ -]\S|"
    r"53[458][ -][^\n]{0,60}(?:auth|log-?in|passw|credential))|^[45]\.\d{1,3}\.\d{1,3} [A-Z]"
)


#: An address of the web, the name of an image or a package: a word of mail in it says nothing.
_NAMES_OF_OTHERS = re.compile(
    r"https?://[^\s\"'<>]+|\b(?:image|denied for) [\"']?[\w./:@-]+|\bresolving [\w-]+$",
    re.MULTILINE,
)


def _about_mail(text: str, known: Known) -> str:
    """mail, other, or open: nothing in it speaks of either."""
    if known.host or known.client or known.port in (25, 465, 587, 2525):
        return "mail"
    elsewhere = error_texts.evidence("elsewhere").search(text) is not None
    if elsewhere and error_texts.evidence("submission").search(text) is None:
        return "other"
    own = _NAMES_OF_OTHERS.sub(" ", text)
    if error_texts.evidence("strong").search(own) or error_texts.mail_clients().search(own):
        return "mail"
    if error_texts.evidence("foreign").search(text) and not REPLY.search(text):
        return "other"
    if error_texts.evidence("weak").search(own):
        return "mail"
    short = len(text) <= SHORT and text.strip().count("\n") < FEW_LINES
    return "open" if short else "other"


def _by_tables(text: str, about: str) -> Iterator[Symptom]:
    lowered = text.lower()
    words = _FRAMES.sub("", text)
    short = len(words.strip()) <= VERY_SHORT
    for entry in error_texts.tables():
        vague = entry.specific < (4 if entry.mail else 3)
        if about != "mail" and vague and (entry.mail or not short):
            continue
        if about == "open" and entry.kind in _CONNECTS and _OTHER_PORT.search(words):
            continue
        match = entry.search(text, lowered)
        if match is not None:
            yield Symptom(
                kind=entry.kind,
                error=entry.error,
                says=_line(text, match),
                specific=entry.specific,
                address=_address(text, match),
            )


def _by_clients(text: str) -> Iterator[Symptom]:
    for words in error_texts.of_clients():
        kind = OF_CODES.get(words.code)
        if kind is None or words.reply or len(words.regex.pattern) < SHORTEST_WORDS:
            continue
        match = words.regex.search(text)
        if match is not None:
            yield Symptom(kind=kind[0], error=kind[1], says=_line(text, match), specific=2)


def _line(text: str, match: re.Match[str]) -> str:
    """The line in which the words stand, as far as a person would read."""
    begins = match.end() if "\n" in match[0].rstrip() else match.start()  # of several the last
    start = text.rfind("\n", 0, begins) + 1
    end = text.find("\n", match.end())
    line = text[start : end if end >= 0 else len(text)].strip()
    if len(line) <= 200:
        return line
    middle = max(0, begins - start - 40)
    if middle:
        middle = line.find(" ", middle, begins - start) + 1 or middle  # not within a word
        return f"…{line[middle : middle + 199]}"
    return line[:200]


_IP = re.compile(r"(?<![\w.:])((?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]{1,4}:[0-9a-fA-F:]{2,40}|::1)")


def _address(text: str, match: re.Match[str]) -> str:
    """The address beside the words."""
    import ipaddress

    for found in _IP.finditer(text, max(0, match.start() - 80), min(len(text), match.end() + 80)):
        for candidate in (found[1], found[1].rpartition(":")[0]):
            try:
                return str(ipaddress.ip_address(candidate))
            except ValueError:
                continue
    return ""
