"""Moodle, TYPO3, Kirby, Roundcube, and programs made with Laravel that are run by their image."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.dialects.case import Case, outcome, said
from tests.settings.dialects.support import apply, one, prepared, setups, write

IONOS = "smtp.ionos.com"


def moodle(host: str, secure: str, more: str = "") -> dict[str, str]:
    secure = f"$CFG->smtpsecure = '{secure}';\n" if secure else ""
    return {
        "config.php": f"""<?php
unset($CFG);
global $CFG;
$CFG = new stdClass();
$CFG->dbpass    = 'other';
$CFG->smtphosts = '{host}';
{secure}$CFG->smtpuser = 'u@example.com';
$CFG->smtppass = 'word';
$CFG->noreplyaddress = 'u@example.com';
{more}
require_once(__DIR__ . '/lib/setup.php');
"""
    }


def typo3(
    server: str, encrypt: str, transport: str = "smtp", over: str = "", version: str = "^12.4"
) -> dict[str, str]:
    settings = f"""<?php
return [
    'DB' => ['Connections' => ['Default' => ['password' => 'other']]],
    'MAIL' => [
        'transport' => '{transport}',
        'transport_smtp_encrypt' => {encrypt},
        'transport_smtp_password' => 'word',
        'transport_smtp_server' => '{server}',
        'transport_smtp_username' => 'u@example.com',
        'defaultMailFromAddress' => 'u@example.com',
    ],
];
"""
    composer = f'{{"require": {{"typo3/cms-core": "{version}"}}}}'
    files = {"composer.json": composer, "config/system/settings.php": settings}
    if over:
        key = f"$GLOBALS['TYPO3_CONF_VARS']['MAIL']['{over.partition('=')[0]}']"
        files["config/system/additional.php"] = f"<?php\n{key} = {over.partition('=')[2]};\n"
    return files


def kirby(
    port: str, security: str, more: str = "'type' => 'smtp', 'auth' => true,"
) -> dict[str, str]:
    return {
        "site/config/config.php": f"""<?php
return [
    'debug' => false,
    'email' => [
        'transport' => [
            {more}
            'host' => 'smtp.ionos.com',
            'port' => {port},
            {f"'security' => {security}," if security else ""}
            'username' => 'u@example.com',
            'password' => 'word',
        ],
    ],
];
"""
    }


def roundcube(host: str, user: str = "u@example.com", more: str = "") -> dict[str, str]:
    return {
        "config/config.inc.php": f"""<?php
