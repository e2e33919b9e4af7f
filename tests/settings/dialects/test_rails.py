"""Rails' ActionMailer and the mail gem: where settings stand, and what versions make of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write
from .ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
PRODUCTION = "config/environments/production.rb"
LOGIN = 'user_name: "info@example.com", password: "word"'


def rails(settings: str, mail: str = "2.9.1", **more: str) -> dict[str, str]:
    """An application with these settings after the address."""
    text = (
        "Rails.application.configure do\n  config.action_mailer.delivery_method = :smtp\n"
        "  config.action_mailer.smtp_settings = {\n    address: 'smtp.ionos.com',\n"
        f"    {LOGIN},\n    {settings}\n  }}\nend\n"
    )
    lock = f"GEM\n  specs:\n    dotenv-rails (3.1.2)\n    mail ({mail})\n    rails (7.1.3)\n"
    files = {PRODUCTION: text, "Gemfile.lock": lock if mail else "GEM\n"}
    return {**files, **{name.replace("__", "/"): text for name, text in more.items()}}


STARTTLS = (587, "starttls", False)
REQUIRED = (587, "starttls", True)
IMPLICIT = (465, "implicit", False)

HEALTHY = [
    ("port: 587", "2.9.1", STARTTLS),
    ("port: 587, enable_starttls_auto: true", "2.7.1", STARTTLS),
    ("port: 587, enable_starttls: true", "2.8.1", REQUIRED),
    ("port: '587', enable_starttls: :always", "2.9.0", REQUIRED),
    ("port: 587, enable_starttls: :auto", "2.9.0", STARTTLS),
    ("port: 587, tls: false", "2.8.1", STARTTLS),
    ("port: 465, ssl: true", "2.9.1", IMPLICIT),
    ("port: 465, tls: true, enable_starttls_auto: true", "2.8.1", IMPLICIT),
    ("port: 465, tls: true, enable_starttls_auto: true", "", IMPLICIT),
    (":port => 465, :ssl => true, :enable_starttls_auto => false", "2.9.1", IMPLICIT),
    ("port: ENV.fetch('P', 465).to_i, ssl: ENV.fetch('T', 'true') == 'true'", "2.9.1", IMPLICIT),
    ("port: 465, **({ tls: true } if Rails.env.production?)", "2.9.1", IMPLICIT),
]


@pytest.mark.parametrize(("settings", "mail", "expected"), HEALTHY)
def test_healthy_settings_however_they_are_said(
    tmp_path: Path, settings: str, mail: str, expected: tuple[int, str, bool]
) -> None:
    setup = one(write(tmp_path / "app", rails(settings, mail)), "rails")
    assert way(setup) == (HOST, *expected)
    assert setup.complete
    assert not remarks(setup)
    assert setup.settings.verify
    assert setup.settings.username == "info@example.com"


BROKEN = [
    ("port: 587, ssl: true", "2.9.1", (587, "implicit", False), set()),
    ("port: 465", "2.9.1", (465, "starttls", False), set()),
    ("port: 465, enable_starttls_auto: false", "2.9.1", (465, "none", False), set()),
    ("port: 587, tls: true, enable_starttls_auto: true", "2.9.1", (587, "implicit", False),
     {("fault", "tls")}),
    ("port: 465, ssl: true, enable_starttls_auto: true", "2.9.1", (465, "implicit", False),
     {("fault", "ssl")}),
    ("port: 587, ssl: ENV['SMTP_SSL']", "2.9.1", (587, "implicit", False), {("misread", "ssl")}),
    ("port: 587, ssl: ENV['SMTP_SSL']", "2.7.1", (587, "implicit", False), {("misread", "ssl")}),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "mail", "expected", "said"), BROKEN)
def test_what_is_wrong_and_how_it_is_mended(
    tmp_path: Path,
    settings: str,
    mail: str,
    expected: tuple[int, str, bool],
    said: set[tuple[str, str]],
) -> None:
    files = {**rails(settings, mail), ".env": "SMTP_SSL=false\n"}
    root = write(tmp_path / "app", files)
    setup = one(root, "rails")
    assert way(setup) == (HOST, *expected)
    assert remarks(setup) == said
    changes_lead_there(root, "rails")


def test_the_change_is_in_the_code_that_takes_the_text_for_true(tmp_path: Path) -> None:
    files = {**rails("port: 587, ssl: ENV['SMTP_SSL']"), ".env": "SMTP_SSL=false\n"}
    settings = one(write(tmp_path, files), "rails").settings
    (edit,) = prepared(settings, 587, "starttls").edits
    assert (edit.replace, edit.with_) == ("ENV['SMTP_SSL']", "ENV['SMTP_SSL'] == 'true'")
    (remark,) = settings.remarks
    assert remark.origin is not None
    assert (remark.origin.file, remark.origin.line) == (PRODUCTION, 6)
    assert remark.source_line is not None
    assert "ssl: ENV[" in remark.source_line


@pytest.mark.parametrize(("port", "text"), [(587, "false"), (465, "true")])
def test_a_version_that_takes_no_text_gets_a_comparison(
    tmp_path: Path, port: int, text: str
) -> None:
    files = {**rails(f"port: {port}, ssl: ENV['SMTP_SSL']", "2.8.1"), ".env": f"SMTP_SSL={text}\n"}
    setup = one(write(tmp_path, files), "rails")
    assert remarks(setup) == {("fault", "ssl")}
    (edit,) = prepared(setup.settings, port, "implicit" if port == 465 else "starttls").edits
    assert edit.with_ == "ENV['SMTP_SSL'] == 'true'"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("port: 587, username: 'x@example.com'", {("ignored", "username")}),
        ("port: 587, 'domain' => 'example.com'", {("ignored", '"domain"')}),
        ("port: 587, authentication: :none", {("fault", "authentication")}),
        ("port: 587, authentication: 'login'", set()),
        ("port: 587, enable_starttls_auto: 'false'", {("misread", "enable_starttls_auto")}),
    ],
)
def test_what_the_gem_does_not_take(
    tmp_path: Path, settings: str, said: set[tuple[str, str]]
) -> None:
    assert remarks(one(write(tmp_path, rails(settings)), "rails")) == said


@pytest.mark.parametrize(
    ("settings", "mechanisms"),
    [
        ("port: 587", ()),
        ("port: 587, authentication: :login", ("LOGIN",)),
        ("port: 587, authentication: 'cram_md5'", ("CRAM-MD5",)),
        ("port: 587, authentication: :none", ()),
    ],
)
def test_the_way_of_logging_in(tmp_path: Path, settings: str, mechanisms: tuple[str, ...]) -> None:
    found = one(write(tmp_path, rails(settings)), "rails").settings
    assert (found.client, found.mechanisms) == ("ruby-mail", mechanisms)


@pytest.mark.parametrize("mode", ["'none'", "OpenSSL::SSL::VERIFY_NONE"])
def test_verification_that_is_switched_off(tmp_path: Path, mode: str) -> None:
    settings = f"port: 587, openssl_verify_mode: {mode}"
    assert not one(write(tmp_path, rails(settings)), "rails").settings.verify


# --- files ----------------------------------------------------------------------------------------


def test_later_files_stand_before_the_environments(tmp_path: Path) -> None:
    files = {
        **rails("port: 587"),
        "config/application.rb": "module Shop\n  class Application < Rails::Application\n"
        "    config.action_mailer.smtp_settings = { address: 'a.example' }\n  end\nend\n",
        "config/initializers/mail.rb": "ActionMailer::Base.smtp_settings = "
        "{ address: 'b.example', port: 2525 }\n",
    }
    setup = one(write(tmp_path, files), "rails")
    assert (setup.settings.host, setup.settings.port) == ("b.example", 2525)
    assert setup.identity.name == "rails config/initializers/mail.rb:1"


def test_the_environment_that_counts(tmp_path: Path) -> None:
    files = {
        **rails("port: 587"),
        "config/environments/staging.rb": "Rails.application.configure do\n"
        "  config.action_mailer.smtp_settings = { address: 'staging.example' }\nend\n",
    }
    root = write(tmp_path, files)
    assert one(root, "rails").identity.profile == "production"
    assert one(root, "rails", RAILS_ENV="staging").settings.host == "staging.example"
    assert setups(root, profile="staging")[0].settings.host == "staging.example"


def test_where_production_says_nothing_the_environment_that_does(tmp_path: Path) -> None:
    files = {
        PRODUCTION: "Rails.application.configure do\nend\n",
        "config/environments/development.rb": rails("port: 587")[PRODUCTION],
    }
    setup = one(write(tmp_path, files), "rails")
    assert (setup.settings.host, setup.identity.profile) == (HOST, "development")


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (":test", {("not-sent", "delivery_method")}),
        (":letter_opener", {("not-sent", "delivery_method")}),
        (":smtp\n  config.action_mailer.perform_deliveries = false",
         {("not-sent", "perform_deliveries")}),
    ],
)  # fmt: skip
def test_what_sends_nothing(tmp_path: Path, method: str, said: set[tuple[str, str]]) -> None:
    files = rails("port: 587")
    files[PRODUCTION] = files[PRODUCTION].replace(":smtp\n", f"{method}\n")
    assert remarks(one(write(tmp_path, files), "rails")) == said


def test_another_delivery_method_is_no_set_up(tmp_path: Path) -> None:
    files = rails("port: 587")
    files[PRODUCTION] = files[PRODUCTION].replace(":smtp\n", ":sendmail\n")
    assert not setups(write(tmp_path, files))


def test_encrypted_credentials_can_not_be_told(tmp_path: Path) -> None:
    files = rails("port: 587")
    files[PRODUCTION] = files[PRODUCTION].replace(
        'password: "word"', "password: Rails.application.credentials.dig(:smtp, :password)"
    )
    (untold,) = one(write(tmp_path, files), "rails").settings.untellable
    assert untold.option == "password"
    assert "credentials" in untold.why


def test_the_order_of_the_dotenv_files(tmp_path: Path) -> None:
    files = {
        **rails("port: ENV['P']"),
        ".env": "P=25\n",
        ".env.production": "P=587\n",
        ".env.local": "P=465\n",
        ".env.development": "P=1025\n",
    }
    setup = one(write(tmp_path, files), "rails")
    assert setup.settings.port == 465
    port = setup.settings.entry("port")
    assert port is not None
    assert [each.text for each in port.shadows] == ["587", "25"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("app/mailers/application_mailer.rb",
         "class ApplicationMailer < ActionMailer::Base\n"
         "  default from: 'Shop <a@example.org>'\nend\n",
         "a@example.org"),
        ("app/mailers/application_mailer.rb",
         "class ApplicationMailer < ActionMailer::Base\n"
         "  default from: email_address_with_name('b@example.org', 'Shop')\nend\n",
         "b@example.org"),
        ("config/initializers/devise.rb",
         "Devise.setup do |config|\n  config.mailer_sender = 'c@example.org'\nend\n",
         "c@example.org"),
    ],
)  # fmt: skip
def test_senders(tmp_path: Path, name: str, text: str, expected: str) -> None:
    setup = one(write(tmp_path, {**rails("port: 587"), name: text}), "rails")
    assert setup.settings.sender == expected
    change = next(each for each in setup.settings.prepared if each.sender)
    apply(tmp_path, change, sender="new@example.org")
    assert one(tmp_path, "rails").settings.sender == "new@example.org"
    assert ("Shop" in text) == ("Shop" in (tmp_path / name).read_text())


@pytest.mark.parametrize(
    "files",
    [
        {PRODUCTION: "Rails.application.configure do\n  # config.action_mailer.smtp_settings = "
         "{ address: 'x.example' }\nend\n"},
        {"test/environments/production.rb": rails("port: 587")[PRODUCTION]},
        {"config/environments/test.rb": rails("port: 587")[PRODUCTION]},
    ],
)  # fmt: skip
def test_look_alikes(tmp_path: Path, files: dict[str, str]) -> None:
    assert not setups(write(tmp_path, files))


# --- scripts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("require 'mail'\nMail.defaults do\n  delivery_method :smtp, address: 'smtp.ionos.com', "
         f"port: 587,\n    {LOGIN}, enable_starttls: true\nend\n", (587, "starttls", True)),
        ("OPTIONS = { address: 'smtp.ionos.com', port: 587, ssl: true,\n"
         f"  {LOGIN} }}\nMail.defaults {{ delivery_method :smtp, OPTIONS }}\n",
         (587, "implicit", False)),
        ("mail.delivery_method :smtp, { address: 'smtp.ionos.com', port: 465, tls: true,\n"
         f"  {LOGIN} }}\n", (465, "implicit", False)),
        ("Pony.mail(to: 'x@example.org', from: 'info@example.com', via: :smtp, via_options: {\n"
         f"  address: 'smtp.ionos.com', port: '465', {LOGIN}\n}})\n", (465, "starttls", False)),
        ("Pony.options = { via: :smtp, via_options: { address: 'smtp.ionos.com',\n"
         f"  port: 587, {LOGIN} }} }}\n", (587, "starttls", False)),
        ("Pony.mail({ :to => 'x@example.org', :via => :smtp, :via_options => {\n"
         f"  :address => 'smtp.ionos.com', :port => 465, :ssl => true, {LOGIN}\n}}}})\n",
         (465, "implicit", False)),
        ("post '/' do\n  options = { via: :smtp, via_options: {\n"
         f"    address: 'smtp.ionos.com', port: 587, {LOGIN} }} }}\n  Pony.mail(options)\nend\n",
         (587, "starttls", False)),
    ],
)  # fmt: skip
def test_scripts(tmp_path: Path, text: str, expected: tuple[int, str, bool]) -> None:
    root = write(tmp_path / "app", {"send.rb": text})
    setup = one(root, "ruby-mail")
    assert way(setup) == (HOST, *expected)
    assert setup.settings.username == "info@example.com"
    assert not remarks(setup)
    changes_lead_there(root, "ruby-mail")


def test_pony_in_a_rails_initializer(tmp_path: Path) -> None:
    text = (
        "if Rails.env.development?\n  Pony.options = { via: :smtp, via_options: { "
        "address: 'localhost', port: 1025 } }\nend\nif Rails.env.production?\n"
        f"  Pony.options = {{ via: :smtp, via_options: {{ address: '{HOST}', port: 587,\n"
        f"    {LOGIN} }} }}\nend\n"
    )
    root = write(tmp_path, {"config/initializers/pony.rb": text})
    assert way(one(root, "ruby-mail")) == (HOST, 587, "starttls", False)
    assert one(root, "ruby-mail", RAILS_ENV="development").settings.port == 1025


@pytest.mark.parametrize(
    ("address", "said", "untold"),
    [
        ("ENV['SMTP_ADDRESS']", {("misread", "address")}, []),
        ("ENV.fetch('SMTP_ADDRESS')", set(), ["nothing here sets SMTP_ADDRESS"]),
        ("ENV.fetch('SMTP_ADDRESS', 'localhost')", set(), []),
        ("'localhost'", set(), []),
    ],
)
def test_an_address_that_nothing_sets_is_said(
    tmp_path: Path, address: str, said: set[tuple[str, str]], untold: list[str]
) -> None:
    files = rails("port: 587")
    files[PRODUCTION] = files[PRODUCTION].replace("'smtp.ionos.com'", address)
    setup = one(write(tmp_path, files), "rails")
    assert remarks(setup) == said
    assert [each.why for each in setup.settings.untellable] == untold
    told = one(tmp_path, "rails", SMTP_ADDRESS=HOST)
    assert not remarks(told)
    assert not told.settings.untellable


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if ENV['SMTP_ADDRESS'].present?\n", "end\n"),
        ("if Rails.env.production? && ENV['SMTP_ADDRESS']\n", "end\n"),
        ("if ENV.key?('SMTP_ADDRESS')\n", "end\n"),
        ("", " if ENV['SMTP_ADDRESS'].present?\n"),
    ],
)
def test_settings_behind_a_variable_that_stands_elsewhere_are_productions(
    tmp_path: Path, before: str, after: str
) -> None:
    text = (
        f"{before}Rails.application.config.action_mailer.smtp_settings = {{\n"
        f"  address: ENV['SMTP_ADDRESS'], port: 587, {LOGIN} }}"
    )
    text += after if after.startswith(" ") else f"\n{after}"
    root = write(tmp_path, {"config/initializers/mail.rb": text})
    setup = one(root, "rails")
    assert remarks(setup) == {("misread", "address")}
    assert setup.settings.port == 587
    told = one(root, "rails", SMTP_ADDRESS=HOST)
    assert way(told) == (HOST, 587, "starttls", False)
    assert not remarks(told)


def test_rails_configuration_behind_rails_environment(tmp_path: Path) -> None:
    text = (
        "if Rails.env.production?\n  Rails.application.config.action_mailer.smtp_settings = {\n"
        f"    address: '{HOST}', port: 587, {LOGIN} }}\nend\n"
    )
    setup = one(write(tmp_path, {"config/initializers/mail.rb": text}), "rails")
    assert way(setup) == (HOST, 587, "starttls", False)


@pytest.mark.parametrize(
    "condition",
    ["Rails.env.development?", "false", "ENV.fetch('MAIL', 'off') == 'on'", "ENV['DEBUG_MAIL']"],
)
def test_settings_behind_another_condition_are_none(tmp_path: Path, condition: str) -> None:
    text = (
        f"if {condition}\n  ActionMailer::Base.smtp_settings = {{ address: '{HOST}', port: 587 }}\n"
        "end\n"
    )
    root = write(tmp_path, {"config/initializers/mail.rb": text})
    assert not setups(root, RAILS_ENV="production")


def test_action_mailer_without_rails(tmp_path: Path) -> None:
    text = (
        "require 'sinatra'\nrequire 'action_mailer'\n"
        f"ActionMailer::Base.smtp_settings = {{ address: 'smtp.ionos.com', port: 465, {LOGIN} }}\n"
    )
    setup = one(write(tmp_path, {"app.rb": text}), "rails")
    assert way(setup) == (HOST, 465, "starttls", False)


@pytest.mark.parametrize("mail", ["", "2.9.1"])
@pytest.mark.parametrize("name", ["enable_starttls_auto", "enable_starttls"])
def test_a_line_that_asks_for_starttls_becomes_the_one_for_465(
    tmp_path: Path, mail: str, name: str
) -> None:
    """mail 2.9 raises where both stand there, and a folder without a lock file may get it."""
    root = write(tmp_path / "app", rails(f"port: 465,\n    {name}: true", mail))
    change = prepared(one(root, "rails").settings, None, "implicit")
    assert [(edit.replace, edit.with_) for edit in change.edits] == [(name, "ssl")]
    apply(root, change)
    for version in ("2.7.1", "2.8.1", "2.9.1", ""):
        (root / "Gemfile.lock").write_text(
            f"GEM\n  specs:\n    mail ({version})\n" if version else "GEM\n"
        )
        setup = one(root, "rails")
        assert way(setup) == (HOST, *IMPLICIT)
        assert not remarks(setup)


def test_nothing_is_put_beside_a_line_with_which_a_version_stops(tmp_path: Path) -> None:
    """Where the line can't get the other name, it is switched off."""
    settings = "port: 465, ssl: false,\n    enable_starttls_auto: true"
    root = write(tmp_path / "app", rails(settings, ""))
    apply(root, prepared(one(root, "rails").settings, None, "implicit"))
    text = (root / PRODUCTION).read_text()
    assert "ssl: true" in text
    assert "enable_starttls_auto: false" in text


