"""Python's smtplib: `SMTP` or `SMTP_SSL`, and what is called on the connection."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.python_code import (
    Again,
    edit,
    found_in,
    host_and_port,
    host_told,
    number,
    python_variables,
    reaches,
    says_no,
    sender_header,
    text,
)
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Known,
    Span,
    Special,
    Unknown,
    Value,
    is_sender,
)
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

CLASSES = ("smtplib.SMTP", "smtplib.SMTP_SSL")
SSL = "smtplib.SMTP_SSL"
OFFERED = "where offered"


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection as a file of code makes it, with what is called on it."""

    call: FoundCall
    uses: tuple[FoundCall, ...]
    module: Module

    def used(self, *names: str) -> FoundCall | None:
        """The first use of that name that some way reaches."""
        return next(
            (use for use in self.uses if use.name.rpartition(".")[2] in names and reaches(use)),
            None,
        )

    @property
    def class_(self) -> str:
        secure = self.module.calls("smtplib.SMTP_SSL")
        named = any(each.span == self.call.span for each in secure)
        return "SMTP_SSL" if named or SSL in _classes(self.call.callee) else "SMTP"

    @property
    def told_class(self) -> Value:
        """The class, where it is told which of the two a name means."""
        span, classes = self.call.name_span, _classes(self.call.callee)
        if len(classes) > 1:
            return Unknown("condition", "which class of smtplib it is can't be told", span)
        return Known(self.class_, span)

    @property
    def context(self) -> Value:
        """The TLS context that is given where TLS begins."""
        starttls = self.used("starttls")
        if self.class_ == "SMTP_SSL":
            return self.call.argument(99, "context")
        return starttls.argument(99, "context") if starttls else Known(ABSENT)


