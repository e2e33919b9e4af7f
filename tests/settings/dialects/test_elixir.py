"""Swoosh and Bamboo: where Mix has a mailer's settings, and what gen_smtp makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, setups, write
from .ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
LIBRARIES = {
    "swoosh": ("Swoosh.Adapters.SMTP", "relay"),
    "bamboo": ("Bamboo.SMTPAdapter", "server"),
}
MIX = (
    'defp deps do\n  [{:phoenix, "~> 1.7"}, {:swoosh, "~> 1.16"}, {:bamboo_smtp, "~> 4.2"}]\nend\n'
)
STARTTLS = (587, "starttls", False)
REQUIRED = (587, "starttls", True)
IMPLICIT = (465, "implicit", False)


def mailer(settings: str, library: str = "swoosh") -> str:
    """A call of `config` with these settings behind the host and the login."""
    adapter, host = LIBRARIES[library]
    return (
        f'config :shop, Shop.Mailer,\n  adapter: {adapter},\n  {host}: "{HOST}",\n'
        f'  username: "info@example.com",\n  password: "canary-1",\n  {settings}\n'
    )


def project(settings: str, library: str = "swoosh") -> dict[str, str]:
    """A Mix project with these settings in config/runtime.exs."""
    return {"mix.exs": MIX, "config/runtime.exs": f"import Config\n\n{mailer(settings, library)}"}


HEALTHY = [
    ("port: 587", STARTTLS),
    ("port: 587, tls: :always, auth: :always, no_mx_lookups: true", REQUIRED),
    ('port: "587", tls: "always", ssl: "false"', REQUIRED),
    ("port: 465, ssl: true", IMPLICIT),
    ("ssl: true, tls: :never", IMPLICIT),
    ("port: 465, ssl: true, tls: :if_available", IMPLICIT),
    ('port: System.get_env("P", "465") |> String.to_integer(), ssl: true', IMPLICIT),
    ('port: String.to_integer(System.get_env("P") || "587"), tls: :always', REQUIRED),
    (
        'port: (System.get_env("P") |> Kernel.||("587") |> String.to_integer()), tls: :always',
        REQUIRED,
    ),
    ('port: 465, ssl: System.get_env("S", "true") in ~w(true 1)', IMPLICIT),
    ('port: 465, ssl: System.get_env("S", "true") == "true"', IMPLICIT),
    ('port: 587, tls: if(System.get_env("S") == "yes", do: :never, else: :always)', REQUIRED),
    ('port: 587, tls: String.to_existing_atom(System.get_env("T", "always"))', REQUIRED),
    ("[port: 587] ++ [tls: :always]", REQUIRED),
]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("settings", "expected"), HEALTHY)
def test_healthy_settings_however_they_are_said(
    tmp_path: Path, library: str, settings: str, expected: tuple[int, str, bool]
) -> None:
    files = project(settings, library)
    if settings.startswith("["):
        adapter, host = LIBRARIES[library]
        files["config/runtime.exs"] = (
            f'import Config\nlogin = [username: "info@example.com", password: "canary-1"]\n'
            f'config(:shop, Shop.Mailer, [adapter: {adapter}, {host}: "{HOST}"] ++ login ++ '
            f"{settings})\n"
        )
    setup = one(write(tmp_path, files), library)
    assert way(setup) == (HOST, *expected)
    assert setup.complete
    assert not remarks(setup)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "canary-1")


def test_the_place_is_the_hosts_line_and_the_profile_is_prod(tmp_path: Path) -> None:
    setup = one(write(tmp_path, project("port: 587")), "swoosh")
    assert setup.name == "swoosh config/runtime.exs:5"
    assert setup.identity.version == "~> 1.16"
    assert setup.identity.files == ("config/runtime.exs",)


@pytest.mark.parametrize(
    ("settings", "kind", "option", "expected"),
    [
        ("port: 465, ssl: true, tls: :always", "fault", "tls", IMPLICIT),
        ("port: 587, tls: true", "misread", "tls", (587, "none", False)),
        ("port: 465, ssl: :always", "misread", "ssl", (465, "starttls", False)),
        ('port: "587 ", tls: :always', "fault", "port", (25, "starttls", True)),
        ('port: 587, host: "smtp.example.com"', None, "host", STARTTLS),
    ],
)
def test_what_gen_smtp_takes_for_something_else(
    tmp_path: Path, settings: str, kind: str | None, option: str, expected: tuple[int, str, bool]
) -> None:
    setup = one(write(tmp_path, project(settings)), "swoosh")
    assert way(setup) == (HOST, *expected)
    assert remarks(setup) == ({(kind, option)} if kind else set())


def test_a_login_that_is_asked_for_and_not_there_stops_it(tmp_path: Path) -> None:
    text = (
        "import Config\nconfig :shop, Shop.Mailer, adapter: Swoosh.Adapters.SMTP,\n"
        '  relay: "smtp.ionos.com", port: 587, auth: :always\n'
    )
    setup = one(write(tmp_path, {"mix.exs": MIX, "config/runtime.exs": text}), "swoosh")
    assert remarks(setup) == {("fault", "auth")}
    beside = {
        "mix.exs": MIX,
        "config/runtime.exs": text.replace("587,", "587, username: x(), password: y(),"),
    }
    assert not remarks(one(write(tmp_path / "b", beside), "swoosh"))


def test_another_librarys_name_of_the_host_is_ignored(tmp_path: Path) -> None:
    text = mailer("port: 587").replace("relay:", "host:")
    files = {"mix.exs": MIX, "config/prod.exs": f"import Config\n{text}"}
    setup = one(write(tmp_path, files), "swoosh")
    assert setup.settings.host is None
    assert remarks(setup) == {("ignored", "host")}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    "settings",
    [
        "port: 587, ssl: true",
        "port: 465, tls: :always",
        "port: 465",
        "port: 587, ssl: true, tls: :always",
        "port: 465, ssl: true, tls: :always",
        'port: String.to_integer(System.get_env("P", "587")), ssl: true',
        "port: 587, tls: true",
    ],
)
def test_changes_lead_where_they_are_to(tmp_path: Path, library: str, settings: str) -> None:
    changes_lead_there(write(tmp_path / "app", project(settings, library)), library)


def test_what_is_imported_stands_over_config_and_runtime_over_both(tmp_path: Path) -> None:
    files = {
        "mix.exs": MIX,
        "config/config.exs": f"import Config\n{mailer('port: 25')}\n"
        'import_config "#{config_env()}.exs"\n',
        "config/prod.exs": "import Config\nconfig :shop, Shop.Mailer, port: 2525, tls: :never\n"
        'import_config "prod.secret.exs"\n',
        "config/prod.secret.exs": "import Config\nconfig :shop, Shop.Mailer, tls: :always\n",
        "config/dev.exs": "import Config\n"
        "config :shop, Shop.Mailer, adapter: Swoosh.Adapters.Local\n",
        "config/runtime.exs": "import Config\nif config_env() == :prod do\n"
        "  config :shop, Shop.Mailer, port: 587\nend\n",
    }
    root = write(tmp_path, files)
    assert way(one(root, "swoosh")) == (HOST, *REQUIRED)
    (dev,) = setups(root, profile="dev")
    assert remarks(dev) == {("not-sent", "adapter")}
    assert setups(root, MIX_ENV="dev")[0].settings.port == 25


def test_settings_behind_a_variable_that_stands_elsewhere_are_productions(tmp_path: Path) -> None:
    runtime = (
        'import Config\nif host = System.get_env("SMTP_HOST") do\n'
        "  config :shop, Shop.Mailer, adapter: Swoosh.Adapters.SMTP, relay: host,\n"
        '    port: 587, username: System.fetch_env!("SMTP_USER"),\n'
        '    password: System.get_env("SMTP_PASS")\nend\n'
    )
    local = "import Config\nconfig :shop, Shop.Mailer, adapter: Swoosh.Adapters.Local\n"
    root = write(
        tmp_path, {"mix.exs": MIX, "config/config.exs": local, "config/runtime.exs": runtime}
    )
    setup = one(root, "swoosh")
    untold = {each.option: each.why for each in setup.settings.untellable}
    assert untold["relay"] == "nothing here sets SMTP_HOST"
    assert untold["username"] == "nothing here sets SMTP_USER"
    assert untold["password"] == "nothing here sets SMTP_PASS"
    assert not remarks(setup)
    told = one(root, "swoosh", SMTP_HOST=HOST, SMTP_USER="info@example.com", SMTP_PASS="canary-1")
    assert way(told) == (HOST, *STARTTLS)
    assert told.complete


def test_a_default_that_sends_nothing_is_said(tmp_path: Path) -> None:
    text = (
        'import Config\ncase System.get_env("MAILER", "local") do\n'
        '  "smtp" -> config :shop, Shop.Mailer, adapter: Swoosh.Adapters.SMTP, relay: "a.de"\n'
        "  _ -> config :shop, Shop.Mailer, adapter: Swoosh.Adapters.Local\nend\n"
    )
    root = write(tmp_path, {"mix.exs": MIX, "config/runtime.exs": text})
    assert remarks(one(root, "swoosh")) == {("not-sent", "adapter")}
    assert one(root, "swoosh", MAILER="smtp").settings.host == "a.de"


def test_functions_of_the_file_are_followed(tmp_path: Path) -> None:
    text = (
        "import Config\nto_port = fn\n  nil -> 587\n"
        '  text when text not in ["", "none"] -> String.to_integer(text)\n  _ -> 25\nend\n'
        'settings = [adapter: Swoosh.Adapters.SMTP, relay: "smtp.ionos.com"]\n'
        '  |> Keyword.put(:port, to_port.(System.get_env("P")))\n'
        "  |> then(fn given -> Keyword.put(given, :tls, :always) end)\n"
        "config :shop, Shop.Mailer, settings\n"
    )
    root = write(tmp_path, {"mix.exs": MIX, "config/runtime.exs": text})
    assert way(one(root, "swoosh")) == (HOST, *REQUIRED)
    assert one(root, "swoosh", P="2525").settings.port == 2525
    assert one(root, "swoosh", P="none").settings.port == 25


def test_what_a_list_that_can_not_be_told_may_hold_is_not_known(tmp_path: Path) -> None:
    text = (
        "import Config\n"
        'known = [adapter: Swoosh.Adapters.SMTP, relay: "smtp.ionos.com", port: 587]\n'
        "config :shop, Shop.Mailer, known ++ Shop.Vault.login()\n"
    )
    setup = one(write(tmp_path, {"mix.exs": MIX, "config/runtime.exs": text}), "swoosh")
    assert (setup.settings.host, setup.settings.port) == ("smtp.ionos.com", 587)
    assert {"username", "password"} <= {each.option for each in setup.settings.untellable}


def test_a_list_that_goes_into_two_calls_is_one_mailer(tmp_path: Path) -> None:
    text = (
        'import Config\nsettings = [adapter: Swoosh.Adapters.SMTP, relay: "smtp.ionos.com"]\n'
        "config :shop, Shop.Mailer, settings\nconfig :shop, Shop.Captcha, settings\n"
    )
    assert one(write(tmp_path, {"mix.exs": MIX, "config/runtime.exs": text}), "swoosh").complete


@pytest.mark.parametrize(
    "code",
    [
        'new() |> to(user) |> from({"Shop", "shop@example.com"}) |> subject("Hi")',
        'from(new(), "shop@example.com")',
        'new(from: {"Shop", "shop@example.com"}, to: user)',
    ],
)
def test_the_sender_is_the_messages(tmp_path: Path, code: str) -> None:
    notifier = (
        f"defmodule Shop.Notifier do\n  import Swoosh.Email\n  def hello(user) do\n    {code}\n"
        "  end\nend\n"
    )
    root = write(tmp_path, project("port: 587"))
    write(root, {"lib/shop/notifier.ex": notifier})
    assert one(root, "swoosh").settings.sender == "shop@example.com"


def test_where_production_has_no_mailer_the_one_to_develop_with_is_read(tmp_path: Path) -> None:
    files = {
        "mix.exs": MIX,
        "config/config.exs": 'import Config\nimport_config "#{Mix.env()}.exs"\n',
        "config/dev.exs": f"import Config\n{mailer('port: 587')}",
    }
    setup = one(write(tmp_path, files), "swoosh")
    assert (setup.identity.profile, setup.settings.port) == ("dev", 587)
    assert not setups(tmp_path, MIX_ENV="prod")
    other = "import Config\nconfig :shop, Shop.Mailer, adapter: Swoosh.Adapters.Sendgrid\n"
    assert not setups(write(tmp_path, {"config/prod.exs": other}))


def test_an_umbrellas_applications_each_have_their_mailers(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "mix.exs": MIX,
            "apps/emails/mix.exs": MIX,
            "apps/emails/config/config.exs": f"use Mix.Config\n{mailer('port: 587')}",
        },
    )
    assert one(root, "swoosh").name == "swoosh apps/emails/config/config.exs:4"


def test_verification_that_is_switched_off_is_read(tmp_path: Path) -> None:
    text = "port: 587, tls: :always, tls_options: [verify: :verify_none]"
    assert one(write(tmp_path, project(text)), "swoosh").settings.verify is False
    text = "port: 587, tls: :always, tls_options: [verify: :verify_peer, depth: 3]"
    assert one(write(tmp_path / "b", project(text)), "swoosh").settings.verify is True


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(
            {"config/runtime.exs": f"# {mailer('port: 587')}".replace("\n", "\n# ")}, id="comment"
        ),
        pytest.param({"config/test.exs": f"import Config\n{mailer('port: 587')}"}, id="tests"),
        pytest.param({"deps/other/config/config.exs": mailer("port: 587")}, id="other people's"),
        pytest.param({"lib/shop.ex": f'@moduledoc """\n{mailer("port: 587")}"""\n'}, id="text"),
        pytest.param(
            {
                "config/prod.exs": "import Config\nconfig :shop, Shop.Repo, "
                'adapter: Ecto.Adapters.Postgres, hostname: "db", port: 5432\n'
            },
            id="a database",
        ),
    ],
)
def test_what_looks_like_settings_and_is_none(tmp_path: Path, files: dict[str, str]) -> None:
    assert setups(write(tmp_path, {"mix.exs": MIX, **files})) == []


MUA = """import Config
config :shop, Shop.Mailer,
  adapter: Swoosh.Adapters.Mua,
  %s
  auth: [username: "info@example.com", password: System.get_env("P", "canary-1")]
