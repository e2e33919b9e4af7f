"""PHPMailer's properties as code sets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.dialects.support import apply, one, prepared, setups, write

from .ways import remarks_in_order as remarks
from .ways import way as came_to

HEAD = """<?php
use PHPMailer\\PHPMailer\\PHPMailer;
use PHPMailer\\PHPMailer\\SMTP;

require 'vendor/autoload.php';

$mail = new PHPMailer(true);
"""
LOGIN = """$mail->SMTPAuth = true;
$mail->Username = 'u@example.com';
$mail->Password = 'word';
$mail->setFrom('u@example.com', 'Us');
"""
TAIL = "$mail->addAddress('x@example.org');\n$mail->send();\n"


def folder(root: Path, lines: str, login: str = LOGIN) -> Path:
    smtp = "" if "isMail" in lines else "$mail->isSMTP();\n"
    host = "" if "Host" in lines else "$mail->Host = 'smtp.ionos.com';\n"
    return write(root, {"send.php": HEAD + smtp + host + lines + login + TAIL})


WAYS = [
    ("$mail->Port = 587;\n$mail->SMTPSecure = 'tls';\n", 587, "starttls", True, []),
    ("$mail->Port = 465;\n$mail->SMTPSecure = 'ssl';\n", 465, "implicit", True, []),
    (
        "$mail->Port = 465;\n$mail->SMTPSecure = PHPMailer::ENCRYPTION_SMTPS;\n",
        465, "implicit", True, [],
    ),
    (
        "$mail->Port = 587;\n$mail->SMTPSecure = PHPMailer::ENCRYPTION_STARTTLS;\n",
        587, "starttls", True, [],
    ),
    ("$mail->Port = 587;\n$mail->SMTPSecure = 'ssl';\n", 587, "implicit", True, []),
    ("$mail->Port = 465;\n$mail->SMTPSecure = 'tls';\n", 465, "starttls", True, []),
    ("$mail->Port = 465;\n", 465, "starttls", False, []),
    ("$mail->Port = 587;\n", 587, "starttls", False, []),
    ("", 25, "starttls", False, []),
    ("$mail->Port = 587;\n$mail->SMTPSecure = false;\n", 587, "starttls", False, []),
    (
        "$mail->Port = 587;\n$mail->SMTPSecure = 'starttls';\n", 587, "starttls", False,
        [("misread", "SMTPSecure")],
    ),
    (
        "$mail->Port = 465;\n$mail->SMTPSecure = 'SSL';\n", 465, "starttls", False,
        [("misread", "SMTPSecure")],
    ),
    (
        "$mail->Port = 587;\n$mail->SMTPSecure = '';\n$mail->SMTPAutoTLS = false;\n",
        587, "none", False, [],
    ),
    ("$mail->Host = 'ssl://smtp.ionos.com:465';\n", 465, "implicit", True, []),
    ("$mail->Host = 'ssl://smtp.ionos.com';\n$mail->Port = 465;\n", 465, "implicit", True, []),
    ("$mail->Host = 'tls://smtp.ionos.com:587';\n", 587, "starttls", True, []),
    (
        "$mail->Host = 'ssl://smtp.ionos.com';\n$mail->SMTPSecure = 'tls';\n$mail->Port = 587;\n",
        587, "implicit", True, [("ignored", "SMTPSecure")],
    ),
    (
        "$mail->Host = 'smtp.ionos.com:465';\n$mail->SMTPSecure = 'ssl';\n$mail->Port = 587;\n",
        465, "implicit", True, [("ignored", "Port")],
    ),
    (
        "$mail->Host = 'smtp.ionos.com;smtp2.example.com';\n$mail->SMTPSecure = 'tls';\n"
        "$mail->Port = 587;\n", 587, "starttls", True, [],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "port", "tls", "required", "expected"), WAYS)
def test_what_the_properties_come_to(
    tmp_path: Path, lines: str, port: int, tls: str, required: bool, expected: list
) -> None:
    setup = one(folder(tmp_path, lines), "phpmailer")
    assert came_to(setup) == ("smtp.ionos.com", port, tls, required)
    assert remarks(setup) == expected
    assert setup.complete
    assert setup.settings.username == setup.settings.sender == "u@example.com"
    assert setup.credentials.password
    assert setup.credentials.password.reveal() == "word"


@pytest.mark.parametrize(("lines", "port", "tls", "required", "expected"), WAYS)
@pytest.mark.parametrize("goal", [(587, "starttls"), (465, "implicit")])
def test_prepared_changes_come_to_their_goals(
    tmp_path: Path, lines: str, port: int, tls: str, required: bool, expected: list,
    goal: tuple[int, str],
) -> None:  # fmt: skip
    setup = one(folder(tmp_path, lines), "phpmailer")
    if (port, tls) != goal:
        apply(tmp_path, prepared(setup.settings, *goal))
    assert came_to(one(tmp_path, "phpmailer"))[:3] == ("smtp.ionos.com", *goal)


def test_a_constant_is_changed_for_the_other(tmp_path: Path) -> None:
    lines = "$mail->Port = 587;\n$mail->SMTPSecure = PHPMailer::ENCRYPTION_SMTPS;\n"
    change = prepared(one(folder(tmp_path, lines), "phpmailer").settings, 587, "starttls")
    assert [each.with_ for each in change.edits] == ["PHPMailer::ENCRYPTION_STARTTLS"]


def test_without_is_smtp_it_is_php_s_mail(tmp_path: Path) -> None:
    lines = "$mail->Host = 'smtp.ionos.com';\n$mail->Port = 587;\n"
    write(tmp_path, {"send.php": HEAD + lines + LOGIN + TAIL})
    assert remarks(one(tmp_path, "phpmailer")) == [("ignored", "Host")]
    write(tmp_path, {"send.php": HEAD + "$mail->Mailer = 'smtp';\n" + lines + LOGIN + TAIL})
    assert remarks(one(tmp_path, "phpmailer")) == []
    write(tmp_path, {"send.php": HEAD + "$mail->IsSMTP();\n" + lines + LOGIN + TAIL})
    assert remarks(one(tmp_path, "phpmailer")) == []


def test_without_smtp_auth_there_is_no_login(tmp_path: Path) -> None:
    login = LOGIN.replace("$mail->SMTPAuth = true;\n", "")
    setup = one(folder(tmp_path, "$mail->Port = 587;\n", login), "phpmailer")
    assert remarks(setup) == [("ignored", "Username")]
    assert setup.settings.username is None
    assert not setup.settings.has_password


def test_no_check_of_the_certificate(tmp_path: Path) -> None:
    lines = """$mail->Port = 587;
