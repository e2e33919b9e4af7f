"""Which fixes are written: no set-up of the folder gets worse, no refused login is made again."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from smtpdoctor.examination.plan import Plan
from smtpdoctor.mending import mending_of, once_more, write
from smtpdoctor.plans import Plans
from smtpdoctor.report.model import Report, build
from smtpdoctor.settings.model import Credentials, Secret
from smtpdoctor.settings.setups import setups_in
from smtpdoctor.settings.write import Refused

from .rules.scene import Scene

MAILER = """require('dotenv').config();
const nodemailer = require('nodemailer');
nodemailer.createTransport({
  host: 'smtp.ionos.com',
  port: %s,
  secure: process.env.SMTP_SECURE === 'true',
});
"""
PACKAGE = '{"dependencies": {"nodemailer": "^6.9.13", "dotenv": "^16.0.0"}}'


def report_of(folder: Path, name: str) -> Report:
    """The set-up of that file greeted in plain text, and STARTTLS worked."""
    setup = next(each for each in setups_in(folder, {}).setups if name in each.name)
    scene = Scene(read=setup.settings)
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 ready")
    scene.session("other-mode").rest()
    return build(scene.observations(), started="", seconds=0.0)


def test_the_variable_is_written_where_nobody_else_reads_it(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(PACKAGE)
    (tmp_path / "a.js").write_text(MAILER % 587)
    (tmp_path / ".env").write_text("SMTP_SECURE=true\n")
    mending = mending_of(report_of(tmp_path, "a.js"), tmp_path, {}, profile=None)
    assert [each.new for each in mending.changes] == [b"SMTP_SECURE=false\n"]


def test_where_nothing_is_written_no_copy_of_a_secret_is_left(tmp_path: Path) -> None:
    folder, state = tmp_path / "folder", tmp_path / "state"
    folder.mkdir()
    (folder / "package.json").write_text(PACKAGE)
    (folder / "a.js").write_text(MAILER % 587)
    (folder / ".env").write_text("SMTP_SECURE=true\n")
    mending = mending_of(report_of(folder, "a.js"), folder, {}, profile=None)
    (folder / "second-name").hardlink_to(folder / ".env")
    with pytest.raises(Refused, match="a second name"):
        write(mending, folder, {"XDG_STATE_HOME": str(state)})
    assert not state.exists()
    (folder / "second-name").unlink()
    (copy,) = write(mending, folder, {"XDG_STATE_HOME": str(state)})
    assert copy.read_text() == "SMTP_SECURE=true\n"


def test_where_a_file_can_t_be_written_after_all_its_copy_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, state = tmp_path / "folder", tmp_path / "state"
    folder.mkdir()
    (folder / "package.json").write_text(PACKAGE)
    (folder / "a.js").write_text(MAILER % 587)
    (folder / ".env").write_text("SMTP_SECURE=true\n")
    mending = mending_of(report_of(folder, "a.js"), folder, {}, profile=None)

    def full(root: Path, change: object) -> None:
        raise Refused(".env: No space left on device")

    monkeypatch.setattr("smtpdoctor.mending.replace_file", full)
    with pytest.raises(Refused, match="No space"):
        write(mending, folder, {"XDG_STATE_HOME": str(state)})
    assert not [*(state / "smtpdoctor").iterdir()]


def test_another_set_up_that_would_no_longer_send_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(PACKAGE)
    (tmp_path / "a.js").write_text(MAILER % 587)
    (tmp_path / "b.js").write_text(MAILER % 465)
    (tmp_path / ".env").write_text("SMTP_SECURE=true\n")
    mending = mending_of(report_of(tmp_path, "a.js"), tmp_path, {}, profile=None)
    assert mending.changes == ()
    assert "b.js" in mending.left[0][1]


def plans(password: str) -> Plans:
    plan = Plan(
        settings=Scene().settings,
        credentials=Credentials(username="info@example.com", password=Secret(password)),
        selected=frozenset({"settings", "dns", "reach", "tls", "auth", "sender"}),
    )
    return Plans(plans=(plan,))


def test_a_refused_login_is_made_again_with_other_credentials_only() -> None:
    scene = Scene().refuse("auth", "535 no")
    report = build(scene.observations(), started="", seconds=0.0)
    first = plans("geheim")
    (same,) = once_more(first, first, report).plans
    assert not same.selected & {"auth", "sender"}
    (other,) = once_more(plans("geheim#2"), first, report).plans
    assert other.selected >= {"auth", "sender"}


def test_an_accepted_login_may_be_made_again() -> None:
    report = build(Scene.healthy().observations(), started="", seconds=0.0)
    first = plans("geheim")
    assert msgspec.structs.asdict(once_more(first, first, report)) == msgspec.structs.asdict(first)


ALTERED = MAILER.replace(
    "process.env.SMTP_SECURE === 'true',",
    "true,\n  auth: { user: 'a@example.com', pass: process.env.SMTP_PASS },",
)


def test_a_password_that_its_reader_alters_is_mended_with_what_kept_it_from_being_tried(
    tmp_path: Path,
) -> None:
    (tmp_path / "package.json").write_text(PACKAGE)
    (tmp_path / "a.js").write_text(ALTERED % 587)
    (tmp_path / ".env").write_text("SMTP_PASS=hun#ter\n")
    mending = mending_of(report_of(tmp_path, "a.js"), tmp_path, {}, profile=None)
    written = {each.file: each.new.decode() for each in mending.changes}
    assert "secure: false" in written["a.js"]
    assert written[".env"] == "SMTP_PASS='hun#ter'\n"


def test_it_is_left_where_it_is_the_only_thing_seen(tmp_path: Path) -> None:
    """A warning by itself is no error, and --fix writes the fixes of errors."""
    (tmp_path / "package.json").write_text(PACKAGE)
    (tmp_path / "a.js").write_text(ALTERED.replace("secure: true", "secure: false") % 587)
    (tmp_path / ".env").write_text("SMTP_PASS=hun#ter\n")
    (setup,) = setups_in(tmp_path, {}).setups
    report = build(Scene(read=setup.settings).observations(), started="", seconds=0.0)
    assert [item.severity for item in report.diagnoses] == ["warning"]
    assert mending_of(report, tmp_path, {}, profile=None).changes == ()


MSMTPRC = """defaults
auth on
tls on

