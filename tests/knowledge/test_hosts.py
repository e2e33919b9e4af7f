"""Which provider a name belongs to, and which submission host was meant by another name."""

from __future__ import annotations

import pytest

from smtpdoctor.knowledge import (
    nearest_host,
    provider_by_certificate,
    provider_of,
    providers,
    submission_host_for,
)
from smtpdoctor.knowledge.spelling import damerau_distance

# --- the provider of a host -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("smtp.ionos.com", "ionos"),
        ("smtp.ionos.de", "ionos"),
        ("SMTP.IONOS.DE.", "ionos"),
        ("smtp.1und1.de", "ionos"),
        ("smtp.gmail.com", "gmail"),
        ("smtp-relay.gmail.com", "google_workspace_relay"),
        ("smtp.office365.com", "microsoft365"),
        ("smtp-mail.outlook.com", "outlook_com"),
        ("mail.gmx.net", "gmx"),
        ("email-smtp.eu-west-1.amazonaws.com", "amazon_ses"),
        ("email-smtp.ap-southeast-3.amazonaws.com", "amazon_ses"),
        ("email-smtp-fips.us-east-1.amazonaws.com", "amazon_ses"),
        ("smtp.zoho.sa", "zoho"),
        ("pro1.mail.ovh.net", "ovh"),
        ("box1234.bluehost.com", "bluehost"),
    ],
)
def test_known_hosts(host: str, provider: str) -> None:
    found = provider_of(host)
    assert found is not None
    assert found.id == provider


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost",
        "192.0.2.1",
        "smtp.example.com",
        "ionos.com",  # the domain is not the host
        "imap.ionos.com",
        "smtp.exchange2019.ionos.de",  # hosted Exchange is another service
        "evil-smtp.gmail.com.example.net",
        "smtp.gmail.com.example.net",
        "email-smtp.eu-wst-1.amazonaws.com",
        "s3.eu-west-1.amazonaws.com",
    ],
)
def test_other_hosts(host: str) -> None:
    assert provider_of(host) is None


def test_every_listed_host_is_found_and_listed_once() -> None:
    seen: dict[str, str] = {}
    for provider in providers().values():
        for host in provider.hosts:
            assert host.host == host.host.lower()
            assert host.host not in seen
            seen[host.host] = provider.id
            found = provider_of(host.host)
            assert found is not None
            assert found.id == provider.id


# --- the provider of a certificate ------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "provider"),
    [
        (["smtp.ionos.de", "smtp.ionos.es", "smtp.1und1.de"], "ionos"),
        (["*.ionos.de", "ionos.de"], "ionos"),
        (["smtp.gmail.com"], "gmail"),
        (["*.mailgun.org", "mailgun.org"], "mailgun"),
        (["example.com", "email-smtp.us-east-1.amazonaws.com"], "amazon_ses"),
        (["*.Web.DE"], "webde"),
    ],
)
def test_certificates_of_providers(names: list[str], provider: str) -> None:
    found = provider_by_certificate(names)
    assert found is not None
    assert found.id == provider


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["mail.example.com"],
        ["*.com"],
        ["*.de"],
        ["*"],
        ["gmail.com.example.net", "*.gmail.com.example.net"],
        ["smtp.gmail.com", "smtp.ionos.de"],  # somebody's test CA
        ["*.gmail.com"],  # Gmail's mailbox host and the Workspace relay both stand there
    ],
)
def test_certificates_of_nobody_known(names: list[str]) -> None:
    assert provider_by_certificate(names) is None


