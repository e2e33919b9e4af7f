"""Files that Python programs read, by paths that only a run knows whole; what can't be told of a
class or a conversion; connections with a second way for where the first fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from .python_support import found
from .support import setups, write
from .ways import remarks, way

SEND = """
with smtplib.SMTP_SSL(c["host"], c["port"]) as server:
    server.login(c["user"], c["password"])
"""
JSON = '{"host": "smtp.ionos.com", "port": 465, "user": "info@example.com", "password": "geheim-1"}'
TOML = 'host = "smtp.ionos.com"\nport = 465\nuser = "info@example.com"\npassword = "geheim-1"\n'
YAML = "host: smtp.ionos.com\nport: 465\nuser: info@example.com\npassword: geheim-1\n"
INI = "[mail]\nhost = smtp.ionos.com\nport = 465\nuser = info@example.com\npassword = geheim-1\n"
READS = "import json, os, smtplib, toml, yaml, configparser\nfrom pathlib import Path\n"
IMPLICIT = ("smtp.ionos.com", 465, "implicit", False)


@pytest.mark.parametrize(
    ("code", "file", "text"),
    [
        ("c = json.load(open('{0}/{1}'.format(HERE, '../mail.json')))", "mail.json", JSON),
        ("c = json.load(open(f'{HERE}/mail.json'))", "mail.json", JSON),
        ("c = json.load(open(os.path.join(HERE, 'etc', 'mail.json')))", "etc/mail.json", JSON),
        ("P = Path.cwd() / 'mail.yaml'\nc = yaml.load(open(P), yaml.Loader)", "mail.yaml", YAML),
        ("c = yaml.safe_load(Path(HERE, 'mail.yml').read_text())", "mail.yml", YAML),
        ("c = toml.load('mail.toml')", "mail.toml", TOML),
        ("c = toml.loads(open('mail.toml').read())", "mail.toml", TOML),
    ],
)
def test_a_document_by_a_path_that_begins_where_only_a_run_knows(
    tmp_path: Path, code: str, file: str, text: str
) -> None:
    whole = f"{READS}HERE = os.path.dirname(os.path.dirname(__file__))\n{code}\n{SEND}"
    setup = found(tmp_path, "smtplib", {"mail.py": whole, file: text})
    assert way(setup) == IMPLICIT
    assert setup.complete


def test_a_path_in_a_function_of_another_file(tmp_path: Path) -> None:
    reader = (
        "import yaml\nfrom pathlib import Path\ndef read_config():\n"
        "    path = Path().cwd() / 'mail.yaml'\n    with open(path) as file:\n"
        "        config = yaml.load(file, yaml.Loader)\n    return config\n"
    )
    code = f"import smtplib\nfrom reader import read_config\nc = read_config()\n{SEND}"
    setup = found(tmp_path, "smtplib", {"m.py": code, "reader.py": reader, "mail.yaml": YAML})
    assert way(setup) == IMPLICIT


@pytest.mark.parametrize(
    "read",
    [
        "parser.read(os.path.join(os.path.dirname(__file__), 'mail.ini'), encoding='utf-8')",
        "parser.read(['/etc/mail.ini', 'mail.ini'])",
        "parser.read_file(open('mail.ini'))",
        "def load():\n    where = os.path.join(os.getcwd(), 'mail.ini')\n    parser.read(where)",
    ],
)
def test_the_file_that_a_parser_reads(tmp_path: Path, read: str) -> None:
    code = f"{READS}parser = configparser.ConfigParser()\n{read}\nc = parser['mail']\n{SEND}"
    setup = found(tmp_path, "smtplib", {"mail.py": code, "mail.ini": INI})
    assert setup.settings.host == "smtp.ionos.com"


@pytest.mark.parametrize(
    "read",
    [
        "with open('mail.properties') as file:\n    parser.read_string('[mail]\\n' + file.read())",
        "with open('mail.properties') as file:\n    parser.read_string(f'[mail]\\n{file.read()}')",
    ],
)
def test_a_file_without_sections_that_a_program_puts_under_one(tmp_path: Path, read: str) -> None:
    code = f"{READS}parser = configparser.ConfigParser()\n{read}\nc = parser['mail']\n{SEND}"
    plain = INI.partition("\n")[2]
    setup = found(tmp_path, "smtplib", {"mail.py": code, "mail.properties": plain})
    assert setup.settings.host == "smtp.ionos.com"


def test_lookalike_a_text_before_a_file_that_is_no_section(tmp_path: Path) -> None:
    read = "parser.read_string('# settings\\n' + open('mail.properties').read())"
    code = f"{READS}parser = configparser.ConfigParser()\n{read}\nc = parser['mail']\n{SEND}"
    plain = INI.partition("\n")[2]
    setup = found(tmp_path, "smtplib", {"mail.py": code, "mail.properties": plain})
    assert setup.settings.host is None
    assert not setup.complete


HANDED = (
    "from pathlib import Path\nimport smtplib, yaml\ndef load(name, file):\n"
    "    with open(file) as opened:\n        return yaml.safe_load(opened)\n"
    "here = Path(__file__).parent.resolve()\n"
)


def test_a_file_whose_path_a_call_hands_over(tmp_path: Path) -> None:
    code = f"{HANDED}c = load('mail', str(Path(here / 'mail.yaml')))\n{SEND}"
    assert way(found(tmp_path, "smtplib", {"m.py": code, "mail.yaml": YAML})) == IMPLICIT


def test_lookalike_a_path_that_two_calls_hand_over(tmp_path: Path) -> None:
    code = f"{HANDED}load('other', here / 'other.yaml')\nc = load('m', here / 'mail.yaml')\n{SEND}"
    setup = found(tmp_path, "smtplib", {"m.py": code, "mail.yaml": YAML, "other.yaml": YAML})
    assert not setup.complete


def test_lookalike_a_file_of_another_name_is_not_read(tmp_path: Path) -> None:
    code = f"{READS}c = json.load(open(os.path.join(HERE, 'other.json')))\n{SEND}"
    setup = found(tmp_path, "smtplib", {"mail.py": code, "mail.json": JSON})
    assert setup.settings.host is None
    assert not setup.complete


FIELDS = "    host: str = 'smtp.example.com'\n    port: int = 465\n"
USES = "import smtplib\nwith smtplib.SMTP_SSL({0}.host, {0}.port) as server:\n    server.quit()\n"


@pytest.mark.parametrize("of", ["Settings", "Settings()"])
def test_a_field_may_come_from_a_variable_where_nobody_knows_the_class(
    tmp_path: Path, of: str
) -> None:
    code = f"from envclass import EnvClass\nclass Settings(EnvClass):\n{FIELDS}{USES.format(of)}"
    setup = found(tmp_path, "smtplib", {"mail.py": code, ".env": "HOST=smtp.ionos.com\n"})
    assert setup.settings.host is None
    assert "envclass" in setup.untold[0] or "EnvClass" in setup.untold[0]


@pytest.mark.parametrize(
    ("base", "env"),
    [
        ("EnvClass", "OTHER=smtp.ionos.com\n"),  # no variable has the field's name
        ("object", "HOST=smtp.ionos.com\n"),
        ("Protocol", "HOST=smtp.ionos.com\n"),
    ],
)
def test_lookalike_a_class_that_reads_no_variables(tmp_path: Path, base: str, env: str) -> None:
    code = f"class Settings({base}):\n{FIELDS}{USES.format('Settings')}"
    setup = found(tmp_path, "smtplib", {"mail.py": code, ".env": env})
    assert setup.settings.host == "smtp.example.com"


DJANGO = """from environs import FileAwareEnv
env = FileAwareEnv()
env.read_env()
INSTALLED_APPS = []
EMAIL_HOST = env("EMAIL_HOST")
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", True)
"""


def test_environs_that_reads_files_too(tmp_path: Path) -> None:
    files = {"shop/settings.py": DJANGO, "manage.py": "", ".env": "EMAIL_HOST=smtp.ionos.com\n"}
    assert way(found(tmp_path, "django", files)) == ("smtp.ionos.com", 587, "starttls", True)


# --- conversions ---------------------------------------------------------------------------------

SWITCH = """import os
INSTALLED_APPS = []
def switch(name, default):
    return bool(int(os.getenv(name, default)))
