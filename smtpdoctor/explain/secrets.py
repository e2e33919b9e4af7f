"""Finds what is secret in a pasted text, and cuts it out before anything else is done with it.

Knows where secrets stand: AUTH dialogues, settings, URLs, headers, tokens by their form. It is on
the side of cutting too much: what it takes for a secret is masked wherever else it stands, too.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import cache

from smtpdoctor import knowledge
from smtpdoctor.settings.harmless import is_generated
from smtpdoctor.settings.model import MASK

_NAME = (
    r"(?:(?<![\w.-])[\w.-]{0,80}?(?:pass(?:word|wd|phrase)?|pwd|passwort|secret|token|api[_-]?key|access[_-]?key|"
    r"credentials?|private[_-]?key|psw|pswd|pw(?![a-z0-9])|bearer|jwt|xoauth2?|"
    r"client[_-]?secret|refresh[_-]?token)"
    r"(?!\w{0,40}(?:error|exception|fail|invalid|missing|expired|command))\w{0,60})"
)
_WORD_FOR_IT = (
    r"(?:passwords?|passwd|passphrase|passcode|pwd|passwort|kennwort|mot de passe|contraseña|"
    r"wachtwoord|senha|api[ _-]?key|secret|access token)"
)
#: The word in other languages: what stands behind it in plain ASCII is the secret.
_WORDS_ELSEWHERE = (
    r"парол[ьяеию]|密码|密碼|口令|授权码|授權碼|パスワード|비밀번호|암호|"
    r"κωδικός|סיסמה|كلمة (?:المرور|السر)"
)
_LATIN_WORDS = (
    r"hasło|haslo|şifre|sifre|parola|heslo|jelszó|lösenord|adgangskode|passord|salasana|parool|"
    r"lozinka|kata sandi|mật khẩu|clave"
)
_VALUE = (
    r"""(?:\"{3}[^\n]*?\"{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`\n]*`|[^\s"'`,;)}\]]+)"""
)

