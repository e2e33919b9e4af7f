"""What a dialect is: a program, the options it reads, and what they come to in it.

A dialect knows its program alone. What all have in common (which option is written where, how a
change is made, what is shown) is `setup`'s; reading files is `readers`'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.readers.model import LanguageName, Span, Value
from smtpdoctor.settings.variables import Variables

if TYPE_CHECKING:
    from smtpdoctor.settings.workspace import Workspace

#: Further options, worded as edits; none where they have no place.
Insert = Callable[[Mapping[str, Any]], tuple[Edit, ...]]


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a program as the folder has it.

    `name` is the program's own: `secure`, `EMAIL_USE_TLS`. `again` reads it under other
    variables, None where it depends on none. `entry` is the whole of it with its key, for a
    change that removes it.
    """

    name: str
    value: Value
    again: Callable[[Variables], Value] | None = None
    entry: Span | None = None
    #: It is a part of a longer text (a URL's port): written without quotes of its own.
    bare: bool = False
    #: The name under which the user knows it, where that is another: `SMTP_URL`.
    called: str = ""
    #: The variables that make it, where its value doesn't say them: one part of a text of several.
    through: tuple[str, ...] = ()
    #: A change of it is worded by the draft's `insert`, with what else changes.
    together: bool = False
    #: How values that the program has constants for are written where it was read so.
    words: Mapping[str, str] = field(default_factory=dict)
    #: Values in other files that would count if this one weren't there.
    hides: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """What a program makes of an option that its text does not say.

    `because` is a sentence of the dialect's data, `sources` say where it is from. `taken_as` is
    what the program takes the option for: "implicit TLS". `field` is the setting that it was to
    be, where the program knows no option of that name. `conflict`: a fault of options that exclude
    each other; else the option's own value is the fault, whatever the others say. `whole`: what is
    ignored is every setting of the set-up, since the program sends another way.
    """

    option: str
    because: str
    taken_as: str = ""
    sources: tuple[str, ...] = ()
    field: Field | None = None
    conflict: bool = False
    whole: bool = False


def conflict(remark: Remark) -> Remark:
    """The same as a fault of options that exclude each other."""
    return replace(remark, conflict=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What options come to in the program. `by` names the options that decided a field.

    `mechanisms` are those of SASL that it is told to log in by, none where it chooses.
    `port` None: the program has none of its own, and what the mode needs is meant. `fault` is
    what the program raises before it sends; `not_sent` what it does in place of sending ("writes
    mail to the log"). `doubtful`: the version isn't known, and some stop with these options; no
    change leads there. `url_as_written`: the login of its URL is taken as it stands, and nothing
    of it may be percent-encoded.
    """

    host: str | None
    port: int | None
    tls: TLSMode
    required: bool = False
    username: str | None = None
    password: str | None = None
    token: str | None = None
    sender: str | None = None
    ehlo: str | None = None
    mechanisms: tuple[str, ...] = ()
    verify: bool = True
    by: Mapping[Field, tuple[str, ...]] = field(default_factory=dict)
    misread: tuple[Remark, ...] = ()
    ignored: tuple[Remark, ...] = ()
    fault: Remark | None = None
    not_sent: Remark | None = None
    doubtful: bool = False
    url_as_written: bool = False


def sasl_name(said: str) -> str:
    """SASL's own name for what a program calls a way of logging in: `cram_md5`."""
    return said.replace("_", "-").upper()


@dataclass(slots=True)
class Draft:
    """A set-up as a dialect found it, before anything of it is judged or shown.

    `place` is the file with the line where it stands: `mailer.js:4`. `variables` are those that
    the program sees there. `insert` words options that are not there yet as edits; `unset` names
    the variables that say them, where a variable is enough.
    `opposites` are switches of which one says what the other doesn't: a line with one gets the
    other's name. `sends` are options with which it sends by its settings, where it does something
    else with its mail.
    """

    dialect: Dialect
    place: str
    options: dict[str, Option]
    variables: Variables
    language: LanguageName = "text"
    version: str = ""
    profile: str = ""
    files: tuple[str, ...] = ()
    insert: Insert | None = None
    unset: Mapping[str, str] = field(default_factory=dict)
    opposites: Mapping[str, str] = field(default_factory=dict)
    #: What stands under a name that the program doesn't read, by the option that it was to be.
    meant: Mapping[str, Option] = field(default_factory=dict)
    sends: tuple[Mapping[str, Any], ...] = ()
    #: What it was made from by a command, where the program reads what that wrote: changes go
    #: there, and count once the command has run again.
    made_from: Draft | None = None
    #: That command, in a sentence.
    made_by: str = ""
    #: The variable of the server where the program has a login and nobody sets one, whatever else
    #: is known of it.
    no_host: str = ""


class Dialect(Protocol):
    """One program. `id` is the name of its file."""

    id: str

    @property
    def name(self) -> str: ...

    @property
    def client(self) -> str | None:
        """The mail library that it sends with, an id of knowledge/clients."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """Which setting an option is, for what can't be told of it."""

    @property
    def modes(self) -> Mapping[TLSMode, tuple[Mapping[str, Any], ...]]:
        """Options that say a mode, the usual way first."""

    def find(self, workspace: Workspace) -> Iterable[Draft]:
        """Every place of the folder where the program is set up to send."""

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What these options come to; one that is not there is not set. Pure."""


@cache
def dialects() -> tuple[Dialect, ...]:
    """Every dialect of the package: those with a module, then tables without one."""
    return tuple(_dialects())


def _dialects() -> Iterator[Dialect]:
    from smtpdoctor.settings.dialects.table import load_table
    from smtpdoctor.settings.dialects.unread import modules_of

    folder = Path(__file__).parent
    modules = dict(modules_of(folder))
    yield from modules.values()
    for path in sorted(folder.glob("*.toml")):
        if path.stem not in modules:
            yield load_table(path)
