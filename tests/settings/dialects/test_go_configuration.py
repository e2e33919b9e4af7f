"""Where Go's programs read their settings: viper, decoders on files, flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, setups, write
from .ways import changes_lead_there, password, way

HOST = "smtp.ionos.com"
MODULE = "module example.com/shop\n\ngo 1.22\n"
YAML = """\
smtp:
  host: smtp.ionos.com
  port: %s
  user: info@example.com
  password: word
"""
TOML = """\
[smtp]
host = "smtp.ionos.com"
port = %s
user = "info@example.com"
password = "word"
"""
JSON = """\
{"smtp": {"host": "smtp.ionos.com", "port": %s, "user": "info@example.com", "password": "word"}}
"""
ENV = "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=%s\nSMTP_USER=info@example.com\nSMTP_PASS=word\n"
#: Keys that are asked for one by one.
ASKED = """\
package main

import (
	"strings"

	"github.com/spf13/viper"
	gomail "gopkg.in/gomail.v2"
)

var _ = strings.ToLower

func main() {
%s
	d := gomail.NewDialer(viper.GetString("smtp.host"), viper.GetInt("smtp.port"),
		viper.GetString("smtp.user"), viper.GetString("smtp.password"))
	d.DialAndSend(gomail.NewMessage())
}
"""
FLAT = ASKED.replace("smtp.host", "SMTP_HOST").replace("smtp.port", "SMTP_PORT")
FLAT = FLAT.replace("smtp.user", "SMTP_USER").replace("smtp.password", "SMTP_PASS")
READ = "\tviper.ReadInConfig()"
#: An object that is filled at once.
FILLED = """\
package main

import (
	"encoding/json"
	"os"

	"github.com/BurntSushi/toml"
	"github.com/ilyakaznacheev/cleanenv"
	"github.com/spf13/viper"
	gomail "gopkg.in/gomail.v2"
	"gopkg.in/yaml.v3"
)

type SMTP struct {
	Host string `json:"host" toml:"host"`
	Port int
	Login string `yaml:"user" json:"user" toml:"user" mapstructure:"user"`
	Password string `yaml:"password"`
}

type Config struct {
	Mail SMTP `yaml:"smtp" json:"smtp" toml:"smtp" mapstructure:"smtp"`
	Other string
}

func Load(path string) (*Config, error) {
	cfg := &Config{}
%s
	return cfg, nil
}

