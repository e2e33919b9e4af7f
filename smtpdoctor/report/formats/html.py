"""One HTML page that needs nothing else: no script, no picture, no font, no style of others.

It is built as a tree of elements and written by the standard library: a text can't become markup,
because no markup is ever written as text. Every foreign text is made visible beside that. Links go
to the project's own pages and to anchors in the page.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from smtpdoctor.diagnosis.model import Diagnosis, Fix, Location, Severity, Verdict
from smtpdoctor.diagnosis.wording.certificate import name as certificate_name
from smtpdoctor.observations import CertificateSeen, Place, Session
from smtpdoctor.report.acceptance import acceptance_words, notice_words, shown_notices
from smtpdoctor.report.changes import Change, changes
from smtpdoctor.report.checks import CheckStatus
from smtpdoctor.report.earlier import COMMENT
from smtpdoctor.report.findings import target_name
from smtpdoctor.report.formats import Options
from smtpdoctor.report.formats.terminal import BULK_MAIL, observation_words, through, transcript
from smtpdoctor.report.last_words import last_words
from smtpdoctor.report.model import Report, TargetReport
from smtpdoctor.report.network_table import (
    UNTRIED,
    NetworkTable,
    Way,
    address_table,
    tried_ways,
    way,
)
from smtpdoctor.report.page_style import STYLE
from smtpdoctor.report.selection import ShownDiagnosis, ShownFix, select
from smtpdoctor.report.spf_tree import dmarc_words
from smtpdoctor.report.verdict import (
    ANONYMOUS,
    shown_verdict,
    verdict_words,
    whole_shown_verdict,
    whole_verdict_words,
)
from smtpdoctor.report.waterfall import Bar, waterfall
from smtpdoctor.smtp.certificate_info import CertificateInfo
from smtpdoctor.text import line_of_code, visible
from smtpdoctor.words import MODE_WORDS, OUTCOME_WORDS, count

if TYPE_CHECKING:
    from smtpdoctor.sender.assessment import Assessment
    from smtpdoctor.spf import PolicyNode, Step

FOR_PROGRAMS = True

Part = Element | str | None

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
Look = tuple[str, str, str]
#: Sign, word and colour.
VERDICTS: dict[Verdict, Look] = {
    "healthy": ("✓", "Healthy", "passed"),
    "warnings": ("!", "Warnings", "warning"),
    "broken": ("✗", "Broken", "error"),
    "inconclusive": ("?", "Inconclusive", "note"),
}
#: Where no server was asked, nobody knows whether mail goes out.
IN_ORDER: Look = ("✓", "Settings in order", "passed")
NOTHING: Look = ("–", "Nothing to check", "note")
SEVERITIES: dict[Severity, tuple[str, str]] = {
    "error": ("✗", "Error"),
    "warning": ("!", "Warning"),
    "note": ("i", "Note"),
}
STATES: dict[CheckStatus, tuple[str, str]] = {
    "passed": ("✓", "passed"),
    "warned": ("!", "warning"),
    "failed": ("✗", "failed"),
    "skipped": ("–", "note"),
}
#: A run against a hostile server or policy has any number of steps, certificates and terms.
MOST_BARS = 100
MOST_CERTIFICATES = 12
MOST_NAMES = 20
MOST_TERMS = 120
LONGEST_RECORD = 600
#: Stands for a line's end in what is kept as it is laid out; every other one is made visible.
NEWLINE = "\n"


def render(report: Report, options: Options) -> str:
    """The whole page."""
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=POLICY),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="referrer", content="no-referrer"),
            element("meta", name="generator", content=f"smtpdoctor {report.tool.version}"),
            element("title", f"{_title(report)} · smtpdoctor"),
            _style(),
        ),
        element("body", *_body(report)),
        lang="en",
    )
    text = ElementTree.tostring(page, encoding="unicode", method="html")
    return f"<!doctype html>\n{COMMENT}\n{text}\n"


def element(tag: str, *parts: Part, **attributes: str) -> Element:
    """An element with its texts and children in order; `class_` is `class`, `a_b` is `a-b`."""
    made = Element(
        tag,
        {name.rstrip("_").replace("_", "-"): visible(text) for name, text in attributes.items()},
    )
    last: Element | None = None
    for part in parts:
        if isinstance(part, Element):
            made.append(part)
            last = part
        elif part is not None:
            text = part if part == NEWLINE else visible(part)
            if last is None:
                made.text = (made.text or "") + text
            else:
                last.tail = (last.tail or "") + text
    return made


def _style() -> Element:
    style = Element("style")
    style.text = STYLE  # HTML has no escapes in it, and nothing of others is in it
    return style


def _title(report: Report) -> str:
    if len(report.targets) == 1 and not report.not_checked:
        return verdict_words(report.target)
    return whole_verdict_words(report)


def _body(report: Report) -> Iterator[Element]:
    if len(report.targets) == 1 and not report.not_checked:
        target = report.target
        yield element("header", _verdict(_look(target), "h1", verdict_words(target)))
        yield element("main", *_target(report, target, 2))
    else:
        yield element("header", _verdict(_whole_look(report), "h1", whole_verdict_words(report)))
        yield element("nav", _contents(report), aria_label="Set-ups")
        yield element("main", *_targets(report))
    notices = [
        f"{SEVERITIES[item.severity][1]}: {notice_words(item)}" for item in shown_notices(report)
    ]
    if notices:
        yield element("section", *_listed("About this check", notices, 2))
    yield element(
        "footer",
        element(
            "p",
            f"smtpdoctor {report.tool.version} · {report.started}, {report.where}, "
            f"{_time_words(report.seconds)} · No message was sent."
            + (f" · This report is {ANONYMOUS}." if report.anonymous else ""),
            class_="quiet small",
        ),
    )


def _look(target: TargetReport) -> Look:
    verdict = shown_verdict(target)
    alone = verdict == "healthy" and target.run.settings.elsewhere
    return IN_ORDER if alone else VERDICTS[verdict]


def _whole_look(report: Report) -> Look:
    if report.has_no_settings:
        return NOTHING
    verdict = whole_shown_verdict(report)
    alone = verdict == "healthy" and report.settings_alone
    return IN_ORDER if alone else VERDICTS[verdict]


def _verdict(look: Look, heading: str, words: str) -> Element:
    sign, word, colour = look
    return element(
        "div",
        element("p", f"{sign} {word}", class_="state"),
        element(heading, words),
        class_=f"verdict {colour}",
    )


def _contents(report: Report) -> Element:
    return element(
        "ul",
        *(
            element(
                "li",
                f"{_look(target)[0]} {_look(target)[1]}: ",
                element("a", target_name(target), href=f"#target-{number}"),
            )
            for number, target in enumerate(report.targets, 1)
        ),
        *(element("li", f"? Not checked: {item.setup}: {item.why}") for item in report.not_checked),
    )


def _targets(report: Report) -> Iterator[Element]:
    for number, target in enumerate(report.targets, 1):
        yield element(
            "section",
            element("h2", target_name(target), id=f"target-{number}"),
            element(
                "div",
                element(
                    "p",
                    f"{_look(target)[0]} {verdict_words(target)}",
                    class_="state",
                ),
                class_=f"verdict {_look(target)[2]}",
            ),
            *_target(report, target, 3),
        )


# --- one target -------------------------------------------------------------------------------


def _target(report: Report, target: TargetReport, level: int) -> Iterator[Element]:
    """The cause first, then what was looked at, then every step."""
    yield _facts(target)
    broken = target.verdict == "broken"
    for shown in select(target):
        folded = (
            shown.diagnosis.severity == "note"
            or shown.diagnosis.accepted is not None
            or (broken and shown.diagnosis.severity != "error")
        )
        yield _diagnosis(shown, target, level, folded=folded)
    yield from _unexplained(target, level)
    if target.verdict in ("healthy", "warnings"):
        yield from _listed("If your application still fails", last_words(target.run), level)
    yield from _checks(target, level)
    yield from _addresses(target, level)
    yield from _other_ways(target, level)
    yield from _waterfall(target, level)
    yield from _certificates(target, level)
    yield from _policies(target, level)
    yield from _transcript(target, level)


def _facts(target: TargetReport) -> Element:
    settings = target.run.settings
    server = f"{target.host}, port {target.port}, {MODE_WORDS[target.tls]}"
    if target.run.is_about_sender_alone:
        return element("p", f"Mail from {settings.sender} {through(target.run)}")
    facts = {
        "server": server if target.host else "",
        "login as": target.username or "",
        "sender": target.sender or "",
        "set-up": target.setup.name if target.setup is not None else "",
        "settings": target.checks[0].summary if settings.found and target.checks else "none found",
    }
    return element(
        "dl",
        *itertools.chain.from_iterable(
            (element("dt", name), element("dd", words)) for name, words in facts.items() if words
        ),
        class_="facts",
    )


def _diagnosis(shown: ShownDiagnosis, target: TargetReport, level: int, *, folded: bool) -> Element:
    item = shown.diagnosis
    sign, word = SEVERITIES[item.severity]
    title = element(
        f"h{level}",
        element(
            "span",
            f"{sign} {word}{', accepted' * (item.accepted is not None)}:",
            class_=item.severity,
        ),
        f" {item.title}",
    )
    parts = [*_cause(shown, target, level + 1)]
    if folded:
        return element("details", element("summary", title), *parts, class_="finding")
    return element("article", title, *parts, class_="finding")


def _cause(shown: ShownDiagnosis, target: TargetReport, level: int) -> Iterator[Element]:
    item = shown.diagnosis
    sure = "" if item.confidence == "certain" else f" · {item.confidence}"
    code = element("code", item.code)
    yield element(
        "p", element("a", code, href=item.docs) if item.docs else code, sure, class_="quiet small"
    )
    if item.accepted is not None:
        yield element("p", f"Here {acceptance_words(item.accepted)}", class_="quiet")
    for file, lines in itertools.groupby(shown.locations, lambda each: each.file):
        yield _pointer(file, list(lines))
    yield element("p", shown.explanation)
    if shown.fix is not None:
        yield _fix(shown.fix, item, target, level, "Fix")
    for other in shown.other_fixes:
        yield _fix(other, item, target, level, "Or")
    if shown.table is not None:
        yield from _network(shown.table, level)
    yield from _listed("Evidence", [each.text for each in item.evidence], level)
    if item.consequences:
        yield element("p", f"This explains: {', '.join(item.consequences)}.", class_="quiet")


def _pointer(file: str, lines: list[Location]) -> Element:
    """The user's own lines, as a compiler shows them."""
    digits = max(len(str(each.line)) for each in lines)
    parts: list[Part] = [element("span", file, class_="head")]
    for each in sorted(lines, key=lambda item: item.line):
        parts += [f"{each.line:>{digits}} │ {line_of_code(each.text)}", NEWLINE]
        if each.columns is None:
            continue
        start, end = each.columns
        before = len(line_of_code(each.text[: start - 1]))
        marks = max(1, len(line_of_code(each.text[start - 1 : end - 1])))
        carets = element("span", "^" * marks, class_="caret")
        parts += [f"{' ' * digits} │ {' ' * before}", carets, NEWLINE]
    return element("pre", *parts)


