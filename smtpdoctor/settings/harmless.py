"""What of a user's text is known to be harmless, and so may be shown.

This module knows the forms of values: a host, a port, a mode, an address. It must not know where
a text stands, nor what it means. It works by allowing: what has none of the forms below is
masked, whatever it is, since a password may stand anywhere: in a comment, in a neighbour, in the
wrong variable. A mask is as long for every text. (docs/decisions/0013)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from smtpdoctor.settings.model import MASK
from smtpdoctor.settings.names import ValueKind

#: No value that somebody wrote is longer, and no expression below looks at one that is.
LONGEST = 512

QUOTES = "\"'`“”„‘’«»"
_AROUND = rf"[\s{QUOTES}]*"
_BEHIND = rf"[\s{QUOTES},;]*"

_SCHEMES = """
smtp smtps smtp+tls smtp+ssl smtp+starttls submission submissions http https ssl tls tcp imap imaps
pop3 pop3s mailgun+smtp mailgun+https mailgun+api sendgrid+smtp sendgrid+api ses+smtp ses+https
ses+api gmail+smtp postmark+smtp postmark+api brevo+smtp brevo+api resend+smtp resend+api
mandrill+smtp mailjet+smtp sendmail null native mailto mailtos
"""
SCHEMES = frozenset(_SCHEMES.split())
_SCHEME = "|".join(re.escape(scheme) for scheme in sorted(SCHEMES, key=len, reverse=True))

_NAME = r"[\w-]{1,63}(?:[ ]?\.{1,2}[ ]?[\w-]{1,63})*\.?"
_ADDRESS = r"\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Fa-f:]{2,45}(?:(?:\d{1,3}\.){3}\d{1,3})?"
_HOST = re.compile(
    rf"{_AROUND}(?:(?:{_SCHEME})://)?(?:{_NAME}|{_ADDRESS})(?::[0-9]{{1,5}})?/?{_BEHIND}",
    re.IGNORECASE,
)

#: A port, or a slip in one: five characters with two at the most that are no digits (58x7, 587a).
_PORT = re.compile(
    rf"{_AROUND}(?:[0-9]{{1,5}}|smtps?|submissions?|starttls|[A-Za-z]{{1,4}}){_BEHIND}",
    re.IGNORECASE,
)
_PORT_SLIP = re.compile(r"[0-9A-Za-z:]{1,5}")
#: As Kubernetes sets it for a Service named "smtp".
_PORT_LINK = re.compile(r"tcp://(?:\d{1,3}\.){3}\d{1,3}:\d{1,5}")

_MODES = """
true false yes no on off none null ssl tls starttls implicit explicit smtp smtps required
opportunistic optional mandatory always never maybe auto plain enabled disabled enable disable
default tlsv1 tlsv1.1 tlsv1.2 tlsv1.3 tls1.2 tls1.3 sslv3 ssl/tls mailto mailtos
"""
#: What programs' own names of modes are made of: `SslOnConnect`, `dane-only`, `Encryption::TLS`.
_MODE_NAMES = f"""
{_MODES} allow available bool builder cert certificate check client connect cram dane dangerous
encrypt encryption factory fail fingerprint force forced if ignore insecure javax js legacy login
mailer md medium mode net nodemailer once only openssl optionally options peer phpmailer policy
prefer preferred protocol reject relaxed relay require secure security self server signed skip
socket standard start strict string strong submission submissions transport trust try unauthorized
unset unverified use verification verified verify when wrapper
"""
_MODE_WORDS = frozenset(_MODE_NAMES.split())
_MODE_NAME = re.compile(r"[A-Za-z][A-Za-z_:./ +-]{1,39}")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MODE = re.compile(
    rf"{_AROUND}(?:{'|'.join(re.escape(word) for word in _MODES.split())}|[0-9]{{1,3}}"
    rf"|[A-Za-z]{{1,4}}){_BEHIND}",
    re.IGNORECASE,
)

_LOCAL = r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}"  # RFC 5322 §3.2.3, with letters of any script
_DOMAIN = r"[\w-]{1,63}(?:\.[\w-]{1,63})+"
_MAIL = rf"(?:{_LOCAL}@{_DOMAIN}|[A-Za-z._+-]{{1,64}}@[a-z][a-z-]{{0,62}})"
ADDRESS = re.compile(_MAIL)
_USER = re.compile(rf"{_AROUND}(?:{_MAIL}|(?:[\w.-]{{1,20}}\\)?[\w.+=-]{{1,64}}){_AROUND}")

#: Local parts that anybody has.
_BOXES = "nobody no-?reply info admin root mail hello contact support sales office postmaster test"
_MORE_BOXES = """
abuse accounts billing careers customer customers donotreply enquiries example feedback finance help
helpdesk hostmaster invoice invoices jobs mailer mailing marketing members newsletter newsletters
noreply notification notifications order orders press privacy registration reminder reports sender
service services shop subscribe system tickets webmaster website welcome wordpress
"""
_MAILBOXES = frozenset(f"{_BOXES} {_MORE_BOXES}".split())

#: One address, several, or one with a name of words; and the words that stand there alone.
_SENDER = re.compile(
    rf"{_AROUND}(?:{_MAIL}(?:\s*[,;]\s*{_MAIL})*|<{_MAIL}>"
    rf"|{'|'.join(_BOXES.split())}){_AROUND}",
    re.IGNORECASE,
)
_NAMED_SENDER = re.compile(rf"({_AROUND})([^<>]{{1,100}}?)(\s*<{_MAIL}>{_AROUND})")
_PERSON = re.compile(
    rf"[{QUOTES}]?[^\W\d_]{{1,20}}\.?(?:[ '&.-]{{1,3}}[^\W\d_]{{1,20}}\.?){{0,4}}[{QUOTES}]?"
)

_PLAIN = re.compile(rf"[0-9]{{1,15}}|[A-Za-z-]{{1,20}}|{_NAME}|{_ADDRESS}")

#: What a template left: the name of a variable, and no default behind it.
_VARIABLE = re.compile(
    r"\$\{[A-Z][A-Z0-9_]{0,60}\}|\$[A-Z]+(?:_[A-Z]+)+|%[A-Z]+(?:_[A-Z]+)+%"
    r"|\{\{\s*[a-z]+(?:[_.][a-z]+)*\s*\}\}|<[a-z]+(?:[ _-][a-z]+)*>"
)


#: In fewer characters nobody finds the secret again. (docs/decisions/0013)
SHORTEST_SECRET = 6


def is_guessable(secret: str) -> bool:
    """Whether a secret is a short text or a word that stands in many texts by chance: a hole there
    would tell it."""
    if len(secret) < SHORTEST_SECRET or not secret.isalpha():
        return len(secret) < SHORTEST_SECRET
    from smtpdoctor.knowledge import is_public_word  # read only where a secret is a word

    return secret.lower() in _MAILBOXES or is_public_word(secret.lower())


#: So many letters a generated secret has, and so often letters and digits follow each other in it.
_GENERATED, _CHANGES = 10, 3
_CHANGE = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_LABEL = re.compile(r"[^\W_]+")


def is_generated(text: str) -> bool:
    """Whether a text looks as keys and tokens do: letters and digits by turns."""
    return _GENERATED <= len(text) <= LONGEST and len(_CHANGE.findall(text)) >= _CHANGES


def has_generated_label(host: str) -> bool:
    """Whether a part of a name looks like a secret, whatever stands around it: generated, and in
    letters of both cases, in which nobody writes a name. In lower case it may be one
    (`vpce-0a1b2c`), and in capitals a user's (`AKIA…`)."""
    return any(
        is_generated(label) and not label.islower() and not label.isupper()
        for label in _LABEL.findall(host)
    )


