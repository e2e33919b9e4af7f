"""One SMTP session over a `Stream`: sends a command, waits within a bound, records what came.

Knows the order of bytes, replies and TLS. Must not know which step to take next (the checks do)
nor what an answer means (the rules do). Nothing here raises on what a server does.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Collection
from typing import Literal, NamedTuple

import msgspec

from smtpdoctor.deadline import Deadline
from smtpdoctor.network import Received, Stream
from smtpdoctor.observations import (
    CUT_OFF,
    CertificateInfo,
    CertificateSeen,
    Exchange,
    ExchangeOutcome,
    Handshake,
    HandshakeFailure,
    Recorder,
    Step,
    TokenChallenge,
    Trail,
)
from smtpdoctor.smtp import authentication, commands
from smtpdoctor.smtp.capabilities import Capabilities
from smtpdoctor.smtp.reading import ChallengeOddity, challenge_oddities
from smtpdoctor.smtp.replies import (
    RFC_LINE_LIMIT,
    Oddity,
    Reply,
    ReplyReader,
    describe_bytes,
    looks_like_tls,
)
from smtpdoctor.smtp.tls import FailureKind, TLSPump

#: Bounds of one wait each, in seconds. RFC 5321 §4.5.3.2 allows minutes; nobody waits so long
#: for a doctor, and Nodemailer gives up on a greeting after 30 s. A server that looks this
#: address up in vain first takes 5 to 20 s.
GREETING = 25.0
COMMAND = 20.0
#: Beside a session that waits anyway.
GREETING_BESIDE = 15.0
HANDSHAKE = 8.0
#: Beside a session that waits anyway: a server that speaks TLS at all answers sooner.
HANDSHAKE_BESIDE = 3.0
#: A handshake that takes so long, or three round trips, may have stalled: other ways are tried.
HANDSHAKE_STUCK = 1.0
#: One that another way has explained is waited for so long all the same: a segment that is lost
#: four times in a row is on its way again after 0.2, 0.6, 1.4 and 3 s (RFC 6298 §5).
HANDSHAKE_AT_LEAST = 3.0
#: One beside which another port of the server works: two losses more.
HANDSHAKE_OUTDONE = 5.0
#: In small packets, beside the time of silence: others follow, and two lost ones are on their way
#: again after 0.2 and 0.6 s.
HANDSHAKE_OF_SIZE = 1.0
NOOP = 3.0
AUTH = 20.0
#: For an answer that only tells how other clients would fare.
OTHER_NAME = 3.0
#: It is asked only of a server that answers sooner than this: it costs six round trips. Near ones
#: may take 40 ms by themselves, where two small writes wait for an acknowledgement (RFC 896).
QUICK = 0.09
#: For the answer to the second of several commands sent at once, before it is sent by itself.
PIPELINED = 3.0
WRITE = 5.0
GOODBYE = 1.0
#: About as long as it takes to print a report: nothing depends on it.
ANSWER_TO_QUIT = 0.05
#: A server that leaves behind its answer does so at once.
LEAVING = 0.002

ARRIVED = 512  # how many bytes of what was no reply are kept as evidence
MAX_STEP_BYTES = 1024 * 1024  # what one step may bring before it counts as a flood
MAX_CHALLENGES = 5
#: The user name and the password.
LOGIN_ANSWERS = 2
MAX_QUEUED = 64

_FAILURES: dict[FailureKind, HandshakeFailure] = {
    "not-tls": "not-tls",
    "version": "version",
    "cipher": "cipher",
    "alert": "alert",
    "closed": "closed",
    "certificate": "",
    "other": "other",
}


class _Arrival(msgspec.Struct):
    """What one wait for a reply brought."""

    outcome: ExchangeOutcome
    reply: Reply | None = None
    raw: bytes = b""
    error: str = ""


class _HandshakeEnd(NamedTuple):
    """How a handshake ended; a refused certificate is no failure of it, and not done either.

    `received` counts bytes.
    """

    failure: HandshakeFailure
    reason: str = ""
    alert: str = ""
    received: int = 0
    done: bool = False


class SMTPSession:
    """The conversation on one connection; every step becomes an observation on its trail.

    `heard` is set with the first byte from the server, `stuck` when a handshake takes longer than
    `stuck_after` seconds. `takes` tells of a step and a reply code whether the user's client goes
    on after it, where that is known; `counts_first`: it goes by the code of a reply's first line.
    `give_up` may be set from outside to end a wait for a greeting or a
    handshake that has become pointless.
    """

    def __init__(
        self,
        stream: Stream,
        *,
        connection: str,
        host: str,
        trail: Trail,
        recorder: Recorder,
        deadline: Deadline,
        greeting_wait: float = GREETING,
        handshake_wait: float = HANDSHAKE,
        stuck_after: float = HANDSHAKE_STUCK,
    ) -> None:
        self.connection = connection
        self.host = host
        self.trail = trail
        self.capabilities = Capabilities()
        self.by_helo = False
        self.reads_all_certificates = False  # of an accepted chain the leaf is enough for most
        self.takes: Callable[[Step, int], bool] | None = None
        self.counts_first = False
        self.in_tls = False
        self.verified = False
        self.greeted = False
        self.certificate_refused = False
        self.refused_for = 0  # OpenSSL's X509_V_ERR number
        self.refused_names: tuple[str, ...] = ()
        self.refused_common_name = ""
        self.heard = asyncio.Event()
        self.stuck = asyncio.Event()
        self.give_up = asyncio.Event()
        self._stream = stream
        self._recorder = recorder
        self._deadline = deadline
        self._greeting_wait = greeting_wait
        self._handshake_wait = handshake_wait
        self._stuck_after = stuck_after
        self._reader = ReplyReader()
        self._ready: list[Reply] = []
        self._pump: TLSPump | None = None
        self._ended = ""
        self._error = ""
        self._alert = ""  # of a TLS that failed after its handshake
        self._my_turn = False  # the server has spoken and waits for a command
        self._unasked: Reply | None = None  # the first of what stood before this step's commands
        self._owes = False  # an answer that was not waited for may come at any time
        self._name = ""  # of the last EHLO
        self._quick = False  # it answered the last EHLO at once

    @property
    def local_address(self) -> str:
        return self._stream.local_address

    def reconnect(self, stream: Stream) -> None:
        """Go on over a new connection, as a client that does not verify would have."""
        self._stream.close()
        self._stream = stream
        self._reader = ReplyReader()
        self._ready.clear()
        self._pump = None
        self._ended = self._error = self._alert = ""
        self._my_turn = self._owes = False
        self._unasked = None
        self.capabilities = Capabilities()
        self.by_helo = False
        self.in_tls = self.verified = self.greeted = False

    # --- the steps ----------------------------------------------------------------------------

    async def greeting(self) -> Exchange:
        """Wait for the server's first words; nothing is sent (RFC 5321 §3.1)."""
        exchange = await self._step(
            "greeting", b"", "", self._greeting_wait, (220,), pointless=True
        )
        self.greeted = bool(exchange.ok)
        return exchange

    async def ehlo(self, name: str) -> Exchange:
        self._name = name
        since = self._recorder.now
        command = commands.ehlo(name)
        arrival = await self._ask(command, COMMAND)
        exchange = self._exchange("ehlo", _shown(command), arrival, (250,))
        if exchange.ok and arrival.reply is not None:
            self.capabilities = Capabilities.parse(arrival.reply)
        recorded = self.trail.record(exchange, since=since)
        self._quick = recorded.seconds < QUICK
        return recorded

    async def helo(self, name: str) -> Exchange:
        """After an EHLO that was refused: the server has no extensions then."""
        self.capabilities = Capabilities()
        self.by_helo = True
        command = commands.helo(name)
        return await self._step("helo", command, _shown(command), COMMAND, (250,))

    async def starttls(self, *, unoffered: bool = False) -> Exchange:
        """STARTTLS up to its 220; bytes behind that are an injection (RFC 3207 §6). Where it is
        asked for `unoffered`, a refusal is no failure of its own."""
        since = self._recorder.now
        arrival = await self._ask(commands.STARTTLS, COMMAND)
        exchange = self._exchange("starttls", "STARTTLS", arrival, (220,))
        accepted = bool(exchange.ok)
        injected = accepted and bool(self._ready or self._reader.pending)
        behind = b"".join(reply.raw for reply in self._ready) + self._reader.take_pending()
        self._ready.clear()
        if injected:
            exchange = msgspec.structs.replace(
                exchange, injected=True, ok=False, arrived=self._excerpt(behind)
            )
        if unoffered and not exchange.ok and exchange.outcome == "reply" and not injected:
            exchange = msgspec.structs.replace(exchange, ok=None)
        if accepted:
            self._my_turn = False  # RFC 3207 §4: now TLS, and no command
        return self.trail.record(exchange, since=since)

    def starttls_not_offered(self, *, failed: bool) -> Exchange:
        """Record that STARTTLS was wanted and EHLO does not offer it; nothing is sent."""
        return self.trail.record(
            Exchange(
                connection=self.connection,
                step="starttls",
                outcome="other",
                ok=False if failed else None,
            )
        )

    async def handshake(
        self, mode: Literal["implicit", "starttls"], context: ssl.SSLContext
    ) -> Handshake:
        """The TLS handshake, and the certificate as an observation of its own.

        After it `in_tls` says whether commands go through TLS, `verified` whether the certificate
        holds for the host. A context that does not verify records no certificate.
        """
        since = self._recorder.now
        try:
            pump = TLSPump(context, self.host.split("%", maxsplit=1)[0])
        except ValueError:
            return self._impossible_handshake(mode)
        stuck = asyncio.get_running_loop().call_later(self._stuck_after, self.stuck.set)
        try:
            ended = await self._shake_hands(pump, since)
        finally:
            stuck.cancel()
        done = ended.done
        if ended.failure == "not-tls":
            pump.first_bytes += await self._linger(pump.first_bytes)
        self._pump = pump if done else None
        self.in_tls = done
        if done:
            self._my_turn = mode == "starttls"
        else:
            self._ended = "closed"  # neither TLS nor clear text any more: nothing may be sent
        observation = self.trail.record(
            Handshake(
                connection=self.connection,
                mode=mode,
                ok=not ended.failure,
                version=pump.version or "",
                cipher=pump.cipher or "" if done else "",
                failure=ended.failure,
                alert=ended.alert,
                reason=ended.reason,
                protocol=describe_bytes(pump.first_bytes) if ended.failure == "not-tls" else "tls",
                arrived=self._excerpt(pump.first_bytes) if ended.failure == "not-tls" else "",
                bytes_received=ended.received,
            ),
            since=since,
        )
        if pump.verify_code is not None:
            self._certificate(pump, context)
        return observation

    async def _shake_hands(self, pump: TLSPump, since: float) -> _HandshakeEnd:
        """Send and receive until the handshake is done, has failed, or its wait is over."""
        until = since + self._deadline.cap(self._handshake_wait)
        written = await self._stream.write(pump.start(), self._deadline.cap(WRITE))
        if written.end:
            failure: HandshakeFailure = "stalled" if written.end == "silence" else "reset"
            return _HandshakeEnd(failure, written.error)
        total = 0
        while True:
            received = await self._read(until - self._recorder.now, pointless=True)
            if received.end == "silence":
                cut_off = self._deadline.cut_off(self._handshake_wait, self._recorder.now - since)
                return _HandshakeEnd("cut-off" if cut_off else "stalled", received=total)
            if received.end == "reset":
                return _HandshakeEnd("reset", received.error, received=total)
            total += len(received.data)
            events = pump.receive(received.data)
            if events.to_send:
                await self._stream.write(events.to_send, self._deadline.cap(WRITE))
            if events.error is not None:
                error = events.error
                reason = error.reason or error.text
                return _HandshakeEnd(_FAILURES[error.kind], reason, error.alert or "", total)
            if events.done:
                # a greeting may come with the last flight of the handshake
                self._queue(events.plaintext)
                return _HandshakeEnd("", received=total, done=True)
            if received.end == "closed" or total > MAX_STEP_BYTES:
                return _HandshakeEnd("closed" if received.end else "other", received=total)

    def _impossible_handshake(self, mode: Literal["implicit", "starttls"]) -> Handshake:
        """A host name that TLS can't carry: nothing is sent."""
        self._ended = "closed"
        return self.trail.record(
            Handshake(
                connection=self.connection,
                mode=mode,
                ok=False,
                failure="other",
                reason="the host name can't stand in a TLS handshake",
            )
        )

    def _certificate(self, pump: TLSPump, context: ssl.SSLContext) -> None:
        from smtpdoctor.smtp.certificates import (
            from_peer_certificate,
            issuer_organisation_trusted,
            read_chain,
        )

        accepted = pump.verify_code == 0
        self.verified = self.in_tls and accepted
        self.certificate_refused = not accepted
        self.refused_for = pump.verify_code or 0
        if accepted:
            chain: tuple[CertificateInfo, ...] = (
                from_peer_certificate(pump.accepted_certificate, pump.chain[0]),
            )
            if self.reads_all_certificates:
                chain = read_chain(pump.chain) or chain
        else:
            chain = read_chain(pump.chain)
            if chain:
                self.refused_names = chain[0].names
                self.refused_common_name = chain[0].subject.get("CN", "")
        self.trail.record(
            CertificateSeen(
                connection=self.connection,
                hostname=self.host,
                chain=chain,
                ok=accepted,
                verified=accepted,
                verify_code=pump.verify_code,
                verify_message=pump.verify_message,
                issuer_organisation_trusted=not accepted
                and issuer_organisation_trusted(chain, context),
            )
        )

    async def authenticate(
        self,
        mechanism: authentication.Mechanism,
        at_once: Collection[str] = authentication.AT_ONCE,
    ) -> Exchange:
        """One AUTH exchange. Whatever of it is secret is cut before anything is recorded.

        A mechanism among `at_once` puts its first answer into AUTH itself.

        `ok` is for a login that both sides believe in: a 235 to our own "*", or from a server that
        was due to prove that it knows the password and did not, is none.
        """
        since = self._recorder.now
        until = since + AUTH
        redactor = self._recorder.redactor
        redactor.tell()
        command = authentication.auth_command(mechanism, at_once)
        redactor.add_message(*mechanism.secrets_sent)
        arrival = await self._ask(command, until - self._recorder.now)
        cancelled = False
        reason: TokenChallenge | None = None
        answered = int(b" " in command.removeprefix(b"AUTH "))
        oddities: list[ChallengeOddity] = []
        for _ in range(MAX_CHALLENGES):
            if arrival.reply is None or arrival.reply.code != 334:
                break
            oddities += challenge_oddities(mechanism.name, arrival.reply, answered)
            answered += 1
            challenge = authentication.challenge(arrival.reply)
            reason = self._token_challenge(mechanism.name, challenge) or reason
            try:
                line = authentication.response_line(mechanism.respond(challenge))
            except authentication.MechanismError:
                line, cancelled = authentication.CANCEL, True
            redactor.add_message(*mechanism.secrets_sent)
            # some servers send both prompts of LOGIN at once
            awaited = (334,) if mechanism.name == "LOGIN" and not cancelled else ()
            arrival = await self._ask(line, until - self._recorder.now, awaited=awaited)
        exchange = self._exchange("auth", f"AUTH {mechanism.name} ••••••", arrival, (235,))
        if exchange.ok and mechanism.name == "LOGIN" and answered < LOGIN_ANSWERS:
            oddities.append("ended-early")
        # of a server that refused the login no proof is due
        proof = mechanism.server_proof if exchange.ok or cancelled else ""
        return self.trail.record(
            msgspec.structs.replace(
                exchange,
                mechanism=mechanism.name,
                cancelled=cancelled,
                server_proof=proof,
                challenge=reason,
                oddities=tuple(dict.fromkeys(oddities)),
                ok=exchange.ok and not cancelled and proof in ("", "valid"),
            ),
            since=since,
        )

    async def begin(
        self, mechanism: str, tells: Callable[[Reply], bool] = lambda reply: True
    ) -> Exchange:
        """AUTH with a mechanism that the doctor can't or won't go through with, and no response:
        whether the server serves what it announces. What it asks is answered with "*", and stands
        as a probe; so does a refusal that `tells` nothing.
        """
        since = self._recorder.now
        command = b"AUTH " + mechanism.encode() + b"\r\n"
        arrival = await self._ask(command, COMMAND)
        exchange = self._exchange("auth", _shown(command), arrival, (235,))
        exchange = msgspec.structs.replace(exchange, mechanism=mechanism)
        reply = arrival.reply
        if reply is None or (reply.code != 334 and tells(reply)):
            return self.trail.record(msgspec.structs.replace(exchange, ok=False), since=since)
        if reply.code == 334:
            await self._ask(authentication.CANCEL, COMMAND)
        connection = f"{self.connection} AUTH {mechanism}"
        exchange = msgspec.structs.replace(exchange, connection=connection, ok=None)
        return self.trail.branch(role="probe").record(exchange, since=since)

    def _token_challenge(self, mechanism: str, challenge: bytes) -> TokenChallenge | None:
        """Why the server refuses the token, as far as it says so and it may be recorded."""
        if mechanism not in authentication.TOKEN_MECHANISMS:
            return None
        redactor = self._recorder.redactor
        told = {
            name: text if redactor.quotable(text) else redactor.public(text)
            for name, text in authentication.token_refusal(challenge).items()
        }
        return TokenChallenge(**told) if told else None

    async def envelope(  # long: one group of commands, and each way out of it
        self,
        sender: bytes,
        recipient: bytes,
        mail_trail: Trail,
        *,
        pipelines: bool | None = None,
        plain_sender: bytes = b"",
        other_name: str = "",
        full_name: str = "",
    ) -> tuple[Exchange, Exchange | None]:
        """MAIL and RCPT, in one write where the server takes it (RFC 2920 §3.1), then QUIT, which
        abandons the transaction (RFC 5321 §4.1.1.10). No DATA, ever.

        QUIT stands by itself: a server that resets the connection there would take the answers
        before it away, which no client loses. Whether the user's client `pipelines`, too; where
        that isn't known, a server that loses what stands behind MAIL gets RCPT by itself. With
        `other_name`, an envelope that was accepted is offered once more after an EHLO with that
        name, which some servers judge only then. `plain_sender` is MAIL without its parameters: a
        refused one is said so once more, which tells whether they are at fault. An envelope that is
        refused for good after EHLO with a poor name is offered once more under `full_name`.
        """
        steps: list[tuple[Step, bytes, tuple[int, ...]]] = [
            ("mail", sender, (250,)),
            ("rcpt", recipient, (250, 251, 252)),
            ("quit", commands.QUIT, (221,)),
        ]
        other_name = other_name if self._quick else ""
        # with another name to come, each answer's own time tells whether the server is quick
        pipelined = self.capabilities.pipelining and pipelines is not False and not other_name
        if pipelined:
            self._pass_over_unasked()
            await self._write(sender + recipient)
        results: dict[Step, Exchange] = {}
        for step, command, wanted in steps:
            trail = mail_trail if step in ("mail", "rcpt") else mail_trail.branch(role="probe")
            if not pipelined and step == "rcpt" and not results["mail"].ok:
                continue  # RFC 5321 §3.3: RCPT needs a MAIL that was accepted
            if step == "quit" and all(item.ok for item in results.values()):
                quick = all(item.seconds < QUICK for item in results.values())
                if not await self._has_left(mail_trail) and other_name and quick:
                    await self._under_other_name(other_name, sender, recipient, mail_trail)
            if step == "quit" and self._ended:
                break
            since = self._recorder.now
            bound = ANSWER_TO_QUIT if step == "quit" else COMMAND
            alone = pipelined and step == "rcpt" and pipelines is None
            waits = pipelined and step != "quit"
            arrival = await self._ask(b"" if waits else command, PIPELINED if alone else bound)
            if alone and arrival.outcome == "silence":
                # What came behind MAIL may have been dropped: nearly all clients go one by one.
                pipelined = False
                lost = self._exchange(step, _shown(command), arrival, wanted)
                again = self._recorder.now
                arrival = await self._ask(command, bound - PIPELINED)
                if self._recorder.now - again < PIPELINED:
                    lost = msgspec.structs.replace(lost, ok=None)
                    mail_trail.branch(role="probe").record(lost, since=since)
                    since = again
            exchange = self._exchange(step, _shown(command), arrival, wanted)
            if step == "quit":
                exchange = msgspec.structs.replace(exchange, ok=None)
            results[step] = trail.record(exchange, since=since)
            if arrival.reply is None or arrival.outcome != "reply" or arrival.reply.code == 421:
                break
            if step == "rcpt" or (step == "mail" and not pipelined):
                refused = next(filter(_refused_for_good, results.values()), None)
                ways = (plain_sender, full_name, sender, recipient)
                await self._look_closer(refused, *ways, mail_trail)
        return results["mail"], results.get("rcpt")

    async def _has_left(self, trail: Trail) -> bool:
        """Whether the server took the envelope and closed, before anybody said QUIT or DATA."""
        since = self._recorder.now
        received = await self._stream.read(LEAVING)
        if received.data:
            self._queue(await self._decrypted(received.data))
        elif received.end != "silence":
            self._note_end(received)
        if not self._ended or self._ready:
            return False
        exchange = self._exchange("quit", "", self._at_the_end(b""), ())
        trail.record(msgspec.structs.replace(exchange, ok=False), since=since)
        return True

    async def _under_other_name(
        self, name: str, sender: bytes, recipient: bytes, mail_trail: Trail
    ) -> None:
        """EHLO with another name, MAIL and RCPT, as a probe of its own on the same connection: RFC
        5321 §4.1.4 lets EHLO come again, and what was logged in stays so. It takes back what was
        said before, but not with every server: RSET does."""
        await self._take_back(mail_trail.branch(role="probe"))
        trail = mail_trail.branch("tls", role="probe")
        connection = f"{self.connection} as {name}"
        steps: list[tuple[Step, bytes, tuple[int, ...]]] = [
            ("ehlo", commands.ehlo(name), (250,)),
            ("mail", sender, (250,)),
            ("rcpt", recipient, (250, 251, 252)),
        ]
        for step, command, wanted in steps:
            since = self._recorder.now
            arrival = await self._ask(command, OTHER_NAME)
            exchange = self._exchange(step, _shown(command), arrival, wanted)
            exchange = msgspec.structs.replace(exchange, connection=connection, under_name=name)
            if not trail.record(exchange, since=since).ok:
                return

    async def _look_closer(
        self,
        refused: Exchange | None,
        plain_sender: bytes,
        full_name: str,
        sender: bytes,
        recipient: bytes,
        mail_trail: Trail,
    ) -> None:
        """Offer a refused envelope again with one thing changed, to know what it was."""
        if refused is None:
            return
        if (
            plain_sender
            and refused.step == "mail"
            and await self._without_parameters(plain_sender, mail_trail)
        ):
            return
        if full_name and _is_poor(self._name):
            await self._under_other_name(full_name, sender, recipient, mail_trail)

    async def _without_parameters(self, sender: bytes, mail_trail: Trail) -> bool:
        since = self._recorder.now
        arrival = await self._ask(sender, OTHER_NAME)
        exchange = self._exchange("mail", _shown(sender), arrival, (250,))
        connection = f"{self.connection} without parameters"
        exchange = msgspec.structs.replace(exchange, connection=connection)
        return bool(mail_trail.branch(role="probe").record(exchange, since=since).ok)

    async def _take_back(self, trail: Trail) -> None:
        since = self._recorder.now
        arrival = await self._ask(commands.RSET, GOODBYE)
        exchange = self._exchange("rset", _shown(commands.RSET), arrival, (250,))
        trail.record(msgspec.structs.replace(exchange, ok=None), since=since)

    async def noop(self) -> Exchange:
        """A NOOP before any greeting, on a connection that is there for nothing else."""
        exchange = await self._step("noop", commands.NOOP, "NOOP", NOOP, (220, 250))
        if exchange.reply is not None and exchange.reply.code == 220:
            await self._ask(b"", GOODBYE)  # that was the greeting; NOOP's own answer is still due
        return exchange

    async def quit(self) -> None:
        """Say goodbye where the dialogue allows, without waiting long for the answer.

        It does not while the server is silent, has said it closes, or speaks no SMTP.
        """
        if self._my_turn and not self._ended:
            since = self._recorder.now
            arrival = await self._ask(commands.QUIT, ANSWER_TO_QUIT)
            exchange = self._exchange("quit", "QUIT", arrival, (221,))
            self.trail.branch(role="probe").record(
                msgspec.structs.replace(exchange, ok=None), since=since
            )

    async def close(self) -> None:
        """Close the connection, with close_notify inside TLS."""
        if self._pump is not None and not self._ended:
            goodbye = self._pump.close()
            if goodbye:
                await self._stream.write(goodbye, self._deadline.cap(GOODBYE))
        self._stream.close()

    # --- the wire -----------------------------------------------------------------------------

    async def _step(
        self,
        step: Step,
        data: bytes,
        shown: str,
        bound: float,
        wanted: tuple[int, ...],
        *,
        pointless: bool = False,
    ) -> Exchange:
        since = self._recorder.now
        arrival = await self._ask(data, bound, pointless=pointless)
        return self.trail.record(self._exchange(step, shown, arrival, wanted), since=since)

    def _exchange(
        self, step: Step, shown: str, arrival: _Arrival, wanted: tuple[int, ...]
    ) -> Exchange:
        reply = arrival.reply
        unasked, self._unasked = self._unasked, None
        return Exchange(
            connection=self.connection,
            step=step,
            sent=shown,
            unasked=unasked,
            outcome=arrival.outcome,
            reply=self._quoted(reply) if reply is not None else None,
            ok=reply is not None
            and arrival.outcome == "reply"
            and self._is_taken(step, reply, wanted),
            in_tls=self.in_tls,
            protocol=describe_bytes(arrival.raw),
            arrived="" if reply is not None and reply.code else self._excerpt(arrival.raw),
            error=arrival.error,
            alert=self._alert if reply is None else "",
        )

    def _is_taken(self, step: Step, reply: Reply, wanted: tuple[int, ...]) -> bool:
        """Whether this is the answer after which the dialogue goes on."""
        code = reply.first_code if self.counts_first else reply.code
        return code in wanted if self.takes is None else self.takes(step, code)

    def _excerpt(self, data: bytes) -> str:
        """Bytes as text for a report, what is not UTF-8 as \\xNN. Secrets are looked for before the
        text is cut short: half a secret at the end would be one that nobody finds."""
        redactor = self._recorder.redactor
        text = data.decode("utf-8", "backslashreplace")
        return (text if redactor.quotable(text) else redactor.public(text))[:ARRIVED]

    def _quoted(self, reply: Reply) -> Reply:
        """The reply as it may be recorded: as it came, or by the words that everybody knows."""
        redactor = self._recorder.redactor
        raw = reply.raw.decode("utf-8", "surrogateescape")
        if redactor.quotable(reply.text) and redactor.quotable(raw):
            redactor.follow(reply.text)
            return reply
        # as one text: half a secret at a line's end is one that nobody finds
        lines = tuple(redactor.public(reply.text).split("\n"))
        redactor.follow(reply.text)
        marks = ["-"] * (len(lines) - 1) + [" "]
        return msgspec.structs.replace(
            reply,
            lines=lines,
            raw="".join(
                f"{reply.code}{mark}{line}\r\n" if reply.code else f"{line}\r\n"
                for mark, line in zip(marks, lines, strict=True)
            ).encode()
            if lines
            else b"",
        )

    @property
    def _kept(self) -> int:
        return ARRIVED + self._recorder.redactor.longest

    def _whole_words(self, reply: Reply) -> Reply:
        """A reply whose over-long lines the reader has cut, without what stands at the cuts."""
        if Oddity.TRUNCATED not in reply.oddities:
            return reply
        longest = self._recorder.redactor.longest

        def shortened(text: str) -> str:
            return text[: -longest or None] if len(text) > RFC_LINE_LIMIT else text

        return msgspec.structs.replace(
            reply,
            lines=tuple(map(shortened, reply.lines)),
            raw=b"\n".join(
                shortened(line.decode("utf-8", "surrogateescape")).encode(
                    "utf-8", "surrogateescape"
                )
                for line in reply.raw.split(b"\n")
            ),
        )

    async def _write(self, data: bytes) -> None:
        if self._ended:
            return
        if self._pump is not None:
            data = self._pump.write(data)
        written = await self._stream.write(data, self._deadline.cap(WRITE))
        if written.end:
            self._ended, self._error = written.end, written.error

    async def _ask(
        self,
        data: bytes,
        bound: float,
        *,
        pointless: bool = False,
        awaited: Collection[int] = (),
    ) -> _Arrival:
        """Send (empty: only wait) and wait for one reply, for `bound` seconds in all. One with a
        code of `awaited` counts as the answer although it came before what is sent."""
        self._my_turn = False
        if data:
            self._pass_over_unasked(awaited)
            await self._write(data)
        since = self._recorder.now
        until = since + self._deadline.cap(bound)
        raw = bytearray()
        total = 0
        while not self._ready:
            if self._ended:
                return self._at_the_end(bytes(raw))
            received = await self._read(until - self._recorder.now, pointless=pointless)
            if received.end == "silence":
                self._owes = True
                kept = bytes(raw or self._reader.pending)[: self._kept]
                if self._deadline.cut_off(bound, self._recorder.now - since):
                    return _Arrival("other", raw=kept, error=CUT_OFF)
                return _Arrival("silence", raw=kept)
            if received.end:
                self._note_end(received)
                continue
            if self._pump is None and not raw and looks_like_tls(received.data):
                return _Arrival("tls", raw=received.data[:ARRIVED])
            data_in = await self._decrypted(received.data)
            total += len(data_in)
            raw += data_in[: max(0, self._kept - len(raw))]
            self._queue(data_in)
            if total > MAX_STEP_BYTES and not self._ready:
                self._ended = "closed"
                return _Arrival("flood", raw=bytes(raw))
        reply = self._whole_words(self._ready.pop(0))
        self._my_turn = reply.code not in (0, 334, 421)  # 421: it closes, RFC 5321 §3.8
        outcome: ExchangeOutcome = (
            "flood" if {Oddity.TOO_MANY_LINES, Oddity.TRUNCATED} & set(reply.oddities) else "reply"
        )
        return _Arrival(outcome, reply=reply, raw=bytes(raw) or reply.raw[: self._kept])

    def _pass_over_unasked(self, awaited: Collection[int] = ()) -> None:
        """What came before a command answers none, but a server may close at any time (421)."""
        kept = (421, *awaited)
        others = [reply for reply in self._ready if reply.code not in kept]
        self._ready = [reply for reply in self._ready if reply.code in kept]
        if others and not self._owes:
            self._unasked = self._unasked or self._quoted(others[0])

    def _note_end(self, received: Received) -> None:
        """The other side has ended the connection: half a reply may still say why."""
        self._ended, self._error = received.end, received.error
        last = self._reader.close()
        # half a refusal says why; half a welcome welcomes nobody
        if last is not None and last.category in (4, 5):
            self._ready.append(last)

    async def _decrypted(self, data: bytes) -> bytes:
        """What the bytes say, once they have gone through TLS where the session is inside it."""
        if self._pump is None:
            return data
        events = self._pump.receive(data)
        if events.to_send:
            await self._stream.write(events.to_send, self._deadline.cap(WRITE))
        if events.closed or events.error is not None:
            self._ended = "closed"
        if events.error is not None:
            self._alert = events.error.alert or ""
        return events.plaintext

    def _at_the_end(self, raw: bytes) -> _Arrival:
        outcome: ExchangeOutcome = "reset" if self._ended == "reset" else "closed"
        return _Arrival(outcome, raw=raw, error=self._error)

    def _queue(self, data: bytes) -> None:
        """Keep the replies in these bytes; of unasked ones no more than any dialogue needs."""
        self._ready.extend(self._reader.feed(data))
        del self._ready[MAX_QUEUED:]

    async def _read(self, timeout: float, *, pointless: bool) -> Received:
        """One read; where the wait may become pointless, `give_up` ends it as silence."""
        if not pointless:
            received = await self._stream.read(max(timeout, 0))
        else:
            reading = asyncio.ensure_future(self._stream.read(max(timeout, 0)))
            giving_up = asyncio.ensure_future(self.give_up.wait())
            try:
                await asyncio.wait({reading, giving_up}, return_when=asyncio.FIRST_COMPLETED)
                received = reading.result() if reading.done() else Received(end="silence")
            finally:
                for task in (reading, giving_up):
                    task.cancel()
                await asyncio.gather(reading, giving_up, return_exceptions=True)
        if received.data or received.end in ("closed", "reset"):
            self.heard.set()
        return received

    async def _linger(self, first: bytes) -> bytes:
        """The rest of a plaintext line that TLS choked on, where it comes at once."""
        if b"\n" in first:
            return b""
        received = await self._stream.read(self._deadline.cap(0.2))
        return bytes(received.data[:ARRIVED])


def _is_poor(name: str) -> bool:
    """Whether servers refuse such an EHLO name: no full one, a literal, or made up."""
    return "." not in name or name.startswith("[") or name.endswith(".localdomain")


def _refused_for_good(exchange: Exchange) -> bool:
    return not exchange.ok and exchange.reply is not None and exchange.reply.category == 5


def _shown(command: bytes) -> str:
    return command.decode("utf-8", "replace").rstrip("\r\n")
