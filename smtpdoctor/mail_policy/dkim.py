"""DKIM key records, RFC 6376 §3.6, without I/O: what stands at a selector, and whether it works.

Nothing is signed here, so a key is judged by itself: whether a receiver could verify with it.
The look-up is a generator that yields `Lookup` and is sent `Answer`. Must not know providers:
the selector and the CNAME's target are given.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from smtpdoctor.mail_policy.questions import ask, texts
from smtpdoctor.spf import Answer, Answers, Evaluation, to_ascii
from smtpdoctor.spf.names import without_final_dot

SHORTEST_RSA = 1024
"""Bits: receivers must not take signatures by shorter keys for valid (RFC 8301 §3.2)."""
GOOD_RSA = 2048
"""Bits that signers should use at least (RFC 8301 §3.2)."""
LONGEST_RSA = 4096
"""Bits up to which every receiver must verify (RFC 8301 §3.2)."""

_STRING = 255  # octets of one character-string (RFC 1035 §3.3)
_LONGEST_KEY = 16384  # characters; no key that anybody verifies with has more
_MOST_FAULTS = 20
_LONGEST_QUOTE = 80
_ED25519_OCTETS = 32  # RFC 8463 §4: the bare key, no SubjectPublicKeyInfo around it

_TAG_NAME = re.compile("[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_NO_BASE64 = re.compile("[^A-Za-z0-9+/=]")
_BLANK = re.compile(r"[ \t\r\n]+")
_KEY_TAG = re.compile(r"(?:\A|;)[ \t\r\n]*p[ \t]*=([^;]*)")
_SHORTEST_KEY_TEXT = 40  # characters: less is no key, but may be another record's p=

KeyStatus: TypeAlias = Literal["usable", "weak", "revoked", "invalid"]
FaultKind: TypeAlias = Literal[
    "version",
    "syntax",
    "key-missing",
    "key-type",
    "base64",
    "cut-off",
    "key-format",
    "key-short",
    "key-long",
    "hash",
    "service",
    "testing",
    "several-records",
    "split-record",
    "string-too-long",
    "not-the-providers-key",
]


@dataclass(frozen=True, slots=True)
class KeyFault:
    """What is wrong with a key record.

    effect: "invalid": receivers can't or mustn't verify with it; "weak": some won't, or it is
    accepted for now.
    """

    kind: FaultKind
    reason: str
    effect: Literal["invalid", "weak"]


@dataclass(frozen=True, slots=True)
class DKIMKey:
    """One key record.

    bits: the length of an RSA key's modulus, None where it can't be read. strict: the flag `s`:
    the signature's identity must be of the signing domain itself.
    """

    text: str
    status: KeyStatus
    key_type: str
    bits: int | None
    testing: bool
    strict: bool
    faults: tuple[KeyFault, ...]


def is_key_record(text: str) -> bool:
    """Whether a TXT record is or was meant as a DKIM key, and not as a wildcard's SPF record."""
    start = text.lstrip(" \t\"'\\").lower()
    if re.match(r"v[ \t]*=[ \t]*dkim", start):
        return True
    if re.match(r"v[ \t]*=[ \t]*(?:spf|dmarc|sts|tlsrpt|bimi)", start):
        return False
    key = _KEY_TAG.search(text)
    return key is not None and (not key[1].strip() or len(key[1]) >= _SHORTEST_KEY_TEXT)


