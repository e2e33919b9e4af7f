from __future__ import annotations

import pytest

from ..scene import Scene
from .around import controls, landmarks, own_ports, roots

CODE = "port-blocked"


def silent(**settings: object) -> Scene:
    scene = Scene(**settings)  # type: ignore[arg-type]
    scene.connect("silent", took=3.3)
    return scene


def test_positive_silent_here_and_at_independent_hosts() -> None:
    scene = silent()
    own_ports(scene, {465: "open"})
    controls(scene, "silent", "silent")
    landmarks(scene, "open")
    scene.session("other-port").rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.fixes[0].settings == {"SMTP_PORT": "465", "SMTP_SECURE": "true"}
    assert "login not tried" in found.fixes[0].tried
    assert found.explains == roots(scene)
    assert scene.codes("error") == [CODE]
    assert scene.judge().verdict == "broken"


def test_positive_all_mail_ports_are_silent_everywhere() -> None:
    scene = silent()
    own_ports(scene, {465: "silent"})
    controls(scene, "silent", "silent")
    landmarks(scene, "open")

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert [fix.settings for fix in found.fixes] == [{}, {}, {}]
    titles = [fix.title for fix in found.fixes]
    assert titles == [
        "allow outgoing TCP 587 in your own firewall or security group",
        "ask whoever runs the network to allow outgoing TCP 587",
        "send through a service that needs no blocked port",
    ]
    assert "port 443, which answers from here" in found.fixes[-1].steps[-1]


def test_positive_only_another_port_of_the_host_answers() -> None:
    scene = silent()
    own_ports(scene, {465: "open"})

    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_what_port_25_does_elsewhere_says_nothing_of_587() -> None:
    scene = silent()
    own_ports(scene, {465: "open", 25: "silent"})
    controls(scene, "silent", "silent")
    scene.connect("open", "192.0.2.25", 25, "control", host="smtp.gmail.com")
    landmarks(scene, "open")

    assert scene.diagnosis(CODE).confidence == "certain"


def test_positive_the_port_is_open_elsewhere() -> None:
    scene = silent()
    own_ports(scene, {465: "open"})
    controls(scene, "open", "open")
    landmarks(scene, "open")

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert "the server's own firewall" in found.explanation


def test_positive_a_private_host_with_another_port_open() -> None:
    scene = silent(host="10.0.0.5")
    own_ports(scene, {465: "refused"})

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert found.fixes[0].title == "open port 587 in the firewall of 10.0.0.5"


def test_positive_nothing_to_compare_with() -> None:
    scene = silent()

    assert scene.diagnosis(CODE).confidence == "possible"


def test_positive_ipv6_without_a_route_is_noise() -> None:
    scene = Scene()
    scene.addresses("192.0.2.10", "2001:db8::10")
    first = scene.connect("silent", "192.0.2.10", took=3.3)
    second = scene.connect("no-route", "2001:db8::10")
    controls(scene, "silent")
    landmarks(scene, "open")

    found = scene.diagnosis(CODE)

    assert found.explains == (first.id, second.id)
    assert scene.codes() == [CODE]


def test_positive_one_address_of_two_is_a_warning() -> None:
    scene = Scene()
    scene.addresses("192.0.2.10", "192.0.2.11")
    scene.connect("open", "192.0.2.10")
    silent = scene.connect("silent", "192.0.2.11", took=3.3)
    own_ports(scene, {465: "open"}, "192.0.2.11")
    scene.session().rest()

    found = scene.diagnosis(CODE)

    assert found.severity == "warning"
    assert found.explains == (silent.id,)
    assert scene.judge().verdict == "warnings"


WAY = ("10.0.0.1", "198.51.100.1", "198.51.100.6")


def blocked(scene: Scene) -> Scene:
    """Silent here and elsewhere, while the rest passes."""
    own_ports(scene, {465: "silent", 443: "open"})
    controls(scene, "silent", "silent")
    landmarks(scene, "open")
    return scene


def test_positive_the_trace_shows_where() -> None:
    scene = silent()
    scene.trace(443, *WAY, end="open")
    scene.trace(587, WAY[0])
    blocked(scene)

    found = scene.diagnosis(CODE)

    seen = "port 443 reaches the server at hop 4; port 587 is lost after hop 1 (10.0.0.1)"
    assert seen in [item.text for item in found.evidence]
    assert "close by, probably in your own network" in found.explanation
    assert found.fixes[0].title == "allow outgoing TCP 587 in your own firewall or security group"


def test_positive_beyond_near_routers_ones_own_rules_are_not_it() -> None:
    scene = silent()
    scene.trace(443, *WAY, "203.0.113.9", "203.0.113.1", end="open")
    scene.trace(587, *WAY)
    blocked(scene)

    found = scene.diagnosis(CODE)

    assert "in a network on the way" in found.explanation
    assert found.fixes[0].title == "ask whoever runs the network to allow outgoing TCP 587"


def test_positive_silence_before_the_first_router() -> None:
    scene = silent()
    scene.trace(443, *WAY, end="open")
    scene.trace(587)
    blocked(scene)

    assert "on this machine or in its cloud's own rules" in scene.diagnosis(CODE).explanation


def test_positive_a_carriers_own_addresses() -> None:
    scene = silent()
    scene.trace(443, "192.168.1.1", "100.64.0.1", *WAY[1:], end="open")
    scene.trace(587, "192.168.1.1", "100.64.0.1")
    blocked(scene)

    assert "probably inside your internet provider's" in scene.diagnosis(CODE).explanation


