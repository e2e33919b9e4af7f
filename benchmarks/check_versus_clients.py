"""`smtpdoctor check` beside Nodemailer's verify() and swaks, against one Postfix on loopback.

Two questions, each on 587 (STARTTLS) and 465 (implicit TLS):

- How long does the whole process take? Medians of runs that alternate, and their ratios, since
  only what was measured in one run can be compared.
- How many round trips stand one after the other? The slope of the time over a relay that makes the
  way longer: it has everything that waits, on whatever connection. The fastest runs are compared,
  since whatever else the machine does only ever adds to a time. DNS is not part of it, since the
  relay's address is given.

Needs root and what tests/real/install installs; without it says what is missing and measures
nothing. Run it with the project's own Python.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from real import doctor
from real.accounts import HOST, PASSWORD, USER, Server
from real.certificates import CertificateAuthority
from real.postfix import DOVECOT, MASTER, postfix
from real.relay import relay
from real.smtp_server import nodemailer

PORTS = {"587": "false", "465": "true"}
# TCP, greeting, EHLO, STARTTLS, TLS 1.3, EHLO, AUTH, MAIL FROM; on 465 neither STARTTLS nor the
# EHLO before it.
NEEDED = {"587": 8, "465": 6}
# Long beside what the programs compute, so that a wait more or less shows. The relay takes
# connections at once, so with more than 0.25 s its greeting would count as late.
ROUND_TRIP_SECONDS = 0.2
#: For what a run takes over a usual way; by the fastest runs.
FAR_SECONDS = 0.1
FAR_RATIO = 1.2


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=15, help="of each program (15)")
    runs: int = parser.parse_args().runs
    missing = [str(name) for name in (MASTER, DOVECOT, "node", "swaks") if not shutil.which(name)]
    if os.geteuid() != 0:
        missing.append("root, to serve ports 465 and 587")
    if missing:
        print(f"nothing measured: needs {', '.join(missing)}; run tests/real/install")
        return
    with tempfile.TemporaryDirectory() as folder:
        authority = CertificateAuthority(Path(folder), HOST)
        with postfix(authority) as servers:
            near = servers["healthy"]
            too_many = False
            for port in PORTS:
                print(f"port {port}")
                too_many |= compare(Path(folder), port, near, authority, runs)
    sys.exit(1 if too_many else 0)


def compare(
    folder: Path, port: str, near: Server, authority: CertificateAuthority, runs: int
) -> bool:
    """Print the comparison for one port; True where `check` waits more often than it needs to."""
    doctor.write_env(folder, doctor.settings(SMTP_PORT=port, SMTP_SECURE=PORTS[port]))
    clients: Mapping[str, Callable[[Server], None]] = {
        "smtpdoctor check": lambda server: check(folder, server, authority),
        "Nodemailer verify()": lambda server: verify(folder, server, authority),
        "swaks, until RCPT TO": lambda server: swaks(port, server, authority),
    }
    seconds = measure(clients, near, runs)
    with relay(near, ROUND_TRIP_SECONDS) as (distant, _):
        distant_seconds = measure(clients, distant, max(3, runs // 3))
    usual = {name: statistics.median(values) for name, values in seconds.items()}
    round_trips = {
        name: (min(distant_seconds[name]) - min(seconds[name])) / ROUND_TRIP_SECONDS
        for name in clients
    }
    for name in clients:
        ratio = usual["smtpdoctor check"] / usual[name]
        print(
            f"  {name:22} {usual[name]:6.3f} s   check/this {ratio:5.2f}"
            f"   round trips {round_trips[name]:4.1f}"
        )
    print(f"  needed before MAIL FROM's reply: {NEEDED[port]} round trips, without DNS")
    far = {name: min(seconds[name]) + round_trips[name] * FAR_SECONDS for name in clients}
    ratio = far["smtpdoctor check"] / far["Nodemailer verify()"]
    print(f"  over a way of {FAR_SECONDS} s check takes {ratio:.2f} times as long as verify()")
    # relay and server add some of a round trip; one wait too many adds a whole one
    return int(round_trips["smtpdoctor check"]) > NEEDED[port] or ratio > FAR_RATIO


def measure(
    clients: Mapping[str, Callable[[Server], None]], server: Server, runs: int
) -> dict[str, list[float]]:
    """The seconds of each run, by client; the clients take turns."""
    seconds: dict[str, list[float]] = {name: [] for name in clients}
    for _ in range(runs):
        for name, client in clients.items():
            begin = time.perf_counter()
            client(server)
            seconds[name].append(time.perf_counter() - begin)
    return seconds


def check(folder: Path, server: Server, authority: CertificateAuthority) -> None:
    finished = doctor.run(folder, *doctor.connection(server, authority))
    if finished.returncode != 0:
        sys.exit(finished.stdout.decode() + finished.stderr.decode())


def verify(folder: Path, server: Server, authority: CertificateAuthority) -> None:
    result = nodemailer("verify", folder, server, authority)
    if not result["ok"]:
        sys.exit(str(result))


def swaks(port: str, server: Server, authority: CertificateAuthority) -> None:
    finished = subprocess.run(
        [
            "swaks",
            *("--server", server.address, "--port", port),
            "--tls-on-connect" if port == "465" else "--tls",
            *("--tls-verify", "--tls-ca-path", authority.root),
            *("--auth", "PLAIN", "--auth-user", USER, "--auth-password", PASSWORD),
            *("--from", USER, "--to", USER, "--quit-after", "RCPT"),
        ],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=False,
    )
    if finished.returncode != 0:
        sys.exit(finished.stdout.decode() + finished.stderr.decode())


if __name__ == "__main__":
    main()
