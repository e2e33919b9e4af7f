"""gen_smtp's client as Swoosh and Bamboo use it: where Mix has settings, and what they mean.

Knows the files of a Mix project and their order. Which names a library takes is the library's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark, conflict
from smtpdoctor.settings.dialects.data import Data
from smtpdoctor.settings.folder import Skipped
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import literal, put_in
from smtpdoctor.settings.readers.harmless import said, showable
from smtpdoctor.settings.readers.model import (
    Entry,
    Known,
    List,
    Map,
    Span,
    Symbol,
    Unknown,
    Value,
)
from smtpdoctor.settings.readers.module import FoundCall, Module
from smtpdoctor.settings.variables import Variables, layer_of
from smtpdoctor.settings.workspace import PRODUCTION, Workspace

#: gen_smtp's own names. `adapter` and `from` are the libraries'.
FIELDS: Mapping[str, Field] = {
    "relay": "host", "server": "host", "port": "port", "ssl": "tls", "tls": "tls",
    "username": "username", "password": "password", "hostname": "ehlo", "verify": "verify",
    "from": "sender",
}  # fmt: skip
#: The libraries' names of the host.
HOSTS = ("relay", "server")
#: What else decides what becomes of them.
OTHERS = ("adapter", "auth", "no_mx_lookups")
#: Names that people write for those that there are.
WRONG: Mapping[str, Field] = {"host": "host", "address": "host", "user": "username",
                              "user_name": "username", "pass": "password"}  # fmt: skip
ALWAYS, NEVER, MAYBE = Symbol("always"), Symbol("never"), Symbol("if_available")
MODES: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
    "implicit": ({"ssl": True}, {"ssl": True, "tls": NEVER}, {"tls": NEVER}),
    "starttls": ({"tls": ALWAYS}, {"ssl": False}, {"ssl": False, "tls": ALWAYS}),
    "none": ({"tls": NEVER}, {"ssl": False, "tls": NEVER}),
}
ENTRY = re.compile(r"(?:(?P<root>.+)/)?config/(?:config|runtime|releases|prod)\.exs")
DEVELOPMENT = "dev"


@dataclass(frozen=True, slots=True)
class Library:
    """What Swoosh and Bamboo have of their own: the adapter, others that send nothing, names.

    `others` are adapters that send by SMTP with another client than gen_smtp's, and `more` the
    names that these have.
    """

    adapter: str
    silent: Mapping[str, str]
    prefix: str
    host: str
    #: The module whose functions make messages: `from` is one of them.
    messages: bytes
    others: tuple[str, ...] = ()
    more: Mapping[str, Field] = field(default_factory=dict)


@dataclass(slots=True)
class Mailer:
    """A mailer's settings from all calls of `config` for it, the later over the earlier."""

    #: File, line and settings of each call.
    calls: list[tuple[str, int, Map]] = field(default_factory=list)

    def entry(self, name: str) -> tuple[int, Entry] | None:
        """The last that has the key, else what may have it, with its place among the calls."""
        places = range(len(self.calls) - 1, -1, -1)
        for place in places:
            found = self.calls[place][2].entry(name)
            if found is not None:
                return place, found
        for place in places:
            for each in self.calls[place][2].entries:
                if each.key is None:
                    return place, each
        return None


def profile_of(workspace: Workspace) -> str:
    """MIX_ENV; releases are built as prod."""
    found = workspace.profile_of("MIX_ENV")
    return "prod" if found == PRODUCTION else found


def variables_for(workspace: Workspace, near: str, profile: str) -> Variables:
    """What System.get_env sees: a `.env` that a library loads, or that a shell does."""
    find = workspace.dependencies.find
    loads = any(find("hex", name, near=near) for name in ("dotenvy", "dotenv", "envar"))
    files = workspace.dotenv_files(near, f".env.{profile}", ".env")
    reader = "ruby-dotenv" if loads else "bash"
    found = workspace.variables(files, reader, near=near)
    # a container to develop in says dev; what counts here is the profile
    return Variables((layer_of("profile", {"MIX_ENV": profile}, "default"), *found.layers))


def roots(workspace: Workspace) -> list[str]:
    """The folders whose config/ Mix reads, those of an umbrella's applications first."""
    found = {
        match["root"] or ""
        for path in workspace.folder.matching("config/*.exs", "*/config/*.exs")
        if (match := ENTRY.fullmatch(path))
    }
    return sorted(found, key=lambda root: (-root.count("/") if root else 1, root))


