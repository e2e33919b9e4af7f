"""A submission server that does what its `Script` says, for real clients and the doctor alike.

A thread for each connection; it takes messages and keeps none, only for whom they were.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

#: Of SCRAM.
SALT = b"salt of this server"
USER, PASSWORD = "info@example.org", "seven-herons-at-dawn"

#: Judges an EHLO name: the reply that refuses it, None where it is fine.
Judge = Callable[[str], str | None]


@dataclass(frozen=True, kw_only=True)
class Script:
    """How the server behaves, the defaults being a healthy one on 587 with STARTTLS.

    `extensions` are the EHLO lines beside STARTTLS and AUTH; `auth` is AUTH's own line inside TLS,
    `auth_in_clear` outside. `served` are the mechanisms that work, `wrong` those that get 535.
    `judge` judges the EHLO name when the verb `judged_at` comes. `replies` are for verbs, `delays`
    in seconds for verbs and "greeting"; behind a 421 it hangs up. `drops` loses what comes in one
    packet behind MAIL. `challenges` are LOGIN's. `helo` is whether HELO is known. `hello` is all of
    EHLO's answer, inside TLS or not. `instead` is said where a verb, or "login", succeeded. At the
    verbs of `resets` it resets the connection. `end` ends its lines. `initial` is whether AUTH may
    carry a first response, has to, or carries it in vain. `begun` are mechanisms that it asks for
    and then refuses. `refuses_parameters` is its reply to MAIL with parameters. With `hangs_up` it
    closes where anything comes behind MAIL in one packet. `injected` comes in clear behind the 220
    to STARTTLS, `welcomes` inside TLS, unasked. At the verbs of `closes` it closes without a word,
    which may be "connection" and "greeting", behind the answers to those of `leaves`. Between two
    bytes it takes its time, `dribbles` in seconds. `prompts_at_once` says both of LOGIN's together.
    """

    implicit: bool = False
    starttls: bool = True
    greeting: str = "220 mail.example.org ESMTP ready"
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SIZE 20480000", "SMTPUTF8")
    starttls_line: str = "STARTTLS"
    auth: str = "AUTH PLAIN LOGIN"
    auth_in_clear: str = ""
    served: tuple[str, ...] = ("PLAIN", "LOGIN")
    wrong: tuple[str, ...] = ()
    user: str = USER
    password: str = PASSWORD
    needs_login: bool = True
    needs_tls: bool = False
    ehlo: bool = True
    judge: Judge | None = None
    judged_at: str = "EHLO"
    helo: bool = True
    challenges: tuple[str, str] = ("VXNlcm5hbWU6", "UGFzc3dvcmQ6")
    greeting_end: str = "\r\n"
    hello: Callable[[bool], str] | None = None
    instead: Mapping[str, str] = field(default_factory=dict)
    resets: tuple[str, ...] = ()
    end: str = "\r\n"
    initial: Literal["may", "must-not", "must", "ignored"] = "may"
    begun: tuple[str, ...] = ()
    largest: int = 0
    replies: Mapping[str, str] = field(default_factory=dict)
    delays: Mapping[str, float] = field(default_factory=dict)
    drops: bool = False
    refuses_parameters: str = ""
    hangs_up: bool = False
    injected: str = ""
    welcomes: str = ""
    bare: bool = False
    closes: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    dribbles: float = 0
    prompts_at_once: bool = False


class ScriptedServer:
    """One script at one address and port. `delivered` are the recipients of accepted messages."""

    def __init__(
        self,
        script: Script,
        address: str,
        port: int,
        context: ssl.SSLContext | None,
    ) -> None:
        self.delivered: set[str] = set()
        self._script = script
        self._context = context
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listening = socket.socket(family)
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listening.bind((address, port))
        self._listening.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(60)
        # a client goes away when it likes
        with contextlib.suppress(OSError, EOFError, ValueError), connection:
            _Dialogue(self._script, self._context, connection, self.delivered).run()


class _Dialogue:
    """One session."""

    def __init__(
        self,
        script: Script,
        context: ssl.SSLContext | None,
        connection: socket.socket,
        delivered: set[str],
    ) -> None:
        self._script = script
        self._context = context
        self._connection = connection
        self._delivered = delivered
        self._buffer = b""
        self._in_tls = False
        self._logged_in = False
        self._name = ""
        self._recipient = ""

    def run(self) -> None:
        if "connection" in self._script.closes or not self._welcome():
            return
        while self._go_on():
            pass

    def _welcome(self) -> bool:
        """Whether the dialogue goes on behind the greeting."""
        if self._script.implicit:
            self._start_tls()
        time.sleep(self._script.delays.get("greeting", 0))
        greeting = "220" if self._script.bare else self._script.greeting
        self._say(greeting, self._script.greeting_end)
        return not greeting.startswith(("4", "5")) and "greeting" not in self._script.closes

    def _go_on(self) -> bool:
        """One command and its answer; whether others follow."""
        line = self._line().decode("utf-8", "surrogateescape")
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        time.sleep(self._script.delays.get(verb, 0))
        if verb in self._script.resets:
            self._reset()
            return False
        if verb in self._script.closes:
            return False
        if verb == "QUIT":
            self._say(self._script.instead.get("QUIT", "221 bye"))
            return False
        answer = self._script.replies.get(verb) or self._answer(verb, rest)
        if answer.startswith("2"):
            answer = self._script.instead.get("login" if verb == "AUTH" else verb, answer)
        if verb == "MAIL" and self._script.hangs_up and self._buffer:
            return False
        self._say(answer + (self._script.injected if verb == "STARTTLS" else ""))
        if answer.startswith("421") or verb in self._script.leaves:
            return False
        if verb == "STARTTLS" and answer.startswith("2") and self._context is not None:
            self._buffer = b""
            self._start_tls()
            if self._script.welcomes:
                self._say(self._script.welcomes)
        return True

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)  # no time: the rest is thrown away
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def _answer(self, verb: str, rest: str) -> str:
        answers: dict[str, Callable[[str], str]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": lambda _: "220 go ahead",
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": lambda _: self._fine(),
            "NOOP": lambda _: self._fine(),
        }
        return answers[verb](rest) if verb in answers else "500 5.5.2 unrecognized command"

    def _fine(self) -> str:
        return "250" if self._script.bare else "250 2.0.0 Ok"

    def _ehlo(self, name: str) -> str:
        script = self._script
        if not script.ehlo:
            return "502 5.5.2 Error: command not recognized"
        self._name = name
        if refused := self._judged("EHLO"):
            return refused
        if script.hello is not None:
            return script.hello(self._in_tls)
        offers = list(script.extensions)
        if script.starttls and not self._in_tls:
            offers.append(script.starttls_line)
        login = script.auth if self._in_tls else script.auth_in_clear
        if login:
            offers += login.split("\n")
        lines = ["mail.example.org", *offers]
        return "\n".join([*(f"250-{each}" for each in lines[:-1]), f"250 {lines[-1]}"])

    def _helo(self, name: str) -> str:
        if not self._script.helo:
            return "502 5.5.2 Error: command not recognized"
        self._name = name
        return self._judged("EHLO") or "250 mail.example.org"

    def _judged(self, verb: str) -> str | None:
        script = self._script
        return script.judge(self._name) if script.judge and script.judged_at == verb else None

    def _auth(self, rest: str) -> str:
        script = self._script
        name, _, initial = rest.lstrip().partition(" ")  # emailjs says two blanks
        name = name.upper()
        if not self._in_tls and script.ehlo and not script.auth_in_clear:
            return "530 5.7.0 Must issue a STARTTLS command first"
        if name in script.begun:
            self._asked(f"{name} supported")
            return "501 5.5.4 cancelled"
        if name not in (*script.served, *script.wrong):
            return "504 5.5.4 Unrecognized authentication type"
        if (initial and script.initial == "must-not") or (not initial and script.initial == "must"):
            return "501 5.5.4 Syntax: AUTH mechanism"
        if script.initial == "ignored":
            initial = ""
        if name == "SCRAM-SHA-256":
            return self._scram(initial or self._asked(""))
        if name == "PLAIN":
            initial = initial or self._asked("")
            given = base64.b64decode(initial).split(b"\0")[1:]
        elif name == "LOGIN":
            for_user, for_password = script.challenges
            if script.prompts_at_once:
                self._say(f"334 {for_user}\n334 {for_password}")
                given = [base64.b64decode(self._line()) for _ in range(2)]
                return self._judged_login(name, given)
            user = base64.b64decode(initial or self._asked(for_user))
            given = [user, base64.b64decode(self._asked(for_password))]
        else:
            self._asked(base64.b64encode(b"<1.2@mail.example.org>").decode())
            given = [script.user.encode(), script.password.encode()]
        return self._judged_login(name, given)

    def _judged_login(self, name: str, given: list[bytes]) -> str:
        script = self._script
        right = given == [script.user.encode(), script.password.encode()]
        if not right or name in script.wrong:
            return "535 5.7.8 Error: authentication failed"
        self._logged_in = True
        return "235 2.7.0 Authentication successful"

    def _scram(self, first: str) -> str:
        """RFC 5802 §3, with the login's own password."""
        bare = base64.b64decode(first).decode().partition(",")[2].partition(",")[2]
        nonce = bare.rpartition("r=")[2]
        challenge = f"r={nonce}server,s={base64.b64encode(SALT).decode()},i=4096"
        last = base64.b64decode(self._asked(base64.b64encode(challenge.encode()).decode()))
        without, _, proof = last.decode().rpartition(",p=")
        salted = hashlib.pbkdf2_hmac("sha256", self._script.password.encode(), SALT, 4096)
        key = hmac.digest(salted, b"Client Key", "sha256")
        said = f"{bare},{challenge},{without}".encode()
        signature = hmac.digest(hashlib.sha256(key).digest(), said, "sha256")
        given = bytes(a ^ b for a, b in zip(base64.b64decode(proof), signature, strict=True))
        if given != key:
            return "535 5.7.8 Error: authentication failed"
        mine = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), said, "sha256")
        self._asked(base64.b64encode(b"v=" + base64.b64encode(mine)).decode())
        self._logged_in = True
        return "235 2.7.0 Authentication successful"

    def _asked(self, challenge: str) -> str:
        self._say(f"334 {challenge}")
        return self._line().decode()

    def _mail(self, rest: str) -> str:
        script = self._script
        if script.needs_tls and not self._in_tls:
            return "530 5.7.0 Must issue a STARTTLS command first"
        if script.needs_login and not self._logged_in:
            return "530 5.7.0 Authentication required"
        if not rest.isascii() and "SMTPUTF8" not in rest:
            return "501 5.1.7 Bad sender address syntax"
        if script.refuses_parameters and rest.partition(">")[2].strip():
            return script.refuses_parameters
        if refused := self._judged("MAIL"):
            return refused
        size = rest.upper().partition("SIZE=")[2].split(" ")[0]
        if script.largest and size.isdigit() and int(size) > script.largest:
            return "552 5.3.4 Message size exceeds fixed limit"
        if script.drops:
            self._buffer = b""
        return self._fine()

    def _rcpt(self, rest: str) -> str:
        if refused := self._judged("RCPT"):
            return refused
        self._recipient = rest.partition("<")[2].partition("@")[0]
        return self._fine()

    def _data(self, _: str) -> str:
        self._say("354 go on")
        size = 0
        while (line := self._line()) != b".":
            size += len(line) + 2
        if self._script.largest and size > self._script.largest:
            return "552 5.3.4 Message size exceeds fixed limit"
        self._delivered.add(self._recipient)
        return self._fine()

    # --- the wire ---------------------------------------------------------------------------------

    def _say(self, text: str, end: str = "") -> None:
        end = end or self._script.end
        data = "".join(f"{line}{end}" for line in text.split("\n"))
        raw = data.encode("utf-8", "surrogateescape")
        if not self._script.dribbles:
            self._connection.sendall(raw)
            return
        for byte in raw:
            time.sleep(self._script.dribbles)
            self._connection.sendall(bytes([byte]))

    def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            data = self._connection.recv(65536)
            if not data:
                raise EOFError
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def _start_tls(self) -> None:
        assert self._context is not None
        self._connection = self._context.wrap_socket(self._connection, server_side=True)
        self._in_tls = True
