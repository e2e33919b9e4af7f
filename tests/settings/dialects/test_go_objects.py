"""Go's settings in objects that are handed around: filled by tags, by functions, by literals."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, setups, write
from .ways import changes_lead_there, password, way

HOST = "smtp.ionos.com"
MODULE = "module example.com/shop\n\ngo 1.22\n"
ENV = "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=465\nSMTP_USER=info@example.com\nSMTP_PASS=word\n"
MAILER = """\
package mailer

import (
	gomail "gopkg.in/gomail.v2"

	"example.com/shop/internal/config"
)

type Mailer struct {
	cfg *config.Config
}

func New(cfg *config.Config) *Mailer {
	return &Mailer{cfg: cfg}
}

func (m *Mailer) Send(to string) error {
	d := gomail.NewDialer(m.cfg.SMTP.Host, m.cfg.SMTP.Port, m.cfg.SMTP.User, m.cfg.SMTP.Password)
	return d.DialAndSend(gomail.NewMessage())
}
"""
MAIN = """\
package main

import (
	"log"

	"example.com/shop/internal/config"
	"example.com/shop/internal/mailer"
)

func main() {
	cfg, err := config.Load()
	if err != nil {
		log.Fatal(err)
	}
	log.Print(mailer.New(cfg).Send("a@example.org"))
}
"""
TAGGED = """\
package config

import "github.com/caarlos0/env/v11"

type Config struct {
	Port int `env:"PORT" envDefault:"8080"`
	SMTP SMTP
}

type SMTP struct {
	Host     string `env:"SMTP_HOST,required"`
	Port     int    `env:"SMTP_PORT" envDefault:"465"`
	User     string `env:"SMTP_USER"`
	Password string `env:"SMTP_PASS"`
}

func Load() (*Config, error) {
	var cfg Config
	if err := env.Parse(&cfg); err != nil {
		return nil, err
	}
	return &cfg, nil
}
"""
PARSED = TAGGED[TAGGED.index("\tvar cfg") : TAGGED.index("\treturn &cfg")]
WRITTEN = """\
package config

import (
	"os"
	"strconv"
)

type SMTP struct {
	Host, User, Password string
	Port                 int
}

type Config struct{ SMTP SMTP }

func Load() (*Config, error) {
	return &Config{
		SMTP: SMTP{
			Host:     getEnv("SMTP_HOST", "localhost"),
			Port:     number("SMTP_PORT", 587),
			User:     os.Getenv("SMTP_USER"),
			Password: os.Getenv("SMTP_PASS"),
		},
	}, nil
}
"""
HELPERS = """\
package config

import (
	"os"
	"strconv"
)

func getEnv(key, fallback string) string {
	if v := os.Getenv(key); v != "" {
		return v
	}
	return fallback
}

