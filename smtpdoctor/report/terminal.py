"""The report for a person at a terminal: the path first, the cause, the fix, the verdict last.

Every line is built as `rich.text.Text`, never from markup, and every foreign text goes through
`visible`. Marks never carry meaning alone; colour is only for marks, titles and the diff.
"""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable, Iterator

import msgspec
from rich.console import Console
from rich.text import Text

from smtpdoctor.diagnosis.evidence import PRINTS
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
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
from smtpdoctor.report.last_words import last_words
from smtpdoctor.report.model import CheckResult, CheckStatus, Report, Target
from smtpdoctor.report.spf_tree import spf_tree
from smtpdoctor.report.summary import OUTCOME_WORDS, ways
from smtpdoctor.settings.model import Edit, Setting
from smtpdoctor.text import visible

MARKS: dict[CheckStatus, tuple[str, str, str]] = {
    "passed": ("✓", "ok  ", "green"),
    "warned": ("!", "warn", "yellow"),
    "failed": ("✗", "FAIL", "red"),
    "skipped": ("–", "skip", "dim"),
}
COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
MIN_WIDTH, MAX_WIDTH = 60, 100
#: The first screen, which nobody has to scroll.
SCREEN = 24
#: How much of the evidence and of a fix's steps is shown, most first, until it fits the screen;
#: --verbose shows all.
DENSITIES = ((2, 9), (1, 9), (1, 3), (1, 2), (1, 1))
FIXES_SHOWN = 2
#: How a fix's step begins that is a line of a diff.
DIFF = ("- ", "+ ")
#: What is shown of a foreign text that nothing explains.
MAX_FOREIGN = 240


def render(
    report: Report, console: Console, *, verbose: bool = False, strict: bool = False
) -> None:
    """Print the report."""
    lines: list[Text] = []
    for density in DENSITIES:
        lines = list(_Page(report, console, density, verbose=verbose).lines(strict=strict))
        if verbose or len(lines) <= SCREEN:
            break
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False)


