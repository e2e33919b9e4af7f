"""Reads text of servers that is not UTF-8: which character set its bytes are most likely in.

Replies are ASCII or UTF-8 by the book (RFC 5321 §4.2, RFC 6531 §3.7.4.2); servers of all countries
write their own. Knows the shapes of these sets. Must not know replies, nor what words mean. Never
raises: what fits no set stands as `\\xNN`.
"""

import re
import unicodedata

_RUN = re.compile(rb"[\x80-\xff]+")
_LETTER = re.compile(rb"[A-Za-z]")
#: ISO 2022 switches sets by escapes and is 7-bit.
_ISO_2022 = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp"))

#: So many bytes of one text are looked at: the rest of a long one is written alike.
_MOST_LOOKED_AT = 512
#: Text in a Latin alphabet has an accent now and then.
_ACCENTS = 0.5
#: Characters of the rarer half of GB 2312 (its level 2, leads D8 to F7), beyond which a text of
#: pairs is hardly Chinese.
_RARE = 0.5


def decode(data: bytes) -> str:
    """The text, by UTF-8 where it is that, else by the set whose shape it has."""
    for escape, name in _ISO_2022:
        if escape in data:
            text = _by(name, data)
            return text if text is not None else _escaped(data)
    if data.isascii():
        return data.decode("ascii")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    found = (_by(name, data) for name in _candidates(data[:_MOST_LOOKED_AT]))
    return next((text for text in found if text is not None), _escaped(data))


def _candidates(  # branches: one test a character set, the surest first
    data: bytes,
) -> tuple[str, ...]:
    """The sets that these bytes may be in, the likeliest first."""
    runs = _RUN.findall(data)
    high = sum(map(len, runs))
    letters = len(_LETTER.findall(data))
    if all(len(run) == 1 for run in runs) or (
        high <= _ACCENTS * (letters + high) and all(len(run) <= 2 for run in runs)
    ):
        return ("cp1252",)
    if high > 5 and min(b"".join(runs)) >= 0xC0:
        return _cyrillic(data)  # a third of all second bytes in Chinese lie below
    pairs = _pairs(data)
    if pairs is None or any(trail < 0xA1 for _, trail in pairs):
        return (*_with_low_trails(pairs), *_cyrillic(data))
    leads = [lead for lead, _ in pairs if lead > 0xA3]  # below are signs
    if sum(lead in (0xA4, 0xA5) for lead in leads) > len(leads) / 4:
        return ("euc_jp",)
    if len(leads) > 3 and all(0xB0 <= lead <= 0xC8 for lead in leads):
        return ("euc_kr", "gbk")
    if sum(lead > 0xD7 for lead in leads) > _RARE * len(leads):
        return (*_cyrillic(data), "gbk")
    return ("gbk",)


def _pairs(data: bytes) -> list[tuple[int, int]] | None:
    """Every high byte with the one behind it; None where a last one has none."""
    found = []
    at = 0
    while at < len(data):
        if data[at] < 0x80:
            at += 1
            continue
        if at + 1 == len(data) or data[at + 1] < 0x40:
            return None
        found.append((data[at], data[at + 1]))
        at += 2
    return found


def _with_low_trails(pairs: list[tuple[int, int]] | None) -> tuple[str, ...]:
    """Sets in which the second byte of a pair may be a letter of ASCII."""
    if pairs is None:
        return ()
    kana = sum(lead in (0x82, 0x83) for lead, _ in pairs)
    if kana > len(pairs) / 4:
        return ("cp932",)
    if all(0xA1 <= lead <= 0xF9 for lead, _ in pairs):
        common = sum(0xA4 <= lead <= 0xC6 for lead, _ in pairs)  # level 1 of Big5
        return ("big5",) if common > len(pairs) / 2 else ()
    return ()


def _cyrillic(data: bytes) -> tuple[str, ...]:
    """Words of high bytes alone: of the two sets the one in which they are in lower case."""
    high = b"".join(_RUN.findall(data))
    upper_half = sum(byte >= 0xE0 for byte in high)
    return ("cp1251", "koi8_r") if upper_half * 2 >= len(high) else ("koi8_r", "cp1251")


def _by(name: str, data: bytes) -> str | None:
    """The text in that set, None where it is not in it or would hold more than characters."""
    try:
        text = data.decode(name)
    except (UnicodeDecodeError, ValueError):
        return None
    for character in text:
        wrong = ord(character) >= 0x80 and unicodedata.category(character) in ("Cc", "Co", "Cn")
        if wrong or character == "\x1b":
            return None
    return text


def _escaped(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
