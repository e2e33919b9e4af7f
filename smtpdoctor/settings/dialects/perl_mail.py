"""Perl's mail modules: Net::SMTP and those made from it, Email::Sender, MIME::Lite, Mail::Sender.

It knows the configuration of Dancer's and Mojolicious' mail plugins too, which hand theirs to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict, sasl_name
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.in_code import number, text
from smtpdoctor.settings.dialects.texts import host_and_port
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import inserted, literal, put_in
from smtpdoctor.settings.readers.harmless import showable
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Known,
    List,
    Map,
    Span,
    Unknown,
    Value,
    says_no,
    truth,
)
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

ENDINGS = (".pl", ".pm", ".cgi", ".psgi")
MARK = (
    rb"Net::SMTP|Email::Sender::Transport::SMTP|MIME::Lite|Mail::Sender|\bplugin\b[^\n]{0,20}mail"
)
#: Dancer's configuration, production's over what counts everywhere.
CONFIGURED = ("config.yml", "*/config.yml", "environments/*.yml", "*/environments/*.yml")
PREFIX = "Email::Sender::Transport::"


@dataclass(frozen=True, slots=True)
class Kind:
    """What one module calls its options. `always`: its mode, where none is to be chosen."""

    port: str
    login: tuple[str, str]
    tls: str = ""
    host: tuple[str, ...] = ("host",)
    ehlo: str = "Hello"
    always: TLSMode | None = None
    first: bool = True  # whether the host is the first argument, which may have `:port` behind it
    verify: str = ""  # none: certificates are looked at whatever is said


NET = Kind("Port", ("user", "password"), "SSL", verify="SSL_verify_mode")
SENDER = Kind(
    "port", ("sasl_username", "sasl_password"), "ssl", ("host", "hosts"), "helo", first=False,
    verify="SSL_verify_mode",
)  # fmt: skip
SMTPS = replace(SENDER, verify="")
KINDS = {
    "Net::SMTP": NET,
    "Net::SMTPS": replace(NET, tls="doSSL"),
    "Net::SMTP::SSL": replace(NET, tls="", always="implicit", verify=""),
    "Net::SMTP::TLS": Kind("Port", ("User", "Password"), "NoTLS"),
    "Email::Sender::Transport::SMTP": SENDER,
    "Email::Sender::Transport::SMTPS": SMTPS,
    "Email::Sender::Transport::SMTP::TLS": replace(
        SMTPS, login=("username", "password"), tls="", always="starttls"
    ),
    "MIME::Lite": Kind("Port", ("AuthUser", "AuthPass"), "SSL"),
    "Mail::Sender": Kind(
        "port", ("authid", "authpwd"), "tls_required", ("smtp",), "client", first=False,
        verify="ssl_verify_mode",
    ),
}  # fmt: skip
#: With these the check of the name ends every handshake under IO::Socket::SSL 2.078 and newer.
BY_ADDRESS = ("Net::SMTPS", "Net::SMTP::TLS", f"{PREFIX}SMTPS", f"{PREFIX}SMTP::TLS")
#: Modules whose STARTTLS is a method of the connection.
BY_METHOD = ("Net::SMTP",)
METHODS = ("starttls", "auth")
#: What a connection is called where it is kept or handed on.
CONNECTION = re.compile(r"(?i)smtp|mail|conn|server|^\$[a-z]$")
#: A line that is never put in: see `lite` of the data.
LITE = ("MIME::Lite", True)
#: What chooses a mode beside the option that a module has for it.
SWITCHES = ("starttls", "tls_allowed")
FIELDS: Mapping[str, Field] = {
    **dict.fromkeys(("host", "hosts", "smtp"), "host"),
    **dict.fromkeys(("port", "Port", "host.port"), "port"),
    **dict.fromkeys(("ssl", "SSL", "doSSL", "starttls", "NoTLS"), "tls"),
    **dict.fromkeys(("tls_allowed", "tls_required"), "tls"),
    **dict.fromkeys(("user", "User", "sasl_username", "AuthUser", "authid"), "username"),
    "username": "username",
    **dict.fromkeys(("password", "Password", "sasl_password", "AuthPass", "authpwd"), "password"),
    **dict.fromkeys(("helo", "Hello", "client"), "ehlo"),
    "from": "sender",
    **dict.fromkeys(("SSL_verify_mode", "ssl_verify_mode"), "verify"),
}
#: Options that are no setting by themselves. `encoded`: some message is, or has several parts.
OTHERS = ("auth", "ssl_version", "SSL_verifycn_name", "send", "encoded")


@dataclass(frozen=True, slots=True)
class Found:
    """What a module is given in one place."""

    kind: str
    values: Mapping[str, Value]
    span: Span


class PerlMail:
    id = "perl-mail"
    name = DATA.name
    client: str | None = "net-smtp-perl"
    fields: Mapping[str, Field] = FIELDS
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        "implicit": ({"SSL": 1}, {"ssl": "ssl"}, {"doSSL": "ssl"}),
        "starttls": (
            {"ssl": "starttls"}, {"doSSL": "starttls"}, {"starttls": True},
            {"SSL": 0, "starttls": True}, {"NoTLS": 0}, {"tls_allowed": 1},
        ),
        "none": ({"SSL": 0}, {"ssl": 0}, {"doSSL": ""}),
    }  # fmt: skip

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each object of such a module, and for each plugin's configuration."""
        for path in workspace.folder.containing(MARK, *ENDINGS):
            variables = workspace.variables(workspace.dotenv_files(path, ".env"), "", near=path)
            module = workspace.module(path, variables)
            for place in range(len(_found(module))):

                def again(under: Variables, path: str = path, place: int = place) -> Found | None:
                    other = _found(workspace.module(path, under))
                    return other[place] if place < len(other) else None

                yield from self._draft(workspace, path, variables, again)
        yield from self._of_dancer(workspace)

    def _draft(
        self,
        workspace: Workspace,
        path: str,
        variables: Variables,
        again: Callable[[Variables], Found | None],
    ) -> Iterator[Draft]:
        found = again(variables)
        if found is None or not any(name in found.values for name in KINDS[found.kind].host):
            return
        options = {"kind": Option("kind", Known(found.kind))}
        for name, value in found.values.items():

            def asked(under: Variables, name: str = name) -> Value:
                other = again(under)
                return other.values.get(name, Known(ABSENT)) if other is not None else Known(ABSENT)

            if FIELDS.get(name) == "verify" and name != KINDS[found.kind].verify:
                continue
            told = _told(value)
            if isinstance(told, Known) and told.value is ABSENT:
                continue
            option = Option(name, told, asked, bare=name == "starttls")
            if name == "host" and KINDS[found.kind].first:
                options |= host_and_port(option, workspace)
            else:
                options[name] = option
        yield Draft(
            dialect=self,
            place=f"{path}:{found.span.line}",
            options=options,
            variables=variables,
            language="yaml" if path.endswith(".yml") else "perl",
            files=(path,),
            insert=lambda new: _insert(workspace, options, found, new),
            sends=({"ssl_version": "TLSv1_2"},) if found.kind == "Mail::Sender" else (),
        )

    def _of_dancer(self, workspace: Workspace) -> Iterator[Draft]:
        """`plugins: Email: transport: SMTP:` of Dancer's config.yml."""
        for path in workspace.folder.matching(*CONFIGURED):
            if b"transport" not in (workspace.read(path) or b""):
                continue
            if "environments/" in path and "production" not in path:
                continue

            def again(under: Variables, path: str = path) -> Found | None:
                return _configured(workspace.document(path, under))

            yield from self._draft(workspace, path, workspace.variables((), "", near=path), again)

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the module does with its options."""
        name = str(options.get("kind") or "Net::SMTP")
        kind = KINDS[name]
        tls, required, misread = _mode(name, kind, options)
        login = kind.login
        if name == "Mail::Sender":
            user_, password_ = login
            login = (
                user_ if user_ in options else "username",
                password_ if password_ in options else "password",
            )
        user, password = (text(options.get(each)) for each in login)
        ignored = None
        if name == "Mail::Sender" and user and not _logs_in(options):
            user, password, ignored = None, None, _remark("authid", "no-auth")
        host = next((each for each in kind.host if each in options), kind.host[0])
        looks = name != "Mail::Sender"
        return Outcome(
            host=text(options.get(host)) or "localhost",
            port=number(options.get("host.port"))
            or number(options.get(kind.port))
            or _default_port(name, kind, tls),
            tls=tls,
            required=required,
            username=user,
            password=password,
            sender=_address(options.get("from")),
            ehlo=text(options.get(kind.ehlo)),
            mechanisms=_mechanisms(name, options),
            verify=_number_of(options.get(kind.verify, looks)) != 0,
            by={
                "host": (host,),
                "port": ("host.port", kind.port) if "host.port" in options else (kind.port,),
                "tls": tuple(each for each in (kind.tls, *SWITCHES) if each in options),
                "username": (login[0],),
                "password": (login[1],),
                "sender": ("from",),
                "ehlo": (kind.ehlo,),
                "verify": (kind.verify,),
            },
            misread=(misread,) if misread is not None else (),
            ignored=(ignored,) if ignored is not None else (),
            fault=_fault(name, kind, tls, options),
            doubtful=_is_doubtful(name, tls, options),
        )


DIALECT = PerlMail()


# --- what options come to ------------------------------------------------------------------------


def _mode(name: str, kind: Kind, options: Mapping[str, Any]) -> tuple[TLSMode, bool, Remark | None]:
    """The mode, whether TLS is required, and what a text is taken for that means something else."""
    said = options.get(kind.tls) if kind.tls else None
    if kind.always is not None:
        return kind.always, True, None
    if name == "Net::SMTP::TLS":
        return ("none", False, None) if truth(said, "perl") else ("starttls", True, None)
    if kind is SENDER:
        return _by_word(said)
    if name == f"{PREFIX}SMTPS":
        if truth(said, "perl"):
            return ("starttls", False, None) if said == "starttls" else ("implicit", True, None)
        return "none", False, None
    if name == "Net::SMTPS":
        word = str(said or "").lower()
        return ("starttls", False, None) if "starttls" in word else (
            ("implicit", True, None) if "ssl" in word else ("none", False, None)
        )  # fmt: skip
    if name == "Mail::Sender":
        allowed = truth(said, "perl") or truth(options.get("tls_allowed", True), "perl")
        return ("starttls", truth(said, "perl") is True, None) if allowed else ("none", False, None)
    if truth(said, "perl"):
        misread = _remark("SSL", "text-true", "implicit TLS") if says_no(said) else None
        return "implicit", True, misread
    return ("starttls", False, None) if options.get("starttls") else ("none", False, None)


def _by_word(said: Any) -> tuple[TLSMode, bool, Remark | None]:
    """What Email::Sender makes of `ssl`. It asks of “maybestarttls” whether what the server says
    behind STARTTLS is true, which is nothing."""
    word = str(said).lower() if truth(said, "perl") else ""
    if said is True or word in ("1", "ssl"):
        return "implicit", True, None
    if word == "starttls":
        return "starttls", True, None
    because = "maybe" if word == "maybestarttls" else "word"
    return "none", False, _remark("ssl", because, "no TLS") if word else None


def _fault(name: str, kind: Kind, tls: TLSMode, options: Mapping[str, Any]) -> Remark | None:
    if name in BY_METHOD and tls == "implicit" and "starttls" in options:
        return conflict(_remark("starttls", "both"))
    if kind.ehlo == "helo" and text(options.get(kind.login[0])) and kind.login[1] not in options:
        return _remark(kind.login[0], "no-password")
    if name == "MIME::Lite" and tls == "implicit" and "encoded" not in options:
        return _remark("send", "lite")
    if name == "Mail::Sender" and tls == "starttls":
        version = text(options.get("ssl_version", "TLSv1"))
        return _remark("ssl_version", "tls-1.0") if version == "TLSv1" else None
    return None


def _is_doubtful(name: str, tls: TLSMode, options: Mapping[str, Any]) -> bool:
    if name == "MIME::Lite":
        return tls == "implicit"
    verifies = _number_of(options.get("SSL_verify_mode", 1)) != 0
    return name in BY_ADDRESS and tls != "none" and verifies and "SSL_verifycn_name" not in options


def _logs_in(options: Mapping[str, Any]) -> bool:
    """Mail::Sender does with `auth`, or by the other name of `authid`."""
    return bool(text(options.get("auth")) or text(options.get("username")))


def _mechanisms(name: str, options: Mapping[str, Any]) -> tuple[str, ...]:
    if name != "Mail::Sender" or not _logs_in(options):
        return ()
    return (sasl_name(text(options.get("auth")) or "LOGIN"),)


def _number_of(value: Any) -> int | None:
    """What `SSL_verify_mode` is: 0 looks at no certificate."""
    return int(value) if str(value).isdecimal() or isinstance(value, bool) else None


def _default_port(name: str, kind: Kind, tls: TLSMode) -> int:
    if kind.ehlo == "helo":
        return {"implicit": 465, "starttls": 587}.get(tls, 25)
    follows = tls == "implicit" and kind.always is None
    return 465 if follows else 25


def _address(value: Any) -> str | None:
    """The address of `"Shop" <shop@example.com>`."""
    found = re.search(r"<([^<>]*)>\s*$", str(value)) if value is not None else None
    return found[1] if found else text(value)


def _remark(option: str, because: str, taken_as: str = "") -> Remark:
    return Remark(option, DATA.because[because], taken_as, tuple(DATA.sources.values())[:1])


# --- reading -------------------------------------------------------------------------------------


def _told(value: Value) -> Value:
    """A value as an option has it; what nothing sets is set elsewhere, where the program runs."""
    if isinstance(value, Known) and value.value is None and value.unset:
        names = ", ".join(showable(value.unset))
        return Unknown("environment", f"nothing here sets {names}", value.span, value.trail)
    return Known(ABSENT) if isinstance(value, Known) and value.value is None else value


def _found(module: Module | None) -> list[Found]:
    """Every use of a module in a file that some way through it reaches."""
    found: list[Found] = []
    for call in module.calls() if module is not None else ():
        owner, _, method = call.name.rpartition(".")
        if call.reached is False:
            continue
        if method == "new" and owner in KINDS and owner != "MIME::Lite":
            found.append(_of_object(call, owner, module))
        elif method == "send" and (rest := _of_smtp(call.arguments)) is not None:
            values = _arguments(rest, KINDS["MIME::Lite"]) | _encoded(module)
            values["send"] = Known("smtp", call.span)
            found.append(Found("MIME::Lite", _with_sender(values, module), call.span))
        elif (method or owner) == "plugin" or call.name == "plugin":
            given = call.named().get("mail", call.argument(1))
            if isinstance(given, Known) and isinstance(given.value, Map):
                found += _of_mojolicious(given, call)
    return found


def _of_smtp(given: list[tuple[str | None, Value]]) -> list[tuple[str | None, Value]] | None:
    """What stands behind `'smtp',` or `smtp =>`, None where neither is first."""
    if given and given[0][0] == "smtp":
        return [(None, given[0][1]), *given[1:]]
    return given[1:] if given and given[0][0] is None and _is_smtp(given[0][1]) else None


def _encoded(module: Module | None) -> dict[str, Value]:
    """Whether a message of the file ends with a line's end, which a plain one doesn't."""
    calls = module.calls("new", "build", "attach") if module is not None else ()
    for call in calls:
        if call.name.endswith(("attach", "build")) or {"Type", "Encoding"} & set(call.named()):
            return {"encoded": Known(True, call.span)}
    return {}


def _is_smtp(value: Value) -> bool:
    return isinstance(value, Known) and value.value == "smtp"


def _of_object(call: FoundCall, owner: str, module: Module | None) -> Found:
    values = _arguments(call.arguments, KINDS[owner])
    if (one := values.get("sasl_authenticator")) is not None:  # which has user and password
        of_both = (
            one if isinstance(one, Unknown) else Unknown("called", "an object has it", one.span)
        )
        values |= dict.fromkeys(KINDS[owner].login, of_both)
    if KINDS[owner] is SENDER:
        values = _of_email_sender(values)
    elif owner == "Mail::Sender":
        values = {name.lower(): value for name, value in values.items()}
    values |= _of_methods(call, module, values)
    return Found(owner, _with_sender(values, module), call.span)


def _of_methods(
    call: FoundCall, module: Module | None, values: Mapping[str, Value]
) -> dict[str, Value]:
    """What the methods of the connection are given."""
    found: dict[str, Value] = {}
    for use in _uses(call, module):
        if isinstance(use, Unknown):
            found |= dict.fromkeys(("user", "password", "starttls"), use)
            continue
        method = use.name.rpartition(".")[2]
        if method == "auth":
            found |= _login(use)
        elif method == "starttls":
            found["starttls"] = Known(True, use.span)
            found |= {key: each for key, each in use.named().items() if key in FIELDS}
        elif method == "mail" and "from" not in (*values, *found):
            found["from"] = use.argument(0)
    return found


def _of_email_sender(values: Mapping[str, Value]) -> dict[str, Value]:
    """Its options with what IO::Socket::SSL has of `ssl_options`."""
    found = {name: value for name, value in values.items() if not name.startswith("SSL_")}
    further = found.get("ssl_options")
    if isinstance(further, Known) and isinstance(further.value, Map):
        entries = further.value.entries
        found |= {str(each.key): each.value for each in entries if each.key == "SSL_verify_mode"}
    return found


def _uses(call: FoundCall, module: Module | None) -> Iterator[FoundCall | Unknown]:
    """The methods of a connection. Where it is kept in an object, given back or handed on, they
    stand by another name: those of the file are of its one connection, and else not told."""
    own = _reached(call.uses())
    yield from own
    if module is None or not _logs_in_by_method(call):
        return
    made = [each for each in _reached(module.calls("new")) if _logs_in_by_method(each)]
    loose = _by_other_names(module, own, made)
    if len(made) == 1:
        yield from loose
    elif loose:
        why = "which connection of the file is meant can't be told"
        yield Unknown("computed", why, loose[0].span)


def _by_other_names(
    module: Module, own: Iterable[FoundCall], made: Iterable[FoundCall]
) -> list[FoundCall]:
    """Calls of the methods that are lacking, on what is called as a connection is."""
    lacking = set(METHODS) - {each.name.rpartition(".")[2] for each in own}
    taken = {use.span for each in made for use in each.uses()}
    kept = any(len(each.target) > 1 for each in made)  # $self->{smtp}, which has no name
    calls = _reached(module.calls(*sorted(lacking))) if lacking else []
    names = {each.span: each.name.rpartition(".")[0] for each in calls}
    return [
        each
        for each in calls
        if each.span not in taken
        and (CONNECTION.search(names[each.span]) or (kept and names[each.span] == "?"))
    ]


def _reached(uses: Iterable[object]) -> list[FoundCall]:
    return [each for each in uses if isinstance(each, FoundCall) and each.reached is not False]


def _logs_in_by_method(call: FoundCall) -> bool:
    owner = call.name.rpartition(".")[0]
    return owner in KINDS and KINDS[owner].login == NET.login


def _arguments(given: Sequence[tuple[str | None, Value]], kind: Kind) -> dict[str, Value]:
    """Options by their names, and the host that may stand before them. What can't be told may set
    each option of the server that isn't named behind it."""
    values: dict[str, Value] = {}
    placed: list[Value] = []
    alone = len(given) == 1 and not kind.first
    for place, (name, value) in enumerate(given):
        if name == "*" or (name is None and isinstance(value, Unknown) and (place or alone)):
            values |= dict.fromkeys(_settings(kind), value)
        elif name is not None:
            values[name] = value
        elif alone and isinstance(value, Known) and isinstance(value.value, Map):
            inner = value.value.entries
            named = [("*" if e.key is None else str(e.key), e.value) for e in inner]
            values |= _arguments(named, kind)
        else:
            placed.append(value)
    if kind.first and "Host" in values:
        values["host"] = values.pop("Host")
    elif kind.first and placed:
        values["host"] = placed.pop(0)
    elif kind.first:
        values.pop("host", None)
    return {**_pairs(placed), **values}


