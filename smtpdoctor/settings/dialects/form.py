"""The form of a program's table: what a TOML file beside `table` may say.

Knows the form alone. It must not know any program, nor how a folder is read by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from smtpdoctor.settings.model import Field, RemarkKind, TLSMode

#: What most programs take for yes; `true` in an option's entry says otherwise.
YES = ("true", "1", "yes", "on")

Condition = Mapping[str, bool | int | str | list[bool | int | str]]


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of what is read from TOML: a misspelt key is an error."""


class Marks(_Entry, frozen=True, kw_only=True):
    """By what the program is found. Any one is enough.

    images: names of container images, without registry and tag, or with. dependencies: by
    ecosystem. files: globs of its own documents. variables: names that only this program has. tags:
    a regular expression; of the images those alone whose tag fits are this table's.
    """

    images: tuple[str, ...] = ()
    tags: str = ""
    dependencies: Mapping[str, tuple[str, ...]] = {}
    files: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


class OptionEntry(_Entry, frozen=True, kw_only=True):
    """One option.

    name: the program's own, and its variable where it has the form of one and `variables` is not
    given; the first variable that is set counts. path: its place in a document, with dots. true:
    the texts that a switch takes for yes; no: those that it takes for no, where any other is yes.
    typed: in a document, unlike in a variable, a switch's text is yes whatever it says.
    exact: letter case counts. default: what counts where nobody sets it. port: the text is
    host:port, and the port is the option `NAME.port`. inverse: yes switches the field off.
    bare: it is a word of code, written without quotes. A `url` gives the options that
    `urls` says: `url.scheme`, `url.host` and so on. when: the program reads it only where this
    holds.
    """

    name: str
    field: Field
    variables: tuple[str, ...] = ()
    path: str = ""
    switch: bool = False
    typed: bool = False
    true: tuple[str, ...] = YES
    no: tuple[str, ...] = ()
    exact: bool = False
    port: bool = False
    inverse: bool = False
    bare: bool = False
    default: bool | int | str | None = None
    when: Condition = {}


class ModeEntry(_Entry, frozen=True, kw_only=True):
    """Of the modes the first whose `when` holds counts, and whose `unless` doesn't.

    A condition names options with the value that they have: a boolean for a switch, a number, a
    text, several texts of which one is enough, "" for no value, "unset" for where nobody sets one
    (whatever the default is), "*" for set, "~text" for a text with that in it, and "no-as-yes" for
    a `typed` switch whose text says no. `port` is the
    port that was set, by whichever option. port: that of this mode where none is set.
    """

    tls: TLSMode
    port: int | None = None
    required: bool = False
    when: Condition = {}
    unless: Condition = {}


class RemarkEntry(_Entry, frozen=True, kw_only=True):
    """What the program makes of an option where `when` holds; `because` is a key of the file's.

    whole: with what is ignored none of the settings is read. field: what the remark is about,
    where that is another than the option's own.
    """

    kind: RemarkKind
    option: str
    because: str
    taken_as: str = ""
    whole: bool = False
    field: Field | None = None
    when: Condition = {}
    unless: Condition = {}


class DocumentEntry(_Entry, frozen=True, kw_only=True):
    """A document of the program: globs of its files, and the path before those of options.

    wins: what stands there counts before variables. cleaned: how values lose quotes and comments,
    or have variables put in.
    format: that of `readers.project` where the name doesn't tell. variable: of a PHP file, the
    variable that has it (`$config`), or `constants` for what it defines; else it is what the file
    returns. over: files beside a PHP file whose values stand over its. reference: a regular
    expression whose group is the variable that a value is taken from. secrets: the file beside it
    that `!secret` names are from. values: the keys below which a chart of Helm has it in its
    values, in place of files; defaults: what the chart says where these don't; has: names that
    only this chart's values have there; paths: where the chart has options by paths of its own. In
    paths `name[key=text]` is the item of a list that says so, and `name[]` its first.
    """

    files: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    defaults: Mapping[str, bool | int | str] = {}
    has: tuple[str, ...] = ()
    paths: Mapping[str, str] = {}
    prefix: str = ""
    wins: bool = False
    cleaned: Literal["", "go-ini", "go-expand"] = ""
    format: str = ""
    variable: str = ""
    over: tuple[str, ...] = ()
    reference: str = ""
    secrets: str = ""


class TableEntry(_Entry, frozen=True, kw_only=True):
    """One program's file.

    port: what a mode's port is where none is set. login: without it there is none, whatever the
    user name. unverified: where it holds, no certificate is verified. joined: a field made from
    several options: `{USER}@{DOMAIN}`. otherwise: the field that counts in place of one that
    nobody sets. in_files: ends of names of variables that name a file with the value. mechanism:
    the option that names the way of logging in. installed: where it holds a document is as it is
    installed, and no set-up. looks_at: `unread`'s, of a program with a module. sends: options with
    which it sends by its settings, where something else becomes of its mail. server_by: variables
    that name a server that its library knows (“gmail”), in place of the host's.
    """

    name: str
    client: str | None = None
    looks_at: tuple[str, ...] = ()
    reader: str = "python-dotenv"
    profile: str = ""
    sources: Mapping[str, str]
    marks: Marks
    option: tuple[OptionEntry, ...]
    mode: tuple[ModeEntry, ...]
    port: Mapping[TLSMode, int] = {}
    host: str | None = None
    login: Condition = {}
    unverified: Condition = {}
    joined: Mapping[Field, str] = {}
    otherwise: Mapping[Field, Field] = {}
    in_files: tuple[str, ...] = ("_FILE",)
    mechanism: str = ""
    sends: tuple[Mapping[str, Any], ...] = ()
    server_by: tuple[str, ...] = ()
    installed: Condition = {}
    write: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {}
    document: tuple[DocumentEntry, ...] = ()
    remark: tuple[RemarkEntry, ...] = ()
    because: Mapping[str, str] = {}


#: Names that are variables of an environment, and nothing else.
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")


def variables_of(option: OptionEntry) -> tuple[str, ...]:
    """The variables that say an option: its own name, where that is one, unless others do."""
    if option.variables:
        return option.variables
    return (option.name,) if not option.path or VARIABLE.fullmatch(option.name) else ()


class DocumentText(str):
    """A text of a document, where the program keeps types: no variable's."""

    __slots__ = ()


def is_yes(option: OptionEntry, value: Any) -> bool:
    """Whether the program takes the value of a switch for yes."""
    if option.typed and isinstance(value, DocumentText):
        return bool(value)
    if isinstance(value, bool | int) and not isinstance(value, str):
        return bool(value)
    text = "" if value is None else str(value).strip()
    text = text if option.exact else text.lower()
    return text not in option.no if option.no else text in option.true