def test_a_url_that_an_initializer_takes_apart(tmp_path: Path) -> None:
    text = """
require 'uri'
url = URI.parse(ENV.fetch("SMTP_URL") { "smtp://localhost" })
ActionMailer::Base.smtp_settings = {
  address: url.host, port: url.port || 25, ssl: url.scheme == 'smtps',
  user_name: CGI.unescape(url.user), password: CGI.unescape(url.password)
}
"""
    env = "SMTP_URL=smtps://info%40example.com:w%23rd@smtp.ionos.com:587\n"
    lock = "GEM\n  specs:\n    dotenv-rails (3.1.2)\n    mail (2.8.1)\n    rails (7.1.3)\n"
    files = {"config/initializers/smtp.rb": text, "Gemfile.lock": lock}
    write(tmp_path, {**files, ".env": env})
    setup = one(tmp_path, "rails")
    assert way(setup) == (HOST, 587, "implicit", False)
    assert setup.settings.username == "info@example.com"
    assert password(setup) == "w#rd"
    changes_lead_there(tmp_path, "rails")


def test_a_url_that_ruby_takes_for_none_is_told_once(tmp_path: Path) -> None:
    text = (
        "url = URI.parse(ENV['SMTP_URL'])\nMail.defaults do\n  delivery_method :smtp, "
        "address: url.host, port: url.port, user_name: url.user, password: url.password\nend\n"
    )
    root = write(tmp_path, {"send.rb": text})
    url = "smtp://user:w#rd@smtp.ionos.com:587"
    settings = one(root, "ruby-mail", SMTP_URL=url).settings
    assert [entry.problem for entry in settings.entries if entry.problem] == ["not-encoded"]