def _settings(kind: Kind) -> tuple[str, ...]:
    """The options that say where and how a module connects, and with which login."""
    login = () if kind.login == NET.login else kind.login
    return (kind.host[0], kind.port, *((kind.tls,) if kind.tls else ()), *login)


def _login(use: FoundCall) -> dict[str, Value]:
    """What `$smtp->auth(…)` is called with: user and password, or one object for both."""
    user, password = use.argument(0), use.argument(1)
    if isinstance(user, Unknown) and isinstance(password, Known) and password.value is ABSENT:
        password = user
    return {"user": user, "password": password}


def _with_sender(values: Mapping[str, Value], module: Module | None) -> dict[str, Value]:
    """Those that are options, with the address that the file's messages are from."""
    kept = {name: value for name, value in values.items() if name in FIELDS or name in OTHERS}
    hosts = kept.get("hosts")
    if isinstance(hosts, Known) and isinstance(hosts.value, List):
        kept["hosts"] = hosts.get(0)  # the others are asked where it can't be reached
    if "from" in kept or module is None:
        return kept
    for call in module.calls("new", "create", "build"):
        named = call.named()
        headers = [named.get(name) for name in ("header", "header_str")]
        for value in (named.get("From"), *map(_from_header, headers)):
            if isinstance(value, Known) and isinstance(value.value, str):
                return {**kept, "from": value}
    return kept


