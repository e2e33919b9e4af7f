"""Tasks in a cloud: ECS' task definitions in JSON, and what Terraform and Nomad say in HCL.

Knows where each file says a container's variables. HCL is read in its literal texts alone: what
refers to something else can't be told. tree-sitter-hcl (1.2.0) parses all of it, but walking its
nodes down to those texts takes as much code as the patterns here, and one more dependency in every
installation: it is worth that once `var` and `local` are followed to what they stand for, and not
before. It must not know what a variable means. Sources:
docs.aws.amazon.com/AmazonECS (ContainerDefinition: environment, secrets), developer.hashicorp.com
(aws_ecs_task_definition, aws_lambda_function, google_cloud_run_v2_service; Nomad's env block).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from smtpdoctor.settings.carriers.places import (
    MOST_DOCUMENTS,
    MOST_PARTS,
    NOTHING,
    as_variable,
    carried_layer,
    folder_of,
    items,
    text,
)
from smtpdoctor.settings.readers.harmless import is_setting_name
from smtpdoctor.settings.readers.model import Known, Origin, Span, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

#: Where HCL says variables, and what follows: a list of names with values, or a map.
#: Functions that join lists or maps may stand around them.
BLOCK = re.compile(
    r'(?m)(?P<name>^[ \t]*"?(?:\w{1,40}_)?'
    r'(?:environment(?:_variables)?|env(?:_vars)?|variables|secrets)"?)'
    r"\s*(?:[=:]\s*)?(?:(?:concat|merge|flatten|compact)\s*)?[\[{(]"
)
TEXT = r'"(?:[^"\\\n]|\\.)*"'
REST = r"[^\s,{}\[\]#][^,}\]\n#]*"
PAIR = re.compile(
    rf'"?name"?\s*[=:]\s*"(?P<name>[A-Za-z_]\w*)"\s*,?\s*"?(?P<from>valueFrom|value)?"?'
    rf"(?:\s*[=:]\s*(?P<value>{TEXT}|{REST}))?"
)
ENTRY = re.compile(rf'(?m)^[ \t]*"?(?P<name>[A-Za-z_]\w*)"?[ \t]*=[ \t]*(?P<value>{TEXT}|{REST})')
IMAGE = re.compile(rf'(?m)^[ \t]*"?image"?\s*[=:]\s*(?P<image>{TEXT})')
LEXEMES = re.compile(rf"{TEXT}|(?m:#.*$|//.*$)|[\[\]{{}}()]")
#: What stands around the value of a pair on one line.
NAMED = re.compile(r'\s*\{?\s*"?name"?\s*[=:]\s*"(?P<name>\w+)"\s*,?\s*"?value"?\s*[=:]\s*')
CLOSED = re.compile(r"[\s},\]]*")
NUMBER = re.compile(r"\d{1,9}|true|false")
#: A file is looked at so far.
LONGEST = 200_000


def find(workspace: Workspace) -> Iterator[Surrounding]:
    """One for each container that gets a variable."""
    yield from _task_definitions(workspace)
    yield from _hcl(workspace)


def _task_definitions(workspace: Workspace) -> Iterator[Surrounding]:
    paths = workspace.folder.containing(rb'"containerDefinitions"\s*:', ".json")
    for path in islice(paths, MOST_DOCUMENTS):
        root = workspace.document(path, NOTHING)
        for each in items(root.get("containerDefinitions"))[:MOST_PARTS]:
            made: dict[str, Value] = {}
            for item in items(each.get("environment")):
                name = text(item.get("name"))
                value = as_variable(name, item.get("value")) if name else None
                if name and value is not None:
                    made[name] = value
            for secret in items(each.get("secrets")):
                if name := text(secret.get("name")):
                    made[name] = _elsewhere(name, secret.span)
            span = each.span
            place = f"{path}:{span.line}" if span is not None else path
            yield from _surrounding(path, place, text(each.get("image")) or "", made)


def _surrounding(
    path: str, place: str, image: str, made: Mapping[str, Value]
) -> Iterator[Surrounding]:
    if made:
        yield Surrounding(
            carrier="tasks",
            place=place,
            image=image,
            build=None,
            variables=Variables((carried_layer(path, made),)),
            scope=folder_of(path) if path.endswith(".json") else "",
        )


def _elsewhere(name: str, span: Span | None) -> Unknown:
    return Unknown("encrypted", f"{name} is set on the platform", span)


def _hcl(workspace: Workspace) -> Iterator[Surrounding]:
    """Containers by their images: what stands between one and the next is the first one's."""
    paths = workspace.folder.containing(
        rb"(?m)^[^\S\n]*\"?(\w{1,40}_)?(environment|env|variables)\w*\"?\s*(?:[=:]\s*)?[\[{(a-z]",
        *(".tf", ".hcl", ".nomad"),
    )
    for path in islice(paths, MOST_DOCUMENTS):
        said = LEXEMES.sub(_blank, (workspace.folder.text(path) or "")[:LONGEST])
        images = [(found.start(), found["image"][1:-1]) for found in IMAGE.finditer(said)]
        made: dict[int, dict[str, Value]] = {}
        for block in islice(BLOCK.finditer(said), MOST_PARTS):
            before = [at for at, _ in images if at < block.start()]
            held = made.setdefault(before[-1] if before else -1, {})
            for name, value in _variables(path, said, block.end() - 1, "secrets" in block["name"]):
                _show_name(workspace, name, value)
                held[name] = value
        for at, values in made.items():
            image = next((name for start, name in images if start == at), "")
            line = said.count("\n", 0, max(at, 0)) + 1
            yield from _surrounding(path, f"{path}:{line}", image, values)


