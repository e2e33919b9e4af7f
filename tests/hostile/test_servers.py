"""The zoo of servers: each ends with a diagnosis in its time, and the password is nowhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import USERNAME, Behaviour
from smtpdoctor.observations import Exchange
from smtpdoctor.report.saved import read

from ..runs import HOST, Ran, as_json, certificate_of, one_host
from ..servers.fixtures import StartServer
from .canary import CANARY, leaks
from .process import MOST_MEMORY, Ended, run
from .zoo import SERVERS

#: The promised bounds, in seconds of a clock that jumps.
WHOLE_RUN, GREETING, COMMAND = 45.0, 25.0, 20.0


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if SERVERS[name].quick else pytest.mark.hostile)
        for name in SERVERS
    ],
)
@pytest.mark.parametrize("implicit", [False, True], ids=["587", "465"])
def test_a_hostile_server(authority: Authority, name: str, implicit: bool) -> None:
    attack = SERVERS[name]
    certificate = (attack.certificate or certificate_of)(authority)
    behaviour = replace(
        Behaviour(certificate=certificate, implicit_tls=implicit, users={USERNAME: CANARY}),
        **attack.changes,
    )
    on_465, on_587 = (behaviour, "refused") if implicit else ("refused", behaviour)
    ran = Ran(
        one_host(authority, on_465=on_465, on_587=on_587),  # type: ignore[arg-type]
        authority,
        env={"SMTP_PASS": CANARY, "SMTP_PORT": "465" if implicit else "587"},
    )
    assert ran.crashes == []
    assert ran.report.verdict in ("healthy", "warnings", "broken", "inconclusive")
    _in_its_time(ran)
    _in_its_bounds(ran)
    _polite(ran)
    if implicit and "injected" in attack.changes:  # nothing is injected without a STARTTLS
        return
    asked = [step for step in ran.steps() if step == "auth"] if ran.purposes else []
    if not attack.login and not (implicit and _only_starttls(attack.changes)):
        assert asked == []


def _only_starttls(changes: dict[str, object]) -> bool:
    replies = changes.get("replies")
    return isinstance(replies, dict) and set(replies) == {"STARTTLS"}


def _in_its_time(ran: Ran) -> None:
    assert ran.report.seconds <= WHOLE_RUN + 0.001
    for exchange in ran.observations.of(Exchange):
        bound = GREETING if exchange.step == "greeting" else COMMAND
        assert exchange.seconds <= bound + 0.1, exchange.step


def _in_its_bounds(ran: Ran) -> None:
    saved = as_json(ran.report)
    pages = (ran.text(), ran.text(verbose=True, width=100))
    assert leaks(saved, *pages) == set()
    assert len(saved) < 600_000
    assert len(pages[0].splitlines()) < 60
    for page in pages:
        assert all(character.isprintable() or character == "\n" for character in page)
        for line in page.splitlines():
            # a line of ours that says what to write begins so; a server's never does
            assert not line.strip().startswith(("+SMTP_HOST=smtp.evil", "-SMTP_HOST=mail.example"))
    assert as_json(read(saved.encode())) == saved


def _polite(ran: Ran) -> None:
    for knock in ran.network.knocks:
        assert knock.stream is None or knock.stream.closed
    for session in ran.network.sessions:
        assert not session.data_seen
        assert leaks(session.clear.decode("latin-1")) == set()
    assert ran.network.most_sessions <= 2
    assert sum(session.auth_attempts for session in ran.network.sessions) <= 2


#: What sends without end: over real sockets, where the kernel's buffers are what is filled.
FLOODS = [
    "a greeting without end",
    "a greeting of zeros",
    "an EHLO without end",
    "20,000 extensions",
    "half a megabyte behind STARTTLS",
    "warnings without end",
    "empty records without end",
    "changes of cipher without end",
    "data before the handshake",
    "a chain of 80",
    "challenges without end",
    "a challenge of a megabyte",
    "a login without end",
    "MAIL without end",
    "QUIT without end",
]


@pytest.fixture(scope="session")
def usual(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A run against nobody, whose memory the others are measured by."""
    folder, notes = tmp_path_factory.mktemp("usual"), tmp_path_factory.mktemp("notes")
    return run(["check", "127.0.0.1:1", "--cafile", str(authority.cafile)], folder, notes)


@pytest.mark.hostile
@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_over_real_sockets(
    smtp_server: StartServer, authority: Authority, name: str, tmp_path: Path, usual: Ended
) -> None:
    attack = SERVERS[name]
    certificate = (attack.certificate or certificate_of)(authority)
    behaviour = Behaviour(certificate=certificate, users={USERNAME: CANARY})
    server = smtp_server(replace(behaviour, **attack.changes))
    folder, notes = tmp_path / "folder", tmp_path / "notes"
    folder.mkdir()
    notes.mkdir()
    (folder / ".env").write_text(f"SMTP_HOST={HOST}\nSMTP_USER={USERNAME}\nSMTP_PASS={CANARY}\n")
    there = f"{HOST}:587:127.0.0.1:{server.port}"
    options = ["--connect-to", there, "--cafile", str(authority.cafile), "--timeout", "5"]
    ended = run(["check", *options, "--verbose", "--save", "run.json"], folder, notes)
    assert ended.status in (0, 1, 3), ended.errors
    assert ended.errors == ""
    assert leaks(ended.output, (folder / "run.json").read_text()) == set()
    assert ended.memory < usual.memory + MOST_MEMORY