def _from_header(headers: Value | None) -> Value | None:
    """`header => [ From => …, To => … ]`."""
    if not isinstance(headers, Known) or not isinstance(headers.value, List):
        return None
    return _pairs([each.value for each in headers.value.items]).get("From")


def _pairs(items: Sequence[Value]) -> dict[str, Value]:
    """A list as keys and values in turn."""
    names = [each.value if isinstance(each, Known) else None for each in items[::2]]
    return {str(name): each for name, each in zip(names, items[1::2], strict=False) if name}


def _of_mojolicious(given: Known, call: FoundCall) -> Iterator[Found]:
    """`plugin mail => { from => …, how => 'smtp', howargs => ['host', Port => …] }`."""
    arguments = given.get("howargs")
    if not _is_smtp(given.get("how")) or not isinstance(arguments, Known):
        return
    items = arguments.value.items if isinstance(arguments.value, List) else []
    if items:
        rest = _pairs([each.value for each in items[1:]])
        values = {**rest, "host": items[0].value, "from": given.get("from")}
        values["encoded"] = Known(True, arguments.span)  # the plugin encodes every message
        yield Found("MIME::Lite", _with_sender(values, None), call.span)


def _configured(root: Value) -> Found | None:
    found = root.at("plugins", "Email")
    for name in ("SMTP", "SMTPS", "SMTP::TLS"):
        transport = found.at("transport", name)
        if not isinstance(transport, Known) or not isinstance(transport.value, Map):
            continue
        values = {str(each.key): each.value for each in transport.value.entries}
        if name == "SMTP":
            values = _of_email_sender(values)
        span = values["host"].span if "host" in values else transport.span
        headers = (found.at("headers", "sender"), found.at("headers", "from"))
        sender = next((each for each in headers if not each.absent), Known(ABSENT))
        values["from"] = sender
        if span is not None:
            return Found(PREFIX + name, _with_sender(values, None), span)
    return None


