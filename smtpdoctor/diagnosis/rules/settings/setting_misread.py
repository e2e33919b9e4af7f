"""A program that takes a setting for something else than its text says, by the program's sources.

An error where the run failed because of it; else a warning, or a note once the way worked.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from smtpdoctor.diagnosis.fixes import change_settings, fixes_by_mode
from smtpdoctor.diagnosis.model import Diagnosis, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import options
from smtpdoctor.diagnosis.views.entries import faults, near_misses
from smtpdoctor.diagnosis.wording import entries
from smtpdoctor.diagnosis.wording import options as words
from smtpdoctor.diagnosis.wording.mode import foretold_fixes
from smtpdoctor.observations import SettingRead
from smtpdoctor.settings import change
from smtpdoctor.settings.model import SetupRemark

CODE = "setting-misread"
BEFORE = (
    "implicit-tls-on-starttls-port",
    "plaintext-on-implicit-tls-port",
    "tls-required",
    "auth-impossible-in-clear",
    "wrong-port",
    "port-blocked",
    "port-refused",
    "port-rejected",
    "wrong-host",
    "host-unreachable",
    "not-smtp",
    "greeting-missing",
    "connection-closed",
    "credentials-missing",
    "credentials-rejected",
    "username-not-address",
    "sender-not-allowed",
    "sender-not-verified",
)


def diagnose(run: Run) -> Iterator[Diagnosis]:
    yield from _still_encoded(run)
    for remark in options.remarks(run, "misread"):
        if remark.field == "host" and remark.unset and near_misses(run, "host"):
            continue  # `setting-ignored` names the variable that was to set it
        failed = options.failures(run, remark)
        entry = run.entry(remark.field) if remark.field is not None else None
        at = remark.origin.label if remark.origin is not None else ""
        elsewhere = entry is not None and entry.origin.label != at
        title, read = _said(remark)
        found = Diagnosis(
            code=CODE,
            severity="note",
            confidence="certain",
            title=title,
            explanation=(
                f"{read}."
                + (" With this server that works all the same." if run.way_worked else "")
            ),
            evidence=words.evidence(run, remark),
            locations=words.locations(run, remark),
        )
        if failed:
            found = replace(
                found,
                severity="error",
                explanation=(
                    f"{read}, and the program goes by that: {_led_to(run, remark)}."
                    + (" Change the line that reads it, not the text." if elsewhere else "")
                ),
                fixes=_fixes(run, remark),
                explains=failed,
            )
        elif not run.way_worked and not options.is_silent(run):
            home = _leads_home(run, remark)
            found = replace(
                found,
                severity="error" if home is not None else "warning",
                explains=(home.id,) if home is not None else (),
                explanation=(
                    f"{read}. Whether mail goes out all the same was not seen in this run."
                ),
                fixes=(_by_hand(remark),),
            )
        yield found


def _said(remark: SetupRemark) -> tuple[str, str]:
    """What the program makes of it, and how it comes to that."""
    taken = f" for {remark.taken_as}" if remark.taken_as else " for something else"
    read = "The program reads this line differently from what it says"
    title = f"{words.said(remark)} is taken{taken}"
    if remark.unset:
        names, are = " and ".join(remark.unset), "are" if remark.unset[1:] else "is"
        read = f"Nothing that this run looked at sets {names}"
        title = f"{names} {are} not set: {remark.option} is taken{taken}"
        if remark.field == "host":
            title = f"{names} {are} not set: the program takes {remark.taken_as} for its host"
    elif remark.origin is None:
        read = f"The set-up gives no {remark.option}"
        title = f"no {remark.option} is given: it is taken{taken}"
    return title, read


def _leads_home(run: Run, remark: SetupRemark) -> SettingRead | None:
    """The host of a program that a name it doesn't know takes to its own machine, with a login,
    where no server was looked at: `service: "smtp.gmail.com"`."""
    is_written = remark.field == "host" and remark.origin is not None and not remark.unset
    alone = run.settings.elsewhere and run.settings.has_credentials
    return run.setting("host") if is_written and alone else None


def _still_encoded(run: Run) -> Iterator[Diagnosis]:
    """A login that the program takes out of a URL as it is encoded there."""
    found = faults(run, "username", "password", problems=("still-encoded",))
    if not found:
        return
    lines = [read.setting for read in found]
    what = " and ".join({"username": "the user name"}.get(e.field, "the password") for e in lines)
    is_right = run.logged_in
    refused = run.refused_as(*options.LOGIN)
    code = change.to_decode(run.settings)
    steps = ("The program takes it out of the URL as it is encoded there: decode it in the code.",)
    read = "In a URL, %XX stands for a character that would end this part"
    yield Diagnosis(
        code=CODE,
        severity="note" if is_right else "error",
        confidence="certain" if refused is not None or is_right else "likely",
        title=f"{what} out of the URL {'are' if lines[1:] else 'is'} not decoded",
        explanation=(
            f"{read}. The server took it all the same, so the %XX belongs to it."
            if is_right
            else f"{read}. The program hands it to the server with the %XX in it, and the server "
            "knows no such login."
        ),
        evidence=tuple(entries.line(entry) for entry in lines),
        fixes=()
        if is_right
        else (
            Fix(
                title=f"decode {what}",
                edits=code.edits,
                steps=() if code.edits else steps,
            ),
        ),
        explains=(*(read.id for read in found), *(refused.failed if refused is not None else ())),
        points_at=(lines[0].field,),
    )


def _led_to(run: Run, remark: SetupRemark) -> str:
    if remark.field == "tls" or _is_by_mode(run, remark):
        return {
            "implicit": f"it starts TLS with the first byte, and {run.where} greets in plain text",
            "starttls": f"it waits for a greeting, and {run.where} waits for TLS",
            "none": f"it starts no TLS, and {run.where} wants TLS before the login",
        }[run.settings.tls]
    if remark.field == "port":
        return f"it goes to port {run.settings.port}, and another port is the one that works"
    if remark.field == "host":
        return f"it connects to {run.where}, and no mail server answers there"
    return f"{run.settings.host} refuses what it sends"


def _is_by_mode(run: Run, remark: SetupRemark) -> bool:
    """Whether the port is the right one, and what the program takes it for is the TLS mode."""
    ways = [way for way in run.working_ways if way.host == run.settings.host]
    return remark.field == "port" and bool(ways) and ways[0].port == run.settings.port


def _fixes(run: Run, remark: SetupRemark) -> tuple[Fix, ...]:
    """The change of the program's own line, with what was tried."""
    if remark.field == "tls" or _is_by_mode(run, remark):
        known = run.mode.known_otherwise
        if known is not None:
            fixes = foretold_fixes(run, known.mode)
            written = bool(fixes[0].edits or fixes[0].settings)
            return fixes if written else (_by_hand(remark), *fixes)
        mode = "implicit" if run.settings.tls == "starttls" else "starttls"
        return fixes_by_mode(run, mode) or (_by_hand(remark),)  # type: ignore[arg-type]
    if remark.field == "port":
        way = next(way for way in run.working_ways if way.host == run.settings.host)
        title = f"write port {way.port} so that the program reads it"
        return (change_settings(run, title, port=way.port, tls=way.tls, tried=way.tried),)
    return (_by_hand(remark),)


def _by_hand(remark: SetupRemark) -> Fix:
    if remark.unset:
        return Fix(
            title=f"set {' and '.join(remark.unset)} where the program runs",
            steps=(
                f"{words.place(remark)} reads it. Set it in the environment of the program, or in "
                "the .env file that it loads, to the name of the provider's submission host.",
            ),
        )
    if remark.origin is None:
        return Fix(title=f"give the {remark.option}", steps=(f"{remark.because}.",))
    return Fix(
        title=f"let the program read {remark.option} as it is meant",
        steps=(
            f"{words.place(remark)}: {remark.because}. Write it so that this is what you mean.",
        ),
    )
