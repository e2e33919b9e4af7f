"""lettre in Rust: builders, URLs, what reads the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write
from .ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
MAIN = """\
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Message, SmtpTransport, Transport};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let email = Message::builder()
        .from("Shop <shop@example.com>".parse()?)
        .body(String::from("x"))?;
    let creds = Credentials::new("info@example.com".to_owned(), "word".to_string());
%s
    mailer.send(&email)?;
    Ok(())
}
"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('let mailer = SmtpTransport::relay("smtp.ionos.com")?\n        .credentials(creds)\n'
         "        .build();", (465, "implicit", False)),
        ('let mailer = SmtpTransport::starttls_relay("smtp.ionos.com").unwrap()\n'
         "        .credentials(creds).build();", (587, "starttls", True)),
        ('let mailer = SmtpTransport::relay("smtp.ionos.com")?.port(587).credentials(creds)'
         ".build();", (587, "implicit", False)),
        ('let mailer = SmtpTransport::starttls_relay("smtp.ionos.com")?.port(465)'
         ".credentials(creds).build();", (465, "starttls", True)),
        ('let mut builder = AsyncSmtpTransport::<Tokio1Executor>::relay("smtp.ionos.com")?;\n'
         "builder = builder.port(465);\nbuilder = builder.credentials(creds);\n"
         "let mailer = builder.build();", (465, "implicit", False)),
        ('let tls = TlsParameters::new("smtp.ionos.com".into())?;\n'
         'let mailer = SmtpTransport::builder_dangerous("smtp.ionos.com").port(587)\n'
         "    .tls(Tls::Wrapper(tls)).credentials(creds).build();", (587, "implicit", False)),
        ('let mailer = SmtpTransport::builder_dangerous("smtp.ionos.com").port(587)\n'
         "    .tls(Tls::Opportunistic(tls)).credentials(creds).build();",
         (587, "starttls", False)),
        ('let mailer = lettre::SmtpTransport::relay("smtp.ionos.com").map_err(|e| e.to_string())?\n'
         "    .credentials(creds).build();", (465, "implicit", False)),
        ('let builder = if true { SmtpTransport::relay("smtp.ionos.com")? }\n'
         '    else { SmtpTransport::starttls_relay("smtp.ionos.com")? };\n'
         "let mailer = builder.port(587).credentials(creds).build();", (587, "implicit", False)),
    ],
)  # fmt: skip
def test_builders(tmp_path: Path, lines: str, expected: tuple[int, str, bool]) -> None:
    root = write(tmp_path / "app", {"src/main.rs": MAIN % lines})
    setup = one(root, "lettre")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert setup.settings.sender == "shop@example.com"
    assert not remarks(setup)
    changes_lead_there(root, "lettre")


