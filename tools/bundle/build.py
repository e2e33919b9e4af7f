"""Builds build/smtpdoctor-linux-ARCH, one file with an interpreter of its own: `make bundle`.

Knows PyInstaller and how to read which glibc the file needs. It builds for the processor and the
glibc of the machine that it runs on, and for no other: docs/decisions/0025-one-file.md.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
WORK = ROOT / "build" / "bundle"
PYINSTALLER = "pyinstaller>=6.22,<7"

#: Brought along by a library that can do without.
LEFT_OUT = ("pip", "pkg_resources", "pycparser", "setuptools", "tkinter", "unittest")

#: The first release of each system with that glibc.
SYSTEMS = (
    ((2, 17), "RHEL 7"),
    ((2, 26), "Amazon Linux 2"),
    ((2, 28), "Debian 10"),
    ((2, 28), "RHEL 8"),
    ((2, 31), "Debian 11"),
    ((2, 31), "Ubuntu 20.04"),
    ((2, 34), "RHEL 9"),
    ((2, 34), "Amazon Linux 2023"),
    ((2, 35), "Ubuntu 22.04"),
    ((2, 36), "Debian 12"),
    ((2, 38), "SUSE Linux Enterprise 15 SP6"),
    ((2, 39), "RHEL 10"),
    ((2, 39), "Ubuntu 24.04"),
    ((2, 41), "Debian 13"),
)

_NEEDED = re.compile(rb"\0GLIBC_(\d+)\.(\d+)(?:\.\d+)?(?=\0)")


def glibc_needed(folder: Path) -> tuple[int, int]:
    """The glibc that every program and library in the folder can do with, by their own symbols."""
    versions = [
        (int(major), int(minor))
        for file in folder.rglob("*")
        if file.is_file() and (content := file.read_bytes()).startswith(b"\x7fELF")
        for major, minor in _NEEDED.findall(content)
    ]
    return max(versions)


def systems(needed: tuple[int, int]) -> tuple[list[str], list[str]]:
    """Since which release each system has that glibc, and the releases that have an older one."""
    newest_first: dict[str, str] = {}
    for version, release in SYSTEMS:
        if version >= needed:
            newest_first.setdefault(release.rstrip("0123456789. SP"), release)
    return list(newest_first.values()), [name for version, name in SYSTEMS if version < needed]


def grammars() -> list[str]:
    """The modules of the tree-sitter grammars: loaded by name, which PyInstaller can't see."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [re.split(r"[<>=]", name)[0] for name in project["dependencies"]]
    return [name.replace("-", "_") for name in names if name.startswith("tree-sitter-")]


def install(python: Path) -> None:
    """PyInstaller and the doctor, in an environment of their own.

    PyInstaller's ready-made loader needs the host's libz, which small images don't have: its loader
    is compiled here, with zlib in it.
    """
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if not python.exists():
        compiler = shutil.which("cc")
        asked = [compiler or "false", "-print-file-name=libz.a"]
        zlib = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
        if not zlib.startswith("/"):  # cc repeats the name of what it doesn't find
            sys.exit("make bundle needs a C compiler and zlib: apt-get install gcc zlib1g-dev")
        (WORK / "static").mkdir(parents=True, exist_ok=True)
        shutil.copy(zlib, WORK / "static")
        venv.create(python.parent.parent, with_pip=True)
        loader = {"PYINSTALLER_COMPILE_BOOTLOADER": "1", "LDFLAGS": f"-L{WORK / 'static'}"}
        # a wheel in pip's cache may be without zlib
        command = [*pip, "--no-cache-dir", "--no-binary", "pyinstaller", PYINSTALLER]
        subprocess.run(command, check=True, env=os.environ | loader)
    subprocess.run([*pip, ROOT], check=True)
    # the code may be another by now, under the same version
    subprocess.run([*pip, "--force-reinstall", "--no-deps", ROOT], check=True)


def build() -> Path:
    """The finished file. Raises CalledProcessError where pip or PyInstaller fails."""
    python = WORK / "venv" / "bin" / "python"
    install(python)
    arch = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    name = f"smtpdoctor-linux-{arch}"
    pyinstaller = [python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--strip"]
    pyinstaller += ["--collect-submodules", "smtpdoctor", "--collect-data", "smtpdoctor"]
    pyinstaller += ["--collect-submodules", "dns", "--collect-data", "publicsuffixlist"]
    for module in grammars():
        pyinstaller += ["--hidden-import", module]
    for module in LEFT_OUT:
        pyinstaller += ["--exclude-module", module]
    pyinstaller += ["--specpath", WORK, "--workpath", WORK / "work"]
    start = Path(__file__).with_name("start.py")
    # the folder is what is looked into, the file what is handed out
    for kind, place in (("--onedir", WORK / "unpacked"), ("--onefile", ROOT / "build")):
        command = [*pyinstaller, kind, "--distpath", place, "--name", name, start]
        subprocess.run(command, check=True, cwd=WORK)
    return ROOT / "build" / name


def where_it_runs(machine: str, needed: tuple[int, int]) -> str:
    """What the file needs, as lines to be read."""
    enough, too_old = systems(needed)
    lines = (
        f"needs Linux on {machine} with glibc {needed[0]}.{needed[1]} or later",
        f"  enough:  {', '.join(enough)}, and later ones",
        f"  too old: {', '.join(too_old)}; for these, build on the oldest of them",
        "  never:   Alpine and other systems with musl instead of glibc",
    )
    return "\n".join(lines)


def main() -> None:
    if sys.platform != "linux":
        sys.exit("make bundle builds for Linux, on Linux")
    file = build()
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1e6:.0f} MB")
    print(where_it_runs(platform.machine(), glibc_needed(WORK / "unpacked" / file.name)))


if __name__ == "__main__":
    main()
