"""PHP's other programs: a folder of each, what it comes to, and changes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.dialects.case import Case, outcome, said
from tests.settings.dialects.support import apply, one, prepared, setups, write
from tests.settings.dialects.ways import came_to, password, remarks

IONOS = "smtp.ionos.com"


def nextcloud(port: str, secure: str, more: str = "") -> dict[str, str]:
    secure = f"  'mail_smtpsecure' => '{secure}',\n" if secure else ""
    return {
        "config/config.php": f"""<?php
$CONFIG = array (
  'instanceid' => 'oc',
  'mail_smtpmode' => 'smtp',
  'mail_smtphost' => 'smtp.ionos.com',
  'mail_smtpport' => {port},
{secure}  'mail_smtpauth' => 1,
  'mail_smtpname' => 'u@example.com',
  'mail_smtppassword' => 'word',
  'mail_from_address' => 'u',
  'mail_domain' => 'example.com',
{more});
"""
    }


def joomla(port: str, secure: str, auth: str = "1") -> dict[str, str]:
    return {
        "configuration.php": f"""<?php
class JConfig {{
	public $mailonline = true;
	public $mailer = 'smtp';
	public $mailfrom = 'u@example.com';
	public $smtpauth = {auth};
	public $smtpuser = 'u@example.com';
	public $smtppass = 'word';
	public $smtphost = 'smtp.ionos.com';
	public $smtpsecure = '{secure}';
	public $smtpport = {port};
}}
"""
    }


def drupal(scheme: str, port: str, more: str = "") -> dict[str, str]:
    return {
        "web/sites/default/settings.php": f"""<?php
$databases['default']['default'] = ['host' => 'db', 'port' => 3306];
$config['system.mail']['interface']['default'] = 'symfony_mailer';
$config['system.mail']['mailer_dsn'] = [
  'scheme' => '{scheme}',
  'host' => 'smtp.ionos.com',
  'port' => {port},
  'user' => 'u@example.com',
  'password' => 'word',
  'options' => [],
];
$config['system.site']['mail'] = 'u@example.com';
{more}"""
    }


def drupal_smtp(port: str, protocol: str) -> dict[str, str]:
    return {
        "sites/default/settings.local.php": f"""<?php
$config['smtp.settings']['smtp_on'] = TRUE;
$config['smtp.settings']['smtp_host'] = 'smtp.ionos.com';
$config['smtp.settings']['smtp_port'] = '{port}';
$config['smtp.settings']['smtp_protocol'] = '{protocol}';
$config['smtp.settings']['smtp_username'] = 'u@example.com';
$config['smtp.settings']['smtp_password'] = 'word';
$config['smtp.settings']['smtp_from'] = 'u@example.com';
"""
    }


def swift(arguments: str, setters: str = "") -> dict[str, str]:
    return {
        "send.php": f"""<?php
$transport = (new Swift_SmtpTransport({arguments}))
    ->setUsername('u@example.com')
    ->setPassword('word'){setters};
$mailer = new Swift_Mailer($transport);
$message = (new Swift_Message('Hi'))->setFrom(['u@example.com' => 'Us']);
"""
    }


def yii(transport: str, more: str = "") -> dict[str, str]:
    return {
        "config/web.php": f"""<?php
$config = [
    'components' => [
        'mailer' => [
            'class' => \\yii\\symfonymailer\\Mailer::class,
            {more}'transport' => [
                {transport}
            ],
        ],
    ],
];
return $config;
"""
    }


def yii_alone(kind: str, transport: str) -> dict[str, str]:
    """The component in a file of its own, which config/web.php requires."""
    return {
        "config/mailer.php": f"<?php\nreturn [\n    'class' => {kind},\n    'transport' => [\n"
        f"        {transport}\n    ],\n];\n",
        "config/web.php": "<?php\nreturn ['components' => ['mailer' => require __DIR__ . "
        "'/mailer.php']];\n",
    }


YII = "'scheme' => '%s', 'host' => 'smtp.ionos.com', 'username' => 'u@example.com', "
YII += "'password' => 'word', 'port' => %s,"
YII_SWIFT = "'class' => 'Swift_SmtpTransport', 'host' => 'smtp.ionos.com', 'username' => "
YII_SWIFT += "'u@example.com', 'password' => 'word', 'port' => '%s', 'encryption' => '%s',"


def cake(host: str, port: str, more: str = "", kind: str = "Smtp") -> dict[str, str]:
    return {
        "config/app.php": f"""<?php
