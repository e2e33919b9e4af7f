"""R's mail packages: blastula, emayili, mailR, sendmailR, and curl's own `send_mail`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import is_on, number, text
from smtpdoctor.settings.dialects.texts import host_and_port
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import literal, put_in
from smtpdoctor.settings.readers.model import ABSENT, Known, Map, Origin, Unknown, Value
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

ENDINGS = (".R", ".r")
MARK = rb"\b(?:blastula|emayili|mailR|sendmailR|send_mail|send\.mail|creds_envvar)\b"


@dataclass(frozen=True, slots=True)
class Kind:
    """One package: what its options are called, and the order of those without names."""

    package: str
    order: tuple[str, ...]
    host: str = "host"
    port: str = "port"
    login: tuple[str, str] = ("user", "password")
    switches: tuple[str, ...] = ("use_ssl",)
    ehlo: str = "helo"
    #: Lists in which further options stand.
    within: tuple[str, ...] = ()


BLASTULA = Kind("blastula", ())
EMAYILI = Kind(
    "emayili",
    ("host", "port", "username", "password", "insecure", "reuse", "helo", "protocol", "use_ssl"),
    login=("username", "password"), switches=("use_ssl", "port"),
)  # fmt: skip
MAILR = Kind(
    "mailR", ("from",), "host.name", login=("user.name", "passwd"), switches=("ssl", "tls"),
    within=("smtp",),
)  # fmt: skip
SENDMAILR = Kind(
    "sendmailR", ("from",), "smtpServer", "smtpPort", ("username", "password"),
    within=("control", "engineopts"),
)  # fmt: skip
CURL = Kind(
    "curl", ("mail_from", "mail_rcpt", "message", "smtp_server", "use_ssl"), "smtp_server", "",
    ("username", "password"),
)  # fmt: skip
#: What makes blastula's credentials, with the order of what it is given.
CREDENTIALS = {
    "creds": ("user", "provider", "host", "port", "use_ssl"),
    "creds_anonymous": ("provider", "host", "port", "use_ssl"),
    "creds_envvar": ("user", "pass_envvar", "provider", "host", "port", "use_ssl"),
    "create_smtp_creds_file": ("file", "user", "provider", "host", "port", "use_ssl"),
    "create_smtp_creds_key": ("id", "user", "provider", "host", "port", "use_ssl"),
}
OF_CALLS = {
    **dict.fromkeys(CREDENTIALS, BLASTULA),
    "send.mail": MAILR,
    "sendmail": SENDMAILR,
    "send_mail": CURL,
    # what a Shiny application calls its own function is made, not called
    "server": EMAYILI,
}
#: blastula's names of providers.
PROVIDERS = {
    "gmail": ("smtp.gmail.com", 465),
    "outlook": ("smtp-mail.outlook.com", 587),
    "office365": ("smtp.office365.com", 587),
}
#: emayili's functions for providers, with the order of what they are given.
SERVERS = {
    "gmail": ("smtp.gmail.com", 587, ("username", "password")),
    "sendgrid": ("smtp.sendgrid.net", 587, ("password",)),
    "mailgun": ("smtp.mailgun.org", 587, ("username", "password")),
    "sendinblue": ("smtp-relay.sendinblue.com", 587, ("username", "password")),
    "mailersend": ("smtp.mailersend.net", 587, ("username", "password")),
    "mailfence": ("smtp.mailfence.com", 465, ("username", "password")),
    "zeptomail": ("smtp.zeptomail.eu", 587, ("password",)),
}
OF_CALLS |= dict.fromkeys(SERVERS, EMAYILI)
USERS = {"sendgrid": "apikey", "zeptomail": "emailapikey"}
FIELDS: Mapping[str, Field] = {
    **dict.fromkeys(("host", "host.name", "smtpServer", "smtp_server"), "host"),
    **dict.fromkeys(("port", "smtpPort", "smtpServer.port", "smtp_server.port"), "port"),
    **dict.fromkeys(("use_ssl", "ssl", "tls", "protocol", "engine"), "tls"),
    **dict.fromkeys(("user", "username", "user.name"), "username"),
    **dict.fromkeys(("password", "passwd"), "password"),
    **dict.fromkeys(("from", "mail_from"), "sender"),
    "helo": "ehlo",
    "insecure": "verify",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What tells a package its server in one place."""

    kind: Kind
    call: FoundCall
    values: Mapping[str, Value]