def _fix(
    shown: ShownFix, diagnosis: Diagnosis, target: TargetReport, level: int, word: str
) -> Element:
    fix: Fix = shown.fix
    parts: list[Part] = [element(f"h{level}", f"{word}: {fix.title}")]
    if fix.tried:
        parts.append(element("p", f"✓ Tried: {fix.tried}", class_="passed"))
    parts += [_change(change) for change in changes(fix, diagnosis, target.run)]
    if shown.steps:
        parts.append(element("ul", *(element("li", step) for step in shown.steps)))
    for snippet in shown.snippets:
        lines = snippet.text.splitlines()
        parts.append(
            element(
                "details",
                element("summary", f"in {snippet.for_}"),
                element(
                    "pre",
                    *itertools.chain.from_iterable((line_of_code(each), NEWLINE) for each in lines),
                ),
            )
        )
    return element("div", *parts, class_="fix" if word == "Fix" else "fix other")


def _change(change: Change) -> Element:
    tags = {"-": "del", "+": "ins"}
    head = element("span", change.where, class_="head") if change.where else None
    return element(
        "pre",
        head,
        *(
            element(tags[sign], f"{sign} {line_of_code(words)}")
            if sign in tags
            else element("span", f"  {line_of_code(words)}", class_="same")
            for sign, words in change.lines
        ),
    )


