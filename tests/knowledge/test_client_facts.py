"""What a client takes, by the facts that stand in its file."""

import pytest

from smtpdoctor import knowledge


def client(name: str) -> knowledge.Client:
    found = knowledge.client(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("suite", "takes", "refuses"),
    [
        ("ECDHE-RSA-AES128-GCM-SHA256", ("smtplib", "nodemailer", "go-net-smtp", "msmtp"), ()),
        ("AES128-SHA", ("nodemailer", "phpmailer", "msmtp"), ("smtplib",)),
        ("ECDHE-RSA-AES128-SHA256", ("nodemailer", "ruby-mail"), ("go-net-smtp", "msmtp")),
        ("AES128-CCM", ("nodemailer", "symfony-mailer", "msmtp"), ("curl", "go-net-smtp")),
        ("ECDHE-ECDSA-AES128-CCM8", ("phpmailer",), ("msmtp", "ruby-net-smtp", "smtplib")),
        ("ECDHE-ARIA128-GCM-SHA256", ("nodemailer",), ("msmtp", "smtplib", "curl")),
        ("ECDHE-RSA-CAMELLIA256-SHA384", ("phpmailer",), ("nodemailer", "msmtp", "curl")),
        ("TLS_AES_128_GCM_SHA256", ("smtplib", "go-net-smtp"), ()),
    ],
)
def test_ciphers(suite: str, takes: tuple[str, ...], refuses: tuple[str, ...]) -> None:
    assert all(client(name).takes_cipher(suite) for name in takes)
    assert not any(client(name).takes_cipher(suite) for name in refuses)


@pytest.mark.parametrize(
    ("host", "names", "common_name", "takes", "refuses"),
    [
        # forms that RFC 9525 §6.3 gave up, or never had
        ("mail1.example.com", ("mail*.example.com",), "", ("nodemailer", "symfony-mailer"), "curl"),
        ("mail.example.com", ("m*l.example.com",), "", ("ruby-mail",), "smtplib"),
        ("mail.example.com", ("mail.example.com.",), "", ("curl", "phpmailer"), "go-net-smtp"),
        ("192.0.2.1", ("192.0.2.1",), "", ("phpmailer", "ruby-net-smtp"), "curl"),
        ("192.0.2.1", (), "192.0.2.1", ("curl", "symfony-mailer"), "nodemailer"),
        # the subject's name counts whatever names stand beside it
        (
            "mail.example.com",
            ("www.example.org",),
            "mail.example.com",
            ("net-smtp-perl",),
            "ruby-mail",
        ),
        # they compare nothing
        ("mail.example.com", ("www.example.org",), "", ("javamail",), "phpmailer"),
    ],
)
def test_names_that_some_take(
    host: str, names: tuple[str, ...], common_name: str, takes: tuple[str, ...], refuses: str
) -> None:
    assert all(client(name).takes_name(host, names, common_name) for name in takes)
    assert not client(refuses).takes_name(host, names, common_name)


@pytest.mark.parametrize(
    ("host", "names", "common_name"),
    [
        ("mail.example.com", ("web*.example.com",), ""),
        ("mail.example.com", ("mail*.example.org",), ""),
        ("a.mail.example.com", ("mail*.example.com",), ""),
        ("ma.example.com", ("mail*.example.com",), ""),
        ("mail.example.com", ("mail.example.org.",), ""),
        ("192.0.2.1", ("192.0.2.2",), "192.0.2.2"),
        ("192.0.2.1", ("mail.example.com",), "192.0.2.1"),  # other names stand beside it
        ("192.0.2.1", ("192.0.2.*",), ""),
    ],
)
def test_lookalike_names_that_nobody_takes(
    host: str, names: tuple[str, ...], common_name: str
) -> None:
    assert not client("phpmailer").takes_name(host, names, common_name)


def test_a_later_release_compares_the_name() -> None:
    old, new = knowledge.client("javamail", "2.0.0"), knowledge.client("javamail", "2.1")
    assert old
    assert old.takes_name("mail.example.com", ("www.example.org",), "")
    assert new
    assert not new.takes_name("mail.example.com", ("www.example.org",), "")
