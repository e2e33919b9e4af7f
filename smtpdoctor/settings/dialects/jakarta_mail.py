"""Jakarta Mail (JavaMail before): the properties of a session, as files and code have them.

Knows what `mail.smtp.*` and `mail.smtps.*` come to, for the frameworks on top of it too, and finds
the `.properties` files that hold them by themselves (`jakarta_code` finds those in code). It must
not know the frameworks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Insert, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.jakarta_code import (
    FIELDS,
    IF_ASKED,
    NEEDLE,
    code_variables,
    in_code,
)
from smtpdoctor.settings.dialects.jakarta_xml import NEEDLE as XML
from smtpdoctor.settings.dialects.jakarta_xml import in_xml
from smtpdoctor.settings.dialects.properties import (
    Configuration,
    as_number,
    as_text,
    parts_of,
)
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

#: What is read of a family, by the end of the name.
FAMILY: dict[str, Field] = {
    "host": "host",
    "port": "port",
    "socketFactory.port": "port",
    "ssl.enable": "tls",
    "starttls.enable": "tls",
    "starttls.required": "tls",
    "socketFactory.class": "tls",
    "socketFactory.fallback": "tls",
    "ssl.trust": "verify",
    "user": "username",
    "password": "password",
    "from": "sender",
    "localhost": "ehlo",
}
SWITCHES = ("ssl.enable", "starttls.enable", "starttls.required")
#: What both protocols go by where they have none of their own.
COMMON: Mapping[Field, str] = {"host": "mail.host", "username": "mail.user", "sender": "mail.from"}
NAMES: dict[str, Field] = {
    **{f"mail.smtp.{name}": field for name, field in FAMILY.items()},
    **{f"mail.smtps.{name}": field for name, field in FAMILY.items()},
    "mail.transport.protocol": "tls",
    **{name: field for field, name in COMMON.items()},
}
PROTOCOLS = ("setProtocol", "getTransport", "mail.transport.protocol")
SSL_FACTORY = "SSLSocketFactory"
LIBRARIES = (
    "org.eclipse.angus:angus-mail",
    "org.eclipse.angus:jakarta.mail",
    "com.sun.mail:jakarta.mail",
    "com.sun.mail:javax.mail",
    "javax.mail:mail",
)


@dataclass(frozen=True, slots=True)
class Session:
    """A session's properties under a prefix (`spring.mail.properties.`), and its protocol."""

    options: Mapping[str, Any]
    prefix: str
    protocol: str

    def name(self, end: str) -> str:
        return f"{self.prefix}mail.{self.protocol}.{end}"

    def get(self, end: str) -> Any:
        return self.options.get(self.name(end))

    def on(self, end: str, default: bool = False) -> bool:
        """A switch: PropUtil takes the word that is not its default, in any letter case."""
        value = self.get(end)
        word = str(value).lower() if value is not None else ""
        return word == "true" if not default else word != "false"

    # --- what they come to --------------------------------------------------------------------

    def port(self, given: Any = None) -> int:
        """The port, where it is given to `connect` or not."""
        own = as_number(given) or as_number(self.get("port"))
        through = as_number(self.get("socketFactory.port"))
        if self.has_factory and through is not None:
            return through
        return own or (465 if self.is_ssl else 25)

    @property
    def is_ssl(self) -> bool:
        return self.protocol == "smtps" or self.on("ssl.enable")

    @property
    def has_factory(self) -> bool:
        return SSL_FACTORY in str(self.get("socketFactory.class") or "")

    def tls(self, given: Any = None) -> TLSMode:
        """The mode. A factory that fails is fallen back from, unless that is switched off."""
        by_factory = self.has_factory and (
            not self.on("socketFactory.fallback", True) or self.port(given) == 465
        )
        if self.is_ssl or by_factory:
            return "implicit"
        if self.on("starttls.enable") or self.on("starttls.required"):
            return "starttls"
        return "none"

    @property
    def decide(self) -> tuple[str, ...]:
        """The names that decided the mode, and that are there."""
        order: tuple[str, ...] = (
            "ssl.enable",
            "socketFactory.class",
            "starttls.required",
            "starttls.enable",
        )
        if not self.is_ssl and not self.has_factory:
            order = ("starttls.required", "starttls.enable", "ssl.enable")
        there = [self.name(end) for end in order if self.get(end) is not None]
        return tuple(sorted(there, key=lambda name: self.options[name] is not True))

    def verifies(self, host: str | None) -> bool:
        """Whether a certificate is checked: those of trusted hosts are not."""
        trusted = str(self.get("ssl.trust") or "").split()
        return "*" not in trusted and host not in trusted

    def misread(self) -> Iterator[Remark]:
        for end in SWITCHES:
            value = self.get(end)
            if isinstance(value, str) and value.strip().lower() in ("yes", "on", "1", "enabled"):
                yield remark(self.name(end), "word", "no")

    def ignored(self) -> Iterator[Remark]:
        """Names of the other family, which this protocol doesn't read."""
        other = "smtp" if self.protocol == "smtps" else "smtps"
        for end in FAMILY:
            name = f"{self.prefix}mail.{other}.{end}"
            if name in self.options:
                yield remark(name, "other-protocol")


