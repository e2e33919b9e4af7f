"""How the connects of a run ended, and what they say beside each other."""

from __future__ import annotations

import pytest

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views.reach import Reach
from smtpdoctor.observations import ConnectOutcome

from ..rules.network.around import controls, landmarks, own_ports
from ..rules.scene import Scene

IPV4, IPV6 = "212.227.15.183", "2001:db8::10"
WAY = ("10.0.0.1", "198.51.100.1", "198.51.100.6")


def reach(scene: Scene) -> Reach:
    return Run(scene.observations()).reach


def after(outcome: ConnectOutcome, **settings: object) -> Scene:
    """A run whose configured port ended so."""
    scene = Scene(**settings)  # type: ignore[arg-type]
    scene.connect(outcome)
    return scene


def both(ipv4: ConnectOutcome, ipv6: ConnectOutcome) -> Scene:
    scene = Scene()
    scene.addresses(IPV4, IPV6)
    scene.connect(ipv4, IPV4)
    scene.connect(ipv6, IPV6)
    return scene


# --- the family that the cause is looked for in -----------------------------------------------


@pytest.mark.parametrize(
    ("ipv4", "ipv6", "family"),
    [
        ("silent", "silent", "IPv4"),
        ("silent", "no-route", "IPv4"),
        ("no-route", "silent", "IPv6"),  # a missing route says nothing beside a failure
        ("no-route", "refused", "IPv6"),
        ("no-route", "no-route", "IPv4"),
    ],
)
def test_a_missing_route_is_noise(ipv4: ConnectOutcome, ipv6: ConnectOutcome, family: str) -> None:
    assert reach(both(ipv4, ipv6)).family == family


def test_what_stands_beside_is_of_the_same_family() -> None:
    scene = both("silent", "silent")
    scene.connect("open", IPV6, 465, "other-port")
    scene.connect("silent", IPV4, 465, "other-port")

    assert reach(scene).own_ports == {465: "silent"}
    assert not reach(scene).host_is_alive


def test_of_several_outcomes_the_most_telling_counts() -> None:
    scene = after("silent")
    scene.connect("silent", IPV4, 465, "other-port")
    scene.connect("refused", "212.227.15.199", 465, "other-port", host="smtp.ionos.com")

    assert reach(scene).own_ports == {465: "refused"}


# --- a host with IPv6 addresses alone ---------------------------------------------------------


def ipv6_alone(outcome: ConnectOutcome) -> Scene:
    """Over IPv4 something is reached, over IPv6 nothing is, but for what the test adds."""
    scene = Scene()
    scene.addresses(IPV6)
    scene.connect(outcome, IPV6)
    landmarks(scene, "open")
    return scene


def test_ipv6_is_dead_where_only_ipv4_reaches_anything() -> None:
    assert reach(ipv6_alone("silent")).end == "without-ipv6"
    assert reach(ipv6_alone("no-route")).end == "without-ipv6"


def test_a_host_with_ipv4_too_is_not_one_of_ipv6_alone() -> None:
    scene = both("no-route", "silent")
    landmarks(scene, "open")

    assert reach(scene).end == "nothing-reached"


def test_ipv4_works_only_by_what_answered_over_it() -> None:
    scene = ipv6_alone("silent")
    assert reach(scene).ipv4_works

    scene = Scene()
    scene.addresses(IPV6)
    scene.connect("silent", IPV6)
    scene.connect("open", "2001:db8::99", purpose="control", host="smtp.gmail.com")
    assert not reach(scene).ipv4_works


def test_a_refusal_over_ipv6_shows_that_it_works() -> None:
    assert reach(ipv6_alone("refused")).end == "refused-by-the-server"


def test_another_port_of_the_host_shows_that_ipv6_works() -> None:
    scene = ipv6_alone("silent")
    scene.connect("refused", IPV6, 465, "other-port")

    assert reach(scene).end == "silent-beside-a-port"


def test_another_host_shows_that_ipv6_works() -> None:
    scene = ipv6_alone("silent")
    scene.connect("open", "2001:db8::99", purpose="control", host="smtp.gmail.com")

    assert reach(scene).end == "silent-host"


# --- nothing is reached -----------------------------------------------------------------------


def test_nothing_is_reached_where_the_literal_addresses_are_silent_too() -> None:
    scene = after("silent")
    landmarks(scene, "silent")
    assert reach(scene).end == "nothing-reached"

    own_ports(scene, {465: "refused"})
    assert reach(scene).end == "silent-beside-a-port"


# --- refusals beside each other ---------------------------------------------------------------


@pytest.mark.parametrize("here", ["refused", "reset"])
@pytest.mark.parametrize("elsewhere", ["refused", "reset"])
def test_a_reset_is_like_a_refusal_elsewhere(
    here: ConnectOutcome, elsewhere: ConnectOutcome
) -> None:
    scene = after(here)
    controls(scene, elsewhere, elsewhere)

    assert reach(scene).end == "refused-elsewhere-too"


