"""`smtpdoctor watch` and `smtpdoctor history` as somebody types them."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from smtpdoctor.cli import run
from smtpdoctor.cli._watching import Watched as WatchedFolder
from smtpdoctor.cli._watching import Watching
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import Act, Behaviour
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.report.schema import SCHEMAS
from smtpdoctor.watch.changes import as_text, by_series
from smtpdoctor.watch.history import default_path, open_history
from smtpdoctor.watch.model import State

from ..documentation.commands import screen
from ..runs import ADDRESS, ENV, one_host
from .scene import HOUR, MINUTE, START, WRONG, Watched


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(time, "time", lambda: START + 3 * 86400)
    with monkeypatch.context() as here:
        here.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--every", "5"], "write a duration with its unit"),
        (["--every", "1s"], "give a time from 10s to 7d"),
        (["--login-every", "30s"], "give a time from 1m to 7d"),
        (["--allow", "mail.example.com:587"], "--allow needs --listen"),
        (["--env-file", "-"], "can be read once only"),
        (["--history", "x", "--no-history"], "give one of them"),
        (["--listen", "9587x"], "write ADDRESS:PORT"),
        (["--listen", "evil.example:9587"], "write ADDRESS:PORT"),
        (["--listen", ":9587"], "write ADDRESS:PORT"),
        (["--skip", "aut"], "did you mean auth?"),
        ([], "no settings were found in this folder"),
        (["--setup", "mailer.js"], "no set-up was found"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_looked_at(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["watch", *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "target",
    ["user@mail.example.com:587", "smtp://user:hunter2@mail.example.com", "mail.example.com:0", ""],
)
def test_what_may_be_probed_is_a_host_without_a_login(
    target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["watch", "--listen", "9587", "--allow", target]) == 2
    error = capsys.readouterr().err
    assert "--allow" in error
    assert "hunter2" not in error


def test_listening_needs_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.delitem(sys.modules, "smtpdoctor.watch.exporter", raising=False)
    assert run(["watch", "mail.example.com", "--listen", "9587"]) == 2
    assert 'pip install "smtpdoctor[watch]"' in capsys.readouterr().err


def test_a_history_that_is_none_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    diary = tmp_path / "diary"
    diary.write_text("dear diary", "utf-8")
    assert run(["watch", "mail.example.com", "--history", str(diary)]) == 2
    assert "is no history of smtpdoctor" not in diary.read_text("utf-8")
    assert diary.read_text("utf-8") == "dear diary"
    assert "--no-history" in capsys.readouterr().err


def test_what_the_projects_file_accepts_is_no_warning_here_either(
    authority: Authority, tmp_path: Path
) -> None:
    """And the file is read anew for each run."""
    own = tmp_path / ".smtpdoctor.toml"
    options = CheckOptions(
        environ={**ENV, "SMTP_TLS_REJECT_UNAUTHORIZED": "0"},
        folder=tmp_path,
        cafile=str(authority.cafile),
    )
    folder = WatchedFolder(options, whole=True)

    def change(watch: Watched, number: int) -> None:
        if number == 1:
            code = "certificate-verification-disabled"
            own.write_text(f'[[accept]]\ncode = "{code}"\nreason = "a lab"\n', "utf-8")
        if number == 2:
            own.write_text("acept = []\n", "utf-8")
        if number == 3:
            own.unlink()

    watch = Watched(authority, rounds=4, between=change, folder=folder)
    assert [each.fault != "" for each in watch.told] == [False, False, True, False]
    assert ".smtpdoctor.toml" in watch.told[2].fault
    warning = "warnings certificate-verification-disabled"
    assert watch.verdicts == [warning, "healthy", warning]
    assert watch.logins == 1


def test_the_projects_file_picks_the_set_up_and_the_profile(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"nodemailer": "^7"}}', "utf-8")
    for name in ("one.js", "two.js"):
        (tmp_path / name).write_text(
            'const nodemailer = require("nodemailer");\n'
            f'nodemailer.createTransport({{ host: "{name}.example.com", port: 587 }});\n',
            "utf-8",
        )
    folder = WatchedFolder(CheckOptions(environ={}, folder=tmp_path), whole=True)
    assert len(folder.read().plans) == 2
    (tmp_path / ".smtpdoctor.toml").write_text('setup = "two.js"\n', "utf-8")
    (plan,) = folder.read().plans
    assert plan.host == "two.js.example.com"


def watched(authority: Authority) -> None:
    """Refused at first, then mended; the state folder has it."""

    def mend(watch: Watched, number: int) -> None:
        if number == 3:
            watch.env = dict(ENV)

    history = open_history(default_path({"XDG_STATE_HOME": str(Path("state").absolute())}))
    Watched(authority, rounds=5, env=WRONG, between=mend, history=history)
    history.record("/srv/blog", START, [State(**OTHER)])
    history.close()


OTHER = {
    "series": "django settings.py",
    "name": "django settings.py:12",
    "server": "smtp.example.org:465",
    "verdict": "healthy",
    "code": "",
    "title": "ready to send",
}


def test_history_says_since_when_and_what_changed(
    authority: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    watched(authority)
    assert run(["history"]) == 0
    lines = capsys.readouterr().out.splitlines()
    shop, blog = lines[:4], lines[5:]
    assert blog[0] == "django settings.py:12 (smtp.example.org:465), in /srv/blog"
    assert shop[0] == "mail.example.com:587, in /srv/shop"
    assert shop[1].startswith(
        "  healthy since 2026-11-27 08:15, last seen 2026-11-27 08:20, 2 runs"
    )
    assert shop[2].split()[:5] == ["2026-11-27", "08:15", "healthy", "5m", "#4"]
    assert shop[2].endswith("accepted so far")
    assert shop[3].split()[:5] == ["2026-11-27", "08:00", "broken", "10m", "#1"]
    assert "credentials-rejected: " in shop[3]
    assert len(lines) == 8


def test_on_a_narrow_terminal_nothing_is_left_out(authority: Authority) -> None:
    watched(authority)
    history = open_history(default_path({"XDG_STATE_HOME": str(Path("state").absolute())}))
    series = by_series(history.changes())
    history.close()
    (whole, narrow) = (as_text(series, now=START, width=width, most=20) for width in (None, 40))
    assert " ".join(" ".join(narrow).split()) == " ".join(" ".join(whole).split())
    assert max(map(len, narrow)) <= 40


def test_changes_within_one_minute_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    history = open_history(default_path({"XDG_STATE_HOME": str(Path("state").absolute())}))
    state = State(**OTHER)
    broken = {**OTHER, "verdict": "broken", "code": "server-busy"}
    for at, seen in ((0, state), (12, State(**broken)), (24, state), (54, state)):
        history.record("/srv/blog", START + at, [seen])
    history.record("/srv/news", START, [state])
    history.close()
    assert run(["history"]) == 0
    shown = [line.split()[1:4] for line in capsys.readouterr().out.splitlines() if "    " in line]
    assert shown == [
        ["08:00:24", "healthy", "30s"],
        ["08:00:12", "broken", "once"],
        ["08:00:00", "healthy", "once"],
        ["08:00", "healthy", "once"],
    ]


def test_a_folder_for_the_history_is_made_only_where_it_is_the_program_s_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt one, or a volume that isn't mounted, would be filled in its place."""
    assert run(["watch", "127.0.0.1:9", "--history", str(tmp_path / "nowhere" / "h")]) == 2
    said = capsys.readouterr().err
    assert "No such file or directory; --history FILE names another" in said
    assert not (tmp_path / "nowhere").exists()


