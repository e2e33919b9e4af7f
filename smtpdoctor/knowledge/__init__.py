"""What is known of providers, DNS hosts, replies, interceptors, middleboxes and mail clients.

The facts stand in the TOML files of this folder, each with the ids of its sources
(`sources.toml`: where, when read, how sure). This module loads them when they are asked for and
answers look-ups by name. It must not know observations, rules, the network or the clock.

A fact with `verified = false` is general knowledge: good for a hint, never for a finding. The
look-ups that propose something to the user (`nearest_host`, `submission_host_for`) propose
verified hosts only.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar

import msgspec

from smtpdoctor.addresses import is_address
from smtpdoctor.knowledge.needles import may_stand_in
from smtpdoctor.knowledge.spelling import as_it_looks, bare, is_slip, registry_labels
from smtpdoctor.smtp.capabilities import OfferReading
from smtpdoctor.smtp.reading import ChallengeOddity, ReplyReading

_FOLDER = Path(__file__).parent

#: Characters of a reply that rules look at, from both ends: a hostile one must not cost seconds.
_MOST_READ = 4096

Stage = Literal["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data"]


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of everything that is read from TOML: a misspelt key is an error."""


class Source(_Entry, frozen=True, kw_only=True):
    """Where a fact comes from.

    note: what it is, as reports name it.
    url: empty where the source is a sighting in public material that has no lasting address.
    read: the date of the text (a year, a month or a day), or "undated".
    kind: how much it is worth; what is only `observed` was seen and never promised.
    """

    id: str
    url: str
    read: str
    kind: Literal["vendor", "maintained", "standard", "secondary", "observed"]
    note: str


class Note(_Entry, frozen=True, kw_only=True):
    """A sentence about a provider that a report may quote."""

    text: str
    verified: bool
    sources: tuple[str, ...] = ()


class ProviderHost(_Entry, frozen=True, kw_only=True):
    """A submission host. `region` is the provider's own grouping, None where there is one only."""

    host: str
    region: str | None = None
    verified: bool
    source: str = ""


class ProviderPort(_Entry, frozen=True, kw_only=True):
    """A port that the provider serves, and how TLS begins on it."""

    port: int
    tls: Literal["implicit", "starttls", "none"]
    recommended: bool = False
    verified: bool
    source: str = ""


class ReplyRule(_Entry, frozen=True, kw_only=True):
    """What a server's reply means at a stage.

    pattern: a regular expression, searched without regard to case over the whole reply, its lines
        as `CODE text` or `CODE-text` joined by line feeds; `^` and `$` fit at every line.
    code: the diagnosis code.
    tells: what a refused login's words say is wrong: the user name, the password, or `nothing`
        beyond the refusal; `own-fault` of a 4xx that blames a part of the server itself; `trial` of
        an account that may write to few; `connector` of a tenant that doesn't know this machine;
        `country` where it is the place of this machine's address; `pop-first` where fetching mail
        counts as a login; `storage` of an account that has none left; "" where it isn't known.
    """

    stages: tuple[Stage, ...]
    pattern: str
    code: str
    cause: str
    fix: str
    verified: bool
    sources: tuple[str, ...] = ()
    tells: Literal[
        "",
        "nothing",
        "username",
        "password",
        "own-fault",
        "trial",
        "connector",
        "country",
        "pop-first",
        "storage",
    ] = ""

    def matches(self, reply: str) -> bool:
        """Whether these are the words of that reply."""
        texts, lowered = _readings(reply)
        if not may_stand_in(self.pattern, *lowered):
            return False
        wanted = re.compile(self.pattern, re.IGNORECASE | re.MULTILINE)
        return any(wanted.search(text) is not None for text in texts)


