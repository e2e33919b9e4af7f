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
        ('"\\x41\\u{e9}\\u{1F600}"', "Aé😀"),
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
        ("(null)['a']", None),  # with a warning that few see
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


# --- what containers and registries give by a name -----------------------------------------------

SMTP = "['smtp' => ['host' => 'smtp.ionos.com', 'port' => 587]]"
ASKED = (
    "<?php return function ($c) {\n  $s = $c->get('settings')['smtp'];\n  $host = $s['host'];\n};\n"
)


def asked(root: Path, files: dict[str, str], path: str = "app/dependencies.php") -> list[object]:
    """What the variable $host of a file's functions comes to, None where it can't be told."""
    for old in root.glob("**/*.php"):
        old.unlink()
    found = Workspace(Folder(write(root, files)), {}).module(path, Variables(()))
    assert found is not None
    values = [each.value for each in found.assignments() if each.path == ("$host",)]
    return [each.value if isinstance(each, Known) else None for each in values]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("app/settings.php", f"return ['settings' => {SMTP}];"),
        ("src/settings.php", f"$app = new \\Slim\\App(['settings' => {SMTP}]);"),
        (
            "app/settings.php",
            "return function (ContainerBuilder $b) {\n"
            f"  $b->addDefinitions(['settings' => {SMTP}, Mailer::class => fn () => 1]);\n}};",
        ),
        ("config/container.php", f"return ['settings' => fn () => {SMTP}];"),
    ],
)
def test_a_container_has_what_one_place_of_the_folder_says(
    tmp_path: Path, path: str, said: str
) -> None:
    assert asked(tmp_path, {"app/dependencies.php": ASKED, path: f"<?php\n{said}\n"}) == [
        "smtp.ionos.com"
    ]


def test_a_container_is_asked_by_brackets_and_by_parts_of_a_name_too(tmp_path: Path) -> None:
    files = {"settings.php": f"<?php return ['settings' => {SMTP}];"}
    for said in (
        "$c['settings']['smtp']['host']",
        "$this->container->get('settings')['smtp']['host']",
        "$c->get('settings.smtp.host')",
    ):
        code = f"<?php\n$f = function ($c) {{ $host = {said}; }};\n"
        assert asked(tmp_path, {**files, "app/dependencies.php": code}) == ["smtp.ionos.com"], said


def test_a_container_tells_nothing_where_two_places_say_it_or_none(tmp_path: Path) -> None:
    one = f"<?php return ['settings' => {SMTP}];"
    assert asked(tmp_path, {"app/dependencies.php": ASKED, "a.php": one, "b.php": one}) == [None]
    assert asked(tmp_path, {"app/dependencies.php": ASKED, "tests/settings.php": one}) == [None]
    assert asked(tmp_path, {"app/dependencies.php": ASKED, "settings.dist.php": one}) == [None]
    # what a visitor types has the same names
    code = "<?php\nfunction f($request) { $host = $request->get('settings')['smtp']['host']; }\n"
    assert asked(tmp_path, {"app/dependencies.php": code, "a.php": one}) == [None]
    # a form's own method of that name is none of a container
    code = "<?php\n$host = $this->request->input('settings');\n"
    assert asked(tmp_path, {"app/dependencies.php": code, "a.php": one}) == [None]


def test_settings_of_frameworks_by_their_names(tmp_path: Path) -> None:
    mail = "<?php return ['host' => env('MAIL_HOST', 'smtp.ionos.de'), 'port' => 465];"
    params = "<?php return ['smtp' => ['host' => 'smtp.ionos.fr']];"
    for files, said, expected in (
        ({"config/mail.php": mail}, "config('mail.host')", "smtp.ionos.de"),
        ({"config/mail.php": mail}, "config('mail.name', 'x')", "x"),
        ({"config/mail.php": mail}, "Config::get('mail.host')", "smtp.ionos.de"),
        ({"config/mail.php": mail}, "config('app.host')", None),
        (
            {"application/config/smtp.php": "<?php $config['smtp_host'] = 'smtp.ionos.es';"},
            "$this->config->item('smtp_host')", "smtp.ionos.es",
        ),
        ({"config/params.php": params}, "Yii::$app->params['smtp']['host']", "smtp.ionos.fr"),
        (
            {
                "config/params.php": params,
                "config/params-local.php": params.replace("fr", "it"),
            },
            "Yii::$app->params['smtp']['host']", "smtp.ionos.it",
        ),
    ):  # fmt: skip
        code = f"<?php class M extends CI_Model {{ function f() {{ $host = {said}; }} }}\n"
        assert asked(tmp_path, {"send.php": code, **files}, "send.php") == [expected], said


def test_a_constant_of_another_file_is_defined(tmp_path: Path) -> None:
    code = "<?php\n$host = defined('MAIL_SERVER') ? constant('MAIL_SERVER') : 'x';\n"
    other = "<?php\ndefine('MAIL_SERVER', 'smtp.ionos.com');\n"
    assert asked(tmp_path, {"a.php": code, "b.php": other}, "a.php") == ["smtp.ionos.com"]
    assert asked(tmp_path, {"a.php": code}, "a.php") == [None]


