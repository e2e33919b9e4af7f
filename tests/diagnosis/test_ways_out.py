"""What is said of a port on every platform that the knowledge base has."""

from __future__ import annotations

import msgspec
import pytest

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.ways_out import WaysOut
from smtpdoctor.diagnosis.wording import ways_out
from smtpdoctor.knowledge.platforms import Lift, platforms

from ..rules.scene import Scene


def standing_on(identifier: str | None, port: int = 587, **settings: object) -> WaysOut:
    scene = Scene(**settings)  # type: ignore[arg-type]
    if identifier is not None:
        scene.platform(identifier)
    return WaysOut(Run(scene.observations()), port)


@pytest.mark.parametrize("identifier", list(platforms()))
@pytest.mark.parametrize("port", [25, 465, 587, 2525])
def test_every_platform_gives_whole_sentences(identifier: str, port: int) -> None:
    seen = standing_on(identifier, port)

    fixes = ways_out.fixes(seen, near=True, passing={443})

    assert fixes[-1].title == "send through a service that needs no blocked port"
    for text in (
        ways_out.summary(seen, near=True),
        *(item.text for item in ways_out.evidence(seen)),
        *(step for fix in fixes for step in (fix.title, *fix.steps)),
    ):
        assert text == text.strip()
        assert "  " not in text
        assert "None" not in text
    assert all(fix.steps for fix in fixes)
    marks, *known = ways_out.evidence(seen)
    assert marks.kind == "seen"
    assert marks.text.startswith("this runs on ")
    assert {item.kind for item in known} <= {"known", "guessed"}


@pytest.mark.parametrize("identifier", list(platforms()))
def test_only_what_is_verified_is_called_known(identifier: str) -> None:
    known = platforms()[identifier]
    for port in (25, 465, 587, 2525):
        seen = standing_on(identifier, port)
        verified = any(entry.verified for entry in known.about(port))
        kinds = {item.kind for item in ways_out.evidence(seen)}
        assert verified == ("known" in kinds)
        assert not (verified and "guessed" in kinds)
        for item in ways_out.evidence(seen):
            assert (" known to be " in item.text) == (item.kind == "known")
            assert ("(not verified)" in item.text) == (item.kind == "guessed")
        if not verified:
            assert seen.blocking is None
            assert ways_out.summary(seen, near=True) == ""


def test_without_a_platform_the_rules_are_named_by_kind() -> None:
    own, ask, service = ways_out.fixes(standing_on(None), near=True)

    assert "security group" in own.steps[0]
    assert "on this machine: the firewall" in own.steps[-1]
    assert "--ticket" in ask.steps[0]
    assert "not tried from here" in service.steps[0]


def test_in_a_container_the_host_has_the_firewall() -> None:
    own = ways_out.own_rules(standing_on(None, container="container 3f2a"))

    assert own is not None
    assert own.steps[-1].startswith("on the host of this container")


def test_far_away_ones_own_rules_are_left_out() -> None:
    titles = [fix.title for fix in ways_out.fixes(standing_on("aws_ec2"), near=False)]

    assert not any("your own firewall" in title for title in titles)


def test_a_managed_platform_has_no_firewall_to_look_at() -> None:
    assert ways_out.own_rules(standing_on("vercel")) is None


def test_the_most_specific_platform_stands_first() -> None:
    scene = Scene().platform("kubernetes").platform("digitalocean_droplet")
    seen = WaysOut(Run(scene.observations()), 587)

    assert [item.platform for item, _ in seen.seen] == ["kubernetes", "digitalocean_droplet"]
    assert seen.blocking is platforms()["digitalocean_droplet"]


def test_a_relay_port_that_is_said_to_be_blocked_is_not_proposed() -> None:
    assert not any("2525" in step for step in ways_out.other_service(standing_on("railway")).steps)


def test_relays_are_named_for_the_ports_that_answer() -> None:
    steps = ways_out.other_service(standing_on(None), {443, 465}).steps

    assert steps[0].startswith("By SMTP on port 465 (answers from here): ")
    assert "port 443, which answers from here" in steps[1]


def test_a_platform_that_this_version_does_not_know_says_nothing() -> None:
    scene = Scene().platform("cloud-of-tomorrow", name="Cloud of Tomorrow")

    assert ways_out.evidence(WaysOut(Run(scene.observations()), 587)) == ()


# --- what lifts a block -----------------------------------------------------------------------


def blocking(*lifts: Lift) -> WaysOut:
    """Ways out of a platform that blocks 587 for everybody, and can lift that so."""
    found = standing_on("digitalocean_droplet")
    known = msgspec.structs.replace(platforms()["digitalocean_droplet"], lifts=lifts)
    found.__dict__["blocking"] = known
    return found


SURE = Lift(possible=True, steps=("Ask support.",), verified=True)
SAID = Lift(possible=True, steps=("Pay for the larger plan.",), verified=False)
NEVER = Lift(possible=False, who="trial accounts", verified=True)


def test_an_unverified_way_to_lift_a_block_is_left_out_beside_a_verified_one() -> None:
    fix = ways_out.lift(blocking(SAID, SURE))

    assert fix is not None
    assert fix.steps == ("Ask support.",)


def test_alone_an_unverified_way_is_called_so() -> None:
    fix = ways_out.lift(blocking(SAID))

    assert fix is not None
    assert fix.steps == ("Pay for the larger plan. (said, not verified)",)


def test_a_block_that_is_not_lifted_for_some_is_said_beside_the_way_for_others() -> None:
    fix = ways_out.lift(blocking(SURE, NEVER))

    assert fix is not None
    assert fix.steps[0] == "Ask support."
    assert fix.steps[1].startswith("DigitalOcean Droplets, trial accounts: nobody is known")


def test_a_block_that_is_never_lifted_has_no_fix() -> None:
    assert ways_out.lift(blocking(NEVER)) is None
