"""Craft CMS, Magento, Drupal as it is exported, and programs made with Laravel by their folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.dialects.case import Case, outcome, said
from tests.settings.dialects.support import one, setups, write
from tests.settings.dialects.ways import FAULTS, changes_lead_there

IONOS = "smtp.ionos.com"


def craft(port: str, method: str, version: str = "^5.4", auth: str = "'1'") -> dict[str, str]:
    return {
        "composer.json": f'{{"require": {{"craftcms/cms": "{version}"}}}}',
        ".env": "CRAFT_ENVIRONMENT=production\nMAIL_SERVER=smtp.ionos.com\nMAIL_WORD=word\n",
        "config/project/project.yaml": f"""dateModified: 1700000000
email:
  fromEmail: u@example.com
  transportSettings:
    encryptionMethod: {method}
    host: $MAIL_SERVER
    password: $MAIL_WORD
    port: '{port}'
    useAuthentication: {auth}
    username: u@example.com
  transportType: craft\\mail\\transportadapters\\Smtp
""",
    }


def craft_code(port: str, more: str = "") -> dict[str, str]:
    return {
        ".env": "MAIL_WORD=word\n",
        "config/app.php": f"""<?php
use craft\\helpers\\App;
return [
    'id' => App::env('CRAFT_APP_ID') ?: 'CraftCMS',
    'components' => [
        'mailer' => function() {{
            $settings = App::mailSettings();
            $settings->fromEmail = 'u@example.com';
            $settings->transportType = \\craft\\mail\\transportadapters\\Smtp::class;
            $settings->transportSettings = [
                'host' => 'smtp.ionos.com',
                'port' => {port},
                'useAuthentication' => true,
                'username' => 'u@example.com',
                'password' => App::env('MAIL_WORD'),
                {more}
            ];
            return Craft::createObject(App::mailerConfig($settings));
        }},
    ],
];
""",
    }


def craft_made(port: str) -> dict[str, str]:
    return {
        "config/app.php": f"""<?php
use craft\\helpers\\App;
use craft\\models\\MailSettings;
return ['components' => ['mailer' => App::mailerConfig(new MailSettings([
    'fromEmail' => 'u@example.com',
    'transportType' => \\craft\\mail\\transportadapters\\Smtp::class,
    'transportSettings' => [
        'host' => 'smtp.ionos.com',
        'port' => {port},
        'useAuthentication' => true,
        'username' => 'u@example.com',
        'password' => 'word',
    ],
]))]];
""",
    }


def magento(
    port: str, ssl: str, more: str = "'transport' => 'smtp',", version: str = "2.4.7-p3"
) -> dict[str, str]:
    return {
        "composer.json": f'{{"require": {{"magento/product-community-edition": "{version}"}}}}',
        "app/etc/config.php": "<?php\nreturn ['modules' => ['Magento_Store' => 1]];\n",
        "app/etc/env.php": f"""<?php
return [
    'crypt' => ['key' => 'other'],
    'system' => [
        'default' => [
            'trans_email' => ['ident_general' => ['email' => 'u@example.com']],
            'system' => [
                'smtp' => [
                    {more}
                    'host' => 'smtp.ionos.com',
                    'port' => '{port}',
                    'username' => 'u@example.com',
                    'password' => 'word',
                    'auth' => 'login',
                    'ssl' => '{ssl}',
                ],
            ],
        ],
    ],
];
""",
    }


def magento_said(before: str, after: str, version: str = "2.4.7-p3") -> dict[str, str]:
    files = magento("587", "tls", version=version)
    assert any(before in text for text in files.values())
    return {name: text.replace(before, after) for name, text in files.items()}


def mageplaza(port: str, protocol: str, enabled: str = "1", more: str = "") -> dict[str, str]:
    return {
        "app/etc/env.php": f"""<?php
return [
    'system' => ['default' => [
        'trans_email' => ['ident_general' => ['email' => 'u@example.com']],
        'smtp' => [
            'general' => ['enabled' => '{enabled}'],
            {more}
            'configuration_option' => [
                'host' => 'smtp.ionos.com',
                'port' => '{port}',
                'protocol' => '{protocol}',
                'authentication' => 'login',
                'username' => 'u@example.com',
                'password' => 'word',
            ],
        ],
    ]],
];
"""
    }


SITE = {"config/sync/system.site.yml": "name: Site\nmail: u@example.com\n"}


def drupal_smtp(port: str, protocol: str, on: str = "true", over: str = "") -> dict[str, str]:
    files = {
        **SITE,
        "config/sync/system.mail.yml": "interface:\n  default: SMTPMailSystem\n",
        "config/sync/smtp.settings.yml": f"""smtp_on: {on}
