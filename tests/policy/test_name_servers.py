"""In which order the name servers are asked for a sender's policies."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from smtpdoctor.checks import policies
from smtpdoctor.deadline import Deadline
from smtpdoctor.network import AnswerResult, ResolverSettings
from smtpdoctor.observations import NameServerOutcome, Recorder, Redactor, SenderQuestion

from ..fake_network import run

DEAD, LIVE = "192.0.2.1", "192.0.2.2"


class Servers:
    """Two name servers, the first of which answers nothing of use."""

    def __init__(self, outcome: NameServerOutcome) -> None:
        self.outcome = outcome
        self.asked: list[tuple[str, str]] = []

    def clock(self) -> float:
        return asyncio.get_running_loop().time()

    def resolver_settings(self) -> ResolverSettings:
        return ResolverSettings(nameservers=(DEAD, LIVE))

    async def ask(
        self, server: str, question: str, record: str, timeout: float, **_: Any
    ) -> AnswerResult:
        self.asked.append((server, question))
        await asyncio.sleep(timeout if server == DEAD and self.outcome == "silent" else 0.01)
        return AnswerResult(outcome=self.outcome if server == DEAD else "nxdomain")


async def look_up(servers: Any) -> None:
    recorder = Recorder(Redactor("•"), servers.clock)
    question = SenderQuestion(address="info@example.com", domain="example.com")
    trail = recorder.trail("sender")
    await policies.look_up_policies(question, servers, trail, Deadline(servers.clock, 30))


@pytest.mark.parametrize("outcome", ["silent", "unreachable"])
def test_a_dead_one_is_asked_last_from_then_on(outcome: NameServerOutcome) -> None:
    servers = Servers(outcome)
    run(look_up(servers))
    known_dead = servers.asked.index((LIVE, servers.asked[0][1]))
    later = [server for server, _ in servers.asked[known_dead:]]
    # what went out beside the first question may still end at it
    assert DEAD not in later[len({name for _, name in servers.asked[:known_dead]}) :]
    assert later.count(LIVE) > 3


@pytest.mark.parametrize("outcome", ["servfail", "refused", "malformed"])
def test_one_that_answers_keeps_its_place(outcome: NameServerOutcome) -> None:
    """It may know the next name."""
    servers = Servers(outcome)
    run(look_up(servers))
    names = list(dict.fromkeys(name for _, name in servers.asked))
    assert {name for server, name in servers.asked if server == DEAD} == set(names)
