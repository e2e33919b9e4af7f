from __future__ import annotations

import pytest

from ..scene import Scene
from .lookups import OTHER_SERVER, SERVER, by_nameserver_option, looked_up

CODE = "dns-resolver-unreachable"


@pytest.mark.parametrize("error", ["EAI_AGAIN", "timeout", "EAI_NONAME"])
def test_positive_no_answer_from_the_only_server(error: str) -> None:
    scene = looked_up(error, servers={SERVER: "silent"})
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.title == f"name server {SERVER} does not answer"
    assert scene.codes("error") == [CODE]
    assert scene.judge().unexplained == ()


def test_positive_nothing_listens_where_the_resolver_should_be() -> None:
    scene = looked_up("EAI_AGAIN", servers={"127.0.0.53": "unreachable"})
    found = scene.diagnosis(CODE)
    assert found.confidence == "certain"
    assert "systemd-resolved" in found.fixes[0].title


def test_positive_none_of_several_answers() -> None:
    scene = looked_up("timeout", servers={SERVER: "silent", OTHER_SERVER: "unreachable"})
    assert scene.diagnosis(CODE).title.startswith("none of the 2 name servers answers")


def test_positive_nothing_but_the_system_s_word() -> None:
    assert looked_up("EAI_AGAIN", servers={}).diagnosis(CODE).confidence == "possible"


def test_positive_under_nameserver() -> None:
    found = by_nameserver_option("silent").diagnosis(CODE)
    assert "--nameserver" in found.fixes[0].steps[0]


@pytest.mark.parametrize(
    ("servers", "place", "words"),
    [
        (("127.0.0.11",), {"container": "container 3f2a00112233"}, "compose.yaml"),
        (("10.96.0.10",), {"container": "Kubernetes pod"}, "kube-dns"),
        (("127.0.0.53",), {}, "resolvectl"),
        (("127.0.0.1",), {}, "on this machine itself"),
        (("192.168.1.1",), {}, "/etc/resolv.conf"),
    ],
)
def test_positive_the_fix_fits_the_place(
    servers: tuple[str, ...], place: dict[str, str], words: str
) -> None:
    scene = looked_up("EAI_AGAIN", servers=dict.fromkeys(servers, "silent"), **place)
    assert words in " ".join(scene.diagnosis(CODE).fixes[0].steps)


def test_negative_the_name_is_found_though_the_wire_is_silent() -> None:
    scene = looked_up("", "212.227.15.183", servers={SERVER: "silent"})
    scene.session().rest()
    assert scene.codes() == []


def test_negative_an_address_needs_no_name_server() -> None:
    scene = Scene(host="192.0.2.25")
    scene.session().rest()
    assert CODE not in scene.codes()


def test_lookalike_another_server_answers() -> None:
    scene = looked_up("timeout", servers={SERVER: "silent", OTHER_SERVER: "answer"})
    scene.addresses("212.227.15.183", source="wire", after=scene.name_server(server=OTHER_SERVER))
    scene.session().rest()
    assert scene.codes() == ["dns-nameserver-dead"]


def test_lookalike_the_server_answers_with_a_failure() -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: "servfail"})
    assert scene.codes("error") == ["dns-resolver-failing"]
