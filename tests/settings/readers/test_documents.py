"""Configuration files: values at paths, with their places."""

from __future__ import annotations

import pytest

from smtpdoctor.settings.readers.document import Document
from smtpdoctor.settings.readers.ini import unit_words
from smtpdoctor.settings.readers.model import ABSENT, Known, Span, Special, Unknown, plain
from smtpdoctor.settings.readers.yaml import resolve, resolved

from .support import known, project, unknown


def document(path: str, text: str | bytes, format_: str = "") -> Document:
    found = project({path: text}).document(path, format_)
    assert isinstance(found, Document)
    return found


def test_json_with_comments_and_a_last_comma() -> None:
    found = document(
        "appsettings.json",
        '\ufeff{\r\n  // the host\r\n  "Smtp": {"Host": "a\\u0062", "Port": 587, "Ssl": true,},\r\n'
        '  "From": null, "Ä": [1, -2.5e1]\r\n}',
    )
    assert plain(found.root) == {
        "Smtp": {"Host": "ab", "Port": 587, "Ssl": True},
        "From": None,
        "Ä": [1, -25.0],
    }
    assert found.at("Smtp", "Port").span == Span("appsettings.json", 3, (39, 42), 3)
    assert found.at("Ä", 1).span == Span("appsettings.json", 4, (26, 32), 4)
    assert known(found.at("Smtp", "Nothing", "below")) is ABSENT


def test_broken_json_is_not_empty() -> None:
    assert isinstance(document("a.json", "host = x").root, Unknown)
    found = document("a.json", '{"a": 1, "b": , "c": 3}')
    assert found.errors
    assert known(found.at("a")) == 1
    assert isinstance(found.at("b"), Unknown)


def test_toml() -> None:
    found = document(
        "config.toml",
        """
        title = 'C:\\x' # comment
        mail.smtp.host = "a\\u00e9.example"
        [mail.smtp.auth]
        port = 0x1D1
        tls = true
        "quoted key" = [1, { a = 2 }]
        text = \"\"\"
two
lines\"\"\"
        [[servers]]
        name = "one"
        [[servers]]
        name = "two"
        [servers.more]
        x = 1_000
        """,
    )
    assert plain(found.root) == {
        "title": "C:\\x",
        "mail": {
            "smtp": {
                "host": "aé.example",
                "auth": {
                    "port": 465,
                    "tls": True,
                    "quoted key": [1, {"a": 2}],
                    "text": "two\nlines",
                },
            }
        },
        "servers": [{"name": "one"}, {"name": "two", "more": {"x": 1000}}],
    }
    assert found.at("mail", "smtp", "auth", "port").span == Span("config.toml", 5, (16, 21), 5)


YAML = """\
# host: comment.example
defaults: &defaults
  host: smtp.ionos.de
  port: 587
  tls: yes
production:
  <<: *defaults
  port: '465'   # quoted
  password: |
    geheim
    zwei
  list: [a, "b", 1.5, ~]
on: push
---
second: true
"""


def test_yaml() -> None:
    found = document("mail.yml", YAML)
    assert plain(found.at("production")) == {
        "host": "smtp.ionos.de",
        "port": "465",
        "tls": "yes",
        "password": "geheim\nzwei\n",
        "list": ["a", "b", 1.5, None],
    }
    port = found.at("production", "port")
    assert port.span == Span("mail.yml", 8, (9, 14), 8)
    assert isinstance(port, Known)
    assert (port.raw, port.style) == ("'465'", "quoted")
    host = found.at("production", "host")
    assert host.span == Span("mail.yml", 3, (9, 22), 3)
    tls = found.at("production", "tls")
    assert known(resolved(tls, "1.1")) is True
    assert known(resolved(tls, "go")) == "yes"
    assert known(found.at("on")) == "push"
    assert plain(found.parts[1]) == {"second": True}
    assert isinstance(found.root, Known)
    assert found.root.value.entry("production").span == Span("mail.yml", 6, (1, 25), 12)


@pytest.mark.parametrize(
    ("raw", "core", "old", "go"),
    [
        ("587", 587, 587, 587),
        ("0587", 587, "0587", 587),
        ("010", 10, 8, 8),
        ("0o10", 8, "0o10", 8),
        ("22:22", "22:22", 1342, "22:22"),
        ("no", "no", False, "no"),
        ("Off", "Off", False, "Off"),
        ("True", True, True, True),
        ("y", "y", "y", "y"),
        ("~", None, None, None),
        ("", None, None, None),
        ("1e3", 1000.0, "1e3", 1000.0),
        ("smtp.ionos.de", "smtp.ionos.de", "smtp.ionos.de", "smtp.ionos.de"),
    ],
)
def test_plain_scalars_by_reader(raw: str, core: object, old: object, go: object) -> None:
    assert (resolve(raw), resolve(raw, "1.1"), resolve(raw, "go")) == (core, old, go)


def test_yaml_tags() -> None:
    found = document(
        "secrets.yaml",
        "a: !secret smtp_password\nb: !vault |\n  $ANSIBLE_VAULT;1.1\nc: !!str 123\n"
        "d: !Ref X\ne: !Sub [1]\n",
    )
    assert known(found.at("a")) == Special("!secret", "smtp_password")
    assert unknown(found.at("b")).reason == "encrypted"
    assert known(found.at("c")) == "123"
    assert isinstance(found.at("d"), Unknown)
    assert isinstance(found.at("e"), Unknown)


