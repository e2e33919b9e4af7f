"""Flask-Mail: the MAIL_ names of `app.config`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import Data, load
from smtpdoctor.settings.dialects.flask_config import (
    config_files,
    first_place,
    read_config,
)
from smtpdoctor.settings.dialects.python_code import (
    host_told,
    is_true,
    meant_by,
    number,
    program_folder,
    put_in_arguments,
    put_in_lines,
    python_variables,
    says_no,
    text,
)
from smtpdoctor.settings.dialects.senders import narrowed, through_callers
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import literal
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Known,
    List,
    Span,
    Unknown,
    Value,
    is_sender,
)
from smtpdoctor.settings.readers.module import FoundCall
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

FIELDS: Mapping[str, Field] = {
    "MAIL_SERVER": "host",
    "MAIL_PORT": "port",
    "MAIL_USE_TLS": "tls",
    "MAIL_USE_SSL": "tls",
    "MAIL_USERNAME": "username",
    "MAIL_PASSWORD": "password",
    "MAIL_DEFAULT_SENDER": "sender",
}
#: A line of code that begins at the very left, in a text of several.
TOP = re.compile(r"(?m)^[^\s#)\]}]")
#: A name of the program's configuration where its code asks for it.
CONFIG = re.compile(
    r"""[\w.()]*\bconfig(?:\[|\.get\()\s*["'](\w+)["']\s*(?:,[^()]*)?[\])](?:\[(\d)\])?"""
)
NOT_GIVEN = Known(ABSENT)
FURTHER = ("MAIL_SUPPRESS_SEND", "TESTING", "MAIL_BACKEND")
#: Names that one of the two libraries reads for other things.
OTHERS = frozenset({
    *("MAIL_DEBUG", "MAIL_MAX_EMAILS", "MAIL_ASCII_ATTACHMENTS", "MAIL_TIMEOUT"),
    *("MAIL_SSL_KEYFILE", "MAIL_SSL_CERTFILE", "MAIL_USE_LOCALTIME", "MAIL_FILE_PATH"),
})  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"MAIL_USE_SSL": True}, {"MAIL_USE_TLS": False, "MAIL_USE_SSL": True}),
    "starttls": (
        {"MAIL_USE_TLS": True},
        {"MAIL_USE_SSL": False},
        {"MAIL_USE_TLS": True, "MAIL_USE_SSL": False},
    ),
    "none": (
        {"MAIL_USE_TLS": False},
        {"MAIL_USE_SSL": False},
        {"MAIL_USE_TLS": False, "MAIL_USE_SSL": False},
    ),
}
OPPOSITES = {"MAIL_USE_SSL": "MAIL_USE_TLS", "MAIL_USE_TLS": "MAIL_USE_SSL"}