class _Page:
    def __init__(
        self, report: Report, console: Console, density: tuple[int, int], *, verbose: bool
    ) -> None:
        self.evidence_shown, self.steps_shown = density
        self.report = report
        self.run = Run(report.observations)
        self.verbose = verbose
        self.width = max(MIN_WIDTH, min(console.width, MAX_WIDTH))
        self.unicode = (console.encoding or "").lower().startswith("utf")

    def lines(self, *, strict: bool) -> Iterator[Text]:
        yield from self._header()
        yield Text()
        yield from self._checks()
        yield Text()
        errors = [item for item in self.report.diagnoses if item.severity == "error"]
        others = [item for item in self.report.diagnoses if item.severity != "error"]
        leading = (errors or [item for item in others if item.severity == "warning"])[:1]
        for diagnosis in leading:
            yield from self._block(diagnosis)
        further = [item for item in (*errors, *others) if item not in leading]
        for diagnosis in further:
            yield from self._short(diagnosis)
        if further and not self.verbose:
            yield Text()
        yield from self._unexplained()
        if self.verbose:
            yield from self._policy_tree()
            yield from self._transcript()
        if self.report.verdict in ("healthy", "warnings"):
            yield from self._last_words()
        yield from self._verdict(len(errors), len(others), strict)

    # --- header and checks --------------------------------------------------------------------

    def _header(self) -> Iterator[Text]:
        settings = self.run.settings
        target = self.report.targets[0]
        if not settings.found:
            yield from self._wrapped(
                f"no settings were found in {settings.folder or 'this folder'}"
            )
            yield from self._wrapped("looking at the way to IONOS instead, without credentials")
            return
        if self.run.is_about_sender_alone:
            yield from self._wrapped(f"mail from {settings.sender} {_through(self.run)}")
            if self.verbose:
                yield from self._wrapped(f"run {self.report.started} in {self.report.where}")
            return
        left = visible(_target_words(target))
        read = self.report.checks[0]
        place = self.run.place
        where = f"in {place.container}" if place and place.container else f"on {self.report.where}"
        right = visible(f"{read.summary}, {where}" if read.status == "passed" else where)
        for words in (right, right.removeprefix("read from ")):
            if len(left) + len(words) + 2 <= self.width:
                yield self._spread(left, words)
                break
        else:
            yield Text(left, style="bold")
            yield from self._wrapped(right, indent=2)
        if self.verbose:
            yield from self._wrapped(f"run at {self.report.started}")

    def _checks(self) -> Iterator[Text]:
        """The path, step by step; sound settings stand in the header, what follows a failed step
        for the same reason stands in one line."""
        checks = [
            check
            for check in self.report.checks
            if check.name != "settings" or check.status != "passed" or self.verbose
        ]
        if self.run.is_about_sender_alone:
            checks = [check for check in checks if check.name == "sender"]
        for _, group in itertools.groupby(
            checks,
            lambda check: (
                check.status == "skipped",
                check.skipped_because if check.status == "skipped" else check.name,
            ),
        ):
            together = list(group)
            first = together[0]
            if len(together) > 1:
                names = ", ".join(check.name for check in together)
                first = msgspec.structs.replace(first, name=names)
            yield from self._check(first)
        if not self.run.settings.found:
            for works, words in ways(self.run).items():
                status: CheckStatus = "passed" if works else "failed"
                yield from self._check(
                    CheckResult(name="ways", status=status, summary=words, seconds=0.0)
                )

    def _check(self, check: CheckResult) -> Iterator[Text]:
        symbol, word, colour = MARKS[check.status]
        line = Text("  ")
        line.append(symbol if self.unicode else word, style=colour)
        line.append(f" {check.name:<8} ")
        seconds = _duration(check.seconds)
        room = self.width - line.cell_len - (len(seconds) + 2 if seconds else 0)
        words = visible(check.summary)
        further: list[str] = []
        if len(words) > room and check.name == "sender" and "; " in words:
            # what the server said, and below it what receivers will
            words, _, policies = words.partition("; ")
            further = textwrap.wrap(policies, self.width - 13, break_on_hyphens=False)
        if len(words) > room:
            words = words[: room - 1] + ("…" if self.unicode else "~")
        line.append(words, style="dim" if check.status == "skipped" else "")
        if seconds and check.status != "skipped":
            line.append(" " * max(2, self.width - line.cell_len - len(seconds)))
            line.append(seconds, style="dim")
        yield line
        for policies in further:
            yield Text(" " * 13 + policies)

    # --- diagnoses ----------------------------------------------------------------------------

    def _block(self, diagnosis: Diagnosis) -> Iterator[Text]:
        yield from self._title(diagnosis)
        yield from self._pointer(diagnosis)
        yield from self._wrapped(diagnosis.explanation, indent=2)
        table = network_table.network_table(self.run, diagnosis)
        for words in network_table.lines(table, self.width) if table else ():
            yield Text(visible(words))
        for item in self._evidence(diagnosis, table.says if table else frozenset()):
            yield from self._wrapped(item.text, indent=4, first="  - ")
        for fix in diagnosis.fixes[:1]:
            yield from self._fix(fix, "fix: ")
        for fix in diagnosis.fixes[1 : None if self.verbose else FIXES_SHOWN]:
            yield from self._fix(fix, "or:  ") if self.verbose else self._other_fix(fix)
        if self.verbose and diagnosis.consequences:
            yield from self._wrapped(f"explains: {', '.join(diagnosis.consequences)}", indent=2)
        yield Text()

    def _evidence(self, diagnosis: Diagnosis, said: frozenset[str]) -> list[Evidence]:
        """What was seen; on the first screen without what the pointed-at line shows already, and
        without what a table `said`, which takes the place of one."""
        if self.verbose:
            return list(diagnosis.evidence)
        pointed = self._pointed(diagnosis) is not None
        seen = [
            item
            for item in diagnosis.evidence
            if not (pointed and item.check == "settings") and item.text not in said
        ]
        # what the user's own library printed is what they came with
        quoted = [item for item in seen if self.run.settings.client and PRINTS in item.text][:1]
        room = self.evidence_shown - bool(said)
        if not quoted:
            return seen[:room]
        return [item for item in seen if item not in quoted][: max(room - 1, 1)] + quoted

    def _other_fix(self, fix: Fix) -> Iterable[Text]:
        """A further fix, in one paragraph."""
        changes = ", ".join(
            f"{name}={value}" if value is not None else f"without {name}"
            for name, value in fix.settings.items()
        )
        tried = " (tried)" if fix.tried else ""
        words = f"{fix.title}{': ' + changes if changes else ''}{tried}"
        return self._wrapped(words, indent=7, first="  or:  ", bold=6)

    def _short(self, diagnosis: Diagnosis) -> Iterator[Text]:
        """One line; an error also shows its first fix, or the mail would not go out."""
        if self.verbose:
            yield from self._block(diagnosis)
            return
        yield from self._title(diagnosis)
        if diagnosis.severity == "error" and diagnosis.fixes:
            yield from self._fix(diagnosis.fixes[0], "fix: ")

    def _title(self, diagnosis: Diagnosis) -> Iterator[Text]:
        likely = "" if diagnosis.confidence == "certain" else f", {diagnosis.confidence}"
        head = f"{diagnosis.severity}[{diagnosis.code}]{likely}: "
        lines = textwrap.wrap(
            head + visible(diagnosis.title),
            self.width,
            subsequent_indent="  ",
            break_on_hyphens=False,
            break_long_words=False,
        )
        for number, words in enumerate(lines):
            line = Text(words)
            if number == 0:
                line.stylize(f"bold {COLOURS[diagnosis.severity]}", 0, len(head))
            yield line

    def _pointer(self, diagnosis: Diagnosis) -> Iterator[Text]:
        """The user's own line, as a compiler shows it."""
        entry = self._pointed(diagnosis)
        if entry is None or entry.source_line is None or entry.origin.columns is None:
            return
        start, end = entry.origin.columns
        number = str(entry.origin.line or "")
        edge, bar = ("┌", "│") if self.unicode else (",", "|")
        gutter = " " * len(number)
        shown = visible(entry.source_line)
        yield Text(f"  {gutter} {edge} {visible(entry.origin.file or 'standard input')}")
        yield Text(f"  {number} {bar} {shown[: self.width - 8]}")
        before = len(visible(entry.source_line[: start - 1]))
        marks = max(1, len(visible(entry.source_line[start - 1 : end - 1])))
        if before + marks < self.width - 8:
            yield Text(f"  {gutter} {bar} " + " " * before).append("^" * marks, style="red")

    def _pointed(self, diagnosis: Diagnosis) -> Setting | None:
        entries = self.run.settings.entries
        return next((item for item in entries if item.field in diagnosis.points_at[:1]), None)

    def _fix(self, fix: Fix, label: str) -> Iterator[Text]:
        tried = f"; tried: {fix.tried}" if fix.tried else ""
        yield from self._wrapped(
            fix.title + tried, indent=7, first=f"  {label}", bold=len(label) + 2
        )
        for name, value in fix.settings.items():
            old = next((item for item in self._texts(name)), None)
            if old is not None:
                yield Text(f"    -{visible(name)}={visible(old)}", style="red")
            if value is not None:
                yield Text(f"    +{visible(name)}={visible(value)}", style="green")
        for edit in fix.edits:
            yield from self._edit(edit)
        records = sum(step.startswith(DIFF) for step in fix.steps)  # the fix itself: never cut
        steps = fix.steps if self.verbose else fix.steps[: max(self.steps_shown, records + 1)]
        for step in steps:
            if step.startswith(DIFF):  # a record, which is copied as it stands
                colour = "red" if step.startswith("-") else "green"
                yield Text(f"    {visible(step)}", style=colour)
            else:
                yield from self._wrapped(step, indent=6, first="    - ")
        if len(steps) < len(fix.steps):
            yield Text(f"    - {len(fix.steps) - len(steps)} more with --verbose", style="dim")
        client = self.run.settings.client
        for snippet in fix.snippets:
            if self.verbose or (label.startswith("fix") and snippet.for_ == client):
                yield from self._wrapped(f"in {snippet.for_}:", indent=4)
                for words in snippet.text.splitlines():
                    yield Text(f"      {visible(words)}")

    def _texts(self, name: str) -> Iterator[str]:
        """The text that the user's own setting of that name has now."""
        return (
            item.text
            for item in self.run.settings.entries
            if item.origin.name == name and item.origin.kind in ("file", "environment", "stdin")
        )

    def _edit(self, edit: Edit) -> Iterator[Text]:
        entry = next(
            (
                item
                for item in self.run.settings.entries
                if item.origin.file == edit.file and item.origin.line == edit.line
            ),
            None,
        )
        where = f"{visible(edit.file)}:{edit.line}"
        if entry is None or entry.source_line is None:
            yield Text(f"    {where}: {visible(edit.replace)} -> {visible(edit.with_)}")
            return
        line = entry.source_line
        start, end = edit.columns
        yield Text(f"    {where}")
        yield Text(f"    -{visible(line)}", style="red")
        yield Text(
            f"    +{visible(line[: start - 1] + edit.with_ + line[end - 1 :])}", style="green"
        )

    def _unexplained(self) -> Iterator[Text]:
        """What failed and no rule has a name for is never hidden."""
        for fault in self.report.faults:
            yield from self._wrapped(f"smtpdoctor's own fault: {fault}", indent=2)
        found = [self.report.observations.by_id(each) for each in self.report.unexplained]
        items = [item for item in found if item is not None]
        for item in items:
            yield from self._wrapped(
                f"not explained: {observation_words(item)[:MAX_FOREIGN]}", indent=2, bold=14
            )
        if any(_cut_off(item) for item in items):
            yield from self._wrapped("--timeout left too little time to say more.", indent=2)
        elif items or self.report.faults:
            yield from self._wrapped(
                ("smtpdoctor has no name for this. " if items else "")
                + "Please report it with the file that --save FILE writes; it holds no secrets.",
                indent=2,
            )
        if items or self.report.faults:
            yield Text()

    # --- the end ------------------------------------------------------------------------------

    def _last_words(self) -> Iterator[Text]:
        words = last_words(self.run)
        if words:
            yield Text("if your application still fails:")
            for item in words:
                yield from self._wrapped(item, indent=4, first="  - ")
            yield Text()

    def _verdict(self, errors: int, others: int, strict: bool) -> Iterator[Text]:
        report = self.report
        status = report.exit_status(strict=strict)
        words = {  # of a sender alone, what receivers make of it
            "healthy": self._healthy_words(),
            "warnings": self._warning_words(),
            **self._sender_words(),
            "broken": f"Not ready, {errors} {'problem' if errors == 1 else 'problems'}.",
            "inconclusive": self._inconclusive_words(),
        }[report.verdict]
        if report.verdict in ("healthy", "warnings") and not self.run.is_about_sender_alone:
            words += "  No message was sent."
        end = f"{report.seconds:.1f} s, exit {status}"
        if report.diagnoses and report.verdict != "healthy":
            hint = f"smtpdoctor explain {report.diagnoses[0].code}"
            if len(words) + len(hint) + len(end) + 4 <= self.width:
                words += f"  {hint}"
            else:
                yield Text(f"more: {hint}", style="dim")
        if len(words) + len(end) + 2 > self.width:
            *before, words = textwrap.wrap(words, self.width - len(end) - 2)
            for line in before:
                yield Text(line, style="bold")
        yield self._spread(words, end)

    def _sender_accepted(self) -> bool:
        view = self.run.main
        mail = view.step("mail") if view is not None else None
        return mail is not None and mail.ok is True

    def _warning_words(self) -> str:
        if self._sender_accepted():
            return "Mail goes out, with warnings."
        return "Warnings; the login was not tried."

    def _inconclusive_words(self) -> str:
        if not self.run.settings.found:
            return "Inconclusive: there was nothing of yours to check."
        if self.report.unexplained:
            return "Inconclusive: no cause can be named."
        return "Inconclusive: too little was checked to say."

    def _healthy_words(self) -> str:
        if self._sender_accepted():
            provider = self.run.provider
            judged = provider.sender_judged if provider else "unknown"
            return "Ready to send." if judged in ("mail", "rcpt") else "Accepted so far."
        return "Nothing wrong as far as it was tried."

    def _sender_words(self) -> dict[str, str]:
        """The verdict on a sender alone: what receivers will make of the mail."""
        found = self.run.policy if self.run.is_about_sender_alone else None
        if found is None:
            return {}
        words = f"{found.verdict.words[:1].upper()}{found.verdict.words[1:]}."
        if found.client is not None:
            words = f"SPF {found.client.result}."
        return {"healthy": words, "warnings": words}

    def _policy_tree(self) -> Iterator[Text]:
        if self.run.policy is None:
            return
        for line in spf_tree(self.run.policy, unicode=self.unicode):
            yield Text(visible(line)[: self.width])
        verdict = self.run.policy.verdict
        yield from self._wrapped(f"{verdict.words}: {'; '.join(verdict.reasons)}", first="DMARC: ")
        if (later := self.run.policy.dmarc.successor) is not None:
            # receivers follow either for years (RFC 7489 and RFC 9989)
            asked = f"“{later.policy}”" if later.policy else "nothing"
            words = f"RFC 9989 differs, it asks for {asked}: {'; '.join(later.why)}"
            yield from self._wrapped(words, indent=2)
        yield Text()

    def _transcript(self) -> Iterator[Text]:
        for line in transcript(self.report):
            yield Text(line[: self.width * 3])
        yield Text()

    # --- layout -------------------------------------------------------------------------------

    def _wrapped(
        self, words: str, *, indent: int = 0, first: str | None = None, bold: int = 0
    ) -> Iterable[Text]:
        lines = textwrap.wrap(
            visible(words),
            self.width,
            initial_indent=" " * indent if first is None else first,
            subsequent_indent=" " * indent,
            break_on_hyphens=False,
            break_long_words=False,
        )
        for number, text in enumerate(lines):
            line = Text(text)
            if number == 0 and bold:
                line.stylize("bold", 0, bold)
            yield line

    def _spread(self, left: str, right: str) -> Text:
        gap = self.width - len(left) - len(right)
        if gap < 2:
            return Text(f"{left}  {right}")
        return Text(left, style="bold").append(" " * gap + right, style="not bold dim")


