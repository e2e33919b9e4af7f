"""From what was asked for to the runs to make: one TARGET, or each set-up of a folder.

Knows which set-ups a check looks at, and what options say of one. It must not know how set-ups
are found or read (`settings`), nor how a run goes (`examination`).
"""

from __future__ import annotations

import io
import os
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

import msgspec

from smtpdoctor.examination.options import CheckOptions
from smtpdoctor.examination.plan import Plan, read_connect_to, read_nameserver, select
from smtpdoctor.files import CERTIFICATES_LIMIT, FileFault, read_bounded, reason_of
from smtpdoctor.settings.model import Credentials, Settings, Withheld
from smtpdoctor.settings.reading import Given, Options, UsageError, read_settings
from smtpdoctor.text import visible

if TYPE_CHECKING:
    from smtpdoctor.settings.setup import Setup

#: Seconds of reading the folder that are taken off --timeout.
NOTICEABLE = 0.25
#: So many set-ups are checked side by side.
MOST_SETUPS = 8
#: Options that say a value of one set-up.
VALUES = ("host", "port", "tls", "user", "password", "sender", "ehlo", "size", "client")


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A set-up that is not checked, and why, in one line."""

    setup: str
    why: str


class Plans(msgspec.Struct, frozen=True, kw_only=True):
    """The runs to make side by side, and what was found and is not checked. `setups` are the
    names of all set-ups of the folder, `passed_over` of those that its own configuration doesn't
    pick. `elsewhere`, where there are no settings: the programs of the folder whose settings no
    file has. `unnamed_profile` was asked for, and nothing in the folder is called so."""

    plans: tuple[Plan, ...]
    left_out: tuple[LeftOut, ...] = ()
    setups: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    elsewhere: tuple[LeftOut, ...] = ()
    unnamed_profile: str | None = None

    @property
    def logins(self) -> tuple[str, ...]:
        """The servers that a login is to be made at."""
        hosts = [
            f"{plan.settings.host}:{plan.settings.port}"
            for plan in self.plans
            if plan.settings.may_log_in and "auth" in plan.selected
        ]
        return tuple(dict.fromkeys(hosts))


def make_plans(  # branches: the order of options, set-ups and the project's own names
    options: CheckOptions, *, stdin: TextIO | None = None, password_stdin: bool = False
) -> Plans:
    """Read the settings and put the runs together. Raises UsageError.

    With TARGET or --host and without --setup there is one; else one for each complete set-up of
    the folder, equal ways once. `stdin` is for --env-file - and, where `password_stdin` says so,
    for the password.
    """
    if options.env_file not in (None, "-"):
        _read_once(folder_of(options), str(options.env_file))
    alone = options.target is not None or options.host is not None
    if alone and not options.setup:
        return Plans(plans=(make_plan(options, stdin=stdin, password_stdin=password_stdin),))
    if options.target is not None:
        raise UsageError("TARGET and --setup: give one of them")
    given = None
    if options.env_file == "-" and stdin is not None and not password_stdin:
        from smtpdoctor.settings.sources import text_of_standard_input

        given = text_of_standard_input(stdin)
        stdin = io.StringIO(given)
    setups, unseen, elsewhere, unnamed_profile, options = _setups_of(options, given)
    made = partial(Plans, unnamed_profile=unnamed_profile)
    if not setups:
        _make_sure_that_none_is_named(options)
        own = make_plan(options, stdin=stdin, password_stdin=password_stdin)
        if own.settings.found:
            return made(plans=(own,), left_out=unseen)
        # what is not seen are settings, which nobody could read
        plans: tuple[Plan, ...] = () if unseen else (own,)
        return made(plans=plans, left_out=unseen, elsewhere=elsewhere)
    picked, passed_over = _picked(setups, options)
    named = bool(options.setup)
    if named:  # what the command line says may be what can't be told else
        picked = _as_said(picked, picked, options, stdin, password_stdin)
    ready, left_out = _ready(picked, named=named)
    if not ready and not named:
        own = make_plan(options, stdin=stdin, password_stdin=password_stdin)
        # names that a set-up reads, too, and no host among them, are no set-up of their own
        if own.settings.found and own.settings.host is not None:
            return made(plans=(own,), left_out=(*left_out, *unseen), passed_over=passed_over)
    if not named:
        ready = _as_said(ready, picked, options, stdin, password_stdin)
    ready = [_released(setup, options) for setup in ready]
    ways, more = _different(ready)
    plans = tuple(plan_of(setup, options) for setup in _each_account_once(ways))
    left_out = (*left_out, *more, *unseen)
    names = tuple(setup.name for setup in setups)
    return made(plans=plans, left_out=left_out, setups=names, passed_over=passed_over)


def make_lint_plans(options: CheckOptions) -> Plans:
    """A look at the settings of every set-up of the folder, complete or not, without a network.

    The programs run elsewhere: what they have in their environment is not known. No plans where
    the folder has no settings. Raises UsageError.
    """
    options = msgspec.structs.replace(options, only=("settings",), skip=())
    setups, unseen, elsewhere, unnamed_profile, options = _setups_of(options, None)
    made = partial(Plans, unnamed_profile=unnamed_profile)
    if not setups:
        _make_sure_that_none_is_named(options)
        own = make_plan(options)
        if own.settings.found:
            return made(plans=(_elsewhere(own),), left_out=unseen)
        return made(plans=(), left_out=unseen, elsewhere=elsewhere)
    picked, passed_over = _picked(setups, options)
    return made(
        plans=tuple(plan_of(setup, options, alone=True) for setup in picked),
        left_out=unseen,
        setups=tuple(setup.name for setup in setups),
        passed_over=passed_over,
    )


def _read_once(folder: Path, env_file: str) -> None:
    """Read the file of --env-file: a set-up that doesn't read it would go without a word."""
    from smtpdoctor.settings.sources import dotenv_file, encodable, refuse_other_files

    refuse_other_files(folder / env_file, env_file)
    if env_file:
        dotenv_file(folder / env_file, encodable(env_file), required=True)