account shop
host smtp.ionos.com
port 465
user info@example.com
password canary-1

account default : shop
"""


def test_a_line_that_is_added_above_the_set_ups_place_makes_none_worse(tmp_path: Path) -> None:
    (tmp_path / ".msmtprc").write_text(MSMTPRC)
    (setup,) = setups_in(tmp_path, {}).setups
    scene = Scene(read=setup.settings)
    scene.session().greeting(outcome="silence", took=0.6)
    scene.session("other-mode").rest()
    report = build(scene.observations(), started="", seconds=0.0)
    mending = mending_of(report, tmp_path, {}, profile=None)
    assert mending.left == ()
    assert b"tls_starttls off\nhost smtp.ionos.com\n" in mending.changes[0].new


GO = """package main
import ("crypto/tls"; "net/smtp")
func main() {
	conn, _ := tls.Dial("tcp", "smtp.ionos.com:587", nil)
	client, _ := smtp.NewClient(conn, "smtp.ionos.com")
}
"""


def test_of_the_ways_that_work_the_first_that_can_be_written_stands_first(tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text(GO)
    (setup,) = setups_in(tmp_path, {}).setups
    scene = Scene(read=setup.settings)
    scene.session().handshake(failure="not-tls", protocol="smtp", arrived="220 ready")
    scene.session("other-mode").rest()  # STARTTLS on 587, which is another way of writing it all
    scene.session("other-port").rest()
    report = build(scene.observations(), started="", seconds=0.0)
    assert len(report.diagnoses[0].fixes) == 2
    mending = mending_of(report, tmp_path, {}, profile=None)
    assert b'"smtp.ionos.com:465"' in mending.changes[0].new
