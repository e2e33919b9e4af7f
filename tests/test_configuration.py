"""The project's own file: where it is found, what it may say, and what comes of it at a command."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from smtpdoctor import cli
from smtpdoctor.configuration import COMMAND_LINE_ONLY, KEYS, ConfigurationError, read
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME, Act, Behaviour
from smtpdoctor.examination.options import CheckOptions, DefaultSetup
from smtpdoctor.plans import make_lint_plans, make_plans
from smtpdoctor.settings.reading import UsageError

from .fake_network import FakeNetwork
from .runs import ADDRESS, HOST

ENTRY = '{ code = "dmarc-missing", reason = "no mail is read there" }'


def write(folder: Path, text: str, name: str = ".smtpdoctor.toml") -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


# --- which file ---------------------------------------------------------------------------------


def test_nothing_is_read_where_nothing_is(tmp_path: Path) -> None:
    assert read(tmp_path).file == ""


def test_its_own_file_comes_before_the_shared_one(tmp_path: Path) -> None:
    write(tmp_path, "[tool.smtpdoctor]\nprofile = 'shared'\n", "pyproject.toml")
    found = read(tmp_path)
    assert (found.file, found.profile) == ("pyproject.toml", "shared")
    write(tmp_path, "profile = 'own'\n")
    found = read(tmp_path)
    assert (found.file, found.profile) == (".smtpdoctor.toml", "own")


def test_the_nearest_file_wins_and_nothing_is_joined(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, "profile = 'above'\ntimeout = 30\n")
    inner = tmp_path / "services" / "shop"
    write(inner, "[project]\nname = 'shop'\n", "pyproject.toml")  # says nothing of smtpdoctor
    found = read(inner)
    assert (found.file, found.profile, found.timeout) == ("../../.smtpdoctor.toml", "above", 30)
    write(inner, "[tool.smtpdoctor]\nprofile = 'near'\n", "pyproject.toml")
    found = read(inner)
    assert (found.file, found.profile, found.timeout) == ("pyproject.toml", "near", None)


def test_nothing_above_the_repository_counts(tmp_path: Path) -> None:
    write(tmp_path, "profile = 'of somebody else'\n")
    inner = tmp_path / "project"
    inner.mkdir()
    assert read(inner).file == ""  # no repository: the folder's own alone
    (inner / ".git").write_text("gitdir: elsewhere\n")  # a worktree's is a file
    assert read(inner).file == ""


@pytest.mark.parametrize(
    "text",
    [
        "[tool.smtpdoctor]\ntimeout = 9\n",
        "[tool]\nsmtpdoctor.timeout = 9\n",
        "[tool]\nsmtpdoctor = { timeout = 9 }\n",
        "tool.smtpdoctor.timeout = 9\n",
        '["tool" . "smtpdoctor"]\r\ntimeout = 9\r\n',
        "\ufeff[tool.smtpdoctor]\ntimeout = 9\n",
    ],
)
def test_the_table_in_any_of_its_forms(tmp_path: Path, text: str) -> None:
    write(tmp_path, text, "pyproject.toml")
    assert read(tmp_path).timeout == 9
    write(tmp_path, text.replace("9", "'x'"), "pyproject.toml")
    with pytest.raises(ConfigurationError, match=r"^pyproject\.toml:[12]: timeout must be"):
        read(tmp_path)


def test_a_shared_file_that_is_about_it_must_be_valid(tmp_path: Path) -> None:
    write(tmp_path, "[tool.smtpdoctor]\ntimeout = [\n", "pyproject.toml")
    with pytest.raises(ConfigurationError, match="is not valid TOML"):
        read(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "not toml at all [",
        "dependencies = ['smtpdoctor']\nnot toml [",
        "[tool.other]\nsmtpdoctor = 1\n",
        "[tool.smtpdoctor2]\nnonsense = 1\n",
    ],
)
def test_a_shared_file_that_says_nothing_of_it_is_passed_over(tmp_path: Path, text: str) -> None:
    write(tmp_path, text, "pyproject.toml")
    assert read(tmp_path).file == ""


@pytest.mark.parametrize("name", ["pyproject.toml", ".smtpdoctor.toml"])
def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    if name == "pyproject.toml":
        assert read(tmp_path).file == ""
    else:
        with pytest.raises(ConfigurationError, match="is a pipe"):
            read(tmp_path)


# --- what it may say ----------------------------------------------------------------------------


def test_every_key(tmp_path: Path) -> None:
    text = (
        "profile = 'staging'\nsetup = 'mailer.js'\ntimeout = 20\nformat = 'json'\n\n"
        "[[accept]]\ncode = 'dmarc-missing'\nreason = 'x'\nsetup = 'mailer'\nuntil = 2027-03-01\n"
    )
    write(tmp_path, text)
    found = read(tmp_path)
    assert (found.profile, found.setup, found.timeout) == ("staging", ("mailer.js",), 20.0)
    assert found.format == "json"
    (entry,) = found.accept
    assert (entry.code, entry.setup, entry.until) == ("dmarc-missing", "mailer", date(2027, 3, 1))
    assert entry.place == ".smtpdoctor.toml:7"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\n\nb", ":3: is not valid TOML"),
        ("\nacept = []", ":2: unknown key “acept”: known are accept, .*; did you mean accept?"),
        ("[tool.smtpdoctor]\nprofile = 'x'", ":1: the keys of this file stand at its top"),
        ("timeout = 'long'", ":1: timeout must be seconds from 1 to 600"),
        ("timeout = true", "timeout must be seconds"),
        ("timeout = 0", "timeout must be seconds"),
        ("timeout = nan", "timeout must be seconds"),
        ("profile = 3", ":1: profile must be a text"),
        ("setup = [1]", "setup must be a part of a set-up's name"),
        ("setup = ''", "setup must be a part of a set-up's name"),
        ("format = 'jsn'", "format is none of .*; did you mean json?"),
        ("accept = 'dmarc-missing'", r":1: accept must be a list of tables, such as \[\{ code = "),
        ("accept = ['dmarc-missing']", ":1: accept: each entry is a table with code and reason"),
        ("accept = [\n {code = 'dmarc-missing'}\n]", ":2: accept: reason is missing"),
        ("accept = [{code = 'dmarc-missing', reason = ' '}]", "reason is empty: say why this"),
        ("accept = [{code = 'dmarc-missing', reason = 7}]", "reason must be a text"),
        ("profile = ''", "profile is empty"),
        ("accept = [{reason = 'x'}]", "code is missing"),
        (
            "accept = [\n {code = 'dmarc-mising', reason = 'x'}]",
            ":2: accept: no diagnosis code “dmarc-mising”; did you mean dmarc-missing?",
        ),
        ("accept = [{code = 'zzz', reason = 'x'}]", "smtpdoctor explain lists the codes"),
        (
            "accept = [{code = 'expired-cert', reason = 'x'}]",
            "accept: no diagnosis code “expired-cert”; did you mean certificate-expired?",
        ),
        (
            "accept = [{code = 'foo-bar', reason = 'x'}]",
            "accept: no diagnosis code “foo-bar”; smtpdoctor explain lists the codes",
        ),
        ("accept = [{code = 'dmarc-missing', resaon = 'x'}]", "did you mean reason?"),
        (
            "[[accept]]\ncode = 'dmarc-missing'\nreason = 'x'\nuntil = '2027-03-01'",
            ":4: accept: until must be a day such as 2027-03-01, without quotes",
        ),
        (
            "accept = [{code = 'dmarc-missing', reason = 'x', until = 2027-03-01T10:00:00Z}]",
            "until must be a day such as 2027-03-01$",
        ),
        (f"accept = [{{code = 'dmarc-missing', reason = '{'x' * 301}'}}]", "longer than 300"),
        ("timeout = 9\n" + "a." * 300_000 + "x = 1", ":2: a key has too many parts"),
        ("x = {" + "'a' . " * 150_000 + "x = 1}", ":1: a key has too many parts"),
        ('"\\"".' * 200_000 + "x = 1", ":1: a key has too many parts"),
        ("x = " + "[" * 100_000, "is not valid TOML"),
        ("[[accept]]\n" * 50_000, "code is missing"),
        ('x = "' + "a" * 1_100_000 + '"', "larger than 1 MiB"),
    ],
)
def test_what_it_can_not_say_is_one_line_with_its_place(
    tmp_path: Path, text: str, said: str
) -> None:
    write(tmp_path, text)
    with pytest.raises(ConfigurationError, match=said) as caught:
        read(tmp_path)
    assert str(caught.value).startswith(".smtpdoctor.toml")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        "fix = true",
        "yes = true",
        "force = true",
        "output = ['json=/etc/passwd']",
        "save = 'x'",
        "open = true",
        "host = 'evil.example'",
        "user = 'x'",
        "password = 'canary'",
        "connect-to = ['a:1:127.0.0.1:1']",
        "connect_to = ['a:1:127.0.0.1:1']",
        "cafile = 'x'",
        "nameserver = ['192.0.2.1']",
        "env-file = '/etc/passwd'",
        "only = ['dns']",
        "skip = ['auth']",
        "ask-metadata = true",
        "ticket = true",
        "format = 'ticket'",
    ],
)
def test_what_writes_logs_in_or_goes_elsewhere_is_the_command_lines(
    tmp_path: Path, line: str
) -> None:
    write(tmp_path, line)
    with pytest.raises(ConfigurationError, match="on the command line only") as caught:
        read(tmp_path)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("key", ["output", "no_third_party", "password-stdin"])
def test_the_option_that_is_the_command_lines_is_named(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In quotes the command line took it for a word of the user's, and masked it."""
    write(tmp_path, f"{key} = true")
    monkeypatch.chdir(tmp_path)
    assert cli.run(["lint"]) == 2
    option = f"--{key.replace('_', '-')}"
    assert f": {option} can be given on the command line only" in capsys.readouterr().err


