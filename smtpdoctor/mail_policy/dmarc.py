"""DMARC, RFC 7489, without I/O: the record that applies, what it asks for, and alignment.

RFC 9989 took RFC 7489's place in May 2026: it walks the DNS tree where RFC 7489 has the public
suffix list, and knows other tags. Receivers will follow either for years, so everything is judged
by RFC 7489, and where the successor comes to another result, that is said beside it.

Evaluations are generators: they yield `Lookup` and are sent `Answer`, as those of smtpdoctor.spf.
Must not know providers, nor what a mail gets from SPF and DKIM.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast, get_args

from smtpdoctor.mail_policy.organization import organizational_domain
from smtpdoctor.mail_policy.questions import ask, texts
from smtpdoctor.spf import Answers, Evaluation, to_ascii
from smtpdoctor.spf.names import is_within, without_final_dot

Policy: TypeAlias = Literal["none", "quarantine", "reject"]
AlignmentMode: TypeAlias = Literal["relaxed", "strict"]

POLICIES: tuple[Policy, ...] = get_args(Policy)

#: Labels of a name below which the tree walk skips some (RFC 9989 §4.10).
_WALKED_LABELS = 7

_MOST_FAULTS = 20
_LONGEST_QUOTE = 120

_VERSION = re.compile(r"[ \t]*[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")
_TAG_NAMES = "p|sp|np|rua|ruf|pct|adkim|aspf|fo|rf|ri|t|psd"
#: What people write where “;” belongs: a blank, a comma, or nothing but a line's end.
_SEPARATED = re.compile(
    rf"(?<![;\s,])[\s,:]+(?=(?:{_TAG_NAMES})[ \t]*=)|(?<=DMARC1)(?=p[ \t]*=)", re.IGNORECASE
)
#: A tag that stands twice before its value: `rua=rua=…`.
_TAG_AGAIN = re.compile(rf"(?:(?:{_TAG_NAMES})[ \t]*=)+", re.IGNORECASE)
_LONGEST_INTERVAL = 2**32 - 1  # seconds; RFC 7489 §6.3: a 32-bit unsigned integer
_MOST_REPORT_DOMAINS = 5
_MEANT = re.compile(r"dmarc|^\W*p[ \t]*=[ \t]*(?:none|quarantine|reject)\b", re.IGNORECASE)
_URI = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):[^\s,!;]+(?:![0-9]+[kmgt]?)?", re.ASCII)
_BARE_ADDRESS = re.compile(r"[^\s@:,!;]+@[^\s@:,!;.]+(?:\.[^\s@:,!;.]+)+")

_CHOICES = {  # RFC 7489 §6.3; np, psd and t are RFC 9989 §4.7
    "p": POLICIES,
    "sp": POLICIES,
    "np": POLICIES,
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
    "psd": ("y", "n", "u"),
    "t": ("y", "n"),
}


@dataclass(frozen=True, slots=True)
class DMARCFault:
    """What is wrong in a record, and what becomes of it.

    tag: the tag at fault, "" where it is the record as a whole. text: the place as written.
    effect:
      "unused"  the record isn't applied at all;
      "none"    receivers act as if it asked for nothing (p=none);
      "default" the tag counts as not given;
      "unclear" receivers read it in different ways.
    """

    tag: str
    text: str
    reason: str
    effect: Literal["unused", "none", "default", "unclear"]


@dataclass(frozen=True, slots=True)
class DMARCRecord:
    """A record's meaning.

    policy, subdomain_policy: for failing mail of the record's own domain and of those below it;
        None where the record isn't applied.
    percent: of failing mail to which the policy applies, by RFC 7489; the successor has no such
        tag.
    testing, psd: `t` and `psd` of RFC 9989. successor_policy, successor_subdomain_policy: what
        the policies are there, `t` included.
    """

    text: str
    policy: Policy | None
    subdomain_policy: Policy | None
    percent: int = 100
    dkim_mode: AlignmentMode = "relaxed"
    spf_mode: AlignmentMode = "relaxed"
    reports_to: tuple[str, ...] = ()
    testing: bool = False
    psd: Literal["y", "n", "u"] = "u"
    successor_policy: Policy | None = None
    successor_subdomain_policy: Policy | None = None
    faults: tuple[DMARCFault, ...] = ()


def is_dmarc(text: str) -> bool:
    """Whether receivers take a TXT record for a DMARC record (RFC 7489 §6.6.3, step 2)."""
    return _VERSION.match(text) is not None


def is_meant_as_dmarc(text: str) -> bool:
    """Whether a record that is none was meant as one: its version is wrong or not in front."""
    return not is_dmarc(text) and _MEANT.search(text[:_LONGEST_QUOTE]) is not None


def parse_dmarc(text: str) -> DMARCRecord:
    """Reads a record. Never raises; takes linear time.

    A text that receivers don't take for a DMARC record has the policy None and says why.
    """
    if not is_dmarc(text):
        fault = DMARCFault("v", _quote(text), _version_reason(text), "unused")
        return DMARCRecord(text, None, None, faults=(fault,))
    faults: list[DMARCFault] = []
    tags = _tags(text, faults)
    reports_to = _reporting_uris(tags.get("rua", ""), "rua", faults)
    _reporting_uris(tags.get("ruf", ""), "ruf", faults)
    wrong = {name for name in _CHOICES if not _is_choice(tags, name)}
    percent = _percent(tags.get("pct"), faults)
    faults += _report_options(tags)
    rest: Literal["none", "unused"] = "none" if reports_to else "unused"
    if "p" not in tags:
        reason = "“p=”, what to do with mail that fails, is missing"
        faults.append(DMARCFault("p", "", reason, rest))
    for name in sorted(wrong):
        effect = rest if name in ("p", "sp") else "unclear" if name == "np" else "default"
        reason = f"must be {' or '.join(_CHOICES[name])}"
        faults.append(DMARCFault(name, f"{name}={_quote(tags[name])}", reason, effect))

    def chosen(name: str, default: str) -> str:
        return tags[name].lower() if name in tags and name not in wrong else default

    # RFC 7489 §6.6.3, step 6: without a valid p, or with an invalid sp, the record asks for
    # reports only. RFC 9989 §4.10.1 says the same of an invalid np.
    reports_only: Policy | None = "none" if reports_to else None
    policy = below = reports_only
    if "p" in tags and not wrong & {"p", "sp"}:
        policy = cast(Policy, chosen("p", "none"))
        below = cast(Policy, chosen("sp", policy))
    successor = (reports_only, reports_only) if "np" in wrong else (policy, below)
    testing = chosen("t", "n") == "y"
    if testing:
        successor = (_one_less(successor[0]), _one_less(successor[1]))
    return DMARCRecord(
        text=text,
        policy=policy,
        subdomain_policy=below,
        percent=percent,
        dkim_mode="strict" if chosen("adkim", "r") == "s" else "relaxed",
        spf_mode="strict" if chosen("aspf", "r") == "s" else "relaxed",
        reports_to=reports_to,
        testing=testing,
        psd=cast(Literal["y", "n", "u"], chosen("psd", "u")),
        successor_policy=successor[0],
        successor_subdomain_policy=successor[1],
        faults=tuple(faults[:_MOST_FAULTS]),
    )


def repair_dmarc(  # branches: one case a tag
    text: str, *, at_most: Policy = "reject", reports_to: tuple[str, ...] = ()
) -> str:
    """`text` as a record without faults: what is valid stays, in its order.

    Where the policy can't be read it is "none", which asks receivers for nothing. at_most: the
    strictest policy that it may ask for. reports_to: URIs that get the aggregate reports, too.
    """
    tags = _tags(_SEPARATED.sub("; ", text.strip(" \t\"'“”„")), [])
    if reports_to:
        listed = (_repaired_uri(uri) for uri in _listed(tags.get("rua", "")))
        tags["rua"] = ",".join(dict.fromkeys((*listed, *reports_to)))
    policy = tags.get("p", "none").lower() if _is_choice(tags, "p") else "none"
    kept = [("v", "DMARC1"), ("p", _milder(policy, at_most))]
    for name, value in tags.items():
        if name in ("rua", "ruf"):
            uris = [_repaired_uri(uri) for uri in _listed(value)]
            valid = [uri for uri in uris if _is_reporting_uri(uri)]
            if valid:
                kept.append((name, ",".join(valid)))
        elif name in _CHOICES and name != "p":
            if _is_choice(tags, name):
                asked = value.lower()
                kept.append((name, _milder(asked, at_most) if asked in POLICIES else asked))
        elif name == "pct":
            if _is_percent(value):
                kept.append((name, value))
        elif name == "fo":
            valid = [
                item for item in re.split("[:,;\\s]+", value.lower()) if item in _FAILURE_OPTIONS
            ]
            if valid:
                kept.append((name, ":".join(dict.fromkeys(valid))))
        elif name in ("rf", "ri") and not list(_report_options({name: value})):
            kept.append((name, value))
    return "; ".join(f"{name}={value}" for name, value in kept)


def _milder(policy: str, at_most: Policy) -> str:
    """The policy, or `at_most` where that asks for less."""
    return min(policy, at_most, key=lambda item: POLICIES.index(cast(Policy, item)))


_FAILURE_OPTIONS = ("0", "1", "d", "s")


def _report_options(tags: dict[str, str]) -> Iterator[DMARCFault]:
    """What is wrong with `fo`, `rf` and `ri` (RFC 7489 §6.3): receivers take the default then."""
    options = tags.get("fo", "0").lower().split(":")
    if not all(item.strip(" \t") in _FAILURE_OPTIONS for item in options):
        reason = "must be 0, 1, d or s, or several of them with “:” between"
        yield DMARCFault("fo", f"fo={_quote(tags['fo'])}", reason, "default")
    formats = tags.get("rf", "afrf").lower().split(":")
    if not all(item.strip(" \t") == "afrf" for item in formats):
        yield DMARCFault("rf", f"rf={_quote(tags['rf'])}", "must be afrf", "default")
    interval = tags.get("ri", "86400")
    if not (re.fullmatch("[0-9]{1,10}", interval, re.ASCII) and int(interval) <= _LONGEST_INTERVAL):
        reason = "must be a whole number of seconds"
        yield DMARCFault("ri", f"ri={_quote(interval)}", reason, "default")


def _quote(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def _tags(text: str, faults: list[DMARCFault]) -> dict[str, str]:
    """Tags by name in lower case, the first of each: ABNF's strings have no case (RFC 5234)."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        written = part.strip(" \t")
        name, equals, value = (piece.strip(" \t") for piece in written.partition("="))
        if not written:
            continue
        if not equals or not (name.isascii() and name.isalpha()):
            reason = "is no tag: a name, “=” and a value"
            faults.append(DMARCFault("", _quote(written), reason, "default"))
            continue
        name = name.lower()
        if name in tags:
            # RFC 6376 §3.2, whose syntax this is, allows each once; receivers don't agree on more
            reason = f"“{name}=” stands there a second time"
            faults.append(DMARCFault(name, _quote(written), reason, "unclear"))
            continue
        tags[name] = value
    tags.pop("v", None)
    return tags


