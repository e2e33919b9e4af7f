"""check_host() of RFC 7208 §4: one client address, one domain, one result.

Knows the order of evaluation, the limits and the results. Must not know a resolver (it yields
`Lookup` and is sent `Answer`), nor judge what a result means for a mail.
"""

import time
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal, TypeAlias, TypeVar

from smtpdoctor.spf.lookup import Address, Answer, Evaluation, Lookup, RecordType
from smtpdoctor.spf.macros import MacroString, MacroSyntaxError, parse_macro_string
from smtpdoctor.spf.names import (
    domain_fault,
    fault,
    fit,
    is_within,
    to_ascii,
    without_final_dot,
)
from smtpdoctor.spf.parse import (
    COUNTED,
    Mechanism,
    SPFRecord,
    SyntaxFault,
    decode,
    is_spf,
    parse,
    quoted,
)

LOOKUP_LIMIT = 10
"""Terms that ask the DNS, over all records of one evaluation (RFC 7208 §4.6.4)."""
VOID_LIMIT = 2
"""Terms of these whose look-ups may find nothing (§4.6.4)."""
NAME_LIMIT = 10
"""Names of one MX or PTR answer whose addresses are asked for (§4.6.4)."""
LONGEST_EXPLANATION = 2000
"""Characters; RFC 7208 §6.2 allows a limit."""

Result: TypeAlias = Literal["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"]