def _blank(found: re.Match[str]) -> str:
    """Blanks for a comment; a text and a bracket as they are."""
    return " " * len(found[0]) if found[0][0] in "#/" else found[0]


def _variables(path: str, said: str, start: int, secret: bool) -> Iterator[tuple[str, Value]]:
    """The variables between a bracket and the one that closes it."""
    end = _closing(said, start)
    inner = said[start:end]
    pairs = list(PAIR.finditer(inner)) if "name" in inner else []
    for found in pairs or ENTRY.finditer(inner):
        name, value = found["name"], found["value"]
        first = said.count("\n", 0, start + found.start("name")) + 1
        if value is None or secret or (pairs and found["from"] != "value"):
            yield name, _elsewhere(name, Span(path, first, (1, 1), first))
            continue
        at = start + found.start("value")
        line = said.count("\n", 0, at) + 1
        column = at - (said.rfind("\n", 0, at) + 1) + 1
        quoted, written = value[0] == '"', value.strip()
        text_ = written[1:-1] if quoted else written
        span = Span(path, line, (column, column + len(written)), line)
        if "${" in text_ or "\\" in text_ or not (quoted or NUMBER.fullmatch(text_)):
            yield name, Unknown("computed", f"{name} is filled in elsewhere", span)
        else:
            yield name, Known(text_, span, (Origin("environment", name, span),))


def _show_name(workspace: Workspace, name: str, value: Value) -> None:
    """Let the name of a pair be shown that stands with its value on one line."""
    span = value.span
    line = workspace.line(span.file, span.line) if span is not None else None
    if span is None or line is None or not is_setting_name(name):
        return
    before = NAMED.fullmatch(line[: span.columns[0] - 1])
    behind = CLOSED.fullmatch(line[span.columns[1] - 1 :])
    if before is not None and before["name"] == name and behind is not None:
        workspace.is_harmless(
            replace(span, columns=(1, span.columns[0])),
            replace(span, columns=(span.columns[1], len(line) + 1)),
        )


def _closing(said: str, start: int) -> int:
    """Where the bracket closes that stands there; the end of the text where none does."""
    depth = 0
    for found in LEXEMES.finditer(said, start):
        depth += {"[": 1, "{": 1, "(": 1, "]": -1, "}": -1, ")": -1}.get(found[0], 0)
        if depth == 0 and found[0] in "]})":
            return found.start()
    return len(said)
