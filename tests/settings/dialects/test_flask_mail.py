"""Flask-Mail and Flask-Mailman: what a Flask program's configuration comes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from .python_support import edited, found
from .support import apply, one, setups, write
from .ways import changes_lead_there, remarks, way

HOST = "smtp.ionos.com"
STARTTLS = (HOST, 587, "starttls", True)
IMPLICIT = (HOST, 465, "implicit", False)
APP = "import os\nfrom flask import Flask\nfrom flask_mail import Mail\napp = Flask(__name__)\n"
ITEMS = {
    "MAIL_SERVER": "'smtp.ionos.com'",
    "MAIL_USERNAME": "'info@example.com'",
    "MAIL_PASSWORD": "'word'",
    "MAIL_DEFAULT_SENDER": "('Shop', 'info@example.com')",
}

ITEM = "app.config[{0!r}] = {1}\n"
ARGUMENT = "    {0}={1},\n"
PAIR = "    {0!r}: {1},\n"


def lines(values: dict[str, str], form: str) -> str:
    return "".join(form.format(name, value) for name, value in {**ITEMS, **values}.items())


def items(**values: str) -> dict[str, str]:
    return {
        "app.py": f"{APP}{lines(values, 'app.config[{0!r}] = {1}' + chr(10))}mail = Mail(app)\n"
    }


TLS = {"MAIL_PORT": "587", "MAIL_USE_TLS": "True"}
SSL = {"MAIL_PORT": "465", "MAIL_USE_TLS": "False", "MAIL_USE_SSL": "True"}
UPDATE = f"{APP}app.config.update(\n{lines(SSL, ARGUMENT)})\n"
MAPPING = f"{APP}app.config.from_mapping({{\n{lines(TLS, PAIR)}}})\n"
CLASSES = (
    "import os\nclass Config:\n"
    + lines({"MAIL_PORT": "25", "MAIL_USE_TLS": "True"}, "    {0} = {1}\n")
    + "class ProductionConfig(Config):\n    MAIL_PORT = 587\n"
    "class DevelopmentConfig(Config):\n    MAIL_SERVER = 'localhost'\n"
    "config = {'development': DevelopmentConfig, 'production': ProductionConfig}\n"
)
FACTORY = (
    "from flask_mail import Mail\nfrom config import config\ndef create_app(name):\n"
    "    app = Flask(__name__)\n    app.config.from_object(config[name])\n"
)
PREFIXED = f"{APP}app.config.from_prefixed_env()\n"
FLASKENV = (
    "FLASK_MAIL_SERVER=smtp.ionos.com\nFLASK_MAIL_PORT=587\nFLASK_MAIL_USE_TLS=true\n"
    "FLASK_MAIL_USE_SSL=false\nFLASK_MAIL_USERNAME=info@example.com\nFLASK_MAIL_PASSWORD=word\n"
)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (items(**TLS), STARTTLS),
        (items(**SSL), IMPLICIT),
        ({"app.py": UPDATE}, IMPLICIT),
        ({"app.py": MAPPING}, STARTTLS),
        ({"config.py": CLASSES, "app/__init__.py": FACTORY}, STARTTLS),
        (
            {
                "settings.cfg": lines(TLS, "{0} = {1}\n"),
                "settings.py": lines(TLS, "{0} = {1}\n"),
                "app.py": f"{APP}app.config.from_pyfile('settings.py')\n",
            },
            STARTTLS,
        ),
        ({"app.py": PREFIXED, ".env": FLASKENV}, STARTTLS),
        (
            {
                **items(
                    MAIL_PORT="int(os.environ.get('MAIL_PORT') or 25)",
                    MAIL_USE_TLS="os.environ.get('MAIL_USE_TLS', 'false').lower() in ['true', '1']",
                ),
                ".env": "MAIL_PORT=587\nMAIL_USE_TLS=1\n",
            },
            STARTTLS,
        ),
    ],
)
def test_healthy_configurations(
    tmp_path: Path, files: dict[str, str], expected: tuple[str, int, str, bool]
) -> None:
    setup = found(tmp_path, "flask-mail", files)
    assert way(setup) == expected
    assert setup.complete
    assert not setup.settings.remarks
    assert not setup.settings.verify
    assert setup.settings.username == setup.settings.sender == "info@example.com"
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "word"


@pytest.mark.parametrize(
    ("values", "expected", "said"),
    [
        ({"MAIL_PORT": "587", "MAIL_USE_SSL": "True"}, (HOST, 587, "implicit", False), set()),
        ({"MAIL_PORT": "465", "MAIL_USE_TLS": "True"}, (HOST, 465, "starttls", True), set()),
        ({"MAIL_PORT": "465"}, (HOST, 465, "none", False), set()),
        (
            {"MAIL_PORT": "465", "MAIL_USE_SSL": "True", "MAIL_USE_TLS": "True"},
            (HOST, 465, "implicit", False),
            {("fault", "MAIL_USE_SSL")},
        ),
        (
            {"MAIL_PORT": "587", "MAIL_USE_TLS": "True", "MAIL_USE_SSL": "os.getenv('S')"},
            (HOST, 587, "starttls", True),
            {("fault", "MAIL_USE_SSL"), ("misread", "MAIL_USE_SSL")},
        ),
    ],
)
@pytest.mark.parametrize("form", ["items", "update", "mapping", "class"])
def test_what_is_wrong_and_the_change_that_mends_it(
    tmp_path: Path,
    form: str,
    values: dict[str, str],
    expected: tuple[str, int, str, bool],
    said: set[tuple[str, str]],
) -> None:
    files = {
        "items": items(**values),
        "update": {"app.py": f"{APP}app.config.update(\n{lines(values, ARGUMENT)})\n"},
        "mapping": {"app.py": f"{APP}app.config.from_mapping({{\n{lines(values, PAIR)}}})\n"},
        "class": {
            "app.py": f"{APP}class Config:\n{lines(values, '    {0} = {1}' + chr(10))}"
            "app.config.from_object(Config)\n"
        },
    }[form]
    root = tmp_path / "folder"
    setup = found(root, "flask-mail", {**files, ".env": "S=False\n"})
    assert way(setup) == expected
    assert remarks(setup) == said
    changes_lead_there(root, "flask-mail")


def test_the_smallest_change_is_the_other_name(tmp_path: Path) -> None:
    write(tmp_path, items(MAIL_PORT="587", MAIL_USE_SSL="True"))
    assert edited(tmp_path, "flask-mail", 587, "starttls") == [("MAIL_USE_SSL", "MAIL_USE_TLS")]


def test_the_environment_with_a_prefix_is_json(tmp_path: Path) -> None:
    env = FLASKENV.replace("SSL=false", "SSL=False").replace("_TLS=true", "_TLS=True")
    root = tmp_path / "folder"
    setup = found(root, "flask-mail", {"app.py": PREFIXED, ".env": env})
    assert remarks(setup) == {("misread", "MAIL_USE_SSL"), ("fault", "MAIL_USE_SSL")}
    changes_lead_there(root, "flask-mail")


def test_the_profile_chooses_the_class(tmp_path: Path) -> None:
    files = {"config.py": CLASSES, "app/__init__.py": FACTORY}
    assert (
        found(tmp_path, "flask-mail", files, FLASK_ENV="development").settings.host == "localhost"
    )
    (asked,) = setups(tmp_path, profile="development")
    assert asked.settings.host == "localhost"


def test_what_is_not_sent(tmp_path: Path) -> None:
    setup = found(tmp_path, "flask-mail", items(**TLS, MAIL_SUPPRESS_SEND="True"))
    assert remarks(setup) == {("not-sent", "MAIL_SUPPRESS_SEND")}


def mailman(**values: str) -> dict[str, str]:
    return {"app.py": items(**values)["app.py"].replace("flask_mail", "flask_mailman")}


def test_flask_mailman(tmp_path: Path) -> None:
    setup = found(tmp_path, "flask-mailman", mailman(**TLS))
    assert way(setup) == STARTTLS
    assert not setup.settings.verify
    assert not setup.settings.remarks
    write(tmp_path, mailman(**SSL))
    assert one(tmp_path, "flask-mailman").settings.verify
    write(tmp_path, mailman(**TLS, MAIL_BACKEND="'console'"))
    assert remarks(one(tmp_path, "flask-mailman")) == {("not-sent", "MAIL_BACKEND")}
    write(tmp_path, mailman(**TLS, MAIL_USE_SSL="True"))
    assert remarks(one(tmp_path, "flask-mailman")) == {("fault", "MAIL_USE_SSL")}


def test_what_is_no_set_up(tmp_path: Path) -> None:
    files = {
        "app.py": f"{APP}# app.config['MAIL_SERVER'] = 'smtp.ionos.com'\n",
        "tests/config.py": "MAIL_SERVER = 'a'\n",
    }
    assert setups(write(tmp_path, files)) == []


def test_the_name_beside_a_senders_address_stays(tmp_path: Path) -> None:
    text = "MAIL_DEFAULT_SENDER = ('Shop', 'info@example.org')"
    lines = f"from flask_mail import Mail\nMAIL_SERVER = 'smtp.ionos.com'\n{text}\n"
    root = write(tmp_path, {"requirements.txt": "Flask-Mail\n", "config.py": lines})
    change = next(each for each in one(root, "flask-mail").settings.prepared if each.sender)
    apply(root, change, sender="info@example.com")
    assert "('Shop', 'info@example.com')" in (root / "config.py").read_text()


@pytest.mark.parametrize(
    ("code", "sender"),
    [
        ("Message('s', sender='shop@example.com', recipients=[to])", "shop@example.com"),
        ("Message('s', sender=('Shop', 'shop@example.com'), recipients=[to])", "shop@example.com"),
        ("Message('s', recipients=[to])", "info@example.com"),  # the default
        ("Message('s', sender=form.address, recipients=[to])", "info@example.com"),
        ("notify('s', sender='shop@example.com')", "info@example.com"),
    ],
)
def test_the_sender_is_that_of_a_message_in_another_file(
    tmp_path: Path, code: str, sender: str
) -> None:
    views = f"from flask_mail import Message\ndef send(to, form):\n    mail.send({code})\n"

    setup = one(write(tmp_path, {**items(**TLS), "views.py": views}), "flask-mail")

    assert setup.settings.sender == sender


def test_the_messages_of_a_neighbour_have_their_own_sender(tmp_path: Path) -> None:
    views = "from flask_mail import Message\nMessage('s', sender='b@example.org')\n"
    root = write(
        tmp_path,
        {
            **{f"a/{name}": text for name, text in items(**TLS).items()},
            "a/requirements.txt": "Flask-Mail\n",
            "b/requirements.txt": "Flask-Mail\n",
            "b/views.py": views,
        },
    )

    assert one(root, "flask-mail").settings.sender == "info@example.com"


def behind(before: str, after: str = "", package: str = "flask_mail") -> dict[str, str]:
    """An app whose names stand between two texts."""
    values = lines({"MAIL_PORT": "587", "MAIL_USE_TLS": "True"}, ITEM)
    app = APP.replace("flask_mail", package)
    return {"app.py": f"{app}{before}{values}{after}"}


@pytest.mark.parametrize(
    ("package", "host"), [("flask_mail", "127.0.0.1"), ("flask_mailman", "localhost")]
)
@pytest.mark.parametrize("before", ["mail = Mail(app)\n", "mail = Mail()\nmail.init_app(app)\n"])
def test_names_that_are_set_after_they_were_read(
    tmp_path: Path, package: str, host: str, before: str
) -> None:
    setup = one(write(tmp_path, behind(before, package=package)), package.replace("_", "-"))
    late = before == "mail = Mail(app)\n"
    settings = setup.settings
    assert settings.host == (host if late else HOST)
    assert [(each.kind, each.option) for each in settings.remarks] == (
        [("misread", "MAIL_SERVER")] if late else []
    )
    assert settings.has_password is not late


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("mail = Mail()\n", "mail.init_app(app)\n"),
        ("mail = Mail(app)\n", "mail = Mail(app)\n"),
        ("def create():\n    return Mail(app)\n", "mail = create()\n"),
    ],
)
def test_names_that_are_set_before_they_are_read(tmp_path: Path, before: str, after: str) -> None:
    settings = one(write(tmp_path, behind(before, after)), "flask-mail").settings
    assert (settings.host, settings.remarks) == (HOST, ())


@pytest.mark.parametrize(
    "load", ["from_file('config.json', load=json.load)", "from_json('config.json')"]
)
def test_a_document_that_the_app_loads(tmp_path: Path, load: str) -> None:
    document = (
        '{\n  "MAIL_SERVER": "smtp.ionos.com",\n  "MAIL_PORT": 587,\n  "MAIL_USE_SSL": true,\n'
        '  "MAIL_USERNAME": "info@example.com",\n  "MAIL_PASSWORD": "word"\n}\n'
    )
    app = f"import json\n{APP}app.config.{load}\nmail = Mail(app)\n"
    setup = one(write(tmp_path, {"app.py": app, "config.json": document}), "flask-mail")
    assert way(setup) == (HOST, 587, "implicit", False)
    change = next(each for each in setup.settings.prepared if (each.port, each.tls) == (465, None))
    apply(tmp_path, change)
    assert way(one(tmp_path, "flask-mail")) == IMPLICIT


def test_a_document_that_nothing_loads_is_not_read(tmp_path: Path) -> None:
    files = {"app.py": f"{APP}mail = Mail(app)\n", "config.json": '{"MAIL_SERVER": "a.example"}'}
    assert setups(write(tmp_path, files)) == []


DEFAULTS = "class Defaults:\n    MAIL_SERVER = 'localhost'\n    MAIL_PORT = 25\n"
LOADS = f"{APP}app.config.from_object('defaults.Defaults')\n"
CFG = lines(SSL, "{0} = {1}\n")


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": f"{APP}app.config.from_pyfile('mail.cfg')\n", "mail.cfg": CFG},
        {"app.py": f"{LOADS}app.config.from_pyfile('mail.cfg')\n", "instance/mail.cfg": CFG},
        {"app.py": f"{LOADS}app.config.from_pyfile(name)\n", "mail.cfg": CFG},
        {
            "app.py": f"{LOADS}app.config.from_envvar('SETTINGS', silent=True)\n",
            "live.cfg": CFG,
            ".env": "SETTINGS=live.cfg\n",
        },
    ],
)
def test_a_file_of_python_by_another_ending(tmp_path: Path, files: dict[str, str]) -> None:
    setup = found(tmp_path, "flask-mail", {"defaults.py": DEFAULTS, **files})
    assert way(setup) == IMPLICIT


def test_a_file_that_cant_be_told_is_loaded_over_the_defaults(tmp_path: Path) -> None:
    files = {"defaults.py": DEFAULTS, "app.py": f"{LOADS}app.config.from_pyfile(sys.argv[1])\n"}
    setup = found(tmp_path, "flask-mail", files)
    assert setup.settings.host is None
    assert "which file is loaded" in setup.untold[0]


@pytest.mark.parametrize(
    "load",
    [
        "app.config.from_envvar('SETTINGS', silent=True)",  # which nothing sets
        "if name:\n    app.config.from_pyfile(name)",
        "app.config.from_pyfile('missing.cfg', silent=True)",
    ],
)
def test_lookalike_the_defaults_count_where_no_file_is_loaded(tmp_path: Path, load: str) -> None:
    files = {"defaults.py": DEFAULTS, "app.py": f"{LOADS}name = None\n{load}\n"}
    assert found(tmp_path, "flask-mail", files).settings.host == "localhost"


def test_lookalike_an_ini_file_is_no_python(tmp_path: Path) -> None:
    files = {
        "defaults.py": DEFAULTS,
        "app.py": f"{LOADS}app.config.from_pyfile(name)\n",
        "setup.cfg": f"[mail]\n{CFG}",
    }
    assert found(tmp_path, "flask-mail", files).settings.host is None


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        ("current_app.config['ADMINS'][0]", "admin@example.org"),
        ("current_app.config.get('TEAM')", "team@example.org"),
        ("'shop@example.org'", "shop@example.org"),
        ("current_app.config['NOWHERE']", "info@example.com"),
    ],
)
def test_the_sender_that_a_function_is_handed(tmp_path: Path, given: str, sender: str) -> None:
    config = {**TLS, "ADMINS": "['admin@example.org']", "TEAM": "'team@example.org'"}
    files = {
        **items(**config),
        "email.py": "from flask_mail import Message\ndef send_email(subject, sender, to):\n"
        "    mail.send(Message(subject, sender=sender, recipients=[to]))\n",
        "auth.py": "from flask import current_app\nfrom email import send_email\n"
        f"def reset(user):\n    send_email('Reset', sender={given}, to=user.email)\n",
        "tasks.py": "from email import send_email\n"
        "def export(user, app):\n    send_email('Posts', sender=app.config['X'], to=user.email)\n",
    }
    assert found(tmp_path, "flask-mail", files).settings.sender == sender


def test_what_is_none_is_said_outright_and_lines_of_a_class_stay_lines(tmp_path: Path) -> None:
    code = (
        "import os\nclass Config:\n    MAIL_SERVER = 'smtp.ionos.com'\n"
        "    MAIL_PORT = int(os.environ.get('MAIL_PORT') or 25)\n"
        "    MAIL_USE_TLS = os.environ.get('MAIL_USE_TLS') is not None\n"
        "    MAIL_USERNAME = 'info@example.com'\n    MAIL_PASSWORD = 'word'\n"
    )
    app = f"{APP}app.config.from_object('config.Config')\n"
    files = {"config.py": code, "app.py": app, ".env": "MAIL_PORT=465\nMAIL_USE_TLS=1\n"}
    setup = found(tmp_path, "flask-mail", files)
    assert way(setup) == (HOST, 465, "starttls", True)
    texts = [edit.with_ for change in setup.settings.prepared for edit in change.edits]
    assert texts == ["'{host}'", "'{username}'"]