func number(key string, fallback int) int {
	if n, err := strconv.Atoi(os.Getenv(key)); err == nil {
		return n
	}
	return fallback
}
"""


def module(config: str, **more: str) -> dict[str, str]:
    return {
        "go.mod": MODULE,
        ".env": ENV,
        "cmd/shop/main.go": MAIN,
        "internal/mailer/mailer.go": MAILER,
        "internal/config/config.go": config,
        **more,
    }


def loaded_by(library: str, call: str, text: str = TAGGED) -> str:
    return text.replace("github.com/caarlos0/env/v11", library).replace("env.Parse(&cfg)", call)


ENVCONFIG = loaded_by(
    "github.com/kelseyhightower/envconfig", 'envconfig.Process("", &cfg)',
    TAGGED.replace("`env:", "`envconfig:").replace("envDefault", "default")
    .replace(",required", ""),
)  # fmt: skip
CLEANENV = loaded_by(
    "github.com/ilyakaznacheev/cleanenv", "cleanenv.ReadEnv(&cfg)",
    TAGGED.replace("envDefault", "env-default").replace(",required", ""),
)  # fmt: skip


@pytest.mark.parametrize(
    "config",
    [
        TAGGED,
        ENVCONFIG,
        CLEANENV,
        TAGGED.replace("var cfg Config", "cfg := new(Config)").replace("&cfg", "cfg"),
        TAGGED.replace("var cfg Config", "cfg := &Config{}").replace("&cfg", "cfg"),
        TAGGED.replace("var cfg Config", "cfg := Config{Port: 80}"),
        TAGGED.replace("SMTP SMTP", "SMTP struct {\n\t\tInner\n\t}")
        .replace("type SMTP ", "type Inner "),
        TAGGED.replace(PARSED, "\tcfg, err := env.ParseAs[Config]()\n"),
    ],
    ids=["caarlos", "envconfig", "cleanenv", "new", "pointer", "literal", "embedded", "ParseAs"],
)  # fmt: skip
def test_a_type_whose_tags_a_library_reads(tmp_path: Path, config: str) -> None:
    root = write(tmp_path / "app", module(config))
    setup = one(root, "gomail")
    assert way(setup) == (HOST, 465, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    changes_lead_there(root, "gomail")


@pytest.mark.parametrize("config", [TAGGED, ENVCONFIG, CLEANENV])
def test_a_default_in_a_tag_is_mended_there(tmp_path: Path, config: str) -> None:
    files = {**module(config), ".env": ENV.replace("SMTP_PORT=465\n", "")}
    root = write(tmp_path / "app", files)
    assert way(one(root, "gomail")) == (HOST, 465, "implicit", False)
    changes_lead_there(root, "gomail")


@pytest.mark.parametrize(
    ("config", "prefix"),
    [
        (TAGGED.replace("SMTP SMTP", 'SMTP SMTP `envPrefix:"MAIL_"`'), "MAIL_"),
        (loaded_by("github.com/caarlos0/env/v11",
                   'env.ParseWithOptions(&cfg, env.Options{Prefix: "SHOP_"})'), "SHOP_"),
        (ENVCONFIG.replace('Process("",', 'Process("shop",'), "SHOP_SMTP_"),
        (CLEANENV.replace("SMTP SMTP", 'SMTP SMTP `env-prefix:"MAIL_"`'), "MAIL_"),
    ],
    ids=["envPrefix", "options", "envconfig", "env-prefix"],
)  # fmt: skip
def test_prefixes(tmp_path: Path, config: str, prefix: str) -> None:
    env = "".join(f"{prefix}{line}\n" for line in ENV.splitlines())
    setup = one(write(tmp_path, {**module(config), ".env": env}), "gomail")
    assert way(setup) == (HOST, 465, "implicit", False)
    assert password(setup) == "word"


def test_envconfig_names_a_field_without_a_tag_by_its_place(tmp_path: Path) -> None:
    config = ENVCONFIG.replace('Process("",', 'Process("shop",').replace(
        'envconfig:"SMTP_HOST" ', ""
    )
    config = config.replace('`envconfig:"SMTP_HOST"`', "").replace(
        '`envconfig:"SMTP_USER"`', '`split_words:"true"`'
    )
    env = "SHOP_SMTP_HOST=smtp.ionos.com\nSMTP_PASS=word\nSHOP_SMTP_USER=info@example.com\n"
    setup = one(write(tmp_path, {**module(config), ".env": env}), "gomail")
    assert (setup.settings.host, setup.settings.username, password(setup)) == (
        HOST, "info@example.com", "word",
    )  # fmt: skip


FLAT = """\
	cfg := &Config{}
	cfg.SMTP.Host = os.Getenv("SMTP_HOST")
	cfg.SMTP.Port = 465
	if p, err := strconv.Atoi(os.Getenv("SMTP_PORT")); err == nil {
		cfg.SMTP.Port = p
	}
	cfg.SMTP.User, cfg.SMTP.Password = os.Getenv("SMTP_USER"), os.Getenv("SMTP_PASS")
	return cfg, nil
}
"""
BY_HAND = WRITTEN[: WRITTEN.index("\treturn &Config")] + FLAT


@pytest.mark.parametrize(
    "config",
    [
        WRITTEN,
        BY_HAND,
        BY_HAND.replace("(*Config, error)", "(cfg *Config, err error)")
        .replace("cfg := &Config{}", "cfg = &Config{}").replace("return cfg, nil", "return"),
        BY_HAND.replace("Config{}\n", "Config{}\n\tcfg.fill()\n\treturn cfg, nil\n}\n\n"
                        "func (cfg *Config) fill() (*Config, error) {\n"),
        BY_HAND.replace("Config{}\n", "Config{}\n\tload(cfg)\n\treturn cfg, nil\n}\n\n"
                        "func load(cfg *Config) (*Config, error) {\n"),
    ],
    ids=["literal", "assigned", "result", "method", "function"],
)  # fmt: skip
def test_a_type_that_a_function_fills(tmp_path: Path, config: str) -> None:
    root = write(tmp_path / "app", module(config, **{"internal/config/env.go": HELPERS}))
    setup = one(root, "gomail")
    assert way(setup) == (HOST, 465, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    changes_lead_there(root, "gomail")


SENDER = """\
package mailer

