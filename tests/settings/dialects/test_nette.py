"""Nette's section `mail` in NEON: what it comes to, where it stands, and changes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.dialects.neon import values
from tests.settings.dialects.support import one, setups, write
from tests.settings.dialects.ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"


def neon(
    port: str, encryption: str, *, smtp: str = "true", version: str = "^4.0"
) -> dict[str, str]:
    said = f"\tencryption: {encryption}\n" if encryption else ""
    return {
        "composer.json": f'{{"require": {{"nette/mail": "{version}"}}}}',
        "config/common.neon": "parameters:\n\nmail:\n\tsmtp: false\n\thost: localhost\n",
        "config/local.neon": f"""# local
database:
\tpassword: other
mail:
\tsmtp: {smtp}   # by SMTP
\thost: {HOST}
{port}{said}\tusername: 'u@example.com'
\tpassword: "word"
""",
    }


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (neon("\tport: 587\n", "tls"), (587, "starttls", True)),
        (neon("\tport: 465\n", "ssl"), (465, "implicit", True)),
        (neon("\tport: 587\n", "ssl"), (587, "implicit", True)),
        (neon("\tport: 465\n", "tls"), (465, "starttls", True)),
        (neon("\tport: 587\n", ""), (587, "none", False)),
        (neon("", "tls"), (587, "starttls", True)),
        (neon("", "tls", version="4.1.1"), (25, "starttls", True)),
        (neon("", "ssl"), (465, "implicit", True)),
    ],
)
def test_what_the_section_comes_to(
    tmp_path: Path, files: dict[str, str], expected: tuple[int, str, bool]
) -> None:
    root = write(tmp_path / "a", files)
    setup = one(root, "nette")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("u@example.com", "word")
    assert not remarks(setup)
    changes_lead_there(root, "nette")


@pytest.mark.parametrize(
    ("files", "remark"),
    [
        (neon("\tport: 587\n", "tls", smtp="no"), ("ignored", "smtp")),
        (neon("\tport: 587\n", "starttls"), ("fault", "encryption")),
    ],
)
def test_what_it_does_not_go_by(
    tmp_path: Path, files: dict[str, str], remark: tuple[str, str]
) -> None:
    assert remarks(one(write(tmp_path, files), "nette")) == {remark}


def test_parameters_and_variables(tmp_path: Path) -> None:
    text = "mail:\n  smtp: yes\n  host: %smtp.host%\n  port: 465\n  secure: ssl\n"
    text += "  username: %env.MAIL_USER%\n  password: ::getenv('MAIL_WORD')\n"
    files = {
        "config/config.neon": f"parameters:\n  smtp: {{host: {HOST}, x: 1}}\n{text}",
        ".env": "MAIL_USER=u@example.com\nMAIL_WORD=word\n",
    }
    setup = one(write(tmp_path, files), "nette")
    assert way(setup) == (HOST, 465, "implicit", True)
    assert (setup.settings.username, password(setup)) == ("u@example.com", "word")


def test_the_local_file_counts_whatever_its_name_and_parameters_are_anybodys(
    tmp_path: Path,
) -> None:
    files = {
        "config/config.neon": f"mail:\n\tsmtp: true\n\thost: {HOST}\n\tport: 587\n",
        "config/config.local.neon": "mail:\n\tport: 465\n\tencryption: %mode%\n",
        "config/parameters.neon": "parameters:\n\tmode: ssl\n",
    }
    assert way(one(write(tmp_path, files), "nette")) == (HOST, 465, "implicit", True)


def test_look_alikes(tmp_path: Path) -> None:
    files = {
        "phpstan.neon": "parameters:\n\tlevel: 8\n",
        "config/config.neon": "services:\n\tmail: App\\Mail\n#mail:\n#\thost: smtp.ionos.com\n",
        "tests/config.neon": f"mail:\n\tsmtp: true\n\thost: {HOST}\n",
    }
    assert setups(write(tmp_path, files)) == []


def test_the_form() -> None:
    text = "a:\n\tb: 'it''s' # c\n\tc: x#y\n\td: {e: 1, f: \"g\"}\n\t- h\ni: null\n"
    found = {keys: value.value for keys, value in values("x.neon", text)}
    assert found == {
        ("a", "b"): "it's", ("a", "c"): "x#y", ("a", "d", "e"): 1, ("a", "d", "f"): "g",
        ("i",): None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('"wo\\\\r\\"d"', 'wo\\r"d'),
        ("'wo\\\\rd'", "wo\\\\rd"),
        ("100%%rd", "100%rd"),
        ("wo%word%rd", "wo-in-rd"),
        ("%word%", "-in-"),
        ("wo%rd", "wo%rd"),
    ],
)
def test_what_is_in_a_password(tmp_path: Path, said: str, expected: str) -> None:
    files = neon("\tport: 587\n", "tls")
    files["config/local.neon"] = files["config/local.neon"].replace('"word"', said)
    files["config/local.neon"] += "parameters:\n\tword: -in-\n"
    assert password(one(write(tmp_path, files), "nette")) == expected


@pytest.mark.parametrize("host", ["%host%", "smtp.%host%", "smtp.%nowhere%"])
def test_parameters_that_nothing_sets_or_that_stand_for_themselves(
    tmp_path: Path, host: str
) -> None:
    files = neon("\tport: 58\u00b2\n", "tls")
    files["config/local.neon"] = files["config/local.neon"].replace(HOST, host)
    files["config/local.neon"] += "parameters:\n\thost: %host%\n"
    settings = one(write(tmp_path, files), "nette").settings
    assert [each.field for each in settings.untellable] == ["host"]
