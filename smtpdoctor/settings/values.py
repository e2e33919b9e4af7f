"""What the text of one value means, and what is wrong with it.

This module knows single values. It must not know where a value stands, nor the other settings.
Nothing here raises: an odd text gives a problem, and the value that was evidently meant where
there is one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Generic, Literal, NamedTuple, TypeVar

import msgspec

from smtpdoctor.addresses import is_public_name
from smtpdoctor.settings.harmless import QUOTES, SCHEMES, shown
from smtpdoctor.settings.model import FALSE, TRUE, PasswordShape, Problem, Secret, TLSMode
from smtpdoctor.settings.names import ValueKind
from smtpdoctor.settings.placeholders import (
    are_placeholders,
    is_placeholder,
    is_unexpanded,
)
from smtpdoctor.text import visible

Value = TypeVar("Value")

#: No value but a secret is longer; nothing here looks at one that is.
LONGEST = 4096


class Meaning(msgspec.Struct, Generic[Value], frozen=True, kw_only=True):
    """A value with what is wrong with its text. `value` is None where nothing can be meant."""

    value: Value | None = None
    problem: Problem | None = None
    detail: str = ""


class Host(msgspec.Struct, frozen=True):
    """A host, lower case, without brackets or final dot; the port that stood behind it."""

    name: str
    port: int | None = None


class Mode(msgspec.Struct, frozen=True):
    """How TLS begins. `required` means something for STARTTLS only."""

    tls: TLSMode
    required: bool


IMPLICIT = Mode("implicit", False)
REQUIRED = Mode("starttls", True)
OPPORTUNISTIC = Mode("starttls", False)
PLAIN = Mode("none", False)

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
PORT_BEHIND = re.compile(r"(.+):([0-9]{1,5})")
#: What a host's text is told for, where it has several faults.
HOST_PROBLEMS: tuple[Problem, ...] = ("scheme", "port", "quotes", "blanks", "characters")
LETTERS = re.compile(r"[a-z]+|[a-z]{4}(?: [a-z]{4})+")
LABEL = re.compile(r"[\w-]{1,63}")


def quoted(text: str) -> str:
    """A text as messages quote it; one of the user's has to be harmless."""
    return f"“{visible(text)}”"


def _quoted(kind: ValueKind, text: str) -> str:
    """A text of the user's as messages quote it, masked where it has not the form of its kind."""
    return quoted(shown(kind, text))


#: What is told of a host whose name has a secret in it, which nobody is asked for.
HOLDS_A_SECRET = "what is or looks like a secret in it"


def read_host(text: str) -> Meaning[Host]:
    """A host name or address. `smtp.example.com:587`, `smtps://…`, quotes and blanks are problems
    whose meaning is plain."""
    if is_unexpanded(text):
        return Meaning(problem="placeholder", detail="a template's text, not a host")
    found: dict[Problem, str] = {}
    authority = _authority(_bare_host(text, found), found)
    name, port = _split_port(authority.strip())
    if port is not None:
        found["port"] = f":{port} behind it"
    if name.endswith(":") and not name.endswith("::"):
        found["characters"] = "“:” behind it"
        name = name[:-1]
    joined = re.sub(r"(?<!\s)\s*\.\s*", ".", name)  # a run of blanks is looked at once
    if joined != name:
        found["blanks"] = "a blank in it"
    host = _valid(joined)
    if host is None and any(c.isspace() for c in joined):
        found = {"blanks": "a blank in it"}
    elif host is None:
        found = {"characters": "no host name or address"}
    if not found:
        return Meaning(value=Host(host or "", port))
    return Meaning(
        value=Host(host, port) if host else None,
        problem=next(problem for problem in HOST_PROBLEMS if problem in found),
        detail=", ".join(found.values()),
    )


def _bare_host(text: str, found: dict[Problem, str]) -> str:
    """The text without what stands around it; what that was is put into `found`."""
    rest = "".join(c for c in text if unicodedata.category(c) != "Cf")
    if rest != text:
        found["characters"] = "an invisible character"
    if rest != rest.strip():
        found["blanks"] = "a blank at the end" if rest == rest.lstrip() else "a blank at the start"
    rest = rest.strip()
    bare = rest.strip(QUOTES + ",;").strip()
    if bare != rest:
        odd = next(c for c in (*rest[:1], *rest[::-1]) if c in QUOTES + ",;")
        found["quotes" if odd in QUOTES else "characters"] = f"“{odd}” around it"
    return bare


