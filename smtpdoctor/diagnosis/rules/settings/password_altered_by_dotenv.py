"""The program's reader of the `.env` gets another password than was meant, or its readers disagree.

By models of the real readers, asked while the settings were read. Nothing of the password is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from smtpdoctor.diagnosis.evidence import library_words
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import options
from smtpdoctor.diagnosis.wording import options as option_words
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.observations import OptionRead
from smtpdoctor.settings.model import (
    MASK,
    PHP,
    SSMTP,
    YAML,
    Edit,
    PasswordReading,
    PasswordReadings,
)
from smtpdoctor.settings.words import what_it_does
from smtpdoctor.words import listed

CODE = "password-altered-by-dotenv"
BEFORE = ("credentials-rejected", "credentials-missing")

_MARKS = {"'": "single quotes", '"': "double quotes", "`": "backquotes", "": "no quotes"}
#: What brings the new value to the program, by the sign that is doubled.
_THEN = {
    "$": "Then start the container again (docker compose up -d): a restart alone keeps the old "
    "value.",
    "%": "Then `systemctl daemon-reload`, and restart the service.",
}
#: So many readers are named in one sentence.
MOST_NAMED = 3


def diagnose(run: Run) -> Iterator[Diagnosis]:  # long: what the login says of it, side by side
    found = run.settings.password_readings
    if found is None:
        return
    place = f"{found.name} ({found.file}:{found.line})"
    seen = tuple(
        Evidence(check="settings", kind="own-line", text=f"{place}: {what}")
        for what in _readings(found)
    )
    first = found.altered[0]
    if found.known:
        title = f"the password in {place} is altered: {first.reader} {_does(first)}"
        explanation = (
            f"The program reads this line with {listed(found.readers)}, and gets another password "
            "than stands there."
        )
    else:
        title = f"readers of .env files disagree on {place}: {_like_the_first(found)}"
        explanation = (
            "Which library reads this file is not seen here. Some of them get another password "
            "from this line than others."
        )
    diagnosis = Diagnosis(
        code=CODE,
        severity="warning",
        confidence="possible",
        title=title,
        explanation=f"{explanation} Whether the server takes it was not seen in this run.",
        evidence=seen,
        fixes=(_fix(run, found),),
        points_at=("password",),
    )
    if stops := options.refused_password(run):
        yield _stopped(diagnosis, stops, f"{first.reader} {_does(first)}", place)
        return
    refused = run.refused_as("credentials-rejected")
    login = run.main.step("auth") if run.main else None
    read = run.setting("password")
    if run.settings.is_password_altered_away and read is not None:
        yield replace(
            diagnosis,
            severity="error",
            confidence="certain",
            explanation=f"{explanation} Nothing is left of it, so no login was tried.",
            explains=(read.id,),
        )
    elif refused is not None:
        yield replace(
            diagnosis,
            severity="error",
            confidence="likely",
            explanation=f"{explanation} The server refused the login.",
            evidence=(
                *seen,
                refusals.seen(run, refused),
                *library_words(run, "credentials-rejected", check="auth"),
            ),
            explains=refused.failed,
        )
    elif login is not None and login.ok:
        yield replace(
            diagnosis,
            severity="note",
            confidence="certain",
            explanation=f"{explanation} The login that was tried here works.",
        )
    else:
        yield diagnosis


def _stopped(diagnosis: Diagnosis, stops: Sequence[OptionRead], does: str, place: str) -> Diagnosis:
    """The same where the program ends at the line."""
    return replace(
        diagnosis,
        severity="error",
        confidence="certain",
        title=f"the password in {place} stops the program: {does}",
        explanation=option_words.STOPS,
        evidence=(*diagnosis.evidence, *(option_words.known(each.remark) for each in stops)),
        explains=tuple(each.id for each in stops),
    )


def _like_the_first(found: PasswordReadings) -> str:
    """What readers do that alter it, with those of them that most programs have."""
    first, *others = (each for each in found.altered if _does(each) == _does(found.altered[0]))
    words = f"{first.reader} {_does(first)}"
    if not others:
        return words
    named = [each.reader for each in others[: MOST_NAMED - 1]]
    left = len(others) - len(named)
    so = "so does" if len(others) == 1 else "so do"
    return f"{words}, and {so} {listed([*named, f'{left} more'] if left else named)}"


def _readings(found: PasswordReadings) -> list[str]:
    """What the readers do, those that do the same in one sentence."""
    doing: dict[str, list[str]] = {}
    for reading in found.altered:
        doing.setdefault(_does(reading), []).append(reading.reader)
    sentences = []
    for what, readers in doing.items():
        named = listed(readers[:MOST_NAMED])
        more = f" and {len(readers) - MOST_NAMED} more" if len(readers) > MOST_NAMED else ""
        sentences.append(f"{named}{more}: {what}")
    return sentences


def _does(reading: PasswordReading) -> str:
    return what_it_does(reading.state, reading.alterations)


def _fix(run: Run, found: PasswordReadings) -> Fix:
    if found.doubles:
        sign = found.doubles
        return Fix(
            title=f"write each {sign} of the password twice in {found.file}:{found.line}",
            steps=(
                f"{found.file}:{found.line}: {sign}{sign} for each {sign} in the value of "
                f"{found.name}. Quotes don't help here: {found.readers[0]} looks for {sign} in the "
                "value itself.",
                _THEN[sign],
            ),
        )
    if found.readers in ((YAML,), (PHP,)):
        return _in_single_quotes(found)
    if found.readers == (SSMTP,):
        return Fix(
            title="choose a password without #, = and blanks",
            steps=(
                f"sSMTP ends a value at each of them and knows no quotes: change the password of "
                f"this mailbox, and then {found.name} in {found.file}:{found.line}.",
            ),
        )
    kept = f"{listed(found.cannot)} still gets something else then." if found.cannot else ""
    if found.quote is None:
        return Fix(
            title="write the password so that every reader gets it",
            steps=(
                f"No quotes do it for {found.name} ({found.file}:{found.line}): choose another "
                "password without quotes, $, # and backslashes, or set it in the environment.",
            ),
        )
    if found.moves_comment:
        return _without_comment(run, found, kept)
    steps = (
        f"{found.file}:{found.line}: {_MARKS[found.quote]} around the whole value of {found.name}, "
        "and nothing else changed.",
        *((kept,) if kept else ()),
    )
    entry = run.entry("password")
    title = f"put {_MARKS[found.quote]} around the password in {found.file}:{found.line}"
    columns = entry.origin.columns if entry is not None else None
    if entry is None or columns is None or entry.source_line is None:
        return Fix(title=title, steps=steps)
    # of such a line the columns are those of what is left of the value
    is_whole = not found.file.endswith(".ini")
    old = entry.source_line[columns[0] - 1 : columns[1] - 1] if is_whole else ""
    if old.strip("'\"`") != MASK:
        return Fix(title=title, steps=steps)
    edit = Edit(
        file=found.file,
        line=found.line,
        columns=columns,
        replace=old,
        with_=f"{found.quote}{MASK}{found.quote}",
    )
    return Fix(title=title, edits=(edit,), steps=steps)


def _in_single_quotes(found: PasswordReadings) -> Fix:
    """Where quotes go around more than the value, or stand in the place of others."""
    if found.readers == (YAML,):
        # a variable may stand in a list, too; a key of a program's own document does not
        listed_too = found.name.isidentifier() and found.name != found.name.lower()
        how = f"{found.name}: '…' in a mapping, - '{found.name}=…' in a list"
        how = how if listed_too else "single quotes around the whole value"
        return Fix(
            title=f"put single quotes around the whole text in {found.file}:{found.line}",
            steps=(
                f"{found.file}:{found.line}: {how}. A single quote in the password itself is "
                "written twice.",
            ),
        )
    return Fix(
        title=f"put the password in {found.file}:{found.line} in single quotes",
        steps=(
            f"{found.file}:{found.line}: single quotes in the place of the double ones. A single "
            "quote in the password itself gets a backslash before it.",
        ),
    )


def _without_comment(run: Run, found: PasswordReadings, kept: str) -> Fix:
    """The comment on a line of its own, where quotes alone leave it a part of the value."""
    title = f"move the comment behind the password in {found.file}:{found.line} above it"
    steps = (
        f"{found.file}:{found.line}: the comment on a line of its own above {found.name}"
        + (f", and {_MARKS[found.quote]} around the value" if found.quote else "")
        + ".",
        *((kept,) if kept else ()),
    )
    entry = run.entry("password")
    columns = entry.origin.columns if entry is not None else None
    if entry is None or columns is None or entry.source_line is None:
        return Fix(title=title, steps=steps)
    old, quote = entry.source_line, found.quote or ""
    edit = Edit(
        file=found.file,
        line=found.line,
        columns=(1, len(old) + 1),
        replace=old,
        with_=f"# {MASK}\n{old[: columns[0] - 1]}{quote}{MASK}{quote}",
    )
    return Fix(title=title, edits=(edit,), steps=steps)
