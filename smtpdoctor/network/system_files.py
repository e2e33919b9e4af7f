"""What this machine's own files say about names: its name servers, and its hosts file.

Knows resolv.conf(5) and hosts(5), and where Windows has the same. Never raises on what a file
holds. `sockets` calls it; no check does.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from smtpdoctor.addresses import is_address
from smtpdoctor.files import FileFault, read_bounded
from smtpdoctor.network.seam import ResolverSettings

#: resolv.conf(5): the C library asks no more than three name servers, and takes no more dots.
MAX_NAMESERVERS = 3
MAX_NDOTS = 15

#: Ad blockers put a million names into a hosts file: some 30 MB.
MOST_BYTES = 64 * 1024 * 1024

RESOLV_CONF = Path("/etc/resolv.conf")
HOSTS_FILE = Path("/etc/hosts")
WINDOWS_HOSTS_FILE = Path("System32", "drivers", "etc", "hosts")  # below SystemRoot


def system_settings() -> ResolverSettings:
    """The name servers and search list of this machine; no servers where none are configured."""
    if sys.platform == "win32":
        return _registry_settings()
    nameservers: list[str] = []
    search: list[str] = []
    ndots = 1
    for keyword, *values in _fields(RESOLV_CONF, comments="#;"):
        if keyword == "nameserver" and values and is_address(values[0]):
            nameservers.append(values[0])
        elif keyword in ("search", "domain"):  # resolv.conf(5): the last one counts
            search = values
        elif keyword == "options":
            given = [value[6:] for value in values if re.fullmatch(r"ndots:[0-9]{1,9}", value)]
            ndots = min(int(given[-1]), MAX_NDOTS) if given else ndots
    return ResolverSettings(
        nameservers=tuple(nameservers[:MAX_NAMESERVERS]),
        search=tuple(search),
        ndots=ndots,
        source=str(RESOLV_CONF),
    )


def names_in_hosts_file(address: str) -> tuple[str, ...]:
    """The names that this machine's hosts file has for the address: its first line's."""
    for found, *names in _fields(_hosts_path(), comments="#"):
        if found == address:
            return tuple(names)
    return ()


def _hosts_path() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / WINDOWS_HOSTS_FILE
    return HOSTS_FILE


def hosts_file(host: str) -> tuple[str, ...]:
    """The addresses that this machine's hosts file has for the name, in its order."""
    path = _hosts_path()
    wanted = host.rstrip(".").lower()
    found: list[str] = []
    for address, *names in _fields(path, comments="#"):
        if wanted in (name.rstrip(".").lower() for name in names) and address not in found:
            found.append(address)
    return tuple(found)


def _registry_settings() -> ResolverSettings:
    """What Windows has for its network adapters."""
    import dns.exception
    import dns.resolver

    try:
        resolver = dns.resolver.Resolver()
    except (dns.exception.DNSException, OSError, ValueError):
        return ResolverSettings(nameservers=(), source="system")
    return ResolverSettings(
        nameservers=tuple(str(server) for server in resolver.nameservers),
        search=tuple(name.to_text(omit_final_dot=True) for name in resolver.search),
        source="system",
    )


def _fields(path: Path, comments: str) -> Iterator[list[str]]:
    """The words of each line of a system file that has any, comments cut; none if unreadable."""
    try:
        text = read_bounded(path, MOST_BYTES).decode("utf-8", "replace")
    except FileFault:
        return
    for line in text.splitlines():
        words = re.split(f"[{comments}]", line)[0].split()
        if words:
            yield words