def _authority(bare: str, found: dict[Problem, str]) -> str:
    """Of a text like a URL what stands for host and port; what was more is put into `found`."""
    if scheme := SCHEME.match(bare):
        known = scheme.group()[:-3].lower() in SCHEMES
        found["scheme"] = f"{scheme.group() if known else 'a scheme'} before it"
        bare = bare[scheme.end() :]
    authority = re.split(r"[/?#\\]", bare, maxsplit=1)[0]
    if authority != bare and (bare != authority + "/" or "scheme" not in found):
        found["characters"] = f"“{bare[len(authority)]}” behind it"
    if "@" in authority:
        authority = authority.rpartition("@")[2]
        found["characters"] = "an “@” in it"
    return authority


def _split_port(text: str) -> tuple[str, int | None]:
    """`host:587`, `[::1]:587`, and an IPv6 address alone."""
    match = PORT_BEHIND.fullmatch(text)
    if match and ("]" in text or text.count(":") == 1) and (port := int(match[2])) <= 65535:
        return match[1], port
    return text, None


def _valid(name: str) -> str | None:
    """The host as names are looked up, None where it can be none."""
    if name.startswith("[") or ":" in name:
        import ipaddress  # only where an IPv6 address is meant

        try:
            return str(ipaddress.IPv6Address(name.removeprefix("[").removesuffix("]")))
        except ValueError:
            return None
    name = name.removesuffix(".").lower()
    # RFC 1035 §2.3.4: 63 octets a label, 255 in all; underscores are seen in container networks
    if len(name) <= 253 and all(LABEL.fullmatch(label) for label in name.split(".")):
        return name
    return None


def read_port(text: str) -> Meaning[int]:
    """A port from 1 to 65535."""
    bare = text.strip().strip(QUOTES).strip()
    problem: Problem | None = "quotes" if bare != text.strip() else None
    detail = "the quotes are a part of the value" if problem else ""
    if is_unexpanded(text):
        return Meaning(problem="placeholder", detail="a template's text, not a port")
    if re.match(r"tcp://", bare):
        return Meaning(
            problem="not-a-number",
            detail="an address, as Kubernetes sets it for a Service named “smtp”; "
            "a port is a number",
        )
    if not re.fullmatch(r"[0-9]+", bare):
        return Meaning(problem="not-a-number", detail=f"{_quoted('port', bare)} is not a number")
    if len(bare) > 9 or not 1 <= int(bare) <= 65535:
        return Meaning(
            problem="out-of-range",
            detail=f"{_quoted('port', bare)} is no port: ports go from 1 to 65535",
        )
    return Meaning(value=int(bare), problem=problem, detail=detail)


#: What stands behind a size: decimal units, and those of powers of two.
UNITS = {
    "": 1,
    "b": 1,
    **{f"{unit}{b}": 1000**power for power, unit in enumerate("kmg", 1) for b in ("", "b")},
    **{f"{unit}ib": 1024**power for power, unit in enumerate("kmg", 1)},
}


def read_size(text: str) -> Meaning[int]:
    """A number of bytes: 26214400, 25MB (millions), 25MiB."""
    match = re.fullmatch(r"([0-9]{1,15})\s*([A-Za-z]*)", text.strip())
    unit = UNITS.get(match[2].lower()) if match else None
    if match is None or unit is None:
        return Meaning(problem="not-a-number", detail="not a size such as 26214400, 25MB or 25MiB")
    return Meaning(value=int(match[1]) * unit)


def _word(text: str) -> tuple[str, Problem | None, str]:
    bare = text.strip().strip(QUOTES).strip()
    if bare != text.strip():
        return bare.lower(), "quotes", "the quotes are a part of the value"
    return bare.lower(), None, ""


def read_secure(text: str) -> Meaning[Mode]:
    """SMTP_SECURE: true is implicit TLS, false opportunistic STARTTLS, `tls` required STARTTLS."""
    word, problem, detail = _word(text)
    if word in TRUE:
        return Meaning(value=IMPLICIT, problem=problem, detail=detail)
    if word in FALSE:
        return Meaning(value=OPPORTUNISTIC, problem=problem, detail=detail)
    if word in {"tls", "starttls"}:
        return Meaning(value=REQUIRED, problem=problem, detail=detail)
    return _not_one_of(text, "true, false, starttls")


