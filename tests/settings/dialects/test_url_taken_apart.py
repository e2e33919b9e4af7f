"""A URL that the program's own code takes apart: `new URL(…)`, `url.parse(…)`, `urlparse(…)`,
`URI.parse(…)`, `parse_url(…)`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smtpdoctor.settings.model import Setting
from smtpdoctor.settings.setup import Setup

from .support import apply, one, prepared, write
from .ways import came_to, changes_lead_there, password

PLAIN = "smtp://info:word@smtp.ionos.com:587?from=shop%40example.com"
PACKAGE = '{"dependencies": {"nodemailer": "^6.9.0", "dotenv": "^16.0.0"}}'
STARTTLS = ("smtp.ionos.com", 587, "starttls")
IMPLICIT = ("smtp.ionos.com", 465, "implicit")
URL = "smtp://info%40example.com:wo%40rd@smtp.ionos.com:587?from=shop%40example.com"


def node(body: str, url: str = URL) -> dict[str, str]:
    head = "require('dotenv').config();\nconst nodemailer = require('nodemailer');\n"
    return {"package.json": PACKAGE, "mailer.js": head + body, ".env": f"SMTP_URL={url}\n"}


def python(body: str, url: str = URL, name: str = "send.py") -> dict[str, str]:
    head = "import os, smtplib\nfrom dotenv import load_dotenv\nload_dotenv()\n"
    return {name: head + body, ".env": f"SMTP_URL={url}\n"}


def ruby(body: str, url: str = URL, name: str = "send.rb") -> dict[str, str]:
    lock = "GEM\n  specs:\n    dotenv-rails (3.1.2)\n    mail (2.8.1)\n    rails (7.1.3)\n"
    lock = lock if name.startswith("config/") else lock.replace("    rails (7.1.3)\n", "")
    head = "require 'dotenv/load'\nrequire 'mail'\nrequire 'uri'\n"
    head = head if name == "send.rb" else ""
    return {name: head + body, "Gemfile.lock": lock, ".env": f"SMTP_URL={url}\n"}


def php(body: str, url: str = URL) -> dict[str, str]:
    packages = '"phpmailer/phpmailer": "^6.9", "symfony/mailer": "^6.4", "vlucas/phpdotenv": "^5.6"'
    head = "<?php\nuse PHPMailer\\PHPMailer\\PHPMailer;\n"
    head += "use Symfony\\Component\\Mailer\\Transport\\Smtp\\EsmtpTransport;\n"
    head += "Dotenv\\Dotenv::createImmutable(__DIR__)->load();\n"
    composer = f'{{"require": {{{packages}}}}}'
    return {"composer.json": composer, "send.php": head + body, ".env": f"SMTP_URL={url}\n"}


LOGIN = "auth: { user: decodeURIComponent(u.username), pass: decodeURIComponent(u.password) }"
SEND = "t.sendMail({ from: u.searchParams.get('from'), to, subject });\n"
WHATWG = f"""const u = new URL(process.env.SMTP_URL);
const t = nodemailer.createTransport({{
  host: u.hostname,
  port: Number(u.port),
  secure: u.protocol === 'smtps:',
  {LOGIN},
}});
{SEND}"""
TAKEN_APART = """const { URL: Address } = require('url');
const { hostname, port, protocol, username, password, searchParams } = new Address(
  process.env.SMTP_URL);
const t = nodemailer.createTransport({
  host: hostname, port: parseInt(port, 10) || 587, secure: protocol === 'smtps:',
  auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
});
t.sendMail({ from: searchParams.get('from'), to, subject });
"""
LEGACY = """const url = require('url');
const u = url.parse(process.env.SMTP_URL, true);
const [user, pass] = u.auth.split(':');
const t = nodemailer.createTransport({
  host: u.hostname, port: +u.port, secure: u.protocol === 'smtps:', auth: { user, pass },
});
t.sendMail({ from: u.query.from, to, subject });
"""
URLLIB = """from urllib.parse import parse_qs, unquote, urlparse
url = urlparse(os.environ["SMTP_URL"])
with smtplib.SMTP(url.hostname, url.port) as server:
    server.starttls()
    server.login(unquote(url.username), unquote(url.password))
    server.sendmail(parse_qs(url.query)["from"][0], to, text)