# --- changing ------------------------------------------------------------------------------------


def _insert(
    workspace: Workspace, options: Mapping[str, Option], found: Found, new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Options beside the host, in its way of writing; `starttls` as a line of its own."""
    kind = KINDS[found.kind]
    if new == {"starttls": True} and found.kind in BY_METHOD:
        return _with_starttls(workspace, found)
    version = {"ssl_version"} if found.kind == "Mail::Sender" else set()
    if not set(new) <= {kind.tls, kind.port, *version} or (found.kind, "SSL" in new) == LITE:
        return ()
    anchors = [kind.port, *(name for name in kind.host if name != "hosts")]  # which is a list
    span = next((options[name].value.span for name in anchors if name in options), None)
    line = workspace.line(span.file, span.line) if span is not None else None
    if span is None or line is None or span.file != found.span.file:
        return ()
    if span.file.endswith(".yml"):
        indent = line[: len(line) - len(line.lstrip())]
        said = "".join(f"{indent}{name}: {value}\n" for name, value in new.items())
        return (inserted(span, 1, said),)
    said = ", ".join(f"{name} => {literal(value, 'perl')}" for name, value in new.items())
    return (put_in(workspace, span, span.columns[1], f", {said}"),)


def _with_starttls(workspace: Workspace, found: Found) -> tuple[Edit, ...]:
    """`$smtp->starttls` behind the statement that opens the connection."""
    first = workspace.line(found.span.file, found.span.line) or ""
    opened = re.match(r"(\s*)(?:my\s+)?(\$\w+)\s*=", first)
    if opened is None:
        return ()
    for number_ in range(found.span.line, found.span.line + 9):
        line = workspace.line(found.span.file, number_)
        if line is None:
            return ()
        if re.search(r";\s*(#.*)?$", line):
            place = Span(found.span.file, number_ + 1, (1, 1), number_ + 1)
            text_ = f"{opened[1]}{opened[2]}->starttls or die $@;\n"
            return (inserted(place, 1, text_),)
    return ()
