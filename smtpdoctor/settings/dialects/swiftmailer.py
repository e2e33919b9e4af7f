"""SwiftMailer: `new Swift_SmtpTransport(host, port, encryption)` and its setters.

Yii's yii2-swiftmailer sends with it and uses `connects`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    address,
    number,
    remark,
    text,
    unset_variables,
    version_of,
)
from smtpdoctor.settings.dialects.phpmailer import php_variables
from smtpdoctor.settings.dialects.symfony_transport import Way, is_off
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import inserted, literal
from smtpdoctor.settings.readers.model import ABSENT, Known, Span, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.module import FoundCall, Module

DATA = load(__file__)

ARGUMENTS = ("host", "port", "encryption")
SETTERS = {
    "sethost": "host", "setport": "port", "setencryption": "encryption",
    "setusername": "username", "setpassword": "password", "setfrom": "from",
    "setstreamoptions": "stream",
}  # fmt: skip
MARK = rb"Swift_SmtpTransport\s*(::\s*newInstance\s*)?\("


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each transport that is made."""
    for path in workspace.folder.containing(MARK, ".php", ".inc"):
        variables = php_variables(workspace, path)
        module = workspace.module(path, variables)
        if module is None:
            continue
        for place, call in enumerate(_made(module)):
            if call.reached is not False:
                yield _draft(workspace, path, variables, place)


def _made(module: Module) -> list[FoundCall]:
    new = [call for call in module.calls("Swift_SmtpTransport") if call.new]
    return new + module.calls("Swift_SmtpTransport.newInstance")


def _draft(workspace: Workspace, path: str, variables: Variables, place: int) -> Draft:
    def given(under: Variables) -> tuple[dict[str, Value], FoundCall]:
        module = workspace.module(path, under)
        assert module is not None
        made = _made(module)[place]
        found = {name: made.argument(at, name) for at, name in enumerate(ARGUMENTS)}
        for call in module.calls():
            name = SETTERS.get(call.name.rpartition(".")[2].lower())
            if name == "stream" and call.reached is None:
                continue  # `if (! VERIFY)`: what it is without it is SwiftMailer's own
            if name is not None and call.reached is not False:
                found[name] = call.argument(0)
        stream = found.pop("stream", Known(ABSENT))
        found["verify_peer"] = stream.at("ssl", "verify_peer")
        return found, made

    values, made = given(variables)
    options: dict[str, Option] = {}
    for name, value in values.items():

        def again(under: Variables, name: str = name) -> Value:
            return given(under)[0][name]

        if isinstance(value, Unknown) or value.value is not ABSENT:
            options[name] = Option(name, value, again)
    return Draft(
        dialect=DIALECT,
        place=f"{path}:{made.span.line}",
        options=options,
        variables=variables,
        language="php",
        version=version_of(workspace, path, "swiftmailer/swiftmailer"),
        files=(path,),
        insert=lambda new: _insert(made, new),
        unset=unset_variables(options, variables),
    )


def _insert(made: FoundCall, new: Mapping[str, Any]) -> tuple[Edit, ...]:
    """A further argument behind those that are there."""
    names = list(ARGUMENTS[made.count :][: len(new)])
    last = made.argument(made.count - 1).span if made.count else None
    if set(names) != set(new) or not isinstance(last, Span) or last.line != last.end_line:
        return ()
    added = "".join(f", {literal(new[name], 'php')}" for name in names)
    return (inserted(last, last.columns[1], added),)


# --- what options come to ------------------------------------------------------------------------


def connects(encryption: str, port: int | None) -> tuple[Way, bool]:
    """How it connects, and whether PHP has such a transport: the port decides nothing."""
    if encryption == "ssl":
        return Way("implicit", port or 25, True), True
    if encryption == "tls":
        return Way("starttls", port or 25, True), True
    return Way("none", port or 25, False), encryption in ("", "tcp")


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What SwiftMailer makes of a transport."""
    reached, has = connects(text(options, "encryption") or "", number(options.get("port")))
    fault: Remark | None = None if has else remark(DATA, "encryption", "encryption")
    return Outcome(
        host=text(options, "host") or "localhost",
        port=reached.port,
        tls=reached.tls,
        required=reached.required,
        username=text(options, "username"),
        password=text(options, "password"),
        sender=address(options.get("from")),
        verify=not is_off(options.get("verify_peer")),
        by={
            "host": ("host",),
            "port": ("port",),
            "tls": ("encryption",) if "encryption" in options else ("port",),
            "username": ("username",),
            "password": ("password",),
            "sender": ("from",),
            "verify": ("verify_peer",),
        },
        fault=fault,
    )


FIELDS: Mapping[str, Field] = {
    "host": "host", "port": "port", "encryption": "tls", "username": "username",
    "password": "password", "from": "sender", "verify_peer": "verify",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"encryption": "ssl"},),
    "starttls": ({"encryption": "tls"},),
    "none": ({"encryption": ""},),
}
DIALECT = PhpProgram("swiftmailer", DATA, FIELDS, MODES, find, outcome)
