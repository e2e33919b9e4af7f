"""From {reader, environ, texts} on standard input to one object of values a text."""

from __future__ import annotations

import ctypes
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

WORK = json.load(sys.stdin)
ENVIRON: dict[str, str] = WORK["environ"]
FILE = Path(tempfile.mkdtemp()) / ".env"


def python_dotenv() -> dict[str, str]:
    from dotenv import load_dotenv

    load_dotenv(FILE)
    return dict(os.environ)


def pydantic_settings() -> dict[str, str | None]:
    from pydantic_settings.sources.providers.dotenv import DotEnvSettingsSource

    return dict(DotEnvSettingsSource._static_read_env_file(FILE, case_sensitive=True))


def django_environ_os() -> dict[str, str]:
    import environ

    environ.Env.read_env(FILE)
    return dict(os.environ)


def django_environ() -> dict[str, str | None]:
    import environ

    environ.Env.read_env(FILE)
    return {name: _asked(environ.Env(), name) for name in os.environ}


def _asked(env, name: str) -> str | None:  # type: ignore[no-untyped-def]
    """None where asking stops the program."""
    try:
        return env.str(name)
    except Exception:
        return None


def decouple() -> dict[str, str]:
    from decouple import RepositoryEnv

    return dict(RepositoryEnv(str(FILE)).data)


def systemd() -> dict[str, str]:
    """`load_env_file` of systemd's own library."""
    folder = Path("/usr/lib/x86_64-linux-gnu/systemd")
    library = ctypes.CDLL(str(next(folder.glob("libsystemd-shared-*.so"))))
    result = ctypes.POINTER(ctypes.c_char_p)()
    status = library.load_env_file(None, os.fsencode(FILE), ctypes.byref(result))
    if status < 0:
        raise OSError(-status, os.strerror(-status))
    values = {}
    index = 0
    while result and result[index] is not None:
        name, _, value = result[index].decode("utf-8", "surrogateescape").partition("=")
        values[name] = value
        index += 1
    return values


def in_a_process(command: list[str]) -> dict[str, str]:
    """The environment that the command prints, its parts ended by NUL."""
    done = subprocess.run(
        command,
        cwd=FILE.parent,
        env=ENVIRON,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    variables = done.stdout.decode("utf-8", "surrogateescape").split("\0")
    return dict(variable.split("=", 1) for variable in variables if "=" in variable)


def bash() -> dict[str, str]:
    # nothing is on the search path: what a line would run is not found
    script = "PATH=/nonexistent; set -a; . ./.env >/dev/null 2>&1; exec /usr/bin/env -0"
    return in_a_process(["/bin/bash", "--norc", "--noprofile", "-c", script])


def bun() -> dict[str, str]:
    program = Path(WORK["program"])
    return in_a_process(
        [
            str(program),
            "--env-file=.env",
            "-e",
            "process.stdout.write(Object.entries(process.env).map(e => e.join('=')).join('\\0'))",
        ]
    )


def main() -> None:
    logging.disable()
    read: Callable[[], dict[str, str | None]] = globals()[WORK["reader"]]
    results = []
    for text in WORK["texts"]:
        FILE.write_bytes(text.encode())
        os.environ.clear()
        os.environ.update(ENVIRON)
        try:
            results.append({"values": read()})
        except Exception as error:
            results.append({"error": type(error).__name__})
    json.dump(results, sys.stdout)


main()
