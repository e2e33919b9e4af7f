"""CodeIgniter 4's app/Config/Email.php with `email.…` variables over it, and 3's email.php."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    array_draft,
    known,
    number,
    parts,
    remark,
    sender_of_calls,
    text,
    version,
    version_of,
    whole,
)
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import ABSENT, Entry, Known, Map, Origin, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.module import Module

DATA = load(__file__)

#: The names of version 4, and those of version 3.
KEYS = {
    "protocol": "protocol", "SMTPHost": "smtp_host", "SMTPPort": "smtp_port",
    "SMTPUser": "smtp_user", "SMTPPass": "smtp_pass", "SMTPCrypto": "smtp_crypto",
    "fromEmail": "fromEmail",
}  # fmt: skip
HOST = re.compile(r"(?:(?P<scheme>ssl|tls)://)?(?P<host>[^/:]+)$")
#: `$config['smtp_host']` and `'smtp_host' =>`, in a file of settings or of code.
#: What says the way of sending in code, in place of the file of settings.
PROTOCOL = rb"(?:['\"]protocol['\"]\s*(?:\]\s*=|=>)|->\s*protocol\s*=)\s*['\"]smtp"
#: What tells a file of CodeIgniter's from any other program's `$config`.
ITS = re.compile(rb"BASEPATH|\bCI_|codeigniter|->\s*(?:load\s*->|initialize\s*\()", re.IGNORECASE)
THREE = rb"['\"]smtp_host['\"]"
HANDED = rb"['\"](?:smtp_host|SMTPHost)['\"]"


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for version 4's class, and one for each array of version 3's."""
    for path in workspace.folder.matching("app/Config/Email.php", "*/app/Config/Email.php"):
        yield from _four(workspace, path)
    handed = list(_handed_over(workspace))
    yield from handed
    read = {draft.place.partition(":")[0] for draft in handed}
    for path in workspace.folder.containing(THREE, ".php"):
        data = workspace.read(path) or b""
        is_its = path.endswith("config/email.php") or ITS.search(data)
        if b"smtp_port" in data and is_its and path not in read:
            yield from _three(workspace, path)


def _handed_over(workspace: Workspace) -> Iterator[Draft]:
    """One for each array that code hands to the library, of either version."""
    for path in workspace.folder.containing(HANDED, ".php"):
        variables = workspace.variables(workspace.dotenv_files(path, ".env"), "codeigniter")
        module = workspace.module(path, variables)
        for place in range(len(_arrays(module)) if module is not None else 0):

            def read(under: Variables, path: str = path, place: int = place) -> Value:
                found = workspace.module(path, under)
                return _arrays(found)[place] if found is not None else Known(ABSENT)

            three = known(read(variables).get("SMTPHost")) is None
            paths = {key: (old if three else key,) for key, old in KEYS.items()}
            draft = array_draft(
                workspace, DIALECT, read, variables, paths, place=path, anchor="SMTPHost"
            )
            if draft is None:
                continue
            assert module is not None
            sender = sender_of_calls(module, "from", "setFrom")
            if sender is not None:
                draft.options["fromEmail"] = Option("fromEmail", sender, called="from")
            yield _finished(workspace, draft, path, three=three)


def _arrays(module: Module) -> list[Value]:
    """What `initialize()` and `load->library('email', …)` are given, where it names a server."""
    given = [each.argument(0) for each in module.calls("initialize") if each.reached is not False]
    given += [
        each.argument(1)
        for each in module.calls("library")
        if each.reached is not False and known(each.argument(0)) == "email"
    ]
    return [
        each
        for each in given
        if isinstance(known(each), Map)
        and any(known(each.get(name)) is not None for name in ("smtp_host", "SMTPHost"))
    ]


def _four(workspace: Workspace, path: str) -> Iterator[Draft]:
    root = path.removesuffix("app/Config/Email.php")
    files = workspace.dotenv_files(f"{root}app", ".env")
    for file in files[:1]:
        # an InvalidArgumentException before there is an exception handler
        workspace.tell_refused(file, "codeigniter", "CodeIgniter", ends=True)
    variables = workspace.variables(files, "codeigniter", near=path)

    def read(under: Variables) -> Value:
        """The class's fields, with the variables of their names in place."""
        module = workspace.module(path, under)
        found = module.classes().get("Email") if module is not None else None
        fields = found[1] if found is not None else Known(ABSENT)
        entries: list[Entry] = []
        for key in KEYS:
            entry = fields.value.entry(key) if isinstance(known(fields), Map) else None  # type: ignore[union-attr]
            value = entry.value if entry is not None else Known(ABSENT)
            name = next(
                (each for each in (f"email.{key}", f"Config\\Email.{key}") if under.lookup(each)),
                None,
            )
            given = under.lookup(name) if name is not None else None
            if given is not None:
                value = given
            elif isinstance(value, Known) and value.value is not ABSENT:
                value = Known(
                    value.value, value.span, (*value.trail, Origin("unset", f"email.{key}"))
                )
            if not isinstance(value, Known) or value.value is not ABSENT:
                entries.append(Entry(key, value, entry.span if entry is not None else None))
        return Known(Map(entries))

    paths = {key: (key,) for key in KEYS}
    found = array_draft(
        workspace, DIALECT, read, variables, paths, place=path, anchor="SMTPHost", form=""
    )
    if found is None:
        return
    login = (found.options.get(name) for name in ("SMTPUser", "SMTPPass"))
    logs_in = all(option is not None and known(option.value) for option in login)
    if known(found.options["SMTPHost"].value) in (None, ""):
        protocol = found.options.get("protocol")
        if not logs_in or protocol is None or known(protocol.value) != "smtp":
            return
        found.no_host = "email.SMTPHost"
    found.unset = {}  # what the class says is changed there
    yield _finished(workspace, found, path)


