"""An SMTP server on loopback that does what its `Behaviour` says and remembers what it was sent.

The module knows the server's side of RFC 5321, 3207 and 4954. It must not know what a client
makes of it. It serves demonstrations and tests: it never relays or stores a message.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import itertools
import re
import ssl
import warnings
from collections import deque
from dataclasses import dataclass, field
from typing import Self

from smtpdoctor.demo.authentication import MalformedError, authenticate
from smtpdoctor.demo.behaviour import Act, Answer, Behaviour, Endless
from smtpdoctor.demo.wire import Wire

LONGEST_LINE = 16_384  # RFC 4954 §4 asks for 12288 in AUTH, RFC 5321 §4.5.3.1.4 for 512 elsewhere
MOST_BYTES_KEPT = 16_384
MOST_LINES_KEPT = 200
MOST_SESSIONS_KEPT = 256

# One clock for all servers, so that sessions of two ports of one host can be laid side by side.
_tick = itertools.count(1)

_PATH = re.compile(r"(?:FROM|TO):\s*<([^>]*)>(.*)", re.IGNORECASE)  # RFC 5321 §4.1.1.2, .3


@dataclass(frozen=True, slots=True)
class Line:
    """A line that the client sent, without its CRLF.

    `is_command` is false for what answers a challenge inside AUTH and for a message's text.
    """

    text: bytes
    in_tls: bool
    is_command: bool

    @property
    def verb(self) -> str:
        """The command's first word in capitals."""
        words = self.text.split(None, 1)
        return words[0].decode("ascii", "replace").upper() if words else ""


@dataclass(slots=True)
class Session:
    """What one connection brought. Bytes and lines are kept up to a limit; counts are exact.

    `clear` and `inside` are the bytes read as SMTP outside and inside TLS; `early` are those of
    them that came before the greeting had been sent. `received` counts every byte off the wire,
    TLS's own too. `tls` is the negotiated version, `tls_failure` what broke the handshake or the
    TLS session. `opened` and `closed` are ticks of a clock that all servers share; `closed` is None
    while the connection is open.
    """

    opened: int
    closed: int | None = None
    clear: bytearray = field(default_factory=bytearray)
    inside: bytearray = field(default_factory=bytearray)
    early: bytearray = field(default_factory=bytearray)
    received: int = 0
    lines: list[Line] = field(default_factory=list)
    tls: str | None = None
    tls_failure: str | None = None
    auth_attempts: int = 0
    login: str | None = None
    data_seen: bool = False
    quit_seen: bool = False


