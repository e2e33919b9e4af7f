"""Laravel's config/mail.php and `.env` by version, and what changes of them come to."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.setup import Setup
from smtpdoctor.settings.setups import find_setups
from tests.settings.dialects.support import apply, one, prepared, setups, workspace, write

from .ways import came_to
from .ways import remarks_in_order as remarks

NEW = """<?php

return [
    'default' => env('MAIL_MAILER', 'log'),
    'mailers' => [
        'smtp' => [
            'transport' => 'smtp',
            'scheme' => env('MAIL_SCHEME'),
            'url' => env('MAIL_URL'),
            'host' => env('MAIL_HOST', '127.0.0.1'),
            'port' => env('MAIL_PORT', 2525),
            'username' => env('MAIL_USERNAME'),
            'password' => env('MAIL_PASSWORD'),
            'local_domain' => env('MAIL_EHLO_DOMAIN', parse_url((string) env('APP_URL', 'http://localhost'), PHP_URL_HOST)),
        ],
        'ses' => ['transport' => 'ses'],
        'log' => ['transport' => 'log'],
        'array' => ['transport' => 'array'],
        'failover' => ['transport' => 'failover', 'mailers' => ['smtp', 'log']],
    ],
    'from' => ['address' => env('MAIL_FROM_ADDRESS', 'hello@example.com')],
];
"""  # noqa: E501
OLD = NEW.replace("'scheme' => env('MAIL_SCHEME')", "'encryption' => env('MAIL_ENCRYPTION', 'tls')")
LOGIN = "MAIL_USERNAME=u@example.com\nMAIL_PASSWORD=word\nMAIL_FROM_ADDRESS=u@example.com\n"


def folder(root: Path, version: str, env: str, config: str | None = None) -> Path:
    mailer = "" if "MAIL_MAILER" in env or "MAIL_DRIVER" in env else "MAIL_MAILER=smtp\n"
    host = "" if "MAIL_HOST" in env else "MAIL_HOST=smtp.ionos.com\n"
    files = {
        "composer.json": f'{{"require": {{"laravel/framework": "{version}"}}}}',
        ".env": mailer + host + env + LOGIN,
    }
    if config is not None:
        files["config/mail.php"] = config
    return write(root, files)


WAYS = [
    # version, config/mail.php, variables, port, mode, remarks
    ("^12.0", NEW, "MAIL_PORT=587\n", 587, "starttls", []),
    ("^12.0", NEW, "MAIL_PORT=465\n", 465, "implicit", []),
    ("^12.0", NEW, "MAIL_PORT=465\nMAIL_SCHEME=smtps\n", 465, "implicit", []),
    ("^12.0", NEW, "MAIL_PORT=465\nMAIL_SCHEME=smtp\n", 465, "implicit", []),
    ("^12.0", NEW, "MAIL_PORT=587\nMAIL_SCHEME=null\n", 587, "starttls", []),
    ("^12.0", NEW, "MAIL_PORT=587\nMAIL_SCHEME=smtps\n", 587, "implicit", []),
    ("^12.0", NEW, "MAIL_PORT=587\nMAIL_SCHEME=tls\n", 587, "starttls", [("fault", "scheme")]),
    ("^12.0", NEW, "MAIL_PORT=587\nMAIL_ENCRYPTION=tls\n", 587, "starttls", []),
    (
        "^12.0", NEW, "MAIL_PORT=587\nMAIL_ENCRYPTION=ssl\n", 587, "starttls",
        [("ignored", "MAIL_ENCRYPTION")],
    ),
    ("^12.0", None, "MAIL_PORT=465\n", 465, "implicit", []),
    ("^12.0", None, "", 2525, "starttls", []),
    ("^11.0", OLD, "MAIL_PORT=587\nMAIL_ENCRYPTION=tls\n", 587, "starttls", []),
    ("11.35.0", OLD, "MAIL_PORT=587\n", 587, "implicit", [("misread", "encryption")]),
    ("11.34.2", OLD, "MAIL_PORT=465\nMAIL_ENCRYPTION=tls\n", 465, "implicit", []),
    ("^10.10", OLD, "MAIL_PORT=587\nMAIL_ENCRYPTION=null\n", 587, "starttls", []),
    (
        "^10.10", OLD, "MAIL_PORT=587\nMAIL_ENCRYPTION=ssl\n", 587, "starttls",
        [("ignored", "encryption")],
    ),
    ("^9.0", None, "MAIL_PORT=587\n", 587, "starttls", []),
    ("^8.75", OLD, "MAIL_PORT=587\nMAIL_ENCRYPTION=tls\n", 587, "starttls", []),
    ("^8.75", OLD, "MAIL_PORT=465\nMAIL_ENCRYPTION=ssl\n", 465, "implicit", []),
    ("^8.75", OLD, "MAIL_PORT=465\nMAIL_ENCRYPTION=tls\n", 465, "starttls", []),
    ("^8.75", OLD, "MAIL_PORT=587\nMAIL_ENCRYPTION=ssl\n", 587, "implicit", []),
    ("^8.75", OLD, "MAIL_PORT=587\nMAIL_ENCRYPTION=null\n", 587, "none", []),
    (
        "^8.75", OLD, "MAIL_PORT=587\nMAIL_ENCRYPTION=starttls\n", 587, "none",
        [("fault", "encryption")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("version", "config", "env", "port", "tls", "expected"), WAYS)
def test_the_version_decides_what_the_names_mean(
    tmp_path: Path, version: str, config: str | None, env: str, port: int, tls: str, expected: list
) -> None:
    setup = one(folder(tmp_path, version, env, config), "laravel")
    assert came_to(setup) == ("smtp.ionos.com", port, tls)
    assert remarks(setup) == expected
    assert setup.complete
    assert setup.settings.username == setup.settings.sender == "u@example.com"
    assert setup.credentials.password
    assert setup.credentials.password.reveal() == "word"


@pytest.mark.parametrize(("version", "config", "env", "port", "tls", "expected"), WAYS)
@pytest.mark.parametrize("goal", [(587, "starttls"), (465, "implicit")])
def test_prepared_changes_come_to_their_goals(
    tmp_path: Path, version: str, config: str | None, env: str, port: int, tls: str,
    expected: list, goal: tuple[int, str],
) -> None:  # fmt: skip
    if (port, tls) == goal and not expected:
        return
    setup = one(folder(tmp_path, version, env, config), "laravel")
    if (port, tls) != goal:
        apply(tmp_path, prepared(setup.settings, *goal))
    assert came_to(one(tmp_path, "laravel")) == ("smtp.ionos.com", *goal)


def test_the_smallest_change_is_in_the_env_file(tmp_path: Path) -> None:
    root = folder(tmp_path, "^12.0", "MAIL_PORT=587\nMAIL_SCHEME=smtps\n", NEW)
    settings = one(root, "laravel").settings
    assert dict(prepared(settings, 465, None).settings) == {"MAIL_PORT": "465"}
    assert prepared(settings, 587, "starttls").settings == {"MAIL_SCHEME": "smtp"}
    assert not any(each.edits for each in settings.prepared if each.tls != "none")


def test_a_scheme_that_symfony_did_not_look_at_before_7_2(tmp_path: Path) -> None:
    root = folder(tmp_path, "^11.0", "MAIL_PORT=587\nMAIL_SCHEME=ssl\n", NEW)
    lock = '{"packages": [{"name": "symfony/mailer", "version": "v7.1.6"}, '
    lock += '{"name": "laravel/framework", "version": "v11.30.0"}]}'
    write(root, {"composer.lock": lock})
    setup = one(root, "laravel")
    assert remarks(setup) == [("ignored", "scheme")]
    assert setup.identity.version == "v11.30.0"


@pytest.mark.parametrize("mailer", ["log", "array"])
def test_mailers_that_send_nothing(tmp_path: Path, mailer: str) -> None:
    root = folder(tmp_path, "^12.0", f"MAIL_MAILER={mailer}\nMAIL_PORT=587\n", NEW)
    assert ("not-sent", "mailer") in remarks(one(root, "laravel"))


def test_the_default_since_11_is_the_log(tmp_path: Path) -> None:
    root = folder(tmp_path, "^12.0", "MAIL_DRIVER=smtp\nMAIL_PORT=587\n")
    setup = one(root, "laravel")
    assert set(remarks(setup)) == {("ignored", "MAIL_DRIVER"), ("not-sent", "mailer")}


def test_another_companys_api_is_no_set_up(tmp_path: Path) -> None:
    assert not setups(folder(tmp_path, "^12.0", "MAIL_MAILER=ses\nMAIL_PORT=587\n", NEW))


def test_a_mailer_of_mailers_leads_to_the_one_that_speaks_smtp(tmp_path: Path) -> None:
    root = folder(tmp_path, "^12.0", "MAIL_MAILER=failover\nMAIL_PORT=587\n", NEW)
    found = [each for each in setups(root) if each.sends]
    assert [came_to(each) for each in found] == [("smtp.ionos.com", 587, "starttls")]


def test_a_mailer_that_is_not_there(tmp_path: Path) -> None:
    root = folder(tmp_path, "^12.0", "MAIL_MAILER=smpt\nMAIL_PORT=587\n", NEW)
    assert remarks(one(root, "laravel")) == [("fault", "mailer")]


@pytest.mark.parametrize(
    ("url", "expected", "said"),
    [
        ("smtp://u%40example.com:w%23rd@smtp.ionos.com:587", (587, "starttls"), []),
        ("smtp://u%40example.com:word@smtp.ionos.com:465", (465, "implicit"), []),
        ("smtps://u%40example.com:word@smtp.ionos.com:465", (465, "implicit"), ["url.scheme"]),
    ],
)
def test_a_url(tmp_path: Path, url: str, expected: tuple[int, str], said: list[str]) -> None:
    root = folder(tmp_path, "^12.0", f"MAIL_URL={url}\n", NEW)
    setup = one(root, "laravel")
    assert came_to(setup) == ("smtp.ionos.com", *expected)
    assert [option for _, option in remarks(setup)] == said
    assert setup.settings.username == "u@example.com"


def test_a_url_with_characters_that_end_it(tmp_path: Path) -> None:
    url = "smtp://u%40example.com:wo#rd@smtp.ionos.com:587"
    root = folder(tmp_path, "^12.0", f'MAIL_URL="{url}"\n', NEW)
    assert ("fault", "url") in remarks(one(root, "laravel"))


def test_the_words_of_env(tmp_path: Path) -> None:
    env = "MAIL_PORT=25\nMAIL_HOST=localhost\n"
    root = folder(tmp_path, "^12.0", env, NEW)
    write(root, {".env": f"MAIL_MAILER=smtp\n{env}MAIL_USERNAME=null\nMAIL_PASSWORD=(null)\n"})
    setup = one(root, "laravel")
    assert setup.settings.username is None
    assert not setup.settings.has_password


def test_env_takes_one_more_pair_of_quotes_off(tmp_path: Path) -> None:
    root = folder(tmp_path, "^12.0", "MAIL_PORT=587\n", NEW)
    text = (root / ".env").read_text().replace("=word", "='\"word\"'")
    (root / ".env").write_text(text)
    password = one(root, "laravel").credentials.password
    assert password is not None
    assert password.reveal() == "word"


def test_the_file_of_another_environment_takes_the_place_of_the_first(tmp_path: Path) -> None:
    root = folder(tmp_path, "^12.0", "MAIL_PORT=587\n", NEW)
    text = (root / ".env").read_text().replace("587", "465")
    write(root, {".env.staging": text})
    assert one(root, "laravel").settings.port == 587
    assert one(root, "laravel", APP_ENV="staging").settings.port == 465


def test_a_literal_in_the_configuration_is_changed_there(tmp_path: Path) -> None:
    config = NEW.replace("env('MAIL_SCHEME')", "'smtps'").replace("env('MAIL_PORT', 2525)", "587")
    root = folder(tmp_path, "^12.0", "", config)
    change = prepared(one(root, "laravel").settings, 587, "starttls")
    assert [(each.line, each.replace, each.with_) for each in change.edits] == [
        (8, "'smtps'", "'smtp'")
    ]


def test_the_array_of_laravel_6(tmp_path: Path) -> None:
    config = """<?php
