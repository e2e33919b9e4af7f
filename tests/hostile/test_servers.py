"""The zoo of servers: each ends with a diagnosis in its time, and the password is nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import USERNAME, Behaviour
from smtpdoctor.observations import Exchange
from smtpdoctor.report.saved import read

from ..runs import Ran, as_json, certificate_of, one_host
from .canary import CANARY, leaks
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
