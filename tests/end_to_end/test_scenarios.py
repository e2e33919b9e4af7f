"""Every scenario of the demo through the real check: the cause, the fix, and the promises."""

from __future__ import annotations

import base64
import io
import json
from urllib.parse import quote

import pytest
from rich.console import Console

from smtpdoctor.demo import command
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME
from smtpdoctor.demo.scenarios import SCENARIOS
from smtpdoctor.demo.server import most_simultaneous
from smtpdoctor.report.json import read, render
from smtpdoctor.report.model import Report, build
from smtpdoctor.report.terminal import render as render_terminal


class Played:
    """One scenario's run with what its servers saw."""

    def __init__(self, name: str) -> None:
        self.report, self.setup = command.play(name)
        self.expected = self.setup.expected
        self.sessions = [
            session for server in self.setup.servers.values() for session in server.sessions
        ]


@pytest.fixture(params=sorted(SCENARIOS), scope="module")
def played(request: pytest.FixtureRequest) -> Played:
    scenario = SCENARIOS[request.param]
    if scenario.unavailable:
        pytest.skip(scenario.unavailable)
    return Played(request.param)


def text(report: Report, *, verbose: bool, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    render_terminal(report, console, verbose=verbose)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_a_scenario_keeps_every_promise(played: Played) -> None:
    report = played.report
    # the cause
    errors = [item.code for item in report.diagnoses if item.severity == "error"]
    assert command.named(report, played.expected), (played.expected, errors, report.unexplained)
    assert report.verdict == ("broken" if played.expected else "healthy")
    assert report.unexplained == ()
    # the fix
    for diagnosis in report.diagnoses:
        if diagnosis.severity == "error":
            assert diagnosis.fixes, diagnosis.code
            first = diagnosis.fixes[0]
            assert first.settings or first.edits or first.steps, diagnosis.code
    # no secret anywhere
    shown = [text(report, verbose=True), text(report, verbose=False), render(report)]
    for form in forms(PASSWORD):
        assert all(form not in page for page in shown)
    # what the servers saw
    for server in played.setup.servers.values():
        assert not server.data_seen
        assert server.auth_attempts <= 1
    assert most_simultaneous(played.sessions) <= 2
    for session in played.sessions:
        for line in session.lines:
            assert line.in_tls or not line.text.upper().startswith(b"AUTH")
    assert sum(server.auth_attempts for server in played.setup.servers.values()) <= 1


def test_a_scenario_is_judged_again_from_its_saved_run(played: Played) -> None:
    saved = render(played.report)
    observations, started, seconds = read(saved.encode())
    again = build(observations, started=started, seconds=seconds)
    assert json.loads(render(again)) == json.loads(saved)


def test_a_scenario_fits_the_first_screen(played: Played) -> None:
    lines = text(played.report, verbose=False).splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 26, "\n".join(lines)


def forms(secret: str) -> list[str]:
    """The secret as it stands on the wire, in a URL and in base64."""
    plain = secret.encode()
    return [
        secret,
        quote(secret, safe=""),
        base64.b64encode(plain).decode(),
        base64.b64encode(b"\0" + USERNAME.encode() + b"\0" + plain).decode(),
    ]
