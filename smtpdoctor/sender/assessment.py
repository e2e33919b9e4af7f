"""What the DNS says about one sender through one provider: SPF, DKIM and DMARC together.

Pure: evaluations are generators that yield look-ups and are sent answers, so that the check drives
them with the DNS and the rules drive them again with what was recorded. Knows providers and the
policies; must not know a resolver, a diagnosis, or how a finding is worded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Literal

from smtpdoctor import knowledge, mail_policy, spf
from smtpdoctor.mail_policy import questions
from smtpdoctor.observations import SenderQuestion
from smtpdoctor.spf import Answers, Evaluation, Lookup

#: How the relay is known: named by the user or by the host; guessed from the domain's MX or from
#: the includes of its SPF record; a host of the domain itself, by its addresses; somebody's host
#: of whom nothing is known; not at all.
Known = Literal["named", "guessed-by-mx", "guessed-by-spf", "host", "stranger", "no"]

#: What a policy that is worth mending has at most: octets of all its TXT answers, terms of its
#: own that ask the DNS, and such terms with all includes.
MOST_OCTETS = 32_768
MOST_ASKING = 25
MOST_LOOKUPS = 50
#: Names of one address that are looked up; receivers look at about as many (RFC 7208 §5.5).
MOST_NAMES = 10

_SETTLED = ("found", "nxdomain", "nodata")

#: The best first, of several includes of which one suffices.
_COVERED = {"whole": 0, "unknown": 1, "part": 2, "none": 3}


@dataclass(frozen=True, slots=True)
class Published:
    """A set of networks that the provider publishes, and how the domain's policy covers it."""

    include: str
    policy: spf.PolicySet
    coverage: spf.Coverage
    verified: bool
    legacy: bool


