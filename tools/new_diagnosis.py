"""Write the three files of a new diagnosis: rule, test and page.

    python tools/new_diagnosis.py AREA CODE

The rule of a skeleton names nothing, so every other test goes on passing; its own tests and the
page's fail until each part says something. The code joins the list in the README.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
AREAS = ("settings", "dns", "network", "session", "tls", "auth", "sender")

RULE = '''"""In one sentence: what this names, and from which observations."""

from __future__ import annotations

from collections.abc import Iterator

from smtpdoctor.diagnosis.model import Diagnosis
from smtpdoctor.diagnosis.run import Run

CODE = "{code}"


def diagnose(run: Run) -> Iterator[Diagnosis]:
    yield from ()
'''

TEST = """from __future__ import annotations

from ..scene import Scene

CODE = "{code}"


def test_positive_what_it_names() -> None:
    raise NotImplementedError


def test_negative_a_sound_run() -> None:
    assert CODE not in Scene.healthy().codes()


def test_lookalike_its_nearest_neighbour() -> None:
    raise NotImplementedError
"""

PAGE = """# {code}

One sentence: what is wrong.

## What it means

## What smtpdoctor saw

## Why it happens

## Fix

## Look-alikes

## Sources
"""


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] not in AREAS:
        words = f"AREA one of {', '.join(AREAS)}"
        print(f"usage: make new-diagnosis AREA=tls CODE=my-new-code, {words}", file=sys.stderr)
        return 2
    area, code = arguments
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", code):
        words = "a code is two or more lower-case words joined by dashes: my-new-code"
        print(f"{code}: {words}", file=sys.stderr)
        return 2
    module = code.replace("-", "_")
    files = {
        ROOT / f"smtpdoctor/diagnosis/rules/{area}/{module}.py": RULE,
        ROOT / f"tests/rules/{area}/test_{module}.py": TEST,
        ROOT / f"docs/diagnoses/{code}.md": PAGE,
    }
    for path in files:
        if path.exists():
            print(f"{path.relative_to(ROOT)} exists already", file=sys.stderr)
            return 1
    for path, text in files.items():
        path.write_text(text.replace("{code}", code), encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    # in a process of its own, which sees the new rule
    subprocess.run([sys.executable, ROOT / "tools/update_readme.py"], check=True)
    print("README.md lists it")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