$mail->SMTPOptions = array(
    'ssl' => array(
        'verify_peer' => false,
        'verify_peer_name' => false,
        'allow_self_signed' => true
    )
);
"""
    setup = one(folder(tmp_path, lines), "phpmailer")
    assert not setup.settings.verify
    entry = setup.settings.entry("verify")
    assert entry is not None
    assert entry.origin.line == 13


def test_a_host_that_is_none(tmp_path: Path) -> None:
    setup = one(folder(tmp_path, "$mail->Host = 'smtp://smtp.ionos.com';\n"), "phpmailer")
    assert ("fault", "Host") in remarks(setup)


def test_values_from_variables_are_changed_there(tmp_path: Path) -> None:
    lines = "$mail->Host = $_ENV['SMTP_HOST'];\n$mail->Port = (int) $_ENV['SMTP_PORT'];\n"
    lines += "$mail->SMTPSecure = $_ENV['SMTP_SECURE'];\n"
    root = folder(tmp_path, lines)
    write(root, {".env": "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=587\nSMTP_SECURE=ssl\n"})
    setup = one(root, "phpmailer")
    assert came_to(setup)[:3] == ("smtp.ionos.com", 587, "implicit")
    host = setup.settings.entry("host")
    assert host is not None
    assert host.origin.name == "SMTP_HOST"
    change = prepared(setup.settings, 587, "starttls")
    assert (change.edits, change.settings) == ((), {"SMTP_SECURE": "tls"})


def test_an_object_that_a_class_holds(tmp_path: Path) -> None:
    code = """<?php