def parse_key(text: str) -> DKIMKey:
    """Reads a key record. Never raises; takes linear time."""
    faults: list[KeyFault] = []
    tags = _tags(text, faults)
    if tags.get("v", "DKIM1") != "DKIM1":
        faults.append(KeyFault("version", _version_reason(tags["v"]), "invalid"))
    elif "v" in tags and next(iter(tags)) != "v":
        faults.append(KeyFault("version", "“v=DKIM1” must be the first tag", "weak"))
    key_type = tags.get("k", "rsa")
    hashes = _list(tags.get("h", "sha256"))
    if "sha256" not in hashes:
        reason = f"allows {_quote(tags['h']) or 'nothing'} only; receivers verify sha256 (RFC 8301)"
        faults.append(KeyFault("hash", reason, "invalid"))
    services = _list(tags.get("s", "*"))
    if not services & {"*", "email"}:
        faults.append(KeyFault("service", f"is for {_quote(tags['s'])}, not for mail", "invalid"))
    flags = _list(tags.get("t", ""))
    if "y" in flags:
        reason = "“t=y”: the key is being tested; receivers may treat mail as if it weren't signed"
        faults.append(KeyFault("testing", reason, "weak"))
    bits = None
    revoked = False
    if "p" not in tags:
        faults.append(KeyFault("key-missing", "has no “p=”, the key itself", "invalid"))
    elif not _BLANK.sub("", tags["p"]):
        revoked = True
    elif key_type == "rsa":
        bits = _read_rsa(tags["p"], text, faults)
    elif key_type == "ed25519":
        _read_ed25519(tags["p"], text, faults)
    else:
        reason = f"is of the type {_quote(key_type)}, which receivers don't know"
        faults.append(KeyFault("key-type", reason, "invalid"))
    return DKIMKey(
        text=text,
        status="revoked" if revoked else _status(faults),
        key_type=key_type,
        bits=bits,
        testing="y" in flags,
        strict="s" in flags,
        faults=tuple(faults[:_MOST_FAULTS]),
    )


def _status(faults: Sequence[KeyFault]) -> KeyStatus:
    effects = {fault.effect for fault in faults}
    return "invalid" if "invalid" in effects else "weak" if effects else "usable"


