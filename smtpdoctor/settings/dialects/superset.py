"""Apache Superset: the SMTP_ names of superset_config.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.python_code import (
    host_told,
    is_true,
    number,
    of_module,
    put_in_lines,
    python_variables,
    says_no,
    switch,
    text,
)
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.prepare import literal
from smtpdoctor.settings.readers.model import Unknown
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

FIELDS: Mapping[str, Field] = {
    "SMTP_HOST": "host",
    "SMTP_PORT": "port",
    "SMTP_STARTTLS": "tls",
    "SMTP_SSL": "tls",
    "SMTP_USER": "username",
    "SMTP_PASSWORD": "password",
    "SMTP_MAIL_FROM": "sender",
    "SMTP_SSL_SERVER_AUTH": "verify",
}
DRY_RUN = "ALERT_REPORTS_NOTIFICATION_DRY_RUN"


class Superset:
    id = "superset"
    name = DATA.name
    client: str | None = DATA.client
    fields = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"SMTP_STARTTLS": False, "SMTP_SSL": True},),
        "starttls": (
            {"SMTP_SSL": False},
            {"SMTP_STARTTLS": True},
            {"SMTP_STARTTLS": True, "SMTP_SSL": False},
        ),
        "none": ({"SMTP_STARTTLS": False}, {"SMTP_STARTTLS": False, "SMTP_SSL": False}),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each superset_config.py, or the file that a Docker set-up adds to it."""
        paths = workspace.folder.matching("superset_config*.py")
        inner = {path for path in paths if "docker" in path.rpartition("/")[2]}
        for path in paths:
            beside = path.rpartition("/")[0]
            if path not in inner and any(each.rpartition("/")[0] == beside for each in inner):
                continue  # it imports the other's names, which win
            draft = self._draft(workspace, path)
            if draft is not None:
                yield draft

    def _draft(self, workspace: Workspace, path: str) -> Draft | None:
        variables = python_variables(workspace, path)
        options = {
            name: switch(option, variables)
            for name in (*FIELDS, DRY_RUN)
            if (option := of_module(workspace, path, variables, name)) is not None
        }
        if not any(name.startswith("SMTP_") for name in options):
            return None
        if "SMTP_HOST" in options:
            options["SMTP_HOST"] = host_told(options["SMTP_HOST"])
        for name in ("SMTP_MAIL_FROM", DRY_RUN):
            if name in options and isinstance(options[name].value, Unknown):
                del options[name]
        order = ("SMTP_PORT", "SMTP_SSL", "SMTP_STARTTLS", "SMTP_HOST", "SMTP_USER")
        first = next(
            options[name].value.span for name in ("SMTP_HOST", *options) if name in options
        )
        found = workspace.dependencies.find("pypi", "apache-superset", near=path)
        return Draft(
            dialect=self,
            place=f"{first.file}:{first.line}" if first is not None else path,
            options=options,
            variables=variables,
            language="python",
            version=found.version if found is not None else "",
            files=(path,),
            insert=lambda new: put_in_lines(
                workspace,
                [options[name] for name in order if name in options],
                {name: f"{name} = {literal(value, 'python')}" for name, value in new.items()},
            ),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = Superset()


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Superset makes of its names (superset/utils/core.py, send_mime_email)."""
    start, ssl = options.get("SMTP_STARTTLS", True), options.get("SMTP_SSL", False)
    misread = []
    for name, because, taken_as in (
        ("SMTP_STARTTLS", "starttls-text", "STARTTLS"),
        ("SMTP_SSL", "ssl-text", "implicit TLS"),
        ("SMTP_SSL_SERVER_AUTH", "verify-text", "verification"),
    ):
        if says_no(options.get(name)):
            misread.append(_remark(name, because, taken_as))
    both = is_true(start) and is_true(ssl)
    tls: TLSMode = "implicit" if is_true(ssl) else "starttls" if is_true(start) else "none"
    if both and says_no(ssl):
        tls = "starttls"
    names = ("SMTP_SSL", "SMTP_STARTTLS") if tls == "implicit" else ("SMTP_STARTTLS", "SMTP_SSL")
    by: dict[Field, tuple[str, ...]] = {
        field: (name,) for name, field in FIELDS.items() if field != "tls"
    }
    by["tls"] = tuple(name for name in names if name in options)
    return Outcome(
        host=text(options.get("SMTP_HOST", "localhost")) or None,
        port=number(options.get("SMTP_PORT", 25)) or (465 if tls == "implicit" else 25),
        tls=tls,
        required=tls == "starttls",
        username=text(options.get("SMTP_USER", "superset")),
        password=text(options.get("SMTP_PASSWORD", "superset")),
        sender=text(options.get("SMTP_MAIL_FROM", "superset@superset.com")),
        verify=is_true(options.get("SMTP_SSL_SERVER_AUTH", False)),
        by=by,
        misread=tuple(misread),
        fault=conflict(_remark("SMTP_SSL", "both")) if both else None,
        not_sent=_remark(DRY_RUN, "dry-run") if is_true(options.get(DRY_RUN, False)) else None,
    )


def _remark(option: str, because: str, taken_as: str = "") -> Remark:
    return Remark(option, DATA.because[because], taken_as, tuple(DATA.sources.values()))
