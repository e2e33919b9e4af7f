"""The report for a person at a terminal: the path first, the cause, the fix, the verdict last.

Every line is built as `rich.text.Text`, never from markup, and every foreign text goes through
`smtpdoctor.text`. Marks never carry meaning alone; colour is only for marks, titles and the diff.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator

import msgspec
from rich.console import Console
from rich.text import Text

from smtpdoctor.diagnosis.model import Diagnosis, Location
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.observations import (
    CUT_OFF,
    AnyObservation,
    ConnectAttempt,
    Exchange,
    Handshake,
    PathTrace,
    Session,
    SystemLookup,
)
from smtpdoctor.report import network_table
from smtpdoctor.report.acceptance import notice_words, shown_notices, title_words
from smtpdoctor.report.changes import Change, changes, own_texts
from smtpdoctor.report.formats import Options
from smtpdoctor.report.last_words import last_words
from smtpdoctor.report.model import CheckResult, CheckStatus, Report, TargetReport
from smtpdoctor.report.selection import (
    EVERYTHING,
    FIRST_SCREEN,
    Room,
    ShownDiagnosis,
    ShownFix,
    select,
)
from smtpdoctor.report.spf_tree import dmarc_words, spf_tree
from smtpdoctor.report.verdict import ANONYMOUS, verdict_words, whole_verdict_words
from smtpdoctor.settings.model import SetupIdentity
from smtpdoctor.text import (
    ASCII_BAR,
    BAR,
    columns,
    cut,
    fitting,
    foreign,
    line_of_code,
    quoted,
    visible,
    wrapped,
)
from smtpdoctor.words import MODE_WORDS, OUTCOME_WORDS, count

MARKS: dict[CheckStatus, tuple[str, str, str]] = {
    "passed": ("✓", "ok  ", "green"),
    "warned": ("!", "warn", "yellow"),
    "failed": ("✗", "FAIL", "red"),
    "skipped": ("–", "skip", "dim"),
}
COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
MIN_WIDTH, MAX_WIDTH = 30, 100
#: Below this a check's line and the head are wrapped, since cut they would say too little, and
#: times left out.
NARROW = 60
#: The first screen, which nobody has to scroll: the command and the next prompt stand there too.
SCREEN = 22
#: Where the text of a check's line begins.
CHECK_INDENT = 13


def render(report: Report, options: Options) -> str:
    """The report as text, with ANSI styles where the options have them."""
    return printed(_lines(report, options), options)


def cause(report: Report, options: Options) -> Iterator[Text]:
    """The first cause of the report's one target as its block, without the path to it."""
    room = EVERYTHING if options.verbose else FIRST_SCREEN[0]
    page = _Page(report, report.target, options, room)
    yield from page._block(page.shown[0])


def printed(lines: Iterable[Text], options: Options) -> str:
    """Lines as text, with ANSI styles where the options have them."""
    colour = options.style == "colour"
    console = Console(
        file=io.StringIO(),
        width=MAX_WIDTH * 4,
        force_terminal=options.style != "plain",
        color_system=None if options.style == "plain" else "standard",
        no_color=not colour,
        legacy_windows=False,
        highlight=False,
        _environ={},
    )
    with console.capture() as captured:
        for line in lines:
            console.print(line, soft_wrap=True, highlight=False)
    return captured.get()


def _lines(report: Report, options: Options) -> Iterator[Text]:
    several = len(report.targets) != 1 or bool(report.not_checked)
    for target in report.targets:
        yield from _page(report, target, options)
        if several:
            yield Text()
    if several:
        layout = _Layout(options)
        for left_out in report.not_checked:
            yield from layout.wrapped(f"not checked: {left_out.setup}: {left_out.why}", indent=2)
        yield from layout.notices(report, verbose=options.verbose)
        yield from layout.last_line(
            whole_verdict_words(report), _end(report, report.seconds, options)
        )


def _page(report: Report, target: TargetReport, options: Options) -> list[Text]:
    """One target: on a first screen with as much as it has room for, close before less."""
    if options.verbose:
        return list(_Page(report, target, options, EVERYTHING).lines())
    lines: list[Text] = []
    layouts = [
        *((room, False) for room in FIRST_SCREEN[:2]),
        *((room, True) for room in FIRST_SCREEN[1:]),
    ]
    for room, close in layouts:
        lines = list(_Page(report, target, options, room, close=close).lines())
        if len(lines) <= SCREEN:
            break
    return lines


