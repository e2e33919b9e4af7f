"""Which of the user's lines make a wrong pair of port and TLS mode, and which stands first."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from smtpdoctor.diagnosis.model import Edit, Fix
from smtpdoctor.diagnosis.run import Run
from smtpdoctor.settings.model import Field

from ..rules.scene import Scene


def run_of(**settings: Any) -> Run:
    return Run(Scene(**settings).observations())


PORT = Fix(title="", settings={"SMTP_PORT": "465"})
MODE = Fix(title="", settings={"SMTP_SECURE": "true"})
BOTH = Fix(title="", settings={"SMTP_SECURE": "true", "SMTP_PORT": "465"})
OTHER = Fix(title="", settings={"SMTP_HOST": "smtp.example.org"})


@pytest.mark.parametrize(
    ("fixes", "expected"),
    [
        ((), ("tls", "port")),
        ((OTHER,), ("tls", "port")),
        ((PORT,), ("port", "tls")),
        ((MODE,), ("tls", "port")),
        ((BOTH,), ("tls", "port")),
        ((OTHER, PORT), ("tls", "port")),  # what the first one changes counts
    ],
)
def test_of_two_lines_the_one_that_the_fix_changes_stands_first(
    fixes: tuple[Fix, ...], expected: tuple[Field, ...]
) -> None:
    assert run_of().mode.lines(fixes) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"env": {"SMTP_SECURE": None}}, ("port",)),
        ({"env": {"SMTP_PORT": None}, "port": None}, ("tls",)),
        ({"env": {"SMTP_SECURE": None, "SMTP_PORT": None}}, ()),
        ({"origin": "environment"}, ("tls",)),  # no file has them
        ({"origin": "option"}, ("tls",)),
    ],
)
def test_one_line_stands_alone(settings: dict[str, Any], expected: tuple[Field, ...]) -> None:
    assert run_of(**settings).mode.lines((PORT,)) == expected


def test_a_line_beside_a_variable_of_the_environment() -> None:
    text = "SMTP_HOST=mail.example.org\nSMTP_PORT=587\n"
    run = Run(Scene.of(text, {"SMTP_SECURE": "true"}).observations())
    assert run.mode.lines((PORT,)) == ("tls",)


def test_an_edit_of_a_line_is_a_change_of_it() -> None:
    run = run_of()
    entry = run.entry("port")
    assert entry is not None
    assert entry.origin.line is not None
    line = Edit(file=".env", line=entry.origin.line, columns=(11, 14), replace="587", with_="465")
    assert run.mode.lines((Fix(title="", edits=(line,)),)) == ("port", "tls")
    other = msgspec.structs.replace(line, file="other.env")
    assert run.mode.lines((Fix(title="", edits=(other,)),)) == ("tls", "port")
