"""Finds what is secret in a pasted text, and cuts it out before anything else is done with it.

Knows where secrets stand: AUTH dialogues, settings, URLs, headers, tokens by their form. It is on
the side of cutting too much: what it takes for a secret is masked wherever else it stands, too.
"""

from __future__ import annotations

import re

from smtpdoctor.settings.model import MASK

_NAME = (
    r"(?:[\w.-]*(?:pass(?:word|wd|phrase)?|pwd|passwort|secret|token|api[_-]?key|access[_-]?key|"
    r"credentials?|private[_-]?key|bearer|jwt|xoauth2?|client[_-]?secret|refresh[_-]?token)\w*)"
)
_VALUE = r"""(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`\n]*`|[^\s"'`,;)}\]]+)"""

#: Each with the secret in its group. One line each, and none that can run over a long one twice.
_PLACES = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        # settings in code, JSON, YAML, .env, query strings: pass: "…", SMTP_PASSWORD=…, "token":"…"
        # JSON inside JSON writes its quotes with backslashes
        rf"""\b{_NAME}\\?["']?\]?\s{{0,3}}(?:=>|:=|[:=])\s{{0,3}}\\?({_VALUE})""",
        r"""--(?:password|pass|auth-password|secret|token)[= ]{1,3}(\S+)""",
        r"""(?:^|\s)-(?:ap|pass|p)\s{1,3}(\S+)""",
        r"""(?:^|\s)(?:-u|--user)\s{1,3}["']?[^\s:"']{1,120}:([^\s"']+)""",
        # URLs: everything between the user name and the last @ before the host
        r"""\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@"']{0,200}:([^\s"'<>]{1,400})@""",
        r"""\b[a-z][a-z0-9+.-]{1,20}://([^\s:/@"'<>]{12,200})@""",
        # AUTH with an initial response, whatever stands around the command
        r"""\bAUTH\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|DIGEST-MD5|NTLM|SCRAM-[\w-]+)"""
        r"""[ \t=:]+([^\s"'\\]+)""",
        r"""\b(?:Bearer|Basic)\s+([\w.~+/=-]{6,})""",
        r"""\bauth=Bearer\s*([^\s\x01"']+)""",
        # tokens by their own form: SendGrid, GitHub, Slack, Stripe, Resend, Mailgun, Google, AWS …
        r"""\b(SG\.[\w-]{8,}\.[\w-]{8,}|gh[pousr]_\w{16,}|xox[abprs]-[\w-]{10,}|sk_\w{12,}|"""
        r"""re_\w{12,}|key-[0-9a-f]{16,}|ya29\.[\w.-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|"""
        r"""eyJ[\w-]{8,}\.[\w.-]{8,}|xkeysib-[\w-]{10,}|xsmtpsib-[\w-]{10,}|mlsn\.\w{10,})""",
        rf"""\b(?:password|passwort|mot de passe)\s+(?:is|was|ist|est)\s+({_VALUE})""",
    )
)

#: A line of an AUTH dialogue: what the client sends after a challenge is the login itself.
_CHALLENGE = re.compile(r"\b334\b")
_AUTH_COMMAND = re.compile(
    r"\bAUTH\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|NTLM|SCRAM)", re.I
)
_ENCODED = re.compile(r"(?<![\w+/.-])[A-Za-z0-9+/_-]{6,}={0,2}(?![\w+/=.-])")
#: So many lines after AUTH or a challenge are its dialogue.
_DIALOGUE = 3
#: base64 by itself: long, and with letters of both cases and digits.
_LONG = re.compile(
    r"(?<![\w+/.-])(?=[A-Za-z+/]{0,80}\d)(?=[a-z0-9+/]{0,80}[A-Z])(?=[A-Z0-9+/]{0,80}[a-z])"
    r"[A-Za-z0-9+/]{28,}={0,2}(?![\w+/=])"
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
    for place in _PLACES:
        for match in place.finditer(text):
            value = match[1].strip("\"'`\\")
            if value and not _HARMLESS.match(value):
                found.add(value)
    found |= _spoken_in_dialogues(text)
    for secret in sorted(found, key=len, reverse=True):
        if len(secret) >= 4:
            text = text.replace(secret, MASK)
    # what is short is masked where it stands, and nowhere else
    for place in _PLACES:
        text = place.sub(_masked, text)
    text = _LONG.sub(MASK, _PADDED.sub(MASK, text))
    if anonymous:
        text = _ADDRESS.sub("…@", text)
    return text, frozenset(found)


def _masked(match: re.Match[str]) -> str:
    value = match[1].strip("\"'`\\")
    if not value or _HARMLESS.match(value) or value == MASK:
        return match[0]
    start = match.start(1) - match.start(0)
    return match[0][:start] + match[1].replace(value, MASK) + match[0][start + len(match[1]) :]


def _spoken_in_dialogues(text: str) -> set[str]:
    """What stands in base64 behind AUTH and behind a server's challenge."""
    if not _CHALLENGE.search(text) and not _AUTH_COMMAND.search(text):
        return set()
    found: set[str] = set()
    open_lines = 0
    for line in text.splitlines():
        command = _AUTH_COMMAND.search(line)
        if command or _CHALLENGE.search(line):
            open_lines = _DIALOGUE
        elif open_lines:
            open_lines -= 1
        else:
            continue
        said = line[command.end() :] if command else line
        found |= {word for word in _ENCODED.findall(said) if _is_encoded(word)}
    return found


def _is_encoded(word: str) -> bool:
    """Whether a word of an AUTH dialogue may be base64: no word of a language is mixed so."""
    if word.endswith("="):
        return True
    if re.fullmatch(r"[A-Z]?[a-z]+|[A-Z_-]+|\d[\d-]*", word):
        return False
    return bool(re.search(r"[a-z]", word) and re.search(r"[A-Z0-9]", word[1:]))