class SMTPServer:
    """An embedded server, on loopback and a port that the system chooses unless told otherwise.

    `async with SMTPServer(behaviour) as server:` or `start()` and `close()`. `errors` holds
    exceptions that no misbehaviour was meant to raise: a fault of this server itself.
    """

    def __init__(self, behaviour: Behaviour, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.behaviour = behaviour
        self.host = host
        self.port = port
        self.sessions: deque[Session] = deque(maxlen=MOST_SESSIONS_KEPT)
        self.errors: list[Exception] = []
        self._context = _tls_context(behaviour)
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], tuple[Session, Wire]] = {}

    @property
    def auth_attempts(self) -> int:
        """AUTH commands in all sessions, also those that were refused at once."""
        return sum(session.auth_attempts for session in self.sessions)

    @property
    def data_seen(self) -> bool:
        """Whether a client ever said DATA or BDAT."""
        return any(session.data_seen for session in self.sessions)

    async def start(self) -> None:
        """Listens. `port` is known afterwards."""
        self._server = await asyncio.start_server(self._accepted, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stops listening and ends every session, whatever it is doing. Twice is no error."""
        if self._server is None:
            return
        server, self._server = self._server, None
        # asyncio (3.11) leaks a connection that it is still taking up when the server closes.
        await _turns()
        server.close()
        tasks = list(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None:  # it was on its way here when the server closed
            writer.transport.abort()
            return
        await self.serve(reader, writer)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from its start to its end, over these streams."""
        # A client that has closed one connection before it opened this one holds only one open,
        # also where we have not yet read the first to its end.
        for other, other_wire in self._open.values():
            if other.closed is None and other_wire.client_has_closed():
                other.closed = next(_tick)
        session = Session(opened=next(_tick))
        self.sessions.append(session)
        wire = Wire(reader, writer, self.behaviour.drip)
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = session, wire
        try:
            await _Dialogue(self.behaviour, self._context, wire, session).run()
        except OSError:
            pass  # the client went away, or TLS broke, which the session has noted
        except Exception as error:
            self.errors.append(error)
        finally:
            del self._open[task]
            session.received = wire.received
            session.closed = session.closed or next(_tick)
            wire.close()


async def _turns() -> None:
    """Lets connections in the kernel's queue get here, which takes a few turns of the loop."""
    for _ in range(20):
        await asyncio.sleep(0)


class _OverError(Exception):
    """The session is over: by our own act, or because the client ended it (`act` None)."""

    def __init__(self, act: Act | None = None) -> None:
        super().__init__(act)
        self.act = act


class _Dialogue:
    """One session from the greeting to its end."""

    def __init__(
        self, behaviour: Behaviour, context: ssl.SSLContext | None, wire: Wire, session: Session
    ) -> None:
        self._behaviour = behaviour
        self._context = context
        self._wire = wire
        self._session = session
        self._buffer = bytearray()
        self._greeted = False
        self._sender: str | None = None
        self._recipients = 0

    async def run(self) -> None:
        behaviour = self._behaviour
        try:
            if behaviour.on_accept is not None:
                await self._say(behaviour.on_accept)
            if behaviour.implicit_tls:
                await self._start_tls()
            if behaviour.greets_after_client:
                await self._receive()
            elif behaviour.greeting_delay:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(behaviour.greeting_delay):
                        await self._receive()
            greeting = behaviour.greeting
            await self._say(
                f"220 {behaviour.hostname} ESMTP ready" if greeting is None else greeting
            )
            self._greeted = True
            while True:
                await self._answer(await self._line())
        except _OverError as over:
            self._session.closed = self._session.closed or next(_tick)
            if over.act is Act.RESET:
                self._wire.reset()
            else:
                await self._wire.finish()
        except ssl.SSLError as error:
            self._session.tls_failure = error.reason or str(error)
            raise

    # Bytes

    async def _receive(self) -> None:
        data = await self._wire.read()
        if not data:
            raise _OverError
        session = self._session
        session.received = self._wire.received
        _keep(session.inside if self._wire.tls_version else session.clear, data)
        if not self._greeted:
            _keep(session.early, data)
        self._buffer += data

    async def _line(self, *, is_command: bool = True) -> bytes:
        while (text := self._buffered_line(is_command=is_command)) is None:
            if len(self._buffer) > LONGEST_LINE:
                await self._say(("500 Line too long", Act.CLOSE))
            await self._receive()
        return text

    def _buffered_line(self, *, is_command: bool = True) -> bytes | None:
        end = self._buffer.find(b"\n")
        if end < 0:
            return None
        text = bytes(self._buffer[:end]).removesuffix(b"\r")
        del self._buffer[: end + 1]
        line = Line(text, in_tls=self._wire.tls_version is not None, is_command=is_command)
        session = self._session
        if len(session.lines) < MOST_LINES_KEPT:
            session.lines.append(line)
        if is_command and line.verb in ("DATA", "BDAT"):
            session.data_seen = True
        return text

    async def _say(self, answer: Answer) -> None:
        match answer:
            case tuple():
                for part in answer:
                    await self._say(part)
            case str():
                await self._wire.write(_lines(answer))
            case bytes():
                await self._wire.write(answer)
            case Endless():
                while True:
                    await self._wire.write(_lines(answer.line) * 64)
            case Act.SILENCE:
                while True:
                    while self._buffered_line() is not None:
                        pass
                    del self._buffer[:-LONGEST_LINE]
                    await self._receive()
            case Act():
                raise _OverError(answer)

    async def _start_tls(self) -> None:
        # RFC 3207 §4.2: what was sent before TLS must not be taken for what was sent inside it.
        self._buffer.clear()
        self._sender, self._recipients, self._session.login = None, 0, None
        if self._behaviour.handshake is not None:
            # Only now: an alert goes out in answer to the ClientHello, not ahead of it.
            await self._receive()
            await self._say(self._behaviour.handshake)
            raise _OverError(Act.CLOSE)
        assert self._context is not None
        await self._wire.start_tls(self._context)
        self._session.tls = self._wire.tls_version

    # Commands

    async def _answer(self, line: bytes) -> None:  # noqa: C901, PLR0912 - one case a command
        behaviour = self._behaviour
        verb, _, argument = line.decode("utf-8", "replace").partition(" ")
        verb = verb.upper()
        if verb == "QUIT":
            self._session.quit_seen = True
        if verb == "AUTH":
            self._session.auth_attempts += 1
        replaced = behaviour.replies.get(verb, behaviour.replies.get("*"))
        if replaced is not None:
            await self._say(replaced)
            return
        match verb:
            case "EHLO":
                await self._say(self._ehlo())
            case "HELO":
                await self._say(f"250 {behaviour.hostname}")
            case "STARTTLS":
                await self._starttls()
            case "AUTH":
                await self._auth(argument)
            case "MAIL":
                await self._say(self._mail(argument))
            case "RCPT":
                await self._say(self._rcpt(argument))
            case "DATA":
                await self._data()
            case "RSET":
                self._sender, self._recipients = None, 0
                await self._say("250 OK")
            case "NOOP":
                await self._say("250 OK")
            case "QUIT":
                await self._say((f"221 {behaviour.hostname} closing", Act.CLOSE))
            case _:
                await self._say("500 Command not recognized")

    @property
    def _starttls_offered(self) -> bool:
        behaviour = self._behaviour
        possible = behaviour.certificate is not None or behaviour.handshake is not None
        return behaviour.starttls and possible and self._wire.tls_version is None

    @property
    def _mechanisms(self) -> tuple[str, ...]:
        in_tls = self._wire.tls_version is not None
        return self._behaviour.mechanisms if in_tls else self._behaviour.mechanisms_in_clear

    def _ehlo(self) -> str:
        behaviour = self._behaviour
        lines = [f"{behaviour.hostname} greets you", *behaviour.extensions]
        if behaviour.size_limit is not None:
            lines.append(f"SIZE {behaviour.size_limit}")
        if self._mechanisms:
            lines.append("AUTH " + " ".join(self._mechanisms))
        if self._starttls_offered:
            lines.append("STARTTLS")
        return "\n".join(f"250-{line}" for line in lines[:-1]) + f"\n250 {lines[-1]}"

    async def _starttls(self) -> None:
        if not self._starttls_offered:
            await self._say("502 Command not implemented")
            return
        await self._say((_lines("220 OK") + self._behaviour.injected,))
        await self._start_tls()

    async def _auth(self, argument: str) -> None:
        behaviour = self._behaviour
        session = self._session
        mechanism, _, encoded = argument.partition(" ")
        mechanism = mechanism.upper()
        if session.login is not None:
            await self._say("503 Already authenticated")
        elif not self._mechanisms and self._starttls_offered:
            await self._say("530 Must issue a STARTTLS command first")
        elif not self._mechanisms:
            await self._say("503 Authentication not enabled")
        elif mechanism not in self._mechanisms or mechanism in behaviour.unserved:
            await self._say("504 Unrecognized authentication type")
        else:
            sent = [encoded]

            async def ask(challenge: bytes) -> bytes:
                await self._say(f"334 {base64.b64encode(challenge).decode()}")
                sent.append((await self._line(is_command=False)).decode("ascii", "replace"))
                return _decoded(sent[-1])

            try:
                initial = _decoded(encoded) if encoded else None
                session.login = await authenticate(
                    mechanism, initial, ask, behaviour.users, behaviour.tokens
                )
            except MalformedError:
                await self._say("501 Malformed authentication exchange")
                return
            verdict: Answer = behaviour.auth_failure
            if session.login is not None:
                verdict = "235 Authentication succeeded"
            if behaviour.auth_answer is not None:
                session.login, verdict = None, behaviour.auth_answer
            if behaviour.echo and isinstance(verdict, str):
                verdict = _echoed(verdict, mechanism, sent)
            await self._say(verdict)

    def _mail(self, argument: str) -> Answer:
        behaviour = self._behaviour
        if behaviour.require_tls and self._wire.tls_version is None:
            return "530 Must issue a STARTTLS command first"
        if behaviour.require_auth and self._session.login is None:
            return "530 Authentication required"
        if self._sender is not None:
            return "503 Sender already given"
        if (path := _PATH.fullmatch(argument)) is None:
            return "501 Syntax: MAIL FROM:<address>"
        size = re.search(r"\bSIZE=(\d{1,20})\b", path[2], re.IGNORECASE)
        if size and behaviour.size_limit is not None and int(size[1]) > behaviour.size_limit:
            return "552 Message size exceeds fixed maximum message size"  # RFC 1870 §6.1
        refusal = behaviour.mail_from(self._session.login, path[1])
        if refusal is not None:
            return refusal
        self._sender = path[1]
        return "250 Requested mail action okay, completed"

    def _rcpt(self, argument: str) -> Answer:
        if self._sender is None:
            return "503 MAIL first"
        if (path := _PATH.fullmatch(argument)) is None:
            return "501 Syntax: RCPT TO:<address>"
        refusal = self._behaviour.rcpt_to(self._session.login, path[1])
        if refusal is not None:
            return refusal
        self._recipients += 1
        return "250 OK"

    async def _data(self) -> None:
        if not self._recipients:
            await self._say("503 RCPT first")
            return
        await self._say("354 Start mail input; end with <CRLF>.<CRLF>")
        while await self._line(is_command=False) != b".":
            pass
        self._sender, self._recipients = None, 0
        await self._say("250 Message accepted and thrown away")


def _keep(kept: bytearray, data: bytes) -> None:
    kept += data[: MOST_BYTES_KEPT - len(kept)]


def _lines(text: str) -> bytes:
    return "".join(f"{line}\r\n" for line in text.split("\n")).encode("utf-8", "surrogateescape")


def _decoded(encoded: str) -> bytes:
    if encoded == "=":  # RFC 4954 §4: an initial response that is there, and empty
        return b""
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:  # also "*", by which a client cancels (RFC 4954 §4)
        raise MalformedError("not base64") from error


def _echoed(verdict: str, mechanism: str, sent: list[str]) -> str:
    """The verdict with all that was sent for the login in lines before it, twice."""
    code = verdict[:3]
    heard = [f"You said AUTH {mechanism} {sent[0]}", *sent[1:]]
    decoded = [_decoded(text).decode("utf-8", "surrogateescape") for text in sent]
    return "\n".join([*(f"{code}-{text}" for text in [*heard, *decoded]), verdict])


def _tls_context(behaviour: Behaviour) -> ssl.SSLContext | None:
    if behaviour.certificate is None:
        if behaviour.implicit_tls and behaviour.handshake is None:
            raise ValueError("implicit TLS needs a certificate")
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(behaviour.certificate.chain, behaviour.certificate.key)
    if behaviour.tls_versions is not None:
        with warnings.catch_warnings():
            # Naming TLS 1.0 and 1.1 warns; a server that has nothing newer is the fault wanted.
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = behaviour.tls_versions
            if behaviour.tls_versions[1] < ssl.TLSVersion.TLSv1_2:
                context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if behaviour.ciphers is not None:
        context.set_ciphers(behaviour.ciphers)
    return context
