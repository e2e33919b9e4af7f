"""Finds the places of a text that may speak of a mail error: the newest first, the same ones once.

Knows lines, prefixes of logs and needles. Must not know what an error means. Linear in the text,
and bounded in what it hands on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

#: What is read at most, from the end: the newest stands there.
MOST_READ = 10 * 1024 * 1024
#: A text of so many characters is one incident as a whole.
SMALL = 6_000
#: Of a log the lines around a hit that belong to it.
BEFORE, AFTER = 6, 10
MOST_HITS, MOST_PLACES, LONGEST_PLACE = 4_000, 60, 6_000

#: Every error of a table holds one of these, in lower case. tests/explain compares.
NEEDLES = (
    "timed out", "timeout", "etime", "refused", "unreach", "no route", "notfound", "not known",
    "eai_", "resolution", "resolve", "no such host", "unknownhost", "unknown host", "econn",
    "reset by peer", "connection reset", "forcibly closed", "eacces", "not permitted",
    "certificate", "cert_", "ssl", "tls", "wrong version", "handshake", "starttls", "greeting",
    "credential", "authentic", "invalid login", "login", "smtp", "relay", "rejected",
    "5.7.", "5.1.", "5.4.", "5.2.", "5.3.", "4.7.", "said: ", "diagnostic-code", "mailbox",
    "eof", "unexpectedly closed", "response: -1", "unencrypted", "hang up", "servfail",
    "quota exceeded", "limit exceeded", "altnames", "pkix", "invalid url",
)  # fmt: skip

_MAIL_NEAR = re.compile(
    r"smtp|mail|starttls|\b(?:465|587|2525)\b|:25\b|postfix|exim|msmtp|swaks|\bmx\d*\.|sendgrid|"
    r"rcpt|diagnostic-code|message/delivery|dsn=",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"^(?:[\w.-]{1,40}\s{1,30}\|\s)?"  # docker compose: "web-1  | "
    r"(?:<\d{1,3}>)?"
    r"(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,\dZ+:-]{0,20}\s(?:std(?:out|err) [FP] )?|"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s{1,2}\d{1,2} \d\d:\d\d:\d\d "
    r"[\w.-]{1,60} (?=[\w./-]{1,60}(?:\[\d+\])?: ))?"
)
_TEMPLATE = re.compile(r"\d+|\b[0-9a-fA-F]{6,}\b")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_TEXT_KEYS = (
    "msg", "message", "error", "err", "stack", "exception", "log", "MESSAGE", "detail", "reason",
    "response", "cause", "stack_trace", "stacktrace", "body",
)  # fmt: skip


def places(text: str) -> Iterator[str]:
    """The parts of the text to look at, each once, the newest first."""
    text = text[-MOST_READ:].replace("\r\n", "\n").replace("\x00", "")
    if len(text) <= SMALL:
        yield plain(text)
        return
    seen: set[str] = set()
    given = 0
    for start, end in _spans(text):
        part = text[start:end]
        template = _TEMPLATE.sub("0", part)
        if template in seen:
            continue
        seen.add(template)
        yield plain(part)
        given += 1
        if given == MOST_PLACES:
            return


def plain(text: str) -> str:
    """The text without what logs put around it: prefixes, colours, JSON."""
    text = _ANSI.sub("", text)
    return "\n".join(_plain_line(line) for line in text.split("\n"))


def _plain_line(line: str) -> str:
    line = _PREFIX.sub("", line, count=1)
    stripped = line.strip()
    if stripped.startswith("{") and stripped.endswith("}") and '"' in stripped:
        try:
            return _from_json(json.loads(stripped)) or line
        except (ValueError, RecursionError):
            return line
    return line


def _from_json(value: object, depth: int = 0) -> str:
    """What a JSON line says: its messages first, then its other fields as name: value."""
    if not isinstance(value, dict) or depth > 4:
        return ""
    first = [key for key in _TEXT_KEYS if key in value]
    others = [key for key in value if key not in first]
    lines = []
    for key in (*first, *others):
        item = value[key]
        if isinstance(item, dict):
            lines.append(_from_json(item, depth + 1))
        elif isinstance(item, str) and key in first:
            lines.append(item)
        elif isinstance(item, str | int | float | bool):
            lines.append(f"{key}: {item!r}")
    return "\n".join(part for part in lines if part)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of lines around what may be an error of mail, from the end."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters grow in lower case
        lowered = text
    hits: set[int] = set()
    for needle in NEEDLES:
        end = len(lowered)
        for _ in range(MOST_HITS):
            at = lowered.rfind(needle, 0, end)
            if at < 0:
                break
            line = lowered.rfind("\n", 0, at) + 1
            hits.add(line)
            end = line
    last = len(text) + 1
    looked = 0
    for line in sorted(hits, reverse=True):
        if line >= last:
            continue
        start, end = _around(text, line)
        end = min(end, last)
        looked += 1
        if looked > MOST_HITS:
            return
        if end > start and _MAIL_NEAR.search(text, start, end):
            yield start, end
            last = start


def _around(text: str, line: int) -> tuple[int, int]:
    start = line
    for _ in range(BEFORE):
        start = text.rfind("\n", max(0, line - LONGEST_PLACE // 2), max(start - 1, 0)) + 1
        if start <= 0 or line - start > LONGEST_PLACE // 2:
            break
    start = max(start, line - LONGEST_PLACE // 2, 0)
    end = line
    for _ in range(AFTER):
        found = text.find("\n", end, line + LONGEST_PLACE // 2)
        if found < 0:
            end = min(len(text), line + LONGEST_PLACE // 2)
            break
        end = found + 1
    return start, end