smtp_host: smtp.ionos.com
smtp_port: '{port}'
smtp_protocol: {protocol}
smtp_autotls: true
smtp_username: u@example.com
smtp_password: word
smtp_from: u@example.com
""",
    }
    if over:
        files["web/sites/default/settings.php"] = (
            f"<?php\n$databases = [];\n$config['smtp.settings']{over};\n"
        )
    return files


def drupal_mailer(port: str, plugin: str = "smtp", name: str = "mail") -> dict[str, str]:
    return {
        **SITE,
        "config/sync/symfony_mailer.settings.yml": f"default_transport: {name}\n",
        "config/sync/symfony_mailer.mailer_transport.sendmail.yml": "id: sendmail\n"
        "plugin: native\nconfiguration: {  }\n",
        f"config/sync/symfony_mailer.mailer_transport.{name}.yml": f"""id: {name}
plugin: {plugin}
configuration:
  user: u@example.com
  pass: word
  host: smtp.ionos.com
  port: {port}
  query:
    verify_peer: true
""",
    }


def core_mail(port: str, scheme: str = "smtp", interface: str = "symfony_mailer") -> dict[str, str]:
    return {
        **SITE,
        "config/sync/system.mail.yml": f"""interface:
  default: {interface}
mailer_dsn:
  scheme: {scheme}
  host: smtp.ionos.com
  port: {port}
  user: u@example.com
  password: word
