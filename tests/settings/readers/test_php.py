"""PHP as people write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.folder import Folder
from smtpdoctor.settings.readers.evaluation import Evaluator, Frame
from smtpdoctor.settings.readers.model import Known, Span, Unknown, Value, plain
from smtpdoctor.settings.readers.module import Assignment, FoundCall, Module
from smtpdoctor.settings.readers.syntax import Expression
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace
from tests.settings.dialects.support import write

from .support import known, module, project, unknown


def expression(text: str, **variables: str) -> Value:
    """What an expression comes to."""
    return module("a.php", f"<?php\n$value = {text};\n", **variables).value("$value")


VALUES = {
    "PORT": "587",
    "FALSE": "false",
    "TRUE": "(true)",
    "NULL": "null",
    "EMPTY": "",
    "HOST": "h.example",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("env('PORT', 25)", "587"),
        ("env('NONE', 25)", 25),
        ("env('NONE')", None),
        ("env('NONE', fn () => 26)", 26),
        ("env('FALSE')", False),
        ("env('TRUE')", True),
        ("env('NULL', 'tls')", None),
        ("env('EMPTY', 'x')", ""),
        ("\\env('HOST')", "h.example"),
        ("getenv('HOST')", "h.example"),
        ("getenv('NONE')", False),
        ("getenv('NONE') ?: 'x'", "x"),
        ("$_ENV['HOST'] ?? 'x'", "h.example"),
        ("$_ENV['NONE'] ?? 'x'", "x"),
        ("$_SERVER['EMPTY'] ?? 'x'", ""),
        ("$_SERVER['EMPTY'] ?: 'x'", "x"),
        ("(int) env('PORT')", 587),
        ("(int) '465abc'", 465),
        ("intval($_ENV['PORT'])", 587),
        ("(bool) getenv('FALSE')", True),
        ("(bool) '0'", False),
        ("filter_var(getenv('FALSE'), FILTER_VALIDATE_BOOLEAN)", False),
        ("filter_var('yes', FILTER_VALIDATE_BOOL)", True),
        ("getenv('FALSE') === 'true'", False),
        ("getenv('PORT') == 587", True),
        ("getenv('PORT') === 587", False),
        ("'abc' == 0", False),
        ("null == false", True),
        ("'1e3' == '1000'", True),
        ("!getenv('NONE')", True),
        ("'smtp.' . 'ionos' . \".de\"", "smtp.ionos.de"),
        ("\"{$_ENV['HOST']}:$_ENV[PORT]\\n\"", "h.example:587\n"),
        ("'a\\'b\\n'", "a'b\\n"),
        ("strtolower(trim(' TLS ')) == 'tls' ? 1 : 2", 1),
        ("in_array('1', ['true', 1], true)", False),
        ("in_array('1', ['true', 1])", True),
        ("array('a' => array('b' => 1))['a']['b']", 1),
        ("[...['x' => 1], 'y' => 2]['x']", 1),
        ("array_merge(['a' => 1], ['a' => 2])['a']", 2),
        ("match (getenv('PORT')) { '465', '587' => 'x', default => 'y' }", "x"),
        ("PHPMailer::ENCRYPTION_SMTPS", "ssl"),
        ("isset($_ENV['NONE'])", False),
        ("empty($_ENV['EMPTY'])", True),
        ("getenv('A') && true", False),
        ("0x1D1 + 1_000", 1465),
        ("<<<EOT\na b\nEOT", "\na b"),
        ("json_decode('{\"a\": [1]}', true)['a'][0]", 1),
    ],
)
def test_an_expression_comes_to_what_php_makes_of_it(text: str, expected: object) -> None:
    value = known(expression(text, **VALUES))
    if "<<<" in text:
        assert str(value).strip() == str(expected).strip()
        return
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        "get_option('smtp_pass')",
        "$db->query('x')->fetch()",
        "config('mail.host')",
        "$_ENV[$name]",
        "Crypt::decrypt('x')",
        "new Foo()",
        "$other",
        "file_get_contents('/run/secrets/x')",
    ],
)
def test_what_can_not_be_told_says_so_and_is_never_absent(text: str) -> None:
    value = expression(text)
    assert isinstance(value, Unknown)
    assert not value.absent


PHPMAILER = """\
<?php
use PHPMailer\\PHPMailer\\PHPMailer;
require 'vendor/autoload.php';
require_once __DIR__ . '/config.php';