def read_tls(text: str) -> Meaning[Mode]:
    """SMTP_TLS and --tls: implicit, starttls (required), none."""
    word, problem, detail = _word(text)
    modes = {"implicit": IMPLICIT, "starttls": REQUIRED, "none": PLAIN}
    if word in modes:
        return Meaning(value=modes[word], problem=problem, detail=detail)
    return _not_one_of(text, "implicit, starttls, none")


def read_scheme(text: str) -> Meaning[Mode]:
    """What a URL says of TLS: its scheme, or the options of its query as `url` words them."""
    modes = {
        "smtps": IMPLICIT,
        "smtp": OPPORTUNISTIC,
        "smtp, STARTTLS required": REQUIRED,
        "smtp, no TLS": PLAIN,
    }
    return Meaning(value=modes[text])


def read_verify(text: str) -> Meaning[bool]:
    """SMTP_TLS_REJECT_UNAUTHORIZED: whether certificates are verified."""
    word, problem, detail = _word(text)
    if word in TRUE | FALSE and word not in {"ssl", ""}:
        return Meaning(value=word in TRUE, problem=problem, detail=detail)
    bad = _not_one_of(text, "true, false")
    return Meaning(value=True, problem=bad.problem, detail=bad.detail)


def read_node_verify(text: str) -> Meaning[bool]:
    """NODE_TLS_REJECT_UNAUTHORIZED: Node.js knows 0 alone, any other text verifies."""
    return Meaning(value=text != "0")


def _not_one_of(text: str, values: str) -> Meaning[Mode]:
    if is_unexpanded(text):
        return Meaning(problem="placeholder", detail=f"a template's text, none of {values}")
    return Meaning(problem="not-a-mode", detail=f"{_quoted('tls', text)} is none of {values}")


def read_username(text: str) -> Meaning[str]:
    """A user name, quotes and blanks at its ends taken off."""
    if is_placeholder(text, "username"):
        return Meaning(
            value=text, problem="placeholder", detail="a template's text, not a user name"
        )
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in QUOTES:
        return Meaning(
            value=bare[1:-1], problem="quotes", detail="the quotes are a part of the value"
        )
    if bare != text:
        return Meaning(value=bare, problem="blanks", detail="a blank or line end around it")
    return Meaning(value=text)


def read_secret(secret: Secret) -> Meaning[Secret]:
    """A password or token, never changed."""
    if is_placeholder(secret.reveal(), "password"):
        return Meaning(
            value=secret, problem="placeholder", detail="a template's text, not a secret"
        )
    return Meaning(value=secret)


#: What is wrong with such a user name or secret.
HOST_AGAIN: tuple[Problem, str] = ("host-again", "the host's text once more")


def repeats_host(text: str, host: str | None, of: Literal["username", "password"]) -> bool:
    """Whether a user name or secret is the text that stands for the host, too: one variable was
    read for both. A name of one label is what the containers of a test have for everything
    (`mailpit`), and one of two a domain that some providers log in with."""
    meant = read_host(host).value if host else None
    if meant is None or text.strip().lower() not in (meant.name, (host or "").strip().lower()):
        return False
    labels = meant.name.split(".")
    return len(labels) > (2 if of == "username" else 1) and not labels[-1].isdecimal()


#: What is wrong with both where each only says what stands there.
TEMPLATES: tuple[Problem, str] = ("placeholder", "a template's text, as the other half is")


def is_template(username: str | None, secret: str | None, host: str | None) -> bool:
    """Whether user name and secret are a template's together. A host that only one network knows
    may be a test's, whose login is called so."""
    meant = read_host(host).value if host else None
    return (
        meant is not None
        and is_public_name(meant.name)
        and are_placeholders(username or "", secret or "")
    )


def read_word(text: str) -> Meaning[str]:
    """A name without blanks or control characters, as an EHLO name is (RFC 5321 §4.1.1.1)."""
    bare = text.strip()
    if not bare.isprintable() or any(c.isspace() for c in bare):
        return Meaning(problem="characters", detail=f"{_quoted('plain', text)} is not one word")
    return Meaning(value=bare)


class NamedClient(NamedTuple):
    """A mail library by its id in the knowledge base; the version is "" where none was named."""

    id: str
    version: str


