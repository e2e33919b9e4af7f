"""Go programs whose settings come through koanf, kingpin and urfave/cli."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import apply, one, prepared, setups, write
from .ways import password, way

HOST = "smtp.ionos.com"
MOD = "module example.com/x\n\ngo 1.22\n"
KOANF = """\
package main

import (
	"fmt"
	"net/smtp"
	"strings"

	"github.com/knadh/koanf/parsers/%(kind)s"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

var k = koanf.New(".")

func main() {
	k.Load(confmap.Provider(map[string]interface{}{
		"smtp.port": 25, "smtp.user": "info@example.com",
	}, "."), nil)
	k.Load(file.Provider("config.%(kind)s"), %(kind)s.Parser())
	k.Load(env.Provider("APP_", ".", func(s string) string {
		return strings.Replace(strings.ToLower(strings.TrimPrefix(s, "APP_")), "_", ".", -1)
	}), nil)
%(body)s
}
"""
GETTERS = """\
	host := k.String("smtp.host")
	auth := smtp.PlainAuth("", k.String("smtp.user"), k.MustString("smtp.password"), host)
	smtp.SendMail(host+":"+k.String("smtp.port"), auth, k.String("smtp.user"), nil, nil)
"""
OBJECT = """\
	var c Config
	k.Unmarshal("smtp", &c)
	auth := smtp.PlainAuth("", c.User, c.Password, c.Host)
	smtp.SendMail(fmt.Sprintf("%s:%d", c.Host, c.Port), auth, c.User, nil, nil)
}

type Config struct {
	Host string `koanf:"host"`
	Port int `koanf:"port"`
	User string
	Password string `koanf:"password"`
"""


@pytest.mark.parametrize("body", [GETTERS, OBJECT])
@pytest.mark.parametrize(
    ("kind", "text", "environ", "expected"),
    [
        ("toml", '[smtp]\nhost = "smtp.ionos.com"\nport = 587\npassword = "word"\n', {}, 587),
        ("yaml", "smtp:\n  host: smtp.ionos.com\n  password: word\n", {}, 25),
        ("json", '{"smtp": {"host": "smtp.ionos.com", "port": 465, "password": "word"}}', {}, 465),
        # what is loaded later counts
        ("yaml", "smtp:\n  host: smtp.ionos.com\n  port: 25\n  password: word\n",
         {"APP_SMTP_PORT": "587"}, 587),
    ],
)  # fmt: skip
def test_koanf(
    tmp_path: Path, body: str, kind: str, text: str, environ: dict[str, str], expected: int
) -> None:
    files = {
        "go.mod": MOD,
        "main.go": KOANF % {"kind": kind, "body": body},
        f"config.{kind}": text,
    }
    root = write(tmp_path, files)
    setup = one(root, "go-net-smtp", **environ)
    assert way(setup) == (HOST, expected, "starttls", False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    if expected == 465:
        apply(root, prepared(setup.settings, 587, "starttls"))
        assert way(one(root, "go-net-smtp")) == (HOST, 587, "starttls", False)


def test_what_koanf_loads_elsewhere_cannot_be_told(tmp_path: Path) -> None:
    main = KOANF % {"kind": "toml", "body": GETTERS}
    root = write(tmp_path, {"go.mod": MOD, "main.go": main})
    settings = one(root, "go-net-smtp").settings
    assert settings.host is None
    assert settings.untellable
    assert one(root, "go-net-smtp", APP_SMTP_HOST="x.example.com").settings.untellable


def test_each_go_module_has_what_it_loads_itself(tmp_path: Path) -> None:
    main = KOANF % {"kind": "yaml", "body": GETTERS}
    ports = {"first": 465, "second": 587}
    files = {}
    for name, port in ports.items():
        files[f"{name}/go.mod"] = MOD
        files[f"{name}/main.go"] = main
        text = f"smtp:\n  host: {HOST}\n  port: {port}\n  password: word\n"
        files[f"{name}/config.yaml"] = text
    found = setups(write(tmp_path, files))
    assert [way(each) for each in found] == [
        (HOST, port, "starttls", False) for port in ports.values()
    ]


def test_a_map_in_a_map_that_koanf_loads(tmp_path: Path) -> None:
    flat = '"smtp.port": 25, "smtp.user": "info@example.com",'
    nested = '"smtp": map[string]interface{}{"port": 2525, "user": "info@example.com"},'
    main = KOANF % {"kind": "yaml", "body": GETTERS}
    assert flat in main
    text = f"smtp:\n  host: {HOST}\n  password: word\n"
    files = {"go.mod": MOD, "main.go": main.replace(flat, nested), "config.yaml": text}
    assert way(one(write(tmp_path, files), "go-net-smtp")) == (HOST, 2525, "starttls", False)


def test_what_koanf_loads_last_from_a_place_that_nobody_knows_counts(tmp_path: Path) -> None:
    main = KOANF % {"kind": "yaml", "body": GETTERS}
    provider = '\t"github.com/knadh/koanf/providers/consul/v2"\n'
    main = main.replace("import (\n", f"import (\n{provider}")
    main = main.replace("\thost :=", "\tk.Load(consul.Provider(consul.Config{}), nil)\n\thost :=")
    text = f"smtp:\n  host: {HOST}\n  port: 587\n  password: word\n"
    files = {"go.mod": MOD, "main.go": main, "config.yaml": text}
    settings = one(write(tmp_path, files), "go-net-smtp").settings
    assert settings.host is None
    assert any("consul" in each.why for each in settings.untellable)


KINGPIN = """\
package main

import (
	"net/smtp"

	"github.com/alecthomas/kingpin/v2"
)

%s

func main() {
	kingpin.Parse()
	auth := smtp.PlainAuth("", "info@example.com", "word", *host)
	smtp.SendMail(*host+":"+*port, auth, "info@example.com", nil, nil)
}
"""
DEFINED = """\
var (
	app  = kingpin.New("x", "y")
	host = app.Flag("smtp.host", "Host.").Required().Envar("SMTP_HOST").String()
	port = kingpin.Flag("smtp.port", "Port.").Short('p').Default("587").Envar("SMTP_PORT").String()
)
"""
URFAVE = """\
package main

import (
	"fmt"
	"net/smtp"

	"github.com/urfave/cli/v%(version)s"
)

func flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "smtp-host", Usage: "x", %(env)s},
		&cli.IntFlag{
			Name:  "smtp-port",
			Value: 587,
			%(port)s,
		},
	}
}

