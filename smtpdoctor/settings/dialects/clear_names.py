"""A container, unit or job whose program nobody knows, by variables with clear names: APP_SMTP_HOST
with APP_SMTP_PORT; and the `.env` of a folder in which no program is known, or its environment.

Knows which words name a server, a port, a login and a sender, and which speak of TLS. It must not
know any program: what a switch for TLS means in one that isn't known is told only where its name,
its text and the port say the same thing; else nobody can tell, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from smtpdoctor.settings.dialects.base import Draft, Option
from smtpdoctor.settings.dialects.env import HOSTS, READER, dotenv_files
from smtpdoctor.settings.dialects.form import Marks, ModeEntry, OptionEntry, TableEntry
from smtpdoctor.settings.dialects.table import (
    Table,
    TableDocument,
    is_programs_image,
    is_told,
)
from smtpdoctor.settings.model import FALSE, TRUE, UNKNOWN_PROGRAM, Field, TLSMode
from smtpdoctor.settings.names import BY_NAME, LONGEST_NAME
from smtpdoctor.settings.readers.model import Known, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

#: A name in words: `SMTP_HOST`, `Mail__SmtpServer`.
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
MAIL = frozenset({"SMTP", "SMTPS", "MAIL", "EMAIL", "MAILER", "NODEMAILER"})
#: What stands behind the last of these, for each setting.
ENDS: Mapping[str, Field] = {
    **dict.fromkeys(
        ("HOST", "HOSTNAME", "HOST NAME", "SERVER", "SERVER HOST", "SERVER NAME", "SERVER ADDRESS"),
        "host",
    ),
    **dict.fromkeys(("RELAY", "RELAY HOST", "RELAYHOST", "SMARTHOST", "SMART HOST"), "host"),
    **dict.fromkeys(("URL", "URI", "DSN", "CONNECTION URL", "CONNECTION URI", "SERVER URL"), "url"),
    **dict.fromkeys(("PORT", "SERVER PORT", "HOST PORT"), "port"),
    **dict.fromkeys(("USER", "USERNAME", "USER NAME", "LOGIN"), "username"),
    **dict.fromkeys(("AUTH USER", "AUTH USERNAME", "HOST USER", "SERVER USER"), "username"),
    **dict.fromkeys(("PASS", "PASSWORD", "PASSWD", "PWD", "USER PASSWORD"), "password"),
    **dict.fromkeys(("AUTH PASS", "AUTH PASSWORD", "HOST PASSWORD", "SERVER PASSWORD"), "password"),
    **dict.fromkeys(("FROM", "FROM ADDRESS", "FROM EMAIL", "EMAIL FROM", "MAIL FROM"), "sender"),
    **dict.fromkeys(("SENDER", "SENDER ADDRESS", "SENDER EMAIL", "DEFAULT SENDER"), "sender"),
}  # fmt: skip
#: MAIL_ADDRESS is somebody's; SMTP_ADDRESS is a server's.
OF_SMTP = frozenset({"ADDRESS", "ADDR"})
#: Senders whose name begins with what they are: DEFAULT_FROM_EMAIL, MAIL_DEFAULT_SENDER.
SENDER = re.compile(r"(?:DEFAULT )?(?:FROM|SENDER)(?: E?MAIL)?(?: ADDRESS)?")
TLS = frozenset(
    {"TLS", "SSL", "SECURE", "SECURITY", "ENCRYPTION", "STARTTLS", "PROTOCOL", "SCHEME"}
)
#: What is said of certificates, which is another thing.
CERTIFICATES = re.compile(
    r"VERIFY|SKIP|REJECT|INSECURE|CERT|CIPHERS|SERVERNAME|ALLOW|VALIDATE|CHECK|\bCA\b|KEY|VERSION"
    r"|TRUST|PROTOCOLS"
)
#: A switch that turns off what it is named after.
NEGATED = re.compile(r"DISABLE|IGNORE|WITHOUT|\bNO\b|\bNOT\b|\bOFF\b")
#: What says by which way mail goes, where there are several.
WAY = frozenset(
    {"MAILER", "DRIVER", "TRANSPORT", "PROVIDER", "TYPE", "BACKEND", "SERVICE", "ADAPTER"}
)
IMPLICIT = frozenset({"ssl", "smtps", "implicit", "force_tls", "implicit_tls"})
STARTTLS = frozenset({"starttls", "start_tls", "smtp+starttls", "explicit"})
SAYS_NOTHING = frozenset({"", "smtp", "auto", "null", *FALSE})
#: Ports of servers from which mail is fetched.
FETCHED_FROM = frozenset({"110", "143", "993", "995"})
#: Such a server by its name, and addresses that a program listens on itself.
NO_SERVER = re.compile(r"(?:imap|pop3?)[.-].*|0\.0\.0\.0(?::\d+)?", re.IGNORECASE)
HOST_TEXT = re.compile(r"[\w.-]+(?::(?P<port>\d{1,5}))?")
URL_TEXT = re.compile(r"(?:smtps?|submissions?)(?:\+\w+)?://", re.IGNORECASE)
IN_FILES = ("_FILE", "__FILE")
NO_SWITCH = "no variable says how the program begins TLS, and nobody knows the program"
NOT_PASSED = "none of its variables is clearly this one, and nobody knows the program"


@dataclass(frozen=True, slots=True)
class _Named:
    """The variables of one server: by their stem (`APP_SMTP`), which setting each is."""

    fields: dict[Field, list[str]] = field(default_factory=dict)
    #: Those that speak of TLS, with what stands behind the stem, and those that name a way.
    tls: dict[str, str] = field(default_factory=dict)
    ways: list[str] = field(default_factory=list)

    def add(self, name: str, stem: tuple[str, ...], ends: str) -> None:
        """A variable, by what stands behind the stem."""
        which = "host" if ends in OF_SMTP and stem[-1] == "SMTP" else ENDS.get(ends)
        if which is not None:
            self.fields.setdefault(which, []).append(name)
        elif TLS.intersection(ends.split()) and not CERTIFICATES.search(ends):
            self.tls[name] = ends
        elif ends in WAY:
            self.ways.append(name)

    @property
    def names_a_server(self) -> bool:
        return "host" in self.fields or "url" in self.fields

    def take(self, other: _Named) -> None:
        """What another stem says beside it, where that is no server of its own."""
        if not other.names_a_server:
            for each, names in other.fields.items():
                self.fields.setdefault(each, names)
            self.tls.update(other.tls)
            self.ways.extend(other.ways)

    def first(self, wanted: Field) -> str:
        return self.fields.get(wanted, [""])[0]


def unclaimed(workspace: Workspace, drafts: Iterable[Draft]) -> Iterator[Draft]:
    """One for each surrounding with a server by such names that none of the drafts is of, equal
    ones once; where nothing else is in the folder, one for what is in its `.env` files and in the
    environment."""
    drafts = list(drafts)
    found = list(_of_surroundings(workspace, drafts))
    yield from found or (() if drafts else _alone(workspace))


def _of_surroundings(workspace: Workspace, drafts: Iterable[Draft]) -> Iterator[Draft]:
    claimed = {id(layer) for draft in drafts for layer in draft.variables.layers}
    seen: set[tuple[object, ...]] = set()
    for item in workspace.surroundings:
        if (
            is_programs_image(item.image)
            or any(id(layer) in claimed for layer in item.variables.layers)
            or any(is_told(item.variables, name) is not None for name in HOSTS)
        ):
            continue  # the project's own names are `env`'s
        for named in _servers(item.variables):
            program = ClearNames(named, item.variables)
            for draft in program.drafts(workspace, item.place, item):
                key = tuple((each.name, each.value.span) for each in draft.options.values())
                if key not in seen:
                    seen.add(key)
                    yield draft


def _alone(workspace: Workspace) -> Iterator[Draft]:
    """What would else be called a folder without settings."""
    told = workspace.env_file if workspace.given is None else workspace.given.label
    found = False
    for path in (told,) if told else dotenv_files(workspace):
        for draft in _in_variables(workspace, path, workspace.variables([path], READER)):
            found = True
            yield draft
    if not found and not told:
        alone = Variables((workspace.process,))
        yield from _in_variables(workspace, workspace.process.label, alone)


def _in_variables(workspace: Workspace, place: str, variables: Variables) -> Iterator[Draft]:
    if any(name in BY_NAME for name in variables.names):
        return  # `env`'s, and what is missing beside them is named there
    for named in _servers(variables):
        if "host" in named.fields:  # the name of a URL is one program's
            yield from ClearNames(named, variables, sure=False).drafts(workspace, place)


def _servers(variables: Variables) -> Iterator[_Named]:
    """The servers that the names speak of, those alone that something else is said of, too."""
    found: dict[tuple[str, ...], _Named] = {}
    senders: list[str] = []
    for whole in variables.names:
        name = next((whole[: -len(end)] for end in IN_FILES if whole.endswith(end)), whole)
        stem, rest = _parted(name)
        if stem:
            found.setdefault(stem, _Named()).add(name, stem, " ".join(rest))
            if SENDER.search(" ".join((*stem, *rest))):
                senders.append(name)
    for stem, named in found.items():
        if named.names_a_server:
            for other in _near(stem, found):
                named.take(found[other])
            if _is_server(named, variables):
                named.fields.setdefault("sender", senders)
                yield named


def _near(stem: tuple[str, ...], stems: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Stems of which one begins with the other: EMAIL_USER is said of EMAIL_SMTP_HOST."""
    for other in stems:
        least = min(len(stem), len(other))
        if other != stem and least and stem[:least] == other[:least]:
            yield other