def _version_reason(text: str) -> str:
    start = text.lstrip(" \t")
    if start[:1] in "\"'“”„":
        return "begins with a quote that is a part of the record"
    if re.match(r"v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)", start, re.IGNORECASE):
        return "the version must be written “DMARC1”, in capitals"
    if re.match(r"v[ \t]*=[ \t]*DMARC1\b", start, re.IGNORECASE):
        return "“;” is missing after “v=DMARC1”"
    if re.search(r"v[ \t]*=[ \t]*DMARC1\b", text, re.IGNORECASE):
        return "“v=DMARC1” must be the first tag"
    return "the record must begin with “v=DMARC1;”"


def _is_choice(tags: dict[str, str], name: str) -> bool:
    return name not in tags or tags[name].lower() in _CHOICES[name]


def _is_percent(text: str) -> bool:
    return re.fullmatch("[0-9]{1,3}", text, re.ASCII) is not None and int(text) <= 100


def _percent(text: str | None, faults: list[DMARCFault]) -> int:
    if text is None:
        return 100
    if not _is_percent(text):
        reason = "must be a whole number from 0 to 100"
        faults.append(DMARCFault("pct", f"pct={_quote(text)}", reason, "default"))
        return 100
    return int(text)


def _listed(text: str) -> Iterator[str]:
    return (part.strip(" \t") for part in text.split(",") if part.strip(" \t"))