#: Each with the secret in its group. One line each, and none that can run over a long one twice.
_PLACES = (
    # settings in code, JSON, YAML, .env, query strings: pass: "…", SMTP_PASSWORD=…, "token":"…"
    # JSON inside JSON writes its quotes with backslashes
    rf"""{_NAME}\\?["']?\]?\s{{0,3}}(?:=>|:=|=|:(?!:))\s{{0,3}}\\?({_VALUE})""",
    r"""--(?:password|pass|auth-password|secret|token)[= ]{1,3}(\S+)""",
    r"""(?:^|\s)-(?:ap|xp|pass|pw|p)\s{1,3}(\S+)""",
    # several layers of JSON
    rf"""{_NAME}\\{{2,15}}["']\s{{0,3}}:\s{{0,3}}\\{{2,15}}["']([^"'\\\n]{{1,300}})""",
    # XML elements and attributes; name and value as two fields, in one line or two
    rf"""<{_NAME}\b[^<>\n]{{0,100}}>([^<>\n]{{1,300}})<""",
    rf"""["']{_NAME}["'][^<>\n]{{0,40}}>([^<>\n]{{1,300}})<""",
    rf"""["']{_NAME}["'][^<>\n]{{0,40}}?\bvalue\\?["']?\s{{0,3}}[=:]\s{{0,3}}\\?({_VALUE})""",
    rf"""\bname:\s{{0,3}}["']?{_NAME}["']?[ \t]{{0,3}}\n"""
    rf"""[ \t]{{0,20}}value:\s{{0,3}}({_VALUE})""",
    # YAML: the value in the next line
    rf"""^[ \t-]{{0,20}}["']?{_NAME}["']?:[ \t]{{0,3}}(?:[|>][+-]?)?[ \t]{{0,3}}\n"""
    rf"""[ \t]{{1,20}}(?![\w.-]{{1,60}}:(?:\s|$))({_VALUE})""",
    # as an argument or an element: define('SMTP_PASS', '…')
    rf"""["'{{(]{_NAME}["']?\s{{0,3}}(?:,|\s\.\s)\s{{0,3}}(?:<<)?"""
    r"""("[^"\n]{1,300}"|'[^'\n]{1,300}')""",
    rf"""\bauth\w{{0,20}}\s{{0,3}}[=:]\s{{0,3}}[\[(]\s{{0,3}}"""
    rf"""(?:"[^"\n]{{0,200}}"|'[^'\n]{{0,200}}')"""
    rf"""\s{{0,3}},\s{{0,3}}({_VALUE})""",
    # what stands in for a variable that is not set
    rf"""{_NAME}["']?\s{{0,3}}(?:=>|:=|=|:)[^\n]{{0,120}}?"""
    r"""(?:\|\||\?\?|\?:|\bor\b|["'],)\s{0,3}("[^"\n]{1,300}"|'[^'\n]{1,300}')""",
    rf"""\bConvertTo-SecureString\s{{1,3}}(?:-String\s{{1,3}})?({_VALUE})""",
    rf"""\bset(?:x|env|\s{{1,3}}-\w{{1,6}})?\s{{1,3}}{_NAME}\s{{1,3}}({_VALUE})""",
    rf"""\|[\w \t]{{0,40}}{_WORD_FOR_IT}[ \t]{{0,20}}\|"""
    r"""[ \t]{0,20}([^|\n]{3,200}?)[ \t]{0,20}\|""",
    # a line of .env without quotes, blanks and all
    r"""^(?:export\s{1,3})?(?-i:[A-Z][A-Z0-9_]{0,60}?(?:PASS|PWD|SECRET|TOKEN)[A-Z]{0,12})"""
    r"""\s?=\s?([^"'\n:(]{3,80})$""",
    # maps of passwords: user@domain:password
    r"""(?:^|[\s:])[\w.+-]{1,64}@[\w.-]{1,253}:(?!\d{1,5}(?:\W|$))(?!/)([^\s:<>]{3,200})""",
    r"""(?:^|\s)(?:-u|--user)\s{1,3}["']?[^\s:"']{1,120}:([^\s"']+)""",
    # URLs: everything between the user name and the last @ before the host
    r"""\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@"']{0,200}:([^\s"'<>]{1,400})@""",
    r"""\b[a-z][a-z0-9+.-]{1,20}://([^\s:/@"'<>]{12,200})@""",
    # AUTH with an initial response, whatever stands around the command
    r"""\bAUTH\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|DIGEST-MD5|NTLM|SCRAM-[\w-]+)"""
    # a list of mechanisms, as in a server's EHLO, is none
    r"""[ \t=:]+(?!(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|DIGEST-MD5|NTLM|GSSAPI)"""
    r"""(?:[\s,;"'<.]|\d{3}|$))(?!\(?\d{3}\b)(?!(?-i:[(]?[A-Z]?[a-z]+[\s:,;.)]))([^\s"'\\]+)""",
    r"""\b(?:Bearer|Basic)\s+([\w.~+/=-]{6,})""",
    r"""\bauth=Bearer\s*([^\s\x01"']+)""",
    # tokens by their own form: SendGrid, GitHub, Slack, Stripe, Resend, Mailgun, Google, AWS …
    r"""\b(SG\.[\w-]{8,}\.[\w-]{8,}|gh[pousr]_\w{16,}|xox[abprs]-[\w-]{10,}|sk_\w{12,}|"""
    r"""re_\w{12,}|key-[0-9a-f]{16,}|ya29\.[\w.-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|"""
    r"""eyJ[\w-]{8,}\.[\w.-]{8,}|xkeysib-[\w-]{10,}|xsmtpsib-[\w-]{10,}|mlsn\.\w{10,})""",
    rf"""\b(?:{_WORD_FOR_IT}|{_LATIN_WORDS})\s+(?:is|was|ist|war|lautet|est|es|è|é|jest|to|är|er)"""
    rf"""[ :]\s*({_VALUE})""",
    rf"""\b(?:{_LATIN_WORDS})\s{{0,3}}[:=]\s{{0,3}}({_VALUE})""",
    rf"""(?:{_WORDS_ELSEWHERE})\s{{0,3}}(?:[:=：]|是|为|為|は|это)?\s{{0,3}}["'“「]?([!-~]{{4,200}})""",
    # prose with the secret in quotes or brackets of its own
    rf"""\b{_WORD_FOR_IT}\s*["'`]([^"'`\n]{{3,200}})["'`]""",
    rf"""\({_WORD_FOR_IT}\s+([^\s()]{{3,200}})\)""",
)

