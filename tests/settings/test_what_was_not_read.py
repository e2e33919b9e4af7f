"""What of a folder was not read is said file by file where that is short."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtpdoctor.settings.readers import project
from smtpdoctor.settings.setups import find_setups
from tests.settings.dialects.support import workspace, write

CODE = 'package main\nimport "net/smtp"\nfunc f{n}() {{ smtp.SendMail(addr, nil, "", nil, nil) }}\n'


@pytest.mark.parametrize(("files", "lines"), [(3, 2), (5, 1), (40, 1)])
def test_files_that_are_too_many_are_summed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int, lines: int
) -> None:
    monkeypatch.setattr(project, "MAXIMUM_CODE", 5)
    write(tmp_path, {f"f{number:02}.go": CODE.format(n=number) for number in range(files)})
    skipped = find_setups(workspace(tmp_path)).skipped
    assert len(skipped) == lines
    assert all("more code in this folder than is read" in each.why for each in skipped)
    assert skipped[0].path == "f01.go"
    if lines == 1:
        assert skipped[0].why.endswith(f"this file and {files - 2} others")
