from __future__ import annotations

from typing import Any

import pytest

from smtpdoctor.observations import ConnectOutcome, NameServerOutcome

from ..scene import Scene, certificate
from .lookups import OTHER_SERVER, SERVER, looked_up

CODE = "dns-answer-bogus"
OWN = "mail.example.org"


@pytest.mark.parametrize(
    ("address", "confidence", "words"),
    [
        ("0.0.0.0", "certain", "no server can have that address"),
        ("0.1.2.3", "certain", "no server can have that address"),
        ("::", "certain", "no server can have that address"),
        ("146.112.61.106", "certain", "a block page of Cisco Umbrella"),
        ("::ffff:146.112.61.106", "certain", "a block page of Cisco Umbrella"),
        ("127.0.0.1", "certain", "this machine itself"),
    ],
)
def test_positive_a_provider_s_host_leads_nowhere(
    address: str, confidence: str, words: str
) -> None:
    scene = looked_up("", address, wire=(address,))
    connect = scene.connect("refused")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", confidence)
    assert found.title == f"smtp.ionos.com resolves to {address}: {words}"
    assert found.explains == (connect.id,)
    listed = [item.text for item in found.evidence if "listed as an Umbrella" in item.text]
    assert [text.partition(" is")[0] for text in listed] == (
        [address] if "Cisco Umbrella" in words else []
    )
    assert scene.codes("error") == [CODE]


def test_positive_loopback_for_an_unknown_host_is_likely() -> None:
    scene = looked_up("", "127.0.0.1", wire=("127.0.0.1",), host=OWN)
    scene.connect("refused")
    assert scene.diagnosis(CODE).confidence == "likely"


def test_positive_a_local_server_answers_for_the_provider() -> None:
    scene = looked_up("", "127.0.0.1", wire=("127.0.0.1",))
    session = scene.session().up_to("certificate")
    session.certificate(certificate("localhost", self_issued=True), verify_code=18)
    assert scene.codes("error") == [CODE]


@pytest.mark.parametrize("address", ["10.0.0.5", "192.168.1.9", "192.0.2.7", "fd00::25"])
def test_negative_private_and_documentation_addresses(address: str) -> None:
    scene = looked_up("", address, wire=(address,))
    scene.connect("refused")
    assert CODE not in scene.codes()


def test_negative_a_verified_certificate_clears_it() -> None:
    scene = looked_up("", "127.0.0.1", wire=("127.0.0.1",))
    scene.session().rest()
    assert scene.codes() == []


def test_negative_one_address_of_two_is_good() -> None:
    scene = looked_up("", "0.0.0.0", "212.227.15.183")
    scene.connect("refused", "0.0.0.0")
    scene.connect("open", "212.227.15.183")
    assert CODE not in scene.codes()


@pytest.mark.parametrize("host", ["localhost", "mail.localhost", "web-1.example.com", "127.0.0.1"])
def test_lookalike_names_of_this_machine(host: str) -> None:
    scene = Scene(host=host)
    scene.addresses("127.0.0.1")
    scene.connect("refused")
    assert CODE not in scene.codes()


def test_lookalike_a_server_of_one_s_own_with_its_own_certificate() -> None:
    scene = looked_up("", "127.0.0.1", wire=("127.0.0.1",), host=OWN)
    session = scene.session().up_to("certificate")
    session.certificate(certificate(OWN, self_issued=True), verify_code=18)
    assert scene.codes("error") == ["certificate-self-signed"]


def test_lookalike_the_hosts_file_gives_loopback() -> None:
    scene = looked_up("", "127.0.0.1", wire=("212.227.15.183",), from_hosts_file=("127.0.0.1",))
    scene.connect("refused")
    assert scene.codes("error") == ["dns-hosts-override"]


def test_lookalike_a_wrong_mode_on_a_local_server() -> None:
    scene = looked_up("", "127.0.0.1", wire=("127.0.0.1",), host=OWN, tls="implicit")
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 ready")
    assert scene.codes("error") == ["implicit-tls-on-starttls-port"]


# --- the search list --------------------------------------------------------------------------

SEARCH = ("mail.svc.cluster.local", "example.net")
WILDCARD = "203.0.113.9"


def completed(
    *, by_itself: NameServerOutcome = "answer", host: str = "smtp.ionos.com", **settings: Any
) -> Scene:
    """A run in which the system looks the host up below the second domain of the search list."""
    scene = Scene(host=host, **settings).resolvers(SERVER, search=SEARCH, ndots=5)
    scene.lookup(WILDCARD)
    for record in ("A", "AAAA"):
        outcome = "nodata" if record == "AAAA" and by_itself == "answer" else by_itself
        scene.name_server(outcome, record=record)  # type: ignore[arg-type]
    for domain, outcome in zip(SEARCH, ("nxdomain", "answer"), strict=True):
        scene.name_server(
            outcome,  # type: ignore[arg-type]
            *((WILDCARD,) if outcome == "answer" else ()),
            question=f"{host}.{domain}",
            asked_for="related",
        )
    return scene


