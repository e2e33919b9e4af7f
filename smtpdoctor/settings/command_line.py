"""The options of the command line and TARGET, checked: whatever is wrong here is wrong usage.

This module knows what can be said on the command line. It must not know the environment or files,
nor which source wins. No message shows more of an argument than is known to be harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TextIO, TypeVar

import msgspec

from smtpdoctor.settings import values
from smtpdoctor.settings.candidates import Candidate, Layer, url_candidate, url_parts
from smtpdoctor.settings.masking import Masking, Shown
from smtpdoctor.settings.model import MASK, Field, Origin, Secret, TLSMode
from smtpdoctor.settings.names import ValueKind
from smtpdoctor.settings.sources import encodable
from smtpdoctor.settings.usage import UsageError

Value = TypeVar("Value")

#: No password is longer; what is has been given by mistake, and would be cut.
LONGEST_PASSWORD = 1 << 16


class _Target(msgspec.Struct):
    target: str | None = None


class Given(_Target, kw_only=True):
    """What was given for the settings, on the command line or from Python; None where nothing was.

    Numbers may come as numbers. `password` counts as given with --password-stdin.
    """

    host: str | None = None
    port: int | str | None = None
    tls: TLSMode | None = None
    user: str | None = None
    password: str | None = None
    sender: str | None = None  # --from
    to: str | None = None
    ehlo: str | None = None
    size: int | str | None = None
    client: str | None = None
    env_file: str | None = None

    def __repr__(self) -> str:
        """Without the values: the password is one, and TARGET may hold another."""
        return f"<{type(self).__name__}>"


class Options(Given, kw_only=True):
    """What was given, where the password may still have to be read."""

    password_stdin: bool = False


def layers_of_options(options: Options, stdin: TextIO | None) -> list[Layer]:
    """What the command line gives: the options, then TARGET. Raises UsageError."""
    if options.target is not None and options.host is not None:
        raise UsageError("TARGET and --host both name the host: give one of them")
    found = [Layer(label="options", kind="option", candidates=tuple(_options(options, stdin)))]
    if options.target is not None:
        target = tuple(_target(options.target))
        _contradict(options, target)
        found.append(Layer(label="options", kind="target", candidates=target))
    return found


def _contradict(options: Options, target: Iterable[Candidate]) -> None:
    """TARGET and an option that say different things: neither is the one that was meant."""
    for part in target:
        if part.field == "port" and options.port is not None:
            said, port = _text(options.port) or "", part.raw.reveal()
            if said.strip() != port.strip():
                raise UsageError(f"TARGET says port {port}, and --port another: give one of them")


def _options(options: Options, stdin: TextIO | None) -> Iterator[Candidate]:
    yield from _option("--host", options.host, "host", "host", values.read_host)
    yield from _option("--port", _text(options.port), "port", "port", values.read_port)
    yield from _option("--tls", options.tls, "tls", "tls", values.read_tls)
    yield from _option("--user", options.user, "username", "username", values.read_username)
    yield from _option("--from", options.sender, "sender", "sender", values.read_address)
    yield from _option("--to", options.to, "recipient", "sender", values.read_address)
    yield from _option("--ehlo", options.ehlo, "ehlo", "plain", values.read_word)
    yield from _option("--size", _text(options.size), "size", "plain", values.read_size)
    yield from _option("--client", options.client, "client", "plain", values.read_client)
    if options.password_stdin or options.password is not None:
        yield Candidate(
            field="password",
            kind="secret",
            raw=_password(options.password, stdin),
            origin=Origin(kind="option", name="--password-stdin"),
            text=MASK,
        )


def _option(
    name: str,
    text: str | None,
    field: Field,
    kind: ValueKind,
    reader: Callable[[str], values.Meaning[Value]],
) -> Iterator[Candidate]:
    if text is None:
        return
    if not text.strip():
        raise UsageError(f"{name}: empty")
    text = encodable(text)
    if len(text) > values.LONGEST:
        raise UsageError(f"{name}: longer than {values.LONGEST} characters")
    shown = Masking(()).value(kind, text)
    meaning = reader(text)
    if meaning.problem == "port" and isinstance(meaning.value, values.Host):
        raise UsageError(f"{name} takes a host alone: say --port {meaning.value.port} for the port")
    if meaning.problem:
        quoted = f" {values.quoted(shown)}" if kind == "host" else ""
        raise UsageError(f"{name}{quoted}: {meaning.detail}")
    yield Candidate(
        field=field,
        kind=kind,
        raw=Secret(text),
        origin=Origin(kind="option", name=name),
        text=shown,
    )


def _text(value: int | str | None) -> str | None:
    return None if value is None else str(value)


def _password(given: str | None, stdin: TextIO | None) -> Secret:
    if given is not None:
        if not given:
            raise UsageError("password: empty")
        return Secret(given)
    try:
        line = _typed() if stdin is not None and stdin.isatty() else _line_of(stdin)
    except UnicodeDecodeError:
        raise UsageError("--password-stdin: standard input is not UTF-8 text") from None
    line = line.removesuffix("\n").removesuffix("\r")
    if not line:
        raise UsageError("--password-stdin: no password on standard input")
    if len(line) > LONGEST_PASSWORD:
        raise UsageError(
            f"--password-stdin: more than {LONGEST_PASSWORD} characters in a line, no password"
        )
    return Secret(line)


def _line_of(stdin: TextIO | None) -> str:
    # two more than allowed: a line end may follow
    return stdin.readline(LONGEST_PASSWORD + 3) if stdin is not None else ""


def _typed() -> str:
    """The password of somebody who types it: asked for, and not shown."""
    import getpass

    try:
        return getpass.getpass("Password: ")
    except EOFError:
        return ""


def _target(text: str) -> Iterator[Candidate]:
    if not text.strip():
        raise UsageError("TARGET: empty")
    text = encodable(text)
    masking = Masking(())
    url = masking.url(text)
    shown = values.quoted(url.masked)
    if url.mode is None and url.username and not url.password:
        raise UsageError(f"TARGET is a host, host:port or URL, and {shown} is a mail address")
    if url.problem and not url.tolerated:
        raise UsageError(f"TARGET {shown}: {url.detail}")
    origin = Origin(kind="target", name="TARGET")
    if url.mode is not None:
        seen = Shown(text=url.masked, line=None, origin=origin)
        yield url_candidate(url, text, seen)
    for part in url_parts(url, masking, lambda _: origin, None):
        yield part if url.mode else msgspec.structs.replace(part, part_of=None)