def _end(report: Report, seconds: float, options: Options) -> str:
    status = f"exit {report.command_status(strict=options.strict)}"
    if options.played:
        return f"{seconds:.1f} s (check would {status})"
    return f"{seconds:.1f} s, {status}"


class _Layout:
    """Lines of one width, with the characters that the output takes."""

    def __init__(self, options: Options) -> None:
        self.width = max(MIN_WIDTH, min(options.width, MAX_WIDTH))
        self.unicode = options.unicode
        self.bar = BAR if options.unicode else ASCII_BAR
        self.ellipsis = "…" if options.unicode else "~"

    @staticmethod
    def fitted(text: str, room: int) -> str:
        """The beginning of a text that takes so many columns."""
        return text[: fitting(text, room)]

    def wrapped(
        self, words: str, *, indent: int = 0, first: str | None = None, bold: int = 0
    ) -> Iterable[Text]:
        start = " " * indent if first is None else first
        lines = wrapped(words, self.width, first=start, indent=" " * indent, bar=self.bar)
        for number, text in enumerate(lines):
            line = Text(text)
            if number == 0 and bold:
                line.stylize("bold", 0, bold)
            yield line

    def notices(self, report: Report, *, verbose: bool) -> Iterator[Text]:
        """What is said of the check itself."""
        shown = False
        for notice in shown_notices(report, verbose=verbose):
            head = f"{notice.severity}: "
            for number, line in enumerate(
                self.wrapped(head + notice_words(notice), indent=2, first="")
            ):
                if number == 0:
                    line.stylize(f"bold {COLOURS[notice.severity]}", 0, len(head))
                yield line
            shown = True
        if shown:
            yield Text()

    def spread(self, left: str, right: str) -> Text:
        """Two texts at the two ends of a line; the left one gives way."""
        left = cut(visible(left), self.width - columns(right) - 2, self.ellipsis)
        gap = self.width - columns(left) - columns(right)
        return Text(left, style="bold").append(" " * gap + right, style="not bold dim")

    def last_line(self, words: str, end: str) -> Iterator[Text]:
        """The verdict, whole: the cause may have scrolled away by the time that it is read."""
        *before, last = wrapped(words, self.width, indent="  ", bar=self.bar) or [""]
        if columns(last) + len(end) + 2 > self.width:
            *before, last = *before, last, ""
        for line in before:
            yield Text(line, style="bold")
        yield self.spread(last, end)


