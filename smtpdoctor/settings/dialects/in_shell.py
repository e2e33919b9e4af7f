"""Programs that a shell script hands a mail's settings as options: where their commands stand.

Knows words, and which of them are no value. It must not know any program's options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from smtpdoctor.settings.dialects.base import Draft, Option, Outcome
from smtpdoctor.settings.dialects.urls import insert_port, place_of
from smtpdoctor.settings.model import Edit, Field, TLSMode
from smtpdoctor.settings.prepare import put_in
from smtpdoctor.settings.readers.model import Known, Span, Value
from smtpdoctor.settings.readers.shell import Script, Word
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Workspace


class ShellProgram:
    """What every such program has in common; `needle` is in each script that mails by it.

    `commands` are its names, in lower case; `written` the words of its own that may stand in a
    line as they are.
    """

    id: str
    name: str
    client: str | None
    fields: Mapping[str, Field]
    modes: Mapping[TLSMode, tuple[Mapping[str, Any], ...]]
    commands: frozenset[str]
    needle: bytes
    written: frozenset[str]

    def options(self, workspace: Workspace, words: list[Word]) -> dict[str, Option]:
        """What a command's words give; nothing where it mails nowhere."""
        raise NotImplementedError

    def word(self, command: str, name: str, value: Any) -> str:
        """How an option is said behind the command's name; "" where it can't be said there."""
        return ""

    def inserted(
        self,
        workspace: Workspace,
        command: Span,
        options: Mapping[str, Option],
        new: Mapping[str, Any],
    ) -> tuple[Edit, ...]:
        """The edits that put `new` options into a command, a port behind its host; none where one
        has no place."""
        edits: list[Edit] = []
        words = ""
        for name, value in new.items():
            if word := self.word(workspace.text_of(command) or "", name, value):
                words += f" {word}"
            elif name == "url.port":
                edits += insert_port(workspace, options, value)
            elif name == "port":
                edits += _port_behind(workspace, options, value)
            else:
                return ()
        if words:
            edits.append(put_in(workspace, command, command.columns[1], words))
        return tuple(edits)

    def outcome(self, options: Mapping[str, Any]) -> Outcome:
        """What the program makes of the options."""
        raise NotImplementedError

    def find(self, workspace: Workspace) -> Iterator[Draft]:
        """One for each command that hands mail to a server."""
        for path in self.files(workspace):
            files = workspace.dotenv_files(path, ".env")
            variables = workspace.variables(files, "bash", near=path)
            for place, words in enumerate(self.runs(workspace, path, variables)):
                draft = self._draft(workspace, path, variables, place, words)
                if draft is not None:
                    yield draft

    def files(self, workspace: Workspace) -> Iterable[str]:
        """The scripts to look at."""
        return workspace.folder.containing(self.needle, ".sh", ".bash")

    def _draft(
        self, workspace: Workspace, path: str, variables: Variables, place: int, words: list[Word]
    ) -> Draft | None:
        def ask(name: str) -> Callable[[Variables], Value]:
            def again(under: Variables) -> Value:
                commands = self.runs(workspace, path, under)
                found = self.options(workspace, commands[place]) if place < len(commands) else {}
                return found[name].value if name in found else Known(None)

            return again

        options = {
            name: replace(each, again=ask(name)) if each.value.variables else each
            for name, each in self.options(workspace, words).items()
        }
        if not options:
            return None
        source = workspace.source(path)
        assert source is not None
        for place_, word in enumerate(words):
            if place_ == 0 or word.text in self.written:
                workspace.is_harmless(source.characters(word.start, word.end))
        start = source.characters(words[0].start, words[0].end)
        return Draft(
            dialect=self,
            place=f"{path}:{start.line}",
            options=options,
            variables=variables,
            language="shell",
            files=(path,),
            insert=lambda new: self.inserted(workspace, start, options, new),
        )

    def runs(self, workspace: Workspace, path: str, variables: Variables) -> list[list[Word]]:
        """The words of each of its commands in a script, without what stands before it."""
        source = workspace.source(path)
        if source is None:
            return []
        found = []
        script = Script(source, variables)
        for words in script.commands():
            for place, word in enumerate(words):
                if isinstance(word.value, Known) and self._is_command(str(word.value.value)):
                    found.append(words[place:])
                    break
        workspace.is_harmless(*script.syntax)
        return found

    def _is_command(self, text: str) -> bool:
        return text.rpartition("/")[2].lower() in self.commands


def punctuation_is_harmless(workspace: Workspace, options: Mapping[str, Option]) -> None:
    """What stands between the parts of a URL is no value: `://`, and the colon before a port."""
    for name, before, after in (("url.scheme", 0, 3), ("url.port", 1, 0)):
        span = options[name].value.span if name in options else None
        if span is not None and span.line == span.end_line:
            first, last = span.columns
            place = Span(span.file, span.line, (first - before, first), span.line)
            if after:
                place = Span(span.file, span.line, (last, last + after), span.line)
            if workspace.text_of(place) in ("://", ":"):
                workspace.is_harmless(place)


def _port_behind(
    workspace: Workspace, options: Mapping[str, Option], port: object
) -> tuple[Edit, ...]:
    """The edit that puts a port behind a host without one."""
    span = options["host"].value.span if "host" in options else None
    if span is None or span.line != span.end_line or options["host"].value.variables:
        return ()
    return (put_in(workspace, span, span.columns[1], f":{port}"),)


def server_of(workspace: Workspace, server: Option) -> dict[str, Option]:
    """The host and the port of `host:port`, `[address]:port` or a host alone."""
    value = server.value
    if not isinstance(value, Known):
        return {"host": replace(server, name="host")}
    text = str(value.value)
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or ("[" not in host and ":" in host):
        return {"host": replace(server, name="host")}
    at = (1, len(host) - 1) if host.startswith("[") else (0, len(host))
    return parts_of(workspace, value, {"host": at, "port": (len(host) + 1, len(text))})


def behind(workspace: Workspace, word: Word, first: int, name: str) -> Option:
    """The option that stands behind the first characters of a word: `--port=` is no value."""
    if not isinstance(word.value, Known):
        return Option(name, word.value)
    said = place_of(word.value, (0, first), workspace)
    if said is not None:
        workspace.is_harmless(said)
    return parts_of(workspace, word.value, {name: (first, len(str(word.value.value)))})[name]


def parts_of(
    workspace: Workspace, whole: Known, parts: Mapping[str, tuple[int, int]]
) -> dict[str, Option]:
    """The parts of one word, by name the first and last character of each, with their places."""
    text, found = str(whole.value), {}
    pieces = {(at, at + len(str(piece.value))): piece for at, piece in whole.pieces}
    for name, (first, last) in parts.items():
        made = pieces.get((first, last))
        if made is None:
            made = Known(text[first:last], place_of(whole, (first, last), workspace))
        found[name] = Option(name, made, bare=True)
    return found
