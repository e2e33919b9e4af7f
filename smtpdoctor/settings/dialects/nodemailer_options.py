"""What a transport of Nodemailer is given, and what its versions make of it.

Shared by the programs that hand their options to Nodemailer as they are. Knows Nodemailer; it must
not know where in a folder the options stand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from smtpdoctor.settings.dialects.base import Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.node_url import IS_URL, NodeURL, URLError, parse
from smtpdoctor.settings.dialects.urls import SHOWN, insert_port
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.names import same_words
from smtpdoctor.settings.prepare import literal
from smtpdoctor.settings.readers.model import (
    ABSENT,
    GAP,
    NO,
    Known,
    Map,
    Origin,
    Span,
    Unknown,
    Value,
    says_no,
    truth,
)
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(str(Path(__file__).with_name("nodemailer.py")))

#: What counts where a manifest names no version.
NEWEST = 10
#: Options that are looked at, by their path.
PLAIN = (
    "host", "port", "secure", "requireTLS", "ignoreTLS", "service", "name", "url", "sendmail",
    "streamTransport", "jsonTransport", "SES", "pool", "secureConnection", "ssl", "user", "pass",
    "authMethod",
)  # fmt: skip
NESTED = (
    ("auth", "user"), ("auth", "pass"), ("auth", "accessToken"), ("auth", "type"),
    ("auth", "username"), ("auth", "password"), ("tls", "rejectUnauthorized"),
    ("tls", "secureProtocol"), ("tls", "maxVersion"), ("tls", "ciphers"),
)  # fmt: skip
#: Options of which it is told that the variable they are read from is set nowhere.
SHOWN_UNSET = (("host",), ("service",), ("url",), ("auth", "user"), ("auth", "pass"))
#: By what an OAuth2 login gets its token while the program runs.
FETCHED = ("refreshToken", "privateKey", "provisionCallback")

FIELDS: Mapping[str, Field] = {
    "url": "url",
    "service": "host",
    "host": "host",
    "port": "port",
    "secure": "tls",
    "requireTLS": "tls",
    "ignoreTLS": "tls",
    "secureConnection": "tls",
    "ssl": "tls",
    "auth": "username",
    "auth.user": "username",
    "auth.username": "username",
    "user": "username",
    "auth.pass": "password",
    "auth.password": "password",
    "pass": "password",
    "auth.accessToken": "token",
    "tls.rejectUnauthorized": "verify",
    "name": "ehlo",
    "authMethod": "client",
    "from": "sender",
    "url.host": "host",
    "url.port": "port",
    "url.scheme": "tls",
    "url.user": "username",
    "url.password": "password",
}
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"secure": True}, {"url.scheme": "smtps"}),
    "starttls": (
        {"secure": False},
        {"ignoreTLS": False},
        {"secure": False, "ignoreTLS": False},
        {"url.scheme": "smtp"},
    ),
    "none": ({"ignoreTLS": True}, {"secure": False, "ignoreTLS": True}),
}
#: Texts for a mode other than TLS from the first byte, all of them true in JavaScript.
NOT_IMPLICIT = NO | {"none", "null", "undefined", "tls", "starttls"}
#: Versions of TLS that Node doesn't speak by itself any more, as its two options call them.
OLD_METHOD = re.compile(r"(?:SSLv[23]|TLSv1(?:_1)?)_(?:client_)?method")
OLD_VERSIONS = ("TLSv1", "TLSv1.1")
#: At this level OpenSSL speaks them all the same (OpenSSL 3.0, migration_guide).
OLD_ALLOWED = "@SECLEVEL=0"


# --- reading -------------------------------------------------------------------------------------


def transport_options(
    argument: Value,
    again: Callable[[Variables], Value],
    workspace: Workspace,
    version: str = "",
    variables: Variables | None = None,
) -> dict[str, Option]:
    """The options of a transport: those of an object, of a URL, or of a URL in an object.

    `variables` are those that the program sees there.
    """
    major = major_of(version)
    found: dict[str, Option] = {"version": Option("version", Known(major))}
    if isinstance(argument, Unknown):
        partly = _of_partial_url(argument, workspace, major)
        return {**found, **(partly or {"host": Option("host", argument, again)})}
    if isinstance(argument.value, str):
        whole = Option("url", argument, again)
        found["alone"] = Option("alone", Known(True))
        return {**found, "url": whole, **parts_of(whole, workspace, major)}
    if isinstance(argument.value, Map):
        found |= _of_a_map(argument, again, workspace, major, variables)
    return found


def _of_a_map(
    argument: Known,
    again: Callable[[Variables], Value],
    workspace: Workspace,
    major: int,
    variables: Variables | None,
) -> dict[str, Option]:
    found: dict[str, Option] = {}
    for path in [(name,) for name in PLAIN] + list(NESTED):
        made = _option(argument, again, path)
        unset = isinstance(made.value, Known) and made.value.value is ABSENT
        if not unset or (path in SHOWN_UNSET and made.value.variables):
            found[made.name] = made
    found |= _login(argument, again)
    if variables is not None:
        found |= _half_a_login(argument.get("auth"), variables)
    for name in ("secure", "ignoreTLS", "requireTLS"):
        text = _taken_for_true(found.get(name), variables)
        if text is not None:
            found[f"{name}.text"] = Option(f"{name}.text", Known(text))
    url = found.get("url")
    if url is not None and isinstance(url.value, Known) and isinstance(url.value.value, str):
        found |= parts_of(url, workspace, major)
    elif url is not None and "host" not in found and url.value.absent:
        found["host"] = replace(url, name="host")  # which the URL's variable was to say
    return found


def _of_partial_url(
    argument: Unknown, workspace: Workspace, major: int
) -> dict[str, Option] | None:
    """A URL whose login alone can't be told: `smtps://${user}:${password}@smtp.example.com`."""
    told = argument.partly
    if told is None or not IS_URL.match(told.value):
        return None
    before, _, rest = told.value.partition("://")
    if GAP in before or GAP in rest.rpartition("@")[2]:
        return None  # something else than the login, too
    parts = parts_of(Option("url", told), workspace, major)
    host = parts.get("url.host")
    if host is None:
        return None
    made = {"host": replace(host, name="host")}
    if "url.port" in parts:
        made["port"] = replace(parts["url.port"], name="port")
    scheme = parts["url.scheme"].value
    assert isinstance(scheme, Known)
    made["secure"] = Option("secure", Known(scheme.value == "smtps"))
    for name, option in (("url.user", "auth.user"), ("url.password", "auth.pass")):
        if name in parts:
            made[option] = Option(option, replace(argument, partly=None))
    return made


