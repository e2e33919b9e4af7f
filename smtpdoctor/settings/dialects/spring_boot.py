"""Spring Boot: `spring.mail.*` of its application files, with profiles and variables.

Knows which files count in which order, and how names bind. What `mail.smtp.*` comes to is
`jakarta_mail`'s.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome, Remark
from smtpdoctor.settings.dialects.data import load
from smtpdoctor.settings.dialects.jakarta_mail import DIALECT as JAKARTA_MAIL
from smtpdoctor.settings.dialects.jakarta_mail import FAMILY, Session, by_of, modes_of
from smtpdoctor.settings.dialects.properties import (
    Configuration,
    Part,
    as_number,
    as_text,
    language_of,
    parts_of,
)
from smtpdoctor.settings.model import Field, TLSMode
from smtpdoctor.settings.readers.model import Known, Span
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace

DATA = load(__file__)

PREFIX = "spring.mail.properties."
OWN: dict[str, Field] = {
    "spring.mail.host": "host",
    "spring.mail.port": "port",
    "spring.mail.username": "username",
    "spring.mail.password": "password",
    "spring.mail.protocol": "tls",
    "spring.mail.ssl.enabled": "tls",
}
#: Names that nobody reads, which people write for those below `properties`.
NOT_READ = (
    *(
        f"spring.mail.{between}{end}"
        for between in ("", "smtp.", "properties.", "properties.smtp.", "properties.mail.")
        for end in ("ssl.enable", "starttls.enable", "starttls.required")
    ),
    *(
        f"{PREFIX}mail.smtp.{end}"
        for end in (
            *("ssl", "ssl.enabled", "starttls", "starttls.enabled", "startls.enable"),
            *("start-tls.enable", "startTls.enable", "tls", "tls.enable", "tls.enabled"),
        )
    ),
)
NAMES: dict[str, Field] = {
    **OWN,
    **{f"{PREFIX}mail.smtp.{name}": field for name, field in FAMILY.items()},
    **{f"{PREFIX}mail.smtps.{name}": field for name, field in FAMILY.items()},
    **dict.fromkeys(NOT_READ, "tls"),
    "sender": "sender",
}
#: What is no option of the file: that none names a host, and the version of Spring Boot.
NO_HOST, VERSION = "no host", "version"

#: Apereo CAS has the name cas beside Spring Boot's own (spring.config.name).
FILES = tuple(f"{name}{middle}.{end}" for name in ("application", "cas") for middle in ("", "-*")
              for end in ("properties", "yml", "yaml"))  # fmt: skip
FILE = re.compile(
    r"(?:(?P<base>.+)/)?(?:application|cas)(?:-(?P<profile>[\w.-]+))?\.(?P<end>properties|ya?ml)"
)
#: Where the application's own folder ends in a file's path, and how strong that place is.
PLACES = (
    (re.compile(r"(?:(.+)/)?src/main/resources"), 0, 0),
    (re.compile(r"(?:(.+)/)?src/main/resources/config"), 0, 1),
    (re.compile(r"(?:(.+)/)?config"), 1, 1),
    (re.compile(r"(?:(.+)/)?config/[^/]+"), 1, 2),
)
#: `optional:classpath:mail.yml` of spring.config.import.
BROUGHT = re.compile(
    r"(?:optional:)?(?:(?P<from>classpath|file):)?/?(?P<path>[\w./-]+\.(?:properties|ya?ml))"
)
PRODUCTIONS = ("prod", "production", "prd", "live")
FROM = re.compile(
    r"(?i)(^|[.-])(mail|email|smtp)[\w.-]*[.-]?(from|sender)([.-]?(e?mail|address))?$"
)
#: A sender of the application's own: Spring Boot makes none beside it, and reads no spring.mail.
SENDER = re.compile(
    r"(?P<kotlin>\)\s{0,9}:\s{0,9})?\b(?:Java)?MailSender(?:Impl)?\b(?P<java>\s{1,99}\w{1,99}\s?\()?"
)
SET_FROM = re.compile(r"\.setFrom\(\s*\"(?P<address>[^\"\s<>@]+@[^\"\s<>@]+)\"")


@dataclass(frozen=True, slots=True)
class File:
    """One file of an application. `outside`: beside the jar; `deep`: of places, the later."""

    path: str
    profile: str
    outside: int
    deep: int

    @property
    def is_properties(self) -> bool:
        return self.path.endswith(".properties")


def applications(paths: Iterable[str]) -> dict[str, list[File]]:
    """The files of each application, by the folder that it is built or started in."""
    found: dict[str, list[File]] = {}
    for path in paths:
        match = FILE.fullmatch(path)
        if match is None:
            continue
        at, base, outside, deep = match["base"] or "", match["base"] or "", 1, 0
        for pattern, group, depth in PLACES:
            if place := pattern.fullmatch(at):
                base, outside, deep = place[1] or "", group, depth
        found.setdefault(base, []).append(File(path, match["profile"] or "", outside, deep))
    return found


def uniform(key: str) -> str:
    """A key as Spring compares it: letter case, dashes and underscores don't count; the keys of
    the session's properties are left as they are."""
    head, dot, rest = key.partition(".properties.")
    head = re.sub(r"[-_]", "", head).lower()
    return f"{head}{dot}{rest}" if head == "spring.mail" else re.sub(r"[-_]", "", key).lower()


