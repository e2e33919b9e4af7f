"""Programs are imported where a mark of theirs is in the folder, and only there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smtpdoctor.settings import dialects as package
from smtpdoctor.settings.dialects.base import dialects
from smtpdoctor.settings.dialects.unread import UnreadModule
from smtpdoctor.settings.variables import layer_of

from .support import workspace, write

FOLDER = Path(package.__file__).parent


def test_every_module_with_a_program_says_its_marks() -> None:
    programs = {
        path.stem.replace("_", "-")
        for path in FOLDER.glob("*.py")
        if re.search(r"(?m)^DIALECT\b", path.read_text())
    }
    unread = {each.id: each for each in dialects() if isinstance(each, UnreadModule)}
    assert programs == set(unread)
    for name, each in unread.items():
        assert each.dialect.id == name
        assert each.name == each.dialect.name


@pytest.mark.parametrize(
    ("name", "file", "there"),
    [
        ("nodemailer", "src/mailer.ts", True),
        ("nodemailer", "src/mailer.py", False),
        ("nextcloud", "html/config/config.php", True),
        ("laravel", "artisan", True),  # it has no name of a file with settings
        ("meteor", ".meteor/release", True),
        ("meteor", "release", False),
    ],
)
def test_a_file_is_a_mark(tmp_path: Path, name: str, file: str, there: bool) -> None:
    write(tmp_path, {file: "x"})
    [found] = [each for each in dialects() if each.id == name]
    assert isinstance(found, UnreadModule)
    assert found.may_be_there(workspace(tmp_path)) is there


@pytest.mark.parametrize(
    ("text", "environ", "there"),
    [
        ("SPRING_MAIL_HOST=x", {}, True),
        ("spring.mail.host=x", {}, True),
        ("MAIL_HOST=x", {}, False),
        ("", {"SPRING_MAIL_HOST": "x"}, True),
    ],
)
def test_a_variable_is_a_mark(
    tmp_path: Path, text: str, environ: dict[str, str], there: bool
) -> None:
    write(tmp_path, {".env": text})
    [found] = [each for each in dialects() if each.id == "spring-boot"]
    assert isinstance(found, UnreadModule)
    assert found.may_be_there(workspace(tmp_path, **environ)) is there


def test_a_variable_of_a_container_is_a_mark(tmp_path: Path) -> None:
    given = layer_of("standard input", {"QUARKUS_MAILER_HOST": "x"}, "stdin")
    [found] = [each for each in dialects() if each.id == "quarkus"]
    assert isinstance(found, UnreadModule)
    assert found.may_be_there(workspace(tmp_path, given=given))
    assert not found.may_be_there(workspace(tmp_path))