def _option(argument: Known, again: Callable[[Variables], Value], path: tuple[str, ...]) -> Option:
    def anew(under: Variables) -> Value:
        return again(under).at(*path)

    entry = argument.value.entry(path[0])
    return Option(".".join(path), argument.at(*path), anew, entry.span if entry else None)


def _taken_for_true(option: Option | None, variables: Variables | None) -> str | None:
    """The text of a variable of which the code takes any but the empty one for true: `!!X`."""
    if option is None or option.again is None or variables is None:
        return None
    value = option.value
    names = [name for name in value.variables if variables.held(name)]
    if not isinstance(value, Known) or value.value is not True or len(names) != 1:
        return None
    held = variables.held(names[0])[0].value
    if not isinstance(held, Known) or not isinstance(held.value, str):
        return None
    for text, wanted in (("true", True), ("any", True), ("", False)):
        came_to = option.again(variables.with_({names[0]: text}))
        if not isinstance(came_to, Known) or truth(came_to.value, "javascript") is not wanted:
            return None
    return held.value


def _login(argument: Known, again: Callable[[Variables], Value]) -> dict[str, Option]:
    """What `auth` says besides user and password: no object at all, or a token to be fetched."""
    auth = argument.get("auth")
    if isinstance(auth, Unknown) or auth.absent:
        return {}
    if not isinstance(auth.value, Map):
        return {"auth": _option(argument, again, ("auth",))}
    kind = auth.get("type")
    token = auth.get("accessToken")
    is_oauth = isinstance(kind, Known) and str(kind.value).upper() == "OAUTH2"
    if not is_oauth or not isinstance(token, Known) or truth(token.value, "javascript"):
        return {}
    way = next((name for name in FETCHED if not auth.get(name).absent), None)
    if way is None:
        return {}
    text = f"Nodemailer fetches the token with {way} when it sends"
    return {"auth.accessToken": Option("auth.accessToken", Unknown("called", text, auth.span))}


