"""A report that can be handed to anybody: names, addresses and paths replaced by stand-ins.

Works on the report as a whole, before any format has it: what isn't in it can't get out by one
(docs/decisions/0022). Everything that a report says comes from its observations, so what is private
is collected there and replaced everywhere. Must know no format, and nothing of what a cause means.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin
from urllib.parse import quote

import msgspec

from smtpdoctor import knowledge
from smtpdoctor.addresses import is_address, is_private_name, one_spelling
from smtpdoctor.diagnosis.model import Acceptance, Location
from smtpdoctor.mail_policy.organization import organizational_domain
from smtpdoctor.observations import Observations, Place
from smtpdoctor.observations.redaction import Redactor
from smtpdoctor.report.model import NotChecked, Notice, Report
from smtpdoctor.settings.model import (
    MASK,
    Edit,
    Origin,
    Setting,
    Settings,
    SetupIdentity,
    ShownLine,
)
from smtpdoctor.settings.readers.harmless import is_name_of_code
from smtpdoctor.smtp.certificate_info import CertificateInfo

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

T = TypeVar("T")

#: Fields that hold the doctor's own words and references, never a word of others.
OWN = frozenset(
    {
        "id", "after", "explains", "consequences", "code", "docs", "dialect", "platform",
        "started", "clock", "released", "version", "oddities", "unexplained", "faults",
    }
)  # fmt: skip
HOSTS = frozenset(
    {
        "host", "hostname", "server", "nameservers", "fqdn", "search", "question", "aliases",
        "written_for", "domain", "helo", "ehlo", "under_name", "names", "answers",
    }
)  # fmt: skip
USERS = frozenset({"username", "sender", "recipient", "address"})
FILES = frozenset({"file", "files", "trust_store_path"})
#: Fields with words in which a file stands with its line.
PLACES = frozenset({"setup", "setups", "why", "place"})
#: Names of settings and lines of code, where `config.host` is no host. Values that are shown of
#: them stand in fields of their own, too.
CODE = frozenset({"name", "option", "looks_like", "source_line", "replace", "with_", "settings"})
#: Fields with a line of the user's, or with what the user calls a variable.
NAMED = frozenset({"source_line", "option", "looks_like", "unset"})
#: Words of languages and libraries that stand in no setting: they tell nothing of whose it is.
_CODE_WORDS = """
abstract annotations apply args artifact assert base bean bearer begin boot break build bundle
catch char class conf configs configure const constructor containers continue contrib creds
databases define defer delegate delete dependencies dependency derive dialer document dotenv
double dynamic each echo elif elsif ensure enum except exec exit export exports extends extern
final finally float foreach fragment func function global gomail group implementation implements
impl includes inherit init inner installed instance instanceof interface internal item items
jobs join keys label labels lambda lazy lettre list logger loop main match metadata methods mime
mixin module move mutable namespace native nonlocal notnull object onto openssl operator outer
override package param params partial pass pool prefix println profile proj project props
protected public pull push queue raise range readonly receivers record redo reference register
rescue resource retry rust schema scope sealed secretkey select self setdefault setup short skip
slice smarthost smtpdoctor spec spring springframework starter static strings struct suffix
super switch synchronized template then this throw throws tool trait transient tuple type
typedef unless unsafe until update util utils values variables vars virtual void volatile when
where while with wpms yagmail yield
"""
CODE_WORDS = frozenset(_CODE_WORDS.split())
#: Of a name the words that it is made of.
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
#: Shorter parts are in every name.
SHORTEST_PART = 4
MOST_NAMES = 2000
#: Names that everybody's files have: they tell what it is, and nothing of whose.
EVERYBODYS_FILES = frozenset({".env"})
#: Profiles that everybody has.
EVERYBODYS_PROFILES = frozenset({"production", "development", "staging", "test", "prod", "dev"})

#: In place of the reason of an acceptance.
NO_REASON = "a reason that is not shown"

#: Labels that say what a host is for, and not whose it is.
ROLE = re.compile(
    r"_[a-z0-9_-]+|(?:www|web|e?mail|webmail|smtps?|submission|relay|out|outbound|outgoing|mx|mta"
    r"|imaps?|pop3?s?|ns|dns|spf|dkim|dmarc|autodiscover|autoconfig|svc|cluster|local|localhost)"
    r"[0-9]{0,2}"
)
#: Mailboxes that every domain has (RFC 2142, and habit). Alone they name nobody.
ROLE_MAILBOXES = """
    abuse account accounts admin administrator alerts api app backup billing bot bounce bounces
    contact cron default dev hello help hostmaster info kontakt login mail mailer mailer-daemon
    marketing me news newsletter no-reply nobody noreply notification notifications office orders
    postmaster root sales security send sender service shop smtp support system team test user
    username web webmaster www
