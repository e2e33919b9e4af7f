from __future__ import annotations

from ..scene import Scene
from .around import controls, landmarks, own_ports

CODE = "no-network"


def test_positive_nothing_answers_literal_addresses_included() -> None:
    scene = Scene()
    silent = scene.connect("silent", took=3.3)
    own_ports(scene, {465: "silent"})
    controls(scene, "silent", "silent")
    landmarks(scene, "silent")

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.explains == (silent.id,)
    assert found.fixes[0].settings == {}
    assert "firewall" not in found.explanation  # names are answered by nobody either
    assert scene.codes("error") == [CODE]
    assert scene.judge().verdict == "broken"


def test_positive_no_route_anywhere() -> None:
    scene = Scene()
    scene.addresses("192.0.2.10", "2001:db8::10")
    first = scene.connect("no-route", "192.0.2.10")
    second = scene.connect("no-route", "2001:db8::10")
    landmarks(scene, "no-route")

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert found.title == "this machine has no route to smtp.ionos.com"
    assert found.explains == (first.id, second.id)


def test_positive_no_route_and_nothing_to_compare_with() -> None:
    scene = Scene(host="10.0.0.5", container="container 3f2a")
    scene.connect("no-route")

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert "container" in found.fixes[0].steps[0]


def test_positive_only_ipv6_leaves_this_machine() -> None:
    scene = Scene()
    scene.connect("no-route")
    landmarks(scene, "no-route", ipv6="open")

    found = scene.diagnosis(CODE)
    assert found.title == "this machine has no route to smtp.ionos.com over IPv4"
    assert found.fixes[0].title.startswith("give this machine IPv4, or send through a host that")
    assert "DNS64 made" not in str(found.fixes)
    assert "No program" not in found.explanation


def test_positive_dns64_without_its_nat64() -> None:
    scene = Scene()
    scene.addresses("192.0.2.10", "64:ff9b::c000:20a")
    scene.connect("no-route", "192.0.2.10")
    scene.connect("no-route", "64:ff9b::c000:20a")
    landmarks(scene, "no-route", ipv6="open")

    steps = scene.diagnosis(CODE).fixes[0].steps
    assert any("64:ff9b::c000:20a is an address that DNS64 made" in step for step in steps)


def test_positive_a_wrong_number_is_not_the_matter() -> None:
    scene = Scene(port=578)
    scene.connect("silent", took=3.3)
    landmarks(scene, "silent")

    assert scene.codes("error") == [CODE]


def test_positive_nothing_answers_and_no_name_server_either() -> None:
    scene = Scene()
    scene.resolvers("192.0.2.53")
    failed = scene.lookup(error="timeout", took=6.0)
    scene.name_server("silent", server="192.0.2.53")
    landmarks(scene, "silent", ipv6="silent")

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.explains == (failed.id,)
    assert found.consequences == ("dns-resolver-unreachable",)
    assert found.evidence[0].text.startswith("no answer came on port 443 from 1.1.1.1, 8.8.8.8")
    assert scene.codes("error") == [CODE]


def test_positive_no_route_even_to_the_name_server() -> None:
    scene = Scene()
    scene.resolvers("192.0.2.53")
    scene.lookup(error="EAI_AGAIN")
    scene.name_server("unreachable", server="192.0.2.53")
    landmarks(scene, "no-route")

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert found.title == "this machine has no route to smtp.ionos.com"


def test_negative_everything_answers() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_only_the_name_servers_are_silent() -> None:
    scene = Scene()
    scene.resolvers("192.0.2.53")
    scene.lookup(error="timeout", took=6.0)
    scene.name_server("silent", server="192.0.2.53")
    landmarks(scene, "open")

    assert CODE not in scene.codes()


def test_lookalike_a_proxy_is_set() -> None:
    scene = Scene(proxies=("HTTPS_PROXY",))
    scene.connect("silent", took=3.3)
    landmarks(scene, "silent")

    assert scene.codes("error") == ["proxy-only-network"]


def test_lookalike_the_web_is_reached() -> None:
    scene = Scene()
    scene.connect("silent", took=3.3)
    controls(scene, "silent")
    landmarks(scene, "open")

    assert scene.codes("error") == ["port-blocked"]


def test_lookalike_a_refusal_is_an_answer() -> None:
    scene = Scene()
    scene.connect("refused")
    landmarks(scene, "silent")

    assert scene.codes("error") == ["port-refused"]


def test_lookalike_only_ipv6_addresses_and_no_ipv6() -> None:
    scene = Scene()
    scene.addresses("2001:db8::10")
    scene.connect("no-route", "2001:db8::10")
    landmarks(scene, "open")

    assert scene.codes("error") == ["ipv6-broken"]
