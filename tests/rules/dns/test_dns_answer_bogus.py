from __future__ import annotations

import pytest

from ..scene import Scene, certificate
from .lookups import looked_up

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
