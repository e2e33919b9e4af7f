"""python-emails, Red Mail and logging's SMTPHandler: what their arguments come to."""

from __future__ import annotations

from pathlib import Path

import pytest

from .python_support import found
from .support import apply, one, prepared, setups, write
from .ways import changes_lead_there, remarks, way

HOST = "smtp.ionos.com"
EARLY = (HOST, 587, "implicit", False)
HEALTHY = (HOST, 587, "starttls", True)
SECURE = (HOST, 465, "implicit", False)
LATE = (HOST, 465, "starttls", True)
CLEAR = (HOST, 587, "none", False)

Way = tuple[str, int, str, bool]

# --- python-emails -------------------------------------------------------------------------------

MESSAGE = "import os, emails\nmessage = emails.Message(mail_from=('Shop', 'info@example.com'))\n"


@pytest.mark.parametrize(
    ("keys", "expected", "said"),
    [
        ("'port': 587, 'tls': True", HEALTHY, set()),
        ("'port': 465, 'ssl': True", SECURE, set()),
        ("'ssl': True", SECURE, set()),
        ("'port': '465', 'ssl': True, 'tls': False", SECURE, set()),
        ("'port': 587, 'ssl': True", EARLY, set()),
        ("'port': 465, 'tls': True", LATE, set()),
        ("'port': 587", CLEAR, set()),
        ("'port': 587, 'tls': True, 'ssl': True", EARLY, {("fault", "ssl")}),
        ("'port': 587, 'ssl': os.getenv('S')", EARLY, {("misread", "ssl")}),
    ],
)
def test_python_emails(
    tmp_path: Path, keys: str, expected: Way, said: set[tuple[str, str]]
) -> None:
    login = "'user': 'info@example.com', 'password': 'geheim-1'"
    code = f"{MESSAGE}message.send(to='a', smtp={{'host': '{HOST}', {keys}, {login}}})\n"
    root = tmp_path / "folder"
    setup = found(root, "python-emails", {"mail.py": code, ".env": "S=false\n"})
    assert way(setup) == expected
    assert remarks(setup) == said
    assert setup.settings.username == setup.settings.sender == "info@example.com"
    assert setup.credentials.password is not None
    if "port" in keys:
        changes_lead_there(root, "python-emails")


def test_python_emails_as_fastapis_template_has_it(tmp_path: Path) -> None:
    files = {
        "backend/app/config.py": "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
        "class Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_file='../.env')\n"
        "    SMTP_TLS: bool = True\n    SMTP_SSL: bool = False\n    SMTP_PORT: int = 587\n"
        "    SMTP_HOST: str | None = None\n    SMTP_USER: str | None = None\n"
        "    SMTP_PASSWORD: str | None = None\nsettings = Settings()\n",
        "backend/app/utils.py": "import emails\nfrom app.config import settings\n"
        "def send(to):\n    message = emails.Message(subject='x')\n"
        "    options = {'host': settings.SMTP_HOST, 'port': settings.SMTP_PORT}\n"
        "    if settings.SMTP_TLS:\n        options['tls'] = True\n    elif settings.SMTP_SSL:\n"
        "        options['ssl'] = True\n    if settings.SMTP_USER:\n"
        "        options['user'] = settings.SMTP_USER\n    if settings.SMTP_PASSWORD:\n"
        "        options['password'] = settings.SMTP_PASSWORD\n"
        "    message.send(to=to, smtp=options)\n",
        "backend/pyproject.toml": "[project]\ndependencies = ['emails', 'pydantic-settings']\n",
        ".env": f"SMTP_HOST={HOST}\nSMTP_PORT=465\nSMTP_TLS=False\nSMTP_SSL=True\n"
        "SMTP_USER=info@example.com\nSMTP_PASSWORD=geheim-1\n",
    }
    setup = found(tmp_path, "python-emails", files)
    assert way(setup) == SECURE
    assert setup.settings.username == "info@example.com"
    host = setup.settings.entry("host")
    assert host is not None
    assert host.origin.file == ".env"
    assert not host.shadows