import (
	"fmt"
	"net/smtp"
)

type Sender struct{ host, port, user, pass string }

func New(host, port, user, pass string) *Sender { return &Sender{host, port, user, pass} }

func (s Sender) addr() string { return fmt.Sprintf("%s:%s", s.host, s.port) }

func (s *Sender) Send(to string) error {
	auth := smtp.PlainAuth("", s.user, s.pass, s.host)
	return smtp.SendMail(s.addr(), auth, s.user, []string{to}, nil)
}
"""
CALLER = """\
package main

import (
	"os"

	"example.com/shop/internal/mailer"
)

func main() {
	s := mailer.New(os.Getenv("SMTP_HOST"), os.Getenv("SMTP_PORT"), os.Getenv("SMTP_USER"), os.Getenv("SMTP_PASS"))
	s.Send("a@example.org")
}
"""  # noqa: E501


def test_a_constructor_of_another_package_is_given_the_settings(tmp_path: Path) -> None:
    files = {"go.mod": MODULE, ".env": ENV.replace("465", "587"), "main.go": CALLER,
             "internal/mailer/mailer.go": SENDER}  # fmt: skip
    root = write(tmp_path / "app", files)
    setup = one(root, "go-net-smtp")
    assert way(setup) == (HOST, 587, "starttls", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")


# --- look-alikes: where it can't be told, that is said ----------------------------------------


def told(root: Path, dialect: str = "gomail") -> tuple[str | None, set[str]]:
    """The host, and the options of host and port that are said to be not known."""
    setup = one(root, dialect)
    names = {each.option.lower() for each in setup.settings.untellable}
    return setup.settings.host, names & {"host", "port", "addr"}


OTHER = """\
package main

import "example.com/shop/internal/config"