def test_every_option_of_check_is_a_key_or_the_command_lines() -> None:
    """A new one is decided on: docs/decisions/0021."""
    options = {
        name.lstrip("-")
        for parameter in cli.program().commands["check"].params
        for name in (*parameter.opts, *parameter.secondary_opts)
        if name.startswith("--") or parameter.param_type_name == "argument"
    }
    assert options - {"help"} <= COMMAND_LINE_ONLY | set(KEYS)


# --- whose login goes where -----------------------------------------------------------------------


MAILER = """const nodemailer = require('nodemailer');
nodemailer.createTransport({{ host: '{host}', port: 587,
  auth: {{ user: process.env.MAIL_USER, pass: process.env.MAIL_PASS }} }});
"""


def default(part: str) -> DefaultSetup:
    return DefaultSetup(parts=(part,), place="own.toml:3")


def test_a_set_up_that_the_file_picks_releases_no_login(tmp_path: Path) -> None:
    """Credentials of the shell, a host of the folder: only who types --setup lets them go."""
    write(tmp_path, MAILER.format(host="mail.unknown.example"), "mailer.js")
    environ = {"MAIL_USER": "info@example.com", "MAIL_PASS": "canary"}
    options = CheckOptions(folder=tmp_path, environ=environ, default_setup=default("mailer.js"))
    (picked,) = make_plans(options).plans
    assert not picked.settings.has_credentials
    assert picked.settings.withheld is not None
    named = CheckOptions(folder=tmp_path, environ=environ, setup=("mailer.js",))
    assert make_plans(named).plans[0].settings.has_credentials