class Mailer {
    private $mail;
    private const HOST = 'smtp.ionos.com';
    public function __construct() {
        $this->mail = new PHPMailer(true);
        $this->mail->isSMTP();
        $this->configure();
    }
    private function configure() {
        $this->mail->Host = self::HOST;
        $this->mail->Port = 587;
        $this->mail->SMTPSecure = 'ssl';
        $this->mail->SMTPAuth = true;
        $this->mail->Username = 'u@example.com';
        $this->mail->Password = 'word';
    }
}
"""
    write(tmp_path, {"src/Mailer.php": code})
    setup = one(tmp_path, "phpmailer")
    assert came_to(setup)[:3] == ("smtp.ionos.com", 587, "implicit")
    assert remarks(setup) == []
    assert setup.settings.username == "u@example.com"


def test_an_object_that_a_function_is_given(tmp_path: Path) -> None:
    code = """<?php
function configure(PHPMailer $m) {
    $m->isSMTP();
    $m->Host = 'smtp.ionos.com';
    $m->Port = 465;
    $m->SMTPSecure = 'tls';
    $m->SMTPAuth = true;
    $m->Username = 'u@example.com';
    $m->Password = 'word';
}
"""
    write(tmp_path, {"mail.php": code})
    setup = one(tmp_path, "phpmailer")
    assert came_to(setup)[:3] == ("smtp.ionos.com", 465, "starttls")
    assert remarks(setup) == []


def test_two_objects_are_two_set_ups(tmp_path: Path) -> None:
    first = HEAD + "$mail->isSMTP();\n$mail->Host = 'a.example.com';\n" + LOGIN
    second = first.replace("$mail", "$other").replace("a.example", "b.example")
    write(tmp_path, {"send.php": first + second.replace("<?php\n", "")})
    assert [each.settings.host for each in setups(tmp_path)] == ["a.example.com", "b.example.com"]


def test_look_alikes(tmp_path: Path) -> None:
    code = HEAD + "// $mail->isSMTP();\n// $mail->Host = 'smtp.ionos.com';\n$mail->isMail();\n"
    write(
        tmp_path,
        {
            "send.php": code + TAIL,
            "vendor/phpmailer/phpmailer/examples/gmail.php": HEAD + LOGIN,
            "other.php": "<?php\n$db->Host = 'db';\n$db->Port = 3306;\n",
        },
    )
    assert not setups(tmp_path)


def test_what_a_request_decides(tmp_path: Path) -> None:
    body = HEAD.replace("<?php\n", "") + "$mail->isSMTP();\n$mail->Host = 'smtp.ionos.com';\n"
    body += "$mail->Port = 587;\n$mail->SMTPSecure = 'tls';\n" + LOGIN
    for condition in (
        '$_SERVER["REQUEST_METHOD"] == "POST"',
        "isset($_POST['submit'])",
        "!empty($_POST)",
        "$_SERVER['REQUEST_METHOD'] !== 'GET' && filter_var($_POST['mail'], FILTER_VALIDATE_EMAIL)",
    ):
        write(tmp_path, {"contact.php": f"<?php\nif ({condition}) {{\n{body}}}\n"})
        setup = one(tmp_path, "phpmailer")
        assert came_to(setup) == ("smtp.ionos.com", 587, "starttls", True)
        assert setup.complete


def test_an_object_in_a_loop(tmp_path: Path) -> None:
    body = "$mail = new PHPMailer;\n$mail->IsSMTP();\n$mail->Host = 'smtp.ionos.com';\n"
    body += "$mail->Port = 587;\n" + LOGIN
    write(tmp_path, {"send.php": f"<?php\nforeach ($people as $one) {{\n{body}}}\n"})
    setup = one(tmp_path, "phpmailer")
    assert came_to(setup) == ("smtp.ionos.com", 587, "starttls", False)
    assert setup.complete


def test_an_object_that_another_method_sets_up(tmp_path: Path) -> None:
    code = """<?php
