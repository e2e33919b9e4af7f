"""Symfony's MAILER_DSN, `framework.mailer` and transports made in code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.dialects.support import apply, one, prepared, setups, write

from .ways import remarks_in_order as remarks
from .ways import way as came_to

COMPOSER = '{"require": {"symfony/mailer": "%s"}}'
YAML = "framework:\n    mailer:\n        dsn: '%env(MAILER_DSN)%'\n"
LOGIN = "u%40example.com:word"


def folder(root: Path, dsn: str, version: str = "7.3.*", yaml: str | None = YAML) -> Path:
    files = {"composer.json": COMPOSER % version, ".env": f'MAILER_DSN="{dsn}"\n'}
    if yaml is not None:
        files["config/packages/mailer.yaml"] = yaml
    return write(root, files)


DSNS = [
    (f"smtp://{LOGIN}@smtp.ionos.com:587", "5.4.*", 587, "starttls", False, []),
    (f"smtp://{LOGIN}@smtp.ionos.com:465", "5.4.*", 465, "implicit", True, []),
    (f"smtps://{LOGIN}@smtp.ionos.com:465", "5.4.*", 465, "implicit", True, []),
    (f"smtps://{LOGIN}@smtp.ionos.com", "5.4.*", 465, "implicit", True, []),
    (f"smtp://{LOGIN}@smtp.ionos.com", "5.4.*", 465, "implicit", True, []),
    (f"smtps://{LOGIN}@smtp.ionos.com:587", "5.4.*", 587, "implicit", True, []),
    (f"smtp://{LOGIN}@smtp.ionos.com:25", "5.4.*", 25, "starttls", False, []),
    (f"smtp://{LOGIN}@smtp.ionos.com:587?auto_tls=false", "7.1.*", 587, "none", False, []),
    (
        f"smtp://{LOGIN}@smtp.ionos.com:587?auto_tls=false", "6.4.*", 587, "starttls", False,
        [("ignored", "url.query")],
    ),
    (f"smtp://{LOGIN}@smtp.ionos.com:587?require_tls=true", "7.3.*", 587, "starttls", True, []),
    (
        f"smtp://{LOGIN}@smtp.ionos.com:587?require_tls=true", "7.2.*", 587, "starttls", False,
        [("ignored", "url.query")],
    ),
    (
        f"smtp://{LOGIN}@smtp.ionos.com:587?encryption=ssl", "5.4.*", 587, "starttls", False,
        [("ignored", "url.query")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("dsn", "version", "port", "tls", "required", "expected"), DSNS)
@pytest.mark.parametrize("yaml", [YAML, None])
def test_what_a_dsn_comes_to(
    tmp_path: Path, dsn: str, version: str, port: int, tls: str, required: bool, expected: list,
    yaml: str | None,
) -> None:  # fmt: skip
    setup = one(folder(tmp_path, dsn, version, yaml), "symfony")
    assert came_to(setup) == ("smtp.ionos.com", port, tls, required)
    assert remarks(setup) == expected
    assert setup.complete
    assert setup.settings.username == "u@example.com"
    assert setup.credentials.password
    assert setup.credentials.password.reveal() == "word"


@pytest.mark.parametrize(
    "dsn",
    [
        f"smtps://{LOGIN}@smtp.ionos.com:587",
        f"smtp://{LOGIN}@smtp.ionos.com",
        f"smtp://{LOGIN}@smtp.ionos.com:465",
        f"smtps://{LOGIN}@smtp.ionos.com:465?verify_peer=0",
        f"smtp://{LOGIN}@smtp.ionos.com:25",
    ],
)
@pytest.mark.parametrize("goal", [(587, "starttls"), (465, "implicit")])
def test_prepared_changes_come_to_their_goals(
    tmp_path: Path, dsn: str, goal: tuple[int, str]
) -> None:
    setup = one(folder(tmp_path, dsn), "symfony")
    if came_to(setup)[1:3] != goal:
        apply(tmp_path, prepared(setup.settings, *goal))
    again = one(tmp_path, "symfony")
    assert came_to(again)[:3] == ("smtp.ionos.com", *goal)
    assert again.settings.username == "u@example.com"


def test_the_smallest_change_of_a_scheme(tmp_path: Path) -> None:
    setup = one(folder(tmp_path, f"smtps://{LOGIN}@smtp.ionos.com:587"), "symfony")
    change = prepared(setup.settings, 587, "starttls")
    assert [(each.file, each.replace, each.with_) for each in change.edits] == [
        (".env", "smtps", "smtp")
    ]


@pytest.mark.parametrize(
    ("dsn", "option"),
    [
        ("smtp://u%40example.com:wo#rd@smtp.ionos.com:587", "dsn"),
        ("smtp://u%40example.com:wo/rd@smtp.ionos.com:587", "dsn"),
        ("tls://u%40example.com:word@smtp.ionos.com:587", "url.scheme"),
        ("smtp.ionos.com:587", "dsn"),
    ],
)
def test_dsns_that_raise(tmp_path: Path, dsn: str, option: str) -> None:
    assert ("fault", option) in remarks(one(folder(tmp_path, dsn), "symfony"))


def test_characters_that_are_tolerated(tmp_path: Path) -> None:
    setup = one(folder(tmp_path, "smtp://u@example.com:w+o%rd@smtp.ionos.com:587"), "symfony")
    assert came_to(setup)[:3] == ("smtp.ionos.com", 587, "starttls")
    assert remarks(setup) == []
    assert setup.settings.username == "u@example.com"
    assert setup.credentials.password
    assert setup.credentials.password.reveal() == "w+o%rd"


@pytest.mark.parametrize(
    ("dsn", "faults"),
    [
        ("smtp://u%40example.com:w%23rd@smtp.ionos.com:587", [("fault", "dsn")]),
        ("smtp://u%%40example.com:w%%23rd@smtp.ionos.com:587", []),
        ("smtp://u%40example.com:word@smtp.ionos.com:587", []),
        ("smtp://u%%40example.com:%env(MAILER_PASS)%@smtp.ionos.com:587", []),
        ("%env(MAILER_DSN)%", []),
    ],
)
def test_percent_signs_in_a_file_of_the_configuration(
    tmp_path: Path, dsn: str, faults: list[tuple[str, str]]
) -> None:
    yaml = f"framework:\n    mailer:\n        dsn: '{dsn}'\n"
    root = folder(
        tmp_path, f"smtp://{LOGIN.replace('word', 'w%23rd')}@smtp.ionos.com:587", yaml=yaml
    )
    write(root, {".env.local": "MAILER_PASS=word\n"})
    assert remarks(one(root, "symfony")) == faults


def test_the_order_of_the_files(tmp_path: Path) -> None:
    root = folder(tmp_path, "null://null")
    assert remarks(one(root, "symfony")) == [("not-sent", "dsn")]
    write(root, {".env.local": f"MAILER_DSN=smtp://{LOGIN}@smtp.ionos.com:587\n"})
    assert one(root, "symfony").settings.port == 587
    write(root, {".env.prod": f"MAILER_DSN=smtp://{LOGIN}@smtp.ionos.com:465\n"})
    assert one(root, "symfony").settings.port == 465
    assert one(root, "symfony", APP_ENV="dev").settings.port == 587
    write(root, {".env.prod.local": f"MAILER_DSN=smtp://{LOGIN}@smtp.ionos.com:25\n"})
    assert one(root, "symfony").settings.port == 25
    dsn = f"smtp://{LOGIN}@smtp.ionos.com:2525"
    assert one(root, "symfony", MAILER_DSN=dsn).settings.port == 2525


def test_what_production_has_in_its_own_section(tmp_path: Path) -> None:
    yaml = YAML + f"when@prod:\n    framework:\n        mailer:\n            dsn: 'smtps://{LOGIN}@"
    yaml = yaml.replace("%40", "%%40") + "smtp.ionos.com:465'\n"
    setup = one(folder(tmp_path, "null://null", yaml=yaml), "symfony")
    assert came_to(setup)[:3] == ("smtp.ionos.com", 465, "implicit")
    assert setup.settings.username == "u@example.com"
    assert remarks(setup) == []
    assert ("not-sent", "dsn") in remarks(one(tmp_path, "symfony", APP_ENV="dev"))


def test_several_transports_and_mailers_of_mailers(tmp_path: Path) -> None:
    yaml = "framework:\n    mailer:\n        transports:\n            main: '%env(MAILER_DSN)%'\n"
    yaml += (
        "            second: '%env(SECOND)%'\n        headers:\n            From: 'A <a@b.org>'\n"
    )
    dsn = f"failover(smtp://{LOGIN}@smtp.ionos.com:587 smtp://{LOGIN}@smtp.ionos.com:465)"
    root = folder(tmp_path, dsn, yaml=yaml)
    write(root, {".env.local": "SECOND=sendgrid+api://KEY@default\n"})
    found = setups(root)
    assert [came_to(each)[1] for each in found] == [587, 465]
    assert found[0].settings.sender == "a@b.org"


def test_a_variable_that_nobody_sets(tmp_path: Path) -> None:
    write(tmp_path, {"composer.json": COMPOSER % "7.3.*", "config/packages/mailer.yaml": YAML})
    setup = one(tmp_path, "symfony")
    assert not setup.complete
    assert setup.settings.untellable[0].field == "url"


def test_gmail_s_own_scheme(tmp_path: Path) -> None:
    setup = one(folder(tmp_path, "gmail+smtp://me%40gmail.com:word@default"), "symfony")
    assert came_to(setup)[:3] == ("smtp.gmail.com", 465, "implicit")


@pytest.mark.parametrize(
    ("arguments", "expected", "said"),
    [
        ("'smtp.ionos.com', 587", (587, "starttls"), []),
        ("'smtp.ionos.com', 465", (465, "implicit"), []),
        ("'smtp.ionos.com', 587, false", (587, "starttls"), []),
        ("'smtp.ionos.com', 465, true", (465, "implicit"), []),
        ("'smtp.ionos.com', 587, true", (587, "implicit"), [("misread", "tls")]),
    ],
)
def test_a_transport_made_in_code(
    tmp_path: Path, arguments: str, expected: tuple[int, str], said: list
) -> None:
    code = f"""<?php
