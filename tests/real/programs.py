"""Small programs that send one message, as somebody would write them, and what is wrong in copies.

A program is its files, as they work on port 587, the command that sends, and the cases: the same
files with other text in places, or other files altogether. Knows of smtpdoctor its codes alone.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from .accounts import HASH_PASSWORD, HASH_USER, HOST, SHOP_PASSWORD, SHOP_USER, UNPACKED
from .smtp_server import NODE_FOLDER

ELSEWHERE = "info@elsewhere.example"
READERS = NODE_FOLDER.parent / "dotenv" / "node_modules"
PYTHON_PACKAGES = UNPACKED / "python-clients"
JAVA_LIBRARY = Path("/usr/share/java")
PHP_LIBRARY = Path("/usr/share/php")


@dataclass(frozen=True)
class Case:
    """A copy of a program.

    changes: of each file, the texts that stand in place of others.
    files: all files instead, where `changes` would be most of it.
    code: the first error's; empty where the program works.
    line: what stands in the line to change, and in which file.
    by_hand: what a person writes where the doctor writes nothing, since it is a secret.
    """

    code: str = ""
    line: tuple[str, str] = ("", "")
    changes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    files: Mapping[str, str] | None = None
    by_hand: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def changed(files: Mapping[str, str], changes: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The files with other texts in place of these, each of which stands there once."""
    files = dict(files)
    for name, texts in changes.items():
        for old, new in texts.items():
            assert files[name].count(old) == 1, (name, old)
            files[name] = files[name].replace(old, new)
    return files


@dataclass(frozen=True)
class Program:
    """needs: what has to be installed: programs, files.
    links: what a package manager would have put into the folder.
    environment: what the command needs to run here.
    secrets: what its environment has in the field, the doctor's too.
    options: what the doctor needs to be told: credentials of the environment go to a host that
        only a file names where the user picks the set-up.
    """

    files: Mapping[str, str]
    command: tuple[str, ...]
    cases: Mapping[str, Case]
    links: Mapping[str, Path] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    needs: tuple[Path | str, ...] = ()

    def write(self, folder: Path, case: Case) -> None:
        """Make the folder of this case."""
        files = changed(case.files or self.files, case.changes)
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o600)  # msmtp reads no password from a file that others may read
        for name, target in self.links.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(target)


IMPLICIT = "implicit-tls-on-starttls-port"
PLAIN = "plaintext-on-implicit-tls-port"
ALTERED = "password-altered-by-dotenv"
SENDER = "sender-not-allowed"

ENCODED = SHOP_USER.replace("@", "%40")
ENV = f"SMTP_USER={SHOP_USER}\nSMTP_PASS={SHOP_PASSWORD}\n"
HASH_ACCOUNT = {SHOP_USER: HASH_USER, SHOP_PASSWORD: HASH_PASSWORD}


def nodemailer(package: str, version: str, unusual: Mapping[str, str]) -> Program:
    """mailer.js with an object of literals."""
    manifest = f'{{"dependencies": {{"nodemailer": "{version}", "dotenv": "^16.6.1"}}}}\n'
    script = f"""\
require('dotenv').config();
const nodemailer = require('nodemailer');

const transporter = nodemailer.createTransport({{
  host: '{HOST}',
  port: 587,
  secure: false,
  auth: {{ user: process.env.SMTP_USER, pass: process.env.SMTP_PASS }},
}});

async function main() {{
  await transporter.sendMail({{
    from: '"Shop" <{SHOP_USER}>',
    to: '{SHOP_USER}',
    subject: 'a message of the tests',
    text: 'It arrived.',
  }});
}}

main().catch((error) => {{
  console.error(error);
  process.exitCode = 1;
}});
"""
    return Program(
        files={"package.json": manifest, "mailer.js": script, ".env": ENV},
        command=("node", "mailer.js"),
        links={
            "node_modules/nodemailer": NODE_FOLDER / "node_modules" / package,
            "node_modules/dotenv": READERS / "dotenv-16",
        },
        needs=("node", NODE_FOLDER / "node_modules" / package, READERS / "dotenv-16"),
        cases={
            "implicit on 587": Case(
                IMPLICIT,
                ("mailer.js", "secure: true"),
                {"mailer.js": {"secure: false": "secure: true"}},
            ),
            "plain on 465": Case(
                PLAIN, ("mailer.js", "secure: false"), {"mailer.js": {"587": "465"}}
            ),
            "# in the password": Case(
                ALTERED,
                (".env", "SMTP_PASS"),
                {
                    ".env": HASH_ACCOUNT,
                    "mailer.js": {f'"Shop" <{SHOP_USER}>': f'"Shop" <{HASH_USER}>'},
                },
            ),
            "From of another domain": Case(
                SENDER,
                ("mailer.js", "from:"),
                {"mailer.js": {f'"Shop" <{SHOP_USER}>': f'"Shop" <{ELSEWHERE}>'}},
            ),
            "unusual": Case(files={"package.json": manifest, **unusual}),
        },
    )


NODEMAILER_6 = nodemailer(
    "nodemailer-6",
    "^6.9.13",
    {
        "mailer.js": f"""\
require('dotenv').config();
const {{ createTransport }} = require('nodemailer');
const {{ URL }} = require('url');

const transport = createTransport(process.env.SMTP_URL, {{ from: process.env.SMTP_FROM }});

transport.sendMail(
  {{ to: '{SHOP_USER}', subject: 'a message of the tests', text: 'It arrived.' }},
  (error) => process.exit(error ? 1 : 0),
);
""",
        ".env": f"SMTP_FROM='Shop <{SHOP_USER}>'\n"
        f"SMTP_URL=smtps://{ENCODED}:{SHOP_PASSWORD}@{HOST}?pool=true\n",
    },
)
NODEMAILER = nodemailer(
    "nodemailer",
    "^10.0.0",
    {
        "config/mail.js": f"""\
const port = parseInt(process.env.MAIL_PORT ?? '465', 10);

module.exports = {{
  base: {{ host: '{HOST}', port, secure: port === 465 }},
}};
""",
        "mailer.js": f"""\
require('dotenv').config();
const mail = require('nodemailer');
const {{ base }} = require('./config/mail');

const transport = mail.createTransport({{
  ...base,
  auth: {{ user: process.env.MAIL_USER, pass: process.env['MAIL_PASSWORD'] }},
}});

transport.sendMail({{
  from: process.env.MAIL_USER,
  to: '{SHOP_USER}',
  subject: 'a message of the tests',
  text: 'It arrived.',
}}).catch(() => process.exit(1));
""",
        ".env": f"export MAIL_USER={SHOP_USER}\nMAIL_PASSWORD=`{SHOP_PASSWORD}`  # panel\n",
    },
)