@lru_cache(maxsize=16)  # a reply is held against all rules, one after the other
def _readings(reply: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """The reply as it came and as one line, without the codes that each line repeats: sentences
    run over lines. Both once more in lower case."""
    if len(reply) > _MOST_READ:
        reply = reply[: _MOST_READ // 2] + "\n" + reply[-_MOST_READ // 2 :]
    one_line = re.sub(r"[ \t]*\n(\d{3}[ -])?([245]\.\d+\.\d+ +)?", " ", reply)
    return (reply, one_line), (reply.lower(), one_line.lower())


class SPFInclude(_Entry, frozen=True, kw_only=True):
    """A name whose SPF record lists the provider's networks. Of several, one suffices: that of
    the mailbox's region, where they have one, or all `spf_together` of the provider's.

    hosts: submission hosts and MX hosts, or domains of such, that show this region.
    """

    include: str
    region: str | None = None
    hosts: tuple[str, ...] = ()
    legacy: bool = False
    verified: bool
    source: str = ""


class DKIMSelector(_Entry, frozen=True, kw_only=True):
    """A selector that the provider signs with, and the CNAME target it asks for.

    cname: "{domain}" stands for the domain, "{dashed}" for the domain with dashes for dots.
    typical: it is often this one, so a key there counts and no key there says nothing.
    may_be_empty: the provider publishes an empty key there as long as it signs with another one,
    so an empty key there says nothing.
    """

    selector: str
    cname: str | None = None
    typical: bool = False
    may_be_empty: bool = False

    def target(self, domain: str) -> str | None:
        """Where the CNAME of this domain's selector leads."""
        if self.cname is None:
            return None
        return self.cname.format(domain=domain, dashed=domain.replace(".", "-"))


class Provider(_Entry, frozen=True, kw_only=True):
    """One mailbox provider, relay or sending service.

    aliases: what people call it, beside its id, its hosts and their domains.
    mail_domains: domains in which it gives addresses away; only it can send for them.
    operator: the company behind it, where that runs several entries whose servers stand in for
        each other.
    host_patterns: regular expressions for whole host names beyond those listed.
    region_hosts: of a provider with regions, the hosts that stand for them: each mailbox is served
        in one region, and a run looks at the others beside it.
    not_served: ports where it is known not to listen.
    same_login_hosts: hosts of which a source says that one mailbox logs in on any of them.
    auth_mechanisms: what sources list; what EHLO announces counts.
    password_word: what the provider calls a password that is made for one program.
    password_apart: programs never log in with the password of its web site.
    login_in_clear: `refused` where it announces AUTH without TLS and then takes no login there.
    username_form: `any` also where no source tells the form.
    sender_judged: the stage at which a sender that breaks `sender_rule` is refused.
    envelope: whether receivers see the user's own envelope sender (`kept`) or one that the service
        puts in its place (`rewritten`), so that SPF of the From domain is not what they judge.
    spf_together: terms that its customers publish all of, in place of one include.
    mx_suffixes: names of its MX hosts, or domains under which they stand.
    """

    id: str
    name: str
    kind: Literal["mailbox", "relay", "esp"]
    aliases: tuple[str, ...] = ()
    mail_domains: tuple[str, ...] = ()
    operator: str = ""
    hosts: tuple[ProviderHost, ...] = ()
    host_patterns: tuple[str, ...] = ()
    region_hosts: tuple[str, ...] = ()
    ports: tuple[ProviderPort, ...] = ()
    not_served: tuple[int, ...] = ()
    not_served_source: str = ""
    same_login_hosts: tuple[str, ...] = ()
    same_login_source: str = ""
    auth_mechanisms: tuple[str, ...] = ()
    username_form: Literal["address", "literal", "key", "any"] = "any"
    username_literal: str | None = None
    username_hint: str = ""
    password_hint: str = ""
    password_word: str = "app password"
    password_apart: bool = False
    login_sources: tuple[str, ...] = ()
    login_in_clear: Literal["refused", "unknown"] = "unknown"
    login_in_clear_source: str = ""
    sender_rule: Literal["same-domain", "same-address", "verified", "none", "unknown"] = "unknown"
    sender_rule_text: str = ""
    sender_rule_since: str | None = None
    sender_rule_source: str = ""
    sender_judged: Literal["mail", "rcpt", "data", "unknown"] = "unknown"
    envelope: Literal["kept", "rewritten", "unknown"] = "unknown"
    envelope_source: str = ""
    spf_includes: tuple[SPFInclude, ...] = ()
    spf_together: tuple[str, ...] = ()
    dkim: tuple[DKIMSelector, ...] = ()
    dkim_source: str = ""
    mx_suffixes: tuple[str, ...] = ()
    imap_hosts: tuple[str, ...] = ()
    names_sources: tuple[str, ...] = ()  # of mx_suffixes and imap_hosts
    limits: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    replies: tuple[ReplyRule, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source that this entry names, each once."""
        found = dict.fromkeys(_source_ids(msgspec.to_builtins(self)))
        return tuple(found)


class IssuerPattern(_Entry, frozen=True, kw_only=True):
    """A regular expression for one field of a certificate's issuer."""

    field: Literal["CN", "O", "OU", "emailAddress", "any"]
    pattern: str
    verified: bool
    sources: tuple[str, ...] = ()


class Interceptor(_Entry, frozen=True, kw_only=True):
    """Software that answers in the server's place with a certificate of its own.

    where: on this machine or in the network, which says whose setting has to change.
    mail: whether it is known to step into mail ports. Nearly all names were seen on HTTPS.
    fix_verified: whether the menu path in `fix` was read in the maker's own text.
    certain: whether the pattern that matched may name it as a finding; else a hint only.
    """

    id: str
    name: str
    where: Literal["machine", "network", "unknown"]
    mail: Literal["yes", "web_only", "unknown"] = "unknown"
    mail_verified: bool = False
    issuers: tuple[IssuerPattern, ...]
    fix: str = ""
    fix_verified: bool = False
    note: str = ""
    certain: bool = False


class MiddleboxSign(_Entry, frozen=True, kw_only=True):
    """A mark that a box on the path leaves in the dialogue.

    pattern: searched without regard to case in one line as it came, `CODE text` or `CODE-text`.
    certain: the mark has no other known origin. Else it counts only beside a certain one.
    """

    id: str
    product: str
    stage: Stage
    pattern: str
    meaning: str
    fix: str
    certain: bool
    sources: tuple[str, ...] = ()

    def matches(self, line: str) -> bool:
        """Whether this line carries the mark."""
        return re.search(self.pattern, line, re.IGNORECASE) is not None


#: How a client makes up the name that it gives in EHLO; `checks.tls.ehlo_name` makes the same.
EHLOName = Literal[
    "full-name",  # the host's full name, else the host name as it is
    "full-name-or-literal",  # the host's full name where that has a dot, else an address literal
    "canonical-name",  # the first name that the host's address has
    "host-name",  # the host name as it is
    "valid-host-name",  # the same, localhost.localdomain where it is none by RFC 1123
    "short-name",  # the host name up to its first dot
    "dotted-or-bracket-127",  # the host name where that has a dot, else [127.0.0.1]
    "bracket-127",  # [127.0.0.1]
    "localhost",
    "localhost-localdomain",
]


#: Kinds of cipher that OpenSSL's default list has not, and HIGH and ALL have, with OpenSSL's words.
_OF_NO_DEFAULT = {
    "CCM8": "AESCCM8",
    "CCM": "AESCCM",
    "ARIA": "ARIAGCM",
    "CAMELLIA": "CAMELLIA",
}

#: The reply codes after which a dialogue goes on, by its step: RFC 5321 §4.3.2, RFC 3207 §4 and
#: RFC 4954 §4.
ACCEPTED = {
    "greeting": "220",
    "ehlo": "250",
    "helo": "250",
    "starttls": "220",
    "auth": "235",
    "mail": "250",
    "rcpt": "25[012]",
}


class Client(_Entry, frozen=True, kw_only=True):
    """A program or library that sends mail, as it is where its release isn't known.

    aliases: other names by which users know it.
    auth_order: the mechanisms in the order in which it takes them; empty where the caller decides.
    auth_tries_all: it goes on to the next mechanism after a refusal (several failed logins).
    auth_words: how its user names another mechanism, {mechanism} in capitals or {lower} in small
        letters.
    auth_with_domain: the mechanisms that it takes only for a user name with a domain in it.
    auth_by_ticket: those for which it needs a ticket, and stops without one.
    answers_at_once: the mechanisms whose first answer it puts into AUTH itself (RFC 4954 §4).
    stops_at: by mechanism, what it does not get past in the server's challenges.
    accepts: by step of the dialogue, the reply codes that it takes for a success, as a regular
        expression; what isn't named is as RFC 5321 has it.
    offers: how it looks for STARTTLS and AUTH in what a server announces.
    replies: how it reads a reply. counts: the line whose code it goes by.
    out_of_step: a reply too many makes it take every answer for the one before, up to DATA.
    insists: it sends AUTH with its own mechanism whether that is offered or not: "with-auth" where
        anything is offered, "always" even where nothing is, "without-choice" where AUTH names none.
    starttls_by_itself: it begins TLS where STARTTLS is offered, also where TLS is switched off.
    takes_sha1: it takes a certificate that is signed with SHA-1.
    logs_in_unoffered: with a login and none offered it "stops", or "sends" without.
    logs_in_after_helo: it logs in where the server knows HELO alone, with the mechanism after_helo
        where that is named. starttls_after_helo: it begins TLS there, too.
    logs_in_in_clear: whether it gives a password away without TLS; "loopback": to this machine.
    without_starttls: where STARTTLS isn't offered it "stops" or "goes-on", whatever is set, or does
        "as-set": goes on where the setting is opportunistic.
    starttls_unoffered: where STARTTLS is required, it asks for it whatever EHLO lists.
    after_refused_starttls: what it does where STARTTLS is offered and refused: as without_starttls.
    drops_injected: it throws away what came in clear behind the 220 to STARTTLS, and goes on.
    implicit_on_465: it begins TLS by itself on this port.
    ehlo: the name it gives in EHLO.
    checks_name: it compares the certificate with the host's name. takes_names: in which forms it
        takes a name that RFC 9525 §6 doesn't know: "part-wildcard" (mail*.example.com), a
        "final-dot", the "common-name" whatever names stand beside it, for a host that is an
        address a "dns-address" (among the DNS names) or the
        "common-name-address".
    checks_purpose: it refuses a certificate that is not made for servers.
    refuses_common_name: it takes no certificate whose only name is the subject's Common Name.
    common_name_beside_addresses: it takes the Common Name where the list has addresses alone.
    wants_signing_key: it refuses a certificate whose key usage leaves signatures out, but with RSA
        key exchange.
    refuses_expired_beside: it refuses an expired certificate in what the server sends, though a
        good chain stands beside it.
    strict_x509: it refuses a CA without critical basicConstraints, a leaf without the key
        identifier of its issuer.
    tls_ciphers: what it offers up to TLS 1.2, as OpenSSL writes it; tls_level is OpenSSL's security
        level, tls_lowest the version it begins with.
    tls_unsafe_renegotiation: it takes a server without RFC 5746.
    takes_final_dot: its name check takes a host with a dot at the end.
    unicode_host: what becomes of a host in Unicode; "unmatched": resolved, then refused by TLS.
    underscore_host: it takes a host with an underscore.
    ipv6_host: how it wants an IPv6 address as the host: "bare", in "brackets", "either".
    helo_after: the replies to EHLO after which it says HELO, as a regular expression; "" for never.
    addresses: which of a name's it tries: "all", one after the other or at once; the "first" that
        the system gives, any IPv4 one where the DNS has some; the "first-ipv4".
    connects_within: it has one time for all addresses, in seconds: a silent first one uses it up.
        0 where each address has its own, or that time is longer than the system tries.
    names_within: it asks the name servers by itself, for both kinds of address, and has one time
        for both answers, in seconds. 0 where it goes by the system, or goes on with the one it has.
    refuses_senders: addresses that it takes for none, as a regular expression.
    sends_utf8_sender: it can say MAIL FROM with letters that are not ASCII where SMTPUTF8 is
        offered. unicode_domain: what it makes of such a domain where that is not.
    takes_non_ascii_password: it can log in with one.
    gives_up_after: seconds without an answer after which it does by itself; 0 where that is longer
        than the doctor waits.
    mail_parameters: the extensions whose parameters it gives to MAIL where they are offered.
    pipelines: it sends the envelope in one go where PIPELINING is offered.
    releases: from the lowest version on, what is different there.
    words: by diagnosis code, exactly what it prints.
    tls_snippets: the setting in code. In both, `{host}` and `{port}` are for `str.format`; in
        words `{reply}`, too: the reply code that the library passes on.
    """

    id: str
    name: str
    language: str
    aliases: tuple[str, ...] = ()
    auth_order: tuple[str, ...] = ()
    auth_words: str = ""
    auth_tries_all: bool = False
    auth_with_domain: tuple[str, ...] = ()
    auth_by_ticket: tuple[str, ...] = ()
    answers_at_once: tuple[str, ...] = ("PLAIN",)
    stops_at: Mapping[str, tuple[ChallengeOddity, ...]] = {}
    accepts: Mapping[str, str] = {}
    after_helo: str = ""
    offers: OfferReading = OfferReading()
    replies: ReplyReading = ReplyReading()
    counts: Literal["first", "last"] = "last"
    out_of_step: bool = False
    insists: Literal["no", "with-auth", "without-choice", "always"] = "no"
    starttls_by_itself: bool = False
    takes_sha1: bool = False
    logs_in_unoffered: Literal["stops", "sends"] = "stops"
    logs_in_after_helo: bool = False
    starttls_after_helo: bool = False
    logs_in_in_clear: Literal["yes", "loopback", "no"] = "yes"
    without_starttls: Literal["as-set", "stops", "goes-on"] = "as-set"
    starttls_unoffered: bool = False
    after_refused_starttls: Literal["as-set", "stops"] = "stops"
    drops_injected: bool = False
    implicit_on_465: bool = False
    ehlo: EHLOName
    checks_name: bool = True
    takes_names: tuple[
        Literal["part-wildcard", "final-dot", "common-name", "dns-address", "common-name-address"],
        ...,
    ] = ()
    checks_purpose: bool = True
    refuses_common_name: bool = False
    common_name_beside_addresses: bool = True
    wants_signing_key: bool = False
    refuses_expired_beside: bool = False
    strict_x509: bool = False
    tls_ciphers: str = "DEFAULT"
    tls_level: int = 2
    tls_lowest: Literal["1.0", "1.2"] = "1.2"
    tls_unsafe_renegotiation: bool = False
    takes_final_dot: bool = True
    unicode_host: Literal["resolved", "not-resolved", "unmatched"] = "resolved"
    underscore_host: bool = True
    ipv6_host: Literal["bare", "brackets", "either"] = "bare"
    helo_after: str = "[2345].."
    addresses: Literal["all", "first", "first-ipv4"] = "all"
    connects_within: int = 0
    names_within: int = 0
    refuses_senders: str = ""
    sends_utf8_sender: bool = True
    unicode_domain: Literal["encoded", "as-written", "refused"] = "encoded"
    takes_non_ascii_password: bool = True
    gives_up_after: int = 0
    mail_parameters: tuple[Literal["SIZE", "8BITMIME", "SMTPUTF8"], ...] = ()
    pipelines: bool = False
    releases: Mapping[str, Mapping[str, Any]] = {}
    words: Mapping[str, str]
    tls_snippets: Mapping[Literal["implicit", "starttls", "none"], str]
    sources: tuple[str, ...]

    def takes_cipher(self, suite: str) -> bool:
        """Whether its list for TLS up to 1.2 has this suite, by OpenSSL's name. A list that names
        no exceptions takes what current libraries take."""
        if suite.startswith("TLS_"):
            return True
        words = self.tls_ciphers.split(":")
        for family, word in _OF_NO_DEFAULT.items():
            if family in suite:
                return bool({"HIGH", "ALL"} & set(words)) and f"!{word}" not in words
        mac = suite.rpartition("-")[2]
        if mac in ("SHA256", "SHA384") and "GCM" not in suite:  # with CBC
            return f"!{mac}" not in self.tls_ciphers
        if "!SHA1" not in self.tls_ciphers:
            return True
        # without ephemeral keys, or with SHA-1 as its MAC
        return suite.startswith(("ECDHE-", "DHE-")) and not suite.endswith("-SHA")

    def takes(self, step: str, code: int) -> bool:
        """Whether it goes on after this reply code."""
        taken = self.accepts.get(step, ACCEPTED.get(step, "2.."))
        return re.fullmatch(taken, str(code)) is not None

    def takes_name(self, host: str, names: Sequence[str], common_name: str) -> bool:
        """Whether it takes a certificate with these names, which the standard's check refused."""
        if not self.checks_name:
            return True
        wanted = bare(host)
        if is_address(host):
            return ("dns-address" in self.takes_names and host in names) or (
                "common-name-address" in self.takes_names and not names and common_name == host
            )
        if "common-name" in self.takes_names and bare(common_name) == wanted:
            return True
        first, _, rest = wanted.partition(".")
        for name in names:
            part, star, end = bare(name).partition(".")[0].partition("*")
            if "final-dot" in self.takes_names and name.endswith(".") and bare(name) == wanted:
                return True
            if (
                "part-wildcard" in self.takes_names
                and star
                and bare(name).partition(".")[2] == rest
                and len(first) >= len(part + end)
                and first.startswith(part)
                and first.endswith(end)
            ):
                return True
        return False

    def of_release(self, version: str) -> Client:
        """The client in that release; itself where the version is not known."""
        if not version:
            return self
        changes: dict[str, Any] = {}
        for since in sorted(self.releases, key=_version):
            if _version(since) <= _version(version):
                changes |= self.releases[since]
        return msgspec.convert({**msgspec.structs.asdict(self), **changes}, Client)


def _version(text: str) -> tuple[int, ...]:
    """A version as it is ordered; what stands behind its numbers doesn't count."""
    numbers = re.match(r"[0-9.]*", text)
    return tuple(int(part[:9]) for part in (numbers[0] if numbers else "").split(".") if part)


class CodeSnippets(_Entry, frozen=True, kw_only=True):
    """How a program's code or configuration says a way to a server.

    tls_snippets: as those of `Client`, by mode; with TLS it is required, certificates are verified
        where the program can, and user name and password come from the environment.
    """

    id: str
    name: str
    language: str
    tls_snippets: Mapping[Literal["implicit", "starttls", "none"], str]


class DNSHost(_Entry, frozen=True, kw_only=True):
    """Who runs zones whose name servers have names of a certain form.

    name_servers: regular expressions for whole names.
    edit: where a record is added, as a sentence's end; empty where that isn't known for sure.
    """

    id: str
    name: str
    name_servers: tuple[str, ...]
    names_source: str
    edit: str = ""
    edit_source: str = ""

    def runs(self, name_server: str) -> bool:
        """Whether that is the name of one of its name servers."""
        name = bare(name_server)
        return any(re.fullmatch(pattern, name) for pattern in self.name_servers)


# --- loading ----------------------------------------------------------------------------------

_T = TypeVar("_T")


def _toml(*parts: str) -> dict[str, Any]:
    return tomllib.loads(_FOLDER.joinpath(*parts).read_text(encoding="utf-8"))


@cache
def _texts(folder: str) -> Mapping[str, str]:
    """The files of a folder by their names, which are the ids of what stands in them."""
    files = sorted((_FOLDER / folder).glob("*.toml"))
    return {path.stem: path.read_text(encoding="utf-8") for path in files}


def _named(name: str, kind: type[_T], text: str) -> _T:
    """An entry, to whose text its id is added."""
    return msgspec.convert({"id": name, **tomllib.loads(text)}, kind)


#: The head of a table in a file of tables.
_TABLE = re.compile(r"^\[([\w-]+)\]$", re.MULTILINE)


def _source_ids(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _source_ids(item, str(name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _source_ids(item, key)
    elif key.endswith(("source", "sources")) and value:
        yield str(value)


class Age(msgspec.Struct, frozen=True):
    """How old what is known is: how many sources, and when the first and the last were read. A
    standard does not age, and is no first."""

    sources: int
    oldest: str
    newest: str


def age() -> Age:
    """Of all sources."""
    found = [item for item in sources().values() if item.read != "undated"]
    ageing = [item.read for item in found if item.kind != "standard"]
    return Age(sources=len(sources()), oldest=min(ageing), newest=newest())


#: A day on which a source was read.
_READ = re.compile(r'^read = "(\d{4}-\d\d-\d\d)"$', re.MULTILINE)


@cache
def newest() -> str:
    """The last day on which anything was read. Parses no entry."""
    days: list[str] = _READ.findall(_FOLDER.joinpath("sources.toml").read_text(encoding="utf-8"))
    return max(days)


class _ReadOnDemand(Mapping[str, _T]):
    """Entries by id, each parsed when it is asked for: most runs need one of a hundred."""

    def __init__(self, texts: Mapping[str, str], kind: type[_T]) -> None:
        self._texts = texts
        self._kind = kind
        self._read: dict[str, _T] = {}

    def __getitem__(self, name: str) -> _T:
        if name not in self._read:
            self._read[name] = _named(name, self._kind, self._texts[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@cache
def sources() -> Mapping[str, Source]:
    """All sources by id."""
    _, *parts = _TABLE.split(_FOLDER.joinpath("sources.toml").read_text(encoding="utf-8"))
    return _ReadOnDemand(dict(zip(parts[::2], parts[1::2], strict=True)), Source)


@cache
def providers() -> Mapping[str, Provider]:
    """All providers by id, in the order of their ids."""
    return _ReadOnDemand(_texts("providers"), Provider)


def providers_of_kind(kind: str) -> tuple[Provider, ...]:
    """The providers of one kind, in the order of their ids. Parses no other file."""
    marked = (name for name, text in _texts("providers").items() if f'kind = "{kind}"' in text)
    return tuple(item for name in marked if (item := providers()[name]).kind == kind)


@cache
def clients() -> Mapping[str, Client]:
    """All mail clients by id."""
    return _ReadOnDemand(_texts("clients"), Client)


_NAMED_CLIENT = re.compile(r"(?P<name>[a-z][a-z0-9-]*?)(?:[@-]?v?(?P<version>[0-9][0-9.]{0,30}))?")


def named_client(text: str) -> tuple[str, str] | None:
    """The id and the version in a client's name as people write it: "nodemailer@6", "Python 3.13".

    The version is "" where none is given; None for a name that nobody here knows.
    """
    name = re.sub(r"[\s/_.:]+(?=[a-z])|\s+", "-", text.strip().lower())
    if name in _client_names():
        return _client_names()[name], ""
    match = _NAMED_CLIENT.fullmatch(name)
    if match is None or match["name"] not in _client_names():
        return None
    return _client_names()[match["name"]], match["version"] or ""


def client(name: str | None, version: str = "") -> Client | None:
    """The client with that id as it is in that version; None where nobody here knows it."""
    found = clients().get(name or "")
    return found.of_release(version) if found is not None else None


@cache
def _client_names() -> Mapping[str, str]:
    """Every name of a client, and its id."""
    return {name: each.id for each in clients().values() for name in (each.id, *each.aliases)}


@cache
def snippets() -> Mapping[str, CodeSnippets]:
    """The settings in code by the id of a client, or of a program on top of one (Rails)."""
    found = {
        client.id: CodeSnippets(
            id=client.id,
            name=client.name,
            language=client.language,
            tls_snippets=client.tls_snippets,
        )
        for client in clients().values()
    }
    for name, text in _texts("snippets").items():
        found[name] = _named(name, CodeSnippets, text)
    return MappingProxyType(found)


@cache
def interceptors() -> tuple[Interceptor, ...]:
    """All interceptors, as they stand in `interceptors.toml`."""
    return msgspec.convert(_toml("interceptors.toml")["interceptors"], tuple[Interceptor, ...])


@cache
def middlebox_signs() -> tuple[MiddleboxSign, ...]:
    """The marks of middleboxes that rewrite the dialogue."""
    return msgspec.convert(_toml("middleboxes.toml")["signs"], tuple[MiddleboxSign, ...])


@cache
def dns_hosts() -> tuple[DNSHost, ...]:
    """Those who run zones, as they stand in `dns_hosts.toml`."""
    return msgspec.convert(_toml("dns_hosts.toml")["hosts"], tuple[DNSHost, ...])


# --- providers by name ------------------------------------------------------------------------

#: Under different top-level domains: a resolver that knows neither knows no name from outside.
WELL_KNOWN_NAMES = ("google.com", "wikipedia.org")

#: First labels of names that belong to a mail provider and are no submission host.
_OTHER_SERVICE = re.compile(
    r"(www|web|webmail|e?mail|imap[s4]?|pop[s3]?|mx[0-9ab]*|incoming|autodiscover|autoconfig)"
)


@cache
def _hosts() -> Mapping[str, tuple[ProviderHost, Provider]]:
    return {
        host.host: (host, provider) for provider in providers().values() for host in provider.hosts
    }


@cache
def _domains() -> Mapping[str, Provider]:
    """The domains in which a provider's verified hosts stand: "gmail.com", "mail.yahoo.com"."""
    shared = tuple(_spelling_lists()["shared_domains"])
    found: dict[str, Provider] = {}
    for name, (host, provider) in _hosts().items():
        if not host.verified or name.endswith(shared):
            continue
        labels = name.split(".")
        for start in range(1, len(labels) - registry_labels(labels)):
            found.setdefault(".".join(labels[start:]), provider)
    return found


@cache
def _spelling_lists() -> Mapping[str, Any]:
    return _toml("spelling.toml")


#: RFC 6761 §6.3, §6.4: no provider's names, and no table has to be read for them.
_NOBODYS = (".invalid", ".localhost", "localhost")


def _is_nobodys(name: str) -> bool:
    """Whether no provider has this name: it can't, or it is an address."""
    return name.endswith(_NOBODYS) or ":" in name or name.replace(".", "").isdigit()


@lru_cache(maxsize=4096)  # every part of a run asks, and of many targets many have the same
def provider_of(host: str) -> Provider | None:
    """The provider whose submission host this is; no guess."""
    name = bare(host)
    if _is_nobodys(name):
        return None
    texts = _texts("providers")
    for each, text in texts.items():
        if f'"{name}"' in text and any(known.host == name for known in providers()[each].hosts):
            return providers()[each]
    for each, text in texts.items():
        if "host_patterns" in text and any(
            re.fullmatch(pattern, name) for pattern in providers()[each].host_patterns
        ):
            return providers()[each]
    return None


def provider_called(text: str) -> Provider | None:
    """The provider that somebody means who says `text`: its id, a common name, a host or domain."""
    name = bare(text.strip())
    plain = re.sub(r"[\s_.-]+", "_", name)
    found = providers().get(plain)
    if found is not None:
        return found
    for provider in providers().values():
        if plain in (re.sub(r"[\s_.-]+", "_", alias) for alias in provider.aliases):
            return provider
    if "." not in name:
        return None
    return provider_of(name) or _provider_of_other_name(name)


def free_mail_provider(domain: str) -> Provider | None:
    """Who gives addresses of this domain away, so that nobody else can send for it."""
    return _mail_domains().get(domain.lower().rstrip("."))


@cache
def _mail_domains() -> Mapping[str, Provider]:
    return {
        domain: provider for provider in providers().values() for domain in provider.mail_domains
    }


def provider_by_certificate(names: Sequence[str]) -> Provider | None:
    """The provider that owns a certificate with these DNS names, which must have been verified.

    A name that is a known host counts more than a wildcard that covers one. None where the names
    point at several providers.
    """
    exact = {found.id: found for name in names if (found := provider_of(name))}
    if not exact:
        for name in names:
            label, _, domain = bare(name).partition(".")
            if label == "*" and "." in domain:  # *.com is nobody's
                covered = (
                    provider
                    for host, (_, provider) in _hosts().items()
                    if host.partition(".")[2] == domain
                )
                exact.update({found.id: found for found in covered})
    return next(iter(exact.values())) if len(exact) == 1 else None


@lru_cache(maxsize=1024)  # every known name is compared, and of many targets many have the same
def nearest_host(host: str) -> tuple[str, Provider] | None:
    """The submission host that was probably meant by a misspelt name.

    None for a name that is known itself (also as an IMAP, MX or web name), and for a name that is
    near but belongs to somebody else (smtp.mail.com beside smtp.gmail.com).
    """
    name = bare(host)
    if not name or _is_nobodys(name) or provider_of(name) or submission_host_for(name):
        return None
    looks_like = as_it_looks(name)
    if looks_like != name and (meant := _known_by_looks(looks_like)):
        return meant
    lists = _spelling_lists()
    if any(name == real or name.endswith("." + real) for real in lists["real_domains"]):
        return None
    best: tuple[int, str, Provider] | None = None
    for known, (entry, provider) in _hosts().items():
        if not entry.verified:
            continue
        distance = is_slip(looks_like, known, lists["tld_slips"])
        if distance and (best is None or distance < best[0]):
            best = (distance, known, provider)
    return (best[1], best[2]) if best else None


def _known_by_looks(name: str) -> tuple[str, Provider] | None:
    provider = provider_of(name)
    return (name, provider) if provider else submission_host_for(name)


def submission_host_for(name: str) -> tuple[str, Provider] | None:
    """The submission host beside a provider's IMAP, POP, MX or web name.

    None for a submission host, and for a name that no provider is known for.
    """
    name = bare(name)
    if _is_nobodys(name) or provider_of(name):
        return None
    found = _provider_of_other_name(name)
    if found is None:
        return None
    candidates = [entry.host for entry in found.hosts if entry.verified]
    if not candidates:
        return None
    # of a provider's regional hosts the one that shares most labels: mx00.ionos.de, smtp.ionos.de
    return max(candidates, key=lambda candidate: _shared_labels(candidate, name)), found


@lru_cache(maxsize=4096)
def _provider_of_other_name(name: str) -> Provider | None:
    for provider in providers().values():
        if name in provider.imap_hosts:
            return provider
        if any(name == suffix or name.endswith("." + suffix) for suffix in provider.mx_suffixes):
            return provider
    if name in _domains():
        return _domains()[name]
    label, _, domain = name.partition(".")
    if _OTHER_SERVICE.fullmatch(label):
        return _domains().get(domain)
    return None


def _shared_labels(first: str, second: str) -> int:
    count = 0
    pairs = zip(reversed(first.split(".")), reversed(second.split(".")), strict=False)
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def dns_host_of(name_servers: Sequence[str]) -> DNSHost | None:
    """Who runs the zone with these name servers; None where they aren't all of one known host."""
    for host in dns_hosts():
        if name_servers and all(host.runs(name_server) for name_server in name_servers):
            return host
    return None


# --- interception -----------------------------------------------------------------------------


def interceptor_of(issuer: Mapping[str, str]) -> Interceptor | None:
    """The interceptor that an issuer's fields (CN, O, OU, emailAddress) name.

    `certain` of the result tells a name that was seen in real certificates from a mere hint; a
    certain match anywhere is preferred.
    """
    hint: Interceptor | None = None
    for interceptor in interceptors():
        for pattern in interceptor.issuers:
            fields = issuer.values() if pattern.field == "any" else [issuer.get(pattern.field, "")]
            if not any(re.search(pattern.pattern, text, re.IGNORECASE) for text in fields):
                continue
            if pattern.verified:
                return msgspec.structs.replace(interceptor, certain=True)
            hint = hint or interceptor
    return hint


# --- replies ----------------------------------------------------------------------------------


@cache
def general_reply_rules() -> tuple[ReplyRule, ...]:
    return msgspec.convert(_toml("reply_words.toml")["replies"], tuple[ReplyRule, ...])


def reply_rules(provider: Provider | None, stage: str) -> Sequence[ReplyRule]:
    """The rules for a reply at that stage, the provider's own first, then the general ones.

    The first that matches counts. The stage is that of the command which was answered; the same
    words mean different things elsewhere.
    """
    own = provider.replies if provider else ()
    return tuple(rule for rule in (*own, *general_reply_rules()) if stage in rule.stages)


def interpret(provider: Provider | None, stage: str, reply: str) -> ReplyRule | None:
    """What a reply means, None where no rule knows its words."""
    own = provider.replies if provider else ()
    of_provider = (rule for rule in own if stage in rule.stages and rule.matches(reply))
    return next(of_provider, None) or _interpret_generally(stage, reply)


@lru_cache(maxsize=16)  # the rules of diagnoses ask one after the other what a reply means
def _interpret_generally(stage: str, reply: str) -> ReplyRule | None:
    return next((rule for rule in reply_rules(None, stage) if rule.matches(reply)), None)


def is_public_word(word: str) -> bool:
    """Whether that is one of the public words; lower-case."""
    # most that are asked about stand nowhere, and need no list of words to be made
    return any(word in text for text in _public_texts()) and word in public_words()


@cache
def public_words() -> frozenset[str]:
    """Words, lower-case, that servers and this program use whatever anybody's password is."""
    joined, *texts = _public_texts()
    # an escape such as \b must not stick to the word behind it
    plain = re.sub(r"\\+[a-z]", " ", "\n".join(texts))
    return frozenset((*re.findall(r"[^\W_]+", plain), *joined.split()))


@cache
def _public_texts() -> tuple[str, ...]:
    """What public words are taken from, in lower case; the first are words with marks in them."""
    known = _toml("public_words.toml")
    files = ("reply_words.toml", "middleboxes.toml", "interceptors.toml")
    return (
        known["joined"],
        known["words"].lower(),
        *(text.lower() for text in _texts("providers").values()),
        *(text.lower() for text in _texts("clients").values()),
        *(_FOLDER.joinpath(name).read_text(encoding="utf-8").lower() for name in files),
    )


@cache
def public_names() -> frozenset[str]:
    """Host and domain names of providers, platforms and authorities: everybody may know them."""
    files = ("dns_hosts.toml", "https_apis.toml", "interceptors.toml")
    texts = [
        *(text for each in ("providers", "clouds", "clients") for text in _texts(each).values()),
        *(_FOLDER.joinpath(name).read_text(encoding="utf-8") for name in files),
    ]
    name = re.compile(r"(?:[a-z0-9_][a-z0-9_-]*\.)+[a-z]{2,}", re.IGNORECASE)
    return frozenset((*WELL_KNOWN_NAMES, *map(str.lower, name.findall("\n".join(texts)))))