def test_no_name_of_a_history_moves_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A folder's name, and whatever stands in a file that somebody sent."""
    hostile = "\x1b]0;title\x07\u202e\n+SMTP_HOST=smtp.evil.example"
    history = open_history(default_path({**os.environ}))
    seen = State(series="1", name=hostile, server="", verdict="broken", code=hostile, title=hostile)
    history.record(f"/srv/{hostile}", START, [seen])
    history.close()
    assert run(["history"]) == 0
    shown = capsys.readouterr().out
    assert len(shown.splitlines()) == 3
    assert shown.replace("\n", "").isprintable()


def test_history_of_one(authority: Authority, capsys: pytest.CaptureFixture[str]) -> None:
    watched(authority)
    assert run(["history", "--setup", "DJANGO", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in data["series"]] == ["django settings.py:12"]
    assert run(["history", "--setup", "rails"]) == 2


def test_history_for_programs_fits_its_schema(
    authority: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    watched(authority)
    assert run(["history", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    Draft202012Validator(SCHEMAS["history"]()).validate(data)
    shop = next(each for each in data["series"] if each["folder"] == "/srv/shop")
    assert [change["verdict"] for change in shop["changes"]] == ["broken", "healthy"]
    assert shop["changes"][0]["at"] == "2026-11-27T08:00:00Z"
    assert shop["changes"][0]["until"] == "2026-11-27T08:10:00Z"
    assert shop["changes"][0]["login"] == "2026-11-27T08:00:00Z"
    assert [change["report"] for change in shop["changes"]] == [1, 4]


def test_a_kept_report_is_shown_as_check_shows_it(
    authority: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    watched(authority)
    assert run(["history", "--show", "1"]) == 1
    assert "Not ready: " in capsys.readouterr().out
    assert run(["history", "--show", "4", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "healthy"
    # between the logins: what it rests on is said
    assert run(["history", "--show", "5"]) == 0
    assert "the login at 2026-11-27 08:15 worked" in capsys.readouterr().out
    assert run(["history", "--show", "2"]) == 3  # by itself it can't tell
    assert "the login at 2026-11-27 08:00 was refused" in capsys.readouterr().out
    assert run(["history", "--show", "99"]) == 2
    assert run(["history", "--format", "sarif"]) == 2


def test_without_a_watch_there_is_no_history(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("smtpdoctor: no history yet in ")
    assert "`smtpdoctor watch` writes it" in said
    assert not Path("state").exists()
    open_history(default_path({"XDG_STATE_HOME": str(Path("state").absolute())})).close()
    assert run(["history"]) == 0
    assert capsys.readouterr().out == "nothing was watched yet\n"


#: 2026-11-27 10:05:07 in Berlin.
BEGAN = 1_795_770_307.0
MAILER = """const nodemailer = require('nodemailer');

// the shop's mail
module.exports = nodemailer.createTransport({
  host: 'smtp.ionos.com',
  port: 587,
  auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS },
});
"""


def test_the_screens_of_the_documentation(
    authority: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What docs/watching.md shows of a watch and of its history."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    project = tmp_path / "shop"
    project.mkdir()
    (project / "package.json").write_text('{"dependencies": {"nodemailer": "^7"}}', "utf-8")
    (project / "mailer.js").write_text(MAILER, "utf-8")
    host = "smtp.ionos.com"
    healthy = Behaviour(certificate=authority.issue([host]))
    busy = replace(healthy, greeting=(f"421 {host} try again later", Act.CLOSE))
    network = one_host(authority, on_587=healthy, names={host: (ADDRESS,)})

    def change(watch: Watched, number: int) -> None:
        network.server(ADDRESS, 587).behaviour = busy if number == 7 else healthy

    login = {name: text for name, text in ENV.items() if name != "SMTP_HOST"}
    options = CheckOptions(environ=login, folder=project, cafile=str(authority.cafile))
    watch = Watched(
        authority,
        rounds=16,
        network=network,
        between=change,
        folder=WatchedFolder(options, whole=True),
        history=open_history(default_path({"XDG_STATE_HOME": str(Path("state").absolute())})),
        start=BEGAN,
    )
    telling = Watching(
        watched=WatchedFolder(options, whole=True),
        history=watch.history,
        options=options,
        every=5 * MINUTE,
        login_every=HOUR,
        listen=None,
        allowed=frozenset(),
        verbose=False,
    )
    telling._say_what_begins(None)
    for round_ in watch.told:
        telling._tell(round_)
    watch.history.close()
    done = capsys.readouterr()
    printed = (done.err + done.out).splitlines()
    assert printed == screen("docs/watching.md", "smtpdoctor watch --every 5m")
    monkeypatch.setattr(time, "time", lambda: BEGAN + 16 * 5 * MINUTE)
    assert run(["history"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed == screen("docs/watching.md", "smtpdoctor history")
