"""A sender's policies as text: the tree of SPF with what each term costs, and what DMARC makes of
it. Knows layout, and no cause."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smtpdoctor.sender.assessment import Assessment
    from smtpdoctor.spf import PolicyNode, Step

#: Lines, and characters of one record: a hostile policy has any number of either.
MOST_LINES = 120
LONGEST_RECORD = 300


def spf_tree(found: Assessment, *, unicode: bool = True) -> Iterator[str]:
    """The lines of the tree, indented; foreign text as it came."""
    result = found.client if found.client is not None else found.policy
    yield (
        f"SPF of {found.domain}: {_count(result.lookups, 'look-up')} of 10, "
        f"{_count(result.void_lookups, 'void one')} of 2"
    )
    lines = _node(result.tree, "  ", unicode)
    yield from itertools.islice(lines, MOST_LINES)
    if next(lines, None) is not None:
        yield "  …" if unicode else "  ..."


def dmarc_words(found: Assessment) -> Iterator[str]:
    """What DMARC comes to, and where its successor comes to something else."""
    verdict = found.verdict
    yield f"DMARC: {verdict.words}: {'; '.join(verdict.reasons)}"
    if (later := found.dmarc.successor) is not None:
        # receivers follow either for years (RFC 7489 and RFC 9989)
        asked = f"“{later.policy}”" if later.policy else "nothing"
        yield f"RFC 9989 differs, it asks for {asked}: {'; '.join(later.why)}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _node(node: PolicyNode, indent: str, unicode: bool) -> Iterator[str]:
    record = node.record or f"no record ({node.result or 'none'})"
    yield indent + (record if len(record) <= LONGEST_RECORD else record[:LONGEST_RECORD] + "…")
    for number, step in enumerate(node.steps):
        last = number == len(node.steps) - 1
        fork, line = ("└ ", "  ") if last else ("├ ", "│ ")
        if not unicode:
            fork, line = ("` ", "  ") if last else ("| ", "| ")
        yield f"{indent}{fork}{step.term}{_cost(step)}"
        if step.policy is not None:
            yield from _node(step.policy, indent + line, unicode)


def _cost(step: Step) -> str:
    parts = []
    if step.lookups:
        parts.append(_count(step.lookups, "look-up"))
    if step.void_lookups:
        parts.append(f"{step.void_lookups} void")
    if step.outcome:
        parts.append(step.outcome)
    return f"  ({', '.join(parts)})" if parts else ""