def _is_reporting_uri(uri: str) -> bool:
    match = _URI.fullmatch(uri)
    return match is not None and (match["scheme"].lower() != "mailto" or "@" in uri)


def _repaired_uri(uri: str) -> str:
    again = _TAG_AGAIN.match(uri)
    uri = (uri[again.end() :] if again else uri).strip("\"'“”„")
    return f"mailto:{uri}" if _BARE_ADDRESS.fullmatch(uri) else uri


def _reporting_uris(text: str, tag: str, faults: list[DMARCFault]) -> tuple[str, ...]:
    uris: list[str] = []
    for uri in _listed(text):
        if _is_reporting_uri(uri):
            uris.append(uri)
            continue
        reason = "is no URI"
        if _BARE_ADDRESS.fullmatch(uri):
            reason = "has no “mailto:” in front"
        faults.append(DMARCFault(tag, _quote(uri), reason, "default"))
    return tuple(uris)


def _one_less(policy: Policy | None) -> Policy | None:
    """RFC 9989 §4.7 on `t`: the policy applied is one level below the one that is stated."""
    if policy == "reject":
        return "quarantine"
    return None if policy is None else "none"


# --- discovery --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A TXT record at `name` that was meant as a DMARC record, and why receivers don't find it."""

    name: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class SuccessorPolicy:
    """What RFC 9989 has in place of RFC 7489's result, where mail that fails fares differently.

    found_at: the domain of the record that applies, "" where none does. why: in words.
    """

    policy: Policy | None
    found_at: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DMARCPolicy:
    """The policy for one From domain (RFC 7489 §6.6.3).

    status: "missing" where no record applies because there is none; "several" where one name has
        more than one, so that none applies; "temperror" where the DNS didn't say (`reason`).
    found_at: the domain whose record it is, "" without one. records: what stands there.
    policy: what is asked for mail of this From domain that fails, with `sp` where the record is
        that of the organisational domain; None where nothing is asked because no record applies.
    percent: of failing mail it is asked for; the rest gets the next lower policy (§6.6.4).
    misspelt: records that were passed over on the way.
    successor: where RFC 9989 differs, else None.

    A From domain that does not exist has its own tag, `np`, in RFC 9989 alone. That isn't looked
    into: such mail is refused for its domain.
    """

    domain: str
    status: Literal["found", "missing", "several", "temperror"]
    found_at: str = ""
    records: tuple[str, ...] = ()
    record: DMARCRecord | None = None
    policy: Policy | None = None
    percent: int = 100
    misspelt: tuple[Misspelt, ...] = ()
    successor: SuccessorPolicy | None = None
    reason: str = ""