func other() *config.Config {
	return &config.Config{SMTP: config.SMTP{Host: "mail.example.org", Port: 25, User: "x"}}
}
"""


@pytest.mark.parametrize(
    "files",
    [
        module(loaded_by("example.org/own/env", "env.Parse(&cfg)")),
        module(loaded_by("gopkg.in/yaml.v3", "yaml.Unmarshal(data, &cfg)")),
        module(TAGGED.replace("env.Parse(&cfg)", "fill(reflect.ValueOf(&cfg).Elem())")),
        module(TAGGED.replace("env.Parse(&cfg)", 'into("config.json", &cfg)')
               + "\nfunc into(path string, v any) error { return json.Unmarshal(all(path), v) }\n"),
        module(TAGGED.replace("env.Parse(&cfg)", "env.ParseWithOptions(&cfg, options())")),
        module(TAGGED.replace("&cfg, nil", "&cfg, yaml.Unmarshal(data, &cfg)")),
        module(WRITTEN, **{
            "internal/config/env.go": HELPERS,
            "cmd/shop/other.go": OTHER,
        }),
    ],
    ids=["another library", "a file", "reflection", "any", "options", "read again", "two literals"],
)  # fmt: skip
def test_what_could_be_otherwise_is_not_known(tmp_path: Path, files: dict[str, str]) -> None:
    assert told(write(tmp_path, files)) == (None, {"host", "port"})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("internal/config/config_test.go",
         'package config\n\nvar fake = Config{SMTP: SMTP{Host: "h.example", Port: 25}}\n'),
        ("other/config.go",
         'package other\n\ntype Config struct{ SMTP SMTP }\ntype SMTP struct{ Host string }\n\n'
         'var it = Config{SMTP: SMTP{Host: "h.example"}}\n'),
        ("other/use.go",
         'package other\n\nimport "example.org/lib/config"\n\n'
         'var it = config.Config{SMTP: config.SMTP{Host: "h.example"}}\n'),
        ("internal/config/comment.go",
         'package config\n\n// Config{SMTP: SMTP{Host: "h.example"}}\n'),
    ],
    ids=["test", "another package's", "another module's", "comment"],
)  # fmt: skip
@pytest.mark.parametrize("config", [TAGGED, WRITTEN])
def test_what_is_no_object_of_the_type(tmp_path: Path, config: str, path: str, text: str) -> None:
    files = module(config, **{path: text})
    if config == WRITTEN:
        files["internal/config/env.go"] = HELPERS
    assert told(write(tmp_path, files)) == (HOST, set())


def test_a_constructor_that_is_called_with_different_settings(tmp_path: Path) -> None:
    second = CALLER.replace("main()", "other()").replace('os.Getenv("SMTP_PORT")', '"25"')
    files = {"go.mod": MODULE, ".env": ENV, "main.go": CALLER, "other.go": second,
             "internal/mailer/mailer.go": SENDER}  # fmt: skip
    assert told(write(tmp_path, files), "go-net-smtp") == (None, {"addr"})


def test_without_a_go_mod_nothing_is_guessed(tmp_path: Path) -> None:
    files = module(TAGGED)
    del files["go.mod"]
    assert told(write(tmp_path, files)) == (None, {"host", "port"})


def test_a_module_of_no_set_up(tmp_path: Path) -> None:
    files = module(TAGGED)
    del files["internal/mailer/mailer.go"]
    assert not setups(write(tmp_path, files))


RING = """\
package config

import "github.com/caarlos0/env/v11"

type Config struct {
	*Config
	Other
	A, B, C, D, E, F, SMTP *Config
	Host                   string `env:"H"`
}

type Other struct{ *Config }

func (c *Config) a() *Config { c.b(); c.b(); c.a(); return c.b().a() }
func (c *Config) b() *Config { c.a(); c.a(); c.Host = c.b().Host; return c.a().b() }

func Load() (*Config, error) {
	cfg := &Config{}
	env.Parse(cfg)
	cfg.a()
	Again(cfg)
	return cfg.b().a(), nil
}

func Again(cfg *Config) { cfg.SMTP = cfg; Again(cfg.SMTP); cfg.Host = Load().Host }
"""


def test_types_and_functions_in_rings_end(tmp_path: Path) -> None:
    assert told(write(tmp_path, module(RING))) == (None, {"host", "port"})


def test_a_function_that_loads_what_it_is_handed_twice_removed(tmp_path: Path) -> None:
    hands_on = TAGGED.replace("env.Parse(&cfg)", "read(&cfg)") + (
        "\nfunc read(cfg *Config) error { return env.Parse(cfg) }\n"
    )
    assert told(write(tmp_path / "known", module(hands_on))) == (HOST, set())
    by_method = BY_HAND.replace("Config{}\n", "Config{}\n\tcfg.all()\n\treturn cfg, nil\n}\n\n"
                                "func (c *Config) all() { c.fill() }\n\n"
                                "func (cfg *Config) fill() (*Config, error) {\n")  # fmt: skip
    files = module(by_method, **{"internal/config/env.go": HELPERS})
    assert told(write(tmp_path / "method", files)) == (None, {"host", "port"})


def test_a_parameter_that_the_function_sets_itself(tmp_path: Path) -> None:
    sender = SENDER.replace(
        "Sender { return", 'Sender {\n\tif port == "" {\n\t\tport = "2525"\n\t}\n\treturn'
    ).replace("pass} }", "pass}\n}")
    made = 'New(os.Getenv("SMTP_HOST"), os.Getenv("SMTP_PORT"), "u", "p")'
    sender = sender.replace("func (s *Sender) Send(to string) error {\n",
                            f"func Send(to string) error {{\n\ts := {made}\n")  # fmt: skip
    files = {"go.mod": MODULE, ".env": "SMTP_HOST=smtp.ionos.com\n",
             "internal/mailer/mailer.go": sender.replace('"fmt"', '"fmt"\n\t"os"')}  # fmt: skip
    assert way(one(write(tmp_path, files), "go-net-smtp")) == (HOST, 2525, "starttls", False)


PACKAGE_VARIABLES = """\
package mail

