"""Red Mail: the arguments of `EmailSender(…)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict
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
from smtpdoctor.settings.readers.model import ABSENT, Known
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

CALLS = ("EmailSender",)
ARGUMENTS = {
    "host": 0,
    "port": 1,
    "username": 2,
    "password": 3,
    "cls_smtp": 4,
    "use_starttls": 5,
    "user_name": 99,  # the name of earlier releases, which still counts
}
FIELDS: Mapping[str, Field] = {
    "host": "host",
    "port": "port",
    "cls_smtp": "tls",
    "use_starttls": "tls",
    "username": "username",
    "user_name": "username",
    "password": "password",
    "sender": "sender",
}
SECURE = "SMTP_SSL"


class RedMail:
    id = "redmail"
    name = DATA.name
    client: str | None = DATA.client
    fields = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": (),  # needs an import: said in words
        "starttls": ({"use_starttls": True},),
        "none": ({"use_starttls": False},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each sender that some way through a file reaches."""
        for path, variables, place, call in reached_calls(workspace, rb"\bredmail\b", *CALLS):
            yield self._draft(workspace, path, variables, place, call.span.line)

    def _draft(
        self, workspace: Workspace, path: str, variables: Variables, place: int, line: int
    ) -> Draft:
        options = of_call(
            workspace, path, variables, lambda module: module.calls(*CALLS)[place], ARGUMENTS
        )
        if "host" in options:
            options["host"] = host_told(options["host"])
        if "cls_smtp" in options:
            options["cls_smtp"] = _class(workspace, options["cls_smtp"])
        module = workspace.module(path, variables)
        for sent in module.calls("send") if module is not None else ():
            sender = sent.argument(1, "sender")
            if isinstance(sender, Known) and sender.value is not ABSENT:
                options.setdefault("sender", Option("sender", sender))
        found = workspace.dependencies.find("pypi", "redmail", near=path)
        return Draft(
            dialect=self,
            place=f"{path}:{line}",
            options=options,
            variables=variables,
            language="python",
            version=found.version if found is not None else "",
            files=(path,),
            insert=lambda new: put_in_arguments(
                workspace, [options[name] for name in ARGUMENTS if name in options], new
            ),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = RedMail()


def _class(workspace: Workspace, option: Option) -> Option:
    """smtplib's class by its name, as it is written."""
    value = option.value
    name = (workspace.text_of(value.span) or "").rpartition(".")[2]
    told = name in ("SMTP", SECURE)
    return replace(option, value=Known(name, value.span), again=None) if told else option


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Red Mail makes of its arguments (EmailSender.get_server)."""
    implicit = options.get("cls_smtp") == SECURE
    starttls = is_true(options.get("use_starttls", True))
    tls: TLSMode = "implicit" if implicit else "starttls" if starttls else "none"
    sources = tuple(DATA.sources.values())
    misread: tuple[Remark, ...] = ()
    if says_no(options.get("use_starttls")) and not implicit:
        misread = (Remark("use_starttls", DATA.because["starttls-text"], "STARTTLS", sources),)
    both = Remark("cls_smtp", DATA.because["both"], "", sources)
    names = ("cls_smtp", "use_starttls") if implicit else ("use_starttls", "cls_smtp")
    return Outcome(
        host=text(options.get("host")) or None,
        port=number(options.get("port")) or (465 if implicit else 25),
        tls=tls,
        required=tls == "starttls",
        username=text(options.get("username", options.get("user_name"))),
        password=text(options.get("password")),
        sender=text(options.get("sender")) or None,
        verify=False,  # no context is given
        by={
            "host": ("host",),
            "port": ("port",),
            "tls": tuple(name for name in names if name in options),
            "username": ("username", "user_name"),
            "password": ("password",),
            "sender": ("sender",),
        },
        misread=misread,
        fault=conflict(both) if implicit and starttls else None,
    )
