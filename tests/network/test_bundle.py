"""The one file of `make bundle`, on a system that has a glibc and nothing else: no Python.

Without any network, and in an internet of its own.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from smtpdoctor.network.trust import SYSTEM_STORES
from tests.real.accounts import PASSWORD, USER
from tests.real.doctor import COMMAND, assert_no_secret, settings, write_env

from .internet import HOST, NAME_SERVER, Internet
from .namespaces import ORDINARY_USER

pytestmark = pytest.mark.namespace

ROOT = Path(__file__).parent.parent.parent
ARCH = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
BUNDLE = ROOT / "build" / f"smtpdoctor-linux-{ARCH}"
#: What a program that is linked to glibc may use of it.
GLIBC = ("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1")

#: A file of each language that the doctor reads, with the same fault.
SHOP = {
    ".env": "SMTP_HOST=smtp.ionos.com\nSMTP_PORT=465\nSMTP_SECURE=false\n",
    "mailer.js": 'require("nodemailer").createTransport({host: "smtp.ionos.com", port: 465});\n',
    "mailer.ts": 'import nodemailer from "nodemailer";\n'
    'nodemailer.createTransport({host: "smtp.ionos.com", port: 465, secure: false});\n',
    "package.json": '{"dependencies": {"nodemailer": "^7.0.0"}}\n',
    "mail.py": 'import smtplib\nsmtplib.SMTP("smtp.ionos.com", 465).login("a@b.example", "x")\n',
    "mail.php": "<?php $mail = new PHPMailer\\PHPMailer\\PHPMailer(); $mail->isSMTP();\n"
    "$mail->Host = 'smtp.ionos.com'; $mail->Port = 465;\n",
    "mail.rb": "require 'net/smtp'\nNet::SMTP.start('smtp.ionos.com', 465)\n",
    "main.go": 'package main\nimport "net/smtp"\n'
    'func main() { smtp.SendMail("smtp.ionos.com:465", nil, "a@b.example", nil, nil) }\n',
    "compose.yaml": "services:\n  shop:\n    image: shop\n    env_file: .env\n",
}


@pytest.fixture(scope="session")
def bundle() -> Path:
    if not BUNDLE.exists():
        reason = "needs the bundle: make bundle"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return BUNDLE


@pytest.fixture
def bare(namespaces: None, bundle: Path, tmp_path: Path) -> Path:
    """The root of a system with a glibc and the bundle, and a folder of a shop."""
    root = tmp_path / "root"
    for name in ("etc", "proc", "tmp", "opt", "shop"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    told = subprocess.run(["ldd", sys.executable], capture_output=True, text=True, check=True)
    for library in re.findall(r"/\S+", told.stdout):
        folder = Path(library).parent
        wanted = [library] if "ld-linux" in library else [folder / name for name in GLIBC]
        for file in map(Path, wanted):
            if file.exists() and not (copy := root / str(file).lstrip("/")).exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, copy)
    assert not list(root.rglob("*python*"))
    shutil.copy(bundle, root / "opt" / "smtpdoctor")
    for name, text in SHOP.items():
        (root / "shop" / name).write_text(text)
    os.chown(root / "shop", ORDINARY_USER, ORDINARY_USER)
    return root


def inside(root: Path, *command: str, before: str = "true", **variables: str) -> list[str]:
    """The command line that runs the bundle in that root, in /shop, as an ordinary user who has
    no name, and no variables but these. `before` mounts what a test wants to be different."""
    given = [f"{name}={value}" for name, value in variables.items()]
    user = f"--setuid={ORDINARY_USER}", f"--setgid={ORDINARY_USER}"
    program = ["unshare", f"--root={root}", "--wd=/shop", *user, "/opt/smtpdoctor", *command]
    script = f'ip link set lo up; cd "$0"; {before}; PATH=$PATH exec env -i "$@"'
    clean = [f"PATH={os.environ['PATH']}", *given]
    return ["unshare", "--mount", "sh", "-c", script, str(root), *clean, *program]


def alone(root: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the bundle where there is no network but the loopback interface."""
    return subprocess.run(
        ["unshare", "--net", *inside(root, *command, **more)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    [
        ["--version"],
        ["--help"],
        ["check", "--help"],
        ["sender", "--help"],
        ["explain"],
        ["explain", "wrong-port"],
        ["explain", "knowledge-old"],
        ["explain", "535 5.7.8 Authentication credentials invalid"],
        ["demo", "--list"],
        ["schema"],
        ["lint"],
        ["lint", "--format", "gitlab"],
        ["settings"],
        ["settings", "--reader", "python-dotenv"],
    ],
    ids=" ".join,
)
def test_it_says_what_the_program_says(bare: Path, command: list[str]) -> None:
    variables = {"LANG": "C.UTF-8", "COLUMNS": "100", "HOME": "/"}
    installed = subprocess.run(
        [COMMAND, *command],
        cwd=bare / "shop",
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    bundled = alone(bare, *command, **variables)
    assert bundled.stdout == installed.stdout.replace(str(bare / "shop"), "/shop")
    assert (bundled.stderr, bundled.returncode) == (installed.stderr, installed.returncode)
    assert bundled.stdout


def test_a_glibc_of_before_2_35_is_enough(bare: Path) -> None:
    """RHEL 9's is 2.34. This one is newer, without the names of what came later."""
    taken = 0
    for file in bare.rglob("*.so*"):
        content = file.read_bytes()
        for version in (b"GLIBC_2.35\0", b"GLIBC_2.36\0"):
            taken += content.count(version)
            content = content.replace(version, b"-" * 10 + b"\0")
        file.write_bytes(content)
    if not taken:
        pytest.skip("this glibc is as old")
    done = alone(bare, "lint")
    assert "implicit-tls-on-starttls-port" in done.stdout or "plaintext-on" in done.stdout
    assert done.stderr == ""
    assert alone(bare, "explain", "wrong version number").returncode == 0


def test_every_grammar_is_in_it(bare: Path) -> None:
    found = alone(bare, "settings", LANG="C.UTF-8").stdout
    read = {name for name in SHOP if name in found}
    assert read >= {"mailer.js", "mailer.ts", "mail.py", "mail.php", "mail.rb", "main.go"}


def test_the_demo_runs_without_any_network(bare: Path) -> None:
    done = alone(bare, "demo", "secure-true-on-587")
    assert "error[implicit-tls-on-starttls-port]" in done.stdout, done
    assert (done.stderr, done.returncode) == ("", 0)


def test_without_a_network_it_says_so(bare: Path) -> None:
    for command in (["check", HOST], ["sender", "info@example.com"]):
        done = alone(bare, *command)
        assert "Traceback" not in done.stdout + done.stderr
        assert done.returncode in (1, 2, 3), done


def check(internet: Internet, root: Path, *options: str) -> dict[str, Any]:
    """The report of a check from the bare system at the client of that internet."""
    (root / "etc" / "resolv.conf").write_text(f"nameserver {NAME_SERVER}\n")
    (root / "etc" / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    write_env(root / "shop", settings(SMTP_HOST=HOST, SMTP_USER=USER, SMTP_PASS=PASSWORD))
    for name in set(SHOP) - {".env"}:
        (root / "shop" / name).unlink()
    command = inside(root, "check", "--format", "json", *options)
    done = subprocess.run(
        ["ip", "netns", "exec", internet.client.name, *command],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert_no_secret(done.stdout + done.stderr)
    assert done.stdout, done.stderr.decode()
    report: dict[str, Any] = json.loads(done.stdout)["targets"][0]
    return report


def place(report: dict[str, Any]) -> dict[str, Any]:
    items: list[dict[str, Any]] = report["observations"]["items"]
    return next(item for item in items if item["kind"] == "place")


@pytest.mark.parametrize("store", SYSTEM_STORES)
def test_it_trusts_what_the_system_trusts(internet: Internet, bare: Path, store: str) -> None:
    copy = bare / store.lstrip("/")
    copy.parent.mkdir(parents=True)
    shutil.copy(internet.folder / "ca.pem", copy)
    report = check(internet, bare, "--output", "html=report.html")
    assert (report["verdict"], report["diagnoses"]) == ("healthy", [])
    assert place(report)["trust_store_path"] == store
    assert "<html" in (bare / "shop" / "report.html").read_text()


def test_without_certificates_it_says_that_the_store_is_empty(
    internet: Internet, bare: Path
) -> None:
    report = check(internet, bare)
    assert [item["code"] for item in report["diagnoses"]] == ["trust-store-empty"]


NO_PLACE = "mount --bind tmp tmp; mount -o remount,bind,{option} tmp"


@pytest.mark.parametrize(
    ("option", "said"),
    [("noexec", "failed to map segment"), ("ro", "Could not create temporary directory")],
)
def test_a_folder_to_unpack_in_can_be_named(bare: Path, option: str, said: str) -> None:
    before = NO_PLACE.format(option=option)
    refused = alone(bare, "--version", before=before)
    assert (refused.returncode, refused.stdout) == (255, "")
    assert said in refused.stderr  # the words that docs/bundle.md explains
    done = alone(bare, "--version", before=before, TMPDIR="/shop")
    assert done.stdout.startswith("smtpdoctor "), done
    assert sorted(path.name for path in (bare / "shop").iterdir()) == sorted(SHOP)  # it tidies up


def test_completion_is_in_it(bare: Path) -> None:
    """Nobody's shell is seen here, which is no fault of the program's own."""
    done = alone(bare, "--show-completion", before="mount -t proc proc proc")
    assert done.returncode in (0, 1, 2)
    assert "fault" not in done.stderr
    unseen = alone(bare, "--show-completion")
    assert unseen.stderr.startswith("smtpdoctor: which shell this is")
    variables = {"_SMTPDOCTOR_COMPLETE": "source_bash"}
    assert "_smtpdoctor_completion" in alone(bare, **variables).stdout


def test_what_a_watch_listens_with_is_in_it(bare: Path) -> None:
    """Which it says before it begins, where it is not."""
    done = alone(bare, "watch", "127.0.0.1:1", "--listen", "192.0.2.1:9", "--no-history")
    assert "pip install" not in done.stderr
    assert "192.0.2.1:9" in done.stderr
    assert done.returncode == 2