"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('relay: "smtp.ionos.com", port: 587,', (587, "starttls", False)),
        ('relay: "smtp.ionos.com", port: 465, protocol: :ssl,', (465, "implicit", True)),
        ('relay: "smtp.ionos.com", port: 587, protocol: :ssl,', (587, "implicit", True)),
        ('relay: "smtp.ionos.com", port: 465,', (465, "starttls", False)),
        ('relay: "smtp.ionos.com",', (25, "starttls", False)),
    ],
)
def test_the_client_mua(tmp_path: Path, lines: str, expected: tuple[int, str, bool]) -> None:
    root = write(tmp_path, {"mix.exs": MIX, "config/runtime.exs": MUA % lines})
    setup = one(root, "swoosh")
    now = setup.settings
    assert (now.port, now.tls, now.tls_required) == expected
    assert now.username == "info@example.com"
    assert setup.credentials.password is not None
    assert now.remarks == ()
    if "port" in lines:
        changes_lead_there(root, "swoosh")


def test_mua_without_a_relay_goes_to_the_receivers(tmp_path: Path) -> None:
    files = {"mix.exs": MIX, "config/runtime.exs": MUA % "port: 25,"}
    assert setups(write(tmp_path, files)) == []


def test_no_secret_is_shown(tmp_path: Path) -> None:
    setup = one(write(tmp_path, project("port: 587, tls: true")), "swoosh")
    assert "canary" not in repr(setup.settings)


def test_an_adapter_whose_name_a_variable_ends(tmp_path: Path) -> None:
    """With a relay beside it, it is the one that SMTP needs; without one nothing is said."""
    named = 'String.to_atom("Elixir.Swoosh.Adapters.#{System.get_env("MAILER")}")'
    text = mailer("port: 465, ssl: true").replace("Swoosh.Adapters.SMTP", named)
    files = {"mix.exs": MIX, "config/runtime.exs": f"import Config\n\n{text}"}
    assert way(one(write(tmp_path / "a", files), "swoosh")) == (HOST, *IMPLICIT)
    other = f'import Config\n\nconfig :shop, Shop.Mailer, adapter: {named}, api_key: "canary-1"\n'
    assert setups(write(tmp_path / "b", {"mix.exs": MIX, "config/runtime.exs": other})) == []
