"""Airflow, Odoo and Sentry: what their files come to."""

from __future__ import annotations

from pathlib import Path

import pytest

from .python_support import edited, found
from .support import one, prepared, setups, write
from .ways import changes_lead_there, remarks, way

HOST = "smtp.ionos.com"
Way = tuple[str, int, str, bool]
STARTTLS: Way = (HOST, 587, "starttls", True)
IMPLICIT: Way = (HOST, 465, "implicit", False)


def airflow(lines: str) -> dict[str, str]:
    login = "smtp_user = info@example.com\nsmtp_password = wo%%rd\nsmtp_mail_from = a@example.com\n"
    return {"airflow.cfg": f"[core]\nx = 1\n[smtp]\nsmtp_host = {HOST}\n{lines}{login}[x]\n"}


@pytest.mark.parametrize(
    ("lines", "expected", "said"),
    [
        ("smtp_port = 587\n", STARTTLS, set()),
        ("smtp_starttls = False\nsmtp_ssl = True\nsmtp_port = 465\n", IMPLICIT, set()),
        ("smtp_ssl = True\nsmtp_port = 465\n", IMPLICIT, {("fault", "smtp_ssl")}),
        (
            "smtp_starttls = false\nsmtp_ssl = true\nsmtp_port = 587\n",
            (HOST, 587, "implicit", False),
            set(),
        ),
        ("smtp_port = 465\n", (HOST, 465, "starttls", True), set()),
        ("smtp_starttls = f\nsmtp_port = 465\n", (HOST, 465, "none", False), set()),
    ],
)
def test_airflow(tmp_path: Path, lines: str, expected: Way, said: set[tuple[str, str]]) -> None:
    root = tmp_path / "folder"
    setup = found(root, "airflow", airflow(lines))
    assert way(setup) == expected
    assert remarks(setup) == said
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "wo%rd"
    assert setup.settings.sender == "a@example.com"
    changes_lead_there(root, "airflow")


def test_airflow_by_its_environment(tmp_path: Path) -> None:
    env = (
        f"AIRFLOW__SMTP__SMTP_HOST={HOST}\nAIRFLOW__SMTP__SMTP_PORT=465\n"
        "AIRFLOW__SMTP__SMTP_SSL=True\nAIRFLOW__SMTP__SMTP_USER=info@example.com\n"
    )
    root = tmp_path / "folder"
    setup = found(root, "airflow", {".env": env})
    assert way(setup) == IMPLICIT
    assert remarks(setup) == {("fault", "smtp_ssl")}
    assert setup.settings.username == "info@example.com"
    assert edited(root, "airflow", 465, "implicit") == [
        ("", "AIRFLOW__SMTP__SMTP_STARTTLS=False\n")
    ]
    changes_lead_there(root, "airflow")


def test_airflow_3_takes_no_login_from_there(tmp_path: Path) -> None:
    files = {**airflow("smtp_port = 587\n"), "requirements.txt": "apache-airflow==3.0.6\n"}
    setup = found(tmp_path, "airflow", files)
    assert remarks(setup) == {("ignored", "smtp_user"), ("ignored", "smtp_password")}
    assert setup.settings.username is None
    write(tmp_path, {"requirements.txt": "apache-airflow==2.10.4\n"})
    assert one(tmp_path, "airflow").settings.username == "info@example.com"


def odoo(lines: str) -> dict[str, str]:
    head = f"[options]\nadmin_passwd = x\nsmtp_server = {HOST}\nsmtp_user = info@example.com\n"
    return {"config/odoo.conf": f"{head}smtp_password = word\n{lines}"}


@pytest.mark.parametrize(
    ("lines", "expected", "said"),
    [
        ("smtp_port = 587\nsmtp_ssl = True\n", STARTTLS, set()),
        ("smtp_port = 587\nsmtp_ssl = False\n", (HOST, 587, "none", False), set()),
        ("smtp_port = 587\n", (HOST, 587, "none", False), set()),
        (
            "smtp_port = 465\nsmtp_ssl = True\n",
            (HOST, 465, "starttls", True),
            {("misread", "smtp_ssl")},
        ),
        ("smtp_port = 465\n", (HOST, 465, "none", False), set()),
    ],
)
def test_odoo(tmp_path: Path, lines: str, expected: Way, said: set[tuple[str, str]]) -> None:
    root = tmp_path / "folder"
    setup = found(root, "odoo", odoo(lines))
    assert way(setup) == expected
    assert remarks(setup) == said
    assert not setup.settings.verify
    if expected != STARTTLS:
        change = prepared(setup.settings, 587, "starttls")
        assert change.edits
    assert not [each for each in setup.settings.prepared if each.tls == "implicit"]


def test_odoo_without_a_server_of_its_own_is_no_set_up(tmp_path: Path) -> None:
    text = "[options]\nsmtp_server = localhost\nsmtp_user = False\n; smtp_ssl = True\n"
    assert setups(write(tmp_path, {"odoo.conf": text})) == []


def sentry(lines: str) -> dict[str, str]:
    login = "mail.username: 'info@example.com'\nmail.password: 'word'\n"
    return {"sentry/config.yml": f"# mail.host: 'x'\nmail.host: '{HOST}'\n{lines}{login}"}


@pytest.mark.parametrize(
    ("lines", "expected", "said"),
    [
        ("mail.port: 587\nmail.use-tls: true\nmail.use-ssl: false\n", STARTTLS, set()),
        ("mail.port: 465\nmail.use-ssl: true\n", IMPLICIT, set()),
        ("mail.port: 587\nmail.use-ssl: true\n", (HOST, 587, "implicit", False), set()),
        ("mail.port: 465\nmail.use-tls: true\n", (HOST, 465, "starttls", True), set()),
        ("mail.port: 465\n", (HOST, 465, "none", False), set()),
        (
            "mail.port: 465\nmail.use-tls: true\nmail.use-ssl: true\n",
            IMPLICIT,
            {("fault", "mail.use-ssl")},
        ),
        (
            "mail.backend: 'dummy'\nmail.port: 587\nmail.use-tls: true\n",
            STARTTLS,
            {("not-sent", "mail.backend")},
        ),
    ],
)
def test_sentry(tmp_path: Path, lines: str, expected: Way, said: set[tuple[str, str]]) -> None:
    root = tmp_path / "folder"
    setup = found(root, "sentry", sentry(lines))
    assert way(setup) == expected
    assert remarks(setup) == said
    assert setup.settings.username == "info@example.com"
    changes_lead_there(root, "sentry")


def test_sentrys_code_comes_before_its_file(tmp_path: Path) -> None:
    code = "SENTRY_OPTIONS['mail.port'] = 465\nSENTRY_OPTIONS['mail.from'] = env('X') + '@y'\n"
    files = {**sentry("mail.port: 587\nmail.use-ssl: true\n"), "sentry/sentry.conf.py": code}
    assert way(found(tmp_path, "sentry", files)) == IMPLICIT
