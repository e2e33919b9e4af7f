"""Finds the places of a text that may speak of a mail error: the newest first, the same ones once.

Knows lines, prefixes of logs and needles. Must not know what an error means. Linear in the text,
and bounded in what it hands on.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

#: What is read at most, from the end: the newest stands there.
MOST_READ = 10 * 1024 * 1024
#: A text of so many characters is one incident as a whole.
SMALL = 6_000
#: Of a log the lines around a hit that belong to it.
BEFORE, AFTER = 6, 12
MOST_LINES, MOST_FORMS, MOST_PLACES, LONGEST_PLACE = 400_000, 50_000, 120, 6_000

#: Every error of a table holds one of these, in lower case. tests/explain compares.
NEEDLES = (
    "timed out", "timeout", "etime", "refused", "unreach", "no route", "notfound", "not known",
    "eai_", "resolution", "resolve", "no such host", "unknownhost", "unknown host", "econn",
    "reset by peer", "connection reset", "forcibly closed", "eacces", "not permitted",
    "certificate", "cert_", "ssl", "tls", "wrong version", "handshake", "starttls", "greeting",
    "credential", "authentic", "invalid login", "login", "smtp", "relay", "rejected",
    "5.7.", "5.1.", "5.4.", "5.2.", "5.3.", "4.7.", "said: ", "diagnostic-code", "mailbox",
    "eof", "unexpectedly closed", "response: -1", "unencrypted", "hang up", "servfail",
    "quota exceeded", "limit exceeded", "spf", "altnames", "pkix", "invalid url",
)  # fmt: skip

#: Of a log alone: not compiled for a line.
_MAIL_NEAR = (
    r"(?i)smtp|mail|starttls|\b(?:465|587|2525)\b|:25\b|postfix|exim|msmtp|swaks|\bmx\d*\.|sendgrid|"
    r"rcpt|diagnostic-code|message/delivery|dsn=|\b(?:53[0458]|55[0-4])[ -]|invalid login|"
    r"greeting|EAUTH"
)
_PREFIX = re.compile(
    r"^(?:[\w.-]{1,40}\s{1,30}\|\s)?"  # docker compose: "web-1  | "
    r"(?:<\d{1,3}>)?"
    r"(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,\dZ+:-]{0,20}\s(?:std(?:out|err) [FP] )?|"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s{1,2}\d{1,2} \d\d:\d\d:\d\d "
    r"[\w.-]{1,60} (?=[\w./-]{1,60}(?:\[\d+\])?: ))?"
)
#: Lines that differ in numbers alone are the same.
_WITHOUT_DIGITS = str.maketrans("", "", "0123456789")
#: A session of SMTP before an error: it tells what was answered.
_DIALOGUE = r"MAIL FROM|RCPT TO|\bEHLO\b|\bAUTH (?:PLAIN|LOGIN)|\bSTARTTLS\b|\bDATA\b"
_MAIL_BESIDE = r"(?i)smtp|nodemailer|sendmail|mailer"
#: Colours, with their escape or without it, as a copy from a terminal or a web page leaves them.
_ANSI = re.compile(
    r"(?:\x1b|\\(?:x1b|u001b|e|033))\[[0-9;?]*[A-Za-z]|\[\d{1,2}(?:;\d{1,3})*m", re.I
)
#: A text that stands in another one's quotes: JSON in JSON, PHP's logs.
_ESCAPED = re.compile(r"\\+([\"'/])|\\u([0-9a-f]{4})|\\+n(?=\s{2})", re.IGNORECASE)
_ENTITY = re.compile(
    r"&(?:#\d{2,5}|#x[0-9a-f]{2,4}|quot|lt|gt|amp|apos|nbsp|\w{1,8}(?:uml|acute));", re.I
)
_TAG = re.compile(
    r"</?(?:p|div|span|br|b|i|strong|em|pre|code|li|ul|ol|td|tr|h\d|font)(?:\s[^>\n]{0,120}|/)?>",
    re.IGNORECASE,
)
#: A line that a mail program or a page broke in the middle of a sentence.
_BROKEN = re.compile(
    r"(?m)^([^\n]{40,100}[A-Za-z,;])\n(?=(?!(?:at|in|from|by|to|raise|return|self|code|errno|response|"
    r"command|syscall|address|port|host|stack)\b)[a-z][a-z'-]*(?:[ .,]|$))"
)
#: What a library says of every failed handshake (MailKit): what it may be, and has not seen.
_IN_GENERAL = re.compile(
    r"(?:This usually means that|(?:One|The other) possibility is that) [^\n]{0,200}(?:\n|\\n)?"
    r"(?:[^\n]{0,60}following reasons:)?|(?:^|\\n)\s{0,8}\d\. (?:The server is using a self-signed "
    r"certificate|The local system is missing|A Certificate Authority CRL server|The certificate "
    r"presented by|The set of SSL/TLS protocols) [^\n]{0,200}?(?=\n|\\n|$)|It is also possible "
    r"that the set of SSL/TLS protocols[^\n]{0,80}?match\.",
    re.MULTILINE,
)
#: What a bounce returns of the message itself (RFC 3462 §2): nothing in it says why it came back.
_RETURNED = re.compile(
    r"^(?:-{2,} ?(?:Below this line|This is a copy of|The (?:body|header)|Unsent message|"
    r"Copy of (?:the|your) message)|Original message follows|(?P<attached>-{2,} ?Original message|"
    r"Content-Type: (?:message/(?:partial|rfc822|global)\b|text/rfc822-headers)))",
    re.IGNORECASE | re.MULTILINE,
)
#: Stands before it in a bounce. A person who hands a bounce on puts it behind such a line as well.
_REASON = re.compile(
    r"message/(?:global-)?delivery-status|Diagnostic-Code|Final-Recipient|"
    r"\b[45]\d\d[ -](?=[a-z])|\b[45]\.\d{1,3}\.\d{1,3}\b",
    re.IGNORECASE,
)
#: A text so long is a log, which may go on behind a bounce; and so much of one tells something.
LONGEST_BOUNCE, SHORTEST_REASON = 200_000, 60
_TEXT_KEYS = (
    "msg", "message", "error", "err", "stack", "exception", "log", "MESSAGE", "detail", "reason",
    "response", "cause", "stack_trace", "stacktrace", "body",
)  # fmt: skip


def places(text: str) -> Iterator[str]:
    """The parts of the text to look at, each once, the newest first."""
    text = text[-MOST_READ:].replace("\r\n", "\n").replace("\x00", "")
    if len(text) <= LONGEST_BOUNCE:
        text = _without_returned(text)
    if len(text) <= SMALL:
        yield plain(text)
        return
    seen: set[str] = set()
    for start, end in _entries(text):
        part = _place(text, start, end)
        form = part.translate(_WITHOUT_DIGITS)
        if not part or form in seen:
            continue
        seen.add(form)
        yield plain(part)
        if len(seen) == MOST_PLACES:
            return


def _without_returned(text: str) -> str:
    reason = _REASON.search(text)
    for found in _RETURNED.finditer(text, SHORTEST_REASON):
        if found["attached"] is None or (reason is not None and reason.end() <= found.start()):
            return text[: found.start()]
    return text


def plain(text: str) -> str:
    """The text without what logs put around it: prefixes, colours, JSON."""
    text = _ANSI.sub("", text)
    text = "\n".join(_plain_line(line) for line in text.split("\n"))
    if "\\" in text:
        text = _ESCAPED.sub(_as_it_was, text)
    if _ENTITY.search(text):
        text = html.unescape(text).replace("\xa0", " ")
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "SSL" in text:
        text = _IN_GENERAL.sub("", text)
    return _BROKEN.sub(r"\1 ", text)


def _as_it_was(match: re.Match[str]) -> str:
    if match[2]:
        return chr(int(match[2], 16))
    return match[1] or "\n"  # the frames of a trace follow


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


def _entries(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of lines that may hold an error of mail, from the end, each form once."""
    seen: set[str] = set()
    end, looked = len(text), 0
    while end > 0 and looked < MOST_LINES:
        start = text.rfind("\n", 0, end) + 1
        line = text[start : min(end, start + LONGEST_PLACE)]
        stop, end = end, start - 1
        looked += 1
        form = line.translate(_WITHOUT_DIGITS)
        if form in seen:
            continue
        if len(seen) < MOST_FORMS:
            seen.add(form)
        lowered = form.lower()
        if any(needle in lowered for needle in NEEDLES):
            yield start, stop


def _place(text: str, start: int, end: int) -> str:
    """The entry around a hit: its own line and what goes on below it, the dialogue before it; ""
    where nothing in it or beside it speaks of mail."""
    head = start
    while text[head : head + 1] in (" ", "\t", "}") and start - head < LONGEST_PLACE // 2:
        before = text.rfind("\n", 0, max(head - 1, 0)) + 1
        if before >= head:
            break
        head = before
    stop = end
    for _ in range(AFTER):
        if text[stop + 1 : stop + 2] not in (" ", "\t", "}"):
            break
        found = text.find("\n", stop + 1, stop + LONGEST_PLACE // 2)
        if found < 0:
            break
        stop = found
    entry = text[head : min(stop, head + LONGEST_PLACE)]
    before = head
    for _ in range(BEFORE):
        before = text.rfind("\n", max(0, head - LONGEST_PLACE // 2), max(before - 1, 0)) + 1
        if not before:
            break
    around = text[before:head] if 0 < head - before <= LONGEST_PLACE // 2 else ""
    if re.search(_DIALOGUE, around):
        return around + entry
    if re.search(_MAIL_NEAR, entry) or re.search(_MAIL_BESIDE, around):
        return entry
    return ""
