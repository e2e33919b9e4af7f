"""The worlds in which real clients and the doctor are compared: settings, a server, a machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from .scripted import PASSWORD, USER, Judge, Script

Machine = Literal["container", "web1"]

#: Nothing answers there: what is sent to it is lost.
SILENT, SILENT_IPV6 = "192.0.2.66", "2001:db8:1::9"
#: This machine's own, with nothing that listens.
CLOSED_IPV6 = "2001:db8:2::9"
#: Without a route.
UNROUTED_IPV6 = "2001:db8:3::9"

OLD_CIPHERS = "ALL:@SECLEVEL=0"


@dataclass(frozen=True, kw_only=True)
class World:
    """One set-up and the server that it meets.

    `tls` as the settings have it; with `required`, STARTTLS is. `host` replaces the world's own
    name, "ip" is the server's address, "[ip]" with brackets; with `ipv6` that is its only kind.
    `good_dh` and `short_dh` are groups for DHE. `before` and `behind` are addresses that its name
    has beside the server's: closed ones, those of SILENT and of SILENT_IPV6 answer nothing. `curve`
    is the only one of TLS's key exchange, `asks_certificate` whether a client has to show one,
    `needs_name` whether TLS has to name the server.
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
    good_dh: bool = False
    curve: str = ""
    asks_certificate: bool = False
    needs_name: bool = False
    ipv6: bool = False
    sender: str = "info@example.org"
    password: str = PASSWORD
    host: str = ""
    before: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    port: int = 587
    asked: int = 0
    user: str = USER
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
        for verb in ("EHLO", "RCPT"):
            for machine in ("container", "web1"):
                yield World(
                    name=f"{machine}-no-{name}-{verb.lower()}",
                    script=Script(judge=judge, judged_at=verb),
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
    yield World(
        name="mail-parameters", script=Script(refuses_parameters="555 5.5.4 Unsupported option")
    )
    yield World(name="no-extensions", script=Script(extensions=()))
    yield World(name="refused-first", before=("127.2.0.1",))
    yield World(
        name="localhost-ipv4",
        host="localhost",
        port=2500,
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


def _names_again() -> Iterator[World]:
    for name in ("localhost", "not-full", "literal"):
        yield World(
            name=f"container-no-{name}-mail",
            script=Script(judge=POLICIES[name], judged_at="MAIL"),
        )
    resolvable = _refuses(r"3f2a9c1b7d44", "550 5.7.1 Helo command rejected: Invalid name")
    yield World(name="no-container-name", script=Script(judge=resolvable))
    relay = Script(judge=POLICIES["not-full"], needs_login=False, judged_at="RCPT")
    yield World(name="relay-not-full-rcpt", script=relay, login=False)
    relay = Script(judge=POLICIES["localhost"], needs_login=False, starttls=False)
    yield World(name="relay-no-localhost", script=relay, login=False, tls="none")


def _tls_again() -> Iterator[World]:
    yield World(name="wildcard", certificate="wildcard")
    yield World(name="wildcard-too-deep", certificate="wildcard-too-deep")
    yield World(name="ip-in-certificate", certificate="ip", host="ip")
    yield World(name="ip-not-in-certificate", host="ip")
    yield World(name="missing-intermediate", certificate="missing-intermediate")
    yield World(name="expired-intermediate-beside", certificate="expired-intermediate-beside")
    yield World(name="not-yet-valid", certificate="not-yet-valid")
    yield World(name="self-signed", certificate="self-signed")
    yield World(name="common-name-right-names-wrong", certificate="common-name-right")
    yield World(name="elliptic", certificate="elliptic")
    yield World(name="only-1.3", versions=("TLSv1_3", "TLSv1_3"))
    yield World(name="sha256-macs", ciphers="ECDHE-RSA-AES128-SHA256")
    yield World(
        name="other-name-optional-relay",
        certificate="other-name",
        required=False,
        login=False,
        script=Script(needs_login=False),
    )


def _starttls_again() -> Iterator[World]:
    yield World(
        name="refused-optional",
        required=False,
        script=Script(
            replies={"STARTTLS": "454 4.7.0 no TLS now"}, auth_in_clear="AUTH PLAIN LOGIN"
        ),
    )
    yield World(
        name="refused-502-optional-relay",
        required=False,
        login=False,
        script=Script(needs_login=False, replies={"STARTTLS": "502 5.5.1 not implemented"}),
    )
    yield World(
        name="stripped",
        script=Script(
            starttls_line="XXXXXXXA",
            auth_in_clear="AUTH PLAIN LOGIN",
            replies={"STARTTLS": "500 5.5.1 unrecognized command"},
        ),
    )
    yield World(
        name="stripped-optional",
        required=False,
        script=Script(
            starttls_line="XXXXXXXA",
            auth_in_clear="AUTH PLAIN LOGIN",
            replies={"STARTTLS": "500 5.5.1 unrecognized command"},
        ),
    )
    yield World(
        name="clear-offered-unused", tls="none", script=Script(auth_in_clear="AUTH PLAIN LOGIN")
    )
    yield World(name="clear-auth-inside-alone", tls="none")
    yield World(name="implicit-on-587", script=Script(implicit=True))
    yield World(name="starttls-by-implicit", tls="implicit")
    yield World(name="465", port=465, script=Script(implicit=True), tls="implicit")
    yield World(name="465-clear-server", port=465)
    yield World(name="465-starttls-set", port=465, script=Script(implicit=True))
    yield World(
        name="relay-starttls-lower-case-optional",
        required=False,
        login=False,
        script=Script(starttls_line="starttls", needs_login=False),
    )


def _auth_again() -> Iterator[World]:
    for name, line, served in (
        ("cram-alone", "AUTH CRAM-MD5", ("CRAM-MD5",)),
        ("cram-first", "AUTH CRAM-MD5 PLAIN LOGIN", ("CRAM-MD5", "PLAIN", "LOGIN")),
        ("login-plain", "AUTH LOGIN PLAIN", ("PLAIN", "LOGIN")),
        ("ntlm-first", "AUTH NTLM LOGIN PLAIN", ("PLAIN", "LOGIN")),
        ("scram-unserved", "AUTH SCRAM-SHA-256 SCRAM-SHA-1 PLAIN LOGIN", ("PLAIN", "LOGIN")),
        ("scram-alone", "AUTH SCRAM-SHA-256", ()),
        ("xoauth2-plain", "AUTH XOAUTH2 PLAIN LOGIN", ("PLAIN", "LOGIN")),
        ("both-forms", "AUTH PLAIN LOGIN\nAUTH=PLAIN LOGIN", ("PLAIN", "LOGIN")),
        ("old-form-login", "AUTH=LOGIN", ("LOGIN",)),
        ("lower-mechanisms", "AUTH plain login", ("PLAIN", "LOGIN")),
        ("mixed-case", "Auth PLAIN LOGIN", ("PLAIN", "LOGIN")),
    ):
        yield World(name=f"auth-{name}", script=Script(auth=line, served=served))
    yield World(
        name="auth-before-tls-alone", script=Script(auth="", auth_in_clear="AUTH PLAIN LOGIN")
    )
    yield World(
        name="auth-login-wrong",
        script=Script(auth="AUTH LOGIN PLAIN", served=("PLAIN",), wrong=("LOGIN",)),
    )
    yield World(name="auth-cram-unserved", script=Script(auth="AUTH CRAM-MD5 PLAIN LOGIN"))
    yield World(
        name="challenge-empty",
        script=Script(auth="AUTH LOGIN", served=("LOGIN",), challenges=("", "")),
    )
    yield World(
        name="challenge-odd",
        script=Script(
            auth="AUTH LOGIN", served=("LOGIN",), challenges=("VXNlciBOYW1lAA==", "UGFzc3dvcmQA")
        ),
    )
    yield World(
        name="user-not-ascii", user="jürgen@example.org", script=Script(user="jürgen@example.org")
    )
    yield World(
        name="password-not-ascii-cram",
        script=Script(password="sieben-möwen", auth="AUTH CRAM-MD5", served=("CRAM-MD5",)),
        password="sieben-möwen",
    )
    yield World(
        name="password-not-ascii-login",
        script=Script(password="sieben-möwen", auth="AUTH LOGIN", served=("LOGIN",)),
        password="sieben-möwen",
    )
    yield World(name="login-demanded-absent", login=False)
    yield World(
        name="auth-454",
        script=Script(replies={"AUTH": "454 4.7.0 Temporary authentication failure"}),
    )


def _addresses() -> Iterator[World]:
    yield World(name="ipv6-refused", before=(CLOSED_IPV6,))
    yield World(name="ipv6-silent", before=(SILENT_IPV6,))
    yield World(name="ipv6-unrouted", before=(UNROUTED_IPV6,))
    yield World(name="silent-first", before=(SILENT,))
    yield World(
        name="localhost-login",
        host="localhost",
        port=588,
        tls="none",
        script=Script(starttls=False, auth_in_clear="AUTH PLAIN LOGIN"),
    )


def _rest_again() -> Iterator[World]:
    yield World(
        name="bare-250-relay",
        script=Script(bare=True, needs_login=False, starttls=False),
        login=False,
        tls="none",
    )
    yield World(name="greeting-lf", script=Script(greeting_end="\n"))
    yield World(name="greeting-1200", script=Script(greeting="220 " + "welcome here " * 95))
    yield World(name="greeting-latin", script=Script(greeting="220 mail gr\udcfc\udcdft"))
    yield World(name="greeting-250", script=Script(greeting="250 hello"))
    yield World(name="greeting-554", script=Script(greeting="554 5.7.1 No SMTP service here"))
    yield World(name="421-at-ehlo", script=Script(replies={"EHLO": "421 4.3.2 shutting down"}))
    yield World(name="421-at-mail", script=Script(replies={"MAIL": "421 4.7.0 try again later"}))
    yield World(name="421-at-rcpt", script=Script(replies={"RCPT": "421 4.7.0 try again later"}))
    yield World(
        name="450-at-rcpt", script=Script(replies={"RCPT": "450 4.2.0 Greylisted, try again later"})
    )
    yield World(name="451-at-mail", script=Script(replies={"MAIL": "451 4.3.0 Local error"}))
    yield World(name="550-at-rcpt", script=Script(replies={"RCPT": "550 5.7.1 Relaying denied"}))
    yield World(name="drops-relay", script=Script(drops=True, needs_login=False), login=False)
    yield World(name="helo-only-no-tls-login", tls="none", script=Script(ehlo=False))
    yield World(
        name="ehlo-550",
        script=Script(replies={"EHLO": "550 5.7.1 Access denied"}, needs_login=False),
        login=False,
        tls="none",
    )
    yield World(
        name="sender-utf8-unoffered",
        sender="jürgen@example.org",
        script=Script(extensions=("8BITMIME",)),
    )
    yield World(
        name="parameters-no-size",
        script=Script(
            extensions=("8BITMIME", "SMTPUTF8"),
            refuses_parameters="555 5.5.4 Unsupported option",
        ),
    )
    yield World(name="unicode-münchen-implicit", script=Script(implicit=True), tls="implicit")
    yield World(
        name="final-dot-relay",
        host=".",
        tls="none",
        login=False,
        script=Script(needs_login=False, starttls=False),
    )


def _offers(*lines: str, first: str = "mail.example.org") -> Callable[[bool], str]:
    """An EHLO reply with these lines of AUTH inside TLS, outside with STARTTLS."""

    def hello(in_tls: bool) -> str:
        offered = lines if in_tls else ("STARTTLS",)
        some = [first, "8BITMIME", *offered]
        return "\n".join([*(f"250-{each}" for each in some[:-1]), f"250 {some[-1]}"])

    return hello


def _readings() -> Iterator[World]:
    """Replies and offers in a form that clients read each in their own way."""
    yield World(
        name="greeting-two-codes", script=Script(greeting="220-mail.example.org\n250 ready")
    )
    lines = [f"220-line {number} of a long welcome" for number in range(120)]
    yield World(name="greeting-120-lines", script=Script(greeting="\n".join([*lines, "220 ready"])))
    yield World(name="bare-lf", script=Script(end="\n"))
    yield World(name="auth-tab", script=Script(hello=_offers("AUTH\tPLAIN\tLOGIN")))
    yield World(name="auth-indented", script=Script(hello=_offers(" AUTH PLAIN LOGIN")))
    yield World(
        name="auth-in-two-lines", script=Script(hello=_offers("AUTH CRAM-MD5", "AUTH LOGIN PLAIN"))
    )
    yield World(name="auth-first-line", script=Script(hello=_offers(first="AUTH PLAIN LOGIN")))
    yield World(
        name="ehlo-150-lines",
        script=Script(hello=_offers("AUTH PLAIN LOGIN", *(f"XFEATURE{n}" for n in range(150)))),
    )
    relay = Script(replies={"EHLO": "450 4.7.1 later"}, starttls=False, needs_login=False)
    yield World(name="ehlo-450-helo", tls="none", login=False, script=relay)
    yield World(name="starttls-250", script=Script(instead={"STARTTLS": "250 go ahead"}))
    yield World(name="auth-250", script=Script(instead={"login": "250 2.7.0 ok"}))
    yield World(name="auth-530", script=Script(replies={"AUTH": "530 5.7.0 Must issue STARTTLS"}))
    yield World(name="mail-251", script=Script(instead={"MAIL": "251 2.1.5 forwarded"}))
    yield World(name="rcpt-252", script=Script(instead={"RCPT": "252 2.1.5 will try"}))
    yield World(name="quit-resets", script=Script(resets=("QUIT",)))
    login = Script(auth="AUTH LOGIN", served=("LOGIN",), initial="must-not")
    yield World(name="login-asked-first", script=login)
    plain = Script(auth="AUTH PLAIN", served=("PLAIN",), initial="must")
    yield World(name="plain-at-once", script=plain)
    scram = Script(auth="AUTH SCRAM-SHA-256", served=("SCRAM-SHA-256",))
    yield World(name="scram-served", script=scram)
    yield World(name="user-with-blank", user="info user", script=Script(user="info user"))


def _forms() -> Iterator[World]:
    """Ciphers, certificates and hosts that clients are of two minds about."""
    yield World(name="ccm", ciphers="ECDHE-ECDSA-AES128-CCM", certificate="elliptic")
    yield World(name="dhe-2048", ciphers="DHE-RSA-AES256-GCM-SHA384", good_dh=True)
    yield World(name="camellia", ciphers="ECDHE-RSA-CAMELLIA256-SHA384")
    yield World(name="wildcard-part", certificate="wildcard-part")
    yield World(name="name-with-dot", certificate="dotted")
    yield World(name="ip-in-common-name", certificate="ip-common-name", host="ip")
    yield World(name="ip-among-names", certificate="ip-as-name", host="ip")
    yield World(name="for-clients", certificate="for-clients")
    relay = Script(needs_login=False, starttls=False)
    yield World(name="ipv6-alone", ipv6=True, tls="none", login=False, script=relay)
    yield World(name="ipv6-literal", ipv6=True, host="ip", tls="none", login=False, script=relay)
    yield World(name="ipv6-brackets", ipv6=True, host="[ip]", tls="none", login=False, script=relay)


def _ways() -> Iterator[World]:
    """What a client begins, is asked for, or is told in a way that others pass over."""
    for name, line, begun in (
        ("digest-first", "AUTH DIGEST-MD5 LOGIN", ()),
        ("ntlm-then-cram", "AUTH NTLM CRAM-MD5", ()),
        ("kerberos-begun", "AUTH GSSAPI LOGIN", ("GSSAPI",)),
        ("nothing-named", "AUTH", ()),
    ):
        served = tuple(re.findall("PLAIN|LOGIN|CRAM-MD5", line)) or ("PLAIN",)
        yield World(name=f"auth-{name}", script=Script(auth=line, served=served, begun=begun))
    login = Script(auth="AUTH LOGIN", served=("LOGIN",), challenges=("Your name", "Your password"))
    yield World(name="challenge-in-words", script=login)
    again = Script(auth="AUTH PLAIN", served=("PLAIN",), initial="ignored")
    yield World(name="plain-asked-again", script=again)
    yield World(
        name="auth-503-relay",
        script=Script(replies={"AUTH": "503 5.5.1 already authenticated"}, needs_login=False),
    )
    cram = Script(starttls=False, auth_in_clear="AUTH CRAM-MD5", served=("CRAM-MD5",))
    yield World(name="clear-cram-alone", script=cram, tls="none")
    yield World(name="starttls-hidden", script=Script(starttls_line="HELP"))
    yield World(name="greets-again", script=Script(welcomes="220 mail.example.org ESMTP"))
    yield World(name="injected", script=Script(injected="\n250 2.0.0 injected"))
    yield World(name="hangs-up-pipelined", script=Script(hangs_up=True))
    syntax = Script(refuses_parameters="501 5.5.4 Syntax: MAIL FROM:<address>")
    yield World(name="mail-parameters-501", script=syntax)
    unnamed = _refuses(r"localhost|\[.*\]", "554 5.7.1 you are not me")
    yield World(name="no-poor-name-unnamed", script=Script(judge=unnamed, judged_at="RCPT"))
    yield World(name="no-signing", certificate="no-signing")
    yield World(name="addresses-beside-common-name", certificate="ip")


def _forgetful() -> Iterator[World]:
    """Servers that say too much, forget what was done, or take no password without saying so."""
    yield World(
        name="reply-too-many-behind-login",
        script=Script(instead={"login": "235 2.7.0 Ok\n250 2.0.0 Welcome"}),
    )
    yield World(
        name="login-forgotten", script=Script(instead={"MAIL": "530 5.7.0 Authentication required"})
    )
    yield World(
        name="tls-forgotten",
        script=Script(instead={"login": "538 5.7.11 Encryption required for this mechanism"}),
    )
    for code, text in (("538", "5.7.11 Encryption required"), ("550", "5.7.0 No cleartext login")):
        script = Script(auth_in_clear="AUTH PLAIN LOGIN", replies={"AUTH": f"{code} {text}"})
        yield World(name=f"clear-login-refused-{code}", script=script, tls="none")
    once = lambda in_tls: "503 5.5.1 EHLO already said" if in_tls else "250-mail\n250 STARTTLS"  # noqa: E731
    yield World(name="ehlo-inside-tls-refused", script=Script(hello=once))
    long = Script(hello=_offers("X" * 3000, "AUTH PLAIN LOGIN"))
    yield World(name="ehlo-line-3000", script=long)
    blanks = Script(hello=_offers("XTEXT " + "word " * 120, "AUTH PLAIN LOGIN"))
    yield World(name="ehlo-line-of-words", script=blanks)
    yield World(name="auth-240", script=Script(instead={"login": "240 fine"}))


def _partings() -> Iterator[World]:
    """Servers that go away at one stage."""
    for verb in ("greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "QUIT"):
        yield World(name=f"closes-{verb.lower()}", script=Script(closes=(verb,)))
    yield World(name="closes-connection", script=Script(closes=("connection",)))
    yield World(name="leaves-starttls", script=Script(leaves=("STARTTLS",)))
    yield World(name="leaves-auth", script=Script(leaves=("AUTH",)))
    yield World(name="leaves-rcpt", script=Script(leaves=("RCPT",)))
    yield World(name="quit-unanswered", script=Script(delays={"QUIT": 30}))
    yield World(name="three-refused-first", before=("127.0.2.1", "127.0.2.2", "127.0.2.3"))


def _spoken() -> Iterator[World]:
    """Greetings, replies and prompts in odd forms."""
    for name, greeting in {
        "empty-line": "\n220 mail.example.org",
        "without-blank": "220mail.example.org",
        "blank-alone": "220 ",
        "tab": "220\tmail.example.org",
        "indented": " 220 mail.example.org",
        "text-first": "Welcome\n220 mail.example.org",
        "unfinished-parts": "220-mail.example.org\n220-ready\n220",
        "colon": "220: mail.example.org",
        "nul": "220 mail\0example.org",
        "other-parts": "220-mail.example.org\n  for members\n220 ready",
        "221": "221 mail.example.org",
    }.items():
        yield World(name=f"greeting-{name}", script=Script(greeting=greeting))
    yield World(name="slow-bytes", script=Script(dribbles=0.02))
    yield World(name="235-two-lines", script=Script(instead={"login": "235-2.7.0 welcome\n235 ok"}))
    yield World(name="235-bare", script=Script(instead={"login": "235"}))
    yield World(name="250-two-lines", script=Script(instead={"MAIL": "250-2.1.0 Ok\n250 go on"}))
    yield World(name="250-indented", script=Script(instead={"MAIL": "250-2.1.0 Ok\n go on\n250 "}))
    yield World(name="starttls-two-lines", script=Script(instead={"STARTTLS": "220-go\n220 on"}))
    yield World(name="starttls-bare", script=Script(instead={"STARTTLS": "220"}))
    for code in ("500", "503", "530", "421", "550"):
        yield World(name=f"starttls-{code}", script=Script(replies={"STARTTLS": f"{code} no"}))
    optional = Script(
        replies={"STARTTLS": "454 4.7.0 TLS not available"}, needs_login=False, leaves=("STARTTLS",)
    )
    yield World(name="starttls-454-closes-relay", script=optional, login=False, required=False)
    for name, prompts in {
        "bare": ("", "UGFzc3dvcmQ6"),
        "lower": ("dXNlcm5hbWU6", "cGFzc3dvcmQ6"),
        "clear": ("Username:", "Password:"),
        "long": ("VXNlcm5hbWU6" * 40, "UGFzc3dvcmQ6" * 40),
        "swapped-words": ("UGFzc3dvcmQ6", "VXNlcm5hbWU6"),
        "unpadded": ("VXNlcg", "UGFzcw"),
    }.items():
        login = Script(auth="AUTH LOGIN", served=("LOGIN",), challenges=prompts)
        yield World(name=f"prompts-{name}", script=login)
    login = Script(auth="AUTH LOGIN", served=("LOGIN",), prompts_at_once=True)
    yield World(name="prompts-at-once", script=login)
    for name, line in {
        "commas": "AUTH PLAIN,LOGIN",
        "colon": "AUTH: PLAIN LOGIN",
        "blank-equals": "AUTH =PLAIN LOGIN",
        "two-blanks": "AUTH  PLAIN  LOGIN ",
        "split": "AUTH PLAIN\nAUTH LOGIN",
        "old-beside-other": "AUTH=LOGIN\nAUTH GSSAPI",
        "token-first": "AUTH OAUTHBEARER XOAUTH2 LOGIN",
        "many": "AUTH " + " ".join(f"X-OWN-{n}" for n in range(60)) + " PLAIN LOGIN",
    }.items():
        served = tuple(re.findall("PLAIN|LOGIN", line)) or ("PLAIN",)
        yield World(name=f"auth-{name}", script=Script(auth=line, served=served))
    for name, line in {
        "size-bare": "SIZE",
        "size-0": "SIZE 0",
        "size-5000": "SIZE 5000",
        "size-word": "SIZE unlimited",
        "size-lower": "size 20480000",
        "size-two": "SIZE 20480000 30000000",
    }.items():
        yield World(name=name, script=Script(extensions=(line, "8BITMIME")))
    yield World(
        name="size-10-judged", script=Script(extensions=("SIZE 10", "8BITMIME"), largest=10)
    )
    offered = Script(replies={"AUTH": "504 5.5.4 no"}, auth_in_clear="AUTH PLAIN")
    yield World(name="clear-504", script=offered, tls="none")
    yield World(
        name="mail-550-policy", script=Script(replies={"MAIL": "550 5.7.1 rejected by policy"})
    )
    yield World(
        name="rcpt-tls-demanded",
        script=Script(replies={"RCPT": "550 5.7.10 recipient requires TLS"}),
    )


def _shown() -> Iterator[World]:
    """Keys, curves and certificates, and what a server asks for in TLS."""
    for kind in (
        *("ed25519", "p521", "rsa-4096", "rsa-pss", "must-staple", "root-beside", "wrong-order"),
        *("doubled", "upper-case", "unknown-critical", "star", "two-stars", "very-long"),
        *("no-usage", "authority-as-leaf", "uri-name", "first-version", "critical-name"),
        *("constrained", "stranger-root-beside", "many-names"),
    ):
        yield World(name=f"certificate-{kind}", certificate=kind)
    for curve in ("secp384r1", "secp521r1", "X25519", "secp256k1", "brainpoolP256r1"):
        yield World(name=f"curve-{curve.lower()}", curve=curve)
    yield World(name="curve-p521-1.2", curve="secp521r1", versions=("TLSv1_2", "TLSv1_2"))
    yield World(name="asks-certificate", asks_certificate=True)
    asks = {"asks_certificate": True, "versions": ("TLSv1_2", "TLSv1_2")}
    yield World(name="asks-certificate-1.2", **asks)  # type: ignore[arg-type]
    yield World(name="needs-name", needs_name=True)
    yield World(
        name="needs-name-implicit", needs_name=True, tls="implicit", script=Script(implicit=True)
    )
    yield World(name="aria", ciphers="ECDHE-ARIA256-GCM-SHA384")
    yield World(name="chacha-alone", ciphers="ECDHE-RSA-CHACHA20-POLY1305")
    yield World(name="aes-256-sha", ciphers="AES256-SHA")
    yield World(name="aes-256-gcm-exchange", ciphers="AES256-GCM-SHA384")
    yield World(name="versions-1.1-1.2", ciphers=OLD_CIPHERS, versions=("TLSv1_1", "TLSv1_2"))
    yield World(
        name="1.1-relay-optional",
        ciphers=OLD_CIPHERS,
        versions=("TLSv1", "TLSv1_1"),
        required=False,
        login=False,
        script=Script(needs_login=False),
    )


WORLDS = tuple(
    each
    for group in (
        *(_names, _names_again, _tls, _tls_again, _starttls, _starttls_again),
        *(_auth, _auth_again, _addresses, _rest, _rest_again, _readings, _forms, _ways),
        *(_forgetful, _partings, _spoken, _shown),
    )
    for each in group()
)