class Contact {
    private $host = 'smtp.ionos.com';
    protected function mailer() {
        $mail = new PHPMailer(true);
        $this->configure($mail);
        return $mail;
    }
    private function configure($mail) {
        $mail->isSMTP();
        $mail->Host = $this->host;
        $mail->Port = 465;
        $mail->SMTPSecure = 'ssl';
        $mail->SMTPAuth = true;
        $mail->Username = Config::get('smtp.user');
        $mail->Password = Config::get('smtp.pass');
    }
}
"""
    setup = one(write(tmp_path, {"Contact.php": code}), "phpmailer")
    assert came_to(setup) == ("smtp.ionos.com", 465, "implicit", True)
    assert {each.field for each in setup.settings.untellable} == {"username", "password"}


def test_the_autoloader_hides_no_variable(tmp_path: Path) -> None:
    login = LOGIN.replace("'word'", "$_ENV['SMTP_PASS']")
    root = folder(tmp_path, "$mail->SMTPSecure = 'tls';\n$mail->Port = 587;\n", login)
    loads = "<?php\nrequire_once '/usr/share/php/PHPMailer/autoload.php';\n"
    write(root, {"vendor/autoload.php": loads, ".env": "SMTP_PASS=word\n"})
    setup = one(root, "phpmailer")
    assert setup.complete
    assert setup.credentials.password is not None


def test_another_file_that_is_not_here_may_set_a_variable(tmp_path: Path) -> None:
    login = LOGIN.replace("'word'", "$password")
    lines = "require '/etc/shop/secrets.php';\n$mail->SMTPSecure = 'tls';\n$mail->Port = 587;\n"
    assert not one(folder(tmp_path, lines, login), "phpmailer").complete


def test_a_copy_of_the_library_is_no_set_up(tmp_path: Path) -> None:
    library = (
        "<?php\nnamespace PHPMailer\\PHPMailer;\n\nclass PHPMailer\n{\n"
        "    public $Host = 'localhost';\n    public $Port = 25;\n    public $SMTPAuth = false;\n"
        "    public function send() { $this->Host = 'localhost'; $this->Port = 25; }\n}\n"
    )
    own = HEAD + "$mail->isSMTP();\n$mail->Host = 'smtp.ionos.com';\n$mail->Port = 587;\n" + LOGIN
    write(tmp_path, {"PHPMailer/PHPMailer.php": library, "send.php": own + TAIL})
    assert [came_to(each)[0] for each in setups(tmp_path)] == ["smtp.ionos.com"]


def test_an_own_class_that_extends_it_is_one(tmp_path: Path) -> None:
    own = (
        "<?php\nuse PHPMailer\\PHPMailer\\PHPMailer;\nclass Mailer extends PHPMailer {\n"
        "    public function __construct() {\n        $this->isSMTP();\n"
        "        $this->Host = 'smtp.ionos.com';\n        $this->Port = 587;\n"
        "        $this->SMTPAuth = true;\n    }\n}\n"
    )
    write(tmp_path, {"Mailer.php": own})
    assert [came_to(each)[0] for each in setups(tmp_path)] == ["smtp.ionos.com"]


SENDS = """<?php
$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Host = SMTP_HOST;
$mail->Port = Config::PORT;
$mail->SMTPAuth = true;
$mail->SMTPSecure = 'tls';
$mail->Username = SMTP_USER;
$mail->Password = 'word';
"""
CONSTANTS = "<?php\ndefine('SMTP_HOST', 'smtp.ionos.com');\ndefine('SMTP_USER', 'u@example.com');\n"
CLASS = "<?php\nfinal class Config {\n    const PORT = 587;\n}\n"


def test_constants_and_classes_that_another_file_has(tmp_path: Path) -> None:
    files = {"app/send.php": SENDS, "core/config.php": CONSTANTS, "core/Config.php": CLASS}
    setup = one(write(tmp_path, files), "phpmailer")
    assert (setup.settings.host, setup.settings.port, setup.settings.tls) == (
        "smtp.ionos.com",
        587,
        "starttls",
    )
    assert setup.settings.username == "u@example.com"
    host = setup.settings.entry("host")
    assert host is not None
    assert host.origin.label == "core/config.php:2"


def test_a_constant_that_two_files_define_can_not_be_told(tmp_path: Path) -> None:
    other = CONSTANTS.replace("smtp.ionos.com", "localhost")
    files = {
        "app/send.php": SENDS,
        "core/config.php": CONSTANTS,
        "core/config.local.php": other,
        "core/Config.php": CLASS,
    }
    setup = one(write(tmp_path, files), "phpmailer")
    assert setup.settings.host is None
    assert {each.option for each in setup.settings.untellable} == {"Host", "Username"}


def test_a_constant_of_a_library_or_a_template_counts_for_nothing(tmp_path: Path) -> None:
    files = {
        "app/send.php": SENDS,
        "vendor/x/config.php": CONSTANTS,
        "core/config.sample.php": CONSTANTS,
        "core/Config.php": CLASS,
    }
    assert one(write(tmp_path, files), "phpmailer").settings.host is None


BY_CONTAINER = """<?php
return function (ContainerBuilder $builder) {
    $builder->addDefinitions([
        PHPMailer::class => function (ContainerInterface $c) {
            $smtp = $c->get('settings')['smtp'];
            $mail = new PHPMailer(true);
            $mail->isSMTP();
            $mail->Host = $smtp['host'];
            $mail->Port = $smtp['port'];
            $mail->SMTPSecure = $smtp['secure'];
            $mail->SMTPAuth = true;
            $mail->Username = 'u@example.com';
            $mail->Password = 'word';
            return $mail;
        },
    ]);
};
"""
CONTAINER = """<?php
return function (ContainerBuilder $builder) {
    $builder->addDefinitions([
        LoggerInterface::class => fn () => new Logger(),
        'settings' => ['smtp' => ['host' => 'smtp.ionos.com', 'port' => 587, 'secure' => 'ssl']],
    ]);
};
"""


def test_settings_that_a_container_gives(tmp_path: Path) -> None:
    write(tmp_path, {"app/dependencies.php": BY_CONTAINER, "app/settings.php": CONTAINER})
    setup = one(tmp_path, "phpmailer")
    assert came_to(setup) == ("smtp.ionos.com", 587, "implicit", True)
    apply(tmp_path, prepared(setup.settings, None, "starttls"))
    assert came_to(one(tmp_path, "phpmailer")) == ("smtp.ionos.com", 587, "starttls", True)
    assert "'secure' => 'tls'" in (tmp_path / "app/settings.php").read_text()


DECIDED = """<?php
$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Host = 'smtp.ionos.com';
$kind = strtoupper(getenv('SMTP_ENCRYPTION') ?: 'SSL');
if ($kind === 'SSL') {
    $mail->SMTPSecure = PHPMailer::ENCRYPTION_SMTPS;
} else {
    $mail->SMTPSecure = PHPMailer::ENCRYPTION_STARTTLS;
}
$mail->Port = (int) getenv('SMTP_PORT');
$mail->SMTPAuth = true;
$mail->Username = 'u@example.com';
$mail->Password = 'word';
"""


@pytest.mark.parametrize("line", ["SMTP_ENCRYPTION=ssl\n", ""])
def test_the_variable_that_decides_is_changed_and_not_what_the_code_does_then(
    tmp_path: Path, line: str
) -> None:
    write(tmp_path, {"send.php": DECIDED, ".env": f"{line}SMTP_PORT=587\n"})
    setup = one(tmp_path, "phpmailer")
    assert came_to(setup)[1:3] == (587, "implicit")
    change = prepared(setup.settings, None, "starttls")
    assert (dict(change.settings), change.edits) == ({"SMTP_ENCRYPTION": "tls"}, ())
    apply(tmp_path, change, ".env")
    assert came_to(one(tmp_path, "phpmailer"))[1:3] == (587, "starttls")


def test_a_password_in_double_quotes_loses_what_php_takes_for_a_variable(tmp_path: Path) -> None:
    healthy = LOGIN.replace("'word'", "'Brew$kettle9'")
    folder(tmp_path, "$mail->Port = 587;\n$mail->SMTPSecure = 'tls';\n", healthy)
    assert one(tmp_path, "phpmailer").settings.password_readings is None
    folder(
        tmp_path,
        "$mail->Port = 587;\n$mail->SMTPSecure = 'tls';\n",
        LOGIN.replace("'word'", '"Brew$kettle9"'),
    )
    setup = one(tmp_path, "phpmailer")
    read = setup.settings.password_readings
    assert read is not None
    assert (read.readers, read.line) == (("PHP",), 14)
    assert [each.alterations for each in read.altered] == [("dollar-expanded",)]
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "Brew"  # what the program logs in with


def test_a_property_in_other_letters_is_not_read(tmp_path: Path) -> None:
    folder(tmp_path, "$mail->port = 587;\n$mail->SMTPSecure = 'tls';\n")
    setup = one(tmp_path, "phpmailer")
    assert came_to(setup)[1:3] == (25, "starttls")
    assert [(each.kind, each.option, each.field) for each in setup.settings.remarks] == [
        ("ignored", "port", "port")
    ]
    # another object's own properties are its own
    folder(tmp_path, "$row->port = 25;\n$mail->Port = 587;\n$mail->SMTPSecure = 'tls';\n")
    assert remarks(one(tmp_path, "phpmailer")) == []


def test_a_variable_in_a_container_that_decides_is_changed_there(tmp_path: Path) -> None:
    compose = "services:\n  app:\n    image: php\n    environment:\n      SMTP_PORT: 587\n"
    compose += "      SMTP_ENCRYPTION: ssl\n"
    write(tmp_path, {"send.php": DECIDED, "docker-compose.yml": compose})
    setup = one(tmp_path, "phpmailer")
    apply(tmp_path, prepared(setup.settings, None, "starttls"))
    assert "SMTP_ENCRYPTION: tls" in (tmp_path / "docker-compose.yml").read_text()
    assert came_to(one(tmp_path, "phpmailer"))[1:3] == (587, "starttls")


OWN_LOADER = """<?php
function loadEnv($path) {{
    foreach (file($path) as $line) {{
        if (strpos(trim($line), '#') === 0) continue;
        list($name, $value) = explode('=', $line, 2);
        $value = {0};
        $_ENV[trim($name)] = $value;
        putenv(trim($name) . '=' . $value);
    }}
}}
loadEnv(__DIR__ . '/.env');
"""
ASKS = """$mail->Port = 587;
$mail->SMTPSecure = 'tls';
$mail->SMTPAuth = true;
$mail->Username = 'u@example.com';
$mail->Password = getenv('SMTP_PASS');
"""


@pytest.mark.parametrize(
    ("value", "line", "password"),
    [
        ("trim($value)", "seven#herons", "seven#herons"),
        ("trim($value)", "'seven'", "'seven'"),
        ('trim($value, " \\t\\n\\"\'")', "'seven#herons'", "seven#herons"),
        ("trim(trim($value), '\"')", '"seven # herons"', "seven # herons"),
    ],
)
def test_a_loader_of_one_s_own_knows_no_comments(
    tmp_path: Path, value: str, line: str, password: str
) -> None:
    folder(tmp_path, "", ASKS)
    write(tmp_path, {"env.php": OWN_LOADER.format(value), ".env": f"SMTP_PASS={line}\n"})
    setup = one(tmp_path, "phpmailer")
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == password
    assert setup.settings.password_readings is None


def test_phpdotenv_reads_the_file_where_it_is_there(tmp_path: Path) -> None:
    folder(tmp_path, "", ASKS)
    composer = '{"require": {"vlucas/phpdotenv": "^4"}}'
    files = {"env.php": OWN_LOADER.format("trim($value)"), ".env": "SMTP_PASS=seven#herons\n"}
    setup = one(write(tmp_path, {**files, "composer.json": composer}), "phpmailer")
    assert setup.settings.password_readings is not None


def test_what_a_class_has_from_one_in_another_file(tmp_path: Path) -> None:
    files = {
        "app/Config.php": "<?php\nclass Config {\n    public $mail = array(\n"
        "        'host' => 'smtp.ionos.com', 'port' => 465, 'secure' => 'ssl');\n}\n",
        "app/Contact.php": """<?php