EMAIL_HOST = "smtp.ionos.com"
EMAIL_PORT = 587
EMAIL_HOST_USER = "info@example.com"
EMAIL_HOST_PASSWORD = "geheim-1"
EMAIL_USE_TLS = switch("EMAIL_USE_TLS", False)
"""


def test_a_text_at_which_a_conversion_stops(tmp_path: Path) -> None:
    files = {"shop/settings.py": SWITCH, "manage.py": "", ".env": "A=1\nEMAIL_USE_TLS=True\n"}
    setup = found(tmp_path, "django", files)
    (stop,) = [each for each in setup.settings.remarks if each.kind == "fault"]
    assert stop.origin is not None
    assert (stop.option, stop.origin.label) == ("EMAIL_USE_TLS", ".env:2")
    assert [each.origin.label for each in stop.beside] == ["shop/settings.py:4"]
    assert not setup.settings.tells_mode


@pytest.mark.parametrize("env", ["EMAIL_USE_TLS=1\n", ""])
def test_lookalike_a_text_that_converts_and_none(tmp_path: Path, env: str) -> None:
    files = {"shop/settings.py": SWITCH, "manage.py": "", ".env": env}
    setup = found(tmp_path, "django", files)
    assert remarks(setup) == set()
    assert setup.settings.tells_mode


def test_lookalike_a_conversion_whose_error_is_handled(tmp_path: Path) -> None:
    code = (
        "import os, smtplib\ntry:\n    port = int(os.environ['SMTP_PORT'])\nexcept ValueError:\n"
        "    port = 587\nsmtplib.SMTP('smtp.ionos.com', port).starttls()\n"
    )
    setup = found(tmp_path, "smtplib", {"mail.py": code, ".env": "SMTP_PORT=587/tcp\n"})
    assert remarks(setup) == set()


# --- a second way --------------------------------------------------------------------------------

AFTER = """    server.login("info@example.com", "geheim-1")
    server.sendmail("info@example.com", "to@example.com", "")
