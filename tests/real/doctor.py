"""Runs `smtpdoctor check` as a user does, in a folder with a .env, and guards its secrets.

Knows the outside of smtpdoctor only: options, the JSON report, exit statuses.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .accounts import (
    HASH_PASSWORD,
    HOST,
    OTHER_PASSWORD,
    PASSWORD,
    SHOP_PASSWORD,
    USER,
    WRONG_PASSWORD,
    Server,
)
from .certificates import CertificateAuthority
from .smtp_server import TOKEN

COMMAND = Path(sys.executable).with_name("smtpdoctor")
SECRETS = (PASSWORD, OTHER_PASSWORD, SHOP_PASSWORD, HASH_PASSWORD, WRONG_PASSWORD, TOKEN)


@dataclass(frozen=True)
class Run:
    """One finished `smtpdoctor check`."""

    status: int
    report: dict[str, Any]
    """What `--format json` printed."""
    terminal: str
    """The terminal report of the same run, replayed from the saved file with --verbose."""

    @property
    def verdict(self) -> str:
        verdict: str = self.report["verdict"]
        return verdict

    def codes(self, *severities: str) -> list[str]:
        """The codes of the diagnoses, in order; of these severities only, if any are given."""
        return [
            diagnosis["code"]
            for diagnosis in self.report["diagnoses"]
            if not severities or diagnosis["severity"] in severities
        ]


def settings(**changes: str | None) -> dict[str, str]:
    """The settings of an application that works on 587, with `changes`; None leaves one out."""
    healthy = {
        "SMTP_HOST": HOST,
        "SMTP_PORT": "587",
        "SMTP_SECURE": "false",
        "SMTP_USER": USER,
        "SMTP_PASS": PASSWORD,
        "SMTP_FROM": USER,
    }
    return {name: value for name, value in (healthy | changes).items() if value is not None}


def write_env(folder: Path, values: Mapping[str, str]) -> None:
    (folder / ".env").write_text(
        "".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8"
    )


def check(
    folder: Path, server: Server, authority: CertificateAuthority, *options: str | Path
) -> Run:
    """Run `smtpdoctor check` in `folder` against `server`; fails where a secret is printed."""
    saved = folder / "run.json"
    live = _smtpdoctor(
        folder,
        *connection(server, authority),
        *("--format", "json", "--verbose", "--save", saved),
        *options,
    )
    assert live.stdout, f"no report; exit status {live.returncode}, {live.stderr.decode()}"
    replayed = _smtpdoctor(folder, "--replay", saved, "--verbose")
    for output in (live.stdout, live.stderr, saved.read_bytes(), replayed.stdout, replayed.stderr):
        assert_no_secret(output)
    assert b"Traceback" not in live.stderr, live.stderr.decode()
    return Run(
        status=live.returncode,
        report=json.loads(live.stdout)["targets"][0],
        terminal=replayed.stdout.decode(),
    )


def connection(server: Server, authority: CertificateAuthority) -> tuple[str | Path, ...]:
    """The options that lead HOST's two ports to `server` and keep the run on loopback."""
    return (
        *("--cafile", authority.root),
        *("--connect-to", f"{HOST}:587:{server.address}:587"),
        *("--connect-to", f"{HOST}:465:{server.address}:465"),
        *("--skip", "dns"),
    )


def run(folder: Path, *options: str | Path) -> subprocess.CompletedProcess[bytes]:
    """`smtpdoctor check` with these options only."""
    return _smtpdoctor(folder, *options)


def _smtpdoctor(folder: Path, *options: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [COMMAND, "check", *options],
        cwd=folder,
        # Nothing of this machine's environment is taken for a setting.
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )


def assert_no_secret(output: bytes) -> None:
    for secret in SECRETS:
        for form in _forms(secret):
            # Not `assert form not in output`: a failing test must not print it either.
            if form in output:
                at = output.index(form)
                before = output[max(0, at - 200) : at].decode(errors="replace")
                raise AssertionError(f"a secret's {len(form)} bytes were printed after: {before}")


def _forms(secret: str) -> set[bytes]:
    """The secret as it is, and as encodings show it, wherever in a longer text it stands."""
    raw = secret.encode()
    forms = {
        raw,
        raw.hex().encode(),
        urllib.parse.quote(secret, safe="").encode(),
        json.dumps(secret)[1:-1].encode(),
    }
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            # The characters at both ends also depend on the bytes beside the secret.
            forms.add(encode(b"\0" * shift + raw)[4 if shift else 0 : -4])
    return forms
