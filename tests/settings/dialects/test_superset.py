"""Superset: what superset_config.py comes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from .python_support import found
from .support import setups, write
from .ways import changes_lead_there, remarks, way

HOST = "smtp.ionos.com"
LOGIN = (
    "SMTP_HOST = 'smtp.ionos.com'\nSMTP_USER = 'info@example.com'\n"
    "SMTP_PASSWORD = os.environ['SMTP_PW']\nSMTP_MAIL_FROM = 'info@example.com'\n"
)


def config(lines: str) -> dict[str, str]:
    return {"superset_config.py": f"import os\n{LOGIN}{lines}", ".env": "SMTP_PW=word\nS=False\n"}


@pytest.mark.parametrize(
    ("lines", "expected", "said"),
    [
        ("SMTP_PORT = 587\n", (HOST, 587, "starttls", True), set()),
        (
            "SMTP_PORT = 465\nSMTP_SSL = True\nSMTP_STARTTLS = False\n",
            (HOST, 465, "implicit", False),
            set(),
        ),
        (
            "SMTP_PORT = 465\nSMTP_SSL = True\n",
            (HOST, 465, "implicit", False),
            {("fault", "SMTP_SSL")},
        ),
        (
            "SMTP_PORT = 587\nSMTP_SSL = True\nSMTP_STARTTLS = False\n",
            (HOST, 587, "implicit", False),
            set(),
        ),
        ("SMTP_PORT = 465\n", (HOST, 465, "starttls", True), set()),
        ("SMTP_PORT = 587\nSMTP_STARTTLS = False\n", (HOST, 587, "none", False), set()),
        (
            "SMTP_PORT = 587\nSMTP_SSL = os.getenv('S')\n",
            (HOST, 587, "starttls", True),
            {("misread", "SMTP_SSL"), ("fault", "SMTP_SSL")},
        ),
    ],
)
def test_what_it_comes_to(
    tmp_path: Path,
    lines: str,
    expected: tuple[str, int, str, bool],
    said: set[tuple[str, str]],
) -> None:
    root = tmp_path / "folder"
    setup = found(root, "superset", config(lines))
    assert way(setup) == expected
    assert remarks(setup) == said
    assert setup.settings.username == setup.settings.sender == "info@example.com"
    assert not setup.settings.verify
    changes_lead_there(root, "superset")


def test_verification_and_the_login_that_stands_in(tmp_path: Path) -> None:
    text = "SMTP_HOST = 'smtp.ionos.com'\nSMTP_PORT = 587\nSMTP_SSL_SERVER_AUTH = True\n"
    setup = found(tmp_path, "superset", {"docker/superset_config.py": text})
    assert setup.settings.verify
    assert setup.settings.username == "superset"


def test_what_is_no_set_up(tmp_path: Path) -> None:
    files = {"superset_config.py": "SECRET_KEY = 'x'\n# SMTP_HOST = 'a'\n", "config.py": LOGIN}
    assert setups(write(tmp_path, files)) == []