def _listed(title: str, items: Sequence[str], level: int) -> Iterator[Element]:
    if items:
        yield element(f"h{level}", title)
        yield element("ul", *(element("li", item) for item in items))


def _unexplained(target: TargetReport, level: int) -> Iterator[Element]:
    """What failed and no rule has a name for is never hidden."""
    found = [target.observations.by_id(each) for each in target.unexplained]
    words = [
        *(f"smtpdoctor's own fault: {fault}" for fault in target.faults),
        *(observation_words(item) for item in found if item is not None),
    ]
    yield from _listed("Not explained", words, level)


def _checks(target: TargetReport, level: int) -> Iterator[Element]:
    yield element(f"h{level}", "Checks")
    yield _table(
        ("check", "result", "what was seen", "time"),
        [
            element(
                "tr",
                element("th", check.name, scope="row"),
                element(
                    "td",
                    f"{STATES[check.status][0]} {check.status}",
                    class_=f"state {_colour(check.status)}",
                ),
                element("td", check.summary),
                element(
                    "td",
                    _time_words(check.seconds) if check.seconds >= 0.0005 else "",
                    class_="number",
                ),
            )
            for check in target.checks
            if check.name == "sender" or not target.run.is_about_sender_alone
        ],
        class_="checks timed",
    )
    if not target.run.settings.found:
        for works, words in tried_ways(target.run).items():
            yield element(
                "p",
                f"{'✓ works' if works else '✗ fails'}: {words}",
                class_="passed" if works else "error",
            )


