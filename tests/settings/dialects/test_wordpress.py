"""WordPress's hook, and the constants of its plugins for SMTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.setups import find_setups
from tests.settings.dialects.support import apply, one, prepared, setups, workspace, write

from .ways import came_to
from .ways import remarks_in_order as remarks

HOOK = """<?php
add_action( 'phpmailer_init', function ( $phpmailer ) {
    $phpmailer->isSMTP();
    $phpmailer->Host = 'smtp.ionos.com';
    $phpmailer->SMTPAuth = true;
    $phpmailer->Port = %s;
    $phpmailer->Username = 'u@example.com';
    $phpmailer->Password = 'word';
    $phpmailer->SMTPSecure = '%s';
    $phpmailer->From = 'u@example.com';
} );
"""
WPMS = """<?php
define( 'DB_HOST', 'localhost' );
define( 'WPMS_ON', true );
define( 'WPMS_MAILER', 'smtp' );
define( 'WPMS_SMTP_HOST', 'smtp.ionos.com' );
define( 'WPMS_SMTP_PORT', %s );
define( 'WPMS_SSL', '%s' );
define( 'WPMS_SMTP_AUTH', true );
define( 'WPMS_SMTP_USER', 'u@example.com' );
define( 'WPMS_SMTP_PASS', 'word' );
define( 'WPMS_MAIL_FROM', 'u@example.com' );
"""
PLACES = [("wordpress", "wp-content/themes/own/functions.php", HOOK)]
PLACES += [("wp-mail-smtp", "wp-config.php", WPMS)]
WAYS = [
    (587, "tls", "starttls", True),
    (465, "ssl", "implicit", True),
    (587, "ssl", "implicit", True),
    (465, "tls", "starttls", True),
    (587, "", "starttls", False),
]


@pytest.mark.parametrize(("port", "secure", "tls", "required"), WAYS)
@pytest.mark.parametrize(("dialect", "path", "form"), PLACES)
def test_what_they_come_to_and_how_they_change(
    tmp_path: Path, dialect: str, path: str, form: str, port: int, secure: str, tls: str,
    required: bool,
) -> None:  # fmt: skip
    write(tmp_path, {path: form % (port, secure)})
    setup = one(tmp_path, dialect)
    assert came_to(setup) == ("smtp.ionos.com", port, tls)
    assert setup.settings.tls_required is required
    assert remarks(setup) == []
    assert setup.complete
    assert setup.settings.username == setup.settings.sender == "u@example.com"
    assert setup.credentials.password
    assert setup.credentials.password.reveal() == "word"
    for goal in ((587, "starttls"), (465, "implicit")):
        write(tmp_path, {path: form % (port, secure)})
        if goal != (port, tls):
            apply(tmp_path, prepared(setup.settings, *goal))
        assert came_to(one(tmp_path, dialect)) == ("smtp.ionos.com", *goal)


def test_constants_of_wp_config_in_the_hook(tmp_path: Path) -> None:
    hook = HOOK.replace("'smtp.ionos.com'", "SMTP_HOST").replace("'word'", "SMTP_PASS")
    config = "<?php\ndefine( 'SMTP_HOST', 'smtp.ionos.com' );\n"
    config += "define( 'SMTP_PASS', getenv( 'SECRET' ) );\ndefine( 'SMTP_PORT', 465 );\n"
    files = {"functions.php": (hook % ("SMTP_PORT", "tls")), "wp-config.php": config}
    setup = one(write(tmp_path, files), "wordpress", SECRET="word")
    assert came_to(setup) == ("smtp.ionos.com", 465, "starttls")
    assert setup.credentials.password
    assert setup.credentials.password.reveal() == "word"
    change = prepared(setup.settings, 587, "starttls")
    assert [(each.file, each.replace) for each in change.edits] == [("wp-config.php", "465")]
    apply(tmp_path, change)
    assert came_to(one(tmp_path, "wordpress", SECRET="word")) == ("smtp.ionos.com", 587, "starttls")


def test_a_hook_in_a_class(tmp_path: Path) -> None:
    code = """<?php