"""
#: Authorities whose certificates anybody may have.
PUBLIC_AUTHORITIES = re.compile(
    r"let's encrypt|internet security research|isrg|digicert|geotrust|thawte|rapidssl|globalsign"
    r"|sectigo|comodo|usertrust|zerossl|godaddy|starfield|amazon|google trust"
    r"|gts |entrust|identrust|dst root|swisssign|buypass|microsoft|t-systems|telekom|telesec"
    r"|actalis|asseco|certum|ssl corp|ssl\.com|d-trust|harica|hellenic academic|quovadis|baltimore"
    r"|certigna|e-tugra|affirmtrust|trustwave|securetrust|apple|wisekey|atos|symantec|verisign",
    re.IGNORECASE,
)

#: Addresses that are the same everywhere: whole networks of RFC 6890, those that every machine
#: has, and those on which the doctor knocks by itself.
EVERYBODYS_NETWORKS = frozenset(
    {"0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"}
)
EVERYBODYS_ADDRESSES = frozenset(
    {"1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "169.254.169.254", "fd00:ec2::254"}
)
#: RFC 5737 and RFC 3849. When the first are used up, RFC 2544's.
DOCUMENTATION = ("192.0.2", "198.51.100", "203.0.113", *(f"198.18.{third}" for third in range(256)))
EXAMPLE = re.compile(r"(?:.*\.)?(?:example|example\.(?:com|net|org)|in-addr\.arpa|ip6\.arpa)")

#: Shorter ones are in every text; as a user name by itself they are replaced all the same.
SHORTEST_WORD = 3
#: Shorter ones are ports, codes and times.
SHORTEST_NUMBER = 6
#: Shorter ones are looked for as they stand and in their usual encodings, not in whatever decodes.
SHORTEST_DECODED = 8
#: So many are looked for also by themselves and encoded, the settings' own first: a server may name
#: any number of hosts and mailboxes.
MOST_LOOKED_FOR = 400
#: In characters (RFC 1035 §2.3.4); what is longer is no name of a host.
LONGEST_NAME = 253

_IPV4 = r"\d{1,3}(?:[.-]\d{1,3}){3}"
_IPV6 = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?:\.\d{1,3}){0,3}"
_PLACE = r"(?<![\w/.-])([^\s:()\"'“”,;]+):\d+"
_NIBBLES = r"(?<![\w.])(?:[0-9A-Fa-f]\.){4,32}ip6\.arpa"
# each begins where a word does, and takes nothing back: texts of servers are long
_LOCAL = r"\s<>\"'“”‘’(),;:=/\\@\[\]{}`"
_MAIL = rf"(?<![^{_LOCAL}])[^{_LOCAL}]+(?:@|%40)(?:[^\W_][\w-]*+\.)+[^\W\d_][\w-]*+"
_DOTTED = r"(?<![\w-])(?:[\w-]++\.)+[\w-]++"


def anonymous(report: Report, *, files: bool = True) -> Report:
    """The same report without what tells whose it is.

    Replaced are hosts, users, addresses of machines and mailboxes, organisations in certificates,
    containers, and, where `files` says so, paths and the names of set-ups. Hosts and domains of
    providers stay. Without `files` the places in files are those of the repository, for formats
    that annotate it. Masks stay, and so do codes, verdicts and columns that nothing moved.
    """
    replaced = _StandIns(report, files=files)
    changed: Report = _changed(report, replaced)
    return msgspec.structs.replace(changed, anonymous=True)


# --- going through a report -------------------------------------------------------------------


def _files_of(report: Report) -> Iterator[str]:
    """Every file that the report names."""
    for owner, field, text in _texts(report):
        if field in FILES and text:
            yield text
        elif field in PLACES or (owner is SetupIdentity and field == "name"):
            # not of “standard input:3”
            yield from (file for file in re.findall(_PLACE, text) if "." in file or "/" in file)


@cache
def _is_own_name(word: str) -> bool:
    """Whether a word is in a name of code that no language, library or setting has."""
    return any(
        len(part) >= SHORTEST_PART
        and part.lower() not in CODE_WORDS
        and not is_name_of_code(part.lower())
        and not knowledge.is_public_word(part.lower())
        for part in _PARTS.findall(word)
    )


def _is_the_systems(file: str) -> bool:
    return file.startswith(("/etc/", "/usr/"))


@cache
def _free_fields(kind: type) -> tuple[str, ...]:
    """The fields whose texts are not of a closed set of words, in their order."""
    return tuple(
        field.name
        for field in msgspec.structs.fields(kind)
        if field.name not in OWN and _is_free(field.type)
    )


def _is_free(hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return False
    arguments = get_args(hint)
    if arguments:
        return any(map(_is_free, arguments))
    return hint not in (int, float, bool, type(None), ...)


def _texts(value: Any, owner: type = object, field: str = "") -> Iterator[tuple[type, str, str]]:
    """Every text in there, with where it stands."""
    if isinstance(value, str):
        yield owner, field, value
    elif isinstance(value, bytes):
        yield owner, field, value.decode("utf-8", "surrogateescape")
    elif isinstance(value, msgspec.Struct):
        for name in _free_fields(type(value)):
            yield from _texts(getattr(value, name), type(value), name)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item, owner, field)
    elif isinstance(value, tuple | list | Observations):
        for item in value:
            yield from _texts(item, owner, field)


def _structs(value: Any, kind: type[T]) -> Iterator[T]:
    if isinstance(value, kind):
        yield value
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _structs(getattr(value, name), kind)
    elif isinstance(value, tuple | list | Observations):
        for item in value:
            yield from _structs(item, kind)


def _changed(value: Any, change: _StandIns, owner: type = object, field: str = "") -> Any:
    """The same with every text changed, and with what depends on the texts."""
    if isinstance(value, str):
        return change.text_of(owner, field, value)
    if isinstance(value, bytes):
        text = change.text_of(owner, field, value.decode("utf-8", "surrogateescape"))
        return text.encode("utf-8", "surrogateescape")
    if isinstance(value, Observations):
        return Observations(_changed(item, change) for item in value)
    if isinstance(value, msgspec.Struct):
        kind = type(value)
        new = msgspec.structs.replace(
            value,
            **{
                name: _changed(getattr(value, name), change, kind, name)
                for name in _free_fields(kind)
            },
        )
        return change.fitted(value, new)
    if isinstance(value, dict):
        return {key: _changed(item, change, owner, field) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_changed(item, change, owner, field) for item in value)
    return value


# --- the stand-ins ----------------------------------------------------------------------------


class _Numbered:
    """A number for each different thing, in the order in which they are met."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, key: str) -> int:
        return self._numbers.setdefault(key, len(self._numbers) + 1)


