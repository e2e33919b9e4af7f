"""Sessions of Jakarta Mail that Java and Kotlin code makes: properties that are put, and senders.

Knows the forms in which code says them: `props.put("mail.smtp.host", …)`, `props["…"] = …`, an
Authenticator, `transport.connect(…)`, Spring's JavaMailSenderImpl. What the properties come to is
`jakarta_mail`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from smtpdoctor.settings.dialects.base import Insert, Option
from smtpdoctor.settings.dialects.in_code import Ask, last_of, like_line, option
from smtpdoctor.settings.model import Edit, Field
from smtpdoctor.settings.prepare import inserted
from smtpdoctor.settings.readers.evaluation import Evaluation
from smtpdoctor.settings.readers.jvm_keys import loads_a_file, of_loaded
from smtpdoctor.settings.readers.jvm_library import Jvm
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Span, Unknown, Value
from smtpdoctor.settings.readers.module import Assignment, FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

NEEDLE = rb"mail\.smtps?\.\w|JavaMailSenderImpl|Session\.get(?:Default)?Instance"
PUTS = ("put", "setProperty", "putIfAbsent", "set")
KEY = re.compile(r"mail\.[\w.]+")
#: What the setters of Spring's sender say, by their names and as Kotlin's properties.
SETTERS: Mapping[str, Field] = {
    "setHost": "host",
    "setPort": "port",
    "setUsername": "username",
    "setPassword": "password",
    "setProtocol": "tls",
}
#: The properties that those set.
SENDER_PROPERTIES = {name.removeprefix("set").lower(): name for name in SETTERS}
#: Without which nothing is told.
DECISIVE = ("smtp.host", "smtp.port", "ssl.enable", "starttls.enable", "smtp.auth", "smtps.auth")
SENDER = "JavaMailSenderImpl"
SESSIONS = ("Session.getInstance", "Session.getDefaultInstance")
#: Ends of what decides whether there is TLS.
DECIDING_TLS = ("ssl.enable", "starttls.enable", "starttls.required")
#: How an Authenticator logs in: a word that no sentence of ours has, as an option's value is masked
#: in those.
IF_ASKED = "if-asked"
#: What says whether an Authenticator is asked for the login.
AUTH = ("mail.smtp.auth", "mail.smtps.auth")
PROPERTIES = ("getJavaMailProperties", "setJavaMailProperties")
#: Options that only code has.
FIELDS: Mapping[str, Field] = {
    **SETTERS,
    "connect host": "host",
    "connect port": "port",
    "user": "username",
    "password": "password",
    "from": "sender",
}
CONNECTS = {4: ("connect host", "connect port", "user", "password"),
            3: ("connect host", "user", "password"), 2: ("user", "password")}  # fmt: skip


@dataclass(slots=True)
class Put:
    """One property that is put. `key_span` is None where its line can be no model."""

    key: str
    found: Callable[[Module], FoundCall | Assignment]
    ask: Ask
    span: Span
    call: FoundCall | None


@dataclass(slots=True)
class Session:
    """The properties of one object, in their order."""

    thing: tuple[str, ...]
    puts: list[Put] = field(default_factory=list)
    #: Calls that load a file into it, each with its place among those of the name.
    loads: list[tuple[int, FoundCall]] = field(default_factory=list)

    @property
    def begins(self) -> Span:
        """Where it is first filled."""
        spans = [*(put.span for put in self.puts), *(call.span for _, call in self.loads)]
        return min(spans, key=lambda span: span.line)

    def option(self, workspace: Workspace, module: Module, key: str) -> Option | None:
        mine = [put for put in self.puts if put.key == key]

        def ask(m: Module) -> Value:
            if not mine and self.loads:
                return _loaded(m, self.loads[-1][0], key)
            return last_of(
                (self._reached(m, put), lambda put=put: put.ask(m))  # type: ignore[misc]
                for put in mine
            )

        return option(workspace, module, key, ask)

    def _reached(self, module: Module, put: Put) -> bool | None:
        """Whether it is put wherever any is: what all of them wait for is no question."""
        found = put.found(module)
        if found.reached is not None:
            return found.reached
        outer = min((each.found(module) for each in self.puts), key=lambda each: len(each.guards))
        return None if outer.reached is False else found.reached_where(outer.guards)


@dataclass(slots=True)
class InCode:
    """One set-up as a file of code has it."""

    line: int
    options: dict[str, Option]
    insert: Insert


def code_variables(workspace: Workspace, near: str) -> Variables:
    """What `System.getenv` sees: the environment, and the `.env` that dotenv-java, an IDE or a
    shell loads."""
    return workspace.variables(workspace.dotenv_files(near, ".env"), "compose-env-file", near=near)


def in_code(workspace: Workspace, module: Module, names: Mapping[str, Field]) -> Iterator[InCode]:
    """Every session and sender of a file that some way through it reaches."""
    sessions = list(_sessions(module))
    senders = _senders(module)
    for place, sender in enumerate(senders):
        own = [each for each in sessions if _is_of_sender(module, each, sender)]
        sessions = [each for each in sessions if each not in own]
        found = _of_sender(workspace, module, place, own, names)
        if found is not None:
            yield found
    for session in sessions:
        found = _of_session(workspace, module, session, names)
        if found is not None:
            yield found


# --- properties ----------------------------------------------------------------------------------


def _sessions(module: Module) -> Iterator[Session]:
    """The objects that properties of a session are put into."""
    found: dict[tuple[int, tuple[str, ...]], Session] = {}
    for home, thing, put in sorted(_puts(module), key=lambda each: each[2].span.line):
        session = found.setdefault((home, thing), Session(thing))
        session.puts.append(put)
    for place, call in enumerate(module.calls("load")):
        made = call.receiver.value if isinstance(call.receiver, Known) else None
        if isinstance(made, Map) and made.kind == "Properties" and call.reached is not False:
            session = found.setdefault((id(call.home), call.thing), Session(call.thing))
            session.loads.append((place, call))
    begun = {call.handed_over(0) for call in module.calls(*SESSIONS)}
    for session in found.values():
        # what is loaded alone may be anything, where the file says which a session is begun with
        if session.puts or not begun or session.thing[-1] in begun or None in begun:
            yield session


def _loaded(module: Module, place: int, key: str) -> Value:
    """What stands at a key of the file that a call loads; where that can't be told, neither can
    what decides where and how it sends."""
    evaluator = module.evaluator
    call = module.calls("load")[place].call
    ask = Evaluation(evaluator, evaluator.module, call)
    assert isinstance(evaluator.semantics, Jvm)
    found = of_loaded(evaluator.semantics.project, Known(key), ask)
    if found is not None:
        return found
    if key.endswith(DECISIVE) and not loads_a_file(evaluator.semantics.project, ask):
        return Unknown("called", "which file load() reads can't be told", evaluator.span(call))
    return Known(ABSENT)


def _puts(module: Module) -> Iterator[tuple[int, tuple[str, ...], Put]]:
    for place, call in enumerate(module.calls(*PUTS)):
        key = call.argument(0)
        if call.count == 2 and isinstance(key, Known) and KEY.fullmatch(str(key.value)):
            yield id(call.home), call.thing, Put(
                str(key.value),
                lambda m, at=place: m.calls(*PUTS)[at],  # type: ignore[misc]
                lambda m, at=place: m.calls(*PUTS)[at].argument(1),  # type: ignore[misc]
                call.span,
                call,
            )  # fmt: skip
    for place, each in enumerate(module.assignments()):
        if len(each.path) > 1 and KEY.fullmatch(each.path[-1]):
            yield id(each.home), each.path[:-1], Put(
                each.path[-1],
                lambda m, at=place: m.assignments()[at],  # type: ignore[misc]
                lambda m, at=place: m.assignments()[at].value,  # type: ignore[misc]
                each.span,
                None,
            )  # fmt: skip


def _of_session(
    workspace: Workspace, module: Module, session: Session, names: Mapping[str, Field]
) -> InCode | None:
    options: dict[str, Option] = {}
    for key in (*names, *AUTH):
        found = session.option(workspace, module, key)
        if found is not None:
            options[key] = found
    _login(workspace, module, options, session.begins)
    if "login" in options and all(_is_untold(options.get(name)) for name in AUTH):
        options["login"] = Option("login", Known("connect"))  # it may well be asked for
    hosts = ("mail.smtp.host", "mail.smtps.host", "mail.host", "connect host")
    if not any(name in options for name in hosts):
        return None
    _sender(workspace, module, options)
    return InCode(
        session.begins.line,
        options,
        lambda new: _insert(workspace, [session], None, new),
    )


def _is_untold(option: Option | None) -> bool:
    return option is not None and isinstance(option.value, Unknown)


def _login(workspace: Workspace, module: Module, options: dict[str, Option], near: Span) -> None:
    """The login of an Authenticator, over it what `connect` is called with, and the protocol."""
    for name, place in (("user", 0), ("password", 1)):
        found = option(
            workspace,
            module,
            name,
            lambda m, at=place: _argument(_nearest(m, near, "PasswordAuthentication"), at),  # type: ignore[misc]
        )
        if found is not None:
            options[name] = found
            options["login"] = Option("login", Known(IF_ASKED))
    connect = _connect(module, near)
    for place, name in enumerate(CONNECTS.get(connect.count, ()) if connect is not None else ()):
        found = option(
            workspace,
            module,
            name,
            lambda m, at=place: _argument(_connect(m, near), at),  # type: ignore[misc]
        )
        if found is not None and not (isinstance(found.value, Known) and found.value.absent):
            options[name] = found
            if name == "password":
                options["login"] = Option("login", Known("connect"))
    send = _nearest(module, near, "Transport.send")
    if send is not None and send.count >= 3:
        for name, place in (("user", send.count - 2), ("password", send.count - 1)):
            found = option(
                workspace,
                module,
                name,
                lambda m, at=place: _argument(_nearest(m, near, "Transport.send"), at),  # type: ignore[misc]
            )
            if found is not None:
                options[name] = found
                options["login"] = Option("login", Known("connect"))
    protocol = option(
        workspace, module, "getTransport", lambda m: _argument(_nearest(m, near, "getTransport"), 0)
    )
    if protocol is not None and isinstance(protocol.value, Known):
        options["getTransport"] = protocol


def _nearest(module: Module, near: Span, name: str) -> FoundCall | None:
    """The call of that name behind a line, else the one before it."""
    calls = [call for call in module.calls(name) if call.reached is not False]
    behind = [call for call in calls if call.span.line >= near.line]
    return next(iter((*behind, *calls[::-1])), None)


def _connect(module: Module, near: Span) -> FoundCall | None:
    """The call that connects a transport with a host or a login."""
    calls = [
        call
        for call in module.calls("connect")
        if call.count >= 2
        and call.made_by is not None
        and call.made_by.name.endswith("getTransport")
    ]
    behind = [call for call in calls if call.span.line >= near.line]
    return next(iter((*behind, *calls[::-1])), None)


def _argument(call: FoundCall | None, place: int) -> Value:
    return call.argument(place) if call is not None else Known(ABSENT)


def _sender(workspace: Workspace, module: Module, options: dict[str, Option]) -> None:
    found = option(workspace, module, "from", _address)
    if found is not None and isinstance(found.value, Known):
        options["from"] = found


def _address(module: Module) -> Value:
    """What a message is said to be from."""
    for call in module.calls("setFrom"):
        value = call.argument(0)
        if isinstance(value, Known) and isinstance(value.value, Map):
            value = value.get(0)  # new InternetAddress(address, name)
        if isinstance(value, Known) and isinstance(value.value, str):
            return value
    return Known(ABSENT)


# --- Spring's sender -----------------------------------------------------------------------------


def _senders(module: Module) -> list[FoundCall]:
    return [call for call in module.calls(SENDER) if call.new and call.reached is not False]


def _is_of_sender(module: Module, session: Session, sender: FoundCall) -> bool:
    """Whether properties are those of a sender: asked of it, or handed over to it."""
    target = sender.target
    if session.thing[: len(target)] == target and target:
        return True
    if any(put.call is not None and _asks(put.call.made_by, target) for put in session.puts):
        return True
    # val props = sender.javaMailProperties
    if target and any(
        each.other == (*target, "javaMailProperties") and each.path == session.thing
        for each in module.assignments(*session.thing)
    ):
        return True
    for use in sender.uses():
        if isinstance(use, FoundCall) and use.name.endswith(PROPERTIES):
            if use.target and use.target == session.thing:
                return True
            handed = use.handed_over(0)
            if handed is not None and (handed,) == session.thing[-1:]:
                return True
            if use.made_by_call(0) in _homes(session):  # sender.setJavaMailProperties(mail())
                return True
    return False


def _handed(sender: FoundCall) -> Span | None:
    """Where properties are handed over to it whose making is not in the file."""
    for use in sender.uses():
        if isinstance(use, FoundCall) and use.name.endswith(PROPERTIES[1]):
            return use.span
        if isinstance(use, Assignment) and use.path == ("javaMailProperties",):
            return use.span
    return None


def _homes(session: Session) -> set[str]:
    """The functions that the object is a variable of."""
    homes = [put.call.home for put in session.puts if put.call is not None]
    return {home.name for home in homes if home is not None and home.kind == "function"}


def _asks(call: FoundCall | None, target: tuple[str, ...]) -> bool:
    return call is not None and call.name.endswith(PROPERTIES[0]) and call.thing == target


def _of_sender(
    workspace: Workspace,
    module: Module,
    place: int,
    sessions: list[Session],
    names: Mapping[str, Field],
) -> InCode | None:
    options: dict[str, Option] = {}
    together = Session(
        (),
        [put for each in sessions for put in each.puts],
        [load for each in sessions for load in each.loads],
    )
    for key in names:
        found = together.option(workspace, module, key)
        if found is not None:
            options[key] = found
    for name in SETTERS:
        found = option(workspace, module, name, lambda m, name=name: _setter(m, place, name))  # type: ignore[misc]
        if found is not None and not (isinstance(found.value, Known) and found.value.absent):
            options[name] = found
    if not any(name in options for name in ("setHost", "mail.smtp.host", "mail.host")):
        return None
    options["login"] = Option("login", Known("connect"))
    _sender(workspace, module, options)
    sender = _senders(module)[place]
    handed = _handed(sender) if not sessions else None
    if handed is not None:
        why = "what is handed over as its properties can't be told"
        untold = Unknown("called", why, handed)
        options |= {key: Option(key, untold) for key in names if key.endswith(DECIDING_TLS)}
    return InCode(
        sender.span.line,
        options,
        lambda new: _insert(workspace, sessions, _model(sender), new),
    )


def _setter(module: Module, place: int, name: str) -> Value:
    """What a setter is called with last, or what Kotlin's property is set to."""
    own = name[3].lower() + name[4:]
    uses = [
        use
        for use in _senders(module)[place].uses()
        if (isinstance(use, FoundCall) and use.name.rpartition(".")[2] == name)
        or (isinstance(use, Assignment) and use.path == (own,))
    ]
    return last_of(
        (use.reached, lambda use=use: use.argument(0) if isinstance(use, FoundCall) else use.value)  # type: ignore[misc]
        for use in uses
    )