class _Page(_Layout):
    """`close`: without the line below the head and without the way to the code's page."""

    def __init__(
        self,
        report: Report,
        target: TargetReport,
        options: Options,
        room: Room,
        *,
        close: bool = False,
    ) -> None:
        super().__init__(options)
        self.close = close
        self.report = report
        self.target = target
        self.options = options
        self.run = Run(target.observations)
        self.verbose = options.verbose
        self.shown = select(target, room)

    def lines(self) -> Iterator[Text]:
        yield from self._header()
        if self.report.anonymous:
            yield from self.wrapped(ANONYMOUS, indent=2)
        if not self.close:
            yield Text()
        yield from self._checks()
        yield Text()
        briefly = False
        for shown in self.shown:
            if shown.brief:
                if briefly and shown.fix is not None:
                    yield Text()
                yield from self._title(shown.diagnosis)
                yield from self._fix(shown, shown.fix, "fix: ") if shown.fix else ()
                briefly = True
            else:
                yield from self._block(shown)
                yield Text()
        if briefly:
            yield Text()
        yield from self._unexplained()
        if self.verbose:
            yield from self._policy_tree()
            yield from self._transcript()
        if self.target.verdict in ("healthy", "warnings"):
            yield from self._last_words()
        if len(self.report.targets) == 1 and not self.report.not_checked:
            yield from self.notices(self.report, verbose=self.verbose)
        yield from self._verdict()

    # --- header and checks --------------------------------------------------------------------

    def _header(self) -> Iterator[Text]:
        settings = self.run.settings
        if not settings.found:
            yield from self.wrapped(f"no settings were found in {settings.folder or 'this folder'}")
            yield from self.wrapped(
                "looking at the way to IONOS instead; for your own server: smtpdoctor check HOST"
            )
            return
        if self.run.is_about_sender_alone:
            yield from self.wrapped(f"mail from {settings.sender} {through(self.run)}")
            if self.verbose:
                yield from self.wrapped(f"run {self.report.started} in {self.report.where}")
            return
        left = visible(_target_words(self.target))
        read = self.target.checks[0]
        place = self.run.place
        where = (
            f"in {_in_words(place.container)}"
            if place and place.container
            else f"on {self.report.where}"
        )
        right = visible(f"{read.summary} · {where}" if read.status == "passed" else where)
        if columns(left) + columns(right) + 2 <= self.width:
            yield self.spread(left, right)
        else:
            head = [cut(left, self.width, self.ellipsis)]
            if self.width < NARROW:
                head = list(wrapped(left, self.width, indent="  ", bar=self.bar))
            yield from (Text(line, style="bold") for line in head)
            yield from self.wrapped(right, indent=2)
        if self.target.setup is not None:
            yield from self.wrapped(f"set-up {_named(self.target.setup)}", indent=2)
        if self.verbose:
            yield from self.wrapped(f"run at {self.report.started}")

    def _checks(self) -> Iterator[Text]:
        """The path, step by step; sound settings stand in the header, what follows a failed step
        for the same reason stands in one line."""
        checks = [
            check
            for check in self.target.checks
            if check.name != "settings" or check.status != "passed" or self.verbose
        ]
        if self.run.is_about_sender_alone:
            checks = [check for check in checks if check.name == "sender"]
        groups: list[list[CheckResult]] = []
        for check in checks:
            if groups and _are_one_line(groups[-1][0], check):
                groups[-1].append(check)
            else:
                groups.append([check])
        for together in groups:
            first = together[0]
            if len(together) > 1:
                names = ", ".join(check.name for check in together)
                first = msgspec.structs.replace(first, name=names)
            yield from self._check(first)
        if not self.run.settings.found:
            for works, words in network_table.tried_ways(self.run).items():
                status: CheckStatus = "passed" if works else "failed"
                yield from self._check(
                    CheckResult(name="ways", status=status, summary=words, seconds=0.0)
                )

    def _narrow_check(self, check: CheckResult) -> Iterator[Text]:
        """A check's line as long as it needs to be, on so many lines; without its time."""
        symbol, word, colour = MARKS[check.status]
        mark = symbol if self.unicode else word
        first, words, indent = f"  {mark} ", check.summary, CHECK_INDENT
        if len(check.name) <= 8:
            first += f"{check.name:<8} "
        else:
            words, indent = f"{check.name}  {check.summary}", columns(first)
        for number, line in enumerate(self.wrapped(words, indent=indent, first=first)):
            if number == 0:
                line.stylize(colour, 2, 2 + len(mark))
            yield line

    def _check(self, check: CheckResult) -> Iterator[Text]:
        if self.width < NARROW:
            yield from self._narrow_check(check)
            return
        symbol, word, colour = MARKS[check.status]
        line = Text("  ")
        line.append(symbol if self.unicode else word, style=colour)
        line.append(f" {check.name:<8} " if len(check.name) <= 8 else f" {check.name}  ")
        seconds = _duration(check.seconds)
        room = self.width - line.cell_len - (len(seconds) + 2 if seconds else 0)
        words = visible(check.summary)
        further: list[str] = []
        if columns(words) > room and check.name == "sender":
            # what the server said, and what receivers will
            words, *further = wrapped(words, room, bar=self.bar)
        line.append(
            cut(words, room, self.ellipsis), style="dim" if check.status == "skipped" else ""
        )
        if seconds and check.status != "skipped":
            line.append(" " * max(2, self.width - line.cell_len - len(seconds)))
            line.append(seconds, style="dim")
        yield line
        for words in further:
            yield Text(" " * CHECK_INDENT + words)

    # --- diagnoses ----------------------------------------------------------------------------

    def _block(self, shown: ShownDiagnosis) -> Iterator[Text]:
        diagnosis = shown.diagnosis
        yield from self._title(diagnosis)
        for file, lines in itertools.groupby(shown.locations, lambda item: item.file):
            yield from self._pointer(file, list(lines))
        yield from self.wrapped(shown.explanation, indent=2)
        if shown.table is not None:
            for words in network_table.lines(shown.table, self.width):
                yield Text(visible(words))
        for item in shown.evidence:
            yield from self.wrapped(item.text, indent=4, first="  - ")
        if shown.fix is not None:
            yield from self._fix(shown, shown.fix, "fix: ")
        for fix in shown.other_fixes:
            yield from self._fix(shown, fix, "or:  ") if self.verbose else self._other_fix(fix)
        if self.verbose and diagnosis.consequences:
            yield from self.wrapped(f"explains: {', '.join(diagnosis.consequences)}", indent=2)

    def _title(self, diagnosis: Diagnosis) -> Iterator[Text]:
        likely = "" if diagnosis.confidence == "certain" else f", {diagnosis.confidence}"
        head = f"{diagnosis.severity}[{diagnosis.code}]{likely}: "
        words = head + title_words(diagnosis)
        for number, line in enumerate(self.wrapped(words, indent=2, first="")):
            if number == 0:
                line.stylize(f"bold {COLOURS[diagnosis.severity]}", 0, len(head))
            yield line

    def _pointer(self, file: str, lines: list[Location]) -> Iterator[Text]:
        """The user's own lines, as a compiler shows them."""
        edge, bar = ("┌", BAR) if self.unicode else (",", ASCII_BAR)
        digits = max(len(str(each.line)) for each in lines)
        gutter = " " * digits
        yield Text(f"  {gutter} {edge} {visible(file)}")
        room = self.width - 8
        for each in sorted(lines, key=lambda item: item.line):
            shown, before, marks = self._around(each, room)
            yield Text(f"  {each.line:>{digits}} {bar} {shown}")
            if marks:
                yield Text(f"  {gutter} {bar} " + " " * before).append("^" * marks, style="red")

    def _around(self, place: Location, room: int) -> tuple[str, int, int]:
        """As much of the user's line as there is room for, with what is meant in it: the columns
        before that, and its own."""
        text = line_of_code(place.text)
        if place.columns is None:
            return self.fitted(text, room), 0, 0
        start, end = place.columns
        head = line_of_code(place.text[: start - 1])
        marks = max(1, columns(line_of_code(place.text[start - 1 : end - 1])))
        rest = text[len(head) :]
        if columns(head) + marks >= room:
            kept = max(room - marks - 2, room // 4)
            while columns(head) > kept:
                head = head[1:]
            head = self.ellipsis + head
        before = columns(head)
        return self.fitted(head + rest, room), before, min(marks, room - before)

    def _fix(self, of: ShownDiagnosis, shown: ShownFix, label: str) -> Iterator[Text]:
        fix = shown.fix
        tried = f"; tried: {fix.tried}" if fix.tried else ""
        yield from self.wrapped(
            fix.title + tried, indent=7, first=f"  {label}", bold=len(label) + 2
        )
        for change in changes(fix, of.diagnosis, self.run):
            yield from self._change(change)
        for step in shown.steps:
            yield from self.wrapped(step, indent=6, first="    - ")
        if shown.left_out:
            yield Text(f"    - {shown.left_out} more with --verbose", style="dim")
        for snippet in shown.snippets:
            yield from self.wrapped(f"in {snippet.for_}:", indent=4)
            for words in snippet.text.splitlines():
                yield Text(f"      {visible(words)}")

    def _other_fix(self, shown: ShownFix) -> Iterable[Text]:
        """A further fix, in one paragraph."""
        fix = shown.fix
        changes = ", ".join(
            f"{name}={value}" if value is not None else f"without {name}"
            for name, value in fix.settings.items()
            if value is None or value != next(own_texts(name, self.run), None)
        )
        tried = " (tried)" if fix.tried else ""
        words = f"{fix.title}{': ' + changes if changes else ''}{tried}"
        return self.wrapped(words, indent=7, first="  or:  ", bold=6)

    def _change(self, change: Change) -> Iterator[Text]:
        where = f"    {visible(change.where)}"
        if change.partial:
            yield Text(f"{where}: {' -> '.join(visible(words) for _, words in change.lines)}")
            return
        if change.where:
            yield Text(where)
        for sign, words in change.lines:
            style = {"-": "red", "+": "green"}.get(sign, "")
            yield Text(f"    {sign}{line_of_code(words)}", style=style)

    def _unexplained(self) -> Iterator[Text]:
        """What failed and no rule has a name for is never hidden."""
        target = self.target
        for fault in target.faults:
            yield from self.wrapped(f"smtpdoctor's own fault: {fault}", indent=2)
        found = [target.observations.by_id(each) for each in target.unexplained]
        items = [item for item in found if item is not None]
        for item in items:
            yield from self.wrapped(f"not explained: {observation_words(item)}", indent=2, bold=14)
        if any(_cut_off(item) for item in items):
            yield from self.wrapped("--timeout left too little time to say more.", indent=2)
        elif items or target.faults:
            answered = any(isinstance(item, Exchange) and item.reply is not None for item in items)
            yield from self.wrapped(
                ("smtpdoctor has no name for this. " if items else "")
                + (f"Show these words to whoever runs {target.host}. " if answered else "")
                + "Please report it with the file that --save FILE writes; it holds no secrets.",
                indent=2,
            )
        if items or target.faults:
            yield Text()

    # --- the end ------------------------------------------------------------------------------

    def _last_words(self) -> Iterator[Text]:
        words = last_words(self.run)
        if words:
            yield from self.wrapped("if your application still fails:")
            for item in words:
                yield from self.wrapped(item, indent=4, first="  - ")
            yield Text()

    def _verdict(self) -> Iterator[Text]:
        target = self.target
        standing = [item for item in target.diagnoses if item.accepted is None]
        if standing and target.verdict != "healthy" and not self.close:
            yield Text(f"more: smtpdoctor explain {standing[0].code}", style="dim")
        words = verdict_words(target)
        if len(self.report.targets) == 1:
            yield from self.last_line(words, _end(self.report, self.report.seconds, self.options))
        else:
            yield from self.last_line(words, f"{target.seconds:.1f} s")

    def _policy_tree(self) -> Iterator[Text]:
        if self.run.policy is None:
            return
        for line in spf_tree(self.run.policy, unicode=self.unicode):
            yield Text(self.fitted(visible(line), self.width))
        for number, words in enumerate(dmarc_words(self.run.policy)):
            yield from self.wrapped(words, indent=2 * min(number, 1))
        if self.run.is_about_sender_alone:
            yield from self.wrapped(BULK_MAIL, indent=2)
        yield Text()

    def _transcript(self) -> Iterator[Text]:
        indent = f"{'':12}{self.bar} "  # a long line of the server's never begins one of ours
        for line in transcript(self.target):
            shown = cut(line, self.width * 3, self.ellipsis)
            first = self.fitted(shown, self.width)
            yield Text(first)
            rest = shown[len(first) :]
            while rest:
                further = self.fitted(rest, self.width - len(indent))
                yield Text(indent + further)
                rest = rest[len(further) :]
        yield Text()


def _named(setup: SetupIdentity) -> str:
    """A set-up's name, and where the very same stands once more."""
    if not setup.same:
        return setup.name
    first, *others = setup.same
    more = f" and {count(len(others), 'other')}" if others else ""
    return f"{setup.name}; the same in {first}{more}"


def _duration(seconds: float) -> str:
    """A time as people say it; nothing for none."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.0005 else ""


def _in_words(container: str) -> str:
    """A container by its kind, or by its own name."""
    return container if container.startswith("container ") else f"a {container}"


def _target_words(target: TargetReport) -> str:
    if target.host is None:
        return "no host set" + (f"; login as {target.username}" if target.username else "")
    who = f" as {target.username}" if target.username else ""
    host = f"[{target.host}]" if ":" in target.host else target.host
    mode = "without TLS" if target.tls == "none" else f"with {MODE_WORDS[target.tls]}"
    return f"{host}:{target.port} {mode}{who}"


def _cut_off(item: AnyObservation) -> bool:
    """Whether the end of the whole run came before the answer."""
    return CUT_OFF in (getattr(item, "error", ""), getattr(item, "failure", ""))


#: What large receivers want of whoever sends many messages, beyond what was looked at.
BULK_MAIL = (
    "For mail to many, Gmail, Yahoo and Microsoft want SPF and DKIM to pass both, a DMARC record, "
    "reverse DNS of the sending address that leads back to it, and a link to unsubscribe with one "
    "click."
)


def through(run: Run) -> str:
    """For whom a sender is judged, and how that is known."""
    found = run.policy
    if found is None:
        return ""
    if found.client is not None:
        from smtpdoctor.settings import harmless  # many expressions, for this line alone

        helo = harmless.shown("host", found.question.helo)
        greeting = f", greeted as {helo}" if helo else ""
        return f"by {found.question.client}{greeting}"
    name = found.relay.provider.name if found.relay.provider is not None else found.question.host
    return {
        "named": f"through {name}",
        "host": f"through {name}, a host of the domain's own",
        "stranger": f"through {name}, of which no provider is known",
        "guessed-by-mx": f"through {name}, guessed from where the domain's mail arrives; "
        "--through names another",
        "guessed-by-spf": f"through {name}, guessed from the domain's SPF record; "
        "--through names another",
        "no": "(provider unknown; name it with --through)",
    }[found.relay.known]


def observation_words(item: AnyObservation) -> str:
    """One observation in a few words, for what no rule explains."""
    what: str = item.check
    words: str = type(item).__name__
    if isinstance(item, ConnectAttempt):
        what, words = f"{item.address} port {item.port}", f"{item.error or item.outcome}"
    elif isinstance(item, SystemLookup):
        what, words = f"look-up of {item.host}", item.error
    elif isinstance(item, Handshake):
        what, words = "TLS handshake", f"{item.failure} {foreign(item.reason)}".rstrip()
    elif isinstance(item, Exchange) and item.reply is not None:
        code = f"{item.reply.code} " if item.reply.code else ""
        what, words = item.step, f"{code}{quoted(item.reply.telling)}"
    elif isinstance(item, Exchange):
        arrived = f" {quoted(item.arrived)}" if item.arrived else ""
        what, words = item.step, f"{item.error or item.outcome}{arrived}"
    return f"{what}: {'no answer before the end' if _cut_off(item) else words}"


def transcript(target: TargetReport) -> Iterator[str]:
    """Every session, step by step, with times in seconds from the start of the run."""
    observations = target.observations
    for attempt in observations.of(ConnectAttempt):
        words = f"{OUTCOME_WORDS[attempt.outcome]} {attempt.error}".rstrip()
        yield visible(
            f"{attempt.at:7.3f}  tcp {attempt.host} [{attempt.address}]:{attempt.port} "
            f"({attempt.purpose}) {words} after {attempt.seconds:.3f} s"
        )
    for trace in observations.of(PathTrace):
        way = network_table.words(network_table.way(trace)) if trace.hops else "no means to see it"
        yield visible(f"{trace.at:7.3f}  way to [{trace.address}]:{trace.port}  {way}")
    for session in observations.of(Session):
        yield visible(
            f"{session.at:7.3f}  {session.connection}: {session.host}:{session.port} "
            f"{session.tls} ({session.purpose})"
        )
        own = [
            item
            for item in observations
            if isinstance(item, Exchange | Handshake) and item.connection == session.connection
        ]
        for item in own:
            yield from _steps(item)


def _steps(item: Exchange | Handshake) -> Iterator[str]:
    if isinstance(item, Handshake):
        words = f"{item.version} {item.cipher}" if item.ok else f"{item.failure} {item.reason}"
        yield visible(f"{item.at:7.3f}    TLS {words} ({item.seconds:.3f} s)")
        return
    lock = "*" if item.in_tls else " "
    if item.sent:
        yield visible(f"{item.at:7.3f}  {lock} > {item.sent}")
    end = item.at + item.seconds
    if item.reply is not None and item.reply.code:
        last = len(item.reply.lines) - 1
        for number, line in enumerate(item.reply.lines):
            separator = " " if number == last else "-"
            yield visible(f"{end:7.3f}  {lock} < {item.reply.code}{separator}{line}")
        if item.injected:
            yield visible(f"{end:7.3f}  {lock} < (behind it) {item.arrived}")
    elif item.outcome != "other":
        yield visible(f"{end:7.3f}  {lock} < ({item.outcome}) {item.arrived}")


def _are_one_line(first: CheckResult, check: CheckResult) -> bool:
    """Whether both were skipped for one reason; what an option left out takes others along."""
    if not first.status == check.status == "skipped":
        return False
    left_out = first.skipped_because == "left out" and first.summary == check.summary
    return left_out or first.skipped_because == check.skipped_because