def variables_of(key: str) -> tuple[str, ...]:
    """The variables that set a key: dashes go, dots become underscores."""
    name = re.sub(r"[^\w.]", "", key.replace("-", "")).replace(".", "_").upper()
    return tuple(dict.fromkeys((key, name, re.sub(r"[.-]", "_", key).upper())))


# --- which documents count -----------------------------------------------------------------------


def holds(expression: str, active: tuple[str, ...]) -> bool:
    """Whether a profile expression holds: `prod`, `!test`, `prod & eu`, lists with commas."""
    if "," in expression:
        return any(holds(each, active) for each in expression.split(","))
    words = re.findall(r"[()&|!]|[^()&|!\s]+", expression)[:200]

    def either(place: int) -> tuple[bool, int]:
        value, place = both(place)
        while place < len(words) and words[place] == "|":
            other, place = both(place + 1)
            value = value or other
        return value, place

    def both(place: int) -> tuple[bool, int]:
        value, place = one(place)
        while place < len(words) and words[place] == "&":
            other, place = one(place + 1)
            value = value and other
        return value, place

    def one(place: int) -> tuple[bool, int]:
        word = words[place] if place < len(words) else ""
        if word == "!":
            value, place = one(place + 1)
            return not value, place
        if word == "(":
            value, place = either(place + 1)
            return value, place + 1
        return word in active, place + 1

    return either(0)[0]


def condition(part: Part) -> str:
    """The profiles under which a document counts, "" for always."""
    for key in ("spring.config.activate.on-profile", "spring.profiles"):
        if found := part.text(key, uniform):
            return found
    return ""


def profiles(  # branches: Spring's order of places that name profiles
    workspace: Workspace, files: list[File], parts: Mapping[str, list[Part]], variables: Variables
) -> tuple[str, ...]:
    """The active profiles: those asked for, else production's where there are files or documents
    for them, else those that the application's own file names."""
    asked = workspace.profile or _text(variables, "SPRING_PROFILES_ACTIVE")
    named = {file.profile for file in files}
    every = [part for found in parts.values() for part in found]
    for part in every:
        named.update(re.split(r"[\s,&|!()]+", condition(part)))
    own = [part.text("spring.profiles.active", uniform) for part in every if not condition(part)]
    chosen = asked or next((each for each in PRODUCTIONS if each in named), "")
    chosen = chosen or next((each for each in own if each and "${" not in each), "")
    active = [each.strip() for each in chosen.split(",") if each.strip()] or ["default"]
    for part in every:
        if condition(part):
            continue
        more = [part.text("spring.profiles.include", uniform)]
        more += [part.text(f"spring.profiles.group.{each}", uniform) for each in active]
        active += [each.strip() for each in ",".join(more).split(",") if each.strip()]
    return tuple(dict.fromkeys(active))


def _text(variables: Variables, name: str) -> str:
    found = variables.lookup(name)
    return str(found.value) if isinstance(found, Known) else ""


def _imported(parts: Mapping[str, list[Part]]) -> set[str]:
    """The names of files that `spring.config.import` of a document for all profiles brings in:
    `optional:classpath:application-mail.properties`."""
    return {re.split("[/:]", each)[-1] for each in _imports(parts)}


def _imports(parts: Mapping[str, list[Part]]) -> list[str]:
    texts = [
        part.text("spring.config.import", uniform)
        for found in parts.values()
        for part in found
        if not condition(part)
    ]
    return [each.strip() for text in texts for each in text.split(",") if each.strip()]


def _brought_in(workspace: Workspace, base: str, parts: Mapping[str, list[Part]]) -> list[File]:
    """The files of other names that are imported, by the application's folder or its resources."""
    found: dict[str, File] = {}
    for each in _imports(parts):
        said = BROUGHT.fullmatch(each)
        if said is None:
            continue
        within = (
            ("",) if said["from"] == "file" else ("src/main/resources", "src/main/resources/config")
        )
        for folder in within:
            path = posixpath.normpath("/".join(filter(None, (base, folder, said["path"]))))
            if path in workspace.folder.files and path not in parts:
                stem = path.rpartition("/")[2].rpartition(".")[0]
                found[path] = File(path, stem, 0, 0)
    return list(found.values())