# --- misspelt names ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        # in the first label
        ("smpt.ionos.com", "smtp.ionos.com"),
        ("stmp.ionos.de", "smtp.ionos.de"),
        ("smtpp.ionos.de", "smtp.ionos.de"),
        ("smt.gmail.com", "smtp.gmail.com"),
        ("smtps.gmail.com", "smtp.gmail.com"),
        ("mial.gmx.net", "mail.gmx.net"),
        # in the brand
        ("smtp.inos.de", "smtp.ionos.de"),
        ("smtp.ionso.com", "smtp.ionos.com"),
        ("smtp.ionoss.com", "smtp.ionos.com"),
        ("smtp.oinos.com", "smtp.ionos.com"),
        ("smtp.lonos.com", "smtp.ionos.com"),
        ("smtp.1onos.com", "smtp.ionos.com"),
        ("smtp.iomos.co.uk", "smtp.ionos.co.uk"),
        ("smtp.gamil.com", "smtp.gmail.com"),
        ("smtp.gmial.com", "smtp.gmail.com"),
        ("smtp.gmal.com", "smtp.gmail.com"),
        ("smtp.gnail.com", "smtp.gmail.com"),
        ("smtp.gmaill.com", "smtp.gmail.com"),
        ("smtp.offce365.com", "smtp.office365.com"),
        ("smtp-mail.oulook.com", "smtp-mail.outlook.com"),
        ("smtp.sendgird.net", "smtp.sendgrid.net"),
        ("smtp.zooho.com", "smtp.zoho.com"),
        ("smtp.mail.yaho.com", "smtp.mail.yahoo.com"),
        # in both
        ("stmp.gamil.com", "smtp.gmail.com"),
        ("smpt.inos.com", "smtp.ionos.com"),
        # at the end
        ("smtp.ionos.con", "smtp.ionos.com"),
        ("smtp.gmail.co", "smtp.gmail.com"),
        ("smtp.gmail.cm", "smtp.gmail.com"),
        ("smtp.ionos.d", "smtp.ionos.de"),
        ("mail.gmx.ent", "mail.gmx.net"),
        ("smtp.gmail", "smtp.gmail.com"),
        ("smtp.ionos", "smtp.ionos.com"),
        # dots
        ("smtpionos.com", "smtp.ionos.com"),
        ("smtp.ionoscom", "smtp.ionos.com"),
        ("smtp-gmail.com", "smtp.gmail.com"),
        ("smtp..gmail.com", "smtp.gmail.com"),
        ("smtp.mail.outlook.com", "smtp-mail.outlook.com"),
        # ends under which anybody registers
        ("smtp.ionos.com.de", "smtp.ionos.com"),
        ("smtp.ionos.com.co", "smtp.ionos.com"),
        ("smtp.gmail.com.co", "smtp.gmail.com"),
        ("smtp.ionos.de.com", "smtp.ionos.de"),
        ("smpt.gmail.com.co", "smtp.gmail.com"),
        # letters that only look alike
        ("smtp.іonos.com", "smtp.ionos.com"),
        ("ѕmtp.gmail.com", "smtp.gmail.com"),
        ("smtp.gmaıl.com", "smtp.gmail.com"),
        ("smtp.iοnos.de", "smtp.ionos.de"),
        ("smtp.ionós.de", "smtp.ionos.de"),
        ("smtp.xn--onos-k9d.com", "smtp.ionos.com"),
        ("smtp.іonoss.com", "smtp.ionos.com"),
        ("imap.іonos.de", "smtp.ionos.de"),
        # letter case and the root's dot are no slips of their own
        ("SMPT.Ionos.COM.", "smtp.ionos.com"),
    ],
)
def test_misspelt_names(typed: str, meant: str) -> None:
    near = nearest_host(typed)
    assert near is not None
    assert near[0] == meant
    assert near[1] == provider_of(meant)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost",
        "192.0.2.1",
        "mailserver",
        "smtp.example.com",
        "mail.mycompany.com",
        # known themselves
        "smtp.ionos.com",
        "smtp.ionos.it",
        "email-smtp.eu-south-1.amazonaws.com",
        # known as something else
        "imap.ionos.de",
        "mx00.ionos.com",
        "pop.gmail.com",
        "gmail.com",
        # real domains of others
        "smtp.mail.com",
        "smtp.ymail.com",
        "smtp.email.com",
        "smtp.mail.de",
        "smtp.gmx.de",
        "smtp.aol.com",
        "smtp.me.com",
        "smtp.sonos.com",
        "smtp.soho.com",
        "smtp.web.be",
        "smtp.wed.de",
        "smtp.gmail.de",
        "smtp.ionos.at",
        "smtp.ionos.org",
        "smtp.zoho.ae",
        "smtp.yandex.kz",
        "smtp.1blu.de",
        "smtp.mailbox.org",
        "mail.gmx.us",
        "mail.gmx",
        "mail.de",
        "smtps.aruba.it",
        "smtp.fastmail.fm",
        # real ends of countries
        "smtp.gmail.com.br",
        "smtp.ionos.com.mx",
        "smtp.ionos.com.evil.example",
        # letters of other alphabets, and no known name
        "mail.exämple.de",
        "почта.рф",
        "smtp.xn--mnchen-3ya.de",
        "smtp.xn--\u00e9.de",
        # real names beside the provider's submission host
        "smtp2.strato.de",
        "smtp1.gmail.com",
        "smtp.us.mailgun.org",
        "smtp.exchange2019.ionos.com",
    ],
)
def test_other_real_names_are_no_slips(host: str) -> None:
    assert nearest_host(host) is None


