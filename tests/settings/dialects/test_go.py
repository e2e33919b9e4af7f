"""Go's mail libraries: net/smtp, gomail and go-mail."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.model import MASK

from .support import apply, one, prepared, setups, write
from .ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
GOMAIL = 'package main\nimport "gopkg.in/gomail.v2"\nfunc main() {\n%s\n}\n'
GO_MAIL = (
    'package main\nimport (\n\t"os"\n\t"github.com/wneessen/go-mail"\n)\nfunc main() {\n%s\n}\n'
)
LOGIN = 'mail.WithUsername("info@example.com"), mail.WithPassword("word")'
AUTH = "mail.WithSMTPAuth(mail.SMTPAuthPlain)"
HELPERS = """\
func getenv(key, fallback string) string {
	if v, ok := os.LookupEnv(key); ok {
		return v
	}
	return fallback
}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('d := gomail.NewDialer("smtp.ionos.com", 587, "info@example.com", "word")',
         (587, "starttls", False)),
        ('d := gomail.NewDialer("smtp.ionos.com", 465, "info@example.com", "word")',
         (465, "implicit", False)),
        ('d := gomail.NewDialer("smtp.ionos.com", 587, "info@example.com", "word")\nd.SSL = true',
         (587, "implicit", False)),
        ('d := gomail.NewDialer("smtp.ionos.com", 465, "info@example.com", "word")\nd.SSL = false',
         (465, "starttls", False)),
    ],
)  # fmt: skip
def test_gomail(tmp_path: Path, text: str, expected: tuple[int, str, bool]) -> None:
    root = write(tmp_path / "app", {"main.go": GOMAIL % text})
    setup = one(root, "gomail")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    changes_lead_there(root, "gomail")


def test_gomail_with_variables_and_more(tmp_path: Path) -> None:
    text = (
        'package main\nimport ("os"; "strconv"; "crypto/tls"; "gopkg.in/mail.v2")\n' + HELPERS
        + 'func main() {\n\tport, err := strconv.Atoi(getenv("P", "465"))\n'
        '\td := mail.NewDialer(os.Getenv("H"), port, os.Getenv("U"), os.Getenv("W"))\n'
        "\td.StartTLSPolicy = mail.MandatoryStartTLS\n"
        "\td.TLSConfig = &tls.Config{InsecureSkipVerify: true}\n"
        '\tm.SetHeader("From", "shop@example.com")\n}\n'
    )  # fmt: skip
    env = "H=smtp.ionos.com\nP=587\nU=info@example.com\nW=word\n"
    root = write(tmp_path / "app", {"main.go": text, ".env": env})
    setup = one(root, "gomail")
    assert way(setup) == (HOST, 587, "starttls", True)
    assert not setup.settings.verify
    entry = setup.settings.entry("verify")
    assert entry is not None
    assert (entry.origin.name, entry.origin.line, entry.text) == ("InsecureSkipVerify", 13, "true")
    assert setup.settings.sender == "shop@example.com"
    change = prepared(setup.settings, 465, "implicit")
    assert (change.edits, change.settings) == ((), {"P": "465"})


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (f"mail.WithPort(587), {AUTH}, {LOGIN}", (587, "starttls", True)),
        (f"mail.WithPort(587), mail.WithTLSPolicy(mail.TLSOpportunistic), {AUTH}, {LOGIN}",
         (587, "starttls", False)),
        (f"mail.WithTLSPortPolicy(mail.TLSMandatory), {AUTH}, {LOGIN}", (587, "starttls", True)),
        (f"mail.WithSSLPort(false), {AUTH}, {LOGIN}", (465, "implicit", False)),
        (f"mail.WithSSL(), mail.WithPort(465), {AUTH}, {LOGIN}", (465, "implicit", False)),
        (f"mail.WithSSL(), mail.WithPort(587), {AUTH}, {LOGIN}", (587, "implicit", False)),
        (f"mail.WithPort(465), {AUTH}, {LOGIN}", (465, "starttls", True)),
        (f"mail.WithPort(587), mail.WithTLSPolicy(mail.NoTLS), {AUTH}, {LOGIN}",
         (587, "none", False)),
    ],
)  # fmt: skip
def test_go_mail(tmp_path: Path, options: str, expected: tuple[int, str, bool]) -> None:
    text = GO_MAIL % f'c, err := mail.NewClient("smtp.ionos.com", {options})'
    root = write(tmp_path / "app", {"main.go": text})
    setup = one(root, "go-mail")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert not remarks(setup)
    changes_lead_there(root, "go-mail")