URL = re.compile(r"(?P<scheme>smtps?)://(?P<rest>[^/\s]*)/?.*")
#: What curl calls the ways to begin TLS: a number of its own, or a word.
NO_SSL = frozenset({"no", "0", "0L"})
FORCED = frozenset({"force", "2", "3"})


class RMail:
    id = "r-mail"
    name = DATA.name
    client: str | None = None
    fields: Mapping[str, Field] = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"ssl": True},),
        "starttls": ({"use_ssl": True}, {"tls": True}, {"ssl": False, "tls": True}),
        "none": ({"use_ssl": False},),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each server that a script tells one of these packages."""
        for path in workspace.folder.containing(MARK, *ENDINGS):
            variables = _variables(workspace, path)
            for place in range(len(_found(workspace.module(path, variables)))):

                def again(under: Variables, path: str = path, place: int = place) -> Found | None:
                    other = _found(workspace.module(path, under))
                    return other[place] if place < len(other) else None

                draft = self._draft(workspace, path, variables, again)
                if draft is not None:
                    yield draft

    def _draft(
        self,
        workspace: Workspace,
        path: str,
        variables: Variables,
        again: Callable[[Variables], Found | None],
    ) -> Draft | None:
        found = again(variables)
        if found is None:
            return None
        kind = found.kind
        options: dict[str, Option] = {"kind": Option("kind", Known(kind.package))}
        for name, value in found.values.items():

            def asked(under: Variables, name: str = name) -> Value:
                other = again(under)
                return other.values.get(name, Known(ABSENT)) if other is not None else Known(ABSENT)

            if isinstance(value, Known) and _is_nothing(value):
                continue
            made = Option(name, value, asked)
            if name == kind.host:
                options |= host_and_port(made, workspace)
            else:
                options[name] = made
        if not any(FIELDS.get(name) == "host" for name in options):
            return None
        return Draft(
            dialect=self,
            place=f"{path}:{found.call.span.line}",
            options=options,
            variables=variables,
            language="r",
            files=(path,),
            insert=lambda new: _insert(workspace, found.call, kind, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the package does with its options: all but mailR hand them to curl."""
        kind = next((each for each in KINDS if each.package == options.get("kind")), BLASTULA)
        host, port, scheme = _server(options, kind)
        if kind is MAILR:
            return _mailr(options)
        by_curl = kind is not SENDMAILR or options.get("engine") == "curl"
        tls, required = _by_curl(options, kind, port, scheme) if by_curl else ("none", False)
        user, password = kind.login
        at = f"{kind.host}.port" if f"{kind.host}.port" in options else kind.port
        return Outcome(
            host=host,
            port=port or (465 if scheme == "smtps" else 25),
            tls=tls,
            required=required,
            username=text(options.get(user)) if by_curl else None,
            password=text(options.get(password)) if by_curl else None,
            sender=_address(options.get("from", options.get("mail_from"))),
            ehlo=text(options.get(kind.ehlo)),
            verify=options.get("insecure") is not True,
            by={
                "host": (kind.host,),
                "port": (at,),
                "tls": (at,) if tls == "implicit" and not scheme else kind.switches,
                "username": (user,),
                "password": (password,),
                "sender": ("from", "mail_from"),
                "ehlo": (kind.ehlo,),
                "verify": ("insecure",),
            },
            doubtful=kind is EMAYILI and "use_ssl" in options,
        )


DIALECT = RMail()
KINDS = (BLASTULA, EMAYILI, MAILR, SENDMAILR, CURL)


