"""Sails: what its hooks for mail are set to in config/email.js or mail.js, for Nodemailer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.node_variables import all_variables, variable_read
from smtpdoctor.settings.dialects.nodemailer import Given, Nodemailer
from smtpdoctor.settings.readers.javascript_config import merged
from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, Map, Unknown, Value, truth
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: The hook by the key of its configuration, which its file is called by.
HOOKS = {"email": "sails-hook-email", "mail": "sails-hook-mail"}
#: What sails-hook-mail takes for each option of Nodemailer: its own key, else a variable.
MAILER = {
    ("host",): ("host", "MAIL_HOST"),
    ("port",): ("port", "MAIL_PORT"),
    ("secure",): ("secure", "MAIL_SECURE"),
    ("auth", "user"): ("username", "MAIL_USERNAME"),
    ("auth", "pass"): ("password", "MAIL_PASSWORD"),
}


class Sails(Nodemailer):
    id = "sails"
    name = DATA.name

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each application with one of the hooks."""
        for key, hook in HOOKS.items():
            for path in workspace.folder.matching(f"*config/{key}.js"):
                if workspace.dependencies.find("npm", hook, near=path) is None:
                    continue
                for variables in all_variables(workspace, path):
                    if not _configured(workspace, path, key, variables).absent:
                        yield self._application(workspace, path, key, variables)

    def _application(
        self, workspace: Workspace, path: str, key: str, variables: Variables
    ) -> Draft:
        def given(under: Variables) -> Given:
            whole = _configured(workspace, path, key, under)
            line = whole.span.line if whole.span is not None else 1
            if key == "email":
                return Given(_of_email(whole), lambda: whole.get("from"), line)
            return Given(
                _of_mailer(_mailer(whole, under), under),
                lambda: _first(whole.at("from", "address"), "MAIL_FROM_ADDRESS", under),
                line,
            )

        draft = self.draft(workspace, path, variables, given)
        whole = _configured(workspace, path, key, variables)
        unsent = (
            whole.get("testMode") if key == "email" else _mailer(whole, variables).get("transport")
        )
        draft.options["kept"] = Option("kept", unsent)
        draft.options["hook"] = Option("hook", Known(key))
        if key == "email" and whole.get("transporter").absent:
            for name in ("host", "port", "secure"):
                if not whole.get(name).absent:
                    draft.options[f"beside.{name}"] = Option(f"beside.{name}", whole.get(name))
        return draft

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """As Nodemailer's, but where the hook sends nothing, and what it doesn't hand on."""
        found = super().outcome(options)
        kept = options.get("kept", ABSENT)
        sources = tuple(DATA.sources.values())
        ignored = tuple(
            Remark(name, DATA.because["beside"], "", sources)
            for name in options
            if name.startswith("beside.")
        )
        why = ""
        if options.get("hook") == "email" and (kept is ABSENT or truth(kept, "javascript")):
            why = "test"
        if options.get("hook") == "mail" and kept == "log":
            why = "log"
        if not why:
            return replace(found, ignored=(*found.ignored, *ignored))
        unsent = Remark("kept", DATA.because[why], "", sources)
        return replace(found, not_sent=unsent, misread=(), ignored=())


DIALECT = Sails()


def _configured(workspace: Workspace, path: str, key: str, variables: Variables) -> Value:
    """What the application's configuration has under the key: the file's, over it the profile's
    and that of this machine."""
    folder = path.rpartition("/")[0]
    whole = _exports(workspace, path, variables).get(key)
    profile = workspace.profile_of("NODE_ENV")
    for other in (f"{folder}/env/{profile}.js", f"{folder}/local.js"):
        if workspace.folder.has(other):
            over = _exports(workspace, other, variables).get(key)
            whole = whole if over.absent else merged(whole, over)
    return whole


def _exports(workspace: Workspace, path: str, variables: Variables) -> Value:
    module = workspace.module(path, variables)
    return module.value("module", "exports") if module is not None else Known(ABSENT)


def _of_email(whole: Value) -> Value:
    """What sails-hook-email hands to Nodemailer: the transporter, else service and auth alone."""
    transporter = whole.get("transporter")
    if not transporter.absent:
        return transporter
    entries = [Entry(key, whole.get(key), whole.span) for key in ("service", "auth")]
    return Known(Map([each for each in entries if not each.value.absent]), whole.span)


def _mailer(whole: Value, variables: Variables) -> Value:
    """The mailer that is sent with: MAIL_MAILER's, else the default one."""
    named = variable_read(variables, "MAIL_MAILER", whole.span)
    if isinstance(named, Known) and not truth(named.value, "javascript"):
        named = whole.get("default")
    if isinstance(named, Unknown) or not isinstance(named.value, str):
        return named
    return whole.at("mailers", named.value)


def _of_mailer(mailer: Value, variables: Variables) -> Value:
    """What sails-hook-mail hands to Nodemailer of a mailer."""
    if isinstance(mailer, Unknown):
        return mailer
    made, auth = Map(), Map()
    for keys, (own, variable) in MAILER.items():
        value = _first(mailer.get(own), variable, variables)
        entry = mailer.value.entry(own) if isinstance(mailer.value, Map) else None
        span = entry.span if entry is not None else None
        if keys == ("secure",) and isinstance(value, Known) and value.absent:
            value = Known(False, mailer.span, value.trail)
        (made if len(keys) == 1 else auth).entries.append(Entry(keys[-1], value, span))
    made.entries.append(Entry("auth", Known(auth, mailer.span), None))
    return Known(made, mailer.span)


def _first(value: Value, name: str, variables: Variables) -> Value:
    """JavaScript's `value || process.env.NAME`."""
    if isinstance(value, Unknown) or truth(value.value, "javascript"):
        return value
    return variable_read(variables, name, value.span)
