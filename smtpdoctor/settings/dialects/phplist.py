"""phpList: the constants of its config.php, handed to PHPMailer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import PhpProgram, array_draft, known, remark, text
from smtpdoctor.settings.dialects.phpmailer import handed_on
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, Map, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

PROPERTIES = {
    "PHPMAILERHOST": "Host", "PHPMAILERPORT": "Port", "PHPMAILER_SECURE": "SMTPSecure",
    "phpmailer_smtpuser": "Username", "phpmailer_smtppassword": "Password",
}  # fmt: skip


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each configuration that names a server."""
    for path in workspace.folder.containing(rb"define\s*\(\s*['\"]PHPMAILERHOST['\"]", ".php"):
        variables = workspace.variables((), "docker", near=path)

        def read(under: Variables, path: str = path) -> Value:
            """The constants and the two variables, as one array."""
            module = workspace.module(path, under)
            if module is None:
                return Known(ABSENT)
            entries: list[Entry] = []
            for name in PROPERTIES:
                value = module.value(name if name.isupper() else f"${name}")
                if not isinstance(value, Known) or value.value is not ABSENT:
                    entries.append(Entry(name, value, value.span))
            return Known(Map(entries))

        if not known(read(variables).get("PHPMAILERHOST")):
            continue  # as it is installed: PHP's mail() sends
        paths = {name: (name,) for name in PROPERTIES}
        found = array_draft(
            workspace, DIALECT, read, variables, paths,
            place=path, anchor="PHPMAILERHOST", form="define('{}', {});",
        )  # fmt: skip
        if found is not None:
            yield found


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What PHPMailer makes of them: a login with user name and password alone, and no TLS where
    PHPMAILER_SECURE is set to false."""
    secure = options.get("PHPMAILER_SECURE")
    given = {name: value for name, value in options.items() if value != "auto"}
    log_in = bool(text(options, "phpmailer_smtpuser") and text(options, "phpmailer_smtppassword"))
    off = "PHPMAILER_SECURE" in options and not secure
    more = {"Mailer": "smtp", "SMTPAuth": log_in, "SMTPAutoTLS": not off}
    made = handed_on(given, PROPERTIES, more)
    misread: tuple[Remark, ...] = ()
    if secure not in ("ssl", "tls", "auto", None) and secure:
        misread = (remark(DATA, "PHPMAILER_SECURE", "secure", "STARTTLS where offered"),)
    return replace(made, misread=misread)


FIELDS: Mapping[str, Field] = {
    "PHPMAILERHOST": "host", "PHPMAILERPORT": "port", "PHPMAILER_SECURE": "tls",
    "phpmailer_smtpuser": "username", "phpmailer_smtppassword": "password",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"PHPMAILER_SECURE": "ssl"},),
    "starttls": ({"PHPMAILER_SECURE": "tls"},),
    "none": ({"PHPMAILER_SECURE": False},),
}
DIALECT = PhpProgram("phplist", DATA, FIELDS, MODES, find, outcome)
