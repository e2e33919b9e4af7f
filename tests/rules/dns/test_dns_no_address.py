from __future__ import annotations

from .lookups import OTHER_SERVER, SERVER, by_nameserver_option, looked_up

CODE = "dns-no-address"
HOST = "smtp.example.org"


def test_positive_the_name_is_there_without_an_address() -> None:
    scene = looked_up("EAI_NONAME", servers={SERVER: "nodata"}, host=HOST)
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.title == f"{HOST} exists in DNS but has no address"
    assert scene.codes("error") == [CODE]
    assert scene.judge().unexplained == ()


def test_positive_by_the_system_alone() -> None:
    scene = looked_up("EAI_NODATA", servers={}, host=HOST)
    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_an_alias_of_a_name_without_address() -> None:
    scene = looked_up("EAI_NODATA", servers={SERVER: "nodata"}, host=HOST)
    scene.name_server("nodata", server=OTHER_SERVER, aliases=("a.example", "b.example"))
    texts = [item.text for item in scene.diagnosis(CODE).evidence]
    assert f"{HOST} is an alias of a.example of b.example" in texts


def test_positive_under_nameserver() -> None:
    assert by_nameserver_option("nodata", host=HOST).codes("error") == [CODE]


def test_negative_an_address_of_one_family_suffices() -> None:
    scene = looked_up(servers={SERVER: "answer"})
    scene.session().rest()
    assert scene.codes() == []


def test_lookalike_no_such_name() -> None:
    scene = looked_up("EAI_NONAME", servers={SERVER: "nxdomain"}, host=HOST)
    assert scene.codes("error") == ["dns-name-not-found"]


def test_lookalike_a_domain_of_mailboxes() -> None:
    scene = looked_up("EAI_NODATA", servers={SERVER: "nodata"}, host="example.org")
    scene.name_server("answer", "10 mx.example.net", record="MX", asked_for="related")
    assert scene.codes("error") == ["wrong-host"]


def test_lookalike_one_family_is_missing_and_the_other_fails() -> None:
    scene = looked_up("EAI_AGAIN", servers={}, host=HOST)
    scene.name_server("servfail")
    scene.name_server("nodata", record="AAAA")
    assert CODE not in scene.codes()
