"""Programs whose settings no file has are named where nothing else is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.plans import make_lint_plans, make_plans
from smtpdoctor.settings.setups import setups_in
from tests.settings.dialects.support import write

COMPOSE = "services:\n  app:\n    image: {image}\n"


def elsewhere(root: Path, files: dict[str, str]) -> list[str]:
    options = CheckOptions(folder=str(write(root, files)), environ={})
    plans, linted = make_plans(options), make_lint_plans(options)
    assert plans.elsewhere == linted.elsewhere
    return [f"{each.setup}: {each.why}" for each in plans.elsewhere]


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("louislam/uptime-kuma:1", "Uptime Kuma"),
        ("docker.io/listmonk/listmonk:v5.0.0", "listmonk"),
        ("ghcr.io/zammad/zammad@sha256:abc", "Zammad"),
        ("zabbix/zabbix-server-pgsql", "Zabbix"),
        ("dolibarr/dolibarr:21", "Dolibarr"),
    ],
)
def test_a_program_with_its_settings_in_its_database(tmp_path: Path, image: str, name: str) -> None:
    (told,) = elsewhere(tmp_path, {"compose.yml": COMPOSE.format(image=image)})
    assert told.startswith(f"compose.yml:2: {name} has its mail settings in its database (page “")


@pytest.mark.parametrize("image", ["postgres:16", "example/uptime-kuma", "louislam/dockge:1"])
def test_others_are_none(tmp_path: Path, image: str) -> None:
    assert elsewhere(tmp_path, {"compose.yml": COMPOSE.format(image=image)}) == []


def test_beside_settings_that_are_there_it_is_only_passed_over(tmp_path: Path) -> None:
    compose = COMPOSE.format(image="louislam/uptime-kuma:1")
    package = json.dumps({"dependencies": {"nodemailer": "6.9.13"}})
    mailer = "require('nodemailer').createTransport({host: 'smtp.ionos.com', port: 587})\n"
    files = {"compose.yml": compose, "package.json": package, "mailer.js": mailer}
    assert elsewhere(tmp_path, files) == []
    skipped = setups_in(tmp_path, {}).skipped
    assert [each.path for each in skipped if each.elsewhere] == ["compose.yml:2"]


def test_a_plugin_of_wordpress(tmp_path: Path) -> None:
    plugin = "wp-content/plugins/wp-mail-smtp"
    files = {f"{plugin}/readme.txt": "=== WP Mail SMTP ===\n", "wp-config.php": "<?php\n"}
    (told,) = elsewhere(tmp_path, files)
    assert told.startswith(f"{plugin}: WP Mail SMTP has")