def test_a_set_up_that_the_file_picks_leaves_the_others_out_by_name(tmp_path: Path) -> None:
    write(tmp_path, MAILER.format(host="one.example.com"), "one.js")
    write(tmp_path, MAILER.format(host="two.example.com"), "two.js")
    options = CheckOptions(folder=tmp_path, environ={}, default_setup=default("one.js"))
    plans = make_plans(options)
    assert plans.passed_over == ("nodemailer two.js:2",)
    with pytest.raises(UsageError, match=r"^own\.toml:3: setup three\.js: none of"):
        make_plans(CheckOptions(folder=tmp_path, environ={}, default_setup=default("three.js")))


def test_a_set_up_that_is_gone_is_not_replaced_by_another_programs_settings(tmp_path: Path) -> None:
    """Without the program that the file names, .env is nobody's."""
    write(tmp_path, "SMTP_HOST=mail.example.com\n", ".env")
    options = CheckOptions(folder=tmp_path, environ={}, default_setup=default("mailer.js"))
    for make in (make_plans, make_lint_plans):
        with pytest.raises(UsageError, match=r"^own\.toml:3: setup: no set-up was found"):
            make(options)
    (named,) = make_plans(msgspec.structs.replace(options, target="mail.example.com")).plans
    assert named.settings.host == "mail.example.com"


# --- at a command ---------------------------------------------------------------------------------


