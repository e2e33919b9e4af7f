"""How single values of a table's program are written: quotes, references, host:port, lines.

Knows texts and their places. It must not know any program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from smtpdoctor.settings import harmless
from smtpdoctor.settings.dialects.base import Option
from smtpdoctor.settings.dialects.urls import place_of
from smtpdoctor.settings.masked_line import QUOTES
from smtpdoctor.settings.model import Edit
from smtpdoctor.settings.prepare import inserted, literal, worded
from smtpdoctor.settings.readers.model import ABSENT, Known, List, Origin, Span, Unknown, Value
from smtpdoctor.settings.variables import Variables
from smtpdoctor.settings.workspace import Surrounding, Workspace

GO_VARIABLE = re.compile(r"\$(?:\$|\{(\w+)\}|([A-Za-z_]\w*))")
STEP = re.compile(r"(?P<name>[^\[\]]*)(?P<item>\[(?:(?P<key>\w+)=(?P<text>[^\]]*))?\])?")


def at(root: Value, path: str) -> Value:
    """What stands at a path with dots: `notify[platform=smtp].server`. A name may have dots itself,
    as in Java's properties."""
    whole = root.get(path)
    if "." in path and not whole.absent:
        return whole
    for step in path.split("."):
        found = STEP.fullmatch(step)
        root = root.get(found["name"]) if found and found["name"] else root
        if found is None or not found["item"]:
            continue
        each = list(root.value) if isinstance(root, Known) and isinstance(root.value, List) else []
        wanted = [
            item
            for item in each or [root]
            if not found["key"]
            or str(getattr(item.get(found["key"]), "value", "")) == found["text"]
        ]
        root = wanted[0] if wanted else Known(ABSENT)
    return root


def referred(value: Value, reference: str, variables: Variables) -> Value:
    """A value that names a variable as that variable's."""
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return value
    found = re.fullmatch(reference, value.value)
    if found is None:
        return value
    told = variables.lookup(found[1])
    return told or Unknown("environment", f"{found[1]} is not set here", value.span, name=found[1])


def filled(
    value: Known, placeholder: re.Pattern[str], told: Callable[[re.Match[str]], Value]
) -> Value:
    """A text with what each placeholder in it stands for; Unknown where one can't be told."""
    whole = placeholder.fullmatch(value.value)
    if whole is not None:
        return told(whole)
    parts, end = list[Known](), 0
    for found in placeholder.finditer(value.value):
        inner = told(found)
        if not isinstance(inner, Known):
            return replace(inner, span=value.span)
        parts += (Known(value.value[end : found.start()], value.span), inner)
        end = found.end()
    if not parts:
        return value
    parts.append(Known(value.value[end:], value.span))
    made, pieces = "", list[tuple[int, Known]]()
    for part in parts:
        pieces.append((len(made), part))
        made += str(part.value)
    trail = (Origin("joined", "", value.span), *(each for part in parts for each in part.trail))
    return Known(made, value.span, trail, pieces=tuple(pieces))


def go_expand(value: Value, variables: Variables) -> Value:
    """A value as Go's `os.ExpandEnv` has it: `$NAME` and `${NAME}` are variables, anywhere in it,
    also in a password. `$$` is a `$` for the programs that say so, all of them here."""
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return value

    def told(found: re.Match[str]) -> Value:
        name = found[1] or found[2]
        if not name:
            return Known("$", value.span)
        held = variables.lookup(name)
        if held is None or held.absent:
            return Unknown("environment", f"{name} is not set here", value.span, name=name)
        return held

    made = filled(value, GO_VARIABLE, told)
    if isinstance(made, Known) and made.pieces:  # its line says it, not one of several variables
        return replace(value, value=made.value)
    return made


def go_ini(value: Value) -> Value:
    """A value as gopkg.in/ini.v1 has it.

    Only backquotes and three double quotes hold a # or ;, up to the last of them in the line.
    Else the first # or ; ends the value, in single and double quotes too.
    """
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return value
    text = value.value
    for quote in ('"""', "`"):
        end = text.rfind(quote, len(quote))
        if text.startswith(quote) and end > 0:
            return replace(value, value=text[len(quote) : end])
    cut = re.split("[#;]", text, maxsplit=1)[0].rstrip()
    span = value.span
    if span is not None and span.line == span.end_line and cut != text:
        span = replace(span, columns=(span.columns[0], span.columns[0] + len(cut)))
    if cut[:1] in ("'", '"') and len(cut) > 1 and cut.find(cut[0], 1) == len(cut) - 1:
        cut = cut[1:-1]
    return replace(value, value=cut, span=span)


