"""A batch beside sslyze and checkdmarc, its memory, and whether its cost grows with the targets.

Four questions, each answered as a ratio or a bound within one run:

- targets: how many a second, on loopback, beside sslyze: all that it looks at, or a certificate?
- senders: how many a second from look-ups that were made before, beside checkdmarc: all that it
  looks at, or SPF and DMARC?
- memory: how much more for a target in flight, and for 100 times as many targets?
- cost: the processor's time of one target among 100, 1,000, …

The servers are the demo's, in a process of their own. The last two are on a network in memory,
since loopback would be the bound. Without a peer (`pip install sslyze`; --sslyze names the Python
that has it) it says so. Fails where a bound that docs/benchmarks.md states is not kept.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from smtpdoctor.batch.many import JOBS, Pace, check_all
from smtpdoctor.batch.model import Target
from smtpdoctor.batch.processes import Processes, how_many
from smtpdoctor.batch.record import as_line
from smtpdoctor.batch.summary import Summary
from smtpdoctor.batch.table import row_of
from smtpdoctor.batch.targets import common_options, sender_of, target_of
from smtpdoctor.demo.authority import Authority
from smtpdoctor.demo.behaviour import Behaviour
from smtpdoctor.demo.server import SMTPServer
from smtpdoctor.network import (
    AnswerResult,
    ConnectResult,
    LookupResult,
    Received,
    ResolverSettings,
    SystemNetwork,
    TraceResult,
)
from tests.dns.server import DNSServer

SERVERS = 40
DOMAINS = 20
#: What docs/benchmarks.md states. Half of a target in flight are OpenSSL's buffers; senders go to
#: as many processes as there are cores.
LEAST_TIMES = {"sslyze": 10.0, "checkdmarc": 10.0 if how_many(JOBS) > 1 else 5.0}
MOST_KB, MOST_GROWTH = 100.0, 1.5

SSLYZE = """
import sys, time
from sslyze import (Scanner, ServerScanRequest, ServerNetworkLocation, ServerNetworkConfiguration,
                    ScanCommand, ProtocolWithOpportunisticTlsEnum)
port, addresses = int(sys.argv[2]), sys.argv[3:]
began = time.monotonic()
scanner = Scanner()
scanner.queue_scans([
    ServerScanRequest(
        server_location=ServerNetworkLocation(hostname=address, port=port, ip_address=address),
        network_configuration=ServerNetworkConfiguration(
            tls_server_name_indication=address,
            tls_opportunistic_encryption=ProtocolWithOpportunisticTlsEnum.SMTP),
        scan_commands={ScanCommand.CERTIFICATE_INFO} if sys.argv[1] == "certificate"
        else set(ScanCommand) - {ScanCommand.HTTP_HEADERS})
    for address in addresses])
done = [result.scan_status.value for result in scanner.get_results()]
assert set(done) == {"COMPLETED"}, done
print(len(done) / (time.monotonic() - began))
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--most", type=int, default=10_000, help="targets for cost and memory")
    parser.add_argument("--sslyze", default=sys.executable, metavar="PYTHON")
    options = parser.parse_args()
    kept = [targets(options.sslyze), senders(), in_flight(), *growth(options.most)]
    sys.exit(0 if all(kept) else 1)


async def given(targets: Iterator[Target]) -> AsyncIterator[Target]:
    for target in targets:
        yield target


async def checked(targets: Iterator[Target], network: Any, pace: Pace) -> Summary:
    """As the command does it: every result worded."""
    summary = Summary()
    async for each in check_all(given(targets), network, os.environ, pace=pace):
        as_line(each)
        summary.add(row_of(each))
    return summary


# --- beside the peers -------------------------------------------------------------------------


def targets(sslyze: str) -> bool:
    """Targets a second over loopback."""
    with Authority() as authority, serving(authority) as (port, addresses):
        common = common_options(cafile=authority.cafile, third_party=False)

        def listed(times: int) -> Iterator[Target]:
            for number in range(times * len(addresses)):
                address = addresses[number % len(addresses)]
                yield target_of(number, {"host": address, "port": port}, common)

        asyncio.run(checked(listed(1), SystemNetwork(), Pace()))  # modules and certificates
        began = time.monotonic()
        summary = asyncio.run(checked(listed(10), SystemNetwork(), Pace()))
        rate = summary.total / (time.monotonic() - began)
        assert summary.verdicts["healthy"] == summary.total, summary.lines()
        print(f"targets: {rate:.0f}/s")
        peers = {
            what: scanned(sslyze, what, port, addresses[:number])
            for what, number in (("all", 10), ("certificate", SERVERS))
        }
    return told("sslyze", rate, peers)