return [
    'driver' => env('MAIL_DRIVER', 'smtp'),
    'host' => env('MAIL_HOST', 'smtp.mailgun.org'),
    'port' => env('MAIL_PORT', 587),
    'encryption' => env('MAIL_ENCRYPTION', 'tls'),
    'username' => env('MAIL_USERNAME'),
    'password' => env('MAIL_PASSWORD'),
    'from' => ['address' => env('MAIL_FROM_ADDRESS')],
];
"""
    env = "MAIL_DRIVER=smtp\nMAIL_PORT=465\nMAIL_ENCRYPTION=ssl\n"
    setup = one(folder(tmp_path, "^6.0", env, config), "laravel")
    assert came_to(setup) == ("smtp.ionos.com", 465, "implicit")
    assert remarks(setup) == []


OLD_ARRAY = """<?php
return [
    'driver' => %s,
    'host' => 'smtp.ionos.com',
    'port' => 587,
    'encryption' => getenv('MAIL_ENCRYPTION') ?: '%s',
    'username' => getenv('MAIL_USERNAME'),
    'password' => getenv('MAIL_PASSWORD'),
    'from' => ['address' => getenv('MAIL_FROM_ADDRESS')],
];
"""


def test_an_old_array_whose_driver_is_another_companys_is_no_set_up(tmp_path: Path) -> None:
    write(tmp_path, {"app/config/mail.php": OLD_ARRAY % ("'mandrill'", "tls")})
    found = find_setups(workspace(tmp_path))
    assert not found.setups
    assert [each.why for each in found.skipped] == [
        "mail goes out by the transport mandrill, not by SMTP"
    ]


def test_an_old_array_without_a_version_is_read_as_laravel_6(tmp_path: Path) -> None:
    write(tmp_path, {"app/config/mail.php": OLD_ARRAY % ("'smtp'", "tls")})
    setup = one(tmp_path, "laravel")
    assert came_to(setup) == ("smtp.ionos.com", 587, "starttls")
    assert setup.settings.tls_required
    assert remarks(setup) == []
    # getenv() of what nothing sets is false, which is no user name
    assert (setup.settings.username, setup.settings.sender) == (None, None)
    sender = setup.settings.entry("sender")
    assert sender is None or not sender.problem


def test_a_piece_of_an_array_that_no_file_returns_is_no_set_up(tmp_path: Path) -> None:
    write(tmp_path, {"app/config/mail.php": "'mailers' => ['smtp' => ['host' => 'a.de']],\n"})
    assert not setups(tmp_path)


def test_a_host_that_nothing_sets_is_said(tmp_path: Path) -> None:
    config = NEW.replace("env('MAIL_HOST', '127.0.0.1')", "env('MAIL_HOST')")
    write(tmp_path, {"artisan": "", "config/mail.php": config})
    setup = one(tmp_path, "laravel", MAIL_MAILER="smtp")
    assert [(each.option, each.why) for each in setup.settings.untellable] == [
        ("host", "nothing here sets MAIL_HOST")
    ]


def test_a_library_and_a_template_are_no_set_ups(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "composer.json": '{"require-dev": {"laravel/framework": "^11.0"}}',
            ".env.example": "MAIL_MAILER=smtp\nMAIL_HOST=smtp.ionos.com\nMAIL_PORT=587\n",
            "vendor/laravel/framework/config/mail.php": NEW,
        },
    )
    assert not setups(tmp_path)


# --- what `php artisan config:cache` wrote --------------------------------------------------------

CACHED = """<?php return array (
  'app' => array ('env' => 'production'),
  'mail' =>
  array (
    'default' => 'smtp',
    'mailers' =>
    array (
      'log' => array ('transport' => 'log'),
      'smtp' =>
      array (
        'transport' => 'smtp',
        'host' => 'smtp.ionos.com',
        'port' => '587',
        'encryption' => 'ssl',
        'username' => 'u@example.com',
        'password' => 'word',
      ),
    ),
    'from' => array ('address' => 'u@example.com'),
  ),
);
"""


def cached(root: Path, env: str, text: str = CACHED) -> Setup:
    write(folder(root, "^8.83", env, OLD), {"bootstrap/cache/config.php": text})
    return one(root, "laravel")


def test_what_was_cached_counts_and_the_command_is_enough_where_the_rest_is_right(
    tmp_path: Path,
) -> None:
    setup = cached(tmp_path, "MAIL_PORT=587\nMAIL_ENCRYPTION=tls\n")
    assert came_to(setup) == ("smtp.ionos.com", 587, "implicit")
    entry = setup.settings.entry("tls")
    assert entry is not None
    assert entry.origin.label == "bootstrap/cache/config.php:14"
    assert [each.origin.label for each in entry.shadows] == [".env:4"]
    change = prepared(setup.settings, None, "starttls")
    assert (change.edits, dict(change.settings)) == ((), {})
    assert change.steps[0].startswith("Run `php artisan config:cache`")


def test_a_cached_fault_is_mended_where_it_was_made_from(tmp_path: Path) -> None:
    setup = cached(tmp_path, "MAIL_PORT=587\nMAIL_ENCRYPTION=ssl\n")
    entry = setup.settings.entry("tls")
    assert entry is not None
    assert entry.shadows == ()  # the port is a text in one, a number in the other, and the same
    change = prepared(setup.settings, None, "starttls")
    assert dict(change.settings) == {"MAIL_ENCRYPTION": "tls"}
    assert [each[:30] for each in change.steps] == ["Run `php artisan config:cache`"]


def test_a_sound_cache_is_sound_whatever_stands_beside_it(tmp_path: Path) -> None:
    sound = CACHED.replace("'ssl'", "'tls'")
    setup = cached(tmp_path, "MAIL_PORT=587\nMAIL_ENCRYPTION=ssl\n", sound)
    assert came_to(setup) == ("smtp.ionos.com", 587, "starttls")
    assert came_to(cached(tmp_path, "MAIL_PORT=25\n", "<?php return array ();\n"))[1] == 25


def test_a_cached_mailer_that_sends_nothing(tmp_path: Path) -> None:
    setup = cached(
        tmp_path, "MAIL_PORT=587\n", CACHED.replace("=> 'smtp',\n    'm", "=> 'log',\n    'm")
    )
    assert [kind for kind, _ in remarks(setup)] == ["not-sent"]
    sends = next(each for each in setup.settings.prepared if each.sends)
    assert (sends.edits, dict(sends.settings), len(sends.steps)) == ((), {}, 1)


# --- programs of which only the `.env` is here ----------------------------------------------------


def test_a_dotenv_with_laravels_key_is_laravels(tmp_path: Path) -> None:
    env = f"APP_KEY=base64:abc=\nMAIL_MAILER=smtp\nMAIL_HOST=smtp.ionos.com\nMAIL_PORT=465\n{LOGIN}"
    assert came_to(one(write(tmp_path, {".env": env}), "laravel"))[1:] == (465, "implicit")
    other = env.replace("base64:abc=", "secret")
    assert "laravel" not in [
        each.identity.dialect for each in setups(write(tmp_path, {".env": other}))
    ]


APPS = [
    ("snipe/snipe-it:v8", "MAIL_FROM_ADDR=u@example.com\n", "u@example.com", []),
    (
        "snipe/snipe-it", "MAIL_MAILER=smtp\nMAIL_DRIVER=log\nMAIL_FROM_ADDR=u@example.com\n",
        "u@example.com", ["not-sent"],
    ),
    ("fireflyiii/core:latest", "MAIL_FROM=u@example.com\n", "u@example.com", ["not-sent"]),
    ("fireflyiii/core", "MAIL_MAILER=smtp\nMAIL_FROM=u@example.com\n", "u@example.com", []),
    ("invoiceninja/invoiceninja:5", "", "hello@example.com", []),
    ("ghcr.io/pterodactyl/panel:latest", "MAIL_FROM=u@example.com\n", "u@example.com", []),
    ("phanan/koel", "MAIL_FROM_ADDRESS=u@example.com\n", "u@example.com", []),
    ("lycheeorg/lychee", "MAIL_DRIVER=smtp\n", "u@example.com", []),
    ("solidtime/solidtime:latest", "MAIL_MAILER=log\n", "hello@example.com", ["not-sent"]),
]  # fmt: skip


@pytest.mark.parametrize(("image", "more", "sender", "kinds"), APPS)
def test_programs_by_their_images(
    tmp_path: Path, image: str, more: str, sender: str | None, kinds: list[str]
) -> None:
    env = "MAIL_HOST=smtp.ionos.com\nMAIL_PORT=587\nMAIL_USERNAME=u@example.com\nMAIL_PASSWORD=w\n"
    compose = f"services:\n  app:\n    image: {image}\n    env_file: .env\n"
    write(tmp_path, {"docker-compose.yml": compose, ".env": f"APP_KEY=base64:abc=\n{env}{more}"})
    setup = one(tmp_path, "laravel")
    assert came_to(setup) == ("smtp.ionos.com", 587, "starttls")
    assert setup.settings.sender == sender
    assert [kind for kind, _ in remarks(setup) if kind != "ignored"] == kinds


def test_names_that_an_image_hands_on(tmp_path: Path) -> None:
    compose = """services:
  app:
    image: snipe/snipe-it
    environment:
      MAIL_PORT_587_TCP_ADDR: smtp.ionos.com
      MAIL_PORT_587_TCP_PORT: 587
      MAIL_ENV_USERNAME: u@example.com
      MAIL_ENV_PASSWORD: word
      MAIL_ENV_FROM_ADDR: other@example.org