def test_positive_lost_at_the_last_step_is_the_servers_firewall() -> None:
    scene = silent()
    scene.trace(443, *WAY, end="open")
    scene.trace(587, *WAY)
    own_ports(scene, {443: "open"})
    controls(scene, "open")

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert "its own firewall" in found.explanation
    assert found.fixes[0].title == "open port 587 in the firewall of smtp.ionos.com"


def test_positive_where_routers_are_silent_the_next_one_is_named() -> None:
    scene = silent()
    scene.trace(443, "", "", "198.51.100.6", end="open")
    scene.trace(587)
    blocked(scene)

    texts = [item.text for item in scene.diagnosis(CODE).evidence]

    assert any("port 587 is lost before hop 3 (198.51.100.6)" in text for text in texts)


def test_positive_a_system_without_an_error_queue_says_so() -> None:
    scene = silent()
    scene.trace(587, supported=False)
    blocked(scene)

    texts = [item.text for item in scene.diagnosis(CODE).evidence]

    assert any("this system shows no hops" in text for text in texts)


def test_positive_a_platform_that_blocks_everybody() -> None:
    scene = silent().platform("digitalocean_droplet", "DMI sys_vendor is DigitalOcean")
    blocked(scene)

    found = scene.diagnosis(CODE)

    marks, known = found.evidence[1:3]
    assert (marks.kind, known.kind) == ("seen", "known")
    assert marks.text == "this runs on DigitalOcean Droplets: DMI sys_vendor is DigitalOcean"
    assert known.text.startswith(
        "DigitalOcean Droplets: ports 25, 465 and 587 are known to be blocked by default "
        "[DigitalOcean"
    )
    # no rule of one's own, and no way to have it lifted: what is left needs no such port
    (fix,) = found.fixes
    assert "port 2525 (not tried from here): Mailgun" in " ".join(fix.steps)
    assert "nobody is known to lift the block" in fix.steps[-1]


def test_positive_a_platform_that_blocks_some() -> None:
    found = blocked(silent().platform("linode")).diagnosis(CODE)

    assert [fix.title for fix in found.fixes] == [
        "allow outgoing TCP 587 in your own firewall or security group",
        "ask Linode (Akamai Cloud) to lift the block on port 587",
        "send through a service that needs no blocked port",
    ]
    assert "https://www.linode.com/support/ [Akamai" in found.fixes[1].steps[-1]


def test_positive_on_ec2_a_dropped_587_is_never_awss_default() -> None:
    found = blocked(silent().platform("aws_ec2")).diagnosis(CODE)

    assert "port 587 is known to be open" in found.evidence[2].text
    assert found.fixes[0].steps[0].startswith("security group:")
    assert not any("lift" in fix.title for fix in found.fixes)


def test_positive_the_platform_makes_a_lone_silence_likely() -> None:
    scene = silent().platform("scaleway")
    own_ports(scene, {465: "silent", 443: "silent"})

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert "tick Enable SMTP" in " ".join(found.fixes[0].steps)


def test_positive_a_probable_platform_is_called_so() -> None:
    scene = silent().platform("fly_io", verified=False)

    text = blocked(scene).diagnosis(CODE).evidence[1].text

    assert text.startswith("this probably runs on Fly.io")


def test_negative_a_platform_that_blocks_is_no_diagnosis() -> None:
    scene = Scene(port=465, tls="implicit").platform("hetzner_cloud")
    scene.session().rest()

    assert scene.codes() == []


def test_negative_the_port_answers() -> None:
    assert Scene.healthy().codes() == []


@pytest.mark.parametrize(
    ("outcome", "code"), [("refused", "port-refused"), ("denied", "local-firewall")]
)
def test_lookalike_an_answer_is_no_silence(outcome: str, code: str) -> None:
    scene = Scene()
    scene.connect(outcome)  # type: ignore[arg-type]
    own_ports(scene, {465: "open"})

    assert scene.codes("error") == [code]


def test_lookalike_a_down_host_beside_a_platform_that_leaves_the_port_open() -> None:
    scene = silent().platform("aws_ec2")
    own_ports(scene, {465: "silent", 443: "silent"})

    assert scene.codes("error") == ["host-unreachable"]


def test_lookalike_both_ways_end_at_the_same_router() -> None:
    scene = silent()
    scene.trace(443, *WAY)
    scene.trace(587, *WAY)
    own_ports(scene, {465: "silent", 443: "silent"})
    controls(scene, "open")
    landmarks(scene, "open")

    assert scene.codes("error") == ["host-unreachable"]


def test_lookalike_no_port_of_the_host_answers() -> None:
    scene = silent()
    own_ports(scene, {465: "silent"})
    controls(scene, "open", "open")
    landmarks(scene, "open")

    assert scene.codes("error") == ["host-unreachable"]


def test_lookalike_nothing_answers_at_all() -> None:
    scene = silent()
    own_ports(scene, {465: "silent"})
    controls(scene, "silent", "silent")
    landmarks(scene, "silent")

    assert scene.codes("error") == ["no-network"]


def test_lookalike_the_provider_does_not_serve_the_port() -> None:
    scene = silent(host="smtp.office365.com", port=465, tls="implicit")
    own_ports(scene, {587: "open"})
    controls(scene, "silent", "silent")
    landmarks(scene, "open")

    assert scene.codes("error") == ["wrong-port"]
