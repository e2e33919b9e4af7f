"""Apache Airflow: [smtp] of airflow.cfg, and AIRFLOW__SMTP__ variables before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.keys import of_keys, put_in_keys
from smtpdoctor.settings.dialects.python_code import is_below, number, text
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

FIELDS: Mapping[str, Field] = {
    "smtp_host": "host",
    "smtp_port": "port",
    "smtp_starttls": "tls",
    "smtp_ssl": "tls",
    "smtp_user": "username",
    "smtp_password": "password",
    "smtp_mail_from": "sender",
}
#: AirflowConfigParser.getboolean
TRUE, FALSE = ("t", "true", "1"), ("f", "false", "0")
VERSION_3 = "version-3"


class Airflow:
    id = "airflow"
    name = DATA.name
    client: str | None = DATA.client
    fields = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"smtp_starttls": "False", "smtp_ssl": "True"},),
        "starttls": (
            {"smtp_ssl": "False"},
            {"smtp_starttls": "True"},
            {"smtp_starttls": "True", "smtp_ssl": "False"},
        ),
        "none": ({"smtp_starttls": "False"}, {"smtp_starttls": "False", "smtp_ssl": "False"}),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each container with the variables, each airflow.cfg, or a `.env` with them."""
        found = workspace.dependencies.find("pypi", "apache-airflow", "apache-airflow-core")
        version = found.version if found is not None else ""
        for item in workspace.surroundings:
            if variable("smtp_host") in item.variables.names:
                tag = item.image.rpartition("/")[2].partition(":")[2]
                yield from self._draft(workspace, item.place, item.variables, tag or version)
                return  # all of its containers share them
        paths = workspace.folder.matching("airflow.cfg")
        for path in paths:
            near = workspace.dotenv_files(path, ".env")
            variables = workspace.variables(near, "python-dotenv", near=path)
            yield from self._draft(workspace, path, variables, version, path)
        if not paths:
            for path in workspace.folder.matching(".env", "*.env"):
                variables = workspace.variables([path], "python-dotenv", near=path)
                if variable("smtp_host") in variables.names:
                    yield from self._draft(workspace, path, variables, version)
                    return

    def _draft(
        self, workspace: Workspace, place: str, variables: Variables, version: str, path: str = ""
    ) -> Iterator[Draft]:
        root = workspace.document(path, variables).get("smtp") if path else Known(ABSENT)
        options = of_keys(root, tuple(FIELDS), variables, variable)
        options = {name: _unescaped(option) for name, option in options.items()}
        host = options.get("smtp_host")
        if host is None or (isinstance(host.value, Known) and host.value.value == "localhost"):
            return  # airflow.cfg as it is generated
        if version and not is_below(version, (3,)):
            options[VERSION_3] = Option(VERSION_3, Known(True))
        order = ("smtp_ssl", "smtp_port", "smtp_starttls", "smtp_host")
        beside = [options[name] for name in order if name in options]
        span = host.value.span
        yield Draft(
            dialect=self,
            place=f"{path}:{span.line}" if path and span is not None else place,
            options=options,
            variables=variables,
            language="ini" if path else "text",
            version=version,
            files=(path,) if path else (),
            insert=lambda new: put_in_keys(workspace, beside, new, variables, str),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = Airflow()


def variable(name: str) -> str:
    return f"AIRFLOW__SMTP__{name.upper()}"


def _unescaped(option: Option) -> Option:
    """A file's `%%` is one `%` (ConfigParser)."""
    value: Value = option.value
    if option.called or not isinstance(value, Known) or not isinstance(value.value, str):
        return option
    return replace(option, value=replace(value, value=value.value.replace("%%", "%")))


def outcome(options: Mapping[str, Any]) -> Outcome:  # branches: one field a line, and its default
    """What Airflow makes of its options (airflow/utils/email.py, send_mime_email)."""
    start, ssl = options.get("smtp_starttls", "True"), options.get("smtp_ssl", "False")
    fault = None
    for name, value in (("smtp_starttls", start), ("smtp_ssl", ssl)):
        if _word(value) not in (*TRUE, *FALSE):
            fault = _remark(name, "boolean")
    use_start, use_ssl = _word(start) in TRUE, _word(ssl) in TRUE
    if use_start and use_ssl:
        fault = conflict(_remark("smtp_ssl", "both"))
    ignored: tuple[Remark, ...] = ()
    login = not options.get(VERSION_3)
    if not login:
        ignored = tuple(
            _remark(name, "login") for name in ("smtp_user", "smtp_password") if name in options
        )
    tls: TLSMode = "implicit" if use_ssl else "starttls" if use_start else "none"
    by: dict[Field, tuple[str, ...]] = {
        field: (name,) for name, field in FIELDS.items() if field != "tls"
    }
    names = ("smtp_ssl", "smtp_starttls") if use_ssl else ("smtp_starttls", "smtp_ssl")
    by["tls"] = tuple(name for name in names if name in options)
    return Outcome(
        host=text(options.get("smtp_host")) or None,
        port=number(options.get("smtp_port", 25)) or (465 if use_ssl else 25),
        tls=tls,
        required=tls == "starttls",
        username=text(options.get("smtp_user")) if login else None,
        password=text(options.get("smtp_password")) if login else None,
        sender=text(options.get("smtp_mail_from", "airflow@example.com")),
        verify=use_ssl,  # SMTP_SSL gets a context, starttls() none
        by=by,
        ignored=ignored,
        fault=fault,
    )


def _word(value: Any) -> str:
    return str(value).partition("#")[0].strip().lower()


def _remark(option: str, because: str) -> Remark:
    return Remark(option, DATA.because[because], "", tuple(DATA.sources.values()))
