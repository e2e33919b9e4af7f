from __future__ import annotations

import pytest

from ..scene import Scene
from .around import landmarks, own_ports, roots

CODE = "ipv6-broken"
IPV6 = "2001:db8::10"


def both(outcome: str) -> Scene:
    scene = Scene()
    scene.addresses(IPV6, "192.0.2.10")
    scene.connect(outcome, IPV6)  # type: ignore[arg-type]
    scene.connect("open", "192.0.2.10")
    return scene


@pytest.mark.parametrize("outcome", ["silent", "unreachable", "refused", "denied"])
def test_positive_ipv4_makes_up_for_it(outcome: str) -> None:
    scene = both(outcome)
    scene.session(address="192.0.2.10").rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("warning", "certain")
    assert found.explains == roots(scene)
    assert scene.codes() == [CODE]
    assert scene.judge().verdict == "warnings"


def without_ipv6(**settings: str) -> Scene:
    scene = Scene(**settings)  # type: ignore[arg-type]
    scene.addresses("192.0.2.10", IPV6)
    scene.connect("no-route", IPV6)
    scene.connect("open", "192.0.2.10")
    return scene


def test_positive_no_route_to_the_first_address() -> None:
    scene = both("no-route")
    scene.session(address="192.0.2.10").rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "warning"
    assert "Node before 20" in found.explanation
    # Nodemailer reads no `family`: it looks names up by itself
    assert 'servername: "smtp.ionos.com"' in found.fixes[0].steps[0]


def test_lookalike_no_route_and_a_client_that_takes_them_all() -> None:
    scene = without_ipv6(client="smtplib")
    scene.session(address="192.0.2.10").rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.fixes) == ("note", ())
    assert "there is no route to them from here" in found.explanation


@pytest.mark.parametrize(
    ("client", "severity"),
    [("aiosmtplib", "error"), ("symfony-mailer", "error"), ("smtplib", "warning")],
)
def test_positive_a_client_with_one_time_for_all_addresses(client: str, severity: str) -> None:
    scene = Scene(client=client)
    scene.addresses(IPV6, "192.0.2.10")
    scene.connect("silent", IPV6)
    scene.connect("open", "192.0.2.10")
    scene.session(address="192.0.2.10").rest()

    assert scene.diagnosis(CODE).severity == severity


def test_positive_without_any_ipv6_it_is_a_note() -> None:
    scene = without_ipv6()
    scene.session(address="192.0.2.10").rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "note"
    assert "IPv4" in found.fixes[0].title
    assert scene.judge().verdict == "healthy"
    assert scene.judge().unexplained == ()


@pytest.mark.parametrize("outcome", ["refused", "reset"])
def test_positive_refused_over_this_networks_ipv6_is_a_note(outcome: str) -> None:
    """Programs go on to IPv4 at once: nothing is wrong, and nothing is left to explain."""
    scene = Scene(host="mail.example.net")
    scene.addresses("fd77::2", "10.77.0.2")
    scene.connect(outcome, "fd77::2")  # type: ignore[arg-type]
    scene.connect("open", "10.77.0.2")
    scene.session(address="10.77.0.2").rest()

    assert scene.diagnosis(CODE).severity == "note"
    assert scene.judge().unexplained == ()
    assert scene.judge().verdict == "healthy"


def test_lookalike_silent_over_this_networks_ipv6_is_a_warning() -> None:
    scene = Scene(host="mail.example.net")
    scene.addresses("fd77::2", "10.77.0.2")
    scene.connect("silent", "fd77::2")
    scene.connect("open", "10.77.0.2")
    scene.session(address="10.77.0.2").rest()

    assert scene.diagnosis(CODE).severity == "warning"
    assert scene.judge().unexplained == ()


def test_positive_localhost_on_ipv4_only_is_a_note() -> None:
    scene = Scene(host="localhost", port=1025, tls="none", username=None)
    scene.addresses("::1", "127.0.0.1")
    scene.connect("refused", "::1")
    scene.connect("open", "127.0.0.1")
    scene.session(address="127.0.0.1").rest()

    assert scene.diagnosis(CODE).severity == "note"


def test_positive_only_ipv6_addresses_and_no_way_to_them() -> None:
    scene = Scene()
    scene.addresses(IPV6)
    silent = scene.connect("silent", IPV6, took=3.3)
    own_ports(scene, {465: "silent"}, IPV6)
    landmarks(scene, "open", ipv6="silent")

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.explains == (silent.id,)
    assert scene.codes("error") == [CODE]


def test_positive_only_ipv6_addresses_and_nothing_to_compare_with() -> None:
    scene = Scene()
    scene.addresses(IPV6)
    scene.connect("no-route", IPV6)

    assert scene.diagnosis(CODE).confidence == "likely"


def test_negative_both_families_answer() -> None:
    scene = both("open")
    scene.session(address="192.0.2.10").rest()

    assert scene.codes() == []


def test_negative_one_ipv6_address_of_two() -> None:
    scene = both("silent")
    scene.addresses(IPV6, "2001:db8::11", "192.0.2.10")
    scene.connect("open", "2001:db8::11")
    scene.session(address="192.0.2.10").rest()

    assert scene.codes() == ["host-unreachable"]


def test_lookalike_ipv4_fails_too() -> None:
    scene = Scene()
    scene.addresses(IPV6, "192.0.2.10")
    scene.connect("no-route", IPV6)
    scene.connect("silent", "192.0.2.10", took=3.3)
    own_ports(scene, {465: "open"}, "192.0.2.10")
    landmarks(scene, "open")

    assert scene.codes() == ["port-blocked"]


def test_lookalike_ipv6_works_and_this_host_does_not_answer() -> None:
    scene = Scene()
    scene.addresses(IPV6)
    scene.connect("silent", IPV6, took=3.3)
    own_ports(scene, {465: "silent"}, IPV6)
    landmarks(scene, "open", ipv6="open")

    assert scene.codes("error") == ["host-unreachable"]


def test_lookalike_nothing_is_reached_over_ipv4_either() -> None:
    scene = Scene()
    scene.addresses(IPV6)
    scene.connect("no-route", IPV6)
    landmarks(scene, "no-route")

    assert scene.codes("error") == ["no-network"]