SMTPLIB_SCRIPT = f"""\
import os
import smtplib
import ssl
from email.message import EmailMessage

from dotenv import load_dotenv

load_dotenv()

message = EmailMessage()
message["From"] = "{SHOP_USER}"
message["To"] = "{SHOP_USER}"
message["Subject"] = "a message of the tests"
message.set_content("It arrived.")

with smtplib.SMTP("{HOST}", 587) as server:
    server.starttls(context=ssl.create_default_context())
    server.login(os.environ["SMTP_USER"], os.environ["SMTP_PASS"])
    server.send_message(message)
"""
PYTHON_ENVIRONMENT = {"PYTHONPATH": str(PYTHON_PACKAGES), "PYTHONDONTWRITEBYTECODE": "1"}

SMTPLIB = Program(
    files={"requirements.txt": "python-dotenv==1.2.4\n", "send.py": SMTPLIB_SCRIPT, ".env": ENV},
    command=(sys.executable, "send.py"),
    environment=PYTHON_ENVIRONMENT,
    needs=(PYTHON_PACKAGES,),
    cases={
        "implicit on 587": Case(
            IMPLICIT,
            ("send.py", "smtplib.SMTP_SSL"),
            {
                "send.py": {
                    "smtplib.SMTP(": "smtplib.SMTP_SSL(",
                    "587)": "587, context=ssl.create_default_context())",
                    "    server.starttls(context=ssl.create_default_context())\n": "",
                }
            },
        ),
        "plain on 465": Case(PLAIN, ("send.py", ""), {"send.py": {"587": "465"}}),
        "# in the password": Case(
            ALTERED,
            (".env", "SMTP_PASS"),
            {
                ".env": HASH_ACCOUNT,
                "send.py": {f'"From"] = "{SHOP_USER}': f'"From"] = "{HASH_USER}'},
            },
        ),
        "From of another domain": Case(
            SENDER,
            ("send.py", '"From"'),
            {"send.py": {f'"From"] = "{SHOP_USER}': f'"From"] = "{ELSEWHERE}'}},
        ),
        "unusual": Case(
            files={
                "settings.py": f"""\
import os
from pathlib import Path

from dotenv import dotenv_values

values = {{**dotenv_values(Path(__file__).parent / ".env"), **os.environ}}


class Mail:
    host = values.get("MAIL_SERVER", "{HOST}")
    port = int(values.get("MAIL_PORT") or 465)
    user = values["MAIL_USER"]
    password = values["MAIL_PASSWORD"]
    implicit = values.get("MAIL_SSL", "true").lower() in ("1", "true", "yes")
""",
                "send.py": f"""\
import smtplib
from email.mime.text import MIMEText

from settings import Mail


def connect():
    if Mail.implicit:
        return smtplib.SMTP_SSL(host=Mail.host, port=Mail.port, timeout=20)
    server = smtplib.SMTP(Mail.host, Mail.port)
    server.starttls()
    return server


message = MIMEText("It arrived.")
message["Subject"] = "a message of the tests"
server = connect()
server.login(user=Mail.user, password=Mail.password)
server.sendmail(Mail.user, ["{SHOP_USER}"], message.as_string())
server.quit()
""",
                ".env": f"MAIL_USER='{SHOP_USER}'\nMAIL_PASSWORD='{SHOP_PASSWORD}' # panel\n",
            }
        ),
    },
)

AIOSMTPLIB_SCRIPT = f"""\
import asyncio
import os
from email.message import EmailMessage

import aiosmtplib
from dotenv import load_dotenv

load_dotenv()


async def main():
    message = EmailMessage()
    message["From"] = "{SHOP_USER}"
    message["To"] = "{SHOP_USER}"
    message["Subject"] = "a message of the tests"
    message.set_content("It arrived.")
    await aiosmtplib.send(
        message,
        hostname="{HOST}",
        port=587,
        start_tls=True,
        username=os.getenv("SMTP_USER"),
        password=os.getenv("SMTP_PASS"),
    )


asyncio.run(main())
"""

AIOSMTPLIB = Program(
    files={
        "requirements.txt": "aiosmtplib==5.1.3\npython-dotenv==1.2.4\n",
        "send.py": AIOSMTPLIB_SCRIPT,
        ".env": ENV,
    },
    command=(sys.executable, "send.py"),
    environment=PYTHON_ENVIRONMENT,
    needs=(PYTHON_PACKAGES,),
    cases={
        "implicit on 587": Case(
            IMPLICIT,
            ("send.py", "use_tls=True"),
            {"send.py": {"start_tls=True": "use_tls=True"}},
        ),
        "plain on 465": Case(PLAIN, ("send.py", ""), {"send.py": {"587": "465"}}),
        "# in the password": Case(
            ALTERED,
            (".env", "SMTP_PASS"),
            {
                ".env": HASH_ACCOUNT,
                "send.py": {f'"From"] = "{SHOP_USER}': f'"From"] = "{HASH_USER}'},
            },
        ),
        "From of another domain": Case(
            SENDER,
            ("send.py", '"From"'),
            {"send.py": {f'"From"] = "{SHOP_USER}': f'"From"] = "{ELSEWHERE}'}},
        ),
        "unusual": Case(
            files={
                "requirements.txt": "aiosmtplib==5.1.3\npython-decouple==3.8\n",
                "send.py": f"""\
import asyncio
from email.message import EmailMessage

from aiosmtplib import SMTP
from decouple import config

TLS = config("MAIL_SSL", default=True, cast=bool)
PORT = config("MAIL_PORT", default=465 if TLS else 587, cast=int)


async def main():
    message = EmailMessage()
    message["From"] = sender = config("MAIL_USER")
    message["To"] = "{SHOP_USER}"
    message["Subject"] = "a message of the tests"
    message.set_content("It arrived.")
    async with SMTP(hostname="{HOST}", port=PORT, use_tls=TLS) as client:
        await client.login(sender, config("MAIL_PASSWORD"))
        await client.send_message(message)


asyncio.run(main())
""",
                ".env": f"MAIL_USER={SHOP_USER}\nMAIL_PASSWORD={SHOP_PASSWORD}\nMAIL_SSL=yes\n",
            }
        ),
    },
)

