"""Half of the credentials, or none where the server wants them; a note where it doesn't."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.evidence import library_words, named
from smtpdoctor.diagnosis.model import Diagnosis, Evidence, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import options
from smtpdoctor.diagnosis.views.entries import near_misses
from smtpdoctor.diagnosis.views.refusal import Refusal
from smtpdoctor.diagnosis.wording import entries
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.observations import SettingRead
from smtpdoctor.settings.model import (
    CREDENTIALS,
    LEFT_TO_ANOTHER,
    UNNAMED,
    Field,
    NearMiss,
    Settings,
    Withheld,
)
from smtpdoctor.settings.names import is_slip
from smtpdoctor.settings.words import how_to_allow, why_withheld

CODE = "credentials-missing"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE)
    settings = run.settings
    if settings.is_password_altered_away:
        return  # `password-altered-by-dotenv` says what became of it
    withheld = settings.withheld is not None
    half = _is_half(settings)
    blank = _blank(run)
    named = [item for item in near_misses(run, *CREDENTIALS) if item.field is not None]
    if half and not withheld:
        # elsewhere the program may well have the other half in its environment
        near = near_misses(run, *CREDENTIALS)
        slips = [item for item in near if is_slip(item.name, item.looks_like)]
        if not settings.elsewhere or blank or named or slips:
            yield _half(run)
    elif named and not withheld and not settings.sends_nothing:
        yield _misnamed(run, named)
    elif blank:
        yield _set_and_empty(run, blank)
    elif refused is not None:
        yield _demanded(run, refused)
    elif settings.found and set(run.login_reasons) & {"no-credentials", "withheld"}:
        yield _note(run)


def _is_half(settings: Settings) -> bool:
    """Whether one of the pair is there and the other nowhere: not where a program that sends
    nothing needs none, nor where the other stands somewhere and can't be told."""
    if settings.sends_nothing:
        return False
    url = settings.entry("url")
    if url is not None and url.problem == "not-encoded":
        return False  # the other half is in what the program takes for something else
    untold = {item.field for item in settings.untellable}
    lacking: set[Field] = {"username"} if settings.username is None else set()
    lacking |= set() if settings.has_secret else {"password"}
    return len(lacking) == 1 and lacking.isdisjoint(untold)


def _blank(run: Run) -> tuple[SettingRead, ...]:
    """User name and password that somebody set, to nothing: a pipeline whose secrets are not
    there does that. Not where nobody asks for a login: on this machine, or where nothing is sent.
    """
    settings = run.settings
    if settings.has_credentials or settings.withheld or run.is_loopback_target:
        return ()
    if settings.sends_nothing:
        return ()
    read = [run.setting(field) for field in CREDENTIALS]
    return tuple(
        item
        for item in read
        if item is not None
        and not item.setting.text
        and item.setting.origin.kind != "default"
        and not (settings.elsewhere and item.setting.unset)
    )


def _set_and_empty(run: Run, blank: tuple[SettingRead, ...]) -> Diagnosis:
    fields = tuple(item.setting.field for item in blank)
    unset = [name for item in blank for name in item.setting.unset]
    wanted = unset if unset and UNNAMED not in unset else [i.setting.origin.name for i in blank]
    names = [_lacking(run, field) for field in fields]
    are = "is" if len(names) == 1 else "are"
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"{' and '.join(names)} {are} {'not set' if unset else 'set, but empty'}",
        explanation=(
            "Somebody meant a login here, and the values are not there: a pipeline or container "
            "that does not get its secrets looks like this. Without a login, servers for sending "
            "take no mail. smtpdoctor tried none."
        ),
        evidence=tuple(Evidence(check="settings", text=_how_empty(run, field)) for field in fields),
        fixes=(
            Fix(
                title=f"give {' and '.join(wanted)} a value",
                steps=(
                    "In CI: the secret must exist under this name, and be given to this job "
                    "(secrets are not given to pull requests from forks).",
                    "If the server really takes mail without a login, remove the empty lines.",
                ),
            ),
        ),
        explains=tuple(item.id for item in blank),
        points_at=fields,
    )