def scanned(sslyze: str, what: str, port: int, addresses: list[str]) -> float | None:
    done = subprocess.run(
        [sslyze, "-c", SSLYZE, what, str(port), *addresses],
        capture_output=True,
        text=True,
        check=False,
    )
    return None if done.returncode else float(done.stdout)


class serving:  # noqa: N801 - a context
    """The demo's servers in a process of their own: their port, and an address each."""

    def __init__(self, authority: Authority) -> None:
        self.addresses = [f"127.0.1.{number}" for number in range(1, SERVERS + 1)]
        self._certificate = authority.issue(self.addresses)
        context = multiprocessing.get_context("fork")
        self._told: Any = context.Queue()
        self._process = context.Process(target=self._serve, daemon=True)

    def __enter__(self) -> tuple[int, list[str]]:
        self._process.start()
        return self._told.get(timeout=30), self.addresses

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()

    def _serve(self) -> None:
        async def serve() -> None:
            behaviour = Behaviour(certificate=self._certificate)
            first = SMTPServer(behaviour, host=self.addresses[0])
            await first.start()
            for address in self.addresses[1:]:
                await SMTPServer(behaviour, host=address, port=first.port).start()
            self._told.put(first.port)
            await asyncio.Event().wait()

        asyncio.run(serve())


def senders() -> bool:
    """Senders a second, their domains' answers being known."""
    with DNSServer() as server:
        names = [f"example{number}.org" for number in range(DOMAINS)]
        for name in names:
            server.add(name, "TXT", '"v=spf1 a mx include:spf.example.net -all"')
            server.add(name, "MX", f"10 mx.{name}.")
            server.add(name, "A", "192.0.2.1")
            server.add(f"mx.{name}", "A", "192.0.2.2")
            server.add(f"_dmarc.{name}", "TXT", f'"v=DMARC1; p=reject; rua=mailto:d@{name}"')
        server.add("spf.example.net", "TXT", '"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"')
        network = SystemNetwork((server.endpoint,))

        def listed(times: int) -> Iterator[Target]:
            for number in range(times * DOMAINS):
                address = f"user{number}@{names[number % DOMAINS]}"
                yield sender_of(number, address, nameservers=(server.endpoint,))

        count = how_many(JOBS)
        processes = Processes(count, network, os.environ, pace=Pace(), form="jsonl")
        try:
            rate = asyncio.run(judged(processes, listed(1), listed(100)))
        finally:
            processes.end()
        print(f"senders: {rate:.0f}/s in {count} processes")
        logging.disable()  # it says of each domain that this server knows no DNSSEC
        peers = {what: checkdmarc(server, names, what) for what in ("all", "SPF and DMARC")}
    return told("checkdmarc", rate, peers)


async def judged(processes: Processes, first: Iterator[Target], others: Iterator[Target]) -> float:
    """How many of the others a second, when the look-ups of the first have been made."""
    warm = asyncio.Event()

    async def given() -> AsyncIterator[Target]:
        for target in first:
            yield target
        await warm.wait()
        for target in others:
            yield target

    number, began = 0, 0.0
    async for _ in processes.judge(given()):
        number += 1
        if number == DOMAINS:
            warm.set()
            began = time.monotonic()
    return (number - DOMAINS) / (time.monotonic() - began)


def checkdmarc(server: DNSServer, names: list[str], what: str) -> float | None:
    try:
        package: Any = importlib.import_module("checkdmarc")
        resolver: Any = importlib.import_module("dns.resolver").Resolver(configure=False)
    except ImportError:
        return None
    address, _, port = server.endpoint.partition(":")
    resolver.nameservers, resolver.port = [address], int(port)

    def once() -> None:
        if what == "all":
            package.check_domains(names, skip_tls=True, resolver=resolver)
            return
        for name in names:
            assert package.spf.check_spf(name, resolver=resolver)["valid"]
            assert package.dmarc.check_dmarc(name, resolver=resolver)["valid"]

    once()
    began = time.monotonic()
    for _ in range(5):
        once()
    return 5 * len(names) / (time.monotonic() - began)


def told(peer: str, rate: float, peers: dict[str, float | None]) -> bool:
    """Whether it is fast enough beside the peer as it comes."""
    for what, of_peer in peers.items():
        if of_peer is None:
            print(f"  {peer} is not there")
            return True
        print(f"  {peer}, {what}: {of_peer:.1f}/s: {rate / of_peer:.1f} times as many")
    whole = peers["all"]
    return whole is None or rate >= LEAST_TIMES[peer] * whole


# --- memory and cost --------------------------------------------------------------------------