def _elsewhere(plan: Plan) -> Plan:
    """What is made of variables that nothing sets here is no fault: there they may be set. What a
    .env has instead was written for this program."""
    entries = tuple(
        msgspec.structs.replace(entry, problem=None, detail="")
        if entry.unset and not (entry.origin.file or "").rpartition("/")[2].startswith(".env")
        else entry
        for entry in plan.settings.entries
    )
    settings = msgspec.structs.replace(plan.settings, elsewhere=True, entries=entries)
    return msgspec.structs.replace(plan, settings=settings)


def plan_of(setup: Setup, options: CheckOptions, *, alone: bool = False) -> Plan:
    """The run of one set-up. `alone`: its settings are judged by themselves, without a network
    (`only` has to say so). Raises UsageError."""
    if alone:
        return _elsewhere(_plan(setup.settings, setup.credentials, options))
    return _plan(setup.settings, setup.credentials, options, sends=setup.sends)


def make_plan(
    options: CheckOptions, *, stdin: TextIO | None = None, password_stdin: bool = False
) -> Plan:
    """The run of the project's own names, TARGET and options alone. Raises UsageError."""
    given = {name: getattr(options, name) for name in Given.__struct_fields__}
    settings, credentials = read_settings(
        Options(**given, password_stdin=password_stdin),
        environ=environ_of(options),
        folder=folder_of(options),
        stdin=stdin,
    )
    return _plan(settings, credentials, options)


def environ_of(options: CheckOptions) -> Mapping[str, str]:
    return os.environ if options.environ is None else options.environ


def folder_of(options: CheckOptions) -> Path:
    return Path(options.folder) if options.folder is not None else Path.cwd()


