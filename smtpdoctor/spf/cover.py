"""A policy as sets of addresses: who passes, softfails, fails, and what can't be told beforehand.

RFC 7208 evaluated for all clients at once. Knows which terms depend on the client or the sender;
must not know providers, nor judge whether a mail needs the policy to cover somebody.
"""

import itertools
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Network, IPv6Address, IPv6Network
from typing import Literal, TypeAlias

from smtpdoctor.spf.address_set import (
    EVERYTHING,
    IPV4,
    IPV6,
    NOTHING,
    AddressSet,
    Network,
    first_match,
)
from smtpdoctor.spf.evaluate import (
    LOOKUP_LIMIT,
    NAME_LIMIT,
    VOID_LIMIT,
    PolicyNode,
    Problem,
    ProblemKind,
    Question,
    Result,
    Step,
    dns_problem,
    lookup_limit_problem,
    macro_values,
    mx_limit_problem,
    read_record,
    spf_texts,
    split_sender,
    target_name,
    void_limit_problem,
)
from smtpdoctor.spf.lookup import Answer, Evaluation, Lookup, RecordType
from smtpdoctor.spf.macros import MacroString
from smtpdoctor.spf.names import domain_fault, fault, to_ascii, without_final_dot
from smtpdoctor.spf.parse import Mechanism, SPFRecord, decode

MOST_COUNTED = 50
"""Look-up terms after which terms that no receiver would reach are no longer counted."""
MOST_EVALUATED = 200
"""Look-up terms after which an expansion gives up: only a hostile policy sends different clients
so many different ways."""
HUGE_IPV4_PREFIX = 11
HUGE_IPV6_PREFIX = 20
"""Networks of such a prefix or a shorter one: two million IPv4 addresses, or a whole operator's
IPv6 block. Whoever has an address there passes."""

Answers: TypeAlias = MutableMapping[Lookup, Answer]
"""Answers already had, so that several evaluations ask for each name once."""


@dataclass(frozen=True, slots=True)
class Wide:
    """A term that lets a huge network pass: `path` are the domains that lead to its record."""

    term: str
    path: tuple[str, ...]
    addresses: AddressSet


