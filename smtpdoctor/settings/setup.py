"""From a draft that a dialect found to the settings and credentials of a run.

Knows what all programs have in common: where a value is written, what of that is shown, what
shadows what. It must not know any program (`dialects`) nor any syntax (`readers`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import msgspec

from smtpdoctor.settings import harmless, password_line, values
from smtpdoctor.settings.candidates import hosts_of_environment
from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.exported import makes_login, names_the_host, secrets_in
from smtpdoctor.settings.login_release import (
    HOMES,
    Destination,
    Home,
    WrittenSecret,
    is_provider,
    why_not,
    without_login,
)
from smtpdoctor.settings.misnamed import named_otherwise
from smtpdoctor.settings.model import (
    MASK,
    UNKNOWN_PROGRAM,
    Credentials,
    Edit,
    Field,
    NearMiss,
    OptionLine,
    Origin,
    Prepared,
    Problem,
    RemarkKind,
    Secret,
    Setting,
    Settings,
    SetupIdentity,
    SetupRemark,
    Shadowed,
    ShownLine,
    Untellable,
    Withheld,
)
from smtpdoctor.settings.names import VARIABLE, ValueKind, same_words
from smtpdoctor.settings.prepare import (
    SCHEMAS,
    is_worked_out,
    known_values,
    literal,
    prepare,
)
from smtpdoctor.settings.readers.harmless import (
    is_setting_name,
    may_be_said,
    showable,
    without_values,
)
from smtpdoctor.settings.readers.model import ABSENT, Known, Span, Unknown, Value
from smtpdoctor.settings.token_signs import signs
from smtpdoctor.settings.variables import Held
from smtpdoctor.settings.workspace import Workspace
from smtpdoctor.settings.write import has_own_columns

SECRETS: frozenset[Field] = frozenset({"password", "token"})
#: The option that gives a value which can't be told.
OPTIONS: dict[Field | None, str] = {
    "host": "--host",
    "port": "--port",
    "tls": "--tls",
    "username": "--user",
    "password": "--password-stdin",
    "sender": "--from",
    "url": "--host",
}
KINDS: dict[Field, ValueKind] = {
    "host": "host",
    "port": "port",
    "tls": "tls",
    "username": "username",
    "sender": "sender",
    "verify": "verify",
    "ehlo": "host",
}
#: In the order in which they are shown.
FIELDS: tuple[Field, ...] = (
    "url", "host", "port", "tls", "username", "password", "token", "sender", "verify", "ehlo",
)  # fmt: skip
#: What a program writes for a mode, a port or a switch: shown as it stands.
#: Any value of a field, in place of one that can't be told.
STAND_INS: Mapping[Field | None, Any] = {
    "host": "mail.host.example", "port": 587, "username": "user@host.example", "password": "x",
    "token": "x", "sender": "user@host.example",
}  # fmt: skip
#: What says where a connection goes, and when TLS starts.
WAY = frozenset({"url", "host", "port", "tls"})
#: Hosts that programs take by themselves where none is given.
OWN_HOSTS = ("localhost", "127.0.0.1")
ADDRESS_ALONE = re.compile(r"(?:smtps?|submissions?)://[\w.-]{1,200}(?::\d{1,5})?/?")
HARMLESS_TEXT = re.compile(r"[\w.:'\"-]{1,24}")


@dataclass(frozen=True, slots=True)
class Setup:
    """One set-up with what it comes to."""

    settings: Settings
    credentials: Credentials
    #: Whether a variable of this process is in the login, though it is a file's.
    exported_login: bool = False
    #: Whether one says the host by itself.
    exported_host: bool = False

    @property
    def identity(self) -> SetupIdentity:
        assert self.settings.setup is not None
        return self.settings.setup

    @property
    def name(self) -> str:
        return self.identity.name

    @property
    def complete(self) -> bool:
        """Whether its host is told, and no value of it is untellable."""
        return self.settings.host is not None and not self.settings.untellable

    @property
    def goes_a_known_way(self) -> bool:
        """Whether it is told where it goes: a default in place of what can't be told (localhost for
        a host out of a vault) is another program's way."""
        untold = {item.field for item in self.settings.untellable}
        return self.settings.host is not None and not untold & WAY

    @property
    def goes_as_its_port(self) -> bool:
        """Whether of a program that nobody knows all is told but how it begins TLS, and its port
        is for one way: all else can be looked at in that way."""
        untold = {item.field for item in self.settings.untellable}
        is_known = self.identity.dialect != UNKNOWN_PROGRAM
        return not is_known and untold == {"tls"} and self.settings.port in (465, 587)

    @property
    def untold(self) -> list[str]:
        """What can't be told of it, with its line; what has one reason stands together."""
        together: dict[str, list[Untellable]] = {}
        for item in self.settings.untellable:
            together.setdefault(item.why, []).append(item)
        return [
            f"{', '.join(item.option for item in items)}{_at(items[0].origin)}: {why}"
            for why, items in together.items()
        ]

    @property
    def given_by(self) -> str:
        """The options that give what can't be told."""
        fields = dict.fromkeys(item.field for item in self.settings.untellable)
        options = [OPTIONS[field] for field in fields if field in OPTIONS]
        return ", ".join(dict.fromkeys(options)) if fields else "--host"

    @property
    def why_incomplete(self) -> str:
        """What can't be told of it, and what gives it."""
        given = f" (give {self.given_by})" if self.given_by else ""
        return ("; ".join(self.untold) or "no host is told") + given

    @property
    def sends(self) -> bool:
        """Whether it hands mail to a server, and no fault stops it before."""
        return not any(remark.kind in ("not-sent", "fault") for remark in self.settings.remarks)

    @property
    def way(self) -> object:
        """What makes its run differ from another's."""
        now = self.settings
        password = self.credentials.password or self.credentials.token
        told = tuple((remark.kind, remark.option) for remark in now.remarks)
        return (
            (now.host, now.port, now.tls, now.tls_required, now.sender, now.verify),
            (self.credentials.username, self.credentials.sender),
            (password.reveal() if password else None, now.client, now.ehlo, told),
        )

    def has_same_secret(self, other: Setup) -> bool:
        """Whether both would log in with the same password or token."""
        secrets = [(each.credentials.password or each.credentials.token) for each in (self, other)]
        values_ = [secret.reveal() if secret else None for secret in secrets]
        return values_[0] == values_[1]

    def with_the_same(self, others: Sequence[Setup]) -> Setup:
        """The same set-up, standing for others with its way, too."""
        if not others:
            return self
        identity = msgspec.structs.replace(self.identity, same=tuple(each.name for each in others))
        return Setup(msgspec.structs.replace(self.settings, setup=identity), self.credentials)

    def without_login(self, withheld: Withheld) -> Setup:
        """The same set-up, its credentials left where they are."""
        return Setup(without_login(self.settings, withheld), Credentials())