def mailers(workspace: Workspace, root: str, variables: Variables, profile: str) -> list[Mailer]:
    """Every mailer of the project's configuration, in the order in which they come first."""
    found: dict[tuple[str, str], Mailer] = {}
    waiting: dict[tuple[str, str], Mailer] = {}
    for path, call in _calls(workspace, root, variables, profile):
        key = (_word(call.argument(0)), _word(call.argument(1)))
        settings = call.argument(2)
        if not key[1] or not isinstance(settings, Known) or not isinstance(settings.value, Map):
            continue
        one = (path, call.span.line, settings.value)
        if call.reached is not False:
            found.setdefault(key, Mailer()).calls.append(one)
        elif call.waits_for:
            waiting.setdefault(key, Mailer()).calls.append(one)
    for key, late in waiting.items():
        # what is set only where a variable is, that stands elsewhere, is what production has
        if any(settings.entry("adapter") for _, _, settings in late.calls):
            found.setdefault(key, Mailer()).calls += late.calls
    return list(found.values())


def _calls(
    workspace: Workspace, root: str, variables: Variables, profile: str
) -> Iterator[tuple[str, FoundCall]]:
    for path in _files(workspace, root, variables, profile):
        module = workspace.module(path, variables)
        for call in module.calls("config") if module is not None else ():
            yield path, call


def _files(workspace: Workspace, root: str, variables: Variables, profile: str) -> Iterator[str]:
    """config.exs with what it imports where it does so, then what is read as the program starts."""
    base = f"{root}/config" if root else "config"
    seen: set[str] = set()
    first = [f"{base}/config.exs", f"{base}/{profile}.exs"]
    waiting = [path for path in first if workspace.folder.data(path)][:1]
    order: list[str] = []
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        order.append(path)
        module = workspace.module(path, variables)
        for call in module.calls("import_config") if module is not None else ():
            given = call.argument(0)
            name = given.value if isinstance(given, Known) else f"{profile}.exs"
            imported = f"{base}/{name}"
            if call.reached is not False and workspace.folder.data(imported):
                waiting.append(imported)
    for name in ("releases", "runtime"):
        if workspace.folder.data(f"{base}/{name}.exs"):
            order.append(f"{base}/{name}.exs")
    yield from order


def drafts(workspace: Workspace, library: Library, dialect: Any, data: Data) -> Iterator[Draft]:
    """One for each mailer of the library; what other adapters send is said as left out."""
    asked = workspace.profile or workspace.environ.get("MIX_ENV")
    profile = profile_of(workspace)
    for root in roots(workspace):
        # where production has no mailer at all, the one that is developed with
        for each in (profile,) if asked else (profile, DEVELOPMENT):
            found = list(_of_root(workspace, library, dialect, root, each))
            yield from (draft for draft in found if draft is not None)
            if found:
                break


def _of_root(
    workspace: Workspace, library: Library, dialect: Any, root: str, profile: str
) -> Iterator[Draft | None]:
    """The drafts of one configuration; None for a mailer that sends by another way."""
    base = f"{root}/config/runtime.exs".lstrip("/")
    variables = variables_for(workspace, base, profile)
    seen: set[Span | None] = set()
    for place, mailer in enumerate(mailers(workspace, root, variables, profile)):
        adapter = _adapter(workspace, mailer, library)
        found = mailer.entry("adapter")
        where = found[1].value.span if found is not None else None
        if adapter is not None and where not in seen:
            seen.add(where)  # a list that is a name's and goes into two calls is one mailer
            direct = adapter in library.others and mailer.entry(library.host) is None
            if direct or adapter not in (library.adapter, *library.others, *library.silent):
                path = mailer.calls[-1][0]
                why = f"mail goes out by the adapter {said(adapter)}, not by SMTP"
                workspace.folder.skipped.append(Skipped(path=path, why=why))
                yield None
                continue
            yield _draft(workspace, library, dialect, root, place, variables, profile)


def _adapter(workspace: Workspace, mailer: Mailer, library: Library) -> str | None:
    """The adapter's name where it is one of this library."""
    found = mailer.entry("adapter")
    if found is None:
        return None
    value = found[1].value
    if isinstance(value, Unknown):
        # `default[:adapter] || Swoosh.Adapters.SMTP`: the one that is written
        text = workspace.text_of(value.span) or ""
        return library.adapter if re.search(rf"\b{re.escape(library.adapter)}\b", text) else None
    name = str(value.value).removeprefix("Elixir.")
    if name == library.prefix:  # with the name of a variable that nothing here sets behind it
        return library.adapter if mailer.entry(library.host) is not None else None
    return name if name.startswith(library.prefix) else None