def is_swapped(username: str, password: str) -> bool:
    """Whether the two were written into each other's places: then the user name is the secret."""
    return bool(ADDRESS.fullmatch(password.strip())) and not ADDRESS.fullmatch(username.strip())


def repeats(text: str, secrets: Iterable[str]) -> bool:
    """Whether one of the secrets stands in the text, and not by chance."""
    return any(secret in text and not is_guessable(secret) for secret in secrets if secret)


def address_without(secrets: Iterable[str], address: str | None) -> str | None:
    """The address, its local part masked where a secret stands there; None where one stands in
    its domain, too."""
    secrets = [*secrets]
    if address is None or not repeats(address, secrets):
        return address
    masked = f"{MASK}@{address.rpartition('@')[2]}"
    across = any("@" in secret and secret in address for secret in secrets)
    return None if across or repeats(masked, secrets) else masked


#: A version, one of a range's, or what stands between two of them.
_VERSION = re.compile(
    r"[\[(]?[~^<>=!]{0,3}[vV]?(?:\d{1,8}|[xX*])(?:\.(?:\d{1,8}|[xX*]))*(?:[a-z]{1,5}\d{0,4})?"
    r"(?:[-+._@][0-9A-Za-z]{1,16})*[\])]?|[~^<>=!]{1,3}|-|latest|next|dev-[a-z]{1,12}"
)


