"""Passbolt's image: variables that are CakePHP's EmailTransport."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects import cakephp
from smtpdoctor.settings.dialects.base import Draft, Option
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import PhpProgram, known, parts
from smtpdoctor.settings.dialects.table import is_told
from smtpdoctor.settings.dialects.texts import content
from smtpdoctor.settings.model import TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Known, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

DATA = load(__file__)

BEGIN = "EMAIL_TRANSPORT_DEFAULT_"
#: CakePHP's keys by the variables that say them.
VARIABLES = {
    **{key: f"{BEGIN}{key.upper()}" for key in ("host", "port", "username", "password", "tls")},
    "client": f"{BEGIN}CLIENT",
    "from": "EMAIL_DEFAULT_FROM",
}
HOST = VARIABLES["host"]
#: Any text but an empty one and "0" is yes.
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"host.scheme": "ssl"}, {"host.scheme": "ssl", "tls": ""}),
    "starttls": ({"tls": "true"}, {"host.scheme": "tcp", "tls": "true"}),
    "none": ({"tls": ""},),
}


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each container that names a server so: no other program has such a variable."""
    for item in workspace.surroundings:
        if is_told(item.variables, HOST) is not None:
            yield _draft(workspace, item)


def _draft(workspace: Workspace, item: Surrounding) -> Draft:
    options = dict(_options(workspace, item))
    return Draft(
        dialect=DIALECT,
        place=item.place,
        options=options,
        variables=item.variables,
        unset={key: name for key, name in VARIABLES.items() if key not in options},
    )


def _options(workspace: Workspace, item: Surrounding) -> Iterator[tuple[str, Option]]:
    for key, name in VARIABLES.items():
        value = is_told(item.variables, name)
        if value is None:
            path = is_told(item.variables, f"{name}_FILE")
            if path is None:
                continue
            value = content(path, item, f"{name}_FILE")

        def again(under: Variables, name: str = name) -> Value:
            return under.lookup(name) or Known(ABSENT)

        option = Option(key, value, again, called=name)
        yield key, option
        if key == "host" and "://" in str(known(value)):
            yield from parts(option, cakephp.HOST, workspace).items()


DIALECT = PhpProgram("passbolt", DATA, cakephp.FIELDS, MODES, find, cakephp.outcome)
