"""Hostile folders and files end at once, with one line and no fault of ours."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from smtpdoctor.settings.client import client_of
from smtpdoctor.settings.reading import Options, UsageError, read_settings
from smtpdoctor.settings.sources import MOST_LINES, MOST_NEAR
from smtpdoctor.settings.values import LONGEST

from .reader import read, read_all

MIB = 1 << 20


def one_line(raised: pytest.ExceptionInfo[UsageError]) -> str:
    text = str(raised.value)
    assert text.isprintable()
    assert len(text) < 200
    return text


@pytest.mark.parametrize("name", [".env", "mail.env"])
def test_pipe_as_a_settings_file_is_refused_at_once(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    options = Options(env_file=None if name == ".env" else name)
    with pytest.raises(UsageError) as raised:
        read_settings(options, environ={}, folder=tmp_path, stdin=None)
    assert "is a pipe, not a regular file" in one_line(raised)


def test_device_as_a_settings_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to("/dev/zero")
    with pytest.raises(UsageError) as raised:
        read_settings(Options(), environ={}, folder=tmp_path, stdin=None)
    assert "is a device" in one_line(raised)


def test_link_to_nowhere_is_no_file(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to("nowhere")
    settings, _ = read_settings(Options(), environ={}, folder=tmp_path, stdin=None)
    assert settings.sources == ("environment",)


def test_file_of_too_many_lines_is_no_settings_file() -> None:
    for line in ("A='\n", "\n", "SMTP_PORS=1\n"):
        with pytest.raises(UsageError, match=f"more than {MOST_LINES} lines"):
            read(line * (MOST_LINES + 1))


@pytest.mark.parametrize("kind", ["pipe", "large", "deep", "text"])
def test_package_json_that_is_none_names_no_client(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "package.json"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "large":
        path.write_text('{"dependencies": {"nodemailer": "7"}}' + " " * MIB)
    else:
        path.write_text("[" * 100_000 if kind == "deep" else '{"dependencies": 7}')
    assert client_of(tmp_path) is None


def test_package_json_nested_without_end_beside_what_counts(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": ' + '{"a":' * 100_000)
    assert client_of(tmp_path) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SMTP_URL", "smtp://" + "a" * MIB),
        ("SMTP_URL", "smtp://h" + "?pass" * (MIB // 5)),
        ("SMTP_URL", "smtp://u:" + "@" * MIB),
        ("SMTP_HOST", "{" * MIB),
        ("SMTP_USER", "${A" * (MIB // 3)),
        ("SMTP_PORT", "1" * MIB),
        ("SMTP_FROM", "<" * MIB),
        ("SMTP_TLS", " " * MIB + "x"),
    ],
)
def test_value_of_a_mebibyte_is_not_looked_at(name: str, text: str) -> None:
    settings = read(None, {name: text, "SMTP_FORM_" + "X" * MIB: "x", "MAIL_" * 99_999: "y"})
    (problem,) = {entry.problem for entry in settings.entries if entry.origin.name == name}
    assert problem == "too-long"
    assert all(len(entry.text) + len(entry.detail) < 200 for entry in settings.entries)


def test_password_of_a_mebibyte_is_no_template() -> None:
    settings, credentials = read_all(None, {"SMTP_HOST": "h", "SMTP_PASS": "{" * MIB})
    assert settings.has_password
    assert credentials.password is not None
    assert len(credentials.password.reveal()) == MIB


def test_longest_value_is_looked_at() -> None:
    problem = read(f"SMTP_HOST=h\nSMTP_USER={'a' * LONGEST}\n").entries[1].problem
    assert problem is None


def test_of_many_names_that_are_nearly_ours_some_are_told() -> None:
    names = [f"SMTP_H{chr(65 + i % 26)}ST_{i}" for i in range(10)]
    text = "".join(f"SMTP_HOS{chr(65 + i // 26)}{chr(65 + i % 26)}=x\n" for i in range(300))
    assert len(read(text + "".join(f"{name}=x\n" for name in names)).near_misses) <= MOST_NEAR


@pytest.mark.parametrize("length", [(1 << 16) + 1, 1 << 20])
def test_password_longer_than_any_is_wrong_usage_and_not_cut(length: int) -> None:
    with pytest.raises(UsageError, match="--password-stdin: more than 65536 characters"):
        read(stdin=f"{'x' * length}\n", password_stdin=True, host="h", user="u")


def test_longest_password_goes_out_whole() -> None:
    _, credentials = read_all(
        stdin=f"{'x' * (1 << 16)}\r\n", password_stdin=True, host="h", user="u"
    )
    assert credentials.password is not None
    assert credentials.password.reveal() == "x" * (1 << 16)


@pytest.mark.parametrize("option", ["host", "user", "sender", "port"])
def test_option_of_a_mebibyte_is_wrong_usage(option: str) -> None:
    with pytest.raises(UsageError, match="longer than"):
        read(**{option: "{" * MIB})
    with pytest.raises(UsageError, match="longer than"):
        read(target="x" * MIB)


def test_folder_that_is_no_utf8_can_be_saved(tmp_path: Path) -> None:
    import msgspec

    folder = tmp_path / "caf\udce9"
    folder.mkdir()
    settings, _ = read_settings(Options(), environ={}, folder=folder, stdin=None)
    assert msgspec.json.decode(msgspec.json.encode(settings), type=type(settings)) == settings
