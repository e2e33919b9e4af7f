"""Nothing that decodes to a secret is shown, no hole tells one, and no verdict depends on one."""

from __future__ import annotations

import base64
import html
import json
import quopri
import re
import string
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpdoctor import knowledge
from smtpdoctor.observations import Redactor

from ..knowledge.test_replies import GENERAL, OWN

MASK = "••••••"
PUBLIC = knowledge.public_words()
OF_THE_RUN = ("smtp.example.com", "info@example.com")
LETTERS = st.sampled_from(string.ascii_letters + string.digits + string.punctuation + "äöüé€")
#: What everybody knows, put together to what nobody does.
PIECES = st.one_of(
    st.sampled_from(sorted(word for word in PUBLIC if word.isalpha() and len(word) < 9)),
    st.integers(0, 999).map(str),
    st.sampled_from(string.punctuation),
)
PASSWORDS = st.one_of(
    st.text(LETTERS, min_size=8, max_size=40),
    st.lists(PIECES, min_size=3, max_size=9).map("".join),
).filter(lambda text: 8 <= len(text) <= 40 and text.lower() not in {*PUBLIC, *OF_THE_RUN})


def is_known(part: str) -> bool:
    """Whether it is of words that everybody knows and short numbers, each between blanks.

    Nothing is known for what it is put together from: "=A/000" is not.
    """
    return all(
        (run.isdigit() and len(run) < 4)
        or set(run) in ({"X"}, {"*"})  # what a device on the way overwrites with
        or any(run.lower() in word for word in PUBLIC)
        for run in (run.strip(PROSE) for run in part.split())
    )


#: What stands around a word in a sentence.
PROSE = ".,:;!?()[]<>'\"`#"


def redactor(*secrets: str, told: bool = True, public: tuple[str, ...] = ()) -> Redactor:
    made = Redactor(MASK)
    made.know(*OF_THE_RUN, *public, dictionary=knowledge.is_public_word)
    made.add(*secrets)
    if told:
        made.tell()
    return made


def shown(redactor: Redactor, text: str) -> str:
    """What a report may quote of a text from a server."""
    return text if redactor.quotable(text) else redactor.public(text)


def quoted_printable(text: str) -> str:
    return quopri.encodestring(text.encode()).decode()


def latin(text: str) -> str:
    """As a reply's text has bytes that are not UTF-8."""
    return text.encode("latin-1", "ignore").decode("utf-8", "backslashreplace")


def two_lines(text: str) -> str:
    middle = len(text) // 2
    return f"{text[:middle]}\r\n{text[middle:]}"