DJANGO_SETTINGS = f"""\
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

SECRET_KEY = "only-for-tests"
INSTALLED_APPS = []
USE_TZ = True

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "{HOST}"
EMAIL_PORT = 587
EMAIL_USE_TLS = True
EMAIL_HOST_USER = env("SMTP_USER")
EMAIL_HOST_PASSWORD = env("SMTP_PASS")
DEFAULT_FROM_EMAIL = "Shop <{SHOP_USER}>"
"""
DJANGO_MANAGE = """\
#!/usr/bin/env python
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
"""
DJANGO_FILES = {
    "requirements.txt": "Django==5.2.19\ndjango-environ==0.14.0\n",
    "manage.py": DJANGO_MANAGE,
    "shop/__init__.py": "",
}

DJANGO = Program(
    files={**DJANGO_FILES, "shop/settings.py": DJANGO_SETTINGS, ".env": ENV},
    command=(sys.executable, "manage.py", "sendtestemail", SHOP_USER),
    environment=PYTHON_ENVIRONMENT,
    needs=(PYTHON_PACKAGES,),
    cases={
        "implicit on 587": Case(
            IMPLICIT,
            ("shop/settings.py", "EMAIL_USE_SSL"),
            {"shop/settings.py": {"EMAIL_USE_TLS": "EMAIL_USE_SSL"}},
        ),
        "plain on 465": Case(PLAIN, ("shop/settings.py", ""), {"shop/settings.py": {"587": "465"}}),
        # django-environ keeps what follows a #.
        "# in the password": Case(
            changes={".env": HASH_ACCOUNT, "shop/settings.py": {f"Shop <{SHOP_USER}>": HASH_USER}}
        ),
        "From of another domain": Case(
            SENDER,
            ("shop/settings.py", "DEFAULT_FROM_EMAIL"),
            {"shop/settings.py": {f"Shop <{SHOP_USER}>": f"Shop <{ELSEWHERE}>"}},
        ),
        "unusual": Case(
            files={
                **DJANGO_FILES,
                "shop/settings.py": """\
from pathlib import Path

import environ

env = environ.Env()
env.read_env(Path(__file__).resolve().parents[1] / ".env")

SECRET_KEY = "only-for-tests"
USE_TZ = True
vars().update(env.email_url("EMAIL_URL"))
DEFAULT_FROM_EMAIL = EMAIL_HOST_USER
""",
                ".env": f"EMAIL_URL=smtp+ssl://{ENCODED}:{SHOP_PASSWORD}@{HOST}:465\n",
            }
        ),
    },
)

FLASK_SCRIPT = f"""\
import os

from dotenv import load_dotenv
from flask import Flask
from flask_mail import Mail, Message

load_dotenv()

app = Flask(__name__)
app.config["MAIL_SERVER"] = "{HOST}"
app.config["MAIL_PORT"] = 587
app.config["MAIL_USE_TLS"] = True
app.config["MAIL_USERNAME"] = os.environ.get("SMTP_USER")
app.config["MAIL_PASSWORD"] = os.environ.get("SMTP_PASS")
app.config["MAIL_DEFAULT_SENDER"] = ("Shop", "{SHOP_USER}")
mail = Mail(app)

if __name__ == "__main__":
    with app.app_context():
        mail.send(Message("a message of the tests", recipients=["{SHOP_USER}"], body="It arrived."))
"""
FLASK_REQUIREMENTS = {"requirements.txt": "Flask-Mail==0.10.0\npython-dotenv==1.2.4\n"}

FLASK_MAIL = Program(
    files={**FLASK_REQUIREMENTS, "app.py": FLASK_SCRIPT, ".env": ENV},
    command=(sys.executable, "app.py"),
    environment=PYTHON_ENVIRONMENT,
    needs=(PYTHON_PACKAGES,),
    cases={
        "implicit on 587": Case(
            IMPLICIT, ("app.py", "MAIL_USE_SSL"), {"app.py": {"MAIL_USE_TLS": "MAIL_USE_SSL"}}
        ),
        "plain on 465": Case(PLAIN, ("app.py", ""), {"app.py": {"587": "465"}}),
        "# in the password": Case(
            ALTERED,
            (".env", "SMTP_PASS"),
            {".env": HASH_ACCOUNT, "app.py": {f'"Shop", "{SHOP_USER}"': f'"Shop", "{HASH_USER}"'}},
        ),
        "From of another domain": Case(
            SENDER,
            ("app.py", "MAIL_DEFAULT_SENDER"),
            {"app.py": {f'"Shop", "{SHOP_USER}"': f'"Shop", "{ELSEWHERE}"'}},
        ),
        "unusual": Case(
            files={
                **FLASK_REQUIREMENTS,
                "config.py": f"""\
import os


class Config:
    MAIL_SERVER = "{HOST}"
    MAIL_USERNAME = os.environ["SMTP_USER"]
    MAIL_PASSWORD = os.environ["SMTP_PASS"]
    MAIL_DEFAULT_SENDER = MAIL_USERNAME


class Production(Config):
    MAIL_PORT = int(os.environ.get("MAIL_PORT", "465"))
    MAIL_USE_SSL = MAIL_PORT == 465
""",
                "app.py": f"""\
from dotenv import load_dotenv

load_dotenv()

from flask import Flask
from flask_mail import Mail

mail = Mail()


def create_app(config="config.Production"):
    app = Flask(__name__)
    app.config.from_object(config)
    mail.init_app(app)
    return app


if __name__ == "__main__":
    with create_app().app_context():
        mail.send_message("a message of the tests", recipients=["{SHOP_USER}"], body="It arrived.")
""",
                ".env": ENV,
            }
        ),
    },
)

FASTAPI_SCRIPT = f"""\
import asyncio
import os

from dotenv import load_dotenv
from fastapi_mail import ConnectionConfig, FastMail, MessageSchema, MessageType

load_dotenv()

conf = ConnectionConfig(
    MAIL_USERNAME=os.environ["SMTP_USER"],
    MAIL_PASSWORD=os.environ["SMTP_PASS"],
    MAIL_FROM="{SHOP_USER}",
    MAIL_SERVER="{HOST}",
    MAIL_PORT=587,
    MAIL_STARTTLS=True,
    MAIL_SSL_TLS=False,
)


async def main():
    message = MessageSchema(
        subject="a message of the tests",
        recipients=["{SHOP_USER}"],
        body="It arrived.",
        subtype=MessageType.plain,
    )
    await FastMail(conf).send_message(message)


asyncio.run(main())
"""
FASTAPI_REQUIREMENTS = {"requirements.txt": "fastapi-mail==1.6.8\npython-dotenv==1.2.4\n"}

