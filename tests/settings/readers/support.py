"""A folder in memory, and questions to its files."""

from __future__ import annotations

from smtpdoctor.settings.readers.model import Known, Span, Unknown, Value
from smtpdoctor.settings.readers.module import Module
from smtpdoctor.settings.readers.project import Project


class Folder:
    """Files in memory, as `Files`."""

    def __init__(self, files: dict[str, str | bytes]) -> None:
        self.files = files

    def read(self, path: str) -> bytes | None:
        content = self.files.get(path)
        return content.encode() if isinstance(content, str) else content


class Variables:
    """Variables of a `.env` whose line is their place, as `Environment`."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables

    def lookup(self, name: str) -> Value | None:
        if name not in self.variables:
            return None
        line = list(self.variables).index(name) + 1
        return Known(self.variables[name], Span(".env", line, (len(name) + 2, 99), line))


def project(files: dict[str, str | bytes], **variables: str) -> Project:
    return Project(Folder(files), Variables(variables))


def module(path: str, text: str | bytes, /, **variables: str) -> Module:
    """The module of a folder with this one file."""
    found = project({path: text}, **variables).module(path)
    assert isinstance(found, Module)
    return found


def known(value: Value) -> object:
    """The value itself, which has to be known."""
    assert isinstance(value, Known), value
    return value.value


def unknown(value: Value) -> Unknown:
    """What can't be told, which it has to be."""
    assert isinstance(value, Unknown), value
    return value