def discover(domain: str, *, answers: Answers | None = None) -> Evaluation[DMARCPolicy]:
    """The policy for the From domain `domain`, as a generator for `run` or `run_async`.

    One look-up where the domain has a record of its own. Else one for the organisational domain,
    for the successor's tree walk one for every other domain above (at most eight), and where
    nothing is found, two for places where a record stands by mistake.
    """
    name = without_final_dot(to_ascii(domain)).lower()
    known: Answers = {} if answers is None else answers
    place = yield from _records_at(name, known)
    misspelt = list(place.misspelt)
    if not place.records and not place.failed:
        above = organizational_domain(name)
        if above != name:
            place = yield from _records_at(above, known)
            misspelt += place.misspelt
    successor: SuccessorPolicy | None = None
    if not place.failed:
        successor = yield from _successor_policy(name, known)
    if place.failed:
        return DMARCPolicy(
            name, "temperror", place.domain, misspelt=tuple(misspelt), reason=place.failed
        )
    if not place.records:
        misspelt += yield from _misplaced(name, known)
        return DMARCPolicy(
            name,
            "missing",
            misspelt=tuple(misspelt),
            successor=_if_it_matters(successor, None, 100),
        )
    if len(place.records) > 1:
        return DMARCPolicy(
            name,
            "several",
            place.domain,
            place.records,
            misspelt=tuple(misspelt),
            successor=_if_it_matters(successor, None, 100),
        )
    record = parse_dmarc(place.records[0])
    policy = record.policy if place.domain == name else record.subdomain_policy
    return DMARCPolicy(
        name,
        "found",
        place.domain,
        place.records,
        record,
        policy,
        record.percent,
        tuple(misspelt),
        _if_it_matters(successor, policy, record.percent),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """The DMARC records at one domain; `failed` says why the DNS didn't tell."""

    domain: str
    records: tuple[str, ...] = ()
    misspelt: tuple[Misspelt, ...] = ()
    failed: str = ""


def _records_at(domain: str, answers: Answers) -> Evaluation[_Place]:
    name = f"_dmarc.{domain}"
    answer = yield from ask(name, "TXT", answers)
    if answer.status == "temperror":
        return _Place(domain, failed=answer.reason or "the DNS gave no answer")
    found = texts(answer)
    return _Place(
        domain,
        tuple(text for text in found if is_dmarc(text)),
        tuple(
            Misspelt(name, text, _version_reason(text)) for text in found if is_meant_as_dmarc(text)
        ),
    )


def _misplaced(domain: str, answers: Answers) -> Evaluation[list[Misspelt]]:
    """Records for `domain` that stand where no receiver looks."""
    places = (
        (f"_dmarc.{domain}.{domain}", "the name has the domain twice"),
        (domain, "the name has no “_dmarc.” in front"),
    )
    found = []
    for name, reason in places:
        answer = yield from ask(name, "TXT", answers)
        found += [Misspelt(name, text, reason) for text in texts(answer) if is_dmarc(text)]
    return found


def refused_reports(
    policy: DMARCPolicy, *, answers: Answers | None = None
) -> Evaluation[tuple[tuple[str, str], ...]]:
    """The addresses to which nobody sends reports, each with the name of the record that lacks.

    Another organisation must say that it wants them (RFC 7489 §7.1).
    """
    known: Answers = {} if answers is None else answers
    if policy.record is None:
        return ()
    refused = []
    own = organizational_domain(policy.found_at)
    for uri in policy.record.reports_to[:_MOST_REPORT_DOMAINS]:
        address = uri.partition(":")[2].partition("!")[0]
        domain = without_final_dot(to_ascii(address.rpartition("@")[2])).lower()
        if not uri.lower().startswith("mailto:") or organizational_domain(domain) == own:
            continue
        name = f"{policy.found_at}._report._dmarc.{domain}"
        answer = yield from ask(name, "TXT", known)
        if answer.is_void or (answer.texts() and not any(map(is_dmarc, texts(answer)))):
            refused.append((address, name))
    return tuple(refused)


# --- the successor, RFC 9989 ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _TreeWalk:
    """What a walk found: the organisational domain, None where the DNS failed on the way, and
    the records from the longest name to the shortest."""

    organizational_domain: str | None
    found: tuple[tuple[str, DMARCRecord], ...]


def walked_domains(domain: str) -> tuple[str, ...]:
    """The domains whose records the tree walk from `domain` asks for, at most eight (§4.10)."""
    labels = domain.split(".")
    start = max(1, len(labels) - _WALKED_LABELS)
    return (domain, *(".".join(labels[at:]) for at in range(start, len(labels))))


def _tree_walk(domain: str, answers: Answers) -> Evaluation[_TreeWalk]:
    found: list[tuple[str, DMARCRecord]] = []
    for name in walked_domains(domain):
        place = yield from _records_at(name, answers)
        if place.failed:
            return _TreeWalk(None, tuple(found))
        if len(place.records) == 1:  # §4.10, steps 2 and 6: of several, none counts
            record = parse_dmarc(place.records[0])
            found.append((name, record))
            if record.psd != "u":
                break
    return _TreeWalk(_organization(domain, found), tuple(found))


def _organization(domain: str, found: list[tuple[str, DMARCRecord]]) -> str:
    """The organisational domain that the records of a walk make out (RFC 9989 §4.10.2)."""
    for name, record in found:
        if record.psd == "n":
            return name
        if record.psd == "y":
            labels = domain.split(".")  # one more than the suffix has, or all where it is the start
            return ".".join(labels[-name.count(".") - 2 :])
    return found[-1][0] if found else domain


def _successor_policy(domain: str, answers: Answers) -> Evaluation[SuccessorPolicy | None]:
    """The policy by RFC 9989 §4.10.1; None where the DNS failed on the way."""
    own = yield from _records_at(domain, answers)
    if own.failed:
        return None
    if len(own.records) == 1:
        record = parse_dmarc(own.records[0])
        return SuccessorPolicy(record.successor_policy, domain, _tag_reasons(record))
    walk = yield from _tree_walk(domain, answers)
    if walk.organizational_domain is None:
        return None
    records = dict(walk.found)
    above = [name for name, record in walk.found if record.psd == "y"]
    for name in (walk.organizational_domain, *above):
        if name in records:
            record = records[name]
            why = f"the tree walk finds the record of {name}"
            policy = (
                record.successor_policy if name == domain else record.successor_subdomain_policy
            )
            return SuccessorPolicy(policy, name, (why, *_tag_reasons(record)))
    return SuccessorPolicy(None, "", ("the tree walk finds no record",))


def _tag_reasons(record: DMARCRecord) -> tuple[str, ...]:
    reasons = []
    if record.percent < 100:
        reasons.append("“pct” is gone: the policy holds for all mail that fails")
    if record.testing:
        reasons.append("“t=y” asks for the next lower policy")
    if any(fault.tag == "np" for fault in record.faults):
        reasons.append("an invalid “np” makes the policy none")
    return tuple(reasons)


def _if_it_matters(
    successor: SuccessorPolicy | None, policy: Policy | None, percent: int
) -> SuccessorPolicy | None:
    """`successor` where mail that fails fares differently by it, else None."""
    if successor is None:
        return None
    theirs, ours = successor.policy or "none", policy or "none"
    return None if theirs == ours and (percent == 100 or ours == "none") else successor


# --- alignment --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alignment:
    """Whether an authenticated domain speaks for a From domain (RFC 7489 §3.1).

    by_tree_walk: the same by RFC 9989; None where the DNS failed on the way.
    """

    identifier: str
    mode: AlignmentMode
    aligned: bool
    by_tree_walk: bool | None


def align(
    domain: str, identifier: str, mode: AlignmentMode, *, answers: Answers | None = None
) -> Evaluation[Alignment]:
    """Compares the From domain with the domain that SPF or DKIM authenticates.

    Asks the DNS only where the names differ and the mode is relaxed, for the tree walk.
    """
    author = without_final_dot(to_ascii(domain)).lower()
    other = without_final_dot(to_ascii(identifier)).lower()
    if author == other or mode == "strict":
        return Alignment(other, mode, author == other, author == other)
    aligned = organizational_domain(author) == organizational_domain(other)
    if not _can_share_a_parent(author, other):
        return Alignment(other, mode, aligned, False)
    known: Answers = {} if answers is None else answers
    walks = []
    for name in (author, other):
        walk = yield from _tree_walk(name, known)
        walks.append(walk.organizational_domain)
    walked = None if None in walks else walks[0] == walks[1]
    return Alignment(other, mode, aligned, walked)


def _can_share_a_parent(one: str, other: str) -> bool:
    """Whether two different names can have one organisational domain by a tree walk: only one
    that stands above both, or is one of them."""
    return is_within(other, one.rpartition(".")[2])
