from __future__ import annotations

from ..scene import Scene
from .lookups import OTHER_SERVER, SERVER, looked_up

CODE = "dns-nameserver-dead"


def test_positive_the_first_of_two_is_dead() -> None:
    scene = looked_up("", servers={SERVER: "silent", OTHER_SERVER: "answer"}, took=5.01)
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("warning", "certain")
    assert found.title == f"name server {SERVER} does not answer; {OTHER_SERVER} does"
    assert "five seconds" in found.explanation
    assert scene.judge().verdict == "warnings"


def test_positive_the_second_is_dead() -> None:
    scene = looked_up("", servers={SERVER: "answer", OTHER_SERVER: "unreachable"})
    scene.session().rest()
    assert "five seconds" not in scene.diagnosis(CODE).explanation


def test_positive_the_first_answers_over_tcp_only() -> None:
    scene = looked_up("", servers={SERVER: "silent", OTHER_SERVER: "answer"}, took=5.01)
    scene.name_server("answer", server=SERVER, transport="tcp")
    scene.name_server("nodata", server=SERVER, record="AAAA", transport="tcp")
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert found.title == f"name server {SERVER} does not answer over UDP; {OTHER_SERVER} does"
    assert any(", over TCP only" in item.text for item in found.evidence)
    assert scene.codes() == [CODE]


def test_positive_it_accounts_for_a_look_up_that_did_not_come_back() -> None:
    scene = looked_up("timeout", servers={SERVER: "silent", OTHER_SERVER: "answer"}, took=6)
    scene.addresses("212.227.15.183", source="wire", after=scene.name_server(server=OTHER_SERVER))
    scene.session().rest()
    assert scene.codes() == [CODE]
    assert scene.judge().unexplained == ()


def test_positive_beside_a_name_that_does_not_exist() -> None:
    servers = {SERVER: "silent", OTHER_SERVER: "nxdomain"}
    scene = looked_up("EAI_NONAME", servers=servers, host="smtp.example.org")  # type: ignore[arg-type]
    assert scene.codes() == ["dns-name-not-found", CODE]
    assert scene.diagnosis(CODE).explains == ()


def test_negative_all_answer() -> None:
    scene = looked_up("", servers={SERVER: "answer", OTHER_SERVER: "answer"})
    scene.session().rest()
    assert scene.codes() == []


def test_negative_one_question_of_two_was_lost() -> None:
    scene = Scene().resolvers(SERVER, OTHER_SERVER)
    scene.lookup()
    scene.name_server("answer", server=SERVER)
    scene.name_server("silent", server=SERVER, record="AAAA")
    scene.name_server("answer", server=OTHER_SERVER)
    scene.name_server("nodata", server=OTHER_SERVER, record="AAAA")
    scene.session().rest()
    assert scene.codes() == []


def test_lookalike_all_are_dead() -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: "silent", OTHER_SERVER: "silent"})
    assert scene.codes() == ["dns-resolver-unreachable"]


def test_lookalike_the_server_answers_without_help() -> None:
    scene = looked_up("", servers={SERVER: "refused", OTHER_SERVER: "answer"})
    scene.session().rest()
    assert CODE not in scene.codes()
