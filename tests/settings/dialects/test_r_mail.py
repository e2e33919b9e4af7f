"""What R scripts send with: blastula, emayili, mailR, sendmailR and curl."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import one, setups, write
from .ways import changes_lead_there, password, remarks, way

HOST = "smtp.ionos.com"
DIALECT = "r-mail"
USER = "info@example.com"
BLASTULA = """\
library(blastula)
%s
email <- compose_email(body = md("Hello"))  # creds("nobody", host = "not.this")
smtp_send(
  email, to = "a@example.org", from = c("Shop" = "info@example.com"),
  credentials = creds_envvar(user = "info@example.com", pass_envvar = "MAIL_PASS", %s)
)
"""
EMAYILI = """\
library(emayili)
smtp <- server(%s, username = "info@example.com", password = "word")
email <- envelope() |>
  from("info@example.com") |>
  to("a@example.org")
smtp(email)
"""
MAILR = """\
mailR::send.mail(from = "info@example.com", to = c("a@example.org", "b@example.org"), subject = "x",
  body = "y", send = TRUE, %s,
  smtp = list(host.name = "smtp.ionos.com", user.name = "info@example.com", passwd = "word", %s))
"""
SENDMAILR = """\
library(sendmailR)
sendmail("info@example.com", "a@example.org", "x", "y", %s)
"""
CURL = """\
curl::send_mail("info@example.com", "a@example.org", text, smtp_server = %s,
                username = "info@example.com", password = "word")
