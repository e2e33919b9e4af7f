"""A small internet in network namespaces: four hops from a client to mail servers, with DNS.

    client ── gateway ── provider ── transit ─┬─ mail     smtp.ionos.com
                                              └─ others   everybody else, and the name server

Everything has IPv4 and IPv6. Nothing leaves: the only links are those between the namespaces.
Knows who stands where. What goes wrong is in `faults`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from smtpdoctor.demo.authority import Authority, Certificate
from smtpdoctor.demo.behaviour import Behaviour
from smtpdoctor.demo.server import SMTPServer
from smtpdoctor.network import ConnectResult, SystemNetwork
from tests.dns.server import DNSServer
from tests.real.accounts import PASSWORD, USER
from tests.servers.fixtures import LONGEST_WAIT

from .namespaces import ORDINARY_USER, Namespace, run


@dataclass(frozen=True)
class Link:
    """A cable between two namespaces, each end by its interface's name and addresses."""

    near: str
    far: str
    interfaces: tuple[str, str]
    addresses: tuple[tuple[str, ...], tuple[str, ...]]


LINKS = (
    Link(
        "client",
        "gateway",
        ("wan", "lan"),
        (("10.0.0.2/24", "2001:db8:1::2/64"), ("10.0.0.1/24", "2001:db8:1::1/64")),
    ),
    Link(
        "gateway",
        "provider",
        ("wan", "lan"),
        (("198.51.100.2/30", "2001:db8:2::2/64"), ("198.51.100.1/30", "2001:db8:2::1/64")),
    ),
    Link(
        "provider",
        "transit",
        ("wan", "lan"),
        (("198.51.100.5/30", "2001:db8:3::2/64"), ("198.51.100.6/30", "2001:db8:3::1/64")),
    ),
    Link(
        "mail",
        "transit",
        ("wan", "mail"),
        (("203.0.113.25/24", "2001:db8:25::25/64"), ("203.0.113.1/24", "2001:db8:25::1/64")),
    ),
    Link(
        "others",
        "transit",
        ("wan", "others"),
        (("192.0.2.2/24", "2001:db8:53::2/64"), ("192.0.2.1/24", "2001:db8:53::1/64")),
    ),
)
ROLES = ("client", "gateway", "provider", "transit", "mail", "others")
ROUTERS = ("gateway", "provider", "transit")
#: Each router's address on the client's side: what a trace sees of it.
ROUTER_ADDRESSES = {
    "IPv4": ("10.0.0.1", "198.51.100.1", "198.51.100.6"),
    "IPv6": ("2001:db8:1::1", "2001:db8:2::1", "2001:db8:3::1"),
}
#: The TTL with which a packet of the client gets to the servers.
DISTANCE = 4

ROUTES = {
    "client": ("default via 10.0.0.1", "default via 2001:db8:1::1"),
    "gateway": ("default via 198.51.100.1", "default via 2001:db8:2::1"),
    "provider": (
        "10.0.0.0/24 via 198.51.100.2",
        "2001:db8:1::/64 via 2001:db8:2::2",
        "default via 198.51.100.6",
        "default via 2001:db8:3::1",
    ),
    "transit": (
        "10.0.0.0/24 via 198.51.100.5",
        "198.51.100.0/30 via 198.51.100.5",
        "2001:db8:1::/64 via 2001:db8:3::2",
        "2001:db8:2::/64 via 2001:db8:3::2",
    ),
    "mail": ("default via 203.0.113.1", "default via 2001:db8:25::1"),
    "others": ("default via 192.0.2.1", "default via 2001:db8:53::1"),
}

