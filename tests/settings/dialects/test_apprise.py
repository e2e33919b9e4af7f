"""Apprise's URLs, in its configuration and in shell scripts. Seen in Apprise 2.3.0."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write
from .ways import came_to, password, remarks

Files = Callable[[str], dict[str, str]]
LOGIN = "me%40example.org:geheim-12@example.org"


def yaml(url: str) -> dict[str, str]:
    return {"apprise.yml": f"version: 1\nurls:\n  - {url}:\n      - tag: ops\n"}


def script(url: str) -> dict[str, str]:
    return {"backup.sh": f'#!/bin/sh\napprise -b done "{url}"\n'}


@pytest.mark.parametrize("files", [yaml, script])
@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "user"),
    [
        (
            f"mailtos://{LOGIN}?smtp=smtp.ionos.com",
            "smtp.ionos.com",
            587,
            "starttls",
            "me@example.org",
        ),
        (
            f"mailto://{LOGIN}?smtp=smtp.ionos.com&mode=ssl",
            "smtp.ionos.com",
            465,
            "implicit",
            "me@example.org",
        ),
        (f"mailtos://{LOGIN}:465?MODE=SSL", "example.org", 465, "implicit", "me@example.org"),
        (f"mailtos://{LOGIN}:465", "example.org", 465, "starttls", "me@example.org"),
        (f"mailto://{LOGIN}", "example.org", 25, "none", "me@example.org"),
        (
            f"mailtos://{LOGIN}/you@example.net?mode=insecure",
            "example.org",
            25,
            "none",
            "me@example.org",
        ),
        ("mailtos://me:geheim-12@example.org", "example.org", 587, "starttls", "me"),
        (
            "mailtos://h.de?user=me@example.org&pass=geheim-12&from=a@b.de",
            "h.de",
            587,
            "starttls",
            "me@example.org",
        ),
        ("mailto://me:geheim-12@gmail.com", "smtp.gmail.com", 587, "starttls", "me@gmail.com"),
        ("mailto://me:geheim-12@gmail.com?smtp=h.de", "h.de", 25, "none", "me"),
        ("mailtos://me:geheim-12@gmx.de?mode=ssl", "mail.gmx.com", 587, "implicit", "me@gmx.de"),
        ("mailto://me:geheim-12@yandex.ru:587", "smtp.yandex.ru", 587, "implicit", "me"),
        (
            "mailto://me%40yandex.ru:geheim-12@yandex.ru:587",
            "smtp.yandex.ru",
            587,
            "implicit",
            "me",
        ),
    ],
)
def test_what_a_url_comes_to(
    tmp_path: Path, files: Files, url: str, host: str, port: int, tls: str, user: str
) -> None:
    setup = one(write(tmp_path, files(url)), "apprise")
    settings = setup.settings
    assert came_to(setup) == (host, port, tls)
    assert (settings.username, password(setup)) == (user, "geheim-12")
    assert not settings.verify
    assert (settings.remarks, settings.untellable) == ((), ())
    assert "geheim" not in str(settings)


@pytest.mark.parametrize("files", [yaml, script])
@pytest.mark.parametrize(
    "url",
    [
        f"mailtos://{LOGIN}:465?smtp=smtp.ionos.com",
        f"mailto://{LOGIN}",
        f"mailtos://{LOGIN}:587/you@example.net?mode=ssl",
        "mailtos://me:geheim-12@gmail.com?mode=insecure",
    ],
)
@pytest.mark.parametrize("goal", [(587, "starttls"), (465, "implicit")])
def test_changes_lead_where_they_say(
    tmp_path: Path, files: Files, url: str, goal: tuple[int, str]
) -> None:
    write(tmp_path, files(url))
    before = one(tmp_path, "apprise").settings
    apply(tmp_path, prepared(before, *goal))
    assert came_to(one(tmp_path, "apprise")) == (before.host, *goal)


def test_another_server_leaves_the_senders_domain(tmp_path: Path) -> None:
    write(tmp_path, yaml(f"mailtos://{LOGIN}"))
    change = next(each for each in one(tmp_path, "apprise").settings.prepared if each.host)
    apply(tmp_path, change, host="smtp.ionos.com")
    settings = one(tmp_path, "apprise").settings
    assert (settings.host, settings.sender) == ("smtp.ionos.com", "me@example.org")


def test_the_sender(tmp_path: Path) -> None:
    write(tmp_path, yaml(f"mailtos://{LOGIN}?from=shop@example.com"))
    assert one(tmp_path, "apprise").settings.sender == "shop@example.com"


def test_a_mode_that_it_does_not_know(tmp_path: Path) -> None:
    write(tmp_path, yaml(f"mailtos://{LOGIN}?mode=tls"))
    assert remarks(one(tmp_path, "apprise")) == {("fault", "mode")}


def test_a_variable_of_the_script(tmp_path: Path) -> None:
    write(tmp_path, script("mailtos://me:$SMTP_PASS@h.de") | {".env": "SMTP_PASS=geheim-12\n"})
    assert password(one(tmp_path, "apprise")) == "geheim-12"


@pytest.mark.parametrize(
    "files",
    [
        {"apprise.yml": f"urls:\n  # - mailtos://{LOGIN}\n  - discord://a/b\n"},
        {"apprise.conf": f"; mailtos://{LOGIN}\n"},
        {"contact.sh": f"echo mailto://{LOGIN} apprise\n"},
        {"page.yml": f"link: mailto://{LOGIN}\n"},
        yaml("mailtos://me:ge#heim@example.org"),
    ],
)
def test_lookalikes(tmp_path: Path, files: dict[str, str]) -> None:
    assert not [
        each for each in setups(write(tmp_path, files)) if each.identity.dialect == "apprise"
    ]