def content(path: Value, surrounding: Surrounding | None, name: str) -> Value:
    """What stands in the file that a variable names."""
    files = surrounding.files if surrounding is not None else {}
    if isinstance(path, Known) and str(path.value) in files:
        return files[str(path.value)]
    return Unknown("unreadable", f"it stands in the file that {name} names", path.span)


def host_and_port(option: Option, workspace: Workspace) -> Iterator[tuple[str, Option]]:
    """`host:port` as two options, each with its place. Where both are harmless, so are the colon
    between them and the quotes around them: a masked line would not be one to type."""
    value = option.value
    if not isinstance(value, Known):
        yield option.name, option
        return
    found = re.fullmatch(r"\s*(?P<host>\[[^\]]*\]|[^:]*?):(?P<port>\d{1,5})\s*", str(value.value))
    if found is None:
        yield option.name, option
        return
    parts: tuple[tuple[str, Literal["host", "port"]], ...]
    parts = ((option.name, "host"), (f"{option.name}.port", "port"))
    for name, group in parts:
        span = place_of(value, found.span(group), workspace)
        workspace.is_value(group, span)
        part = found[group].strip("[]")
        if span is not None and harmless.shown(group, found[group]) == found[group]:
            workspace.is_harmless(_with_quotes(span, workspace))  # a text of its own: port := "465"
        yield name, Option(name, Known(part, span), bare=True, called=option.called)
    whole = place_of(value, (found.start("host"), found.end("port")), workspace)
    if whole is not None and harmless.shown("host", found["host"]) == found["host"]:
        workspace.is_harmless(_with_quotes(whole, workspace))


def _with_quotes(span: Span, workspace: Workspace) -> Span:
    start, end = span.columns
    around = replace(span, columns=(max(start - 1, 1), end + 1))
    text = workspace.text_of(around) or ""
    return around if len(text) > 2 and text[0] == text[-1] and text[0] in QUOTES else span


def is_dotenv(path: str) -> bool:
    return path.rpartition("/")[2].startswith(".env")


def as_line(found: re.Match[str], key: str, value: Any, file: str) -> str:
    """A line in the way of another: `KEY: text`, `- KEY=text`, `"key": text,`."""
    text = worded(value)
    if found["item"]:
        return f"{found['item']}{found['quote']}{key}={text}{found['quote']}"
    between = found["between"]
    if file.endswith(".json"):
        quoted = text if isinstance(value, bool | int) else f'"{text}"'
        return f'"{key}"{between}{quoted},'
    plain = ":" not in between or YAML_TEXT.fullmatch(text) is not None
    if file.endswith((".yml", ".yaml", ".toml")) and not isinstance(value, bool | int):
        plain = plain and ":" in between
        text = text if plain else f'"{text}"'
    return f"{found['quote']}{key}{found['quote']}{between}{text}"


def keys_before(
    workspace: Workspace, span: Span | None, key: str, new: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Further keys of YAML, or of NEON, before the one on whose line the span is; none where that
    line doesn't begin with it."""
    line = workspace.line(span.file, span.line) if span is not None else None
    found = re.match(rf"(\s*){re.escape(key)}\s*:", line or "")
    if span is None or found is None:
        return ()
    lines = "".join(f"{name}: {literal(new[name], 'yaml')}\n{found[1]}" for name in new)
    return (inserted(span, len(found[1]) + 1, lines),)


#: A line that says one thing by its name.
WRITTEN = re.compile(
    r"""^(?P<indent>[ \t]*)(?P<item>-[ ]+)?(?P<quote>["']?)(?P<name>[\w.-]+)["']?"""
    r"""(?P<between>[ \t]*[:=][ \t]*|[ \t]+)"""
)
#: A text that YAML takes for nothing else.
YAML_TEXT = re.compile(r"(?!(?i:true|false|yes|no|on|off|null|y|n)$)[A-Za-z][\w+./-]*")
