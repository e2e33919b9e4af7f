"""`check --fix`: the diff, the question, and what became of it. On standard error: a report for
programs has standard output for itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from smtpdoctor.cli._output import UsageFault
from smtpdoctor.settings.model import MASK
from smtpdoctor.text import changed_lines, line_of_code, visible

if TYPE_CHECKING:
    from smtpdoctor.examination.options import CheckOptions
    from smtpdoctor.mending import Mending
    from smtpdoctor.plans import Plans
    from smtpdoctor.report.model import Report


def agreed(report: Report, options: CheckOptions, *, yes: bool) -> Mending | None:
    """What was written; None where nothing is to be, or the answer is no."""
    from smtpdoctor.mending import mending_of, write
    from smtpdoctor.plans import environ_of
    from smtpdoctor.settings.write import Refused

    root = Path(options.folder or ".")
    environ = environ_of(options)
    mending = mending_of(report, root, environ, profile=options.profile, env_file=options.env_file)
    for title, why in mending.left:
        _say(f"not written: {title}: {why}")
    if not mending.changes:
        _say("nothing to write" if not mending.left else "nothing was written")
        return None
    _show(mending)
    if not yes and not _is_yes():
        _say("nothing was written")
        return None
    try:
        # git and the place of copies are this process's, whatever variables a project is read with
        copies = write(mending, root, os.environ)
    except Refused as reason:
        raise UsageFault(f"--fix: {reason}") from None
    for change in mending.changes:
        lines = ", ".join(str(each.line) for each in change.shown)
        _say(f"wrote {change.file}:{lines}")
    for copy in copies:
        _say(f"the file as it was: {copy}")
    return mending


def with_password(options: CheckOptions, plans: Plans) -> CheckOptions:
    """The same options, with the password that standard input gave before."""
    password = plans.plans[0].credentials.password if plans.plans else None
    origin = plans.plans[0].settings.entry("password") if plans.plans else None
    if password is None or origin is None or origin.origin.name != "--password-stdin":
        return options
    return msgspec.structs.replace(options, password=password.reveal())


def tell(first: Report, second: Report, mending: Mending) -> None:
    """What became of the errors, in one line."""
    were = [item.code for item in first.diagnoses if item.severity == "error"]
    are = [item.code for item in second.diagnoses if item.severity == "error"]
    gone = [code for code in were if code not in are]
    words = f"after the change: {', '.join(gone)} gone" if gone else "after the change"
    new = [code for code in are if code not in were]
    stay = [code for code in are if code in were]
    parts = [words]
    if stay:
        parts.append(f"{', '.join(stay)} still there")
    if new:
        parts.append(f"now {', '.join(new)}")
    _say("; ".join(parts))


def _show(mending: Mending) -> None:
    for change in mending.changes:
        for line in change.shown:
            _say(f"  {line.file}:{line.line}")
            for sign, words in changed_lines(line.old, line.new, MASK):
                _say(f"  {sign}{line_of_code(words)}")


def _is_yes() -> bool:
    sys.stderr.write("Write this? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _say(words: str) -> None:
    print(visible(words), file=sys.stderr)