func main() {
	cfg, err := Load("%s")
	if err != nil {
		panic(err)
	}
	d := gomail.NewDialer(cfg.Mail.Host, cfg.Mail.Port, cfg.Mail.Login, cfg.Mail.Password)
	d.DialAndSend(gomail.NewMessage())
}
"""


def folder(root: Path, code: str, **files: str) -> Path:
    named = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    return write(root, {"go.mod": MODULE, "main.go": code, **named})


def untold(root: Path) -> dict[str, str]:
    found = one(root, "gomail").settings.untellable
    return {each.option: each.why for each in found}


@pytest.mark.parametrize(
    ("setting", "files"),
    [
        ('viper.SetConfigName("config")\n\tviper.AddConfigPath(".")', {"config_yaml": YAML}),
        ('viper.SetConfigName("config")\n\tviper.AddConfigPath("./")', {"config_toml": TOML}),
        ('viper.AddConfigPath("/etc/shop")\n\tviper.AddConfigPath("configs/")',
         {"configs__config_json": JSON}),
        ('viper.SetConfigFile("./configs/app.yml")', {"configs__app_yml": YAML}),
        ('viper.SetConfigName("app")\n\tviper.SetConfigType("yaml")\n\tviper.AddConfigPath("etc")',
         {"etc__app_yaml": YAML}),
        # the path in the image: the one file of that name
        ('viper.SetConfigName("config")\n\tviper.AddConfigPath("/app/deploy")',
         {"deploy__config_yaml": YAML}),
        ('viper.SetConfigName("config")\n\tviper.AddConfigPath(".")',
         {"config_yaml": YAML.replace("host:", "Host:").replace("user:", "USER:")}),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("port", "tls"), [(587, "starttls"), (465, "implicit")])
def test_vipers_file(
    tmp_path: Path, setting: str, files: dict[str, str], port: int, tls: str
) -> None:
    texts = {name: text % port for name, text in files.items()}
    root = folder(tmp_path / "app", ASKED % f"\t{setting}\n{READ}", **texts)
    setup = one(root, "gomail")
    assert way(setup) == (HOST, port, tls, False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    changes_lead_there(root, "gomail")


REPLACED = 'viper.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))'


@pytest.mark.parametrize(
    ("setting", "environ", "host"),
    [
        (f"{REPLACED}\n\tviper.AutomaticEnv()", {"SMTP_HOST": "o.example.org"}, "o.example.org"),
        (f'viper.SetEnvPrefix("shop")\n\t{REPLACED}\n\tviper.AutomaticEnv()',
         {"SHOP_SMTP_HOST": "o.example.org", "SMTP_HOST": "no.example"}, "o.example.org"),
        (f'{REPLACED}\n\tviper.AutomaticEnv()\n\tviper.BindEnv("smtp.host", "MAIL")',
         {"MAIL": "no.example", "SMTP_HOST": "o.example.org"}, "o.example.org"),
        ('viper.BindEnv("smtp.host", "MAIL")', {"MAIL": "o.example.org"}, "o.example.org"),
        # without a replacer it is SMTP.HOST, which nobody sets; and none is read untold
        ("viper.AutomaticEnv()", {"SMTP_HOST": "o.example.org"}, HOST),
        (REPLACED, {"SMTP_HOST": "o.example.org"}, HOST),
        # one that is set to nothing counts as not set, unless that is said
        (f"{REPLACED}\n\tviper.AutomaticEnv()", {"SMTP_HOST": ""}, HOST),
        (f"{REPLACED}\n\tviper.AutomaticEnv()\n\tviper.AllowEmptyEnv(true)",
         {"SMTP_HOST": ""}, None),
        ('viper.Set("smtp.host", "set.example.org")', {}, "set.example.org"),
        ('viper.SetDefault("smtp.host", "d.example.org")', {}, HOST),
    ],
)  # fmt: skip
def test_what_stands_before_vipers_file(
    tmp_path: Path, setting: str, environ: dict[str, str], host: str | None
) -> None:
    code = ASKED % f'\tviper.SetConfigFile("config.yaml")\n\t{setting}\n{READ}'
    root = folder(tmp_path, code, config_yaml=YAML % 587)
    assert one(root, "gomail", **environ).settings.host == host


@pytest.mark.parametrize(
    "setting",
    [
        'viper.SetConfigFile(".env")',
        'viper.SetConfigName(".env")\n\tviper.SetConfigType("env")\n\tviper.AddConfigPath(".")',
        'viper.SetConfigFile(".env")\n\tviper.AutomaticEnv()',
    ],
)
def test_vipers_dotenv(tmp_path: Path, setting: str) -> None:
    root = folder(tmp_path / "app", FLAT % f"\t{setting}\n{READ}", _env=ENV % 465)
    setup = one(root, "gomail")
    assert way(setup) == (HOST, 465, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    changes_lead_there(root, "gomail")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("wo rd", "wo rd"),
        ('"wo#rd"', "wo#rd"),
        ("'wo$rd'", "wo$rd"),
        ("word # a comment", "word"),
        ("wo#rd", "viper ends the value of SMTP_PASS at its #: it has to stand in quotes"),
        ("wo$rd", "viper fills in what stands behind the $ of SMTP_PASS"),
        ('"wo\\rd"', "what viper takes the line of SMTP_PASS for can't be told"),
        ('"wo', "what viper takes the line of SMTP_PASS for can't be told"),
    ],
)
@pytest.mark.parametrize("more", ["", "\n\tviper.AutomaticEnv()"])
def test_lines_as_vipers_reader_has_them(
    tmp_path: Path, written: str, expected: str, more: str
) -> None:
    env = (ENV % 465).replace("PASS=word", f"PASS={written}")
    root = folder(tmp_path, FLAT % f'\tviper.SetConfigFile(".env"){more}\n{READ}', _env=env)
    assert untold(root).get("Password", password(one(root, "gomail"))) == expected


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ('viper.SetConfigName("config")\n\tviper.AddConfigPath(".")',
         "viper's file config is not in this folder"),
        ("viper.BindPFlags(root.Flags())", "a flag of the command line may give it"),
        ("viper.SetConfigFile(vault())", "which file viper reads can't be told"),
        ('viper.ReadConfig(remote())', "what ReadConfig() reads can't be told"),
    ],
)  # fmt: skip
def test_what_viper_reads_elsewhere(tmp_path: Path, setting: str, why: str) -> None:
    root = folder(tmp_path, ASKED % f"\t{setting}\n{READ}")
    assert untold(root)["Host"] == why


def test_of_several_files_none_is_picked(tmp_path: Path) -> None:
    code = ASKED % f'\tviper.SetConfigFile("a.yaml")\n{READ}'
    other = 'package main\nimport "github.com/spf13/viper"\n'
    other += 'func b() { viper.SetConfigFile("b.yaml") }\n'
    root = folder(tmp_path, code, other_go=other, a_yaml=YAML % 587, b_yaml=YAML % 465)
    assert set(untold(root)) == {"Host", "Port", "Username", "Password"}


def test_a_default_of_viper_where_nothing_else_is_there(tmp_path: Path) -> None:
    defaults = (
        'viper.SetDefault("smtp.host", "smtp.ionos.com")\n\tviper.SetDefault("smtp.port", 465)'
    )
    setup = one(folder(tmp_path, ASKED % f"\t{defaults}"), "gomail")
    assert way(setup) == (HOST, 465, "implicit", False)


def test_an_instance_of_viper_that_is_handed_around(tmp_path: Path) -> None:
    config = (
        'package config\n\nimport "github.com/spf13/viper"\n\nfunc New() *viper.Viper {\n'
        '\tv := viper.New()\n\tv.SetConfigName("config")\n\tv.AddConfigPath(".")\n'
        "\tv.ReadInConfig()\n\treturn v\n}\n"
    )
    mailer = (
        'package mail\n\nimport (\n\t"github.com/spf13/viper"\n\tgomail "gopkg.in/gomail.v2"\n)\n\n'
        'func Dialer(viper *viper.Viper) *gomail.Dialer {\n\tm := viper.Sub("smtp")\n'
        '\treturn gomail.NewDialer(m.GetString("host"), m.GetInt("port"), '
        'm.GetString("user"), m.GetString("password"))\n}\n'
    )
    files = {"config/config.go": config, "mail/mail.go": mailer, "config.yaml": YAML % 465}
    setup = one(write(tmp_path, {"go.mod": MODULE, **files}), "gomail")
    assert way(setup) == (HOST, 465, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")


FILE = "\tdata, err := os.ReadFile(path)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n"


@pytest.mark.parametrize(
    ("lines", "name", "text"),
    [
        (f"{FILE}\terr = yaml.Unmarshal(data, cfg)", "config.yml", YAML),
        (f"{FILE}\tif err := json.Unmarshal(data, &cfg); err != nil {{\n\t\treturn nil, err\n\t}}",
         "config.json", JSON),
        ("\tf, _ := os.Open(path)\n\tdefer f.Close()\n\tjson.NewDecoder(f).Decode(cfg)",
         "config.json", JSON),
        ("\tf, _ := os.Open(path)\n\tdecoder := yaml.NewDecoder(f)\n\terr := decoder.Decode(&cfg)",
         "./config/mail.yaml", YAML),
        ("\ttoml.DecodeFile(path, cfg)", "config.toml", TOML),
        ("\tcleanenv.ReadConfig(path, cfg)", "config.yaml", YAML),
        ("\tviper.SetConfigFile(path)\n\tviper.ReadInConfig()\n\tviper.Unmarshal(cfg)",
         "config.yaml", YAML),
        ('\tviper.SetConfigFile(path)\n\tviper.UnmarshalKey("smtp", &cfg.Mail)',
         "config.toml", TOML),
    ],
)  # fmt: skip
def test_an_object_that_is_filled_from_a_file(
    tmp_path: Path, lines: str, name: str, text: str
) -> None:
    files = {name.removeprefix("./"): text % 465}
    code = FILLED % (lines, name)
    root = write(tmp_path / "app", {"go.mod": MODULE, "main.go": code, **files})
    setup = one(root, "gomail")
    assert way(setup) == (HOST, 465, "implicit", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    changes_lead_there(root, "gomail")
    (root / name).unlink()
    assert {"is not in this folder"} <= {
        " ".join(why.split()[-5:]) for why in untold(root).values()
    }


@pytest.mark.parametrize(
    ("setting", "host"),
    [
        # Unmarshal asks for no key that only AutomaticEnv would know
        ("viper.AutomaticEnv()", None),
        ('viper.BindEnv("SMTP_HOST")', "smtp.example.org"),
        ('viper.SetDefault("SMTP_HOST", "x")\n\tviper.AutomaticEnv()', "smtp.example.org"),
    ],
)
def test_unmarshal_knows_the_keys_of_files_and_defaults(
    tmp_path: Path, setting: str, host: str | None
) -> None:
    code = (
        'package main\n\nimport (\n\t"github.com/spf13/viper"\n\tgomail "gopkg.in/gomail.v2"\n)\n\n'
        'type Mail struct {\n\tHost string `mapstructure:"SMTP_HOST"`\n'
        '\tPort int `mapstructure:"SMTP_PORT"`\n}\n'
        'type Config struct {\n\tMail `mapstructure:",squash"`\n}\n\n'
        f'func main() {{\n\tviper.SetConfigFile("app.env")\n\t{setting}\n\tviper.ReadInConfig()\n'
        "\tvar cfg Config\n\tviper.Unmarshal(&cfg)\n"
        '\td := gomail.NewDialer(cfg.Host, cfg.Port, "", "")\n\td.DialAndSend()\n}\n'
    )
    root = folder(tmp_path, code, app_env="SMTP_PORT=465\n")
    setup = one(root, "gomail", SMTP_HOST="smtp.example.org")
    assert (setup.settings.host, setup.settings.port) == (host, 465)


def test_texts_that_fit_no_field(tmp_path: Path) -> None:
    code = FILLED % (f"{FILE}\terr = json.Unmarshal(data, cfg)", "config.json")
    text = (JSON % '"465"').replace('"word"', "null")
    root = write(tmp_path, {"go.mod": MODULE, "main.go": code, "config.json": text})
    assert set(untold(root)) == {"Port"}


FLAGS = """\
package main