# --- what options come to ------------------------------------------------------------------------


def _server(options: Mapping[str, Any], kind: Kind) -> tuple[str | None, int | None, str]:
    """Host, port, and how the URL begins where it is one."""
    said = text(options.get(kind.host)) or ""
    found = URL.fullmatch(said)
    scheme = found["scheme"] if found else ""
    host, _, port = (found["rest"] if found else said).partition(":")
    given = options.get(f"{kind.host}.port", options.get(kind.port))
    return host or None, number(port) or number(given), scheme


def _by_curl(
    options: Mapping[str, Any], kind: Kind, port: int | None, scheme: str
) -> tuple[TLSMode, bool]:
    """Port 465 alone, or smtps://, is TLS from the first byte; else STARTTLS as `use_ssl` says."""
    protocol = scheme or str(options.get("protocol", "")).lower() if kind is EMAYILI else scheme
    if protocol == "smtps" or (protocol != "smtp" and port == 465):
        return "implicit", True
    said = options.get("use_ssl")
    if said is None and kind is EMAYILI:
        return ("starttls", False) if port in (465, 587) else ("none", False)
    if said is None:
        return "starttls", kind is SENDMAILR
    if said is False or str(said) in NO_SSL:
        return "none", False
    return "starttls", str(said) in FORCED


def _mailr(options: Mapping[str, Any]) -> Outcome:
    """mailR is Commons Email: with `ssl` it goes to 465, whatever `port` says."""
    ssl, starttls = is_on(options.get("ssl")), is_on(options.get("tls"))
    port = number(options.get("port"))
    logs_in = options.get("authenticate") is True
    moved = ssl and port not in (None, 465)
    ignored = []
    if moved:
        ignored.append(_remark("port", "ssl-port"))
    if not logs_in and "user.name" in options:
        ignored.append(_remark("user.name", "authenticate"))
    return Outcome(
        host=text(options.get("host.name")),
        port=465 if ssl else port or 25,
        tls="implicit" if ssl else "starttls" if starttls else "none",
        username=text(options.get("user.name")) if logs_in else None,
        password=text(options.get("passwd")) if logs_in else None,
        sender=_address(options.get("from")),
        by={
            "host": ("host.name",),
            "port": () if moved else ("port",),
            "tls": ("ssl",) if ssl else ("tls", "ssl"),
            "username": ("user.name",),
            "password": ("passwd",),
            "sender": ("from",),
        },
        ignored=tuple(ignored),
    )


def _remark(name: str, because: str) -> Remark:
    return Remark(name, DATA.because[because], "", tuple(DATA.sources.values())[:1])


def _address(value: Any) -> str | None:
    """The address of `Shop <shop@example.com>`."""
    found = re.search(r"<([^<>]*)>\s*$", str(value)) if value is not None else None
    return found[1] if found else text(value)


# --- reading -------------------------------------------------------------------------------------


def _variables(workspace: Workspace, near: str) -> Variables:
    """What `Sys.getenv` sees: R reads `.Renviron` by itself, the package dotenv a `.env`."""
    own = workspace.dotenv_files(near, ".Renviron")
    if own:
        return workspace.variables(own, "systemd", near=near)
    return workspace.variables(workspace.dotenv_files(near, ".env"), "", near=near)


def _found(module: Module | None) -> list[Found]:
    """What tells a package its server, wherever some way through the script reaches it."""
    found: list[Found] = []
    calls = module.calls() if module is not None else []
    source = module.evaluator.source.text if module is not None else ""
    for call in calls:
        kind = OF_CALLS.get(call.name)
        if kind is None or kind.package not in source or not call.count or call.reached is False:
            continue
        values = _values(call, calls, kind)
        if not {"from", "mail_from"} & set(values):
            values["from"] = _sender(calls)
        found.append(Found(kind, call, values))
    return found


