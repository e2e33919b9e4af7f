from __future__ import annotations

import pytest

from smtpdoctor.observations import NameServerOutcome

from ..scene import Scene
from .lookups import OTHER_SERVER, SERVER, compare, looked_up

CODE = "dns-blocked"
#: A name server on the internet, as hosts and data centres have them.
DISTANT = "192.0.2.53"


def over_tcp_too(scene: Scene, outcome: NameServerOutcome, server: str = SERVER) -> Scene:
    """The same server, asked again over TCP."""
    scene.name_server(outcome, server=server, transport="tcp")
    scene.name_server(
        "nodata" if outcome == "answer" else outcome,
        server=server,
        record="AAAA",
        transport="tcp",
    )
    return scene


@pytest.mark.parametrize("error", ["EAI_AGAIN", "timeout"])
def test_positive_nobody_answers_on_53_and_443_passes(error: str) -> None:
    scene = over_tcp_too(looked_up(error, servers={DISTANT: "silent"}), "silent", DISTANT)
    compare(scene)
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.title.startswith("port 53 is blocked")
    assert scene.codes() == [CODE]
    assert scene.judge().unexplained == ()
    first = found.evidence[0]
    assert first.kind == "seen"
    assert first.text == (
        f"name server {DISTANT} did not answer, over UDP or TCP; "
        "for comparison: 1.1.1.1, 8.8.8.8 did not answer on port 53, over UDP or TCP; "
        "1.1.1.1, 8.8.8.8 took connections on port 443"
    )
    assert found.fixes[0].title == "open port 53, UDP and TCP, on the way out"


def test_positive_a_network_s_own_server_may_be_down_beside_it() -> None:
    scene = compare(looked_up("timeout", servers={SERVER: "silent"}))
    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_a_firewall_that_refuses() -> None:
    scene = Scene().resolvers(DISTANT)
    scene.lookup(error="EAI_AGAIN")
    for record in ("A", "AAAA"):
        scene.name_server("unreachable", server=DISTANT, record=record, error="ECONNREFUSED")  # type: ignore[arg-type]
    compare(scene, udp="unreachable", tcp="unreachable", error="ECONNREFUSED")
    assert scene.codes() == [CODE]


def test_positive_this_machine_s_own_packet_filter() -> None:
    scene = Scene().resolvers(DISTANT)
    scene.lookup(error="EAI_AGAIN")
    scene.name_server("unreachable", server=DISTANT, error="EPERM")
    compare(scene, udp="unreachable", error="EPERM")
    assert "This machine's own packet filter" in scene.diagnosis(CODE).explanation


def test_positive_only_udp_is_blocked() -> None:
    scene = over_tcp_too(looked_up("EAI_AGAIN", servers={SERVER: "silent"}), "answer")
    scene.addresses("212.227.15.183", source="wire", after=scene.name_server(transport="tcp"))
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert found.title.startswith("UDP port 53 is blocked")
    assert (found.severity, found.confidence) == ("error", "likely")
    assert "use-vc" in found.fixes[0].steps[0]
    assert SERVER in found.fixes[0].tried
    assert scene.codes() == [CODE]
    assert scene.judge().unexplained == ()


def test_positive_public_resolvers_answer_over_tcp_only() -> None:
    scene = compare(looked_up("timeout", servers={DISTANT: "silent"}), tcp="answer")
    found = scene.diagnosis(CODE)
    assert found.title.startswith("UDP port 53 is blocked")
    assert "use-vc" not in str(found.fixes)


@pytest.mark.parametrize(
    ("servers", "place", "words"),
    [
        ((DISTANT,), {}, "security group"),
        (("10.96.0.10",), {"container": "Kubernetes pod"}, "NetworkPolicy"),
        (("127.0.0.11",), {"container": "container 3f2a00112233"}, "DOCKER-USER"),
    ],
)
def test_positive_the_fix_fits_the_place(
    servers: tuple[str, ...], place: dict[str, str], words: str
) -> None:
    scene = compare(looked_up("timeout", servers=dict.fromkeys(servers, "silent"), **place))
    assert words in " ".join(scene.diagnosis(CODE).fixes[0].steps)