Command = Callable[..., tuple[int, str, str]]
DOTENV = f"SMTP_HOST={HOST}\nSMTP_PORT=587\nSMTP_USER={USERNAME}\nSMTP_PASS={PASSWORD}\n"
#: Two settings that exclude each other, the one that counts works: a warning.
WARNED = DOTENV + "SMTP_SECURE=true\nSMTP_TLS=starttls\n"
ACCEPT = 'accept = [{ code = "conflicting-settings", reason = "both readers" }]\n'


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], in_memory: None) -> Command:
    """Runs the program in an empty folder, on a network in memory."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.run(list(arguments))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def diagnoses(out: str) -> dict[str, Any]:
    (target,) = json.loads(out)["targets"]
    return {item["code"]: item for item in target["diagnoses"]}


def test_an_accepted_warning_fails_no_strict_run_and_is_shown(
    command: Command, tmp_path: Path
) -> None:
    write(tmp_path, WARNED, ".env")
    assert command("check", "--strict")[0] == 1
    write(tmp_path, ACCEPT)
    status, out, _ = command("check", "--strict")
    assert status == 0
    assert 'accepted: "both readers"' in " ".join(out.split())
    assert "(1 warning accepted)" in out
    status, out, _ = command("check", "--strict", "--format", "json")
    report = json.loads(out)
    assert (status, report["verdict"]) == (0, "healthy")
    accepted = diagnoses(out)["conflicting-settings"]["accepted"]
    place = {"file": ".smtpdoctor.toml", "line": 1}
    assert accepted == {"reason": "both readers", "until": None, **place}


def test_an_error_can_not_be_accepted_and_that_is_said(
    command: Command, network: FakeNetwork, tmp_path: Path
) -> None:
    network.server(ADDRESS, 587).behaviour = Behaviour(greeting=("554 no", Act.CLOSE))
    write(tmp_path, DOTENV, ".env")
    write(tmp_path, 'accept = [{ code = "greeting-rejected", reason = "x" }]\n')
    status, out, _ = command("check", "--format", "json")
    report = json.loads(out)
    assert (status, report["verdict"]) == (1, "broken")
    assert "accepted" not in diagnoses(out)["greeting-rejected"]
    (notice,) = [item for item in report["notices"] if item["severity"] == "warning"]
    assert notice["kind"] == "acceptance-of-error"


def test_an_entry_of_no_use_is_a_warning_only_where_that_was_looked_at(
    command: Command, tmp_path: Path
) -> None:
    write(tmp_path, DOTENV, ".env")
    write(tmp_path, ACCEPT)
    status, out, _ = command("check", "--strict")
    assert status == 1
    assert "accepts conflicting-settings, which is not found any more" in " ".join(out.split())
    assert command("check")[0] == 0
    # of another host, or of some checks, it says nothing
    assert command("check", HOST, "--strict")[0] == 0
    assert "acceptance-unused" not in command("check", "--skip", "sender", "--format", "json")[1]


def test_options_win_over_the_file(command: Command, tmp_path: Path) -> None:
    write(tmp_path, DOTENV, ".env")
    write(tmp_path, "format = 'json'\n")
    assert command("check")[1].startswith("{")
    assert not command("check", "--format", "terminal")[1].startswith("{")
    assert not command("check", "--ticket")[1].startswith("{")
    assert command("lint")[1].startswith("{")


def test_verbose_says_which_file_was_read(command: Command, tmp_path: Path) -> None:
    write(tmp_path, DOTENV, ".env")
    write(tmp_path, "timeout = 30\n")
    assert ".smtpdoctor.toml" not in command("check")[1]
    assert ".smtpdoctor.toml:1: this file was read; it sets timeout" in command("check", "-v")[1]


def test_a_saved_run_is_judged_with_what_the_folder_accepts_now(
    command: Command, tmp_path: Path
) -> None:
    write(tmp_path, WARNED, ".env")
    assert command("check", "--save", "run.json")[0] == 0
    write(tmp_path, ACCEPT)
    assert command("check", "--replay", "run.json", "--strict")[0] == 0
    (tmp_path / ".smtpdoctor.toml").unlink()
    assert command("check", "--replay", "run.json", "--strict")[0] == 1


@pytest.mark.parametrize("name", ["check", "lint", "settings"])
def test_a_file_that_can_not_be_gone_by_is_wrong_usage(
    command: Command, tmp_path: Path, name: str
) -> None:
    write(tmp_path, "\nacept = []\n")
    status, out, err = command(name)
    assert (status, out) == (2, "")
    assert err == (
        "smtpdoctor: .smtpdoctor.toml:2: unknown key “acept”: known are accept, profile, setup, "
        "timeout, format; did you mean accept?\n"
    )


def test_what_the_file_leaves_out_is_said_in_every_report(command: Command, tmp_path: Path) -> None:
    write(tmp_path, MAILER.format(host="one.example.com"), "one.js")
    write(tmp_path, MAILER.format(host="two.example.com"), "two.js")
    write(tmp_path, "setup = 'one.js'\n")
    status, out, _ = command("lint")
    assert status == 0
    assert ".smtpdoctor.toml:1: note[set-ups-passed-over] setup picks" in out
    assert "nodemailer two.js:2" in out
    assert "two.js" not in command("lint", "--setup", "one.js")[1]


def test_the_profile_counts_for_what_settings_shows_too(command: Command, tmp_path: Path) -> None:
    write(
        tmp_path, "spring.mail.host=prod.example.com\n", "src/main/resources/application.properties"
    )
    write(tmp_path, "", ".smtpdoctor.toml")
    assert "prod.example.com" in command("settings")[1]
    other = "src/main/resources/application-staging.properties"
    write(tmp_path, "spring.mail.host=staging.example.com\n", other)
    write(tmp_path, "profile = 'staging'\n")
    assert "staging.example.com" in command("settings")[1]
    assert "staging.example.com" not in command("settings", "--profile", "production")[1]


def test_a_ci_finds_the_file_above_the_folder(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Annotations name files by their path from the top of the checkout."""
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    (tmp_path / ".git").mkdir()
    write(tmp_path, MAILER.format(host="one.example.com"), "services/shop/one.js")
    write(tmp_path, 'accept = [{ code = "url-not-encoded", reason = "x" }]\n')
    out = command("lint", "services/shop", "--format", "github")[1]
    assert "::warning file=.smtpdoctor.toml,line=1,title=smtpdoctor%3A acceptance-unused::" in out