class FlaskMail:
    """Flask-Mail, or a program that reads the same names."""

    id = "flask-mail"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {**FIELDS, "MAIL_BACKEND": "host", "sender": "sender"}
    modes = MODES
    package = "flask_mail"

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for the folder of each program that imports the library."""
        importing = workspace.folder.containing(rb"\b%s\b" % self.package.encode(), ".py")
        done: set[str] = set()
        for path in importing:
            files = config_files(workspace, path, rb"\bMAIL_[A-Z]")
            key = "\n".join(files)
            if key in done:
                continue
            done.add(key)
            draft = self._draft(workspace, path, files)
            if draft is not None:
                yield draft

    def _draft(self, workspace: Workspace, path: str, files: list[str]) -> Draft | None:
        variables = python_variables(workspace, path, ".flaskenv")
        options = read_config(workspace, files, variables, (*FIELDS, *FURTHER))
        if not any(name.startswith("MAIL_") for name in options):
            return None
        if "MAIL_SERVER" in options:
            options["MAIL_SERVER"] = host_told(options["MAIL_SERVER"])
        if isinstance(options.get("MAIL_DEFAULT_SENDER", Option("", Known(0))).value, Unknown):
            del options["MAIL_DEFAULT_SENDER"]
        for name in ("TESTING", "MAIL_SUPPRESS_SEND"):
            if isinstance(options.get(name, Option("", Known(0))).value, Unknown):
                del options[name]
        if (sender := self._sender_of_messages(workspace, path, files, variables)) is not None:
            options["sender"] = sender
        if self._is_read_before(workspace, files, options):
            options["late"] = Option("late", Known(True))
        found = workspace.dependencies.find("pypi", self.id, near=path)
        return Draft(
            dialect=self,
            place=first_place(options, path),
            options=options,
            variables=variables,
            language="python",
            version=found.version if found is not None else "",
            files=(path,),
            insert=lambda new: insert(workspace, options, new),
            opposites=OPPOSITES,
            meant=self._meant(workspace, files, variables, options),
        )

    def _meant(
        self,
        workspace: Workspace,
        files: list[str],
        variables: Variables,
        options: Mapping[str, Option],
    ) -> dict[str, Option]:
        """Names beside the library's that nothing here reads, and what they were to be."""
        texts = [workspace.folder.text(path) or "" for path in files]
        written = {name for text_ in texts for name in re.findall(r"\bMAIL_[A-Z_]+\b", text_)}
        others = sorted(written - set(FIELDS) - set(FURTHER) - OTHERS)
        meant = meant_by(others, FIELDS, [name for name in FIELDS if name not in options])
        found = read_config(workspace, files, variables, list(meant.values()))
        return {
            right: found[name]
            for right, name in meant.items()
            if name in found and not workspace.folder.containing(_reads(name), ".py", ".html")
        }

    def _sender_of_messages(
        self, workspace: Workspace, path: str, files: list[str], variables: Variables
    ) -> Option | None:
        """The first that the program's code gives a message, or whoever calls the function that
        makes it; it stands before the default."""
        root = program_folder(workspace, path)

        def read(message: FoundCall) -> Value:
            given = message.given("sender")
            return NOT_GIVEN if given is None else _of_config(workspace, files, variables, given)

        for file in workspace.folder.containing(rb"\bsender\s*=", ".py"):
            is_own = not root or file.startswith(f"{root}/")
            module = workspace.module(file, variables) if is_own else None
            for message in module.calls("Message") if module is not None else ():
                found = through_callers(workspace, variables, message, read, (".py",), _is_sender)
                if found is not None:
                    return narrowed(Option("sender", found), workspace)
        return None

    def _is_read_before(
        self, workspace: Workspace, files: list[str], options: Mapping[str, Option]
    ) -> bool:
        """Whether every name is set only after the one `Mail(app)`, which reads them when it is
        made: in its file, at its own indent."""
        made = [
            call
            for path in files
            if (module := workspace.module(path, Variables(()))) is not None
            for call in module.calls(f"{self.package}.Mail", "init_app")
            if call.name.rpartition(".")[2] != "init_app" or "mail" in call.name.lower()
        ]
        reads = [call for call in made if call.count]
        if len(reads) != 1 or len(made) > 1:
            return False
        spans = [each.value.span for name, each in options.items() if name.startswith("MAIL_")]
        first = reads[0].span
        indent = indent_of(workspace, first)
        return all(
            span is not None
            and span.file == first.file
            and span.line > first.line
            and indent_of(workspace, span) == indent
            and not TOP.search(between(workspace, first, span) if indent else "")
            for span in spans
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        if "late" in options:
            return late(DATA, "127.0.0.1")
        return outcome(options, DATA)


def _is_sender(value: Value) -> bool:
    """Whether it is a message's sender: a text, a name with an address, or what a form gives."""
    named = _sender(value.value) if isinstance(value, Known) else value
    return named is not None and is_sender(value)


def _of_config(workspace: Workspace, files: list[str], variables: Variables, given: Value) -> Value:
    """What `current_app.config["ADMINS"][0]` is, which the code asks the program for."""
    text_ = workspace.text_of(given.span) if isinstance(given, Unknown) else None
    found = CONFIG.fullmatch((text_ or "").strip())
    if found is None:
        return given
    option = read_config(workspace, files, variables, [found[1]]).get(found[1])
    if option is None:
        return given
    return option.value.get(int(found[2])) if found[2] else option.value


def _reads(name: str) -> bytes:
    """`config["X"]` that is no assignment, and `config.get("X")`."""
    key = rb"[\"']" + name.encode() + rb"[\"']"
    return (
        rb"(config\s*\[\s*"
        + key
        + rb"\s*\](?!\s*=[^=])|\.get\(\s*"
        + key
        + rb"|\b"
        + (name.encode() + rb"\b(?!\s*[=:\"']))")
    )


DIALECT = FlaskMail()


def indent_of(workspace: Workspace, span: Span) -> str:
    line = workspace.line(span.file, span.line) or ""
    return line[: len(line) - len(line.lstrip())]


def between(workspace: Workspace, first: Span, last: Span) -> str:
    """The lines of a file from one place to another."""
    lines = (workspace.folder.text(first.file) or "").split("\n")
    return "\n".join(lines[first.line - 1 : last.line])


def late(data: Data, host: str) -> Outcome:
    """What Flask-Mail does where the names are set after it has read them: its own defaults."""
    remark = _remark(data, "MAIL_SERVER", "late", host)
    return Outcome(host=host, port=25, tls="none", verify=False, misread=(remark,))


def insert(
    workspace: Workspace, options: Mapping[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Names that are not there yet: as arguments of `update(…)`, as keys, or as lines."""
    order = ("MAIL_PORT", "MAIL_USE_TLS", "MAIL_USE_SSL", "MAIL_SERVER", "MAIL_USERNAME")
    beside = [options[name] for name in order if name in options]
    for option in beside:
        span = option.value.span
        line = workspace.line(span.file, span.line) if span is not None else None
        begin = line[: span.columns[0] - 1] if span is not None and line is not None else ""
        before = begin.rstrip()
        if before.endswith(":") and option.name in before:
            return put_in_arguments(workspace, [option], new, '"{name}": {value}')
        ends = (line or "").rstrip()
        closes = ends.endswith(")") and ends.count(")") > ends.count("(")  # those around it
        if before.endswith("=") and ("(" in before or ends.endswith(",") or closes):
            inside = put_in_arguments(workspace, [option], new)
            if inside and not before.lstrip().startswith(("app.config[", "self.")):
                return inside
        if before.endswith("="):
            form = before[:-1].rstrip().replace(option.name, "{name}").lstrip()
            lines = {
                name: f"{form.format(name=name)} = {literal(value, 'python')}"
                for name, value in new.items()
            }
            return put_in_lines(workspace, [option], lines)
    return ()


def outcome(  # branches: one line a field
    options: Mapping[str, Any], data: Data, *, host: str = "127.0.0.1"
) -> Outcome:
    """What Flask-Mail makes of its names (flask_mail/__init__.py, Connection.configure_host)."""
    use_tls, use_ssl = options.get("MAIL_USE_TLS"), options.get("MAIL_USE_SSL")
    misread = []
    if says_no(use_tls):
        misread.append(_remark(data, "MAIL_USE_TLS", "tls-text", "STARTTLS"))
    if says_no(use_ssl):
        misread.append(_remark(data, "MAIL_USE_SSL", "ssl-text", "implicit TLS"))
    both = is_true(use_tls) and is_true(use_ssl)
    tls: TLSMode = "implicit" if is_true(use_ssl) else "starttls" if is_true(use_tls) else "none"
    if both and says_no(use_ssl):
        tls = "starttls"
    not_sent = None
    suppress = options.get("MAIL_SUPPRESS_SEND", options.get("TESTING"))
    if is_true(suppress) and "suppressed" in data.because:
        own = "MAIL_SUPPRESS_SEND" in options
        not_sent = _remark(
            data,
            "MAIL_SUPPRESS_SEND" if own else "TESTING",
            "suppressed" if own else "testing",
        )
    names = ("MAIL_USE_SSL", "MAIL_USE_TLS")
    deciding = sorted((n for n in names if n in options), key=lambda n: not is_true(options[n]))
    port = number(options.get("MAIL_PORT", 25))
    return Outcome(
        host=text(options.get("MAIL_SERVER", host)) or None,
        port=port or (465 if tls == "implicit" else 25),
        tls=tls,
        required=tls == "starttls",
        username=text(options.get("MAIL_USERNAME")),
        password=text(options.get("MAIL_PASSWORD")),
        sender=_sender(options.get("sender", options.get("MAIL_DEFAULT_SENDER"))),
        verify=False,  # no context is given
        by={
            **{field: (name,) for name, field in FIELDS.items() if field != "tls"},
            "tls": tuple(deciding),
            "sender": ("sender" if "sender" in options else "MAIL_DEFAULT_SENDER",),
        },
        misread=tuple(misread),
        fault=conflict(_remark(data, "MAIL_USE_SSL", "both")) if both else None,
        not_sent=not_sent,
    )


def _sender(value: Any) -> str | None:
    """An address, or a name with it."""
    if isinstance(value, List) and len(value) == 2:
        last = value.get(1)
        value = last.value if isinstance(last, Known) else None
    return value if isinstance(value, str) and value else None


def _remark(data: Data, option: str, because: str, taken_as: str = "") -> Remark:
    return Remark(option, data.because[because], taken_as, tuple(data.sources.values())[:1])