class Contact extends Config {
    public function send() {
        $mail = new PHPMailer(true);
        $mail->isSMTP();
        $mail->SMTPAuth = true;
        $mail->Username = 'u@example.com';
        $mail->Password = 'word';
        $mail->Host = $this->mail['host'];
        $mail->Port = $this->mail['port'];
        $mail->SMTPSecure = $this->mail['secure'];
        $mail->send();
    }
}
""",
    }
    assert came_to(one(write(tmp_path, files), "phpmailer")) == (
        "smtp.ionos.com", 465, "implicit", True,
    )  # fmt: skip


def test_config_is_of_the_program_s_own_folder(tmp_path: Path) -> None:
    """In a monorepo `config('mail.host')` is in the nearest config/mail.php above."""
    code = """<?php
namespace App\\Helpers;
class MailHelper {
    public function send() {
        $mail = new PHPMailer(true);
        $mail->isSMTP();
        $mail->Host = config('smtp.host');
        $mail->Port = config('smtp.port');
    }
}
""".replace("\\\\", "\\")
    files = {
        "web/app/Helpers/MailHelper.php": code,
        "web/config/smtp.php": "<?php\nreturn ['host' => 'smtp.ionos.com', 'port' => 587];\n",
        "config/smtp.php": "<?php\nreturn ['host' => 'smtp.example.org', 'port' => 25];\n",
    }
    settings = one(write(tmp_path, files), "phpmailer").settings
    assert (settings.host, settings.port) == ("smtp.ionos.com", 587)


def test_none_for_localhost_is_what_it_says(tmp_path: Path) -> None:
    """PHPMailer tries no TLS with localhost: there “none” is none, elsewhere it isn't."""
    lines = (
        "$mail->isSMTP();\n$mail->Host = '{}';\n$mail->Port = 25;\n$mail->SMTPSecure = 'none';\n"
    )
    here = one(folder(tmp_path / "a", lines.format("localhost")), "phpmailer")
    assert (here.settings.tls, remarks(here)) == ("none", [])
    there = one(folder(tmp_path / "b", lines.format("smtp.ionos.com")), "phpmailer")
    assert there.settings.tls == "starttls"
    assert ("misread", "SMTPSecure") in remarks(there)