import (
	"flag"

	"github.com/spf13/pflag"
	gomail "gopkg.in/gomail.v2"
)

func main() {
	var host string
	%s
	%s
	d := gomail.NewDialer(host, *port, "info@example.com", "word")
	d.DialAndSend(gomail.NewMessage())
}
"""


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ('flag.StringVar(&host, "smtp-host", "smtp.ionos.com", "")',
         'port := flag.Int("smtp-port", 465, "")'),
        ('pflag.StringVarP(&host, "smtp-host", "s", "smtp.ionos.com", "")',
         'port := pflag.IntP("smtp-port", "p", 465, "")'),
        ('host = "smtp.ionos.com"\n\tflag.StringVar(&host, "smtp-host", host, "")',
         'port := flag.Int("p", 465, "")'),
        ('root.PersistentFlags().StringVar(&host, "smtp-host", "smtp.ionos.com", "")',
         'port := flag.Int("smtp-port", 465, "")'),
    ],
)  # fmt: skip
def test_the_defaults_of_flags(tmp_path: Path, host: str, port: str) -> None:
    root = folder(tmp_path / "app", FLAGS % (host, port))
    assert way(one(root, "gomail")) == (HOST, 465, "implicit", False)
    changes_lead_there(root, "gomail")
    compose = "services:\n  a:\n    image: shop\n    command: [--smtp-host=mail.example.org]\n"
    started = folder(tmp_path / "b", FLAGS % (host, port), compose_yaml=compose)
    assert untold(started) == {"Host": "the flag -smtp-host gives it in compose.yaml"}


def test_a_flag_without_a_default(tmp_path: Path) -> None:
    lines = ('flag.StringVar(&host, "smtp-host", "", "")', 'port := flag.Int("smtp-port", 465, "")')
    root = folder(tmp_path, FLAGS % lines)
    assert untold(root) == {"Host": "the flag -smtp-host of the command line gives it"}


def test_a_variable_of_the_package_that_a_function_sets_from_its_own(tmp_path: Path) -> None:
    code = (
        'package main\n\nimport gomail "gopkg.in/gomail.v2"\n\n'
        "type Mail struct {\n\tHost string\n\tPort int\n}\n\nvar Conf Mail\n\nfunc Init() {\n"
        '\tx := Mail{Host: "smtp.ionos.com", Port: 465}\n\tConf = x\n}\n\n'
        'func main() {\n\tInit()\n\tgomail.NewDialer(Conf.Host, Conf.Port, "", "")\n}\n'
    )
    assert way(one(folder(tmp_path, code), "gomail"))[:3] == (HOST, 465, "implicit")


NUMBER = """\
package main

