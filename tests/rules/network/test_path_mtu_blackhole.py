from __future__ import annotations

import pytest

from ..scene import Scene

CODE = "path-mtu-blackhole"


def stalled(**settings: object) -> Scene:
    scene = Scene(**settings)  # type: ignore[arg-type]
    scene.session().up_to("handshake").handshake(failure="stalled", took=8.0)
    return scene


def test_positive_small_segments_work() -> None:
    scene = stalled()
    scene.session("other-port").handshake(failure="stalled", took=4.0)
    scene.session("small-segments", segment_size=1200).rest()

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.fixes[0].title == "set the MTU to 1240"
    assert "mtu 1240" in " ".join(found.fixes[0].steps)
    assert "1200 bytes; login not tried" in found.fixes[0].tried
    assert found.explains == tuple(item.id for item in scene.observations().roots())
    assert found.consequences == ("tls-handshake-stalled",)
    assert scene.codes("error") == [CODE]


def test_positive_one_success_alone_is_likely() -> None:
    scene = stalled()
    scene.session("small-segments", segment_size=1200).rest()

    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_only_the_smallest_pass() -> None:
    scene = stalled()
    scene.session("small-segments", segment_size=1200).up_to("handshake").handshake(
        failure="stalled"
    )
    scene.session("small-segments", segment_size=536).rest()

    found = scene.diagnosis(CODE)

    assert found.confidence == "certain"
    assert found.fixes[0].title == "set the MTU to 576"


def test_positive_over_ipv6_no_mtu_below_what_it_needs() -> None:
    scene = Scene()
    scene.addresses("2001:db8::10")
    scene.session().up_to("handshake").handshake(failure="stalled")
    scene.session("small-segments", segment_size=1200).rest()

    assert scene.diagnosis(CODE).fixes[0].title.startswith("set the MTU to 1280, the least")


def test_positive_in_a_container_its_engine_comes_first() -> None:
    scene = stalled(container="container 3f2a")
    scene.session("small-segments", segment_size=1200).rest()

    assert scene.diagnosis(CODE).fixes[0].steps[0].startswith("Docker:")


@pytest.mark.parametrize("purpose", ["small-segments", "one-group"])
def test_positive_implicit_tls_is_no_missing_greeting(purpose: str) -> None:
    scene = Scene(port=465, tls="implicit")
    scene.session().handshake(failure="stalled", bytes_received=0)
    scene.session("other-mode").greeting(outcome="silence")
    scene.session("small-segments", segment_size=1200).rest()
    if purpose == "one-group":
        scene.session("one-group").rest()

    assert scene.codes("error") == [CODE]


def test_negative_the_handshake_ends() -> None:
    assert Scene.healthy().codes() == []


def test_lookalike_small_segments_stall_as_well() -> None:
    scene = stalled()
    scene.session("small-segments", segment_size=1200).up_to("handshake").handshake(
        failure="stalled"
    )

    assert scene.codes("error") == ["tls-handshake-stalled"]


def test_lookalike_only_a_small_clienthello_helps() -> None:
    scene = stalled()
    scene.session("one-group").rest()
    scene.session("small-segments", segment_size=1200).up_to("handshake").handshake(
        failure="stalled"
    )

    assert scene.codes("error") == ["tls-handshake-stalled"]
