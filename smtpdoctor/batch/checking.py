"""`smtpdoctor.check_many`: many targets from Python."""

from __future__ import annotations

import contextlib
import os
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Iterable,
    Mapping,
    Sequence,
)
from pathlib import Path

from smtpdoctor.batch.many import JOBS, check_all, pace_of
from smtpdoctor.batch.model import Checked, Target
from smtpdoctor.batch.targets import common_options, target_of
from smtpdoctor.deadline import DEFAULT_TIMEOUT
from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.network import SystemNetwork
from smtpdoctor.observations import CheckName
from smtpdoctor.own_fault import outward


async def check_many(
    targets: Iterable[str | Mapping[str, object]] | AsyncIterable[str | Mapping[str, object]],
    *,
    jobs: int = JOBS,
    rate: float | None = None,
    client: str | None = None,
    only: Sequence[CheckName] = (),
    skip: Sequence[CheckName] = (),
    timeout: float = DEFAULT_TIMEOUT,
    connect_to: Sequence[str] = (),
    cafile: Path | str | None = None,
    nameservers: Sequence[str] = (),
    third_party: bool = True,
) -> AsyncGenerator[Checked, None]:
    """Check many targets at once; what came of each, as it comes.

    A target is a host, `host:port` or URL, or a mapping with some of `target`, `host`, `port`,
    `tls`, `secure` (as SMTP_SECURE), `user`, `password`, `sender`, `to`, `ehlo`, `size`, `client`;
    nothing of it comes from the environment or `.env`. Targets are read as they are needed.
    `Checked.position` counts from 0. A target that can't be checked is a result with an `error`.

    `jobs` go on at a time, and at most `rate` begin in a second. With one server there are two
    sessions at a time at most, and a second between two logins; an account is logged in once, and
    a further target of it is told so (`Checked.login_at`). `timeout` in seconds bounds each target.

    Sends no message. Raises `smtpdoctor.UsageError` for an option that can't be one, and what
    `targets` raises. Who stops early closes it: `async with contextlib.aclosing(check_many(…))`.
    """
    numbered = _numbered(targets)
    del targets  # this frame is in the traceback of whatever is wrong
    common = common_options(
        client=client,
        only=only,
        skip=skip,
        timeout=timeout,
        connect_to=connect_to,
        cafile=cafile,
        nameservers=nameservers,
        third_party=third_party,
    )
    results = check_all(
        _read(numbered, common),
        SystemNetwork(tuple(nameservers)),
        os.environ,
        pace=pace_of(jobs, rate),
    )
    try:
        async with contextlib.aclosing(results):
            async for checked in results:
                yield checked
        return
    except BaseException as error:
        told = outward(error, Exception)  # what `targets` raises is the caller's
    raise told from None


async def _numbered(
    targets: Iterable[str | Mapping[str, object]] | AsyncIterable[str | Mapping[str, object]],
) -> AsyncIterator[tuple[int, str | Mapping[str, object]]]:
    position = 0
    if isinstance(targets, AsyncIterable):
        async for given in targets:
            yield position, given
            position += 1
        return
    for numbered in enumerate(targets):
        yield numbered


async def _read(
    numbered: AsyncIterable[tuple[int, str | Mapping[str, object]]], common: CheckOptions
) -> AsyncIterator[Target]:
    async for position, given in numbered:
        yield target_of(position, given, common)