FASTAPI_MAIL = Program(
    files={**FASTAPI_REQUIREMENTS, "main.py": FASTAPI_SCRIPT, ".env": ENV},
    command=(sys.executable, "main.py"),
    environment=PYTHON_ENVIRONMENT,
    needs=(PYTHON_PACKAGES,),
    cases={
        "implicit on 587": Case(
            IMPLICIT,
            ("main.py", "MAIL_SSL_TLS=True"),
            {"main.py": {"STARTTLS=True": "STARTTLS=False", "SSL_TLS=False": "SSL_TLS=True"}},
        ),
        "plain on 465": Case(PLAIN, ("main.py", ""), {"main.py": {"587": "465"}}),
        "# in the password": Case(
            ALTERED,
            (".env", "SMTP_PASS"),
            {
                ".env": HASH_ACCOUNT,
                "main.py": {f'MAIL_FROM="{SHOP_USER}"': f'MAIL_FROM="{HASH_USER}"'},
            },
        ),
        "From of another domain": Case(
            SENDER,
            ("main.py", "MAIL_FROM"),
            {"main.py": {f'MAIL_FROM="{SHOP_USER}"': f'MAIL_FROM="{ELSEWHERE}"'}},
        ),
        "unusual": Case(
            files={
                **FASTAPI_REQUIREMENTS,
                "settings.py": """\
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_prefix="shop_")

    host: str
    port: int = 465
    user: str
    password: str


settings = Settings()
""",
                "main.py": FASTAPI_SCRIPT.replace("from dotenv import load_dotenv\n", "")
                .replace("\nload_dotenv()\n", "\nfrom settings import settings\n")
                .replace('os.environ["SMTP_USER"]', "settings.user")
                .replace('os.environ["SMTP_PASS"]', "settings.password")
                .replace(f'"{HOST}"', "settings.host")
                .replace("=587", "=settings.port")
                .replace("STARTTLS=True", "STARTTLS=False")
                .replace("SSL_TLS=False", "SSL_TLS=settings.port == 465"),
                ".env": f"SHOP_HOST={HOST}\nSHOP_USER={SHOP_USER}\nSHOP_PASSWORD={SHOP_PASSWORD}\n",
            }
        ),
    },
)

PHP_PACKAGES = (
    "libphp-phpmailer/autoload.php",
    "Dotenv/autoload.php",
    "Symfony/Component/Mailer/autoload.php",
    "Symfony/Component/Dotenv/autoload.php",
)
PHP_AUTOLOAD = "".join(f"require_once '{PHP_LIBRARY / name}';\n" for name in PHP_PACKAGES)
PHP: tuple[Path | str, ...] = (
    "php",
    *(PHP_LIBRARY / name for name in PHP_PACKAGES),
)
PHP_COMMAND = ("php", "-d", "error_reporting=E_ALL & ~E_DEPRECATED")

PHPMAILER_SCRIPT = f"""\
<?php
require __DIR__ . '/vendor/autoload.php';

use PHPMailer\\PHPMailer\\PHPMailer;

Dotenv\\Dotenv::createImmutable(__DIR__)->load();

$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Host = '{HOST}';
$mail->SMTPAuth = true;
$mail->Username = $_ENV['SMTP_USER'];
$mail->Password = $_ENV['SMTP_PASS'];
$mail->SMTPSecure = PHPMailer::ENCRYPTION_STARTTLS;
$mail->Port = 587;

$mail->setFrom('{SHOP_USER}', 'Shop');
$mail->addAddress('{SHOP_USER}');
$mail->Subject = 'a message of the tests';
$mail->Body = 'It arrived.';
$mail->send();
"""
PHPMAILER_FILES = {
    "composer.json": '{"require": {"phpmailer/phpmailer": "^6.6", "vlucas/phpdotenv": "^5.4"}}\n',
    "vendor/autoload.php": "<?php\n" + PHP_AUTOLOAD,
}

PHPMAILER = Program(
    files={**PHPMAILER_FILES, "send.php": PHPMAILER_SCRIPT, ".env": ENV},
    command=(*PHP_COMMAND, "send.php"),
    needs=PHP,
    cases={
        "implicit on 587": Case(
            IMPLICIT,
            ("send.php", "SMTPSecure"),
            {"send.php": {"ENCRYPTION_STARTTLS": "ENCRYPTION_SMTPS"}},
        ),
        "plain on 465": Case(PLAIN, ("send.php", ""), {"send.php": {"587": "465"}}),
        "# in the password": Case(
            ALTERED,
            (".env", "SMTP_PASS"),
            {
                ".env": HASH_ACCOUNT,
                "send.php": {f"setFrom('{SHOP_USER}'": f"setFrom('{HASH_USER}'"},
            },
        ),
        "From of another domain": Case(
            SENDER,
            ("send.php", "setFrom"),
            {"send.php": {f"setFrom('{SHOP_USER}'": f"setFrom('{ELSEWHERE}'"}},
        ),
        "unusual": Case(
            files={
                **PHPMAILER_FILES,
                "config.php": """\
<?php

return [
    'smtp' => [
        'host' => 'ssl://' . ($_ENV['MAIL_SERVER'] ?? 'localhost'),
        'port' => (int) ($_ENV['MAIL_PORT'] ?? 465),
        'user' => $_ENV['SMTP_USER'],
        'password' => $_ENV['SMTP_PASS'],
    ],
];
""",
                "send.php": f"""\
<?php
require 'vendor/autoload.php';

$dotenv = Dotenv\\Dotenv::createImmutable(__DIR__);
$dotenv->safeLoad();
$config = require __DIR__ . '/config.php';
['smtp' => $smtp] = $config;

$mailer = new \\PHPMailer\\PHPMailer\\PHPMailer(true);
$mailer->IsSMTP();
$mailer->Host = $smtp['host'];
$mailer->Port = $smtp['port'];
$mailer->SMTPAuth = true;
$mailer->Username = $smtp['user'];
$mailer->Password = $smtp['password'];
$mailer->From = $smtp['user'];
$mailer->addAddress('{SHOP_USER}');
$mailer->Subject = 'a message of the tests';
$mailer->Body = 'It arrived.';
$mailer->send();
""",
                ".env": f"MAIL_SERVER={HOST}\n{ENV}",
            }
        ),
    },
)

