"""emailjs, the SMTP library: what its client's options come to."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.setup import Setup

from .support import apply, one, prepared, setups, write
from .ways import came_to
from .ways import remarks_in_order as remarks

HOST = "smtp.ionos.com"
PACKAGE = '{"dependencies": {"emailjs": "^4.0.3", "dotenv": "^16.4.0"}}'
DOTENV = "SMTP_USER=info@example.com\nSMTP_PASS=geheim-1\nSMTP_SSL=true\n"
LOGIN = "user: process.env.SMTP_USER, password: process.env.SMTP_PASS"
IMPORT = "import { SMTPClient } from 'emailjs';\n"


def read(root: Path, options: str, code: str = "{0}new SMTPClient({1});\n") -> Setup:
    text = code.format(IMPORT, options) + "client.send({ from: 'Shop <shop@example.com>' });\n"
    files = {"package.json": PACKAGE, ".env": DOTENV, "mail.mjs": text}
    return one(write(root, files), "emailjs")


@pytest.mark.parametrize(
    ("options", "expected", "verify"),
    [
        ("port: 587, tls: true", (HOST, 587, "starttls"), False),
        ("tls: true", (HOST, 587, "starttls"), False),
        ("port: 465, ssl: true", (HOST, 465, "implicit"), True),
        ("ssl: {}", (HOST, 465, "implicit"), True),
        ("ssl: { rejectUnauthorized: false }", (HOST, 465, "implicit"), False),
        ("port: 587, ssl: true", (HOST, 587, "implicit"), True),
        ("port: 465, tls: true", (HOST, 465, "starttls"), False),
        ("port: 465", (HOST, 465, "none"), False),
        ("", (HOST, 25, "none"), False),
        ("port: 465, ssl: process.env.SMTP_SSL === 'true'", (HOST, 465, "implicit"), True),
    ],
)
def test_modes(tmp_path: Path, options: str, expected: tuple[str, int, str], verify: bool) -> None:
    setup = read(tmp_path, f"{{ host: '{HOST}', {LOGIN}, {options} }}")
    settings = setup.settings
    assert came_to(setup) == expected
    assert (settings.verify, remarks(setup), settings.untellable) == (verify, [], ())
    assert settings.username == "info@example.com"
    assert settings.sender == "shop@example.com"
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "geheim-1"


@pytest.mark.parametrize(
    ("options", "mode", "said"),
    [
        ("ssl: true, tls: true", "implicit", [("fault", "ssl")]),
        ("port: 465, ssl: process.env.SMTP_SSL", "none", [("misread", "ssl")]),
        ("port: 587, tls: 'true'", "none", [("misread", "tls")]),
    ],
)
def test_traps(tmp_path: Path, options: str, mode: str, said: list[tuple[str, str]]) -> None:
    setup = read(tmp_path, f"{{ host: '{HOST}', {LOGIN}, {options} }}")
    assert setup.settings.tls == mode
    assert remarks(setup) == said


def test_half_a_login_is_none(tmp_path: Path) -> None:
    setup = read(tmp_path, f"{{ host: '{HOST}', tls: true, user: process.env.SMTP_USER }}")
    assert setup.settings.username is None


@pytest.mark.parametrize(
    "code",
    [
        "{0}const options = {1};\nnew SMTPClient(options);\n",
        "const {{ SMTPClient }} = require('emailjs');\nnew SMTPClient({1});\n",
        "const email = require('emailjs');\nemail.server.connect({1});\n",
        "import * as email from 'emailjs';\nnew email.SMTPClient({1});\n",
        "import {{ SMTPClient as Client }} from 'emailjs';\nnew Client({1});\n",
    ],
)
@pytest.mark.parametrize("goal", [(587, "starttls"), (465, "implicit")])
def test_ways_of_making_one_and_of_mending_it(
    tmp_path: Path, code: str, goal: tuple[int, str]
) -> None:
    wrong = "port: 587, ssl: true" if goal[0] == 587 else "port: 465, tls: true"
    setup = read(tmp_path, f"{{ host: '{HOST}', {LOGIN}, {wrong} }}", code)
    change = prepared(setup.settings, *goal)
    assert len(change.edits) == 1  # the one name
    apply(tmp_path, change)
    assert came_to(one(tmp_path, "emailjs")) == (HOST, *goal)


@pytest.mark.parametrize(
    "text",
    [
        "import emailjs from '@emailjs/browser';\nemailjs.send('s', 't', {});\n",
        "import { SMTPClient } from './own';\n// as emailjs has it\nnew SMTPClient({});\n",
        "// import { SMTPClient } from 'emailjs'\n// new SMTPClient({ host: 'a.example' })\n",
    ],
)
def test_look_alikes_are_no_set_ups(tmp_path: Path, text: str) -> None:
    files = {"package.json": PACKAGE, "mail.mjs": text}
    assert setups(write(tmp_path, files)) == []