def _is_of_visitor(option: Option, field: Field | None) -> bool:
    """Whether mail is sent in the name of whoever fills in a form of the program."""
    value = option.value
    return field == "sender" and isinstance(value, Unknown) and value.reason == "request"


def _at(origin: Origin | None) -> str:
    return f" ({origin.label})" if origin is not None else ""


def overridden(setup: Setup, said: Settings, credentials: Credentials) -> Setup:
    """The set-up with what the command line says in place of its own values."""
    # what no option gave says nothing: a host that they lack is the set-up's own
    given = [entry for entry in said.entries if entry.origin.kind != "default"]
    fields = {entry.field: _over(entry, setup.settings) for entry in given}
    changed: dict[str, Any] = {}
    for field in ("host", "port", "sender", "recipient", "size", "ehlo", "client"):
        if field in fields:
            changed[field] = getattr(said, field)
    if "tls" in fields:
        changed.update(tls=said.tls, tls_required=said.tls_required)
    if "username" in fields:
        changed["username"] = said.username
    if credentials.password:
        changed.update(has_password=True, has_token=False, password_shape=said.password_shape)
    kept = [entry for entry in setup.settings.entries if entry.field not in fields]
    untold = [item for item in setup.settings.untellable if item.field not in fields]
    settings = msgspec.structs.replace(
        setup.settings,
        **changed,
        entries=(*fields.values(), *kept),
        untellable=tuple(untold),
        sources=("options", *setup.settings.sources),
    )
    own = setup.credentials
    username = credentials.username if "username" in fields else own.username
    sender = None if "sender" in fields else own.sender
    return Setup(
        settings,
        Credentials(
            username=username,
            sender=sender,
            password=credentials.password or own.password,
            token=None if credentials.password else own.token,
        ),
        setup.exported_login and credentials.password is None,
        setup.exported_host,
    )


def _over(entry: Setting, own: Settings) -> Setting:
    """What the command line says, with the set-up's own value below it."""
    below = own.entry(entry.field)
    if below is None:
        return entry
    shadowed = Shadowed(origin=below.origin, text=below.text)
    return msgspec.structs.replace(entry, shadows=(shadowed,))


def release(setup: Setup, environ: Mapping[str, str], *, named: bool, user: str | None) -> Setup:
    """The set-up, without its login where the credentials were written for another host."""
    settings = setup.settings
    secret = settings.entry("password") or settings.entry("token")
    if not settings.has_credentials or secret is None or settings.host is None:
        return setup
    host = settings.entry("host")
    url = settings.entry("url")

    def home_of(entry: Setting) -> Home:
        # what is a part of a URL that was put together has no place of its own
        placed = url if entry.origin.kind == "default" and url is not None else entry
        return HOMES[placed.origin.kind]

    host_home = home_of(host) if host is not None else "folder"
    if host_home == "environment" and not setup.exported_host:
        host_home = "folder"
    home = home_of(secret)
    if setup.exported_login and home != "command-line":
        home = "environment"
    hosts: tuple[str | None, ...] = ()
    if home == "environment":
        hosts = hosts_of_environment(environ)
    elif host_home in ("command-line", home):
        own = [item.text for item in (host.shadows if host is not None else ())]
        hosts = (own[0] if own and host_home == "command-line" else settings.host,)
    withheld = why_not(
        WrittenSecret(
            home=home,
            place="environment" if setup.exported_login else secret.origin.label,
            hosts=hosts,
            user=setup.credentials.username,
        ),
        Destination(host=settings.host, home=host_home, user=user, named=named),
        is_provider=is_provider,
    )
    return setup if withheld is None else setup.without_login(withheld)


def outcome_of(draft: Draft, workspace: Workspace) -> Outcome:
    """What the program makes of its options."""
    return _caught(draft.dialect.outcome(known_values(draft)), workspace)


def secrets_of(outcome: Outcome) -> list[str]:
    """What of a set-up may be shown nowhere."""
    return [secret for secret in (outcome.password, outcome.token) if secret]


#: What a variable may decide between, and is no secret then where it has a mode's form.
DECIDED: tuple[Field, ...] = ("tls", "port")


