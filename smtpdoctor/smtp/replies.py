"""Reads what a server says: replies out of bytes, and which protocol some first bytes speak.

Knows the reply grammar of RFC 5321 §4.2 and how servers break it. Never raises on what a server
says: what is odd is kept as bytes and named. Must not know sockets, commands or what a reply means.
"""

import re
from enum import StrEnum
from typing import Literal

import msgspec

from smtpdoctor.smtp.charsets import decode

RFC_LINE_LIMIT = 512  # RFC 5321 §4.5.3.1.5: octets of a reply line, its CRLF included
MAX_LINE = 4096
MAX_LINES = 1024
MAX_REPLY = 64 * 1024


class Oddity(StrEnum):
    """What was unusual about a reply; the closed set of names in `Reply.oddities`."""

    NOT_A_REPLY = "not-a-reply"  # no three-digit code at the start
    CODE_OUT_OF_RANGE = "code-out-of-range"  # RFC 5321 §4.2: 2xx to 5xx, second digit 0 to 5
    CODE_MISMATCH = "code-mismatch"  # RFC 5321 §4.2.1: one code in every line
    NO_SPACE = "no-space"  # the code runs straight into text
    LINE_WITHOUT_CODE = "line-without-code"  # in the middle of a multi-line reply
    BLANK_LINE = "blank-line"
    BARE_LF = "bare-lf"
    BARE_CR = "bare-cr"
    NON_ASCII = "non-ascii"
    CONTROL_CHARACTERS = "control-characters"
    LINE_TOO_LONG = "line-too-long"  # longer than RFC_LINE_LIMIT
    TOO_MANY_LINES = "too-many-lines"  # more than MAX_LINES, the rest was dropped
    TRUNCATED = "truncated"  # a line over MAX_LINE or a reply over MAX_REPLY lost its rest
    INCOMPLETE_AT_CLOSE = "incomplete-at-close"  # the connection ended before the reply did


# RFC 3463 §2, at the start of the text as RFC 2034 §4 puts it
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


class Reply(msgspec.Struct, frozen=True):
    """One SMTP reply, or one line that is none.

    code: 100 to 999, of the last line; 0 where the bytes are no reply at all.
    lines: the text after code and separator, one per line; of what is not UTF-8 the character set
        is told by its shape, and bytes of none stand as `\\xNN`; control characters as they came.
    raw: the bytes as they came, at most `MAX_REPLY` and a line; without what was dropped.
    oddities: names from `Oddity`, each once, in the order of that enumeration.
    """

    code: int
    lines: tuple[str, ...]
    raw: bytes
    oddities: tuple[str, ...] = ()

    @property
    def enhanced(self) -> str | None:
        """The enhanced status code, such as "5.7.8", of the last line that has one."""
        for line in reversed(self.lines):
            if match := _ENHANCED.match(line):
                return match[1]
        return None

    @property
    def text(self) -> str:
        """All lines, joined by a line feed."""
        return "\n".join(self.lines)

    @property
    def last(self) -> str:
        """The last line; some servers (IONOS) give the reason only there."""
        return self.lines[-1] if self.lines else ""

    @property
    def telling(self) -> str:
        """The lines that say why, in one: without links and the words that RFC 5321 gives a code.

        Where nothing else is left, the last line. The enhanced status code stands once.
        """
        lines = [re.sub(rf"^{_ENHANCED.pattern}\s*", "", line).strip() for line in self.lines]
        kept = [line for line in lines if line and not _says_nothing(line)]
        if not kept:
            return self.last
        status = self.enhanced
        return " ".join((*((status,) if status else ()), *kept))

    @property
    def first_code(self) -> int:
        """The code of the first line that has one: RFC 5321 §4.2.1 wants the same in all."""
        found = re.search(rb"^[1-9]\d\d", self.raw, re.MULTILINE)
        return int(found[0]) if self.code and found else self.code

    @property
    def category(self) -> int:
        """The first digit of the code: 2 done, 3 go on, 4 later, 5 no; 0 where it is no reply."""
        return self.code // 100


