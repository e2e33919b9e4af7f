"""Where programs that send by Nodemailer are handed its options, other than by `createTransport`.

Knows email-templates, Payload 2, Fastify's plugins, Vendure's and the old transport packages: which
call gets the options, and where in them. It must not know what Nodemailer makes of its options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smtpdoctor.settings.readers.model import Known, Map, Value

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.module import FoundCall
    from smtpdoctor.settings.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Way:
    """One way of handing options over: a call, and where in its argument they and a sender are.

    `needle` is in every file that has it, `unless` in none. `place` is the argument's; `plugins`
    are packages of which the first argument has to be. `kept`: what keeps mail back, None where
    nothing does.
    """

    needle: bytes
    calls: tuple[str, ...]
    options: Callable[[Value], Value]
    sender: Callable[[Value], Value]
    unless: bytes = b""
    place: int = 0
    plugins: tuple[str, ...] = ()
    kept: Callable[[Value], Known | None] = lambda _: None
    #: The call whose `defaults` have a sender for what the first says none for.
    defaults: str = ""

    def argument(self, call: FoundCall) -> Value | None:
        """What the call is given, None where another plugin's."""
        if self.plugins and call.imported(0) not in self.plugins:
            return None
        return call.argument(self.place)


def _at(*keys: str) -> Callable[[Value], Value]:
    return lambda whole: whole.at(*keys)


def _said(*keys: str, by: tuple[object, ...]) -> Callable[[Value], Known | None]:
    """The option that keeps mail back where it has one of these values."""

    def kept(whole: Value) -> Known | None:
        value = whole.at(*keys)
        if not isinstance(value, Known):
            return None
        # 1 is not true here
        told = any(type(each) is type(value.value) and each == value.value for each in by)
        return value if told else None

    return kept


def _vendure_keeps(whole: Value) -> Known | None:
    """@vendure/email-plugin, src/plugin.ts and src/sender/nodemailer-email-sender.ts."""
    development = _said("devMode", by=(True,))(whole)
    return development or _said("transport", "type", by=("none", "file", "testing"))(whole)


WAYS = (
    # email-templates 11, index.js
    Way(
        rb"\bemail-templates\b",
        ("email-templates",),
        _at("transport"),
        _at("message", "from"),
        kept=_said("send", by=(False,)),
    ),
    # payload 2, src/email/build.ts
    Way(
        rb"\btransportOptions\b",
        ("payload.init",),
        _at("email", "transportOptions"),
        _at("email", "fromAddress"),
    ),
    # feathers-mailer and others that take a transport: nodemailer-smtp-transport 2, index.js
    Way(
        rb"nodemailer-smtp-(?:transport|pool)",
        ("nodemailer-smtp-transport", "nodemailer-smtp-pool"),
        lambda whole: whole,
        lambda _: Known(None),
        unless=rb"\bcreateTransport\b",
    ),
    # fastify-mailer 2, plugin.js
    Way(
        rb"\bfastify-mailer\b",
        ("register",),
        _at("transport"),
        _at("defaults", "from"),
        place=1,
        plugins=("fastify-mailer",),
    ),
    # fastify-nodemailer 5, index.js
    Way(
        rb"\bfastify-nodemailer\b",
        ("register",),
        lambda whole: whole,
        lambda _: Known(None),
        place=1,
        plugins=("fastify-nodemailer",),
    ),
    # @redwoodjs/mailer-handler-nodemailer 7 and 8, @cedarjs' alike: src/index.ts
    Way(
        rb"@(?:redwoodjs|cedarjs)/mailer-handler-nodemailer",
        ("NodemailerMailHandler",),
        _at("transport"),
        _at("defaults", "from"),
        defaults="Mailer",
    ),
    # @vendure/email-plugin 1 to 3
    Way(
        rb"\bEmailPlugin\s*\.\s*init\b",
        ("EmailPlugin.init",),
        _at("transport"),
        _at("globalTemplateVars", "fromAddress"),
        kept=_vendure_keeps,
    ),
)


def found(workspace: Workspace, suffixes: tuple[str, ...]) -> Iterator[tuple[Way, str]]:
    """The files in which a way may be taken."""
    for way in WAYS:
        for path in workspace.folder.containing(way.needle, *suffixes):
            without = workspace.folder.containing(way.unless, *suffixes) if way.unless else []
            if path not in without:
                yield way, path


def is_given(options: Value) -> bool:
    """Whether they are options, not a transport that is made elsewhere."""
    return isinstance(options, Known) and isinstance(options.value, Map | str)
