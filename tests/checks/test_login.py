"""One login against servers that answer as they like: how often, whom it believes, what is told."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from smtpdoctor import knowledge
from smtpdoctor.checks import auth
from smtpdoctor.checks.session import SMTPSession
from smtpdoctor.deadline import Deadline
from smtpdoctor.network import Received
from smtpdoctor.observations import (
    Exchange,
    LoginNotTried,
    Observations,
    Recorder,
    Redactor,
)
from smtpdoctor.settings.model import Credentials, Origin, Secret, Setting, Settings, Withheld
from smtpdoctor.smtp.capabilities import Capabilities

from ..fake_network import run

HOST = "mail.example.net"
USER = "info@example.net"
PASSWORD = "x8Kd93jwQp"

#: What the server says to the lines so far, each without its line end; None: it closes.
Script = Callable[[Sequence[str]], str | None]


class ScriptedStream:
    """A connection to a server that is a function of what it was sent."""

    address, port, local_address = "192.0.2.1", 587, "192.0.2.7"

    def __init__(self, script: Script) -> None:
        self.lines: list[str] = []
        self._script = script
        self._answers: list[str | None] = []

    async def write(self, data: bytes, timeout: float) -> Received:
        for line in data.decode().splitlines():
            self.lines.append(line)
            self._answers.append(self._script(self.lines))
        return Received()

    async def read(self, timeout: float) -> Received:
        if not self._answers:
            await asyncio.sleep(timeout)
            return Received(end="silence")
        answer = self._answers.pop(0)
        return Received(end="closed") if answer is None else Received(data=f"{answer}\r\n".encode())

    def close(self) -> None:
        pass


class LoggedIn:
    """What one login led to."""

    def __init__(
        self, script: Script, *mechanisms: str, password: str = PASSWORD, **settings: Any
    ) -> None:
        self.stream = ScriptedStream(script)
        self.worked, self.seen = run(self._log_in(mechanisms, password, settings))

    async def _log_in(
        self, mechanisms: tuple[str, ...], password: str, more: Mapping[str, Any]
    ) -> tuple[bool | None, Observations]:
        clock = asyncio.get_running_loop().time
        recorder = Recorder(Redactor("•"), clock)
        credentials = Credentials(username=USER, password=Secret(password))
        settings = Settings(**{"host": HOST, "username": USER, "has_password": True, **more})
        auth.prepare(credentials, settings, recorder)
        session = SMTPSession(
            self.stream,
            connection="1",
            host=HOST,
            trail=recorder.trail("tls"),
            recorder=recorder,
            deadline=Deadline(clock, 30),
        )
        session.in_tls = session.verified = True
        session.capabilities = Capabilities(keywords={"AUTH": mechanisms})
        worked = await auth.log_in(session, settings, credentials, recorder.trail("auth"))
        return worked, recorder.observations()

    @property
    def commands(self) -> list[str]:
        return [line.split()[1] for line in self.stream.lines if line.startswith("AUTH ")]

    @property
    def last(self) -> Exchange:
        return self.seen.of(Exchange)[-1]


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


# --- whether at all -------------------------------------------------------------------------


WITHHELD = Withheld(reason="another-host-asked", host=HOST, place="environment")


def placeholder(field: Any) -> Setting:
    origin = Origin(kind="environment", name="X")
    return Setting(field=field, text="changeme", origin=origin, problem="placeholder")


@pytest.mark.parametrize(
    ("settings", "mechanisms", "reason", "ok"),
    [
        ({"has_password": False}, ("PLAIN",), "no-credentials", None),
        (
            {"has_password": False, "withheld": WITHHELD},
            ("PLAIN",),
            "withheld",
            None,
        ),
        ({"entries": (placeholder("username"),)}, ("PLAIN",), "placeholder", False),
        ({"entries": (placeholder("password"),)}, ("PLAIN",), "placeholder", False),
        ({"entries": (placeholder("token"),)}, ("PLAIN",), "placeholder", False),
        ({"host": "smtp.inos.com"}, ("PLAIN",), "host-suspicious", None),
        ({}, (), "not-offered", False),
        ({}, ("X-MAGIC",), "no-shared-mechanism", False),
    ],
)
def test_why_no_password_goes_out(
    settings: dict[str, Any], mechanisms: tuple[str, ...], reason: str, ok: bool | None
) -> None:
    ran = LoggedIn(lambda lines: "235 welcome", *mechanisms, **settings)
    (found,) = ran.seen.of(LoginNotTried)
    assert (found.reason, found.ok, found.offered) == (reason, ok, mechanisms)
    assert (ran.commands, ran.worked) == ([], None)


def test_a_login_that_an_earlier_run_has_made_is_not_made_again() -> None:
    made = Withheld(reason="not-due", host=HOST, place="ten minutes ago")
    ran = LoggedIn(lambda lines: "235 welcome", "PLAIN", withheld=made)
    (found,) = ran.seen.of(LoginNotTried)
    assert (found.reason, found.ok, ran.worked, ran.commands) == ("not-due", None, None, [])


def test_a_password_given_beside_one_that_was_kept_back_goes_out() -> None:
    assert LoggedIn(lambda lines: "235 welcome", "PLAIN", withheld=WITHHELD).worked is True


@pytest.mark.parametrize("entry", [placeholder("sender"), placeholder("host")])
def test_a_placeholder_of_another_field_keeps_no_password_back(entry: Setting) -> None:
    assert LoggedIn(lambda lines: "235 welcome", "PLAIN", entries=(entry,)).worked is True


def test_a_password_that_one_mechanism_cannot_carry_goes_by_the_next() -> None:
    # PLAIN parts its fields by a NUL (RFC 4616 §2)
    def script(lines: Sequence[str]) -> str:
        return "235 welcome" if lines[-1] == b64("x\0y") else f"334 {b64('Password:')}"

    ran = LoggedIn(script, "PLAIN", "LOGIN", password="x\0y")
    assert (ran.commands, ran.worked) == (["LOGIN"], True)


# --- what is secret, and what is not --------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "secret", "shown"),
    [
        ("kdwqpxvh", PASSWORD, True),
        # Postmark's user name is its token
        ("kdwqpxvh", "kdwqpxvh", False),
        # an address is told as one, even where somebody put it for the password, too
        ("kdwqpxvh@example.net", "kdwqpxvh@example.net", True),
    ],
)
def test_a_user_name_is_public_unless_it_is_the_secret(name: str, secret: str, shown: bool) -> None:
    recorder = Recorder(Redactor("•"), lambda: 0.0)
    credentials = Credentials(username=name, password=Secret(secret))
    settings = Settings(host=HOST, username=name, has_password=True)
    auth.prepare(credentials, settings, recorder)
    recorder.redactor.tell()
    assert (name in recorder.redactor.public(f"no such user: {name}")) is shown


# --- how often ------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [500, 501, 502, 503, 504])
def test_the_password_goes_out_twice_at_most(code: int) -> None:
    every = ("PLAIN", "LOGIN", "SCRAM-SHA-256", "CRAM-MD5")
    ran = LoggedIn(lambda lines: f"{code} not here", *every)
    assert ran.commands == ["PLAIN", "LOGIN"]
    assert ran.worked is False


def test_the_only_mechanism_is_refused_and_nothing_else_is_said_of_it() -> None:
    ran = LoggedIn(lambda lines: "504 not here", "PLAIN")
    assert (ran.commands, ran.worked) == (["PLAIN"], False)
    assert ran.seen.of(LoginNotTried) == []


def test_no_second_login_after_one_that_we_ended_ourselves() -> None:
    """The server answers our "*" with 501, as it has to (RFC 4954 §4)."""

    def script(lines: Sequence[str]) -> str:
        return "501 as you like" if lines[-1] == "*" else f"334 {b64('nonsense')}"

    ran = LoggedIn(script, "SCRAM-SHA-256", "CRAM-MD5")
    assert ran.commands == ["SCRAM-SHA-256"]
    assert ran.stream.lines[-1] == "*"
    assert (ran.worked, ran.last.cancelled) == (False, True)


def prompts_at_once(lines: Sequence[str]) -> str:
    if lines[-1].startswith("AUTH"):
        return f"334 {b64('Username:')}\r\n334 {b64('Password:')}"
    right = lines[-2:] == [b64(USER), b64(PASSWORD)]
    return "235 welcome" if right else ""


def test_both_prompts_of_login_at_once_are_answered_one_by_one() -> None:
    """The script's "" to the user name is a blank line, as nothing is due there."""
    ran = LoggedIn(prompts_at_once, "LOGIN")
    assert (ran.commands, ran.worked, ran.last.unasked) == (["LOGIN"], True, None)