@pytest.mark.parametrize("said", ["", "$mail->SMTPAuth = false;\n"])
def test_what_makes_it_log_in_is_prepared(tmp_path: Path, said: str) -> None:
    lines = f"$mail->isSMTP();\n$mail->Host = 'smtp.ionos.com';\n{said}$mail->Port = 587;\n"
    login = "$mail->Username = 'u@example.com';\n$mail->Password = 'word';\n"
    root = folder(tmp_path, lines, login)
    before = one(root, "phpmailer")
    assert before.settings.username is None
    [change] = [each for each in before.settings.prepared if each.sends]
    apply(root, change)
    after = one(root, "phpmailer")
    assert after.settings.username == "u@example.com"
    assert not remarks(after)


OWN_CLASS = """<?php
class Env {
    private static $vars = [];
    public static function load($path) {
        foreach (file($path, FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES) as $line) {
            list($key, $value) = explode('=', $line, 2);
            self::$vars[trim($key)] = trim($value);
        }
    }
    public static function get($key, $default = null) { return self::$vars[$key] ?? $default; }
}
Env::load(__DIR__ . '/.env');
"""
OWN_OBJECT = """<?php
class Settings {
    private array $data = [];
    public function __construct(string $file = __DIR__ . '/.env') {
        foreach (file($file) as $line) {
            [$key, $value] = explode('=', trim($line), 2);
            $this->data[$key] = $value;
        }
    }
    public function get(string $key, $default = null) { return $this->data[$key] ?? $default; }
}
$settings = new Settings();
"""
OWN_FUNCTION = """<?php
function parseEnvFile($path = '.env') {
    $env = [];
    foreach (file($path) as $line) {
        list($key, $value) = array_map('trim', explode('=', $line, 2));
        $env[$key] = $value;
    }
    return $env;
}
$env = parseEnvFile(__DIR__ . '/.env');
"""


