"""A batch on a real Dask cluster of several processes, one of which is killed in the middle."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smtpdoctor.batch.cluster import Cluster
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME
from smtpdoctor.settings.usage import UsageError

from ..servers.fixtures import StartServer

distributed: Any = pytest.importorskip("distributed")
dask: Any = pytest.importorskip("dask")

pytestmark = [
    pytest.mark.real,
    # distributed's own
    pytest.mark.filterwarnings("ignore"),
]

SERVERS = 12


@pytest.fixture
def cluster() -> Iterator[Any]:
    with contextlib.ExitStack() as stack:
        yield stack.enter_context(
            distributed.LocalCluster(
                n_workers=3, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
            )
        )


def batch(cluster: Any, authority: Authority, folder: Path, *more: str) -> subprocess.Popen[str]:
    options = ["--scheduler", cluster.scheduler_address, "--cafile", str(authority.cafile), *more]
    return subprocess.Popen(
        [sys.executable, "-m", "smtpdoctor", "batch", "list", "--no-third-party", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        cwd=folder,
    )


def test_no_target_is_lost_with_a_worker_and_none_asked_twice_without_need(
    cluster: Any, smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    addresses = [f"127.0.3.{number}" for number in range(1, SERVERS + 1)]
    certificate = authority.issue(addresses)
    # each is two runs' time: some are over, some under way and some to come when the worker goes
    servers = [
        smtp_server(certificate=certificate, host=address, greeting_delay=0.4)
        for address in addresses
    ]
    places = [f"{server.host}:{server.port}" for server in servers for _ in range(3)]
    (tmp_path / "list").write_text("\n".join(places) + "\n")
    process = batch(cluster, authority, tmp_path)
    assert process.stdout is not None
    results = [json.loads(process.stdout.readline()) for _ in range(SERVERS)]
    victim = sorted(cluster.workers.items())[0][1].process.process.pid
    os.kill(victim, 9)
    # `communicate` would leave out what was read ahead of the lines above
    results += [json.loads(line) for line in process.stdout]
    _, told = process.communicate(timeout=90)
    assert sorted(each["line"] for each in results) == list(range(1, len(places) + 1)), told
    assert all(each["report"]["verdict"] == "healthy" for each in results), told
    assert process.returncode == 0
    sessions = [session for server in servers for session in server.sessions if session.received]
    # one of a server's targets at a time: a third of the servers had one under way at most
    assert len(places) <= len(sessions) <= len(places) + SERVERS
    again = sum(len([s for s in server.sessions if s.received]) > 3 for server in servers)
    assert again < SERVERS


def test_a_password_goes_to_no_worker_in_clear(
    cluster: Any, smtp_server: StartServer, authority: Authority, tmp_path: Path
) -> None:
    server = smtp_server()
    login = {"host": server.host, "port": server.port, "user": USERNAME, "password": PASSWORD}
    (tmp_path / "list").write_text(json.dumps(login))
    process = batch(cluster, authority, tmp_path)
    out, told = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "line 1 has a password, and tcp:// would carry it to the workers in clear" in told
    assert out == ""
    assert PASSWORD not in told
    assert server.sessions == []


def test_nor_to_one_that_joined_a_scheduler_at_tls_in_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scheduler may listen in both ways; a plan goes to the worker itself."""
    made = distributed.security.Security.temporary()
    parts = ("ca_file", "client_cert", "client_key")
    for part in parts:
        (tmp_path / part).write_text(getattr(made, f"tls_{part}"))
    names = (f"tls_{part}" for part in (*parts, "scheduler_cert", "scheduler_key"))
    both = distributed.security.Security(
        **{name: getattr(made, name) for name in names}, require_encryption=False
    )
    own = {
        "distributed.comm.tls.ca-file": str(tmp_path / "ca_file"),
        "distributed.comm.tls.client.cert": str(tmp_path / "client_cert"),
        "distributed.comm.tls.client.key": str(tmp_path / "client_key"),
    }
    monkeypatch.setattr("smtpdoctor.batch.cluster.FIRST_WORKER", 2)
    asked = asyncio.run(_asked_beside_a_worker_in_clear(both, own))
    assert "no workers at tls://" in asked


async def _asked_beside_a_worker_in_clear(both: Any, own: dict[str, str]) -> str:
    """What the cluster says that has one scheduler, in both ways, and this worker alone."""
    here = {"host": "127.0.0.1", "dashboard": False}
    made = distributed.Scheduler(port=[0, 0], protocol=["tls", "tcp"], security=both, **here)
    async with made as scheduler:
        places = [listener.contact_address for listener in scheduler.listeners]
        encrypted, clear = sorted(places, reverse=True)
        async with distributed.Worker(clear, host="127.0.0.1"):
            with dask.config.set(own), pytest.raises(UsageError) as raised:
                async with Cluster(encrypted, nameservers=(), login_pause=0):
                    raise AssertionError("a worker in clear was taken")
    return str(raised.value)


def test_a_scheduler_that_is_not_there_is_one_line(authority: Authority, tmp_path: Path) -> None:
    class Nobody:
        scheduler_address = "tcp://127.0.0.1:1"

    (tmp_path / "list").write_text("127.0.0.1:1\n")
    process = batch(Nobody(), authority, tmp_path)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "no Dask scheduler answers there" in told
    assert "Traceback" not in told
