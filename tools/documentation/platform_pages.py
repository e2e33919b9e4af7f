"""The page of a platform, from `knowledge/clouds`: what is blocked, for whom, how it is lifted.

Pure. A platform's name accuses nobody: the pages say what is known, and that a run has to show it.
"""

from __future__ import annotations

from smtpdoctor import knowledge
from smtpdoctor.knowledge.platforms import KINDS, Egress, Lift, Platform, platforms
from tools.documentation.markdown import plain, table
from tools.documentation.sources import notes, source_line, with_source, with_source_list

HEADINGS = {
    "server": "Servers",
    "paas": "Platforms that run your application",
    "function": "Functions",
    "orchestrator": "Orchestrators",
    "ci": "CI runners",
    "workspace": "Workspaces",
    "access": "Networks",
}
EXTENTS = {
    "all": "blocked",
    "some": "blocked for some",
    "none": "open",
    "unknown": "not known",
}
PORTS = (25, 465, 587, 2525)


def page(platform: Platform) -> str:
    """The platform's page."""
    name = plain(platform.name)
    parts = [
        f"# {name}",
        f"Which mail ports {name} is known to block, and what lifts it. Whether that is your case, "
        "`smtpdoctor check` shows on the host itself; `check --ticket` writes the request. A "
        "date is that of the source: so it was then.",
        _ports(platform),
        notes("Exceptions", platform.exceptions),
        _lifts(platform),
        _own_rules(platform),
        notes("Other ways to send", platform.alternatives),
        _support(platform),
        notes("Worth knowing", platform.notes),
    ]
    return with_source_list("\n\n".join(part for part in parts if part) + "\n")


def _ports(platform: Platform) -> str:
    rows = [
        (
            ", ".join(map(str, entry.ports)),
            entry.policy,
            plain(entry.who) or "everybody",
            "yes" if entry.verified else "no: “is said to”",
            _since(entry),
            with_source("", *entry.sources),
        )
        for entry in platform.egress
    ]
    if not rows:
        day = knowledge.age().newest
        return (
            f"## What is blocked\n\nNothing that is sure: until {day} no page of "
            f"{plain(platform.name)} that says anything of mail ports was found. "
            "`smtpdoctor check` on the host itself shows which of them are open."
        )
    silent = [str(port) for port in PORTS if not platform.about(port)]
    text = table(("ports", "by default", "for", "verified", "since", "source"), rows)
    if silent:
        text += f"\nIts pages are not known to say anything of port {' and '.join(silent)}.\n"
    return f"## What is blocked\n\n{text}"


def _since(entry: Egress) -> str:
    """From when on it is so, else the day of the source that is the first to say so."""
    if entry.since:
        return with_source(entry.since, *entry.since_sources)
    days = [knowledge.sources()[each].read for each in entry.sources]
    known = sorted(day for day in days if day != "undated")
    return f"not known; so on {known[0]}" if known else "not known"


def _lifts(platform: Platform) -> str:
    if not any(entry.policy == "blocked" for entry in platform.egress):
        return ""
    parts = [_lift(each) for each in platform.lifts] or ["Nothing is known."]
    return "\n\n".join(["## How it is lifted", *parts])


def _lift(lift: Lift) -> str:
    who = f"For {plain(lift.who)}: " if lift.who else "For everybody: "
    sure = "" if lift.verified else " (not verified)"
    where = f" <{lift.url}>" if lift.url else ""
    if not lift.possible:
        return with_source(f"{who}not at all, or no way is documented{sure}.{where}", *lift.sources)
    steps = [f"{number}. {plain(step)}" for number, step in enumerate(lift.steps, 1)]
    head = with_source(f"{who}it can be lifted{sure}.{where}", *lift.sources)
    return "\n".join([head, "", *steps])


def _own_rules(platform: Platform) -> str:
    lines = [f"- {plain(rule)}" for rule in platform.own_rules]
    source = source_line(*platform.own_rules_sources)
    return "\n".join(["## Your own rules", "", *lines, "", source]) if lines else ""


def _support(platform: Platform) -> str:
    support = platform.support
    if support is None:
        return ""
    where = f" <{support.url}>" if support.url else ""
    text = with_source(f"{plain(support.text)}{where}", *support.sources)
    return f"## Where a request goes\n\n{text}"


def overview(text: str) -> str:
    """The table of all platforms by ports, behind `text`."""
    parts = [text.strip()]
    for kind in sorted(KINDS, key=list(HEADINGS).index):
        rows = [
            (
                f"[{plain(each.name)}]({each.id}.md)",
                *(EXTENTS[each.blocks(port)] for port in PORTS),
            )
            for each in platforms().values()
            if each.kind == kind
        ]
        head = ("platform", *map(str, PORTS))
        parts.append(f"## {HEADINGS[kind]}\n\n{table(head, rows)}")
    return "\n\n".join(parts) + "\n"
