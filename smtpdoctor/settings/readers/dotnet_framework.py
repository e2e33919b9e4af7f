"""What the .config file of a program of .NET has: appSettings, and mailSettings of .NET Framework.

This module knows web.config, app.config, what is laid over them for Release, and how keys are
compared. It must not know what a key means. Elements are found by their tags; comments don't count.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from smtpdoctor.settings.readers.model import Known, Span, Unknown, Value

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project
    from smtpdoctor.settings.readers.source import Source

#: Of the files beside code the one that is deployed with it; a folder of views has one of its own.
FILE = re.compile(r"(?i)(?:(?P<folder>.*)/)?(?:web|app)(?:\.(?P<build>\w+))?\.config")
VIEWS = re.compile(r"(?i)(^|/)(views|packages)(/|$)")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
#: One element with its attributes.
ELEMENT = re.compile(
    r"<(?P<name>[\w.:]+)(?P<attributes>(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*/?>"
)
ATTRIBUTE = re.compile(r"(?s)(?P<name>[\w:.-]+)\s*=\s*(?P<quote>[\"'])(?P<value>.*?)(?P=quote)")
SETTINGS = re.compile(r"(?s)<appSettings\b[^>]*(?<!/)>.*?</appSettings>")
MAIL = re.compile(r"(?s)<mailSettings\b.*?</mailSettings>")
#: Projects of .NET Core and later have no system.net in their configuration.
CORE = re.compile(rb"<TargetFrameworks?>\s*net(?:coreapp|standard|[5-9]|[1-9]\d\.)")
#: Where an attribute of mailSettings stands.
PLACES = {
    "Host": ("network", "host"),
    "Port": ("network", "port"),
    "EnableSsl": ("network", "enableSsl"),
    "UserName": ("network", "userName"),
    "Password": ("network", "password"),
    "From": ("smtp", "from"),
    "DeliveryMethod": ("smtp", "deliveryMethod"),
}
MOST_FILES = 8
#: Of such sections a file has one.
MOST_SECTIONS = 20


def app_setting(project: Project, file: str, key: str) -> Value | None:
    """The value of a key of appSettings, for the code of that file; None where none has it."""
    for path in files(project, file):
        source = project.source(path)
        for name, attributes in _elements(source, SETTINGS):
            if name != "add" or key.lower() != _text(attributes.get("key")).lower():
                continue
            return attributes.get("value")
    return None


def mail_setting(project: Project, file: str, name: str) -> Value | None:
    """What `system.net/mailSettings/smtp` says for a property of SmtpClient, or for From."""
    if is_core(project, file):
        return None
    element, attribute = PLACES[name]
    for path in files(project, file):
        source = project.source(path)
        for found, attributes in _elements(source, MAIL):
            value = attributes.get(attribute) if found == element else None
            if value is not None:
                return value
    return None


def files(project: Project, file: str) -> list[str]:
    """The files that may count for the code of that file, the strongest first: those of its own
    project before others', what is laid over for Release before the base."""
    found: list[tuple[int, bool, str]] = []
    for path in project.containing(rb"(?i)appSettings|mailSettings", ".config"):
        match = FILE.fullmatch(path)
        if match is None or VIEWS.search(match["folder"] or ""):
            continue
        build = (match["build"] or "").lower()
        if build in ("", "release", "production", "prod"):
            found.append((-_shared(match["folder"] or "", file), not build, path))
    return [path for _, _, path in sorted(found)[:MOST_FILES]]


def is_core(project: Project, file: str) -> bool:
    """Whether the project of a file is one of .NET Core or later."""
    found = project.containing(rb"<Project\b", ".csproj")
    nearest = sorted(found, key=lambda path: -_shared(path.rpartition("/")[0], file))
    return bool(nearest) and CORE.search(project.files.read(nearest[0]) or b"") is not None


def _shared(folder: str, file: str) -> int:
    """How many folders both are in."""
    both = zip(folder.split("/") if folder else [], file.split("/")[:-1], strict=False)
    return sum(1 for a, b in both if a == b)


def _text(value: Value | None) -> str:
    return str(value.value) if isinstance(value, Known) else ""


def _elements(
    source: Source | Unknown, section: re.Pattern[str]
) -> list[tuple[str, dict[str, Value]]]:
    """The elements of a section with their attributes."""
    if isinstance(source, Unknown):
        return []
    # comments are blanked out, so that places stay; what has no end is looked at once
    end = source.text.rfind("-->") + 3
    text = COMMENT.sub(lambda each: re.sub(r"[^\n]", " ", each[0]), source.text[:end])
    text += source.text[end:]
    text = text[: text.rfind("</") + 20]
    if text.count("<appSettings") + text.count("<mailSettings") > MOST_SECTIONS:
        return []
    found = []
    for part in section.finditer(text):
        for element in ELEMENT.finditer(text, part.start(), part.end()):
            attributes: dict[str, Value] = {}
            for each in ATTRIBUTE.finditer(text, *element.span("attributes")):
                span: Span = source.characters(*each.span("value"))
                attributes[each["name"]] = Known(html.unescape(each["value"]), span)
            found.append((element["name"], attributes))
    return found
