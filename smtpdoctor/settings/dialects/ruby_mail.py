"""Ruby's mail gem: what its SMTP settings come to, by its version; scripts with it and with Pony.

Knows the gem's settings for Rails too. It must not know where Rails has them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict, sasl_name
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.names import is_slip
from smtpdoctor.settings.prepare import literal, put_in, worded
from smtpdoctor.settings.readers import yaml
from smtpdoctor.settings.readers.harmless import showable
from smtpdoctor.settings.readers.model import (
    ABSENT,
    Entry,
    Known,
    List,
    Map,
    Span,
    Symbol,
    Unknown,
    Value,
    map_of,
    says_no,
)
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Layer, Variables, in_file
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

FIELDS: dict[str, Field] = {
    "address": "host",
    "port": "port",
    "ssl": "tls",
    "tls": "tls",
    "enable_starttls": "tls",
    "enable_starttls_auto": "tls",
    "user_name": "username",
    "password": "password",
    "domain": "ehlo",
    "openssl_verify_mode": "verify",
    "from": "sender",
}
#: Keys that people write for those that the gem has.
WRONG: dict[str, Field] = {
    "host": "host",
    "server": "host",
    "username": "username",
    "user": "username",
    "pass": "password",
    "starttls": "tls",
    "use_tls": "tls",
    "use_ssl": "tls",
    "enable_ssl": "tls",
    "enable_tls": "tls",
}
OTHERS = ("authentication", "delivery_method", "perform_deliveries", "mail")
#: A line that asks for STARTTLS asks for TLS from the first byte by the other name.
OPPOSITES = {"enable_starttls_auto": "ssl", "enable_starttls": "ssl"}
MODES: dict[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": (
        {"ssl": True},
        {"tls": True},
        {"enable_starttls_auto": False},
        {"ssl": True, "enable_starttls_auto": False},
        {"tls": True, "enable_starttls_auto": False},
        {"ssl": True, "enable_starttls": False},
        {"tls": True, "enable_starttls": False},
    ),
    "starttls": (
        {"enable_starttls_auto": True},
        {"enable_starttls": True},
        {"ssl": False},
        {"tls": False},
        {"ssl": False, "enable_starttls_auto": True},
        {"tls": False, "enable_starttls_auto": True},
        {"tls": False, "ssl": False},
        {"tls": False, "ssl": False, "enable_starttls_auto": True},
    ),
    "none": (
        {"enable_starttls_auto": False},
        {"enable_starttls": False},
        {"ssl": False, "enable_starttls_auto": False},
        {"tls": False, "enable_starttls_auto": False},
    ),
}
STRICT = ("tls", "ssl", "enable_starttls", "enable_starttls_auto")
#: Net::SMTP's own, and what gems bring.
AUTHENTICATIONS = re.compile(r"(?i)plain|login|cram_md5|xoauth2|oauthbearer|digest_md5|gssapi|ntlm")
NOT_SENT = ("test", "file", "letter_opener", "letter_opener_web", "null", "logger")


#: Variables with figaro's among them, as long as somebody looks at the folder.
_FILLED: WeakKeyDictionary[Workspace, dict[tuple[object, ...], Variables]] = WeakKeyDictionary()


# --- reading -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FoundSettings:
    """Settings as they were found, a hash or arguments by name, and how to find them again."""

    value: Value
    again: Callable[[Variables], Value]
    #: No text of a variable will do: switches have to be true or false.
    strict: bool = False

    def options(self, workspace: Workspace) -> dict[str, Option]:
        """The gem's options among them."""
        if isinstance(self.value, Unknown):
            return {"address": Option("address", self.value, self.again)}
        if not isinstance(self.value.value, Map):
            return {}
        found: dict[str, Option] = {}
        for entry in self.value.value.entries:
            if entry.key is None:
                found.setdefault("address", Option("address", entry.value, self.again))
        for name in (*FIELDS, *WRONG, *OTHERS):
            entry_ = self.value.value.entry(name)
            if entry_ is None:
                continue
            option = self._option(workspace, name, entry_)
            if option is not None:
                found[option.name] = option
        return found

    def meant(self) -> dict[str, Option]:
        """Keys that are slips of one that the gem reads and that is not there: `adress`."""
        if not isinstance(self.value, Known) or not isinstance(self.value.value, Map):
            return {}
        entries = {
            str(entry.key): entry
            for entry in self.value.value.entries
            if isinstance(entry.key, Symbol)
        }
        found: dict[str, Option] = {}
        for right in FIELDS:
            slips = [
                key
                for key in entries
                if key not in FIELDS and key not in WRONG and is_slip(key.upper(), right.upper())
            ]
            if right not in (*entries, "from") and len(slips) == 1:
                entry = entries[slips[0]]
                found[right] = Option(slips[0], entry.value, None, entry.span)
        return found

    def _option(self, workspace: Workspace, name: str, entry: Entry) -> Option | None:
        value = (
            _verify_mode(workspace, entry.value) if name == "openssl_verify_mode" else entry.value
        )
        if isinstance(value, Known) and value.value is ABSENT and value.unset:
            # ENV.fetch raises: a program that runs has the variable set elsewhere
            names = ", ".join(showable(value.unset))
            why = f"nothing here sets {names}"
            value = Unknown("environment", why, value.span, value.trail)
        if isinstance(value, Unknown) and name in ("domain", *OTHERS, *WRONG):
            return None
        if isinstance(value, Known) and value.value is ABSENT:
            return None
        if not isinstance(entry.key, Symbol):
            name = f'"{name}"'
        key = entry.key
        made = isinstance(value, Known) and value.part is not None  # `uri.scheme == "smtps"`
        text = self.strict and name in STRICT and not made
        again = None if text else lambda under: self.again(under).get(key)
        return Option(name, value, again, entry.span)


