"""Whole reports at 80 columns, as a person reads them, for the usual cases.

`UPDATE_SNAPSHOTS=1 pytest tests/report` writes them anew; look at the difference before it is
committed. What differs from run to run stands as a placeholder.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from smtpdoctor.api import run as run_plan
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME, Act, Behaviour
from smtpdoctor.examination import machine, state
from smtpdoctor.observations import Place
from smtpdoctor.plans import make_plan
from smtpdoctor.report.model import Report
from smtpdoctor.settings.reading import Options
from smtpdoctor.surroundings.place import OwnNames

from ..fake_network import FakeNetwork, run
from ..runs import (
    ADDRESS,
    CONTROLS,
    HOST,
    IPV6,
    as_json,
    one_host,
    playing,
    shown,
    with_options,
)

SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = os.environ.get("UPDATE_SNAPSHOTS") == "1"

#: The demo's scenarios that people meet most.
SCENES = [
    "secure-true-on-587",
    "secure-false-on-465",
    "wrong-password",
    "username-without-domain",
    "placeholder-credentials",
    "from-of-another-domain",
    "self-signed-certificate",
    "expired-certificate",
    "host-with-scheme",
    "host-name-typo",
    "greeting-missing",
    "not-smtp",
    "starttls-stripped",
    "tls-switched-off",
    "healthy-587",
    "healthy-465",
]


@pytest.fixture(autouse=True)
def _one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run was made on the same machine."""
    place = Place(
        system="Linux",
        # behind every certificate that a run makes, so that no day is short of a second
        clock=(datetime.now(UTC) + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        released="2026-11-22",
        trust_store=140,
        trust_store_path="/etc/ssl/certs/ca-certificates.crt",
    )
    monkeypatch.setattr(machine, "look_around", lambda *arguments, **more: place)
    monkeypatch.setattr(state, "own_names", OwnNames)


def examined(
    network: FakeNetwork,
    folder: Path,
    *,
    env: Mapping[str, str] | None = None,
    options: Options | None = None,
    **plan: Any,
) -> Report:
    """A run in this folder."""
    made = make_plan(with_options(options, environ=env or {}, folder=folder, **plan))
    # pytest's own folder has another length for each user and each hundredth run
    settings = msgspec.structs.replace(made.settings, folder="/home/you/shop")
    made = msgspec.structs.replace(made, settings=settings)
    return run(run_plan(made, environ=env or {}, network=network))


def compare(name: str, text: str) -> None:
    """The text, with placeholders, is the snapshot's."""
    for pattern, placeholder in (
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "<TIME>"),
        (r"\d{4}-\d\d-\d\d( \d\d:\d\d UTC)?", "<DATE>"),
        (r"good for \d+ days( *)", r"good for <N> days\1"),
    ):
        text = re.sub(pattern, placeholder, text)
    path = SNAPSHOTS / f"{name}.txt"
    if UPDATE:
        path.write_text(text, "utf-8")
    assert path.exists(), f"no snapshot {path.name}: UPDATE_SNAPSHOTS=1 writes it"
    assert text == path.read_text("utf-8"), f"{path.name} differs: see this module's docstring"


@pytest.mark.parametrize("name", SCENES)
def test_scenarios(name: str, tmp_path: Path) -> None:
    with playing(name, tmp_path) as (network, connect_to, cafile):
        report = examined(network, tmp_path, connect_to=connect_to, cafile=cafile)
    compare(name, shown(report))


@pytest.mark.parametrize("name", ["secure-true-on-587", "wrong-password", "healthy-587"])
def test_verbose(name: str, tmp_path: Path) -> None:
    with playing(name, tmp_path) as (network, connect_to, cafile):
        report = examined(network, tmp_path, connect_to=connect_to, cafile=cafile)
    compare(f"{name}-verbose", shown(report, verbose=True))


def test_json(tmp_path: Path) -> None:
    """Without the observations, whose shape may grow."""
    with playing("secure-true-on-587", tmp_path) as (network, connect_to, cafile):
        report = examined(network, tmp_path, connect_to=connect_to, cafile=cafile)
    text = as_json(report)
    compare("secure-true-on-587-json", text[: text.index('      "observations"')])