"""
WHOLE_MODULE = """import urllib.parse
url = urllib.parse.urlsplit(os.getenv("SMTP_URL"))
server = smtplib.SMTP(url.hostname, int(url.port or 587))
server.starttls()
server.login(urllib.parse.unquote(url.username), urllib.parse.unquote(url.password))
server.sendmail(dict(urllib.parse.parse_qsl(url.query)).get("from"), to, text)
"""
YARL = """from yarl import URL
url = URL(os.environ["SMTP_URL"])
server = smtplib.SMTP(url.host, url.port)
server.starttls()
server.login(url.user, url.password)
server.sendmail(url.query["from"], to, text)
"""
SQLALCHEMY = """from sqlalchemy.engine import make_url
url = make_url(os.environ["SMTP_URL"])
server = smtplib.SMTP(url.host, url.port)
server.starttls()
server.login(url.username, url.password)
server.sendmail(url.query["from"], to, text)
"""
FURL = """from furl import furl
url = furl(os.environ["SMTP_URL"])
server = smtplib.SMTP(url.host, url.port)
server.starttls()
server.login(url.username, url.password)
server.sendmail(url.args["from"], to, text)
"""
DJANGO = """from urllib.parse import parse_qs, unquote, urlparse
SECRET_KEY = "x"
url = urlparse(os.environ["SMTP_URL"])
EMAIL_HOST = url.hostname
EMAIL_PORT = url.port
EMAIL_HOST_USER = unquote(url.username)
EMAIL_HOST_PASSWORD = unquote(url.password)
EMAIL_USE_TLS = url.scheme == "smtp"
EMAIL_USE_SSL = url.scheme == "smtps"
DEFAULT_FROM_EMAIL = parse_qs(url.query).get("from", ["x@example.com"])[0]
"""
ENVIRON = """import environ
env = environ.Env()
environ.Env.read_env()
url = env.url("SMTP_URL")
SECRET_KEY = "x"
from urllib.parse import parse_qs, unquote
EMAIL_HOST, EMAIL_PORT = url.hostname, url.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(url.username), unquote(url.password)
EMAIL_USE_TLS = url.scheme == "smtp"
EMAIL_USE_SSL = url.scheme == "smtps"
DEFAULT_FROM_EMAIL = parse_qs(url.query)["from"][0]
"""
FLASK = """from urllib.parse import parse_qs, unquote, urlparse
from flask import Flask
from flask_mail import Mail
url = urlparse(os.environ["SMTP_URL"])
app = Flask(__name__)
app.config.update(
    MAIL_SERVER=url.hostname,
    MAIL_PORT=url.port,
    MAIL_USE_TLS=url.scheme == "smtp",
    MAIL_USE_SSL=url.scheme == "smtps",
    MAIL_USERNAME=unquote(url.username),
    MAIL_PASSWORD=unquote(url.password),
    MAIL_DEFAULT_SENDER=parse_qs(url.query)["from"][0],
)
mail = Mail(app)
"""
AIO = """from urllib.parse import parse_qs, unquote, urlparse
import aiosmtplib
url = urlparse(os.environ["SMTP_URL"])
message["From"] = parse_qs(url.query)["from"][0]
await aiosmtplib.send(
    message,
    hostname=url.hostname,
    port=url.port,
    use_tls=url.scheme == "smtps",
    username=unquote(url.username),
    password=unquote(url.password),
)
"""
MAIL_GEM = """uri = URI.parse(ENV.fetch('SMTP_URL'))
Mail.defaults do
  delivery_method :smtp, address: uri.host, port: uri.port, ssl: uri.scheme == 'smtps',
    user_name: CGI.unescape(uri.user), password: CGI.unescape(uri.password)
end
Mail.deliver do
  from CGI.parse(uri.query)['from'].first
end
"""
SPLIT_LOGIN = MAIL_GEM.replace(
    "Mail.defaults", "user, pass = uri.userinfo.split(':', 2)\nMail.defaults"
).replace("CGI.unescape(uri.user), password: CGI.unescape(uri.password)",
          "URI.decode_www_form_component(user), password: URI.decode_www_form_component(pass)"
)  # fmt: skip
RAILS = """uri = URI(ENV["SMTP_URL"])
ActionMailer::Base.smtp_settings = {
  address: uri.hostname, port: uri.port || 587, ssl: uri.scheme == "smtps",
  user_name: CGI.unescape(uri.user), password: CGI.unescape(uri.password)
}
"""
MAILER = """class ApplicationMailer < ActionMailer::Base
  default from: Rack::Utils.parse_query(URI(ENV["SMTP_URL"]).query)["from"]