#: RFC 5321 §4.2.3's texts, which stand before the reason in replies of several lines.
_OF_THE_CODE = re.compile(
    r"(requested (mail )?action (not taken|aborted)[:,]? ?(mailbox unavailable|local error in "
    r"processing)?|transaction failed|no smtp service|service (not available|unavailable)"
    r"|delivery not authorized, message refused)[\s.,;:!]*",
    re.IGNORECASE,
)
#: Where more is to be read: a link, with a few words before it and a server's own ids behind.
_LINK = re.compile(
    r"(for (more |further )?(explanation|information|details|help|instructions)|please (see|visit)"
    r"|see|visit|more (info|information|details)|learn more|info)?[\w ,:;()<-]{0,24}"
    r"https?\b(://)?\s*\S.*",
    re.IGNORECASE,
)


def _says_nothing(line: str) -> bool:
    link = _LINK.fullmatch(line)
    return _OF_THE_CODE.fullmatch(line) is not None or (
        link is not None and " log in" not in line.lower()
    )


_REPLY_LINE = re.compile(rb"([1-9]\d\d)(?:([ -])|$|(?=\D))", re.DOTALL)
_VALID_CODE = re.compile(rb"[2-5][0-5]\d")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class ReplyReader:
    """Bytes in, replies out, however the bytes are cut.

    Holds at most one incomplete reply, bounded by `MAX_LINE`, `MAX_LINES` and `MAX_REPLY`. A
    multi-line reply that passes a bound is given out at once, marked, and its rest is dropped.
    """

    def __init__(self) -> None:
        self._skipping = False  # the rest of a reply that passed a bound
        self._start_line()
        self._start_reply()

    def _start_line(self) -> None:
        self._line = bytearray()  # the current line so far, at most MAX_LINE
        self._line_dropped = False
        self._line_ends_with_cr = False

    def _start_reply(self) -> None:
        self._raw = bytearray()
        self._lines: list[str] = []
        self._line_count = 0  # blank lines too
        self._codes: list[int] = []
        self._oddities: set[Oddity] = set()

    @property
    def pending(self) -> bytes:
        """Bytes of no complete reply yet. After the 220 to STARTTLS there must be none."""
        return bytes(self._raw + self._line)

    def take_pending(self) -> bytes:
        """Gives the pending bytes and starts afresh."""
        pending = self.pending
        self._skipping = False
        self._start_line()
        self._start_reply()
        return pending

    def feed(self, data: bytes) -> list[Reply]:
        """Takes bytes from the server; gives the replies that they complete, often none."""
        replies = []
        *ended, rest = data.split(b"\n")
        for part in ended:
            self._extend_line(part)
            if reply := self._end_line():
                replies.append(reply)
        self._extend_line(rest)
        return replies

    def close(self) -> Reply | None:
        """The connection ended: what is left as one incomplete reply, None where nothing is."""
        if self._skipping:
            self.take_pending()
            return None
        if self._line:
            self._take_line(terminator=b"")
        if not self._raw:
            return None
        self._oddities.add(Oddity.INCOMPLETE_AT_CLOSE)
        return self._end_reply()

    def _extend_line(self, part: bytes) -> None:
        if not part:
            return
        room = MAX_LINE - len(self._line)
        self._line += part[:room]
        self._line_dropped = self._line_dropped or len(part) > room
        self._line_ends_with_cr = part.endswith(b"\r")

    def _end_line(self) -> Reply | None:
        """The current line got its LF."""
        if self._skipping:
            match = _REPLY_LINE.match(self._line.rstrip(b"\r"))
            self._skipping = not (match and match[2] != b"-")
            self._start_line()
            return None
        complete = self._take_line(terminator=b"\n")
        if complete:
            return self._end_reply()
        if self._line_count >= MAX_LINES:
            self._oddities.add(Oddity.TOO_MANY_LINES)
        elif len(self._raw) >= MAX_REPLY:
            self._oddities.add(Oddity.TRUNCATED)
        else:
            return None
        self._skipping = bool(self._codes)
        return self._end_reply()

    def _take_line(self, terminator: bytes) -> bool:
        """Moves the current line into the reply; tells whether it completes the reply."""
        line = bytes(self._line)
        if self._line_dropped:
            self._oddities.add(Oddity.TRUNCATED)
            if self._line_ends_with_cr:
                line = line[:-1] + b"\r"
        self._note_oddities(line, terminator)
        self._start_line()
        self._raw += line + terminator
        self._line_count += 1

        text = line.rstrip(b"\r")
        if not text:
            self._oddities.add(Oddity.BLANK_LINE)
            return False
        match = _REPLY_LINE.match(text)
        if not match:
            self._lines.append(decode(text))
            if self._codes:
                self._oddities.add(Oddity.LINE_WITHOUT_CODE)
                return False
            return True
        self._codes.append(int(match[1]))
        self._lines.append(decode(text[match.end() :]))
        if not _VALID_CODE.fullmatch(match[1]):
            self._oddities.add(Oddity.CODE_OUT_OF_RANGE)
        # RFC 5321 §4.2: a code alone, without the blank, is to be accepted
        if match[2] is None and len(text) > 3:
            self._oddities.add(Oddity.NO_SPACE)
        return match[2] != b"-"

    def _note_oddities(self, line: bytes, terminator: bytes) -> None:
        """What is wrong with the line's form, whatever it says."""
        if len(line) + len(terminator) > RFC_LINE_LIMIT:
            self._oddities.add(Oddity.LINE_TOO_LONG)
        if terminator and not self._line_ends_with_cr:
            self._oddities.add(Oddity.BARE_LF)
        text = line.rstrip(b"\r")
        if b"\r" in text or len(line) - len(text) > (1 if terminator else 0):
            self._oddities.add(Oddity.BARE_CR)
        if not text.isascii():
            self._oddities.add(Oddity.NON_ASCII)
        if _CONTROL.search(text):
            self._oddities.add(Oddity.CONTROL_CHARACTERS)

    def _end_reply(self) -> Reply:
        if not self._codes:
            self._oddities.add(Oddity.NOT_A_REPLY)
        elif len(set(self._codes)) > 1:
            self._oddities.add(Oddity.CODE_MISMATCH)
        reply = Reply(
            code=self._codes[-1] if self._codes else 0,
            lines=tuple(self._lines),
            raw=bytes(self._raw),
            oddities=tuple(oddity.value for oddity in Oddity if oddity in self._oddities),
        )
        self._start_reply()
        return reply