def read_client(text: str) -> Meaning[NamedClient]:
    """A mail library of the knowledge base, by any of its names, with a version behind or not."""
    # a file each, read only where a client is named
    from smtpdoctor.knowledge import clients, named_client

    found = named_client(text)
    if found is None:
        import difflib

        names = sorted(clients())
        near = difflib.get_close_matches(text.strip().lower(), names, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        detail = f"{_quoted('plain', text)} is none of {', '.join(names)}{hint}"
        return Meaning(problem="unknown", detail=detail)
    return Meaning(value=NamedClient(*found))


def read_address(text: str) -> Meaning[str]:
    """One mail address, alone or as `Name <address>`."""
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in QUOTES:
        inner = read_address(bare[1:-1])
        if inner.value is not None:
            return Meaning(
                value=inner.value, problem="quotes", detail="the quotes are a part of the value"
            )
    address = _address_in(bare)
    if address is None and is_unexpanded(text):
        return Meaning(problem="placeholder", detail="a template's text, not an address")
    if address is None:
        return Meaning(
            problem="not-an-address", detail=f"{_quoted('sender', text)} is not one mail address"
        )
    return Meaning(value=address)


def _address_in(text: str) -> str | None:
    if is_address(text):
        return text
    if "<" in text or ">" in text or '"' in text:
        if not (text.endswith(">") and text.count("<") == 1 and text.count(">") == 1):
            return None
        from email.utils import parseaddr  # 20 ms to import, only where a name stands before it

        name, text = parseaddr(text)
        if "@" in name and "," in name:
            return None
    return text if is_address(text) else None


def _is_dotted_words(local: str) -> bool:
    """RFC 5321 §4.1.2, Dot-string."""
    if any(c in '@,;:<>()[]\\"' for c in local) or local[0] == "." or local[-1] == ".":
        return False
    return ".." not in local


#: RFC 5321 §4.1.2, Quoted-string: the one form in which a blank or an @ may stand before the @.
_QUOTED_LOCAL = re.compile(r'"(?:[ !#-\[\]-~]|\\[ -~])+"')


def is_address(text: str) -> bool:
    """Whether the text is a mail address by its form (RFC 5321 §4.1.2, RFC 6531 §3.3)."""
    local, at, domain = text.rpartition("@")
    if not at or not local or len(local.encode(errors="replace")) > 64:
        return False
    quoted = _QUOTED_LOCAL.fullmatch(local) is not None
    looked_at = domain if quoted else text
    if any(c.isspace() or unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in looked_at):
        return False
    if not quoted and not _is_dotted_words(local):
        return False
    if domain.startswith("[") and domain.endswith("]"):
        inner = domain[1:-1]
        return _valid(inner.removeprefix("IPv6:")) is not None
    return ":" not in domain and not domain.endswith(".") and _valid(domain) is not None


#: How sending services begin the keys of their HTTPS APIs.
_API_KEY = re.compile(r"xkeysib-|SG\.|mlsn\.|re_\w{8}|key-[0-9a-f]{16}")
#: AWS's secret access keys. The SMTP passwords of SES that are made from them are longer.
_AWS_SECRET_KEY = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9/+]{40}")


def password_shape(text: str) -> tuple[PasswordShape, ...]:
    """What is told of a password: marks of a slip, never its length or a character of it."""
    inner = text.strip("\r\n")
    first, last = inner[:1], inner[-1:]
    placeholder = is_placeholder(text, "password")
    shapes: dict[PasswordShape, bool] = {
        "blank-at-start": first.isspace(),
        "blank-at-end": last.isspace(),
        "double-quoted": len(inner) > 1 and first == last == '"',
        "single-quoted": len(inner) > 1 and first == last == "'",
        "hash": "#" in text,
        "dollar": "$" in text,
        "backslash": "\\" in text,
        "non-ascii": not text.isascii(),
        "inner-blanks": any(c.isspace() for c in inner.strip()),
        "newline": "\n" in text or "\r" in text,
        "placeholder": placeholder,
        # in one or in groups: a form that says nothing of how many there are
        "app-password-like": not placeholder and bool(LETTERS.fullmatch(inner.strip())),
        "api-key": bool(_API_KEY.match(inner.strip())),
        "aws-secret-key": bool(_AWS_SECRET_KEY.fullmatch(inner.strip())),
    }
    return tuple(shape for shape, there in shapes.items() if there)