def _order(call: FoundCall) -> tuple[str, ...]:
    if call.name in CREDENTIALS:
        return CREDENTIALS[call.name]
    return SERVERS[call.name][2] if call.name in SERVERS else OF_CALLS[call.name].order


def _values(call: FoundCall, calls: Sequence[FoundCall], kind: Kind) -> dict[str, Value]:
    """Every option of a call by its name, with those that stand in lists, and what follows from a
    provider's name."""
    placed = iter(_order(call))
    found: dict[str, Value] = {}
    named = {name for name, _ in call.arguments if name is not None}
    for name, value in call.arguments:
        key = name if name is not None else next((each for each in placed if each not in named), "")
        if key in kind.within:
            found |= _of_list(value, kind)
        elif key:
            found[key] = value
    if kind is BLASTULA:
        _of_blastula(call, calls, found)
    if call.name in SERVERS:
        host, port, _ = SERVERS[call.name]
        found = {"host": Known(host, call.name_span), "port": Known(port), **found}
        if call.name in USERS:
            found["username"] = Known(USERS[call.name], call.name_span)
    return {name: value for name, value in found.items() if name in (*FIELDS, "authenticate")}


def _of_list(value: Value, kind: Kind) -> dict[str, Value]:
    """What stands in `smtp = list(host.name = …)`."""
    if isinstance(value, Unknown):
        return dict.fromkeys((kind.host, kind.port, *kind.login), value)
    if isinstance(value.value, Map):
        return {str(each.key): each.value for each in value.value.entries}
    return {}


def _of_blastula(call: FoundCall, calls: Sequence[FoundCall], found: dict[str, Value]) -> None:
    """What a provider's name stands for, and the password of a variable."""
    provider = found.get("provider")
    if isinstance(provider, Known) and provider.value in PROVIDERS:
        host, port = PROVIDERS[str(provider.value)]
        found.setdefault("host", Known(host, provider.span))
        found.setdefault("port", Known(port, provider.span))
    elif isinstance(provider, Unknown):
        found.setdefault("host", provider)
    if call.name == "creds_envvar":
        found["password"] = _of_variable(call, calls, found.get("pass_envvar"))
    elif call.name != "creds_anonymous":
        found["password"] = Unknown("called", "whoever runs the script types it", call.span)


def _of_variable(call: FoundCall, calls: Sequence[FoundCall], named: Value | None) -> Value:
    """The password: what the script itself gives the variable (`Sys.setenv`), else what it has."""
    if isinstance(named, Unknown):
        return named
    name = str(named.value) if named is not None else "SMTP_PASSWORD"
    for each in calls:
        given = each.named().get(name) if each.name == "Sys.setenv" else None
        if given is not None:
            return given
    return call.variable(name) or Known(None, call.span, (Origin("unset", name, None, call.span),))


def _is_nothing(value: Known) -> bool:
    return (value.value is None or value.value is ABSENT) and not value.variables


def _sender(calls: Sequence[FoundCall]) -> Value:
    """The address that a message is from: `smtp_send(…, from = …)`, `from(email, "…")`."""
    for call in calls:
        value: Value | None = None
        if call.name in ("smtp_send", "envelope"):
            value = call.named().get("from")
        elif call.name == "from" and call.count:
            value = call.argument(call.count - 1)
        if isinstance(value, Known) and isinstance(value.value, Map) and value.value.entries:
            value = value.value.entries[0].value  # c("The shop" = "info@example.com")
        if isinstance(value, Known) and isinstance(value.value, str):
            return value
    return Known(ABSENT)


def _insert(
    workspace: Workspace, call: FoundCall, kind: Kind, new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Further arguments behind the host."""
    if kind.within or any(name not in kind.switches for name in new):
        return ()
    names = [name for name, _ in call.arguments]
    host = call.argument_span(names.index(kind.host)) if kind.host in names else None
    if host is None:
        return ()
    words = "".join(f", {name} = {literal(value, 'r')}" for name, value in new.items())
    return (put_in(workspace, host, host.columns[1], words),)