"""


def script(tmp_path: Path, text: str, **more: str) -> Path:
    files = {name.replace("__", "/").replace("_", "."): each for name, each in more.items()}
    return write(tmp_path / "app", {"R/send.R": text, **files})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BLASTULA % ("", f'host = "{HOST}", port = 465'), (465, "implicit", True)),
        (BLASTULA % ("", f'host = "{HOST}", port = 465L, use_ssl = F'), (465, "implicit", True)),
        (BLASTULA % ("", f'host = "{HOST}", port = 587'), (587, "starttls", False)),
        (BLASTULA % ("", f"host = '{HOST}', port = 587, use_ssl = FALSE"), (587, "none", False)),
        (EMAYILI % f'host = "{HOST}", port = 465', (465, "implicit", True)),
        (EMAYILI % f'"{HOST}", 587', (587, "starttls", False)),
        (EMAYILI % f'"{HOST}"', (25, "none", False)),
        (EMAYILI % f'"{HOST}", 587, protocol = "SMTPS"', (587, "implicit", True)),
        (MAILR % ("authenticate = TRUE", "ssl = TRUE"), (465, "implicit", False)),
        (MAILR % ("authenticate = TRUE", "port = 587, tls = TRUE"), (587, "starttls", False)),
        (MAILR % ("authenticate = TRUE", "port = 587"), (587, "none", False)),
        (CURL % f'"smtps://{HOST}"', (465, "implicit", True)),
        (CURL % f'"{HOST}:465"', (465, "implicit", True)),
        (CURL % f'"smtp://{HOST}:465", use_ssl = "force"', (465, "starttls", True)),
        (CURL % f'"{HOST}:587", use_ssl = "no"', (587, "none", False)),
        (CURL % f'paste0("{HOST}", ":", 587)', (587, "starttls", False)),
    ],
)
def test_modes(tmp_path: Path, text: str, expected: tuple[int, str, bool]) -> None:
    setup = one(script(tmp_path, text, _Renviron="MAIL_PASS='word'\n"), DIALECT)
    assert way(setup) == (HOST, *expected)
    assert (setup.settings.username, password(setup)) == (USER, "word")
    assert setup.settings.sender == USER
    assert remarks(setup) == set()


def test_a_package_without_tls_and_login(tmp_path: Path) -> None:
    text = SENDMAILR % f'control = list(smtpServer = "{HOST}", smtpPort = 587)'
    setup = one(script(tmp_path, text), DIALECT)
    assert way(setup) == (HOST, 587, "none", False)
    assert (setup.settings.username, password(setup)) == (None, None)
    by_curl = 'engine = "curl", engineopts = list(username = "info@example.com", password = "word")'
    text = SENDMAILR % f'control = list(smtpServer = "smtp://{HOST}:587"), {by_curl}'
    setup = one(script(tmp_path, text), DIALECT)
    assert way(setup) == (HOST, 587, "starttls", True)
    assert (setup.settings.username, password(setup)) == (USER, "word")


def test_what_mailr_does_not_read(tmp_path: Path) -> None:
    setup = one(script(tmp_path, MAILR % ("html = TRUE", "port = 587, ssl = TRUE")), DIALECT)
    assert way(setup) == (HOST, 465, "implicit", False)
    assert setup.settings.username is None
    assert remarks(setup) == {("ignored", "port"), ("ignored", "user.name")}


@pytest.mark.parametrize(
    ("provider", "expected"),
    [("gmail", ("smtp.gmail.com", 465, "implicit", True)),
     ("office365", ("smtp.office365.com", 587, "starttls", False))],
)  # fmt: skip
def test_providers(tmp_path: Path, provider: str, expected: tuple[str, int, str, bool]) -> None:
    setup = one(script(tmp_path, BLASTULA % ("", f'provider = "{provider}"')), DIALECT)
    assert way(setup) == expected


def test_a_provider_of_emayili(tmp_path: Path) -> None:
    text = "library(emayili)\nsmtp <- gmail(username = 'a@gmail.com', password = 'word')\n"
    setup = one(script(tmp_path, text), DIALECT)
    assert way(setup) == ("smtp.gmail.com", 587, "starttls", False)
    assert (setup.settings.username, password(setup)) == ("a@gmail.com", "word")


@pytest.mark.parametrize(
    "statements",
    [
        'host <- Sys.getenv("MAIL_HOST"); port <- as.integer(Sys.getenv("MAIL_PORT", "25"))',
        'settings <- list(host = "smtp.ionos.com", "port" = 465)\n'
        'host = settings$host; port <- settings[["port"]]',
        'port <- if (Sys.getenv("MAIL_PORT") == "465") 465 else { 587 }\n'
        'paste0("smtp", ".ionos.com") -> host',
        'address <- function(name, end = ".com") {\n'
        '  paste(name, "ionos", sep = ".") |> paste0(end)\n}\n'
        'host <- address("smtp"); port <- switch("ssl", ssl = 465, tls = 587)',
        'host <- r"(smtp.ionos.com)"; port <- NULL %||% 465L',
    ],
    ids=["environment", "list", "if", "function", "texts"],
)
def test_where_values_come_from(tmp_path: Path, statements: str) -> None:
    text = BLASTULA % (statements, "host = host, port = port")
    variables = "MAIL_PASS=word\nMAIL_HOST=smtp.ionos.com\nMAIL_PORT=465\n"
    setup = one(script(tmp_path, text, _Renviron=variables), DIALECT)
    assert way(setup) == (HOST, 465, "implicit", True)
    assert password(setup) == "word"


def test_what_a_function_is_called_with(tmp_path: Path) -> None:
    text = (
        "send_report <- function(host, port = 587) {\n  emayili::server(host, port, 'u', 'p')\n}\n"
    )
    more = {"run__now.R": "source('R/send.R')\nsend_report('smtp.ionos.com')\n"}
    assert way(one(script(tmp_path, text, **more), DIALECT)) == (HOST, 587, "starttls", False)


def test_a_variable_that_the_script_sets(tmp_path: Path) -> None:
    text = BLASTULA % ('Sys.setenv(MAIL_PASS = "other")', f'host = "{HOST}", port = 465')
    assert password(one(script(tmp_path, text), DIALECT)) == "other"


@pytest.mark.parametrize(
    ("made", "fields"),
    [
        ('creds("u", host = "smtp.ionos.com", port = 465)', {"password"}),
        ('creds_envvar("u", host = config::get("host"), port = 465)', {"host"}),
        ('creds_envvar("u", host = hosts[1], port = 465 + offset)', {"host", "port"}),
        ('creds_anonymous(host = "a" %+% "b", port = 25)', {"host"}),
    ],
)
def test_what_can_not_be_told(tmp_path: Path, made: str, fields: set[str]) -> None:
    text = f"library(blastula)\nhosts <- read_hosts()\nit <- {made}\n"
    setup = one(script(tmp_path, text, _Renviron="SMTP_PASSWORD=word\n"), DIALECT)
    assert {each.field for each in setup.settings.untellable} == fields


def test_what_a_branch_ends_with_is_not_guessed_at(tmp_path: Path) -> None:
    statements = (
        "host_of <- function(kind) {\n  if (kind == asked) return('a.example')\n"
        "  for (each in kinds) print(each)\n}\nhost <- host_of('b')"
    )
    setup = one(script(tmp_path, BLASTULA % (statements, "host = host, port = 465")), DIALECT)
    assert "host" in {each.field for each in setup.settings.untellable}


@pytest.mark.parametrize(
    "text",
    [
        "library(shiny)\nserver <- function(input, output) { output$x <- renderText('y') }\n",
        "library(shiny)\nshinyApp(ui, server(host = 'smtp.ionos.com'))\n",
        "# blastula::creds_envvar(host = 'smtp.ionos.com', port = 465)\nprint('blastula')\n",
        "library(blastula)\nsmtp_send(email, to, from, credentials = creds_key('gmail'))\n",
        "it <- 'emayili server(\"smtp.ionos.com\")'\n",
        "if (FALSE) { library(emayili); smtp <- server('smtp.ionos.com', 587) }\n",
    ],
)
def test_what_is_no_server(tmp_path: Path, text: str) -> None:
    assert setups(script(tmp_path, text)) == []


@pytest.mark.parametrize("port", ["465", "587"])
@pytest.mark.parametrize("more", ["", ", use_ssl = FALSE"])
def test_changes(tmp_path: Path, port: str, more: str) -> None:
    text = BLASTULA % ("", f'host = "{HOST}", port = {port}{more}')
    changes_lead_there(script(tmp_path, text, _Renviron="MAIL_PASS=word\n"), DIALECT)


@pytest.mark.parametrize(
    "text",
    [
        "library(emayili)\nserver('smtp",
        "blastula creds(((",
        "emayili `x" * 2000,
        "mailR" + "{" * 5000,
    ],
)
def test_broken_scripts(tmp_path: Path, text: str) -> None:
    assert all(each.settings.host is None for each in setups(script(tmp_path, text)))


def test_what_another_file_has(tmp_path: Path) -> None:
    """What a script runs it has; of others only functions, which a package has everywhere."""
    text = EMAYILI % "host = smtp_host, port = the_port()"
    more = {
        "R__config.R": 'smtp_host <- "smtp.ionos.com"\n',
        "R__x.R": "the_port = function() 465\n",
    }
    setup = one(script(tmp_path / "a", text, **more), DIALECT)
    assert "host" in {each.field for each in setup.settings.untellable}
    setup = one(script(tmp_path / "b", 'source("R/config.R")\n' + text, **more), DIALECT)
    assert way(setup) == (HOST, 465, "implicit", True)
