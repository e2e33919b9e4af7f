"""Where programs that send by Nodemailer are handed its options, other than by `createTransport`.

Knows email-templates, Payload 2 and the old transport packages: which call gets the options, and
where in them. It must not know what Nodemailer makes of its options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smtpdoctor.settings.readers.model import Known, Map, Value

if TYPE_CHECKING:
    from smtpdoctor.settings.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Way:
    """One way of handing options over: a call, and where in its argument they and a sender are.

    `needle` is in every file that has it, `unless` in none. `off`: a key that keeps mail back
    where it is false.
    """

    needle: bytes
    calls: tuple[str, ...]
    options: Callable[[Value], Value]
    sender: Callable[[Value], Value]
    unless: bytes = b""
    off: str = ""


def _at(*keys: str) -> Callable[[Value], Value]:
    return lambda whole: whole.at(*keys)


WAYS = (
    # email-templates 11, index.js
    Way(
        rb"\bemail-templates\b",
        ("email-templates",),
        _at("transport"),
        _at("message", "from"),
        off="send",
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