def test_no_known_name_is_a_slip_of_another() -> None:
    for provider in providers().values():
        names = [host.host for host in provider.hosts]
        for name in (*names, *provider.imap_hosts, *provider.mx_suffixes):
            assert nearest_host(name) is None, name


def test_only_verified_hosts_are_proposed() -> None:
    """smtp.ionos.it is in nobody's pages that were read: near it there is no advice to give."""
    assert provider_of("smtp.ionos.it") is not None
    assert nearest_host("smpt.ionos.it") is None


def test_an_endless_name_is_no_slip() -> None:
    assert nearest_host("smtp." + "ionos" * 20_000 + ".com") is None
    assert nearest_host(".".join(["smtp"] * 20_000)) is None


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("", "", 0),
        ("smtp", "smtp", 0),
        ("smpt", "smtp", 1),
        ("stp", "smtp", 1),
        ("smttp", "smtp", 1),
        ("sntp", "smtp", 1),
        ("ca", "abc", 3),
        ("", "abc", 3),
        ("abc", "", 3),
        ("imap", "smtp", 2),
    ],
)
def test_damerau_distance(first: str, second: str, distance: int) -> None:
    assert damerau_distance(first, second) == distance
    assert damerau_distance(second, first) == distance


# --- names of other services ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("imap.ionos.de", "smtp.ionos.de"),
        ("imap.ionos.com", "smtp.ionos.com"),
        ("pop.ionos.fr", "smtp.ionos.fr"),
        ("imap.1und1.de", "smtp.1und1.de"),
        ("mx00.ionos.com", "smtp.ionos.com"),
        ("mx01.ionos.de", "smtp.ionos.de"),
        ("mx00.ionos.co.uk", "smtp.ionos.co.uk"),
        ("mx00.kundenserver.de", "smtp.ionos.de"),
        ("mx01.perfora.net", "smtp.ionos.com"),
        ("mail.ionos.com", "smtp.ionos.com"),
        ("www.ionos.de", "smtp.ionos.de"),
        ("webmail.ionos.es", "smtp.ionos.es"),
        ("ionos.co.uk", "smtp.ionos.co.uk"),
        ("imap.gmail.com", "smtp.gmail.com"),
        ("pop.gmail.com", "smtp.gmail.com"),
        ("www.gmail.com", "smtp.gmail.com"),
        ("GMAIL.com.", "smtp.gmail.com"),
        ("smtp.google.com", "smtp.gmail.com"),
        ("alt2.aspmx.l.google.com", "smtp.gmail.com"),
        ("gmail-smtp-in.l.google.com", "smtp.gmail.com"),
        ("outlook.office365.com", "smtp.office365.com"),
        ("example-com.mail.protection.outlook.com", "smtp.office365.com"),
        ("imap-mail.outlook.com", "smtp-mail.outlook.com"),
        ("imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
        ("mx01.mail.icloud.com", "smtp.mail.me.com"),
        ("imap.gmx.net", "mail.gmx.net"),
        ("pop.gmx.com", "mail.gmx.com"),
        ("pop3.web.de", "smtp.web.de"),
        ("smtpin.rzone.de", "smtp.strato.de"),
        ("mx.zoho.eu", "smtp.zoho.eu"),
        ("in1-smtp.messagingengine.com", "smtp.fastmail.com"),
    ],
)
def test_names_of_other_services(name: str, host: str) -> None:
    found = submission_host_for(name)
    assert found is not None
    assert found[0] == host
    assert found[1] == provider_of(host)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "localhost",
        "imap.example.com",
        "www.example.com",
        "com",
        "co.uk",
        "www.co.uk",
        # submission hosts are what they are
        "smtp.ionos.de",
        "mail.gmx.net",
        "smtp.mailtrap.io",
        # not a name that stands for mail
        "blog.ionos.com",
        "login.gmail.com",
        # domains that many services share
        "amazonaws.com",
        "www.us-east-1.amazonaws.com",
        "fakekundenserver.de",
    ],
)
def test_other_names_say_nothing(name: str) -> None:
    assert submission_host_for(name) is None
