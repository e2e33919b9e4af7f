"""Documents that Rails, its gems and Hanami make settings of."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.setup import Setup

from .support import one, write
from .ways import way

SMTP = (
    "address: smtp.ionos.com\nport: 587\nuser_name: info@example.com\npassword: geheim-1\nssl: true"
)
IMPLICIT = ("smtp.ionos.com", 587, "implicit", False)


def indented(text: str, by: int, form: str = "{0}") -> str:
    lines = [f"{' ' * by}{form.format(line)}" for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def rails(root: Path, settings: str, files: dict[str, str], gems: str = "") -> Setup:
    code = (
        f"Rails.application.configure do\n  config.action_mailer.smtp_settings = {settings}\nend\n"
    )
    whole = {
        "config/environments/production.rb": code,
        "config/application.rb": "module Shop\nend\n",
        "Gemfile": f"gem 'rails'\n{gems}",
        "Gemfile.lock": "GEM\n  specs:\n    mail (2.8.1)\n",
        **files,
    }
    return one(write(root, whole), "rails")


PRODUCTION = f"production:\n{indented(SMTP, 2)}"
OTHER = "development:\n  address: localhost\n  port: 1025\n\n"


@pytest.mark.parametrize(
    ("settings", "files"),
    [
        ("config_for(:mailer)", {"config/mailer.yml": OTHER + PRODUCTION}),
        ("Rails.application.config_for(:mailer)", {"config/mailer.yml": OTHER + PRODUCTION}),
        (
            "config_for(:mail)[:smtp]",
            {"config/mail.yml": f"shared:\n  smtp:\n{indented(SMTP, 4)}"},
        ),
        (
            "YAML.load_file(Rails.root.join('config', 'smtp.yml'))[Rails.env].symbolize_keys",
            {"config/smtp.yml": OTHER + PRODUCTION},
        ),
        (
            "YAML.load(ERB.new(File.read(Rails.root.join('config/smtp.yml'))).result, "
            "symbolize_names: true).fetch(:production)",
            {"config/smtp.yml": OTHER + PRODUCTION},
        ),
        (
            "Rails.application.secrets.smtp_settings",
            {"config/secrets.yml": f"production:\n  smtp_settings:\n{indented(SMTP, 4, ':{0}')}"},
        ),
    ],
)
def test_a_whole_hash_of_a_document(tmp_path: Path, settings: str, files: dict[str, str]) -> None:
    setup = rails(tmp_path, settings, files)
    assert way(setup) == IMPLICIT
    assert setup.settings.has_credentials
    entry = setup.settings.entry("host")
    assert entry is not None
    assert entry.origin.file == next(iter(files))


BY_NAME = (
    "{{ address: {0}.address, port: {0}.port, user_name: {0}.user_name, password: {0}.password, "
    "ssl: {0}.ssl }}"
)
LOGIC = """class Conf < Settingslogic
  source "#{Rails.root}/config/conf.yml"
  namespace Rails.env