import "gopkg.in/gomail.v2"

var host string
var port int
var user, password string

func Send() error {
	d := gomail.NewDialer(host, port, user, password)
	return d.DialAndSend(gomail.NewMessage())
}
"""
SET_IN_INIT = """\
package mail

import "example.com/shop/env"

func init() {
	host = env.Text(hostName, "")
	port = env.Number("SMTP_PORT", 25)
	user = env.Text("SMTP_USER", "")
	password = env.Text("SMTP_PASS", "")
}

const hostName = "SMTP_HOST"
"""
READING_PACKAGE = """\
package env

import (
	"os"
	"strconv"
)

func read(key string) string { return os.Getenv(key) }

func Text(key, other string) string {
	if found := read(key); found != "" {
		return found
	}
	return other
}

func Number(key string, other int) int {
	found, err := strconv.Atoi(read(key))
	if err != nil {
		return other
	}
	return found
}
"""


def test_variables_of_a_package_that_another_file_sets(tmp_path: Path) -> None:
    files = {
        "go.mod": MODULE,
        "mail/mail.go": PACKAGE_VARIABLES,
        "mail/init.go": SET_IN_INIT,
        "env/env.go": READING_PACKAGE,
        ".env": ENV,
    }
    setup = one(write(tmp_path / "app", files), "gomail")
    assert way(setup) == (HOST, 465, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")


def test_a_local_variable_of_another_file_sets_nothing(tmp_path: Path) -> None:
    other = SET_IN_INIT.replace(" = env", " := env")
    files = {
        "go.mod": MODULE,
        "mail/mail.go": PACKAGE_VARIABLES.replace("port int", "port int = 587"),
        "mail/init.go": other,
        "env/env.go": READING_PACKAGE,
        ".env": ENV,
    }
    setup = one(write(tmp_path / "app", files), "gomail")
    assert (setup.settings.username, password(setup)) == (None, None)


def test_what_is_set_only_perhaps_can_not_be_told(tmp_path: Path) -> None:
    perhaps = SET_IN_INIT.replace("\thost =", "\tif ready() {\n\t\thost =").replace(
        "\tport =", "\t}\n\tport ="
    )
    files = {
        "go.mod": MODULE,
        "mail/mail.go": PACKAGE_VARIABLES,
        "mail/init.go": perhaps,
        "env/env.go": READING_PACKAGE,
        ".env": ENV,
    }
    setup = one(write(tmp_path / "app", files), "gomail")
    assert [each.field for each in setup.settings.untellable] == ["host"]


PARTS = """\
package config

import (
	"os"
	"strconv"
)

type SMTP struct {
	Host, User, Password string
	Port                 int
}

type Config struct {
	SMTP  SMTP
	Other SMTP
}

func (s *SMTP) Parse() error {
	s.Host = os.Getenv("SMTP_HOST")
	s.User, s.Password = os.Getenv("SMTP_USER"), os.Getenv("SMTP_PASS")
	if val := os.Getenv("SMTP_PORT"); val != "" {
		if number, err := strconv.Atoi(val); err == nil {
			s.Port = number
		}
	}
	return nil
}

func Load() (*Config, error) {
	cfg := &Config{}
	if err := cfg.%s.Parse(); err != nil {
		return nil, err
	}
	return cfg, nil
}
"""


@pytest.mark.parametrize(("part", "host"), [("SMTP", HOST), ("Other", None)])
def test_a_part_that_fills_itself(tmp_path: Path, part: str, host: str | None) -> None:
    files = {
        "go.mod": MODULE,
        "main.go": MAIN,
        "internal/mailer/mailer.go": MAILER,
        "internal/config/config.go": PARTS % part,
        ".env": ENV,
    }
    setup = one(write(tmp_path, files), "gomail")
    assert setup.settings.host == host
    if host is not None:
        assert way(setup) == (HOST, 465, "implicit", False)
        assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
