"""The Python interface: `check` and `sender`, `acheck` and `asender`, and `diagnose`."""

from __future__ import annotations

import asyncio
import inspect
import os
import ssl
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ParamSpec, TextIO, TypeVar

from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.examination.order import examine
from smtpdoctor.examination.plan import Plan, read_connect_to, read_nameserver, select
from smtpdoctor.examination.shared import Shared
from smtpdoctor.files import CERTIFICATES_LIMIT, FileFault, read_bounded, reason_of
from smtpdoctor.network import Network, SystemNetwork
from smtpdoctor.network.trust import client_context
from smtpdoctor.observations import AnyObservation, Observations
from smtpdoctor.report.model import Report, build
from smtpdoctor.settings.model import Credentials, Origin, Setting, Settings
from smtpdoctor.settings.reading import Given, Options, UsageError, read_settings
from smtpdoctor.text import visible

P = ParamSpec("P")
T = TypeVar("T")


def _taking(
    options: Callable[P, CheckOptions],
) -> Callable[
    [Callable[[CheckOptions], Coroutine[Any, Any, T]]], Callable[P, Coroutine[Any, Any, T]]
]:
    """Let a function of one `CheckOptions` take each of them as an argument of its own."""

    def decorate(
        function: Callable[[CheckOptions], Coroutine[Any, Any, T]],
    ) -> Callable[P, Coroutine[Any, Any, T]]:
        async def with_arguments(*arguments: P.args, **more: P.kwargs) -> T:
            return await function(options(*arguments, **more))

        with_arguments.__doc__ = function.__doc__
        with_arguments.__name__ = with_arguments.__qualname__ = function.__name__
        with_arguments.__signature__ = inspect.signature(options).replace(  # type: ignore[attr-defined]
            return_annotation=inspect.signature(function).return_annotation
        )
        return with_arguments

    return decorate


@_taking(CheckOptions)
async def acheck(options: CheckOptions) -> Report:
    """Check whether mail can be submitted, and name the cause where it can't.

    The arguments are the options of `smtpdoctor check`, with the same values; what is not given
    comes from `environ` (default: the process's) and `.env` in `folder` (default: the working
    folder). `password` counts as given with `--password-stdin`. `timeout` in seconds bounds the
    whole run. `connect_to` takes texts such as "mail.example.com:587:127.0.0.1:2587".

    Sends no message. Raises `smtpdoctor.UsageError` for an argument that can't be one and for a
    settings file that can't be read; what the network and the server do is in the report.
    """
    return await run(make_plan(options), environ=_environ(options))


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
    options: CheckOptions, *, stdin: TextIO | None = None, password_stdin: bool = False
) -> Plan:
    """Read the settings and put a run together. Raises UsageError.

    `stdin` is for --env-file - and, where `password_stdin` says so, for the password.
    """
    if not 0 < options.timeout < float("inf"):  # not a number is neither
        raise UsageError(f"--timeout: {options.timeout} is no number of seconds to wait")
    given = {name: getattr(options, name) for name in Given.__struct_fields__}
    settings, credentials = read_settings(
        Options(**given, password_stdin=password_stdin),
        environ=_environ(options),
        folder=Path(options.folder) if options.folder is not None else Path.cwd(),
        stdin=stdin,
    )
    return Plan(
        settings=settings,
        credentials=credentials,
        selected=select(options.only, options.skip),
        timeout=options.timeout,
        connect_to=tuple(
            read_connect_to(each) if isinstance(each, str) else each for each in options.connect_to
        ),
        cafile=None if options.cafile is None else _readable_cafile(options.cafile),
        nameservers=tuple(map(read_nameserver, options.nameservers)),
        third_party=options.third_party,
        ticket=options.ticket,
        ask_metadata=options.ask_metadata,
    )


def _environ(options: CheckOptions) -> Mapping[str, str]:
    return os.environ if options.environ is None else options.environ


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
    shared: Shared | None = None,
    listener: Callable[[AnyObservation], None] | None = None,
) -> Report:
    """Run a plan and judge what it saw. Runs beside each other are handed the same `shared`."""
    network = network or SystemNetwork(plan.nameservers)
    started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    began = network.clock()
    observations = await examine(plan, network, environ, shared=shared, listener=listener)
    return build(observations, started=started, seconds=network.clock() - began)


def _readable_cafile(path: Path | str) -> str:
    try:
        # OpenSSL opens it by itself, and would wait for a pipe: what it is is looked at first
        read_bounded(path, CERTIFICATES_LIMIT)
        client_context(str(path))
    except FileFault as fault:
        raise UsageError(f"--cafile {fault}") from None
    except ssl.SSLError:
        raise UsageError(
            f"--cafile {visible(str(path))}: holds no CA certificate in PEM form"
        ) from None
    except OSError as error:
        raise UsageError(f"--cafile {visible(str(path))}: {reason_of(error)}") from None
    return str(path)