def counting(
    files: list[File], parts: Mapping[str, list[Part]], active: tuple[str, ...]
) -> Iterator[Part]:
    """The documents that count, the strongest first (Spring Boot 2.4 and later)."""

    imported = _imported(parts)

    def strength(file: File) -> tuple[int, float, int, bool]:
        profile = active.index(file.profile) + 1 if file.profile in active else 0.5
        return file.outside, profile if file.profile else 0, file.deep, file.is_properties

    those = [
        file
        for file in files
        if not file.profile or file.profile in active or file.path.rpartition("/")[2] in imported
    ]
    for file in sorted(those, key=strength, reverse=True):
        for part in reversed(parts[file.path]):
            if holds(condition(part), active) or not condition(part):
                yield part


# --- the dialect ---------------------------------------------------------------------------------


class SpringBoot:
    id = "spring-boot"
    name = DATA.name
    client: str | None = DATA.client
    fields: Mapping[str, Field] = NAMES
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]] = {
        **modes_of(PREFIX),
        "implicit": (*modes_of(PREFIX)["implicit"], {"spring.mail.ssl.enabled": True}),
        "starttls": (
            *modes_of(PREFIX)["starttls"],
            {"spring.mail.ssl.enabled": False, f"{PREFIX}mail.smtp.starttls.enable": True},
            {"spring.mail.protocol": "smtp", f"{PREFIX}mail.smtp.starttls.enable": True},
        ),
    }

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each application whose files or variables name a mail server."""
        found = applications(workspace.folder.matching(*FILES))
        for base, own in found.items() or {"": list[File]()}.items():
            near = own[0].path if own else ""
            variables = spring_variables(workspace, base, near)
            parts = {file.path: parts_of(workspace, file.path, variables) for file in own}
            files = [*own, *_brought_in(workspace, base, parts)]
            parts = {file.path: parts_of(workspace, file.path, variables) for file in files}
            if _has_own_sender(workspace, base):
                continue
            active = profiles(workspace, files, parts, variables)
            read = Configuration(
                workspace,
                tuple(counting(files, parts, active)),
                variables,
                variables_of,
                uniform,
            )
            yield from self._draft(workspace, read, base, active)

    def _draft(
        self, workspace: Workspace, read: Configuration, base: str, active: tuple[str, ...]
    ) -> Iterator[Draft]:
        options = _options(read)
        if not any(name in options for name in ("spring.mail.host", "spring.mail.port")):
            return
        sender = _sender(workspace, read, base)
        if sender is not None:
            options["sender"] = sender
        beside = options.get("spring.mail.port") or options["spring.mail.host"]
        host = options.get("spring.mail.host") or beside
        at = host.entry or host.value.span
        version = workspace.dependencies.find(
            "maven", "spring-boot-starter-parent", "spring-boot-starter-mail",
            "spring-boot-dependencies", "org.springframework.boot", near=base,
        )  # fmt: skip
        named = (options.get(f"{PREFIX}mail.smtp.starttls.enable"), host, *options.values())
        anchor = next((each for each in named if each is not None and each.entry is not None), None)
        if "spring.mail.host" not in options:
            options[NO_HOST] = Option(NO_HOST, Known(True))
        if version is not None:
            options[VERSION] = Option(VERSION, Known(version.version))
        yield Draft(
            dialect=self,
            place=f"{at.file}:{at.line}" if at is not None else "environment",
            options=options,
            variables=read.variables,
            language=language_of(at.file) if at is not None else "text",
            version=version.version if version is not None else "",
            profile=",".join(active) if active != ("default",) else "",
            insert=lambda new: read.insert(anchor, new),
        )

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        return outcome(options)


def spring_variables(workspace: Workspace, base: str, near: str) -> Variables:
    """What the application sees: its environment, and a `.env` that something loads for it."""
    at = f"{base}/x" if base else near
    files = workspace.dotenv_files(at, ".env")
    return workspace.variables(files, "compose-env-file", near=at)


def _is_bean(text: str, sender: re.Match[str]) -> bool:
    """Whether a sender's type is what a bean for every profile gives: `@Bean` stands before it."""
    _, bean, between = text[max(sender.start() - 300, 0) : sender.start()].rpartition("@Bean")
    return bool(
        bean
        and (sender["java"] or sender["kotlin"])
        and not re.search("[;{}]|@Profile|@Conditional", between)
    )