@pytest.mark.parametrize(
    ("loader", "read"),
    [
        (OWN_CLASS, "Env::get('{}', 'x')"),
        (OWN_OBJECT, "$settings->get('{}')"),
        (OWN_FUNCTION, "$env['{}']"),
    ],
)
def test_a_program_s_own_array_of_a_dotenv_file(tmp_path: Path, loader: str, read: str) -> None:
    """Tutorials keep what they take apart in an array of a class or function of their own."""
    code = "\n".join(
        f"$mail->{option} = {read.format(name)};"
        for option, name in (
            ("Host", "MAIL_HOST"), ("Port", "MAIL_PORT"), ("Username", "MAIL_USER"),
            ("Password", "MAIL_PASS"), ("SMTPSecure", "MAIL_SECURE"),
        )
    )  # fmt: skip
    head = "require 'env.php';\n$mail = new PHPMailer(true);\n$mail->isSMTP();\n"
    files = {
        "env.php": loader,
        "mail.php": f"<?php\n{head}$mail->SMTPAuth = true;\n{code}\n",
        ".env": "MAIL_HOST=smtp.ionos.com\nMAIL_PORT=465\nMAIL_USER=u@example.com\n"
        "MAIL_PASS=word\nMAIL_SECURE=tls\n",
    }
    root = write(tmp_path, files)
    setup = one(root, "phpmailer")
    assert came_to(setup) == ("smtp.ionos.com", 465, "starttls", True)
    assert setup.settings.username == "u@example.com"
    apply(root, prepared(setup.settings, None, "implicit"))
    assert "MAIL_SECURE=ssl" in (root / ".env").read_text()