def b64(text: str, before: str = "") -> str:
    return base64.b64encode(f"{before}{text}".encode()).decode()


ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper case": str.upper,
    "base64": b64,
    "base64, one further": lambda text: b64(text, "x"),
    "base64, two further": lambda text: b64(text, "xy"),
    "base64 of user:password": lambda text: b64(text, "info@example.com:"),
    "base64 of PLAIN": lambda text: b64(text, "\0info@example.com\0"),
    "base64 unpadded": lambda text: b64(text).rstrip("="),
    "base64 cut short": lambda text: b64(text)[:-3],
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 over two lines": lambda text: two_lines(b64(text)),
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "over two lines": two_lines,
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "hex with colons": lambda text: text.encode().hex(":"),
    "hex with blanks": lambda text: text.encode().hex(" "),
    "percent": lambda text: quote(text, safe=""),
    "percent, all": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "quoted-printable": quoted_printable,
    "quoted-printable, all": lambda text: "".join(f"={byte:02X}" for byte in text.encode()),
    "HTML": html.escape,
    "HTML, all": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "HTML in hex": lambda text: "".join(f"&#x{ord(letter):x};" for letter in text),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, all": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "backslashes": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "NFC": lambda text: unicodedata.normalize("NFC", text),
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "Latin-1": latin,
    "UTF-8 as Latin-1": lambda text: text.encode().decode("latin-1"),
    "wide letters": lambda text: "".join(
        chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text
    ),
    "bold letters": lambda text: "".join(
        chr(ord(each) - ord("a") + 0x1D41A) if "a" <= each <= "z" else each for each in text
    ),
    "with nothing between": "\u200b".join,
    "spelled with dashes": "-".join,
    "spelled with dots": " . ".join,
    "spelled in quotes": "','".join,
    "turned round": lambda text: text[::-1],
}
#: What is told piece by piece: by the promise no six of its letters and digits are shown.
SPREAD: dict[str, Callable[[str], str]] = {
    "a letter a line": lambda text: "535 5.7.8 no\n" + "\n".join(f"5.7.8 {each}" for each in text),
    "a letter among words": lambda text: "535 " + " is the code ".join(text),
    "a letter among commands": lambda text: "535 " + "\x1b[0m".join(text),
    "a letter among words of nobody": lambda text: "535 " + " lettre ".join(text),
    "threes": lambda text: "535 " + " and then ".join(re.findall(".{1,3}", text)),
    "threes, turned round": lambda text: (
        "535 " + " and then ".join(re.findall(".{1,3}", text))[::-1]
    ),
    "threes among a word of nobody": lambda text: "535 " + " qou ".join(re.findall(".{1,3}", text)),
    "numbers": lambda text: "535 " + " ".join(str(byte) for byte in text.encode()),
    "numbers with commas": lambda text: "535 " + ", ".join(str(byte) for byte in text.encode()),
    "numbers among words": lambda text: "535 " + " and ".join(str(byte) for byte in text.encode()),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(password=PASSWORDS, before=st.integers(0, 7), behind=st.integers(0, 3))
def test_no_encoding_brings_it_past_a_login(
    encoding: str, password: str, before: int, behind: int
) -> None:
    said = ENCODINGS[encoding](password)
    made = redactor(password)
    words = f"535 5.7.8 {'no' * before}{said}{'x' * behind} is wrong"
    page = shown(made, words)
    whole = "".join(said.split()).lower() == password.lower()  # stands there by no chance
    for text in (said, said.strip(), password):
        for start in range(len(text) - 5):
            window = text[start : start + 6]
            if window not in page or window in words.replace(said, " "):
                continue
            assert not whole
            assert is_known(window)


#: No word that everybody knows is of these letters alone (as qq, kz and www are): where a piece is
#: one, it says nothing of a secret.
TOKENS = st.from_regex(r"[xzvjXZVJ7-9]{10,30}", fullmatch=True)


@pytest.mark.parametrize("way", SPREAD)
@given(password=TOKENS)
def test_nor_does_telling_it_piece_by_piece(way: str, password: str) -> None:
    reply = SPREAD[way](password)
    assert tells(reply, password)
    assert not tells(shown(redactor(password), reply), password)


def tells(page: str, password: str) -> bool:
    """Whether a reader who leaves out the words of the way sees six letters of the password."""
    words = re.sub(
        r"\x1b\[0m|\b(?:535|5\.7\.8|and then|neht dna|is the code|lettre|qou|and)\b", " ", page
    )
    said = "".join(piece for piece in re.findall(r"[^\W_]+", words) if len(piece) < 4)
    numbers = "".join(chr(int(number)) for number in re.findall(r"\d{2,3}", words))
    return any(
        told[at : at + 6] in password
        for told in (said, said[::-1], numbers)
        for at in range(len(told) - 5)
    )


@given(password=TOKENS, size=st.integers(1, 3))
def test_nor_does_telling_it_over_many_replies(password: str, size: int) -> None:
    made = redactor(password)
    told = ""
    for at in range(0, len(password), size):
        reply = f"250 2.1.0 {password[at : at + size]} ok"
        page = shown(made, reply)
        made.follow(reply)
        told += password[at : at + size] if page == reply else "…"
    assert not any(told[at : at + 6] in password for at in range(len(told) - 5)), told


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ("zzqzv", "kwmzz"),  # at the ends of longer words
        ("vwxyvwxy qzv yvwxyvwx", "kwm"),  # among longer words that nobody knows
        ("113 122 118", "107 119 109"),  # as the numbers of their letters
    ],
)
def test_what_a_reply_ends_with_is_remembered(before: str, then: str) -> None:
    """Once six letters were told over two of them nothing is quoted any more."""
    made = redactor("qzvKwmXjhRtp")
    made.follow(f"250 2.1.0 {before}")
    assert made.quotable("221 2.0.0 jjz")
    made.follow(f"250 2.1.0 {then}")
    assert not made.quotable("221 2.0.0 jjz")


def test_a_word_that_comes_twice_hides_no_pieces() -> None:
    made = redactor("qzvKwmXjhRtp")
    assert not made.quotable("250 2.1.0 qzv zzj kwm zzj xjh")
    assert made.quotable("250 2.1.0 qzv zzj wkm zzj jxh")


def test_a_public_word_makes_the_numbers_beside_it_look_no_longer_than_they_are() -> None:
    assert redactor("x8Kd93jw", public=("heron",)).quotable("550 5.7.1 see 1x/heron/2q3")


def test_a_greeting_that_a_device_has_overwritten_is_shown() -> None:
    greeting = "220 ****************2******"
    assert redactor("x8Kd93jw").public(greeting) == greeting


def test_numbers_of_a_reply_stay_where_nothing_is_told_by_them() -> None:
    reply = "452 4.5.3 at most 100 in 60 minutes, 20 an hour"
    for password in ("x8Kd93jwQp", "1006x8Kd93jw"):
        assert shown(redactor(password), reply) == reply


