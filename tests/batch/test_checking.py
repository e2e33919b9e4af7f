"""`smtpdoctor.check_many` on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

import smtpdoctor
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import PASSWORD, USERNAME

from ..servers.fixtures import StartServer


def test_results_come_with_the_place_of_their_target(
    smtp_server: StartServer, authority: Authority
) -> None:
    server = smtp_server()
    login = {"host": server.host, "port": server.port, "user": USERNAME, "password": PASSWORD}

    async def given() -> AsyncIterator[str | dict[str, object]]:
        yield f"{server.host}:{server.port}"
        yield {"port": 587}
        yield login

    async def scenario() -> dict[int, smtpdoctor.Checked]:
        results = smtpdoctor.check_many(given(), cafile=authority.cafile)
        return {each.position: each async for each in results}

    found = asyncio.run(scenario())
    assert sorted(found) == [0, 1, 2]
    assert found[0].report is not None
    assert found[0].report.verdict == "healthy"
    assert found[1].report is None
    assert found[1].error.startswith("no host")
    assert [session.login for session in server.sessions if session.login] == [USERNAME]
    assert PASSWORD not in repr(found)


def test_a_file_of_the_working_folder_says_nothing_of_a_target(
    smtp_server: StartServer,
    authority: Authority,
    tmp_path: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(str(tmp_path))
    monkeypatch.setenv("SMTP_USER", USERNAME)
    monkeypatch.setenv("SMTP_PASS", PASSWORD)
    server = smtp_server()

    async def scenario() -> list[smtpdoctor.Checked]:
        address = f"{server.host}:{server.port}"
        results = smtpdoctor.check_many([address], cafile=authority.cafile)
        return [each async for each in results]

    (one,) = asyncio.run(scenario())
    assert one.report is not None
    assert one.report.target.username is None
    assert server.server.auth_attempts == 0


def test_an_option_that_cannot_be_one_is_an_error_before_anything_is_read() -> None:
    async def scenario() -> None:
        async with contextlib.aclosing(
            smtpdoctor.check_many(iter(lambda: pytest.fail("read"), None), nameservers=["nobody"])
        ) as results:
            await anext(results)

    with pytest.raises(smtpdoctor.UsageError, match="nameserver"):
        asyncio.run(scenario())
