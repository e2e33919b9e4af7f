"""The Python interface: `check`, `acheck` and `diagnose`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from smtpdoctor.network import Network, SystemNetwork
from smtpdoctor.observations import AnyObservation, CheckName, Observations
from smtpdoctor.plan import DEFAULT_TIMEOUT, Plan, select
from smtpdoctor.plan import Mapping as ConnectTo
from smtpdoctor.report.model import Report, build
from smtpdoctor.runner import examine
from smtpdoctor.settings.reading import Options, read_settings


async def acheck(
    target: str | None = None,
    *,
    host: str | None = None,
    port: int | str | None = None,
    tls: str | None = None,
    user: str | None = None,
    password: str | None = None,
    sender: str | None = None,
    to: str | None = None,
    ehlo: str | None = None,
    size: int | str | None = None,
    client: str | None = None,
    env_file: str | None = None,
    environ: Mapping[str, str] | None = None,
    folder: Path | str | None = None,
    only: Iterable[CheckName] = (),
    skip: Iterable[CheckName] = (),
    timeout: float = DEFAULT_TIMEOUT,
    connect_to: Iterable[ConnectTo] = (),
    cafile: str | None = None,
    nameservers: Iterable[str] = (),
    third_party: bool = True,
    ticket: bool = False,
    ask_metadata: bool = False,
) -> Report:
    """Check whether mail can be submitted, and name the cause where it can't.

    The arguments are the options of `smtpdoctor check`; what is not given comes from `environ`
    (default: the process's) and `.env` in `folder` (default: the working folder). `password`
    counts as given with `--password-stdin`. `timeout` in seconds bounds the whole run.

    Sends no message. Raises `settings.reading.UsageError` for an argument that can't be one and
    for a settings file that can't be read; what the network and the server do is in the report.
    """
    options = Options(
        target=target,
        host=host,
        port=None if port is None else str(port),
        tls=tls,
        user=user,
        sender=sender,
        to=to,
        ehlo=ehlo,
        size=None if size is None else str(size),
        client=client,
        env_file=env_file,
        password_stdin=password is not None,
    )
    plan = make_plan(
        options,
        environ=os.environ if environ is None else environ,
        folder=Path(folder) if folder is not None else Path.cwd(),
        stdin=_lines(password),
        only=only,
        skip=skip,
        timeout=timeout,
        connect_to=connect_to,
        cafile=cafile,
        nameservers=nameservers,
        third_party=third_party,
        ticket=ticket,
        ask_metadata=ask_metadata,
    )
    return await run(plan, environ=os.environ if environ is None else environ)


def check(target: str | None = None, **options: object) -> Report:
    """`acheck` for programs without an event loop; the same arguments."""
    import asyncio

    return asyncio.run(acheck(target, **options))  # type: ignore[arg-type]


def diagnose(observations: Observations, *, started: str = "", seconds: float = 0.0) -> Report:
    """The report on observations that were made before. Pure: no network, no clock."""
    return build(observations, started=started, seconds=seconds)


def make_plan(
    options: Options,
    *,
    environ: Mapping[str, str],
    folder: Path,
    stdin: TextIO | None,
    only: Iterable[CheckName] = (),
    skip: Iterable[CheckName] = (),
    timeout: float = DEFAULT_TIMEOUT,
    connect_to: Iterable[ConnectTo] = (),
    cafile: str | None = None,
    nameservers: Iterable[str] = (),
    third_party: bool = True,
    ticket: bool = False,
    ask_metadata: bool = False,
) -> Plan:
    """Read the settings and put a run together. Raises UsageError."""
    settings, credentials = read_settings(options, environ=environ, folder=folder, stdin=stdin)
    return Plan(
        settings=settings,
        credentials=credentials,
        selected=select(only, skip),
        timeout=timeout,
        connect_to=tuple(connect_to),
        cafile=cafile,
        nameservers=tuple(nameservers),
        third_party=third_party,
        ticket=ticket,
        ask_metadata=ask_metadata,
    )


async def run(
    plan: Plan,
    *,
    environ: Mapping[str, str],
    network: Network | None = None,
    listener: Callable[[AnyObservation], None] | None = None,
) -> Report:
    """Run a plan and judge what it saw."""
    network = network or SystemNetwork(plan.nameservers)
    started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    began = network.clock()
    observations = await examine(plan, network, environ, listener=listener)
    return build(observations, started=started, seconds=network.clock() - began)


def _lines(password: str | None) -> TextIO | None:
    import io

    return None if password is None else io.StringIO(f"{password}\n")