ProblemKind: TypeAlias = Literal[
    "domain-malformed",
    "domain-not-found",
    "record-missing",
    "several-records",
    "syntax",
    "include-without-record",
    "redirect-without-record",
    "lookup-limit",
    "void-limit",
    "mx-limit",
    "dns",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no policy, or why its evaluation ended in an error.

    `domain`: whose record it is about. `term`: the term as written, "" where no term is at fault.
    `path`: the domains of the records that led there, the checked one first. `faults`: with
    "syntax", every term of that record that breaks the grammar.
    """

    kind: ProblemKind
    message: str
    domain: str
    term: str = ""
    path: tuple[str, ...] = ()
    faults: tuple[SyntaxFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One look-up that a term made: `status` as in Answer, `records` how many it found."""

    name: str
    rdtype: RecordType
    status: str
    records: int


@dataclass(slots=True)
class Step:
    """One evaluated term in the tree of look-ups.

    `lookups` and `void_lookups` count this term and everything below it. `outcome`: "match",
    "no match", an error's result, or "unknown" where the addresses can't be told beforehand.
    """

    term: str
    lookups: int = 0
    void_lookups: int = 0
    questions: list[Question] = field(default_factory=list)
    outcome: str = ""
    policy: "PolicyNode | None" = None


@dataclass(slots=True)
class PolicyNode:
    """The record of one domain in the tree of look-ups, with the terms that were evaluated.

    `record` is "" where none could be had. `lookups` and `void_lookups` count its terms and
    everything below them. `result` is that of this record alone, None in an expansion for many
    addresses at once unless the record is in error.
    """

    domain: str
    record: str = ""
    result: Result | None = None
    lookups: int = 0
    void_lookups: int = 0
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SPFResult:
    """What check_host() found.

    `term`: the directive that matched, as written in the record of the checked domain or of the
    one that it redirects to; with an error, the term at fault as `problem` has it; None where no
    term decided. `explanation`: the publisher's text for "fail", ASCII, third-party text, else
    "". `lookups`: terms counted against the limit of ten (11 when it was exceeded);
    `void_lookups`: terms with a void look-up, counted against two.
    """

    result: Result
    term: str | None
    explanation: str
    lookups: int
    void_lookups: int
    tree: PolicyNode
    problem: Problem | None


def spf_texts(answer: Answer) -> list[bytes]:
    """The SPF records among the TXT records of `answer` (RFC 7208 §4.5)."""
    return [text for text in answer.texts() if is_spf(text)]


def split_sender(sender: str, domain: str) -> tuple[str, str]:
    """Local-part and domain of <sender>, the domain's labels as A-labels (RFC 7208 §4.3).

    Without a local-part it is "postmaster"; an empty sender (the null reverse-path) is the
    postmaster of `domain`, as §2.4 has it.
    """
    local, _, sender_domain = sender.rpartition("@")
    return local or "postmaster", to_ascii(sender_domain or domain)


def target_name(spec: MacroString | None, domain: str, values: dict[str, str]) -> str:
    """The <target-name> of a term (§4.8): `domain` where the term has no domain-spec."""
    return domain if spec is None else fit(spec.expand(values))


def macro_values(local: str, sender_domain: str, helo: str) -> dict[str, str]:
    """The values of the macro letters that the sender and the client's greeting give (§7.2)."""
    return {
        "s": f"{local}@{sender_domain}",
        "l": local,
        "o": sender_domain,
        "h": helo,
    }


def address_values(ip: Address) -> dict[str, str]:
    """The values of the macro letters that the client's address gives (§7.3)."""
    if isinstance(ip, IPv4Address):
        return {"i": str(ip), "v": "in-addr", "c": str(ip)}
    return {"i": ".".join(ip.exploded.replace(":", "")), "v": "ip6", "c": str(ip)}


def check_host(
    ip: str | Address,
    domain: str,
    sender: str,
    *,
    helo: str = "unknown",
    receiver: str = "unknown",
    timestamp: int | None = None,
) -> Evaluation[SPFResult]:
    """check_host() of RFC 7208 §4, as a generator for `run` or `run_async`.

    `ip`: the client's address; an IPv4-mapped one counts as IPv4. `domain`: the domain whose
    policy is asked. `sender`: the envelope sender, "" for the null reverse-path. `helo`: the
    name of the client's greeting. `receiver` and `timestamp` (seconds since 1970, None: now)
    are for the macros of an explanation only. IDNs may be given in Unicode.

    Raises ValueError where `ip` is no address; everything else is a result.
    """
    address = ip_address(ip) if isinstance(ip, str) else ip
    if isinstance(address, IPv6Address):
        # RFC 7208 §5; a zone ("%eth0") is nothing that a record could mean
        address = address.ipv4_mapped or IPv6Address(int(address))
    name = without_final_dot(to_ascii(domain))
    values = {
        **macro_values(*split_sender(sender, name), to_ascii(helo)),
        **address_values(address),
        "r": receiver,
        "t": str(int(time.time()) if timestamp is None else timestamp),
    }
    return _Check(address, values).run(name)


class _EvaluationError(Exception):
    """An error result: it ends the whole evaluation, however deep in includes (§5.2)."""

    def __init__(self, result: Literal["temperror", "permerror"], problem: Problem) -> None:
        super().__init__(problem.message)
        self.result = result
        self.problem = problem


@dataclass(slots=True)
class _Outcome:
    result: Result
    term: str | None = None
    record: SPFRecord | None = None  # whose exp counts
    domain: str = ""
    problem: Problem | None = None  # with "none" and the errors


T = TypeVar("T")


class _Check:
    """The state of one evaluation: the counters and the answers that it has already had."""

    def __init__(self, ip: Address, values: dict[str, str]) -> None:
        self.ip = ip
        self.values = values
        self.lookups = 0
        self.void_lookups = 0
        self.void_step: Step | None = None
        self.answers: dict[tuple[str, RecordType], Answer] = {}
        self.parsed: dict[bytes, SPFRecord] = {}

    def run(self, domain: str) -> Evaluation[SPFResult]:
        tree = PolicyNode(domain)
        wrong = domain_fault(domain)
        if wrong is not None:
            # RFC 7208 §4.3
            problem = Problem("domain-malformed", wrong, domain, path=(domain,))
            tree.result = "none"
            return SPFResult("none", None, "", 0, 0, tree, problem)
        explanation = ""
        try:
            outcome = yield from self.policy(domain, tree, (domain,))
            # the explanation's look-ups are later ones and count nowhere (§4.6.4)
            counts = self.lookups, self.void_lookups
            if outcome.result == "fail":
                explanation = yield from self.explanation(outcome)
            self.lookups, self.void_lookups = counts
        except _EvaluationError as error:
            problem = error.problem
            outcome = _Outcome(error.result, problem.term or None, problem=problem)
        return SPFResult(
            result=outcome.result,
            term=outcome.term,
            explanation=explanation,
            lookups=self.lookups,
            void_lookups=self.void_lookups,
            tree=tree,
            problem=outcome.problem,
        )

    def ask(self, name: str, rdtype: RecordType, step: Step | None) -> Evaluation[Answer]:
        """One look-up, asked once; it is noted in `step`."""
        key = name.lower(), rdtype
        answer = self.answers.get(key)
        if answer is None:
            answer = self.answers[key] = yield Lookup(name, rdtype)
        if step is not None:
            step.questions.append(Question(name, rdtype, answer.status, len(answer.records)))
        return answer

    def policy(self, domain: str, node: PolicyNode, path: tuple[str, ...]) -> Evaluation[_Outcome]:
        """Fetches and evaluates the record of `domain`."""
        before = self.lookups, self.void_lookups
        try:
            outcome = yield from self.record(domain, node, path)
            node.result = outcome.result
        except _EvaluationError as error:
            node.result = error.result
            raise
        finally:
            node.lookups = self.lookups - before[0]
            node.void_lookups = self.void_lookups - before[1]
        return outcome

    def record(self, domain: str, node: PolicyNode, path: tuple[str, ...]) -> Evaluation[_Outcome]:
        answer = yield from self.ask(domain, "TXT", None)
        record = read_record(answer, domain, path, self.parsed)
        if isinstance(record, Problem):
            if record.kind == "dns":
                raise _EvaluationError("temperror", record)
            if record.kind in ("record-missing", "domain-not-found"):
                return _Outcome("none", problem=record)
            if record.kind == "syntax":
                node.record = decode(spf_texts(answer)[0])
            raise _EvaluationError("permerror", record)
        node.record = record.text
        for mechanism in record.mechanisms:
            step = Step(mechanism.text)
            if mechanism.name in COUNTED:
                node.steps.append(step)
                matched = yield from self.counted(
                    step, self.mechanism(mechanism, domain, step, path)
                )
            else:
                # "all" has no network and matches always. Of those that ask nothing, the tree of
                # look-ups has only the one that decided.
                matched = mechanism.network is None or self.ip in mechanism.network
                if matched:
                    node.steps.append(step)
            step.outcome = "match" if matched else "no match"
            if matched:
                return _Outcome(mechanism.qualifier, mechanism.text, record, domain)
        if record.redirect is None:
            return _Outcome("neutral")  # §4.7
        # An "all" would have matched, so a redirect beside one is ignored, as §5.1 wants.
        step = Step(record.redirect.text)
        node.steps.append(step)
        outcome = yield from self.counted(
            step, self.redirect(record.redirect.value, domain, step, path)
        )
        step.outcome = outcome.result
        return outcome

    def counted(self, step: Step, evaluation: Evaluation[T]) -> Evaluation[T]:
        """Runs the evaluation of one term and notes in `step` what it spent."""
        before = self.lookups, self.void_lookups
        try:
            return (yield from evaluation)
        except _EvaluationError as error:
            step.outcome = error.result
            raise
        finally:
            step.lookups = self.lookups - before[0]
            step.void_lookups = self.void_lookups - before[1]

    def mechanism(
        self, mechanism: Mechanism, domain: str, step: Step, path: tuple[str, ...]
    ) -> Evaluation[bool]:
        """Whether a mechanism that asks the DNS matches (§5)."""
        self.count(step, path)
        target = yield from self.target(mechanism.domain, domain, step, path)
        if mechanism.name == "include":
            outcome = yield from self.other_policy(target, "include-without-record", step, path)
            return outcome.result == "pass"  # the table of §5.2
        if fault(target) is not None:
            # §4.8 leaves it open: a name that can't exist matches nothing
            return False
        if mechanism.name == "exists":
            # an A record, also for IPv6 clients (§5.7)
            answer = yield from self.data(target, "A", step, path)
            return not answer.is_void
        if mechanism.name == "ptr":
            return (yield from self.validated_name(step, path, within=target)) is not None
        if mechanism.name == "a":
            return (yield from self.has_address(target, mechanism, step, path))
        return (yield from self.mx(target, mechanism, step, path))

    def redirect(
        self, spec: MacroString, domain: str, step: Step, path: tuple[str, ...]
    ) -> Evaluation[_Outcome]:
        self.count(step, path)
        target = yield from self.target(spec, domain, step, path)
        return (yield from self.other_policy(target, "redirect-without-record", step, path))

    def other_policy(
        self, target: str, problem: ProblemKind, step: Step, path: tuple[str, ...]
    ) -> Evaluation[_Outcome]:
        """The outcome of the record that an include or a redirect leads to.

        Where there is none, or the name is malformed, it is a permerror (§5.2, §6.1).
        """
        path = (*path, target)
        step.policy = PolicyNode(target, result="none")
        wrong = domain_fault(target)
        if wrong is None:
            outcome = yield from self.policy(target, step.policy, path)
            if outcome.problem is None:
                return outcome
            wrong = outcome.problem.message
        raise _EvaluationError("permerror", Problem(problem, wrong, target, step.term, path))

    def has_address(
        self, name: str, mechanism: Mechanism, step: Step, path: tuple[str, ...]
    ) -> Evaluation[bool]:
        """Whether the client is one of the name's addresses, or in their networks (§5)."""
        if isinstance(self.ip, IPv4Address):
            answer = yield from self.data(name, "A", step, path)
            shift = 32 - mechanism.prefix4
        else:
            answer = yield from self.data(name, "AAAA", step, path)
            shift = 128 - mechanism.prefix6
        client = int(self.ip) >> shift
        return any(
            int(address) >> shift == client
            for address in answer.addresses()
            if address.version == self.ip.version
        )

    def mx(
        self, target: str, mechanism: Mechanism, step: Step, path: tuple[str, ...]
    ) -> Evaluation[bool]:
        # §5.4: no MX record, no match; never the address records of the name itself
        answer = yield from self.data(target, "MX", step, path)
        exchanges = answer.exchanges()
        if len(exchanges) > NAME_LIMIT:
            raise _EvaluationError("permerror", mx_limit_problem(len(exchanges), step.term, path))
        for exchange in exchanges:
            if fault(exchange) is None and (
                yield from self.has_address(exchange, mechanism, step, path)
            ):
                return True
        return False

    def validated_name(
        self, step: Step | None, path: tuple[str, ...], *, within: str = "", prefer: str = ""
    ) -> Evaluation[str | None]:
        """A name of the client that leads back to it (§5.5).

        Only names in `within` where that is given; those that fit `prefer` first (§7.3).
        """
        answer = yield from self.ask(self.ip.reverse_pointer, "PTR", step)
        self.count_void(answer, step, path)
        names = answer.names()[:NAME_LIMIT]
        if within:
            names = [name for name in names if is_within(name, within)]
        if prefer:
            names.sort(
                key=lambda name: (name.lower() != prefer.lower(), not is_within(name, prefer))
            )
        rdtype: RecordType = "A" if isinstance(self.ip, IPv4Address) else "AAAA"
        for name in names:
            if fault(name) is not None:
                continue
            # The client's operator chose these names, not the publisher of the policy, so what
            # is void here doesn't count; an error skips the name (§5.5).
            answer = yield from self.ask(name, rdtype, step)
            if self.ip in answer.addresses():
                return name
        return None

    def target(
        self, spec: MacroString | None, domain: str, step: Step | None, path: tuple[str, ...]
    ) -> Evaluation[str]:
        """The <target-name> of a term."""
        values = self.values
        if spec is not None:
            values = yield from self.values_for(spec, domain, step, path)
        return target_name(spec, domain, values)

    def values_for(
        self, spec: MacroString, domain: str, step: Step | None, path: tuple[str, ...]
    ) -> Evaluation[dict[str, str]]:
        values = {**self.values, "d": domain}
        if "p" in spec.letters:
            # the query of %{p} is included in the limit (§4.6.4)
            self.count(step, path)
            name = yield from self.validated_name(step, path, prefer=domain)
            values["p"] = name or "unknown"
        return values

    def data(
        self, name: str, rdtype: RecordType, step: Step, path: tuple[str, ...]
    ) -> Evaluation[Answer]:
        """A look-up whose failure is the evaluation's, and which counts when it is void (§5)."""
        answer = yield from self.ask(name, rdtype, step)
        if answer.status == "temperror":
            raise _EvaluationError("temperror", dns_problem(name, rdtype, answer, step.term, path))
        self.count_void(answer, step, path)
        return answer

    def count(self, step: Step | None, path: tuple[str, ...]) -> None:
        self.lookups += 1
        if step is not None and self.lookups > LOOKUP_LIMIT:
            raise _EvaluationError("permerror", lookup_limit_problem(step.term, path))

    def count_void(self, answer: Answer, step: Step | None, path: tuple[str, ...]) -> None:
        # "terms" are counted whose queries find nothing (§4.6.4), so a term counts once
        if step is None or not answer.is_void or step is self.void_step:
            return
        self.void_step = step
        self.void_lookups += 1
        if self.void_lookups > VOID_LIMIT:
            raise _EvaluationError("permerror", void_limit_problem(step.term, path))

    def explanation(self, outcome: _Outcome) -> Evaluation[str]:
        """The publisher's text for a "fail", "" where there is none to be had (§6.2)."""
        record, domain = outcome.record, outcome.domain
        if record is None or record.explanation is None:
            return ""
        target = yield from self.target(record.explanation.value, domain, None, ())
        if fault(target) is not None:
            return ""
        answer = yield from self.ask(target, "TXT", None)
        texts = answer.texts()
        if answer.status != "found" or len(texts) != 1:
            return ""
        try:
            text = parse_macro_string(texts[0].decode("ascii"), explanation=True)
        except (UnicodeDecodeError, MacroSyntaxError):
            return ""
        values = yield from self.values_for(text, domain, None, ())
        explanation = text.expand(values)
        return explanation[:LONGEST_EXPLANATION] if explanation.isascii() else ""


def read_record(
    answer: Answer, domain: str, path: tuple[str, ...], parsed: dict[bytes, SPFRecord]
) -> SPFRecord | Problem:
    """The one SPF record in the answer to a TXT look-up, or why there is none (§4.4–§4.6).

    `parsed` keeps records, so that one that is included often is parsed once.
    """
    if answer.status == "temperror":
        return dns_problem(domain, "TXT", answer, "", path)
    if answer.status == "nxdomain":
        return Problem("domain-not-found", f"{domain} does not exist", domain, path=path)
    texts = spf_texts(answer)
    if not texts:
        return Problem("record-missing", f"{domain} has no SPF record", domain, path=path)
    if len(texts) > 1:
        message = f"{domain} has {len(texts)} SPF records, one is the most"
        return Problem("several-records", message, domain, path=path)
    record = parsed.get(texts[0])
    if record is None:
        record = parsed[texts[0]] = parse(decode(texts[0]))
    if record.faults:
        first = record.faults[0]
        message = f"{quoted(first.term)}: {first.reason}"
        return Problem("syntax", message, domain, first.term, path, record.faults)
    return record


def dns_problem(
    name: str, rdtype: RecordType, answer: Answer, term: str, path: tuple[str, ...]
) -> Problem:
    """A look-up that failed for now."""
    message = f"the look-up of {name} {rdtype} failed" + (
        f": {answer.reason}" * bool(answer.reason)
    )
    return Problem("dns", message, path[-1], term, path)


def lookup_limit_problem(term: str, path: tuple[str, ...]) -> Problem:
    """More than ten terms that ask the DNS."""
    message = f"more than {LOOKUP_LIMIT} terms ask the DNS"
    if len(set(path)) < len(path):
        message += f", the includes go in a circle: {' → '.join(path)}"
    return Problem("lookup-limit", message, path[-1], term, path)


def void_limit_problem(term: str, path: tuple[str, ...], clients: str = "") -> Problem:
    """More than two terms that found nothing; `clients`: for which family, where it is one."""
    message = f"more than {VOID_LIMIT} terms found nothing in the DNS{clients}"
    return Problem("void-limit", message, path[-1], term, path)


def mx_limit_problem(count: int, term: str, path: tuple[str, ...]) -> Problem:
    """More than ten names in one MX answer."""
    message = f"the answer has {count} MX records, {NAME_LIMIT} are the most"
    return Problem("mx-limit", message, path[-1], term, path)
