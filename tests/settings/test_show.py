"""What `smtpdoctor settings` prints."""

from __future__ import annotations

import msgspec

from smtpdoctor.settings.show import as_data, show

from .reader import read

DOTENV = """\
SMTP_SERVER=smtp.ionos.com
SMTP_PORT=587
SMTP_SECURE=true
SMTP_USER=info@example.com
SMTP_PASS="hunter2 "
smtp_form=shop@example.com
"""


def without_folder(text: str) -> str:
    first, _, rest = text.partition("\n")
    return f"{first.rpartition(' in ')[0]}\n{rest}"


def test_settings_of_every_source() -> None:
    settings = read(DOTENV, {"SMTP_PORT": "465", "SMTP_FROM": ""}, tls="starttls")
    assert (
        without_folder(show(settings))
        == """\
settings from options, environment, .env

  host       smtp.ionos.com                .env:1 SMTP_SERVER
  port       465                           environment SMTP_PORT
             shadows .env:2 SMTP_PORT=587
  TLS        STARTTLS, required            --tls starttls
             shadows .env:3 SMTP_SECURE=true
  user       info@example.com              .env:4 SMTP_USER
  password   ••••••                        .env:5 SMTP_PASS
             has a blank at the end
  sender     info@example.com              the user name
             environment SMTP_FROM is empty, which counts as unset

not set: SMTP_FROM
.env:6 smtp_form is not read: SMTP_FROM looks like it and is not set
"""
    )


def test_url_shadowed_parts_and_problems() -> None:
    text = show(read("SMTP_URL=smtp://u:p@a\nSMTP_HOST=b\n", {"SMTP_PORT": "x"}))
    assert "  URL        smtp://u:••••••@a" in text
    assert "shadows .env:2 SMTP_HOST=b" in text
    assert "problem: SMTP_HOST (.env:2) says b" in text
    assert "environment SMTP_PORT=x" in text
    assert "problem: “x” is not a number" in text
    assert "shadows u in .env:1 SMTP_URL" in show(read("SMTP_URL=smtp://u:p@a", user="v"))


def test_value_that_was_read_differently_shows_its_text() -> None:
    text = show(read("SMTP_HOST=smtp.ionos.com:587\nSMTP_FROM='Shop <a@b.example>'\n"))
    assert ".env:1 SMTP_HOST=smtp.ionos.com:587" in text
    assert "587                           stands behind the host" in text
    assert ".env:2 SMTP_FROM=Shop <a@b.example>" in text


def test_what_is_not_set_is_named_once() -> None:
    text = show(read("SMTP_HOST=h\n"))
    assert "not set: SMTP_PORT, SMTP_SECURE, SMTP_USER, SMTP_PASS, SMTP_FROM" in text
    assert "port       587                           follows from the TLS mode" in text


def test_credentials_that_stay_home() -> None:
    text = show(read(DOTENV, target="smtp.example.net"))
    assert "no login: the credentials from .env were written for smtp.ionos.com, not for" in text
    assert "not set: SMTP_FROM\n" in text


def test_nothing_found_names_what_is_almost_there() -> None:
    text = show(read("smtp_host=h\n", {"SMTP_PASS": ""}))
    assert text.startswith("no settings found in ")
    assert "looks at the way to smtp.ionos.com" in text
    assert ".env:1 smtp_host is not read: SMTP_HOST looks like it" in text
    assert "environment SMTP_PASS is empty" in text


def test_control_characters_are_visible() -> None:
    text = show(read(None, {"SMTP_HOST": "h\u200b.example", "SMTP_FROM": "a\u202e\n@b\x1b[2J"}))
    assert "h\\u200b.example" in text
    assert all(line.isprintable() for line in text.splitlines())


def test_data_is_json_ready() -> None:
    data = as_data(read(DOTENV, {"SMTP_PORT": "465"}))
    assert msgspec.json.decode(msgspec.json.encode(data)) == data
    settings = data["settings"]
    assert isinstance(settings, list)
    port = next(item for item in settings if item["field"] == "port")
    assert port["origin"] == "environment"
    assert port["shadows"] == [{"name": "SMTP_PORT", "origin": ".env:2", "text": "587"}]
    assert data["defaults"] == {"sender": "info@example.com"}
    assert data["unset"] == ["SMTP_FROM"]
