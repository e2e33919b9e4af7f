"""host-malformed: more than a host in the host's text."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.reading import Options

from ..scene import Scene
from .env import env

CODE = "host-malformed"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("ssl://smtp.ionos.com", "ssl://"),
        ("smtp.ionos.com:587", ":587"),
        ('"smtp.ionos.com "', "a blank at the end"),
        ("'\"smtp.ionos.com\"'", '"'),
        ("smtp.ionos.com;", ";"),
    ],
)
def test_positive_the_host_that_was_meant_works(text: str, seen: str) -> None:
    scene = Scene.of(env(SMTP_HOST=text)).run_through()
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert scene.judge().verdict == "broken"
    assert (diagnosis.severity, diagnosis.confidence) == ("error", "certain")
    assert seen in diagnosis.title
    assert diagnosis.points_at == ("host",)
    assert diagnosis.fixes[0].settings == {"SMTP_HOST": "smtp.ionos.com"}
    assert "the login works" in diagnosis.fixes[0].tried


def test_positive_a_port_behind_the_host_goes_to_its_own_line() -> None:
    text = env(SMTP_HOST="smtp.ionos.com:465", SMTP_PORT=None, SMTP_SECURE="true")
    first = Scene.of(text).run_through().diagnosis(CODE).fixes[0]
    assert first.settings["SMTP_HOST"] == "smtp.ionos.com"
    assert first.settings.get("SMTP_PORT", "465") == "465"


def test_positive_the_library_is_told_to_print_what_it_was_given() -> None:
    options = Options(client="nodemailer")
    scene = Scene.of(env(SMTP_HOST="ssl://smtp.ionos.com"), options=options).run_through()
    texts = [item.text for item in scene.diagnosis(CODE).evidence]
    assert any("ENOTFOUND ssl://smtp.ionos.com" in text for text in texts)


def test_positive_nothing_that_could_be_meant() -> None:
    scene = Scene.of(env(SMTP_HOST="my mail server"))
    diagnosis = scene.diagnosis(CODE)
    assert diagnosis.fixes[0].settings == {}
    assert "SMTP_HOST (.env:1)" in diagnosis.fixes[0].steps[0]


def test_positive_the_address_of_the_login_is_no_host_with_a_part_too_many() -> None:
    files = {
        "requirements.txt": "python-dotenv\n",
        "mail.py": "import os, smtplib\nfrom dotenv import load_dotenv\nload_dotenv()\n"
        "s = smtplib.SMTP(os.environ['MAIL_LOGIN'], 587)\ns.starttls()\n"
        "s.login(os.environ['MAIL_LOGIN'], os.environ['MAIL_SECRET'])\n",
        ".env": "MAIL_LOGIN=info@example.com\nMAIL_SECRET=geheim-12\n",
    }
    first = Scene.of_folder(files).diagnosis(CODE).fixes[0]
    assert not first.settings  # the line is right for the user name
    assert not first.edits
    assert "MAIL_LOGIN" in first.title


def test_lookalike_another_address_with_the_host_in_it() -> None:
    first = Scene.of(env(SMTP_HOST="info@smtp.ionos.com")).diagnosis(CODE).fixes[0]
    assert first.settings == {"SMTP_HOST": "smtp.ionos.com"}


@pytest.mark.parametrize("host", ["Zk4wPm9Lq8vT.example.com", "k4f9d02ab7c61e85.example.com"])
def test_positive_a_name_that_holds_a_secret_is_not_looked_up(host: str) -> None:
    text = f"{env(SMTP_HOST=host)}\nAPI_KEY=k4f9d02ab7c61e85\n"
    scene = Scene.of(text)
    diagnosis = scene.diagnosis(CODE)
    assert scene.codes() == [CODE]
    assert "looks like a secret" in diagnosis.title
    assert "lower case" in diagnosis.explanation
    assert host.split(".", maxsplit=1)[0].lower() not in str(scene.judge()).lower()
    assert scene.settings.host is None


def test_lookalike_such_a_name_in_lower_case() -> None:
    assert Scene.of(env(SMTP_HOST="zk4wpm9lq8vt.example.com")).codes() != [CODE]


def test_positive_another_fault_beside_it_keeps_its_own_fix() -> None:
    scene = Scene.of(env(SMTP_HOST="ssl://smtp.ionos.com", SMTP_USER="info"))
    scene.refuse("auth", "535 Authentication credentials invalid")
    assert scene.codes() == [CODE, "username-not-address"]


def test_negative_a_plain_host() -> None:
    assert Scene.of(env(SMTP_HOST="SMTP.ionos.com.")).run_through().codes() == []


def test_lookalike_a_url_belongs_in_smtp_url() -> None:
    text = "SMTP_URL=smtp://smtp.ionos.com:587\nSMTP_USER=info@example.com\nSMTP_PASS=geheim-12\n"
    assert Scene.of(text).run_through().codes() == []


def test_lookalike_a_placeholder() -> None:
    assert Scene.of(env(SMTP_HOST="${MAIL_HOST}")).codes() == ["setting-invalid"]


def test_lookalike_a_host_that_dns_does_not_know() -> None:
    scene = Scene.of(env(SMTP_HOST="smtp.example.invalid"))
    scene.lookup(error="EAI_NONAME")
    assert CODE not in scene.codes()


@pytest.mark.parametrize(
    ("client", "host", "better"),
    [
        ("smtplib", "[2001:db8::9]", "2001:db8::9"),
        ("nodemailer", "[2001:db8::9]", "2001:db8::9"),
        ("phpmailer", "2001:db8::9", "[2001:db8::9]"),
        ("symfony-mailer", "2001:db8::9", "[2001:db8::9]"),
    ],
)
def test_positive_an_ipv6_address_as_the_client_does_not_want_it(
    client: str, host: str, better: str
) -> None:
    scene = Scene.of(env(SMTP_HOST=host), options=Options(client=client))
    found = scene.diagnosis(CODE)
    assert found.severity == "error"
    assert found.fixes[0].settings == {"SMTP_HOST": better}


def test_positive_brackets_where_the_client_is_not_known() -> None:
    found = Scene.of(env(SMTP_HOST="[2001:db8::9]")).diagnosis(CODE)
    assert found.severity == "warning"
    assert "Go net/smtp" in found.title
    assert "PHPMailer" not in found.title


@pytest.mark.parametrize(
    ("client", "host"),
    [
        ("smtplib", "2001:db8::9"),
        ("phpmailer", "[2001:db8::9]"),
        ("javamail", "[2001:db8::9]"),
        ("javamail", "2001:db8::9"),
        ("phpmailer", "192.0.2.9"),
        (None, "2001:db8::9"),
    ],
)
def test_lookalike_an_address_as_it_is_wanted(client: str | None, host: str) -> None:
    assert CODE not in Scene.of(env(SMTP_HOST=host), options=Options(client=client)).codes()


def test_lookalike_brackets_in_a_url() -> None:
    text = "SMTP_URL=smtp://[2001:db8::9]:587\n"
    assert CODE not in Scene.of(text, options=Options(client="smtplib")).codes()


@pytest.mark.parametrize(
    "host", ["smtp.ionos.com,", "http://smtp.ionos.com", '"smtp.ionos.com "', "smtp.ionos.com:587"]
)
def test_positive_a_containers_variable_is_read_as_it_stands(host: str) -> None:
    variables = f"SMTP_HOST: {host}\n      SMTP_USER: u@example.com\n      SMTP_PASS: word"
    compose = f"services:\n  shop:\n    image: acme/shop:1\n    environment:\n      {variables}\n"
    scene = Scene.of_folder({"docker-compose.yml": compose})
    scene.session().rest()
    found = scene.diagnosis(CODE)
    assert scene.codes("error") == [CODE]
    assert found.fixes[0].title == "write the host's name alone: smtp.ionos.com"


def test_lookalike_a_host_that_is_masked() -> None:
    """A mask is no letter beyond ASCII that the user wrote."""
    scene = Scene(client="nodemailer", host="••••••.example.com")
    scene.session().rest()
    assert CODE not in scene.codes()