class _StandIns:
    """What is private in one report, and what stands in its place."""

    def __init__(self, report: Report, *, files: bool) -> None:
        self._files = files
        self._numbered = {
            kind: _Numbered()
            for kind in (
                "host",
                "name",
                "user",
                "4",
                "6",
                "file",
                "folder",
                "setup",
                "other",
                "word",
            )
        }
        self._names: set[str] = set()  # A-labels, lower case
        self._words: dict[str, str] = {}  # words by themselves, with what stands for each
        self._literals: dict[str, str] = {}  # texts that stand anywhere
        self._paths: dict[str, str] = {}
        self._setups: dict[str, str] = {}
        self._file_names: set[str] = set()  # `.py` is a top-level domain, too
        self._redactor = Redactor(MASK)
        self._collect(report)
        self._pattern = self._compiled()
        self._inside = re.compile(_any_of(self._literals), re.IGNORECASE)

    # --- what is private --------------------------------------------------------------------

    def _collect(self, report: Report) -> None:
        files = tuple(dict.fromkeys(_files_of(report)))
        for file in files:
            self._file_names |= {file.lower(), PurePosixPath(file).name.lower()}
        # the user's own first: theirs are the numbers that a reader meets first
        for settings in _structs(report, Settings):
            self._collect_settings(settings)
        for place in _structs(report, Place):
            identity = (place.container or "").partition(" ")[2]
            if identity and re.fullmatch(r"[0-9a-f]{12}", identity):
                self._words[identity] = "container-1"
        for certificate in _structs(report, CertificateInfo):
            self._collect_certificate(certificate)
        if self._files:
            self._paths |= {file: self._path(file) for file in files if not _is_the_systems(file)}
            self._collect_setups(report)
            for owner, field, text in _texts(report):
                if owner is ShownLine or owner is Location or field in NAMED:
                    self._collect_own_names(text)
        for target in report.targets:
            # what a diagnosis says comes from there
            for owner, field, text in _texts(target.observations):
                if field not in CODE and owner is not ShownLine:
                    self._collect_text(field, text)

    def _collect_settings(self, settings: Settings) -> None:
        for host in (settings.host, settings.ehlo):
            self._collect_host(host or "")
        for user in (settings.username, settings.sender, settings.recipient):
            self._collect_user(user or "")
        for entry in settings.entries:
            for text in (entry.text, *(shadowed.text for shadowed in entry.shadows)):
                if entry.field in ("host", "ehlo"):
                    self._collect_host(text)
                elif entry.field in ("username", "sender", "recipient"):
                    self._collect_user(text)
        if self._files and re.search(r"[^./]", settings.folder):
            self._paths[settings.folder] = "folder"
        if settings.setup is not None and self._files:
            self._setups[settings.setup.name] = self._setup(settings.setup.name)
            if settings.setup.profile and settings.setup.profile not in EVERYBODYS_PROFILES:
                self._words[settings.setup.profile.lower()] = "profile-1"

    def _collect_text(self, field: str, text: str) -> None:
        if field in HOSTS:
            self._collect_host(text)
        elif field in USERS and not is_address(text):
            self._collect_user(text)
        for found in re.finditer(_MAIL, text):
            local, _, domain = found[0].replace("%40", "@").rpartition("@")
            if MASK not in local:
                self._collect_user(f"{local}@{domain}")
        for found in re.finditer(_DOTTED, text):
            if _is_name(found[0]) and found[0].lower() not in self._file_names:
                self._collect_host(found[0])

    def _collect_host(self, text: str) -> None:
        for part in re.findall(r"[\w.-]+", text):
            name = _a_labels(part)
            if not name or is_address(name) or MASK in name or _is_public(name):
                continue
            if "." not in name:
                # as a whole: of a record's text most words are no names
                if part == text.strip(".") and self._is_word(name) and self._has_room():
                    self._words[name] = f"host-{self._numbered['host'](name)}"
                continue
            self._names.add(name)
            own = organizational_domain(name)
            if not _is_public(own):
                self._names.add(own)
                label = own.partition(".")[0]
                for word in {label, _u_label(label)}:
                    if self._is_word(word) and self._has_room():
                        self._words.setdefault(word, f"host-{self._numbered['host'](own)}")
            self._hide(name)

    def _collect_own_names(self, text: str) -> None:
        """What a program calls its variables, functions and classes may tell whose it is; what
        languages, libraries and settings are called tells nothing."""
        for word in re.findall(r"[^\W_]+", text):
            name = word.lower()
            known = name in self._words or name in self._file_names
            if not known and _is_own_name(word) and len(self._words) < MOST_NAMES:
                self._words[name] = f"name-{self._numbered['word'](name)}"

    def _collect_user(self, text: str) -> None:
        if not text or MASK in text or is_address(text):
            return
        local, at, domain = text.rpartition("@")
        if not at:
            local, domain = text, ""
        local = local.strip(" <>\"'")
        self._collect_host(domain)
        user = self._user(local)
        if not self._has_room():
            return
        if self._is_word(local):
            self._words[local.lower()] = user
        for whole in {text, local} if self._is_word(local) else {text} if at else set():
            self._hide(whole)
            stand_in = f"{user}@{self._host(_a_labels(domain))}" if at and whole == text else user
            for form in _encoded(whole):
                self._literals[form] = stand_in

    def _collect_certificate(self, certificate: CertificateInfo) -> None:
        for field in ("subject", "issuer"):
            names: dict[str, str] = getattr(certificate, field)
            if knowledge.interceptor_of(names) is not None:
                continue
            public = any(map(PUBLIC_AUTHORITIES.search, names.values()))
            if public and (field == "issuer" or certificate.is_ca):
                continue
            for key, text in names.items():
                is_host = "." in text and " " not in text
                if key not in ("C", "countryName") and not is_host and self._is_word(text):
                    self._literals[text] = f"organisation-{self._numbered['other'](text)}"
                    self._hide(text)

    def _collect_setups(self, report: Report) -> None:
        for identity in _structs(report, SetupIdentity):
            for name in (identity.name, *identity.same):
                self._setups[name] = self._setup(name)
        names = [left.setup for left in _structs(report, NotChecked)]
        names += [name for notice in _structs(report, Notice) for name in notice.setups]
        for name in names:
            self._setups[name] = self._setup(name)

    def _is_word(self, text: str) -> bool:
        """Whether the word says by itself whose it is: not where everybody uses it."""
        word = text.lower()
        return (
            len(word) >= (SHORTEST_NUMBER if word.isdecimal() else SHORTEST_WORD)
            and word not in ROLE_MAILBOXES.split()
            and not ROLE.fullmatch(word)
            and not knowledge.is_public_word(word)
        )

    def _has_room(self) -> bool:
        return len(self._words) + len(self._literals) < MOST_LOOKED_FOR

    def _hide(self, text: str) -> None:
        """Look for it in whatever decodes to it, too."""
        if (
            self._has_room()
            and len(text) >= SHORTEST_DECODED
            and not EXAMPLE.fullmatch(text.lower())
        ):
            self._redactor.add(text)

    # --- what stands in its place -------------------------------------------------------------

    def _host(self, name: str) -> str:
        if not name or name in _known_hosts() or EXAMPLE.fullmatch(name):
            return name
        if "." not in name:
            return self._words.get(name, name)
        own = organizational_domain(name)
        labels = name.removesuffix(own).strip(".").split(".") if name != own else []
        if _is_public(own):
            base = own
        else:
            private = own.rpartition(".")[2] if is_private_name(own) else "example"
            base = f"host-{self._numbered['host'](own)}.{private}"
        kept = [
            label if ROLE.fullmatch(label) else f"name-{self._numbered['name'](label)}"
            for label in labels
        ]
        return ".".join([*kept, base])

    def _user(self, local: str) -> str:
        return f"user-{self._numbered['user'](local.lower())}"

    def _address(self, text: str) -> str:
        try:
            spelled = one_spelling(text)
            parsed = ipaddress.ip_address(spelled.partition("%")[0])
        except ValueError:
            return text
        if parsed.is_loopback or parsed.is_unspecified or str(parsed) in EVERYBODYS_ADDRESSES:
            return text
        if parsed.version == 4:
            number = self._numbered["4"](str(parsed)) - 1
            return f"{DOCUMENTATION[number // 254 % len(DOCUMENTATION)]}.{number % 254 + 1}"
        return f"2001:db8::{self._numbered['6'](str(parsed)):x}"

    def _path(self, path: str) -> str:
        pure = PurePosixPath(path)
        folder = str(pure.parent)
        prefix = "" if folder in (".", "") else f"folder-{self._numbered['folder'](folder)}/"
        if pure.name in EVERYBODYS_FILES:
            return f"{prefix}{pure.name}"
        extension = pure.suffix if re.fullmatch(r"\.[A-Za-z0-9]{1,10}", pure.suffix) else ""
        return f"{prefix}file-{self._numbered['file'](path)}{extension}"

    def _setup(self, name: str) -> str:
        """Its dialect, the stand-in of its file and the line; else a number of its own."""
        dialect, blank, place = name.partition(" ")
        file, colon, line = place.rpartition(":")
        if blank and re.fullmatch(r"[a-z0-9-]+", dialect):
            if colon and line.isdecimal():
                return f"{dialect} {self._path(file)}:{line}"
            return f"{dialect} setup-{self._numbered['setup'](name)}"
        return f"setup-{self._numbered['setup'](name)}"

    # --- replacing ------------------------------------------------------------------------------

    def _compiled(self) -> re.Pattern[str]:
        dotted = [word for word in self._words if re.search(r"\W", word)]
        return re.compile(
            rf"(?P<setup>{_any_of(self._setups)})"
            rf"|(?P<path>(?<![\w/.-])(?:{_any_of(self._paths)})(?![\w/-]))"
            rf"|(?P<literal>{_any_of(self._literals)})"
            rf"|(?P<mail>{_MAIL})"
            rf"|(?P<nibbles>{_NIBBLES})"
            rf"|(?P<six>(?<![\w:]){_IPV6}(?![\w:]))"
            rf"|(?P<four>(?<![\w.-]){_IPV4}(?!\d|\.\d)(?P<length>/\d+)?)"
            rf"|(?P<dotted_word>(?<![\w.-])(?:{_any_of(dotted)})(?![\w-]|\.\w))"
            rf"|(?P<dotted>{_DOTTED})"
            r"|(?P<word>(?<![^\W_])[^\W_]++)",
            re.IGNORECASE,
        )

    def _replace(self, found: re.Match[str]) -> str:
        text = found[0]
        kind = found.lastgroup if found.lastgroup != "length" else "four"
        if kind in ("setup", "path", "literal"):
            table = {"setup": self._setups, "path": self._paths, "literal": self._literals}[kind]
            return _looked_up(table, text)
        if kind == "mail":
            return self._mail(text)
        if kind == "nibbles":
            return "host.ip6.arpa"
        if kind == "six":
            return self._address(text)
        if kind == "four":
            address, slash, length = text.partition("/")
            if text in EVERYBODYS_NETWORKS:
                return text
            dashed = "-" in address
            stand_in = self._address(address.replace("-", "."))
            return (stand_in.replace(".", "-") if dashed else stand_in) + slash + length
        if kind == "dotted":
            return self._dotted(text)
        return self._words.get(text.lower(), MASK if kind == "dotted_word" else text)

    def _mail(self, text: str) -> str:
        at = "%40" if "%40" in text else "@"
        local, _, domain = text.rpartition(at)
        host = self._host(_a_labels(domain))
        return f"{local if MASK in local else self._user(local)}{at}{host}"

    def _dotted(self, text: str) -> str:
        name = _a_labels(text)
        labels = name.split(".") if len(name) <= LONGEST_NAME else []
        if any(".".join(labels[start:]) in self._names for start in range(len(labels))):
            return self._host(name)
        parts = re.split(r"([._-])", text)
        return "".join(self._words.get(part.lower(), part) for part in parts)

    def text(self, text: str) -> str:
        """The text with stand-ins; of what decodes to something private a mask is left."""
        shown = self._pattern.sub(self._replace, text)
        # once more for what stands in the middle of a word
        shown = self._inside.sub(lambda found: _looked_up(self._literals, found[0]), shown)
        return self._redactor.cut(shown)

    def text_of(self, owner: type, field: str, text: str) -> str:
        """The same for a field, whose text may be private as a whole."""
        if not self._files and (field in FILES or (owner is SetupIdentity and field == "name")):
            return text
        if field == "username" and text and MASK not in text and "@" not in text:
            return self._user(text)
        if owner is CertificateInfo and field == "sha256":
            return f"certificate-{self._numbered['other'](text)}"
        if owner is CertificateInfo and field in ("not_before", "not_after"):
            return f"{text[:10]}T00:00:00Z"  # the second finds it in the logs of certificates
        return self.text(text)

    def fitted(self, old: Any, new: Any) -> Any:
        """The struct with columns that fit its changed text, and no edit that nobody may make."""
        if isinstance(new, Acceptance):
            # a person's own words: whose they are can't be told from any observation
            return msgspec.structs.replace(new, reason=NO_REASON, setup="")
        if isinstance(old, Edit) and isinstance(new, Edit):
            same = (old.replace, old.with_) == (new.replace, new.with_)
            return msgspec.structs.replace(new, exact=old.exact and same and not self._files)
        if isinstance(old, Location) and isinstance(new, Location) and old.columns is not None:
            return msgspec.structs.replace(new, columns=self._moved(old.text, old.columns))
        if isinstance(old, Setting) and isinstance(new, Setting):
            origin = old.origin
            if origin.columns is not None and old.source_line is not None:
                columns = self._moved(old.source_line, origin.columns)
                moved: Origin = msgspec.structs.replace(new.origin, columns=columns)
                return msgspec.structs.replace(new, origin=moved)
        return new

    def _moved(self, text: str, columns: tuple[int, int]) -> tuple[int, int]:
        """Where half-open columns, from 1, are after the replacements before and in them."""
        return (self._moved_place(text, columns[0], 0), self._moved_place(text, columns[1], 1))

    def _moved_place(self, text: str, column: int, end: int) -> int:
        place = column - 1
        moved = place
        for found in self._pattern.finditer(text):
            grown = len(self._replace(found)) - len(found[0])
            if found.end() <= place:
                moved += grown
            elif found.start() < place:  # inside: to its beginning, or behind its end
                moved += (found.end() - place + grown) if end else (found.start() - place)
        return moved + 1


