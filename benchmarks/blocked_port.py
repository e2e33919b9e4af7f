"""How long until the answer where every mail port is dropped: smtpdoctor, Nodemailer and swaks.

In the tests' small internet of network namespaces the second router drops 25, 465, 587 and 2525.
Each program runs with its own waits as they come, as an ordinary user on the same machine, and all
are compared in one run: `smtpdoctor check` several times, the other two, which only wait, once and
at the same time. What each of them says in the end is printed beside its time.

Exits with 1 where `check` takes longer than three and a half seconds or does not name the blocked
port. Needs root on Linux and what tests/real/install installs; without it says what is missing and
measures nothing.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from smtpdoctor.demo.authority import Authority
from tests.network import faults
from tests.network.doctor import check
from tests.network.internet import HOST, IMPLICIT_TLS, STARTTLS, Internet
from tests.network.namespaces import missing
from tests.real.accounts import PASSWORD, USER
from tests.real.smtp_server import NODE_FOLDER

MAIL_PORTS = (25, IMPLICIT_TLS, STARTTLS, 2525)
PROMISED_SECONDS = 3.5

#: Nodemailer's documented way to test a configuration, with no wait of ours.
VERIFY = """
const [host, port, user, pass] = process.argv.slice(1);
const auth = { user, pass };
const transport = require('nodemailer').createTransport({ host, port, secure: false, auth });
transport.verify()
    .then(() => console.log('verified'), error => console.log(`${error.code}: ${error.message}`))
    .finally(() => transport.close());
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5, help="of smtpdoctor check (5)")
    parser.add_argument("--wait", type=float, default=150, help="for the others, in seconds (150)")
    options = parser.parse_args()
    reason = missing()
    if reason:
        print(f"nothing measured: {reason}")
        return
    with Authority("Example Trust") as authority, Internet(authority) as internet:
        faults.drop_at_provider(internet, *MAIL_PORTS)
        own, said = answers_of_check(internet, options.runs)
        print(f"all mail ports of {HOST} are dropped at the second router")
        print(f"  {'smtpdoctor check':20}   {own:6.1f} s    1 times   {said}")
        failed = own > PROMISED_SECONDS or not said.startswith("port-blocked")
        for line in others(internet, options.wait, own):
            print(line)
    sys.exit(1 if failed else 0)


def answers_of_check(internet: Internet, runs: int) -> tuple[float, str]:
    """The median of the whole process's seconds, and what the last report says first."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        done = check(internet)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds), f"{done.first['code']}: {done.first['title']}"


def others(internet: Internet, wait: float, own: float) -> list[str]:
    """A line for each of the other programs: its seconds, as a multiple of `own` too."""
    port = str(STARTTLS)
    commands = {
        "Nodemailer verify()": ["node", "-e", VERIFY, HOST, port, USER, PASSWORD],
        "swaks": ["swaks", "--server", HOST, "--port", port, "--tls", "--quit-after", "TLS"],
    }
    with ThreadPoolExecutor() as pool:
        return list(
            pool.map(lambda name: _line(name, commands[name], internet, wait, own), commands)
        )


def _line(name: str, command: list[str], internet: Internet, wait: float, own: float) -> str:
    if shutil.which(command[0]) is None or not (NODE_FOLDER / "node_modules").exists():
        return f"  {name:20} not installed: run tests/real/install"
    began = time.perf_counter()
    try:
        done = subprocess.run(
            internet.client.as_ordinary_user(*command),
            cwd=NODE_FOLDER,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=wait,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"  {name:20} > {wait:6.1f} s > {wait / own:2.0f} times   no answer by then"
    seconds = time.perf_counter() - began
    said = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()
    last = said[-1] if said else f"exit status {done.returncode}"
    return f"  {name:20}   {seconds:6.1f} s   {seconds / own:2.0f} times   {last}"


if __name__ == "__main__":
    main()
