from __future__ import annotations

from typing import Any

from ..scene import Scene, certificate
from .lookups import SERVER, looked_up

CODE = "dns-hosts-override"
OLD, NEW = "198.51.100.7", "212.227.15.183"


def overridden(address: str = OLD, **settings: Any) -> Scene:
    return looked_up("", address, wire=(NEW,), from_hosts_file=(address,), **settings)


def test_positive_nothing_answers_there() -> None:
    scene = overridden()
    connect = scene.connect("silent")
    scene.connect("open", port=587, purpose="control", host="smtp.gmail.com")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.confidence) == ("error", "likely")
    assert found.explains == (connect.id,)
    assert found.title == f"/etc/hosts sends smtp.ionos.com to {OLD}; DNS says {NEW}"
    assert "/etc/hosts" in found.fixes[0].title
    assert scene.codes("error") == [CODE]


def test_positive_another_server_s_certificate() -> None:
    scene = overridden()
    session = scene.session().up_to("certificate")
    session.certificate(certificate("old.example"), verify_code=62)
    assert scene.codes("error") == [CODE]


def test_positive_a_block_list_sends_it_nowhere() -> None:
    scene = overridden("0.0.0.0")
    scene.connect("refused")
    found = scene.diagnosis(CODE)
    assert scene.codes("error") == [CODE]
    assert "dns-answer-bogus" in found.consequences


def test_positive_all_works_and_it_is_noted() -> None:
    scene = overridden()
    scene.session().rest()
    assert scene.diagnosis(CODE).severity == "note"
    assert scene.judge().verdict == "healthy"


def test_positive_a_fault_in_the_dialogue_is_not_its_doing() -> None:
    scene = overridden(tls="implicit")
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 ready")
    assert scene.diagnosis(CODE).severity == "note"
    assert scene.codes("error") == ["implicit-tls-on-starttls-port"]


def test_negative_the_hosts_file_says_what_dns_says() -> None:
    scene = looked_up("", NEW, wire=(OLD, NEW), from_hosts_file=(NEW,))
    scene.connect("silent")
    assert CODE not in scene.codes()


def test_negative_a_name_that_only_the_hosts_file_has() -> None:
    scene = looked_up("", "10.0.0.5", from_hosts_file=("10.0.0.5",), servers={SERVER: "nxdomain"})
    scene.connect("refused")
    assert CODE not in scene.codes()


def test_lookalike_the_system_and_the_wire_differ_without_an_entry() -> None:
    scene = looked_up("", OLD, wire=(NEW,))
    scene.connect("silent")
    assert CODE not in scene.codes()


def test_lookalike_independent_hosts_are_silent_too() -> None:
    scene = overridden()
    scene.connect("silent")
    scene.connect("silent", port=587, purpose="control", host="smtp.gmail.com")
    found = scene.diagnosis(CODE)
    assert (found.severity, found.explains) == ("warning", ())
