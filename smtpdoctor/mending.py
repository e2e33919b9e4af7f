"""From a report's fixes to changes of the user's files, and back to a second check.

Knows which fixes are written, and that no set-up may get worse by one. It must not know how an
edit is found in a file or written (`settings.write`), nor speak (`cli`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from smtpdoctor.diagnosis.model import Diagnosis
from smtpdoctor.examination.plan import Plan
from smtpdoctor.plans import Plans
from smtpdoctor.report.model import Report, TargetReport
from smtpdoctor.settings.backup import Git, keep_copy, remove_copy
from smtpdoctor.settings.folder import Folder
from smtpdoctor.settings.setup import Setup
from smtpdoctor.settings.setups import find_setups
from smtpdoctor.settings.workspace import Workspace
from smtpdoctor.settings.write import (
    FileChange,
    Refused,
    Step,
    changed_files,
    make_sure_of,
    replace_file,
    steps_of,
)


class Mending(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written, and for what. `left` are fixes that are not, with the reason."""

    changes: tuple[FileChange, ...]
    fixes: tuple[str, ...] = ()
    left: tuple[tuple[str, str], ...] = ()


def mending_of(
    report: Report,
    root: Path,
    environ: Mapping[str, str],
    *,
    profile: str | None,
    env_file: str | None = None,
) -> Mending:
    """The first fix of each error as changes of files, as far as each can be written."""
    workspace = Workspace(Folder(root), environ, profile=profile, env_file=env_file)
    before = _by_order(find_setups(workspace).setups)
    taken: list[Step] = []
    fixes: list[str] = []
    left: list[tuple[str, str]] = []
    changes: list[FileChange] = []
    for target, error in _errors(report):
        fix = error.fixes[0]
        try:
            steps = [*fix.edits, *steps_of(target.run.settings, fix.settings)]
            if not steps:
                raise Refused("it is no change of a file")
            if all(step in taken for step in steps):
                continue
            changes = _without_harm(workspace, [*taken, *steps], before)
        except Refused as reason:
            left.append((fix.title, str(reason)))
            continue
        taken += steps
        fixes.append(fix.title)
    return Mending(changes=tuple(changes) if taken else (), fixes=tuple(fixes), left=tuple(left))


def _errors(report: Report) -> Iterable[tuple[TargetReport, Diagnosis]]:
    return (
        (target, item)
        for target in report.targets
        for item in target.diagnoses
        if item.fixes and (item.severity == "error" or _waits(target, item))
    )


def _waits(target: TargetReport, item: Diagnosis) -> bool:
    """Whether it would be an error if another one had not kept the login from being tried: the
    program's own reader gets another password than stands there. Mended later, it would cost a
    login that is refused, and a second run."""
    readings = target.run.settings.password_readings
    return (
        item.code == "password-altered-by-dotenv"
        and item.severity == "warning"
        and item.accepted is None
        and readings is not None
        and readings.known
        and any(other.severity == "error" for other in target.diagnoses)
    )


def _without_harm(
    workspace: Workspace, steps: Iterable[Step], before: Mapping[tuple[str, int], Setup]
) -> list[FileChange]:
    """The changes, where no set-up of the folder gets worse by them. Raises Refused."""
    changes = changed_files(workspace, steps)
    contents = {change.file: change.new for change in changes}
    changed = Workspace(
        workspace.folder.with_(contents),
        workspace.environ,
        profile=workspace.profile,
        env_file=workspace.env_file,
    )
    after = _by_order(find_setups(changed).setups)
    for place, was in before.items():
        now = after.get(place)
        if now is None or _is_worse(was, now):
            raise Refused(f"“{was.name}” reads it too, and would no longer send")
    return changes


def _by_order(setups: Iterable[Setup]) -> dict[tuple[str, int], Setup]:
    """The set-ups by their files and their order there: a line that is added moves the numbers
    that names hold."""
    found: dict[tuple[str, int], Setup] = {}
    for setup in setups:
        name = re.sub(r":\d+", "", setup.name)
        found[name, sum(other == name for other, _ in found)] = setup
    return found


def _is_worse(was: Setup, now: Setup) -> bool:
    if was.complete and not now.complete:
        return True
    if was.sends and not now.sends:
        return True
    return _is_consistent(was) and not _is_consistent(now)


def _is_consistent(setup: Setup) -> bool:
    """Whether port and mode fit each other as these ports have them (RFC 8314 §3.3)."""
    port, tls = setup.settings.port, setup.settings.tls
    return port not in (465, 587, 25) or (port == 465) == (tls == "implicit")


def write(mending: Mending, root: Path, environ: Mapping[str, str]) -> list[Path]:
    """Write the changes; the copies that were kept. Raises Refused, and says what is written by
    then in its text."""
    git = Git(root, environ)
    copies: list[Path] = []
    written: list[str] = []
    for change in mending.changes:
        copy = None
        try:
            make_sure_of(root, change)  # a copy holds what is secret: none without need
            if not git.has(change.file, change.old):
                copy = keep_copy(git, change.file, change.old)
            replace_file(root, change)
        except Refused as reason:
            if copy is not None:
                remove_copy(copy)
            so_far = f"; written before it: {', '.join(written)}" if written else ""
            raise Refused(f"{reason}{so_far}") from None
        written.append(change.file)
        copies += [copy] if copy is not None else []
    return copies


def once_more(plans: Plans, first: Plans, report: Report) -> Plans:
    """The plans of the second check: no login again that was refused, with the same credentials."""
    refused = {
        _login(plan)
        for plan, target in zip(first.plans, report.targets, strict=True)
        if _was_refused(target)
    }
    kept = [
        msgspec.structs.replace(plan, selected=plan.selected - {"auth", "sender"})
        if _login(plan) in refused
        else plan
        for plan in plans.plans
    ]
    return msgspec.structs.replace(plans, plans=tuple(kept))


def _login(plan: Plan) -> tuple[str | None, ...]:
    """The account as the server sees it."""
    secrets = (plan.credentials.password, plan.credentials.token)
    return (
        plan.settings.host,
        plan.credentials.username,
        *(each.reveal() if each else None for each in secrets),
    )


def _was_refused(target: TargetReport) -> bool:
    main = target.run.main
    login = main.step("auth") if main is not None else None
    return login is not None and not login.ok