def test_another_librarys_send_is_none(tmp_path: Path) -> None:
    files = {
        "mail.py": "import emails\nclient.send(to='a')\n",
        "other.py": "def emails(): pass\nclient.send(to='a', smtp={'host': 'a.example'})\n",
        "comment.py": "import emails\n# m.send(smtp={'host': 'a.example'})\n",
    }
    assert setups(write(tmp_path, files)) == []


# --- Red Mail ------------------------------------------------------------------------------------

RED = "import os\nfrom smtplib import SMTP_SSL\nfrom redmail import EmailSender\n"


@pytest.mark.parametrize(
    ("arguments", "expected", "said"),
    [
        ("port=587", HEALTHY, set()),
        ("port=465, cls_smtp=SMTP_SSL, use_starttls=False", SECURE, set()),
        ("port=587, cls_smtp=SMTP_SSL, use_starttls=False", EARLY, set()),
        ("port=465", LATE, set()),
        ("port=587, use_starttls=False", CLEAR, set()),
        ("port=465, cls_smtp=SMTP_SSL", SECURE, {("fault", "cls_smtp")}),
        ("port=587, use_starttls=os.getenv('S')", HEALTHY, {("misread", "use_starttls")}),
    ],
)
def test_red_mail(
    tmp_path: Path, arguments: str, expected: Way, said: set[tuple[str, str]]
) -> None:
    login = "username='info@example.com', password='geheim-1'"
    code = f"{RED}email = EmailSender(host='{HOST}', {arguments}, {login})\n"
    code += "email.send(subject='x', sender='shop@example.com', receivers=['a'])\n"
    setup = found(tmp_path, "redmail", {"mail.py": code, ".env": "S=false\n"})
    assert way(setup) == expected
    assert remarks(setup) == said
    assert setup.settings.username == "info@example.com"
    assert setup.settings.sender == "shop@example.com"


def test_red_mail_is_sent_to_the_other_port(tmp_path: Path) -> None:
    code = f"{RED}email = EmailSender(host='{HOST}', port=465)\n"
    setup = found(tmp_path, "redmail", {"mail.py": code})
    apply(tmp_path, prepared(setup.settings, 587, "starttls"))
    assert way(one(tmp_path, "redmail")) == HEALTHY


def test_another_email_sender_is_none(tmp_path: Path) -> None:
    code = "from ours import EmailSender\nEmailSender(host='a.example', port=465)\n"
    assert setups(write(tmp_path, {"mail.py": code})) == []


# --- SMTPHandler ---------------------------------------------------------------------------------

LOGGING = "import logging\nfrom logging.handlers import SMTPHandler\nhandler = SMTPHandler("
LOGIN = "('info@example.com', 'geheim-1')"


@pytest.mark.parametrize(
    ("arguments", "expected", "said"),
    [
        (f"('{HOST}', 587), 'a@b.de', 'c', 's', credentials={LOGIN}, secure=()", HEALTHY, set()),
        (f"('{HOST}', 587), 'a@b.de', 'c', 's', {LOGIN}, ()", HEALTHY, set()),
        (f"mailhost=('{HOST}', 465), credentials={LOGIN}, secure=()", LATE, set()),
        (f"mailhost=('{HOST}', 587), credentials={LOGIN}", CLEAR, set()),
        (f"mailhost='{HOST}', credentials={LOGIN}, secure=None", (HOST, 25, "none", False), set()),
        (f"mailhost=('{HOST}', 587), secure=()", CLEAR, {("ignored", "secure")}),
    ],
)
def test_smtp_handler(
    tmp_path: Path, arguments: str, expected: Way, said: set[tuple[str, str]]
) -> None:
    setup = found(tmp_path, "smtp-handler", {"log.py": f"{LOGGING}{arguments})\n"})
    assert way(setup) == expected
    assert remarks(setup) == said
    assert (setup.credentials.password is not None) == ("geheim" in arguments)


def test_smtp_handler_is_sent_to_587_with_starttls(tmp_path: Path) -> None:
    code = f"{LOGGING}mailhost=('{HOST}', 465), credentials={LOGIN})\n"
    setup = found(tmp_path, "smtp-handler", {"log.py": code})
    apply(tmp_path, prepared(setup.settings, 587, "starttls"))
    assert way(one(tmp_path, "smtp-handler")) == HEALTHY


