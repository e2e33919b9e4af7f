"""The tree of an SPF policy as text, with what each term costs. Knows layout, and no cause."""

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