def test_a_key_of_the_environment_and_of_an_array_may_be_there() -> None:
    code = (
        "<?php\nfunction pick($key, $default) {\n"
        "  if (array_key_exists($key, $_ENV)) { return $_ENV[$key]; }\n  return $default;\n}\n"
        "$host = pick('HOST', 'smtp.ionos.com');\n$a = ['x' => null];\n"
        "$b = array_key_exists('x', $a);\n$c = array_key_exists('y', $a);\n"
    )
    for given, expected in (({}, "smtp.ionos.com"), ({"HOST": "h"}, "h")):
        found = module("send.php", code, **given)
        host = found.value("$host")
        assert isinstance(host, Known)
        assert host.value == expected
    for name, there in (("$b", True), ("$c", False)):
        value = found.value(name)
        assert isinstance(value, Known)
        assert value.value is there


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"send.php": '<?php\n$host = "Brew$kettle9";\n'}, ["Brew"]),
        ({"send.php": "<?php\n$host = 'Brew$kettle9';\n"}, ["Brew$kettle9"]),
        ({"send.php": '<?php\n$host = "Brew$9";\n'}, ["Brew$9"]),
        ({"send.php": '<?php\n$kettle9 = 1;\n$host = "Brew$kettle9";\n'}, ["Brew1"]),
        ({"send.php": '<?php\nextract($x);\n$host = "Brew$kettle9";\n'}, [None]),
        # who includes the file may set it
        (
            {"send.php": '<?php\n$host = "Brew$kettle9";\n', "a.php": "<?php $kettle9 = 1;"},
            [None],
        ),
    ],
)
def test_a_variable_in_a_text_that_nothing_sets_is_an_empty_text(
    tmp_path: Path, files: dict[str, str], expected: list[object]
) -> None:
    assert asked(tmp_path, files, "send.php") == expected


def test_a_constant_that_its_file_leaves_out_is_not_defined(tmp_path: Path) -> None:
    code = "<?php\n$host = defined('SMTP_NAME') ? constant('SMTP_NAME') : 'smtp.ionos.com';\n"
    kin = "<?php\ndefine('SMTP_PORT', 587);\n"
    assert asked(tmp_path, {"a.php": code, "config.php": kin}, "a.php") == ["smtp.ionos.com"]
    other = "<?php\ndefine('DB_PORT', 3306);\n"  # that of mail may be elsewhere
    assert asked(tmp_path, {"a.php": code, "config.php": other}, "a.php") == [None]
    computed = "<?php\nforeach ($all as $name => $value) { define($name, $value); }\n"
    files = {"a.php": code, "config.php": kin, "all.php": computed}
    assert asked(tmp_path, files, "a.php") == [None]


@pytest.mark.parametrize(
    "path",
    [
        "dirname(__DIR__) . '/mail.ini'", "dirname(__DIR__, 2) . '/app/mail.ini'",
        "dirname(__FILE__) . '/../mail.ini'", "realpath(__DIR__ . '/../mail.ini')",
    ],
)  # fmt: skip
def test_files_beside_by_the_names_of_folders(tmp_path: Path, path: str) -> None:
    code = f"<?php\n$all = parse_ini_file({path});\n$host = $all['Host'];\n"
    files = {"app/lib/send.php": code, "app/mail.ini": INI}
    assert asked(tmp_path, files, "app/lib/send.php") == ["smtp.ionos.com"]


def test_the_merged_configuration_of_laminas(tmp_path: Path) -> None:
    code = "<?php\n$f = function ($c) { $a = $c->get('Config')['smtp']; $host = $a['host']; };\n"
    files = {
        "module/Module.php": code,
        "config/autoload/mail.global.php": "<?php return ['smtp' => ['host' => 'a', 'port' => 1]];",
        "config/autoload/mail.local.php": "<?php return ['smtp' => ['host' => 'b']];",
        "config/autoload/mail.local.php.dist": "<?php return ['smtp' => ['host' => 'c']];",
    }
    assert asked(tmp_path, files, "module/Module.php") == ["b"]


@pytest.mark.parametrize(
    ("test", "local"),
    [
        ("$_SERVER['HTTP_HOST'] == 'localhost'", True),
        ("$_SERVER['HTTP_HOST'] === 'localhost:8080'", True),
        ("$_SERVER['SERVER_NAME'] == 'shop.test'", True),
        ("in_array($_SERVER['REMOTE_ADDR'], ['127.0.0.1', '::1'])", True),
        ("in_array($_SERVER['HTTP_HOST'], array('localhost', 'shop.local'))", True),
        ("$_SERVER['HTTP_HOST'] == 'www.example.com'", False),
        ("in_array($_SERVER['HTTP_HOST'], ['localhost', 'www.example.com'])", False),
        ("$_SERVER['REQUEST_METHOD'] == 'localhost'", False),
    ],
)
def test_in_production_no_request_comes_from_a_machine_of_ones_own(test: str, local: bool) -> None:
    code = f"<?php\nif ({test}) {{ $host = 'localhost'; }} else {{ $host = 'smtp.ionos.com'; }}\n"
    found = module("send.php", code).value("$host")
    assert (found.value if isinstance(found, Known) else None) == (
        "smtp.ionos.com" if local else None
    )


