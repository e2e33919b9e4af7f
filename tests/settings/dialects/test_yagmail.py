"""yagmail: what its client comes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from .python_support import found
from .support import setups, write
from .ways import changes_lead_there, remarks, way

HOST = "smtp.ionos.com"
HEAD = "import os, yagmail\n"
LOGIN = "'info@example.com', 'word'"


@pytest.mark.parametrize(
    ("arguments", "expected", "said"),
    [
        (f"{LOGIN}, host='{HOST}'", (HOST, 465, "implicit", False), set()),
        (f"{LOGIN}, host='{HOST}', port='465'", (HOST, 465, "implicit", False), set()),
        (
            f"{LOGIN}, host='{HOST}', port=587, smtp_ssl=False",
            (HOST, 587, "starttls", True),
            set(),
        ),
        (
            f"{LOGIN}, '{HOST}', 587, True, False",
            (HOST, 587, "starttls", True),
            set(),
        ),
        (f"{LOGIN}, host='{HOST}', port=587", (HOST, 587, "implicit", False), set()),
        (
            f"{LOGIN}, host='{HOST}', port=465, smtp_ssl=False",
            (HOST, 465, "starttls", True),
            set(),
        ),
        (
            f"{LOGIN}, host='{HOST}', port=587, smtp_starttls=True",
            (HOST, 587, "implicit", False),
            {("fault", "smtp_starttls")},
        ),
        (
            f"{LOGIN}, host='{HOST}', port=587, smtp_ssl=os.getenv('S')",
            (HOST, 587, "implicit", False),
            {("misread", "smtp_ssl")},
        ),
    ],
)
def test_what_it_comes_to(
    tmp_path: Path,
    arguments: str,
    expected: tuple[str, int, str, bool],
    said: set[tuple[str, str]],
) -> None:
    root = tmp_path / "folder"
    files = {"mail.py": f"{HEAD}yag = yagmail.SMTP({arguments})\n", ".env": "S=false\n"}
    setup = found(root, "yagmail", files)
    assert way(setup) == expected
    assert remarks(setup) == said
    assert setup.settings.username == setup.settings.sender == "info@example.com"
    assert setup.credentials.password is not None
    if "port" in arguments:
        changes_lead_there(root, "yagmail")


def test_the_default_is_gmail(tmp_path: Path) -> None:
    files = {"mail.py": f"{HEAD}yagmail.SMTP({{'info@example.com': 'Shop'}}, 'word')\n"}
    setup = found(tmp_path, "yagmail", files)
    assert way(setup) == ("smtp.gmail.com", 465, "implicit", False)
    assert setup.settings.username == "info@example.com"


def test_what_is_no_set_up(tmp_path: Path) -> None:
    assert setups(write(tmp_path, {"mail.py": f"{HEAD}# yagmail.SMTP('a')\n"})) == []
