"""Jupyter's notebooks as the Python in their cells, each line where the notebook has it.

Knows nbformat as Jupyter writes it: one line of code a line of the file. It must not know what the
code says. Text, output, cells of other languages and IPython's own commands are empty lines.
"""

from __future__ import annotations

import json
import re

CELL = re.compile(r'^\s*"cell_type"\s*:\s*"(\w+)"')
SOURCE = re.compile(r'^\s*"source"\s*:\s*\[\s*$')
LINE = re.compile(r'^\s*("(?:[^"\\]|\\.)*")\s*,?\s*$')
END = re.compile(r"^\s*\]")
#: `%pip install x`, `!ls`, `?help`; a cell that begins with %% is another language's.
COMMAND = re.compile(r"^\s*[%!?]|\?\s*$")
PYTHON_CELLS = re.compile(r"^%%(?:time|timeit|capture|prun)\b")


def is_notebook(path: str) -> bool:
    """Whether a file is one by its name: what is read of it is not what stands in it."""
    return path.endswith(".ipynb")


def as_python(notebook: bytes) -> bytes:
    """The code of a notebook; nothing where it isn't written as Jupyter does."""
    kind, inside, other = "", False, False
    made: list[str] = []
    for line in notebook.decode("utf-8", errors="replace").split("\n"):
        code = ""
        if not inside:
            cell = CELL.match(line)
            kind = cell[1] if cell else kind
            inside, other = SOURCE.match(line) is not None, False
        elif END.match(line):
            inside = False
        elif kind == "code" and (found := LINE.match(line)):
            code = _text(found[1])
            other = other or (code.startswith("%%") and not PYTHON_CELLS.match(code))
            code = "" if other or COMMAND.match(code) else code
        made.append(code)
    return "\n".join(made).encode()


def _text(literal: str) -> str:
    try:
        text = str(json.loads(literal))
    except ValueError:
        return ""
    return re.sub(r"[\r\n]+", " ", text.rstrip("\r\n"))
