"""Nodemailer: `createTransport` with an object, a URL, or a service's name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from smtpdoctor.settings.dialects import node_programs, nodemailer_options
from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.node_variables import SUFFIXES, all_variables, package_of
from smtpdoctor.settings.dialects.nodemailer_options import DATA, FIELDS, MODES, transport_options
from smtpdoctor.settings.dialects.senders import (
    narrowed,
    through_callers,
    usual,
    without_variables,
)
from smtpdoctor.settings.folder import Skipped
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.callers import is_of_the_folder, means
from smtpdoctor.settings.readers.evaluation import Closure
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Unknown, Value, is_sender
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.module import FoundCall, Module


#: Files that are looked at for calls of one function.
MOST_CALLERS = 20
NO_DEFAULTS = Known(ABSENT)


class Given(NamedTuple):
    """What a program gives Nodemailer under some variables: the options, a sender, and where."""

    argument: Value
    sender: Callable[[], Value]
    line: int


#: What makes a transport of options in the packages of Nodemailer's first versions, by the names
#: that programs give them and by the packages' own.
OLD_TRANSPORTS = (
    *("smtpTransport", "smtpPool", "SMTPTransport", "SMTPPool"),
    *("nodemailer-smtp-transport", "nodemailer-smtp-pool"),
)
#: Under variables with which the program has no such options.
LEFT_OUT = Given(Known(ABSENT), lambda: Known(ABSENT), 1)


class Nodemailer:
    """Programs whose options go to Nodemailer as they are: the others are made from this one."""

    id = "nodemailer"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = MODES

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each `createTransport` that some way through the program reaches."""
        for path in workspace.folder.containing(rb"\bcreateTransport\b", *SUFFIXES):
            for variables in all_variables(workspace, path):
                module = workspace.module(path, variables)
                if module is None:
                    continue
                for number, call in enumerate(module.calls("createTransport")):
                    if call.reached is False or _is_own(workspace, path, call):
                        continue
                    callers = [*_callers(workspace, module, call, variables)]
                    for caller in _apart(workspace, module, call, variables, callers):
                        draft = self._call(workspace, path, variables, number, caller)
                        if call.reached is None and nodemailer_options.keeps_mail(draft.options):
                            continue  # where it is tried out: `if (host === "test")`
                        if other := nodemailer_options.sends_otherwise(draft.options):
                            why = f"its transport sends by {other}, not by SMTP"
                            workspace.folder.skipped.append(Skipped(path=draft.place, why=why))
                        else:
                            yield draft
        yield from self._handed(workspace)

    def _handed(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each program that hands its options to Nodemailer itself."""
        for way, path in node_programs.found(workspace, SUFFIXES):
            for variables in all_variables(workspace, path):
                module = workspace.module(path, variables)
                for number, call in enumerate(module.calls(*way.calls) if module else ()):
                    whole = way.argument(call)
                    if whole is None or call.reached is False:
                        continue
                    kept = way.kept(whole)
                    if kept is not None or node_programs.is_given(way.options(whole)):
                        draft = self._of_way(workspace, path, variables, way, number)
                        if kept is not None:
                            value = Known(True, kept.span, kept.trail)
                            draft.options["jsonTransport"] = Option("jsonTransport", value)
                        yield draft

    def _of_way(
        self,
        workspace: Workspace,
        path: str,
        variables: Variables,
        way: node_programs.Way,
        number: int,
    ) -> Draft:
        def given(under: Variables) -> Given:
            module = workspace.module(path, under)
            assert module is not None
            call = module.calls(*way.calls)[number]
            whole = call.argument(way.place)

            def sender() -> Value:
                made = module.calls(way.defaults) if way.defaults else []
                values = [way.sender(whole)]
                values += (each.argument(0).at("defaults", "from") for each in made)
                told = next((each for each in values if _is_told(each)), None)
                return told if told is not None else sender_of(workspace, module, under)

            return Given(way.options(whole), sender, call.span.line)

        return self.draft(workspace, path, variables, given)

    def _call(
        self,
        workspace: Workspace,
        path: str,
        variables: Variables,
        number: int,
        caller: tuple[str, int] | None,
    ) -> Draft:
        def given(under: Variables) -> Given:
            module = workspace.module(path, under)
            assert module is not None
            call = module.calls("createTransport")[number]
            outer = workspace.module(caller[0], under) if caller is not None else None
            if caller is not None and outer is not None:
                call = call.within(outer.calls(call.caller)[caller[1]])
            return Given(
                _argument(module, call),
                lambda: sender_of(
                    workspace,
                    module,
                    under,
                    call.argument(1),
                    _messages_elsewhere(workspace, call, under),
                ),
                call.span.line,
            )

        return self.draft(workspace, path, variables, given)

    def draft(
        self,
        workspace: Workspace,
        path: str,
        variables: Variables,
        given: Callable[[Variables], Given],
    ) -> Draft:
        """The set-up whose options stand in that file."""
        read: dict[int, tuple[Variables, Given]] = {}

        def under(variables: Variables) -> Given:
            """The same, once for each variables, which are kept so that their id stays theirs."""
            if id(variables) not in read:
                read[id(variables)] = (variables, given(variables))
            return read[id(variables)][1]

        argument, sender, line = under(variables)
        version = version_of(workspace, path)
        options = transport_options(
            argument, lambda other: under(other).argument, workspace, version, variables
        )
        mail_from = without_variables(sender())
        if is_sender(mail_from) or mail_from.unset:
            whole = Option("from", mail_from, lambda other: under(other).sender())
            options["from"] = narrowed(whole, workspace)
        return Draft(
            dialect=self,
            place=f"{path}:{line}",
            options=options,
            variables=variables,
            language="javascript",
            version=version,
            profile=workspace.profile_of("NODE_ENV"),
            files=(path,),
            insert=lambda new: nodemailer_options.insert(workspace, options, argument, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return nodemailer_options.outcome(options)


DIALECT = Nodemailer()


def version_of(workspace: Workspace, near: str) -> str:
    found = workspace.dependencies.find("npm", "nodemailer", near=near)
    return found.version if found is not None else ""


def _is_own(workspace: Workspace, path: str, call: FoundCall) -> bool:
    """Whether this calls a function of the folder that has Nodemailer's name, or what something
    else gave under it: `const { mutateAsync: createTransport } = useMutation()`."""
    if isinstance(call.callee, Known) and isinstance(call.callee.value, Closure):
        return True
    data = workspace.read(path) or b""
    if b"nodemailer" in data.lower():
        return False
    is_made = call.name == "createTransport" and call.is_made
    return is_made or _is_of_another_library(workspace, call.imported_from or ())


def _is_of_another_library(workspace: Workspace, module: Sequence[str]) -> bool:
    """Whether a function comes from a package that the folder depends on, or from its scope, and
    that has nothing to do with mail: Sentry's `createTransport` sends its reports."""
    if not module or any("mail" in part.lower() for part in module):
        return False
    return any(
        each.ecosystem == "npm" and each.name.partition("/")[0] == module[0]
        for each in workspace.dependencies.all
        if each.major is not None  # `workspace:*` is the folder's own
    )


def _callers(
    workspace: Workspace, module: Module, call: FoundCall, variables: Variables
) -> Iterator[tuple[str, int]]:
    """Where other files call the function that is given the options: the file, and the number
    among its calls of that name."""
    name = call.caller
    if not name or not (_is_given(call.argument(0)) or call.reached is None):
        return
    needle = rb"\b" + re.escape(name.encode()) + rb"\s*[(<]"
    for path in workspace.folder.containing(needle, *SUFFIXES)[:MOST_CALLERS]:
        other = workspace.module(path, variables)
        if other is None or path == module.file:
            continue
        for number, outer in enumerate(other.calls(name)):
            callee = outer.callee
            another = is_of_the_folder(callee) and not means(callee, call.enclosing)
            if outer.reached is not False and outer.count and not another:
                yield path, number


def _apart(
    workspace: Workspace,
    module: Module,
    call: FoundCall,
    variables: Variables,
    callers: list[tuple[str, int]],
) -> Iterator[tuple[str, int] | None]:
    """The callers by which the call is reached, one of those that give the same; None where nobody
    is known to call."""
    if not callers:
        yield None
    seen: list[list[object]] = []
    for path, number in callers:
        outer = workspace.module(path, variables)
        assert outer is not None
        inner = call.within(outer.calls(call.caller)[number])
        argument = _argument(module, inner)
        given = [_told(argument), *(_told(argument.at(*name.split("."))) for name in FIELDS)]
        if inner.reached is not False and given not in seen:
            seen.append(given)
            yield path, number


def _told(value: Value) -> object:
    """A value with its place, to be compared with another caller's."""
    if isinstance(value, Unknown):
        return value.reason, value.text
    return None if isinstance(value.value, Map) else (value.value, value.written)


def _is_given(argument: Value) -> bool:
    """Whether whoever calls the function decides the host."""
    values = [argument, argument.get("host"), argument.get("url"), argument.get("service")]
    return any(isinstance(value, Unknown) and value.reason == "parameter" for value in values)


def _argument(module: Module, call: FoundCall) -> Value:
    """The options; those of `smtpTransport({…})` where the old packages of that name make them."""
    argument = call.argument(0)
    if isinstance(argument, Unknown) and argument.reason in ("called", "imported"):
        for inner in module.calls(*OLD_TRANSPORTS):
            if argument.span == inner.span:
                return inner.argument(0)
    return argument


def sender_of(
    workspace: Workspace,
    module: Module,
    variables: Variables,
    defaults: Value = NO_DEFAULTS,
    elsewhere: Iterable[FoundCall] = (),
) -> Value:
    """The sender that the transport has by default, else that of the first message here, else of
    the first one in other files: what stands there, or what the message's function is handed.

    Where a message is spread over it, what stands there is what it is without.
    """
    if _is_told(said := usual(defaults.get("from"))):
        return said
    for mail in itertools.chain(module.calls("sendMail"), elsewhere):
        found = through_callers(workspace, variables, mail, _from, SUFFIXES, _is_told)
        if found is not None:
            return found
    return Known(ABSENT)


def _from(mail: FoundCall) -> Value:
    """Who a message is from; without it, MAIL FROM is what `sender`, then `replyTo` says
    (lib/mime-node/index.js, getEnvelope)."""
    values = (usual(_own(mail.argument(0), key)) for key in ("from", "sender", "replyTo"))
    return next((each for each in values if not each.absent), NO_DEFAULTS)


def first_sender(workspace: Workspace, variables: Variables, needle: bytes, *calls: str) -> Value:
    """Who the first message is from that a file with the needle hands to one of these calls."""
    for path in workspace.folder.containing(needle, *SUFFIXES)[:MOST_CALLERS]:
        module = workspace.module(path, variables)
        for mail in module.calls(*calls) if module is not None else ():
            sender = through_callers(workspace, variables, mail, _from, SUFFIXES, _is_told)
            if sender is not None:
                return sender
    return NO_DEFAULTS


def _messages_elsewhere(
    workspace: Workspace, call: FoundCall, variables: Variables
) -> Iterator[FoundCall]:
    """The messages that other files hand to the transport that this call makes; where it is the
    package's only one, what they hand to one that is given to them."""
    file = call.span.file
    package = package_of(workspace, file)
    others = workspace.folder.containing(rb"\bcreateTransport\b\s*[(<]", *SUFFIXES)
    only = not any(each != file and package_of(workspace, each) == package for each in others)
    for path in workspace.folder.containing(rb"\bsendMail\b", *SUFFIXES)[:MOST_CALLERS]:
        other = workspace.module(path, variables) if path != file else None
        own = only and package_of(workspace, path) == package
        for mail in other.calls("sendMail") if other is not None else ():
            receiver = mail.receiver
            # a middleware's, too: `req.transporter`
            is_given = isinstance(receiver, Unknown) and receiver.reason in ("parameter", "request")
            is_its = _may_be(receiver, call) or (own and is_given)
            if mail.reached is not False and is_its:
                yield mail


def _may_be(receiver: Value, call: FoundCall) -> bool:
    """Whether it is what this call makes, on one of several ways at least: `if (!t) t = …`."""
    ways = receiver.alternatives if isinstance(receiver, Unknown) else ()
    return receiver.span == call.span or any(_may_be(each, call) for each in ways)


def _is_told(sender: Value) -> bool:
    """Whether it is an address, or an object with one: `{ name, address }`."""
    if isinstance(sender, Known) and isinstance(sender.value, Map):
        sender = sender.get("address")
    return is_sender(sender)


def _own(value: Value, key: str) -> Value:
    if isinstance(value, Known) and isinstance(value.value, Map):
        entry = value.value.entry(key)
        return entry.value if entry is not None else Known(ABSENT)
    return value.get(key)
