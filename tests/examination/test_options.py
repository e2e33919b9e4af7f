"""The options of a check are spelled once: Python, the command line and the plan have the same."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

import smtpdoctor
from smtpdoctor import plans
from smtpdoctor.cli import run as run_command
from smtpdoctor.deadline import DEFAULT_TIMEOUT
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.examination.plan import read_connect_to
from smtpdoctor.settings.reading import UsageError

#: An argument of each option on the command line, and the value that it is in Python.
GIVEN: dict[str, tuple[list[str], Any]] = {
    "target": (["mail.example.com"], "mail.example.com"),
    "host": (["--host", "mail.example.com"], "mail.example.com"),
    "port": (["--port", "2525"], "2525"),
    "tls": (["--tls", "implicit"], "implicit"),
    "user": (["--user", "info"], "info"),
    "sender": (["--from", "a@example.com"], "a@example.com"),
    "to": (["--to", "b@example.com"], "b@example.com"),
    "ehlo": (["--ehlo", "host.example.com"], "host.example.com"),
    "size": (["--size", "10"], "10"),
    "client": (["--client", "nodemailer"], "nodemailer"),
    "setup": (["--setup", "mailer.js"], ["mailer.js"]),
    "profile": (["--profile", "staging"], "staging"),
    "env_file": (["--env-file", "other.env"], "other.env"),
    "only": (["--only", "dns", "--only", "tls"], ["dns", "tls"]),
    "skip": (["--skip", "auth"], ["auth"]),
    "timeout": (["--timeout", "7"], 7.0),
    "connect_to": (["--connect-to", "a:1:192.0.2.1:2"], ["a:1:192.0.2.1:2"]),
    "cafile": (["--cafile", "ca.pem"], Path("ca.pem")),
    "nameservers": (["--nameserver", "192.0.2.53"], ["192.0.2.53"]),
    "third_party": (["--no-third-party"], False),
    "ticket": (["--ticket"], True),
    "ask_metadata": (["--ask-metadata"], True),
}

#: The command line has them by itself: the process's own, --password-stdin, and the configuration.
NOT_GIVEN = {"default_setup", "environ", "folder", "password"}


def arrived(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> CheckOptions:
    """The options that `smtpdoctor check` makes of its arguments."""
    made: list[CheckOptions] = []

    def make_plans(options: CheckOptions, **more: object) -> None:
        made.append(options)
        raise UsageError("far enough")

    monkeypatch.setattr(plans, "make_plans", make_plans)
    assert run_command(["check", *arguments]) == 2
    (options,) = made
    return options


def test_python_takes_each_of_them_by_its_name() -> None:
    parameters = inspect.signature(smtpdoctor.check).parameters
    assert list(parameters) == list(CheckOptions.__struct_fields__)
    keywords = [each for each in parameters.values() if each.kind is each.KEYWORD_ONLY]
    assert len(keywords) == len(parameters) - 1  # TARGET may stand by itself
    assert inspect.signature(smtpdoctor.check).return_annotation == "Report"
    assert set(GIVEN) | NOT_GIVEN == set(parameters)


@pytest.mark.parametrize("name", GIVEN)
def test_the_command_line_hands_each_of_them_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    arguments, value = GIVEN[name]
    options, none = arrived(monkeypatch, *arguments), arrived(monkeypatch)
    assert getattr(options, name) == value
    untouched = [each for each in CheckOptions.__struct_fields__ if each not in (name, "folder")]
    assert [getattr(options, each) for each in untouched] == [
        getattr(CheckOptions(), each) for each in untouched
    ]
    assert none.timeout == DEFAULT_TIMEOUT == 45


def test_options_are_shown_without_their_values() -> None:
    options = CheckOptions(target="smtp://u:seven-herons@host", password="seven-herons")
    assert "herons" not in repr(options)


@pytest.mark.parametrize("text", [f"h:{'9' * 5000}:127.0.0.1:1", f"h:1:127.0.0.1:{'9' * 5000}"])
def test_a_port_of_more_digits_than_can_be_counted_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="must be HOST:PORT:ADDRESS:PORT"):
        read_connect_to(text)