end
"""
PHPMAILER = """$url = parse_url($_ENV['SMTP_URL']);
parse_str($url['query'], $query);
$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Host = $url['host'];
$mail->Port = $url['port'] ?? 587;
$mail->SMTPAuth = true;
$mail->SMTPSecure = $url['scheme'] === 'smtps' ? PHPMailer::ENCRYPTION_SMTPS : 'tls';
$mail->Username = rawurldecode($url['user']);
$mail->Password = urldecode($url['pass']);
$mail->setFrom($query['from']);
$mail->send();
"""
SYMFONY = """$tls = parse_url($_ENV['SMTP_URL'], PHP_URL_SCHEME) === 'smtps';
$transport = new EsmtpTransport(
    parse_url($_ENV['SMTP_URL'], PHP_URL_HOST), parse_url($_ENV['SMTP_URL'], PHP_URL_PORT), $tls);
$transport->setUsername(rawurldecode(parse_url($_ENV['SMTP_URL'], PHP_URL_USER)));
$transport->setPassword(rawurldecode(parse_url($_ENV['SMTP_URL'], PHP_URL_PASS)));
$mailer = new Mailer($transport);
parse_str(parse_url($_ENV['SMTP_URL'], PHP_URL_QUERY), $query);
$email = (new Email())->from($query['from']);
"""
SETTINGS = "shop/settings.py"
MANAGE = {"manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'}

WAYS = {
    "new URL": ("nodemailer", node(WHATWG)),
    "new URL, its members by their names": ("nodemailer", node(TAKEN_APART)),
    "url.parse": ("nodemailer", node(LEGACY)),
    "urlparse": ("smtplib", python(URLLIB)),
    "urllib.parse.urlsplit": ("smtplib", python(WHOLE_MODULE)),
    "yarl": ("smtplib", python(YARL)),
    "furl": ("smtplib", python(FURL)),
    "SQLAlchemy": ("smtplib", python(SQLALCHEMY)),
    "SQLAlchemy as a module": (
        "smtplib",
        python(
            SQLALCHEMY.replace(
                "from sqlalchemy.engine import make_url", "import sqlalchemy"
            ).replace("= make_url(", "= sqlalchemy.engine.make_url(")
        ),
    ),
    "Django": ("django", {**python(DJANGO, name=SETTINGS), **MANAGE}),
    "django-environ": ("django", {**python(ENVIRON, name=SETTINGS), **MANAGE}),
    "Flask-Mail": ("flask-mail", python(FLASK, name="app.py")),
    "aiosmtplib": ("aiosmtplib", python(AIO, name="app.py")),
    "Ruby's mail": ("ruby-mail", ruby(MAIL_GEM)),
    "Ruby's mail, its login split": ("ruby-mail", ruby(SPLIT_LOGIN)),
    "Rails": (
        "rails",
        {
            **ruby(RAILS, name="config/initializers/smtp.rb"),
            "app/mailers/application_mailer.rb": MAILER,
        },
    ),
    "PHPMailer": ("phpmailer", php(PHPMAILER)),
    "Symfony": ("symfony", php(SYMFONY)),
}


@pytest.mark.parametrize("name", WAYS)
def test_each_part_is_told_with_its_place(tmp_path: Path, name: str) -> None:
    dialect, files = WAYS[name]
    setup = one(write(tmp_path / "folder", files), dialect)
    assert came_to(setup) == STARTTLS
    assert setup.complete
    assert (setup.settings.username, password(setup)) == ("info@example.com", "wo@rd")
    assert setup.settings.sender == "shop@example.com"
    assert all(entry.problem is None for entry in setup.settings.entries)
    line = files[".env"].rstrip("\n")
    assert pointed(setup, "host") == (".env", "smtp.ionos.com")
    assert pointed(setup, "port") == (".env", "587")
    host = entry_of(setup, "host")
    assert host.source_line is not None
    assert host.source_line.startswith("SMTP_URL=")
    assert "wo%40rd" not in host.source_line
    assert "wo%40rd" in line
    changes_lead_there(tmp_path / "folder", dialect)


SCHEMES = (
    *("new URL", "url.parse", "Django", "Flask-Mail", "aiosmtplib"),
    *("Ruby's mail", "Rails", "PHPMailer", "Symfony"),
)


@pytest.mark.parametrize("name", SCHEMES)
@pytest.mark.parametrize("wrong", ["smtps 587", "smtp 465"])
def test_the_change_is_one_of_the_url(tmp_path: Path, name: str, wrong: str) -> None:
    dialect, files = WAYS[name]
    scheme, port = wrong.split()
    url = URL.replace("smtp:", f"{scheme}:").replace("587", port)
    root = write(tmp_path / "folder", {**files, ".env": f"SMTP_URL={url}\n"})
    setup = one(root, dialect)
    goal = (587, "starttls") if port == "587" else (465, "implicit")
    change = prepared(setup.settings, None, goal[1])
    assert [(edit.file, edit.replace, edit.with_) for edit in change.edits] == [
        (".env", scheme, "smtp" if scheme == "smtps" else "smtps")
    ]
    assert not change.settings
    apply(root, change)
    assert came_to(one(root, dialect))[1:] == goal


def test_a_mode_that_hangs_on_the_port_follows_it(tmp_path: Path) -> None:
    body = WHATWG.replace("u.protocol === 'smtps:'", "Number(u.port) === 465")
    root = write(tmp_path / "folder", node(body))
    setup = one(root, "nodemailer")
    change = prepared(setup.settings, 465, "implicit")
    assert [(edit.replace, edit.with_) for edit in change.edits] == [("587", "465")]
    apply(root, change)
    assert came_to(one(root, "nodemailer")) == IMPLICIT


def test_a_port_that_the_url_lacks_is_put_in(tmp_path: Path) -> None:
    root = write(tmp_path / "folder", node(WHATWG, URL.replace(":587", "")))
    setup = one(root, "nodemailer")
    assert came_to(setup) == STARTTLS
    change = prepared(setup.settings, 465, None)
    assert [(edit.replace, edit.with_) for edit in change.edits] == [("", ":465")]
    apply(root, change)
    assert "smtp://info%40example.com:wo%40rd@smtp.ionos.com:465?" in (root / ".env").read_text()
    assert came_to(one(root, "nodemailer")) == ("smtp.ionos.com", 465, "starttls")


def test_a_port_that_ruby_s_url_lacks_is_put_in(tmp_path: Path) -> None:
    root = write(tmp_path / "folder", ruby(MAIL_GEM, URL.replace(":587", "")))
    change = prepared(one(root, "ruby-mail").settings, 465, None)
    assert [(edit.replace, edit.with_) for edit in change.edits] == [("", ":465")]
    apply(root, change)
    assert came_to(one(root, "ruby-mail"))[1] == 465


def test_a_user_name_that_the_url_can_not_hold_as_it_is(tmp_path: Path) -> None:
    """Ruby refuses an @ more: it stands in quotes in the code."""
    settings = one(write(tmp_path, ruby(MAIL_GEM)), "ruby-mail").settings
    change = next(each for each in settings.prepared if each.username)
    assert [(edit.file, edit.with_) for edit in change.edits] == [("send.rb", "'{username}'")]


def test_the_scheme_of_a_url_in_the_code_is_changed_there(tmp_path: Path) -> None:
    url = URL.replace("smtp:", "smtps:")
    body = SYMFONY.replace("$_ENV['SMTP_URL']", f"'{url}'")
    change = prepared(one(write(tmp_path, php(body)), "symfony").settings, 587, "starttls")
    assert [(edit.replace, edit.with_) for edit in change.edits] == [("smtps", "smtp")]


def test_a_host_and_a_sender_are_changed_in_the_url(tmp_path: Path) -> None:
    root = write(tmp_path / "folder", node(WHATWG))
    found = one(root, "nodemailer").settings.prepared
    host = next(each for each in found if each.host)
    sender = next(each for each in found if each.sender)
    assert [(edit.file, edit.replace, edit.with_) for edit in host.edits] == [
        (".env", "smtp.ionos.com", "{host}")
    ]
    assert [(edit.file, edit.with_) for edit in sender.edits] == [(".env", "{sender}")]


def test_a_variable_of_the_environment_is_named_in_a_step(tmp_path: Path) -> None:
    files = node(WHATWG)
    del files[".env"]
    setup = one(write(tmp_path, files), "nodemailer", SMTP_URL=URL.replace("smtp:", "smtps:"))
    change = prepared(setup.settings, None, "starttls")
    assert (change.edits, change.settings) == ((), {})
    assert change.steps == ("in SMTP_URL: the scheme smtp",)
    assert entry_of(setup, "host").origin.kind == "environment"


NOT_DECODED = {
    "new URL": (
        "nodemailer",
        node(WHATWG.replace("decodeURIComponent(u.username)", "u.username")),
        [("u.username", "decodeURIComponent(u.username)")],
    ),
    "a name alone": (
        "nodemailer",
        node(
            TAKEN_APART.replace(
                "{ user: decodeURIComponent(username), pass: decodeURIComponent(password) }",
                "{ user, pass }",
            ).replace("const t", "const user = username, pass = password;\nconst t")
        ),
        [("pass", "pass: decodeURIComponent(pass)"), ("user", "user: decodeURIComponent(user)")],
    ),
    "urlparse": (
        "smtplib",
        python(URLLIB.replace("unquote(url.password)", "url.password")),
        [("url.password", "unquote(url.password)")],
    ),
    "an import that lacks it": (
        "smtplib",
        python(
            URLLIB.replace("parse_qs, unquote, urlparse", "parse_qs, urlparse")
            .replace("unquote(url.password)", "url.password")
            .replace("unquote(url.username)", "url.username")
        ),
        [
            ("url.password", "unquote(url.password)"),
            ("url.username", "unquote(url.username)"),
            ("parse_qs, urlparse", "parse_qs, urlparse, unquote"),
        ],
    ),
    "the whole module": (
        "smtplib",
        python(
            WHOLE_MODULE.replace("urllib.parse.unquote(url.username)", "url.username")
        ),
        [("url.username", "urllib.parse.unquote(url.username)")],
    ),
    "Django": (
        "django",
        python(DJANGO.replace("unquote(url.password)", "url.password"), name=SETTINGS) | MANAGE,
        [("url.password", "unquote(url.password)")],
    ),
    "Ruby's mail": (
        "ruby-mail",
        ruby(MAIL_GEM.replace("CGI.unescape(uri.password)", "uri.password")),
        [("uri.password", "URI::DEFAULT_PARSER.unescape(uri.password)")],
    ),
    "Ruby's login split": (
        "ruby-mail",
        ruby(SPLIT_LOGIN.replace("URI.decode_www_form_component(user)", "user")),
        [("user", "URI::DEFAULT_PARSER.unescape(user)")],
    ),
    "Rails": (
        "rails",
        ruby(RAILS.replace("CGI.unescape(uri.user)", "uri.user"), name="config/initializers/m.rb"),
        [("uri.user", "URI::DEFAULT_PARSER.unescape(uri.user)")],
    ),
    "PHPMailer": (
        "phpmailer",
        php(PHPMAILER.replace("urldecode($url['pass'])", "$url['pass'] ?? ''")),
        [("$url['pass'] ?? ''", "rawurldecode($url['pass'] ?? '')")],
    ),
    "Symfony": (
        "symfony",
        php(SYMFONY.replace("rawurldecode(parse_url($_ENV['SMTP_URL'], PHP_URL_USER))",
                            "parse_url($_ENV['SMTP_URL'], PHP_URL_USER)")),
        [("parse_url($_ENV['SMTP_URL'], PHP_URL_USER)",
          "rawurldecode(parse_url($_ENV['SMTP_URL'], PHP_URL_USER))")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_DECODED)
def test_a_login_that_nothing_decodes(tmp_path: Path, name: str) -> None:
    dialect, files, edits = NOT_DECODED[name]
    root = write(tmp_path / "folder", files)
    setup = one(root, dialect)
    problems = {entry.problem for entry in setup.settings.entries}
    assert problems == {None, "still-encoded"}
    change = next(each for each in setup.settings.prepared if each.decodes)
    assert [(edit.replace, edit.with_) for edit in change.edits] == edits
    apply(root, change)
    after = one(root, dialect)
    assert (after.credentials.username, password(after)) == ("info@example.com", "wo@rd")
    assert {entry.problem for entry in after.settings.entries} == {None}


@pytest.mark.parametrize(
    ("dialect", "files"),
    [
        ("nodemailer", node(WHATWG.replace("decodeURIComponent", ""), PLAIN)),
        ("smtplib", python(URLLIB.replace("unquote(", "str("), PLAIN)),
        ("smtplib", python(YARL)),
        ("ruby-mail", ruby(MAIL_GEM.replace("CGI.unescape", "String"), PLAIN)),
        ("phpmailer", php(re.sub("(raw)?urldecode", "trim", PHPMAILER), PLAIN)),
        # what is left after decoding belongs to it
        ("nodemailer", node(WHATWG, URL.replace("wo%40rd", "wo%2540rd"))),
        # a variable of its own is no part of a URL
        ("nodemailer", {**node(WHATWG.replace("u.password", "process.env.SMTP_PASS")),
                        ".env": f"SMTP_URL={URL}\nSMTP_PASS=wo%40rd\n"}),
    ],
)  # fmt: skip
def test_what_is_not_encoded_or_was_decoded_is_right(
    tmp_path: Path, dialect: str, files: dict[str, str]
) -> None:
    setup = one(write(tmp_path, files), dialect)
    assert {entry.problem for entry in setup.settings.entries} == {None}
    assert not any(each.decodes for each in setup.settings.prepared)


REFUSES = [("nodemailer", "new URL"), ("smtplib", "urlparse"), ("ruby-mail", "Ruby's mail"),
           ("phpmailer", "PHPMailer"), ("symfony", "Symfony")]  # fmt: skip


@pytest.mark.parametrize(("dialect", "way"), REFUSES)
@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("smtps://info%40example.com:wo/rd@smtp.ionos.com:465", "not-encoded"),
        ('"smtps://info%40example.com:wo#rd@smtp.ionos.com:465"', "not-encoded"),
        ("smtps://info%40example.com:wo#rd@smtp.ionos.com:465", "not-encoded"),
        ("smtp.ionos.com", "not-a-url"),
    ],
)
def test_a_url_that_no_parser_takes_apart(
    tmp_path: Path, dialect: str, way: str, url: str, problem: str
) -> None:
    files = {**WAYS[way][1], ".env": f"SMTP_URL={url}\n"}
    setup = one(write(tmp_path, files), dialect)
    assert entry_of(setup, "url").problem == problem
    assert setup.settings.host is None
    assert "wo" not in (entry_of(setup, "url").source_line or "")


def test_a_host_and_port_without_a_scheme(tmp_path: Path) -> None:
    """PHP takes them apart, the others find no host."""
    for dialect, way in REFUSES:
        files = {**WAYS[way][1], ".env": "SMTP_URL=smtp.ionos.com:465\n"}
        settings = one(write(tmp_path / dialect, files), dialect).settings
        problems = [entry.problem for entry in settings.entries if entry.field == "url"]
        if dialect in ("phpmailer", "symfony"):
            assert (settings.host, settings.port, problems) == ("smtp.ionos.com", 465, [None])
        else:
            assert (settings.host, problems) == (None, ["not-a-url"])


def test_a_url_that_is_set_nowhere(tmp_path: Path) -> None:
    for dialect, way in REFUSES:
        files = {**WAYS[way][1], ".env": "OTHER=1\n"}
        setup = one(write(tmp_path / dialect, files), dialect)
        assert setup.settings.host is None
        assert "SMTP_URL is set nowhere" in setup.why_incomplete


def test_a_text_that_is_split_gives_parts(tmp_path: Path) -> None:
    body = """const [host, port] = process.env.SMTP_SERVER.split(':');