@pytest.mark.parametrize(
    "line",
    ["=A/000", "a=000", "no@no", "test/12", "7-no-7", "be 31 ad", "12 34", "1.2.3", "(no)=no"],
)
def test_what_is_put_together_from_public_pieces_is_not_public(line: str) -> None:
    assert "…" in redactor("x8Kd93jw").public(f"535 the {line} there")
    assert "…" in redactor("x8Kd93jw").public(f"535-the password\n535 {line}")
    assert redactor("x8Kd93jw").public(line) == redactor(f"x8{line}").public(line)


@pytest.mark.parametrize(
    ("limit", "shown"),
    [("52428800", True), ("10240000", True), ("5242880", True), ("0", True),
     ("1" + "0" * 21, False), ("35882577", False), ("8731", False), ("87310000", False),
     ("5242890", False)],
)  # fmt: skip
def test_a_limit_is_shown_or_not_whatever_the_secret_is(limit: str, shown: bool) -> None:
    """Else where it is left out says that four of its digits stand in the password."""
    text = f"552 too large, SIZE {limit} here"
    for secret in ("x8Kd93jw", f"x{limit[:4]}Kd93", f"{limit[-5:-1]}yKd93"):
        assert (limit in redactor(secret).public(text)) is shown


def test_a_secret_that_is_spread_over_the_lines_of_a_reply_is_shown_on_none() -> None:
    text = "535-the password mail\n535-server is wrong\n535 mail server"
    assert redactor("x8Kd93jw").public(text) == text
    assert redactor("mailserver!").public(text) == text
    spread = "the password mail\nserver is wrong\nmail is not"
    assert redactor("mailserver").public(spread) == "the password …\n… is wrong\nmail is not"


@pytest.mark.parametrize(
    "encoding", [name for name in ENCODINGS if not re.search("cut short|spelled", name)]
)
@given(password=PASSWORDS)
def test_no_encoding_brings_it_into_any_other_text(encoding: str, password: str) -> None:
    """Where nobody was told the secret: a certificate, the DNS, a line of our own."""
    if encoding == "Latin-1" and password.encode("latin-1", "ignore").decode("latin-1") != password:
        return
    said = ENCODINGS[encoding](password)
    made = redactor(password, told=False)
    for text in (said, f"before {said} behind"):
        page = made.cut(text)
        assert said not in page
        assert password not in page


@given(password=PASSWORDS, size=st.integers(4, 7), at=st.integers(0, 30))
def test_four_bytes_of_it_are_enough(password: str, size: int, at: int) -> None:
    part = password[at % (len(password) - size + 1) :][:size]
    page = shown(redactor(password), f"535 no {part} here")
    assert part not in page or is_known(part)


def test_a_common_word_in_a_secret_is_not_shown_where_the_whole_secret_stands() -> None:
    made = redactor("^parameter")
    assert made.public("535 the ^parameter is wrong") == "535 the … is wrong"
    assert made.public("535 the parameter is wrong") == "535 the parameter is wrong"


def test_what_is_longer_than_anybody_reads_is_not_looked_at() -> None:
    made = redactor("x8Kd93jw")
    assert made.quotable("no " * 5000)
    assert not made.quotable("no " * 6000)


def test_three_are_not() -> None:
    made = redactor("x8Kd93jwQp")
    assert made.quotable("535 no x8K here")
    assert not made.quotable("535 no x8Kd here")


def test_a_secret_of_four_letters_is_cut_out_of_a_word_a_shorter_one_is_not() -> None:
    assert redactor("q7w9", told=False).cut("aq7w9b") == f"a{MASK}b"
    assert redactor("q7w", told=False).cut("aq7wb") == "aq7wb"
    assert not redactor("q7w", told=False).quotable("220 q7w ready")
    assert redactor("q7w", told=False).quotable("220 aq7wb ready")


@pytest.mark.parametrize("word", ["cTd3", "'cTd3',", "cT-d3", "\udcffcTd3"])
def test_a_short_secret_is_seen_in_a_word_that_decodes_to_it(word: str) -> None:
    # read in one piece, letters stand right beside it, so that only the word by itself tells
    assert b64("q7w") == "cTd3"
    assert not redactor("q7w", told=False).quotable(f"YWJj {word} YWJj")
    assert redactor("q8w", told=False).quotable(f"YWJj {word} YWJj")


def test_bytes_that_are_no_utf_8_stand_around_a_secret_and_in_one() -> None:
    assert redactor("x8Kd93jw", told=False).cut_bytes(b"\xff x8Kd93jw \xfe") == (
        b"\xff " + MASK.encode() + b" \xfe"
    )
    made = Redactor(MASK)
    made.add(b"\xffx8Kd93jw\xfe")
    assert made.cut_bytes(b"a \xffx8Kd93jw\xfe b") == b"a " + MASK.encode() + b" b"