def test_another_array_that_is_asked_by_a_name_is_no_environment(tmp_path: Path) -> None:
    """A file may have a loader and a table of texts beside each other."""
    texts = "$texts = ['greeting' => 'smtp.ionos.com'];\n"
    texts += "function text($key) { return ['greeting' => 'smtp.ionos.com'][$key]; }\n"
    code = "<?php\nrequire 'env.php';\n$mail = new PHPMailer(true);\n$mail->isSMTP();\n"
    code += "$mail->Port = 587;\n$mail->Host = text('greeting');\n"
    files = {"env.php": OWN_CLASS + texts, "mail.php": code, ".env": "GREETING=x\n"}
    assert one(write(tmp_path, files), "phpmailer").settings.host == "smtp.ionos.com"


SETTINGS_OF = "<?php\n{}define('SMTP_HOST', '{}');\ndefine('SMTP_PORT', 587);\n"
SENDS_BY = """<?php
$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Host = SMTP_HOST;
$mail->Port = SMTP_PORT;
"""


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ("config.default.php", SETTINGS_OF.format("", "")),
        ("config-sample.php", SETTINGS_OF.format("", "your.host.example")),
        ("constants.development.php", SETTINGS_OF.format("", "mailpit")),
        ("app/constants.php", SETTINGS_OF.format("defined('SMTP_HOST') or ", "localhost")),
    ],
)
def test_of_several_files_with_a_constant_productions_counts(
    tmp_path: Path, other: str, code: str
) -> None:
    files = {"mail.php": SENDS_BY, other: code, "config.php": SETTINGS_OF.format("", "a.example")}
    files[other] = files[other].replace("define('SMTP_PORT', 587);\n", "")
    assert one(write(tmp_path, files), "phpmailer").settings.host == "a.example"


def test_of_two_that_may_both_count_none_is_known(tmp_path: Path) -> None:
    files = {"mail.php": SENDS_BY, "other.php": SETTINGS_OF.format("", "b.example")}
    files["config.php"] = SETTINGS_OF.format("", "a.example")
    assert not one(write(tmp_path, files), "phpmailer").complete


SWITCH = "    $mail->SMTPOptions = ['ssl' => ['verify_peer' => false]];\n"


@pytest.mark.parametrize(
    ("lines", "verify"),
    [
        (f"if (!get_setting('verify')) {{\n{SWITCH}}}\n", True),
        (SWITCH, False),
        (f"if (getenv('X') === false) {{\n{SWITCH}}}\n", False),
    ],
)
def test_a_check_that_is_switched_off_where_a_setting_says_so_is_on(
    tmp_path: Path, lines: str, verify: bool
) -> None:
    code = SENDS_BY.replace("SMTP_HOST", "'smtp.ionos.com'").replace("SMTP_PORT", "587") + lines
    assert one(write(tmp_path, {"mail.php": code}), "phpmailer").settings.verify is verify
