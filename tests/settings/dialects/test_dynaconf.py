"""dynaconf's settings, in what smtplib is given. The outcomes are those of dynaconf 3.3.5."""

from __future__ import annotations

from pathlib import Path

import pytest

from .python_support import found
from .ways import way

CONFIG = """from dynaconf import Dynaconf
settings = Dynaconf(
    envvar_prefix="SHOP",
    settings_files=["settings.toml", ".secrets.toml"],
    environments=True,
)
"""
CODE = """import smtplib
from config import settings
with smtplib.SMTP_SSL(settings.smtp.host, settings.SMTP["port"]) as server:
    server.login(settings.smtp.user, settings.get("smtp.password"))
"""
TOML = """[default.smtp]
host = "localhost"
port = 25
user = "info@example.com"

[production.smtp]
host = "smtp.ionos.com"
port = 587
dynaconf_merge = true
"""
SECRETS = '[default.smtp]\npassword = "geheim-1"\ndynaconf_merge = true\n'
FILES = {"config.py": CONFIG, "mail.py": CODE, "settings.toml": TOML, ".secrets.toml": SECRETS}


def test_sections_and_secrets(tmp_path: Path) -> None:
    setup = found(tmp_path, "smtplib", FILES)
    assert way(setup) == ("smtp.ionos.com", 587, "implicit", False)
    assert setup.settings.username == "info@example.com"
    password = setup.settings.entry("password")
    assert password is not None
    assert password.origin.label == ".secrets.toml:2"


@pytest.mark.parametrize("text", ["465", "@int 465"])
def test_a_variable_stands_over_the_files(tmp_path: Path, text: str) -> None:
    setup = found(tmp_path, "smtplib", {**FILES, ".env": f"SHOP_SMTP__PORT='{text}'\n"})
    assert way(setup) == ("smtp.ionos.com", 465, "implicit", False)


def test_the_environment_that_is_named(tmp_path: Path) -> None:
    setup = found(tmp_path, "smtplib", {**FILES, ".env": "ENV_FOR_DYNACONF=development\n"})
    assert (setup.settings.host, setup.settings.port) == ("localhost", 25)


def test_without_sections_and_prefix(tmp_path: Path) -> None:
    config = "from dynaconf import Dynaconf\nsettings = Dynaconf(envvar_prefix=False)\n"
    files = {
        "config.py": config,
        "settings.yaml": "SMTP:\n  host: smtp.ionos.com\n  port: 587\n  user: info@example.com\n",
        "mail.py": CODE,
        ".env": "SMTP__PORT=465\nFALSE_SMTP__PORT=465\n",
    }
    setup = found(tmp_path, "smtplib", files)
    assert way(setup) == ("smtp.ionos.com", 587, "implicit", False)


def test_lookalike_a_variable_of_another_prefix(tmp_path: Path) -> None:
    setup = found(tmp_path, "smtplib", {**FILES, ".env": "DYNACONF_SMTP__PORT=465\n"})
    assert setup.settings.port == 587


def test_lookalike_settings_of_another_library(tmp_path: Path) -> None:
    config = CONFIG.replace("dynaconf import", "elsewhere import")
    setup = found(tmp_path, "smtplib", {**FILES, "config.py": config})
    assert setup.settings.host is None