class Mail {
    public function __construct() { add_action('phpmailer_init', [$this, 'configure']); }
    public function configure(PHPMailer $mailer) {
        $mailer->Host = 'smtp.ionos.com';
        $mailer->Port = 587;
        $mailer->SMTPSecure = 'ssl';
        $mailer->SMTPAuth = true;
        $mailer->Username = 'u@example.com';
        $mailer->Password = 'word';
    }
}
"""
    setup = one(write(tmp_path, {"wp-content/mu-plugins/mail.php": code}), "wordpress")
    assert came_to(setup) == ("smtp.ionos.com", 587, "implicit")
    assert remarks(setup) == [("ignored", "Host")]  # it is WordPress's mail() without isSMTP


@pytest.mark.parametrize("value", ["'true'", "1", "false"])
def test_wpms_on_is_compared_with_true(tmp_path: Path, value: str) -> None:
    text = WPMS % (587, "tls")
    write(tmp_path, {"wp-config.php": text.replace("'WPMS_ON', true", f"'WPMS_ON', {value}")})
    assert remarks(one(tmp_path, "wp-mail-smtp")) == [("ignored", "WPMS_ON")]


def test_other_constants(tmp_path: Path) -> None:
    text = WPMS % (587, "TLS")
    text = text.replace("'WPMS_SMTP_AUTH', true", "'WPMS_SMTP_AUTH', 'false'")
    write(tmp_path, {"wp-config.php": text})
    assert remarks(one(tmp_path, "wp-mail-smtp")) == [
        ("misread", "WPMS_SMTP_AUTH"),
        ("misread", "WPMS_SSL"),
    ]
    write(tmp_path, {"wp-config.php": text + "define( 'WPMS_DO_NOT_SEND', true );\n"})
    assert ("not-sent", "WPMS_DO_NOT_SEND") in remarks(one(tmp_path, "wp-mail-smtp"))
    text = (WPMS % (587, "")) + "define( 'WPMS_SMTP_AUTOTLS', false );\n"
    write(tmp_path, {"wp-config.php": text})
    assert came_to(one(tmp_path, "wp-mail-smtp")) == ("smtp.ionos.com", 587, "none")


def test_what_the_database_has_can_t_be_told(tmp_path: Path) -> None:
    text = WPMS % (587, "tls")
    text = "\n".join(line for line in text.split("\n") if "HOST'" not in line)
    setup = one(write(tmp_path, {"wp-config.php": text}), "wp-mail-smtp")
    assert not setup.complete
    assert [each.field for each in setup.settings.untellable] == ["host"]


@pytest.mark.parametrize(
    ("dialect", "user", "password"),
    [
        ("fluent-smtp", "FLUENTMAIL_SMTP_USERNAME", "FLUENTMAIL_SMTP_PASSWORD"),
        ("post-smtp", "POST_SMTP_AUTH_USERNAME", "POST_SMTP_AUTH_PASSWORD"),
    ],
)
def test_plugins_with_a_login_alone(tmp_path: Path, dialect: str, user: str, password: str) -> None:
    text = f"<?php\ndefine('{user}', 'u@example.com');\ndefine('{password}', 'word');\n"
    setup = one(write(tmp_path, {"wp-config.php": text}), dialect)
    assert setup.settings.username == "u@example.com"
    assert setup.settings.has_password
    assert [each.field for each in setup.settings.untellable] == ["host"]


def test_a_plugin_that_only_simulates(tmp_path: Path) -> None:
    text = "<?php\ndefine('FLUENTMAIL_SIMULATE_EMAILS', true);\n"
    setup = one(write(tmp_path, {"wp-config.php": text}), "fluent-smtp")
    assert remarks(setup) == [("not-sent", "FLUENTMAIL_SIMULATE_EMAILS")]


def test_look_alikes(tmp_path: Path) -> None:
    commented = "<?php\n/*\n" + (WPMS % (587, "tls")).replace("<?php\n", "") + "*/\n"
    write(
        tmp_path,
        {
            "wp-config.php": commented,
            "wp-config-sample.php": WPMS % (587, "tls"),
            "functions.php": "<?php\n// add_action('phpmailer_init', 'x');\n",
        },
    )
    assert not setups(tmp_path)


@pytest.mark.parametrize(
    ("folder", "readme", "found"),
    [
        ("wp-content/plugins/own-mailer", False, True),
        ("wp-content/plugins/contact-form-7", True, False),
        ("web/app/plugins/contact-form-7", True, False),
        ("wp-content/mu-plugins/own", True, True),
        ("wp-includes/PHPMailer", False, False),
    ],
)
def test_what_others_publish_is_no_set_up_of_the_site(
    tmp_path: Path, folder: str, readme: bool, found: bool
) -> None:
    files = {f"{folder}/mail.php": HOOK % (587, "tls")}
    if readme:
        files[f"{folder}/readme.txt"] = "=== Mail ===\nStable tag: 1.0\n"
    assert bool(setups(write(tmp_path, files))) is found


def test_a_plugin_with_its_settings_in_the_database_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"wp-content/plugins/wp-mail-smtp/readme.txt": "x", "wp-config.php": "<?php"})
    found = find_setups(workspace(tmp_path))
    assert [(each.path, each.why) for each in found.skipped] == [
        (
            "wp-content/plugins/wp-mail-smtp",
            "WP Mail SMTP has in the site's database what no constant says",
        )
    ]


def test_a_host_that_getenv_finds_not_is_localhost(tmp_path: Path) -> None:
    code = (HOOK % (587, "tls")).replace("'smtp.ionos.com'", "getenv('SMTP_HOST')")
    write(tmp_path, {"wp-content/mu-plugins/mail.php": code})
    assert ("misread", "Host") in remarks(one(tmp_path, "wordpress"))
    assert remarks(one(tmp_path, "wordpress", SMTP_HOST="smtp.ionos.com")) == []