def _lacking(run: Run, field: Field) -> str:
    """The variable that nothing sets, or the setting that is empty."""
    entry = run.entry(field)
    unset = entry.unset if entry is not None else ()
    if UNNAMED in unset:
        return f"the variable of {named(run, field)}"
    return " or ".join(unset) or named(run, field)


def _how_empty(run: Run, field: Field) -> str:
    entry = run.entry(field)
    if entry is not None and entry.unset:
        return f"{named(run, field)} reads {_lacking(run, field)}, which nothing sets"
    return f"{named(run, field)} is set to an empty text"


def _half(run: Run) -> Diagnosis:
    """One of the pair is set."""
    there: Field = "username"
    lacking: Field = "password"
    if run.settings.username is None:
        there, lacking = "token" if run.settings.has_token else "password", "username"
    word = {"username": "user name", "password": "password", "token": "token"}
    entry, own = run.setting(lacking), run.setting(there)
    near = near_misses(run, lacking)
    empty = entry is not None
    if near and near[0].kept_from:
        title = f"the {word[lacking]} is in .env, and does not reach the container: {near[0].name}"
    elif near:
        title = f"the {word[lacking]} is under a name that is not read: {near[0].name}"
    elif entry is not None:
        how = "not set" if entry.setting.unset else "empty"
        title = f"{named(run, there)} is set, and {_lacking(run, lacking)} is {how}"
    else:
        title = f"{_set(run, there)} without a {word[lacking]}"
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=title,
        explanation=(
            f"A login needs both. Without the {word[lacking]} programs stop before the login, or "
            "send without one, which servers for sending refuse. smtpdoctor tried no login."
        ),
        evidence=(
            Evidence(
                check="settings",
                kind="own-line",
                text=f"the {word[there]} is set by {named(run, there)}",
            ),
            Evidence(check="settings", text=_lack(run, lacking, word[lacking], empty=empty)),
            *entries.near_words(near),
            *library_words(run, CODE, check="settings"),
        ),
        fixes=(_give(run, (lacking,), near),),
        explains=(
            *([own.id] if own is not None else []),
            *(stop.id for stop in options.half_logins(run)),
        ),
        points_at=(there,),
        locations=entries.near_locations(near),
    )


def _misnamed(run: Run, near: list[NearMiss]) -> Diagnosis:
    """User name, password or both stand there under names that the program does not read."""
    names = " and ".join(item.name for item in near)
    under = "under a name that is not read" if len(near) == 1 else "under names that are not read"
    if all(item.kept_from for item in near):
        under = "in .env, and does not reach the container"
    read = map(run.setting, (*CREDENTIALS, "host", "port"))
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain",
        title=f"the login is {under}: {names}",
        explanation=(
            "The program gets no login by the names that it asks for. Without one, servers for "
            "sending take no mail. smtpdoctor tried none."
        ),
        evidence=(*entries.near_words(near), *library_words(run, CODE, check="settings")),
        fixes=(entries.rename_all(near),),
        explains=tuple(item.id for item in read if item is not None),
        locations=entries.near_locations(near),
    )


def _set(run: Run, field: Field) -> str:
    entry = run.entry(field)
    if entry is not None and entry.origin.kind == "target":
        return "the URL has a user name" if field == "username" else "the URL has a password"
    return f"{named(run, field)} is set"


def _lack(run: Run, field: Field, word: str, *, empty: bool) -> str:
    if empty:
        return _how_empty(run, field)
    looked_at = " and ".join(run.settings.sources) or "the options"
    return f"no {word} was found in {looked_at}"


def _demanded(run: Run, refused: Refusal) -> Diagnosis:
    """The server wants a login first."""
    near = near_misses(run, *CREDENTIALS)
    return Diagnosis(
        code=CODE,
        severity="error",
        confidence="certain" if refused.reply.code == 530 else "likely",
        title=f"{run.where} takes mail only after a login, and no credentials are set",
        explanation=(
            "The server counts an address as logged in for some minutes after somebody there has "
            "fetched mail (POP before SMTP). That is an old substitute for a login in the sending "
            "program; most such servers know the login, too."
            if refused.rule is not None and refused.rule.tells == "pop-first"
            else "The server refused the message because nobody had logged in. Servers for sending "
            "take mail from their own users only, and know them by user name and password."
        ),
        evidence=(
            *refusals.evidence(run, refused),
            *entries.near_words(near),
            *library_words(run, CODE, check="settings"),
        ),
        fixes=(*_pop_first(refused), _give(run, ("username", "password"), near))
        if not _offered(run)
        else (_give(run, ("username", "password"), near), *_pop_first(refused)),
        explains=refused.failed,
    )


