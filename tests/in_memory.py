"""The program in an empty folder, on a network in memory: for tests that call its commands."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from smtpdoctor.demo.authority import Authority
from tests import fake_network
from tests.fake_network import FakeNetwork
from tests.runs import one_host


@pytest.fixture
def network(authority: Authority) -> FakeNetwork:
    """What the commands see; tests put other servers on its ports."""
    return one_host(authority)


@pytest.fixture
def in_memory(
    network: FakeNetwork, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test's folder is the working one, and `network` all that a command reaches."""
    for name in list(os.environ):
        if "SMTP" in name or name in ("NODE_TLS_REJECT_UNAUTHORIZED", "NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.cafile))
    monkeypatch.setattr("smtpdoctor.api.SystemNetwork", lambda nameservers: network)
    monkeypatch.setattr(asyncio, "run", fake_network.run)