def _table(
    heads: Iterable[str], rows: Iterable[Element], *, caption: str = "", class_: str = ""
) -> Element:
    return element(
        "table",
        element("caption", caption) if caption else None,
        element("thead", element("tr", *(element("th", each, scope="col") for each in heads))),
        element("tbody", *rows),
        **({"class": class_} if class_ else {}),
    )


def _colour(status: CheckStatus) -> str:
    return {"passed": "passed", "warned": "warning", "failed": "error", "skipped": "note"}[status]


# --- the run in time --------------------------------------------------------------------------


def _waterfall(target: TargetReport, level: int) -> Iterator[Element]:
    bars = waterfall(target.run)
    if not bars:
        return
    yield element(f"h{level}", "The run, step by step")
    own = [bar for bar in bars if not bar.beside]
    beside = [bar for bar in bars if bar.beside]
    if not own:  # no server was asked
        yield _bars(beside, "What was asked")
        return
    yield _bars(own, "As your application goes")
    if beside:
        yield element(
            "details",
            element("summary", f"Tried beside it, to compare: {count(len(beside), 'step')}"),
            _bars(beside, "Tried beside it, to compare"),
        )


def _bars(bars: Sequence[Bar], caption: str) -> Element:
    """A row a step. The bars are a picture of the times that stand beside them."""
    start = min(bar.at for bar in bars)
    span = max(max(bar.at + bar.seconds for bar in bars) - start, 0.001)
    rows = [_bar(bar, start, span) for bar in bars[:MOST_BARS]]
    if len(bars) > MOST_BARS:
        more = element("td", f"{len(bars) - MOST_BARS} more", colspan="3")
        rows.append(element("tr", more))
    return _table(
        ("step", f"{_time_words(start)} to {_time_words(start + span)}", "took"),
        rows,
        caption=caption,
        class_="waterfall timed",
    )


def _bar(bar: Bar, start: float, span: float) -> Element:
    left = min(max((bar.at - start) / span, 0), 1) * 100
    width = min(max(bar.seconds / span, 0), 1) * 100
    failed = bar.ok is False
    picture = element(
        "span",
        element(
            "span",
            class_="bar failed" if failed else "bar",
            style=f"left:min({left:.2f}%, 100% - 3px);width:{min(width, 100 - left):.2f}%",
        ),
        class_="track",
        aria_hidden="true",
    )
    return element(
        "tr",
        element(
            "th",
            element("span", f"{bar.stage} ", class_="quiet small"),
            bar.what,
            element(
                "div",
                element("span", "✗ failed: ", class_="error") if failed else None,
                bar.came,
                class_="small quiet",
            ),
            scope="row",
        ),
        element("td", picture, class_="time"),
        element("td", _time_words(bar.seconds), class_="number"),
    )