SYMFONY_SCRIPT = f"""\
<?php
require __DIR__ . '/vendor/autoload.php';

use Symfony\\Component\\Dotenv\\Dotenv;
use Symfony\\Component\\Mailer\\Mailer;
use Symfony\\Component\\Mailer\\Transport;
use Symfony\\Component\\Mime\\Email;

(new Dotenv())->load(__DIR__ . '/.env');

$mailer = new Mailer(Transport::fromDsn($_ENV['MAILER_DSN']));
$mailer->send((new Email())
    ->from('{SHOP_USER}')
    ->to('{SHOP_USER}')
    ->subject('a message of the tests')
    ->text('It arrived.'));
"""
SYMFONY_FILES = {
    "composer.json": '{"require": {"symfony/mailer": "^5.4", "symfony/dotenv": "^5.4"}}\n',
    "vendor/autoload.php": "<?php\n" + PHP_AUTOLOAD,
}
SYMFONY_TRANSPORT = f"""\
<?php
require __DIR__ . '/vendor/autoload.php';

use Symfony\\Component\\Dotenv\\Dotenv;
use Symfony\\Component\\Mailer\\Mailer;
use Symfony\\Component\\Mailer\\Transport\\Smtp\\EsmtpTransport;
use Symfony\\Component\\Mime\\Email;

(new Dotenv())->load(__DIR__ . '/.env');

$transport = new EsmtpTransport('{HOST}', 465, false);
$transport->setUsername($_ENV['SMTP_USER']);
$transport->setPassword($_ENV['SMTP_PASS']);

$mailer = new Mailer($transport);
$mailer->send((new Email())
    ->from('{SHOP_USER}')
    ->to('{SHOP_USER}')
    ->subject('a message of the tests')
    ->text('It arrived.'));
"""
SYMFONY_DSN = f"MAILER_DSN=smtp://{ENCODED}:{SHOP_PASSWORD}@{HOST}:587\n"

SYMFONY = Program(
    files={**SYMFONY_FILES, "send.php": SYMFONY_SCRIPT, ".env": SYMFONY_DSN},
    command=(*PHP_COMMAND, "send.php"),
    needs=PHP,
    cases={
        "implicit on 587": Case(
            IMPLICIT, (".env", "MAILER_DSN"), {".env": {"smtp://": "smtps://"}}
        ),
        "plain on 465": Case(
            PLAIN,
            ("send.php", "EsmtpTransport("),
            files={**SYMFONY_FILES, "send.php": SYMFONY_TRANSPORT, ".env": ENV},
        ),
        "# in the password": Case(
            "url-not-encoded",
            (".env", "MAILER_DSN"),
            {
                ".env": {
                    ENCODED: HASH_USER.replace("@", "%40"),
                    SHOP_PASSWORD: HASH_PASSWORD.replace(" ", "%20"),
                },
                "send.php": {f"from('{SHOP_USER}'": f"from('{HASH_USER}'"},
            },
            by_hand={".env": {HASH_PASSWORD.replace(" ", "%20"): quote(HASH_PASSWORD)}},
        ),
        "From of another domain": Case(
            SENDER,
            ("send.php", "from("),
            {"send.php": {f"from('{SHOP_USER}'": f"from('{ELSEWHERE}'"}},
        ),
        # 5.4 takes TLS from the first byte on 465, whatever the scheme is.
        "unusual": Case(changes={".env": {":587": ":465"}}),
    },
)

RUBY_SCRIPT = f"""\
require 'dotenv/load'
require 'mail'

Mail.defaults do
  delivery_method :smtp,
                  address: '{HOST}',
                  port: 587,
                  user_name: ENV['SMTP_USER'],
                  password: ENV['SMTP_PASS'],
                  authentication: :plain,
                  enable_starttls: true
end

Mail.deliver do
  from '{SHOP_USER}'
  to '{SHOP_USER}'
  subject 'a message of the tests'
  body 'It arrived.'
end
"""

RUBY_MAIL = Program(
    files={"Gemfile": "gem 'mail', '2.7.1'\ngem 'dotenv'\n", "send.rb": RUBY_SCRIPT, ".env": ENV},
    command=("ruby", "send.rb"),
    needs=("ruby", Path("/usr/lib/ruby/vendor_ruby/mail.rb")),
    cases={
        "implicit on 587": Case(
            IMPLICIT, ("send.rb", "tls: true"), {"send.rb": {"enable_starttls: true": "tls: true"}}
        ),
        "plain on 465": Case(PLAIN, ("send.rb", ""), {"send.rb": {"587": "465"}}),
        "# in the password": Case(
            ALTERED,
            (".env", "SMTP_PASS"),
            {".env": HASH_ACCOUNT, "send.rb": {f"from '{SHOP_USER}'": f"from '{HASH_USER}'"}},
        ),
        "From of another domain": Case(
            SENDER,
            ("send.rb", "from '"),
            {"send.rb": {f"from '{SHOP_USER}'": f"from '{ELSEWHERE}'"}},
        ),
        "unusual": Case(
            files={
                "Gemfile": "gem 'mail', '2.7.1'\ngem 'dotenv'\n",
                "config.rb": f"""\
SMTP = {{
  address: ENV.fetch('MAIL_SERVER', '{HOST}'),
  port: Integer(ENV.fetch('MAIL_PORT', '465')),
  user_name: ENV.fetch('SMTP_USER'),
  password: ENV.fetch('SMTP_PASS'),
}}.freeze
""",
                "send.rb": f"""\
require 'mail'
require 'dotenv'
Dotenv.load
require_relative 'config'

message = Mail.new(from: ENV['SMTP_USER'], to: '{SHOP_USER}', subject: 'a message of the tests')
message.body = 'It arrived.'
message.delivery_method :smtp, SMTP.merge(ssl: SMTP[:port] == 465)
message.deliver!
""",
                ".env": ENV,
            }
        ),
    },
)

