"""What the policies of a sender's domain do to the mail, and how sure it is who delivers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import msgspec
import pytest

from smtpdoctor import knowledge
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import policy as policies
from smtpdoctor.observations import Exchange, PolicyAnswer
from smtpdoctor.sender.assessment import Assessment, Published, Relay

from ..rules.scene import Scene
from ..rules.sender.zones import IONOS, Zone, domain

REFUSING = domain("v=spf1 mx -all", dkim=False)


def assessed(zone: Zone = REFUSING, scene: Scene | None = None, **asked: Any) -> Assessment:
    found = Run((scene or Scene.healthy()).policies(zone, **asked).observations()).policy
    assert found is not None
    return found


def relayed(policy: Assessment, **changes: Any) -> Assessment:
    return replace(policy, relay=replace(policy.relay, **changes))


STRANGER = Relay(provider=None, known="stranger")


def test_what_refuses_for_sure_is_an_error() -> None:
    policy = assessed()
    assert (policies.severity(policy), policies.confidence(policy)) == ("error", "certain")


@pytest.mark.parametrize(
    ("relay", "alone", "expected"),
    [
        (STRANGER, False, "note"),  # whose envelope sender receivers look at isn't known
        (Relay(provider=None, known="no"), False, "error"),
        (Relay(provider=None, known="host"), False, "warning"),  # it may hand the mail on
        (Relay(provider=None, known="host"), True, "error"),
    ],
)
def test_severity_by_who_delivers(relay: Relay, alone: bool, expected: str) -> None:
    policy = assessed()
    asked = replace(
        policy, relay=relay, question=msgspec.structs.replace(policy.question, alone=alone)
    )
    assert policies.severity(asked) == expected


def test_a_client_address_is_judged_whoever_delivers() -> None:
    policy = assessed(client="192.0.2.9", alone=True)
    asked = replace(policy, relay=STRANGER)
    assert (policies.severity(asked), policies.confidence(asked)) == ("error", "certain")


OTHER_REGION = domain("v=spf1 include:_spf-us.ionos.com -all", dkim=False)


def test_a_record_for_another_region_than_the_guessed_one() -> None:
    policy = assessed(OTHER_REGION)
    for region, severity, confidence in (
        ("guessed", "warning", "likely"),
        ("told", "error", "certain"),
    ):
        published = tuple(item for item in policy.relay.published if "-eu" in item.include)
        asked = relayed(policy, region=region, published=published)
        assert asked.names_other_region is (region == "guessed")
        assert (policies.severity(asked), policies.confidence(asked)) == (severity, confidence)


def test_confidence_by_what_is_known_of_the_provider() -> None:
    policy = assessed()
    assert policies.confidence(replace(policy, relay=STRANGER)) == "possible"
    untold = knowledge.providers()["infomaniak"]
    assert (untold.kind, untold.envelope) == ("mailbox", "unknown")
    assert policies.confidence(relayed(policy, provider=untold)) == "likely"
    assert policies.confidence(relayed(policy, known="guessed-by-mx")) == "likely"
    assert policies.confidence(replace(policy, published=None)) == "likely"
    published = policy.published
    assert isinstance(published, Published)
    unverified = replace(published, verified=False)
    assert policies.confidence(replace(policy, published=unverified)) == "likely"


def test_how_whoever_delivers_is_called() -> None:
    policy = assessed()
    assert policies.relay(policy) == "IONOS"
    assert policies.relay(assessed(client="192.0.2.9", alone=True)) == "192.0.2.9"
    nobody = replace(policy, relay=STRANGER)
    assert policies.relay(nobody) == "smtp.ionos.com"
    hostless = replace(nobody, question=msgspec.structs.replace(policy.question, host=""))
    assert policies.relay(hostless) == "whoever delivers"


def test_a_policy_is_looked_at_where_a_record_could_help() -> None:
    free = {**IONOS, "gmail.com TXT": ["v=spf1 redirect=_spf.google.com"]}
    for scene, zone, found in (
        (Scene.healthy(), REFUSING, True),
        (Scene.healthy(), dict(IONOS), False),  # there is no such domain
        (Scene.healthy(sender="info@gmail.com"), free, False),  # another company delivers
    ):
        run = Run(scene.policies(zone).observations())
        assert run.policy is not None
        assert (policies.found(run) is not None) is found
    assert policies.found(Run(Scene.healthy().observations())) is None


Step = Literal["mail", "rcpt"]


@pytest.mark.parametrize(
    ("step", "words", "sender", "explained"),
    [
        ("mail", "550 Sender address is not allowed.", "info@shop.example", True),
        ("rcpt", "550 5.7.23 Message rejected due to: SPF fail", "info@example.com", True),
        ("rcpt", "550 5.7.1 example.com has no SPF record", "info@example.com", True),
        ("rcpt", "550 5.1.1 unknown user", "info@example.com", False),
    ],
)
def test_a_record_explains_refusals_for_its_reason(
    step: Step, words: str, sender: str, explained: bool
) -> None:
    scene = Scene(sender=sender).refuse(step, words)
    name = sender.partition("@")[2]
    run = Run(scene.policies(domain("v=spf1 mx -all", name=name, dkim=False)).observations())
    assert run.policy is not None
    found = [run.observations.by_id(each) for each in policies.spf_answers(run, run.policy)]
    answers = [each for each in found if isinstance(each, PolicyAnswer)]
    assert [(each.question, each.record) for each in answers] == [(name, "TXT")]
    refused = [each.step for each in found if isinstance(each, Exchange)]
    assert refused == ([step] if explained else [])