def test_yaml_that_stops_to_parse_has_what_came_before() -> None:
    found = document("values.yaml", "a: 1\nmail:\n  host: x\n  {{- if .Values.x }}\n  port: 25\n")
    assert found.errors
    assert known(found.at("a")) == 1
    assert known(found.at("mail", "host")) == "x"
    assert unknown(found.at("mail", "port")).reason == "syntax"
    assert unknown(found.at("other")).reason == "syntax"


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{c}: &{c} [{','.join(['*' + chr(ord(c) - 1)] * 9)}]\n" for c in "bcdefghijklm"
        ),
        "a: &a {k0: x}\n"
        + "".join(f"a{n}: &a{n} {{<<: [{','.join(['*a' + str(n - 1 or '')] * 9)}]}}\n"
                  for n in range(1, 30)),
        "a: &a [*a]\n",
        "a: &a\n  <<: *a\n",
        "- " * 100_000,
        "? " * 100_000,
        "[" * 100_000,
        "{a: " * 900,
        "a: *missing",
        "\x00",
        "a: \x1b[31m",
        "%YAML 9.9\n---\na: 1",
    ],
)  # fmt: skip
def test_hostile_yaml_ends(text: str) -> None:
    found = project({"a.yml": text}).document("a.yml")
    if isinstance(found, Document):
        plain(found.root)


def test_properties() -> None:
    found = document(
        "application.properties",
        "# spring.mail.host=comment\n"
        "spring.mail.host = smtp.ionos.de\n"
        "spring.mail.port:587\r\n"
        "spring.mail.password=a\\=b\\u0021 # no comment \n"
        "long=one,\\\n   two\n"
        "empty\n"
        "key\\ with\\:colon value\n"
        "#---\n"
        "spring.mail.port=${PORT:465}\n",
    )
    assert plain(found.root) == {
        "spring.mail.host": "smtp.ionos.de",
        "spring.mail.port": "587",
        "spring.mail.password": "a=b! # no comment ",
        "long": "one,two",
        "empty": "",
        "key with:colon": "value",
    }
    assert plain(found.parts[1]) == {"spring.mail.port": "${PORT:465}"}
    assert found.at("spring.mail.port").span == Span("application.properties", 3, (18, 21), 3)


def test_ini() -> None:
    found = document(
        "odoo.conf",
        "[options]\n; smtp_server = comment\nsmtp_server = mail.example.org\nsmtp_port: 465\n"
        "list = a\n  b\nempty =\nflag\n[x]\ny = 'q' ; z\n",
    )
    assert plain(found.root) == {
        "": {},
        "options": {
            "smtp_server": "mail.example.org",
            "smtp_port": "465",
            "list": "a\nb",
            "empty": "",
            "flag": None,
        },
        "x": {"y": "'q' ; z"},
    }
    assert found.at("options", "smtp_port").span == Span("odoo.conf", 4, (12, 15), 4)


def test_a_unit_and_its_environment() -> None:
    found = document(
        "app.service",
        "[Service]\nEnvironment=OLD=1\nEnvironment=\n"
        'Environment="SMTP_PASS=a b" SMTP_PORT=465 \\\n  # comment\n  X=\'y"z\'\n'
        "EnvironmentFile=-/etc/app.env\nExecStart=/usr/bin/app\n",
    )
    service = found.at("Service")
    assert isinstance(service, Known)
    words = [unit_words(each.value) for each in service.value.entries if each.key == "Environment"]
    assert [[word.value for word in line] for line in words] == [
        ["OLD=1"],
        [],
        ["SMTP_PASS=a b", "SMTP_PORT=465", 'X=y"z'],
    ]
    file = found.at("Service", "EnvironmentFile")
    assert known(file) == "-/etc/app.env"
    assert file.span == Span("app.service", 7, (17, 30), 7)


def test_msmtprc() -> None:
    found = document(
        ".msmtprc",
        "# comment\ndefaults\nauth on\ntls on\n\naccount work\nhost smtp.ionos.de\nport 465\n"
        'tls_starttls off\npassword "a b"\n\naccount home : work\n'
        "port 587\naccount default : home\n",
    )
    assert plain(found.at("default")) == {
        "auth": "on",
        "tls": "on",
        "host": "smtp.ionos.de",
        "port": "587",
        "tls_starttls": "off",
        "password": "a b",
    }
    assert found.at("default", "port").span == Span(".msmtprc", 13, (6, 9), 13)


def test_what_env_prints() -> None:
    found = document("-", "A=1\nB=two\nlines\nC=x=y\n", "variables")
    assert plain(found.root) == {"A": "1", "B": "two\nlines", "C": "x=y"}


def test_bytes_that_are_no_utf_8_keep_the_columns() -> None:
    found = document("a.ini", b"[a]\nk = \xfc\xff x\nl = 1\n")
    assert known(found.at("a", "k")) == "�� x"
    assert found.at("a", "k").span == Span("a.ini", 2, (5, 9), 2)
    assert plain(document("a.json", '{"a": 1}'.encode("utf-16")).root) == {"a": 1}


def test_a_file_that_is_too_large_is_not_read() -> None:
    found = project({"a.json": b" " * ((1 << 20) + 1)}).document("a.json")
    assert unknown(found).reason == "unreadable"  # type: ignore[arg-type]
