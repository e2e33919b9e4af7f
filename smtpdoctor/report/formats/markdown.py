"""Markdown as GitHub and GitLab have it, for an issue, a pull request or a job's summary.

Foreign words stand in code spans or blocks: none of them is markup, mentions anybody or links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis, Fix, Severity, Verdict
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.report.acceptance import acceptance_words, notice_words, shown_notices
from smtpdoctor.report.changes import setting_lines
from smtpdoctor.report.earlier import COMMENT
from smtpdoctor.report.findings import target_name
from smtpdoctor.report.formats import Options
from smtpdoctor.report.model import Report, TargetReport
from smtpdoctor.report.verdict import ANONYMOUS, NO_SETTINGS, shown_verdict, verdict_words
from smtpdoctor.text import visible

FOR_PROGRAMS = True

SIGNS: dict[Verdict, str] = {
    "healthy": "✅",
    "warnings": "⚠️",
    "broken": "❌",
    "inconclusive": "❔",
}
WORDS: dict[Severity, str] = {"error": "Error", "warning": "Warning", "note": "Note"}
#: What GitHub and GitLab make a link, a mention or a reference of, after all escapes.
_LINKED = re.compile(r"[^\s`|\"'(),;]*(?:@|://|\bwww\.|#\d)[^\s`|\"'(),;]*")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!&@])")


def render(report: Report, options: Options) -> str:
    """One section a target: the verdict, each diagnosis with its fix, the checks as a table."""
    lines = [COMMENT, ""]
    lines += [line for target in report.targets for line in _target(target)]
    if report.has_no_settings:
        lines += [f"**{NO_SETTINGS}**", ""]
    notices = list(shown_notices(report))
    if notices:
        lines += ["### About this check", ""]
        lines += [f"- {WORDS[item.severity]}: {_plain(notice_words(item))}" for item in notices]
        lines.append("")
    if report.not_checked:
        lines += ["### Not checked", ""]
        lines += [f"- {_plain(item.setup)}: {_plain(item.why)}" for item in report.not_checked]
        lines.append("")
    anonymous = f" This report is {ANONYMOUS}." if report.anonymous else ""
    lines.append(
        f"<sub>smtpdoctor {report.tool.version}, {_plain(report.started)}, "
        f"{_plain(report.where)}. No message was sent.{anonymous}</sub>"
    )
    return "\n".join(lines) + "\n"


def _target(target: TargetReport) -> Iterator[str]:
    yield f"## {SIGNS[shown_verdict(target)]} {_plain(target_name(target))}"
    yield ""
    yield f"**{_plain(verdict_words(target))}**"
    yield ""
    for item in target.diagnoses:
        yield from _diagnosis(item, target.run)
    yield "| check | | |"
    yield "|---|---|---|"
    for check in target.checks:
        yield f"| {check.name} | {check.status} | {_plain(check.summary)} |"
    yield ""


def _diagnosis(item: Diagnosis, run: Run) -> Iterator[str]:
    sure = "" if item.confidence == "certain" else f", {item.confidence}"
    code = f"[`{item.code}`]({item.docs})" if item.docs else f"`{item.code}`"
    if item.accepted is not None:
        yield f"### {WORDS[item.severity]}, accepted: {_plain(item.title)}"
        yield ""
        yield f"{code}{sure}, {_plain(acceptance_words(item.accepted))}"
        yield ""
        return
    yield f"### {WORDS[item.severity]}: {_plain(item.title)}"
    yield ""
    yield f"{code}{sure}"
    yield ""
    yield _plain(item.explanation)
    yield ""
    # of two places in one line the line is shown once
    lines = dict.fromkeys((each.file, each.line, each.text) for each in item.locations)
    for file, line, text in lines:
        yield f"`{_code(f'{file}:{line}')}`"
        yield from _block("text", text)
    for fix in item.fixes[:1]:
        yield from _fix(fix, run)
    if item.evidence:
        yield "<details><summary>Evidence</summary>"
        yield ""
        for evidence in item.evidence:
            yield f"- {_plain(evidence.text)}"
        yield ""
        yield "</details>"
        yield ""


def _fix(fix: Fix, run: Run) -> Iterator[str]:
    yield f"**Fix:** {_plain(fix.title)}" + (f" ({_plain(fix.tried)})" if fix.tried else "")
    yield ""
    by_name = () if fix.edits else setting_lines(fix, run)
    changes = [f"{sign}{line}" for sign, line in by_name]
    changes += [
        line
        for edit in fix.edits
        for line in (
            f"@@ {edit.file}:{edit.line} @@",
            *(f"-{part}" for part in edit.replace.splitlines()),
            *(f"+{part}" for part in edit.with_.splitlines()),
        )
    ]
    changes += [
        line
        for record in fix.records
        for line in (
            f"@@ {record.name} {record.type} @@",
            *([f"-{record.old}"] if record.old is not None else []),
            *([f"+{record.new}"] if record.new is not None else []),
        )
    ]
    yield from _block("diff", "\n".join(changes))
    for step in fix.steps:
        yield f"- {_plain(step)}"
    if fix.steps:
        yield ""


def _block(language: str, text: str) -> Iterator[str]:
    if not text:
        return
    lines = [visible(line) for line in text.split("\n")]
    longest = max((len(run) for run in re.findall(r"`{3,}", "\n".join(lines))), default=2)
    fence = "`" * (longest + 1)
    yield f"{fence}{language}"
    yield from lines
    yield fence
    yield ""


def _plain(text: str) -> str:
    """Words on one line that mean nothing to Markdown: escaped, and what is made a link of in a
    code span, where alone that doesn't happen."""
    words = " ".join(visible(text).split())
    shown, end = "", 0
    for found in _LINKED.finditer(words):
        shown += f"{_escaped(words[end : found.start()])}`{found[0]}`"
        end = found.end()
    return shown + _escaped(words[end:])


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _code(text: str) -> str:
    return visible(text).replace("`", "'")
