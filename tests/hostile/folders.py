"""Folders and files that mean harm, as data: what stands in the folder, and what is run there."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .canary import CANARY

MIB = 1 << 20
#: Nothing listens on port 1 of loopback, so that a whole check is over at once.
LOOPBACK = f"SMTP_HOST=127.0.0.1\nSMTP_PORT=1\nSMTP_USER=info@example.com\nSMTP_PASS={CANARY}\n"
CHECK = ("check", "--timeout", "5", "--nameserver", "127.0.0.1:1", "--verbose")
REFUSED = (*CHECK, "--host", "127.0.0.1", "--port", "1")
SHOWN = (("settings",), ("settings", "--format", "json"), (*CHECK, "--only", "settings"))


@dataclass(frozen=True)
class Folder:
    """One attack. `build` makes what stands in the folder; each of `commands` is run in it.

    `statuses` are the exit statuses that are right, each with at most one line on standard error.
    `stdin` is the path of what the program reads there. `quick` ones are in `make test`.
    """

    build: Callable[[Path], object]
    commands: tuple[tuple[str, ...], ...] = SHOWN
    statuses: tuple[int, ...] = (0, 1, 2, 3)
    environ: Mapping[str, str] = field(default_factory=dict)
    stdin: str | None = None
    says: str = ""
    quick: bool = False


def text(name: str, content: str | bytes) -> Callable[[Path], object]:
    """A file of that content beside settings of loopback, unless it is those settings itself."""

    def build(folder: Path) -> None:
        if name != ".env":
            (folder / ".env").write_text(LOOPBACK)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    return build


def pipe(name: str) -> Callable[[Path], object]:
    return lambda folder: os.mkfifo(folder / name)


def listening(name: str) -> Callable[[Path], object]:
    """A socket's name; nobody has to be behind it."""

    def build(folder: Path) -> None:
        before = Path.cwd()
        os.chdir(folder)  # the name of a socket has 108 bytes at most
        try:
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(name)
        finally:
            os.chdir(before)

    return build


def link(name: str, target: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).symlink_to(target)


def endless(name: str) -> Callable[[Path], object]:
    """A terabyte that takes no room on the disk."""

    def build(folder: Path) -> None:
        with (folder / name).open("wb") as file:
            file.write(LOOPBACK.encode())
            file.truncate(1 << 40)

    return build


def circle(name: str) -> Callable[[Path], object]:
    def build(folder: Path) -> None:
        (folder / name).symlink_to("round")
        (folder / "round").symlink_to(name)

    return build


def folder_named(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).mkdir()


def settings_only(folder: Path) -> None:
    (folder / ".env").write_text(LOOPBACK)


