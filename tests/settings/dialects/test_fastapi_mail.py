"""FastAPI-Mail: what a ConnectionConfig comes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from .python_support import edited, found
from .support import one, setups, write
from .ways import changes_lead_there, remarks, way

HOST = "smtp.ionos.com"
STARTTLS = (HOST, 587, "starttls", True)
IMPLICIT = (HOST, 465, "implicit", False)
LOGIN = "MAIL_USERNAME='info@example.com', MAIL_PASSWORD='word', MAIL_FROM='info@example.com'"


def config(arguments: str, env: str = "", version: str = "==1.6.8") -> dict[str, str]:
    code = (
        "import os\nfrom fastapi_mail import ConnectionConfig, FastMail\n"
        f"conf = ConnectionConfig(\n    MAIL_SERVER='{HOST}',\n    {arguments},\n    {LOGIN},\n)\n"
    )
    files = {"app/mail.py": code, "requirements.txt": f"fastapi-mail{version}\n"}
    return {**files, ".env": env} if env else files


SETTINGS = {
    "app/config.py": "from functools import lru_cache\n"
    "from pydantic import SecretStr\nfrom pydantic_settings import BaseSettings\n"
    "class Settings(BaseSettings):\n    smtp_host: str\n    smtp_port: int = 465\n"
    "    smtp_ssl: bool = True\n    smtp_password: SecretStr\n"
    "    class Config:\n        env_file = '.env'\n"
    "@lru_cache\ndef get_settings():\n    return Settings()\n",
    "app/mail.py": "from fastapi_mail import ConnectionConfig\nfrom .config import get_settings\n"
    "s = get_settings()\n"
    "conf = ConnectionConfig(MAIL_SERVER=s.smtp_host, MAIL_PORT=s.smtp_port,\n"
    "    MAIL_USERNAME='info@example.com', MAIL_FROM='info@example.com',\n"
    "    MAIL_PASSWORD=s.smtp_password, MAIL_SSL_TLS=s.smtp_ssl, MAIL_STARTTLS=not s.smtp_ssl)\n",
    ".env": "SMTP_HOST=smtp.ionos.com\nsmtp_password=word\n",
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (config("MAIL_PORT=587, MAIL_STARTTLS=True, MAIL_SSL_TLS=False"), STARTTLS),
        (config("MAIL_PORT=465, MAIL_STARTTLS=False, MAIL_SSL_TLS=True"), IMPLICIT),
        (
            config(
                "MAIL_PORT=os.getenv('P'), MAIL_STARTTLS=os.getenv('T'), MAIL_SSL_TLS='off'",
                "P=587\nT=False\nT=on\n",
            ),
            STARTTLS,
        ),
        (config("MAIL_PORT='465'", "MAIL_STARTTLS=False\nmail_ssl_tls=1\n"), IMPLICIT),
        (config("MAIL_PORT=587, MAIL_TLS=True, MAIL_SSL=False", version="<1.2"), STARTTLS),
        (SETTINGS, IMPLICIT),
    ],
)
def test_healthy_configurations(
    tmp_path: Path, files: dict[str, str], expected: tuple[str, int, str, bool]
) -> None:
    setup = found(tmp_path, "fastapi-mail", files)
    assert way(setup) == expected
    assert setup.complete
    assert setup.settings.verify
    assert not setup.settings.remarks
    assert setup.settings.username == setup.settings.sender == "info@example.com"
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "word"


@pytest.mark.parametrize(
    ("arguments", "expected", "said"),
    [
        (
            "MAIL_PORT=587, MAIL_STARTTLS=False, MAIL_SSL_TLS=True",
            (HOST, 587, "implicit", False),
            set(),
        ),
        (
            "MAIL_PORT=465, MAIL_STARTTLS=True, MAIL_SSL_TLS=False",
            (HOST, 465, "starttls", True),
            set(),
        ),
        (
            "MAIL_PORT=587, MAIL_STARTTLS=False, MAIL_SSL_TLS=False",
            (HOST, 587, "none", False),
            set(),
        ),
        (
            "MAIL_PORT=465, MAIL_STARTTLS=True, MAIL_SSL_TLS=True",
            (HOST, 465, "implicit", False),
            {("fault", "MAIL_SSL_TLS")},
        ),
        (
            "MAIL_PORT=587, MAIL_STARTTLS=True",
            (HOST, 587, "starttls", True),
            {("fault", "MAIL_SSL_TLS")},
        ),
        (
            "MAIL_PORT=465,\n    MAIL_STARTTLS=os.getenv('T'),\n    MAIL_SSL_TLS=False",
            (HOST, 465, "starttls", True),
            set(),
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
    setup = found(root, "fastapi-mail", config(arguments, "T=true\n"))
    assert way(setup) == expected
    assert remarks(setup) == said
    changes_lead_there(root, "fastapi-mail")


def test_the_old_names_stop_the_program(tmp_path: Path) -> None:
    files = config("MAIL_PORT=587, MAIL_TLS=True, MAIL_SSL=False")
    assert remarks(found(tmp_path, "fastapi-mail", files)) == {("fault", "MAIL_TLS")}


def test_both_flags_are_changed_where_they_stand(tmp_path: Path) -> None:
    write(tmp_path, config("MAIL_PORT=587,\n    MAIL_STARTTLS=False, MAIL_SSL_TLS=True"))
    assert edited(tmp_path, "fastapi-mail", 587, "starttls") == [
        ("True", "False"),
        ("False", "True"),
    ]


def test_what_is_not_sent_and_not_verified(tmp_path: Path) -> None:
    arguments = "MAIL_PORT=587, MAIL_STARTTLS=True, MAIL_SSL_TLS=False"
    files = config(f"{arguments}, SUPPRESS_SEND=1, VALIDATE_CERTS=False")
    setup = found(tmp_path, "fastapi-mail", files)
    assert remarks(setup) == {("not-sent", "SUPPRESS_SEND")}
    assert not setup.settings.verify
    write(tmp_path, config(f"{arguments}, USE_CREDENTIALS=False"))
    assert one(tmp_path, "fastapi-mail").settings.username is None


def test_a_login_of_an_env_file_that_is_not_here_is_not_empty(tmp_path: Path) -> None:
    """A required field of pydantic's settings, in a container whose file only the server has."""
    fields = ("MAIL_SERVER", "MAIL_USERNAME", "MAIL_PASSWORD", "MAIL_FROM")
    files = {
        "config.py": "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n"
        + "".join(f"    {name}: str\n" for name in fields)
        + "settings = Settings()\n",
        "mail.py": "from fastapi_mail import ConnectionConfig\nfrom config import settings\n"
        "conf = ConnectionConfig(MAIL_PORT=587, MAIL_STARTTLS=True, MAIL_SSL_TLS=False, "
        + ", ".join(f"{name}=settings.{name}" for name in fields)
        + ")\n",
        "compose.yaml": "services:\n  app:\n    build: .\n    env_file: .env\n",
    }
    setup = found(tmp_path, "fastapi-mail", files)
    open_ = {item.field for item in setup.settings.untellable}
    assert {"host", "username", "password"} <= open_
    write(tmp_path, {".env": "mail_server=smtp.ionos.com\nmail_username=info@example.com\n"})
    assert one(tmp_path, "fastapi-mail").settings.username == "info@example.com"


def test_a_flag_whose_variable_only_the_server_has_is_given(tmp_path: Path) -> None:
    """The program stops without the flags; here it gives them, and asks for their values."""
    arguments = "MAIL_PORT=587, MAIL_STARTTLS=os.environ['T'], MAIL_SSL_TLS=os.getenv('S')"
    setup = found(tmp_path, "fastapi-mail", config(arguments))
    assert remarks(setup) == set()
    assert {item.field for item in setup.settings.untellable} == {"tls"}


def test_what_is_no_set_up(tmp_path: Path) -> None:
    files = {
        "a.py": "# fastapi_mail ConnectionConfig(MAIL_PORT=1)\n",
        "b.py": "import fastapi_mail\n",
    }
    assert setups(write(tmp_path, files)) == []