@dataclass(frozen=True, slots=True)
class Relay:
    """Who delivers.

    published: the sets of its networks that may deliver for this domain, of which one suffices.
    terms: what lists them in a record, all of it; () where that isn't known for sure.
    region: "told" by the host and where the domain's mail arrives, "guessed" by one of the two;
        "open" where the provider has regions and neither tells; "none" without regions.
    """

    provider: knowledge.Provider | None
    known: Known
    published: tuple[Published, ...] = ()
    terms: tuple[str, ...] = ()
    region: Literal["told", "guessed", "open", "none"] = "none"

    @property
    def envelope(self) -> Literal["kept", "rewritten", "unknown"]:
        """Whether receivers see the user's own envelope sender.

        Where nothing is told of it: mailboxes and a host of one's own keep it, since bounces
        belong to the sender; sending services mostly have one of their own.
        """
        if self.provider is not None:
            mailbox = self.provider.envelope == "unknown" and self.provider.kind == "mailbox"
            return "kept" if mailbox else self.provider.envelope
        return "kept" if self.known == "host" else "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """A name in the DNS at which a record is to change.

    alias: where a CNAME at the name leads, "" without one; wildcard: the name that answers in its
    place, such as "*.example.com", "" where the name has records of its own.
    """

    alias: str = ""
    wildcard: str = ""


@dataclass(frozen=True, slots=True)
class ReverseDNS:
    """What the DNS says of the client's address: its names, and whether one of them leads back to
    it (forward-confirmed)."""

    names: tuple[str, ...]
    confirmed: bool


@dataclass(frozen=True)
class Assessment:
    """What was found for one question.

    domain_exists: None where the DNS didn't say. mail_host: whether the domain has an MX or an
        address; null_mx: it says itself that it takes no mail.
    spf_records: those that the domain publishes; near_misses: texts that were meant as one and
        that receivers pass over. policy: the records, expanded.
    refused_reports: of the DMARC record, as `mail_policy.refused_reports` has them.
    reverse: of the client's address; None without one, or where the DNS didn't say.
    places: of the names whose records are to change, by name, what stands in the way there.
    status: whether the envelope domain's policy lets those who deliver pass. published: the set
        of the provider's that decided it, None with a client address or an unknown provider.
    record_fix: the record to publish, None where nobody's include is known for sure.
    stricter_fix: the same without what makes the policy too permissive.
    """

    question: SenderQuestion
    domain_exists: bool | None
    mail_host: bool | None
    null_mx: bool
    spf_records: tuple[str, ...]
    near_misses: tuple[str, ...]
    policy: spf.PolicySet
    relay: Relay
    status: Literal["pass", "partly", "fail", "unknown"]
    published: Published | None
    client: spf.SPFResult | None
    dmarc: mail_policy.DMARCPolicy
    refused_reports: tuple[tuple[str, str], ...]
    places: Mapping[str, Place]
    reverse: ReverseDNS | None
    keys: tuple[mail_policy.SelectorKey, ...]
    signing: Literal["usable", "missing", "invalid", "unknown"]
    verdict: mail_policy.Verdict
    authentication: mail_policy.Authentication
    zone: mail_policy.Zone | None
    record_fix: spf.RecordFix | None
    stricter_fix: spf.RecordFix | None

    @property
    def domain(self) -> str:
        return self.question.domain

    @property
    def own_problem(self) -> spf.Problem | None:
        """Why the domain has no policy, or one that is an error for every client."""
        return next(
            (problem for problem in self.policy.problems if self.policy.tree.result is not None),
            None,
        )

    @property
    def known(self) -> bool:
        """Whether the DNS said enough of SPF and DMARC for a verdict on who was asked about."""
        if self.domain_exists is False or self.malformed or self.is_strange_to_relay:
            return True
        if self.is_at_home and self.client is None:
            return self.dmarc.status != "temperror"
        spf_known = self.own_problem is None or self.own_problem.kind != "dns"
        if self.client is not None:
            spf_known = self.client.result != "temperror"
        elif self.relay.envelope == "kept" or self.relay.known == "no":
            spf_known = spf_known and self.status != "unknown"
        else:
            spf_known = spf_known and self.verdict.kind != "unknown"
        return spf_known and self.dmarc.status != "temperror"

    @property
    def is_providers_own(self) -> bool:
        """Whether it is a mailbox provider's own domain, whose records no customer can change."""
        return (
            self.mailbox_provider is not None
            or knowledge.submission_host_for(self.domain) is not None
        )

    @property
    def mailbox_provider(self) -> knowledge.Provider | None:
        """Who gives addresses of this domain away, and alone can send for it."""
        return knowledge.free_mail_provider(self.domain)

    @property
    def is_at_home(self) -> bool:
        """Whether the mailbox provider delivers for its own domain: its records are its matter."""
        own, relay = self.mailbox_provider, self.relay.provider
        return own is not None and relay is not None and own.id == relay.id

    @property
    def is_strange_to_relay(self) -> bool:
        """Whether the address is of a free mailbox, and another company than its own delivers."""
        own = self.mailbox_provider
        if own is None or self.client is not None or self.relay.known in ("no", "guessed-by-mx"):
            return False
        relay = self.relay.provider
        return relay is None or not (
            relay.id == own.id or (relay.operator and relay.operator == own.operator)
        )

    @property
    def names_other_region(self) -> bool:
        """Whether the record names servers of another region than the one that is only guessed."""
        provider = self.relay.provider
        if provider is None or self.relay.region != "guessed":
            return False
        named = {term for text in self.spf_records for term in text.lower().split()}
        near = {item.include for item in self.relay.published}
        return any(
            f"include:{item.include}" in named
            for item in provider.spf_includes
            if item.include not in near
        )

    @property
    def malformed(self) -> str:
        """Why the domain is none that the DNS could know, as check_host() says it; "" otherwise."""
        if self.client is None or self.client.problem is None:
            return ""
        problem = self.client.problem
        return problem.message if problem.kind == "domain-malformed" and not problem.term else ""

    @property
    def permerror(self) -> bool:
        """Whether a client of a family in which mail is delivered gets a permerror.

        A limit that only IPv6 clients meet is nothing to a provider that delivers over IPv4.
        """
        if self.client is not None:
            return self.client.result == "permerror"
        erring = self.policy.possible.get("permerror", spf.AddressSet())
        if self.status == "pass" and self.published is not None:
            erring &= _families(self.published.policy.passes)
        return bool(erring)

    @property
    def refused(self) -> bool:
        """Whether receivers refuse the mail, all of it or that of some servers."""
        if self.verdict.kind == "rejected":
            return True
        found = self.authentication
        fails = found.envelope == "kept" and found.spf in ("fail", "partly")
        # “-all” is acted on before any signature is looked at, unless one is known to be there
        return fails and found.spf_refuses and found.dkim != "usable"


