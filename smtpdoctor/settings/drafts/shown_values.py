"""What of a set-up's values may be shown, and what stands in place of the rest.

Must not know where they stand.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from smtpdoctor.settings import harmless, values
from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.drafts.fields import KINDS, SECRETS
from smtpdoctor.settings.drafts.harmless_literals import unsaid
from smtpdoctor.settings.model import MASK, Field, Prepared
from smtpdoctor.settings.prepare import literal
from smtpdoctor.settings.readers.harmless import is_setting_name, may_be_said
from smtpdoctor.settings.readers.model import ABSENT, Known, Unknown
from smtpdoctor.settings.workspace import Workspace

HARMLESS_TEXT = re.compile(r"[\w.:'\"-]{1,24}")


@dataclass(frozen=True, slots=True)
class ShownValues:
    """The values of one set-up as reports show them."""

    draft: Draft
    outcome: Outcome
    workspace: Workspace
    secrets: tuple[str, ...]

    def is_told(self, name: str) -> bool:
        """Whether nothing stands there that can't be told."""
        option = self.draft.options.get(name)
        return option is None or isinstance(option.value, Known)

    def is_written(self, name: str) -> bool:
        """Whether the set-up has it, and what it comes to is told."""
        option = self.draft.options.get(name)
        return option is not None and isinstance(option.value, Known)

    def text(self, field: Field, option: Option) -> str:
        """The value as reports show it."""
        assert isinstance(option.value, Known)
        if isinstance(option.value.value, float) and math.isnan(option.value.value):
            return "NaN"
        if field in SECRETS or self.is_token(field):
            return MASK if option.value.value not in (None, ABSENT, "") else ""
        if field == "url":
            from smtpdoctor.settings.url import read_url

            return read_url(str(option.value.value)).masked
        if field in ("tls", "verify") and (said := self._switch(field, option)):
            return said
        parts: dict[Field, str | None] = {
            "host": self.outcome.host,
            "username": self.outcome.username,
            "sender": self.outcome.sender,
            "ehlo": self.outcome.ehlo,
        }
        value = parts.get(field)
        if value is None:
            raw = option.value.value
            value = "" if raw in (None, ABSENT, "") else str(raw)
            if isinstance(raw, bool):
                value = literal(raw, self.draft.language) or value
                word = value.lstrip("$")  # PowerShell's
                return value if self.harmless(field, word) == word else MASK
        return self.harmless(field, value)

    def _switch(self, field: Field, option: Option) -> str:
        """A switch or a scheme as it is written; "" for what only the program makes of it."""
        part = option.value.part if isinstance(option.value, Known) else None
        written = self.workspace.text_of(part.span if part else option.value.span) or ""
        says_it = written != option.name  # a switch is there, or it isn't
        if not says_it or (part is None and option.value.variables):
            return ""
        shown = self.harmless(field, written) if HARMLESS_TEXT.fullmatch(written) else MASK
        return shown if shown != MASK else ""  # `settings.UseSsl`

    def harmless(self, field: Field, value: str) -> str:
        """The value where it has the form of its field and holds none of the secrets."""
        if harmless.repeats(value, self.secrets):
            return MASK
        return harmless.shown(KINDS.get(field, "plain"), value)

    def host(self) -> str | None:
        """The host to send to; None where it can't be told, or may be a piece of a secret."""
        outcome = self.outcome
        if not outcome.host or not all(self.is_told(name) for name in outcome.by.get("host", ())):
            return None
        meant = values.read_host(outcome.host).value
        name = meant.name if meant is not None else ""
        whole = harmless.shown("host", outcome.host) != MASK
        return name if name and (whole or set(".:") & set(name)) else None

    def ehlo(self) -> str | None:
        """The name that the program says; None where it is none."""
        name = self.outcome.ehlo
        return name if name and self.harmless("ehlo", name) == name else None

    def username(self) -> str | None:
        """The user name; a mask where it may not be shown, or is a secret itself."""
        name = self.outcome.username or None
        if name is None or not any(map(self.is_written, self.outcome.by.get("username", ()))):
            return name  # none, or the program's own
        if self.is_token("username"):
            return MASK
        return name if self.harmless("username", name) == name else MASK

    def sender(self, username: str | None) -> str | None:
        """The address that the program sends from, as it is."""
        sender = self.outcome.sender
        address = values.read_address(sender).value if sender else None
        if address is None and username is not None and values.is_address(username):
            return username
        return address

    def is_token(self, field: Field) -> bool:
        """A user name that is the token itself is a secret, too."""
        username = self.outcome.username
        secrets = (self.outcome.password, self.outcome.token)
        return field == "username" and username is not None and username in secrets

    def is_open(self, change: Prepared) -> bool:
        """Whether a change replaces only what may be shown, and says nothing else."""
        texts = (*(edit.with_ for edit in change.edits), *change.settings.values(), *change.steps)
        if not all(map(self.may_be_named, change.settings)):
            return False
        return not any(harmless.repeats(text, self.secrets) for text in texts if text) and all(
            self.workspace.is_open(edit.file, edit.line, edit.replace) for edit in change.edits
        )

    def may_be_named(self, variable: str) -> bool:
        """Whether a change may name a variable: what only a look-up asks for may be a secret."""
        held = self.draft.variables.held(variable)
        return may_be_said(variable) or any(isinstance(each.value, Known) for each in held)

    def without_values(self, text: str) -> str:
        """A sentence on the options without those of their values that may not be shown."""
        for name, option in self.draft.options.items():
            value = option.value.value if isinstance(option.value, Known) else None
            if isinstance(value, str) and len(value) > 1 and value in text:
                field = self.draft.dialect.fields.get(name)
                kind = "tls" if field is None else KINDS.get(field, "plain")
                if harmless.shown(kind, value) != value or harmless.repeats(value, self.secrets):
                    text = text.replace(value, MASK)
        return text

    def not_to_be_said(self, value: Unknown, field: Field) -> list[str]:
        """What of the reason why a value can't be told may be a secret, the longest first."""
        if field in SECRETS:
            found = {*unsaid(value, self.workspace)}
            found.update(name for name in value.variables if not is_setting_name(name))
        else:
            found = {name for name in (*value.variables, value.name) if not may_be_said(name)}
        return sorted(found - {""}, key=len, reverse=True)
