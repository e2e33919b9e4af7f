"""The ways in which Python programs hand a library its values: classes, dataclasses, files."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.setup import Setup

from .support import one, setups, write
from .ways import came_to_with_user

DOTENV = """\
SMTP_HOST=smtp.ionos.com
SMTP_PORT=587
SMTP_USER=info@example.com
SMTP_PASS=geheim-1
"""
GIVEN = (
    "os.environ['SMTP_HOST'], int(os.environ['SMTP_PORT']), os.getenv('SMTP_USER'), "
    "os.getenv('SMTP_PASS')"
)
#: A class of settings, and what sends with an object `c` of them.
FIELDS = "    host: str\n    port: int\n    user: str\n    password: str\n"
SEND = (
    "import smtplib\nwith smtplib.SMTP_SSL(c.host, c.port) as server:\n"
    "    server.login(c.user, c.password)\n"
)
KEEPS = (
    "class Mailer:\n    def __init__(self, host, port, user, password):\n        self.host = host\n"
    "        self.port = port\n        self.user = user\n        self.password = password\n"
)
OPENS = (
    "    def send(self, message):\n        with smtplib.SMTP_SSL(self.host, self.port) as server:\n"
    "            server.login(self.user, self.password)\n"
)


def read(root: Path, files: dict[str, str]) -> Setup:
    return one(write(root, {".env": DOTENV, **files}), "smtplib")


EARLY = ("smtp.ionos.com", 587, "implicit", "info@example.com")

#: A model within pydantic's settings, and what reads it.
NESTED = (
    "import smtplib\nfrom pydantic import BaseModel, Field\n"
    "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
    "class Mail(BaseModel):\n    host: str = 'localhost'\n    port: int = 25\n"
    "    user: str | None = None\n    password: str | None = None\n"
    "class Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_file='.env', "
    "env_prefix='APP_', env_nested_delimiter='__')\n    mail: Mail = {default}\n"
    "settings = Settings()\nc = settings.mail\n"
)
NESTED_DOTENV = (
    "APP_MAIL__HOST=smtp.ionos.com\nAPP_MAIL__PORT=587\nAPP_MAIL__USER=info@example.com\n"
    "APP_MAIL__PASSWORD=geheim-1\n"
)
SECRETS = (
    '[mail]\nhost = "smtp.ionos.com"\nport = 587\nuser = "info@example.com"\n'
    'password = "geheim-1"\n'
)
INI = "[mail]\nhost = smtp.ionos.com\nport = 587\nuser = info@example.com\npassword = geheim-1\n"

#: What FastAPI hands to a function that another one calls with it.
DEPENDS = (
    "from typing import Annotated\nfrom fastapi import Depends\nfrom config import "
    "Settings, get_settings\nimport smtplib\n{alias}def send(message, c: {declared}):\n"
    "    with smtplib.SMTP_SSL(c.host, c.port) as server:\n"
    "        server.login(c.user, c.password)\n"
    "def task(c: {declared}):\n    send('x', c)\n"
)
DEPENDED = {
    "config.py": "from functools import lru_cache\nfrom pydantic_settings import BaseSettings, "
    "SettingsConfigDict\nclass Settings(BaseSettings):\n    model_config = "
    "SettingsConfigDict(env_file='.env', env_prefix='SMTP_')\n    host: str\n    port: int\n"
    "    user: str\n    password: str = Field(alias='SMTP_PASS')\n"
    "@lru_cache\ndef get_settings() -> Settings:\n    return Settings()\n",
}
DEPENDED["config.py"] = "from pydantic import Field\n" + DEPENDED["config.py"]

WAYS = {
    "what FastAPI hands over": {
        **DEPENDED,
        "mail.py": DEPENDS.format(alias="", declared="Annotated[Settings, Depends(get_settings)]"),
    },
    "what FastAPI hands over under a name": {
        **DEPENDED,
        "mail.py": DEPENDS.format(
            alias="Own = Annotated[Settings, Depends(get_settings)]\n", declared="Own"
        ),
    },
    "a model within pydantic's settings": {
        ".env": NESTED_DOTENV,
        "mail.py": f"{NESTED.format(default='Mail()')}{SEND}",
    },
    "a model that a factory makes": {
        ".env": NESTED_DOTENV,
        "mail.py": f"{NESTED.format(default='Field(default_factory=Mail)')}{SEND}",
    },
    "streamlit's secrets": {
        ".streamlit/secrets.toml": SECRETS,
        "app.py": "import smtplib\nimport streamlit as st\n"
        "with smtplib.SMTP_SSL(st.secrets['mail']['host'], st.secrets.mail.port) as server:\n"
        "    server.login(st.secrets.mail['user'], st.secrets['mail'].get('password'))\n",
    },
    "streamlit's secrets by their name": {
        ".streamlit/secrets.toml": SECRETS,
        "app.py": f"from streamlit import secrets\nc = secrets['mail']\n{SEND}",
    },
    "arguments of the command line": {
        "mail.py": "import argparse, os, smtplib\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('-H', '--smtp-host', dest='host', default=os.environ['SMTP_HOST'])\n"
        "parser.add_argument('--port', type=int, default=os.environ.get('SMTP_PORT'))\n"
        "parser.add_argument('--user', default=os.getenv('SMTP_USER'))\n"
        "parser.add_argument('--password', default=os.getenv('SMTP_PASS'))\n"
        f"c = parser.parse_args()\n{SEND}",
    },
    "a section of a parser": {
        "mail.ini": INI,
        "mail.py": "import configparser, smtplib\nparser = configparser.ConfigParser()\n"
        "parser.read('mail.ini')\nc = parser['mail']\n"
        "with smtplib.SMTP_SSL(c['host'], c.getint('port', 25)) as server:\n"
        "    server.login(c.get('user'), c['password'])\n",
    },
    "a class": {"mail.py": f"import os, smtplib\n{KEEPS}{OPENS}Mailer({GIVEN}).send('x')\n"},
    "a class in another file": {
        "app/mailer.py": f"import smtplib\n{KEEPS}{OPENS}",
        "main.py": f"import os\nfrom app.mailer import Mailer\nmailer = Mailer({GIVEN})\n",
    },
    "what a base class keeps": {
        "base.py": KEEPS,
        "mail.py": "import os, smtplib\nfrom base import Mailer\nclass Own(Mailer):\n"
        f"    def __init__(self):\n        super().__init__({GIVEN})\n{OPENS}",
    },
    "a function in another file": {
        "mailer.py": "import smtplib\ndef send(host, port, user, password):\n"
        "    server = smtplib.SMTP_SSL(host, port)\n    server.login(user, password)\n",
        "main.py": f"import os\nimport mailer\nmailer.send({GIVEN})\n",
    },
    "default arguments": {
        "mail.py": "import os, smtplib\ndef send(message, host=os.environ['SMTP_HOST'], port=587, "
        "user=os.getenv('SMTP_USER'), password=os.getenv('SMTP_PASS')):\n"
        "    server = smtplib.SMTP_SSL(host, port)\n    server.login(user, password)\n",
    },
    "a dataclass": {
        "mail.py": "import os\nfrom dataclasses import dataclass, field\n@dataclass\n"
        "class Config:\n"
        "    host: str\n    port: int = 587\n    user: str = field(default_factory=lambda: "
        "os.environ['SMTP_USER'])\n    password: str = field(default=os.getenv('SMTP_PASS'))\n"
        f"c = Config(host=os.environ['SMTP_HOST'])\n{SEND}",
    },
    "a method of the class that makes it": {
        "mail.py": "import os\nfrom dataclasses import dataclass\n@dataclass\n"
        f"class Config:\n{FIELDS}"
        f"    @classmethod\n    def from_env(cls):\n        return cls({GIVEN})\n"
        f"c = Config.from_env()\n{SEND}",
    },
    "settings that a base class configures": {
        "requirements.txt": "pydantic-settings\n",
        ".env": DOTENV.replace("SMTP_HOST", "MAIL_SERVER").replace("SMTP_", "MAIL_"),
        "config.py": "from pydantic import Field\nfrom pydantic_settings import BaseSettings\n"
        "class Base(BaseSettings):\n    class Config:\n        env_file = '.env'\n"
        "        env_prefix = 'MAIL_'\nclass Settings(Base):\n"
        "    host: str = Field(..., alias='MAIL_SERVER')\n    port: int\n    user: str\n"
        "    password: str = Field(validation_alias='MAIL_PASS')\n",
        "mail.py": f"from config import Settings\nc = Settings()\n{SEND}",
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_the_values_are_those_that_the_program_comes_to(tmp_path: Path, way: str) -> None:
    files = WAYS[way]
    setup = read(tmp_path, files)
    assert came_to_with_user(setup) == EARLY
    password = setup.credentials.password
    assert password is not None
    assert password.reveal() == "geheim-1"
    assert not setup.settings.untellable


# --- look-alikes ---------------------------------------------------------------------------------


def test_a_type_that_is_only_described_hands_nothing_over(tmp_path: Path) -> None:
    declared = "Annotated[Settings, 'what sends']"
    setup = read(tmp_path, {**DEPENDED, "mail.py": DEPENDS.format(alias="", declared=declared)})
    assert setup.settings.host is None
    assert "host" in untellable(setup)


def untellable(setup: Setup) -> list[str]:
    return [each.field for each in setup.settings.untellable]


def test_several_callers_that_disagree_leave_it_open(tmp_path: Path) -> None:
    files = {
        "mailer.py": "import smtplib\ndef send(host):\n    smtplib.SMTP_SSL(host)\n",
        "main.py": "import mailer\nmailer.send('smtp.ionos.com')\nmailer.send('smtp.ionos.de')\n",
    }
    assert untellable(read(tmp_path, files)) == ["host"]


def test_several_callers_that_agree_say_it(tmp_path: Path) -> None:
    files = {
        "mailer.py": "import smtplib\ndef send(host, to):\n    smtplib.SMTP_SSL(host)\n",
        "main.py": "import mailer\nmailer.send('smtp.ionos.com', 1)\n"
        "mailer.send('smtp.ionos.com', 2)\n",
    }
    assert read(tmp_path, files).settings.host == "smtp.ionos.com"


def test_a_method_of_that_name_of_another_class_says_nothing(tmp_path: Path) -> None:
    files = {
        "mailer.py": "import smtplib\nclass Mailer:\n    def connect(self, host):\n"
        "        smtplib.SMTP_SSL(host)\n",
        "main.py": "class Database:\n    def connect(self, host):\n        pass\n"
        "Database().connect('db.example')\n",
    }
    assert untellable(read(tmp_path, files)) == ["host"]


def test_a_test_is_no_caller(tmp_path: Path) -> None:
    files = {
        "mailer.py": "import smtplib\ndef send(host):\n    smtplib.SMTP_SSL(host)\n",
        "tests/test_mailer.py": "from mailer import send\nsend('localhost')\n",
        "test_other.py": "from mailer import send\nsend('localhost')\n",
    }
    assert untellable(read(tmp_path, files)) == ["host"]


def test_a_default_is_not_taken_where_a_subclass_gives_another(tmp_path: Path) -> None:
    files = {
        "base.py": "import smtplib\nclass Mailer:\n    def __init__(self, host='localhost'):\n"
        "        self.server = smtplib.SMTP_SSL(host)\n",
        "own.py": "from base import Mailer\nclass Own(Mailer):\n    def __init__(self):\n"
        "        super().__init__('smtp.ionos.com')\n",
    }
    assert untellable(read(tmp_path, files)) == ["host"]


def test_what_a_library_gives_its_classes_is_not_missing(tmp_path: Path) -> None:
    files = {
        "mail.py": "import smtplib\nfrom framework import Service\nclass Mailer(Service):\n"
        "    def send(self):\n        smtplib.SMTP_SSL(self.host, 465)\n",
    }
    assert untellable(read(tmp_path, files)) == ["host"]


def test_a_call_that_hands_its_own_parameter_on_ends(tmp_path: Path) -> None:
    files = {
        "a.py": "import smtplib\nfrom b import other\ndef send(host):\n    smtplib.SMTP_SSL(host)\n"
        "    other(host)\n",
        "b.py": "from a import send\ndef other(host):\n    send(host)\n",
    }
    assert untellable(read(tmp_path, files)) == ["host"]
    assert len(setups(tmp_path)) == 1


# --- STARTTLS in a branch ------------------------------------------------------------------------

BRANCHES = (
    "import smtplib, sys\nif sys.argv[1] == 'ssl':\n"
    "    server = smtplib.SMTP_SSL('a.example', 465)\n"
    "else:\n    server = smtplib.SMTP('a.example', 587)\n    {condition}server.starttls()\n"
    "server.login('info@a.example', 'geheim-1')\n"
)


def test_starttls_in_the_connections_own_branch_is_called(tmp_path: Path) -> None:
    write(tmp_path, {"mail.py": BRANCHES.format(condition="")})
    found = {each.settings.port: each.settings for each in setups(tmp_path)}
    assert (found[587].tls, found[587].tls_required) == ("starttls", True)
    assert not found[587].untellable
    assert found[465].tls == "implicit"


def test_starttls_under_a_further_condition_is_open(tmp_path: Path) -> None:
    write(tmp_path, {"mail.py": BRANCHES.format(condition="if sys.argv[2]: ")})
    found = {each.settings.port: each.settings for each in setups(tmp_path)}
    assert [each.field for each in found[587].untellable] == ["tls"]


# --- Flask ---------------------------------------------------------------------------------------

APP = "from flask import Flask\nfrom flask_mail import Mail\n"
NAMES = "    MAIL_SERVER = '{}.example'\n    MAIL_PORT = 587\n    MAIL_USE_TLS = True\n"
CLASSES = (
    f"class Gmail:\n{NAMES.format('gmail')}class Sendgrid:\n{NAMES.format('sendgrid')}"
    "config = {'gmail': Gmail, 'sendgrid': Sendgrid}\n"
)


@pytest.mark.parametrize(
    ("load", "files", "host"),
    [
        ("import config\n{}config.config['sendgrid'])", {"config.py": CLASSES}, "sendgrid"),
        ("import config\n{}config.config['gmail'])", {"config.py": CLASSES}, "gmail"),
        (
            "from config import config\ndef make(name='gmail'):\n    {}config[name])\n"
            "make('sendgrid')",
            {"config.py": CLASSES},
            "sendgrid",
        ),
        (
            "{}'shop.settings')",
            {"shop/settings/__init__.py": NAMES.format("package").replace("    ", "")},
            "package",
        ),
        (
            "import os\n{}os.environ['APP_SETTINGS'])",
            {
                "config/default.py": NAMES.format("default").replace("    ", ""),
                "config/prod.py": "from .default import *\nMAIL_SERVER = 'production.example'\n",
                "config/dev.py": "from .default import *\nMAIL_SERVER = 'localhost'\n",
            },
            "production",
        ),
    ],
)
def test_what_from_object_loads(
    tmp_path: Path, load: str, files: dict[str, str], host: str
) -> None:
    app = f"{APP}{load.format('app = Flask(1); app.config.from_object(')}\n"
    setup = one(write(tmp_path, {"app.py": app, **files}), "flask-mail")
    assert setup.settings.host == f"{host}.example"
    assert (setup.settings.port, setup.settings.tls) == (587, "starttls")


def test_a_comparison_over_two_lines(tmp_path: Path) -> None:
    code = (
        f"{APP}import os\nclass Config:\n    MAIL_SERVER = 'a.example'\n"
        "    MAIL_USE_TLS = os.environ.get('MAIL_USE_TLS', 'true').lower() in \\\n"
        "        ['true', 'on', '1']\napp.config.from_object(Config)\n"
    )
    setup = one(write(tmp_path, {"app.py": code}), "flask-mail")
    assert setup.settings.tls == "starttls"


def test_a_back_end_is_not_called_by_the_hosts_name(tmp_path: Path) -> None:
    files = {
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n",
        "settings.py": "ROOT_URLCONF = 'urls'\nEMAIL_HOST = 'localhost'\n"
        "EMAIL_BACKEND = 'django.core.mail.backends.console.EmailBackend'\n",
    }
    setup = one(write(tmp_path, files), "django")
    assert [(each.option, each.text) for each in setup.settings.remarks] == [("EMAIL_BACKEND", "")]


# --- files, and a class in a variable ------------------------------------------------------------

PARTS = '"host": "smtp.ionos.com", "port": 587, "user": "info@example.com", "password": "geheim-1"'
TAKEN = (
    "import smtplib\nserver = smtplib.SMTP_SSL(c['mail']['host'], c['mail']['port'])\n"
    "server.login(c['mail']['user'], c['mail']['password'])\n"
)


@pytest.mark.parametrize(
    "load",
    [
        "c = json.loads((BASE / 'config' / 'mail.json').read_text())\n",
        "with open(BASE / 'config/mail.json') as file:\n    c = json.loads(file.read())\n",
        "with open(os.path.join(os.path.dirname(__file__), '..', 'config', 'mail.json')) as file:\n"
        "    c = json.load(file)\n",
        "PATH = BASE / 'config' / 'mail.json'\nwith PATH.open() as file:\n"
        "    c = json.load(file)\n",
    ],
)
def test_a_file_beside_the_program(tmp_path: Path, load: str) -> None:
    begin = "import json, os\nfrom pathlib import Path\nBASE = Path(__file__).parent.parent\n"
    files = {
        "app/mail.py": f"{begin}{load}{TAKEN}",
        "config/mail.json": f'{{"mail": {{{PARTS}}}}}',
        "mail.json": '{"mail": {"host": "another.example"}}',
    }
    assert came_to_with_user(read(tmp_path, files)) == EARLY


def test_a_secret_that_a_file_holds_is_not_told(tmp_path: Path) -> None:
    code = (
        "import smtplib\nfrom pathlib import Path\nserver = smtplib.SMTP_SSL('a.example')\n"
        "server.login('a@b.de', Path('password.txt').read_text())\n"
    )
    assert untellable(read(tmp_path, {"mail.py": code, "password.txt": "geheim-1"})) == ["password"]


CLASS = (
    "import os, smtplib, sys\nopened = smtplib.SMTP_SSL if {test} else smtplib.SMTP\n"
    "with opened('smtp.ionos.com', 587) as server:\n"
    "    server.login('info@example.com', 'geheim-1')\n"
)


def test_a_class_in_a_variable(tmp_path: Path) -> None:
    assert came_to_with_user(read(tmp_path, {"mail.py": CLASS.format(test="True")})) == EARLY


def test_a_class_that_depends_is_open(tmp_path: Path) -> None:
    assert untellable(read(tmp_path, {"mail.py": CLASS.format(test="sys.argv[1]")})) == ["tls"]


BRANCH = (
    "import os, smtplib\nif {test}:\n    server = smtplib.SMTP_SSL('a.example', 587)\nelse:\n"
    "    server = smtplib.SMTP('a.example', 587)\n    server.starttls()\n"
)


@pytest.mark.parametrize(
    ("test", "dotenv", "said"),
    [
        ("os.getenv('SSL')", "SSL=false\n", ["condition"]),
        ("os.getenv('SSL')", "SSL=true\n", []),
        ("os.getenv('SSL') != 'false'", "SSL=\n", []),
    ],
)
def test_a_text_that_says_no_takes_the_way_with_tls(
    tmp_path: Path, test: str, dotenv: str, said: list[str]
) -> None:
    setup = read(tmp_path, {"mail.py": BRANCH.format(test=test), ".env": dotenv})
    assert setup.settings.tls == "implicit"
    assert [each.option for each in setup.settings.remarks if each.kind == "misread"] == said


def test_what_the_command_line_has_to_give_is_asked_for(tmp_path: Path) -> None:
    code = (
        "import argparse, smtplib\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('host')\nparser.add_argument('--port', type=int, required=True)\n"
        "c = parser.parse_args()\nsmtplib.SMTP_SSL(c.host, c.port)\n"
    )
    found = one(write(tmp_path, {"mail.py": code}), "smtplib").settings
    assert found.host is None
    assert [(item.option, item.why) for item in found.untellable] == [
        ("host", "host is given on the command line"),
        ("port", "port is given on the command line"),
    ]


def test_secrets_of_streamlit_that_are_not_here_cannot_be_told(tmp_path: Path) -> None:
    code = "import smtplib\nimport streamlit as st\nsmtplib.SMTP_SSL(st.secrets['host'], 465)\n"
    found = one(write(tmp_path, {"app.py": code}), "smtplib").settings
    assert [item.why for item in found.untellable] == [
        ".streamlit/secrets.toml is not in the folder"
    ]
