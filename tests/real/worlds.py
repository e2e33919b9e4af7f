"""The worlds in which real clients and the doctor are compared: settings, a server, a machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from .scripted import PASSWORD, Judge, Script

Machine = Literal["container", "web1"]

OLD_CIPHERS = "ALL:@SECLEVEL=0"


@dataclass(frozen=True, kw_only=True)
class World:
    """One set-up and the server that it meets.

    `tls` as the settings have it; with `required`, STARTTLS is. `host` replaces the world's own
    name. `addresses` counts what the name has beside the server: "refused-first" is a closed
    address in front, "refused-ipv6" a closed ::1.
    """

    name: str
    script: Script = field(default_factory=Script)
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    required: bool = True
    login: bool = True
    certificate: str = "good"
    ciphers: str = ""
    versions: tuple[str, str] | None = None
    short_dh: bool = False
    sender: str = "info@example.org"
    password: str = PASSWORD
    host: str = ""
    addresses: Literal["one", "refused-first", "refused-ipv6"] = "one"
    machine: Machine = "container"


def _refuses(pattern: str, reply: str) -> Judge:
    return lambda name: reply if re.fullmatch(pattern, name, re.IGNORECASE) else None


LITERAL = r"\[.*\]"
NOT_FULL: Judge = lambda name: (  # noqa: E731
    None
    if re.fullmatch(LITERAL, name) or "." in name
    else f"504 5.5.2 <{name}>: Helo command rejected: need fully-qualified hostname"
)
POLICIES: dict[str, Judge] = {
    "localhost": _refuses(
        r"localhost(\.localdomain)?|\[127\..*\]|127\..*", "550 5.7.1 HELO rejected: you are not me"
    ),
    "not-full": NOT_FULL,
    "unresolvable": lambda name: (
        None
        if name in ("localhost", "web1.example.net") or name.startswith("[")
        else f"450 4.7.1 <{name}>: Helo command rejected: Host not found"
    ),
    "underscore": _refuses(r".*_.*", "501 5.5.2 Invalid domain name"),
    "literal": _refuses(LITERAL, "501 5.5.2 HELO requires a valid host name, not a literal"),
}


def _names() -> Iterator[World]:
    for name, judge in POLICIES.items():
        for late in (False, True):
            for machine in ("container", "web1"):
                yield World(
                    name=f"{machine}-no-{name}-{'rcpt' if late else 'ehlo'}",
                    script=Script(judge=judge, judges_late=late),
                    machine=machine,  # type: ignore[arg-type]
                )


def _tls() -> Iterator[World]:
    yield World(name="rsa-exchange", ciphers="AES128-SHA")
    yield World(name="sha1-macs", ciphers="ECDHE-RSA-AES128-SHA")
    yield World(name="dh-1024", ciphers="DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", short_dh=True)
    yield World(name="rsa-1024", certificate="rsa-1024", ciphers=OLD_CIPHERS)
    yield World(name="sha1-signed", certificate="sha1", ciphers=OLD_CIPHERS)
    yield World(name="old-versions", ciphers=OLD_CIPHERS, versions=("TLSv1", "TLSv1_1"))
    yield World(name="only-1.2", versions=("TLSv1_2", "TLSv1_2"))
    yield World(name="common-name", certificate="common-name")
    yield World(name="other-name", certificate="other-name")
    yield World(
        name="other-name-implicit",
        certificate="other-name",
        tls="implicit",
        script=Script(implicit=True),
    )
    yield World(name="expired", certificate="expired")
    yield World(name="untrusted", certificate="untrusted")
    yield World(name="without-key-identifier", certificate="without-key-identifier")


def _starttls() -> Iterator[World]:
    clear = Script(starttls=False, auth_in_clear="AUTH PLAIN LOGIN")
    relay = Script(starttls=False, needs_login=False)
    yield World(name="no-starttls-required", script=clear)
    yield World(name="no-starttls-optional", script=clear, required=False)
    yield World(name="relay-no-starttls-optional", script=relay, required=False, login=False)
    yield World(name="relay-no-starttls-required", script=relay, login=False)
    yield World(name="relay-in-clear", script=relay, tls="none", login=False)
    yield World(name="login-in-clear", script=clear, tls="none")
    yield World(name="tls-demanded", script=Script(needs_tls=True), tls="none")
    yield World(name="implicit", script=Script(implicit=True), tls="implicit")
    yield World(name="starttls-lower-case", script=Script(starttls_line="starttls"))
    yield World(
        name="starttls-refused", script=Script(replies={"STARTTLS": "454 4.7.0 no TLS now"})
    )


def _auth() -> Iterator[World]:
    for name, line in {
        "ntlm": "AUTH NTLM GSSAPI",
        "login-alone": "AUTH LOGIN",
        "plain-alone": "AUTH PLAIN",
        "exchange": "AUTH GSSAPI NTLM LOGIN",
        "old-form": "AUTH=PLAIN LOGIN",
        "lower-case": "auth plain login",
        "none": "",
        "xoauth2": "AUTH XOAUTH2",
    }.items():
        served = tuple(re.findall("PLAIN|LOGIN", line.upper()))
        yield World(name=f"auth-{name}", script=Script(auth=line, served=served))
    yield World(
        name="auth-cram-wrong", script=Script(auth="AUTH CRAM-MD5 PLAIN LOGIN", wrong=("CRAM-MD5",))
    )
    yield World(
        name="auth-plain-wrong",
        script=Script(auth="AUTH PLAIN LOGIN", served=("LOGIN",), wrong=("PLAIN",)),
    )
    yield World(
        name="auth-plain-unserved", script=Script(auth="AUTH PLAIN LOGIN", served=("LOGIN",))
    )
    yield World(name="auth-wrong", script=Script(), password="wrong-herons-at-dawn")
    yield World(name="relay-none-offered", script=Script(auth="", needs_login=False))
    yield World(
        name="password-not-ascii", script=Script(password="sieben-möwen"), password="sieben-möwen"
    )


def _rest() -> Iterator[World]:
    yield World(name="healthy")
    yield World(name="bare", script=Script(bare=True))
    yield World(name="bare-greeting", script=Script(greeting="220"))
    yield World(
        name="long-greeting",
        script=Script(greeting="220 " + "This system is for authorised use only. " * 18),
    )
    yield World(name="many-greetings", script=Script(greeting="220-mail.example.org\n220 ready"))
    yield World(name="slow-greeting", script=Script(delays={"greeting": 12}))
    yield World(name="slow-rcpt", script=Script(delays={"RCPT": 12}))
    yield World(
        name="helo-only", script=Script(ehlo=False, needs_login=False), tls="none", login=False
    )
    yield World(name="helo-only-login", script=Script(ehlo=False))
    yield World(name="drops", script=Script(drops=True))
    yield World(name="mail-parameters", script=Script(refuses_parameters=True))
    yield World(name="no-extensions", script=Script(extensions=()))
    yield World(name="refused-first", addresses="refused-first")
    yield World(
        name="localhost-ipv4",
        addresses="refused-ipv6",
        host="localhost",
        tls="none",
        script=Script(needs_login=False, starttls=False),
        login=False,
    )
    yield World(name="final-dot", host=".")
    yield World(name="sender-utf8", sender="jürgen@example.org")
    yield World(name="domain-utf8", sender="info@bücher.example")
    yield World(
        name="domain-utf8-unoffered", sender="info@bücher.example", script=Script(extensions=())
    )
    yield World(name="under_score")
    yield World(name="unicode-bücher")
    yield World(
        name="sender-refused", script=Script(replies={"MAIL": "550 5.7.1 Sender not allowed"})
    )
    yield World(name="busy", script=Script(greeting="421 4.3.2 try later"))


WORLDS = tuple(each for group in (_names, _tls, _starttls, _auth, _rest) for each in group())
