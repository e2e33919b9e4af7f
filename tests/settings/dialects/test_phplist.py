"""phpList's constants, handed to PHPMailer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.dialects.support import apply, one, prepared, setups, write

CONFIG = """<?php
$database_host = 'localhost';
define('PHPMAILERHOST', '{host}');
define('PHPMAILERPORT', {port});
{secure}
$phpmailer_smtpuser = 'u@example.com';
$phpmailer_smtppassword = '{password}';
"""


def config(
    secure: str, port: int = 587, host: str = "smtp.ionos.com", password: str = "word"
) -> dict[str, str]:
    said = f"define('PHPMAILER_SECURE', {secure});" if secure else ""
    return {
        "config/config.php": CONFIG.format(host=host, port=port, secure=said, password=password)
    }


@pytest.mark.parametrize(
    ("secure", "tls", "required", "kinds"),
    [
        ("'tls'", "starttls", True, []), ("'ssl'", "implicit", True, []),
        ("'auto'", "starttls", False, []), ("", "starttls", False, []),
        ("false", "none", False, []), ("'SSL'", "starttls", False, ["misread"]),
    ],
)  # fmt: skip
def test_what_secure_says(
    tmp_path: Path, secure: str, tls: str, required: bool, kinds: list[str]
) -> None:
    setup = one(write(tmp_path, config(secure)), "phplist")
    now = setup.settings
    assert (now.host, now.port, now.tls, now.tls_required) == (
        "smtp.ionos.com", 587, tls, required,
    )  # fmt: skip
    assert [each.kind for each in now.remarks] == kinds
    assert (now.username, now.has_password) == ("u@example.com", True)
    if tls == "implicit":
        apply(tmp_path, prepared(now, None, "starttls"))
        assert one(tmp_path, "phplist").settings.tls == "starttls"


def test_no_server_and_no_login(tmp_path: Path) -> None:
    assert setups(write(tmp_path, config("'tls'", host=""))) == []
    assert one(write(tmp_path, config("'tls'", password="")), "phplist").settings.username is None
