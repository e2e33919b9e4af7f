"""Where Rust's programs have their settings from: clap, envy, config, figment, their callers."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, write
from .ways import changes_lead_there, password, way

HOST = "smtp.ionos.com"
ENV = "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=%s\nSMTP_USER=info@example.com\nSMTP_PASS=word\n"
MAILER = """\
use lettre::transport::smtp::authentication::Credentials;
use lettre::SmtpTransport;

pub struct Mailer { host: String, port: u16, user: String, pass: String }

impl Mailer {
    pub fn new(host: String, port: u16, user: String, pass: String) -> Self {
        Self { host, port, user, pass }
    }

    pub fn transport(&self) -> SmtpTransport {
        SmtpTransport::relay(&self.host).unwrap()
            .port(self.port)
            .credentials(Credentials::new(self.user.clone(), self.pass.clone()))
            .build()
    }
}
"""
MAIN = """\
mod mailer;
%s

fn main() {
    dotenvy::dotenv().ok();
    %s
    let mailer = mailer::Mailer::new(c.smtp_host, c.smtp_port, c.smtp_user, c.smtp_pass);
    mailer.transport();
}
"""
FIELDS = "smtp_host: String,\n    smtp_port: u16,\n    smtp_user: String,\n    smtp_pass: String,\n"
PLAIN = f"#[derive(Deserialize, Debug)]\npub struct Conf {{\n    {FIELDS}}}\n"
CLAP = """\
/// What is given at the start.
#[derive(Parser, Debug)]
#[command(version, about)]
struct Conf {
    /// The host, with a comment
    #[arg(long, env)]
    smtp_host: String,
    #[arg(short, long, env = "SMTP_PORT", default_value_t = 2525)]
    smtp_port: u16,
    #[clap(long, env = "SMTP_USER")]
    smtp_user: String,
    #[arg(long, env)]
    smtp_pass: String,
}
"""


@pytest.mark.parametrize(
    ("struct", "line"),
    [
        (CLAP, "let c = Conf::parse();"),
        (PLAIN, "let c = envy::from_env::<Conf>().unwrap();"),
        (PLAIN, "let c: Conf = envy::from_env().unwrap();"),
        (f"{PLAIN}impl Conf {{ fn load() -> Result<Self, envy::Error> {{ envy::from_env() }} }}",
         "let c = Conf::load().unwrap();"),
    ],
)  # fmt: skip
def test_variables_by_the_names_of_fields(tmp_path: Path, struct: str, line: str) -> None:
    files = {"src/main.rs": MAIN % (struct, line), "src/mailer.rs": MAILER}
    root = write(tmp_path / "app", {**files, ".env": ENV % 465})
    setup = one(root, "lettre")
    assert way(setup) == (HOST, 465, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    changes_lead_there(root, "lettre")
    without = one(write(tmp_path / "b", files), "lettre").settings
    assert without.host is None
    untold = {each.option for each in without.untellable}
    assert untold == ({"host"} if struct is CLAP else {"host", "port"})


def test_a_prefix_of_envy(tmp_path: Path) -> None:
    line = 'let c = envy::prefixed("SHOP_").from_env::<Conf>().unwrap();'
    files = {"src/main.rs": MAIN % (PLAIN, line), "src/mailer.rs": MAILER}
    env = (ENV % 465).replace("SMTP_", "SHOP_SMTP_")
    assert way(one(write(tmp_path, {**files, ".env": env}), "lettre"))[:2] == (HOST, 465)


def test_an_argument_without_a_variable(tmp_path: Path) -> None:
    struct = CLAP.replace("#[arg(long, env)]\n    smtp_host", "#[arg(long)]\n    smtp_host")
    files = {"src/main.rs": MAIN % (struct, "let c = Conf::parse();"), "src/mailer.rs": MAILER}
    settings = one(write(tmp_path, {**files, ".env": ENV % 465}), "lettre").settings
    assert {each.option: each.why for each in settings.untellable} == {
        "host": "the flag --smtp-host of the command line gives it"
    }


LAYERED = """\
mod mailer;

#[derive(Deserialize)]
pub struct Settings {
    pub application: Application,
    pub email: EmailSettings,
}

#[derive(Deserialize)]
pub struct Application { pub port: u16 }

#[derive(Deserialize, Clone)]
pub struct EmailSettings {
    pub host: String,
    #[serde(rename = "smtp_port")]
    pub port: u16,
    pub user: String,
    pub pass: Secret<String>,
}

pub fn load() -> Result<Settings, ConfigError> {
%s
}