def _parted(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words up to the last that speaks of mail, and those behind it; none where none does."""
    if len(name) > LONGEST_NAME:
        return (), ()
    words = tuple(word.upper() for word in WORD.findall(name))
    at = max((number for number, word in enumerate(words, 1) if word in MAIL), default=0)
    if words[-1:] == ("MAILER",) and words[-2:-1] and words[-2] in MAIL:  # MAIL_MAILER=log
        at = len(words) - 1
    return words[:at], words[at:]


def _is_server(named: _Named, variables: Variables) -> bool:
    """Whether they name a server that mail is handed to, and something about it."""
    if any(_says_another_way(variables.lookup(name)) for name in named.ways):
        return False
    if _text(variables.lookup(named.first("port"))) in FETCHED_FROM:
        return False
    if URL_TEXT.match(_text(variables.lookup(named.first("url")))):
        return True
    host = variables.lookup(named.first("host"))
    if host is None or not any(named.fields.get(each) for each in ("port", "username", "password")):
        return False
    if NO_SERVER.fullmatch(_text(host)):
        return False
    return isinstance(host, Unknown) or HOST_TEXT.fullmatch(_text(host)) is not None


def _says_another_way(value: Value | None) -> bool:
    text = _text(value).lower()
    return bool(text) and "smtp" not in text and text != "nodemailer"


def _text(value: Value | None) -> str:
    return str(value.value).strip() if isinstance(value, Known) and value.value is not None else ""


def _may_be(which: Field, text: str) -> bool:
    """Whether such a text is a setting of its name: a sender has an @, and `LOGIN=true` is a
    switch."""
    if which == "username":
        return not text or text.lower() not in {*TRUE, *FALSE}
    return which != "sender" or "@" in text


class ClearNames(Table):
    """One such server, as a program of its own; `sure` where something is seen to read it."""

    def __init__(self, named: _Named, variables: Variables, *, sure: bool = True) -> None:
        self._named = named
        self._variables = variables
        self._by_url = sure and bool(URL_TEXT.match(_text(variables.lookup(named.first("url")))))
        wanted: tuple[Field, ...] = ("url",) if self._by_url else ("host", "port")
        host = HOST_TEXT.fullmatch(_text(variables.lookup(named.first("host"))))
        self._port = _text(variables.lookup(named.first("port"))) or (host and host["port"]) or ""
        self._mode = self._said(variables) if sure and not self._by_url else None
        options = [
            OptionEntry(
                name=name,
                field=each,
                variables=(name,),
                port=each == "host" and bool(host and host["port"]),
            )
            for each in (*wanted, "username", "password", "sender")
            for name in named.fields.get(each, ())
            if _may_be(each, _text(variables.lookup(name)))
        ]
        options += [OptionEntry(name=name, field="tls", variables=(name,)) for name in named.tls]
        modes = (
            (ModeEntry(tls=self._mode),)
            if self._mode
            else (ModeEntry(tls="implicit", when={"port": 465}), ModeEntry(tls="starttls"))
        )
        entry = TableEntry(
            name="a program that is not known",
            sources={},
            marks=Marks(),
            option=tuple(options),
            mode=modes,
            in_files=IN_FILES,
        )
        super().__init__(UNKNOWN_PROGRAM, entry)

    def drafts(
        self, workspace: Workspace, place: str, surrounding: Surrounding | None = None
    ) -> Iterator[Draft]:
        """Its set-up there."""
        yield from self._draft(workspace, place, self._variables, None, surrounding)

    def _said(self, variables: Variables) -> TLSMode | None:
        """The mode, where names, texts and the port all say the same."""
        said: set[str] = set()
        for name, ends in self._named.tls.items():
            value = variables.lookup(name)
            text = _text(value).lower()
            if isinstance(value, Unknown):
                return None
            if text in SAYS_NOTHING:
                continue
            said.add(_meant(ends, text))
        if said == {"implicit"} and self._port == "465":
            return "implicit"
        if said == {"starttls"} and self._port not in ("", "465"):
            return "starttls"
        return None

    def _read(
        self,
        workspace: Workspace,
        variables: Variables,
        document: TableDocument | None,
        surrounding: Surrounding | None,
    ) -> Iterator[tuple[str, Option]]:
        """What the names say. What they leave open can't be told: a part of the login without the
        other, a port that nobody names, and mostly what begins TLS."""
        found = dict(super()._read(workspace, variables, document, surrounding))
        fields = {self.fields[name] for name in found}
        halves: tuple[tuple[Field, Field], ...] = (
            ("username", "password"),
            ("password", "username"),
        )
        for one, other in halves:
            if one in fields and other not in fields and not self._by_url:
                yield from self._untold(other, NOT_PASSED)
        if "port" not in fields and not self._by_url:
            yield from self._untold("port", NOT_PASSED)
        if self._mode is None:
            names = [name for name in self._named.tls if name in found]
            for name in names:
                span = found[name].value.span
                why = f"what {name} means in a program that nobody knows can't be told"
                found[name] = Option(name, Unknown("computed", why, span), called=name)
            if not names:
                yield from self._untold("tls", NO_SWITCH)
        yield from found.items()

    def _untold(self, which: Field, why: str) -> Iterator[tuple[str, Option]]:
        name = which.upper()
        self.fields = {**self.fields, name: which}
        yield name, Option(name, Unknown("undeclared", why))


def _meant(ends: str, text: str) -> str:
    """The mode that a switch asks for in every program that has one of that name and text."""
    if text in IMPLICIT:
        return "implicit"
    if text in STARTTLS:
        return "starttls"
    if text not in TRUE or NEGATED.search(ends):
        return "unclear"
    if "STARTTLS" in ends.replace(" ", "") or ends == "USE TLS":
        return "starttls"
    return "implicit" if "SSL" in ends or "SECURE" in ends else "unclear"
