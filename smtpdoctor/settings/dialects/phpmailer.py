"""PHPMailer: the properties that code sets, and what they come to.

WordPress, Joomla and Matomo send with it and use its `outcome`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.php_code import (
    PhpProgram,
    address,
    beside,
    kept_from_getenv,
    known,
    number,
    or_unset,
    parts,
    remark,
    text,
    unset_variables,
    version_of,
    whole,
)
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import inserted
from smtpdoctor.settings.readers.model import ABSENT, Known, Origin, Span, Unknown, Value, truth
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.module import Assignment, FoundCall, Module

    Use = Assignment | FoundCall

DATA = load(__file__)

#: Properties that are looked at.
PROPERTIES = (
    "Mailer", "Host", "Port", "SMTPSecure", "SMTPAutoTLS", "SMTPAuth", "Username", "Password",
    "From", "Hostname", "Helo", "SMTPOptions", "AuthType",
)  # fmt: skip
#: A line of settings that is taken apart, and then put into the environment or kept in an array.
LOADS = rb"explode\s*\(\s*['\"]=['\"]"
PUTS = re.compile(
    rb"putenv\s*\(|\$_(?:ENV|SERVER)\s*\[|(?:(?:self|static)::\$|\$this->)\w{1,40}\s?\[|"
    rb"\$\w{1,40}\s?\[\s?(?:trim\s?\(\s?)?\$\w{1,40}\s?\)?\s?\]\s?="
)
#: Quotes around a value that are taken off: `trim($value, "\"'")`.
UNQUOTES = re.compile(
    rb"""trim\s*\([^;\n]*,\s*(?:"[^"\n]*(?:'|\\")|'[^'\n]*(?:"|\\'))|['"][/~#]\^\[?\\?['"]"""
)
#: Settings in other letters: PHP tells names of properties apart by them, and makes a new one.
SLIPS = {
    written: name
    for name in ("Host", "Port", "SMTPSecure", "SMTPAuth", "Username", "Password", "From")
    for written in {name.lower(), name.upper(), name.capitalize(), name[0].lower() + name[1:]}
    - {name}
}
#: Methods that set the property "Mailer". PHP's methods have no letter case.
MAILERS = {"issmtp": "smtp", "ismail": "mail", "issendmail": "sendmail", "isqmail": "qmail"}
#: One entry of Host: PHPMailer 6 and 7 take no other form.
HOST = re.compile(
    r"\s*(?:(?P<scheme>ssl|tls)://)?(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>\d{1,5}))?\s*(?=;|$)"
)
CONSTANTS = {"ssl": "PHPMailer::ENCRYPTION_SMTPS", "tls": "PHPMailer::ENCRYPTION_STARTTLS"}
LIBRARY = re.compile(
    rb"(?m)^(?:final\s+|abstract\s+)?class\s+PHPMailer\b|^namespace\s+PHPMailer\\PHPMailer\s*;"
)
#: The call that loads a `.env` of which getenv() sees nothing.
GETENV = "getenv() with phpdotenv 5"
#: Without one of these no mail goes out.
NEEDED = ("Host", "Username", "Password")
#: Ways of saying how a message is handed over, wherever they stand in a file.
SENDING = re.compile(rb"(?i)\bis(?:SMTP|Mail|Sendmail|Qmail)\b|\bMailer\b(?!\s*\()|extends")
MARK = rb"new\s+\\?[\w\\]*PHPMailer\s*[(;]|extends\s+\\?[\w\\]*PHPMailer\b|->\s*SMTPAuth\b"


def find(workspace: Workspace) -> Iterator[Draft]:
    """One for each object whose server code sets."""
    for path in workspace.folder.containing(MARK, ".php", ".inc"):
        content = workspace.read(path) or b""
        if b"phpmailer_init" in content or LIBRARY.search(content):
            continue  # WordPress makes the object; the library itself, copied into the project
        variables = php_variables(workspace, path)
        module = workspace.module(path, variables)
        if module is None:
            continue
        for group in groups(module):
            yield from draft(workspace, path, variables, group, DIALECT)


def php_variables(workspace: Workspace, near: str) -> Variables:
    """What getenv() and $_ENV are for a program without a framework: phpdotenv's `.env`."""
    symfony = workspace.dependencies.find("composer", "symfony/dotenv", near=near)
    reader = "phpdotenv" if symfony is None else "symfony"
    files = workspace.dotenv_files(near, ".env")
    own = own_loader(workspace) if files else None
    if own is not None:
        found = workspace.variables(files, own, near=near)
        # read alike, and by no program that could be named
        layers = [
            replace(each, reader="") if each.kind == "file" else each for each in found.layers
        ]
        return replace(found, layers=tuple(layers))
    if workspace.dependencies.find("composer", "vlucas/phpdotenv", near=near) is not None:
        for path in files:
            workspace.tell_refused(path, reader, "phpdotenv", ends=True)
    return workspace.variables(files, reader, near=near)


def own_loader(workspace: Workspace) -> str | None:
    """The reader that a program's own function for `.env` files is like: it takes lines apart at
    the first =, and knows no comment behind a value. None where a library reads them."""
    names = ("vlucas/phpdotenv", "symfony/dotenv")
    if workspace.dependencies.find("composer", *names) is not None:
        return None
    if workspace.folder.containing(rb"\bDotenv\b", ".php"):
        return None
    for path in workspace.folder.containing(LOADS, ".php"):
        content = workspace.read(path) or b""
        taken = re.search(LOADS, content)
        if taken is None or PUTS.search(content, taken.end()) is None:
            continue
        if b".env" in content or re.search(rb"(?i)env", path.encode()):
            return "decouple" if UNQUOTES.search(content) else "docker"
    return None


# --- what is done to an object -------------------------------------------------------------------


def groups(module: Module) -> Iterator[str]:
    """Names of the objects whose host or way of sending the file sets: "0", or "$mail"."""
    prefixes: set[tuple[str, ...]] = set()
    for place, call in enumerate(module.calls("PHPMailer")):
        counts = call.new and call.reached is not False
        if counts and any(_name(use) == "Host" for use in call.uses()):
            prefixes.add(call.target)
            yield str(place)
    for assignment in module.assignments():
        path = assignment.path
        if path[-1] == "Host" and len(path) > 1 and path[:-1] not in prefixes:
            prefixes.add(path[:-1])
            if _siblings(module, path[:-1]):
                yield "/".join(path[:-1])


def _siblings(module: Module, prefix: tuple[str, ...]) -> bool:
    """Whether other properties of PHPMailer are set on the same object."""
    names = {use.path[-1] for use in module.assignments(*prefix)}
    return bool(names & {"SMTPAuth", "SMTPSecure", "Port", "Username"})


def uses_of(module: Module, group: str) -> tuple[list[Use], Span | None, bool | None]:
    """What is done to an object in its order, where it is made, and whether that is reached."""
    if group.isdigit():
        call = module.calls("PHPMailer")[int(group)]
        return list(call.uses()), call.span, call.reached
    prefix = tuple(group.split("/"))
    found: list[Use] = [use for use in module.assignments(*prefix) if use.path != prefix]
    for call in module.calls():
        path = tuple(call.name.split("."))
        if path[:-1] == prefix or (prefix == ("$this",) and path[:-1] == ("$this",)):
            found.append(call)
    found.sort(key=lambda use: (use.span.line, use.span.columns[0]))
    first = next((use.span for use in found if _name(use) == "Host"), None)
    return found, first, None


def _name(use: Use) -> str:
    """The property that a use sets, "" for none that is looked at."""
    from smtpdoctor.settings.readers.module import Assignment  # only where PHP is read

    if isinstance(use, Assignment):
        path = [part for part in use.path if part in PROPERTIES or part in SLIPS]
        return path[0] if path else ""
    method = use.name.rpartition(".")[2].lower()
    if method in MAILERS:
        return "Mailer"
    return "From" if method == "setfrom" else ""


def values_of(uses: Iterable[Use], reached: bool | None) -> dict[str, tuple[Value, Span | None]]:
    """The properties that are set in the end, each with its statement."""
    from smtpdoctor.settings.readers.module import Assignment

    found: dict[str, tuple[Value, Span | None]] = {}
    uses = list(uses)
    server = next((use.guards for use in uses if _name(use) == "Host"), ())
    for use in uses:
        name = _name(use)
        if not name or use.reached is False:
            continue
        if name == "SMTPOptions" and use.reached_where(server) is None:
            continue  # `if (! setting('verify'))`: what it is without it is PHPMailer's own
        value: Value
        if isinstance(use, Assignment):
            keys = use.path[use.path.index(name) + 1 :]
            name = ".".join((name, *keys))
            value = use.value.through(*use.decided_by)
        elif name == "Mailer":
            method = use.name.rpartition(".")[2].lower()
            value = Known(MAILERS[method], use.span, (Origin("joined", method, use.span),))
        else:
            value = use.argument(0, "address")
        if use.reached is None and reached is True and name in found:
            before = found[name][0]
            value = Unknown(
                "condition", f"which of several values {name} has can't be told", use.span,
                alternatives=(before, value),
            )  # fmt: skip
        found[name] = (value, use.span)
    return found


def draft(
    workspace: Workspace, path: str, variables: Variables, group: str, dialect: PhpProgram
) -> Iterator[Draft]:
    """The set-up of one object."""

    def given(under: Variables) -> tuple[dict[str, tuple[Value, Span | None]], Span | None]:
        module = workspace.module(path, under)
        assert module is not None
        uses, span, reached = uses_of(module, group)
        return values_of(uses, reached), span

    found, span = given(variables)
    if "Host" not in found:
        return
    options: dict[str, Option] = {}
    for name, (value, entry) in found.items():

        def again(under: Variables, name: str = name) -> Value:
            return given(under)[0].get(name, (Known(ABSENT), None))[0]

        words = _words(workspace, name, value)
        options[name] = Option(
            name, or_unset(value), again, entry, words=words, through=_conditions(value)
        )
    options |= _unmentioned(workspace, path, group, dialect, options)
    loaded = _hidden(workspace, variables, lambda under: given(under)[0])
    options |= loaded
    options |= _verification(options)
    options |= host_parts(options["Host"], workspace)
    indent, root = _object(workspace, options["Host"].entry)
    yield Draft(
        dialect=dialect,
        place=f"{path}:{span.line}" if span is not None else path,
        options=options,
        variables=variables,
        language="php",
        version=version_of(workspace, path, "phpmailer/phpmailer"),
        files=(path,),
        insert=lambda new: _insert(workspace, options, new, root, indent),
        unset=unset_variables(options, variables),
        sends=tuple({name: _open(option)} for name, option in loaded.items())
        or ({"Mailer": "smtp"}, {"SMTPAuth": True}),
    )


def _conditions(value: Value) -> tuple[str, ...]:
    """The variables that decide which of several values it is."""
    return tuple(dict.fromkeys(step.name for step in value.trail if step.kind == "condition"))


def _unmentioned(
    workspace: Workspace, path: str, group: str, dialect: PhpProgram, options: Mapping[str, Option]
) -> dict[str, Option]:
    """The way of sending that PHPMailer has by itself, where the file says nothing of any."""
    # what WordPress hands to a hook sends by mail() until the hook says otherwise
    told = "Mailer" in options or (dialect is DIALECT and not group.isdigit())
    if told or SENDING.search(workspace.read(path) or b""):
        return {}
    return {"Mailer": Option("Mailer", Known("mail"), together=True)}


def _hidden(
    workspace: Workspace,
    variables: Variables,
    given: Callable[[Variables], Mapping[str, tuple[Value, Span | None]]],
) -> dict[str, Option]:
    """The call that loads a `.env`, where getenv() then sees nothing of what it is asked for."""
    kept = kept_from_getenv(workspace, variables)
    if kept is None:
        return {}
    under, loads = kept
    for name, (value, _) in given(under).items():
        unset = value.unset if isinstance(value, Known) and not value.value else ()
        if name in NEEDED and any(variables.held(each) for each in unset):
            return {GETENV: Option(GETENV, Known(workspace.text_of(loads), loads), bare=True)}
    return {}


def _open(loads: Option) -> str:
    """The call that hands the variables to putenv() too."""
    return str(known(loads.value)).replace("create", "createUnsafe")


def host_parts(host: Option, workspace: Workspace) -> dict[str, Option]:
    """Prefix, name and port of a host that has more than a name."""
    found = parts(host, HOST, workspace)
    whole = isinstance(host.value, Known) and found.keys() == {"Host.host"}
    return {} if whole and ";" not in str(getattr(host.value, "value", "")) else found


def _words(workspace: Workspace, name: str, value: Value) -> Mapping[str, str]:
    """The class's constants, written with the class as the file names it."""
    if name != "SMTPSecure" or not isinstance(value, Known):
        return {}
    written = workspace.text_of(value.written) or ""  # of `$x ? … : …` the one that counts
    owner, colons, _ = written.rpartition("::ENCRYPTION_")
    if not colons:
        return {}
    return {mode: f"{owner}::{each.partition('::')[2]}" for mode, each in CONSTANTS.items()}


def _verification(options: Mapping[str, Option]) -> dict[str, Option]:
    """`SMTPOptions['ssl']['verify_peer']`, wherever the array is set."""
    found = {}
    whole = options.get("SMTPOptions")
    for key in ("verify_peer", "verify_peer_name"):
        name = f"SMTPOptions.ssl.{key}"
        if whole is None or name in options:
            continue
        value = whole.value.at("ssl", key)
        if isinstance(value, Unknown) or value.value is not ABSENT:
            found[name] = Option(name, value)
    return found


def _object(workspace: Workspace, entry: Span | None) -> tuple[str, str]:
    """The blanks before the statement of the host, and the object that it is a property of."""
    line = workspace.line(entry.file, entry.line) if entry is not None else None
    found = re.match(r"(\s*)(.*?)Host\s*=", line or "")
    return (found[1], found[2]) if found else ("", "")


def _insert(
    workspace: Workspace, options: Mapping[str, Option], new: Mapping[str, Any], root: str,
    indent: str,
) -> tuple[Edit, ...]:  # fmt: skip
    host = options["Host"]
    if "Host.port" in new:
        place = options["Host.host"].value.span if "Host.host" in options else None
        if place is None:
            return ()
        end = place.columns[1]
        return (inserted(place, end, f":{new['Host.port']}"),)
    if not root or any("." in name for name in new):
        return ()
    if "Mailer" in new:
        call = f"{root}isSMTP();" if new == {"Mailer": "smtp"} else ""
        return beside(workspace, host, {"": ""}, call) if call else ()
    return beside(workspace, host, new, f"{root}{{}} = {{}};")


# --- what options come to ------------------------------------------------------------------------


def outcome(options: Mapping[str, Any]) -> Outcome:  # branches: one field a line, and its default
    """What PHPMailer makes of its properties."""
    host_text = text(options, "Host")
    host_text = "localhost" if host_text is None else host_text
    entry = next((found for one in host_text.split(";") if (found := HOST.fullmatch(one))), None)
    scheme, host, port_there = entry.groups() if entry is not None else (None, None, None)
    # a part that a change has in view stands for that in the text
    scheme = options.get("Host.scheme", scheme)
    port_there = options.get("Host.port", port_there)
    host = options.get("Host.host", host)
    secure = options.get("SMTPSecure", "")
    auto = truth(options.get("SMTPAutoTLS", True), "php") and host_text != "localhost"
    tls: TLSMode = "starttls" if auto else "none"
    required = False
    if scheme == "ssl" or (not scheme and secure == "ssl"):
        tls, required = "implicit", True
    elif scheme == "tls" or secure == "tls":
        tls, required = "starttls", True
    log_in = truth(options.get("SMTPAuth", False), "php")
    ignored, misread = _remarks(options, scheme, log_in, tls)
    port = number(port_there) or number(options.get("Port")) or 25
    checks = [options.get(f"SMTPOptions.ssl.{key}") for key in ("verify_peer", "verify_peer_name")]
    tls_by = ("Host.scheme",) if scheme else ("SMTPSecure", "SMTPAutoTLS", "Port")
    return Outcome(
        host=host or host_text,
        port=port,
        tls=tls,
        required=required,
        username=text(options, "Username") if log_in else None,
        password=text(options, "Password") if log_in else None,
        sender=address(options.get("From")),
        ehlo=text(options, "Helo") or text(options, "Hostname"),
        verify=not any(check in (False, 0, "0") for check in checks if check is not None),
        by={
            "host": ("Host.host", "Host") if "Host.host" in options else ("Host",),
            "port": ("Host.port",) if port_there else ("Port",),
            "tls": tuple(name for name in tls_by if name in options),
            "username": ("Username",) if log_in else (),
            "password": ("Password",) if log_in else (),
            "sender": ("From",),
            "ehlo": tuple(name for name in ("Helo", "Hostname") if options.get(name)),
            "verify": tuple(
                f"SMTPOptions.ssl.{key}"
                for key, check in zip(("verify_peer", "verify_peer_name"), checks, strict=True)
                if check in (False, 0, "0") and check is not None
            ),
        },
        misread=misread,
        ignored=ignored,
        fault=_fault(options, none=entry is None and bool(host_text)),
    )


def _fault(options: Mapping[str, Any], *, none: bool) -> Remark | None:
    if GETENV in options and "Unsafe" not in options[GETENV]:
        return replace(remark(DATA, GETENV, "getenv"), sources=(DATA.sources["dotenv"],))
    return remark(DATA, "Host", "host-invalid") if none else None


def _remarks(
    options: Mapping[str, Any], scheme: str | None, log_in: bool, tls: TLSMode
) -> tuple[tuple[Remark, ...], tuple[Remark, ...]]:
    ignored: list[Remark] = []
    misread: list[Remark] = []
    secure = options.get("SMTPSecure", "")
    if options.get("Mailer", "mail") != "smtp":
        # where nothing of it was seen it may be said in a place that isn't read
        ignored.append((whole if "Mailer" in options else remark)(DATA, "Host", "mail"))
    for written, name in SLIPS.items():
        if options.get(written) not in (None, ""):
            ignored.append(replace(remark(DATA, written, "letters"), field=FIELDS.get(name)))
    if not log_in and options.get("Username"):
        ignored.append(remark(DATA, "Username", "auth"))
    if scheme and secure in ("ssl", "tls") and secure != scheme:
        ignored.append(remark(DATA, "SMTPSecure", "prefix"))
    if "Host.port" in options and number(options.get("Port")) not in (
        None, number(options["Host.port"]),
    ):  # fmt: skip
        ignored.append(remark(DATA, "Port", "port-in-host"))
    if not scheme and secure is True:
        misread.append(remark(DATA, "SMTPSecure", "secure-true", "STARTTLS where offered"))
    elif not scheme and isinstance(secure, str) and secure not in _meant(tls):
        taken_as = "STARTTLS where offered" if tls == "starttls" else "no TLS"
        misread.append(remark(DATA, "SMTPSecure", "secure-text", taken_as))
    return tuple(ignored), tuple(misread)


def _meant(tls: TLSMode) -> tuple[str, ...]:
    """The texts that PHPMailer takes as they are meant: “none” is none where that is what it comes
    to."""
    return ("ssl", "tls", "", *(("none", "None", "false", "off") if tls == "none" else ()))


def handed_on(
    options: Mapping[str, Any], properties: Mapping[str, str], more: Mapping[str, Any]
) -> Outcome:
    """The same for a program that hands PHPMailer its own options: `properties` are what they
    become there, `more` what it sets besides. What it says of them stays its own."""
    handed = {properties[name]: options[name] for name in properties if name in options}
    made = outcome({**handed, **more})
    names = {new: old for old, new in properties.items()}
    by = {
        field: tuple(names[name] for name in each if name in names)
        for field, each in made.by.items()
    }
    return replace(made, by=by, ignored=(), misread=(), fault=None)


FIELDS: Mapping[str, Field] = {
    "Host": "host", "Port": "port", "Host.host": "host", "Host.scheme": "tls", "Host.port": "port",
    "SMTPSecure": "tls", "SMTPAutoTLS": "tls", "Username": "username",
    "Password": "password", "From": "sender", "SMTPOptions.ssl.verify_peer": "verify",
    "SMTPOptions.ssl.verify_peer_name": "verify",
}  # fmt: skip
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"SMTPSecure": "ssl"}, {"Host.scheme": "ssl"}),
    "starttls": ({"SMTPSecure": "tls"}, {"Host.scheme": "tls"}),
    "none": ({"SMTPAutoTLS": False}, {"SMTPSecure": "", "SMTPAutoTLS": False}),
}
DIALECT = PhpProgram("phpmailer", DATA, FIELDS, MODES, find, outcome)
