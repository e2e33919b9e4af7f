"""Meteor: MAIL_URL."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write

METEOR = {".meteor/release": "METEOR@3.0.4\n"}


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://u%40e.com:geheim-1@smtp.ionos.com:587", 587, "starttls"),
        ("smtps://u%40e.com:geheim-1@smtp.ionos.com:465", 465, "implicit"),
        ("smtps://u%40e.com:geheim-1@smtp.ionos.com:587", 587, "implicit"),
        ("smtp://u%40e.com:geheim-1@smtp.ionos.com:465", 465, "starttls"),
    ],
)
def test_the_url(tmp_path: Path, url: str, port: int, tls: str) -> None:
    write(tmp_path, {**METEOR, ".env": f"MAIL_URL={url}\n"})
    settings = one(tmp_path, "meteor").settings
    assert (settings.host, settings.port, settings.tls) == ("smtp.ionos.com", port, tls)
    assert settings.username == "u@e.com"
    assert not settings.remarks
    for goal in ((587, "starttls"), (465, "implicit")):
        if goal != (port, tls):
            apply(tmp_path, prepared(settings, *goal))
            mended = one(tmp_path, "meteor").settings
            assert (mended.port, mended.tls) == goal
            break


def test_the_environment_alone(tmp_path: Path) -> None:
    setup = one(write(tmp_path, METEOR), "meteor", MAIL_URL="smtps://u:p@h.de")
    assert (setup.name, setup.settings.port) == ("meteor environment", 465)


def test_another_scheme_throws(tmp_path: Path) -> None:
    write(tmp_path, {**METEOR, ".env": "MAIL_URL=https://h.de\n"})
    assert ("fault", "url") in [
        (item.kind, item.option) for item in one(tmp_path, "meteor").settings.remarks
    ]


def test_the_variable_alone_makes_no_meteor(tmp_path: Path) -> None:
    assert setups(write(tmp_path, {".env": "MAIL_URL=smtp://h.de\n"})) == []