end
"""


@pytest.mark.parametrize(
    ("settings", "files"),
    [
        (
            BY_NAME.format("Settings.smtp"),
            {
                "config/settings.yml": "smtp:\n  address: localhost\n  ssl: false\n",
                "config/settings/production.yml": f"smtp:\n{indented(SMTP, 2)}",
            },
        ),
        ("Settings.smtp.to_h", {"config/settings.yml": f"smtp:\n{indented(SMTP, 2)}"}),
        (
            BY_NAME.format("Conf.smtp"),
            {
                "app/models/conf.rb": LOGIC,
                "config/conf.yml": f"defaults: &defaults\n  smtp:\n{indented(SMTP, 4)}"
                "production:\n  <<: *defaults\n",
            },
        ),
    ],
)
def test_a_constant_that_a_gem_makes(tmp_path: Path, settings: str, files: dict[str, str]) -> None:
    setup = rails(tmp_path, settings, files)
    assert way(setup) == IMPLICIT
    assert setup.settings.has_credentials


@pytest.mark.parametrize(
    ("written", "mode"),
    [("no", "starttls"), ("Off", "starttls"), ("'no'", "implicit"), ("yes", "implicit")],
)
def test_words_of_a_document_are_psychs(tmp_path: Path, written: str, mode: str) -> None:
    """YAML 1.1: `no` is false, and in quotes a text, which is true."""
    document = PRODUCTION.replace("ssl: true", f"ssl: {written}")
    assert way(rails(tmp_path, "config_for(:smtp)", {"config/smtp.yml": document}))[2] == mode


def test_words_that_erb_puts_in_are_psychs_too(tmp_path: Path) -> None:
    document = PRODUCTION.replace("ssl: true", "ssl: <%= ENV['SMTP_SSL'] %>")
    files = {"config/smtp.yml": document.replace("587", "<%= '0x24B' %>"), ".env": "SMTP_SSL=off\n"}
    assert way(rails(tmp_path, "config_for(:smtp)", files))[:3] == (
        "smtp.ionos.com",
        587,
        "starttls",
    )


def test_a_gems_constant_goes_by_racks_environment_where_rails_has_none(tmp_path: Path) -> None:
    files = {
        "config/settings/staging.yml": f"smtp:\n{indented(SMTP, 2)}",
        ".env": "RAILS_ENV=\nRACK_ENV=staging\n",
    }
    assert way(rails(tmp_path, "Settings.smtp.to_h", files)) == IMPLICIT


def test_expressions_of_erb(tmp_path: Path) -> None:
    document = (
        "default: &default\n  address: <%= ENV['SMTP_ADDRESS'] %>\n"
        "  port: <%= ENV.fetch('SMTP_PORT', 25) %>\n  user_name: <%= ENV['SMTP_USER'] || 'x' %>\n"
        "  password: <%= ENV['SMTP_PASS'] %>\n\nproduction:\n  <<: *default\n"
    )
    env = "SMTP_ADDRESS=smtp.ionos.com\nSMTP_PORT=465\nSMTP_USER=a@b.de\nSMTP_PASS=geheim-1\n"
    setup = rails(tmp_path, "config_for(:smtp)", {"config/smtp.yml": document, ".env": env})
    assert way(setup) == ("smtp.ionos.com", 465, "starttls", False)
    port = setup.settings.entry("port")
    assert port is not None
    assert port.origin.label == ".env:2"


def test_figaros_variables(tmp_path: Path) -> None:
    document = (
        "SMTP_HOST: localhost\nSMTP_PORT: '465'\nproduction:\n  SMTP_HOST: smtp.ionos.com\n"
        "  SMTP_USER: info@example.com\n  SMTP_PASS:\n"
    )
    settings = (
        "{ address: ENV['SMTP_HOST'], port: ENV['SMTP_PORT'], user_name: Figaro.env.smtp_user, "
        "password: ENV['SMTP_PASS'] }"
    )
    files = {"config/application.yml": document, ".env": "SMTP_PASS=geheim-1\n"}
    setup = rails(tmp_path, settings, files, "gem 'figaro'\n")
    assert way(setup) == ("smtp.ionos.com", 465, "starttls", False)
    assert setup.settings.has_credentials
    without = rails(tmp_path / "without", settings, files)
    assert without.settings.host == "localhost"


@pytest.mark.parametrize(
    ("settings", "files", "why"),
    [
        ("config_for(:mailer)", {}, "config/mailer.yml is not in the folder"),
        ("YAML.load_file(path)", {"config/smtp.yml": PRODUCTION}, "not in the folder"),
        ("Settings.smtp.to_h", {"config/other.yml": PRODUCTION}, "Settings"),
        ("Rails.application.secrets.smtp", {}, "encrypted"),
    ],
)
def test_lookalike_what_is_not_there_is_not_known(
    tmp_path: Path, settings: str, files: dict[str, str], why: str
) -> None:
    setup = rails(tmp_path, settings, files)
    assert setup.settings.host is None
    assert why in setup.untold[0]


def test_lookalike_texts_as_keys_are_not_read(tmp_path: Path) -> None:
    files = {"config/smtp.yml": PRODUCTION}
    path = "Rails.root.join('config/smtp.yml')"
    setup = rails(tmp_path, f"YAML.load_file({path})[Rails.env]", files)
    assert ("ignored", '"address"') in {(r.kind, r.option) for r in setup.settings.remarks}


HANAMI = """module Shop
  class Settings < Hanami::Settings
    setting :smtp_host, constructor: Types::String
    setting :smtp_port, default: 587, constructor: Types::Params::Integer
  end
end
"""
PROVIDER = """Hanami.app.register_provider(:mail) do
  start do
    settings = target["settings"]
    Mail.defaults do
      delivery_method :smtp, address: settings.smtp_host, port: settings.smtp_port, ssl: true
    end
  end
end
"""


def test_hanamis_settings(tmp_path: Path) -> None:
    files = {
        "config/settings.rb": HANAMI,
        "config/providers/mail.rb": PROVIDER,
        ".env": "SMTP_HOST=smtp.ionos.com\n",
    }
    assert way(one(write(tmp_path, files), "ruby-mail")) == IMPLICIT


def test_hanami_1_in_its_own_environment(tmp_path: Path) -> None:
    code = (
        "Hanami.configure do\n  mailer do\n    delivery :test\n  end\n"
        "  environment :production do\n"
        "    mailer do\n      delivery :smtp, address: 'smtp.ionos.com', port: 587, ssl: true\n"
        "    end\n  end\nend\n"
    )
    assert way(one(write(tmp_path, {"config/environment.rb": code}), "ruby-mail")) == IMPLICIT
