"""Reading and writing files: bounded, never waiting, private, never over another's."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from smtpdoctor.files import FileFault, check_writable, read_bounded, write_private
from smtpdoctor.report.earlier import is_report
from smtpdoctor.settings.folder import Folder


def nobody(content: bytes) -> bool:
    return False


def report(content: bytes) -> bool:
    return content.startswith(b"{")


# --- reading -------------------------------------------------------------------------------------


def test_a_file_up_to_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"12345")
    assert read_bounded(path, 5) == b"12345"
    with pytest.raises(FileFault, match="larger than 4 bytes") as raised:
        read_bounded(path, 4)
    assert raised.value.cause == "too-large"


def test_a_file_that_is_longer_than_it_says_is_not_read_to_its_end() -> None:
    # files of the kernel say 0 bytes
    with pytest.raises(FileFault, match="larger than"):
        read_bounded("/proc/self/status", 10)


def test_a_pipe_with_nobody_at_the_other_end_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".env")
    with pytest.raises(FileFault, match="is a pipe, not a regular file"):
        read_bounded(tmp_path / ".env", 10)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="is a device"):
        read_bounded("/dev/zero", 10)
    with pytest.raises(FileFault, match="is a directory"):
        read_bounded(tmp_path, 10)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        with pytest.raises(FileFault, match="No device or program"):
            read_bounded(tmp_path / "s", 10)


@pytest.mark.parametrize("name", ["missing", "file/below", "a\0b"])
def test_a_missing_file_is_told_from_others(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileFault) as raised:
        read_bounded(tmp_path / name, 10)
    assert raised.value.cause == "missing"
    assert str(raised.value).isprintable()


def test_a_link_is_read_through_and_a_circle_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    (tmp_path / "l").symlink_to("f")
    (tmp_path / "c").symlink_to("c")
    assert read_bounded(tmp_path / "l", 10) == b"x"
    with pytest.raises(FileFault, match="Too many links"):
        read_bounded(tmp_path / "c", 10)


def test_an_unknown_error_is_told_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise OSError(74, "\x1b[2Jnot our words")

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(FileFault) as raised:
        read_bounded(tmp_path / "f", 10)
    assert "EBADMSG" in str(raised.value)
    assert "not our words" not in str(raised.value)


# --- writing -------------------------------------------------------------------------------------


def test_what_is_written_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_private(tmp_path / "f", "text", ours=nobody)
    finally:
        os.umask(before)
    assert (tmp_path / "f").read_text() == "text"
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["f"]


def test_only_an_earlier_report_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("SMTP_PASS=hunter2")
    for _ in range(2):
        with pytest.raises(
            FileFault, match="not known as an earlier report of smtpdoctor; --force"
        ):
            write_private(path, "{}", ours=report)
    assert path.read_text() == "SMTP_PASS=hunter2"
    write_private(path, "{1}", ours=report, force=True)
    write_private(path, "{2}", ours=report)
    assert path.read_text() == "{2}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_empty_file_is_nobodys_report(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    with pytest.raises(FileFault):
        write_private(tmp_path / "lock", "{}", ours=report)


@pytest.mark.parametrize("force", [False, True])
def test_nothing_is_written_through_a_link(tmp_path: Path, force: bool) -> None:
    (tmp_path / "target").write_text("{}")
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("link", "dangling"):
        with pytest.raises(FileFault, match="is a link"):
            write_private(tmp_path / name, "{new}", ours=report, force=force)
    assert (tmp_path / "target").read_text() == "{}"
    assert not (tmp_path / "nowhere").exists()
    assert (tmp_path / "link").is_symlink()


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    path.write_text("{old}")

    def full(descriptor: int) -> None:
        raise OSError(28, "whatever")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileFault, match="No space left on device"):
        write_private(path, "{new}", ours=report)
    assert path.read_text() == "{old}"
    assert os.listdir(tmp_path) == ["run.json"]


def test_checking_changes_nothing(tmp_path: Path) -> None:
    check_writable(tmp_path / "new", ours=nobody)
    assert not (tmp_path / "new").exists()
    with pytest.raises(FileFault, match="No such file or directory"):
        check_writable(tmp_path / "nowhere" / "new", ours=nobody)
    with pytest.raises(FileFault, match="is a directory"):
        check_writable(tmp_path, ours=nobody, force=True)
    with pytest.raises(FileFault, match="is a device"):
        check_writable("/dev/null", ours=nobody, force=True)


# --- what is a report of ours ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "ours"),
    [
        (b'{"schema": 1, "tool": {"name": "smtpdoctor", "version": "0.1.0"}}', True),
        (b'{"schema": 9, "tool": {"name": "smtpdoctor"}, "more": [1]}', True),
        (b'{"schema": 1, "tool": {"name": "another"}}', False),
        (b'{"tool": "smtpdoctor"}', False),
        (b"SMTP_HOST=smtpdoctor", False),
        (b"", False),
        (b"[" * 100_000, False),
        (b"\xff", False),
    ],
)
def test_a_report_is_known_by_what_it_says_of_itself(content: bytes, ours: bool) -> None:
    assert is_report(content) is ours


@pytest.mark.parametrize("name", ["a" * 5000, "b/" * 3000, "a\0b", "a\n" * 3000])
def test_a_name_that_no_file_can_have_is_a_missing_one(tmp_path: Path, name: str) -> None:
    """A file of the folder may name it: that ends nothing, and is not said back."""
    folder = Folder(tmp_path)
    assert folder.has(name) is False
    assert folder.data(name) is None
    assert folder.skipped == []
    with pytest.raises(FileFault) as caught:
        read_bounded(tmp_path / name, 10)
    assert caught.value.cause == "missing"