"""
    setup = one(write(tmp_path, {"docker-compose.yml": compose}), "laravel")
    assert came_to(setup) == ("smtp.ionos.com", 587, "starttls")
    assert (setup.settings.username, setup.settings.sender) == (
        "u@example.com",
        "other@example.org",
    )


# --- senders of single messages -------------------------------------------------------------------

MAILABLE = """<?php
namespace App\\Mail;
use Illuminate\\Mail\\Mailable;
class Order extends Mailable {{
    public function envelope(): Envelope {{
        return new Envelope(from: {0}, subject: 'Order');
    }}
    public function build() {{ return $this->from({1})->view('order'); }}
}}
"""
OWN = "config('mail.from.address')"


@pytest.mark.parametrize(
    ("envelope", "build"),
    [
        ("new Address('shop@example.org', 'Shop')", OWN),
        ("'shop@example.org'", OWN),
        (OWN, "'shop@example.org', 'Shop'"),
        (OWN, "address: 'shop@example.org'"),
    ],
)
def test_a_message_of_another_domain_is_a_set_up_of_its_own(
    tmp_path: Path, envelope: str, build: str
) -> None:
    folder(tmp_path, "^10.2", "MAIL_PORT=587\n", OLD)
    write(tmp_path, {"app/Mail/Order.php": MAILABLE.format(envelope, build)})
    usual, own = setups(tmp_path)
    assert (usual.settings.sender, own.settings.sender) == ("u@example.com", "shop@example.org")
    assert own.name.startswith("laravel app/Mail/Order.php:")
    assert came_to(own) == came_to(usual)
    change = next(each for each in own.settings.prepared if each.sender)
    apply(tmp_path, change, sender="u@example.com")
    assert [each.settings.sender for each in setups(tmp_path)] == ["u@example.com"]


def test_messages_of_the_same_domain_or_of_somebody_else_are_none(tmp_path: Path) -> None:
    folder(tmp_path, "^10.2", "MAIL_PORT=587\n", OLD)
    write(tmp_path, {"app/Mail/Order.php": MAILABLE.format("'orders@example.com'", "$visitor")})
    query = "<?php\nDB::query()->from('shop@example.org')->get();\n"
    write(tmp_path, {"app/Http/Query.php": query})
    assert len(setups(tmp_path)) == 1


# --- settings that code sets again ----------------------------------------------------------------

PROVIDER = """<?php
class MailServiceProvider extends ServiceProvider {{
    public function boot() {{
        $row = Setting::first();
        {0}
    }}
}}
"""
WAY_AND_LOGIN = {"host", "port", "encryption", "username", "password"}


@pytest.mark.parametrize(
    ("sets", "untold"),
    [
        ("Config::set('mail', ['host' => $row->host]);", WAY_AND_LOGIN),
        ("Config::set('mail.mailers.smtp', $row->toArray());", WAY_AND_LOGIN),
        ("Config::set('mail.mailers.smtp.host', $row->host);", {"host"}),
        ("config(['mail.mailers.smtp.port' => $row->port]);", {"port"}),
        ("config()->set('mail.mailers.smtp.username', $row->user);", {"username"}),
        ("config(['app.name' => 'mail']);", set()),
        ("$host = config('mail.mailers.smtp.host');", set()),
    ],
)
def test_what_code_sets_while_it_runs_can_not_be_told(
    tmp_path: Path, sets: str, untold: set[str]
) -> None:
    folder(tmp_path, "^10.2", "MAIL_PORT=587\n", OLD)
    write(tmp_path, {"app/Providers/MailServiceProvider.php": PROVIDER.format(sets)})
    setup = one(tmp_path, "laravel")
    assert setup.complete is not bool(untold)
    found = {each.option for each in setup.settings.untellable}
    assert found == untold


def test_what_a_test_sets_is_not_the_programs(tmp_path: Path) -> None:
    folder(tmp_path, "^10.2", "MAIL_PORT=587\n", OLD)
    code = PROVIDER.format("Config::set('mail.mailers.smtp.host', 'x');")
    write(tmp_path, {"tests/Feature/MailTest.php": code})
    assert one(tmp_path, "laravel").complete


LINES = """APP_KEY=base64:c29tZXRoaW5n
MAIL_MAILER=smtp
MAIL_HOST=smtp.ionos.com
MAIL_PORT=587
MAIL_USERNAME=u@example.com
"""
DEPENDS = '{"require": {"laravel/framework": "^11.0", "symfony/mailer": "^7.0"}}'
COMPOSE = "services:\n  app:\n    build: .\n    env_file: .env\n"


@pytest.mark.parametrize("more", [{}, {"docker-compose.yml": COMPOSE}])
def test_a_quote_that_is_not_closed_takes_the_rest_of_the_file(
    tmp_path: Path, more: dict[str, str]
) -> None:
    """phpdotenv drops a value that goes on to the end of the file, and says nothing: whatever
    docker compose makes of it, Laravel has no password."""
    text = LINES + 'MAIL_PASSWORD="word\nMAIL_FROM_ADDRESS=u@example.com\n'
    root = write(tmp_path, {".env": text, "composer.json": DEPENDS, **more})
    [remark] = [each for each in one(root, "laravel").settings.remarks if each.kind == "fault"]
    assert remark.origin is not None
    assert (remark.option, remark.origin.line) == ("MAIL_PASSWORD", 6)
    assert remark.because.startswith("Laravel reads nothing of .env from line 6 on")


def test_a_quote_behind_which_no_mail_is_set_takes_nothing_of_it(tmp_path: Path) -> None:
    text = LINES + 'MAIL_PASSWORD=word\nVITE_TITLE="My\n'
    root = write(tmp_path, {".env": text, "composer.json": DEPENDS})
    assert not [each for each in one(root, "laravel").settings.remarks if each.kind == "fault"]


PIECE = """<?php
return [
    'mailers' => [
        'failover' => ['transport' => 'failover', 'mailers' => ['smtp', 'log']],
    ],
];
"""


def test_what_config_mail_leaves_out_is_the_frameworks_since_laravel_11(tmp_path: Path) -> None:
    setup = one(folder(tmp_path, "^11.0", "MAIL_PORT=465\nMAIL_SCHEME=smtps\n", PIECE), "laravel")
    assert (came_to(setup), setup.settings.remarks) == (("smtp.ionos.com", 465, "implicit"), ())
    assert setup.settings.sender == "u@example.com"


def test_of_a_mailer_that_the_program_has_itself_nothing_is_the_frameworks(
    tmp_path: Path,
) -> None:
    """Mailers are merged by their names, each as a whole."""
    own = "<?php\nreturn ['mailers' => ['smtp' => ['transport' => 'smtp', 'host' => 'a.example']]];"
    setup = one(folder(tmp_path, "^12.0", "MAIL_PORT=587\n", own), "laravel")
    assert (setup.settings.host, setup.settings.port) == ("a.example", 465)  # not 587


@pytest.mark.parametrize(
    ("version", "start"),
    [
        ("^10.2", "<?php"),
        ("^11.0", "<?php\n$app = new Application();\n$app->dontMergeFrameworkConfiguration();\n"),
    ],
)
def test_before_and_where_the_program_says_so_nothing_is_merged(
    tmp_path: Path, version: str, start: str
) -> None:
    folder(tmp_path, version, "MAIL_PORT=587\n", PIECE)
    write(tmp_path, {"bootstrap/app.php": start})
    [remark] = [each for each in one(tmp_path, "laravel").settings.remarks if each.kind == "fault"]
    assert remark.because.startswith("config/mail.php has no mailer of this name")


FIREFLY = "services:\n  app:\n    image: fireflyiii/core:latest\n    env_file: .env\n"


def test_a_mailer_that_may_be_set_in_a_file_that_is_not_here_is_none_that_sends_nothing(
    tmp_path: Path,
) -> None:
    setup = one(write(tmp_path, {"docker-compose.yml": FIREFLY}), "laravel")
    assert not setup.complete
    assert not setup.settings.remarks


@pytest.mark.parametrize("line", ["", "MAIL_MAILER=log\n"])
def test_in_a_file_that_is_here_it_sends_nothing(tmp_path: Path, line: str) -> None:
    """Firefly III writes its mail to the log by itself, and where it is told to."""
    files = {"docker-compose.yml": FIREFLY, ".env": f"APP_KEY=x\nMAIL_HOST=a.example\n{line}"}
    setup = one(write(tmp_path, files), "laravel")
    assert [each.kind for each in setup.settings.remarks] == ["not-sent"]


def test_a_set_mailer_sends_nothing_whatever_else_is_not_here(tmp_path: Path) -> None:
    compose = FIREFLY + "    environment:\n      MAIL_MAILER: log\n"
    setup = one(write(tmp_path, {"docker-compose.yml": compose}), "laravel")
    assert [each.kind for each in setup.settings.remarks] == ["not-sent"]


def test_a_container_whose_variables_are_not_here_is_laravels_alone(tmp_path: Path) -> None:
    """Laravel brings Symfony's mailer, and with it a MAILER_DSN that nothing reads."""
    compose = "services:\n  app:\n    build: .\n    env_file: website.env\n"
    root = write(tmp_path, {"docker-compose.yml": compose, "composer.json": DEPENDS})
    assert "symfony" not in [each.identity.dialect for each in setups(root)]