def _three(workspace: Workspace, path: str) -> Iterator[Draft]:
    variables = workspace.variables((), "docker", near=path)

    def read(under: Variables) -> Value:
        """`$config`, or the array that the file's class makes under any name."""
        module = workspace.module(path, under)
        if module is None:
            return Known(ABSENT)
        for assignment in module.assignments():
            value = assignment.value
            if len(assignment.path) == 1 and isinstance(known(value), Map):
                host = value.get("smtp_host")
                if known(host) is not None:
                    return value
        found = module.value("$config")
        host = found.get("smtp_host")
        # elsewhere an array with a host that can't be told is a form's, or a model's
        told = path.endswith("config/email.php") and isinstance(host, Unknown)
        return found if told or known(host) is not None else Known(ABSENT)

    paths = {key: (old,) for key, old in KEYS.items()}
    found = array_draft(workspace, DIALECT, read, variables, paths, place=path, anchor="SMTPHost")
    if found is not None:
        yield _finished(workspace, found, path, three=True)


def _finished(workspace: Workspace, found: Draft, path: str, *, three: bool = False) -> Draft:
    found.options |= {
        name: option
        for name, option in parts(found.options["SMTPHost"], HOST, workspace).items()
        if "://" in str(known(found.options["SMTPHost"].value))
    }
    found.version = version_of(workspace, path, "codeigniter4/framework", "codeigniter/framework")
    release = (3, 1, 0) if three else version(found.version)
    found.options["codeigniter"] = Option("codeigniter", Known(release))
    if any(file != path for file in workspace.folder.containing(PROTOCOL, ".php")):
        found.options["elsewhere"] = Option("elsewhere", Known(value=True))
    found.sends = ({"protocol": "smtp"},)
    return found


def outcome(options: Mapping[str, Any]) -> Outcome:  # branches: one field a line, and its default
    """What CodeIgniter makes of its settings; newer 4s take port 465 for TLS."""
    release = options.get("codeigniter") or (4, 999, 0)
    host = text(options, "SMTPHost") or ""
    found = HOST.match(host)
    scheme, host = found.groups() if found is not None else (None, host)
    scheme, host = options.get("SMTPHost.scheme", scheme), options.get("SMTPHost.host", host)
    crypto = text(options, "SMTPCrypto") or ""
    port = number(options.get("SMTPPort")) or 25
    by_port = port == 465 and release >= (4, 0, 0)
    implicit = crypto == "ssl" or scheme is not None or by_port
    mode: TLSMode = "implicit" if implicit else "starttls" if crypto == "tls" else "none"
    user, password = text(options, "SMTPUser"), text(options, "SMTPPass")
    log_in = bool(user and password)
    ignored: list[Remark] = []
    if options.get("protocol", "mail") != "smtp":
        elsewhere = "elsewhere" in options
        place = "protocol" if "protocol" in options else "SMTPHost"
        ignored.append((remark if elsewhere else whole)(DATA, place, "protocol"))
    if user and not password:
        ignored.append(remark(DATA, "SMTPUser", "login"))
    misread: tuple[Remark, ...] = ()
    if crypto not in ("", "tls", "ssl"):
        misread = (remark(DATA, "SMTPCrypto", "crypto", "none"),)
    fault = conflict(remark(DATA, "SMTPCrypto", "twice")) if implicit and crypto == "tls" else None
    decides = ("SMTPHost.scheme", "SMTPCrypto", "SMTPPort")
    return Outcome(
        host=host or None,
        port=port,
        tls=mode,
        required=mode != "none",
        username=user if log_in else None,
        password=password if log_in else None,
        sender=text(options, "fromEmail"),
        by={
            "host": ("SMTPHost.host", "SMTPHost") if scheme else ("SMTPHost",),
            "port": ("SMTPPort",),
            "tls": tuple(name for name in decides if name in options),
            "username": ("SMTPUser",) if log_in else (),
            "password": ("SMTPPass",) if log_in else (),
            "sender": ("fromEmail",),
        },
        misread=misread,
        ignored=tuple(ignored),
        fault=fault,
    )


FIELDS: Mapping[str, Field] = {
    "SMTPHost": "host", "SMTPPort": "port", "SMTPCrypto": "tls", "SMTPUser": "username",
    "SMTPPass": "password", "fromEmail": "sender", "SMTPHost.scheme": "tls",
    "SMTPHost.host": "host",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"SMTPCrypto": "ssl"},),
    "starttls": ({"SMTPCrypto": "tls"},),
    "none": ({"SMTPCrypto": ""},),
}
DIALECT = PhpProgram("codeigniter", DATA, FIELDS, MODES, find, outcome)