def _draft(
    workspace: Workspace,
    library: Library,
    dialect: Any,
    root: str,
    number: int,
    variables: Variables,
    profile: str,
) -> Draft:
    def again(name: str, under: Variables) -> Value:
        found = mailers(workspace, root, under, profile)
        first, *inner = name.split(".")
        entry = found[number].entry(first) if number < len(found) else None
        return entry[1].value.at(*inner) if entry is not None else Known(None)

    mailer = mailers(workspace, root, variables, profile)[number]
    options: dict[str, Option] = {}
    names = [name for name in (*FIELDS, *OTHERS, *WRONG, *library.more) if name not in HOSTS]
    for name in (library.host, *names):
        found = _inner(mailer, name)
        value = _told(name, found[1].value) if found is not None else None
        if found is not None and value is not None:
            options[name] = Option(name, value, partial(again, name), found[1].span)
    if not (mailer.entry("username") and mailer.entry("password")):
        whole = all(settings.whole for _, _, settings in mailer.calls)
        options["login"] = Option("login", Known(not whole))
    verify = _verify(mailer)
    if verify is not None:
        options["verify"] = verify
    sender = _sender(workspace, library, root, variables)
    if sender is not None:
        options.setdefault("from", sender)
    last = mailer.entry(library.host) or mailer.entry("adapter")
    path, line, _ = mailer.calls[last[0] if last is not None else -1]
    span = (options.get(library.host) or options["adapter"]).entry
    version = workspace.dependencies.find("hex", dialect.package, near=path)
    return Draft(
        dialect=dialect,
        place=f"{path}:{span.line if span is not None else line}",
        options=options,
        variables=variables,
        language="elixir",
        version=version.version if version is not None else "",
        profile=profile,
        files=tuple(dict.fromkeys(each for each, _, _ in mailer.calls)),
        insert=lambda new: insert(workspace, options, library.host, new),
    )


def _inner(mailer: Mailer, name: str) -> tuple[int, Entry] | None:
    """The entry of a name, or of one below it: `auth.username` of `auth: [username: …]`."""
    first, _, inner = name.partition(".")
    found = mailer.entry(first)
    if found is None or not inner or isinstance(found[1].value, Unknown):
        return found
    held = found[1].value.value
    entry = held.entry(inner) if isinstance(held, Map) else None
    return (found[0], entry) if entry is not None else None


def _told(name: str, value: Value) -> Value | None:
    """The value of a setting, None where it says nothing worth telling."""
    if value.absent and value.unset:
        # nil stops the library or gen_smtp: a program that runs has the variable set elsewhere
        why = f"nothing here sets {', '.join(showable(value.unset))}"
        value = Unknown("environment", why, value.span, value.trail)
    beside = name in ("hostname", *OTHERS, *WRONG)
    return None if beside and isinstance(value, Unknown) else value


def _verify(mailer: Mailer) -> Option | None:
    """`verify` of the options of TLS: `tls_options`, for TLS from the first byte `sockopts`."""
    for name in ("tls_verify", "sockopts", "tls_options"):
        found = mailer.entry(name)
        value = found[1].value if found is not None else None
        if isinstance(value, Known) and isinstance(value.value, Map):
            value = value.get("verify")
        if isinstance(value, Known) and isinstance(value.value, str):
            return Option("verify", value)
    return None


def _word(value: Value) -> str:
    return str(value.value) if isinstance(value, Known) and isinstance(value.value, str) else ""


def _sender(
    workspace: Workspace, library: Library, root: str, variables: Variables
) -> Option | None:
    """The first address that the project's code sends from."""
    for path in workspace.folder.containing(library.messages, ".ex"):
        if root and not path.startswith(f"{root}/"):
            continue
        module = workspace.module(path, variables)
        for given in _senders(module) if module is not None else ():
            pair = isinstance(given, Known) and isinstance(given.value, List)
            value = given.get(1) if pair else given  # {"Name", "info@example.com"}
            if isinstance(value, Known) and isinstance(value.value, str) and "@" in value.value:
                return Option("from", value)
    return None


def _senders(module: Module) -> Iterator[Value]:
    for call in module.calls("from", "put_from", "new_email", "new", "Swoosh.Email.from"):
        if call.name.endswith("from"):
            yield call.argument(1)
        else:
            yield call.argument(0).get("from")