# --- names --------------------------------------------------------------------------------------


def _any_of(texts: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(texts, key=len, reverse=True))) or r"(?!)"


def _looked_up(table: dict[str, str], text: str) -> str:
    """The stand-in of a text that was found in any case; a mask where not even that is its own (of
    letters that have several)."""
    same = (stand_in for known, stand_in in table.items() if known.lower() == text.lower())
    return table.get(text) or next(same, MASK)


@cache
def _a_labels(text: str) -> str:
    """The name as the DNS has it, in lower case and without its last dot."""
    name = text.strip(".").lower()
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


def _u_label(label: str) -> str:
    """The label as people write it."""
    try:
        return label.encode().decode("idna")
    except UnicodeError:
        return label


@cache
def _known_hosts() -> frozenset[str]:
    return knowledge.public_names()


@cache
def _known_domains() -> frozenset[str]:
    return frozenset(map(organizational_domain, _known_hosts()))


def _is_public(name: str) -> bool:
    """Whether everybody knows the name: a provider's own, or one that documentation has."""
    own = organizational_domain(name)
    return (
        name in _known_hosts()
        or EXAMPLE.fullmatch(own) is not None
        or (own in _known_domains() and name in (own, *_with_roles(own, name)))
    )


def _with_roles(own: str, name: str) -> tuple[str, ...]:
    """The name itself, where it says beside a known domain only what the host is for."""
    labels = name.removesuffix(own).strip(".").split(".")
    return (name,) if all(map(ROLE.fullmatch, labels)) else ()


def _is_name(text: str) -> bool:
    """Whether a dotted word ends as a host's name does, and not as a number or a word of code."""
    name = _a_labels(text)
    return (
        len(name) <= LONGEST_NAME
        and not is_address(name)
        and (is_private_name(name) or _suffix_is_known(name.rpartition(".")[2]))
    )


def _suffix_is_known(suffix: str) -> bool:
    return _suffixes().publicsuffix(f"name.{suffix}") is not None


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    # without its default rule it knows only the suffixes that stand in it
    return PublicSuffixList(accept_unknown=False)


def _encoded(text: str) -> Iterator[str]:
    """The text as base64, hexadecimal and in a URL."""
    raw = text.encode("utf-8", "surrogateescape")
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(raw).decode().rstrip("=")
    yield raw.hex()
    in_url = quote(raw, safe="")
    if in_url != text:
        yield from {in_url, in_url.replace("%", "%25")}