class Smtplib:
    id = "smtplib"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {
        "host": "host",
        "port": "port",
        "class": "tls",
        "starttls": "tls",
        "condition": "tls",
        "user": "username",
        "password": "password",
        "from_addr": "sender",
        "local_hostname": "ehlo",
        "verify_mode": "verify",
    }
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"class": "SMTP_SSL", "starttls": False},),
        "starttls": ({"class": "SMTP", "starttls": True},),
        "none": ({"class": "SMTP", "starttls": False},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each connection that some way through a file reaches."""
        for path in workspace.folder.containing(rb"\bSMTP(_SSL)?\b", ".py"):
            if b"smtplib" not in (workspace.read(path) or b""):
                continue
            variables = python_variables(workspace, path)
            module = workspace.module(path, variables)
            calls = _calls(module) if module is not None else []
            reached = [place for place, call in enumerate(calls) if reaches(call)]
            for place in reached:
                draft = self._draft(workspace, path, variables, place)
                # one that connects nowhere before its variable gets the next: `s = SMTP()`
                if "host" in draft.options or len(reached) == 1:
                    yield draft

    def _draft(self, workspace: Workspace, path: str, variables: Variables, place: int) -> Draft:
        found = connection(workspace, path, variables, place)
        assert found is not None
        options = dict(_options(workspace, path, variables, place, found))
        return Draft(
            dialect=self,
            place=f"{path}:{found.call.span.line}",
            options=options,
            variables=variables,
            language="python",
            files=(path,),
            insert=lambda new: insert(workspace, found, options, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


DIALECT = Smtplib()


def _calls(module: Module) -> list[FoundCall]:
    """The calls of smtplib's classes: by their names, or by a variable that is one of them."""
    named = module.calls(*CLASSES)
    spans = [call.span for call in named]
    others = [
        call
        for call in module.calls()
        if "." not in call.name and call.span not in spans and _classes(call.callee)
    ]
    found = [*named, *others]
    # a second way, for where the first fails, is none by itself
    found = [call for call in found if not call.is_fallback] or found
    return sorted(found, key=lambda call: (call.span.line, call.span.columns))


def _classes(callee: Value) -> set[str]:
    """Which of smtplib's classes it may be; empty where it may be anything else."""
    values = callee.alternatives if isinstance(callee, Unknown) else (callee,)
    found = {
        each.value.name
        for each in values
        if isinstance(each, Known)
        and isinstance(each.value, Special)
        and each.value.name in CLASSES
    }
    return found if len(found) == len(values) else set()


def connection(
    workspace: Workspace, path: str, variables: Variables, place: int
) -> Connection | None:
    """The connection of that place in the file, under these variables."""
    module = workspace.module(path, variables)
    calls = _calls(module) if module is not None else []
    if module is None or place >= len(calls):
        return None
    call = calls[place]
    if sum(map(reaches, calls)) == 1:  # wherever the connection is handed to
        names = ("starttls", "login", "sendmail", "send_message", "connect")
        uses = tuple(use for use in module.calls(*names) if "." in use.name)
    else:
        uses = tuple(use for use in call.uses() if isinstance(use, FoundCall))
    return Connection(call, uses, module)


def _options(
    workspace: Workspace, path: str, variables: Variables, place: int, found: Connection
) -> Iterator[tuple[str, Option]]:
    def option(name: str, read: Again) -> tuple[str, Option] | None:
        value = read(variables)
        if isinstance(value, Known) and value.value is ABSENT and not value.variables:
            return None
        return name, Option(name, value, read, value.span)

    def reader(name: str) -> Again:
        def read(under: Variables) -> Value:
            again = connection(workspace, path, under, place)
            return _value(again, name) if again is not None else Known(ABSENT)

        return read

    for name in ("host", "port", "user", "password", "local_hostname"):
        made = option(name, reader(name))
        if made is not None:
            yield (name, host_told(made[1])) if name == "host" else made
    sender = option("from_addr", reader("from_addr"))
    if sender is not None and is_sender(sender[1].value):
        yield sender
    yield "class", Option("class", found.told_class, bare=True, together=True)
    for text_ in found.call.by_texts:
        if found.class_ == "SMTP_SSL" and says_no(text_.value):
            yield "condition", Option("condition", text_)
    yield "starttls", Option("starttls", _starttls(found), together=True)
    context = found.context.get("verify_mode")
    if isinstance(context, Known) and context.value is not ABSENT:
        yield "verify_mode", Option("verify_mode", context)
    elif not isinstance(found.context, Known) or found.context.value is not ABSENT:
        yield "verify_mode", Option("verify_mode", Known(2))  # made elsewhere: taken to verify


def _value(found: Connection, name: str) -> Value:
    connect = found.used("connect")
    if name in ("host", "port"):
        place = ("host", "port").index(name)
        value = found.call.argument(place, name)
        if isinstance(value, Known) and value.value is ABSENT and connect is not None:
            return connect.argument(place, name)
        return value
    if name in ("user", "password"):
        login = found.used("login")
        place = ("user", "password").index(name)
        return login.argument(place, name) if login is not None else Known(ABSENT)
    if name == "local_hostname":
        value = found.call.argument(2, name)
        return value if isinstance(value, Known) else Known(ABSENT)
    sent = found.used("sendmail", "send_message")
    is_sendmail = sent is not None and sent.name.endswith("sendmail")
    value = Known(ABSENT) if sent is None else sent.argument(0 if is_sendmail else 1, "from_addr")
    if isinstance(value, Unknown) or value.absent:
        return sender_header(found.module) or value
    return value


def _starttls(found: Connection) -> Value:
    """Whether starttls() is called; a text where the server is asked first."""
    use = found.used("starttls")
    if use is None:
        return Known(False)
    if use.reached_with(found.call) is None:
        if any(
            "has_extn" in condition or "esmtp_features" in condition for condition in use.conditions
        ):
            return Known(OFFERED, use.span)
        return Unknown("condition", "whether starttls() is called can't be told", use.span)
    return Known(True, use.span)


# --- changes -------------------------------------------------------------------------------------


def insert(
    workspace: Workspace, found: Connection, options: dict[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """The class, starttls() and the context's place; () where the change can't be said."""
    if set(new) - {"class", "starttls", "port"}:
        return ()
    edits: list[Edit | None] = []
    class_ = new.get("class", found.class_)
    context = _context_text(workspace, found)
    if class_ != found.class_:
        edits.append(edit(workspace, found.call.name_span, class_))
        edits += _imported(workspace, found, class_)
        if found.class_ == "SMTP_SSL" and context is not None:
            edits.append(edit(workspace, context[1], ""))
    if new.get("starttls") is True:
        edits.append(_begin_tls(workspace, found, context[0] if context else None))
    elif "starttls" in new and (use := found.used("starttls")) is not None:
        edits.append(_without(workspace, use))
    if class_ == "SMTP_SSL" and found.class_ == "SMTP" and context is not None:
        edits.append(_with_context(workspace, found, context[0]))
    if "port" in new:
        edits.append(_after_host(workspace, options, new["port"]))
    return () if None in edits else tuple(each for each in edits if each is not None)


def _context_text(workspace: Workspace, found: Connection) -> tuple[str, Span] | None:
    """What is given as context, and the argument with the comma before it."""
    use = found.call if found.class_ == "SMTP_SSL" else found.used("starttls")
    if use is None:
        return None
    pattern = r"((?:,\s*|(?<=\()|^\s*)context\s*=\s*[\w.]+(?:\([^()]*\))?(?:\s*,\s*$)?)"
    span = found_in(workspace, use.span, pattern)
    argument = (workspace.text_of(span) or "").strip(" \t,") if span is not None else ""
    return (argument, span) if span is not None else None


def _imported(workspace: Workspace, found: Connection, class_: str) -> list[Edit | None]:
    """The import of the class where it is imported by its name."""
    if "." in found.call.name:
        return []
    whole = Span(found.call.span.file, 1, (1, 1), found.call.span.line)
    if found.call.name != found.class_:
        return [None]
    if found_in(workspace, whole, rf"from\s+smtplib\s+import\b.*\b({class_})\b"):
        return []
    span = found_in(workspace, whole, rf"from\s+smtplib\s+import\b.*\b({found.class_})\b")
    text_ = workspace.folder.text(found.call.span.file) or ""
    others = len(re.findall(rf"(?<![\w.]){found.class_}\s*\(", text_)) > 1
    new = f"{found.class_}, {class_}" if others else class_  # what others call stays there
    return [edit(workspace, span, new) if span is not None else None]


def _begin_tls(workspace: Workspace, found: Connection, context: str | None) -> Edit | None:
    """`server.starttls()` in a line before the login's."""
    use = found.used("login", "sendmail", "send_message")
    line = workspace.line(use.span.file, use.span.line) if use is not None else None
    if use is None or line is None:
        return None
    server = use.name.rpartition(".")[0]
    begin = re.match(rf"[ \t]*(?=(await )?{re.escape(server)}\b)", line)
    if begin is None:
        return None
    new = f"{begin[0]}{server}.starttls({context or ''})\n"
    place = Span(use.span.file, use.span.line, (1, 1), use.span.line)
    return Edit(file=place.file, line=place.line, columns=(1, 1), replace="", with_=new)


def _without(workspace: Workspace, use: FoundCall) -> Edit | None:
    """The call's statement gone; `pass` where it is alone in its block or others are beside it."""
    line = (workspace.line(use.span.file, use.span.line) or "").strip()
    before = (workspace.line(use.span.file, use.span.line - 1) or "").rstrip()
    alone = line == workspace.text_of(use.span) and not before.endswith(":")
    return edit(workspace, use.span, "" if alone else "pass")


def _with_context(workspace: Workspace, found: Connection, context: str) -> Edit | None:
    span = found.call.span
    text_ = workspace.text_of(span)
    if text_ is None or not text_.endswith(")"):
        return None
    end = span.columns[1]
    place = Span(span.file, span.line, (end - 1, end), span.line)
    return edit(workspace, place, f", {context})")


def _after_host(workspace: Workspace, options: dict[str, Option], port: Any) -> Edit | None:
    """The port behind the host, where none is given."""
    host = options.get("host")
    span = host.value.span if host is not None else None
    old = workspace.text_of(span) if span is not None else None
    if span is None or old is None:
        return None
    return edit(workspace, span, f"{old}, {port}")


# --- what they come to ---------------------------------------------------------------------------


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What smtplib does with its calls (Lib/smtplib.py)."""
    implicit = options.get("class") == "SMTP_SSL"
    starttls = options.get("starttls", False)
    tls: TLSMode = "implicit" if implicit else "starttls" if starttls else "none"
    host, port = text(options.get("host")) or None, number(options.get("port"))
    said = port
    host, port = host_and_port(host, port)
    fault = None
    if implicit and starttls is True:
        fault = conflict(
            Remark("starttls", DATA.because["twice"], "", tuple(DATA.sources.values()))
        )
    misread: tuple[Remark, ...] = ()
    if "condition" in options and implicit:
        because, sources = DATA.because["condition"], tuple(DATA.sources.values())
        misread = (Remark("condition", because, "implicit TLS", sources),)
    decides = ("starttls", "class") if tls == "starttls" else ("class",)
    return Outcome(
        host=host,
        port=port or (465 if implicit else 25),
        tls=tls,
        required=starttls is True and not implicit,
        username=text(options.get("user")),
        password=text(options.get("password")),
        sender=text(options.get("from_addr")),
        ehlo=text(options.get("local_hostname")),
        verify=bool(options.get("verify_mode", 0)),
        by={
            "host": ("host",),
            "port": ("host",) if port and not said else ("port",),
            "tls": decides,
            "username": ("user",),
            "password": ("password",),
            "sender": ("from_addr",),
            "ehlo": ("local_hostname",),
            "verify": ("verify_mode",) if "verify_mode" in options else (),
        },
        misread=misread,
        fault=fault,
    )
