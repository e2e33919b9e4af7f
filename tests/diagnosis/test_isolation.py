"""A machine from which nothing is reached: what shows it, and what clears the network."""

from __future__ import annotations

import pytest

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.isolation import Isolation
from smtpdoctor.observations import ConnectOutcome, NameServerOutcome

from ..rules.dns.lookups import SERVER, looked_up
from ..rules.network.around import controls, landmarks
from ..rules.scene import Scene


def isolation(scene: Scene) -> Isolation:
    return Run(scene.observations()).isolation


def unanswered(outcome: NameServerOutcome = "silent", server: str = SERVER) -> Scene:
    return looked_up("EAI_AGAIN", servers={server: outcome})


@pytest.mark.parametrize(
    ("proxies", "code"), [((), "no-network"), (("https_proxy",), "proxy-only-network")]
)
def test_a_proxy_decides_between_the_codes(proxies: tuple[str, ...], code: str) -> None:
    scene = Scene(proxies=proxies)
    connect = scene.connect("silent")
    landmarks(scene, "silent")

    assert isolation(scene).code == code
    assert isolation(scene).explains == (connect.id,)


def test_a_look_up_beside_silent_landmarks() -> None:
    scene = unanswered()
    assert isolation(scene).explains == ()  # nobody was knocked on

    landmarks(scene, "silent", ipv6="silent")
    failed = Run(scene.observations()).names.failed
    assert failed is not None
    assert isolation(scene).explains == (failed.id,)


@pytest.mark.parametrize("outcome", ["open", "refused", "reset"])
def test_a_landmark_that_answers_clears_the_network(outcome: ConnectOutcome) -> None:
    scene = unanswered()
    landmarks(scene, "silent")
    scene.connect(outcome, "9.9.9.9", 443, "control-address", host="9.9.9.9")

    assert isolation(scene).explains == ()


def test_a_name_server_beyond_this_network_clears_it() -> None:
    scene = unanswered("servfail", "192.0.2.53")
    landmarks(scene, "silent")

    assert isolation(scene).explains == ()


def test_a_look_up_that_worked_is_none_of_it() -> None:
    scene = looked_up("")
    landmarks(scene, "silent")

    assert isolation(scene).explains == ()


@pytest.mark.parametrize(
    ("here", "landmark", "none"),
    [
        ("no-route", "silent", True),  # the connects say it, where there are any
        ("silent", "no-route", False),
    ],
)
def test_no_route_by_the_connects(
    here: ConnectOutcome, landmark: ConnectOutcome, none: bool
) -> None:
    scene = Scene()
    scene.connect(here)
    landmarks(scene, landmark)

    assert isolation(scene).no_route == none


def test_no_route_by_the_landmarks_only_where_all_of_them_lack_it() -> None:
    scene = unanswered()
    landmarks(scene, "no-route")
    assert isolation(scene).no_route

    scene = unanswered()
    landmarks(scene, "silent")
    assert not isolation(scene).no_route


@pytest.mark.parametrize(("ipv6", "works"), [("open", True), ("silent", False)])
def test_the_other_family(ipv6: ConnectOutcome, works: bool) -> None:
    scene = Scene()
    scene.connect("silent")
    landmarks(scene, "silent", ipv6=ipv6)

    assert isolation(scene).other_family_works == works


def test_the_same_family_is_not_the_other_one() -> None:
    scene = Scene()
    scene.connect("silent")
    controls(scene, "open")

    assert not isolation(scene).other_family_works


def test_names_are_answered_from_beyond_this_machine_or_not() -> None:
    assert isolation(Scene()).names_answer is None
    assert isolation(unanswered(server="127.0.0.53", outcome="servfail")).names_answer is None
    assert isolation(unanswered()).names_answer is False

    scene = unanswered()
    scene.name_server("nxdomain", server="192.168.1.2")
    assert isolation(scene).names_answer is True