@dataclass(frozen=True)
class PolicySet:
    """A domain's policy, expanded.

    `possible` holds for each result the addresses that may get it; where macros or `ptr` depend
    on the client, an address stands under more than one. `lookups` counts the terms that ask the
    DNS as if none matched, which may be more than ten; `void_lookups` those that find nothing,
    for the family that has more of them. `problems`: what gives errors, in the order of evaluation.
    """

    domain: str
    possible: dict[Result, AddressSet]
    lookups: int
    void_lookups: int
    tree: PolicyNode
    problems: tuple[Problem, ...]
    wide: tuple[Wide, ...]

    def certain(self, result: Result) -> AddressSet:
        """The addresses that get `result` whatever the client and the sender are."""
        addresses = self.possible.get(result, NOTHING)
        for other, others in self.possible.items():
            if other != result:
                addresses -= others
        return addresses

    @cached_property
    def passes(self) -> AddressSet:
        """The addresses that pass for certain."""
        return self.certain("pass")

    @cached_property
    def unknown(self) -> AddressSet:
        """The addresses whose result depends on more than the address."""
        unknown = EVERYTHING
        for result in self.possible:
            unknown -= self.certain(result)
        return unknown


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a provider's set a policy lets pass.

    `missing` don't pass, `unknown` may pass. "unknown": nothing is known to pass and not all is
    known to be missing, or the rest depends on macros, or the provider's set is empty.
    `results`: what the missing addresses get instead.
    """

    status: Literal["whole", "part", "none", "unknown"]
    covered: AddressSet
    missing: AddressSet
    unknown: AddressSet
    results: dict[Result, AddressSet]


def coverage(policy: PolicySet, provider: AddressSet) -> Coverage:
    """Compares `policy` with the addresses that `provider` delivers from."""
    covered = provider & policy.passes
    missing = provider - policy.possible.get("pass", NOTHING)
    unknown = provider - covered - missing
    results: dict[Result, AddressSet] = {
        result: part
        for result, addresses in policy.possible.items()
        if result != "pass" and (part := missing & addresses)
    }
    status: Literal["whole", "part", "none", "unknown"]
    if not provider or (unknown and (not missing or not covered)):
        status = "unknown"
    elif not missing:
        status = "whole"
    else:
        status = "part" if covered else "none"
    return Coverage(status, covered, missing, unknown, results)


@dataclass(frozen=True, slots=True)
class Permissiveness:
    """Too many addresses pass: `everything` means a whole address family, `terms` why."""

    everything: bool
    networks: tuple[Network, ...]
    terms: tuple[Wide, ...]


def permissiveness(policy: PolicySet) -> Permissiveness | None:
    """The huge networks that `policy` lets pass (`+all` among them), or None."""
    passes = policy.passes
    networks = tuple(_huge(passes))
    if not networks:
        return None
    terms = tuple(wide for wide in policy.wide if any(_huge(wide.addresses & passes)))
    everything = not IPV4 - passes or not IPV6 - passes
    return Permissiveness(everything, networks, terms)


def _huge(addresses: AddressSet) -> Iterator[Network]:
    return addresses.networks(prefix4=HUGE_IPV4_PREFIX, prefix6=HUGE_IPV6_PREFIX)


def expand(
    domain: str,
    *,
    sender: str | None = None,
    record: str | None = None,
    limits: bool = True,
    answers: Answers | None = None,
) -> Evaluation[PolicySet]:
    """Expands the policy of `domain` to sets of addresses, as a generator for `run`.

    `sender`: the envelope sender, where known, for the macros that depend on it. `record`: take
    this text for the domain's record instead of asking for it. `limits`: False leaves out the
    limits of RFC 7208 §4.6.4, to see what is meant. `answers`: kept and used across calls.

    A term that can't be expanded is taken to match or not to match, with at most one look-up
    of its own that is void; never to be an error.
    """
    name = without_final_dot(to_ascii(domain))
    values = {}
    if sender is not None:
        values = macro_values(*split_sender(sender, name), "")
        del values["h"]  # whatever name the provider's relay greets with
    given = {}
    if record is not None:
        # also where an include leads back to the domain
        text = record.encode(errors="replace")
        given[Lookup(name.lower(), "TXT")] = Answer("found", ((text,),))
    return _Expansion(values, limits, {} if answers is None else answers, given).run(name)


# Clients that are alike so far: the look-up terms and void look-ups spent, and who they are.
# Where a match can't be told, a client goes on in both ways and stands in several groups.
_Groups: TypeAlias = dict[tuple[int, int], AddressSet]


def _merged(*parts: _Groups) -> _Groups:
    merged: _Groups = {}
    for groups in parts:
        for key, addresses in groups.items():
            merged[key] = merged.get(key, NOTHING) | addresses
    return merged


def _split(groups: _Groups, addresses: AddressSet) -> tuple[_Groups, _Groups]:
    """The groups' clients that are in `addresses`, and those that are not."""
    inside = {key: part for key, group in groups.items() if (part := group & addresses)}
    outside = {key: part for key, group in groups.items() if (part := group - addresses)}
    return inside, outside


def _settle(outcomes: dict[Result, _Groups], result: Result, groups: _Groups) -> None:
    if groups:
        outcomes[result] = _merged(outcomes.get(result, {}), groups)


def _everyone(groups: _Groups) -> AddressSet:
    everyone = NOTHING
    for addresses in groups.values():
        everyone |= addresses
    return everyone


@dataclass(slots=True)
class _Place:
    """Where a term stands: its record's domain and the way there, its step in the tree, and the
    clients of that record by the result that they get from it. `void`: the record types of the
    term's hosts that were found void."""

    domain: str
    path: tuple[str, ...]
    step: Step
    outcomes: dict[Result, _Groups]
    void: set[RecordType] = field(default_factory=set)

    def settle(self, result: Result, groups: _Groups) -> None:
        _settle(self.outcomes, result, groups)