def test_a_builder_without_tls(tmp_path: Path) -> None:
    line = 'let mailer = SmtpTransport::builder_dangerous("smtp.ionos.com").port(587).build();'
    setup = one(write(tmp_path, {"m.rs": MAIN % line}), "lettre")
    assert way(setup) == (HOST, 587, "none", False)
    assert not [each for each in setup.settings.prepared if each.tls == "starttls"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://info%40example.com:word@smtp.ionos.com", (465, "implicit", False)),
        ("smtps://info%40example.com:word@smtp.ionos.com:587", (587, "implicit", False)),
        ("smtp://info%40example.com:word@smtp.ionos.com:587?tls=required", (587, "starttls", True)),
        ("smtp://info%40example.com:word@smtp.ionos.com?tls=opportunistic",
         (587, "starttls", False)),
        ("smtp://info%40example.com:word@smtp.ionos.com:587", (587, "none", False)),
        ("smtp://info%40example.com:word@smtp.ionos.com:465", (465, "none", False)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["code", ".env"])
def test_urls(tmp_path: Path, url: str, where: str, expected: tuple[int, str, bool]) -> None:
    text = f'"{url}"' if where == "code" else '&env::var("SMTP_URL")?'
    line = f"let mailer = SmtpTransport::from_url({text})?.build();"
    files = {"src/main.rs": MAIN % line, ".env": f"SMTP_URL={url}\n"}
    root = write(tmp_path / "app", files)
    setup = one(root, "lettre")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    changes_lead_there(root, "lettre")


CONFIG = """\
use std::env;

pub struct Config { pub smtp_host: String, pub smtp_port: u16, pub user: String, pub pass: String }

impl Config {
    pub fn from_env() -> anyhow::Result<Self> {
        dotenvy::dotenv().ok();
        Ok(Self {
            smtp_host: env::var("SMTP_HOST").unwrap_or_else(|_| "smtp.ionos.com".to_string()),
            smtp_port: env::var("SMTP_PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(465),
            user: env::var("SMTP_USER").context("no user")?,
            pass: env::var("SMTP_PASS").expect("SMTP_PASS"),
        })
    }
}
"""
SENDS = """\
use lettre::{SmtpTransport, Transport};

pub struct Mailer { config: Config }

pub fn mailer(State(config): State<Arc<Config>>) -> SmtpTransport {
    SmtpTransport::starttls_relay(&config.smtp_host)
        .unwrap()
        .port(config.smtp_port)
        .credentials(Credentials::new(config.user.clone(), config.pass.clone()))
        .build()
}

#[cfg(test)]
mod tests {
    fn other() { SmtpTransport::relay("h.example").unwrap().build(); }
}
"""


def test_a_struct_that_is_filled_from_the_environment(tmp_path: Path) -> None:
    env = "SMTP_PORT=465\nSMTP_USER=info@example.com\nSMTP_PASS=word\n"
    files = {"src/config.rs": CONFIG, "src/mail.rs": SENDS, ".env": env}
    root = write(tmp_path / "app", files)
    setup = one(root, "lettre")
    assert way(setup) == (HOST, 465, "starttls", True)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    change = prepared(setup.settings, 587, "starttls")
    assert (change.edits, change.settings) == ((), {"SMTP_PORT": "587"})
    apply(root, change)
    assert way(one(root, "lettre")) == (HOST, 587, "starttls", True)


@pytest.mark.parametrize(
    ("port", "tls"), [("465", "implicit"), ("587", "starttls")]
)  # fmt: skip
def test_a_choice_by_the_port(tmp_path: Path, port: str, tls: str) -> None:
    line = (
        'let port: u16 = std::env::var("P")?.parse()?;\nlet builder = match port {\n'
        "    465 => SmtpTransport::relay(HOST)?,\n"
        "    _ => SmtpTransport::starttls_relay(HOST)?,\n};\n"
        "let mailer = builder.port(port).credentials(creds).build();"
    )
    text = 'const HOST: &str = "smtp.ionos.com";\n' + MAIN % line
    root = write(tmp_path, {"m.rs": text, ".env": f"P={port}\n"})
    assert way(one(root, "lettre"))[:3] == (HOST, int(port), tls)
    assert password(one(root, "lettre")) == "word"


def test_what_is_not_told(tmp_path: Path) -> None:
    line = (
        "let builder = if flag() { SmtpTransport::relay(&vault())? } else "
        "{ SmtpTransport::starttls_relay(&vault())? };"
    )
    setup = one(write(tmp_path, {"m.rs": MAIN % line}), "lettre")
    assert {each.option for each in setup.settings.untellable} == {"host", "opened"}


def test_look_alikes(tmp_path: Path) -> None:
    files = {
        "src/a.rs": '// SmtpTransport::relay("h.example")\n'
        'fn f() { let s = r#"SmtpTransport::relay("h.example")"#;\n'
        "/* /* */ SmtpTransport::relay(1) */ }\n",
        "tests/b.rs": MAIN % 'SmtpTransport::relay("h.example")?;',
        "src/c.rs": "#[test]\nfn t() { SmtpTransport::relay(\"h.example\").unwrap(); }\n"
        "fn relay(x: &str) {}\nfn g() { relay(\"h.example\"); Other::relay(\"h.example\"); }\n",
    }  # fmt: skip
    assert not setups(write(tmp_path, files))


@pytest.mark.parametrize(
    ("method", "value", "verify"),
    [
        ("dangerous_accept_invalid_certs", "true", False),
        ("dangerous_accept_invalid_hostnames", "true", False),
        ("dangerous_accept_invalid_certs", "false", True),
        ("certificate_store", "CertificateStore::Default", True),
    ],
)
def test_certificates_that_are_not_verified(
    tmp_path: Path, method: str, value: str, verify: bool
) -> None:
    lines = (
        'let tls = TlsParameters::builder("smtp.ionos.com".to_string())\n'
        f"    .{method}({value})\n    .build()?;\n"
        'let mailer = SmtpTransport::builder_dangerous("smtp.ionos.com").port(587)\n'
        "    .tls(Tls::Required(tls)).credentials(creds).build();"
    )
    settings = one(write(tmp_path, {"src/main.rs": MAIN % lines}), "lettre").settings
    assert settings.verify is verify
    entry = settings.entry("verify")
    assert (entry.origin.name if entry is not None else None) == (None if verify else method)


def test_the_mode_of_a_url_that_is_not_known_is_not_known(tmp_path: Path) -> None:
    """Without its scheme nothing says that there is no TLS."""
    text = MAIN % "let mailer = SmtpTransport::from_url(&settings.url)?.build();"
    settings = one(write(tmp_path, {"src/main.rs": text}), "lettre").settings
    assert {each.field for each in settings.untellable} == {"url", "tls"}
    assert not any(entry.field == "tls" for entry in settings.entries)


OLD = """\
use lettre::{ClientSecurity, SmtpClient, Transport};
fn main() {
    let mut mailer = SmtpClient::%s.unwrap()
        .credentials(Credentials::new("info@example.com".to_string(), "word".to_string()))
        .transport();
    mailer.send(email);
}
"""


@pytest.mark.parametrize(
    ("begun", "expected"),
    [
        ('new_simple("smtp.ionos.com")', (465, "implicit", False)),
        ('new(("smtp.ionos.com", 587), ClientSecurity::Required(tls))', (587, "starttls", True)),
        ('new(("smtp.ionos.com", 587), ClientSecurity::Wrapper(tls))', (587, "implicit", False)),
        ('new(("smtp.ionos.com", 465), ClientSecurity::Opportunistic(t))',
         (465, "starttls", False)),
        ('new(("smtp.ionos.com", 587), ClientSecurity::None)', (587, "none", False)),
    ],
)  # fmt: skip
def test_lettre_before_0_10(tmp_path: Path, begun: str, expected: tuple[int, str, bool]) -> None:
    root = write(tmp_path, {"src/main.rs": OLD % begun})
    setup = one(root, "lettre")
    assert way(setup) == ("smtp.ionos.com", *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    if "Wrapper" in begun:
        apply(root, prepared(setup.settings, 587, "starttls"))
        assert "ClientSecurity::Required(tls)" in (root / "src/main.rs").read_text()


def test_another_smtp_client_is_none_of_lettres(tmp_path: Path) -> None:
    text = 'fn main() { let c = SmtpClient::new("smtp.ionos.com", 587, true); }\n'
    assert not setups(write(tmp_path, {"src/main.rs": text}))


def test_tls_that_hangs_on_what_can_not_be_told(tmp_path: Path) -> None:
    code = """\
fn make(strict: bool) -> SmtpTransport {
    let mut builder = SmtpTransport::builder_dangerous("smtp.ionos.com").port(587);
    if strict {
        builder = builder.tls(Tls::Required(parameters()));
    } else {
        builder = builder.tls(Tls::Opportunistic(parameters()));
    }
    builder.credentials(Credentials::new("info@example.com".into(), "word".into())).build()
}
"""
    setup = one(write(tmp_path, {"src/mail.rs": code}), "lettre")
    assert [each.field for each in setup.settings.untellable] == ["tls"]
    told = code.replace("if strict", "let strict = true; if strict")
    setup = one(write(tmp_path, {"src/mail.rs": told}), "lettre")
    assert way(setup) == ("smtp.ionos.com", 587, "starttls", True)


def test_constants_of_another_file(tmp_path: Path) -> None:
    code = """\
use crate::names::*;
fn make() -> SmtpTransport {
    let host = std::env::var(HOST_KEY).unwrap();
    SmtpTransport::relay(&host).unwrap().build()
}
"""
    files = {
        "src/mail.rs": code,
        "src/names.rs": 'pub const HOST_KEY: &str = "MAIL_RELAY";\n',
        ".env": "MAIL_RELAY=smtp.ionos.com\n",
    }
    assert one(write(tmp_path / "one", files), "lettre").settings.host == "smtp.ionos.com"
    # one of two can't be told
    two = {**files, "src/other.rs": 'const HOST_KEY: &str = "OTHER";\n'}
    settings = one(write(tmp_path / "two", two), "lettre").settings
    assert [each.field for each in settings.untellable] == ["host"]


CALLED = """\
use lettre::transport::smtp::authentication::Credentials;
use lettre::{SmtpTransport, Transport};

pub fn create_mailer(user: String, host: String) -> SmtpTransport {
    SmtpTransport::starttls_relay(&host).unwrap()
        .credentials(Credentials::new(user, std::env::var("SMTP_PASS").unwrap())).build()
}
"""
OF_A_STRUCT = """\
impl Sender {
    pub fn start(config: &Config) {
        tokio::spawn(Self::run(config.rx, "smtp.ionos.com".to_string()));
    }

    async fn run(rx: Receiver, host: String) {
        let mailer = SmtpTransport::starttls_relay(&host).unwrap().build();
    }
}
"""


@pytest.mark.parametrize(
    ("call", "host"),
    [
        ('mailer::create_mailer("u".to_string(), host.clone())', HOST),
        ('crate::mailer::create_mailer("u".into(), host)', HOST),
        ('other::create_mailer("u".into(), host)', None),
        ('self.create_mailer("u".into(), host)', None),
        ('create_mailer("u".into(), host)', None),
        ('use crate::mailer::{create_mailer, Other};\n create_mailer("u".into(), host)', HOST),
        ('(mailer::create_mailer("u".into(), host), mailer::create_mailer("v".into(), x))', None),
    ],
)
def test_what_a_function_is_called_with(tmp_path: Path, call: str, host: str | None) -> None:
    main = f'fn main() {{\n    let host = "{HOST}".to_string();\n    let it = {call};\n}}\n'
    if call.startswith("use"):
        line, _, rest = call.partition("\n")
        main = f"{line}\n" + main.replace(call, rest)
    setup = one(write(tmp_path, {"src/mailer.rs": CALLED, "src/main.rs": main}), "lettre")
    assert setup.settings.host == host
    assert ("host" in {each.field for each in setup.settings.untellable}) is (host is None)


def test_a_function_that_its_own_struct_calls(tmp_path: Path) -> None:
    assert way(one(write(tmp_path, {"src/sender.rs": OF_A_STRUCT}), "lettre")) == (
        HOST, 587, "starttls", True,
    )  # fmt: skip


STATIC = """\
use lettre::SmtpTransport;

%s

fn main() {
    let mailer = SmtpTransport::relay(&CONFIG.smtp_server).unwrap().build();
}
"""


@pytest.mark.parametrize(
    "static",
    [
        "lazy_static! {\n    static ref CONFIG: Config = Config::load().unwrap();\n}",
        "static CONFIG: Lazy<Config> = Lazy::new(|| Config::load().unwrap());",
        "pub static CONFIG: OnceLock<crate::config::Config> = OnceLock::new();",
    ],
)
def test_a_static_that_holds_the_settings(tmp_path: Path, static: str) -> None:
    config = (
        "impl Config {\n    pub fn load() -> Result<Self> {\n"
        '        Ok(Config { smtp_server: env::var("SMTP_SERVER")? })\n    }\n}\n'
    )
    files = {"src/main.rs": STATIC % static, "src/config.rs": config}
    setup = one(write(tmp_path, {**files, ".env": "SMTP_SERVER=smtp.ionos.com\n"}), "lettre")
    assert way(setup)[:3] == (HOST, 465, "implicit")


def test_a_field_of_what_nothing_makes_is_no_name(tmp_path: Path) -> None:
    setup = one(write(tmp_path, {"src/main.rs": STATIC % "use crate::CONFIG;"}), "lettre")
    assert (setup.settings.host, "host" in {e.field for e in setup.settings.untellable}) == (
        None, True,
    )  # fmt: skip
