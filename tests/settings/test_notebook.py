"""Jupyter's notebooks read as Python: every line of code where the notebook has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtpdoctor.settings.notebook import as_python
from smtpdoctor.settings.setups import find_setups
from smtpdoctor.settings.write import Refused, changed_files

from .dialects.python_support import found
from .dialects.support import prepared, setups, workspace, write
from .dialects.ways import way


def notebook(*cells: str, kind: str = "code", **more: object) -> str:
    made = [
        {"cell_type": kind, "metadata": {}, **more, "source": cell.splitlines(keepends=True)}
        for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


SCRIPT = (
    '%pip install python-dotenv\n!ls "$HOME"\nimport smtplib, os\n?smtplib',
    'HOST = "smtp.ionos.com"\nPASSWORD = "geheim\\\\1"',
    "with smtplib.SMTP_SSL(HOST, 587) as server:\n    server.login('info@example.com', PASSWORD)",
)


def test_every_line_stands_where_the_notebook_has_it() -> None:
    text = notebook(*SCRIPT)
    lines = as_python(text.encode()).decode().split("\n")
    assert len(lines) == len(text.split("\n"))
    at = next(n for n, line in enumerate(text.split("\n")) if "HOST = " in line)
    assert lines[at] == 'HOST = "smtp.ionos.com"'
    assert lines[at + 1] == 'PASSWORD = "geheim\\\\1"'
    assert next(line for line in lines if line) == "import smtplib, os"


@pytest.mark.parametrize(
    "text",
    [
        notebook("import os", kind="markdown"),
        notebook("import os", kind="raw"),
        notebook("%%bash\nimport os\nls"),
        notebook("x", outputs=[{"text": ["import os\n"]}]).replace('"x"', '""'),
        json.dumps({"cells": []}),
        "import os",
        '{"cells": [\n"source": [\nimport os\n',
    ],
)
def test_lookalike_what_is_no_code_of_pythons(text: str) -> None:
    assert not as_python(text.encode()).strip()


def test_a_cell_that_is_timed_is_pythons() -> None:
    assert b"import os" in as_python(notebook("%%time\nimport os").encode())


def test_a_set_up_in_a_notebook(tmp_path: Path) -> None:
    setup = found(tmp_path, "smtplib", {"report.ipynb": notebook(*SCRIPT)})
    assert way(setup) == ("smtp.ionos.com", 587, "implicit", False)
    assert setup.settings.has_credentials
    host = setup.settings.entry("host")
    assert host is not None
    assert host.origin.file == "report.ipynb"
    line = (tmp_path / "report.ipynb").read_text().split("\n")[(host.origin.line or 0) - 1]
    assert "smtp.ionos.com" in line


def test_a_notebook_is_never_written(tmp_path: Path) -> None:
    root = write(tmp_path, {"report.ipynb": notebook(*SCRIPT)})
    looked_at = workspace(root)
    (setup,) = find_setups(looked_at).setups
    edits = prepared(setup.settings, 465, "implicit").edits
    assert edits
    assert not any(edit.exact for edit in edits)
    with pytest.raises(Refused, match="is a notebook"):
        changed_files(looked_at, edits)


def test_lookalike_a_notebook_that_only_speaks_of_it(tmp_path: Path) -> None:
    text = notebook("smtplib.SMTP('smtp.ionos.com', 587)", kind="markdown")
    assert setups(write(tmp_path, {"report.ipynb": text})) == []
