"""The SPF record to publish so that a provider's servers pass.

Edits the user's own policy as little as it can. Knows where a term belongs and how to stay under
the limits; must not know providers, nor where a record is edited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import islice, takewhile
from typing import Literal, TypeAlias, TypeGuard

from smtpdoctor.spf.address_set import Network
from smtpdoctor.spf.cover import Answers, Coverage, PolicySet, coverage, expand
from smtpdoctor.spf.evaluate import LOOKUP_LIMIT, Problem
from smtpdoctor.spf.lookup import Evaluation
from smtpdoctor.spf.parse import (
    COUNTED,
    QUALIFIERS,
    VERSION,
    Mechanism,
    Modifier,
    SyntaxFault,
    Term,
    parse,
)
from smtpdoctor.spf.repair import repair

MOST_FLATTENED = 40
"""Networks that may stand in the place of one term; more would not fit in a UDP answer."""

# Other senders of a domain without a policy are not known, so they are not refused.
_FIRST_ALL = "~all"
_STRICTEST_FIRST = ("fail", "softfail", "neutral", "pass")
_LETS_ALL = "lets everybody send; “~all” is the least that tells others apart"
_STRING = 255  # octets of one character-string (RFC 1035 §3.3)


@dataclass(frozen=True, slots=True)
class Change:
    """One change to a policy: `term` as written; `into` stands in the place of a flattened or a
    repaired one."""

    kind: Literal["added", "dropped", "flattened", "repaired"]
    term: str
    why: str
    into: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordFix:
    """The one record to publish in place of all of `old`.

    `new`: None where no record within the limits lets the whole provider pass. `lookups_before`
    and `lookups`: the terms that ask the DNS, of the old policy (0 where it isn't one record)
    and of the new one. `coverage`: how the new record covers the provider.
    """

    old: tuple[str, ...]
    new: str | None
    lookups_before: int
    lookups: int
    changes: tuple[Change, ...]
    coverage: Coverage | None

    @property
    def strings(self) -> tuple[str, ...]:
        """The new record as the character-strings of one TXT record (RFC 7208 §3.3)."""
        text = self.new or ""
        return tuple(text[at : at + _STRING] for at in range(0, len(text), _STRING))


def fix_record(
    domain: str,
    records: Sequence[str],
    terms: Sequence[str],
    *,
    sender: str | None = None,
    answers: Answers | None = None,
) -> Evaluation[RecordFix]:
    """Puts `terms` into the policy of `domain`, as a generator for `run`.

    `records`: the SPF records that the domain publishes now, as text, broken ones among them;
    none, one, or by mistake several. `terms`: mechanisms that list the provider's servers, mostly
    one include; none mends the record alone. `sender` and `answers` as for `expand`. Never lets
    more servers send than the records meant and `terms` say. Raises ValueError where one of
    `terms` is no mechanism.
    """
    draft = _Draft(domain, sender, {} if answers is None else answers)
    old = tuple(records)
    before = 0
    if len(old) == 1:
        before = (yield from draft.policy(old[0])).lookups
    wanted = [_term(text) for text in terms]
    theirs = yield from draft.policy(_text([*wanted, _term("-all")]), limits=False)
    provider = theirs.passes
    listed, changes = _one_policy(old)
    # After what the user has, or first of all where a term of theirs keeps the provider out.
    for first in (False, True):
        candidate, added = _with(listed, wanted, first=first)
        fitted = yield from draft.within_limits(candidate, wanted)
        if fitted is None:
            continue
        final, policy, saved = fitted
        found = coverage(policy, provider)
        if found.status == "whole" or not wanted:
            return RecordFix(
                old=old,
                new=_text(final),
                lookups_before=before,
                lookups=policy.lookups,
                changes=(*changes, *added, *saved),
                coverage=found,
            )
    return RecordFix(old, None, before, before, (), None)


_Term: TypeAlias = Mechanism | Modifier


def _term(text: str) -> _Term:
    (term,) = parse(f"{VERSION} {text}").terms
    if isinstance(term, SyntaxFault):
        raise ValueError(f"{text}: {term.reason}")
    return term


def _text(terms: Sequence[_Term]) -> str:
    return " ".join((VERSION, *(term.text for term in terms)))


def _is_all(term: _Term) -> bool:
    return isinstance(term, Mechanism) and term.name == "all"


def _one_policy(  # branches: what becomes of each kind of term
    records: Sequence[str],
) -> tuple[list[_Term], list[Change]]:
    """The valid terms of `records` as one policy: a domain has one record (RFC 7208 §3.2)."""
    if not records:
        return [_term(_FIRST_ALL)], [Change("added", _FIRST_ALL, "the end of a first policy")]
    changes: list[Change] = []
    policies: list[list[_Term]] = []
    for record in records:
        meant, repairs = repair(record)
        changes += [Change("repaired", r.written, r.why, r.terms) for r in repairs]
        parsed = parse(meant)
        changes += [Change("dropped", f.term, f.reason) for f in parsed.faults]
        policies.append([_guarded(t, changes) for t in parsed.terms if _is_valid(t)])
    if len(policies) == 1:
        return _without_idle_redirect(policies[0], changes), changes
    listed: list[_Term] = []
    modifiers: list[Modifier] = []
    ends: list[Mechanism] = []
    for policy in policies:
        for term in policy:
            if isinstance(term, Modifier) and term.name != "redirect":
                modifiers.append(term)
            elif isinstance(term, Mechanism) and term.name == "all":
                ends.append(term)
        for term in takewhile(lambda term: not _is_all(term), policy):
            if isinstance(term, Mechanism):
                listed.append(term)
            elif term.name == "redirect":
                # it would count for the other record's senders, too
                included = _term(f"include:{term.value.text}")
                changes.append(
                    Change("flattened", term.text, "one of several records", (included.text,))
                )
                listed.append(included)
    end = [min(ends, key=lambda term: _STRICTEST_FIRST.index(term.qualifier))] if ends else []
    terms: dict[str, _Term] = {}
    for term in (*listed, *end, *modifiers):
        # two records' mechanisms are the same when written alike; of a modifier the first counts
        terms.setdefault(term.name if isinstance(term, Modifier) else term.text.lower(), term)
    return list(terms.values()), changes


def _without_idle_redirect(terms: list[_Term], changes: list[Change]) -> list[_Term]:
    """The terms without a redirect beside an “all”, which counts for nothing (RFC 7208 §6.1)."""
    if not any(map(_is_all, terms)):
        return terms
    idle = [term for term in terms if isinstance(term, Modifier) and term.name == "redirect"]
    changes += [Change("dropped", term.text, "it counts for nothing beside “all”") for term in idle]
    return [term for term in terms if term not in idle]


def _is_valid(term: Term) -> TypeGuard[_Term]:
    return not isinstance(term, SyntaxFault)


def _guarded(term: _Term, changes: list[Change]) -> _Term:
    """The term, or “~all” in the place of one that lets everybody pass."""
    if not isinstance(term, Mechanism) or term.name != "all" or term.qualifier != "pass":
        return term
    changes.append(Change("repaired", term.text, _LETS_ALL, (_FIRST_ALL,)))
    return _term(_FIRST_ALL)


def _with(  # branches: what becomes of each kind of term
    terms: list[_Term], wanted: list[_Term], *, first: bool
) -> tuple[list[_Term], list[Change]]:
    """`terms` with those that are `wanted`, and what changes.

    A term belongs before the first "all", which ends the evaluation, and after all other
    mechanisms; or `first` of all.
    """
    meant = {_bare(term) for term in wanted}
    end = next((at for at, term in enumerate(terms) if _is_all(term)), len(terms))
    effective: set[str] = set()
    changes: list[Change] = []
    kept: list[_Term] = []
    stays: set[str] = set()
    for at, term in enumerate(terms):
        if not isinstance(term, Mechanism) or (name := _bare(term)) not in meant:
            kept.append(term)
        elif term.qualifier != "pass" or at > end:
            why = f"only {name} before “all” lets the servers pass"
            changes.append(Change("dropped", term.text, why))
        else:
            effective.add(name)
            if not first and name not in stays:
                stays.add(name)
                kept.append(term)
    changes += [
        Change("added", term.text, "lists the provider's servers")
        for term in wanted
        if _bare(term) not in effective
    ]
    ends = [at for at, term in enumerate(kept) if _is_all(term)]
    mechanisms = [at for at, term in enumerate(kept) if isinstance(term, Mechanism)]
    place = ends[0] if ends else (mechanisms[-1] + 1 if mechanisms else 0)
    if first:
        place = 0
    missing = [term for term in wanted if _bare(term) not in stays]
    return [*kept[:place], *missing, *kept[place:]], changes


def _bare(term: _Term) -> str:
    """What the term names, without its qualifier."""
    return term.text.removeprefix(_sign(term)).lower()


class _Draft:
    """Evaluates drafts of one domain's record, and asks each name once."""

    def __init__(self, domain: str, sender: str | None, answers: Answers) -> None:
        self.domain = domain
        self.sender = sender
        self.answers = answers

    def policy(self, text: str, *, limits: bool = True) -> Evaluation[PolicySet]:
        return expand(
            self.domain,
            sender=self.sender,
            record=text,
            limits=limits,
            answers=self.answers,
        )

    def within_limits(
        self, terms: list[_Term], keep: Sequence[_Term]
    ) -> Evaluation[tuple[list[_Term], PolicySet, list[Change]] | None]:
        """`terms` without errors and with ten look-ups at most, or None where it can't be done.

        `keep` stays. What can go without a change of meaning goes first; then what is easiest to
        flatten is flattened.
        """
        changes: list[Change] = []
        while True:
            policy = yield from self.policy(_text(terms))
            if policy.lookups <= LOOKUP_LIMIT and not _faults(policy):
                return terms, policy, changes
            found = yield from self.broken(terms)
            if found is None:
                alone = yield from self.each_alone(terms, keep)
                found = yield from self.redundant(terms, alone)
                if found is None:
                    found = _flattened(terms, alone, policy.lookups - LOOKUP_LIMIT)
            if found is None or terms[found[0]] in keep:
                return None
            at, change = found
            changes.append(change)
            terms = [*terms[:at], *(_term(text) for text in change.into), *terms[at + 1 :]]

    def broken(self, terms: list[_Term]) -> Evaluation[tuple[int, Change] | None]:
        """The first term that makes the policy a permerror whatever the limits are."""
        meant = yield from self.policy(_text(terms), limits=False)
        for problem in _faults(meant):
            for step in meant.tree.steps:
                below = step.policy is not None and problem.path[1:2] == (step.policy.domain,)
                if below or problem.term == step.term:
                    at = [term.text for term in terms].index(step.term)
                    return at, Change("dropped", step.term, problem.message)
        return None

    def each_alone(
        self, terms: list[_Term], keep: Sequence[_Term]
    ) -> Evaluation[dict[int, PolicySet]]:
        """By place, each term that asks the DNS as a policy of its own: passes is its match."""
        alone = {}
        kept = {term.text for term in keep}
        for at, term in enumerate(terms):
            if isinstance(term, Mechanism) and term.name in COUNTED and term.text not in kept:
                text = f"{VERSION} {term.text.removeprefix(_sign(term))}"
                alone[at] = yield from self.policy(text, limits=False)
        return alone

    def redundant(
        self, terms: list[_Term], alone: dict[int, PolicySet]
    ) -> Evaluation[tuple[int, Change] | None]:
        """A term without which the policy means the same; of several the most expensive."""
        why = "the policy means the same without it"
        seen: set[str] = set()
        for at in alone:
            written = terms[at].text.removeprefix(_sign(terms[at])).lower()
            if written in seen:
                return at, Change("dropped", terms[at].text, why)
            seen.add(written)
        open_terms = {at for at, policy in alone.items() if policy.unknown or policy.problems}
        for at in sorted(alone.keys() - open_terms, key=lambda at: -alone[at].lookups):
            # A term is reached where no open one before it matched; those after it are still open.
            before = [term for place, term in enumerate(terms[:at]) if place not in open_terms]
            with_it = yield from self.policy(_text([*before, *terms[at:]]), limits=False)
            without = yield from self.policy(_text([*before, *terms[at + 1 :]]), limits=False)
            if with_it.possible == without.possible:
                return at, Change("dropped", terms[at].text, why)
        return None


def _flattened(
    terms: list[_Term], alone: dict[int, PolicySet], excess: int
) -> tuple[int, Change] | None:
    """The term that the fewest networks can replace; first of those that save enough."""
    candidates = []
    for at, policy in alone.items():
        networks = list(islice(policy.passes.networks(), MOST_FLATTENED + 1))
        if policy.unknown or policy.problems or len(networks) > MOST_FLATTENED:
            continue
        why = f"{policy.lookups} look-ups for {len(networks)} networks"
        into = tuple(_sign(terms[at]) + _literal(network) for network in networks)
        change = Change("flattened", terms[at].text, why, into)
        candidates.append((policy.lookups < excess, len(networks), at, change))
    return min(candidates)[2:] if candidates else None


def _sign(term: _Term) -> str:
    return term.text[0] if term.text[0] in QUALIFIERS else ""


def _faults(policy: PolicySet) -> list[Problem]:
    """The problems that a new record could be rid of: a failing DNS is none."""
    return [problem for problem in policy.problems if problem.kind != "dns"]


def _literal(network: Network) -> str:
    if isinstance(network, IPv4Network):
        written = f"ip4:{network}"
        return written.removesuffix("/32")
    return f"ip6:{network}".removesuffix("/128")
