"""Sources of facts, as generated pages name them: what it is, where it stands, from which day."""

from __future__ import annotations

from smtpdoctor import knowledge
from smtpdoctor.knowledge import Note
from tools.documentation.markdown import plain


def with_source(text: str, *identifiers: str) -> str:
    """A fact with marks that lead to its sources in the page's list."""
    marks = ", ".join(
        f"[{plain(_name(each))}](#source-{_anchor(each)})" for each in identifiers if each
    )
    return f"{text} ({marks})" if text and marks else text or marks


def source_line(*identifiers: str) -> str:
    """The sources of what stands above; empty without any."""
    marks = with_source("", *identifiers)
    return f"Source: {marks}." if marks else ""


def with_source_list(page: str) -> str:
    """A page with the list, at its end, of the sources that it leads to."""
    lines = []
    for identifier, source in sorted(knowledge.sources().items()):
        if f"(#source-{_anchor(identifier)})" in page:
            where = f"<{source.url}>" if source.url else "no lasting address"
            seen = "; seen, not promised" if source.kind == "observed" else ""
            fact = f"{plain(source.note)}, {source.read}{seen}: {where}"
            lines.append(f"(source-{_anchor(identifier)})=\n- {fact}\n")
    return "\n".join([page, "\n## Sources\n", *lines]) if lines else page


def notes(heading: str, facts: tuple[Note, ...]) -> str:
    """A part with sentences and their sources; empty without any."""
    lines = [
        f"- {with_source(plain(fact.text), *fact.sources)}"
        + ("" if fact.verified else " (not verified)")
        for fact in facts
    ]
    return "\n".join([f"## {heading}", "", *lines]) if lines else ""


def _name(identifier: str) -> str:
    return knowledge.sources()[identifier].read


def _anchor(identifier: str) -> str:
    return identifier.replace("_", "-")
