"""Changes of the user's own files: found in the raw line, every other byte as it was."""

from __future__ import annotations

import errno
import io
import os
import struct
import subprocess
from pathlib import Path

import pytest

from smtpdoctor.settings.backup import Git, keep_copy
from smtpdoctor.settings.folder import Folder
from smtpdoctor.settings.model import MASK, Edit, Origin, Setting, Settings
from smtpdoctor.settings.setups import setups_in
from smtpdoctor.settings.workspace import Workspace
from smtpdoctor.settings.write import (
    Addition,
    FileChange,
    Refused,
    Removal,
    Step,
    changed_files,
    replace_file,
    steps_of,
)


def change(folder: Path, *steps: Step) -> FileChange:
    (changed,) = changed_files(Workspace(Folder(folder), {}), steps)
    return changed


def edit(file: str, line: int, columns: tuple[int, int], old: str, new: str) -> Edit:
    return Edit(file=file, line=line, columns=columns, replace=old, with_=new)


def test_columns_behind_a_mask_are_found_in_the_raw_line(tmp_path: Path) -> None:
    line = "t({ auth: { pass: 'a-long-secret-587' }, port: 587 });\n"
    (tmp_path / "a.js").write_text(line)
    shown = "t({ auth: { pass: •••••• }, port: 587 });"
    column = shown.index("587") + 1
    found = change(tmp_path, edit("a.js", 1, (column, column + 3), "587", "465"))
    assert found.new.decode() == line.replace("port: 587", "port: 465")
    assert "secret" not in str(found.shown)


def test_two_edits_of_one_line_and_a_text_put_in(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("x({ secure: true, port: 587 })\n")
    found = change(
        tmp_path,
        edit("a.js", 1, (13, 17), "true", "false"),
        edit("a.js", 1, (19, 19), "", "ignoreTLS: true, "),
    )
    assert found.new == b"x({ secure: false, ignoreTLS: true, port: 587 })\n"


def test_bom_line_ends_comments_and_bytes_that_are_no_text_stay(tmp_path: Path) -> None:
    before = b"\xef\xbb\xbfA=1\r\nSMTP_PORT=587 # \xff\xfe mine\r\n\r\nB='x'"
    (tmp_path / ".env").write_bytes(before)
    found = change(tmp_path, edit(".env", 2, (11, 14), "587", "465"))
    assert found.new == before.replace(b"587", b"465")


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("SMTP_PASS=geheim#2", "SMTP_PASS='geheim#2'"),
        ('export SMTP_PASS = "g$eim"  # old', "export SMTP_PASS = 'g$eim'  # old"),
        ("SMTP_PASS=geheim#2 # a comment", "SMTP_PASS='geheim#2' # a comment"),
    ],
)
def test_of_a_secret_the_quoting_alone_changes(tmp_path: Path, line: str, after: str) -> None:
    (tmp_path / ".env").write_text(f"{line}\n")
    found = change(tmp_path, edit(".env", 1, (11, 17), MASK, f"'{MASK}'"))
    assert found.new.decode() == f"{after}\n"
    assert "eim" not in str(found.shown) + repr(found)


def test_quotes_that_the_secret_has_itself_are_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SMTP_PASS=ge'heim\n")
    with pytest.raises(Refused):
        change(tmp_path, edit(".env", 1, (11, 17), MASK, f"'{MASK}'"))


def test_a_text_that_no_longer_stands_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("x({ secure: false })\n")
    with pytest.raises(Refused, match="any more"):
        change(tmp_path, edit("a.js", 1, (13, 17), "true", "false"))
    with pytest.raises(Refused):
        change(tmp_path, edit("a.js", 9, (1, 2), "x", "y"))


def test_lines_come_and_go_with_the_ends_that_the_file_has(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=1\r\nSMTP_TLS=none\r\nB=2")
    found = change(
        tmp_path,
        Removal(file=".env", line=2, name="SMTP_TLS"),
        Addition(file=".env", name="SMTP_FROM", value="Shop <a@b.de>"),
    )
    assert found.new == b"A=1\r\nB=2\r\nSMTP_FROM='Shop <a@b.de>'\r\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A = False\nB=1\n", "A = True\nB=1\n"),
        ("export A='0'\n", "export A='True'\n"),
        # a comment, another name, two of them, and what may be a secret stay as they are
        ("#A=no\nBA=no\na=no\n", "#A=no\nBA=no\na=no\nA=True\n"),
        ("A=no\nA=yes\n", "A=no\nA=yes\nA=True\n"),
        ("A=x9!\n", "A=x9!\nA=True\n"),
    ],
)
def test_a_switch_that_stands_there_is_changed_where_it_stands(
    tmp_path: Path, before: str, after: str
) -> None:
    (tmp_path / ".env").write_text(before)
    found = change(tmp_path, Addition(file=".env", name="A", value="True"))
    assert found.new == after.encode()


