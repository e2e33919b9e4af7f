"""PHP programs that send another way than by the settings that stand there, or stop before."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from smtpdoctor.settings.change import to_send
from smtpdoctor.settings.model import Prepared, SetupRemark
from smtpdoctor.settings.setup import Setup
from smtpdoctor.settings.setups import find_setups
from tests.settings.dialects.support import apply, one, setups, workspace, write
from tests.settings.dialects.test_laravel import LOGIN, NEW

PHPMAILER = """<?php
require 'vendor/autoload.php';
$mail = new PHPMailer\\PHPMailer\\PHPMailer();
%s$mail->Host = 'smtp.ionos.com';
$mail->Port = 587;
$mail->SMTPSecure = 'tls';
$mail->SMTPAuth = true;
$mail->Username = 'u@example.com';
$mail->Password = 'word';
$mail->setFrom('u@example.com');
$mail->send();
"""
HOOK = """<?php
add_action( 'phpmailer_init', function ( $phpmailer ) {
    $phpmailer->Host = 'smtp.ionos.com';
    $phpmailer->Port = 587;
    $phpmailer->SMTPSecure = 'tls';
    $phpmailer->SMTPAuth = true;
    $phpmailer->Username = 'u@example.com';
    $phpmailer->Password = 'word';
} );
"""
IGNITER = """<?php
namespace Config;
class Email extends \\CodeIgniter\\Config\\BaseConfig {
    public string $protocol = 'mail';
    public string $SMTPHost = 'smtp.ionos.com';
    public string $SMTPUser = 'u@example.com';
    public string $SMTPPass = 'word';
    public int $SMTPPort = 587;
    public string $SMTPCrypto = 'tls';
}
"""
WORDPRESS = """<?php
define( 'WPMS_MAILER', 'smtp' );
define( 'WPMS_SMTP_HOST', 'smtp.ionos.com' );
define( 'WPMS_SMTP_PORT', 587 );
define( 'WPMS_SSL', 'tls' );
define( 'WPMS_SMTP_USER', 'u@example.com' );
define( 'WPMS_SMTP_PASS', 'word' );
"""
JOOMLA = """<?php
class JConfig {
    public $mailer = 'mail';
    public $mailfrom = 'u@example.com';
    public $smtpauth = true;
    public $smtpuser = '%s';
    public $smtppass = 'word';
    public $smtphost = '%s';
    public $smtpsecure = 'tls';
    public $smtpport = 587;
}
"""
GITLAB = """gitlab_rails['smtp_address'] = "smtp.ionos.com"
gitlab_rails['smtp_port'] = 587
gitlab_rails['smtp_user_name'] = "u@example.com"
gitlab_rails['smtp_password'] = "word"
"""
MATOMO = '[mail]\ntransport = "mail"\nhost = "smtp.ionos.com"\nport = 587\nencryption = "tls"\n'


def wholes(setup: Setup) -> list[SetupRemark]:
    return [remark for remark in setup.settings.remarks if remark.whole]


def mended(root: Path, setup: Setup) -> Setup:
    """The set-up after the change with which it sends."""
    change = next(each for each in setup.settings.prepared if each.sends)
    apply(root, change)
    return one(root, setup.identity.dialect)


@pytest.mark.parametrize(
    ("dialect", "file", "text"),
    [
        ("phpmailer", "mail.php", PHPMAILER % ""),
        ("phpmailer", "mail.php", PHPMAILER % "$mail->isMail();\n"),
        ("wordpress", "wp-content/mu-plugins/smtp.php", HOOK),
        ("codeigniter", "app/Config/Email.php", IGNITER),
        ("wp-mail-smtp", "wp-config.php", WORDPRESS),
        ("joomla", "configuration.php", JOOMLA % ("u@example.com", "smtp.ionos.com")),
        ("gitlab", "gitlab.rb", GITLAB),
        ("matomo", "config/config.ini.php", MATOMO),
    ],
)
def test_settings_by_which_the_program_does_not_go(
    tmp_path: Path, dialect: str, file: str, text: str
) -> None:
    setup = one(write(tmp_path, {file: text}), dialect)
    assert len(wholes(setup)) == 1
    if "isMail" not in text:  # a call is not changed into another
        assert wholes(mended(tmp_path, setup)) == []


def test_a_way_of_sending_that_is_said_elsewhere_is_no_fault(tmp_path: Path) -> None:
    own = PHPMAILER % "" + "function smtp($mail) { $mail->isSMTP(); }\n"
    assert wholes(one(write(tmp_path / "a", {"mail.php": own}), "phpmailer")) == []
    code = "<?php\n$email->initialize(['protocol' => 'smtp']);\n"
    files = {"app/Config/Email.php": IGNITER, "app/Controllers/Contact.php": code}
    assert wholes(one(write(tmp_path / "b", files), "codeigniter")) == []


@pytest.mark.parametrize(("user", "host"), [("u@example.com", "localhost"), ("", "smtp.ionos.com")])
def test_what_joomla_has_for_smtp_by_itself_is_no_set_up(
    tmp_path: Path, user: str, host: str
) -> None:
    assert setups(write(tmp_path, {"configuration.php": JOOMLA % (user, host)})) == []


def test_a_mailer_that_keeps_mail_shows_what_it_would_send_with(tmp_path: Path) -> None:
    files = {
        "composer.json": '{"require": {"laravel/framework": "^12.0"}}',
        "config/mail.php": NEW,
        ".env": f"MAIL_MAILER=log\nMAIL_HOST=smtp.ionos.com\nMAIL_PORT=587\n{LOGIN}",
    }
    setup = one(write(tmp_path, files), "laravel")
    assert (setup.settings.host, setup.settings.port) == ("smtp.ionos.com", 587)
    (remark,) = setup.settings.remarks
    assert remark.origin is not None
    assert (remark.kind, remark.text, remark.origin.file) == ("not-sent", "log", ".env")
    assert [each.origin.file for each in remark.beside] == ["config/mail.php"]
    change = to_send(setup.settings)
    assert change is not None
    assert change.settings == {"MAIL_MAILER": "smtp"}
    assert mended(tmp_path, setup).settings.remarks == ()


def test_a_mailer_that_sends_has_no_such_change(tmp_path: Path) -> None:
    setup = one(write(tmp_path, {"mail.php": PHPMAILER % "$mail->isSMTP();\n"}), "phpmailer")
    assert to_send(setup.settings) is None
    saved = msgspec.structs.replace(setup.settings, prepared=(Prepared(host=True),))
    assert to_send(saved) is None


# --- variables that getenv() doesn't find --------------------------------------------------------

COMPOSER = '{"require": {"phpmailer/phpmailer": "^6.9", "vlucas/phpdotenv": "%s"}}'
READS = PHPMAILER.replace("'smtp.ionos.com'", "getenv('SMTP_HOST')").replace(
    "'word'", "getenv('SMTP_PASS')"
)
LOADS = "Dotenv\\Dotenv::%s(__DIR__)->load();\n"


def reading(root: Path, loads: str, text: str = READS, version: str = "^5.6") -> Path:
    code = text % "$mail->isSMTP();\n"
    code = code.replace("$mail = new", f"{loads}$mail = new")
    env = "SMTP_HOST=smtp.ionos.com\nSMTP_PASS=word\n"
    return write(root, {"composer.json": COMPOSER % version, "mail.php": code, ".env": env})


@pytest.mark.parametrize("loads", ["createImmutable", "createMutable"])
def test_getenv_sees_nothing_of_phpdotenv_5(tmp_path: Path, loads: str) -> None:
    setup = one(reading(tmp_path, LOADS % loads), "phpmailer")
    assert setup.settings.host == "smtp.ionos.com"  # as it was meant
    (remark,) = setup.settings.remarks
    assert (remark.kind, remark.origin and remark.origin.line) == ("fault", 3)
    assert remark.source_line is not None
    assert loads in remark.source_line
    assert mended(tmp_path, setup).settings.remarks == ()
    assert "createUnsafe" in (tmp_path / "mail.php").read_text()


@pytest.mark.parametrize(
    ("loads", "text", "version"),
    [
        (LOADS % "createUnsafeImmutable", READS, "^5.6"),
        (LOADS % "createImmutable", READS, "^4.2"),
        (LOADS % "createImmutable", READS.replace("getenv('SMTP_HOST')", "$_ENV['SMTP_HOST']")
         .replace("getenv('SMTP_PASS')", "getenv('SMTP_PASS') ?: $_ENV['SMTP_PASS']"), "^5.6"),
        (LOADS % "createImmutable" + "putenv('SMTP_HOST=' . $_ENV['SMTP_HOST']);\n", READS, "^5.6"),
        ("// " + LOADS % "createImmutable", READS, "^5.6"),
    ],
)  # fmt: skip
def test_getenv_finds_what_is_there(tmp_path: Path, loads: str, text: str, version: str) -> None:
    setup = one(reading(tmp_path, loads, text, version), "phpmailer")
    assert setup.settings.remarks == ()
    assert setup.credentials.password is not None


def test_getenv_finds_what_a_container_sets(tmp_path: Path) -> None:
    root = reading(tmp_path, LOADS % "createImmutable")
    compose = "services:\n  web:\n    build: .\n    environment:\n      SMTP_HOST: smtp.ionos.com\n"
    write(root, {"compose.yaml": f"{compose}      SMTP_PASS: word\n", "Dockerfile": "FROM php:8\n"})
    assert one(root, "phpmailer").settings.remarks == ()


# --- files of variables at which the program ends ------------------------------------------------


def test_a_line_at_which_laravel_ends_is_its_fault(tmp_path: Path) -> None:
    env = f"MAIL_MAILER=smtp\nMAIL_HOST=smtp.ionos.com\nMAIL_PORT=587\n{LOGIN}APP_NAME=My Shop\n"
    files = {
        "composer.json": '{"require": {"laravel/framework": "^12.0"}}',
        "config/mail.php": NEW,
        ".env": env,
    }
    found = find_setups(workspace(write(tmp_path, files)))
    (setup,) = found.setups
    assert setup.settings.host == "smtp.ionos.com"
    assert not setup.sends
    (remark,) = setup.settings.remarks
    assert (remark.kind, remark.option) == ("fault", "APP_NAME")
    assert (remark.origin and remark.origin.file, remark.origin and remark.origin.line) == (
        ".env",
        7,
    )
    assert "Laravel stops at line 7" in remark.because
    assert found.skipped == ()  # it is said once


def test_a_program_without_a_framework_ends_there_too(tmp_path: Path) -> None:
    root = reading(tmp_path, LOADS % "createUnsafeImmutable")
    write(root, {".env": "SMTP_HOST=smtp.ionos.com\nSMTP_PASS=word\nAPP_NAME=My Shop\n"})
    (remark,) = one(root, "phpmailer").settings.remarks
    assert (remark.kind, remark.option) == ("fault", "APP_NAME")


def test_a_file_that_no_program_here_loads_is_no_fault(tmp_path: Path) -> None:
    files = {"mail.php": PHPMAILER % "$mail->isSMTP();\n", ".env": "APP_NAME=My Shop\n"}
    assert one(write(tmp_path, files), "phpmailer").settings.remarks == ()
