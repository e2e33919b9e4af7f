"""What stands in the working folder is never run as a part of the program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: Modules that the program loads, early or late, ours and others'.
NAMES = (
    "asyncio",
    "dns",
    "dotenv",
    "json",
    "msgspec",
    "random",
    "smtpdoctor_extra",
    "ssl",
    "typer",
)

#: The program's own command as an installer writes it: the folder of a script is its own.
SCRIPT = "import sys; from smtpdoctor.__main__ import main; sys.exit(main())\n"


@pytest.mark.parametrize(
    "arguments", [["--version"], ["explain", "port-blocked"], ["check", "--only", "settings"]]
)
@pytest.mark.parametrize("how", ["-m", "script"])
def test_no_module_of_the_folder_is_loaded(how: str, arguments: list[str], tmp_path: Path) -> None:
    folder, scripts = tmp_path / "project", tmp_path / "bin"
    folder.mkdir()
    scripts.mkdir()
    for name in ("typing", *NAMES):
        (folder / f"{name}.py").write_text("open('loaded', 'a').write(__name__ + ' ')\n")
    script = scripts / "smtpdoctor"
    script.write_text(SCRIPT)
    command = [sys.executable, "-m", "smtpdoctor"] if how == "-m" else [sys.executable, str(script)]
    environ = {"PATH": os.environ["PATH"], "SMTP_HOST": "192.0.2.1"}
    # an entry for the folder on the path of every Python is as good as its own
    environ |= {"PYTHONPATH": "."} if how == "script" else {}
    done = subprocess.run(
        [*command, *arguments], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert not (folder / "loaded").exists(), (folder / "loaded").read_text()
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 3), done.stderr
