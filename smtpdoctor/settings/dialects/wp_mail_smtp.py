"""WP Mail SMTP: the constants `WPMS_…` of wp-config.php, which count before its settings page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Insert, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    beside,
    number,
    remark,
    text,
    unset_variables,
    version_of,
    whole,
)
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.dialects.wordpress import constants
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Unknown, Value, says_no, truth
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Constants that the plugin's page in the database says where they are not defined.
NEEDED = ("WPMS_SMTP_HOST", "WPMS_SMTP_PORT", "WPMS_SSL")
#: Mailers that are no other company's interface.
OWN = ("smtp", "mail", "")


def find(workspace: Workspace) -> Iterator[Draft]:
    """One where wp-config.php defines a constant of the plugin's."""
    yield from of_constants(workspace, DIALECT, "WPMS_", ("WPMS_SMTP_HOST", "WPMS_MAILER"), NEEDED)


def of_constants(
    workspace: Workspace, dialect: PhpProgram, prefix: str, marks: tuple[str, ...],
    needed: tuple[str, ...],
) -> Iterator[Draft]:  # fmt: skip
    """The set-up that constants of one prefix say, where one of the marks is defined.

    What of `needed` is not defined stands in WordPress's database.
    """
    if not workspace.folder.containing(prefix.encode(), ".php"):
        return
    variables = php_variables(workspace, "wp-config.php")
    found = constants(workspace, variables)
    mark = next((found[name] for name in marks if name in found), None)
    if mark is None:
        return
    options = {
        name: Option(name, value, _again(workspace, name), span)
        for name, (value, span, _) in found.items()
        if name.startswith(prefix)
    }
    mailer = options.get("WPMS_MAILER")
    if mailer is not None and isinstance(mailer.value, Known) and mailer.value.value not in OWN:
        return
    for name in needed:
        if name not in options:
            why = f"{name} is not defined: WordPress's database has it"
            options[name] = Option(name, Unknown("undeclared", why))
    _, span, path = mark
    yield Draft(
        dialect=dialect,
        place=f"{path}:{span.line}",
        options=options,
        variables=variables,
        language="php",
        version=version_of(workspace, path, "wpackagist-plugin/wp-mail-smtp"),
        files=(path,),
        insert=_insert(workspace, options, marks),
        unset=unset_variables(options, variables),
        sends=({"WPMS_ON": True}, {"WPMS_MAILER": "smtp"}) if prefix == "WPMS_" else (),
    )


def _again(workspace: Workspace, name: str) -> Callable[[Variables], Value]:
    def again(under: Variables) -> Value:
        return constants(workspace, under).get(name, (Known(ABSENT), None, ""))[0]

    return again


def _insert(workspace: Workspace, options: Mapping[str, Option], marks: tuple[str, ...]) -> Insert:
    anchor = next((options[name] for name in marks if name in options), None)
    return lambda new: beside(workspace, anchor, new, "define( '{}', {} );")


# --- what options come to ------------------------------------------------------------------------


def outcome(options: Mapping[str, Any]) -> Outcome:  # branches: one field a line, and its default
    """What the plugin makes of its constants, handed on to PHPMailer."""
    secure = options.get("WPMS_SSL", "")
    tls: TLSMode = "none"
    required = False
    if secure in ("ssl", "tls"):
        tls, required = ("implicit" if secure == "ssl" else "starttls"), True
    elif truth(options.get("WPMS_SMTP_AUTOTLS", True), "php"):
        tls = "starttls"
    auth = options.get("WPMS_SMTP_AUTH", True)
    log_in = truth(auth, "php")
    ignored: list[Remark] = []
    misread: list[Remark] = []
    if options.get("WPMS_ON") is not True:
        ignored.append(whole(DATA, "WPMS_ON" if "WPMS_ON" in options else "WPMS_SMTP_HOST", "on"))
    elif options.get("WPMS_MAILER") == "mail":
        ignored.append(whole(DATA, "WPMS_SMTP_HOST", "mail"))
    if log_in and says_no(auth):
        misread.append(remark(DATA, "WPMS_SMTP_AUTH", "auth-text", "true"))
    if isinstance(secure, str) and secure not in ("", "ssl", "tls"):
        misread.append(remark(DATA, "WPMS_SSL", "ssl-text", "none"))
    if not log_in and options.get("WPMS_SMTP_USER"):
        ignored.append(remark(DATA, "WPMS_SMTP_USER", "auth-off"))
    silent = truth(options.get("WPMS_DO_NOT_SEND", False), "php")
    decides = ("WPMS_SSL", "WPMS_SMTP_AUTOTLS")
    return Outcome(
        host=text(options, "WPMS_SMTP_HOST"),
        port=number(options.get("WPMS_SMTP_PORT")) or 25,
        tls=tls,
        required=required,
        username=text(options, "WPMS_SMTP_USER") if log_in else None,
        password=text(options, "WPMS_SMTP_PASS") if log_in else None,
        sender=text(options, "WPMS_MAIL_FROM"),
        by={
            "host": ("WPMS_SMTP_HOST",),
            "port": ("WPMS_SMTP_PORT",),
            "tls": tuple(name for name in decides if name in options),
            "username": ("WPMS_SMTP_USER",) if log_in else (),
            "password": ("WPMS_SMTP_PASS",) if log_in else (),
            "sender": ("WPMS_MAIL_FROM",),
        },
        misread=tuple(misread),
        ignored=tuple(ignored),
        not_sent=remark(DATA, "WPMS_DO_NOT_SEND", "do-not-send") if silent else None,
    )


FIELDS: Mapping[str, Field] = {
    "WPMS_SMTP_HOST": "host", "WPMS_SMTP_PORT": "port", "WPMS_SSL": "tls",
    "WPMS_SMTP_AUTOTLS": "tls", "WPMS_SMTP_USER": "username", "WPMS_SMTP_PASS": "password",
    "WPMS_MAIL_FROM": "sender",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"WPMS_SSL": "ssl"},),
    "starttls": ({"WPMS_SSL": "tls"},),
    "none": ({"WPMS_SSL": "", "WPMS_SMTP_AUTOTLS": False},),
}
DIALECT = PhpProgram("wp-mail-smtp", DATA, FIELDS, MODES, find, outcome)