@pytest.mark.parametrize(
    ("here", "elsewhere"), [("refused", "unreachable"), ("unreachable", "refused")]
)
def test_unreachable_is_another_refusal(here: ConnectOutcome, elsewhere: ConnectOutcome) -> None:
    scene = after(here)
    controls(scene, elsewhere, elsewhere)

    assert not reach(scene).refused_elsewhere


def test_a_prohibition_by_a_router_speaks_of_a_filter() -> None:
    scene = after("unreachable")
    scene.trace(587, WAY[0], end="icmp", sender=WAY[1], icmp="admin-prohibited")

    assert reach(scene).end == "rejected-by-a-router"


def test_a_router_that_turns_a_connect_away_does_so_whatever_the_system_calls_it() -> None:
    scene = after("refused")
    scene.trace(587, WAY[0], end="icmp", sender=WAY[1], icmp="net-unreachable")

    assert reach(scene).end == "rejected-by-a-router"


def test_no_route_to_one_port_alone_is_a_routers_word() -> None:
    """Linux calls an ICMP "net unreachable" ENETUNREACH, as it does a missing route."""
    scene = after("no-route")
    own_ports(scene, {465: "open"})
    assert reach(scene).end == "filtered"

    scene.trace(587, WAY[0], end="icmp", sender=WAY[1], icmp="net-unreachable")
    assert reach(scene).end == "rejected-by-a-router"
    assert "has no route" not in str(scene.diagnosis("port-rejected").evidence)


def test_no_route_to_any_port_is_the_machines_own() -> None:
    scene = after("no-route")
    own_ports(scene, {465: "no-route"})
    landmarks(scene, "open")
    assert reach(scene).end == "no-route"


def test_a_router_that_refuses_everybodys_port_is_a_filter() -> None:
    scene = after("unreachable")
    scene.trace(587, WAY[0], end="icmp", sender=WAY[1], icmp="host-unreachable")
    controls(scene, "unreachable", "unreachable")

    assert reach(scene).end == "rejected-by-a-router"


def test_an_own_error_after_the_silence_is_not_what_ended_it() -> None:
    scene = after("silent")
    scene.trace(587, end="icmp", sender="192.168.1.20", icmp="host-unreachable")

    assert reach(scene).end == "silent"


def test_a_router_that_knows_no_way_speaks_of_the_host() -> None:
    scene = after("unreachable")
    scene.trace(587, WAY[0], end="icmp", sender=WAY[1], icmp="host-unreachable")

    assert reach(scene).end == "host-gone"


def test_an_error_of_the_server_itself_speaks_of_its_filter() -> None:
    scene = after("unreachable")
    scene.trace(587, WAY[0], end="icmp", sender=IPV4, icmp="host-unreachable")

    assert reach(scene).end == "filtered"


def test_what_this_machine_denies_it_keeps_in_unless_a_router_says_so() -> None:
    scene = after("denied")
    assert reach(scene).end == "kept-in"

    scene.trace(587, end="icmp", sender=IPV4, icmp="admin-prohibited")
    assert reach(scene).end == "kept-in"


def test_each_control_counts_by_itself_and_on_the_configured_port() -> None:
    scene = after("silent")
    controls(scene, "silent", "open")
    scene.connect("open", "192.0.2.25", 465, "control", host="smtp.gmail.com")

    assert reach(scene).controls == {"smtp.gmail.com": "silent", "smtp.sendgrid.net": "open"}


# --- silence beside what answers --------------------------------------------------------------


def test_silence_elsewhere_counts_only_where_nobody_answers_on_the_port() -> None:
    scene = after("silent")
    controls(scene, "silent", "refused")
    landmarks(scene, "open")

    assert not reach(scene).blocked_elsewhere


def test_controls_that_are_not_reached_are_no_silence() -> None:
    scene = after("silent")
    controls(scene, "no-route", "unreachable")

    assert not reach(scene).blocked_elsewhere


def test_a_refusal_shows_that_the_host_is_there() -> None:
    scene = after("silent")
    own_ports(scene, {465: "refused"})

    assert reach(scene).end == "silent-beside-a-port"
    assert reach(scene).answering_port == 465


def test_silence_with_nothing_to_compare() -> None:
    assert reach(after("silent")).end == "silent"


def test_a_platform_that_blocks_some_does_not_make_a_host_alive() -> None:
    scene = after("silent").platform("linode")
    own_ports(scene, {465: "silent"})

    assert reach(scene).end == "silent-host"


def test_a_platform_that_blocks_everybody_may_be_why_all_ports_are_silent() -> None:
    scene = after("silent").platform("digitalocean_droplet")
    own_ports(scene, {465: "silent"})
    assert reach(scene).end == "silent-where-blocked"

    controls(scene, "open")
    assert reach(scene).end == "silent-host"


@pytest.mark.parametrize("beside", ["control", "control-address"])
def test_a_platforms_block_is_proposed_only_where_nobody_else_was_heard(beside: str) -> None:
    scene = after("silent").platform("digitalocean_droplet")
    own_ports(scene, {465: "silent"})
    if beside == "control":
        controls(scene, "unreachable")
    else:
        scene.connect("open", "1.1.1.1", 443, "control-address", host="1.1.1.1")

    assert reach(scene).end == "silent-host"


