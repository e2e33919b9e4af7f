"""A setting that the set-up's program, in this version, does not read.

A likely cause where the run failed in a way that it would have prevented; a warning where none of
the set-up's settings is read, and where a login that is written here is not used; else a note.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from smtpdoctor.diagnosis.fixes import fixes_by_mode
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import options
from smtpdoctor.diagnosis.wording import entries
from smtpdoctor.diagnosis.wording import options as words
from smtpdoctor.settings.model import CREDENTIALS, Field, NearMiss, SetupRemark
from smtpdoctor.settings.names import is_slip

CODE = "setting-ignored"
BEFORE = (
    "credentials-missing",
    "credentials-rejected",
    "implicit-tls-on-starttls-port",
    "plaintext-on-implicit-tls-port",
    "port-blocked",
    "port-refused",
    "sender-not-allowed",
    "tls-required",
    "username-not-address",
)

#: Where servers hand mail to each other.
RELAY = 25


def diagnose(run: Run) -> Iterator[Diagnosis]:
    yield from _of_remarks(run)
    for item in run.settings.near_misses:
        if item.field in ("host", "port", "tls", "sender", "url"):
            yield _misnamed(run, item)


def _of_remarks(run: Run) -> Iterator[Diagnosis]:
    login = next((r for r in options.remarks(run, "ignored") if _leaves_the_login(run, r)), None)
    for remark in options.remarks(run, "ignored"):
        failed = options.failures(run, remark)
        program = run.settings.setup.dialect if run.settings.setup else "the program"
        found = Diagnosis(
            code=CODE,
            severity="note",
            confidence="certain",
            title=f"{words.said(remark)} is not read by {program}",
            explanation="The program goes by its other settings, as if this line were not there.",
            evidence=words.evidence(run, remark),
            locations=words.locations(run, remark),
        )
        if remark.whole:
            found = replace(
                found,
                severity="warning",
                title=f"{program} goes by none of these settings",
                explanation=(
                    "It sends its mail another way, or none at all. That the server takes this "
                    "login says nothing of it."
                ),
                fixes=(
                    words.fix_that_sends(
                        run,
                        "let the program send by these settings",
                        f"{words.place(remark)}: {remark.because}.",
                    ),
                ),
            )
        elif failed:
            found = replace(
                found,
                severity="error",
                confidence="likely",
                explanation=(
                    "The program goes by its other settings, as if this line were not there. "
                    + (
                        "The port wants what the line was to set. The server itself was not asked."
                        if run.settings.elsewhere
                        else "What failed in this run is what the line was to set."
                    )
                ),
                fixes=_fixes(run, remark),
                explains=failed,
            )
        elif remark is login:
            found = _without_login(run, found, program, remark)
        elif run.settings.port == RELAY and _names_a_port_for_sending(remark):
            found = _on_port_25(found, remark)
        yield found


def _names_a_port_for_sending(remark: SetupRemark) -> bool:
    return remark.field == "port" and remark.text.strip("'\"") in ("587", "465")


def _on_port_25(found: Diagnosis, remark: SetupRemark) -> Diagnosis:
    """That the port which was meant isn't the one that is used: 25 is for servers among each other
    (RFC 6409, 3.1), and many networks close it."""
    return replace(
        found,
        severity="warning",
        title=f"{found.title}, which goes to port 25",
        explanation="Port 25 is for servers among each other, and many networks close it.",
        fixes=(
            Fix(
                title="write the port under the name that is read",
                steps=(f"{words.place(remark)}: {remark.because}.",),
            ),
        ),
    )


def _without_login(run: Run, found: Diagnosis, program: str, remark: SetupRemark) -> Diagnosis:
    """That a login is written here and not used."""
    title = "let the program log in"
    fix = words.fix_that_sends(run, title, f"{words.place(remark)}: {remark.because}.")
    if not fix.edits and not fix.settings:
        fix = replace(fix, title=f"{title} ({remark.because})")
    return replace(
        found,
        severity="warning",
        title=f"{program} does not log in",
        explanation=(
            "A login is written here and not used. A server for sending takes no mail without one."
        ),
        fixes=(fix,),
    )


def _leaves_the_login(run: Run, remark: SetupRemark) -> bool:
    """Whether the program sends without the login that this was to be, to a server that was not
    seen to take mail so."""
    settings = run.settings
    untold = {item.field for item in settings.untellable}
    lacks = settings.username is None and not settings.has_password and not settings.has_token
    return (
        remark.field in CREDENTIALS
        and lacks
        and untold.isdisjoint(CREDENTIALS)
        and not run.way_worked
        and not run.is_loopback_target
    )


def _misnamed(run: Run, item: NearMiss) -> Diagnosis:
    """A variable under another name than the one that the program reads."""
    fields: tuple[Field, ...] = ("host", "port", "tls", *CREDENTIALS)
    read = next((each for each in map(run.setting, fields) if each is not None), None)
    stops = item.field in ("host", "url")
    # what the code has says so for every deployment, a slip was meant by nobody, and without a URL
    # there is no server at all
    in_code = item.field in ("port", "tls") and len(item.lines) == 1
    wrong = in_code or item.field == "url" or is_slip(item.name, item.looks_like)
    # what nothing passes on is passed on together
    together = [each for each in run.settings.near_misses if each.kept_from and item.kept_from]
    title = f"{item.name} is not read: the program asks for {item.looks_like}"
    why = f"Nothing here reads {item.name} and nothing sets {item.looks_like}"
    if item.kept_from:
        title = f"the {item.field} is in .env, and does not reach the container: {item.name}"
        why = f"{item.kept_from} is filled in from .env, and passes {item.name} on in no line"
    return Diagnosis(
        code=CODE,
        severity="error" if stops and read is not None else "warning" if wrong else "note",
        confidence="certain",
        title=title,
        explanation=(
            f"{why}, so the program "
            + ("does not get the host that was meant." if stops else "goes by a default.")
        ),
        evidence=entries.near_words([item]),
        fixes=(entries.rename_all(together or [item]),),
        explains=(read.id,) if stops and read is not None else (),
        locations=entries.near_locations([item]),
    )


def _fixes(run: Run, remark: SetupRemark) -> tuple[Fix, ...]:
    """The mode that the port has, where the program can be told it; and what the line lacks."""
    by_hand = Fix(
        title=f"write {remark.option} as the program reads it",
        steps=(f"{words.place(remark)}: {remark.because}.",),
    )
    mode = run.mode.of_port if remark.field == "tls" else None
    ways = fixes_by_mode(run, mode) if mode is not None and mode != run.settings.tls else ()
    return (*(each for each in ways if each.edits or each.settings), by_hand)