def test_a_third_prompt_gets_no_answer() -> None:
    def script(lines: Sequence[str]) -> str:
        asked = f"334 {b64('?')}"
        return "501 as you like" if lines[-1] == "*" else "\r\n".join([asked] * 3)

    ran = LoggedIn(script, "LOGIN")
    assert ran.stream.lines[1:3] == [b64(USER), b64(PASSWORD)]
    assert set(ran.stream.lines[3:]) == {"*"}
    assert (ran.worked, ran.last.cancelled) == (False, True)


def test_other_mechanisms_wait_for_each_challenge() -> None:
    two = f"334 {b64('<1@x>')}\r\n334 {b64('<2@x>')}"
    ran = LoggedIn(lambda lines: two if len(lines) == 1 else "235 welcome", "CRAM-MD5")
    assert ran.last.unasked is not None


@pytest.mark.parametrize("mechanism", ["LOGIN", "CRAM-MD5", "SCRAM-SHA-256"])
def test_a_235_to_our_own_cancel_is_no_login(mechanism: str) -> None:
    def script(lines: Sequence[str]) -> str:
        return "235 welcome" if lines[-1] == "*" else f"334 {b64('nonsense')}"

    ran = LoggedIn(script, mechanism)
    assert ran.stream.lines[-1] == "*"
    assert (ran.worked, ran.last.ok, ran.last.cancelled) == (False, False, True)