""",
    }


BOOKS = """APP_KEY=base64:c29tZXRoaW5nIHRoYXQgaXMgYSBrZXk=
MAIL_DRIVER=smtp
MAIL_FROM=u@example.com
MAIL_HOST=smtp.ionos.com
MAIL_PORT=%s
MAIL_USERNAME=u@example.com
MAIL_PASSWORD=word
MAIL_ENCRYPTION=%s
"""
BOOKSTACK = '{"name": "bookstackapp/bookstack", "require": {"laravel/framework": "^10.48"}}'


def bookstack(port: str, encryption: str, *, manifest: bool = True) -> dict[str, str]:
    files = {".env": BOOKS % (port, encryption)}
    return {**files, "composer.json": BOOKSTACK} if manifest else files


OVER = "['smtp_protocol'] = 'tls'"
CASES = [
    Case("craft:587", (IONOS, 587, "starttls"), craft("587", "tls")),
    Case("craft:465", (IONOS, 465, "implicit"), craft("465", "ssl"), required=True),
    Case("craft:587 ssl", (IONOS, 587, "starttls"), craft("587", "ssl"),
         remarks=said("ignored encryptionMethod")),
    Case("craft:3 ssl", (IONOS, 587, "implicit"), craft("587", "ssl", "^3.7"), required=True),
    Case("craft:3 tls", (IONOS, 465, "starttls"), craft("465", "tls", "^3.7"), required=True),
    Case("craft:3 none", (IONOS, 587, "none"), craft("587", "none", "^3.7")),
    Case("craft:no login", (IONOS, 587, "starttls"), craft("587", "tls", auth="'0'"), user=None,
         password=None, remarks=said("ignored username"), changes=False),
    Case("craft:code", (IONOS, 587, "starttls"), craft_code("'587'")),
    Case("craft:code 465", (IONOS, 465, "implicit"), craft_code("465"), required=True),
    Case("craft:made", (IONOS, 465, "implicit"), craft_made("465"), required=True),
    Case("craft:code over", (IONOS, 465, "implicit"), {**craft("587", "tls"), **craft_code("465")},
         required=True),
    Case("magento:587", (IONOS, 587, "starttls"), magento("587", "tls"), required=True),
    Case("magento:465", (IONOS, 465, "implicit"), magento("465", "ssl"), required=True),
    Case("magento:587 ssl", (IONOS, 587, "implicit"), magento("587", "ssl"), required=True),
    Case("magento:none", (IONOS, 587, "none"), magento("587", "")),
    Case("magento:sendmail", (IONOS, 587, "starttls"), magento("587", "tls", ""), required=True,
         remarks=said("ignored host")),
    Case("magento:disabled", (IONOS, 587, "starttls"), required=True,
         files=magento("587", "tls", "'disable' => '1', 'transport' => 'smtp',"),
         remarks=said("not-sent disable")),
    Case("magento:one bug", (IONOS, 587, "implicit"), magento("587", "tls", version="2.4.8"),
         required=True, remarks=said("misread ssl")),
    Case("magento:one bug 465", (IONOS, 465, "starttls"), magento("465", "ssl", version="2.4.8")),
    Case("magento:mended", (IONOS, 587, "starttls"), magento("587", "tls", version="2.4.8-p2"),
         required=True),
    Case("magento:one bug of the cloud", (IONOS, 587, "implicit"), required=True,
         files=magento_said("product-community-edition", "magento-cloud-metapackage", "2.4.8"),
         remarks=said("misread ssl")),
    Case("magento:no port", (IONOS, 25, "starttls"), magento_said("'port' => '587',", ""),
         required=True),
    Case("magento:no login", (IONOS, 587, "starttls"), magento_said("'login'", "'none'"),
         required=True, user=None, password=None, remarks=said("ignored username"), changes=False),
    Case("magento:local", (IONOS, 587, "starttls"), required=True, files={
        **magento("587", "tls"), "app/etc/config.php": magento("465", "ssl")["app/etc/env.php"]}),
    Case("magento:module", (IONOS, 587, "starttls"), mageplaza("587", "tls"), required=True),
    Case("magento:module 465", (IONOS, 465, "starttls"), mageplaza("465", "tls"), required=True),
    Case("magento:module off", (IONOS, 587, "starttls"), mageplaza("587", "tls", "0"),
         required=True, remarks=said("ignored enabled")),
    Case("magento:developer", (IONOS, 587, "starttls"), required=True,
         files=mageplaza("587", "tls", more="'developer' => ['developer_mode' => '1'],"),
         remarks=said("not-sent developer_mode")),
    Case("drupal:exported", (IONOS, 587, "starttls"), drupal_smtp("587", "tls"), required=True),
    Case("drupal:exported ssl", (IONOS, 587, "implicit"), drupal_smtp("587", "ssl"),
         required=True),
    Case("drupal:exported standard", (IONOS, 587, "starttls"), drupal_smtp("587", "standard")),
    Case("drupal:exported off", (IONOS, 587, "starttls"), drupal_smtp("587", "tls", "false"),
         required=True, remarks=said("ignored smtp_on"), changes=False),
    Case("drupal:overridden", (IONOS, 587, "starttls"), drupal_smtp("587", "ssl", over=OVER),
         required=True),
    Case("drupal:mailer", (IONOS, 587, "starttls"), drupal_mailer("587")),
    Case("drupal:mailer 465", (IONOS, 465, "implicit"), drupal_mailer("465"), required=True),
    Case("drupal:core", (IONOS, 587, "starttls"), core_mail("587")),
    Case("drupal:core smtps", (IONOS, 587, "implicit"), core_mail("587", "smtps"), required=True),
    Case("laravel:bookstack", (IONOS, 587, "starttls"), bookstack("587", "null"), changes=False),
    Case("laravel:bookstack alone", (IONOS, 465, "implicit"),
         bookstack("465", "ssl", manifest=False), required=True, changes=False),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_it_comes_to(tmp_path: Path, case: Case) -> None:
    assert outcome(one(case.write(tmp_path), case.dialect)) == case.outcome


@pytest.mark.parametrize("case", [each for each in CASES if each.changes], ids=lambda case: case.id)
def test_prepared_changes_come_to_their_goals(tmp_path: Path, case: Case) -> None:
    # Magento 2.4.8 takes each word for the other, also the one that leads there
    faults = FAULTS - {"misread"} if "one bug" in case.id else FAULTS
    changes_lead_there(case.write(tmp_path / "a"), case.dialect, faults=faults)


def test_what_magento_keeps_encrypted_cant_be_told(tmp_path: Path) -> None:
    files = magento("587", "tls")
    files["app/etc/env.php"] = files["app/etc/env.php"].replace("'word'", "'0:3:c29tZQ=='")
    found = one(write(tmp_path, files), "magento")
    assert found.credentials.password is None
    assert [each.field for each in found.settings.untellable] == ["password"]


def test_an_alias_that_nothing_here_sets_cant_be_told(tmp_path: Path) -> None:
    """The server may have the variable: it is not "not set"."""
    found = one(write(tmp_path, {**craft("587", "tls"), ".env": "OTHER=1\n"}), "craft")
    assert {each.field for each in found.settings.untellable} == {"host", "password"}


@pytest.mark.parametrize(
    "files",
    [
        {**craft("587", "tls"), "config/project/project.yaml": "email:\n  fromEmail: a@b.de\n"
         "  transportType: craft\\mail\\transportadapters\\Sendmail\n"},
        core_mail("587", "sendmail", "php_mail"),
        drupal_mailer("587", "sendmail"),
        {"modules/smtp/config/install/smtp.settings.yml": "smtp_on: true\nsmtp_host: a.de\n"},
        {"app/etc/env.php": "<?php\nreturn ['system' => ['default' => ['web' => []]]];\n"},
    ],
)  # fmt: skip
def test_other_ways_of_sending_are_no_set_ups(tmp_path: Path, files: dict[str, str]) -> None:
    assert setups(write(tmp_path, files)) == []


def test_the_same_variables_in_a_plain_program_are_laravels_own(tmp_path: Path) -> None:
    """Without BookStack's name nothing reads MAIL_FROM."""
    files = bookstack("587", "null")
    files["composer.json"] = files["composer.json"].replace("bookstackapp/bookstack", "acme/site")
    found = one(write(tmp_path, files), "laravel").settings
    assert found.sender == "hello@example.com"