def _families(addresses: spf.AddressSet) -> spf.AddressSet:
    """All addresses of the families that have any of these."""
    return spf.AddressSet.of(
        [family for family in _FAMILIES if addresses & spf.AddressSet.of([family])]
    )


_FAMILIES = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def assess(  # long: one look-up after the other, and a field for each
    question: SenderQuestion, answers: Answers | None = None
) -> Evaluation[Assessment]:
    """Everything about `question`, one look-up after the other."""
    known: Answers = {} if answers is None else answers
    domain = question.domain
    policy = yield from _expand(domain, question, known)
    records, near_misses = _spf_records(domain, known)
    exists, mail_host = yield from _exists(domain, known)
    exchanges = known.get(Lookup(domain.lower(), "MX"), spf.Answer("nodata")).exchanges()
    dmarc = yield from mail_policy.discover(domain, answers=known)
    zone = yield from mail_policy.find_zone(domain, answers=known)
    relay = yield from _relay(question, policy, known)
    client = (yield from _client(question)) if question.client else None
    best = _best(relay, records)
    status, refuses = _status(policy, best, client)
    if relay.known == "host" and not question.alone and status == "partly":
        # a server that is handed mail on several addresses may deliver from one of them only
        status, refuses = "unknown", False
    keys = []
    for selector in relay.provider.dkim if relay.provider is not None else ():
        key = yield from _key(domain, selector, known)
        # one that is only typical says nothing where no key stands, nor one that waits its turn
        idle = (selector.typical and key.status == "missing") or (
            selector.may_be_empty and key.status == "revoked"
        )
        if not idle:
            keys.append(key)
    signing = mail_policy.signing(keys)
    found = mail_policy.Authentication(
        spf=status,
        envelope="kept" if client is not None else relay.envelope,
        spf_aligned=True,  # the envelope sender and From are one address here
        dkim=signing,
        dkim_aligned=True if keys else None,  # the selectors are the From domain's own
        policy="unknown" if dmarc.status == "temperror" else dmarc.policy,
        percent=dmarc.percent,
        spf_refuses=refuses,
    )
    fixes = yield from _fixes(question, relay, best, policy, records or near_misses, known)
    refused = yield from mail_policy.refused_reports(dmarc, answers=known)
    changed = [domain] if any(fixes) else []
    if dmarc.misspelt or dmarc.status == "several" or (dmarc.record and dmarc.record.faults):
        changed.append(f"_dmarc.{dmarc.found_at or domain}")
    places = {}
    for name in changed:
        places[name] = yield from _place(name, known)
    return Assessment(
        question=question,
        domain_exists=exists,
        mail_host=mail_host,
        null_mx=bool(exchanges) and not any(exchanges),
        spf_records=records,
        near_misses=near_misses,
        policy=policy,
        relay=relay,
        status=status,
        published=best,
        client=client,
        dmarc=dmarc,
        refused_reports=refused,
        places=places,
        reverse=(yield from _reverse(question.client, known)) if question.client else None,
        keys=tuple(keys),
        signing=signing,
        verdict=mail_policy.judge(found),
        authentication=found,
        zone=zone,
        record_fix=fixes[0],
        stricter_fix=fixes[1],
    )


def _expand(domain: str, question: SenderQuestion, answers: Answers) -> Evaluation[spf.PolicySet]:
    return spf.expand(domain, sender=question.address, answers=answers)


