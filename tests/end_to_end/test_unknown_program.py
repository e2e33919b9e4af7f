"""A program that nobody knows, whose port and login work: nothing says that it begins TLS so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtpdoctor import cli
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME

COMPOSE = f"""services:
  shop:
    image: ghcr.io/acme/shop
    environment:
      SHOP_SMTP_HOST: mail.example.com
      SHOP_SMTP_PORT: 587
      SHOP_SMTP_USER: {USERNAME}
      SHOP_SMTP_PASSWORD: {PASSWORD}
"""


@pytest.mark.usefixtures("in_memory")
@pytest.mark.parametrize(
    ("line", "given", "verdict"),
    [
        ("", (), "inconclusive"),
        ("      SHOP_SMTP_SECURE: 'true'\n", (), "inconclusive"),
        ("", ("--tls", "starttls"), "healthy"),
        ("      SHOP_SMTP_STARTTLS: 'true'\n", (), "healthy"),
    ],
)
def test_what_is_not_known_is_no_all_clear(
    line: str,
    given: tuple[str, ...],
    verdict: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "docker-compose.yml").write_text(COMPOSE + line, encoding="utf-8")
    arguments = ["check", *given, "--skip", "sender"]
    status = cli.run([*arguments, "--format", "json"])
    (target,) = json.loads(capsys.readouterr().out)["targets"]
    assert (target["verdict"], status) == (verdict, 3 if verdict == "inconclusive" else 0)
    assert [each["severity"] for each in target["diagnoses"] if each["severity"] != "note"] == []
    assert next(each for each in target["checks"] if each["name"] == "auth")["status"] == "passed"
    cli.run(arguments)
    shown = " ".join(capsys.readouterr().out.split())
    assert ("(give --tls)" in shown) is (verdict == "inconclusive")
