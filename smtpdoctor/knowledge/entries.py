"""What an entry of the knowledge base says: the types that its TOML files are read as.

Knows the keys of each kind of file, and what an entry answers by itself: whether a reply has its
words, what a client sends or takes. It must not know where entries are read from, nor any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec

from smtpdoctor.addresses import is_address
from smtpdoctor.knowledge.needles import may_stand_in
from smtpdoctor.knowledge.spelling import bare
from smtpdoctor.smtp.capabilities import OfferReading
from smtpdoctor.smtp.reading import ChallengeOddity, ReplyReading

#: Characters of a reply that rules look at, from both ends: a hostile one must not cost seconds.
_MOST_READ = 4096

Stage = Literal["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of everything that is read from TOML: a misspelt key is an error."""


def source_ids(value: object, key: str = "") -> Iterator[str]:
    """The ids of sources that stand anywhere in an entry."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from source_ids(item, str(name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from source_ids(item, key)
    elif key.endswith(("source", "sources")) and value:
        yield str(value)


class Source(Entry, frozen=True, kw_only=True):
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


class Note(Entry, frozen=True, kw_only=True):
    """A sentence about a provider that a report may quote."""

    text: str
    verified: bool
    sources: tuple[str, ...] = ()


class ProviderHost(Entry, frozen=True, kw_only=True):
    """A submission host. `region` is the provider's own grouping, None where there is one only."""

    host: str
    region: str | None = None
    verified: bool
    source: str = ""


class ProviderPort(Entry, frozen=True, kw_only=True):
    """A port that the provider serves, and how TLS begins on it."""

    port: int
    tls: Literal["implicit", "starttls", "none"]
    recommended: bool = False
    verified: bool
    source: str = ""


class WrongPassword(Entry, frozen=True, kw_only=True):
    """A secret of the provider's that its mail server doesn't take.

    what: what it is. use: the fix in one line. how: where the right one is made, as a sentence.
    """

    what: str
    use: str
    how: str


class ReplyRule(Entry, frozen=True, kw_only=True):
    """What a server's reply means at a stage.

    pattern: a regular expression, searched without regard to case over the whole reply, its lines
        as `CODE text` or `CODE-text` joined by line feeds; `^` and `$` fit at every line.
    code: the diagnosis code.
    tells: what a refused login's words say is wrong: the user name, the password, or `nothing`
        beyond the refusal; `expired` where the password was right once; `plan` where
        the account's plan has no SMTP; `own-fault` of a 4xx that
        blames a part of the server itself; `trial` of an account that may write to few;
        `connector` of a tenant that doesn't know this machine; `country` where it is the place of
        this machine's address; `pop-first` where fetching mail counts as a login; `storage` of an
        account that has none left; `policy` of an unnamed rule of the server's own; "" where it
        isn't known.
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
        "expired",
        "plan",
        "own-fault",
        "trial",
        "connector",
        "country",
        "pop-first",
        "storage",
        "policy",
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


class SPFInclude(Entry, frozen=True, kw_only=True):
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


class DKIMSelector(Entry, frozen=True, kw_only=True):
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


class Provider(Entry, frozen=True, kw_only=True):
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
    wrong_passwords: by shape, what a password of that form is, and the one to use instead.
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
    wrong_passwords: Mapping[str, WrongPassword] = {}
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
        found = dict.fromkeys(source_ids(msgspec.to_builtins(self)))
        return tuple(found)


class IssuerPattern(Entry, frozen=True, kw_only=True):
    """A regular expression for one field of a certificate's issuer."""

    field: Literal["CN", "O", "OU", "emailAddress", "any"]
    pattern: str
    verified: bool
    sources: tuple[str, ...] = ()


class Interceptor(Entry, frozen=True, kw_only=True):
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


class MiddleboxSign(Entry, frozen=True, kw_only=True):
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


class Client(Entry, frozen=True, kw_only=True):
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
    passes_over_unasked: it goes on where a reply too many came, and gets through.
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
    passes_over_unasked: bool = False
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


class CodeSnippets(Entry, frozen=True, kw_only=True):
    """How a program's code or configuration says a way to a server.

    tls_snippets: as those of `Client`, by mode; with TLS it is required, certificates are verified
        where the program can, and user name and password come from the environment.
    """

    id: str
    name: str
    language: str
    tls_snippets: Mapping[Literal["implicit", "starttls", "none"], str]


class DNSHost(Entry, frozen=True, kw_only=True):
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