def test_a_removal_takes_the_named_line_or_none(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\n")
    with pytest.raises(Refused):
        change(tmp_path, Removal(file=".env", line=1, name="SMTP_TLS"))


def test_a_variable_is_written_in_the_quotes_that_it_has(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"nodemailer": "6", "dotenv": "16"}}')
    (tmp_path / "m.js").write_text(
        "require('dotenv').config();\nconst n = require('nodemailer');\n"
        "n.createTransport({ host: 'smtp.ionos.com', port: process.env.SMTP_PORT });\n"
    )
    (tmp_path / ".env").write_text('SMTP_PORT="587" # now\n')
    (setup,) = setups_in(tmp_path, {}).setups
    steps = list(steps_of(setup.settings, {"SMTP_PORT": "465"}))
    assert change(tmp_path, *steps).new == b'SMTP_PORT="465" # now\n'


def test_what_stands_in_the_environment_is_refused(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"nodemailer": "6"}}')
    (tmp_path / "m.js").write_text(
        "const n = require('nodemailer');\n"
        "n.createTransport({ host: 'smtp.ionos.com', port: process.env.SMTP_PORT });\n"
    )
    (setup,) = setups_in(tmp_path, {"SMTP_PORT": "587"}).setups
    with pytest.raises(Refused, match="no file"):
        list(steps_of(setup.settings, {"SMTP_PORT": "465"}))


# --- the disk --------------------------------------------------------------------------------


def whole(file: str, old: bytes = b"old\n", new: bytes = b"new\n") -> FileChange:
    return FileChange(file=file, old=old, new=new, shown=())


def test_mode_stays_and_nothing_is_left_beside(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    path = tmp_path / "sub" / ".env"
    path.write_bytes(b"old\n")
    path.chmod(0o640)
    replace_file(tmp_path, whole("sub/.env"))
    assert path.read_bytes() == b"new\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in path.parent.iterdir()] == [".env"]


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="access lists of Linux")
def test_an_access_list_stays(tmp_path: Path) -> None:
    """Without it the mode, which has the list's mask in the group's place, lets the group read."""
    path = tmp_path / ".env"
    path.write_bytes(b"old\n")
    entries = [(1, 6, -1), (2, 6, 1234), (4, 0, -1), (0x10, 6, -1), (0x20, 0, -1)]
    listed = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
    try:
        os.setxattr(path, "system.posix_acl_access", listed)
    except OSError:
        pytest.skip("this file system has no access lists")
    replace_file(tmp_path, whole(".env"))
    assert path.read_bytes() == b"new\n"
    assert os.getxattr(path, "system.posix_acl_access") == listed


def test_a_file_that_has_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"somebody was here\n")
    with pytest.raises(Refused, match="changed"):
        replace_file(tmp_path, whole(".env"))
    assert (tmp_path / ".env").read_bytes() == b"somebody was here\n"


def test_never_through_a_link_nor_out_of_the_folder(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "x").write_bytes(b"old\n")
    (outside / "y").write_bytes(b"old\n")
    (root / "link").symlink_to(outside / "x")
    (root / "folder").symlink_to(outside)
    # of another file: a second name is refused by itself
    os.link(outside / "y", root / "second-name")
    for file in ("link", "folder/x", "second-name", "../outside/x", str(outside / "x")):
        with pytest.raises(Refused):
            replace_file(root, whole(file))
    assert {path.read_bytes() for path in outside.iterdir()} == {b"old\n"}


# --- copies ----------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def test_git_has_what_the_last_commit_has(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".env").write_bytes(b"old\n")
    environ = dict(os.environ)
    assert not Git(tmp_path, environ).has(".env", b"old\n")
    git(tmp_path, "add", ".env")
    git(tmp_path, "commit", "-qm", "one")
    assert Git(tmp_path, environ).has(".env", b"old\n")
    assert not Git(tmp_path, environ).has(".env", b"changed\n")