use Cake\\Mailer\\Transport\\SmtpTransport;
return [
    'Datasources' => ['default' => ['host' => 'localhost']],
    'EmailTransport' => [
        'default' => [
            'className' => '{kind}',
            'host' => 'localhost',
            'port' => 25,
            'url' => env('EMAIL_TRANSPORT_DEFAULT_URL', null),
        ],
    ],
    'Email' => ['default' => ['transport' => 'default', 'from' => 'u@example.com']],
];
""",
        "config/app_local.php": f"""<?php
return [
    'EmailTransport' => [
        'default' => [
            'host' => '{host}',
            'port' => {port},
            'username' => 'u@example.com',
            'password' => 'word',
            {more}
        ],
    ],
];
""",
    }


def wiki(host: str, port: str, auth: str = "true") -> dict[str, str]:
    return {
        "LocalSettings.php": f"""<?php
$wgPasswordSender = 'u@example.com';
$wgSMTP = [
    'host' => '{host}',
    'IDHost' => 'example.com',
    'port' => {port},
    'auth' => {auth},
    'username' => 'u@example.com',
    'password' => 'word',
];
"""
    }


def igniter(port: str, crypto: str, protocol: str = "smtp") -> dict[str, str]:
    return {
        "app/Config/Email.php": f"""<?php
namespace Config;
use CodeIgniter\\Config\\BaseConfig;
class Email extends BaseConfig
{{
    public string $fromEmail  = 'u@example.com';
    public string $protocol = '{protocol}';
    public string $SMTPHost = 'smtp.ionos.com';
    public string $SMTPUser = 'u@example.com';
    public string $SMTPPass = 'word';
    public int $SMTPPort = {port};
    public string $SMTPCrypto = '{crypto}';
}}
"""
    }


def igniter_3(host: str, port: str, crypto: str) -> dict[str, str]:
    crypto = f"$config['smtp_crypto'] = '{crypto}';\n" if crypto else ""
    return {
        "application/config/email.php": f"""<?php