def looks_like_tls(data: bytes) -> bool:
    """Whether the bytes start a TLS record that a server may send first: a handshake or an alert.

    RFC 8446 §5.1 and appendix D: content type 22 or 21, version 3.0 to 3.4. Needs three bytes.
    """
    return len(data) >= 3 and data[0] in (0x16, 0x15) and data[1] == 3 and data[2] <= 4


def looks_like_http(data: bytes) -> bool:
    """Whether the bytes start an HTTP/1 response."""
    return data.startswith(b"HTTP/")


Protocol = Literal[
    "smtp", "tls", "http", "ssh", "imap", "pop3", "ftp", "html", "binary", "empty", "unknown"
]

_SMTP_LINE = re.compile(rb"[2-5][0-5]\d(?:[ -]|\r?\n)")
_SMTP_BEGUN = re.compile(rb"[2-5](?:[0-5]\d?)?")  # the first digits of a code that drips in
_NEWS_GREETING = re.compile(rb"20[01][ -]")  # RFC 3977 §5.1; SMTP has neither code as a greeting
# An FTP server by its own word; a host name such as ftp.example.com does not count.
_FTP_WORD = re.compile(
    rb"(?i)vsftpd|proftpd|pure-ftpd|filezilla server|(?<![\w.-])ftp(?![\w-]|\.\w)"
)
_HTML = re.compile(rb"(?i)\s*<(?:!doctype html|html|head|body)\b")


def describe_bytes(data: bytes) -> Protocol:
    """The protocol that a server's first bytes speak; "unknown" for text that no rule names."""
    if not data:
        return "empty"
    if looks_like_tls(data):
        return "tls"
    if looks_like_http(data):
        return "http"
    if data.startswith(b"SSH-"):  # RFC 4253 §4.2
        return "ssh"
    if data.startswith((b"* OK", b"* PREAUTH", b"* BYE")):  # RFC 9051 §7.1
        return "imap"
    if data.startswith((b"+OK", b"-ERR")):  # RFC 1939 §3
        return "pop3"
    if _HTML.match(data):
        return "html"
    if _SMTP_LINE.match(data) and not _NEWS_GREETING.match(data):
        if data.startswith(b"220") and _FTP_WORD.search(data) and b"smtp" not in data.lower():
            return "ftp"
        return "smtp"
    if _SMTP_BEGUN.fullmatch(data):
        return "smtp"
    return "binary" if _CONTROL.search(data) else "unknown"