def _half_a_login(auth: Value, variables: Variables) -> dict[str, Option]:
    """What is lacking where the program logs in only with both, and somebody wrote a part of it:
    one of them, or both under other names. Without any it needs no login here."""
    if not isinstance(auth, Known) or not auth.absent:
        return {}
    asked = dict.fromkeys(step.name for step in auth.trail if step.kind in ("condition", "unset"))
    lacking = [name for name in asked if not _is_filled(variables, name)]
    there = {same_words(name) for name in variables.names}
    named = all(there & {same_words(name), _other_half(name)} for name in lacking)
    if not lacking or (len(lacking) == len(asked) and not named):
        return {}
    found: dict[str, Option] = {}
    for name in lacking:
        option = "auth.user" if same_words(name.upper()).endswith("_USER") else "auth.pass"
        trail = (Origin("unset", name, None, auth.span),)
        found[option] = Option(option, Known(ABSENT, auth.span, trail))
    return found


def _other_half(name: str) -> str:
    """The variable of a password for that of a user name, and the other way round: a program asks
    for the second only where the first is there."""
    words = same_words(name)
    own, other = ("_USER", "_PASSWORD") if words.endswith("_USER") else ("_PASSWORD", "_USER")
    return f"{words.removesuffix(own)}{other}"


def _is_filled(variables: Variables, name: str) -> bool:
    """Whether it has a text; what can't be told may have one."""
    value = variables.lookup(name)
    return isinstance(value, Unknown) or (value is not None and value.value not in (ABSENT, ""))


def parts_of(whole: Option, workspace: Workspace, major: int) -> dict[str, Option]:
    """The parts of a URL as Nodemailer gets them, with their places where they stand as they are.

    Where the URL is made of several values its parts are changed by their variables.
    """
    value = whole.value
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return {}
    places = _places(value, workspace)
    own = whole.called or whole.name
    called = value.variables[0] if len(value.variables) == 1 else own
    found: dict[str, Option] = {}
    for name, text in _parts(value.value, major).items():
        seen = places.get(name)
        span = seen[1] if seen is not None and seen[0] == text else None
        if name in SHOWN:
            workspace.is_value(SHOWN[name], span)
        piece = _piece(value, text) if span is None else None
        found[name] = Option(
            name,
            Known(text, span) if piece is None else replace(piece, value=text),
            _part_again(whole, name, major),
            bare=True,
            called=called if piece is None else piece.variables[0],
            through=() if span is not None else value.variables,
        )
    return found


def _piece(value: Known, text: str) -> Known | None:
    """The one variable that a part of a URL is, which is put together from several."""
    texts = (text, quote(text, safe=""))
    found = [each for _, each in value.pieces if str(each.value) in texts]
    return found[0] if len(found) == 1 and len(found[0].variables) == 1 else None


