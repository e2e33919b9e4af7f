"""Sessions of Jakarta Mail that XML says: Tomcat's resources, WildFly's mail-session, GlassFish's
mail-resource, Liberty's mailSession, and beans of Spring's sender.

Knows where each of them has the session's properties, and how placeholders in them are filled. What
the properties come to is `jakarta_mail`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Insert, Option
from smtpdoctor.settings.dialects.jakarta_code import IF_ASKED, SENDER_PROPERTIES, InCode
from smtpdoctor.settings.dialects.properties import switched, variables_of
from smtpdoctor.settings.dialects.texts import filled
from smtpdoctor.settings.model import Edit
from smtpdoctor.settings.prepare import inserted, put_in, worded
from smtpdoctor.settings.readers import xml
from smtpdoctor.settings.readers.jvm_configuration import in_files
from smtpdoctor.settings.readers.model import Known, Span, Unknown, Value
from smtpdoctor.settings.readers.xml import Element
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

NEEDLE = rb"mail\.Session|JavaMailSenderImpl|<smtp-server\b|<mail-resource\b|<mailSession\b"
SESSION = re.compile(r"(?:javax|jakarta)\.mail\.Session")
PROPERTY = re.compile(r"mail[.-][\w.-]+")
#: `${NAME}`, WildFly's `${env.NAME:default}`.
PLACEHOLDER = re.compile(r"\$\{(?:env\.)?(?P<name>[\w.-]+)(?::(?P<default>[^{}]*))?\}")
#: What only the server can read: WildFly's vault, GlassFish's alias, what Liberty has encoded.
KEPT = re.compile(r"\$\{(?:VAULT|ENC|ALIAS|CREDENTIAL)(?:::|=)|^\{(?:xor|aes|hash)[^{}]*\}")
#: Expressions of other kinds: Spring's `#{…}`, WildFly's with several names.
OTHER = re.compile(r"[$#]\{")
#: WildFly's switches.
SWITCHES = {"ssl": "mail.smtp.ssl.enable", "tls": "mail.smtp.starttls.enable"}
#: Attributes of GlassFish's and Liberty's elements.
SERVER = {"host": "mail.smtp.host", "user": "user", "password": "password", "from": "mail.from",
          "auth": "mail.smtp.auth", "transport-protocol": "mail.transport.protocol",
          "transportProtocol": "mail.transport.protocol"}  # fmt: skip
HOSTS = ("mail.smtp.host", "mail.smtps.host", "mail.host", "setHost")


def in_xml(workspace: Workspace, path: str, variables: Variables) -> Iterator[InCode]:
    """Every session of a file that names a host."""
    source = workspace.source(path)
    if source is None:
        return
    root = xml.read(source)
    for name, read in READERS.items():
        for element in root.all(name):
            session = _Session(workspace, path, variables)
            session.show(element)
            session.insert = read(session, element, root)
            if any(each in session.options for each in HOSTS):
                yield InCode(element.span.line, session.options, session.insert)


class _Session:
    """The options of one element as they are gathered."""

    def __init__(self, workspace: Workspace, path: str, variables: Variables) -> None:
        self.workspace = workspace
        self.path = path
        self.variables = variables
        self.options: dict[str, Option] = {}
        self.insert: Insert = lambda _: ()

    def add(self, name: str, value: Known, called: str = "") -> None:
        """An option, with the placeholder that it is filled."""
        self.options[name] = Option(
            name,
            self._filled(value, self.variables),
            lambda under: self._filled(value, under),
            called=called,
        )

    def log_in(self, how: str) -> None:
        if "password" in self.options or "setPassword" in self.options:
            self.options["login"] = Option("login", Known(how))

    def show(self, element: Element) -> None:
        """Its tag is harmless, and what its attributes are called."""
        for span in element.harmless:
            self.workspace.is_harmless(span)
        for name in ("name", "key"):
            value = element.attributes.get(name)
            if (
                value is not None
                and value.span is not None
                and (PROPERTY.fullmatch(str(value.value)) or value.value in SENDER_PROPERTIES)
            ):
                self.workspace.is_harmless(value.span)

    def _filled(self, value: Known, under: Variables) -> Value:
        """Each `${NAME}` from the variables, else from a file of properties, else its default."""
        kept = KEPT.search(value.value)
        if kept is not None:
            why = "it is encoded, or kept in a vault of the server"
            return Unknown("encrypted", why, value.span)
        told = filled(value, PLACEHOLDER, lambda found: self._told(found, value, under))
        if isinstance(told, Known) and told is value and OTHER.search(value.value):
            return Unknown("computed", "an expression gives it", value.span)
        return switched(told)

    def _told(self, found: re.Match[str], value: Known, under: Variables) -> Value:
        name = found["name"]
        for each in variables_of(name):
            told = under.lookup(each)
            if isinstance(told, Known):
                return told.read_from(each, value.span)
            if told is not None:
                return told
        paths = self.workspace.folder.matching("*.properties")
        told = in_files(self.workspace.project(under), sorted(paths, key=len), name)
        if told is not None:
            return told
        if found["default"] is not None:
            return replace(value, value=found["default"])
        return Unknown("environment", f"{name} is not set here", value.span)


# --- the elements --------------------------------------------------------------------------------


def _tomcat(session: _Session, element: Element, root: Element) -> Insert:
    """`<Resource type="jakarta.mail.Session" mail.smtp.host="…">` (Tomcat's MailSessionFactory)."""
    if not SESSION.fullmatch(element.said("type")):
        return lambda _: ()
    for name, value in element.attributes.items():
        if PROPERTY.fullmatch(name):
            session.add(name, value)
    user = element.attributes.get("mail.smtp.user") or element.attributes.get("mail.user")
    password = element.attributes.get("password")
    if user is not None and password is not None:
        session.add("user", user, "mail.smtp.user")
        session.add("password", password)
        session.log_in(IF_ASKED)
    beside = next((element.written[each] for each in HOSTS if each in element.written), None)
    return lambda new: _attributes(session.workspace, beside, new)


def _wildfly(session: _Session, element: Element, root: Element) -> Insert:
    """`<mail-session>` with its smtp-server and the socket binding that this names."""
    server = next(element.all("smtp-server"), None)
    if server is None:
        return lambda _: ()
    session.show(server)
    remote = _remote(root, server.said("outbound-socket-binding-ref"))
    if remote is not None:
        session.show(remote)
    given = {"host": "mail.smtp.host", "port": "mail.smtp.port"}
    login = {"username": "user", "password": "password"}
    for each, names in ((remote, given), (server, {**SWITCHES, **login})):
        for name, option in names.items():
            if each is not None and name in each.attributes:
                session.add(option, each.attributes[name], name)
    if "from" in element.attributes:
        session.add("mail.from", element.attributes["from"], "from")
    session.log_in("connect")
    beside = server.written.get("outbound-socket-binding-ref")
    names = {option: name for name, option in SWITCHES.items()}

    def insert(new: Mapping[str, Any]) -> tuple[Edit, ...]:
        if any(name not in names for name in new):
            return ()
        more = {names[name]: value for name, value in new.items()}
        return _attributes(session.workspace, beside, more)

    return insert


def _remote(root: Element, name: str) -> Element | None:
    """Where an outbound socket binding of that name leads."""
    bindings = (each for each in root.all("outbound-socket-binding") if each.said("name") == name)
    return next((remote for each in bindings for remote in each.all("remote-destination")), None)


def _server(session: _Session, element: Element, root: Element) -> Insert:
    """`<mail-resource>` and `<mailSession>`: attributes, and properties in them. Both hand the
    login over by an Authenticator (GlassFish's MailSessionAuthenticator, Liberty's
    MailSessionService), which is asked only with `mail.smtp.auth`."""
    for name, option in SERVER.items():
        if name in element.attributes:
            session.add(option, element.attributes[name], name)
    insert = _properties(session, element)
    session.log_in(IF_ASKED)
    return insert


def _properties(session: _Session, element: Element) -> Insert:
    """`<property name="mail.smtp.port" value="…"/>`, GlassFish's with dashes for dots."""
    beside = None
    for each in element.all("property"):
        name, value = each.said("name"), each.attributes.get("value")
        session.show(each)
        if PROPERTY.fullmatch(name) and value is not None:
            option = name.replace("-", ".")
            session.add("password" if option.endswith(".password") else option, value, name)
            beside = each
    dashed = beside is not None and "-" in beside.said("name")

    def insert(new: Mapping[str, Any]) -> tuple[Edit, ...]:
        names = {name.replace(".", "-") if dashed else name: value for name, value in new.items()}
        lines = [
            f'<property name="{name}" value="{worded(value)}"/>' for name, value in names.items()
        ]
        return _lines(session.workspace, beside, lines)

    return insert


def _bean(session: _Session, element: Element, root: Element) -> Insert:
    """A bean of JavaMailSenderImpl, its properties as elements or as attributes (`p:host`)."""
    if not element.said("class").endswith(".JavaMailSenderImpl"):
        return lambda _: ()
    beside = prop = None
    for each in element.all("property"):
        session.show(each)
        inner = next(each.all("value"), None)
        value = each.attributes.get("value") or (inner.text if inner is not None else None)
        if each.said("name") in SENDER_PROPERTIES and value is not None:
            session.add(SENDER_PROPERTIES[each.said("name")], value, each.said("name"))
            beside = each
    for name, option in SENDER_PROPERTIES.items():
        if f"p:{name}" in element.attributes:
            session.add(option, element.attributes[f"p:{name}"], f"p:{name}")
    for each in element.all("prop", "entry"):
        session.show(each)
        key, said = each.said("key"), each.attributes.get("value") or each.text
        if PROPERTY.fullmatch(key) and said is not None:
            session.add(key, said)
            prop = each
    session.log_in("connect")

    def insert(new: Mapping[str, Any]) -> tuple[Edit, ...]:
        names = {f"mail.smtp.{name[3:].lower()}" if name == "setPort" else name: value
                 for name, value in new.items()}  # fmt: skip
        if "setPort" in new:
            lines = [f'<property name="port" value="{new["setPort"]}"/>']
            return _lines(session.workspace, beside, lines) if len(new) == 1 else ()
        tag = prop.name if prop is not None else "prop"
        props = [
            f'<{tag} key="{name}" value="{worded(value)}"/>'
            if tag == "entry"
            else f'<{tag} key="{name}">{worded(value)}</{tag}>'
            for name, value in names.items()
        ]
        if prop is not None:
            return _lines(session.workspace, prop, props)
        whole = f'<property name="javaMailProperties"><props>{"".join(props)}</props></property>'
        return _lines(session.workspace, beside, [whole])

    return insert


READERS: Mapping[str, Callable[[_Session, Element, Element], Insert]] = {
    "Resource": _tomcat,
    "mail-session": _wildfly,
    "mail-resource": _server,
    "mailSession": _server,
    "bean": _bean,
}


# --- further lines -------------------------------------------------------------------------------


def _attributes(
    workspace: Workspace, beside: Span | None, new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Further attributes before one that is there, on lines of their own where that has one."""
    line = workspace.line(beside.file, beside.line) if beside is not None else None
    if beside is None or line is None:
        return ()
    indent = line[: beside.columns[0] - 1]
    words = [f'{name}="{worded(value)}"' for name, value in new.items()]
    if not indent.strip():
        return (inserted(beside, 1, "".join(f"{indent}{each}\n" for each in words)),)
    return (put_in(workspace, beside, beside.columns[0], "".join(f"{each} " for each in words)),)


def _lines(workspace: Workspace, beside: Element | None, new: list[str]) -> tuple[Edit, ...]:
    """Further elements before one that begins its line."""
    line = workspace.line(beside.span.file, beside.span.line) if beside is not None else None
    if beside is None or line is None:
        return ()
    indent = line[: beside.span.columns[0] - 1]
    if indent.strip():
        return (put_in(workspace, beside.span, beside.span.columns[0], "".join(new)),)
    return (inserted(beside.span, 1, "".join(f"{indent}{each}\n" for each in new)),)