def _client(question: SenderQuestion) -> Evaluation[spf.SPFResult]:
    return spf.check_host(
        question.client, question.domain, question.address, helo=question.helo or "unknown"
    )


def _spf_records(domain: str, answers: Answers) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The SPF records of the domain, and those that were meant as one and don't count."""
    answer = answers.get(Lookup(domain.lower(), "TXT"))
    texts = answer.texts() if answer is not None else []
    records = tuple(spf.decode(text) for text in texts if spf.is_spf(text))
    others = (spf.decode(text) for text in texts if not spf.is_spf(text))
    return records, tuple(text for text in others if spf.is_meant_as_spf(text))


def _exists(domain: str, answers: Answers) -> Evaluation[tuple[bool | None, bool | None]]:
    """Whether the domain exists, and whether a mail could be answered (RFC 5321 §5.1)."""
    statuses = []
    for rdtype in ("TXT", "MX", "A", "AAAA"):
        answer = yield from questions.ask(domain, rdtype, answers)
        if answer.status == "nxdomain":
            return False, False
        statuses.append(answer.status)
        if rdtype != "TXT" and answer.status == "found":
            # RFC 7505: a null MX says that there is no mail here
            return True, rdtype != "MX" or any(answer.exchanges())
    exists = True if set(statuses) & {"found", "nodata"} else None
    return exists, None if "temperror" in statuses else False


def _relay(question: SenderQuestion, policy: spf.PolicySet, answers: Answers) -> Evaluation[Relay]:
    provider = knowledge.providers().get(question.provider or "")
    known: Known = "named"
    if provider is None and _is_own(question):
        provider = knowledge.provider_of((yield from _alias(question.host, answers)))
        if provider is None:
            theirs = yield from _addresses_of(question.host, answers)
            covered = spf.coverage(policy, theirs.passes)
            host = (Published(question.host, theirs, covered, False, False),)
            return Relay(None, "host", host, terms=(f"a:{question.host}",))
    elif provider is None and question.host:
        return Relay(None, "stranger")
    if provider is None and not question.client:
        provider, known = yield from _guess(question.domain, policy, answers)
    if provider is None:
        return Relay(None, "no")
    if provider.spf_together:
        record = " ".join(("v=spf1", *provider.spf_together, "-all"))
        theirs = yield from spf.expand(question.domain, record=record, answers=answers)
        covered = spf.coverage(policy, theirs.passes)
        names = " and ".join(provider.spf_together)
        together = (Published(names, theirs, covered, True, False),)
        return Relay(provider, known, together, terms=provider.spf_together)
    includes, region = yield from _regional(provider, question, answers)
    published = []
    for item in includes:
        theirs = yield from spf.expand(item.include, sender=question.address, answers=answers)
        covered = spf.coverage(policy, theirs.passes)
        published.append(Published(item.include, theirs, covered, item.verified, item.legacy))
    return Relay(provider, known, tuple(published), _terms(published, region), region)


def _terms(
    published: Sequence[Published], region: Literal["told", "guessed", "open", "none"]
) -> tuple[str, ...]:
    """The includes to publish: of every region that can't be ruled out the current one."""
    sets = [item for item in published if item.verified and item.policy.passes]
    sets = [item for item in sets if not item.legacy] or sets[:1]
    if region != "open":
        sets = sets[:1]
    return tuple(f"include:{item.include}" for item in sets)


def _regional(
    provider: knowledge.Provider, question: SenderQuestion, answers: Answers
) -> Evaluation[
    tuple[tuple[knowledge.SPFInclude, ...], Literal["told", "guessed", "open", "none"]]
]:
    """The includes of the mailbox's region, and how that is known: each region has servers of its
    own. Told by the host in the settings, and by where the domain's mail arrives."""
    includes = provider.spf_includes
    if not any(item.hosts for item in includes):
        return includes, "none"
    exchanges = (yield from questions.ask(question.domain, "MX", answers)).exchanges()
    by_mail = {item.region for item in includes if _names_one(item, exchanges)}
    by_host = {item.region for item in includes if _names_one(item, [question.host])}
    if len(by_mail | by_host) != 1:
        return includes, "open"
    (region,) = by_mail | by_host
    found = tuple(item for item in includes if item.region == region)
    return found, "told" if by_mail and by_host else "guessed"