$mail = new PHPMailer(true);
try {
    // $mail->Host = 'comment.example';
    $mail->isSMTP();
    $mail->Host       = SMTP_HOST;
    $mail->SMTPAuth   = true;
    $mail->Username   = $config['user'];
    $mail->SMTPSecure = PHPMailer::ENCRYPTION_STARTTLS;
    $mail->Port       = 465;
    $mail->SMTPOptions['ssl']['verify_peer'] = false;
    $mail->setFrom('from@example.com', 'Mailer');
    $mail->send();
} catch (Exception $e) {
    echo "Message could not be sent: {$mail->ErrorInfo}";
}
$mail = new PHPMailer();
$mail->Host = 'other.example';
"""


def test_phpmailer_and_what_is_assigned_to_it() -> None:
    files: dict[str, str | bytes] = {
        "send.php": PHPMAILER,
        "config.php": "<?php define('SMTP_HOST', 'smtp.ionos.de');\n$config['user'] = 'u@e.org';",
    }
    found = project(files).module("send.php")
    assert isinstance(found, Module)
    first, second = found.calls("PHPMailer")
    assert first.new
    assert first.target == ("$mail",)
    uses = first.uses()
    given = {use.path: plain(use.value) for use in uses if isinstance(use, Assignment)}
    assert given == {
        ("Host",): "smtp.ionos.de",
        ("SMTPAuth",): True,
        ("Username",): "u@e.org",
        ("SMTPSecure",): "tls",
        ("Port",): 465,
        ("SMTPOptions", "ssl", "verify_peer"): False,
    }
    methods = [use.name for use in uses if isinstance(use, FoundCall)]
    assert methods == ["$mail.isSMTP", "$mail.setFrom", "$mail.send"]
    port = next(use for use in uses if isinstance(use, Assignment) and use.path == ("Port",))
    assert port.value.span == Span("send.php", 14, (25, 28), 14)
    (other,) = second.uses()
    assert isinstance(other, Assignment)
    assert known(other.value) == "other.example"


def test_laravel_configuration() -> None:
    found = module(
        "config/mail.php",
        """<?php

return [
    'default' => env('MAIL_MAILER', 'log'),
    'mailers' => [
        'smtp' => [
            'transport' => 'smtp',
            'url' => env('MAIL_URL'),
            'host' => env('MAIL_HOST', '127.0.0.1'),
            'port' => env('MAIL_PORT', 2525),
            'timeout' => null,
            'local_domain' => env('MAIL_EHLO_DOMAIN', parse_url(env('APP_URL'), PHP_URL_HOST)),
        ],
        // 'other' => ['transport' => 'x'],
        'failover' => ['transport' => 'failover', 'mailers' => ['smtp', 'log']],
    ],
];
""",
        MAIL_PORT="465",
        MAIL_MAILER="smtp",
    ).returned
    smtp = found.at("mailers", "smtp")
    assert plain(smtp.get("host")) == "127.0.0.1"
    assert plain(smtp.get("port")) == "465"
    assert smtp.get("port").written == Span(".env", 1, (11, 99), 1)
    assert plain(smtp.get("url")) is None
    assert smtp.get("url").variables == ("MAIL_URL",)
    assert isinstance(smtp.get("local_domain"), Unknown)
    assert plain(found.at("mailers", "failover", "mailers")) == ["smtp", "log"]
    assert plain(found.get("default")) == "smtp"


def test_wordpress_constants_and_hooks() -> None:
    found = module(
        "wp-config.php",
        """<?php
define( 'WPMS_ON', true );
if ( ! defined( 'WPMS_SMTP_PORT' ) ) { define( 'WPMS_SMTP_PORT', 587 ); }
const WPMS_SSL = 'tls';
add_action( 'phpmailer_init', function ( $phpmailer ) {
    $phpmailer->isSMTP();
    $phpmailer->Host = 'smtp.ionos.de';
    $phpmailer->Port = WPMS_SMTP_PORT;
    $phpmailer->Username = $outside;
} );
$outside = 'not seen by the function';
""",
    )
    assert known(found.value("WPMS_ON")) is True
    assert known(found.value("WPMS_SSL")) == "tls"
    given = {each.path: each.value for each in found.assignments("$phpmailer")}
    assert known(given["$phpmailer", "Host"]) == "smtp.ionos.de"
    assert isinstance(given["$phpmailer", "Username"], Unknown)


def test_a_class_with_constants_and_properties() -> None:
    found = module(
        "Mailer.php",
        """<?php
