"""Whatever the system and the name servers say, a failed look-up has one cause, and only one."""

from __future__ import annotations

from itertools import product

import pytest

from smtpdoctor.observations import ConnectOutcome, NameServerOutcome

from ..scene import Scene
from .lookups import OTHER_SERVER, SERVER, by_nameserver_option, compare

HOST = "smtp.example.org"
ERRORS = ("EAI_NONAME", "EAI_AGAIN", "EAI_NODATA", "EAI_FAIL", "EAI_SYSTEM", "timeout")
#: What one server says of A and of AAAA.
SAID: tuple[tuple[NameServerOutcome, NameServerOutcome], ...] = (
    ("answer", "nodata"),
    ("answer", "silent"),
    ("nodata", "nodata"),
    ("nodata", "servfail"),
    ("silent", "nodata"),
    ("nxdomain", "nxdomain"),
    ("servfail", "servfail"),
    ("refused", "silent"),
    ("malformed", "malformed"),
    ("silent", "silent"),
    ("unreachable", "unreachable"),
)


def failed(error: str, *said: tuple[NameServerOutcome, NameServerOutcome]) -> Scene:
    """A run whose system look-up failed; it goes on where a name server has an address."""
    scene = Scene(host=HOST).resolvers(SERVER, OTHER_SERVER)
    scene.lookup(error=error)
    carrying = None
    for server, (a, aaaa) in zip((SERVER, OTHER_SERVER), said, strict=False):
        answer = scene.name_server(a, server=server)
        scene.name_server(aaaa, server=server, record="AAAA")
        carrying = answer if a == "answer" else carrying
    if carrying is not None:
        scene.addresses("192.0.2.25", source="wire", after=carrying)
        scene.session().rest()
    return scene


@pytest.mark.parametrize("error", ERRORS)
def test_one_server(error: str) -> None:
    for said in SAID:
        judgement = failed(error, said).judge()
        assert judgement.unexplained == (), said
        assert len(judgement.diagnoses) == 1, (said, [item.code for item in judgement.diagnoses])


@pytest.mark.parametrize("error", ERRORS)
def test_two_servers(error: str) -> None:
    for said in product(SAID, repeat=2):
        judgement = failed(error, *said).judge()
        codes = [item.code for item in judgement.diagnoses]
        assert judgement.unexplained == (), said
        assert len([code for code in codes if code != "dns-nameserver-dead"]) <= 1, (said, codes)
        assert codes, said


@pytest.mark.parametrize("error", [*ERRORS, "UnicodeError", "EAI_MEMORY"])
def test_only_the_system_s_word(error: str) -> None:
    judgement = failed(error).judge()
    explained = error != "EAI_MEMORY"  # nothing of DNS
    assert (judgement.unexplained == ()) == explained


@pytest.mark.parametrize("outcome", ["silent", "unreachable", "servfail", "refused", "malformed"])
@pytest.mark.parametrize("landmarks", ["open", "no-route", None])
def test_under_nameserver_beside_what_others_say(
    outcome: NameServerOutcome, landmarks: ConnectOutcome | None
) -> None:
    """No word of the system, one server, and comparisons: a cause with what was seen."""
    for udp, tcp in product(("answer", "silent", "unreachable", "nxdomain"), repeat=2):
        scene = by_nameserver_option(outcome)
        judgement = compare(scene, udp=udp, tcp=tcp, landmarks=landmarks).judge()
        assert judgement.faults == (), (udp, tcp, judgement.faults)
        assert judgement.diagnoses, (udp, tcp)