JAVA_SCRIPT = f"""\
import jakarta.mail.*;
import jakarta.mail.internet.*;
import java.io.InputStream;
import java.nio.file.*;
import java.util.Properties;

public class Mailer {{
    public static void main(String[] arguments) throws Exception {{
        Properties properties = new Properties();
        try (InputStream file = Files.newInputStream(Path.of("mail.properties"))) {{
            properties.load(file);
        }}
        String protocol = properties.getProperty("mail.transport.protocol", "smtp");
        String password = properties.getProperty("mail." + protocol + ".password");
        Session session = Session.getInstance(properties);
        MimeMessage message = new MimeMessage(session);
        message.setFrom();
        message.setRecipients(Message.RecipientType.TO, "{SHOP_USER}");
        message.setSubject("a message of the tests");
        message.setText("It arrived.");
        try (Transport transport = session.getTransport()) {{
            transport.connect(null, password);
            transport.sendMessage(message, message.getAllRecipients());
        }}
    }}
}}
"""
JAVA_POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>shop</groupId>
  <artifactId>shop</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.sun.mail</groupId>
      <artifactId>jakarta.mail</artifactId>
      <version>2.0.0</version>
    </dependency>
  </dependencies>
</project>
"""
JAVA_PROPERTIES = f"""\
mail.smtp.host={HOST}
mail.smtp.port=587
mail.smtp.auth=true
mail.smtp.starttls.enable=true
mail.smtp.starttls.required=true
mail.smtp.user={SHOP_USER}
mail.smtp.password={SHOP_PASSWORD}
mail.smtp.from={SHOP_USER}
mail.from={SHOP_USER}
"""
JAVA_FILES = {"pom.xml": JAVA_POM, "src/main/java/Mailer.java": JAVA_SCRIPT}

JAKARTA_MAIL = Program(
    files={**JAVA_FILES, "mail.properties": JAVA_PROPERTIES},
    command=(
        *("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"),
        ":".join(
            str(JAVA_LIBRARY / name) for name in ("jakarta-mail.jar", "jakarta-activation.jar")
        ),
        "src/main/java/Mailer.java",
    ),
    needs=("java", "keytool", JAVA_LIBRARY / "jakarta-mail.jar"),
    cases={
        "implicit on 587": Case(
            IMPLICIT,
            ("mail.properties", "ssl.enable"),
            {
                "mail.properties": {
                    "starttls.enable": "ssl.enable",
                    "mail.smtp.starttls.required=true\n": "",
                }
            },
        ),
        "plain on 465": Case(PLAIN, ("mail.properties", ""), {"mail.properties": {"587": "465"}}),
        # Only a line's first character makes a comment of it.
        "# in the password": Case(
            changes={
                "mail.properties": {
                    f"user={SHOP_USER}": f"user={HASH_USER}",
                    SHOP_PASSWORD: HASH_PASSWORD,
                    f"smtp.from={SHOP_USER}": f"smtp.from={HASH_USER}",
                    f"mail.from={SHOP_USER}": f"mail.from={HASH_USER}",
                }
            },
        ),
        "From of another domain": Case(
            SENDER,
            ("mail.properties", "from"),
            {
                "mail.properties": {
                    f"mail.smtp.from={SHOP_USER}\n": "",
                    f"mail.from={SHOP_USER}": f"mail.from={ELSEWHERE}",
                }
            },
        ),
        "unusual": Case(
            files={
                **JAVA_FILES,
                "mail.properties": f"""\
! the provider's
mail.transport.protocol: smtps
mail.smtps.host = {HOST}
mail.smtps.auth   true
mail.smtps.user {SHOP_USER}
mail.smtps.password=\\
  {SHOP_PASSWORD}
mail.from={SHOP_USER}
""",
            }
        ),
    },
)

JAVA_CODE = f"""\
import jakarta.mail.*;
import jakarta.mail.internet.*;
import java.util.Properties;

public class Mailer {{
    private static final String HOST = "{HOST}";

    private static Properties properties() {{
        Properties properties = new Properties();
        properties.put("mail.smtp.host", HOST);
        properties.put("mail.smtp.port", "587");
        properties.put("mail.smtp.auth", "true");
        properties.put("mail.smtp.starttls.enable", "true");
        return properties;
    }}

    public static void main(String[] arguments) throws Exception {{
        Session session = Session.getInstance(properties(), new Authenticator() {{
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {{
                return new PasswordAuthentication("{SHOP_USER}", "{SHOP_PASSWORD}");
            }}
        }});
        MimeMessage message = new MimeMessage(session);
        message.setFrom(new InternetAddress("{SHOP_USER}"));
        message.setRecipients(Message.RecipientType.TO, "info@example.com");
        message.setSubject("a message of the tests");
        message.setText("It arrived.");
        Transport.send(message);
    }}
}}
"""
JAVA_FILE = "src/main/java/Mailer.java"
JAKARTA_MAIL_CODE = Program(
    files={"pom.xml": JAVA_POM, JAVA_FILE: JAVA_CODE},
    command=JAKARTA_MAIL.command,
    needs=JAKARTA_MAIL.needs,
    cases={
        "implicit on 587": Case(
            IMPLICIT,
            (JAVA_FILE, "ssl.enable"),
            {JAVA_FILE: {"mail.smtp.starttls.enable": "mail.smtp.ssl.enable"}},
        ),
        "plain on 465": Case(
            PLAIN, (JAVA_FILE, "starttls.enable"), {JAVA_FILE: {'"587"': '"465"'}}
        ),
        "# in the password": Case(
            changes={
                JAVA_FILE: {
                    f'"{SHOP_USER}", "{SHOP_PASSWORD}"': f'"{HASH_USER}", "{HASH_PASSWORD}"',
                    f'InternetAddress("{SHOP_USER}")': f'InternetAddress("{HASH_USER}")',
                }
            },
        ),
        "From of another domain": Case(
            SENDER,
            (JAVA_FILE, ELSEWHERE),
            {JAVA_FILE: {f'InternetAddress("{SHOP_USER}")': f'InternetAddress("{ELSEWHERE}")'}},
        ),
        "unusual": Case(
            changes={
                JAVA_FILE: {
                    'properties.put("mail.smtp.port", "587");': "",
                    'properties.put("mail.smtp.starttls.enable", "true");': "",
                    'properties.put("mail.smtp.host", HOST);': "",
                    'properties.put("mail.smtp.auth", "true");': "",
                    "Transport.send(message);": "try (Transport transport ="
                    ' session.getTransport("smtps")) {\n            transport.connect(HOST,'
                    f' "{SHOP_USER}", "{SHOP_PASSWORD}");\n            transport.sendMessage('
                    "message, message.getAllRecipients());\n        }",
                    "Properties properties = new Properties();": "Properties properties = new"
                    ' Properties();\n        properties.setProperty("mail.smtps.auth", "true");',
                }
            }
        ),
    },
)

NET_SMTP_SCRIPT = f"""\
use strict;
use warnings;
use Net::SMTP;

