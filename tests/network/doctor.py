"""Runs `smtpdoctor check` at the client of an internet, as an ordinary user, and guards its secret.

Knows the outside of smtpdoctor only: settings, options, the JSON report, exit statuses.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.real.doctor import COMMAND, assert_no_secret, settings, write_env

from .internet import HOST, STARTTLS, Internet
from .namespaces import ORDINARY_USER


@dataclass(frozen=True)
class Check:
    """One finished `smtpdoctor check`."""

    status: int
    report: dict[str, Any]

    @property
    def codes(self) -> list[str]:
        return [diagnosis["code"] for diagnosis in self.report["diagnoses"]]

    @property
    def first(self) -> dict[str, Any]:
        """The first diagnosis. Fails where there is none."""
        diagnoses: list[dict[str, Any]] = self.report["diagnoses"]
        assert diagnoses, f"no diagnosis; verdict {self.report['verdict']}"
        return diagnoses[0]

    @property
    def evidence(self) -> str:
        """All that the first diagnosis says it rests on, a line for each."""
        return "\n".join(item["text"] for item in self.first["evidence"])

    @property
    def first_fix(self) -> dict[str, Any]:
        fixes: list[dict[str, Any]] = self.first["fixes"]
        assert fixes, f"{self.first['code']} has no fix"
        return fixes[0]

    def observed(self, kind: str) -> list[dict[str, Any]]:
        """The run's observations of one kind."""
        return [item for item in self.report["observations"]["items"] if item["kind"] == kind]


def check(
    internet: Internet,
    *options: str,
    port: int = STARTTLS,
    environment: Mapping[str, str] | None = None,
) -> Check:
    """Check the settings of an application that sends through HOST at this port."""
    folder = internet.folder
    values = settings(
        SMTP_HOST=HOST, SMTP_PORT=str(port), SMTP_SECURE="false" if port == STARTTLS else "true"
    )
    with TemporaryDirectory(dir=folder) as made:
        write_env(Path(made), values)
        os.chown(Path(made, ".env"), ORDINARY_USER, ORDINARY_USER)
        # at once: other checks may be reading the same settings
        Path(made, ".env").replace(folder / ".env")
    done = internet.run(
        *(COMMAND, "check", "--format", "json", "--cafile", folder / "ca.pem"),
        *options,
        environment=environment,
    )
    assert done.stdout, f"no report; exit status {done.returncode}, {done.stderr.decode()}"
    for output in (done.stdout, done.stderr):
        assert_no_secret(output)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return Check(status=done.returncode, report=json.loads(done.stdout)["targets"][0])
