"""Laminas Mail's options, in code and in configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.dialects.support import apply, one, prepared, setups, write

from .ways import way as came_to

OPTIONS = """[
    'name' => 'shop.example.com',
    'host' => 'smtp.ionos.com',
    'port' => {port},
    'connection_class' => '{kind}',
    'connection_config' => [
        'username' => 'u@example.com',
        'password' => 'word',{ssl}
    ],
]"""
CODE = """<?php
use Laminas\\Mail\\Message;
use Laminas\\Mail\\Transport\\SmtpOptions;

$message = new Message();
$message->addFrom('shop@example.com', 'Shop');
$options = new SmtpOptions({0});
$transport = new Smtp();
$transport->setOptions($options);
$transport->send($message);
"""


def options(port: int = 587, ssl: str | None = "tls", kind: str = "login") -> str:
    said = f"\n        'ssl' => '{ssl}'," if ssl is not None else ""
    return OPTIONS.format(port=port, kind=kind, ssl=said)


@pytest.mark.parametrize(
    ("port", "ssl", "tls"),
    [
        (587, "tls", "starttls"), (465, "ssl", "implicit"), (465, "SSL", "implicit"),
        (587, "ssl", "implicit"), (465, "tls", "starttls"), (587, None, "none"),
        (587, "none", "none"), (587, "", "none"),
    ],
)  # fmt: skip
def test_what_ssl_says(tmp_path: Path, port: int, ssl: str | None, tls: str) -> None:
    setup = one(write(tmp_path, {"send.php": CODE.format(options(port, ssl))}), "laminas")
    assert came_to(setup) == ("smtp.ionos.com", port, tls, tls != "none")
    now = setup.settings
    assert (now.username, now.has_password, now.sender, now.ehlo) == (
        "u@example.com", True, "shop@example.com", "shop.example.com",
    )  # fmt: skip
    assert now.remarks == ()
    for goal in ("implicit", "starttls"):
        if goal != tls:
            apply(tmp_path, prepared(now, None, goal))
            assert came_to(one(tmp_path, "laminas"))[2] == goal
            write(tmp_path, {"send.php": CODE.format(options(port, ssl))})


def test_texts_that_laminas_refuses_and_a_class_without_a_login(tmp_path: Path) -> None:
    setup = one(write(tmp_path, {"send.php": CODE.format(options(ssl="starttls"))}), "laminas")
    assert [(each.kind, each.option) for each in setup.settings.remarks] == [("fault", "ssl")]
    write(tmp_path, {"send.php": CODE.format(options(kind="smtp"))})
    setup = one(tmp_path, "laminas")
    assert [(each.kind, each.option) for each in setup.settings.remarks] == [
        ("ignored", "username")
    ]
    assert setup.settings.username is None


def test_the_configuration_s_array_with_the_local_over_the_global(tmp_path: Path) -> None:
    factory = CODE.format("$container->get('config')['mail']['options']")
    array = "<?php\nreturn ['mail' => ['options' => {0}]];\n"
    local = array.format(
        "[\n    'connection_config' => [\n        'password' => 'other',\n"
        "        'ssl' => 'ssl',\n    ],\n]"
    )
    write(
        tmp_path,
        {
            "module/Application/src/MailFactory.php": factory,
            "config/autoload/mail.global.php": array.format(options(ssl=None)),
            "config/autoload/mail.local.php": local,
        },
    )
    setup = one(tmp_path, "laminas")
    assert came_to(setup)[1:3] == (587, "implicit")
    assert setup.credentials.password is not None
    assert setup.credentials.password.reveal() == "other"
    apply(tmp_path, prepared(setup.settings, None, "starttls"))
    assert "'ssl' => 'tls'" in (tmp_path / "config/autoload/mail.local.php").read_text()


def test_look_alikes_are_no_set_ups(tmp_path: Path) -> None:
    write(tmp_path, {"config/autoload/mail.local.php.dist": f"<?php return {options()};"})
    write(tmp_path, {"config/db.php": "<?php return ['connection_config' => ['dsn' => 'x']];"})
    assert setups(tmp_path) == []