def remark(option: str, because: str, taken_as: str = "") -> Remark:
    return Remark(option, DATA.because[because], taken_as, tuple(DATA.sources.values())[:1])


def modes_of(prefix: str) -> dict[TLSMode, tuple[Mapping[str, Any], ...]]:
    """Options that say a mode, the usual way first."""
    ssl = f"{prefix}mail.smtp.ssl.enable"
    starttls = f"{prefix}mail.smtp.starttls.enable"
    required = f"{prefix}mail.smtp.starttls.required"
    factory = f"{prefix}mail.smtp.socketFactory.class"
    through = f"{prefix}mail.smtp.socketFactory.port"
    return {
        "implicit": ({ssl: True},),
        "starttls": (
            {starttls: True},
            {ssl: False},
            {ssl: False, starttls: True},
            {factory: "", starttls: True},
            {factory: ""},
            {factory: "", through: 587, starttls: True},
        ),
        "none": (
            {starttls: False, required: False},
            {ssl: False},
            {ssl: False, starttls: False, required: False},
        ),
    }


class JakartaMail:
    id = "jakarta-mail"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = {**NAMES, **FIELDS}
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = modes_of("")

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """Every `.properties` file that names a host for SMTP itself, and every session of code."""
        in_code = [*self._in_code(workspace), *self._in_xml(workspace)]
        for draft in self._in_files(workspace):
            loading = [each for each in in_code if draft.files[0] in _read_by(each)]
            if not loading:
                yield draft
            for each in loading:
                each.insert = _either(each.insert, draft.insert)
        yield from in_code

    def _in_code(self, workspace: Workspace) -> Iterator[Draft]:
        for path in workspace.folder.containing(NEEDLE, ".java", ".kt"):
            variables = code_variables(workspace, path)
            module = workspace.module(path, variables)
            library = workspace.dependencies.find("maven", *LIBRARIES)
            for found in in_code(workspace, module, NAMES) if module is not None else ():
                yield Draft(
                    dialect=self,
                    place=f"{path}:{found.line}",
                    options=found.options,
                    variables=variables,
                    language="kotlin" if path.endswith(".kt") else "java",
                    version=library.version if library is not None else "",
                    files=(path,),
                    insert=found.insert,
                )

    def _in_xml(self, workspace: Workspace) -> Iterator[Draft]:
        for path in workspace.folder.containing(XML, ".xml"):
            variables = code_variables(workspace, path)
            for found in in_xml(workspace, path, variables):
                yield Draft(
                    dialect=self,
                    place=f"{path}:{found.line}",
                    options=found.options,
                    variables=variables,
                    language="properties",  # whose switches are written alike
                    files=(path,),
                    insert=found.insert,
                )

    def _in_files(self, workspace: Workspace) -> Iterator[Draft]:
        needle = rb"(?m)^[^\S\n]*mail\.(smtps?\.)?host\b"
        for path in workspace.folder.containing(needle, ".properties"):
            variables = workspace.variables(
                workspace.dotenv_files(path, ".env"), "compose-env-file"
            )
            parts = parts_of(workspace, path, variables)
            read = Configuration(workspace, tuple(parts), variables, lambda _: ())
            options: dict[str, Option] = {}
            for name in NAMES:
                option = read.option(name)
                if option is not None:
                    options[name] = option
            beside = next(iter(options.values()), None)
            if beside is None or beside.entry is None:
                continue
            yield Draft(
                dialect=self,
                place=f"{path}:{beside.entry.line}",
                options=options,
                variables=variables,
                language="properties",
                files=(path,),
                insert=lambda new, read=read, beside=beside: read.insert(beside, new),  # type: ignore[misc]
            )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What a session with these properties does (`Transport.send`, or what code calls)."""
        protocol = str(_first(options, PROTOCOLS) or "smtp").strip().lower()
        session = Session(options, "", "smtps" if protocol == "smtps" else "smtp")
        hosts = ("setHost", "connect host", session.name("host"), "mail.host")
        host = as_text(_first(options, hosts))
        given = _first(options, ("setPort", "connect port"))
        user, password = _login_of(session)
        by = by_of(
            session,
            {
                "tls": PROTOCOLS if session.protocol == "smtps" or not session.decide else (),
                "port": ("setPort", "connect port"),
                "username": user,
                "password": password,
                "sender": ("from",),
            },
        )
        # one that can't be told is among them
        by["host"] = tuple(sorted(hosts, key=lambda name: name not in options))
        ignored = list(session.ignored())
        if "login" in options and not user:
            ignored.append(remark("user", "no-auth"))
        return Outcome(
            host=host or "localhost",
            port=session.port(given),
            tls=session.tls(given),
            required=session.on("starttls.required") and session.tls(given) == "starttls",
            username=as_text(_first(options, (*user, session.name("user"), "mail.user"))),
            password=as_text(_first(options, password)),
            sender=as_text(_first(options, (session.name("from"), "mail.from", "from"))),
            ehlo=as_text(session.get("localhost")),
            verify=session.verifies(host),
            by=by,
            misread=tuple(session.misread()),
            ignored=tuple(ignored),
        )


def _read_by(draft: Draft) -> set[str]:
    """The files in which what code has is written."""
    spans = [option.value.written for option in draft.options.values()]
    return {span.file for span in spans if span is not None}


def _either(first: Insert | None, other: Insert | None) -> Insert:
    """Further options in the code, else in the file that it loads."""

    def insert(new: Mapping[str, Any]) -> tuple[Edit, ...]:
        ways = [each(new) for each in (first, other) if each is not None]
        return next((each for each in ways if each), ())

    return insert


def _first(options: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The first that says anything."""
    return next((options[name] for name in names if options.get(name)), None)


