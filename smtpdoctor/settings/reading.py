"""From options, environment and file to `Settings` and `Credentials`.

This module knows precedence, defaults and what excludes what. It must not know how a source is
read (`sources`), what a single text means (`values`, `url`), nor judge (`diagnosis`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO, TypeVar

import msgspec

from smtpdoctor.settings import values
from smtpdoctor.settings.model import (
    MASK,
    Credentials,
    Field,
    NearMiss,
    Origin,
    Secret,
    Setting,
    Settings,
    Shadowed,
)
from smtpdoctor.settings.names import BY_NAME, Reading, looks_like, preferred
from smtpdoctor.settings.placeholders import is_unexpanded
from smtpdoctor.settings.sources import (
    DOTENV,
    STDIN,
    Occurrence,
    Source,
    UsageError,
    dotenv_file,
    encodable,
    environment,
    standard_input,
)
from smtpdoctor.settings.url import URL, Part, read_url

__all__ = ["Given", "Options", "UsageError", "read_settings"]

Value = TypeVar("Value")

#: A package.json is some kilobytes; what is larger is none that somebody wrote.
MAX_PACKAGE = 1024 * 1024

DEFAULT_HOST = "smtp.ionos.com"
PORTS = {"implicit": 465, "starttls": 587, "none": 587}

SECRETS: frozenset[Field] = frozenset({"password", "token"})
CREDENTIALS: frozenset[Field] = frozenset({"username", "password", "token"})

#: In the order in which they are shown.
FIELDS: tuple[Field, ...] = (
    "url",
    "host",
    "port",
    "tls",
    "username",
    "password",
    "token",
    "sender",
    "recipient",
    "verify",
    "ehlo",
    "size",
    "client",
)

#: What makes a run one with settings: the others only refine it.
CONFIGURES: frozenset[Field] = frozenset(
    {"url", "host", "port", "tls", "username", "password", "token", "sender"}
)

MODES: dict[Reading, Callable[[str], values.Read[values.Mode]]] = {
    "tls": values.read_tls,
    "secure": values.read_secure,
    "scheme": values.read_scheme,
}
VERIFY: dict[Reading, Callable[[str], values.Read[bool]]] = {
    "verify": values.read_verify,
    "node-verify": values.read_node_verify,
}

EMPTY = "empty, which counts as unset"

OPTIONS, TARGET, ENVIRONMENT, FILE = range(4)


class _Target(msgspec.Struct):
    target: str | None = None


class Given(_Target, kw_only=True):
    """What was given for the settings, on the command line or from Python; None where nothing was.

    Numbers may come as numbers. `password` counts as given with --password-stdin.
    """

    host: str | None = None
    port: int | str | None = None
    tls: str | None = None
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


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A text that one source has for one field, before it is known which source wins.

    `layer` counts from 0, the highest precedence. `earlier` are the same variable's values
    further up in the file, which this one replaces.
    """

    field: Field
    reading: Reading
    raw: Secret
    layer: int
    origin: Origin
    text: str
    source_line: str | None = None
    note: str = ""
    part_of: Field | None = None
    problem: values.Read[None] | None = None  # where it is known already, as of a URL
    earlier: tuple[Shadowed, ...] = ()

    @property
    def blank(self) -> bool:
        value = self.raw.reveal()
        return not (value if self.reading == "secret" else value.strip())


def read_settings(
    options: Options, *, environ: Mapping[str, str], folder: Path, stdin: TextIO | None
) -> tuple[Settings, Credentials]:
    """The settings that a run goes by, from options, environment and `.env`, in this order.

    A bad value in the environment or the file is marked at its setting and replaced by the
    default. Raises UsageError for a bad value in an option or TARGET, and for a settings file
    that cannot be read.
    """
    given = list(_options(options, stdin))
    sources = [environment(environ)]
    file = _file(options, folder, stdin)
    if file is not None:
        sources.append(file)
    configured = _Configured(sources, extra=[c.raw for c in given if c.field in SECRETS])
    reading = _Reading([*given, *configured.candidates()])
    return reading.settings(
        folder=str(folder),
        sources=(
            *(("options",) if given or options.env_file else ()),
            *(source.label for source in sources),
        ),
        near=[pair for source in sources for pair in source.near],
    )