def _verify_mode(workspace: Workspace, value: Value) -> Value:
    """`OpenSSL::SSL::VERIFY_NONE` as the word."""
    text = workspace.text_of(value.span) if isinstance(value, Unknown) else None
    if text is not None and text.endswith(("VERIFY_NONE", "VERIFY_PEER")):
        return Known(Symbol(text.rpartition("_")[2].lower()), value.span)
    return value


def mail_version(workspace: Workspace, near: str) -> str:
    """The version of the mail gem, "" where it isn't known."""
    lock = [
        item.version
        for item in workspace.dependencies.all
        if item.ecosystem == "rubygems" and item.name == "mail" and item.version[:1].isdigit()
    ]
    found = workspace.dependencies.find("rubygems", "mail", near=near)
    if found is not None and found.version[:1].isdigit():
        return found.version
    return lock[0] if lock else ""


def ruby_variables(workspace: Workspace, near: str, profile: str, name: str) -> Variables:
    """What `ENV` is for a program there: with dotenv-rails four files, with dotenv one."""
    find = workspace.dependencies.find
    names = [".env"]
    if find("rubygems", "dotenv-rails", near=near) is not None or name == "RAILS_ENV":
        names = [f".env.{profile}.local", ".env.local", f".env.{profile}", ".env"]
    library = find("rubygems", "dotenv", near=near) or find("rubygems", "dotenv-rails", near=near)
    reader = "ruby-dotenv-2" if library is not None and library.major == 2 else "ruby-dotenv"
    files = workspace.dotenv_files(near, *names)
    defaults = {name: profile} if name else {}
    found = workspace.variables(files, reader, near=near, **defaults)
    figaro = _figaro(workspace, near, profile) if workspace.given is None else None
    if figaro is None:
        return found
    # figaro leaves alone what is set already
    key = (*map(id, found.layers), figaro.label, profile)
    known = _FILLED.setdefault(workspace, {})
    if key not in known:
        known[key] = Variables((*found.layers[:-1], figaro, found.layers[-1]))
    return known[key]


