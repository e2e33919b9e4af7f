"""Where the options of a draft stand: the place to change, its line as it may be shown.

Must not know what a value is, nor what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.drafts.fields import SECRETS
from smtpdoctor.settings.encoded import is_still_encoded
from smtpdoctor.settings.model import Field, OptionLine, Origin
from smtpdoctor.settings.prepare import is_worked_out
from smtpdoctor.settings.readers.model import Known, Span
from smtpdoctor.settings.readers.parts import OF_URL
from smtpdoctor.settings.variables import Held
from smtpdoctor.settings.workspace import Workspace

#: What a URL of a mail server says.
IN_URL = frozenset({"host", "port", "tls", "username", "password"})


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one set-up's options."""

    draft: Draft
    outcome: Outcome
    workspace: Workspace

    def place(self, option: Option, field: Field | None) -> tuple[Origin, str | None]:
        """Where the value is to be changed, and that line as it may be shown."""
        held = self.layers(option)
        worked_out = field == "tls" and is_worked_out(self.draft, option)
        code = is_still_encoded(option, self.draft.language)
        if worked_out or code or self.reads_host(option, field):
            return self.written(option, option.value.span, field)
        if held and isinstance(option.value, Known):
            part = option.value.part
            if part is not None and part.span is not None:
                return self.in_file(_name_of(held[0]), part.span, field)
            return self.held(held[0], field)
        return self.written(option, option.value.written, field)

    def reads_host(self, option: Option, field: Field | None) -> bool:
        """Whether a user name or secret is read from the host's variable: the line to change is
        the one that reads it, since the variable itself is right. Other parts of one URL are
        from one variable, too."""
        hosts = (self.draft.options.get(name) for name in self.outcome.by.get("host", ()))
        value = option.value
        if field not in ("username", *SECRETS) or value.span is None or not value.variables:
            return False
        return isinstance(value, Known) and any(
            isinstance(host.value, Known)
            and (host.value.variables, host.value.value) == (value.variables, value.value)
            for host in hosts
            if host is not None
        )

    def layers(self, option: Option) -> list[Held]:
        """Who has the variable that the value comes from, where it comes from one.

        Of two that are filled from each other (compose's `A: ${B}`) it is the program's own.
        """
        found = [
            held for name in option.value.variables if (held := self.draft.variables.held(name))
        ]
        joined = any(step.kind == "joined" for step in option.value.trail)
        return found[-1] if len(found) == 1 or (found and not joined) else []

    def taken_apart(self) -> Option | None:
        """The variable with the URL that the code takes the options out of. A sender or a name of
        this host is often made from the application's own address."""
        for name, option in self.draft.options.items():
            if self.draft.dialect.fields.get(name) not in IN_URL:
                continue
            steps = {step.name for step in option.value.trail if step.kind == "part"}
            held = self.layers(option)
            if held and isinstance(held[0].value, Known) and OF_URL & steps:
                return Option("url", held[0].value)
        return None

    def held(self, held: Held, field: Field | None) -> tuple[Origin, str | None]:
        """Where a variable is set."""
        name, span = _name_of(held), held.value.span
        if span is None:
            kind = "stdin" if held.layer.kind == "stdin" else "environment"
            return Origin(kind=kind, name=name), None  # type: ignore[arg-type]
        return self.in_file(name, span, field)

    def written(
        self, option: Option, span: Span | None, field: Field | None
    ) -> tuple[Origin, str | None]:
        """Where the code itself says the value; the program's own default stands nowhere."""
        if span is None:
            return Origin(kind="default", name=option.called or option.name), None
        return self.in_file(option.called or option.name, span, field)

    def in_file(self, name: str, span: Span, field: Field | None) -> tuple[Origin, str | None]:
        """A place in a file, with its line: what may hold a secret is masked there."""
        secret = field is None or field in SECRETS or field == "url"
        shown = self.workspace.shown(span, keep=False) if secret else self.workspace.pointed(span)
        origin = Origin(
            kind="file",
            name=name,
            file=span.file,
            line=span.line,
            columns=shown.columns if shown else None,
        )
        return origin, shown.text if shown else None

    def lines_of(self, option: Option, field: Field) -> Iterator[OptionLine]:
        """The line of the code that asks for the value, where there is one."""
        if option.value.span is not None:
            origin, line = self.in_file(option.name, option.value.span, field)
            yield OptionLine(option=option.name, origin=origin, source_line=line)


def _name_of(held: Held) -> str:
    """What a variable is called where its text comes from."""
    return held.root.name if held.root else ""
