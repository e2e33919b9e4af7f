"""What it may be that a login was refused, not answered or not even possible."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.explain.course import Course
from smtpdoctor.explain.model import Known, Stage, Symptom
from smtpdoctor.explain.readings.runs import (
    WITHOUT_TLS,
    Kind,
    Reading,
    app_password,
    in_clear,
    mode_inside,
    reply_build,
    scaled,
)
from smtpdoctor.observations import Observations, Redactor


def _login_not_offered(symptom: Symptom, known: Known) -> Iterator[Reading]:
    def inside(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor)
        course.session().inside("SIZE 1000").no_login("not-offered")
        return course.observations

    clear = symptom.error == "in-clear"
    if known.tls != "implicit":
        yield in_clear(1.1 if clear else 0.7)
        yield Reading(
            build=reply_build("mail", WITHOUT_TLS, tls="none"),
            weight=0.6,
            decides="the server asks for STARTTLS before it takes the login",
            only="tls",
        )
    yield Reading(
        build=inside,
        weight=0.5 if clear else 1.0,
        decides="EHLO inside TLS lists no AUTH either",
        only="auth",
    )


def _no_mechanism(symptom: Symptom, known: Known) -> Iterator[Reading]:
    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls=mode_inside(known))
        talk = course.session().inside("AUTH XOAUTH2")
        talk.no_login("no-shared-mechanism", "XOAUTH2")
        return course.observations

    yield Reading(
        build=build,
        weight=1.0,
        decides="EHLO inside TLS lists mechanisms, and none that the client has",
        only="auth",
        made_up="modules" if symptom.error == "no-modules" else "",
    )
    yield from scaled(_login_not_offered(symptom, known), 0.4)


def _login_refused(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The client says that the login failed, and not what the server said."""
    yield from login_readings("535 5.7.8 authentication failed", known)
    yield app_password(0.55)
    yield from (
        msgspec.structs.replace(reading, weight=0.3) for reading in _no_mechanism(symptom, known)
    )


def login_silent(symptom: Symptom, known: Known) -> Iterator[Reading]:
    closed = symptom.error == "closed"
    ends = "hangs up" if closed else "falls silent"

    def build(known: Known, redactor: Redactor) -> Observations:
        course = Course(known, redactor, tls=mode_inside(known))
        course.session().inside().auth("", "closed" if closed else "silence")
        return course.observations

    yield Reading(
        build=build,
        weight=1.0,
        decides=f"the server answers EHLO and {ends} after AUTH",
        only="auth",
    )


def _login_unchecked(symptom: Symptom, known: Known) -> Iterator[Reading]:
    """The server's own log: its store of passwords, or the service before it, is not there."""
    yield Reading(
        build=reply_build("auth", "454 4.7.0 Temporary authentication failure"),
        weight=1.0,
        decides="no account of this server can log in, whatever the password",
        only="auth",
    )


#: Replies of those who take an account's own password from no program, and say so of some only.
_APP_PASSWORDS = re.compile(
    r"gsmtp|accounts\.google\.com|BadCredentials|Username and Password not accepted", re.IGNORECASE
)


def login_readings(text: str, known: Known) -> Iterator[Reading]:
    of_values = demanded(text) in ("", "credentials-rejected")
    yield Reading(
        build=reply_build("auth", text),
        weight=1.0,
        decides="the same user name and password are refused in the provider's webmail too"
        if of_values
        else STAGES["auth"][0],
        only="auth",
    )
    yield Reading(
        build=reply_build("auth", text, altered=True),
        weight=0.5,
        decides="webmail takes the password; it has a #, $, quote or backslash, and stands in a "
        ".env file",
        only="settings",
    )
    if re.fullmatch(r"534\W*", text):  # which providers say of an account with a second step alone
        yield app_password(1.1)
    elif text.startswith(("534", "535")) and _APP_PASSWORDS.search(text):
        yield app_password(0.7)
    if known.username is None:
        yield Reading(
            build=reply_build("auth", text, username="mailbox-name"),
            weight=0.3,
            decides="with the whole mailbox address as user name the login works",
            only="auth",
        )


STAGES: dict[Stage, tuple[str, str]] = {
    "greeting": ("the reply came as greeting", "tls"),
    "ehlo": ("the reply answered EHLO", "tls"),
    "starttls": ("the reply answered STARTTLS", "tls"),
    "auth": ("the reply answered the login", "auth"),
    "mail": ("the reply answered MAIL FROM", "sender"),
    "rcpt": ("the reply answered RCPT TO", "sender"),
    "data": ("the reply answered the message itself, after the DATA command", "sender"),
}


def demanded(reply: str, stage: Stage = "auth") -> str:
    """The code of what a reply asks for first."""
    rule = knowledge.interpret(None, stage, reply)
    return rule.code if rule is not None else ""


#: What a text can name of this, and the readings of each.
KINDS: Mapping[str, Kind] = {
    "login-not-offered": _login_not_offered,
    "no-mechanism": _no_mechanism,
    "login-refused": _login_refused,
    "login-silent": login_silent,
    "login-unchecked": _login_unchecked,
}