def test_base64_is_read_to_its_last_letter_and_whatever_stands_behind() -> None:
    for secret in ("x8Kd93jwQ", "x8Kd93jwQp", "x8Kd93jwQpz"):
        letters = b64(secret).rstrip("=")
        assert redactor(secret, told=False).cut(letters) == MASK
        assert redactor(secret, told=False).cut(f"{letters}A") == MASK


@pytest.mark.parametrize("blank", ["", " ", "    ", "\t\n \t"])
def test_a_blank_secret_is_none(blank: str) -> None:
    made = Redactor(MASK)
    made.add(blank, blank.encode())
    assert not made.knows_secrets
    assert made.cut("a    b\t\n \tc") == "a    b\t\n \tc"


def test_the_longest_secret_is_cut_first() -> None:
    made = redactor("c4n4ry", "c4n4ry-in-the-mine", told=False)
    assert made.cut("say c4n4ry-in-the-mine now") == f"say {MASK} now"


def test_a_secret_of_several_words_is_cut_out_as_it_stands() -> None:
    made = redactor("c4n4ry mit Ümlaut", told=False)
    assert made.cut("say c4n4ry mit Ümlaut now") == f"say {MASK} now"


@pytest.mark.parametrize("word", ["smtp", "ionos", "authentication", "example", "a", "no", "535"])
def test_a_common_word_leaves_no_hole(word: str) -> None:
    """Neither in our own texts nor in a server's; and where it is told it is told by nothing."""
    made = redactor(word)
    for text in ("smtp.ionos.com", "info@example.com", "535 Authentication failed", "a b no"):
        assert made.cut(text) == text
        assert MASK not in shown(made, text)
        other = redactor("x8Kd93jw")
        assert made.public(text) == other.public(text)


@given(password=PASSWORDS)
def test_what_is_left_out_depends_on_no_password(password: str) -> None:
    text = "535-5.7.8 Username and Password not accepted\n535 5.7.8 see x8Kd.1 - gsmtp 7f3a9bc01d"
    assert redactor(password).public(text) == redactor("another one").public(text)


def test_what_looks_encoded_is_not_quoted_after_a_login() -> None:
    """Whatever it stands for."""
    for text in (
        "535 no (k8Xq93WJ-1f)",
        "535 no a29bOWRXUUhnMQ=",
        "535 no %65%66",
        "535 no &#x65;",
        "535 no 0123456789abcdef",
    ):
        assert not redactor("x8Kd93jw").quotable(text), text
        assert redactor("x8Kd93jw", told=False).quotable(text), text
    for text in ("535 5.7.8 Error: authentication failed: UGFzc3dvcmU6", "334 VXNlcm5hbWVz"):
        assert not redactor("x8Kd93jw").quotable(text)
    # "Password:" in base64 is Postfix's own, and known by the words of replies
    assert redactor("x8Kd93jw").quotable("535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6")
    assert redactor("x8Kd93jw").quotable("550 5.7.1 <info@example.com> is not yours, [192.0.2.1]")


@pytest.mark.parametrize(
    ("provider", "stage", "reply"),
    [
        *((provider, stage, reply) for provider, stage, reply, _ in OWN),
        *((None, stage, reply) for stage, reply, _ in GENERAL),
    ],
)
def test_a_reply_means_the_same_by_its_public_words(
    provider: str | None, stage: str, reply: str
) -> None:
    entry = knowledge.providers()[provider] if provider else None
    told = redactor("x8Kd93jw").public(reply)
    assert knowledge.interpret(entry, stage, told) == knowledge.interpret(entry, stage, reply)


def test_without_a_secret_every_text_is_as_it_was() -> None:
    made = Redactor(MASK)
    made.tell()
    assert made.quotable("535 x8Kd93jw%41")
    assert made.cut("x8Kd93jw") == "x8Kd93jw"


@given(text=st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    made = redactor("x8Kd93jw", "ab")
    shown(made, text)
    made.cut(text)
    made.cut_bytes(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("filler", ["A", "%41", "&#65;", "\\u0041", "=41", "a b", "&", "\\", "% "])
def test_the_work_grows_no_faster_than_the_text(filler: str) -> None:
    """By what the interpreter does, not by a clock that others share."""
    import sys

    def work(size: int) -> int:
        made = redactor("x8Kd93jw", "ab", told=False)
        text = filler * (size // len(filler))
        calls = 0

        def count(*_: object) -> None:
            nonlocal calls
            calls += 1

        made.quotable(text)
        sys.setprofile(count)
        try:
            made.quotable(text)
            made.cut(text)
            made.public(text)
        finally:
            sys.setprofile(None)
        return calls

    assert work(16_000) <= 5 * work(4_000) + 1000