def _time_words(seconds: float) -> str:
    """A time as people say it."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.0005 else "<1 ms"


# --- the network ------------------------------------------------------------------------------


def _addresses(target: TargetReport, level: int) -> Iterator[Element]:
    found = address_table(target.run)
    if found is not None:
        yield element(f"h{level}", "The server's addresses")
        yield _reached_from_here("address", found)


def _reached_from_here(what: str, table: NetworkTable) -> Element:
    return _table(
        (what, *(f"port {port}" for port in table.ports)),
        [
            element(
                "tr",
                element(
                    "th",
                    ", ".join(row.hosts),
                    element("span", f" {row.note}", class_="quiet small") if row.note else None,
                    scope="row",
                ),
                *(_reached(cell) for cell in row.cells),
            )
            for row in table.rows
        ],
        class_="ports",
    )


def _network(table: NetworkTable, level: int) -> Iterator[Element]:
    if table.rows:
        yield element(f"h{level}", "What was reached from here")
        yield _reached_from_here("host", table)
    if table.ways:
        yield element(f"h{level}", "The ways, hop by hop")
        yield _ways(table.ways)


def _other_ways(target: TargetReport, level: int) -> Iterator[Element]:
    """Ways that were followed, where no diagnosis shows any."""
    tables = [shown.table for shown in select(target)]
    if any(table is not None and table.ways for table in tables):
        return
    for paths in target.run.paths.values():
        if paths.shown:
            yield element(f"h{level}", "The ways, hop by hop")
            yield _ways([way(trace, paths) for trace in paths.shown])


def _reached(cell: str) -> Element:
    if cell == UNTRIED:
        return element("td", "– not tried", class_="note")
    passed = cell == OUTCOME_WORDS["open"]
    return element("td", f"{'✓' if passed else '✗'} {cell}", class_="passed" if passed else "error")


def _ways(ways: Sequence[Way]) -> Element:
    """The ways beside each other, a row a hop; the table is drawn as a picture of them."""
    ordered = ways[::-1]  # the configured port first
    rows = []
    for hop in range(max(len(each.hops) for each in ordered) + 1):
        cells = []
        for each in ordered:
            if hop < len(each.hops):
                silent = each.hops[hop] == "?"
                name = "no answer" if silent else each.hops[hop]
                cells.append(element("td", name, class_="hop silent" if silent else "hop"))
            elif hop == len(each.hops):
                cells.append(_end(each))
            else:
                cells.append(element("td"))
        rows.append(element("tr", element("th", str(hop + 1), scope="row", class_="quiet"), *cells))
    return _table(("hop", *(f"port {each.port}" for each in ordered)), rows, class_="path")


def _end(each: Way) -> Element:
    passed = each.end.startswith(("the server", "an answer"))
    joined = " joined" if each.hops else ""
    return element(
        "td",
        f"{'✓' if passed else '✗'} {each.end}",
        class_=f"end{joined} {'passed' if passed else 'error'}",
    )


# --- certificates -----------------------------------------------------------------------------


def _certificates(target: TargetReport, level: int) -> Iterator[Element]:
    place = target.observations.first(Place)
    now = _time(place.clock) if place is not None else None
    sessions = {item.connection: item for item in target.observations.of(Session)}
    shown: set[tuple[str, ...]] = set()
    for seen in sorted(
        target.observations.of(CertificateSeen), key=lambda item: item.role != "main"
    ):
        session = sessions.get(seen.connection)
        port = f", port {session.port}" if session is not None else ""
        identity = (seen.hostname, port, *(each.sha256 for each in seen.chain))
        if not seen.chain or identity in shown or len(shown) == MOST_CERTIFICATES:
            continue
        if not shown:
            yield element(f"h{level}", "Certificates")
        shown.add(identity)
        beside = " (tried beside it)" if seen.role != "main" else ""
        words = "✓ verified" if seen.verified else f"✗ not accepted: {seen.verify_message}"
        yield element(
            "p",
            f"{seen.hostname}{port}{beside}: ",
            element("span", words, class_="passed" if seen.verified else "error"),
        )
        yield _chain(seen.chain[:MOST_CERTIFICATES], now)


def _chain(chain: Sequence[CertificateInfo], now: datetime | None) -> Element:
    """As a tree: who issued stands above what was issued."""
    inner: Element | None = None
    for place, each in enumerate(chain):
        follows = chain[place + 1] if place + 1 < len(chain) else None
        broken = follows is not None and follows.subject != each.issuer
        inner = element(
            "li",
            *_certificate(each, now, leaf=place == 0),
            element("p", "! The certificate above is not its issuer", class_="warning small")
            if broken
            else None,
            element("ul", inner) if inner is not None else None,
        )
    top = chain[-1]
    if not top.self_issued:
        issuer = element("span", f"{certificate_name(top.issuer)} ", class_="quiet")
        remark = element("span", "(named as issuer, not sent by the server)", class_="quiet small")
        inner = element("li", issuer, remark, element("ul", inner))
    return element("ul", inner, class_="tree")


def _certificate(each: CertificateInfo, now: datetime | None, *, leaf: bool) -> Iterator[Element]:
    yield element("strong", certificate_name(each.subject))
    words, colour = _validity(each, now)
    yield element("div", words, class_=f"small {colour}")
    if leaf and each.names:
        more = f" and {len(each.names) - MOST_NAMES} more" if len(each.names) > MOST_NAMES else ""
        names = ", ".join(each.names[:MOST_NAMES])
        yield element("div", f"valid for {names}{more}", class_="small")
    if each.self_issued:
        yield element("div", "issued by itself", class_="small")
    yield element("div", "SHA-256 ", element("code", each.sha256), class_="small quiet")


def _validity(each: CertificateInfo, now: datetime | None) -> tuple[str, str]:
    words = f"{each.not_before[:10]} to {each.not_after[:10]}"
    start, end = _time(each.not_before), _time(each.not_after)
    try:
        if now is None or start is None or end is None:
            return words, "quiet"
        if now > end:
            return f"✗ {words}: expired {count((now - end).days, 'day')} before this run", "error"
        if now < start:
            return f"✗ {words}: not valid yet at the time of this run", "error"
        return f"✓ {words}: {count((end - now).days, 'day')} left at this run", "passed"
    except TypeError:  # a saved run's times may be without a zone
        return words, "quiet"


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # a saved run's times may be anything
        return None


# --- the sender's policies --------------------------------------------------------------------


def _policies(target: TargetReport, level: int) -> Iterator[Element]:
    found = target.run.policy
    if found is None:
        return
    yield element(f"h{level}", "What receivers will make of the sender")
    for words in dmarc_words(found):
        yield element("p", words)
    if target.run.is_about_sender_alone:
        yield element("p", BULK_MAIL, class_="quiet")
    yield from _spf(found)


def _spf(found: Assessment) -> Iterator[Element]:
    result = found.client if found.client is not None else found.policy
    yield element(
        "p",
        f"SPF of {found.domain}: {count(result.lookups, 'look-up')} of 10, "
        f"{count(result.void_lookups, 'void one')} of 2",
    )
    left = itertools.count(MOST_TERMS, -1)
    yield element("ul", _node(result.tree, left), class_="tree")


def _node(node: PolicyNode, left: Iterator[int]) -> Element:
    record = node.record or f"no record ({node.result or 'none'})"
    if len(record) > LONGEST_RECORD:
        record = f"{record[:LONGEST_RECORD]}…"
    steps = []
    for step in node.steps:
        if next(left) <= 0:
            steps.append(element("li", "…"))
            break
        steps.append(_term(step, left))
    return element(
        "li",
        element("strong", node.domain),
        " ",
        element("code", record),
        element("ul", *steps) if steps else None,
    )


def _term(step: Step, left: Iterator[int]) -> Element:
    cost = [
        *([count(step.lookups, "look-up")] if step.lookups else []),
        *([f"{step.void_lookups} void"] if step.void_lookups else []),
        *([step.outcome] if step.outcome else []),
    ]
    return element(
        "li",
        element("code", step.term),
        element("span", f" {', '.join(cost)}", class_="quiet small") if cost else None,
        element("ul", _node(step.policy, left)) if step.policy is not None else None,
    )


# --- the transcript ---------------------------------------------------------------------------


def _transcript(target: TargetReport, level: int) -> Iterator[Element]:
    lines = list(transcript(target))
    if lines:
        parts = itertools.chain.from_iterable((line, NEWLINE) for line in lines)
        yield element(
            "details",
            element("summary", "Transcript, passwords masked"),
            element("pre", *parts),
        )
