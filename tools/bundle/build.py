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
    """The glibc that every program and library in the folder can do with, by their own symbols; but
    for what is taken only where the system has none of its own."""
    versions = [
        (int(major), int(minor))
        for file in folder.rglob("*")
        if file.parent.name != "fallback"
        and file.is_file()
        and (content := file.read_bytes()).startswith(b"\x7fELF")
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
    # where it is used there is no pip that could bring an extra: watch --listen has its library
    subprocess.run([*pip, f"{ROOT}[watch]"], check=True)
    # the code may be another by now, under the same version
    subprocess.run([*pip, "--force-reinstall", "--no-deps", ROOT], check=True)


def build() -> Path:
    """The finished file. Raises CalledProcessError where pip or PyInstaller fails."""
    python = WORK / "venv" / "bin" / "python"
    install(python)
    arch = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    name = f"smtpdoctor-linux-{arch}"
    told = {
        "name": name,
        "start": str(Path(__file__).with_name("start.py")),
        "tools": str(Path(__file__).parent),
        # the shells' names are looked up by modules that typer loads by theirs
        "hidden": [*grammars(), "shellingham.posix"],
        "left_out": LEFT_OUT,
    }
    specification = WORK / "smtpdoctor.spec"
    specification.write_text(f"TOLD = {told!r}\n{SPECIFICATION}")
    command = [python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--workpath", WORK / "work", "--distpath", WORK / "made", specification]
    subprocess.run(command, check=True, cwd=WORK)
    return Path(shutil.move(WORK / "made" / name, ROOT / "build" / name))


#: What PyInstaller makes: a folder to look into, and the file that is handed out. One function of
#: libm alone would ask for glibc 2.35, so Python gets its oldest form. The building machine's
#: libgcc_s asks for it, too, and most systems have their own, which `start.py` takes.
SPECIFICATION = """
import pathlib, sys

sys.path.insert(0, TOLD["tools"])
from PyInstaller.utils.hooks import collect_data_files, collect_submodules
from older_glibc import bind_to_oldest

found = Analysis(
    [TOLD["start"]],
    hiddenimports=[*TOLD["hidden"], *collect_submodules("smtpdoctor"), *collect_submodules("dns")],
    datas=[*collect_data_files("smtpdoctor"), *collect_data_files("publicsuffixlist")],
    excludes=TOLD["left_out"],
)
libraries = []
for place, source, kind in found.binaries:
    if place.startswith("libgcc_s.so"):
        place = f"fallback/{place}"
    elif place.startswith("libpython"):
        older = pathlib.Path(workpath) / place
        older.write_bytes(bind_to_oldest(pathlib.Path(source).read_bytes(), "hypot"))
        source = str(older)
    libraries.append((place, source, kind))
pure = PYZ(found.pure)
EXE(pure, found.scripts, libraries, found.datas, name=TOLD["name"], strip=True)
program = EXE(pure, found.scripts, exclude_binaries=True, name=TOLD["name"], strip=True)
COLLECT(program, libraries, found.datas, name="unpacked", strip=True)
"""


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
    print(where_it_runs(platform.machine(), glibc_needed(WORK / "made" / "unpacked")))


if __name__ == "__main__":
    main()