def _places(value: Known, workspace: Workspace) -> dict[str, tuple[str, Span]]:
    """The parts of the URL as it stands in its line. What a template's `${…}` brings in is taken
    for one word there, so that the rest keeps its places."""
    from smtpdoctor.settings.url import SCHEME, read_url

    span, text = value.written, str(value.value)
    shown = workspace.text_of(span)
    if span is None or shown is None:
        return {}
    if shown[:1] == "`" and "${" in shown:
        shown = text = re.sub(r"\$\{[^{}`]*\}", lambda match: "x" * len(match[0]), shown[1:-1])
        first = span.columns[0] + 1
    elif shown.count(text) == 1:
        first = span.columns[0] + shown.index(text)
    else:
        return {}
    url, scheme = read_url(text), SCHEME.match(text)
    parts = {
        "url.host": url.host,
        "url.port": url.port,
        "url.user": url.username,
        "url.password": url.password,
    }
    found = {
        name: (part.value.reveal(), _within(span, first, part.span))
        for name, part in parts.items()
        if part is not None
    }
    if scheme is not None:
        found["url.scheme"] = (scheme[1].lower(), _within(span, first, scheme.span(1)))
    return found


def _within(span: Span, first: int, part: tuple[int, int]) -> Span:
    return Span(span.file, span.line, (first + part[0], first + part[1]), span.line)


def _parts(text: str, major: int) -> dict[str, str]:
    try:
        url = parse(text, major)
    except URLError:
        from smtpdoctor.settings.url import read_url

        # it throws: what was meant is what counts once that is mended
        meant = read_url(text)
        parts = {
            "url.scheme": text.partition(":")[0].lower(),
            "url.host": meant.host.value.reveal() if meant.host else "",
            "url.port": meant.port.value.reveal() if meant.port else "",
            "url.user": meant.username.value.reveal() if meant.username else "",
            "url.password": meant.password.value.reveal() if meant.password else "",
        }
        return {name: part for name, part in parts.items() if part}
    found = {"url.scheme": url.scheme, "url.host": url.host}
    if url.port is not None:
        found["url.port"] = str(url.port)
    if url.user is not None:
        found["url.user"] = url.user
    if url.password is not None:
        found["url.password"] = url.password
    return {name: part for name, part in found.items() if part}


def _part_again(whole: Option, name: str, major: int) -> Callable[[Variables], Value] | None:
    again = whole.again
    if again is None:
        return None

    def anew(under: Variables) -> Value:
        value = again(under)
        if isinstance(value, Unknown):
            return value
        text = _parts(value.value, major).get(name) if isinstance(value.value, str) else None
        return Known(ABSENT if text is None else text)

    return anew


def major_of(version: str) -> int:
    """The major version that a manifest's text begins with; the newest where it says none."""
    found = re.search(r"\d+", version)
    return int(found[0]) if found else NEWEST