def _pop_first(refused: Refusal) -> tuple[Fix, ...]:
    """What helps where fetching mail counts as a login, and the server offers no other here."""
    if refused.rule is None or refused.rule.tells != "pop-first":
        return ()
    return (
        Fix(
            title="use the server's port for logins, or fetch mail by POP3 shortly before sending",
            steps=(
                "Ask who runs the server for the port on which it takes a login, mostly 465 or "
                "587: that is the lasting way.",
                "Until then have a POP3 client on this machine fetch the mailbox's mail (curl "
                "pop3s://… does) a few minutes before the program sends.",
            ),
        ),
    )


def _give(run: Run, fields: tuple[Field, ...], near: list[NearMiss]) -> Fix:
    provider = run.provider
    hints = {
        "username": provider.username_hint if provider else "",
        "password": provider.password_hint if provider else "",
    }
    words = {"username": "the mailbox's user name, mostly its whole address"}
    if near and all(item.field is not None for item in near):
        return entries.rename_all(near)
    if near:
        return Fix(
            title="rename it to the name that is read",
            steps=(
                *(entries.rename(item) for item in near),
                "If the application itself reads the other name, pass the value to smtpdoctor "
                "under this one.",
            ),
        )
    user = run.entry("username")
    if fields == ("password",) and user is not None and user.origin.kind in ("option", "target"):
        return Fix(
            title="add --password-stdin",
            steps=(f"Give it on standard input: {hints['password'] or 'the password'}.",),
        )
    called = [_called(run, field) for field in fields]
    return Fix(
        title="set user name and password" if len(fields) > 1 else f"set {called[0]}",
        steps=tuple(
            f"{name}: {hints.get(field) or words.get(field, 'the password')}."
            for name, field in zip(called, fields, strict=True)
        ),
    )


def _called(run: Run, field: Field) -> str:
    """The user's own name for a setting; in words where a program's own settings have none yet:
    it would not read the name that smtpdoctor has for it."""
    setup, entry = run.settings.setup, run.entry(field)
    if setup is None or setup.dialect == "env" or entry is not None:
        return named(run, field)
    beside = next((each for each in CREDENTIALS if run.entry(each) is not None), None)
    place = f" beside {named(run, beside)}" if beside is not None else ""
    return f"the {'user name' if field == 'username' else 'password'}{place}"


def _note(run: Run) -> Diagnosis:
    """No login was tried: said, so that nobody takes silence for a good login."""
    withheld = run.settings.withheld if "withheld" in run.login_reasons else None
    near = near_misses(run, *CREDENTIALS)
    where = run.where
    return Diagnosis(
        code=CODE,
        severity="note",
        confidence="certain",
        title=f"no login was tried on {where}: "
        + _why(withheld, kept="withheld" in run.login_reasons),
        explanation=(
            f"{_sentence(why_withheld(withheld))}. {how_to_allow(withheld)}"
            if withheld is not None
            else "The way to the server was looked at as far as it goes without them. Whether a "
            "login works, and which senders the server takes, is not known."
        ),
        evidence=(
            Evidence(
                check="auth",
                text=f"{where} offers AUTH {' '.join(offered)}"
                if (offered := _offered(run))
                else f"{where} offers no login",
            ),
            *entries.near_words(near),
        ),
    )


def _why(withheld: Withheld | None, *, kept: bool) -> str:
    if withheld is not None and withheld.reason == "not-come-to":
        return "it is left to another set-up with the same account"
    if withheld is not None and withheld.reason in LEFT_TO_ANOTHER:
        return "the same account was tried with another set-up"
    if withheld is not None and withheld.reason == "another-target":
        return f"{withheld.place} logs in with the same account"
    if kept:
        return "the configured credentials are not released to it"
    return "no credentials were given"


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}"


def _offered(run: Run) -> tuple[str, ...]:
    capabilities = run.main.capabilities() if run.main else None
    return capabilities.auth if capabilities else ()