def test_go_mail_without_a_kind_of_login(tmp_path: Path) -> None:
    text = GO_MAIL % f'c, err := mail.NewClient("smtp.ionos.com", mail.WithPort(587), {LOGIN})'
    setup = one(write(tmp_path, {"main.go": text}), "go-mail")
    assert remarks(setup) == {("ignored", "WithUsername")}
    assert setup.settings.username is None


NET = 'package main\nimport (\n\t"crypto/tls"\n\t"net/smtp"\n)\nfunc main() {\n%s\n}\n'
WRAPPED = """\
address := "smtp.ionos.com:%s"
host, port, err := net.SplitHostPort(address)
conn, err := net.Dial("tcp", address)
if port == "465" {
	conn = tls.Client(conn, &tls.Config{ServerName: host})
}
c, err := smtp.NewClient(conn, host)
if port != "465" {
	err = c.StartTLS(&tls.Config{ServerName: host})
}
c.Auth(auth)
"""
PLAIN = 'auth := smtp.PlainAuth("", "info@example.com", "word", "smtp.ionos.com")\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'{PLAIN}smtp.SendMail("smtp.ionos.com:587", auth, "info@example.com", to, m)',
         (587, "starttls", False)),
        (f'{PLAIN}smtp.SendMail("smtp.ionos.com:465", auth, "info@example.com", to, m)',
         (465, "starttls", False)),
        (f'{PLAIN}const h = "smtp.ionos.com"\nsmtp.SendMail(h + ":587", auth, "info@example.com",'
         " to, m)", (587, "starttls", False)),
        (f'{PLAIN}conn, _ := tls.Dial("tcp", "smtp.ionos.com:465", &tls.Config{{}})\n'
         'c, _ := smtp.NewClient(conn, "smtp.ionos.com")\nc.Auth(auth)', (465, "implicit", False)),
        (f'{PLAIN}c, _ := smtp.Dial("smtp.ionos.com:587")\nc.StartTLS(&tls.Config{{}})\n'
         "c.Auth(auth)", (587, "starttls", True)),
        (f'{PLAIN}c, _ := smtp.Dial("smtp.ionos.com:587")\nc.Auth(auth)', (587, "none", False)),
        (f'{PLAIN}c, _ := smtp.Dial("smtp.ionos.com:587")\nif ok, _ := c.Extension("STARTTLS"); ok'
         " {\nc.StartTLS(&tls.Config{})\n}\nc.Auth(auth)", (587, "starttls", False)),
        # a connection that is put into TLS, or not, by what its port is
        (f'{PLAIN}{WRAPPED % "465"}', (465, "implicit", False)),
        (f'{PLAIN}{WRAPPED % "587"}', (587, "starttls", True)),
        (f'{PLAIN}d := &net.Dialer{{}}\ncc, _ := d.DialContext(ctx, "tcp", "smtp.ionos.com:465")\n'
         "tc := tls.Client(cc, &tls.Config{})\nc, _ := smtp.NewClient(tc, host)\nc.Auth(auth)",
         (465, "implicit", False)),
        (f'{PLAIN}conn, _ := net.DialTimeout("tcp", "smtp.ionos.com:587", t)\n'
         "c, _ := smtp.NewClient(conn, host)\nc.StartTLS(&tls.Config{})\nc.Auth(auth)",
         (587, "starttls", True)),
    ],
)  # fmt: skip
def test_net_smtp(tmp_path: Path, text: str, expected: tuple[int, str, bool]) -> None:
    setup = one(write(tmp_path, {"main.go": NET % text}), "go-net-smtp")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert not remarks(setup)