def _plan(
    settings: Settings, credentials: Credentials, options: CheckOptions, *, sends: bool = True
) -> Plan:
    if not 0 < options.timeout < float("inf"):  # not a number is neither
        raise UsageError(f"--timeout: {options.timeout} is no number of seconds to wait")
    selected = select(options.only, options.skip)
    return Plan(
        settings=_with_broken_lines(settings, options),
        credentials=credentials,
        # a program that sends nothing has no server to be asked
        selected=selected if sends else selected & {"settings"},
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


def _with_broken_lines(settings: Settings, options: CheckOptions) -> Settings:
    """Beside what was read, the lines of the same `.env` files that nothing could be read from."""
    from smtpdoctor.settings.broken_lines import broken_lines

    files = [entry.origin.file for entry in settings.entries if entry.origin.file]
    if options.target is None and options.host is None and options.env_file is None:
        files.append(".env")  # it may hold nothing else
    found = broken_lines(folder_of(options), files)
    return msgspec.structs.replace(settings, broken_lines=found) if found else settings


# --- which set-ups -------------------------------------------------------------------------------


class _Looked(NamedTuple):
    """Every set-up of the folder, none where only the project's own names can be there; where
    looking ended before the end of the folder; the programs whose settings no file has; the profile
    where nothing is called so; and the options with the time that is left."""

    setups: tuple[Setup, ...]
    unseen: tuple[LeftOut, ...]
    elsewhere: tuple[LeftOut, ...]
    unnamed_profile: str | None
    options: CheckOptions


def _setups_of(options: CheckOptions, given: str | None) -> _Looked:
    from smtpdoctor.settings.setups import setups_in

    began = time.monotonic()
    found = setups_in(
        folder_of(options),
        environ_of(options),
        profile=options.profile,
        given=given,
        env_file=options.env_file if options.env_file != "-" else None,
        seconds=options.timeout / 2,
    )
    spent = time.monotonic() - began
    if spent > NOTICEABLE:
        options = msgspec.structs.replace(options, timeout=max(options.timeout - spent, 1.0))
    # who named the set-up didn't ask for the others
    cut = () if options.setup else (each for each in found.skipped if each.cut)
    kept = (each for each in found.skipped if each.elsewhere)
    unseen, elsewhere = (
        tuple(LeftOut(setup=each.path, why=each.why) for each in group) for group in (cut, kept)
    )
    return _Looked(found.setups, unseen, elsewhere, found.unnamed_profile, options)


def _make_sure_that_none_is_named(options: CheckOptions) -> None:
    """In a folder without set-ups: what was named is gone, and all else would be another program's.
    Raises UsageError."""
    default = options.default_setup
    if options.setup or default is not None:
        said_by = "--setup" if options.setup or default is None else f"{default.place}: setup"
        raise UsageError(f"{said_by}: no set-up was found in this folder")


def _picked(setups: Sequence[Setup], options: CheckOptions) -> tuple[list[Setup], tuple[str, ...]]:
    """The set-ups to look at, and the names of those that only the folder's own word leaves out."""
    if options.setup:
        return pick(setups, options.setup), ()
    default = options.default_setup
    if default is None:
        return list(setups), ()
    picked = pick(setups, default.parts, said_by=f"{default.place}: setup")
    return picked, tuple(setup.name for setup in setups if setup not in picked)


def pick(setups: Sequence[Setup], parts: Iterable[str], *, said_by: str = "--setup") -> list[Setup]:
    """The set-ups that --setup names; all of them where it names none."""
    picked: list[Setup] = []
    for part in parts:
        exact = [setup for setup in setups if setup.name == part]
        found = exact or [setup for setup in setups if part.lower() in setup.name.lower()]
        if not found:
            line = f"{said_by} {part}: none of the set-ups is called so"
            raise UsageError(f"{line}: {_named(setups)}", line)
        if len(found) > 1:
            line = f"{said_by} {part}: fits {_named(found)}; say more of the name"
            raise UsageError(line, f"{said_by} {part}: fits several; say more of the name")
        picked += [setup for setup in found if setup not in picked]
    return picked or list(setups)


def _named(setups: Iterable[Setup]) -> str:
    return ", ".join(f"“{setup.name}”" for setup in setups)


def _several(said: Sequence[str]) -> str:
    options = {"sender": "--from", "password": "--password-stdin"}
    first = options.get(said[0], f"--{said[0]}") if said else "--password-stdin"
    return f"{first} speaks of one set-up: pick it with --setup"


def _ready(setups: Iterable[Setup], *, named: bool) -> tuple[list[Setup], tuple[LeftOut, ...]]:
    """The set-ups that can be checked, and the others with what can't be told of them."""
    ready, left_out = [], []
    for setup in setups:
        known = setup.complete or (named and setup.goes_a_known_way)
        if known or not setup.sends or setup.goes_as_its_port:
            ready.append(setup)
        else:
            left_out.append(LeftOut(setup=setup.name, why=setup.why_incomplete))
    return ready, tuple(left_out)


def _different(setups: Sequence[Setup]) -> tuple[list[Setup], list[LeftOut]]:
    """Each way once, and at most so many as go side by side."""
    seen: dict[object, list[Setup]] = {}
    for setup in setups:
        seen.setdefault(setup.way, []).append(setup)
    ways = [first.with_the_same(others) for first, *others in seen.values()]
    why = f"{MOST_SETUPS} set-ups are checked at a time: pick this one with --setup"
    more = [LeftOut(setup=setup.name, why=why) for setup in ways[MOST_SETUPS:]]
    return ways[:MOST_SETUPS], more


# --- what of a set-up is tried -------------------------------------------------------------------


def _as_said(
    setups: Sequence[Setup],
    picked: Sequence[Setup],
    options: CheckOptions,
    stdin: TextIO | None,
    password_stdin: bool,
) -> list[Setup]:
    """The set-ups with what the command line says, which speaks of one. Raises UsageError."""
    said = [name for name in VALUES if getattr(options, name) is not None]
    if not said and not password_stdin:
        return list(setups)
    if len(picked) > 1:
        line = _several(said)
        raise UsageError(f"{line}, one of {_named(picked)}", line)
    return [_with_options(setup, options, stdin, password_stdin) for setup in setups]


def _with_options(
    setup: Setup, options: CheckOptions, stdin: TextIO | None, password_stdin: bool
) -> Setup:
    """The set-up with what the command line says of it."""
    from smtpdoctor.settings.setup import overridden

    given = {name: getattr(options, name) for name in Given.__struct_fields__}
    said, credentials = read_settings(
        Options(**{**given, "env_file": None}, password_stdin=password_stdin),
        environ={},
        folder=Path(os.devnull),
        stdin=stdin,
    )
    return overridden(setup, said, credentials)


def _released(setup: Setup, options: CheckOptions) -> Setup:
    """Without its credentials where they were not written for its host (contract: Set-ups)."""
    from smtpdoctor.settings.setup import release

    return release(
        setup,
        environ_of(options),
        named=bool(options.setup),
        user=options.user,
    )


def _each_account_once(setups: Sequence[Setup]) -> list[Setup]:
    """The first set-up that can logs in; another with the same account goes without."""
    tried: dict[object, Setup] = {}
    kept = []
    for setup in setups:
        settings = setup.settings
        account = (settings.host, setup.credentials.username)
        logs_in = setup.sends and settings.may_log_in
        if logs_in and account in tried:
            first = tried[account]
            # another password is another question, and it stays open: one account, one login
            same = first.has_same_secret(setup)
            withheld = Withheld(
                reason="tried-already" if same else "tried-with-another",
                host=settings.host or "",
                place=first.name,
            )
            kept.append(setup.without_login(withheld))
            continue
        if logs_in:
            tried[account] = setup
        kept.append(setup)
    return kept


def _readable_cafile(path: Path | str) -> str:
    from smtpdoctor.network.trust import client_context

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
