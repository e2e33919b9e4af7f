"""Post SMTP: user name and password in wp-config.php, the rest in WordPress's database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import PhpProgram, text
from smtpdoctor.settings.dialects.wp_mail_smtp import of_constants
from smtpdoctor.settings.model import Field
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

FIELDS: Mapping[str, Field] = {
    "host": "host",
    "POST_SMTP_AUTH_USERNAME": "username",
    "POST_SMTP_AUTH_PASSWORD": "password",
}


def find(workspace: Workspace) -> Iterator[Draft]:
    """One where wp-config.php has the plugin's login."""
    marks = ("POST_SMTP_AUTH_USERNAME", "POST_SMTP_AUTH_PASSWORD")
    yield from of_constants(workspace, DIALECT, "POST_SMTP_AUTH_", marks, ("host",))


def outcome(options: Mapping[str, Any]) -> Outcome:
    """The login; server, port and mode are the database's."""
    return Outcome(
        host=None,
        port=None,
        tls="starttls",
        username=text(options, "POST_SMTP_AUTH_USERNAME"),
        password=text(options, "POST_SMTP_AUTH_PASSWORD"),
        by={"username": ("POST_SMTP_AUTH_USERNAME",), "password": ("POST_SMTP_AUTH_PASSWORD",)},
    )


DIALECT = PhpProgram("post-smtp", DATA, FIELDS, {}, find, outcome)