def _quote(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def _list(text: str) -> set[str]:
    return {item.strip(" \t\r\n") for item in text.split(":")}


def _tags(text: str, faults: list[KeyFault]) -> dict[str, str]:
    """The tag-list of RFC 6376 §3.2: names and values have their case, each name stands once."""
    tags: dict[str, str] = {}
    parts = text.split(";")
    if not parts[-1].strip(" \t\r\n"):
        parts.pop()  # the last “;” may stand
    for part in parts:
        name, equals, value = (piece.strip(" \t\r\n") for piece in part.partition("="))
        if not equals or _TAG_NAME.fullmatch(name) is None:
            reason = f"“{_quote(part.strip())}” is no tag: a name, “=” and a value"
            faults.append(KeyFault("syntax", reason, "invalid"))
        elif name in tags:
            faults.append(KeyFault("syntax", f"“{_quote(name)}=” stands there twice", "invalid"))
        else:
            tags[name] = value
    return tags


def _version_reason(version: str) -> str:
    if version.endswith("\\"):
        return "has a backslash before “;”, which belongs into zone files only"
    return f"has the version “{_quote(version)}”, not “DKIM1”"


# --- the key ----------------------------------------------------------------------------------


def _decoded(written: str, text: str, faults: list[KeyFault]) -> bytes | None:
    """The octets of a base64 text, None where it is broken."""
    compact = _BLANK.sub("", written)  # RFC 6376 §3.2: blanks may stand anywhere in base64
    if len(compact) > _LONGEST_KEY:
        faults.append(KeyFault("base64", "is longer than any key", "invalid"))
        return None
    wrong = _NO_BASE64.search(compact)
    if wrong is not None:
        reason = f"“{wrong[0]}” in the key is no base64"
        faults.append(KeyFault("base64", reason, "invalid"))
        return None
    bare = compact.rstrip("=")
    if "=" in bare:
        faults.append(KeyFault("base64", "“=” stands inside the key", "invalid"))
        return None
    if len(bare) % 4 == 1:
        reason = "the key ends in the middle of a base64 group" + _where_it_ends(text)
        faults.append(KeyFault("cut-off", reason, "invalid"))
        return None
    return base64.b64decode(bare + "=" * (-len(bare) % 4))


def _check_padding(written: str, faults: list[KeyFault]) -> None:
    compact = _BLANK.sub("", written)
    bare = compact.rstrip("=")
    if len(compact) - len(bare) != -len(bare) % 4:
        reason = "the “=” at the end of the key are too many or too few"
        faults.append(KeyFault("base64", reason, "weak"))


def _where_it_ends(text: str) -> str:
    if len(text) == _STRING:
        return ": the record ends after 255 characters, where one string of a TXT record is full"
    return ""


def _read_rsa(written: str, text: str, faults: list[KeyFault]) -> int | None:
    octets = _decoded(written, text, faults)
    if octets is None:
        return None
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(octets)
    except (ValueError, UnsupportedAlgorithm):
        wanted = _der_length(octets)
        if wanted is not None and wanted > len(octets):
            reason = f"the key is cut off: {len(octets)} of its {wanted} octets are there"
            faults.append(KeyFault("cut-off", reason + _where_it_ends(text), "invalid"))
        else:
            faults.append(KeyFault("key-format", "the key is no RSA public key", "invalid"))
        return None
    if not isinstance(key, RSAPublicKey):
        reason = "the key is of another type than “k=” says (rsa, where it isn't there)"
        faults.append(KeyFault("key-format", reason, "invalid"))
        return None
    _check_padding(written, faults)
    bits = key.key_size
    if bits < SHORTEST_RSA:
        reason = f"the key has {bits} bits; receivers mustn't accept less than {SHORTEST_RSA}"
        faults.append(KeyFault("key-short", reason, "invalid"))
    elif bits < GOOD_RSA:
        reason = f"the key has {bits} bits; {GOOD_RSA} are recommended"
        faults.append(KeyFault("key-short", reason, "weak"))
    elif bits > LONGEST_RSA:
        reason = f"the key has {bits} bits; receivers need not verify more than {LONGEST_RSA}"
        faults.append(KeyFault("key-long", reason, "weak"))
    return bits


def _der_length(octets: bytes) -> int | None:
    """The octets that a DER SEQUENCE says it takes, itself included; None where it is none."""
    if len(octets) < 2 or octets[0] != 0x30:
        return None
    if octets[1] < 0x80:
        return 2 + octets[1]
    size = octets[1] & 0x7F
    return 2 + size + int.from_bytes(octets[2 : 2 + size], "big") if 0 < size <= 4 else None


def _read_ed25519(written: str, text: str, faults: list[KeyFault]) -> None:
    octets = _decoded(written, text, faults)
    if octets is None:
        return
    if len(octets) == _ED25519_OCTETS:
        _check_padding(written, faults)
        return
    reason = f"an ed25519 key has {_ED25519_OCTETS} octets, not {len(octets)}"
    kind: FaultKind = "cut-off" if len(octets) < _ED25519_OCTETS else "key-format"
    faults.append(KeyFault(kind, reason, "invalid"))


# --- the selector -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SelectorKey:
    """What stands at one selector of a domain.

    name: SELECTOR._domainkey.DOMAIN. target: where the provider wants its CNAME to lead, None
        where it asks for none.
    status: the key's; "missing" without one; "unknown" where the DNS didn't say (`reason`).
    alias: where a CNAME at the name leads, looked up where no key works or there are several.
    misplaced: the name with the domain twice, where the key stands there by mistake, looked up
        only where no key was found. Both "" without.
    records: the key records; several are one too many. key: the one that counts. faults: the
        key's, and those of the place.
    """

    selector: str
    name: str
    status: KeyStatus | Literal["missing", "unknown"]
    target: str | None = None
    alias: str = ""
    misplaced: str = ""
    records: tuple[str, ...] = ()
    key: DKIMKey | None = None
    faults: tuple[KeyFault, ...] = ()
    reason: str = ""


def look_up_key(
    domain: str, selector: str, target: str | None = None, *, answers: Answers | None = None
) -> Evaluation[SelectorKey]:
    """The key of `selector` at `domain`, as a generator for `run` or `run_async`.

    target: the name that the provider asks a CNAME to lead to; its key is what it signs with, so
    that a copy which has grown old is found. At most three look-ups; several selectors need not
    wait for one another.
    """
    known: Answers = {} if answers is None else answers
    zone = without_final_dot(to_ascii(domain)).lower()
    name = f"{selector}._domainkey.{zone}"
    answer = yield from ask(name, "TXT", known)
    if answer.status == "temperror":
        reason = answer.reason or "the DNS gave no answer"
        return SelectorKey(selector, name, "unknown", target, reason=reason)
    found = [text for text in texts(answer) if is_key_record(text)]
    if not found:
        aliases = (yield from ask(name, "CNAME", known)).names()
        alias = aliases[0] if aliases else ""
        # forms that ask for a name within the zone make this of a whole one
        twice = f"{name}.{zone}"
        there = texts((yield from ask(twice, "TXT", known)))
        misplaced = twice if any(is_key_record(text) for text in there) else ""
        return SelectorKey(selector, name, "missing", target, alias, misplaced)
    others = [text for text in texts(answer) if text not in found]
    key, faults = _one_of(found, others)
    faults += _long_strings(answer)
    if target is not None and key.status in ("usable", "weak"):
        theirs = yield from ask(target, "TXT", known)
        if not _is_among(key, theirs):
            reason = f"the key isn't the one at {target}, with which the provider signs"
            faults.append(KeyFault("not-the-providers-key", reason, "invalid"))
    status: KeyStatus = "revoked" if key.status == "revoked" else _status([*key.faults, *faults])
    alias = ""
    if status in ("invalid", "revoked") or len(found) > 1:
        alias = next(iter((yield from ask(name, "CNAME", known)).names()), "")
    return SelectorKey(
        selector,
        name,
        status,
        target,
        alias=alias,
        records=tuple(found),
        key=key,
        faults=(*key.faults, *faults),
    )


def _one_of(found: Sequence[str], others: Sequence[str]) -> tuple[DKIMKey, list[KeyFault]]:
    """The key that counts among the records of one name, which should be one (§3.6.2.2)."""
    if len(found) == 1:
        key = parse_key(found[0])
        if key.status == "invalid" and any(
            parse_key(key.text + rest).status in ("usable", "weak") for rest in others
        ):
            reason = "the key's second half stands in a record of its own; both belong into one"
            return key, [KeyFault("split-record", reason, "invalid")]
        return key, []
    keys = [parse_key(text) for text in found]
    usable = [key for key in keys if key.status in ("usable", "weak")]
    if usable:
        reason = f"{len(found)} key records stand at one name; receivers may take any of them"
        return usable[0], [KeyFault("several-records", reason, "weak")]
    reason = f"{len(found)} key records stand at one name, and none of them works"
    return keys[0], [KeyFault("several-records", reason, "invalid")]


def _long_strings(answer: Answer) -> list[KeyFault]:
    """No answer can carry such a string; it comes from text that was handed in as a record."""
    for record in answer.records:
        if isinstance(record, tuple) and any(len(string) > _STRING for string in record):
            reason = f"one string of a TXT record holds {_STRING} characters at most"
            return [KeyFault("string-too-long", reason, "invalid")]
    return []


def _is_among(key: DKIMKey, answer: Answer) -> bool:
    """Whether the provider publishes this key; yes where it can't be told."""
    theirs = [text for text in texts(answer) if is_key_record(text)]
    return not theirs or _key_text(key.text) in {_key_text(text) for text in theirs}


def _key_text(text: str) -> str:
    return _BLANK.sub("", _tags(text, []).get("p", "")).rstrip("=")


def signing(keys: Sequence[SelectorKey]) -> Literal["usable", "missing", "invalid", "unknown"]:
    """Whether mail through the provider can carry a signature that receivers verify.

    One selector that works is enough: with which of them the provider signs isn't known. No keys
    means that its selectors aren't known either, which is no fault of the domain's.
    """
    statuses = {key.status for key in keys}
    if statuses & {"usable", "weak"}:
        return "usable"
    if not statuses or "unknown" in statuses:
        return "unknown"
    return "missing" if statuses == {"missing"} else "invalid"
