from __future__ import annotations

from ..scene import Scene
from .lookups import SERVER, looked_up

CODE = "dns-resolver-missing"


def without_servers(**settings: str) -> Scene:
    scene = Scene(**settings)  # type: ignore[arg-type]
    scene.resolvers()
    scene.lookup(error="EAI_AGAIN")
    return scene


def test_positive_no_name_server_is_set() -> None:
    scene = without_servers()
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.title == "no name server is configured in /etc/resolv.conf"
    assert found.explanation.endswith("so no name can be looked up and no server reached.")
    assert scene.codes("error") == [CODE]
    assert scene.judge().unexplained == ()


def test_positive_the_fix_fits_a_container() -> None:
    steps = " ".join(without_servers(container="container").diagnosis(CODE).fixes[0].steps)
    assert "compose.yaml" in steps


def test_negative_a_name_server_is_set() -> None:
    scene = looked_up(servers={SERVER: "answer"})
    scene.session().rest()
    assert CODE not in scene.codes()


def test_lookalike_the_name_is_found_all_the_same() -> None:
    scene = Scene(host="web-1.example.com").resolvers()
    scene.lookup("192.168.1.20")
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert found.severity == "note"
    assert found.explanation.endswith("found this host all the same.")
    assert scene.judge().verdict == "healthy"


def test_lookalike_the_server_that_is_set_does_not_answer() -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: "silent"})
    assert scene.codes("error") == ["dns-resolver-unreachable"]
