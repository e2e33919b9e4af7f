"""The Python interface: `check` and `sender`, `acheck` and `asender`, and `diagnose`."""

from __future__ import annotations

import asyncio
import inspect
import io
import os
import ssl
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ParamSpec, TextIO, TypeVar

from smtpdoctor.examination.plan import (
    DEFAULT_TIMEOUT,
    Plan,
    read_connect_to,
    read_nameserver,
    select,
)
from smtpdoctor.examination.plan import Mapping as ConnectTo
from smtpdoctor.examination.runner import examine
from smtpdoctor.network import Network, SystemNetwork
from smtpdoctor.network.trust import client_context
from smtpdoctor.observations import AnyObservation, CheckName, Observations
from smtpdoctor.report.model import Report, build
from smtpdoctor.settings.model import Credentials, Origin, Setting, Settings
from smtpdoctor.settings.reading import Options, UsageError, read_settings

P = ParamSpec("P")
T = TypeVar("T")


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
    connect_to: Iterable[ConnectTo | str] = (),
    cafile: Path | str | None = None,
    nameservers: Iterable[str] = (),
    third_party: bool = True,
    ticket: bool = False,
    ask_metadata: bool = False,
) -> Report:
    """Check whether mail can be submitted, and name the cause where it can't.

    The arguments are the options of `smtpdoctor check`, with the same values; what is not given
    comes from `environ` (default: the process's) and `.env` in `folder` (default: the working
    folder). `password` counts as given with `--password-stdin`. `timeout` in seconds bounds the
    whole run. `connect_to` takes texts such as "mail.example.com:587:127.0.0.1:2587".

    Sends no message. Raises `smtpdoctor.UsageError` for an argument that can't be one and for a
    settings file that can't be read; what the network and the server do is in the report.
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


def _without_a_loop(
    function: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, T]:
    """The function for programs that have no event loop, with the same arguments."""

    def blocking(*arguments: P.args, **options: P.kwargs) -> T:
        return asyncio.run(function(*arguments, **options))

    blocking.__doc__ = (
        f"{function.__doc__}\n    Not from inside an event loop: there is `{function.__name__}`.\n"
    )
    blocking.__name__ = blocking.__qualname__ = function.__name__.removeprefix("a")
    # what `help` and editors show; not __wrapped__, which would make it look asynchronous
    blocking.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return blocking


check = _without_a_loop(acheck)


async def asender(
    address: str,
    *,
    through: str | None = None,
    ip: str | None = None,
    helo: str | None = None,
    nameservers: Iterable[str] = (),
    listener: Callable[[AnyObservation], None] | None = None,
) -> Report:
    """Judge whether receivers will believe mail from `address`, by SPF, DKIM and DMARC.

    `through` is a provider's id or a submission host; without it the provider is guessed from the
    domain's own records. With `ip`, SPF is evaluated for that one client address, which greets
    as `helo`. Asks name servers only. Raises `UsageError` for an argument that can't be one.
    """
    plan = sender_plan(address, through=through, ip=ip, helo=helo, nameservers=nameservers)
    return await run(plan, environ=os.environ, listener=listener)


sender = _without_a_loop(asender)


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
    connect_to: Iterable[ConnectTo | str] = (),
    cafile: Path | str | None = None,
    nameservers: Iterable[str] = (),
    third_party: bool = True,
    ticket: bool = False,
    ask_metadata: bool = False,
) -> Plan:
    """Read the settings and put a run together. Raises UsageError."""
    if not 0 < timeout < float("inf"):  # not a number is neither
        raise UsageError(f"--timeout: {timeout} is no number of seconds to wait")
    settings, credentials = read_settings(options, environ=environ, folder=folder, stdin=stdin)
    return Plan(
        settings=settings,
        credentials=credentials,
        selected=select(only, skip),
        timeout=timeout,
        connect_to=tuple(
            read_connect_to(each) if isinstance(each, str) else each for each in connect_to
        ),
        cafile=None if cafile is None else _readable_cafile(cafile),
        nameservers=tuple(map(read_nameserver, nameservers)),
        third_party=third_party,
        ticket=ticket,
        ask_metadata=ask_metadata,
    )


def sender_plan(
    address: str,
    *,
    through: str | None = None,
    ip: str | None = None,
    helo: str | None = None,
    nameservers: Iterable[str] = (),
) -> Plan:
    """Put a run together that asks the DNS about one sender. Raises UsageError."""
    from smtpdoctor.sender.question import QuestionError, of_address

    try:
        question = of_address(address, through=through, ip=ip, helo=helo)
    except QuestionError as error:
        raise UsageError(str(error)) from None
    origin = Origin(kind="option", name="ADDRESS")
    entry = Setting(field="sender", text=question.address, origin=origin)
    return Plan(
        settings=Settings(host=question.host or None, sender=question.address, entries=(entry,)),
        credentials=Credentials(),
        selected=frozenset({"settings", "sender"}),
        nameservers=tuple(map(read_nameserver, nameservers)),
        question=question,
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


def _readable_cafile(path: Path | str) -> str:
    try:
        client_context(str(path))
    except ssl.SSLError:
        raise UsageError(f"--cafile {path}: holds no CA certificate in PEM form") from None
    except OSError as error:
        raise UsageError(f"--cafile {path}: {error.strerror or error}") from None
    return str(path)


class _Password(io.StringIO):
    """A password as `--password-stdin` would give it, also one with a line end in it."""

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        return f"{self.getvalue()}\n"


def _lines(password: str | None) -> TextIO | None:
    return None if password is None else _Password(password)
