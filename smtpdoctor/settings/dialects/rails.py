"""Rails' ActionMailer: `smtp_settings` of the environment that counts.

Knows the files of a Rails application and their order. What settings come to is `ruby_mail`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.ruby_mail import (
    MODES,
    NOT_SENT,
    OPPOSITES,
    FoundSettings,
    fields,
    insert,
    mail_version,
    outcome,
    ruby_variables,
)
from smtpdoctor.settings.folder import Skipped
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.harmless import said
from smtpdoctor.settings.readers.model import ABSENT, Known, Span, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import PRODUCTION, Workspace

DATA = load(__file__)

#: What a setting of ActionMailer is assigned to, the strongest last.
ROOTS = (
    ("config", "action_mailer"),
    ("Rails", "application", "config", "action_mailer"),
    ("Rails", "configuration", "action_mailer"),
    ("ActionMailer::Base",),
)
MARK = rb"smtp_settings|action_mailer\.delivery_method|ActionMailer::Base\.delivery_method"
#: Other environments that are looked at where production's says nothing.
OTHERS = ("staging", "development")


@dataclass(frozen=True, slots=True)
class Assigned:
    """A setting's value in the end, with the file that has it and what it is below."""

    path: str
    root: tuple[str, ...]
    value: Value
    span: Span


class Rails:
    id = "rails"
    name = DATA.name
    client: str | None = "ruby-mail"
    fields: Mapping[str, Field] = fields()
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = MODES

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each application, and one for each other file that sets ActionMailer up."""
        marked = workspace.folder.containing(MARK, ".rb")
        bases = {
            found[1] or ""
            for path in marked
            if (
                found := re.match(
                    r"(?:(.*)/)?config/(environments?|initializers|application)\b", path
                )
            )
        }
        for base in sorted(bases):
            yield from self._application(workspace, base)
        for path in marked:
            inside = any(path.startswith(f"{base}/config/".lstrip("/")) for base in bases)
            if not inside and re.search(rb"ActionMailer::Base", workspace.read(path) or b""):
                profile = workspace.profile_of("RACK_ENV")
                yield from self._draft(workspace, [path], path, profile, "RACK_ENV")

    def _application(self, workspace: Workspace, base: str) -> Iterator[Draft]:
        profile = workspace.profile_of("RAILS_ENV")
        asked = workspace.profile or workspace.environ.get("RAILS_ENV")
        for each in (profile,) if asked or profile != PRODUCTION else (profile, *OTHERS):
            files = _files(workspace, base, each)
            drafts = (
                list(self._draft(workspace, files, files[0], each, "RAILS_ENV")) if files else []
            )
            if drafts:
                yield from drafts
                return

    def _draft(
        self, workspace: Workspace, files: list[str], near: str, profile: str, variable: str
    ) -> Iterator[Draft]:
        variables = ruby_variables(workspace, near, profile, variable)
        settings = _last(workspace, files, "smtp_settings", variables)
        method = _last(workspace, files, "delivery_method", variables)
        sends = _last(workspace, files, "perform_deliveries", variables)
        kind = str(method.value.value) if method and isinstance(method.value, Known) else "smtp"
        if kind not in ("smtp", *NOT_SENT):
            if method is not None and kind != "None":
                why = f"mail goes out by the delivery method {said(kind)}, not by SMTP"
                workspace.folder.skipped.append(Skipped(path=method.path, why=why))
            return
        if settings is None and kind == "smtp":
            return
        options: dict[str, Option] = {}
        meant: dict[str, Option] = {}
        gem = mail_version(workspace, near)
        if settings is not None:
            read = FoundSettings(
                settings.value,
                lambda under: _again(workspace, settings, under),
                gem.startswith("2.8"),
            )
            options, meant = read.options(workspace), read.meant()
        for name, found in (("delivery_method", method), ("perform_deliveries", sends)):
            if found is not None and isinstance(found.value, Known):
                options[name] = Option(name, found.value)
        sender = _sender(workspace, near, variables)
        if sender is not None:
            options["from"] = sender
        if gem:
            options["mail"] = Option("mail", Known(gem))
        version = workspace.dependencies.find("rubygems", "rails", "actionmailer", near=near)
        there = settings or method
        assert there is not None
        yield Draft(
            dialect=self,
            place=f"{there.path}:{there.span.line}",
            options=options,
            variables=variables,
            language="ruby",
            version=version.version if version is not None else "",
            profile=profile,
            files=(there.path,),
            insert=lambda new: insert(workspace, options, new),
            opposites=OPPOSITES,
            meant=meant,
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


def _files(workspace: Workspace, base: str, profile: str) -> list[str]:
    """The files of an application that may set ActionMailer up, in the order in which they run."""
    config = f"{base}/config".lstrip("/")
    initializers = [
        path
        for path in workspace.folder.files
        if path.startswith(f"{config}/initializers/") and path.endswith(".rb")
    ]
    order = [
        f"{config}/application.rb",
        f"{config}/environments/{profile}.rb",
        *sorted(initializers),
        f"{config}/environment.rb",
    ]
    return [path for path in order if workspace.folder.data(path)]


def _last(
    workspace: Workspace, files: list[str], name: str, variables: Variables
) -> Assigned | None:
    """What a setting of ActionMailer comes to: `config`'s, and those of its class over it."""
    found: Assigned | None = None
    waiting: Assigned | None = None
    for roots in (ROOTS[:-1], ROOTS[-1:]):
        for path in files:
            if name.encode() not in (workspace.read(path) or b""):
                continue
            module = workspace.module(path, variables)
            for root in roots if module is not None else ():
                assert module is not None
                given = [
                    each
                    for each in module.assignments(*root, name)
                    if len(each.path) == len(root) + 1
                ]
                reached = [each for each in given if each.reached is not False]
                if reached:
                    value = module.value(*root, name)
                    found = Assigned(path, (*root, name), value, reached[-1].span)
                for each in given:
                    # behind a variable that stands elsewhere: what production has
                    if not reached and each.waits_for:
                        waiting = Assigned(path, (*root, name), each.value, each.span)
    return found or waiting


def _again(workspace: Workspace, assigned: Assigned, under: Variables) -> Value:
    module = workspace.module(assigned.path, under)
    if module is None:
        return Known(ABSENT)
    for each in module.assignments(*assigned.root):
        if each.span == assigned.span and each.reached is False:
            return each.value
    return module.value(*assigned.root)


def _sender(workspace: Workspace, near: str, variables: Variables) -> Option | None:
    """`default from:` of the mailers, else default_options, else Devise's mailer_sender."""
    base = near.partition("config/")[0]
    mailers = [
        path
        for path in workspace.folder.containing(rb"\bdefault\b.*\bfrom\b", ".rb")
        if path.startswith(f"{base}app/")
    ]
    for path in sorted(mailers, key=lambda path: not path.endswith("application_mailer.rb")):
        module = workspace.module(path, variables)
        for call in module.calls("default") if module is not None else ():
            value = call.named().get("from")
            if isinstance(value, Unknown):
                named = module.calls("email_address_with_name") if module is not None else []
                value = named[0].argument(0) if named else value
            if isinstance(value, Known) and isinstance(value.value, str):
                return Option("from", value)
    for path in workspace.folder.containing(rb"mailer_sender", ".rb"):
        module = workspace.module(path, variables) if path.startswith(base) else None
        for each in module.assignments("config", "mailer_sender") if module is not None else ():
            if isinstance(each.value, Known) and isinstance(each.value.value, str):
                return Option("from", each.value)
    return None


DIALECT = Rails()