# --- whom it believes -----------------------------------------------------------------------


def scram(
    *,
    password: str = PASSWORD,
    iterations: int = 4096,
    final: str | None = None,
    reply: str = "235",
) -> Script:
    """A server that knows `password`, or says `final` in place of its proof ("": none)."""
    from scramp import ScramMechanism

    library = ScramMechanism("SCRAM-SHA-256")
    stored = library.make_auth_info(PASSWORD, iteration_count=4096)
    servers = [library.make_server(lambda user: stored)]
    other = library.make_auth_info(password, iteration_count=4096)

    def script(lines: Sequence[str]) -> str:
        said = (lines[-1].split() or [""])[-1]
        text = base64.b64decode(said).decode() if said != "*" else "*"
        if text == "*":
            return f"{reply} whatever" if reply == "235" else "501 as you like"
        if len(lines) == 1:
            # one for each login: a script outlives the test that asked for it
            server = servers[0] = library.make_server(lambda user: stored)
            server.set_client_first(text)
            return f"334 {b64(server.get_server_first().replace('i=4096', f'i={iterations}'))}"
        if len(lines) == 2:
            server = servers[0]
            server.set_client_final(text)
            proof = server.get_server_final() if final is None else final
            if password != PASSWORD:
                proof = f"v={base64.b64encode(other[2]).decode()}"
            return f"334 {b64(proof)}" if proof else f"{reply} at once"
        return f"{reply} done"

    return script


def test_a_server_that_proves_it_is_believed() -> None:
    ran = LoggedIn(scram(), "SCRAM-SHA-256")
    assert (ran.worked, ran.last.server_proof) == (True, "valid")


