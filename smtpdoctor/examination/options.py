"""The options of `check`, spelled once: for the command line, for Python, and for a plan.

Knows their names, types and defaults. Must not know what they lead to (`plan`), nor how a command
line words them (`cli`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from smtpdoctor.deadline import DEFAULT_TIMEOUT
from smtpdoctor.examination.plan import ConnectTo
from smtpdoctor.observations import CheckName
from smtpdoctor.settings.reading import Given


class DefaultSetup(msgspec.Struct, frozen=True, kw_only=True):
    """Parts of set-ups' names that a file of the folder gives, and where it does."""

    parts: tuple[str, ...]
    place: str


class CheckOptions(Given, kw_only=True):
    """What to check and how, beside what is given for the settings.

    `setup` are parts of the names of the set-ups to check, all complete ones where it is empty;
    `profile` is the one whose values count, production where nothing says so.
    `default_setup` is what the folder's own configuration picks where `setup` names nothing: it
    says what is looked at, and unlike `setup` it releases no login.
    `environ` and `folder` are where the settings come from; None is the process's own. `timeout` is
    in seconds, for the whole run.
    """

    setup: Iterable[str] = ()
    default_setup: DefaultSetup | None = None
    profile: str | None = None
    environ: Mapping[str, str] | None = None
    folder: Path | str | None = None
    only: Iterable[CheckName] = ()
    skip: Iterable[CheckName] = ()
    timeout: float = DEFAULT_TIMEOUT
    connect_to: Iterable[ConnectTo | str] = ()
    cafile: Path | str | None = None
    nameservers: Iterable[str] = ()
    third_party: bool = True
    ticket: bool = False
    ask_metadata: bool = False
