"""What the .config file of a program of .NET has: appSettings, and mailSettings of .NET Framework.

This module knows web.config, app.config, what is laid over them for Release, and how keys are
compared. It must not know what a key means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from smtpdoctor.settings.readers import xml
from smtpdoctor.settings.readers.model import Unknown, Value
from smtpdoctor.settings.readers.xml import Element

if TYPE_CHECKING:
    from smtpdoctor.settings.readers.project import Project

#: Of the files beside code the one that is deployed with it; a folder of views has one of its own.
FILE = re.compile(r"(?i)(?:(?P<folder>.*)/)?(?:web|app)(?:\.(?P<build>\w+))?\.config")
VIEWS = re.compile(r"(?i)(^|/)(views|packages)(/|$)")
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
#: Of such sections a file has one, and one more for each location.
MOST_SECTIONS = 20


def app_setting(project: Project, file: str, key: str) -> Value | None:
    """The value of a key of appSettings, for the code of that file; None where none has it."""
    for path in files(project, file):
        for element in _elements(project, path, "appSettings", "add"):
            if element.said("key").lower() == key.lower():
                return element.attributes.get("value")
    return None


def mail_setting(project: Project, file: str, name: str) -> Value | None:
    """What `system.net/mailSettings/smtp` says for a property of SmtpClient, or for From."""
    if is_core(project, file):
        return None
    tag, attribute = PLACES[name]
    for path in files(project, file):
        for element in _elements(project, path, "mailSettings", tag):
            if attribute in element.attributes:
                return element.attributes[attribute]
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


def _elements(project: Project, path: str, section: str, name: str) -> Iterator[Element]:
    """The elements of a name in the sections of a name."""
    roots: dict[str, Element] = project.kept.setdefault("xml", {})
    if path not in roots:
        source = project.source(path)
        if isinstance(source, Unknown):
            return
        roots[path] = xml.read(source)
    for part in islice(roots[path].all(section), MOST_SECTIONS):
        yield from part.all(name)