@pytest.mark.parametrize(
    ("script", "proof"),
    [
        (scram(password="another"), "wrong"),
        (scram(final="e=other-error"), "wrong"),
        (scram(final="v=AAAA"), "wrong"),
        (scram(final=""), "missing"),
        (lambda lines: "235 welcome", "missing"),
    ],
    ids=["another key", "an error", "nonsense", "none", "at the first line"],
)
def test_a_server_that_proves_nothing_is_not(script: Script, proof: str) -> None:
    ran = LoggedIn(script, "SCRAM-SHA-256", "CRAM-MD5")
    assert (ran.worked, ran.last.ok) == (False, False)
    assert ran.last.server_proof == proof
    assert ran.commands == ["SCRAM-SHA-256"]


def test_of_a_server_that_refuses_no_proof_is_due() -> None:
    ran = LoggedIn(scram(final="e=invalid-proof", reply="535"), "SCRAM-SHA-256")
    assert (ran.worked, ran.last.cancelled, ran.last.server_proof) == (False, False, "")
    assert ran.last.reply is not None
    assert ran.last.reply.code == 535


@pytest.mark.parametrize(
    ("iterations", "done"), [(1, False), (4095, False), (4096, True), (1_000_001, False)]
)
def test_iterations_that_are_too_few_or_too_many_end_it(iterations: int, done: bool) -> None:
    """RFC 7677 §4: with few, whoever plays the server learns the password from the proof."""
    ran = LoggedIn(scram(iterations=iterations), "SCRAM-SHA-256")
    assert ran.worked is done
    assert (ran.stream.lines[1] == "*") is not done


# --- what is told ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "echo",
    [
        PASSWORD,
        PASSWORD[2:7],
        b64(f"\0{USER}\0{PASSWORD}"),
        b64(PASSWORD)[:-3],
        PASSWORD.encode().hex(),
        "".join(f"={byte:02X}" for byte in PASSWORD.encode()),
        f"{PASSWORD[:5]}\r\n535 {PASSWORD[5:]}",
    ],
)
def test_an_echo_is_not_recorded_and_the_refusal_is(echo: str) -> None:
    code = "535-" if "\n" in echo else "535 "
    ran = LoggedIn(lambda lines: f"{code}5.7.8 authentication failed for {echo}", "PLAIN")
    saved = str(ran.seen.to_builtins())
    for start in range(len(echo) - 5):
        assert echo[start : start + 6] not in saved
    assert ran.last.reply is not None
    assert ran.last.reply.code == 535
    assert ran.last.reply.lines[0].startswith("5.7.8 authentication failed for")
    assert "•" not in saved.replace("AUTH PLAIN ••••••", "")


def test_a_password_of_known_words_is_not_told_from_line_to_line() -> None:
    password = "mail server!"
    echo = "535-not mail\r\n535 server! is it"
    ran = LoggedIn(lambda lines: echo, "PLAIN", password=password)
    assert ran.last.reply is not None
    assert ran.last.reply.lines == ("not …", "… is it")
    assert ran.last.reply.raw.decode() == "535-not …\r\n535 … is it\r\n"


REPLIES = [
    "535 5.7.8 Error: authentication failed: authentication failure",
    "535 Authentication credentials invalid",
    "534-5.7.9 Application-specific password required.\r\n534 5.7.9 smtp.example.net",
    "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
    "535 5.7.139 Authentication unsuccessful, user is locked by your organization's policy",
    "550 5.7.1 a smtp no ionos",
]


@pytest.mark.parametrize(
    "password", ["smtp", "ionos", "a", "no", "authentication", "password", "535"]
)
@pytest.mark.parametrize("reply", REPLIES)
def test_a_common_word_for_a_password_changes_no_meaning_and_leaves_no_hole(
    reply: str, password: str
) -> None:
    def told(secret: str) -> Any:
        ran = LoggedIn(lambda lines: reply, "PLAIN", password=secret)
        said = ran.last.reply
        assert said is not None
        text = "\n".join(f"{said.code} {line}" for line in said.lines)
        rule = knowledge.interpret(None, "auth", text)
        return said.code, said.enhanced, rule, "•" in text

    assert told(password) == told("x8Kd93jw")
    assert told(password)[-1] is False