def insert(
    workspace: Workspace, options: Mapping[str, Option], host: str, new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Keys that are not there yet, before one that is, on a line of its own where that has one."""
    for name in ("port", host, "username", "adapter"):
        option = options.get(name)
        span = option.entry if option is not None else None
        line = workspace.line(span.file, span.line) if span is not None else None
        if span is None or line is None or not re.match(r"\w+: ?", line[span.columns[0] - 1 :]):
            continue
        before = line[: span.columns[0] - 1]
        after = f",\n{before}" if not before.strip() else ", "
        texts = [f"{each}: {literal(value, 'elixir')}" for each, value in new.items()]
        text = "".join(f"{text}{after}" for text in texts)
        return (put_in(workspace, span, span.columns[0], text),)
    return ()


# --- what they come to ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Words:
    """A library's sentences, to make remarks of."""

    data: Data

    def remark(self, option: str, because: str, taken_as: str = "") -> Remark:
        """What it says of an option, with where that is from."""
        sources = tuple(self.data.sources.values())
        return Remark(option, self.data.because[because], taken_as, sources, WRONG.get(option))


def outcome(  # branches: one option a line, and its default
    options: Mapping[str, Any], library: Library, data: Data
) -> Outcome:
    """What gen_smtp's client does with these, after the library has read their texts."""
    words = Words(data)
    mode, misread, fault = _mode(options, words)
    port, auth = _port(options.get("port")), _atom(options.get("auth", MAYBE))
    if port is None and options.get("port") is not None:
        fault = words.remark("port", "port-text")
    user, password = _text(options.get("username")), _text(options.get("password"))
    log_in = user is not None and password is not None and auth != NEVER
    if auth == ALWAYS and options.get("login") is False and fault is None:
        fault = words.remark("auth", "no-credentials")
    said = {FIELDS[name] for name in FIELDS if options.get(name) is not None}
    adapter = str(options.get("adapter") or library.adapter).removeprefix("Elixir.")
    silent = library.silent.get(adapter)
    return Outcome(
        host=_text(options.get(library.host)),
        port=port or (465 if mode == "implicit" else 25),
        tls=mode,
        required=mode == "starttls" and _atom(options.get("tls")) == ALWAYS,
        username=user if log_in else None,
        password=password if log_in else None,
        sender=_text(options.get("from")),
        ehlo=_text(options.get("hostname")),
        verify=str(options.get("verify", "")) != "verify_none",
        by={
            "host": (library.host,),
            "port": ("port",),
            "tls": _decide(options, mode),
            "username": ("username",),
            "password": ("password",),
            "sender": ("from",),
            "ehlo": ("hostname",),
            "verify": ("verify",),
        },
        misread=misread,
        ignored=tuple(
            words.remark(name, "names")
            for name, field in WRONG.items()
            if name in options and field not in said
        ),
        fault=fault,
        not_sent=words.remark("adapter", silent) if silent is not None else None,
    )


def _mode(
    options: Mapping[str, Any], words: Words
) -> tuple[TLSMode, tuple[Remark, ...], Remark | None]:
    """The mode, with what is misread of it and what stops the program."""
    ssl, tls = _atom(options.get("ssl")), _atom(options.get("tls", MAYBE))
    tls = MAYBE if tls is None else tls
    if ssl is True:
        both = conflict(words.remark("tls", "both")) if tls == ALWAYS else None
        return "implicit", (), both
    misread: list[Remark] = []
    if tls not in (ALWAYS, MAYBE, NEVER):
        misread.append(words.remark("tls", "tls-unknown", "no TLS"))
    if ssl not in (False, None):
        misread.append(words.remark("ssl", "ssl-unknown", "no TLS from the first byte"))
    return "starttls" if tls in (ALWAYS, MAYBE) else "none", tuple(misread), None


def _decide(options: Mapping[str, Any], mode: TLSMode) -> tuple[str, ...]:
    order = ("ssl", "tls") if mode == "implicit" else ("tls", "ssl")
    return tuple(name for name in order if options.get(name) is not None)


def _atom(value: Any) -> Any:
    """A text becomes the atom of that name in both libraries."""
    if isinstance(value, str) and not isinstance(value, Symbol):
        return {"true": True, "false": False}.get(value, Symbol(value))
    return value


def _port(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and re.fullmatch(r"\+?\d{1,5}", value) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
