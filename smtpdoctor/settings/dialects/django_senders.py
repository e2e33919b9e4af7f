"""Who the mail of a Django program is from, where its code says so.

Knows the calls that send, the settings that they name, and what Django sends by itself. It must
not know where mail goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from smtpdoctor.settings.dialects.base import Option
from smtpdoctor.settings.dialects.django_modules import setting_of
from smtpdoctor.settings.dialects.senders import narrowed, through_callers
from smtpdoctor.settings.readers.model import Known, List, Unknown, Value, is_sender
from smtpdoctor.settings.readers.module import FoundCall
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

SENDERS = ("send_mail", "EmailMessage", "EmailMultiAlternatives")
#: What Django itself sends from DEFAULT_FROM_EMAIL: mail to a user, forgotten passwords.
SENDS_ITSELF = (
    rb"\.email_user\(|\bPasswordResetView\b|[\"']django\.contrib\.auth\.urls[\"']"
    rb"|\bsend_mass_mail\("
)
#: What it sends from SERVER_EMAIL, to the people of a setting.
TO_PEOPLE = {"mail_admins": "ADMINS", "mail_managers": "MANAGERS"}
#: A setting that stands in a call: settings.X, settings.X["Y"], settings.X.get("Y").
SETTING = re.compile(
    r"""(?:\w+\.)?settings\.([A-Z]\w*)(?:(?:\.get\(|\[)\s*["'](\w+)["'](?:\s*,.*)?[\])])?"""
)


def explicit_sender(workspace: Workspace, path: str, variables: Variables) -> Option | None:
    """The sender that the code gives for its mail; None where it leaves that to the settings."""
    omitted = False
    for call in _calls(workspace, path, variables, SENDERS):
        value = call.argument(2, "from_email")
        named = _setting_named(workspace, value, call)
        given = None
        if named is None:
            given = through_callers(workspace, variables, call, _from_email, (".py",), _is_told)
            named = _setting(workspace, given) if given is not None else None
        if named == ("DEFAULT_FROM_EMAIL",):
            omitted = True
        elif named is not None:
            option = setting_of(workspace, path, variables, *named)
            if option is not None and _is_text(option.value):
                return replace(option, name="from_email", called=named[-1])
        elif given is not None and (isinstance(given, Known) or is_sender(given)):
            return narrowed(Option("from_email", given), workspace)
        omitted = omitted or (isinstance(value, Known) and value.absent)
    omitted = omitted or any(
        in_program(path, file) for file in workspace.folder.containing(SENDS_ITSELF, ".py")
    )
    if omitted:
        if setting_of(workspace, path, variables, "DEFAULT_FROM_EMAIL") is None:
            return Option("from_email", Known("webmaster@localhost"), called="DEFAULT_FROM_EMAIL")
        return None
    return _to_people(workspace, path, variables)


def _to_people(workspace: Workspace, path: str, variables: Variables) -> Option | None:
    """The sender where the only mail is to those who run the site (django/core/mail)."""
    for call in _calls(workspace, path, variables, tuple(TO_PEOPLE)):
        people = setting_of(workspace, path, variables, TO_PEOPLE[call.name.rpartition(".")[2]])
        known = people.value if people is not None else None
        nobody = isinstance(known, Known) and isinstance(known.value, List) and not known.value
        if people is None or nobody:
            continue  # it sends nothing
        option = setting_of(workspace, path, variables, "SERVER_EMAIL")
        if option is None:
            return Option("from_email", Known("root@localhost"), called="SERVER_EMAIL")
        if isinstance(option.value, Known):
            return replace(option, name="from_email", called="SERVER_EMAIL")
    return None


def in_program(path: str, file: str) -> bool:
    """Whether a file is of the program that has the settings: in a folder of several each has a
    folder."""
    return path.count("/") <= 2 or file.startswith(f"{path.partition('/')[0]}/")


def _calls(
    workspace: Workspace, path: str, variables: Variables, names: tuple[str, ...]
) -> Iterator[FoundCall]:
    """The calls of Django's functions in the program of a settings module."""
    for file in workspace.folder.containing("|".join(names).encode(), ".py"):
        if not in_program(path, file) or "django" not in (workspace.folder.text(file) or ""):
            continue
        module = workspace.module(file, variables)
        yield from module.calls(*names) if module is not None else ()


def _from_email(call: FoundCall) -> Value:
    return call.argument(2, "from_email")


def _is_told(value: Value) -> bool:
    """Whether it is an address, or what a request gives, or a setting may say it."""
    if isinstance(value, Unknown):
        return is_sender(value) or value.reason == "imported"
    return isinstance(value.value, str) and "@" in value.value


def _is_text(value: Value) -> bool:
    return isinstance(value, Known) and isinstance(value.value, str)


def _setting_named(workspace: Workspace, value: Value, call: FoundCall) -> tuple[str, ...] | None:
    """The setting that a call has for its sender: `settings.DEFAULT_FROM_EMAIL`."""
    if not isinstance(value, Unknown) or is_sender(value):
        return None
    own = _setting(workspace, value)
    if own is not None or value.reason == "parameter":
        return own
    span = call.span
    lines = [workspace.line(span.file, n) or "" for n in range(span.line, span.end_line + 1)][:20]
    text = "\n".join(lines)
    found = re.search(r"\bsettings(?:\.|, *[\"'])(\w*(?:MAIL|FROM|SENDER)\w*)", text)
    return (found[1],) if found else None


def _setting(workspace: Workspace, value: Value) -> tuple[str, ...] | None:
    """The setting, with the key of one, that stands in the place of a value."""
    found = SETTING.fullmatch((workspace.text_of(value.span) or "").strip())
    return tuple(each for each in found.groups() if each) if found else None
