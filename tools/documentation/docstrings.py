"""Pages from what the code says of itself: the Python interface and the JSON schemas.

Pure: reads docstrings, signatures and the schemas that the program prints.
"""

from __future__ import annotations

import inspect
import json
import re
import typing
from collections.abc import Mapping
from typing import Any

import msgspec

import smtpdoctor
from smtpdoctor.report.schema import explain_schema, report_schema
from tools.documentation.markdown import code, plain, table


def prose(text: str) -> str:
    """A docstring as Markdown: its code stays code, nothing else is markup, and a line that
    explains a field becomes an item."""
    lines = []
    for line in inspect.cleandoc(text).splitlines():
        field = re.match(r"(\w+(?:, \w+)*): (.+)", line)
        marked = f"- `{field[1]}`: {_marked(field[2])}" if field else _marked(line)
        if field and lines and lines[-1] and not lines[-1].startswith(("- ", "  ")):
            lines.append("")
        lines.append(marked)
    return "\n".join(lines)


def _marked(text: str) -> str:
    pieces = re.split(r"(`[^`]+`)", text)
    return "".join(piece if piece.startswith("`") else plain(piece) for piece in pieces)


def python_interface() -> str:
    """Every name of `smtpdoctor.__all__`: its signature, its docstring, its fields."""
    parts = [""]
    functions = [n for n in smtpdoctor.__all__ if inspect.isroutine(getattr(smtpdoctor, n))]
    functions.sort(key=lambda n: inspect.iscoroutinefunction(getattr(smtpdoctor, n)))
    for name in (*functions, *(n for n in smtpdoctor.__all__ if n not in functions)):
        thing = getattr(smtpdoctor, name)
        parts.append(f"## {name}")
        if name in functions:
            parts.append(f"```python\n{_signature(name, thing)}\n```")
        parts.append(prose(thing.__doc__ or ""))
        if inspect.isclass(thing) and issubclass(thing, msgspec.Struct):
            hints = typing.get_type_hints(thing)
            rows = [(code(each), code(_type(hints[each]))) for each in thing.__struct_fields__]
            parts.append(table(("field", "type"), rows))
    return "\n\n".join(parts) + "\n"


def _signature(name: str, function: Any) -> str:
    signature = inspect.signature(function)
    lines = []
    before = None
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and before is not parameter.kind:
            lines.append("    *,\n")
        before = parameter.kind
        default = "" if parameter.default is parameter.empty else f" = {_value(parameter.default)}"
        lines.append(f"    {parameter.name}: {_type(parameter.annotation)}{default},\n")
    asynchronous = "async " if inspect.iscoroutinefunction(function) else ""
    result = _type(signature.return_annotation)
    return f"{asynchronous}def {name}(\n{''.join(lines)}) -> {result}"


def _value(default: object) -> str:
    return "…" if type(default).__repr__ is object.__repr__ else repr(default)


def _type(annotation: object) -> str:
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return re.sub(r"\b(?:typing|collections\.abc|smtpdoctor(?:\.\w+)*)\.(?=\w)", "", text)


def schemas() -> Mapping[str, str]:
    """The schemas as files, by their names."""
    made = {"report.schema.json": report_schema(), "explain.schema.json": explain_schema()}
    return {name: json.dumps(each, indent=2) + "\n" for name, each in made.items()}


def types_of_the_report() -> str:
    """The report's schema as tables, one for each type, and the schemas as files."""
    schema = report_schema()
    parts = [
        "\n## Every field",
        "From the schema; as files: {download}`report.schema.json`, "
        "{download}`explain.schema.json`.",
        _type_of_schema("Report", schema),
    ]
    parts += [_type_of_schema(name, each) for name, each in schema["$defs"].items()]
    return "\n\n".join(parts) + "\n"


def _type_of_schema(name: str, schema: Mapping[str, Any]) -> str:
    required = schema.get("required", ())
    rows = [
        (code(field), _shape(each), "" if field in required else "may be missing")
        for field, each in schema.get("properties", {}).items()
    ]
    parts = [
        f"### {name}",
        prose(schema.get("description", "")),
        table(("field", "type", ""), rows),
    ]
    return "\n\n".join(part for part in parts if part)


def _shape(schema: Mapping[str, Any]) -> str:
    """The type of one field in short: links to the types of the page."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_shape(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(code(json.dumps(each, ensure_ascii=False)) for each in schema["enum"])
    if "const" in schema:
        return code(json.dumps(schema["const"]))
    if schema.get("type") == "array":
        items = schema.get("items")
        return f"list of {_shape(items)}" if items else "list"
    return str(schema.get("type", "any"))
