from __future__ import annotations

import pytest

from smtpdoctor.observations import NameServerOutcome

from ..scene import Scene
from .lookups import OTHER_SERVER, SERVER, by_nameserver_option, ipv4_only, looked_up

CODE = "dns-name-not-found"
HOST = "smtp.example.org"
MAILBOX = {"username": "info@example.org", "sender": "info@example.org"}


@pytest.mark.parametrize("error", ["EAI_NONAME", "timeout"])
def test_positive_a_name_server_says_so(error: str) -> None:
    scene = looked_up(error, servers={SERVER: "nxdomain"}, host=HOST, **MAILBOX)
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "certain")
    assert found.title == f"there is no host named {HOST}"
    assert found.points_at == ("host",)
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


# --- a provider's host that is not known here -------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "seen", "step"),
    [
        ("answer", "does answer for smtp.ionos.de: 212.227.15.183", "Other names resolve here, so"),
        ("nxdomain", "answers NXDOMAIN", "Other names fail here too, so this network"),
    ],
)
def test_positive_what_became_of_the_providers_other_hosts_decides(
    outcome: NameServerOutcome, seen: str, step: str
) -> None:
    scene = looked_up("EAI_NONAME", servers={SERVER: "nxdomain"})
    scene.name_server(outcome, question="smtp.ionos.de", asked_for="provider-host")

    found = scene.diagnosis(CODE)

    comparison = next(item for item in found.evidence if item.kind == "comparison")
    assert "smtp.ionos.de" in comparison.text
    assert seen in comparison.text
    assert found.fixes[0].steps[0].startswith(step)
    assert "may have retired this name" in found.fixes[0].steps[-1]


def test_positive_without_a_comparison_both_are_said() -> None:
    scene = looked_up("EAI_NONAME", servers={SERVER: "nxdomain"})

    steps = scene.diagnosis(CODE).fixes[0].steps

    assert [step.startswith("If ") for step in steps] == [True, True, False]


# --- the servers disagree ---------------------------------------------------------------------


@pytest.mark.parametrize("denies", ["nxdomain", "nodata"])
def test_positive_one_server_denies_it_and_the_system_believes_it(
    denies: NameServerOutcome,
) -> None:
    scene = looked_up("EAI_NONAME", servers={SERVER: denies, OTHER_SERVER: "answer"}, host=HOST)
    scene.addresses("192.0.2.25", source="wire", after=scene.name_server(server=OTHER_SERVER))
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert found.title == f"name server {SERVER} knows no address of {HOST}, {OTHER_SERVER} does"
    assert (found.severity, found.confidence) == ("error", "likely")
    assert scene.judge().unexplained == ()


@pytest.mark.parametrize(
    ("servers", "severity"),
    [
        ({SERVER: "nxdomain", OTHER_SERVER: "answer"}, "warning"),
        ({SERVER: "answer", OTHER_SERVER: "nxdomain"}, "note"),
    ],
)
def test_positive_it_works_while_the_right_one_is_asked(
    servers: dict[str, NameServerOutcome], severity: str
) -> None:
    scene = looked_up("", servers=servers, host=HOST)
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert (found.severity, found.explains) == (severity, ())
    assert "Alpine" in found.explanation
    assert scene.codes() == [CODE]


def test_negative_the_hosts_file_has_the_name() -> None:
    scene = looked_up(
        "",
        "212.227.15.183",
        servers={SERVER: "nxdomain", OTHER_SERVER: "answer"},
        from_hosts_file=("212.227.15.183",),
        host=HOST,
    )
    scene.session().rest()
    assert CODE not in scene.codes()


def test_lookalike_nxdomain_to_aaaa_alone_denies_nothing() -> None:
    scene = ipv4_only("nxdomain", "EAI_NONAME", host=HOST)
    scene.session().rest()
    assert scene.codes() == ["dns-resolver-failing"]