#: One of these is in every text that has a name of `_NAME` in it.
_IN_NAMES = (
    "pass", "pwd", "secret", "token", "key", "credential", "psw", "pw", "bearer", "jwt", "oauth",
)  # fmt: skip


@cache
def _compiled(named: bool) -> tuple[re.Pattern[str], ...]:
    """The places with a name of `_NAME` in them, or the others: compiling takes the most time of
    a short text, and most have no such name."""
    return tuple(
        re.compile(place, re.IGNORECASE | re.MULTILINE)
        for place in _PLACES
        if (_NAME in place) == named
    )


def _places(text: str) -> tuple[re.Pattern[str], ...]:
    lowered = text.lower()
    named = any(word in lowered for word in _IN_NAMES)
    return (*(_compiled(True) if named else ()), *_compiled(False))


#: Prose: what stands behind the word is the secret where it is no word that everybody uses there.
_SPOKEN = re.compile(
    rf"\b(?P<owner>(?:with|using|my|and|our|mit|avec|con)\s+(?:\w+\s+)?)?{_WORD_FOR_IT}\s+"
    r"""["'`]?(?P<secret>[^\s"'`,;()<>\[\]{}]{4,200})""",
    re.IGNORECASE,
)

#: A call that takes a login: of its literals all but the first and the empty ones are masked
#: (`login("user", "…")`, `PlainAuth("", "user", "…", host)`), of one for a password all.
_LOGIN_CALL = re.compile(
    r"(?<![\w.:>-])(?P<name>[\w.:>-]{0,80}?(?:login|auth\w*|credentials?(?:::new)?|passw(?:or)?d|setpass\w*|account|"
    r"basic)[!?]?)\s?\((?P<arguments>[^\n]{0,600})",
    re.IGNORECASE,
)
_LITERAL = re.compile(r"""b?(?:"((?:\\.|[^"\\\n])*)"|'((?:\\.|[^'\\\n])*)'|`([^`\n]*)`)""")

