"""sender-domain-not-found: the server finds no such domain as the sender's."""

from __future__ import annotations

import pytest

from smtpdoctor.observations import PolicyAnswer, PolicyStatus

from ..scene import Scene
from .zones import domain

CODE = "sender-domain-not-found"
IONOS = (
    "550-Requested action not taken: mailbox unavailable\n"
    "550 invalid DNS MX or A/AAAA resource record"
)


def test_positive_ionos_and_a_machines_own_name() -> None:
    scene = Scene(sender="www-data@web-1.localdomain").refuse("mail", IONOS)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert diagnosis.fixes[0].settings == {"SMTP_FROM": "info@example.com"}
    assert "web-1.localdomain" in diagnosis.title


def test_positive_postfix_says_it_at_rcpt() -> None:
    scene = Scene(host="mail.example.net", sender="shop@exmaple.test").refuse(
        "rcpt", "450 4.1.8 <shop@exmaple.test>: Sender address rejected: Domain not found"
    )
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.confidence == "likely"
    assert diagnosis.fixes[0].settings == {"SMTP_FROM": "info@example.com"}


def test_positive_the_logins_own_domain_is_not_swapped_for_itself() -> None:
    first = Scene().refuse("mail", IONOS).diagnosis(CODE).fixes[0]
    assert first.settings == {}
    assert "dig MX example.com" in first.steps[0]


def test_negative_the_domain_is_there() -> None:
    assert Scene.healthy(sender="shop@example.com").codes() == []


def test_lookalike_the_domain_exists_and_is_another() -> None:
    scene = Scene(sender="shop@example.org").refuse("mail", "550 Sender address is not allowed.")
    assert scene.codes() == ["sender-not-allowed"]


def test_lookalike_the_recipients_domain() -> None:
    scene = Scene(host="mail.example.net", recipient="a@nowhere.test")
    scene.refuse("rcpt", "550 5.1.2 <a@nowhere.test>: Recipient address rejected: Domain not found")
    assert scene.codes() == ["recipient-rejected"]


def test_positive_by_the_dns_alone() -> None:
    scene = Scene(sender="info@exmaple.org")
    scene.session().up_to("auth").auth("535 no")
    scene.policies({})
    diagnosis = scene.diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert "exmaple.org does not exist" in diagnosis.title


def test_positive_a_warning_where_the_server_took_the_sender() -> None:
    """A name server in the house may not know the world."""
    diagnosis = Scene.healthy(sender="info@example.org").policies({}).diagnosis(CODE)
    assert (diagnosis.severity, diagnosis.confidence) == ("warning", "likely")


def test_negative_no_mail_host_can_be_told_where_the_dns_fails() -> None:
    zone = {"example.com TXT": ["v=spf1 +all"], "example.com MX": None}
    assert CODE not in Scene.healthy().policies(zone).codes()


def test_positive_a_null_mx_is_told_as_what_it_is() -> None:
    """RFC 7505: “0 .” is a statement, not a missing record."""
    zone = domain() | {"example.com MX": ["0 ."]}
    diagnosis = Scene.healthy().policies(zone).diagnosis(CODE)
    assert diagnosis.severity == "warning"
    assert "takes no mail" in diagnosis.title
    assert not any("has no MX" in item.text for item in diagnosis.evidence)


def test_lookalike_a_null_mx_beside_a_real_one_is_no_null_mx() -> None:
    zone = domain() | {"example.com MX": ["0 .", "10 mx00.ionos.de"]}
    assert Scene.healthy().policies(zone).codes() == []


def test_lookalike_the_warning_hides_no_error_about_the_record() -> None:
    zone = domain("v=spf1 -all", dmarc="v=DMARC1; p=reject", dkim=False)
    del zone["example.com MX"]
    scene = Scene.healthy().policies(zone)
    assert CODE in scene.codes("warning")
    assert scene.codes("error") == ["spf-not-authorized"]


def alone(*well_known: str) -> Scene:
    scene = Scene(host=None, sender="info@example.org").policies({}, provider="ionos", alone=True)
    for name in ("google.com", "wikipedia.org"):
        status: PolicyStatus = "found" if name in well_known else "nxdomain"
        records = ("192.0.2.80",) if name in well_known else ()
        scene.trail("sender").note(
            PolicyAnswer(question=name, record="A", status=status, records=records)
        )
    return scene


def test_lookalike_a_network_without_names_from_outside() -> None:
    assert alone().codes() == ["dns-resolver-failing"]


def test_negative_a_network_that_knows_another_name() -> None:
    assert alone("google.com").codes() == [CODE]


NEEDS_FULL = "504 5.5.2 <{}>: Sender address rejected: need fully-qualified address"


@pytest.mark.parametrize(
    ("sender", "title"),
    [
        ("webmaster@localhost", "give the program a sender in a domain of yours"),
        ("app@server.lan", "give the program a sender in a domain of yours"),
        ("app@example.net", "make example.net a name that DNS knows"),
    ],
)
def test_a_machines_own_name_is_no_domain_to_publish(sender: str, title: str) -> None:
    scene = Scene(host="mail.example.org", sender=sender).refuse("mail", NEEDS_FULL.format(sender))
    assert title in [fix.title for fix in scene.diagnosis(CODE).fixes]
