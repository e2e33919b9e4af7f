"""Dockerfiles: the variables that an image brings along (`ENV`, and `ARG` that one is filled from).

Knows the instructions (docs.docker.com/reference/dockerfile, ENV and environment replacement).
It must not know what a variable means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtpdoctor.settings.carriers.places import LONGEST, carried_layer, folder_of
from smtpdoctor.settings.readers.model import Known, Origin, Span, Value
from smtpdoctor.settings.variables import Layer, Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

#: No system starts a program with a longer environment (Linux: a quarter of a stack of 8 MiB).
LONGEST_OF_ALL = 2 * 1024 * 1024
INSTRUCTION = re.compile(r"\s*(?P<word>[A-Za-z]+)\s+(?P<rest>.*\S)\s*")
PAIR = re.compile(
    r"""(?<![\w.-])(?P<name>[\w.-]++)="""
    r"""(?P<text>(?:"(?:\\.|[^"\\])*+"|'[^']*+'|\\.|[^\s"'\\]++)*+)"""
)
REFERENCE = re.compile(r"\\\$|\$(?:(\w+)|\{(\w+)(?:(:[-+])([^}]*))?\})")
QUOTED = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^'"\\]+)""", re.DOTALL)


def find(workspace: Workspace) -> Iterator[Surrounding]:
    """One for each Dockerfile whose last stage sets a variable or is another program's image."""
    for path in workspace.folder.matching("Dockerfile", "Dockerfile.*", "*.Dockerfile"):
        image, layer = read(workspace, path)
        if image or layer.values:
            yield Surrounding(
                carrier="dockerfile",
                place=path,
                image=image,
                build=None,
                variables=Variables((layer,)),
                scope=folder_of(path),
            )


def image_layer(workspace: Workspace, path: str) -> Layer:
    """What the image that is built by this Dockerfile brings along."""
    return read(workspace, path)[1]


def read(workspace: Workspace, path: str) -> tuple[str, Layer]:
    """The image that the last stage comes from, and the variables that it sets."""
    image = ""
    arguments: dict[str, str] = {}
    values: dict[str, Value] = {}
    stages: dict[str, tuple[str, dict[str, Value]]] = {}
    stage = ""
    for number, word, rest, start in _instructions(workspace.folder.text(path) or ""):
        if word == "FROM":
            stages[stage] = (image, values)
            parts = [part for part in rest.split() if not part.startswith("--")]
            image = parts[0] if parts else ""
            image, brought = stages.get(image.lower(), (image, {}))
            values = dict(brought)
            stage = parts[2].lower() if len(parts) > 2 and parts[1].lower() == "as" else ""
        elif word == "ARG":
            name, equals, text = rest.partition("=")
            if equals:
                arguments[name] = _unquoted(text)
        elif word == "ENV":
            for name, text, columns in _pairs(rest, start):
                known = {key: str(v.value) for key, v in values.items() if isinstance(v, Known)}
                span = Span(path, number, columns, number)
                filled = _filled(text, {**arguments, **known})
                room = LONGEST_OF_ALL - sum(map(len, known.values()))
                values[name] = Known(
                    filled[: max(room, 0)], span, (Origin("environment", name, span),)
                )
    return image, carried_layer(path, values)


def _instructions(text: str) -> Iterator[tuple[int, str, str, int]]:
    """Each line of an instruction: its number, the instruction's word, what it says, and where in
    the line that begins. One that ends with a backslash goes on in the next; comments and empty
    lines between stand for nothing."""
    going_on = ""
    for number, whole in enumerate(text.split("\n"), 1):
        line = whole.rstrip("\r")
        said = line.rstrip().removesuffix("\\").rstrip()
        if going_on and (not line.strip() or line.lstrip().startswith("#")):
            continue
        found = INSTRUCTION.fullmatch(said) if not going_on else None
        word = going_on or (found["word"].upper() if found is not None else "")
        start = found.start("rest") if found is not None else len(said) - len(said.lstrip())
        if found is not None or going_on:
            yield number, word, said[start:], start
        elif said.strip():
            word = said.strip().upper()  # `ENV \`, with all of it in the lines that follow
        going_on = word if line.rstrip().endswith("\\") else ""


def _pairs(rest: str, start: int) -> Iterator[tuple[str, str, tuple[int, int]]]:
    name, blank, text = rest.partition(" ")
    if blank and "=" not in name:  # the old form: one variable, the rest of the line
        first = start + len(name) + 1
        yield name, text, (first + 1, first + len(text) + 1)
        return
    for found in PAIR.finditer(rest):
        columns = start + found.start("text") + 1, start + found.end("text") + 1
        yield found["name"], found["text"], columns


def _unquoted(text: str) -> str:
    return "".join(
        next(part for part in found.groups() if part is not None) for found in QUOTED.finditer(text)
    )


def _filled(text: str, known: dict[str, str]) -> str:
    """The text with its variables filled in, never longer than the system would pass on."""

    def one(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if not name:
            return found[0]
        value = known.get(name, "")
        if found[3] == ":-":
            return value or found[4]
        if found[3] == ":+":
            return found[4] if value else ""
        return value

    if text.startswith("'"):
        return _unquoted(text[:LONGEST])
    parts, length, at = [], 0, 0
    for found in REFERENCE.finditer(text):
        if length >= LONGEST:
            break
        parts += [text[at : found.start()], one(found)]
        length += len(parts[-2]) + len(parts[-1])
        at = found.end()
    return _unquoted("".join((*parts, text[at:]))[:LONGEST])
