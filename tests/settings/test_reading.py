"""From options, environment and `.env` to settings: precedence, defaults, conflicts."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from smtpdoctor.settings.model import MASK, Field, Note, Setting, Settings, TLSMode
from smtpdoctor.settings.reading import Options, UsageError, read_settings

from .reader import read, read_all

FULL = """\
# mail
SMTP_HOST=smtp.ionos.com
SMTP_PORT=587
SMTP_SECURE=false
SMTP_USER=info@example.com
SMTP_PASS=hunter2-hunter2
SMTP_FROM="Shop <shop@example.com>"
"""


def entry(settings: Settings, field: Field) -> Setting:
    found = settings.entry(field)
    assert found is not None
    return found


def test_a_whole_file() -> None:
    settings, credentials = read_all(FULL)
    assert (settings.host, settings.port) == ("smtp.ionos.com", 587)
    assert (settings.tls, settings.tls_required) == ("starttls", False)
    assert (settings.username, settings.sender) == ("info@example.com", "shop@example.com")
    assert settings.has_password
    assert settings.has_credentials
    assert settings.verify
    assert settings.found
    assert settings.sources == ("environment", ".env")
    assert credentials.username == "info@example.com"
    assert credentials.password is not None
    assert credentials.password.reveal() == "hunter2-hunter2"
    assert credentials.token is None
    assert not [item for item in settings.entries if item.problem]


def test_every_value_knows_its_line_and_columns() -> None:
    port = entry(read(FULL), "port")
    assert port.origin.label == ".env:3"
    assert port.source_line == "SMTP_PORT=587"
    assert port.origin.columns == (11, 14)


# --- precedence ----------------------------------------------------------------------------------


def test_options_before_environment_before_file() -> None:
    environ = {"SMTP_PORT": "2525", "SMTP_HOST": "smtp.example.org"}
    settings = read(FULL, environ, port="465")
    port = entry(settings, "port")
    assert (settings.port, port.origin.label) == (465, "--port")
    assert [item.origin.label for item in port.shadows] == ["environment", ".env:3"]
    assert [item.text for item in port.shadows] == ["2525", "587"]
    assert settings.host == "smtp.example.org"
    assert settings.sources == ("options", "environment", ".env")


@pytest.mark.parametrize(
    ("name", "field"),
    [("SMTP_SERVER", "host"), ("SMTP_USERNAME", "username"), ("SMTP_PASSWORD", "password")],
)
def test_plain_aliases_are_read(name: str, field: Field) -> None:
    found = entry(read(f"{name}=smtp.ionos.com\n"), field)
    assert found.origin.name == name


def test_mail_from_alias() -> None:
    assert read("SMTP_MAIL_FROM=a@example.com").sender == "a@example.com"


def test_last_of_duplicates_wins_and_shows_the_others() -> None:
    port = entry(read("SMTP_HOST=h\nSMTP_PORT=25\nSMTP_PORT=587\nSMTP_PORT=465\n"), "port")
    assert port.text == "465"
    assert [(item.origin.line, item.text) for item in port.shadows] == [(3, "587"), (2, "25")]
    assert port.problem is None


def test_last_of_duplicates_wins_even_when_empty() -> None:
    settings = read("SMTP_HOST=h\nSMTP_PORT=25\nSMTP_PORT=\n")
    assert settings.port == 587
    assert [item.text for item in entry(settings, "port").shadows] == ["25"]


def test_empty_variable_counts_as_unset_and_is_told() -> None:
    settings = read("SMTP_HOST=smtp.ionos.com\n", {"SMTP_HOST": "", "SMTP_USER": " "})
    host = entry(settings, "host")
    assert settings.host == "smtp.ionos.com"
    assert host.notes == (Note(kind="other-empty", name="SMTP_HOST", place="environment"),)
    assert host.shadows == ()
    assert host.ok
    user = entry(settings, "username")
    assert settings.username is None
    assert user.noted("empty")
    assert user.ok is None


# --- mode and port -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "port", "tls", "required"),
    [
        ("", 587, "starttls", False),
        ("SMTP_PORT=465", 465, "implicit", False),
        ("SMTP_PORT=587", 587, "starttls", False),
        ("SMTP_PORT=2525", 2525, "starttls", False),
        ("SMTP_SECURE=true", 465, "implicit", False),
        ("SMTP_SECURE=false", 587, "starttls", False),
        ("SMTP_SECURE=tls", 587, "starttls", True),
        ("SMTP_SECURE=", 587, "starttls", False),
        ("SMTP_SECURE=\nSMTP_PORT=465", 465, "starttls", False),
        ("SMTP_TLS=\nSMTP_PORT=465", 465, "implicit", False),
        ("SMTP_TLS=implicit", 465, "implicit", False),
        ("SMTP_TLS=starttls", 587, "starttls", True),
        ("SMTP_TLS=none", 587, "none", False),
        ("SMTP_TLS=none\nSMTP_PORT=25", 25, "none", False),
        ("SMTP_SECURE=true\nSMTP_PORT=587", 587, "implicit", False),
        ("SMTP_SECURE=false\nSMTP_PORT=465", 465, "starttls", False),
        ("SMTP_SECURE=maybe\nSMTP_PORT=465", 465, "implicit", False),
        ("SMTP_SECURE=true\nSMTP_PORT=99999", 465, "implicit", False),
        ("SMTP_SECURE=false\nSMTP_TLS=starttls", 587, "starttls", True),
    ],
)
def test_mode_and_port(lines: str, port: int, tls: TLSMode, required: bool) -> None:
    settings = read(f"SMTP_HOST=smtp.example.com\n{lines}\n")
    assert (settings.port, settings.tls, settings.tls_required) == (port, tls, required)


@pytest.mark.parametrize(
    "lines", ["SMTP_PORT=465\nSMTP_SECURE=false", "SMTP_PORT=587\nSMTP_TLS=implicit"]
)
def test_port_and_mode_that_seldom_fit_are_no_conflict(lines: str) -> None:
    settings = read(f"SMTP_HOST=h\n{lines}")
    assert not [item for item in settings.entries if item.problem]


@pytest.mark.parametrize(
    "lines",
    [
        "SMTP_TLS=starttls\nSMTP_SECURE=true",
        "SMTP_TLS=implicit\nSMTP_SECURE=false",
        "SMTP_TLS=none\nSMTP_SECURE=true",
        "SMTP_TLS=none\nSMTP_SECURE=starttls",
    ],
)
def test_modes_that_exclude_each_other_are_a_conflict(lines: str) -> None:
    tls = entry(read(f"SMTP_HOST=h\n{lines}"), "tls")
    assert tls.problem == "conflict"
    assert tls.origin.name == "SMTP_TLS"
    assert "SMTP_SECURE (.env:3)" in tls.detail


@pytest.mark.parametrize(
    "lines",
    [
        "SMTP_TLS=starttls\nSMTP_SECURE=false",
        "SMTP_TLS=starttls\nSMTP_SECURE=tls",
        "SMTP_TLS=implicit\nSMTP_SECURE=true",
        "SMTP_TLS=none\nSMTP_SECURE=false",
        "SMTP_TLS=starttls\nSMTP_SECURE=",
        "SMTP_TLS=starttls\nSMTP_SECURE=maybe",
    ],
)
def test_modes_that_can_both_hold_are_no_conflict(lines: str) -> None:
    assert entry(read(f"SMTP_HOST=h\n{lines}"), "tls").problem is None


def test_same_name_in_two_sources_is_shadowed_and_no_conflict() -> None:
    tls = entry(read("SMTP_HOST=h\nSMTP_SECURE=true", {"SMTP_SECURE": "false"}), "tls")
    assert tls.problem is None
    assert [item.text for item in tls.shadows] == ["true"]


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ("SMTP_HOST=a\nSMTP_SERVER=b", "host"),
        ("SMTP_HOST=a\nSMTP_URL=smtp://b", "host"),
        ("SMTP_PORT=25\nSMTP_URL=smtp://b:587", "port"),
        ("SMTP_SECURE=true\nSMTP_URL=smtp://b:587", "tls"),
        ("SMTP_USER=u\nSMTP_URL=smtp://v:p@b", "username"),
        ("SMTP_PASS=q\nSMTP_URL=smtp://v:p@b", "password"),
        ("SMTP_PASS=q\nSMTP_PASSWORD=p\nSMTP_HOST=h", "password"),
    ],
)
def test_two_names_that_differ_are_a_conflict(lines: str, field: Field) -> None:
    found = entry(read(lines), field)
    assert found.problem == "conflict"
    assert found.shadows


@pytest.mark.parametrize(
    "lines",
    [
        "SMTP_HOST=smtp.example.com\nSMTP_SERVER=SMTP.example.com.",
        "SMTP_HOST=b\nSMTP_PORT=587\nSMTP_SECURE=false\nSMTP_URL=smtp://b:587",
        "SMTP_PORT=2525\nSMTP_URL=smtp://b",
        "SMTP_PASS=p\nSMTP_PASSWORD=p\nSMTP_HOST=h",
        "SMTP_PASS=p#\nSMTP_URL=smtp://v:p%23@b",
        "SMTP_HOST=h\nSMTP_TLS_REJECT_UNAUTHORIZED=1\nNODE_TLS_REJECT_UNAUTHORIZED=0",
    ],
)
def test_two_names_that_agree_are_no_conflict(lines: str) -> None:
    assert not [item for item in read(lines).entries if item.problem == "conflict"]


# --- URL -----------------------------------------------------------------------------------------


def test_url_gives_every_part_with_its_columns() -> None:
    line = (
        "SMTP_URL=smtps://info%40example.com:c4n4ry%23@smtp.ionos.com:465/?tls.rejectUnauthorized=0"
    )
    settings, credentials = read_all(line)
    assert (settings.host, settings.port, settings.tls) == ("smtp.ionos.com", 465, "implicit")
    assert settings.username == settings.sender == "info@example.com"
    assert credentials.password is not None
    assert credentials.password.reveal() == "c4n4ry#"
    assert settings.verify is False
    for field, text in (
        ("tls", "smtps"),
        ("username", "info%40example.com"),
        ("password", "••••••"),
        ("host", "smtp.ionos.com"),
        ("port", "465"),
        ("verify", "0"),
    ):
        part = entry(settings, field)  # type: ignore[arg-type]
        assert part.part_of == "url"
        assert part.source_line is not None
        assert part.origin.columns is not None
        start, end = part.origin.columns
        assert part.source_line[start - 1 : end - 1] == text


def test_url_wins_over_the_parts_of_its_own_source_only() -> None:
    settings = read("SMTP_URL=smtp://a:25", {"SMTP_HOST": "b"})
    assert (settings.host, settings.port) == ("b", 25)
    settings = read("SMTP_HOST=b\nSMTP_URL=smtp://a:25\n")
    assert settings.host == "a"


def test_shadowed_url_fills_no_gaps() -> None:
    environ = {"SMTP_URL": "smtp://a"}
    settings, credentials = read_all("SMTP_URL=smtp://u:p@b:2525", environ)
    assert (settings.host, settings.port, settings.username) == ("a", 587, None)
    assert credentials.password is None
    assert [item.text for item in entry(settings, "url").shadows] == ["smtp://u:••••••@b:2525"]


def test_url_that_is_not_encoded_is_read_as_meant() -> None:
    settings, credentials = read_all("SMTP_URL='smtp://u:pa#ss@smtp.example.com:587'")
    url = entry(settings, "url")
    assert (url.problem, url.notes) == ("not-encoded", ())
    assert "%23" in url.detail
    assert settings.host == "smtp.example.com"
    assert credentials.password is not None
    assert credentials.password.reveal() == "pa#ss"


def test_broken_url_has_one_problem() -> None:
    settings = read("SMTP_URL=https://smtp.example.com:99999")
    assert [item.field for item in settings.entries if item.problem] == ["url"]
    assert settings.host == "smtp.example.com"


def test_url_without_scheme_and_unexpanded_url() -> None:
    assert entry(read("SMTP_URL=smtp.example.com:587"), "url").problem == "not-a-url"
    assert read("SMTP_URL=smtp.example.com:465").tls == "implicit"
    assert entry(read("SMTP_URL=${MAILER_DSN}"), "url").problem == "placeholder"
    assert entry(read("SMTP_URL='smtp://u:${PASS}@h'"), "password").problem == "placeholder"


# --- problems in place ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "field", "problem"),
    [
        ("SMTP_HOST=smtp://smtp.ionos.com", "host", "scheme"),
        ("SMTP_HOST=smtp.ionos.com:587", "host", "port"),
        ("SMTP_HOST=' smtp.ionos.com'", "host", "blanks"),
        ("SMTP_HOST='\"smtp.ionos.com\"'", "host", "quotes"),
        ("SMTP_HOST=smtp.ionos.com,", "host", "characters"),
        ("SMTP_PORT=smtp", "port", "not-a-number"),
        ("SMTP_PORT=99999", "port", "out-of-range"),
        ("SMTP_SECURE=maybe", "tls", "not-a-mode"),
        ("SMTP_TLS=ssl", "tls", "not-a-mode"),
        ("SMTP_FROM=nobody", "sender", "not-an-address"),
        ("SMTP_TLS_REJECT_UNAUTHORIZED=maybe", "verify", "not-a-mode"),
        ("SMTP_USER=your-email@example.com", "username", "placeholder"),
        ("SMTP_PASS=changeme", "password", "placeholder"),
        ("SMTP_OAUTH_TOKEN=<token>", "token", "placeholder"),
    ],
)
def test_bad_value_is_marked_at_its_line_and_the_run_goes_on(
    line: str, field: Field, problem: str
) -> None:
    settings = read(f"SMTP_HOST=smtp.ionos.com\n{line}\n")
    found = entry(settings, field)
    assert (found.problem, found.origin.line) == (problem, 2)
    assert found.detail
    assert settings.host == "smtp.ionos.com"
    assert settings.port == 587


def test_port_behind_the_host_is_used_when_none_is_set() -> None:
    assert read("SMTP_HOST=smtp.ionos.com:465").port == 465
    assert read("SMTP_HOST=smtp.ionos.com:465").tls == "implicit"
    assert read("SMTP_HOST=smtp.ionos.com:465\nSMTP_PORT=587").port == 587


def test_host_is_missing_only_where_other_settings_are_there() -> None:
    settings = read("SMTP_USER=info@example.com\n")
    missing = entry(settings, "host")
    assert (settings.found, settings.host, missing.problem) == (True, None, "missing")
    assert missing.origin.kind == "default"
    empty = entry(read("SMTP_HOST=\nSMTP_USER=info@example.com\n"), "host")
    assert (empty.problem, empty.origin.label) == ("missing", ".env:1")
    assert "empty" in empty.detail


def test_unreadable_host_is_not_missing() -> None:
    settings = read("SMTP_HOST=${HOST}\n")
    assert settings.host is None
    assert entry(settings, "host").problem == "placeholder"


def test_nothing_found_is_the_ionos_profile() -> None:
    settings, credentials = read_all()
    assert not settings.found
    assert (settings.host, settings.port, settings.tls) == ("smtp.ionos.com", 587, "starttls")
    assert settings.entries == ()
    assert not settings.has_credentials
    assert credentials.username is None
    assert settings.sources == ("environment",)


@pytest.mark.parametrize(
    ("dotenv", "environ"),
    [
        ("", {}),
        ("DB_HOST=db\n# SMTP_HOST=a\n", {"PATH": "/bin"}),
        (None, {"SMTP_HOST": "", "SMTP_USER": "", "SMTP_PASS": ""}),
        (None, {"NODE_TLS_REJECT_UNAUTHORIZED": "0"}),
    ],
)
def test_nothing_found_either(dotenv: str | None, environ: dict[str, str]) -> None:
    settings = read(dotenv, environ, client="nodemailer")
    assert not settings.found
    assert settings.host == "smtp.ionos.com"


def test_sender_follows_a_user_name_that_is_an_address() -> None:
    assert read("SMTP_HOST=h\nSMTP_USER=info@example.com").sender == "info@example.com"
    assert read("SMTP_HOST=h\nSMTP_USER=apikey").sender is None
    malformed = read("SMTP_HOST=h\nSMTP_USER=info@example.com\nSMTP_FROM=nobody")
    assert malformed.sender == "info@example.com"
    assert entry(malformed, "sender").problem == "not-an-address"


@pytest.mark.parametrize(
    ("line", "verify"),
    [
        ("SMTP_TLS_REJECT_UNAUTHORIZED=0", False),
        ("SMTP_TLS_REJECT_UNAUTHORIZED=false", False),
        ("NODE_TLS_REJECT_UNAUTHORIZED=0", False),
        ("NODE_TLS_REJECT_UNAUTHORIZED=false", True),
        ("SMTP_TLS_REJECT_UNAUTHORIZED=1\nNODE_TLS_REJECT_UNAUTHORIZED=0", True),
        ("SMTP_TLS_REJECT_UNAUTHORIZED=", True),
    ],
)
def test_certificate_verification(line: str, verify: bool) -> None:
    assert read(f"SMTP_HOST=h\n{line}").verify is verify


def test_token() -> None:
    settings, credentials = read_all("SMTP_HOST=h\nSMTP_USER=u\nSMTP_OAUTH_TOKEN=ya29.c4n4ry")
    assert (settings.has_token, settings.has_password) == (True, False)
    assert settings.has_credentials
    assert credentials.token is not None
    assert credentials.token.reveal() == "ya29.c4n4ry"


def test_near_misses_are_told_where_nothing_sets_the_field() -> None:
    settings = read("smtp_host=h\nSMTP_PASWORD=p\n", {"SMTP_FORM": "a@example.com"})
    assert {(item.name, item.looks_like, item.origin.label) for item in settings.near_misses} == {
        ("smtp_host", "SMTP_HOST", ".env:1"),
        ("SMTP_PASWORD", "SMTP_PASSWORD", ".env:2"),
        ("SMTP_FORM", "SMTP_FROM", "environment"),
    }
    assert read("SMTP_HOST=h\nsmtp_host=i\nSMTP_HOST_2=j").near_misses == ()


@pytest.mark.parametrize("before", ["", "export ", "  "])
def test_a_near_miss_points_at_its_name_and_shows_nothing_of_its_value(before: str) -> None:
    """And is no edit: a program that nobody has found may read that very name."""
    text = f"{before}SMTP_PASWORD = 'c4n4ry'  # old"
    (found,) = read(text).near_misses
    (line,) = found.lines
    assert line.source_line == f"{before}SMTP_PASWORD = {MASK}"
    columns = (len(before) + 1, len(before) + 1 + len("SMTP_PASWORD"))
    assert (line.origin.columns, found.edit) == (columns, None)
    (unset,) = read("", {"SMTP_PASWORD": "c4n4ry"}).near_misses
    assert unset.lines == ()


# --- credentials stay home -----------------------------------------------------------------------


@pytest.mark.parametrize("option", ["target", "host"])
def test_another_host_gets_no_credentials(option: str) -> None:
    environ = {"SMTP_PASS": "p", "SMTP_OAUTH_TOKEN": "t"}
    settings, credentials = read_all(FULL, environ, **{option: "smtp.example.net"})
    assert settings.host == "smtp.example.net"
    assert settings.withheld is not None
    assert settings.username is None
    assert not settings.has_credentials
    assert (credentials.username, credentials.password, credentials.token) == (None, None, None)
    assert settings.entry("username") is settings.entry("password") is None
    assert settings.sender == "shop@example.com"


@pytest.mark.parametrize("name", ["smtp.ionos.com", "SMTP.IONOS.COM", "smtp.ionos.com."])
@pytest.mark.parametrize("option", ["target", "host"])
def test_same_host_keeps_them(option: str, name: str) -> None:
    settings, credentials = read_all(FULL, **{option: name})
    assert settings.withheld is None
    assert credentials.username == "info@example.com"
    assert credentials.password is not None


def test_url_credentials_stay_home_too() -> None:
    settings, credentials = read_all("SMTP_URL=smtp://u:p@a", target="b")
    assert settings.withheld is not None
    assert credentials.password is None
    assert settings.entry("url") is None


def test_host_that_cannot_be_read_is_another() -> None:
    settings = read("SMTP_HOST=${HOST}\nSMTP_USER=u\nSMTP_PASS=p", target="smtp.example.com")
    assert settings.withheld is not None


def test_no_configured_host_has_nothing_to_differ_from() -> None:
    settings = read(None, {"SMTP_USER": "u", "SMTP_PASS": "p"}, host="smtp.example.com")
    assert settings.withheld is None
    assert settings.has_credentials


def test_nothing_to_withhold() -> None:
    assert read("SMTP_HOST=a", target="b").withheld is None


def test_targets_own_credentials_are_used() -> None:
    settings, credentials = read_all(FULL, target="smtps://me:own@smtp.example.net")
    assert settings.withheld is not None
    assert (settings.username, settings.port, settings.tls) == ("me", 465, "implicit")
    assert credentials.password is not None
    assert credentials.password.reveal() == "own"


def test_given_credentials_are_used_for_any_host() -> None:
    settings, credentials = read_all(
        FULL, stdin="given\r\nrest\n", target="smtp.example.net", user="me", password_stdin=True
    )
    assert settings.username == "me"
    assert credentials.password is not None
    assert credentials.password.reveal() == "given"


# --- TARGET --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "host", "port", "tls"),
    [
        ("smtp.example.com", "smtp.example.com", 587, "starttls"),
        ("smtp.example.com:465", "smtp.example.com", 465, "implicit"),
        ("smtp.example.com:2525", "smtp.example.com", 2525, "starttls"),
        ("[::1]:2525", "::1", 2525, "starttls"),
        ("::1", "::1", 587, "starttls"),
        ("smtp://smtp.example.com", "smtp.example.com", 587, "starttls"),
        ("smtps://smtp.example.com", "smtp.example.com", 465, "implicit"),
        ("smtps://smtp.example.com:587", "smtp.example.com", 587, "implicit"),
        ("smtp://smtp.example.com:465", "smtp.example.com", 465, "starttls"),
    ],
)
def test_target(target: str, host: str, port: int, tls: TLSMode) -> None:
    settings = read(target=target)
    assert (settings.host, settings.port, settings.tls) == (host, port, tls)
    assert settings.found
    assert entry(settings, "host").origin.label == "TARGET"


def test_target_of_another_host_leaves_port_and_mode_at_home() -> None:
    dotenv = "SMTP_HOST=a\nSMTP_PORT=465\nSMTP_SECURE=true\n"
    settings = read(dotenv, target="b")
    assert (settings.port, settings.tls) == (587, "starttls")


def test_target_of_the_same_host_keeps_them() -> None:
    dotenv = "SMTP_HOST=a\nSMTP_PORT=2465\nSMTP_SECURE=true\n"
    assert read(dotenv, target="a").port == 2465
    assert read(dotenv, target="a").tls == "implicit"
    assert read(dotenv, target="a:2465").tls == "implicit"


def test_target_with_another_port_or_a_scheme_is_whole() -> None:
    dotenv = "SMTP_HOST=a\nSMTP_PORT=465\nSMTP_SECURE=true\n"
    assert (read(dotenv, target="a:587").port, read(dotenv, target="a:587").tls) == (
        587,
        "starttls",
    )
    assert (read(dotenv, target="smtp://a").port, read(dotenv, target="smtp://a").tls) == (
        587,
        "starttls",
    )


def test_host_option_keeps_the_configured_port_and_mode() -> None:
    settings = read("SMTP_HOST=a\nSMTP_PORT=2465\nSMTP_SECURE=true\n", host="b")
    assert (settings.host, settings.port, settings.tls) == ("b", 2465, "implicit")


def test_options_win_over_target() -> None:
    settings = read(target="smtps://smtp.example.com", port="587", tls="starttls")
    assert (settings.port, settings.tls, settings.tls_required) == (587, "starttls", True)


# --- wrong usage ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"port": "99999"}, "--port"),
        ({"port": "smtp"}, "--port"),
        ({"port": ""}, "--port"),
        ({"tls": "foo"}, "--tls"),
        ({"tls": "true"}, "--tls"),
        ({"host": "smtp.ionos.com:587"}, "--port 587"),
        ({"host": "smtp://smtp.ionos.com"}, "--host"),
        ({"host": "smtp..ionos.com"}, "--host “smtp..ionos.com”: no host name or address"),
        ({"host": "u:c4n4ry@h"}, "--host “u:••••••@h”"),
        ({"host": ""}, "--host"),
        ({"size": "big"}, "--size"),
        ({"size": "-1"}, "--size"),
        ({"sender": "nobody"}, "--from"),
        ({"to": "nobody"}, "--to"),
        ({"user": "${USER}"}, "--user"),
        ({"ehlo": "two words"}, "--ehlo"),
        ({"ehlo": "a\r\nMAIL FROM:<>"}, "--ehlo"),
        ({"client": " "}, "--client"),
        ({"client": "pigeon"}, "--client: “pigeon” is none of aiosmtplib, curl,"),
        ({"target": ""}, "TARGET"),
        ({"target": "smtp.ionos.com:99999"}, "TARGET"),
        ({"target": "smtp.ionos.com:smtp"}, "TARGET"),
        ({"target": "https://smtp.ionos.com"}, "https://"),
        ({"target": "smtp://"}, "no host"),
        ({"target": "smtp ionos com"}, "TARGET"),
        ({"target": "info@example.com"}, "mail address"),
        ({"target": "smtp://u:pa/ss@h"}, "%2F"),
        ({"target": "a", "host": "b"}, "--host"),
        ({"env_file": ""}, "--env-file"),
        ({"env_file": "missing.env"}, "missing.env: No such file"),
        ({"env_file": "a\0b"}, "a\\x00b"),
        ({"env_file": "-", "password_stdin": True}, "standard input"),
    ],
)
def test_bad_option_is_one_clear_line(options: dict[str, str | bool], words: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(FULL, **options)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    "target",
    [
        "smtp://u:c4n4ry@h:99999",
        "https://u:c4n4ry@h",
        "smtp://u:c4n/4ry@h",
        "u:c4n4ry@h h",
        "smtp://u:c4n4ry",
    ],
)
def test_bad_target_is_told_without_its_secret(target: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(target=target)
    assert "c4n" not in str(raised.value)
    assert "4ry" not in str(raised.value)


def test_target_with_an_at_sign_in_the_user_name_is_put_up_with() -> None:
    settings = read(target="smtps://info@example.com:p@smtp.ionos.com")
    assert settings.username == "info@example.com"
    assert entry(settings, "url").problem == "not-encoded"
    assert entry(settings, "url").noted("tolerated")


@pytest.mark.parametrize(
    ("stdin", "password"), [("p\n", "p"), ("p", "p"), (" p \r\nq\n", " p "), ("a=b#c\n", "a=b#c")]
)
def test_password_on_standard_input(stdin: str, password: str) -> None:
    settings, credentials = read_all(FULL, stdin=stdin, password_stdin=True)
    assert credentials.password is not None
    assert credentials.password.reveal() == password
    found = entry(settings, "password")
    assert found.origin.label == "--password-stdin"
    assert [item.origin.label for item in found.shadows] == [".env:6"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_password_that_is_typed_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "geheim-12")
    options = Options(host="smtp.example.com", user="me", password_stdin=True)
    terminal = Terminal("what the terminal would have shown")
    _, credentials = read_settings(options, environ={}, folder=tmp_path, stdin=terminal)
    assert credentials.password is not None
    assert credentials.password.reveal() == "geheim-12"


def test_no_password_typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def end_of_file(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", end_of_file)
    options = Options(host="smtp.example.com", user="me", password_stdin=True)
    with pytest.raises(UsageError, match="no password"):
        read_settings(options, environ={}, folder=tmp_path, stdin=Terminal())


def test_a_client_is_known_in_any_case() -> None:
    assert read(FULL, client="Nodemailer").client == "nodemailer"


@pytest.mark.parametrize("stdin", [None, "", "\n", "\r\n"])
def test_no_password_on_standard_input(stdin: str | None) -> None:
    with pytest.raises(UsageError, match="--password-stdin"):
        read(stdin=stdin, password_stdin=True)


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"SMTP_HOST=a\0b", "binary"),
        (
            b"SMTP_HOST=smtp.ionos.com\nSMTP_FROM=gr\xfc\xdfe@example.com\n",
            "not UTF-8 text (line 2)",
        ),
        ("SMTP_HOST=a\n".encode("utf-16"), "UTF-16"),
        (b"#" * ((1 << 20) + 1), "1 MiB"),
    ],
)
def test_file_that_is_no_text_is_wrong_usage(data: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=r"\.env") as raised:
        read(data)
    assert words in str(raised.value)


def test_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(UsageError, match=r"\.env: cannot be read"):
        read_settings(Options(), environ={}, folder=tmp_path, stdin=None)


def test_named_file_is_read_instead_of_the_default(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SMTP_HOST=a\n")
    (tmp_path / "mail.env").write_text("SMTP_PORT=25\nSMTP_SERVER=b\n")
    settings, _ = read_settings(
        Options(env_file="mail.env"), environ={}, folder=tmp_path, stdin=None
    )
    assert settings.host == "b"
    assert entry(settings, "host").origin.label == "mail.env:2"
    assert settings.folder == str(tmp_path)


def test_file_with_a_byte_order_mark_and_windows_line_ends() -> None:
    settings = read("SMTP_HOST=a\r\nSMTP_PORT=25\r\n".encode("utf-8-sig"))
    assert (settings.host, settings.port) == ("a", 25)
    assert entry(settings, "host").source_line == "SMTP_HOST=a"
    assert entry(settings, "host").origin.columns == (11, 12)


def test_line_that_the_library_rejects_is_noted_at_the_setting() -> None:
    settings = read('SMTP_HOST="smtp.ionos.com";\n')
    host = entry(settings, "host")
    assert settings.host == "smtp.ionos.com"
    assert host.problem == "quotes"
    assert host.noted("line-rejected")


# --- standard input ------------------------------------------------------------------------------


def test_environment_of_a_container_is_taken_raw() -> None:
    stdin = 'PATH=/bin\nSMTP_HOST="smtp.ionos.com"\nSMTP_PASS=a=b #c\'"\nSMTP_PORT=587\n'
    settings, credentials = read_all(FULL, stdin=stdin, env_file="-")
    assert credentials.password is not None
    assert credentials.password.reveal() == "a=b #c'\""
    host = entry(settings, "host")
    assert (host.problem, host.origin.label) == ("quotes", "standard input:2")
    assert settings.host == "smtp.ionos.com"
    assert settings.sources == ("options", "environment", "standard input")


def test_line_end_in_a_variable_of_a_container_is_kept() -> None:
    stdin = "PATH=/bin\nSMTP_HOST=h\nSMTP_PASS=hunter2\n\nSMTP_PORT=587\n"
    settings, credentials = read_all(stdin=stdin, env_file="-")
    assert credentials.password is not None
    assert credentials.password.reveal() == "hunter2\n"
    assert settings.password_shape == ("newline",)


def test_comments_and_blank_lines_of_a_file_on_standard_input_are_no_values() -> None:
    stdin = "SMTP_HOST=h\nSMTP_PASS=hunter2\n\n# sender\nSMTP_FROM=a@example.com\n"
    _, credentials = read_all(stdin=stdin, env_file="-")
    assert credentials.password is not None
    assert credentials.password.reveal() == "hunter2"


def test_terminal_line_ends_of_docker_exec_are_cut() -> None:
    settings = read(stdin="PATH=/bin\r\nSMTP_HOST=h\r\nSMTP_PORT=587\r\n", env_file="-")
    assert (settings.host, settings.port) == ("h", 587)
    assert entry(settings, "host").problem is None


@pytest.mark.parametrize("stdin", [None, "SMTP_HOST=a\0SMTP_PORT=25", "SMTP_HOST=\udcff"])
def test_standard_input_that_is_no_text_is_wrong_usage(stdin: str | None) -> None:
    with pytest.raises(UsageError, match="--env-file -"):
        read(stdin=stdin, env_file="-")


def test_environment_that_is_no_utf8_can_be_saved() -> None:
    import msgspec

    settings = read(None, {"SMTP_HOST": "sm\udcfftp", "SMTP_PASS": "\udcff", "SMTP_\udcff": "x"})
    msgspec.json.encode(settings)
    assert entry(settings, "host").problem == "characters"


def test_start_loads_nothing_heavy() -> None:
    code = (
        "import sys; from smtpdoctor.settings.reading import Options, read_settings;"
        "from pathlib import Path; import tempfile;"
        "read_settings(Options(target='smtp.example.com:465'),"
        " environ={'SMTP_FROM': 'a@b.example'}, folder=Path(tempfile.mkdtemp()), stdin=None);"
        "print([m for m in ('asyncio', 'ssl', 'socket', 'dns', 'rich', 'dotenv', 'email')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("package", "client"),
    [
        ('{"dependencies": {"nodemailer": "^7"}}', "nodemailer"),
        ('{"devDependencies": {"nodemailer": "7"}}', "nodemailer"),
        ('{"dependencies": {"express": "4"}}', None),
        ('{"dependencies": ["nodemailer"]}', None),
        ("not JSON", None),
    ],
)
def test_the_projects_own_mail_library_is_the_client(
    tmp_path: Path, package: str, client: str | None
) -> None:
    (tmp_path / "package.json").write_text(package)
    settings, _ = read_settings(Options(), environ={}, folder=tmp_path, stdin=None)
    assert settings.client == client


def test_a_named_client_wins_over_the_projects(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"nodemailer": "7"}}')
    settings, _ = read_settings(Options(client="swaks"), environ={}, folder=tmp_path, stdin=None)
    assert settings.client == "swaks"