def _file(options: Options, folder: Path, stdin: TextIO | None) -> Source | None:
    if options.env_file == STDIN:
        if options.password_stdin:
            raise UsageError("--password-stdin and --env-file - both read standard input")
        return standard_input(stdin)
    if options.env_file is None:
        return dotenv_file(folder / DOTENV, DOTENV, required=False)
    if not options.env_file:
        raise UsageError("--env-file: no file name")
    return dotenv_file(folder / options.env_file, encodable(options.env_file), required=True)


# --- options and TARGET ------------------------------------------------------------------------


def _options(options: Options, stdin: TextIO | None) -> Iterator[Candidate]:
    """What the command line gives, checked: whatever is wrong here is wrong usage."""
    if options.target is not None and options.host is not None:
        raise UsageError("TARGET and --host both name the host: give one of them")
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
            reading="secret",
            raw=_password(options.password, stdin),
            layer=OPTIONS,
            origin=Origin(kind="option", name="--password-stdin"),
            text=MASK,
        )
    if options.target is not None:
        yield from _target(options.target)


def _option(
    name: str,
    text: str | None,
    field: Field,
    reading: Reading,
    reader: Callable[[str], values.Read[Value]],
) -> Iterator[Candidate]:
    if text is None:
        return
    if not text.strip():
        raise UsageError(f"{name}: empty")
    read = reader(text)
    if read.problem == "port" and isinstance(read.value, values.Host):
        raise UsageError(f"{name} takes a host alone: say --port {read.value.port} for the port")
    if read.problem:
        shown = f" {values.quoted(read_url(text).masked)}" if reading == "host" else ""
        raise UsageError(f"{name}{shown}: {read.detail}")
    text = encodable(text)
    yield Candidate(
        field=field,
        reading=reading,
        raw=Secret(text),
        layer=OPTIONS,
        origin=Origin(kind="option", name=name),
        text=text,
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
    return Secret(line)


def _line_of(stdin: TextIO | None) -> str:
    return stdin.readline(1 << 16) if stdin is not None else ""


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
    url = read_url(text)
    shown = values.quoted(url.masked)
    if url.mode is None and url.username and not url.password:
        raise UsageError(f"TARGET is a host, host:port or URL, and {shown} is a mail address")
    if url.problem and not url.note:
        raise UsageError(f"TARGET {shown}: {url.detail}")
    origin = Origin(kind="target", name="TARGET")
    if url.mode is not None:
        yield _url_candidate(url, text, TARGET, origin, None)
    for part in _parts(url, TARGET, lambda _: origin, None):
        yield part if url.mode else msgspec.structs.replace(part, part_of=None)


# --- environment and file ----------------------------------------------------------------------


class _Configured:
    """The candidates of the environment and the file, every text of theirs masked."""

    def __init__(self, sources: Sequence[Source], extra: Sequence[Secret]) -> None:
        self.sources = sources
        self.secrets = {secret.reveal() for secret in extra}
        for source in sources:
            for item in source.occurrences:
                self.secrets.update(_secrets_of(item))

    def candidates(self) -> Iterator[Candidate]:
        url_read = False
        for layer, source in enumerate(self.sources, ENVIRONMENT):
            latest: dict[str, Occurrence] = {}
            earlier: dict[str, list[Shadowed]] = {}
            for item in source.occurrences:
                if item.name in latest:
                    earlier.setdefault(item.name, []).insert(0, self._shadowed(latest[item.name]))
                latest[item.name] = item
            for name in BY_NAME:
                if name not in latest:
                    continue
                before = tuple(earlier.get(name, ()))
                if BY_NAME[name].reading != "url":
                    yield self._plain(latest[name], layer, before)
                    continue
                # a URL of lower precedence is shadowed whole: its parts never fill another's gaps
                yield from self._url(latest[name], layer, before, parts=not url_read)
                url_read = url_read or bool(latest[name].value.reveal().strip())

    def _plain(self, item: Occurrence, layer: int, earlier: tuple[Shadowed, ...]) -> Candidate:
        variable = BY_NAME[item.name]
        line, columns = self._line(item)
        return Candidate(
            field=variable.field,
            reading=variable.reading,
            raw=item.value,
            layer=layer,
            origin=msgspec.structs.replace(item.origin, columns=columns),
            text=_shown(item),
            source_line=line,
            note=item.note,
            earlier=earlier,
        )

    def _url(
        self, item: Occurrence, layer: int, earlier: tuple[Shadowed, ...], *, parts: bool
    ) -> Iterator[Candidate]:
        text = item.value.reveal()
        url = read_url(text)
        line, columns = self._line(item)
        origin = msgspec.structs.replace(item.origin, columns=columns)
        whole = _url_candidate(url, text, layer, origin, line)
        yield msgspec.structs.replace(
            whole, earlier=earlier, note="; ".join(filter(None, (item.note, whole.note)))
        )
        if not parts or whole.blank:
            return

        def place(part: Part) -> Origin:
            if columns is None or item.line is None or not _verbatim(item):
                return origin
            first = columns[0] + len(item.line.quote)
            start, end = url.shift(part.span)
            return msgspec.structs.replace(origin, columns=(first + start, first + end))

        yield from _parts(url, layer, place, line)

    def _shadowed(self, item: Occurrence) -> Shadowed:
        _, columns = self._line(item)
        origin = msgspec.structs.replace(item.origin, columns=columns)
        return Shadowed(origin=origin, text=_shown(item))

    def _line(self, item: Occurrence) -> tuple[str | None, tuple[int, int] | None]:
        """The line for a report to point at, and the value's columns in it.

        What stands behind a secret on its line is left out: a password cut off at `#` goes on
        there. The mask is as long for every secret.
        """
        if item.line is None:
            return None, None
        text = item.line.text.reveal()
        start, end = item.line.columns
        head, shown, tail = text[: start - 1], text[start - 1 : end - 1], text[end - 1 :]
        reading = BY_NAME[item.name].reading
        if _secrets_of(item):
            quote = item.line.quote
            whole = reading != "secret" and _verbatim(item)
            shown, tail = f"{quote}{_shown(item)}{quote}" if whole else MASK, ""
        if reading in {"secret", "url"}:
            tail = ""
        return f"{head}{shown}{_without(self.secrets, tail)}", (start, start + len(shown))


def _shown(item: Occurrence) -> str:
    """The value as reports show it."""
    value = item.value.reveal()
    reading = BY_NAME[item.name].reading
    if reading == "secret":
        return MASK if value else ""
    if reading == "url" or (reading == "host" and "@" in value):
        return _without(_secrets_of(item), read_url(value).masked)
    return value


def _without(secrets: set[str], text: str) -> str:
    """The text with every secret masked; one of three characters or less is in any text."""
    for secret in secrets:
        if len(secret) > 3:
            text = text.replace(secret, MASK)
    return text


def _secrets_of(item: Occurrence) -> set[str]:
    """Every secret that the value holds, as written and as meant."""
    value = item.value.reveal()
    reading = BY_NAME[item.name].reading
    if reading == "secret":
        return {value} - {""}
    if reading == "url" or (reading == "host" and "@" in value):
        url = read_url(value)
        found = {value[start:end] for start, end in url.secrets}
        return found | ({url.password.value.reveal()} if url.password else set())
    return set()


def _verbatim(item: Occurrence) -> bool:
    """Whether the value stands in its line as it is: without escapes, in one line."""
    if item.line is None:
        return False
    start, end = item.line.columns
    quote = item.line.quote
    return item.line.text.reveal()[start - 1 : end - 1] == f"{quote}{item.value.reveal()}{quote}"


def _url_candidate(url: URL, text: str, layer: int, origin: Origin, line: str | None) -> Candidate:
    problem, detail = url.problem, url.detail
    if problem is None and url.mode is None and text.strip():
        problem, detail = "not-a-url", "no smtp:// or smtps:// before it"
    if problem is not None and is_unexpanded(text):
        problem, detail = "placeholder", "a template's text, not a URL"
    return Candidate(
        field="url",
        reading="url",
        raw=Secret(text),
        layer=layer,
        origin=origin,
        text=url.masked,
        source_line=line,
        note=url.note,
        problem=values.Read(problem=problem, detail=detail) if problem else None,
    )


def _parts(
    url: URL, layer: int, place: Callable[[Part], Origin], line: str | None
) -> Iterator[Candidate]:
    parts: tuple[tuple[Field, Reading, Part | None], ...] = (
        ("host", "host", url.host),
        ("port", "port", url.port),
        ("tls", "scheme", url.mode),
        ("username", "username", url.username),
        ("password", "secret", url.password),
        ("verify", "verify", url.verify),
    )
    for field, reading, part in parts:
        if part is not None:
            yield Candidate(
                field=field,
                reading=reading,
                raw=part.value,
                layer=layer,
                origin=place(part),
                text=MASK if field in SECRETS else part.value.reveal(),
                source_line=line,
                part_of="url",
            )


# --- precedence --------------------------------------------------------------------------------


class _Reading:
    """Candidates of all sources, resolved field by field."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.candidates = sorted(candidates, key=lambda candidate: candidate.layer)
        self.entries: dict[Field, Setting] = {}
        self.withheld = False
        self._keep_to_target()

    def _of(self, field: Field) -> list[Candidate]:
        return [candidate for candidate in self.candidates if candidate.field == field]

    def _first(self, field: Field, *layers: int) -> Candidate | None:
        """The one that wins: an empty text counts as unset."""
        found = [c for c in self._of(field) if c.layer in layers]
        return next((c for c in found if not c.blank), found[0] if found else None)

    def _keep_to_target(self) -> None:
        """Leave out what was configured for another host than the one that was asked for.

        Credentials never go to another host. A TARGET is whole: port and mode of another host,
        and the mode of another port, do not belong to it.
        """
        asked = self._host(OPTIONS, TARGET)
        theirs = self._first("host", ENVIRONMENT, FILE)
        elsewhere = (
            asked is not None
            and theirs is not None
            and not theirs.blank
            and asked != self._host(ENVIRONMENT, FILE)
        )
        leave: set[Field] = set(CREDENTIALS) if elsewhere else set()
        if self._first("host", TARGET) is not None:
            port, their_port = self._port(TARGET), self._port(ENVIRONMENT, FILE)
            if elsewhere or self._first("tls", TARGET) is not None:
                leave |= {"port", "tls"}
                leave |= {"url"} if elsewhere else set()
            elif None not in {port, their_port} and port != their_port:
                leave |= {"tls"}
        kept = [c for c in self.candidates if c.layer < ENVIRONMENT or c.field not in leave]
        self.withheld = elsewhere and any(
            c.layer >= ENVIRONMENT and c.field in CREDENTIALS and not c.blank
            for c in self.candidates
        )
        self.candidates = kept

    def _host(self, *layers: int) -> str | None:
        candidate = self._first("host", *layers)
        read = values.read_host(candidate.raw.reveal()) if candidate else None
        return read.value.name if read and read.value else None

    def _port(self, *layers: int) -> int | None:
        candidate = self._first("port", *layers)
        return values.read_port(candidate.raw.reveal()).value if candidate else None

    def _resolve(
        self,
        field: Field,
        reader: Callable[[Candidate], values.Read[Value]],
        differ: Callable[[Value, Value], bool] = lambda a, b: a != b,
    ) -> Value | None:
        """The field's value; what was read stays in `entries`."""
        winner = self._first(field, OPTIONS, TARGET, ENVIRONMENT, FILE)
        if winner is None:
            return None
        others = [c for c in self._of(field) if c is not winner]
        read = reader(winner)
        problem, detail, note = read.problem, read.detail, [winner.note]
        if winner.problem is not None:
            problem, detail = winner.problem.problem, winner.problem.detail
        elif winner.part_of is not None and problem != "placeholder":
            problem, detail = None, ""  # told at the URL
        if winner.blank:
            problem, detail = None, ""
            note.append("empty, read as false" if winner.reading == "secure" else EMPTY)
        for other in others:
            where = f"{other.origin.name} ({other.origin.label})"
            if other.blank:
                if not winner.blank:
                    note.append(f"{where} is {EMPTY}")
                continue
            against = reader(other).value
            if (
                problem is None
                and other.layer == winner.layer >= ENVIRONMENT
                and read.value is not None
                and against is not None
                and differ(read.value, against)
            ):
                problem = "conflict"
                detail = f"{where} says {'something else' if field in SECRETS else other.text}"
        self.entries[field] = Setting(
            field=field,
            text="" if winner.blank else winner.text,
            origin=winner.origin,
            shadows=(
                *winner.earlier,
                *(
                    shadowed
                    for other in others
                    if not other.blank
                    for shadowed in (
                        Shadowed(origin=other.origin, text=other.text),
                        *other.earlier,
                    )
                ),
            ),
            problem=problem,
            detail=detail,
            source_line=winner.source_line,
            note="; ".join(filter(None, note)),
            part_of=winner.part_of,
        )
        if winner.blank and winner.reading != "secure":
            return None
        return read.value

    def settings(
        self, *, folder: str, sources: tuple[str, ...], near: Sequence[tuple[str, Origin]]
    ) -> tuple[Settings, Credentials]:
        """Everything resolved, defaults filled in."""
        self._resolve("url", lambda c: values.Read(value=c.raw.reveal()))
        host = self._resolve("host", lambda c: values.read_host(c.raw.reveal()))
        port = self._resolve("port", lambda c: values.read_port(c.raw.reveal()))
        mode = self._resolve("tls", lambda c: MODES[c.reading](c.raw.reveal()), _exclude)
        username = self._resolve("username", lambda c: values.read_username(c.raw.reveal()))
        password = self._resolve("password", lambda c: values.read_secret(c.raw), _other)
        token = self._resolve("token", lambda c: values.read_secret(c.raw), _other)
        sender = self._resolve("sender", lambda c: values.read_address(c.raw.reveal()))
        recipient = self._resolve("recipient", lambda c: values.read_address(c.raw.reveal()))
        verify = self._resolve(
            "verify", lambda c: VERIFY[c.reading](c.raw.reveal()), lambda a, b: False
        )
        ehlo = self._resolve("ehlo", lambda c: values.read_word(c.raw.reveal()))
        size = self._resolve("size", lambda c: values.read_size(c.raw.reveal()))
        client = self._resolve("client", lambda c: values.read_client(c.raw.reveal()))

        found = any(field in CONFIGURES and entry.text for field, entry in self.entries.items())
        if host is None and found:
            self._miss_host()
        if port is None and host is not None:
            port = host.port
        if mode is None:
            mode = values.IMPLICIT if port == PORTS["implicit"] else values.OPPORTUNISTIC
        if sender is None and username is not None and values.is_address(username):
            sender = username
        settings = Settings(
            host=host.name if host else None if found else DEFAULT_HOST,
            port=port if port is not None else PORTS[mode.tls],
            tls=mode.tls,
            tls_required=mode.required,
            username=username,
            has_password=password is not None,
            has_token=token is not None,
            password_shape=values.password_shape(password.reveal()) if password else (),
            sender=sender,
            recipient=recipient,
            size=size,
            verify=verify is not False,
            ehlo=ehlo,
            client=client or _client_of(Path(folder)),
            found=found,
            credentials_withheld=self.withheld,
            folder=folder,
            sources=sources,
            entries=tuple(self.entries[field] for field in FIELDS if field in self.entries),
            near_misses=tuple(self._near(near)),
        )
        return settings, Credentials(username=username, password=password, token=token)

    def _miss_host(self) -> None:
        """Other settings are there, the host is not: a fault of its own, at the empty line."""
        name = preferred("host")
        entry = self.entries.setdefault(
            "host", Setting(field="host", text="", origin=Origin(kind="default", name=name))
        )
        if entry.problem is None:
            state = "not set" if entry.origin.kind == "default" else "empty"
            detail = f"{entry.origin.name} is {state}"
            self.entries["host"] = msgspec.structs.replace(entry, problem="missing", detail=detail)

    def _near(self, names: Sequence[tuple[str, Origin]]) -> Iterator[NearMiss]:
        """Names that look like a setting which nothing else sets."""
        for name, origin in names:
            like = looks_like(name)
            if like is None:
                continue
            entry = self.entries.get(BY_NAME[like].field)
            if entry is None or not entry.text:
                yield NearMiss(name=name, looks_like=like, origin=origin)


def _other(one: Secret, other: Secret) -> bool:
    return one.reveal() != other.reveal()


def _exclude(one: values.Mode, other: values.Mode) -> bool:
    """Whether no connection can be both: TLS first or not at all first, TLS demanded or barred."""
    if (one.tls == "implicit") != (other.tls == "implicit"):
        return True
    return "none" in {one.tls, other.tls} and (one.required or other.required)


def _client_of(folder: Path) -> str | None:
    """The mail library that the project in this folder names as its own, where that is plain."""
    try:
        package = json.loads((folder / "package.json").read_bytes()[:MAX_PACKAGE])
    except (OSError, ValueError):
        return None
    if not isinstance(package, dict):
        return None
    named = [package.get(group) for group in ("dependencies", "devDependencies")]
    return "nodemailer" if any(isinstance(g, dict) and "nodemailer" in g for g in named) else None