BOOT = {
    "config/boot.rb": "ENV['BUNDLE_GEMFILE'] ||= File.expand_path('../Gemfile', __dir__)\n",
    "config/application.rb": "require_relative 'boot'\n",
    "config/environment.rb": "require_relative 'application'\n"
    "ActionMailer::Base.smtp_settings = {\n  address: ENV['SMTP_HOST'], port: 587,\n"
    "  user_name: ENV['SMTP_USER'], password: ENV['SMTP_PASS'], enable_starttls_auto: true\n}\n",
    ".env": "SMTP_HOST=smtp.ionos.com\nSMTP_USER=info@example.com\nSMTP_PASS=geheim-12\n",
}


def test_what_boot_sets_for_bundler_leaves_the_other_variables_as_they_are(
    tmp_path: Path,
) -> None:
    setup = one(write(tmp_path, BOOT), "rails")
    assert (setup.settings.host, setup.settings.username) == ("smtp.ionos.com", "info@example.com")
    assert setup.complete


def test_look_alike_a_variable_for_mail_that_code_sets(tmp_path: Path) -> None:
    own = {**BOOT, "config/boot.rb": "ENV['SMTP_HOST'] ||= default_host\n"}
    assert not one(write(tmp_path, own), "rails").complete
    prefixed = {path: text.replace("SMTP_HOST", "RAILS_SMTP_HOST") for path, text in own.items()}
    del prefixed[".env"]
    settings = one(write(tmp_path / "prefixed", prefixed), "rails").settings
    assert "host" in {each.field for each in settings.untellable}