def _names_one(include: knowledge.SPFInclude, hosts: Sequence[str]) -> bool:
    return any(
        host.lower() == known or host.lower().endswith(f".{known}")
        for host in hosts
        for known in include.hosts
    )


def _guess(
    domain: str, policy: spf.PolicySet, answers: Answers
) -> Evaluation[tuple[knowledge.Provider | None, Known]]:
    """Who probably delivers for the domain: where its mail arrives, else whom its policy names."""
    answer = yield from questions.ask(domain, "MX", answers)
    for exchange in answer.exchanges():
        found = knowledge.submission_host_for(exchange)
        if found is not None:
            return found[1], "guessed-by-mx"
    named = {
        provider.id: provider
        for step in policy.tree.steps
        if step.policy is not None
        for provider in knowledge.providers().values()
        if any(item.include == step.policy.domain.lower() for item in provider.spf_includes)
        and provider.kind == "mailbox"
    }
    return (next(iter(named.values())), "guessed-by-spf") if len(named) == 1 else (None, "no")


def _reverse(client: str, answers: Answers) -> Evaluation[ReverseDNS | None]:
    """The names of the client's address and whether one leads back (RFC 8601 §3, iprev)."""
    address = ip_address(client)
    if not address.is_global:
        return None
    pointers = yield from questions.ask(address.reverse_pointer, "PTR", answers)
    if pointers.status == "temperror":
        return None
    names = tuple(pointers.names()[:MOST_NAMES])
    rdtype: spf.RecordType = "A" if address.version == 4 else "AAAA"
    for name in names:
        answer = yield from questions.ask(name, rdtype, answers)
        if answer.status == "temperror":
            return None
        if address in answer.addresses():
            return ReverseDNS(names, confirmed=True)
    return ReverseDNS(names, confirmed=False)


def _place(name: str, answers: Answers) -> Evaluation[Place]:
    alias = next(iter((yield from questions.ask(name, "CNAME", answers)).names()), "")
    above = f"*.{name.partition('.')[2]}"
    if above.count(".") < 2:
        return Place(alias)
    # a wildcard answers for names that have no record at all (RFC 4592 §2.1.1)
    there = yield from questions.ask(name, "TXT", answers)
    rdtype: spf.RecordType = "CNAME" if alias else "TXT"
    own = [alias] if alias else sorted(map(bytes.hex, there.texts()))
    answer = yield from questions.ask(above, rdtype, answers)
    others = answer.names() if alias else sorted(map(bytes.hex, answer.texts()))
    return Place(alias, above) if own and own == others else Place(alias)


def _is_own(question: SenderQuestion) -> bool:
    """Whether the host is one of the sender's own organisation."""
    return bool(question.host) and _domain_of(question.host) == _domain_of(question.domain)


def _domain_of(host: str) -> str:
    return mail_policy.organizational_domain(spf.to_ascii(host).rstrip("."))


def _alias(host: str, answers: Answers) -> Evaluation[str]:
    """Where a CNAME of the host leads; the host itself without one."""
    names = (yield from questions.ask(spf.to_ascii(host), "CNAME", answers)).names()
    return names[0] if names else host


def _addresses_of(host: str, answers: Answers) -> Evaluation[spf.PolicySet]:
    """The addresses of a host as a set, which is what this policy lets pass."""
    return spf.expand(host, record="v=spf1 a -all", answers=answers)


def _key(
    domain: str, selector: knowledge.DKIMSelector, answers: Answers
) -> Evaluation[mail_policy.SelectorKey]:
    target = selector.target(domain)
    return mail_policy.look_up_key(domain, selector.selector, target, answers=answers)