HOST = "smtp.ionos.com"
ADDRESS = {"IPv4": "203.0.113.25", "IPv6": "2001:db8:25::25"}
NAMES = {
    HOST: (ADDRESS["IPv4"], ADDRESS["IPv6"]),
    "smtp.ionos.de": ("192.0.2.25", "2001:db8:53::25"),
    "smtp.gmail.com": ("192.0.2.26", "2001:db8:53::26"),
    "smtp.office365.com": ("192.0.2.27", "2001:db8:53::27"),
    "smtp.sendgrid.net": ("192.0.2.28", "2001:db8:53::28"),
    "smtp.mailgun.org": ("192.0.2.29", "2001:db8:53::29"),
}
PUBLIC_RESOLVERS = ("1.1.1.1", "8.8.8.8", "2606:4700:4700::1111")
NAME_SERVER, SECOND_NAME_SERVER = "192.0.2.53", "192.0.2.54"

STARTTLS, IMPLICIT_TLS, HTTPS = 587, 465, 443


class Internet:
    """The whole of it, for `with`: made at the beginning, gone at the end."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self._stack = contextlib.ExitStack()
        mark = f"smtpdoctor-{os.getpid()}-{secrets.token_hex(3)}"
        self._namespaces = {role: Namespace(f"{mark}-{role}") for role in ROLES}
        self.smtp_servers: dict[tuple[str, int], SMTPServer] = {}
        self.dns_servers: dict[str, DNSServer] = {}

    def __getitem__(self, role: str) -> Namespace:
        return self._namespaces[role]

    @property
    def client(self) -> Namespace:
        return self["client"]

    def __enter__(self) -> Self:
        with self._stack:
            for namespace in self._namespaces.values():
                self._stack.callback(namespace.close)
                namespace.create()
            self._connect()
            self._serve_names()
            self.serve_mail("mail", [HOST])
            self.serve_mail("others", [name for name in NAMES if name != HOST])
            self.accept_https("mail")
            self.accept_https("others")
            self.name_servers(NAME_SERVER)
            self._wait_for_ipv6()
            self.folder = self._make_folder()
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run_until_closed(self, part: AbstractContextManager[object]) -> None:
        """Enter `part`, and leave it before the namespaces go."""
        self._stack.enter_context(part)

    # --- wires ------------------------------------------------------------------------------

    def _connect(self) -> None:
        for role in ROLES:
            self[role].sysctl(
                {
                    # a new address would else be of no use for a second or two
                    "ipv6/conf/default/accept_dad": 0,
                    "ipv6/conf/default/dad_transmits": 0,
                    # a trace must not depend on how many went before it
                    "ipv4/icmp_ratelimit": 0,
                    "ipv6/icmp/ratelimit": 0,
                }
            )
            if role in ROUTERS:
                self[role].sysctl({"ipv4/ip_forward": 1, "ipv6/conf/all/forwarding": 1})
        for link in LINKS:
            near, far = link.interfaces
            run(
                *("ip", "link", "add", near, "netns", self[link.near].name, "type", "veth"),
                *("peer", "name", far, "netns", self[link.far].name),
            )
            for role, interface, addresses in zip(
                (link.near, link.far), link.interfaces, link.addresses, strict=True
            ):
                self[role].sysctl({f"ipv6/neigh/{interface}/retrans_time_ms": 20})
                self[role].ip(
                    *(f"addr add {address} dev {interface}" for address in addresses),
                    # whole segments: what is larger than a link must meet that link as such
                    f"link set dev {interface} up gso_max_segs 1",
                )
        extra = [*PUBLIC_RESOLVERS, NAME_SERVER, SECOND_NAME_SERVER]
        extra += [address for name in NAMES if name != HOST for address in NAMES[name]]
        for address in extra:
            bits = ipaddress.ip_address(address).max_prefixlen
            via = "2001:db8:53::2" if ":" in address else "192.0.2.2"
            self["others"].ip(f"addr add {address}/{bits} dev lo")
            self["transit"].ip(f"route add {address}/{bits} via {via}")
        for role, routes in ROUTES.items():
            self[role].ip(*(f"route add {route}" for route in routes))

    def _wait_for_ipv6(self) -> None:
        """Until the last link is up: the kernel takes up to a second to believe in a carrier."""
        deadline = time.monotonic() + LONGEST_WAIT
        for address in (ADDRESS["IPv6"], NAMES["smtp.ionos.de"][1]):
            while self.connect(address, HTTPS, timeout=0.1).outcome != "open":
                assert time.monotonic() < deadline, f"{address} is not reached over IPv6"

    # --- servers ----------------------------------------------------------------------------

    def serve_mail(
        self,
        role: str,
        names: Iterable[str],
        *,
        ports: Iterable[int] = (STARTTLS, IMPLICIT_TLS),
        certificate: Certificate | None = None,
    ) -> None:
        """Serve mail for these names at every address of the namespace."""
        names = list(names)
        # as large as those in use: the server's first flight takes several packets
        more = [f"smtp{number}.{names[0]}" for number in range(60)]
        certificate = certificate or self.authority.issue([*names, *more], intermediate=True)
        for port in ports:
            behaviour = Behaviour(
                hostname=names[0],
                certificate=certificate,
                implicit_tls=port == IMPLICIT_TLS,
                users={USER: PASSWORD},
            )
            server = SMTPServer(behaviour, host="", port=port)
            self[role].thread.run(server.start())
            self.smtp_servers[role, port] = server
            self._stack.callback(self.stop_serving, role, port)

    def accept_https(self, role: str) -> None:
        """Take connections on 443 at every address of the namespace, and end them at once."""
        thread = self[role].thread
        listener = thread.run(asyncio.start_server(_hang_up, "", HTTPS))
        self._stack.callback(lambda: thread.run(_close(listener)))

    def stop_serving(self, role: str, port: int) -> None:
        """Nothing listens on this port of the namespace any more."""
        server = self.smtp_servers[role, port]
        self[role].thread.run(server.close())
        assert server.errors == []

    def _serve_names(self) -> None:
        for address in (NAME_SERVER, SECOND_NAME_SERVER, *PUBLIC_RESOLVERS):
            server = self.dns_servers[address] = DNSServer(address, 53)
            for name, addresses in NAMES.items():
                server.add(name, "A", *(item for item in addresses if ":" not in item))
                server.add(name, "AAAA", *(item for item in addresses if ":" in item))
            self["others"].call(partial(self._stack.enter_context, server))

    def name_servers(self, *addresses: str, more: str = "") -> None:
        """What stands in the client's resolv.conf, with these lines besides."""
        lines = "".join(f"nameserver {address}\n" for address in addresses)
        self.client.write_file("resolv.conf", lines + more)
        self.client.write_file("hosts", "127.0.0.1 localhost\n::1 localhost\n")

    # --- the client -------------------------------------------------------------------------

    def _make_folder(self) -> Path:
        """A folder for files that the ordinary user reads; `ca.pem` is what to trust."""
        folder = Path(tempfile.mkdtemp(prefix="smtpdoctor-client-"))
        self._stack.callback(shutil.rmtree, folder)
        shutil.copy(self.authority.cafile, folder / "ca.pem")
        for path in (folder, folder / "ca.pem"):
            os.chown(path, ORDINARY_USER, ORDINARY_USER)
        return folder

    def connect(self, address: str, port: int, *, timeout: float = 1.5) -> ConnectResult:
        """Connect from the client, and close at once. In 1.5 s go two SYNs."""
        result = self.client.thread.run(SystemNetwork().connect(address, port, timeout))
        if result.stream is not None:
            result.stream.close()
        return result

    def run(
        self, *command: str | Path, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program at the client as an ordinary user, with these variables besides."""
        return subprocess.run(
            self.client.as_ordinary_user(*command),
            cwd=self.folder,
            # Nothing of this machine's environment is taken for a setting.
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "LANG": "C.UTF-8",
                **(environment or {}),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )


async def _close(listener: asyncio.Server) -> None:
    listener.close()
    await listener.wait_closed()
    for _ in range(10):  # a connection that was just taken is handed over and ended first
        await asyncio.sleep(0)


async def _hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