def test_nothing_of_the_folders_own_is_run(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".env").write_bytes(b"old\n")
    git(tmp_path, "add", ".env")
    git(tmp_path, "commit", "-qm", "one")
    program = tmp_path / "run.sh"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    for name in ("core.fsmonitor", "filter.f.clean", "filter.f.smudge", "core.sshCommand"):
        git(tmp_path, "config", name, str(program))
    (tmp_path / ".gitattributes").write_text("* filter=f\n")
    Git(tmp_path, dict(os.environ)).has(".env", b"old\n")
    keep_copy(
        Git(tmp_path, {**os.environ, "XDG_STATE_HOME": str(tmp_path / "s")}), ".env", b"old\n"
    )
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["HEAD", "config", "info/exclude"])
def test_a_git_that_waits_for_a_pipe_is_not_asked_again(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".git" / name).unlink()
    os.mkfifo(tmp_path / ".git" / name)
    monkeypatch.setattr("smtpdoctor.settings.backup.SECONDS", 0.3)
    waited: list[float] = []
    run = subprocess.run

    def noted(*command: object, timeout: float, **more: object) -> object:
        waited.append(timeout)
        return run(*command, timeout=timeout, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", noted)
    asked = Git(tmp_path, {**os.environ, "XDG_STATE_HOME": str(tmp_path / "s")})
    for number in range(5):
        asked.has(f"{number}/.env", b"old\n")
        kept = keep_copy(asked, f"{number}/.env", b"old\n")
        assert kept.is_relative_to(tmp_path / "s")
    assert len(waited) < 5  # of ten questions


def test_a_copy_stands_beside_only_where_git_ignores_it(tmp_path: Path) -> None:
    root, state = tmp_path / "root", tmp_path / "state"
    root.mkdir()
    environ = {**os.environ, "XDG_STATE_HOME": str(state)}
    away = keep_copy(Git(root, environ), "a/.env", b"old\n")
    assert away == state / "smtpdoctor" / "a%.env.smtpdoctor-backup"
    assert away.stat().st_mode & 0o777 == 0o600
    assert away.parent.stat().st_mode & 0o777 == 0o700
    git(root, "init", "-q")
    (root / ".gitignore").write_text("*.smtpdoctor-backup\n")
    (root / "a").mkdir()
    first = keep_copy(Git(root, environ), "a/.env", b"old\n")
    second = keep_copy(Git(root, environ), "a/.env", b"old\n")
    assert first == root / "a" / ".env.smtpdoctor-backup"
    assert second == root / "a" / ".env.2.smtpdoctor-backup"
    # git knows of the first name alone: the next copy would be there to be committed
    (root / ".gitignore").write_text(".env.smtpdoctor-backup\n")
    third = keep_copy(Git(root, environ), "a/.env", b"old\n")
    assert third == state / "smtpdoctor" / "a%.env.2.smtpdoctor-backup"


@pytest.mark.parametrize("calls", [("write",), ("fsync",)])
def test_no_part_of_a_copy_is_left_on_a_full_disk(
    calls: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> int:
        raise OSError(errno.ENOSPC, "a secret's own text")

    class Full(io.FileIO):
        def write(self, data: object) -> int:
            return full()

    if calls == ("write",):
        monkeypatch.setattr(os, "fdopen", Full)
    else:
        monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="No space left on device"):
        keep_copy(Git(tmp_path, {"XDG_STATE_HOME": str(tmp_path / "state")}), ".env", b"old\n")
    assert not [*(tmp_path / "state" / "smtpdoctor").iterdir()]


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="extended attributes of Linux")
def test_what_is_said_of_a_file_stays(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"old\n")
    try:
        os.setxattr(path, "user.backup", b"never")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    replace_file(tmp_path, whole(".env"))
    assert os.getxattr(path, "user.backup") == b"never"


@pytest.mark.parametrize(
    ("line", "quote", "after"),
    [
        ("SMTP_PASS=geheim # mine", "", "# mine\r\nSMTP_PASS=geheim"),
        ("SMTP_PASS='ge#heim'  # mine", "'", "# mine\r\nSMTP_PASS='ge#heim'"),
    ],
)
def test_a_comment_behind_a_secret_goes_above_it(
    tmp_path: Path, line: str, quote: str, after: str
) -> None:
    (tmp_path / ".env").write_bytes(f"A=1\r\n{line}\r\nB=2\r\n".encode())
    shown = f"SMTP_PASS={MASK}"
    new = f"# {MASK}\nSMTP_PASS={quote}{MASK}{quote}"
    found = change(tmp_path, edit(".env", 2, (1, len(shown) + 1), shown, new))
    assert found.new.decode() == f"A=1\r\n{after}\r\nB=2\r\n"
    assert "eim" not in str(found.shown) + repr(found)
    assert "mine" not in str(found.shown)


def test_a_hash_that_is_no_comment_goes_nowhere(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SMTP_PASS=geheim#mine\n")
    shown = f"SMTP_PASS={MASK}"
    with pytest.raises(Refused, match="comment"):
        change(tmp_path, edit(".env", 1, (1, 17), shown, f"# {MASK}\n{shown}"))


def test_a_line_that_is_put_in_ends_as_the_others_do(tmp_path: Path) -> None:
    (tmp_path / "a.rb").write_bytes(b"x(\r\n  port: 465,\r\n)\r\n")
    found = change(tmp_path, edit("a.rb", 2, (3, 3), "", "ssl: true,\n  "))
    assert found.new == b"x(\r\n  ssl: true,\r\n  port: 465,\r\n)\r\n"


def test_a_user_by_number_alone_has_no_home_for_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    with pytest.raises(Refused, match="no home folder"):
        keep_copy(Git(tmp_path, {}), ".env", b"old\n")


@pytest.mark.parametrize(("before", "exact"), [("export ", True), (f"A={MASK}; ", False)])
def test_columns_behind_a_mask_are_not_the_files(before: str, exact: bool) -> None:
    line = f"{before}SMTP_PORT=465"
    columns = (len(line) - 2, len(line) + 1)
    origin = Origin(kind="file", name="SMTP_PORT", file=".env", line=1, columns=columns)
    entry = Setting(field="port", text="465", origin=origin, source_line=line)
    (step,) = steps_of(Settings(entries=(entry,)), {"SMTP_PORT": "587"})
    assert isinstance(step, Edit)
    assert (step.replace, step.with_, step.exact) == ("465", "587", exact)
