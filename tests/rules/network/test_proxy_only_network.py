from __future__ import annotations

from ..scene import Scene
from .around import controls, landmarks

CODE = "proxy-only-network"


def behind_proxy(**settings: object) -> Scene:
    return Scene(proxies=("HTTPS_PROXY", "https_proxy"), **settings)  # type: ignore[arg-type]


def test_positive_names_are_answered_and_nothing_else_leaves() -> None:
    scene = behind_proxy()
    scene.lookup()
    scene.name_server(server="192.0.2.53")
    silent = scene.connect("silent", took=3.3)
    landmarks(scene, "silent")
    controls(scene, "silent", "silent")

    found = scene.diagnosis(CODE)

    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.explains == (silent.id,)
    assert found.evidence[0].text == "the environment sets HTTPS_PROXY; no connect used it"
    assert found.fixes[0].settings == {}
    assert "Nodemailer" in found.fixes[0].steps[-1]
    assert scene.codes("error") == [CODE]


def test_positive_no_name_server_answers_either() -> None:
    scene = behind_proxy()
    scene.resolvers("192.0.2.53")
    failed = scene.lookup(error="timeout", took=6.0)
    scene.name_server("silent", server="192.0.2.53")
    landmarks(scene, "silent", ipv6="silent")

    found = scene.diagnosis(CODE)

    assert found.confidence == "likely"
    assert found.explains == (failed.id,)
    assert scene.codes("error") == [CODE]


def test_negative_a_proxy_is_set_and_mail_passes() -> None:
    assert Scene.healthy(proxies=("HTTPS_PROXY",)).codes() == []


def test_lookalike_the_web_is_reached_without_the_proxy() -> None:
    scene = behind_proxy()
    scene.connect("silent", took=3.3)
    controls(scene, "silent")
    landmarks(scene, "open")

    assert scene.codes("error") == ["port-blocked"]


def test_lookalike_no_proxy_is_set() -> None:
    scene = Scene()
    scene.connect("silent", took=3.3)
    landmarks(scene, "silent")

    assert scene.codes("error") == ["no-network"]