#: A line of an AUTH dialogue: what the client sends after a challenge is the login itself.
_CHALLENGE = re.compile(r"\b334\b")
_AUTH_COMMAND = re.compile(
    r"\bAUTH\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|NTLM|SCRAM)", re.I
)
_ENCODED = re.compile(r"(?<![\w+/.-])[A-Za-z0-9+/_-]{6,}={0,2}(?![\w+/=.-])")
#: A line that says one word, whatever a log puts before it.
_ANSWER = re.compile(r"(?:.{0,80}[:>|\])~-]\s{0,4}|\s*)([A-Za-z0-9+/_-]{4,}={0,2})\s*")
#: So many lines after AUTH or a challenge are its dialogue.
_DIALOGUE = 3
#: A line that the server spoke: its words are words, whatever they look like.
_REPLY = re.compile(r"(?:^|[\s:\"'(>])[245]\d\d[- ]")
#: What a server asks for in a challenge (RFC 7628 §3.2.3: JSON) is no secret.
_ASKED = re.compile(r"\b334[ -]([A-Za-z0-9+/]{4,}={0,2})")
#: What may be base64 or hexadecimal by what it decodes to, padded or not.
_DECODABLE = re.compile(r"(?<![\w+/.@-])[A-Za-z0-9+/]{10,}={0,2}(?![\w+/=@])")
_TEXT = re.compile(rb"[\x20-\x7e\x00\x01]*")
#: base64 by itself: long, and with letters of both cases and digits.
_LONG = re.compile(
    r"(?<![\w+/.-])(?=[A-Za-z+/]{0,80}\d)(?=[a-z0-9+/]{0,80}[A-Z])(?=[A-Z0-9+/]{0,80}[a-z])"
    r"[A-Za-z0-9+/]{28,}={0,2}(?![\w+/=])"
)
#: A word of any kind, to be looked at for letters of both cases and digits by turns. OpenSSL's
#: lines of errors and Windows' numbers of them have these, too.
_MIXED = re.compile(
    r"(?<![\w.@/\\:-])(?!\S{0,40}(?:error|routines):|0x)[A-Za-z0-9][\w!#$%&*+^~:;?-]{9,80}(?![\w@/\\-]|\.\w)"
)
_PADDED = re.compile(r"(?<![\w+/.=-])[A-Za-z0-9+/]{8,}={1,2}(?![\w=])")
_ADDRESS = re.compile(r"(?<![\w.+@-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?=[\w-]+(?:\.[\w-]+)*)")

#: Values that say that there is none, or that stand for one.
_HARMLESS = re.compile(
    r"(?i)^(?:true|false|null|none|nil|undefined|yes|no|on|off|set|unset|empty|missing|required|"
    r"failed|failure|incorrect|invalid|wrong|rejected|expired|disabled|not|is|was|for|or|and|the|"
    r"process\.env[\w.]*|os\.environ\S*|env\(\S*|getenv\S*|\*+|x+|•+|\.{2,}|…|<[^>]*>|\[[^\]]*\]|"
    r"\d{1,3}|command|authentication|accepted|error|mechanism)$"
)


def cut(text: str, *, anonymous: bool = False) -> tuple[str, frozenset[str]]:
    """The text with every secret masked, and the secrets that were found in it.

    `anonymous` also masks what stands before the @ of mail addresses.
    """
    found: set[str] = set()
    places = _places(text)
    for place in places:
        for match in _overlapping(place, text):
            value = match[1].strip("\"'`\\")
            if value and not _HARMLESS.match(value):
                found.add(value)
    found |= {*_spoken_in_dialogues(text), *_in_calls(text), *_in_prose(text), *_decoding(text)}
    asked = set(_ASKED.findall(text)) - found
    for secret in sorted(found, key=len, reverse=True):
        if len(secret) >= 4:
            text = text.replace(secret, MASK)
    # what is short is masked where it stands, and nowhere else
    for place in places:
        text = place.sub(_masked, text)
    text = _PADDED.sub(
        lambda match: match[0] if match[0] in asked or len(match[0]) % 4 else MASK, text
    )
    text = _LONG.sub(lambda match: match[0] if match[0] in asked else MASK, text)
    text = _MIXED.sub(
        lambda match: MASK if match[0] not in asked and _is_generated(match[0]) else match[0], text
    )
    if anonymous:
        text = _ADDRESS.sub("…@", text)
    return text, frozenset(found)


def _is_generated(word: str) -> bool:
    """Whether a word looks like a key. One that is a text in base64 is a server's prompt here:
    what else it could be was found by what it decodes to."""
    letters = re.sub(r"[\W_]", "", word)
    if letters.islower() or letters.isupper() or not is_generated(letters):
        return False
    return letters != word or not any(map(_TEXT.fullmatch, _decoded(word)))


