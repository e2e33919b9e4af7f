"""Grails' mail plugin in application.yml."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, setups, write
from .ways import changes_lead_there, password, remarks, way

FILE = "grails-app/conf/application.yml"
HEAD = """\
grails:
  profile: web
  mail:
    host: smtp.ionos.com
    username: info@example.com
    password: ${MAIL_PASSWORD}
    default:
      from: shop@example.com
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("    port: 587\n    props:\n      mail.smtp.starttls.enable: true\n",
         (587, "starttls", False)),
        ("    port: 465\n    props:\n      mail.smtp.ssl.enable: true\n", (465, "implicit", False)),
        ("    port: 465\n    props:\n      mail:\n        smtp:\n          ssl.enable: true\n",
         (465, "implicit", False)),
        ("    port: 587\n    props:\n      mail.smtp.ssl.enable: true\n", (587, "implicit", False)),
        ("    port: 465\n    props:\n      mail.smtp.auth: true\n", (465, "none", False)),
        ("    protocol: smtps\n    props: {}\n", (465, "implicit", False)),
    ],
)  # fmt: skip
def test_settings(tmp_path: Path, text: str, expected: tuple[int, str, bool]) -> None:
    root = write(tmp_path / "app", {FILE: HEAD + text, ".env": "MAIL_PASSWORD=word\n"})
    setup = one(root, "grails")
    assert way(setup) == ("smtp.ionos.com", *expected)
    assert setup.settings.username == "info@example.com"
    assert setup.settings.sender == "shop@example.com"
    assert password(setup) == "word"
    if "protocol" not in text:
        changes_lead_there(root, "grails")


def test_what_is_for_production_stands_first(tmp_path: Path) -> None:
    more = (
        "    port: 1025\nenvironments:\n  production:\n    grails:\n      mail:\n"
        "        port: 587\n"
        "        props:\n          mail.smtp.starttls.enable: true\n"
        "  development:\n    grails:\n      mail:\n        port: 2525\n"
    )
    root = write(tmp_path, {FILE: HEAD + more})
    assert way(one(root, "grails")) == ("smtp.ionos.com", 587, "starttls", False)
    assert setups(root, profile="development")[0].settings.port == 2525


@pytest.mark.parametrize("line", ["disabled: true", "overrideAddress: dev@example.com"])
def test_mail_that_does_not_go_where_it_is_meant_to(tmp_path: Path, line: str) -> None:
    setup = one(write(tmp_path, {FILE: HEAD + f"    {line}\n"}), "grails")
    assert remarks(setup) == {("not-sent", f"grails.mail.{line.partition(':')[0]}")}


@pytest.mark.parametrize(
    "text", ["# grails:\n#   mail:\n#     host: x\n", "grails:\n  profile: web\nmail:\n  host: x\n"]
)
def test_lookalikes(tmp_path: Path, text: str) -> None:
    assert not setups(write(tmp_path, {FILE: text}))