const t = nodemailer.createTransport({ host, port: Number(port), secure: false,
  auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS } });
"""
    env = "SMTP_SERVER=smtp.ionos.com:465\nSMTP_USER=info@example.com\nSMTP_PASS=word\n"
    root = write(tmp_path / "folder", {**node(body), ".env": env})
    setup = one(root, "nodemailer")
    assert pointed(setup, "port") == (".env", "465")
    change = prepared(setup.settings, 587, None)
    assert [(edit.file, edit.replace, edit.with_) for edit in change.edits] == [
        (".env", "465", "587")
    ]


SPLIT = {
    "ruby-mail": ruby("""host, port = ENV['SMTP_SERVER'].split(':')
Mail.defaults do
  delivery_method :smtp, address: host, port: port.to_i, user_name: 'a', password: ENV['P']
end
"""),
    "phpmailer": php("""[$host, $port] = array_pad(explode(':', $_ENV['SMTP_SERVER'], 2), 2, 25);
$mail = new PHPMailer();
$mail->isSMTP();
$mail->Host = $host;
$mail->Port = (int) $port;
$mail->Username = 'a';
$mail->Password = $_ENV['P'];
$mail->send();
"""),
}  # fmt: skip


@pytest.mark.parametrize("dialect", SPLIT)
def test_a_text_that_ruby_and_php_split_gives_parts(tmp_path: Path, dialect: str) -> None:
    env = "SMTP_SERVER=smtp.ionos.com:465\nP=word\n"
    root = write(tmp_path / "folder", {**SPLIT[dialect], ".env": env})
    setup = one(root, dialect)
    assert pointed(setup, "port") == (".env", "465")
    change = prepared(setup.settings, 587, None)
    assert [(edit.file, edit.replace, edit.with_) for edit in change.edits] == [
        (".env", "465", "587")
    ]
    assert all(entry.field != "url" for entry in setup.settings.entries)


@pytest.mark.parametrize("way", ["Ruby's mail", "Rails", "PHPMailer", "Symfony"])
def test_a_host_is_changed_where_a_parser_refuses_braces(tmp_path: Path, way: str) -> None:
    dialect, files = WAYS[way]
    found = one(write(tmp_path, files), dialect).settings.prepared
    host = next(each for each in found if each.host)
    assert [(edit.file, edit.replace, edit.with_) for edit in host.edits] == [
        (".env", "smtp.ionos.com", "{host}")
    ]


def test_the_application_s_own_address_is_no_mail_server_s_url(tmp_path: Path) -> None:
    body = """$mail = new PHPMailer();