def test_an_array_as_variables_and_a_file_of_json(tmp_path: Path) -> None:
    array = "<?php return ['host' => 'smtp.ionos.com', 'port' => 587];"
    code = "<?php\nextract(require __DIR__ . '/smtp.php');\n$host = $host;\n"
    files = {"send.php": code, "smtp.php": array}
    assert asked(tmp_path, files, "send.php") == ["smtp.ionos.com"]
    code = (
        "<?php\n$all = json_decode(file_get_contents(__DIR__ . '/../mail.json'), true);\n"
        "$host = $all['smtp']['host'];\n"
    )
    files = {"app/send.php": code, "mail.json": '{"smtp": {"host": "smtp.ionos.de"}}'}
    assert asked(tmp_path, files, "app/send.php") == ["smtp.ionos.de"]
    (tmp_path / "mail.json").unlink()
    assert asked(tmp_path, {"app/send.php": code}, "app/send.php") == [None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$path = __DIR__ . '/c.php';\nif (!file_exists($path)) { exit; }\n", "h.example"),
        ("$path = 'c.php';\n", "h.example"),
        ("$path = __DIR__ . '/c.php';\n$path = other();\n", None),
        ("$path = $path;\n", None),
        ("function f() { $path = 'c.php'; }\n", None),
    ],
)
def test_an_included_file_whose_path_is_in_a_variable(text: str, expected: str | None) -> None:
    files = {
        "a.php": f"<?php\n{text}$c = require $path;\n$host = $c['host'];\n",
        "c.php": "<?php\nreturn ['host' => 'h.example'];\n",
    }
    found = project(files).module("a.php")
    assert isinstance(found, Module)
    value = found.value("$host")
    assert (plain(value) if isinstance(value, Known) else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$u = parse_url(getenv('U')); parse_str($u['query'], $q); $x = $q['encryption'];", "ssl"),
        ("parse_str(parse_url(getenv('U'), PHP_URL_QUERY), $q); $x = $q['timeout'];", "30"),
        ("parse_str('a=b+c&d=%40', $q); $x = $q['a'] . $q['d'];", "b c@"),
        ("$x = parse_url('smtp://h.example#f')['query'] ?? 'none';", "none"),
        ("parse_str('a[]=1', $q); $x = $q['a'];", None),
    ],
)
def test_the_options_of_a_query(text: str, expected: str | None) -> None:
    url = "smtp://u:p@h.example:465?encryption=ssl&timeout=30"
    value = module("a.php", f"<?php {text}", U=url).value("$x")
    assert (plain(value) if isinstance(value, Known) else None) == expected


@pytest.mark.parametrize(
    ("url", "part", "expected"),
    [
        ("smtps://u%40x:p%23@h.example:465", "user", "u%40x"),
        ("smtp://u@x:p@h.example", "user", "u@x"),  # all before the last @
        ("smtp://u@x:p@h.example", "pass", "p"),
        ("SMTP://H.example", "scheme", "SMTP"),
        ("smtp://[::1]:25", "host", "[::1]"),
        ("smtp://h.example:", "port", None),
        ("smtp://h.example:587?a=b", "query", "a=b"),
        ("h.example:587", "host", "h.example"),
        ("h.example:587", "port", 587),
    ],
)
def test_the_parts_of_a_url(url: str, part: str, expected: object) -> None:
    """As PHP 8.2 says them."""
    code = f"<?php $u = parse_url(getenv('U')); $x = $u['{part}'] ?? null;"
    code += f"$y = parse_url(getenv('U'), PHP_URL_{part.upper()});"
    found = module("a.php", code, U=url)
    assert plain(found.value("$x")) == expected
    assert plain(found.value("$y")) == expected


@pytest.mark.parametrize(
    "url",
    ["h.example", "smtp://u:a/b@h.example", "smtp://u:a#b@h.example", "smtp://h.example:70000",
     "smtp://:25", "//h.example:25"],
)  # fmt: skip
def test_what_parse_url_finds_no_host_in_is_not_told(url: str) -> None:
    found = module("a.php", "<?php $x = parse_url(getenv('U'))['host'];", U=url).value("$x")
    assert isinstance(found, Unknown)
    assert found.reason == "computed"  # the program goes on, with false or without a host


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("explode(':', 'a:b:c')[2]", "c"),
        ("explode(':', 'a:b:c', 2)[1]", "b:c"),
        ("explode(':', 'a:b', 1)[0]", "a:b"),
        ("explode(':', 'a')[1] ?? 587", 587),
        ("explode(':', getenv('NOWHERE'))[0]", ""),
        ("array_pad(explode(':', 'a'), 2, 587)[1]", 587),
        ("array_pad(explode(':', 'a:b'), 2, 587)[1]", "b"),
    ],
)
def test_a_text_is_split(text: str, expected: object) -> None:
    assert plain(module("a.php", f"<?php $x = {text};").value("$x")) == expected
