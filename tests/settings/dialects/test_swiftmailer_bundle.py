"""Symfony's SwiftmailerBundle: what keys, parameters and a URL come to, and changes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.dialects.support import one, setups, write
from tests.settings.dialects.ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
PARAMETERS = f"""parameters:
    database_password: other
    mailer_transport: smtp
    mailer_host: {HOST}
    mailer_user: u@example.com
    mailer_password: word
"""


def keys(port: int, encryption: str, more: str = "") -> dict[str, str]:
    said = f"    encryption: {encryption}\n" if encryption else ""
    return {
        "app/config/parameters.yml": PARAMETERS,
        "app/config/config.yml": f"""imports:
    - {{ resource: parameters.yml }}
framework: ~
swiftmailer:
    transport: "%mailer_transport%"
    host:      "%mailer_host%"
    port:      {port}
{said}    username:  "%mailer_user%"
    password:  "%mailer_password%"
{more}""",
    }


def url(text: str) -> dict[str, str]:
    return {
        "composer.json": '{"require": {"symfony/swiftmailer-bundle": "^3.1"}}',
        "config/packages/swiftmailer.yaml": "swiftmailer:\n    url: '%env(MAILER_URL)%'\n",
        ".env": f"APP_ENV=prod\nMAILER_URL={text}\n",
    }


LOGIN = "&auth_mode=login&username=u@example.com&password=word"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (keys(587, "tls"), (587, "starttls", True)),
        (keys(465, "ssl"), (465, "implicit", True)),
        (keys(587, "ssl"), (587, "implicit", True)),
        (keys(465, ""), (465, "none", False)),
        (url(f"smtp://{HOST}:587?encryption=tls{LOGIN}"), (587, "starttls", True)),
        (url(f"smtp://{HOST}:465?encryption=ssl{LOGIN}"), (465, "implicit", True)),
        (url(f"smtp://{HOST}:587?encryption=ssl{LOGIN}"), (587, "implicit", True)),
    ],
)
def test_what_the_configuration_comes_to(
    tmp_path: Path, files: dict[str, str], expected: tuple[int, str, bool]
) -> None:
    root = write(tmp_path / "a", files)
    setup = one(root, "swiftmailer-bundle")
    assert way(setup) == (HOST, *expected)
    assert setup.settings.username == "u@example.com"
    assert password(setup) == "word"
    assert not remarks(setup)
    changes_lead_there(root, "swiftmailer-bundle")


def test_production_has_its_own_over_the_others(tmp_path: Path) -> None:
    files = keys(25, "")
    files["app/config/config_prod.yml"] = "swiftmailer:\n    port: 465\n    encryption: ssl\n"
    setup = one(write(tmp_path, files), "swiftmailer-bundle")
    assert way(setup) == (HOST, 465, "implicit", True)


def test_of_several_mailers_the_default_counts(tmp_path: Path) -> None:
    mailers = (
        "swiftmailer:\n    default_mailer: second\n    mailers:\n"
        "        first: { host: smtp.example.org, port: 25 }\n"
        f"        second: {{ transport: smtp, host: {HOST}, port: 587, encryption: tls }}\n"
    )
    setup = one(write(tmp_path, {"app/config/config.yml": mailers}), "swiftmailer-bundle")
    assert way(setup) == (HOST, 587, "starttls", True)


def test_gmail_is_a_transport_of_its_own(tmp_path: Path) -> None:
    text = "swiftmailer:\n    transport: gmail\n    username: u@gmail.com\n    password: word\n"
    setup = one(write(tmp_path, {"app/config/config.yml": text}), "swiftmailer-bundle")
    assert way(setup) == ("smtp.gmail.com", 465, "implicit", True)


def test_without_a_port_the_encryption_decides(tmp_path: Path) -> None:
    setup = one(write(tmp_path, url(f"smtp://u:word@{HOST}?encryption=ssl")), "swiftmailer-bundle")
    assert way(setup) == (HOST, 465, "implicit", True)


@pytest.mark.parametrize(
    ("files", "remark"),
    [
        (keys(587, "starttls"), ("fault", "encryption")),
        (keys(587, "tls", "    disable_delivery: true\n"), ("not-sent", "disable_delivery")),
        (url(f"null://{HOST}"), ("not-sent", "transport")),
    ],
)
def test_what_it_stops_at_and_what_it_drops(
    tmp_path: Path, files: dict[str, str], remark: tuple[str, str]
) -> None:
    assert remarks(one(write(tmp_path, files), "swiftmailer-bundle")) == {remark}


def test_look_alikes(tmp_path: Path) -> None:
    """Other ways of sending, and a configuration without a mailer."""
    write(tmp_path / "a", url("sendmail://localhost"))
    write(tmp_path / "b", {"app/config/config.yml": "swiftmailer: ~\n"})
    commented = "# swiftmailer:\n#     host: smtp.ionos.com\nframework: ~\n"
    write(tmp_path / "c", {"app/config/config.yml": commented})
    for name in "abc":
        assert setups(tmp_path / name) == []


def test_a_transport_that_cannot_be_told_is_no_other(tmp_path: Path) -> None:
    files = {
        name: text.replace("mailer_transport: smtp", "") for name, text in keys(587, "tls").items()
    }
    assert one(write(tmp_path, files), "swiftmailer-bundle").settings.port == 587
