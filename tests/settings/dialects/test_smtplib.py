"""smtplib: which connection a script makes, and what it calls on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .python_support import edited, found
from .support import apply, one, prepared, setups, write
from .ways import changes_lead_there, remarks, way

HOST = "smtp.ionos.com"
HEAD = "import os, smtplib, ssl\nfrom email.message import EmailMessage\n"
LOGIN = "s.login('info@example.com', 'word')\ns.sendmail('info@example.com', to, msg)\n"
STARTTLS = (HOST, 587, "starttls", True)
IMPLICIT = (HOST, 465, "implicit", False)

HEALTHY = [
    ("s = smtplib.SMTP('smtp.ionos.com', 587)\ns.starttls()\n" + LOGIN, STARTTLS, False),
    (
        "s = smtplib.SMTP('smtp.ionos.com', 587)\ns.ehlo()\n"
        "s.starttls(context=ssl.create_default_context())\n" + LOGIN,
        STARTTLS,
        True,
    ),
    ("s = smtplib.SMTP_SSL('smtp.ionos.com', 465)\n" + LOGIN, IMPLICIT, False),
    ("s = smtplib.SMTP_SSL('smtp.ionos.com')\n" + LOGIN, IMPLICIT, False),
    (
        "ctx = ssl.create_default_context()\nctx.check_hostname = False\n"
        "ctx.verify_mode = ssl.CERT_NONE\n"
        "s = smtplib.SMTP_SSL(port=465, host='smtp.ionos.com', context=ctx)\n" + LOGIN,
        IMPLICIT,
        False,
    ),
    (
        "ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\n"
        "s = smtplib.SMTP_SSL('smtp.ionos.com:465', context=ctx)\n" + LOGIN,
        IMPLICIT,
        True,
    ),
    ("s = smtplib.SMTP('smtp.ionos.com: 587')\ns.starttls()\n" + LOGIN, STARTTLS, False),
    (
        "s = smtplib.SMTP()\ns.connect('smtp.ionos.com', 587)\ns.starttls()\n" + LOGIN,
        STARTTLS,
        False,
    ),
    (
        "from smtplib import SMTP_SSL as Connection\n"
        "with Connection('smtp.ionos.com', int('465')) as s:\n"
        "    s.login('info@example.com', password='word')\n"
        "    s.send_message(m, from_addr='info@example.com')\n",
        IMPLICIT,
        False,
    ),
    (
        "PORT = 465\nif PORT == 465:\n    s = smtplib.SMTP_SSL('smtp.ionos.com', PORT)\nelse:\n"
        "    s = smtplib.SMTP('smtp.ionos.com', PORT)\n    s.starttls()\n" + LOGIN,
        IMPLICIT,
        False,
    ),
    (
        "def connect(port):\n    if port == 465:\n"
        "        return smtplib.SMTP_SSL('smtp.ionos.com', port)\n"
        "    s = smtplib.SMTP('smtp.ionos.com', port)\n    s.starttls()\n    return s\n"
        "s = connect(465)\n" + LOGIN,
        IMPLICIT,
        False,
    ),
    (
        "class Mailer:\n    def __init__(self):\n"
        "        self.s = smtplib.SMTP('smtp.ionos.com', 587)\n        self.s.starttls()\n"
        "    def send(self, msg):\n        self.s.login('info@example.com', 'word')\n"
        "        msg['From'] = 'info@example.com'\n        self.s.send_message(msg)\n",
        STARTTLS,
        False,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "expected", "verifies"), HEALTHY)
def test_healthy_scripts(
    tmp_path: Path, code: str, expected: tuple[str, int, str, bool], verifies: bool
) -> None:
    setup = found(tmp_path, "smtplib", {"send.py": HEAD + code})
    assert way(setup) == expected
    assert setup.complete
    assert setup.settings.verify is verifies
    assert not setup.settings.remarks
    assert setup.settings.username == setup.settings.sender == "info@example.com"
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "word"


WRONG = [
    ("s = smtplib.SMTP_SSL('smtp.ionos.com', 587)\n", (HOST, 587, "implicit", False), set()),
    (
        "s = smtplib.SMTP_SSL('smtp.ionos.com', 587, context=ssl.create_default_context())\n",
        (HOST, 587, "implicit", False),
        set(),
    ),
    ("s = smtplib.SMTP('smtp.ionos.com', 465)\n", (HOST, 465, "none", False), set()),
    (
        "s = smtplib.SMTP('smtp.ionos.com', 465)\n"
        "s.starttls(context=ssl.create_default_context())\n",
        (HOST, 465, "starttls", True),
        set(),
    ),
    ("s = smtplib.SMTP('smtp.ionos.com')\n", (HOST, 25, "none", False), set()),
    ("s = smtplib.SMTP('smtp.ionos.com', 587)\n", (HOST, 587, "none", False), set()),
    (
        "s = smtplib.SMTP_SSL('smtp.ionos.com', 465)\ns.starttls()\n",
        (HOST, 465, "implicit", False),
        {("fault", "starttls")},
    ),
]


@pytest.mark.parametrize(("code", "expected", "said"), WRONG)
def test_what_is_wrong_and_the_change_that_mends_it(
    tmp_path: Path,
    code: str,
    expected: tuple[str, int, str, bool],
    said: set[tuple[str, str]],
) -> None:
    root = tmp_path / "folder"
    setup = found(root, "smtplib", {"send.py": HEAD + code + LOGIN})
    assert way(setup) == expected
    assert remarks(setup) == said
    changes_lead_there(root, "smtplib")


def test_a_class_that_is_imported_by_its_name_is_changed_in_the_import_too(tmp_path: Path) -> None:
    code = "from smtplib import SMTP_SSL\nwith SMTP_SSL('smtp.ionos.com', 587) as s:\n    "
    code += LOGIN.replace("\n", "\n    ").rstrip() + "\n"
    write(tmp_path / "folder", {"send.py": code})
    assert edited(tmp_path / "folder", "smtplib", 587, "starttls") == [
        ("", "    s.starttls()\n"),
        ("SMTP_SSL", "SMTP"),
        ("SMTP_SSL", "SMTP"),
    ]
    changes_lead_there(tmp_path / "folder", "smtplib")


def test_values_of_the_environment_and_a_module(tmp_path: Path) -> None:
    code = (
        "import config\nfrom dotenv import load_dotenv\nload_dotenv()\n"
        "s = smtplib.SMTP(config.HOST, int(os.environ['PORT']))\ns.starttls()\n"
        "s.login(os.getenv('USER_'), os.environ['PASS'])\n"
    )
    files = {
        "send.py": HEAD + code,
        "config.py": "HOST = 'smtp.ionos.com'\n",
        ".env": "PORT=587\nUSER_=info@example.com\nPASS='wo#rd'\n",
    }
    setup = found(tmp_path, "smtplib", files)
    assert way(setup) == STARTTLS
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "wo#rd"
    assert [
        entry.origin.label
        for field in ("host", "port", "username", "password")
        if (entry := setup.settings.entry(field))
    ] == ["config.py:1", ".env:1", ".env:2", ".env:3"]
    setup = found(tmp_path, "smtplib", files, PORT="465")
    assert setup.settings.port == 465
    port = setup.settings.entry("port")
    assert port is not None
    assert [each.origin.label for each in port.shadows] == [".env:1"]


DOCUMENTS = {
    "config.ini": (
        "[smtp]\nhost = smtp.ionos.com\nport = 465\nuser = info@example.com\npw = word\n",
        "import configparser\nc = configparser.ConfigParser()\nc.read('config.ini')\n"
        "s = smtplib.SMTP_SSL(c['smtp']['host'], c.getint('smtp', 'port'))\n"
        "s.login(c.get('smtp', 'user'), c['smtp']['pw'])\n",
    ),
    "config.json": (
        '{"host": "smtp.ionos.com",\n"port": 465,\n"user": "info@example.com",\n"pw": "word"}\n',
        "import json\nwith open('config.json') as f:\n    c = json.load(f)\n"
        "s = smtplib.SMTP_SSL(c['host'], c['port'])\ns.login(c['user'], c['pw'])\n",
    ),
    "config.yaml": (
        "smtp:\n  host: smtp.ionos.com\n  port: 465\n  user: info@example.com\n  pw: word\n",
        "import yaml\nc = yaml.safe_load(open('config.yaml'))['smtp']\n"
        "s = smtplib.SMTP_SSL(c['host'], c.get('port', 1))\ns.login(c['user'], c['pw'])\n",
    ),
}


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_values_of_a_document(tmp_path: Path, name: str) -> None:
    text, code = DOCUMENTS[name]
    root = tmp_path / "folder"
    setup = found(root, "smtplib", {name: text, "send.py": HEAD + code})
    assert way(setup) == IMPLICIT
    assert setup.settings.username == "info@example.com"
    host = setup.settings.entry("host")
    assert host is not None
    assert host.origin.file == name
    write(root, {name: text.replace("465", "587")})
    (edit,) = prepared(one(root, "smtplib").settings, 465, "implicit").edits
    assert (edit.file, edit.replace, edit.with_) == (name, "587", "465")
    change = next(each for each in one(root, "smtplib").settings.prepared if each.host)
    assert change.edits[0].with_.strip('"') == "{host}"


def test_fields_of_a_dataclass_and_statements_in_one_line(tmp_path: Path) -> None:
    code = (
        "from dataclasses import dataclass\n@dataclass\nclass Config:\n"
        "    host: str = 'smtp.ionos.com'\n    port: int = 465\nc = Config()\n"
        "with smtplib.SMTP(c.host, c.port) as s:\n    s.ehlo()\n"
        "    s.starttls(); s.login('info@example.com', 'word')\n"
    )
    root = tmp_path / "folder"
    setup = found(root, "smtplib", {"send.py": HEAD + code})
    assert way(setup) == (HOST, 465, "starttls", True)
    port = setup.settings.entry("port")
    assert port is not None
    assert (port.text, port.origin.label) == ("465", "send.py:7")
    changes_lead_there(root, "smtplib")
    assert ("s.starttls()", "pass") in edited(root, "smtplib", 465, "implicit")


def test_a_default_is_changed_where_it_stands(tmp_path: Path) -> None:
    code = "s = smtplib.SMTP_SSL('smtp.ionos.com', int(os.getenv('PORT', 587)))\n"
    write(tmp_path, {"send.py": HEAD + code + LOGIN})
    assert edited(tmp_path, "smtplib", 465, "implicit") == [("587", "465")]


def test_starttls_where_the_server_offers_it(tmp_path: Path) -> None:
    code = "s = smtplib.SMTP('smtp.ionos.com', 587)\nif s.has_extn('STARTTLS'):\n    s.starttls()\n"
    assert way(found(tmp_path, "smtplib", {"a.py": HEAD + code})) == (HOST, 587, "starttls", False)


@pytest.mark.parametrize(
    ("code", "option"),
    [
        ("s = smtplib.SMTP_SSL(args.host, 465)\n", "host"),
        ("s = smtplib.SMTP_SSL('smtp.ionos.com', read())\n", "port"),
        ("s = smtplib.SMTP('smtp.ionos.com', 587)\nif ask():\n    s.starttls()\n", "starttls"),
        ("s = smtplib.SMTP_SSL('smtp.ionos.com')\ns.login('u', open('p').read())\n", "password"),
        ("def send(h, p):\n    smtplib.SMTP_SSL(h)\nsend('a', 1)\nsend('b', 2)\n", "host"),
        ("s = smtplib.SMTP_SSL(os.environ['NOWHERE'])\n", "host"),
    ],
)
def test_what_can_not_be_told(tmp_path: Path, code: str, option: str) -> None:
    setup = found(tmp_path, "smtplib", {"send.py": HEAD + code})
    assert not setup.complete
    assert [each.option for each in setup.settings.untellable] == [option]


def test_what_is_no_set_up(tmp_path: Path) -> None:
    files = {
        "a.py": "# smtplib.SMTP('smtp.ionos.com', 587)\n",
        "b.py": "'''smtplib.SMTP('smtp.ionos.com', 587)'''\nimport smtplib\n",
        "test_send.py": HEAD + "smtplib.SMTP('smtp.ionos.com', 587)\n",
        "d.py": HEAD + "if False:\n    smtplib.SMTP('smtp.ionos.com', 587)\n",
        "e.py": "import smtplib\ntry:\n    pass\nexcept smtplib.SMTPException:\n    pass\n",
    }
    assert setups(write(tmp_path, files)) == []


def test_a_connection_without_a_host_before_the_one_that_connects(tmp_path: Path) -> None:
    code = (
        "from smtplib import SMTP\nsmtp = SMTP()\nsmtp.set_debuglevel(0)\n"
        "smtp = SMTP('smtp.ionos.com', 465)\nsmtp.starttls()\nsmtp.login('a@b.de', 'word')\n"
    )
    setup = one(write(tmp_path, {"m.py": code}), "smtplib")
    assert way(setup) == ("smtp.ionos.com", 465, "starttls", True)
    apply(tmp_path, prepared(setup.settings, None, "implicit"))
    assert (tmp_path / "m.py").read_text().startswith("from smtplib import SMTP, SMTP_SSL\n")