$config['protocol'] = 'smtp';
$config['smtp_host'] = '{host}';
$config['smtp_port'] = {port};
$config['smtp_user'] = 'u@example.com';
$config['smtp_pass'] = 'word';
{crypto}"""
    }


STREAM = "  'mail_smtpstreamoptions' => array('ssl' => array('verify_peer' => false)),\n"
NO_AUTH = nextcloud("587", "")["config/config.php"].replace("  'mail_smtpauth' => 1,\n", "")
DSN = "'dsn' => 'smtp%s://u%%40example.com:word@smtp.ionos.com:%s',"
TLS, SSL, WRONG = (f"'{IONOS}', {each}" for each in ("587, 'tls'", "465, 'ssl'", "587, 'ssl'"))
ON = "'tls' => true,"
SILENT = "'useFileTransport' => true, "

CASES = [
    Case("nextcloud:587", (IONOS, 587, "starttls"), nextcloud("587", "")),
    Case("nextcloud:587 tls", (IONOS, 587, "starttls"), nextcloud("'587'", "tls")),
    Case("nextcloud:465", (IONOS, 465, "implicit"), nextcloud("465", "ssl"), required=True),
    Case("nextcloud:465 tls", (IONOS, 465, "implicit"), nextcloud("465", "tls"), required=True),
    Case("nextcloud:587 ssl", (IONOS, 587, "implicit"), nextcloud("587", "ssl"), required=True),
    Case("nextcloud:stream", (IONOS, 587, "starttls"), nextcloud("587", "", STREAM), verify=False),
    Case(
        "nextcloud:no auth", (IONOS, 587, "starttls"), {"config/config.php": NO_AUTH}, user=None,
        password=None, remarks=said("ignored mail_smtpname"),
    ),
    Case("joomla:587", (IONOS, 587, "starttls"), joomla("587", "tls"), required=True),
    Case("joomla:465", (IONOS, 465, "implicit"), joomla("'465'", "ssl"), required=True),
    Case("joomla:587 ssl", (IONOS, 587, "implicit"), joomla("587", "ssl"), required=True),
    Case("joomla:465 tls", (IONOS, 465, "starttls"), joomla("465", "tls"), required=True),
    Case("joomla:none", (IONOS, 587, "starttls"), joomla("587", "none")),
    Case(
        "joomla:no auth", (IONOS, 587, "starttls"), joomla("587", "none", "false"), user=None,
        password=None, remarks=said("ignored smtpuser"),
    ),
    Case("drupal:587", (IONOS, 587, "starttls"), drupal("smtp", "587")),
    Case("drupal:465", (IONOS, 465, "implicit"), drupal("smtps", "465"), required=True),
    Case("drupal:587 smtps", (IONOS, 587, "implicit"), drupal("smtps", "587"), required=True),
    Case("drupal:smtp 465", (IONOS, 465, "implicit"), drupal("smtp", "465"), required=True),
    Case("drupal:smtp null", (IONOS, 465, "implicit"), drupal("smtp", "null"), required=True),
    Case(
        "drupal:interface", (IONOS, 587, "starttls"),
        drupal("smtp", "587", "$config['system.mail']['interface']['default'] = 'php_mail';\n"),
        remarks=said("ignored interface"),
    ),
    Case("drupal:module 587", (IONOS, 587, "starttls"), drupal_smtp("587", "tls"), required=True),
    Case("drupal:module 465", (IONOS, 465, "implicit"), drupal_smtp("465", "ssl"), required=True),
    Case("drupal:module ssl", (IONOS, 587, "implicit"), drupal_smtp("587", "ssl"), required=True),
    Case("drupal:standard", (IONOS, 587, "starttls"), drupal_smtp("587", "standard")),
    Case("swiftmailer:587", (IONOS, 587, "starttls"), swift(TLS), required=True),
    Case("swiftmailer:465", (IONOS, 465, "implicit"), swift(SSL), required=True),
    Case("swiftmailer:ssl", (IONOS, 587, "implicit"), swift(WRONG), required=True),
    Case("swiftmailer:465 plain", (IONOS, 465, "none"), swift(f"'{IONOS}', 465")),
    Case("swiftmailer:host", (IONOS, 25, "none"), swift(f"'{IONOS}'")),
    Case(
        "swiftmailer:setter", (IONOS, 587, "starttls"),
        swift(f"'{IONOS}', 587", "->setEncryption('tls')"), required=True,
    ),
    Case(
        "swiftmailer:starttls", (IONOS, 587, "none"), swift(f"'{IONOS}', 587, 'starttls'"),
        remarks=said("fault encryption"),
    ),
    Case("yii:587", (IONOS, 587, "starttls"), yii(YII % ("smtp", "587"))),
    Case("yii:465", (IONOS, 465, "implicit"), yii(YII % ("smtps", "465")), required=True),
    Case("yii:smtps 587", (IONOS, 587, "implicit"), yii(YII % ("smtps", "587")), required=True),
    Case("yii:dsn", (IONOS, 587, "starttls"), yii(DSN % ("", "587"))),
    Case("yii:dsn 465", (IONOS, 465, "implicit"), yii(DSN % ("s", "465")), required=True),
    Case("yii:dsn smtps", (IONOS, 587, "implicit"), yii(DSN % ("s", "587")), required=True),
    Case("yii:swift", (IONOS, 587, "starttls"), yii(YII_SWIFT % ("587", "tls")), required=True),
    Case("yii:swift ssl", (IONOS, 587, "implicit"), yii(YII_SWIFT % ("587", "ssl")), required=True),
    Case("yii:swift 465", (IONOS, 465, "starttls"), yii(YII_SWIFT % ("465", "tls")), required=True),
    Case(
        "yii:own file", (IONOS, 587, "starttls"),
        yii_alone("'yii\\swiftmailer\\Mailer'", YII_SWIFT % ("587", "tls")), required=True,
    ),
    Case(
        "yii:own file 465", (IONOS, 465, "implicit"),
        yii_alone("\\yii\\symfonymailer\\Mailer::class", YII % ("smtps", "465")), required=True,
    ),
    Case(
        "yii:file", (IONOS, 587, "starttls"), yii(YII % ("smtp", "587"), SILENT),
        remarks=said("not-sent useFileTransport"),
    ),
    Case(
        "yii:no scheme", (IONOS, 587, "starttls"),
        yii((YII % ("smtp", "587")).replace("'scheme' => 'smtp', ", "'encryption' => 'tls', ")),
        remarks=said("fault host", "ignored encryption"), changes=False,
    ),
    Case("cakephp:587", (IONOS, 587, "starttls"), cake(IONOS, "587", ON), required=True),
    Case("cakephp:465", (IONOS, 465, "implicit"), cake(f"ssl://{IONOS}", "465"), required=True),
    Case("cakephp:587 ssl", (IONOS, 587, "implicit"), cake(f"ssl://{IONOS}", "587"), required=True),
    Case("cakephp:587 plain", (IONOS, 587, "none"), cake(IONOS, "587")),
    Case("cakephp:465 tls", (IONOS, 465, "starttls"), cake(IONOS, "465", ON), required=True),
    Case(
        "cakephp:text", (IONOS, 587, "starttls"), cake(IONOS, "587", "'tls' => 'false',"),
        required=True, remarks=said("misread tls"),
    ),
    Case(
        "cakephp:both", (IONOS, 465, "implicit"), cake(f"ssl://{IONOS}", "465", ON),
        required=True, remarks=said("fault tls"), changes=False,
    ),
    Case(
        "cakephp:debug", (IONOS, 587, "none"), cake(IONOS, "587", kind="Debug"),
        remarks=said("not-sent className"), changes=False,
    ),
    Case("mediawiki:587", (IONOS, 587, "starttls"), wiki(IONOS, "587")),
    Case("mediawiki:465", (IONOS, 465, "implicit"), wiki(f"ssl://{IONOS}", "465"), required=True),
    Case(
        "mediawiki:587 ssl", (IONOS, 587, "implicit"), wiki(f"ssl://{IONOS}", "'587'"),
        required=True,
    ),
    Case("mediawiki:465 plain", (IONOS, 465, "starttls"), wiki(IONOS, "465")),
    Case(
        "mediawiki:no login", (IONOS, 587, "none"), wiki(IONOS, "587", "false"), user=None,
        password=None, remarks=said("ignored username"), changes=False,
    ),
    Case("codeigniter:587", (IONOS, 587, "starttls"), igniter("587", "tls"), required=True),
    Case("codeigniter:465", (IONOS, 465, "implicit"), igniter("465", "ssl"), required=True),
    Case("codeigniter:465 none", (IONOS, 465, "implicit"), igniter("465", ""), required=True),
    Case("codeigniter:587 ssl", (IONOS, 587, "implicit"), igniter("587", "ssl"), required=True),
    Case(
        "codeigniter:465 tls", (IONOS, 465, "implicit"), igniter("465", "tls"), required=True,
        remarks=said("fault SMTPCrypto"), changes=False,
    ),
    Case("codeigniter:587 none", (IONOS, 587, "none"), igniter("587", "")),
    Case(
        "codeigniter:mail", (IONOS, 587, "starttls"), igniter("587", "tls", "mail"), required=True,
        remarks=said("ignored protocol"),
    ),
    Case("codeigniter:3", (IONOS, 587, "starttls"), igniter_3(IONOS, "587", "tls"), required=True),
    Case(
        "codeigniter:3 ssl", (IONOS, 465, "implicit"), igniter_3(f"ssl://{IONOS}", "465", ""),
        required=True, changes=False,
    ),
    Case("codeigniter:3 465", (IONOS, 465, "none"), igniter_3(IONOS, "465", "")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_it_comes_to(tmp_path: Path, case: Case) -> None:
    assert outcome(one(case.write(tmp_path), case.dialect)) == case.outcome


@pytest.mark.parametrize("case", [each for each in CASES if each.changes], ids=lambda case: case.id)
@pytest.mark.parametrize("goal", [(587, "starttls"), (465, "implicit")])
def test_prepared_changes_come_to_their_goals(
    tmp_path: Path, case: Case, goal: tuple[int, str]
) -> None:
    if case.expected[1:] == goal:
        return
    settings = one(case.write(tmp_path), case.dialect).settings
    apply(tmp_path, prepared(settings, *goal))
    now = one(tmp_path, case.dialect).settings
    assert (now.host, now.port, now.tls) == (IONOS, *goal)
    assert now.username == case.user


def test_a_url_of_cakephp(tmp_path: Path) -> None:
    root = write(tmp_path, cake(IONOS, "587"))
    url = "smtp://u%40example.com:word@smtp.example.org:2525?tls=true"
    now = one(root, "cakephp", EMAIL_TRANSPORT_DEFAULT_URL=url).settings
    assert (now.host, now.port, now.tls) == ("smtp.example.org", 2525, "starttls")


def by_url(root: Path, url: str, more: str = "") -> Path:
    """CakePHP's own config/app.php, whose class is PHP's mail() until the URL says another."""
    text = f"""<?php
