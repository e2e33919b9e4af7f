"""Zulip's settings.py: Django's names and a secret beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .python_support import found
from .ways import changes_lead_there, way

HEAD = (
    "EXTERNAL_HOST = 'chat.example.com'\nZULIP_ADMINISTRATOR = 'a@example.com'\n"
    "EMAIL_HOST = 'smtp.ionos.com'\nEMAIL_HOST_USER = 'info@example.com'\n"
)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("EMAIL_USE_TLS = True\nEMAIL_PORT = 587\n", ("smtp.ionos.com", 587, "starttls", True)),
        ("EMAIL_USE_SSL = True\nEMAIL_PORT = 465\n", ("smtp.ionos.com", 465, "implicit", False)),
        ("EMAIL_USE_TLS = True\nEMAIL_PORT = 465\n", ("smtp.ionos.com", 465, "starttls", True)),
        ("EMAIL_USE_SSL = True\nEMAIL_PORT = 587\n", ("smtp.ionos.com", 587, "implicit", False)),
    ],
)
def test_settings_and_secrets(
    tmp_path: Path, lines: str, expected: tuple[str, int, str, bool]
) -> None:
    root = tmp_path / "folder"
    files = {
        "etc/zulip/settings.py": HEAD + lines,
        "etc/zulip/zulip-secrets.conf": "[secrets]\nemail_password = wo#rd\n",
    }
    setup = found(root, "zulip-settings", files)
    assert way(setup) == expected
    assert setup.settings.username == "info@example.com"
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "wo#rd"
    password = setup.settings.entry("password")
    assert password is not None
    assert password.origin.label == "etc/zulip/zulip-secrets.conf:2"
    changes_lead_there(root, "zulip-settings")
