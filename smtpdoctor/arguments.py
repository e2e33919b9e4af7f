"""What of its arguments an error may say back: a password may stand in the wrong place.

Knows the forms of arguments that are harmless. Must not know which option each was given to.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from smtpdoctor.settings.model import MASK
from smtpdoctor.text import visible

#: A word of more letters is said back only where it is near to one that the message knows.
SHORT = 5
_ENDINGS = """
cer cfg conf crt csv env example htm html ini js json jsonl log markdown md openmetrics parquet pem
php properties prom py rb sarif sh sqlite sqlite3 toml ts txt xml yaml yml
"""
_DOMAIN = r"(?:[a-z0-9-]{1,63}\.)+[a-z]{2,18}\.?"
_PLAIN = re.compile(
    r"--?[a-z][a-z-]{0,24}|"
    r"-?\d{1,5}(?:\.\d{1,3})?"
    rf"|{_DOMAIN}(?::\d{{1,5}})?|[A-Za-z][A-Za-z._-]{{0,40}}@{_DOMAIN}"
    r"|(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?|\[?[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}\]?"
    rf"|(?:[\w.-]*/)*(?:[\w.-]*\.(?:{'|'.join(_ENDINGS.split())})|\.env[\w.-]{{0,20}})"
)
_WORD = re.compile(r"-{0,2}[A-Za-z][A-Za-z-]{0,24}(?:-\d{1,2})?")
#: What stands behind it are names of ours: somebody may have typed one of them, too.
_OURS = " is none of "
#: A path of short words in small letters, at most two to a name: `../deploy/prod`, `/etc/my-ca`.
_NAME = r"(?:[a-z]{1,11}(?:[._-][a-z]{1,11})?|\d{1,4}|\.{1,2}|~)"
_PATH = re.compile(rf"/?(?:{_NAME}/)+{_NAME}?|/{_NAME}")
#: So many letters without a vowel are no word of a language.
_NO_WORD = re.compile(r"[^aeiouy\W\d_]{5}")
#: A set-up of the folder, which the user has to pick from: nobody typed it.
_SETUP = re.compile(
    r"[a-z][a-z-]{0,24} (?:[\w.-]+/)*"
    r"(?:[\w-][\w.-]{0,60}\.[a-z]{1,12}|\.env[\w.-]{0,20})(?::\d{1,6})?"
)


def texts_of(values: Iterable[object]) -> Iterator[str]:
    """The texts among a function's arguments, and in its lists."""
    for value in values:
        if isinstance(value, list | tuple):
            yield from texts_of(value)
        elif isinstance(value, str | Path):
            yield str(value)


def without_values(message: str, arguments: Iterable[str]) -> str:
    """The words of an error, what was given masked in them where it is not plainly harmless."""
    arguments = list(arguments)
    words, ours, names = message.partition(_OURS)
    if not ours or any(_OURS.strip() in argument for argument in arguments):
        return _masked(message, message, arguments)
    return _masked(words, message, arguments) + ours + names


def _masked(words: str, message: str, arguments: Iterable[str]) -> str:
    """Those words of the message without what was given."""
    given = sorted({*_pieces(arguments)}, key=len, reverse=True)
    for text in given:
        if text in words and not _is_plain(text, message):
            whole = re.sub(r"[- ]", "", text).isalpha()  # a word is no part of another
            bounds = (r"(?<![\w-])", r"(?![\w-])") if whole else ("", "")
            words = re.sub(re.escape(text).join(bounds), MASK, words)

    def shown(found: re.Match[str]) -> str:
        text = found[2]
        harmless = len(text) < 2 or MASK in text or _is_plain(text, message)
        harmless = harmless or bool(_SETUP.fullmatch(text))
        return found[0] if harmless else f"{found[1]}{MASK}{found[3]}"

    # also in another spelling than it was typed in: escaped, decoded
    words = re.sub(r"('|“)([^'“”]*)('|”)", shown, words)
    return re.sub(r"(argument(?:s|\(s\))? \()(.*)(\))", shown, words)


def with_its_option(message: str, arguments: Sequence[str]) -> str:
    """The same of an error of the command line; one that begins with what is not said back begins
    with the option that it was given to: else nobody could tell which of them is meant."""
    words = without_values(message, arguments)
    if not words.startswith(MASK):
        return words
    before = ""
    for argument in arguments:
        option, equals, value = argument.partition("=")
        if equals and option.startswith("--") and value and message.startswith(value):
            return f"{option} {words}"
        if before.startswith("--") and argument and message.startswith(argument):
            return f"{before} {words}"
        before = argument
    return words


def _pieces(arguments: Iterable[str]) -> Iterator[str]:
    """What was given, and its parts: a message may have a part of it only."""
    for given in arguments:
        argument = given
        before, _, value = given.partition("=")
        if value and _is_harmless(value):
            argument, value = "" if before in value else before, ""
        texts = (argument, value, visible(argument), f"{argument!r}"[1:-1])
        for text in texts if not _is_harmless(argument) else ():
            if len(text) > 1:
                yield text
            parts = re.split(r"[\s:/@=,?&]+", text)
            yield from (part for part in parts if len(part) > SHORT)


def _is_harmless(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None or _is_path(text)


def _is_path(text: str) -> bool:
    return _PATH.fullmatch(text) is not None and _NO_WORD.search(text) is None


def _is_plain(text: str, message: str) -> bool:
    if _is_harmless(text):
        return True
    if not _WORD.fullmatch(text):
        return False
    word = text.lstrip("-").lower()
    known = set(re.findall(r"[a-z][a-z\d-]+", message.lower())) - {word, text.lower()}
    near = any(word in each for each in known)
    return len(word) <= SHORT or near or bool(difflib.get_close_matches(word, known, 1, 0.7))
