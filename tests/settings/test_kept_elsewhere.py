"""Programs whose settings no file has are named where nothing else is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.plans import make_lint_plans, make_plans
from smtpdoctor.settings.setups import setups_in

COMPOSE = "services:\n  app:\n    image: {image}\n"


def elsewhere(root: Path, **files: str) -> list[str]:
    for name, text in files.items():
        (root / name.replace("__", ".")).write_text(text)
    options = CheckOptions(folder=str(root), environ={})
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
    (told,) = elsewhere(tmp_path, compose__yml=COMPOSE.format(image=image))
    assert told.startswith(f"compose.yml:2: {name} has its mail settings in its database (page “")


@pytest.mark.parametrize("image", ["postgres:16", "example/uptime-kuma", "louislam/dockge:1"])
def test_others_are_none(tmp_path: Path, image: str) -> None:
    assert elsewhere(tmp_path, compose__yml=COMPOSE.format(image=image)) == []


def test_beside_settings_that_are_there_it_is_only_passed_over(tmp_path: Path) -> None:
    compose = COMPOSE.format(image="louislam/uptime-kuma:1")
    package = json.dumps({"dependencies": {"nodemailer": "6.9.13"}})
    mailer = "require('nodemailer').createTransport({host: 'smtp.ionos.com', port: 587})\n"
    files = {"compose__yml": compose, "package__json": package, "mailer__js": mailer}
    assert elsewhere(tmp_path, **files) == []
    skipped = setups_in(tmp_path, {}).skipped
    assert [each.path for each in skipped if each.elsewhere] == ["compose.yml:2"]


def test_a_plugin_of_wordpress(tmp_path: Path) -> None:
    plugin = tmp_path / "wp-content/plugins/wp-mail-smtp"
    plugin.mkdir(parents=True)
    (plugin / "readme.txt").write_text("=== WP Mail SMTP ===\n")
    (told,) = elsewhere(tmp_path, wp_config__php="<?php\n")
    assert told.startswith("wp-content/plugins/wp-mail-smtp: WP Mail SMTP has")