$config = [];
$config['imap_host'] = 'ssl://imap.ionos.com:993';
$config['smtp_host'] = '{host}';
$config['smtp_user'] = '{user}';
$config['smtp_pass'] = '{"%p" if "%" in user else "word"}';
{more}
"""
    }


BOOKSTACK = """MAIL_DRIVER: smtp
MAIL_HOST: smtp.ionos.com
MAIL_PORT: %s
MAIL_ENCRYPTION: %s
MAIL_USERNAME: u@example.com
MAIL_PASSWORD: word
MAIL_FROM: u@example.com
"""
BOOKS, PIXELS = "lscr.io/linuxserver/bookstack:latest", "ghcr.io/pixelfed/pixelfed:v0.12"
OFF = "$config['smtp_conn_options'] = ['ssl' => ['verify_peer' => false]];"
NOT_SMTP = "'auth' => true,"

CASES = [
    Case("moodle:587", (IONOS, 587, "starttls"), moodle(f"{IONOS}:587", "tls"), required=True),
    Case("moodle:465", (IONOS, 465, "implicit"), moodle(f"{IONOS}:465", "ssl"), required=True),
    Case("moodle:587 ssl", (IONOS, 587, "implicit"), moodle(f"{IONOS}:587", "ssl"), required=True),
    Case(
        "moodle:never", (IONOS, 587, "starttls"),
        moodle(f"{IONOS}:587", "tls", "$CFG->noemailever = true;"), required=True,
        remarks=said("not-sent noemailever"),
    ),
    Case("typo3:587", (IONOS, 587, "starttls"), typo3(f"{IONOS}:587", "false")),
    Case("typo3:465", (IONOS, 465, "implicit"), typo3(f"{IONOS}:465", "true"), required=True),
    Case("typo3:465 off", (IONOS, 465, "implicit"), typo3(f"{IONOS}:465", "''"), required=True),
    Case("typo3:587 on", (IONOS, 587, "implicit"), typo3(f"{IONOS}:587", "true"), required=True),
    Case(
        "typo3:over", (IONOS, 587, "implicit"),
        typo3(f"{IONOS}:587", "false", over="transport_smtp_encrypt=true"), required=True,
    ),
    Case(
        "typo3:sendmail", (IONOS, 587, "starttls"), typo3(f"{IONOS}:587", "false", "sendmail"),
        remarks=said("ignored transport"),
    ),
    Case(
        "typo3:mbox", (IONOS, 587, "starttls"), typo3(f"{IONOS}:587", "false", "mbox"),
        remarks=said("not-sent transport"),
    ),
    Case("kirby:587", (IONOS, 587, "starttls"), kirby("587", "'tls'"), required=True),
    Case("kirby:465", (IONOS, 465, "implicit"), kirby("465", "'ssl'"), required=True),
    Case("kirby:587 true", (IONOS, 587, "starttls"), kirby("587", "true"), required=True),
    Case("kirby:465 true", (IONOS, 465, "implicit"), kirby("465", "true"), required=True),
    Case("kirby:587 ssl", (IONOS, 587, "implicit"), kirby("587", "'ssl'"), required=True),
    Case("kirby:587 none", (IONOS, 587, "implicit"), kirby("587", ""), required=True),
    Case("kirby:25 true", (IONOS, 25, "starttls"), kirby("25", "true"), required=True,
         remarks=said("fault security"), changes=False),
    Case("kirby:mail", (IONOS, 587, "starttls"), kirby("587", "'tls'", NOT_SMTP), required=True,
         remarks=said("ignored host")),
    Case("kirby:no auth", (IONOS, 587, "starttls"), kirby("587", "'tls'", "'type' => 'smtp',"),
         required=True, user=None, sender=None, password=None, remarks=said("ignored username")),
    Case("roundcube:587", (IONOS, 587, "starttls"), roundcube(f"tls://{IONOS}:587"), required=True),
    Case("roundcube:465", (IONOS, 465, "implicit"), roundcube(f"ssl://{IONOS}:465"), required=True),
    Case("roundcube:no port", (IONOS, 465, "implicit"), roundcube(f"ssl://{IONOS}"), required=True,
         changes=False),
    Case("roundcube:587 ssl", (IONOS, 587, "implicit"), roundcube(f"ssl://{IONOS}:587"),
         required=True),
    Case("roundcube:none", (IONOS, 587, "none"), roundcube(f"{IONOS}:587"), changes=False),
    Case("roundcube:verify", (IONOS, 587, "starttls"), roundcube(f"tls://{IONOS}:587", more=OFF),
         required=True, verify=False),
    Case("laravel:bookstack", (IONOS, 587, "starttls"), compose=BOOKS, env=BOOKSTACK % (587, "tls"),
         changes=False),
    Case("laravel:bookstack 465", (IONOS, 465, "implicit"), compose=BOOKS, required=True,
         env=BOOKSTACK % (465, "ssl"), changes=False),
    Case("laravel:bookstack log", (IONOS, 587, "starttls"), compose=BOOKS, changes=False,
         env=BOOKSTACK.replace(": smtp\n", ": log\n") % (587, "tls"),
         remarks=said("not-sent mailer")),
    Case("laravel:bookstack verify", (IONOS, 587, "starttls"), compose=BOOKS, changes=False,
         env=BOOKSTACK % (587, "tls") + "MAIL_VERIFY_SSL: 'false'\n", verify=False),
    Case("laravel:pixelfed", (IONOS, 587, "starttls"), compose=PIXELS, changes=False,
         env=BOOKSTACK.replace("MAIL_FROM", "MAIL_FROM_ADDRESS") % (587, "tls")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_it_comes_to(tmp_path: Path, case: Case) -> None:
    assert outcome(one(case.write(tmp_path), case.dialect)) == case.outcome


@pytest.mark.parametrize("case", [each for each in CASES if each.changes], ids=lambda case: case.id)
@pytest.mark.parametrize("goal", [(587, "starttls"), (465, "implicit")])
def test_prepared_changes_come_to_their_goals(
    tmp_path: Path, case: Case, goal: tuple[int, str]
) -> None:
    root = case.write(tmp_path)
    setup = one(root, case.dialect)
    now = (setup.settings.port, setup.settings.tls)
    port = None if goal[0] == now[0] else goal[0]
    tls = None if goal[1] == now[1] else goal[1]
    if port is None and tls is None:
        return
    apply(root, prepared(setup.settings, port, tls))
    after = one(root, case.dialect).settings
    assert (after.port, after.tls) == goal


def test_what_moodle_has_in_its_database_is_not_known(tmp_path: Path) -> None:
    setup = one(write(tmp_path, moodle(f"{IONOS}:465", "")), "moodle")
    assert {each.field for each in setup.settings.untellable} == {"tls"}


def test_what_each_person_types_is_not_known(tmp_path: Path) -> None:
    setup = one(write(tmp_path, roundcube(f"tls://{IONOS}:587", "%u")), "roundcube")
    assert {each.field for each in setup.settings.untellable} == {"username", "password"}


@pytest.mark.parametrize(
    "files",
    [
        moodle("", "tls"),
        moodle("qmail", "tls"),
        {"config.php": "<?php\n// $CFG->smtphosts = 'smtp.ionos.com';\n$CFG->dbpass = 'x';\n"},
        typo3("smtp.ionos.com:587", "'tls'", version="^9.5"),
        {"config/system/settings.php": "<?php return ['MAIL' => ['transport' => 'sendmail', "
         "'transport_smtp_server' => 'localhost:25']];"},
        kirby("587", "'tls'") | {"site/config/config.php": "<?php return ['email' => ["
                                 "'transport' => ['type' => 'mail']]];"},
        {"site/config/config.shop.test.php": kirby("587", "'ssl'")["site/config/config.php"]},
        roundcube("tls://%h:587"),
        {"compose.yaml": "services:\n  books:\n    image: someone/books\n    environment:\n"
         "      MAIL_HOST: smtp.ionos.com\n"},
    ],
)  # fmt: skip
def test_what_looks_like_a_set_up_of_theirs_and_is_none(
    tmp_path: Path, files: dict[str, str]
) -> None:
    theirs = ("moodle", "typo3", "kirby", "roundcube", "laravel")
    found = [each.identity.dialect for each in setups(write(tmp_path, files))]
    assert not [each for each in found if each in theirs]


# --- Symfony's dumped variables -------------------------------------------------------------------

YAML = "framework:\n  mailer:\n    dsn: '%env(MAILER_DSN)%'\n"
DSN = "%s://u%%40example.com:word@smtp.ionos.com:587"


def symfony(root: Path, profile: str) -> Path:
    dumped = f"<?php\nreturn array (\n  'APP_ENV' => '{profile}',\n  'MAILER_DSN' => '%s',\n);\n"
    files = {
        "composer.json": '{"require": {"symfony/mailer": "^7.1"}}',
        "config/packages/mailer.yaml": YAML,
        ".env": f"MAILER_DSN={DSN % 'smtp'}\n",
        ".env.local.php": dumped % DSN % "smtps",
    }
    return write(root, files)


def test_dumped_variables_stand_in_place_of_the_files(tmp_path: Path) -> None:
    setup = one(symfony(tmp_path, "prod"), "symfony")
    assert (setup.settings.port, setup.settings.tls) == (587, "implicit")
    entry = setup.settings.entry("url")
    assert entry is not None
    assert (entry.origin.file, entry.origin.line) == (".env.local.php", 4)
    change = prepared(setup.settings, None, "starttls")
    assert change.settings == {}
    apply(tmp_path, change)
    assert one(tmp_path, "symfony").settings.tls == "starttls"


def test_those_of_another_environment_do_not(tmp_path: Path) -> None:
    assert one(symfony(tmp_path, "dev"), "symfony").settings.tls == "starttls"
