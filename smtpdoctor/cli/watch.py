"""`smtpdoctor watch`: the same check again and again."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smtpdoctor.cli._configuration import configured, default
from smtpdoctor.cli._output import (
    REPORT,
    SETTINGS,
    CAFile,
    ConnectTo,
    NameServers,
    NoThirdParty,
    Profile,
    SetUps,
    Skip,
    Target,
    Timeout,
    UsageFault,
    checks_of,
    folder,
    make_room,
)
from smtpdoctor.deadline import DEFAULT_TIMEOUT

if TYPE_CHECKING:
    from smtpdoctor.cli._watching import Watched
    from smtpdoctor.examination.options import CheckOptions
    from smtpdoctor.watch.exporter import Listen
    from smtpdoctor.watch.history import History

EPILOG = (
    "Examples:  smtpdoctor watch --every 5m   ·   "
    "smtpdoctor watch --listen 127.0.0.1:9587   ·   "
    "smtpdoctor watch --listen 127.0.0.1:9587 --allow smtp.ionos.com:587"
)
WATCHING = "Again and again"


def watch(  # long: one parameter an option
    context: typer.Context,
    target: Target = None,
    every: Annotated[
        str,
        typer.Option(
            help="The time between two runs: 30s, 5m, 1h.",
            metavar="DURATION",
            rich_help_panel=WATCHING,
        ),
    ] = "5m",
    login_every: Annotated[
        str,
        typer.Option(
            help="The time between two logins; --skip auth makes none.",
            metavar="DURATION",
            rich_help_panel=WATCHING,
        ),
    ] = "1h",
    history: Annotated[
        Path | None,
        typer.Option(
            help="Keep the history in this file; else in the user's state folder.",
            metavar="FILE",
            rich_help_panel=WATCHING,
        ),
    ] = None,
    no_history: Annotated[
        bool,
        typer.Option(
            "--no-history",
            help="Keep nothing: the next start logs in again.",
            rich_help_panel=WATCHING,
        ),
    ] = False,
    listen: Annotated[
        str | None,
        typer.Option(
            help="Serve /metrics and /healthz there; a port alone is on 127.0.0.1.",
            metavar="[ADDRESS:]PORT",
            rich_help_panel=WATCHING,
        ),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            help="Serve /probe?target=… for this target, without a login; repeatable.",
            metavar="HOST:PORT",
            rich_help_panel=WATCHING,
        ),
    ] = None,
    env_file: Annotated[
        str | None,
        typer.Option(
            help="Read settings from this file.", metavar="FILE", rich_help_panel=SETTINGS
        ),
    ] = None,
    setup: SetUps = None,
    profile: Profile = None,
    skip: Skip = None,
    timeout: Timeout = DEFAULT_TIMEOUT,
    connect_to: ConnectTo = None,
    cafile: CAFile = None,
    nameserver: NameServers = None,
    no_third_party: NoThirdParty = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            help="Print a line for every run, not only for changes.",
            rich_help_panel=REPORT,
        ),
    ] = False,
) -> None:
    """Run `check` again and again, and print a line at each change.

    Settings are read anew for each run. A login is made once an hour (--login-every), and after a
    refusal none until the settings change or SIGHUP asks for one. Ends on SIGTERM with status 0.
    """
    from smtpdoctor.cli._watching import Watched, Watching
    from smtpdoctor.examination.options import CheckOptions
    from smtpdoctor.watch import schedule

    if env_file == "-":
        raise UsageFault("--env-file -: standard input can be read once only; name a file")
    if history is not None and no_history:
        raise UsageFault("--history and --no-history: give one of them")
    if allow and listen is None:
        raise UsageFault("--allow needs --listen, such as --listen 127.0.0.1:9587")
    every_seconds = _seconds("--every", every, schedule.LEAST_INTERVAL)
    login_seconds = _seconds("--login-every", login_every, schedule.LEAST_LOGIN_INTERVAL)
    options = CheckOptions(
        target=target,
        env_file=env_file,
        setup=setup or (),
        profile=profile,
        folder=folder(),
        skip=checks_of("--skip", skip),  # type: ignore[arg-type]
        timeout=default(context, "timeout", timeout, configured(folder()).timeout),
        connect_to=connect_to or (),
        cafile=cafile,
        nameservers=nameserver or (),
        third_party=not no_third_party,
    )
    place = _listens(listen) if listen is not None else None
    make_room()
    watched = Watched(options, whole=not (setup or skip) and target is None)
    checks = _begun(watched, probes=bool(allow))
    allowed = _allowed(options, allow or [])
    kept = _opened(history, kept=not no_history)
    try:
        status = Watching(
            watched=watched if checks else None,
            history=kept,
            options=options,
            every=every_seconds,
            login_every=login_seconds,
            listen=place,
            allowed=allowed,
            verbose=verbose,
        ).go_on()
    finally:
        kept.close()
    raise typer.Exit(status)


# --- what was given -------------------------------------------------------------------------------


def _seconds(option: str, text: str, least: float) -> float:
    from smtpdoctor.watch.schedule import MOST_INTERVAL, duration_words, read_duration

    seconds = read_duration(text.strip().lower())
    if seconds is None:
        raise UsageFault(f"{option}: write a duration with its unit, such as 30s, 5m or 1h")
    if not least <= seconds <= MOST_INTERVAL:
        bounds = f"from {duration_words(least)} to {duration_words(MOST_INTERVAL)}"
        raise UsageFault(f"{option}: give a time {bounds}")
    return seconds


def _listens(text: str) -> Listen:
    """[ADDRESS:]PORT; IPv6 in brackets."""
    try:
        from smtpdoctor.watch.exporter import Listen
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("prometheus_client"):
            raise
        raise UsageFault(
            '--listen needs prometheus_client: pip install "smtpdoctor[watch]"'
        ) from None
    from smtpdoctor.addresses import is_address

    address, _, port = text.rpartition(":")
    address = address.removeprefix("[").removesuffix("]") if "[" in address else address
    address = "127.0.0.1" if address in ("", "localhost") and not text.startswith(":") else address
    if not is_address(address) or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65535:
        raise UsageFault("--listen: write ADDRESS:PORT, such as 127.0.0.1:9587 or 0.0.0.0:9587")
    return Listen(address, int(port))


def _allowed(options: CheckOptions, targets: list[str]) -> frozenset[str]:
    """The targets that may be probed, just as they are written."""
    from smtpdoctor.cli._watching import probe_options
    from smtpdoctor.plans import make_plans
    from smtpdoctor.settings.reading import UsageError

    for target in targets:
        try:
            (plan,) = make_plans(probe_options(options, target, options.timeout)).plans
        except UsageError as error:
            raise UsageFault(f"--allow: {error}") from None
        faulty = any(entry.problem for entry in plan.settings.entries)
        if "@" in target or "/" in target or plan.settings.username or not plan.host or faulty:
            raise UsageFault("--allow: write HOST:PORT, without a login")
    return frozenset(targets)


def _opened(path: Path | None, *, kept: bool) -> History:
    from smtpdoctor.files import FileFault
    from smtpdoctor.watch.history import default_path, open_history

    try:
        if not kept:
            return open_history(None)
        # a folder of somebody else's may be a misspelt one, or a volume that isn't mounted
        return open_history(path or default_path(os.environ), with_folder=path is None)
    except FileFault as fault:
        raise UsageFault(f"{fault}; --history FILE names another, --no-history none") from None


def _begun(watched: Watched, *, probes: bool) -> bool:
    """Whether there is something to check beside probes. What can't be read at the start is wrong
    usage; later it is told and waited out."""
    from smtpdoctor.cli._watching import NOTHING
    from smtpdoctor.settings.reading import UsageError

    try:
        watched.read()
    except UsageError as error:
        if str(error) != NOTHING:
            raise UsageFault(str(error)) from None
        if not probes:
            more = "start it in the project's folder, or name a TARGET"
            raise UsageFault(f"{error}: {more}") from None
        return False
    return True