def _fields_of(draft: Draft, outcome: Outcome) -> dict[str, Field]:
    """What each option of the set-up decides."""
    fields: dict[str, Field] = {
        **{name: "tls" for each in draft.dialect.modes.values() for way in each for name in way},
        **{name: field for field, names in outcome.by.items() for name in names},
        **draft.dialect.fields,
    }
    for each in (*(each.option for each in (outcome.not_sent,) if each), *chain(*draft.sends)):
        fields.setdefault(each, "tls")
    return fields


def find_harmless(
    draft: Draft, outcome: Outcome, workspace: Workspace, secrets: Iterable[str]
) -> None:
    """Tell the workspace which literals of the set-up's lines may be shown: the values of fields
    that are no secret, where they have the form of their field. (docs/decisions/0013)"""
    fields = _fields_of(draft, outcome)
    for name, option in draft.options.items():
        kind = KINDS.get(fields.get(name, "password"))
        for value in (option.value, *option.hides):
            if fields.get(name) == "url" and _is_without_login(value):
                kind = "host"
            if fields.get(name) in SECRETS:
                _unsaid(value, workspace)
            if kind is not None and isinstance(value, Known) and not value.absent:
                held = [each for each in value.variables if draft.variables.held(each)]
                workspace.finds_value(kind, value, secrets, names=held)
    for value in _deciding(draft, fields):
        workspace.finds_value("tls", value, secrets)


def _deciding(draft: Draft, fields: Mapping[str, Field]) -> Iterator[Known]:
    """The texts of the variables that decide which of several values options have: they name
    modes."""
    names = [
        name
        for option in draft.options.values()
        if fields.get(option.name) in DECIDED
        for name in option.through
    ]
    for held in (each for name in dict.fromkeys(names) for each in draft.variables.held(name)):
        if isinstance(held.value, Known):
            yield held.value


def _is_without_login(value: Value) -> bool:
    """Whether a URL is a scheme of SMTP's and an address alone."""
    return isinstance(value, Known) and ADDRESS_ALONE.fullmatch(str(value.value)) is not None


def _unsaid(value: Value, workspace: Workspace) -> frozenset[str]:
    """What may be the secret itself in the place of one that can't be told; it is hidden there."""
    if isinstance(value, Known) and not value.absent:
        return frozenset()
    found = workspace.may_be_secret(value.span) if value.span is not None else frozenset()
    for each in value.alternatives if isinstance(value, Unknown) else ():
        found |= _unsaid(each, workspace)
    name = value.name if isinstance(value, Unknown) and value.reason != "parameter" else ""
    return found if not name or is_setting_name(name) else found | {name}


def finish(  # long: one line a field
    draft: Draft, outcome: Outcome, workspace: Workspace, secrets: Sequence[str] = ()
) -> Setup:
    """The settings that the program would send with, and its credentials. `secrets` are those of
    all set-ups of the folder."""
    environ = workspace.exported
    lent = secrets_in(outcome.username, environ)
    maker = _Maker(draft, outcome, workspace, (*secrets, *secrets_of(outcome), *lent))
    entries = tuple(maker.entries())
    username = outcome.username or None
    password = Secret(outcome.password) if outcome.password else None
    token = Secret(outcome.token) if outcome.token else None
    shown_username = maker.shown_username()
    sender = maker.sender(shown_username)
    prepared = tuple(
        _with_own_columns(item, workspace)
        for item in prepare(draft, outcome, workspace)
        if maker.is_open(item)
    )
    identity = SetupIdentity(
        name=f"{draft.dialect.id} {draft.place}",
        dialect=draft.dialect.id,
        version=draft.version,
        files=tuple(dict.fromkeys((*draft.files, *maker.files(entries)))),
        profile=draft.profile,
    )
    settings = Settings(
        host=maker.host(),
        port=outcome.port or (465 if outcome.tls == "implicit" else 587),
        tls=outcome.tls,
        tls_required=outcome.required,
        username=shown_username,
        has_password=password is not None,
        has_token=token is not None,
        password_shape=values.password_shape(password.reveal()) if password else (),
        token_signs=signs(token.reveal()) if token else (),
        password_readings=password_line.readings(draft, outcome, workspace),
        near_misses=tuple(maker.near_misses()),
        sender=harmless.address_without(maker.secrets, sender),
        verify=outcome.verify,
        ehlo=maker.ehlo(),
        client=draft.dialect.client,
        mechanisms=outcome.mechanisms,
        # a framework's own version says nothing of the library in it
        client_version=draft.version if draft.dialect.id == draft.dialect.client else "",
        folder=str(workspace.folder.root),
        sources=tuple(layer.label for layer in draft.variables.layers if layer.values),
        entries=entries,
        setup=identity,
        remarks=tuple(maker.remarks()),
        untellable=tuple(maker.untellable()),
        prepared=prepared,
        changeable=tuple(dict.fromkeys(_changeable(prepared, workspace))),
    )
    credentials = Credentials(
        username=username,
        password=password,
        token=token,
        sender=sender if sender != settings.sender else None,
    )
    return Setup(
        settings,
        credentials,
        makes_login(draft, outcome, environ, workspace.folder.text),
        names_the_host(draft, outcome, environ),
    )


def _caught(outcome: Outcome, workspace: Workspace) -> Outcome:
    """The same, said not to be sent where its server is a catcher."""
    from smtpdoctor.knowledge import sources
    from smtpdoctor.knowledge.catchers import catcher_at, catcher_of_image

    if outcome.host is None or outcome.not_sent is not None:
        return outcome
    catcher = catcher_at(outcome.host, outcome.port)
    if catcher is None and "." not in outcome.host:
        images = [each.image for each in workspace.surroundings if each.name == outcome.host]
        catcher = next((found for image in images if (found := catcher_of_image(image))), None)
    if catcher is None:
        return outcome
    option = next(iter(outcome.by.get("host", outcome.by.get("url", ()))), "")
    because = f"{catcher.name} takes every message and delivers none"
    source = sources()[catcher.source]
    remark = Remark(option, because, sources=(f"{source.note}, {source.read}",))
    return replace(outcome, not_sent=remark)