def _login_of(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the user and of the password that count.

    Jakarta Mail reads no password from the properties: where no code hands one over, one that
    stands there is what the program's own code hands over. An Authenticator is asked only where
    `auth` says so.
    """
    if "login" not in session.options:
        return (), (session.name("password"),)
    if session.options["login"] == IF_ASKED and not session.on("auth"):
        return (), ()
    return ("setUsername", "user"), ("setPassword", "password")


def by_of(session: Session, own: Mapping[Field, tuple[str, ...]]) -> dict[Field, tuple[str, ...]]:
    """The names that say each field: a framework's own first, then the session's."""
    found: dict[Field, tuple[str, ...]] = {}
    for end, field in FAMILY.items():
        name = session.name(end)
        if field != "tls" and name in session.options:
            found[field] = (*found.get(field, ()), name)
    if session.has_factory and session.get("socketFactory.port") is not None:
        found["port"] = (session.name("socketFactory.port"),)
        own = {field: names for field, names in own.items() if field != "port"}
    for field, names in own.items():
        there = tuple(name for name in names if name in session.options)
        if field == "tls":
            found["tls"] = there
        elif there:
            found[field] = (*there, *found.get(field, ()))
    for field, name in COMMON.items():
        if name in session.options:
            found.setdefault(field, (name,))
    found["tls"] = (*found.get("tls", ()), *session.decide)
    return found


DIALECT = JakartaMail()