my $user = '{SHOP_USER}';
my $smtp = Net::SMTP->new('{HOST}', Port => 587, Timeout => 30) or die "no connection: $@";
$smtp->starttls or die $@;
$smtp->auth($user, '{SHOP_PASSWORD}') or die $smtp->message;
$smtp->mail('{SHOP_USER}') or die $smtp->message;
$smtp->to('{SHOP_USER}') or die $smtp->message;
$smtp->data;
$smtp->datasend("Subject: a message of the tests\\n\\nIt arrived.\\n");
$smtp->dataend or die $smtp->message;
$smtp->quit;
"""

PERL_NET_SMTP = Program(
    files={"send.pl": NET_SMTP_SCRIPT},
    command=("perl", "send.pl"),
    needs=("perl", Path("/usr/share/perl5/IO/Socket/SSL.pm")),
    cases={
        "implicit on 587": Case(
            IMPLICIT,
            ("send.pl", "SSL => 1"),
            {"send.pl": {"587,": "587, SSL => 1,", "$smtp->starttls or die $@;\n": ""}},
        ),
        "plain on 465": Case(PLAIN, ("send.pl", "465"), {"send.pl": {"587": "465"}}),
        "# in the password": Case(
            changes={
                "send.pl": {
                    f"my $user = '{SHOP_USER}'": f"my $user = '{HASH_USER}'",
                    f"'{SHOP_PASSWORD}'": f"'{HASH_PASSWORD}'",
                    f"mail('{SHOP_USER}')": f"mail('{HASH_USER}')",
                }
            },
        ),
        "From of another domain": Case(
            SENDER,
            ("send.pl", "mail("),
            {"send.pl": {f"mail('{SHOP_USER}')": f"mail('{ELSEWHERE}')"}},
            by_hand={"send.pl": {ELSEWHERE: SHOP_USER}},
        ),
        "unusual": Case(
            changes={
                "send.pl": {
                    f"'{HOST}', Port => 587,": f"'{HOST}:465', Port => 587, SSL => $tls,",
                    "my $user": "my ($tls) = (0, 1)[1];\nmy $user",
                    "$smtp->starttls or die $@;\n": "",
                }
            }
        ),
    },
)

EMAIL_SENDER_SCRIPT = f"""\
use strict;
use warnings;
use Email::Sender::Simple qw(sendmail);
use Email::Sender::Transport::SMTP;
use Email::Simple;

my $email = Email::Simple->create(
    header => [
        From    => '"Shop" <{SHOP_USER}>',
        To      => '{SHOP_USER}',
        Subject => 'a message of the tests',
    ],
    body => "It arrived.\\n",
);
my $transport = Email::Sender::Transport::SMTP->new({{
    host          => '{HOST}',
    port          => 587,
    ssl           => 'starttls',
    sasl_username => '{SHOP_USER}',
    sasl_password => '{SHOP_PASSWORD}',
}});
sendmail($email, {{ transport => $transport }});
"""

PERL_EMAIL_SENDER = Program(
    files={"send.pl": EMAIL_SENDER_SCRIPT},
    command=("perl", "send.pl"),
    needs=("perl", Path("/usr/share/perl5/Email/Sender.pm")),
    cases={
        "implicit on 587": Case(
            IMPLICIT, ("send.pl", "'ssl'"), {"send.pl": {"'starttls'": "'ssl'"}}
        ),
        "plain on 465": Case(PLAIN, ("send.pl", "ssl "), {"send.pl": {"587": "465"}}),
        "# in the password": Case(
            changes={
                "send.pl": {
                    f"sasl_username => '{SHOP_USER}'": f"sasl_username => '{HASH_USER}'",
                    f"'{SHOP_PASSWORD}'": f"'{HASH_PASSWORD}'",
                    f"<{SHOP_USER}>": f"<{HASH_USER}>",
                }
            },
        ),
        "From of another domain": Case(
            SENDER,
            ("send.pl", "From "),
            {"send.pl": {f"<{SHOP_USER}>": f"<{ELSEWHERE}>"}},
            by_hand={"send.pl": {ELSEWHERE: SHOP_USER}},
        ),
        "unusual": Case(
            changes={
                "send.pl": {
                    f"host          => '{HOST}',\n": "%server,\n",
                    "    port          => 587,\n": "",
                    "'starttls'": "$server{port} == 465 ? 1 : 'starttls'",
                    "my $email": f"my %server = (host => '{HOST}', port => '465');\nmy $email",
                }
            }
        ),
    },
)

GO_SEND_MAIL = f"""\
package main

import (
\t"log"
\t"net/smtp"
\t"os"
)

func main() {{
\thost := "{HOST}"
\tfrom := "{SHOP_USER}"
\tauth := smtp.PlainAuth("", "{SHOP_USER}", os.Getenv("SMTP_PASS"), host)
\tmessage := []byte("From: " + from + "\\r\\n" +
\t\t"To: {SHOP_USER}\\r\\n" +
\t\t"Subject: a message of the tests\\r\\n\\r\\nIt arrived.\\r\\n")
\tto := []string{{"{SHOP_USER}"}}
\tif err := smtp.SendMail(host+":587", auth, from, to, message); err != nil {{
\t\tlog.Fatal(err)
\t}}
}}
"""
GO_DIAL = f"""\
package main

import (
\t"crypto/tls"
\t"log"
\t"net/smtp"
\t"os"
)

const (
\thost = "{HOST}"
\tport = "465"
\tuser = "{SHOP_USER}"
)

