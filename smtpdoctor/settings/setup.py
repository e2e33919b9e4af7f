"""One set-up with what it comes to, and what a command line or a run makes of it.

Knows what all programs have in common. It must not know any program (`dialects`), any syntax
(`readers`), nor how a set-up is made from a draft (`drafts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from smtpdoctor.settings.candidates import hosts_of_environment
from smtpdoctor.settings.login_release import (
    HOMES,
    Destination,
    Home,
    WrittenSecret,
    is_provider,
    why_not,
    without_login,
)
from smtpdoctor.settings.model import (
    UNKNOWN_PROGRAM,
    Credentials,
    Field,
    Origin,
    Setting,
    Settings,
    SetupIdentity,
    Shadowed,
    Untellable,
    Withheld,
)

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
#: What says where a connection goes, and when TLS starts.
WAY = frozenset({"url", "host", "port", "tls"})


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


def renamed(setup: Setup, name: str) -> Setup:
    """The same set-up by another name, where two would have the same."""
    identity = msgspec.structs.replace(setup.identity, name=name)
    settings = msgspec.structs.replace(setup.settings, setup=identity)
    return replace(setup, settings=settings)