def _duration(seconds: float) -> str:
    """A time as people say it; nothing for none."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.0005 else ""


def _target_words(target: Target) -> str:
    mode = {"implicit": "implicit TLS", "starttls": "STARTTLS", "none": "no TLS"}[target.tls]
    who = f" as {target.username}" if target.username else ""
    host = f"[{target.host}]" if target.host and ":" in target.host else target.host
    if host is None:
        return f"no host{who}"
    return f"{host}:{target.port} with {mode}{who}"


def _cut_off(item: AnyObservation) -> bool:
    """Whether the end of the whole run came before the answer."""
    return CUT_OFF in (getattr(item, "error", ""), getattr(item, "failure", ""))


def _through(run: Run) -> str:
    """For whom a sender is judged, and how that is known."""
    found = run.policy
    if found is None:
        return ""
    if found.client is not None:
        greeting = f", greeted as {found.question.helo}" if found.question.helo else ""
        return f"by {found.question.client}{greeting}"
    name = found.relay.provider.name if found.relay.provider is not None else found.question.host
    return {
        "named": f"through {name}",
        "host": f"through {name}, of which no provider is known",
        "guessed-by-mx": f"through {name}, guessed from where the domain's mail arrives; "
        "--through names another",
        "guessed-by-spf": f"through {name}, guessed from the domain's SPF record; "
        "--through names another",
        "no": "through nobody known; --through names the provider",
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
        what, words = "TLS handshake", f"{item.failure} {item.reason}".rstrip()
    elif isinstance(item, Exchange) and item.reply is not None:
        code = f"{item.reply.code} " if item.reply.code else ""
        what, words = item.step, f"{code}{item.reply.last}"
    elif isinstance(item, Exchange):
        what, words = item.step, f"{item.error or item.outcome} {item.arrived}".rstrip()
    return f"{what}: {'no answer before the end' if _cut_off(item) else words}"


def transcript(report: Report) -> Iterator[str]:
    """Every session, step by step, with times in seconds from the start of the run."""
    observations = report.observations
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