def _overlapping(place: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Also what begins inside of what was found: behind an empty value the next name stands."""
    at = 0
    while match := place.search(text, at):
        yield match
        at = max(match.start(1), match.start() + 1)


def _masked(match: re.Match[str]) -> str:
    value = match[1].strip("\"'`\\")
    if not value or _HARMLESS.match(value) or value == MASK:
        return match[0]
    start = match.start(1) - match.start(0)
    return match[0][:start] + match[1].replace(value, MASK) + match[0][start + len(match[1]) :]


def _spoken_in_dialogues(text: str) -> Iterator[str]:
    """What stands in base64 behind AUTH and behind a server's challenge."""
    if not _CHALLENGE.search(text) and not _AUTH_COMMAND.search(text):
        return
    open_lines = 0
    asked = False
    for line in text.splitlines():
        command = _AUTH_COMMAND.search(line)
        if command or _CHALLENGE.search(line):
            open_lines = _DIALOGUE
        elif open_lines:
            open_lines -= 1
        else:
            continue
        if _REPLY.search(line) and not command:
            continue  # what in it is encoded is found by what it decodes to
        if asked and (answer := _ANSWER.fullmatch(line)) and not _HARMLESS.match(answer[1]):
            yield answer[1]
        asked = _CHALLENGE.search(line) is not None
        said = _ASKED.sub("", line[command.end() :] if command else line)
        yield from (word for word in _ENCODED.findall(said) if _is_encoded(word))


def _is_encoded(word: str) -> bool:
    """Whether a word of an AUTH dialogue may be base64: no word of a language is mixed so."""
    if word.endswith("="):
        return True
    if re.fullmatch(r"[A-Z]?[a-z]+|[A-Z_-]+|\d[\d-]*", word):
        return False
    return bool(re.search(r"[a-z]", word) and re.search(r"[A-Z0-9]", word[1:]))


def _in_calls(text: str) -> Iterator[str]:
    """The literals that a call for logging in gets, but for the user name."""
    for call in _LOGIN_CALL.finditer(text):
        literals = [next(filter(None, found), "") for found in _LITERAL.findall(call["arguments"])]
        given = [literal for literal in literals if literal]
        alone = re.search(r"passw|setpass", call["name"], re.IGNORECASE)
        yield from (
            literal
            for literal in (given if alone else given[1:])
            if len(literal) > 2 and not _HARMLESS.match(literal)
        )


def _in_prose(text: str) -> Iterator[str]:
    for spoken in _SPOKEN.finditer(text):
        word = spoken["secret"].rstrip(".:!?")
        if not word or _HARMLESS.match(word) or _is_public(word):
            continue
        if spoken["owner"] or not word.isalpha():
            yield word


def _is_public(word: str) -> bool:
    """Whether every part of it is a word that mail servers and this program use, or a number."""
    parts = re.findall(r"[^\W_]+", word.lower())
    usual = knowledge.public_words() | frozenset(_BESIDE.split())
    return all(part in usual for part in parts)


#: Words that stand behind “password” in sentences about one.
_BESIDE = """
supplied provided entered given configured combination mismatch reset manager field prompt callback
hash based protected contains stored file environment variable variables generated created twice
correctly fine right same to on at by grant flow
"""


def _decoding(text: str) -> Iterator[str]:
    """Words that are texts in base64 or hexadecimal: a login without the dialogue around it."""
    prompts = set(_ASKED.findall(text))
    for word in _DECODABLE.findall(text):
        if word in prompts or re.fullmatch(r"[A-Z]?[a-z]+|[A-Z]+|\d+", word):
            continue
        if any(len(data) > 6 and _TEXT.fullmatch(data) for data in _decoded(word)):
            yield word


def _decoded(word: str) -> Iterator[bytes]:
    bare = word.rstrip("=")
    whole = bare[: len(bare) - (len(bare) % 4 == 1)]  # one letter more than base64 can have
    yield base64.b64decode(whole + "=" * (-len(whole) % 4))
    if len(bare) % 2 == 0 and re.fullmatch(r"[0-9a-fA-F]{16,}", bare):
        yield bytes.fromhex(bare)