def insert(
    workspace: Workspace, options: Mapping[str, Option], argument: Value, new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Options that are not there yet, before the first that is there."""
    if "url.port" in new:
        return insert_port(workspace, options, new["url.port"])
    if not isinstance(argument, Known) or not isinstance(argument.value, Map):
        return ()
    beside = next((options[name] for name in ("port", "host", "secure") if name in options), None)
    span = beside.entry if beside is not None else None
    if span is None or any("." in name for name in new):
        return ()
    quote = '"' if span.file.endswith(".json") else ""
    texts = [
        f"{quote}{name}{quote}: {literal(value, 'javascript')}, " for name, value in new.items()
    ]
    masked = workspace.masked(span, keep=False)
    column = span.columns[0]
    shown = masked.columns(column, column + 1)[0] if masked is not None else column
    return (
        Edit(
            file=span.file, line=span.line, columns=(shown, shown), replace="", with_="".join(texts)
        ),
    )


# --- what options come to ------------------------------------------------------------------------


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Nodemailer makes of its options (lib/smtp-connection/index.js)."""
    major = options.get("version", NEWEST)
    url = options.get("url")
    if not isinstance(url, str) or not url:
        return _of_object(dict(options), major, Fields())
    fields = Fields()
    if "alone" in options and not IS_URL.match(url):
        fields.fault = _remark("url", "no-scheme")
    try:
        given = parse(url, major)
    except URLError as fault:
        given = NodeURL("")
        fields.fault = _remark("url", "url-invalid" if "Invalid" in str(fault) else "url-percent")
    return _of_object(_url_options(options, given, major, fields), major, fields)


class Fields:
    """What is noticed on the way: by which options a field was decided, and remarks."""

    def __init__(self) -> None:
        self.by: dict[Field, tuple[str, ...]] = {
            "host": ("host",),
            "port": ("port",),
            "username": ("auth.user",),
            "password": ("auth.pass",),
            "token": ("auth.accessToken",),
            "sender": ("from",),
            "ehlo": ("name",),
            "client": ("authMethod",),
            "verify": ("tls.rejectUnauthorized",),
        }
        self.misread: list[Remark] = []
        self.ignored: list[Remark] = []
        self.fault: Remark | None = None


def _url_options(  # branches: what each version does with what is beside
    options: Mapping[str, Any], given: NodeURL, major: int, fields: Fields
) -> dict[str, Any]:
    """The options that a URL comes to: until 9 what is beside it is dropped, from 10 it fills in
    what the URL doesn't say (lib/nodemailer.js, parseConnectionUrl)."""
    made: dict[str, Any] = {}
    scheme = options.get("url.scheme")
    if scheme in ("smtp", "smtps"):
        made["secure"] = scheme == "smtps"
    for name, option in (("url.host", "host"), ("url.port", "port")):
        if name in options:
            made[option] = options[name]
            fields.by["host" if option == "host" else "port"] = (name,)
    if "url.user" in options or "url.password" in options:
        made["auth.user"] = options.get("url.user", "")
        made["auth.pass"] = options.get("url.password", "")
        fields.by |= {"username": ("url.user",), "password": ("url.password",)}
    fields.by |= {"url": ("url",), "tls": ("url.scheme",)}
    for key, value in given.query.items():
        if key == "secure" and "secure" in made and value is not made["secure"]:
            fields.ignored.append(_remark("url", "url-secure"))
        made.setdefault(key, value)
    beside = {name: value for name, value in options.items() if name in FIELDS}
    beside = {name: value for name, value in beside.items() if name.partition(".")[0] != "url"}
    sender = beside.pop("from", ABSENT)
    if major < 10:
        fields.ignored += [_remark(name, "url-siblings") for name in beside]
    else:
        fields.ignored += [
            _remark(name, "url-wins")
            for name in beside
            if name in made and made[name] != beside[name]
        ]
        made = {**beside, **made}
    if sender is not ABSENT:
        made["from"] = sender
    return made


def _of_object(options: dict[str, Any], major: int, fields: Fields) -> Outcome:
    _with_service(options, major, fields)
    port = _port(options, fields)
    tls, required = _mode(options, port, major, fields)
    username, password, token = _login_of(options, fields)
    host = options.get("host", ABSENT)
    not_sent = _not_sent(options)
    missing = not truth(host, "javascript") and fields.by["host"] != ("service",)
    if missing and fields.fault is None and not_sent is None:
        fields.misread.append(_remark(fields.by["host"][0], "host-missing", taken_as="localhost"))
    verify = options.get("tls.rejectUnauthorized", True)
    if says_no(verify):
        fields.misread.append(
            _remark("tls.rejectUnauthorized", "verify-text", "certificates are verified")
        )
    old = _old_version(options) if tls != "none" else None
    if old is not None:
        fields.fault = fields.fault or _remark(old, "old-tls")
    for name in ("secureConnection", "ssl", "user", "pass"):
        if truth(options.get(name, ABSENT), "javascript"):
            fields.ignored.append(_remark(name, "no-option"))
    return Outcome(
        host=str(host) if truth(host, "javascript") else "localhost",
        port=port,
        tls=tls,
        required=required,
        username=username,
        password=password,
        token=token,
        sender=_sender(options),
        ehlo=_text(options, "name") or None,
        mechanisms=_mechanisms(options) if token is None else (),
        verify=verify is not False,
        by=fields.by,
        misread=tuple(fields.misread),
        ignored=tuple(fields.ignored),
        fault=fields.fault,
        not_sent=not_sent,
    )


def _old_version(options: Mapping[str, Any]) -> str | None:
    """The option that holds the program to a version of TLS with which Node makes no handshake."""
    if OLD_ALLOWED in str(options.get("tls.ciphers", "")):
        return None
    if OLD_METHOD.fullmatch(str(options.get("tls.secureProtocol", ""))):
        return "tls.secureProtocol"
    return "tls.maxVersion" if options.get("tls.maxVersion") in OLD_VERSIONS else None


def _mechanisms(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The one way of logging in that it is told: it asks for that whatever the server offers."""
    said = options.get("authMethod", ABSENT)
    return (str(said).strip().upper(),) if truth(said, "javascript") else ()


def _with_service(options: dict[str, Any], major: int, fields: Fields) -> None:
    """A service that Nodemailer knows replaces host, port and secure (lib/well-known)."""
    name = options.get("service", ABSENT)
    if not truth(name, "javascript"):
        return
    service = service_of(name, major) if isinstance(name, str) else None
    if service is None and not truth(options.get("host", ABSENT), "javascript"):
        fields.misread.append(_remark("service", "service-unknown", taken_as="localhost"))
        fields.by["host"] = ("service",)
        return
    if service is None:
        fields.ignored.append(_remark("service", "service-unknown"))
        return
    for key in ("host", "port", "secure"):
        if key in options and key in service and options[key] != service[key]:
            fields.ignored.append(_remark(key, "service-host"))
        if key in service:
            decided: Field = "tls" if key == "secure" else key  # type: ignore[assignment]
            fields.by[decided] = ("service",)
    options.update(service)


def service_of(name: str, major: int = NEWEST) -> Mapping[str, Any] | None:
    """The entry of Nodemailer's list for a service's name, alias, domain or address."""
    wanted = _key(name.rpartition("@")[2])
    for known, entry in DATA.table("services").items():
        if entry.get("since", 0) <= major and wanted in map(_key, (known, *entry.get("also", ()))):
            return {key: value for key, value in entry.items() if key not in ("also", "since")}
    return None


def _key(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9.-]", "", name).lower()


def _mode(
    options: Mapping[str, Any], port: int | None, major: int, fields: Fields
) -> tuple[TLSMode, bool]:
    secure = options.get("secure", ABSENT)
    implicit = truth(secure, "javascript") or (secure is ABSENT and port == 465)
    ignore = options.get("ignoreTLS", ABSENT)
    require = options.get("requireTLS", ABSENT)
    required = truth(require, "javascript") and not implicit
    # from 10 requireTLS wins over ignoreTLS
    none = truth(ignore, "javascript") and not (required and major >= 10) and not implicit
    names = ("ignoreTLS",) if none else ("secure", "port")
    fields.by.setdefault("tls", tuple(name for name in names if name in options))
    if implicit and _said(options, "secure") in NOT_IMPLICIT:
        fields.misread.append(_remark("secure", "secure-text", "implicit TLS"))
    if none and says_no(_said(options, "ignoreTLS")):
        fields.misread.append(_remark("ignoreTLS", "ignore-text", "no TLS"))
    if required and says_no(_said(options, "requireTLS")):
        fields.misread.append(_remark("requireTLS", "require-text", "STARTTLS required"))
    return "implicit" if implicit else "none" if none else "starttls", required and not none


def _port(options: Mapping[str, Any], fields: Fields) -> int | None:
    """`Number(port)`, None for the default of the mode."""
    value = options.get("port", ABSENT)
    number = to_number(value)
    if number is None or math.isnan(number):
        if isinstance(value, str) and value.strip():
            name = fields.by["port"][0]
            fields.misread.append(_remark(name, "port-junk", "the default port"))
        return None
    if not 0 <= number < 65536 or number != int(number):
        fields.fault = fields.fault or _remark(fields.by["port"][0], "port-range")
        return None
    return int(number) or None


def to_number(value: Any) -> float | None:
    """What JavaScript's Number makes of a scalar; None of an object."""
    from smtpdoctor.settings.readers.evaluation import UntellableError
    from smtpdoctor.settings.readers.javascript_library import to_number as number

    try:
        return float(number(value))
    except (UntellableError, OverflowError):
        return None


def _login_of(
    options: Mapping[str, Any], fields: Fields
) -> tuple[str | None, str | None, str | None]:
    """User, password and token (lib/smtp-transport/index.js, getAuth)."""
    user, password = _text(options, "auth.user"), _text(options, "auth.pass")
    token = _text(options, "auth.accessToken")
    fields.ignored += [
        _remark(name, "auth-names")
        for name in ("auth.username", "auth.password")
        if name in options
    ]
    if "auth" in options and truth(options["auth"], "javascript"):
        fields.ignored.append(_remark("auth", "auth-text"))
    if str(options.get("auth.type", "")).upper() == "OAUTH2":
        return (user, None, token) if user else (None, None, None)
    if token:
        fields.ignored.append(_remark("auth.accessToken", "token-alone"))
    return user, password, None


def _said(options: Mapping[str, Any], name: str) -> str | None:
    """The text that a switch is, or that it was made of as if any text were true."""
    value = options.get(name)
    if value is True:
        value = options.get(f"{name}.text")
    return value.strip().lower() if isinstance(value, str) else None


def _text(options: Mapping[str, Any], name: str) -> str | None:
    from smtpdoctor.settings.readers.javascript_library import to_text

    value = options.get(name, ABSENT)
    if value is ABSENT or value is None or isinstance(value, Map):
        return None
    return to_text(value)


def _sender(options: Mapping[str, Any]) -> str | None:
    value = options.get("from", ABSENT)
    if isinstance(value, Map):
        address = value.get("address")
        value = address.value if isinstance(address, Known) else ABSENT
    return value if isinstance(value, str) and value else None


def sends_otherwise(options: Mapping[str, Option]) -> str:
    """By what the transport of these options sends that is no SMTP and none of ours, "" for SMTP.
    A pool is asked for first (lib/nodemailer.js)."""

    def given(name: str) -> bool:
        value = options[name].value if name in options else None
        return isinstance(value, Known) and truth(value.value, "javascript")

    if given("pool"):
        return ""
    if given("SES"):
        return "Amazon's own interface"
    return "the local sendmail program" if given("sendmail") and not given("host") else ""


def keeps_mail(options: Mapping[str, Option]) -> bool:
    """Whether the transport gives its messages to the program and to nobody else."""
    given = [options.get(name) for name in ("streamTransport", "jsonTransport")]
    values = [option.value for option in given if option is not None]
    return any(isinstance(each, Known) and truth(each.value, "javascript") for each in values)


def _not_sent(options: Mapping[str, Any]) -> Remark | None:
    """Transports that don't send by SMTP; a pool is asked for first (lib/nodemailer.js)."""
    if truth(options.get("pool", ABSENT), "javascript"):
        return None
    for name, why in (
        ("sendmail", "sendmail"),
        ("streamTransport", "stream"),
        ("jsonTransport", "json"),
    ):
        if truth(options.get(name, ABSENT), "javascript"):
            return _remark(name, why)
    return None


def _remark(option: str, because: str, taken_as: str = "") -> Remark:
    return Remark(
        option,
        DATA.because[because],
        taken_as,
        (DATA.sources[SOURCE_OF.get(because, "connection")],),
    )


#: Which source a sentence is from, where it isn't lib/smtp-connection.
SOURCE_OF: Mapping[str, str] = {
    "url-siblings": "main",
    "url-wins": "main",
    "url-secure": "shared",
    "url-invalid": "run",
    "url-percent": "run",
    "old-tls": "node",
    "service-host": "transport",
    "service-unknown": "services",
    "auth-names": "transport",
    "auth-text": "transport",
    "token-alone": "transport",
    "sendmail": "main",
    "stream": "main",
    "json": "main",
}
