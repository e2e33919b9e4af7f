"""What a Django program's code says by itself: `get_connection(host=…)`, `settings.configure(…)`.

Knows the arguments of a connection, for each of which the setting counts where it is not given,
and of a script that has its settings in a call. It must not know what they come to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smtpdoctor.settings.dialects.base import Option
from smtpdoctor.settings.dialects.django_modules import SettingsModule
from smtpdoctor.settings.dialects.django_senders import explicit_sender, in_program
from smtpdoctor.settings.dialects.python_code import Again, host_told, python_variables, switch
from smtpdoctor.settings.readers.model import ABSENT, Known, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

CALLS = ("get_connection", "EmailBackend")
#: The setting that stands in for an argument that is not given (django/core/mail/backends/smtp.py).
ARGUMENTS = {
    "host": "EMAIL_HOST",
    "port": "EMAIL_PORT",
    "username": "EMAIL_HOST_USER",
    "password": "EMAIL_HOST_PASSWORD",
    "use_tls": "EMAIL_USE_TLS",
    "use_ssl": "EMAIL_USE_SSL",
}
#: Calls that are looked at: a program makes the same connection in many places.
MOST_CALLS = 40


def connections(
    workspace: Workspace, module: SettingsModule, settings: Mapping[str, Option]
) -> Iterator[dict[str, Option]]:
    """The options of each connection, once for those that are alike."""
    seen: list[list[object]] = []
    for path in workspace.folder.containing(rb"\bget_connection\s*\(|\bEmailBackend\s*\(", ".py"):
        read = workspace.module(path, module.variables)
        if read is None or not in_program(module.path, path):
            continue
        for number, call in enumerate(read.calls(*CALLS)[:MOST_CALLS]):
            given = call.named()
            if call.reached is False or "host" not in given:
                continue
            told = [(name, _told(value)) for name, value in sorted(given.items())]
            if told not in seen:
                seen.append(list(told))
                yield _options(workspace, path, number, given, settings, module.variables)


def _told(value: Value) -> object:
    if isinstance(value, Unknown):
        return value.reason, value.text
    return value.value, value.written


def _options(
    workspace: Workspace,
    path: str,
    number: int,
    given: Mapping[str, Value],
    settings: Mapping[str, Option],
    variables: Variables,
) -> dict[str, Option]:
    """The arguments under the names of their settings, over these."""
    found = {
        name: option for name, option in settings.items() if not name.startswith(("MAILERS", "url"))
    }
    for argument, name in ARGUMENTS.items():
        value = given.get(argument)
        if value is None or (isinstance(value, Known) and value.absent and not value.unset):
            continue

        def again(under: Variables, argument: str = argument) -> Value:
            module = workspace.module(path, under)
            calls: list[FoundCall] = module.calls(*CALLS) if module is not None else []
            return calls[number].named().get(argument, Known(ABSENT))

        option = Option(name, value, again, value.span, called=argument)
        found[name] = switch(option, variables)
    if "EMAIL_HOST" in found:
        found["EMAIL_HOST"] = host_told(found["EMAIL_HOST"])
    return found


def configured(
    workspace: Workspace, names: tuple[str, ...]
) -> Iterator[tuple[SettingsModule, dict[str, Option]]]:
    """The settings of each script that has them in `settings.configure(…)`, with its file."""
    for path in workspace.folder.containing(rb"\bsettings\.configure\s*\(", ".py"):
        variables = python_variables(workspace, path)
        module = workspace.module(path, variables)
        calls = module.calls("settings.configure") if module is not None else []
        for place, call in enumerate(calls):
            options = _configured(workspace, path, place, variables, names)
            if call.reached is not False and "EMAIL_HOST" in options:
                options["EMAIL_HOST"] = host_told(options["EMAIL_HOST"])
                sender = explicit_sender(workspace, path, variables)
                if sender is not None:
                    options["from_email"] = sender
                yield SettingsModule(path, "", variables), options


def _configured(
    workspace: Workspace, path: str, place: int, variables: Variables, names: tuple[str, ...]
) -> dict[str, Option]:
    def reader(name: str) -> Again:
        def read(under: Variables) -> Value:
            module = workspace.module(path, under)
            calls = module.calls("settings.configure") if module is not None else []
            return calls[place].named().get(name, Known(ABSENT)) if calls else Known(ABSENT)

        return read

    found: dict[str, Option] = {}
    for name in ("EMAIL_BACKEND", *names):
        value = reader(name)(variables)
        if isinstance(value, Unknown) or value.value is not ABSENT or value.variables:
            found[name] = switch(Option(name, value, reader(name), value.span), variables)
    return found
