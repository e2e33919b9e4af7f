"""A refused login whose user name does not have the form that the server wants.

The form is known from the provider, from the reply's own words, or likely because the sender's
address begins with the user name.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from smtpdoctor.diagnosis.evidence import library_words, named, own_line
from smtpdoctor.diagnosis.fixes import change_settings
from smtpdoctor.diagnosis.model import Confidence, Diagnosis, Evidence, EvidenceKind, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.wording import refusal as refusals
from smtpdoctor.settings.model import MASK

CODE = "username-not-address"
BEFORE = ("password-suspicious", "credentials-rejected")


class _Form(msgspec.Struct, frozen=True):
    """What the user name should be: a value where one is known, and on what that rests."""

    wanted: str
    value: str | None
    confidence: Confidence
    known: str
    kind: EvidenceKind = "known"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    refused = run.refused_as(CODE, "credentials-rejected")
    if refused is None or run.settings.username is None:
        return
    form = _wrong_form(run, told=refused.code == CODE)
    if form is None:
        return
    username = run.settings.username
    yield Diagnosis(
        code=CODE,
        severity="error",
        confidence=form.confidence,
        title=f"{run.settings.host} refused the login: the user name {username} is not "
        f"{form.wanted}",
        explanation=(
            f"The server wants {form.wanted} as the user name. With another form it finds no such "
            "user, and refuses whatever the password is; it words that like a wrong password."
        ),
        evidence=(
            refusals.seen(run, refused),
            Evidence(check="auth", kind=form.kind, text=form.known),
            *own_line(run, "username"),
            *library_words(run, "credentials-rejected", check="auth"),
        ),
        fixes=(_fix(run, form),),
        explains=refused.failed,
        points_at=("username",),
    )


def _wrong_form(run: Run, *, told: bool) -> _Form | None:
    """What the user name is not and should be; None where nothing speaks against it."""
    settings, provider = run.settings, run.provider
    username, sender = settings.username or "", settings.sender
    if sender is not None and MASK in sender:  # a secret stands in it
        sender = None
    if provider is not None and provider.username_literal is not None:
        literal = provider.username_literal
        if username == literal:
            return None
        says = refusals.told_by(provider.name, provider.login_sources)
        known = f"{says} the user name is {provider.username_hint} for everybody"
        source = refusals.source(provider.login_sources)
        return _Form(f"the word {literal}", literal, "certain", f"{known} {source}".strip())
    if "@" in username:
        return None
    wanted = "a whole mail address"
    if told:
        return _Form(
            wanted, sender, "certain", "the reply itself speaks of the user name's form", "seen"
        )
    if provider is not None and provider.username_form == "address":
        says = refusals.told_by(provider.name, provider.login_sources)
        known = f"{says} the user name is {provider.username_hint}"
        source = refusals.source(provider.login_sources)
        return _Form(wanted, sender, "likely", f"{known} {source}".strip())
    if provider is None and sender and sender.partition("@")[0].lower() == username.lower():
        return _Form(
            wanted,
            sender,
            "possible",
            f"guessed: the sender {sender} begins with this user name, and many servers take the "
            "whole address only",
            "guessed",
        )
    return None


def _fix(run: Run, form: _Form) -> Fix:
    if form.value is None:
        return Fix(
            title=f"use {form.wanted} as the user name",
            steps=(f"Write the mailbox's whole address into {named(run, 'username')}.",),
        )
    if form.value == run.settings.sender:
        hint = "If the mailbox has another address than the sender, that one is meant."
    else:
        hint = f"{named(run, 'password')} then holds the API key."
    return change_settings(
        run, f"use {form.value} as the user name", username=form.value, steps=(hint,)
    )