import (
	"fmt"
	"net/smtp"
	"os"
	"strconv"

	gomail "gopkg.in/gomail.v2"
)

func main() {
	port, err := strconv.Atoi(os.Getenv("SMTP_PORT"))
	if err != nil {
		return
	}
	gomail.NewDialer("smtp.ionos.com", port, "", "")
	addr := fmt.Sprintf("%s:%s", os.Getenv("SMTP_HOST"), os.Getenv("SMTP_PORT"))
	smtp.SendMail(addr, nil, "a@example.com", nil, nil)
}
"""


def test_numbers_and_addresses_of_variables_that_nobody_sets(tmp_path: Path) -> None:
    """Neither is the set-up none, nor its port 0, nor an address of a colon a fault."""
    root = folder(tmp_path / "a", NUMBER)
    assert untold(root) == {"Port": "SMTP_PORT is not set here"}
    found = one(root, "go-net-smtp").settings
    assert {each.option for each in found.untellable} == {"addr", "addr.port"}
    assert not found.remarks
    half = one(folder(tmp_path / "b", NUMBER, _env="SMTP_HOST=smtp.ionos.com\n"), "go-net-smtp")
    assert (half.settings.host, [each.option for each in half.settings.untellable]) == (
        HOST,
        ["addr.port"],
    )
    whole = one(folder(tmp_path / "c", NUMBER, _env=ENV % 587), "go-net-smtp")
    assert way(whole)[:2] == (HOST, 587)
    # a number that is none is one that stops the program
    broken = folder(tmp_path / "d", NUMBER, _env="SMTP_PORT=abc\n")
    assert not [
        each for each in setups(broken) if each.identity and each.identity.dialect == "gomail"
    ]


WANTING = """\
package main

