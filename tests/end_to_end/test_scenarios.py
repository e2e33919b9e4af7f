"""Every scenario of the demo through the real check: the cause, the fix, and the promises."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from smtpdoctor.api import run as run_plan
from smtpdoctor.demo import command
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME
from smtpdoctor.demo.scenarios import SCENARIOS
from smtpdoctor.demo.server import SMTPServer
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.plans import make_plan
from smtpdoctor.report.model import Report
from smtpdoctor.report.saved import read

from ..fake_network import run
from ..report.contract import assert_keeps_the_contract
from ..runs import as_json, playing, shown
from ..servers.sessions import most_simultaneous

#: What waits for half a minute, or needs a port that Linux alone makes silent, plays in memory.
SLOW = ("greeting-missing", "blocked-587")


class Played:
    """One scenario's run with what its servers saw."""

    def __init__(self, name: str, folder: Path) -> None:
        self.expected = SCENARIOS[name].expected
        if name in SLOW:
            self.report, self.servers = _played_in_memory(name, folder)
        else:
            self.report, setup = command.play(name)
            self.servers = list(setup.servers.values())
        self.sessions = [session for server in self.servers for session in server.sessions]


def _played_in_memory(name: str, folder: Path) -> tuple[Report, list[SMTPServer]]:
    with playing(name, folder) as (network, connect_to, cafile):
        plan = make_plan(
            CheckOptions(environ={}, folder=folder, connect_to=connect_to, cafile=cafile)
        )
        report = run(run_plan(plan, environ={}, network=network))
        network.assert_tidy()
        return report, [each for each in network.servers.values() if isinstance(each, SMTPServer)]


@pytest.fixture(params=sorted(SCENARIOS), scope="module")
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    scenario = SCENARIOS[request.param]
    if scenario.unavailable and request.param not in SLOW:
        pytest.skip(scenario.unavailable)
    return Played(request.param, tmp_path_factory.mktemp("played"))


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
    pages = [shown(report, verbose=True), shown(report), as_json(report)]
    for form in forms(PASSWORD):
        assert all(form not in page for page in pages)
    # what the servers saw
    for server in played.servers:
        assert not server.data_seen
        assert server.auth_attempts <= 1
    assert most_simultaneous(played.sessions) <= 2
    for session in played.sessions:
        for line in session.lines:
            assert line.in_tls or not line.text.upper().startswith(b"AUTH")
    assert sum(server.auth_attempts for server in played.servers) <= 1


def test_a_scenario_is_judged_again_from_its_saved_run(played: Played) -> None:
    saved = as_json(played.report)
    assert_keeps_the_contract(json.loads(saved))
    assert json.loads(as_json(read(saved.encode()))) == json.loads(saved)


def test_a_scenario_fits_the_first_screen(played: Played) -> None:
    lines = shown(played.report).splitlines()
    assert max(map(len, lines)) <= 80
    # the command and the next prompt stand there, too
    assert len(lines) <= 22, "\n".join(lines)


def forms(secret: str) -> list[str]:
    """The secret as it stands on the wire, in a URL and in base64."""
    plain = secret.encode()
    return [
        secret,
        quote(secret, safe=""),
        base64.b64encode(plain).decode(),
        base64.b64encode(b"\0" + USERNAME.encode() + b"\0" + plain).decode(),
    ]


@pytest.mark.parametrize("width", [34, 40, 80])
def test_the_list_of_scenarios_fits_the_terminal(width: int) -> None:
    lines = list(command.listing(width))
    assert max(map(len, lines)) <= width
    assert {line.split()[0] for line in lines} >= set(SCENARIOS)
    assert len(lines) < 6 * len(SCENARIOS)