"""


def test_a_second_way_for_where_the_first_fails_is_no_set_up(tmp_path: Path) -> None:
    code = (
        "import smtplib\ndef send():\n    try:\n"
        "        server = smtplib.SMTP('smtp.ionos.com', 587)\n"
        "    except OSError:\n        server = smtplib.SMTP_SSL('smtp.ionos.com', 465)\n"
        f"    server.starttls()\n{AFTER}"
    )
    setup = found(tmp_path, "smtplib", {"mail.py": code})
    assert way(setup) == ("smtp.ionos.com", 587, "starttls", True)
    assert setup.settings.has_credentials
    assert remarks(setup) == set()


def test_what_follows_two_ways_belongs_to_both(tmp_path: Path) -> None:
    code = (
        "import smtplib\ndef send(secure):\n    if secure:\n"
        "        server = smtplib.SMTP_SSL('one.example.com', 465)\n    else:\n"
        "        server = smtplib.SMTP('two.example.com', 587)\n        server.starttls()\n"
        f"{AFTER}"
    )
    first, second = setups(write(tmp_path, {"mail.py": code}))
    assert way(first) == ("one.example.com", 465, "implicit", False)
    assert way(second) == ("two.example.com", 587, "starttls", True)
    assert first.settings.has_credentials
    assert second.settings.has_credentials
    assert remarks(first) == set()


def test_lookalike_one_variable_for_two_connections_after_each_other(tmp_path: Path) -> None:
    code = (
        "import smtplib\nserver = smtplib.SMTP('one.example.com', 587)\nserver.starttls()\n"
        "server = smtplib.SMTP('two.example.com', 25)\nserver.login('info@example.com', 'x-1')\n"
    )
    first, second = setups(write(tmp_path, {"mail.py": code}))
    assert (first.settings.tls, first.settings.has_credentials) == ("starttls", False)
    assert (second.settings.tls, second.settings.has_credentials) == ("none", True)