def test_a_number_that_python_does_not_read_is_no_toml(tmp_path: Path) -> None:
    write(tmp_path, f"timeout = {'1' * 5000}\n")
    with pytest.raises(ConfigurationError, match="is not valid TOML"):
        read(tmp_path)


# --- a profile that nothing has -------------------------------------------------------------------


@pytest.mark.parametrize("said_by", ["option", "file", "shared file"])
def test_a_profile_that_nothing_is_called_by_is_told(
    tmp_path: Path,
    said_by: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / ".env").write_text("SMTP_HOST=smtp.ionos.com\n", "utf-8")
    (tmp_path / ".env.staging").write_text("", "utf-8")
    place: tuple[str | None, int | None] = (None, None)
    arguments = ["lint", "--format", "json"]
    if said_by == "option":
        arguments += ["--profile", "stagin"]
    elif said_by == "file":
        write(tmp_path, "timeout = 30\nprofile = 'stagin'\n")
        place = (".smtpdoctor.toml", 2)
    else:
        write(tmp_path, "[tool.smtpdoctor]\nprofile = 'stagin'\n", "pyproject.toml")
        place = ("pyproject.toml", 2)
    monkeypatch.chdir(tmp_path)
    assert cli.run(arguments) == 0
    report = json.loads(capsys.readouterr().out)
    (told,) = [each for each in report["notices"] if each["kind"] == "profile-unnamed"]
    assert told["severity"] == "warning"
    assert (told.get("file"), told.get("line")) == place


@pytest.mark.parametrize(
    ("profile", "files"),
    [
        ("staging", {".env.staging": ""}),
        ("Staging", {"appsettings.json": "{}", "config/environments/staging.rb": ""}),
        ("qa", {"application.yml": "spring:\n  profiles:\n    group:\n      qa: [live]\n"}),
        ("production", {}),
        ("prod", {}),
    ],
)
def test_a_profile_that_something_is_called_by_is_not(
    tmp_path: Path, profile: str, files: dict[str, str]
) -> None:
    for path, text in {".env": "SMTP_HOST=smtp.ionos.com\n", **files}.items():
        write(tmp_path, text, path)
    options = CheckOptions(folder=tmp_path, environ={}, profile=profile)
    assert make_lint_plans(options).unnamed_profile is None


def test_a_piece_of_a_word_is_no_profiles_name(tmp_path: Path) -> None:
    for path in (".env.staging", "stage2.env"):
        write(tmp_path, "SMTP_HOST=smtp.ionos.com\n", path)
    options = CheckOptions(folder=tmp_path, environ={}, profile="stag")
    assert make_lint_plans(options).unnamed_profile == "stag"