return [
    'EmailTransport' => [
        'default' => [
            'className' => MailTransport::class, 'host' => 'localhost', 'port' => 25, {more}
            'url' => env('EMAIL_TRANSPORT_DEFAULT_URL', null),
        ],
    ],
    'Email' => ['default' => ['transport' => 'default', 'from' => 'u@example.com']],
];
"""
    return write(
        root, {"config/app.php": text, "config/.env": f"EMAIL_TRANSPORT_DEFAULT_URL={url}"}
    )


def test_cakephp_with_nothing_but_a_url(tmp_path: Path) -> None:
    """parseDsn decodes nothing, and takes any character of a password."""
    root = by_url(tmp_path, f"smtp://u@example.com:w%23o/rd@{IONOS}:587?tls=true")
    setup = one(root, "cakephp")
    assert (*came_to(setup), setup.settings.username) == (IONOS, 587, "starttls", "u@example.com")
    assert password(setup) == "w%23o/rd"
    assert not remarks(setup)
    assert all(entry.problem is None for entry in setup.settings.entries)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"smtp://u%40example.com:word@{IONOS}:587?tls=true", {("misread", "url.user")}),
        (f"smtps://u@example.com:word@{IONOS}:587?tls=true", {("fault", "url.scheme")}),
        (f"smtp://user:word@{IONOS}:587?tls=true", set()),
    ],
)
def test_what_cakephp_makes_of_a_url(tmp_path: Path, url: str, said: set[tuple[str, str]]) -> None:
    assert remarks(one(by_url(tmp_path, url), "cakephp")) == said


def test_a_url_of_cakephp_gets_starttls_at_its_end(tmp_path: Path) -> None:
    root = by_url(tmp_path, f"smtp://u@example.com:word@{IONOS}:587")
    setup = one(root, "cakephp")
    assert came_to(setup) == (IONOS, 587, "none")
    apply(root, prepared(setup.settings, 587, "starttls"))
    assert came_to(one(root, "cakephp")) == (IONOS, 587, "starttls")
    assert (root / "config/.env").read_text().endswith(":587?tls=true")


@pytest.mark.parametrize("url", ["", "mail://localhost"])
def test_phps_mail_function_by_a_url_or_none_is_no_set_up(tmp_path: Path, url: str) -> None:
    assert setups(by_url(tmp_path, url)) == []


def test_files_that_yiis_init_copies_are_productions_alone(tmp_path: Path) -> None:
    path = "common/config/main-local.php"
    text = yii(YII % ("smtp", "587"))["config/web.php"]
    silent = yii(YII % ("smtp", "587"), SILENT)["config/web.php"]
    write(tmp_path, {f"environments/dev/{path}": silent, f"environments/prod/{path}": text})
    assert one(tmp_path, "yii").name.startswith(f"yii environments/prod/{path}:")
    (dev,) = setups(tmp_path, profile="dev")
    assert dev.name.startswith(f"yii environments/dev/{path}:")
    write(tmp_path, {path: text.replace("587", "2525")})
    assert one(tmp_path, "yii").settings.port == 2525


CAKE_EMAIL = """<?php
return [
    'EmailTransport' => [
        'default' => ['className' => 'Mail', 'host' => 'localhost', 'port' => 25],
        'smtp' => ['className' => 'Smtp', 'host' => %s, 'port' => 465,
            'username' => 'u@example.com', 'password' => 'word',
            'url' => env('EMAIL_TRANSPORT_DEFAULT_URL', null)],
    ],
    'Email' => ['default' => ['transport' => 'smtp', 'from' => 'u@example.com']],
];
"""


@pytest.mark.parametrize("beside", [{}, cake("localhost", "25")])
def test_a_file_of_its_own_for_cakephps_mail(tmp_path: Path, beside: dict[str, str]) -> None:
    files = {**beside, "config/email.php": CAKE_EMAIL % f"'ssl://{IONOS}'"}
    setup = one(write(tmp_path, files), "cakephp")
    assert (setup.settings.host, setup.settings.port, setup.settings.tls) == (
        IONOS,
        465,
        "implicit",
    )
    assert setup.name.startswith("cakephp config/email.php:")


def test_a_host_of_cakephp_that_nothing_sets(tmp_path: Path) -> None:
    write(tmp_path, {"config/email.php": CAKE_EMAIL % "env('SMTP_HOST', '')"})
    (remark,) = one(tmp_path, "cakephp").settings.remarks
    assert (remark.kind, remark.option, remark.unset) == ("misread", "host", ("SMTP_HOST",))


def test_another_programs_config_is_not_codeigniters(tmp_path: Path) -> None:
    code = "<?php\n$config = [];\n$config['smtp_host'] = 'smtp.ionos.com';\n"
    code += "$config['smtp_port'] = 465;\n"
    assert setups(write(tmp_path, {"config.php": code})) == []


def test_codeigniter_3_with_its_settings_in_a_database(tmp_path: Path) -> None:
    code = (
        "<?php\n$config['protocol'] = get_option('email_protocol');\n"
        "$config['smtp_host'] = trim(get_option('smtp_host'));\n"
        "$config['smtp_port'] = trim(get_option('smtp_port'));\n"
    )
    write(tmp_path, {"application/config/email.php": code})
    untold = {each.option for each in one(tmp_path, "codeigniter").settings.untellable}
    assert {"SMTPHost", "SMTPPort"} <= untold
    form = code.replace("get_option", "$this->input->post")
    assert not setups(write(tmp_path / "b", {"application/controllers/Settings.php": form}))


def test_variables_over_codeigniter_s_class(tmp_path: Path) -> None:
    root = write(tmp_path, igniter("587", "tls"))
    write(root, {".env": "email.SMTPCrypto = ssl\nemail.SMTPPass = 'wo#rd'\n"})
    setup = one(root, "codeigniter")
    assert (setup.settings.port, setup.settings.tls) == (587, "implicit")
    assert setup.credentials.password
    assert setup.credentials.password.reveal() == "wo#rd"
    change = prepared(setup.settings, 587, "starttls")
    assert (change.edits, change.settings) == ((), {"email.SMTPCrypto": "tls"})


def test_a_password_alone_in_drupal_s_settings(tmp_path: Path) -> None:
    text = "<?php\n$config['smtp.settings']['smtp_password'] = getenv('SMTP_PASSWORD');\n"
    setup = one(write(tmp_path, {"sites/default/settings.php": text}), "drupal", SMTP_PASSWORD="x")
    assert not setup.complete
    assert {each.field for each in setup.settings.untellable} == {"host", "port", "tls"}


@pytest.mark.parametrize(
    "files",
    [
        {"configuration.php": "<?php class JConfig { public $smtphost = 'localhost'; }"},
        {"config/config.php": "<?php\n$CONFIG = array ('mail_smtpmode' => 'smtp');\n"},
        {"send.php": "<?php\n// new Swift_SmtpTransport('smtp.ionos.com', 465);\n"},
        cake(IONOS, "587", kind="Mail"),
        {"vendor/x/app/Config/Email.php": igniter("587", "tls")["app/Config/Email.php"]},
        {"tests/send.php": swift("'smtp.ionos.com', 465")["send.php"]},
        igniter("587", "tls", "smtp")
        | {"app/Config/Email.php": "<?php class Email { public $SMTPHost = ''; }"},
        {"LocalSettings.php": "<?php\n$wgSMTP = false;\n# $wgSMTP = ['host' => 'a.de'];\n"},
    ],
)  # fmt: skip
def test_look_alikes(tmp_path: Path, files: dict[str, str]) -> None:
    assert not setups(write(tmp_path, files))


SENDS_BY_CI = """<?php
class Custom_email extends MX_Controller {{
  function __construct() {{ $this->load->library('email'); }}
  function send($data) {{
    $config['protocol'] = "smtp";
    $config['smtp_host'] = "smtp.ionos.com";
    $config['smtp_port'] = 587;
    $config['smtp_user'] = 'u@example.com';
    $config['smtp_pass'] = 'word';
    $config['smtp_crypto'] = '{0}';
    $this->db->from('orders');
    {1}
    $this->email->from('shop@example.com');
    return $this->email->send();
  }}
}}
"""


@pytest.mark.parametrize(
    "handed", ["$this->email->initialize($config);", "$this->load->library('email', $config);"]
)
def test_settings_that_codeigniter_s_code_hands_over(tmp_path: Path, handed: str) -> None:
    path = "application/modules/mail/controllers/Custom_email.php"
    write(tmp_path, {path: SENDS_BY_CI.format("ssl", handed)})
    setup = one(tmp_path, "codeigniter")
    now = setup.settings
    assert (now.host, now.port, now.tls, now.sender, now.untellable) == (
        "smtp.ionos.com", 587, "implicit", "shop@example.com", (),
    )  # fmt: skip
    change = prepared(now, None, "starttls")
    apply(tmp_path, change)
    assert one(tmp_path, "codeigniter").settings.tls == "starttls"
    assert "$config['smtp_crypto'] = 'tls';" in (tmp_path / path).read_text()


def test_settings_that_codeigniter_4_s_code_hands_over(tmp_path: Path) -> None:
    code = """<?php
