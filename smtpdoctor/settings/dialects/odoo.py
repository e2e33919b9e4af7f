"""Odoo: the smtp_ options of odoo.conf, which count where the database has no mail server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.keys import of_keys, put_in_keys
from smtpdoctor.settings.dialects.python_code import number, text
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import Known
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

FIELDS: Mapping[str, Field] = {
    "smtp_server": "host",
    "smtp_port": "port",
    "smtp_ssl": "tls",
    "smtp_user": "username",
    "smtp_password": "password",
    "email_from": "sender",
}
NOTHING = ("", "False", "None")


class Odoo:
    id = "odoo"
    name = DATA.name
    client: str | None = DATA.client
    fields = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "starttls": ({"smtp_ssl": "True"},),
        "none": ({"smtp_ssl": "False"},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each odoo.conf that names a mail server of its own."""
        for path in workspace.folder.matching("odoo*.conf", ".odoorc", "openerp-server.conf"):
            variables = Variables(())
            root = workspace.document(path, variables).get("options")
            options = {
                name: option
                for name, option in of_keys(root, tuple(FIELDS), variables).items()
                if not isinstance(option.value, Known) or option.value.value not in NOTHING
            }
            host = options.get("smtp_server")
            if host is None or _is_local(host):
                continue
            order = ("smtp_port", "smtp_server")
            beside = [options[name] for name in order if name in options]
            yield self._draft(workspace, path, options, beside)

    def _draft(
        self, workspace: Workspace, path: str, options: dict[str, Option], beside: list[Option]
    ) -> Draft:
        span = options["smtp_server"].value.span
        ssl = options.get("smtp_ssl")
        if ssl is not None and isinstance(ssl.value, Known):
            value = str(ssl.value.value).strip()
            options["smtp_ssl"] = replace(ssl, value=replace(ssl.value, value=value))
        return Draft(
            dialect=self,
            place=f"{path}:{span.line}" if span is not None else path,
            options=options,
            variables=Variables(()),
            language="ini",
            files=(path,),
            insert=lambda new: put_in_keys(workspace, beside, new, Variables(()), str),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = Odoo()


def _is_local(host: Option) -> bool:
    return isinstance(host.value, Known) and host.value.value == "localhost"


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Odoo makes of its options (ir_mail_server.py, connect)."""
    starttls = str(options.get("smtp_ssl", "False")).lower() in ("true", "1", "yes", "on", "t")
    port = number(options.get("smtp_port", 25)) or 25
    misread: tuple[Remark, ...] = ()
    if starttls and port == 465:
        remark = Remark(
            "smtp_ssl", DATA.because["starttls"], "STARTTLS", tuple(DATA.sources.values())
        )
        misread = (remark,)
    return Outcome(
        host=text(options.get("smtp_server")),
        port=port,
        tls="starttls" if starttls else "none",
        required=starttls,
        username=text(options.get("smtp_user")),
        password=text(options.get("smtp_password")),
        sender=text(options.get("email_from")),
        verify=False,
        by={field: (name,) for name, field in FIELDS.items()},
        misread=misread,
    )
