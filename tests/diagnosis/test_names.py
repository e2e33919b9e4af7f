"""How a look-up failed, and the code that stands for it."""

from __future__ import annotations

import pytest

from smtpdoctor.diagnosis.run import Run
from smtpdoctor.diagnosis.views import names
from smtpdoctor.observations import NameServerOutcome

from ..rules.dns.lookups import OTHER_SERVER, SERVER, compare, looked_up
from ..rules.scene import Scene

FORWARDER = "127.0.0.53"


def seen(scene: Scene) -> names.Names:
    return Run(scene.observations()).names


def test_before_any_look_up_nothing_has_failed() -> None:
    found = seen(Scene(host=None))

    assert (found.host, found.failure, found.code) == ("", None, None)


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:5353", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:5353", "2001:db8::1"),
    ],
)
def test_the_address_of_a_name_server(server: str, address: str) -> None:
    assert names.server_address(server) == address


# --- blocked, or down -------------------------------------------------------------------------


def test_blocked_only_where_somebody_else_was_asked() -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: "silent"})
    scene.connect("open", "1.1.1.1", 443, "control-address", host="1.1.1.1")
    assert seen(scene).failure == "no-answer"

    assert seen(compare(scene)).failure == "blocked"


def test_servers_that_refuse_by_themselves_are_down_all_of_them() -> None:
    scene = Scene().resolvers(SERVER, OTHER_SERVER)
    scene.lookup(error="EAI_AGAIN")
    scene.name_server("unreachable", server=SERVER, error="ECONNREFUSED")
    scene.name_server("unreachable", server=OTHER_SERVER, error="ECONNREFUSED")
    assert seen(compare(scene)).failure == "no-answer"

    scene = Scene().resolvers(SERVER, OTHER_SERVER)
    scene.lookup(error="EAI_AGAIN")
    scene.name_server("unreachable", server=SERVER, error="ECONNREFUSED")
    scene.name_server("silent", server=OTHER_SERVER)
    assert seen(compare(scene)).failure == "blocked"


@pytest.mark.parametrize(("tcp", "failure"), [("answer", "blocked"), ("silent", "no-answer")])
def test_an_answer_over_tcp_shows_that_other_traffic_passes(
    tcp: NameServerOutcome, failure: str
) -> None:
    scene = compare(looked_up("EAI_AGAIN", servers={SERVER: "silent"}), tcp=tcp, landmarks="silent")

    assert seen(scene).failure == failure


@pytest.mark.parametrize(
    ("question", "record", "answer", "searched"),
    [
        ("smtp.ionos.com.corp.example", "A", "10.0.0.9", True),
        ("smtp.ionos.com.corp.example", "MX", "10.0.0.9", False),
        ("smtp.ionos.com.corp.example", "A", "10.0.0.8", False),  # another address than it took
        ("other.corp.example", "A", "10.0.0.9", False),
    ],
)
def test_the_search_list_made_another_name_of_it(
    question: str, record: str, answer: str, searched: bool
) -> None:
    scene = looked_up("", "10.0.0.9", servers={SERVER: "nxdomain"})
    scene.name_server(
        "answer",
        answer,
        question=question,
        record=record,  # type: ignore[arg-type]
        asked_for="related",
    )

    assert (seen(scene).searched is not None) == searched


@pytest.mark.parametrize(
    ("servers", "failure"),
    [
        ((SERVER,), "blocked"),  # everybody refuses: somebody on the way does
        ((FORWARDER,), "no-answer"),  # nothing is on the way to this machine
        ((FORWARDER, SERVER), "blocked"),
    ],
)
def test_where_public_resolvers_refuse_too_it_is_a_filter(
    servers: tuple[str, ...], failure: str
) -> None:
    scene = Scene().resolvers(*servers)
    scene.lookup(error="EAI_AGAIN")
    for server in servers:
        scene.name_server("unreachable", server=server, error="ECONNREFUSED")
    compare(scene, udp="unreachable", tcp="unreachable", error="ECONNREFUSED")

    assert seen(scene).failure == failure


@pytest.mark.parametrize(
    ("outcome", "failure"),
    [("servfail", "blocked"), ("refused", "no-help"), ("malformed", "no-help")],
)
def test_a_forwarder_passes_on_that_it_got_no_answer(
    outcome: NameServerOutcome, failure: str
) -> None:
    scene = looked_up("EAI_AGAIN", servers={FORWARDER: outcome})

    assert seen(compare(scene)).failure == failure


# --- who fails --------------------------------------------------------------------------------


def test_only_near_servers_fail() -> None:
    assert not seen(looked_up("", servers={SERVER: "silent"})).only_near_servers_fail

    assert seen(looked_up("EAI_AGAIN", servers={SERVER: "servfail"})).only_near_servers_fail
    assert not seen(
        looked_up("EAI_AGAIN", servers={"192.0.2.53": "servfail"})
    ).only_near_servers_fail


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_word_from_beyond_clears_the_network(transport: str) -> None:
    scene = looked_up("EAI_AGAIN", servers={SERVER: "silent"})
    compare(scene, **{transport: "answer"}, landmarks=None)  # type: ignore[arg-type]

    assert not seen(scene).only_near_servers_fail
