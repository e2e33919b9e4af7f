"""Cuts secrets out of texts, by what the texts decode to (docs/decisions/0015-redaction.md).

Knows encodings, the run's secrets, and words that everybody knows. Must not know commands, nor
what a text means. Nothing in here raises on what a text holds, and all of it is linear in it.
"""

from __future__ import annotations

import binascii
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property

#: A secret of fewer bytes is looked for as a word of its own only: as a part of others it is in
#: every text. So many bytes of a longer one in a row are a part of it.
SHORT = 4
#: So many letters and digits of a secret in their order tell something, whatever stands between.
SPREAD = 6
#: Of a longer text from a server that knows the secret only public words are shown, unlooked at.
MOST_LOOKED_AT = 16 * 1024
#: So many words that come again are each left out once.
MOST_REPEATED = 8

_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_HEX = re.compile(rb"[^0-9A-Fa-f]+")
_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|([0-7]{3})|(.))", re.DOTALL
)

#: What looks as if it stood for something else: escapes, and runs that no word of a language and
#: no short number is.
_ENCODED = re.compile(
    r"%[0-9A-Fa-f]{2}|=[0-9A-F]{2}|&#|\\[ux0-7]|=\s*$"
    r"|(?=[A-Za-z]*[0-9])[A-Za-z0-9+/_=]{8,}"
    r"|[A-Za-z0-9+/_]*[a-z][A-Z][A-Za-z0-9+/_=]{6,}|[A-Za-z0-9]*[a-z][A-Z]{2,}[A-Za-z0-9]{2,}",
    re.MULTILINE,
)
_TOKEN = re.compile(r"[^\W_]+")
#: Scripts that have no blanks end their sentences so, and a run of characters with them.
_FULL_STOPS = "。，、！？：；"
_RUN = re.compile(rf"[^\s{_FULL_STOPS}]+[{_FULL_STOPS}]?|[{_FULL_STOPS}]")
#: What prose sets before a word and behind it.
_PROSE = re.compile(rf"([(<\['\"`#]{{0,2}})(.*?)([.,:;!?)>\]'\"{_FULL_STOPS}]{{0,3}})", re.DOTALL)
_URL = re.compile(r"https?://\S+")
#: Numbers as replies have them: at a line's start the code and the status (RFC 3463 §2);
#: an address, a short one by itself, the limit of RFC 1870. A row of others may be the bytes of
#: something.
_STATUS = r"[245]\.[0-7]\.\d{1,3}(?=\s|$)"
_STARTS_LINE = re.compile(rf"[2-5]\d\d(?:-|(?=\s|$))(?:[ \t]?{_STATUS})?|{_STATUS}", re.ASCII)
_NUMBER = re.compile(r"\d+", re.ASCII)
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)
_MOST_DIGITS = 3
#: Of a limit of RFC 1870 §3, at most.
_MOST_DIGITS_OF_A_LIMIT = 20
#: Beside a number what may be of the same row: other digits, a byte in hexadecimal.
_ROW_BEFORE = re.compile(r"\d\W{0,2}$|^[0-9A-Fa-f]{2}$")
_ROW_BEHIND = re.compile(r"\W{0,2}\d|[0-9A-Fa-f]{2}$")
#: What a device on the way has left: a masked word of an EHLO reply, a masked greeting.
_OVERWRITTEN = re.compile(r"X{3,}[A-Z]?")
_OVERWRITTEN_LINE = re.compile(r"(?=[^*]*\*)[*02 ]{3,}\s*")
_LEFT_OUT = "…"
#: What a terminal does not show, and takes a command for (ECMA-48 §5.4), stands between nothing.
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[@-~]|\\x1b\[[0-9;?]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")
_BYTE = re.compile(r"(?<![\w.])[0-9]{2,3}(?![\w.]*\w)", re.ASCII)


class Redactor:
    """What is secret in one run, and how a text is shown without it.

    `cut` is for texts of our own and of others who do not know the secret; `quotable` and `public`
    are for what a server says. Before a secret is added every text is as it was.
    """

    def __init__(self, mask: str) -> None:
        self._mask = mask
        self._secrets: set[bytes] = set()  # looked for, decoded or not
        self._fragments: set[bytes] = set()
        self._spread: set[bytes] = set()  # with and without their signs, from either end
        self._heard = (b"", b"", b"")  # the last pieces that servers said
        self._found_spread = False
        self._messages: set[bytes] = set()  # of the login: secret as a whole
        self._public: set[str] = set()
        self._dictionary: Callable[[str], bool] = frozenset[str]().__contains__
        self._told = False

    def add(self, *secrets: str | bytes) -> None:
        """Add secrets; blank ones are ignored."""
        for secret in secrets:
            for form in _spellings(secret):
                self._secrets.add(form)
                if len(form) >= SHORT:
                    self._fragments.update(_windows(form.lower()))
                    self._fragments.update(_windows(_closed_up(form.lower())))
                    self._fragments.update(_windows(_letters(form.lower())))
                    self._add_spread(form)
            if len(secret) >= SPREAD:
                for form in _spellings(secret[::-1]):
                    self._secrets.add(form)
                    self._add_spread(form)
        self.__dict__.pop("_distinctive", None)

    def _add_spread(self, form: bytes) -> None:
        for text in (form.lower(), _letters(form.lower())):
            self._spread.update(_windows(text, SPREAD))

    def add_message(self, *messages: bytes) -> None:
        """Add what a login sent or was sent; parts of it, such as a user name, are no secret."""
        self._messages.update(message for message in messages if len(message) >= 2 * SHORT)
        self.__dict__.pop("_distinctive", None)

    @property
    def knows_secrets(self) -> bool:
        """Whether anything was added that is to be cut."""
        return bool(self._secrets or self._messages)

    def know(self, *texts: str, dictionary: Callable[[str], bool] | None = None) -> None:
        """Take these texts of the run (host, sender) for public, and the dictionary's words, which
        it is asked about one by one, in lower case."""
        self._public.update(word.lower() for text in texts for word in _TOKEN.findall(text))
        self._public.update(text.lower() for text in texts if text)
        if dictionary is not None:
            self._dictionary = dictionary
        self.__dict__.pop("_distinctive", None)

    def tell(self) -> None:
        """From now on servers may know the secret, and say parts of it."""
        self._told = True

    @property
    def longest(self) -> int:
        """The length of the longest secret in the longest encoding, in characters."""
        longest = max(map(len, self._secrets | self._messages), default=0)
        return longest * len("\\u0000")

    @cached_property
    def _distinctive(self) -> frozenset[bytes]:
        """Secrets that stand nowhere by chance. A common word is left where it stands: a hole
        would tell it, and what is judged would change."""
        return frozenset(
            form
            for form in self._secrets | self._messages
            if len(form) >= SHORT
            if not self._is_public(form.decode("utf-8", "replace").strip())
        )

    def _is_public(self, word: str) -> bool:
        word = word.lower()
        return word in self._public or self._dictionary(word)

    # --- texts of our own, and of others who do not know the secret ---------------------------

    def cut(self, text: str) -> str:
        """The text with every run of characters masked that holds a secret, decoded or not."""
        if not self._holds_whole(text):
            return text
        for secret in sorted(self._distinctive, key=len, reverse=True):
            for how in ("surrogateescape", "backslashreplace"):
                text = text.replace(secret.decode("utf-8", how), self._mask)
        parts = re.split(r"(\s+)", text)
        text = "".join(self._mask if self._holds_whole(part) else part for part in parts)
        return self._mask if self._holds_whole(text) else text

    def cut_bytes(self, data: bytes) -> bytes:
        """The same for bytes."""
        cut = self.cut(data.decode("utf-8", "surrogateescape"))
        return cut.encode("utf-8", "surrogateescape")

    def _holds_whole(self, text: str) -> bool:
        secrets = self._distinctive
        if not secrets or len(text) < SHORT:
            return False
        lowered = {secret.lower() for secret in secrets}
        return any(
            secret in view
            for view in _views(text)
            for secret in lowered
            if len(secret) <= len(view)
        )

    # --- what a server says -------------------------------------------------------------------

    def quotable(self, text: str) -> bool:
        """Whether a text from a server can be shown as it stands.

        Before the login it can't with a whole secret in it; after it also not with four bytes of
        one in a row, or with anything that looks encoded.
        """
        if not self._secrets:
            return True
        if not self._told:
            return not self._holds_whole(text) and not self._holds_short(text)
        return (
            len(text) <= MOST_LOOKED_AT
            and _ENCODED.search(self._without_public(text)) is None
            and not self._is_spread(text)
            and not self._holds_short(text)
            and not any(
                not self._fragments.isdisjoint(_windows(form))
                for view in _views(text)
                for form in (view, _letters(view))
            )
        )

    def _holds_short(self, text: str) -> bool:
        """Whether a secret of few bytes stands there as a word of its own, decoded or not."""
        words = [secret for secret in self._secrets if len(secret) < SHORT]
        words = [word for word in words if not self._is_public(word.decode("utf-8", "replace"))]
        return bool(words) and any(
            re.search(rb"(?<![0-9a-z])%s(?![0-9a-z])" % re.escape(word.lower()), view)
            for view in (*_views(text), *(_decoded(token) for token in text.split()))
            for word in words
        )

    def _without_public(self, text: str) -> str:
        return _TOKEN.sub(lambda match: "" if self._is_public(match[0]) else match[0], text)

    def follow(self, text: str) -> None:
        """Remember what a server that may know the secret said: it may say the rest of it next.

        Of one that has begun to tell it so, nothing is quoted in this run any more.
        """
        if self._told:
            rows = self._continued(text)
            self._found_spread = self._is_spread(text, rows)
            every, short, codes = rows
            self._heard = every[1 - SPREAD :], short[1 - SPREAD :], codes[1 - SPREAD :]

    def _is_spread(self, text: str, said: tuple[bytes, ...] = ()) -> bool:
        """Whether a secret is told piece by piece: a letter a line, some in each reply, as the
        numbers of its bytes, with words that everybody knows, or that come again and again,
        between them. `said` is what `_continued` made of the text, where that is known."""
        if self._found_spread:
            return True
        rows = (*(said or self._continued(text)), wire_bytes(text.lower()))
        rows = (*rows, *self._without_repeated(text))
        return any(not self._spread.isdisjoint(_windows(row, SPREAD)) for row in rows)

    def _is_piece(self, token: str) -> bool:
        """Whether it may be one of a secret: no word that everybody knows, turned round or not."""
        known = self._is_public(token) or self._is_public(token[::-1])
        return len(token) < 2 or token.isdigit() or not known

    def _without_repeated(self, text: str) -> Iterator[bytes]:
        """The letters and digits of the pieces without one that comes again, and without all of
        those: what stands between a secret's pieces does, though its own pieces may, too."""
        tokens = _TOKEN.findall(_CONTROL.sub("", text[:MOST_LOOKED_AT]))
        pieces = [token.lower() for token in tokens if self._is_piece(token)]
        again = {token for token, times in Counter(pieces).most_common(MOST_REPEATED) if times > 1}
        for left_out in (*({token} for token in again), again) if again else ():
            kept = "".join(piece for piece in pieces if piece not in left_out)
            yield _letters(wire_bytes(kept))

    def _continued(self, text: str) -> tuple[bytes, bytes, bytes]:
        """What of a text is no word that everybody knows, closed up behind what was said before:
        its letters and digits; those of short pieces alone; and the bytes whose numbers stand
        there. Codes and statuses at a line's start are none of it."""
        lines = (_STARTS_LINE.sub("", line, count=1) for line in text[:MOST_LOOKED_AT].split("\n"))
        bare = _CONTROL.sub("", "\n".join(lines))
        pieces = [wire_bytes(token) for token in filter(self._is_piece, _TOKEN.findall(bare))]
        every, short = (
            _letters(b"".join(piece for piece in pieces if len(piece) <= most).lower())
            for most in (MOST_LOOKED_AT, SHORT)
        )
        codes = bytes(int(number) for number in _BYTE.findall(bare) if int(number) < 256).lower()
        before = self._heard
        return before[0] + every, before[1] + short, before[2] + codes

    def public(self, text: str) -> str:
        """The words of the text that everybody knows, and short numbers, in their order.

        A run of characters without blanks is known as a whole or not shown: of "=A/000" every
        piece is known by itself, and six characters of a secret may stand in it. So what is left
        out does not depend on the secret, and tells nothing; but that no word of a whole one is
        shown, and neither letters nor numbers by themselves where one is told piece by piece.
        """
        secret = self._places_of_secrets(text)
        spread = self._told and self._is_spread(text)
        shown: list[str] = []
        place = 0
        for line in text.split("\n"):
            shown.append(self._public_line(line, place, secret, spread))
            place += len(line) + 1
        found = "\n".join(shown)
        return _LEFT_OUT if self._holds_whole(found) else found

    def _public_line(self, line: str, place: int, secret: set[int], spread: bool) -> str:
        starts = _STARTS_LINE.match(line)
        end = starts.end() if starts else 0
        if _OVERWRITTEN_LINE.fullmatch(line, end):
            return line
        runs = list(_RUN.finditer(line[end:]))
        words = ["", *(run[0] for run in runs), ""]
        shown = [line[:end]]
        for run, before, word, behind in zip(runs, words, words[1:], words[2:], strict=False):
            places = range(place + end + run.start(), place + end + run.end())
            known = secret.isdisjoint(places) and self._is_known(word, before, behind)
            known = known and not (spread and all(map(self._is_piece, _TOKEN.findall(word))))
            shown.append(" " if shown[-1] and run.start() else "")
            shown.append(word if known else _LEFT_OUT)
        return re.sub(rf"{_LEFT_OUT}(?: {_LEFT_OUT})+", _LEFT_OUT, "".join(shown))

    def _is_known(self, word: str, before: str, behind: str) -> bool:
        """Whether everybody knows a run of characters that stands between these others."""
        if _OVERWRITTEN.fullmatch(word):
            return True
        if before == "SIZE" and _NUMBER.fullmatch(word):
            return _is_round(word)
        prose = _PROSE.fullmatch(word)
        core = prose[2] if prose else word
        if _NUMBER.fullmatch(core):
            in_a_row = _ROW_BEFORE.search(before) or _ROW_BEHIND.match(behind)
            return len(core) <= _MOST_DIGITS and not in_a_row
        if _URL.fullmatch(core):
            return all(map(self._is_public, _TOKEN.findall(core)))
        return self._is_public(core) or _ADDRESS.fullmatch(core) is not None

    def _places_of_secrets(self, text: str) -> set[int]:
        """Where whole secrets stand, in one line or over several, which no chance brings about:
        of "^parameter", when it is the password, the common word is not shown."""
        return {
            place
            for form in self._distinctive
            for match in re.finditer(_over_lines(form), text, re.IGNORECASE)
            for place in range(match.start(), match.end())
        }


def _is_round(number: str) -> bool:
    """Whether a number of bytes is a short one of KiB, thousands, or multiples of these, as limits
    are: it then says no more than any short number, whatever the secret is."""
    if len(number) > _MOST_DIGITS_OF_A_LIMIT:
        return False
    rest = int(number)
    while rest and (unit := next((unit for unit in (1024, 1000) if not rest % unit), 0)):
        rest //= unit
    return len(str(rest)) <= _MOST_DIGITS


def _over_lines(form: bytes) -> str:
    """A pattern for the characters of a secret, wherever a line ends between them."""
    text = form.decode("utf-8", "backslashreplace")
    return r"\s*".join(map(re.escape, re.sub(r"\s+", "", text)))


def wire_bytes(text: str) -> bytes:
    """The text as UTF-8; bytes of the environment that are none as they came."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # surrogates that stand for no byte
        return text.encode("utf-8", "surrogatepass")


def _spellings(secret: str | bytes) -> Iterator[bytes]:
    """One secret as bytes in the ways in which others may write its characters.

    UTF-8 composed and not and in either case, Latin-1, UTF-16 (that of ASCII is told by its NULs),
    cut into lines, and without what a server takes for a slip.
    """
    import unicodedata

    raw = secret if isinstance(secret, bytes) else wire_bytes(secret)
    text = raw.decode("utf-8", "surrogateescape")
    for part in (text, *text.splitlines(), text.strip(), text.strip().strip("\"'")):
        forms = {wire_bytes(part)}
        if not part.isascii():
            for cased in (part, part.upper(), part.lower()):
                for form in ("NFC", "NFD"):
                    normal = unicodedata.normalize(form, cased)
                    forms.add(wire_bytes(normal))
                    forms.add(normal.encode("latin-1", "ignore"))
                    # what takes UTF-8 for Latin-1, and sends that as UTF-8
                    forms.add(wire_bytes(normal).decode("latin-1").encode())
                forms.update(cased.encode(of, "surrogatepass") for of in ("utf-16-le", "utf-16-be"))
        yield from (form for form in forms if form.strip() and len(form) >= len(part) // 2)


def _windows(data: bytes, size: int = SHORT) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(len(data) - size + 1))


def _closed_up(data: bytes) -> bytes:
    """Without blanks, line ends and NULs: what stands over two lines, or is UTF-16."""
    return re.sub(rb"[\s\0]+", b"", data)


def _letters(data: bytes) -> bytes:
    """The letters and digits alone: what is spelled out, "g-e-h-e-i-m", is read, too."""
    return re.sub(rb"[^0-9a-z\x80-\xff]+", b"", data)


def _views(text: str) -> Iterator[bytes]:
    """The text as lower-case bytes, as it stands and as every decoding reads it.

    A decoding is not told where it begins: base64 is read at each of its four alignments, hex at
    both. Characters that are none of its alphabet are passed over, so that what stands on two
    lines, in quotes or behind a wrong padding is read too.
    """
    for plain in _unescaped(text):
        yield plain.lower()
        if b"\\" in plain or re.search(rb"[\s\0]", plain):
            yield _closed_up(plain).lower()
        for decoded in _decodings(plain):
            yield decoded.lower()
            if b"\0" in decoded:
                yield decoded.replace(b"\0", b"").lower()


def _unescaped(text: str) -> list[bytes]:
    """The text as bytes, and without the escapes of HTML, JSON, URLs and quoted-printable."""
    raw = wire_bytes(text)
    found = [raw]
    if "\\" in text:
        pairs = _ESCAPE.sub(_escaped, text).encode("utf-16-le", "surrogatepass")
        found.append(pairs.decode("utf-16-le", "replace").encode())
        found.append(re.sub(rb"\\x([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), raw))
    if "&" in text:
        from html import unescape

        found.append(wire_bytes(unescape(text)))
    if "%" in text or "+" in text:
        from urllib.parse import unquote_to_bytes

        once = unquote_to_bytes(raw.replace(b"+", b" "))
        found += [once, unquote_to_bytes(once), unquote_to_bytes(raw)]
    if "=" in text:
        found.append(binascii.a2b_qp(re.sub(rb"=[ \t]*\r?\n", b"", raw)))
    if not text.isascii():
        import unicodedata

        found.append(wire_bytes(unicodedata.normalize("NFC", text)))
        # other letters of the same looks (wide, circled, bold), and what can't be seen between them
        seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
        found.append(wire_bytes(unicodedata.normalize("NFKC", seen)))
    return list(dict.fromkeys(found))


def _escaped(match: re.Match[str]) -> str:
    *hexadecimal, octal, letter = match.groups()
    if digits := "".join(filter(None, hexadecimal)):
        code = int(digits, 16)
        return chr(code) if code < 0x110000 else ""
    if octal:
        return chr(int(octal, 8) & 0xFF)
    return {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}.get(letter, letter)


def _decodings(data: bytes) -> Iterator[bytes]:
    """The bytes read as base64, also in the alphabet for URLs, and as hexadecimal digits."""
    for alphabet in {data.replace(b"-", b"+").replace(b"_", b"/"), data.replace(b"-", b"")}:
        letters = _BASE64.sub(b"", alphabet)
        for start in range(min(4, len(letters))):
            part = letters[start:]
            yield binascii.a2b_base64(_padded(part))
    digits = _HEX.sub(b"", data.lower().replace(b"0x", b"").replace(b"\\x", b""))
    for start in (0, 1):
        part = digits[start:]
        if len(part) > 1:
            yield bytes.fromhex(part[: len(part) // 2 * 2].decode())


def _padded(letters: bytes) -> bytes:
    """Base64 that ends anywhere; a last letter by itself is no byte."""
    whole = letters[:-1] if len(letters) % 4 == 1 else letters
    return whole + b"=" * (-len(whole) % 4)


def _decoded(token: str) -> bytes:
    """One token of its own as base64, b"" where it is none."""
    letters = _BASE64.sub(b"", token.encode("utf-8", "replace"))
    return binascii.a2b_base64(_padded(letters)).lower()