@pytest.mark.parametrize(("others", "confidence"), [(True, "likely"), (False, "possible")])
def test_positive_behind_a_forwarder_on_this_machine(others: bool, confidence: str) -> None:
    scene = looked_up("EAI_AGAIN", servers={"127.0.0.53": "servfail"})
    if others:
        scene.name_server(
            "servfail", server="127.0.0.53", question="smtp.ionos.de", asked_for="provider-host"
        )
    found = compare(scene).diagnosis(CODE)
    assert found.confidence == confidence
    assert "resolvectl" in found.fixes[0].steps[0]
    assert scene.codes("error") == [CODE]


def test_negative_names_are_answered() -> None:
    assert CODE not in Scene.healthy().codes()


def test_negative_the_name_is_found_though_the_wire_is_silent() -> None:
    scene = looked_up("", "212.227.15.183", servers={SERVER: "silent"})
    scene.session().rest()
    assert scene.codes() == []


def test_lookalike_nothing_else_passes_either() -> None:
    scene = compare(looked_up("timeout", servers={DISTANT: "silent"}), landmarks="silent")
    assert scene.codes("error") == ["no-network"]


def test_lookalike_public_resolvers_answer() -> None:
    scene = compare(looked_up("timeout", servers={SERVER: "silent"}), udp="answer", tcp="answer")
    found = scene.diagnosis("dns-resolver-unreachable")
    assert found.confidence == "certain"
    assert "1.1.1.1 and 8.8.8.8, public resolvers, answered" in found.fixes[0].steps[-1]
    assert scene.codes("error") == ["dns-resolver-unreachable"]


def test_lookalike_nobody_else_may_be_asked() -> None:
    scene = looked_up("timeout", servers={DISTANT: "silent", OTHER_SERVER: "silent"})
    assert scene.codes("error") == ["dns-resolver-unreachable"]


def test_lookalike_nothing_listens_on_this_machine() -> None:
    scene = Scene().resolvers("127.0.0.53")
    scene.lookup(error="EAI_AGAIN")
    scene.name_server("unreachable", server="127.0.0.53", error="ECONNREFUSED")
    compare(scene)
    assert scene.codes("error") == ["dns-resolver-unreachable"]
    assert "systemd-resolved" in scene.diagnosis("dns-resolver-unreachable").fixes[0].title


def test_lookalike_one_zone_is_broken_where_nobody_else_may_be_asked() -> None:
    scene = looked_up("EAI_AGAIN", servers={"127.0.0.53": "servfail"})
    scene.name_server(server="127.0.0.53", question="smtp.ionos.de", asked_for="provider-host")
    assert compare(scene).codes("error") == ["dns-resolver-failing"]


@pytest.mark.parametrize("server", ["127.0.0.53", SERVER])
def test_lookalike_a_forwarder_without_a_network(server: str) -> None:
    scene = looked_up("EAI_AGAIN", servers={server: "servfail"})
    assert compare(scene, landmarks="no-route").codes("error") == ["no-network"]


def test_lookalike_a_server_on_the_internet_answers_so_there_is_a_network() -> None:
    scene = looked_up("EAI_AGAIN", servers={DISTANT: "servfail"})
    assert compare(scene, landmarks="silent").codes("error") == ["dns-resolver-failing"]


def test_lookalike_the_server_answers_with_a_failure() -> None:
    scene = compare(looked_up("EAI_AGAIN", servers={SERVER: "servfail"}))
    assert scene.codes("error") == ["dns-resolver-failing"]
    texts = [item.text for item in scene.diagnosis("dns-resolver-failing").evidence]
    assert any("did not answer on port 53" in text for text in texts)