def test_a_mode_that_follows_from_what_can_not_be_told(tmp_path: Path) -> None:
    text = PLAIN + (WRAPPED % "465").replace('"smtp.ionos.com:465"', "vault()")
    settings = one(write(tmp_path, {"main.go": NET % text}), "go-net-smtp").settings
    assert {each.option for each in settings.untellable} == {"addr", "opened"}


def test_connections_of_something_else_are_no_set_up(tmp_path: Path) -> None:
    text = 'conn, _ := net.Dial("tcp", "db.example.org:465")\nuse(tls.Client(conn, nil))\n'
    assert not setups(write(tmp_path, {"main.go": NET % text}))


def test_send_mail_is_mended_by_its_port(tmp_path: Path) -> None:
    text = NET % f'{PLAIN}smtp.SendMail("smtp.ionos.com:465", auth, "info@example.com", to, m)'
    root = write(tmp_path, {"main.go": text})
    apply(root, prepared(one(root, "go-net-smtp").settings, 587, "starttls"))
    assert way(one(root, "go-net-smtp")) == (HOST, 587, "starttls", False)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('host+":465"', 'smtp.SendMail(host+":587"'),
        ('host+":"+port', 'port = "587"'),
        ('fmt.Sprintf("%s:%s", host, port)', 'port = "587"'),
        ('fmt.Sprintf("%s:%d", host, 465)', 'fmt.Sprintf("%s:%d", host, 587)'),
        ("net.JoinHostPort(host, port)", 'port = "587"'),
        ("net.JoinHostPort(host, strconv.Itoa(465))", "strconv.Itoa(587)"),
    ],
)
def test_an_address_that_is_put_together_is_mended_in_its_piece(
    tmp_path: Path, lines: str, expected: str
) -> None:
    text = NET % f'{PLAIN}smtp.SendMail({lines}, auth, "info@example.com", to, m)'
    text = text.replace('"net/smtp"', '"fmt"\n\t"net"\n\t"net/smtp"\n\t"strconv"')
    text += 'const host = "smtp.ionos.com"\nconst port = "465"\n'
    root = write(tmp_path, {"main.go": text})
    setup = one(root, "go-net-smtp")
    assert way(setup) == (HOST, 465, "starttls", False)
    apply(root, prepared(setup.settings, 587, "starttls"))
    assert expected in (root / "main.go").read_text()
    assert way(one(root, "go-net-smtp")) == (HOST, 587, "starttls", False)


@pytest.mark.parametrize(
    ("host", "addr", "said"),
    [
        ("mail.example.com", "smtp.ionos.com:587", ("fault", "auth host")),
        ("smtp.ionos.com:587", "smtp.ionos.com:587", ("fault", "auth host")),
        ("smtp.ionos.com", "smtp.ionos.com", ("fault", "addr")),
    ],
)
def test_what_net_smtp_refuses(tmp_path: Path, host: str, addr: str, said: tuple[str, str]) -> None:
    text = NET % (
        f'auth := smtp.PlainAuth("", "info@example.com", "word", "{host}")\n'
        f'smtp.SendMail("{addr}", auth, "info@example.com", to, m)'
    )
    assert remarks(one(write(tmp_path, {"main.go": text}), "go-net-smtp")) == {said}


def test_look_alikes(tmp_path: Path) -> None:
    files = {
        "a.go": 'package main\n// smtp.SendMail("h.example:25", nil, "a", nil, nil)\n',
        "main_test.go": GOMAIL % 'gomail.NewDialer("h.example", 25, "", "")',
        "vendor/x/y.go": GOMAIL % 'gomail.NewDialer("h.example", 25, "", "")',
    }
    assert not setups(write(tmp_path, files))