def version(text: str) -> str:
    """What of a manifest's text is a version or a range. Behind it, or in its place, may stand the
    address of a repository, with a token in it."""
    found = []
    for part in re.split(r"([\s,|]+)", text.strip()[:LONGEST]):
        known = _VERSION.fullmatch(part) is not None and not has_generated_label(part)
        if part.strip(" ,|") and not known:
            break
        found.append(part)
    return "".join(found).strip(" ,|")


def unquoted(text: str) -> str:
    """The text between its quotes, where it has any."""
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`"
    return text[1:-1] if quoted else text


def shown(kind: ValueKind, text: str) -> str:
    """The text where it has the form of its kind; else a mask, in place of what has not.

    URLs are taken apart elsewhere (`url`); here they are masked whole.
    """
    if not text or (kind != "secret" and not text.strip()):
        return ""
    if kind in {"secret", "url"} or len(text) > LONGEST:
        return MASK
    # an invisible character (zero width, bidi) is a slip, and shown as an escape
    bare = "".join(c for c in text if unicodedata.category(c) != "Cf")
    if _VARIABLE.fullmatch(bare.strip()):
        return text
    if kind == "sender" and (named := _NAMED_SENDER.fullmatch(bare)):
        # a name of words is one; anything else before an address may be anything
        person = bool(_PERSON.fullmatch(named[2]))
        return text if person else f"{MASK}{named[3]}"
    return text if _has_form(kind, bare) else MASK


def _has_form(kind: ValueKind, text: str) -> bool:
    if kind == "host":
        return _HOST.fullmatch(text) is not None and not has_generated_label(text)
    if kind == "port":
        return (
            _PORT.fullmatch(text) is not None
            or _PORT_LINK.fullmatch(text) is not None
            or _is_port_slip(text)
        )
    if kind in {"tls", "secure", "verify", "node-verify"}:
        return _MODE.fullmatch(text) is not None or _is_mode_name(text.strip(QUOTES))
    if kind == "scheme":
        return text.lower() in SCHEMES
    if kind == "username":
        return _USER.fullmatch(text) is not None and not has_generated_label(text)
    if kind == "sender":
        return _SENDER.fullmatch(text) is not None
    return kind == "plain" and _PLAIN.fullmatch(text) is not None


def _is_mode_name(text: str) -> bool:
    words = _CAMEL.findall(text) if _MODE_NAME.fullmatch(text) else []
    return bool(words) and all(word.lower() in _MODE_WORDS for word in words)


def _is_port_slip(text: str) -> bool:
    if not _PORT_SLIP.fullmatch(text):
        return False
    return sum(not character.isdigit() for character in text) <= 2