def _best(relay: Relay, records: Sequence[str]) -> Published | None:
    """The set that decides: what is covered best. Of equals the one that the records name, the
    current one."""
    named = {term for record in records for term in record.lower().split()}
    sets = [item for item in relay.published if item.policy.passes]
    if not sets:
        return None

    def order(item: Published) -> tuple[int, bool, bool, bool]:
        unnamed = f"include:{item.include}" not in named
        covered = _COVERED[item.coverage.status]
        return (covered, unnamed, item.legacy, not item.verified)

    return min(sets, key=order)


def _status(
    policy: spf.PolicySet, best: Published | None, client: spf.SPFResult | None
) -> tuple[Literal["pass", "partly", "fail", "unknown"], bool]:
    """Whether SPF passes, and whether what doesn't gets "fail"."""
    if client is not None:
        if client.result == "temperror":
            return "unknown", False
        return ("pass" if client.result == "pass" else "fail"), client.result == "fail"
    failed = any(problem.kind == "dns" for problem in policy.problems)
    if best is None:
        # whoever delivers: a policy that lets nobody pass doesn't let this one pass
        nobody = not policy.possible.get("pass") and not failed
        return ("fail" if nobody else "unknown"), not policy.possible.keys() - {"fail"}
    covered = best.coverage
    if covered.status == "whole":
        return "pass", False
    incomplete = any(problem.kind == "dns" for problem in best.policy.problems)
    if failed or incomplete or covered.status == "unknown":
        return "unknown", False
    refuses = covered.missing <= covered.results.get("fail", spf.NOTHING)
    return ("partly" if covered.status == "part" else "fail"), refuses


def _fixes(
    question: SenderQuestion,
    relay: Relay,
    best: Published | None,
    policy: spf.PolicySet,
    records: Sequence[str],
    answers: Answers,
) -> Evaluation[tuple[spf.RecordFix | None, spf.RecordFix | None]]:
    """The record that lets those who deliver pass, and the same without “+all”.

    Where it isn't known for sure what lists them, a wrong include is worse than none: then what
    is broken in the record is mended, and no more.
    """
    settled = answers.get(Lookup(question.domain.lower(), "TXT"), spf.Answer("temperror"))
    if settled.status not in _SETTLED or not _is_mendable(policy, records, answers):
        return None, None
    terms = relay.terms if relay.envelope == "kept" and best is not None else ()
    if question.client:
        terms = (f"ip{6 if ':' in question.client else 4}:{question.client}",)
    broken = bool(policy.possible.get("permerror")) or any(map(spf.is_meant_as_spf, records))
    lacking = bool(question.client) or (best is not None and best.coverage.status != "whole")
    record = stricter = None
    if broken or (terms and lacking):
        record = yield from spf.fix_record(
            question.domain, records, terms, sender=question.address, answers=answers
        )
        if not terms and not _names_a_sender(record):
            record = None  # what can't be mended is all that names the senders
    if spf.permissiveness(policy) is not None:
        stricter = yield from spf.fix_record(
            question.domain, records, terms, sender=question.address, answers=answers
        )
        if all(change.kind != "repaired" for change in stricter.changes):
            stricter = None  # what lets too many pass isn't an “all”
    return record, stricter


def _names_a_sender(fix: spf.RecordFix) -> bool:
    mechanisms = spf.parse(fix.new or "").mechanisms
    redirects = any(change.term.lower().startswith("redirect=") for change in fix.changes)
    return not redirects and any(item.name != "all" for item in mechanisms)


def _is_mendable(policy: spf.PolicySet, records: Sequence[str], answers: Answers) -> bool:
    """Whether somebody could have written this: to mend a record takes many evaluations of it."""
    octets = sum(len(text) for answer in answers.values() for text in answer.texts())
    asking = sum(
        mechanism.network is None for text in records for mechanism in spf.parse(text).mechanisms
    )
    return octets <= MOST_OCTETS and asking <= MOST_ASKING and policy.lookups <= MOST_LOOKUPS