HANDLER = (
    "'mail': {{'class': 'logging.handlers.SMTPHandler', 'mailhost': ('{host}', {port}), "
    "'fromaddr': 'a@b.de', 'toaddrs': ['c@b.de'], 'subject': 's', 'credentials': {login}, "
    "'secure': ()}}"
)


@pytest.mark.parametrize(
    ("begin", "used"),
    [
        ("from logging.config import dictConfig\ndictConfig(", "'root': {'handlers': ['mail']}"),
        ("import logging.config\nlogging.config.dictConfig(",
         "'loggers': {'shop': {'handlers': ['mail']}}"),
        ("LOGGING = (", "'loggers': {'django': {'handlers': ['console', 'mail']}}"),
    ],
)  # fmt: skip
def test_a_handler_of_a_dictionary(tmp_path: Path, begin: str, used: str) -> None:
    handler = HANDLER.format(host=HOST, port=465, login=LOGIN)
    code = f"{begin}{{'handlers': {{{handler}}}, {used}}})\n"
    setup = found(tmp_path, "smtp-handler", {"log.py": code})
    assert way(setup) == LATE
    apply(tmp_path, prepared(setup.settings, 587, "starttls"))
    assert way(one(tmp_path, "smtp-handler")) == HEALTHY


def test_a_handler_that_no_logger_has_sends_nothing(tmp_path: Path) -> None:
    handler = HANDLER.format(host=HOST, port=465, login=LOGIN)
    code = f"LOGGING = {{'handlers': {{{handler}}}, 'root': {{'handlers': ['console']}}}}\n"
    assert setups(write(tmp_path, {"log.py": code})) == []


def test_a_handler_with_a_frameworks_settings_is_no_set_up_of_its_own(tmp_path: Path) -> None:
    code = f"{LOGGING}mailhost=(app.config['MAIL_SERVER'], app.config['MAIL_PORT']))\n"
    assert setups(write(tmp_path, {"log.py": code})) == []


# --- fileConfig ----------------------------------------------------------------------------------

CONFIG_FILE = """[loggers]
keys=root

[handlers]
keys=console,mail

[logger_root]
level=INFO
handlers={0}

[handler_console]
class=StreamHandler
args=(sys.stdout,)

[handler_mail]
class=handlers.SMTPHandler
level=ERROR
args=(
    ('smtp.ionos.com', {1}), 'info@example.com', ['to@example.com'], 'Fault',
    ('info@example.com', 'geheim-1'), {2})
"""


@pytest.mark.parametrize(
    ("port", "secure", "expected"),
    [(587, "()", "starttls"), (465, "()", "starttls"), (25, None, "none")],
)
def test_a_handler_of_a_file_that_logging_reads(
    tmp_path: Path, port: int, secure: str | None, expected: str
) -> None:
    setup = found(
        tmp_path, "smtp-handler", {"logging.ini": CONFIG_FILE.format("mail", port, secure)}
    )
    assert (setup.settings.host, setup.settings.port) == ("smtp.ionos.com", port)
    assert setup.settings.tls == expected
    assert setup.settings.sender == "info@example.com"
    entry = setup.settings.entry("port")
    assert entry is not None
    assert entry.origin.label == "logging.ini:19"
    assert "geheim" not in str(setup.settings)


def test_its_arguments_by_name(tmp_path: Path) -> None:
    text = CONFIG_FILE.partition("args=(\n")[0].format("console,mail") + (
        "kwargs={'mailhost': ('smtp.ionos.com', 465), 'fromaddr': 'info@example.com',\n"
        "    'toaddrs': [], 'subject': ''}\n"
    )
    files = {"logging.conf": text}
    setup = found(tmp_path, "smtp-handler", files)
    assert (setup.settings.host, setup.settings.port) == ("smtp.ionos.com", 465)


def test_lookalike_a_handler_that_no_logger_has(tmp_path: Path) -> None:
    files = {"logging.ini": CONFIG_FILE.format("console", 587, "()")}
    assert setups(write(tmp_path, files)) == []