fn main() {
    let settings = load().unwrap();
    let mailer = mailer::Mailer::new(settings.email.host, settings.email.port,
        settings.email.user, settings.email.pass.expose_secret().to_string());
    mailer.transport();
}
"""
CONFIG = """\
    Config::builder()
        .add_source(File::with_name("config/default"))
        .add_source(File::with_name(&format!("config/{}", mode)).required(false))
        .add_source(Environment::with_prefix("APP").separator("__"))
        .build()?
        .try_deserialize()
"""
ZERO = """\
    let directory = std::env::current_dir()?.join("configuration");
    let settings = config::Config::builder()
        .add_source(config::File::from(directory.join("base.yaml")))
        .add_source(config::File::from(directory.join(format!("{}.yaml", environment))))
        .add_source(config::Environment::with_prefix("APP").prefix_separator("_").separator("__"))
        .build()?;
    settings.try_deserialize::<Settings>()
"""
FIGMENT = """\
    Figment::new()
        .merge(Toml::file("App.toml"))
        .merge(Env::prefixed("APP_").split("__"))
        .extract()
"""
YAML = "email:\n  host: smtp.ionos.com\n  smtp_port: %s\n  user: info@example.com\n  pass: word\n"
TOML = (
    '[email]\nhost = "smtp.ionos.com"\nsmtp_port = %s\nuser = "info@example.com"\npass = "word"\n'
)


@pytest.mark.parametrize(
    ("code", "path", "text", "variable"),
    [
        (CONFIG, "config/default.toml", TOML, "APP__EMAIL__HOST"),
        (CONFIG, "config/default.yaml", YAML, "APP__EMAIL__HOST"),
        (ZERO, "configuration/base.yaml", YAML, "APP_EMAIL__HOST"),
        (FIGMENT, "App.toml", TOML, "APP_EMAIL__HOST"),
    ],
)
def test_settings_in_layers(tmp_path: Path, code: str, path: str, text: str, variable: str) -> None:
    files = {"src/main.rs": LAYERED % code, "src/mailer.rs": MAILER, path: text % 465}
    root = write(tmp_path / "app", files)
    setup = one(root, "lettre")
    assert way(setup) == (HOST, 465, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    changes_lead_there(root, "lettre")
    assert one(root, "lettre", **{variable: "o.example.org"}).settings.host == "o.example.org"
    assert one(root, "lettre", EMAIL_HOST="no.example").settings.host == HOST


def test_the_layer_of_production_counts_over_the_base(tmp_path: Path) -> None:
    files = {
        "src/main.rs": LAYERED % ZERO,
        "src/mailer.rs": MAILER,
        "configuration/base.yaml": YAML % 25,
        "configuration/local.yaml": "email:\n  host: localhost\n",
        "configuration/production.yaml": "email:\n  smtp_port: 465\n",
    }
    assert way(one(write(tmp_path, files), "lettre")) == (HOST, 465, "implicit", False)


def test_two_slashes_in_a_text_are_no_comment(tmp_path: Path) -> None:
    """Nor is what stands behind them a part of another text."""
    code = '    let redis = format!("redis://{}", port); // "x"\n' + ZERO
    files = {
        "src/main.rs": LAYERED % code,
        "src/mailer.rs": MAILER,
        "configuration/base.yaml": YAML % 465,
    }
    assert way(one(write(tmp_path, files), "lettre")) == (HOST, 465, "implicit", False)


def test_what_no_layer_here_has_is_not_told(tmp_path: Path) -> None:
    files = {"src/main.rs": LAYERED % ZERO, "src/mailer.rs": MAILER}
    settings = one(write(tmp_path, files), "lettre").settings
    assert settings.host is None
    assert {each.option for each in settings.untellable} >= {"host", "port"}


def test_a_function_that_is_called_twice_is_not_told(tmp_path: Path) -> None:
    twice = (
        'let a = mailer::Mailer::new("a.example".into(), 25, u(), p());\n    let c = Conf::parse();'
    )
    files = {"src/main.rs": MAIN % (CLAP, twice), "src/mailer.rs": MAILER, ".env": ENV % 465}
    assert one(write(tmp_path, files), "lettre").settings.host is None


def test_a_pair_of_parameters_is_no_struct(tmp_path: Path) -> None:
    code = (
        "type ServerAddress = (String, u16);\nimpl Client {\n"
        "  pub fn new((domain, port): ServerAddress) -> Self {\n"
        "    SmtpTransport::builder_dangerous(domain).port(port).build()\n  }\n}\n"
    )
    settings = one(write(tmp_path, {"src/client.rs": code}), "lettre").settings
    assert {each.option for each in settings.untellable} == {"host", "port"}