@pytest.mark.parametrize("by_itself", ["answer", "nxdomain"])
def test_positive_the_search_list_makes_another_name_of_it(by_itself: NameServerOutcome) -> None:
    scene = completed(by_itself=by_itself)
    session = scene.session().up_to("starttls")
    session.starttls().handshake().certificate(certificate("*.example.net"), verify_code=62)
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.title == (
        f"smtp.ionos.com is looked up as smtp.ionos.com.example.net, which is {WILDCARD}"
    )
    assert any("ndots 5" in item.text for item in found.evidence)
    assert scene.codes("error") == [CODE]
    assert scene.judge().unexplained == ()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({"container": "Kubernetes pod"}, "dnsConfig"),
        ({"container": "container 3f2a00112233"}, "dns_search"),
        ({}, "/etc/resolv.conf"),
    ],
)
def test_positive_the_fix_fits_the_place(place: dict[str, str], words: str) -> None:
    scene = completed(**place)
    scene.connect("refused")
    assert words in scene.diagnosis(CODE).fixes[0].steps[0]


def test_positive_another_server_without_tls() -> None:
    scene = completed(tls="none", port=25)
    scene.session().rest()
    assert scene.diagnosis(CODE).severity == "warning"


def test_negative_the_server_proves_to_be_the_right_one() -> None:
    scene = completed()
    scene.session().rest()
    assert scene.codes() == []


def test_negative_a_name_made_to_be_completed() -> None:
    scene = completed(host="mail.prod", by_itself="nxdomain")
    scene.connect("refused")
    assert CODE not in scene.codes()


def test_lookalike_nobody_is_reached_from_here() -> None:
    scene = completed()
    scene.connect("silent")
    scene.connect("silent", "203.0.113.70", 587, "control", host="smtp.gmail.com")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.explains) == ("warning", ())
    assert scene.codes("error") == ["port-blocked"]


# --- a private address by one name server ---------------------------------------------------


def private_here(outcome: ConnectOutcome, host: str = "smtp.ionos.com") -> Scene:
    scene = Scene(host=host).resolvers(SERVER, OTHER_SERVER)
    scene.lookup("10.0.0.25")
    scene.name_server("answer", "10.0.0.25", server=SERVER)
    scene.name_server("answer", "212.227.15.183", server=OTHER_SERVER)
    scene.connect(outcome)
    return scene


def test_positive_a_provider_s_host_is_private_by_the_first_server() -> None:
    scene = private_here("silent")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "likely")
    assert OTHER_SERVER in found.fixes[0].title
    assert scene.codes("error") == [CODE]


def private_by_all(outcome: ConnectOutcome, host: str = "smtp.ionos.com") -> Scene:
    """This network's only name server has a private address, a public resolver another."""
    scene = Scene(host=host).resolvers(SERVER)
    scene.lookup("10.0.0.25")
    scene.name_server("answer", "10.0.0.25", server=SERVER)
    scene.name_server("answer", "212.227.15.183", server="1.1.1.1", asked_for="control")
    scene.connect(outcome)
    return scene


@pytest.mark.parametrize("outcome", ["refused", "silent"])
def test_positive_a_network_keeps_a_provider_s_host_to_itself(outcome: ConnectOutcome) -> None:
    scene = private_by_all(outcome)
    found = scene.diagnosis(CODE)
    assert found.title.endswith("a private address; 1.1.1.1 has 212.227.15.183")
    assert "sign in" in found.fixes[0].steps[0]
    assert SERVER in found.fixes[0].steps[1]
    assert scene.codes("error") == [CODE]


def test_negative_where_a_network_keeps_a_name_of_its_own() -> None:
    assert CODE not in private_by_all("refused", host=OWN).codes()


def test_lookalike_a_relay_at_the_private_address_that_works() -> None:
    scene = private_by_all("open")
    scene.session(address="10.0.0.25").rest()
    assert scene.codes("error") == []


def test_negative_a_relay_of_one_s_own() -> None:
    assert CODE not in private_here("silent", host=OWN).codes()


def test_lookalike_a_private_address_alone_is_no_fault() -> None:
    scene = looked_up("", "10.0.0.25", wire=("10.0.0.25",))
    scene.connect("silent")
    assert CODE not in scene.codes()
