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


@pytest.mark.parametrize(
    "entry", [".", "", "bin", "{folder}/bin", "{folder}/../project/bin", "{link}"], ids=repr
)
@pytest.mark.parametrize("inside", [False, True], ids=["folder", "below the repository"])
def test_no_program_of_the_project_is_run(entry: str, inside: bool, tmp_path: Path) -> None:
    repository = tmp_path / "project"
    folder = repository / "app" if inside else repository
    folder.mkdir(parents=True)
    (repository / ".git").mkdir()
    (tmp_path / "link").symlink_to(repository / "bin")
    for place in (repository, folder, repository / "bin", folder / "bin"):
        place.mkdir(exist_ok=True)
        (place / "xdg-open").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (place / "xdg-open").chmod(0o755)
    path = entry.format(folder=repository, link=tmp_path / "link")
    environ = {"PATH": f"{path}{os.pathsep}{os.environ['PATH']}", "DISPLAY": ":0"}
    environ |= {"BROWSER": "xdg-open %s", "TMPDIR": str(tmp_path), "SMTP_HOST": "127.0.0.1"}
    command = [sys.executable, "-m", "smtpdoctor", "check", "--only", "settings", "--open"]
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert "report.html" in done.stderr
    assert not (tmp_path / "ran").exists()