class Silent:
    """A connection on which nothing is ever said."""

    local_address = "192.0.2.7"

    def __init__(self, address: str, port: int, over: asyncio.Event) -> None:
        self.address = address
        self.port = port
        self._over = over

    async def read(self, timeout: float) -> Received:
        await self._over.wait()
        return Received(end="closed")

    async def write(self, data: bytes, timeout: float) -> Received:
        return Received()

    def close(self) -> None:
        pass


class InMemory:
    """A network where every port is refused, or, with `over`, open and silent until that is set."""

    def __init__(self, over: asyncio.Event | None = None) -> None:
        self._over = over
        self.clock = time.monotonic

    async def system_lookup(self, host: str, timeout: float) -> LookupResult:
        return LookupResult(addresses=(f"198.51.{hash(host) % 100}.{hash(host) // 100 % 250}",))

    async def ask(
        self, server: str, question: str, record: str, timeout: float, *, over_tcp: bool = False
    ) -> AnswerResult:
        if record == "TXT" and "." in question:
            text = "v=DMARC1; p=none" if question.startswith("_dmarc") else "v=spf1 mx -all"
            return AnswerResult(
                outcome="answer", answers=(text,), texts=((text.encode(),),), ttl=60
            )
        if record == "MX":
            return AnswerResult(outcome="answer", answers=("10 mx.example.net",), ttl=60)
        return AnswerResult(outcome="answer", answers=("192.0.2.1",), ttl=60)

    async def connect(
        self, address: str, port: int, timeout: float, *, segment_size: int = 0
    ) -> ConnectResult:
        if self._over is None or port != 587:
            return ConnectResult(outcome="refused", error="ECONNREFUSED")
        return ConnectResult(outcome="open", stream=Silent(address, port, self._over))

    async def trace(self, address: str, port: int, timeout: float) -> TraceResult | None:
        return None

    def resolver_settings(self) -> ResolverSettings:
        return ResolverSettings(nameservers=("192.0.2.53",))

    def hosts_file(self, host: str) -> tuple[str, ...]:
        return ()


async def waiting(number: int) -> float:
    """Kilobytes of the process with so many targets whose server is waited for."""
    over = asyncio.Event()
    common = common_options(third_party=False)
    listed = (
        target_of(each, {"host": f"10.0.{each // 250}.{each % 250 + 1}", "port": 587}, common)
        for each in range(number)
    )
    work = asyncio.create_task(checked(listed, InMemory(over), Pace(jobs=number)))
    while len(asyncio.all_tasks()) < 7 * number:  # noqa: ASYNC110 - until all have their probe
        await asyncio.sleep(0.1)
    taken = resident("VmRSS")
    over.set()
    await work
    return taken


def in_flight() -> bool:
    """What a target takes while its server is waited for: the slope between two numbers."""
    few, many = (
        float(in_a_process(f"print(asyncio.run(batch.waiting({number})))"))
        for number in (500, 1500)
    )
    kilobytes = (many - few) / 1000
    print(f"memory: {kilobytes:.1f} KB a target in flight")
    return kilobytes <= MOST_KB


def in_a_process(script: str) -> str:
    """What the script prints, with `batch` loaded and one small batch done."""
    here = Path(__file__).parent
    start = (
        f"import asyncio, sys, time; sys.path[:0] = [{str(here)!r}, {str(here.parent)!r}];"
        "import batch;"
        "asyncio.run(batch.checked(batch.some_senders(50), batch.InMemory(), batch.Pace()));"
    )
    done = subprocess.run(
        [sys.executable, "-c", start + script], capture_output=True, text=True, check=True
    )
    return done.stdout


def growth(most: int) -> Iterator[bool]:
    """Processor time and memory of ever more senders, each of a domain of its own."""
    costs: list[tuple[float, float]] = []
    number = 100
    while number <= most:
        out = in_a_process(
            "began = time.process_time();"
            f"asyncio.run(batch.checked(batch.some_senders({number}), batch.InMemory(),"
            " batch.Pace()));"
            "print(time.process_time() - began, batch.resident('VmHWM'))"
        )
        seconds, peak = map(float, out.split())
        costs.append((seconds / number, peak))
        print(f"cost: {number:>7,} senders: {seconds / number * 1000:.2f} ms each,", end=" ")
        print(f"{peak / 1024:.0f} MiB at most")
        number *= 10
    yield costs[-1][0] <= costs[1][0] * MOST_GROWTH
    yield costs[-1][1] <= costs[1][1] * MOST_GROWTH


def some_senders(number: int) -> Iterator[Target]:
    return (sender_of(each, f"info@example{each}.org") for each in range(number))


def resident(what: str) -> float:
    """Kilobytes of this process: now (VmRSS), or at most (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{what}:")))


if __name__ == "__main__":
    main()