@pytest.mark.parametrize(
    ("addr", "shown"),
    [
        ('"smtp.ionos.com:465"', '"smtp.ionos.com:465"'),
        ("`smtp.ionos.com:465`", "`smtp.ionos.com:465`"),
        ('"q7Geheim!x:465"', MASK),
    ],
)
def test_an_address_is_shown_as_it_is_typed(tmp_path: Path, addr: str, shown: str) -> None:
    text = NET % f'{PLAIN}smtp.SendMail({addr}, auth, "info@example.com", to, m)'
    setup = one(write(tmp_path / "app", {"main.go": text}), "go-net-smtp")
    port = setup.settings.entry("port")
    assert port is not None
    assert port.source_line is not None
    assert f"smtp.SendMail({shown}" in port.source_line
    assert "Geheim" not in port.source_line


SIMPLE = """\
package main

import (
	"os"

	mail "github.com/xhit/go-simple-mail/v2"
)

func main() {
	server := mail.NewSMTPClient()
	server.Host = "smtp.ionos.com"
%s
	server.Username = "info@example.com"
	server.Password = "word"
	client, err := server.Connect()
	email := mail.NewMSG()
	email.SetFrom("Shop <shop@example.com>")
}
"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("\tserver.Port = 587\n\tserver.Encryption = mail.EncryptionSTARTTLS", (587, "starttls")),
        ("\tserver.Port = 465\n\tserver.Encryption = mail.EncryptionSSLTLS", (465, "implicit")),
        ("\tserver.Port = 587\n\tserver.Encryption = mail.EncryptionSSL", (587, "implicit")),
        ("\tserver.Port = 465\n\tserver.Encryption = mail.EncryptionTLS", (465, "starttls")),
        ("\tserver.Port = 465", (465, "none")),
        ("\tserver.Port = 587", (587, "none")),
    ],
)
def test_go_simple_mail(tmp_path: Path, lines: str, expected: tuple[int, str]) -> None:
    root = write(tmp_path / "app", {"main.go": SIMPLE % lines})
    setup = one(root, "go-simple-mail")
    assert way(setup) == (HOST, *expected, False)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert setup.settings.sender == "shop@example.com"
    changes_lead_there(root, "go-simple-mail")


def test_another_librarys_client_is_none_of_go_simple_mail(tmp_path: Path) -> None:
    text = SIMPLE.replace("xhit/go-simple-mail/v2", "other/mail") % "\tserver.Port = 587"
    assert not setups(write(tmp_path, {"main.go": text}))


LIBRARY = """\
package main

import (
	"crypto/tls"
	"net/smtp"

	"%s"
)

func main() {
	e := email.NewEmail()
	e.From = "Shop <shop@example.com>"
	auth := smtp.PlainAuth("", "info@example.com", "word", "smtp.ionos.com")
	e.%s
}
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('Send("smtp.ionos.com:587", auth)', (587, "starttls", False)),
        ('Send("smtp.ionos.com:465", auth)', (465, "starttls", False)),
        ('SendWithTLS("smtp.ionos.com:465", auth, &tls.Config{})', (465, "implicit", False)),
        ('SendWithStartTLS("smtp.ionos.com:587", auth, &tls.Config{})', (587, "starttls", False)),
    ],
)
def test_jordan_wrights_email(tmp_path: Path, call: str, expected: tuple[int, str, bool]) -> None:
    text = LIBRARY % ("github.com/jordan-wright/email", call)
    setup = one(write(tmp_path / "a", {"main.go": text}), "go-net-smtp")
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == ("info@example.com", "word")
    assert setup.settings.sender == "shop@example.com"
    assert not setups(write(tmp_path / "b", {"main.go": LIBRARY % ("example.org/email", call)}))