class Mailer extends Base {
    const PORT = 465;
    private string $host = 'h.example';
    public function __construct(private Config $config, $user = null) {
        $this->user = $user;
        $m = new PHPMailer();
        $m->Host = $this->host;
        $m->Port = self::PORT;
        $m->Username = $this->user;
        $m->Password = $this->config->get('x');
    }
}
""",
    )
    (call,) = found.calls("PHPMailer")
    given = {u.path[0]: u.value for u in call.uses() if isinstance(u, Assignment)}
    assert known(given["Host"]) == "h.example"
    assert known(given["Port"]) == 465
    assert isinstance(given["Username"], Unknown)
    assert isinstance(given["Password"], Unknown)
    assert call.function == "__construct"
    base, fields = found.classes()["Mailer"]
    assert base == "Base"
    assert known(fields.get("PORT")) == 465


def module_of(root: Path, files: dict[str, str], path: str) -> Module:
    """A file of a folder that can be searched."""
    found = Workspace(Folder(write(root, files)), {}).module(path, Variables(()))
    assert found is not None
    return found


def test_who_calls_a_constructor_in_another_file(tmp_path: Path) -> None:
    files = {
        "lib/Mail.php": """<?php
namespace App;
class Mail {
    public function __construct(private array $config, $port = null) {
        $m = new PHPMailer();
        $m->Host = $this->config['host'];
        $m->Port = $port;
    }
}
""",
        "config.php": "<?php return ['host' => 'h.example'];",
        "index.php": "<?php $c = require __DIR__ . '/config.php'; $m = new App\\Mail($c, 465);",
    }
    (call,) = module_of(tmp_path, files, "lib/Mail.php").calls("PHPMailer")
    given = {u.path[0]: u.value for u in call.uses() if isinstance(u, Assignment)}
    assert (known(given["Host"]), known(given["Port"])) == ("h.example", 465)


@pytest.mark.parametrize(
    "path",
    [
        "dirname(__DIR__) . '/config/mail.php'",
        "dirname(__FILE__, 2) . '/config/mail.php'",
        "dirname(dirname(__FILE__)) . '/config/mail.php'",
        "__DIR__ . '/../config/mail.php'",
    ],
)
def test_a_file_of_a_folder_above(tmp_path: Path, path: str) -> None:
    files = {
        "src/Mailer.php": f"<?php $config = require {path}; $host = $config['host'];",
        "config/mail.php": "<?php return ['host' => 'h.example'];",
    }
    assert known(module_of(tmp_path, files, "src/Mailer.php").value("$host")) == "h.example"


def test_a_folder_that_is_worked_out_is_not_told(tmp_path: Path) -> None:
    files = {
        "a.php": "<?php $config = require dirname($here) . '/b.php';",
        "b.php": "<?php return 1;",
    }
    assert isinstance(module_of(tmp_path, files, "a.php").value("$config"), Unknown)


@pytest.mark.parametrize("empty", ["[]", "array()"])
def test_keys_of_an_array_that_begins_empty(empty: str) -> None:
    found = module("a.php", f"<?php\n$config = {empty};\n$config['host'] = 'h.example';\n")
    assert known(found.value("$config").get("host")) == "h.example"


def test_configuration_by_condition() -> None:
    text = """<?php
