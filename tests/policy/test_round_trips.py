"""How many round trips to the resolver a sender takes: those of its include chain, and three."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from smtpdoctor.api import run as run_plan
from smtpdoctor.api import sender_plan
from smtpdoctor.observations import PolicyAnswer
from smtpdoctor.report.model import Report
from smtpdoctor.sender.foresight import needed
from smtpdoctor.spf import Answer, Evaluation, Lookup, expand
from smtpdoctor.spf import run as evaluate

from ..fake_network import FakeNetwork, run

ROUND_TRIP = 0.25


def chain(depth: int, breadth: int = 3) -> dict[tuple[str, str], str]:
    """A domain whose record includes others, each of which includes one more, so deep."""
    includes = " ".join(f"include:spf{n}.example.net" for n in range(breadth))
    published = {
        ("example.com", "TXT"): f"v=spf1 {includes} -all",
        ("example.com", "MX"): "10 mx.example.com",
        ("example.com", "NS"): "ns1.example.com",
        ("_dmarc.example.com", "TXT"): "v=DMARC1; p=none",
    }
    for number in range(breadth):
        name = f"spf{number}.example.net"
        for level in range(1, depth):
            published[name, "TXT"] = f"v=spf1 include:{level}.{name} -all"
            name = f"{level}.{name}"
        published[name, "TXT"] = f"v=spf1 ip4:192.0.2.{number} -all"
    return published


def asked(policies: Mapping[tuple[str, str], str]) -> tuple[Report, float]:
    """The report on a sender, and how many round trips went by."""
    network = FakeNetwork(policies=policies, round_trip=ROUND_TRIP)

    async def timed() -> tuple[Report, float]:
        report = await run_plan(sender_plan("info@example.com"), environ={}, network=network)
        return report, network.clock() / ROUND_TRIP

    report, trips = run(timed())
    questions = network.asked_for_policies
    assert len(questions) == len(set(questions))
    return report, trips


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_sender_takes_no_more_than_its_chain_and_three(depth: int) -> None:
    report, trips = asked(chain(depth))
    assert trips < depth + 2
    answers = report.targets[0].observations.of(PolicyAnswer)
    assert len([each for each in answers if each.question.endswith("example.net")]) == 3 * depth


def test_nothing_is_asked_in_vain() -> None:
    """A domain with mail exchangers is asked for no addresses, one with a policy for none above."""
    report, _ = asked(chain(1))
    names = {
        (each.question, each.record) for each in report.targets[0].observations.of(PolicyAnswer)
    }
    assert not names & {("example.com", "A"), ("example.com", "AAAA"), ("_dmarc.com", "TXT")}


def test_what_is_needed_is_told_at_once() -> None:
    record = Answer("found", ((b"v=spf1 include:a.example mx include:b.example -all",),))
    top = Lookup("example.com", "TXT")
    assert needed(expand("example.com"), {}) == ([top], None)
    behind = [Lookup("a.example", "TXT"), Lookup("example.com", "MX"), Lookup("b.example", "TXT")]
    assert needed(expand("example.com"), {top: record}) == (behind, None)


def test_what_is_known_is_not_worked_out_again() -> None:
    known = {Lookup("example.com", "TXT"): Answer("found", ((b"v=spf1 ip4:192.0.2.1 -all",),))}
    lookups, found = needed(expand("example.com"), known)
    assert lookups == []
    assert found == evaluate(expand("example.com"), known.__getitem__)


def test_nothing_is_made_of_what_was_only_supposed() -> None:
    """A look-up without a name is asked of nobody."""

    def evaluation() -> Evaluation[str]:
        yield Lookup("", "NS")
        return "worked out"

    assert needed(evaluation(), {}) == ([], None)
