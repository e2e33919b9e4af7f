"""PEAR's Mail: what its array comes to, and that changes lead to their goal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.dialects.support import one, setups, write
from tests.settings.dialects.ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
REQUIRE = 'require_once "Mail.php";\n'


def script(host: str, port: str, auth: str = "true", require: str = REQUIRE) -> dict[str, str]:
    return {
        "mail.php": f"""<?php
{require}$from = "Team <u@example.com>";
$host = "{host}";
$headers = array('From' => $from, 'To' => $to, 'Subject' => 'x');
$smtp = Mail::factory('smtp', array(
    'host' => $host,
    'port' => {port},
    'auth' => {auth},
    'username' => 'u@example.com',
    'password' => 'word',
));
$mail = $smtp->send($to, $headers, $body);
"""
    }


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        (HOST, "587", (587, "starttls", False)),
        (f"ssl://{HOST}", '"465"', (465, "implicit", True)),
        (f"ssl://{HOST}", "587", (587, "implicit", True)),
        (HOST, "465", (465, "starttls", False)),
    ],
)
def test_what_the_array_comes_to(
    tmp_path: Path, host: str, port: str, expected: tuple[int, str, bool]
) -> None:
    root = write(tmp_path / "a", script(host, port))
    setup = one(root, "pear-mail")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, setup.settings.sender) == ("u@example.com", "u@example.com")
    assert password(setup) == "word"
    assert not remarks(setup)
    changes_lead_there(root, "pear-mail")


def test_without_auth_there_is_neither_a_login_nor_tls(tmp_path: Path) -> None:
    setup = one(write(tmp_path, script(HOST, "587", "false")), "pear-mail")
    assert way(setup) == (HOST, 587, "none", False)
    assert remarks(setup) == {("ignored", "username")}


def test_composers_package_is_enough(tmp_path: Path) -> None:
    files = script(HOST, "587", require="require 'vendor/autoload.php';\n")
    composer = '{"require": {"pear/mail": "^1.4"}}'
    setup = one(write(tmp_path, {**files, "composer.json": composer}), "pear-mail")
    assert way(setup) == (HOST, 587, "starttls", False)


def test_look_alikes(tmp_path: Path) -> None:
    """Another way of sending, another program's class of that name, and a comment."""
    sendmail = script(HOST, "587")["mail.php"].replace("'smtp'", "'sendmail'")
    own = script(HOST, "587", require="require 'lib/Mailer.php';\n")["mail.php"]
    comment = (
        "<?php\nrequire_once 'Mail.php';\n// Mail::factory('smtp', array('host' => 'x.de'));\n"
    )
    write(tmp_path, {"a.php": sendmail, "b.php": own, "c.php": comment})
    assert setups(tmp_path) == []
