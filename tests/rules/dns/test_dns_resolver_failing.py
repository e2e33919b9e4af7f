from __future__ import annotations

import pytest

from smtpdoctor.observations import NameServerOutcome

from .lookups import OTHER_SERVER, SERVER, by_nameserver_option, looked_up

CODE = "dns-resolver-failing"
HOST = "smtp.example.org"


@pytest.mark.parametrize(
    ("outcome", "confidence", "words"),
    [
        ("servfail", "certain", "answers SERVFAIL for"),
        ("refused", "certain", "refuses to look up"),
        ("malformed", "likely", "sends no valid answer for"),
    ],
)
def test_positive_the_server_does_not_help(
    outcome: NameServerOutcome, confidence: str, words: str
) -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: outcome}, host=HOST)
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", confidence)
    assert found.title == f"name server {SERVER} {words} {HOST}"
    assert scene.codes("error") == [CODE]
    assert scene.judge().unexplained == ()


def test_positive_one_fails_and_the_other_is_silent() -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: "silent", OTHER_SERVER: "servfail"}, host=HOST)
    assert scene.codes() == [CODE]


def test_positive_other_names_resolve_so_the_zone_stands_first() -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: "servfail"})
    scene.name_server("answer", question="smtp.ionos.de", asked_for="provider-host")
    found = scene.diagnosis(CODE)
    assert found.confidence == "likely"
    assert "zone" in found.fixes[0].title


def test_positive_under_nameserver() -> None:
    assert by_nameserver_option("refused", host=HOST).codes("error") == [CODE]


@pytest.mark.parametrize("error", ["EAI_AGAIN", "EAI_NONAME", "timeout", "EAI_FAIL"])
def test_positive_the_system_fails_where_its_server_answers(error: str) -> None:
    scene = looked_up(error, servers={SERVER: "answer"})
    scene.addresses("212.227.15.183", source="wire", after=scene.name_server())
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "likely")
    assert "nsswitch.conf" in found.fixes[0].steps[0]
    assert scene.codes("error") == [CODE]


def test_negative_a_failing_server_that_another_makes_up_for() -> None:
    scene = looked_up("", "212.227.15.183", servers={SERVER: "servfail", OTHER_SERVER: "answer"})
    scene.session().rest()
    assert scene.codes() == []


def test_lookalike_the_name_does_not_exist() -> None:
    servers: dict[str, NameServerOutcome] = {SERVER: "servfail", OTHER_SERVER: "nxdomain"}
    scene = looked_up("EAI_NONAME", servers=servers, host=HOST)
    assert scene.codes("error") == ["dns-name-not-found"]


def test_lookalike_no_answer_at_all() -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: "silent"}, host=HOST)
    assert scene.codes("error") == ["dns-resolver-unreachable"]