import (
	"net/smtp"
	"os"
)

func Send() error {
	host, user := os.Getenv("SMTP_HOST"), os.Getenv("SMTP_USER")
	if %s {
		return nil
	}
	return smtp.SendMail(host+":587", nil, user, nil, nil)
}
"""


@pytest.mark.parametrize(
    ("condition", "seen"),
    [
        ('host == "" || user == ""', True),
        ('os.Getenv("SMTP_PASS") == ""', True),
        # switched off, and not for want of a setting
        ('os.Getenv("MAIL_ENABLED") != "true"', False),
        ("true", False),
    ],
)
def test_a_program_that_sends_nothing_without_its_settings(
    tmp_path: Path, condition: str, seen: bool
) -> None:
    """That they are missing is what has to be said, and not that there is no set-up."""
    found = setups(folder(tmp_path, WANTING % condition))
    assert bool([each for each in found if each.identity.dialect == "go-net-smtp"]) is seen


def test_a_variable_of_the_package_that_is_a_flags_default(tmp_path: Path) -> None:
    code = (
        'package main\n\nimport (\n\t"flag"\n\t"net/smtp"\n)\n\n'
        'var server = "smtp.ionos.com:587"\n\nfunc init() {\n'
        '\tflag.StringVar(&server, "s", server, "server")\n\tflag.Parse()\n}\n\n'
        'func main() {\n\tsmtp.SendMail(server, nil, "a@example.com", nil, nil)\n}\n'
    )
    files = {"go.mod": MODULE, "main.go": code, "run.sh": "curl -s https://example.com\n"}
    assert way(one(write(tmp_path, files), "go-net-smtp"))[:2] == (HOST, 587)