WORKER = """services:
  app:
    build: .
    environment:
      MAIL_MAILER: smtp
      MAIL_HOST: smtp.ionos.com
      MAIL_PORT: 587
  queue:
    build: .
    command: php artisan queue:work
"""


def test_of_several_containers_the_worker_is_not_the_one_that_counts(tmp_path: Path) -> None:
    root = write(tmp_path, {"compose.yml": WORKER, "artisan": "", "composer.json": DEPENDS})
    assert came_to(one(root, "laravel")) == ("smtp.ionos.com", 587, "starttls")


SEVERAL = """<?php
return [
    'default' => env('MAIL_MAILER', 'smtp'),
    'mailers' => [
        'one' => ['transport' => 'smtp', 'host' => 'one.example', 'port' => 587],
        'two' => ['transport' => 'smtp', 'host' => 'two.example', 'port' => 465],
        'log' => ['transport' => 'log'],
    ],
];
"""


def test_without_a_word_on_the_mailer_each_that_may_be_set_is_a_set_up(tmp_path: Path) -> None:
    """The default leads nowhere: MAIL_MAILER is set where the program runs."""
    manifest = '{"require": {"laravel/framework": "^10.2"}}'
    root = write(tmp_path, {"config/mail.php": SEVERAL, "composer.json": manifest})
    assert [each.settings.host for each in setups(root)] == ["one.example", "two.example"]


def test_a_mailer_that_is_set_and_not_there_stops_the_program(tmp_path: Path) -> None:
    [remark] = one(
        folder(tmp_path, "^10.2", "MAIL_MAILER=smtp\n", SEVERAL), "laravel"
    ).settings.remarks
    assert remark.because.startswith("config/mail.php has no mailer of this name")


BLANK = """services:
  app:
    image: solidtime/solidtime:0.8
    environment:
      MAIL_MAILER: smtp
      MAIL_HOST: ${MAIL_HOST:-}
      MAIL_USERNAME: ${MAIL_USERNAME:-}
      MAIL_PASSWORD: ${MAIL_PASSWORD:-}
"""


def test_a_template_that_nobody_has_filled_in_is_no_set_up(tmp_path: Path) -> None:
    assert not setups(write(tmp_path, {"compose.yml": BLANK}))
    write(tmp_path, {".env": "MAIL_HOST=smtp.ionos.com\n"})
    assert one(tmp_path, "laravel").settings.host == "smtp.ionos.com"