class _Expansion:
    def __init__(
        self, values: dict[str, str], limits: bool, answers: Answers, given: dict[Lookup, Answer]
    ) -> None:
        self.values = values
        self.limits = limits
        self.answers = answers
        self.given = given
        self.lookups = 0
        self.voids = {4: 0, 6: 0}
        self.parsed: dict[bytes, SPFRecord] = {}
        self.problems: list[Problem] = []
        self.wide: list[Wide] = []

    def run(self, domain: str) -> Evaluation[PolicySet]:
        tree = PolicyNode(domain)
        everyone: _Groups = {(0, 0): EVERYTHING}
        wrong = domain_fault(domain)
        outcomes: dict[Result, _Groups]
        if wrong is None:
            outcomes = yield from self.policy(domain, everyone, tree, (domain,))
        else:
            tree.result = "none"
            self.problems.append(Problem("domain-malformed", wrong, domain, path=(domain,)))
            outcomes = {"none": everyone}
        return PolicySet(
            domain=domain,
            possible={result: _everyone(groups) for result, groups in outcomes.items() if groups},
            lookups=self.lookups,
            void_lookups=max(self.voids.values()),
            tree=tree,
            problems=tuple(self.problems),
            wide=tuple(self.wide),
        )

    def ask(self, name: str, rdtype: RecordType, step: Step | None) -> Evaluation[Answer]:
        lookup = Lookup(name.lower(), rdtype)
        answer = self.given.get(lookup) or self.answers.get(lookup)
        if answer is None:
            answer = self.answers[lookup] = yield lookup
        if step is not None:
            step.questions.append(Question(name, rdtype, answer.status, len(answer.records)))
        return answer

    def policy(
        self,
        domain: str,
        groups: _Groups,
        node: PolicyNode,
        path: tuple[str, ...],
    ) -> Evaluation[dict[Result, _Groups]]:
        """The results that the record of `domain` gives to `groups`."""
        answer = yield from self.ask(domain, "TXT", None)
        record = read_record(answer, domain, path, self.parsed)
        if isinstance(record, Problem):
            if record.kind == "syntax":
                node.record = decode(spf_texts(answer)[0])
            self.problems.append(record)
            node.result = _RESULT_WITHOUT_RECORD.get(record.kind, "permerror")
            return {node.result: groups}
        node.record, node.result = record.text, None
        before = self.lookups, max(self.voids.values())
        outcomes = yield from self.record(record, domain, groups, node, path)
        node.lookups = self.lookups - before[0]
        node.void_lookups = max(self.voids.values()) - before[1]
        return outcomes

    def record(
        self,
        record: SPFRecord,
        domain: str,
        groups: _Groups,
        node: PolicyNode,
        path: tuple[str, ...],
    ) -> Evaluation[dict[Result, _Groups]]:
        outcomes: dict[Result, _Groups] = {}

        def place(term: str) -> _Place:
            node.steps.append(Step(term))
            return _Place(domain, path, node.steps[-1], outcomes)

        # Neither mechanisms nor a redirect count beside an "all" before them (§5.1)
        last = next((m for m in record.mechanisms if m.name == "all"), None)
        mechanisms = itertools.takewhile(lambda m: m is not last, record.mechanisms)
        for literal, run in itertools.groupby(mechanisms, lambda m: m.network is not None):
            if literal:
                groups = self.literals(list(run), groups, path, outcomes)
                continue
            for mechanism in run:
                here = place(mechanism.text)
                groups = yield from self.counted(self.mechanism(mechanism, groups, here), here)
        if last is not None:
            here = place(last.text)
            here.step.outcome = "match"
            self.note_wide(last, _everyone(groups), path)
            here.settle(last.qualifier, groups)
        elif record.redirect is not None:
            here = place(record.redirect.text)
            yield from self.counted(self.redirect(record.redirect.value, groups, here), here)
        else:
            _settle(outcomes, "neutral", groups)  # §4.7
        return outcomes

    def counted(self, evaluation: Evaluation[_Groups], here: _Place) -> Evaluation[_Groups]:
        """Evaluates a term that asks the DNS, and notes in its step what it spent."""
        before = self.lookups, max(self.voids.values())
        groups = yield from evaluation
        here.step.lookups = self.lookups - before[0]
        here.step.void_lookups = max(self.voids.values()) - before[1]
        return groups

    def literals(
        self,
        mechanisms: list[Mechanism],
        groups: _Groups,
        path: tuple[str, ...],
        outcomes: dict[Result, _Groups],
    ) -> _Groups:
        """Settles a run of ip4 and ip6 mechanisms at once; returns the clients that go on."""
        if not groups:
            return groups
        networks = [(m.network, m) for m in mechanisms if m.network is not None]
        for network, mechanism in networks:
            most = HUGE_IPV4_PREFIX if network.version == 4 else HUGE_IPV6_PREFIX
            if network.prefixlen <= most:
                alone = AddressSet.of([network])
                self.note_wide(mechanism, alone & _everyone(groups), path)
        matched = first_match((network, m.qualifier) for network, m in networks)
        for qualifier, addresses in matched.items():
            inside, groups = _split(groups, addresses)
            _settle(outcomes, qualifier, inside)
        return groups

    def mechanism(self, mechanism: Mechanism, groups: _Groups, here: _Place) -> Evaluation[_Groups]:
        """Settles a mechanism that asks the DNS (§5); returns the clients that go on."""
        if self.gives_up(groups, here):
            return {}
        groups = self.spend(groups, here)
        spec = mechanism.domain
        if mechanism.name == "ptr" or not self.is_known(spec):
            return self.unknown(mechanism, spec, groups, here)
        target = target_name(spec, here.domain, {**self.values, "d": here.domain})
        if mechanism.name == "include":
            return (yield from self.include(mechanism, target, groups, here))
        if fault(target) is not None or not groups:
            return groups
        if mechanism.name == "a":
            return (yield from self.hosts(target, mechanism, groups, here))
        rdtype: RecordType = "MX" if mechanism.name == "mx" else "A"
        answer = yield from self.ask(target, rdtype, here.step)
        if answer.status == "temperror":
            self.report(dns_problem(target, rdtype, answer, here.step.term, here.path))
            here.settle("temperror", groups)
            return {}
        if answer.is_void:
            return self.void(groups, EVERYTHING, here)
        if mechanism.name == "exists":
            return self.matched(mechanism, EVERYTHING, groups, here)
        exchanges = answer.exchanges()
        if len(exchanges) > NAME_LIMIT:
            self.report(mx_limit_problem(len(exchanges), here.step.term, here.path))
            here.settle("permerror", groups)
            return {}
        for exchange in exchanges:
            if fault(exchange) is None:
                groups = yield from self.hosts(exchange, mechanism, groups, here)
        return groups

    def hosts(
        self, name: str, mechanism: Mechanism, groups: _Groups, here: _Place
    ) -> Evaluation[_Groups]:
        """Settles the clients that a host's addresses stand for, each family by its own records."""
        families: tuple[tuple[RecordType, AddressSet], ...] = (("A", IPV4), ("AAAA", IPV6))
        for rdtype, family in families:
            inside, outside = _split(groups, family)
            if not inside:
                continue
            answer = yield from self.ask(name, rdtype, here.step)
            if answer.status == "temperror":
                self.report(dns_problem(name, rdtype, answer, here.step.term, here.path))
                here.settle("temperror", inside)
                groups = outside
            elif answer.is_void:
                # a term counts once, however many of its hosts are void
                if rdtype not in here.void:
                    here.void.add(rdtype)
                    groups = _merged(outside, self.void(inside, family, here))
            else:
                addresses = AddressSet.of(_networks_of(answer, mechanism)) & family
                groups = self.matched(mechanism, addresses, groups, here)
        return groups

    def include(
        self, mechanism: Mechanism, target: str, groups: _Groups, here: _Place
    ) -> Evaluation[_Groups]:
        inner = yield from self.other_policy(target, "include-without-record", groups, here)
        # the table of §5.2
        for error in _ERRORS:
            here.settle(error, inner.get(error, {}))
        here.settle(mechanism.qualifier, inner.get("pass", {}))
        return _merged(*(inner.get(result, {}) for result in _NO_MATCH))

    def redirect(self, spec: MacroString, groups: _Groups, here: _Place) -> Evaluation[_Groups]:
        if self.gives_up(groups, here):
            return {}
        groups = self.spend(groups, here)
        if not self.is_known(spec):
            here.step.outcome = "unknown"
            for result in ("pass", *_NO_MATCH):
                here.settle(result, groups)
            return {}
        target = target_name(spec, here.domain, {**self.values, "d": here.domain})
        inner = yield from self.other_policy(target, "redirect-without-record", groups, here)
        for result, part in inner.items():
            here.settle(result, part)
        return {}

    def other_policy(
        self, target: str, problem: ProblemKind, groups: _Groups, here: _Place
    ) -> Evaluation[dict[Result, _Groups]]:
        """The results of the record that an include or a redirect leads to.

        Where there is none, or the name is malformed, it is a permerror (§5.2, §6.1).
        """
        path = (*here.path, target)
        node = here.step.policy = PolicyNode(target, result="none")
        wrong = domain_fault(target)
        if wrong is None:
            circle = target.lower() in (domain.lower() for domain in here.path)
            if circle and not (groups and self.limits):
                return {"permerror": groups}  # only the limit could end it
            inner = yield from self.policy(target, groups, node, path)
            if node.result != "none":
                return inner
            wrong = self.problems.pop().message
        self.problems.append(Problem(problem, wrong, target, here.step.term, path))
        return {"permerror": groups}

    def gives_up(self, groups: _Groups, here: _Place) -> bool:
        """Whether so many terms were evaluated that the expansion goes no further."""
        if self.lookups < (MOST_EVALUATED if groups and self.limits else MOST_COUNTED):
            return False
        for result in ("pass", *_NO_MATCH, "permerror"):
            here.settle(result, groups)
        return True

    def unknown(
        self, mechanism: Mechanism, spec: MacroString | None, groups: _Groups, here: _Place
    ) -> _Groups:
        """Both ways of a term that depends on the client or the sender."""
        here.step.outcome = "unknown"
        asks_for_names = spec is not None and "p" in spec.letters
        if asks_for_names:
            groups = self.spend(groups, here)  # the PTR query counts, too (§4.6.4)
        here.settle(mechanism.qualifier, groups)
        if mechanism.name == "include" and not asks_for_names:
            return groups
        return _merged(groups, self.shift_voids(groups, EVERYTHING, here)[0])

    def is_known(self, spec: MacroString | None) -> bool:
        return spec is None or spec.letters <= self.values.keys() | {"d"}

    def matched(
        self, mechanism: Mechanism, addresses: AddressSet, groups: _Groups, here: _Place
    ) -> _Groups:
        """Settles the clients in `addresses`; returns the others."""
        inside, outside = _split(groups, addresses)
        self.note_wide(mechanism, _everyone(inside), here.path)
        here.settle(mechanism.qualifier, inside)
        return outside

    def spend(self, groups: _Groups, here: _Place) -> _Groups:
        """Counts one look-up term; those who had ten before get a permerror (§4.6.4)."""
        self.lookups += 1
        if not self.limits:
            return groups
        going = {(n + 1, v): part for (n, v), part in groups.items() if n < LOOKUP_LIMIT}
        over = {(n, v): part for (n, v), part in groups.items() if n >= LOOKUP_LIMIT}
        if over:
            here.settle("permerror", over)
            self.report(lookup_limit_problem(here.step.term, here.path))
        return going

    def void(self, groups: _Groups, family: AddressSet, here: _Place) -> _Groups:
        """Counts one void term for the clients in `family`; a third one is a permerror."""
        for version, addresses in ((4, IPV4), (6, IPV6)):
            self.voids[version] += addresses <= family
        going, exceeded = self.shift_voids(groups, family, here)
        if exceeded:
            clients = {IPV4: " for IPv4 clients", IPV6: " for IPv6 clients"}.get(family, "")
            self.report(void_limit_problem(here.step.term, here.path, clients))
        return going

    def shift_voids(
        self, groups: _Groups, family: AddressSet, here: _Place
    ) -> tuple[_Groups, bool]:
        if not self.limits:
            return groups, False
        inside, outside = _split(groups, family)
        going = {(n, v + 1): part for (n, v), part in inside.items() if v < VOID_LIMIT}
        over = {(n, v): part for (n, v), part in inside.items() if v >= VOID_LIMIT}
        here.settle("permerror", over)
        return _merged(outside, going), bool(over)

    def report(self, problem: Problem) -> None:
        """Notes a problem; of each limit only the first term that exceeded it."""
        if problem.kind not in _LIMITS or problem.kind not in {p.kind for p in self.problems}:
            self.problems.append(problem)

    def note_wide(self, mechanism: Mechanism, addresses: AddressSet, path: tuple[str, ...]) -> None:
        if mechanism.qualifier == "pass" and any(_huge(addresses)):
            self.wide.append(Wide(mechanism.text, path, addresses))


_ERRORS: tuple[Result, ...] = ("temperror", "permerror")
_NO_MATCH: tuple[Result, ...] = ("fail", "softfail", "neutral")
_LIMITS = frozenset(("lookup-limit", "void-limit"))
_RESULT_WITHOUT_RECORD: dict[str, Result] = {
    "dns": "temperror",
    "domain-not-found": "none",
    "record-missing": "none",
}


def _networks_of(answer: Answer, mechanism: Mechanism) -> Iterator[Network]:
    for address in answer.addresses():
        if isinstance(address, IPv6Address):
            yield IPv6Network((int(address), mechanism.prefix6), strict=False)
        else:
            yield IPv4Network((int(address), mechanism.prefix4), strict=False)
