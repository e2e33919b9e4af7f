"""dawidd6/action-send-mail in workflows of GitHub Actions."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write
from .ways import changes_lead_there, password, remarks, way

PATH = ".github/workflows/notify.yml"
STEP = """\
on: [push]
env:
  MAIL_HOST: smtp.ionos.com
jobs:
  mail:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Tell the team
        uses: dawidd6/action-send-mail@v6
        with:
          server_address: %s
          username: info@example.com
          password: ${{ secrets.MAIL_PASSWORD }}
          from: Shop <shop@example.com>
%s
"""


def notify(*inputs: str, host: str = "smtp.ionos.com") -> dict[str, str]:
    return {PATH: STEP % (host, "\n".join(f"          {each}" for each in inputs))}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (["server_port: 465", "secure: true"], (465, "implicit", False)),
        (["server_port: 465"], (465, "implicit", False)),
        (["server_port: '465'"], (465, "implicit", False)),
        (["server_port: 587"], (587, "starttls", False)),
        (["server_port: 587", "secure: false"], (587, "starttls", False)),
        (["server_port: 587", 'secure: "true"'], (587, "implicit", False)),
        (["server_port: 465", "secure: false"], (465, "starttls", False)),
        ([], (25, "starttls", False)),
    ],
)
def test_inputs(tmp_path: Path, inputs: list[str], expected: tuple[int, str, bool]) -> None:
    root = write(tmp_path / "app", notify(*inputs))
    setup = one(root, "action-send-mail")
    assert setup.name == f"action-send-mail {PATH}:9"
    assert way(setup) == ("smtp.ionos.com", *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", None)
    assert setup.settings.sender == "shop@example.com"
    assert {each.option for each in setup.settings.untellable} == {"password"}
    assert not remarks(setup)
    if inputs:
        changes_lead_there(root, "action-send-mail")


def test_the_switch_is_changed_where_it_stands(tmp_path: Path) -> None:
    root = write(tmp_path, notify("server_port: 587", "secure: true"))
    apply(root, prepared(one(root, "action-send-mail").settings, 587, "starttls"))
    assert (root / PATH).read_text() == notify("server_port: 587", "secure: false")[PATH]


def test_what_env_of_the_workflow_says(tmp_path: Path) -> None:
    host = "${{ env.MAIL_HOST }}"
    setup = one(write(tmp_path, notify("server_port: 465", host=host)), "action-send-mail")
    assert setup.settings.host == "smtp.ionos.com"


@pytest.mark.parametrize("host", ["${{ secrets.MAIL_HOST }}", "${{ vars.MAIL_HOST }}"])
def test_what_stands_on_the_platform_cannot_be_told(tmp_path: Path, host: str) -> None:
    setup = one(write(tmp_path, notify("server_port: 465", host=host)), "action-send-mail")
    assert setup.settings.host is None
    assert "server_address" in {each.option for each in setup.settings.untellable}


def test_a_word_for_yes_is_none(tmp_path: Path) -> None:
    setup = one(write(tmp_path, notify("server_port: 465", 'secure: "yes"')), "action-send-mail")
    assert setup.settings.tls == "starttls"
    assert remarks(setup) == {("misread", "secure")}


def test_certificates_that_are_not_verified(tmp_path: Path) -> None:
    found = setups(write(tmp_path, notify("server_port: 465", "ignore_cert: true")))
    assert [each.settings.verify for each in found] == [False]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp+starttls://smtp.ionos.com:587", (587, "implicit", False)),
        ("smtp+starttls://smtp.ionos.com", (465, "implicit", False)),
        ("smtp://smtp.ionos.com:587", (587, "starttls", False)),
    ],
)
def test_a_url(tmp_path: Path, url: str, expected: tuple[int, str, bool]) -> None:
    text = notify(f"connection_url: {url}")[PATH]
    text = "".join(line for line in text.splitlines(True) if "server_address" not in line)
    setup = one(write(tmp_path, {PATH: text}), "action-send-mail")
    assert way(setup) == ("smtp.ionos.com", *expected)


@pytest.mark.parametrize(
    "changed",
    ["dawidd6/action-send-gist@v1", "# dawidd6/action-send-mail@v6\n        uses: x/y@v1"],
)
def test_lookalikes(tmp_path: Path, changed: str) -> None:
    text = notify("server_port: 465")[PATH].replace("dawidd6/action-send-mail@v6", changed)
    found = setups(write(tmp_path, {PATH: text}))
    assert "action-send-mail" not in {each.identity.dialect for each in found}


@pytest.mark.parametrize("given", ["Grafana Report", "shop@example.com", "Shop <shop>"])
def test_a_sender_that_only_has_a_name_has_the_user_names_address(
    tmp_path: Path, given: str
) -> None:
    files = {PATH: notify()[PATH].replace("Shop <shop@example.com>", given)}
    setup = one(write(tmp_path, files), "action-send-mail")
    assert "from" not in [each.origin.name for each in setup.settings.entries]
    assert not [each for each in setup.settings.entries if each.problem]
