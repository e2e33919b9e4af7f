from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.plans import make_plans
from smtpdoctor.settings.broken_lines import broken_lines
from smtpdoctor.settings.usage import UsageError


def kinds(folder: Path, text: str) -> list[tuple[int, str, str]]:
    (folder / ".env").write_text(text, encoding="utf-8")
    return [(each.line, each.kind, each.name) for each in broken_lines(folder, [".env"])]


def test_each_kind_is_told_without_what_stands_there(tmp_path: Path) -> None:
    text = (
        "SMTP_HOST=smtp.ionos.com\nSMTP_PORT 587\nSMTP_USER: info@example.com\n<<<<<<< HEAD\n"
        "SMTP_FROM=a@example.com\n=======\n>>>>>>> main\n=foo\n'\n"
    )
    assert kinds(tmp_path, text) == [
        (2, "no-equals", "SMTP_PORT"),
        (3, "colon", "SMTP_USER"),
        (4, "conflict-marker", ""),
        (6, "conflict-marker", ""),
        (7, "conflict-marker", ""),
        (8, "no-name", ""),
        (9, "stray-quote", ""),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# SMTP_PORT 587\n\n",
        "SMTP_PORT = 587\nexport SMTP_HOST=a\nexport SMTP_USER\nPLAIN\n",
        'KEY="-----BEGIN KEY-----\nline two\n-----END KEY-----"\nSMTP_PORT=587\n',
    ],
)
def test_lookalike_lines_that_readers_take(tmp_path: Path, text: str) -> None:
    assert kinds(tmp_path, text) == []


def test_a_run_says_them(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SMTP_HOST=smtp.ionos.com\nSMTP_PORT 587\n", encoding="utf-8")
    (plan,) = make_plans(CheckOptions(folder=tmp_path, environ={})).plans
    assert [each.line for each in plan.settings.broken_lines] == [2]


@pytest.mark.parametrize(
    ("name", "text"),
    [("settings.py", "SMTP_HOST = 'a'\n"), ("app.json", "{}"), ("env", '{"SMTP_HOST": "a"}')],
)
def test_another_type_of_file_is_wrong_usage(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="NAME=value"):
        make_plans(CheckOptions(folder=tmp_path, environ={}, env_file=name))
