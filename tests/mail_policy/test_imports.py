"""What is heavy is loaded only where it is needed."""

from __future__ import annotations

import subprocess
import sys


def test_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, smtpdoctor.spf; before = set(sys.modules); import smtpdoctor.mail_policy;"
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    roots = {name.partition(".")[0] for name in loaded}
    heavy = {"cryptography", "publicsuffixlist", "email", "asyncio", "ssl", "socket", "dns"}
    assert roots & heavy == set()