def _with_own_columns(change: Prepared, workspace: Workspace) -> Prepared:
    """The same, with it said of each edit whether its columns are the file's own."""
    edits = tuple(
        msgspec.structs.replace(edit, exact=has_own_columns(workspace, edit))
        for edit in change.edits
    )
    return msgspec.structs.replace(change, edits=edits)


def _changeable(prepared: Iterable[Prepared], workspace: Workspace) -> Iterator[ShownLine]:
    """The lines of all the edits, each masked as it was when the edit's columns were counted."""
    for edit in dict.fromkeys(edit for item in prepared for edit in item.edits):
        line = workspace.line(edit.file, edit.line) or ""
        for match in re.finditer(f"(?={re.escape(edit.replace)})", line):
            first = match.start() + 1
            columns = (first, first + len(edit.replace))
            span = Span(edit.file, edit.line, columns, edit.line)
            shown = workspace.shown(span, keep=bool(edit.replace))
            if shown is not None and (shown.columns == edit.columns or not edit.replace):
                yield ShownLine(file=edit.file, line=edit.line, text=shown.text)
                break


@dataclass(frozen=True, slots=True)
class _Maker:
    """Words options as settings with their places."""

    draft: Draft
    outcome: Outcome
    workspace: Workspace
    secrets: tuple[str, ...]

    def entries(self) -> Iterator[Setting]:
        for field in FIELDS:
            names = [name for name in self.outcome.by.get(field, ()) if self._is_told(name)]
            if names:
                yield self._entry(field, self.draft.options[names[0]])

    def is_told(self, name: str) -> bool:
        """Whether nothing stands there that can't be told."""
        option = self.draft.options.get(name)
        return option is None or isinstance(option.value, Known)

    def _is_told(self, name: str) -> bool:
        option = self.draft.options.get(name)
        return option is not None and isinstance(option.value, Known)

    def _entry(self, field: Field, option: Option) -> Setting:
        text = self._text(field, option)
        origin, line = self.place(option, field)
        problem, detail = self._problem(field, text, option)
        return Setting(
            field=field,
            text=text,
            origin=origin,
            shadows=(*self._shadows(option, field), *self._hidden(option, field)),
            problem=problem,
            detail=detail,
            source_line=line,
            unset=showable(option.value.unset),
        )

    def _text(self, field: Field, option: Option) -> str:
        """The value as reports show it."""
        assert isinstance(option.value, Known)
        if isinstance(option.value.value, float) and math.isnan(option.value.value):
            return "NaN"
        if field in SECRETS or self._is_token(field):
            return MASK if option.value.value not in (None, ABSENT, "") else ""
        if field == "url":
            from smtpdoctor.settings.url import read_url

            return read_url(str(option.value.value)).masked
        if field in ("tls", "verify"):
            written = self.workspace.text_of(option.value.span) or ""
            says_it = written != option.name  # a switch is there, or it isn't
            if says_it and HARMLESS_TEXT.fullmatch(written) and not option.value.variables:
                shown = self._harmless(field, written)
                if shown != MASK:  # else what it comes to: `settings.UseSsl`
                    return shown
        parts: dict[Field, str | None] = {
            "host": self.outcome.host,
            "username": self.outcome.username,
            "sender": self.outcome.sender,
            "ehlo": self.outcome.ehlo,
        }
        value = parts.get(field)
        if value is None:
            raw = option.value.value
            value = "" if raw in (None, ABSENT, "") else str(raw)
            if isinstance(raw, bool):
                value = literal(raw, self.draft.language) or value
        return self._harmless(field, value)

    def _harmless(self, field: Field, value: str) -> str:
        """The value where it has the form of its field and holds none of the secrets."""
        if harmless.repeats(value, self.secrets):
            return MASK
        return harmless.shown(KINDS.get(field, "plain"), value)

    def host(self) -> str | None:
        """The host to send to; None where it can't be told, or may be a piece of a secret."""
        outcome = self.outcome
        if not outcome.host or not all(self.is_told(name) for name in outcome.by.get("host", ())):
            return None
        meant = values.read_host(outcome.host).value
        name = meant.name if meant is not None else ""
        whole = harmless.shown("host", outcome.host) != MASK
        return name if name and (whole or set(".:") & set(name)) else None

    def ehlo(self) -> str | None:
        """The name that the program says; None where it is none."""
        name = self.outcome.ehlo
        return name if name and self._harmless("ehlo", name) == name else None

    def shown_username(self) -> str | None:
        """The user name; a mask where it may not be shown, or is a secret itself."""
        name = self.outcome.username or None
        if name is None or not any(map(self._is_told, self.outcome.by.get("username", ()))):
            return name  # none, or the program's own
        if self._is_token("username"):
            return MASK
        return name if self._harmless("username", name) == name else MASK

    def sender(self, username: str | None) -> str | None:
        """The address that the program sends from, as it is."""
        sender = self.outcome.sender
        address = values.read_address(sender).value if sender else None
        if address is None and username is not None and values.is_address(username):
            return username
        return address

    def _is_token(self, field: Field) -> bool:
        """A user name that is the token itself is a secret, too."""
        username = self.outcome.username
        secrets = (self.outcome.password, self.outcome.token)
        return field == "username" and username is not None and username in secrets

    def is_open(self, change: Prepared) -> bool:
        """Whether a change replaces only what may be shown, and says nothing else."""
        texts = (*(edit.with_ for edit in change.edits), *change.settings.values(), *change.steps)
        if not all(map(self._may_be_named, change.settings)):
            return False
        return not any(harmless.repeats(text, self.secrets) for text in texts if text) and all(
            self.workspace.is_open(edit.file, edit.line, edit.replace) for edit in change.edits
        )

    def _may_be_named(self, variable: str) -> bool:
        """Whether a change may name a variable: what only a look-up asks for may be a secret."""
        held = self.draft.variables.held(variable)
        return may_be_said(variable) or any(isinstance(each.value, Known) for each in held)

    def _problem(self, field: Field, text: str, option: Option) -> tuple[Problem | None, str]:
        if not text:
            return None, ""
        if field == "url" and isinstance(option.value, Known):
            return self._cut_off(option) or self._url_problem(str(option.value.value))
        if field == "host":
            host = values.read_host(self.outcome.host or "")
            return host.problem, host.detail
        if field == "username":
            name = self.outcome.username or ""
            if values.repeats_host(name, self.outcome.host, "username"):
                return self._host_again(field, option)
            user = values.read_username(name)
            return user.problem, user.detail
        if field == "sender":
            sender = values.read_address(self.outcome.sender or "")
            return sender.problem, sender.detail
        if field in SECRETS:
            text = (self.outcome.password if field == "password" else self.outcome.token) or ""
            if values.repeats_host(text, self.outcome.host, "password"):
                return self._host_again(field, option)
            secret = values.read_secret(Secret(text))
            return secret.problem, secret.detail
        return None, ""

    def _cut_off(self, option: Option) -> tuple[Problem, str] | None:
        """A URL of which the reader of its `.env` takes what follows # for a comment."""
        names = option.value.variables
        held = self.draft.variables.held(names[0]) if len(names) == 1 else []
        read = password_line.of_dotenv(held[0], names[0], self.workspace) if held else None
        if read is None or "cut-at-hash" not in read.altered[0].alterations:
            return None
        what = f"{read.altered[0].reader} takes what follows # for a comment"
        return "not-encoded", f"{what}: write # as %23"

    def _url_problem(self, text: str) -> tuple[Problem | None, str]:
        """Characters that must be encoded, where the program gets something else for them."""
        from smtpdoctor.settings.url import read_url

        url, outcome = read_url(text), self.outcome
        if outcome.url_as_written:
            return None, ""
        login = (part and text[slice(*part.span)] for part in (url.username, url.password))
        # RFC 3986 §3.2: they end the server's part for every parser, and what a table has of the
        # URL is what was meant
        if url.problem == "not-encoded" and any(re.search("[/?#]", part or "") for part in login):
            return url.problem, url.detail
        meant = [part and part.value.reveal() for part in (url.host, url.username, url.password)]
        real = [outcome.host, outcome.username or None, outcome.password or None]
        if url.problem != "not-encoded" or (meant == real and outcome.fault is None):
            return None, ""
        return url.problem, url.detail

    # --- places -------------------------------------------------------------------------------

    def place(self, option: Option, field: Field | None) -> tuple[Origin, str | None]:
        """Where the value is to be changed, and that line as it may be shown."""
        held = self._layers(option)
        worked_out = field == "tls" and is_worked_out(self.draft, option)
        if worked_out or self._reads_host(option, field):
            return self._written(option, option.value.span, field)
        if held and isinstance(option.value, Known):
            return self._held(held[0], field)
        return self._written(option, option.value.written, field)

    def _host_again(self, field: Field, option: Option) -> tuple[Problem, str]:
        """What is wrong with a login that has the host's text, with the variable of both."""
        problem, detail = values.HOST_AGAIN
        named = [name for name in option.value.variables if self._may_be_named(name)]
        if named and self._reads_host(option, field):
            detail = f"read from {named[0]}, as the host is"
        return problem, detail

    def _reads_host(self, option: Option, field: Field | None) -> bool:
        """Whether a user name or secret is read from the host's variable: the line to change is
        the one that reads it, since the variable itself is right. Other parts of one URL are
        from one variable, too."""
        hosts = (self.draft.options.get(name) for name in self.outcome.by.get("host", ()))
        value = option.value
        if field not in ("username", *SECRETS) or value.span is None or not value.variables:
            return False
        return isinstance(value, Known) and any(
            isinstance(host.value, Known)
            and (host.value.variables, host.value.value) == (value.variables, value.value)
            for host in hosts
            if host is not None
        )

    def _layers(self, option: Option) -> list[Held]:
        """Who has the variable that the value comes from, where it comes from one.

        Of two that are filled from each other (compose's `A: ${B}`) it is the program's own.
        """
        found = [
            held for name in option.value.variables if (held := self.draft.variables.held(name))
        ]
        joined = any(step.kind == "joined" for step in option.value.trail)
        return found[-1] if len(found) == 1 or (found and not joined) else []

    def _held(self, held: Held, field: Field | None) -> tuple[Origin, str | None]:
        name, span = held.root.name if held.root else "", held.value.span
        if span is None:
            kind = "stdin" if held.layer.kind == "stdin" else "environment"
            return Origin(kind=kind, name=name), None  # type: ignore[arg-type]
        return self._in_file(name, span, field)

    def _written(
        self, option: Option, span: Span | None, field: Field | None
    ) -> tuple[Origin, str | None]:
        if span is None:
            return Origin(kind="default", name=option.called or option.name), None
        return self._in_file(option.called or option.name, span, field)

    def _in_file(self, name: str, span: Span, field: Field | None) -> tuple[Origin, str | None]:
        secret = field is None or field in SECRETS or field == "url"
        shown = self.workspace.shown(span, keep=False) if secret else self.workspace.pointed(span)
        origin = Origin(
            kind="file",
            name=name,
            file=span.file,
            line=span.line,
            columns=shown.columns if shown else None,
        )
        return origin, shown.text if shown else None

    def _shadows(self, option: Option, field: Field) -> Iterator[Shadowed]:
        """What other layers have for the variable that the value comes from."""
        layers = self._layers(option)
        if not layers:
            return
        counts, *others = layers
        places = {counts.value.span}
        for held in others:
            if not isinstance(held.value, Known):
                continue
            if held.value.span is not None and held.value.span in places:
                continue  # containers that have one line in common
            places.add(held.value.span)
            origin, _ = self._held(held, field)
            known = self._harmless(field, str(held.value.value)) if field in KINDS else MASK
            shown = MASK if field in SECRETS else known if field != "url" else MASK
            same = isinstance(counts.value, Known) and counts.value.value == held.value.value
            yield Shadowed(origin=origin, text=shown, same=same)

    def _hidden(self, option: Option, field: Field) -> Iterator[Shadowed]:
        """What other files have for the option."""
        for value in option.hides:
            if isinstance(value, Known) and value.span is not None:
                origin, _ = self._in_file(option.name, value.span, field)
                secret = field in SECRETS or field == "url"
                shown = MASK if secret else self._harmless(field, str(value.value))
                yield Shadowed(origin=origin, text=shown)

    def files(self, entries: tuple[Setting, ...]) -> Iterator[str]:
        """The files that the values come from, that of the place first."""
        yield self.draft.place.rpartition(":")[0] or self.draft.place
        for entry in entries:
            if entry.origin.file:
                yield entry.origin.file

    def near_misses(self) -> Iterator[NearMiss]:
        """Variables that were to set what is lacking, under another name than the program's:
        N8N_SMTP_PASSWORD in place of N8N_SMTP_PASS, SMTP_PASS where the code asks for another."""
        yield from self._meant_in_code()
        for name, (like, field) in self._under_other_names().items():
            origin, line = self._held(self.draft.variables.held(name)[0], field)
            edit = self._as_named(name, like, origin)
            if edit is not None:  # the name is what is wrong there
                origin = msgspec.structs.replace(origin, columns=edit.columns)
            stands = OptionLine(option=name, origin=origin, source_line=line)
            yield NearMiss(
                name=name,
                looks_like=like,
                origin=msgspec.structs.replace(origin, name=name),
                field=field,
                lines=(stands, *self._lines_that_read(like)),
                edit=edit,
            )

    def _meant_in_code(self) -> Iterator[NearMiss]:
        """What the code sets under a name that the program doesn't read."""
        for right, option in self.draft.meant.items():
            field, span = self.draft.dialect.fields.get(right), option.value.span
            at = span and self._name_span(option.name, span)
            if field is None or at is None:
                continue
            origin, line = self._in_file(option.name, at, field)
            yield NearMiss(
                name=option.name,
                looks_like=right,
                origin=origin,
                field=field,
                lines=(OptionLine(option=option.name, origin=origin, source_line=line),),
                edit=Edit(
                    file=at.file, line=at.line, columns=at.columns, replace=option.name,
                    with_=right, exact=True,
                ),
            )  # fmt: skip

    def _name_span(self, name: str, value: Span) -> Span | None:
        """Where a name stands before its value, in the same line or one shortly before."""
        for number in range(value.line, max(value.line - 4, 0), -1):
            found = re.search(
                rf"\b{re.escape(name)}\b", self.workspace.line(value.file, number) or ""
            )
            if found is not None:
                columns = (found.start() + 1, found.end() + 1)
                return Span(value.file, number, columns, number)
        return None

    def _under_other_names(self) -> dict[str, tuple[str, Field]]:
        """The names of those variables, with the name that is read and what it sets."""
        fields, lacking = self.draft.dialect.fields, self._lacking()
        own = {name: field for name, field in fields.items() if VARIABLE.fullmatch(name)}
        wanted = {same_words(name): name for name, field in own.items() if field in lacking}
        found = {
            name: (like, own[like])
            for name in self.draft.variables.names
            if (like := wanted.get(same_words(name))) is not None and name not in fields
        }
        asked = self._asked_in_vain()
        for _, field in found.values():
            asked = {name: each for name, each in asked.items() if each != field}
        if asked:
            there = [name for name in self.draft.variables.names if self._stands_in_file(name)]
            meant = named_otherwise(asked, there, self.workspace.folder, fields)
            for name, like in meant.items():
                if not self._comes_to_the_same(name, asked[like]):
                    found[name] = (like, asked[like])
        return found

    def _asked_in_vain(self) -> dict[str, Field]:
        """The variables that the code asks for and nothing sets. A host or a port that it gives by
        itself then is not the one that somebody wrote."""
        fields = self.draft.dialect.fields
        more: set[Field] = {"host", "port", "url"}
        lacking = self._lacking() | more
        return {
            name: field
            for option in self.draft.options.values()
            if (field := fields.get(option.name)) in lacking and field is not None
            for name in option.value.unset
            if VARIABLE.fullmatch(name)
        }

    def _comes_to_the_same(self, name: str, field: Field) -> bool:
        """Whether the program has by itself what stands under a name that it doesn't read."""
        own = {"host": self.outcome.host, "port": self.outcome.port}.get(field)
        value = self.draft.variables.lookup(name)
        return isinstance(value, Known) and str(value.value) == str(own)

    def _lines_that_read(self, variable: str) -> Iterator[OptionLine]:
        for option in self.draft.options.values():
            field = self.draft.dialect.fields.get(option.name)
            if variable in option.value.unset and field is not None:
                yield from self._lines_of(option, field)
                return

    def _as_named(self, name: str, like: str, origin: Origin) -> Edit | None:
        """The variable under the name that is read; None where its name is not in its line."""
        if origin.file is None or origin.line is None:
            return None
        line = self.workspace.line(origin.file, origin.line) or ""
        found = re.match(rf"(\s*(?:export\s+|-\s*)?[\"']?){re.escape(name)}[\"']?\s*[=:]", line)
        if found is None:
            return None
        first = found.end(1) + 1
        return Edit(
            file=origin.file,
            line=origin.line,
            columns=(first, first + len(name)),
            replace=name,
            with_=like,
            exact=True,
        )

    def _lacking(self) -> set[Field]:
        """Which halves of the login the program does not get."""
        outcome, found = self.outcome, set[Field]()
        if not outcome.username:
            found.add("username")
        if not (outcome.password or outcome.token):
            found.add("password")
        return found

    def _stands_in_file(self, name: str) -> bool:
        """Whether somebody wrote the variable for this folder, and not for the whole machine."""
        held = self.draft.variables.held(name)
        return bool(held) and held[0].value.span is not None and isinstance(held[0].value, Known)

    # --- remarks ------------------------------------------------------------------------------

    def remarks(self) -> Iterator[SetupRemark]:
        outcome = self.outcome
        found: list[tuple[RemarkKind, Remark]] = [
            *(("misread", remark) for remark in outcome.misread),
            *(("ignored", remark) for remark in outcome.ignored),
        ]
        found += (("misread", remark) for remark in self._own_host())
        refused = next(self._refused(), None)
        if refused is not None:
            yield refused
        elif outcome.fault is not None:
            found.append(("fault", outcome.fault))
        else:
            yield from self._unreadable()
        if outcome.not_sent is not None:
            found.append(("not-sent", outcome.not_sent))
        yield from self._of_visitors()
        for kind, remark in found:
            if self.is_told(remark.option) and self._is_certain(kind, remark):
                yield self._remark(kind, remark)

    def _of_visitors(self) -> Iterator[SetupRemark]:
        """The line by which mail goes out in the name of whoever fills in a form."""
        for name, option in self.draft.options.items():
            span = option.value.span
            if _is_of_visitor(option, self.draft.dialect.fields.get(name)) and span is not None:
                origin, line = self._in_file(name, span, "sender")
                because = "whoever fills in the form gives it"
                yield SetupRemark(
                    kind="visitor", option=name, text="", because=because, field="sender",
                    origin=origin, source_line=line,
                )  # fmt: skip

    def _unreadable(self) -> Iterator[SetupRemark]:
        """The lines of texts that the program can't convert and ends at: `int("True")`."""
        for name, option in self.draft.options.items():
            value, field = option.value, self.draft.dialect.fields.get(option.name)
            if not isinstance(value, Unknown) or field is None or value.unset:
                continue
            held = [self.draft.variables.held(each) for each in value.variables]
            told = held and all(each and isinstance(each[0].value, Known) for each in held)
            if not told or value.reason != "stops" or value.alternatives:
                continue
            origin, line = self._held(held[0][0], field)
            reads = self._lines_of(option, field)
            # it says no field: what other options of that field come to is another matter
            yield SetupRemark(
                kind="fault", option=origin.name or name, text="", because=value.text,
                origin=origin, source_line=line, beside=tuple(reads),
            )  # fmt: skip

    def _lines_of(self, option: Option, field: Field) -> Iterator[OptionLine]:
        if option.value.span is not None:
            origin, line = self._in_file(option.name, option.value.span, field)
            yield OptionLine(option=option.name, origin=origin, source_line=line)

    def _refused(self) -> Iterator[SetupRemark]:
        """The line of a `.env` at which the program ends."""
        for layer in self.draft.variables.layers:
            found = self.workspace.refused.get(layer.label)
            if found is None:
                continue
            line = self.workspace.line(layer.label, found.line) or ""
            span = Span(layer.label, found.line, (1, len(line) + 1), found.line)
            origin, text = self._in_file(found.name, span, None)
            yield SetupRemark(
                kind="fault",
                option=found.name,
                text="",
                because=found.why,
                origin=origin,
                source_line=text,
            )

    def _is_certain(self, kind: RemarkKind, remark: Remark) -> bool:
        """Whether the program makes the same of the options where those that can't be told have
        some value: a password from elsewhere is not one that is missing."""
        values = {
            name: STAND_INS[field]
            for name, option in self.draft.options.items()
            if isinstance(option.value, Unknown)
            and (field := self.draft.dialect.fields.get(name)) in STAND_INS
        }
        if not values or kind not in ("fault", "not-sent"):
            return True
        other = self.draft.dialect.outcome({**known_values(self.draft), **values})
        other = _caught(other, self.workspace)
        same = other.fault if kind == "fault" else other.not_sent
        return same is not None and same.option == remark.option

    def _unset_host(self) -> Option | None:
        """The option of the host, where it is read from a variable that nothing sets."""
        for name in self.outcome.by.get("host", ()):
            option = self.draft.options.get(name)
            if option is not None:
                value = option.value
                empty = isinstance(value, Known) and (value.absent or value.value == "")
                return option if empty and value.unset else None
        return None

    def _own_host(self) -> Iterator[Remark]:
        """The program's own host, where nothing sets the variable that it reads."""
        option, host = self._unset_host(), self.outcome.host
        said = {remark.option for remark in self.outcome.misread}
        if option is not None and host in OWN_HOSTS and option.name not in said:
            because = f"without a host {self.draft.dialect.name} connects to {host}"
            yield Remark(option.name, because, taken_as=host)

    def _set_by_nobody(self, field: Field) -> Option | None:
        """An option that would say this, were the variables set that it is read from."""
        for option in self.draft.options.values():
            value = option.value
            unset = value.absent and value.unset if isinstance(value, Known) else ()
            if unset and self.draft.dialect.fields.get(option.name) == field:
                return option
        return None

    def _remark(  # branches: where each kind of remark points to
        self, kind: RemarkKind, remark: Remark
    ) -> SetupRemark:
        option = self.draft.options.get(remark.option)
        field = remark.field or self.draft.dialect.fields.get(remark.option)
        if option is None and field is not None:
            option = self._set_by_nobody(field)
        named = option.name if option is not None else remark.option
        # a way of sending is a word like a mode's
        word = kind == "not-sent" or remark.option in chain(*self.draft.sends)
        shown_as = field or ("tls" if word else None)
        origin, line, text = None, None, ""
        reads: OptionLine | None = None
        unset: tuple[str, ...] = ()
        if option is not None and isinstance(option.value, Known):
            # what the program makes of it is the matter of the line that reads it
            schemas = [each.span for each in option.value.trail if each.name in SCHEMAS]
            span = next(iter(schemas), option.value.span or option.value.written)
            if span is not None:
                origin, line = self._in_file(named, span, shown_as)
                reads = OptionLine(option=named, origin=origin, source_line=line)
            # and that it is to send is the matter of the line that says otherwise
            if kind == "not-sent" and self._layers(option):
                origin, line = self.place(option, shown_as)
            if field is not None and field not in SECRETS:
                # a back end's name is no host, though it stands where one is asked for
                other = field == "host" and str(option.value.value) != self.outcome.host
                text = "" if other else self._text(field, self._as_said(option))
            elif shown_as is not None and field is None:
                text = self._harmless(shown_as, str(option.value.value))
            if option.value.absent or option.value.value == "":
                unset = option.value.unset
        return SetupRemark(
            kind=kind,
            option=named,
            text=text,
            because=self._without_values(remark.because),
            taken_as=self._without_values(remark.taken_as),
            unset=showable(unset),
            field=field,
            origin=origin,
            source_line=line,
            sources=remark.sources,
            conflict=remark.conflict,
            whole=remark.whole,
            beside=(
                *(self._beside(remark, field) if remark.conflict else ()),
                *((reads,) if reads is not None and reads.origin != origin else ()),
            ),
        )

    def _as_said(self, option: Option) -> Option:
        """A switch as its variable says it, where the code made a truth of any text: `!!X`."""
        said = self.draft.options.get(f"{option.name}.text")
        return replace(option, value=said.value) if said is not None else option

    def _beside(self, remark: Remark, field: Field | None) -> Iterator[OptionLine]:
        """The other options of the same setting that somebody wrote: two flags of one mode."""
        for name in self.outcome.by.get(field, ()) if field is not None else ():
            option = self.draft.options.get(name)
            if name == remark.option or option is None or not self._is_told(name):
                continue
            span = option.value.span or option.value.written
            if span is not None:
                origin, line = self._in_file(name, span, field)
                yield OptionLine(option=name, origin=origin, source_line=line)

    def untellable(self) -> Iterator[Untellable]:
        for name, option in self.draft.options.items():
            field = self.draft.dialect.fields.get(name)
            if not isinstance(option.value, Unknown) or field is None:
                continue
            if _is_of_visitor(option, field):
                continue  # nobody could name one: a remark says so
            origin, line = None, None
            if option.value.span is not None:
                origin, line = self._in_file(name, option.value.span, None)
            why = option.value.text
            for text in self._not_to_be_said(option.value, field):
                why = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", MASK, why)
            why = without_values(why)
            yield Untellable(option=name, why=why, field=field, origin=origin, source_line=line)
        unset = self._unset_host() if self.outcome.host is None else None
        if unset is not None:
            span = unset.value.span
            origin, line = self._in_file(unset.name, span, None) if span else (None, None)
            why = f"nothing here sets {', '.join(showable(unset.value.unset))}"
            yield Untellable(
                option=unset.name, why=why, field="host", origin=origin, source_line=line
            )

    def _without_values(self, text: str) -> str:
        """A sentence on the options without those of their values that may not be shown."""
        for name, option in self.draft.options.items():
            value = option.value.value if isinstance(option.value, Known) else None
            if isinstance(value, str) and len(value) > 1 and value in text:
                field = self.draft.dialect.fields.get(name)
                kind = "tls" if field is None else KINDS.get(field, "plain")
                if harmless.shown(kind, value) != value or harmless.repeats(value, self.secrets):
                    text = text.replace(value, MASK)
        return text

    def _not_to_be_said(self, value: Unknown, field: Field) -> list[str]:
        """What of the reason why a value can't be told may be a secret, the longest first."""
        if field in SECRETS:
            found = {*_unsaid(value, self.workspace)}
            found.update(name for name in value.variables if not is_setting_name(name))
        else:
            found = {name for name in (*value.variables, value.name) if not may_be_said(name)}
        return sorted(found - {""}, key=len, reverse=True)


def renamed(setup: Setup, name: str) -> Setup:
    """The same set-up by another name, where two would have the same."""
    identity = msgspec.structs.replace(setup.identity, name=name)
    settings = msgspec.structs.replace(setup.settings, setup=identity)
    return replace(setup, settings=settings)
