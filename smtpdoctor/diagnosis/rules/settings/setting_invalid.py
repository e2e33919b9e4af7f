"""A value that can't be one: a port of 99999, a mode that no one knows, a host that is not set.

What the other rules of this area do not name for themselves is named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from msgspec.structs import replace

from smtpdoctor.diagnosis.fixes import change_settings, way_tried
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix, Location
from smtpdoctor.diagnosis.rules.settings import host_malformed
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import options
from smtpdoctor.diagnosis.views.entries import faults, near_misses
from smtpdoctor.diagnosis.wording import entries
from smtpdoctor.diagnosis.wording import options as option_words
from smtpdoctor.observations import OptionRead
from smtpdoctor.settings.model import (
    CREDENTIALS,
    MASK,
    NO_LOGIN,
    Field,
    NearMiss,
    Setting,
    SetupRemark,
)
from smtpdoctor.settings.names import SWITCHES
from smtpdoctor.words import MODE_WORDS

CODE = "setting-invalid"

WORDS: dict[Field, str] = {
    "port": "a port",
    "tls": "a TLS mode",
    "username": "a user name",
    "url": "a URL of a mail server",
    "verify": "yes or no",
}


#: What is wrong with a line that is no setting, behind its place.
BROKEN = {
    "no-equals": "has no =",
    "colon": "has a colon where = belongs",
    "no-name": "has no name before =",
    "stray-quote": "is a quote alone",
    "conflict-marker": "is a conflict marker of git",
}


def diagnose(run: Run) -> Iterator[Diagnosis]:
    for read in faults(run, *get_args(Field)):
        entry = read.setting
        if _named_elsewhere(entry):
            continue
        stops = entry.field != "verify"
        near = near_misses(run, entry.field)
        yield Diagnosis(
            code=CODE,
            severity="error" if stops else "warning",
            confidence="certain",
            title=_title(entry, near),
            explanation=_explanation(run, entry),
            evidence=(entries.line(entry), *entries.near_words(near)),
            fixes=(_fix(run, entry, near),),
            explains=(read.id,),
            points_at=(entry.field,),
            locations=entries.near_locations(near) if entry.problem == "missing" else (),
        )
    if run.settings.broken_lines:
        yield _broken(run)
    told = [
        id_
        for read in faults(run, "url", problems=("not-encoded",))
        for id_ in options.stops_at(run, read.setting)
    ]
    # these rules say what is wrong with the text: url-not-encoded, password-altered-by-dotenv
    told += [stop.id for stop in options.refused_password(run)]
    told += [stop.id for stop in options.half_logins(run)]  # credentials-missing
    for stop in options.stops(run):
        if not stop.remark.conflict and stop.id not in told:
            yield _stopped(run, stop)
    yield from _near_misses(run)


def _stopped(run: Run, read: OptionRead) -> Diagnosis:
    """A value of a set-up with which its program stops before it sends."""
    remark = read.remark
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=_title_of_stop(run, remark),
        explanation=option_words.STOPS,
        evidence=option_words.evidence(run, remark),
        fixes=(option_words.fix_of_stop(run, remark),),
        explains=(read.id,),
        locations=option_words.locations(run, remark),
    )


def _title_of_stop(run: Run, remark: SetupRemark) -> str:
    if remark.unset:
        return f"{remark.unset[0]} is not set, and the program stops without it"
    return f"{_said(run, remark)} stops the program"


def _said(run: Run, remark: SetupRemark) -> str:
    """The option with its text, by the name of the variable where one says it."""
    entry = run.entry(remark.field) if remark.field is not None else None
    if entry is None or entry.origin == remark.origin or entry.text != remark.text:
        return option_words.said(remark)
    return option_words.said(replace(remark, option=entry.origin.name))


def _named_elsewhere(entry: Setting) -> bool:
    """Whether another rule of this area has a code of its own for this fault."""
    if entry.problem == "conflict" or entry.field == "sender":
        return True
    if entry.field == "host":
        return entry.problem in host_malformed.PROBLEMS
    if entry.problem in NO_LOGIN:
        return entry.field in CREDENTIALS
    return entry.problem in ("not-encoded", "still-encoded")


def _title(entry: Setting, near: list[NearMiss]) -> str:
    name = entry.origin.name
    if entry.problem == "missing":
        if near:
            return f"the host is under a name that is not read: {near[0].name}"
        return f"{entry.detail}: there is no host to send to"
    if entry.problem in ("quotes", "blanks"):
        return f"{name} has {'quotes' if entry.problem == 'quotes' else 'blanks'} around its value"
    if entry.problem == "too-long":
        return f"{name} is {entry.detail}"
    text = entry.text if len(entry.text) <= 40 else f"{entry.text[:40]}…"
    return f"{name}={text} is not {WORDS.get(entry.field, 'a value for it')}"


def _explanation(run: Run, entry: Setting) -> str:
    settings = run.settings
    if entry.problem == "missing":
        return (
            "Other settings for sending mail are there, but no program can connect without a "
            "host. Many then try localhost, where no mail server is."
        )
    if entry.field == "verify":
        return (
            "Programs differ in what they make of such a text, and some take it for no. "
            "smtpdoctor went on with certificates verified."
        )
    if entry.problem in ("quotes", "blanks"):
        return (
            "The program gets them as a part of the value and uses them so. smtpdoctor went on "
            "without them, as it was evidently meant."
        )
    if entry.problem == "too-long":
        return "Nobody writes such a value by hand: a file or a certificate landed in it, perhaps."
    used = {
        "port": f" smtpdoctor went on with {settings.port}, the usual one for this TLS mode.",
        "tls": f" smtpdoctor went on as if it were not set, with what is usual on {settings.port}.",
    }.get(entry.field, "")
    return f"No program can use this value: it stops, or falls back to something else.{used}"


def _fix(run: Run, entry: Setting, near: list[NearMiss]) -> Fix:  # branches: one case a field
    settings, name = run.settings, entry.origin.name
    way = None if way_tried(run) else next(iter(run.working_ways), None)
    tried = way.tried if way is not None else way_tried(run)
    if entry.problem == "missing":
        example = f"Set {name} to the provider's submission host, for IONOS smtp.ionos.com."
        return Fix(
            title="give the host",
            steps=tuple(entries.rename(item) for item in near) or (example,),
        )
    if entry.problem == "placeholder" and entry.field == "host":
        return Fix(
            title="write the host's name itself",
            steps=(f"Set {name} to the provider's submission host.", entries.EXPANDED),
        )
    if entry.field == "port":
        port = way.port if way is not None else settings.port
        if way is None and port == 25:  # what the program falls back to; mail is handed in at 587
            port = 587
        tls = way.tls if way is not None and way.tls != settings.tls else None
        return change_settings(run, f"set the port to {port}", port=port, tls=tls, tried=tried)
    if entry.field == "tls":
        tls = way.tls if way is not None else settings.tls
        port = way.port if way is not None and way.port != settings.port else None
        return change_settings(run, "set the TLS mode", tls=tls, port=port, tried=tried)
    if entry.field == "username" and settings.username not in (None, MASK):
        return entries.write(entry, "write the user name alone", settings.username)
    if entry.field == "verify":
        return entries.write(entry, f"take {name} out: certificates are verified then", None)
    return Fix(
        title=f"write {WORDS.get(entry.field, 'a value')} there",
        steps=(
            f"{name} ({entry.origin.label}): {entry.detail}.",
            *(
                ("Such as smtps://USER:PASSWORD@smtp.ionos.com:465",)
                if entry.field == "url"
                else ()
            ),
        ),
    )


def _near_misses(run: Run) -> Iterator[Diagnosis]:
    """Variables that look like settings, where no fault comes of it."""
    named = ("host", *CREDENTIALS)
    for item in run.settings.near_misses:
        if item in near_misses(run, *named) or item.field is not None:
            continue  # other rules name them
        if item.name.upper() in SWITCHES:
            if run.settings.tls != "implicit":
                yield _switched_on(run, item)
            continue
        yield Diagnosis(
            code=CODE,
            severity="note",
            confidence="possible",
            title=f"{item.name} looks like {item.looks_like} and is not read",
            explanation=(
                f"Nothing else sets {item.looks_like}. If {item.name} was meant to, smtpdoctor and "
                "perhaps the application too went on with a default."
            ),
            evidence=(
                Evidence(
                    check="settings",
                    kind="own-line",
                    text=f"{item.origin.label} has a variable {item.name}",
                ),
            ),
            fixes=(Fix(title=f"rename it to {item.looks_like}", steps=(entries.rename(item),)),),
            locations=entries.near_locations([item]),
        )


def _switched_on(run: Run, item: NearMiss) -> Diagnosis:
    """Another program's switch for TLS is on, and this run went without it."""
    settings = run.settings
    mode = MODE_WORDS[settings.tls]
    works = run.main is not None and run.main.works
    off = Fix(
        title=f"switch {item.name} off: port {settings.port} takes {mode}",
        settings={item.name: "false"},
        tried=way_tried(run),
        steps=('Where the program only tests for a text, "false" is true: leave it empty.',),
    )
    again = Fix(
        title="look again as such a program does",
        steps=(
            "smtpdoctor check --tls implicit",
            "TLS from the first byte goes with port 465, STARTTLS with 587.",
        ),
    )
    return Diagnosis(
        code=CODE,
        severity="warning",
        confidence="possible",
        title=f"{item.name} is on, and this run went on with {mode}",
        explanation=(
            f"smtpdoctor reads SMTP_SECURE and SMTP_TLS, and not {item.name}. Most programs that "
            "read it start TLS with the first byte. Such a program did not do what this run did."
        ),
        evidence=(
            Evidence(
                check="settings", kind="own-line", text=f"{item.origin.label} has {item.name}"
            ),
        ),
        fixes=(off, again) if works else (again,),
    )


def _broken(run: Run) -> Diagnosis:
    """Lines of a .env file that no reader takes a setting from."""
    lines = run.settings.broken_lines
    first, *others = [
        f"{each.file}:{each.line} {BROKEN[each.kind]}"
        + (f": {each.name} is not read" if each.name else "")
        for each in lines
    ]
    more = f" (and {len(others)} more)" if others else ""
    conflict = any(each.kind == "conflict-marker" for each in lines)
    return Diagnosis(
        code=CODE,
        severity="warning",
        confidence="certain",
        title=f"{first}{more}",
        explanation=(
            "Programs pass over such a line without a word, or stop at it. What was meant there "
            "does not count."
        ),
        evidence=tuple(
            Evidence(check="settings", kind="own-line", text=text) for text in (first, *others)
        ),
        fixes=(
            Fix(
                title="end the merge in the file" if conflict else "write the line as NAME=value",
                steps=(
                    "Keep one of the two sides and remove the lines with <<<<<<<, ======= and "
                    ">>>>>>>."
                    if conflict
                    else "One setting a line, such as SMTP_PORT=587; a comment begins with #.",
                ),
            ),
        ),
        locations=tuple(Location(file=each.file, line=each.line, text="") for each in lines),
    )