def _model(sender: FoundCall) -> Span | None:
    """The place of a setter beside which others may stand."""
    for use in sender.uses():
        if isinstance(use, FoundCall) and use.name.endswith(("setHost", "setPort")):
            return use.span
        if isinstance(use, Assignment) and use.path in (("host",), ("port",)):
            return use.span
    return None


# --- further lines -------------------------------------------------------------------------------


def _insert(
    workspace: Workspace,
    sessions: list[Session],
    setter: Span | None,
    new: Mapping[str, Any],
) -> tuple[Edit, ...]:
    """Further properties beside one that is put, as that line has it; else asked of the sender."""
    edits = []
    for name, value in new.items():
        word = ("true" if value else "false") if isinstance(value, bool) else str(value)
        edit = None
        if name == "setPort" and setter is not None:
            edit = _beside(workspace, setter, f"setPort({word})", f"port = {word}")
        elif KEY.fullmatch(name):
            edit = _put_beside(workspace, sessions, name, word)
            if edit is None and setter is not None:
                put = f'getJavaMailProperties().put("{name}", "{word}")'
                edit = _beside(workspace, setter, put, f'javaMailProperties["{name}"] = "{word}"')
        if edit is None:
            return ()
        edits.append(edit)
    return tuple(edits)


def _put_beside(workspace: Workspace, sessions: list[Session], name: str, word: str) -> Edit | None:
    puts = [put for session in sessions for put in session.puts if put.call is not None]
    puts.sort(key=lambda put: not put.key.endswith((".port", ".auth", ".enable", ".host")))
    for put in puts:
        assert put.call is not None
        key, value = put.call.argument(0), put.call.argument_span(1)
        quotes = key.span
        text = workspace.text_of(quotes)
        if quotes is None or value is None or text != f'"{put.key}"':
            continue
        edit = like_line(workspace, put.call, {quotes: f'"{name}"', value: f'"{word}"'})
        if edit is not None:
            return edit
    return _assigned_beside(workspace, [put for each in sessions for put in each.puts], name, word)


def _assigned_beside(workspace: Workspace, puts: list[Put], name: str, word: str) -> Edit | None:
    """The same beside Kotlin's `props["…"] = …`."""
    for put in puts:
        line = workspace.line(put.span.file, put.span.line) or ""
        found = re.match(rf'(\s*[\w.]+\["){re.escape(put.key)}("\]\s*=\s*)', line)
        if found is not None and put.call is None:
            return inserted(put.span, 1, f'{found[1]}{name}{found[2]}"{word}"\n')
    return None


def _beside(workspace: Workspace, setter: Span, call: str, property_: str) -> Edit | None:
    """Another method, or in Kotlin another property, of the same object on a line before."""
    line = workspace.line(setter.file, setter.line) or ""
    found = re.fullmatch(r"(\s*(?:[\w.]+\.)?)set(?:Host|Port)\(.*\)(;?)\s*", line)
    own = re.match(r"(\s*(?:[\w.]+\.)?)(?:host|port)\s*=", line)
    if setter.line != setter.end_line or (found is None and own is None):
        return None
    if found is not None:
        return inserted(setter, 1, f"{found[1]}{call}{found[2]}\n")
    assert own is not None
    return inserted(setter, 1, f"{own[1]}{property_}\n")
