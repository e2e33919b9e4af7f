"""aiosmtplib: what its calls come to."""

from __future__ import annotations

from pathlib import Path

import pytest

from .python_support import edited, found
from .support import setups, write
from .ways import changes_lead_there, remarks, way

HOST = "smtp.ionos.com"
HEAD = "import aiosmtplib, os\n"
STARTTLS = (HOST, 587, "starttls", True)
OFFERED = (HOST, 587, "starttls", False)
IMPLICIT = (HOST, 465, "implicit", False)


def send(arguments: str) -> dict[str, str]:
    code = (
        f"{HEAD}async def main(m):\n    m['From'] = 'info@example.com'\n"
        f"    await aiosmtplib.send(m, hostname='{HOST}', {arguments},\n"
        "        username='info@example.com', password='word')\n"
    )
    return {"mail.py": code, "requirements.txt": "aiosmtplib==5.1.3\n"}


CLIENT = (
    "async def main(m):\n"
    "    c = aiosmtplib.SMTP(hostname='smtp.ionos.com', port=465, use_tls=True)\n"
    "    await c.connect()\n    await c.login('info@example.com', 'word')\n"
    "    await c.send_message(m, sender='info@example.com')\n"
)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("port=587, start_tls=True", STARTTLS),
        ("port=587", OFFERED),
        ("port=587, use_tls=False", OFFERED),
        ("start_tls=True", STARTTLS),
        ("port=465, use_tls=True", IMPLICIT),
        ("use_tls=True", IMPLICIT),
        ("port=465, use_tls=os.getenv('T', 'true') == 'true', start_tls=None", IMPLICIT),
        ("**{'port': 465, 'use_tls': True}", IMPLICIT),
    ],
)
def test_healthy_calls(
    tmp_path: Path, arguments: str, expected: tuple[str, int, str, bool]
) -> None:
    setup = found(tmp_path, "aiosmtplib", send(arguments))
    assert way(setup) == expected
    assert setup.complete
    assert setup.settings.verify
    assert not setup.settings.remarks
    assert setup.settings.username == setup.settings.sender == "info@example.com"
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "word"


def test_a_client_with_its_calls(tmp_path: Path) -> None:
    setup = found(tmp_path, "aiosmtplib", {"mail.py": HEAD + CLIENT})
    assert way(setup) == IMPLICIT
    assert setup.settings.username == "info@example.com"
    code = CLIENT.replace("hostname='smtp.ionos.com', port=465, use_tls=True", "start_tls=False")
    code = code.replace("connect()", "connect(hostname='smtp.ionos.com', port=587)")
    code = code.replace("    await c.login", "    await c.starttls()\n    await c.login")
    write(tmp_path, {"mail.py": HEAD + code.replace("start_tls=False", "")})
    assert way(setups(tmp_path)[0]) == STARTTLS


@pytest.mark.parametrize(
    ("arguments", "expected", "said"),
    [
        ("port=587, use_tls=True", (HOST, 587, "implicit", False), set()),
        ("port=465", (HOST, 465, "starttls", False), set()),
        ("port=465, start_tls=True", (HOST, 465, "starttls", True), set()),
        ("port=587, start_tls=False", (HOST, 587, "none", False), set()),
        (
            "port=465, use_tls=True, start_tls=True",
            (HOST, 465, "implicit", False),
            {("fault", "start_tls")},
        ),
        (
            "port=587, use_tls=os.environ['T']",
            (HOST, 587, "implicit", False),
            {("misread", "use_tls")},
        ),
        (
            "port=587, start_tls=os.getenv('S')",
            (HOST, 587, "none", False),
            {("misread", "start_tls")},
        ),
    ],
)
def test_what_is_wrong_and_the_change_that_mends_it(
    tmp_path: Path,
    arguments: str,
    expected: tuple[str, int, str, bool],
    said: set[tuple[str, str]],
) -> None:
    root = tmp_path / "folder"
    setup = found(root, "aiosmtplib", {**send(arguments), ".env": "T=false\nS=true\n"})
    assert way(setup) == expected
    assert remarks(setup) == said
    if ("misread", "start_tls") not in said:
        changes_lead_there(root, "aiosmtplib")


def test_the_smallest_change_is_the_other_name(tmp_path: Path) -> None:
    write(tmp_path, send("port=587, use_tls=True"))
    assert edited(tmp_path, "aiosmtplib", 587, "starttls") in (
        [("use_tls", "start_tls")],
        [("True", "False")],
    )


def test_before_2_0_starttls_is_not_tried(tmp_path: Path) -> None:
    files = {**send("port=587"), "requirements.txt": "aiosmtplib<2\n"}
    assert way(found(tmp_path, "aiosmtplib", files)) == (HOST, 587, "none", False)


def test_what_is_no_set_up(tmp_path: Path) -> None:
    files = {"a.py": f"{HEAD}# aiosmtplib.send(m)\n", "test_b.py": send("port=1")["mail.py"]}
    assert setups(write(tmp_path, files)) == []