def _has_own_sender(workspace: Workspace, base: str) -> bool:
    """Whether the application makes its sender itself, whatever the profile, and it can be told
    with which host (`@ConditionalOnMissingBean(MailSender.class)` of Spring Boot's)."""
    found = []
    for path in workspace.folder.containing(rb"JavaMailSenderImpl", ".java", ".kt"):
        text = workspace.folder.text(path) or ""
        if path.startswith(base) and any(_is_bean(text, each) for each in SENDER.finditer(text)):
            found.append(path)
    if not found:
        return False
    return any(
        draft.files[0] in found and isinstance(draft.options["setHost"].value, Known)
        for draft in JAKARTA_MAIL.find(workspace)
        if "setHost" in draft.options
    )


def _options(read: Configuration) -> dict[str, Option]:
    """The keys that are set. A variable says nothing of dashes and capitals: what is as good as
    `start-tls.enable` is `starttls.enable`, which is read."""
    found = {name: option for name in NAMES if (option := read.option(name)) is not None}
    read_too = {each for key in NAMES if key not in NOT_READ for each in variables_of(key)}
    return {
        name: option
        for name, option in found.items()
        if name not in NOT_READ or option.entry is not None or option.called not in read_too
    }


def _sender(workspace: Workspace, read: Configuration, base: str) -> Option | None:
    """The address that the code sets, or a key of the application's own that says one."""
    if all(f"{PREFIX}mail.{each}.from" not in read.written for each in ("smtp", "smtps")):
        for path in workspace.folder.containing(rb"\.setFrom\(", ".java", ".kt"):
            source = workspace.folder.text(path) or ""
            found = SET_FROM.search(source) if path.startswith(base) else None
            if found is not None:
                line = source.count("\n", 0, found.start("address")) + 1
                first = found.start("address") - source.rfind("\n", 0, found.start("address"))
                last = first + len(found["address"])
                span = Span(path, line, (first, last), line)
                workspace.is_value("sender", span)
                return Option("sender", Known(found["address"], span), bare=True, called="setFrom")
        for key in read.written:
            option = read.option(key, "sender") if FROM.search(key) else None
            if option is not None and isinstance(option.value, Known):
                return option
    return None


DIALECT = SpringBoot()


# --- what options come to ------------------------------------------------------------------------


def outcome(options: Mapping[str, Any]) -> Outcome:
    """What Spring Boot hands to Jakarta Mail, and what that makes of it."""
    protocol = str(options.get("spring.mail.protocol") or "smtp").strip().lower()
    family = "smtps" if protocol == "smtps" else "smtp"
    given = dict(options)
    enabled = options.get("spring.mail.ssl.enabled")
    older = enabled is not None and _is_before_ssl(str(options.get(VERSION, "")))
    if not older and str(enabled).lower() in ("true", "yes", "on", "1"):
        given[f"{PREFIX}mail.{family}.ssl.enable"] = True
    session = Session(given, PREFIX, family)
    host = as_text(options.get("spring.mail.host"))
    ignored: list[Remark] = list(session.ignored())
    ignored += [_remark(name, "no-name") for name in NOT_READ if name in options]
    if older:
        ignored.append(_remark("spring.mail.ssl.enabled", "ssl-version"))
    port = options.get("spring.mail.port")
    username = as_text(options.get("spring.mail.username"))
    password = as_text(options.get("spring.mail.password"))
    by = by_of(
        session,
        {
            "host": ("spring.mail.host",),
            "port": ("spring.mail.port",),
            "username": ("spring.mail.username",),
            "password": ("spring.mail.password",),
            "sender": ("sender",),
            "tls": ("spring.mail.ssl.enabled",) if enabled is True else ("spring.mail.protocol",),
        },
    )
    fault = _remark("spring.mail.port", "no-host") if NO_HOST in options else None
    return Outcome(
        host=host,
        port=session.port(as_number(port)),
        tls=session.tls(as_number(port)),
        required=session.on("starttls.required") and session.tls(as_number(port)) == "starttls",
        username=username,
        password=password,
        sender=as_text(session.get("from") or options.get("sender")),
        ehlo=as_text(session.get("localhost")),
        verify=session.verifies(host),
        by={field: tuple(name for name in names if name in options) for field, names in by.items()},
        misread=tuple(session.misread()),
        ignored=tuple(ignored),
        fault=fault,
    )


def _is_before_ssl(version: str) -> bool:
    """Whether this Spring Boot has no spring.mail.ssl yet; one that isn't known has."""
    found = re.match(r"\D{0,2}(\d+)\.(\d+)", version)
    return found is not None and (int(found[1]), int(found[2])) < (3, 4)


def _remark(option: str, because: str, taken_as: str = "") -> Remark:
    return Remark(option, DATA.because[because], taken_as, tuple(DATA.sources.values())[:1])
