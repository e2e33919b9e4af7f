"""lettre: `SmtpTransport::relay(host)` and its like in Rust, with what is called on the builder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import Ask, number, option, outcome_of
from smtpdoctor.settings.dialects.urls import insert_port, url_options
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import put_in
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Symbol, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

TRANSPORTS = ("SmtpTransport", "AsyncSmtpTransport")
#: How a builder is begun, with its mode and the port where none is set.
OPENING: Mapping[str, tuple[TLSMode, int]] = {
    "relay": ("implicit", 465),
    "starttls_relay": ("starttls", 587),
    "builder_dangerous": ("none", 25),
    "new_simple": ("implicit", 465),
}
FROM_URL = "from_url"
#: lettre 0.9: `SmtpClient::new_simple(host)`, which is TLS from the first byte on 465, and
#: `SmtpClient::new((host, port), ClientSecurity::…)`.
OLD_CLIENT, SIMPLE, NEW = "SmtpClient", "new_simple", "new"
TLS: Mapping[str, TLSMode] = {
    "Wrapper": "implicit", "Required": "starttls", "Opportunistic": "starttls", "None": "none",
}  # fmt: skip
NEEDLE = rb"\bSmtpTransport\b|AsyncSmtpTransport|\bSmtpClient::new"
QUERY = re.compile(r"[?&]tls=(\w+)")
#: Ways to begin that are no word to be changed into another.
BEGUN = {"builder_dangerous": "builder", SIMPLE: "simple"}
#: What of TlsParameters takes any certificate, or one for another name.
UNVERIFIED = "dangerous_accept_invalid_certs"
DANGEROUS = (UNVERIFIED, "dangerous_accept_invalid_hostnames")


class Lettre:
    id = "lettre"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "host": "host",
        "opened": "tls",
        "builder": "tls",
        "simple": "tls",
        "tls": "tls",
        "port": "port",
        "user": "username",
        "password": "password",
        "from": "sender",
        UNVERIFIED: "verify",
        "url": "url",
        "url.host": "host",
        "url.port": "port",
        "url.scheme": "tls",
        "url.query": "tls",
        "url.user": "username",
        "url.password": "password",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"opened": "relay"}, {"tls": "Wrapper"},
                     {"url.scheme": "smtps"}, {"url.scheme": "smtps", "url.query": ""}),
        "starttls": ({"opened": "starttls_relay"}, {"tls": "Required"},
                     {"url.query": "?tls=required"},
                     {"url.scheme": "smtp", "url.query": "?tls=required"}),
    }  # fmt: skip

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each transport that some way through the program reaches."""
        for path in workspace.folder.containing(NEEDLE, ".rs"):
            files = workspace.dotenv_files(path, ".env")
            variables = workspace.variables(files, "godotenv", near=path)
            module = workspace.module(path, variables)
            seen: set[str] = set()
            for place, call in enumerate(_opened(module)):
                if module is None or call.reached is False:
                    continue
                if call.reached is None and call.function in seen:
                    continue  # the other way of the same choice
                seen.add(call.function)
                yield self._draft(workspace, module, variables, place)

    def _draft(
        self, workspace: Workspace, module: Module, variables: Variables, place: int
    ) -> Draft:
        call = _opened(module)[place]
        last = call.name.rpartition(".")[2]
        options: dict[str, Option] = {}
        if last == FROM_URL:
            url = option(workspace, module, "url", lambda m: _opened(m)[place].argument(0))
            if url is not None:
                options = {"url": url, **url_options(url, workspace)}
                if isinstance(url.value, Unknown):
                    why = "the scheme of the URL says it"
                    unknown = Unknown("computed", why, url.value.span, url.value.trail)
                    options["url.scheme"] = Option("url.scheme", unknown)
        elif last == NEW:
            for name, item in (("host", 0), ("port", 1)):
                part = option(workspace, module, name, lambda m, at=item: _address(m, place, at))  # type: ignore[misc]
                if part is not None:
                    options[name] = part
            options["tls"] = _security(module, call)
        else:
            host = option(workspace, module, "host", _kept(lambda m: _opened(m)[place].argument(0)))
            if host is not None:
                options["host"] = host
            name = BEGUN.get(last, "opened")
            options[name] = Option(name, _mode(module, call, last), bare=True)
        for name, method, at in (("port", "port", None), ("user", "credentials", 0),
                                 ("password", "credentials", 1)):  # fmt: skip
            found = option(
                workspace,
                module,
                name,
                _kept(
                    lambda m, method=method, at=at: _chained(m, place, method, at),  # type: ignore[misc]
                    is_number=name == "port",
                ),
            )
            if found is not None:
                options[name] = found
        tls = _tls(module, place)
        if tls is not None:
            options["tls"] = tls
            options |= _unverified(module)
        sender = option(workspace, module, "from", _sender)
        if sender is not None and isinstance(sender.value, Known):
            options["from"] = sender
        library = workspace.dependencies.find("cargo", "lettre")
        return Draft(
            dialect=self,
            place=f"{module.file}:{call.span.line}",
            options=options,
            variables=variables,
            language="rust",
            version=library.version if library is not None else "",
            files=(module.file,),
            insert=lambda new: _insert(workspace, module, place, options, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the transport does: the port never changes the mode."""
        begun = options.get("opened") or options.get("builder") or options.get("simple")
        tls, port = OPENING.get(str(begun), ("none", 25))
        word = str(options.get("tls") or "")
        required = tls == "starttls"
        if "url" in options or "url.host" in options:
            query = QUERY.search(str(options.get("url.query", "")))
            word = word or {"required": "Required", "opportunistic": "Opportunistic"}.get(
                query[1] if query else "", "None"
            )
            if str(options.get("url.scheme")) == "smtps":
                word = "Wrapper"
            port = {"Wrapper": 465, "None": 25}.get(word, 587)
        if word:
            tls, required = TLS.get(word, tls), word == "Required"
        by: dict[Field, tuple[str, ...]] = {
            "host": ("host", "url.host"),
            "port": ("port", "url.port"),
            "tls": ("tls", "opened", "builder", "simple", "url.query", "url.scheme"),
            "username": ("user", "url.user"),
            "password": ("password", "url.password"),
            "sender": ("from",),
            "verify": (UNVERIFIED,),
        }
        if "url" in options:
            by = {"url": ("url",), **by}
        told = {name: value for name, value in options.items() if value not in (None, "")}
        return outcome_of(told, by, tls, port=number(told.get("url.port")) or port,
                          required=required, verify=UNVERIFIED not in options)  # fmt: skip


DIALECT = Lettre()


def _kept(ask: Ask, *, is_number: bool = False) -> Ask:
    """The same, where what a variable would say that nobody sets is kept as not set; a port of it
    can't be told."""

    def asked(module: Module) -> Value:
        value = ask(module)
        if not isinstance(value, Known) or value.value is not ABSENT or not value.unset:
            return value
        if is_number:
            return Unknown(
                "environment", f"{value.unset[0]} is not set here", value.span, value.trail
            )
        return Known(None, value.span, value.trail)

    return asked


def _opened(module: Module | None) -> list[FoundCall]:
    """The calls that begin a transport."""
    calls = module.calls(*OPENING, FROM_URL, NEW) if module is not None else []
    return [call for call in calls if call.thing[-1:] and _begins(call)]


def _begins(call: FoundCall) -> bool:
    last, thing = call.name.rpartition(".")[2], call.thing[-1]
    if thing == OLD_CLIENT:
        return (last, call.count) in ((SIMPLE, 1), (NEW, 2))
    return thing in TRANSPORTS and call.count == 1 and last not in (SIMPLE, NEW)


def _address(module: Module, place: int, at: int) -> Value:
    """Host or port of `(host, port)`."""
    return _opened(module)[place].argument(0).get(at)


def _security(module: Module, call: FoundCall) -> Option:
    """What `ClientSecurity::…` says."""
    for made in module.calls(*(f"ClientSecurity.{name}" for name in TLS)):
        if made.span == call.argument_span(1):
            word = made.name.rpartition(".")[2]
            return Option("tls", Known(word, made.name_span), bare=True)
    value = call.argument(1)
    if isinstance(value, Known) and isinstance(value.value, Symbol):
        return Option("tls", Known(str(value.value), value.span))
    return Option("tls", Unknown("computed", "which TLS it is can't be told", call.span))


def _mode(module: Module, call: FoundCall, last: str) -> Value:
    """How it is begun; that can't be told where a condition decides between two ways."""
    others = [each for each in _opened(module) if each.function == call.function]
    if call.reached is None and any(each.span != call.span for each in others):
        return Unknown("condition", "which way it is begun can't be told", call.name_span)
    return Known(last, call.name_span)


def _chain(module: Module, place: int, *names: str) -> list[FoundCall]:
    """The methods that are called on the builder, in their order."""
    first = _opened(module)[place]
    #: Of calls that were come by whether the transport began what they are called on.
    known: dict[tuple[int, int], bool] = {}
    return [call for call in module.calls(*names) if _is_of(call, first, known)]


def _is_of(call: FoundCall, first: FoundCall, known: dict[tuple[int, int], bool]) -> bool:
    """Whether a chain of calls leads from this one up to the first; each is looked at once."""
    passed: list[tuple[int, int]] = []
    made: FoundCall | None = call
    while made is not None:
        key = (made.call.start, made.call.end)
        if key in known:
            break
        passed.append(key)
        known[key] = False  # what leads back to itself was begun by nothing
        made = made.made_by
        if made is not None and made.thing[-1:] and _begins(made):
            known[key] = made.span == first.span
            break
    ends = known[key] if made is not None else False
    known.update(dict.fromkeys(passed, ends))
    return ends


def _chained(module: Module, place: int, method: str, at: int | None) -> Value:
    calls = [call for call in _chain(module, place, method) if call.reached is not False]
    if not calls:
        return Known(ABSENT)
    value = calls[-1].argument(0)
    if at is None or isinstance(value, Unknown):
        return value
    inner = value.value
    return inner.get(at) if isinstance(inner, Map) else Known(ABSENT)


def _tls(module: Module, place: int) -> Option | None:
    """What `.tls(Tls::…)` says, the last that the builder is given; one of several where that
    depends on what can't be told."""
    calls = [call for call in _chain(module, place, "tls") if call.reached is not False]
    sure = [at for at, call in enumerate(calls) if call.reached is True]
    calls = calls[sure[-1] :] if sure else calls
    if not calls:
        return None
    ways = [_said(module, call) for call in calls]
    if sure and len(ways) == 1:
        return ways[0]
    span = ways[0].value.span
    return Option("tls", Unknown("condition", "whether TLS is used can't be told", span))


def _said(module: Module, call: FoundCall) -> Option:
    """The word that one `.tls(…)` says."""
    for made in module.calls(*(name for name in TLS if name != "None")):
        if made.span == call.argument_span(0):
            word = made.name.rpartition(".")[2]
            return Option("tls", Known(word, made.name_span), bare=True)
    value = call.argument(0)
    if isinstance(value, Known) and isinstance(value.value, Symbol):
        return Option("tls", Known(str(value.value), value.span))
    return Option("tls", Unknown("computed", "which TLS it is can't be told", call.span))


def _unverified(module: Module) -> dict[str, Option]:
    """Where the TlsParameters of a file are told not to verify."""
    for call in module.calls(*DANGEROUS):
        value = call.argument(0)
        if call.reached is not False and isinstance(value, Known) and value.value is True:
            called = call.name.rpartition(".")[2]
            return {UNVERIFIED: Option(UNVERIFIED, value, called=called)}
    return {}


def _sender(module: Module) -> Value:
    for call in module.calls("from"):
        value = call.argument(0)
        if isinstance(value, Known) and isinstance(value.value, str) and "@" in value.value:
            return value
    return Known(ABSENT)


def _insert(
    workspace: Workspace,
    module: Module,
    place: int,
    options: Mapping[str, Option],
    new: Mapping[str, Any],
) -> tuple[Edit, ...]:
    """A port before the login of the chain; in a URL behind the host, and a query behind that."""
    edits: list[Edit] = []
    for name, value in new.items():
        if name == "url.port":
            edits += insert_port(workspace, options, value)
        elif name == "url.query":
            behind = options.get("url.port") or options.get("url.host")
            span = behind.value.span if behind is not None else None
            if span is None:
                return ()
            edits.append(put_in(workspace, span, span.columns[1], str(value)))
        elif name == "port" and "url" not in options:
            calls = _chain(module, place, "credentials", "build")
            if not calls:
                return ()
            span = calls[0].name_span
            edits.append(put_in(workspace, span, span.columns[0] - 1, f".port({value})"))
        else:
            return ()
    return tuple(edits)
