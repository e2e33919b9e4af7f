"""yagmail: the arguments of `yagmail.SMTP(…)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.python_code import (
    host_told,
    is_true,
    number,
    of_call,
    put_in_arguments,
    reached_calls,
    says_no,
    text,
)
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import Map
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

CALLS = ("yagmail.SMTP", "yagmail.Client")
ARGUMENTS = {"user": 0, "password": 1, "host": 2, "port": 3, "smtp_starttls": 4, "smtp_ssl": 5}
FIELDS: Mapping[str, Field] = {
    "host": "host",
    "port": "port",
    "smtp_ssl": "tls",
    "smtp_starttls": "tls",
    "user": "username",
    "password": "password",
}


class Yagmail:
    id = "yagmail"
    name = DATA.name
    client: str | None = DATA.client
    fields = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"smtp_ssl": True}, {"smtp_ssl": True, "smtp_starttls": False}),
        "starttls": ({"smtp_ssl": False}, {"smtp_ssl": False, "smtp_starttls": True}),
        "none": ({"smtp_ssl": False, "smtp_starttls": False},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each client that some way through a file reaches."""
        for path, variables, place, call in reached_calls(workspace, rb"\byagmail\b", *CALLS):
            yield self._draft(workspace, path, variables, place, call.span.line)

    def _draft(
        self, workspace: Workspace, path: str, variables: Variables, place: int, line: int
    ) -> Draft:
        options = of_call(
            workspace, path, variables, lambda module: module.calls(*CALLS)[place], ARGUMENTS
        )
        if "host" in options:
            options["host"] = host_told(options["host"])
        return Draft(
            dialect=self,
            place=f"{path}:{line}",
            options=options,
            variables=variables,
            language="python",
            files=(path,),
            insert=lambda new: put_in_arguments(
                workspace, [options[name] for name in ARGUMENTS if name in options], new
            ),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = Yagmail()


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What yagmail makes of its arguments (yagmail/sender.py)."""
    ssl, start = options.get("smtp_ssl", True), options.get("smtp_starttls")
    starttls = not is_true(ssl) if start is None else is_true(start) or isinstance(start, Map)
    tls: TLSMode = "implicit" if is_true(ssl) else "starttls" if starttls else "none"
    misread: tuple[Remark, ...] = ()
    fault = None
    sources = tuple(DATA.sources.values())
    if says_no(ssl):
        misread = (Remark("smtp_ssl", DATA.because["ssl-text"], "implicit TLS", sources),)
    if is_true(ssl) and starttls:
        fault = conflict(Remark("smtp_starttls", DATA.because["both"], "", sources))
    user = options.get("user")
    if isinstance(user, Map):  # {"address": "name"}
        user = next(iter(user.keys()), None)
    names = ("smtp_ssl", "smtp_starttls")
    return Outcome(
        host=text(options.get("host", "smtp.gmail.com")) or None,
        port=number(options.get("port")) or (465 if is_true(ssl) else 587),
        tls=tls,
        required=tls == "starttls",
        username=text(user),
        password=text(options.get("password")),
        sender=text(user),
        verify=False,
        by={
            "host": ("host",),
            "port": ("port",),
            "tls": tuple(name for name in names if name in options),
            "username": ("user",),
            "password": ("password",),
        },
        misread=misread,
        fault=fault,
    )
