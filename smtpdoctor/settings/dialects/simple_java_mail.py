"""Simple Java Mail: `MailerBuilder.withSMTPServer(…)` and what follows, in Java and Kotlin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import as_word, option, outcome_of, reached
from smtpdoctor.settings.dialects.jakarta_code import code_variables
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import put_in
from smtpdoctor.settings.readers.model import ABSENT, Known, Span, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: Methods with what each of their arguments is.
METHODS: Mapping[str, tuple[str, ...]] = {
    "withSMTPServer": ("host", "port", "username", "password"),
    "withSMTPServerHost": ("host",),
    "withSMTPServerPort": ("port",),
    "withSMTPServerUsername": ("username",),
    "withSMTPServerPassword": ("password",),
    "withTransportStrategy": ("TransportStrategy",),
    "trustingAllHosts": ("trustingAllHosts",),
}
STRATEGY = "TransportStrategy"
MODES: Mapping[str, tuple[TLSMode, int]] = {
    "SMTP": ("starttls", 25),
    "SMTPS": ("implicit", 465),
    "SMTP_TLS": ("starttls", 587),
    "SMTP_OAUTH2": ("starttls", 587),
}
NAMES = tuple(dict.fromkeys(name for names in METHODS.values() for name in names))


class SimpleJavaMail:
    id = "simple-java-mail"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "host": "host",
        "port": "port",
        "username": "username",
        "password": "password",
        STRATEGY: "tls",
        "trustingAllHosts": "verify",
        "from": "sender",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({STRATEGY: "SMTPS"},),
        "starttls": ({STRATEGY: "SMTP_TLS"},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each mailer that some way through the program reaches."""
        paths = workspace.folder.containing(rb"\bMailerBuilder\b", ".java", ".kt")
        for built in reached(workspace, paths, code_variables, _built):
            yield self._draft(workspace, *built)

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        options: dict[str, Option] = {}
        for name in NAMES:
            found = option(workspace, module, name, lambda m, name=name: _said(m, place, name))  # type: ignore[misc]
            if found is not None:
                options[name] = found
        strategy = options.get(STRATEGY)
        if strategy is not None and isinstance(strategy.value, Known):
            options[STRATEGY] = as_word(workspace, strategy, "TransportStrategy")
        sender = option(workspace, module, "from", _sender)
        if sender is not None and isinstance(sender.value, Known):
            options["from"] = sender
        built = _built(module)[place]
        library = workspace.dependencies.find("maven", "org.simplejavamail:simple-java-mail")
        return Draft(
            dialect=self,
            place=f"{module.file}:{built.span.line}",
            options=options,
            variables=variables,
            language="kotlin" if module.file.endswith(".kt") else "java",
            version=library.version if library is not None else "",
            files=(module.file,),
            insert=lambda new: _insert(workspace, built, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the mailer does: without a strategy STARTTLS where it is offered."""
        word = str(options.get(STRATEGY) or "SMTP")
        tls, port = MODES.get(word, ("starttls", 25))
        by: dict[Field, tuple[str, ...]] = {
            field: (name,) for name, field in self.fields.items() if field != "verify"
        }
        if options.get("trustingAllHosts") is True:
            by["verify"] = ("trustingAllHosts",)
        # a login without a certificate's check: the opportunistic one trusts all of them
        verifies = word != "SMTP" and options.get("trustingAllHosts") is not True
        return outcome_of(
            options,
            by,
            tls,
            port=port,
            required=tls == "starttls" and word != "SMTP",
            verify=verifies,
        )


DIALECT = SimpleJavaMail()


def _built(module: Module) -> list[FoundCall]:
    """The first call of each chain that names a server."""
    return [
        call
        for call in module.calls("withSMTPServer", "withSMTPServerHost")
        if not any(each.name.endswith(tuple(METHODS)) for each in _before(call))
    ]


def _before(call: FoundCall) -> Iterator[FoundCall]:
    """The calls on whose results it is called."""
    made: FoundCall | None = call.made_by
    for _ in range(50):
        if made is None:
            return
        yield made
        made = made.made_by


def _chain(module: Module, first: FoundCall) -> Iterator[FoundCall]:
    """The calls of a chain from its first on."""
    for call in module.calls(*METHODS):
        if call.span == first.span or any(each.span == first.span for each in _before(call)):
            yield call


def _said(module: Module, place: int, name: str) -> Value:
    found: Value = Known(ABSENT)
    for call in _chain(module, _built(module)[place]):
        names = METHODS[call.name.rpartition(".")[2]]
        if name in names and call.reached is not False and names.index(name) < call.count:
            found = call.argument(names.index(name))
    return found


def _sender(module: Module) -> Value:
    for call in module.calls("from"):
        value = call.argument(call.count - 1)
        if isinstance(value, Known) and isinstance(value.value, str) and "@" in value.value:
            return value
    return Known(ABSENT)


def _insert(workspace: Workspace, built: FoundCall, new: Mapping[str, Any]) -> tuple[Edit, ...]:
    """Another method behind the first of the chain."""
    calls = {
        STRATEGY: ".withTransportStrategy(TransportStrategy.%s)",
        "port": ".withSMTPServerPort(%s)",
    }
    if set(new) - set(calls):
        return ()
    span = built.span
    text = "".join(calls[name] % value for name, value in new.items())
    end = Span(span.file, span.end_line, (span.columns[1], span.columns[1]), span.end_line)
    return (put_in(workspace, end, span.columns[1], text),)
