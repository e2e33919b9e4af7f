"""What a program makes of an option, in words: the user's line, and where that is known from."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.fixes import change_settings
from smtpdoctor.diagnosis.model import Evidence, Fix, Location
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.settings.change import to_send
from smtpdoctor.settings.model import MASK, Origin, SetupRemark, TLSMode
from smtpdoctor.text import visible
from smtpdoctor.words import MODE_WORDS

#: The parts of a URL, as the dialects name them.
PARTS = {
    "url.scheme": "the scheme", "url.host": "the host", "url.port": "the port",
    "url.query": "what stands behind ?", "url.user": "the user name",
    "url.password": "the password",
}  # fmt: skip


def said(remark: SetupRemark) -> str:
    """The option with its text, as titles name it: `secure=false`."""
    if remark.option in PARTS:
        return f"{PARTS[remark.option]} in the URL"
    shown = remark.text and MASK not in remark.text
    return f"{remark.option}={visible(remark.text)}" if shown else remark.option


def place(remark: SetupRemark) -> str:
    """Where to change it."""
    if remark.origin is None or remark.origin.kind == "default":
        return remark.option
    return f"{remark.option} ({remark.origin.label})"


def evidence(run: Run, remark: SetupRemark) -> tuple[Evidence, ...]:
    """The user's own line, the lines that it comes from, and what the program is known to do."""
    return (*_own(run, remark), known(remark))


#: What a program does with an option, or with options, that it raises an error for.
STOPS = (
    "The program stops with an error of its own before it sends anything, so no mail goes out. No "
    "server was asked in this run."
)


def fix_of_stop(run: Run, remark: SetupRemark) -> Fix:
    """The mode that the port usually has, said so that the program takes it; for what is no mode,
    the place."""
    if remark.field != "tls":
        title = f"put {remark.option} right"
        if remark.unset:
            title = f"set {' or '.join(remark.unset)} where the program runs"
        return fix_that_sends(run, title, f"{place(remark)}: {remark.because}.")
    mode: TLSMode = "implicit" if run.settings.port == 465 else "starttls"
    title = f"say one thing: {MODE_WORDS[mode]} on port {run.settings.port}"
    if not remark.conflict:
        title = f"write {MODE_WORDS[mode]} as the program has it"
    return change_settings(run, title, tls=mode)


def fix_that_sends(run: Run, title: str, otherwise: str) -> Fix:
    """The change after which the program sends by its settings, or the step where none is known."""
    made = to_send(run.settings)
    if made is None:
        return Fix(title=title, steps=(otherwise,))
    return Fix(title=title, settings=made.settings, edits=made.edits, steps=made.steps)


def known(remark: SetupRemark) -> Evidence:
    source = f" [{'; '.join(remark.sources)}]" if remark.sources else ""
    return Evidence(check="settings", kind="known", text=f"{remark.because}{source}")


def _own(run: Run, remark: SetupRemark) -> Iterator[Evidence]:
    if remark.origin is not None and remark.origin.kind == "file":
        text = f"{remark.origin.label} has {said(remark)}"
        if remark.unset:
            text = f"{remark.origin.label} reads {' or '.join(remark.unset)}, which nothing sets"
        yield Evidence(check="settings", kind="own-line", text=text)
    elif remark.origin is None and run.settings.setup is not None:
        text = f"{run.settings.setup.name} has no {remark.option}"
        yield Evidence(check="settings", kind="own-line", text=text)
    entry = run.entry(remark.field) if remark.field is not None else None
    if entry is not None and entry.origin.label != (remark.origin and remark.origin.label):
        text = f"the value is from {entry.origin.name} ({entry.origin.label})"
        yield Evidence(check="settings", kind="own-line", text=text)


def locations(run: Run, remark: SetupRemark) -> tuple[Location, ...]:
    """The line that reads the option first, then those that it goes together with. Where its
    own value stops the program, the line with that value stands first."""
    lines = [(remark.origin, remark.source_line)]
    lines += [(each.origin, each.source_line) for each in remark.beside]
    entry = run.entry(remark.field) if remark.field is not None else None
    if entry is not None:
        alone = remark.kind == "fault" and not remark.conflict
        lines.insert(0 if alone else len(lines), (entry.origin, entry.source_line))
    found = [at for origin, text in lines if (at := location(origin, text)) is not None]
    first: dict[tuple[str, int | None], Location] = {}
    for at in found:
        first.setdefault((at.file, at.line), at)
    return tuple(first.values())


def location(origin: Origin | None, text: str | None) -> Location | None:
    """The place with its line; None where it is no file's."""
    if origin is None or origin.file is None or origin.line is None:
        return None
    return Location(file=origin.file, line=origin.line, columns=origin.columns, text=text or "")