func main() {{
\tconn, err := tls.Dial("tcp", host+":"+port, &tls.Config{{ServerName: host}})
\tif err != nil {{
\t\tlog.Fatal(err)
\t}}
\tclient, err := smtp.NewClient(conn, host)
\tif err != nil {{
\t\tlog.Fatal(err)
\t}}
\tdefer client.Quit()
\tif err := client.Auth(smtp.PlainAuth("", user, os.Getenv("SMTP_PASS"), host)); err != nil {{
\t\tlog.Fatal(err)
\t}}
\tif err := client.Mail(user); err != nil {{
\t\tlog.Fatal(err)
\t}}
\tif err := client.Rcpt("{SHOP_USER}"); err != nil {{
\t\tlog.Fatal(err)
\t}}
\tbody, err := client.Data()
\tif err != nil {{
\t\tlog.Fatal(err)
\t}}
\tbody.Write([]byte("Subject: a message of the tests\\r\\n\\r\\nIt arrived.\\r\\n"))
\tif err := body.Close(); err != nil {{
\t\tlog.Fatal(err)
\t}}
}}
"""
GO_MODULE = "module example.test/shop\n\ngo 1.19\n"

GO = Program(
    files={"go.mod": GO_MODULE, "main.go": GO_SEND_MAIL},
    command=("go", "run", "main.go"),
    secrets={"SMTP_PASS": SHOP_PASSWORD},
    options=("--setup", "main.go"),
    environment={
        "GOCACHE": str(UNPACKED / "go-cache"),
        "GOFLAGS": "-mod=mod",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    },
    needs=("go",),
    cases={
        "implicit on 587": Case(
            IMPLICIT,
            ("main.go", "587"),
            files={"go.mod": GO_MODULE, "main.go": GO_DIAL.replace("465", "587")},
        ),
        "plain on 465": Case(PLAIN, ("main.go", "465"), {"main.go": {"587": "465"}}),
        "# in the password": Case(
            changes={
                "main.go": {
                    f'"{SHOP_USER}", os.Getenv("SMTP_PASS")': f'"{HASH_USER}", "{HASH_PASSWORD}"',
                    '\t"os"\n': "",
                    f'from := "{SHOP_USER}"': f'from := "{HASH_USER}"',
                }
            }
        ),
        "From of another domain": Case(
            SENDER,
            ("main.go", "from :="),
            {"main.go": {f'from := "{SHOP_USER}"': f'from := "{ELSEWHERE}"'}},
        ),
        "unusual": Case(files={"go.mod": GO_MODULE, "main.go": GO_DIAL}),
    },
)

MESSAGE = f"""\
From: {SHOP_USER}
To: {SHOP_USER}
Subject: a message of the tests

It arrived.
"""
MSMTPRC = f"""\
defaults
auth on
tls on

account shop
host {HOST}
port 587
from {SHOP_USER}
user {SHOP_USER}
password {SHOP_PASSWORD}

account default : shop
"""

MSMTP = Program(
    files={".msmtprc": MSMTPRC, "message.eml": MESSAGE},
    command=("sh", "-c", f"msmtp -C .msmtprc {SHOP_USER} <message.eml"),
    needs=("msmtp",),
    cases={
        "implicit on 587": Case(
            IMPLICIT,
            (".msmtprc", "tls_starttls"),
            {".msmtprc": {"tls on\n": "tls on\ntls_starttls off\n"}},
        ),
        "plain on 465": Case(PLAIN, (".msmtprc", ""), {".msmtprc": {"587": "465"}}),
        # The rest of the line is the password.
        "# in the password": Case(
            changes={
                ".msmtprc": {
                    f"user {SHOP_USER}": f"user {HASH_USER}",
                    f"from {SHOP_USER}": f"from {HASH_USER}",
                    f"password {SHOP_PASSWORD}": f"password {HASH_PASSWORD}",
                }
            }
        ),
        "From of another domain": Case(
            SENDER,
            (".msmtprc", "from"),
            {".msmtprc": {f"from {SHOP_USER}": f"from {ELSEWHERE}"}},
        ),
        "unusual": Case(
            files={
                "message.eml": MESSAGE,
                ".msmtprc": f"""\
# the provider
account provider
host {HOST}
tls on
tls_starttls off
auth plain
user {SHOP_USER}
password "{SHOP_PASSWORD}"

account mail : provider
from {SHOP_USER}

account default : mail
""",
            }
        ),
    },
)

CURL_SCRIPT = f"""\
#!/bin/sh
set -eu
. ./.env
curl --silent --show-error --ssl-reqd --url "$SMTP_URL" --user "$SMTP_USER:$SMTP_PASS" \\
  --mail-from "$SMTP_FROM" --mail-rcpt {SHOP_USER} --upload-file message.eml
"""

CURL = Program(
    files={
        "send.sh": CURL_SCRIPT,
        "message.eml": MESSAGE,
        ".env": f"SMTP_URL=smtp://{HOST}:587\nSMTP_SECURE=starttls\n{ENV}SMTP_FROM={SHOP_USER}\n",
    },
    command=("bash", "send.sh"),
    needs=("curl",),
    cases={
        "implicit on 587": Case(
            IMPLICIT,
            (".env", "SMTP_URL"),
            {".env": {"smtp://": "smtps://", "SMTP_SECURE=starttls\n": ""}},
        ),
        "plain on 465": Case(PLAIN, (".env", ""), {".env": {":587": ":465"}}),
        "# in the password": Case(
            ALTERED,
            (".env", "SMTP_PASS"),
            {
                ".env": {
                    f"SMTP_USER={SHOP_USER}": f"SMTP_USER={HASH_USER}",
                    f"SMTP_FROM={SHOP_USER}": f"SMTP_FROM={HASH_USER}",
                    SHOP_PASSWORD: HASH_PASSWORD,
                }
            },
        ),
        "From of another domain": Case(
            SENDER,
            (".env", "SMTP_FROM"),
            {".env": {f"SMTP_FROM={SHOP_USER}": f"SMTP_FROM={ELSEWHERE}"}},
        ),
        "unusual": Case(
            changes={
                ".env": {
                    f"SMTP_URL=smtp://{HOST}:587\nSMTP_SECURE=starttls": (
                        f'export SMTP_URL="smtps://{HOST}"'
                    )
                }
            }
        ),
    },
)

PROGRAMS: Mapping[str, Program] = {
    "Nodemailer 6": NODEMAILER_6,
    "Nodemailer": NODEMAILER,
    "smtplib": SMTPLIB,
    "aiosmtplib": AIOSMTPLIB,
    "Django": DJANGO,
    "Flask-Mail": FLASK_MAIL,
    "FastAPI-Mail": FASTAPI_MAIL,
    "PHPMailer": PHPMAILER,
    "Symfony Mailer": SYMFONY,
    "Ruby's mail": RUBY_MAIL,
    "Jakarta Mail": JAKARTA_MAIL,
    "Jakarta Mail in code": JAKARTA_MAIL_CODE,
    "Go net/smtp": GO,
    "Perl's Net::SMTP": PERL_NET_SMTP,
    "Email::Sender": PERL_EMAIL_SENDER,
    "msmtp": MSMTP,
    "curl": CURL,
}
