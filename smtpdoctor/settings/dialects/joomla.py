"""Joomla: the class JConfig of configuration.php, handed to PHPMailer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects import phpmailer
from smtpdoctor.settings.dialects.base import Draft, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import PhpProgram, array_draft, known, remark, whole
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Value, truth
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Fields of JConfig, and the properties of PHPMailer that they become.
PROPERTIES = {
    "smtphost": "Host", "smtpport": "Port", "smtpsecure": "SMTPSecure", "smtpuser": "Username",
    "smtppass": "Password", "mailfrom": "From",
}  # fmt: skip
#: Hosts that Joomla fills in by itself: with another way of sending they mean nothing.
OWN_HOSTS = ("localhost", "", None)
KEYS = (*PROPERTIES, "mailer", "smtpauth", "mailonline")


def find(workspace: Workspace) -> Iterator[Draft]:
    """One where configuration.php has SMTP for its mailer."""
    for path in workspace.folder.matching("configuration.php"):
        if b"JConfig" not in (workspace.read(path) or b""):
            continue
        variables = workspace.variables((), "docker", near=path)

        def read(under: Variables, path: str = path) -> Value:
            module = workspace.module(path, under)
            found = module.classes().get("JConfig") if module is not None else None
            return found[1] if found is not None else Known(ABSENT)

        given = read(variables)
        left_over = known(given.get("smtphost")) in OWN_HOSTS or not known(given.get("smtpuser"))
        if known(given.get("mailer")) != "smtp" and left_over:
            continue
        paths = {key: (key,) for key in KEYS}
        draft = array_draft(
            workspace, DIALECT, read, variables, paths, place=path, anchor="smtphost", form=""
        )
        if draft is not None:
            draft.sends = ({"mailer": "smtp"}, {"smtpauth": True})
            yield draft


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Joomla hands to PHPMailer."""
    from smtpdoctor.settings.readers.php_library import loosely_equal

    log_in = not loosely_equal(options.get("smtpauth", False), 0)
    secure = options.get("smtpsecure")
    made = phpmailer.handed_on(
        options,
        PROPERTIES,
        {
            "Mailer": "smtp",
            "SMTPAuth": log_in,
            "SMTPSecure": secure if secure in ("ssl", "tls") else "",
        },
    )
    silent = "mailonline" in options and not truth(options["mailonline"], "php")
    skipped = not log_in and options.get("smtpuser")
    ignored: list[Remark] = []
    if options.get("mailer") != "smtp":
        ignored.append(whole(DATA, "mailer", "mailer"))
    elif skipped:
        ignored.append(remark(DATA, "smtpuser", "auth"))
    return replace(
        made,
        ignored=tuple(ignored),
        not_sent=remark(DATA, "mailonline", "online") if silent else None,
    )


FIELDS: Mapping[str, Field] = {
    "smtphost": "host", "smtpport": "port", "smtpsecure": "tls", "smtpuser": "username",
    "smtppass": "password", "mailfrom": "sender",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"smtpsecure": "ssl"},),
    "starttls": ({"smtpsecure": "tls"},),
}
DIALECT = PhpProgram("joomla", DATA, FIELDS, MODES, find, outcome)
