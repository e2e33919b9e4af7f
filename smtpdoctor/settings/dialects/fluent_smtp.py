"""FluentSMTP: user name and password in wp-config.php, the rest in WordPress's database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import PhpProgram, remark, text
from smtpdoctor.settings.dialects.wp_mail_smtp import of_constants
from smtpdoctor.settings.model import Field
from smtpdoctor.settings.readers.model import truth
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

FIELDS: Mapping[str, Field] = {
    "host": "host",
    "FLUENTMAIL_SMTP_USERNAME": "username",
    "FLUENTMAIL_SMTP_PASSWORD": "password",
}


def find(workspace: Workspace) -> Iterator[Draft]:
    """One where wp-config.php has the plugin's login."""
    marks = ("FLUENTMAIL_SMTP_USERNAME", "FLUENTMAIL_SMTP_PASSWORD", "FLUENTMAIL_SIMULATE_EMAILS")
    yield from of_constants(workspace, DIALECT, "FLUENTMAIL_", marks, ("host",))


def outcome(options: Mapping[str, Any]) -> Outcome:
    """The login; server, port and mode are the database's."""
    simulated = truth(options.get("FLUENTMAIL_SIMULATE_EMAILS", False), "php")
    return Outcome(
        host=None,
        port=None,
        tls="starttls",
        username=text(options, "FLUENTMAIL_SMTP_USERNAME"),
        password=text(options, "FLUENTMAIL_SMTP_PASSWORD"),
        by={
            "username": ("FLUENTMAIL_SMTP_USERNAME",),
            "password": ("FLUENTMAIL_SMTP_PASSWORD",),
        },
        not_sent=remark(DATA, "FLUENTMAIL_SIMULATE_EMAILS", "simulate") if simulated else None,
    )


DIALECT = PhpProgram("fluent-smtp", DATA, FIELDS, {}, find, outcome)