$mail->isSMTP();
$mail->Host = 'smtp.ionos.com';
$mail->Port = 587;
$mail->Username = 'info@example.com';
$mail->Password = $_ENV['SMTP_PASS'];
$mail->Hostname = parse_url($_ENV['APP_URL'], PHP_URL_HOST);
$mail->setFrom('noreply@' . parse_url($_ENV['APP_URL'], PHP_URL_HOST));
$mail->send();
"""
    env = "APP_URL=https://example.com\nSMTP_PASS=word\n"
    settings = one(write(tmp_path, {**php(body), ".env": env}), "phpmailer").settings
    assert settings.sender == "noreply@example.com"
    assert all(entry.field != "url" for entry in settings.entries)


def test_a_choice_by_the_port_is_changed_in_the_url(tmp_path: Path) -> None:
    body = PHPMAILER.replace("$url['scheme'] === 'smtps'", "$url['port'] === 465")
    root = write(tmp_path / "folder", php(body))
    change = prepared(one(root, "phpmailer").settings, 465, "implicit")
    assert [(edit.file, edit.replace, edit.with_) for edit in change.edits] == [
        (".env", "587", "465")
    ]


def test_constants_of_a_choice_are_put_in_for_one_of_them(tmp_path: Path) -> None:
    """Where no text decides between them: the whole choice was written into itself."""
    body = PHPMAILER.replace("$url['scheme'] === 'smtps'", "strtolower('A') === 'a'")
    root = write(tmp_path / "folder", php(body, URL.replace("587", "465")))
    change = prepared(one(root, "phpmailer").settings, 587, "starttls")
    texts = {edit.with_ for edit in change.edits if edit.file == "send.php"}
    assert texts == {"PHPMailer::ENCRYPTION_STARTTLS"}


def test_a_url_of_several_variables_has_their_places(tmp_path: Path) -> None:
    body = WHATWG.replace(
        "process.env.SMTP_URL",
        "`smtp://${process.env.SMTP_USER}:x@${process.env.SMTP_HOST}:${process.env.SMTP_PORT}`",
    )
    env = "SMTP_USER=info@example.com\nSMTP_HOST=smtp.ionos.com\nSMTP_PORT=587\n"
    root = write(tmp_path / "folder", {**node(body), ".env": env})
    setup = one(root, "nodemailer")
    assert came_to(setup) == STARTTLS
    assert entry_of(setup, "port").origin.label == ".env:3"
    assert prepared(setup.settings, 465, None).settings == {"SMTP_PORT": "465"}


def entry_of(setup: Setup, field: str) -> Setting:
    return next(entry for entry in setup.settings.entries if entry.field == field)


def pointed(setup: Setup, field: str) -> tuple[str | None, str]:
    """The file, and the characters that the entry points at."""
    entry = entry_of(setup, field)
    assert entry.origin.columns is not None
    assert entry.source_line is not None
    first, last = entry.origin.columns
    return entry.origin.file, entry.source_line[first - 1 : last - 1]
