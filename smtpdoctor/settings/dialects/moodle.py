"""Moodle: the fields of `$CFG` in config.php, handed to PHPMailer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects import phpmailer
from smtpdoctor.settings.dialects.base import Draft, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import PhpProgram, array_draft, known, parts, remark
from smtpdoctor.settings.dialects.phpmailer import HOST, php_variables
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Value, truth
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Fields of `$CFG`, and the properties of PHPMailer that they become.
PROPERTIES = {
    "smtphosts": "Host", "smtphosts.host": "Host.host", "smtphosts.port": "Host.port",
    "smtphosts.scheme": "Host.scheme", "smtpsecure": "SMTPSecure", "smtpuser": "Username",
    "smtppass": "Password", "noreplyaddress": "From",
}  # fmt: skip
KEYS = ("smtphosts", "smtpsecure", "smtpuser", "smtppass", "noreplyaddress", "noemailever")
#: What stands for another way of sending than SMTP.
OTHERS = ("", "qmail", None)


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each config.php that has a host: what the site's database says counts else."""
    for path in workspace.folder.matching("config.php"):
        if b"$CFG->smtphosts" not in (workspace.read(path) or b""):
            continue
        variables = php_variables(workspace, path)

        def read(under: Variables, path: str = path) -> Value:
            module = workspace.module(path, under)
            return module.value("$CFG") if module is not None else Known(ABSENT)

        paths = {key: (key,) for key in KEYS}
        found = array_draft(
            workspace, DIALECT, read, variables, paths, place=path, anchor="smtphosts", form=""
        )
        if found is None or known(found.options["smtphosts"].value) in OTHERS:
            continue
        found.options |= parts(found.options["smtphosts"], HOST, workspace)
        found.sends = ({"noemailever": False},)
        yield found


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Moodle hands to PHPMailer."""
    made = phpmailer.handed_on(
        options, PROPERTIES, {"Mailer": "smtp", "SMTPAuth": bool(options.get("smtpuser"))}
    )
    silent = truth(options.get("noemailever", False), "php")
    return replace(made, not_sent=remark(DATA, "noemailever", "never") if silent else None)


FIELDS: Mapping[str, Field] = {
    "smtphosts": "host", "smtphosts.host": "host", "smtphosts.port": "port",
    "smtphosts.scheme": "tls", "smtpsecure": "tls", "smtpuser": "username",
    "smtppass": "password", "noreplyaddress": "sender",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"smtpsecure": "ssl"}, {"smtphosts.scheme": "ssl"}),
    "starttls": ({"smtpsecure": "tls"}, {"smtphosts.scheme": "tls"}),
}
DIALECT = PhpProgram("moodle", DATA, FIELDS, MODES, find, outcome)