$CONFIG = array('mail_smtpport' => 25);
switch (getenv('APP_ENV')) {
    case 'dev': case 'test': $CONFIG['mail_smtphost'] = 'localhost'; break;
    default: $CONFIG['mail_smtphost'] = 'h.example';
}
if (unknown()) { $CONFIG['mail_smtpport'] = 465; }
"""
    found = module("config.php", text, APP_ENV="test")
    assert known(found.value("$CONFIG", "mail_smtphost")) == "localhost"
    assert len(unknown(found.value("$CONFIG", "mail_smtpport")).alternatives) == 2
    assert known(module("config.php", text).value("$CONFIG", "mail_smtphost")) == "h.example"


@pytest.mark.parametrize(
    "text",
    [
        "<?php $x = " + "(" * 10_000 + ")" * 10_000 + ";",
        "<?php $x = " + "!" * 50_000 + "1;",
        "<?php $x = " + "1 . " * 50_000 + "1;",
        "<?php function f() { return f(); } $x = f();",
        "<?php require 'a.php'; $x = $y;",
        "<?php $x = $x;",
        "<?php $x = ['a' => &$x]; $x['a'] = $x;",
        "<html><?= $x ?>",
        "<?php $x = <<<",
    ],
)
def test_hostile_code_ends(text: str) -> None:
    found = project({"a.php": text}).module("a.php")
    if isinstance(found, Module):
        found.calls()
        assert isinstance(found.value("$x"), Unknown | Known)


def test_a_condition_around_an_import_is_not_asked_of_the_import(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each name of the condition was looked for in what it brings in, and so on without end."""
    code = """<?php
if (isset($_POST['a'], $_POST['b'], $_POST['c'])) {
    require 'vendor/autoload.php';
    $mail = new PHPMailer();
    $mail->Host = 'smtp.ionos.com';
}
"""
    asked = 0
    value = Evaluator.value

    def counted(self: Evaluator, expression: Expression, frame: Frame) -> Value:
        nonlocal asked
        asked += 1
        return value(self, expression, frame)

    monkeypatch.setattr(Evaluator, "value", counted)
    (call,) = module("contact.php", code).calls("PHPMailer")
    assert call.reached is None
    assert len(call.uses()) == 1
    assert asked < 2000


@pytest.mark.parametrize(
    ("target", "name", "expected"),
    [
        ("['a' => $x]", "$x", 1),
        ("['b' => [$y]]", "$y", 2),
        ("list('a' => $x)", "$x", 1),
    ],
)
def test_an_array_is_taken_apart_by_its_keys(target: str, name: str, expected: object) -> None:
    text = f"<?php\n$c = ['a' => 1, 'b' => [2, 3]];\n{target} = $c;\n"
    assert known(module("a.php", text).value(name)) == expected


def test_places_that_are_left_out_count() -> None:
    assert known(module("a.php", "<?php\n[, $x] = [1, 2];\n").value("$x")) == 2


INI = """; settings
debug = on
[mail]
Host = "smtp.ionos.com" ; the server
Port = 587
SMTPSecure = tls ; or ssl
SMTPAuth = true
Username = 'u@example.com'
Password = ab!c
[other]
Auth = none
"""


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("conf/mail.ini", "parse_ini_file('conf/mail.ini')"),
        ("conf/mail.ini", "parse_ini_file(__DIR__ . '/conf/mail.ini')"),
        (".env", "parse_ini_file(__DIR__ . '/.env')"),
        ("public/mail.ini", "parse_ini_file(__DIR__ . '/public/../public/mail.ini')"),
    ],
)
def test_a_file_of_settings_as_an_array(path: str, call: str) -> None:
    code = f"<?php $c = {call};\n"
    found = project({"send.php": code, path: INI}).module("send.php")
    assert isinstance(found, Module)
    # as PHP 8.2 has it
    for key, expected in {
        "debug": "1",
        "Host": "smtp.ionos.com",
        "Port": "587",
        "SMTPSecure": "tls",
        "SMTPAuth": "1",
        "Username": "u@example.com",
        "Auth": "",
    }.items():
        value = found.value("$c", key)
        assert isinstance(value, Known), key
        assert value.value == expected, key
        assert value.written is not None
        assert value.written.file == path
    assert isinstance(found.value("$c", "Password"), Unknown)  # PHP refuses it without quotes


def test_sections_of_a_file_of_settings_may_stay_apart() -> None:
    code = "<?php $c = parse_ini_file('mail.ini', true);\n"
    found = project({"send.php": code, "mail.ini": INI}).module("send.php")
    assert isinstance(found, Module)
    value = found.value("$c", "mail", "Port")
    assert isinstance(value, Known)
    assert value.value == "587"
    missing = project({"send.php": code}).module("send.php")
    assert isinstance(missing, Module)
    assert isinstance(missing.value("$c", "mail", "Port"), Unknown)


def test_a_broken_statement_gives_its_names_nothing() -> None:
    code = (
        "<?php\n$mail->Host = host\n$mail->Username = username\n$mail->SMTPSecure = 'tls';\n"
        "$mail->Port = 587;\n"
    )
    found = module("send.php", code)
    values = {each.path[-1]: each.value for each in found.assignments("$mail")}
    for name in ("Host", "SMTPSecure"):
        assert isinstance(values[name], Unknown), name
    assert getattr(values["Host"], "text", "") == "this doesn't parse"
    port = values["Port"]
    assert isinstance(port, Known)
    assert port.value == 587
