from __future__ import annotations

import pytest

from ..scene import Scene
from .lookups import OTHER_SERVER, SERVER, by_nameserver_option, looked_up

CODE = "dns-name-not-found"
HOST = "smtp.example.org"
MAILBOX = {"username": "info@example.org", "sender": "info@example.org"}


@pytest.mark.parametrize("error", ["EAI_NONAME", "timeout"])
def test_positive_a_name_server_says_so(error: str) -> None:
    scene = looked_up(error, servers={SERVER: "nxdomain"}, host=HOST, **MAILBOX)
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.title == f"there is no host named {HOST}"
    assert found.points_at == "host"
    assert found.fixes[0].settings == {}
    assert scene.codes("error") == [CODE]
    assert scene.judge().verdict == "broken"
    assert scene.judge().unexplained == ()


def test_positive_a_provider_s_own_host_is_not_called_wrong() -> None:
    scene = looked_up("EAI_NONAME", servers={SERVER: "nxdomain"}, host="smtp.ionos.com", **MAILBOX)
    found = scene.diagnosis(CODE)
    assert found.title == "this machine's name servers don't know smtp.ionos.com"
    assert found.confidence == "likely"
    assert any("is a submission host of IONOS" in item.text for item in found.evidence)
    assert not any("letter by letter" in step for step in found.fixes[0].steps)


def test_positive_by_the_system_alone() -> None:
    scene = looked_up("EAI_NONAME", servers={}, host=HOST, **MAILBOX)
    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_under_nameserver() -> None:
    scene = by_nameserver_option("nxdomain", host=HOST, **MAILBOX)
    assert scene.diagnosis(CODE).confidence == "certain"
    assert scene.judge().unexplained == ()


def test_positive_a_text_that_can_be_no_name() -> None:
    host = "a" * 64 + ".example.org"
    scene = looked_up("UnicodeError", servers={SERVER: "malformed"}, host=host, **MAILBOX)
    assert scene.codes("error") == [CODE]


def test_positive_the_mailbox_s_own_provider_is_offered() -> None:
    mailbox = {"username": "me@gmail.com", "sender": "me@gmail.com"}
    scene = looked_up("EAI_NONAME", servers={SERVER: "nxdomain"}, host="mail.example", **mailbox)
    assert scene.diagnosis(CODE).fixes[0].settings == {"SMTP_HOST": "smtp.gmail.com"}


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("mailpit", "has no dot"),
        ("mail.shop.svc.cluster.local", "private name"),
        ("relay.lan", "private name"),
        (HOST, "letter by letter"),
    ],
)
def test_positive_the_fix_fits_the_name(host: str, words: str) -> None:
    scene = looked_up("EAI_NONAME", servers={SERVER: "nxdomain"}, host=host, **MAILBOX)
    assert words in scene.diagnosis(CODE).fixes[0].steps[0]


def test_positive_only_the_second_server_knows_the_name() -> None:
    scene = looked_up("EAI_NONAME", servers={SERVER: "nxdomain", OTHER_SERVER: "answer"}, host=HOST)
    scene.addresses("10.0.0.5", source="wire", after=scene.name_server(server=OTHER_SERVER))
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert found.confidence == "likely"
    assert found.title == f"name server {SERVER} knows no address of {HOST}, {OTHER_SERVER} does"
    assert OTHER_SERVER in found.fixes[0].title
    assert scene.codes("error") == [CODE]


def test_negative_a_name_that_is_found() -> None:
    scene = looked_up(servers={SERVER: "answer"})
    scene.session().rest()
    assert scene.codes() == []


def test_negative_only_the_system_knows_the_name() -> None:
    scene = looked_up("", "10.0.0.5", servers={SERVER: "nxdomain"}, host="mailpit")
    scene.session().rest()
    assert scene.codes() == []


def test_lookalike_the_name_has_no_address() -> None:
    scene = looked_up("EAI_NONAME", servers={SERVER: "nodata"}, host=HOST)
    assert scene.codes("error") == ["dns-no-address"]


def test_lookalike_the_resolver_fails() -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: "servfail"}, host=HOST)
    assert scene.codes("error") == ["dns-resolver-failing"]


def test_lookalike_the_host_in_the_settings_is_a_placeholder() -> None:
    scene = Scene(host="smtp.your-provider.com", problems={"host": ("placeholder", "your-")})
    scene.resolvers(SERVER).lookup(error="EAI_NONAME")
    scene.name_server("nxdomain")
    assert CODE not in scene.codes()
