"""What looking for set-ups costs a start: processor time of `settings` by the kind of folder.

    python benchmarks/start.py

Beside a folder with the project's own names alone, where nothing is looked for: one `.env` of
another program, one Nodemailer program, and a monorepo of 2,000 files. The processor's time of a
whole process, the least of several, since a busy machine's clock says nothing.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

RUNS = 7
#: Seconds that a folder may cost beyond the first one.
MOST = {"one .env": 0.03, "one program": 0.15, "monorepo of 2,000 files": 0.5}

OWN = "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=587\nSMTP_USER=info@example.com\nSMTP_PASS=x7Kq-3\n"
OTHER = (
    "MAIL_HOST=smtp.ionos.com\nMAIL_PORT=587\nMAIL_USERNAME=info@example.com\nMAIL_PASSWORD=x7\n"
)
MAILER = """\
const nodemailer = require('nodemailer');
const transport = nodemailer.createTransport({
  host: 'smtp.ionos.com', port: 587, secure: true,
  auth: { user: process.env.SMTP_USER, pass: process.env.SMTP_PASS },
});
"""
WORDS = ("order", "invoice", "email", "user", "basket", "session", "report", "mailing", "price")


def monorepo() -> Iterator[tuple[str, str]]:
    """Forty packages in four languages, of which three send mail."""
    numbers = random.Random(1)
    yield "package.json", '{"private": true, "workspaces": ["packages/*"]}'
    yield "packages/p3/src/mailer.js", MAILER
    yield "packages/p3/.env", OWN
    yield (
        "packages/p6/app/settings.py",
        (
            "import os\nEMAIL_HOST = 'smtp.ionos.com'\nEMAIL_PORT = 465\nEMAIL_USE_SSL = True\n"
            "EMAIL_HOST_USER = os.environ['MAIL_USER']\nROOT_URLCONF = 'app.urls'\n"
        ),
    )
    yield (
        "packages/p6/manage.py",
        ("import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'app.settings')\n"),
    )
    yield "docker-compose.yml", "services:\n  db:\n    image: postgres\n"
    for package in range(40):
        kind = ("js", "ts", "py", "go")[package % 4]
        yield (
            f"packages/p{package}/package.json",
            f'{{"name": "p{package}", "dependencies": {{"nodemailer": "6.9.1"}}}}',
        )
        for number in range(48):
            yield f"packages/p{package}/src/file{number}.{kind}", _code(kind, numbers)


def _code(kind: str, numbers: random.Random) -> str:
    lines = []
    for number in range(60):
        one, other = numbers.choice(WORDS), numbers.choice(WORDS)
        lines.append(
            {
                "js": f"export function {one}{number}(a) {{ return {{ {other}: a.{one} }}; }}",
                "ts": f"export const {one}{number} = (a: string): number => a.length + {number};",
                "py": f"def {one}_{number}(a, b={number}):\n    return a.{other} if b else None",
                "go": f"func {one}{number}(a int) int {{ return a + {number} }} // {other}",
            }[kind]
        )
    return "\n".join(lines) + "\n"


def seconds(folder: Path) -> float:
    """The processor's time of one run of `settings` there."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "smtpdoctor", "settings"]
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        folders: dict[str, Path] = {}
        for name, files in {
            "own names": [(".env", OWN)],
            "one .env": [(".env", OTHER)],
            "one program": [(".env", OWN), ("mailer.js", MAILER)],
            "monorepo of 2,000 files": monorepo(),
        }.items():
            folders[name] = Path(made) / str(len(folders))
            for path, text in files:
                file = folders[name] / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        for folder in folders.values():
            seconds(folder)  # which writes what Python compiles
        taken = {name: min(seconds(path) for _ in range(RUNS)) for name, path in folders.items()}
    first = taken["own names"]
    for name, spent in taken.items():
        more, most = spent - first, MOST.get(name)
        print(f"{name}: {spent:.3f} s, {more:.3f} s more, {spent / first:.2f} times")
        if most is not None and more > most:
            sys.exit(f"{name}: it may cost {most} s more")


if __name__ == "__main__":
    main()
