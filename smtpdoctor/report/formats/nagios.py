"""A line of a monitoring plugin: the state, the first cause, and figures (perfdata) behind a bar.

The exit status follows the plugins' guidelines: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
"""

from __future__ import annotations

import re

from smtpdoctor.diagnosis.model import Verdict
from smtpdoctor.report.acceptance import notice_words, shown_notices, title_words
from smtpdoctor.report.findings import target_name
from smtpdoctor.report.formats import Options
from smtpdoctor.report.measures import certificate_days
from smtpdoctor.report.model import Report, TargetReport
from smtpdoctor.report.verdict import (
    shown_verdict,
    verdict_words,
    whole_shown_verdict,
    whole_verdict_words,
)
from smtpdoctor.text import visible

FOR_PROGRAMS = True

#: Of an element, or of what Slack takes for a mention (`<!channel>`, `<@U1>`); of no mail address.
OPENING = re.compile(r"<(?=[!@/?]|[A-Za-z][^@<>]*>)")

STATES: dict[Verdict, tuple[str, int]] = {
    "healthy": ("OK", 0),
    "warnings": ("WARNING", 1),
    "broken": ("CRITICAL", 2),
    "inconclusive": ("UNKNOWN", 3),
}


def exit_status(report: Report) -> int:
    """What a plugin exits with; --strict makes no difference."""
    return _state(report)[1]


def _state(report: Report) -> tuple[str, int]:
    return STATES[whole_shown_verdict(report)]


def render(report: Report, options: Options) -> str:
    """One line, and one more for each target where there are several, for what is accepted, what
    was not checked and what is said of the check."""
    state = _state(report)[0]
    one = report.targets[0] if len(report.targets) == 1 else None
    words = _words(one) if one is not None else whole_verdict_words(report)
    lines = [f"SMTP {state} - {plain(words)} | {' '.join(_figures(report))}"]
    if one is None:
        lines += [
            f"{STATES[shown_verdict(target)][0]}: {plain(_words(target))}"
            for target in report.targets
        ]
    lines += [
        plain(f"ACCEPTED: {target_name(target)}: {item.code}: {title_words(item)}")
        for target in report.targets
        for item in target.diagnoses
        if item.accepted is not None
    ]
    lines += [
        plain(f"UNKNOWN: {item.setup} not checked: {item.why}") for item in report.not_checked
    ]
    lines += [
        plain(f"{item.severity.upper()}: {notice_words(item)}") for item in shown_notices(report)
    ]
    return "".join(f"{line}\n" for line in lines)


def _words(target: TargetReport) -> str:
    first = next(
        (item for item in target.diagnoses if item.severity != "note" and item.accepted is None),
        None,
    )
    told = f"{first.code}: {first.title}" if first is not None else verdict_words(target)
    return f"{target_name(target)}: {told}"


def _figures(report: Report) -> list[str]:
    figures = [f"time={report.seconds:.2f}s;;;0"]
    days = [found for target in report.targets if (found := certificate_days(target)) is not None]
    if days:
        figures.append(f"certificate_days={min(days)};;;")
    severities = [item.severity for item in report.diagnoses if item.accepted is None]
    severities += [item.severity for item in report.notices]
    return [
        *figures,
        f"errors={severities.count('error')};;;0",
        f"warnings={severities.count('warning')};;;0",
    ]


def plain(text: str) -> str:
    """A bar begins the figures, a line's end the long text. Monitors show it in pages and hand it
    on to chats: no element, no mention."""
    return OPENING.sub("< ", visible(text.replace("\n", " ")).replace("|", "/"))
