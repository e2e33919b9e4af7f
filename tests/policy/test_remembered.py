"""What was worked out once: for the report on a look-up, and for the next sender of a domain."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from smtpdoctor.api import run as run_plan
from smtpdoctor.api import sender_plan
from smtpdoctor.checks import policies
from smtpdoctor.examination.shared import Shared
from smtpdoctor.observations import SenderQuestion
from smtpdoctor.report.model import Report
from smtpdoctor.sender import assessment, recorded, remembered
from smtpdoctor.sender.assessment import Assessment
from smtpdoctor.sender.remembered import Remembered
from smtpdoctor.spf import Answer, Evaluation, Lookup
from smtpdoctor.spf import run as evaluate

from ..fake_network import FakeNetwork, run

PUBLISHED = {
    ("example.com", "TXT"): "v=spf1 ip4:192.0.2.0/24 include:spf.example.net -all",
    ("example.com", "MX"): "10 mx.example.com",
    ("example.com", "NS"): "ns1.example.com",
    ("spf.example.net", "TXT"): "v=spf1 ip4:198.51.100.0/24 -all",
    ("_dmarc.example.com", "TXT"): "v=DMARC1; p=reject",
}
MACRO = {**PUBLISHED, ("spf.example.net", "TXT"): "v=spf1 exists:%{l}.example.net -all"}


@pytest.fixture
def evaluations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses for which an assessment was begun to be worked out."""
    begun: list[str] = []
    original = assessment.assess

    def assess(question: SenderQuestion, *given: object) -> Evaluation[Assessment]:
        begun.append(question.address)
        return original(question, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(assessment, "assess", assess)
    monkeypatch.setattr(recorded, "_remembered", Remembered())
    return begun


def reports(*addresses: str, policies: dict[tuple[str, str], str]) -> list[Report]:
    """The reports on the addresses, one after the other, as of one list."""

    async def all_of_them() -> list[Report]:
        shared = Shared()
        network = FakeNetwork(policies=policies)
        return [
            await run_plan(sender_plan(each), environ={}, network=network, shared=shared)
            for each in addresses
        ]

    return run(all_of_them())


def judged(report: Report) -> object:
    return [(each.code, each.title, each.explanation, each.fixes) for each in report.diagnoses]


def test_a_report_does_not_work_out_again_what_its_look_up_did(
    evaluations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_look_up: list[str] = []
    original = recorded.keep

    def keep(found: Assessment, answers: Mapping[Lookup, Answer]) -> None:
        in_the_look_up.extend(evaluations)
        original(found, answers)

    monkeypatch.setattr(recorded, "keep", keep)
    (report,) = reports("info@example.com", policies=PUBLISHED)
    assert report.targets[0].provider is None
    assert recorded.assess(report.targets[0].observations) is not None
    assert evaluations == in_the_look_up != []


def test_a_domains_next_sender_is_not_worked_out_again(evaluations: list[str]) -> None:
    first, second = reports("info@example.com", "sales@example.com", policies=PUBLISHED)
    assert set(evaluations) == {"info@example.com"}
    found = recorded.assess(second.targets[0].observations)
    assert found is not None
    assert found.question.address == "sales@example.com"
    assert judged(second) == judged(first)


def test_a_policy_that_asks_who_sends_is_worked_out_for_each(evaluations: list[str]) -> None:
    reports("info@example.com", "sales@example.com", policies=MACRO)
    assert set(evaluations) == {"info@example.com", "sales@example.com"}


ASKED = SenderQuestion(address="info@example.com", domain="example.com", alone=True)


def resolved(lookup: Lookup) -> Answer:
    text = PUBLISHED.get((lookup.name, lookup.rdtype))
    if text is None or lookup.rdtype != "TXT":
        return Answer("nodata")
    return Answer("found", ((text.encode(),),))


def worked_out(question: SenderQuestion = ASKED) -> tuple[Assessment, dict[Lookup, Answer]]:
    answers: dict[Lookup, Answer] = {}

    def resolve(lookup: Lookup) -> Answer:
        answers[lookup] = resolved(lookup)
        return answers[lookup]

    return evaluate(assessment.assess(question), resolve), answers


def test_the_same_answers_come_to_the_same() -> None:
    found, answers = worked_out()
    kept = Remembered()
    kept.keep(found, answers)
    assert kept.recall(ASKED, answers.get) == ([], found)
    assert kept.recall(ASKED, {}.get) == (list(answers), None)


def test_what_the_dns_says_by_now_counts() -> None:
    found, answers = worked_out()
    kept = Remembered()
    kept.keep(found, answers)
    changed = answers | {Lookup("example.com", "TXT"): Answer("nodata")}
    assert kept.recall(ASKED, changed.get) == ([], None)


@pytest.mark.parametrize(
    "other",
    [
        SenderQuestion(address="info@example.org", domain="example.org", alone=True),
        SenderQuestion(address="info@example.com", domain="example.com", provider="ionos"),
        SenderQuestion(address="info@example.com", domain="example.com", host="mail.example.com"),
        SenderQuestion(address="info@example.com", domain="example.com", client="192.0.2.1"),
    ],
)
def test_another_question_is_another_one(other: SenderQuestion) -> None:
    found, answers = worked_out()
    kept = Remembered()
    kept.keep(found, answers)
    assert kept.recall(other, answers.get) == ([], None)


def test_one_client_is_asked_for_with_its_sender() -> None:
    asked = SenderQuestion(
        address="info@example.com", domain="example.com", client="192.0.2.1", alone=True
    )
    found, answers = worked_out(asked)
    kept = Remembered()
    kept.keep(found, answers)
    other = SenderQuestion(
        address="sales@example.com", domain="example.com", client="192.0.2.1", alone=True
    )
    assert kept.recall(other, answers.get) == ([], None)
    assert kept.recall(asked, answers.get) == ([], found)


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST", 2)
    kept, questions = Remembered(), []
    for number in range(3):
        domain = f"example{number}.com"
        questions.append(SenderQuestion(address=f"info@{domain}", domain=domain, alone=True))
        kept.keep(*worked_out(questions[-1]))
    there = [bool(kept.recall(each, {}.get)[0]) for each in questions]
    assert there == [False, True, True]


def test_a_huge_policy_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_OCTETS", 50)
    kept = Remembered()
    kept.keep(*worked_out())
    assert kept.recall(ASKED, {}.get) == ([], None)


def test_a_policy_of_too_many_look_ups_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    found, answers = worked_out()
    monkeypatch.setattr(assessment, "MOST_LOOKUPS", found.policy.lookups - 1)
    kept = Remembered()
    kept.keep(found, answers)
    assert kept.recall(ASKED, answers.get) == ([], None)


def test_what_was_asked_one_after_the_other_is_not_kept(
    evaluations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answers are not all among those that are at hand."""
    monkeypatch.setattr(policies, "MOST_ROUNDS", 0)
    reports("info@example.com", policies=PUBLISHED)
    assert evaluations
    assert recorded._remembered.recall(ASKED, {}.get) == ([], None)
