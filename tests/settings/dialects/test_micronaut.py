"""Micronaut Email: Jakarta Mail's properties below javamail."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, setups, write
from .ways import changes_lead_there, password, remarks, way

FILE = "src/main/resources/application.yml"
HEAD = """\
micronaut:
  email:
    from:
      email: info@example.com
javamail:
  authentication:
    username: info@example.com
    password: ${MAIL_PASSWORD}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('      port: "587"\n      starttls: {enable: true, required: true}\n',
         (587, "starttls", True)),
        ("      port: 465\n      ssl.enable: true\n", (465, "implicit", False)),
        ("      port: 587\n      ssl:\n        enable: true\n", (587, "implicit", False)),
        ("      port: 465\n", (465, "none", False)),
    ],
)  # fmt: skip
def test_settings_however_they_are_said(
    tmp_path: Path, text: str, expected: tuple[int, str, bool]
) -> None:
    nested = f"  properties:\n    mail.smtp:\n      host: smtp.ionos.com\n{text}"
    root = write(tmp_path / "app", {FILE: HEAD + nested, ".env": "MAIL_PASSWORD=word\n"})
    setup = one(root, "micronaut")
    assert way(setup) == ("smtp.ionos.com", *expected)
    assert setup.settings.username == setup.settings.sender == "info@example.com"
    assert password(setup) == "word"
    assert not remarks(setup)
    changes_lead_there(root, "micronaut")


def test_an_empty_map_is_no_set_up(tmp_path: Path) -> None:
    assert not setups(write(tmp_path, {FILE: "# javamail:\nmicronaut:\n  x: 1\n"}))