use Symfony\\Component\\Mailer\\Transport\\Smtp\\EsmtpTransport;
$transport = new EsmtpTransport({arguments});
$transport->setUsername('u@example.com');
$transport->setPassword('word');
"""
    write(tmp_path, {"send.php": code})
    setup = one(tmp_path, "symfony")
    assert came_to(setup)[1:3] == expected
    assert remarks(setup) == said
    assert setup.settings.username == "u@example.com"
    for goal in ((587, "starttls"), (465, "implicit")):
        write(tmp_path, {"send.php": code})
        if goal != expected:
            apply(tmp_path, prepared(setup.settings, *goal))
        assert came_to(one(tmp_path, "symfony"))[1:3] == goal


def test_a_dsn_in_code(tmp_path: Path) -> None:
    code = "<?php\n$t = Transport::fromDsn(sprintf('smtp://%s:%s@%s:%d', urlencode(getenv('U')), "
    code += "urlencode(getenv('P')), 'smtp.ionos.com', 587));\n"
    write(tmp_path, {"send.php": code})
    setup = one(tmp_path, "symfony", U="u@example.com", P="wo#rd")
    assert came_to(setup)[:3] == ("smtp.ionos.com", 587, "starttls")
    assert setup.credentials.password
    assert setup.credentials.password.reveal() == "wo#rd"


def test_look_alikes(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "composer.json": COMPOSER % "7.3.*",
            ".env.dist": f"MAILER_DSN=smtp://{LOGIN}@smtp.ionos.com:587\n",
            ".env": f"# MAILER_DSN=smtp://{LOGIN}@smtp.ionos.com:587\n",
            "tests/send.php": f"<?php Transport::fromDsn('smtp://{LOGIN}@smtp.ionos.com:587');",
            "other.php": f"<?php // Transport::fromDsn('smtp://{LOGIN}@smtp.ionos.com:587');",
        },
    )
    assert not setups(tmp_path)


CODE = """<?php
require 'vendor/autoload.php';
$mailer = new Mailer(Transport::fromDsn(%s));
$mailer->send((new Email())->from('u@example.com'));
"""


def test_a_variable_that_code_hands_over_is_one_set_up(tmp_path: Path) -> None:
    root = folder(tmp_path, f"smtp://{LOGIN}@smtp.ionos.com:587", yaml=None)
    write(root, {"send.php": CODE % "$_ENV['MAILER_DSN']"})
    (setup,) = setups(root)
    assert setup.name == "symfony send.php:3"
    assert setup.settings.sender == "u@example.com"


def test_code_with_another_dsn_leaves_the_variable_its_own(tmp_path: Path) -> None:
    root = folder(tmp_path, f"smtp://{LOGIN}@smtp.ionos.com:587", yaml=None)
    write(root, {"send.php": CODE % f"'smtps://{LOGIN}@smtp.ionos.com:465'"})
    assert [setup.name for setup in setups(root)] == ["symfony .env:1", "symfony send.php:3"]


PHP_WAYS = [
    "use Symfony\\Config\\FrameworkConfig;\n"
    "return static function (FrameworkConfig $framework): void {\n"
    "    $framework->mailer()->dsn('%s')->header('From', 'Shop <shop@example.com>');\n};\n",
    "use Symfony\\Config\\FrameworkConfig;\n"
    "return static function (FrameworkConfig $framework) {\n    $mailer = $framework->mailer();\n"
    "    $mailer->dsn('%s');\n    $mailer->envelope()->sender('shop@example.com');\n};\n",
    "return App::config(['framework' => ['mailer' => ['dsn' => '%s',\n"
    "    'envelope' => ['sender' => 'shop@example.com']]]]);\n",
    "return static function (ContainerConfigurator $container): void {\n"
    "    $container->extension('framework', ['mailer' => ['dsn' => '%s',\n"
    "        'headers' => ['From' => 'shop@example.com']]]);\n};\n",
]


@pytest.mark.parametrize("code", PHP_WAYS)
def test_a_configuration_in_php(tmp_path: Path, code: str) -> None:
    files = {
        "composer.json": '{"require": {"symfony/mailer": "^7.1"}}',
        ".env": "MAILER_DSN=smtps://u%40example.com:word@smtp.ionos.com:465\n",
        "config/packages/mailer.php": "<?php\n" + code % "%env(MAILER_DSN)%",
    }
    setup = one(write(tmp_path, files), "symfony")
    assert setup.name.startswith("symfony config/packages/mailer.php:")
    assert (setup.settings.host, setup.settings.port, setup.settings.tls) == (
        "smtp.ionos.com",
        465,
        "implicit",
    )
    assert setup.settings.sender == "shop@example.com"


def test_a_configuration_in_php_without_its_variable(tmp_path: Path) -> None:
    code = (PHP_WAYS[1] % "x").replace("'x'", "env('MAILER_DSN')")
    write(tmp_path, {"config/packages/mailer.php": f"<?php\n{code}"})
    setup = one(tmp_path, "symfony")
    assert [each.why for each in setup.settings.untellable] == ["nothing here sets MAILER_DSN"]


def test_a_dsn_of_several_variables_and_a_sender_of_one(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "composer.json": '{"require": {"symfony/mailer": "^7.1"}}',
            ".env": "SMTP_USERNAME=info@example.com\nSMTP_HOST=smtp.ionos.com\nSMTP_PORT=587\n",
            "config/packages/mailer.yaml": "framework:\n  mailer:\n"
            "    dsn: 'smtp://%env(urlencode:SMTP_USERNAME)%@%env(SMTP_HOST)%:%env(SMTP_PORT)%'\n"
            "    headers:\n      From: 'Shop <%env(SMTP_USERNAME)%>'\n",
        },
    )
    setup = one(tmp_path, "symfony")
    places = {
        entry.field: (entry.origin.line, entry.origin.name) for entry in setup.settings.entries
    }
    assert places["host"] == (2, "SMTP_HOST")
    assert places["port"] == (3, "SMTP_PORT")
    assert (setup.settings.sender, setup.settings.username) == ("info@example.com",) * 2
    assert setup.settings.host == "smtp.ionos.com"


def test_what_a_dsn_says_beside_its_variables_is_changed_where_it_stands(tmp_path: Path) -> None:
    dsn = "smtp://%env(urlencode:SMTP_USERNAME)%:%env(SMTP_WORD)%@smtp.ionos.com:587"
    write(
        tmp_path,
        {
            ".env": "SMTP_USERNAME=info@example.com\nSMTP_WORD=word\n",
            "config/packages/mailer.yaml": f"framework:\n  mailer:\n    dsn: '{dsn}'\n",
        },
    )
    setup = one(tmp_path, "symfony")
    names = {entry.field: entry.origin.name for entry in setup.settings.entries}
    assert (names["host"], names["port"]) == ("dsn", "dsn")
    assert names["username"] == "SMTP_USERNAME"
    apply(tmp_path, prepared(setup.settings, 465, "implicit"))
    text = (tmp_path / "config/packages/mailer.yaml").read_text()
    assert dsn.replace("587", "465") in text
    assert came_to(one(tmp_path, "symfony"))[:3] == ("smtp.ionos.com", 465, "implicit")


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("'shop@example.com'", "shop@example.com"),
        ("new Address('shop@example.com', 'Shop')", "shop@example.com"),
        ("$address", "u@example.com"),
        ("'orders'", "u@example.com"),  # a table, of a query
    ],
)
@pytest.mark.parametrize("yaml", [YAML, None])
def test_the_sender_is_that_of_a_message(
    tmp_path: Path, sender: str, expected: str, yaml: str | None
) -> None:
    root = folder(tmp_path, f"smtp://{LOGIN}@smtp.ionos.com:587", yaml=yaml)
    code = (
        "<?php\nuse Symfony\\Component\\Mime\\Address;\nuse Symfony\\Component\\Mime\\Email;\n"
        f"function notify($mailer, $address) {{ $mailer->send((new Email())->from({sender})); }}\n"
    )
    (root / "src").mkdir()
    (root / "src" / "Notifier.php").write_text(code)

    assert one(root, "symfony").settings.sender == expected


def test_a_configured_header_stands_for_the_messages(tmp_path: Path) -> None:
    yaml = f"{YAML}        headers:\n            From: 'shop@example.com'\n"
    root = folder(tmp_path, f"smtp://{LOGIN}@smtp.ionos.com:587", yaml=yaml)

    assert one(root, "symfony").settings.sender == "shop@example.com"


# --- programs with names of their own -------------------------------------------------------------


def test_mautic_s_local_configuration(tmp_path: Path) -> None:
    local = (
        "<?php\n$parameters = array(\n\t'mailer_from_email' => 'shop@example.com',\n"
        "\t'mailer_dsn' => 'smtps://u%%40example.com:word@smtp.ionos.com:587',\n);\n"
    )
    setup = one(write(tmp_path, {"config/local.php": local}), "symfony")
    now = setup.settings
    assert (now.host, now.port, now.tls) == ("smtp.ionos.com", 587, "implicit")
    assert (now.username, now.sender) == ("u@example.com", "shop@example.com")
    apply(tmp_path, prepared(now, None, "starttls"))
    assert one(tmp_path, "symfony").settings.tls == "starttls"
    assert "smtp://u%%40" in (tmp_path / "config/local.php").read_text()
    write(tmp_path, {"config/local.php": "<?php\n$parameters = ['mailer_dsn' => null];\n"})
    assert setups(tmp_path) == []


def test_kimai_s_variables_by_its_image(tmp_path: Path) -> None:
    compose = """services:
  kimai:
    image: {0}
    environment:
      - MAILER_FROM=time@example.com
      - MAILER_URL=smtps://u%40example.com:word@smtp.ionos.com:587