Change = Callable[[FakeNetwork], None]


def blocked(network: FakeNetwork) -> None:
    for address in (ADDRESS, *(address for (address,) in CONTROLS.values())):
        network.servers[address, 587] = "silent"


def refused(network: FakeNetwork) -> None:
    network.servers[ADDRESS, 587] = "refused"


def without_network(network: FakeNetwork) -> None:
    network.servers.clear()
    network.otherwise = "no-route"


def without_name(network: FakeNetwork) -> None:
    network.names = {}


def dead_ipv6(network: FakeNetwork) -> None:
    network.names = {HOST: (IPV6, ADDRESS)}
    network.servers[IPV6, 587] = network.servers[IPV6, 465] = "silent"


def busy(network: FakeNetwork) -> None:
    behave(network, greeting=("421 mail.example.com too busy", Act.CLOSE))


def unexplained(network: FakeNetwork) -> None:
    behave(network, replies={"MAIL": b"\x00\x01 what is this\r\n"})


def hostile(network: FakeNetwork) -> None:
    behave(network, auth_answer="535 \x1b[31m[red]no[/red] \u202e:skull:")


def behave(network: FakeNetwork, **changes: Any) -> None:
    server = network.server(ADDRESS, 587)
    server.behaviour = replace(server.behaviour, **changes)


@pytest.mark.parametrize(
    "change",
    [blocked, refused, without_network, without_name, dead_ipv6, busy, unexplained, hostile],
    ids=lambda change: change.__name__.replace("_", "-"),
)
def test_faults_of_a_host_on_the_internet(
    authority: Authority, tmp_path: Path, change: Change
) -> None:
    network = one_host(authority)
    change(network)
    (tmp_path / ".env").write_text(
        f"SMTP_HOST={HOST}\nSMTP_PORT=587\nSMTP_USER={USERNAME}\nSMTP_PASS={PASSWORD}\n", "utf-8"
    )
    report = examined(network, tmp_path, cafile=authority.cafile)
    compare(change.__name__.replace("_", "-"), shown(report))


def test_two_faults_at_once(authority: Authority, tmp_path: Path) -> None:
    network = one_host(authority)
    env = {"SMTP_HOST": HOST, "SMTP_PORT": "99999", "SMTP_USER": USERNAME, "SMTP_PASS": "wrong-one"}
    report = examined(network, tmp_path, env=env, cafile=authority.cafile)
    compare("two-faults", shown(report))


def test_a_target_without_credentials(authority: Authority, tmp_path: Path) -> None:
    network = one_host(authority)
    report = examined(network, tmp_path, options=Options(target=HOST), cafile=authority.cafile)
    compare("target", shown(report))


def test_nothing_configured(authority: Authority, tmp_path: Path) -> None:
    names = {"smtp.ionos.com": ("192.0.2.30",), "smtp.ionos.de": ("192.0.2.31",)}
    others: dict[tuple[str, int], Any] = {}
    for host, (address,) in names.items():
        certificate = authority.issue([host])
        others[address, 587] = Behaviour(certificate=certificate)
        others[address, 465] = Behaviour(certificate=certificate, implicit_tls=True)
    network = one_host(authority, names=names, others=others)
    compare("nothing-configured", shown(examined(network, tmp_path, cafile=authority.cafile)))


def test_too_little_time(authority: Authority, tmp_path: Path) -> None:
    network = one_host(authority, on_587=Behaviour(on_accept=Act.SILENCE))
    env = {"SMTP_HOST": HOST, "SMTP_USER": USERNAME, "SMTP_PASS": PASSWORD}
    report = examined(network, tmp_path, env=env, cafile=authority.cafile, timeout=1)
    compare("too-little-time", shown(report))


def test_every_snapshot_belongs_to_a_test(request: pytest.FixtureRequest) -> None:
    text = Path(__file__).read_text("utf-8")
    for path in SNAPSHOTS.glob("*.txt"):
        name = path.stem
        for ending in ("-verbose", "-json"):
            name = name.removesuffix(ending)
        assert f'"{name}"' in text or f"def {name.replace('-', '_')}(" in text, path.name