def _figaro(workspace: Workspace, near: str, profile: str) -> Layer | None:
    """What the gem figaro puts into ENV: config/application.yml, its environment's section over
    the rest (lib/figaro/application.rb)."""
    if workspace.dependencies.find("rubygems", "figaro", near=near) is None:
        return None
    base = near.partition("config/")[0]
    path = f"{base}config/application.yml"
    if not workspace.folder.has(path):
        return None
    root = workspace.document(path, Variables(()))
    values: dict[str, Value] = {}
    for part in (root, root.get(profile)):
        whole = part.value if isinstance(part, Known) else None
        for each in whole.entries if isinstance(whole, Map) else ():
            value, name = yaml.resolved(each.value, "1.1"), str(each.key)
            # nothing is no text, and no variable
            told = isinstance(value, Known) and not isinstance(value.value, Map | List | None)
            if told and isinstance(value, Known) and value.span is not None:
                values[name] = in_file(name, worded(value.value), value.span)
    return Layer(path, values)


def insert(
    workspace: Workspace, options: Mapping[str, Option], new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Keys that are not there yet, before one that is, in its way of writing."""
    for name in ("port", "address", "user_name", "password", "authentication"):
        option = options.get(name)
        span = option.entry if option is not None else None
        line = workspace.line(span.file, span.line) if span is not None else None
        if span is None or line is None:
            continue
        # an entry has its key, an argument is its value alone
        written = rf"(:?)['\"]?\b{name}['\"]?(\s*=>\s*|:\s*)"
        key = re.compile(written).match(line, span.columns[0] - 1)
        key = key or re.search(f"{written}$", line[: span.columns[0] - 1])
        if key is None:
            continue
        before = line[: key.start()]
        form = ":{0} => {1}" if key[1] else "{0}: {1}"
        texts = [form.format(each, literal(value, "ruby")) for each, value in new.items()]
        after = f",\n{before}" if not before.strip() else ", "
        text = "".join(f"{text}{after}" for text in texts)
        return (put_in(workspace, span, key.start() + 1, text),)
    return ()


# --- what they come to ---------------------------------------------------------------------------


def outcome(options: Mapping[str, Any]) -> Outcome:  # branches: one field a line, and its default
    """What the gem does with its settings; `mail` is its version."""
    version = _numbers(options.get("mail"))
    misread: list[Remark] = []
    fault: Remark | None = None
    doubtful = False
    if version[:2] == (2, 8):
        tls, required, fault = _mode_28(options)
    else:
        tls, required = _mode(options, version)
        for name in ("tls", "ssl"):
            if _says_no(options.get(name)) and tls == "implicit":
                misread.append(_remark(name, "tls-text", "implicit TLS"))
        both = any(
            _truth(options.get(name)) for name in ("enable_starttls", "enable_starttls_auto")
        )
        doubtful = not version and tls == "implicit" and both
        if version >= (2, 9) and tls == "implicit" and both:
            fault = conflict(_remark("tls" if _truth(options.get("tls")) else "ssl", "both"))
        for name in ("enable_starttls", "enable_starttls_auto"):
            if _says_no(options.get(name)) and tls == "starttls":
                misread.append(_remark(name, "starttls-text", "STARTTLS"))
    authentication = options.get("authentication")
    known = not authentication or AUTHENTICATIONS.fullmatch(str(authentication))
    if not known and options.get("user_name") and fault is None:
        fault = _remark("authentication", "authentication")
    ignored = [
        _remark(name, "strings" if name.startswith('"') else "names")
        for name in options
        if name.strip('"') in (*FIELDS, *WRONG) and (name.startswith('"') or name in WRONG)
    ]
    port, address = options.get("port"), options.get("address")
    return Outcome(
        host=str(address) if address not in (None, "") else "localhost",
        port=_port(port),
        tls=tls,
        required=required,
        username=_text(options.get("user_name")),
        password=_text(options.get("password")),
        sender=_text(options.get("from")),
        ehlo=_text(options.get("domain")),
        mechanisms=(sasl_name(str(authentication)),) if authentication and known else (),
        verify=str(options.get("openssl_verify_mode", "peer")).lower() not in ("none", "0"),
        by={
            "host": ("address",),
            "port": ("port",),
            "tls": _decide(options, tls),
            "username": ("user_name",),
            "password": ("password",),
            "sender": ("from",),
            "ehlo": ("domain",),
            "verify": ("openssl_verify_mode",),
        },
        misread=tuple(misread),
        ignored=tuple(ignored),
        fault=fault,
        not_sent=_not_sent(options),
        doubtful=doubtful,
    )


def _mode(options: Mapping[str, Any], version: tuple[int, ...]) -> tuple[TLSMode, bool]:
    """2.7, and from 2.9 on, which differ where `enable_starttls` is given."""
    get = options.get
    if _truth(get("tls")) or _truth(get("ssl")):
        return "implicit", False
    always = get("enable_starttls")
    if _truth(always):
        automatic = str(always) == "auto" and version >= (2, 9)
        return "starttls", not automatic
    if get("enable_starttls_auto") is not None:
        return ("starttls" if _truth(get("enable_starttls_auto")) else "none"), False
    if version and version < (2, 8):
        return "starttls", False  # its own default is enable_starttls_auto
    return ("none" if always is False else "starttls"), False


def _mode_28(options: Mapping[str, Any]) -> tuple[TLSMode, bool, Remark | None]:
    """2.8: the first of three that is given counts, and it is true or false."""
    get = options.get
    tls = get("tls") if _truth(get("tls")) else get("ssl")
    if tls is not None:
        name = "tls" if _truth(get("tls")) else "ssl"
        fault = None if isinstance(tls, bool) else _remark(name, "tls-text-28")
        return ("implicit" if _truth(tls) else "starttls"), False, fault
    for name in ("enable_starttls", "enable_starttls_auto"):
        value = get(name)
        if value is not None:
            fault = None if isinstance(value, bool) else _remark(name, "tls-text-28")
            on = _truth(value)
            return ("starttls" if on else "none"), on and name == "enable_starttls", fault
    return "starttls", False, None


def _decide(options: Mapping[str, Any], tls: TLSMode) -> tuple[str, ...]:
    order = ("tls", "ssl", "enable_starttls", "enable_starttls_auto")
    there = [name for name in order if options.get(name) is not None]
    wanted = tls != "none"
    return tuple(sorted(there, key=lambda name: _truth(options[name]) is not wanted))


def _not_sent(options: Mapping[str, Any]) -> Remark | None:
    method = options.get("delivery_method")
    if isinstance(method, str) and method in NOT_SENT:
        return _remark("delivery_method", method)
    if options.get("perform_deliveries") is False:
        return _remark("perform_deliveries", "switched-off")
    return None


def _truth(value: Any) -> bool:
    return value is not None and value is not False and value is not ABSENT


def _says_no(value: Any) -> bool:
    return says_no(value) or (isinstance(value, str) and not value.strip())


def _port(value: Any) -> int:
    found = re.match(r"\s*(\d{1,5})\s*$", str(value)) if value is not None else None
    return int(found[1]) if found and int(found[1]) else 25


def _text(value: Any) -> str | None:
    return None if value is None or value is ABSENT else str(value)


def _numbers(version: Any) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", str(version or ""))[:3])


def _remark(option: str, because: str, taken_as: str = "") -> Remark:
    return Remark(option, DATA.because[because], taken_as, tuple(DATA.sources.values())[:1])


def fields() -> dict[str, Field]:
    """Every option with what it is, also written as a text."""
    every = {**FIELDS, **WRONG}
    return {**every, **{f'"{name}"': field for name, field in every.items()}}


# --- scripts -------------------------------------------------------------------------------------


class RubyMail:
    id = "ruby-mail"
    name = DATA.name
    client: str | None = "ruby-mail"
    fields: Mapping[str, Field] = fields()
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = MODES

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each `delivery_method :smtp` of Mail, `delivery :smtp` of Hanami 1, and for each
        file's Pony."""
        needle = rb"delivery_method\b|\bPony\.|\bdelivery :smtp\b"
        for path in workspace.folder.containing(needle, ".rb"):
            rails = re.search(r"(^|/)config/(environments/|initializers/|application\.rb)", path)
            if rails and b"Pony." not in (workspace.read(path) or b""):
                continue  # Rails'
            name = "RAILS_ENV" if rails else "RACK_ENV"
            variables = ruby_variables(workspace, path, workspace.profile_of(name), name)
            module = workspace.module(path, variables)
            for place in range(len(_given(module)) if module is not None else 0):
                yield from self._draft(workspace, path, variables, place)

    def _draft(
        self, workspace: Workspace, path: str, variables: Variables, place: int
    ) -> Iterator[Draft]:
        def again(under: Variables) -> tuple[Value, Value]:
            module = workspace.module(path, under)
            found = _given(module) if module is not None else []
            return found[place][:2] if place < len(found) else (Known(ABSENT), Known(ABSENT))

        module = workspace.module(path, variables)
        assert module is not None
        method, value, span = _given(module)[place]
        version = mail_version(workspace, path)
        strict = version.startswith("2.8")
        read = FoundSettings(value, lambda under: again(under)[1], strict)
        options = read.options(workspace)
        if isinstance(method, Known) and isinstance(method.value, str):
            if method.value not in ("smtp", *NOT_SENT):
                return
            options["delivery_method"] = Option("delivery_method", method)
        sender = _sender(module)
        if sender is not None:
            options["from"] = sender
        if version:
            options["mail"] = Option("mail", Known(version))
        yield Draft(
            dialect=self,
            place=f"{path}:{span.line}",
            options=options,
            variables=variables,
            language="ruby",
            version=version,
            files=(path,),
            insert=lambda new: insert(workspace, options, new),
            opposites=OPPOSITES,
            meant=read.meant(),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


def _is_smtp(method: Value) -> bool:
    return isinstance(method, Known) and method.value == "smtp"


def _given(module: Module) -> list[tuple[Value, Value, Span]]:
    """Delivery methods with their settings and places."""
    found: list[tuple[Value, Value, Span]] = []
    for call in module.calls("delivery_method", "delivery", "Pony.mail"):
        if call.reached is False:
            continue
        if call.name == "delivery" and not _is_smtp(call.argument(0)):
            continue  # Hanami's, of another environment
        named = call.named()
        if call.name.endswith("Pony.mail"):
            pony = _of_pony(call)
            if "via_options" in pony:
                found.append((pony.get("via", Known("smtp")), pony["via_options"], call.span))
            continue
        method = call.argument(0)
        if isinstance(method, Known) and isinstance(method.value, str):
            settings = call.argument(1)
            if isinstance(settings, Known) and settings.value is ABSENT:
                settings = _hash(call, named)
            found.append((method, settings, call.span))
    for each in module.assignments("Pony", "options"):
        if each.reached is not False and len(each.path) == 2:
            options = each.value
            if isinstance(options, Known) and isinstance(options.value, Map):
                given = options.get("via_options")
                if not given.absent:
                    found.append((options.get("via"), given, each.span))
    return found


def _of_pony(call: FoundCall) -> Mapping[str, Value]:
    """What `Pony.mail` is given: by names, or as one hash, `{…}` or a variable."""
    given = call.argument(0)
    entries = (
        given.value.entries if isinstance(given, Known) and isinstance(given.value, Map) else []
    )
    return {**{str(each.key): each.value for each in entries}, **call.named()}


def _hash(call: Any, named: Mapping[str, Value]) -> Value:
    """Arguments by their names as the hash that they are; a name's place is before its value."""
    return map_of({Symbol(name): value for name, value in named.items()})


def _sender(module: Module) -> Option | None:
    """The address that the file sends from."""
    for call in module.calls("from", "Pony.mail"):
        value = _of_pony(call).get("from") if call.name.endswith("mail") else call.argument(0)
        if isinstance(value, Known) and isinstance(value.value, str):
            return Option("from", value)
    return None


DIALECT = RubyMail()
