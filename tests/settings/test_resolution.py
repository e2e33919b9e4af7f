"""What a field comes to and what is said of it: each thing that the resolution decides."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.login_release import Destination, WrittenSecret, why_not
from smtpdoctor.settings.model import MASK, Setting
from smtpdoctor.settings.values import LONGEST

from .reader import read, read_all


def entry(dotenv: str, field: str) -> Setting:
    found = read(dotenv).entry(field)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_what_only_the_command_line_says() -> None:
    settings = read("SMTP_HOST=a.example", to="rcpt@example.org", ehlo="web.example", size="2M")
    assert settings.recipient == "rcpt@example.org"
    assert settings.ehlo == "web.example"
    assert settings.size is not None
    assert settings.size >= 2_000_000


def test_a_named_client_has_its_version() -> None:
    settings = read("SMTP_HOST=a.example", client="nodemailer@6.9")
    assert (settings.client, settings.client_version) == ("nodemailer", "6.9")
    assert read("SMTP_HOST=a.example", client="nodemailer").client_version == ""


def test_a_sender_that_holds_the_password_is_used_and_not_shown() -> None:
    settings, credentials = read_all(
        "SMTP_HOST=a.example\nSMTP_USER=u\nSMTP_PASS=Tr0ub4dor\nSMTP_FROM=Tr0ub4dor@example.com",
        to="Tr0ub4dor@example.org",
    )
    for shown, used in (
        (settings.sender, credentials.sender),
        (settings.recipient, credentials.recipient),
    ):
        assert "Tr0ub4dor" not in (shown or "")
        assert (used or "").startswith("Tr0ub4dor@")


def test_one_that_holds_no_secret_is_kept_once() -> None:
    _, credentials = read_all("SMTP_HOST=a.example\nSMTP_PASS=p4ss\nSMTP_FROM=a@example.com")
    assert (credentials.sender, credentials.recipient) == (None, None)


@pytest.mark.parametrize("name", ["SMTP_PASS", "SMTP_OAUTH_TOKEN"])
def test_a_user_name_that_is_the_secret_is_a_mask(name: str) -> None:
    settings, credentials = read_all(f"SMTP_HOST=a.example\nSMTP_USER=S3cr3t-9\n{name}=S3cr3t-9")
    shown = settings.entry("username")
    assert shown is not None
    assert (settings.username, shown.text) == (MASK, MASK)
    assert credentials.username == "S3cr3t-9"


@pytest.mark.parametrize(
    ("line", "field"),
    [("SMTP_HOST=", "host"), ("SMTP_USER=", "username"), ("SMTP_FROM=", "sender")],
)
def test_a_text_that_is_too_long_is_not_looked_at(line: str, field: str) -> None:
    longest = entry(f"SMTP_PORT=587\n{line}{'a' * LONGEST}", field)
    longer = entry(f"SMTP_PORT=587\n{line}{'a' * (LONGEST + 1)}", field)
    assert longest.problem != "too-long"
    assert (longer.problem, longer.detail) == ("too-long", f"longer than {LONGEST} characters")


def test_a_long_secret_is_a_secret() -> None:
    settings, _ = read_all(f"SMTP_HOST=a.example\nSMTP_USER=u\nSMTP_PASS={'a' * (LONGEST + 1)}")
    assert settings.has_password
    assert entry(f"SMTP_PASS={'a' * (LONGEST + 1)}", "password").problem is None


@pytest.mark.parametrize(
    ("line", "kind"), [("SMTP_SECURE=", "empty-is-false"), ("SMTP_TLS=", "empty")]
)
def test_what_an_empty_text_means(line: str, kind: str) -> None:
    found = entry(f"SMTP_HOST=a.example\n{line}", "tls")
    assert ([note.kind for note in found.notes], found.text) == ([kind], "")
    assert (found.problem, found.detail) == (None, "")


def test_an_empty_name_beside_one_that_says_something() -> None:
    found = entry("SMTP_HOST=a.example\nSMTP_SERVER=\nSMTP_USER=\nSMTP_USERNAME=", "host")
    assert [(note.kind, note.name) for note in found.notes] == [("other-empty", "SMTP_SERVER")]
    both = entry("SMTP_HOST=a.example\nSMTP_USER=\nSMTP_USERNAME=", "username")
    assert [note.kind for note in both.notes] == ["empty"]


def test_a_conflict_shows_what_the_other_name_says_but_of_a_secret() -> None:
    hosts = entry("SMTP_HOST=a.example\nSMTP_SERVER=b.example", "host")
    assert (hosts.problem, hosts.detail) == ("conflict", "SMTP_SERVER (.env:2) says b.example")
    secrets = entry("SMTP_HOST=a.example\nSMTP_PASS=one\nSMTP_PASSWORD=two", "password")
    assert secrets.detail == "SMTP_PASSWORD (.env:3) says something else"
    assert entry("SMTP_HOST=a.example\nSMTP_SERVER=a.example", "host").detail == ""


@pytest.mark.parametrize(("other", "same"), [("a.example", True), ("b.example", False)])
def test_what_is_shadowed_says_the_same_or_not(other: str, same: bool) -> None:
    found = read("SMTP_HOST=b.example", {"SMTP_HOST": "a.example"}).entry("host")
    assert found is not None
    again = read(f"SMTP_HOST={other}", {"SMTP_HOST": "a.example"}).entry("host")
    assert again is not None
    assert [shadow.same for shadow in found.shadows] == [False]
    assert [shadow.same for shadow in again.shadows] == [same]


@pytest.mark.parametrize(
    ("lines", "name", "detail"),
    [
        ("SMTP_PORT=587", "SMTP_HOST", "SMTP_HOST is not set"),
        ("SMTP_PORT=587\nSMTP_SERVER=", "SMTP_SERVER", "SMTP_SERVER is empty"),
    ],
)
def test_a_host_that_is_missing(lines: str, name: str, detail: str) -> None:
    found = entry(lines, "host")
    assert (found.problem, found.detail, found.text) == ("missing", detail, "")
    assert found.origin.name == name


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("user:pass@word", "word"),
        ("u@localhost", "localhost"),
        ("smtp://u:p@smtp.example.com", "smtp.example.com"),
        ("word:secretpw", None),
        ("word/pass", None),
    ],
)
def test_of_a_text_that_is_shown_in_part_a_host_is_what_is_shown(
    text: str, host: str | None
) -> None:
    settings = read(f"SMTP_PORT=587\nSMTP_HOST={text}")
    assert settings.host == host


@pytest.mark.parametrize(
    ("text", "released"),
    [
        ("smtp.ionos.com", True),
        ("smtps://smtp.ionos.com:465", True),
        ("smtp.gmail.com", False),
        ("smtp://smtp.gmail.com:587", False),
        ("x" * (LONGEST + 1), False),
    ],
)
def test_a_host_under_another_programs_name_keeps_the_login(text: str, released: bool) -> None:
    environ = {"MAIL_HOST": text, "SMTP_USER": "u", "SMTP_PASS": "p"}
    assert (read("SMTP_HOST=smtp.ionos.com", environ).withheld is None) == released


@pytest.mark.parametrize(
    ("home", "target", "reason"),
    [
        ("folder", "folder", "another-user"),
        ("folder", "command-line", "another-user"),
        ("command-line", "folder", None),
    ],
)
def test_whose_password_it_is(home: str, target: str, reason: str | None) -> None:
    secret = WrittenSecret(home=home, place=".env", hosts=("a.example",), user="info")  # type: ignore[arg-type]
    there = Destination(host="a.example", home=target, user="sales")  # type: ignore[arg-type]
    kept = why_not(secret, there, is_provider=lambda host: False)
    assert (kept.reason if kept else None) == reason
    same = Destination(host="a.example", home=target, user="INFO")  # type: ignore[arg-type]
    assert why_not(secret, same, is_provider=lambda host: False) is None


def test_a_user_name_alone_is_written_for_its_host_too() -> None:
    """The password is given for this run; whose it is was said beside another host."""
    lines = "SMTP_HOST=a.example\nSMTP_USER=info@a.example"
    settings = read(lines, host="b.example", password_stdin=True, stdin="p")
    assert settings.withheld is not None
    assert settings.withheld.reason == "another-host-asked"
    assert settings.username is None
    stays = read(lines, host="a.example", password_stdin=True, stdin="p")
    assert (stays.withheld, stays.username) == (None, "info@a.example")


def test_an_empty_user_name_is_written_for_nobody() -> None:
    lines = "SMTP_HOST=a.example\nSMTP_USER="
    assert read(lines, host="b.example", password_stdin=True, stdin="p").withheld is None


def test_a_password_s_user_is_the_one_beside_it() -> None:
    """The shell's own user name stands elsewhere."""
    lines = "SMTP_HOST=a.example\nSMTP_USER=info\nSMTP_PASS=p"
    assert read(lines, {"SMTP_USER": "sales"}, user="info").withheld is None
    assert read(lines, {"SMTP_USER": "sales"}, user="sales").withheld is not None


def test_each_secret_is_judged_by_itself() -> None:
    """A token of another place is no reason to keep the password, nor the other way round."""
    lines = "SMTP_HOST=b.example\nSMTP_USER=u\nSMTP_PASS=p"
    environ = {"MAIL_HOST": "a.example", "SMTP_OAUTH_TOKEN": "t0ken"}
    settings = read(lines, environ)
    assert (settings.has_password, settings.has_token, settings.username) == (True, False, "u")


def test_a_token_without_a_password_is_judged_as_well() -> None:
    lines = "SMTP_HOST=b.example\nSMTP_USER=u"
    settings = read(lines, {"MAIL_HOST": "a.example", "SMTP_OAUTH_TOKEN": "t0ken"})
    assert settings.withheld is not None
    assert not settings.has_token