def both(*builds: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda folder: [build(folder) for build in builds]


def bomb(levels: int = 40) -> str:
    """Aliases of aliases: some lines that stand for 10 to the power of their number."""
    lines = ["a0: &a0 x"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join([*lines, f"services: {{app: {{environment: *a{levels - 1}}}}}", ""])


def crowd(folder: Path) -> None:
    settings_only(folder)
    for number in range(5000):
        (folder / f"mailer{number}.js").write_text("nodemailer.createTransport({host: 'x'})\n")


def depths(folder: Path) -> None:
    """Folders within folders, with links back up to the top."""
    settings_only(folder)
    here = folder
    for _ in range(200):
        here /= "d"
        here.mkdir()
        (here / "up").symlink_to(folder, target_is_directory=True)
    (here / "mailer.js").write_text("nodemailer.createTransport({host: 'x'})\n")


def no_text(folder: Path) -> None:
    settings_only(folder)
    for name in (b"\xff\xfe.env", b".env.\xe4", b"mailer\xff.js", b"new\nline.js", b"\x1b[2J.js"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("SMTP_HOST=h\n")


def _with(name: str, build: Callable[[str], Callable[[Path], object]]) -> Callable[[Path], object]:
    return both(settings_only, build(name))


KINDS: dict[str, Callable[[str], Callable[[Path], object]]] = {
    "pipe": pipe,
    "socket": listening,
    "device": lambda name: link(name, "/dev/zero"),
    "endless": endless,
    "circle": circle,
    "folder": folder_named,
}

MAILER = (
    "const nodemailer = require('nodemailer');\n"
    "nodemailer.createTransport({host: '127.0.0.1', port: 1,"
    f" auth: {{user: 'info@example.com', pass: '{CANARY}'}}}});\n"
)
#: So short that the tree of a mebibyte is as large as one can be.
CALLS = ("f(a,b);" * 10 + "\n") * 14_500

PARENTHESES = "(" * 10_000 + ")" * 10_000

FOLDERS: dict[str, Folder] = {
    # --- .env that is no file, or none that ends ----------------------------------------------
    **{
        f".env: {kind}": Folder(build(".env"), statuses=(2,), quick=kind in ("pipe", "endless"))
        for kind, build in KINDS.items()
    },
    ".env: standard input again": Folder(link(".env", "/dev/stdin"), stdin="/dev/zero"),
    ".env: link to nowhere": Folder(link(".env", "nowhere")),
    ".env: link out of the folder": Folder(link(".env", "/etc/passwd")),
    # --- .env that is a text ------------------------------------------------------------------
    ".env: a URL of a mebibyte": Folder(
        text(".env", f"SMTP_URL=smtp://info:{CANARY}@" + "a" * (MIB - 100)), quick=True
    ),
    ".env: a URL of passwords": Folder(text(".env", "SMTP_URL=smtp://u:" + f"{CANARY}@" * 20_000)),
    ".env: braces": Folder(text(".env", "SMTP_HOST=" + "{" * 900_000 + "\n"), quick=True),
    ".env: placeholders": Folder(text(".env", f"SMTP_PASS={CANARY}" + "${A" * 200_000)),
    ".env: brackets": Folder(text(".env", "[" * 900_000)),
    ".env: quotes": Folder(text(".env", f"SMTP_PASS='{CANARY}\n" + "A='\n" * 100_000)),
    ".env: backslashes": Folder(text(".env", f'SMTP_PASS="{CANARY}' + "\\" * 900_000)),
    ".env: blanks": Folder(text(".env", "SMTP_HOST=" + " " * 900_000 + "x\n")),
    ".env: dots": Folder(text(".env", "SMTP_HOST=" + "." * 900_000 + "\n")),
    ".env: at signs": Folder(text(".env", "SMTP_USER=" + "@" * 900_000 + "\n")),
    ".env: zeros": Folder(text(".env", b"\0" * 900_000)),
    ".env: UTF-16": Folder(text(".env", LOOPBACK.encode("utf-16"))),
    ".env: Latin-1": Folder(text(".env", LOOPBACK.encode() + b"SMTP_FROM=B\xfccher <a@b.c>\n")),
    ".env: equals signs": Folder(text(".env", "=" * 900_000)),
    ".env: one name for ever": Folder(text(".env", f"SMTP_PASS={CANARY}\n" * 30_000)),
    ".env: comments": Folder(text(".env", f"{LOOPBACK}# {CANARY}\n" + f"#{CANARY}" * 40_000)),
    ".env: several in a line": Folder(
        text(
            ".env",
            f"export SMTP_HOST=127.0.0.1 SMTP_PORT=1 SMTP_PASS={CANARY}; SMTP_USER=a@b.c\n"
            f"SMTP_PORT={CANARY}\nSMTP_FROM={CANARY}\nSMTP_TLS=smtp://a:{CANARY}@h\n"
            f"SMTP_URL=smtp://info@example.com:{CANARY} #1@127.0.0.1\n",
        ),
        quick=True,
    ),
    ".env: a value that runs on": Folder(
        text(".env", f'SMTP_HOST="127.0.0.1\nAWS_SECRET_ACCESS_KEY={CANARY}\nDB_PASSWORD={CANARY}"')
    ),
    ".env: controls": Folder(
        text(".env", f"SMTP_HOST=\x1b[2J\x1b]0;x\x07\u202e127.0.0.1\nSMTP_PASS={CANARY}\n")
    ),
    # --- package.json -------------------------------------------------------------------------
    **{
        f"package.json: {kind}": Folder(_with("package.json", build), quick=kind == "pipe")
        for kind, build in KINDS.items()
    },
    "package.json: brackets": Folder(text("package.json", "[" * 100_000), quick=True),
    "package.json: objects": Folder(text("package.json", '{"dependencies":' * 50_000)),
    "package.json: numbers": Folder(
        text("package.json", '{"dependencies": {"nodemailer": ' + "9" * 900_000 + "}}")
    ),
    "package.json: surrogates": Folder(
        text("package.json", '{"dependencies": {"nodemailer": "\\ud800"}}')
    ),
    # --- code and configuration ---------------------------------------------------------------
    "mailer.js: parentheses": Folder(
        text("mailer.js", f"nodemailer.createTransport({PARENTHESES})\n")
    ),
    "settings.py: parentheses": Folder(text("settings.py", f"EMAIL_HOST = {PARENTHESES}\n")),
    "mail.php: parentheses": Folder(text("config/mail.php", f"<?php return {PARENTHESES};\n")),
    "production.rb: parentheses": Folder(
        text("config/environments/production.rb", f"x = {PARENTHESES}\n")
    ),
    "compose.yaml: a bomb of aliases": Folder(text("compose.yaml", bomb())),
    "application.yml: brackets": Folder(text("application.yml", "[" * 100_000)),
    "wp-config.php: strings": Folder(
        text("wp-config.php", f"<?php define('SMTP_PASS', '{CANARY}" + "'.'a" * 200_000)
    ),
    "5000 programs": Folder(crowd),
    "10,000 set-ups in a file": Folder(
        text(
            "mailer.js",
            "const nodemailer = require('nodemailer')\n"
            + f"nodemailer.createTransport({{host: 'h', auth: {{pass: '{CANARY}'}}}})\n" * 10_000,
        ),
        (("check", "--only", "settings"),),
    ),
    "a mebibyte of calls": Folder(text("mailer.js", MAILER + CALLS)),
    "4 mebibytes of calls": Folder(
        both(*(text(f"mailer{n}.js", MAILER + CALLS) for n in range(4))),
        (("check", "--only", "settings"),),
    ),
    "a mebibyte in one line": Folder(
        text("mailer.js", MAILER + CALLS.replace("\n", "") + MAILER),
        SHOWN[2:],
        says="mailer.js: longer than is read",
    ),
    "a mebibyte of strings": Folder(
        text("settings.py", "EMAIL_HOST = 'x'\nEMAIL_HOST_PASSWORD = " + f"'{CANARY}' " * 50_000)
    ),
    # text that isn't the language takes the grammars time with the square of it
    "mailer.py: no Python": Folder(
        text("mailer.py", "import smtplib\n" + "<!--" * 60_000 + "\nsmtplib.SMTP('x')\n"),
        (("check", "--only", "settings"),),
        says="mailer.py: longer than is read",
    ),
    "mailer.py: words behind colons": Folder(
        text("mailer.py", "import smtplib\nsmtplib.SMTP('x')\n" + "x: |\n" * 50_000),
        (("check", "--only", "settings"),),
    ),
    # a needle that begins with blanks at a line's start is no search through all lines at each
    "files of blank lines": Folder(
        both(
            *(
                text(name, content + "\n" * 900_000 + "x\n")
                for name, content in {
                    "mailer.py": "# import emails, decouple, smtplib\n",
                    "settings/base.py": "# EMAIL_HOST = 'x'\n",
                    "compose.yaml": "# environment: kind: configMapGenerator a.yml: |\n",
                    "mail.properties": "# mail.smtp.host\n",
                    "Gemfile": "# gem 'mail'\n",
                    "go.mod": "module a\n",
                    "mix.exs": "# bamboo\n",
                    "config/environments/production.rb": "# action_mailer smtp_settings\n",
                    "stack.json": '"environment"',
                }.items()
            )
        ),
        (("check", "--only", "settings"),),
    ),
    "mailer.js: cases": Folder(
        text("mailer.js", MAILER + "case a:" * 140_000), (("check", "--only", "settings"),)
    ),
    "app.module.ts: colons": Folder(
        text(
            "app.module.ts",
            "::a" * 100_000 + "\nMailerModule.forRoot({ transport: 'smtp://h.de' })\n",
        ),
        (("check", "--only", "settings"),),
    ),
    "odoo.conf: a host that comes again": Folder(
        text("odoo.conf", "[options]\nsmtp_server = " + "u@h " * 250_000 + "}\nsmtp_port = 1\n")
    ),
    "100 megabytes of code": Folder(
        both(*(text(f"m{n}.js", "nodemailer.x({a: b});\n" * 48_000) for n in range(100))),
        (("check", "--only", "settings"),),
    ),
    "a chain of 20,000 calls": Folder(
        text(
            "src/main.rs",
            'use lettre::SmtpTransport;\nfn main() { let m = SmtpTransport::relay("127.0.0.1")'
            + ".port(1)\n" * 20_000
            + ".build(); m.send(&e); }\n",
        ),
        (("check", "--only", "settings"),),
        says="lettre src/main.rs:2",
    ),
    "a setting set 3000 times": Folder(
        both(
            text("Gemfile", "gem 'rails'\n"),
            text(
                "config/environments/production.rb",
                "Rails.application.configure do\n"
                + "config.action_mailer.smtp_settings = { address: '127.0.0.1' }\n" * 3000
                + "end\n",
            ),
        ),
    ),
    "Dockerfile: a variable that doubles": Folder(
        text(
            "Dockerfile",
            "FROM x\nENV A0=xxxxxxxxxx\n"
            + "".join(f"ENV A{n + 1}=$A{n}$A{n}\n" for n in range(3000))
            + f"ENV SMTP_HOST={'$A17' * 20_000}\n",
        ),
        (("check", "--only", "settings"),),
        quick=True,
    ),
    # Python's parser takes time with the square of a key's parts
    "manifests: keys of 200,000 parts": Folder(
        both(*(text(name, "a." * 200_000 + "b = 1\n") for name in ("pyproject.toml", "Pipfile"))),
        (("settings",), ("lint",)),
        quick=True,
    ),
    "own file: 60,000 tables": Folder(
        text(".smtpdoctor.toml", "".join(f"[a.b{n}]\n" for n in range(60_000))),
        (("check", "--only", "settings"),),
        statuses=(2,),
    ),
    "words and blanks without end": Folder(
        both(
            text("mailer.py", "# smtplib, emails\nimport" + " " * 900_000 + "x\n"),
            text("stack.tf", "environment" + " " * 900_000 + "x\n# SMTP_HOST\n"),
            text("task.json", "environment" + " " * 900_000 + "x\n# SMTP_HOST\n"),
        ),
        (("check", "--only", "settings"),),
    ),
    "Dockerfile: a name without end": Folder(
        text("Dockerfile", "FROM x\nENV " + "a" * 900_000 + "\nENV SMTP_HOST=h\n"),
        (("check", "--only", "settings"),),
    ),
    "Dockerfile: quotes": Folder(
        text("Dockerfile", "FROM x\nENV SMTP_HOST=h A=" + "\"'" * 450_000 + "\n"),
        (("check", "--only", "settings"),),
    ),
    "application.yml: a password of words": Folder(
        text(
            "src/main/resources/application.yml",
            "spring:\n  mail:\n    host: h\n    password: " + "a " * 450_000 + "\n",
        ),
        (("check", "--only", "settings"),),
    ),
    "mailer.js: 3000 variables in a line": Folder(
        text(
            "mailer.js",
            "const n = require('nodemailer'); let a0 = 'xxxxxxxxxx';"
            + "".join(f"let a{n + 1}=a{n}+a{n};" for n in range(3000))
            + "n.createTransport({host: a3000})",
        ),
        (("check", "--only", "settings"),),
    ),
    "k8s.yaml: 1000 times a ConfigMap of 2000": Folder(
        text(
            "k8s.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n"
            + "".join(f"  A{n}: x\n" for n in range(2000))
            + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n"
            + "spec: {template: {spec: {containers: [{name: a, image: x, envFrom: ["
            + "{configMapRef: {name: c}}," * 1000
            + "], env: [{name: SMTP_HOST, value: h}]}]}}}\n",
        ),
        (("check", "--only", "settings"),),
    ),
    "folders within folders": Folder(depths),
    "names that are no text": Folder(no_text, quick=True),
    # --- files that options name --------------------------------------------------------------
    **{
        f"{option}: {kind}": Folder(
            _with("x", build), (arguments,), statuses=(2,), quick=kind == "pipe"
        )
        for option, arguments in {
            "--env-file": ("settings", "--env-file", "x"),
            "--cafile": (*REFUSED, "--cafile", "x"),
            "--replay": ("check", "--replay", "x"),
            "--save": (*REFUSED, "--save", "x"),
        }.items()
        for kind, build in KINDS.items()
        # --save of an endless file is told from a report by what stands at its beginning
    },
    "--cafile: no certificate": Folder(
        text("x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" * 1000),
        ((*REFUSED, "--cafile", "x"),),
        statuses=(2,),
    ),
    "--replay: brackets": Folder(
        text("x", "[" * 5 * MIB), (("check", "--replay", "x"),), statuses=(2,), quick=True
    ),
    "--replay: objects": Folder(
        text("x", '{"targets":' * MIB), (("check", "--replay", "x"),), statuses=(2,)
    ),
    "--replay: a number": Folder(
        text("x", '{"schema": 2, "seconds": ' + "9" * MIB + "}"),
        (("check", "--replay", "x"),),
        statuses=(2,),
    ),
    "--replay: other types": Folder(
        text("x", '{"schema": 2, "targets": [[], null, "x", 1e999, NaN]}'),
        (("check", "--replay", "x"),),
        statuses=(2,),
    ),
    "--save: a .env": Folder(
        settings_only, ((*REFUSED, "--save", ".env"),), statuses=(2,), quick=True
    ),
    "--save: a link to one": Folder(
        both(settings_only, link("x", ".env")),
        ((*REFUSED, "--save", "x"), (*REFUSED, "--save", "x", "--force")),
        statuses=(2,),
    ),
    "--save: the full device": Folder(
        settings_only, ((*REFUSED, "--save", "/dev/full", "--force"),), statuses=(2,)
    ),
    # --- standard input -----------------------------------------------------------------------
    "--env-file -: endless": Folder(
        settings_only, (("settings", "--env-file", "-"),), statuses=(2,), stdin="/dev/zero"
    ),
    "--password-stdin: endless": Folder(
        settings_only,
        ((*REFUSED, "--user", "a@b.c", "--password-stdin"),),
        statuses=(2,),
        stdin="/dev/zero",
        quick=True,
    ),
    # --- the environment ----------------------------------------------------------------------
    "SSL_CERT_FILE: pipe": Folder(
        _with("x", pipe), (REFUSED,), statuses=(1,), environ={"SSL_CERT_FILE": "x"}, quick=True
    ),
    "SSL_CERT_FILE: device": Folder(
        settings_only, (REFUSED,), statuses=(1,), environ={"SSL_CERT_FILE": "/dev/zero"}
    ),
    "SSL_CERT_DIR: circle": Folder(
        _with("x", circle), (REFUSED,), statuses=(1,), environ={"SSL_CERT_DIR": "x"}
    ),
    "no width": Folder(settings_only, (CHECK,), environ={"COLUMNS": "0", "LINES": "0"}),
    "a width without end": Folder(settings_only, (CHECK,), environ={"COLUMNS": "999999999"}),
    "a terminal that is none": Folder(
        settings_only,
        (CHECK,),
        environ={"TERM": "\x1b]0;x", "LANG": "xx_XX.nothing", "TZ": ":/dev/zero", "LC_ALL": "C"},
    ),
    "an environment of a megabyte": Folder(
        settings_only, SHOWN, environ={f"SMTP_FORM_{n}": CANARY + "x" * 100_000 for n in range(9)}
    ),
}