"""
    write(tmp_path, {"docker-compose.yml": compose.format("kimai/kimai2:apache")})
    now = one(tmp_path, "symfony").settings
    assert (now.port, now.tls, now.sender) == (587, "implicit", "time@example.com")
    apply(tmp_path, prepared(now, None, "starttls"))
    assert one(tmp_path, "symfony").settings.tls == "starttls"
    write(tmp_path, {"docker-compose.yml": compose.format("example/other")})
    assert "symfony" not in [each.identity.dialect for each in setups(tmp_path)]


SERVICE = """<?php
namespace App\\Service;
use Symfony\\Component\\Mime\\Address;
use Symfony\\Component\\Mime\\Email;
class Mail {
    public function __construct(private MailerInterface $mailer, private string $mailFrom) {}
    public function send(string $to): void {
        $this->mailer->send((new Email())->from(new Address($this->mailFrom, 'Us'))->to($to));
    }
}
"""
SERVICES = """parameters:
    app.mail_from: shop@example.com
services:
    _defaults:
        bind:
            ${0}: '%{1}%'
"""


@pytest.mark.parametrize(
    ("name", "said", "sender"),
    [
        ("mailFrom", "app.mail_from", "shop@example.com"),
        ("mailFrom", "env(MAIL_FROM)", "other@example.com"),
        ("mailTo", "app.mail_from", "u@example.com"),  # the user name, as nothing else is known
    ],
)
def test_a_sender_that_the_container_gives(
    tmp_path: Path, name: str, said: str, sender: str
) -> None:
    dsn = "MAILER_DSN=smtp://u%40example.com:word@smtp.ionos.com:587\n"
    files = {
        "composer.json": '{"require": {"symfony/mailer": "^6.4"}}',
        ".env": f"{dsn}MAIL_FROM=other@example.com\n",
        "config/services.yaml": SERVICES.format(name, said),
        "src/Service/Mail.php": SERVICE,
    }
    setup = one(write(tmp_path, files), "symfony")
    assert setup.settings.sender == sender
    if sender == "shop@example.com":
        change = next(each for each in setup.settings.prepared if each.sender)
        apply(tmp_path, change, sender="u@example.com")
        assert one(tmp_path, "symfony").settings.sender == "u@example.com"


def test_a_dsn_that_nothing_sets_stops_the_program_where_a_file_sets_others(
    tmp_path: Path,
) -> None:
    """Without any `.env` here the machine may have it."""
    code = "<?php\nuse Symfony\\Component\\Mailer\\Transport;\n"
    code += "$transport = Transport::fromDsn($_ENV['MAILER_DSN']);\n"
    alone = one(write(tmp_path / "a", {"send.php": code}), "symfony")
    assert not remarks(alone)
    assert [each.option for each in alone.settings.untellable] == ["dsn"]
    slip = {"send.php": code, ".env": "MAILR_DSN=smtp://a:b@smtp.ionos.com:587\n"}
    mistaken = one(write(tmp_path / "b", slip), "symfony").settings
    [remark] = mistaken.remarks
    assert (remark.kind, remark.unset) == ("fault", ("MAILER_DSN",))


@pytest.mark.parametrize(
    ("shopware", "name", "found"),
    [
        ("~6.4.20", "MAILER_URL", True),
        ("~6.4.20", "MAILER_DSN", True),
        ("~6.6.0", "MAILER_DSN", True),
        ("~6.6.0", "MAILER_URL", False),
    ],
)
def test_the_name_that_a_version_of_shopware_asks_for(
    tmp_path: Path, shopware: str, name: str, found: bool
) -> None:
    composer = f'{{"require": {{"shopware/core": "{shopware}"}}}}'
    env = f"{name}=smtp://u%40example.com:word@smtp.ionos.com:587\n"
    write(tmp_path, {"composer.json": composer, ".env": env})
    ways = [(each.settings.host, each.settings.port) for each in setups(tmp_path)]
    assert ways == ([("smtp.ionos.com", 587)] if found else [])


def test_options_of_swiftmailers_time_are_no_login_in_shopware(tmp_path: Path) -> None:
    env = "MAILER_URL=smtp://smtp.ionos.com:587?encryption=ssl&username=u@x.example&password=w\n"
    composer = '{"require": {"shopware/core": "6.4.20.2"}}'
    setup = one(write(tmp_path, {"composer.json": composer, ".env": env}), "symfony")
    assert (setup.settings.tls, setup.settings.username) == ("starttls", None)
    assert remarks(setup) == [("ignored", "url.query")] * 2
