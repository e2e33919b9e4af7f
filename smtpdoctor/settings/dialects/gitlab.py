"""GitLab: `gitlab_rails['smtp_…']` of its Omnibus package, in gitlab.rb or in a variable of a
container, and `global.smtp` in the values of its chart.

Knows its names. What they come to is `ruby_mail`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.ruby_mail import MODES, outcome
from smtpdoctor.settings.dialects.texts import keys_before
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import inserted, literal
from smtpdoctor.settings.readers.model import ABSENT, Known, Span, Unknown, Value
from smtpdoctor.settings.readers.module import Module
from smtpdoctor.settings.readers.project import Project
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: GitLab's names with the mail gem's.
NAMES: dict[str, tuple[str, Field]] = {
    "smtp_address": ("address", "host"),
    "smtp_port": ("port", "port"),
    "smtp_user_name": ("user_name", "username"),
    "smtp_password": ("password", "password"),
    "smtp_tls": ("tls", "tls"),
    "smtp_ssl": ("ssl", "tls"),
    "smtp_enable_starttls_auto": ("enable_starttls_auto", "tls"),
    "smtp_openssl_verify_mode": ("openssl_verify_mode", "verify"),
    "smtp_domain": ("domain", "ehlo"),
    "smtp_authentication": ("authentication", "client"),
    "gitlab_email_from": ("from", "sender"),
    "smtp_enable": ("", "client"),
    "gitlab_email_enabled": ("", "client"),
}
#: The chart's names with those.
CHART = {
    "address": "smtp_address",
    "port": "smtp_port",
    "user_name": "smtp_user_name",
    "tls": "smtp_tls",
    "starttls_auto": "smtp_enable_starttls_auto",
    "openssl_verify_mode": "smtp_openssl_verify_mode",
    "domain": "smtp_domain",
    "authentication": "smtp_authentication",
    "enabled": "smtp_enable",
}
#: With another word the chart leaves user name and password out of what it writes.
LOGS_IN = ("login", "plain", "cram_md5")
OF_CHART = {name: key for key, name in CHART.items()}
#: What the chart has of its own where the values don't say it.
DEFAULTS: Mapping[str, Any] = {"smtp_port": 2525, "smtp_enable_starttls_auto": False}
BACK = {name: own for own, (name, _) in NAMES.items() if name}
VARIABLE = "GITLAB_OMNIBUS_CONFIG"
#: A variable that compose fills in, alone on the right; and one without quotes, of any form.
REFERENCE = re.compile(
    r"(?P<quote>['\"]?)\$(?:\{(?P<braced>\w+)\}|(?P<plain>\w+))(?P=quote)\s*(?:#.*)?"
)
BARE = re.compile(
    rb"(gitlab_rails\[['\"]\w+['\"]\]\s*=\s*)(\$\{?\w+\}?)(?=\s*(?:#|$))", re.MULTILINE
)
ASSIGNED = re.compile(r"\s*gitlab_rails\[['\"]\w+['\"]\]\s*=\s*")


def _modes() -> dict[TLSMode, tuple[Mapping[str, Any], ...]]:
    """The mail gem's, in GitLab's names."""
    return {
        tls: tuple(
            {BACK[name]: value for name, value in words.items()}
            for words in ways
            if all(name in BACK for name in words)
        )
        for tls, ways in MODES.items()
    }


class GitLab:
    id = "gitlab"
    name = DATA.name
    client: str | None = "ruby-mail"
    fields: Mapping[str, Field] = {name: field for name, (_, field) in NAMES.items()}
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = _modes()

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each gitlab.rb, and for each container with such a text."""
        for path in workspace.folder.matching("gitlab.rb"):
            variables = workspace.variables((), "docker", near=path)
            yield from self._draft(workspace, path, path, variables)
        for surrounding in workspace.surroundings:
            held = surrounding.variables.held(VARIABLE)
            span = held[0].value.span if held else None
            if span is not None:
                text = _lines(workspace, span)
                fill = _Filled(workspace, span.file) if surrounding.carrier == "compose" else None
                yield from self._draft(
                    workspace, span.file, f"{span.file}.rb", surrounding.variables, text, fill
                )
        for path, root in workspace.chart_values:
            yield from self._of_chart(workspace, path, root)

    def _of_chart(self, workspace: Workspace, path: str, root: Value) -> Iterator[Draft]:
        smtp = root.at("global", "smtp")
        host = smtp.get("address")
        span = host.span
        if not isinstance(host, Known) or host.value in (ABSENT, None, "") or span is None:
            return
        options = {
            name: Option(name, Known(value), together=True) for name, value in DEFAULTS.items()
        }
        for key, name in CHART.items():
            if not smtp.get(key).absent:
                options[name] = Option(name, smtp.get(key), called=key)
        sender = root.at("global", "email", "from")
        if not sender.absent:
            options["gitlab_email_from"] = Option("gitlab_email_from", sender, called="from")
        if "smtp_user_name" in options:
            way = smtp.get("authentication")
            if isinstance(way, Known) and not way.absent and way.value not in LOGS_IN:
                options["chart.silent"] = Option("chart.silent", Known(True))
            secret = Unknown("encrypted", "the password is in a Secret", smtp.get("password").span)
            options["smtp_password"] = Option("smtp_password", secret, called="password")
        yield Draft(
            dialect=self,
            place=f"{path}:{span.line}",
            options=options,
            variables=Variables(()),
            language="yaml",
            files=(path,),
            insert=lambda new: _insert_value(workspace, span, new),
            sends=({"smtp_enable": True},),
        )

    def _draft(
        self,
        workspace: Workspace,
        path: str,
        called: str,
        variables: Variables,
        text: bytes | None = None,
        filled: _Filled | None = None,
    ) -> Iterator[Draft]:
        if text is not None and filled is not None:
            text = BARE.sub(_standing_in, text)
        files = workspace if text is None else _Text(text)

        read_under: dict[int, tuple[Variables, Module | Unknown]] = {}

        def read(under: Variables, name: str) -> Value:
            if id(under) not in read_under:  # the file that GitLab ships is long
                read_under[id(under)] = under, Project(files, under).module(called)
            module = read_under[id(under)][1]
            if not isinstance(module, Module) or not module.assignments("gitlab_rails", name):
                return Known(ABSENT)
            return _moved(module.value("gitlab_rails", name), path)

        options: dict[str, Option] = {}
        for name in NAMES:
            value = read(variables, name)
            if value.absent or (isinstance(value, Unknown) and name not in BACK.values()):
                continue
            if value.span is not None:
                _show_name(workspace, value.span)
            given = filled(value) if filled is not None else value
            options[name] = Option(
                name,
                given,
                (lambda under, name=name: read(under, name))  # type: ignore[misc]
                if given is value
                else None,
            )
        host = options.get("smtp_address")
        span = host.value.span if host is not None else None
        if host is None or span is None:
            return
        yield Draft(
            dialect=self,
            place=f"{path}:{span.line}",
            options=options,
            variables=variables,
            language="ruby",
            files=(path,),
            insert=lambda new: _insert(workspace, span, new),
            sends=({"smtp_enable": True},),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the mail gem makes of them, where SMTP is switched on."""
        given = {
            own: value
            for name, value in options.items()
            if (own := NAMES.get(name, ("", "client"))[0])
        }
        silent = options.get("chart.silent") is True
        if silent:
            given = {n: value for n, value in given.items() if n not in ("user_name", "password")}
        found = outcome(given)

        def renamed(remark: Remark) -> Remark:
            return replace(remark, option=BACK.get(remark.option, remark.option))

        ignored = [renamed(each) for each in found.ignored]
        if silent:
            ignored.append(_remark("smtp_user_name", "silent"))
        if options.get("smtp_enable") is not True:
            ignored.append(replace(_remark("smtp_address", "off"), whole=True))
        off = options.get("gitlab_email_enabled") is False
        return replace(
            found,
            by={
                field: tuple(BACK.get(name, name) for name in names)
                for field, names in found.by.items()
            },
            misread=tuple(renamed(each) for each in found.misread),
            ignored=tuple(ignored),
            fault=renamed(found.fault) if found.fault is not None else None,
            not_sent=_remark("gitlab_email_enabled", "disabled") if off else None,
        )


DIALECT = GitLab()


class _Text:
    """One text as the readers' `Files`."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def read(self, path: str) -> bytes | None:
        return self._text


class _Filled:
    """What compose writes into the text before the container gets it."""

    def __init__(self, workspace: Workspace, path: str) -> None:
        self._workspace = workspace
        folder = path.rpartition("/")[0]
        dotenv = workspace.dotenv(f"{folder}/.env".lstrip("/"), "compose")
        self._layers = [workspace.process, *([dotenv] if dotenv is not None else [])]

    def __call__(self, value: Value) -> Value:
        """A value with the variable that stands for it in place, from where that is set."""
        span = value.span
        line = (self._workspace.line(span.file, span.line) or "") if span is not None else ""
        said = line.partition("=")[2].strip()
        if "$" not in said.replace("$$", ""):
            if isinstance(value, Known) and isinstance(value.value, str):
                return replace(value, value=value.value.replace("$$", "$"))
            return value
        found = REFERENCE.fullmatch(said)
        if found is None:
            return Unknown("environment", "compose fills in a part of it", span)
        name = found["braced"] or found["plain"]
        layers = [each for each in self._layers if name in each.values]
        held = layers[0].values[name] if layers else None
        if held is None or (isinstance(held, Known) and not held.value):
            return Unknown("environment", f"{name} is not set here", span)
        if isinstance(held, Known) and not found["quote"]:
            word = str(held.value)
            made: Any = int(word) if word.isdecimal() else {"true": True, "false": False}.get(word)
            return held if made is None else replace(held, value=made)
        return held


def _standing_in(found: re.Match[bytes]) -> bytes:
    """A number as long as a reference that Ruby can't read: what it is, `_Filled` says."""
    return found[1] + b"1" * len(found[2])


def _lines(workspace: Workspace, span: Span) -> bytes:
    """A file with nothing in it but the lines of a block: its places stay what they are."""
    lines = (workspace.folder.text(span.file) or "").split("\n")
    first = span.line if span.end_line > span.line else span.line - 1
    kept = [line if first <= at < span.end_line else "" for at, line in enumerate(lines)]
    return "\n".join(kept).encode()


def _moved(value: Value, path: str) -> Value:
    """The value at its place in the file that it really stands in."""
    if value.span is None or value.span.file == path:
        return value
    return replace(value, span=replace(value.span, file=path))


def _show_name(workspace: Workspace, span: Span) -> None:
    """The name before a value is no secret."""
    line = workspace.line(span.file, span.line) or ""
    before = line[: span.columns[0] - 1]
    if ASSIGNED.fullmatch(before):
        workspace.is_harmless(replace(span, columns=(1, span.columns[0]), end_line=span.line))


def _insert(workspace: Workspace, span: Span, new: Mapping[str, Any]) -> tuple[Edit, ...]:
    """Further lines before that of the address."""
    line = workspace.line(span.file, span.line) or ""
    indent = line[: len(line) - len(line.lstrip())]
    texts = [
        f"{indent}gitlab_rails['{name}'] = {literal(value, 'ruby')}\n"
        for name, value in new.items()
    ]
    return (inserted(span, 1, "".join(texts)),) if ASSIGNED.match(line) else ()


def _insert_value(workspace: Workspace, span: Span, new: Mapping[str, Any]) -> tuple[Edit, ...]:
    """Further values of the chart before that of the address."""
    if any(name not in OF_CHART for name in new):
        return ()
    more = {OF_CHART[name]: value for name, value in new.items()}
    return keys_before(workspace, span, "address", more)


def _remark(option: str, because: str) -> Remark:
    return Remark(option, DATA.because[because], "", tuple(DATA.sources.values())[:1])