def test_a_host_whose_other_ports_nobody_tried_is_silent_where_others_answer() -> None:
    scene = after("silent")
    landmarks(scene, "open")

    assert reach(scene).end == "silent-host"


# --- one address of several -------------------------------------------------------------------

OTHER = "212.227.15.199"


def one_of_two(outcome: ConnectOutcome) -> Scene:
    scene = Scene()
    scene.addresses(IPV4, OTHER)
    scene.connect("open", IPV4)
    scene.connect(outcome, OTHER)
    return scene


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ("denied", "local-firewall"),
        ("refused", "port-refused"),
        ("reset", "port-refused"),
        ("silent", "host-unreachable"),
    ],
)
def test_an_address_that_another_one_makes_up_for(outcome: ConnectOutcome, code: str) -> None:
    assert list(reach(one_of_two(outcome)).by_code) == [code]


@pytest.mark.parametrize(
    ("outcome", "address", "code"),
    [
        ("open", OTHER, "port-blocked"),
        ("open", IPV4, "host-unreachable"),  # of another machine
        ("silent", OTHER, "host-unreachable"),
    ],
)
def test_such_an_address_is_blocked_where_its_own_other_port_answers(
    outcome: ConnectOutcome, address: str, code: str
) -> None:
    scene = one_of_two("silent")
    scene.connect(outcome, address, 465, "other-port")

    assert list(reach(scene).by_code) == [code]


def test_an_error_over_ipv6_beside_ipv4_that_works() -> None:
    assert list(reach(both("open", "refused")).by_code) == ["ipv6-broken"]


# --- what shows no cause ----------------------------------------------------------------------


def test_an_error_of_no_kind_shows_no_cause_even_on_an_odd_port() -> None:
    assert reach(after("other", port=578)).end is None


def test_a_port_that_answers_has_no_end() -> None:
    assert reach(after("open")).end is None
    assert reach(both("open", "silent")).end is None


def test_before_any_connect_there_is_no_end() -> None:
    assert reach(Scene()).end is None


# --- near and far -----------------------------------------------------------------------------


def test_near_is_a_private_address() -> None:
    scene = Scene(host="mail.example.com")
    scene.addresses("10.0.0.5")
    assert reach(scene).is_near

    scene = Scene(host="mail.example.com")
    scene.addresses("192.0.2.5")
    assert not reach(scene).is_near


def test_a_providers_host_is_never_near_by_what_the_network_says() -> None:
    scene = Scene(host="smtp.ionos.com")
    scene.addresses("10.0.0.5")

    assert not reach(scene).is_near


def test_a_host_without_an_address_is_not_near() -> None:
    assert not reach(Scene(host="mail.example.com")).is_near


def test_an_address_of_connect_to_says_nothing_of_the_host() -> None:
    scene = Scene(host="mail.example.com")
    scene.addresses("127.0.0.1", source="connect-to")

    assert not reach(scene).is_near


# --- where it ends ----------------------------------------------------------------------------


def test_what_refuses_says_more_of_the_place_than_a_nearer_answer() -> None:
    scene = after("unreachable")
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0], end="icmp", sender=WAY[0], icmp="admin-prohibited")

    assert "a router" in reach(scene).place


def test_a_block_that_shows_nowhere_is_the_servers_only_where_others_take_the_port() -> None:
    scene = after("silent")
    own_ports(scene, {465: "open"})
    assert not reach(scene).is_servers_own

    controls(scene, "open")
    assert reach(scene).is_servers_own


def test_a_refusal_is_the_servers_only_by_its_own_address() -> None:
    for sender, own in ((IPV4, True), (WAY[1], False)):
        scene = after("unreachable")
        scene.trace(587, WAY[0], end="icmp", sender=sender, icmp="admin-prohibited")
        assert reach(scene).is_servers_own == own


def test_only_ports_that_answer_speak_for_the_host() -> None:
    scene = after("silent")
    own_ports(scene, {25: "silent", 465: "refused", 443: "open"})

    assert reach(scene).open_ports == [443]
    assert reach(scene).answering_port == 465


def test_where_one_address_answers_a_port_of_the_other_family_speaks_too() -> None:
    scene = both("open", "silent")
    scene.connect("silent", IPV4, 25, "other-port")
    scene.connect("open", IPV4, 465, "other-port")

    assert reach(scene).answering_port == 465


def test_a_block_before_the_server_is_not_the_servers() -> None:
    scene = after("refused")
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0], end="refused")
    controls(scene, "open")

    assert not reach(scene).is_servers_own


@pytest.mark.parametrize("other", ["denied", "no-route"])
def test_of_two_addresses_on_one_port_the_more_telling_counts(other: ConnectOutcome) -> None:
    scene = Scene()
    scene.addresses("192.0.2.1", "192.0.2.2")
    outcomes: tuple[ConnectOutcome, ConnectOutcome] = (other, "open")
    for address, outcome in zip(("192.0.2.1", "192.0.2.2"), outcomes, strict=True):
        scene.connect("silent", address)
        scene.connect(outcome, address, port=465, purpose="other-port")
    assert Run(scene.observations()).reach.own_ports == {465: "open"}