namespace App\\Controllers;
class Contact extends BaseController {
    public function send() {
        $email = \\Config\\Services::email();
        $email->initialize([
            'protocol' => 'smtp',
            'SMTPHost' => 'smtp.ionos.com',
            'SMTPUser' => 'u@example.com',
            'SMTPPass' => 'word',
            'SMTPPort' => 465,
            'SMTPCrypto' => 'ssl',
        ]);
        $email->setFrom('u@example.com');
    }
    public function log() { $this->cache->initialize(['driver' => 'file']); }
}
"""
    setup = one(write(tmp_path, {"app/Controllers/Contact.php": code}), "codeigniter")
    assert (setup.settings.port, setup.settings.tls) == (465, "implicit")
    assert setup.settings.remarks == ()


YII_3 = """<?php
return [
    'yiisoft/mailer' => ['writeToFiles' => {0}],
    '{1}' => [
        'useSendmail' => {2},
        'esmtpTransport' => [
            'scheme' => '{3}',
            'host' => 'smtp.ionos.com',
            'port' => 587,
            'username' => 'u@example.com',
            'password' => 'word',
        ],
    ],
];
"""


@pytest.mark.parametrize("package", ["yiisoft/mailer-symfony", "symfony/mailer"])
def test_yii_3(tmp_path: Path, package: str) -> None:
    for scheme, tls in (("smtps", "implicit"), ("smtp", "starttls")):
        write(tmp_path, {"config/params.php": YII_3.format("false", package, "false", scheme)})
        setup = one(tmp_path, "yii")
        assert (setup.settings.port, setup.settings.tls) == (587, tls)
        assert setup.settings.remarks == ()
        goal = "starttls" if tls == "implicit" else "implicit"
        apply(tmp_path, prepared(setup.settings, None, goal))
        assert one(tmp_path, "yii").settings.tls == goal
    write(tmp_path, {"config/params.php": YII_3.format("true", package, "false", "smtp")})
    assert [each.kind for each in one(tmp_path, "yii").settings.remarks] == ["not-sent"]
    write(tmp_path, {"config/params.php": YII_3.format("false", package, "true", "smtp")})
    assert setups(tmp_path) == []


def test_an_array_with_a_transport_that_is_no_mailer_of_yii_is_none(tmp_path: Path) -> None:
    code = "<?php // yii\nreturn ['class' => 'app\\\\queue\\\\Courier', 'transport' => "
    code += "['host' => 'q.example', 'port' => 25], 'name' => 'mailer'];\n"
    assert not setups(write(tmp_path, {"config/courier.php": code}))


def test_a_host_in_a_secret_that_is_not_here_is_not_known(tmp_path: Path) -> None:
    files = yii_alone(
        "'yii\\swiftmailer\\Mailer'", "'host' => getenv('MAILER_HOST'), 'port' => 465,"
    )
    files["compose.yml"] = "services:\n  app:\n    build: .\n    env_file: production.env\n"
    setup = one(write(tmp_path, files), "yii")
    assert [each.option for each in setup.settings.untellable] == ["host"]


HANDED_ON = """<?php
if (getenv('SMTP_HOST') && getenv('MAIL_DOMAIN')) {
  $CONFIG = array('mail_smtpmode' => 'smtp', 'mail_smtphost' => getenv('SMTP_HOST'));
}
"""


def test_what_nextclouds_image_hands_on_is_no_set_up_of_its_own(tmp_path: Path) -> None:
    assert not setups(write(tmp_path, {"nextcloud/config/smtp.config.php": HANDED_ON}))


def test_look_alike_a_condition_of_ones_own(tmp_path: Path) -> None:
    code = HANDED_ON.replace("getenv('SMTP_HOST')", "getenv('RELAY')")
    assert one(write(tmp_path, {"config/smtp.config.php": code}), "nextcloud")


WEBMAIL = """services:
  webmail:
    image: roundcube/roundcubemail:1.6.9-apache
    environment:
      ROUNDCUBEMAIL_SMTP_SERVER: {}
{}"""


@pytest.mark.parametrize(
    ("server", "port", "expected"),
    [
        ("tls://smtp.ionos.com", "", (IONOS, 587, "starttls")),
        ("tls://smtp.ionos.com", "587", (IONOS, 587, "starttls")),
        ("ssl://smtp.ionos.com", "465", (IONOS, 465, "implicit")),
        ("ssl://smtp.ionos.com", "587", (IONOS, 587, "implicit")),
        ("smtp.ionos.com", "587", (IONOS, 587, "none")),
    ],
)
def test_roundcubes_image(
    tmp_path: Path, server: str, port: str, expected: tuple[str, int, str]
) -> None:
    line = f"      ROUNDCUBEMAIL_SMTP_PORT: {port}\n" if port else ""
    setup = one(write(tmp_path, {"compose.yml": WEBMAIL.format(server, line)}), "roundcube")
    assert came_to(setup) == expected
    assert {each.option for each in setup.settings.untellable} == {"smtp_user", "smtp_pass"}


@pytest.mark.parametrize("server", ["''", "tls://%h"])
def test_roundcubes_image_without_a_server_of_its_own(tmp_path: Path, server: str) -> None:
    assert not setups(write(tmp_path, {"compose.yml": WEBMAIL.format(server, "")}))


@pytest.mark.parametrize("auth", ["mail_smtpauth", "mail_smtpno"])
def test_nextcloud_says_its_own_sender_with_and_without_a_login(tmp_path: Path, auth: str) -> None:
    """MAIL is said for a sender that somebody set: a server that wants a login is heard so."""
    text = nextcloud("587", "")["config/config.php"].replace("mail_smtpauth", auth)
    entry = one(write(tmp_path, {"config/config.php": text}), "nextcloud").settings.entry("sender")
    assert entry is not None
    assert (entry.text, entry.origin.kind != "default") == ("u@example.com", True)