func send(c *cli.%(context)s) error {
	host := c.String("smtp-host")
	auth := smtp.PlainAuth("", "info@example.com", "word", host)
	addr := fmt.Sprintf("%%s:%%d", host, c.Int("smtp-port"))
	return smtp.SendMail(addr, auth, "info@example.com", nil, nil)
}
"""
PROGRAMS = {
    "kingpin": KINGPIN % DEFINED,
    "kingpin 1": KINGPIN % DEFINED.replace("Envar(", "OverrideDefaultFromEnvar("),
    "urfave 2": URFAVE % {"version": 2, "context": "Context",
                          "env": 'EnvVars: []string{"SMTP_HOST", "MAIL_HOST"}',
                          "port": 'EnvVars: []string{"SMTP_PORT"}'},
    "urfave 3": URFAVE % {"version": 3, "context": "Command",
                          "env": 'Sources: cli.EnvVars("SMTP_HOST")',
                          "port": 'Sources: cli.EnvVars("SMTP_PORT")'},
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(("line", "port"), [("", 587), ("SMTP_PORT=465\n", 465)])
def test_flags_that_name_a_variable(tmp_path: Path, program: str, line: str, port: int) -> None:
    dotenv = f"SMTP_HOST=smtp.ionos.com\n{line}"
    root = write(tmp_path, {"go.mod": MOD, "main.go": PROGRAMS[program], ".env": dotenv})
    setup = one(root, "go-net-smtp")
    assert way(setup) == (HOST, port, "starttls", False)
    if line:
        apply(root, prepared(setup.settings, 587, "starttls"))
        assert (root / ".env").read_text() == dotenv.replace("465", "587")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_flag_that_nothing_sets(tmp_path: Path, program: str) -> None:
    root = write(tmp_path, {"go.mod": MOD, "main.go": PROGRAMS[program]})
    settings = one(root, "go-net-smtp").settings
    assert settings.host is None
    assert settings.untellable


def test_a_flag_without_a_variable_cannot_be_told(tmp_path: Path) -> None:
    text = KINGPIN % DEFINED.replace('.Envar("SMTP_HOST")', "")
    settings = one(write(tmp_path, {"go.mod": MOD, "main.go": text}), "go-net-smtp").settings
    assert settings.host is None
    assert any("--smtp.host" in each.why for each in settings.untellable)


def test_flags_without_an_end_are_looked_at_once(tmp_path: Path) -> None:
    """What would be looked through anew at each name would take minutes."""
    program = PROGRAMS["urfave 2"]
    hostile = program.partition("import")[0] + 'import "github.com/urfave/cli/v2"\n'
    hostile += "var x = cli.StringFlag{" + 'Name: "smtp-port" ' * 14_000
    dotenv = "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=465\n"
    files = {"go.mod": MOD, "a.go": hostile, "main.go": program, ".env": dotenv}
    assert one(write(tmp_path, files), "go-net-smtp").settings.port == 465
